/* src/dataflow/filter.c - FilterCondition and F: conditions as Python writes them. */
#include "filter.h"
#include "buffer.h"
#include "kailash/json.h"

/* ---- operators ----------------------------------------------------------------------------------- */

/* In the order of kl_filter_op. */
static const kl_filter_operator operators[] = {
    {KL_FILTER_EQ, KL_TAKES_VALUE, "eq", "= ==", "$eq", " = "},
    {KL_FILTER_NE, KL_TAKES_VALUE, "ne", "!=", "$ne", " <> "},
    {KL_FILTER_GT, KL_TAKES_VALUE, "gt", ">", "$gt", " > "},
    {KL_FILTER_GTE, KL_TAKES_VALUE, "gte", ">=", "$gte", " >= "},
    {KL_FILTER_LT, KL_TAKES_VALUE, "lt", "<", "$lt", " < "},
    {KL_FILTER_LTE, KL_TAKES_VALUE, "lte", "<=", "$lte", " <= "},
    {KL_FILTER_LIKE, KL_TAKES_TEXT, "like", "", "$like", " LIKE "},
    {KL_FILTER_ILIKE, KL_TAKES_TEXT, "ilike", "", "$ilike", NULL},
    {KL_FILTER_IN, KL_TAKES_LIST, "in", "", "$in", " IN "},
    {KL_FILTER_NOT_IN, KL_TAKES_LIST, "not_in", "", "$nin", " NOT IN "},
    {KL_FILTER_BETWEEN, KL_TAKES_PAIR, "between", "", "$between", NULL},
    {KL_FILTER_STARTSWITH, KL_TAKES_TEXT, "startswith", "", NULL, NULL},
    {KL_FILTER_ENDSWITH, KL_TAKES_TEXT, "endswith", "", NULL, NULL},
    {KL_FILTER_CONTAINS, KL_TAKES_TEXT, "contains", "", NULL, NULL},
    {KL_FILTER_REGEX, KL_TAKES_TEXT, "regex", "", "$regex", NULL},
    {KL_FILTER_IS_NULL, KL_TAKES_NOTHING, "is_null", "", NULL, " IS NULL"},
    {KL_FILTER_IS_NOT_NULL, KL_TAKES_NOTHING, "is_not_null", "", NULL, " IS NOT NULL"},
    {.op = KL_FILTER_AND, .name = "and"},
    {.op = KL_FILTER_OR, .name = "or"},
    {.op = KL_FILTER_NOT, .name = "not"},
};

const kl_filter_operator *kl_filter_of(kl_filter_op op) { return &operators[op]; }

static bool has_word(const char *words, kl_text word)
{
    for (const char *at = words; *at;) {
        size_t len = strcspn(at, " ");
        if (kl_text_equal((kl_text){at, len}, word))
            return true;
        at += len + (at[len] == ' ');
    }
    return false;
}

const kl_filter_operator *kl_filter_by_name(kl_text name)
{
    for (size_t i = 0; i < KL_FILTER_AND; i++)
        if (name.len && (kl_text_is(name, operators[i].name) || has_word(operators[i].others, name)))
            return &operators[i];
    return NULL;
}

const kl_filter_operator *kl_filter_by_key(kl_text key)
{
    for (size_t i = 0; i < KL_FILTER_AND; i++)
        if (operators[i].key && kl_text_is(key, operators[i].key))
            return &operators[i];
    return NULL;
}

/* ---- making -------------------------------------------------------------------------------------- */

kl_status kl_condition_new(kl_value *out, kl_filter_op op, kl_value column, kl_value value,
                           kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_condition_type, error));
    kl_condition *made = (kl_condition *)object;
    made->op = &operators[op];
    made->column = kl_value_retain(column);
    made->value = kl_value_retain(value);
    *out = kl_value_of(object);
    return KL_OK;
}

