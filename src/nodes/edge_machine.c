/* src/nodes/edge_machine.c - EdgeStateMachineNode and EdgeMigrationNode: states that only certain
 * others follow. */
#include "buffer.h"
#include "mode.h"
#include "effect.h"
#include "kailash/id.h"
#include "kept.h"
#include "build_map.h"
#include "workflow/shared.h"

#include <stdio.h>

/* ---- EdgeStateMachineNode ------------------------------------------------------------------------ */

enum { OPERATION, MACHINE, STATES, TRANSITIONS, INITIAL, TARGET, DATABASE, SCOPE };

static const char *const words[] = {"define", "transition", "get_state", "reset", "list", NULL};

/* Longest history that is kept; then its first part is forgotten. */
enum { HISTORY_MAX = 1000 };

static kl_status machines_of(kl_records **out, const kl_node_call *call, kl_error *error)
{
    return kl_records_of(out, "machine", call, call->args[SCOPE], call->args[DATABASE], error);
}

static kl_status check_states(kl_value states, kl_error *error)
{
    char place[48];
    if (!kl_array_len(states))
        return kl_node_bad(error, "states", "expected non-empty array of states, got empty array");
    for (size_t i = 0; i < kl_array_len(states); i++) {
        snprintf(place, sizeof place, "states[%zu]", i);
        if (!kl_is(kl_array_at(states, i), KL_KIND_STRING))
            return kl_node_bad_value(error, place, "string", kl_array_at(states, i));
    }
    return KL_OK;
}

static kl_status check_transitions(kl_value transitions, kl_value states, kl_error *error)
{
    static const char *const ends[] = {"from", "to"};
    char place[64];
    for (size_t i = 0; i < kl_array_len(transitions); i++) {
        for (size_t e = 0; e < KL_COUNT(ends); e++) {
            kl_value state = kl_map_get(kl_array_at(transitions, i), kl_text_from(ends[e]));
            if (kl_is(state, KL_KIND_STRING) && kl_list_holds(states, kl_as_text(state)))
                continue;
            snprintf(place, sizeof place, "transitions[%zu].%s", i, ends[e]);
            return kl_node_bad_value(error, place, "one of the states", state);
        }
    }
    return KL_OK;
}

/* "expected one of: a, b" */
static kl_status refuse_initial(kl_value initial, kl_value states, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "one of: ");
    for (size_t i = 0; i < kl_array_len(states) && text.len < 400; i++) {
        kl_buffer_string(&text, i ? ", " : "");
        kl_buffer_add(&text, kl_as_text(kl_array_at(states, i)));
    }
    kl_buffer_byte(&text, '\0');
    kl_status status = text.status == KL_OK
                           ? kl_node_bad_value(error, "initial_state", text.data, initial)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

