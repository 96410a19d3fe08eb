/* src/pact/words.c - PactClassificationLevel, PactGradientZone, PactEnforcementMode, PactVettingStatus,
 * PactDimensionName. */
#include "words.h"

#include <strings.h>

static kl_status word_new(kl_value *out, const kl_type *type, const char *name, int rung, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, type, error));
    kl_pact_word *word = (kl_pact_word *)object;
    word->rung = rung;
    kl_status status = kl_string_new(&word->name, kl_text_from(name), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

static kl_status word_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_pact_word *)self)->name);
    return KL_OK;
}

/* Type('name') */
static kl_status word_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "%s('%.*s')", self->type->name,
                            KL_TEXT_ARG(kl_as_text(((kl_pact_word *)self)->name)));
}

static kl_status word_compare(int *out, kl_object *a, kl_object *b, kl_error *error)
{
    int64_t x = ((kl_pact_word *)a)->rung, y = ((kl_pact_word *)b)->rung;
    (void)error;
    *out = (x > y) - (x < y);
    return KL_OK;
}

/* Place of a word in a list, in any case; -1. */
static int find_word(const char *const *words, size_t count, kl_text name)
{
    for (size_t i = 0; i < count; i++)
        if (name.len == strlen(words[i]) && strncasecmp(name.data, words[i], name.len) == 0)
            return (int)i;
    return -1;
}

#define WORD_NAME(text)                                                                            \
    KL_VALUE(kl_pact_word, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = (text))
/* By a name of its own: the place in the list is a property. */
#define WORD_RUNG(property, text)                                                                  \
    {.name = (property), .kind = KL_KIND_INT, .flags = KL_READ_ONLY,                               \
     .offset = offsetof(kl_pact_word, rung), .doc = (text)}
#define WORD_HIDDEN                                                                                \
    {.name = "rung", .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,                       \
     .offset = offsetof(kl_pact_word, rung), .doc = "its place in the list"}
#define WORD_STR                                                                                   \
    {.name = "__str__", .call = word_str, .returns = KL_KIND_STRING, .doc = "The name."}

/* A static method that gives one word of a type. */
#define WORD_METHOD(function, make, which)                                                         \
    static kl_status function(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        (void)self, (void)args;                                                                    \
        return make(out, (which), error);                                                          \
    }
#define WORD_ROW(method_name, function, type, text)                                                \
    {.name = (method_name), .call = (function), .flags = KL_STATIC, .returns = KL_KIND_OBJECT,     \
     .returns_type = &(type), .doc = (text)}

static const kl_param name_param[] = {
    {.name = "name", .kind = KL_KIND_STRING, .doc = "the word, in any case"},
};
static const kl_param text_param[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "the word"},
};

/* ---- PactClassificationLevel ----------------------------------------------------------------- */

enum { ANY_SPELLING = KL_SNAKE | KL_PASCAL | KL_UPPER | KL_ANY_CASE };

kl_status kl_pact_level_read(kl_confidentiality *out, kl_text name, kl_error *error)
{
    int rung;
    KL_TRY(kl_rung_read(&rung, KL_LADDER_CONFIDENTIALITY, name, ANY_SPELLING, "classification level",
                        error));
    *out = (kl_confidentiality)rung;
    return KL_OK;
}

const char *kl_pact_level_name(kl_confidentiality level)
{
    return kl_rung_name(KL_LADDER_CONFIDENTIALITY, level, KL_SNAKE);
}

kl_status kl_pact_level_new(kl_value *out, kl_confidentiality level, kl_error *error)
{
    return word_new(out, &kl_pact_level_type, kl_pact_level_name(level), level, error);
}

static kl_status level_from_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_confidentiality level;
    (void)self;
    KL_TRY(kl_pact_level_read(&level, kl_as_text(args[0]), error));
    return kl_pact_level_new(out, level, error);
}

static kl_status level_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "PactClassificationLevel(%.*s)",
                            KL_TEXT_ARG(kl_as_text(((kl_pact_word *)self)->name)));
}

static const kl_field level_fields[] = {
    WORD_NAME("public, restricted, confidential, secret or top_secret"),
    WORD_RUNG("value", "its number: 0 is public, 4 top_secret"),
};
static const kl_method level_methods[] = {
    {.name = "from_str", .call = level_from_str, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_level_type, .raises = "ValueError",
     .doc = "The level of a name: snake or Pascal, in any case."},
    WORD_STR,
};

const kl_type kl_pact_level_type = {
    .name = "PactClassificationLevel",
    .module = "kailash.pact",
    .doc = "How secret a knowledge item is, and up to which level a role is cleared: "
           "public < restricted < confidential < secret < top_secret.",
    .size = sizeof(kl_pact_word),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(level_fields),
    .methods = KL_TABLE(level_methods),
    .repr = level_repr,
    .compare = word_compare,
};
KL_PUBLISH(kl_pact_level_type);

