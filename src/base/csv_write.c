/* src/base/csv_write.c - rows of comma-separated values as text; see csv.h. */
#include "csv.h"
#include "encode.h"
#include "kailash/json.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- one cell -------------------------------------------------------------------------------- */

/* Bits of 0x80 in the bytes of a word that are `byte`, and perhaps in those above such a one. */
static uint64_t bytes_like(uint64_t word, char byte)
{
    uint64_t other = word ^ 0x0101010101010101u * (unsigned char)byte;
    return (other - 0x0101010101010101u) & ~other & 0x8080808080808080u;
}

static bool needs_quotes(const kl_csv_dialect *dialect, kl_text text)
{
    char delimiter = dialect->delimiter, quote = dialect->quote ? dialect->quote : delimiter;
    for (size_t i = 0; i < text.len; i += 8) {
        uint64_t word = 0;
        if (text.len - i >= 8)
            memcpy(&word, text.data + i, 8);
        else
            for (size_t j = text.len; j-- > i;) /* zeros in front are none of the bytes */
                word = word << 8 | (unsigned char)text.data[j];
        if (bytes_like(word, delimiter) | bytes_like(word, quote) | bytes_like(word, '\n') |
            bytes_like(word, '\r'))
            return true;
    }
    return false;
}

/* A spreadsheet takes these for formulas, unless the whole cell is a number. */
static bool looks_like_formula(kl_text text)
{
    kl_value value = kl_null();
    if (text.len == 0 || !memchr("=+-@\t\r\n", *text.data, 7))
        return false;
    if (*text.data != '-')
        return true;
    bool is_number = kl_csv_infer(&value, text, NULL) == KL_OK && kl_is_number(value);
    kl_value_release(value);
    return !is_number;
}

static void write_quoted(kl_buffer *to, const kl_csv_dialect *dialect, kl_text text)
{
    char guard = dialect->escape ? dialect->escape : dialect->quote;
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != dialect->quote && (!dialect->escape || text.data[i] != dialect->escape))
            continue;
        kl_buffer_add(to, (kl_text){text.data + start, i - start});
        kl_buffer_byte(to, guard);
        start = i;
    }
    kl_buffer_add(to, (kl_text){text.data + start, text.len - start});
}

kl_status kl_csv_write_text(kl_buffer *to, const kl_csv_dialect *dialect, kl_text text, bool alone,
                            kl_error *error)
{
    bool guarded = dialect->safe_cells && looks_like_formula(text);
    bool quoted = needs_quotes(dialect, text) || (alone && text.len == 0);
    if (quoted && !dialect->quote && text.len > 0)
        return kl_error_set(error, KL_INVALID,
                            "a cell holds the delimiter or a line end and needs quotes; set quote");
    quoted = quoted && dialect->quote;
    if (quoted)
        kl_buffer_byte(to, dialect->quote);
    if (guarded)
        kl_buffer_byte(to, '\'');
    if (quoted)
        write_quoted(to, dialect, text);
    else
        kl_buffer_add(to, text);
    if (quoted)
        kl_buffer_byte(to, dialect->quote);
    return KL_OK;
}

static kl_status write_other(kl_buffer *to, const kl_csv_dialect *dialect, kl_value cell,
                             kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, cell, &kl_json_spaced, error));
    kl_status status = kl_csv_write_text(to, dialect, kl_as_text(text), false, error);
    kl_value_release(text);
    return status;
}

