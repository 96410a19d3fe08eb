/* Comma-separated values: what is read, what is refused, what is written. */
#include "base/csv.h"
#include "test.h"

/* Gives its text in pieces of `step` bytes, so that every window border is met. */
typedef struct piecemeal {
    kl_source source;
    kl_text rest;
    size_t step;
} piecemeal;

static kl_status read_piece(kl_source *self, size_t *got, char *to, size_t room, kl_error *error)
{
    piecemeal *from = (piecemeal *)self;
    (void)error;
    *got = KL_MIN(KL_MIN(room, from->step), from->rest.len);
    memcpy(to, from->rest.data, *got);
    from->rest.data += *got;
    from->rest.len -= *got;
    return KL_OK;
}

/* All rows as an array, read in pieces. */
static kl_status read_rows(kl_value *rows, kl_text text, const kl_csv_dialect *dialect, size_t step,
                           kl_error *error)
{
    piecemeal from = {{read_piece}, text, step};
    kl_csv_reader *reader;
    kl_value row;
    kl_status status;
    assert_int_equal(kl_array_new(rows, 0, NULL), KL_OK);
    status = kl_csv_reader_new(&reader, dialect, &from.source, error);
    if (status != KL_OK)
        return status;
    while ((status = kl_csv_next(&row, reader, error)) == KL_OK)
        assert_int_equal(kl_array_push(rows, row, NULL), KL_OK);
    kl_csv_reader_free(reader);
    return status == KL_STOP ? KL_OK : status;
}

static void reads_as(kl_csv_dialect dialect, const char *text, const char *expected)
{
    static const size_t steps[] = {1, 2, 3, 7, 100000};
    for (size_t i = 0; i < KL_COUNT(steps); i++) {
        kl_value rows = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = read_rows(&rows, kl_text_from(text), &dialect, steps[i], &error);
        if (status != KL_OK)
            fail_msg("%s: %s", text, kl_error_message(&error));
        assert_json(rows, expected);
    }
}

static void refuses(kl_csv_dialect dialect, kl_text text, const char *message)
{
    kl_value rows = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = read_rows(&rows, text, &dialect, 5, &error);
    kl_value_release(rows);
    assert_int_not_equal(status, KL_OK);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

#define MARKED(between, around, ...)                                                               \
    ((kl_csv_dialect){.delimiter = (between), .quote = (around), __VA_ARGS__})
#define DIALECT(...) MARKED(',', '"', __VA_ARGS__)
#define USUAL DIALECT(.has_headers = true)

KL_TEST(rows_are_read)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"", "[]"},
        {"a,b", "[]"},
        {"a,b\n", "[]"},
        {"a,b\n1,2", "[{\"a\":\"1\",\"b\":\"2\"}]"},
        {"a,b\n1,2\n", "[{\"a\":\"1\",\"b\":\"2\"}]"},
        {"a,b\r\n1,2\r\n3,4\r\n", "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]"},
        {"a,b\r1,2\r3,4", "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]"},
        {"\xEF\xBB\xBF" "a\n1\n", "[{\"a\":\"1\"}]"},
        {"\xEF\xBB\xBF", "[]"},
        {"\n\na\n\n\n1\n\n", "[{\"a\":\"1\"}]"},
        {"a\n \n", "[{\"a\":\" \"}]"},
        {"a,b\n,\n", "[{\"a\":\"\",\"b\":\"\"}]"},
        {"a\n\"\"\n", "[{\"a\":\"\"}]"},
        {"a,b\n\"1,\"\"x\"\"\",\"l1\nl2\"\n", "[{\"a\":\"1,\\\"x\\\"\",\"b\":\"l1\\nl2\"}]"},
        {"a\n\"\"\"\"\n", "[{\"a\":\"\\\"\"}]"},
        {"a\n\"x\"", "[{\"a\":\"x\"}]"},
        {"a\n\"x\r\ny\"\r\n", "[{\"a\":\"x\\r\\ny\"}]"},
        {"a\nx\"y\"z\n", "[{\"a\":\"x\\\"y\\\"z\"}]"},
        {"a\n x\n", "[{\"a\":\" x\"}]"},
        {"a,b,a\n1,2,3\n", "[{\"a\":\"3\",\"b\":\"2\"}]"},
        {"a,,\n1,2,3\n", "[{\"a\":\"1\",\"\":\"3\"}]"},
        {"h\xC3\xA9\n\xF0\x9F\x98\x80\n", "[{\"h\xC3\xA9\":\"\xF0\x9F\x98\x80\"}]"},
        {"\"a,b\",c\n1,2\n", "[{\"a,b\":\"1\",\"c\":\"2\"}]"},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++)
        reads_as(USUAL, cases[i].text, cases[i].rows);
}