/* ---- PactGradientZone ------------------------------------------------------------------------ */

kl_status kl_pact_zone_read(kl_zone *out, kl_text name, kl_error *error)
{
    int rung = kl_rung_find(KL_LADDER_ZONE, name, ANY_SPELLING);
    if (rung < 0)
        return kl_error_set(error, KL_INVALID,
                            "unknown gradient zone: '%.*s' (expected: auto_approved, flagged, held, "
                            "blocked)", KL_TEXT_ARG(name));
    *out = (kl_zone)rung;
    return KL_OK;
}

kl_status kl_pact_zone_new(kl_value *out, kl_zone zone, kl_error *error)
{
    return word_new(out, &kl_pact_zone_type, kl_rung_name(KL_LADDER_ZONE, zone, KL_SNAKE), zone, error);
}

static kl_status zone_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_zone zone;
    KL_TRY(kl_pact_zone_read(&zone, kl_as_text(args[0]), error));
    ((kl_pact_word *)self)->rung = zone;
    return kl_string_new(&((kl_pact_word *)self)->name,
                         kl_text_from(kl_rung_name(KL_LADDER_ZONE, zone, KL_SNAKE)), error);
}

static kl_status zone_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_word *zone = (const kl_pact_word *)self;
    return kl_string_format(out, error, "PactGradientZone('%.*s', severity=%d)",
                            KL_TEXT_ARG(kl_as_text(zone->name)), (int)zone->rung);
}

static kl_status zone_allows(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((kl_pact_word *)self)->rung <= KL_ZONE_FLAGGED);
    return KL_OK;
}

static const kl_field zone_fields[] = {
    WORD_NAME("auto_approved, flagged, held or blocked"),
    WORD_RUNG("severity", "0 for auto_approved to 3 for blocked"),
};
static const kl_method zone_methods[] = {
    {.name = "is_allowed", .call = zone_allows, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether an action in this zone may go on: auto_approved and flagged."},
    WORD_STR,
};

const kl_type kl_pact_zone_type = {
    .name = "PactGradientZone",
    .module = "kailash.pact",
    .doc = "The zone of a verdict: auto_approved < flagged < held < blocked; the worst of several wins.",
    .size = sizeof(kl_pact_word),
    .flags = KL_TYPE_RECORD | KL_TYPE_ORDERED | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(zone_fields),
    .params = KL_TABLE(name_param),
    .init = zone_init,
    .methods = KL_TABLE(zone_methods),
    .repr = zone_repr,
    .compare = word_compare,
};
KL_PUBLISH(kl_pact_zone_type);

/* ---- postures -------------------------------------------------------------------------------- */

kl_status kl_pact_posture_read(kl_posture *out, kl_text name, kl_error *error)
{
    int rung;
    KL_TRY(kl_rung_read(&rung, KL_LADDER_POSTURE, name, ANY_SPELLING, "posture level", error));
    *out = (kl_posture)rung;
    return KL_OK;
}

const char *kl_pact_posture_name(kl_posture posture)
{
    return kl_rung_name(KL_LADDER_POSTURE, posture, KL_SNAKE);
}

/* ---- PactEnforcementMode --------------------------------------------------------------------- */

static const char *const modes[] = {
    [KL_PACT_ENFORCE] = "enforce", [KL_PACT_AUDIT] = "audit", [KL_PACT_DISABLED] = "disabled"};

const char *kl_pact_mode_name(kl_pact_mode mode) { return modes[mode]; }

kl_status kl_pact_mode_read(kl_pact_mode *out, kl_text name, kl_error *error)
{
    int found = find_word(modes, KL_COUNT(modes), name);
    if (found < 0)
        return kl_error_set(error, KL_INVALID,
                            "enforcement mode must be 'enforce', 'audit', or 'disabled', got '%.*s'",
                            KL_TEXT_ARG(name));
    *out = (kl_pact_mode)found;
    return KL_OK;
}

static kl_status mode_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_mode mode;
    KL_TRY(kl_pact_mode_read(&mode, kl_as_text(args[0]), error));
    ((kl_pact_word *)self)->rung = mode;
    return kl_string_new(&((kl_pact_word *)self)->name, kl_text_from(modes[mode]), error);
}

static kl_status mode_binds(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((kl_pact_word *)self)->rung == KL_PACT_ENFORCE);
    return KL_OK;
}

