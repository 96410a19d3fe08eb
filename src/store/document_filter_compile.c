/* src/store/document_filter_compile.c - filters from documents to trees. */
#include "buffer.h"
#include "document_filter_tree.h"

#include <stdio.h>

/* ---- trees -------------------------------------------------------------------------------------- */

void kl_filter_free(kl_filter *filter)
{
    if (!filter)
        return;
    for (size_t i = 0; i < filter->count; i++)
        kl_filter_free(filter->parts[i]); /* as deep as compiling allowed */
    kl_free(filter->parts);
    kl_regex_free(filter->regex);
    kl_value_release(filter->path);
    kl_value_release(filter->operand);
    kl_free(filter);
}

bool kl_filter_is_empty(const kl_filter *filter)
{
    return filter->kind == KL_FILTER_AND && filter->count == 0;
}

static kl_status make(kl_filter **out, kl_filter_kind kind, kl_error *error)
{
    kl_filter *made = kl_alloc_zero(1, sizeof *made);
    if (!made)
        return kl_error_no_memory(error);
    made->kind = kind;
    *out = made;
    return KL_OK;
}

/* Append; `part` is taken, also on failure. */
static kl_status add(kl_filter *to, kl_filter *part, kl_error *error)
{
    kl_filter **parts = to->parts;
    if ((to->count & (to->count - 1)) == 0) /* at each power of two there is no room left */
        parts = kl_realloc(to->parts, KL_MAX(2 * to->count, 1) * sizeof(kl_filter *));
    if (!parts) {
        kl_filter_free(part);
        return kl_error_no_memory(error);
    }
    to->parts = parts;
    to->parts[to->count++] = part;
    return KL_OK;
}

/* ---- where a fault is --------------------------------------------------------------------------- */

/* A step on the way to the part being compiled. */
typedef struct place {
    const struct place *above;
    kl_text name;
    size_t index; /* of an item, when `name` is empty */
    size_t depth;
} place;

static void say_place(kl_buffer *to, const place *at)
{
    if (at->above)
        say_place(to, at->above);
    if (at->name.len == 0 && at->above) {
        kl_buffer_format(to, "[%zu]", at->index);
        return;
    }
    if (at->above)
        kl_buffer_byte(to, '.');
    kl_buffer_add(to, at->name);
}

/* "invalid input 'PLACE': expected WHAT, got KIND" */
static kl_status refuse(const place *at, const char *expected, kl_value got, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    say_place(&words, at);
    kl_status status = kl_error_form(error, KL_INVALID, "invalid input '%.*s': expected %s, got %s",
                                     KL_TEXT_ARG(kl_buffer_text(&words)), expected,
                                     kl_value_kind_name(got));
    kl_buffer_free(&words);
    return status;
}

static kl_status refuse_name(const place *at, const char *expected, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    say_place(&words, at);
    kl_status status = kl_error_form(error, KL_INVALID, "invalid input '%.*s': expected one of: %s",
                                     KL_TEXT_ARG(kl_buffer_text(&words)), expected);
    kl_buffer_free(&words);
    return status;
}

static kl_status step(place *to, const place *above, kl_text name, size_t index, kl_error *error)
{
    *to = (place){above, name, index, above->depth + 1};
    if (to->depth > KL_FILTER_DEPTH_MAX)
        return kl_error_form(error, KL_INVALID, "invalid input 'filter': expected at most %d levels "
                                                "of nesting", KL_FILTER_DEPTH_MAX);
    return KL_OK;
}

/* ---- one condition of one path ------------------------------------------------------------------ */

/* Where conditions of a value go: `to` collects them, `path` is what they look at. */
typedef struct target {
    kl_filter *to;
    kl_value path;
} target;

typedef kl_status compile_fn(target t, kl_value operand, const place *at, kl_error *error);

static compile_fn compile_condition;
static kl_status compile_document(kl_filter *to, kl_value filter, const place *at, kl_error *error);

/* A leaf of `to`; the caller may fill it, `*out` is borrowed. */
static kl_status add_leaf(kl_filter **out, target t, kl_filter_kind kind, kl_value operand,
                          kl_error *error)
{
    kl_filter *leaf;
    KL_TRY(make(&leaf, kind, error));
    leaf->path = kl_value_retain(t.path);
    leaf->operand = kl_value_retain(operand);
    if (out)
        *out = leaf;
    return add(t.to, leaf, error);
}

