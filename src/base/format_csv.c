/* src/base/format_csv.c - CSV as a list of dicts, all values text; the dialect of csv.h's defaults. */
#include "csv.h"
#include "formats.h"

/* Rows of one text; beyond it the file nodes read row by row. */
enum { ROWS_MAX = 10000000 };

static kl_status csv_read(kl_value *out, kl_text data, kl_error *error)
{
    static const kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    return kl_csv_parse(out, NULL, data, &dialect, ROWS_MAX, error);
}

static kl_status check_rows(kl_value rows, kl_error *error)
{
    if (!kl_is(rows, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID, "CSV holds a list of dicts, got %s",
                            kl_value_kind_name(rows));
    for (size_t i = 0, len = kl_array_len(rows); i < len; i++)
        if (!kl_is(kl_array_at(rows, i), KL_KIND_MAP))
            return kl_error_set(error, KL_INVALID, "CSV holds a list of dicts, got %s as item %zu",
                                kl_value_kind_name(kl_array_at(rows, i)), i);
    return KL_OK;
}

static kl_status write_rows(kl_buffer *to, kl_value rows, kl_value columns, kl_error *error)
{
    static const kl_csv_dialect dialect = KL_CSV_DIALECT_INIT;
    if (kl_array_len(columns) == 0)
        return KL_OK;
    KL_TRY(kl_csv_write_row(to, &dialect, kl_array_items(columns), kl_array_len(columns), error));
    for (size_t i = 0, len = kl_array_len(rows); i < len; i++)
        KL_TRY(kl_csv_write_map(to, &dialect, columns, kl_array_at(rows, i), error));
    return KL_OK;
}

static kl_status csv_write(kl_value *out, kl_value value, const kl_format_options *options,
                           kl_error *error)
{
    (void)options; /* has one form only */
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_csv_union columns;
    kl_status status;
    KL_TRY(check_rows(value, error));
    KL_TRY_OUT(kl_csv_union_begin(&columns, error)); /* what it began, _end() ends */
    for (size_t i = 0, len = kl_array_len(value); i < len; i++)
        KL_TRY_OUT(kl_csv_union_add(&columns, kl_array_at(value, i), error));
    KL_TRY_OUT(write_rows(&buffer, value, columns.columns, error));
    status = kl_buffer_finish(out, &buffer, error);
out:
    kl_csv_union_end(&columns);
    kl_buffer_free(&buffer);
    return status;
}

const kl_format kl_format_csv = {
    .name = "csv", .title = "CSV", .read = csv_read, .write = csv_write,
};
