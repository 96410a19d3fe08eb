/* src/eatp/envelope_shape.c - the wire form of a governance envelope (pact 4.2), member by member. */
#include "envelope_parts.h"

enum { ITEMS_MAX = 10000, WINDOWS_MAX = 1000 };

#define LIST(member) {.name = (member), .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING}
#define SWITCH(member) {.name = (member), .kind = KL_KIND_BOOL}
#define LIMIT(member) {.name = (member), .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE}
#define MAYBE (KL_MEMBER_OPTIONAL | KL_MEMBER_NULL)
#define MAYBE_LIMIT(member)                                                                        \
    {.name = (member), .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE | MAYBE}

static const kl_member financial_members[] = {
    LIMIT("max_transaction_cents"),
    LIMIT("max_cumulative_cents"),
    {.name = "cumulative_period", .kind = KL_KIND_STRING, .flags = MAYBE},
    LIMIT("approval_threshold_cents"),
    LIST("allowed_currencies"),
    SWITCH("spending_allowed"),
};
static const kl_shape financial = {"financial", KL_SHAPE_MEMBERS(financial_members), true};

static const kl_member operational_members[] = {
    LIST("allowed_operations"),
    LIST("denied_operations"),
    {.name = "resource_limits", .kind = KL_KIND_MAP, .item = KL_KIND_COUNT,
     .flags = KL_MEMBER_WIDE},
    MAYBE_LIMIT("max_concurrent_operations"),
    LIST("require_approval_for"),
};
static const kl_shape operational = {"operational", KL_SHAPE_MEMBERS(operational_members), true};

static const kl_member window_members[] = {
    {.name = "day_of_week", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = MAYBE},
    {.name = "start_time", .kind = KL_KIND_STRING},
    {.name = "end_time", .kind = KL_KIND_STRING},
};
static const kl_shape window = {"window", KL_SHAPE_MEMBERS(window_members), true};

static const kl_member hours_members[] = {
    {.name = "timezone", .kind = KL_KIND_STRING},
    {.name = "windows", .kind = KL_KIND_ARRAY, .shape = &window},
};
static const kl_shape hours = {"operating_hours", KL_SHAPE_MEMBERS(hours_members), true};

static const kl_member rate_members[] = {
    {.name = "operation", .kind = KL_KIND_STRING},
    LIMIT("max_count"),
    LIMIT("window_seconds"),
};
static const kl_shape rate = {"rate_limits", KL_SHAPE_MEMBERS(rate_members), true};

static const kl_member temporal_members[] = {
    {.name = "operating_hours", .kind = KL_KIND_MAP, .flags = MAYBE, .shape = &hours},
    MAYBE_LIMIT("max_duration_seconds"),
    {.name = "rate_limits", .kind = KL_KIND_ARRAY, .shape = &rate},
    {.name = "blackout_periods", .kind = KL_KIND_ARRAY, .shape = &window},
};
static const kl_shape temporal = {"temporal", KL_SHAPE_MEMBERS(temporal_members), true};

static const kl_member data_access_members[] = {
    {.name = "data_classifications", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_MEMBER_WORDS, .ladder = KL_LADDER_CONFIDENTIALITY, .spelling = KL_SNAKE},
    {.name = "pii_handling", .kind = KL_KIND_STRING, .flags = KL_MEMBER_WORDS,
     .ladder = KL_LADDER_PII, .spelling = KL_SNAKE},
    LIST("allowed_data_sources"),
    LIST("denied_data_sources"),
    MAYBE_LIMIT("max_data_retention_days"),
};
static const kl_shape data_access = {"data_access", KL_SHAPE_MEMBERS(data_access_members), true};

static const kl_member communication_members[] = {
    LIST("allowed_channels"),
    LIST("denied_channels"),
    LIST("allowed_recipients"),
    LIST("denied_recipients"),
    SWITCH("require_approval_for_external"),
    MAYBE_LIMIT("max_message_length"),
    LIST("content_filters"),
};
static const kl_shape communication = {"communication", KL_SHAPE_MEMBERS(communication_members),
                                       true};

#define DIMENSION(member) {.name = #member, .kind = KL_KIND_MAP, .flags = MAYBE, .shape = &(member)}

static const kl_member dimension_members[] = {
    DIMENSION(financial),   DIMENSION(operational),   DIMENSION(temporal),
    DIMENSION(data_access), DIMENSION(communication),
};
static const kl_shape dimensions = {"dimensions", KL_SHAPE_MEMBERS(dimension_members), true};

