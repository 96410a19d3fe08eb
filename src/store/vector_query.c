/* src/store/vector_query.c - collections of vectors: finding. See vector.h. */
#include "vector_heap.h"
#include "vector_rows.h"

#include <stdlib.h>

/* A slot that may become a result. */
typedef struct candidate {
    size_t slot;
    double score;
    double likeness; /* to the most alike of the results chosen so far */
    bool chosen;
} candidate;

typedef struct search {
    kl_vectors *vectors;
    const kl_vector_query *query;
    double *words; /* the weight of each slot, at most 1; NULL = words do not count */
    candidate *found;
    size_t count;
    kl_work work;
} search;

/* Candidates that a search in the graph keeps: enough to find 19 of 20 even in noise. */
#define EFFORT ((size_t)384)

/* ---- indexes ------------------------------------------------------------------------------------ */

static bool wants_graph(const kl_vectors *vectors, const kl_vector_query *query)
{
    return !query->exact && !query->filter && query->words_share == 0 &&
           vectors->set.count - vectors->set.dead > KL_VECTORS_EXACT_MAX;
}

static bool is_ready(const kl_vectors *vectors, const kl_vector_query *query)
{
    const kl_hnsw *graph = vectors->graphs[query->metric];
    if (wants_graph(vectors, query) && (!graph || kl_hnsw_count(graph) < vectors->set.count))
        return false;
    return query->words_share == 0 ||
           (vectors->texts && kl_text_index_count(vectors->texts) == vectors->set.count);
}

static kl_status check_stop(kl_latch_waiter waiter, size_t step, kl_error *error)
{
    if (step % 64 == 0 && waiter.is_stopped && waiter.is_stopped(waiter.data))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return KL_OK;
}

/* Take what is new into the graph. Stopped halfway, the next one goes on from there. */
static kl_status complete_graph(kl_vectors *vectors, kl_vector_metric metric,
                                kl_latch_waiter waiter, kl_error *error)
{
    if (!vectors->graphs[metric])
        KL_TRY(kl_hnsw_new(&vectors->graphs[metric], metric, error));
    kl_hnsw *graph = vectors->graphs[metric];
    while (kl_hnsw_count(graph) < vectors->set.count) {
        KL_TRY(check_stop(waiter, kl_hnsw_count(graph), error));
        KL_TRY(kl_hnsw_add(graph, &vectors->set, error));
    }
    return KL_OK;
}

static kl_status complete_texts(kl_vectors *vectors, kl_latch_waiter waiter, kl_error *error)
{
    if (!vectors->texts)
        KL_TRY(kl_text_index_new(&vectors->texts, error));
    for (size_t slot = kl_text_index_count(vectors->texts); slot < vectors->set.count; slot++) {
        KL_TRY(check_stop(waiter, slot, error));
        KL_TRY(kl_text_index_add(vectors->texts, kl_as_text(vectors->rows[slot].content), error));
    }
    return KL_OK;
}

/* Hold the collection for reading, with all that the query needs. Who finds something missing makes
 * it as a writer and looks again. */
static kl_status begin_query(kl_vectors *vectors, const kl_vector_query *query,
                             kl_latch_waiter waiter, kl_error *error)
{
    for (;;) {
        bool stale = false;
        KL_TRY(kl_latch_read(&vectors->latch, waiter, error));
        kl_status status = vectors->mirror ? kl_mirror_is_stale(&stale, vectors->mirror, error)
                                           : KL_OK;
        if (status == KL_OK && !stale && is_ready(vectors, query))
            return KL_OK;
        kl_latch_leave(&vectors->latch);
        KL_TRY(status);
        KL_TRY(kl_latch_write(&vectors->latch, waiter, error));
        status = kl_vectors_load(vectors, error);
        if (status == KL_OK && wants_graph(vectors, query))
            status = complete_graph(vectors, query->metric, waiter, error);
        if (status == KL_OK && query->words_share > 0)
            status = complete_texts(vectors, waiter, error);
        kl_latch_leave(&vectors->latch);
        KL_TRY(status);
    }
}

/* ---- candidates --------------------------------------------------------------------------------- */

static double score_of(const search *s, size_t slot)
{
    const kl_vector_query *query = s->query;
    double score = kl_vector_score(query->vector, kl_vector_at(&s->vectors->set, slot),
                                   query->dimension, query->metric);
    if (!s->words)
        return score;
    return (1 - query->words_share) * score + query->words_share * s->words[slot];
}

/* Best first, equal scores by id. */
static int compare(const void *a, const void *b, void *rows)
{
    const candidate *left = a, *right = b;
    const kl_vector_row *row = rows;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return kl_text_compare(kl_as_text(row[left->slot].id), kl_as_text(row[right->slot].id));
}

