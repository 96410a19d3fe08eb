/* src/nodes/saga.c - see saga.h. */
#include "saga.h"
#include "kailash/id.h"
#include "kept.h"
#include "build_map.h"

#include <stdio.h>

/* A saga that this thread works on. */
typedef struct saga {
    const kl_kept_host *host;
    kl_kept kept;
} saga;

/* Which members of a step are effects; kept in `effects`, for what is registered may be other when a
 * saga is resumed. */
enum { ACTION = 1, COMPENSATION = 2 };
static const char *const member_names[] = {[ACTION] = "action", [COMPENSATION] = "compensation"};

/* ---- the state ----------------------------------------------------------------------------------- */

static kl_value get(const saga *s, const char *name) { return kl_kept_get(&s->kept, name); }

/* `item` is taken. */
static kl_status set(saga *s, const char *name, kl_value item)
{
    return kl_kept_set(&s->kept, name, item);
}

static kl_status set_word(saga *s, const char *name, const char *word)
{
    return kl_kept_set_word(&s->kept, name, word);
}

static bool is_status(const saga *s, const char *word)
{
    return kl_kept_is(&s->kept, "status", word);
}

static bool has_ended(const saga *s)
{
    return is_status(s, "completed") || is_status(s, "failed") || is_status(s, "aborted");
}

static kl_status push(saga *s, const char *name, kl_value item)
{
    return kl_kept_push(&s->kept, name, item);
}

static bool holds(kl_value list, kl_value id) { return kl_list_holds(list, kl_as_text(id)); }

/* SIZE_MAX when there is none. */
static size_t index_of(const saga *s, kl_value id)
{
    kl_value steps = get(s, "steps");
    for (size_t i = 0; i < kl_array_len(steps); i++) {
        kl_value step = kl_array_at(steps, i);
        if (kl_text_equal(kl_as_text(kl_map_get(step, KL_TEXT("step_id"))), kl_as_text(id)))
            return i;
    }
    return SIZE_MAX;
}

static kl_value step_of(const saga *s, kl_value id)
{
    return kl_array_at(get(s, "steps"), index_of(s, id));
}

static bool is_effect(const saga *s, kl_value step_id, int member)
{
    return kl_as_int(kl_array_at(get(s, "effects"), index_of(s, step_id))) & member;
}

static kl_status save(saga *s) { return kl_kept_save(&s->kept, has_ended(s)); }

static saga make_saga(const kl_kept_host *host, kl_error *error)
{
    return (saga){host, {.records = host->records, .id = kl_null(), .state = kl_null(), .error = error}};
}

/* ---- effects ------------------------------------------------------------------------------------- */

/* What an effect is told of its saga; given. */
static kl_status context_of(kl_value *out, const saga *s, kl_value step)
{
    kl_value id = kl_map_get(step, KL_TEXT("step_id"));
    kl_build m = kl_build_begin(0, s->kept.error);
    kl_build_share(&m, "saga_id", s->kept.id);
    kl_build_share(&m, "step_id", id);
    kl_build_share(&m, "results", get(s, "results"));
    kl_build_share(&m, "result", kl_map_get(get(s, "results"), kl_as_text(id)));
    return kl_build_end(out, &m);
}

static kl_status set_key(kl_value *inputs, const saga *s, kl_value step, const char *what)
{
    kl_value own = kl_map_get(step, KL_TEXT("idempotency_key")), key;
    if (kl_is(own, KL_KIND_STRING))
        KL_TRY(kl_string_format(&key, s->kept.error, "%.*s:%s", KL_TEXT_ARG(kl_as_text(own)), what));
    else
        KL_TRY(kl_string_format(&key, s->kept.error, "%.*s:%.*s:%s", KL_TEXT_ARG(kl_as_text(s->kept.id)),
                                KL_TEXT_ARG(kl_as_text(kl_map_get(step, KL_TEXT("step_id")))), what));
    return kl_map_set(inputs, KL_TEXT("idempotency_key"), key, s->kept.error);
}

