/* src/dataflow/classification.c - DataClassification, MaskingStrategy, ComplianceTag and the policy. */
#include "classification.h"
#include "mask.h"

#include <ctype.h>

/* ---- DataClassification ------------------------------------------------------------------------ */

enum { LEVEL_PUBLIC, LEVEL_INTERNAL, LEVEL_SENSITIVE, LEVEL_PII, LEVEL_GDPR, LEVEL_HIGHEST };

static const kl_item levels[] = {
    {"Public", "Public", "for everybody; level 0"},
    {"Internal", "Internal", "for the house; level 1"},
    {"Sensitive", "Sensitive", "for those who need it; level 2"},
    {"PII", "PII", "tells who somebody is; level 3"},
    {"GDPR", "GDPR", "personal data under the GDPR; level 4"},
    {"HighlyConfidential", "HighlyConfidential", "for very few; level 5"},
};
static const char *const level_functions[] = {"public", "internal", "sensitive", "pii", "gdpr", "highly_confidential"};

int kl_classification_level(kl_value classification)
{
    const kl_item *item = kl_as_object(classification, &kl_data_classification_type)
                              ? kl_item_in(classification)
                              : NULL;
    return item ? (int)(item - levels) : -1;
}

/* "HighlyConfidential" is "highly_confidential" too. */
static bool is_word(const char *word, kl_text given)
{
    for (size_t i = 0; i < given.len; i++) {
        if (given.data[i] == '_')
            continue;
        if (!*word || tolower((unsigned char)given.data[i]) != tolower((unsigned char)*word++))
            return false;
    }
    return !*word;
}

int kl_classification_level_named(kl_value classification)
{
    if (!kl_is(classification, KL_KIND_STRING))
        return kl_classification_level(classification);
    for (size_t i = 0; i < KL_COUNT(levels); i++)
        if (is_word(levels[i].word, kl_as_text(classification)))
            return (int)i;
    return -1;
}

static kl_status sensitivity_level(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(kl_classification_level(kl_value_of(self)));
    return KL_OK;
}

static const kl_method level_methods[] = {
    {.name = "sensitivity_level", .call = sensitivity_level, .flags = KL_PROPERTY,
     .returns = KL_KIND_INT, .doc = "The level, from 0 (Public) to 5 (HighlyConfidential)."},
};

const kl_type kl_data_classification_type = {
    .name = "DataClassification",
    .module = "kailash.dataflow",
    .doc = "How sensitive a field is; and, as a clearance, up to which sensitivity a caller sees "
           "values as they are.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED,
    .items = levels,
    .item_methods = level_functions,
    .item_count = KL_COUNT(levels),
    .methods = KL_TABLE(level_methods),
};
KL_PUBLISH(kl_data_classification_type);

/* ---- MaskingStrategy --------------------------------------------------------------------------- */

static const kl_item strategies[] = {
    [KL_MASK_NONE] = {"NONE", "None", "as it is; redacted in a classified field of a model"},
    [KL_MASK_HASH] = {"HASH", "Hash", "SHA-256 of its text, in hexadecimal"},
    [KL_MASK_REDACT] = {"REDACT", "Redact", "[REDACTED]"},
    [KL_MASK_LAST_FOUR] = {"LAST_FOUR", "LastFour", "all but the last four characters as *"},
    [KL_MASK_ENCRYPT] = {"ENCRYPT", "Encrypt", "[ENCRYPTED]"},
};
static const char *const strategy_functions[] = {
    [KL_MASK_NONE] = "none_", [KL_MASK_HASH] = "hash", [KL_MASK_REDACT] = "redact",
    [KL_MASK_LAST_FOUR] = "last_four", [KL_MASK_ENCRYPT] = "encrypt"
};

kl_masking kl_masking_of(kl_value strategy)
{
    const kl_item *item =
        kl_as_object(strategy, &kl_masking_strategy_type) ? kl_item_in(strategy) : NULL;
    return item ? (kl_masking)(item - strategies) : KL_MASK_REDACT;
}

