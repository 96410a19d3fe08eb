/* src/store/vector_hnsw.c - see vector_hnsw.h. Names of the paper stand at the functions. */
#include "vector_hnsw.h"
#include "vector_heap.h"

#include <math.h>

enum {
    LINKS = 16,         /* M: of a slot on a level above the lowest */
    LINKS_LOWEST = 32,  /* Mmax0 */
    BUILD_EFFORT = 200, /* efConstruction */
    LEVEL_MAX = 24,
};

/* The slots that one slot leads to on one level. */
typedef struct links {
    uint32_t count;
    uint32_t to[];
} links;

#define LINKS_SIZE        (sizeof(links) + LINKS * sizeof(uint32_t))
#define LINKS_LOWEST_SIZE (sizeof(links) + LINKS_LOWEST * sizeof(uint32_t))

struct kl_hnsw {
    kl_vector_metric metric;
    char *lowest;     /* of each slot the links on level 0 */
    char **upper;     /* of each slot those above, level by level; NULL when it has none */
    uint8_t *levels;  /* the highest level of each slot */
    size_t count, capacity;
    uint32_t entry;   /* a slot on the highest level */
    size_t level;     /* the highest level */
};

kl_status kl_hnsw_new(kl_hnsw **out, kl_vector_metric metric, kl_error *error)
{
    kl_hnsw *graph = kl_alloc_zero(1, sizeof *graph);
    if (!graph)
        return kl_error_no_memory(error);
    graph->metric = metric;
    *out = graph;
    return KL_OK;
}

void kl_hnsw_free(kl_hnsw *graph)
{
    if (!graph)
        return;
    for (size_t i = 0; i < graph->count; i++)
        kl_free(graph->upper[i]);
    kl_free(graph->upper);
    kl_free(graph->lowest);
    kl_free(graph->levels);
    kl_free(graph);
}

size_t kl_hnsw_count(const kl_hnsw *graph) { return graph->count; }

static links *links_of(const kl_hnsw *graph, size_t slot, size_t level)
{
    char *at = level == 0 ? graph->lowest + slot * LINKS_LOWEST_SIZE
                          : graph->upper[slot] + (level - 1) * LINKS_SIZE;
    return (links *)(void *)at;
}

static size_t links_max(size_t level) { return level == 0 ? LINKS_LOWEST : LINKS; }

/* Geometric, as if drawn: a mixed slot number stands for the random one (splitmix64). */
static size_t level_of(size_t slot)
{
    uint64_t x = ((uint64_t)slot + 1) * 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    double uniform = ((double)((x ^ (x >> 31)) >> 11) + 1) * 0x1p-53;
    return (size_t)KL_MIN(-log(uniform) / log((double)LINKS), (double)LEVEL_MAX);
}

/* ---- searching one level ------------------------------------------------------------------------ */

/* What a search holds; one for all levels. */
typedef struct walk {
    const kl_hnsw *graph;
    const kl_vector_set *set;
    kl_vector_probe probe;
    uint64_t *seen;          /* a bit per slot */
    kl_vector_heap open;     /* to be looked at: nearest on top */
    kl_vector_heap best;     /* found: farthest on top */
} walk;

static kl_status walk_begin(walk *out, const kl_hnsw *graph, const kl_vector_set *set,
                            const float *vector, size_t effort, kl_error *error)
{
    *out = (walk){graph, set, kl_vector_probe_of(vector, set->dimension, graph->metric),
                  NULL, {0}, {0}};
    out->seen = kl_alloc_zero(graph->count / 64 + 1, sizeof *out->seen);
    if (!out->seen)
        return kl_error_no_memory(error);
    KL_TRY(kl_vector_heap_new(&out->open, effort, true, error));
    return kl_vector_heap_new(&out->best, effort + 1, false, error);
}

static void walk_end(walk *w)
{
    kl_free(w->seen);
    kl_vector_heap_free(&w->open);
    kl_vector_heap_free(&w->best);
}

static bool see(walk *w, uint32_t slot)
{
    uint64_t bit = (uint64_t)1 << (slot % 64);
    bool fresh = !(w->seen[slot / 64] & bit);
    w->seen[slot / 64] |= bit;
    return fresh;
}

static kl_vector_near near_of(const walk *w, uint32_t slot)
{
    return (kl_vector_near){kl_vector_distance(&w->probe, w->set, slot), slot};
}

