/* src/store/keystore_hashes.c - commands about hashes. */
#include "keystore_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static kl_status find_hash(kl_stored **out, kl_command_call *call)
{
    return kl_find_typed(out, call, 1, KL_ITEM_HASH);
}

/* A field's value; null when hash or field are not there. Borrowed. */
static kl_value field(const kl_stored *hash, kl_text name)
{
    kl_dict_entry *entry = hash ? kl_dict_find(&hash->hash, name) : NULL;
    return entry ? entry->value : kl_null();
}

/* Set a field to `value` (taken); whether it is new. */
static kl_status put(bool *added, kl_command_call *call, kl_stored *hash, kl_value name,
                     kl_value value)
{
    kl_dict_entry *entry = kl_dict_add(added, &hash->hash, name);
    if (!entry) {
        kl_value_release(value);
        return kl_error_no_memory(call->error);
    }
    kl_value_replace(&entry->value, value);
    return KL_OK;
}

static kl_status set_fields(int64_t *added, kl_command_call *call)
{
    kl_stored *hash;
    bool is_new;
    *added = 0;
    if (call->count % 2 != 0)
        return kl_error_set(call->error, KL_FAILED,
                            "%s requires an even number of arguments behind the key: field value "
                            "[field value ...]",
                            call->command->name);
    KL_TRY(kl_make_typed(&hash, call, 1, KL_ITEM_HASH));
    for (size_t i = 2; i + 1 < call->count; i += 2) {
        KL_TRY(put(&is_new, call, hash, call->words[i], kl_value_retain(call->words[i + 1])));
        *added += is_new;
    }
    return KL_OK;
}

static kl_status hset(kl_command_call *call)
{
    int64_t added;
    KL_TRY(set_fields(&added, call));
    return kl_answer_int(call, added);
}

static kl_status hmset(kl_command_call *call)
{
    int64_t added;
    KL_TRY(set_fields(&added, call));
    return kl_answer_text(call, "OK");
}

static kl_status hsetnx(kl_command_call *call)
{
    kl_stored *hash;
    bool added;
    KL_TRY(find_hash(&hash, call));
    if (hash && kl_dict_find(&hash->hash, kl_word(call, 2)))
        return kl_answer_int(call, 0);
    KL_TRY(kl_make_typed(&hash, call, 1, KL_ITEM_HASH));
    KL_TRY(put(&added, call, hash, call->words[2], kl_value_retain(call->words[3])));
    return kl_answer_int(call, 1);
}

static kl_status hget(kl_command_call *call)
{
    kl_stored *hash;
    KL_TRY(find_hash(&hash, call));
    return kl_answer(call, kl_value_retain(field(hash, kl_word(call, 2))));
}

