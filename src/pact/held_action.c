/* src/pact/held_action.c - PactHeldAction; see held_action.h. */
#include "held_action.h"

kl_status kl_pact_held_new(kl_value *out, const kl_pact_held_parts *parts, kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_pact_held_type, error));
    kl_pact_held *held = (kl_pact_held *)object;
    held->action_id = parts->action_id;
    held->action = kl_value_retain(parts->action);
    held->role_address = kl_value_retain(parts->role_address);
    held->context = kl_is_null(parts->context) ? kl_map_empty() : kl_value_retain(parts->context);
    held->original_verdict = kl_value_retain(parts->verdict);
    held->data_source = kl_value_retain(parts->resource);
    held->task_id = kl_value_retain(parts->task_id);
    held->channel = kl_value_retain(parts->channel);
    held->recipient = kl_value_retain(parts->recipient);
    held->covered = parts->covered;
    KL_TRY_OUT(kl_pact_time_text(&held->created_at, parts->now, error));
    KL_TRY_OUT(kl_pact_hold_pending(&held->state, error));
    *out = kl_value_of(object);
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

kl_status kl_pact_held_with(kl_value *out, const kl_pact_held *held, kl_value state, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_held_type, error));
    kl_pact_held *made = (kl_pact_held *)object;
    made->action_id = held->action_id;
    made->action = kl_value_retain(held->action);
    made->role_address = kl_value_retain(held->role_address);
    made->context = kl_value_retain(held->context);
    made->created_at = kl_value_retain(held->created_at);
    made->state = kl_value_retain(state);
    made->original_verdict = kl_value_retain(held->original_verdict);
    made->data_source = kl_value_retain(held->data_source);
    made->task_id = kl_value_retain(held->task_id);
    made->channel = kl_value_retain(held->channel);
    made->recipient = kl_value_retain(held->recipient);
    made->covered = held->covered;
    *out = kl_value_of(object);
    return KL_OK;
}

const kl_pact_hold_state *kl_pact_held_state(const kl_pact_held *held)
{
    return (const kl_pact_hold_state *)held->state.as.object;
}

/* ---- as a map -------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t offset;
    bool optional;
} texts[] = {
    {"action", offsetof(kl_pact_held, action), false},
    {"role_address", offsetof(kl_pact_held, role_address), false},
    {"created_at", offsetof(kl_pact_held, created_at), false},
    {"data_source", offsetof(kl_pact_held, data_source), true},
    {"task_id", offsetof(kl_pact_held, task_id), true},
    {"channel", offsetof(kl_pact_held, channel), true},
    {"recipient", offsetof(kl_pact_held, recipient), true},
};

static kl_value *text_of(const kl_pact_held *held, size_t index)
{
    return (kl_value *)((char *)(uintptr_t)held + texts[index].offset);
}

kl_status kl_pact_held_map(kl_value *out, const kl_pact_held *held, kl_error *error)
{
    kl_value map, part;
    kl_status status;
    KL_TRY(kl_map_new(&map, KL_COUNT(texts) + 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("action_id"), kl_int(held->action_id), error));
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(texts[i].name), kl_value_retain(*text_of(held, i)),
                              error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("context"), kl_value_retain(held->context), error));
    KL_TRY_OUT(kl_object_to_map(&part, held->state.as.object, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("state"), part, error));
    KL_TRY_OUT(kl_pact_verdict_map(&part, (const kl_pact_verdict *)held->original_verdict.as.object,
                                   error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("original_verdict"), part, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("covered"), kl_int(held->covered), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status read_texts(kl_pact_held *held, kl_value map, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(texts); i++) {
        kl_value text = kl_map_get(map, kl_text_from(texts[i].name));
        if (!kl_is(text, KL_KIND_STRING) && !(texts[i].optional && kl_is_null(text)))
            return kl_error_set(error, KL_INVALID, "held action: %s: expected string, got %s",
                                texts[i].name, kl_value_kind_name(text));
        *text_of(held, i) = kl_value_retain(text);
    }
    return KL_OK;
}

static kl_status read_state(kl_value *out, kl_value map, kl_error *error)
{
    static const char *const parts[] = {"name", "by", "reason", "at", "expires_at"};
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_hold_state_type, error));
    kl_pact_hold_state *state = (kl_pact_hold_state *)object;
    kl_value *slots[] = {&state->name, &state->by, &state->reason, &state->at, &state->expires_at};
    for (size_t i = 0; i < KL_COUNT(parts); i++)
        *slots[i] = kl_value_retain(kl_map_get(map, kl_text_from(parts[i])));
    kl_pact_hold_kind kind = kl_pact_hold_kind_of(state);
    bool is_known = kind != KL_PACT_HOLD_CONSUMED || kl_text_is(kl_as_text(state->name), "consumed");
    bool is_whole = kind == KL_PACT_HOLD_PENDING || kl_is(state->by, KL_KIND_STRING);
    bool has_end = kind != KL_PACT_HOLD_APPROVED || kl_is(state->expires_at, KL_KIND_STRING);
    if (!is_known || !is_whole || !has_end) {
        kl_object_release(object);
        return kl_error_set(error, KL_INVALID, "held action: state: it is none that can be read");
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status read_held(kl_pact_held *held, kl_value map, kl_error *error)
{
    held->action_id = kl_as_int(kl_map_get(map, KL_TEXT("action_id")));
    held->covered = kl_as_int(kl_map_get(map, KL_TEXT("covered")));
    if (held->action_id < 1)
        return kl_error_set(error, KL_INVALID, "held action: action_id: expected an integer from 1");
    KL_TRY(read_texts(held, map, error));
    kl_value context = kl_map_get(map, KL_TEXT("context"));
    if (!kl_is(context, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "held action: context: expected object");
    held->context = kl_value_retain(context);
    KL_TRY(read_state(&held->state, kl_map_get(map, KL_TEXT("state")), error));
    return kl_pact_verdict_read(&held->original_verdict, kl_map_get(map, KL_TEXT("original_verdict")),
                                error);
}

kl_status kl_pact_held_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_held_type, error));
    kl_status status = read_held((kl_pact_held *)object, map, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- the class -------------------------------------------------------------------------------------------- */

