/* src/store/graph_functions.c - the functions of Cypher. A new one is a row of the table. */
#include "graph_run.h"
#include "kailash/json.h"
#include "unicode.h"

#include <math.h>
#include <stdlib.h>

#define FUNCTION(name)                                                                             \
    static kl_status name(kl_value *out, const kl_value *args, size_t count, cypher_run *run,      \
                          const cypher_expression *it, kl_error *error)
#define UNUSED (void)args, (void)count, (void)run, (void)it, (void)error

static kl_status refuse(cypher_run *run, const cypher_expression *it, const char *expected,
                        kl_value got, kl_error *error)
{
    return cypher_fail(run, it->source, error, "%s: expected %s, got %s", kl_as_text(it->value).data,
                       expected, kl_value_kind_name(got));
}

static const graph_node *node_of(const cypher_run *run, kl_value ref)
{
    return &run->graph->nodes[graph_ref_slot(ref, 0)];
}

static const graph_relationship *relationship_of(const cypher_run *run, kl_value ref)
{
    return &run->graph->relationships[graph_ref_slot(ref, 0)];
}

FUNCTION(do_id)
{
    UNUSED;
    char kind = graph_ref_kind(args[0]);
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (kind != 'N' && kind != 'R')
        return refuse(run, it, "a node or relationship", args[0], error);
    *out = kl_value_retain(kind == 'N' ? node_of(run, args[0])->id : relationship_of(run, args[0])->id);
    return KL_OK;
}

FUNCTION(do_labels)
{
    UNUSED;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (graph_ref_kind(args[0]) != 'N')
        return refuse(run, it, "a node", args[0], error);
    *out = kl_value_retain(node_of(run, args[0])->labels);
    return KL_OK;
}

FUNCTION(do_type)
{
    UNUSED;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (graph_ref_kind(args[0]) != 'R')
        return refuse(run, it, "a relationship", args[0], error);
    *out = kl_value_retain(relationship_of(run, args[0])->type);
    return KL_OK;
}

FUNCTION(do_properties)
{
    UNUSED;
    *out = kl_value_retain(cypher_properties(run, args[0]));
    return kl_is_null(*out) && !kl_is_null(args[0])
               ? refuse(run, it, "a node, relationship or map", args[0], error)
               : KL_OK;
}

