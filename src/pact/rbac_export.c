/* src/pact/rbac_export.c - the matrix of an engine: all roles against all actions that it knows of. */
#include "actions.h"

#include "../eatp/envelope_parts.h"
#include "rbac.h"
#include "role_envelope.h"

/* Names of actions as the keys of a map, which holds each once. */
static kl_status add_list(kl_value *names, kl_value list, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(kl_map_set_key(names, kl_array_at(list, i), kl_null(), error));
    return KL_OK;
}

static kl_status add_envelope(kl_value *names, const kl_governance *envelope, kl_error *error)
{
    kl_value operational = kl_governance_dimension(envelope, KL_OPERATIONAL);
    KL_TRY(add_list(names, kl_map_get(operational, KL_TEXT("allowed_operations")), error));
    KL_TRY(add_list(names, kl_map_get(operational, KL_TEXT("denied_operations")), error));
    return add_list(names, kl_map_get(operational, KL_TEXT("require_approval_for")), error);
}

static kl_status add_all(kl_value *names, const kl_pact_engine *engine, kl_error *error)
{
    for (uint32_t i = 0; i < engine->org->count; i++) {
        const kl_role_envelope *role = (const kl_role_envelope *)engine->roles[i].envelope;
        if (role)
            KL_TRY(add_envelope(names, role->envelope, error));
    }
    for (size_t i = 0; i < kl_map_len(engine->tasks); i++) {
        kl_value task = kl_map_value_at(engine->tasks, i);
        KL_TRY(add_envelope(names, ((const kl_task_envelope *)task.as.object)->envelope, error));
    }
    return KL_OK;
}

/* Array of strings, sorted; given. */
static kl_status known_actions(kl_value *out, kl_pact_engine *engine, kl_error *error)
{
    kl_value names, list = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&names, 16, error));
    kl_pact_read_begin(engine);
    status = add_all(&names, engine, error);
    kl_pact_lock_end(engine);
    if (status != KL_OK)
        goto out;
    KL_TRY_OUT(kl_array_new(&list, kl_map_len(names), error));
    for (size_t i = 0; i < kl_map_len(names); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_key_value_at(names, i)), error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(names);
    return status;
}

static kl_status roles_of(kl_value *out, const kl_pact_org *org, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, org->count, error));
    for (uint32_t i = 0; i < org->count; i++) {
        kl_status status =
            kl_array_push(&list, kl_value_retain(org->nodes[org->sorted[i]].address), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* An action that no envelope should name is denied to all. */
static kl_status cell_of(kl_value *out, kl_pact_engine *engine, kl_value role, kl_value action,
                         kl_error *error)
{
    const kl_pact_question question = {.role_address = role, .action = action, .quiet = true};
    kl_value verdict;
    if (kl_pact_action_check(kl_as_text(action), NULL) != KL_OK)
        return kl_rbac_cell_new(out, false, KL_ZONE_BLOCKED, kl_map_empty(), error);
    KL_TRY(kl_pact_verify(&verdict, engine, &question, error));
    const kl_pact_verdict *v = (const kl_pact_verdict *)verdict.as.object;
    kl_status status = kl_rbac_cell_new(out, v->allowed, v->zone, v->details, error);
    kl_value_release(verdict);
    return status;
}

static kl_status row_of(kl_value *out, kl_pact_engine *engine, kl_value role, kl_value actions,
                        kl_error *error)
{
    kl_value row, cell;
    kl_status status;
    KL_TRY(kl_array_new(&row, kl_array_len(actions), error));
    for (size_t i = 0; i < kl_array_len(actions); i++) {
        KL_TRY_OUT(cell_of(&cell, engine, role, kl_array_at(actions, i), error));
        KL_TRY_OUT(kl_array_push(&row, cell, error));
    }
    *out = row;
    return KL_OK;
out:
    kl_value_release(row);
    return status;
}

kl_status kl_pact_rbac(kl_value *out, kl_pact_engine *engine, kl_error *error)
{
    kl_value roles = kl_null(), actions = kl_null(), cells = kl_null(), row;
    kl_status status;
    KL_TRY_OUT(roles_of(&roles, engine->org, error));
    KL_TRY_OUT(known_actions(&actions, engine, error));
    KL_TRY_OUT(kl_array_new(&cells, kl_array_len(roles), error));
    for (size_t i = 0; i < kl_array_len(roles); i++) {
        KL_TRY_OUT(row_of(&row, engine, kl_array_at(roles, i), actions, error));
        KL_TRY_OUT(kl_array_push(&cells, row, error));
    }
    status = kl_rbac_matrix_new(out, roles, actions, cells, engine->org->id, error);
out:
    kl_value_release(cells);
    kl_value_release(actions);
    kl_value_release(roles);
    return status;
}
