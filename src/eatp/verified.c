/* src/eatp/verified.c - see verified.h. */
#include "verified.h"

#include "fork.h"
#include "kailash/id.h"

#include <pthread.h>

enum {
    TAG = 32,            /* SHA-256 */
    MESSAGE_MAX = 8192,  /* longer ones are not remembered: their hash takes time, too */
    TAGS_FIRST = 1 << 10,
    TAGS_MAX = 1 << 16,  /* 2 MiB */
    WAYS = 4,            /* places that a tag may take */
};

typedef struct tag {
    unsigned char bytes[TAG]; /* all zero: free */
} tag;

/* All guarded by the lock (but size may be looked at before), save the secret, which is made once. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
KL_LOCK_FOR_FORK(lock, KL_FORK_INNER)
static tag *tags;
static size_t size, count;
static unsigned turn; /* which of the ways is given up next */

/* Goes into every hash, so that nobody can look for two inputs of one hash. */
static unsigned char secret[32];
static bool has_secret;
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void make_secret(void)
{
    has_secret = kl_random(secret, sizeof secret, NULL) == KL_OK;
}

__attribute__((destructor)) static void forget(void)
{
    kl_free(tags);
    tags = NULL;
    size = count = 0;
}

static bool tag_of(tag *out, const kl_signed *what)
{
    unsigned char all[sizeof secret + KL_ED25519_KEY + KL_ED25519_SIGNATURE + MESSAGE_MAX], *at = all;
    unsigned char hash[KL_HASH_MAX];
    if (what->message.len > MESSAGE_MAX || pthread_once(&secret_once, make_secret) || !has_secret)
        return false;
    memcpy(at, secret, sizeof secret), at += sizeof secret;
    memcpy(at, what->key, KL_ED25519_KEY), at += KL_ED25519_KEY;
    memcpy(at, what->signature, KL_ED25519_SIGNATURE), at += KL_ED25519_SIGNATURE;
    if (what->message.len)
        memcpy(at, what->message.data, what->message.len), at += what->message.len;
    if (kl_hash_once(hash, KL_HASH_SHA256, (kl_text){(char *)all, (size_t)(at - all)}, NULL) != KL_OK)
        return false;
    memcpy(out->bytes, hash, TAG);
    return true;
}

/* The first of its places. */
static tag *places(tag *table, size_t table_size, const tag *t)
{
    uint64_t head;
    memcpy(&head, t->bytes, sizeof head);
    return &table[head & (table_size - 1) & ~(size_t)(WAYS - 1)];
}

static bool is_free(const tag *t)
{
    static const tag none;
    return memcmp(t, &none, sizeof none) == 0;
}

static void put(tag *table, size_t table_size, const tag *t)
{
    tag *place = places(table, table_size, t);
    for (int way = 0; way < WAYS; way++)
        if (is_free(&place[way])) {
            place[way] = *t;
            return;
        }
    place[turn++ % WAYS] = *t;
}

static void grow(void)
{
    size_t larger = size ? 4 * size : TAGS_FIRST;
    tag *fresh = kl_alloc_zero(larger, sizeof *fresh);
    if (!fresh)
        return;
    for (size_t i = 0; i < size; i++)
        if (!is_free(&tags[i]))
            put(fresh, larger, &tags[i]);
    kl_free(tags);
    tags = fresh;
    __atomic_store_n(&size, larger, __ATOMIC_RELAXED);
}

bool kl_verified_find(const kl_signed *what)
{
    tag t;
    bool found = false;
    if (!__atomic_load_n(&size, __ATOMIC_RELAXED) || !tag_of(&t, what))
        return false;
    pthread_mutex_lock(&lock);
    const tag *place = size ? places(tags, size, &t) : NULL;
    for (int way = 0; place && way < WAYS && !found; way++)
        found = memcmp(&place[way], &t, sizeof t) == 0;
    pthread_mutex_unlock(&lock);
    return found;
}

void kl_verified_add(const kl_signed *what)
{
    tag t;
    if (!tag_of(&t, what))
        return;
    pthread_mutex_lock(&lock);
    if (2 * count >= size && size < TAGS_MAX)
        grow();
    if (size) {
        put(tags, size, &t);
        count++;
    }
    pthread_mutex_unlock(&lock);
}
