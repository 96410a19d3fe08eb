/* src/nodes/excel_grid.h - cells gathered from a sheet, and the rows they make. */
#ifndef KL_NODES_EXCEL_GRID_H
#define KL_NODES_EXCEL_GRID_H

#include "drivers/xlsx.h"
#include "kailash/node.h"

/* Cells of a sheet that count; rows and columns from 0, both ends included. */
typedef struct excel_area {
    uint32_t first_row, last_row, first_column, last_column;
    bool is_given;        /* its columns count even where they are empty */
    bool header_is_given; /* first_row is the header, even when it is empty */
    bool has_headers;
    uint64_t max_rows;    /* of data */
} excel_area;

typedef struct excel_cell {
    uint32_t row, column;
    kl_value value; /* owned */
} excel_cell;

typedef struct excel_grid {
    kl_cell_sink sink; /* what fills it */
    excel_area area;
    kl_run *run;       /* that may be cancelled, or NULL */
    excel_cell *cells;
    size_t len, cap;
    bool is_sorted;    /* cells came row by row, column by column */
} excel_grid;

void excel_grid_begin(excel_grid *grid, const excel_area *area, kl_run *run);
void excel_grid_end(excel_grid *grid);
/* The rows as maps, and the names of their columns; given. Moves the cells out of the grid. */
kl_status excel_grid_rows(kl_value *rows, kl_value *headers, excel_grid *grid, kl_error *error);

#endif
