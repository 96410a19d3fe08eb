/* src/dataflow/data_error.h - what a database said, as the exceptions of the contract. */
#ifndef KL_DATAFLOW_DATA_ERROR_H
#define KL_DATAFLOW_DATA_ERROR_H

#include "kailash/value.h"
#include "store/sql_driver.h"

/*
 * Turn `error`, which a statement or a connection gave, into "<method> failed: database error: ..."
 * of the right class with its attributes; values that the server quotes are left out. Returns the
 * status. Faults of the call itself (KL_INVALID: a wrong number of values) and KL_NO_MEMORY stay as
 * they are. `error` may be NULL.
 */
KL_API kl_status kl_data_error(kl_error *error, kl_status status, const char *method,
                               kl_sql_dialect dialect);

/* Set DataFlowDatabaseError for what never reached a database: sqlstate_status undetermined. */
KL_API kl_status kl_data_unreachable(kl_error *error, const char *method, const char *why);

/* Set an exception of exceptions.c by name, with attributes: pairs of name and value, the values
 * borrowed. Returns KL_FAILED. */
typedef struct kl_error_attribute {
    const char *name;
    kl_value value;
} kl_error_attribute;
KL_API kl_status kl_error_raise(kl_error *error, const char *type,
                                const kl_error_attribute *attributes, size_t count,
                                const char *format, ...) KL_PRINTF(5, 6);

#endif
