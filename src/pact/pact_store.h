/* src/pact/pact_store.h - the state of an engine in an SQLite file (pact 4.6): rows by table, and anchors.
 *
 * Writers take turns by a lock that the caller holds (that of the audit chain); readers have connections
 * of their own. A transaction that is durable is on the disk when it is committed; the others are when
 * the system writes them, so that a process that is killed loses nothing.
 */
#ifndef KL_PACT_PACT_STORE_H
#define KL_PACT_PACT_STORE_H

#include "audit_chain.h"

typedef struct kl_pact_store kl_pact_store;

/* Tables beside those of engine.h. */
#define KL_PACT_TABLE_ORG "org"           /* "document" */
#define KL_PACT_TABLE_HELD "held_actions" /* number of the action */
#define KL_PACT_TABLE_SPENDING "spending" /* address */

/* Open the file, or (unless it is only read) make it; given. KL_INVALID for a file that another program or a
 * later version made. */
KL_API kl_status kl_pact_store_open(kl_pact_store **out, kl_text path, bool read_only,
                                    kl_error *error);
KL_API void kl_pact_store_close(kl_pact_store *store);

/* ---- writing, one at a time ------------------------------------------------------------------------- */

KL_API kl_status kl_pact_store_begin(kl_pact_store *store, bool durable, kl_error *error);
/* Set the row of a key, or (null) remove it. */
KL_API kl_status kl_pact_store_put(kl_pact_store *store, const char *table, kl_text key, kl_value row,
                                   kl_error *error);
/* A visitor that adds an anchor; its data is the store. KL_STATE when another engine has written one
 * at its place. */
KL_API kl_pact_anchor_visit kl_pact_store_anchor;
KL_API kl_status kl_pact_store_commit(kl_pact_store *store, kl_error *error);
KL_API void kl_pact_store_rollback(kl_pact_store *store);

/* ---- reading ------------------------------------------------------------------------------------------ */

typedef kl_status kl_pact_store_visit(void *data, kl_text key, kl_value row, kl_error *error);
/* All rows of a table by key; numbers by their value. */
KL_API kl_status kl_pact_store_rows(kl_pact_store *store, const char *table,
                                    kl_pact_store_visit *visit, void *data, kl_error *error);
/* One row; given, null when there is none. */
KL_API kl_status kl_pact_store_get(kl_value *out, kl_pact_store *store, const char *table, kl_text key,
                                   kl_error *error);
/* All anchors in their order, or (not empty) those of an envelope. */
KL_API kl_status kl_pact_store_anchors(kl_pact_store *store, kl_text envelope_id,
                                       kl_pact_anchor_visit *visit, void *data, kl_error *error);

#endif
