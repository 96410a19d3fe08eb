/* src/pact/access_class.c - PactAccessDecision, PactExplainStep, PactExplainedAccessDecision. */
#include "access.h"
#include "kailash/json.h"

/* ---- PactAccessDecision ---------------------------------------------------------------------- */

typedef struct access_decision {
    kl_object object;
    bool allowed;
    int64_t step_reached;
    kl_value access_path, reason; /* string or null; string */
} access_decision;

kl_status kl_pact_access_new(kl_value *out, const kl_pact_answer *answer, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_access_type, error));
    access_decision *own = (access_decision *)object;
    own->allowed = answer->allowed;
    own->step_reached = answer->step;
    own->reason = kl_value_retain(answer->reason);
    kl_status status = answer->path ? kl_string_from_valid(&own->access_path, kl_text_from(answer->path), error)
                                    : KL_OK;
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status put_canonical(kl_value *map, const access_decision *own, kl_error *error)
{
    kl_value details;
    kl_status status;
    KL_TRY(kl_map_new(&details, 2, error));
    KL_TRY_OUT(kl_map_set(&details, KL_TEXT("access_path"), kl_value_retain(own->access_path), error));
    KL_TRY_OUT(kl_map_set(&details, KL_TEXT("step_reached"), kl_int(own->step_reached), error));
    KL_TRY(kl_map_set(map, KL_TEXT("audit_details"), details, error));
    KL_TRY(kl_map_set(map, KL_TEXT("allowed"), kl_bool(own->allowed), error));
    KL_TRY(kl_map_set(map, KL_TEXT("reason"), kl_value_retain(own->reason), error));
    KL_TRY(kl_map_set(map, KL_TEXT("step_failed"), own->allowed ? kl_null() : kl_int(own->step_reached),
                      error));
    return kl_map_set(map, KL_TEXT("valid_until"), kl_null(), error);
out:
    kl_value_release(details);
    return status;
}

static kl_status canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 5, error));
    kl_status status = put_canonical(&map, (const access_decision *)self, error);
    if (status == KL_OK)
        status = kl_json_print(out, map, &kl_json_spaced_b, error);
    kl_value_release(map);
    return status;
}

static kl_status access_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const access_decision *own = (const access_decision *)self;
    return kl_string_format(out, error, "PactAccessDecision(allowed=%s, step=%d, reason='%.*s')",
                            own->allowed ? "true" : "false", (int)own->step_reached,
                            KL_TEXT_ARG(kl_as_text(own->reason)));
}

static const kl_field access_fields[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(access_decision, allowed), .doc = "whether the item may be read"},
    {.name = "step_reached", .kind = KL_KIND_INT, .flags = KL_READ_ONLY,
     .offset = offsetof(access_decision, step_reached),
     .doc = "where it was decided: 0 preconditions, 1 public, 2 clearance, 3 containment, 4 default"},
    KL_VALUE(access_decision, access_path, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "what allows it, such as 3a: same_unit; None when it is denied"),
    KL_VALUE(access_decision, reason, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "why"),
};
static const kl_method access_methods[] = {
    {.name = "to_canonical_json", .call = canonical, .returns = KL_KIND_STRING,
     .doc = "The form in which implementations of PACT compare decisions: keys sorted, in ASCII."},
};

const kl_type kl_pact_access_type = {
    .name = "PactAccessDecision",
    .module = "kailash.pact",
    .doc = "Whether a role may read an item, and why.",
    .size = sizeof(access_decision),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(access_fields),
    .methods = KL_TABLE(access_methods),
    .repr = access_repr,
};
KL_PUBLISH(kl_pact_access_type);

/* ---- PactExplainStep ------------------------------------------------------------------------- */

typedef struct explain_step {
    kl_object object;
    int64_t step;
    kl_value name, result, reason;
} explain_step;

kl_status kl_pact_explain_step_new(kl_value *out, int step, const char *name, const char *result,
                                   kl_text reason, kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_pact_explain_step_type, error));
    explain_step *own = (explain_step *)object;
    own->step = step;
    KL_TRY_OUT(kl_string_new(&own->name, kl_text_from(name), error));
    KL_TRY_OUT(kl_string_new(&own->result, kl_text_from(result), error));
    KL_TRY_OUT(kl_string_new(&own->reason, reason, error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

static kl_status step_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const explain_step *own = (const explain_step *)self;
    return kl_string_format(out, error, "PactExplainStep(step=%d, name='%.*s', result='%.*s')",
                            (int)own->step, KL_TEXT_ARG(kl_as_text(own->name)),
                            KL_TEXT_ARG(kl_as_text(own->result)));
}

static const kl_field step_fields[] = {
    {.name = "step", .kind = KL_KIND_INT, .flags = KL_READ_ONLY, .offset = offsetof(explain_step, step),
     .doc = "its number, 0 to 4"},
    KL_VALUE(explain_step, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "what is looked at"),
    KL_VALUE(explain_step, result, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "pass, skip, allow or deny; the last two decide"),
    KL_VALUE(explain_step, reason, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "what was found, line by line"),
};

const kl_type kl_pact_explain_step_type = {
    .name = "PactExplainStep",
    .module = "kailash.pact",
    .doc = "One step of an access decision.",
    .size = sizeof(explain_step),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(step_fields),
    .repr = step_repr,
};
KL_PUBLISH(kl_pact_explain_step_type);

/* ---- PactExplainedAccessDecision ------------------------------------------------------------- */

typedef struct explained {
    kl_object object;
    bool allowed;
    kl_value reason, decision, steps;
} explained;

kl_status kl_pact_explained_new(kl_value *out, const kl_pact_answer *answer, kl_value steps, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_explained_type, error));
    explained *own = (explained *)object;
    kl_status status = kl_pact_access_new(&own->decision, answer, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    own->allowed = answer->allowed;
    own->reason = kl_value_retain(answer->reason);
    own->steps = kl_value_retain(steps);
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status explained_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const explained *own = (const explained *)self;
    return kl_string_format(out, error, "PactExplainedAccessDecision(allowed=%s, steps=%zu)",
                            own->allowed ? "true" : "false", kl_array_len(own->steps));
}

static const kl_field explained_fields[] = {
    {.name = "allowed", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY, .offset = offsetof(explained, allowed),
     .doc = "whether the item may be read"},
    KL_VALUE(explained, reason, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "why"),
    KL_VALUE(explained, decision, .kind = KL_KIND_OBJECT, .type = &kl_pact_access_type,
             .flags = KL_READ_ONLY, .doc = "what check_access() says"),
    KL_VALUE(explained, steps, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &kl_pact_explain_step_type, .flags = KL_READ_ONLY,
             .doc = "the steps up to the one that decides"),
};

const kl_type kl_pact_explained_type = {
    .name = "PactExplainedAccessDecision",
    .module = "kailash.pact",
    .doc = "An access decision with all that led to it.",
    .size = sizeof(explained),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(explained_fields),
    .repr = explained_repr,
};
KL_PUBLISH(kl_pact_explained_type);
