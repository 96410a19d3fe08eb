/* src/trust_plane/action_result.c - ActionResult: how an action came out; HeldBehavior: what to do while
 * one waits. */
#include "held_behavior.h"
#include "shown.h"
#include "../eatp/ladder.h"
#include "kailash/json.h"

/* ---- HeldBehavior ---------------------------------------------------------------------------- */

static const char *word(bool yes) { return yes ? "true" : "false"; }

static kl_status behavior_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_held_behavior *behavior = (const kl_held_behavior *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "HeldBehavior(wait=%s, ", word(behavior->wait_for_approval));
    kl_shown_optional(&text, "timeout", behavior->timeout_seconds);
    kl_buffer_format(&text, ", notify=%s)", word(behavior->notify_delegates));
    return kl_buffer_finish(out, &text, error);
}

static const kl_field behavior_fields[] = {
    KL_BOOL(kl_held_behavior, wait_for_approval, true,
            .doc = "whether the caller waits until somebody has decided"),
    KL_VALUE(kl_held_behavior, timeout_seconds, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
             .doc = "how long it waits at most; None = as long as it takes"),
    KL_BOOL(kl_held_behavior, notify_delegates, true,
            .doc = "whether those who may decide are told"),
};

const kl_type kl_held_behavior_type = {
    .name = "HeldBehavior",
    .module = "kailash",
    .doc = "What to do while an action waits for approval.",
    .size = sizeof(kl_held_behavior),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(behavior_fields),
    .repr = behavior_repr,
};
KL_PUBLISH(kl_held_behavior_type);

/* ---- ActionResult ---------------------------------------------------------------------------- */

typedef struct action_result {
    kl_object object;
    bool success;
    kl_value message, verdict; /* strings */
    kl_value details;          /* JSON text or null */
} action_result;

/* `details` as given, JSON text or a dict, become compact JSON text. */
static kl_status normalise_details(kl_value *details, kl_error *error)
{
    kl_value parsed, text;
    if (kl_is_null(*details))
        return KL_OK;
    if (kl_is(*details, KL_KIND_MAP))
        parsed = kl_value_retain(*details);
    else if (kl_is(*details, KL_KIND_STRING))
        KL_TRY(kl_json_parse(&parsed, kl_as_text(*details), error));
    else
        return kl_error_set(error, KL_TYPE, "details: expected JSON text or a dict, not %s",
                            kl_value_kind_name(*details));
    kl_status status = kl_json_print(&text, parsed, &kl_json_plain, error);
    kl_value_release(parsed);
    if (status == KL_OK)
        kl_value_replace(details, text);
    return status;
}

static kl_status result_check(kl_object *self, kl_error *error)
{
    action_result *result = (action_result *)self;
    int zone;
    KL_TRY(kl_rung_read(&zone, KL_LADDER_ZONE, kl_as_text(result->verdict), KL_SNAKE, "verdict",
                        error));
    return normalise_details(&result->details, error);
}

static kl_status result_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const action_result *result = (const action_result *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_format(&text, "ActionResult(success=%s, verdict='%s', message=", word(result->success),
                     kl_as_text(result->verdict).data);
    kl_shown_quoted(&text, kl_as_text(result->message));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field result_fields[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .offset = offsetof(action_result, success),
     .doc = "whether the action took place and succeeded"},
    KL_VALUE(action_result, message, .kind = KL_KIND_STRING, .doc = "what happened, for people"),
    KL_VALUE(action_result, verdict, .kind = KL_KIND_STRING,
             .doc = "auto_approved, flagged, held or blocked"),
    KL_VALUE(action_result, details, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
             .doc = "more about it: JSON text, or a dict that becomes such"),
};

static const kl_type action_result_type = {
    .name = "ActionResult",
    .module = "kailash",
    .doc = "How an action came out, and what the trust plane said of it.",
    .size = sizeof(action_result),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(result_fields),
    .check = result_check,
    .repr = result_repr,
};
KL_PUBLISH(action_result_type);
