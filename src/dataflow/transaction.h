/* src/dataflow/transaction.h - DataFlowTransaction and DataFlowTransactionSync. */
#ifndef KL_DATAFLOW_TRANSACTION_H
#define KL_DATAFLOW_TRANSACTION_H

#include "database.h"

extern KL_API const kl_type kl_transaction_type;      /* DataFlowTransaction */
extern KL_API const kl_type kl_transaction_sync_type; /* DataFlowTransactionSync */

/* Begin one on a connection of its own; given. `tenant`: string that all its calls are bound to, or
 * null. */
KL_API kl_status kl_transaction_begin(kl_value *out, const kl_type *type, kl_dataflow *dataflow,
                                      kl_value tenant, kl_error *error);

#endif
