/* src/store/keystore_strings.c - commands about strings and numbers. */
#include "keystore_parts.h"
#include "buffer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define LARGEST ((int64_t)64 << 20) /* bytes of a string */

static kl_status find_string(kl_value *out, kl_command_call *call, size_t index)
{
    kl_stored *item;
    KL_TRY(kl_find_typed(&item, call, index, KL_ITEM_STRING));
    *out = item ? item->string : kl_null();
    return KL_OK;
}

static kl_status get(kl_command_call *call)
{
    kl_value found;
    KL_TRY(find_string(&found, call, 1));
    return kl_answer(call, kl_value_retain(found));
}

/* ---- SET and its like ---------------------------------------------------------------------------- */

/* EX seconds, PX milliseconds, EXAT, PXAT behind word `index`: the time in `*when`. */
static kl_status read_expiry(int64_t *when, kl_command_call *call, size_t index, const char *name)
{
    bool seconds = kl_word_is(call, index, "ex") || kl_word_is(call, index, "exat");
    bool relative = kl_word_is(call, index, "ex") || kl_word_is(call, index, "px");
    int64_t time;
    KL_TRY(kl_integer_word(&time, call, index + 1));
    if (time <= 0 || (seconds && __builtin_mul_overflow(time, 1000, &time)) ||
        (relative && __builtin_add_overflow(time, call->now, &time)))
        return kl_error_set(call->error, KL_FAILED, "ERR invalid expire time in '%s' command", name);
    *when = time;
    return KL_OK;
}

static bool is_expiry(const kl_command_call *call, size_t index)
{
    return (kl_word_is(call, index, "ex") || kl_word_is(call, index, "px") ||
            kl_word_is(call, index, "exat") || kl_word_is(call, index, "pxat")) &&
           index + 1 < call->count;
}

typedef struct set_options {
    bool nx, xx, get, keep, timed;
    int64_t expires;
} set_options;

static kl_status read_set(set_options *set, kl_command_call *call)
{
    size_t timed_at = 0;
    for (size_t i = 3; i < call->count; i++) {
        if (kl_word_is(call, i, "nx") && !set->xx)
            set->nx = true;
        else if (kl_word_is(call, i, "xx") && !set->nx)
            set->xx = true;
        else if (kl_word_is(call, i, "get"))
            set->get = true;
        else if (kl_word_is(call, i, "keepttl") && !set->timed)
            set->keep = true;
        else if (is_expiry(call, i) && !set->timed && !set->keep) {
            set->timed = true;
            timed_at = i++;
        } else
            return kl_refuse_syntax(call);
    }
    return set->timed ? read_expiry(&set->expires, call, timed_at, "set") : KL_OK;
}

static kl_status set(kl_command_call *call)
{
    set_options options = {.expires = INT64_MAX};
    kl_value before = kl_null();
    KL_TRY(read_set(&options, call));
    kl_stored *item = kl_find_item(call, 1);
    if (options.get)
        KL_TRY(find_string(&before, call, 1));
    kl_value_retain(before);
    if ((options.nx && item) || (options.xx && !item))
        return kl_answer(call, options.get ? before : kl_null());
    if (options.keep && item)
        options.expires = item->expires;
    kl_status status = kl_put_string(call, 1, kl_value_retain(call->words[2]), options.expires);
    if (status != KL_OK || !options.get) {
        kl_value_release(before);
        return status == KL_OK ? kl_answer_text(call, "OK") : status;
    }
    return kl_answer(call, before);
}

static kl_status setnx(kl_command_call *call)
{
    if (kl_find_item(call, 1))
        return kl_answer_int(call, 0);
    KL_TRY(kl_put_string(call, 1, kl_value_retain(call->words[2]), INT64_MAX));
    return kl_answer_int(call, 1);
}

static kl_status set_for(kl_command_call *call, int64_t unit, const char *name)
{
    int64_t time;
    KL_TRY(kl_integer_word(&time, call, 2));
    if (time <= 0 || __builtin_mul_overflow(time, unit, &time) ||
        __builtin_add_overflow(time, call->now, &time))
        return kl_error_set(call->error, KL_FAILED, "ERR invalid expire time in '%s' command", name);
    KL_TRY(kl_put_string(call, 1, kl_value_retain(call->words[3]), time));
    return kl_answer_text(call, "OK");
}

static kl_status setex(kl_command_call *call) { return set_for(call, 1000, "setex"); }
static kl_status psetex(kl_command_call *call) { return set_for(call, 1, "psetex"); }

static kl_status getset(kl_command_call *call)
{
    kl_value before;
    KL_TRY(find_string(&before, call, 1));
    kl_value_retain(before);
    kl_status status = kl_put_string(call, 1, kl_value_retain(call->words[2]), INT64_MAX);
    if (status == KL_OK)
        return kl_answer(call, before);
    kl_value_release(before);
    return status;
}

