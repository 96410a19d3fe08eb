/* src/dataflow/validation.c - ValidationLayer: rules by model, checked in the order they were added. */
#include "validation.h"
#include "fork.h"
#include "host.h"
#include "payload.h"
#include "kailash/match.h"

#include <math.h>
#include <pthread.h>

typedef struct layer {
    kl_object object;
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value models;      /* map of model -> array of rules; arrays in it are never changed */
} layer;

/* ---- rules ------------------------------------------------------------------------------------- */

struct rule_kind;

typedef struct rule {
    kl_object object;
    const struct rule_kind *kind;
    kl_value field;    /* string */
    kl_value value;    /* the limit, array of limits or words, pattern, message, or CrossFieldRule */
    kl_value callable; /* of a custom rule */
    kl_regex *regex;   /* of a pattern; owned */
} rule;

static void rule_dispose(kl_object *self) { kl_regex_free(((rule *)self)->regex); }

static const kl_field rule_fields[] = {
    KL_VALUE(rule, field, .kind = KL_KIND_STRING, .flags = KL_HIDDEN | KL_OPTIONAL),
    KL_VALUE(rule, value, .kind = KL_KIND_ANY, .flags = KL_HIDDEN | KL_OPTIONAL),
    KL_VALUE(rule, callable, .kind = KL_KIND_CALLABLE, .flags = KL_HIDDEN | KL_OPTIONAL),
};

static const kl_type rule_type = {
    .name = "ValidationRule",
    .module = "kailash._kailash",
    .doc = "A rule of a ValidationLayer.",
    .size = sizeof(rule),
    .flags = KL_TYPE_NO_INIT,
    .fields = KL_TABLE(rule_fields),
    .dispose = rule_dispose,
};

/* ---- the values of rules ----------------------------------------------------------------------- */

static kl_status take_length(rule *r, kl_value value, kl_error *error)
{
    const kl_param param = {.name = "value", .kind = KL_KIND_COUNT};
    if (kl_is(value, KL_KIND_BOOL))
        return kl_error_set(error, KL_TYPE, "value: expected non-negative integer, got bool");
    KL_TRY(kl_param_check(&param, value, error));
    r->value = value;
    return KL_OK;
}

