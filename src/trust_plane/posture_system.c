/* src/trust_plane/posture_system.c - PostureSystem: an agent's level and how it changes; and
 * PostureTransitionRequest. */
#include "posture.h"
#include "guard.h"
#include "shown.h"
#include "../eatp/fault.h"
#include "kailash/time.h"


enum { HISTORY_MAX = 1000 };

typedef struct posture_system {
    kl_object object;
    kl_guard lock; /* guards what follows */
    kl_trust_level level;
    kl_value history; /* array of maps, the last HISTORY_MAX changes */
} posture_system;

static const char *name_of(kl_trust_level level)
{
    return kl_rung_name(KL_LADDER_TRUST, level, KL_PASCAL);
}

kl_status kl_posture_step_check(kl_trust_level from, kl_trust_level to, const char *prefix,
                                kl_error *error)
{
    if (to <= from || to == from + 1)
        return KL_OK;
    return kl_fault(error, KL_STATE, NULL, "posture_transition_denied",
                    "%s from %s to %s: transition from %s to %s is not in the allowed transitions map; "
                    "the next level up is %s",
                    prefix, name_of(from), name_of(to), name_of(from), name_of(to),
                    name_of((kl_trust_level)(from + 1)));
}

/* ---- history --------------------------------------------------------------------------------- */

/* A change as a map; given. */
static kl_status change_of(kl_value *out, kl_trust_level from, kl_trust_level to, kl_text reason,
                           kl_error *error)
{
    char text[KL_TIME_TEXT];
    kl_value map;
    kl_status status;
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    kl_text a = kl_text_from(kl_rung_name(KL_LADDER_TRUST, from, KL_SNAKE));
    kl_text b = kl_text_from(kl_rung_name(KL_LADDER_TRUST, to, KL_SNAKE));
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("from"), a, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("to"), b, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("reason"), reason, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("at"), (kl_text){text, len}, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status note(kl_value *history, kl_value change, kl_error *error)
{
    if (kl_array_len(*history) >= HISTORY_MAX) {
        kl_value rest;
        KL_TRY(kl_array_slice(&rest, *history, kl_array_len(*history) / 2, SIZE_MAX, error));
        kl_value_replace(history, rest);
    }
    return kl_array_push(history, kl_value_retain(change), error);
}

/* ---- changes --------------------------------------------------------------------------------- */

/* Under the lock. */
static kl_status move(posture_system *system, kl_trust_level to, kl_text reason, kl_error *error)
{
    kl_value change;
    if (to == system->level)
        return KL_OK;
    KL_TRY(kl_posture_step_check(system->level, to, "posture transition denied", error));
    KL_TRY(change_of(&change, system->level, to, reason, error));
    kl_status status = note(&system->history, change, error);
    kl_value_release(change);
    if (status == KL_OK)
        system->level = to;
    return status;
}

static kl_status transition_to(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    posture_system *system = (posture_system *)self;
    (void)out;
    kl_guard_lock(&system->lock);
    kl_status status = move(system, kl_trust_level_in(args[0]), kl_as_text(args[1]), error);
    kl_guard_unlock(&system->lock);
    return status;
}

/* Trust goes first; a change that cannot be noted for want of memory takes place all the same. */
static kl_status emergency_revoke(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    posture_system *system = (posture_system *)self;
    (void)out;
    kl_guard_lock(&system->lock);
    kl_status status = move(system, KL_TRUST_UNTRUSTED, kl_as_text(args[0]), error);
    system->level = KL_TRUST_UNTRUSTED;
    kl_guard_unlock(&system->lock);
    return status;
}

static kl_trust_level level_now(kl_object *self)
{
    posture_system *system = (posture_system *)self;
    kl_guard_lock(&system->lock);
    kl_trust_level level = system->level;
    kl_guard_unlock(&system->lock);
    return level;
}

/* ---- the class ------------------------------------------------------------------------------- */

static kl_status system_init(kl_object *self, const kl_value *args, kl_error *error)
{
    posture_system *system = (posture_system *)self;
    kl_guard_begin(&system->lock, KL_FORK_MIDDLE);
    system->level = kl_trust_level_in(args[0]);
    return kl_array_new(&system->history, 0, error);
}

static void system_dispose(kl_object *self)
{
    posture_system *system = (posture_system *)self;
    kl_value_release(system->history);
    kl_guard_end(&system->lock);
}

static kl_status system_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "PostureSystem(level=%s)", name_of(level_now(self)));
}

