/* src/pact/approval.c - PactApprovalState; see held_action.h. */
#include "held_action.h"

#include "../base/principal.h"

static const char *const names[KL_PACT_HOLD_KINDS] = {"pending", "approved", "rejected", "consumed"};
enum { REASON_MAX = 4096 };

kl_pact_hold_kind kl_pact_hold_kind_of(const kl_pact_hold_state *state)
{
    int kind = 0;
    while (kind < KL_PACT_HOLD_KINDS - 1 && !kl_text_is(kl_as_text(state->name), names[kind]))
        kind++;
    return (kl_pact_hold_kind)kind;
}

/* A state with its name alone. */
static kl_status begin(kl_pact_hold_state **out, kl_pact_hold_kind kind, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_hold_state_type, error));
    kl_pact_hold_state *state = (kl_pact_hold_state *)object;
    kl_status status = kl_string_from_valid(&state->name, kl_text_from(names[kind]), error);
    if (status == KL_OK)
        *out = state;
    else
        kl_object_release(object);
    return status;
}

static kl_status finish(kl_value *out, kl_pact_hold_state *state, kl_status status)
{
    if (status == KL_OK)
        *out = kl_value_of(&state->object);
    else
        kl_object_release(&state->object);
    return status;
}

kl_status kl_pact_hold_pending(kl_value *out, kl_error *error)
{
    kl_pact_hold_state *state;
    KL_TRY(begin(&state, KL_PACT_HOLD_PENDING, error));
    return finish(out, state, KL_OK);
}

static kl_status fill_approved(kl_pact_hold_state *state, kl_text by, kl_time now, kl_duration valid,
                               kl_error *error)
{
    kl_text name;
    kl_time end;
    KL_TRY(kl_principal_check(&name, by, "approver", error));
    KL_TRY(kl_string_new(&state->by, name, error));
    KL_TRY(kl_pact_time_text(&state->at, now, error));
    if (__builtin_add_overflow(now, valid, &end))
        end = KL_TIME_NONE - 1;
    return kl_pact_time_text(&state->expires_at, end, error);
}

kl_status kl_pact_hold_approved(kl_value *out, kl_text by, kl_time now, kl_duration valid,
                                    kl_error *error)
{
    kl_pact_hold_state *state;
    KL_TRY(begin(&state, KL_PACT_HOLD_APPROVED, error));
    return finish(out, state, fill_approved(state, by, now, valid, error));
}

static kl_status fill_rejected(kl_pact_hold_state *state, kl_text by, kl_text reason, kl_time now,
                               kl_error *error)
{
    kl_text name;
    if (reason.len > REASON_MAX)
        return kl_error_set(error, KL_INVALID, "reason: %zu bytes; at most %d", reason.len, REASON_MAX);
    KL_TRY(kl_principal_check(&name, by, "rejector", error));
    KL_TRY(kl_string_new(&state->by, name, error));
    KL_TRY(kl_string_new(&state->reason, reason, error));
    return kl_pact_time_text(&state->at, now, error);
}

kl_status kl_pact_hold_rejected(kl_value *out, kl_text by, kl_text reason, kl_time now,
                                    kl_error *error)
{
    kl_pact_hold_state *state;
    KL_TRY(begin(&state, KL_PACT_HOLD_REJECTED, error));
    return finish(out, state, fill_rejected(state, by, reason, now, error));
}

kl_status kl_pact_hold_consumed(kl_value *out, const kl_pact_hold_state *approved,
                                    kl_error *error)
{
    kl_pact_hold_state *state;
    KL_TRY(begin(&state, KL_PACT_HOLD_CONSUMED, error));
    state->by = kl_value_retain(approved->by);
    state->at = kl_value_retain(approved->at);
    state->expires_at = kl_value_retain(approved->expires_at);
    return finish(out, state, KL_OK);
}

