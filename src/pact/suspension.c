/* src/pact/suspension.c - PactPlanSuspension and PactResumeCondition: plans that wait until something is so. */
#include "engine_parts.h"
#include "kailash/id.h"
#include "kailash/json.h"

/* ---- PactResumeCondition --------------------------------------------------------------------- */

typedef struct resume_condition {
    kl_object object;
    kl_value condition_type, details; /* strings */
    bool satisfied;
} resume_condition;

static const kl_field condition_fields[] = {
    KL_VALUE(resume_condition, condition_type, .kind = KL_KIND_STRING,
             .doc = "what must be so, such as budget_replenished"),
    {.name = "satisfied", .kind = KL_KIND_BOOL, .fallback = "false",
     .offset = offsetof(resume_condition, satisfied), .doc = "whether it is"},
    KL_VALUE(resume_condition, details, .kind = KL_KIND_STRING, .fallback = "\"\"",
             .doc = "more about it, in words"),
};

static const kl_type condition_type = {
    .name = "PactResumeCondition",
    .module = "kailash.pact",
    .doc = "Something that must be so before a suspended plan may go on.",
    .size = sizeof(resume_condition),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(condition_fields),
};
KL_PUBLISH(condition_type);

static kl_status condition_new(kl_value *out, kl_value type, bool satisfied, kl_value details, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &condition_type, error));
    resume_condition *own = (resume_condition *)object;
    own->condition_type = kl_value_retain(type);
    own->satisfied = satisfied;
    own->details = kl_value_retain(details);
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- PactPlanSuspension ---------------------------------------------------------------------- */

typedef struct plan_suspension {
    kl_object object;
    kl_value suspension_id, plan_id, role_address, trigger, suspended_at; /* strings */
    kl_value resume_conditions; /* array of PactResumeCondition */
    kl_value snapshot;          /* map */
} plan_suspension;

static const struct {
    const char *trigger, *condition;
} triggers[] = {
    {"budget", "budget_replenished"},
    {"temporal", "deadline_extended"},
    {"posture", "posture_restored"},
    {"envelope", "envelope_granted"},
};

static bool is_satisfied(const plan_suspension *own)
{
    for (size_t i = 0; i < kl_array_len(own->resume_conditions); i++)
        if (!((const resume_condition *)kl_array_at(own->resume_conditions, i).as.object)->satisfied)
            return false;
    return true;
}

static kl_status put_condition(kl_value *list, const resume_condition *from, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("condition_type"), kl_value_retain(from->condition_type), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("details"), kl_value_retain(from->details), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("satisfied"), kl_bool(from->satisfied), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status put_conditions(kl_value *map, kl_value conditions, kl_error *error)
{
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(conditions), error));
    for (size_t i = 0; i < kl_array_len(conditions); i++)
        KL_TRY_OUT(put_condition(&list, (const resume_condition *)kl_array_at(conditions, i).as.object, error));
    return kl_map_set(map, KL_TEXT("resume_conditions"), list, error);
out:
    kl_value_release(list);
    return status;
}

/* In the order of the canonical form. */
kl_status kl_pact_suspension_write(kl_value *out, const kl_object *suspension, kl_error *error)
{
    const plan_suspension *own = (const plan_suspension *)suspension;
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("plan_id"), kl_value_retain(own->plan_id), error));
    KL_TRY_OUT(put_conditions(&map, own->resume_conditions, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("role_address"), kl_value_retain(own->role_address), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("snapshot"), kl_value_retain(own->snapshot), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("suspended_at"), kl_value_retain(own->suspended_at), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("suspension_id"), kl_value_retain(own->suspension_id), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("trigger"), kl_value_retain(own->trigger), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_pact_suspension_write(&map, self, error));
    kl_status status = kl_json_print(out, map, &kl_json_spaced_b, error);
    kl_value_release(map);
    return status;
}

