/* ExcelReaderNode. The files are made by tests/data/excel/make.py. */
#include "base/driver.h"
#include "drivers/xlsx.h"
#include "folder.h"
#include "node_sweep.h"
#include "nodes/excel_date.h"

#define EXCEL "ExcelReaderNode"
#define AT(file) "{\"file_path\":\"{DATA}/excel/" file "\"}"

static void reads(const char *config, const char *inputs, const char *expected)
{
    gives(EXCEL, config, fill(inputs), expected);
}

static void refuses(const char *config, const char *inputs, const char *message)
{
    fails(EXCEL, config, fill(inputs), fill(message));
}

KL_TEST(cells_of_every_kind_are_read)
{
    KL_UNUSED_STATE;
    reads(NULL, AT("kinds.xlsx"),
          "{\"data\":[{\"name\":\"Ann\",\"value\":1.0,\"ok\":true,\"day\":\"2024-02-29\"},"
          "{\"name\":null,\"value\":null,\"ok\":null,\"day\":null},"
          "{\"name\":\"B\xC3\xB6" "b & <co>\\n2\",\"value\":-2.5,\"ok\":false,"
          "\"day\":\"2024-02-29T13:45:30\"},"
          "{\"name\":null,\"value\":null,\"ok\":null,\"day\":null},"
          "{\"name\":\"#DIV/0!\",\"value\":\"06:30:00\",\"ok\":\"PT36H30M0S\",\"day\":0.25}],"
          "\"headers\":[\"name\",\"value\",\"ok\",\"day\"],\"row_count\":5,"
          "\"sheet_names\":[\"S1\",\"Zwei\",\"Empty\"]}");
    reads(NULL, AT("formulas.xlsx"),
          "{\"data\":[{\"sum\":3.0,\"text\":\"ab\",\"flag\":true,\"when\":\"2024-02-29T13:45:30\","
          "\"rich\":\"plain bold end\"},{\"sum\":null,\"text\":\"_x000D_ and \\r\",\"flag\":null,"
          "\"when\":null,\"rich\":null}],\"headers\":[\"sum\",\"text\",\"flag\",\"when\",\"rich\"],"
          "\"row_count\":2,\"sheet_names\":[\"Sheet\"]}");
    reads(NULL, AT("inline.xlsx"),
          "{\"data\":[{\"a\":\"later\",\"b\":2.0}],\"headers\":[\"a\",\"b\"],\"row_count\":1,"
          "\"sheet_names\":[\"Inline\"]}");
}

KL_TEST(old_files_are_read)
{
    KL_UNUSED_STATE;
    reads("{\"range\":\"A1:D4\"}", AT("kinds.xls"),
          "{\"data\":[{\"name\":\"Ann\",\"value\":1.0,\"ok\":true,\"day\":\"2024-02-29\"},"
          "{\"name\":null,\"value\":null,\"ok\":null,\"day\":null},"
          "{\"name\":\"B\xC3\xB6" "b \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80\",\"value\":-2.125,"
          "\"ok\":false,\"day\":\"2024-02-29T13:45:30\"}],"
          "\"headers\":[\"name\",\"value\",\"ok\",\"day\"],\"row_count\":3,"
          "\"sheet_names\":[\"S1\",\"Zwei\"]}");
    reads("{\"range\":\"B5:H6\",\"has_headers\":false}", AT("kinds.xls"),
          "{\"data\":[{\"column_0\":123456789.25,\"column_1\":12.34,\"column_2\":null,\"column_3\":"
          "null,\"column_4\":null,\"column_5\":null,\"column_6\":null},{\"column_0\":null,"
          "\"column_1\":null,\"column_2\":null,\"column_3\":4.0,\"column_4\":5.0,\"column_5\":6.0,"
          "\"column_6\":7.0}],\"headers\":[\"column_0\",\"column_1\",\"column_2\",\"column_3\","
          "\"column_4\",\"column_5\",\"column_6\"],\"row_count\":2,\"sheet_names\":[\"S1\",\"Zwei\"]}");
    reads(NULL, AT("results.xls"),
          "{\"data\":[{\"text\":\"caf\xC3\xA9 \xE6\x97\xA5\",\"bool\":true,\"error\":\"#DIV/0!\","
          "\"empty\":null,\"number\":2.5,\"na\":\"#N/A\",\"label\":\"abc\"}],\"headers\":[\"text\","
          "\"bool\",\"error\",\"empty\",\"number\",\"na\",\"label\"],\"row_count\":1,"
          "\"sheet_names\":[\"R\"]}");
}

