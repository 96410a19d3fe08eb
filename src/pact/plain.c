/* src/pact/plain.c - values without behaviour: PactFiniteF64, PactDelegationRecord, PactDimensionVerdict,
 * PactGovernanceError, PactMonotonicTighteningError. */
#include "address.h"
#include "kailash/json.h"

#include <math.h>

/* ---- PactFiniteF64 --------------------------------------------------------------------------- */

typedef struct finite_number {
    kl_object object;
    double value;
} finite_number;

static kl_status finite_check(kl_object *self, kl_error *error)
{
    double value = ((finite_number *)self)->value;
    if (isfinite(value))
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "NaN or Infinity in numeric field: non-finite value: %s",
                        isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf");
}

/* The shortest text that reads back, whole numbers without a point. */
static kl_status finite_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    char text[32];
    double value = ((finite_number *)self)->value;
    (void)args;
    if (value == trunc(value) && fabs(value) < 1e15)
        return kl_string_format(out, error, "%.0f", value);
    size_t len = kl_double_print(text, value);
    return kl_string_new(out, (kl_text){text, len}, error);
}

static kl_status finite_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value text;
    KL_TRY(finite_str(&text, self, NULL, error));
    kl_status status = kl_string_format(out, error, "PactFiniteF64(%.*s)", KL_TEXT_ARG(kl_as_text(text)));
    kl_value_release(text);
    return status;
}

static kl_status finite_float(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_double(((finite_number *)self)->value);
    return KL_OK;
}

static const kl_field finite_fields[] = {
    {.name = "value", .kind = KL_KIND_DOUBLE, .offset = offsetof(finite_number, value),
     .doc = "the number: neither NaN nor infinite"},
};
static const kl_method finite_methods[] = {
    {.name = "__float__", .call = finite_float, .returns = KL_KIND_DOUBLE, .doc = "The number."},
    {.name = "__str__", .call = finite_str, .returns = KL_KIND_STRING, .doc = "The number as text."},
};

static const kl_type finite_type = {
    .name = "PactFiniteF64",
    .module = "kailash.pact",
    .doc = "A number that is neither NaN nor infinite.",
    .size = sizeof(finite_number),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(finite_fields),
    .methods = KL_TABLE(finite_methods),
    .check = finite_check,
    .repr = finite_repr,
};
KL_PUBLISH(finite_type);

/* ---- PactDelegationRecord -------------------------------------------------------------------- */

typedef struct delegation {
    kl_object object;
    kl_value delegation_id, delegator, delegate; /* strings */
    kl_value dimension_scope;                    /* array of strings, or null: all */
    bool revoked;
} delegation;

static kl_status canonical_address(kl_value *slot, const char *name, kl_error *error)
{
    kl_pact_address address;
    kl_value text;
    kl_status status = kl_pact_address_parse(&address, kl_as_text(*slot), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "%s: ", name);
        return status;
    }
    KL_TRY(kl_pact_path_text(&text, kl_pact_path_of(&address), error));
    kl_value_replace(slot, text);
    return KL_OK;
}

static kl_status delegation_check(kl_object *self, kl_error *error)
{
    delegation *record = (delegation *)self;
    KL_TRY(canonical_address(&record->delegator, "delegator", error));
    return canonical_address(&record->delegate, "delegate", error);
}

static kl_status delegation_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const delegation *record = (const delegation *)self;
    return kl_string_format(out, error, "PactDelegationRecord(id='%.*s', %.*s -> %.*s, active=%s)",
                            KL_TEXT_ARG(kl_as_text(record->delegation_id)),
                            KL_TEXT_ARG(kl_as_text(record->delegator)),
                            KL_TEXT_ARG(kl_as_text(record->delegate)), record->revoked ? "false" : "true");
}

static kl_status delegation_active(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(!((delegation *)self)->revoked);
    return KL_OK;
}

static kl_status delegation_allows(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    static const char *const known[] = {"financial", "operational", "temporal", "data_access",
                                        "communication"};
    kl_value scope = ((delegation *)self)->dimension_scope;
    kl_text name = kl_as_text(args[0]);
    bool found = false;
    (void)error;
    for (size_t i = 0; i < KL_COUNT(known) && kl_is_null(scope) && !found; i++)
        found = kl_text_is(name, known[i]);
    for (size_t i = 0; i < kl_array_len(scope) && !found; i++)
        found = kl_text_equal(name, kl_as_text(kl_array_at(scope, i)));
    *out = kl_bool(found);
    return KL_OK;
}

