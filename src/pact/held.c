/* src/pact/held.c - held actions: approved, rejected, and retried once (pact 3.9). */
#include "actions.h"

#include <stdio.h>

/* What somebody decides on a held action. */
typedef struct decision {
    const char *verb;   /* "approve" */
    const char *action; /* of the anchor */
    const char *role;   /* what the person is called: "approver" */
    kl_text who, reason;
    kl_duration valid;  /* of an approval; 0 = it is a rejection */
} decision;

static kl_status find_held(kl_pact_held **out, kl_pact_engine *engine, int64_t id, kl_error *error)
{
    *out = kl_pact_held_get(engine->actions->held, id);
    if (*out)
        return KL_OK;
    return kl_error_set(error, KL_NOT_FOUND, "not found: held action %lld", (long long)id);
}

static kl_status wrong_state(const kl_pact_held *held, const char *verb, const char *expected,
                             kl_error *error)
{
    return kl_error_set(error, KL_STATE, "cannot %s held action %lld: it is %.*s, not %s", verb,
                        (long long)held->action_id,
                        KL_TEXT_ARG(kl_as_text(kl_pact_held_state(held)->name)), expected);
}

/* A name that is none makes the step impossible. */
static kl_status as_refusal(kl_status status, const char *verb, int64_t id, kl_error *error)
{
    if (status != KL_INVALID)
        return status;
    kl_error_prefix(error, "cannot %s held action %lld: ", verb, (long long)id);
    if (error)
        error->code = KL_STATE;
    return KL_STATE;
}

static kl_status change_details(kl_value *out, const kl_pact_held *held, const decision *of, kl_text id,
                                kl_error *error)
{
    const kl_pact_hold_state *state = kl_pact_held_state(held);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("held_action_id"), id, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("subject"), kl_value_retain(held->action), error));
    KL_TRY_OUT(kl_map_set(&map, kl_text_from(of->role), kl_value_retain(state->by), error));
    if (!kl_is_null(state->reason))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("reason"), kl_value_retain(state->reason), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status record_step(kl_pact_engine *engine, const kl_pact_held *made, const decision *of,
                             kl_error *error)
{
    kl_value details = kl_null(), map = kl_null();
    kl_status status;
    char id[24];
    int len = snprintf(id, sizeof id, "%lld", (long long)made->action_id);
    kl_text key = {id, (size_t)len};
    KL_TRY_OUT(change_details(&details, made, of, key, error));
    KL_TRY_OUT(kl_pact_held_map(&map, made, error));
    const kl_pact_change change = {
        .action = of->action, .role_address = kl_as_text(made->role_address), .details = details,
        .table = KL_PACT_TABLE_HELD, .key = key, .row = map};
    status = kl_pact_engine_record(engine, &change, error);
out:
    kl_value_release(details);
    kl_value_release(map);
    return status;
}

/* The state that follows; given. */
static kl_status next_state(kl_value *out, const kl_pact_held *held, const decision *of, kl_time now,
                            kl_error *error)
{
    if (kl_pact_hold_kind_of(kl_pact_held_state(held)) != KL_PACT_HOLD_PENDING)
        return wrong_state(held, of->verb, "pending", error);
    kl_status status = of->valid ? kl_pact_hold_approved(out, of->who, now, of->valid, error)
                                 : kl_pact_hold_rejected(out, of->who, of->reason, now, error);
    return as_refusal(status, of->verb, held->action_id, error);
}

/* With `deciding` held. */
static kl_status decide_locked(kl_pact_engine *engine, int64_t id, const decision *of, kl_time now,
                               kl_error *error)
{
    kl_pact_held *held;
    kl_value state = kl_null(), made = kl_null();
    kl_status status;
    KL_TRY(find_held(&held, engine, id, error));
    KL_TRY_OUT(next_state(&state, held, of, now, error));
    KL_TRY_OUT(kl_pact_held_with(&made, held, state, error));
    KL_TRY_OUT(record_step(engine, (const kl_pact_held *)made.as.object, of, error));
    kl_pact_held_replace(engine->actions->held, held, (kl_pact_held *)made.as.object);
out:
    kl_value_release(made);
    kl_value_release(state);
    kl_object_release(&held->object);
    return status;
}

static kl_status decide(kl_pact_engine *engine, int64_t id, const decision *of, kl_error *error)
{
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    kl_guard_lock(&engine->actions->deciding);
    kl_status status = decide_locked(engine, id, of, now, error);
    kl_guard_unlock(&engine->actions->deciding);
    return status;
}

