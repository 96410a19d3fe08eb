/* src/eatp/trust_level.c - see trust_level.h. */
#include "trust_level.h"

kl_status kl_rung_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s.%s", self->type->name,
                            kl_item_in(kl_value_of(self))->word);
}

kl_status kl_rung_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_rung_repr(out, self, error);
}

/* ---- TrustLevel ------------------------------------------------------------------------------ */

static const kl_item levels[] = {
    [KL_TRUST_UNTRUSTED] = {"UNTRUSTED", "untrusted", "may do nothing; level 0"},
    [KL_TRUST_RESTRICTED] = {"RESTRICTED", "restricted", "may think, not act; level 1"},
    [KL_TRUST_SUPERVISED] = {"SUPERVISED", "supervised", "acts under the eyes of a human; level 2"},
    [KL_TRUST_AUTONOMOUS] = {"AUTONOMOUS", "autonomous", "acts on its own within limits; level 3"},
    [KL_TRUST_FULL] = {"FULL", "full", "may do everything; level 4"},
};
static const char *const level_functions[] = {
    [KL_TRUST_UNTRUSTED] = "untrusted", [KL_TRUST_RESTRICTED] = "restricted",
    [KL_TRUST_SUPERVISED] = "supervised", [KL_TRUST_AUTONOMOUS] = "autonomous",
    [KL_TRUST_FULL] = "full"
};

kl_trust_level kl_trust_level_in(kl_value object)
{
    return (kl_trust_level)(kl_item_in(object) - levels);
}

kl_status kl_trust_level_object(kl_value *out, kl_trust_level level, kl_error *error)
{
    return kl_item_at(out, &kl_trust_level_type, (size_t)level, error);
}

static kl_status as_u8(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(kl_trust_level_in(kl_value_of(self)));
    return KL_OK;
}

static const kl_method level_methods[] = {
    {.name = "as_u8", .call = as_u8, .returns = KL_KIND_INT, .doc = "The level, 0 to 4."},
    KL_RUNG_STR,
};

const kl_type kl_trust_level_type = {
    .name = "TrustLevel",
    .module = "kailash",
    .doc = "How far an agent is trusted.",
    .flags = KL_TYPE_ENUM | KL_TYPE_ORDERED,
    .items = levels,
    .item_methods = level_functions,
    .item_count = KL_COUNT(levels),
    .methods = KL_TABLE(level_methods),
    .repr = kl_rung_repr,
};
KL_PUBLISH(kl_trust_level_type);

/* ---- Capability ------------------------------------------------------------------------------ */

static const kl_item capabilities[] = {
    [KL_CAN_LLM_CALL] = {"LLM_CALL", "llm_call", "ask a language model"},
    [KL_CAN_TOOL_CALL] = {"TOOL_CALL", "tool_call", "use a tool"},
    [KL_CAN_EXTERNAL_API_CALL] = {"EXTERNAL_API_CALL", "external_api_call", "call a service outside"},
    [KL_CAN_FILE_READ] = {"FILE_READ", "file_read", "read files"},
    [KL_CAN_FILE_WRITE] = {"FILE_WRITE", "file_write", "write files"},
    [KL_CAN_DATABASE_READ] = {"DATABASE_READ", "database_read", "read databases"},
    [KL_CAN_DATABASE_WRITE] = {"DATABASE_WRITE", "database_write", "write to databases"},
    [KL_CAN_DELEGATION] = {"DELEGATION", "delegation", "hand work on to other agents"},
    [KL_CAN_CODE_EXECUTION] = {"CODE_EXECUTION", "code_execution", "run code"},
    [KL_CAN_TRUST_MANAGEMENT] = {"TRUST_MANAGEMENT", "trust_management", "change who is trusted"},
};
static const char *const capability_functions[] = {
    [KL_CAN_LLM_CALL] = "llm_call", [KL_CAN_TOOL_CALL] = "tool_call",
    [KL_CAN_EXTERNAL_API_CALL] = "external_api_call", [KL_CAN_FILE_READ] = "file_read",
    [KL_CAN_FILE_WRITE] = "file_write", [KL_CAN_DATABASE_READ] = "database_read",
    [KL_CAN_DATABASE_WRITE] = "database_write", [KL_CAN_DELEGATION] = "delegation",
    [KL_CAN_CODE_EXECUTION] = "code_execution", [KL_CAN_TRUST_MANAGEMENT] = "trust_management"
};

kl_capability kl_capability_in(kl_value object)
{
    return (kl_capability)(kl_item_in(object) - capabilities);
}

kl_status kl_capability_object(kl_value *out, kl_capability capability, kl_error *error)
{
    return kl_item_at(out, &kl_capability_type, (size_t)capability, error);
}

static kl_status minimum_level(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)args;
    kl_trust_level level = kl_capability_level(kl_capability_in(kl_value_of(self)));
    return kl_trust_level_object(out, level, error);
}

/* What a level brings, in the order of the table of levels. */
static kl_status for_level(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_level *level = kl_level_of(kl_trust_level_in(args[0]));
    kl_value list, item;
    (void)self;
    KL_TRY(kl_array_new(&list, level->capability_count, error));
    for (size_t i = 0; i < level->capability_count; i++) {
        kl_status status = kl_capability_object(&item, level->capabilities[i], error);
        if (status == KL_OK)
            status = kl_array_push(&list, item, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static const kl_param level_param[] = {
    {.name = "level", .kind = KL_KIND_OBJECT, .type = &kl_trust_level_type, .doc = "a TrustLevel"},
};

static const kl_method capability_methods[] = {
    {.name = "for_level", .call = for_level, .params = KL_TABLE(level_param), .flags = KL_STATIC,
     .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .returns_type = &kl_capability_type,
     .doc = "All capabilities that a level brings."},
    {.name = "minimum_level", .call = minimum_level, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_trust_level_type, .doc = "The lowest level that brings it."},
    KL_RUNG_STR,
};

const kl_type kl_capability_type = {
    .name = "Capability",
    .module = "kailash",
    .doc = "Something that an agent may be trusted to do.",
    .flags = KL_TYPE_ENUM,
    .items = capabilities,
    .item_methods = capability_functions,
    .item_count = KL_COUNT(capabilities),
    .methods = KL_TABLE(capability_methods),
    .repr = kl_rung_repr,
};
KL_PUBLISH(kl_capability_type);