static const kl_field delegation_fields[] = {
    KL_VALUE(delegation, delegation_id, .kind = KL_KIND_STRING, .doc = "name of the delegation"),
    KL_VALUE(delegation, delegator, .kind = KL_KIND_STRING, .doc = "address of the role that delegates"),
    KL_VALUE(delegation, delegate, .kind = KL_KIND_STRING, .doc = "address of the role it delegates to"),
    KL_VALUE(delegation, dimension_scope, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_OPTIONAL, .doc = "names of the dimensions it is for; None = all five"),
    {.name = "revoked", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_READ_ONLY,
     .offset = offsetof(delegation, revoked), .doc = "whether it was taken back"},
};
static const kl_param dimension_param[] = {
    {.name = "dimension", .kind = KL_KIND_STRING, .doc = "name of a dimension, such as financial"},
};
static const kl_method delegation_methods[] = {
    {.name = "is_active", .call = delegation_active, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether it was not revoked."},
    {.name = "allows_dimension", .call = delegation_allows, .params = KL_TABLE(dimension_param),
     .returns = KL_KIND_BOOL, .doc = "Whether it is for a dimension."},
};

static const kl_type delegation_type = {
    .name = "PactDelegationRecord",
    .module = "kailash.pact",
    .doc = "That one role delegates to another, in some dimensions or in all.",
    .size = sizeof(delegation),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(delegation_fields),
    .methods = KL_TABLE(delegation_methods),
    .check = delegation_check,
    .repr = delegation_repr,
};
KL_PUBLISH(delegation_type);

/* ---- what names something and tells it ------------------------------------------------------- */

typedef struct pair {
    kl_object object;
    kl_value variant, message;
} pair;

static kl_status pair_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((pair *)self)->message);
    return KL_OK;
}

static kl_status pair_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const pair *own = (const pair *)self;
    return kl_string_format(out, error, "%s(variant='%.*s', message='%.*s')", self->type->name,
                            KL_TEXT_ARG(kl_as_text(own->variant)), KL_TEXT_ARG(kl_as_text(own->message)));
}

static const kl_field pair_fields[] = {
    KL_VALUE(pair, variant, .kind = KL_KIND_STRING, .doc = "which kind of error"),
    KL_VALUE(pair, message, .kind = KL_KIND_STRING, .doc = "what it says"),
};
static const kl_method pair_methods[] = {
    {.name = "__str__", .call = pair_str, .returns = KL_KIND_STRING, .doc = "The message."},
};

#define PAIR_TYPE(variable, type_name, text)                                                       \
    static const kl_type variable = {                                                              \
        .name = (type_name),                                                                       \
        .module = "kailash.pact",                                                                  \
        .doc = (text),                                                                             \
        .size = sizeof(pair),                                                                      \
        .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,                              \
        .fields = KL_TABLE(pair_fields),                                                           \
        .methods = KL_TABLE(pair_methods),                                                         \
        .repr = pair_repr,                                                                         \
    };                                                                                             \
    KL_PUBLISH(variable)

PAIR_TYPE(governance_error_type, "PactGovernanceError",
          "An error of governance as a value: which kind, and what it says. No exception.");
PAIR_TYPE(tightening_error_type, "PactMonotonicTighteningError",
          "That an envelope is wider than one above it, as a value. No exception.");

/* ---- PactDimensionVerdict -------------------------------------------------------------------- */

typedef struct dimension_verdict {
    kl_object object;
    kl_value dimension, zone, detail;
} dimension_verdict;

static kl_status verdict_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const dimension_verdict *own = (const dimension_verdict *)self;
    (void)args;
    return kl_string_format(out, error, "%.*s: %.*s (%.*s)", KL_TEXT_ARG(kl_as_text(own->dimension)),
                            KL_TEXT_ARG(kl_as_text(own->zone)), KL_TEXT_ARG(kl_as_text(own->detail)));
}

static kl_status verdict_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const dimension_verdict *own = (const dimension_verdict *)self;
    return kl_string_format(out, error, "PactDimensionVerdict(dimension='%.*s', zone='%.*s', detail='%.*s')",
                            KL_TEXT_ARG(kl_as_text(own->dimension)), KL_TEXT_ARG(kl_as_text(own->zone)),
                            KL_TEXT_ARG(kl_as_text(own->detail)));
}

static const kl_field verdict_fields[] = {
    KL_VALUE(dimension_verdict, dimension, .kind = KL_KIND_STRING, .doc = "name of the dimension"),
    KL_VALUE(dimension_verdict, zone, .kind = KL_KIND_STRING, .doc = "name of the zone"),
    KL_VALUE(dimension_verdict, detail, .kind = KL_KIND_STRING, .doc = "what was found"),
};
static const kl_method verdict_methods[] = {
    {.name = "__str__", .call = verdict_str, .returns = KL_KIND_STRING, .doc = "DIMENSION: ZONE (DETAIL)"},
};

static const kl_type dimension_verdict_type = {
    .name = "PactDimensionVerdict",
    .module = "kailash.pact",
    .doc = "What was found in one dimension.",
    .size = sizeof(dimension_verdict),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(verdict_fields),
    .methods = KL_TABLE(verdict_methods),
    .repr = verdict_repr,
};
KL_PUBLISH(dimension_verdict_type);