/* inputs_from: {input: "step_id.path"} into the results so far. */
static kl_status set_from_results(kl_value *inputs, const saga *s, kl_value step)
{
    kl_value from = kl_map_get(step, KL_TEXT("inputs_from")), results = get(s, "results");
    for (size_t i = 0; i < kl_map_len(from); i++) {
        const kl_value *found = kl_value_path(&results, kl_as_text(kl_map_value_at(from, i)));
        if (found)
            KL_TRY(kl_map_set(inputs, kl_map_key_at(from, i), kl_value_retain(*found), s->kept.error));
    }
    return KL_OK;
}

static kl_status inputs_of(kl_value *out, const saga *s, kl_value step, const char *what)
{
    kl_value inputs, context;
    kl_status status;
    KL_TRY(kl_map_new(&inputs, 8, s->kept.error));
    KL_TRY_OUT(context_of(&context, s, step));
    KL_TRY_OUT(kl_map_set(&inputs, KL_TEXT("saga"), context, s->kept.error));
    KL_TRY_OUT(set_key(&inputs, s, step, what));
    KL_TRY_OUT(kl_map_merge(&inputs, get(s, "inputs"), s->kept.error));
    KL_TRY_OUT(kl_map_merge(&inputs, kl_map_get(step, KL_TEXT("inputs")), s->kept.error));
    KL_TRY_OUT(set_from_results(&inputs, s, step));
    *out = inputs;
    return KL_OK;
out:
    kl_value_release(inputs);
    return status;
}

/* Do a member of a step, which is an effect. */
static kl_status run_effect(kl_effect_outcome *outcome, const saga *s, kl_value step, int member)
{
    const char *what = member_names[member];
    char where[256];
    kl_value inputs;
    kl_effect_policy policy = kl_effect_policy_of(step, get(s, "policy"));
    snprintf(where, sizeof where, "%s of step '%.*s'", what,
             (int)KL_MIN(kl_value_len(kl_map_get(step, KL_TEXT("step_id"))), (size_t)100),
             kl_as_text(kl_map_get(step, KL_TEXT("step_id"))).data);
    KL_TRY(inputs_of(&inputs, s, step, what));
    kl_status status = kl_effect_run(outcome, kl_map_get(step, kl_text_from(what)), inputs, &policy,
                                     s->host->call, where, s->kept.error);
    kl_value_release(inputs);
    return status;
}

/* ---- forwards ------------------------------------------------------------------------------------ */

static kl_status fail_step(saga *s, kl_value step_id, kl_value reason)
{
    KL_TRY(set(s, "failed_step", kl_value_retain(step_id)));
    KL_TRY(set(s, "error", kl_value_retain(reason)));
    KL_TRY(set(s, "running", kl_null()));
    return set_word(s, "status", "compensating");
}

static kl_status complete_step(saga *s, kl_value step_id, kl_value result)
{
    KL_TRY(kl_kept_put(&s->kept, "results", step_id, kl_value_retain(result)));
    KL_TRY(push(s, "completed", kl_value_retain(step_id)));
    KL_TRY(set(s, "running", kl_null()));
    if (kl_array_len(get(s, "completed")) == kl_array_len(get(s, "steps")))
        KL_TRY(set_word(s, "status", "completed"));
    return KL_OK;
}

/* The first step that is not complete; null when there is none. */
static kl_value next_step(const saga *s)
{
    kl_value steps = get(s, "steps"), completed = get(s, "completed");
    for (size_t i = 0; i < kl_array_len(steps); i++)
        if (!holds(completed, kl_map_get(kl_array_at(steps, i), KL_TEXT("step_id"))))
            return kl_array_at(steps, i);
    return kl_null();
}

static kl_status settle_step(saga *s, kl_value step_id, const kl_effect_outcome *outcome)
{
    if (outcome->done)
        return complete_step(s, step_id, outcome->result);
    if (outcome->uncertain) /* it may have been done: it is undone with the others */
        KL_TRY(set(s, "uncertain", kl_value_retain(step_id)));
    return fail_step(s, step_id, outcome->reason);
}

