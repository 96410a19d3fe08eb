/* src/store/keystore_streams.c - commands about streams, without groups. */
#include "keystore_log.h"

#include <stdlib.h>

/* ---- logs and ids -------------------------------------------------------------------------------- */

kl_status kl_stream_log_new(kl_stream_log **out, kl_error *error)
{
    *out = kl_alloc_zero(1, sizeof **out);
    return *out ? KL_OK : kl_error_no_memory(error);
}

static void free_group(kl_log_group *group)
{
    for (size_t i = 0; i < group->count; i++)
        kl_value_release(group->pending[i].consumer);
    kl_free(group->pending);
    kl_dict_end(&group->consumers);
    kl_free(group);
}

void kl_stream_log_free(kl_stream_log *log)
{
    kl_dict_entry *entry;
    for (size_t i = 0; i < log->count; i++)
        kl_value_release(log->entries[i].fields);
    for (size_t i = 0; (entry = kl_dict_at(&log->groups, &i)) != NULL; i++)
        free_group(entry->pointer);
    kl_dict_end(&log->groups);
    kl_free(log->entries);
    kl_free(log);
}

size_t kl_log_place(const kl_stream_log *log, kl_log_id id)
{
    size_t low = 0, high = log->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kl_log_id_compare(log->entries[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool read_number(uint64_t *out, kl_text text)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (text.data[i] < '0' || text.data[i] > '9' ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, digit, &number))
            return false;
    }
    *out = number;
    return text.len > 0;
}

kl_status kl_log_read_id(kl_log_id *out, const kl_command_call *call, kl_text text, uint64_t seq)
{
    const char *dash = text.len ? memchr(text.data, '-', text.len) : NULL;
    kl_text ms = dash ? (kl_text){text.data, (size_t)(dash - text.data)} : text;
    kl_log_id id = {0, seq};
    bool good = read_number(&id.ms, ms);
    if (good && dash)
        good = read_number(&id.seq, (kl_text){dash + 1, text.len - ms.len - 1});
    if (!good)
        return kl_refuse(call, "ERR Invalid stream ID specified as stream command argument");
    *out = id;
    return KL_OK;
}

kl_status kl_log_id_text(kl_value *out, kl_log_id id, kl_error *error)
{
    return kl_string_format(out, error, "%llu-%llu", (unsigned long long)id.ms,
                            (unsigned long long)id.seq);
}

kl_status kl_log_push_entry(kl_value *list, kl_log_id id, const kl_log_entry *entry,
                            kl_error *error)
{
    kl_value pair, text;
    KL_TRY(kl_log_id_text(&text, id, error));
    kl_status status = kl_array_new(&pair, 2, error);
    if (status != KL_OK) {
        kl_value_release(text);
        return status;
    }
    status = kl_array_push(&pair, text, error);
    if (status == KL_OK)
        status = kl_array_push(&pair, entry ? kl_value_retain(entry->fields) : kl_null(), error);
    if (status == KL_OK)
        return kl_array_push(list, pair, error);
    kl_value_release(pair);
    return status;
}

static kl_status find_log(kl_stream_log **out, kl_command_call *call, size_t index)
{
    kl_stored *item;
    KL_TRY(kl_find_typed(&item, call, index, KL_ITEM_STREAM));
    *out = item ? item->log : NULL;
    return KL_OK;
}

/* ---- trimming ------------------------------------------------------------------------------------ */

typedef struct trim {
    bool by_count, by_id;
    int64_t count;
    kl_log_id id;
} trim;

/* MAXLEN|MINID [=|~] threshold [LIMIT count] at word `*at`, which moves behind it. */
static kl_status read_trim(trim *out, kl_command_call *call, size_t *at)
{
    bool by_count = kl_word_is(call, *at, "maxlen");
    if (!by_count && !kl_word_is(call, *at, "minid"))
        return KL_OK;
    ++*at;
    *at += kl_word_is(call, *at, "=") || kl_word_is(call, *at, "~");
    if (*at >= call->count)
        return kl_refuse_syntax(call);
    if (by_count)
        KL_TRY(kl_integer_word(&out->count, call, *at));
    else
        KL_TRY(kl_log_read_id(&out->id, call, kl_word(call, *at), 0));
    if (by_count && out->count < 0)
        return kl_refuse(call, "ERR The MAXLEN argument must be >= 0.");
    ++*at;
    if (kl_word_is(call, *at, "limit"))
        *at += 2;
    out->by_count = by_count;
    out->by_id = !by_count;
    return KL_OK;
}

