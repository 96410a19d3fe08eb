/* src/eatp/limits.c - EatpConstraintDimensions, EatpResourceLimits, EatpResourceConsumption: what a
 * trust level allows, and what was used. */
#include "kinds.h"
#include "kailash/wide.h"

/* Level of an argument; KL_INVALID beyond the last one. */
static kl_status level_of(kl_trust_level *out, kl_value value, kl_error *error)
{
    int64_t level = kl_as_int(value);
    if (level >= KL_TRUST_LEVELS)
        return kl_error_set(error, KL_INVALID,
                            "trust level must be 0-4, got %lld", (long long)level);
    *out = (kl_trust_level)level;
    return KL_OK;
}

static const kl_param level_params[] = {
    {.name = "level", .kind = KL_KIND_COUNT, .range = KL_RANGE(0, UINT8_MAX),
     .doc = "trust level from 0 (untrusted) to 4 (full)"},
};

/* ---- EatpConstraintDimensions ------------------------------------------------------------------- */

typedef struct dimensions {
    kl_object object;
    bool allow_network, allow_filesystem, allow_code_execution, allow_state_mutation;
    bool allow_delegation, reasoning_required;
    int64_t max_context_tokens;
} dimensions;

static kl_status dimensions_for_level(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    kl_trust_level level;
    kl_object *object;
    (void)self;
    KL_TRY(level_of(&level, args[0], error));
    KL_TRY(kl_object_alloc(&object, &kl_constraint_dimensions_type, error));
    const kl_level *row = kl_level_of(level);
    dimensions *d = (dimensions *)object;
    d->allow_network = row->allow_network;
    d->allow_filesystem = row->allow_filesystem;
    d->allow_code_execution = row->allow_code_execution;
    d->allow_state_mutation = row->allow_state_mutation;
    d->allow_delegation = row->allow_delegation;
    d->max_context_tokens = (int64_t)row->max_context_tokens;
    *out = kl_value_of(object);
    return KL_OK;
}

static const char *word(bool is_on) { return is_on ? "true" : "false"; }

static kl_status dimensions_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const dimensions *d = (const dimensions *)self;
    return kl_string_format(out, error,
                            "EatpConstraintDimensions(network=%s, fs=%s, code=%s, state=%s, "
                            "delegation=%s, tokens=%lld)",
                            word(d->allow_network), word(d->allow_filesystem),
                            word(d->allow_code_execution), word(d->allow_state_mutation),
                            word(d->allow_delegation), (long long)d->max_context_tokens);
}

#define SWITCH(member, text)                                                                       \
    {.kind = KL_KIND_BOOL, .flags = KL_READ_ONLY, KL_FIELD_AT(dimensions, member, bool),           \
     .doc = (text)}

static const kl_field dimension_fields[] = {
    SWITCH(allow_network, "may reach the network"),
    SWITCH(allow_filesystem, "may read and write files"),
    SWITCH(allow_code_execution, "may run code"),
    SWITCH(allow_state_mutation, "may change state, such as rows of a database"),
    SWITCH(allow_delegation, "may delegate to other agents"),
    {.kind = KL_KIND_COUNT, .flags = KL_READ_ONLY,
     KL_FIELD_AT(dimensions, max_context_tokens, int64_t), .doc = "tokens in a context at most"},
    SWITCH(reasoning_required, "must leave its reasons with every action"),
};

