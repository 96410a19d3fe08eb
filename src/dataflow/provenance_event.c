/* src/dataflow/provenance_event.c - see provenance_event.h. */
#include "provenance_event.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "kailash/time.h"

#include <inttypes.h>

/* ---- words --------------------------------------------------------------------------------------- */

static bool is_artifact_type(kl_text word) { return kl_is_artifact_type(word); }
static bool is_tier(kl_text word) { return kl_observation_tier(word) >= 0; }

static bool is_moment(kl_text word)
{
    static const char *const moments[] = {"session-start", "pre-tool-use", "post-tool-use",
                                          "session-end"};
    for (size_t i = 0; i < KL_COUNT(moments); i++)
        if (kl_text_is(word, moments[i]))
            return true;
    return false;
}

static bool is_time(kl_text text)
{
    kl_time time;
    return kl_time_parse(&time, text, NULL) == KL_OK;
}

static bool is_some_text(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r\n\v\f", text.data[i]) || !text.data[i])
            return true;
    return false;
}

static bool is_any_text(kl_text text)
{
    (void)text;
    return true;
}

/* ---- fields -------------------------------------------------------------------------------------- */

/* A field that is a text. Those without a default must be there. */
typedef struct text_field {
    const char *name;
    bool (*fits)(kl_text text);
    const char *expected;
    bool optional;
    const char *initial; /* of an optional one; NULL = null */
} text_field;

static const text_field text_fields[] = {
    {"artifact_type", is_artifact_type, "one of agent, skill, rule, hook", false, NULL},
    {"artifact_id", is_some_text, "a text that is not blank", false, NULL},
    {"agent_id", is_any_text, "a text or null", true, NULL},
    {"session_id", is_some_text, "a text that is not blank", false, NULL},
    {"timestamp", is_time, "an RFC 3339 time with its offset", false, NULL},
    {"event_type", is_any_text, "a text", true, "ArtifactActivationEvent"},
    {"lifecycle_moment", is_moment, "one of session-start, pre-tool-use, post-tool-use, session-end",
     false, NULL},
    {"observation_tier", is_tier, "one of observed, availability, self-reported", false, NULL},
    {"producer", is_any_text, "a text", true, "loom"},
};

static kl_status put_text(kl_value *row, kl_value event, const text_field *field, kl_error *error)
{
    kl_value value = kl_map_get(event, kl_text_from(field->name));
    if (kl_is_null(value) && field->optional && field->initial)
        return kl_map_set_text(row, kl_text_from(field->name), kl_text_from(field->initial), error);
    bool absent = kl_is_null(value) && field->optional;
    if (!absent && !kl_is(value, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "%s: expected %s, got %s", field->name,
                            field->expected, kl_value_kind_name(value));
    if (!absent && !field->fits(kl_as_text(value)))
        return kl_error_set(error, KL_INVALID, "%s: expected %s", field->name, field->expected);
    return kl_map_set(row, kl_text_from(field->name), kl_value_retain(value), error);
}

static kl_status put_version(kl_value *row, kl_value event, kl_error *error)
{
    static const char name[] = "activation_schema_version";
    kl_value value = kl_map_get(event, kl_text_from(name));
    if (!kl_is_null(value) && !kl_is(value, KL_KIND_INT))
        return kl_error_set(error, KL_INVALID, "%s: expected integer, got %s", name,
                            kl_value_kind_name(value));
    return kl_map_set(row, kl_text_from(name), kl_int(kl_as_int(value)), error);
}

/* ---- the key ------------------------------------------------------------------------------------- */

/* A UUID made of the place, so that of two that read a line at once only one can keep it. */
static kl_status put_id(kl_value *row, const kl_event_place *place, kl_error *error)
{
    kl_value text, hash;
    kl_text tenant = kl_as_text(place->tenant), file = kl_as_text(place->file);
    KL_TRY(kl_string_format(&text, error, "%zu:%.*s%zu:%.*s%" PRId64, tenant.len,
                            KL_TEXT_ARG(tenant), file.len, KL_TEXT_ARG(file), place->line));
    kl_status status = kl_hash_hex(&hash, KL_HASH_SHA256, kl_as_text(text), error);
    kl_value_release(text);
    KL_TRY(status);
    const char *hex = kl_as_text(hash).data;
    /* version 8: made by a rule of one's own */
    status = kl_map_set_format(row, "id", error, "%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8,
                               hex + 12, hex + 15, hex + 18);
    kl_value_release(hash);
    return status;
}

/* ---- the row ------------------------------------------------------------------------------------- */

static kl_status put_row(kl_value *row, kl_value event, const kl_event_place *place, kl_error *error)
{
    if (!kl_is(event, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "expected a JSON object, got %s",
                            kl_value_kind_name(event));
    for (size_t i = 0; i < KL_COUNT(text_fields); i++)
        KL_TRY(put_text(row, event, &text_fields[i], error));
    KL_TRY(put_version(row, event, error));
    KL_TRY(put_id(row, place, error));
    KL_TRY(kl_map_set(row, KL_TEXT("source_file"), kl_value_retain(place->file), error));
    return kl_map_set(row, KL_TEXT("source_line"), kl_int(place->line), error);
}

kl_status kl_artifact_event_read(kl_value *row, kl_text line, const kl_event_place *place,
                                 kl_error *error)
{
    kl_value event, made = kl_null();
    KL_TRY(kl_json_parse(&event, line, error));
    kl_status status = kl_map_new(&made, KL_COUNT(text_fields) + 4, error);
    if (status == KL_OK)
        status = put_row(&made, event, place, error);
    kl_value_release(event);
    if (status == KL_OK)
        *row = made;
    else
        kl_value_release(made);
    return status;
}
