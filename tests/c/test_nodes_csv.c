/* CSVProcessorNode. */
#include "folder.h"
#include "node_sweep.h"

#include <sys/resource.h>
#include <sys/wait.h>

#define CSV "CSVProcessorNode"

/* Sanitizers keep freed memory for a while, so their processes grow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GROWTH_MAX_KIB LONG_MAX
#else
#define GROWTH_MAX_KIB (12 * 1024L)
#endif

#define PEOPLE                                                                                     \
    "{\"action\":\"transform\",\"data\":[{\"name\":\"Ann\",\"age\":30,\"team\":\"a\"},"            \
    "{\"name\":\"Bob\",\"age\":9,\"team\":\"b\"},{\"name\":\"Cid\",\"age\":41,\"team\":\"a\"}]}"

KL_TEST(text_is_read)
{
    KL_UNUSED_STATE;
    gives(CSV, NULL, "{\"action\":\"read\",\"content\":\"a,b\\n1,\\\"x,\\\"\\\"y\\\"\\n\\n2,\\n\"}",
          "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":\"1\",\"b\":\"x,\\\"y\"},"
          "{\"a\":\"2\",\"b\":\"\"}],\"row_count\":2}");
    gives(CSV, NULL, "{\"action\":\"read\",\"content\":\"\"}",
          "{\"columns\":[],\"rows\":[],\"row_count\":0}");
    gives(CSV, "{\"has_headers\":false,\"delimiter\":\";;\"}",
          "{\"action\":\"read\",\"content\":\"1;2\\n\"}",
          "{\"columns\":[\"column_0\",\"column_1\"],\"rows\":[{\"column_0\":\"1\",\"column_1\":"
          "\"2\"}],\"row_count\":1}");
    /* Settings may come as inputs too, and win. */
    gives(CSV, "{\"delimiter\":\",\"}",
          "{\"action\":\"read\",\"content\":\"a|b\\n1|2\\n\",\"delimiter\":\"|\"}",
          "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":\"1\",\"b\":\"2\"}],\"row_count\":1}");
    gives(CSV, "{\"infer_types\":true,\"columns\":[\"b\",\"a\"],\"limit\":1,\"skip_rows\":1}",
          "{\"action\":\"read\",\"content\":\"title\\na,b\\n1,2.5\\n3,\\n\"}",
          "{\"columns\":[\"b\",\"a\"],\"rows\":[{\"b\":2.5,\"a\":1}],\"row_count\":1}");
    gives(CSV, "{\"quote\":\"'\",\"escape\":\"\\\\\"}",
          "{\"action\":\"read\",\"content\":\"a\\n'x\\\\'y'\\n\"}",
          "{\"columns\":[\"a\"],\"rows\":[{\"a\":\"x'y\"}],\"row_count\":1}");
    gives(CSV, "{\"flexible\":true}", "{\"action\":\"read\",\"content\":\"a,b\\n1\\n1,2,3\\n\"}",
          "{\"columns\":[\"a\",\"b\",\"column_2\"],\"rows\":[{\"a\":\"1\",\"b\":null},{\"a\":\"1\","
          "\"b\":\"2\",\"column_2\":\"3\"}],\"row_count\":2}");
    gives(CSV, NULL, "{\"action\":\"read\",\"content\":\"a,a\\n1,2\\n\"}",
          "{\"columns\":[\"a\"],\"rows\":[{\"a\":\"2\"}],\"row_count\":1}");
}

KL_TEST(files_are_read)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/a.csv", KL_TEXT("\xEF\xBB\xBF" "a,b\r\n1,2\r\n"));
    put_file("{DIR}/l1.csv", KL_TEXT("a\ncaf\xE9\n"));
    gives(CSV, NULL, fill("{\"action\":\"read\",\"source_path\":\"{DIR}/a.csv\"}"),
          "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":\"1\",\"b\":\"2\"}],\"row_count\":1}");
    gives(CSV, "{\"encoding\":\"latin1\"}", fill("{\"action\":\"read\",\"source_path\":\"{DIR}/l1.csv\"}"),
          "{\"columns\":[\"a\"],\"rows\":[{\"a\":\"caf\xC3\xA9\"}],\"row_count\":1}");
    fails(CSV, NULL, fill("{\"action\":\"read\",\"source_path\":\"{DIR}/none\"}"),
          fill("node execution failed: cannot open '{DIR}/none': No such file or directory"));
    fails(CSV, fill("{\"base_dir\":\"/usr\"}"), fill("{\"action\":\"read\",\"source_path\":\"{DIR}/a.csv\"}"),
          fill("node execution failed: path '{DIR}/a.csv' leads outside base_dir '/usr'"));
    fails(CSV, NULL, fill("{\"action\":\"read\",\"source_path\":\"{DIR}/l1.csv\"}"),
          "node execution failed: failed to parse CSV: line 2: a cell is not valid UTF-8");
}

