/* src/dataflow/row_stream.h - RowStream: a long result, some rows at a time. */
#ifndef KL_DATAFLOW_ROW_STREAM_H
#define KL_DATAFLOW_ROW_STREAM_H

#include "database.h"

extern KL_API const kl_type kl_row_stream_type;

/* Begin a statement of the user's and give its rows bit by bit; `batch_size` 0 = 1000. With `key` (not
 * "") the rows come in ascending order of that column. Given. */
KL_API kl_status kl_row_stream_new(kl_value *out, kl_dataflow *dataflow, kl_text sql,
                                   kl_value params, kl_text key, int64_t batch_size,
                                   kl_error *error);

#endif
