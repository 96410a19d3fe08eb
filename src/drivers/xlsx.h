/* src/drivers/xlsx.h - spreadsheets as cells; what the readers of .xlsx (a driver, through libzip
 * and libxml2) and of .xls (src/nodes/xls.c) have in common. */
#ifndef KL_DRIVERS_XLSX_H
#define KL_DRIVERS_XLSX_H

#include "kailash/value.h"

/* An open workbook. */
typedef struct kl_workbook kl_workbook;

/* Where cells go. */
typedef struct kl_cell_sink kl_cell_sink;
struct kl_cell_sink {
    /* A cell that is not empty; row and column count from 0. `value` (float, bool or string) is
     * taken. KL_STOP: no more cells are wanted. */
    kl_status (*cell)(kl_cell_sink *self, uint32_t row, uint32_t column, kl_value value,
                      kl_error *error);
};

typedef struct kl_workbook_limits {
    uint64_t unpacked; /* bytes that all parts together may have */
    uint64_t ratio;    /* unpacked to packed bytes of one part */
} kl_workbook_limits;

typedef struct kl_workbook_functions {
    /* `data` is borrowed while the workbook lives. KL_SYNTAX when it is no such file. */
    kl_status (*open)(kl_workbook **out, kl_text data, const kl_workbook_limits *limits,
                      kl_error *error);
    /* Names in the order of the tabs: an array of strings; borrowed. */
    kl_value (*sheet_names)(const kl_workbook *workbook);
    /* All cells of sheet `index`, row by row. */
    kl_status (*read)(kl_workbook *workbook, size_t index, kl_cell_sink *sink, kl_error *error);
    void (*close)(kl_workbook *workbook);
} kl_workbook_functions;

#define KL_SHEET_ROWS_MAX 1048576u
#define KL_SHEET_COLUMNS_MAX 16384u

#endif