/* The table of strings is longer than a record may be, so strings are cut in two by CONTINUE. */
KL_TEST(strings_that_go_on_in_further_records_are_whole)
{
    KL_UNUSED_STATE;
    kl_value out;
    assert_int_equal(run_node(&out, EXCEL, NULL, fill(AT("many.xls")), NULL), KL_OK);
    kl_value data = kl_map_get(out, KL_TEXT("data"));
    assert_int_equal(kl_array_len(data), 400);
    for (int row = 1; row <= 400; row++) {
        char expected[400] = "";
        for (int i = 0; i < row % 40; i++)
            strcat(expected, row % 3 ? "\xC3\xA4\xE6\x97\xA5" : "abc");
        sprintf(expected + strlen(expected), "%d", row);
        kl_value text = kl_map_get(kl_array_at(data, (size_t)row - 1), KL_TEXT("text"));
        assert_string_equal(kl_as_text(text).data, expected);
    }
    kl_value_release(out);
}

KL_TEST(sheets_are_chosen_by_name)
{
    KL_UNUSED_STATE;
    static const char *const files[] = {"kinds.xlsx", "kinds.xls"};
    static const char *const names[] = {"\"S1\",\"Zwei\",\"Empty\"", "\"S1\",\"Zwei\""};
    for (size_t i = 0; i < 2; i++) {
        char inputs[200], expected[300], message[200];
        snprintf(inputs, sizeof inputs, "{\"file_path\":\"{DATA}/excel/%s\",\"sheet_name\":\"Zwei\"}",
                 files[i]);
        snprintf(expected, sizeof expected,
                 "{\"data\":[],\"headers\":[\"x\"],\"row_count\":0,\"sheet_names\":[%s]}", names[i]);
        reads(NULL, inputs, expected);
        snprintf(inputs, sizeof inputs, "{\"file_path\":\"{DATA}/excel/%s\",\"sheet_name\":\"zz\"}",
                 files[i]);
        snprintf(message, sizeof message,
                 "invalid input 'sheet_name': expected one of: S1, Zwei%s, got zz", i ? "" : ", Empty");
        refuses(NULL, inputs, message);
    }
    reads(NULL, "{\"file_path\":\"{DATA}/excel/kinds.xlsx\",\"sheet_name\":\"Empty\"}",
          "{\"data\":[],\"headers\":[],\"row_count\":0,\"sheet_names\":[\"S1\",\"Zwei\",\"Empty\"]}");
}

KL_TEST(ranges_and_headers_are_heeded)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *data, *headers;
    } cases[] = {
        {"{\"header_row\":4,\"max_rows\":1}",
         "{\"2023\":52.0,\"column_1\":53.0,\"1.5\":54.0,\"d\":55.0}",
         "\"2023\",\"column_1\",\"1.5\",\"d\""},
        {"{\"range\":\"D4:E6\"}", "{\"1.5\":54.0,\"d\":55.0},{\"1.5\":64.0,\"d\":65.0}",
         "\"1.5\",\"d\""},
        {"{\"range\":\"d4:e6\",\"header_row\":5}", "{\"54\":64.0,\"55\":65.0}", "\"54\",\"55\""},
        {"{\"range\":\"7:8\",\"has_headers\":false}",
         "{\"column_0\":null,\"column_1\":72.0,\"column_2\":73.0,\"column_3\":74.0,\"column_4\":75.0},"
         "{\"column_0\":null,\"column_1\":82.0,\"column_2\":83.0,\"column_3\":84.0,\"column_4\":85.0}",
         "\"column_0\",\"column_1\",\"column_2\",\"column_3\",\"column_4\""},
        {"{\"range\":\"E:E\",\"header_row\":7}", "{\"75\":85.0}", "\"75\""},
        {"{\"header_row\":4,\"max_rows\":0}", "", "\"2023\",\"column_1\",\"1.5\",\"d\""},
        {"{\"range\":\"Y1:Z9\"}", "", ""},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        char expected[1000], list[900];
        snprintf(list, sizeof list, "[%s]", cases[i].data);
        kl_value data = json(list);
        snprintf(expected, sizeof expected,
                 "{\"data\":%s,\"headers\":[%s],\"row_count\":%zu,\"sheet_names\":[\"Sheet\"]}", list,
                 cases[i].headers, kl_array_len(data));
        kl_value_release(data);
        reads(cases[i].config, AT("headers.xlsx"), expected);
    }
}

