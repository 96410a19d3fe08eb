/* src/pact/methods_knowledge.c - methods of PactGovernanceEngine: access to knowledge, share policies. */
#include "engine_methods.h"
#include "kailash/json.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

/* ---- access ---------------------------------------------------------------------------------- */

static kl_status deny(kl_pact_answer *answer, kl_value reason, kl_error *error)
{
    (void)error;
    answer->allowed = false;
    answer->step = 0;
    answer->path = NULL;
    kl_value_replace(&answer->reason, reason);
    return KL_OK;
}

/* A bridge for one use is used up before its answer is given: under the write side, where the question is
 * asked again, for others may have used it meanwhile. */
static kl_status use_up(kl_pact_answer *answer, kl_pact_engine *engine, const kl_pact_asked *asked,
                        kl_error *error)
{
    kl_pact_answer again;
    kl_pact_write_begin(engine);
    kl_status status = kl_pact_access(&again, engine, asked, NULL, error);
    if (status == KL_OK && !kl_is_null(again.uses_up)) {
        status = kl_pact_use_up_bridge(engine, again.uses_up, asked->now, error);
        if (status != KL_OK)
            kl_value_release(again.reason);
    }
    kl_pact_lock_end(engine);
    KL_TRY(status);
    kl_value_release(answer->reason);
    *answer = again;
    return KL_OK;
}

static kl_status decide(kl_pact_answer *answer, kl_pact_engine *engine, const kl_pact_asked *asked,
                        kl_error *error)
{
    kl_value denial;
    KL_TRY(kl_pact_ask_filter(&denial, engine, asked->role, asked->item, error));
    if (!kl_is_null(denial)) {
        *answer = (kl_pact_answer){.node = kl_pact_org_resolve(engine->org, asked->role),
                                   .reason = kl_null(), .uses_up = kl_null()};
        return deny(answer, denial, error);
    }
    kl_pact_read_begin(engine);
    kl_status status = kl_pact_access(answer, engine, asked, NULL, error);
    kl_pact_lock_end(engine);
    KL_TRY(status);
    if (kl_is_null(answer->uses_up))
        return KL_OK;
    status = use_up(answer, engine, asked, error);
    if (status != KL_OK)
        kl_value_release(answer->reason);
    return status;
}

/* What is not recorded is not allowed. */
static kl_status record(kl_pact_answer *answer, kl_pact_engine *engine, const kl_pact_asked *asked,
                        kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value reason;
    const kl_pact_decision decision = {
        .action = "access_checked",
        .role_address = answer->node == KL_PACT_NO_NODE ? asked->role
                                                        : kl_as_text(engine->org->nodes[answer->node].address),
        .zone = answer->allowed ? KL_ZONE_AUTO_APPROVED : KL_ZONE_BLOCKED,
        .subject = kl_as_text(asked->item->id), .result = kl_as_text(answer->reason)};
    kl_status status = kl_pact_engine_decided(engine, &decision, &why);
    if (status == KL_OK)
        return KL_OK;
    status = kl_string_format(&reason, error, "the decision could not be recorded: %s — denied",
                              kl_error_message(&why));
    kl_error_clear(&why);
    return status == KL_OK ? deny(answer, reason, error) : status;
}

static kl_status check(kl_value *out, kl_pact_engine *engine, const kl_value *args, kl_time now,
                       kl_error *error)
{
    kl_pact_asked asked = {.role = kl_as_text(args[0]), .item = (const kl_pact_item *)args[1].as.object,
                           .now = now};
    kl_pact_answer answer;
    KL_TRY(kl_pact_posture_read(&asked.posture, kl_as_text(args[2]), error));
    KL_TRY(decide(&answer, engine, &asked, error));
    kl_status status = record(&answer, engine, &asked, error);
    if (status == KL_OK)
        status = kl_pact_access_new(out, &answer, error);
    kl_value_release(answer.reason);
    return status;
}

kl_status kl_pact_call_check_access(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_time now;
    KL_TRY(kl_pact_engine_now(&now, engine_of(self), error));
    return check(out, engine_of(self), args, now, error);
}

kl_status kl_pact_call_check_access_with_env(kl_value *out, kl_object *self, const kl_value *args,
                                             kl_error *error)
{
    kl_time now;
    if (kl_is_null(args[3]))
        return kl_pact_call_check_access(out, self, args, error);
    kl_status status = kl_time_parse(&now, kl_as_text(args[3]), error);
    if (status != KL_OK) {
        kl_error_prefix(error, "invalid RFC3339 `now` request time: ");
        return status;
    }
    return check(out, engine_of(self), args, now, error);
}

