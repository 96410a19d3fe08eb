/* src/eatp/verdict.c - see verdict.h. */
#include "verdict.h"
#include "fault.h"

/* ---- EatpVerdict ------------------------------------------------------------------------------ */

static const kl_item verdicts[] = {
    [KL_ZONE_AUTO_APPROVED] = {"AutoApproved", "auto_approved", "it goes ahead"},
    [KL_ZONE_FLAGGED] = {"Flagged", "flagged", "it goes ahead, and somebody is told"},
    [KL_ZONE_HELD] = {"Held", "held", "it waits for a person"},
    [KL_ZONE_BLOCKED] = {"Blocked", "blocked", "it is denied"},
};

static size_t position(const kl_object *self)
{
    return (size_t)(((const kl_item_object *)self)->item - self->type->items);
}

kl_zone kl_verdict_zone(kl_value verdict)
{
    kl_item_object *item = kl_as_object(verdict, &kl_eatp_verdict_type);
    return item ? (kl_zone)position(&item->object) : KL_ZONE_BLOCKED;
}

kl_status kl_verdict_of(kl_value *out, kl_zone zone, kl_error *error)
{
    return kl_item_at(out, &kl_eatp_verdict_type, (size_t)zone, error);
}

/* The item of a word; else an EatpValidationError. */
static kl_status from_word(kl_value *out, const kl_type *type, kl_text word, const char *what,
                           const char *legal, kl_error *error)
{
    for (size_t i = 0; i < type->item_count; i++)
        if (kl_text_is(word, type->items[i].word))
            return kl_item_at(out, type, i, error);
    return kl_fault(error, KL_INVALID, KL_EATP_VALIDATION, "unknown_word",
                    "unknown %s: '%.*s' (expected %s)", what, KL_TEXT_ARG(word), legal);
}

static kl_status verdict_from_str(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)self;
    return from_word(out, &kl_eatp_verdict_type, kl_as_text(args[0]), "verdict name",
                     "auto_approved|flagged|held|blocked", error);
}

static kl_status is_allowed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(position(self) <= KL_ZONE_FLAGGED);
    return KL_OK;
}

static kl_status is_held(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(position(self) == KL_ZONE_HELD);
    return KL_OK;
}

static kl_status is_blocked(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_bool(position(self) == KL_ZONE_BLOCKED);
    return KL_OK;
}

static kl_status severity(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)position(self));
    return KL_OK;
}

static kl_status as_str(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_new(out, kl_text_from(((kl_item_object *)self)->item->word), error);
}

static const kl_param verdict_word[] = {
    {.name = "s", .kind = KL_KIND_STRING,
     .doc = "auto_approved, flagged, held or blocked, in this very spelling"},
};

static const kl_method verdict_methods[] = {
    {.name = "from_str", .call = verdict_from_str, .params = KL_TABLE(verdict_word),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_eatp_verdict_type,
     .raises = "EatpValidationError", .doc = "The verdict of a word."},
    {.name = "is_allowed", .call = is_allowed, .returns = KL_KIND_BOOL,
     .doc = "Whether the action goes ahead: auto_approved or flagged."},
    {.name = "is_held", .call = is_held, .returns = KL_KIND_BOOL,
     .doc = "Whether it waits for a person."},
    {.name = "is_blocked", .call = is_blocked, .returns = KL_KIND_BOOL,
     .doc = "Whether it is denied."},
    {.name = "severity", .call = severity, .returns = KL_KIND_INT,
     .doc = "0 for auto_approved to 3 for blocked; int() gives the same."},
    {.name = "as_str", .call = as_str, .returns = KL_KIND_STRING,
     .doc = "The word of the verdict, such as auto_approved; str() gives the same."},
};

const kl_type kl_eatp_verdict_type = {
    .name = "EatpVerdict",
    .module = "kailash",
    .doc = "How an action is judged, from the mildest to the strictest: a verdict equals its number.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NUMBERED,
    .items = verdicts,
    .item_count = KL_COUNT(verdicts),
    .methods = KL_TABLE(verdict_methods),
};
KL_PUBLISH(kl_eatp_verdict_type);

/* ---- EatpHeldBehavior ------------------------------------------------------------------------- */

static const kl_item behaviors[] = {
    [KL_HELD_QUEUE] = {"Queue", "queue", "it waits in a queue until somebody decides"},
    [KL_HELD_NOTIFY] = {"Notify", "notify", "a person is told"},
    [KL_HELD_RESUMABLE] = {"Resumable", "resumable",
                           "enough is kept to go on after an approval without a second run"},
};

static kl_status behavior_from_str(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)self;
    return from_word(out, &kl_eatp_held_behavior_type, kl_as_text(args[0]), "held behavior",
                     "queue|notify|resumable", error);
}

static const kl_param behavior_word[] = {
    {.name = "s", .kind = KL_KIND_STRING,
     .doc = "queue, notify or resumable, in this very spelling"},
};

static const kl_method behavior_methods[] = {
    {.name = "from_str", .call = behavior_from_str, .params = KL_TABLE(behavior_word),
     .flags = KL_STATIC, .returns = KL_KIND_OBJECT, .returns_type = &kl_eatp_held_behavior_type,
     .raises = "EatpValidationError", .doc = "The behavior of a word."},
    {.name = "as_str", .call = as_str, .returns = KL_KIND_STRING,
     .doc = "The word of the behavior, such as queue; str() gives the same."},
};

const kl_type kl_eatp_held_behavior_type = {
    .name = "EatpHeldBehavior",
    .module = "kailash",
    .doc = "What becomes of an action that is held: a behavior equals its number.",
    .flags = KL_TYPE_ENUM | KL_TYPE_NUMBERED,
    .items = behaviors,
    .item_count = KL_COUNT(behaviors),
    .methods = KL_TABLE(behavior_methods),
};
KL_PUBLISH(kl_eatp_held_behavior_type);