KL_TEST(dialects_are_heeded)
{
    KL_UNUSED_STATE;
    reads_as(DIALECT(.has_headers = false), "1,2\n3,4\n",
             "[{\"column_0\":\"1\",\"column_1\":\"2\"},{\"column_0\":\"3\",\"column_1\":\"4\"}]");
    reads_as(MARKED('\t', '"', .has_headers = true), "a\tb\n1,0\t2\n",
             "[{\"a\":\"1,0\",\"b\":\"2\"}]");
    reads_as(MARKED(',', '\'', .has_headers = true), "a\n'x''y,\"'\n",
             "[{\"a\":\"x'y,\\\"\"}]");
    reads_as(MARKED(',', '\0', .has_headers = true), "a,b\n\"1,2\"\n",
             "[{\"a\":\"\\\"1\",\"b\":\"2\\\"\"}]");
    reads_as(DIALECT(.has_headers = true, .escape = '\\'), "a\n\"x\\\"y\\\\z\"\n\"\"\"\"\n",
             "[{\"a\":\"x\\\"y\\\\z\"},{\"a\":\"\\\"\"}]");
    reads_as(DIALECT(.has_headers = true, .skip_rows = 2), "a \"title\n\na,b\n1,2\n",
             "[{\"a\":\"1\",\"b\":\"2\"}]");
    reads_as(DIALECT(.has_headers = true, .skip_rows = 9), "a\n1\n", "[]");
    reads_as(DIALECT(.has_headers = true, .flexible = true), "a,b\n1\n1,2,3\n\"q\"x,2\n",
             "[{\"a\":\"1\",\"b\":null},{\"a\":\"1\",\"b\":\"2\",\"column_2\":\"3\"},"
             "{\"a\":\"qx\",\"b\":\"2\",\"column_2\":null}]");
    reads_as(DIALECT(.has_headers = true, .infer_types = true), "a\n1\n-0.5\n1e3\ntrue\n\"\"\n007\n",
             "[{\"a\":1},{\"a\":-0.5},{\"a\":1000.0},{\"a\":true},{\"a\":null},{\"a\":\"007\"}]");
}

KL_TEST(types_are_inferred_without_loss)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"", "null"}, {"0", "0"}, {"-0", "0"}, {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "\"9223372036854775808\""}, {"1.0", "1.0"}, {"1e400", "\"1e400\""},
        {"+1", "\"+1\""}, {".5", "\".5\""}, {"1.", "\"1.\""}, {"0x1", "\"0x1\""}, {"-", "\"-\""},
        {"nan", "\"nan\""}, {"True", "\"True\""}, {"false", "false"}, {" 1", "\" 1\""},
        {"1 ", "\"1 \""}, {"1e-3", "0.001"}, {"2024-01-01", "\"2024-01-01\""},
    };
    for (size_t i = 0; i < KL_COUNT(cases); i++) {
        kl_value value;
        assert_int_equal(kl_csv_infer(&value, kl_text_from(cases[i].text), NULL), KL_OK);
        assert_json(value, cases[i].value);
    }
}

