/* src/dataflow/record_mask.c - masking without a database: mask_value() and
 * apply_classification_to_record(). */
#include "mask.h"

/* A value as the caller sees it, who asks now; given. */
static kl_status mask_for_caller(kl_value *out, kl_value value, kl_value classification,
                                 kl_value strategy, kl_error *error)
{
    return kl_mask_value(out, kl_value_retain(value), kl_classification_level(classification),
                         kl_clearance_now().rank, kl_masking_of(strategy), NULL, error);
}

static kl_status mask_value(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return mask_for_caller(out, args[0], args[1], args[2], error);
}

/* ---- records ----------------------------------------------------------------------------------- */

/* A pair (DataClassification, MaskingStrategy or None), named for the message by its field. */
static kl_status check_pair(kl_text field, kl_value pair, kl_error *error)
{
    size_t count = kl_array_len(pair);
    kl_value strategy = kl_array_at(pair, 1);
    int shown = (int)KL_MIN(field.len, 60);
    if (count != 2)
        return kl_error_set(error, KL_TYPE,
                            "field_classifications['%.*s'] must be a 2-tuple of "
                            "(DataClassification, MaskingStrategy); got a %zu-tuple",
                            shown, field.data, count);
    if (kl_classification_level(kl_array_at(pair, 0)) < 0)
        return kl_error_set(error, KL_TYPE,
                            "field_classifications['%.*s']: expected DataClassification first, "
                            "got %s",
                            shown, field.data, kl_value_kind_name(kl_array_at(pair, 0)));
    if (!kl_is_null(strategy) && !kl_as_object(strategy, &kl_masking_strategy_type))
        return kl_error_set(error, KL_TYPE,
                            "field_classifications['%.*s']: expected MaskingStrategy or None "
                            "second, got %s",
                            shown, field.data, kl_value_kind_name(strategy));
    return KL_OK;
}

static kl_status check_pairs(kl_value classifications, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(classifications); i++)
        KL_TRY(check_pair(kl_map_key_at(classifications, i), kl_map_value_at(classifications, i),
                          error));
    return KL_OK;
}

static kl_status mask_field(kl_value *record, kl_text field, kl_value pair, kl_error *error)
{
    kl_value masked;
    const kl_value *value = kl_map_find(*record, field);
    if (!value)
        return KL_OK;
    KL_TRY(mask_for_caller(&masked, *value, kl_array_at(pair, 0), kl_array_at(pair, 1), error));
    return kl_map_set(record, field, masked, error);
}

static kl_status apply_to_record(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)self;
    KL_TRY(check_pairs(args[1], error)); /* all of them, so that a wrong one never hides */
    kl_value record = kl_value_retain(args[0]);
    for (size_t i = 0; i < kl_map_len(args[1]); i++) {
        kl_status status =
            mask_field(&record, kl_map_key_at(args[1], i), kl_map_value_at(args[1], i), error);
        if (status != KL_OK) {
            kl_value_release(record);
            return status;
        }
    }
    *out = record;
    return KL_OK;
}

/* ---- tables ------------------------------------------------------------------------------------ */

static const kl_param value_params[] = {
    {.name = "value", .kind = KL_KIND_ANY, .doc = "what may have to be masked"},
    {.name = "classification", .kind = KL_KIND_OBJECT, .type = &kl_data_classification_type,
     .doc = "how sensitive it is"},
    {.name = "strategy", .kind = KL_KIND_OBJECT, .type = &kl_masking_strategy_type,
     .flags = KL_OPTIONAL, .doc = "what is shown instead; None means redact"},
};

static const kl_function value_function = {
    .module = "kailash.dataflow",
    .method = {.name = "mask_value", .call = mask_value, .params = KL_TABLE(value_params),
               .returns = KL_KIND_ANY, .raises = "TypeError",
               .doc = "The value as the caller may see it: as it is when the classification does "
                      "not exceed the clearance, else masked. The same bytes as reading a field so "
                      "classified gives."}};
KL_PUBLISH_FUNCTION(value_function);

static const kl_param record_params[] = {
    {.name = "record", .kind = KL_KIND_MAP, .doc = "values by field; not changed"},
    {.name = "field_classifications", .kind = KL_KIND_MAP, .item = KL_KIND_TUPLE,
     .doc = "for fields that are classified a pair (DataClassification, MaskingStrategy or None, "
            "which means redact)"},
};

static const kl_function record_function = {
    .module = "kailash.dataflow",
    .method = {.name = "apply_classification_to_record", .call = apply_to_record,
               .params = KL_TABLE(record_params), .returns = KL_KIND_MAP, .raises = "TypeError",
               .doc = "A record as the caller may see it. Fields without a classification pass "
                      "unchanged."}};
KL_PUBLISH_FUNCTION(record_function);
