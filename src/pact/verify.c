/* src/pact/verify.c - verify_action: from an address and an action to a verdict (pact 3.6). */
#include "actions.h"

#include "../base/principal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { ACTION_MAX = 640, REASON_MAX = 2048 };

/* What is found, before it becomes a verdict. */
typedef struct finding {
    kl_zone zone;
    kl_value reason, details, version; /* owned; or null */
    uint32_t held;                     /* what is held: bits of kl_subject, KL_PACT_COVERS_ALL */
    bool was_approved;                 /* something passes only because it was approved */
} finding;

/* A question on its way. */
typedef struct inquiry {
    kl_pact_engine *engine;
    const kl_pact_question *asked;
    kl_value address; /* of the role as the organisation has it, else as it was given; borrowed */
    uint32_t node;
    kl_time now;
    kl_pact_mode mode;
} inquiry;

static void finding_end(finding *found)
{
    kl_value_release(found->reason);
    kl_value_release(found->details);
    kl_value_release(found->version);
}

/* ---- what is refused before it is judged ---------------------------------------------------------------- */

/* What was wrong with a text is a RuntimeError of a decision. */
static kl_status as_refusal(kl_status status, kl_error *error)
{
    if (status != KL_INVALID && status != KL_SYNTAX)
        return status;
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

kl_status kl_pact_action_check(kl_text action, kl_error *error)
{
    if (!action.len)
        return kl_error_set(error, KL_FAILED, "action refused: empty");
    if (action.len > ACTION_MAX)
        return kl_error_set(error, KL_FAILED, "action refused: exceeds maximum length: %zu bytes, at most %d",
                            action.len, ACTION_MAX);
    switch (kl_text_unseen(action)) {
    case KL_UNSEEN_CONTROL:
        return kl_error_set(error, KL_FAILED,
                            "action refused: contains a line-breaking or control character");
    case KL_UNSEEN_INVISIBLE:
        return kl_error_set(error, KL_FAILED,
                            "action refused: contains an invisible character, so it would show as another "
                            "action than it is");
    case KL_UNSEEN_NONE:
        break;
    }
    return KL_OK;
}

/* ---- findings without a judge ---------------------------------------------------------------------------- */

/* Details of up to two pairs, the second of which may have no name; given. */
static kl_status pairs(kl_value *out, const char *name, kl_text text, const char *second,
                       kl_text second_text, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set_text(&map, kl_text_from(name), text, error);
    if (status == KL_OK && second)
        status = kl_map_set_text(&map, kl_text_from(second), second_text, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* "action 'x' WHAT", cut where it is too long. */
static kl_status reason_of(kl_value *out, kl_value action, kl_error *error, const char *format, ...)
    KL_PRINTF(4, 5);

static kl_status reason_of(kl_value *out, kl_value action, kl_error *error, const char *format, ...)
{
    char text[REASON_MAX];
    va_list args;
    int begun = snprintf(text, sizeof text, "action '%.*s' ", KL_TEXT_ARG(kl_as_text(action)));
    size_t len = (size_t)KL_MAX(begun, 0);
    va_start(args, format);
    int more = vsnprintf(text + len, sizeof text - len, format, args);
    va_end(args);
    len = KL_MIN(len + (size_t)KL_MAX(more, 0), sizeof text - 1);
    return kl_string_repair(out, (kl_text){text, len}, error);
}

/* "blocked - BEFORE 'ADDRESS'AFTER" */
static kl_status block(finding *found, const inquiry *in, const char *failure, const char *before,
                       const char *after, kl_error *error)
{
    kl_text address = kl_as_text(in->address);
    found->zone = KL_ZONE_BLOCKED;
    KL_TRY(pairs(&found->details, "failure", kl_text_from(failure), NULL, KL_TEXT(""), error));
    return reason_of(&found->reason, in->asked->action, error,
                     "blocked \xE2\x80\x94 %s '%.*s'%s", before, KL_TEXT_ARG(address), after);
}

static kl_status block_non_finite(finding *found, const inquiry *in, kl_text key, kl_error *error)
{
    found->zone = KL_ZONE_BLOCKED;
    KL_TRY(pairs(&found->details, "failure", KL_TEXT("non_finite_context"), "key", key, error));
    return reason_of(&found->reason, in->asked->action, error,
                     "blocked \xE2\x80\x94 non-finite context value for key '%.*s'", KL_TEXT_ARG(key));
}

static kl_status block_suspended_plan(finding *found, const inquiry *in, kl_error *error)
{
    kl_text plan = kl_as_text(in->asked->task_id);
    found->zone = KL_ZONE_BLOCKED;
    KL_TRY(pairs(&found->details, "failure", KL_TEXT("suspended_plan"), "task_id", plan, error));
    return reason_of(&found->reason, in->asked->action, error,
                     "blocked \xE2\x80\x94 plan '%.*s' is suspended", KL_TEXT_ARG(plan));
}

static kl_status hold_undelegated(finding *found, const inquiry *in, kl_error *error)
{
    found->zone = KL_ZONE_HELD;
    found->held = KL_PACT_COVERS_ALL;
    KL_TRY(pairs(&found->details, "check", KL_TEXT("never_delegated"), "action",
                 kl_as_text(in->asked->action), error));
    return reason_of(&found->reason, in->asked->action, error,
                     "requires human review (never-delegated)");
}

static kl_status block_without_envelope(finding *found, const inquiry *in, kl_error *error)
{
    kl_text address = kl_as_text(in->address);
    found->zone = KL_ZONE_BLOCKED;
    KL_TRY(pairs(&found->details, "error", KL_TEXT("failed to compute effective envelope"), NULL,
                 KL_TEXT(""), error));
    return reason_of(&found->reason, in->asked->action, error,
                     "blocked \xE2\x80\x94 failed to compute effective envelope for role '%.*s'",
                     KL_TEXT_ARG(address));
}

/* The first number that is none. */
static bool is_finite(kl_text *key, kl_value context)
{
    const kl_value *values = kl_map_values(context);
    for (size_t i = 0, count = kl_map_len(context); i < count; i++)
        if (kl_is(values[i], KL_KIND_DOUBLE) && !isfinite(values[i].as.real)) {
            *key = kl_map_key_at(context, i);
            return false;
        }
    return true;
}

/* ---- the judge ----------------------------------------------------------------------------------------------- */

static uint32_t held_subjects(const kl_judgement *judgement)
{
    uint32_t held = 0;
    for (int i = 0; i < KL_SUBJECTS; i++)
        if (judgement->said[i] && judgement->zones[i] == KL_ZONE_HELD)
            held |= 1u << i;
    return held;
}

/* Once as it is; and again, when all that is held was approved. */
static kl_status judge_twice(kl_judgement *out, finding *found, const kl_governance *envelope,
                             kl_judge_input *input, const kl_pact_held *approval, kl_error *error)
{
    KL_TRY(kl_judge(out, envelope, input, error));
    found->held = out->zone == KL_ZONE_HELD ? held_subjects(out) : 0;
    if (!found->held || !approval)
        return KL_OK;
    uint32_t covered = (uint32_t)approval->covered;
    if (!(covered & KL_PACT_COVERS_ALL) && found->held & ~covered)
        return KL_OK;
    kl_judgement_end(out);
    input->approved = true;
    found->held = 0;
    return kl_judge(out, envelope, input, error);
}

/* Whether all that is told is known by its static texts. */
static bool is_plain(const char *plain[KL_SUBJECTS], const kl_judgement *judgement,
                     const kl_judge_input *input)
{
    if (input->resource.data || judgement->resource_absent)
        return false;
    for (int i = 0; i < KL_SUBJECTS; i++) {
        plain[i] = judgement->said[i] ? judgement->plain[i] : NULL;
        if (judgement->said[i] && !plain[i])
            return false;
    }
    return true;
}

/* The details, which most often are those of the last decision. */
static kl_status tell_details(kl_value *out, kl_pact_memo *memo, const kl_judgement *judgement,
                              const kl_judge_input *input, kl_error *error)
{
    const char *plain[KL_SUBJECTS];
    bool may_keep = is_plain(plain, judgement, input);
    if (may_keep && !kl_is_null(memo->details) && memcmp(plain, memo->plain, sizeof plain) == 0) {
        *out = kl_value_retain(memo->details);
        return KL_OK;
    }
    KL_TRY(kl_judgement_details(out, judgement, input, error));
    if (may_keep) {
        memcpy(memo->plain, plain, sizeof plain);
        kl_value_replace(&memo->details, kl_value_retain(*out));
    }
    return KL_OK;
}

static kl_status tell(finding *found, kl_pact_memo *memo, const kl_judgement *judgement,
                      const kl_judge_input *input, kl_error *error)
{
    found->zone = judgement->zone;
    found->was_approved |= judgement->held_was_approved;
    KL_TRY(tell_details(&found->details, memo, judgement, input, error));
    return kl_judgement_reason(&found->reason, judgement, input, error);
}

static kl_text text_or_none(kl_value value)
{
    return kl_is_null(value) ? (kl_text){NULL, 0} : kl_as_text(value);
}

static kl_status judge(finding *found, const inquiry *in, const kl_pact_effective *effective,
                       kl_error *error)
{
    const kl_pact_question *asked = in->asked;
    kl_pact_usage_view view;
    kl_judgement judgement;
    kl_judge_input input = {
        .action = kl_as_text(asked->action), .context = asked->context,
        .resource = text_or_none(asked->resource), .channel = text_or_none(asked->channel),
        .recipient = text_or_none(asked->recipient), .now = in->now, .usage = &view.usage};
    kl_pact_usage_begin(&view, in->engine->actions->usage, in->node, in->now);
    kl_status status = judge_twice(&judgement, found, effective->envelope, &input, asked->approval, error);
    bool runs = status == KL_OK && (judgement.zone <= KL_ZONE_FLAGGED || in->mode == KL_PACT_AUDIT);
    if (status == KL_OK) {
        status = view.failed ? kl_error_no_memory(error)
                             : tell(found, kl_pact_usage_memo(&view), &judgement, &input, error);
        kl_judgement_end(&judgement);
    }
    kl_pact_usage_end(&view, status == KL_OK && runs && !asked->quiet && !asked->unheld);
    return status;
}

/* The envelope that is in force, and what it says. An envelope that cannot be had blocks. */
static kl_status judge_by_envelope(finding *found, const inquiry *in, kl_error *error)
{
    kl_pact_effective *effective = NULL;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_pact_effective_get(&effective, in->engine, in->node,
                                             kl_as_text(in->asked->task_id), in->now, &why);
    if (status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    if (status != KL_OK)
        return block_without_envelope(found, in, error);
    found->version = kl_value_retain(effective->version_hash);
    status = effective->is_expired
                 ? block(found, in, "envelope_expired", "envelope expired for role", "", error)
                 : judge(found, in, effective, error);
    kl_pact_effective_release(effective);
    return status;
}

/* All checks in their order, with the engine's read side held. */
static kl_status find(finding *found, inquiry *in, kl_error *error)
{
    kl_pact_engine *engine = in->engine;
    const kl_pact_held *approval = in->asked->approval;
    kl_text key;
    in->mode = engine->mode;
    if (in->mode == KL_PACT_DISABLED) {
        KL_TRY(pairs(&found->details, "enforcement", KL_TEXT("disabled"), NULL, KL_TEXT(""), error));
        return reason_of(&found->reason, in->asked->action, error, "is allowed: enforcement is disabled");
    }
    if (!is_finite(&key, in->asked->context))
        return block_non_finite(found, in, key, error);
    if (in->node == KL_PACT_NO_NODE)
        return block(found, in, "role_not_found", "no role found at address", "", error);
    kl_pact_standing standing = kl_pact_role_standing(engine, in->node, in->now);
    if (standing == KL_PACT_VACANT)
        return block(found, in, "vacant_role", "role at address",
                     " is vacant with no acting designation", error);
    if (standing == KL_PACT_SUSPENDED)
        return block(found, in, "suspended_role", "role at address",
                     " is suspended due to vacant parent with auto_suspend_on_vacancy", error);
    if (kl_pact_plan_is_suspended(engine, kl_as_text(in->asked->task_id)))
        return block_suspended_plan(found, in, error);
    if (kl_pact_is_never_delegated(engine, kl_as_text(in->asked->action))) {
        if (!approval || !((uint32_t)approval->covered & KL_PACT_COVERS_ALL))
            return hold_undelegated(found, in, error);
        found->was_approved = true;
    }
    return judge_by_envelope(found, in, error);
}

/* ---- verdicts -------------------------------------------------------------------------------------------------- */

static kl_status add_approval(finding *found, const kl_pact_held *approval, kl_error *error)
{
    char id[24];
    int len = snprintf(id, sizeof id, "%lld", (long long)approval->action_id);
    KL_TRY(kl_map_set(&found->details, KL_TEXT("approved_by"),
                      kl_value_retain(kl_pact_held_state(approval)->by), error));
    return kl_map_set_text(&found->details, KL_TEXT("held_action_id"), (kl_text){id, (size_t)len}, error);
}

static kl_status make_verdict(kl_value *out, const inquiry *in, const finding *found, kl_error *error)
{
    const kl_pact_verdict_parts parts = {
        .zone = found->zone,
        .allowed = found->zone <= KL_ZONE_FLAGGED || in->mode == KL_PACT_AUDIT,
        .action = in->asked->action, .reason = found->reason, .details = found->details,
        .role_address = in->address, .envelope_version = found->version, .at = in->now};
    return kl_pact_verdict_new(out, &parts, error);
}

static kl_status record(const inquiry *in, const finding *found, const kl_pact_row *row, kl_error *error)
{
    const kl_pact_decision decision = {
        .action = "verify_action", .role_address = kl_as_text(in->address), .zone = found->zone,
        .subject = kl_as_text(in->asked->action),
        .result = found->zone == KL_ZONE_AUTO_APPROVED ? KL_TEXT("") : kl_as_text(found->reason)};
    kl_status status = kl_pact_remember_decision(in->engine, &decision, row, row ? 1 : 0, error);
    if (status != KL_OK && status != KL_NO_MEMORY)
        kl_error_prefix(error, "the decision on action '%.*s' could not be recorded, so it is refused: ",
                        KL_TEXT_ARG(decision.subject));
    return status;
}

/* A held action of number `id`, kept together with the decision. */
static kl_status file_held(kl_pact_held **out, const inquiry *in, const finding *found,
                           kl_value verdict, int64_t id, kl_error *error)
{
    const kl_pact_question *asked = in->asked;
    uint32_t before = asked->approval ? (uint32_t)asked->approval->covered : 0;
    const kl_pact_held_parts parts = {
        .action_id = id, .action = asked->action, .role_address = in->address,
        .context = asked->context, .verdict = verdict, .resource = asked->resource,
        .task_id = asked->task_id, .channel = asked->channel, .recipient = asked->recipient,
        .covered = found->held | before, .now = in->now};
    kl_value held, map = kl_null();
    char key[24];
    int len = snprintf(key, sizeof key, "%lld", (long long)id);
    KL_TRY(kl_pact_held_new(&held, &parts, error));
    kl_status status = KL_OK;
    if (in->engine->actions->store)
        status = kl_pact_held_map(&map, (const kl_pact_held *)held.as.object, error);
    const kl_pact_row row = {KL_PACT_TABLE_HELD, {key, (size_t)len}, map};
    if (status == KL_OK)
        status = record(in, found, kl_is_null(map) ? NULL : &row, error);
    kl_value_release(map);
    if (status == KL_OK)
        *out = (kl_pact_held *)held.as.object;
    else
        kl_value_release(held);
    return status;
}

/* A verdict that is held, and its action in the store. */
static kl_status hold(kl_value *out, const inquiry *in, finding *found, kl_error *error)
{
    kl_pact_held_store *store = in->engine->actions->held;
    kl_pact_held *held;
    kl_value verdict = kl_null();
    char id_text[24];
    int64_t id;
    kl_status status = kl_pact_held_reserve(&id, store, error);
    if (status != KL_OK)
        return status;
    int len = snprintf(id_text, sizeof id_text, "%lld", (long long)id);
    KL_TRY_OUT(kl_map_set_text(&found->details, KL_TEXT("held_action_id"),
                               (kl_text){id_text, (size_t)len}, error));
    KL_TRY_OUT(make_verdict(&verdict, in, found, error));
    KL_TRY_OUT(file_held(&held, in, found, verdict, id, error));
    kl_pact_held_put(store, held);
    kl_object_release(&held->object);
    *out = verdict;
    return KL_OK;
out:
    kl_value_release(verdict);
    kl_pact_held_leave(store);
    return status;
}

static kl_status conclude(kl_value *out, const inquiry *in, finding *found, kl_error *error)
{
    const kl_pact_question *asked = in->asked;
    if (found->was_approved && asked->approval)
        KL_TRY(add_approval(found, asked->approval, error));
    if (in->mode == KL_PACT_AUDIT)
        KL_TRY(kl_map_set_text(&found->details, KL_TEXT("enforcement"), KL_TEXT("audit"), error));
    bool files = found->zone == KL_ZONE_HELD && in->mode == KL_PACT_ENFORCE;
    if (files && !asked->quiet && !asked->unheld)
        return hold(out, in, found, error);
    kl_value verdict;
    KL_TRY(make_verdict(&verdict, in, found, error));
    kl_status status = asked->quiet ? KL_OK : record(in, found, NULL, error);
    if (status == KL_OK)
        *out = verdict;
    else
        kl_value_release(verdict);
    return status;
}

static kl_status inquire(kl_value *out, inquiry *in, kl_error *error)
{
    finding found = {KL_ZONE_AUTO_APPROVED, kl_null(), kl_null(), kl_null(), 0, false};
    kl_pact_read_begin(in->engine);
    kl_status status = find(&found, in, error);
    kl_pact_lock_end(in->engine);
    if (status == KL_OK)
        status = conclude(out, in, &found, error);
    finding_end(&found);
    return status;
}

kl_status kl_pact_verify(kl_value *out, kl_pact_engine *engine, const kl_pact_question *question,
                         kl_error *error)
{
    inquiry in = {.engine = engine, .asked = question, .address = question->role_address};
    KL_TRY(as_refusal(kl_pact_org_find(&in.node, engine->org, kl_as_text(question->role_address), error),
                      error));
    KL_TRY(kl_pact_action_check(kl_as_text(question->action), error));
    KL_TRY(kl_pact_engine_now(&in.now, engine, error));
    if (in.node != KL_PACT_NO_NODE)
        in.address = engine->org->nodes[in.node].address;
    return inquire(out, &in, error);
}

kl_status kl_pact_verify_chain(kl_value *out, kl_pact_engine *engine,
                               const kl_pact_question *question, kl_error *error)
{
    uint32_t above[KL_PACT_SEGMENTS_MAX], node, count = 0;
    kl_value list, verdict;
    kl_status status;
    KL_TRY(as_refusal(kl_pact_org_find(&node, engine->org, kl_as_text(question->role_address), error),
                      error));
    while (node != KL_PACT_NO_NODE && count < KL_PACT_SEGMENTS_MAX) {
        above[count++] = node;
        node = engine->org->nodes[node].parent;
    }
    KL_TRY(kl_array_new(&list, count + 1, error));
    kl_pact_question level = *question;
    level.unheld = true;
    while (count-- > 1) {
        level.role_address = engine->org->nodes[above[count]].address;
        KL_TRY_OUT(kl_pact_verify(&verdict, engine, &level, error));
        KL_TRY_OUT(kl_array_push(&list, verdict, error));
    }
    KL_TRY_OUT(kl_pact_verify(&verdict, engine, question, error));
    KL_TRY_OUT(kl_array_push(&list, verdict, error));
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}