KL_TEST(bad_rows_are_refused_with_their_line)
{
    KL_UNUSED_STATE;
    refuses(USUAL, KL_TEXT("a,b\n1,2\n\n3\n"), "line 4: expected 2 fields, got 1");
    refuses(USUAL, KL_TEXT("a,b\n1,\"x\ny\"\n1,2,3\n"), "line 4: expected 2 fields, got 3");
    refuses(USUAL, KL_TEXT("a,b\r\n1,2\r\n1\r\n"), "line 3: expected 2 fields, got 1");
    refuses(USUAL, KL_TEXT("a\n\"x\n"), "line 2: a quoted cell is not closed");
    refuses(DIALECT(.has_headers = true, .escape = '\\'), KL_TEXT("a\n\"x\\"),
            "line 2: a quoted cell is not closed");
    refuses(USUAL, KL_TEXT("a\n\"x\"y\n"), "line 2: text after the closing quote of a cell");
    refuses(USUAL, KL_TEXT("a\n\xFF\n"), "line 2: a cell is not valid UTF-8");
    refuses(USUAL, KL_TEXT("a\xC3\n1\n"), "line 1: a column name is not valid UTF-8");
    refuses(MARKED('\0', '"', .crlf = false), KL_TEXT(""), "delimiter: expected one character");
    refuses(MARKED('"', '"', .crlf = false), KL_TEXT(""),
            "quote: expected another character than the delimiter");
    refuses(DIALECT(.escape = '"'), KL_TEXT(""), "escape: expected another character than the quote");
    refuses(MARKED(',', '\n', .crlf = false), KL_TEXT(""),
            "quote: expected an ASCII character, no line end");
}

KL_TEST(nul_bytes_are_data)
{
    KL_UNUSED_STATE;
    kl_value rows;
    kl_csv_dialect dialect = USUAL;
    for (size_t step = 1; step < 8; step++) {
        kl_text text = KL_TEXT("a,b\n\"x\0y\",\0\n");
        assert_int_equal(read_rows(&rows, text, &dialect, step, NULL), KL_OK);
        assert_json(rows, "[{\"a\":\"x\\u0000y\",\"b\":\"\\u0000\"}]");
    }
}

KL_TEST(rows_share_one_shape)
{
    KL_UNUSED_STATE;
    kl_value rows, columns;
    kl_csv_dialect dialect = USUAL;
    assert_int_equal(kl_csv_parse(&rows, &columns, KL_TEXT("a,b\n1,2\n3,4\n"), &dialect, 10, NULL),
                     KL_OK);
    assert_ptr_equal(kl_map_keys(kl_array_at(rows, 0)), kl_map_keys(kl_array_at(rows, 1)));
    kl_value_release(rows);
    assert_json(columns, "[\"a\",\"b\"]");
}

KL_TEST(limits_hold)
{
    KL_UNUSED_STATE;
    kl_csv_dialect dialect = USUAL;
    kl_error error = KL_ERROR_INIT;
    kl_value rows;
    assert_int_equal(kl_csv_parse(&rows, NULL, KL_TEXT("a\n1\n2\n"), &dialect, 1, &error), KL_LIMIT);
    assert_string_equal(error.message, "resource limit exceeded: rows (limit: 1 items)");
    size_t len = KL_CSV_COLUMNS_MAX + 5;
    char *commas = malloc(len);
    memset(commas, ',', len);
    assert_int_equal(kl_csv_parse(&rows, NULL, (kl_text){commas, len}, &dialect, 1, &error), KL_LIMIT);
    assert_string_equal(error.message, "resource limit exceeded: columns (limit: 100000 per row)");
    free(commas);
    len = KL_CSV_ROW_MAX + 200000;
    char *one = malloc(len);
    memset(one, 'x', len);
    assert_int_equal(kl_csv_parse(&rows, NULL, (kl_text){one, len}, &dialect, 1, &error), KL_LIMIT);
    assert_string_equal(error.message, "resource limit exceeded: row_size (limit: 67108864 bytes)");
    free(one);
    kl_error_clear(&error);
}

/* Writes the values of one JSON array as a row. */
static void writes(kl_csv_dialect dialect, const char *cells, const char *expected)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value list = json(cells), out;
    assert_int_equal(kl_csv_write_row(&text, &dialect, kl_array_items(list), kl_array_len(list),
                                      NULL), KL_OK);
    kl_value_release(list);
    assert_int_equal(kl_buffer_finish(&out, &text, NULL), KL_OK);
    assert_string_equal(kl_as_text(out).data, expected);
    kl_value_release(out);
}

