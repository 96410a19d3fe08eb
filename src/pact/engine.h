/* src/pact/engine.h - PactGovernanceEngine: an organisation, what its roles may do and see, one lock.
 *
 * Decisions take the read side of the lock, mutations the write side. A mutation checks everything,
 * prepares what may fail, calls kl_pact_engine_record(), and only then changes what is in memory, which
 * cannot fail: what was not recorded did not happen. Nothing that calls back or waits for somebody is
 * done under the lock, but for the recording of a mutation.
 *
 * actions.h is the other half: verdicts, held actions, the audit chain, persistence. It hangs its state
 * on `actions`, which has locks of its own, taken inside of this one.
 */
#ifndef KL_PACT_ENGINE_H
#define KL_PACT_ENGINE_H

#include "../base/guard.h"
#include "../eatp/envelope.h"
#include "kailash/time.h"
#include "links.h"
#include "org.h"

typedef struct kl_pact_actions kl_pact_actions; /* actions.h */
typedef struct kl_pact_cache kl_pact_cache;     /* effective.c */

typedef enum kl_pact_mode {
    KL_PACT_ENFORCE, /* verdicts bind */
    KL_PACT_AUDIT,   /* computed and recorded, everything is allowed */
    KL_PACT_DISABLED /* nothing is judged, everything is recorded */
} kl_pact_mode;

/* What is known of a role beside its node; objects or NULL. */
typedef struct kl_pact_role {
    kl_object *envelope;    /* PactRoleEnvelope */
    uint64_t revision;      /* of the envelope */
    kl_object *clearance;   /* PactRoleClearance */
    kl_object *designation; /* PactVacancyDesignation */
} kl_pact_role;

typedef struct kl_pact_engine {
    kl_object object;
    kl_pact_org *org; /* never changes */
    bool recording;   /* false while it is constructed or restored: then nothing is recorded */

    kl_shared_guard lock;  /* guards from here on, but for `actions` and `cache` */
    kl_pact_role *roles;   /* by index of the node */
    kl_value tasks;        /* map task id -> PactTaskEnvelope */
    kl_value task_revisions; /* map task id -> int */
    kl_pact_links shares;    /* PactKnowledgeSharePolicy */
    kl_pact_links bridges;   /* PactBridge */
    kl_value suspensions;  /* map plan id -> PactPlanSuspension */
    kl_value never_delegated; /* array of strings, lower case */
    uint64_t revision;     /* 1, and one more whenever an envelope is replaced */
    kl_pact_mode mode;
    kl_value clock;        /* callable, or null: the wall clock */
    bool has_clock;        /* atomic: whether it is a callable */
    kl_value filter;       /* callable, or null: filter_knowledge() */
    bool has_filter;       /* atomic: whether it is a callable */

    kl_pact_cache *cache;  /* of effective envelopes; its own lock, innermost */
    kl_pact_actions *actions;
} kl_pact_engine;

extern KL_API const kl_type kl_pact_engine_type;

/* An engine of an organisation (map, checked here), with the lists of envelopes, clearances, bridges and
 * policies that its document may have; given. Records nothing. */
KL_API kl_status kl_pact_engine_new(kl_value *out, kl_value document, kl_error *error);
/* The document of JSON or YAML text, and its organisation; given. KL_INVALID, KL_SYNTAX. */
KL_API kl_status kl_pact_document_parse(kl_value *out, kl_text text, kl_error *error);

/* ---- reading: hold the read side ------------------------------------------------------------- */

/* Who has to wait lets the lock of the face go meanwhile. Not to be taken twice by a thread, not even to
 * read: a writer that waits goes first. */
static inline void kl_pact_read_begin(kl_pact_engine *engine) { kl_shared_guard_read(&engine->lock); }
static inline void kl_pact_write_begin(kl_pact_engine *engine) { kl_shared_guard_write(&engine->lock); }
static inline void kl_pact_lock_end(kl_pact_engine *engine) { kl_shared_guard_leave(&engine->lock); }

/* The time by the engine's clock, which may be a callable: asked before the lock is taken. */
KL_API kl_status kl_pact_engine_now(kl_time *out, kl_pact_engine *engine, kl_error *error);

/* How a role stands. */
typedef enum kl_pact_standing {
    KL_PACT_PRESENT,
    KL_PACT_VACANT,   /* vacant without an active designation */
    KL_PACT_SUSPENDED /* below a role that is vacant and suspends */
} kl_pact_standing;
/* Vacant comes before suspended. */
KL_API kl_pact_standing kl_pact_role_standing(const kl_pact_engine *engine, uint32_t node,
                                              kl_time now);
/* Suspended, whether vacant or not. */
KL_API bool kl_pact_role_is_suspended(const kl_pact_engine *engine, uint32_t node, kl_time now);