/* Keep a slot if it is among the `effort` nearest. Dead ones lead on, but are no result. */
static kl_status meet(walk *w, uint32_t slot, size_t effort, bool living, kl_error *error)
{
    kl_vector_near near = near_of(w, slot);
    bool full = w->best.count >= effort;
    if (full && !kl_vector_nearer(near, w->best.items[0]))
        return KL_OK;
    KL_TRY(kl_vector_heap_push(&w->open, near, error));
    if (living && !w->set->alive[slot])
        return KL_OK;
    if (!full)
        return kl_vector_heap_push(&w->best, near, error);
    kl_vector_heap_replace(&w->best, near);
    return KL_OK;
}

/* SEARCH-LAYER: from `from` on, the `effort` nearest on a level into `best`. */
static kl_status search_level(walk *w, uint32_t from, size_t effort, size_t level, bool living,
                              kl_error *error)
{
    memset(w->seen, 0, (w->graph->count / 64 + 1) * sizeof *w->seen);
    w->open.count = w->best.count = 0;
    see(w, from);
    KL_TRY(meet(w, from, effort, living, error));
    while (w->open.count) {
        kl_vector_near next = kl_vector_heap_pop(&w->open);
        if (w->best.count >= effort && w->best.items[0].distance < next.distance)
            break;
        const links *out = links_of(w->graph, next.slot, level);
        for (uint32_t i = 0; i < out->count; i++)
            if (see(w, out->to[i]))
                KL_TRY(meet(w, out->to[i], effort, living, error));
    }
    return KL_OK;
}

/* The same for the one nearest, which needs no memory. */
static uint32_t descend(const walk *w, uint32_t from, size_t level)
{
    kl_vector_near here = near_of(w, from);
    for (bool moved = true; moved;) {
        const links *out = links_of(w->graph, here.slot, level);
        moved = false;
        for (uint32_t i = 0; i < out->count; i++) {
            kl_vector_near next = near_of(w, out->to[i]);
            if (kl_vector_nearer(next, here)) {
                here = next;
                moved = true;
            }
        }
    }
    return here.slot;
}

/* ---- linking ------------------------------------------------------------------------------------ */

static float distance_between(const kl_hnsw *graph, const kl_vector_set *set, uint32_t a, uint32_t b)
{
    kl_vector_probe probe = {kl_vector_kernel_best(), graph->metric, kl_vector_at(set, a),
                             set->inverse_norms[a]};
    return kl_vector_distance(&probe, set, b);
}

/*
 * SELECT-NEIGHBORS-HEURISTIC: of `near` (sorted, nearest first) those that are nearer to the base
 * than to any chosen before, so that links lead into all directions; then the nearest of the rest.
 */
static void choose(links *to, size_t max, const kl_hnsw *graph, const kl_vector_set *set,
                   const kl_vector_near *near, size_t count)
{
    uint32_t rest[LINKS_LOWEST];
    size_t left = 0;
    to->count = 0;
    for (size_t i = 0; i < count && to->count < max; i++) {
        bool good = true;
        for (uint32_t k = 0; k < to->count && good; k++)
            good = distance_between(graph, set, near[i].slot, to->to[k]) >= near[i].distance;
        if (good)
            to->to[to->count++] = near[i].slot;
        else if (left < max)
            rest[left++] = near[i].slot;
    }
    for (size_t i = 0; i < left && to->count < max; i++)
        to->to[to->count++] = rest[i];
}

/* Make `slot` lead to `other`; when it has no room, the best links are chosen anew. */
static void link_back(const kl_hnsw *graph, const kl_vector_set *set, uint32_t slot, uint32_t other,
                      size_t level)
{
    links *out = links_of(graph, slot, level);
    size_t max = links_max(level);
    if (out->count < max) {
        out->to[out->count++] = other;
        return;
    }
    kl_vector_near items[LINKS_LOWEST + 1];
    kl_vector_heap near = {items, 0, KL_COUNT(items), false};
    for (uint32_t i = 0; i < out->count; i++)
        items[near.count++] = (kl_vector_near){distance_between(graph, set, slot, out->to[i]),
                                               out->to[i]};
    items[near.count++] = (kl_vector_near){distance_between(graph, set, slot, other), other};
    kl_vector_heap_sort(&near);
    choose(out, max, graph, set, items, near.count);
}