static kl_status apply(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text salt = kl_as_text(args[1]);
    return kl_mask_apply(out, kl_value_retain(args[0]), kl_masking_of(kl_value_of(self)),
                         kl_is_null(args[1]) ? NULL : &salt, error);
}

/* By the name of the static method, from which it came. */
static kl_status strategy_repr(kl_value *out, kl_object *self, kl_error *error)
{
    static const char *const names[] = {"none_", "hash", "redact", "last_four", "encrypt"};
    return kl_string_format(out, error, "MaskingStrategy.%s",
                            names[kl_masking_of(kl_value_of(self))]);
}

static const kl_param apply_params[] = {
    {.name = "value", .kind = KL_KIND_STRING, .doc = "text to mask"},
    {.name = "salt", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "for hash: gives HMAC-SHA256 under this key; the others have no use for it"},
};

static const kl_method strategy_methods[] = {
    {.name = "apply", .call = apply, .params = KL_TABLE(apply_params), .returns = KL_KIND_STRING,
     .raises = "TypeError", .doc = "A text, masked."},
};

const kl_type kl_masking_strategy_type = {
    .name = "MaskingStrategy",
    .module = "kailash.dataflow",
    .doc = "What is shown of a value to those who must not see it.",
    .flags = KL_TYPE_ENUM,
    .items = strategies,
    .item_methods = strategy_functions,
    .item_count = KL_COUNT(strategies),
    .methods = KL_TABLE(strategy_methods),
    .repr = strategy_repr,
};
KL_PUBLISH(kl_masking_strategy_type);

/* ---- ComplianceTag ----------------------------------------------------------------------------- */

static const kl_item tags[] = {
    {"GDPR", "GDPR", "General Data Protection Regulation of the European Union"},
    {"CCPA", "CCPA", "California Consumer Privacy Act"},
    {"HIPAA", "HIPAA", "Health Insurance Portability and Accountability Act"},
    {"SOC2", "SOC2", "System and Organization Controls 2"},
};
static const char *const tag_functions[] = {"gdpr", "ccpa", "hipaa", "soc2"};

extern const kl_type kl_compliance_tag_type;

const kl_type kl_compliance_tag_type = {
    .name = "ComplianceTag",
    .module = "kailash.dataflow",
    .doc = "The rules because of which a field is protected.",
    .flags = KL_TYPE_ENUM,
    .items = tags,
    .item_methods = tag_functions,
    .item_count = KL_COUNT(tags),
};
KL_PUBLISH(kl_compliance_tag_type);

/* ---- DataClassificationPolicy ------------------------------------------------------------------ */

typedef struct policy {
    kl_object object;
    kl_value mask_threshold;
    bool audit_access;
} policy;

static kl_status requires_masking(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_classification_level(args[0]) >=
                   kl_classification_level(((policy *)self)->mask_threshold));
    return KL_OK;
}

static const kl_field policy_fields[] = {
    KL_VALUE(policy, mask_threshold, .kind = KL_KIND_OBJECT, .type = &kl_data_classification_type,
             .doc = "from this classification on fields are masked"),
    KL_BOOL(policy, audit_access, false, .doc = "whether access to such fields is to be audited"),
};

static const kl_param policy_params[] = {
    {.name = "classification", .kind = KL_KIND_OBJECT, .type = &kl_data_classification_type,
     .doc = "that of a field"},
};

static const kl_method policy_methods[] = {
    {.name = "sensitivity_requires_masking", .call = requires_masking,
     .params = KL_TABLE(policy_params), .returns = KL_KIND_BOOL,
     .doc = "Whether a classification reaches the threshold."},
};

static const kl_type policy_type = {
    .name = "DataClassificationPolicy",
    .module = "kailash.dataflow",
    .doc = "From which classification on fields are masked.",
    .size = sizeof(policy),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(policy_fields),
    .methods = KL_TABLE(policy_methods),
};
KL_PUBLISH(policy_type);
