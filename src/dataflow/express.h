/* src/dataflow/express.h - DataFlowExpress and DataFlowExpressSync: rows by one call each. */
#ifndef KL_DATAFLOW_EXPRESS_H
#define KL_DATAFLOW_EXPRESS_H

#include "database.h"

extern KL_API const kl_type kl_express_type;      /* DataFlowExpress */
extern KL_API const kl_type kl_express_sync_type; /* DataFlowExpressSync */

/* An Express on a DataFlow (borrowed); given. */
KL_API kl_status kl_express_new(kl_value *out, const kl_type *type, kl_dataflow *dataflow,
                                kl_error *error);
/* The DataFlow of an Express of either type, or of a DataFlow itself; NULL when it is none.
 * Borrowed. */
KL_API kl_dataflow *kl_express_dataflow(kl_value express);

#endif