static kl_status hmget(kl_command_call *call)
{
    kl_stored *hash;
    kl_value list;
    KL_TRY(find_hash(&hash, call));
    KL_TRY(kl_array_new(&list, call->count, call->error));
    for (size_t i = 2; i < call->count; i++) {
        kl_status status =
            kl_array_push(&list, kl_value_retain(field(hash, kl_word(call, i))), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

/* Names, values or both, in order. */
static kl_status list_fields(kl_command_call *call, bool names, bool values)
{
    kl_stored *hash;
    kl_value list;
    kl_dict_entry *entry;
    kl_status status = KL_OK;
    KL_TRY(find_hash(&hash, call));
    KL_TRY(kl_array_new(&list, 0, call->error));
    for (size_t i = 0; hash && status == KL_OK && (entry = kl_dict_at(&hash->hash, &i)); i++) {
        if (names)
            status = kl_array_push(&list, kl_value_retain(entry->key), call->error);
        if (values && status == KL_OK)
            status = kl_array_push(&list, kl_value_retain(entry->value), call->error);
    }
    if (status == KL_OK)
        return kl_answer(call, list);
    kl_value_release(list);
    return status;
}

static kl_status hkeys(kl_command_call *call) { return list_fields(call, true, false); }
static kl_status hvals(kl_command_call *call) { return list_fields(call, false, true); }

/* Names that are bytes cannot be keys of a map: then it is a list of pairs. */
static kl_status as_pairs(kl_command_call *call, const kl_stored *hash)
{
    kl_value list, pair;
    kl_dict_entry *entry;
    kl_status status;
    KL_TRY(kl_array_new(&list, hash->hash.count, call->error));
    for (size_t i = 0; (entry = kl_dict_at(&hash->hash, &i)) != NULL; i++) {
        KL_TRY_OUT(kl_array_new(&pair, 2, call->error));
        KL_TRY_OUT(kl_array_push(&list, pair, call->error));
        kl_value *last = kl_array_edit(&list, call->error);
        KL_TRY_OUT(last ? KL_OK : KL_NO_MEMORY);
        last += kl_array_len(list) - 1;
        KL_TRY_OUT(kl_array_push(last, kl_value_retain(entry->key), call->error));
        KL_TRY_OUT(kl_array_push(last, kl_value_retain(entry->value), call->error));
    }
    return kl_answer(call, list);
out:
    kl_value_release(list);
    return status;
}

static bool has_byte_names(const kl_stored *hash)
{
    kl_dict_entry *entry;
    for (size_t i = 0; (entry = kl_dict_at(&hash->hash, &i)) != NULL; i++)
        if (!kl_is(entry->key, KL_KIND_STRING))
            return true;
    return false;
}

static kl_status hgetall(kl_command_call *call)
{
    kl_stored *hash;
    kl_value map;
    kl_dict_entry *entry;
    kl_status status;
    KL_TRY(find_hash(&hash, call));
    if (hash && has_byte_names(hash))
        return as_pairs(call, hash);
    KL_TRY(kl_map_new(&map, hash ? hash->hash.count : 0, call->error));
    for (size_t i = 0; hash && (entry = kl_dict_at(&hash->hash, &i)) != NULL; i++)
        KL_TRY_OUT(kl_map_set_key(&map, entry->key, kl_value_retain(entry->value), call->error));
    return kl_answer(call, map);
out:
    kl_value_release(map);
    return status;
}

static kl_status hdel(kl_command_call *call)
{
    kl_stored *hash;
    int64_t removed = 0;
    KL_TRY(find_hash(&hash, call));
    for (size_t i = 2; hash && i < call->count; i++) {
        kl_dict_entry *entry = kl_dict_find(&hash->hash, kl_word(call, i));
        if (!entry)
            continue;
        kl_value_release(entry->value);
        kl_dict_remove(&hash->hash, entry);
        removed++;
    }
    if (hash)
        kl_remove_if_empty(call, 1, hash);
    return kl_answer_int(call, removed);
}

static kl_status hexists(kl_command_call *call)
{
    kl_stored *hash;
    KL_TRY(find_hash(&hash, call));
    return kl_answer_int(call, hash && kl_dict_find(&hash->hash, kl_word(call, 2)));
}

static kl_status hlen(kl_command_call *call)
{
    kl_stored *hash;
    KL_TRY(find_hash(&hash, call));
    return kl_answer_int(call, hash ? (int64_t)hash->hash.count : 0);
}

static kl_status hstrlen(kl_command_call *call)
{
    kl_stored *hash;
    KL_TRY(find_hash(&hash, call));
    return kl_answer_int(call, (int64_t)kl_value_len(field(hash, kl_word(call, 2))));
}

static kl_status hincrby(kl_command_call *call)
{
    kl_stored *hash;
    int64_t by, number = 0;
    bool added;
    kl_value made;
    KL_TRY(kl_integer_word(&by, call, 3));
    KL_TRY(find_hash(&hash, call));
    kl_value before = field(hash, kl_word(call, 2));
    if (!kl_is_null(before) && !kl_read_integer(&number, kl_as_text(before)))
        return kl_refuse(call, "ERR hash value is not an integer");
    if (__builtin_add_overflow(number, by, &number))
        return kl_refuse(call, "ERR increment or decrement would overflow");
    KL_TRY(kl_make_typed(&hash, call, 1, KL_ITEM_HASH));
    KL_TRY(kl_string_format(&made, call->error, "%lld", (long long)number));
    KL_TRY(put(&added, call, hash, call->words[2], made));
    return kl_answer_int(call, number);
}

static kl_status hincrbyfloat(kl_command_call *call)
{
    kl_stored *hash;
    double by;
    bool added;
    char digits[5200], *end;
    kl_value made;
    KL_TRY(kl_float_word(&by, call, 3));
    if (!isfinite(by))
        return kl_refuse(call, "ERR value is NaN or Infinity");
    KL_TRY(find_hash(&hash, call));
    kl_text before = kl_as_text(field(hash, kl_word(call, 2)));
    long double number = before.len ? strtold(before.data, &end) : 0;
    if (before.len && end != before.data + before.len)
        return kl_refuse(call, "ERR hash value is not a float");
    number += strtold(kl_word(call, 3).data, &end);
    if (!isfinite(number))
        return kl_refuse(call, "ERR increment would produce NaN or Infinity");
    int len = snprintf(digits, sizeof digits, "%.17Lf", number);
    while (digits[len - 1] == '0')
        len--;
    len -= digits[len - 1] == '.';
    digits[len] = '\0';
    KL_TRY(kl_make_typed(&hash, call, 1, KL_ITEM_HASH));
    KL_TRY(kl_string_format(&made, call->error, "%s", strcmp(digits, "-0") == 0 ? "0" : digits));
    *call->out = kl_value_retain(made);
    kl_status status = put(&added, call, hash, call->words[2], made);
    if (status != KL_OK)
        kl_value_release(kl_value_take(call->out));
    return status;
}

static const kl_command rows[] = {
    {"HSET", 3, -1, "key field value", hset},
    {"HMSET", 3, -1, "key field value", hmset},
    {"HSETNX", 3, 3, "key field value", hsetnx},
    {"HGET", 2, 2, "key field", hget},
    {"HMGET", 2, -1, "key field", hmget},
    {"HGETALL", 1, 1, "key", hgetall},
    {"HKEYS", 1, 1, "key", hkeys},
    {"HVALS", 1, 1, "key", hvals},
    {"HDEL", 2, -1, "key field", hdel},
    {"HEXISTS", 2, 2, "key field", hexists},
    {"HLEN", 1, 1, "key", hlen},
    {"HSTRLEN", 2, 2, "key field", hstrlen},
    {"HINCRBY", 3, 3, "key field increment", hincrby},
    {"HINCRBYFLOAT", 3, 3, "key field increment", hincrbyfloat},
};
const kl_command_table kl_hash_commands = {rows, sizeof rows / sizeof *rows};
