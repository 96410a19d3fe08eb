/* src/dataflow/schema_report.h - whether the tables of a database are what its models say, in words. */
#ifndef KL_DATAFLOW_SCHEMA_REPORT_H
#define KL_DATAFLOW_SCHEMA_REPORT_H

#include "database.h"

/* {connected, tables: [{name, exists, row_count, issues}], issues}; given. A database that cannot be
 * reached is told so. */
KL_API kl_status kl_schema_report(kl_value *out, kl_dataflow *dataflow, kl_error *error);

#endif
