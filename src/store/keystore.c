/* src/store/keystore.c - see keystore.h: commands found, checked and run, one after the other. */
#include "keystore_parts.h"
#include "deadline.h"
#include "kailash/json.h"
#include "payload.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- the store ----------------------------------------------------------------------------------- */

kl_status kl_keystore_new(kl_keystore **out, kl_error *error)
{
    kl_keystore *store = kl_alloc_zero(1, sizeof *store);
    if (!store)
        return kl_error_no_memory(error);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->changed, NULL);
    *out = store;
    return KL_OK;
}

void kl_stored_free(kl_stored *item)
{
    kl_dict_entry *entry;
    if (!item)
        return;
    switch (item->type) {
    case KL_ITEM_STRING: kl_value_release(item->string); break;
    case KL_ITEM_HASH:
    case KL_ITEM_SET:
        for (size_t i = 0; (entry = kl_dict_at(&item->hash, &i)) != NULL; i++)
            kl_value_release(entry->value);
        kl_dict_end(&item->hash);
        break;
    case KL_ITEM_LIST: kl_list_end(&item->list); break;
    case KL_ITEM_SORTED: kl_sorted_end(&item->sorted); break;
    case KL_ITEM_STREAM: kl_stream_log_free(item->log); break;
    }
    kl_free(item);
}

void kl_keystore_free(kl_keystore *store)
{
    kl_dict_entry *entry;
    if (!store)
        return;
    for (size_t i = 0; (entry = kl_dict_at(&store->items, &i)) != NULL; i++)
        kl_stored_free(entry->pointer);
    kl_dict_end(&store->items);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->changed);
    kl_free(store);
}

/* ---- words --------------------------------------------------------------------------------------- */

bool kl_word_is(const kl_command_call *call, size_t index, const char *option)
{
    if (index >= call->count)
        return false;
    kl_text word = kl_word(call, index);
    return word.len == strlen(option) && strncasecmp(word.data, option, word.len) == 0;
}

kl_status kl_refuse(const kl_command_call *call, const char *message)
{
    return kl_error_set(call->error, KL_FAILED, "%s", message);
}

kl_status kl_refuse_syntax(const kl_command_call *call)
{
    return kl_refuse(call, "ERR syntax error");
}

kl_status kl_refuse_arity(const kl_command_call *call)
{
    const kl_command *command = call->command;
    const char *many = command->least == 1 ? "" : "s";
    if (command->most == 0)
        return kl_error_set(call->error, KL_FAILED, "%s takes no arguments", command->name);
    return kl_error_set(call->error, KL_FAILED, "%s requires %s%d argument%s: %s", command->name,
                        command->most == command->least ? "" : "at least ", command->least, many,
                        command->usage);
}

bool kl_read_integer(int64_t *out, kl_text text)
{
    char digits[24], *end;
    if (text.len == 0 || text.len > 20)
        return false;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    const char *first = digits + (digits[0] == '-');
    bool plain = (*first >= '1' && *first <= '9') || (text.len == 1 && *first == '0');
    errno = 0;
    long long number = strtoll(digits, &end, 10);
    if (!plain || end != digits + text.len || errno)
        return false;
    *out = number;
    return true;
}

kl_status kl_integer_word(int64_t *out, const kl_command_call *call, size_t index)
{
    if (index < call->count && kl_read_integer(out, kl_word(call, index)))
        return KL_OK;
    return kl_refuse(call, "ERR value is not an integer or out of range");
}

kl_status kl_float_word(double *out, const kl_command_call *call, size_t index)
{
    kl_text word = kl_word(call, index);
    char *end;
    double real = strtod(word.data, &end); /* a NUL stands behind every text */
    if (word.len == 0 || end != word.data + word.len || word.data[0] == ' ' || isnan(real))
        return kl_refuse(call, "ERR value is not a valid float");
    *out = real;
    return KL_OK;
}

/* ---- answers ------------------------------------------------------------------------------------- */

kl_status kl_text_value(kl_value *out, kl_text text, kl_error *error)
{
    if (kl_utf8_valid_length(text) == text.len)
        return kl_string_from_valid(out, text, error);
    return kl_bytes_new(out, text, error);
}

kl_status kl_answer_text(const kl_command_call *call, const char *text)
{
    return kl_string_from_valid(call->out, kl_text_from(text), call->error);
}

/* ---- items --------------------------------------------------------------------------------------- */

static void drop(kl_keystore *store, kl_dict_entry *entry)
{
    kl_stored_free(entry->pointer);
    kl_dict_remove(&store->items, entry);
}