/* ---- adding ------------------------------------------------------------------------------------- */

static kl_status grow(kl_hnsw *graph, kl_error *error)
{
    if (graph->count < graph->capacity)
        return KL_OK;
    size_t capacity = graph->capacity ? 2 * graph->capacity : 1024;
    char *lowest = kl_realloc(graph->lowest, capacity * LINKS_LOWEST_SIZE);
    if (!lowest)
        return kl_error_no_memory(error);
    graph->lowest = lowest;
    char **upper = kl_realloc(graph->upper, capacity * sizeof *upper);
    if (!upper)
        return kl_error_no_memory(error);
    graph->upper = upper;
    uint8_t *levels = kl_realloc(graph->levels, capacity);
    if (!levels)
        return kl_error_no_memory(error);
    graph->levels = levels;
    graph->capacity = capacity;
    return KL_OK;
}

/* Room for the links of the next slot, which has none yet. */
static kl_status make_place(kl_hnsw *graph, size_t level, kl_error *error)
{
    KL_TRY(grow(graph, error));
    graph->upper[graph->count] = NULL;
    if (level > 0) {
        graph->upper[graph->count] = kl_alloc_zero(level, LINKS_SIZE);
        if (!graph->upper[graph->count])
            return kl_error_no_memory(error);
    }
    memset(graph->lowest + graph->count * LINKS_LOWEST_SIZE, 0, LINKS_LOWEST_SIZE);
    graph->levels[graph->count] = (uint8_t)level;
    return KL_OK;
}

/* What the slot will lead to, on each of its levels; changes nothing but its own links. */
static kl_status find_links(walk *w, uint32_t slot, size_t level, kl_error *error)
{
    uint32_t from = w->graph->entry;
    for (size_t at = w->graph->level; at > level; at--)
        from = descend(w, from, at);
    for (size_t at = KL_MIN(level, w->graph->level) + 1; at-- > 0;) {
        KL_TRY(search_level(w, from, BUILD_EFFORT, at, false, error));
        kl_vector_heap_sort(&w->best);
        choose(links_of(w->graph, slot, at), LINKS, w->graph, w->set, w->best.items, w->best.count);
        from = w->best.items[0].slot;
    }
    return KL_OK;
}

/* INSERT */
kl_status kl_hnsw_add(kl_hnsw *graph, const kl_vector_set *set, kl_error *error)
{
    uint32_t slot = (uint32_t)graph->count;
    size_t level = level_of(slot);
    walk w = {0};
    KL_TRY(make_place(graph, level, error));
    kl_status status = KL_OK;
    if (graph->count > 0) {
        status = walk_begin(&w, graph, set, kl_vector_at(set, slot), BUILD_EFFORT, error);
        if (status == KL_OK)
            status = find_links(&w, slot, level, error);
        walk_end(&w);
    }
    if (status != KL_OK) {
        kl_free(graph->upper[slot]);
        return status;
    }
    for (size_t at = 0; graph->count > 0 && at <= KL_MIN(level, graph->level); at++) {
        const links *out = links_of(graph, slot, at);
        for (uint32_t i = 0; i < out->count; i++)
            link_back(graph, set, out->to[i], slot, at);
    }
    if (graph->count == 0 || level > graph->level) {
        graph->entry = slot;
        graph->level = level;
    }
    graph->count++;
    return KL_OK;
}

/* K-NN-SEARCH */
kl_status kl_hnsw_search(kl_vector_near *near, size_t *found, size_t count, const kl_hnsw *graph,
                         const kl_vector_set *set, const float *vector, size_t effort,
                         kl_error *error)
{
    walk w = {0};
    kl_status status;
    *found = 0;
    if (graph->count == 0)
        return KL_OK;
    effort = KL_MAX(effort, count);
    KL_TRY_OUT(walk_begin(&w, graph, set, vector, effort, error));
    uint32_t from = graph->entry;
    for (size_t at = graph->level; at > 0; at--)
        from = descend(&w, from, at);
    KL_TRY_OUT(search_level(&w, from, effort, 0, true, error));
    kl_vector_heap_sort(&w.best);
    *found = KL_MIN(count, w.best.count);
    memcpy(near, w.best.items, *found * sizeof *near);
out:
    walk_end(&w);
    return status;
}