KL_TEST(rows_are_written)
{
    KL_UNUSED_STATE;
    gives(CSV, NULL,
          "{\"action\":\"write\",\"data\":[{\"b\":1,\"a\":null},{\"a\":true,\"c\":[1,{}]},{\"b\":"
          "\"x,y\"}]}",
          "{\"columns\":[\"b\",\"a\",\"c\"],\"content\":\"b,a,c\\n1,,\\n,true,\\\"[1, {}]\\\"\\n\\\"x,y"
          "\\\",,\\n\",\"row_count\":3}");
    gives(CSV, NULL, "{\"action\":\"write\",\"data\":[]}",
          "{\"columns\":[],\"content\":\"\",\"row_count\":0}");
    gives(CSV, "{\"has_headers\":false,\"delimiter\":\"\\t\",\"crlf\":true}",
          "{\"action\":\"write\",\"data\":[{\"a\":1.0,\"b\":\"x\"}]}",
          "{\"columns\":[\"a\",\"b\"],\"content\":\"1.0\\tx\\r\\n\",\"row_count\":1}");
    gives(CSV, "{\"columns\":[\"z\",\"a\"]}", "{\"action\":\"write\",\"data\":[{\"a\":1,\"b\":2}]}",
          "{\"columns\":[\"z\",\"a\"],\"content\":\"z,a\\n,1\\n\",\"row_count\":1}");
    gives(CSV, "{\"safe_cells\":true}",
          "{\"action\":\"write\",\"data\":[{\"a\":\"=1+1\",\"b\":-1}]}",
          "{\"columns\":[\"a\",\"b\"],\"content\":\"a,b\\n'=1+1,-1\\n\",\"row_count\":1}");
    gives(CSV, "{\"encoding\":\"latin1\"}",
          fill("{\"action\":\"write\",\"data\":[{\"a\":\"\\u00e9\"}],\"destination_path\":"
               "\"{DIR}/sub/w.csv\"}"),
          fill("{\"columns\":[\"a\"],\"path\":\"{DIR}/sub/w.csv\",\"size_bytes\":4,\"row_count\":1}"));
    assert_file("{DIR}/sub/w.csv", "a\n\xE9\n");
    fails(CSV, "{\"encoding\":\"ASCII\"}",
          fill("{\"action\":\"write\",\"data\":[{\"a\":\"\\u00e9\"}],\"destination_path\":"
               "\"{DIR}/never.csv\"}"),
          "node execution failed: the text at byte 2 is not valid in UTF-8, or not in ASCII");
    assert_false(file_exists("{DIR}/never.csv"));
}

