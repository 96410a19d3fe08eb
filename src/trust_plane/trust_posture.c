/* src/trust_plane/trust_posture.c - TrustPosture: what a trust level brings, as one record. */
#include "posture.h"
#include "kailash/wide.h"

typedef struct trust_posture {
    kl_object object;
    kl_value level;   /* TrustLevel */
    kl_value granted; /* array of words, in the order of the level */
    kl_value missing; /* likewise: what was asked for and is not granted */
} trust_posture;

static const kl_level *level_of(const kl_object *self)
{
    return kl_level_of(kl_trust_level_in(((const trust_posture *)self)->level));
}

/* What of `asked` (may be null) the level does not bring; given. */
static kl_status find_missing(kl_value *out, kl_trust_level level, kl_value asked, kl_error *error)
{
    kl_value list;
    kl_status status;
    int capability;
    KL_TRY(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(asked); i++) {
        kl_value word = kl_array_at(asked, i);
        KL_TRY_OUT(kl_rung_read(&capability, KL_LADDER_CAPABILITY, kl_as_text(word), KL_SNAKE,
                                "capability", error));
        if (!kl_level_allows(level, (kl_capability)capability))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(word), error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status posture_init(kl_object *self, const kl_value *args, kl_error *error)
{
    trust_posture *posture = (trust_posture *)self;
    kl_trust_level level = kl_trust_level_in(args[0]);
    posture->level = kl_value_retain(args[0]);
    KL_TRY(kl_level_capabilities(&posture->granted, level, KL_SNAKE, error));
    return find_missing(&posture->missing, level, args[1], error);
}

static kl_status posture_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const trust_posture *posture = (const trust_posture *)self;
    return kl_string_format(out, error, "TrustPosture(level=%s, capabilities=%zu)",
                            kl_item_in(posture->level)->word, kl_array_len(posture->granted));
}

static kl_status max_llm_calls(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    return kl_unsigned_new(out, level_of(self)->max_llm_calls, error);
}

static kl_status max_tool_calls(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    return kl_unsigned_new(out, level_of(self)->max_tool_calls, error);
}

#define ALLOWS(member)                                                                             \
    static kl_status member(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        (void)args, (void)error;                                                                   \
        *out = kl_bool(level_of(self)->member);                                                    \
        return KL_OK;                                                                              \
    }
ALLOWS(allow_network)
ALLOWS(allow_filesystem)
ALLOWS(allow_code_execution)
ALLOWS(allow_delegation)

static kl_status has_capability(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    const trust_posture *posture = (const trust_posture *)self;
    int capability = kl_rung_find(KL_LADDER_CAPABILITY, kl_as_text(args[0]), KL_SNAKE);
    (void)error;
    *out = kl_bool(capability >= 0 && kl_level_allows(kl_trust_level_in(posture->level),
                                                      (kl_capability)capability));
    return KL_OK;
}

static const kl_param params[] = {
    {.name = "level", .kind = KL_KIND_OBJECT, .type = &kl_trust_level_type,
     .doc = "the level that decides what is granted"},
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE,
     .doc = "what is wanted: grants nothing, but missing_capabilities tells what the level lacks"},
};

static const kl_field fields[] = {
    KL_VALUE(trust_posture, level, .kind = KL_KIND_OBJECT, .type = &kl_trust_level_type,
             .doc = "the level"),
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .offset = offsetof(trust_posture, granted), .doc = "the capabilities that the level grants"},
    {.name = "missing_capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .offset = offsetof(trust_posture, missing), .flags = KL_READ_ONLY,
     .doc = "those that were wanted and are not granted"},
};

static const kl_param capability_param[] = {
    {.name = "capability", .kind = KL_KIND_STRING, .doc = "such as file_read"},
};

#define TELLS(method, kind_of, text)                                                               \
    {.name = #method, .call = method, .flags = KL_PROPERTY, .returns = kind_of, .doc = text}

static const kl_method methods[] = {
    TELLS(max_llm_calls, KL_KIND_INT, "Calls of language models; 2^64 - 1 = no limit."),
    TELLS(max_tool_calls, KL_KIND_INT, "Uses of tools; 2^64 - 1 = no limit."),
    TELLS(allow_network, KL_KIND_BOOL, "Whether it may use the network."),
    TELLS(allow_filesystem, KL_KIND_BOOL, "Whether it may use files."),
    TELLS(allow_code_execution, KL_KIND_BOOL, "Whether it may run code."),
    TELLS(allow_delegation, KL_KIND_BOOL, "Whether it may hand work on."),
    {.name = "has_capability", .call = has_capability, .params = KL_TABLE(capability_param),
     .returns = KL_KIND_BOOL, .doc = "Whether a capability is granted; false for unknown ones."},
};

static const kl_type trust_posture_type = {
    .name = "TrustPosture",
    .module = "kailash",
    .doc = "What an agent may do at a trust level: capabilities and limits.",
    .size = sizeof(trust_posture),
    .flags = KL_TYPE_RECORD,
    .params = KL_TABLE(params),
    .init = posture_init,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = posture_repr,
};
KL_PUBLISH(trust_posture_type);