bool kl_pact_hold_is_over(const kl_pact_hold_state *state, kl_time now)
{
    kl_time end;
    if (kl_is_null(state->expires_at))
        return false;
    return kl_time_parse(&end, kl_as_text(state->expires_at), NULL) != KL_OK || now >= end;
}

/* ---- the class ---------------------------------------------------------------------------------------- */

static kl_status make_pending(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return kl_pact_hold_pending(out, error);
}

static kl_status make_approved(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_pact_hold_approved(out, kl_as_text(args[0]), kl_time_now(), KL_DAY, error);
}

static kl_status make_rejected(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_pact_hold_rejected(out, kl_as_text(args[0]), kl_as_text(args[1]), kl_time_now(),
                                     error);
}

#define QUESTION(function, kind)                                                                   \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        (void)args, (void)error;                                                                   \
        *out = kl_bool(kl_pact_hold_kind_of((const kl_pact_hold_state *)self) == (kind));        \
        return KL_OK;                                                                              \
    }
QUESTION(is_pending, KL_PACT_HOLD_PENDING)
QUESTION(is_approved, KL_PACT_HOLD_APPROVED)
QUESTION(is_rejected, KL_PACT_HOLD_REJECTED)
QUESTION(is_consumed, KL_PACT_HOLD_CONSUMED)

static kl_status state_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_pact_hold_state *)self)->name);
    return KL_OK;
}

static kl_status state_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "PactApprovalState('%.*s')",
                            KL_TEXT_ARG(kl_as_text(((const kl_pact_hold_state *)self)->name)));
}

static const kl_field fields[] = {
    KL_VALUE(kl_pact_hold_state, name, .kind = KL_KIND_STRING,
             .doc = "pending, approved, rejected or consumed"),
    KL_VALUE(kl_pact_hold_state, by, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "who approved or rejected"),
    KL_VALUE(kl_pact_hold_state, reason, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "why it was rejected"),
    KL_VALUE(kl_pact_hold_state, at, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "when: UTC, RFC 3339"),
    KL_VALUE(kl_pact_hold_state, expires_at, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "until when the approval releases a retry"),
};

static const kl_param by_param[] = {
    {.name = "by", .kind = KL_KIND_STRING, .doc = "who approves: a name with a letter or a digit"},
};
static const kl_param rejected_params[] = {
    {.name = "by", .kind = KL_KIND_STRING, .doc = "who rejects: a name with a letter or a digit"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why"},
};

#define IS(property, function, text)                                                               \
    {.name = (property), .call = (function), .flags = KL_PROPERTY, .returns = KL_KIND_BOOL, .doc = (text)}

static const kl_method methods[] = {
    {.name = "pending", .call = make_pending, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_pact_hold_state_type, .doc = "Nobody has decided yet."},
    {.name = "approved", .call = make_approved, .params = KL_TABLE(by_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_hold_state_type, .raises = "ValueError",
     .doc = "Somebody has approved, now, for 24 hours."},
    {.name = "rejected", .call = make_rejected, .params = KL_TABLE(rejected_params),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_hold_state_type,
     .raises = "ValueError", .doc = "Somebody has rejected, now."},
    IS("is_pending", is_pending, "Whether nobody has decided yet."),
    IS("is_approved", is_approved, "Whether it is approved, and the approval not used."),
    IS("is_rejected", is_rejected, "Whether it is rejected."),
    IS("is_consumed", is_consumed, "Whether the approval was used by a retry."),
    {.name = "__str__", .call = state_str, .returns = KL_KIND_STRING, .doc = "The name."},
};

const kl_type kl_pact_hold_state_type = {
    .name = "PactApprovalState",
    .module = "kailash.pact",
    .doc = "Where a held action stands: pending, approved, rejected, or consumed when its one retry was made.",
    .size = sizeof(kl_pact_hold_state),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = state_repr,
};
KL_PUBLISH(kl_pact_hold_state_type);
