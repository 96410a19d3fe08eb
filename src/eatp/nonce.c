/* src/eatp/nonce.c - EatpNonceTracker, and challenges that prove the possession of a key. */
#include "keys.h"
#include "signature.h"

#include "fork.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/time.h"

#include <pthread.h>
#include <stdlib.h>

enum { NONCE = 32, NONCES_MAX = 1000000 };

/* One nonce that was seen. A table of open addressing, whose deleted entries are closed up. */
typedef struct entry {
    unsigned char nonce[NONCE];
    kl_time seen; /* on the monotonic clock; 0 = free */
} entry;

typedef struct tracker {
    kl_object object;
    pthread_mutex_t lock;
    kl_fork_watch watch;
    kl_duration max_age;
    entry *entries;
    size_t count, size; /* size: a power of two, or 0 */
    kl_time next_sweep;
} tracker;

/* ---- the table -------------------------------------------------------------------------------------- */

static size_t slot_of(const tracker *t, const unsigned char *nonce)
{
    uint64_t head;
    memcpy(&head, nonce, sizeof head); /* nonces are random: no mixing */
    return (size_t)((head ^ head >> 32) * 0x9E3779B97F4A7C15ull >> 20) & (t->size - 1);
}

static entry *find(const tracker *t, const unsigned char *nonce)
{
    size_t at = slot_of(t, nonce);
    while (t->entries[at].seen && memcmp(t->entries[at].nonce, nonce, NONCE) != 0)
        at = (at + 1) & (t->size - 1);
    return &t->entries[at];
}

/* All entries younger than max_age into a table of `size`. */
static kl_status rebuild(tracker *t, size_t size, kl_time now, kl_error *error)
{
    entry *old = t->entries;
    size_t old_size = t->size;
    entry *fresh = kl_alloc_zero(size, sizeof *fresh);
    if (!fresh)
        return kl_error_no_memory(error);
    t->entries = fresh;
    t->size = size;
    t->count = 0;
    for (size_t i = 0; i < old_size; i++) {
        if (!old[i].seen || now - old[i].seen > t->max_age)
            continue;
        *find(t, old[i].nonce) = old[i];
        t->count++;
    }
    kl_free(old);
    return KL_OK;
}

static kl_status sweep(tracker *t, kl_error *error)
{
    kl_time now = kl_clock_now();
    t->next_sweep = now + KL_MIN(t->max_age, 10 * KL_SECOND);
    return t->size ? rebuild(t, t->size, now, error) : KL_OK;
}

static kl_status make_room(tracker *t, kl_error *error)
{
    if (t->size && kl_clock_now() >= t->next_sweep)
        KL_TRY(sweep(t, error));
    if (t->count >= NONCES_MAX)
        return kl_error_set(error, KL_LIMIT,
                            "%d nonces younger than max_age_secs are remembered already", NONCES_MAX);
    return 2 * (t->count + 1) > t->size ? rebuild(t, t->size ? 2 * t->size : 64, kl_clock_now(), error)
                                        : KL_OK;
}

static kl_status record(tracker *t, const unsigned char *nonce, kl_error *error)
{
    kl_time now = kl_clock_now();
    KL_TRY(make_room(t, error));
    entry *at = find(t, nonce);
    if (at->seen && now - at->seen <= t->max_age)
        return kl_error_set(error, KL_INVALID, "nonce replay detected");
    t->count += !at->seen;
    memcpy(at->nonce, nonce, NONCE);
    at->seen = KL_MAX(now, 1);
    return KL_OK;
}

/* ---- EatpNonceTracker ----------------------------------------------------------------------------------- */

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    tracker *t = (tracker *)self;
    int64_t seconds = kl_as_int(args[0]);
    (void)error;
    t->max_age = seconds > INT64_MAX / 2 / KL_SECOND ? INT64_MAX / 2 : seconds * KL_SECOND;
    pthread_mutex_init(&t->lock, NULL);
    t->watch = (kl_fork_watch){.lock = &t->lock};
    kl_fork_watch_begin(&t->watch);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    tracker *t = (tracker *)self;
    kl_fork_watch_end(&t->watch);
    kl_free(t->entries);
    if (t->watch.lock)
        pthread_mutex_destroy(&t->lock);
}

static kl_status read_nonce(unsigned char out[NONCE], kl_text hex, kl_error *error)
{
    if (hex.len % 2 == 0 && hex.len != 2 * NONCE)
        return kl_error_set(error, KL_INVALID, "nonce must be %d bytes, got %zu", NONCE, hex.len / 2);
    return kl_hex_read(out, NONCE, hex, "nonce", error);
}