static int64_t apply_trim(kl_stream_log *log, const trim *how)
{
    size_t cut = 0;
    if (how->by_count && log->count > (size_t)how->count)
        cut = log->count - (size_t)how->count;
    if (how->by_id)
        cut = kl_log_place(log, how->id);
    for (size_t i = 0; i < cut; i++)
        kl_value_release(log->entries[i].fields);
    memmove(log->entries, log->entries + cut, (log->count - cut) * sizeof *log->entries);
    log->count -= cut;
    return (int64_t)cut;
}

static kl_status xtrim(kl_command_call *call)
{
    trim how = {0};
    size_t at = 2;
    kl_stream_log *log;
    KL_TRY(read_trim(&how, call, &at));
    if (at != call->count || at == 2)
        return kl_refuse_syntax(call);
    KL_TRY(find_log(&log, call, 1));
    return kl_answer_int(call, log && log->count ? apply_trim(log, &how) : 0);
}

/* ---- XADD ---------------------------------------------------------------------------------------- */

/* The id of a new entry: *, 5-*, 5 or 5-1. */
static kl_status choose_id(kl_log_id *out, kl_command_call *call, const kl_stream_log *log,
                           kl_text text)
{
    kl_log_id last = log ? log->last : (kl_log_id){0, 0};
    if (kl_text_is(text, "*")) {
        kl_log_id now = {(uint64_t)call->now, 0};
        *out = kl_log_id_compare(now, last) > 0 ? now : kl_log_id_next(last);
        return KL_OK;
    }
    bool any_seq = text.len > 2 && memcmp(text.data + text.len - 2, "-*", 2) == 0;
    if (any_seq)
        text.len -= 2;
    KL_TRY(kl_log_read_id(out, call, text, 0));
    if (any_seq)
        out->seq = out->ms == last.ms ? last.seq + 1 : 0;
    if (out->ms == 0 && out->seq == 0 && !any_seq)
        return kl_refuse(call, "ERR The ID specified in XADD must be greater than 0-0");
    if (kl_log_id_compare(*out, last) <= 0)
        return kl_refuse(call, "ERR The ID specified in XADD is equal or smaller than the target "
                               "stream top item");
    return KL_OK;
}

static kl_status append(kl_command_call *call, kl_stream_log *log, kl_log_id id, size_t first)
{
    kl_value fields;
    if (log->count == log->cap) {
        size_t cap = KL_MAX(2 * log->cap, (size_t)8);
        kl_log_entry *entries = kl_realloc(log->entries, cap * sizeof *entries);
        if (!entries)
            return kl_error_no_memory(call->error);
        log->entries = entries;
        log->cap = cap;
    }
    KL_TRY(kl_array_new(&fields, call->count - first, call->error));
    for (size_t i = first; i < call->count; i++) {
        kl_status status = kl_array_push(&fields, kl_value_retain(call->words[i]), call->error);
        if (status != KL_OK) {
            kl_value_release(fields);
            return status;
        }
    }
    log->entries[log->count++] = (kl_log_entry){id, fields};
    log->last = id;
    return KL_OK;
}