static kl_status write_bytes(kl_buffer *to, const kl_csv_dialect *dialect, kl_value cell, bool alone,
                             kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_base64_encode(&text, kl_as_text(cell), KL_BASE64_STANDARD);
    kl_status status = text.status == KL_OK
                           ? kl_csv_write_text(to, dialect, kl_buffer_text(&text), alone, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

/* Numbers and words of our own making are no formulas, but may hold the delimiter. */
static kl_status write_plain(kl_buffer *to, const kl_csv_dialect *dialect, kl_value cell,
                             kl_error *error)
{
    char text[32];
    kl_csv_dialect trusted = *dialect;
    trusted.safe_cells = false;
    if (kl_is(cell, KL_KIND_INT))
        snprintf(text, sizeof text, "%" PRId64, cell.as.integer);
    else if (kl_is(cell, KL_KIND_DOUBLE))
        kl_double_print(text, cell.as.real);
    else
        snprintf(text, sizeof text, "%s", cell.as.boolean ? "true" : "false");
    return kl_csv_write_text(to, &trusted, kl_text_from(text), false, error);
}

kl_status kl_csv_write_cell(kl_buffer *to, const kl_csv_dialect *dialect, kl_value cell, bool alone,
                            kl_error *error)
{
    switch (kl_value_kind(cell)) {
    case KL_KIND_NULL:
        return kl_csv_write_text(to, dialect, KL_TEXT(""), alone, error);
    case KL_KIND_STRING:
        return kl_csv_write_text(to, dialect, kl_as_text(cell), alone, error);
    case KL_KIND_BYTES:
        return write_bytes(to, dialect, cell, alone, error);
    case KL_KIND_BOOL:
    case KL_KIND_INT:
    case KL_KIND_DOUBLE:
        return write_plain(to, dialect, cell, error);
    default:
        return write_other(to, dialect, cell, error);
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

void kl_csv_end_row(kl_buffer *to, const kl_csv_dialect *dialect)
{
    if (dialect->crlf)
        kl_buffer_byte(to, '\r');
    kl_buffer_byte(to, '\n');
}

kl_status kl_csv_write_row(kl_buffer *to, const kl_csv_dialect *dialect, const kl_value *cells,
                           size_t count, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            kl_buffer_byte(to, dialect->delimiter);
        KL_TRY(kl_csv_write_cell(to, dialect, cells[i], count == 1, error));
    }
    kl_csv_end_row(to, dialect);
    return KL_OK;
}

kl_status kl_csv_write_map(kl_buffer *to, const kl_csv_dialect *dialect, kl_value columns,
                           kl_value row, kl_error *error)
{
    size_t count = kl_array_len(columns);
    const kl_value *names = kl_array_items(columns);
    for (size_t i = 0; i < count; i++) {
        /* Most rows hold their cells in the order of the columns. */
        kl_value name = kl_map_key_value_at(row, i);
        kl_value cell = kl_is(name, KL_KIND_STRING) && name.as.string == names[i].as.string
                            ? kl_map_value_at(row, i)
                            : kl_map_get(row, kl_as_text(names[i]));
        if (i > 0)
            kl_buffer_byte(to, dialect->delimiter);
        KL_TRY(kl_csv_write_cell(to, dialect, cell, count == 1, error));
    }
    kl_csv_end_row(to, dialect);
    return KL_OK;
}

/* ---- the columns of many maps ---------------------------------------------------------------- */

kl_status kl_csv_union_begin(kl_csv_union *columns, kl_error *error)
{
    *columns = (kl_csv_union){kl_null(), kl_null(), NULL};
    KL_TRY(kl_array_new(&columns->columns, 0, error));
    return kl_map_new(&columns->seen, 0, error);
}

kl_status kl_csv_union_add(kl_csv_union *columns, kl_value row, kl_error *error)
{
    if (columns->shape && kl_map_keys(row) == columns->shape)
        return KL_OK;
    for (size_t i = 0, len = kl_map_len(row); i < len; i++) {
        kl_value key = kl_map_key_value_at(row, i);
        if (kl_map_has(columns->seen, kl_as_text(key)))
            continue;
        KL_TRY(kl_map_set_key(&columns->seen, key, kl_null(), error));
        KL_TRY(kl_array_push(&columns->columns, kl_value_retain(key), error));
    }
    /* Kept alive, so that its address cannot come to mean another shape. */
    kl_keys_release(columns->shape);
    columns->shape = kl_keys_retain(kl_map_keys(row));
    return KL_OK;
}

void kl_csv_union_end(kl_csv_union *columns)
{
    kl_value_release(columns->columns);
    kl_value_release(columns->seen);
    kl_keys_release(columns->shape);
    *columns = (kl_csv_union){kl_null(), kl_null(), NULL};
}
