/* src/nodes/array_ops.c - ArrayOperationsNode. Items are shared with the input, never copied. */
#include "arithmetic.h"
#include "array.h"
#include "expression.h"
#include "grouping.h"
#include "lookup.h"
#include "operation.h"
#include "parts.h"
#include "payload.h"
#include "sort.h"
#include "stack.h"
#include "text_operations.h"
#include "value_set.h"
#include "value_text.h"
#include "kailash/id.h"

#include <math.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- asking ---------------------------------------------------------------------------------- */

static kl_status length(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    *out = kl_int((int64_t)kl_array_len(args[0]));
    return KL_OK;
}

static kl_status first(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    *out = kl_value_retain(kl_array_at(args[0], 0));
    return KL_OK;
}

static kl_status last(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    *out = kl_value_retain(kl_array_at(args[0], kl_array_len(args[0]) - 1));
    return KL_OK;
}

/* ---- choosing items -------------------------------------------------------------------------- */

/* A loop over the items of `from` that pushes those for which `keeps` says so. */
typedef kl_status keep_fn(bool *out, void *data, kl_value item, kl_work *work, kl_error *error);

static kl_status select_into(kl_value *list, kl_value from, keep_fn *keeps, void *data,
                             kl_work *work, kl_error *error)
{
    for (size_t i = 0, count = kl_array_len(from); i < count; i++) {
        kl_value item = kl_array_at(from, i);
        bool kept;
        KL_TRY(kl_work_step(work, error));
        KL_TRY(keeps(&kept, data, item, work, error));
        if (kept)
            KL_TRY(kl_node_list_push(list, kl_value_retain(item), error));
    }
    return KL_OK;
}