static kl_status xadd(kl_command_call *call)
{
    trim how = {0};
    size_t at = 2;
    bool no_stream = false;
    kl_log_id id;
    kl_stream_log *log;
    kl_stored *item;
    for (size_t before = 0; before != at;) {
        before = at;
        if (kl_word_is(call, at, "nomkstream")) {
            no_stream = true;
            at++;
        }
        KL_TRY(read_trim(&how, call, &at));
    }
    if (call->count < at + 3 || (call->count - at) % 2 == 0)
        return kl_refuse_arity(call);
    KL_TRY(find_log(&log, call, 1));
    KL_TRY(choose_id(&id, call, log, kl_word(call, at)));
    if (!log && no_stream)
        return KL_OK;
    KL_TRY(kl_make_typed(&item, call, 1, KL_ITEM_STREAM));
    KL_TRY(append(call, item->log, id, at + 1));
    apply_trim(item->log, &how);
    return kl_log_id_text(call->out, id, call->error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status xlen(kl_command_call *call)
{
    kl_stream_log *log;
    KL_TRY(find_log(&log, call, 1));
    return kl_answer_int(call, log ? (int64_t)log->count : 0);
}

/* An end of a range: -, +, 5, 5-1, and with ( not that one itself. `*none`: no id is left. */
static kl_status read_bound(kl_log_id *out, bool *none, kl_command_call *call, size_t index,
                            bool is_start)
{
    kl_text word = kl_word(call, index);
    *none = false;
    if (kl_text_is(word, "-") || kl_text_is(word, "+")) {
        *out = word.data[0] == '-' ? (kl_log_id){0, 0} : KL_LOG_ID_MAX;
        return KL_OK;
    }
    bool open = word.len && word.data[0] == '(';
    kl_text text = {word.data + open, word.len - open};
    KL_TRY(kl_log_read_id(out, call, text, is_start ? 0 : UINT64_MAX));
    if (!open)
        return KL_OK;
    if (is_start ? kl_log_id_compare(*out, KL_LOG_ID_MAX) == 0 : out->ms == 0 && out->seq == 0)
        return kl_error_set(call->error, KL_FAILED, "ERR invalid %s ID for the interval",
                            is_start ? "start" : "end");
    if (is_start)
        *out = kl_log_id_next(*out);
    else if (out->seq > 0)
        out->seq--;
    else
        *out = (kl_log_id){out->ms - 1, UINT64_MAX};
    return KL_OK;
}

static kl_status range(kl_command_call *call, bool reverse)
{
    kl_log_id start, end;
    bool none;
    int64_t most = INT64_MAX;
    kl_stream_log *log;
    kl_value list;
    KL_TRY(read_bound(&start, &none, call, reverse ? 3 : 2, true));
    KL_TRY(read_bound(&end, &none, call, reverse ? 2 : 3, false));
    if (call->count > 4) {
        if (call->count != 6 || !kl_word_is(call, 4, "count"))
            return kl_refuse_syntax(call);
        KL_TRY(kl_integer_word(&most, call, 5));
        most = KL_MAX(most, 0);
    }
    KL_TRY(find_log(&log, call, 1));
    if (most == 0 && log)
        return KL_OK; /* a server answers null here */
    KL_TRY(kl_array_new(&list, 0, call->error));
    size_t from = log ? kl_log_place(log, start) : 0, to = log ? kl_log_place(log, end) : 0;
    to += log && to < log->count && kl_log_id_compare(log->entries[to].id, end) == 0;
    for (size_t i = from; i < to && most > 0; i++, most--) {
        const kl_log_entry *entry = &log->entries[reverse ? to - 1 - (i - from) : i];
        kl_status status = kl_log_push_entry(&list, entry->id, entry, call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

static kl_status xrange(kl_command_call *call) { return range(call, false); }
static kl_status xrevrange(kl_command_call *call) { return range(call, true); }

static kl_status xdel(kl_command_call *call)
{
    kl_stream_log *log;
    kl_log_id id;
    int64_t removed = 0;
    for (size_t i = 2; i < call->count; i++)
        KL_TRY(kl_log_read_id(&id, call, kl_word(call, i), 0));
    KL_TRY(find_log(&log, call, 1));
    for (size_t i = 2; log && i < call->count; i++) {
        kl_log_read_id(&id, call, kl_word(call, i), 0);
        size_t at = kl_log_place(log, id);
        if (at == log->count || kl_log_id_compare(log->entries[at].id, id) != 0)
            continue;
        kl_value_release(log->entries[at].fields);
        memmove(&log->entries[at], &log->entries[at + 1],
                (log->count - at - 1) * sizeof *log->entries);
        log->count--;
        removed++;
    }
    return kl_answer_int(call, removed);
}

kl_status kl_log_read_options(kl_log_read *read, const kl_command_call *call, size_t from)
{
    size_t i = from;
    for (; i < call->count && !kl_word_is(call, i, "streams"); i++) {
        if (kl_word_is(call, i, "noack")) {
            read->no_ack = true;
        } else if (kl_word_is(call, i, "count")) {
            KL_TRY(kl_integer_word(&read->count, call, ++i));
        } else if (kl_word_is(call, i, "block")) {
            read->blocks = true;
            if (++i >= call->count || !kl_read_integer(&read->patience, kl_word(call, i)))
                return kl_refuse(call, "ERR timeout is not an integer or out of range");
            if (read->patience < 0)
                return kl_refuse(call, "ERR timeout is negative");
            read->patience = KL_MIN(read->patience, 1000000000);
        } else
            return kl_refuse_syntax(call);
    }
    size_t left = call->count - KL_MIN(i + 1, call->count);
    if (left == 0)
        return kl_refuse_syntax(call);
    if (left % 2 != 0)
        return kl_error_set(call->error, KL_FAILED,
                            "ERR Unbalanced XREAD list of streams: for each stream key an ID or "
                            "'$' must be specified.");
    read->streams = left / 2;
    read->keys = i + 1;
    read->ids = read->keys + read->streams;
    read->count = KL_MAX(read->count, 0);
    return KL_OK;
}

kl_status kl_log_answer_add(kl_value *answer, kl_value key, kl_value entries, kl_error *error)
{
    kl_status status = kl_is_null(*answer) ? kl_map_new(answer, 1, error) : KL_OK;
    if (status == KL_OK && kl_is(key, KL_KIND_STRING))
        return kl_map_set_key(answer, key, entries, error);
    if (status == KL_OK)
        status = kl_error_set(error, KL_FAILED, "the key of a stream must be UTF-8");
    kl_value_release(entries);
    return status;
}

kl_status kl_log_nothing(kl_command_call *call, const kl_log_read *read)
{
    call->waits = read->blocks;
    call->patience = read->patience;
    return KL_OK;
}

/* Entries behind `after`. Given; null when there is none. */
static kl_status read_behind(kl_value *out, kl_command_call *call, const kl_stream_log *log,
                             kl_log_id after, int64_t count)
{
    kl_value list;
    *out = kl_null();
    if (!log || kl_log_id_compare(after, KL_LOG_ID_MAX) == 0)
        return KL_OK;
    size_t from = kl_log_place(log, kl_log_id_next(after)), to = log->count;
    if (count && to - from > (size_t)count)
        to = from + (size_t)count;
    if (from == to)
        return KL_OK;
    KL_TRY(kl_array_new(&list, to - from, call->error));
    for (; from < to; from++) {
        kl_status status =
            kl_log_push_entry(&list, log->entries[from].id, &log->entries[from], call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* $ is the last entry when the command began: a call that waits keeps that in its words. */
static kl_status read_after(kl_log_id *out, kl_command_call *call, size_t index,
                            const kl_stream_log *log)
{
    if (!kl_word_is(call, index, "$"))
        return kl_log_read_id(out, call, kl_word(call, index), 0);
    *out = log ? log->last : (kl_log_id){0, 0};
    kl_value text;
    KL_TRY(kl_log_id_text(&text, *out, call->error));
    kl_value_replace((kl_value *)&call->words[index], text);
    return KL_OK;
}

static kl_status xread(kl_command_call *call)
{
    kl_log_read read = {0};
    kl_stream_log *log;
    kl_log_id after;
    kl_value answer = kl_null(), entries;
    kl_status status = KL_OK;
    KL_TRY(kl_log_read_options(&read, call, 1));
    for (size_t i = 0; i < read.streams && status == KL_OK; i++) {
        status = find_log(&log, call, read.keys + i);
        if (status == KL_OK)
            status = read_after(&after, call, read.ids + i, log);
        if (status == KL_OK)
            status = read_behind(&entries, call, log, after, read.count);
        if (status == KL_OK && !kl_is_null(entries))
            status = kl_log_answer_add(&answer, call->words[read.keys + i], entries, call->error);
    }
    if (status != KL_OK) {
        kl_value_release(answer);
        return status;
    }
    return kl_is_null(answer) ? kl_log_nothing(call, &read) : kl_answer(call, answer);
}

static const kl_command rows[] = {
    {"XADD", 4, -1, "key id field value", xadd},
    {"XLEN", 1, 1, "key", xlen},
    {"XRANGE", 3, -1, "key start end [COUNT count]", xrange},
    {"XREVRANGE", 3, -1, "key end start [COUNT count]", xrevrange},
    {"XDEL", 2, -1, "key id", xdel},
    {"XTRIM", 3, -1, "key MAXLEN|MINID threshold", xtrim},
    {"XREAD", 3, -1, "[COUNT count] [BLOCK milliseconds] STREAMS key id", xread},
};
const kl_command_table kl_stream_commands = {rows, sizeof rows / sizeof *rows};
