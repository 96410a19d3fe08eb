/* src/reflect/data_frame_csv.c - a table with named columns from comma-separated values.
 *
 * The text is read twice: first to learn which columns are numbers, then to keep what each is. So no cell is kept
 * in two forms, and a table of numbers costs the memory of its numbers.
 */
#include "csv.h"
#include "kailash/data.h"

#include <math.h>

typedef struct table_reading {
    kl_text text;
    kl_csv_dialect dialect;
    kl_value names, columns; /* as in kl_data_frame */
    size_t count;            /* of columns */
    int64_t rows;
    bool *is_text;           /* of each column */
    double **numbers;        /* of each column of numbers: where they lie; borrowed from `columns` */
} table_reading;

/* What is done with the cells of a row. */
typedef kl_status row_step(table_reading *t, kl_value row, kl_error *error);

/* A cell that says nothing: empty, or what other programs write for it. */
static bool is_missing(kl_text cell)
{
    return cell.len == 0 || kl_text_is(cell, "NaN") || kl_text_is(cell, "nan");
}

/* Whether a cell is a number, and which. */
static kl_status read_number(bool *is, double *number, kl_text cell, kl_error *error)
{
    kl_value value;
    *number = NAN;
    *is = is_missing(cell);
    if (*is)
        return KL_OK;
    KL_TRY(kl_csv_infer(&value, cell, error));
    *is = kl_is_number(value) && !kl_is(value, KL_KIND_BOOL);
    if (*is)
        *number = kl_as_double(value);
    kl_value_release(value);
    return KL_OK;
}

static kl_status learn_kinds(table_reading *t, kl_value row, kl_error *error)
{
    double number;
    bool is;
    for (size_t i = 0; i < t->count; i++) {
        if (t->is_text[i])
            continue;
        KL_TRY(read_number(&is, &number, kl_as_text(kl_map_value_at(row, i)), error));
        t->is_text[i] = !is;
    }
    t->rows++;
    return KL_OK;
}

static kl_status keep_cells(table_reading *t, kl_value row, kl_error *error)
{
    kl_value *columns = kl_array_edit(&t->columns, error);
    bool is;
    if (!columns)
        return KL_NO_MEMORY;
    for (size_t i = 0; i < t->count; i++) {
        kl_value cell = kl_map_value_at(row, i), kept = kl_null();
        if (!t->is_text[i])
            KL_TRY(read_number(&is, &t->numbers[i][t->rows], kl_as_text(cell), error));
        else if (kl_as_text(cell).len)
            KL_TRY(kl_string_new(&kept, kl_as_text(cell), error));
        if (t->is_text[i])
            KL_TRY(kl_array_push(&columns[i], kept, error));
    }
    t->rows++;
    return KL_OK;
}

static kl_status each_row(table_reading *t, kl_csv_reader *reader, row_step *step, kl_error *error)
{
    kl_value row;
    kl_status status = KL_OK;
    t->rows = 0;
    while (status == KL_OK && (status = kl_csv_next(&row, reader, error)) == KL_OK) {
        status = step(t, row, error);
        kl_value_release(row);
    }
    return status == KL_STOP ? KL_OK : status;
}

static kl_status read_header(table_reading *t, kl_csv_reader *reader, kl_error *error)
{
    t->names = kl_value_retain(kl_csv_columns(reader));
    t->count = kl_array_len(t->names);
    if (!t->count)
        return kl_error_set(error, KL_INVALID, "the table has no columns; its first row names them");
    t->is_text = kl_alloc_zero(t->count, sizeof *t->is_text);
    t->numbers = kl_alloc_zero(t->count, sizeof *t->numbers);
    return t->is_text && t->numbers ? KL_OK : kl_error_no_memory(error);
}

/* One reading of the whole text. */
static kl_status pass(table_reading *t, row_step *step, kl_error *error)
{
    kl_text_source source = KL_TEXT_SOURCE(t->text);
    kl_csv_reader *reader;
    KL_TRY(kl_csv_reader_new(&reader, &t->dialect, &source.source, error));
    kl_status status = kl_is_null(t->names) ? read_header(t, reader, error) : KL_OK;
    if (status == KL_OK)
        status = each_row(t, reader, step, error);
    kl_csv_reader_free(reader);
    return status;
}

static kl_status make_columns(table_reading *t, kl_error *error)
{
    KL_TRY(kl_array_new(&t->columns, t->count, error));
    for (size_t i = 0; i < t->count; i++) {
        kl_value column;
        if (t->is_text[i])
            KL_TRY(kl_array_new(&column, (size_t)t->rows, error));
        else
            KL_TRY(kl_array_view_new(&column, 'd', 1, &t->rows, error));
        if (!t->is_text[i])
            t->numbers[i] = kl_as_array_view(column)->layout.data;
        KL_TRY(kl_array_push(&t->columns, column, error));
    }
    return KL_OK;
}

kl_status kl_data_frame_from_csv(kl_value *out, kl_text text, kl_error *error)
{
    table_reading t = {.text = text, .dialect = KL_CSV_DIALECT_INIT, .names = kl_null(),
                       .columns = kl_null()};
    kl_status status;
    KL_TRY_OUT(pass(&t, learn_kinds, error));
    KL_TRY_OUT(make_columns(&t, error));
    KL_TRY_OUT(pass(&t, keep_cells, error));
    status = kl_data_frame_new(out, kl_value_take(&t.names), kl_value_take(&t.columns), kl_null(),
                               error);
out:
    kl_value_release(t.columns);
    kl_value_release(t.names);
    kl_free(t.numbers);
    kl_free(t.is_text);
    return status;
}
