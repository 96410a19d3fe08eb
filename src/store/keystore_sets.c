/* src/store/keystore_sets.c - commands about sets. */
#include "keystore_parts.h"
#include "kailash/id.h"

static kl_status find_set(kl_stored **out, kl_command_call *call, size_t index)
{
    return kl_find_typed(out, call, index, KL_ITEM_SET);
}

static bool has(const kl_stored *set, kl_text member)
{
    return set && kl_dict_find(&set->hash, member);
}

static kl_status sadd(kl_command_call *call)
{
    kl_stored *set;
    int64_t count = 0;
    bool added;
    KL_TRY(kl_make_typed(&set, call, 1, KL_ITEM_SET));
    for (size_t i = 2; i < call->count; i++) {
        if (!kl_dict_add(&added, &set->hash, call->words[i]))
            return kl_error_no_memory(call->error);
        count += added;
    }
    return kl_answer_int(call, count);
}

static kl_status srem(kl_command_call *call)
{
    kl_stored *set;
    int64_t count = 0;
    KL_TRY(find_set(&set, call, 1));
    for (size_t i = 2; set && i < call->count; i++) {
        kl_dict_entry *entry = kl_dict_find(&set->hash, kl_word(call, i));
        count += entry != NULL;
        if (entry)
            kl_dict_remove(&set->hash, entry);
    }
    if (set)
        kl_remove_if_empty(call, 1, set);
    return kl_answer_int(call, count);
}

static kl_status sismember(kl_command_call *call)
{
    kl_stored *set;
    KL_TRY(find_set(&set, call, 1));
    return kl_answer_int(call, has(set, kl_word(call, 2)));
}

