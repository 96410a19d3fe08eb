/* src/nodes/cache.c - CacheGetNode, CacheSetNode, CacheInvalidateNode. */
#include "action.h"
#include "deadline.h"
#include "format.h"
#include "fork.h"
#include "build_map.h"
#include "outside.h"
#include "redis_access.h"
#include "store/cache.h"

/* ---- what the nodes of a namespace share --------------------------------------------------------- */

/* Somebody computes the value of a key; others wait for it. */
typedef struct flight {
    struct flight *next;
    kl_text key; /* borrowed from the one who computes */
} flight;

typedef struct cache_space {
    kl_cache *cache; /* of the memory backend */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t landed;
    flight *flights;
    uint64_t hits, misses, sets; /* of the redis backend */
    kl_fork_watch fork_watch;
} cache_space;

/* In a forked child: nobody computes there. */
static void forget_flights(void *data)
{
    cache_space *space = data;
    space->flights = NULL;
    pthread_cond_init(&space->landed, NULL);
}

static kl_status make_space(void **out, kl_text name, kl_error *error)
{
    (void)name;
    cache_space *space = kl_alloc_zero(1, sizeof *space);
    if (!space)
        return kl_error_no_memory(error);
    kl_status status = kl_cache_new(&space->cache, error);
    if (status != KL_OK) {
        kl_free(space);
        return status;
    }
    pthread_mutex_init(&space->lock, NULL);
    pthread_cond_init(&space->landed, NULL);
    space->fork_watch =
        (kl_fork_watch){.lock = &space->lock, .forked = forget_flights, .data = space};
    kl_fork_watch_begin(&space->fork_watch);
    *out = space;
    return KL_OK;
}

static void dispose_space(void *state)
{
    cache_space *space = state;
    kl_fork_watch_end(&space->fork_watch);
    kl_cache_free(space->cache);
    pthread_mutex_destroy(&space->lock);
    pthread_cond_destroy(&space->landed);
    kl_free(space);
}

static const kl_shared_kind spaces = {make_space, dispose_space};

/* ---- where --------------------------------------------------------------------------------------- */

/* Where a call of one of the nodes goes. */
typedef struct place {
    const kl_node_call *call;
    const kl_value *config; /* the arguments from NAMESPACE on */
    cache_space *space;
    kl_redis_access access; /* of the redis backend; else its pool is NULL */
} place;

/* The config that all three nodes begin with. */
enum { NAMESPACE, CACHE_REDIS, COMMON_COUNT = CACHE_REDIS + KL_REDIS_CONFIG_COUNT };
#define COMMON_CONFIG                                                                              \
    {.name = "namespace", .kind = KL_KIND_STRING, .fallback = "\"\"",                              \
     .doc = "keys of different namespaces are different; each has limits and statistics of its own"}, \
    KL_REDIS_CONFIG("process")

static bool is_remote(const place *at) { return at->access.pool != NULL; }

static kl_status find_place(place *at, const kl_node_call *call, const kl_value *config,
                            kl_error *error)
{
    kl_value name;
    *at = (place){.call = call, .config = config};
    bool in_memory = kl_is_null(config[CACHE_REDIS + KL_REDIS_BACKEND])
                         ? kl_is_null(config[CACHE_REDIS + KL_REDIS_URL])
                         : kl_text_is(kl_as_text(config[CACHE_REDIS + KL_REDIS_BACKEND]), "memory");
    if (!in_memory)
        KL_TRY(kl_redis_access_begin(&at->access, call, config + CACHE_REDIS, error));
    KL_TRY(kl_string_format(&name, error, "%s:%s", in_memory ? "memory" : "redis",
                            kl_as_text(config[NAMESPACE]).data));
    kl_status status = kl_node_shared((void **)&at->space, &spaces, kl_as_text(name), call,
                                      config[CACHE_REDIS + KL_REDIS_SCOPE], error);
    kl_value_release(name);
    return status;
}

/* The name of a key on a server; given. */
static kl_status remote_key(kl_value *out, const place *at, kl_text key, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "kailash:cache:");
    kl_buffer_add(&text, kl_as_text(at->config[NAMESPACE]));
    kl_buffer_byte(&text, ':');
    kl_buffer_add(&text, key);
    return kl_buffer_finish(out, &text, error);
}

