/* src/store/keystore_keys.c - commands about keys: existence, names, expiry. */
#include "keystore_parts.h"

#include <stdio.h>

static kl_status del(kl_command_call *call)
{
    int64_t removed = 0;
    for (size_t i = 1; i < call->count; i++)
        removed += kl_remove_item(call, i);
    return kl_answer_int(call, removed);
}

static kl_status exists(kl_command_call *call)
{
    int64_t found = 0;
    for (size_t i = 1; i < call->count; i++)
        found += kl_find_item(call, i) != NULL;
    return kl_answer_int(call, found);
}

static kl_status type(kl_command_call *call)
{
    static const char *const names[] = {"string", "hash", "list", "set", "zset", "stream"};
    const kl_stored *item = kl_find_item(call, 1);
    return kl_answer_text(call, item ? names[item->type] : "none");
}

static kl_status keys(kl_command_call *call)
{
    kl_value list;
    kl_status status;
    kl_dict_entry *entry;
    KL_TRY(kl_array_new(&list, 0, call->error));
    for (size_t i = 0; (entry = kl_dict_at(&call->store->items, &i)) != NULL; i++) {
        const kl_stored *item = entry->pointer;
        if (item->expires > call->now && kl_redis_glob(kl_word(call, 1), kl_as_text(entry->key)))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(entry->key), call->error));
    }
    return kl_answer(call, list);
out:
    kl_value_release(list);
    return status;
}

/* ---- expiry -------------------------------------------------------------------------------------- */

/* NX, XX, GT, LT: whether `when` is to be set. */
static kl_status may_expire(bool *out, kl_command_call *call, const kl_stored *item, int64_t when)
{
    bool nx = false, xx = false, gt = false, lt = false, has = item->expires != INT64_MAX;
    for (size_t i = 3; i < call->count; i++) {
        if (kl_word_is(call, i, "nx"))
            nx = true;
        else if (kl_word_is(call, i, "xx"))
            xx = true;
        else if (kl_word_is(call, i, "gt"))
            gt = true;
        else if (kl_word_is(call, i, "lt"))
            lt = true;
        else
            return kl_error_set(call->error, KL_FAILED, "ERR Unsupported option %s",
                                kl_word(call, i).data);
    }
    if (nx && (xx || gt || lt))
        return kl_refuse(call,
                         "ERR NX and XX, GT or LT options at the same time are not compatible");
    if (gt && lt)
        return kl_refuse(call, "ERR GT and LT options at the same time are not compatible");
    *out = !(nx && has) && !(xx && !has) && !(gt && when <= item->expires) &&
           !(lt && when >= item->expires);
    return KL_OK;
}

static kl_status expire_by(kl_command_call *call, int64_t unit, bool relative)
{
    int64_t when;
    bool may;
    char message[80];
    KL_TRY(kl_integer_word(&when, call, 2));
    if (__builtin_mul_overflow(when, unit, &when) ||
        (relative && __builtin_add_overflow(when, call->now, &when))) {
        snprintf(message, sizeof message, "ERR invalid expire time in '%s' command",
                 unit == 1 ? relative ? "pexpire" : "pexpireat"
                 : relative ? "expire" : "expireat");
        return kl_refuse(call, message);
    }
    kl_stored *item = kl_find_item(call, 1);
    static const kl_stored none = {.expires = INT64_MAX};
    KL_TRY(may_expire(&may, call, item ? item : &none, when));
    if (!item || !may)
        return kl_answer_int(call, 0);
    item->expires = when;
    if (when <= call->now)
        kl_remove_item(call, 1);
    return kl_answer_int(call, 1);
}

static kl_status expire(kl_command_call *call) { return expire_by(call, 1000, true); }
static kl_status pexpire(kl_command_call *call) { return expire_by(call, 1, true); }
static kl_status expireat(kl_command_call *call) { return expire_by(call, 1000, false); }
static kl_status pexpireat(kl_command_call *call) { return expire_by(call, 1, false); }

/* Milliseconds left, or the time itself; -1 = for ever, -2 = there is none. */
static int64_t expiry(const kl_command_call *call, bool relative)
{
    const kl_stored *item = kl_find_item(call, 1);
    if (!item)
        return -2;
    if (item->expires == INT64_MAX)
        return -1;
    return relative ? item->expires - call->now : item->expires;
}

static kl_status ttl(kl_command_call *call)
{
    int64_t left = expiry(call, true);
    return kl_answer_int(call, left < 0 ? left : (left + 500) / 1000);
}

