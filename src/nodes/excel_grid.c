/* src/nodes/excel_grid.c - see excel_grid.h. */
#include "excel_grid.h"

#include "kailash/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Cells that one result may have, empty ones counted. */
#define CELLS_MAX ((uint64_t)20000000)
enum { PACE = 4096 };

/* ---- gathering --------------------------------------------------------------------------------- */

static int compare_cells(const void *a, const void *b)
{
    const excel_cell *first = a, *second = b;
    if (first->row != second->row)
        return first->row < second->row ? -1 : 1;
    return (first->column > second->column) - (first->column < second->column);
}

static kl_status make_room(excel_grid *grid, kl_error *error)
{
    if (grid->len < grid->cap)
        return KL_OK;
    if (grid->len >= CELLS_MAX)
        return kl_node_limit(error, "cells", CELLS_MAX, "items");
    size_t cap = 2 * grid->cap + 256;
    excel_cell *grown = kl_realloc(grid->cells, cap * sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    grid->cells = grown;
    grid->cap = cap;
    return KL_OK;
}

/* The last row that can count, once the first is known. */
static uint64_t last_row(const excel_grid *grid)
{
    const excel_area *area = &grid->area;
    uint64_t first = area->header_is_given || area->is_given || grid->len == 0 ? area->first_row
                                                                              : grid->cells[0].row;
    uint64_t after = area->max_rows > KL_SHEET_ROWS_MAX ? KL_SHEET_ROWS_MAX : area->max_rows;
    bool known = area->header_is_given || area->is_given || grid->len > 0;
    uint64_t bound = first + after + (area->has_headers ? 1 : 0);
    return known && grid->is_sorted && bound <= area->last_row ? bound - 1 : area->last_row;
}

static kl_status add_cell(kl_cell_sink *sink, uint32_t row, uint32_t column, kl_value value,
                          kl_error *error)
{
    excel_grid *grid = (excel_grid *)sink;
    const excel_area *area = &grid->area;
    kl_status status = KL_OK;
    if (grid->len % PACE == 0 && kl_run_is_cancelled(grid->run)) {
        status = kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
        goto out;
    }
    if (row > last_row(grid) && grid->is_sorted) {
        status = KL_STOP;
        goto out;
    }
    if (row < area->first_row || row > area->last_row || column < area->first_column ||
        column > area->last_column)
        goto out;
    KL_TRY_OUT(make_room(grid, error));
    excel_cell cell = {row, column, value};
    if (grid->len > 0 && compare_cells(&grid->cells[grid->len - 1], &cell) >= 0)
        grid->is_sorted = false;
    grid->cells[grid->len++] = cell;
    return KL_OK;
out:
    kl_value_release(value);
    return status;
}

void excel_grid_begin(excel_grid *grid, const excel_area *area, kl_run *run)
{
    *grid = (excel_grid){.sink = {add_cell}, .area = *area, .run = run, .is_sorted = true};
}

void excel_grid_end(excel_grid *grid)
{
    for (size_t i = 0; i < grid->len; i++)
        kl_value_release(grid->cells[i].value);
    kl_free(grid->cells);
}

/* ---- the area that is used --------------------------------------------------------------------- */

/* Shrink the area to what holds cells; columns that were asked for stay at their left. */
static void shrink(excel_grid *grid)
{
    excel_area *area = &grid->area;
    uint32_t low = area->last_column, high = area->first_column;
    for (size_t i = 0; i < grid->len; i++) {
        low = KL_MIN(low, grid->cells[i].column);
        high = KL_MAX(high, grid->cells[i].column);
    }
    if (!area->is_given) {
        area->first_column = low;
        area->last_column = high;
    } else if (area->last_column == KL_SHEET_COLUMNS_MAX - 1) {
        area->last_column = high;
    }
    if (!area->is_given && !area->header_is_given)
        area->first_row = grid->cells[0].row;
    area->last_row = grid->cells[grid->len - 1].row;
}

/* ---- headers ----------------------------------------------------------------------------------- */

/* The name a header cell gives: whole numbers without ".0"; an empty one its number. */
static kl_status header_name(kl_value *out, kl_value cell, uint32_t index, kl_error *error)
{
    if (kl_is_null(cell) || (kl_is(cell, KL_KIND_STRING) && kl_value_len(cell) == 0))
        return kl_string_format(out, error, "column_%u", index);
    if (kl_is(cell, KL_KIND_STRING)) {
        *out = kl_value_retain(cell);
        return KL_OK;
    }
    double number = kl_as_double(cell);
    if (kl_is(cell, KL_KIND_DOUBLE) && fabs(number) < 1e15 && number == floor(number))
        return kl_string_format(out, error, "%.0f", number);
    return kl_json_print(out, cell, &kl_json_plain, error);
}

/* Names of all columns; slots[i] is the place of column i among the distinct ones. */
static kl_status name_columns(kl_value *headers, uint32_t *slots, const kl_value *cells,
                              uint32_t count, kl_error *error)
{
    kl_value seen = kl_null(), list = kl_null(), name = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&seen, count, error));
    KL_TRY_OUT(kl_array_new(&list, count, error));
    for (uint32_t i = 0; i < count; i++) {
        KL_TRY_OUT(header_name(&name, cells[i], i, error));
        const kl_value *known = kl_map_find(seen, kl_as_text(name));
        slots[i] = known ? (uint32_t)kl_as_int(*known) : (uint32_t)kl_array_len(list);
        if (!known) {
            KL_TRY_OUT(kl_map_set_key(&seen, name, kl_int(slots[i]), error));
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(name), error));
        }
        kl_value_replace(&name, kl_null());
    }
    *headers = kl_value_take(&list);