KL_TEST(bad_settings_are_refused)
{
    KL_UNUSED_STATE;
    static const char *const ranges[] = {"", "A1", "A1:", "A0:B2", "B1:A2", "A2:B1", "A1:B2:C3",
                                         "A1:XFE2", "A1:B1048577", "1A:2B", "A1:B2x", ":",
                                         "A99999999999:B1"};
    for (size_t i = 0; i < KL_COUNT(ranges); i++) {
        char config[100], message[200];
        snprintf(config, sizeof config, "{\"range\":\"%s\"}", ranges[i]);
        snprintf(message, sizeof message,
                 "invalid input 'range': expected cells such as A1:D20, A:D or 1:20, got \"%s\"",
                 ranges[i]);
        refuses(config, AT("headers.xlsx"), message);
    }
    refuses(NULL, "{}", "missing required input: file_path");
    refuses(NULL, "{\"file_path\":1}", "invalid input 'file_path': expected string, got 1");
    refuses("{\"header_row\":1,\"has_headers\":false}", AT("headers.xlsx"),
            "invalid input 'header_row': there is none with has_headers false");
    refuses("{\"header_row\":9,\"range\":\"A1:B3\"}", AT("headers.xlsx"),
            "invalid input 'header_row': expected a row within range, got 9");
    refuses("{\"max_rows\":-1}", AT("headers.xlsx"), "max_rows: expected non-negative integer, got -1");
    refuses("{\"base_dir\":\"/usr\"}", AT("headers.xlsx"),
            "node execution failed: path '{DATA}/excel/headers.xlsx' leads outside base_dir '/usr'");
}

KL_TEST(damaged_files_are_refused)
{
    KL_UNUSED_STATE;
    put_file("{DIR}/text.xlsx", KL_TEXT("a,b\n"));
    put_file("{DIR}/half.xlsx", KL_TEXT("PK\x03\x04 and no more"));
    put_file("{DIR}/half.xls", KL_TEXT("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and no more"));
    refuses(NULL, "{\"file_path\":\"{DIR}/none.xlsx\"}",
            "node execution failed: cannot open '{DIR}/none.xlsx': No such file or directory");
    refuses(NULL, "{\"file_path\":\"{DIR}/text.xlsx\"}",
            "node execution failed: not an Excel file; expected .xlsx or .xls");
    refuses(NULL, "{\"file_path\":\"{DIR}/half.xlsx\"}",
            "node execution failed: not a valid .xlsx file: it is no zip archive");
    refuses(NULL, "{\"file_path\":\"{DIR}/half.xls\"}",
            "node execution failed: not a valid .xls file: it is no compound file");
    refuses(NULL, AT("doctype.xlsx"),
            "node execution failed: not a valid .xlsx file: a part has a document type");
    refuses(NULL, AT("malformed.xlsx"),
            "node execution failed: not a valid .xlsx file: xl/worksheets/sheet1.xml line 2: "
            "AttValue: ' expected");
    refuses(NULL, AT("nosheet.xlsx"),
            "node execution failed: not a valid .xlsx file: no part xl/worksheets/sheet1.xml");
    refuses(NULL, AT("outside.xlsx"),
            "node execution failed: not a valid .xlsx file: a cell lies outside the sheet");
    refuses(NULL, AT("badstring.xlsx"),
            "node execution failed: not a valid .xlsx file: a cell refers to a string that is not "
            "there");
}

KL_TEST(bombs_are_refused)
{
    KL_UNUSED_STATE;
    refuses(NULL, AT("bomb.xlsx"),
            "resource limit exceeded: compression_ratio (limit: 200 to 1)");
    refuses("{\"max_unpacked_bytes\":1000000,\"max_compression_ratio\":100000}", AT("bomb.xlsx"),
            "resource limit exceeded: unpacked_size (limit: 1000000 bytes)");
    refuses("{\"max_size_bytes\":100}", AT("kinds.xlsx"),
            "resource limit exceeded: file_size (limit: 100 bytes)");
    reads("{\"max_compression_ratio\":100000}", AT("bomb.xlsx"),
          "{\"data\":[{\"a\":\"later\",\"b\":2.0}],\"headers\":[\"a\",\"b\"],\"row_count\":1,"
          "\"sheet_names\":[\"Inline\"]}");
}

/* Any damage gives an error or other cells, never more. */
KL_TEST(old_files_with_any_byte_changed_do_no_harm)
{
    KL_UNUSED_STATE;
    static char bytes[16384];
    FILE *file = fopen(fill("{DATA}/excel/kinds.xls"), "rb");
    assert_non_null(file);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t i = 0; i < len; i += 3) {
        char old = bytes[i];
        kl_value out = kl_null();
        bytes[i] = (char)(old ^ (i % 2 ? 0xFF : 0x81));
        put_file("{DIR}/changed.xls", (kl_text){bytes, len});
        kl_value config = kl_null(), inputs = json(fill("{\"file_path\":\"{DIR}/changed.xls\"}"));
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(EXCEL)), config, inputs, NULL);
        kl_value_release(inputs);
        kl_value_release(out);
        bytes[i] = old;
    }
    for (size_t cut = 0; cut < len; cut += 97) {
        kl_value out = kl_null(), inputs = json(fill("{\"file_path\":\"{DIR}/changed.xls\"}"));
        put_file("{DIR}/changed.xls", (kl_text){bytes, cut});
        kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(EXCEL)), kl_null(), inputs, NULL);
        kl_value_release(inputs);
        kl_value_release(out);
    }
}

