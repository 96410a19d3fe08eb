/* src/base/csv_read.c - rows of comma-separated values; see csv.h. */
#include "csv_reader.h"
#include "payload.h"

#include <stdio.h>
#include <yyjson.h>

enum { BLOCK = 65536, FIRST_FIELDS = 16, WIDE = 16 };

kl_status kl_csv_dialect_check(const kl_csv_dialect *dialect, kl_error *error)
{
    const char bytes[] = {dialect->delimiter, dialect->quote, dialect->escape};
    static const char *const names[] = {"delimiter", "quote", "escape"};
    if (!dialect->delimiter)
        return kl_error_set(error, KL_INVALID, "delimiter: expected one character");
    for (size_t i = 0; i < KL_COUNT(bytes); i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r' || (unsigned char)bytes[i] >= 0x80)
            return kl_error_set(error, KL_INVALID, "%s: expected an ASCII character, no line end",
                                names[i]);
        for (size_t j = 0; j < i; j++)
            if (bytes[i] && bytes[i] == bytes[j])
                return kl_error_set(error, KL_INVALID, "%s: expected another character than the %s",
                                    names[i], names[j]);
    }
    return KL_OK;
}

/* ---- the window ------------------------------------------------------------------------------ */

/* Free room for a block behind what is there, by dropping what lies before the row or growing. */
static kl_status make_room(kl_csv_reader *reader, kl_error *error)
{
    if (reader->row > 0) {
        memmove(reader->window, reader->window + reader->row, reader->len - reader->row);
        reader->at -= reader->row;
        reader->len -= reader->row;
        reader->row = 0;
    }
    if (reader->len >= KL_CSV_ROW_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: row_size (limit: %zu bytes)",
                            KL_CSV_ROW_MAX);
    if (reader->cap - reader->len >= BLOCK)
        return KL_OK;
    size_t wanted = 2 * reader->cap + 2 * (size_t)BLOCK;
    char *grown = kl_realloc(reader->window, wanted + WIDE);
    if (!grown)
        return kl_error_no_memory(error);
    reader->window = grown;
    reader->cap = wanted;
    return KL_OK;
}

static kl_status read_on(bool *more, kl_csv_reader *reader, kl_error *error)
{
    size_t got = 0;
    *more = false;
    if (reader->ended)
        return KL_OK;
    KL_TRY(make_room(reader, error));
    KL_TRY(reader->source->read(reader->source, &got, reader->window + reader->len, BLOCK, error));
    reader->len += got;
    reader->ended = got == 0;
    *more = got > 0;
    return KL_OK;
}

/* Whether another byte can be looked at, reading on if need be. */
static inline kl_status look(bool *more, kl_csv_reader *reader, kl_error *error)
{
    *more = reader->at < reader->len;
    return *more ? KL_OK : read_on(more, reader, error);
}

static char peek(const kl_csv_reader *reader) { return reader->window[reader->at]; }

/* ---- cells ----------------------------------------------------------------------------------- */

kl_status csv_fail_at_line(const kl_csv_reader *reader, kl_error *error, const char *what)
{
    kl_error_set(error, KL_SYNTAX, "line %zu: %s", reader->row_line, what);
    if (error)
        error->line = (uint32_t)reader->row_line;
    return KL_SYNTAX;
}

static kl_status push_field(kl_csv_reader *reader, size_t start, size_t end, kl_error *error)
{
    if (reader->field_count >= KL_CSV_COLUMNS_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: columns (limit: %zu per row)",
                            KL_CSV_COLUMNS_MAX);
    if (reader->field_count == reader->field_cap) {
        size_t wanted = 2 * reader->field_cap + FIRST_FIELDS;
        csv_field *grown = kl_realloc(reader->fields, wanted * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        reader->fields = grown;
        reader->field_cap = wanted;
    }
    reader->fields[reader->field_count++] = (csv_field){start, end};
    return KL_OK;
}

#if defined(__SSE2__)
#include <emmintrin.h>

/* Bits of the bytes among the sixteen at `from` that are one of the three. */
static unsigned find_any(const char *from, char a, char b, char c)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
    __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b)));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
}
#else
static unsigned find_any(const char *from, char a, char b, char c)
{
    unsigned found = 0;
    for (int i = 0; i < WIDE; i++)
        found |= (unsigned)(from[i] == a || from[i] == b || from[i] == c) << i;
    return found;
}
#endif

