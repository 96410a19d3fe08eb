/* src/pact/methods_plan.c - methods of PactGovernanceEngine: plans that wait. */
#include "engine_methods.h"

static kl_pact_engine *engine_of(kl_object *self) { return (kl_pact_engine *)self; }

kl_status kl_pact_call_suspend_plan(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_suspend asked = {.role = kl_as_text(args[0]), .plan = args[1], .trigger = args[2],
                             .snapshot = args[3]};
    KL_TRY(kl_pact_engine_now(&asked.now, engine_of(self), error));
    KL_PACT_CHANGE(engine_of(self), kl_pact_suspend_plan(out, engine_of(self), &asked, error));
}

kl_status kl_pact_call_resume_plan(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value unmet, action;
    kl_text plan = kl_as_text(args[0]);
    KL_TRY(kl_string_new(&action, KL_TEXT("resume_plan"), error));
    kl_pact_write_begin(engine_of(self));
    kl_value waiting = kl_value_retain(kl_map_get(engine_of(self)->suspensions, plan));
    kl_status status = kl_pact_resume_plan(&unmet, engine_of(self), plan, error);
    kl_pact_lock_end(engine_of(self));
    if (status == KL_OK) {
        kl_value role = kl_null();
        const kl_field *field = kl_type_field(&kl_pact_suspension_type, KL_TEXT("role_address"));
        kl_field_get(&role, waiting.as.object, field, NULL);
        status = kl_is_null(unmet)
                     ? kl_pact_verdict_format(out, KL_ZONE_AUTO_APPROVED, action, role, kl_map_empty(), error,
                                              "plan '%.*s' goes on", KL_TEXT_ARG(plan))
                     : kl_pact_verdict_format(out, KL_ZONE_BLOCKED, action, role, kl_map_empty(), error,
                                              "plan '%.*s' waits for: %.*s", KL_TEXT_ARG(plan),
                                              KL_TEXT_ARG(kl_as_text(unmet)));
        kl_value_release(role);
        kl_value_release(unmet);
    }
    kl_value_release(waiting);
    kl_value_release(action);
    return status;
}

kl_status kl_pact_call_update_condition(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    KL_PACT_CHANGE(engine_of(self), kl_pact_update_condition(out, engine_of(self), kl_as_text(args[0]), args[1],
                                                             kl_as_bool(args[2]), args[3], error));
}

kl_status kl_pact_call_get_suspension(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    kl_pact_read_begin(engine_of(self));
    *out = kl_value_retain(kl_map_get(engine_of(self)->suspensions, kl_as_text(args[0])));
    kl_pact_lock_end(engine_of(self));
    return KL_OK;
}

const kl_param kl_pact_suspend_params[4] = {
    {.name = "role_address", .kind = KL_KIND_STRING, .doc = "address of the role whose plan it is"},
    {.name = "plan_id", .kind = KL_KIND_STRING, .doc = "the plan, which is the task_id of its actions"},
    {.name = "trigger", .kind = KL_KIND_STRING,
     .doc = "why: budget, temporal, posture or envelope; it brings the condition to go on"},
    {.name = "snapshot", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "the state of the plan, for whoever resumes it; None = {}"},
};
const kl_param kl_pact_plan_param[1] = {
    {.name = "plan_id", .kind = KL_KIND_STRING, .doc = "the plan"},
};
const kl_param kl_pact_condition_params[4] = {
    {.name = "plan_id", .kind = KL_KIND_STRING, .doc = "the plan"},
    {.name = "condition_type", .kind = KL_KIND_STRING, .doc = "which of its conditions"},
    {.name = "satisfied", .kind = KL_KIND_BOOL, .doc = "whether it is met"},
    {.name = "details", .kind = KL_KIND_STRING, .fallback = "\"\"", .doc = "more about it; \"\" = as before"},
};
