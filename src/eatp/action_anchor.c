/* src/eatp/action_anchor.c - see action_anchor.h. */
#include "action_anchor.h"
#include "fault.h"
#include "signed_record.h"

#include "kailash/id.h"
#include "kailash/time.h"

typedef struct action_anchor {
    kl_object object;
    kl_value wire; /* map */
    kl_value alg_id, event_id, actor, action, resource, prev_hash, reasoning_trace_hash;
    kl_value signer_public_key, signature;
} action_anchor;

/* ---- the wire form ---------------------------------------------------------------------------- */

#define MAY_MISS (KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_OMIT_NULL)

static const kl_member event_members[] = {
    {.name = "event_id", .kind = KL_KIND_STRING},
    {.name = "timestamp", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "actor", .kind = KL_KIND_STRING},
    {.name = "action", .kind = KL_KIND_STRING},
    {.name = "resource", .kind = KL_KIND_STRING},
    {.name = "outcome", .kind = KL_KIND_STRING},
    {.name = "prev_hash", .kind = KL_KIND_STRING, .flags = MAY_MISS},
    {.name = "parent_anchor_id", .kind = KL_KIND_STRING, .flags = MAY_MISS},
    {.name = "duration_ms", .kind = KL_KIND_NUMBER, .flags = MAY_MISS | KL_MEMBER_FINITE},
    {.name = "metadata", .kind = KL_KIND_ANY, .flags = KL_MEMBER_NULL},
};
static const kl_shape event_shape = {
    .name = "event", KL_SHAPE_MEMBERS(event_members), .closed = true};

static const kl_member anchor_members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "event", .kind = KL_KIND_MAP, .shape = &event_shape},
    {.name = "reasoning_trace_hash", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL | KL_MEMBER_SIGNED_NULL},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
const kl_shape kl_action_anchor_shape = {
    .name = "audit anchor", KL_SHAPE_MEMBERS(anchor_members)};

static kl_status check_outcome(kl_text outcome, kl_error *error)
{
    static const char *const legal[] = {"success", "failure", "held", "blocked", "unknown"};
    for (size_t i = 0; i < KL_COUNT(legal); i++)
        if (kl_text_is(outcome, legal[i]))
            return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "unknown_outcome",
                    "unknown audit outcome '%.*s': expected one of "
                    "success/failure/held/blocked/unknown",
                    (int)KL_MIN(outcome.len, 100), outcome.data ? outcome.data : "");
}

static kl_status check_trace_hash(kl_value hash, kl_error *error)
{
    kl_text text = kl_as_text(hash);
    bool fits = text.len == 71 && memcmp(text.data, "sha256:", 7) == 0 &&
                strspn(text.data + 7, "0123456789abcdef") == 64;
    if (kl_is_null(hash) || fits)
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "malformed_hash",
                    "reasoning_trace_hash: expected \"sha256:\" and 64 lower-case hexadecimal "
                    "digits, or null");
}

/* ---- objects ---------------------------------------------------------------------------------- */

/* An anchor around a checked map, which is taken. */
static kl_status make(kl_value *out, kl_value wire, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_wire_record_new(&made, &kl_action_anchor_type, &kl_action_anchor_shape, wire, error));
    action_anchor *anchor = (action_anchor *)made.as.object;
    kl_value event = kl_map_get(anchor->wire, KL_TEXT("event"));
    anchor->event_id = kl_value_retain(kl_map_get(event, KL_TEXT("event_id")));
    anchor->actor = kl_value_retain(kl_map_get(event, KL_TEXT("actor")));
    anchor->action = kl_value_retain(kl_map_get(event, KL_TEXT("action")));
    anchor->resource = kl_value_retain(kl_map_get(event, KL_TEXT("resource")));
    anchor->prev_hash = kl_value_retain(kl_map_get(event, KL_TEXT("prev_hash")));
    *out = made;
    return KL_OK;
}

kl_value kl_action_anchor_map(const kl_object *anchor)
{
    return ((const action_anchor *)anchor)->wire;
}