/* Do the next step; `*waits` when it is done elsewhere. */
static kl_status step_forwards(bool *waits, saga *s)
{
    kl_effect_outcome outcome;
    kl_value step = kl_value_retain(next_step(s));
    kl_value step_id = kl_map_get(step, KL_TEXT("step_id"));
    kl_status status = KL_OK;
    *waits = !is_effect(s, step_id, ACTION);
    if (!*waits) {
        KL_TRY_OUT(set(s, "running", kl_value_retain(step_id)));
        KL_TRY_OUT(save(s));
        KL_TRY_OUT(run_effect(&outcome, s, step, ACTION));
        status = settle_step(s, step_id, &outcome);
        kl_effect_outcome_clear(&outcome);
    }
out:
    kl_value_release(step);
    return status;
}

/* ---- backwards ----------------------------------------------------------------------------------- */

/* The step to undo next: the uncertain one, then those completed, the last first. */
static kl_value next_undone(const saga *s)
{
    kl_value done = get(s, "compensated"), completed = get(s, "completed");
    kl_value uncertain = get(s, "uncertain");
    if (!kl_is_null(uncertain) && !holds(done, uncertain))
        return uncertain;
    for (size_t i = kl_array_len(completed); i-- > 0;)
        if (!holds(done, kl_array_at(completed, i)))
            return kl_array_at(completed, i);
    return kl_null();
}

/* {step_id, compensation_type, status ...} */
static kl_status report_undone(saga *s, kl_value step_id, const char *type, const char *word,
                               const kl_effect_outcome *outcome)
{
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, s->kept.error);
    kl_build_string(&m, "compensation_type", type);
    kl_build_string(&m, "status", word);
    kl_build_share(&m, "step_id", step_id);
    if (outcome)
        kl_build_int(&m, "attempts", outcome->attempts);
    if (outcome && outcome->done)
        kl_build_share(&m, "result", outcome->result);
    if (outcome && !outcome->done)
        kl_build_share(&m, "error", outcome->reason);
    KL_TRY(kl_build_end(&entry, &m));
    return push(s, "compensation_results", entry);
}

static kl_status undo_effect(saga *s, kl_value step, kl_value step_id)
{
    kl_effect_outcome outcome;
    KL_TRY(save(s));
    KL_TRY(run_effect(&outcome, s, step, COMPENSATION));
    kl_status status = report_undone(s, step_id, "action", outcome.done ? "compensated" : "failed",
                                     &outcome);
    if (status == KL_OK && outcome.done)
        status = push(s, "compensated", kl_value_retain(step_id));
    else if (status == KL_OK)
        status = set_word(s, "status", "compensation_failed");
    kl_effect_outcome_clear(&outcome);
    return status;
}

/* A step done elsewhere is undone elsewhere; one done here without a compensation stays done. */
static kl_status undo_nothing(saga *s, kl_value step_id)
{
    if (is_effect(s, step_id, ACTION))
        KL_TRY(report_undone(s, step_id, "none", "skipped", NULL));
    else if (!is_status(s, "aborting"))
        KL_TRY(report_undone(s, step_id, "custom", "compensated", NULL));
    return push(s, "compensated", kl_value_retain(step_id));
}

static kl_status step_backwards(saga *s)
{
    kl_value step_id = kl_value_retain(next_undone(s));
    if (kl_is_null(step_id))
        return set_word(s, "status", is_status(s, "aborting") ? "aborted" : "failed");
    kl_value step = kl_value_retain(step_of(s, step_id));
    kl_status status = is_effect(s, step_id, COMPENSATION) ? undo_effect(s, step, step_id)
                                                           : undo_nothing(s, step_id);
    kl_value_release(step);
    kl_value_release(step_id);
    return status;
}

/* Go on until the saga has ended, waits for a step that is done elsewhere, or cannot be undone. */
static kl_status advance(saga *s)
{
    bool waits = false;
    while (!waits && !has_ended(s) && !is_status(s, "compensation_failed")) {
        if (is_status(s, "executing"))
            KL_TRY(step_forwards(&waits, s));
        else
            KL_TRY(step_backwards(s));
    }
    return save(s);
}