/* The first of three bytes in the window from `at` on, or its end. Behind that there is room to
 * look at sixteen bytes at once. */
static inline size_t find_in_window(const kl_csv_reader *reader, size_t at, char a, char b, char c)
{
    for (; at < reader->len; at += WIDE) {
        unsigned found = find_any(reader->window + at, a, b, c);
        if (found)
            return KL_MIN(at + (size_t)__builtin_ctz(found), reader->len);
    }
    return reader->len;
}

static inline size_t find_stop(const kl_csv_reader *reader, size_t at)
{
    return find_in_window(reader, at, reader->dialect.delimiter, '\n', '\r');
}

/* Pass over bytes up to one that ends a bare cell, or to the end. */
static kl_status skip_bare(kl_csv_reader *reader, kl_error *error)
{
    bool more;
    do {
        reader->at = find_stop(reader, reader->at);
        if (reader->at < reader->len)
            return KL_OK;
        KL_TRY(look(&more, reader, error));
    } while (more);
    return KL_OK;
}

/* Bytes within quotes that stand for themselves move up to `fill`, over quotes already undone. */
static size_t move_plain(kl_csv_reader *reader, size_t fill)
{
    char quote = reader->dialect.quote;
    char escape = reader->dialect.escape ? reader->dialect.escape : quote;
    char *window = reader->window, *to = window + reader->row + fill;
    size_t at = reader->at, start = at;
    while (at < reader->len) {
        at = find_in_window(reader, at, quote, escape, '\n');
        if (at == reader->len || window[at] != '\n')
            break;
        reader->line++;
        at++;
    }
    if (to != window + start)
        memmove(to, window + start, at - start);
    reader->at = at;
    return fill + (at - start);
}

/* Text between the closing quote and the next delimiter: part of the cell if one is flexible. */
static kl_status read_tail(size_t *fill, kl_csv_reader *reader, kl_error *error)
{
    if (!reader->dialect.flexible)
        return csv_fail_at_line(reader, error, "text after the closing quote of a cell");
    size_t start = reader->at - reader->row;
    KL_TRY(skip_bare(reader, error));
    size_t len = reader->at - reader->row - start;
    memmove(reader->window + reader->row + *fill, reader->window + reader->row + start, len);
    *fill += len;
    return KL_OK;
}

/* A cell in quotes, the opening one already passed; its text is undone in place. */
static kl_status read_quoted(kl_csv_reader *reader, size_t start, kl_error *error)
{
    const kl_csv_dialect *dialect = &reader->dialect;
    char escape = dialect->escape ? dialect->escape : dialect->quote;
    size_t fill = start;
    bool more;
    for (;;) {
        fill = move_plain(reader, fill);
        KL_TRY(look(&more, reader, error));
        if (!more)
            return csv_fail_at_line(reader, error, "a quoted cell is not closed");
        if (peek(reader) != dialect->quote && peek(reader) != escape)
            continue; /* the window ended before the cell did */
        bool escaped = peek(reader) != dialect->quote;
        reader->at++;
        KL_TRY(look(&more, reader, error));
        if (escaped && !more)
            return csv_fail_at_line(reader, error, "a quoted cell is not closed");
        if (!escaped && (!more || peek(reader) != dialect->quote))
            break;
        reader->line += peek(reader) == '\n';
        reader->window[reader->row + fill++] = reader->window[reader->at++];
    }
    if (more && !reader->stops[(unsigned char)peek(reader)])
        KL_TRY(read_tail(&fill, reader, error));
    return push_field(reader, start, fill, error);
}

static kl_status read_field(kl_csv_reader *reader, kl_error *error)
{
    bool more;
    KL_TRY(look(&more, reader, error));
    size_t start = reader->at - reader->row;
    if (more && reader->dialect.quote && peek(reader) == reader->dialect.quote) {
        reader->at++;
        return read_quoted(reader, start, error);
    }
    KL_TRY(skip_bare(reader, error));
    return push_field(reader, start, reader->at - reader->row, error);
}

