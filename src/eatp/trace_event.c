/* src/eatp/trace_event.c - see trace_event.h. */
#include "trace_event.h"
#include "keys.h"
#include "kailash/time.h"
#include "kailash/type.h"

static const char *const members[] = {
    "agent_id", "completion_tokens", "cost_microdollars", "duration_ms", "envelope_id", "event_id",
    "event_type", "llm_model", "parent_event_id", "payload", "payload_hash", "prompt_tokens",
    "run_id", "span_id", "status", "tenant_id", "timestamp", "tool_name", "trace_id",
};

static bool is_member(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(members); i++)
        if (kl_text_is(name, members[i]))
            return true;
    return false;
}

static kl_status check_members(kl_value event, kl_error *error)
{
    if (!kl_is(event, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "trace event: expected an object, got %s",
                            kl_value_kind_name(event));
    for (size_t i = 0; i < kl_map_len(event); i++) {
        kl_text name = kl_map_key_at(event, i);
        if (!is_member(name))
            return kl_error_set(error, KL_INVALID, "trace event: unknown member '%.*s'",
                                (int)KL_MIN(name.len, 100), name.data);
    }
    return KL_OK;
}

static kl_status set_time(kl_value *map, kl_value given, kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_time time;
    if (kl_is_null(given))
        return kl_map_set(map, KL_TEXT("timestamp"), kl_null(), error);
    kl_status status = kl_time_parse(&time, kl_as_text(given), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "trace event: timestamp: ");
        return status;
    }
    size_t len = kl_time_print(text, time, 6, KL_TIME_OFFSET);
    return kl_map_set_text(map, KL_TEXT("timestamp"), (kl_text){text, len}, error);
}

static kl_status whole_event(kl_value *out, kl_value event, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(members), error));
    for (size_t i = 0; i < KL_COUNT(members); i++) {
        kl_text name = kl_text_from(members[i]);
        if (kl_text_is(name, "timestamp"))
            KL_TRY_OUT(set_time(&map, kl_map_get(event, name), error));
        else
            KL_TRY_OUT(kl_map_set(&map, name, kl_value_retain(kl_map_get(event, name)), error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_trace_event_fingerprint(char out[65], kl_value event, kl_error *error)
{
    kl_value map;
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(check_members(event, error));
    KL_TRY(whole_event(&map, event, error));
    kl_status status = kl_canonical_add(&text, map, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&text), error);
    kl_buffer_free(&text);
    kl_value_release(map);
    return status;
}

/* ---- Python ------------------------------------------------------------------------------------- */

static kl_status fingerprint(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    char hex[65];
    (void)self;
    KL_TRY(kl_trace_event_fingerprint(hex, args[0], error));
    return kl_string_new(out, (kl_text){hex, 64}, error);
}

static const kl_param event_param[] = {
    {.name = "event", .kind = KL_KIND_MAP, .flags = KL_WIDE | KL_SCALARS,
     .doc = "the event as a dict, such as TraceEvent.to_dict() of the open SDK gives it; what is missing "
            "is null"},
};

static const kl_function fingerprint_function = {
    .module = "kailash",
    .method = {.name = "compute_trace_event_fingerprint", .call = fingerprint,
               .params = KL_TABLE(event_param), .returns = KL_KIND_STRING, .raises = "ValueError",
               .doc = "SHA-256 of a trace event, 64 hexadecimal digits: the same in all "
                      "implementations. A member that is none of the nineteen is refused."},
};
KL_PUBLISH_FUNCTION(fingerprint_function);