/* A group below `to`: AND, OR, or what a NOT holds. */
static kl_status add_group(kl_filter **out, kl_filter *to, kl_filter_kind kind, bool negated,
                           kl_error *error)
{
    kl_filter *group, *outer;
    if (negated) {
        KL_TRY(make(&outer, KL_FILTER_NOT, error));
        KL_TRY(add(to, outer, error));
        to = outer;
    }
    KL_TRY(make(&group, kind, error));
    *out = group;
    return add(to, group, error);
}

static kl_status check_operand_count(kl_value list, const place *at, kl_error *error)
{
    return kl_is(list, KL_KIND_ARRAY) ? KL_OK : refuse(at, "array", list, error);
}

static kl_status compile_ne(target t, kl_value operand, const place *at, kl_error *error)
{
    kl_filter *group;
    (void)at;
    KL_TRY(add_group(&group, t.to, KL_FILTER_AND, true, error));
    return add_leaf(NULL, (target){group, t.path}, KL_FILTER_EQ, operand, error);
}

static kl_status compile_in(target t, kl_value operand, const place *at, kl_error *error)
{
    KL_TRY(check_operand_count(operand, at, error));
    return add_leaf(NULL, t, KL_FILTER_IN, operand, error);
}

static kl_status compile_nin(target t, kl_value operand, const place *at, kl_error *error)
{
    kl_filter *group;
    KL_TRY(check_operand_count(operand, at, error));
    KL_TRY(add_group(&group, t.to, KL_FILTER_AND, true, error));
    return add_leaf(NULL, (target){group, t.path}, KL_FILTER_IN, operand, error);
}

static kl_status compile_exists(target t, kl_value operand, const place *at, kl_error *error)
{
    if (!kl_is(operand, KL_KIND_BOOL) && !kl_is(operand, KL_KIND_INT))
        return refuse(at, "bool", operand, error);
    return add_leaf(NULL, t, KL_FILTER_EXISTS, kl_bool(kl_value_truthy(operand)), error);
}

static kl_status compile_size(target t, kl_value operand, const place *at, kl_error *error)
{
    if (!kl_is(operand, KL_KIND_INT) || kl_as_int(operand) < 0)
        return refuse(at, "non-negative integer", operand, error);
    return add_leaf(NULL, t, KL_FILTER_SIZE, operand, error);
}

static kl_status compile_mod(target t, kl_value operand, const place *at, kl_error *error)
{
    if (kl_array_len(operand) != 2 || !kl_is(kl_array_at(operand, 0), KL_KIND_INT) ||
        !kl_is(kl_array_at(operand, 1), KL_KIND_INT) || kl_as_int(kl_array_at(operand, 0)) == 0)
        return refuse(at, "array of a divisor other than 0 and a remainder", operand, error);
    return add_leaf(NULL, t, KL_FILTER_MOD, operand, error);
}

static const char *const type_names[] = {"null",  "bool",  "int",   "double", "number",
                                         "string", "bytes", "array", "object"};

static kl_status compile_type(target t, kl_value operand, const place *at, kl_error *error)
{
    for (size_t i = 0; i < KL_COUNT(type_names); i++)
        if (kl_text_is(kl_as_text(operand), type_names[i]))
            return add_leaf(NULL, t, KL_FILTER_TYPE, operand, error);
    return refuse_name(at, "null, bool, int, double, number, string, bytes, array, object", error);
}

static kl_status compile_not(target t, kl_value operand, const place *at, kl_error *error)
{
    kl_filter *group;
    if (!kl_is(operand, KL_KIND_MAP) || kl_map_len(operand) == 0)
        return refuse(at, "object of operators", operand, error);
    KL_TRY(add_group(&group, t.to, KL_FILTER_AND, true, error));
    return compile_condition((target){group, t.path}, operand, at, error);
}

static bool is_operator(kl_text name) { return name.len > 0 && name.data[0] == '$'; }

static bool has_operators(kl_value map)
{
    return kl_is(map, KL_KIND_MAP) && kl_map_len(map) > 0 && is_operator(kl_map_key_at(map, 0));
}

static bool is_logic(kl_text name)
{
    return kl_text_is(name, "$and") || kl_text_is(name, "$or") || kl_text_is(name, "$nor");
}

static kl_status compile_elem_match(target t, kl_value operand, const place *at, kl_error *error)
{
    kl_filter *leaf, *group;
    if (!kl_is(operand, KL_KIND_MAP))
        return refuse(at, "object", operand, error);
    KL_TRY(add_leaf(&leaf, t, KL_FILTER_ELEM_MATCH, kl_null(), error));
    KL_TRY(add_group(&group, leaf, KL_FILTER_AND, false, error));
    if (!has_operators(operand) || is_logic(kl_map_key_at(operand, 0)))
        return compile_document(group, operand, at, error);
    kl_value nowhere;
    KL_TRY(kl_string_from_valid(&nowhere, KL_TEXT(""), error));
    kl_status status = compile_condition((target){group, nowhere}, operand, at, error);
    kl_value_release(nowhere);
    return status;
}

