/* src/pact/engine_methods.h - the methods of PactGovernanceEngine, by what they are about. Rows for the
 * table in engine_class.c. */
#ifndef KL_PACT_ENGINE_METHODS_H
#define KL_PACT_ENGINE_METHODS_H

#include "engine_parts.h"
#include "context.h"
#include "envelope_advice.h"
#include "verdict.h"

/* The write side, for the time of one change. Nobody is called back meanwhile. */
#define KL_PACT_CHANGE(engine, change)                                                             \
    do {                                                                                           \
        kl_pact_write_begin(engine);                                                               \
        kl_status kl_changed_ = (change);                                                          \
        kl_pact_lock_end(engine);                                                                  \
        return kl_changed_;                                                                        \
    } while (0)

/* ---- the organisation (methods_org.c) -------------------------------------------------------- */

kl_call kl_pact_call_list_roles, kl_pact_call_get_node, kl_pact_call_get_node_by_id, kl_pact_call_resolve,
    kl_pact_call_describe, kl_pact_call_compiled_org, kl_pact_call_warnings, kl_pact_call_set_mode,
    kl_pact_call_get_mode, kl_pact_call_add_never_delegated, kl_pact_call_never_delegated,
    kl_pact_call_set_clock;
extern const kl_param kl_pact_address_param[1], kl_pact_id_param[1], kl_pact_identifier_param[1],
    kl_pact_mode_param[1], kl_pact_actions_param[1], kl_pact_clock_param[1];