KL_TEST(cells_are_written)
{
    KL_UNUSED_STATE;
    writes(USUAL, "[\"a\",1,2.5,true,null,false]", "a,1,2.5,true,,false\n");
    writes(USUAL, "[\"a,b\",\"q\\\"q\",\"l\\nl\",\"r\\rr\",\" s \"]",
           "\"a,b\",\"q\"\"q\",\"l\nl\",\"r\rr\", s \n");
    writes(USUAL, "[[1,\"x\"],{\"k\":null}]", "\"[1, \"\"x\"\"]\",\"{\"\"k\"\": null}\"\n");
    writes(USUAL, "[\"\"]", "\"\"\n");
    writes(USUAL, "[null]", "\"\"\n");
    writes(USUAL, "[\"\",\"\"]", ",\n");
    writes(USUAL, "[]", "\n");
    writes(DIALECT(.crlf = true), "[1,2]", "1,2\r\n");
    writes(MARKED('.', '"', .crlf = false), "[2.5,1]", "\"2.5\".1\n");
    writes(DIALECT(.escape = '\\'), "[\"a\\\"b\\\\c\"]", "\"a\\\"b\\\\c\"\n");
    writes(USUAL, "[\"=1+1\",\"-5\",\"@x\"]", "=1+1,-5,@x\n");
    writes(DIALECT(.safe_cells = true), "[\"=1+1\",\"+x\",\"@x\",\"-x\",\"-5\",\"\\t=1\",-5,\"a=b\",\"=a,b\"]",
           "'=1+1,'+x,'@x,'-x,-5,'\t=1,-5,a=b,\"'=a,b\"\n");
}

KL_TEST(cells_that_need_quotes_need_a_quote)
{
    KL_UNUSED_STATE;
    kl_buffer text = KL_BUFFER_INIT;
    kl_error error = KL_ERROR_INIT;
    kl_csv_dialect dialect = MARKED(',', '\0', .crlf = false);
    kl_value list = json("[\"a,b\"]");
    assert_int_equal(kl_csv_write_row(&text, &dialect, kl_array_items(list), 1, &error), KL_INVALID);
    assert_string_equal(error.message,
                        "a cell holds the delimiter or a line end and needs quotes; set quote");
    kl_error_clear(&error);
    kl_value_release(list);
    kl_buffer_free(&text);
}

KL_TEST(what_is_written_reads_back)
{
    KL_UNUSED_STATE;
    static const kl_csv_dialect dialects[] = {
        {.delimiter = ',', .quote = '"', .has_headers = true},
        {.delimiter = ';', .quote = '\'', .has_headers = true, .crlf = true},
        {.delimiter = '\t', .quote = '"', .escape = '\\', .has_headers = true},
    };
    const char *rows = "[{\"a\":\"\",\"b\":\"x\"},{\"a\":\"q\\\"'\\\\q\",\"b\":\",;\\t\"},"
                       "{\"a\":\"\\r\\n\",\"b\":\"\\u0000\"},{\"a\":\" \",\"b\":\"\\\\\"}]";
    for (size_t d = 0; d < KL_COUNT(dialects); d++) {
        kl_buffer text = KL_BUFFER_INIT;
        kl_csv_union columns;
        kl_value list = json(rows), back;
        assert_int_equal(kl_csv_union_begin(&columns, NULL), KL_OK);
        for (size_t i = 0; i < kl_array_len(list); i++)
            assert_int_equal(kl_csv_union_add(&columns, kl_array_at(list, i), NULL), KL_OK);
        kl_csv_write_row(&text, &dialects[d], kl_array_items(columns.columns),
                         kl_array_len(columns.columns), NULL);
        for (size_t i = 0; i < kl_array_len(list); i++)
            kl_csv_write_map(&text, &dialects[d], columns.columns, kl_array_at(list, i), NULL);
        assert_int_equal(kl_csv_parse(&back, NULL, kl_buffer_text(&text), &dialects[d], 100, NULL),
                         KL_OK);
        assert_json(back, rows);
        kl_csv_union_end(&columns);
        kl_value_release(list);
        kl_buffer_free(&text);
    }
}

KL_TEST(columns_of_maps_are_their_union)
{
    KL_UNUSED_STATE;
    kl_csv_union columns;
    assert_int_equal(kl_csv_union_begin(&columns, NULL), KL_OK);
    kl_value list = json("[{\"b\":1},{\"a\":1,\"b\":2},{},{\"c\":1}]");
    for (size_t i = 0; i < kl_array_len(list); i++)
        assert_int_equal(kl_csv_union_add(&columns, kl_array_at(list, i), NULL), KL_OK);
    assert_json(kl_value_retain(columns.columns), "[\"b\",\"a\",\"c\"]");
    kl_csv_union_end(&columns);
    kl_value_release(list);
}

