/* src/eatp/revocation.c - EatpRevocationLedger: what was revoked, provable to others. */
#include "revocation.h"
#include "fault.h"
#include "kailash/crypto.h"
#include "kailash/wide.h"

#define EVENT_DOMAIN "EATP-12/revocation-event/v1"
#define HEAD_DOMAIN  "EATP-12/head-commitment/v1"
static const kl_text ledger_domain = {"EATP-12/revocation-ledger/v1:", 29};

#define SIGNED_BY                                                                                  \
    {.name = "signer_public_key", .kind = KL_KIND_STRING,                                          \
     .flags = KL_MEMBER_HEX_32 | KL_MEMBER_UNSIGNED},                                              \
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED}

static const kl_member event_members[] = {
    {.name = "delegation_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "domain_sep", .kind = KL_KIND_STRING},
    {.name = "epoch", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "revoked_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    SIGNED_BY,
};
static const kl_shape event_shape = {.name = "revocation event", KL_SHAPE_MEMBERS(event_members),
                                     .closed = true};

static const kl_member head_members[] = {
    {.name = "block_count", .kind = KL_KIND_COUNT},
    {.name = "domain_sep", .kind = KL_KIND_STRING},
    {.name = "epoch", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "revocation_ledger_tip", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signed_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "tip_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    SIGNED_BY,
};
static const kl_shape head_shape = {.name = "head commitment", KL_SHAPE_MEMBERS(head_members),
                                    .closed = true};

static const kl_member ledger_members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "events", .kind = KL_KIND_ARRAY, .shape = &event_shape},
    {.name = "head", .kind = KL_KIND_MAP, .shape = &head_shape},
};
static const kl_shape ledger_shape = {.name = "revocation ledger", KL_SHAPE_MEMBERS(ledger_members),
                                      .closed = true};

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* ---- making ------------------------------------------------------------------------------------- */

/* A time with all its nine digits, and who signs; then the signature. */
static kl_status finish(kl_value *map, const kl_shape *shape, const char *time_name,
                        const kl_key_pair *pair, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), 9, KL_TIME_Z);
    KL_TRY(kl_map_set_text(map, kl_text_from(time_name), (kl_text){text, len}, error));
    KL_TRY(kl_map_set(map, KL_TEXT("signer_public_key"),
                      kl_value_retain(kl_key_pair_public_hex(pair)), error));
    return kl_record_sign(map, shape, pair, error);
}

static kl_status set_epoch(kl_value *map, uint64_t epoch, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_unsigned_new(&value, epoch, error));
    return kl_map_set(map, KL_TEXT("epoch"), value, error);
}

