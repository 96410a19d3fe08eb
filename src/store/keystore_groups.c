/* src/store/keystore_groups.c - commands about groups that read a stream together. */
#include "keystore_log.h"

/* ---- groups and what they wait for --------------------------------------------------------------- */

/* The group that word `name` names, of the stream of word `key`. */
static kl_status find_group(kl_log_group **out, kl_stream_log **log, kl_command_call *call,
                            size_t key, size_t name)
{
    kl_stored *item;
    KL_TRY(kl_find_typed(&item, call, key, KL_ITEM_STREAM));
    kl_dict_entry *entry = item ? kl_dict_find(&item->log->groups, kl_word(call, name)) : NULL;
    *log = item ? item->log : NULL;
    *out = entry ? entry->pointer : NULL;
    return KL_OK;
}

static kl_status refuse_group(kl_command_call *call, size_t key, size_t name, const char *more)
{
    return kl_error_set(call->error, KL_FAILED, "NOGROUP No such key '%s' or consumer group '%s'%s",
                        kl_word(call, key).data, kl_word(call, name).data, more);
}

static kl_status need_group(kl_log_group **out, kl_stream_log **log, kl_command_call *call)
{
    KL_TRY(find_group(out, log, call, 1, 2));
    return *out ? KL_OK
                : kl_error_set(call->error, KL_FAILED,
                               "NOGROUP No such key '%s' or consumer group '%s'",
                               kl_word(call, 1).data, kl_word(call, 2).data);
}

