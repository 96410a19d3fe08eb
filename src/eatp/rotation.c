/* src/eatp/rotation.c - EatpRotationConfig, EatpRotationStatus and EatpKeyRotation: from one key to the next
 * without a gap. */
#include "fault.h"
#include "fork.h"
#include "signature.h"
#include "signed_record.h"

#include <pthread.h>

/* ---- EatpRotationConfig ------------------------------------------------------------------------- */

enum { DEFAULT_HOURS = 24, MAX_HOURS = 72 };

typedef struct config {
    kl_object object;
    int64_t transition_hours;
} config;

static kl_status config_check(kl_object *self, kl_error *error)
{
    long long hours = ((const config *)self)->transition_hours;
    if (hours < 1)
        return kl_fault(error, KL_INVALID, NULL, "invalid_hours",
                        "invalid configuration: transition window must be at least 1 hour");
    if (hours > MAX_HOURS)
        return kl_fault(error, KL_INVALID, NULL, "invalid_hours",
                        "invalid configuration: transition window %lldh exceeds maximum %dh", hours,
                        MAX_HOURS);
    return KL_OK;
}

static const kl_field config_fields[] = {
    KL_COUNT_FIELD(config, transition_hours, 24,
                   .doc = "hours after commit() in which both keys verify, from 1 to 72"),
};

static const kl_type config_type = {
    .name = "EatpRotationConfig",
    .module = "kailash",
    .doc = "How long two keys overlap.",
    .size = sizeof(config),
    .flags = KL_TYPE_RECORD,
    .fields = KL_TABLE(config_fields),
    .check = config_check,
};
KL_PUBLISH(config_type);

/* ---- EatpRotationStatus ------------------------------------------------------------------------- */

typedef enum rotation_status { PREPARED, COMMITTED, FINALIZED, CANCELLED, NOT_BEGUN } rotation_status;

static const kl_item statuses[] = {
    [PREPARED] = {"Prepared", "EatpRotationStatus.Prepared", "the new key is there, and not used yet"},
    [COMMITTED] = {"Committed", "EatpRotationStatus.Committed",
                   "the new key signs; both verify for a while"},
    [FINALIZED] = {"Finalized", "EatpRotationStatus.Finalized", "only the new key verifies"},
    [CANCELLED] = {"Cancelled", "EatpRotationStatus.Cancelled", "only the old key verifies"},
};
static const char *const status_functions[] = {
    [PREPARED] = "prepared", [COMMITTED] = "committed", [FINALIZED] = "finalized",
    [CANCELLED] = "cancelled"
};

static const kl_type status_type = {
    .name = "EatpRotationStatus",
    .module = "kailash",
    .doc = "How far the rotation of a key is.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NO_INIT,
    .items = statuses,
    .item_methods = status_functions,
    .item_count = KL_COUNT(statuses),
};
KL_PUBLISH(status_type);

/* ---- certificates ------------------------------------------------------------------------------- */

/* The old key vouches for the new one (`signature`), which proves that its holder agrees
 * (`new_key_signature`); both sign the same bytes. */
static const kl_member certificate_members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "rotation_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "domain_sep", .kind = KL_KIND_STRING},
    {.name = "old_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "new_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "committed_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "transition_until", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
    {.name = "new_key_signature", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape certificate_shape = {.name = "rotation certificate",
                                           KL_SHAPE_MEMBERS(certificate_members), .closed = true};
#define ROTATION_DOMAIN "EATP-KEY-ROTATION-v1"

static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status sign_certificate(kl_value *map, const kl_key_pair *old_pair,
                                  const kl_key_pair *new_pair, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value by_old = kl_null(), by_new = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_shape_pre_image(&bytes, &certificate_shape, *map, error));
    KL_TRY_OUT(kl_sign_hex(&by_old, old_pair, kl_buffer_text(&bytes), error));
    KL_TRY_OUT(kl_sign_hex(&by_new, new_pair, kl_buffer_text(&bytes), error));
    KL_TRY_OUT(kl_map_set(map, KL_TEXT("signature"), kl_value_take(&by_old), error));
    status = kl_map_set(map, KL_TEXT("new_key_signature"), kl_value_take(&by_new), error);
out:
    kl_value_release(by_new);
    kl_value_release(by_old);
    kl_buffer_free(&bytes);
    return status;
}

static kl_status set_times(kl_value *map, kl_time now, kl_duration transition, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_time_value(&text, now, KL_TIME_Z, error));
    KL_TRY(kl_map_set(map, KL_TEXT("committed_at"), text, error));
    KL_TRY(kl_time_value(&text, now + transition, KL_TIME_Z, error));
    return kl_map_set(map, KL_TEXT("transition_until"), text, error);
}

