/* src/pact/observation.c - see observation.h. */
#include "observation.h"

#include "conformance.h"
#include "kailash/id.h"

typedef struct observation {
    kl_object object;
    kl_value event_type, role_address, level; /* strings */
    kl_value payload;        /* map */
    kl_value correlation_id; /* string or null */
    kl_value observation_id, timestamp; /* strings */
} observation;

static const char *const levels[] = {"debug", "info", "warn", "error", "critical", NULL};

/* Made anew, it gets an id and the time. */
static kl_status observation_check(kl_object *self, kl_error *error)
{
    observation *o = (observation *)self;
    char id[37];
    kl_time at;
    if (kl_is_null(o->observation_id)) {
        KL_TRY(kl_uuid_new(id, error));
        KL_TRY(kl_string_from_valid(&o->observation_id, (kl_text){id, 36}, error));
    }
    if (kl_is_null(o->timestamp))
        return kl_pact_time_text(&o->timestamp, kl_time_now(), error);
    kl_status status = kl_time_parse(&at, kl_as_text(o->timestamp), error);
    if (status != KL_OK)
        kl_error_prefix(error, "timestamp: ");
    return status;
}

kl_status kl_pact_observation_of(kl_value *out, const kl_pact_verdict *verdict,
                                 kl_value correlation_id, kl_error *error)
{
    static const char *const level_of[KL_ZONES] = {"info", "warn", "warn", "error"};
    kl_value map, payload = kl_null(), time;
    kl_status status;
    KL_TRY(kl_map_new(&map, 6, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("event_type"), KL_TEXT("verdict"), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("role_address"), kl_value_retain(verdict->role_address), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("level"), kl_text_from(level_of[verdict->zone]), error));
    KL_TRY_OUT(kl_pact_verdict_map(&payload, verdict, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("payload"), payload, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("correlation_id"), kl_value_retain(correlation_id), error));
    KL_TRY_OUT(kl_pact_time_text(&time, verdict->at, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), time, error));
    status = kl_object_from_map(out, &kl_pact_observation_type, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status call_canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value map;
    KL_TRY(kl_object_to_map(&map, self, error));
    return kl_pact_canonical_map(out, map, error);
}

static const kl_field fields[] = {
    KL_VALUE(observation, event_type, .kind = KL_KIND_STRING, .range = KL_RANGE(1, 640),
             .doc = "what happened, such as verdict"),
    KL_VALUE(observation, role_address, .kind = KL_KIND_STRING, .doc = "whom it is about"),
    KL_ENUM(observation, level, "info", .names = levels, .doc = "how grave it is"),
    KL_VALUE(observation, payload, .kind = KL_KIND_MAP, .fallback = "{}", .doc = "the facts"),
    KL_VALUE(observation, correlation_id, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "what it belongs to; None = nothing"),
    KL_VALUE(observation, observation_id, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "its id; None = a new one"),
    KL_VALUE(observation, timestamp, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "when it happened: RFC 3339; None = now"),
};

static const kl_method methods[] = {
    {.name = "to_canonical_json", .call = call_canonical, .returns = KL_KIND_STRING,
     .doc = "The form that implementations compare: sorted keys, \", \" and \": \" between parts, ASCII."},
};

const kl_type kl_pact_observation_type = {
    .name = "PactObservation",
    .module = "kailash.pact",
    .doc = "An event of governance, for monitors.",
    .size = sizeof(observation),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .check = observation_check,
};
KL_PUBLISH(kl_pact_observation_type);
