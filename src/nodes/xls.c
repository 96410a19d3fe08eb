/* src/nodes/xls.c - BIFF8, the records of a .xls file (MS-XLS). A reader never leaves the record it
 * is in: every field is taken through a cursor that knows its end. */
#include "xls.h"
#include "excel_date.h"
#include "xls_file.h"

#include <stdio.h>

enum record_type {
    FORMULA = 0x0006, END = 0x000A, DATE_1904 = 0x0022, FILE_PASS = 0x002F, CONTINUE = 0x003C,
    BOUND_SHEET = 0x0085, MUL_RK = 0x00BD, XF = 0x00E0, SST = 0x00FC, LABEL_SST = 0x00FD,
    NUMBER = 0x0203, LABEL = 0x0204, BOOL_ERR = 0x0205, STRING = 0x0207, RK = 0x027E, R_STRING = 0x00D6,
    FORMAT = 0x041E, BEGIN = 0x0809,
};

enum { BIFF8 = 0x0600, SHEETS_MAX = 10000 };

struct kl_workbook {
    kl_buffer stream;      /* all records */
    kl_value names;        /* array of the names of the sheets */
    uint32_t *offsets;     /* where each sheet begins */
    kl_value strings;      /* array of the shared strings */
    kl_value formats;      /* map from the number of a custom format to its date parts */
    unsigned char *styles; /* date parts by number of the cell format */
    size_t style_count;
    bool from_1904;
};

static kl_status damaged(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_SYNTAX, "not a valid .xls file: %s", what);
}

/* ---- records ----------------------------------------------------------------------------------- */

typedef struct record {
    unsigned type;
    const char *data;
    size_t len;
    size_t next; /* where the one behind it begins */
} record;

/* The record at `at`; KL_STOP at the end of the stream. */
static kl_status record_at(record *out, const kl_workbook *workbook, size_t at, kl_error *error)
{
    const kl_buffer *stream = &workbook->stream;
    if (at > stream->len || stream->len - at < 4)
        return KL_STOP;
    *out = (record){xls_u16(stream->data + at), stream->data + at + 4,
                    xls_u16(stream->data + at + 2), 0};
    if (out->len > stream->len - at - 4)
        return damaged(error, "a record is longer than the file");
    out->next = at + 4 + out->len;
    return KL_OK;
}

static kl_status need(const record *from, size_t len, kl_error *error)
{
    return from->len >= len ? KL_OK : damaged(error, "a record is too short");
}

/* ---- strings ----------------------------------------------------------------------------------- */

/* Reads on in CONTINUE records when one ends; bytes that nobody may skip unseen. */
typedef struct cursor {
    const kl_workbook *workbook;
    record record;
    size_t at; /* in the record */
} cursor;

/* The next record, if it continues this one. */
static kl_status continue_record(cursor *from, kl_error *error)
{
    record next;
    kl_status status = record_at(&next, from->workbook, from->record.next, error);
    if (status == KL_STOP || (status == KL_OK && next.type != CONTINUE))
        return damaged(error, "a string is cut off");
    if (status != KL_OK)
        return status;
    from->record = next;
    from->at = 0;
    return KL_OK;
}

static kl_status take_byte(unsigned *out, cursor *from, kl_error *error)
{
    while (from->at == from->record.len)
        KL_TRY(continue_record(from, error));
    *out = (unsigned char)from->record.data[from->at++];
    return KL_OK;
}

static kl_status take_number(uint32_t *out, cursor *from, int bytes, kl_error *error)
{
    *out = 0;
    for (int i = 0; i < bytes; i++) {
        unsigned byte;
        KL_TRY(take_byte(&byte, from, error));
        *out |= (uint32_t)byte << (8 * i);
    }
    return KL_OK;
}

static kl_status skip(cursor *from, uint64_t count, kl_error *error)
{
    while (count > 0) {
        size_t here = from->record.len - from->at;
        size_t step = (size_t)KL_MIN((uint64_t)here, count);
        from->at += step;
        count -= step;
        if (count > 0)
            KL_TRY(continue_record(from, error));
    }
    return KL_OK;
}

