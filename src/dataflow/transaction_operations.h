/* src/dataflow/transaction_operations.h - the rows of operations of transactions. */
#ifndef KL_DATAFLOW_TRANSACTION_OPERATIONS_H
#define KL_DATAFLOW_TRANSACTION_OPERATIONS_H

#include "face.h"

typedef enum kl_transaction_op {
    KL_TX_CREATE,
    KL_TX_UPSERT,
    KL_TX_READ_ONE,
    KL_TX_LIST,
    KL_TX_COUNT,
    KL_TX_UPDATE,
    KL_TX_DELETE,
    KL_TX_COMPARE_AND_SET,
} kl_transaction_op;

/* By kl_transaction_op. */
extern KL_API const kl_face_operation kl_transaction_operations[];

#endif