FUNCTION(do_keys)
{
    UNUSED;
    kl_value map = cypher_properties(run, args[0]), made;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (kl_is_null(map))
        return refuse(run, it, "a node, relationship or map", args[0], error);
    KL_TRY(kl_array_new(&made, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_status status =
            kl_array_push(&made, kl_value_retain(kl_map_key_value_at(map, i)), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status end_of(kl_value *out, const kl_value *args, cypher_run *run,
                        const cypher_expression *it, bool start, kl_error *error)
{
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (graph_ref_kind(args[0]) != 'R')
        return refuse(run, it, "a relationship", args[0], error);
    const graph_relationship *found = relationship_of(run, args[0]);
    *out = kl_value_retain(run->graph->nodes[start ? found->from : found->to].ref);
    return KL_OK;
}

FUNCTION(do_start_node)
{
    UNUSED;
    return end_of(out, args, run, it, true, error);
}

FUNCTION(do_end_node)
{
    UNUSED;
    return end_of(out, args, run, it, false, error);
}

/* Nodes (every other from the first) or relationships of a path. */
static kl_status path_parts(kl_value *out, const kl_value *args, cypher_run *run,
                            const cypher_expression *it, size_t first, kl_error *error)
{
    kl_value made;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (graph_ref_kind(args[0]) != 'P')
        return refuse(run, it, "a path", args[0], error);
    KL_TRY(kl_array_new(&made, 0, error));
    for (size_t i = first; i < graph_ref_count(args[0]); i += 2) {
        size_t slot = graph_ref_slot(args[0], i);
        kl_value ref = first ? run->graph->relationships[slot].ref : run->graph->nodes[slot].ref;
        kl_status status = kl_array_push(&made, kl_value_retain(ref), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

FUNCTION(do_nodes)
{
    UNUSED;
    return path_parts(out, args, run, it, 0, error);
}

FUNCTION(do_relationships)
{
    UNUSED;
    return path_parts(out, args, run, it, 1, error);
}

FUNCTION(do_length)
{
    UNUSED;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (graph_ref_kind(args[0]) != 'P')
        return refuse(run, it, "a path", args[0], error);
    *out = kl_int((int64_t)graph_ref_count(args[0]) / 2);
    return KL_OK;
}

FUNCTION(do_size)
{
    UNUSED;
    int64_t size = 0;
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (!kl_is(args[0], KL_KIND_ARRAY) && !kl_is(args[0], KL_KIND_STRING))
        return refuse(run, it, "a list or string", args[0], error);
    for (size_t i = 0; kl_is(args[0], KL_KIND_STRING) && i < kl_value_len(args[0]); i++)
        size += ((unsigned char)kl_as_text(args[0]).data[i] & 0xC0) != 0x80;
    *out = kl_int(kl_is(args[0], KL_KIND_STRING) ? size : (int64_t)kl_array_len(args[0]));
    return KL_OK;
}

static kl_status want_list(const kl_value *args, cypher_run *run, const cypher_expression *it,
                           kl_error *error)
{
    return kl_is(args[0], KL_KIND_ARRAY) || kl_is_null(args[0])
               ? KL_OK
               : refuse(run, it, "a list", args[0], error);
}

FUNCTION(do_head)
{
    UNUSED;
    KL_TRY(want_list(args, run, it, error));
    *out = kl_value_retain(kl_array_at(args[0], 0));
    return KL_OK;
}

FUNCTION(do_last)
{
    UNUSED;
    KL_TRY(want_list(args, run, it, error));
    *out = kl_value_retain(kl_array_at(args[0], kl_array_len(args[0]) - 1));
    return KL_OK;
}

FUNCTION(do_tail)
{
    UNUSED;
    KL_TRY(want_list(args, run, it, error));
    *out = kl_null();
    return kl_is_null(args[0]) ? KL_OK : kl_array_slice(out, args[0], 1, SIZE_MAX, error);
}

FUNCTION(do_reverse)
{
    UNUSED;
    kl_value made;
    if (kl_is(args[0], KL_KIND_STRING))
        return kl_text_reverse(out, kl_as_text(args[0]), false, error);
    KL_TRY(want_list(args, run, it, error));
    KL_TRY(kl_array_new(&made, kl_array_len(args[0]), error));
    for (size_t i = kl_array_len(args[0]); i-- > 0;) {
        kl_status status = kl_array_push(&made, kl_value_retain(kl_array_at(args[0], i)), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

enum { RANGE_MAX = 1000000 };

FUNCTION(do_range)
{
    UNUSED;
    kl_value made;
    for (size_t i = 0; i < count; i++)
        if (!kl_is(args[i], KL_KIND_INT))
            return refuse(run, it, "integers", args[i], error);
    int64_t start = kl_as_int(args[0]), end = kl_as_int(args[1]);
    int64_t step = count > 2 ? kl_as_int(args[2]) : 1;
    if (step == 0)
        return cypher_fail(run, it->source, error, "range: expected a step other than 0");
    double items = ((double)end - (double)start) / (double)step;
    if (items >= RANGE_MAX)
        return cypher_fail(run, it->source, error, "range: expected at most %d items", RANGE_MAX);
    KL_TRY(kl_array_new(&made, 0, error));
    for (int64_t i = 0; i <= items; i++) {
        kl_status status = kl_array_push(&made, kl_int(start + i * step), error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

FUNCTION(do_coalesce)
{
    UNUSED;
    size_t i = 0;
    while (i + 1 < count && kl_is_null(args[i]))
        i++;
    *out = kl_value_retain(args[i]);
    return KL_OK;
}

FUNCTION(do_exists)
{
    UNUSED;
    *out = kl_bool(!kl_is_null(args[0]));
    return KL_OK;
}

/* ---- texts -------------------------------------------------------------------------------------- */

FUNCTION(do_to_string)
{
    UNUSED;
    char text[32];
    kl_value value = args[0];
    if (kl_is(value, KL_KIND_STRING) || kl_is_null(value)) {
        *out = kl_value_retain(value);
        return KL_OK;
    }
    if (kl_is(value, KL_KIND_BOOL))
        return kl_string_format(out, error, "%s", kl_as_bool(value) ? "true" : "false");
    if (kl_is(value, KL_KIND_INT))
        return kl_string_format(out, error, "%lld", (long long)kl_as_int(value));
    if (!kl_is(value, KL_KIND_DOUBLE))
        return refuse(run, it, "a string, number or boolean", value, error);
    return kl_string_from_valid(out, (kl_text){text, kl_double_print(text, kl_as_double(value))},
                                error);
}

static bool read_number(double *out, kl_value value)
{
    char *end;
    if (kl_is_number(value)) {
        *out = kl_as_double(value);
        return true;
    }
    kl_text text = kl_as_text(value);
    *out = strtod(text.data, &end);
    return kl_is(value, KL_KIND_STRING) && text.len && end == text.data + text.len;
}

FUNCTION(do_to_integer)
{
    UNUSED;
    double real;
    bool good = read_number(&real, args[0]) && real >= -0x1p63 && real < 0x1p63;
    *out = kl_is(args[0], KL_KIND_INT) ? args[0] : good ? kl_int((int64_t)real) : kl_null();
    return KL_OK;
}

FUNCTION(do_to_float)
{
    UNUSED;
    double real;
    *out = read_number(&real, args[0]) ? kl_double(real) : kl_null();
    return KL_OK;
}

FUNCTION(do_to_boolean)
{
    UNUSED;
    kl_text text = kl_as_text(args[0]);
    *out = kl_is(args[0], KL_KIND_BOOL) ? args[0]
           : kl_text_is(text, "true")   ? kl_bool(true)
           : kl_text_is(text, "false")  ? kl_bool(false)
                                        : kl_null();
    return KL_OK;
}

static kl_status want_text(const kl_value *args, size_t count, cypher_run *run,
                           const cypher_expression *it, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!kl_is(args[i], KL_KIND_STRING) && !kl_is_null(args[i]))
            return refuse(run, it, "strings", args[i], error);
    return KL_OK;
}

static bool any_null(const kl_value *args, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (kl_is_null(args[i]))
            return true;
    return false;
}

enum { TEXT_MAX = 64 << 20 };

FUNCTION(do_to_lower)
{
    UNUSED;
    KL_TRY(want_text(args, 1, run, it, error));
    *out = kl_null();
    return kl_is_null(args[0]) ? KL_OK : kl_text_lower(out, kl_as_text(args[0]), TEXT_MAX, error);
}

FUNCTION(do_to_upper)
{
    UNUSED;
    KL_TRY(want_text(args, 1, run, it, error));
    *out = kl_null();
    return kl_is_null(args[0]) ? KL_OK : kl_text_upper(out, kl_as_text(args[0]), TEXT_MAX, error);
}

FUNCTION(do_trim)
{
    UNUSED;
    KL_TRY(want_text(args, 1, run, it, error));
    *out = kl_null();
    return kl_is_null(args[0])
               ? KL_OK
               : kl_string_from_valid(out, kl_text_trim(kl_as_text(args[0]), true, true), error);
}

FUNCTION(do_substring)
{
    UNUSED;
    KL_TRY(want_text(args, 1, run, it, error));
    *out = kl_null();
    if (any_null(args, count))
        return KL_OK;
    for (size_t i = 1; i < count; i++)
        if (!kl_is(args[i], KL_KIND_INT) || kl_as_int(args[i]) < 0)
            return refuse(run, it, "integers from 0 on", args[i], error);
    kl_text text = kl_as_text(args[0]);
    size_t start = kl_text_offset(text, (size_t)kl_as_int(args[1]));
    text = (kl_text){text.data + start, text.len - start};
    if (count > 2)
        text.len = kl_text_offset(text, (size_t)kl_as_int(args[2]));
    return kl_string_from_valid(out, text, error);
}

FUNCTION(do_replace)
{
    UNUSED;
    kl_buffer made = {.limit = TEXT_MAX};
    KL_TRY(want_text(args, 3, run, it, error));
    *out = kl_null();
    if (any_null(args, 3))
        return KL_OK;
    kl_text rest = kl_as_text(args[0]), old = kl_as_text(args[1]);
    for (const char *at; old.len && (at = memmem(rest.data, rest.len, old.data, old.len));) {
        size_t len = (size_t)(at - rest.data);
        kl_buffer_add(&made, (kl_text){rest.data, len});
        kl_buffer_add(&made, kl_as_text(args[2]));
        rest = (kl_text){at + old.len, rest.len - len - old.len};
    }
    kl_buffer_add(&made, rest);
    return kl_buffer_finish(out, &made, error);
}

FUNCTION(do_split)
{
    UNUSED;
    kl_value made;
    KL_TRY(want_text(args, 2, run, it, error));
    *out = kl_null();
    if (any_null(args, 2))
        return KL_OK;
    kl_text rest = kl_as_text(args[0]), by = kl_as_text(args[1]);
    if (by.len == 0)
        return cypher_fail(run, it->source, error, "split: expected a separator that is not empty");
    KL_TRY(kl_array_new(&made, 0, error));
    for (;;) {
        const char *at = memmem(rest.data, rest.len, by.data, by.len);
        size_t len = at ? (size_t)(at - rest.data) : rest.len;
        kl_status status = kl_array_push_text(&made, (kl_text){rest.data, len}, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
        if (!at)
            break;
        rest = (kl_text){at + by.len, rest.len - len - by.len};
    }
    *out = made;
    return KL_OK;
}

/* ---- numbers ------------------------------------------------------------------------------------ */

static kl_status apply(kl_value *out, const kl_value *args, cypher_run *run,
                       const cypher_expression *it, double (*how)(double), kl_error *error)
{
    *out = kl_null();
    if (kl_is_null(args[0]))
        return KL_OK;
    if (!kl_is_number(args[0]))
        return refuse(run, it, "a number", args[0], error);
    *out = kl_double(how(kl_as_double(args[0])));
    return KL_OK;
}

#define NUMERIC(name, how)                                                                         \
    FUNCTION(name)                                                                                 \
    {                                                                                              \
        UNUSED;                                                                                    \
        return apply(out, args, run, it, how, error);                                              \
    }
NUMERIC(do_ceil, ceil)
NUMERIC(do_floor, floor)
NUMERIC(do_round, round)
NUMERIC(do_sqrt, sqrt)
NUMERIC(do_exp, exp)
NUMERIC(do_log, log)

FUNCTION(do_abs)
{
    UNUSED;
    KL_TRY(apply(out, args, run, it, fabs, error));
    if (kl_is(args[0], KL_KIND_INT) && kl_as_int(args[0]) != INT64_MIN)
        *out = kl_int(llabs(kl_as_int(args[0])));
    return KL_OK;
}

FUNCTION(do_sign)
{
    UNUSED;
    KL_TRY(apply(out, args, run, it, fabs, error));
    double real = kl_as_double(args[0]);
    if (!kl_is_null(*out))
        *out = kl_int((real > 0) - (real < 0));
    return KL_OK;
}

static const cypher_function functions[] = {
    {"id", 1, 1, do_id},
    {"elementid", 1, 1, do_id},
    {"labels", 1, 1, do_labels},
    {"type", 1, 1, do_type},
    {"properties", 1, 1, do_properties},
    {"keys", 1, 1, do_keys},
    {"startnode", 1, 1, do_start_node},
    {"endnode", 1, 1, do_end_node},
    {"nodes", 1, 1, do_nodes},
    {"relationships", 1, 1, do_relationships},
    {"length", 1, 1, do_length},
    {"size", 1, 1, do_size},
    {"head", 1, 1, do_head},
    {"last", 1, 1, do_last},
    {"tail", 1, 1, do_tail},
    {"reverse", 1, 1, do_reverse},
    {"range", 2, 3, do_range},
    {"coalesce", 1, 32, do_coalesce},
    {"exists", 1, 1, do_exists},
    {"tostring", 1, 1, do_to_string},
    {"tointeger", 1, 1, do_to_integer},
    {"tofloat", 1, 1, do_to_float},
    {"toboolean", 1, 1, do_to_boolean},
    {"tolower", 1, 1, do_to_lower},
    {"toupper", 1, 1, do_to_upper},
    {"trim", 1, 1, do_trim},
    {"substring", 2, 3, do_substring},
    {"replace", 3, 3, do_replace},
    {"split", 2, 2, do_split},
    {"ceil", 1, 1, do_ceil},
    {"floor", 1, 1, do_floor},
    {"round", 1, 1, do_round},
    {"sqrt", 1, 1, do_sqrt},
    {"exp", 1, 1, do_exp},
    {"log", 1, 1, do_log},
    {"abs", 1, 1, do_abs},
    {"sign", 1, 1, do_sign},
};

const cypher_function *cypher_find_function(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(functions); i++)
        if (kl_text_is(name, functions[i].name))
            return &functions[i];
    return NULL;
}
