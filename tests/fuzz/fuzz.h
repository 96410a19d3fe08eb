/* tests/fuzz/fuzz.h - what the fuzz targets share. A target claims something; a crash refutes it. */
#ifndef KL_TESTS_FUZZ_H
#define KL_TESTS_FUZZ_H

#include "kailash/json.h"

#include <stdio.h>
#include <stdlib.h>

#define KL_REQUIRE(claim)                                                                          \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #claim);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline bool same_value(kl_value a, kl_value b)
{
    bool same = false;
    KL_REQUIRE(kl_value_equal(&same, a, b, NULL) == KL_OK);
    return same;
}

#endif