/* Given. */
static kl_status make_certificate(kl_value *out, const kl_key_pair *old_pair,
                                  const kl_key_pair *new_pair, kl_time now, kl_duration transition,
                                  kl_error *error)
{
    kl_value map, id;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(certificate_members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(kl_uuid_text(&id, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rotation_id"), id, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("domain_sep"), KL_TEXT(ROTATION_DOMAIN), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("old_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(old_pair)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("new_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(new_pair)), error));
    KL_TRY_OUT(set_times(&map, now, transition, error));
    KL_TRY_OUT(sign_certificate(&map, old_pair, new_pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status check_certificate(kl_value map, kl_text old_key, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY(kl_record_check(map, &certificate_shape, error));
    if (!kl_text_is(kl_as_text(member(map, "domain_sep")), ROTATION_DOMAIN))
        return kl_fault(error, KL_INVALID, NULL, "wrong_domain",
                        "rotation certificate: domain_sep is that of another kind of record");
    if (!kl_text_equal(kl_as_text(member(map, "old_public_key")), old_key))
        return kl_fault(error, KL_INVALID, NULL, "foreign_signer",
                        "rotation certificate: it replaces another key than the expected one");
    KL_TRY_OUT(kl_shape_pre_image(&bytes, &certificate_shape, map, error));
    KL_TRY_OUT(kl_record_verify_bytes(kl_buffer_text(&bytes), kl_as_text(member(map, "signature")),
                                      old_key, certificate_shape.name, error));
    status = kl_record_verify_bytes(kl_buffer_text(&bytes),
                                    kl_as_text(member(map, "new_key_signature")),
                                    kl_as_text(member(map, "new_public_key")),
                                    certificate_shape.name, error);
out:
    kl_buffer_free(&bytes);
    return status;
}

/* ---- EatpKeyRotation ---------------------------------------------------------------------------- */

typedef struct rotation {
    kl_object object;
    kl_fork_watch fork_watch;
    kl_duration transition;
    pthread_mutex_t lock; /* guards what follows */
    rotation_status status;
    kl_key_pair *old_pair, *new_pair; /* owned; NULL before prepare() */
    kl_value certificate;             /* map; null before commit() */
    kl_time both_until;               /* when the old key ends, once committed */
} rotation;

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    rotation *r = (rotation *)self;
    const config *given = kl_as_object(args[0], &config_type);
    (void)error;
    pthread_mutex_init(&r->lock, NULL);
    r->fork_watch.lock = &r->lock;
    kl_fork_watch_begin(&r->fork_watch);
    r->transition = (given ? given->transition_hours : DEFAULT_HOURS) * KL_HOUR;
    r->status = NOT_BEGUN;
    return KL_OK;
}

static void dispose(kl_object *self)
{
    rotation *r = (rotation *)self;
    kl_fork_watch_end(&r->fork_watch);
    kl_object_release((kl_object *)r->old_pair);
    kl_object_release((kl_object *)r->new_pair);
    kl_value_release(r->certificate);
    pthread_mutex_destroy(&r->lock);
}

static const char *status_word(rotation_status status)
{
    return status == NOT_BEGUN ? "not begun" : statuses[status].name;
}

static kl_status wrong_state(kl_error *error, const char *step, rotation_status status,
                             const char *wanted)
{
    return kl_fault(error, KL_INVALID, NULL, "wrong_state",
                    "key rotation: %s is not possible now: the rotation is %s, not %s", step,
                    status_word(status), wanted);
}

static kl_status prepare(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    rotation *r = (rotation *)self;
    kl_value fresh = kl_null();
    (void)out;
    if (kl_is_null(args[1]))
        KL_TRY(kl_key_pair_generate(&fresh, error));
    else
        fresh = kl_value_retain(args[1]);
    const kl_key_pair *old_pair = (const kl_key_pair *)args[0].as.object;
    kl_status status = KL_OK;
    if (memcmp(kl_key_pair_public(old_pair),
               kl_key_pair_public((const kl_key_pair *)fresh.as.object), KL_ED25519_KEY) == 0)
        status = kl_fault(error, KL_INVALID, NULL, "same_key",
                          "key rotation: the new key is the old one");
    pthread_mutex_lock(&r->lock);
    if (status == KL_OK && r->status != NOT_BEGUN)
        status = wrong_state(error, "prepare()", r->status, "not begun");
    if (status == KL_OK) {
        r->old_pair = (kl_key_pair *)kl_value_retain(args[0]).as.object;
        r->new_pair = (kl_key_pair *)kl_value_take(&fresh).as.object;
        r->status = PREPARED;
    }
    pthread_mutex_unlock(&r->lock);
    kl_value_release(fresh);
    return status;
}

static kl_status commit(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    rotation *r = (rotation *)self;
    kl_time now = kl_time_now();
    kl_value made;
    (void)args;
    pthread_mutex_lock(&r->lock);
    kl_status status =
        r->status == PREPARED
            ? make_certificate(&made, r->old_pair, r->new_pair, now, r->transition, error)
            : wrong_state(error, "commit()", r->status, "Prepared");
    if (status == KL_OK) {
        kl_value_replace(&r->certificate, made);
        r->both_until = now + r->transition;
        r->status = COMMITTED;
        *out = kl_value_retain(made);
    }
    pthread_mutex_unlock(&r->lock);
    return status;
}

/* Also before the transition is over: who calls it knows that nothing more of the old key will come. */
static kl_status finalize(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    rotation *r = (rotation *)self;
    kl_status status = KL_OK;
    (void)out, (void)args;
    pthread_mutex_lock(&r->lock);
    if (r->status != COMMITTED)
        status = wrong_state(error, "finalize()", r->status, "Committed");
    else
        r->status = FINALIZED;
    pthread_mutex_unlock(&r->lock);
    return status;
}

static kl_status cancel(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    rotation *r = (rotation *)self;
    kl_status status = KL_OK;
    (void)out, (void)args;
    pthread_mutex_lock(&r->lock);
    if (r->status != PREPARED && r->status != COMMITTED)
        status = wrong_state(error, "cancel()", r->status, "Prepared or Committed");
    else
        r->status = CANCELLED;
    pthread_mutex_unlock(&r->lock);
    return status;
}

/* ---- which keys count --------------------------------------------------------------------------- */

/* The pairs that verify now, that which signs first; both are given, the second may be NULL. */
static kl_status active_pairs(kl_key_pair *out[2], rotation *r, kl_error *error)
{
    kl_status status = KL_OK;
    out[0] = out[1] = NULL;
    pthread_mutex_lock(&r->lock);
    switch (r->status) {
    case NOT_BEGUN:
        status = wrong_state(error, "this", r->status, "Prepared");
        break;
    case PREPARED:
    case CANCELLED:
        out[0] = r->old_pair;
        break;
    case COMMITTED:
        out[0] = r->new_pair;
        if (kl_time_now() < r->both_until)
            out[1] = r->old_pair;
        break;
    case FINALIZED:
        out[0] = r->new_pair;
        break;
    }
    kl_object_retain((kl_object *)out[0]);
    kl_object_retain((kl_object *)out[1]);
    pthread_mutex_unlock(&r->lock);
    return status;
}

static kl_status signing_pair(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_key_pair *pairs[2];
    (void)args;
    KL_TRY(active_pairs(pairs, (rotation *)self, error));
    kl_object_release((kl_object *)pairs[1]);
    *out = kl_value_of((kl_object *)pairs[0]);
    return KL_OK;
}

static kl_status verifying_keys(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_key_pair *pairs[2];
    kl_value keys;
    (void)args;
    KL_TRY(active_pairs(pairs, (rotation *)self, error));
    kl_status status = kl_array_new(&keys, 2, error);
    for (size_t i = 0; i < 2 && status == KL_OK && pairs[i]; i++) {
        status = kl_array_push(&keys, kl_value_retain(kl_key_pair_public_hex(pairs[i])), error);
        if (status != KL_OK)
            kl_value_release(keys);
    }
    kl_object_release((kl_object *)pairs[0]);
    kl_object_release((kl_object *)pairs[1]);
    if (status == KL_OK)
        *out = keys;
    return status;
}

/* In the generic domain, as EatpKeyPair.sign() signs. */
static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_key_pair *pairs[2];
    bool valid = false;
    KL_TRY(active_pairs(pairs, (rotation *)self, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < 2 && pairs[i] && !valid && status == KL_OK; i++) {
        const kl_value given[] = {kl_key_pair_public_hex(pairs[i]), args[0]};
        kl_value result = kl_null();
        status = kl_object_call(&result, args[1].as.object, KL_TEXT("verify"), given, 2, error);
        valid = kl_as_bool(result);
    }
    kl_object_release((kl_object *)pairs[0]);
    kl_object_release((kl_object *)pairs[1]);
    if (status == KL_OK)
        *out = kl_bool(valid);
    return status;
}

static rotation_status status_now(rotation *r)
{
    pthread_mutex_lock(&r->lock);
    rotation_status status = r->status;
    pthread_mutex_unlock(&r->lock);
    return status;
}

static kl_status get_status(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    rotation_status status = status_now((rotation *)self);
    (void)args;
    *out = kl_null();
    return status == NOT_BEGUN ? KL_OK : kl_item_at(out, &status_type, (size_t)status, error);
}

static kl_status get_certificate(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    rotation *r = (rotation *)self;
    (void)args, (void)error;
    pthread_mutex_lock(&r->lock);
    *out = kl_value_retain(r->certificate);
    pthread_mutex_unlock(&r->lock);
    return KL_OK;
}

static kl_status verify_certificate(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)self;
    KL_TRY(check_certificate(args[0], kl_as_text(args[1]), error));
    *out = kl_value_retain(member(args[0], "new_public_key"));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpKeyRotation(%s)",
                            status_word(status_now((rotation *)self)));
}

/* ---- tables ------------------------------------------------------------------------------------- */

static const kl_param init_params[] = {
    {.name = "config", .kind = KL_KIND_OBJECT, .type = &config_type, .flags = KL_OPTIONAL,
     .doc = "how long both keys verify; None = 24 hours"},
};
static const kl_param prepare_params[] = {
    {.name = "old_keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "the key in use"},
    {.name = "new_keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type, .flags = KL_OPTIONAL,
     .doc = "its successor; None = a new one is made"},
};
static const kl_param verify_params[] = {
    {.name = "message", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "what was signed"},
    {.name = "signature", .kind = KL_KIND_OBJECT, .type = &kl_signature_type,
     .doc = "of EatpKeyPair.sign()"},
};
static const kl_param certificate_params[] = {
    {.name = "certificate", .kind = KL_KIND_MAP, .doc = "what commit() gave"},
    {.name = "old_public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the key that you trust, 64 lower-case hexadecimal characters"},
};

static const kl_method methods[] = {
    {.name = "prepare", .call = prepare, .params = KL_TABLE(prepare_params),
     .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Names the key in use and its successor, which does not count yet."},
    {.name = "commit", .call = commit, .returns = KL_KIND_MAP, .raises = "ValueError",
     .doc = "From now on the new key signs, and both verify until the transition is over. A "
            "certificate, signed by both keys, to hand to those who know the old one."},
    {.name = "finalize", .call = finalize, .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Ends the rotation, and the old key at once, even before the transition is over."},
    {.name = "cancel", .call = cancel, .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "Goes back to the old key, also after commit(); not after finalize()."},
    {.name = "signing_keypair", .call = signing_pair, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_key_pair_type, .raises = "ValueError", .doc = "The pair to sign with now."},
    {.name = "verifying_keys", .call = verifying_keys, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .raises = "ValueError",
     .doc = "The public keys that verify now, that which signs first."},
    {.name = "verify", .call = verify, .params = KL_TABLE(verify_params), .returns = KL_KIND_BOOL,
     .raises = "ValueError", .doc = "Whether one of them signed a message."},
    {.name = "status", .call = get_status, .flags = KL_PROPERTY, .returns = KL_KIND_OBJECT,
     .returns_type = &status_type, .returns_optional = true,
     .doc = "How far the rotation is; None before prepare()."},
    {.name = "certificate", .call = get_certificate, .flags = KL_PROPERTY, .returns = KL_KIND_MAP,
     .returns_optional = true, .doc = "What commit() gave; None before."},
    {.name = "verify_certificate", .call = verify_certificate, .flags = KL_STATIC,
     .params = KL_TABLE(certificate_params), .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "The new public key of a certificate, both of whose signatures are verified."},
};

static const kl_type rotation_type = {
    .name = "EatpKeyRotation",
    .module = "kailash",
    .doc = "Leads from one key to the next: prepare(), commit(), then finalize() or cancel(). Threads "
           "may share one.",
    .size = sizeof(rotation),
    .params = KL_TABLE(init_params),
    .methods = KL_TABLE(methods),
    .init = init,
    .dispose = dispose,
    .repr = repr,
};
KL_PUBLISH(rotation_type);
