/* src/drivers/xlsx.c - spreadsheets of ECMA-376 (.xlsx): a zip of XML parts, read as streams. */
#include "xlsx.h"
#include "buffer.h"
#include "driver.h"
#include "libxml_error.h"
#include "nodes/excel_date.h"

#include <libxml/xmlreader.h>
#include <locale.h>
#include <stdlib.h>
#include <zip.h>

/* Parts that nothing may make us hold in memory without end. */
enum { SHARED_MAX = 10000000, STYLES_MAX = 100000, SHEETS_MAX = 10000, PATH_SIZE = 512 };
/* A part smaller than this is no bomb, whatever its ratio. */
#define RATIO_FROM ((uint64_t)16 << 20)

struct kl_workbook {
    zip_t *zip;
    kl_workbook_limits limits;
    uint64_t unpacked;     /* bytes so far */
    kl_value names;        /* array of the names of the sheets */
    kl_value paths;        /* array of the paths of their parts */
    kl_value shared;       /* array of strings that cells refer to */
    unsigned char *styles; /* kl_date_parts by number of the cell format */
    size_t style_count;
    bool from_1904;
    locale_t c_locale;     /* numbers have a point, whatever the process's locale */
};

static kl_status broken(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_SYNTAX, "not a valid .xlsx file: %s", what);
}

/* ---- one part of the zip as XML ---------------------------------------------------------------- */

typedef struct part {
    kl_workbook *workbook;
    zip_file_t *file;
    xmlTextReader *xml;
    uint64_t packed, unpacked; /* bytes */
    const char *path;
    kl_status status; /* of what went wrong while libxml read */
    kl_error *error;
} part;

/* libxml2 calls this for more bytes; -1 ends the reading, `status` says why. */
static int part_read(void *context, char *to, int room)
{
    part *part = context;
    kl_workbook *workbook = part->workbook;
    zip_int64_t got = zip_fread(part->file, to, (zip_uint64_t)room);
    if (got < 0) {
        part->status = broken(part->error, "a part cannot be unpacked");
        return -1;
    }
    part->unpacked += (uint64_t)got;
    workbook->unpacked += (uint64_t)got;
    if (workbook->unpacked > workbook->limits.unpacked)
        part->status = kl_error_set(part->error, KL_LIMIT,
                                    "resource limit exceeded: unpacked_size (limit: %llu bytes)",
                                    (unsigned long long)workbook->limits.unpacked);
    else if (part->unpacked > RATIO_FROM &&
             part->unpacked / KL_MAX(part->packed, 1) > workbook->limits.ratio)
        part->status = kl_error_set(part->error, KL_LIMIT,
                                    "resource limit exceeded: compression_ratio (limit: %llu to 1)",
                                    (unsigned long long)workbook->limits.ratio);
    return part->status == KL_OK ? (int)got : -1;
}

static void part_complain(void *context, libxml_error complaint)
{
    part *part = context;
    char text[200];
    if (part->status != KL_OK || complaint->level < XML_ERR_ERROR)
        return;
    snprintf(text, sizeof text, "%s", complaint->message ? complaint->message : "bad XML");
    text[strcspn(text, "\n")] = '\0';
    part->status = kl_error_set(part->error, KL_SYNTAX, "not a valid .xlsx file: %s line %d: %s",
                                part->path, complaint->line, text);
}

static void part_close(part *part)
{
    if (part->xml)
        xmlFreeTextReader(part->xml);
    if (part->file)
        zip_fclose(part->file);
    part->xml = NULL;
    part->file = NULL;
}

