/* src/dataflow/aggregate.c - see aggregate.h. */
#include "aggregate.h"

#include <ctype.h>

static const char *const names[] = {"count", "sum", "avg", "min", "max"};

const char *kl_aggregate_name(kl_aggregate_kind kind) { return names[kind]; }

/* ---- AggregateOp --------------------------------------------------------------------------------- */

static kl_status op_new(kl_value *out, kl_aggregate_kind kind, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_aggregate_op_type, error));
    ((kl_aggregate_op *)object)->kind = kind;
    *out = kl_value_of(object);
    return KL_OK;
}

#define MAKER(word, KIND)                                                                          \
    static kl_status make_##word(kl_value *out, kl_object *self, const kl_value *args,             \
                                 kl_error *error)                                                  \
    {                                                                                              \
        (void)self, (void)args;                                                                    \
        return op_new(out, KL_AGGREGATE_##KIND, error);                                            \
    }
MAKER(count, COUNT)
MAKER(sum, SUM)
MAKER(avg, AVG)
MAKER(min, MIN)
MAKER(max, MAX)

static kl_status op_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "AggregateOp.%s", names[((kl_aggregate_op *)self)->kind]);
}

static kl_status op_text(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return op_repr(out, self, error);
}

#define MAKES(word, text)                                                                          \
    {.name = #word, .call = make_##word, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,            \
     .returns_type = &kl_aggregate_op_type, .doc = text}

static const kl_method op_methods[] = {
    MAKES(count, "How many rows there are (*), or how many have a value."),
    MAKES(sum, "The sum."),
    MAKES(avg, "The mean, a float."),
    MAKES(min, "The least value."),
    MAKES(max, "The greatest value."),
    {.name = "__str__", .call = op_text, .returns = KL_KIND_STRING, .doc = "As repr()."},
};

static const kl_field op_fields[] = {
    KL_INT(kl_aggregate_op, kind, 0, .flags = KL_HIDDEN, .range = KL_RANGE(0, 4),
           .doc = "which one"),
};

const kl_type kl_aggregate_op_type = {
    .name = "AggregateOp",
    .module = "kailash.dataflow",
    .doc = "What is computed of many values: count, sum, avg, min or max.",
    .size = sizeof(kl_aggregate_op),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(op_fields),
    .methods = KL_TABLE(op_methods),
    .repr = op_repr,
};
KL_PUBLISH(kl_aggregate_op_type);

/* ---- AggregateSpec ------------------------------------------------------------------------------- */

kl_status kl_aggregate_new(kl_value *out, kl_aggregate_kind kind, kl_value field, kl_value alias,
                           kl_error *error)
{
    kl_object *object;
    kl_value op;
    KL_TRY(op_new(&op, kind, error));
    kl_status status = kl_object_alloc(&object, &kl_aggregate_type, error);
    if (status != KL_OK) {
        kl_value_release(op);
        return status;
    }
    kl_aggregate *made = (kl_aggregate *)object;
    made->op = op;
    made->field = kl_value_retain(field);
    made->alias = kl_value_retain(alias);
    *out = kl_value_of(object);
    return KL_OK;
}

kl_status kl_aggregate_column(kl_value *out, const kl_aggregate *aggregate, kl_error *error)
{
    kl_text field = kl_as_text(aggregate->field);
    if (!kl_is_null(aggregate->alias)) {
        *out = kl_value_retain(aggregate->alias);
        return KL_OK;
    }
    if (kl_text_is(field, "*"))
        field = KL_TEXT("star");
    return kl_string_format(out, error, "%s_%.*s", names[kl_aggregate_kind_of(aggregate)],
                            KL_TEXT_ARG(field));
}

static kl_status aggregate_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_aggregate *aggregate = (const kl_aggregate *)self;
    char name[8] = {0};
    const char *word = names[kl_aggregate_kind_of(aggregate)];
    for (size_t i = 0; word[i]; i++)
        name[i] = (char)toupper((unsigned char)word[i]);
    kl_text field = kl_as_text(aggregate->field), alias = kl_as_text(aggregate->alias);
    if (kl_is_null(aggregate->alias))
        return kl_string_format(out, error, "AggregateSpec(op=%s, field=\"%.*s\")", name,
                                KL_TEXT_ARG(field));
    return kl_string_format(out, error, "AggregateSpec(op=%s, field=\"%.*s\", alias=\"%.*s\")", name,
                            KL_TEXT_ARG(field), KL_TEXT_ARG(alias));
}

static kl_status aggregate_text(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args;
    return aggregate_repr(out, self, error);
}

static kl_status kind_of(kl_aggregate_kind *out, kl_text word, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (kl_text_is(word, names[i])) {
            *out = (kl_aggregate_kind)i;
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "unknown aggregate op: \"%.*s\" (expected count/sum/avg/min/max)",
                        KL_TEXT_ARG(word));
}

static kl_status text_of(kl_value *out, kl_value map, const char *key, kl_error *error)
{
    const kl_value *found = kl_map_find(map, kl_text_from(key));
    if (!found)
        return kl_error_set(error, KL_INVALID, "AggregateSpec dict missing required key '%s'", key);
    if (!kl_is(*found, KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "AggregateSpec dict: '%s' must be a string, got %s", key,
                            kl_value_kind_name(*found));
    *out = *found;
    return KL_OK;
}

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_aggregate_kind kind;
    kl_value op, field, alias = kl_null();
    (void)self;
    KL_TRY(text_of(&op, args[0], "op", error));
    KL_TRY(kind_of(&kind, kl_as_text(op), error));
    KL_TRY(text_of(&field, args[0], "field", error));
    if (!kl_is_null(kl_map_get(args[0], KL_TEXT("alias"))))
        KL_TRY(text_of(&alias, args[0], "alias", error));
    return kl_aggregate_new(out, kind, field, alias, error);
}

static const kl_param dict_param[] = {
    {.name = "dict", .kind = KL_KIND_MAP, .doc = "{\"op\", \"field\", \"alias\"?}, op in lower case"},
};

static const kl_method aggregate_methods[] = {
    {.name = "from_dict", .call = from_dict, .params = KL_TABLE(dict_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_aggregate_type,
     .raises = "ValueError, TypeError", .doc = "The same from a dict; other keys are ignored."},
    {.name = "__str__", .call = aggregate_text, .returns = KL_KIND_STRING, .doc = "As repr()."},
};

static const kl_field aggregate_fields[] = {
    KL_VALUE(kl_aggregate, op, .kind = KL_KIND_OBJECT, .type = &kl_aggregate_op_type,
             .doc = "what is computed"),
    KL_VALUE(kl_aggregate, field, .kind = KL_KIND_STRING,
             .doc = "of which field; \"*\" counts rows"),
    KL_VALUE(kl_aggregate, alias, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "name in the result; None = \"sum_age\" and the like"),
};

const kl_type kl_aggregate_type = {
    .name = "AggregateSpec",
    .module = "kailash.dataflow",
    .doc = "One value that is computed of many rows.",
    .size = sizeof(kl_aggregate),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(aggregate_fields),
    .methods = KL_TABLE(aggregate_methods),
    .repr = aggregate_repr,
};
KL_PUBLISH(kl_aggregate_type);
