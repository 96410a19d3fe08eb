/* tests/fuzz/fuzz_model.c - bytes of a saved estimator, as they come and with checksums that are right: what is
 * read is an estimator, is written and read again as the same, and answers for rows or refuses to. */
#include "fuzz.h"
#include "ml/model.h"
#include "ml/persist.h"

enum { HEAD = 8, SECTION_HEAD = 12 }; /* magic and version; checksum and length */

static uint32_t crc32_of(const uint8_t *bytes, size_t count)
{
    uint32_t crc = ~0u;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static uint64_t number_at(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = count; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

/* Give each section the checksum that it should have. */
static void mend(uint8_t *bytes, size_t size)
{
    for (size_t at = HEAD; at < size && size - at >= SECTION_HEAD;) {
        uint64_t len = number_at(bytes + at + 4, 8);
        if (len > size - at - SECTION_HEAD)
            return;
        uint32_t crc = crc32_of(bytes + at + SECTION_HEAD, len);
        for (size_t i = 0; i < 4; i++)
            bytes[at + i] = (uint8_t)(crc >> (8 * i));
        at += SECTION_HEAD + len;
    }
}

static kl_value dumped(kl_value model)
{
    kl_value bytes, objects;
    KL_REQUIRE(kl_array_new(&objects, 0, NULL) == KL_OK);
    KL_REQUIRE(kl_estimator_dump(&bytes, &objects, kl_as_estimator(model), NULL) == KL_OK);
    KL_REQUIRE(kl_array_len(objects) == 0);
    kl_value_release(objects);
    return bytes;
}

enum { ROWS = 3, COLUMNS_MAX = 64 };

/* Whatever it says of rows as wide as those that it knows. */
static void ask(kl_value model)
{
    static const kl_operation operations[] = {KL_OP_PREDICT,   KL_OP_PROBA,   KL_OP_LOG_PROBA,    KL_OP_DECISION,
                                              KL_OP_TRANSFORM, KL_OP_INVERSE, KL_OP_SCORE_SAMPLES};
    const kl_estimator *learned = kl_as_estimator(model)->model;
    size_t cols = learned ? (size_t)learned->features : 0;
    kl_value x, answer;
    double *numbers;
    if (cols == 0 || cols > COLUMNS_MAX)
        return;
    KL_REQUIRE(kl_table_new(&x, &numbers, ROWS, cols, NULL) == KL_OK);
    for (size_t i = 0; i < ROWS * cols; i++)
        numbers[i] = (double)(i % 7) - 2.5;
    for (size_t i = 0; i < KL_COUNT(operations); i++)
        if (kl_model_has(model, operations[i]) &&
            kl_model_apply(&answer, model, operations[i], x, NULL) == KL_OK)
            kl_value_release(answer);
    kl_value_release(x);
}

static void restore(kl_text bytes)
{
    kl_value model, again;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_estimator_restore(&model, bytes, kl_null(), &error);
    KL_REQUIRE((status == KL_OK) == (kl_error_message(&error)[0] == '\0'));
    kl_error_clear(&error);
    if (status != KL_OK)
        return;
    ask(model);
    kl_value first = dumped(model);
    KL_REQUIRE(kl_estimator_restore(&again, kl_as_text(first), kl_null(), NULL) == KL_OK);
    kl_value second = dumped(again);
    KL_REQUIRE(kl_text_equal(kl_as_text(first), kl_as_text(second)));
    kl_value_release(first);
    kl_value_release(second);
    kl_value_release(model);
    kl_value_release(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bytes = kl_alloc(size + 1);
    KL_REQUIRE(bytes);
    memcpy(bytes, data, size);
    restore((kl_text){(const char *)bytes, size});
    mend(bytes, size);
    restore((kl_text){(const char *)bytes, size});
    kl_free(bytes);
    return 0;
}
