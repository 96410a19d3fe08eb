/* src/dataflow/fabric_source.h - sources of data outside of the database, each behind a circuit breaker.
 *
 * After KL_FABRIC_FAILURES outages in a row a source is not asked for a while; then one call may try it, and
 * what that finds counts for all. An answer that tells of a fault of the question is no outage.
 */
#ifndef KL_DATAFLOW_FABRIC_SOURCE_H
#define KL_DATAFLOW_FABRIC_SOURCE_H

#include "fork.h"
#include "kailash/time.h"
#include "kailash/type.h"
#include "store/sql_driver.h"

#include <pthread.h>

enum { KL_FABRIC_FAILURES = 3 };

/* How a fetch went, for the breaker. */
typedef enum kl_fabric_outcome {
    KL_FABRIC_NOT_ASKED, /* refused before the source was asked */
    KL_FABRIC_ANSWERED,  /* also with a refusal */
    KL_FABRIC_OUTAGE,
} kl_fabric_outcome;

typedef struct kl_fabric_kind {
    const char *name;
    /* `query` is what the caller gave; `watch` may stop it, and has no deadline; the outcome is
     * KL_FABRIC_NOT_ASKED at first. */
    kl_status (*fetch)(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error);
    void (*end)(void *state);
} kl_fabric_kind;

typedef struct kl_fabric_source {
    kl_object object;
    const kl_fabric_kind *kind;
    void *state;
    kl_value name; /* string */
    kl_duration reset_after;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    unsigned failures;    /* outages in a row */
    kl_time closed_until; /* nobody asks before; counts from KL_FABRIC_FAILURES on */
    bool probing;         /* a call tries it */
} kl_fabric_source;
extern const kl_type kl_fabric_source_type;

/* `state` is taken, also on failure; given. */
kl_status kl_fabric_source_new(kl_value *out, kl_value name, const kl_fabric_kind *kind, void *state,
                               kl_duration reset_after, kl_error *error);
/* Ask it, if its breaker lets through; given. What `watch` stops counts neither for nor against the source. */
kl_status kl_fabric_fetch(kl_value *out, kl_fabric_source *source, kl_value query,
                          const kl_sql_watch *watch, kl_error *error);
/* {kind, breaker, failures, retry_after_secs}; given. */
kl_status kl_fabric_status(kl_value *out, kl_fabric_source *source, kl_error *error);

/* ---- kinds ------------------------------------------------------------------------------------- */

/* What register_rest_source() and its like get, in this order; each gives a source. The errors begin with
 * the name of the method. */
kl_status kl_fabric_rest_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                             kl_error *error);
kl_status kl_fabric_file_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                             kl_error *error);
kl_status kl_fabric_database_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                                 kl_error *error);
extern const kl_param kl_fabric_rest_params[5], kl_fabric_file_params[5],
    kl_fabric_database_params[5];

/* "WHERE failed: ..." as a RuntimeError, whatever class it was of; the end of memory and interrupts stay as
 * they are. Returns the status of the result. */
kl_status kl_fabric_failure(kl_status status, const char *where, kl_error *error);

#endif
