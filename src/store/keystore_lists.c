/* src/store/keystore_lists.c - commands about lists. */
#include "keystore_parts.h"

/* ---- rows of values ------------------------------------------------------------------------------ */

void kl_list_end(kl_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        kl_value_release(list->items[list->start + i]);
    kl_free(list->items);
    *list = (kl_list){0};
}

/* Room before the first and behind the last. */
static bool grow(kl_list *list)
{
    size_t cap = KL_MAX(3 * list->count, (size_t)12), start = (cap - list->count) / 2;
    kl_value *items = kl_alloc_zero(cap, sizeof *items);
    if (!items)
        return false;
    if (list->count)
        memcpy(items + start, list->items + list->start, list->count * sizeof *items);
    kl_free(list->items);
    *list = (kl_list){items, start, list->count, cap};
    return true;
}

kl_status kl_list_push(kl_list *list, kl_value item, bool at_start, kl_error *error)
{
    bool full = at_start ? list->start == 0 : list->start + list->count == list->cap;
    if (full && !grow(list))
        return kl_error_no_memory(error);
    if (at_start)
        list->items[--list->start] = kl_value_retain(item);
    else
        list->items[list->start + list->count] = kl_value_retain(item);
    list->count++;
    return KL_OK;
}

/* Take one out at an end; given. */
static kl_value pop(kl_list *list, bool at_start)
{
    list->count--;
    return at_start ? list->items[list->start++] : list->items[list->start + list->count];
}

static kl_value *item_at(const kl_list *list, size_t index)
{
    return &list->items[list->start + index];
}

/* Remove item `index`. */
static void cut(kl_list *list, size_t index)
{
    kl_value_release(*item_at(list, index));
    memmove(item_at(list, index), item_at(list, index) + 1,
            (list->count - index - 1) * sizeof(kl_value));
    list->count--;
}

/* ---- commands ------------------------------------------------------------------------------------ */

static kl_status find_list(kl_stored **out, kl_command_call *call, size_t index)
{
    return kl_find_typed(out, call, index, KL_ITEM_LIST);
}

static kl_status push(kl_command_call *call, bool at_start, bool only_present)
{
    kl_stored *item;
    KL_TRY(find_list(&item, call, 1));
    if (!item && only_present)
        return kl_answer_int(call, 0);
    KL_TRY(kl_make_typed(&item, call, 1, KL_ITEM_LIST));
    for (size_t i = 2; i < call->count; i++)
        KL_TRY(kl_list_push(&item->list, call->words[i], at_start, call->error));
    return kl_answer_int(call, (int64_t)item->list.count);
}

static kl_status lpush(kl_command_call *call) { return push(call, true, false); }
static kl_status rpush(kl_command_call *call) { return push(call, false, false); }
static kl_status lpushx(kl_command_call *call) { return push(call, true, true); }
static kl_status rpushx(kl_command_call *call) { return push(call, false, true); }

