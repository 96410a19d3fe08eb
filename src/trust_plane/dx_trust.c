/* src/trust_plane/dx_trust.c - DxTrustManager: a developer's own dial of trust. It advises; nothing here
 * permits or refuses anything. */
#include "guard.h"
#include "kailash/type.h"

#include <strings.h>

enum { CAUTIOUS, BALANCED, TRUSTING, DIALS };
static const struct {
    const char *name;
    int score; /* in hundredths, of an agent without a grant */
} dials[DIALS] = {
    [CAUTIOUS] = {"cautious", 30},
    [BALANCED] = {"balanced", 60},
    [TRUSTING] = {"trusting", 90},
};
enum { PER_GRANT = 5, GRANTS_COUNTED = 2 };

typedef struct dx_trust {
    kl_object object;
    kl_guard lock; /* guards what follows */
    int dial;
    kl_value agents; /* map: name -> map: capability -> true */
} dx_trust;

static kl_status trust_init(kl_object *self, const kl_value *args, kl_error *error)
{
    dx_trust *trust = (dx_trust *)self;
    (void)args;
    kl_guard_begin(&trust->lock, KL_FORK_MIDDLE);
    return kl_map_new(&trust->agents, 4, error);
}

static void trust_dispose(kl_object *self)
{
    dx_trust *trust = (dx_trust *)self;
    kl_value_release(trust->agents);
    kl_guard_end(&trust->lock);
}

static int dial_of(kl_object *self)
{
    dx_trust *trust = (dx_trust *)self;
    kl_guard_lock(&trust->lock);
    int dial = trust->dial;
    kl_guard_unlock(&trust->lock);
    return dial;
}

/* The capabilities of an agent, as a map; given, null when it has none. */
static kl_value grants_of(kl_object *self, kl_value agent)
{
    dx_trust *trust = (dx_trust *)self;
    kl_guard_lock(&trust->lock);
    kl_value grants = kl_value_retain(kl_map_get(trust->agents, kl_as_text(agent)));
    kl_guard_unlock(&trust->lock);
    return grants;
}

static kl_status posture(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_new(out, kl_text_from(dials[dial_of(self)].name), error);
}

static kl_status set_posture(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    dx_trust *trust = (dx_trust *)self;
    kl_text name = kl_as_text(args[0]);
    int dial = 0;
    (void)out;
    while (dial < DIALS && (strlen(dials[dial].name) != name.len ||
                            strncasecmp(dials[dial].name, name.data, name.len) != 0))
        dial++;
    if (dial == DIALS)
        return kl_error_set(error, KL_INVALID,
                            "unknown trust posture: \"%.*s\"; expected \"cautious\", \"balanced\", or "
                            "\"trusting\"", (int)KL_MIN(name.len, 80), name.data);
    kl_guard_lock(&trust->lock);
    trust->dial = dial;
    kl_guard_unlock(&trust->lock);
    return KL_OK;
}

/* Under the lock: set (or remove) a capability in a copy of the agent's, and put that in its place. */
static kl_status change(dx_trust *trust, kl_text agent, kl_text capability, bool granted,
                        kl_error *error)
{
    kl_value grants = kl_value_retain(kl_map_get(trust->agents, agent));
    kl_status status = KL_OK;
    if (kl_is_null(grants))
        grants = kl_map_empty();
    if (granted)
        status = kl_map_set(&grants, capability, kl_bool(true), error);
    else
        status = kl_map_remove(&grants, capability, error);
    if (status == KL_OK && kl_map_len(grants) > 0)
        return kl_map_set(&trust->agents, agent, grants, error);
    if (status == KL_OK)
        status = kl_map_remove(&trust->agents, agent, error);
    kl_value_release(grants);
    return status;
}