static kl_status compile_all(target t, kl_value operand, const place *at, kl_error *error)
{
    KL_TRY(check_operand_count(operand, at, error));
    if (kl_array_len(operand) == 0) /* nothing matches an empty $all */
        return add_leaf(NULL, t, KL_FILTER_IN, operand, error);
    for (size_t i = 0; i < kl_array_len(operand); i++) {
        kl_value item = kl_array_at(operand, i);
        const kl_value *inner = kl_map_find(item, KL_TEXT("$elemMatch"));
        place here, below;
        KL_TRY(step(&here, at, (kl_text){"", 0}, i, error));
        KL_TRY(step(&below, &here, KL_TEXT("$elemMatch"), 0, error));
        KL_TRY(inner ? compile_elem_match(t, *inner, &below, error)
                     : add_leaf(NULL, t, KL_FILTER_EQ, item, error));
    }
    return KL_OK;
}

/* ---- regular expressions ------------------------------------------------------------------------ */

static kl_status check_options(kl_value options, const place *at, kl_error *error)
{
    kl_text text = kl_as_text(options);
    bool good = kl_is_null(options) || kl_is(options, KL_KIND_STRING);
    for (size_t i = 0; i < text.len; i++)
        good = good && strchr("imsx", text.data[i]) != NULL && text.data[i];
    return good ? KL_OK : refuse_name(at, "the letters i, m, s, x", error);
}

static kl_status compile_regex(target t, kl_value condition, const place *at, kl_error *error)
{
    kl_value pattern = kl_map_get(condition, KL_TEXT("$regex"));
    kl_value options = kl_map_get(condition, KL_TEXT("$options"));
    kl_buffer text = KL_BUFFER_INIT;
    kl_filter *leaf;
    kl_error why = KL_ERROR_INIT;
    if (!kl_is(pattern, KL_KIND_STRING))
        return refuse(at, "string", pattern, error);
    KL_TRY(check_options(options, at, error));
    KL_TRY(add_leaf(&leaf, t, KL_FILTER_REGEX, condition, error));
    if (kl_value_len(options))
        kl_buffer_format(&text, "(?%s)", kl_as_text(options).data);
    kl_buffer_add(&text, kl_as_text(pattern));
    kl_status status = text.status == KL_OK
                           ? kl_regex_new(&leaf->regex, kl_buffer_text(&text), &why)
                           : kl_error_no_memory(error);
    kl_buffer_free(&text);
    if (why.code == KL_SYNTAX) {
        kl_buffer words = KL_BUFFER_INIT;
        say_place(&words, at);
        status = kl_error_form(error, KL_INVALID, "invalid input '%.*s': expected valid regex pattern: %s",
                               KL_TEXT_ARG(kl_buffer_text(&words)), kl_error_message(&why));
        kl_buffer_free(&words);
        kl_error_clear(&why);
    } else if (why.code != KL_OK) {
        kl_error_move(error, &why);
    }
    return status;
}

/* ---- operators ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    kl_filter_kind kind; /* of a leaf, when there is no function */
    compile_fn *compile;
} operators[] = {
    {"$eq", KL_FILTER_EQ, NULL},
    {"$ne", 0, compile_ne},
    {"$gt", KL_FILTER_GT, NULL},
    {"$gte", KL_FILTER_GTE, NULL},
    {"$lt", KL_FILTER_LT, NULL},
    {"$lte", KL_FILTER_LTE, NULL},
    {"$in", 0, compile_in},
    {"$nin", 0, compile_nin},
    {"$exists", 0, compile_exists},
    {"$not", 0, compile_not},
    {"$size", 0, compile_size},
    {"$all", 0, compile_all},
    {"$elemMatch", 0, compile_elem_match},
    {"$type", 0, compile_type},
    {"$mod", 0, compile_mod},
};