static kl_status satisfied(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(is_satisfied((const plan_suspension *)self));
    return KL_OK;
}

#define TEXT_FIELD(member, text)                                                                   \
    KL_VALUE(plan_suspension, member, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))

static const kl_field fields[] = {
    TEXT_FIELD(suspension_id, "a UUID"),
    TEXT_FIELD(plan_id, "the plan, which is the task of its actions"),
    TEXT_FIELD(role_address, "address of the role whose plan it is"),
    TEXT_FIELD(trigger, "why: budget, temporal, posture or envelope"),
    TEXT_FIELD(suspended_at, "since when: RFC 3339, UTC"),
    KL_VALUE(plan_suspension, resume_conditions, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &condition_type, .flags = KL_READ_ONLY, .doc = "what must be so before it may go on"),
    KL_VALUE(plan_suspension, snapshot, .kind = KL_KIND_MAP, .flags = KL_READ_ONLY,
             .doc = "the state of the plan, as it was given"),
};
static const kl_method methods[] = {
    {.name = "all_conditions_met", .call = satisfied, .returns = KL_KIND_BOOL,
     .doc = "Whether all conditions are satisfied."},
    {.name = "to_canonical_json", .call = canonical, .returns = KL_KIND_STRING,
     .doc = "The form in which implementations of PACT compare suspensions: keys sorted, in ASCII."},
};

const kl_type kl_pact_suspension_type = {
    .name = "PactPlanSuspension",
    .module = "kailash.pact",
    .doc = "A plan that waits: everything that is asked for it is blocked until it is resumed.",
    .size = sizeof(plan_suspension),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(kl_pact_suspension_type);

/* ---- reading --------------------------------------------------------------------------------- */

static kl_status read_condition(kl_value *list, kl_value row, kl_error *error)
{
    const kl_pact_reader reader = {"resume condition", row, error};
    kl_value type = kl_null(), details = kl_null(), made;
    bool is_met = false;
    kl_status status;
    KL_TRY(kl_pact_member_check(&reader));
    KL_TRY_OUT(kl_pact_member_text(&type, &reader, "condition_type", true));
    KL_TRY_OUT(kl_pact_member_text(&details, &reader, "details", true));
    KL_TRY_OUT(kl_pact_member_bool(&is_met, &reader, "satisfied", true));
    KL_TRY_OUT(condition_new(&made, type, is_met, details, error));
    status = kl_array_push(list, made, error);
out:
    kl_value_release(type);
    kl_value_release(details);
    return status;
}

static kl_status read_all(plan_suspension *own, kl_value row, kl_error *error)
{
    const kl_pact_reader reader = {"suspension", row, error};
    kl_value conditions = kl_map_get(row, KL_TEXT("resume_conditions"));
    KL_TRY(kl_pact_member_check(&reader));
    KL_TRY(kl_pact_member_text(&own->suspension_id, &reader, "suspension_id", true));
    KL_TRY(kl_pact_member_text(&own->plan_id, &reader, "plan_id", true));
    KL_TRY(kl_pact_member_address(&own->role_address, &reader, "role_address", true));
    KL_TRY(kl_pact_member_text(&own->trigger, &reader, "trigger", true));
    KL_TRY(kl_pact_member_text(&own->suspended_at, &reader, "suspended_at", true));
    own->snapshot = kl_value_retain(kl_map_get(row, KL_TEXT("snapshot")));
    KL_TRY(kl_array_new(&own->resume_conditions, kl_array_len(conditions), error));
    for (size_t i = 0; i < kl_array_len(conditions); i++)
        KL_TRY(read_condition(&own->resume_conditions, kl_array_at(conditions, i), error));
    return KL_OK;
}

kl_status kl_pact_suspension_read(kl_value *out, kl_value row, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_suspension_type, error));
    kl_status status = read_all((plan_suspension *)object, row, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- of an engine ---------------------------------------------------------------------------- */

bool kl_pact_plan_is_suspended(const kl_pact_engine *engine, kl_text plan)
{
    return kl_map_has(engine->suspensions, plan);
}

/* Null: the plan goes on. */
kl_status kl_pact_put_suspension(kl_pact_engine *engine, kl_text plan, kl_value suspension, const char *action,
                                 kl_error *error)
{
    const plan_suspension *own = kl_as_object(suspension, &kl_pact_suspension_type);
    const plan_suspension *old = kl_as_object(kl_map_get(engine->suspensions, plan), &kl_pact_suspension_type);
    kl_value map = kl_value_retain(engine->suspensions), row = kl_null(), details = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_of_one(&details, KL_TEXT("plan_id"), kl_value_retain((own ? own : old)->plan_id), error));
    if (own)
        KL_TRY_OUT(kl_pact_suspension_write(&row, suspension.as.object, error));
    KL_TRY_OUT(own ? kl_map_set(&map, plan, kl_value_retain(suspension), error)
                   : kl_map_remove(&map, plan, error));
    const kl_pact_change change = {.action = action,
                                   .role_address = kl_as_text((own ? own : old)->role_address),
                                   .details = details, .table = KL_PACT_TABLE_SUSPENSIONS, .key = plan,
                                   .row = row};
    KL_TRY_OUT(kl_pact_apply(engine, &change, error));
    kl_value before = engine->suspensions;
    engine->suspensions = map;
    map = before;
out:
    kl_value_release(map);
    kl_value_release(row);
    kl_value_release(details);
    return status;
}