/* ---- how long and how many ----------------------------------------------------------------------- */

/* The config that nodes have which keep something, behind the common one. */
enum { TTL_SECS, TTL_MS, MAX_ENTRIES, MAX_BYTES, EVICTION };
static const char *const evictions[] = {"lru", "lfu", NULL};
#define KEEP_CONFIG                                                                                \
    {.name = "ttl_secs", .kind = KL_KIND_DURATION, .flags = KL_OPTIONAL,                           \
     .doc = "seconds until the value is forgotten; 0 = at once; without it never"},                \
    {.name = "ttl_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,                                \
     .range = KL_RANGE(0, 9007199254740992), .doc = "the same in milliseconds, instead"},          \
    {.name = "max_entries", .kind = KL_KIND_COUNT, .fallback = "1000000",                          \
     .range = KL_RANGE(1, 1000000000),                                                             \
     .doc = "values that the namespace keeps in memory; a server has limits of its own"},          \
    {.name = "max_bytes", .kind = KL_KIND_COUNT, .fallback = "1073741824",                         \
     .range = KL_RANGE(1024, 1099511627776), .doc = "bytes that they may take, as estimated"},     \
    {.name = "eviction", .kind = KL_KIND_ENUM, .names = evictions, .fallback = "\"lru\"",          \
     .doc = "beyond these limits is forgotten whatever was used longest ago (lru) or least often " \
            "(lfu)"}

/* KL_TIME_NONE = for ever. `keep` are the arguments from TTL_SECS on. */
static kl_duration time_to_live(const kl_value *keep)
{
    if (!kl_is_null(keep[TTL_MS])) {
        int64_t ms = kl_as_int(keep[TTL_MS]);
        return ms > INT64_MAX / KL_MILLISECOND / 2 ? KL_TIME_NONE : ms * KL_MILLISECOND;
    }
    double seconds = kl_as_double(keep[TTL_SECS]);
    if (kl_is_null(keep[TTL_SECS]) || seconds > 4e9)
        return KL_TIME_NONE;
    return (kl_duration)(seconds * (double)KL_SECOND);
}

static kl_status keep_remote(place *at, kl_text key, kl_value value, kl_duration time,
                             kl_error *error)
{
    kl_value words[5] = {0}, answer = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    size_t count = 3;
    bool gone = time < KL_MILLISECOND;
    KL_TRY_OUT(kl_string_new(&words[0], gone ? KL_TEXT("DEL") : KL_TEXT("SET"), error));
    KL_TRY_OUT(remote_key(&words[1], at, key, error));
    status = kl_format_write(&words[2], KL_TEXT("msgpack"), value, NULL, &why);
    if (status != KL_OK) {
        status = kl_outside_error(error, &why, "value");
        goto out;
    }
    if (time != KL_TIME_NONE) {
        KL_TRY_OUT(kl_string_new(&words[3], KL_TEXT("PX"), error));
        words[4] = kl_int(time / KL_MILLISECOND);
        count = 5;
    }
    KL_TRY_OUT(kl_redis_access_run(&answer, &at->access, words, gone ? 2 : count, 0, error));
out:
    for (size_t i = 0; i < KL_COUNT(words); i++)
        kl_value_release(words[i]);
    kl_value_release(answer);
    return status;
}

static kl_status keep_value(place *at, kl_value key, kl_value value, const kl_value *keep,
                            kl_error *error)
{
    kl_duration time = time_to_live(keep);
    kl_error why = KL_ERROR_INIT;
    if (is_remote(at)) {
        pthread_mutex_lock(&at->space->lock);
        at->space->sets++;
        pthread_mutex_unlock(&at->space->lock);
        return keep_remote(at, kl_as_text(key), value, time, error);
    }
    kl_cache_limits limits = {
        .policy = kl_text_is(kl_as_text(keep[EVICTION]), "lfu") ? KL_CACHE_LFU : KL_CACHE_LRU,
        .entries = (size_t)kl_as_int(keep[MAX_ENTRIES]),
        .bytes = (size_t)kl_as_int(keep[MAX_BYTES])};
    if (kl_cache_set(at->space->cache, key, value, time, &limits, &why) == KL_OK)
        return KL_OK;
    return why.code == KL_LIMIT ? (kl_error_clear(&why), kl_node_limit(error, "cache", limits.bytes,
                                                                       "bytes"))
                                : kl_outside_error(error, &why, "value");
}