static kl_status compile_operator(target t, kl_value condition, size_t index, const place *at,
                                  kl_error *error)
{
    kl_text name = kl_map_key_at(condition, index);
    kl_value operand = kl_map_value_at(condition, index);
    place here;
    KL_TRY(step(&here, at, name, 0, error));
    if (kl_text_is(name, "$regex"))
        return compile_regex(t, condition, &here, error);
    if (kl_text_is(name, "$options") && kl_map_has(condition, KL_TEXT("$regex")))
        return KL_OK;
    for (size_t i = 0; i < KL_COUNT(operators); i++)
        if (kl_text_is(name, operators[i].name))
            return operators[i].compile ? operators[i].compile(t, operand, &here, error)
                                        : add_leaf(NULL, t, operators[i].kind, operand, error);
    return refuse_name(&here, KL_FILTER_VALUE_OPERATORS, error);
}

/* Operators, or a value to be equal to. */
static kl_status compile_condition(target t, kl_value condition, const place *at, kl_error *error)
{
    if (!has_operators(condition))
        return add_leaf(NULL, t, KL_FILTER_EQ, condition, error);
    for (size_t i = 0; i < kl_map_len(condition); i++)
        KL_TRY(compile_operator(t, condition, i, at, error));
    return KL_OK;
}

static kl_status compile_logic(kl_filter *to, kl_text name, kl_value list, const place *at,
                               kl_error *error)
{
    kl_filter *group;
    if (!kl_is(list, KL_KIND_ARRAY) || kl_array_len(list) == 0)
        return refuse(at, "non-empty array of filters", list, error);
    KL_TRY(add_group(&group, to, kl_text_is(name, "$and") ? KL_FILTER_AND : KL_FILTER_OR,
                     kl_text_is(name, "$nor"), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_filter *part;
        place here;
        KL_TRY(step(&here, at, (kl_text){"", 0}, i, error));
        KL_TRY(add_group(&part, group, KL_FILTER_AND, false, error));
        KL_TRY(compile_document(part, kl_array_at(list, i), &here, error));
    }
    return KL_OK;
}

static size_t count_segments(kl_text path)
{
    size_t count = 1;
    for (size_t i = 0; i < path.len; i++)
        count += path.data[i] == '.';
    return count;
}

static kl_status compile_field(kl_filter *to, kl_text name, kl_value condition, const place *at,
                               kl_error *error)
{
    kl_value path;
    if (count_segments(name) > KL_FILTER_PATH_MAX)
        return refuse_name(at, "paths of at most 64 parts", error);
    KL_TRY(kl_string_from_valid(&path, name, error));
    kl_status status = compile_condition((target){to, path}, condition, at, error);
    kl_value_release(path);
    return status;
}

static kl_status compile_document(kl_filter *to, kl_value filter, const place *at, kl_error *error)
{
    if (!kl_is(filter, KL_KIND_MAP))
        return refuse(at, "object", filter, error);
    for (size_t i = 0; i < kl_map_len(filter); i++) {
        kl_text name = kl_map_key_at(filter, i);
        kl_value condition = kl_map_value_at(filter, i);
        place here;
        KL_TRY(step(&here, at, name, 0, error));
        if (is_logic(name))
            KL_TRY(compile_logic(to, name, condition, &here, error));
        else if (is_operator(name))
            return refuse_name(&here, KL_FILTER_LOGIC_OPERATORS, error);
        else
            KL_TRY(compile_field(to, name, condition, &here, error));
    }
    return KL_OK;
}

kl_status kl_filter_compile(kl_filter **out, kl_value filter, const char *name, kl_error *error)
{
    kl_filter *made;
    place top = {NULL, kl_text_from(name), 0, 0};
    KL_TRY(make(&made, KL_FILTER_AND, error));
    kl_status status = kl_is_null(filter) ? KL_OK : compile_document(made, filter, &top, error);
    if (status != KL_OK) {
        kl_filter_free(made);
        return status;
    }
    *out = made;
    return KL_OK;
}

kl_status kl_filter_compile_value(kl_filter **out, kl_value condition, const char *name,
                                  kl_error *error)
{
    kl_filter *made;
    kl_value nowhere;
    place top = {NULL, kl_text_from(name), 0, 0};
    KL_TRY(kl_string_from_valid(&nowhere, KL_TEXT(""), error));
    kl_status status = make(&made, KL_FILTER_AND, error);
    if (status == KL_OK) {
        bool is_document = kl_is(condition, KL_KIND_MAP) &&
                           (!has_operators(condition) || is_logic(kl_map_key_at(condition, 0)));
        status = is_document ? compile_document(made, condition, &top, error)
                             : compile_condition((target){made, nowhere}, condition, &top, error);
        if (status == KL_OK)
            *out = made;
        else
            kl_filter_free(made);
    }
    kl_value_release(nowhere);
    return status;
}
