/* src/store/qdrant.h - collections of vectors on a Qdrant server, by its REST API.
 *
 * A vector is a point with the payload {id, content, metadata}. Its own id is the text's where that is
 * an integer or a UUID, else a UUID made of the text (version 5, in the namespace of object ids). The
 * server finds candidates; scores and the order of results are then those of store/vector.h.
 */
#ifndef KL_STORE_QDRANT_H
#define KL_STORE_QDRANT_H

#include "net/http.h"
#include "vector.h"

/* A collection; all is borrowed. Nothing is held between calls: connections are those of net/http.h. */
typedef struct kl_qdrant {
    kl_text url;     /* of the server, such as http://localhost:6333 */
    kl_text name;    /* see kl_qdrant_is_name() */
    kl_text api_key; /* empty = none */
    const kl_http_watch *watch;
} kl_qdrant;

/* Whether a collection may have this name: 1 to 255 bytes without control characters and <>:"/\|?*,
 * neither "." nor "..". */
KL_API bool kl_qdrant_is_name(kl_text name);
/* KL_INVALID for what is no URL of a server. */
KL_API kl_status kl_qdrant_check_url(kl_text url, kl_error *error);

/*
 * As kl_vectors_upsert(), but in several steps when there is much to store or `replace` is set; an
 * entry without an id gets a new UUID. A collection that is not there is made for `metric`
 * (KL_VECTOR_METRICS: cosines); KL_STATE when it is there and was made for another.
 */
KL_API kl_status kl_qdrant_upsert(kl_value *ids, size_t *at, const kl_qdrant *store,
                                  const kl_vector_entry *entries, size_t count, bool replace,
                                  kl_vector_metric metric, kl_error *error);

/*
 * Say a filter (NULL = all) as Qdrant has it, a map; given. KL_INVALID ("invalid input 'NAME.age': expected
 * no $regex with backend qdrant") for what it cannot say in the same sense: null, $exists, $regex, $size,
 * $elemMatch, $type, $mod, equality with lists or maps, order among anything but numbers, integers
 * beyond 2^53, paths with an index of a list or more than KL_QDRANT_PATH_MAX parts.
 */
KL_API kl_status kl_qdrant_condition_new(kl_value *out, const kl_filter *filter, const char *name,
                                         kl_error *error);
enum { KL_QDRANT_PATH_MAX = 5 };

/* Remove by ids (an array of strings), or what fulfils a condition, one being NULL. */
KL_API kl_status kl_qdrant_delete(size_t *deleted, const kl_qdrant *store, const kl_value *ids,
                                  const kl_value *condition, kl_error *error);

/*
 * As kl_vectors_query(), with a condition (borrowed; NULL = all) in place of query->filter;
 * query->words are not looked at. KL_STATE for another metric than the collection was made for.
 */
KL_API kl_status kl_qdrant_query(kl_value *out, const kl_qdrant *store,
                                 const kl_vector_query *query, const kl_value *condition,
                                 kl_error *error);

#endif