KL_TEST(reading_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_csv_dialect dialect = DIALECT(.has_headers = true, .flexible = true);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value rows = kl_null(), columns = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_csv_parse(&rows, &columns, KL_TEXT("a,b,a\n1,\"2\"\"\"\n1,2,3,4\n"),
                                        &dialect, 100, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_value_release(rows);
        kl_value_release(columns);
    }
}

KL_TEST(writing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_csv_dialect dialect = USUAL;
    kl_value row = json("{\"a\":[1,2],\"b\":\"x,y\",\"c\":1.5}");
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_buffer text = KL_BUFFER_INIT;
        kl_csv_union columns;
        kl_test_fail_allocation(n);
        kl_status status = kl_csv_union_begin(&columns, NULL);
        if (status == KL_OK)
            status = kl_csv_union_add(&columns, row, NULL);
        if (status == KL_OK)
            status = kl_csv_write_map(&text, &dialect, columns.columns, row, NULL);
        if (status == KL_OK)
            status = text.status;
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_csv_union_end(&columns);
        kl_buffer_free(&text);
    }
    kl_value_release(row);
}

/* ---- rows that are only looked at --------------------------------------------------------------- */

/* Both ways of a row from text to text, through a map and without one, and both of testing it. */
static void passes_as_before(kl_csv_dialect dialect, kl_text text, size_t step)
{
    piecemeal first = {{read_piece}, text, step}, second = first;
    kl_csv_reader *plain, *again;
    kl_condition *condition;
    kl_value row, expression = json("{\"or\":[{\"field\":\"b\",\"op\":\"gt\",\"value\":1},"
                                    "{\"field\":\"a\",\"op\":\"equals\",\"value\":\"x\"}]}");
    assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
    assert_int_equal(kl_csv_reader_new(&plain, &dialect, &first.source, NULL), KL_OK);
    assert_int_equal(kl_csv_reader_new(&again, &dialect, &second.source, NULL), KL_OK);
    assert_true(kl_csv_is_regular(again));
    for (;;) {
        kl_buffer one = KL_BUFFER_INIT, two = KL_BUFFER_INIT;
        bool expected = false, got = false;
        kl_status status = kl_csv_next(&row, plain, NULL);
        assert_int_equal(kl_csv_read(again, NULL), status);
        if (status == KL_STOP)
            break;
        assert_int_equal(status, KL_OK);
        assert_int_equal(kl_condition_test(&expected, condition, row, NULL, NULL), KL_OK);
        assert_int_equal(kl_csv_test(&got, again, condition, NULL), KL_OK);
        assert_int_equal(got, expected);
        kl_status wrote = kl_csv_write_map(&one, &dialect, kl_csv_columns(plain), row, NULL);
        assert_int_equal(kl_csv_write_again(&two, &dialect, again, NULL), wrote);
        assert_int_equal(one.len, two.len);
        assert_memory_equal(kl_buffer_text(&one).data, kl_buffer_text(&two).data, one.len);
        assert_int_equal(kl_csv_line(plain), kl_csv_line(again));
        kl_buffer_free(&one);
        kl_buffer_free(&two);
        kl_value_release(row);
    }
    kl_csv_reader_free(plain);
    kl_csv_reader_free(again);
    kl_condition_free(condition);
    kl_value_release(expression);
}

KL_TEST(rows_pass_as_text_as_they_do_as_values)
{
    KL_UNUSED_STATE;
    static const char text[] =
        "a,b,c\nx,1,2.5\ny,2,1.50\n\"q \"\"w\"\"\",-3,-0\n,,\nx,00,0.5\n-,1e3,0.00001\n=1,-7,+7\n"
        "true,9223372036854775808,-0.0\nfalse,5.0,0.10\n\"1,5\",123456789012345.5,1234567890123.25\n"
        "-.5,999999999999999999,0.000012\n\"a\nb\",0.0,1.\né,0,10.0\n\"1\",\"-2\",\"0.25\"\n";
    static const size_t steps[] = {1, 3, 100000};
    for (unsigned settings = 0; settings < 8; settings++)
        for (size_t i = 0; i < KL_COUNT(steps); i++) {
            kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
            dialect.infer_types = settings & 1;
            dialect.safe_cells = settings & 2;
            dialect.crlf = settings & 4;
            passes_as_before(dialect, (kl_text){text, sizeof text - 1}, steps[i]);
        }
}

