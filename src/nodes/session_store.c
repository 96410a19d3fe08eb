/* src/nodes/session_store.c - see session_store.h. */
#include "session_store.h"
#include "crypto/blake3.h"
#include "fork.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "tokens.h"

#include <pthread.h>

typedef struct session {
    struct session *next; /* in its slot */
    char id[37];
    unsigned char hash[KL_BLAKE3_LEN]; /* of the token */
    kl_value user_id, metadata;
    int64_t ttl, expires_at;
} session;

typedef struct slot {
    session *first;
} slot;

struct kl_session_store {
    pthread_mutex_t lock; /* guards all below */
    kl_fork_watch watch;
    slot *slots;
    size_t size, count;
    size_t swept; /* count after the expired were last thrown out */
};

enum { SLOTS_FIRST = 64, TOKEN_LEN = 32 };

static int64_t now(void) { return kl_time_now() / KL_SECOND; }

/* ---- the table ----------------------------------------------------------------------------------- */

static void free_session(session *it)
{
    kl_value_release(it->user_id);
    kl_value_release(it->metadata);
    kl_wipe(it->hash, sizeof it->hash);
    kl_free(it);
}

/* Ids are random, so their characters spread by themselves (FNV-1a). */
static size_t slot_of(const kl_session_store *store, kl_text id)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.data[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32) & (store->size - 1);
}

/* Where the session hangs; `*place` is NULL when there is none. */
static session **place_of(kl_session_store *store, kl_text id)
{
    session **place = &store->slots[slot_of(store, id)].first;
    while (*place && !kl_text_is(id, (*place)->id))
        place = &(*place)->next;
    return place;
}

static session *unlink_at(kl_session_store *store, session **place)
{
    session *it = *place;
    *place = it->next;
    store->count--;
    return it;
}

/* Expired sessions nobody asks for any more, as a list to free without the lock, since what they
 * hold may be of a face. From time to time, so that it costs little each. */
static session *sweep(kl_session_store *store)
{
    int64_t time = now();
    session *expired = NULL;
    if (store->count < 2 * store->swept + SLOTS_FIRST)
        return NULL;
    for (size_t i = 0; i < store->size; i++) {
        session **place = &store->slots[i].first;
        while (*place) {
            if ((*place)->expires_at > time) {
                place = &(*place)->next;
                continue;
            }
            session *it = unlink_at(store, place);
            it->next = expired;
            expired = it;
        }
    }
    store->swept = store->count;
    return expired;
}

static void free_list(session *list)
{
    while (list) {
        session *next = list->next;
        free_session(list);
        list = next;
    }
}

static kl_status grow(kl_session_store *store, kl_error *error)
{
    size_t size = store->size * 2, old_size = store->size;
    slot *slots = kl_alloc_zero(size, sizeof *slots), *old = store->slots;
    if (!slots)
        return kl_error_no_memory(error);
    store->slots = slots;
    store->size = size;
    for (size_t i = 0; i < old_size; i++) {
        for (session *it = old[i].first, *next; it; it = next) {
            next = it->next;
            session **place = &store->slots[slot_of(store, kl_text_from(it->id))].first;
            it->next = *place;
            *place = it;
        }
    }
    kl_free(old);
    return KL_OK;
}

static kl_status make(void **out, kl_text name, kl_error *error)
{
    (void)name;
    kl_session_store *store = kl_alloc_zero(1, sizeof *store);
    slot *slots = kl_alloc_zero(SLOTS_FIRST, sizeof *slots);
    if (!store || !slots) {
        kl_free(store);
        kl_free(slots);
        return kl_error_no_memory(error);
    }
    store->slots = slots;
    store->size = SLOTS_FIRST;
    pthread_mutex_init(&store->lock, NULL);
    store->watch.lock = &store->lock;
    kl_fork_watch_begin(&store->watch);
    *out = store;
    return KL_OK;
}

static void dispose(void *state)
{
    kl_session_store *store = state;
    kl_fork_watch_end(&store->watch);
    pthread_mutex_destroy(&store->lock);
    for (size_t i = 0; i < store->size; i++)
        free_list(store->slots[i].first);
    kl_free(store->slots);
    kl_free(store);
}

