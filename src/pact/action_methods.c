/* src/pact/action_methods.c - see action_methods.h. */
#include "action_methods.h"

#include "../base/host.h"
#include "../eatp/envelope_parts.h"
#include "actions.h"
#include "rbac.h"

#include <stdio.h>

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

/* ---- judging ---------------------------------------------------------------------------------------------- */

static kl_pact_question question_of(const kl_value *args)
{
    return (kl_pact_question){.role_address = args[0], .action = args[1], .context = args[2],
                              .resource = args[3], .task_id = args[4], .channel = args[5],
                              .recipient = args[6]};
}

/* In memory a decision takes less time than letting others run; a file may have to be waited for. */
static void *wait_begin(const kl_pact_engine *engine)
{
    return engine->actions->store ? kl_blocking_begin() : NULL;
}

kl_status kl_pact_call_verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_pact_question question = question_of(args);
    void *token = wait_begin(engine_of(self));
    kl_status status = kl_pact_verify(out, engine_of(self), &question, error);
    kl_blocking_end(token);
    return status;
}

kl_status kl_pact_call_verify_chain(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    const kl_pact_question question = question_of(args);
    void *token = wait_begin(engine_of(self));
    kl_status status = kl_pact_verify_chain(out, engine_of(self), &question, error);
    kl_blocking_end(token);
    return status;
}

kl_status kl_pact_call_rbac(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_rbac(out, engine_of(self), error);
}

/* ---- held actions ------------------------------------------------------------------------------------------- */

kl_status kl_pact_call_approve(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    double hours = kl_as_double(args[2]);
    if (!(hours > 0 && hours <= 876000))
        return kl_error_set(error, KL_INVALID, "valid_hours: %g; expected more than 0, at most 876000",
                            hours);
    kl_duration valid = KL_MAX((kl_duration)(hours * (double)KL_HOUR), 1);
    return kl_pact_approve(engine_of(self), kl_as_int(args[0]), kl_as_text(args[1]), valid, error);
}

kl_status kl_pact_call_reject(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    return kl_pact_reject(engine_of(self), kl_as_int(args[0]), kl_as_text(args[1]),
                          kl_as_text(args[2]), error);
}

kl_status kl_pact_call_retry(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_pact_retry(out, engine_of(self), kl_as_int(args[0]), error);
}

kl_status kl_pact_call_list_held(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    static const char *const names[] = {"pending", "approved", "rejected", "consumed"};
    int kind = kl_is_null(args[0]) ? -1 : 0;
    while (kind >= 0 && !kl_text_is(kl_as_text(args[0]), names[kind]))
        kind++;
    return kl_pact_held_list(out, engine_of(self)->actions->held, kind, error);
}

kl_status kl_pact_call_get_held(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)error;
    kl_pact_held *held = kl_pact_held_get(engine_of(self)->actions->held, kl_as_int(args[0]));
    *out = held ? kl_value_of(&held->object) : kl_null();
    return KL_OK;
}

kl_status kl_pact_call_held_store(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_of(kl_object_retain(kl_pact_held_store_object(engine_of(self)->actions->held)));
    return KL_OK;
}

/* ---- the audit chain ---------------------------------------------------------------------------------------- */

/* Visit all anchors, or those of an envelope, wherever they are. */
static kl_status visit_anchors(kl_pact_actions *actions, kl_text envelope_id,
                               kl_pact_anchor_visit *visit, void *data, kl_error *error)
{
    if (actions->store)
        return kl_pact_store_anchors(actions->store, envelope_id, visit, data, error);
    return kl_pact_chain_visit(&actions->chain, visit, data, error);
}

typedef struct collecting {
    kl_value list;
    kl_text envelope_id; /* empty = all */
} collecting;

static kl_status collect(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    collecting *c = data;
    kl_value object;
    if (c->envelope_id.len && !kl_text_equal(c->envelope_id, anchor->part[KL_ANCHOR_ENVELOPE]))
        return KL_OK;
    KL_TRY(kl_pact_anchor_object(&object, anchor, error));
    return kl_array_push(&c->list, object, error);
}

static kl_status collect_all(kl_value *out, kl_object *self, kl_text envelope_id, kl_error *error)
{
    collecting c = {.envelope_id = envelope_id};
    KL_TRY(kl_array_new(&c.list, 16, error));
    kl_status status = visit_anchors(engine_of(self)->actions, envelope_id, collect, &c, error);
    if (status == KL_OK)
        *out = c.list;
    else
        kl_value_release(c.list);
    return status;
}

kl_status kl_pact_call_iter_anchors(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    return collect_all(out, self, KL_TEXT(""), error);
}

kl_status kl_pact_call_snapshot(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value anchors;
    if (kl_as_text(args[0]).len)
        KL_TRY(collect_all(&anchors, self, kl_as_text(args[0]), error));
    else
        KL_TRY(kl_array_new(&anchors, 0, error)); /* no envelope has that name */
    return kl_pact_snapshot_new(out, args[0], anchors, error);
}