/* KL_NOT_FOUND when there is no such part. `path` is borrowed while it is open. */
static kl_status part_open(part *part, kl_workbook *workbook, const char *path, kl_error *error)
{
    zip_stat_t facts;
    *part = (struct part){.workbook = workbook, .path = path, .error = error};
    if (zip_stat(workbook->zip, path, ZIP_FL_NOCASE, &facts) < 0)
        return kl_error_set(error, KL_NOT_FOUND, "not a valid .xlsx file: no part %s", path);
    if (facts.valid & ZIP_STAT_ENCRYPTION_METHOD && facts.encryption_method != ZIP_EM_NONE)
        return broken(error, "a part is encrypted");
    part->packed = facts.comp_size;
    part->file = zip_fopen_index(workbook->zip, facts.index, 0);
    if (!part->file)
        return broken(error, "a part cannot be unpacked");
    part->xml = xmlReaderForIO(part_read, NULL, part, NULL, NULL,
                               XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
    if (!part->xml) {
        kl_status status = part->status == KL_OK ? kl_error_no_memory(error) : part->status;
        part_close(part);
        return status;
    }
    xmlTextReaderSetStructuredErrorHandler(part->xml, part_complain, part);
    return KL_OK;
}

/* Step to the next node; KL_STOP after the last. Document types, and with them entities, have no
 * place in such files. */
static kl_status part_step(part *part)
{
    int more = xmlTextReaderRead(part->xml);
    if (part->status != KL_OK)
        return part->status;
    if (more < 0)
        return broken(part->error, "bad XML");
    if (more == 0)
        return KL_STOP;
    return xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_DOCUMENT_TYPE
               ? broken(part->error, "a part has a document type")
               : KL_OK;
}

static bool is_start(const part *part, const char *name)
{
    const xmlChar *found = xmlTextReaderConstLocalName(part->xml);
    return xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_ELEMENT && found &&
           strcmp((const char *)found, name) == 0;
}

static bool is_end(const part *part, const char *name)
{
    const xmlChar *found = xmlTextReaderConstLocalName(part->xml);
    bool empty = xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_ELEMENT &&
                 xmlTextReaderIsEmptyElement(part->xml) == 1;
    return (empty || xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_END_ELEMENT) && found &&
           strcmp((const char *)found, name) == 0;
}

static bool is_text(const part *part)
{
    int type = xmlTextReaderNodeType(part->xml);
    return type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
           type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE || type == XML_READER_TYPE_WHITESPACE;
}

/* An attribute, "" when absent; cut to fit. Namespaces are left out of account. */
static void attribute(char *to, size_t size, part *part, const char *name)
{
    to[0] = '\0';
    for (int more = xmlTextReaderMoveToFirstAttribute(part->xml); more == 1;
         more = xmlTextReaderMoveToNextAttribute(part->xml)) {
        const char *found = (const char *)xmlTextReaderConstLocalName(part->xml);
        const char *value = (const char *)xmlTextReaderConstValue(part->xml);
        if (found && value && strcmp(found, name) == 0)
            snprintf(to, size, "%s", value);
    }
    xmlTextReaderMoveToElement(part->xml);
}

static void add_text(kl_buffer *to, const part *part)
{
    const xmlChar *text = xmlTextReaderConstValue(part->xml);
    if (text)
        kl_buffer_string(to, (const char *)text);
}

/* Read the whole part; `each` is called at every node. */
static kl_status read_part(kl_workbook *workbook, const char *path,
                           kl_status (*each)(part *part, void *data, kl_error *error), void *data,
                           kl_error *error)
{
    part part;
    kl_status status;
    KL_TRY(part_open(&part, workbook, path, error));
    while ((status = part_step(&part)) == KL_OK)
        KL_TRY_OUT(each(&part, data, error));
    if (status == KL_STOP)
        status = KL_OK;
out:
    part_close(&part);
    return status;
}

/* ---- strings ----------------------------------------------------------------------------------- */

/* Four hexadecimal digits; -1 when they are none. */
static int hex4(const char *text)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* _xHHHH_ stands for a character that XML cannot hold, or for an underscore; in place. */
static void unescape(kl_buffer *text)
{
    size_t to = 0;
    char *data = text->data;
    for (size_t i = 0; i < text->len; i++) {
        bool maybe = text->len - i >= 7 && data[i] == '_' && data[i + 1] == 'x' && data[i + 6] == '_';
        int code = maybe ? hex4(data + i + 2) : -1;
        if (code >= 0 && code < 0x80) {
            data[to++] = (char)code;
            i += 6;
        } else {
            data[to++] = data[i];
        }
    }
    text->len = to;
}

/* What is being read of <si> or <is>: the texts of its runs, without phonetic hints. */
typedef struct rich_text {
    kl_buffer text;
    bool in_text, in_hint;
} rich_text;

static void rich_step(rich_text *rich, const part *part)
{
    if (is_start(part, "rPh"))
        rich->in_hint = true;
    if (is_start(part, "t"))
        rich->in_text = true;
    if (rich->in_text && !rich->in_hint && is_text(part))
        add_text(&rich->text, part);
    if (is_end(part, "t"))
        rich->in_text = false;
    if (is_end(part, "rPh"))
        rich->in_hint = false;
}

static kl_status rich_finish(kl_value *out, rich_text *rich, kl_error *error)
{
    unescape(&rich->text);
    return kl_buffer_finish(out, &rich->text, error);
}

static kl_status shared_step(part *part, void *data, kl_error *error)
{
    rich_text *rich = data;
    kl_value text, *shared = &part->workbook->shared;
    rich_step(rich, part);
    if (!is_end(part, "si"))
        return KL_OK;
    if (kl_array_len(*shared) >= SHARED_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: strings (limit: %d items)",
                            SHARED_MAX);
    KL_TRY(rich_finish(&text, rich, error));
    return kl_array_push(shared, text, error);
}

static kl_status read_shared(kl_workbook *workbook, const char *path, kl_error *error)
{
    rich_text rich = {.text = KL_BUFFER_INIT};
    kl_status status = read_part(workbook, path, shared_step, &rich, error);
    kl_buffer_free(&rich.text);
    return status;
}

/* ---- number formats ---------------------------------------------------------------------------- */

typedef struct style_reader {
    kl_value formats; /* map from the number of a custom format to its date parts */
    bool in_cells;    /* within <cellXfs>, the formats that cells refer to */
} style_reader;

static kl_status add_style(kl_workbook *workbook, unsigned char parts, kl_error *error)
{
    if (workbook->style_count >= STYLES_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: styles (limit: %d items)",
                            STYLES_MAX);
    if (workbook->style_count % 64 == 0) {
        unsigned char *grown = kl_realloc(workbook->styles, workbook->style_count + 64);
        if (!grown)
            return kl_error_no_memory(error);
        workbook->styles = grown;
    }
    workbook->styles[workbook->style_count++] = parts;
    return KL_OK;
}

static kl_status style_step(part *part, void *data, kl_error *error)
{
    style_reader *styles = data;
    char id[16], code[1024];
    if (is_start(part, "numFmt")) {
        attribute(id, sizeof id, part, "numFmtId");
        attribute(code, sizeof code, part, "formatCode");
        return kl_map_set(&styles->formats, kl_text_from(id),
                          kl_int(kl_excel_format_parts(kl_text_from(code))), error);
    }
    if (is_start(part, "cellXfs"))
        styles->in_cells = true;
    if (styles->in_cells && is_start(part, "xf")) {
        attribute(id, sizeof id, part, "numFmtId");
        const kl_value *custom = kl_map_find(styles->formats, kl_text_from(id));
        unsigned parts = custom ? (unsigned)kl_as_int(*custom)
                                : kl_excel_builtin_parts((unsigned)strtoul(id, NULL, 10));
        return add_style(part->workbook, (unsigned char)parts, error);
    }
    if (is_end(part, "cellXfs"))
        styles->in_cells = false;
    return KL_OK;
}

static kl_status read_styles(kl_workbook *workbook, const char *path, kl_error *error)
{
    style_reader styles = {.formats = kl_null()};
    KL_TRY(kl_map_new(&styles.formats, 0, error));
    kl_status status = read_part(workbook, path, style_step, &styles, error);
    kl_value_release(styles.formats);
    return status;
}

/* ---- the workbook: which parts there are ------------------------------------------------------- */

/* The target of a relationship as a path in the zip: absolute, or from the folder of `base`. */
static void join_path(char *to, const char *base, const char *target)
{
    const char *slash = strrchr(base, '/');
    if (*target == '/' || !slash)
        snprintf(to, PATH_SIZE, "%s", *target == '/' ? target + 1 : target);
    else
        snprintf(to, PATH_SIZE, "%.*s/%.300s", (int)KL_MIN(slash - base, 200), base, target);
    for (char *up; (up = strstr(to, "/../")) != NULL;) { /* "xl/../x" is "x" */
        char *start = up;
        while (start > to && start[-1] != '/')
            start--;
        memmove(start, up + 4, strlen(up + 4) + 1);
    }
}

/* Relationships of one part: a map from id to path, and the paths of those we want by type. */
typedef struct relations {
    const char *base;
    kl_value paths;
    char document[PATH_SIZE], strings[PATH_SIZE], styles[PATH_SIZE];
} relations;

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static kl_status relation_step(part *part, void *data, kl_error *error)
{
    relations *found = data;
    char id[128], type[256], target[256], path[PATH_SIZE];
    kl_value text;
    if (!is_start(part, "Relationship"))
        return KL_OK;
    attribute(id, sizeof id, part, "Id");
    attribute(type, sizeof type, part, "Type");
    attribute(target, sizeof target, part, "Target");
    join_path(path, found->base, target);
    if (ends_with(type, "/officeDocument"))
        strcpy(found->document, path);
    if (ends_with(type, "/sharedStrings"))
        strcpy(found->strings, path);
    if (ends_with(type, "/styles"))
        strcpy(found->styles, path);
    KL_TRY(kl_string_repair(&text, kl_text_from(path), error));
    return kl_map_set(&found->paths, kl_text_from(id), text, error);
}

static kl_status book_step(part *part, void *data, kl_error *error)
{
    relations *found = data;
    kl_workbook *workbook = part->workbook;
    char name[256], id[128], on[8];
    kl_value text;
    if (is_start(part, "workbookPr")) {
        attribute(on, sizeof on, part, "date1904");
        workbook->from_1904 = strcmp(on, "1") == 0 || strcmp(on, "true") == 0;
    }
    if (!is_start(part, "sheet"))
        return KL_OK;
    attribute(name, sizeof name, part, "name");
    attribute(id, sizeof id, part, "id");
    const kl_value *path = kl_map_find(found->paths, kl_text_from(id));
    if (!path)
        return broken(error, "a sheet has no part");
    if (kl_array_len(workbook->names) >= SHEETS_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: sheets (limit: %d items)",
                            SHEETS_MAX);
    KL_TRY(kl_string_repair(&text, kl_text_from(name), error));
    KL_TRY(kl_array_push(&workbook->names, text, error));
    return kl_array_push(&workbook->paths, kl_value_retain(*path), error);
}

static kl_status read_relations(relations *found, kl_workbook *workbook, const char *base,
                                kl_error *error)
{
    char path[PATH_SIZE + 16];
    const char *slash = strrchr(base, '/');
    int folder = slash ? (int)(slash + 1 - base) : 0;
    snprintf(path, sizeof path, "%.*s_rels/%s.rels", folder, base, base + folder);
    *found = (relations){.base = base, .paths = kl_null()};
    KL_TRY(kl_map_new(&found->paths, 0, error));
    return read_part(workbook, path, relation_step, found, error);
}

static kl_status read_book(kl_workbook *workbook, kl_error *error)
{
    relations top = {.paths = kl_null()}, inner = {.paths = kl_null()};
    kl_status status;
    KL_TRY_OUT(read_relations(&top, workbook, "", error));
    if (!top.document[0])
        KL_TRY_OUT(broken(error, "there is no workbook in it"));
    KL_TRY_OUT(read_relations(&inner, workbook, top.document, error));
    KL_TRY_OUT(read_part(workbook, top.document, book_step, &inner, error));
    if (kl_array_len(workbook->names) == 0)
        KL_TRY_OUT(broken(error, "there is no sheet in it"));
    if (inner.styles[0])
        KL_TRY_OUT(read_styles(workbook, inner.styles, error));
    if (inner.strings[0])
        KL_TRY_OUT(read_shared(workbook, inner.strings, error));
out:
    kl_value_release(top.paths);
    kl_value_release(inner.paths);
    return status;
}

/* ---- cells ------------------------------------------------------------------------------------- */

typedef struct sheet_reader {
    kl_cell_sink *sink;
    uint32_t row, column;   /* of the cell being read, from 0 */
    uint32_t next_row, next_column;
    unsigned parts;         /* date parts of its format */
    char type[12];          /* "n", "s", "b", "e", "str", "inlineStr", "d" */
    bool in_cell, in_value, has_value, has_inline;
    kl_buffer value;
    rich_text inline_text;
} sheet_reader;

/* "BC12" as column 54 and row 11; a missing reference means the next cell. */
static kl_status read_reference(sheet_reader *sheet, const char *text, kl_error *error)
{
    uint32_t column = 0, row = 0;
    const char *at = text;
    for (; *at >= 'A' && *at <= 'Z' && column <= KL_SHEET_COLUMNS_MAX; at++)
        column = column * 26 + (uint32_t)(*at - 'A' + 1);
    for (; *at >= '0' && *at <= '9' && row <= KL_SHEET_ROWS_MAX; at++)
        row = row * 10 + (uint32_t)(*at - '0');
    if (!*text) {
        column = sheet->next_column + 1;
        row = sheet->row + 1;
    }
    if (*at || column == 0 || row == 0 || column > KL_SHEET_COLUMNS_MAX || row > KL_SHEET_ROWS_MAX)
        return broken(error, "a cell lies outside the sheet");
    sheet->column = column - 1;
    sheet->row = row - 1;
    sheet->next_column = column;
    return KL_OK;
}

static kl_status begin_row(sheet_reader *sheet, part *part, kl_error *error)
{
    char number[16];
    attribute(number, sizeof number, part, "r");
    unsigned long row = *number ? strtoul(number, NULL, 10) : sheet->next_row + 1ul;
    if (row == 0 || row > KL_SHEET_ROWS_MAX)
        return broken(error, "a row lies outside the sheet");
    sheet->row = (uint32_t)row - 1;
    sheet->next_row = (uint32_t)row;
    sheet->next_column = 0;
    return KL_OK;
}

static kl_status begin_cell(sheet_reader *sheet, part *part, kl_error *error)
{
    const kl_workbook *workbook = part->workbook;
    char reference[16], style[16];
    attribute(reference, sizeof reference, part, "r");
    attribute(style, sizeof style, part, "s");
    attribute(sheet->type, sizeof sheet->type, part, "t");
    unsigned long index = strtoul(style, NULL, 10);
    sheet->parts = index < workbook->style_count ? workbook->styles[index] : 0;
    sheet->in_cell = true;
    sheet->has_value = sheet->has_inline = false;
    sheet->value.len = 0;
    return read_reference(sheet, reference, error);
}

static kl_status number_cell(kl_value *out, const kl_workbook *workbook, const sheet_reader *sheet,
                             const char *text, kl_error *error)
{
    char *end;
    double number = strtod_l(text, &end, workbook->c_locale);
    if (end == text || *end || !strchr("+-.0123456789", *text))
        return broken(error, "a cell holds no number");
    return kl_excel_number(out, number, sheet->parts, workbook->from_1904, error);
}

static kl_status shared_cell(kl_value *out, const kl_workbook *workbook, const char *text,
                             kl_error *error)
{
    char *end;
    unsigned long index = strtoul(text, &end, 10);
    if (end == text || *end || index >= kl_array_len(workbook->shared))
        return broken(error, "a cell refers to a string that is not there");
    *out = kl_value_retain(kl_array_at(workbook->shared, index));
    return KL_OK;
}

/* What the cell says; null when it is empty. Given. */
static kl_status cell_value(kl_value *out, const kl_workbook *workbook, sheet_reader *sheet,
                            kl_error *error)
{
    const char *type = sheet->type;
    kl_buffer *value = &sheet->value;
    *out = kl_null();
    if (sheet->has_inline)
        return rich_finish(out, &sheet->inline_text, error);
    if (!sheet->has_value || (value->len == 0 && strcmp(type, "str") != 0))
        return KL_OK;
    kl_buffer_byte(value, '\0');
    if (value->status != KL_OK)
        return kl_error_no_memory(error);
    value->len--;
    if (strcmp(type, "s") == 0)
        return shared_cell(out, workbook, value->data, error);
    if (strcmp(type, "b") == 0) {
        *out = kl_bool(strcmp(value->data, "1") == 0 || strcmp(value->data, "true") == 0);
        return KL_OK;
    }
    if (strcmp(type, "str") != 0 && strcmp(type, "e") != 0 && strcmp(type, "d") != 0)
        return number_cell(out, workbook, sheet, value->data, error);
    unescape(value);
    return kl_string_from_valid(out, kl_buffer_text(value), error);
}

static kl_status end_cell(sheet_reader *sheet, part *part, kl_error *error)
{
    kl_value value;
    sheet->in_cell = false;
    KL_TRY(cell_value(&value, part->workbook, sheet, error));
    if (kl_is_null(value))
        return KL_OK;
    return sheet->sink->cell(sheet->sink, sheet->row, sheet->column, value, error);
}

static kl_status sheet_step(part *part, void *data, kl_error *error)
{
    sheet_reader *sheet = data;
    if (is_start(part, "row"))
        return begin_row(sheet, part, error);
    if (is_start(part, "c"))
        KL_TRY(begin_cell(sheet, part, error));
    if (!sheet->in_cell)
        return KL_OK;
    if (is_start(part, "v"))
        sheet->in_value = sheet->has_value = true;
    if (is_start(part, "is"))
        sheet->has_inline = true;
    if (sheet->in_value && is_text(part))
        add_text(&sheet->value, part);
    if (sheet->has_inline)
        rich_step(&sheet->inline_text, part);
    if (is_end(part, "v"))
        sheet->in_value = false;
    return is_end(part, "c") ? end_cell(sheet, part, error) : KL_OK;
}

/* ---- the functions ----------------------------------------------------------------------------- */

static kl_status xlsx_read(kl_workbook *workbook, size_t index, kl_cell_sink *sink, kl_error *error)
{
    sheet_reader sheet = {.sink = sink, .value = KL_BUFFER_INIT, .inline_text = {KL_BUFFER_INIT, 0, 0}};
    kl_text path = kl_as_text(kl_array_at(workbook->paths, index));
    kl_status status = read_part(workbook, path.data, sheet_step, &sheet, error);
    kl_buffer_free(&sheet.value);
    kl_buffer_free(&sheet.inline_text.text);
    return status == KL_STOP ? KL_OK : status;
}

static kl_value xlsx_sheet_names(const kl_workbook *workbook) { return workbook->names; }

static void xlsx_close(kl_workbook *workbook)
{
    if (!workbook)
        return;
    if (workbook->zip)
        zip_discard(workbook->zip);
    if (workbook->c_locale)
        freelocale(workbook->c_locale);
    kl_value_release(workbook->names);
    kl_value_release(workbook->paths);
    kl_value_release(workbook->shared);
    kl_free(workbook->styles);
    kl_free(workbook);
}

static kl_status open_zip(kl_workbook *workbook, kl_text data, kl_error *error)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(data.data, data.len, 0, &why);
    workbook->zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (source && !workbook->zip)
        zip_source_free(source);
    zip_error_fini(&why);
    return workbook->zip ? KL_OK : broken(error, "it is no zip archive");
}

static kl_status xlsx_open(kl_workbook **out, kl_text data, const kl_workbook_limits *limits,
                           kl_error *error)
{
    kl_status status;
    kl_workbook *workbook = kl_alloc_zero(1, sizeof *workbook);
    if (!workbook)
        return kl_error_no_memory(error);
    workbook->limits = *limits;
    workbook->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!workbook->c_locale)
        KL_TRY_OUT(kl_error_no_memory(error));
    KL_TRY_OUT(kl_array_new(&workbook->names, 0, error));
    KL_TRY_OUT(kl_array_new(&workbook->paths, 0, error));
    KL_TRY_OUT(kl_array_new(&workbook->shared, 0, error));
    KL_TRY_OUT(open_zip(workbook, data, error));
    KL_TRY_OUT(read_book(workbook, error));
    *out = workbook;
    return KL_OK;
out:
    xlsx_close(workbook);
    return status;
}

static const kl_workbook_functions functions = {xlsx_open, xlsx_sheet_names, xlsx_read, xlsx_close};

__attribute__((visibility("default"))) const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "xlsx", .functions = &functions,
};