const kl_shared_kind kl_session_store_kind = {make, dispose};

/* ---- sessions ------------------------------------------------------------------------------------ */

static kl_status add(kl_session_store *store, session *it, kl_error *error)
{
    if (store->count >= KL_SESSIONS_MAX)
        return kl_node_limit(error, "sessions", KL_SESSIONS_MAX, "sessions");
    if (store->count >= store->size)
        KL_TRY(grow(store, error));
    session **place = place_of(store, kl_text_from(it->id));
    it->next = *place;
    *place = it;
    store->count++;
    return KL_OK;
}

kl_status kl_session_create(kl_value *id, kl_value *token, int64_t *expires_at,
                            kl_session_store *store, kl_value user_id, kl_value metadata,
                            int64_t ttl, kl_error *error)
{
    kl_value made_id = kl_null(), made_token = kl_null();
    kl_status status;
    session *it = kl_alloc_zero(1, sizeof *it);
    if (!it)
        return kl_error_no_memory(error);
    it->user_id = kl_value_retain(user_id);
    it->metadata = kl_value_retain(metadata);
    it->ttl = ttl;
    it->expires_at = now() + ttl;
    KL_TRY_OUT(kl_uuid_new(it->id, error));
    KL_TRY_OUT(kl_string_from_valid(&made_id, kl_text_from(it->id), error));
    KL_TRY_OUT(kl_token_new(&made_token, TOKEN_LEN, error));
    kl_blake3(it->hash, kl_as_text(made_token));
    *expires_at = it->expires_at;
    pthread_mutex_lock(&store->lock);
    session *expired = sweep(store);
    status = add(store, it, error);
    pthread_mutex_unlock(&store->lock);
    free_list(expired);
    if (status == KL_OK) {
        *id = made_id, *token = made_token;
        return KL_OK;
    }
out:
    kl_value_release(made_id);
    kl_value_release(made_token);
    free_session(it);
    return status;
}

/* Under the lock: the session of that id and token, or NULL. */
static session *valid_session(kl_session_store *store, kl_text id, const unsigned char *hash)
{
    session *it = *place_of(store, id);
    if (!it || it->expires_at <= now())
        return NULL;
    bool same = kl_equal_secret((kl_text){(const char *)it->hash, KL_BLAKE3_LEN},
                                (kl_text){(const char *)hash, KL_BLAKE3_LEN});
    return same ? it : NULL;
}

kl_status kl_session_find(bool *found, kl_session *out, kl_session_store *store, kl_text id,
                          kl_text token, kl_error *error)
{
    (void)error;
    unsigned char hash[KL_BLAKE3_LEN];
    kl_blake3(hash, token);
    pthread_mutex_lock(&store->lock);
    session *it = valid_session(store, id, hash);
    *found = it != NULL;
    if (it)
        *out = (kl_session){kl_value_retain(it->user_id), kl_value_retain(it->metadata),
                            it->expires_at};
    pthread_mutex_unlock(&store->lock);
    return KL_OK;
}

kl_status kl_session_refresh(bool *found, int64_t *expires_at, kl_session_store *store, kl_text id,
                             kl_text token, int64_t ttl, kl_error *error)
{
    (void)error;
    unsigned char hash[KL_BLAKE3_LEN];
    kl_blake3(hash, token);
    pthread_mutex_lock(&store->lock);
    session *it = valid_session(store, id, hash);
    *found = it != NULL;
    if (it)
        *expires_at = it->expires_at = now() + (ttl ? ttl : it->ttl);
    pthread_mutex_unlock(&store->lock);
    return KL_OK;
}

bool kl_session_revoke(kl_session_store *store, kl_text id)
{
    pthread_mutex_lock(&store->lock);
    session **place = place_of(store, id);
    session *it = *place ? unlink_at(store, place) : NULL;
    bool was_valid = it && it->expires_at > now();
    pthread_mutex_unlock(&store->lock);
    if (it)
        free_session(it);
    return was_valid;
}
