/* src/nodes/loop.c - LoopNode: goes through a list, mapping each item and stopping when told to. */
#include "buffer.h"
#include "stopping.h"
#include "jmespath.h"
#include "kailash/node.h"

enum { ITEMS, MAX_ITERATIONS, CONDITION, EXPRESSION };

static const kl_param inputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .doc = "the list to go through"},
};
static const kl_param config[] = {
    {.name = "max_iterations", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "items taken at most; anything but a non-negative integer is no limit"},
    {.name = "condition", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "JMESPath over {item, index, count}, asked after each item; true ends the loop. count is "
            "the number of items done, index counts from 0"},
    {.name = "expression", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "JMESPath over {item, index, count} whose value takes the place of the item"},
};
static const kl_param outputs[] = {
    {.name = "results", .kind = KL_KIND_ARRAY, .doc = "the items taken, or what they became"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "number of results"},
};

typedef struct loop {
    kl_jmespath *condition, *expression; /* or NULL */
    kl_keys *shape;                      /* {item, index, count} */
    kl_value results;
    kl_work work;
} loop;

/* ---- expressions --------------------------------------------------------------------------------- */

static bool is_number_part(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

/* Length of the number that `text` begins with; 0 when it begins with none. */
static size_t number_len(kl_text text)
{
    size_t digits = text.len && text.data[0] == '-' ? 1 : 0, len = digits;
    if (digits == text.len || text.data[digits] < '0' || text.data[digits] > '9')
        return 0;
    while (len < text.len && is_number_part(text.data[len]))
        len++;
    return len;
}

/* Behind a comparison a bare number may stand ("count >= 5"), which JMESPath wants as `5`. No
 * standard expression has one there, so that none changes its meaning. */
static kl_status quote_numbers(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    char quote = 0;
    bool compared = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        size_t len = compared ? number_len((kl_text){text.data + i, text.len - i}) : 0;
        if (len) {
            kl_buffer_format(&to, "`%.*s`", (int)len, text.data + i);
            i += len - 1;
            compared = false;
            continue;
        }
        kl_buffer_byte(&to, c);
        if (quote && c == '\\' && i + 1 < text.len)
            kl_buffer_byte(&to, text.data[++i]);
        else if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"' || c == '`')
            quote = c;
        if (c != ' ')
            compared = !quote && (c == '<' || c == '>' || c == '=');
    }
    return kl_buffer_finish(out, &to, error);
}

static kl_status compile(kl_jmespath **out, const char *name, kl_value expression, kl_error *error)
{
    kl_value text;
    kl_error why = KL_ERROR_INIT;
    *out = NULL;
    if (kl_is_null(expression))
        return KL_OK;
    KL_TRY(quote_numbers(&text, kl_as_text(expression), error));
    kl_status status = kl_jmespath_get(out, kl_as_text(text), KL_JMESPATH_SEGMENTS, &why);
    kl_value_release(text);
    if (status == KL_NO_MEMORY)
        kl_error_no_memory(error);
    else if (status != KL_OK)
        status = kl_node_bad(error, name, "expected JMESPath expression: %s at line %u column %u",
                             kl_error_message(&why), why.line, why.column);
    kl_error_clear(&why);
    return status;
}

/* Expressions that stand in the config are checked when the workflow is built. */
static kl_status prepare(void **state, kl_value settings, kl_error *error)
{
    static const char *const names[] = {"condition", "expression"};
    (void)state;
    for (size_t i = 0; i < KL_COUNT(names); i++) {
        kl_jmespath *compiled;
        KL_TRY(compile(&compiled, names[i], kl_map_get(settings, kl_text_from(names[i])), error));
        kl_jmespath_release(compiled);
    }
    return KL_OK;
}

/* ---- the loop ------------------------------------------------------------------------------------ */