/* UTF-16 arrives unit by unit; a pair makes one character. */
static void add_unit(kl_buffer *to, uint32_t unit, uint32_t *high)
{
    char bytes[4];
    bool is_low = unit >= 0xDC00 && unit <= 0xDFFF, is_high = unit >= 0xD800 && unit <= 0xDBFF;
    uint32_t code = is_low && *high ? 0x10000 + ((*high - 0xD800) << 10) + (unit - 0xDC00)
                    : is_low        ? 0xFFFD
                                    : unit;
    if (*high && !is_low)
        kl_buffer_string(to, "\xEF\xBF\xBD");
    *high = is_high ? unit : 0;
    if (is_high)
        return;
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3F));
    bytes[0] = (char)(heads[len] | code);
    kl_buffer_add(to, (kl_text){bytes, len});
}

/* `count` characters; each record that they continue in begins with a byte that says how wide
 * they are from there on. */
static kl_status take_characters(kl_buffer *to, cursor *from, uint32_t count, bool wide,
                                 kl_error *error)
{
    uint32_t unit, high = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (from->at == from->record.len) {
            KL_TRY(continue_record(from, error));
            unsigned flags;
            KL_TRY(take_byte(&flags, from, error));
            wide = flags & 1;
        }
        KL_TRY(take_number(&unit, from, wide ? 2 : 1, error));
        add_unit(to, unit, &high);
    }
    if (high)
        kl_buffer_string(to, "\xEF\xBF\xBD");
    return KL_OK;
}

/* A string with its length in front, in `length_bytes`; fonts and phonetic hints are passed over. */
static kl_status take_string(kl_value *out, cursor *from, int length_bytes, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    uint32_t count, runs = 0, hints = 0;
    unsigned flags;
    kl_status status;
    KL_TRY(take_number(&count, from, length_bytes, error));
    KL_TRY(take_byte(&flags, from, error));
    if (flags & 8)
        KL_TRY(take_number(&runs, from, 2, error));
    if (flags & 4)
        KL_TRY(take_number(&hints, from, 4, error));
    KL_TRY_OUT(take_characters(&text, from, count, flags & 1, error));
    KL_TRY_OUT(skip(from, 4ull * runs + hints, error));
    return kl_buffer_finish(out, &text, error);
out:
    kl_buffer_free(&text);
    return status;
}

static kl_status read_shared(kl_workbook *workbook, const record *from, kl_error *error)
{
    KL_TRY(need(from, 8, error));
    cursor at = {workbook, *from, 8};
    uint32_t count = xls_u32(from->data + 4);
    for (uint32_t i = 0; i < count; i++) {
        kl_value text;
        /* The count may lie; what it promises must be there. */
        KL_TRY(take_string(&text, &at, 2, error));
        KL_TRY(kl_array_push(&workbook->strings, text, error));
    }
    return KL_OK;
}

/* ---- the records about the whole workbook ------------------------------------------------------ */