static kl_status list_of(kl_value *out, kl_value item, kl_error *error)
{
    KL_TRY(kl_array_new(out, 1, error));
    kl_status status = kl_array_push(out, kl_value_retain(item), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status new_machine(kl_value *out, const kl_value *args, kl_value initial, kl_error *error)
{
    kl_value history = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "states", args[STATES]);
    kl_build_share(&m, "transitions", args[TRANSITIONS]);
    kl_build_share(&m, "initial", initial);
    kl_build_share(&m, "current", initial);
    if (m.status == KL_OK)
        kl_build_given(&m, "history", list_of(&history, initial, error), history);
    return kl_build_end(out, &m);
}

static kl_status change_define(kl_value *successor, bool *finished, kl_value record, void *data,
                               kl_error *error)
{
    (void)finished, (void)record, (void)error;
    *successor = kl_value_retain(*(kl_value *)data);
    return KL_OK;
}

static kl_status give_defined(kl_value *out, kl_value id, kl_value initial, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "current_state", initial);
    kl_build_share(&m, "machine_id", id);
    kl_build_string(&m, "message", "State machine defined successfully");
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static kl_status define(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_value initial = args[INITIAL], machine;
    kl_records *records;
    KL_TRY(check_states(args[STATES], error));
    KL_TRY(check_transitions(args[TRANSITIONS], args[STATES], error));
    if (kl_is_null(initial))
        initial = kl_array_at(args[STATES], 0);
    if (!kl_list_holds(args[STATES], kl_as_text(initial)))
        return refuse_initial(initial, args[STATES], error);
    KL_TRY(machines_of(&records, call, error));
    KL_TRY(new_machine(&machine, args, initial, error));
    kl_status status =
        kl_record_update(records, kl_as_text(args[MACHINE]), change_define, &machine, error);
    kl_value_release(machine);
    return status == KL_OK ? give_defined(out, args[MACHINE], initial, error) : status;
}

static bool may_follow(kl_value machine, kl_text from, kl_text to)
{
    kl_value transitions = kl_map_get(machine, KL_TEXT("transitions"));
    if (kl_is_null(transitions))
        return true;
    for (size_t i = 0; i < kl_array_len(transitions); i++) {
        kl_value t = kl_array_at(transitions, i);
        if (kl_text_equal(kl_as_text(kl_map_get(t, KL_TEXT("from"))), from) &&
            kl_text_equal(kl_as_text(kl_map_get(t, KL_TEXT("to"))), to))
            return true;
    }
    return false;
}

/* What a change of state is about, and how it came out. */
typedef struct move {
    kl_value id, target; /* borrowed; the target of a reset is null */
    kl_value before, after;
    bool known, legal;
} move;

static kl_status add_history(kl_value *out, kl_value machine, kl_value state, kl_error *error)
{
    kl_value history = kl_map_get(machine, KL_TEXT("history")), longer;
    size_t len = kl_array_len(history);
    KL_TRY(kl_array_slice(&longer, history, len < HISTORY_MAX ? 0 : len - HISTORY_MAX + 1, len, error));
    kl_status status = kl_array_push(&longer, kl_value_retain(state), error);
    if (status == KL_OK)
        *out = longer;
    else
        kl_value_release(longer);
    return status;
}

static kl_status enter_state(kl_value *successor, kl_value machine, const move *mv, kl_error *error)
{
    kl_value history = kl_null();
    bool resets = kl_is_null(mv->target);
    kl_build m = kl_build_of(kl_value_retain(machine), error);
    kl_build_share(&m, "current", mv->after);
    if (m.status == KL_OK)
        kl_build_given(&m, "history",
                         resets ? list_of(&history, mv->after, error)
                                : add_history(&history, machine, mv->after, error),
                         history);
    return kl_build_end(successor, &m);
}

static kl_status change_state(kl_value *successor, bool *finished, kl_value machine, void *data,
                              kl_error *error)
{
    move *mv = data;
    bool resets = kl_is_null(mv->target);
    (void)finished;
    if (kl_is_null(machine))
        return kl_node_failed(error, "state machine '%.*s' not found",
                              KL_TEXT_ARG(kl_as_text(mv->id)));
    kl_value_replace(&mv->before, kl_value_retain(kl_map_get(machine, KL_TEXT("current"))));
    kl_value_replace(&mv->after, kl_value_retain(
                                     resets ? kl_map_get(machine, KL_TEXT("initial")) : mv->target));
    mv->known = kl_list_holds(kl_map_get(machine, KL_TEXT("states")), kl_as_text(mv->after));
    mv->legal = resets || (mv->known && may_follow(machine, kl_as_text(mv->before),
                                                   kl_as_text(mv->after)));
    return mv->legal ? enter_state(successor, machine, mv, error) : KL_OK;
}

static kl_status give_move(kl_value *out, const move *mv, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "current_state", mv->legal ? mv->after : mv->before);
    kl_build_share(&m, "machine_id", mv->id);
    if (kl_is_null(mv->target))
        kl_build_string(&m, "message", "State machine reset to initial state");
    else if (mv->legal)
        kl_build_string(&m, "message", "Transition successful");
    else if (mv->known)
        kl_build_format(&m, "message", "transition from '%.*s' to '%.*s' is not allowed",
                          KL_TEXT_ARG(kl_as_text(mv->before)), KL_TEXT_ARG(kl_as_text(mv->after)));
    else
        kl_build_format(&m, "message", "invalid target state: %.*s",
                          KL_TEXT_ARG(kl_as_text(mv->after)));
    if (mv->legal)
        kl_build_share(&m, "previous_state", mv->before);
    kl_build_bool(&m, "success", mv->legal);
    return kl_build_end(out, &m);
}

static kl_status move_machine(kl_value *out, kl_node_call *call, kl_value target, kl_error *error)
{
    kl_records *records;
    move mv = {.id = call->args[MACHINE], .target = target};
    KL_TRY(machines_of(&records, call, error));
    kl_status status = kl_record_update(records, kl_as_text(mv.id), change_state, &mv, error);
    if (status == KL_OK)
        status = give_move(out, &mv, error);
    kl_value_release(mv.before);
    kl_value_release(mv.after);
    return status;
}

static kl_status transition(kl_value *out, kl_node_call *call, kl_error *error)
{
    return move_machine(out, call, call->args[TARGET], error);
}