/* A single value given for a list is a list of one. */
static kl_status as_list(kl_value *out, kl_value value, kl_error *error)
{
    KL_TRY(kl_array_new(out, 1, error));
    kl_status status = kl_array_push(out, kl_value_retain(value), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_condition *made = (kl_condition *)self;
    made->op = kl_filter_by_name(kl_as_text(args[1]));
    if (!made->op)
        return kl_error_set(error, KL_INVALID,
                            "unknown filter operator: \"%.*s\"; expected one of eq, ne, gt, gte, "
                            "lt, lte, like, ilike, in, not_in, between, startswith, endswith, "
                            "contains, regex, is_null, is_not_null",
                            KL_TEXT_ARG(kl_as_text(args[1])));
    made->column = kl_value_retain(args[0]);
    bool lone = made->op->takes == KL_TAKES_LIST && !kl_is_null(args[2]) &&
                !kl_is(args[2], KL_KIND_ARRAY);
    if (lone)
        return as_list(&made->value, args[2], error);
    if (made->op->takes != KL_TAKES_NOTHING)
        made->value = kl_value_retain(args[2]);
    return KL_OK;
}

static void dispose(kl_object *self)
{
    kl_condition *condition = (kl_condition *)self;
    kl_value_release(condition->column);
    kl_value_release(condition->value);
}

/* ---- groups: & | ~ ------------------------------------------------------------------------------- */

/* Parts of the same group are taken over one by one, so that a & b & c & ... does not nest. */
static kl_status add_parts(kl_value *parts, kl_filter_op op, kl_condition *from, kl_error *error)
{
    if (from->op->op != op)
        return kl_array_push(parts, kl_value_of(kl_object_retain(&from->object)), error);
    for (size_t i = 0; i < kl_array_len(from->value); i++)
        KL_TRY(kl_array_push(parts, kl_value_retain(kl_array_at(from->value, i)), error));
    return KL_OK;
}

static kl_status group(kl_value *out, kl_filter_op op, kl_condition *a, kl_condition *b,
                       kl_error *error)
{
    kl_value parts;
    KL_TRY(kl_array_new(&parts, 2, error));
    kl_status status = op == KL_FILTER_NOT
                           ? kl_array_push(&parts, kl_value_of(kl_object_retain(&a->object)), error)
                           : add_parts(&parts, op, a, error);
    if (status == KL_OK && b)
        status = add_parts(&parts, op, b, error);
    if (status == KL_OK)
        status = kl_condition_new(out, op, kl_null(), parts, error);
    kl_value_release(parts);
    return status;
}

static kl_status both(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_condition *other = (kl_condition *)args[0].as.object;
    return group(out, KL_FILTER_AND, (kl_condition *)self, other, error);
}

static kl_status either(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_condition *other = (kl_condition *)args[0].as.object;
    return group(out, KL_FILTER_OR, (kl_condition *)self, other, error);
}

static kl_status inverse(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return group(out, KL_FILTER_NOT, (kl_condition *)self, NULL, error);
}

/* ---- what a condition tells ------------------------------------------------------------------------ */

static kl_status get_column(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_condition *)self)->column);
    return KL_OK;
}

static kl_status get_operator(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_string_from_valid(out, kl_text_from(((kl_condition *)self)->op->name), error);
}

/* Deeper groups are shown as "...": what is shown must end. */
enum { REPR_DEPTH = 16 };