static kl_status change_locked(kl_object *self, const kl_value *args, bool granted, kl_error *error)
{
    dx_trust *trust = (dx_trust *)self;
    kl_guard_lock(&trust->lock);
    kl_status status = change(trust, kl_as_text(args[0]), kl_as_text(args[1]), granted, error);
    kl_guard_unlock(&trust->lock);
    return status;
}

static kl_status grant_capability(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)out;
    return change_locked(self, args, true, error);
}

static kl_status revoke_capability(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)out;
    return change_locked(self, args, false, error);
}

static kl_status check_capability(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    kl_value grants = grants_of(self, args[0]);
    (void)error;
    *out = kl_bool(kl_map_has(grants, kl_as_text(args[1])));
    kl_value_release(grants);
    return KL_OK;
}

static kl_status agent_capabilities(kl_value *out, kl_object *self, const kl_value *args,
                                    kl_error *error)
{
    kl_value grants = grants_of(self, args[0]), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list, kl_map_len(grants), error));
    for (size_t i = 0; i < kl_map_len(grants); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_key_value_at(grants, i)), error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(grants);
    return status;
}

static kl_status evaluate_trust(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    kl_value grants = grants_of(self, args[0]), map;
    int dial = dial_of(self);
    int counted = (int)KL_MIN(kl_map_len(grants), GRANTS_COUNTED);
    double score = (double)KL_MIN(dials[dial].score + PER_GRANT * counted, 100) / 100;
    kl_value_release(grants);
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("score"), kl_double(score), error);
    if (status == KL_OK)
        status = kl_map_set_text(&map, KL_TEXT("posture"), kl_text_from(dials[dial].name), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status trust_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "DxTrustManager(posture=%s)", dials[dial_of(self)].name);
}

static const kl_param agent_params[] = {
    {.name = "agent_name", .kind = KL_KIND_STRING, .doc = "the agent"},
};
static const kl_param grant_params[] = {
    {.name = "agent_name", .kind = KL_KIND_STRING, .doc = "the agent"},
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "any word of your own"},
};
static const kl_param posture_params[] = {
    {.name = "posture", .kind = KL_KIND_STRING, .doc = "cautious, balanced or trusting, in any case"},
};

static const kl_method methods[] = {
    {.name = "posture", .call = posture, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "cautious (at first), balanced or trusting."},
    {.name = "set_posture", .call = set_posture, .params = KL_TABLE(posture_params),
     .returns = KL_KIND_NONE, .raises = "ValueError", .doc = "Turn the dial."},
    {.name = "grant_capability", .call = grant_capability, .params = KL_TABLE(grant_params),
     .returns = KL_KIND_NONE, .doc = "Note that an agent has a capability."},
    {.name = "revoke_capability", .call = revoke_capability, .params = KL_TABLE(grant_params),
     .returns = KL_KIND_NONE, .doc = "Note that it has it no more; nothing happens when it had not."},
    {.name = "check_capability", .call = check_capability, .params = KL_TABLE(grant_params),
     .returns = KL_KIND_BOOL, .doc = "Whether it was granted; the posture does not count."},
    {.name = "agent_capabilities", .call = agent_capabilities, .params = KL_TABLE(agent_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING, .doc = "What was granted to an agent, sorted."},
    {.name = "evaluate_trust", .call = evaluate_trust, .params = KL_TABLE(agent_params),
     .returns = KL_KIND_MAP,
     .doc = "A dict with `score`, 0.3, 0.6 or 0.9 by posture and 0.05 more for a grant (0.1 for two or "
            "more), and `posture`. It is advice, and no permission."},
};

static const kl_type dx_trust_type = {
    .name = "DxTrustManager",
    .module = "kailash",
    .doc = "A dial of trust for your own heuristics. Advisory: nothing asks it before it acts; what may "
           "be done is decided by kailash.pact and kailash.trust_plane.",
    .size = sizeof(dx_trust),
    .init = trust_init,
    .dispose = trust_dispose,
    .repr = trust_repr,
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(dx_trust_type);
