/* src/nodes/sql_pools.h - what the SQL nodes share: pools by name, per process or per registry, and
 * transactions by their ids, which nobody can guess. Any thread may use them. */
#ifndef KL_NODES_SQL_POOLS_H
#define KL_NODES_SQL_POOLS_H

#include "kailash/node.h"
#include "store/sql.h"

typedef struct kl_sql_pools kl_sql_pools;

/* Those that the `scope` of a call means; borrowed. */
kl_status kl_sql_pools_of(kl_sql_pools **out, const kl_node_call *call, kl_value scope,
                          kl_error *error);
/* The pool registered under a key, or else the one that all of the scope share for a URL; given. */
kl_status kl_sql_pool_of(kl_sql_pool **out, kl_sql_pools *pools, kl_text key_or_url, kl_error *error);
/* Register; `pool` is taken, also on failure. One that stands there already is closed. */
kl_status kl_sql_pool_register(kl_sql_pools *pools, kl_text key, kl_sql_pool *pool, kl_error *error);
/* Close and forget; false when there was none. */
bool kl_sql_pool_unregister(kl_sql_pools *pools, kl_text key);

/* ---- transactions -------------------------------------------------------------------------------- */

typedef struct kl_sql_transaction kl_sql_transaction;

/* "txn_" and a UUID, with a NUL. */
enum { KL_SQL_TRANSACTION_ID_SIZE = 41 };
kl_status kl_sql_transaction_new_id(char id[KL_SQL_TRANSACTION_ID_SIZE], kl_error *error);

/*
 * Keep a connection (taken, also on failure) in which a transaction was begun. It is rolled back
 * when nobody uses it for `idle`.
 */
kl_status kl_sql_transaction_keep(const char *id, kl_sql *sql, kl_duration idle, kl_error *error);
/* Use it; KL_STATE while another does, KL_NOT_FOUND for an id that is unknown or over. End with
 * one of the two below. */
kl_status kl_sql_transaction_use(kl_sql_transaction **out, kl_sql **sql, kl_text id,
                                 kl_error *error);
void kl_sql_transaction_leave(kl_sql_transaction *transaction);
/* It is over: forget it and give its connection back. */
void kl_sql_transaction_end(kl_sql_transaction *transaction);

/* ---- errors -------------------------------------------------------------------------------------- */

/* What the SQL layer said, in the words of a node; `why` is taken. */
kl_status kl_sql_node_error(kl_error *error, kl_error *why);

/* Whether the run of the node (a kl_run*, as data) was stopped or the user interrupts. What ends a
 * statement by this must be told by kl_sql_node_error(), which knows the interrupt. */
bool kl_sql_run_is_stopped(void *run);

#endif