kl_status kl_revocation_event_make(kl_value *out, kl_text delegation_id, uint64_t epoch,
                                   const kl_key_pair *pair, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(event_members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("delegation_id"), delegation_id, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("domain_sep"), KL_TEXT(EVENT_DOMAIN), error));
    KL_TRY_OUT(set_epoch(&map, epoch, error));
    KL_TRY_OUT(finish(&map, &event_shape, "revoked_at", pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_revocation_tip_add(unsigned char tip[KL_REVOCATION_TIP], kl_value event,
                                kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_buffer_add(&bytes, ledger_domain);
    kl_buffer_add(&bytes, (kl_text){(const char *)tip, KL_REVOCATION_TIP});
    kl_status status = kl_shape_pre_image(&bytes, &event_shape, event, error);
    if (status == KL_OK)
        status = kl_hash_once(hash, KL_HASH_SHA256, kl_buffer_text(&bytes), error);
    if (status == KL_OK)
        memcpy(tip, hash, KL_REVOCATION_TIP);
    kl_buffer_free(&bytes);
    return status;
}

static kl_status head_of(kl_value *out, const kl_revocation_state *state, const kl_key_pair *pair,
                         kl_error *error)
{
    kl_value map;
    kl_status status;
    char tip[2 * KL_REVOCATION_TIP];
    uint64_t epoch =
        state->count ? kl_as_unsigned(member(state->events[state->count - 1], "epoch")) : 0;
    kl_hex_write(tip, state->tip, KL_REVOCATION_TIP);
    KL_TRY(kl_map_new(&map, KL_COUNT(head_members), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("block_count"), kl_int((int64_t)state->block_count), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("domain_sep"), KL_TEXT(HEAD_DOMAIN), error));
    KL_TRY_OUT(set_epoch(&map, epoch, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("revocation_ledger_tip"), (kl_text){tip, sizeof tip},
                               error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("tip_hash"), state->tip_hash, error));
    KL_TRY_OUT(finish(&map, &head_shape, "signed_at", pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status events_of(kl_value *out, const kl_revocation_state *state, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, state->count, error));
    for (size_t i = 0; i < state->count; i++) {
        kl_status status = kl_array_push(&list, kl_value_retain(state->events[i]), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- checking ----------------------------------------------------------------------------------- */

static kl_status refuse(kl_error *error, const char *code, const char *why)
{
    return kl_fault(error, KL_INVALID, NULL, code, "revocation ledger refused: %s", why);
}

static kl_status check_part(kl_value map, const kl_shape *shape, const char *domain, kl_text signer,
                            kl_error *error)
{
    if (!kl_text_is(kl_as_text(member(map, "domain_sep")), domain))
        return refuse(error, "wrong_domain", "domain_sep is that of another kind of record");
    if (!kl_text_equal(kl_as_text(member(map, "signer_public_key")), signer))
        return refuse(error, "foreign_signer", "it was not signed with the expected key");
    return kl_record_verify(map, shape, signer, error);
}

/* Exactly nine digits and Z: what is signed is the text. */
static bool has_nine_digits(kl_value time)
{
    kl_text text = kl_as_text(time);
    return text.len == 30 && text.data[19] == '.' && text.data[29] == 'Z';
}

static kl_status check_events(unsigned char tip[KL_REVOCATION_TIP], uint64_t *epoch, kl_value events,
                              kl_text signer, kl_error *error)
{
    *epoch = 0;
    memset(tip, 0, KL_REVOCATION_TIP);
    for (size_t i = 0; i < kl_array_len(events); i++) {
        kl_value event = kl_array_at(events, i);
        uint64_t next = kl_as_unsigned(member(event, "epoch"));
        if (next <= *epoch)
            return refuse(error, "epoch_order", "epochs must rise from event to event");
        if (!has_nine_digits(member(event, "revoked_at")))
            return refuse(error, "time_form", "revoked_at must have nine digits and Z");
        KL_TRY(check_part(event, &event_shape, EVENT_DOMAIN, signer, error));
        KL_TRY(kl_revocation_tip_add(tip, event, error));
        *epoch = next;
    }
    return KL_OK;
}

kl_status kl_revocation_ledger_check(kl_value map, kl_text signer_hex, uint64_t retained_epoch,
                                     kl_error *error)
{
    unsigned char tip[KL_REVOCATION_TIP];
    char tip_hex[2 * KL_REVOCATION_TIP];
    uint64_t epoch;
    KL_TRY(kl_record_check(map, &ledger_shape, error));
    kl_value head = member(map, "head");
    kl_text signer = kl_as_text(member(head, "signer_public_key"));
    if (signer_hex.len && !kl_text_equal(signer_hex, signer))
        return refuse(error, "foreign_signer", "it was not signed with the expected key");
    KL_TRY(check_part(head, &head_shape, HEAD_DOMAIN, signer, error));
    KL_TRY(check_events(tip, &epoch, member(map, "events"), signer, error));
    kl_hex_write(tip_hex, tip, sizeof tip);
    if (!kl_text_equal(kl_as_text(member(head, "revocation_ledger_tip")),
                       (kl_text){tip_hex, sizeof tip_hex}) ||
        epoch != kl_as_unsigned(member(head, "epoch")))
        return refuse(error, "wrong_tip", "its head commits to other events");
    if (epoch < retained_epoch)
        return refuse(error, "stale_epoch", "it is older than one that was seen before");
    return KL_OK;
}

/* ---- EatpRevocationLedger ----------------------------------------------------------------------- */

typedef struct ledger {
    kl_object object;
    kl_value wire;                     /* map */
    kl_value events;                   /* array of maps */
    kl_value epoch;                    /* unsigned */
    kl_value tip, signer_public_key;   /* strings */
    kl_value revoked;                  /* map of id -> true */
} ledger;

/* An id as it is looked up: a UUID in its usual spelling; of other implementations, any text. */
static kl_status key_of(kl_value *out, kl_value id, kl_error *error)
{
    kl_status status = kl_uuid_read(out, id, "UUID", error);
    if (status != KL_INVALID)
        return status;
    kl_error_clear(error);
    *out = kl_value_retain(id);
    return KL_OK;
}

static kl_status fill(ledger *l, kl_error *error)
{
    kl_value head = member(l->wire, "head");
    l->events = kl_value_retain(member(l->wire, "events"));
    l->epoch = kl_value_retain(member(head, "epoch"));
    l->tip = kl_value_retain(member(head, "revocation_ledger_tip"));
    l->signer_public_key = kl_value_retain(member(head, "signer_public_key"));
    KL_TRY(kl_map_new(&l->revoked, kl_array_len(l->events), error));
    for (size_t i = 0; i < kl_array_len(l->events); i++) {
        kl_value id;
        KL_TRY(key_of(&id, member(kl_array_at(l->events, i), "delegation_id"), error));
        kl_status status = kl_map_set_key(&l->revoked, id, kl_bool(true), error);
        kl_value_release(id);
        KL_TRY(status);
    }
    return KL_OK;
}

/* `map` was checked; taken. */
static kl_status ledger_new(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_revocation_ledger_type, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    ((ledger *)object)->wire = map;
    status = fill((ledger *)object, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

kl_status kl_revocation_ledger_make(kl_value *out, const kl_revocation_state *state,
                                    const kl_key_pair *pair, kl_error *error)
{
    kl_value map, part;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(ledger_members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(events_of(&part, state, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("events"), part, error));
    KL_TRY_OUT(head_of(&part, state, pair, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("head"), part, error));
    return ledger_new(out, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    KL_TRY(kl_revocation_ledger_check(args[0], kl_as_text(args[1]), kl_as_unsigned(args[2]), error));
    return ledger_new(out, kl_value_retain(args[0]), error);
}

static kl_status is_revoked(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const ledger *l = (const ledger *)self;
    kl_value id;
    *out = kl_bool(true);
    if (kl_map_has(l->revoked, kl_as_text(args[0])))
        return KL_OK;
    KL_TRY(kl_uuid_read(&id, args[0], "UUID", error)); /* what is no id at all is not "not revoked" */
    *out = kl_bool(kl_map_has(l->revoked, kl_as_text(id)));
    kl_value_release(id);
    return KL_OK;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)kl_array_len(((ledger *)self)->events));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const ledger *l = (const ledger *)self;
    return kl_string_format(out, error, "EatpRevocationLedger(events=%zu, tip='%.8s...')",
                            kl_array_len(l->events), kl_as_text(l->tip).data);
}

#define FIELD(name, of_kind, more, text)                                                           \
    KL_VALUE(ledger, name, .kind = (of_kind), .flags = KL_READ_ONLY | (more), .doc = (text))

static const kl_field fields[] = {
    KL_WIRE_FIELD(ledger),
    FIELD(events, KL_KIND_ARRAY, 0, "dicts of delegation_id, epoch, revoked_at and their signature"),
    FIELD(epoch, KL_KIND_COUNT, KL_WIDE | KL_OPTIONAL,
          "that of the last event, 0 without one: keep it, and refuse a ledger with a lower one"),
    FIELD(tip, KL_KIND_STRING, 0, "hash over all events, 64 hexadecimal characters"),
    FIELD(signer_public_key, KL_KIND_STRING, 0, "who signed, 64 hexadecimal characters"),
    {.name = "revoked", .kind = KL_KIND_MAP, .flags = KL_HIDDEN, .offset = offsetof(ledger, revoked),
     .doc = "the ids that are revoked"},
};

static const kl_param from_params[] = {
    {.name = "data", .kind = KL_KIND_MAP, .flags = KL_WIDE,
     .doc = "the wire form, as to_dict() gives it"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the key of the chain whose ledger it must be"},
    {.name = "retained_epoch", .kind = KL_KIND_COUNT, .fallback = "0", .flags = KL_WIDE,
     .doc = "the highest epoch seen before; an older ledger is refused"},
};
static const kl_param id_param[] = {
    {.name = "delegation_id", .kind = KL_KIND_STRING, .doc = "id of a grant: a UUID, or one that is in the ledger"},
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = from_dict, .flags = KL_STATIC | KL_BLOCKING,
     .params = KL_TABLE(from_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_revocation_ledger_type, .raises = "ValueError",
     .doc = "The ledger of a wire form. Every signature, the order of the epochs and the tip are "
            "verified."},
    {.name = "is_revoked", .call = is_revoked, .params = KL_TABLE(id_param), .returns = KL_KIND_BOOL,
     .raises = "ValueError", .doc = "Whether it has an event that revokes a grant."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "Number of events."},
    KL_WIRE_METHODS,
};

const kl_type kl_revocation_ledger_type = {
    .name = "EatpRevocationLedger",
    .module = "kailash",
    .doc = "What was revoked in a chain of delegations, signed by the chain, so that others need not "
           "take its word: EatpDelegationChain.revocation_ledger() or from_dict().",
    .size = sizeof(ledger),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_revocation_ledger_type);