static kl_status set_text(kl_value *map, const char *name, kl_text text, kl_error *error)
{
    kl_value value = kl_null();
    if (text.data)
        KL_TRY(kl_string_new(&value, text, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status set_ids(kl_value *map, const kl_action_event *event, kl_error *error)
{
    char uuid[37], now[KL_TIME_TEXT];
    kl_text id = event->event_id;
    if (!id.data) {
        KL_TRY(kl_uuid_new(uuid, error));
        id = (kl_text){uuid, 36};
    }
    KL_TRY(set_text(map, "event_id", id, error));
    size_t len = kl_time_print(now, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    return set_text(map, "timestamp", (kl_text){now, len}, error);
}

static kl_text filled(kl_text text) { return text.data ? text : KL_TEXT(""); }

static kl_status event_map(kl_value *out, const kl_action_event *event, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(event_members), error));
    KL_TRY_OUT(set_ids(&map, event, error));
    KL_TRY_OUT(set_text(&map, "actor", filled(event->actor), error));
    KL_TRY_OUT(set_text(&map, "action", filled(event->action), error));
    KL_TRY_OUT(set_text(&map, "resource", filled(event->resource), error));
    KL_TRY_OUT(set_text(&map, "outcome", event->outcome, error));
    if (event->prev_hash.data)
        KL_TRY_OUT(set_text(&map, "prev_hash", event->prev_hash, error));
    if (event->parent_anchor_id.data)
        KL_TRY_OUT(set_text(&map, "parent_anchor_id", event->parent_anchor_id, error));
    if (!kl_is_null(event->duration_ms))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("duration_ms"), event->duration_ms, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"),
                          kl_is_null(event->metadata) ? kl_map_empty()
                                                      : kl_value_retain(event->metadata),
                          error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status wire_map(kl_value *out, const kl_key_pair *pair, const kl_action_event *event,
                          kl_error *error)
{
    kl_value map, inner;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(anchor_members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(event_map(&inner, event, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("event"), inner, error));
    KL_TRY_OUT(set_text(&map, "reasoning_trace_hash", event->reasoning_trace_hash, error));
    KL_TRY_OUT(check_trace_hash(kl_map_get(map, KL_TEXT("reasoning_trace_hash")), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(kl_record_sign(&map, &kl_action_anchor_shape, pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_action_anchor_new(kl_value *out, const kl_key_pair *pair, const kl_action_event *event,
                               kl_error *error)
{
    kl_value map;
    KL_TRY(check_outcome(event->outcome, error));
    KL_TRY(wire_map(&map, pair, event, error));
    return make(out, map, error);
}

/* Members of the event that are null go, and {} stands for metadata that is missing. */
static kl_status normalise_event(kl_value *map, kl_error *error)
{
    static const char *const may_miss[] = {"prev_hash", "parent_anchor_id", "duration_ms"};
    kl_value event = kl_map_get(*map, KL_TEXT("event"));
    kl_status status;
    if (!kl_is(event, KL_KIND_MAP))
        return KL_OK; /* the shape tells */
    kl_value_retain(event);
    for (size_t i = 0; i < KL_COUNT(may_miss); i++) {
        const kl_value *value = kl_map_find(event, kl_text_from(may_miss[i]));
        if (value && kl_is_null(*value))
            KL_TRY_OUT(kl_map_remove(&event, kl_text_from(may_miss[i]), error));
    }
    if (!kl_map_has(event, KL_TEXT("metadata")))
        KL_TRY_OUT(kl_map_set(&event, KL_TEXT("metadata"), kl_map_empty(), error));
    return kl_map_set(map, KL_TEXT("event"), event, error);
out:
    kl_value_release(event);
    return status;
}

/* Without the reasoning_trace_hash it stands there as null. */
static kl_status normalise(kl_value *out, kl_value map, kl_error *error)
{
    kl_value whole = kl_value_retain(map);
    kl_status status = KL_OK;
    if (!kl_map_has(whole, KL_TEXT("reasoning_trace_hash")))
        status = kl_map_set(&whole, KL_TEXT("reasoning_trace_hash"), kl_null(), error);
    if (status == KL_OK)
        status = normalise_event(&whole, error);
    if (status == KL_OK)
        *out = whole;
    else
        kl_value_release(whole);
    return status;
}

static kl_status check(kl_value map, kl_error *error)
{
    KL_TRY(kl_record_check(map, &kl_action_anchor_shape, error));
    kl_value event = kl_map_get(map, KL_TEXT("event"));
    KL_TRY(check_outcome(kl_as_text(kl_map_get(event, KL_TEXT("outcome"))), error));
    KL_TRY(check_trace_hash(kl_map_get(map, KL_TEXT("reasoning_trace_hash")), error));
    return kl_record_verify(map, &kl_action_anchor_shape,
                            kl_as_text(kl_map_get(map, KL_TEXT("signer_public_key"))), error);
}

kl_status kl_action_anchor_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_value whole = kl_null(), known;
    kl_status status;
    if (!kl_is(map, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "audit anchor: expected an object, got %s",
                            kl_value_kind_name(map));
    KL_TRY_OUT(normalise(&whole, map, error));
    KL_TRY_OUT(check(whole, error));
    KL_TRY_OUT(kl_shape_known(&known, &kl_action_anchor_shape, whole, error));
    status = make(out, known, error);
out:
    kl_value_release(whole);
    return status;
}

/* ---- the table -------------------------------------------------------------------------------- */

static kl_status call_from_dict(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self;
    return kl_action_anchor_read(out, args[0], error);
}

static kl_status anchor_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const action_anchor *anchor = (const action_anchor *)self;
    return kl_string_format(out, error, "EatpAuditAnchor(event_id='%.*s', action='%.*s', "
                                        "alg_id='%.*s')",
                            KL_TEXT_ARG(kl_as_text(anchor->event_id)),
                            KL_TEXT_ARG(kl_as_text(anchor->action)),
                            KL_TEXT_ARG(kl_as_text(anchor->alg_id)));
}

#define TEXT(member, more, text)                                                                   \
    KL_VALUE(action_anchor, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | (more),        \
             .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(action_anchor),
    TEXT(alg_id, 0, "token of the algorithms: eatp-v1"),
    TEXT(event_id, 0, "id of the event"),
    TEXT(actor, 0, "who acted"),
    TEXT(action, 0, "what was done"),
    TEXT(resource, 0, "to what"),
    TEXT(prev_hash, KL_OPTIONAL, "hash of the event before it, or None"),
    TEXT(reasoning_trace_hash, KL_OPTIONAL,
         "hash of the reasoning behind it: \"sha256:\" and 64 hexadecimal digits, or None"),
    TEXT(signer_public_key, 0, "public key of the signer: 64 hexadecimal digits"),
    TEXT(signature, 0, "its signature: 128 hexadecimal digits"),
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = call_from_dict, .params = KL_TABLE(kl_wire_data_param),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_action_anchor_type,
     .raises = "ValueError",
     .doc = "The anchor of a dict, once its alg_id, its shape and its signature were checked. That "
            "it is good tells that the signer had the key, not that he had the right."},
    KL_WIRE_METHODS,
};

const kl_type kl_action_anchor_type = {
    .name = "EatpAuditAnchor",
    .module = "kailash",
    .doc = "The signed record of one action: who did what to what, and how it went.",
    .size = sizeof(action_anchor),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = anchor_repr,
};
KL_PUBLISH(kl_action_anchor_type);