static kl_status take_pattern(rule *r, kl_value value, kl_error *error)
{
    kl_text text = kl_as_text(value);
    if (!kl_is(value, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "pattern rule value must be a string, got %s",
                            kl_value_kind_name(value));
    kl_status status = kl_regex_new(&r->regex, text, error);
    if (status == KL_SYNTAX)
        kl_error_prefix(error, "invalid regular expression: '%.*s': ",
                        (int)KL_MIN(text.len, 80), text.data);
    if (status == KL_OK)
        r->value = kl_value_retain(value);
    return status;
}

static kl_status take_range(rule *r, kl_value value, kl_error *error)
{
    if (!kl_is(value, KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "range rule value must be a list [min, max]");
    if (kl_array_len(value) != 2)
        return kl_error_set(error, KL_INVALID,
                            "range rule value must be a list [min, max] with exactly 2 elements");
    for (size_t i = 0; i < 2; i++) {
        kl_value limit = kl_array_at(value, i);
        if (!kl_is_number(limit))
            return kl_error_set(error, KL_TYPE, "value[%zu]: expected number, got %s", i,
                                kl_value_kind_name(limit));
        if (isnan(kl_as_double(limit)))
            return kl_error_set(error, KL_INVALID, "value[%zu]: NaN is no limit", i);
    }
    if (kl_number_compare(kl_array_at(value, 0), kl_array_at(value, 1)) > 0)
        return kl_error_set(error, KL_INVALID, "range rule value: min is greater than max");
    r->value = kl_value_retain(value);
    return KL_OK;
}

static kl_status take_words(rule *r, kl_value value, kl_error *error)
{
    bool fits = kl_is(value, KL_KIND_ARRAY);
    for (size_t i = 0; fits && i < kl_array_len(value); i++)
        fits = kl_is(kl_array_at(value, i), KL_KIND_STRING);
    if (!fits)
        return kl_error_set(error, KL_TYPE, "one_of rule value must be a list of strings");
    r->value = kl_value_retain(value);
    return KL_OK;
}

/* ---- what rules check -------------------------------------------------------------------------- */

/* What is wrong is written to `fault`; nothing is when the value fits. */

static kl_status check_min_length(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    int64_t count = (int64_t)kl_utf8_count(kl_as_text(value)), least = kl_as_int(r->value);
    (void)error;
    if (count < least)
        kl_buffer_format(fault, "value length %lld is less than minimum %lld", (long long)count,
                         (long long)least);
    return KL_OK;
}

static kl_status check_max_length(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    int64_t count = (int64_t)kl_utf8_count(kl_as_text(value)), most = kl_as_int(r->value);
    (void)error;
    if (count > most)
        kl_buffer_format(fault, "value length %lld exceeds maximum %lld", (long long)count,
                         (long long)most);
    return KL_OK;
}

static kl_status check_pattern(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    bool found;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_regex_search(&found, r->regex, kl_as_text(value), &why);
    if (status == KL_LIMIT) { /* what cannot be told to fit does not */
        kl_buffer_format(fault, "rule 'pattern' cannot be evaluated: %s", kl_error_message(&why));
        kl_error_clear(&why);
        return KL_OK;
    }
    if (status != KL_OK) {
        kl_error_move(error, &why);
        return status;
    }
    if (found)
        return KL_OK;
    kl_buffer_string(fault, "value '");
    kl_buffer_add(fault, kl_as_text(value));
    kl_buffer_string(fault, "' does not match pattern '");
    kl_buffer_add(fault, kl_as_text(r->value));
    kl_buffer_byte(fault, '\'');
    return KL_OK;
}

static kl_status check_range(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    kl_value least = kl_array_at(r->value, 0), most = kl_array_at(r->value, 1);
    (void)error;
    if (!isnan(kl_as_double(value)) && kl_number_compare(value, least) >= 0 &&
        kl_number_compare(value, most) <= 0)
        return KL_OK;
    kl_buffer_string(fault, "value ");
    kl_put_number(fault, value);
    kl_buffer_string(fault, " is outside range [");
    kl_put_number(fault, least);
    kl_buffer_string(fault, ", ");
    kl_put_number(fault, most);
    kl_buffer_byte(fault, ']');
    return KL_OK;
}

static kl_status check_words(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    size_t count = kl_array_len(r->value);
    (void)error;
    for (size_t i = 0; i < count; i++)
        if (kl_text_equal(kl_as_text(kl_array_at(r->value, i)), kl_as_text(value)))
            return KL_OK;
    kl_buffer_string(fault, "value '");
    kl_buffer_add(fault, kl_as_text(value));
    kl_buffer_string(fault, "' is not one of: [");
    for (size_t i = 0; i < count; i++) {
        kl_buffer_string(fault, i ? ", " : "");
        kl_buffer_add(fault, kl_as_text(kl_array_at(r->value, i)));
    }
    kl_buffer_byte(fault, ']');
    return KL_OK;
}

/* The name of a value's class in Python. */
static const char *class_of(kl_value value)
{
    static const char *const names[] = {"NoneType", "bool", "int",  "float",
                                        "str",      "bytes", "list", "dict"};
    if (kl_is(value, KL_KIND_OBJECT))
        return value.as.object->type->name;
    return names[value.kind];
}

static kl_status tell_raised(kl_buffer *fault, const rule *r, kl_error *why)
{
    const char *class = kl_host_class_of(why);
    kl_buffer_string(fault, "custom rule on '");
    kl_buffer_add(fault, kl_as_text(r->field));
    kl_buffer_format(fault, "' raised: %s: %s", class, kl_error_message(why));
    kl_error_clear(why);
    return KL_OK;
}

static kl_status check_custom(kl_buffer *fault, const rule *r, kl_value value, kl_error *error)
{
    kl_value result = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_call_value(&result, r->callable, &value, 1, &why);
    if (status == KL_INTERRUPTED || status == KL_NO_MEMORY || status == KL_CANCELLED) {
        kl_error_move(error, &why);
        return status;
    }
    if (status != KL_OK)
        return tell_raised(fault, r, &why);
    if (!kl_is(result, KL_KIND_BOOL)) {
        kl_buffer_string(fault, "custom rule on '");
        kl_buffer_add(fault, kl_as_text(r->field));
        kl_buffer_format(fault, "' returned %s, expected bool", class_of(result));
    } else if (!kl_as_bool(result)) {
        kl_buffer_add(fault, kl_as_text(r->value));
    }
    kl_value_release(result);
    return KL_OK;
}

/* ---- kinds of rules ---------------------------------------------------------------------------- */

typedef struct rule_kind {
    const char *name;
    const char *wants; /* what a value must be to be checked; NULL = anything */
    kl_status (*take)(rule *r, kl_value value, kl_error *error); /* retains what it keeps */
    kl_status (*check)(kl_buffer *fault, const rule *r, kl_value value, kl_error *error);
} rule_kind;

static const rule_kind kinds[] = {
    {"min_length", "string", take_length, check_min_length},
    {"max_length", "string", take_length, check_max_length},
    {"pattern", "string", take_pattern, check_pattern},
    {"range", "number", take_range, check_range},
    {"one_of", "string", take_words, check_words},
};
static const rule_kind custom_kind = {"custom", NULL, NULL, check_custom};
static const rule_kind cross_kind = {"cross_field", NULL, NULL, NULL};

static kl_status find_kind(const rule_kind **out, kl_text name, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(kinds); i++)
        if (kl_text_is(name, kinds[i].name)) {
            *out = &kinds[i];
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "unknown rule type: '%.*s'. Valid types: min_length, max_length, pattern, "
                        "range, one_of",
                        (int)KL_MIN(name.len, 60), name.data);
}

static bool is_wanted(const rule_kind *kind, kl_value value)
{
    if (!kind->wants)
        return true;
    return strcmp(kind->wants, "number") == 0 ? kl_is_number(value) : kl_is(value, KL_KIND_STRING);
}

/* ---- checking a record ------------------------------------------------------------------------- */

/* `fault` is ended; nothing is added when it is empty. */
static kl_status add_violation(kl_value *list, kl_text field, const char *name, kl_buffer *fault,
                               kl_error *error)
{
    kl_value message, map = kl_null();
    kl_status status;
    if (fault->len == 0 && fault->status == KL_OK) {
        kl_buffer_free(fault);
        return KL_OK;
    }
    KL_TRY(kl_buffer_finish(&message, fault, error));
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("field"), field, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("rule"), kl_text_from(name), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), kl_value_take(&message), error));
    status = kl_array_push(list, kl_value_take(&map), error);
