/* src/nodes/two_phase.c - see two_phase.h. */
#include "two_phase.h"
#include "kailash/id.h"
#include "kept.h"
#include "build_map.h"

#include <stdio.h>

/* A transaction that this thread works on. */
typedef struct commit {
    const kl_kept_host *host;
    kl_kept kept;
} commit;

/* Which phases of a participant are effects; kept in `effects`, as in saga.c. */
enum { PREPARE = 1, COMMIT = 2, ABORT = 4 };
static const char *const phase_names[] = {
    [PREPARE] = "prepare", [COMMIT] = "commit", [ABORT] = "abort"};

/* ---- the state ----------------------------------------------------------------------------------- */

static commit make_commit(const kl_kept_host *host, kl_error *error)
{
    return (commit){host,
                    {.records = host->records, .id = kl_null(), .state = kl_null(), .error = error}};
}

static kl_value get(const commit *c, const char *name) { return kl_kept_get(&c->kept, name); }

static bool is_decided(const commit *c) { return !kl_is_null(get(c, "outcome")); }

static kl_value id_at(const commit *c, size_t index)
{
    return kl_map_get(kl_array_at(get(c, "participants"), index), KL_TEXT("id"));
}

static bool has_effect(kl_value state, size_t index, int phase)
{
    kl_value effects = kl_map_get(state, KL_TEXT("effects"));
    return kl_as_int(kl_array_at(effects, index)) & phase;
}

static kl_value vote_at(const commit *c, size_t index)
{
    return kl_map_get(get(c, "votes"), kl_as_text(id_at(c, index)));
}

static size_t count_of(const commit *c) { return kl_array_len(get(c, "participants")); }

static size_t index_of(const commit *c, kl_value id)
{
    for (size_t i = 0; i < count_of(c); i++)
        if (kl_text_equal(kl_as_text(id_at(c, i)), kl_as_text(id)))
            return i;
    return SIZE_MAX;
}

/* Whether a participant must still be told: it has an effect, and did not vote no itself. */
static bool must_tell(kl_value state, size_t index)
{
    kl_value outcome = kl_map_get(state, KL_TEXT("outcome"));
    kl_value participants = kl_map_get(state, KL_TEXT("participants"));
    kl_value id = kl_map_get(kl_array_at(participants, index), KL_TEXT("id"));
    kl_value vote = kl_map_get(kl_map_get(state, KL_TEXT("votes")), kl_as_text(id));
    bool commits = kl_text_is(kl_as_text(outcome), "commit");
    return !kl_is_null(outcome) && has_effect(state, index, commits ? COMMIT : ABORT) &&
           !kl_text_is(kl_as_text(vote), "no") &&
           !kl_list_holds(kl_map_get(state, KL_TEXT("told")), kl_as_text(id));
}

/* A decided transaction is finished once all were told. */
static kl_status save(commit *c)
{
    bool finished = is_decided(c);
    for (size_t i = 0; i < count_of(c) && finished; i++)
        finished = !must_tell(c->kept.state, i);
    return kl_kept_save(&c->kept, finished);
}

bool kl_two_phase_has_effects(kl_value state)
{
    kl_value effects = kl_map_get(state, KL_TEXT("effects"));
    for (size_t i = 0; i < kl_array_len(effects); i++)
        if (kl_as_int(kl_array_at(effects, i)))
            return true;
    return false;
}

