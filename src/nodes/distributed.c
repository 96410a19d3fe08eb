/* src/nodes/distributed.c - DistributedTransactionManagerNode: resources enlisted one by one, then
 * committed as a two-phase commit (two_phase.h) or as a saga (saga.h), under the same id.
 *
 * While one of those is under way the transaction is `committing`, which is written before it begins;
 * whoever commits or recovers it then goes on with what the engine has written.
 */
#include "mode.h"
#include "kailash/id.h"
#include "kept.h"
#include "build_map.h"
#include "saga.h"
#include "two_phase.h"
#include "workflow/shared.h"

#include <stdio.h>

enum { OPERATION, TYPE, PATTERN, ID, RESOURCE, INPUTS, RETRIES, DELAY, TIMEOUT, LOG, DATABASE, SCOPE };

static const char *const words[] = {"begin",  "enlist",  "status", "list", "rollback",
                                    "commit", "recover", NULL};
static const char *const type_words[] = {"saga", "2pc", "auto", NULL};

typedef struct manager {
    kl_node_call *call;
    kl_records *records, *sagas, *commits;
    kl_kept kept; /* the transaction */
} manager;

static kl_value place_of(const kl_node_call *call)
{
    return kl_is_null(call->args[LOG]) ? call->args[DATABASE] : call->args[LOG];
}

static kl_status open_manager(manager *m, kl_node_call *call, kl_error *error)
{
    kl_value scope = call->args[SCOPE], place = place_of(call);
    *m = (manager){.call = call};
    KL_TRY(kl_records_of(&m->records, "distributed", call, scope, place, error));
    KL_TRY(kl_records_of(&m->sagas, "saga", call, scope, place, error));
    KL_TRY(kl_records_of(&m->commits, "2pc", call, scope, place, error));
    m->kept = (kl_kept){
        .records = m->records, .id = kl_null(), .state = kl_null(), .error = error};
    return KL_OK;
}

static kl_status load(manager *m, kl_text id)
{
    return kl_kept_load(&m->kept, id, "transaction");
}

static kl_value get(const manager *m, const char *name) { return kl_kept_get(&m->kept, name); }

static bool is_status(const manager *m, const char *word)
{
    return kl_kept_is(&m->kept, "status", word);
}

static kl_status save(manager *m)
{
    return kl_kept_save(&m->kept, is_status(m, "committed") || is_status(m, "rolled_back"));
}

/* ---- resources ----------------------------------------------------------------------------------- */

static kl_status name_of(kl_value *out, kl_value resource, kl_error *error)
{
    kl_value type = kl_map_get(resource, KL_TEXT("type")), id = kl_map_get(resource, KL_TEXT("id"));
    if (kl_is(resource, KL_KIND_STRING)) {
        *out = kl_value_retain(resource);
        return KL_OK;
    }
    if (!kl_is(resource, KL_KIND_MAP))
        return kl_node_bad_value(error, "resource", "string or object", resource);
    if (!kl_is_null(type) && !kl_is(type, KL_KIND_STRING))
        return kl_node_bad_value(error, "resource.type", "string", type);
    if (!kl_is_null(id) && !kl_is(id, KL_KIND_STRING))
        return kl_node_bad_value(error, "resource.id", "string", id);
    return kl_string_format(out, error, "%.*s:%.*s",
                            KL_TEXT_ARG(kl_is_null(type) ? KL_TEXT("unknown") : kl_as_text(type)),
                            KL_TEXT_ARG(kl_is_null(id) ? KL_TEXT("default") : kl_as_text(id)));
}

static bool has(kl_value resource, const char *name)
{
    return kl_map_has(resource, kl_text_from(name));
}

/* Whether anything is to be done for it: all else is only kept in mind. */
static bool does_two_phase(kl_value r) { return has(r, "endpoint") || has(r, "commit"); }
static bool does_saga(kl_value r) { return has(r, "action"); }
static bool does_anything(kl_value r) { return does_two_phase(r) || does_saga(r); }

static bool all_do(kl_value resources, bool (*does)(kl_value))
{
    for (size_t i = 0; i < kl_map_len(resources); i++)
        if (does_anything(kl_map_value_at(resources, i)) && !does(kl_map_value_at(resources, i)))
            return false;
    return true;
}

