/* yaml-test-suite, the public suite of YAML 1.2: documents read as their JSON says, faulty ones are refused. */
#include "format.h"
#include "kailash/json.h"
#include "suite.h"

/* Those that we differ from. libyaml is a reader of YAML 1.1. */
static const suite_exception exceptions[] = {
    {"a tag that is none of the core schema is refused: nothing but plain values is made",
     "2XXW 5TYM 6CK3 6WLZ 7FWL 9WXW C4HZ CC74 CUP7 J7PZ M5C3 P76L UGM3 Z67P Z9M4"},
    {"!!binary is read as bytes",
     "565N"},
    {"libyaml: unknown directives and later versions are refused, malformed ones taken",
     "2LFX 6LVF BEC7 MUS6/0 W4TN"},
    {"libyaml: a key of a flow mapping and its colon stand on one line",
     "4MUZ/0 4MUZ/2 5MUD 9SA2 K3WX NJ66 UT92 VJP3/1"},
    {"libyaml: within a flow no plain text begins with : or ?",
     "58MP 5T43 652Z DBG4 HM87/0 HM87/1"},
    {"libyaml: names of anchors are letters, digits, - and _",
     "2SXE 8XYN W5VH Y2GN"},
    {"libyaml: text of a document's own block scalar does not begin in the first column",
     "DK3J FP8R"},
    {"libyaml: before and behind ... stands a document with ---",
     "7Z25 HWV9 M7A3 QT73"},
    {"libyaml: a block scalar may end without a line end",
     "L24T/1"},
    {"libyaml takes bad indentation, or # behind something without a blank",
     "9C9N 9JBA CVW2 DK95/1 QB6E S98Z SU5Z X4QW Y79Y/3"},
    {"libyaml takes - alone within a flow",
     "G5U8 YJV2"},
    {"libyaml: a tab stands where it wants blanks",
     "6BCT 6CA3 96NN/0 A2M4 DK95/0 DK95/3 DK95/4 Q5MG R4YG Y79Y/1 Y79Y/10"},
};

/* The value that a text of JSON holds; null when it holds none. False when it holds several. */
static bool read_expected(kl_value *out, kl_text text)
{
    return strspn(text.data, " \n") == text.len || kl_json_parse(out, text, NULL) == KL_OK;
}

static bool is_refused(kl_status status, const kl_error *error, const char *message)
{
    return status == KL_SYNTAX && strcmp(kl_error_message(error), message) == 0;
}

static bool is_right(kl_value one)
{
    kl_text text = kl_as_text(kl_map_get(one, KL_TEXT("yaml")));
    const kl_value *expected = kl_map_find(one, KL_TEXT("json"));
    kl_value got = kl_null(), wanted = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool right = true;
    kl_status status = kl_format_read(&got, KL_TEXT("yaml"), text, &error);
    if (kl_as_bool(kl_map_get(one, KL_TEXT("fail"))))
        right = status == KL_SYNTAX;
    else if (!expected) /* it has no form in JSON */
        right = status == KL_OK || status == KL_SYNTAX;
    else if (!read_expected(&wanted, kl_as_text(*expected)))
        right = is_refused(status, &error, "there is more than one document");
    else
        right = status == KL_OK && kl_value_equal(&right, got, wanted, NULL) == KL_OK && right;
    kl_error_clear(&error);
    kl_value_release(got);
    kl_value_release(wanted);
    return right;
}

KL_TEST(every_case_is_read_as_it_must)
{
    KL_UNUSED_STATE;
    suite_run("yaml/cases.json", is_right, exceptions, KL_COUNT(exceptions));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case_is_read_as_it_must)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
