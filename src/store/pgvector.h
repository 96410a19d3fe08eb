/* src/store/pgvector.h - collections of vectors in PostgreSQL, by its extension pgvector.
 *
 * A collection is a table (id text, embedding vector(n), content text, metadata jsonb), made with the
 * first vectors. The server finds candidates; scores and the order of results are then those of
 * store/vector.h. Any thread may use a collection.
 */
#ifndef KL_STORE_PGVECTOR_H
#define KL_STORE_PGVECTOR_H

#include "buffer.h"
#include "sql.h"
#include "vector.h"

/* Longest name of a table, so that those of its index and its sequence fit too. */
enum { KL_PGVECTOR_NAME_MAX = 40 };
/* What the extension's index can do. */
enum { KL_PGVECTOR_INDEX_DIMENSION_MAX = 2000, KL_PGVECTOR_EFFORT_MAX = 1000,
       KL_PGVECTOR_LISTS_MAX = 32768 };

typedef struct kl_pgvector kl_pgvector;

/* The metric that the index of a table is for. */
typedef enum kl_pgvector_index {
    KL_PGVECTOR_INDEX_COSINE,
    KL_PGVECTOR_INDEX_EUCLIDEAN,
    KL_PGVECTOR_INDEX_DOT,
    KL_PGVECTOR_INDEX_NONE,
    KL_PGVECTOR_INDEX_DEFAULT, /* a new table gets one for cosines, if vectors are not too long */
} kl_pgvector_index;

typedef enum kl_pgvector_method { KL_PGVECTOR_HNSW, KL_PGVECTOR_IVFFLAT } kl_pgvector_method;

/* The index that a table gets if it has none such. */
typedef struct kl_pgvector_wish {
    kl_pgvector_index index;
    kl_pgvector_method method;
    size_t lists; /* of IVFFlat; 0 = by the number of rows when it is made */
} kl_pgvector_wish;

/* Whether a collection may have this name: a letter or _, then letters, digits and _, all of ASCII. */
KL_API bool kl_pgvector_is_name(kl_text name);

/*
 * The collection `table` (see kl_pgvector_is_name()) in the database of `url`; given. Connects only
 * when used. KL_INVALID for a bad URL.
 */
KL_API kl_status kl_pgvector_new(kl_pgvector **out, kl_text url, kl_text table, kl_error *error);
KL_API void kl_pgvector_free(kl_pgvector *store);

/* As kl_vectors_upsert(), in one transaction. The table, and an index that is asked for by name, are made
 * when they are not there; one of IVFFlat behind the vectors, whose clusters it is made of. */
KL_API kl_status kl_pgvector_upsert(kl_value *ids, size_t *at, kl_pgvector *store,
                                    const kl_vector_entry *entries, size_t count, bool replace,
                                    const kl_pgvector_wish *wish, const kl_sql_watch *watch,
                                    kl_error *error);

/* A filter in SQL; end it with kl_pgvector_condition_clear(). */
typedef struct kl_pgvector_condition {
    kl_buffer sql;   /* on the column `metadata`; it is never null */
    kl_value params; /* array: values of $1, $2, ... */
} kl_pgvector_condition;

/*
 * Say a filter (NULL = all) in SQL; given. KL_INVALID ("invalid input 'NAME.age': expected no $regex
 * with backend pgvector") for what SQL cannot say in the same sense: $regex, $size, $elemMatch, $type,
 * $mod, order among lists or maps, and paths with an index of a list.
 */
KL_API kl_status kl_pgvector_condition_new(kl_pgvector_condition *out, const kl_filter *filter,
                                           const char *name, kl_error *error);
KL_API void kl_pgvector_condition_clear(kl_pgvector_condition *condition);

/* Remove by ids (an array of strings), or what fulfils a condition, one being NULL. */
KL_API kl_status kl_pgvector_delete(size_t *deleted, kl_pgvector *store, const kl_value *ids,
                                    const kl_pgvector_condition *condition,
                                    const kl_sql_watch *watch, kl_error *error);

/*
 * As kl_vectors_query(), with a condition (borrowed) in place of query->filter; query->words are not
 * looked at. The server may use an index unless there is a condition, or `exact` is set, or more results
 * are wanted than it can find; by the index for cosines no zero vector is found. `effort` is the candidates
 * that HNSW keeps, or the lists of IVFFlat that are looked at.
 */
KL_API kl_status kl_pgvector_query(kl_value *out, kl_pgvector *store, const kl_vector_query *query,
                                   const kl_pgvector_condition *condition,
                                   const kl_sql_watch *watch, kl_error *error);

#endif