static kl_status check_and_record(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    tracker *t = (tracker *)self;
    unsigned char nonce[NONCE];
    (void)out;
    KL_TRY(read_nonce(nonce, kl_as_text(args[0]), error));
    pthread_mutex_lock(&t->lock);
    kl_status status = record(t, nonce, error);
    pthread_mutex_unlock(&t->lock);
    return status;
}

static kl_status cleanup(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    tracker *t = (tracker *)self;
    (void)out, (void)args;
    pthread_mutex_lock(&t->lock);
    kl_status status = sweep(t, error);
    pthread_mutex_unlock(&t->lock);
    return status;
}

static size_t count_of(tracker *t)
{
    pthread_mutex_lock(&t->lock);
    size_t count = t->count;
    pthread_mutex_unlock(&t->lock);
    return count;
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_of((tracker *)self));
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpNonceTracker(entries=%zu)", count_of((tracker *)self));
}

static const kl_param params[] = {
    {.name = "max_age_secs", .kind = KL_KIND_COUNT, .fallback = "600",
     .doc = "seconds for which a nonce is remembered"},
};
static const kl_param nonce_param[] = {
    {.name = "nonce_hex", .kind = KL_KIND_STRING, .doc = "32 bytes as hexadecimal text, in either case"},
};
static const kl_method methods[] = {
    {.name = "check_and_record", .call = check_and_record, .params = KL_TABLE(nonce_param),
     .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",
     .doc = "Remembers a nonce; ValueError when it was seen within max_age_secs. At most a million "
            "are remembered (RuntimeError: fail closed)."},
    {.name = "cleanup", .call = cleanup, .returns = KL_KIND_NONE,
     .doc = "Forgets nonces older than max_age_secs. check_and_record() does so too, now and then."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "Number of remembered nonces."},
};

extern const kl_type kl_nonce_tracker_type;
const kl_type kl_nonce_tracker_type = {
    .name = "EatpNonceTracker",
    .module = "kailash",
    .doc = "Nonces seen lately: a message that comes twice is refused. For any number of threads.",
    .size = sizeof(tracker),
    .params = KL_TABLE(params),
    .init = init,
    .dispose = dispose,
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_nonce_tracker_type);

/* ---- challenges ----------------------------------------------------------------------------------------------- */

#define CHALLENGE_DOMAIN "EATP-CHALLENGE-v1:"
enum { CHALLENGE_AGE = 300 }; /* seconds */

static kl_status set_text(kl_value *map, const char *name, kl_text text, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_string_new(&value, text, error));
    return kl_map_set(map, kl_text_from(name), value, error);
}