static kl_status put_repr(kl_buffer *out, const kl_condition *condition, int depth, kl_error *error)
{
    const char *between = condition->op->op == KL_FILTER_OR ? " | " : " & ";
    kl_value text;
    if (kl_is_null(condition->column)) {
        kl_buffer_string(out, condition->op->op == KL_FILTER_NOT ? "~(" : "(");
        for (size_t i = 0; i < kl_array_len(condition->value); i++) {
            kl_buffer_string(out, i ? between : "");
            if (depth == 0)
                kl_buffer_string(out, "...");
            else
                KL_TRY(put_repr(out,
                                (const kl_condition *)kl_array_at(condition->value, i).as.object,
                                depth - 1, error));
        }
        kl_buffer_byte(out, ')');
        return KL_OK;
    }
    KL_TRY(kl_json_print(&text, condition->value, &kl_json_plain, error));
    kl_buffer_format(out, "FilterCondition(\"%.*s\", \"%s\"", KL_TEXT_ARG(kl_as_text(condition->column)),
                     condition->op->name);
    if (condition->op->takes != KL_TAKES_NOTHING)
        kl_buffer_format(out, ", %.*s", KL_TEXT_ARG(kl_as_text(text)));
    kl_buffer_byte(out, ')');
    kl_value_release(text);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = put_repr(&text, (const kl_condition *)self, REPR_DEPTH, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- the ways to make one, of FilterCondition and of F ----------------------------------------------- */

typedef struct column_reference {
    kl_object object;
    kl_value column; /* string */
} column_reference;

/* FilterCondition.eq("age", 1) and F("age") == 1, for each operator that takes something. */
#define MAKES(word, OP)                                                                            \
    static kl_status of_##word(kl_value *out, kl_object *self, const kl_value *args,               \
                               kl_error *error)                                                    \
    {                                                                                              \
        (void)self;                                                                                \
        return kl_condition_new(out, KL_FILTER_##OP, args[0], args[1], error);                     \
    }                                                                                              \
    static kl_status f_##word(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        kl_value column = ((column_reference *)self)->column;                                      \
        return kl_condition_new(out, KL_FILTER_##OP, column, args[0], error);                      \
    }
MAKES(eq, EQ)
MAKES(ne, NE)
MAKES(gt, GT)
MAKES(gte, GTE)
MAKES(lt, LT)
MAKES(lte, LTE)
MAKES(like, LIKE)
MAKES(ilike, ILIKE)
MAKES(in_list, IN)
MAKES(not_in, NOT_IN)
MAKES(startswith, STARTSWITH)
MAKES(endswith, ENDSWITH)
MAKES(contains, CONTAINS)
MAKES(regex, REGEX)

/* The same for those that take nothing. */
#define MAKES_BARE(word, OP)                                                                       \
    static kl_status of_##word(kl_value *out, kl_object *self, const kl_value *args,               \
                               kl_error *error)                                                    \
    {                                                                                              \
        (void)self;                                                                                \
        return kl_condition_new(out, KL_FILTER_##OP, args[0], kl_null(), error);                   \
    }                                                                                              \
    static kl_status f_##word(kl_value *out, kl_object *self, const kl_value *args,                \
                              kl_error *error)                                                     \
    {                                                                                              \
        (void)args;                                                                                \
        kl_value column = ((column_reference *)self)->column;                                      \
        return kl_condition_new(out, KL_FILTER_##OP, column, kl_null(), error);                    \
    }
MAKES_BARE(is_null, IS_NULL)
MAKES_BARE(is_not_null, IS_NOT_NULL)

static kl_status between(kl_value *out, kl_value column, kl_value low, kl_value high,
                         kl_error *error)
{
    kl_value pair;
    KL_TRY(kl_array_new(&pair, 2, error));
    kl_status status = kl_array_push(&pair, kl_value_retain(low), error);
    if (status == KL_OK)
        status = kl_array_push(&pair, kl_value_retain(high), error);
    if (status == KL_OK)
        status = kl_condition_new(out, KL_FILTER_BETWEEN, column, pair, error);
    kl_value_release(pair);
    return status;
}

static kl_status of_between(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return between(out, args[0], args[1], args[2], error);
}

static kl_status f_between(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return between(out, ((column_reference *)self)->column, args[0], args[1], error);
}

#define COLUMN {.name = "column", .kind = KL_KIND_STRING, .doc = "name of a field"}
#define VALUE_FLAGGED(more)                                                                        \
    {.name = "value", .kind = KL_KIND_ANY, .flags = KL_DECIMALS | (more),                          \
     .doc = "what it is compared with"}
#define VALUE VALUE_FLAGGED(0)
#define PATTERN {.name = "pattern", .kind = KL_KIND_STRING, .doc = "the pattern, or the text"}
#define VALUES {.name = "values", .kind = KL_KIND_ARRAY, .flags = KL_DECIMALS, .doc = "the values, one of which it may have"}
#define LOW {.name = "low", .kind = KL_KIND_ANY, .flags = KL_DECIMALS, .doc = "the smallest value"}
#define HIGH {.name = "high", .kind = KL_KIND_ANY, .flags = KL_DECIMALS, .doc = "the greatest value"}

static const kl_param condition_params[] = {
    COLUMN,
    {.name = "operator", .kind = KL_KIND_STRING,
     .doc = "eq (or = ==), ne (!=), gt (>), gte (>=), lt (<), lte (<=), like, ilike, in, not_in, "
            "between, startswith, endswith, contains, regex, is_null, is_not_null"},
    VALUE_FLAGGED(KL_OPTIONAL),
};
static const kl_param column_param[] = {COLUMN};
static const kl_param column_value[] = {COLUMN, VALUE}, value_param[] = {VALUE};
static const kl_param column_pattern[] = {COLUMN, PATTERN}, pattern_param[] = {PATTERN};
static const kl_param column_values[] = {COLUMN, VALUES}, values_param[] = {VALUES};
static const kl_param column_between[] = {COLUMN, LOW, HIGH}, between_params[] = {LOW, HIGH};
static const kl_param other_param[] = {
    {.name = "other", .kind = KL_KIND_OBJECT, .type = &kl_condition_type,
     .doc = "another condition"},
};

#define CONDITION .returns = KL_KIND_OBJECT, .returns_type = &kl_condition_type
#define OF(word, parameters, text)                                                                 \
    {.name = #word, .call = of_##word, .params = KL_TABLE(parameters), .flags = KL_STATIC,         \
     CONDITION, .doc = text}
#define ON_F(python, word, parameters, text)                                                       \
    {.name = python, .call = f_##word, .params = KL_TABLE(parameters), CONDITION, .doc = text}

static const kl_method condition_methods[] = {
    OF(eq, column_value, "The column equals a value."),
    OF(ne, column_value, "The column differs from a value."),
    OF(gt, column_value, "The column is greater."),
    OF(gte, column_value, "The column is greater or equal."),
    OF(lt, column_value, "The column is less."),
    OF(lte, column_value, "The column is less or equal."),
    OF(like, column_pattern,
       "The column matches a pattern with % and _. SQLite and MySQL take no notice of case (of "
       "ASCII letters), PostgreSQL does."),
    OF(ilike, column_pattern, "As like(), taking no notice of case anywhere."),
    OF(in_list, column_values, "The column has one of these values."),
    OF(not_in, column_values, "The column has none of these values."),
    OF(between, column_between, "The column lies between two values, both included."),
    OF(startswith, column_pattern, "The column begins with a text; case counts."),
    OF(endswith, column_pattern, "The column ends with a text; case counts."),
    OF(contains, column_pattern, "The column contains a text; case counts."),
    OF(regex, column_pattern, "A regular expression is found in the column; case counts."),
    OF(is_null, column_param, "The column has no value."),
    OF(is_not_null, column_param, "The column has a value."),
    {.name = "column", .call = get_column, .returns = KL_KIND_STRING, .flags = KL_PROPERTY,
     .returns_optional = true, .doc = "Name of the field; None of a group."},
    {.name = "operator", .call = get_operator, .returns = KL_KIND_STRING, .flags = KL_PROPERTY,
     .doc = "Name of the operator: eq, gt ...; and, or, not of a group."},
    {.name = "__and__", .call = both, .params = KL_TABLE(other_param), CONDITION,
     .doc = "Both hold."},
    {.name = "__or__", .call = either, .params = KL_TABLE(other_param), CONDITION,
     .doc = "At least one holds."},
    {.name = "__invert__", .call = inverse, CONDITION, .doc = "It does not hold."},
};

const kl_type kl_condition_type = {
    .name = "FilterCondition",
    .module = "kailash.dataflow",
    .doc = "A condition that rows must meet: a field, an operator and a value, or several "
           "conditions joined by &, | and ~.",
    .size = sizeof(kl_condition),
    .flags = KL_TYPE_AT_ROOT,
    .params = KL_TABLE(condition_params),
    .init = init,
    .dispose = dispose,
    .repr = repr,
    .methods = KL_TABLE(condition_methods),
};
KL_PUBLISH(kl_condition_type);

static kl_status f_init(kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    ((column_reference *)self)->column = kl_value_retain(args[0]);
    return KL_OK;
}

static void f_dispose(kl_object *self) { kl_value_release(((column_reference *)self)->column); }

static kl_status f_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_text column = kl_as_text(((column_reference *)self)->column);
    return kl_string_format(out, error, "F('%.*s')", KL_TEXT_ARG(column));
}

static const kl_method f_methods[] = {
    ON_F("__eq__", eq, value_param, "The column equals a value."),
    ON_F("__ne__", ne, value_param, "The column differs from a value."),
    ON_F("__gt__", gt, value_param, "The column is greater."),
    ON_F("__ge__", gte, value_param, "The column is greater or equal."),
    ON_F("__lt__", lt, value_param, "The column is less."),
    ON_F("__le__", lte, value_param, "The column is less or equal."),
    ON_F("like", like, pattern_param, "The column matches a pattern; see FilterCondition.like()."),
    ON_F("ilike", ilike, pattern_param, "As like(), taking no notice of case anywhere."),
    ON_F("in_list", in_list, values_param, "The column has one of these values."),
    ON_F("not_in", not_in, values_param, "The column has none of these values."),
    ON_F("between", between, between_params, "The column lies between two values, both included."),
    ON_F("startswith", startswith, pattern_param, "The column begins with a text; case counts."),
    ON_F("endswith", endswith, pattern_param, "The column ends with a text; case counts."),
    ON_F("contains", contains, pattern_param, "The column contains a text; case counts."),
    ON_F("regex", regex, pattern_param, "A regular expression is found in the column."),
    {.name = "is_null", .call = f_is_null, CONDITION, .doc = "The column has no value."},
    {.name = "is_not_null", .call = f_is_not_null, CONDITION, .doc = "The column has a value."},
};

static const kl_type f_type = {
    .name = "F",
    .module = "kailash.dataflow",
    .doc = "A field of a model, to write conditions with: F(\"age\") >= 18.",
    .size = sizeof(column_reference),
    .params = KL_TABLE(column_param),
    .init = f_init,
    .dispose = f_dispose,
    .repr = f_repr,
    .methods = KL_TABLE(f_methods),
};
KL_PUBLISH(f_type);
