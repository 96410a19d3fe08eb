/* src/pact/action_methods.h - the methods of PactGovernanceEngine by which actions are judged, held,
 * counted and audited. Rows for its table. */
#ifndef KL_PACT_ACTION_METHODS_H
#define KL_PACT_ACTION_METHODS_H

#include "kailash/type.h"

extern const kl_type kl_rbac_matrix_type;

kl_call kl_pact_call_verify, kl_pact_call_verify_chain, kl_pact_call_approve, kl_pact_call_reject,
    kl_pact_call_retry, kl_pact_call_list_held, kl_pact_call_get_held, kl_pact_call_held_store,
    kl_pact_call_record_anchor, kl_pact_call_iter_anchors, kl_pact_call_last_hash,
    kl_pact_call_anchor_count, kl_pact_call_verify_audit, kl_pact_call_snapshot,
    kl_pact_call_set_audit, kl_pact_call_rbac, kl_pact_call_record_spend, kl_pact_call_spent,
    kl_pact_call_open;

extern const kl_param kl_pact_verify_params[7], kl_pact_approve_params[3], kl_pact_reject_params[3],
    kl_pact_held_id_param[1], kl_pact_state_param[1], kl_pact_anchor_param[1],
    kl_pact_envelope_id_param[1], kl_pact_enabled_param[1], kl_pact_spend_params[2],
    kl_pact_spent_params[2], kl_pact_open_params[4];

