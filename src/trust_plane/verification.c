/* src/trust_plane/verification.c - VerificationConfig: where flagging and holding begin;
 * VerificationResult: what a verification found. */
#include "../eatp/trust_level.h"
#include "kailash/json.h"

typedef struct verification_config {
    kl_object object;
    double flag_threshold, hold_threshold;
    bool fail_open_on_hold;
} verification_config;

static kl_status check_threshold(const char *name, double threshold, kl_error *error)
{
    char number[32];
    if (threshold >= 0 && threshold <= 1)
        return KL_OK;
    kl_double_print_es(number, threshold);
    return kl_error_set(error, KL_INVALID,
                        "invalid configuration: %s (%s) must be between 0.0 and 1.0", name, number);
}

static kl_status config_check(kl_object *self, kl_error *error)
{
    const verification_config *config = (const verification_config *)self;
    char flag[32], hold[32];
    KL_TRY(check_threshold("flag_threshold", config->flag_threshold, error));
    KL_TRY(check_threshold("hold_threshold", config->hold_threshold, error));
    if (config->flag_threshold < config->hold_threshold)
        return KL_OK;
    kl_double_print_es(flag, config->flag_threshold);
    kl_double_print_es(hold, config->hold_threshold);
    return kl_error_set(error, KL_INVALID,
                        "invalid configuration: flag_threshold (%s) must be strictly less than "
                        "hold_threshold (%s)", flag, hold);
}

static kl_status config_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verification_config *config = (const verification_config *)self;
    return kl_string_format(out, error, "VerificationConfig(flag=%.2f, hold=%.2f)",
                            config->flag_threshold, config->hold_threshold);
}

static const kl_field config_fields[] = {
    KL_DOUBLE(verification_config, flag_threshold, 0.8,
              .doc = "share of a limit from which an action is flagged: 0 to 1, below hold_threshold"),
    KL_DOUBLE(verification_config, hold_threshold, 0.95,
              .doc = "share of a limit from which an action is held: 0 to 1"),
    KL_BOOL(verification_config, fail_open_on_hold, false,
            .doc = "whether what cannot be held for want of somebody to ask is let through"),
};

static const kl_type verification_config_type = {
    .name = "VerificationConfig",
    .module = "kailash",
    .doc = "From which share of a limit on actions are flagged and held.",
    .size = sizeof(verification_config),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(config_fields),
    .check = config_check,
    .repr = config_repr,
};
KL_PUBLISH(verification_config_type);

/* ---- VerificationResult ---------------------------------------------------------------------- */

typedef struct verification_result {
    kl_object object;
    kl_value variant, capability, reason; /* strings */
} verification_result;

extern const kl_type kl_verification_result_type;

static kl_status check_capability(kl_text word, kl_error *error)
{
    if (kl_rung_find(KL_LADDER_CAPABILITY, word, KL_SNAKE) >= 0)
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "unknown capability: \"%.*s\". Valid values: llm_call, tool_call, "
                        "external_api_call, file_read, file_write, database_read, database_write, "
                        "delegation, code_execution, trust_management",
                        (int)KL_MIN(word.len, 80), word.data);
}

static kl_status result_of(kl_value *out, kl_zone zone, const kl_value *args, kl_error *error)
{
    kl_object *made;
    KL_TRY(check_capability(kl_as_text(args[0]), error));
    KL_TRY(kl_object_alloc(&made, &kl_verification_result_type, error));
    verification_result *result = (verification_result *)made;
    result->capability = kl_value_retain(args[0]);
    result->reason = kl_value_retain(args[1]);
    kl_text variant = kl_text_from(kl_rung_name(KL_LADDER_ZONE, zone, KL_SNAKE));
    kl_status status = kl_string_new(&result->variant, variant, error);
    if (status == KL_OK)
        *out = kl_value_of(made);
    else
        kl_object_release(made);
    return status;
}

#define MAKER(name, ZONE)                                                                          \
    static kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)   \
    {                                                                                              \
        (void)self;                                                                                \
        return result_of(out, KL_ZONE_##ZONE, args, error);                                        \
    }
MAKER(auto_approved, AUTO_APPROVED)
MAKER(flagged, FLAGGED)
MAKER(held, HELD)
MAKER(blocked, BLOCKED)

static kl_status is_allowed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text variant = kl_as_text(((const verification_result *)self)->variant);
    (void)args, (void)error;
    *out = kl_bool(kl_rung_find(KL_LADDER_ZONE, variant, KL_SNAKE) <= KL_ZONE_FLAGGED);
    return KL_OK;
}

static kl_status result_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verification_result *result = (const verification_result *)self;
    return kl_string_format(out, error, "VerificationResult.%s", kl_as_text(result->variant).data);
}

static const kl_param made_params[] = {
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "what was verified, such as file_read"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why it came out so"},
};
#define MAKES(variant, text)                                                                       \
    {.name = #variant, .call = variant, .params = KL_TABLE(made_params), .flags = KL_STATIC,       \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_verification_result_type,                      \
     .raises = "ValueError", .doc = text}

static const kl_method result_methods[] = {
    MAKES(auto_approved, "It is allowed."),
    MAKES(flagged, "It is allowed, and somebody should look at it."),
    MAKES(held, "It waits for somebody's approval."),
    MAKES(blocked, "It is refused."),
    {.name = "is_allowed", .call = is_allowed, .returns = KL_KIND_BOOL,
     .doc = "Whether it may take place: auto_approved or flagged."},
};

static const kl_field result_fields[] = {
    KL_VALUE(verification_result, variant, .kind = KL_KIND_STRING,
             .doc = "auto_approved, flagged, held or blocked"),
    KL_VALUE(verification_result, capability, .kind = KL_KIND_STRING, .doc = "what was verified"),
    KL_VALUE(verification_result, reason, .kind = KL_KIND_STRING, .doc = "why it came out so"),
};

const kl_type kl_verification_result_type = {
    .name = "VerificationResult",
    .module = "kailash",
    .doc = "What the verification of a capability found.",
    .size = sizeof(verification_result),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(result_fields),
    .methods = KL_TABLE(result_methods),
    .repr = result_repr,
};
KL_PUBLISH(kl_verification_result_type);
