/* src/trust_plane/posture_level.c - TrustPostureLevel and AgentPosture: how much of its own an agent
 * may do, by name. */
#include "posture.h"

#include <strings.h>

/* Both are records of one word, in its canonical spelling. */
typedef struct named_posture {
    kl_object object;
    kl_value word;
} named_posture;

static kl_posture rung_of(const kl_object *self)
{
    kl_text word = kl_as_text(((const named_posture *)self)->word);
    return (kl_posture)kl_rung_find(KL_LADDER_POSTURE, word, KL_SNAKE);
}

kl_posture kl_agent_posture_rung(const kl_object *posture) { return rung_of(posture); }
kl_posture kl_trust_posture_rung(const kl_object *level) { return rung_of(level); }

static kl_status value_of(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const named_posture *)self)->word);
    return KL_OK;
}

static kl_status number_of(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(rung_of(self) + 1);
    return KL_OK;
}

static kl_status posture_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s('%s')", self->type->name,
                            kl_as_text(((const named_posture *)self)->word).data);
}

static kl_status posture_compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    (void)error;
    *out = (int)rung_of(a) - (int)rung_of(b);
    return KL_OK;
}

/* ---- TrustPostureLevel ----------------------------------------------------------------------- */

static kl_status level_check(kl_object *self, kl_error *error)
{
    kl_text word = kl_as_text(((const named_posture *)self)->word);
    if (kl_rung_find(KL_LADDER_POSTURE, word, KL_SNAKE) >= 0)
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "unknown posture level: \"%.*s\"; expected pseudo_agent/supervised/"
                        "shared_planning/continuous_insight/delegated",
                        (int)KL_MIN(word.len, 80), word.data);
}

static const kl_field level_fields[] = {
    {.name = "level", .kind = KL_KIND_STRING, .offset = offsetof(named_posture, word),
     .doc = "pseudo_agent, supervised, shared_planning, continuous_insight or delegated"},
};

static const kl_method level_methods[] = {
    {.name = "value", .call = value_of, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "The name."},
    {.name = "numeric_level", .call = number_of, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "1 (pseudo_agent) to 5 (delegated)."},
    {.name = "__str__", .call = value_of, .returns = KL_KIND_STRING, .doc = "The name."},
};

const kl_type kl_trust_posture_level_type = {
    .name = "TrustPostureLevel",
    .module = "kailash",
    .doc = "How much of its own an agent may do: 1 acts only as directed, 2 under supervision, 3 plans "
           "along with humans, 4 gives insight of its own, 5 acts by full delegation.",
    .size = sizeof(named_posture),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED,
    .fields = KL_TABLE(level_fields),
    .methods = KL_TABLE(level_methods),
    .check = level_check,
    .compare = posture_compare,
    .repr = posture_repr,
};
KL_PUBLISH(kl_trust_posture_level_type);

/* ---- AgentPosture ---------------------------------------------------------------------------- */

static const struct {
    const char *alias;
    kl_posture posture;
} aliases[] = {
    {"pseudo", KL_POSTURE_PSEUDO_AGENT},
    {"tool", KL_POSTURE_SUPERVISED},
    {"autonomous", KL_POSTURE_CONTINUOUS_INSIGHT},
    {"delegating", KL_POSTURE_DELEGATED},
};

kl_status kl_agent_posture_read(kl_posture *out, kl_text name, kl_error *error)
{
    int rung = kl_rung_find(KL_LADDER_POSTURE, name, KL_SNAKE | KL_ANY_CASE);
    for (size_t i = 0; rung < 0 && i < KL_COUNT(aliases); i++) {
        kl_text alias = kl_text_from(aliases[i].alias);
        if (alias.len == name.len && strncasecmp(alias.data, name.data, name.len) == 0)
            rung = (int)aliases[i].posture;
    }
    if (rung < 0)
        return kl_error_set(error, KL_INVALID,
                            "unknown posture: '%.*s'. Expected: pseudo_agent, supervised, "
                            "shared_planning, continuous_insight, delegated",
                            (int)KL_MIN(name.len, 80), name.data);
    *out = (kl_posture)rung;
    return KL_OK;
}

static kl_status set_word(kl_object *self, kl_posture posture, kl_error *error)
{
    kl_value word;
    kl_text name = kl_text_from(kl_rung_name(KL_LADDER_POSTURE, posture, KL_SNAKE));
    KL_TRY(kl_string_new(&word, name, error));
    kl_value_replace(&((named_posture *)self)->word, word);
    return KL_OK;
}

/* What was given becomes the canonical name. */
static kl_status agent_check(kl_object *self, kl_error *error)
{
    kl_posture posture;
    KL_TRY(kl_agent_posture_read(&posture, kl_as_text(((const named_posture *)self)->word), error));
    return set_word(self, posture, error);
}

kl_status kl_agent_posture_new(kl_value *out, kl_posture posture, kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, &kl_agent_posture_type, error));
    kl_status status = set_word(made, posture, error);
    if (status != KL_OK) {
        kl_object_release(made);
        return status;
    }
    *out = kl_value_of(made);
    return KL_OK;
}

static kl_status is_at_most(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(rung_of(self) <= rung_of(args[0].as.object));
    return KL_OK;
}

static const kl_field agent_fields[] = {
    {.name = "posture", .kind = KL_KIND_STRING, .offset = offsetof(named_posture, word),
     .doc = "pseudo_agent, supervised, shared_planning, continuous_insight or delegated, in any case; "
            "also pseudo, tool (supervised), autonomous (continuous_insight), delegating (delegated)"},
};

static const kl_param other_param[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_agent_posture_type,
     .doc = "another posture"},
};

static const kl_method agent_methods[] = {
    {.name = "value", .call = value_of, .flags = KL_PROPERTY, .returns = KL_KIND_STRING,
     .doc = "The name."},
    {.name = "level", .call = number_of, .flags = KL_PROPERTY, .returns = KL_KIND_INT,
     .doc = "1 (pseudo_agent) to 5 (delegated)."},
    {.name = "is_at_most", .call = is_at_most, .params = KL_TABLE(other_param),
     .returns = KL_KIND_BOOL, .doc = "Whether it gives no more autonomy than another."},
    {.name = "__str__", .call = value_of, .returns = KL_KIND_STRING, .doc = "The name."},
};

const kl_type kl_agent_posture_type = {
    .name = "AgentPosture",
    .module = "kailash",
    .doc = "How much of its own an agent may do, from 1 to 5.",
    .size = sizeof(named_posture),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED,
    .fields = KL_TABLE(agent_fields),
    .methods = KL_TABLE(agent_methods),
    .check = agent_check,
    .compare = posture_compare,
    .repr = posture_repr,
};
KL_PUBLISH(kl_agent_posture_type);
