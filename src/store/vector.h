/* src/store/vector.h - collections of vectors: who is near to what is asked for.
 *
 * A collection lives in memory, and in an SQLite file beside it when one is named. Up to
 * KL_VECTORS_EXACT_MAX vectors are all looked at; among more, a graph (vector_hnsw.h) finds the near
 * ones, unless a filter, words or the diversity of results ask for a look at all. Any thread may use
 * a collection.
 */
#ifndef KL_STORE_VECTOR_H
#define KL_STORE_VECTOR_H

#include "document_filter.h"
#include "latch.h"
#include "vector_set.h"

typedef struct kl_vectors kl_vectors;

#define KL_VECTORS_EXACT_MAX ((size_t)10000)
/* Longest vector, in numbers. */
#define KL_VECTOR_DIMENSION_MAX ((size_t)65536)

extern KL_API const char *const kl_vector_metric_words[]; /* in the order of kl_vector_metric */

/*
 * The collection `name`; given. `file` is an SQLite file or URL, empty = in memory only.
 */
KL_API kl_status kl_vectors_new(kl_vectors **out, kl_text name, kl_text file, kl_error *error);
KL_API void kl_vectors_free(kl_vectors *vectors);

/* A vector to be stored; all is borrowed. */
typedef struct kl_vector_entry {
    kl_value id;       /* a string; null = "<collection>_<n>" */
    const float *vector;
    size_t dimension;
    kl_value metadata; /* a map, or null */
    kl_value content;  /* a string, or null */
} kl_vector_entry;

/*
 * Store the entries, replacing those with the same id; the ids as an array, given. KL_INVALID
 * ("expected 3 numbers, as ...", `*at` being the entry) when one has another dimension than the rest.
 * replace  all that is there is removed first
 */
KL_API kl_status kl_vectors_upsert(kl_value *ids, size_t *at, kl_vectors *vectors,
                                   const kl_vector_entry *entries, size_t count, bool replace,
                                   kl_latch_waiter waiter, kl_error *error);

/* Remove by ids (an array of strings) or by a filter on the metadata, one being NULL. */
KL_API kl_status kl_vectors_delete(size_t *deleted, kl_vectors *vectors, const kl_value *ids,
                                   const kl_filter *filter, kl_latch_waiter waiter, kl_error *error);

typedef struct kl_vector_query {
    const float *vector;
    size_t dimension;
    size_t top_k;
    kl_vector_metric metric;
    const kl_filter *filter; /* on the metadata; NULL = all */
    double score_min;        /* results have at least this score; -INFINITY = all */
    size_t effort;           /* of a search in the graph; 0 = by itself */
    bool exact;              /* never use the graph */
    kl_text words;           /* also weigh how well contents hold these words (BM25) */
    double words_share;      /* of that weight in the score, 0 to 1; 0 = not at all */
    double diversity;        /* maximal marginal relevance: 0 = by score alone, towards 1 results
                                that are unlike each other count more */
    size_t candidates;       /* among which diversity chooses; 0 = four times top_k */
} kl_vector_query;

#define KL_VECTOR_QUERY_INIT {.score_min = -__builtin_inf()}

/*
 * The best as an array of maps {id, content, metadata, score}, best first, equal ones by id; given.
 * KL_INVALID for another dimension. An empty collection has no results.
 */
KL_API kl_status kl_vectors_query(kl_value *out, kl_vectors *vectors, const kl_vector_query *query,
                                  kl_latch_waiter waiter, kl_error *error);

/* How many candidates another store must find for a query, so that these can be chosen among. */
KL_API size_t kl_vectors_wanted(const kl_vector_query *query);
/*
 * What kl_vectors_query() would give for candidates that another store found, the items of `rows`,
 * each of which `add` puts into a collection. The filter and words are not looked at.
 */
KL_API kl_status kl_vectors_rank(kl_value *out, kl_value rows, const kl_vector_query *query,
                                 kl_status (*add)(kl_vectors *to, kl_value row, size_t dimension,
                                                  kl_error *error), kl_error *error);

/* Vectors in it, and their dimension (0 when empty). */
KL_API kl_status kl_vectors_size(size_t *count, size_t *dimension, kl_vectors *vectors,
                                 kl_latch_waiter waiter, kl_error *error);

#endif