static const kl_method dimension_methods[] = {
    {.name = "for_level", .call = dimensions_for_level, .params = KL_TABLE(level_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_constraint_dimensions_type,
     .raises = "ValueError, OverflowError", .doc = "What a trust level allows."},
};

const kl_type kl_constraint_dimensions_type = {
    .name = "EatpConstraintDimensions",
    .module = "kailash",
    .doc = "What an agent may do, as switches.",
    .size = sizeof(dimensions),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(dimension_fields),
    .methods = KL_TABLE(dimension_methods),
    .repr = dimensions_repr,
};
KL_PUBLISH(kl_constraint_dimensions_type);

/* ---- EatpResourceLimits ------------------------------------------------------------------------- */

static kl_status fill_limits(kl_resource_limits *to, const kl_level *row, kl_error *error)
{
    KL_TRY(kl_unsigned_new(&to->max_llm_calls, row->max_llm_calls, error));
    KL_TRY(kl_unsigned_new(&to->max_tool_calls, row->max_tool_calls, error));
    KL_TRY(kl_unsigned_new(&to->max_total_tokens, row->max_total_tokens, error));
    return kl_unsigned_new(&to->max_execution_secs, row->max_execution_secs, error);
}

static kl_status limits_for_level(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_trust_level level;
    kl_object *object;
    (void)self;
    KL_TRY(level_of(&level, args[0], error));
    KL_TRY(kl_object_alloc(&object, &kl_resource_limits_type, error));
    kl_status status = fill_limits((kl_resource_limits *)object, kl_level_of(level), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static unsigned long long whole(kl_value value) { return kl_as_unsigned(value); }

static kl_status limits_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_resource_limits *l = (const kl_resource_limits *)self;
    return kl_string_format(out, error,
                            "EatpResourceLimits(llm=%llu, tool=%llu, tokens=%llu, secs=%llu)",
                            whole(l->max_llm_calls), whole(l->max_tool_calls),
                            whole(l->max_total_tokens), whole(l->max_execution_secs));
}

#define LIMIT(member, initial, text)                                                               \
    KL_VALUE(kl_resource_limits, member, .kind = KL_KIND_COUNT, .flags = KL_WIDE,                  \
             .fallback = (initial), .doc = (text))

static const kl_field limit_fields[] = {
    LIMIT(max_llm_calls, "50", "calls of language models, at most 2^64 - 1"),
    LIMIT(max_tool_calls, "20", "calls of tools, at most 2^64 - 1"),
    LIMIT(max_total_tokens, "100000", "tokens in all, at most 2^64 - 1"),
    LIMIT(max_execution_secs, "300", "seconds of work, at most 2^64 - 1"),
};

static const kl_method limit_methods[] = {
    {.name = "for_level", .call = limits_for_level, .params = KL_TABLE(level_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_resource_limits_type,
     .raises = "ValueError, OverflowError", .doc = "What a trust level allows."},
};

const kl_type kl_resource_limits_type = {
    .name = "EatpResourceLimits",
    .module = "kailash",
    .doc = "How much an agent may use.",
    .size = sizeof(kl_resource_limits),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(limit_fields),
    .methods = KL_TABLE(limit_methods),
    .repr = limits_repr,
};
KL_PUBLISH(kl_resource_limits_type);

/* ---- EatpResourceConsumption -------------------------------------------------------------------- */

static kl_status consumption_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_resource_consumption *c = (const kl_resource_consumption *)self;
    return kl_string_format(out, error,
                            "EatpResourceConsumption(tokens=%llu, api_calls=%llu, ms=%llu)",
                            whole(c->tokens_used), whole(c->api_calls_made), whole(c->duration_ms));
}

#define USED(member, text)                                                                         \
    KL_VALUE(kl_resource_consumption, member, .kind = KL_KIND_COUNT, .flags = KL_WIDE,             \
             .fallback = "0", .doc = (text))

static const kl_field consumption_fields[] = {
    USED(tokens_used, "tokens"),
    USED(api_calls_made, "calls of other services"),
    USED(duration_ms, "milliseconds it took"),
    KL_VALUE(kl_resource_consumption, estimated_cost_microdollars, .kind = KL_KIND_COUNT,
             .flags = KL_WIDE | KL_OPTIONAL, .doc = "millionths of a dollar; None = unknown"),
};

const kl_type kl_resource_consumption_type = {
    .name = "EatpResourceConsumption",
    .module = "kailash",
    .doc = "What an action used.",
    .size = sizeof(kl_resource_consumption),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(consumption_fields),
    .repr = consumption_repr,
};
KL_PUBLISH(kl_resource_consumption_type);