/* ---- beginning ----------------------------------------------------------------------------------- */

static kl_status check_number(kl_value step, const char *name, const char *place, kl_error *error)
{
    char whole[128];
    kl_value number = kl_map_get(step, kl_text_from(name));
    if (kl_is_null(number) || (kl_is(number, KL_KIND_INT) && kl_as_int(number) >= 0 &&
                               kl_as_int(number) <= 86400000))
        return KL_OK;
    snprintf(whole, sizeof whole, "%s.%s", place, name);
    return kl_node_bad_value(error, whole, "integer from 0 to 86400000", number);
}

static kl_status check_member(kl_value step, const char *name, kl_kind kind, const char *place,
                              kl_error *error)
{
    char whole[128];
    kl_value member = kl_map_get(step, kl_text_from(name));
    if (kl_is_null(member) || kl_is(member, kind))
        return KL_OK;
    snprintf(whole, sizeof whole, "%s.%s", place, name);
    return kl_node_bad_value(error, whole, kl_kind_name(kind), member);
}

/* Which members are effects, as bits. */
static kl_status check_effects(int64_t *out, kl_value step, kl_registry *registry,
                               const char *place, kl_error *error)
{
    *out = 0;
    for (int member = ACTION; member <= COMPENSATION; member++) {
        char whole[128];
        bool effect;
        snprintf(whole, sizeof whole, "%s.%s", place, member_names[member]);
        KL_TRY(kl_effect_check(&effect, kl_map_get(step, kl_text_from(member_names[member])),
                               registry, whole, error));
        *out |= effect ? member : 0;
    }
    return KL_OK;
}

static kl_status check_step(int64_t *effects, kl_value steps, size_t at, kl_registry *registry,
                            const char *name, kl_error *error)
{
    char place[64], whole[96];
    kl_value step = kl_array_at(steps, at), id = kl_map_get(step, KL_TEXT("step_id"));
    snprintf(place, sizeof place, "%s[%zu]", name, at);
    snprintf(whole, sizeof whole, "%s.step_id", place);
    if (!kl_is(id, KL_KIND_STRING) || !kl_value_len(id))
        return kl_node_bad_value(error, whole, "string", id);
    for (size_t i = 0; i < at; i++) {
        kl_value other = kl_map_get(kl_array_at(steps, i), KL_TEXT("step_id"));
        if (kl_text_equal(kl_as_text(other), kl_as_text(id)))
            return kl_node_bad_value(error, whole, "id that no other step has", id);
    }
    KL_TRY(check_member(step, "inputs", KL_KIND_MAP, place, error));
    KL_TRY(check_member(step, "inputs_from", KL_KIND_MAP, place, error));
    KL_TRY(check_member(step, "idempotency_key", KL_KIND_STRING, place, error));
    KL_TRY(check_number(step, "max_retries", place, error));
    KL_TRY(check_number(step, "retry_delay_ms", place, error));
    KL_TRY(check_number(step, "timeout_ms", place, error));
    return check_effects(effects, step, registry, place, error);
}

/* Ids are compared pairwise. */
enum { STEPS_MAX = 10000 };

/* Gives the effects of each; given. */
static kl_status check_steps(kl_value *out, kl_value steps, kl_registry *registry, const char *name,
                             kl_error *error)
{
    kl_value effects;
    kl_status status = KL_OK;
    if (!kl_array_len(steps))
        return kl_node_bad(error, name, "expected non-empty array of step configurations, got empty "
                                        "array");
    if (kl_array_len(steps) > STEPS_MAX)
        return kl_node_limit(error, name, STEPS_MAX, "steps");
    KL_TRY(kl_array_new(&effects, kl_array_len(steps), error));
    for (size_t i = 0; i < kl_array_len(steps) && status == KL_OK; i++) {
        int64_t bits;
        status = check_step(&bits, steps, i, registry, name, error);
        if (status == KL_OK)
            status = kl_array_push(&effects, kl_int(bits), error);
    }
    if (status == KL_OK)
        *out = effects;
    else
        kl_value_release(effects);
    return status;
}

