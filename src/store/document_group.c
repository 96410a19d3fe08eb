/* src/store/document_group.c - $group: documents with the same key become one.
 *
 *   {"_id": "$city", "total": {"$sum": "$price"}, "names": {"$addToSet": "$name"}}
 */
#include "document_expression.h"
#include "document_pipeline.h"
#include "key_index.h"
#include "same.h"

#include <stdio.h>

/* What was gathered for one field of one group. */
typedef struct gathered {
    kl_value value; /* owned */
    double sum;     /* of $avg */
    int64_t count;
} gathered;

typedef kl_status accumulate_fn(gathered *to, kl_value value, bool present, kl_error *error);

static kl_status do_sum(gathered *to, kl_value value, bool present, kl_error *error)
{
    int64_t whole;
    (void)present, (void)error;
    if (!kl_is_number(value))
        return KL_OK;
    bool ints = kl_is(value, KL_KIND_INT) && kl_is(to->value, KL_KIND_INT) &&
                !__builtin_add_overflow(kl_as_int(to->value), kl_as_int(value), &whole);
    to->value = ints ? kl_int(whole) : kl_double(kl_as_double(to->value) + kl_as_double(value));
    return KL_OK;
}

static kl_status do_avg(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)present, (void)error;
    if (!kl_is_number(value))
        return KL_OK;
    to->sum += kl_as_double(value);
    to->value = kl_double(to->sum / (double)++to->count);
    return KL_OK;
}

static kl_status keep_extreme(gathered *to, kl_value value, int sign, kl_error *error)
{
    int order = sign;
    if (kl_is_null(value))
        return KL_OK;
    if (kl_is_number(value) && kl_is_number(to->value))
        order = kl_number_compare(value, to->value);
    else if (!kl_is_null(to->value))
        KL_TRY(kl_value_compare(&order, value, to->value, error));
    if (order * sign > 0)
        kl_value_replace(&to->value, kl_value_retain(value));
    return KL_OK;
}

static kl_status do_min(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)present;
    return keep_extreme(to, value, -1, error);
}

static kl_status do_max(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)present;
    return keep_extreme(to, value, 1, error);
}

static kl_status do_first(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)present, (void)error;
    if (to->count++ == 0)
        kl_value_replace(&to->value, kl_value_retain(value));
    return KL_OK;
}

static kl_status do_last(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)present, (void)error;
    kl_value_replace(&to->value, kl_value_retain(value));
    return KL_OK;
}

static kl_status want_list(gathered *to, kl_error *error)
{
    return kl_is(to->value, KL_KIND_ARRAY) ? KL_OK : kl_array_new(&to->value, 1, error);
}

static kl_status do_push(gathered *to, kl_value value, bool present, kl_error *error)
{
    KL_TRY(want_list(to, error));
    return present ? kl_array_push(&to->value, kl_value_retain(value), error) : KL_OK;
}

static kl_status do_add_to_set(gathered *to, kl_value value, bool present, kl_error *error)
{
    bool found = !present;
    KL_TRY(want_list(to, error));
    for (size_t i = 0; i < kl_array_len(to->value) && !found; i++)
        KL_TRY(kl_value_same(&found, kl_array_at(to->value, i), value, NULL, error));
    return found ? KL_OK : kl_array_push(&to->value, kl_value_retain(value), error);
}

static kl_status do_count(gathered *to, kl_value value, bool present, kl_error *error)
{
    (void)value, (void)present, (void)error;
    to->value = kl_int(kl_as_int(to->value) + 1);
    return KL_OK;
}

static const struct {
    const char *name;
    accumulate_fn *run;
    bool from_zero;
} accumulators[] = {
    {"$sum", do_sum, true},      {"$avg", do_avg, false},   {"$min", do_min, false},
    {"$max", do_max, false},     {"$first", do_first, false}, {"$last", do_last, false},
    {"$push", do_push, false},   {"$addToSet", do_add_to_set, false}, {"$count", do_count, true},
};

static size_t find(kl_text name)
{
    size_t i = 0;
    while (i < KL_COUNT(accumulators) && !kl_text_is(name, accumulators[i].name))
        i++;
    return i;
}

kl_status kl_group_check(kl_value group, const char *where, kl_error *error)
{
    if (!kl_map_has(group, KL_TEXT("_id")))
        return kl_error_form(error, KL_INVALID, "missing required input: %s._id", where);
    for (size_t i = 0; i < kl_map_len(group); i++) {
        char place[160];
        kl_text key = kl_map_key_at(group, i);
        kl_value rule = kl_map_value_at(group, i);
        snprintf(place, sizeof place, "%s.%.*s", where, (int)KL_MIN(key.len, 60), key.data);
        if (kl_text_is(key, "_id")) {
            KL_TRY(kl_expression_check(rule, place, error));
            continue;
        }
        if (kl_map_len(rule) != 1 || find(kl_map_key_at(rule, 0)) == KL_COUNT(accumulators))
            return kl_error_form(error, KL_INVALID, "invalid input '%s': expected an object of one of: "
                                 "$sum, $avg, $min, $max, $first, $last, $push, $addToSet, $count",
                                 place);
        KL_TRY(kl_expression_check(kl_map_value_at(rule, 0), place, error));
    }
    return KL_OK;
}

/* ---- groups ------------------------------------------------------------------------------------- */

typedef struct grouping {
    kl_value rules; /* borrowed */
    size_t fields;  /* without _id */
    kl_key_index index;
    kl_value *keys; /* of each group */
    gathered *items; /* fields + 1 of each group, the last one counting its documents */
    size_t count, capacity;
} grouping;

