/* src/store/cache.c - see cache.h. */
#include "cache.h"
#include "fork.h"
#include "keystore_parts.h"

typedef struct cached {
    kl_value key, value;
    size_t bytes;
    kl_time expires; /* of the monotonic clock */
    uint64_t uses, last_use; /* last_use counts the uses of all */
    size_t place; /* in the heap */
} cached;

struct kl_cache {
    pthread_mutex_t lock; /* guards all */
    kl_dict entries;      /* pointers to cached */
    cached **heap;        /* whoever is forgotten first is at the top; as many as there are entries */
    size_t heap_cap;
    kl_cache_policy policy;
    uint64_t uses;
    size_t sweep; /* where the search for expired ones goes on */
    kl_cache_stats stats;
    kl_fork_watch fork_watch;
};

/* ---- sizes --------------------------------------------------------------------------------------- */

/* Levels that are looked at; what lies deeper counts as if it were empty. */
enum { SIZE_DEPTH = 64 };

static size_t size_of(kl_value value, int depth)
{
    size_t size = sizeof value;
    kl_kind kind = kl_value_kind(value);
    if (kind == KL_KIND_STRING || kind == KL_KIND_BYTES)
        return size + kl_value_len(value);
    for (size_t i = 0; depth > 0 && kind == KL_KIND_ARRAY && i < kl_array_len(value); i++)
        size += size_of(kl_array_at(value, i), depth - 1);
    for (size_t i = 0; depth > 0 && kind == KL_KIND_MAP && i < kl_map_len(value); i++)
        size += size_of(kl_map_value_at(value, i), depth - 1) + sizeof value;
    return size;
}

/* ---- the heap ------------------------------------------------------------------------------------ */

static bool goes_before(const kl_cache *cache, const cached *a, const cached *b)
{
    if (cache->policy == KL_CACHE_LFU && a->uses != b->uses)
        return a->uses < b->uses;
    return a->last_use < b->last_use;
}

static void put_at(kl_cache *cache, size_t place, cached *item)
{
    cache->heap[place] = item;
    item->place = place;
}