/* Resources of which something is to be done, as participants or steps: with their name as `id`. */
static kl_status parts_of(kl_value *out, const manager *m, const char *id)
{
    kl_value list, resources = get(m, "resources");
    KL_TRY(kl_array_new(&list, 4, m->kept.error));
    for (size_t i = 0; i < kl_map_len(resources); i++) {
        kl_value part = kl_null(), resource = kl_map_value_at(resources, i);
        if (!does_anything(resource))
            continue;
        kl_build p = kl_build_of(kl_value_retain(resource), m->kept.error);
        kl_build_share(&p, id, kl_map_key_value_at(resources, i));
        kl_status status = kl_build_end(&part, &p);
        if (status == KL_OK)
            status = kl_array_push(&list, part, m->kept.error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- engines ------------------------------------------------------------------------------------- */

static bool is_known(kl_records *records, kl_value id)
{
    kl_value record;
    int64_t version;
    if (kl_record_read(&record, &version, records, kl_as_text(id), NULL) != KL_OK)
        return false;
    kl_value_release(record);
    return version > 0;
}

static kl_status run_two_phase(kl_value *state, manager *m, kl_value parts, bool aborts)
{
    kl_kept_host host = {m->call, m->commits};
    kl_value asked = kl_null();
    kl_error *error = m->kept.error;
    kl_text id = kl_as_text(m->kept.id);
    if (is_known(m->commits, m->kept.id)) /* a crash left it there */
        return kl_two_phase_resume(state, &host, id, error);
    if (aborts)
        return kl_two_phase_abort(state, &host, m->kept.id, parts, get(m, "inputs"),
                                  get(m, "policy"), "resources", error);
    KL_TRY(kl_two_phase_prepare(&asked, &host, m->kept.id, parts, get(m, "inputs"),
                                get(m, "policy"), "resources", error));
    kl_value_release(asked);
    return kl_two_phase_decide(state, &host, id, error);
}

static kl_status run_saga(kl_value *state, manager *m, kl_value parts)
{
    kl_kept_host host = {m->call, m->sagas};
    if (is_known(m->sagas, m->kept.id))
        return kl_saga_resume(state, &host, kl_as_text(m->kept.id), m->kept.error);
    return kl_saga_start(state, &host, m->kept.id, parts, get(m, "inputs"), get(m, "policy"),
                         "resources", m->kept.error);
}

/* What the transaction keeps of how it went. */
static kl_status details_of(kl_value *out, kl_value state, bool two_phase, kl_error *error)
{
    static const char *const phases[] = {"status", "votes", NULL};
    static const char *const steps[] = {"status", "completed", "failed_step", "error",
                                        "compensation_results", "results", NULL};
    kl_value untold = kl_null();
    kl_build m = kl_build_begin(0, error);
    for (const char *const *name = two_phase ? phases : steps; *name; name++)
        kl_build_share(&m, *name, kl_map_get(state, kl_text_from(*name)));
    if (two_phase && m.status == KL_OK)
        kl_build_given(&m, "undelivered", kl_two_phase_untold(&untold, state, error), untold);
    return kl_build_end(out, &m);
}

/* Do what the resources say, as the transaction's type demands; its status is that of the engine. */
static kl_status run_engine(manager *m, bool aborts)
{
    bool two_phase = kl_kept_is(&m->kept, "transaction_type", "2pc");
    kl_value parts, state = kl_null(), details;
    KL_TRY(parts_of(&parts, m, two_phase ? "id" : "step_id"));
    kl_status status = KL_OK;
    bool nothing = !kl_array_len(parts) || (aborts && !two_phase);
    if (!nothing)
        status = two_phase ? run_two_phase(&state, m, parts, aborts) : run_saga(&state, m, parts);
    kl_value_release(parts);
    KL_TRY(status);
    kl_text reached = kl_as_text(kl_map_get(state, KL_TEXT("status")));
    bool committed = !aborts && (nothing || kl_text_is(reached, "committed") ||
                                 kl_text_is(reached, "completed"));
    bool stuck = kl_text_is(reached, "compensation_failed");
    if (!nothing) {
        status = details_of(&details, state, two_phase, m->kept.error);
        kl_value_release(state);
        if (status == KL_OK)
            status = kl_kept_set(&m->kept, "details", details);
        KL_TRY(status);
    }
    if (!stuck) /* else it stays `committing`, and can be tried again */
        KL_TRY(kl_kept_set_word(&m->kept, "status", committed ? "committed" : "rolled_back"));
    return save(m);
}

/* ---- outputs ------------------------------------------------------------------------------------- */

static kl_status count_active(int64_t *out, manager *m, kl_error *error)
{
    kl_value open;
    KL_TRY(kl_record_list(&open, m->records, true, error));
    *out = (int64_t)kl_map_len(open);
    kl_value_release(open);
    return KL_OK;
}

static kl_status names_of(kl_value *out, kl_value resources, kl_error *error)
{
    kl_value names;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&names, kl_map_len(resources), error));
    for (size_t i = 0; i < kl_map_len(resources) && status == KL_OK; i++)
        status = kl_array_push(&names, kl_value_retain(kl_map_key_value_at(resources, i)), error);
    if (status == KL_OK)
        *out = names;
    else
        kl_value_release(names);
    return status;
}

static kl_status report(kl_value *out, manager *m)
{
    kl_error *error = m->kept.error;
    kl_value names;
    int64_t active;
    KL_TRY(count_active(&active, m, error));
    KL_TRY(names_of(&names, get(m, "resources"), error));
    kl_build r = kl_build_begin(0, error);
    kl_build_int(&r, "active_transactions", active);
    kl_build_put(&r, "enlisted_resources", names);
    kl_build_share(&r, "status", get(m, "status"));
    kl_build_share(&r, "transaction_id", m->kept.id);
    kl_build_share(&r, "transaction_type", get(m, "transaction_type"));
    if (!kl_is_null(get(m, "details")))
        kl_build_share(&r, "details", get(m, "details"));
    return kl_build_end(out, &r);
}

/* ---- operations ---------------------------------------------------------------------------------- */

typedef kl_status work_fn(manager *m);

/* Load the transaction of the call, work on it, give the outputs. */
static kl_status with_transaction(kl_value *out, work_fn *work, kl_node_call *call, kl_error *error)
{
    manager m;
    KL_TRY(open_manager(&m, call, error));
    kl_status status = load(&m, kl_as_text(call->args[ID]));
    if (status == KL_OK)
        status = work(&m);
    if (status == KL_OK)
        status = report(out, &m);
    kl_kept_end(&m.kept);
    return status;
}

static kl_status new_state(kl_value *out, kl_value type, const kl_node_call *call, kl_error *error)
{
    kl_value policy;
    KL_TRY(kl_effect_policy_map(&policy, &call->args[RETRIES], error));
    kl_build s = kl_build_begin(0, error);
    kl_build_share(&s, "transaction_type", type);
    kl_build_string(&s, "status", "active");
    kl_build_put(&s, "resources", kl_map_empty());
    kl_build_share(&s, "inputs", call->args[INPUTS]);
    kl_build_put(&s, "policy", policy);
    kl_build_null(&s, "details");
    kl_build_int(&s, "created", kl_time_now() / KL_SECOND);
    return kl_build_end(out, &s);
}

static kl_status begin(kl_value *out, kl_node_call *call, kl_error *error)
{
    manager m;
    char uuid[37];
    kl_value type = kl_is_null(call->args[TYPE]) ? call->args[PATTERN] : call->args[TYPE];
    if (kl_is_null(type))
        return kl_node_missing(error, "transaction_type");
    KL_TRY(open_manager(&m, call, error));
    kl_status status;
    KL_TRY_OUT(kl_uuid_new(uuid, error));
    KL_TRY_OUT(kl_string_new(&m.kept.id, kl_text_from(uuid), error));
    KL_TRY_OUT(new_state(&m.kept.state, type, call, error));
    m.kept.changed = true;
    KL_TRY_OUT(save(&m));
    status = report(out, &m);
out:
    kl_kept_end(&m.kept);
    return status;
}

static kl_status refuse(const manager *m, const char *what)
{
    return kl_node_failed(m->kept.error, "cannot %s transaction '%.*s': status is '%.*s'", what,
                          KL_TEXT_ARG(kl_as_text(m->kept.id)),
                          KL_TEXT_ARG(kl_as_text(get(m, "status"))));
}

static kl_status add_resource(manager *m, kl_value name, kl_value resource)
{
    if (kl_map_has(get(m, "resources"), kl_as_text(name)))
        return kl_node_failed(m->kept.error,
                              "resource '%.*s' is already enlisted in transaction '%.*s'",
                              KL_TEXT_ARG(kl_as_text(name)), KL_TEXT_ARG(kl_as_text(m->kept.id)));
    KL_TRY(kl_kept_put(&m->kept, "resources", name,
                       kl_is(resource, KL_KIND_MAP) ? kl_value_retain(resource) : kl_map_empty()));
    return save(m);
}

static kl_status work_enlist(manager *m)
{
    kl_value name, resource = m->call->args[RESOURCE];
    if (!is_status(m, "active"))
        return refuse(m, "enlist resource in");
    KL_TRY(name_of(&name, resource, m->kept.error));
    kl_status status = add_resource(m, name, resource);
    kl_value_release(name);
    return status;
}

static kl_status work_status(manager *m)
{
    (void)m;
    return KL_OK;
}

/* auto: 2pc when all can do it. */
static kl_status settle_type(manager *m)
{
    kl_value resources = get(m, "resources");
    kl_error *error = m->kept.error;
    if (kl_kept_is(&m->kept, "transaction_type", "auto"))
        KL_TRY(kl_kept_set_word(&m->kept, "transaction_type",
                                all_do(resources, does_two_phase) ? "2pc" : "saga"));
    bool two_phase = kl_kept_is(&m->kept, "transaction_type", "2pc");
    if (all_do(resources, two_phase ? does_two_phase : does_saga))
        return KL_OK;
    return kl_node_failed(error, "a resource of transaction '%.*s' has no %s",
                          KL_TEXT_ARG(kl_as_text(m->kept.id)),
                          two_phase ? "endpoint or commit, as 2pc needs" : "action, as a saga needs");
}

static kl_status work_commit(manager *m)
{
    if (!is_status(m, "active") && !is_status(m, "committing"))
        return refuse(m, "commit");
    KL_TRY(settle_type(m));
    KL_TRY(kl_kept_set_word(&m->kept, "status", "committing"));
    KL_TRY(save(m));
    return run_engine(m, false);
}

static kl_status work_rollback(manager *m)
{
    if (!is_status(m, "active") && !is_status(m, "rolling_back"))
        return refuse(m, "rollback");
    KL_TRY(settle_type(m));
    KL_TRY(kl_kept_set_word(&m->kept, "status", "rolling_back"));
    KL_TRY(save(m));
    return run_engine(m, true);
}

static kl_status enlist(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_transaction(out, work_enlist, call, error);
}

static kl_status give_status(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_transaction(out, work_status, call, error);
}

static kl_status commit(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_transaction(out, work_commit, call, error);
}

static kl_status rollback(kl_value *out, kl_node_call *call, kl_error *error)
{
    return with_transaction(out, work_rollback, call, error);
}

/* ---- all of them --------------------------------------------------------------------------------- */

static kl_status summary(kl_value *list, kl_value id, kl_value state, kl_error *error)
{
    kl_value entry = kl_null();
    kl_build e = kl_build_begin(0, error);
    kl_build_share(&e, "transaction_id", id);
    kl_build_share(&e, "transaction_type", kl_map_get(state, KL_TEXT("transaction_type")));
    kl_build_share(&e, "status", kl_map_get(state, KL_TEXT("status")));
    KL_TRY(kl_build_end(&entry, &e));
    return kl_array_push(list, entry, error);
}

static kl_status summaries(kl_value *out, manager *m, kl_error *error)
{
    kl_value all, list = kl_null();
    KL_TRY(kl_record_list(&all, m->records, false, error));
    kl_status status = kl_array_new(&list, kl_map_len(all), error);
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        status = summary(&list, kl_map_key_value_at(all, i), kl_map_value_at(all, i), error);
    kl_value_release(all);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status list_all(kl_value *out, kl_node_call *call, kl_error *error)
{
    manager m;
    kl_value list = kl_null(), none = kl_null();
    int64_t active;
    KL_TRY(open_manager(&m, call, error));
    KL_TRY(count_active(&active, &m, error));
    kl_build r = kl_build_begin(0, error);
    kl_build_int(&r, "active_transactions", active);
    if (r.status == KL_OK)
        kl_build_given(&r, "enlisted_resources", kl_array_new(&none, 0, error), none);
    kl_build_string(&r, "status", "ok");
    kl_build_null(&r, "transaction_id");
    kl_build_null(&r, "transaction_type");
    if (r.status == KL_OK)
        kl_build_given(&r, "transactions", summaries(&list, &m, error), list);
    return kl_build_end(out, &r);
}

static kl_status recover_one(kl_value *list, manager *m, kl_value id, kl_error *error)
{
    kl_value entry = kl_null();
    kl_error why = KL_ERROR_INIT;
    m->kept = (kl_kept){.records = m->records, .id = kl_null(), .state = kl_null(), .error = &why};
    kl_status status = load(m, kl_as_text(id));
    if (status == KL_OK && is_status(m, "committing"))
        status = work_commit(m);
    else if (status == KL_OK && is_status(m, "rolling_back"))
        status = work_rollback(m);
    kl_build e = kl_build_begin(0, error);
    kl_build_share(&e, "transaction_id", id);
    if (status == KL_OK)
        kl_build_share(&e, "status", get(m, "status"));
    else
        kl_build_string(&e, "error", kl_error_message(&why));
    kl_kept_end(&m->kept);
    bool ends = status == KL_NO_MEMORY || kl_run_is_cancelled(m->call->run);
    if (ends)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    kl_status made = kl_build_end(&entry, &e);
    if (made == KL_OK && !ends)
        return kl_array_push(list, entry, error);
    kl_value_release(entry);
    return ends ? status : made;
}

/* Those under way end; those that nobody has committed yet stay. */
static kl_status recover(kl_value *out, kl_node_call *call, kl_error *error)
{
    manager m;
    kl_value open, list = kl_null();
    KL_TRY(open_manager(&m, call, error));
    KL_TRY(kl_record_list(&open, m.records, true, error));
    kl_status status = kl_array_new(&list, kl_map_len(open), error);
    for (size_t i = 0; i < kl_map_len(open) && status == KL_OK; i++)
        status = recover_one(&list, &m, kl_map_key_value_at(open, i), error);
    kl_value_release(open);
    if (status == KL_OK)
        return kl_node_result(out, "recovered", list, error);
    kl_value_release(list);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const kl_mode rows[] = {
    {"begin", "", begin},
    {"enlist", "transaction_id resource", enlist},
    {"status", "transaction_id", give_status},
    {"list", "", list_all},
    {"rollback", "transaction_id", rollback},
    {"commit", "transaction_id", commit},
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
     .doc = "begin a transaction, enlist a resource, give its status, list all, rollback or commit; "
            "recover: end those that a crash left under way"},
    {.name = "transaction_type", .kind = KL_KIND_ENUM, .names = type_words, .flags = KL_OPTIONAL,
     .doc = "begin: 2pc, saga, or auto: 2pc when all resources can do it, else saga"},
    {.name = "pattern", .kind = KL_KIND_ENUM, .names = type_words, .flags = KL_OPTIONAL,
     .doc = "another name of transaction_type"},
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what begin gave"},
    {.name = "resource", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "enlist: a name, or {type, id}, named type:id. With an endpoint, or prepare, commit and "
            "abort, it takes part in a 2pc; with action and compensation it is a step of a saga; "
            "these are " KL_EFFECT_DOC ". Without any it is only kept in mind"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "begin: what all resources get"},
};
static const kl_param config[] = {
    KL_EFFECT_PARAMS,
    KL_RECORDS_PARAM("log"),
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param outputs[] = {
    {.name = "transaction_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "a UUID"},
    {.name = "transaction_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "saga, 2pc, or auto until it is committed"},
    {.name = "status", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "active, committing, rolling_back, committed, rolled_back; of list: ok"},
    {.name = "enlisted_resources", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL, .doc = "names in the order they were enlisted"},
    {.name = "active_transactions", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "transactions that have not ended"},
    {.name = "details", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "of resources that do something: {status, votes, undelivered} of the 2pc, or {status, "
            "completed, failed_step, error, compensation_results, results} of the saga"},
    {.name = "transactions", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "list: {transaction_id, transaction_type, status}"},
    {.name = "recovered", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "recover: {transaction_id, status}, or {transaction_id, error}"},
};

static const kl_node_type types[] = {
    {
        .name = "DistributedTransactionManagerNode",
        .category = "Transactions",
        .doc = "Enlists resources and commits them together, as a two-phase commit or a saga.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family distributed = {.name = "distributed", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(distributed);