static size_t place(const kl_log_group *group, kl_log_id id)
{
    size_t low = 0, high = group->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kl_log_id_compare(group->pending[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static kl_log_pending *find_pending(const kl_log_group *group, kl_log_id id)
{
    size_t at = place(group, id);
    bool found = at < group->count && kl_log_id_compare(group->pending[at].id, id) == 0;
    return found ? &group->pending[at] : NULL;
}

static void remove_pending(kl_log_group *group, kl_log_pending *pending)
{
    size_t at = (size_t)(pending - group->pending);
    kl_value_release(pending->consumer);
    memmove(pending, pending + 1, (group->count - at - 1) * sizeof *pending);
    group->count--;
}

/* An entry is given to a consumer; NULL without memory. */
static kl_log_pending *give(kl_log_group *group, kl_log_id id, kl_value consumer, int64_t now)
{
    kl_log_pending *found = find_pending(group, id);
    if (!found && group->count == group->cap) {
        size_t cap = KL_MAX(2 * group->cap, (size_t)8);
        kl_log_pending *pending = kl_realloc(group->pending, cap * sizeof *pending);
        if (!pending)
            return NULL;
        group->pending = pending;
        group->cap = cap;
    }
    if (!found) {
        size_t at = place(group, id);
        found = &group->pending[at];
        memmove(found + 1, found, (group->count - at) * sizeof *found);
        *found = (kl_log_pending){.id = id, .consumer = kl_null()};
        group->count++;
    }
    kl_value_replace(&found->consumer, kl_value_retain(consumer));
    found->delivered = now;
    return found;
}

static const kl_log_entry *find_entry(const kl_stream_log *log, kl_log_id id)
{
    size_t at = kl_log_place(log, id);
    bool found = at < log->count && kl_log_id_compare(log->entries[at].id, id) == 0;
    return found ? &log->entries[at] : NULL;
}

static kl_status add_consumer(bool *added, kl_command_call *call, kl_log_group *group, kl_value name)
{
    return kl_dict_add(added, &group->consumers, name) ? KL_OK : kl_error_no_memory(call->error);
}

/* ---- XGROUP -------------------------------------------------------------------------------------- */

static kl_status read_start(kl_log_id *out, kl_command_call *call, const kl_stream_log *log,
                            size_t index)
{
    if (!kl_word_is(call, index, "$"))
        return kl_log_read_id(out, call, kl_word(call, index), 0);
    *out = log->last;
    return KL_OK;
}

static kl_status create(kl_command_call *call)
{
    kl_stored *item;
    kl_log_id start = {0, 0};
    bool added;
    if (call->count < 5)
        return kl_refuse_syntax(call);
    KL_TRY(kl_find_typed(&item, call, 2, KL_ITEM_STREAM));
    if (!item && !kl_word_is(call, 5, "mkstream"))
        return kl_refuse(call, "ERR The XGROUP subcommand requires the key to exist. Note that for "
                               "CREATE you may want to use the MKSTREAM option to create an empty "
                               "stream automatically.");
    if (!item && !kl_word_is(call, 4, "$"))
        KL_TRY(kl_log_read_id(&start, call, kl_word(call, 4), 0));
    KL_TRY(kl_make_typed(&item, call, 2, KL_ITEM_STREAM));
    KL_TRY(read_start(&start, call, item->log, 4));
    if (kl_dict_find(&item->log->groups, kl_word(call, 3)))
        return kl_refuse(call, "BUSYGROUP Consumer Group name already exists");
    kl_log_group *group = kl_alloc_zero(1, sizeof *group);
    kl_dict_entry *entry =
        group ? kl_dict_add(&added, &item->log->groups, call->words[3]) : NULL;
    if (!entry) {
        kl_free(group);
        return kl_error_no_memory(call->error);
    }
    group->last = start;
    entry->pointer = group;
    return kl_answer_text(call, "OK");
}

static kl_status destroy(kl_command_call *call, kl_stream_log *log, kl_log_group *group)
{
    if (!group)
        return kl_answer_int(call, 0);
    while (group->count)
        remove_pending(group, &group->pending[group->count - 1]);
    kl_free(group->pending);
    kl_dict_end(&group->consumers);
    kl_free(group);
    kl_dict_remove(&log->groups, kl_dict_find(&log->groups, kl_word(call, 3)));
    return kl_answer_int(call, 1);
}

static kl_status delete_consumer(kl_command_call *call, kl_log_group *group)
{
    int64_t removed = 0;
    for (size_t i = group->count; i > 0; i--)
        if (kl_text_equal(kl_as_text(group->pending[i - 1].consumer), kl_word(call, 4))) {
            remove_pending(group, &group->pending[i - 1]);
            removed++;
        }
    kl_dict_entry *entry = kl_dict_find(&group->consumers, kl_word(call, 4));
    if (entry)
        kl_dict_remove(&group->consumers, entry);
    return kl_answer_int(call, removed);
}

static kl_status xgroup(kl_command_call *call)
{
    kl_log_group *group;
    kl_stream_log *log;
    bool added;
    if (kl_word_is(call, 1, "create"))
        return create(call);
    KL_TRY(find_group(&group, &log, call, 2, 3));
    if (!log)
        return kl_refuse(call, "ERR The XGROUP subcommand requires the key to exist. Note that for "
                               "CREATE you may want to use the MKSTREAM option to create an empty "
                               "stream automatically.");
    if (kl_word_is(call, 1, "destroy"))
        return destroy(call, log, group);
    if (!group)
        return kl_error_set(call->error, KL_FAILED,
                            "NOGROUP No such consumer group '%s' for key name '%s'",
                            kl_word(call, 3).data, kl_word(call, 2).data);
    if (call->count < 5)
        return kl_refuse_syntax(call);
    if (kl_word_is(call, 1, "setid")) {
        KL_TRY(read_start(&group->last, call, log, 4));
        return kl_answer_text(call, "OK");
    }
    if (kl_word_is(call, 1, "createconsumer")) {
        KL_TRY(add_consumer(&added, call, group, call->words[4]));
        return kl_answer_int(call, added);
    }
    return kl_word_is(call, 1, "delconsumer") ? delete_consumer(call, group)
                                              : kl_refuse_syntax(call);
}

/* ---- XREADGROUP ---------------------------------------------------------------------------------- */

/* New entries become pending. Given; null when there is none. */
static kl_status read_new(kl_value *out, kl_command_call *call, kl_stream_log *log,
                          kl_log_group *group, const kl_log_read *read)
{
    kl_value list;
    size_t at = kl_log_place(log, kl_log_id_next(group->last));
    *out = kl_null();
    if (at == log->count)
        return KL_OK;
    KL_TRY(kl_array_new(&list, 0, call->error));
    for (int64_t left = read->count ? read->count : INT64_MAX; at < log->count && left > 0;
         at++, left--) {
        const kl_log_entry *entry = &log->entries[at];
        kl_log_pending *given = NULL;
        kl_status status = kl_log_push_entry(&list, entry->id, entry, call->error);
        if (status == KL_OK && !read->no_ack) {
            given = give(group, entry->id, call->words[3], call->now);
            status = given ? KL_OK : kl_error_no_memory(call->error);
        }
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        if (given)
            given->count = 1;
        group->last = entry->id;
    }
    *out = list;
    return KL_OK;
}

/* What the consumer was given behind `after` and has not acknowledged. Given. */
static kl_status read_again(kl_value *out, kl_command_call *call, kl_stream_log *log,
                            kl_log_group *group, kl_log_id after, const kl_log_read *read)
{
    kl_value list;
    int64_t left = read->count ? read->count : INT64_MAX;
    KL_TRY(kl_array_new(&list, 0, call->error));
    for (size_t i = place(group, kl_log_id_next(after)); i < group->count && left > 0; i++) {
        kl_log_pending *pending = &group->pending[i];
        if (!kl_text_equal(kl_as_text(pending->consumer), kl_word(call, 3)))
            continue;
        kl_status status =
            kl_log_push_entry(&list, pending->id, find_entry(log, pending->id), call->error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        left--;
    }
    *out = list;
    return KL_OK;
}

static kl_status read_stream(kl_value *entries, kl_command_call *call, const kl_log_read *read,
                             size_t index)
{
    kl_log_group *group;
    kl_stream_log *log;
    kl_log_id after;
    bool added;
    KL_TRY(find_group(&group, &log, call, read->keys + index, 2));
    if (!group)
        return refuse_group(call, read->keys + index, 2, " in XREADGROUP with GROUP option");
    KL_TRY(add_consumer(&added, call, group, call->words[3]));
    if (kl_word_is(call, read->ids + index, ">"))
        return read_new(entries, call, log, group, read);
    KL_TRY(kl_log_read_id(&after, call, kl_word(call, read->ids + index), 0));
    return read_again(entries, call, log, group, after, read);
}

static kl_status xreadgroup(kl_command_call *call)
{
    kl_log_read read = {0};
    kl_value answer = kl_null(), entries;
    kl_status status = KL_OK;
    if (!kl_word_is(call, 1, "group"))
        return kl_refuse_syntax(call);
    KL_TRY(kl_log_read_options(&read, call, 4));
    for (size_t i = 0; i < read.streams && status == KL_OK; i++) {
        status = read_stream(&entries, call, &read, i);
        if (status == KL_OK && !kl_is_null(entries))
            status = kl_log_answer_add(&answer, call->words[read.keys + i], entries, call->error);
    }
    if (status != KL_OK) {
        kl_value_release(answer);
        return status;
    }
    return kl_is_null(answer) ? kl_log_nothing(call, &read) : kl_answer(call, answer);
}

/* ---- acknowledging, looking, claiming ------------------------------------------------------------ */

static kl_status xack(kl_command_call *call)
{
    kl_log_group *group;
    kl_stream_log *log;
    kl_log_id id;
    int64_t count = 0;
    for (size_t i = 3; i < call->count; i++)
        KL_TRY(kl_log_read_id(&id, call, kl_word(call, i), 0));
    KL_TRY(find_group(&group, &log, call, 1, 2));
    for (size_t i = 3; group && i < call->count; i++) {
        kl_log_read_id(&id, call, kl_word(call, i), 0);
        kl_log_pending *pending = find_pending(group, id);
        if (pending)
            remove_pending(group, pending);
        count += pending != NULL;
    }
    return kl_answer_int(call, count);
}

static kl_status push_all(kl_value *list, const kl_value *items, size_t count, kl_error *error)
{
    kl_value made;
    kl_status status = kl_array_new(&made, count, error);
    size_t i = 0;
    for (; status == KL_OK && i < count; i++)
        status = kl_array_push(&made, items[i], error);
    for (; i < count; i++)
        kl_value_release(items[i]);
    if (status == KL_OK)
        return kl_array_push(list, made, error);
    return status;
}

/* [count, least id, greatest id, [[consumer, count] ...]] */
static kl_status pending_summary(kl_command_call *call, const kl_log_group *group)
{
    kl_value answer, consumers, low = kl_null(), high = kl_null(), number;
    kl_dict_entry *entry;
    kl_status status;
    KL_TRY(kl_array_new(&answer, 4, call->error));
    consumers = kl_null();
    KL_TRY_OUT(kl_array_push(&answer, kl_int((int64_t)group->count), call->error));
    if (group->count) {
        KL_TRY_OUT(kl_log_id_text(&low, group->pending[0].id, call->error));
        KL_TRY_OUT(kl_array_push(&answer, low, call->error));
        KL_TRY_OUT(kl_log_id_text(&high, group->pending[group->count - 1].id, call->error));
        KL_TRY_OUT(kl_array_push(&answer, high, call->error));
        KL_TRY_OUT(kl_array_new(&consumers, 1, call->error));
    } else {
        KL_TRY_OUT(kl_array_push(&answer, kl_null(), call->error));
        KL_TRY_OUT(kl_array_push(&answer, kl_null(), call->error));
    }
    for (size_t at = 0; group->count && (entry = kl_dict_at(&group->consumers, &at)); at++) {
        int64_t count = 0;
        for (size_t i = 0; i < group->count; i++)
            count += kl_text_equal(kl_as_text(group->pending[i].consumer), kl_as_text(entry->key));
        if (count == 0)
            continue;
        KL_TRY_OUT(kl_string_format(&number, call->error, "%lld", (long long)count));
        kl_value pair[] = {kl_value_retain(entry->key), number};
        KL_TRY_OUT(push_all(&consumers, pair, 2, call->error));
    }
    KL_TRY_OUT(kl_array_push(&answer, kl_value_take(&consumers), call->error));
    return kl_answer(call, answer);
out:
    kl_value_release(consumers);
    kl_value_release(answer);
    return status;
}

/* IDLE milliseconds, start, end, count [consumer]: [[id, consumer, idle, deliveries] ...] */
static kl_status pending_range(kl_command_call *call, const kl_log_group *group)
{
    size_t at = kl_word_is(call, 3, "idle") ? 5 : 3;
    int64_t idle = 0, count;
    kl_log_id start = {0, 0}, end = KL_LOG_ID_MAX;
    kl_value list, id;
    kl_status status = KL_OK;
    if (at == 5)
        KL_TRY(kl_integer_word(&idle, call, 4));
    if (call->count < at + 3)
        return kl_refuse_syntax(call);
    if (!kl_word_is(call, at, "-"))
        KL_TRY(kl_log_read_id(&start, call, kl_word(call, at), 0));
    if (!kl_word_is(call, at + 1, "+"))
        KL_TRY(kl_log_read_id(&end, call, kl_word(call, at + 1), UINT64_MAX));
    KL_TRY(kl_integer_word(&count, call, at + 2));
    KL_TRY(kl_array_new(&list, 0, call->error));
    for (size_t i = place(group, start); i < group->count && count > 0 && status == KL_OK; i++) {
        const kl_log_pending *pending = &group->pending[i];
        if (kl_log_id_compare(pending->id, end) > 0)
            break;
        bool other = call->count > at + 3 &&
                     !kl_text_equal(kl_as_text(pending->consumer), kl_word(call, at + 3));
        if (other || call->now - pending->delivered < idle)
            continue;
        status = kl_log_id_text(&id, pending->id, call->error);
        if (status != KL_OK)
            break;
        kl_value row[] = {id, kl_value_retain(pending->consumer),
                          kl_int(call->now - pending->delivered), kl_int(pending->count)};
        status = push_all(&list, row, 4, call->error);
        count--;
    }
    if (status == KL_OK)
        return kl_answer(call, list);
    kl_value_release(list);
    return status;
}

static kl_status xpending(kl_command_call *call)
{
    kl_log_group *group;
    kl_stream_log *log;
    KL_TRY(need_group(&group, &log, call));
    return call->count == 3 ? pending_summary(call, group) : pending_range(call, group);
}

typedef struct claim {
    int64_t min_idle, idle, retries; /* -1 = not told */
    bool force, just_id;
} claim;

/* Give one entry to another consumer; `*list` gets it. Gone entries leave the pending ones. */
static kl_status claim_one(kl_value *list, kl_command_call *call, kl_stream_log *log,
                           kl_log_group *group, kl_log_id id, const claim *how)
{
    kl_log_pending *pending = find_pending(group, id);
    const kl_log_entry *entry = find_entry(log, id);
    kl_value text;
    if (pending && !entry) {
        remove_pending(group, pending);
        return KL_OK;
    }
    if ((!pending && !how->force) || !entry ||
        (pending && call->now - pending->delivered < how->min_idle))
        return KL_OK;
    pending = give(group, id, call->words[3], call->now - KL_MAX(how->idle, 0));
    if (!pending)
        return kl_error_no_memory(call->error);
    if (how->retries >= 0)
        pending->count = how->retries;
    else
        pending->count += !how->just_id;
    if (!how->just_id)
        return kl_log_push_entry(list, id, entry, call->error);
    KL_TRY(kl_log_id_text(&text, id, call->error));
    return kl_array_push(list, text, call->error);
}

static kl_status read_claim(claim *how, size_t *ids, kl_command_call *call)
{
    size_t at = 5;
    kl_log_id id;
    KL_TRY(kl_integer_word(&how->min_idle, call, 4));
    while (at < call->count && kl_log_read_id(&id, call, kl_word(call, at), 0) == KL_OK)
        at++;
    kl_error_clear(call->error);
    *ids = at - 5;
    for (; at < call->count; at++) {
        if (kl_word_is(call, at, "force"))
            how->force = true;
        else if (kl_word_is(call, at, "justid"))
            how->just_id = true;
        else if (kl_word_is(call, at, "idle"))
            KL_TRY(kl_integer_word(&how->idle, call, ++at));
        else if (kl_word_is(call, at, "retrycount"))
            KL_TRY(kl_integer_word(&how->retries, call, ++at));
        else
            return kl_error_set(call->error, KL_FAILED, "ERR Unrecognized XCLAIM option '%s'",
                                kl_word(call, at).data);
    }
    return KL_OK;
}

static kl_status xclaim(kl_command_call *call)
{
    kl_log_group *group;
    kl_stream_log *log;
    kl_log_id id;
    claim how = {.idle = -1, .retries = -1};
    size_t ids;
    kl_value list;
    bool added;
    KL_TRY(need_group(&group, &log, call));
    KL_TRY(read_claim(&how, &ids, call));
    KL_TRY(add_consumer(&added, call, group, call->words[3]));
    KL_TRY(kl_array_new(&list, ids, call->error));
    for (size_t i = 0; i < ids; i++) {
        kl_log_read_id(&id, call, kl_word(call, 5 + i), 0);
        kl_status status = claim_one(&list, call, log, group, id, &how);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_answer(call, list);
}

/* [next id, entries, ids that are gone] */
static kl_status xautoclaim(kl_command_call *call)
{
    kl_log_group *group;
    kl_stream_log *log;
    kl_log_id start = {0, 0}, next = {0, 0};
    claim how = {.idle = -1, .retries = -1};
    int64_t count = 100;
    kl_value answer, list = kl_null(), gone = kl_null(), text;
    kl_status status;
    bool added;
    KL_TRY(kl_integer_word(&how.min_idle, call, 4));
    if (!kl_word_is(call, 5, "-"))
        KL_TRY(kl_log_read_id(&start, call, kl_word(call, 5), 0));
    for (size_t i = 6; i < call->count; i++) {
        if (kl_word_is(call, i, "justid"))
            how.just_id = true;
        else if (kl_word_is(call, i, "count"))
            KL_TRY(kl_integer_word(&count, call, ++i));
        else
            return kl_refuse_syntax(call);
    }
    if (count < 1)
        return kl_refuse(call, "ERR COUNT must be > 0");
    KL_TRY(need_group(&group, &log, call));
    KL_TRY(add_consumer(&added, call, group, call->words[3]));
    KL_TRY(kl_array_new(&answer, 3, call->error));
    KL_TRY_OUT(kl_array_new(&list, 0, call->error));
    KL_TRY_OUT(kl_array_new(&gone, 0, call->error));
    size_t at = place(group, start);
    for (int64_t looks = count * 10; at < group->count && count > 0 && looks > 0; looks--) {
        kl_log_id id = group->pending[at].id;
        size_t before = group->count, had = kl_array_len(list);
        KL_TRY_OUT(claim_one(&list, call, log, group, id, &how));
        if (group->count < before) {
            KL_TRY_OUT(kl_log_id_text(&text, id, call->error));
            KL_TRY_OUT(kl_array_push(&gone, text, call->error));
            count--;
        } else {
            count -= kl_array_len(list) > had;
            at++;
        }
    }
    if (at < group->count)
        next = group->pending[at].id;
    KL_TRY_OUT(kl_log_id_text(&text, next, call->error));
    KL_TRY_OUT(kl_array_push(&answer, text, call->error));
    KL_TRY_OUT(kl_array_push(&answer, kl_value_take(&list), call->error));
    KL_TRY_OUT(kl_array_push(&answer, kl_value_take(&gone), call->error));
    return kl_answer(call, answer);
out:
    kl_value_release(list);
    kl_value_release(gone);
    kl_value_release(answer);
    return status;
}

static const kl_command rows[] = {
    {"XGROUP", 3, -1, "CREATE|DESTROY|SETID|CREATECONSUMER|DELCONSUMER key group", xgroup},
    {"XREADGROUP", 6, -1,
     "GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key id", xreadgroup},
    {"XACK", 3, -1, "key group id", xack},
    {"XPENDING", 2, -1, "key group [[IDLE min-idle] start end count [consumer]]", xpending},
    {"XCLAIM", 5, -1, "key group consumer min-idle-time id", xclaim},
    {"XAUTOCLAIM", 5, -1, "key group consumer min-idle-time start", xautoclaim},
};
const kl_command_table kl_group_commands = {rows, sizeof rows / sizeof *rows};
