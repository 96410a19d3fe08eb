/* src/pact/verdict.c - see verdict.h. */
#include "verdict.h"

#include "conformance.h"
#include "observation.h"
#include "kailash/json.h"

#include <stdarg.h>
#include <stdio.h>

/* ---- words made once ----------------------------------------------------------------------------------- */

/* The texts of the four zones: made on first use, for the life of the process. */
static kl_string *zone_words[KL_ZONES]; /* atomic, set once */

kl_status kl_pact_zone_text(kl_value *out, kl_zone zone, kl_error *error)
{
    kl_string *made = __atomic_load_n(&zone_words[zone], __ATOMIC_ACQUIRE), *none = NULL;
    kl_value word = {KL_KIND_STRING, 0, {.string = made}};
    if (!made) {
        const char *name = kl_rung_name(KL_LADDER_ZONE, (int)zone, KL_SNAKE);
        KL_TRY(kl_string_from_valid(&word, kl_text_from(name), error));
        if (!__atomic_compare_exchange_n(&zone_words[zone], &none, word.as.string, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            kl_value_release(word); /* another thread was faster */
            word.as.string = none;
        }
    }
    *out = kl_value_retain(word);
    return KL_OK;
}

__attribute__((destructor)) static void free_zone_words(void)
{
    for (int i = 0; i < KL_ZONES; i++) {
        kl_value word = {KL_KIND_STRING, 0, {.string = zone_words[i]}};
        if (zone_words[i])
            kl_value_release(word);
        zone_words[i] = NULL;
    }
}

kl_status kl_pact_time_text(kl_value *out, kl_time time, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

/* ---- making ---------------------------------------------------------------------------------------------- */

kl_status kl_pact_verdict_new(kl_value *out, const kl_pact_verdict_parts *parts, kl_error *error)
{
    kl_object *object;
    kl_value word;
    KL_TRY(kl_pact_zone_text(&word, parts->zone, error));
    kl_status status = kl_object_alloc(&object, &kl_pact_verdict_type, error);
    if (status != KL_OK) {
        kl_value_release(word);
        return status;
    }
    kl_pact_verdict *verdict = (kl_pact_verdict *)object;
    verdict->zone = parts->zone;
    verdict->allowed = parts->allowed;
    verdict->zone_text = word;
    verdict->action = kl_value_retain(parts->action);
    verdict->reason = kl_value_retain(parts->reason);
    verdict->details = kl_is_null(parts->details) ? kl_map_empty() : kl_value_retain(parts->details);
    verdict->role_address = kl_value_retain(parts->role_address);
    verdict->envelope_version = kl_value_retain(parts->envelope_version);
    verdict->at = parts->at;
    *out = kl_value_of(object);
    return KL_OK;
}

kl_status kl_pact_verdict_format(kl_value *out, kl_zone zone, kl_value action,
                                 kl_value role_address, kl_value details, kl_error *error,
                                 const char *format, ...)
{
    char text[1024];
    kl_value reason;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t shown = len < 0 ? 0 : KL_MIN((size_t)len, sizeof text - 1);
    KL_TRY(kl_string_repair(&reason, (kl_text){text, shown}, error)); /* may be cut in a character */
    const kl_pact_verdict_parts parts = {
        .zone = zone, .allowed = zone <= KL_ZONE_FLAGGED, .action = action, .reason = reason,
        .details = details, .role_address = role_address, .at = kl_time_now()};
    kl_status status = kl_pact_verdict_new(out, &parts, error);
    kl_value_release(reason);
    return status;
}

static void verdict_dispose(kl_object *self)
{
    kl_value_release(((kl_pact_verdict *)self)->envelope_version);
}

/* ---- as a map ---------------------------------------------------------------------------------------------- */

kl_status kl_pact_verdict_map(kl_value *out, const kl_pact_verdict *verdict, kl_error *error)
{
    kl_value map, time;
    kl_status status;
    KL_TRY(kl_map_new(&map, 8, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("zone"), kl_value_retain(verdict->zone_text), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("allowed"), kl_bool(verdict->allowed), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reason"), kl_value_retain(verdict->reason), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("action"), kl_value_retain(verdict->action), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("details"), kl_value_retain(verdict->details), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("role_address"), kl_value_retain(verdict->role_address), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("envelope_version"), kl_value_retain(verdict->envelope_version),
                          error));
    KL_TRY_OUT(kl_pact_time_text(&time, verdict->at, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), time, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_pact_verdict_read(kl_value *out, kl_value map, kl_error *error)
{
    int zone;
    kl_time at;
    static const char *const strings[] = {"reason", "action", "role_address", NULL};
    for (int i = 0; strings[i]; i++)
        if (!kl_is(kl_map_get(map, kl_text_from(strings[i])), KL_KIND_STRING))
            return kl_error_set(error, KL_INVALID, "verdict: %s: expected string", strings[i]);
    if (!kl_is(kl_map_get(map, KL_TEXT("details")), KL_KIND_MAP) ||
        !kl_is(kl_map_get(map, KL_TEXT("allowed")), KL_KIND_BOOL))
        return kl_error_set(error, KL_INVALID, "verdict: it has no details or no allowed");
    KL_TRY(kl_rung_read(&zone, KL_LADDER_ZONE, kl_as_text(kl_map_get(map, KL_TEXT("zone"))), KL_SNAKE,
                        "gradient zone", error));
    KL_TRY(kl_time_parse(&at, kl_as_text(kl_map_get(map, KL_TEXT("timestamp"))), error));
    const kl_pact_verdict_parts parts = {
        .zone = (kl_zone)zone, .allowed = kl_as_bool(kl_map_get(map, KL_TEXT("allowed"))),
        .action = kl_map_get(map, KL_TEXT("action")), .reason = kl_map_get(map, KL_TEXT("reason")),
        .details = kl_map_get(map, KL_TEXT("details")),
        .role_address = kl_map_get(map, KL_TEXT("role_address")),
        .envelope_version = kl_map_get(map, KL_TEXT("envelope_version")), .at = at};
    return kl_pact_verdict_new(out, &parts, error);
}

/* ---- the class ---------------------------------------------------------------------------------------------- */

static kl_status call_to_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_verdict_map(out, (const kl_pact_verdict *)self, error);
}

static kl_status get_timestamp(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_time_text(out, ((const kl_pact_verdict *)self)->at, error);
}

static kl_status get_version(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_pact_verdict *)self)->envelope_version);
    return KL_OK;
}