kl_status kl_pact_approve(kl_pact_engine *engine, int64_t id, kl_text approver, kl_duration valid,
                          kl_error *error)
{
    const decision of = {.verb = "approve", .action = "held_action_approved", .role = "approver",
                         .who = approver, .valid = valid};
    return decide(engine, id, &of, error);
}

kl_status kl_pact_reject(kl_pact_engine *engine, int64_t id, kl_text rejector, kl_text reason,
                         kl_error *error)
{
    const decision of = {.verb = "reject", .action = "held_action_rejected", .role = "rejector",
                         .who = rejector, .reason = reason};
    return decide(engine, id, &of, error);
}

/* ---- the one retry ------------------------------------------------------------------------------------------ */

static kl_status check_retry(const kl_pact_held *held, kl_time now, kl_error *error)
{
    const kl_pact_hold_state *state = kl_pact_held_state(held);
    if (kl_pact_hold_kind_of(state) != KL_PACT_HOLD_APPROVED)
        return wrong_state(held, "retry", "approved", error);
    if (kl_pact_hold_is_over(state, now))
        return kl_error_set(error, KL_STATE, "cannot retry held action %lld: its approval ended at %.*s",
                            (long long)held->action_id, KL_TEXT_ARG(kl_as_text(state->expires_at)));
    return KL_OK;
}

/* Mark an approved action as consumed in memory, so that nobody else can retry it; both are given. */
static kl_status claim(kl_pact_held **approved, kl_pact_held **consumed, kl_pact_engine *engine,
                       int64_t id, kl_time now, kl_error *error)
{
    kl_pact_held *held;
    kl_value state = kl_null(), made = kl_null();
    kl_status status;
    KL_TRY(find_held(&held, engine, id, error));
    KL_TRY_OUT(check_retry(held, now, error));
    KL_TRY_OUT(kl_pact_hold_consumed(&state, kl_pact_held_state(held), error));
    KL_TRY_OUT(kl_pact_held_with(&made, held, state, error));
    if (!kl_pact_held_replace(engine->actions->held, held, (kl_pact_held *)made.as.object)) {
        status = kl_error_set(error, KL_STATE, "cannot retry held action %lld: it was retried meanwhile",
                              (long long)id);
        goto out;
    }
    kl_value_release(state);
    *approved = held;
    *consumed = (kl_pact_held *)made.as.object;
    return KL_OK;
out:
    kl_value_release(state);
    kl_value_release(made);
    kl_object_release(&held->object);
    return status;
}

/* That it is consumed is kept before the action is judged again: an approval is used once, whatever ends
 * the process meanwhile. */
static kl_status keep_consumed(kl_pact_engine *engine, const kl_pact_held *consumed, kl_error *error)
{
    kl_value map;
    char id[24];
    int len = snprintf(id, sizeof id, "%lld", (long long)consumed->action_id);
    if (!engine->actions->store)
        return KL_OK;
    KL_TRY(kl_pact_held_map(&map, consumed, error));
    const kl_pact_row row = {KL_PACT_TABLE_HELD, {id, (size_t)len}, map};
    const kl_pact_entry entry = {.rows = &row, .row_count = 1, .durable = true};
    kl_status status = kl_pact_remember(engine->actions, &entry, error);
    kl_value_release(map);
    return status;
}

kl_status kl_pact_retry(kl_value *out, kl_pact_engine *engine, int64_t id, kl_error *error)
{
    kl_pact_held *approved, *consumed;
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    kl_guard_lock(&engine->actions->deciding);
    kl_status status = claim(&approved, &consumed, engine, id, now, error);
    if (status == KL_OK && (status = keep_consumed(engine, consumed, error)) != KL_OK) {
        kl_pact_held_replace(engine->actions->held, consumed, approved);
        kl_object_release(&approved->object);
        kl_object_release(&consumed->object);
    }
    kl_guard_unlock(&engine->actions->deciding);
    if (status != KL_OK)
        return status;
    const kl_pact_question question = {
        .role_address = approved->role_address, .action = approved->action,
        .context = approved->context, .resource = approved->data_source,
        .task_id = approved->task_id, .channel = approved->channel,
        .recipient = approved->recipient, .approval = approved};
    status = kl_pact_verify(out, engine, &question, error);
    kl_object_release(&approved->object);
    kl_object_release(&consumed->object);
    return status;
}