/* Most cells are bare and end within the window; false for all others, of which nothing is read. */
static inline bool read_bare(kl_csv_reader *reader)
{
    size_t at = reader->at;
    if (at >= reader->len || reader->field_count == reader->field_cap ||
        (reader->dialect.quote && reader->window[at] == reader->dialect.quote))
        return false;
    size_t end = find_stop(reader, at);
    if (end == reader->len)
        return false;
    reader->fields[reader->field_count++] = (csv_field){at - reader->row, end - reader->row};
    reader->at = end;
    return true;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Step over LF, CRLF or CR, if one stands here. */
static kl_status skip_line_end(kl_csv_reader *reader, kl_error *error)
{
    bool more;
    KL_TRY(look(&more, reader, error));
    if (!more)
        return KL_OK;
    char end = reader->window[reader->at++];
    reader->line++;
    if (end != '\r')
        return KL_OK;
    KL_TRY(look(&more, reader, error));
    if (more && peek(reader) == '\n')
        reader->at++;
    return KL_OK;
}

/* One line, whatever it holds. */
static kl_status skip_line(kl_csv_reader *reader, kl_error *error)
{
    bool more;
    for (;;) {
        KL_TRY(look(&more, reader, error));
        if (!more || peek(reader) == '\n' || peek(reader) == '\r')
            break;
        reader->row = ++reader->at;
    }
    KL_TRY(skip_line_end(reader, error));
    reader->row = reader->at;
    return KL_OK;
}

/* Begin a row behind empty lines; `*more` tells whether there is one. */
static kl_status begin_row(bool *more, kl_csv_reader *reader, kl_error *error)
{
    for (;;) {
        reader->row = reader->at;
        KL_TRY(look(more, reader, error));
        if (!*more || (peek(reader) != '\n' && peek(reader) != '\r'))
            break;
        KL_TRY(skip_line_end(reader, error));
    }
    reader->row_line = reader->line;
    reader->field_count = 0;
    return KL_OK;
}

/* Fill `fields` with the next row; KL_STOP when there is none. */
static kl_status read_row(kl_csv_reader *reader, kl_error *error)
{
    bool more;
    KL_TRY(begin_row(&more, reader, error));
    if (!more)
        return KL_STOP;
    for (;;) {
        if (!read_bare(reader))
            KL_TRY(read_field(reader, error));
        KL_TRY(look(&more, reader, error));
        if (!more || peek(reader) != reader->dialect.delimiter)
            break;
        reader->at++;
    }
    return skip_line_end(reader, error);
}

/* ---- columns --------------------------------------------------------------------------------- */

static kl_status column_name(kl_value *out, kl_csv_reader *reader, size_t index, bool from_row,
                             kl_error *error)
{
    if (!from_row)
        return kl_string_format(out, error, "column_%zu", index);
    kl_status status = kl_string_new(out, csv_field_text(reader, index), error);
    return status == KL_SYNTAX
               ? csv_fail_at_line(reader, error, "a column name is not valid UTF-8")
               : status;
}

/* Columns for the fields from slot_count up to `count`, named by the row or by their number. */
static kl_status add_columns(kl_csv_reader *reader, size_t count, bool from_row, kl_error *error)
{
    kl_value names = kl_null(), name = kl_null();
    kl_keys *shape = NULL;
    kl_status status;
    size_t *slots = kl_realloc(reader->slots, KL_MAX(count, 1) * sizeof *slots);
    if (!slots)
        return kl_error_no_memory(error);
    reader->slots = slots;
    size_t *rooms = kl_realloc(reader->rooms, KL_MAX(count, 1) * sizeof *rooms);
    if (!rooms)
        return kl_error_no_memory(error);
    reader->rooms = rooms;
    KL_TRY_OUT(kl_map_new(&names, count, error));
    for (size_t i = 0; i < kl_array_len(reader->columns); i++)
        KL_TRY_OUT(kl_map_set_key(&names, kl_array_at(reader->columns, i), kl_null(), error));
    for (size_t i = reader->slot_count; i < count; i++) {
        KL_TRY_OUT(column_name(&name, reader, i, from_row, error));
        KL_TRY_OUT(kl_map_set_key(&names, name, kl_null(), error));
        slots[i] = (size_t)kl_keys_find(kl_map_keys(names), kl_as_text(name));
        if (slots[i] == kl_array_len(reader->columns))
            KL_TRY_OUT(kl_array_push(&reader->columns, kl_value_retain(name), error));
        kl_value_replace(&name, kl_null());
    }
    KL_TRY_OUT(kl_keys_new(&shape, kl_array_items(reader->columns),
                           kl_array_len(reader->columns), error));
    reader->slot_count = count;
    kl_keys_release(reader->shape);
    reader->shape = shape;
out:
    kl_value_release(name);
    kl_value_release(names);
    return status;
}

static kl_status read_header(kl_csv_reader *reader, kl_error *error)
{
    kl_status status = read_row(reader, error);
    if (status != KL_OK && status != KL_STOP)
        return status;
    bool from_row = status == KL_OK && reader->dialect.has_headers;
    reader->pending = status == KL_OK && !from_row;
    return add_columns(reader, status == KL_OK ? reader->field_count : 0, from_row, error);
}

static kl_status skip_mark(kl_csv_reader *reader, kl_error *error)
{
    bool more = true;
    while (reader->len < 3 && !reader->ended) {
        reader->at = reader->len; /* so that look() reads on */
        KL_TRY(look(&more, reader, error));
    }
    bool marked = reader->len >= 3 && memcmp(reader->window, "\xEF\xBB\xBF", 3) == 0;
    reader->at = reader->row = marked ? 3 : 0;
    return KL_OK;
}

static kl_status open_reader(kl_csv_reader *reader, kl_error *error)
{
    KL_TRY(kl_array_new(&reader->columns, 0, error));
    KL_TRY(skip_mark(reader, error));
    for (size_t i = 0; i < reader->dialect.skip_rows && !(reader->ended && reader->at == reader->len);
         i++)
        KL_TRY(skip_line(reader, error));
    return read_header(reader, error);
}

kl_status kl_csv_reader_new(kl_csv_reader **out, const kl_csv_dialect *dialect, kl_source *source,
                            kl_error *error)
{
    KL_TRY(kl_csv_dialect_check(dialect, error));
    kl_csv_reader *reader = kl_alloc_zero(1, sizeof *reader);
    if (!reader)
        return kl_error_no_memory(error);
    reader->dialect = *dialect;
    reader->source = source;
    reader->line = reader->row_line = 1;
    reader->stops[(unsigned char)dialect->delimiter] = true;
    reader->stops['\n'] = reader->stops['\r'] = true;
    kl_status status = open_reader(reader, error);
    if (status != KL_OK) {
        kl_csv_reader_free(reader);
        return status;
    }
    *out = reader;
    return KL_OK;
}

void kl_csv_reader_free(kl_csv_reader *reader)
{
    if (!reader)
        return;
    kl_value_release(reader->columns);
    kl_keys_release(reader->shape);
    kl_free(reader->slots);
    kl_free(reader->rooms);
    kl_value_release(reader->last);
    kl_value_release(reader->probe);
    kl_free(reader->probed);
    kl_free(reader->probe_rooms);
    kl_free(reader->fields);
    kl_free(reader->window);
    kl_free(reader);
}

kl_value kl_csv_columns(const kl_csv_reader *reader) { return reader->columns; }
size_t kl_csv_line(const kl_csv_reader *reader) { return reader->row_line; }

/* ---- values ---------------------------------------------------------------------------------- */

/* An integer or a float as JSON writes it; integers beyond int64 stay text, to lose no digit. */
static bool infer_number(kl_value *out, kl_text cell)
{
    char text[64];
    yyjson_val number;
    if (cell.len >= sizeof text || (*cell.data != '-' && (*cell.data < '0' || *cell.data > '9')))
        return false;
    memcpy(text, cell.data, cell.len);
    text[cell.len] = '\0';
    const char *end = yyjson_read_number(text, &number, 0, NULL, NULL);
    if (end != text + cell.len)
        return false;
    bool is_whole = !memchr(text, '.', cell.len) && !memchr(text, 'e', cell.len) &&
                    !memchr(text, 'E', cell.len);
    if (yyjson_is_sint(&number) || (yyjson_is_uint(&number) && yyjson_get_uint(&number) <= INT64_MAX))
        *out = kl_int(yyjson_get_sint(&number));
    else if (is_whole)
        return false;
    else
        *out = kl_double(yyjson_get_real(&number));
    return true;
}

kl_status kl_csv_infer(kl_value *out, kl_text cell, kl_error *error)
{
    if (cell.len == 0)
        *out = kl_null();
    else if (kl_text_is(cell, "true") || kl_text_is(cell, "false"))
        *out = kl_bool(*cell.data == 't');
    else if (!infer_number(out, cell))
        return kl_string_new(out, cell, error);
    return KL_OK;
}

/* A text over the one of the row before, if that is ours alone and there is room. */
static bool write_over(kl_value cell, kl_text text, size_t room)
{
    if (!kl_is(cell, KL_KIND_STRING) || text.len > room ||
        !kl_payload_is_sole(&cell.as.string->payload) ||
        kl_utf8_valid_length(text) < text.len)
        return false;
    memcpy(cell.as.string->data, text.data, text.len);
    cell.as.string->data[text.len] = '\0';
    cell.as.string->len = text.len;
    cell.as.string->hash = 0;
    return true;
}

kl_status csv_fill_cell(kl_value *cell, size_t *room, const kl_csv_reader *reader, kl_text text,
                        kl_error *error)
{
    kl_value made;
    bool infer = reader->dialect.infer_types;
    if (!infer && write_over(*cell, text, *room))
        return KL_OK;
    KL_TRY(infer ? kl_csv_infer(&made, text, error) : kl_string_new(&made, text, error));
    *room = text.len;
    kl_value_replace(cell, made);
    return KL_OK;
}

static kl_status fill_row(kl_value *values, kl_csv_reader *reader, kl_error *error)
{
    for (size_t i = 0; i < reader->field_count; i++) {
        size_t slot = reader->slots[i];
        kl_status status = csv_fill_cell(&values[slot], &reader->rooms[slot], reader,
                                         csv_field_text(reader, i), error);
        if (status == KL_SYNTAX)
            return csv_fail_at_line(reader, error, "a cell is not valid UTF-8");
        if (status != KL_OK)
            return status;
    }
    return KL_OK;
}

/* A map for the next row, the last one if nobody else has it: most rows are looked at and gone. */
static kl_status make_row(kl_value *map, kl_value **values, kl_csv_reader *reader, kl_error *error)
{
    kl_map *last = reader->last.as.map;
    if (!kl_is(reader->last, KL_KIND_MAP) || !kl_payload_is_sole(&last->payload) ||
        last->keys != reader->shape || reader->field_count < reader->slot_count)
        return kl_map_of_shape(map, values, reader->shape, error);
    *map = kl_value_take(&reader->last);
    *values = last->values;
    return KL_OK;
}

/* The row must be as long as the header, or a flexible reader makes do with what it is. */
static kl_status check_length(kl_csv_reader *reader, kl_error *error)
{
    if (reader->field_count == reader->slot_count)
        return KL_OK;
    if (!reader->dialect.flexible) {
        char what[100];
        snprintf(what, sizeof what, "expected %zu fields, got %zu", reader->slot_count,
                 reader->field_count);
        return csv_fail_at_line(reader, error, what);
    }
    return reader->field_count > reader->slot_count
               ? add_columns(reader, reader->field_count, false, error)
               : KL_OK;
}

kl_status kl_csv_read(kl_csv_reader *reader, kl_error *error)
{
    if (!reader->pending)
        KL_TRY(read_row(reader, error));
    reader->pending = false;
    return check_length(reader, error);
}

kl_status kl_csv_next(kl_value *row, kl_csv_reader *reader, kl_error *error)
{
    KL_TRY(kl_csv_read(reader, error));
    return kl_csv_row(row, reader, error);
}

kl_status kl_csv_row(kl_value *row, kl_csv_reader *reader, kl_error *error)
{
    kl_value map, *values;
    KL_TRY(make_row(&map, &values, reader, error));
    kl_status status = fill_row(values, reader, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    kl_value_replace(&reader->last, kl_value_retain(map));
    *row = map;
    return KL_OK;
}

static kl_status read_all(kl_value *rows, kl_csv_reader *reader, size_t limit, kl_error *error)
{
    kl_value row;
    for (;;) {
        kl_status status = kl_csv_next(&row, reader, error);
        if (status != KL_OK)
            return status == KL_STOP ? KL_OK : status;
        if (kl_array_len(*rows) == limit) {
            kl_value_release(row);
            return kl_error_set(error, KL_LIMIT, "resource limit exceeded: rows (limit: %zu items)",
                                limit);
        }
        KL_TRY(kl_array_push(rows, row, error));
    }
}

kl_status kl_csv_parse(kl_value *rows, kl_value *columns, kl_text text,
                       const kl_csv_dialect *dialect, size_t limit, kl_error *error)
{
    kl_text_source source = KL_TEXT_SOURCE(text);
    kl_csv_reader *reader = NULL;
    kl_value list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    KL_TRY_OUT(kl_csv_reader_new(&reader, dialect, &source.source, error));
    KL_TRY_OUT(read_all(&list, reader, limit, error));
    if (columns)
        *columns = kl_value_retain(reader->columns);
    *rows = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_csv_reader_free(reader);
    return status;
}