static void sort_candidates(search *s)
{
    qsort_r(s->found, s->count, sizeof *s->found, compare, s->vectors->rows);
}

/* How many candidates to gather. */
static size_t wanted(const kl_vector_query *query)
{
    if (query->diversity == 0)
        return query->top_k;
    return KL_MAX(query->top_k, query->candidates ? query->candidates : 4 * query->top_k);
}

static kl_status passes(bool *out, search *s, size_t slot, kl_error *error)
{
    *out = s->vectors->set.alive[slot];
    if (!*out || !s->query->filter)
        return KL_OK;
    return kl_filter_test(out, s->query->filter, s->vectors->rows[slot].metadata, &s->work, error);
}

/* The heap's order: less distance is better; of equal ones the smaller id. */
static bool is_better(const search *s, kl_vector_near a, kl_vector_near b)
{
    if (a.distance != b.distance)
        return a.distance < b.distance;
    return kl_text_compare(kl_as_text(s->vectors->rows[a.slot].id),
                           kl_as_text(s->vectors->rows[b.slot].id)) < 0;
}

/* Keep a slot among the `max` best in a heap whose top is the worst. */
static void offer(const search *s, kl_vector_near *heap, size_t *count, size_t max,
                  kl_vector_near item)
{
    size_t at = *count;
    if (at < max) { /* up from the end */
        ++*count;
        for (; at > 0 && is_better(s, heap[(at - 1) / 2], item); at = (at - 1) / 2)
            heap[at] = heap[(at - 1) / 2];
        heap[at] = item;
        return;
    }
    for (at = 0;;) { /* down from the top */
        size_t child = 2 * at + 1;
        if (child >= *count)
            break;
        if (child + 1 < *count && is_better(s, heap[child], heap[child + 1]))
            child++;
        if (!is_better(s, item, heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

/* Look at all. The filter is asked only about slots that would be kept. */
static kl_status scan(search *s, kl_vector_near *heap, size_t *count, size_t max, kl_error *error)
{
    const kl_vector_query *query = s->query;
    kl_vector_probe probe = kl_vector_probe_of(query->vector, query->dimension, query->metric);
    for (size_t slot = 0; slot < s->vectors->set.count; slot++) {
        bool good = false;
        KL_TRY(kl_work_step(&s->work, error));
        if (!s->vectors->set.alive[slot])
            continue;
        float distance = s->words ? (float)-score_of(s, slot)
                                  : kl_vector_distance(&probe, &s->vectors->set, slot);
        kl_vector_near item = {distance, (uint32_t)slot};
        if (*count == max && !is_better(s, item, heap[0]))
            continue;
        KL_TRY(passes(&good, s, slot, error));
        if (good)
            offer(s, heap, count, max, item);
    }
    return KL_OK;
}

static kl_status gather(search *s, kl_error *error)
{
    const kl_vector_query *query = s->query;
    kl_vectors *vectors = s->vectors;
    size_t max = KL_MIN(wanted(query), vectors->set.count - vectors->set.dead);
    kl_vector_near *near = kl_alloc(max * sizeof *near);
    s->found = kl_alloc_zero(KL_MAX(max, 1), sizeof *s->found);
    kl_status status = near && s->found ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK && max > 0)
        status = wants_graph(vectors, query)
                     ? kl_hnsw_search(near, &s->count, max, vectors->graphs[query->metric],
                                      &vectors->set, query->vector,
                                      query->effort ? query->effort : KL_MAX(EFFORT, 2 * max), error)
                     : scan(s, near, &s->count, max, error);
    for (size_t i = 0; status == KL_OK && i < s->count; i++)
        s->found[i] = (candidate){near[i].slot, score_of(s, near[i].slot), 0, false};
    kl_free(near);
    return status;
}

/* The weight of words, the best one being 1. */
static kl_status weigh_words(search *s, kl_error *error)
{
    const kl_vector_set *set = &s->vectors->set;
    double best = 0;
    if (s->query->words_share == 0 || set->count == 0)
        return KL_OK;
    s->words = kl_alloc_zero(set->count, sizeof *s->words);
    if (!s->words)
        return kl_error_no_memory(error);
    KL_TRY(kl_text_index_score(s->words, s->vectors->texts, s->query->words, set->alive, error));
    for (size_t i = 0; i < set->count; i++)
        best = KL_MAX(best, s->words[i]);
    for (size_t i = 0; best > 0 && i < set->count; i++)
        s->words[i] /= best;
    return KL_OK;
}

/* ---- results ------------------------------------------------------------------------------------ */

static kl_status add_result(kl_value *list, const search *s, const candidate *it, kl_error *error)
{
    const kl_vector_row *row = &s->vectors->rows[it->slot];
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("id"), kl_value_retain(row->id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("content"), kl_value_retain(row->content), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("metadata"), kl_value_retain(row->metadata), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("score"), kl_double(it->score), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

/* The candidate that is good and unlike those chosen; NULL when none is left. */
static candidate *most_relevant(const search *s)
{
    candidate *best = NULL;
    double most = 0, share = s->query->diversity;
    for (size_t i = 0; i < s->count; i++) {
        candidate *it = &s->found[i];
        double worth = (1 - share) * it->score - share * it->likeness;
        if (!it->chosen && it->score >= s->query->score_min && (!best || worth > most)) {
            best = it;
            most = worth;
        }
    }
    return best;
}

/* Tell all candidates how alike they are to the one chosen last. */
static void compare_with(const search *s, const candidate *last, bool first)
{
    const kl_vector_set *set = &s->vectors->set;
    for (size_t i = 0; i < s->count; i++) {
        candidate *it = &s->found[i];
        double alike = kl_vector_score(kl_vector_at(set, it->slot), kl_vector_at(set, last->slot),
                                       set->dimension, s->query->metric);
        it->likeness = first ? alike : KL_MAX(it->likeness, alike);
    }
}

static kl_status choose(kl_value *list, search *s, kl_error *error)
{
    for (size_t i = 0; i < s->query->top_k; i++) {
        candidate *next = most_relevant(s);
        if (!next)
            break;
        next->chosen = true;
        KL_TRY(add_result(list, s, next, error));
        if (s->query->diversity > 0)
            compare_with(s, next, i == 0);
    }
    return KL_OK;
}

static kl_status take_best(kl_value *list, search *s, kl_error *error)
{
    sort_candidates(s);
    if (s->query->diversity > 0)
        return choose(list, s, error);
    for (size_t i = 0; i < s->count && s->found[i].score >= s->query->score_min; i++)
        KL_TRY(add_result(list, s, &s->found[i], error));
    return KL_OK;
}

static kl_status run(kl_value *list, search *s, kl_error *error)
{
    const kl_vector_set *set = &s->vectors->set;
    if (set->count == set->dead)
        return KL_OK;
    if (s->query->dimension != set->dimension)
        return kl_error_set(error, KL_INVALID, "expected %zu numbers, as the vectors of the "
                            "collection have, got %zu", set->dimension, s->query->dimension);
    if (s->query->top_k == 0)
        return KL_OK;
    KL_TRY(weigh_words(s, error));
    KL_TRY(gather(s, error));
    return take_best(list, s, error);
}

kl_status kl_vectors_query(kl_value *out, kl_vectors *vectors, const kl_vector_query *query,
                           kl_latch_waiter waiter, kl_error *error)
{
    search s = {.vectors = vectors, .query = query,
                .work = {.is_stopped = waiter.is_stopped, .data = waiter.data}};
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = begin_query(vectors, query, waiter, error);
    if (status == KL_OK) {
        status = run(&list, &s, error);
        kl_latch_leave(&vectors->latch);
    }
    kl_free(s.words);
    kl_free(s.found);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_vectors_size(size_t *count, size_t *dimension, kl_vectors *vectors,
                          kl_latch_waiter waiter, kl_error *error)
{
    kl_vector_query nothing = KL_VECTOR_QUERY_INIT;
    nothing.exact = true;
    KL_TRY(begin_query(vectors, &nothing, waiter, error));
    *count = vectors->set.count - vectors->set.dead;
    *dimension = *count ? vectors->set.dimension : 0;
    kl_latch_leave(&vectors->latch);
    return KL_OK;
}

/* ---- what other stores found ---------------------------------------------------------------------- */

size_t kl_vectors_wanted(const kl_vector_query *query)
{
    if (query->diversity == 0)
        return query->top_k;
    return KL_MAX(query->top_k, query->candidates ? query->candidates : 4 * query->top_k);
}

kl_status kl_vectors_rank(kl_value *out, kl_value rows, const kl_vector_query *query,
                          kl_status (*add)(kl_vectors *to, kl_value row, size_t dimension,
                                           kl_error *error), kl_error *error)
{
    kl_vectors *vectors;
    kl_vector_query again = *query;
    again.filter = NULL;
    again.exact = true;
    again.words_share = 0;
    KL_TRY(kl_vectors_new(&vectors, KL_TEXT("candidates"), KL_TEXT(""), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(rows) && status == KL_OK; i++)
        status = add(vectors, kl_array_at(rows, i), query->dimension, error);
    if (status == KL_OK)
        status = kl_vectors_query(out, vectors, &again, (kl_latch_waiter){0}, error);
    kl_vectors_free(vectors);
    return status;
}
