/* src/pact/dispatcher.c - PactTieredAuditDispatcher: how carefully an event is kept, by its zone, with a
 * chain of anchors for each envelope (pact 3.10). */
#include "address.h"
#include "audit_chain.h"

#include "../base/guard.h"
#include "../eatp/ladder.h"
#include "kailash/json.h"

enum { BUFFER_MAX = 10000, CHAINS_MAX = 10000, CHAIN_MAX = 10000 };

typedef struct dispatcher {
    kl_object object;
    kl_guard lock;   /* guards all below */
    kl_value numbers;       /* map envelope id -> place of its chain, from 0 */
    kl_pact_chain **chains; /* owned */
    size_t chain_count, chain_cap;
    kl_value buffer;        /* array of maps: flagged events that wait for flush_session() */
    int64_t evicted;
} dispatcher;

static kl_status start(kl_object *self, kl_error *error)
{
    dispatcher *d = (dispatcher *)self;
    kl_guard_begin(&d->lock, KL_FORK_MIDDLE);
    KL_TRY(kl_map_new(&d->numbers, 8, error));
    return kl_array_new(&d->buffer, 0, error);
}

static void dispatcher_dispose(kl_object *self)
{
    dispatcher *d = (dispatcher *)self;
    for (size_t i = 0; i < d->chain_count; i++) {
        kl_pact_chain_end(d->chains[i]);
        kl_free(d->chains[i]);
    }
    kl_free(d->chains);
    kl_value_release(d->numbers);
    kl_value_release(d->buffer);
    kl_guard_end(&d->lock);
}

/* ---- with the lock held --------------------------------------------------------------------------------- */

static kl_pact_chain *find_chain(const dispatcher *d, kl_text envelope_id)
{
    const kl_value *number = kl_map_find(d->numbers, envelope_id);
    return number ? d->chains[kl_as_int(*number)] : NULL;
}

static kl_status add_chain(kl_pact_chain **out, dispatcher *d, kl_value envelope_id, kl_error *error)
{
    if (d->chain_count == CHAINS_MAX)
        return kl_error_set(error, KL_LIMIT, "envelope_id: the dispatcher has chains of %d envelopes "
                            "already", CHAINS_MAX);
    if (d->chain_count == d->chain_cap) {
        size_t cap = d->chain_cap ? 2 * d->chain_cap : 8;
        kl_pact_chain **chains = kl_realloc(d->chains, cap * sizeof *chains);
        if (!chains)
            return kl_error_no_memory(error);
        d->chains = chains;
        d->chain_cap = cap;
    }
    kl_pact_chain *chain = kl_alloc(sizeof *chain);
    if (!chain)
        return kl_error_no_memory(error);
    kl_pact_chain_begin(chain, CHAIN_MAX);
    kl_status status =
        kl_map_set_key(&d->numbers, envelope_id, kl_int((int64_t)d->chain_count), error);
    if (status != KL_OK) {
        kl_pact_chain_end(chain);
        kl_free(chain);
        return status;
    }
    d->chains[d->chain_count++] = chain;
    *out = chain;
    return KL_OK;
}

static kl_status buffer_event(dispatcher *d, kl_value event, kl_error *error)
{
    if (kl_array_len(d->buffer) >= BUFFER_MAX) {
        kl_value rest;
        KL_TRY(kl_array_slice(&rest, d->buffer, BUFFER_MAX / 10, BUFFER_MAX, error));
        kl_value_replace(&d->buffer, rest);
        d->evicted += BUFFER_MAX / 10;
    }
    return kl_array_push(&d->buffer, kl_value_retain(event), error);
}

/* ---- events ------------------------------------------------------------------------------------------------ */

enum { EVENT_ID, TIMESTAMP, ROLE, POSTURE, ACTION, ZONE, REASON, ENVELOPE, TENANT, EVENT_ARGS };
static const char *const names[EVENT_ARGS] = {"event_id", "timestamp", "role_address", "posture",
                                              "action", "zone", "reason", "envelope_id", "tenant_id"};