kl_stored *kl_find_item(const kl_command_call *call, size_t index)
{
    kl_dict_entry *entry = kl_dict_find(&call->store->items, kl_word(call, index));
    if (!entry)
        return NULL;
    kl_stored *item = entry->pointer;
    if (item->expires > call->now)
        return item;
    drop(call->store, entry);
    return NULL;
}

kl_status kl_find_typed(kl_stored **out, const kl_command_call *call, size_t index,
                        kl_item_type type)
{
    kl_stored *item = kl_find_item(call, index);
    if (item && item->type != type)
        return kl_refuse(call,
                         "WRONGTYPE Operation against a key holding the wrong kind of value");
    *out = item;
    return KL_OK;
}

kl_status kl_put_item(const kl_command_call *call, size_t index, kl_stored *item)
{
    bool added;
    kl_dict_entry *entry = kl_dict_add(&added, &call->store->items, call->words[index]);
    if (!entry) {
        kl_stored_free(item);
        return kl_error_no_memory(call->error);
    }
    if (!added)
        kl_stored_free(entry->pointer);
    entry->pointer = item;
    return KL_OK;
}

kl_status kl_make_typed(kl_stored **out, const kl_command_call *call, size_t index,
                        kl_item_type type)
{
    kl_stored *found;
    KL_TRY(kl_find_typed(&found, call, index, type));
    if (found) {
        *out = found;
        return KL_OK;
    }
    kl_stored *item = kl_alloc_zero(1, sizeof *item);
    if (!item)
        return kl_error_no_memory(call->error);
    item->type = type;
    item->expires = INT64_MAX;
    if (type == KL_ITEM_STREAM) {
        kl_status status = kl_stream_log_new(&item->log, call->error);
        if (status != KL_OK) {
            kl_free(item);
            return status;
        }
    }
    KL_TRY(kl_put_item(call, index, item));
    *out = item;
    return KL_OK;
}

kl_status kl_put_string(const kl_command_call *call, size_t index, kl_value string, int64_t expires)
{
    kl_stored *item = kl_alloc_zero(1, sizeof *item);
    if (!item) {
        kl_value_release(string);
        return kl_error_no_memory(call->error);
    }
    *item = (kl_stored){.type = KL_ITEM_STRING, .expires = expires, .string = string};
    return kl_put_item(call, index, item);
}

bool kl_remove_item(const kl_command_call *call, size_t index)
{
    if (!kl_find_item(call, index))
        return false;
    drop(call->store, kl_dict_find(&call->store->items, kl_word(call, index)));
    return true;
}

size_t kl_stored_count(const kl_stored *item)
{
    switch (item->type) {
    case KL_ITEM_HASH:
    case KL_ITEM_SET: return item->hash.count;
    case KL_ITEM_LIST: return item->list.count;
    case KL_ITEM_SORTED: return item->sorted.scores.count;
    default: return 1;
    }
}

void kl_remove_if_empty(const kl_command_call *call, size_t index, const kl_stored *item)
{
    if (kl_stored_count(item) == 0)
        kl_remove_item(call, index);
}

/* Look at a few items more, so that what expired and is never asked for goes away too. */
static void sweep(kl_keystore *store, int64_t now)
{
    for (int looks = 0; looks < 4; looks++, store->sweep++) {
        kl_dict_entry *entry = kl_dict_at(&store->items, &store->sweep);
        if (!entry) {
            store->sweep = 0;
            return;
        }
        if (((kl_stored *)entry->pointer)->expires <= now)
            drop(store, entry);
    }
}

/* ---- globs --------------------------------------------------------------------------------------- */

/* Whether `byte` is in the class that begins behind '['; `*at` moves behind its end. */
static bool in_class(kl_text pattern, size_t *at, char byte)
{
    bool negated = *at < pattern.len && pattern.data[*at] == '^', found = false;
    *at += negated;
    for (; *at < pattern.len && pattern.data[*at] != ']'; ++*at) {
        unsigned char low = (unsigned char)pattern.data[*at], high = low;
        if (low == '\\' && *at + 1 < pattern.len) {
            low = high = (unsigned char)pattern.data[++*at];
        } else if (*at + 2 < pattern.len && pattern.data[*at + 1] == '-') {
            high = (unsigned char)pattern.data[*at += 2];
        }
        unsigned char least = KL_MIN(low, high), most = KL_MAX(low, high);
        found = found || ((unsigned char)byte >= least && (unsigned char)byte <= most);
    }
    *at += *at < pattern.len;
    return found != negated;
}

