/* src/pact/actions.h - the half of an engine that judges actions and remembers: verdicts, held actions,
 * usage, the audit chain, the file behind it. The other half is engine.h. */
#ifndef KL_PACT_ACTIONS_H
#define KL_PACT_ACTIONS_H

#include "audit_chain.h"
#include "engine.h"
#include "held_store.h"
#include "pact_store.h"
#include "usage.h"

/*
 * Locks, each taken inside of those before it: that of the engine or `deciding`, never both; that of the
 * chain, of `usage` or of the cache; that of `held`. A fork waits for all of them, so a child has a whole
 * engine. One that is kept in a file cannot be written to by the child: the database is the parent's.
 */
struct kl_pact_actions {
    kl_pact_chain chain;
    kl_fork_watch chain_watch; /* of its lock */
    kl_pact_store *store;      /* NULL = all is in memory; written to under the lock of the chain */
    bool auditing;             /* atomic: whether decisions and changes are anchored */
    kl_pact_held_store *held;
    kl_pact_usage *usage;
    kl_guard deciding; /* held while a held action goes from one state to another */
};

/* ---- judging ------------------------------------------------------------------------------------------ */

/* An action that somebody wants to do; all borrowed, strings. What may be null says so. */
typedef struct kl_pact_question {
    kl_value role_address, action;
    kl_value context;  /* map of numbers, or null */
    kl_value resource, task_id, channel, recipient; /* or null */
    const kl_pact_held *approval; /* whose retry it is, or NULL */
    bool quiet;        /* what is found is told, and nothing more: not recorded, not counted, not held */
    bool unheld;       /* recorded, but neither counted nor held: asked for somebody else */
} kl_pact_question;

/*
 * The verdict; given. KL_FAILED (RuntimeError) for an address that is none, an action that is refused, a
 * decision that could not be recorded.
 */
KL_API kl_status kl_pact_verify(kl_value *out, kl_pact_engine *engine,
                                const kl_pact_question *question, kl_error *error);
/* One verdict per ancestor, from the root on, and for the role itself; given. */
KL_API kl_status kl_pact_verify_chain(kl_value *out, kl_pact_engine *engine,
                                      const kl_pact_question *question, kl_error *error);
/* Whether a text may be an action: KL_FAILED "action refused: empty". */
KL_API kl_status kl_pact_action_check(kl_text action, kl_error *error);

/* ---- held actions ------------------------------------------------------------------------------------- */

KL_API kl_status kl_pact_approve(kl_pact_engine *engine, int64_t id, kl_text approver,
                                 kl_duration valid, kl_error *error);
KL_API kl_status kl_pact_reject(kl_pact_engine *engine, int64_t id, kl_text rejector, kl_text reason,
                                kl_error *error);
/* The verdict of the one retry that an approval releases; given. */
KL_API kl_status kl_pact_retry(kl_value *out, kl_pact_engine *engine, int64_t id, kl_error *error);

/* ---- recording ------------------------------------------------------------------------------------------ */

/* A row that is kept with an anchor. */
typedef struct kl_pact_row {
    const char *table;
    kl_text key;
    kl_value row; /* null = it goes */
} kl_pact_row;

/* What is remembered at once: an anchor (NULL, or not audited: none) and rows. */
typedef struct kl_pact_entry {
    const kl_pact_anchor_facts *anchor;
    const kl_pact_row *rows;
    size_t row_count;
    bool durable; /* on the disk before it counts */
} kl_pact_entry;
KL_API kl_status kl_pact_remember(kl_pact_actions *actions, const kl_pact_entry *entry,
                                  kl_error *error);
/* A decision, with rows that are kept with it. */
KL_API kl_status kl_pact_remember_decision(kl_pact_engine *engine, const kl_pact_decision *decision,
                                           const kl_pact_row *rows, size_t row_count,
                                           kl_error *error);

/* An anchor that was made elsewhere. */
KL_API kl_status kl_pact_record_anchor(kl_pact_actions *actions, const kl_pact_anchor_facts *facts,
                                       kl_error *error);

/* ---- others ---------------------------------------------------------------------------------------------- */

/* All roles against all actions that any envelope names; given. Nothing is recorded. */
KL_API kl_status kl_pact_rbac(kl_value *out, kl_pact_engine *engine, kl_error *error);
/* How a file is opened. */
typedef struct kl_pact_opening {
    kl_text path;
    kl_text document; /* JSON or YAML text; empty: the file has one */
    bool verify;      /* KL_FAILED when the audit chain in it does not hold */
    bool read_only;   /* the file must be there and stays as it is: changes are in memory */
} kl_pact_opening;
/* An engine whose state is in a file; given. */
KL_API kl_status kl_pact_engine_open(kl_value *out, const kl_pact_opening *opening, kl_error *error);

/* The methods of PactGovernanceEngine that this half has: rows for its table. */
#include "action_methods.h"

#endif