static kl_status create_challenge(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    unsigned char nonce[NONCE];
    char hex[2 * NONCE], time[KL_TIME_TEXT];
    kl_value map;
    (void)self;
    KL_TRY(kl_random(nonce, sizeof nonce, error));
    kl_hex_write(hex, nonce, sizeof nonce);
    size_t len = kl_time_print(time, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    KL_TRY(kl_map_new(&map, 3, error));
    kl_status status = set_text(&map, "nonce", (kl_text){hex, sizeof hex}, error);
    if (status == KL_OK)
        status = set_text(&map, "timestamp", (kl_text){time, len}, error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("verifier_id"), kl_value_retain(args[0]), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status challenge_text(kl_value challenge, const char *name, kl_text *out, kl_error *error)
{
    kl_value value = kl_map_get(challenge, kl_text_from(name));
    if (!kl_is(value, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "challenge: '%s' is missing or no text", name);
    *out = kl_as_text(value);
    return KL_OK;
}

/* What the answer signs. */
static kl_status challenge_message(kl_buffer *to, kl_value challenge, kl_error *error)
{
    kl_text text;
    unsigned char nonce[NONCE];
    KL_TRY(challenge_text(challenge, "verifier_id", &text, error));
    KL_TRY(challenge_text(challenge, "timestamp", &text, error));
    KL_TRY(challenge_text(challenge, "nonce", &text, error));
    KL_TRY(read_nonce(nonce, text, error));
    kl_buffer_string(to, CHALLENGE_DOMAIN);
    return kl_canonical_add(to, challenge, error);
}

static kl_status respond(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    unsigned char bytes[KL_ED25519_SIGNATURE];
    kl_buffer message = KL_BUFFER_INIT;
    (void)self;
    kl_status status = challenge_message(&message, args[0], error);
    if (status == KL_OK)
        status = kl_sign(bytes, kl_as_object(args[1], &kl_key_pair_type), kl_buffer_text(&message),
                         error);
    kl_buffer_free(&message);
    return status == KL_OK ? kl_signature_new(out, bytes, error) : status;
}

static kl_status is_fresh(bool *out, kl_value challenge, kl_error *error)
{
    kl_text text;
    kl_time made;
    *out = false;
    KL_TRY(challenge_text(challenge, "timestamp", &text, error));
    if (kl_time_parse(&made, text, NULL) != KL_OK)
        return kl_error_set(error, KL_INVALID, "challenge: 'timestamp' is no RFC 3339 time");
    kl_time now = kl_time_now();
    *out = made <= now + 60 * KL_SECOND && now - made <= CHALLENGE_AGE * KL_SECOND;
    return KL_OK;
}

static kl_status signature_fits(bool *out, kl_value challenge, kl_object *signature, kl_text key,
                                kl_error *error)
{
    kl_buffer message = KL_BUFFER_INIT;
    kl_verifier *verifier = NULL;
    kl_status status;
    KL_TRY_OUT(challenge_message(&message, challenge, error));
    KL_TRY_OUT(kl_verifier_new(&verifier, key, error));
    status = kl_verify(out, verifier, kl_buffer_text(&message), kl_signature_bytes(signature), error);
out:
    kl_verifier_free(verifier);
    kl_buffer_free(&message);
    return status;
}

/* The nonce is used up by a right answer only, so that nobody else can use up a challenge. */
static kl_status verify_challenge(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    bool fresh, valid;
    (void)self;
    KL_TRY(signature_fits(&valid, args[0], kl_as_object(args[1], &kl_signature_type),
                          kl_as_text(args[2]), error));
    KL_TRY(is_fresh(&fresh, args[0], error));
    if (valid && fresh && !kl_is_null(args[3])) {
        kl_error why = KL_ERROR_INIT;
        kl_value nonce = kl_map_get(args[0], KL_TEXT("nonce"));
        kl_status status = check_and_record(NULL, args[3].as.object, &nonce, &why);
        valid = status == KL_OK;
        bool is_replay = status == KL_INVALID;
        if (!valid && !is_replay) {
            kl_error_move(error, &why);
            return status;
        }
        kl_error_clear(&why);
    }
    *out = kl_bool(valid && fresh);
    return KL_OK;
}

#define CHALLENGE                                                                                  \
    {.name = "challenge", .kind = KL_KIND_MAP,                                                     \
     .doc = "what eatp_create_challenge() gave: nonce, timestamp, verifier_id"}
static const kl_param verifier_param[] = {
    {.name = "verifier_id", .kind = KL_KIND_STRING, .doc = "who asks"},
};
static const kl_param respond_params[] = {
    CHALLENGE,
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "the keys whose possession is to be proved"},
};
static const kl_param verify_params[] = {
    CHALLENGE,
    {.name = "response", .kind = KL_KIND_OBJECT, .type = &kl_signature_type,
     .doc = "what eatp_respond_challenge() gave"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "the key that should have answered: 64 hexadecimal characters"},
    {.name = "tracker", .kind = KL_KIND_OBJECT, .type = &kl_nonce_tracker_type,
     .flags = KL_OPTIONAL, .doc = "remembers nonces, so that no answer counts twice; None = nobody does"},
};

#define FUNCTION(variable, word, function, parameters, of_kind, of_type, text)                     \
    static const kl_function variable = {                                                          \
        .module = "kailash",                                                                       \
        .method = {.name = (word), .call = (function), .params = KL_TABLE(parameters),             \
                   .returns = (of_kind), .returns_type = (of_type), .raises = "ValueError",        \
                   .doc = (text)},                                                                 \
    };                                                                                             \
    KL_PUBLISH_FUNCTION(variable)

FUNCTION(create_function, "eatp_create_challenge", create_challenge, verifier_param, KL_KIND_MAP, NULL,
         "A challenge of random 32 bytes, for a peer to sign: {\"nonce\", \"timestamp\", \"verifier_id\"}.");
FUNCTION(respond_function, "eatp_respond_challenge", respond, respond_params, KL_KIND_OBJECT,
         &kl_signature_type,
         "The answer to a challenge: the signature of EATP-CHALLENGE-v1: and its canonical JSON.");
FUNCTION(verify_function, "eatp_verify_challenge", verify_challenge, verify_params, KL_KIND_BOOL, NULL,
         "Whether an answer is the key's, to a challenge at most 300 seconds old whose nonce the "
         "tracker has not seen.");
