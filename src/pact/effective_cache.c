/* src/pact/effective_cache.c - the effective envelopes computed last, by role and task. */
#include "effective.h"
#include "kailash/id.h"

enum { BUCKETS = 16384 };

typedef struct entry {
    struct entry *next;            /* in its bucket */
    struct entry *newer, *older;   /* by use */
    uint64_t hash;
    uint32_t node;
    char *task;                    /* owned */
    size_t task_len;
    kl_pact_effective *effective;  /* owned */
} entry;

struct kl_pact_cache {
    kl_guard lock; /* guards all below */
    entry *buckets[BUCKETS];
    entry *newest, *oldest;
    size_t count;
    uint64_t seed; /* so that nobody can choose tasks that share a bucket */
};

kl_status kl_pact_cache_new(kl_pact_cache **out, kl_error *error)
{
    kl_pact_cache *cache = kl_alloc_zero(1, sizeof *cache);
    if (!cache)
        return kl_error_no_memory(error);
    kl_status status = kl_random(&cache->seed, sizeof cache->seed, error);
    if (status != KL_OK) {
        kl_free(cache);
        return status;
    }
    kl_guard_begin(&cache->lock, KL_FORK_MIDDLE);
    *out = cache;
    return KL_OK;
}

static uint64_t hash_of(const kl_pact_cache *cache, uint32_t node, kl_text task)
{
    uint64_t hash = cache->seed ^ node * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < task.len; i++)
        hash = (hash ^ (unsigned char)task.data[i]) * UINT64_C(0x9FB21C651E98DF25);
    return hash ^ hash >> 29;
}

/* ---- the order of use; locked ---------------------------------------------------------------- */

static void unlink_use(kl_pact_cache *cache, entry *e)
{
    *(e->newer ? &e->newer->older : &cache->newest) = e->older;
    *(e->older ? &e->older->newer : &cache->oldest) = e->newer;
}

static void make_newest(kl_pact_cache *cache, entry *e)
{
    e->newer = NULL;
    e->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = e;
    cache->newest = e;
}

static void forget(kl_pact_cache *cache, entry *e)
{
    entry **at = &cache->buckets[e->hash % BUCKETS];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    unlink_use(cache, e);
    cache->count--;
    kl_pact_effective_release(e->effective);
    kl_free(e->task);
    kl_free(e);
}

static entry *find(kl_pact_cache *cache, uint64_t hash, uint32_t node, kl_text task)
{
    for (entry *e = cache->buckets[hash % BUCKETS]; e; e = e->next)
        if (e->hash == hash && e->node == node && kl_text_equal((kl_text){e->task, e->task_len}, task))
            return e;
    return NULL;
}

/* ---- from outside ---------------------------------------------------------------------------- */

kl_pact_effective *kl_pact_cache_get(kl_pact_cache *cache, uint32_t node, kl_text task, kl_time now)
{
    uint64_t hash = hash_of(cache, node, task);
    kl_pact_effective *effective = NULL;
    kl_guard_lock(&cache->lock);
    entry *e = find(cache, hash, node, task);
    if (e && now < e->effective->valid_until) {
        if (e != cache->newest) {
            unlink_use(cache, e);
            make_newest(cache, e);
        }
        effective = e->effective;
        __atomic_fetch_add(&effective->refs, 1, __ATOMIC_RELAXED);
    } else if (e) {
        forget(cache, e);
    }
    kl_guard_unlock(&cache->lock);
    return effective;
}

static entry *entry_new(uint64_t hash, uint32_t node, kl_text task, kl_pact_effective *effective)
{
    entry *e = kl_alloc_zero(1, sizeof *e);
    char *copy = kl_strdup(task);
    if (!e || !copy) {
        kl_free(e);
        kl_free(copy);
        return NULL;
    }
    __atomic_fetch_add(&effective->refs, 1, __ATOMIC_RELAXED);
    *e = (entry){.hash = hash, .node = node, .task = copy, .task_len = task.len, .effective = effective};
    return e;
}

void kl_pact_cache_put(kl_pact_cache *cache, uint32_t node, kl_text task, kl_pact_effective *effective)
{
    uint64_t hash = hash_of(cache, node, task);
    entry *e = entry_new(hash, node, task, effective);
    if (!e)
        return;
    kl_guard_lock(&cache->lock);
    entry *same = find(cache, hash, node, task);
    if (same)
        forget(cache, same);
    while (cache->count >= KL_PACT_CACHE_MAX)
        forget(cache, cache->oldest);
    e->next = cache->buckets[hash % BUCKETS];
    cache->buckets[hash % BUCKETS] = e;
    make_newest(cache, e);
    cache->count++;
    kl_guard_unlock(&cache->lock);
}

void kl_pact_cache_drop(kl_pact_cache *cache, const kl_pact_org *org, uint32_t node)
{
    kl_guard_lock(&cache->lock);
    for (entry *e = cache->newest, *next; e; e = next) {
        next = e->older;
        if (kl_pact_org_covers(org, node, e->node))
            forget(cache, e);
    }
    kl_guard_unlock(&cache->lock);
}

void kl_pact_cache_clear(kl_pact_cache *cache)
{
    kl_guard_lock(&cache->lock);
    while (cache->newest)
        forget(cache, cache->newest);
    kl_guard_unlock(&cache->lock);
}

size_t kl_pact_cache_count(kl_pact_cache *cache)
{
    kl_guard_lock(&cache->lock);
    size_t count = cache->count;
    kl_guard_unlock(&cache->lock);
    return count;
}

void kl_pact_cache_free(kl_pact_cache *cache)
{
    if (!cache)
        return;
    kl_pact_cache_clear(cache);
    kl_guard_end(&cache->lock);
    kl_free(cache);
}