/* ---- CacheSetNode -------------------------------------------------------------------------------- */

enum { SET_KEY, SET_VALUE, SET_CONFIG };

static const kl_param set_inputs[] = {
    {.name = "key", .kind = KL_KIND_STRING, .doc = "where to keep it"},
    {.name = "value", .kind = KL_KIND_ANY, .doc = "what to keep; null is a value too"},
};
static const kl_param set_config[] = {COMMON_CONFIG, KEEP_CONFIG};
static const kl_param set_outputs[] = {
    {.name = "key", .kind = KL_KIND_STRING, .doc = "the key"},
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "true"},
};

static kl_status set_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    place at;
    const kl_value *config = call->args + SET_CONFIG;
    KL_TRY(find_place(&at, call, config, error));
    KL_TRY(keep_value(&at, call->args[SET_KEY], call->args[SET_VALUE], config + COMMON_COUNT,
                      error));
    kl_build made = kl_build_begin(0, error);
    kl_build_share(&made, "key", call->args[SET_KEY]);
    kl_build_bool(&made, "success", true);
    return kl_build_end(out, &made);
}

/* ---- CacheGetNode -------------------------------------------------------------------------------- */

enum { GET_KEY, COMPUTE_INPUTS, GET_CONFIG };
enum { COMPUTE = COMMON_COUNT + EVICTION + 1, COMPUTE_OUTPUT, STATS };

