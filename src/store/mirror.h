/* src/store/mirror.h - rows of a store that lives in memory, kept in an SQLite file beside it.
 *
 * A row has a key, a body (a value, as JSON text) and perhaps bytes. Changes stand in a transaction;
 * a revision, counted up by each, tells every process when what it remembers is stale.
 */
#ifndef KL_STORE_MIRROR_H
#define KL_STORE_MIRROR_H

#include "sql.h"

typedef struct kl_mirror kl_mirror;

/*
 * The rows of `collection` and `kind` ("vectors", a letter and letters) in the database `url`; given.
 * `url` is an SQLite URL, or the path of a file.
 */
KL_API kl_status kl_mirror_new(kl_mirror **out, kl_text url, const char *kind, kl_text collection,
                               kl_error *error);
KL_API void kl_mirror_free(kl_mirror *mirror);

/* Whether memory lacks what the file holds; any thread. True at first. */
KL_API kl_status kl_mirror_is_stale(bool *out, kl_mirror *mirror, kl_error *error);

/* The rest is for one thread at a time. All rows in the order they were first put: */
typedef kl_status kl_mirror_row(void *data, kl_text key, kl_value body, kl_text bytes,
                                kl_error *error);
KL_API kl_status kl_mirror_load(kl_mirror *mirror, kl_mirror_row *row, void *data, kl_error *error);
/* What memory holds is no longer what was loaded: stale from now on. */
KL_API void kl_mirror_forget(kl_mirror *mirror);

/* Begin a change; nobody else changes the file until its end. Then look whether memory is stale,
 * and load. */
KL_API kl_status kl_mirror_begin(kl_mirror *mirror, kl_error *error);
KL_API kl_status kl_mirror_put(kl_mirror *mirror, kl_text key, kl_value body, kl_text bytes,
                               kl_error *error);
KL_API kl_status kl_mirror_remove(kl_mirror *mirror, kl_text key, kl_error *error);
KL_API kl_status kl_mirror_clear(kl_mirror *mirror, kl_error *error);
KL_API kl_status kl_mirror_commit(kl_mirror *mirror, kl_error *error);
KL_API void kl_mirror_rollback(kl_mirror *mirror);

/* Names of the collections of a kind in a file; given. */
KL_API kl_status kl_mirror_collections(kl_value *out, kl_text url, const char *kind,
                                       kl_error *error);

#endif