kl_status kl_pact_call_last_hash(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)args;
    return kl_pact_chain_last(out, &engine_of(self)->actions->chain, error);
}

kl_status kl_pact_call_anchor_count(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)kl_pact_chain_total(&engine_of(self)->actions->chain));
    return KL_OK;
}

/* Of a file: nothing may be missing at its end either. */
static kl_status walk_file(kl_pact_walk *walk, kl_pact_actions *actions, kl_error *error)
{
    uint64_t total = kl_pact_chain_total(&actions->chain);
    kl_pact_walk_begin(walk, 0, KL_ANCHOR_GENESIS);
    KL_TRY(kl_pact_store_anchors(actions->store, KL_TEXT(""), kl_pact_walk_step, walk, error));
    if (!walk->failed && walk->verified < total) {
        walk->failed = true;
        walk->broken_at = walk->verified;
        walk->reason = "missing";
    }
    return KL_OK;
}

kl_status kl_pact_call_verify_audit(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)args;
    kl_pact_actions *actions = engine_of(self)->actions;
    kl_pact_walk walk;
    KL_TRY(actions->store ? walk_file(&walk, actions, error)
                          : kl_pact_chain_walk(&walk, &actions->chain, error));
    return kl_pact_chain_result_new(out, &walk, error);
}

kl_status kl_pact_call_set_audit(kl_value *out, kl_object *self, const kl_value *args,
                                 kl_error *error)
{
    (void)out, (void)error;
    __atomic_store_n(&engine_of(self)->actions->auditing, kl_as_bool(args[0]), __ATOMIC_RELAXED);
    return KL_OK;
}

/* An anchor as it stands, with the hash that it really has. */
static kl_status record_input(kl_pact_actions *actions, const kl_anchor_input *input, kl_text metadata,
                              kl_error *error)
{
    char sequence[24];
    int len = snprintf(sequence, sizeof sequence, "%llu", (unsigned long long)input->sequence);
    const kl_pact_anchor_facts facts = {
        .anchor_id = input->anchor_id, .agent_id = input->agent_id, .action = input->action,
        .level = input->verification_level, .envelope_id = input->envelope_id,
        .result = input->result, .timestamp = input->timestamp, .metadata = metadata,
        .sequence = {sequence, (size_t)len}, .previous = input->previous_hash};
    return kl_pact_record_anchor(actions, &facts, error);
}

kl_status kl_pact_call_record_anchor(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    const kl_anchor_input input = kl_audit_anchor_input(args[0].as.object);
    kl_buffer metadata = KL_BUFFER_INIT;
    kl_status status;
    kl_text text = {NULL, 0};
    if (!kl_is_null(input.metadata)) {
        KL_TRY_OUT(kl_canonical_add(&metadata, input.metadata, error));
        if (metadata.status != KL_OK) {
            status = kl_error_no_memory(error);
            goto out;
        }
        text = kl_buffer_text(&metadata);
    }
    KL_TRY_OUT(record_input(engine_of(self)->actions, &input, text, error));
    status = kl_audit_anchor_new(out, &input, error);
out:
    kl_buffer_free(&metadata);
    return status;
}

/* ---- money --------------------------------------------------------------------------------------------------- */

static kl_status role_of(uint32_t *out, kl_pact_engine *engine, kl_value role, kl_error *error)
{
    *out = kl_pact_org_resolve(engine->org, kl_as_text(role));
    if (*out != KL_PACT_NO_NODE)
        return KL_OK;
    return kl_error_set(error, KL_NOT_FOUND, "role not found: '%.*s'", KL_TEXT_ARG(kl_as_text(role)));
}