out:
    kl_value_release(map);
    kl_value_release(message);
    return status;
}

static kl_status check_cross(kl_value *list, const rule *r, kl_value record, kl_error *error)
{
    const kl_cross_rule *cross = (const kl_cross_rule *)r->value.as.object;
    kl_buffer fault = KL_BUFFER_INIT;
    kl_value message;
    KL_TRY(kl_cross_rule_check(&message, cross, record, error));
    kl_buffer_add(&fault, kl_as_text(message));
    kl_value_release(message);
    return add_violation(list, kl_as_text(cross->field_a), r->kind->name, &fault, error);
}

static kl_status check_rule(kl_value *list, const rule *r, kl_value record, kl_error *error)
{
    kl_buffer fault = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    if (r->kind == &cross_kind)
        return check_cross(list, r, record, error);
    kl_value value = kl_map_get(record, kl_as_text(r->field));
    if (kl_is_null(value))
        return KL_OK;
    if (is_wanted(r->kind, value))
        status = r->kind->check(&fault, r, value, error);
    else
        kl_buffer_format(&fault, "rule '%s' cannot be evaluated: expected a %s, got %s",
                         r->kind->name, r->kind->wants,
                         kl_is(value, KL_KIND_BOOL) ? "boolean" : kl_value_kind_name(value));
    if (status == KL_OK)
        return add_violation(list, kl_as_text(r->field), r->kind->name, &fault, error);
    kl_buffer_free(&fault);
    return status;
}