/* One pattern character at `*at` against a byte; `*at` moves behind it. */
static bool match_one(kl_text pattern, size_t *at, char byte)
{
    char mark = pattern.data[(*at)++];
    if (mark == '?')
        return true;
    if (mark == '[')
        return in_class(pattern, at, byte);
    if (mark == '\\' && *at < pattern.len)
        mark = pattern.data[(*at)++];
    return mark == byte;
}

/* Only the last star is ever tried again: what an earlier one took more could the last one too. */
bool kl_redis_glob(kl_text pattern, kl_text text)
{
    size_t at = 0, i = 0, star = SIZE_MAX, resume = 0;
    while (i < text.len || at < pattern.len) {
        if (at < pattern.len && pattern.data[at] == '*') {
            star = ++at;
            resume = i;
            continue;
        }
        if (at < pattern.len && i < text.len && match_one(pattern, &at, text.data[i])) {
            i++;
            continue;
        }
        if (star == SIZE_MAX || resume >= text.len)
            return false;
        i = ++resume;
        at = star;
    }
    return true;
}

/* ---- running ------------------------------------------------------------------------------------- */

static const kl_command *find_command(kl_text name)
{
    static const kl_command_table *const tables[] = {
        &kl_string_commands, &kl_key_commands,    &kl_scan_commands,  &kl_hash_commands,
        &kl_list_commands,   &kl_set_commands,    &kl_sorted_commands, &kl_stream_commands,
        &kl_group_commands,  &kl_channel_commands};
    for (size_t t = 0; t < KL_COUNT(tables); t++)
        for (size_t i = 0; i < tables[t]->count; i++) {
            const kl_command *row = &tables[t]->rows[i];
            if (strlen(row->name) == name.len && strncasecmp(row->name, name.data, name.len) == 0)
                return row;
        }
    return NULL;
}

bool kl_keystore_knows(kl_text name) { return find_command(name) != NULL; }

static kl_status refuse_unknown(kl_text name, kl_error *error)
{
    char shown[64];
    size_t len = KL_MIN(name.len, sizeof shown - 1);
    for (size_t i = 0; i < len; i++)
        shown[i] = name.data[i] >= 'a' && name.data[i] <= 'z' ? (char)(name.data[i] - 32)
                                                              : name.data[i];
    shown[len] = '\0';
    return kl_error_set(error, KL_FAILED, "unsupported Redis command: %s", shown);
}

static kl_status to_word(kl_value *out, kl_value given, size_t index, kl_error *error)
{
    char number[32];
    kl_kind kind = kl_value_kind(given);
    if (kind == KL_KIND_STRING || kind == KL_KIND_BYTES) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    if (kind == KL_KIND_INT)
        return kl_string_format(out, error, "%lld", (long long)kl_as_int(given));
    if (kind == KL_KIND_BOOL)
        return kl_string_format(out, error, "%s", kl_as_bool(given) ? "true" : "false");
    if (kind != KL_KIND_DOUBLE)
        return kl_error_set(error, KL_TYPE, "word %zu of the command is of kind %s; expected a "
                                            "string, bytes, number or bool",
                            index, kl_value_kind_name(given));
    double real = kl_as_double(given);
    if (!isfinite(real))
        return kl_string_format(out, error, "%s", isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
    kl_double_print(number, real);
    return kl_string_format(out, error, "%s", number);
}

static void free_words(kl_value *words, size_t count)
{
    while (count)
        kl_value_release(words[--count]);
    kl_free(words);
}

static kl_status to_words(kl_value **out, const kl_value *given, size_t count, kl_error *error)
{
    kl_value *words = kl_alloc_zero(count, sizeof *words);
    if (!words)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        kl_status status = to_word(&words[i], given[i], i, error);
        if (status != KL_OK) {
            free_words(words, i);
            return status;
        }
    }
    *out = words;
    return KL_OK;
}

/* With the lock held. */
static kl_status run_once(kl_command_call *call)
{
    int args = (int)KL_MIN(call->count - 1, (size_t)INT32_MAX);
    call->now = kl_time_now() / KL_MILLISECOND;
    call->waits = false;
    if (args < call->command->least || (call->command->most >= 0 && args > call->command->most))
        return kl_refuse_arity(call);
    sweep(call->store, call->now);
    return call->command->run(call);
}

