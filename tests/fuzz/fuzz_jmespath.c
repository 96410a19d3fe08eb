/* tests/fuzz/fuzz_jmespath.c - any expression over any data: the first line is the expression. */
#include "fuzz.h"
#include "jmespath.h"
#include "same.h"

/* Enough for any honest small input; hostile ones end there. */
enum { STEPS = 2000000 };

static kl_status search(kl_value *out, const kl_jmespath *expression, kl_value data)
{
    kl_work work = {.limit = STEPS};
    kl_status status = kl_jmespath_search(out, expression, data, &work, NULL);
    KL_REQUIRE(status == KL_OK || status == KL_INVALID || status == KL_LIMIT || status == KL_DEPTH);
    return status;
}

/* Two searches give one result, and a pipe from the current value changes nothing. */
static void compare(const kl_jmespath *expression, kl_text text, kl_value data)
{
    kl_value first = kl_null(), second = kl_null();
    kl_work work = {.limit = STEPS};
    bool same = true;
    char piped[4096];
    int len = snprintf(piped, sizeof piped, "@ | %.*s", KL_TEXT_ARG(text));
    kl_jmespath *other = NULL;
    kl_status status = search(&first, expression, data);
    if (status == KL_OK && len < (int)sizeof piped &&
        kl_jmespath_compile(&other, (kl_text){piped, (size_t)len}, 0, NULL) == KL_OK &&
        search(&second, other, data) == KL_OK &&
        kl_value_same(&same, first, second, &work, NULL) == KL_OK &&
        !memchr(text.data, '|', text.len))
        KL_REQUIRE(same);
    kl_jmespath_release(other);
    kl_value_release(first);
    kl_value_release(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *line = memchr(bytes, '\n', size);
    size_t len = line ? (size_t)(line - (const char *)bytes) : size;
    kl_text text = {(const char *)bytes, len};
    kl_text rest = line ? (kl_text){line + 1, size - len - 1} : KL_TEXT("null");
    kl_value data = kl_null(), valid = kl_null();
    kl_jmespath *strict = NULL, *loose = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_string_new(&valid, text, NULL) != KL_OK) /* texts of values are UTF-8 */
        return 0;
    kl_status status = kl_jmespath_compile(&strict, text, 0, &error);
    KL_REQUIRE(status == KL_OK || status == KL_SYNTAX);
    KL_REQUIRE(status == KL_OK || error.position <= text.len);
    if (status == KL_OK) { /* what the standard takes, the wider form takes too */
        KL_REQUIRE(kl_jmespath_compile(&loose, text, KL_JMESPATH_SEGMENTS, NULL) == KL_OK);
        if (kl_json_parse(&data, rest, NULL) == KL_OK)
            compare(strict, text, data);
    }
    kl_error_clear(&error);
    kl_jmespath_release(strict);
    kl_jmespath_release(loose);
    kl_value_release(data);
    kl_value_release(valid);
    return 0;
}