static const kl_member subject_members[] = {
    {.name = "subject_type", .kind = KL_KIND_STRING},
    {.name = "id", .kind = KL_KIND_STRING},
    {.name = "name", .kind = KL_KIND_STRING, .flags = MAYBE},
};
static const kl_shape subject = {"subject", KL_SHAPE_MEMBERS(subject_members), true};

static const kl_member gradient_members[] = {
    {.name = "auto_approve", .kind = KL_KIND_NUMBER, .flags = KL_MEMBER_FINITE},
    {.name = "flag", .kind = KL_KIND_NUMBER, .flags = KL_MEMBER_FINITE},
    {.name = "hold", .kind = KL_KIND_NUMBER, .flags = KL_MEMBER_FINITE},
};
static const kl_shape gradient = {"gradient_thresholds", KL_SHAPE_MEMBERS(gradient_members), false};

/* Signatures and traces are for others to check. */
static const kl_member envelope_members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL},
    {.name = "envelope_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "version", .kind = KL_KIND_STRING},
    {.name = "issued_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "expires_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME | MAYBE},
    {.name = "issuer", .kind = KL_KIND_STRING},
    {.name = "subject", .kind = KL_KIND_MAP, .shape = &subject},
    {.name = "dimensions", .kind = KL_KIND_MAP, .shape = &dimensions},
    {.name = "chain_ref", .kind = KL_KIND_STRING, .flags = MAYBE},
    {.name = "context", .kind = KL_KIND_STRING, .flags = MAYBE},
    {.name = "reasoning_trace", .kind = KL_KIND_MAP, .flags = MAYBE},
    {.name = "gradient_thresholds", .kind = KL_KIND_MAP, .flags = MAYBE, .shape = &gradient},
    {.name = "posture_ceiling", .kind = KL_KIND_STRING, .flags = MAYBE},
    {.name = "signed_by", .kind = KL_KIND_ANY, .flags = MAYBE},
    {.name = "signed_at", .kind = KL_KIND_ANY, .flags = MAYBE},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32 | MAYBE},
    {.name = "signature", .kind = KL_KIND_ANY, .flags = MAYBE},
};
static const kl_shape envelope = {"constraint envelope", KL_SHAPE_MEMBERS(envelope_members), true};

/* ---- what a table cannot say ------------------------------------------------------------------------ */

static kl_status check_subject(kl_value map, kl_error *error)
{
    static const char *const types[] = {"Agent", "Delegation", "Operation", "Workflow"};
    kl_text type = kl_as_text(kl_map_get(map, KL_TEXT("subject_type")));
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (kl_text_is(type, types[i]))
            return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "subject.subject_type: unknown '%.*s'; expected one of: Agent, Delegation, "
                        "Operation, Workflow",
                        (int)KL_MIN(type.len, 40), type.data);
}

static kl_status check_length(kl_value dimension, const char *of, const char *name, size_t max,
                              kl_error *error)
{
    size_t count = kl_value_len(kl_map_get(dimension, kl_text_from(name)));
    if (count <= max)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "%s.%s: %zu entries; at most %zu are read", of, name,
                        count, max);
}

static kl_status check_lengths(kl_value map, kl_error *error)
{
    kl_value all = kl_map_get(map, KL_TEXT("dimensions"));
    for (size_t i = 0; i < kl_envelope_member_count; i++) {
        const kl_envelope_member *member = &kl_envelope_members[i];
        const char *of = kl_dimension_name(member->dimension);
        bool is_list = member->rule == KL_RULE_ALLOW || member->rule == KL_RULE_DENY;
        bool is_rows = member->rule == KL_RULE_RATES || member->rule == KL_RULE_BLACKOUTS ||
                       member->rule == KL_RULE_RESOURCES;
        if (is_list || is_rows)
            KL_TRY(check_length(kl_map_get(all, kl_text_from(of)), of, member->name,
                                is_list ? ITEMS_MAX : WINDOWS_MAX, error));
    }
    kl_value times = kl_map_get(kl_map_get(all, KL_TEXT("temporal")), KL_TEXT("operating_hours"));
    return check_length(times, "operating_hours", "windows", WINDOWS_MAX, error);
}

kl_status kl_governance_check(kl_value map, kl_error *error)
{
    KL_TRY(kl_shape_check(&envelope, map, error));
    KL_TRY(check_subject(kl_map_get(map, KL_TEXT("subject")), error));
    return check_lengths(map, error);
}
