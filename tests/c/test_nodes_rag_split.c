/* TextSplitterNode. */
#include "node_sweep.h"

/* The chunks of a text; every one stands at its offsets. */
static void splits_in(const char *config, const char *text, const char *expected, const char *file,
                      int line)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    char inputs[4096];
    snprintf(inputs, sizeof inputs, "{\"text\":\"%s\"}", text);
    kl_status status = run_node(&out, "TextSplitterNode", config, inputs, &error);
    if (status != KL_OK)
        print_error("%s:%d: %s\n", file, line, kl_error_message(&error));
    assert_int_equal(status, KL_OK);
    kl_value given = json(inputs), chunks = kl_map_get(out, KL_TEXT("chunks"));
    kl_text whole = kl_as_text(kl_map_get(given, KL_TEXT("text")));
    assert_int_equal(kl_array_len(chunks), kl_as_int(kl_map_get(out, KL_TEXT("count"))));
    for (size_t i = 0; i < kl_array_len(chunks); i++) {
        kl_value place = kl_array_at(kl_map_get(out, KL_TEXT("offsets")), i);
        size_t at = 0, characters = (size_t)kl_as_int(kl_map_get(place, KL_TEXT("start")));
        for (; at < whole.len; at++)
            if (((unsigned char)whole.data[at] & 0xC0) != 0x80 && characters-- == 0)
                break;
        kl_text chunk = kl_as_text(kl_array_at(chunks, i));
        assert_true(at + chunk.len <= whole.len);
        assert_memory_equal(whole.data + at, chunk.data, chunk.len);
    }
    kl_value_retain(chunks);
    kl_value_release(out);
    kl_value_release(given);
    assert_json_in(chunks, expected, file, line);
}
#define splits(config, text, expected) splits_in(config, text, expected, __FILE__, __LINE__)

KL_TEST(windows_of_characters)
{
    KL_UNUSED_STATE;
    gives("TextSplitterNode", "{\"chunk_size\":4,\"overlap\":1}", "{\"text\":\"abcdefghij\"}",
          "{\"chunks\":[\"abcd\",\"defg\",\"ghij\"],\"count\":3,\"offsets\":[{\"start\":0,\"end\":4},"
          "{\"start\":3,\"end\":7},{\"start\":6,\"end\":10}]}");
    splits("{\"chunk_size\":4,\"overlap\":1}", "", "[]");
    splits("{\"chunk_size\":4,\"overlap\":1}", "   ", "[]");
    splits("{\"chunk_size\":3,\"overlap\":0}", "äöü ßé", "[\"äöü\",\"ßé\"]");
    splits(NULL, "short", "[\"short\"]");
}

KL_TEST(sentences_stay_whole)
{
    KL_UNUSED_STATE;
    const char *config = "{\"chunk_size\":20,\"overlap\":0,\"strategy\":\"sentence\"}";
    splits(config, "Hello there. How are you?  Fine! e.g. this one. Pi is 3.14 ok",
           "[\"Hello there.\",\"How are you?  Fine!\",\"e.g. this one.\",\"Pi is 3.14 ok\"]");
    splits(config, "Dr. J. Smith came. He left... and so on. \\\"Really?\\\" She did.",
           "[\"Dr. J. Smith came.\",\"He left... and so on.\",\"\\\"Really?\\\" She did.\"]");
    splits("{\"chunk_size\":4,\"overlap\":0,\"strategy\":\"sentence\"}", "你好。再见。",
           "[\"你好。\",\"再见。\"]");
}

KL_TEST(paragraphs_stay_whole)
{
    KL_UNUSED_STATE;
    splits("{\"chunk_size\":20,\"overlap\":0,\"strategy\":\"paragraph\"}",
           "aa bb\\n\\ncc dd\\n \\n\\nee ff gg hh ii jj kk ll mm nn\\nxx",
           "[\"aa bb\\n\\ncc dd\",\"ee ff gg hh ii jj kk ll mm nn\\nxx\"]");
}

KL_TEST(recursion_cuts_where_it_hurts_least)
{
    KL_UNUSED_STATE;
    splits("{\"chunk_size\":10,\"overlap\":0,\"strategy\":\"recursive\"}",
           "one two\\n\\nthree four five\\nabcdefghijklmno",
           "[\"one two\",\"three four\",\"five\",\"abcdefghij\",\"klmno\"]");
    splits("{\"chunk_size\":11,\"overlap\":5,\"strategy\":\"recursive\"}", "one two three four five",
           "[\"one two\",\"two three\",\"three four\",\"four five\"]");
}

KL_TEST(windows_of_tokens)
{
    KL_UNUSED_STATE;
    splits("{\"chunk_size\":4,\"overlap\":1,\"strategy\":\"token\"}", "Hello, big world! Äpfel are_red.",
           "[\"Hello, big world\",\"world! Äpfel are_red\",\"are_red.\"]");
}

KL_TEST(markdown_is_cut_at_headings_not_in_code)
{
    KL_UNUSED_STATE;
    splits("{\"chunk_size\":30,\"overlap\":0,\"strategy\":\"markdown\"}",
           "# One\\n\\ntext of one\\n\\n# Two\\n\\n```\\n# no heading\\n\\nx\\n```\\nend",
           "[\"# One\\n\\ntext of one\",\"# Two\",\"```\\n# no heading\\n\\nx\\n```\\nend\"]");
}

KL_TEST(code_is_cut_at_definitions)
{
    KL_UNUSED_STATE;
    splits("{\"chunk_size\":24,\"overlap\":0,\"strategy\":\"code\"}",
           "def a():\\n    x = 1\\n\\n    y = 2\\n\\ndef b():\\n    pass\\n",
           "[\"def a():\\n    x = 1\",\"y = 2\",\"def b():\\n    pass\"]");
}

KL_TEST(bad_settings_are_refused)
{
    KL_UNUSED_STATE;
    fails("TextSplitterNode", "{\"chunk_size\":4,\"overlap\":4}", "{\"text\":\"a\"}",
          "overlap: expected less than chunk_size (4), got 4");
    fails("TextSplitterNode", NULL, "{\"text\":\"a\",\"chunk_size\":4,\"overlap\":5}",
          "invalid input 'overlap': expected less than chunk_size (4), got 5");
    fails("TextSplitterNode", "{\"overlap\":-1}", "{\"text\":\"a\"}",
          "overlap: expected non-negative integer, got -1");
    fails("TextSplitterNode", "{\"strategy\":\"zz\"}", "{\"text\":\"a\"}",
          "strategy: expected one of: fixed_size, sentence, paragraph, recursive, token, markdown, "
          "code, got \"zz\"");
    fails("TextSplitterNode", NULL, "{}", "missing required input: text");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    const char *inputs = "{\"text\":\"# A\\n\\nSome text. More text here, and more.\\n\\n# B\\nx\"}";
    survives_failed_allocations("TextSplitterNode", "{\"chunk_size\":12,\"strategy\":\"markdown\"}",
                                inputs);
    survives_failed_allocations("TextSplitterNode", "{\"chunk_size\":3,\"strategy\":\"token\"}", inputs);
    survives_failed_allocations("TextSplitterNode", "{\"chunk_size\":9,\"strategy\":\"sentence\"}",
                                inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_characters),
        cmocka_unit_test(sentences_stay_whole),
        cmocka_unit_test(paragraphs_stay_whole),
        cmocka_unit_test(recursion_cuts_where_it_hurts_least),
        cmocka_unit_test(windows_of_tokens),
        cmocka_unit_test(markdown_is_cut_at_headings_not_in_code),
        cmocka_unit_test(code_is_cut_at_definitions),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
