/* src/dataflow/inspector.h - the live schema as the inspector and the schema cache tell it. */
#ifndef KL_DATAFLOW_INSPECTOR_H
#define KL_DATAFLOW_INSPECTOR_H

#include "database.h"

/* `who` stands in front of errors: "inspector" gives "inspector table_info failed: ...". All given. */
KL_API kl_status kl_inspect_tables(kl_value *out, kl_dataflow *dataflow, const char *who,
                                   kl_error *error);
/* {name, data_type, is_nullable, is_primary_key, default_value}; KL_FAILED without such a table. */
KL_API kl_status kl_inspect_columns(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                    const char *who, kl_error *error);
/* {name, table, columns, is_unique}; an empty array without such a table. */
KL_API kl_status kl_inspect_indexes(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                    const char *who, kl_error *error);
/* {columns, table, references}; likewise. */
KL_API kl_status kl_inspect_foreign_keys(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                         const char *who, kl_error *error);
/* {name, columns, row_count} */
KL_API kl_status kl_inspect_table(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                  kl_error *error);
KL_API kl_status kl_inspect_sample(kl_value *out, kl_dataflow *dataflow, kl_text table,
                                   int64_t limit, kl_error *error);

#endif