static void rise(kl_cache *cache, cached *item)
{
    size_t place = item->place;
    while (place > 0 && goes_before(cache, item, cache->heap[(place - 1) / 2])) {
        put_at(cache, place, cache->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put_at(cache, place, item);
}

static void sink(kl_cache *cache, cached *item, size_t count)
{
    size_t place = item->place, child;
    while ((child = 2 * place + 1) < count) {
        if (child + 1 < count && goes_before(cache, cache->heap[child + 1], cache->heap[child]))
            child++;
        if (!goes_before(cache, cache->heap[child], item))
            break;
        put_at(cache, place, cache->heap[child]);
        place = child;
    }
    put_at(cache, place, item);
}

static void use(kl_cache *cache, cached *item)
{
    item->uses++;
    item->last_use = ++cache->uses;
    sink(cache, item, cache->entries.count);
}

/* Under another policy others are forgotten first. */
static void set_policy(kl_cache *cache, kl_cache_policy policy)
{
    if (cache->policy == policy)
        return;
    cache->policy = policy;
    for (size_t i = cache->entries.count / 2; i > 0; i--)
        sink(cache, cache->heap[i - 1], cache->entries.count);
}

/* ---- making and ending --------------------------------------------------------------------------- */

kl_status kl_cache_new(kl_cache **out, kl_error *error)
{
    kl_cache *cache = kl_alloc_zero(1, sizeof *cache);
    if (!cache)
        return kl_error_no_memory(error);
    pthread_mutex_init(&cache->lock, NULL);
    cache->fork_watch = (kl_fork_watch){.lock = &cache->lock};
    kl_fork_watch_begin(&cache->fork_watch);
    *out = cache;
    return KL_OK;
}

static void free_item(cached *item)
{
    kl_value_release(item->key);
    kl_value_release(item->value);
    kl_free(item);
}

void kl_cache_free(kl_cache *cache)
{
    if (!cache)
        return;
    kl_fork_watch_end(&cache->fork_watch);
    for (size_t i = 0; i < cache->entries.count; i++)
        free_item(cache->heap[i]);
    kl_dict_end(&cache->entries);
    kl_free(cache->heap);
    pthread_mutex_destroy(&cache->lock);
    kl_free(cache);
}

/* ---- entries, with the lock held ----------------------------------------------------------------- */

/* Take one out; the caller frees it, without the lock: values may be large. */
static void take_out(kl_cache *cache, cached *item)
{
    size_t last = cache->entries.count - 1;
    cached *moved = cache->heap[last];
    kl_dict_remove(&cache->entries, kl_dict_find(&cache->entries, kl_as_text(item->key)));
    if (moved != item) {
        put_at(cache, item->place, moved);
        rise(cache, moved);
        sink(cache, moved, last);
    }
    cache->stats.bytes -= item->bytes;
}

static cached *find(kl_cache *cache, kl_text key)
{
    kl_dict_entry *entry = kl_dict_find(&cache->entries, key);
    return entry ? entry->pointer : NULL;
}

static bool is_over(const cached *item, kl_time now)
{
    return item->expires != KL_TIME_NONE && item->expires <= now;
}

/* Look at a few more, so that what expired and is never asked for goes away too. */
static void sweep(kl_cache *cache, kl_time now)
{
    for (int looks = 0; looks < 4; looks++, cache->sweep++) {
        kl_dict_entry *entry = kl_dict_at(&cache->entries, &cache->sweep);
        if (!entry) {
            cache->sweep = 0;
            return;
        }
        cached *item = entry->pointer;
        if (!is_over(item, now))
            continue;
        take_out(cache, item);
        free_item(item);
        cache->stats.expirations++;
    }
}

static bool make_room(kl_cache *cache)
{
    if (cache->entries.count < cache->heap_cap)
        return true;
    size_t cap = KL_MAX(2 * cache->heap_cap, (size_t)16);
    cached **heap = kl_realloc(cache->heap, cap * sizeof(cached *));
    if (!heap)
        return false;
    cache->heap = heap;
    cache->heap_cap = cap;
    return true;
}

/* `item` is taken on success. */
static bool put(kl_cache *cache, cached *item)
{
    bool added;
    cached *before = find(cache, kl_as_text(item->key));
    if (before) { /* its uses count on */
        item->uses = before->uses;
        take_out(cache, before);
        free_item(before);
    }
    kl_dict_entry *entry =
        make_room(cache) ? kl_dict_add(&added, &cache->entries, item->key) : NULL;
    if (!entry)
        return false;
    entry->pointer = item;
    item->uses++;
    item->last_use = ++cache->uses;
    put_at(cache, cache->entries.count - 1, item);
    rise(cache, item);
    cache->stats.bytes += item->bytes;
    cache->stats.sets++;
    return true;
}

/* The newcomer stays, though it was used least. */
static void evict(kl_cache *cache, const cached *newcomer, const kl_cache_limits *limits)
{
    while (cache->entries.count > 1 &&
           (cache->entries.count > limits->entries || cache->stats.bytes > limits->bytes)) {
        cached *first = cache->heap[0];
        if (first == newcomer) { /* the next one is one of its children */
            bool right = cache->entries.count > 2 &&
                         goes_before(cache, cache->heap[2], cache->heap[1]);
            first = cache->heap[right ? 2 : 1];
        }
        take_out(cache, first);
        free_item(first);
        cache->stats.evictions++;
    }
}

/* ---- using --------------------------------------------------------------------------------------- */

kl_status kl_cache_set(kl_cache *cache, kl_value key, kl_value value, kl_duration time,
                       const kl_cache_limits *limits, kl_error *error)
{
    size_t bytes = sizeof(cached) + size_of(key, 0) + size_of(value, SIZE_DEPTH);
    if (bytes > limits->bytes)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: cache (limit: %zu bytes)",
                            limits->bytes);
    cached *item = kl_alloc_zero(1, sizeof *item);
    if (!item)
        return kl_error_no_memory(error);
    item->key = kl_value_retain(key);
    item->value = kl_value_retain(value);
    item->bytes = bytes;
    item->expires = time == KL_TIME_NONE ? KL_TIME_NONE : kl_clock_after(time);
    pthread_mutex_lock(&cache->lock);
    sweep(cache, kl_clock_now());
    set_policy(cache, limits->policy);
    bool done = put(cache, item);
    if (done)
        evict(cache, item, limits);
    pthread_mutex_unlock(&cache->lock);
    if (done)
        return KL_OK;
    free_item(item);
    return kl_error_no_memory(error);
}

bool kl_cache_get(kl_value *out, kl_cache *cache, kl_text key)
{
    pthread_mutex_lock(&cache->lock);
    cached *item = find(cache, key), *over = NULL;
    if (item && is_over(item, kl_clock_now())) {
        over = item;
        take_out(cache, over);
        cache->stats.expirations++;
        item = NULL;
    }
    *out = item ? kl_value_retain(item->value) : kl_null();
    if (item)
        use(cache, item);
    cache->stats.hits += item != NULL;
    cache->stats.misses += item == NULL;
    pthread_mutex_unlock(&cache->lock);
    if (over)
        free_item(over);
    return item != NULL;
}

bool kl_cache_remove(kl_cache *cache, kl_text key)
{
    pthread_mutex_lock(&cache->lock);
    cached *item = find(cache, key);
    bool was_there = item && !is_over(item, kl_clock_now());
    if (item)
        take_out(cache, item);
    pthread_mutex_unlock(&cache->lock);
    if (item)
        free_item(item);
    return was_there;
}

size_t kl_cache_remove_all(kl_cache *cache, const kl_glob *pattern)
{
    size_t removed = 0;
    pthread_mutex_lock(&cache->lock);
    kl_time now = kl_clock_now();
    for (size_t i = cache->entries.count; i > 0; i--) {
        /* Taking one out moves the last one, which was looked at, to its place or below. */
        cached *item = cache->heap[i - 1];
        if (!kl_glob_match(pattern, kl_as_text(item->key)))
            continue;
        removed += !is_over(item, now);
        cache->stats.bytes -= item->bytes;
        kl_dict_remove(&cache->entries, kl_dict_find(&cache->entries, kl_as_text(item->key)));
        free_item(item);
        cached *last = cache->heap[cache->entries.count];
        if (last != item)
            put_at(cache, i - 1, last);
    }
    for (size_t i = cache->entries.count / 2; i > 0; i--)
        sink(cache, cache->heap[i - 1], cache->entries.count);
    pthread_mutex_unlock(&cache->lock);
    return removed;
}

kl_cache_stats kl_cache_look(kl_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    kl_cache_stats stats = cache->stats;
    stats.entries = cache->entries.count;
    pthread_mutex_unlock(&cache->lock);
    return stats;
}