KL_TEST(rows_are_transformed)
{
    KL_UNUSED_STATE;
    gives(CSV, NULL, "{\"action\":\"transform\",\"data\":[{\"a\":1},{\"b\":[2]}]}",
          "{\"columns\":[\"a\",\"b\"],\"rows\":[{\"a\":1},{\"b\":[2]}],\"row_count\":2}");
    static const struct {
        const char *config, *columns, *rows;
    } cases[] = {
        {"{\"select\":[\"age\",\"name\"],\"rename\":{\"age\":\"years\"}}", "[\"years\",\"name\"]",
         "[{\"years\":30,\"name\":\"Ann\"},{\"years\":9,\"name\":\"Bob\"},{\"years\":41,\"name\":"
         "\"Cid\"}]"},
        {"{\"filter\":{\"field\":\"age\",\"op\":\"gt\",\"value\":10},\"select\":[\"name\"]}",
         "[\"name\"]", "[{\"name\":\"Ann\"},{\"name\":\"Cid\"}]"},
        {"{\"sort_by\":\"age\",\"select\":[\"name\"]}", "[\"name\"]",
         "[{\"name\":\"Bob\"},{\"name\":\"Ann\"},{\"name\":\"Cid\"}]"},
        {"{\"sort_by\":[\"team\",\"age\"],\"descending\":true,\"columns\":[\"name\"]}", "[\"name\"]",
         "[{\"name\":\"Bob\"},{\"name\":\"Cid\"},{\"name\":\"Ann\"}]"},
        {"{\"distinct\":true,\"select\":[\"team\"]}", "[\"team\"]",
         "[{\"team\":\"a\"},{\"team\":\"b\"}]"},
        {"{\"distinct\":true,\"select\":[\"team\"],\"limit\":1}", "[\"team\"]", "[{\"team\":\"a\"}]"},
        {"{\"limit\":0}", "[\"name\",\"age\",\"team\"]", "[]"},
        {"{\"group_by\":\"team\",\"aggregates\":{\"n\":{\"op\":\"count\"},\"sum\":{\"op\":\"sum\","
         "\"field\":\"age\"},\"avg\":{\"op\":\"average\",\"field\":\"age\"},\"young\":{\"op\":\"min\","
         "\"field\":\"age\"},\"old\":{\"op\":\"max\",\"field\":\"age\"},\"f\":{\"op\":\"first\","
         "\"field\":\"name\"},\"l\":{\"op\":\"last\",\"field\":\"name\"}}}",
         "[\"team\",\"n\",\"sum\",\"avg\",\"young\",\"old\",\"f\",\"l\"]",
         "[{\"team\":\"a\",\"n\":2,\"sum\":71,\"avg\":35.5,\"young\":30,\"old\":41,\"f\":\"Ann\","
         "\"l\":\"Cid\"},{\"team\":\"b\",\"n\":1,\"sum\":9,\"avg\":9.0,\"young\":9,\"old\":9,"
         "\"f\":\"Bob\",\"l\":\"Bob\"}]"},
        {"{\"aggregates\":{\"n\":{\"op\":\"count\"}}}", "[\"n\"]", "[{\"n\":3}]"},
        {"{\"group_by\":[\"team\"],\"sort_by\":\"team\",\"descending\":true,\"rename\":{\"team\":"
         "\"t\"}}", "[\"t\"]", "[{\"t\":\"b\"},{\"t\":\"a\"}]"},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        char expected[1024];
        kl_value rows = json(cases[i].rows);
        snprintf(expected, sizeof expected, "{\"columns\":%s,\"rows\":%s,\"row_count\":%zu}",
                 cases[i].columns, cases[i].rows, kl_array_len(rows));
        kl_value_release(rows);
        gives(CSV, cases[i].config, PEOPLE, expected);
    }
}

KL_TEST(cells_that_are_numbers_sort_and_sum_as_numbers)
{
    KL_UNUSED_STATE;
    gives(CSV, "{\"sort_by\":\"a\"}", "{\"action\":\"read\",\"content\":\"a\\n10\\n9\\nx\\n\\\"\\\"\\n2.5\\n\"}",
          "{\"columns\":[\"a\"],\"rows\":[{\"a\":\"\"},{\"a\":\"2.5\"},{\"a\":\"9\"},{\"a\":\"10\"},"
          "{\"a\":\"x\"}],\"row_count\":5}");
    gives(CSV, "{\"aggregates\":{\"s\":{\"op\":\"sum\",\"field\":\"a\"},\"n\":{\"op\":\"count\","
               "\"field\":\"a\"},\"m\":{\"op\":\"max\",\"field\":\"a\"}}}",
          "{\"action\":\"read\",\"content\":\"a\\n10\\n9\\n\\\"\\\"\\n\"}",
          "{\"columns\":[\"s\",\"n\",\"m\"],\"rows\":[{\"s\":19,\"n\":2,\"m\":10}],\"row_count\":1}");
    gives(CSV, "{\"aggregates\":{\"s\":{\"op\":\"sum\",\"field\":\"a\"}}}",
          "{\"action\":\"read\",\"content\":\"a\\n9223372036854775807\\n1\\n\"}",
          "{\"columns\":[\"s\"],\"rows\":[{\"s\":9.223372036854776e+18}],\"row_count\":1}");
    fails(CSV, "{\"aggregates\":{\"s\":{\"op\":\"sum\",\"field\":\"a\"}}}",
          "{\"action\":\"read\",\"content\":\"a\\nx\\n\"}",
          "node execution failed: cannot compute sum of 'a': a cell is no number");
    gives(CSV, NULL,
          "{\"action\":\"read\",\"content\":\"a\\n5\\n50\\n\",\"infer_types\":true,\"filter\":"
          "{\"field\":\"a\",\"op\":\"gte\",\"value\":6}}",
          "{\"columns\":[\"a\"],\"rows\":[{\"a\":50}],\"row_count\":1}");
}