kl_status kl_pact_call_explain_access(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    kl_pact_asked asked = {.role = kl_as_text(args[0]), .item = (const kl_pact_item *)args[1].as.object};
    kl_pact_trace trace = {kl_null(), KL_BUFFER_INIT};
    kl_pact_answer answer;
    kl_status status;
    KL_TRY(kl_pact_posture_read(&asked.posture, kl_as_text(args[2]), error));
    KL_TRY(kl_pact_engine_now(&asked.now, engine, error));
    KL_TRY(kl_array_new(&trace.steps, 5, error));
    kl_pact_read_begin(engine);
    status = kl_pact_access(&answer, engine, &asked, &trace, error);
    kl_pact_lock_end(engine);
    if (status == KL_OK) {
        status = kl_pact_explained_new(out, &answer, trace.steps, error);
        kl_value_release(answer.reason);
    }
    kl_value_release(trace.steps);
    kl_buffer_free(&trace.text);
    return status;
}

kl_status kl_pact_call_filter(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_engine *engine = engine_of(self);
    (void)out, (void)error;
    kl_pact_write_begin(engine);
    kl_value before = engine->filter;
    engine->filter = kl_value_retain(args[0]);
    __atomic_store_n(&engine->has_filter, !kl_is_null(args[0]), __ATOMIC_RELEASE);
    kl_pact_lock_end(engine);
    kl_value_release(before);
    return KL_OK;
}

/* ---- share policies -------------------------------------------------------------------------- */

kl_status kl_pact_call_create_ksp(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map, share;
    (void)out;
    kl_status status = kl_json_parse(&map, kl_as_text(args[0]), error);
    if (status == KL_OK) {
        status = kl_pact_share_read(&share, map, error);
        kl_value_release(map);
    }
    if (status != KL_OK) {
        kl_error_prefix(error, "invalid KSP JSON: ");
        return status;
    }
    kl_pact_write_begin(engine_of(self));
    status = kl_pact_put_share(engine_of(self), share, error);
    kl_pact_lock_end(engine_of(self));
    kl_value_release(share);
    return status;
}

kl_status kl_pact_call_remove_ksp(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    KL_PACT_CHANGE(engine_of(self), kl_pact_drop_share(engine_of(self), kl_as_text(args[0]), error));
}

/* The wire maps of a list of policies; given. */
static kl_status wire_of(kl_value *out, kl_value shares, kl_error *error)
{
    kl_value list, map;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(shares), error));
    for (size_t i = 0; i < kl_array_len(shares); i++) {
        KL_TRY_OUT(kl_pact_share_write(&map, (const kl_pact_share *)kl_array_at(shares, i).as.object, error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

kl_status kl_pact_call_get_ksps(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value shares, list;
    (void)args;
    kl_pact_read_begin(engine_of(self));
    kl_status status = kl_pact_links_list(&shares, &engine_of(self)->shares, error);
    kl_pact_lock_end(engine_of(self));
    KL_TRY(status);
    status = wire_of(&list, shares, error);
    kl_value_release(shares);
    KL_TRY(status);
    status = kl_json_print(out, list, &kl_json_plain, error);
    kl_value_release(list);
    return status;
}

#define ACCESS_PARAMS                                                                              \
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "address of the role that asks, or its id"}, \
    {.name = "knowledge_item", .kind = KL_KIND_OBJECT, .type = &kl_pact_item_type,                 \
     .doc = "what it asks for"},                                                                   \
    {.name = "posture", .kind = KL_KIND_STRING,                                                    \
     .doc = "how it works: pseudo_agent, supervised, shared_planning, continuous_insight or delegated"}

const kl_param kl_pact_access_params[3] = {ACCESS_PARAMS};
const kl_param kl_pact_access_env_params[4] = {
    ACCESS_PARAMS,
    {.name = "now", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "when: RFC 3339; None = by the engine's clock"},
};
const kl_param kl_pact_explain_params[3] = {
    {.name = "role_id", .kind = KL_KIND_STRING, .doc = "address of the role that asks, or its id"},
    {.name = "knowledge_item", .kind = KL_KIND_OBJECT, .type = &kl_pact_item_type, .doc = "what it asks for"},
    {.name = "posture", .kind = KL_KIND_STRING, .doc = "how it works, as in check_access()"},
};
const kl_param kl_pact_filter_param[1] = {
    {.name = "callable", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL,
     .doc = "gets the role as it was named and a dict of item_ids, classifications, owning_units (lists) and "
            "description; None = nothing is asked any more"},
};
const kl_param kl_pact_ksp_param[1] = {
    {.name = "ksp_json", .kind = KL_KIND_STRING, .doc = "a policy as a JSON object"},
};
const kl_param kl_pact_ksp_id_param[1] = {
    {.name = "ksp_id", .kind = KL_KIND_STRING, .doc = "id of a policy"},
};