static const kl_field mode_fields[] = {WORD_NAME("enforce, audit or disabled"), WORD_HIDDEN};
static const kl_method mode_methods[] = {
    {.name = "is_binding", .call = mode_binds, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether verdicts bind: in enforce alone."},
    WORD_STR,
};

const kl_type kl_pact_mode_type = {
    .name = "PactEnforcementMode",
    .module = "kailash.pact",
    .doc = "Whether verdicts bind (enforce), are computed and recorded while everything is allowed (audit), "
           "or are not computed (disabled).",
    .size = sizeof(kl_pact_word),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(mode_fields),
    .params = KL_TABLE(name_param),
    .init = mode_init,
    .methods = KL_TABLE(mode_methods),
    .repr = word_repr,
};
KL_PUBLISH(kl_pact_mode_type);

/* ---- PactVettingStatus ----------------------------------------------------------------------- */

#define BIT(vetting) (1u << (vetting))

static const struct {
    const char *name;
    unsigned next; /* what it may become, as bits */
} vettings[] = {
    [KL_PACT_PENDING] = {"pending", BIT(KL_PACT_ACTIVE) | BIT(KL_PACT_REVOKED)},
    [KL_PACT_ACTIVE] = {"active", BIT(KL_PACT_SUSPENDED_VETTING) | BIT(KL_PACT_EXPIRED) | BIT(KL_PACT_REVOKED)},
    [KL_PACT_SUSPENDED_VETTING] = {"suspended", BIT(KL_PACT_ACTIVE) | BIT(KL_PACT_REVOKED)},
    [KL_PACT_EXPIRED] = {"expired", BIT(KL_PACT_PENDING) | BIT(KL_PACT_REVOKED)},
    [KL_PACT_REVOKED] = {"revoked", 0},
};

const char *kl_pact_vetting_name(kl_pact_vetting vetting) { return vettings[vetting].name; }

bool kl_pact_vetting_may(kl_pact_vetting from, kl_pact_vetting to)
{
    return vettings[from].next & BIT(to);
}

kl_status kl_pact_vetting_read(kl_pact_vetting *out, kl_text name, kl_error *error)
{
    for (int i = 0; i < KL_PACT_VETTINGS; i++)
        if (find_word(&vettings[i].name, 1, name) == 0) {
            *out = (kl_pact_vetting)i;
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "unknown vetting status: '%.*s' (expected: pending, active, suspended, expired, "
                        "revoked)", KL_TEXT_ARG(name));
}

kl_status kl_pact_vetting_new(kl_value *out, kl_pact_vetting vetting, kl_error *error)
{
    return word_new(out, &kl_pact_vetting_type, vettings[vetting].name, vetting, error);
}

static kl_status vetting_from_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_vetting vetting;
    (void)self;
    KL_TRY(kl_pact_vetting_read(&vetting, kl_as_text(args[0]), error));
    return kl_pact_vetting_new(out, vetting, error);
}

static kl_status vetting_grants(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(((kl_pact_word *)self)->rung == KL_PACT_ACTIVE);
    return KL_OK;
}

