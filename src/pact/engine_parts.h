/* src/pact/engine_parts.h - what the files of the engine share: its state is changed here and nowhere else.
 *
 * Functions named kl_pact_put_... and the like want the write side held. They check, prepare, record and
 * then change; while `recording` is false they do not record.
 */
#ifndef KL_PACT_ENGINE_PARTS_H
#define KL_PACT_ENGINE_PARTS_H

#include "access.h"
#include "effective.h"
#include "engine.h"
#include "knowledge.h"
#include "people.h"
#include "role_envelope.h"

kl_status kl_pact_engine_init(kl_object *self, const kl_value *args, kl_error *error);
void kl_pact_engine_dispose(kl_object *self);
void kl_pact_engine_traverse(kl_object *self, kl_visit *visit, void *data);
void kl_pact_engine_clear(kl_object *self);

/* A role by address or id: KL_NOT_FOUND "role not found: 'zz'". */
kl_status kl_pact_find_role(uint32_t *out, const kl_pact_engine *engine, kl_text role, kl_error *error);
/* By address alone, as decisions and queries do: KL_FAILED for text that is none. */
kl_status kl_pact_find_address(uint32_t *out, const kl_pact_engine *engine, kl_text address,
                               kl_error *error);
/* Record a change, unless nothing is recorded now. */
kl_status kl_pact_apply(kl_pact_engine *engine, const kl_pact_change *change, kl_error *error);

/* ---- envelopes (engine_envelopes.c) ---------------------------------------------------------- */

/* PactRoleEnvelope; borrowed. KL_NOT_FOUND, KL_FAILED "monotonic tightening violation: ...". */
kl_status kl_pact_put_role_envelope(kl_pact_engine *engine, kl_value envelope, kl_error *error);
/* PactTaskEnvelope; borrowed. */
kl_status kl_pact_put_task_envelope(kl_pact_engine *engine, kl_value envelope, kl_error *error);
kl_status kl_pact_drop_task_envelope(kl_pact_engine *engine, kl_text task, kl_error *error);

/* ---- people (engine_people.c) ---------------------------------------------------------------- */

/* PactRoleClearance; borrowed. `action` is what is told to the chain. */
kl_status kl_pact_put_clearance(kl_pact_engine *engine, uint32_t node, const char *action, kl_value clearance,
                                kl_error *error);
/* PactVacancyDesignation (borrowed), or null: there is none from now on. */
kl_status kl_pact_put_designation(kl_pact_engine *engine, uint32_t node, kl_value designation,
                                  kl_error *error);

/* ---- policies and bridges (engine_shares.c, engine_bridges.c) -------------------------------- */

/* Put one in, take one out (either may be NULL), and record that. */
kl_status kl_pact_change_links(kl_pact_engine *engine, kl_pact_links *links, const kl_pact_link *removed,
                               const kl_pact_link *added, const kl_pact_change *told, kl_error *error);
kl_status kl_pact_put_share(kl_pact_engine *engine, kl_value share, kl_error *error);
kl_status kl_pact_drop_share(kl_pact_engine *engine, kl_text id, kl_error *error);
/* A bridge that counts at once. */
kl_status kl_pact_establish_bridge(kl_pact_engine *engine, kl_value bridge, kl_time now, kl_error *error);
/* A bridge in the place of one with its id, whatever it says. */
kl_status kl_pact_put_bridge(kl_pact_engine *engine, kl_value bridge, const char *action, kl_value details,
                             kl_error *error);
/* The lowest role above both addresses. KL_STATE when there is none. Any side. */
kl_status kl_pact_bridge_lca(uint32_t *out, const kl_pact_engine *engine, kl_text a, kl_text b,
                             kl_error *error);
/* A bridge that waits for a decision; `admin`: also one across departments. */
kl_status kl_pact_request_bridge(kl_pact_engine *engine, kl_value bridge, bool admin, kl_error *error);
/* The decisions of a role that may make them: KL_NOT_FOUND, KL_STATE. */
kl_status kl_pact_approve_bridge(kl_pact_engine *engine, kl_text id, kl_text approver, kl_time now,
                                 kl_error *error);
kl_status kl_pact_reject_bridge(kl_pact_engine *engine, kl_text id, kl_text rejector, kl_value reason,
                                kl_error *error);
kl_status kl_pact_review_bridge(kl_pact_engine *engine, kl_text id, kl_text by, kl_time now,
                                kl_error *error);
kl_status kl_pact_drop_bridge(kl_pact_engine *engine, kl_text id, kl_error *error);
/* A bridge for one use was used. */
kl_status kl_pact_use_up_bridge(kl_pact_engine *engine, kl_value bridge, kl_time now, kl_error *error);

/* ---- settings, suspensions (engine_settings.c, suspension.c) --------------------------------- */

kl_status kl_pact_put_mode(kl_pact_engine *engine, kl_pact_mode mode, kl_error *error);
/* Strings; borrowed. */
kl_status kl_pact_put_never_delegated(kl_pact_engine *engine, kl_value actions, kl_error *error);

/* Plans of an engine that wait. */
#define KL_PACT_SUSPENSIONS_MAX 10000

extern KL_API const kl_type kl_pact_suspension_type;
/* What is to be suspended, and why; borrowed. */
typedef struct kl_pact_suspend {
    kl_text role;
    kl_value plan, trigger; /* strings */
    kl_value snapshot;      /* map or null */
    kl_time now;
} kl_pact_suspend;
/* PactPlanSuspension; given. */
kl_status kl_pact_suspend_plan(kl_value *out, kl_pact_engine *engine, const kl_pact_suspend *asked,
                               kl_error *error);
/* Let a plan go on. `*unmet` is null, or tells (given) which conditions are not met: then it waits. */
kl_status kl_pact_resume_plan(kl_value *unmet, kl_pact_engine *engine, kl_text plan, kl_error *error);
/* The suspension with a condition changed; given. */
kl_status kl_pact_update_condition(kl_value *out, kl_pact_engine *engine, kl_text plan, kl_value type,
                                   bool is_met, kl_value details, kl_error *error);
/* PactPlanSuspension (borrowed), or null: the plan goes on. */
kl_status kl_pact_put_suspension(kl_pact_engine *engine, kl_text plan, kl_value suspension,
                                 const char *action, kl_error *error);
kl_status kl_pact_suspension_read(kl_value *out, kl_value row, kl_error *error);
kl_status kl_pact_suspension_write(kl_value *out, const kl_object *suspension, kl_error *error);

/* Ask the filter about an item: `*denial` is null, or tells (given) why not. Called without the lock. */
kl_status kl_pact_ask_filter(kl_value *denial, kl_pact_engine *engine, kl_text role,
                             const kl_pact_item *item, kl_error *error);

#endif