static kl_status current_level(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    return kl_trust_level_object(out, level_now(self), error);
}

static kl_status check_capability(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_level_allows(level_now(self), kl_capability_in(args[0])));
    return KL_OK;
}

static kl_status granted_capabilities(kl_value *out, kl_object *self, const kl_value *args,
                                      kl_error *error)
{
    kl_value level;
    (void)args;
    KL_TRY(kl_trust_level_object(&level, level_now(self), error));
    kl_status status = kl_type_call(out, &kl_capability_type, KL_TEXT("for_level"), &level, 1, error);
    kl_value_release(level);
    return status;
}

static kl_status history(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    posture_system *system = (posture_system *)self;
    (void)args, (void)error;
    kl_guard_lock(&system->lock);
    *out = kl_value_retain(system->history); /* copied when the next change is noted */
    kl_guard_unlock(&system->lock);
    return KL_OK;
}

static const kl_param init_params[] = {
    {.name = "initial_level", .kind = KL_KIND_OBJECT, .type = &kl_trust_level_type,
     .doc = "where it starts"},
};
static const kl_param transition_params[] = {
    {.name = "target", .kind = KL_KIND_OBJECT, .type = &kl_trust_level_type,
     .doc = "any level below, or the next one above"},
    {.name = "reason", .kind = KL_KIND_STRING, .fallback = "\"transition requested\"",
     .doc = "why, for the history"},
};
static const kl_param capability_params[] = {
    {.name = "capability", .kind = KL_KIND_OBJECT, .type = &kl_capability_type,
     .doc = "a Capability"},
};
static const kl_param revoke_params[] = {
    {.name = "reason", .kind = KL_KIND_STRING, .fallback = "\"emergency revocation\"",
     .doc = "why, for the history"},
};

static const kl_method methods[] = {
    {.name = "current_level", .call = current_level, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_trust_level_type, .doc = "The level now."},
    {.name = "transition_to", .call = transition_to, .params = KL_TABLE(transition_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Change the level: down to any, up by one step. To the same: nothing happens."},
    {.name = "check_capability", .call = check_capability, .params = KL_TABLE(capability_params),
     .returns = KL_KIND_BOOL, .doc = "Whether the level now brings a capability."},
    {.name = "granted_capabilities", .call = granted_capabilities, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &kl_capability_type,
     .doc = "All that the level now brings."},
    {.name = "emergency_revoke", .call = emergency_revoke, .params = KL_TABLE(revoke_params),
     .returns = KL_KIND_NONE, .doc = "Down to untrusted, at once."},
    {.name = "history", .call = history, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "The changes so far, at most the last 1000, oldest first: dicts with from, to, reason, at."},
};

static const kl_type posture_system_type = {
    .name = "PostureSystem",
    .module = "kailash",
    .doc = "The trust level of an agent, and the rules by which it changes. Threads may share one.",
    .size = sizeof(posture_system),
    .params = KL_TABLE(init_params),
    .init = system_init,
    .dispose = system_dispose,
    .repr = system_repr,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(posture_system_type);

/* ---- PostureTransitionRequest ---------------------------------------------------------------- */

typedef struct transition_request {
    kl_object object;
    kl_value target_posture, reason;
} transition_request;

static kl_status request_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const transition_request *request = (const transition_request *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "PostureTransitionRequest(target=");
    kl_shown_quoted(&text, kl_as_text(request->target_posture));
    kl_buffer_string(&text, ", reason=");
    kl_shown_quoted(&text, kl_as_text(request->reason));
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field request_fields[] = {
    KL_VALUE(transition_request, target_posture, .kind = KL_KIND_STRING,
             .doc = "name of the posture that is asked for"),
    KL_VALUE(transition_request, reason, .kind = KL_KIND_STRING, .doc = "why"),
};

static const kl_type transition_request_type = {
    .name = "PostureTransitionRequest",
    .module = "kailash",
    .doc = "Somebody asks for another posture.",
    .size = sizeof(transition_request),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(request_fields),
    .repr = request_repr,
};
KL_PUBLISH(transition_request_type);