static kl_status vetting_next(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value list;
    (void)args;
    KL_TRY(kl_array_new(&list, 3, error));
    for (int i = 0; i < KL_PACT_VETTINGS; i++) {
        if (!kl_pact_vetting_may((kl_pact_vetting)((kl_pact_word *)self)->rung, (kl_pact_vetting)i))
            continue;
        kl_status status = kl_array_push_text(&list, kl_text_from(vettings[i].name), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status vetting_may(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(kl_pact_vetting_may((kl_pact_vetting)((kl_pact_word *)self)->rung,
                                       (kl_pact_vetting)((kl_pact_word *)args[0].as.object)->rung));
    return KL_OK;
}

static kl_status vetting_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    char upper[16];
    kl_text name = kl_as_text(((kl_pact_word *)self)->name);
    (void)args;
    for (size_t i = 0; i < name.len && i < sizeof upper; i++)
        upper[i] = (char)(name.data[i] & ~0x20);
    return kl_string_new(out, (kl_text){upper, KL_MIN(name.len, sizeof upper)}, error);
}

WORD_METHOD(vetting_pending, kl_pact_vetting_new, KL_PACT_PENDING)
WORD_METHOD(vetting_active, kl_pact_vetting_new, KL_PACT_ACTIVE)
WORD_METHOD(vetting_suspended, kl_pact_vetting_new, KL_PACT_SUSPENDED_VETTING)
WORD_METHOD(vetting_expired, kl_pact_vetting_new, KL_PACT_EXPIRED)
WORD_METHOD(vetting_revoked, kl_pact_vetting_new, KL_PACT_REVOKED)

static const kl_field vetting_fields[] = {
    WORD_NAME("pending, active, suspended, expired or revoked"), WORD_HIDDEN};
static const kl_param vetting_param[] = {
    {.name = "target", .kind = KL_KIND_OBJECT, .type = &kl_pact_vetting_type, .doc = "what it would become"},
};
static const kl_method vetting_methods[] = {
    WORD_ROW("pending", vetting_pending, kl_pact_vetting_type, "Not vetted yet."),
    WORD_ROW("active", vetting_active, kl_pact_vetting_type, "Vetted; the only status that grants access."),
    WORD_ROW("suspended", vetting_suspended, kl_pact_vetting_type, "Set aside; may become active again."),
    WORD_ROW("expired", vetting_expired, kl_pact_vetting_type, "Over; must be vetted again."),
    WORD_ROW("revoked", vetting_revoked, kl_pact_vetting_type, "Taken away for good."),
    {.name = "from_str", .call = vetting_from_str, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_vetting_type, .raises = "ValueError",
     .doc = "The status of a name, in any case."},
    {.name = "grants_access", .call = vetting_grants, .flags = KL_PROPERTY, .returns = KL_KIND_BOOL,
     .doc = "Whether a clearance counts: when it is active."},
    {.name = "valid_transitions", .call = vetting_next, .returns = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "Names of what it may become."},
    {.name = "can_transition_to", .call = vetting_may, .params = KL_TABLE(vetting_param),
     .returns = KL_KIND_BOOL, .doc = "Whether it may become another status."},
    {.name = "__str__", .call = vetting_str, .returns = KL_KIND_STRING, .doc = "The name in upper case."},
};

const kl_type kl_pact_vetting_type = {
    .name = "PactVettingStatus",
    .module = "kailash.pact",
    .doc = "How far the holder of a clearance is vetted.",
    .size = sizeof(kl_pact_word),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(vetting_fields),
    .methods = KL_TABLE(vetting_methods),
    .repr = word_repr,
};
KL_PUBLISH(kl_pact_vetting_type);

/* ---- PactDimensionName ----------------------------------------------------------------------- */

static const char *const dimensions[] = {"financial", "operational", "temporal", "data_access",
                                         "communication"};

static kl_status dimension_new(kl_value *out, int which, kl_error *error)
{
    return word_new(out, &kl_pact_dimension_type, dimensions[which], which, error);
}

static kl_status dimension_from_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_text name = kl_as_text(args[0]);
    (void)self;
    for (int i = 0; i < (int)KL_COUNT(dimensions); i++)
        if (kl_text_is(name, dimensions[i]))
            return dimension_new(out, i, error);
    return kl_error_set(error, KL_INVALID,
                        "unknown dimension name: '%.*s' (expected one of: financial, operational, temporal, "
                        "data_access, communication)", KL_TEXT_ARG(name));
}

static kl_status dimension_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value list, item;
    kl_status status;
    (void)self, (void)args;
    KL_TRY(kl_array_new(&list, KL_COUNT(dimensions), error));
    for (int i = 0; i < (int)KL_COUNT(dimensions); i++) {
        KL_TRY_OUT(dimension_new(&item, i, error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

WORD_METHOD(dimension_financial, dimension_new, 0)
WORD_METHOD(dimension_operational, dimension_new, 1)
WORD_METHOD(dimension_temporal, dimension_new, 2)
WORD_METHOD(dimension_data_access, dimension_new, 3)
WORD_METHOD(dimension_communication, dimension_new, 4)

static const kl_field dimension_fields[] = {
    WORD_NAME("financial, operational, temporal, data_access or communication"), WORD_HIDDEN};
static const kl_method dimension_methods[] = {
    WORD_ROW("financial", dimension_financial, kl_pact_dimension_type, "What may be spent."),
    WORD_ROW("operational", dimension_operational, kl_pact_dimension_type, "What may be done."),
    WORD_ROW("temporal", dimension_temporal, kl_pact_dimension_type, "When, how long, how often."),
    WORD_ROW("data_access", dimension_data_access, kl_pact_dimension_type, "Which data may be used."),
    WORD_ROW("communication", dimension_communication, kl_pact_dimension_type, "With whom, through what."),
    {.name = "all", .call = dimension_all, .flags = KL_STATIC, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_OBJECT, .returns_type = &kl_pact_dimension_type, .doc = "All five, in their order."},
    {.name = "from_str", .call = dimension_from_str, .params = KL_TABLE(text_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_pact_dimension_type, .raises = "ValueError",
     .doc = "The dimension of a name, exactly as it is written, in lower case."},
    WORD_STR,
};

const kl_type kl_pact_dimension_type = {
    .name = "PactDimensionName",
    .module = "kailash.pact",
    .doc = "One of the five dimensions of an envelope.",
    .size = sizeof(kl_pact_word),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(dimension_fields),
    .methods = KL_TABLE(dimension_methods),
    .repr = word_repr,
};
KL_PUBLISH(kl_pact_dimension_type);