static kl_status select_items(kl_value *out, kl_value from, keep_fn *keeps, void *data,
                              kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    kl_value list;
    KL_TRY(kl_array_new(&list, 0, error));
    kl_status status = select_into(&list, from, keeps, data, &work, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status filter_null(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call;
    const kl_value *items = kl_array_items(args[0]);
    size_t count = kl_array_len(args[0]), kept = 0;
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    kl_value *to = kl_array_room(&list, count, error); /* is there */
    for (size_t i = 0; i < count; i++) {
        to[kept] = kl_value_retain(items[i]);
        kept += !kl_is_null(items[i]);
    }
    kl_array_added(list, kept);
    if (kept > KL_NODE_LIST_MAX) {
        kl_value_release(list);
        return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    }
    *out = list;
    return KL_OK;
}

static kl_status keep_new(bool *out, void *data, kl_value item, kl_work *work, kl_error *error)
{
    (void)work;
    return kl_value_set_add(out, data, item, error);
}

static kl_status unique(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_value_set seen = KL_VALUE_SET_INIT;
    kl_status status = select_items(out, args[0], keep_new, &seen, call, error);
    kl_value_set_end(&seen);
    return status;
}

static kl_status filter(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_condition *condition;
    kl_work work = kl_node_work(call);
    kl_value list = kl_null();
    kl_status status;
    KL_TRY(kl_node_condition(&condition, args[1], error));
    KL_TRY_OUT(kl_array_new(&list, 0, error));
    KL_TRY_OUT(kl_condition_select(&list, condition, args[0], 0, &work, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_condition_free(condition);
    if (status == KL_OK && kl_array_len(*out) > KL_NODE_LIST_MAX) {
        kl_value_release(*out);
        return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    }
    return status;
}

/* ---- two lists ------------------------------------------------------------------------------- */

/* Items of the first and then of the second list, each value once. */
static kl_status union_of(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_value_set seen = KL_VALUE_SET_INIT;
    kl_work work = kl_node_work(call);
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, 0, error));
    KL_TRY_OUT(select_into(&list, args[0], keep_new, &seen, &work, error));
    KL_TRY_OUT(select_into(&list, args[1], keep_new, &seen, &work, error));
    *out = kl_value_retain(list);
out:
    kl_value_release(list);
    kl_value_set_end(&seen);
    return status;
}

typedef struct two_sets {
    kl_value_set other; /* what the second list holds */
    kl_value_set seen;  /* what was kept */
    bool wanted;        /* keep what the other holds, or what it does not */
} two_sets;

static kl_status keep_by_other(bool *out, void *data, kl_value item, kl_work *work, kl_error *error)
{
    two_sets *sets = data;
    (void)work;
    KL_TRY(kl_value_set_has(out, &sets->other, item, error));
    *out = *out == sets->wanted;
    return *out ? kl_value_set_add(out, &sets->seen, item, error) : KL_OK;
}

static kl_status compare_lists(kl_value *out, const kl_value *args, bool wanted, kl_node_call *call,
                               kl_error *error)
{
    two_sets sets = {.wanted = wanted};
    kl_status status = kl_value_set_add_all(&sets.other, args[1], error);
    if (status == KL_OK)
        status = select_items(out, args[0], keep_by_other, &sets, call, error);
    kl_value_set_end(&sets.other);
    kl_value_set_end(&sets.seen);
    return status;
}

static kl_status intersection(kl_value *out, const kl_value *args, kl_node_call *call,
                              kl_error *error)
{
    return compare_lists(out, args, true, call, error);
}

static kl_status difference(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    return compare_lists(out, args, false, call, error);
}

/* A list of the items; both are borrowed. */
static kl_status pair_of(kl_value *out, kl_value a, kl_value b, kl_error *error)
{
    KL_TRY(kl_array_new(out, 2, error));
    kl_array_push(out, kl_value_retain(a), error); /* has room */
    kl_array_push(out, kl_value_retain(b), error);
    return KL_OK;
}

static kl_status zip(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    size_t count = KL_MIN(kl_array_len(args[0]), kl_array_len(args[1]));
    kl_work work = kl_node_work(call);
    kl_value list, pair;
    kl_status status;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++) {
        KL_TRY_OUT(kl_work_step(&work, error));
        KL_TRY_OUT(pair_of(&pair, kl_array_at(args[0], i), kl_array_at(args[1], i), error));
        KL_TRY_OUT(kl_node_list_push(&list, pair, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* ---- order and parts ------------------------------------------------------------------------- */

typedef struct turning {
    kl_value *to;
    const kl_value *items;
    size_t count;
} turning;

/* What is larger than the caches need not go through them. */
static inline void store_past(kl_value *to, const kl_value *from)
{
#ifdef __SSE2__
    long long words[2];
    memcpy(words, from, sizeof words);
    _mm_stream_si64((long long *)(void *)to, words[0]);
    _mm_stream_si64((long long *)(void *)to + 1, words[1]);
#else
    *to = *from;
#endif
}

static void all_are_stored(void)
{
#ifdef __SSE2__
    _mm_sfence();
#endif
}

/* Numbers have no owners to be counted. */
static kl_status turn_numbers(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const turning *t = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++)
        store_past(&t->to[i], &t->items[t->count - 1 - i]);
    all_are_stored();
    return KL_OK;
}

static kl_status reverse(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    size_t count = kl_array_len(args[0]);
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    turning t = {kl_array_room(&list, count, error) /* is there */, kl_array_items(args[0]), count};
    kl_cut cut = kl_cut_items(count);
    bool is_long = kl_cut_parts(cut) > 1 && kl_array_known(args[0]);
    if (is_long)
        kl_parts_all(cut, turn_numbers, &t);
    for (size_t i = 0; !is_long && i < count; i++)
        t.to[i] = kl_value_retain(t.items[count - 1 - i]);
    kl_array_added(list, count);
    *out = list;
    return KL_OK;
}

/* The field of an item, null where there is none. An absent field means the item itself. */
static kl_value field_of(const kl_value *item, kl_lookup *lookup)
{
    const kl_value *found = kl_lookup_find(lookup, item);
    return found ? *found : kl_null();
}

/* Ints are nothing but their bits: those alone are sorted, and made ints again. */
static kl_status sort_ints(kl_value *out, kl_value array, bool descending, kl_error *error)
{
    size_t count = kl_array_len(array);
    const kl_value *items = kl_array_items(array);
    kl_sort_bits_item *memory = kl_alloc(2 * count * sizeof *memory);
    kl_value list = kl_null();
    kl_status status;
    if (!memory)
        return kl_error_no_memory(error);
    kl_sort_bits_item *bits = memory, *spare = memory + count;
    uint64_t turn = (uint64_t)1 << 63 ^ (descending ? UINT64_MAX : 0);
    for (size_t i = 0; i < count; i++)
        bits[i] = (kl_sort_bits_item){(uint64_t)items[i].as.integer ^ turn, 0};
    KL_TRY_OUT(kl_sort_bits(&bits, &spare, count, error));
    KL_TRY_OUT(kl_array_new(&list, count, error));
    kl_value *to = kl_array_room(&list, count, error); /* is there */
    for (size_t i = 0; i < count; i++)
        to[i] = kl_int((int64_t)(bits[i].bits ^ turn));
    kl_array_added(list, count);
    *out = list;
out:
    kl_free(memory);
    return status;
}

typedef struct row_sort {
    kl_text path;
    const kl_value *items;
    kl_sort_pair *pairs;
    kl_value *to;
    size_t count;
} row_sort;

static kl_status read_keys(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const row_sort *s = data;
    kl_lookup lookup = kl_lookup_of(s->path);
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        kl_lookup_ahead(&lookup, s->items, i, s->count);
        s->pairs[i] = (kl_sort_pair){field_of(&s->items[i], &lookup), s->items[i]};
    }
    return KL_OK;
}

/* The items in their new order lie anywhere: their memory is asked for ahead. */
static kl_status share_sorted(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    enum { AHEAD = 16 };
    const row_sort *s = data;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        if (i + AHEAD < s->count && s->pairs[i + AHEAD].item.kind >= KL_KIND_STRING)
            __builtin_prefetch(s->pairs[i + AHEAD].item.as.payload, 1);
        s->to[i] = kl_value_retain(s->pairs[i].item);
    }
    return KL_OK;
}

static kl_status sort_items(kl_value *out, row_sort *s, bool descending, kl_work *work, kl_error *error)
{
    kl_cut cut = kl_cut_items(s->count);
    kl_value list;
    kl_parts_all(cut, read_keys, s);
    KL_TRY(kl_sort_pairs(s->pairs, s->count, descending, work, error));
    KL_TRY(kl_array_new(&list, s->count, error));
    s->to = kl_array_room(&list, s->count, error); /* is there */
    kl_parts_all(cut, share_sorted, s);
    kl_array_added(list, s->count);
    *out = list;
    return KL_OK;
}

static kl_status sort(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    if (kl_value_len(args[1]) == 0 && kl_array_known(args[0]) == KL_PAYLOAD_INTS)
        return sort_ints(out, args[0], kl_as_bool(args[2]), error);
    size_t count = kl_array_len(args[0]);
    kl_work work = kl_node_work(call);
    row_sort s = {.path = kl_as_text(args[1]), .items = kl_array_items(args[0]), .count = count,
                 .pairs = kl_alloc(count * sizeof *s.pairs)};
    if (!s.pairs)
        return kl_error_no_memory(error);
    kl_status status = sort_items(out, &s, kl_as_bool(args[2]), &work, error);
    kl_free(s.pairs);
    return status;
}

/* An index as Python takes it: negative from the end, cut to the list. */
static size_t clip(int64_t index, size_t len)
{
    if (index < 0)
        index += (int64_t)len;
    return index < 0 ? 0 : KL_MIN((size_t)index, len);
}

static kl_status slice(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    size_t len = kl_array_len(args[0]);
    size_t end = kl_is_null(args[2]) ? len : clip(args[2].as.integer, len);
    return kl_array_slice(out, args[0], clip(args[1].as.integer, len), end, error);
}

static kl_status chunk(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    size_t len = kl_array_len(args[0]), size = (size_t)args[1].as.integer;
    kl_work work = kl_node_work(call);
    kl_value list, part;
    kl_status status;
    KL_TRY(kl_array_new(&list, len / size + 1, error));
    for (size_t at = 0; at < len; at += KL_MIN(size, len - at)) {
        KL_TRY_OUT(kl_work_step(&work, error));
        KL_TRY_OUT(kl_array_slice(&part, args[0], at, at + KL_MIN(size, len - at), error));
        KL_TRY_OUT(kl_node_list_push(&list, part, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

typedef struct flat_frame {
    kl_value array;
    size_t next;
} flat_frame;

static kl_status enter(kl_stack *stack, kl_value array, kl_error *error)
{
    flat_frame *frame = kl_stack_push(stack);
    if (!frame)
        return kl_error_no_memory(error);
    *frame = (flat_frame){array, 0};
    return KL_OK;
}

static kl_status push_items(kl_value *list, const kl_value *items, size_t count, kl_error *error)
{
    if (count > KL_NODE_LIST_MAX - kl_array_len(*list))
        return kl_node_limit(error, "list_size", KL_NODE_LIST_MAX, "items");
    kl_value *to = count ? kl_array_room(list, count, error) : NULL;
    if (count && !to)
        return KL_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        to[i] = kl_value_retain(items[i]);
    kl_array_added(*list, count);
    return KL_OK;
}

/* Append the items up to the next list that is to be entered; those of lists within which no other
 * is entered, too. */
static kl_status push_plain(kl_value *list, flat_frame *frame, bool enters, bool is_last,
                            kl_work *work, kl_error *error)
{
    enum { AHEAD = 16 };
    const kl_value *items = kl_array_items(frame->array);
    size_t count = kl_array_len(frame->array), at = frame->next;
    while (at < count) {
        size_t end = at;
        while (end < count && !(enters && kl_is(items[end], KL_KIND_ARRAY)))
            end++;
        KL_TRY(push_items(list, items + at, end - at, error));
        at = end;
        if (end == count || !is_last)
            break;
        if (at + AHEAD < count && kl_is(items[at + AHEAD], KL_KIND_ARRAY))
            __builtin_prefetch(items[at + AHEAD].as.array);
        KL_TRY(kl_work_step(work, error));
        KL_TRY(push_items(list, items[at].as.array->items, items[at].as.array->len, error));
        at++;
    }
    frame->next = at;
    return KL_OK;
}

static kl_status flatten(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    uint64_t depth = (uint64_t)args[1].as.integer;
    kl_work work = kl_node_work(call);
    kl_value list;
    kl_stack stack;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(args[0]), error));
    kl_stack_init(&stack, sizeof(flat_frame));
    KL_TRY_OUT(enter(&stack, args[0], error));
    while (stack.len) {
        flat_frame *top = kl_stack_top(&stack);
        KL_TRY_OUT(kl_work_step(&work, error));
        if (top->next == kl_array_len(top->array)) {
            kl_stack_pop(&stack);
            continue;
        }
        KL_TRY_OUT(push_plain(&list, top, stack.len <= depth, stack.len == depth, &work, error));
        if (top->next < kl_array_len(top->array))
            KL_TRY_OUT(enter(&stack, kl_array_at(top->array, top->next++), error));
    }
    *out = kl_value_retain(list);
out:
    kl_stack_end(&stack);
    kl_value_release(list);
    return status;
}

/* ---- sampling -------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea and Flood, 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9E3779B97F4A7C15ull;
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9ull;
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBull;
    return mixed ^ mixed >> 31;
}

/* Uniform in 0 .. bound - 1: numbers from the uneven rest are thrown again. */
static uint64_t random_below(uint64_t *state, uint64_t bound)
{
    uint64_t uneven = -bound % bound, drawn;
    do
        drawn = next_random(state);
    while (drawn < uneven);
    return drawn % bound;
}

static kl_status sample(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    size_t len = kl_array_len(args[0]);
    size_t wanted = KL_MIN((uint64_t)args[1].as.integer, len);
    uint64_t state = (uint64_t)kl_as_int(args[2]);
    kl_value list;
    if (kl_is_null(args[2]))
        KL_TRY(kl_random(&state, sizeof state, error));
    KL_TRY(kl_array_slice(&list, args[0], 0, len, error));
    kl_value *items = kl_array_edit(&list, error); /* ours alone: cannot fail */
    for (size_t i = 0; i < wanted; i++) {          /* the front of a Fisher-Yates shuffle */
        size_t chosen = i + random_below(&state, len - i);
        kl_value swap = items[i];
        items[i] = items[chosen];
        items[chosen] = swap;
    }
    kl_status status = kl_array_slice(out, list, 0, wanted, error);
    kl_value_release(list);
    return status;
}

/* ---- by field or expression ------------------------------------------------------------------ */

typedef struct picking {
    kl_text path;
    const kl_value *items;
    kl_value *to;
    size_t count;
} picking;

static kl_status pick_part(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const picking *p = data;
    kl_lookup path = kl_lookup_of(p->path);
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        kl_lookup_ahead(&path, p->items, i, p->count);
        p->to[i] = kl_value_retain(field_of(&p->items[i], &path));
    }
    return KL_OK;
}

static kl_status map_field(kl_value *out, kl_value array, kl_value field, kl_error *error)
{
    size_t count = kl_array_len(array);
    picking p = {kl_as_text(field), kl_array_items(array), NULL, count};
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    p.to = kl_array_room(&list, count, error); /* is there */
    kl_parts_all(kl_cut_items(count), pick_part, &p);
    kl_array_added(list, count);
    *out = list;
    return KL_OK;
}

static kl_status map_with(kl_value *out, kl_value array, const kl_jmespath *expression,
                          kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    kl_value list, item;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(array), error));
    for (size_t i = 0, count = kl_array_len(array); i < count; i++) {
        KL_TRY_OUT(kl_work_step(&work, error));
        KL_TRY_OUT(kl_node_search(&item, expression, kl_array_at(array, i), &work, error));
        KL_TRY_OUT(kl_array_push(&list, item, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status map_expression(kl_value *out, const kl_value *args, kl_node_call *call,
                                kl_error *error)
{
    kl_jmespath *compiled;
    KL_TRY(kl_node_jmespath(&compiled, args[2], error));
    kl_status status = map_with(out, args[0], compiled, call, error);
    kl_jmespath_release(compiled);
    return status;
}

static kl_status map(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    bool field = !kl_is_null(args[1]), expression = !kl_is_null(args[2]);
    if (!field && !expression)
        return kl_node_missing(error, "field or expression");
    if (field && expression)
        return kl_node_bad(error, "expression", "expected nothing beside 'field', got string");
    return field ? map_field(out, args[0], args[1], error) : map_expression(out, args, call, error);
}

static kl_status group_by(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_work work = kl_node_work(call);
    return kl_group_by(out, args[0], kl_as_text(args[1]), &work, error);
}

/* ---- reducing -------------------------------------------------------------------------------- */

static kl_status reduce_numbers(kl_value *out, kl_text function, kl_value array, kl_error *error)
{
    static const kl_param numbers = {
        .name = "array", .kind = KL_KIND_ARRAY, .item = KL_KIND_NUMBER};
    KL_TRY(kl_operation_check(&numbers, array, error));
    bool is_sum = kl_text_is(function, "sum");
    if (!is_sum && kl_array_len(array) == 0)
        return kl_node_failed(error, "cannot compute %.*s of empty array", KL_TEXT_ARG(function));
    *out = is_sum ? kl_numbers_sum(array)
                  : kl_numbers_extreme(array, kl_text_is(function, "max") ? 1 : -1);
    return KL_OK;
}

static kl_status reduce(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text function = kl_as_text(args[1]);
    kl_value array = kl_value_retain(args[0]);
    kl_status status;
    if (!kl_is_null(args[2])) {
        kl_value_release(kl_value_take(&array));
        KL_TRY_OUT(map_field(&array, args[0], args[2], error));
    }
    if (kl_text_is(function, "count")) {
        *out = kl_int((int64_t)kl_array_len(array));
        status = KL_OK;
    } else if (kl_text_is(function, "join")) {
        status = kl_text_join_op(out, (kl_value[]){array, args[3]}, call, error);
    } else {
        status = reduce_numbers(out, function, array, error);
    }
out:
    kl_value_release(array);
    return status;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *const functions[] = {"sum", "min", "max", "count", "join", NULL};

#define ARRAY(key)                                                                                 \
    {                                                                                              \
        .name = key, .kind = KL_KIND_ARRAY                                                         \
    }
#define FIELD                                                                                      \
    {                                                                                              \
        .name = "field", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL                              \
    }

static const kl_param plain[] = {ARRAY("array")};
static const kl_param flattening[] = {ARRAY("array"),
                                      {.name = "depth", .kind = KL_KIND_COUNT, .fallback = "1"}};
static const kl_param sorting[] = {
    ARRAY("array"), FIELD, {.name = "descending", .kind = KL_KIND_BOOL, .fallback = "false"}};
static const kl_param slicing[] = {
    ARRAY("array"),
    {.name = "start", .kind = KL_KIND_INT},
    {.name = "end", .kind = KL_KIND_INT, .flags = KL_OPTIONAL},
};
static const kl_param filtering[] = {ARRAY("array"), {.name = "expression", .kind = KL_KIND_ANY}};
static const kl_param mapping[] = {
    ARRAY("array"), FIELD, {.name = "expression", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL}};
static const kl_param reducing[] = {
    ARRAY("array"),
    {.name = "function", .kind = KL_KIND_ENUM, .names = functions},
    FIELD,
    {.name = "delimiter", .kind = KL_KIND_STRING, .fallback = "\"\""},
};
static const kl_param chunking[] = {
    ARRAY("array"), {.name = "size", .kind = KL_KIND_INT, .range = KL_RANGE(1, INFINITY)}};
static const kl_param pairing[] = {ARRAY("array"), ARRAY("other")};
static const kl_param grouping[] = {ARRAY("array"), {.name = "field", .kind = KL_KIND_STRING}};
static const kl_param sampling[] = {
    ARRAY("array"),
    {.name = "count", .kind = KL_KIND_COUNT},
    {.name = "seed", .kind = KL_KIND_INT, .flags = KL_OPTIONAL},
};

#define OPERATIONS(ROW)                                                                            \
    ROW("length", plain, length)                                                                   \
    ROW("reverse", plain, reverse)                                                                 \
    ROW("flatten", flattening, flatten)                                                            \
    ROW("first", plain, first)                                                                     \
    ROW("last", plain, last)                                                                       \
    ROW("unique", plain, unique)                                                                   \
    ROW("sort", sorting, sort)                                                                     \
    ROW("filter_null", plain, filter_null)                                                         \
    ROW("slice", slicing, slice)                                                                   \
    ROW("filter", filtering, filter)                                                               \
    ROW("map", mapping, map)                                                                       \
    ROW("reduce", reducing, reduce)                                                                \
    ROW("chunk", chunking, chunk)                                                                  \
    ROW("zip", pairing, zip)                                                                       \
    ROW("group_by", grouping, group_by)                                                            \
    ROW("union", pairing, union_of)                                                                \
    ROW("intersection", pairing, intersection)                                                     \
    ROW("difference", pairing, difference)                                                         \
    ROW("sample", sampling, sample)

static const char *const names[] = {OPERATIONS(KL_OPERATION_NAME) NULL};
static const kl_operation operations[] = {OPERATIONS(KL_OPERATION_ROW)};

static kl_status array_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_operation_run(out, KL_TABLE(operations), call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "What to do."},
    KL_OPERATION_KEY("array", "The list."),
    KL_OPERATION_KEY("depth", "flatten: levels to take away; default 1."),
    KL_OPERATION_KEY("field", "sort, map, reduce, group_by: dotted path into each item; null where "
                              "an item lacks it."),
    KL_OPERATION_KEY("descending", "sort: largest first; equal items keep their order. Default "
                                   "false."),
    KL_OPERATION_KEY("start", "slice: first index; negative ones count from the end."),
    KL_OPERATION_KEY("end", "slice: index behind the last; left out = to the end."),
    KL_OPERATION_KEY("expression", "filter: a condition as of FilterNode. map: a JMESPath "
                                   "expression, in place of field."),
    KL_OPERATION_KEY("function", "reduce: sum, min, max, count or join."),
    KL_OPERATION_KEY("delimiter", "reduce with join: what stands between the items; default \"\"."),
    KL_OPERATION_KEY("size", "chunk: items in each part, the last part may have fewer."),
    KL_OPERATION_KEY("other", "zip, union, intersection, difference: the second list."),
    KL_OPERATION_KEY("count", "sample: how many items to draw, each at most once."),
    KL_OPERATION_KEY("seed", "sample: the same seed draws the same items; default random."),
};
static const kl_param outputs[] = {
    {.name = "result",
     .kind = KL_KIND_ANY,
     .doc = "A list; an int of length; a dict of key text to list of group_by; an item (or null) "
            "of first and last."},
};

static const kl_node_type types[] = {
    {
        .name = "ArrayOperationsNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = array_run,
        .doc = "Orders, cuts, joins and reduces lists. Values of different kinds differ (1, 1.0, "
               "true and \"1\"); sorting goes by null, bool, number, string, list, dict.",
    },
};

static const kl_node_family array_nodes = {.name = "arrays", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(array_nodes);
