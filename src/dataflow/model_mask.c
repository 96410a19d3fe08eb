/* src/dataflow/model_mask.c - records of a model as a caller may see them, and how a record is named
 * in events: apply_read_classification(), format_record_id_for_event(). */
#include "model_mask.h"
#include "mask.h"
#include "kailash/crypto.h"

/* ---- rows -------------------------------------------------------------------------------------- */

/* Without a database nothing but the environment says what an undeclared field is. */
static int level_of(const kl_column *column, bool strict)
{
    int level = kl_classification_level(column->classification);
    bool is_payload = !column->is_primary_key && !column->is_auto_managed && !column->is_soft_delete;
    return level < 0 && strict && is_payload ? KL_RANK_MAX : level;
}

static kl_status mask_column(kl_value *record, const kl_column *column, int rank, bool strict,
                             kl_error *error)
{
    kl_value masked;
    int level = level_of(column, strict);
    const kl_value *value = kl_map_find(*record, kl_as_text(column->name));
    if (!value || !kl_is_masked(level, rank))
        return KL_OK;
    KL_TRY(kl_mask_field(&masked, kl_value_retain(*value), level, rank,
                         kl_masking_of(column->masking), error));
    return kl_map_set_key(record, column->name, masked, error);
}

static kl_status apply_to_row(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_model *model = (const kl_model *)args[0].as.object;
    kl_value record = kl_value_retain(args[1]);
    int rank = kl_clearance_now().rank;
    bool strict = kl_masking_is_strict();
    (void)self;
    for (size_t i = 0; i < kl_model_column_count(model); i++) {
        kl_status status = mask_column(&record, kl_model_column_at(model, i), rank, strict, error);
        if (status != KL_OK) {
            kl_value_release(record);
            return status;
        }
    }
    *out = record;
    return KL_OK;
}

/* ---- names of records -------------------------------------------------------------------------- */

static bool has_classified_key(const kl_model *model)
{
    for (size_t i = 0; i < kl_model_column_count(model); i++) {
        const kl_column *column = kl_model_column_at(model, i);
        if (column->is_primary_key)
            return kl_classification_level(column->classification) > KL_RANK_PUBLIC;
    }
    return false;
}

static kl_status fingerprint(kl_value *out, kl_text text, kl_error *error)
{
    kl_value digits;
    KL_TRY(kl_hash_hex(&digits, KL_HASH_SHA256, text, error));
    kl_status status = kl_string_format(out, error, "sha256:%.8s", kl_as_text(digits).data);
    kl_value_release(digits);
    return status;
}

kl_status kl_record_name(kl_value *out, const kl_model *model, kl_value key, kl_error *error)
{
    kl_value text;
    if (kl_is_null(key))
        return kl_string_new(out, KL_TEXT("<missing>"), error);
    KL_TRY(kl_mask_text(&text, key, error));
    if (kl_is(key, KL_KIND_INT) || !has_classified_key(model)) {
        *out = text;
        return KL_OK;
    }
    kl_status status = fingerprint(out, kl_as_text(text), error);
    kl_value_release(text);
    return status;
}

static kl_status name_record(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_record_name(out, (const kl_model *)args[0].as.object, args[1], error);
}

/* ---- tables ------------------------------------------------------------------------------------ */

static const kl_param row_params[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type,
     .doc = "the model, whose fields say how sensitive they are"},
    {.name = "record", .kind = KL_KIND_MAP, .doc = "values by column; not changed"},
};

static const kl_function row_function = {
    .module = "kailash.dataflow",
    .method = {.name = "apply_read_classification", .call = apply_to_row,
               .params = KL_TABLE(row_params), .returns = KL_KIND_MAP,
               .doc = "A row of a model as the caller may see it: as reading it gives. Keys that are "
                      "no column of the model pass unchanged. Fields without a classification are "
                      "shown, unless the environment variable KAILASH_DATAFLOW_UNDECLARED is "
                      "redact."}};
KL_PUBLISH_FUNCTION(row_function);

static const kl_param record_params[] = {
    {.name = "model", .kind = KL_KIND_OBJECT, .type = &kl_model_type, .doc = "the model"},
    {.name = "record_id", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "primary key of the record"},
};

static const kl_function record_function = {
    .module = "kailash.dataflow",
    .method = {.name = "format_record_id_for_event", .call = name_record,
               .params = KL_TABLE(record_params), .returns = KL_KIND_STRING,
               .doc = "How a record is named in events, logs and messages: its primary key as text, "
                      "<missing> for None. Of a key that is classified above Public, whoever asks, "
                      "sha256: and the first 8 digits of its hash; integers stay as they are."}};
KL_PUBLISH_FUNCTION(record_function);