KL_TEST(bad_settings_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *inputs, *message;
    } cases[] = {
        {NULL, "{}", "missing required input: action"},
        {NULL, "{\"action\":\"eat\"}",
         "invalid input 'action': expected one of: read, write, transform, got \"eat\""},
        {NULL, "{\"action\":\"read\"}", "missing required input: content or source_path"},
        {NULL, "{\"action\":\"write\"}", "missing required input: data"},
        {NULL, "{\"action\":\"transform\"}", "missing required input: data, content or source_path"},
        {NULL, "{\"action\":\"read\",\"content\":\"a\",\"source_path\":\"b\"}",
         "invalid input 'source_path': expected either content or source_path, got both"},
        {NULL, "{\"action\":\"read\",\"content\":\"a\",\"data\":[]}",
         "invalid input 'data': expected one source of rows, got several"},
        {NULL, "{\"action\":\"write\",\"content\":\"a\",\"data\":[]}",
         "invalid input 'content': expected only data with action write"},
        {NULL, "{\"action\":\"write\",\"data\":[{},1]}",
         "invalid input 'data[1]': expected object, got 1"},
        {NULL, "{\"action\":\"write\",\"data\":{}}", "invalid input 'data': expected array, got object"},
        {NULL, "{\"action\":\"read\",\"content\":\"a\",\"delimiter\":\"\"}",
         "invalid input 'delimiter': expected one character"},
        {NULL, "{\"action\":\"read\",\"content\":\"a\",\"quote\":\",\"}",
         "invalid input 'quote': expected another character than the delimiter"},
        {NULL, "{\"action\":\"read\",\"content\":\"a,b\\n1\\n\"}",
         "node execution failed: failed to parse CSV: line 2: expected 2 fields, got 1"},
        {"{\"select\":[\"c\"]}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'select': expected one of: a, b, got \"c\""},
        {"{\"rename\":{\"c\":\"d\"}}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'rename': expected one of: a, b, got \"c\""},
        {"{\"columns\":[\"c\"]}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'columns': expected one of: a, b, got \"c\""},
        {"{\"sort_by\":\"c\"}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'sort_by': expected one of: a, b, got \"c\""},
        {"{\"group_by\":[\"c\"]}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'group_by': expected one of: a, b, got \"c\""},
        {"{\"sort_by\":[1]}", "{\"action\":\"read\",\"content\":\"a,b\\n\"}",
         "invalid input 'sort_by': expected string or array of string, got array"},
        {"{\"aggregates\":{\"x\":{\"op\":\"mode\"}}}", "{\"action\":\"read\",\"content\":\"a\\n\"}",
         "invalid input 'aggregates.x.op': expected one of: count, sum, average, min, max, first, "
         "last, got \"mode\""},
        {"{\"aggregates\":{\"x\":{\"op\":\"sum\"}}}", "{\"action\":\"read\",\"content\":\"a\\n\"}",
         "invalid input 'aggregates.x.field': expected string, got null"},
        {"{\"aggregates\":{\"x\":{\"op\":\"sum\",\"field\":\"z\"}}}",
         "{\"action\":\"read\",\"content\":\"a\\n\"}",
         "invalid input 'aggregates': there is no column 'z'"},
        {"{\"limit\":-1}", "{\"action\":\"read\",\"content\":\"a\\n\"}",
         "limit: expected non-negative integer, got -1"},
        {NULL, "{\"action\":\"read\",\"content\":\"a\\n\",\"filter\":{\"field\":\"a\"}}",
         "missing required input: filter.op"},
        {"{\"encoding\":\"klingon\"}", "{\"action\":\"read\",\"source_path\":\"/dev/null\"}",
         "node execution failed: expected file, got device or pipe: '/dev/null'"},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++)
        fails(CSV, cases[i].config, cases[i].inputs, cases[i].message);
    fails(CSV, "{\"encoding\":\"klingon\"}",
          fill("{\"action\":\"read\",\"source_path\":\"{DIR}/a.csv\"}"),
          "invalid input 'encoding': expected the name of an encoding, got \"klingon\"");
    /* A bad filter in the config fails when the workflow is built. */
    fails(CSV, "{\"filter\":{\"field\":\"a\",\"op\":\"is\",\"value\":1}}", "{}",
          "invalid input 'filter.op': expected one of: equals, not_equals, contains, gt, gte, lt, "
          "lte, regex, in_list, got \"is\"");
}