static kl_status pttl(kl_command_call *call) { return kl_answer_int(call, expiry(call, true)); }

static kl_status expiretime(kl_command_call *call)
{
    int64_t when = expiry(call, false);
    return kl_answer_int(call, when < 0 ? when : (when + 500) / 1000);
}

static kl_status pexpiretime(kl_command_call *call)
{
    return kl_answer_int(call, expiry(call, false));
}

static kl_status persist(kl_command_call *call)
{
    kl_stored *item = kl_find_item(call, 1);
    bool had = item && item->expires != INT64_MAX;
    if (had)
        item->expires = INT64_MAX;
    return kl_answer_int(call, had);
}

/* ---- names --------------------------------------------------------------------------------------- */

static kl_status move_item(kl_command_call *call)
{
    bool added;
    kl_text from = kl_word(call, 1);
    if (kl_text_equal(from, kl_word(call, 2)))
        return KL_OK;
    kl_dict_entry *entry = kl_dict_add(&added, &call->store->items, call->words[2]);
    if (!entry)
        return kl_error_no_memory(call->error);
    if (!added)
        kl_stored_free(entry->pointer);
    kl_dict_entry *old = kl_dict_find(&call->store->items, from);
    entry->pointer = old->pointer;
    kl_dict_remove(&call->store->items, old);
    return KL_OK;
}

static kl_status rename_key(kl_command_call *call)
{
    if (!kl_find_item(call, 1))
        return kl_refuse(call, "ERR no such key");
    KL_TRY(move_item(call));
    return kl_answer_text(call, "OK");
}

static kl_status renamenx(kl_command_call *call)
{
    if (!kl_find_item(call, 1))
        return kl_refuse(call, "ERR no such key");
    if (kl_find_item(call, 2))
        return kl_answer_int(call, 0);
    KL_TRY(move_item(call));
    return kl_answer_int(call, 1);
}

/* ---- the whole store ----------------------------------------------------------------------------- */

static kl_status dbsize(kl_command_call *call)
{
    return kl_answer_int(call, (int64_t)call->store->items.count);
}

static kl_status flush(kl_command_call *call)
{
    kl_dict_entry *entry;
    if (call->count == 2 && !kl_word_is(call, 1, "sync") && !kl_word_is(call, 1, "async"))
        return kl_refuse_syntax(call);
    for (size_t i = 0; (entry = kl_dict_at(&call->store->items, &i)) != NULL; i++)
        kl_stored_free(entry->pointer);
    kl_dict_end(&call->store->items);
    return kl_answer_text(call, "OK");
}

static kl_status ping(kl_command_call *call)
{
    return call->count == 1 ? kl_answer_text(call, "PONG")
                            : kl_answer(call, kl_value_retain(call->words[1]));
}

static kl_status echo(kl_command_call *call)
{
    return kl_answer(call, kl_value_retain(call->words[1]));
}

static const kl_command rows[] = {
    {"DEL", 1, -1, "key", del},
    {"UNLINK", 1, -1, "key", del},
    {"EXISTS", 1, -1, "key", exists},
    {"TYPE", 1, 1, "key", type},
    {"KEYS", 1, 1, "pattern", keys},
    {"EXPIRE", 2, -1, "key seconds", expire},
    {"PEXPIRE", 2, -1, "key milliseconds", pexpire},
    {"EXPIREAT", 2, -1, "key unix-time-seconds", expireat},
    {"PEXPIREAT", 2, -1, "key unix-time-milliseconds", pexpireat},
    {"TTL", 1, 1, "key", ttl},
    {"PTTL", 1, 1, "key", pttl},
    {"EXPIRETIME", 1, 1, "key", expiretime},
    {"PEXPIRETIME", 1, 1, "key", pexpiretime},
    {"PERSIST", 1, 1, "key", persist},
    {"RENAME", 2, 2, "key newkey", rename_key},
    {"RENAMENX", 2, 2, "key newkey", renamenx},
    {"DBSIZE", 0, 0, "", dbsize},
    {"FLUSHDB", 0, 1, "[ASYNC | SYNC]", flush},
    {"FLUSHALL", 0, 1, "[ASYNC | SYNC]", flush},
    {"PING", 0, 1, "[message]", ping},
    {"ECHO", 1, 1, "message", echo},
};
const kl_command_table kl_key_commands = {rows, sizeof rows / sizeof *rows};