/* The rules of a model; given, null when it has none. */
static kl_value rules_of(kl_object *self, kl_text model)
{
    layer *l = (layer *)self;
    pthread_mutex_lock(&l->lock);
    kl_value rules = kl_value_retain(kl_map_get(l->models, model));
    pthread_mutex_unlock(&l->lock);
    return rules;
}

kl_status kl_validation_check(kl_value *out, kl_object *self, kl_text model, kl_value record,
                              kl_error *error)
{
    kl_value list = kl_null(), rules = rules_of(self, model);
    kl_status status;
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    for (size_t i = 0; i < kl_array_len(rules); i++)
        KL_TRY_OUT(check_rule(&list, (rule *)kl_array_at(rules, i).as.object, record, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(rules);
    return status;
}

/* ---- methods ----------------------------------------------------------------------------------- */

static kl_status layer_init(kl_object *self, const kl_value *args, kl_error *error)
{
    layer *l = (layer *)self;
    (void)args;
    pthread_mutex_init(&l->lock, NULL);
    l->fork_watch.lock = &l->lock;
    kl_fork_watch_begin(&l->fork_watch);
    return kl_map_new(&l->models, 0, error);
}

static void layer_dispose(kl_object *self)
{
    layer *l = (layer *)self;
    kl_fork_watch_end(&l->fork_watch);
    kl_value_release(l->models);
    pthread_mutex_destroy(&l->lock);
}

static void layer_traverse(kl_object *self, kl_visit *visit, void *data)
{
    visit(((layer *)self)->models, data);
}

static void layer_clear(kl_object *self)
{
    kl_value_replace(&((layer *)self)->models, kl_map_empty());
}

/* Readers keep the array they have: a longer one takes its place. */
static kl_status append(layer *l, kl_text model, kl_value added, kl_error *error)
{
    kl_value rules = kl_value_retain(kl_map_get(l->models, model));
    kl_status status = kl_is_null(rules) ? kl_array_new(&rules, 1, error) : KL_OK;
    if (status == KL_OK)
        status = kl_array_push(&rules, kl_value_retain(added), error);
    if (status == KL_OK)
        return kl_map_set(&l->models, model, rules, error);
    kl_value_release(rules);
    return status;
}

/* `added` is taken. */
static kl_status add(kl_object *self, kl_value model, kl_object *added, kl_error *error)
{
    layer *l = (layer *)self;
    pthread_mutex_lock(&l->lock);
    kl_status status = append(l, kl_as_text(model), kl_value_of(added), error);
    pthread_mutex_unlock(&l->lock);
    kl_object_release(added);
    return status;
}

static kl_status add_rule(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const rule_kind *kind;
    kl_object *object;
    (void)out;
    KL_TRY(find_kind(&kind, kl_as_text(args[2]), error));
    KL_TRY(kl_object_alloc(&object, &rule_type, error));
    rule *made = (rule *)object;
    made->kind = kind;
    made->field = kl_value_retain(args[1]);
    kl_status status = kind->take(made, args[3], error);
    if (status == KL_OK)
        return add(self, args[0], object, error);
    kl_object_release(object);
    return status;
}

static kl_status add_custom(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    (void)out;
    KL_TRY(kl_object_alloc(&object, &rule_type, error));
    rule *made = (rule *)object;
    made->kind = &custom_kind;
    made->field = kl_value_retain(args[1]);
    made->callable = kl_value_retain(args[2]);
    made->value = kl_value_retain(args[3]);
    return add(self, args[0], object, error);
}

static kl_status add_cross(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_object *object;
    (void)out;
    KL_TRY(kl_object_alloc(&object, &rule_type, error));
    ((rule *)object)->kind = &cross_kind;
    ((rule *)object)->value = kl_value_retain(args[1]);
    return add(self, args[0], object, error);
}

static kl_status validate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_validation_check(out, self, kl_as_text(args[0]), args[1], error);
}

static size_t count_rules(kl_object *self, kl_value model)
{
    kl_value rules = rules_of(self, kl_as_text(model));
    size_t count = kl_array_len(rules);
    kl_value_release(rules);
    return count;
}

static kl_status has_rules(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_bool(count_rules(self, args[0]) > 0);
    return KL_OK;
}

static kl_status rule_count(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_int((int64_t)count_rules(self, args[0]));
    return KL_OK;
}

static kl_status layer_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("ValidationLayer()"), error);
}