KL_TEST(a_failure_leaves_the_destination_as_it_was)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/bad.csv", KL_TEXT("a,b\n1,2\n3\n"));
    put_file("{DIR}/dest.csv", KL_TEXT("old"));
    int before = count_test_files();
    fails(CSV, NULL,
          fill("{\"action\":\"transform\",\"source_path\":\"{DIR}/bad.csv\",\"destination_path\":"
               "\"{DIR}/dest.csv\"}"),
          "node execution failed: failed to parse CSV: line 3: expected 2 fields, got 1");
    assert_file("{DIR}/dest.csv", "old");
    assert_int_equal(count_test_files(), before);
    /* A file may be its own destination. */
    put_file("{DIR}/self.csv", KL_TEXT("a,b\n1,2\n3,4\n"));
    gives(CSV, "{\"select\":[\"b\"]}",
          fill("{\"action\":\"transform\",\"source_path\":\"{DIR}/self.csv\",\"destination_path\":"
               "\"{DIR}/self.csv\"}"),
          fill("{\"columns\":[\"b\"],\"path\":\"{DIR}/self.csv\",\"size_bytes\":6,\"row_count\":2}"));
    assert_file("{DIR}/self.csv", "b\n2\n4\n");
    fails(CSV, "{\"flexible\":true}",
          fill("{\"action\":\"transform\",\"content\":\"a\\n1,2\\n\",\"destination_path\":"
               "\"{DIR}/dest.csv\"}"),
          "node execution failed: line 2: more cells than columns; name the columns to write in "
          "'columns'");
}

/* A file of some megabytes goes through while the process may grow by a fraction of that. */
KL_TEST(big_files_pass_through_in_little_memory)
{
    KL_UNUSED_STATE;
    enum { ROWS = 600000 };
    FILE *file = fopen(fill("{DIR}/big.csv"), "w");
    fputs("id,name,score\n", file);
    for (int i = 0; i < ROWS; i++)
        fprintf(file, "%d,\"person, number %d of a long list of people\",%d\n", i, i, i % 100);
    fclose(file);
    pid_t child = fork();
    if (child == 0) {
        struct rusage before, after;
        kl_value out;
        kl_error error = KL_ERROR_INIT;
        getrusage(RUSAGE_SELF, &before);
        kl_status status = run_node(
            &out, CSV,
            "{\"infer_types\":true,\"filter\":{\"field\":\"score\",\"op\":\"lt\",\"value\":50}}",
            fill("{\"action\":\"transform\",\"source_path\":\"{DIR}/big.csv\","
                 "\"destination_path\":\"{DIR}/half.csv\"}"), &error);
        getrusage(RUSAGE_SELF, &after);
        long grown = after.ru_maxrss - before.ru_maxrss; /* KiB */
        bool good = status == KL_OK && grown < GROWTH_MAX_KIB &&
                    kl_as_int(kl_map_get(out, KL_TEXT("row_count"))) == ROWS / 2;
        if (!good)
            print_error("status %d, grown by %ld KiB: %s\n", status, grown, kl_error_message(&error));
        _exit(good ? 0 : 1);
    }
    int result = -1;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
}

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(CSV, "{\"filter\":{\"field\":\"a\",\"op\":\"gt\",\"value\":0},"
                                     "\"infer_types\":true,\"sort_by\":\"b\",\"distinct\":true,"
                                     "\"select\":[\"a\",\"b\"],\"rename\":{\"a\":\"x\"}}",
                                "{\"action\":\"read\",\"content\":\"a,b\\n1,2\\n3,\\\"x,y\\\"\\n\"}");
    survives_failed_allocations(CSV, "{\"group_by\":\"a\",\"aggregates\":{\"n\":{\"op\":\"max\","
                                     "\"field\":\"b\"}},\"encoding\":\"UTF-16\"}",
                                fill("{\"action\":\"write\",\"data\":[{\"a\":1,\"b\":\"2\"},"
                                     "{\"a\":[1],\"b\":3}],\"destination_path\":\"{DIR}/s.csv\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(rows_are_written),
        cmocka_unit_test(rows_are_transformed),
        cmocka_unit_test(cells_that_are_numbers_sort_and_sum_as_numbers),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(a_failure_leaves_the_destination_as_it_was),
        cmocka_unit_test(big_files_pass_through_in_little_memory),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