out:
    kl_value_release(name);
    kl_value_release(list);
    kl_value_release(seen);
    return status;
}

/* ---- rows -------------------------------------------------------------------------------------- */

/* Move the cells of `row`, of which *at is the first, to their places among `cells`. */
static void take_cells(kl_value *cells, const uint32_t *slots, size_t *at, excel_grid *grid,
                       uint32_t row)
{
    for (; *at < grid->len && grid->cells[*at].row == row; (*at)++) {
        uint32_t column = grid->cells[*at].column - grid->area.first_column;
        if (grid->cells[*at].column <= grid->area.last_column)
            kl_value_replace(&cells[slots ? slots[column] : column],
                             kl_value_take(&grid->cells[*at].value));
    }
}

static kl_status add_rows(kl_value *rows, excel_grid *grid, kl_keys *shape, const uint32_t *slots,
                          size_t at, kl_error *error)
{
    const excel_area *area = &grid->area;
    kl_value map, *cells;
    uint64_t row = (uint64_t)area->first_row + (area->has_headers ? 1 : 0);
    for (; row <= area->last_row && kl_array_len(*rows) < area->max_rows; row++) {
        KL_TRY(kl_map_of_shape(&map, &cells, shape, error));
        take_cells(cells, slots, &at, grid, (uint32_t)row);
        KL_TRY(kl_array_push(rows, map, error));
    }
    return KL_OK;
}

static kl_status build(kl_value *rows, kl_value *headers, excel_grid *grid, kl_value *first,
                       uint32_t *slots, uint32_t count, kl_error *error)
{
    kl_keys *shape;
    size_t at = 0;
    if (grid->area.has_headers)
        take_cells(first, NULL, &at, grid, grid->area.first_row);
    KL_TRY(name_columns(headers, slots, first, count, error));
    KL_TRY(kl_keys_new(&shape, kl_array_items(*headers), kl_array_len(*headers), error));
    kl_status status = add_rows(rows, grid, shape, slots, at, error);
    kl_keys_release(shape);
    return status;
}

static kl_status check_size(const excel_area *area, kl_error *error)
{
    uint64_t rows = (uint64_t)area->last_row - area->first_row + 1;
    uint64_t columns = (uint64_t)area->last_column - area->first_column + 1;
    return rows * columns > CELLS_MAX ? kl_node_limit(error, "cells", CELLS_MAX, "items") : KL_OK;
}

kl_status excel_grid_rows(kl_value *rows, kl_value *headers, excel_grid *grid, kl_error *error)
{
    kl_value list = kl_null(), names = kl_null(), *first = NULL;
    uint32_t *slots = NULL, count = 0;
    kl_status status;
    if (!grid->is_sorted)
        qsort(grid->cells, grid->len, sizeof *grid->cells, compare_cells);
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    KL_TRY_OUT(kl_array_new(&names, 0, error));
    if (grid->len > 0) {
        shrink(grid);
        KL_TRY_OUT(check_size(&grid->area, error));
        count = grid->area.last_column - grid->area.first_column + 1;
        first = kl_alloc_zero(count, sizeof *first);
        slots = kl_alloc_zero(count, sizeof *slots);
        if (!first || !slots)
            KL_TRY_OUT(kl_error_no_memory(error));
        kl_value_replace(&names, kl_null());
        KL_TRY_OUT(build(&list, &names, grid, first, slots, count, error));
    }
    *rows = kl_value_take(&list);
    *headers = kl_value_take(&names);
out:
    for (uint32_t i = 0; first && i < count; i++)
        kl_value_release(first[i]);
    kl_free(first);
    kl_free(slots);
    kl_value_release(list);
    kl_value_release(names);
    return status;
}