static void set_list(kl_build *m, const char *name)
{
    kl_value list = kl_null();
    if (m->status == KL_OK)
        kl_build_given(m, name, kl_array_new(&list, 0, m->error), list);
}

static kl_status new_state(kl_value *out, kl_value id, kl_value steps, kl_value effects,
                           kl_value inputs, kl_value policy, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "saga_id", id);
    kl_build_string(&m, "status", "executing");
    kl_build_share(&m, "steps", steps);
    kl_build_share(&m, "effects", effects);
    kl_build_share(&m, "inputs", inputs);
    kl_build_share(&m, "policy", policy);
    set_list(&m, "completed");
    kl_build_null(&m, "running");
    kl_build_null(&m, "uncertain");
    kl_build_null(&m, "failed_step");
    kl_build_null(&m, "error");
    kl_build_put(&m, "results", kl_map_empty());
    set_list(&m, "compensated");
    set_list(&m, "compensation_results");
    return kl_build_end(out, &m);
}

static kl_status make_id(kl_value *out, kl_value given, kl_error *error)
{
    char uuid[37];
    if (!kl_is_null(given)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    KL_TRY(kl_uuid_new(uuid, error));
    return kl_string_new(out, kl_text_from(uuid), error);
}

kl_status kl_saga_start(kl_value *state, const kl_kept_host *host, kl_value id, kl_value steps,
                        kl_value inputs, kl_value policy, const char *name, kl_error *error)
{
    saga s = make_saga(host, error);
    kl_value effects;
    kl_status status;
    KL_TRY(check_steps(&effects, steps, host->call->registry, name, error));
    KL_TRY_OUT(make_id(&s.kept.id, id, error));
    KL_TRY_OUT(new_state(&s.kept.state, s.kept.id, steps, effects, inputs, policy, error));
    s.kept.changed = true;
    KL_TRY_OUT(advance(&s));
    *state = kl_value_take(&s.kept.state);
out:
    kl_value_release(effects);
    kl_kept_end(&s.kept);
    return status;
}

/* ---- going on ------------------------------------------------------------------------------------ */

static kl_status load(saga *s, kl_text id) { return kl_kept_load(&s->kept, id, "saga"); }

typedef struct told {
    kl_value step_id, value;
} told;

/* What is told to a saga: changes its state, which is then written before anything is done. */
typedef kl_status tell_fn(saga *s, const told *what);

static kl_status tell_once(saga *s, kl_text id, tell_fn *tell, const told *what)
{
    KL_TRY(load(s, id));
    KL_TRY(tell(s, what));
    return save(s);
}

static kl_status tell_and_advance(kl_value *state, const kl_kept_host *host, kl_text id,
                                  tell_fn *tell, const told *what, kl_error *error)
{
    enum { TRIES = 100 };
    for (size_t i = 1;; i++) {
        kl_error why = KL_ERROR_INIT;
        saga s = make_saga(host, &why);
        kl_status status = tell_once(&s, id, tell, what);
        bool again = status == KL_STATE && i < TRIES; /* somebody else wrote in between */
        if (status == KL_OK)
            status = advance(&s);
        if (status == KL_OK)
            *state = kl_value_take(&s.kept.state);
        kl_kept_end(&s.kept);
        if (!again) {
            kl_error_move(error, &why);
            return status;
        }
        kl_error_clear(&why);
    }
}

static kl_status check_told_step(saga *s, kl_value step_id)
{
    if (index_of(s, step_id) == SIZE_MAX)
        return kl_node_failed(s->kept.error, "saga '%.*s' has no step '%.*s'",
                              KL_TEXT_ARG(kl_as_text(s->kept.id)), KL_TEXT_ARG(kl_as_text(step_id)));
    if (holds(get(s, "completed"), step_id))
        return kl_node_failed(s->kept.error, "step '%.*s' of saga '%.*s' is already complete",
                              KL_TEXT_ARG(kl_as_text(step_id)), KL_TEXT_ARG(kl_as_text(s->kept.id)));
    if (is_effect(s, step_id, ACTION))
        return kl_node_failed(s->kept.error, "step '%.*s' of saga '%.*s' is done by the saga itself",
                              KL_TEXT_ARG(kl_as_text(step_id)), KL_TEXT_ARG(kl_as_text(s->kept.id)));
    return KL_OK;
}

static kl_status tell_complete(saga *s, const told *what)
{
    if (!is_status(s, "executing"))
        return kl_node_failed(s->kept.error, "cannot complete step on saga '%.*s': status is '%.*s'",
                              KL_TEXT_ARG(kl_as_text(s->kept.id)),
                              KL_TEXT_ARG(kl_as_text(get(s, "status"))));
    KL_TRY(check_told_step(s, what->step_id));
    return complete_step(s, what->step_id, what->value);
}

/* Once the saga goes another way, a late failure changes nothing. */
static kl_status tell_failed(saga *s, const told *what)
{
    if (!is_status(s, "executing"))
        return KL_OK;
    KL_TRY(check_told_step(s, what->step_id));
    return fail_step(s, what->step_id, what->value);
}

static kl_status tell_abort(saga *s, const told *what)
{
    (void)what;
    if (!is_status(s, "executing"))
        return kl_node_failed(s->kept.error, "cannot abort saga '%.*s': status is '%.*s'",
                              KL_TEXT_ARG(kl_as_text(s->kept.id)),
                              KL_TEXT_ARG(kl_as_text(get(s, "status"))));
    if (!kl_is_null(get(s, "running"))) /* nobody knows how far it came */
        KL_TRY(set(s, "uncertain", kl_value_retain(get(s, "running"))));
    KL_TRY(set(s, "running", kl_null()));
    return set_word(s, "status", "aborting");
}

/* What could not be undone is tried again. */
static kl_status tell_resume(saga *s, const told *what)
{
    kl_value kept;
    (void)what;
    if (!is_status(s, "compensation_failed"))
        return KL_OK;
    kl_value results = get(s, "compensation_results");
    KL_TRY(kl_array_slice(&kept, results, 0, kl_array_len(results) - 1, s->kept.error));
    KL_TRY(set(s, "compensation_results", kept));
    return set_word(s, "status", kl_is_null(get(s, "failed_step")) ? "aborting" : "compensating");
}

kl_status kl_saga_step_complete(kl_value *state, const kl_kept_host *host, kl_text id,
                                kl_value step_id, kl_value result, kl_error *error)
{
    told what = {step_id, result};
    return tell_and_advance(state, host, id, tell_complete, &what, error);
}

kl_status kl_saga_step_failed(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_value step_id, kl_value reason, kl_error *error)
{
    told what = {step_id, reason};
    return tell_and_advance(state, host, id, tell_failed, &what, error);
}

kl_status kl_saga_abort(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error)
{
    return tell_and_advance(state, host, id, tell_abort, NULL, error);
}

kl_status kl_saga_status(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error)
{
    saga s = make_saga(host, error);
    kl_status status = load(&s, id);
    if (status == KL_OK)
        *state = kl_value_take(&s.kept.state);
    kl_kept_end(&s.kept);
    return status;
}

kl_status kl_saga_resume(kl_value *state, const kl_kept_host *host, kl_text id, kl_error *error)
{
    saga s = make_saga(host, error);
    kl_status status = load(&s, id);
    bool ended = status == KL_OK && has_ended(&s);
    if (ended)
        *state = kl_value_take(&s.kept.state);
    kl_kept_end(&s.kept);
    if (status != KL_OK || ended)
        return status;
    return tell_and_advance(state, host, id, tell_resume, NULL, error);
}

/* ---- recovering ---------------------------------------------------------------------------------- */

kl_status kl_saga_recover(kl_value *out, const kl_kept_host *host, kl_error *error)
{
    return kl_kept_recover(out, host, "saga_id", kl_saga_resume, error);
}
