/* src/nodes/excel.c - rows of a spreadsheet. */
#include "driver.h"
#include "excel_grid.h"
#include "files.h"
#include "store/file.h"
#include "xls.h"

#include <math.h>
#include <stdlib.h>

enum { FILE_PATH, SHEET_NAME, HAS_HEADERS, HEADER_ROW, RANGE, MAX_ROWS, MAX_SIZE, MAX_UNPACKED,
       MAX_RATIO, BASE_DIR };

/* ---- the file ---------------------------------------------------------------------------------- */

/* Which reader: by the first bytes, since extensions lie. */
static kl_status choose_reader(const kl_workbook_functions **out, kl_text data, kl_error *error)
{
    const void *functions;
    if (data.len >= 4 && memcmp(data.data, "PK\x03\x04", 4) == 0) {
        KL_TRY(kl_driver_load(&functions, "xlsx", error));
        *out = functions;
        return KL_OK;
    }
    if (data.len >= 8 && memcmp(data.data, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0) {
        *out = &kl_xls_functions;
        return KL_OK;
    }
    return kl_error_set(error, KL_SYNTAX, "not an Excel file; expected .xlsx or .xls");
}

static kl_status find_sheet(size_t *out, kl_value names, kl_value wanted, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    *out = 0;
    if (kl_is_null(wanted))
        return KL_OK;
    for (size_t i = 0; i < kl_array_len(names); i++) {
        if (kl_text_equal(kl_as_text(kl_array_at(names, i)), kl_as_text(wanted))) {
            *out = i;
            kl_buffer_free(&words);
            return KL_OK;
        }
        kl_buffer_string(&words, i ? ", " : "");
        kl_buffer_add(&words, kl_as_text(kl_array_at(names, i)));
    }
    kl_status status = words.status == KL_OK
                           ? kl_node_bad(error, "sheet_name", "expected one of: %.*s, got %s",
                                         (int)KL_MIN(words.len, (size_t)600),
                                         kl_buffer_text(&words).data, kl_as_text(wanted).data)
                           : kl_error_no_memory(error);
    kl_buffer_free(&words);
    return status;
}

/* ---- the range --------------------------------------------------------------------------------- */

/* One corner: "B2", "B" or "2"; what is missing stays as it is. Returns what follows. */
static const char *read_corner(const char *at, uint32_t *row, uint32_t *column, bool *good)
{
    uint32_t letters = 0, digits = 0;
    const char *start = at;
    for (; (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z'); at++)
        letters = KL_MIN(letters * 26 + (uint32_t)((*at | 32) - 'a' + 1), 1u << 20);
    const char *number = at;
    for (; *at >= '0' && *at <= '9'; at++)
        digits = KL_MIN(digits * 10 + (uint32_t)(*at - '0'), 1u << 22);
    if (number > start)
        *column = letters - 1;
    if (at > number)
        *row = digits - 1; /* 0 becomes huge, and is refused with that */
    *good = *good && at > start && *column < KL_SHEET_COLUMNS_MAX && *row < KL_SHEET_ROWS_MAX;
    return at;
}

static kl_status read_range(excel_area *area, kl_value given, kl_error *error)
{
    const char *text = kl_as_text(given).data, *at;
    bool good = true;
    if (kl_is_null(given))
        return KL_OK;
    at = read_corner(text, &area->first_row, &area->first_column, &good);
    good = good && *at == ':';
    if (good)
        at = read_corner(at + 1, &area->last_row, &area->last_column, &good);
    good = good && strlen(text) == kl_value_len(given) && *at == '\0' &&
           area->first_row <= area->last_row && area->first_column <= area->last_column;
    area->is_given = true;
    return good ? KL_OK
                : kl_node_bad_value(error, "range", "cells such as A1:D20, A:D or 1:20", given);
}

static kl_status read_area(excel_area *area, const kl_value *args, kl_error *error)
{
    *area = (excel_area){.last_row = KL_SHEET_ROWS_MAX - 1, .last_column = KL_SHEET_COLUMNS_MAX - 1,
                         .has_headers = kl_as_bool(args[HAS_HEADERS]), .max_rows = UINT64_MAX};
    KL_TRY(read_range(area, args[RANGE], error));
    if (!kl_is_null(args[MAX_ROWS]))
        area->max_rows = (uint64_t)kl_as_int(args[MAX_ROWS]);
    if (kl_is_null(args[HEADER_ROW]))
        return KL_OK;
    int64_t row = kl_as_int(args[HEADER_ROW]) - 1;
    if (!area->has_headers)
        return kl_node_bad(error, "header_row", "there is none with has_headers false");
    if (row < area->first_row || row > area->last_row)
        return kl_node_bad_value(error, "header_row", "a row within range", args[HEADER_ROW]);
    area->first_row = (uint32_t)row;
    area->header_is_given = true;
    return KL_OK;
}

/* ---- the node ---------------------------------------------------------------------------------- */

static kl_status make_result(kl_value *out, excel_grid *grid, kl_value sheet_names, kl_error *error)
{
    kl_value map = kl_null(), headers = kl_null(), data = kl_null();
    size_t count;
    kl_status status;
    KL_TRY_OUT(excel_grid_rows(&data, &headers, grid, error));
    count = kl_array_len(data);
    KL_TRY_OUT(kl_node_result(&map, "data", kl_value_take(&data), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("headers"), kl_value_take(&headers), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("row_count"), kl_int((int64_t)count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sheet_names"), kl_value_retain(sheet_names), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(data);
    kl_value_release(headers);
    kl_value_release(map);
    return status;
}

static kl_status read_sheet(kl_value *out, const kl_workbook_functions *reader,
                            kl_workbook *workbook, const excel_area *area, const kl_node_call *call,
                            kl_error *error)
{
    excel_grid grid;
    size_t index;
    kl_value names = reader->sheet_names(workbook);
    KL_TRY(find_sheet(&index, names, call->args[SHEET_NAME], error));
    excel_grid_begin(&grid, area, call->run);
    kl_status status = reader->read(workbook, index, &grid.sink, error);
    status = kl_file_node_failure(status, error);
    if (status == KL_OK)
        status = make_result(out, &grid, names, error);
    excel_grid_end(&grid);
    return status;
}

static kl_status read_file(kl_buffer *data, const kl_value *args, kl_error *error)
{
    kl_file_range_options options = {.base_dir = kl_as_text(args[BASE_DIR]),
                                     .limit = (uint64_t)kl_as_int(args[MAX_SIZE])};
    return kl_file_read(data, kl_as_text(args[FILE_PATH]), &options, error);
}

static kl_status excel_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_workbook_limits limits = {(uint64_t)kl_as_int(args[MAX_UNPACKED]),
                                 (uint64_t)kl_as_int(args[MAX_RATIO])};
    const kl_workbook_functions *reader = NULL;
    kl_workbook *workbook = NULL;
    kl_buffer data = KL_BUFFER_INIT;
    excel_area area;
    kl_status status;
    KL_TRY_OUT(read_area(&area, args, error));
    KL_TRY_OUT(kl_file_node_failure(read_file(&data, args, error), error));
    status = choose_reader(&reader, kl_buffer_text(&data), error);
    KL_TRY_OUT(kl_file_node_failure(status, error));
    status = reader->open(&workbook, kl_buffer_text(&data), &limits, error);
    KL_TRY_OUT(kl_file_node_failure(status, error));
    status = read_sheet(out, reader, workbook, &area, call, error);
out:
    if (workbook)
        reader->close(workbook);
    kl_buffer_free(&data);
    return status;
}

static const kl_param inputs[] = {
    {.name = "file_path", .kind = KL_KIND_STRING, .doc = "spreadsheet to read, .xlsx or .xls"},
    {.name = "sheet_name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "sheet to read; absent: the first"},
};

static const kl_param config[] = {
    {.name = "has_headers", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "the first row names the columns; else they are column_0, column_1 ..."},
    {.name = "header_row", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 1048576),
     .doc = "row of the sheet that names the columns, from 1; what stands above is left out. "
            "Absent: the first row with a cell"},
    {.name = "range", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "cells to read, such as A1:D20, A:D or 1:20; absent: all that hold something"},
    {.name = "max_rows", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "rows of data at most"},
    {.name = "max_size_bytes", .kind = KL_KIND_COUNT, .fallback = KL_FILE_SIZE_DEFAULT,
     .range = KL_RANGE(1, INFINITY), .doc = "a larger file is refused"},
    {.name = "max_unpacked_bytes", .kind = KL_KIND_COUNT, .fallback = "1073741824",
     .range = KL_RANGE(1, INFINITY), .doc = "bytes that a .xlsx file may unpack to"},
    {.name = "max_compression_ratio", .kind = KL_KIND_COUNT, .fallback = "200",
     .range = KL_RANGE(1, INFINITY),
     .doc = "unpacked to packed bytes of one part of a .xlsx file, once it is above 16 MiB"},
    {.name = "base_dir", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "folder that the path must lie in after all symlinks are resolved; absent: anywhere"},
};

static const kl_param outputs[] = {
    {.name = "data", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "rows as maps from header to cell: numbers are floats, dates ISO 8601 text, formulas "
            "their last result, empty cells null"},
    {.name = "headers", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "names of the columns"},
    {.name = "row_count", .kind = KL_KIND_INT, .doc = "number of rows of data"},
    {.name = "sheet_names", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "names of all sheets"},
};

static const kl_node_type types[] = {
    {
        .name = "ExcelReaderNode",
        .category = "File",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_HEAVY,
        .run = excel_run,
        .doc = "Reads the rows of one sheet of an Excel file.",
    },
};

static const kl_node_family excel_nodes = {.name = "excel", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(excel_nodes);