static kl_status reset(kl_value *out, kl_node_call *call, kl_error *error)
{
    return move_machine(out, call, kl_null(), error);
}

static kl_status give_machine(kl_value *out, kl_value id, kl_value machine, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "current_state", kl_map_get(machine, KL_TEXT("current")));
    kl_build_share(&m, "history", kl_map_get(machine, KL_TEXT("history")));
    kl_build_share(&m, "initial_state", kl_map_get(machine, KL_TEXT("initial")));
    kl_build_share(&m, "machine_id", id);
    kl_build_string(&m, "message", "State retrieved successfully");
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static kl_status get_state(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value machine, id = call->args[MACHINE];
    int64_t version;
    KL_TRY(machines_of(&records, call, error));
    KL_TRY(kl_record_read(&machine, &version, records, kl_as_text(id), error));
    if (!version)
        return kl_node_failed(error, "state machine '%.*s' not found", KL_TEXT_ARG(kl_as_text(id)));
    kl_status status = give_machine(out, id, machine, error);
    kl_value_release(machine);
    return status;
}

/* Ids of all records, sorted; given. */
static kl_status sorted_ids(kl_value *out, kl_records *records, kl_error *error)
{
    kl_value all, ids = kl_null();
    KL_TRY(kl_record_list(&all, records, false, error));
    kl_status status = kl_array_new(&ids, kl_map_len(all), error);
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        status = kl_array_push(&ids, kl_value_retain(kl_map_key_value_at(all, i)), error);
    if (status == KL_OK)
        status = kl_array_sort(&ids, error);
    kl_value_release(all);
    if (status == KL_OK)
        *out = ids;
    else
        kl_value_release(ids);
    return status;
}

