/* src/base/csv.h - comma-separated values (RFC 4180 and its relatives), row by row.
 *
 * The reader holds one row and a block of its source, whatever the size of the file. Its rows are
 * maps that share one shape, so a million of them hold their cells and no keys.
 */
#ifndef KL_BASE_CSV_H
#define KL_BASE_CSV_H

#include "buffer.h"
#include "condition.h"
#include "source.h"

/* Largest row, in bytes, and the most fields of one. */
#define KL_CSV_ROW_MAX ((size_t)64 << 20)
#define KL_CSV_COLUMNS_MAX ((size_t)100000)

/* How cells are set apart, and what a reader or writer makes of them. */
typedef struct kl_csv_dialect {
    char delimiter;   /* between cells */
    char quote;       /* around a cell; doubled within one. '\0' = none */
    char escape;      /* within quotes: the next byte stands for itself. '\0' = none */
    bool has_headers; /* reader: the first row names the columns; else column_0, column_1 ... */
    bool flexible;    /* reader: a short row has nulls at its end, the further cells of a long one
                         are named column_N; text after a closing quote counts;
                         else these are errors */
    bool infer_types; /* reader: "" is null, true/false, integers and floats are such */
    size_t skip_rows; /* reader: lines to pass over before all else */
    bool crlf;        /* writer: rows end in CRLF instead of LF */
    bool safe_cells;  /* writer: a text that a spreadsheet would run as a formula gets a ' before it */
} kl_csv_dialect;

#define KL_CSV_DIALECT_INIT {.delimiter = ',', .quote = '"', .has_headers = true}

/* KL_INVALID when two of the three bytes are the same, or one is a line end. */
KL_API kl_status kl_csv_dialect_check(const kl_csv_dialect *dialect, kl_error *error);

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct kl_csv_reader kl_csv_reader;

/*
 * A reader that has read the header; given, end it with kl_csv_reader_free(). Rows end in LF,
 * CRLF or CR; empty lines are passed over, and a byte order mark.
 * source   borrowed while the reader lives; bytes in UTF-8
 */
KL_API kl_status kl_csv_reader_new(kl_csv_reader **out, const kl_csv_dialect *dialect,
                                   kl_source *source, kl_error *error);
KL_API void kl_csv_reader_free(kl_csv_reader *reader);

/* Names of the columns: distinct strings, in order; borrowed. A flexible reader may add some. */
KL_API kl_value kl_csv_columns(const kl_csv_reader *reader);

/*
 * The next row as a map; given. KL_STOP (without a message) after the last one. Of columns with
 * equal names the later one's cell wins. KL_SYNTAX names the line: a row of another length, text
 * after the last quote, invalid UTF-8.
 */
KL_API kl_status kl_csv_next(kl_value *row, kl_csv_reader *reader, kl_error *error);

/*
 * The same in two steps, for rows that mostly are looked at and gone: kl_csv_read() takes the next
 * row apart and makes nothing of it (KL_STOP after the last one). Then, as often as wanted,
 * kl_csv_row() makes the map, kl_csv_test() makes of it what a condition looks at, and
 * kl_csv_write_again() writes the cells as kl_csv_write_map() would after kl_csv_row().
 */
KL_API kl_status kl_csv_read(kl_csv_reader *reader, kl_error *error);
KL_API kl_status kl_csv_row(kl_value *row, kl_csv_reader *reader, kl_error *error);
/* For a reader that is not flexible, and always the same condition. */
KL_API kl_status kl_csv_test(bool *out, kl_csv_reader *reader, const kl_condition *condition,
                             kl_error *error);
/* Whether the cells of every row are those of the columns, in their order: for what follows. */
KL_API bool kl_csv_is_regular(const kl_csv_reader *reader);
KL_API kl_status kl_csv_write_again(kl_buffer *to, const kl_csv_dialect *dialect,
                                    const kl_csv_reader *reader, kl_error *error);

/* Line of the row that kl_csv_next() gave last, from 1. */
KL_API size_t kl_csv_line(const kl_csv_reader *reader);

/* All rows of a text as an array of maps, at most `limit` (KL_LIMIT beyond); given.
 * `columns` may be NULL; given likewise. */
KL_API kl_status kl_csv_parse(kl_value *rows, kl_value *columns, kl_text text,
                              const kl_csv_dialect *dialect, size_t limit, kl_error *error);

/* What a cell says: null for "", a bool, an int, a float, else the text itself; given. */
KL_API kl_status kl_csv_infer(kl_value *out, kl_text cell, kl_error *error);

/* ---- writing --------------------------------------------------------------------------------- */

void kl_csv_end_row(kl_buffer *to, const kl_csv_dialect *dialect);
/* One cell; `alone`: the only one of its row, which must not become an empty line. */
kl_status kl_csv_write_cell(kl_buffer *to, const kl_csv_dialect *dialect, kl_value cell, bool alone,
                            kl_error *error);
kl_status kl_csv_write_text(kl_buffer *to, const kl_csv_dialect *dialect, kl_text text, bool alone,
                            kl_error *error);

/*
 * Append one row, quoting only what needs it. Null is empty; numbers and bools as in JSON, bytes
 * in base64, arrays and maps as JSON text. A full buffer fails at its end, not here.
 */
KL_API kl_status kl_csv_write_row(kl_buffer *to, const kl_csv_dialect *dialect,
                                  const kl_value *cells, size_t count, kl_error *error);
/* The same for the values of `columns` (an array of strings) in a map. */
KL_API kl_status kl_csv_write_map(kl_buffer *to, const kl_csv_dialect *dialect, kl_value columns,
                                  kl_value row, kl_error *error);

/* The columns of many maps: the union of their keys in order of first appearance. */
typedef struct kl_csv_union {
    kl_value columns;     /* array of strings */
    kl_value seen;        /* map with the same keys */
    kl_keys *shape;   /* of the row added last: rows of one shape are looked at once */
} kl_csv_union;

/* End it with kl_csv_union_end(), also after a failure. */
KL_API kl_status kl_csv_union_begin(kl_csv_union *columns, kl_error *error);
KL_API kl_status kl_csv_union_add(kl_csv_union *columns, kl_value row, kl_error *error);
KL_API void kl_csv_union_end(kl_csv_union *columns);

#endif
