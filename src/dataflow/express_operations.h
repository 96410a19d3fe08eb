/* src/dataflow/express_operations.h - the rows of operations that Express and transactions share. */
#ifndef KL_DATAFLOW_EXPRESS_OPERATIONS_H
#define KL_DATAFLOW_EXPRESS_OPERATIONS_H

#include "face.h"

typedef enum kl_express_op {
    KL_OP_CREATE,
    KL_OP_READ,
    KL_OP_LIST,
    KL_OP_COUNT,
    KL_OP_UPDATE,
    KL_OP_DELETE,
    KL_OP_UPSERT,
    KL_OP_RESTORE,
    KL_OP_BULK_CREATE,
    KL_OP_BULK_UPDATE,
    KL_OP_BULK_DELETE,
    KL_OP_BULK_UPSERT,
    KL_OP_COUNT_BY,
    KL_OP_SUM_BY,
    KL_OP_AGGREGATE,
    KL_OP_READ_REQUIRED,
} kl_express_op;

/* By kl_express_op. */
extern KL_API const kl_face_operation kl_express_operations[];

/* Where the call asks for it: refuse values that are not of the type of their field, as StrictMode does. */
KL_API kl_status kl_check_types(const kl_face_call *call, kl_value data, kl_error *error);
/* What is read from the arguments of list() and its like, in the order filters, order_by, order_dir,
 * limit, offset, include_deleted. */
KL_API kl_status kl_read_selection(kl_selection *out, const kl_face_call *call,
                                   const kl_value *args, kl_error *error);

#endif
