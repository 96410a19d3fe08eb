/* Bytes may be refused; rows that are accepted read back the same after they were written. */
#include "csv.h"
#include "fuzz.h"

/* Three bytes of the input choose the dialect. */
static kl_csv_dialect choose(const uint8_t *data)
{
    static const char marks[] = {',', ';', '\t', '|', '"', '\'', '\\', '\0'};
    return (kl_csv_dialect){
        .delimiter = marks[data[0] % 8],
        .quote = marks[data[1] % 8],
        .escape = marks[data[2] % 8],
        .has_headers = data[0] & 8,
        .flexible = data[0] & 16,
        .infer_types = data[0] & 32,
        .skip_rows = data[0] & 64 ? data[1] >> 4 : 0,
        .crlf = data[0] & 128,
    };
}

static bool write_all(kl_buffer *to, const kl_csv_dialect *dialect, kl_value columns, kl_value rows)
{
    if (kl_csv_write_row(to, dialect, kl_array_items(columns), kl_array_len(columns), NULL) != KL_OK)
        return false;
    for (size_t i = 0; i < kl_array_len(rows); i++)
        if (kl_csv_write_map(to, dialect, columns, kl_array_at(rows, i), NULL) != KL_OK)
            return false;
    return true;
}

/* The dialect must be able to say every cell, so it has quotes and no escape; types are not
 * inferred, and short rows have nulls, which are written as empty texts. */
static void check_round_trip(const kl_csv_dialect *read_as, kl_value columns, kl_value rows)
{
    kl_csv_dialect dialect = {.delimiter = read_as->delimiter == '"' ? ',' : read_as->delimiter,
                              .quote = '"', .has_headers = true, .crlf = read_as->crlf};
    kl_buffer text = KL_BUFFER_INIT;
    kl_value names = kl_null(), back = kl_null();
    if (read_as->flexible || read_as->infer_types || kl_array_len(columns) == 0)
        return;
    KL_REQUIRE(write_all(&text, &dialect, columns, rows));
    KL_REQUIRE(kl_csv_parse(&back, &names, kl_buffer_text(&text), &dialect, 1000000, NULL) == KL_OK);
    /* A first column whose name begins with a byte order mark loses it on reading. */
    bool marked = strncmp(kl_as_text(kl_array_at(columns, 0)).data, "\xEF\xBB\xBF", 3) == 0;
    KL_REQUIRE(marked || (same_value(names, columns) && same_value(back, rows)));
    kl_value_release(names);
    kl_value_release(back);
    kl_buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_value rows = kl_null(), columns = kl_null();
    if (size < 3)
        return 0;
    kl_csv_dialect dialect = choose(data);
    kl_text text = {(const char *)data + 3, size - 3};
    if (kl_csv_parse(&rows, &columns, text, &dialect, 1000000, NULL) == KL_OK)
        check_round_trip(&dialect, columns, rows);
    kl_value_release(rows);
    kl_value_release(columns);
    return 0;
}