static kl_status pop_many(kl_command_call *call, bool at_start)
{
    kl_stored *item;
    int64_t count;
    kl_value list;
    if (!kl_read_integer(&count, kl_word(call, 2)) || count < 0)
        return kl_refuse(call, "ERR value is out of range, must be positive");
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return KL_OK;
    KL_TRY(kl_array_new(&list, (size_t)KL_MIN(count, (int64_t)item->list.count), call->error));
    for (; count > 0 && item->list.count > 0; count--) {
        kl_status status = kl_array_push(&list, pop(&item->list, at_start), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    kl_remove_if_empty(call, 1, item);
    return kl_answer(call, list);
}

static kl_status pop_end(kl_command_call *call, bool at_start)
{
    kl_stored *item;
    if (call->count == 3)
        return pop_many(call, at_start);
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return KL_OK;
    *call->out = pop(&item->list, at_start);
    kl_remove_if_empty(call, 1, item);
    return KL_OK;
}

static kl_status lpop(kl_command_call *call) { return pop_end(call, true); }
static kl_status rpop(kl_command_call *call) { return pop_end(call, false); }

/* Keys and then seconds: [key, item] of the first list that is not empty. */
static kl_status pop_when_there(kl_command_call *call, bool at_start)
{
    double seconds;
    kl_stored *item;
    size_t last = call->count - 1;
    KL_TRY(kl_float_word(&seconds, call, last));
    if (seconds < 0)
        return kl_refuse(call, "ERR timeout is negative");
    for (size_t i = 1; i < last; i++) {
        KL_TRY(find_list(&item, call, i));
        if (!item)
            continue;
        kl_value pair, found = pop(&item->list, at_start);
        kl_remove_if_empty(call, i, item);
        kl_status status = kl_array_new(&pair, 2, call->error);
        if (status != KL_OK) {
            kl_value_release(found);
            return status;
        }
        status = kl_array_push(&pair, kl_value_retain(call->words[i]), call->error);
        if (status == KL_OK)
            status = kl_array_push(&pair, found, call->error);
        else
            kl_value_release(found);
        *call->out = pair;
        if (status != KL_OK)
            kl_value_release(kl_value_take(call->out));
        return status;
    }
    call->waits = true;
    call->patience = (int64_t)(KL_MIN(seconds, 1e6) * 1000);
    return KL_OK;
}

static kl_status blpop(kl_command_call *call) { return pop_when_there(call, true); }
static kl_status brpop(kl_command_call *call) { return pop_when_there(call, false); }

static kl_status llen(kl_command_call *call)
{
    kl_stored *item;
    KL_TRY(find_list(&item, call, 1));
    return kl_answer_int(call, item ? (int64_t)item->list.count : 0);
}

/* Words `at` and `at` + 1 as a range within `count` items, from `*start` up to `*end`. */
static kl_status read_range(int64_t *start, int64_t *end, kl_command_call *call, size_t at,
                            int64_t count)
{
    KL_TRY(kl_integer_word(start, call, at));
    KL_TRY(kl_integer_word(end, call, at + 1));
    *start = KL_MAX(*start < 0 ? *start + count : *start, 0);
    *end = KL_MIN(*end < 0 ? *end + count : *end, count - 1) + 1;
    if (*start >= *end)
        *start = *end = 0;
    return KL_OK;
}

static kl_status lrange(kl_command_call *call)
{
    kl_stored *item;
    int64_t start, end;
    kl_value list;
    KL_TRY(read_range(&start, &end, call, 2, 0));
    KL_TRY(find_list(&item, call, 1));
    KL_TRY(read_range(&start, &end, call, 2, item ? (int64_t)item->list.count : 0));
    KL_TRY(kl_array_new(&list, (size_t)(end - start), call->error));
    for (; start < end; start++) {
        kl_status status = kl_array_push(
            &list, kl_value_retain(*item_at(&item->list, (size_t)start)), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

static kl_status ltrim(kl_command_call *call)
{
    kl_stored *item;
    int64_t start, end;
    KL_TRY(read_range(&start, &end, call, 2, 0));
    KL_TRY(find_list(&item, call, 1));
    if (item) {
        KL_TRY(read_range(&start, &end, call, 2, (int64_t)item->list.count));
        while (item->list.count > (size_t)end)
            kl_value_release(pop(&item->list, false));
        for (; start > 0 && item->list.count > 0; start--)
            kl_value_release(pop(&item->list, true));
        kl_remove_if_empty(call, 1, item);
    }
    return kl_answer_text(call, "OK");
}

/* The index of word 2 within a list; false when it lies outside. */
static bool place_of(size_t *out, const kl_stored *item, int64_t index)
{
    int64_t count = (int64_t)item->list.count;
    index = index < 0 ? index + count : index;
    *out = (size_t)index;
    return index >= 0 && index < count;
}

static kl_status lindex(kl_command_call *call)
{
    kl_stored *item;
    int64_t index;
    size_t place;
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return KL_OK;
    KL_TRY(kl_integer_word(&index, call, 2));
    if (place_of(&place, item, index))
        *call->out = kl_value_retain(*item_at(&item->list, place));
    return KL_OK;
}

static kl_status lset(kl_command_call *call)
{
    kl_stored *item;
    int64_t index;
    size_t place;
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return kl_refuse(call, "ERR no such key");
    KL_TRY(kl_integer_word(&index, call, 2));
    if (!place_of(&place, item, index))
        return kl_refuse(call, "ERR index out of range");
    kl_value_replace(item_at(&item->list, place), kl_value_retain(call->words[3]));
    return kl_answer_text(call, "OK");
}

static kl_status lrem(kl_command_call *call)
{
    kl_stored *item;
    int64_t count, removed = 0;
    KL_TRY(kl_integer_word(&count, call, 2));
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return kl_answer_int(call, 0);
    int64_t most = count == 0 ? INT64_MAX : count == INT64_MIN ? INT64_MAX : count < 0 ? -count : count;
    for (size_t looked = 0, total = item->list.count, at = 0; looked < total && removed < most;
         looked++) {
        size_t place = count < 0 ? item->list.count - 1 - at : at;
        if (!kl_text_equal(kl_as_text(*item_at(&item->list, place)), kl_word(call, 3))) {
            at++;
            continue;
        }
        cut(&item->list, place);
        removed++;
    }
    kl_remove_if_empty(call, 1, item);
    return kl_answer_int(call, removed);
}

static kl_status linsert(kl_command_call *call)
{
    kl_stored *item;
    bool before = kl_word_is(call, 2, "before");
    if (!before && !kl_word_is(call, 2, "after"))
        return kl_refuse_syntax(call);
    KL_TRY(find_list(&item, call, 1));
    if (!item)
        return kl_answer_int(call, 0);
    size_t place = 0, count = item->list.count;
    while (place < count &&
           !kl_text_equal(kl_as_text(*item_at(&item->list, place)), kl_word(call, 3)))
        place++;
    if (place == count)
        return kl_answer_int(call, -1);
    place += !before;
    KL_TRY(kl_list_push(&item->list, call->words[4], false, call->error));
    kl_value made = *item_at(&item->list, count);
    memmove(item_at(&item->list, place) + 1, item_at(&item->list, place),
            (count - place) * sizeof made);
    *item_at(&item->list, place) = made;
    return kl_answer_int(call, (int64_t)item->list.count);
}

static kl_status move(kl_command_call *call, bool from_start, bool to_start)
{
    kl_stored *from, *to;
    KL_TRY(find_list(&from, call, 1));
    if (!from)
        return KL_OK;
    KL_TRY(find_list(&to, call, 2));
    kl_value item = pop(&from->list, from_start);
    kl_status status = kl_make_typed(&to, call, 2, KL_ITEM_LIST);
    if (status == KL_OK)
        status = kl_list_push(&to->list, item, to_start, call->error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    kl_remove_if_empty(call, 1, from);
    return kl_answer(call, item);
}

static kl_status rpoplpush(kl_command_call *call) { return move(call, false, true); }

static kl_status lmove(kl_command_call *call)
{
    bool from_left = kl_word_is(call, 3, "left"), to_left = kl_word_is(call, 4, "left");
    if ((!from_left && !kl_word_is(call, 3, "right")) || (!to_left && !kl_word_is(call, 4, "right")))
        return kl_refuse_syntax(call);
    return move(call, from_left, to_left);
}

static const kl_command rows[] = {
    {"LPUSH", 2, -1, "key element", lpush},
    {"RPUSH", 2, -1, "key element", rpush},
    {"LPUSHX", 2, -1, "key element", lpushx},
    {"RPUSHX", 2, -1, "key element", rpushx},
    {"LPOP", 1, 2, "key [count]", lpop},
    {"RPOP", 1, 2, "key [count]", rpop},
    {"BLPOP", 2, -1, "key seconds", blpop},
    {"BRPOP", 2, -1, "key seconds", brpop},
    {"LLEN", 1, 1, "key", llen},
    {"LRANGE", 3, 3, "key start stop", lrange},
    {"LTRIM", 3, 3, "key start stop", ltrim},
    {"LINDEX", 2, 2, "key index", lindex},
    {"LSET", 3, 3, "key index element", lset},
    {"LREM", 3, 3, "key count element", lrem},
    {"LINSERT", 4, 4, "key BEFORE|AFTER pivot element", linsert},
    {"RPOPLPUSH", 2, 2, "source destination", rpoplpush},
    {"LMOVE", 4, 4, "source destination LEFT|RIGHT LEFT|RIGHT", lmove},
};
const kl_command_table kl_list_commands = {rows, sizeof rows / sizeof *rows};
