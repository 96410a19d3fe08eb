/* src/nodes/xls.h - spreadsheets of Excel 97 to 2003 (.xls, BIFF8). */
#ifndef KL_NODES_XLS_H
#define KL_NODES_XLS_H

#include "drivers/xlsx.h"

extern KL_API const kl_workbook_functions kl_xls_functions;

#endif