#define KL_PACT_ACTION_METHODS                                                                     \
    {.name = "verify_action", .call = kl_pact_call_verify,                                         \
     .params = KL_TABLE(kl_pact_verify_params), .returns = KL_KIND_OBJECT,                         \
     .returns_type = &kl_pact_verdict_type, .raises = "RuntimeError, TypeError",                   \
     .doc = "Whether a role may do an action now. A verdict that is held files an action for a "   \
            "human, whose number is details['held_action_id']. RuntimeError for text that is no "  \
            "address or no action, and for a decision that cannot be recorded."},                  \
    {.name = "verify_action_chain", .call = kl_pact_call_verify_chain,                             \
     .params = KL_TABLE(kl_pact_verify_params), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,  \
     .returns_type = &kl_pact_verdict_type, .raises = "RuntimeError, TypeError",                   \
     .doc = "The verdict at every ancestor, each by its own envelope, from the root on, and last "  \
            "that of the role itself. Only the last one is held for a human and counted."},        \
    {.name = "approve_held_action", .call = kl_pact_call_approve,                                  \
     .params = KL_TABLE(kl_pact_approve_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,    \
     .raises = "RuntimeError, OverflowError, ValueError",                                          \
     .doc = "Approve a pending action: it releases one retry."},                                   \
    {.name = "reject_held_action", .call = kl_pact_call_reject,                                    \
     .params = KL_TABLE(kl_pact_reject_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,     \
     .raises = "RuntimeError, OverflowError, ValueError", .doc = "Reject a pending action."},      \
    {.name = "retry_held_action", .call = kl_pact_call_retry,                                      \
     .params = KL_TABLE(kl_pact_held_id_param), .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,   \
     .returns_type = &kl_pact_verdict_type, .raises = "RuntimeError, OverflowError",               \
     .doc = "Judge an approved action again, as it was asked for then. What was held and approved " \
            "passes; what is blocked by now stays blocked. The approval is used up by it."},       \
    {.name = "list_held_actions", .call = kl_pact_call_list_held,                                  \
     .params = KL_TABLE(kl_pact_state_param), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,    \
     .returns_type = &kl_pact_held_type, .raises = "ValueError",                                   \
     .doc = "The held actions by number."},                                                        \
    {.name = "get_held_action", .call = kl_pact_call_get_held,                                     \
     .params = KL_TABLE(kl_pact_held_id_param), .returns = KL_KIND_OBJECT,                         \
     .returns_type = &kl_pact_held_type, .returns_optional = true, .raises = "OverflowError",      \
     .doc = "One held action; None when there is none of that number."},                           \
    {.name = "held_action_store", .call = kl_pact_call_held_store, .returns = KL_KIND_OBJECT,      \
     .returns_type = &kl_pact_held_store_type, .doc = "The store of the held actions."},           \
    {.name = "record_audit_anchor", .call = kl_pact_call_record_anchor,                            \
     .params = KL_TABLE(kl_pact_anchor_param), .flags = KL_BLOCKING, .returns = KL_KIND_OBJECT,    \
     .returns_type = &kl_audit_anchor_type, .raises = "RuntimeError, TypeError",                   \
     .doc = "Append an anchor that was made elsewhere; the one that was recorded, its hash "       \
            "computed anew. One that does not follow the last is recorded too: then the chain "    \
            "does not verify."},                                                                   \
    {.name = "iter_audit_anchors", .call = kl_pact_call_iter_anchors, .flags = KL_BLOCKING,        \
     .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .returns_type = &kl_audit_anchor_type,      \
     .raises = "RuntimeError",                                                                     \
     .doc = "A copy of the audit chain. Without a file the last 250 000 anchors are there."},      \
    {.name = "last_audit_anchor_hash", .call = kl_pact_call_last_hash, .returns = KL_KIND_STRING,  \
     .returns_optional = true, .doc = "The hash of the last anchor; None while there is none."},   \
    {.name = "audit_anchor_count", .call = kl_pact_call_anchor_count, .returns = KL_KIND_INT,      \
     .doc = "How many anchors were recorded."},                                                    \
    {.name = "verify_audit_chain", .call = kl_pact_call_verify_audit, .flags = KL_BLOCKING,        \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_chain_result_type,                        \
     .raises = "RuntimeError",                                                                     \
     .doc = "Compute every hash again, and look whether each anchor names the one before it."},    \
    {.name = "envelope_snapshot", .call = kl_pact_call_snapshot,                                   \
     .params = KL_TABLE(kl_pact_envelope_id_param), .flags = KL_BLOCKING,                          \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_snapshot_type, .raises = "RuntimeError",  \
     .doc = "The anchors of one envelope as they are now. The engine's own anchors name the "      \
            "address of a role as the envelope."},                                                 \
    {.name = "set_audit_enabled", .call = kl_pact_call_set_audit,                                  \
     .params = KL_TABLE(kl_pact_enabled_param), .returns = KL_KIND_NONE,                           \
     .doc = "Whether decisions and changes are recorded in the audit chain, as they are unless "   \
            "this says otherwise."},                                                               \
    {.name = "export_rbac_matrix", .call = kl_pact_call_rbac, .flags = KL_BLOCKING,                \
     .returns = KL_KIND_OBJECT, .returns_type = &kl_rbac_matrix_type, .raises = "RuntimeError",    \
     .doc = "What every role may do of all actions that any envelope names. Nothing is recorded, "  \
            "counted or held."},                                                                   \
    {.name = "record_spend", .call = kl_pact_call_record_spend,                                    \
     .params = KL_TABLE(kl_pact_spend_params), .flags = KL_BLOCKING, .returns = KL_KIND_NONE,      \
     .raises = "RuntimeError, OverflowError",                                                      \
     .doc = "Tell that a role has spent money: it counts toward max_cumulative_cents of the "      \
            "running period."},                                                                    \
    {.name = "spent_cents", .call = kl_pact_call_spent, .params = KL_TABLE(kl_pact_spent_params),  \
     .returns = KL_KIND_INT, .raises = "RuntimeError, ValueError",                                 \
     .doc = "What a role has spent in the running period of the calendar of UTC."},                \
    {.name = "open", .call = kl_pact_call_open, .params = KL_TABLE(kl_pact_open_params),           \
     .flags = KL_STATIC | KL_BLOCKING, .returns = KL_KIND_OBJECT,                                  \
     .returns_type = &kl_pact_engine_type, .raises = "ValueError, RuntimeError",                   \
     .doc = "An engine whose state is in an SQLite file: each change and its anchor are on the "   \
            "disk, together, before the call returns. Opening verifies the audit chain."}

#endif
