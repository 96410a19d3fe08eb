/* src/store/graph_value.c - computing the expressions of Cypher. Recursion is as deep as parsing
 * allowed. */
#include "graph_run.h"
#include "buffer.h"
#include "kailash/match.h"
#include "same.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

kl_status cypher_fail(const cypher_run *run, kl_text at, kl_error *error, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return kl_error_set_at(error, KL_INVALID, run->query->text.data, at.data, "%s", message);
}

kl_value cypher_properties(const cypher_run *run, kl_value value)
{
    switch (graph_ref_kind(value)) {
    case 'N':
        return run->graph->nodes[graph_ref_slot(value, 0)].properties;
    case 'R':
        return run->graph->relationships[graph_ref_slot(value, 0)].properties;
    default:
        return kl_is(value, KL_KIND_MAP) ? value : kl_null();
    }
}

/* ---- comparing ---------------------------------------------------------------------------------- */

kl_status cypher_order(int *order, bool *known, kl_value a, kl_value b, kl_error *error)
{
    *known = !kl_is_null(a) && !kl_is_null(b) && (kl_is_number(a) ? kl_is_number(b) : a.kind == b.kind);
    if (!*known)
        return KL_OK;
    if (!kl_is_number(a))
        return kl_value_compare(order, a, b, error);
    *order = kl_number_compare(a, b);
    *known = kl_as_double(a) == kl_as_double(a) && kl_as_double(b) == kl_as_double(b);
    return KL_OK;
}

static kl_status compare(kl_value *out, cypher_kind kind, kl_value a, kl_value b, kl_error *error)
{
    bool known, same;
    int order = 0;
    *out = kl_null();
    if (kind == CYPHER_EQ || kind == CYPHER_NE) {
        if (kl_is_null(a) || kl_is_null(b))
            return KL_OK;
        KL_TRY(kl_value_same(&same, a, b, NULL, error));
        *out = kl_bool(same == (kind == CYPHER_EQ));
        return KL_OK;
    }
    KL_TRY(cypher_order(&order, &known, a, b, error));
    if (known)
        *out = kl_bool(kind == CYPHER_LT   ? order < 0
                       : kind == CYPHER_LE ? order <= 0
                       : kind == CYPHER_GT ? order > 0
                                           : order >= 0);
    return KL_OK;
}

static kl_status in_list(kl_value *out, kl_value item, kl_value list, kl_error *error)
{
    bool same = false, unknown = kl_is_null(item);
    for (size_t i = 0; i < kl_array_len(list) && !same; i++) {
        unknown |= kl_is_null(kl_array_at(list, i));
        KL_TRY(kl_value_same(&same, kl_array_at(list, i), item, NULL, error));
    }
    same = same && !kl_is_null(item);
    *out = !same && unknown && kl_array_len(list) ? kl_null() : kl_bool(same);
    return KL_OK;
}

static kl_status test_text(kl_value *out, const cypher_expression *it, kl_value a, kl_value b,
                           cypher_run *run, kl_error *error)
{
    kl_text text = kl_as_text(a), part = kl_as_text(b);
    *out = kl_null();
    if (!kl_is(a, KL_KIND_STRING) || !kl_is(b, KL_KIND_STRING))
        return KL_OK;
    if (it->kind == CYPHER_CONTAINS) {
        *out = kl_bool(memmem(text.data, text.len, part.data, part.len) != NULL);
    } else if (it->kind != CYPHER_MATCHES) {
        size_t at = it->kind == CYPHER_STARTS ? 0 : text.len - KL_MIN(part.len, text.len);
        *out = kl_bool(part.len <= text.len && memcmp(text.data + at, part.data, part.len) == 0);
    } else { /* the whole text */
        kl_regex *regex;
        bool found = false;
        kl_value whole;
        KL_TRY(kl_string_format(&whole, error, "^(?:%s)$", part.data));
        kl_error why = KL_ERROR_INIT;
        kl_status status = kl_regex_cached(&regex, kl_as_text(whole), &why);
        kl_value_release(whole);
        if (status == KL_SYNTAX)
            status = cypher_fail(run, it->source, error, "expected a regular expression: %s",
                                 kl_error_message(&why));
        else if (status != KL_OK)
            kl_error_move(error, &why);
        kl_error_clear(&why);
        if (status != KL_OK)
            return status;
        status = kl_regex_search(&found, regex, text, error);
        kl_regex_free(regex);
        *out = kl_bool(found);
        return status;
    }
    return KL_OK;
}