/* {item, index, count} as both expressions see it; given. */
static kl_status scope(kl_value *out, const loop *l, kl_value item, size_t index, size_t count,
                       kl_error *error)
{
    kl_value *values;
    KL_TRY(kl_map_of_shape(out, &values, l->shape, error));
    values[0] = kl_value_retain(item);
    values[1] = kl_int((int64_t)index);
    values[2] = kl_int((int64_t)count);
    return KL_OK;
}

static kl_status apply(kl_value *out, loop *l, const kl_jmespath *expression, kl_value item,
                       size_t index, size_t count, kl_error *error)
{
    kl_value data;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(scope(&data, l, item, index, count, error));
    kl_status status = kl_jmespath_search(out, expression, data, &l->work, &why);
    kl_value_release(data);
    if (status == KL_INVALID)
        status = kl_node_failed(error, "item %zu: %s", index, kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status take_item(bool *stop, loop *l, kl_value item, size_t index, kl_error *error)
{
    kl_value result, answer;
    if (l->expression)
        KL_TRY(apply(&result, l, l->expression, item, index, index, error));
    else
        result = kl_value_retain(item);
    KL_TRY(kl_array_push(&l->results, result, error));
    if (!l->condition)
        return KL_OK;
    KL_TRY(apply(&answer, l, l->condition, item, index, index + 1, error));
    *stop = kl_jmespath_truth(answer);
    kl_value_release(answer);
    return KL_OK;
}

static kl_status take_items(loop *l, kl_value items, size_t most, kl_error *error)
{
    bool stop = false;
    if (!l->condition && !l->expression)
        return kl_array_slice(&l->results, items, 0, most, error);
    KL_TRY(kl_array_new(&l->results, KL_MIN(most, (size_t)1024), error));
    for (size_t i = 0; i < most && !stop; i++)
        KL_TRY(take_item(&stop, l, kl_array_at(items, i), i, error));
    return KL_OK;
}

static size_t most_items(kl_value items, kl_value limit)
{
    size_t len = kl_array_len(items);
    bool limited = kl_is(limit, KL_KIND_INT) && limit.as.integer >= 0;
    return limited && (uint64_t)limit.as.integer < len ? (size_t)limit.as.integer : len;
}

static kl_status make_shape(kl_keys **out, kl_error *error)
{
    kl_value names;
    kl_status status;
    KL_TRY(kl_array_new(&names, 3, error));
    KL_TRY_OUT(kl_array_push_text(&names, KL_TEXT("item"), error));
    KL_TRY_OUT(kl_array_push_text(&names, KL_TEXT("index"), error));
    KL_TRY_OUT(kl_array_push_text(&names, KL_TEXT("count"), error));
    status = kl_keys_new(out, kl_array_items(names), 3, error);
out:
    kl_value_release(names);
    return status;
}

static kl_status result(kl_value *out, kl_value results, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("results"), kl_value_retain(results), error));
    KL_TRY_OUT(
        kl_map_set(&map, KL_TEXT("count"), kl_int((int64_t)kl_array_len(results)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    loop l = {.work = {.is_stopped = kl_node_is_stopped, .data = call->run}};
    kl_status status;
    KL_TRY_OUT(compile(&l.condition, "condition", args[CONDITION], error));
    KL_TRY_OUT(compile(&l.expression, "expression", args[EXPRESSION], error));
    KL_TRY_OUT(make_shape(&l.shape, error));
    KL_TRY_OUT(take_items(&l, args[ITEMS], most_items(args[ITEMS], args[MAX_ITERATIONS]), error));
    status = result(out, l.results, error);
out:
    kl_jmespath_release(l.condition);
    kl_jmespath_release(l.expression);
    kl_keys_release(l.shape);
    kl_value_release(l.results);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "LoopNode",
        .category = "Control",
        .doc = "Goes through a list: at most so many items, until a condition holds, mapping each.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
        .prepare = prepare,
    },
};

static const kl_node_family loops = {.name = "loop", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(loops);