static kl_value key_of(const void *store, size_t slot) { return ((const grouping *)store)->keys[slot]; }

static void clear(grouping *g)
{
    for (size_t i = 0; i < g->count; i++)
        kl_value_release(g->keys[i]);
    for (size_t i = 0; i < g->count * (g->fields + 1); i++)
        kl_value_release(g->items[i].value);
    kl_key_index_clear(&g->index);
    kl_free(g->keys);
    kl_free(g->items);
}

static kl_status grow(grouping *g, kl_error *error)
{
    size_t capacity = g->capacity ? 2 * g->capacity : 16;
    kl_value *keys = kl_realloc(g->keys, capacity * sizeof *keys);
    if (!keys)
        return kl_error_no_memory(error);
    g->keys = keys;
    gathered *items = kl_realloc(g->items, capacity * (g->fields + 1) * sizeof *items);
    if (!items)
        return kl_error_no_memory(error);
    g->items = items;
    g->capacity = capacity;
    return KL_OK;
}

static void start_group(grouping *g, size_t slot)
{
    size_t field = 0;
    gathered *items = g->items + slot * (g->fields + 1);
    memset(items, 0, (g->fields + 1) * sizeof *items);
    for (size_t i = 0; i < kl_map_len(g->rules); i++) {
        if (kl_text_is(kl_map_key_at(g->rules, i), "_id"))
            continue;
        kl_text name = kl_map_key_at(kl_map_value_at(g->rules, i), 0);
        items[field++].value = accumulators[find(name)].from_zero ? kl_int(0) : kl_null();
    }
    items[g->fields].value = kl_int(0);
}

/* The group of a key (borrowed), made if need be. 1 and 1.0 are one key, as they are equal. */
static kl_status group_of(size_t *out, grouping *g, kl_value key, kl_error *error)
{
    double real = kl_as_double(key);
    if (kl_is(key, KL_KIND_DOUBLE) && real >= -0x1p53 && real <= 0x1p53 && real == (double)(int64_t)real)
        key = kl_int((int64_t)real);
    KL_TRY(kl_key_index_find(out, &g->index, key, error));
    if (*out != KL_SLOT_NONE)
        return KL_OK;
    if (g->count == g->capacity)
        KL_TRY(grow(g, error));
    g->keys[g->count] = key;
    KL_TRY(kl_key_index_put(&g->index, key, g->count, error));
    kl_value_retain(key);
    start_group(g, g->count);
    *out = g->count++;
    return KL_OK;
}

static kl_status gather(grouping *g, size_t slot, kl_value document, kl_work *work, kl_error *error)
{
    gathered *items = g->items + slot * (g->fields + 1);
    size_t field = 0;
    for (size_t i = 0; i < kl_map_len(g->rules); i++) {
        kl_value rule = kl_map_value_at(g->rules, i), value = kl_null();
        bool present;
        if (kl_text_is(kl_map_key_at(g->rules, i), "_id"))
            continue;
        KL_TRY(kl_expression_value(&value, &present, kl_map_value_at(rule, 0), document, work, error));
        kl_status status = accumulators[find(kl_map_key_at(rule, 0))].run(&items[field++], value,
                                                                          present, error);
        kl_value_release(value);
        KL_TRY(status);
    }
    return do_count(&items[g->fields], kl_null(), true, error);
}

static kl_status add_document(grouping *g, kl_value document, kl_work *work, kl_error *error)
{
    kl_value key = kl_null();
    bool present;
    size_t slot;
    KL_TRY(kl_expression_value(&key, &present, kl_map_get(g->rules, KL_TEXT("_id")), document, work,
                               error));
    kl_status status = group_of(&slot, g, key, error);
    kl_value_release(key);
    return status == KL_OK ? gather(g, slot, document, work, error) : status;
}

/* A group without accumulators tells how many documents it has. */
static kl_status group_document(kl_value *out, grouping *g, size_t slot, kl_error *error)
{
    gathered *items = g->items + slot * (g->fields + 1);
    size_t field = 0;
    kl_value made;
    KL_TRY(kl_map_new(&made, g->fields + 2, error));
    kl_status status = kl_map_set(&made, KL_TEXT("_id"), kl_value_retain(g->keys[slot]), error);
    for (size_t i = 0; i < kl_map_len(g->rules) && status == KL_OK; i++) {
        if (kl_text_is(kl_map_key_at(g->rules, i), "_id"))
            continue;
        status = kl_map_set_key(&made, kl_map_key_value_at(g->rules, i),
                                kl_value_retain(items[field++].value), error);
    }
    if (status == KL_OK && g->fields == 0)
        status = kl_map_set(&made, KL_TEXT("count"), items[0].value, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

kl_status kl_group_run(kl_value *out, kl_value documents, kl_value group, kl_work *work,
                       kl_error *error)
{
    grouping g = {.rules = group, .fields = kl_map_len(group) - 1, .index = {.key_of = key_of}};
    kl_value made = kl_null();
    kl_status status = KL_OK;
    g.index.store = &g;
    for (size_t i = 0; i < kl_array_len(documents) && status == KL_OK; i++)
        status = add_document(&g, kl_array_at(documents, i), work, error);
    if (status == KL_OK)
        status = kl_array_new(&made, g.count, error);
    for (size_t i = 0; i < g.count && status == KL_OK; i++) {
        kl_value document;
        status = group_document(&document, &g, i, error);
        if (status == KL_OK)
            status = kl_array_push(&made, document, error);
    }
    clear(&g);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}