kl_status kl_two_phase_untold(kl_value *out, kl_value state, kl_error *error)
{
    kl_value list, participants = kl_map_get(state, KL_TEXT("participants"));
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(participants) && status == KL_OK; i++) {
        kl_value id = kl_map_get(kl_array_at(participants, i), KL_TEXT("id"));
        if (must_tell(state, i))
            status = kl_array_push(&list, kl_value_retain(id), error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

/* ---- effects ------------------------------------------------------------------------------------- */

/* What does a phase of a participant: a member of its own, or its endpoint. */
static kl_value effect_of(kl_value participant, int phase)
{
    kl_value own = kl_map_get(participant, kl_text_from(phase_names[phase]));
    bool is_endpoint = kl_is_null(own) && kl_map_has(participant, KL_TEXT("endpoint"));
    return is_endpoint ? participant : own;
}

static kl_status set_key(kl_build *m, const commit *c, size_t index, int phase)
{
    kl_build_format(m, "idempotency_key", "%.*s:%.*s:%s", KL_TEXT_ARG(kl_as_text(c->kept.id)),
                      KL_TEXT_ARG(kl_as_text(id_at(c, index))), phase_names[phase]);
    return m->status;
}

static kl_status inputs_of(kl_value *out, const commit *c, size_t index, int phase)
{
    kl_build m = kl_build_begin(0, c->kept.error);
    kl_build_share(&m, "transaction_id", c->kept.id);
    kl_build_share(&m, "participant_id", id_at(c, index));
    kl_build_string(&m, "phase", phase_names[phase]);
    if (set_key(&m, c, index, phase) == KL_OK)
        m.status = kl_map_merge(&m.map, get(c, "inputs"), c->kept.error);
    if (m.status != KL_OK)
        kl_value_release(kl_value_take(&m.map));
    return kl_build_end(out, &m);
}

static kl_status run_phase(kl_effect_outcome *outcome, const commit *c, size_t index, int phase)
{
    char where[256];
    kl_value inputs, participant = kl_array_at(get(c, "participants"), index);
    kl_effect_policy policy = kl_effect_policy_of(participant, get(c, "policy"));
    snprintf(where, sizeof where, "%s of participant '%.200s'", phase_names[phase],
             kl_as_text(id_at(c, index)).data);
    KL_TRY(inputs_of(&inputs, c, index, phase));
    kl_status status = kl_effect_run(outcome, effect_of(participant, phase), inputs, &policy,
                                     c->host->call, where, c->kept.error);
    kl_value_release(inputs);
    return status;
}

/* ---- the first phase ----------------------------------------------------------------------------- */

static kl_status set_vote(commit *c, size_t index, const char *word)
{
    kl_value vote;
    KL_TRY(kl_string_from_valid(&vote, kl_text_from(word), c->kept.error));
    return kl_kept_put(&c->kept, "votes", id_at(c, index), vote);
}

/* Done is yes, unless the result says no; out of time is "timeout"; any other failure is no. */
static const char *vote_of(const kl_effect_outcome *outcome)
{
    kl_value vote = kl_map_get(outcome->result, KL_TEXT("vote"));
    if (outcome->done)
        return kl_is_null(vote) || kl_text_is(kl_as_text(vote), "yes") ? "yes" : "no";
    return outcome->uncertain ? "timeout" : "no";
}

static kl_status ask(commit *c, size_t index)
{
    kl_effect_outcome outcome;
    KL_TRY(run_phase(&outcome, c, index, PREPARE));
    kl_status status = set_vote(c, index, vote_of(&outcome));
    kl_effect_outcome_clear(&outcome);
    return status;
}

static kl_status settle_status(commit *c)
{
    bool all = true;
    for (size_t i = 0; i < count_of(c); i++)
        all = all && !kl_is_null(vote_at(c, i));
    return kl_kept_set_word(&c->kept, "status", all ? "prepared" : "preparing");
}

/* Ask all who are done by effects and have no vote yet. The transaction is written before, so that
 * a crash leaves a trace of whom to tell. */
static kl_status ask_all(commit *c)
{
    KL_TRY(save(c));
    for (size_t i = 0; i < count_of(c); i++)
        if (has_effect(c->kept.state, i, PREPARE) && kl_is_null(vote_at(c, i)))
            KL_TRY(ask(c, i));
    KL_TRY(settle_status(c));
    return save(c);
}

/* ---- the second phase ---------------------------------------------------------------------------- */

static kl_status tell(commit *c, size_t index)
{
    kl_effect_outcome outcome;
    bool commits = kl_kept_is(&c->kept, "outcome", "commit");
    KL_TRY(run_phase(&outcome, c, index, commits ? COMMIT : ABORT));
    bool done = outcome.done;
    kl_effect_outcome_clear(&outcome);
    if (!done) /* it is told again when the transaction is resumed */
        return KL_OK;
    KL_TRY(kl_kept_push(&c->kept, "told", kl_value_retain(id_at(c, index))));
    return save(c);
}

static kl_status tell_all(commit *c)
{
    KL_TRY(save(c));
    for (size_t i = 0; i < count_of(c); i++)
        if (must_tell(c->kept.state, i))
            KL_TRY(tell(c, i));
    return save(c);
}

/* The decision, not yet written. */
static kl_status decide(commit *c, bool may_commit)
{
    bool commits = may_commit;
    for (size_t i = 0; i < count_of(c); i++) {
        if (kl_is_null(vote_at(c, i)))
            KL_TRY(set_vote(c, i, "timeout"));
        commits = commits && kl_text_is(kl_as_text(vote_at(c, i)), "yes");
    }
    KL_TRY(kl_kept_set_word(&c->kept, "outcome", commits ? "commit" : "abort"));
    return kl_kept_set_word(&c->kept, "status", commits ? "committed" : "aborted");
}

/* ---- beginning ----------------------------------------------------------------------------------- */

static kl_status check_phases(int64_t *out, kl_value participant, kl_registry *registry,
                              const char *place, kl_error *error)
{
    static const int phases[] = {PREPARE, COMMIT, ABORT};
    *out = 0;
    for (size_t i = 0; i < KL_COUNT(phases); i++) {
        char where[128];
        bool effect;
        snprintf(where, sizeof where, "%s.%s", place, phase_names[phases[i]]);
        KL_TRY(kl_effect_check(&effect, effect_of(participant, phases[i]), registry, where, error));
        *out |= effect ? phases[i] : 0;
    }
    if (*out && !(*out & COMMIT))
        return kl_node_bad(error, place, "expected commit beside %s",
                           *out & PREPARE ? "prepare" : "abort");
    return KL_OK;
}

static kl_status check_participant(kl_value participant, const char *place, kl_error *error)
{
    static const char *const numbers[] = {"max_retries", "retry_delay_ms", "timeout_ms"};
    char whole[96];
    kl_value id = kl_map_get(participant, KL_TEXT("id"));
    snprintf(whole, sizeof whole, "%s.id", place);
    if (!kl_is(id, KL_KIND_STRING) || !kl_value_len(id))
        return kl_node_bad_value(error, whole, "string", id);
    for (size_t i = 0; i < KL_COUNT(numbers); i++) {
        kl_value number = kl_map_get(participant, kl_text_from(numbers[i]));
        if (kl_is_null(number) || (kl_is(number, KL_KIND_INT) && kl_as_int(number) >= 0 &&
                                   kl_as_int(number) <= 86400000))
            continue;
        snprintf(whole, sizeof whole, "%s.%s", place, numbers[i]);
        return kl_node_bad_value(error, whole, "integer from 0 to 86400000", number);
    }
    return KL_OK;
}

/* Add a participant, which must be a new one, with no vote. */
static kl_status add_participant(commit *c, kl_value participant, const char *place)
{
    kl_error *error = c->kept.error;
    int64_t phases;
    KL_TRY(check_participant(participant, place, error));
    kl_value id = kl_map_get(participant, KL_TEXT("id"));
    if (index_of(c, id) != SIZE_MAX)
        return kl_node_failed(error, "participant '%.*s' is already registered for 2PC '%.*s'",
                              KL_TEXT_ARG(kl_as_text(id)), KL_TEXT_ARG(kl_as_text(c->kept.id)));
    KL_TRY(check_phases(&phases, participant, c->host->call->registry, place, error));
    KL_TRY(kl_kept_push(&c->kept, "participants", kl_value_retain(participant)));
    KL_TRY(kl_kept_push(&c->kept, "effects", kl_int(phases)));
    return kl_kept_put(&c->kept, "votes", id, kl_null());
}

enum { PARTICIPANTS_MAX = 1000 };

static kl_status add_all(commit *c, kl_value participants, const char *name)
{
    if (!kl_array_len(participants))
        return kl_node_bad(c->kept.error, name, "expected non-empty array of participant "
                                                "configurations, got empty array");
    if (kl_array_len(participants) > PARTICIPANTS_MAX)
        return kl_node_limit(c->kept.error, name, PARTICIPANTS_MAX, "participants");
    for (size_t i = 0; i < kl_array_len(participants); i++) {
        char place[64];
        snprintf(place, sizeof place, "%s[%zu]", name, i);
        KL_TRY(add_participant(c, kl_array_at(participants, i), place));
    }
    return KL_OK;
}

static void set_list(kl_build *m, const char *name)
{
    kl_value list = kl_null();
    if (m->status == KL_OK)
        kl_build_given(m, name, kl_array_new(&list, 0, m->error), list);
}

static kl_status new_state(kl_value *out, kl_value id, kl_value inputs, kl_value policy,
                           kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "transaction_id", id);
    kl_build_string(&m, "status", "preparing");
    set_list(&m, "participants");
    set_list(&m, "effects");
    kl_build_share(&m, "inputs", inputs);
    kl_build_share(&m, "policy", policy);
    kl_build_put(&m, "votes", kl_map_empty());
    kl_build_null(&m, "outcome");
    set_list(&m, "told");
    kl_build_int(&m, "created", kl_time_now() / KL_SECOND);
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

static kl_status begin(kl_value *state, const kl_kept_host *host, kl_value id,
                       kl_value participants, kl_value inputs, kl_value policy, const char *name,
                       bool aborts, kl_error *error)
{
    commit c = make_commit(host, error);
    kl_status status;
    KL_TRY_OUT(make_id(&c.kept.id, id, error));
    KL_TRY_OUT(new_state(&c.kept.state, c.kept.id, inputs, policy, error));
    KL_TRY_OUT(add_all(&c, participants, name));
    if (aborts)
        KL_TRY_OUT(decide(&c, false));
    KL_TRY_OUT(aborts ? tell_all(&c) : ask_all(&c));
    *state = kl_value_take(&c.kept.state);
out:
    kl_kept_end(&c.kept);
    return status;
}

kl_status kl_two_phase_prepare(kl_value *state, const kl_kept_host *host, kl_value id,
                               kl_value participants, kl_value inputs, kl_value policy,
                               const char *name, kl_error *error)
{
    return begin(state, host, id, participants, inputs, policy, name, false, error);
}

kl_status kl_two_phase_abort(kl_value *state, const kl_kept_host *host, kl_value id,
                             kl_value participants, kl_value inputs, kl_value policy,
                             const char *name, kl_error *error)
{
    return begin(state, host, id, participants, inputs, policy, name, true, error);
}

/* ---- going on ------------------------------------------------------------------------------------ */

typedef struct told {
    kl_value participant, vote;
} told;

/* Changes the state; what follows from it is done by `act` once it is written. */
typedef kl_status change_fn(commit *c, const told *what);

static kl_status change_once(commit *c, kl_text id, change_fn *change, const told *what)
{
    KL_TRY(kl_kept_load(&c->kept, id, "2PC transaction"));
    KL_TRY(change(c, what));
    return save(c);
}

static kl_status act(commit *c) { return is_decided(c) ? tell_all(c) : ask_all(c); }

static kl_status change_and_act(kl_value *state, const kl_kept_host *host, kl_text id,
                                change_fn *change, const told *what, kl_error *error)
{
    enum { TRIES = 100 };
    for (size_t i = 1;; i++) {
        kl_error why = KL_ERROR_INIT;
        commit c = make_commit(host, &why);
        kl_status status = change_once(&c, id, change, what);
        bool again = status == KL_STATE && i < TRIES; /* somebody else wrote in between */
        if (status == KL_OK)
            status = act(&c);
        if (status == KL_OK)
            *state = kl_value_take(&c.kept.state);
        kl_kept_end(&c.kept);
        if (!again) {
            kl_error_move(error, &why);
            return status;
        }
        kl_error_clear(&why);
    }
}

static kl_status refuse_end(const commit *c, const char *what)
{
    return kl_node_failed(c->kept.error, "cannot %s 2PC '%.*s': status is '%.*s'", what,
                          KL_TEXT_ARG(kl_as_text(c->kept.id)),
                          KL_TEXT_ARG(kl_as_text(get(c, "status"))));
}

static kl_status change_vote(commit *c, const told *what)
{
    kl_error *error = c->kept.error;
    kl_text id = kl_as_text(what->participant), vote = kl_as_text(what->vote);
    size_t index = index_of(c, what->participant);
    if (is_decided(c))
        return refuse_end(c, "vote on");
    if (index == SIZE_MAX)
        return kl_node_failed(error, "2PC '%.*s' has no participant '%.*s'",
                              KL_TEXT_ARG(kl_as_text(c->kept.id)), KL_TEXT_ARG(id));
    if (has_effect(c->kept.state, index, PREPARE))
        return kl_node_failed(error, "participant '%.*s' is asked by the coordinator itself",
                              KL_TEXT_ARG(id));
    kl_value before = vote_at(c, index);
    if (!kl_is_null(before) && !kl_text_equal(kl_as_text(before), vote))
        return kl_node_failed(error, "participant '%.*s' has already voted %.*s", KL_TEXT_ARG(id),
                              KL_TEXT_ARG(kl_as_text(before)));
    KL_TRY(kl_kept_put(&c->kept, "votes", what->participant, kl_value_retain(what->vote)));
    return settle_status(c);
}

static kl_status change_decide(commit *c, const told *what)
{
    (void)what;
    return is_decided(c) ? KL_OK : decide(c, true);
}

static kl_status change_register(commit *c, const told *what)
{
    if (is_decided(c))
        return refuse_end(c, "register participant for");
    KL_TRY(add_participant(c, what->participant, "participant"));
    return settle_status(c);
}

static kl_status change_resume(commit *c, const told *what)
{
    (void)what;
    if (is_decided(c) || !kl_two_phase_has_effects(c->kept.state))
        return KL_OK;
    return decide(c, false);
}

kl_status kl_two_phase_vote(kl_value *state, const kl_kept_host *host, kl_text id,
                            kl_value participant, kl_value vote, kl_error *error)
{
    told what = {participant, vote};
    return change_and_act(state, host, id, change_vote, &what, error);
}

kl_status kl_two_phase_decide(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error)
{
    return change_and_act(state, host, id, change_decide, NULL, error);
}

kl_status kl_two_phase_register(kl_value *state, const kl_kept_host *host, kl_text id,
                                kl_value participant, kl_error *error)
{
    told what = {participant, kl_null()};
    return change_and_act(state, host, id, change_register, &what, error);
}

kl_status kl_two_phase_resume(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error)
{
    return change_and_act(state, host, id, change_resume, NULL, error);
}

kl_status kl_two_phase_status(kl_value *state, const kl_kept_host *host, kl_text id,
                              kl_error *error)
{
    commit c = make_commit(host, error);
    kl_status status = kl_kept_load(&c.kept, id, "2PC transaction");
    if (status == KL_OK)
        *state = kl_value_take(&c.kept.state);
    kl_kept_end(&c.kept);
    return status;
}

/* ---- recovering ---------------------------------------------------------------------------------- */

kl_status kl_two_phase_recover(kl_value *out, const kl_kept_host *host, kl_error *error)
{
    return kl_kept_recover(out, host, "transaction_id", kl_two_phase_resume, error);
}