KL_TEST(numbers_pass_as_they_would_be_printed)
{
    KL_UNUSED_STATE;
    uint64_t state = 3;
    for (size_t round = 0; round < 20000; round++) {
        char text[64];
        kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
        state = state * 6364136223846793005u + 1442695040888963407u;
        double real = (double)(int64_t)state / (double)(1ull << (state >> 20) % 62);
        int len = round % 3 == 0   ? snprintf(text, sizeof text, "b\n%.*f\n", (int)(state >> 30) % 18, real)
                  : round % 3 == 1 ? snprintf(text, sizeof text, "b\n%.*g\n", (int)(state >> 30) % 18, real)
                                   : snprintf(text, sizeof text, "b\n%lld\n",
                                              (long long)state >> (state >> 20) % 63);
        dialect.infer_types = true;
        passes_as_before(dialect, (kl_text){text, KL_MIN((size_t)len, sizeof text - 1)}, sizeof text);
    }
}

KL_TEST(a_row_that_is_dropped_is_still_checked)
{
    KL_UNUSED_STATE;
    kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    kl_text text = KL_TEXT("a,b\n1,2\n3,\xFF\n");
    kl_text_source source = KL_TEXT_SOURCE(text);
    kl_csv_reader *reader;
    kl_condition *condition;
    kl_error error = KL_ERROR_INIT;
    bool passes;
    kl_value expression = json("{\"field\":\"a\",\"op\":\"equals\",\"value\":\"no\"}");
    assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
    assert_int_equal(kl_csv_reader_new(&reader, &dialect, &source.source, NULL), KL_OK);
    assert_int_equal(kl_csv_read(reader, NULL), KL_OK);
    assert_int_equal(kl_csv_test(&passes, reader, condition, NULL), KL_OK);
    assert_false(passes);
    assert_int_equal(kl_csv_read(reader, NULL), KL_OK);
    assert_int_equal(kl_csv_test(&passes, reader, condition, &error), KL_SYNTAX);
    assert_string_equal(kl_error_message(&error), "line 3: a cell is not valid UTF-8");
    kl_error_clear(&error);
    kl_csv_reader_free(reader);
    kl_condition_free(condition);
    kl_value_release(expression);
}

KL_TEST(looking_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value expression = json("{\"field\":\"a\",\"op\":\"equals\",\"value\":\"1\"}");
    kl_condition *condition;
    kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    assert_int_equal(kl_condition_compile(&condition, expression, "c", NULL), KL_OK);
    for (size_t n = 1, failed = 1; failed; n++) {
        kl_text_source source = KL_TEXT_SOURCE(KL_TEXT("a,b\n1,\"2,\"\nlonger,3\n"));
        kl_csv_reader *reader = NULL;
        kl_buffer to = KL_BUFFER_INIT;
        bool passes;
        kl_test_fail_allocation(n);
        kl_status status = kl_csv_reader_new(&reader, &dialect, &source.source, NULL);
        while (status == KL_OK && (status = kl_csv_read(reader, NULL)) == KL_OK) {
            status = kl_csv_test(&passes, reader, condition, NULL);
            if (status == KL_OK)
                status = kl_csv_write_again(&to, &dialect, reader, NULL);
        }
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(failed ? status == KL_NO_MEMORY || to.status == KL_NO_MEMORY : status == KL_STOP);
        kl_buffer_free(&to);
        kl_csv_reader_free(reader);
    }
    kl_condition_free(condition);
    kl_value_release(expression);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(dialects_are_heeded),
        cmocka_unit_test(types_are_inferred_without_loss),
        cmocka_unit_test(bad_rows_are_refused_with_their_line),
        cmocka_unit_test(nul_bytes_are_data),
        cmocka_unit_test(rows_share_one_shape),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(cells_are_written),
        cmocka_unit_test(cells_that_need_quotes_need_a_quote),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(columns_of_maps_are_their_union),
        cmocka_unit_test(reading_survives_every_failed_allocation),
        cmocka_unit_test(writing_survives_every_failed_allocation),
        cmocka_unit_test(rows_pass_as_text_as_they_do_as_values),
        cmocka_unit_test(numbers_pass_as_they_would_be_printed),
        cmocka_unit_test(a_row_that_is_dropped_is_still_checked),
        cmocka_unit_test(looking_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
