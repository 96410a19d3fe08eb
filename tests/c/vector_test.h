/* tests/c/vector_test.h - vectors for the tests of vector stores. */
#ifndef KL_TESTS_VECTOR_TEST_H
#define KL_TESTS_VECTOR_TEST_H

#include "buffer.h"
#include "test.h"

/* 1,200 vectors of 8 numbers as the input of VectorUpsertNode; given. */
static inline kl_buffer many_vectors(void)
{
    kl_buffer text = KL_BUFFER_INIT;
    uint32_t random = 12345;
    kl_buffer_string(&text, "{\"vectors\":[");
    for (int i = 0; i < 1200; i++) {
        kl_buffer_format(&text, "%s{\"id\":\"v%d\",\"metadata\":{\"n\":%d},\"embedding\":[",
                         i ? "," : "", i, i % 7);
        for (int k = 0; k < 8; k++) {
            random = random * 1664525u + 1013904223u;
            kl_buffer_format(&text, "%s%g", k ? "," : "", (double)(random >> 8) / 8388608.0 - 1.0);
        }
        kl_buffer_string(&text, "]}");
    }
    kl_buffer_string(&text, "]}");
    kl_buffer_byte(&text, '\0');
    assert_int_equal(text.status, KL_OK);
    return text;
}

#endif