static kl_status smismember(kl_command_call *call)
{
    kl_stored *set;
    kl_value list;
    KL_TRY(find_set(&set, call, 1));
    KL_TRY(kl_array_new(&list, call->count, call->error));
    for (size_t i = 2; i < call->count; i++) {
        kl_status status = kl_array_push(&list, kl_int(has(set, kl_word(call, i))), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

static kl_status scard(kl_command_call *call)
{
    kl_stored *set;
    KL_TRY(find_set(&set, call, 1));
    return kl_answer_int(call, set ? (int64_t)set->hash.count : 0);
}

static kl_status smove(kl_command_call *call)
{
    kl_stored *from, *to;
    bool added;
    KL_TRY(find_set(&from, call, 1));
    if (!from)
        return kl_answer_int(call, 0);
    KL_TRY(find_set(&to, call, 2));
    if (!has(from, kl_word(call, 3)))
        return kl_answer_int(call, 0);
    KL_TRY(kl_make_typed(&to, call, 2, KL_ITEM_SET));
    if (!kl_dict_add(&added, &to->hash, call->words[3]))
        return kl_error_no_memory(call->error);
    if (from != to)
        kl_dict_remove(&from->hash, kl_dict_find(&from->hash, kl_word(call, 3)));
    kl_remove_if_empty(call, 1, from);
    return kl_answer_int(call, 1);
}

/* ---- members at random --------------------------------------------------------------------------- */

/* A number below `count`. */
static kl_status draw(size_t *out, size_t count, kl_error *error)
{
    uint64_t number;
    KL_TRY(kl_random(&number, sizeof number, error));
    *out = (size_t)(number % count);
    return KL_OK;
}

static kl_status entry_at_random(kl_dict_entry **out, const kl_dict *dict, kl_error *error)
{
    size_t at;
    do {
        KL_TRY(draw(&at, dict->used, error));
        *out = &dict->entries[at];
    } while (kl_is_null((*out)->key)); /* at least about half of them are there */
    return KL_OK;
}

static kl_status pop_member(kl_value *out, kl_stored *set, kl_error *error)
{
    kl_dict_entry *entry;
    KL_TRY(entry_at_random(&entry, &set->hash, error));
    *out = kl_value_retain(entry->key);
    kl_dict_remove(&set->hash, entry);
    return KL_OK;
}

static kl_status spop(kl_command_call *call)
{
    kl_stored *set;
    int64_t count = 1;
    kl_value list, member;
    kl_status status = KL_OK;
    if (call->count == 3 && (!kl_read_integer(&count, kl_word(call, 2)) || count < 0))
        return kl_refuse(call, "ERR value is out of range, must be positive");
    KL_TRY(find_set(&set, call, 1));
    if (call->count == 2) {
        if (set)
            KL_TRY(pop_member(call->out, set, call->error));
    } else {
        KL_TRY(kl_array_new(&list, 0, call->error));
        for (; set && count > 0 && set->hash.count > 0 && status == KL_OK; count--) {
            status = pop_member(&member, set, call->error);
            if (status == KL_OK)
                status = kl_array_push(&list, member, call->error);
        }
        *call->out = list;
    }
    if (set)
        kl_remove_if_empty(call, 1, set);
    if (status != KL_OK)
        kl_value_release(kl_value_take(call->out));
    return status;
}

/* `count` distinct members: each is taken with the chance that is left for it. */
static kl_status sample(kl_value *list, const kl_dict *dict, size_t count, kl_error *error)
{
    kl_dict_entry *entry;
    size_t left = dict->count, number;
    for (size_t i = 0; count > 0 && (entry = kl_dict_at(dict, &i)) != NULL; i++, left--) {
        KL_TRY(draw(&number, left, error));
        if (number >= count)
            continue;
        KL_TRY(kl_array_push(list, kl_value_retain(entry->key), error));
        count--;
    }
    return KL_OK;
}

static kl_status srandmember(kl_command_call *call)
{
    kl_stored *set;
    int64_t count = 0;
    kl_value list;
    kl_dict_entry *entry;
    kl_status status = KL_OK;
    if (call->count == 3)
        KL_TRY(kl_integer_word(&count, call, 2));
    KL_TRY(find_set(&set, call, 1));
    if (call->count == 2) {
        if (!set)
            return KL_OK;
        KL_TRY(entry_at_random(&entry, &set->hash, call->error));
        return kl_answer(call, kl_value_retain(entry->key));
    }
    if (count < -10000000)
        return kl_refuse(call, "ERR value is out of range");
    KL_TRY(kl_array_new(&list, 0, call->error));
    if (set && count > 0)
        status = sample(&list, &set->hash, (size_t)count, call->error);
    for (; set && count < 0 && status == KL_OK; count++) {
        status = entry_at_random(&entry, &set->hash, call->error);
        if (status == KL_OK)
            status = kl_array_push(&list, kl_value_retain(entry->key), call->error);
    }
    if (status == KL_OK)
        return kl_answer(call, list);
    kl_value_release(list);
    return status;
}

/* ---- several sets -------------------------------------------------------------------------------- */

typedef enum combination { INTERSECTION, UNION, DIFFERENCE } combination;

/* Whether a member of set `from` belongs to the result, seen from the sets behind it. */
static kl_status belongs(bool *out, kl_command_call *call, size_t from, kl_text member,
                         combination how)
{
    kl_stored *other;
    *out = true;
    for (size_t i = from + 1; i < call->count && *out && how != UNION; i++) {
        KL_TRY(find_set(&other, call, i));
        *out = has(other, member) == (how == INTERSECTION);
    }
    return KL_OK;
}

static kl_status combine(kl_dict *result, kl_command_call *call, size_t first, combination how)
{
    kl_stored *set;
    kl_dict_entry *entry;
    bool keep, added;
    for (size_t i = first; i < call->count; i++)
        KL_TRY(find_set(&set, call, i)); /* a wrong type fails the whole */
    for (size_t i = first; i < call->count && (i == first || how == UNION); i++) {
        KL_TRY(find_set(&set, call, i));
        for (size_t at = 0; set && (entry = kl_dict_at(&set->hash, &at)) != NULL; at++) {
            KL_TRY(belongs(&keep, call, i, kl_as_text(entry->key), how));
            if (keep && !kl_dict_add(&added, result, entry->key))
                return kl_error_no_memory(call->error);
        }
    }
    return KL_OK;
}

static kl_status to_array(kl_value *out, const kl_dict *dict, kl_error *error)
{
    kl_value list;
    kl_dict_entry *entry;
    KL_TRY(kl_array_new(&list, dict->count, error));
    for (size_t at = 0; (entry = kl_dict_at(dict, &at)) != NULL; at++) {
        kl_status status = kl_array_push(&list, kl_value_retain(entry->key), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status show(kl_command_call *call, combination how)
{
    kl_dict result = {0};
    kl_status status = combine(&result, call, 1, how);
    if (status == KL_OK)
        status = to_array(call->out, &result, call->error);
    kl_dict_end(&result);
    return status;
}

static kl_status store(kl_command_call *call, combination how)
{
    kl_dict result = {0};
    kl_status status = combine(&result, call, 2, how);
    if (status != KL_OK || result.count == 0) {
        kl_dict_end(&result);
        if (status == KL_OK)
            kl_remove_item(call, 1);
        return status == KL_OK ? kl_answer_int(call, 0) : status;
    }
    kl_stored *item = kl_alloc_zero(1, sizeof *item);
    if (!item) {
        kl_dict_end(&result);
        return kl_error_no_memory(call->error);
    }
    *item = (kl_stored){.type = KL_ITEM_SET, .expires = INT64_MAX, .hash = result};
    int64_t count = (int64_t)result.count;
    KL_TRY(kl_put_item(call, 1, item));
    return kl_answer_int(call, count);
}

static kl_status smembers(kl_command_call *call) { return show(call, UNION); }
static kl_status sinter(kl_command_call *call) { return show(call, INTERSECTION); }
static kl_status sunion(kl_command_call *call) { return show(call, UNION); }
static kl_status sdiff(kl_command_call *call) { return show(call, DIFFERENCE); }
static kl_status sinterstore(kl_command_call *call) { return store(call, INTERSECTION); }
static kl_status sunionstore(kl_command_call *call) { return store(call, UNION); }
static kl_status sdiffstore(kl_command_call *call) { return store(call, DIFFERENCE); }

static const kl_command rows[] = {
    {"SADD", 2, -1, "key member", sadd},
    {"SREM", 2, -1, "key member", srem},
    {"SISMEMBER", 2, 2, "key member", sismember},
    {"SMISMEMBER", 2, -1, "key member", smismember},
    {"SMEMBERS", 1, 1, "key", smembers},
    {"SCARD", 1, 1, "key", scard},
    {"SMOVE", 3, 3, "source destination member", smove},
    {"SPOP", 1, 2, "key [count]", spop},
    {"SRANDMEMBER", 1, 2, "key [count]", srandmember},
    {"SINTER", 1, -1, "key", sinter},
    {"SUNION", 1, -1, "key", sunion},
    {"SDIFF", 1, -1, "key", sdiff},
    {"SINTERSTORE", 2, -1, "destination key", sinterstore},
    {"SUNIONSTORE", 2, -1, "destination key", sunionstore},
    {"SDIFFSTORE", 2, -1, "destination key", sdiffstore},
};
const kl_command_table kl_set_commands = {rows, sizeof rows / sizeof *rows};