/* With `deciding` held, so that no other report comes between the row and the sum. */
static kl_status spend(kl_pact_engine *engine, uint32_t node, int64_t cents, kl_time now,
                       kl_error *error)
{
    kl_pact_usage *usage = engine->actions->usage;
    kl_value details = kl_null(), row = kl_null();
    kl_status status;
    kl_text address = kl_as_text(engine->org->nodes[node].address);
    KL_TRY_OUT(kl_pact_usage_row(&row, usage, node, cents, now, error));
    KL_TRY_OUT(kl_map_of_one(&details, KL_TEXT("cents"), kl_int(cents), error));
    const kl_pact_change change = {.action = "spend_recorded", .role_address = address,
                                   .details = details, .table = KL_PACT_TABLE_SPENDING,
                                   .key = address, .row = row};
    KL_TRY_OUT(kl_pact_usage_room(usage, node, now, error));
    KL_TRY_OUT(kl_pact_engine_record(engine, &change, error));
    status = kl_pact_usage_spend(usage, node, cents, now, error);
out:
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

kl_status kl_pact_call_record_spend(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    (void)out;
    kl_pact_engine *engine = engine_of(self);
    uint32_t node;
    kl_time now;
    KL_TRY(role_of(&node, engine, args[0], error));
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    kl_guard_lock(&engine->actions->deciding);
    kl_status status = spend(engine, node, kl_as_int(args[1]), now, error);
    kl_guard_unlock(&engine->actions->deciding);
    return status;
}

kl_status kl_pact_call_spent(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    uint32_t node;
    kl_time now;
    int period = 0;
    KL_TRY(role_of(&node, engine, args[0], error));
    KL_TRY(kl_pact_engine_now(&now, engine, error));
    while (!kl_text_is(kl_as_text(args[1]), kl_period_name((kl_period)period)))
        period++;
    uint64_t spent = kl_pact_usage_spent(engine->actions->usage, node,
                                         kl_period_start((kl_period)period, now));
    *out = kl_int((int64_t)KL_MIN(spent, (uint64_t)INT64_MAX));
    return KL_OK;
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

kl_status kl_pact_call_open(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    const kl_pact_opening how = {.path = kl_as_text(args[0]), .document = kl_as_text(args[1]),
                                 .verify = kl_as_bool(args[2]), .read_only = kl_as_bool(args[3])};
    return kl_pact_engine_open(out, &how, error);
}

/* ---- parameters ------------------------------------------------------------------------------------------------ */

#define OPTIONAL_TEXT(word, text)                                                                  \
    {.name = (word), .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = (text)}

const kl_param kl_pact_verify_params[7] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role, such as D1-R1"},
    {.name = "action", .kind = KL_KIND_STRING, .doc = "what it wants to do; at most 640 bytes"},
    {.name = "context", .kind = KL_KIND_MAP, .item = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "numbers by name: transaction_amount, cost, cost_usd or amount in USD; daily_total; "
            "concurrent_operations; duration_seconds; message_length; external (not 0: it leaves the "
            "organisation); and the names of resource limits"},
    OPTIONAL_TEXT("resource", "data source that is used; None = none is named"),
    OPTIONAL_TEXT("task_id", "task it is done for, whose envelope narrows that of the role"),
    OPTIONAL_TEXT("channel", "channel that is used"),
    OPTIONAL_TEXT("recipient", "whom it is sent to"),
};

const kl_param kl_pact_approve_params[3] = {
    {.name = "action_id", .kind = KL_KIND_COUNT, .doc = "number of the action"},
    {.name = "approver", .kind = KL_KIND_STRING,
     .doc = "who approves: a name with a letter or a digit, nothing invisible in it"},
    {.name = "valid_hours", .kind = KL_KIND_NUMBER, .fallback = "24",
     .doc = "how long the approval releases a retry"},
};

const kl_param kl_pact_reject_params[3] = {
    {.name = "action_id", .kind = KL_KIND_COUNT, .doc = "number of the action"},
    {.name = "rejector", .kind = KL_KIND_STRING, .doc = "who rejects: a name as of an approver"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why"},
};

const kl_param kl_pact_held_id_param[1] = {
    {.name = "action_id", .kind = KL_KIND_COUNT, .doc = "number of the action"},
};

static const char *const states[] = {"pending", "approved", "rejected", "consumed", NULL};
const kl_param kl_pact_state_param[1] = {
    {.name = "state", .kind = KL_KIND_ENUM, .names = states, .flags = KL_OPTIONAL,
     .doc = "only those in this state; None = all"},
};

const kl_param kl_pact_anchor_param[1] = {
    {.name = "anchor", .kind = KL_KIND_OBJECT, .type = &kl_audit_anchor_type,
     .doc = "the anchor; its previous_hash should be last_audit_anchor_hash()"},
};

const kl_param kl_pact_envelope_id_param[1] = {
    {.name = "envelope_id", .kind = KL_KIND_STRING, .doc = "envelope_id of the anchors, exactly"},
};

const kl_param kl_pact_enabled_param[1] = {
    {.name = "enabled", .kind = KL_KIND_BOOL, .doc = "whether to record"},
};

const kl_param kl_pact_spend_params[2] = {
    {.name = "role", .kind = KL_KIND_STRING, .doc = "address or id of the role"},
    {.name = "cents", .kind = KL_KIND_COUNT, .doc = "what it has spent, in cents of a US dollar"},
};

static const char *const periods[] = {"daily", "weekly", "monthly", "quarterly", "annual", NULL};
const kl_param kl_pact_spent_params[2] = {
    {.name = "role", .kind = KL_KIND_STRING, .doc = "address or id of the role"},
    {.name = "period", .kind = KL_KIND_ENUM, .names = periods, .fallback = "\"daily\"",
     .doc = "the period that is running now"},
};

const kl_param kl_pact_open_params[4] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "name of the file; it is made when it is not there"},
    {.name = "org_def_json", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "organisation of a new file, in JSON or YAML; of one that is there it must be the same"},
    {.name = "verify", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "refuse a file whose audit chain does not hold"},
    {.name = "read_only", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "leave the file as it is: it must be there, and changes are in memory"},
};