static kl_status begin(kl_command_call *call, kl_value **words, kl_keystore *store,
                       const kl_value *given, size_t count, kl_error *error)
{
    if (count == 0)
        return kl_error_set(error, KL_FAILED, "a command without a name");
    kl_text name = kl_as_text(given[0]);
    const kl_command *command = find_command(name);
    if (!command)
        return refuse_unknown(name, error);
    KL_TRY(to_words(words, given, count, error));
    *call = (kl_command_call){
        .store = store, .command = command, .words = *words, .count = count, .error = error};
    return KL_OK;
}

static kl_status check(const kl_keystore_watch *watch, kl_error *error)
{
    if (watch && watch->check)
        KL_TRY(watch->check(watch->data, error));
    if (watch && watch->deadline != KL_TIME_NONE && kl_clock_now() >= watch->deadline)
        return kl_error_set(error, KL_TIMEOUT, "timed out");
    return KL_OK;
}

#define PACE (20 * KL_MILLISECOND)

/* With the lock held: until something changed, a moment is over or `deadline` has come. */
static kl_status pause_for(kl_keystore *store, kl_time deadline, const kl_keystore_watch *watch,
                           kl_error *error)
{
    kl_time until = kl_clock_after(PACE);
    if (watch)
        deadline = KL_MIN(deadline, watch->deadline);
    kl_wait_until(&store->changed, &store->lock, KL_MIN(until, deadline));
    pthread_mutex_unlock(&store->lock);
    kl_status status = check(watch, error);
    pthread_mutex_lock(&store->lock);
    return status;
}

kl_status kl_keystore_run(kl_value *out, kl_keystore *store, const kl_value *given, size_t count,
                          const kl_keystore_watch *watch, kl_error *error)
{
    kl_command_call call;
    kl_value *words = NULL, answer = kl_null();
    KL_TRY(begin(&call, &words, store, given, count, error));
    call.out = &answer;
    pthread_mutex_lock(&store->lock);
    kl_status status = run_once(&call);
    kl_time deadline =
        call.patience ? kl_clock_after(call.patience * KL_MILLISECOND) : KL_TIME_NONE;
    while (status == KL_OK && call.waits && kl_clock_now() < deadline) {
        status = pause_for(store, deadline, watch, error);
        if (status == KL_OK)
            status = run_once(&call);
    }
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    free_words(words, count);
    if (status == KL_OK)
        *out = answer;
    return status;
}

/* A refusal becomes {"error": message}; `why` is taken. */
static kl_status answer_of(kl_value *out, kl_status status, kl_error *why, kl_error *error)
{
    kl_value map;
    if (status == KL_OK)
        return KL_OK;
    if (status != KL_FAILED && status != KL_TYPE) {
        kl_error_move(error, why);
        return status;
    }
    status = kl_map_new(&map, 1, error);
    if (status == KL_OK) {
        kl_value text;
        status = kl_string_repair(&text, kl_text_from(kl_error_message(why)), error);
        if (status == KL_OK)
            status = kl_map_set(&map, KL_TEXT("error"), text, error);
        if (status == KL_OK)
            *out = map;
        else
            kl_value_release(map);
    }
    kl_error_clear(why);
    return status;
}

/* With the lock held. */
static kl_status run_one_of_many(kl_value *out, bool *refused, kl_keystore *store, kl_value words,
                                 kl_error *error)
{
    kl_command_call call;
    kl_value *texts = NULL, answer = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status =
        begin(&call, &texts, store, kl_array_items(words), kl_array_len(words), &why);
    if (status == KL_OK) {
        call.out = &answer;
        status = run_once(&call);
        free_words(texts, kl_array_len(words));
    }
    *refused = status != KL_OK;
    status = answer_of(&answer, status, &why, error);
    if (status == KL_OK)
        *out = answer;
    return status;
}

kl_status kl_keystore_run_all(kl_value *out, size_t *refused, kl_keystore *store,
                              kl_value commands, kl_error *error)
{
    kl_value answers, answer;
    bool is_refused;
    *refused = SIZE_MAX;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&answers, kl_array_len(commands), error));
    pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < kl_array_len(commands) && status == KL_OK; i++) {
        status = run_one_of_many(&answer, &is_refused, store, kl_array_at(commands, i), error);
        if (is_refused && *refused == SIZE_MAX)
            *refused = i;
        if (status == KL_OK)
            status = kl_array_push(&answers, answer, error);
    }
    pthread_cond_broadcast(&store->changed);
    pthread_mutex_unlock(&store->lock);
    if (status == KL_OK)
        *out = answers;
    else
        kl_value_release(answers);
    return status;
}