#define MODEL_PARAM {.name = "model", .kind = KL_KIND_STRING, .doc = "name of a model"}
#define FIELD_PARAM {.name = "field", .kind = KL_KIND_STRING, .doc = "name of a field"}

static const kl_param model_params[] = {MODEL_PARAM};
static const kl_param rule_params[] = {
    MODEL_PARAM,
    FIELD_PARAM,
    {.name = "rule_type", .kind = KL_KIND_STRING,
     .doc = "min_length, max_length, pattern, range or one_of"},
    {.name = "value", .kind = KL_KIND_ANY,
     .doc = "the length; a regular expression (PCRE2); [min, max]; or a list of texts"},
};
static const kl_param custom_params[] = {
    MODEL_PARAM,
    FIELD_PARAM,
    {.name = "callable", .kind = KL_KIND_CALLABLE,
     .doc = "gets the value; True when it fits, False when it does not"},
    {.name = "error_message", .kind = KL_KIND_STRING, .fallback = "\"custom validation failed\"",
     .doc = "told when it does not"},
};
static const kl_param cross_params[] = {
    MODEL_PARAM,
    {.name = "rule", .kind = KL_KIND_OBJECT, .type = &kl_cross_rule_type,
     .doc = "how two fields relate"},
};
static const kl_param validate_params[] = {
    MODEL_PARAM,
    {.name = "data", .kind = KL_KIND_MAP, .doc = "a record"},
};

static const kl_method layer_methods[] = {
    {.name = "add_rule", .call = add_rule, .params = KL_TABLE(rule_params),
     .returns = KL_KIND_NONE, .raises = "ValueError, TypeError, OverflowError",
     .doc = "Adds a rule for a field. A field that is absent or None is not checked."},
    {.name = "add_custom_rule", .call = add_custom, .params = KL_TABLE(custom_params),
     .returns = KL_KIND_NONE, .raises = "TypeError",
     .doc = "Adds a function that checks a field. An exception in it, or another result than a "
            "bool, is a violation too."},
    {.name = "add_cross_field_rule", .call = add_cross, .params = KL_TABLE(cross_params),
     .returns = KL_KIND_NONE, .doc = "Adds a rule for two fields."},
    {.name = "validate", .call = validate, .params = KL_TABLE(validate_params),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "What a record violates, in the order in which the rules were added: dicts of field, "
            "rule and message. Empty when it fits, or the model has no rules."},
    {.name = "has_rules", .call = has_rules, .params = KL_TABLE(model_params),
     .returns = KL_KIND_BOOL, .doc = "Whether a model has rules."},
    {.name = "rule_count", .call = rule_count, .params = KL_TABLE(model_params),
     .returns = KL_KIND_INT, .doc = "How many rules a model has."},
};

const kl_type kl_validation_layer_type = {
    .name = "ValidationLayer",
    .module = "kailash.dataflow",
    .doc = "Rules for the values of records, by model. Threads may share one.",
    .size = sizeof(layer),
    .methods = KL_TABLE(layer_methods),
    .init = layer_init,
    .dispose = layer_dispose,
    .repr = layer_repr,
    .traverse = layer_traverse,
    .clear = layer_clear,
};
KL_PUBLISH(kl_validation_layer_type);