/* ---- logic -------------------------------------------------------------------------------------- */

/* 1 true, 0 false, -1 null; -2 for a value that is none of these. */
static int truth_of(kl_value value)
{
    return kl_is(value, KL_KIND_BOOL) ? kl_as_bool(value) : kl_is_null(value) ? -1 : -2;
}

static kl_value logic(cypher_kind kind, int a, int b)
{
    if (kind == CYPHER_AND)
        return a == 0 || b == 0 ? kl_bool(false) : a < 0 || b < 0 ? kl_null() : kl_bool(true);
    if (kind == CYPHER_OR)
        return a == 1 || b == 1 ? kl_bool(true) : a < 0 || b < 0 ? kl_null() : kl_bool(false);
    return a < 0 || b < 0 ? kl_null() : kl_bool(a != b);
}

static kl_status want_truth(int *out, const cypher_expression *it, cypher_run *run,
                            const cypher_scope *scope, kl_error *error)
{
    kl_value value;
    KL_TRY(cypher_value(&value, it, run, scope, error));
    *out = truth_of(value);
    kl_status status = KL_OK;
    if (*out == -2)
        status = cypher_fail(run, it->source, error, "expected a condition, got %s",
                             kl_value_kind_name(value));
    kl_value_release(value);
    return status;
}

static kl_status run_logic(kl_value *out, const cypher_expression *it, cypher_run *run,
                           const cypher_scope *scope, kl_error *error)
{
    int a, b;
    KL_TRY(want_truth(&a, it->parts[0], run, scope, error));
    if (it->kind == CYPHER_NOT) {
        *out = a < 0 ? kl_null() : kl_bool(!a);
        return KL_OK;
    }
    if ((it->kind == CYPHER_AND && a == 0) || (it->kind == CYPHER_OR && a == 1)) {
        *out = kl_bool(a);
        return KL_OK;
    }
    KL_TRY(want_truth(&b, it->parts[1], run, scope, error));
    *out = logic(it->kind, a, b);
    return KL_OK;
}

/* ---- arithmetic --------------------------------------------------------------------------------- */