static const kl_param get_inputs[] = {
    {.name = "key", .kind = KL_KIND_STRING, .doc = "where it was kept"},
    {.name = "compute_inputs", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "inputs of the node that computes the value"},
};
static const kl_param get_config[] = {
    COMMON_CONFIG,
    KEEP_CONFIG,
    {.name = "compute", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "run where there is no value yet, to keep its outputs: " KL_ACTION_DOC
            ". Of several calls that miss the same key at once, one runs it and the others wait"},
    {.name = "compute_output", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the output of that node which is the value; without it the dict of all"},
    {.name = "stats", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "also give the statistics of the namespace"},
};
static const kl_param get_outputs[] = {
    {.name = "hit", .kind = KL_KIND_BOOL, .doc = "whether there was one"},
    {.name = "value", .kind = KL_KIND_ANY, .doc = "the value; null when there is none"},
    {.name = "stats", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "only when asked for: hits, misses, sets, and in memory evictions, expirations, "
            "entries, bytes"},
};

static kl_status get_remote(bool *hit, kl_value *out, place *at, kl_text key, kl_error *error)
{
    kl_value words[2] = {0}, answer = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status;
    *out = kl_null();
    KL_TRY_OUT(kl_string_new(&words[0], KL_TEXT("GET"), error));
    KL_TRY_OUT(remote_key(&words[1], at, key, error));
    KL_TRY_OUT(kl_redis_access_run(&answer, &at->access, words, 2, 0, error));
    *hit = !kl_is_null(answer);
    if (*hit && kl_format_read(out, KL_TEXT("msgpack"), kl_as_text(answer), &why) != KL_OK) {
        kl_error_prefix(&why, "what is kept under this key was not made by CacheSetNode: ");
        status = kl_outside_error(error, &why, "key");
    }
    pthread_mutex_lock(&at->space->lock);
    at->space->hits += *hit;
    at->space->misses += !*hit;
    pthread_mutex_unlock(&at->space->lock);
out:
    kl_value_release(words[0]);
    kl_value_release(words[1]);
    kl_value_release(answer);
    return status;
}

static kl_status get_value(bool *hit, kl_value *out, place *at, kl_text key, kl_error *error)
{
    if (is_remote(at))
        return get_remote(hit, out, at, key, error);
    *hit = kl_cache_get(out, at->space->cache, key);
    return KL_OK;
}

static flight *find_flight(cache_space *space, kl_text key)
{
    flight *found = space->flights;
    while (found && !kl_text_equal(found->key, key))
        found = found->next;
    return found;
}

/* Become the one who computes, or wait until somebody has (`*is_ours` is false then). */
static kl_status take_off(bool *is_ours, flight *ours, place *at, kl_error *error)
{
    cache_space *space = at->space;
    kl_status status = KL_OK;
    pthread_mutex_lock(&space->lock);
    *is_ours = find_flight(space, ours->key) == NULL;
    if (*is_ours) {
        ours->next = space->flights;
        space->flights = ours;
    }
    while (!*is_ours && status == KL_OK && find_flight(space, ours->key)) {
        kl_wait_until(&space->landed, &space->lock, kl_clock_after(20 * KL_MILLISECOND));
        pthread_mutex_unlock(&space->lock);
        status = kl_outside_check((void *)at->call, error);
        pthread_mutex_lock(&space->lock);
    }
    pthread_mutex_unlock(&space->lock);
    return status;
}

static void land(flight *ours, cache_space *space)
{
    pthread_mutex_lock(&space->lock);
    flight **at = &space->flights;
    while (*at && *at != ours)
        at = &(*at)->next;
    if (*at)
        *at = ours->next;
    pthread_cond_broadcast(&space->landed);
    pthread_mutex_unlock(&space->lock);
}

/* Run the node; its value is given. */
static kl_status run_compute(kl_value *out, const kl_node_call *call, kl_error *error)
{
    const kl_value *config = call->args + GET_CONFIG;
    kl_action *action;
    kl_value outputs;
    KL_TRY(kl_action_new_for(&action, config[COMPUTE], call, "compute", error));
    kl_status status = kl_action_run(&outputs, action, call, call->args[COMPUTE_INPUTS], error);
    kl_action_free(action);
    KL_TRY(status);
    if (kl_is_null(config[COMPUTE_OUTPUT])) {
        *out = outputs;
        return KL_OK;
    }
    const kl_value *chosen = kl_map_find(outputs, kl_as_text(config[COMPUTE_OUTPUT]));
    if (chosen)
        *out = kl_value_retain(*chosen);
    else
        status = kl_node_bad(error, "compute_output", "expected an output of the node, got %s",
                             kl_as_text(config[COMPUTE_OUTPUT]).data);
    kl_value_release(outputs);
    return status;
}

static kl_status compute(kl_value *out, place *at, kl_value key, kl_error *error)
{
    const kl_value *config = at->call->args + GET_CONFIG;
    KL_TRY(run_compute(out, at->call, error));
    kl_status status = keep_value(at, key, *out, config + COMMON_COUNT, error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

/* A value that another call may be computing. One that fails lets the next one try. */
static kl_status get_or_compute(bool *hit, kl_value *out, place *at, kl_value key, kl_error *error)
{
    flight ours = {.key = kl_as_text(key)};
    bool is_ours = false;
    for (;;) {
        KL_TRY(get_value(hit, out, at, ours.key, error));
        if (*hit)
            break;
        if (is_ours) {
            kl_status status = compute(out, at, key, error);
            land(&ours, at->space);
            return status;
        }
        KL_TRY(take_off(&is_ours, &ours, at, error));
    }
    if (is_ours)
        land(&ours, at->space);
    return KL_OK;
}

static kl_status look(kl_value *out, place *at, kl_error *error)
{
    kl_build made = kl_build_begin(0, error);
    kl_cache_stats stats = kl_cache_look(at->space->cache);
    if (is_remote(at)) {
        pthread_mutex_lock(&at->space->lock);
        stats = (kl_cache_stats){
            .hits = at->space->hits, .misses = at->space->misses, .sets = at->space->sets};
        pthread_mutex_unlock(&at->space->lock);
    }
    kl_build_int(&made, "hits", (int64_t)stats.hits);
    kl_build_int(&made, "misses", (int64_t)stats.misses);
    kl_build_int(&made, "sets", (int64_t)stats.sets);
    if (!is_remote(at)) {
        kl_build_int(&made, "evictions", (int64_t)stats.evictions);
        kl_build_int(&made, "expirations", (int64_t)stats.expirations);
        kl_build_int(&made, "entries", (int64_t)stats.entries);
        kl_build_int(&made, "bytes", (int64_t)stats.bytes);
    }
    return kl_build_end(out, &made);
}

static kl_status get_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *config = call->args + GET_CONFIG;
    kl_value key = call->args[GET_KEY], value = kl_null(), stats;
    bool hit = false;
    place at;
    KL_TRY(find_place(&at, call, config, error));
    KL_TRY(kl_is_null(config[COMPUTE]) ? get_value(&hit, &value, &at, kl_as_text(key), error)
                                       : get_or_compute(&hit, &value, &at, key, error));
    kl_build made = kl_build_begin(0, error);
    kl_build_bool(&made, "hit", hit);
    kl_build_put(&made, "value", value);
    if (kl_as_bool(config[STATS])) {
        kl_status status = look(&stats, &at, error);
        kl_build_given(&made, "stats", status, stats);
    }
    return kl_build_end(out, &made);
}

/* ---- CacheInvalidateNode ------------------------------------------------------------------------- */

enum { OUT_KEY, PATTERN, OUT_CONFIG };

static const kl_param invalidate_inputs[] = {
    {.name = "key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "key to forget"},
    {.name = "pattern", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "glob of keys to forget: * any text, ? a character, [a-z] a class, {a,b} alternatives"},
};
static const kl_param invalidate_config[] = {COMMON_CONFIG};
static const kl_param invalidate_outputs[] = {
    {.name = "removed_count", .kind = KL_KIND_INT, .doc = "how many were there"},
};

/* Run UNLINK with the words of an array that begins with it (taken). */
static kl_status unlink_all(int64_t *removed, place *at, kl_value words, kl_error *error)
{
    kl_value answer = kl_null();
    kl_status status = KL_OK;
    if (kl_array_len(words) > 1)
        status = kl_redis_access_run(&answer, &at->access, kl_array_items(words),
                                     kl_array_len(words), 0, error);
    *removed += kl_as_int(answer);
    kl_value_release(words);
    return status;
}

static kl_status remove_remote(int64_t *removed, place *at, kl_text key, kl_error *error)
{
    kl_value words, name;
    kl_status status;
    KL_TRY(kl_array_new(&words, 2, error));
    KL_TRY_OUT(kl_array_push_text(&words, KL_TEXT("UNLINK"), error));
    KL_TRY_OUT(remote_key(&name, at, key, error));
    KL_TRY_OUT(kl_array_push(&words, name, error));
    return unlink_all(removed, at, words, error);
out:
    kl_value_release(words);
    return status;
}

/* The pattern of SCAN for all keys of the namespace, which is no glob itself. */
static kl_status scan_pattern(kl_value *out, const place *at, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_text name = kl_as_text(at->config[NAMESPACE]);
    kl_buffer_string(&text, "kailash:cache:");
    for (size_t i = 0; i < name.len; i++) {
        if (strchr("*?[]\\^", name.data[i]))
            kl_buffer_byte(&text, '\\');
        kl_buffer_byte(&text, name.data[i]);
    }
    kl_buffer_string(&text, ":*");
    return kl_buffer_finish(out, &text, error);
}

/* Remove those of `keys` that match, seen behind the first `skip` bytes. */
static kl_status remove_matching(int64_t *removed, place *at, kl_value keys, size_t skip,
                                 const kl_glob *glob, kl_error *error)
{
    kl_value words;
    kl_status status;
    KL_TRY(kl_array_new(&words, 1 + kl_array_len(keys), error));
    KL_TRY_OUT(kl_array_push_text(&words, KL_TEXT("UNLINK"), error));
    for (size_t i = 0; i < kl_array_len(keys); i++) {
        kl_value key = kl_array_at(keys, i);
        kl_text text = kl_as_text(key);
        if (text.len >= skip &&
            kl_glob_match(glob, (kl_text){text.data + skip, text.len - skip}))
            KL_TRY_OUT(kl_array_push(&words, kl_value_retain(key), error));
    }
    return unlink_all(removed, at, words, error);
out:
    kl_value_release(words);
    return status;
}

static kl_status remove_all_remote(int64_t *removed, place *at, const kl_glob *glob,
                                   kl_error *error)
{
    kl_value words[6] = {0}, answer = kl_null();
    size_t skip = strlen("kailash:cache:") + kl_value_len(at->config[NAMESPACE]) + 1;
    kl_status status;
    KL_TRY_OUT(kl_string_new(&words[0], KL_TEXT("SCAN"), error));
    KL_TRY_OUT(kl_string_new(&words[1], KL_TEXT("0"), error));
    KL_TRY_OUT(kl_string_new(&words[2], KL_TEXT("MATCH"), error));
    KL_TRY_OUT(scan_pattern(&words[3], at, error));
    KL_TRY_OUT(kl_string_new(&words[4], KL_TEXT("COUNT"), error));
    words[5] = kl_int(1000);
    do {
        KL_TRY_OUT(kl_redis_access_run(&answer, &at->access, words, 6, 0, error));
        KL_TRY_OUT(remove_matching(removed, at, kl_array_at(answer, 1), skip, glob, error));
        kl_value_replace(&words[1], kl_value_retain(kl_array_at(answer, 0)));
        kl_value_release(kl_value_take(&answer));
    } while (!kl_text_is(kl_as_text(words[1]), "0"));
out:
    for (size_t i = 0; i < KL_COUNT(words); i++)
        kl_value_release(words[i]);
    kl_value_release(answer);
    return status;
}

static kl_status remove_pattern(int64_t *removed, place *at, kl_text pattern, kl_error *error)
{
    kl_glob *glob;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_glob_new(&glob, pattern, KL_GLOB_FLAT, &why);
    if (status == KL_SYNTAX) {
        kl_node_bad(error, "pattern", "%s", kl_error_message(&why));
        kl_error_clear(&why);
        return KL_FAILED;
    }
    if (status != KL_OK)
        return kl_outside_error(error, &why, "pattern");
    if (is_remote(at))
        status = remove_all_remote(removed, at, glob, error);
    else
        *removed += (int64_t)kl_cache_remove_all(at->space->cache, glob);
    kl_glob_free(glob);
    return status;
}

static kl_status invalidate_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value key = call->args[OUT_KEY], pattern = call->args[PATTERN];
    int64_t removed = 0;
    place at;
    if (kl_is_null(key) && kl_is_null(pattern))
        return kl_node_failed(error, "at least one of 'key' or 'pattern' must be provided");
    KL_TRY(find_place(&at, call, call->args + OUT_CONFIG, error));
    if (!kl_is_null(key) && is_remote(&at))
        KL_TRY(remove_remote(&removed, &at, kl_as_text(key), error));
    else if (!kl_is_null(key))
        removed += kl_cache_remove(at.space->cache, kl_as_text(key));
    if (!kl_is_null(pattern))
        KL_TRY(remove_pattern(&removed, &at, kl_as_text(pattern), error));
    return kl_node_result(out, "removed_count", kl_int(removed), error);
}

static const kl_node_type types[] = {
    {
        .name = "CacheGetNode",
        .category = "Cache",
        .doc = "Gets a kept value, or computes it once and keeps it.",
        .inputs = KL_TABLE(get_inputs),
        .config = KL_TABLE(get_config),
        .outputs = KL_TABLE(get_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = get_run,
    },
    {
        .name = "CacheSetNode",
        .category = "Cache",
        .doc = "Keeps a value under a key for a time, in memory or on a Redis server.",
        .inputs = KL_TABLE(set_inputs),
        .config = KL_TABLE(set_config),
        .outputs = KL_TABLE(set_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = set_run,
    },
    {
        .name = "CacheInvalidateNode",
        .category = "Cache",
        .doc = "Forgets kept values, by key or by pattern.",
        .inputs = KL_TABLE(invalidate_inputs),
        .config = KL_TABLE(invalidate_config),
        .outputs = KL_TABLE(invalidate_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = invalidate_run,
    },
};

static const kl_node_family cache = {.name = "cache", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(cache);