#define KL_PACT_ORG_METHODS                                                                        \
    {.name = "list_roles", .call = kl_pact_call_list_roles, .returns = KL_KIND_ARRAY,              \
     .item = KL_KIND_OBJECT, .doc = "All roles as PactRoleSummary, sorted by address as text."},   \
    {.name = "get_node", .call = kl_pact_call_get_node, .params = KL_TABLE(kl_pact_address_param), \
     .returns = KL_KIND_OBJECT, .returns_optional = true,                                          \
     .doc = "The PactOrgNode at an address; None when there is none."},                            \
    {.name = "get_node_by_role_id", .call = kl_pact_call_get_node_by_id,                           \
     .params = KL_TABLE(kl_pact_id_param), .returns = KL_KIND_OBJECT, .returns_optional = true,    \
     .doc = "The PactOrgNode of a role's id; None when there is none."},                           \
    {.name = "resolve_role_id", .call = kl_pact_call_resolve,                                      \
     .params = KL_TABLE(kl_pact_identifier_param), .returns = KL_KIND_STRING,                      \
     .returns_optional = true,                                                                     \
     .doc = "The id of a role that is named by its address or its id; None when it is neither."},  \
    {.name = "describe_address", .call = kl_pact_call_describe,                                    \
     .params = KL_TABLE(kl_pact_address_param), .returns = KL_KIND_STRING,                         \
     .raises = "RuntimeError",                                                                     \
     .doc = "The role at an address and those above it, from the nearest on."},                    \
    {.name = "compiled_org", .call = kl_pact_call_compiled_org, .returns = KL_KIND_OBJECT,         \
     .returns_type = &kl_pact_org_type, .doc = "The organisation with its addresses."},            \
    {.name = "compile_warnings", .call = kl_pact_call_warnings, .returns = KL_KIND_ARRAY,          \
     .item = KL_KIND_STRING,                                                                       \
     .doc = "What its document has that is probably a mistake: keys that nobody reads, empty ids, " \
            "heads that are not among their roles."},                                              \
    {.name = "set_enforcement_mode", .call = kl_pact_call_set_mode,                                \
     .params = KL_TABLE(kl_pact_mode_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,        \
     .raises = "ValueError, TypeError, RuntimeError",                                              \
     .doc = "Whether verdicts bind (enforce), are only recorded (audit), or not computed (disabled)."}, \
    {.name = "enforcement_mode", .call = kl_pact_call_get_mode, .flags = KL_PROPERTY,              \
     .returns = KL_KIND_STRING, .doc = "enforce, audit or disabled."},                             \
    {.name = "add_never_delegated", .call = kl_pact_call_add_never_delegated,                      \
     .params = KL_TABLE(kl_pact_actions_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,     \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "More actions that always wait for a human. None is ever taken away."},                \
    {.name = "never_delegated_actions", .call = kl_pact_call_never_delegated,                      \
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,                                             \
     .doc = "The actions that always wait for a human, sorted, in lower case."},                   \
    {.name = "set_clock", .call = kl_pact_call_set_clock, .params = KL_TABLE(kl_pact_clock_param), \
     .returns = KL_KIND_NONE,                                                                      \
     .doc = "Another clock for all decisions, for tests and replays."}

/* ---- envelopes (methods_envelope.c) ---------------------------------------------------------- */

kl_call kl_pact_call_set_role_envelope, kl_pact_call_get_role_envelope, kl_pact_call_set_task_envelope,
    kl_pact_call_delete_task_envelope, kl_pact_call_compute_envelope, kl_pact_call_explain_envelope,
    kl_pact_call_default_envelope, kl_pact_call_degenerate, kl_pact_call_passthrough, kl_pact_call_health,
    kl_pact_call_gradient;
extern const kl_param kl_pact_envelope_param[1], kl_pact_role_address_param[1], kl_pact_task_param[1],
    kl_pact_compute_params[2], kl_pact_posture_param[1], kl_pact_gradient_params[2];

#define KL_PACT_ENVELOPE_METHODS                                                                   \
    {.name = "set_role_envelope", .call = kl_pact_call_set_role_envelope,                          \
     .params = KL_TABLE(kl_pact_envelope_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,    \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "Set the standing envelope of a role, from JSON. RuntimeError for an unknown role, and " \
            "for an envelope that is wider than one above it."},                                   \
    {.name = "get_role_envelope", .call = kl_pact_call_get_role_envelope,                          \
     .params = KL_TABLE(kl_pact_role_address_param), .returns = KL_KIND_OBJECT,                    \
     .returns_type = &kl_role_envelope_type, .returns_optional = true, .raises = "RuntimeError",   \
     .doc = "The standing envelope of a role; None when it has none."},                            \
    {.name = "set_task_envelope", .call = kl_pact_call_set_task_envelope,                          \
     .params = KL_TABLE(kl_pact_envelope_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,    \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "Set the envelope of a task, from JSON: it narrows that of its role until it ends."},  \
    {.name = "delete_task_envelope", .call = kl_pact_call_delete_task_envelope,                    \
     .params = KL_TABLE(kl_pact_task_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,        \
     .raises = "RuntimeError", .doc = "Forget the envelope of a task, if there is one."},          \
    {.name = "compute_envelope", .call = kl_pact_call_compute_envelope,                            \
     .params = KL_TABLE(kl_pact_compute_params), .returns = KL_KIND_OBJECT,                        \
     .returns_type = &kl_pact_effective_type, .raises = "RuntimeError, EnvelopeIntersectionError", \
     .doc = "The envelope a role works under, for a task or without one."},                        \
    {.name = "explain_envelope", .call = kl_pact_call_explain_envelope,                            \
     .params = KL_TABLE(kl_pact_role_address_param), .returns = KL_KIND_STRING,                    \
     .raises = "RuntimeError", .doc = "The envelopes above a role, and what they come to, as text."}, \
    {.name = "default_envelope_for_posture", .call = kl_pact_call_default_envelope,                \
     .params = KL_TABLE(kl_pact_posture_param), .returns = KL_KIND_STRING, .raises = "ValueError", \
     .doc = "The envelope that a posture starts with, as JSON."},                                  \
    {.name = "check_degenerate_envelope", .call = kl_pact_call_degenerate,                         \
     .params = KL_TABLE(kl_pact_envelope_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, \
     .returns_type = &kl_degenerate_warning_type, .raises = "ValueError",                          \
     .doc = "Dimensions of an envelope in which next to nothing can be done."},                    \
    {.name = "check_passthrough_envelope", .call = kl_pact_call_passthrough,                       \
     .params = KL_TABLE(kl_pact_envelope_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, \
     .returns_type = &kl_degenerate_warning_type, .raises = "ValueError",                          \
     .doc = "A warning when an envelope states no dimension at all."},                             \
    {.name = "validate_envelope_health", .call = kl_pact_call_health,                              \
     .params = KL_TABLE(kl_pact_envelope_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, \
     .returns_type = &kl_envelope_warning_type, .raises = "ValueError",                            \
     .doc = "What in an envelope contradicts itself or never applies."},                           \
    {.name = "check_gradient_dereliction", .call = kl_pact_call_gradient,                          \
     .params = KL_TABLE(kl_pact_gradient_params), .returns = KL_KIND_ARRAY,                        \
     .item = KL_KIND_OBJECT, .returns_type = &kl_degenerate_warning_type, .raises = "ValueError",  \
     .doc = "Actions that should wait for a human and do not."}

/* ---- people (methods_people.c) --------------------------------------------------------------- */

kl_call kl_pact_call_grant, kl_pact_call_revoke, kl_pact_call_transition, kl_pact_call_list_clearances,
    kl_pact_call_set_designation, kl_pact_call_get_designation, kl_pact_call_remove_designation,
    kl_pact_call_vacancy_status, kl_pact_call_is_vacant, kl_pact_call_is_suspended, kl_pact_call_context;
extern const kl_param kl_pact_grant_params[3], kl_pact_role_param[1], kl_pact_transition_params[2],
    kl_pact_designation_params[4], kl_pact_context_params[2];

#define KL_PACT_PEOPLE_METHODS                                                                     \
    {.name = "grant_clearance", .call = kl_pact_call_grant, .params = KL_TABLE(kl_pact_grant_params), \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",          \
     .doc = "Clear a role up to a level and for compartments, in place of what it had."},          \
    {.name = "revoke_clearance", .call = kl_pact_call_revoke, .params = KL_TABLE(kl_pact_role_param), \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = "RuntimeError",                      \
     .doc = "Take the clearance of a role away, if it has one."},                                  \
    {.name = "transition_clearance", .call = kl_pact_call_transition,                              \
     .params = KL_TABLE(kl_pact_transition_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE, \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "Change the vetting of a clearance, as PactVettingStatus.can_transition_to() allows."}, \
    {.name = "list_clearances", .call = kl_pact_call_list_clearances, .returns = KL_KIND_ARRAY,    \
     .item = KL_KIND_OBJECT, .returns_type = &kl_pact_clearance_type,                              \
     .doc = "All clearances, sorted by address."},                                                 \
    {.name = "set_vacancy_designation", .call = kl_pact_call_set_designation,                      \
     .params = KL_TABLE(kl_pact_designation_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE, \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "Say who acts for a role that is vacant or suspended, and for how long."},             \
    {.name = "get_vacancy_designation", .call = kl_pact_call_get_designation,                      \
     .params = KL_TABLE(kl_pact_role_address_param), .returns = KL_KIND_OBJECT,                    \
     .returns_type = &kl_pact_designation_type, .returns_optional = true,                          \
     .doc = "Who acts for a role; None when nobody was named."},                                   \
    {.name = "remove_vacancy_designation", .call = kl_pact_call_remove_designation,                \
     .params = KL_TABLE(kl_pact_role_address_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE, \
     .raises = "RuntimeError", .doc = "Nobody acts for a role any more."},                         \
    {.name = "get_vacancy_status", .call = kl_pact_call_vacancy_status, .returns = KL_KIND_OBJECT, \
     .returns_type = &kl_pact_vacancy_status_type,                                                 \
     .doc = "How many roles are vacant by the document, whoever acts for them."},                  \
    {.name = "is_role_vacant", .call = kl_pact_call_is_vacant,                                     \
     .params = KL_TABLE(kl_pact_role_address_param), .returns = KL_KIND_BOOL,                      \
     .returns_optional = true,                                                                     \
     .doc = "Whether a role is vacant and nobody acts; None for an unknown address."},             \
    {.name = "is_role_suspended", .call = kl_pact_call_is_suspended,                               \
     .params = KL_TABLE(kl_pact_role_address_param), .returns = KL_KIND_BOOL,                      \
     .returns_optional = true,                                                                     \
     .doc = "Whether a role waits because one above it is vacant; None for an unknown address."},  \
    {.name = "get_context", .call = kl_pact_call_context, .params = KL_TABLE(kl_pact_context_params), \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_context_type,                             \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "What a role may in a posture, as it is now: an object that never changes."}

/* ---- knowledge (methods_knowledge.c) --------------------------------------------------------- */

kl_call kl_pact_call_check_access, kl_pact_call_check_access_with_env, kl_pact_call_explain_access,
    kl_pact_call_filter, kl_pact_call_create_ksp, kl_pact_call_remove_ksp, kl_pact_call_get_ksps;
extern const kl_param kl_pact_access_params[3], kl_pact_access_env_params[4], kl_pact_explain_params[3],
    kl_pact_filter_param[1], kl_pact_ksp_param[1], kl_pact_ksp_id_param[1];

#define KL_PACT_KNOWLEDGE_METHODS                                                                  \
    {.name = "check_access", .call = kl_pact_call_check_access,                                    \
     .params = KL_TABLE(kl_pact_access_params), .returns = KL_KIND_OBJECT,                         \
     .returns_type = &kl_pact_access_type, .raises = "ValueError",                                 \
     .doc = "Whether a role in a posture may read an item. A bridge for one use is used up by it."}, \
    {.name = "check_access_with_env", .call = kl_pact_call_check_access_with_env,                  \
     .params = KL_TABLE(kl_pact_access_env_params), .returns = KL_KIND_OBJECT,                     \
     .returns_type = &kl_pact_access_type, .raises = "ValueError",                                 \
     .doc = "The same at a time of the caller's."},                                                \
    {.name = "explain_access", .call = kl_pact_call_explain_access,                                \
     .params = KL_TABLE(kl_pact_explain_params), .returns = KL_KIND_OBJECT,                        \
     .returns_type = &kl_pact_explained_type, .raises = "ValueError",                              \
     .doc = "The same with every step to the answer. Nothing is recorded, and no bridge is used up."}, \
    {.name = "filter_knowledge", .call = kl_pact_call_filter,                                      \
     .params = KL_TABLE(kl_pact_filter_param), .returns = KL_KIND_NONE,                            \
     .doc = "A function that is asked before every access: (role, query) -> bool, or the dict of a " \
            "PactFilterDecision (its to_dict()). What raises or answers otherwise denies."},                       \
    {.name = "create_ksp", .call = kl_pact_call_create_ksp, .params = KL_TABLE(kl_pact_ksp_param), \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = "ValueError, RuntimeError",          \
     .doc = "Add a knowledge share policy, from JSON, or replace the one with its id."},           \
    {.name = "remove_ksp", .call = kl_pact_call_remove_ksp, .params = KL_TABLE(kl_pact_ksp_id_param), \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = "RuntimeError",                      \
     .doc = "Take a knowledge share policy away, if it is there."},                                \
    {.name = "get_ksps", .call = kl_pact_call_get_ksps, .returns = KL_KIND_STRING,                 \
     .doc = "All knowledge share policies as a JSON array, sorted by id."}

/* ---- bridges (methods_bridge.c) -------------------------------------------------------------- */

kl_call kl_pact_call_create_bridge, kl_pact_call_request_bridge, kl_pact_call_approve_bridge,
    kl_pact_call_reject_bridge, kl_pact_call_remove_bridge, kl_pact_call_list_bridges,
    kl_pact_call_overdue_bridges, kl_pact_call_review_bridge, kl_pact_call_bridge_lca,
    kl_pact_call_verify_bridge;
extern const kl_param kl_pact_bridge_json_param[1], kl_pact_request_params[2], kl_pact_approve_bridge_params[2],
    kl_pact_reject_bridge_params[3], kl_pact_bridge_id_param[1], kl_pact_review_params[2],
    kl_pact_lca_params[2], kl_pact_verify_bridge_params[3];

#define KL_PACT_BRIDGE_METHODS                                                                     \
    {.name = "create_bridge", .call = kl_pact_call_create_bridge,                                  \
     .params = KL_TABLE(kl_pact_bridge_json_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE, \
     .raises = "ValueError, RuntimeError",                                                         \
     .doc = "Add a bridge that counts at once, from JSON. approved_by names a role above both ends; " \
            "without it the audit chain tells that nobody has approved."},                         \
    {.name = "request_bridge", .call = kl_pact_call_request_bridge,                                \
     .params = KL_TABLE(kl_pact_request_params), .flags = KL_BLOCKING, .returns = KL_KIND_STRING,  \
     .raises = "RuntimeError", .doc = "Ask for a bridge; its id. It counts when it is approved."}, \
    {.name = "approve_bridge", .call = kl_pact_call_approve_bridge,                                \
     .params = KL_TABLE(kl_pact_approve_bridge_params), .flags = KL_BLOCKING,                      \
     .returns = KL_KIND_NONE, .raises = "RuntimeError",                                            \
     .doc = "Approve a bridge that was asked for: by a role at or above the lowest one above both " \
            "ends, or, across departments, at the top of one."},                                   \
    {.name = "reject_bridge", .call = kl_pact_call_reject_bridge,                                  \
     .params = KL_TABLE(kl_pact_reject_bridge_params), .flags = KL_BLOCKING,                       \
     .returns = KL_KIND_NONE, .raises = "RuntimeError",                                            \
     .doc = "Reject one, by whoever could approve it."},                                           \
    {.name = "remove_bridge", .call = kl_pact_call_remove_bridge,                                  \
     .params = KL_TABLE(kl_pact_bridge_id_param), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,   \
     .raises = "RuntimeError", .doc = "Take a bridge away, if it is there."},                      \
    {.name = "list_bridges", .call = kl_pact_call_list_bridges, .returns = KL_KIND_ARRAY,          \
     .item = KL_KIND_OBJECT, .returns_type = &kl_pact_bridge_type, .doc = "All bridges by id."},   \
    {.name = "overdue_bridges", .call = kl_pact_call_overdue_bridges, .returns = KL_KIND_ARRAY,    \
     .item = KL_KIND_OBJECT, .returns_type = &kl_pact_bridge_type,                                 \
     .doc = "Active, approved bridges whose review is overdue."},                                  \
    {.name = "mark_bridge_reviewed", .call = kl_pact_call_review_bridge,                           \
     .params = KL_TABLE(kl_pact_review_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,     \
     .raises = "RuntimeError",                                                                     \
     .doc = "A bridge was reviewed now, by a role that could approve it; the next review is due "  \
            "after its interval."},                                                                \
    {.name = "compute_bridge_lca", .call = kl_pact_call_bridge_lca,                                \
     .params = KL_TABLE(kl_pact_lca_params), .returns = KL_KIND_OBJECT,                            \
     .returns_type = &kl_pact_address_type, .raises = "RuntimeError",                              \
     .doc = "The lowest role above two roles; RuntimeError when there is none."},                  \
    {.name = "verify_bridge_access", .call = kl_pact_call_verify_bridge,                           \
     .params = KL_TABLE(kl_pact_verify_bridge_params), .returns = KL_KIND_OBJECT,                  \
     .returns_type = &kl_pact_verdict_type, .raises = "RuntimeError",                              \
     .doc = "Whether one role may act towards another: within a department, or over a bridge."}

/* ---- plans (methods_plan.c) ------------------------------------------------------------------ */

kl_call kl_pact_call_suspend_plan, kl_pact_call_resume_plan, kl_pact_call_update_condition,
    kl_pact_call_get_suspension;
extern const kl_param kl_pact_suspend_params[4], kl_pact_plan_param[1], kl_pact_condition_params[4];

#define KL_PACT_PLAN_METHODS                                                                       \
    {.name = "suspend_plan", .call = kl_pact_call_suspend_plan,                                    \
     .params = KL_TABLE(kl_pact_suspend_params), .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,  \
     .returns_type = &kl_pact_suspension_type, .raises = "ValueError, RuntimeError",               \
     .doc = "Block everything that is asked for a plan until it is resumed."},                     \
    {.name = "resume_plan", .call = kl_pact_call_resume_plan, .params = KL_TABLE(kl_pact_plan_param), \
     .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_verdict_type,       \
     .raises = "RuntimeError",                                                                     \
     .doc = "Let a plan go on when all its conditions are met; else a verdict that is blocked tells " \
            "which are not."},                                                                     \
    {.name = "update_resume_condition", .call = kl_pact_call_update_condition,                     \
     .params = KL_TABLE(kl_pact_condition_params), .flags = KL_BLOCKING,                           \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_suspension_type, .raises = "RuntimeError", \
     .doc = "Tell whether a condition of a suspended plan is met."},                               \
    {.name = "get_suspension", .call = kl_pact_call_get_suspension,                                \
     .params = KL_TABLE(kl_pact_plan_param), .returns = KL_KIND_OBJECT,                            \
     .returns_type = &kl_pact_suspension_type, .returns_optional = true,                           \
     .doc = "Why and since when a plan is suspended; None when it is not."}

#endif