static kl_status call_to_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_pact_held_map(out, (const kl_pact_held *)self, error);
}

static kl_status held_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_held *held = (const kl_pact_held *)self;
    return kl_string_format(out, error, "PactHeldAction(id=%lld, action='%.*s', role='%.*s', state='%.*s')",
                            (long long)held->action_id, KL_TEXT_ARG(kl_as_text(held->action)),
                            KL_TEXT_ARG(kl_as_text(held->role_address)),
                            KL_TEXT_ARG(kl_as_text(kl_pact_held_state(held)->name)));
}

#define TEXT_OR_NONE(member, text)                                                                 \
    KL_VALUE(kl_pact_held, member, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = (text))

static const kl_field fields[] = {
    KL_COUNT_FIELD(kl_pact_held, action_id, 0, .doc = "its number in the engine, from 1"),
    KL_VALUE(kl_pact_held, action, .kind = KL_KIND_STRING, .doc = "what was asked for"),
    KL_VALUE(kl_pact_held, role_address, .kind = KL_KIND_STRING, .doc = "who asked"),
    KL_VALUE(kl_pact_held, context, .kind = KL_KIND_MAP, .item = KL_KIND_NUMBER,
             .doc = "the numbers that were given"),
    KL_VALUE(kl_pact_held, created_at, .kind = KL_KIND_STRING, .doc = "when: UTC, RFC 3339"),
    KL_VALUE(kl_pact_held, state, .kind = KL_KIND_OBJECT, .type = &kl_pact_hold_state_type,
             .doc = "where it stands"),
    KL_VALUE(kl_pact_held, original_verdict, .kind = KL_KIND_OBJECT, .type = &kl_pact_verdict_type,
             .doc = "why it was held"),
    TEXT_OR_NONE(data_source, "the resource it is about; None = none was named"),
    TEXT_OR_NONE(task_id, "the task it belongs to"),
    TEXT_OR_NONE(channel, "the channel it uses"),
    TEXT_OR_NONE(recipient, "whom it is sent to"),
    {.name = "covered_findings", .kind = KL_KIND_INT, .fallback = "0", .flags = KL_HIDDEN,
     .offset = offsetof(kl_pact_held, covered), .doc = "what an approval covers"},
};

static const kl_method methods[] = {
    {.name = "to_dict", .call = call_to_dict, .returns = KL_KIND_MAP,
     .doc = "The action as a dict, state and verdict as dicts in it."},
};

const kl_type kl_pact_held_type = {
    .name = "PactHeldAction",
    .module = "kailash.pact",
    .doc = "An action that waits, or has waited, for a human: as it was when it was looked at.",
    .size = sizeof(kl_pact_held),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = held_repr,
};
KL_PUBLISH(kl_pact_held_type);
