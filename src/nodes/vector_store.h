/* src/nodes/vector_store.h - what the nodes that store and find vectors share: which collection they
 * mean, and vectors as inputs. */
#ifndef KL_NODES_VECTOR_STORE_H
#define KL_NODES_VECTOR_STORE_H

#include "store/pgvector.h"
#include "store/qdrant.h"
#include "store/vector.h"
#include "workflow/shared.h"

/* ---- collections -------------------------------------------------------------------------------- */

/* Rows of a node's config, in this order. */
#define KL_VECTOR_STORE_PARAMS(by_default)                                                         \
    {.name = "collection", .kind = KL_KIND_STRING, .fallback = "\"default\"",                      \
     .doc = "name of the collection"},                                                             \
    {.name = "backend", .kind = KL_KIND_ENUM, .names = kl_vector_backend_words,                    \
     .flags = KL_OPTIONAL,                                                                         \
     .doc = "where it is kept: memory; sqlite: a file, whole in memory too; pgvector: a table of "  \
            "PostgreSQL that is called as the collection (a letter or _, then letters, digits and " \
            "_, at most 40); qdrant: a collection of a Qdrant server. Absent: sqlite with a "       \
            "connection_string, memory without one"},                                              \
    {.name = "connection_string", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,        \
     .doc = "sqlite: path or URL of the file; pgvector: URL of the database, postgres://...; "     \
            "qdrant: URL of the server, http://localhost:6333"},                                   \
    KL_SCOPE_PARAM(by_default),                                                                    \
    {.name = "api_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                  \
     .doc = "qdrant: the server's key; absent: none"}
enum { KL_VECTOR_STORE_PARAM_COUNT = 5 };

extern const char *const kl_vector_backend_words[];

/* Rows of the config of nodes that store. */
#define KL_VECTOR_INDEX_PARAMS                                                                     \
    {.name = "index_metric", .kind = KL_KIND_ENUM, .names = kl_vector_index_words,                 \
     .flags = KL_OPTIONAL,                                                                         \
     .doc = "pgvector: the metric of the index that the table gets if it has none such; "          \
            "none: no index. Absent: a new table gets one for cosine, if its vectors have at most " \
            "2000 numbers. Each query with another metric looks at all vectors. qdrant: the metric " \
            "that a new collection is made for, and all its queries must have; absent: cosine"},   \
    {.name = "index_method", .kind = KL_KIND_ENUM, .names = kl_vector_method_words,                \
     .flags = KL_OPTIONAL,                                                                         \
     .doc = "pgvector: the kind of that index: hnsw (default), or ivfflat, which is made of the "  \
            "vectors that are there by then, so of many in one call, and smaller"},                \
    {.name = "index_lists", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,                           \
     .range = KL_RANGE(1, 32768),                                                                  \
     .doc = "pgvector: clusters of an ivfflat index. Absent: one for 1000 vectors"}
enum { KL_VECTOR_INDEX_PARAM_COUNT = 3 };
extern const char *const kl_vector_method_words[]; /* in the order of kl_pgvector_method */
extern const char *const kl_vector_index_words[]; /* in the order of kl_pgvector_index */

typedef struct kl_vector_store {
    kl_vectors *vectors;   /* borrowed; NULL = it is elsewhere */
    kl_pgvector *table;    /* borrowed */
    bool is_qdrant;
    kl_qdrant qdrant;      /* without its watch */
    kl_pgvector_wish wish;
    const kl_node_call *call;
} kl_vector_store;

/* The one that a node means; `params` are its four values as above. Nothing is held. */
kl_status kl_vector_store_of(kl_vector_store *out, const kl_node_call *call, const kl_value *params,
                             kl_error *error);

/* Read the values of KL_VECTOR_INDEX_PARAMS. */
kl_status kl_vector_store_index(kl_vector_store *store, const kl_value *params, kl_error *error);

/* As in store/vector.h, with errors of a node. `input` is the input that holds the vectors. */
kl_status kl_vector_store_upsert(kl_value *ids, const kl_vector_store *store,
                                 const kl_vector_entry *entries, size_t count, bool replace,
                                 const char *input, kl_error *error);
kl_status kl_vector_store_delete(size_t *deleted, const kl_vector_store *store, const kl_value *ids,
                                 kl_value filter, kl_error *error);
/* `filter` is a map or null, and stands in query->filter only here. */
kl_status kl_vector_store_query(kl_value *out, const kl_vector_store *store, kl_vector_query *query,
                                kl_value filter, const char *input, kl_error *error);

/* ---- vectors as inputs -------------------------------------------------------------------------- */

/*
 * The numbers of a list as floats; given, end with kl_free(). `name` and `index` (SIZE_MAX = none)
 * and `member` name it in messages: "vectors[2].embedding".
 */
kl_status kl_vector_read(float **out, size_t *dimension, kl_value list, const char *name,
                         size_t index, const char *member, kl_error *error);

#endif