static kl_status read_sheet_entry(kl_workbook *workbook, const record *from, kl_error *error)
{
    size_t count = kl_array_len(workbook->names);
    kl_value name;
    KL_TRY(need(from, 8, error));
    if (from->data[5] != 0) /* a chart or a macro sheet has no cells */
        return KL_OK;
    if (count >= SHEETS_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: sheets (limit: %d items)",
                            SHEETS_MAX);
    uint32_t *grown = kl_realloc(workbook->offsets, (count + 1) * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    workbook->offsets = grown;
    grown[count] = xls_u32(from->data);
    cursor at = {workbook, *from, 6};
    KL_TRY(take_string(&name, &at, 1, error));
    return kl_array_push(&workbook->names, name, error);
}

static kl_status read_format(kl_workbook *workbook, const record *from, kl_error *error)
{
    char id[16];
    kl_value code;
    KL_TRY(need(from, 5, error));
    cursor at = {workbook, *from, 2};
    KL_TRY(take_string(&code, &at, 2, error));
    unsigned parts = kl_excel_format_parts(kl_as_text(code));
    kl_value_release(code);
    snprintf(id, sizeof id, "%u", xls_u16(from->data));
    return kl_map_set(&workbook->formats, kl_text_from(id), kl_int(parts), error);
}

static kl_status read_style(kl_workbook *workbook, const record *from, kl_error *error)
{
    char id[16];
    KL_TRY(need(from, 4, error));
    unsigned char *grown = kl_realloc(workbook->styles, workbook->style_count + 1);
    if (!grown)
        return kl_error_no_memory(error);
    workbook->styles = grown;
    snprintf(id, sizeof id, "%u", xls_u16(from->data + 2));
    const kl_value *custom = kl_map_find(workbook->formats, kl_text_from(id));
    grown[workbook->style_count++] =
        (unsigned char)(custom ? (unsigned)kl_as_int(*custom)
                               : kl_excel_builtin_parts(xls_u16(from->data + 2)));
    return KL_OK;
}

static kl_status read_global(kl_workbook *workbook, const record *from, kl_error *error)
{
    switch (from->type) {
    case FILE_PASS:
        return damaged(error, "it is encrypted");
    case DATE_1904:
        KL_TRY(need(from, 2, error));
        workbook->from_1904 = xls_u16(from->data) == 1;
        return KL_OK;
    case BOUND_SHEET:
        return read_sheet_entry(workbook, from, error);
    case FORMAT:
        return read_format(workbook, from, error);
    case XF:
        return read_style(workbook, from, error);
    case SST:
        return read_shared(workbook, from, error);
    default:
        return KL_OK;
    }
}

static kl_status read_globals(kl_workbook *workbook, kl_error *error)
{
    record here;
    kl_status status;
    size_t at = 0;
    KL_TRY(record_at(&here, workbook, at, error));
    if (here.type != BEGIN || here.len < 4 || xls_u16(here.data) != BIFF8)
        return damaged(error, "it is older than Excel 97");
    for (; (status = record_at(&here, workbook, at, error)) == KL_OK && here.type != END;
         at = here.next)
        KL_TRY(read_global(workbook, &here, error));
    if (status != KL_OK && status != KL_STOP)
        return status;
    return kl_array_len(workbook->names) ? KL_OK : damaged(error, "there is no sheet in it");
}

/* ---- cells ------------------------------------------------------------------------------------- */

/* A formula whose result is a string has it in a record of its own behind it. */
typedef struct sheet_reader {
    kl_workbook *workbook;
    kl_cell_sink *sink;
    bool awaits_string;
    uint32_t row, column; /* of that formula */
} sheet_reader;

static double read_double(const char *at)
{
    uint64_t bits = xls_u32(at) | (uint64_t)xls_u32(at + 4) << 32;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* A number in 30 bits: an integer or the high half of a double, perhaps times 100. */
static double read_rk(const char *at)
{
    uint32_t bits = xls_u32(at);
    uint64_t high = (uint64_t)(bits & 0xFFFFFFFCu) << 32;
    double number;
    memcpy(&number, &high, sizeof number);
    if (bits & 2)
        number = (double)((int32_t)bits >> 2);
    return bits & 1 ? number / 100 : number;
}

static kl_status give(sheet_reader *sheet, uint32_t row, uint32_t column, kl_value value,
                      kl_error *error)
{
    return sheet->sink->cell(sheet->sink, row, column, value, error);
}

static kl_status give_number(sheet_reader *sheet, uint32_t row, uint32_t column, unsigned style,
                             double number, kl_error *error)
{
    const kl_workbook *workbook = sheet->workbook;
    unsigned parts = style < workbook->style_count ? workbook->styles[style] : 0;
    kl_value value;
    KL_TRY(kl_excel_number(&value, number, parts, workbook->from_1904, error));
    return give(sheet, row, column, value, error);
}

static kl_status give_error(sheet_reader *sheet, uint32_t row, uint32_t column, unsigned code,
                            kl_error *error)
{
    static const struct {
        unsigned code;
        const char *text;
    } errors[] = {{0x00, "#NULL!"}, {0x07, "#DIV/0!"}, {0x0F, "#VALUE!"}, {0x17, "#REF!"},
                  {0x1D, "#NAME?"}, {0x24, "#NUM!"},   {0x2A, "#N/A"}};
    const char *text = "#ERROR!";
    kl_value value;
    for (size_t i = 0; i < KL_COUNT(errors); i++)
        if (errors[i].code == code)
            text = errors[i].text;
    KL_TRY(kl_string_from_valid(&value, kl_text_from(text), error));
    return give(sheet, row, column, value, error);
}

static kl_status give_bool_or_error(sheet_reader *sheet, uint32_t row, uint32_t column,
                                    unsigned value, bool is_error, kl_error *error)
{
    return is_error ? give_error(sheet, row, column, value, error)
                    : give(sheet, row, column, kl_bool(value != 0), error);
}

static kl_status read_formula(sheet_reader *sheet, const record *from, uint32_t row,
                              uint32_t column, unsigned style, kl_error *error)
{
    KL_TRY(need(from, 14, error));
    const char *result = from->data + 6;
    if (xls_u16(result + 6) != 0xFFFF)
        return give_number(sheet, row, column, style, read_double(result), error);
    switch (result[0]) {
    case 0:
        sheet->awaits_string = true;
        sheet->row = row;
        sheet->column = column;
        return KL_OK;
    case 1:
    case 2:
        return give_bool_or_error(sheet, row, column, (unsigned char)result[2], result[0] == 2,
                                  error);
    default:
        return KL_OK; /* an empty result */
    }
}

static kl_status read_many(sheet_reader *sheet, const record *from, uint32_t row, uint32_t column,
                           kl_error *error)
{
    size_t count = from->len < 12 ? 0 : (from->len - 6) / 6;
    for (size_t i = 0; i < count; i++) {
        const char *at = from->data + 4 + 6 * i;
        KL_TRY(give_number(sheet, row, column + (uint32_t)i, xls_u16(at), read_rk(at + 2), error));
    }
    return KL_OK;
}

static kl_status read_shared_label(sheet_reader *sheet, const record *from, uint32_t row,
                                   uint32_t column, kl_error *error)
{
    KL_TRY(need(from, 10, error));
    uint32_t index = xls_u32(from->data + 6);
    if (index >= kl_array_len(sheet->workbook->strings))
        return damaged(error, "a cell refers to a string that is not there");
    return give(sheet, row, column, kl_value_retain(kl_array_at(sheet->workbook->strings, index)),
                error);
}

static kl_status give_string(sheet_reader *sheet, const record *from, size_t offset, uint32_t row,
                             uint32_t column, kl_error *error)
{
    cursor at = {sheet->workbook, *from, offset};
    kl_value text;
    KL_TRY(take_string(&text, &at, 2, error));
    return give(sheet, row, column, text, error);
}

static kl_status read_cell(sheet_reader *sheet, const record *from, kl_error *error)
{
    KL_TRY(need(from, 6, error));
    uint32_t row = xls_u16(from->data), column = xls_u16(from->data + 2);
    unsigned style = xls_u16(from->data + 4);
    switch (from->type) {
    case FORMULA:
        return read_formula(sheet, from, row, column, style, error);
    case MUL_RK:
        return read_many(sheet, from, row, column, error);
    case LABEL_SST:
        return read_shared_label(sheet, from, row, column, error);
    case LABEL:
    case R_STRING:
        return give_string(sheet, from, 6, row, column, error);
    case NUMBER:
        KL_TRY(need(from, 14, error));
        return give_number(sheet, row, column, style, read_double(from->data + 6), error);
    case RK:
        KL_TRY(need(from, 10, error));
        return give_number(sheet, row, column, style, read_rk(from->data + 6), error);
    default: /* BOOL_ERR */
        KL_TRY(need(from, 8, error));
        return give_bool_or_error(sheet, row, column, (unsigned char)from->data[6],
                                  from->data[7] != 0, error);
    }
}

static kl_status read_record(sheet_reader *sheet, const record *from, kl_error *error)
{
    switch (from->type) {
    case STRING:
        if (!sheet->awaits_string)
            return KL_OK;
        sheet->awaits_string = false;
        return give_string(sheet, from, 0, sheet->row, sheet->column, error);
    case FORMULA:
    case MUL_RK:
    case LABEL_SST:
    case LABEL:
    case R_STRING:
    case NUMBER:
    case RK:
    case BOOL_ERR:
        return read_cell(sheet, from, error);
    default:
        return KL_OK;
    }
}

/* Charts within the sheet are substreams of their own, to be passed over. */
static kl_status xls_read(kl_workbook *workbook, size_t index, kl_cell_sink *sink, kl_error *error)
{
    sheet_reader sheet = {.workbook = workbook, .sink = sink};
    record here;
    kl_status status;
    size_t at = workbook->offsets[index], depth = 0;
    status = record_at(&here, workbook, at, error);
    if (status == KL_STOP || (status == KL_OK && here.type != BEGIN))
        return damaged(error, "a sheet does not begin where it should");
    for (; status == KL_OK; status = record_at(&here, workbook, at, error)) {
        at = here.next;
        depth += here.type == BEGIN;
        if (here.type == END && --depth == 0)
            return KL_OK;
        if (depth == 1)
            KL_TRY_OUT(read_record(&sheet, &here, error));
    }
out:
    return status == KL_STOP ? KL_OK : status;
}

/* ---- the functions ----------------------------------------------------------------------------- */

static kl_value xls_sheet_names(const kl_workbook *workbook) { return workbook->names; }

static void xls_close(kl_workbook *workbook)
{
    if (!workbook)
        return;
    kl_buffer_free(&workbook->stream);
    kl_value_release(workbook->names);
    kl_value_release(workbook->strings);
    kl_value_release(workbook->formats);
    kl_free(workbook->offsets);
    kl_free(workbook->styles);
    kl_free(workbook);
}

/* The stream of records, or what else stands in its place. */
static kl_status find_stream(kl_buffer *out, kl_text data, kl_error *error)
{
    kl_buffer other = KL_BUFFER_INIT;
    kl_status status = xls_stream(out, data, "Workbook", error);
    if (status != KL_NOT_FOUND)
        return status;
    if (xls_stream(&other, data, "EncryptedPackage", NULL) == KL_OK)
        status = kl_error_set(error, KL_SYNTAX, "the file is encrypted");
    else if (xls_stream(&other, data, "Book", NULL) == KL_OK)
        status = damaged(error, "it is older than Excel 97");
    kl_buffer_free(&other);
    return status;
}

static kl_status xls_open(kl_workbook **out, kl_text data, const kl_workbook_limits *limits,
                          kl_error *error)
{
    kl_status status;
    (void)limits; /* nothing in such a file is compressed */
    kl_workbook *workbook = kl_alloc_zero(1, sizeof *workbook);
    if (!workbook)
        return kl_error_no_memory(error);
    KL_TRY_OUT(kl_array_new(&workbook->names, 0, error));
    KL_TRY_OUT(kl_array_new(&workbook->strings, 0, error));
    KL_TRY_OUT(kl_map_new(&workbook->formats, 0, error));
    KL_TRY_OUT(find_stream(&workbook->stream, data, error));
    KL_TRY_OUT(read_globals(workbook, error));
    *out = workbook;
    return KL_OK;
out:
    xls_close(workbook);
    return status;
}

const kl_workbook_functions kl_xls_functions = {xls_open, xls_sheet_names, xls_read, xls_close};