static kl_status first_condition(kl_value *out, const char *type, kl_error *error)
{
    kl_value list, name = kl_null(), details = kl_null(), made;
    kl_status status;
    KL_TRY(kl_array_new(&list, 1, error));
    KL_TRY_OUT(kl_string_new(&name, kl_text_from(type), error));
    KL_TRY_OUT(kl_string_format(&details, error, "waits until: %s", type));
    KL_TRY_OUT(condition_new(&made, name, false, details, error));
    KL_TRY_OUT(kl_array_push(&list, made, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(name);
    kl_value_release(details);
    kl_value_release(list);
    return status;
}

static kl_status make(plan_suspension *own, const kl_pact_engine *engine, uint32_t node,
                      const kl_pact_suspend *asked, kl_error *error)
{
    char id[37];
    size_t which = 0;
    kl_text trigger = kl_as_text(asked->trigger);
    while (which < KL_COUNT(triggers) && !kl_text_is(trigger, triggers[which].trigger))
        which++;
    if (which == KL_COUNT(triggers))
        return kl_error_set(error, KL_INVALID,
                            "unknown trigger: '%.*s' (expected: budget, temporal, posture, envelope)",
                            KL_TEXT_ARG(trigger));
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_string_new(&own->suspension_id, (kl_text){id, 36}, error));
    KL_TRY(kl_pact_time_string(&own->suspended_at, asked->now, KL_TIME_OFFSET, error));
    KL_TRY(first_condition(&own->resume_conditions, triggers[which].condition, error));
    own->plan_id = kl_value_retain(asked->plan);
    own->role_address = kl_value_retain(engine->org->nodes[node].address);
    own->trigger = kl_value_retain(asked->trigger);
    own->snapshot = kl_is_null(asked->snapshot) ? kl_map_empty() : kl_value_retain(asked->snapshot);
    return KL_OK;
}

kl_status kl_pact_suspend_plan(kl_value *out, kl_pact_engine *engine, const kl_pact_suspend *asked,
                               kl_error *error)
{
    kl_object *object;
    uint32_t node;
    kl_text plan = kl_as_text(asked->plan);
    if (plan.len == 0)
        return kl_error_set(error, KL_INVALID, "plan_id: is empty");
    KL_TRY(kl_pact_find_address(&node, engine, asked->role, error));
    if (kl_map_len(engine->suspensions) >= KL_PACT_SUSPENSIONS_MAX && !kl_pact_plan_is_suspended(engine, plan))
        return kl_error_set(error, KL_LIMIT, "more than %d plans are suspended", KL_PACT_SUSPENSIONS_MAX);
    KL_TRY(kl_object_alloc(&object, &kl_pact_suspension_type, error));
    kl_status status = make((plan_suspension *)object, engine, node, asked, error);
    if (status == KL_OK)
        status = kl_pact_put_suspension(engine, plan, kl_value_of(object), "plan_suspended", error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status find_plan(const plan_suspension **out, const kl_pact_engine *engine, kl_text plan,
                           kl_error *error)
{
    *out = kl_as_object(kl_map_get(engine->suspensions, plan), &kl_pact_suspension_type);
    return *out ? KL_OK
                : kl_error_set(error, KL_NOT_FOUND, "plan '%.*s' is not suspended", KL_TEXT_ARG(plan));
}

kl_status kl_pact_resume_plan(kl_value *unmet, kl_pact_engine *engine, kl_text plan, kl_error *error)
{
    const plan_suspension *own;
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(find_plan(&own, engine, plan, error));
    if (is_satisfied(own)) {
        *unmet = kl_null();
        return kl_pact_put_suspension(engine, plan, kl_null(), "plan_resumed", error);
    }
    for (size_t i = 0; i < kl_array_len(own->resume_conditions); i++) {
        const resume_condition *at =
            (const resume_condition *)kl_array_at(own->resume_conditions, i).as.object;
        if (at->satisfied)
            continue;
        kl_buffer_string(&text, text.len ? ", " : "");
        kl_buffer_add(&text, kl_as_text(at->condition_type));
    }
    return kl_buffer_finish(unmet, &text, error);
}

/* The conditions with one of them changed, or added; given. */
static kl_status changed(kl_value *out, const plan_suspension *own, kl_value type, bool is_met,
                         kl_value details, kl_error *error)
{
    kl_value list, made;
    kl_status status;
    bool found = false;
    KL_TRY(kl_array_new(&list, kl_array_len(own->resume_conditions) + 1, error));
    for (size_t i = 0; i < kl_array_len(own->resume_conditions); i++) {
        kl_value old = kl_array_at(own->resume_conditions, i);
        const resume_condition *at = (const resume_condition *)old.as.object;
        if (!kl_text_equal(kl_as_text(at->condition_type), kl_as_text(type))) {
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(old), error));
            continue;
        }
        found = true;
        KL_TRY_OUT(condition_new(&made, type, is_met, kl_value_len(details) ? details : at->details, error));
        KL_TRY_OUT(kl_array_push(&list, made, error));
    }
    if (!found) {
        status = kl_error_set(error, KL_NOT_FOUND, "plan '%.*s' has no resume condition '%.*s'",
                              KL_TEXT_ARG(kl_as_text(own->plan_id)), KL_TEXT_ARG(kl_as_text(type)));
        goto out;
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

kl_status kl_pact_update_condition(kl_value *out, kl_pact_engine *engine, kl_text plan, kl_value type,
                                   bool is_met, kl_value details, kl_error *error)
{
    const plan_suspension *own;
    kl_value copy, list;
    KL_TRY(find_plan(&own, engine, plan, error));
    KL_TRY(changed(&list, own, type, is_met, details, error));
    kl_value old = kl_map_get(engine->suspensions, plan);
    kl_status status = kl_object_copy(&copy, &kl_pact_suspension_type, old, error);
    if (status != KL_OK) {
        kl_value_release(list);
        return status;
    }
    kl_value_replace(&((plan_suspension *)copy.as.object)->resume_conditions, list);
    status = kl_pact_put_suspension(engine, plan, copy, "plan_condition_updated", error);
    if (status != KL_OK) {
        kl_value_release(copy);
        return status;
    }
    *out = copy;
    return KL_OK;
}
