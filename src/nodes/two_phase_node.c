/* src/nodes/two_phase_node.c - TwoPhaseCommitCoordinatorNode: the engine of two_phase.h as a node. */
#include "mode.h"
#include "build_map.h"
#include "two_phase.h"
#include "workflow/shared.h"

enum { OPERATION, PARTICIPANTS, ID, PARTICIPANT_ID, VOTE, PARTICIPANT, INPUTS, RETRIES, DELAY,
       TIMEOUT, LOG, DATABASE, SCOPE };

static const char *const words[] = {"prepare",    "vote",    "decide", "register_participant",
                                    "get_status", "execute", "resume", "recover", NULL};
static const char *const votes[] = {"yes", "no", NULL};

static kl_status host_of(kl_kept_host *out, kl_node_call *call, kl_error *error)
{
    kl_value log = call->args[LOG];
    out->call = call;
    return kl_records_of(&out->records, "2pc", call, call->args[SCOPE],
                         kl_is_null(log) ? call->args[DATABASE] : log, error);
}

/* The outputs; `state` is taken. */
static kl_status report(kl_value *out, kl_value state, kl_error *error)
{
    kl_value untold = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "commit_outcome", kl_map_get(state, KL_TEXT("outcome")));
    kl_build_share(&m, "status", kl_map_get(state, KL_TEXT("status")));
    kl_build_share(&m, "transaction_id", kl_map_get(state, KL_TEXT("transaction_id")));
    kl_build_share(&m, "votes", kl_map_get(state, KL_TEXT("votes")));
    if (m.status == KL_OK && kl_two_phase_has_effects(state))
        kl_build_given(&m, "undelivered", kl_two_phase_untold(&untold, state, error), untold);
    kl_value_release(state);
    return kl_build_end(out, &m);
}

static kl_status begin(kl_value *state, const kl_kept_host *host, kl_error *error)
{
    const kl_value *args = host->call->args;
    kl_value policy;
    KL_TRY(kl_effect_policy_map(&policy, &args[RETRIES], error));
    kl_status status = kl_two_phase_prepare(state, host, kl_null(), args[PARTICIPANTS], args[INPUTS],
                                            policy, "participants", error);
    kl_value_release(policy);
    return status;
}

static kl_status prepare(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(begin(&state, &host, error));
    return report(out, state, error);
}

/* Both phases in one. */
static kl_status execute(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state, decided;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(begin(&state, &host, error));
    kl_status status = kl_two_phase_decide(
        &decided, &host, kl_as_text(kl_map_get(state, KL_TEXT("transaction_id"))), error);
    kl_value_release(state);
    return status == KL_OK ? report(out, decided, error) : status;
}

static kl_status vote(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_two_phase_vote(&state, &host, kl_as_text(call->args[ID]), call->args[PARTICIPANT_ID],
                             call->args[VOTE], error));
    return report(out, state, error);
}

static kl_status register_participant(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state, given = call->args[PARTICIPANT], participant = kl_null();
    KL_TRY(host_of(&host, call, error));
    kl_build m = kl_build_of(kl_is_null(given) ? kl_map_empty() : kl_value_retain(given), error);
    kl_build_share(&m, "id", call->args[PARTICIPANT_ID]);
    KL_TRY(kl_build_end(&participant, &m));
    kl_status status =
        kl_two_phase_register(&state, &host, kl_as_text(call->args[ID]), participant, error);
    kl_value_release(participant);
    return status == KL_OK ? report(out, state, error) : status;
}

typedef kl_status two_phase_fn(kl_value *state, const kl_kept_host *host, kl_text id,
                               kl_error *error);

static kl_status with_id(kl_value *out, two_phase_fn *function, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value state;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(function(&state, &host, kl_as_text(call->args[ID]), error));
    return report(out, state, error);
}

static kl_status decide(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_id(out, kl_two_phase_decide, call, error);
}

static kl_status get_status(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_id(out, kl_two_phase_status, call, error);
}

static kl_status resume(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_id(out, kl_two_phase_resume, call, error);
}

static kl_status recover(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_kept_host host;
    kl_value list;
    KL_TRY(host_of(&host, call, error));
    KL_TRY(kl_two_phase_recover(&list, &host, error));
    return kl_node_result(out, "recovered", list, error);
}

static const kl_mode rows[] = {
    {"prepare", "participants", prepare},
    {"vote", "transaction_id participant_id vote", vote},
    {"decide", "transaction_id", decide},
    {"register_participant", "transaction_id participant_id", register_participant},
    {"get_status", "transaction_id", get_status},
    {"execute", "participants", execute},
    {"resume", "transaction_id", resume},
    {"recover", "", recover},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "prepare: begin and ask; vote: tell the vote of a participant that is not asked here; "
            "decide: commit or abort, and tell all; execute: prepare and decide; "
            "register_participant; get_status; resume: tell what could not be told, abort what a "
            "crash left undecided; recover: resume all"},
    {.name = "participants", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "prepare, execute: {id}, {id, endpoint, headers} or {id, prepare, commit, abort}, and "
            "max_retries, retry_delay_ms, timeout_ms of each. An endpoint gets a POST of {phase, "
            "transaction_id, participant_id, idempotency_key} and the inputs; the others are "
            KL_EFFECT_DOC ". Done is a yes, unless its result has vote: no; a failure is a no"},
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what prepare gave"},
    {.name = "participant_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "vote, register_participant: who"},
    {.name = "vote", .kind = KL_KIND_ENUM, .names = votes, .flags = KL_OPTIONAL,
     .doc = "vote: yes is a promise that is not taken back"},
    {.name = "participant", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "register_participant: its endpoint, or its prepare, commit and abort"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "prepare, execute: what all participants get"},
};
static const kl_param config[] = {
    KL_EFFECT_PARAMS,
    KL_RECORDS_PARAM("log"),
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param outputs[] = {
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "a UUID"},
    {.name = "status", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "preparing, prepared (all have voted), committed or aborted"},
    {.name = "votes", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "by participant: yes, no, timeout, or null while it has not voted"},
    {.name = "commit_outcome", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "commit or abort; null before the decision"},
    {.name = "undelivered", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with participants that are asked here: those that could not be told the outcome"},
    {.name = "recovered", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "recover: {transaction_id, status}, or {transaction_id, error} where going on failed"},
};

static const kl_node_type types[] = {
    {
        .name = "TwoPhaseCommitCoordinatorNode",
        .category = "Transactions",
        .doc = "Asks all participants and tells them to commit or abort; with a log it goes on after "
               "a crash, presuming abort.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family two_phase = {.name = "two_phase", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(two_phase);
