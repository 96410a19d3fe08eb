/* tests/fuzz/fuzz_match.c - any pattern against any text: the first line is the pattern. */
#include "fuzz.h"
#include "kailash/match.h"
#include "kailash/time.h"

/* A path glob is the stricter reading of the same pattern; compiling changes nothing. */
static void try_globs(kl_text pattern, kl_text text)
{
    kl_glob *flat = NULL, *path = NULL;
    bool is_glob = kl_glob_check(pattern, NULL) == KL_OK;
    KL_REQUIRE((kl_glob_new(&flat, pattern, KL_GLOB_FLAT, NULL) == KL_OK) == is_glob);
    KL_REQUIRE((kl_glob_new(&path, pattern, KL_GLOB_PATH, NULL) == KL_OK) == is_glob);
    if (is_glob) {
        KL_REQUIRE(kl_glob_match(flat, text) == kl_glob_flat(pattern, text));
        KL_REQUIRE(kl_glob_match(path, text) == kl_glob_path(pattern, text));
        KL_REQUIRE(!kl_glob_match(path, text) || kl_glob_match(flat, text));
    } else {
        KL_REQUIRE(!kl_glob_flat(pattern, text) && !kl_glob_path(pattern, text));
    }
    kl_glob_free(path);
    kl_glob_free(flat);
}

/* Every match lies behind the one before it, within the text and between characters. */
static void scan(const kl_regex *regex, kl_text text)
{
    kl_regex_scan walk;
    size_t groups, spans[20], done = 0, matches = 0;
    if (kl_regex_scan_begin(&walk, regex, text, NULL) != KL_OK)
        return;
    while (kl_regex_scan_next(&groups, spans, 10, &walk, NULL) == KL_OK && groups > 0) {
        KL_REQUIRE(done <= spans[0] && spans[0] <= spans[1] && spans[1] <= text.len);
        KL_REQUIRE(spans[0] == text.len || (text.data[spans[0]] & 0xC0) != 0x80);
        KL_REQUIRE(++matches <= 2 * text.len + 2);
        done = spans[1];
    }
}

/* Replacing every match by itself gives the text again. */
static void replace_by_itself(const kl_regex *regex, kl_text text)
{
    kl_value result = kl_null();
    kl_status status = kl_regex_replace(&result, regex, text, KL_TEXT("$0"), 0, NULL);
    KL_REQUIRE(status == KL_OK || status == KL_LIMIT || status == KL_SYNTAX);
    if (status == KL_OK)
        KL_REQUIRE(kl_text_equal(kl_as_text(result), text));
    kl_value_release(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = memchr(data, '\n', size);
    size_t len = line ? (size_t)(line - (const char *)data) : size;
    kl_text pattern = {(const char *)data, len};
    kl_text text = line ? (kl_text){line + 1, size - len - 1} : KL_TEXT("");
    kl_regex *regex = NULL;
    kl_value ignored = kl_null();
    kl_time start = kl_clock_now();
    try_globs(pattern, text);
    if (kl_regex_new(&regex, pattern, NULL) == KL_OK) {
        scan(regex, text);
        replace_by_itself(regex, text);
        kl_regex_replace(&ignored, regex, text, pattern, 10000, NULL);
    }
    KL_REQUIRE(kl_clock_now() - start < 60 * KL_SECOND);
    kl_value_release(ignored);
    kl_regex_free(regex);
    return 0;
}