/* Whether an action is one that is never delegated: compared trimmed, in any case. */
KL_API bool kl_pact_is_never_delegated(const kl_pact_engine *engine, kl_text action);
/* The same for a list of actions in lower case. */
KL_API bool kl_pact_is_listed(kl_value actions, kl_text action);

/* Whether a plan, the task of an action, is suspended: then everything for it is blocked. */
KL_API bool kl_pact_plan_is_suspended(const kl_pact_engine *engine, kl_text plan);

/* ---- effective envelopes --------------------------------------------------------------------- */

/* Never changes, shared. */
typedef struct kl_pact_effective {
    uint32_t refs;            /* atomic */
    kl_governance *envelope;  /* the intersection */
    kl_value chain;           /* array of strings: addresses that contributed, from the root on */
    kl_value version_hash;    /* string */
    bool is_expired;          /* some envelope's time is over: everything is blocked */
    kl_time computed_at;
    kl_time valid_until;      /* until when it may be taken from the cache */
} kl_pact_effective;

/*
 * The envelope a role works under, and a task (empty = none); given, end it with
 * kl_pact_effective_release(). KL_NOT_FOUND when no envelope is set on its way; KL_INVALID with the
 * type EnvelopeIntersectionError when they leave nothing. Hold the read side.
 */
KL_API kl_status kl_pact_effective_get(kl_pact_effective **out, kl_pact_engine *engine,
                                       uint32_t node, kl_text task, kl_time now, kl_error *error);
KL_API void kl_pact_effective_release(kl_pact_effective *effective);

/* ---- what actions.c does with it: declared here, for mutations call it ----------------------- */

/* A change of the state: what is told to the audit chain, and the row that is kept. */
typedef struct kl_pact_change {
    const char *action;   /* of pact 3.10: "clearance_granted"; NULL = no anchor */
    kl_text role_address; /* whom it is about; may be empty */
    kl_value details;     /* map of more facts, or null; borrowed */
    const char *table;    /* KL_PACT_TABLE_...; NULL = nothing is kept */
    kl_text key;          /* of the row */
    kl_value row;         /* map; null = the row goes; borrowed */
} kl_pact_change;

/* Tables of rows, and what their keys are. */
#define KL_PACT_TABLE_ROLE_ENVELOPES "role_envelopes" /* address */
#define KL_PACT_TABLE_TASK_ENVELOPES "task_envelopes" /* task id */
#define KL_PACT_TABLE_CLEARANCES "clearances"         /* address */
#define KL_PACT_TABLE_BRIDGES "bridges"               /* id */
#define KL_PACT_TABLE_KSPS "ksps"                     /* id */
#define KL_PACT_TABLE_DESIGNATIONS "designations"     /* address */
#define KL_PACT_TABLE_SUSPENSIONS "suspensions"       /* plan id */
#define KL_PACT_TABLE_SETTINGS "settings"             /* "enforcement_mode", "never_delegated" */

/*
 * Record a change: an anchor and the row, in one transaction. Called with the write side held, before
 * anything is changed in memory; when it fails nothing is. `engine->recording` is true.
 */
KL_API kl_status kl_pact_engine_record(kl_pact_engine *engine, const kl_pact_change *change,
                                       kl_error *error);

/* A decision that was made. */
typedef struct kl_pact_decision {
    const char *action;   /* "access_checked", "verify_action" */
    kl_text role_address;
    kl_zone zone;
    kl_text subject;      /* what was asked for: an action, an item's id */
    kl_text result;       /* why, in the words of the decision */
} kl_pact_decision;
/* Record one; the lock is not held. Who cannot record it must not allow it. */
KL_API kl_status kl_pact_engine_decided(kl_pact_engine *engine, const kl_pact_decision *decision,
                                        kl_error *error);

/* Make and end the state behind `actions`; the latter accepts NULL. */
KL_API kl_status kl_pact_actions_begin(kl_pact_engine *engine, kl_error *error);
KL_API void kl_pact_actions_end(kl_pact_actions *actions);

/* ---- for persistence ------------------------------------------------------------------------- */

/* Put a kept row back, without recording it: before the engine is shared, `recording` false.
 * KL_INVALID for a row that fits not. */
KL_API kl_status kl_pact_engine_restore(kl_pact_engine *engine, const char *table, kl_text key,
                                        kl_value row, kl_error *error);
/* Visit all rows of the present state, in the order in which they can be restored. Hold a side. */
typedef kl_status kl_pact_row_visit(void *data, const char *table, kl_text key, kl_value row,
                                    kl_error *error);
KL_API kl_status kl_pact_engine_rows(kl_pact_engine *engine, kl_pact_row_visit *visit, void *data,
                                     kl_error *error);

#endif