static kl_status check_event(int *zone, const kl_value *args, kl_error *error)
{
    kl_pact_address address;
    kl_time at;
    int posture;
    if (!kl_as_text(args[EVENT_ID]).len)
        return kl_error_set(error, KL_INVALID, "event_id: it is empty");
    kl_status status = kl_time_parse(&at, kl_as_text(args[TIMESTAMP]), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "timestamp: ");
        return status;
    }
    status = kl_pact_address_parse(&address, kl_as_text(args[ROLE]), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "role_address: ");
        return status;
    }
    KL_TRY(kl_rung_read(&posture, KL_LADDER_POSTURE, kl_as_text(args[POSTURE]),
                        KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "posture level", error));
    return kl_rung_read(zone, KL_LADDER_ZONE, kl_as_text(args[ZONE]), KL_SNAKE | KL_PASCAL | KL_UPPER,
                        "gradient zone", error);
}

static kl_status event_map(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, EVENT_ARGS, error));
    for (int i = 0; i < EVENT_ARGS; i++) {
        kl_status status = kl_map_set(&map, kl_text_from(names[i]), kl_value_retain(args[i]), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

/* {"posture", "reason", "role_address", "tenant_id"?} in canonical JSON; given. */
static kl_status metadata_of(kl_value *out, const kl_value *args, kl_error *error)
{
    static const int members[] = {POSTURE, REASON, ROLE, TENANT};
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(members), error));
    for (size_t i = 0; i < KL_COUNT(members); i++)
        if (!kl_is_null(args[members[i]]))
            KL_TRY_OUT(kl_map_set(&map, kl_text_from(names[members[i]]),
                                  kl_value_retain(args[members[i]]), error));
    status = kl_json_print(out, map, &kl_json_canonical_b, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status append(dispatcher *d, const kl_value *args, int zone, kl_value event,
                        kl_text metadata, kl_error *error)
{
    static const char *const results[KL_ZONES] = {"success", "success", "pending", "denied"};
    kl_pact_chain *chain = find_chain(d, kl_as_text(args[ENVELOPE]));
    const kl_pact_anchor_facts facts = {
        .anchor_id = kl_as_text(args[EVENT_ID]), .agent_id = kl_as_text(args[ROLE]),
        .action = kl_as_text(args[ACTION]),
        .level = kl_text_from(kl_rung_name(KL_LADDER_ZONE, zone, KL_UPPER)),
        .envelope_id = kl_as_text(args[ENVELOPE]), .result = kl_text_from(results[zone]),
        .timestamp = kl_as_text(args[TIMESTAMP]), .metadata = metadata};
    if (!chain)
        KL_TRY(add_chain(&chain, d, args[ENVELOPE], error));
    if (zone == KL_ZONE_FLAGGED)
        KL_TRY(buffer_event(d, event, error));
    return kl_pact_chain_append(NULL, chain, &facts, NULL, NULL, error);
}

static kl_status call_dispatch(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    static const char *const tiers[KL_ZONES] = {"tier1_ephemeral", "tier2_session_buffered",
                                                "tier3_synchronous_durable",
                                                "tier3_synchronous_durable"};
    dispatcher *d = (dispatcher *)self;
    kl_value event = kl_null(), metadata = kl_null();
    kl_status status;
    int zone;
    KL_TRY(check_event(&zone, args, error));
    KL_TRY_OUT(event_map(&event, args, error));
    KL_TRY_OUT(metadata_of(&metadata, args, error));
    kl_guard_lock(&d->lock);
    status = append(d, args, zone, event, kl_as_text(metadata), error);
    kl_guard_unlock(&d->lock);
    if (status == KL_OK)
        status = kl_string_from_valid(out, kl_text_from(tiers[zone]), error);
out:
    kl_value_release(metadata);
    kl_value_release(event);
    return status;
}

/* ---- the class ---------------------------------------------------------------------------------------------- */

static kl_status call_in_memory(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self, (void)args;
    extern const kl_type kl_pact_dispatcher_type;
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_dispatcher_type, error));
    kl_status status = start(object, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

static kl_status call_size(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    dispatcher *d = (dispatcher *)self;
    kl_guard_lock(&d->lock);
    *out = kl_int((int64_t)kl_array_len(d->buffer));
    kl_guard_unlock(&d->lock);
    return KL_OK;
}

static kl_status call_events(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    dispatcher *d = (dispatcher *)self;
    kl_guard_lock(&d->lock);
    *out = kl_value_retain(d->buffer);
    kl_guard_unlock(&d->lock);
    return KL_OK;
}

static kl_status call_flush(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    dispatcher *d = (dispatcher *)self;
    kl_value empty;
    KL_TRY(kl_array_new(&empty, 0, error));
    kl_guard_lock(&d->lock);
    kl_value flushed = d->buffer;
    d->buffer = empty;
    kl_guard_unlock(&d->lock);
    *out = kl_int((int64_t)kl_array_len(flushed));
    kl_value_release(flushed);
    return KL_OK;
}

static kl_status call_evicted(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    dispatcher *d = (dispatcher *)self;
    kl_guard_lock(&d->lock);
    *out = kl_int(d->evicted);
    kl_guard_unlock(&d->lock);
    return KL_OK;
}

static kl_status call_verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    dispatcher *d = (dispatcher *)self;
    kl_pact_walk walk = {0};
    kl_status status = KL_OK;
    kl_guard_lock(&d->lock);
    kl_pact_chain *chain = find_chain(d, kl_as_text(args[0]));
    if (chain)
        status = kl_pact_chain_walk(&walk, chain, error);
    kl_guard_unlock(&d->lock);
    *out = chain ? kl_int((int64_t)walk.verified) : kl_null();
    return status;
}

static kl_status dispatcher_repr(kl_value *out, kl_object *self, kl_error *error)
{
    dispatcher *d = (dispatcher *)self;
    kl_guard_lock(&d->lock);
    size_t size = kl_array_len(d->buffer);
    long long evicted = (long long)d->evicted;
    kl_guard_unlock(&d->lock);
    return kl_string_format(out, error, "PactTieredAuditDispatcher(buffer_size=%zu, evicted=%lld)", size,
                            evicted);
}

#define TEXT(word, text) {.name = (word), .kind = KL_KIND_STRING, .doc = (text)}

static const kl_param event_params[EVENT_ARGS] = {
    TEXT("event_id", "id of the event; not empty"),
    TEXT("timestamp", "when: RFC 3339"),
    TEXT("role_address", "who, such as D1-R1"),
    TEXT("posture", "posture of the agent, such as supervised"),
    TEXT("action", "what"),
    TEXT("zone", "auto_approved, flagged, held or blocked"),
    TEXT("reason", "why"),
    {.name = "envelope_id", .kind = KL_KIND_STRING, .fallback = "\"\"",
     .doc = "the envelope whose chain the event joins"},
    {.name = "tenant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "whose tenant"},
};
static const kl_param envelope_param[] = {TEXT("envelope_id", "whose chain")};

static const kl_method methods[] = {
    {.name = "in_memory", .call = call_in_memory, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .doc = "A dispatcher whose events are in memory: the last 10 000 of each of up to 10 000 envelopes."},
    {.name = "dispatch_verdict_zone", .call = call_dispatch, .params = KL_TABLE(event_params),
     .returns = KL_KIND_STRING, .raises = "ValueError, RuntimeError",
     .doc = "Add an event, numbered and linked to the one before it of the same envelope. Its tier: "
            "tier1_ephemeral for auto_approved, tier2_session_buffered for flagged, "
            "tier3_synchronous_durable for held and blocked."},
    {.name = "session_buffer_size", .call = call_size, .returns = KL_KIND_INT,
     .doc = "How many flagged events wait for flush_session(): at most 10 000, of which the oldest "
            "tenth goes when one more comes."},
    {.name = "session_events", .call = call_events, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "The flagged events that wait, as dicts."},
    {.name = "flush_session", .call = call_flush, .returns = KL_KIND_INT,
     .doc = "Empty the buffer; how many events were in it."},
    {.name = "evicted_count", .call = call_evicted, .returns = KL_KIND_INT,
     .doc = "How many flagged events went because the buffer was full."},
    {.name = "verify_envelope_chain", .call = call_verify, .params = KL_TABLE(envelope_param),
     .returns = KL_KIND_INT, .returns_optional = true,
     .doc = "How many events of an envelope hold, from the first on; None when it has none."},
};

const kl_type kl_pact_dispatcher_type = {
    .name = "PactTieredAuditDispatcher",
    .module = "kailash.pact",
    .doc = "Keeps audit events the more carefully the graver their verdict is.",
    .size = sizeof(dispatcher),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = dispatcher_dispose,
    .repr = dispatcher_repr,
};
KL_PUBLISH(kl_pact_dispatcher_type);