static kl_status call_canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_canonical_verdict(out, (const kl_pact_verdict *)self, error);
}

static kl_status call_observation(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    return kl_pact_observation_of(out, (const kl_pact_verdict *)self, args[0], error);
}

static kl_status verdict_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_verdict *verdict = (const kl_pact_verdict *)self;
    return kl_string_format(out, error, "PactGovernanceVerdict(zone='%.*s', allowed=%s, action='%.*s')",
                            KL_TEXT_ARG(kl_as_text(verdict->zone_text)),
                            verdict->allowed ? "true" : "false",
                            KL_TEXT_ARG(kl_as_text(verdict->action)));
}

static const kl_field verdict_fields[] = {
    {.name = "zone", .kind = KL_KIND_STRING, .offset = offsetof(kl_pact_verdict, zone_text),
     .doc = "auto_approved, flagged, held or blocked"},
    {.name = "allowed", .kind = KL_KIND_BOOL, .offset = offsetof(kl_pact_verdict, allowed),
     .doc = "whether the action may run: auto_approved and flagged ones"},
    KL_VALUE(kl_pact_verdict, reason, .kind = KL_KIND_STRING, .doc = "why, for a person"),
    KL_VALUE(kl_pact_verdict, action, .kind = KL_KIND_STRING, .doc = "what was asked for"),
    KL_VALUE(kl_pact_verdict, details, .kind = KL_KIND_MAP, .item = KL_KIND_STRING,
             .doc = "what was found, by dimension or check"),
    KL_VALUE(kl_pact_verdict, role_address, .kind = KL_KIND_STRING, .doc = "who asked"),
};

static const kl_param observation_params[] = {
    {.name = "correlation_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what it belongs to; None = nothing"},
};

static const kl_method verdict_methods[] = {
    {.name = "envelope_version", .call = get_version, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .returns_optional = true,
     .doc = "Version hash of the envelope it was judged by; None when none was looked at."},
    {.name = "timestamp", .call = get_timestamp, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "When it was judged: UTC, RFC 3339."},
    {.name = "to_dict", .call = call_to_dict, .returns = KL_KIND_MAP,
     .doc = "The verdict as a dict, with envelope_version and timestamp."},
    {.name = "to_canonical_json", .call = call_canonical, .returns = KL_KIND_STRING,
     .doc = "The form that implementations compare: sorted keys, \", \" and \": \" between parts, ASCII."},
    {.name = "to_observation", .call = call_observation, .params = KL_TABLE(observation_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_observation_type,
     .doc = "The verdict as an event for a monitor."},
};

const kl_type kl_pact_verdict_type = {
    .name = "PactGovernanceVerdict",
    .module = "kailash.pact",
    .doc = "What a governance engine says of an action. Verdicts are equal when all but their times "
           "and envelope versions are.",
    .size = sizeof(kl_pact_verdict),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(verdict_fields),
    .methods = KL_TABLE(verdict_methods),
    .dispose = verdict_dispose,
    .repr = verdict_repr,
};
KL_PUBLISH(kl_pact_verdict_type);