static kl_status concatenate(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    kl_value made = kl_is(a, KL_KIND_ARRAY) ? kl_value_retain(a) : kl_null();
    kl_status status = KL_OK;
    if (kl_is_null(made)) {
        status = kl_array_new(&made, 1 + kl_array_len(b), error);
        if (status == KL_OK)
            status = kl_array_push(&made, kl_value_retain(a), error);
    }
    if (!kl_is(b, KL_KIND_ARRAY) && status == KL_OK)
        status = kl_array_push(&made, kl_value_retain(b), error);
    for (size_t i = 0; i < kl_array_len(b) && status == KL_OK; i++)
        status = kl_array_push(&made, kl_value_retain(kl_array_at(b, i)), error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status join(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    kl_buffer text = {.limit = (size_t)64 << 20};
    kl_value parts[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        if (kl_is(parts[i], KL_KIND_INT))
            kl_buffer_format(&text, "%lld", (long long)kl_as_int(parts[i]));
        else if (kl_is(parts[i], KL_KIND_DOUBLE))
            kl_buffer_format(&text, "%.15g", kl_as_double(parts[i]));
        else if (kl_is(parts[i], KL_KIND_BOOL))
            kl_buffer_string(&text, kl_as_bool(parts[i]) ? "true" : "false");
        else
            kl_buffer_add(&text, kl_as_text(parts[i]));
    }
    return kl_buffer_finish(out, &text, error);
}

static kl_status integers(kl_value *out, const cypher_expression *it, int64_t a, int64_t b,
                          cypher_run *run, kl_error *error)
{
    int64_t made = 0;
    bool overflow = false;
    if ((it->kind == CYPHER_DIVIDE || it->kind == CYPHER_MODULO) && b == 0)
        return cypher_fail(run, it->source, error, "division by zero");
    if (it->kind == CYPHER_ADD)
        overflow = __builtin_add_overflow(a, b, &made);
    else if (it->kind == CYPHER_SUBTRACT)
        overflow = __builtin_sub_overflow(a, b, &made);
    else if (it->kind == CYPHER_MULTIPLY)
        overflow = __builtin_mul_overflow(a, b, &made);
    else if (b == -1) /* the quotient of the least number does not fit */
        overflow = it->kind == CYPHER_DIVIDE && __builtin_sub_overflow((int64_t)0, a, &made);
    else
        made = it->kind == CYPHER_DIVIDE ? a / b : a % b;
    if (overflow)
        return cypher_fail(run, it->source, error, "the result does not fit 64 bits");
    *out = kl_int(made);
    return KL_OK;
}

static kl_status calculate(kl_value *out, const cypher_expression *it, kl_value a, kl_value b,
                           cypher_run *run, kl_error *error)
{
    double x = kl_as_double(a), y = kl_as_double(b);
    *out = kl_null();
    if (it->kind == CYPHER_ADD && (kl_is(a, KL_KIND_ARRAY) || kl_is(b, KL_KIND_ARRAY)))
        return concatenate(out, a, b, error);
    if (kl_is_null(a) || kl_is_null(b))
        return KL_OK;
    if (it->kind == CYPHER_ADD && (kl_is(a, KL_KIND_STRING) || kl_is(b, KL_KIND_STRING)) &&
        a.kind <= KL_KIND_STRING && b.kind <= KL_KIND_STRING)
        return join(out, a, b, error);
    if (!kl_is_number(a) || !kl_is_number(b))
        return cypher_fail(run, it->source, error, "expected numbers, got %s and %s",
                           kl_value_kind_name(a), kl_value_kind_name(b));
    if (kl_is(a, KL_KIND_INT) && kl_is(b, KL_KIND_INT) && it->kind != CYPHER_POWER)
        return integers(out, it, kl_as_int(a), kl_as_int(b), run, error);
    *out = kl_double(it->kind == CYPHER_ADD        ? x + y
                     : it->kind == CYPHER_SUBTRACT ? x - y
                     : it->kind == CYPHER_MULTIPLY ? x * y
                     : it->kind == CYPHER_DIVIDE   ? x / y
                     : it->kind == CYPHER_MODULO   ? fmod(x, y)
                                                   : pow(x, y));
    return KL_OK;
}

static kl_status run_binary(kl_value *out, const cypher_expression *it, cypher_run *run,
                            const cypher_scope *scope, kl_error *error)
{
    kl_value a, b;
    KL_TRY(cypher_value(&a, it->parts[0], run, scope, error));
    kl_status status = cypher_value(&b, it->parts[1], run, scope, error);
    if (status != KL_OK) {
        kl_value_release(a);
        return status;
    }
    if (it->kind >= CYPHER_EQ && it->kind <= CYPHER_GE)
        status = compare(out, it->kind, a, b, error);
    else if (it->kind == CYPHER_IN && !kl_is(b, KL_KIND_ARRAY) && !kl_is_null(b))
        status = cypher_fail(run, it->source, error, "expected a list behind IN, got %s",
                             kl_value_kind_name(b));
    else if (it->kind == CYPHER_IN)
        status = kl_is_null(b) ? (*out = kl_null(), KL_OK) : in_list(out, a, b, error);
    else if (it->kind == CYPHER_MATCHES || (it->kind > CYPHER_IN && it->kind <= CYPHER_CONTAINS))
        status = test_text(out, it, a, b, run, error);
    else
        status = calculate(out, it, a, b, run, error);
    kl_value_release(a);
    kl_value_release(b);
    return status;
}

/* ---- parts of values ---------------------------------------------------------------------------- */

static kl_status run_property(kl_value *out, const cypher_expression *it, cypher_run *run,
                              const cypher_scope *scope, kl_error *error)
{
    kl_value from;
    KL_TRY(cypher_value(&from, it->parts[0], run, scope, error));
    kl_value map = cypher_properties(run, from);
    kl_status status = KL_OK;
    if (kl_is_null(map) && !kl_is_null(from))
        status = cypher_fail(run, it->source, error, "expected a node, relationship or map, got %s",
                             kl_value_kind_name(from));
    else
        *out = kl_value_retain(kl_map_get(map, kl_as_text(it->value)));
    kl_value_release(from);
    return status;
}

static kl_status item_at(kl_value *out, const cypher_expression *it, kl_value from, kl_value at,
                         cypher_run *run, kl_error *error)
{
    int64_t len = (int64_t)kl_array_len(from), index = kl_as_int(at);
    kl_value map = cypher_properties(run, from);
    *out = kl_null();
    if (kl_is_null(from) || kl_is_null(at))
        return KL_OK;
    if (kl_is(map, KL_KIND_MAP) && kl_is(at, KL_KIND_STRING)) {
        *out = kl_value_retain(kl_map_get(map, kl_as_text(at)));
        return KL_OK;
    }
    if (!kl_is(from, KL_KIND_ARRAY) || !kl_is(at, KL_KIND_INT))
        return cypher_fail(run, it->source, error, "expected a list and an integer, got %s and %s",
                           kl_value_kind_name(from), kl_value_kind_name(at));
    index += index < 0 ? len : 0;
    *out = kl_value_retain(index < 0 ? kl_null() : kl_array_at(from, (size_t)index));
    return KL_OK;
}

static kl_status run_index(kl_value *out, const cypher_expression *it, cypher_run *run,
                           const cypher_scope *scope, kl_error *error)
{
    kl_value from, at;
    KL_TRY(cypher_value(&from, it->parts[0], run, scope, error));
    kl_status status = cypher_value(&at, it->parts[1], run, scope, error);
    if (status == KL_OK) {
        status = item_at(out, it, from, at, run, error);
        kl_value_release(at);
    }
    kl_value_release(from);
    return status;
}

/* A bound of a slice within the list. */
static kl_status bound_of(int64_t *out, const cypher_expression *part, int64_t otherwise,
                          int64_t len, cypher_run *run, const cypher_scope *scope, kl_error *error)
{
    kl_value value;
    *out = otherwise;
    if (!part)
        return KL_OK;
    KL_TRY(cypher_value(&value, part, run, scope, error));
    bool good = kl_is(value, KL_KIND_INT);
    int64_t at = kl_as_int(value);
    kl_value_release(value);
    if (!good)
        return cypher_fail(run, part->source, error, "expected an integer");
    at += at < 0 ? len : 0;
    *out = KL_MAX(0, KL_MIN(at, len));
    return KL_OK;
}

static kl_status run_slice(kl_value *out, const cypher_expression *it, cypher_run *run,
                           const cypher_scope *scope, kl_error *error)
{
    kl_value from;
    int64_t start = 0, end = 0;
    KL_TRY(cypher_value(&from, it->parts[0], run, scope, error));
    int64_t len = (int64_t)kl_array_len(from);
    kl_status status = bound_of(&start, it->parts[1], 0, len, run, scope, error);
    if (status == KL_OK)
        status = bound_of(&end, it->parts[2], len, len, run, scope, error);
    if (status == KL_OK && !kl_is(from, KL_KIND_ARRAY) && !kl_is_null(from))
        status = cypher_fail(run, it->source, error, "expected a list, got %s",
                             kl_value_kind_name(from));
    *out = kl_null();
    if (status == KL_OK && kl_is(from, KL_KIND_ARRAY))
        status = kl_array_slice(out, from, (size_t)start, (size_t)KL_MAX(start, end), error);
    kl_value_release(from);
    return status;
}

static kl_status run_labels(kl_value *out, const cypher_expression *it, cypher_run *run,
                            const cypher_scope *scope, kl_error *error)
{
    kl_value node;
    KL_TRY(cypher_value(&node, it->parts[0], run, scope, error));
    bool all = graph_ref_kind(node) == 'N';
    for (size_t i = 0; i < kl_array_len(it->value) && all; i++)
        all = graph_has_label(run->graph, graph_ref_slot(node, 0),
                              kl_as_text(kl_array_at(it->value, i)));
    *out = kl_is_null(node) ? kl_null() : kl_bool(all);
    kl_value_release(node);
    return KL_OK;
}

static kl_status run_list(kl_value *out, const cypher_expression *it, cypher_run *run,
                          const cypher_scope *scope, kl_error *error)
{
    kl_value made, item;
    KL_TRY(kl_array_new(&made, it->count, error));
    for (size_t i = 0; i < it->count; i++) {
        kl_status status = cypher_value(&item, it->parts[i], run, scope, error);
        if (status == KL_OK)
            status = kl_array_push(&made, item, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status run_map(kl_value *out, const cypher_expression *it, cypher_run *run,
                         const cypher_scope *scope, kl_error *error)
{
    kl_value made, item;
    KL_TRY(kl_map_new(&made, it->count, error));
    for (size_t i = 0; i < it->count; i++) {
        kl_status status = cypher_value(&item, it->parts[i], run, scope, error);
        if (status == KL_OK)
            status = kl_map_set_key(&made, kl_array_at(it->names, i), item, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status run_case(kl_value *out, const cypher_expression *it, cypher_run *run,
                          const cypher_scope *scope, kl_error *error)
{
    kl_value subject = kl_null();
    kl_status status = KL_OK;
    size_t chosen = it->count - 1;
    if (it->parts[0])
        KL_TRY(cypher_value(&subject, it->parts[0], run, scope, error));
    for (size_t i = 1; i + 1 < it->count && chosen == it->count - 1 && status == KL_OK; i += 2) {
        kl_value when;
        bool same = false;
        status = cypher_value(&when, it->parts[i], run, scope, error);
        if (status != KL_OK)
            break;
        if (it->parts[0])
            status = kl_value_same(&same, subject, when, NULL, error);
        else
            same = truth_of(when) == 1;
        kl_value_release(when);
        if (same)
            chosen = i + 1;
    }
    kl_value_release(subject);
    *out = kl_null();
    if (status == KL_OK && it->parts[chosen])
        return cypher_value(out, it->parts[chosen], run, scope, error);
    return status;
}

static kl_status comprehend(kl_value *made, const cypher_expression *it, kl_value item,
                            cypher_run *run, const cypher_scope *scope, kl_error *error)
{
    cypher_scope inner = *scope;
    kl_value value = kl_null();
    bool holds = true;
    inner.row = kl_value_retain(scope->row);
    kl_status status = kl_map_set_key(&inner.row, it->value, kl_value_retain(item), error);
    if (status == KL_OK && it->parts[1])
        status = cypher_holds(&holds, it->parts[1], run, inner.row, error);
    if (status == KL_OK && holds) {
        if (it->parts[2])
            status = cypher_value(&value, it->parts[2], run, &inner, error);
        else
            value = kl_value_retain(item);
        if (status == KL_OK)
            status = kl_array_push(made, value, error);
    }
    kl_value_release(inner.row);
    return status;
}

static kl_status run_comprehension(kl_value *out, const cypher_expression *it, cypher_run *run,
                                   const cypher_scope *scope, kl_error *error)
{
    kl_value list, made = kl_null();
    KL_TRY(cypher_value(&list, it->parts[0], run, scope, error));
    kl_status status = KL_OK;
    if (!kl_is(list, KL_KIND_ARRAY) && !kl_is_null(list))
        status = cypher_fail(run, it->source, error, "expected a list, got %s",
                             kl_value_kind_name(list));
    if (status == KL_OK && !kl_is_null(list))
        status = kl_array_new(&made, kl_array_len(list), error);
    for (size_t i = 0; i < kl_array_len(list) && status == KL_OK; i++)
        status = comprehend(&made, it, kl_array_at(list, i), run, scope, error);
    kl_value_release(list);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* ---- functions ---------------------------------------------------------------------------------- */

static const char *const aggregates[] = {"count", "sum", "avg", "min", "max", "collect", NULL};

static bool is_aggregate(const cypher_expression *it)
{
    if (it->kind == CYPHER_COUNT_ALL)
        return true;
    for (size_t i = 0; it->kind == CYPHER_CALL && aggregates[i]; i++)
        if (kl_text_is(kl_as_text(it->value), aggregates[i]))
            return true;
    return false;
}

bool cypher_has_aggregate(const cypher_expression *it)
{
    if (!it || is_aggregate(it))
        return it != NULL;
    for (size_t i = 0; i < it->count; i++)
        if (cypher_has_aggregate(it->parts[i]))
            return true;
    return false;
}

/* The values of the argument over the group, null left out, each once if DISTINCT; given. */
static kl_status gather(kl_value *out, const cypher_expression *it, cypher_run *run,
                        const cypher_scope *scope, kl_error *error)
{
    kl_value made, value, seen;
    KL_TRY(kl_array_new(&made, 0, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < scope->group_count && status == KL_OK; i++) {
        cypher_scope one = {.row = scope->group[i]};
        status = kl_work_step(&run->work, error);
        if (status == KL_OK)
            status = cypher_value(&value, it->parts[0], run, &one, error);
        if (status != KL_OK)
            break;
        seen = kl_bool(false);
        if (it->distinct && !kl_is_null(value))
            status = in_list(&seen, value, made, error);
        if (status == KL_OK && !kl_is_null(value) && !kl_as_bool(seen))
            status = kl_array_push(&made, value, error);
        else
            kl_value_release(value);
    }
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status sum_of(kl_value *out, const cypher_expression *it, kl_value values, cypher_run *run,
                        kl_error *error)
{
    int64_t whole = 0;
    double real = 0;
    bool ints = true, average = kl_text_is(kl_as_text(it->value), "avg");
    size_t count = kl_array_len(values);
    for (size_t i = 0; i < count; i++) {
        kl_value item = kl_array_at(values, i);
        if (!kl_is_number(item))
            return cypher_fail(run, it->source, error, "expected numbers, got %s",
                               kl_value_kind_name(item));
        ints = ints && kl_is(item, KL_KIND_INT) &&
               !__builtin_add_overflow(whole, kl_as_int(item), &whole);
        real += kl_as_double(item);
    }
    if (average)
        *out = count ? kl_double(real / (double)count) : kl_null();
    else
        *out = ints ? kl_int(whole) : kl_double(real);
    return KL_OK;
}

static kl_status extreme_of(kl_value *out, kl_value values, int sign, kl_error *error)
{
    kl_value best = kl_array_at(values, 0);
    for (size_t i = 1; i < kl_array_len(values); i++) {
        kl_value item = kl_array_at(values, i);
        int order;
        if (kl_is_number(item) && kl_is_number(best))
            order = kl_number_compare(item, best);
        else
            KL_TRY(kl_value_compare(&order, item, best, error));
        if (order * sign > 0)
            best = item;
    }
    *out = kl_value_retain(best);
    return KL_OK;
}

static kl_status run_aggregate(kl_value *out, const cypher_expression *it, cypher_run *run,
                               const cypher_scope *scope, kl_error *error)
{
    kl_value values;
    kl_text name = kl_as_text(it->value);
    if (!scope->group)
        return cypher_fail(run, it->source, error, "an aggregate may stand in WITH and RETURN only");
    if (it->kind == CYPHER_COUNT_ALL) {
        *out = kl_int((int64_t)scope->group_count);
        return KL_OK;
    }
    if (it->count != 1)
        return cypher_fail(run, it->source, error, "expected 1 argument, got %zu", it->count);
    KL_TRY(gather(&values, it, run, scope, error));
    kl_status status = KL_OK;
    if (kl_text_is(name, "count"))
        *out = kl_int((int64_t)kl_array_len(values));
    else if (kl_text_is(name, "collect"))
        *out = kl_value_take(&values);
    else if (kl_text_is(name, "min") || kl_text_is(name, "max"))
        status = extreme_of(out, values, kl_text_is(name, "min") ? -1 : 1, error);
    else
        status = sum_of(out, it, values, run, error);
    kl_value_release(values);
    return status;
}

enum { ARGS_MAX = 32 };

static kl_status run_call(kl_value *out, const cypher_expression *it, cypher_run *run,
                          const cypher_scope *scope, kl_error *error)
{
    kl_value args[ARGS_MAX];
    const cypher_function *function = cypher_find_function(kl_as_text(it->value));
    size_t done = 0;
    kl_status status = KL_OK;
    if (is_aggregate(it))
        return run_aggregate(out, it, run, scope, error);
    if (!function)
        return cypher_fail(run, it->source, error, "unknown function '%.*s'",
                           KL_TEXT_ARG(kl_as_text(it->value)));
    if (it->count < function->min || it->count > KL_MIN(function->max, ARGS_MAX))
        return cypher_fail(run, it->source, error, "%s: expected %zu%s arguments, got %zu",
                           function->name, function->min,
                           function->max > function->min ? " or more" : "", it->count);
    for (; done < it->count && status == KL_OK; done += status == KL_OK)
        status = cypher_value(&args[done], it->parts[done], run, scope, error);
    if (status == KL_OK)
        status = function->run(out, args, it->count, run, it, error);
    for (size_t i = 0; i < done; i++)
        kl_value_release(args[i]);
    return status;
}

static kl_status run_variable(kl_value *out, const cypher_expression *it, cypher_run *run,
                              const cypher_scope *scope, kl_error *error)
{
    bool param = it->kind == CYPHER_PARAMETER;
    const kl_value *found = kl_map_find(param ? run->params : scope->row, kl_as_text(it->value));
    if (!found)
        return cypher_fail(run, it->source, error, "%s '%.*s' is not defined",
                           param ? "parameter" : "variable", KL_TEXT_ARG(kl_as_text(it->value)));
    if (param && graph_ref_kind(*found))
        return cypher_fail(run, it->source, error, "a parameter cannot be bytes");
    *out = kl_value_retain(*found);
    return KL_OK;
}

static kl_status run_unary(kl_value *out, const cypher_expression *it, cypher_run *run,
                           const cypher_scope *scope, kl_error *error)
{
    kl_value operand;
    KL_TRY(cypher_value(&operand, it->parts[0], run, scope, error));
    kl_status status = KL_OK;
    if (it->kind == CYPHER_IS_NULL || it->kind == CYPHER_IS_NOT_NULL)
        *out = kl_bool(kl_is_null(operand) == (it->kind == CYPHER_IS_NULL));
    else if (kl_is(operand, KL_KIND_INT) && kl_as_int(operand) != INT64_MIN)
        *out = kl_int(-kl_as_int(operand));
    else if (kl_is_number(operand))
        *out = kl_double(-kl_as_double(operand));
    else if (kl_is_null(operand))
        *out = kl_null();
    else
        status = cypher_fail(run, it->source, error, "expected a number, got %s",
                             kl_value_kind_name(operand));
    kl_value_release(operand);
    return status;
}

kl_status cypher_value(kl_value *out, const cypher_expression *it, cypher_run *run,
                       const cypher_scope *scope, kl_error *error)
{
    KL_TRY(kl_work_step(&run->work, error));
    switch (it->kind) {
    case CYPHER_LITERAL:
        *out = kl_value_retain(it->value);
        return KL_OK;
    case CYPHER_PARAMETER:
    case CYPHER_VARIABLE:
        return run_variable(out, it, run, scope, error);
    case CYPHER_LIST:
        return run_list(out, it, run, scope, error);
    case CYPHER_MAP:
        return run_map(out, it, run, scope, error);
    case CYPHER_PROPERTY:
        return run_property(out, it, run, scope, error);
    case CYPHER_INDEX:
        return run_index(out, it, run, scope, error);
    case CYPHER_SLICE:
        return run_slice(out, it, run, scope, error);
    case CYPHER_LABELS:
        return run_labels(out, it, run, scope, error);
    case CYPHER_CALL:
    case CYPHER_COUNT_ALL:
        return it->kind == CYPHER_CALL ? run_call(out, it, run, scope, error)
                                       : run_aggregate(out, it, run, scope, error);
    case CYPHER_CASE:
        return run_case(out, it, run, scope, error);
    case CYPHER_COMPREHENSION:
        return run_comprehension(out, it, run, scope, error);
    case CYPHER_OR:
    case CYPHER_XOR:
    case CYPHER_AND:
    case CYPHER_NOT:
        return run_logic(out, it, run, scope, error);
    case CYPHER_IS_NULL:
    case CYPHER_IS_NOT_NULL:
    case CYPHER_NEGATE:
        return run_unary(out, it, run, scope, error);
    default:
        return run_binary(out, it, run, scope, error);
    }
}

kl_status cypher_holds(bool *out, const cypher_expression *it, cypher_run *run, kl_value row,
                       kl_error *error)
{
    cypher_scope scope = {.row = row};
    int truth;
    *out = true;
    if (!it)
        return KL_OK;
    KL_TRY(want_truth(&truth, it, run, &scope, error));
    *out = truth == 1;
    return KL_OK;
}