static kl_status getdel(kl_command_call *call)
{
    KL_TRY(get(call));
    kl_remove_item(call, 1);
    return KL_OK;
}

static kl_status getex(kl_command_call *call)
{
    int64_t when = 0;
    kl_value found;
    bool persist = kl_word_is(call, 2, "persist");
    if (call->count > (persist ? 3u : 4u) || (call->count > 2 && !persist && !is_expiry(call, 2)))
        return kl_refuse_syntax(call);
    if (call->count == 4)
        KL_TRY(read_expiry(&when, call, 2, "getex"));
    KL_TRY(find_string(&found, call, 1));
    *call->out = kl_value_retain(found);
    kl_stored *item = kl_find_item(call, 1);
    if (item && call->count > 2)
        item->expires = persist ? INT64_MAX : when;
    if (item && item->expires <= call->now)
        kl_remove_item(call, 1);
    return KL_OK;
}

/* ---- many keys ----------------------------------------------------------------------------------- */

static kl_status mget(kl_command_call *call)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, call->count - 1, call->error));
    for (size_t i = 1; i < call->count; i++) {
        const kl_stored *item = kl_find_item(call, i);
        bool is_string = item && item->type == KL_ITEM_STRING;
        kl_status status =
            kl_array_push(&list, is_string ? kl_value_retain(item->string) : kl_null(), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

static kl_status set_pairs(kl_command_call *call)
{
    for (size_t i = 1; i + 1 < call->count; i += 2)
        KL_TRY(kl_put_string(call, i, kl_value_retain(call->words[i + 1]), INT64_MAX));
    return KL_OK;
}

static kl_status refuse_odd(kl_command_call *call)
{
    return kl_error_set(call->error, KL_FAILED,
                        "%s requires an even number of arguments: key value [key value ...]",
                        call->command->name);
}

static kl_status mset(kl_command_call *call)
{
    if (call->count < 3 || call->count % 2 == 0)
        return refuse_odd(call);
    KL_TRY(set_pairs(call));
    return kl_answer_text(call, "OK");
}

static kl_status msetnx(kl_command_call *call)
{
    if (call->count < 3 || call->count % 2 == 0)
        return refuse_odd(call);
    for (size_t i = 1; i < call->count; i += 2)
        if (kl_find_item(call, i))
            return kl_answer_int(call, 0);
    KL_TRY(set_pairs(call));
    return kl_answer_int(call, 1);
}

/* ---- parts --------------------------------------------------------------------------------------- */

static int64_t expiry_of(kl_command_call *call)
{
    const kl_stored *item = kl_find_item(call, 1);
    return item ? item->expires : INT64_MAX;
}

/* What a buffer holds becomes the string of word 1; the answer is its length. */
static kl_status put_buffer(kl_command_call *call, kl_buffer *text)
{
    int64_t expires = expiry_of(call), len = (int64_t)text->len;
    kl_value made;
    kl_status status = text->status == KL_OK
                           ? kl_text_value(&made, kl_buffer_text(text), call->error)
                           : kl_error_no_memory(call->error);
    kl_buffer_free(text);
    KL_TRY(status);
    KL_TRY(kl_put_string(call, 1, made, expires));
    return kl_answer_int(call, len);
}

static kl_status refuse_size(kl_command_call *call)
{
    return kl_refuse(call, "ERR string exceeds maximum allowed size");
}

static kl_status append(kl_command_call *call)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value before;
    KL_TRY(find_string(&before, call, 1));
    if (kl_value_len(before) + kl_word(call, 2).len > (size_t)LARGEST)
        return refuse_size(call);
    kl_buffer_add(&text, kl_as_text(before));
    kl_buffer_add(&text, kl_word(call, 2));
    return put_buffer(call, &text);
}

static kl_status string_length(kl_command_call *call)
{
    kl_value found;
    KL_TRY(find_string(&found, call, 1));
    return kl_answer_int(call, (int64_t)kl_value_len(found));
}

static kl_status getrange(kl_command_call *call)
{
    int64_t start, end;
    kl_value found;
    KL_TRY(kl_integer_word(&start, call, 2));
    KL_TRY(kl_integer_word(&end, call, 3));
    KL_TRY(find_string(&found, call, 1));
    kl_text text = kl_as_text(found);
    int64_t len = (int64_t)text.len;
    bool backwards = start < 0 && end < 0 && start > end;
    start = KL_MAX(start < 0 ? start + len : start, 0);
    end = KL_MIN(KL_MAX(end < 0 ? end + len : end, 0), len - 1);
    if (backwards || start > end || len == 0)
        return kl_answer_text(call, "");
    return kl_text_value(call->out, (kl_text){text.data + start, (size_t)(end - start + 1)},
                         call->error);
}

static kl_status setrange(kl_command_call *call)
{
    int64_t start;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value before;
    kl_text part = kl_word(call, 3);
    KL_TRY(kl_integer_word(&start, call, 2));
    if (start < 0)
        return kl_refuse(call, "ERR offset is out of range");
    KL_TRY(find_string(&before, call, 1));
    if (part.len == 0)
        return kl_answer_int(call, (int64_t)kl_value_len(before));
    if (start > LARGEST || start + (int64_t)part.len > LARGEST)
        return refuse_size(call);
    kl_text old = kl_as_text(before);
    size_t at = (size_t)start, end = at + part.len, len = KL_MAX(end, old.len);
    char *room = kl_buffer_room(&text, len);
    if (!room)
        return put_buffer(call, &text);
    memset(room, 0, len);
    memcpy(room, old.data, old.len);
    memcpy(room + at, part.data, part.len);
    text.len = len;
    return put_buffer(call, &text);
}

/* ---- numbers ------------------------------------------------------------------------------------- */

static kl_status add(kl_command_call *call, int64_t by)
{
    kl_value found, made;
    int64_t number = 0;
    KL_TRY(find_string(&found, call, 1));
    if (!kl_is_null(found) && !kl_read_integer(&number, kl_as_text(found)))
        return kl_refuse(call, "ERR value is not an integer or out of range");
    if (__builtin_add_overflow(number, by, &number))
        return kl_refuse(call, "ERR increment or decrement would overflow");
    KL_TRY(kl_string_format(&made, call->error, "%lld", (long long)number));
    KL_TRY(kl_put_string(call, 1, made, expiry_of(call)));
    return kl_answer_int(call, number);
}

static kl_status incr(kl_command_call *call) { return add(call, 1); }
static kl_status decr(kl_command_call *call) { return add(call, -1); }

static kl_status incrby(kl_command_call *call)
{
    int64_t by;
    KL_TRY(kl_integer_word(&by, call, 2));
    return add(call, by);
}

static kl_status decrby(kl_command_call *call)
{
    int64_t by;
    KL_TRY(kl_integer_word(&by, call, 2));
    if (by == INT64_MIN)
        return kl_refuse(call, "ERR decrement would overflow");
    return add(call, -by);
}

static kl_status read_long_double(long double *out, kl_command_call *call, kl_text text)
{
    char *end;
    *out = strtold(text.data, &end);
    if (text.len == 0 || text.data[0] == ' ' || end != text.data + text.len || isnan(*out))
        return kl_refuse(call, "ERR value is not a valid float");
    return KL_OK;
}

static kl_status incrbyfloat(kl_command_call *call)
{
    long double number = 0, by;
    char digits[5200];
    kl_value found, made;
    KL_TRY(find_string(&found, call, 1));
    if (!kl_is_null(found))
        KL_TRY(read_long_double(&number, call, kl_as_text(found)));
    KL_TRY(read_long_double(&by, call, kl_word(call, 2)));
    number += by;
    if (!isfinite(number))
        return kl_refuse(call, "ERR increment would produce NaN or Infinity");
    int len = snprintf(digits, sizeof digits, "%.17Lf", number);
    while (digits[len - 1] == '0')
        len--;
    len -= digits[len - 1] == '.';
    digits[len] = '\0';
    KL_TRY(kl_string_format(&made, call->error, "%s", strcmp(digits, "-0") == 0 ? "0" : digits));
    *call->out = kl_value_retain(made);
    kl_status status = kl_put_string(call, 1, made, expiry_of(call));
    if (status != KL_OK)
        kl_value_release(kl_value_take(call->out));
    return status;
}

static const kl_command rows[] = {
    {"GET", 1, 1, "key", get},
    {"SET", 2, -1, "key value", set},
    {"SETNX", 2, 2, "key value", setnx},
    {"SETEX", 3, 3, "key seconds value", setex},
    {"PSETEX", 3, 3, "key milliseconds value", psetex},
    {"GETSET", 2, 2, "key value", getset},
    {"GETDEL", 1, 1, "key", getdel},
    {"GETEX", 1, -1, "key [EX seconds | PX milliseconds | PERSIST]", getex},
    {"MGET", 1, -1, "key", mget},
    {"MSET", 0, -1, "key value [key value ...]", mset},
    {"MSETNX", 0, -1, "key value [key value ...]", msetnx},
    {"APPEND", 2, 2, "key value", append},
    {"STRLEN", 1, 1, "key", string_length},
    {"GETRANGE", 3, 3, "key start end", getrange},
    {"SUBSTR", 3, 3, "key start end", getrange},
    {"SETRANGE", 3, 3, "key offset value", setrange},
    {"INCR", 1, 1, "key", incr},
    {"DECR", 1, 1, "key", decr},
    {"INCRBY", 2, 2, "key increment", incrby},
    {"DECRBY", 2, 2, "key decrement", decrby},
    {"INCRBYFLOAT", 2, 2, "key increment", incrbyfloat},
};
const kl_command_table kl_string_commands = {rows, sizeof rows / sizeof *rows};
