/* src/dataflow/exceptions.c - the exceptions of DataFlow. */
#include "kailash/type.h"

#define ATTRIBUTE(attribute, of_kind, text)                                                        \
    {.name = (attribute), .kind = (of_kind), .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = (text)}

#define DATABASE_ATTRIBUTES                                                                        \
    ATTRIBUTE("sqlstate", KL_KIND_STRING,                                                          \
              "five characters that say what happened, on all databases the same; None when "      \
              "unknown"),                                                                          \
    ATTRIBUTE("sqlstate_status", KL_KIND_STRING,                                                   \
              "reported: the database said so; not_reported: it said something else; "             \
              "undetermined: it was not asked or did not answer"),                                 \
    ATTRIBUTE("constraint", KL_KIND_STRING, "name of the constraint, or None"),                    \
    ATTRIBUTE("table", KL_KIND_STRING, "name of the table, or None"),                              \
    ATTRIBUTE("columns", KL_KIND_ARRAY, "names of the columns, as far as the database tells"),     \
    ATTRIBUTE("native_code", KL_KIND_INT, "the database's own number of the error, or None")

#define CONSTRAINT_ATTRIBUTES                                                                      \
    DATABASE_ATTRIBUTES,                                                                           \
    ATTRIBUTE("constraint_kind", KL_KIND_STRING,                                                   \
              "unique, foreign_key, not_null, check, exclusion, restrict or other")

static const kl_field database_attributes[] = {DATABASE_ATTRIBUTES};
static const kl_field constraint_attributes[] = {CONSTRAINT_ATTRIBUTES};

static const kl_type kl_dataflow_database_error_type = {
    .name = "DataFlowDatabaseError",
    .module = "kailash",
    .doc = "The database refused a statement, or could not be reached.",
    .flags = KL_TYPE_EXCEPTION,
    .base_name = "RuntimeError",
    .fields = KL_TABLE(database_attributes),
};
KL_PUBLISH(kl_dataflow_database_error_type);

#define CONSTRAINT_ERROR(variable, word, base, text)                                               \
    static const kl_type variable = {                                                              \
        .name = (word),                                                                            \
        .module = "kailash",                                                                       \
        .doc = (text),                                                                             \
        .flags = KL_TYPE_EXCEPTION,                                                                \
        .base_name = (base),                                                                       \
        .fields = KL_TABLE(constraint_attributes),                                                 \
    };                                                                                             \
    KL_PUBLISH(variable)

CONSTRAINT_ERROR(kl_constraint_violation_type, "ConstraintViolationError", "DataFlowDatabaseError",
                 "A row breaks a rule of its table.");
CONSTRAINT_ERROR(kl_unique_violation_type, "UniqueViolationError", "ConstraintViolationError",
                 "Another row has the same value where no two may.");
CONSTRAINT_ERROR(kl_foreign_key_violation_type, "ForeignKeyViolationError",
                 "ConstraintViolationError",
                 "A row refers to one that is not there, or is referred to itself.");
CONSTRAINT_ERROR(kl_not_null_violation_type, "NotNullViolationError", "ConstraintViolationError",
                 "A column that must have a value has none.");
CONSTRAINT_ERROR(kl_check_violation_type, "CheckViolationError", "ConstraintViolationError",
                 "A condition of the table does not hold.");

/* ---- refusals before SQL ----------------------------------------------------------------------- */

#define REFUSAL(variable, word, base, text, ...)                                                   \
    static const kl_field variable##_attributes[] = {__VA_ARGS__};                                 \
    static const kl_type variable = {                                                              \
        .name = (word),                                                                            \
        .module = "kailash",                                                                       \
        .doc = (text),                                                                             \
        .flags = KL_TYPE_EXCEPTION,                                                                \
        .base_name = (base),                                                                       \
        .fields = KL_TABLE(variable##_attributes),                                                 \
    };                                                                                             \
    KL_PUBLISH(variable)

#define MODEL ATTRIBUTE("model", KL_KIND_STRING, "name of the model")

REFUSAL(kl_dataflow_validation_error_type, "DataFlowValidationError", "RuntimeError",
        "A record breaks rules of the ValidationLayer of its engine.", MODEL,
        ATTRIBUTE("item", KL_KIND_INT, "place of the record in a bulk call, from 0; else None"),
        ATTRIBUTE("violations", KL_KIND_ARRAY, "dicts of field, rule and message"));
REFUSAL(kl_tenant_required_type, "TenantRequiredError", "Exception",
        "The model is multi-tenant, and the call names no tenant.", MODEL);
REFUSAL(kl_tenant_mismatch_type, "TenantMismatchError", "RuntimeError",
        "The call names another tenant than that of its transaction.", MODEL,
        ATTRIBUTE("transaction_tenant", KL_KIND_STRING, "tenant of the transaction"),
        ATTRIBUTE("requested_tenant", KL_KIND_STRING, "tenant of the call"));
REFUSAL(kl_row_classification_required_type, "RowClassificationRequiredError", "Exception",
        "The rows of the model have levels, and the call gives none.", MODEL);
REFUSAL(kl_row_classified_aggregate_type, "RowClassifiedAggregateRefusedError", "RuntimeError",
        "The rows of the model have levels, so nothing is computed over them.", MODEL,
        ATTRIBUTE("operation", KL_KIND_STRING, "count_by, sum_by or aggregate"));
REFUSAL(kl_row_lock_unsupported_type, "RowLockUnsupportedError", "RuntimeError",
        "The database cannot lock single rows.", MODEL,
        ATTRIBUTE("lock", KL_KIND_STRING, "the lock that was asked for: FOR UPDATE"),
        ATTRIBUTE("dialect", KL_KIND_STRING, "kind of database: SQLite"));