static kl_status list_machines(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value ids;
    KL_TRY(machines_of(&records, call, error));
    KL_TRY(sorted_ids(&ids, records, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "machines", ids);
    kl_build_string(&m, "message", "Listed all state machines");
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static const kl_mode rows[] = {
    {"define", "machine_id states", define},
    {"transition", "machine_id target_state", transition},
    {"get_state", "machine_id", get_state},
    {"reset", "machine_id", reset},
    {"list", "", list_machines},
};

static kl_status machine_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status = kl_mode_run(out, KL_TABLE(rows), call->args[OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param machine_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "define a machine (anew), make a transition, get_state, reset it, list all"},
    {.name = "machine_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "name of the machine"},
    {.name = "states", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL, .doc = "define: its states"},
    {.name = "transitions", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "define: {from, to} for each transition that is allowed; absent: all are"},
    {.name = "initial_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "define: where it begins; absent: in the first state"},
    {.name = "target_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "transition: where to go"},
};
static const kl_param machine_config[] = {
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param machine_outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false for a transition that is not allowed"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what happened, in words"},
    {.name = "machine_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "as given"},
    {.name = "current_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "the state now"},
    {.name = "previous_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "transition, reset: the state before"},
    {.name = "initial_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_state: where it began"},
    {.name = "history", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_state: the last 1000 states since it was defined or reset"},
    {.name = "machines", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "list: ids of all machines, sorted"},
};

/* ---- EdgeMigrationNode --------------------------------------------------------------------------- */

enum { M_OPERATION, M_SOURCE, M_TARGET, M_STRATEGY, M_ID, M_CANARY, M_DATABASE, M_SCOPE };

static const char *const migration_words[] = {"plan",     "start",  "advance", "rollback",
                                              "complete", "status", "list",    NULL};
static const char *const strategies[] = {"live", "cold", "blue_green", "canary", NULL};
static const char *const phases[] = {"planned",    "in_progress", "transferring",
                                     "validating", "switching",   "completed"};

static kl_status migrations_of(kl_records **out, const kl_node_call *call, kl_error *error)
{
    return kl_records_of(out, "migration", call, call->args[M_SCOPE], call->args[M_DATABASE], error);
}

static kl_status new_migration(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_value planned = kl_null(), history = kl_null();
    KL_TRY(kl_string_from_valid(&planned, KL_TEXT("planned"), error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "canary_percent", args[M_CANARY]);
    if (m.status == KL_OK)
        kl_build_given(&m, "history", list_of(&history, planned, error), history);
    kl_build_share(&m, "source", args[M_SOURCE]);
    kl_build_put(&m, "state", planned);
    kl_build_share(&m, "strategy", args[M_STRATEGY]);
    kl_build_share(&m, "target", args[M_TARGET]);
    return kl_build_end(out, &m);
}

static kl_status plan(kl_value *out, kl_node_call *call, kl_error *error)
{
    char id[37];
    kl_records *records;
    kl_value migration;
    KL_TRY(migrations_of(&records, call, error));
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(new_migration(&migration, call->args, error));
    kl_status status = kl_record_write(records, kl_text_from(id), 0, migration, false, error);
    kl_value_release(migration);
    KL_TRY(status);
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "message", "Migration planned successfully");
    kl_build_string(&m, "migration_id", id);
    kl_build_share(&m, "source", call->args[M_SOURCE]);
    kl_build_string(&m, "state", "planned");
    kl_build_share(&m, "strategy", call->args[M_STRATEGY]);
    kl_build_bool(&m, "success", true);
    kl_build_share(&m, "target", call->args[M_TARGET]);
    return kl_build_end(out, &m);
}

/* A change of a migration: from what state to what, and what is said about it. */
typedef struct phase_change {
    kl_value id;        /* borrowed */
    kl_text operation;
    kl_value before;    /* string; owned */
    const char *after;  /* NULL: refused */
    char message[128];
} phase_change;

static size_t phase_of(kl_text state)
{
    size_t phase = 0;
    while (phase < KL_COUNT(phases) && !kl_text_is(state, phases[phase]))
        phase++;
    return phase; /* KL_COUNT(phases): rolled back */
}

/* Where the operation leads from `state`; NULL with the reason in the message. */
static const char *follow(phase_change *change, kl_text state)
{
    size_t phase = phase_of(state), last = KL_COUNT(phases) - 1;
    char *to = change->message;
    size_t size = sizeof change->message;
    if (kl_text_is(change->operation, "start")) {
        snprintf(to, size, phase == 0 ? "Migration started" : "Cannot start migration in state '%.*s'",
                 KL_TEXT_ARG(state));
        return phase == 0 ? phases[1] : NULL;
    }
    if (kl_text_is(change->operation, "advance")) {
        snprintf(to, size, phase < last ? "Advanced to %s" : "Cannot advance from state '%s'",
                 phase < last ? phases[phase + 1] : state.data);
        return phase < last ? phases[phase + 1] : NULL;
    }
    if (kl_text_is(change->operation, "rollback")) {
        snprintf(to, size, "%s", phase == last  ? "Cannot rollback a completed migration"
                                 : phase > last ? "Migration is already rolled back"
                                                : "Migration rolled back to source");
        return phase < last ? "rolled_back" : NULL;
    }
    bool can = phase > 0 && phase < last; /* complete: whatever is left is passed over */
    snprintf(to, size, can ? "Migration completed" : "Cannot complete migration in state '%.*s'",
             KL_TEXT_ARG(state));
    return can ? phases[last] : NULL;
}

static kl_status change_phase(kl_value *successor, bool *finished, kl_value record, void *data,
                              kl_error *error)
{
    phase_change *change = data;
    kl_value after = kl_null(), history = kl_null();
    if (kl_is_null(record))
        return kl_node_failed(error, "migration '%.*s' not found",
                              KL_TEXT_ARG(kl_as_text(change->id)));
    kl_value_replace(&change->before, kl_value_retain(kl_map_get(record, KL_TEXT("state"))));
    change->after = follow(change, kl_as_text(change->before));
    if (!change->after)
        return KL_OK;
    *finished = phase_of(kl_text_from(change->after)) >= KL_COUNT(phases) - 1;
    KL_TRY(kl_string_from_valid(&after, kl_text_from(change->after), error));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    if (m.status == KL_OK)
        kl_build_given(&m, "history", add_history(&history, record, after, error), history);
    kl_build_put(&m, "state", after);
    return kl_build_end(successor, &m);
}

static kl_status move_migration(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value id = call->args[M_ID];
    phase_change change = {.id = id, .operation = kl_as_text(call->args[M_OPERATION])};
    KL_TRY(migrations_of(&records, call, error));
    kl_status status = kl_record_update(records, kl_as_text(id), change_phase, &change, error);
    if (status == KL_OK) {
        kl_build m = kl_build_begin(0, error);
        kl_build_string(&m, "message", change.message);
        kl_build_share(&m, "migration_id", id);
        if (change.after && kl_text_is(change.operation, "advance"))
            kl_build_share(&m, "previous_state", change.before);
        kl_build_string(&m, "state", change.after ? change.after : kl_as_text(change.before).data);
        kl_build_bool(&m, "success", change.after != NULL);
        status = kl_build_end(out, &m);
    }
    kl_value_release(change.before);
    return status;
}

static kl_status give_migration(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value record, id = call->args[M_ID];
    int64_t version;
    KL_TRY(migrations_of(&records, call, error));
    KL_TRY(kl_record_read(&record, &version, records, kl_as_text(id), error));
    if (!version)
        return kl_node_failed(error, "migration '%.*s' not found", KL_TEXT_ARG(kl_as_text(id)));
    kl_text state = kl_as_text(kl_map_get(record, KL_TEXT("state")));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_format(&m, "message", "Migration is in state '%.*s'", KL_TEXT_ARG(state));
    kl_build_share(&m, "migration_id", id);
    kl_build_bool(&m, "success", true);
    kl_value_release(record);
    return kl_build_end(out, &m);
}

static kl_status push_migration(kl_value *list, kl_value id, kl_value record, kl_error *error)
{
    static const char *const names[] = {"source", "state", "strategy", "target"};
    kl_value entry = kl_null();
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "id", id);
    for (size_t i = 0; i < KL_COUNT(names); i++)
        kl_build_share(&m, names[i], kl_map_get(record, kl_text_from(names[i])));
    KL_TRY(kl_build_end(&entry, &m));
    return kl_array_push(list, entry, error);
}

static kl_status list_migrations(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_records *records;
    kl_value all, list = kl_null();
    KL_TRY(migrations_of(&records, call, error));
    KL_TRY(kl_record_list(&all, records, false, error));
    kl_status status = kl_array_new(&list, kl_map_len(all), error);
    for (size_t i = 0; i < kl_map_len(all) && status == KL_OK; i++)
        status = push_migration(&list, kl_map_key_value_at(all, i), kl_map_value_at(all, i), error);
    size_t count = kl_map_len(all);
    kl_value_release(all);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "count", (int64_t)count);
    kl_build_string(&m, "message", "Listed all migrations");
    kl_build_put(&m, "migrations", list);
    kl_build_bool(&m, "success", true);
    return kl_build_end(out, &m);
}

static const kl_mode migration_rows[] = {
    {"plan", "source target", plan},
    {"start", "migration_id", move_migration},
    {"advance", "migration_id", move_migration},
    {"rollback", "migration_id", move_migration},
    {"complete", "migration_id", move_migration},
    {"status", "migration_id", give_migration},
    {"list", "", list_migrations},
};

static kl_status migration_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    kl_status status =
        kl_mode_run(out, KL_TABLE(migration_rows), call->args[M_OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param migration_inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = migration_words,
     .doc = "plan a migration, start it, advance it to its next state, rollback it, complete one "
            "that is under way, give its status, list all"},
    {.name = "source", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "plan: from where"},
    {.name = "target", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "plan: to where"},
    {.name = "strategy", .kind = KL_KIND_ENUM, .names = strategies, .fallback = "\"live\"",
     .doc = "plan: how"},
    {.name = "migration_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what plan gave"},
    {.name = "canary_percent", .kind = KL_KIND_NUMBER, .fallback = "10", .range = KL_RANGE(0, 100),
     .doc = "plan: share of the traffic that a canary gets first, in percent"},
};
static const kl_param migration_config[] = {
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
};
static const kl_param migration_outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false for a change that the state forbids"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what happened, in words"},
    {.name = "migration_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "a UUID"},
    {.name = "state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "planned, in_progress, transferring, validating, switching, completed or rolled_back"},
    {.name = "previous_state", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "advance"},
    {.name = "source", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "plan, status: from"},
    {.name = "target", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "plan, status: to"},
    {.name = "strategy", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "plan, status: how"},
    {.name = "canary_percent", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .doc = "status"},
    {.name = "history", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "status: states so far"},
    {.name = "migrations", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "list: {id, source, target, strategy, state}, the oldest first"},
    {.name = "count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL, .doc = "list: how many"},
};

static const kl_node_type types[] = {
    {
        .name = "EdgeStateMachineNode",
        .category = "Edge",
        .doc = "State machines by name: defined, moved along allowed transitions, looked at.",
        .inputs = KL_TABLE(machine_inputs),
        .config = KL_TABLE(machine_config),
        .outputs = KL_TABLE(machine_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = machine_run,
    },
    {
        .name = "EdgeMigrationNode",
        .category = "Edge",
        .doc = "Keeps how far a migration has come, step by step or back.",
        .inputs = KL_TABLE(migration_inputs),
        .config = KL_TABLE(migration_config),
        .outputs = KL_TABLE(migration_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = migration_run,
    },
};

static const kl_node_family machines = {.name = "edge_machine", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(machines);
