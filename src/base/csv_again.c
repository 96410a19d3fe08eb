/* src/base/csv_again.c - rows that are only looked at, or written as they were read; see csv.h. */
#include "csv_reader.h"
#include "payload.h"

/* ---- testing ----------------------------------------------------------------------------------- */

/* A row of nulls, and which of its cells the condition looks at. */
static kl_status make_probe(kl_csv_reader *reader, const kl_condition *condition, kl_error *error)
{
    kl_value *values;
    size_t count = reader->slot_count;
    if (!reader->probed) {
        reader->probed = kl_alloc_zero(KL_MAX(count, 1), sizeof *reader->probed);
        reader->probe_rooms = kl_alloc_zero(KL_MAX(count, 1), sizeof *reader->probe_rooms);
    }
    if (!reader->probed || !reader->probe_rooms)
        return kl_error_no_memory(error);
    reader->probed_count = 0;
    for (size_t i = 0; i < count; i++) {
        kl_text name = kl_as_text(kl_array_at(reader->columns, reader->slots[i]));
        if (kl_condition_uses(condition, name))
            reader->probed[reader->probed_count++] = i;
    }
    return kl_map_of_shape(&reader->probe, &values, reader->shape, error);
}

/* What becomes no value is looked at, too: a row fails for its text, not for what is done to it. */
static kl_status check_text(const kl_csv_reader *reader, kl_error *error)
{
    kl_text row = {reader->window + reader->row, reader->at - reader->row};
    if (kl_utf8_valid_length(row) == row.len)
        return KL_OK;
    for (size_t i = 0; i < reader->field_count; i++) {
        kl_text text = csv_field_text(reader, i);
        if (kl_utf8_valid_length(text) < text.len)
            return csv_fail_at_line(reader, error, "a cell is not valid UTF-8");
    }
    return KL_OK;
}

kl_status kl_csv_test(bool *out, kl_csv_reader *reader, const kl_condition *condition,
                      kl_error *error)
{
    if (!kl_is(reader->probe, KL_KIND_MAP))
        KL_TRY(make_probe(reader, condition, error));
    KL_TRY(check_text(reader, error));
    kl_value *values = reader->probe.as.map->values;
    for (size_t i = 0; i < reader->probed_count; i++) {
        size_t index = reader->probed[i], slot = reader->slots[index];
        KL_TRY(csv_fill_cell(&values[slot], &reader->probe_rooms[slot], reader,
                             csv_field_text(reader, index), error));
    }
    return kl_condition_test(out, condition, reader->probe, NULL, error);
}

/* ---- writing ----------------------------------------------------------------------------------- */

bool kl_csv_is_regular(const kl_csv_reader *reader)
{
    if (reader->dialect.flexible || reader->slot_count != kl_array_len(reader->columns))
        return false;
    for (size_t i = 0; i < reader->slot_count; i++)
        if (reader->slots[i] != i)
            return false;
    return true;
}

static size_t digits_from(kl_text text, size_t at)
{
    size_t end = at;
    while (end < text.len && text.data[end] >= '0' && text.data[end] <= '9')
        end++;
    return end - at;
}

enum { EXACT_DIGITS = 15, EXACT_INT_DIGITS = 18, ZEROS_MAX = 4 };

/* Whether a number is written as we would write what it says: then it need not be read. False may
 * also mean that this is not known. */
static bool is_as_written(kl_text text)
{
    size_t start = text.len && *text.data == '-', whole = digits_from(text, start);
    size_t point = start + whole, part, zeros = 0;
    if (whole == 0 || (whole > 1 && text.data[start] == '0'))
        return false;
    if (point == text.len) /* "-0" is an int without the sign */
        return whole <= EXACT_INT_DIGITS && (text.data[start] != '0' || !start);
    part = text.data[point] == '.' ? digits_from(text, point + 1) : 0;
    if (part == 0 || point + 1 + part != text.len || whole + part > EXACT_DIGITS)
        return false;
    while (zeros < part && text.data[point + 1 + zeros] == '0')
        zeros++;
    if (part > 1 && text.data[text.len - 1] == '0')
        return false;
    return text.data[start] != '0' || part == 1 || zeros <= ZEROS_MAX;
}

/* A cell whose type was inferred: what is a number is written as one. */
static kl_status write_inferred(kl_buffer *to, const kl_csv_dialect *dialect, kl_text text,
                                bool alone, kl_error *error)
{
    kl_value value;
    bool is_number = text.len && (*text.data == '-' || (*text.data >= '0' && *text.data <= '9'));
    if (!is_number)
        return kl_csv_write_text(to, dialect, text, alone, error);
    if (is_as_written(text)) {
        kl_csv_dialect trusted = *dialect; /* a number is no formula */
        trusted.safe_cells = false;
        return kl_csv_write_text(to, &trusted, text, alone, error);
    }
    KL_TRY(kl_csv_infer(&value, text, error));
    kl_status status = kl_csv_write_cell(to, dialect, value, alone, error);
    kl_value_release(value);
    return status;
}

kl_status kl_csv_write_again(kl_buffer *to, const kl_csv_dialect *dialect,
                             const kl_csv_reader *reader, kl_error *error)
{
    bool alone = reader->field_count == 1, infers = reader->dialect.infer_types;
    KL_TRY(check_text(reader, error));
    for (size_t i = 0; i < reader->field_count; i++) {
        if (i > 0)
            kl_buffer_byte(to, dialect->delimiter);
        KL_TRY((infers ? write_inferred : kl_csv_write_text)(to, dialect, csv_field_text(reader, i),
                                                             alone, error));
    }
    kl_csv_end_row(to, dialect);
    return KL_OK;
}