KL_TEST(number_formats_tell_dates)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *code;
        unsigned parts;
    } cases[] = {
        {"General", 0}, {"0.00", 0}, {"#,##0.00;[Red]-#,##0.00", 0}, {"0.00E+00", 0}, {"@", 0},
        {"0\" days\"", 0}, {"0\\d", 0}, {"[$-409]0", 0}, {"_(* #,##0_)", 0}, {"", 0}, {"\"", 0},
        {"[", 0}, {"\\", 0}, {"0.0;d", 0},
        {"yyyy-mm-dd", KL_DATE_DAY}, {"mmm", KL_DATE_DAY}, {"mm/yy", KL_DATE_DAY}, {"d", KL_DATE_DAY},
        {"[$-409]d mmmm yyyy", KL_DATE_DAY}, {"m/d/yyyy h:mm", KL_DATE_DAY | KL_DATE_TIME},
        {"h:mm", KL_DATE_TIME}, {"hh:mm:ss", KL_DATE_TIME}, {"mm:ss", KL_DATE_TIME},
        {"mm:ss.0", KL_DATE_TIME}, {"h:mm AM/PM", KL_DATE_TIME}, {"YYYY/MM/DD", KL_DATE_DAY},
        {"[h]:mm:ss", KL_DATE_ELAPSED}, {"[mm]:ss", KL_DATE_ELAPSED}, {"[hm]", 0},
        {"[Magenta]0", 0},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++)
        if (kl_excel_format_parts(kl_text_from(cases[i].code)) != cases[i].parts)
            fail_msg("%s: got %u", cases[i].code, kl_excel_format_parts(kl_text_from(cases[i].code)));
    assert_int_equal(kl_excel_builtin_parts(0), 0);
    assert_int_equal(kl_excel_builtin_parts(14), KL_DATE_DAY);
    assert_int_equal(kl_excel_builtin_parts(20), KL_DATE_TIME);
    assert_int_equal(kl_excel_builtin_parts(22), KL_DATE_DAY | KL_DATE_TIME);
    assert_int_equal(kl_excel_builtin_parts(46), KL_DATE_ELAPSED);
    assert_int_equal(kl_excel_builtin_parts(49), 0);
}

KL_TEST(numbers_become_dates)
{
    KL_UNUSED_STATE;
    enum { D = KL_DATE_DAY, T = KL_DATE_TIME, E = KL_DATE_ELAPSED };
    static const struct {
        double number;
        unsigned parts;
        bool from_1904;
        const char *expected;
    } cases[] = {
        {1, 0, false, "1.0"}, {1, D, false, "\"1900-01-01\""}, {59, D, false, "\"1900-02-28\""},
        {60, D, false, "60.0"}, /* a day that never was */ {61, D, false, "\"1900-03-01\""},
        {60, D, true, "\"1904-03-01\""}, {0, D, true, "\"1904-01-01\""},
        {25569, D, false, "\"1970-01-01\""}, {45351, D, false, "\"2024-02-29\""},
        {45351.5, D, false, "\"2024-02-29T12:00:00\""}, {45351, D | T, false, "\"2024-02-29T00:00:00\""},
        {2958465, D, false, "\"9999-12-31\""}, {2958466, D, false, "2958466.0"},
        {-1, D, false, "-1.0"}, {0.5, T, false, "\"12:00:00\""}, {0, T, false, "\"00:00:00\""},
        {1.5, T, false, "\"1900-01-01T12:00:00\""}, {0.999999999, T, false, "\"1900-01-01T00:00:00\""},
        {0.5 + 1.5 / 86400, T, false, "\"12:00:01.500\""}, {1.5, E, false, "\"PT36H0M0S\""},
        {0.25 / 86400, E, false, "\"PT0H0M0.250S\""}, {1e300, D, false, "1e+300"},
        {45716, D, true, "\"2029-03-01\""},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value value;
        assert_int_equal(kl_excel_number(&value, cases[i].number, cases[i].parts,
                                         cases[i].from_1904, NULL), KL_OK);
        assert_json(value, cases[i].expected);
    }
}

KL_TEST(the_node_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(EXCEL, "{}", fill(AT("formulas.xlsx")));
    survives_failed_allocations(EXCEL, "{}", fill(AT("results.xls")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_of_every_kind_are_read),
        cmocka_unit_test(old_files_are_read),
        cmocka_unit_test(strings_that_go_on_in_further_records_are_whole),
        cmocka_unit_test(sheets_are_chosen_by_name),
        cmocka_unit_test(ranges_and_headers_are_heeded),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(old_files_with_any_byte_changed_do_no_harm),
        cmocka_unit_test(number_formats_tell_dates),
        cmocka_unit_test(numbers_become_dates),
        cmocka_unit_test(the_node_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
