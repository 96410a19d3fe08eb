/* src/nodes/streams.c - StreamProducerNode, StreamConsumerNode, StreamTransformNode: functions of
 * lists, or the two ends of a channel between branches that run at once. */
#include "arithmetic.h"
#include "channel.h"
#include "mode.h"
#include "build_map.h"
#include "operation.h"
#include "same.h"
#include "sort.h"
#include "value_set.h"
#include "workflow/shared.h"

#include <stdio.h>

/* ---- StreamProducerNode -------------------------------------------------------------------------- */

enum { P_DATA, P_BATCH_SIZE, P_STREAM, P_CAPACITY, P_FULL, P_TIMEOUT, P_CLOSE, P_SCOPE };

static const char *const full_words[] = {"block", "drop_new", "drop_old", "fail", NULL};

static const kl_param producer_inputs[] = {
    {.name = "data", .kind = KL_KIND_ARRAY, .doc = "the items"},
    {.name = "batch_size", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "give lists of so many items instead of single ones"},
};

#define STREAM_DOC                                                                                 \
    "name of a channel between this node and those that run beside it; absent: the node is a "      \
    "function of its list"

static const kl_param producer_config[] = {
    {.name = "stream", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = STREAM_DOC},
    {.name = "capacity", .kind = KL_KIND_COUNT, .fallback = "1024", .range = KL_RANGE(1, 1e7),
     .doc = "items that may wait in the channel"},
    {.name = "backpressure", .kind = KL_KIND_ENUM, .names = full_words, .fallback = "\"block\"",
     .doc = "when the channel is full: block until there is room, drop_new leaves the item out, "
            "drop_old throws the oldest away, fail ends the node"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "longest wait for room for an item, in milliseconds; absent: as long as the run"},
    {.name = "close", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "close the channel behind the last item; false when others go on producing"},
    KL_SCOPE_PARAM("process"),
};
static const kl_param producer_outputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .doc = "the items, or lists of them"},
    {.name = "batch_count", .kind = KL_KIND_INT, .doc = "number of those"},
    {.name = "total_count", .kind = KL_KIND_INT, .doc = "number of single items"},
    {.name = "sent", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "with stream: items that went into the channel"},
    {.name = "dropped", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "with stream: items lost because it was full"},
};

static kl_status in_batches(kl_value *out, kl_value data, size_t size, kl_error *error)
{
    kl_value batches, batch;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&batches, 0, error));
    for (size_t i = 0; i < kl_array_len(data) && status == KL_OK; i += size) {
        size = KL_MIN(size, kl_array_len(data)); /* so that i + size does not overflow */
        status = kl_array_slice(&batch, data, i, i + size, error);
        if (status == KL_OK)
            status = kl_array_push(&batches, batch, error);
    }
    if (status == KL_OK)
        *out = batches;
    else
        kl_value_release(batches);
    return status;
}

static kl_channel_full full_of(kl_value word)
{
    for (size_t i = 0; full_words[i]; i++)
        if (kl_text_is(kl_as_text(word), full_words[i]))
            return (kl_channel_full)i;
    return KL_CHANNEL_BLOCK;
}

static kl_time deadline_of(kl_value milliseconds)
{
    if (kl_is_null(milliseconds) || kl_as_int(milliseconds) > INT64_MAX / KL_MILLISECOND)
        return KL_TIME_NONE;
    return kl_clock_after(kl_as_int(milliseconds) * KL_MILLISECOND);
}

/* A failure of the channel as the node's. */
static kl_status stream_failed(kl_status status, kl_value name, kl_error *why, kl_error *error)
{
    if (status == KL_TIMEOUT)
        status = kl_node_failed(error, "stream '%.*s' is full: nobody took an item in time",
                                KL_TEXT_ARG(kl_as_text(name)));
    else if (status == KL_STATE)
        status = kl_node_failed(error, "stream '%.*s' is closed", KL_TEXT_ARG(kl_as_text(name)));
    else
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

static kl_status send_items(int64_t *dropped, kl_node_call *call, kl_value items, kl_error *error)
{
    const kl_value *args = call->args;
    kl_channel *channel;
    kl_error why = KL_ERROR_INIT;
    kl_status status = KL_OK;
    KL_TRY(kl_channel_of(&channel, kl_as_text(args[P_STREAM]), call, args[P_SCOPE], error));
    for (size_t i = 0; i < kl_array_len(items) && status == KL_OK; i++)
        status = kl_channel_put(dropped, channel, kl_array_at(items, i),
                                (size_t)kl_as_int(args[P_CAPACITY]), full_of(args[P_FULL]),
                                deadline_of(args[P_TIMEOUT]), call->run, &why);
    if (status == KL_OK && kl_as_bool(args[P_CLOSE]))
        kl_channel_close(channel);
    return status == KL_OK ? KL_OK : stream_failed(status, args[P_STREAM], &why, error);
}

static kl_status produce(kl_value *out, kl_node_call *call, kl_value items, kl_error *error)
{
    int64_t dropped = 0, count = (int64_t)kl_array_len(items);
    bool streams = !kl_is_null(call->args[P_STREAM]);
    if (streams)
        KL_TRY(send_items(&dropped, call, items, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_int(&m, "batch_count", count);
    kl_build_share(&m, "items", items);
    kl_build_int(&m, "total_count", (int64_t)kl_array_len(call->args[P_DATA]));
    if (streams) {
        kl_build_int(&m, "sent", count - dropped);
        kl_build_int(&m, "dropped", dropped);
    }
    return kl_build_end(out, &m);
}

static kl_status producer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value size = call->args[P_BATCH_SIZE], items;
    if (kl_is_null(size))
        return produce(out, call, call->args[P_DATA], error);
    if (kl_as_int(size) < 1)
        return kl_node_bad_value(error, "batch_size", "positive integer", size);
    KL_TRY(in_batches(&items, call->args[P_DATA], (size_t)kl_as_int(size), error));
    kl_status status = produce(out, call, items, error);
    kl_value_release(items);
    return status;
}

/* ---- StreamConsumerNode -------------------------------------------------------------------------- */

enum { C_ITEMS, C_OPERATION, C_STREAM, C_TIMEOUT, C_MAX_ITEMS, C_SCOPE };

static const char *const consumer_words[] = {"collect", "count", "first", "last", "sum", "flatten",
                                             NULL};

static const kl_param consumer_inputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .flags = KL_OPTIONAL,
     .doc = "the items; required unless there is a stream"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = consumer_words,
     .doc = "what to make of them: all as a list, their number, the first or last (null of none), "
            "the sum of numbers, or one list of what the items that are lists hold"},
};
static const kl_param consumer_config[] = {
    {.name = "stream", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = STREAM_DOC},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "longest wait for the next item of the stream, in milliseconds; then the node goes on "
            "with what it has. Absent: until the stream is closed"},
    {.name = "max_items", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 1e7),
     .doc = "items taken from the stream at most; absent: all until it is closed"},
    KL_SCOPE_PARAM("process"),
};
static const kl_param consumer_outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "what became of them"},
    {.name = "received", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "with stream: number of items taken"},
    {.name = "closed", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "with stream: whether its end was reached"},
    {.name = "timed_out", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "with stream: whether the node waited in vain"},
};

static kl_status sum(kl_value *out, kl_value items, kl_error *error)
{
    char place[48];
    for (size_t i = 0; i < kl_array_len(items); i++) {
        if (kl_is_number(kl_array_at(items, i)))
            continue;
        snprintf(place, sizeof place, "items[%zu]", i);
        return kl_node_bad_value(error, place, "numeric (Integer or Float)", kl_array_at(items, i));
    }
    *out = kl_numbers_sum(items);
    return KL_OK;
}

static kl_status flatten(kl_value *out, kl_value items, kl_error *error)
{
    kl_value flat;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&flat, kl_array_len(items), error));
    for (size_t i = 0; i < kl_array_len(items) && status == KL_OK; i++) {
        kl_value item = kl_array_at(items, i);
        if (!kl_is(item, KL_KIND_ARRAY))
            status = kl_node_list_push(&flat, kl_value_retain(item), error);
        for (size_t j = 0; j < kl_array_len(item) && status == KL_OK; j++)
            status = kl_node_list_push(&flat, kl_value_retain(kl_array_at(item, j)), error);
    }
    if (status == KL_OK)
        *out = flat;
    else
        kl_value_release(flat);
    return status;
}

static kl_status consume(kl_value *out, kl_value word, kl_value items, kl_error *error)
{
    kl_text operation = kl_as_text(word);
    size_t count = kl_array_len(items);
    if (kl_text_is(operation, "sum"))
        return sum(out, items, error);
    if (kl_text_is(operation, "flatten"))
        return flatten(out, items, error);
    if (kl_text_is(operation, "count"))
        *out = kl_int((int64_t)count);
    else if (kl_text_is(operation, "collect"))
        *out = kl_value_retain(items);
    else /* first, last: null of none */
        *out = kl_value_retain(
            kl_array_at(items, kl_text_is(operation, "last") && count ? count - 1 : 0));
    return KL_OK;
}

/* Take until the end, the bound or the timeout; `*status_word` tells which: KL_STOP, KL_OK or
 * KL_TIMEOUT. */
static kl_status receive_items(kl_value *items, kl_status *ended, kl_channel *channel,
                               kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    size_t most = kl_is_null(args[C_MAX_ITEMS]) ? KL_NODE_LIST_MAX + 1
                                                : (size_t)kl_as_int(args[C_MAX_ITEMS]);
    *ended = KL_OK;
    while (*ended == KL_OK && kl_array_len(*items) < most) {
        kl_value item;
        kl_error why = KL_ERROR_INIT;
        *ended = kl_channel_take(&item, channel, deadline_of(args[C_TIMEOUT]), call->run, &why);
        if (*ended == KL_OK) {
            KL_TRY(kl_node_list_push(items, item, error));
        } else if (*ended != KL_STOP && *ended != KL_TIMEOUT) {
            kl_error_move(error, &why);
            return *ended;
        }
        kl_error_clear(&why);
    }
    return KL_OK;
}

static kl_status receive(kl_value *items, kl_status *ended, kl_node_call *call, kl_error *error)
{
    kl_channel *channel;
    KL_TRY(kl_channel_of(&channel, kl_as_text(call->args[C_STREAM]), call, call->args[C_SCOPE],
                         error));
    KL_TRY(kl_array_new(items, 0, error));
    kl_channel_enter(channel);
    kl_status status = receive_items(items, ended, channel, call, error);
    kl_channel_leave(channel);
    if (status != KL_OK)
        kl_value_release(kl_value_take(items));
    return status;
}

static kl_status consume_stream(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value items, result = kl_null();
    kl_status ended;
    KL_TRY(receive(&items, &ended, call, error));
    kl_status status = consume(&result, call->args[C_OPERATION], items, error);
    kl_build m = kl_build_begin(0, error);
    kl_build_given(&m, "result", status, result);
    kl_build_int(&m, "received", (int64_t)kl_array_len(items));
    kl_build_bool(&m, "closed", ended == KL_STOP);
    kl_build_bool(&m, "timed_out", ended == KL_TIMEOUT);
    kl_value_release(items);
    return kl_build_end(out, &m);
}

static kl_status consumer_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value result;
    if (!kl_is_null(call->args[C_STREAM]))
        return consume_stream(out, call, error);
    if (kl_is_null(call->args[C_ITEMS]))
        return kl_node_missing(error, "items");
    KL_TRY(consume(&result, call->args[C_OPERATION], call->args[C_ITEMS], error));
    return kl_node_result(out, "result", result, error);
}

/* ---- StreamTransformNode ------------------------------------------------------------------------- */

enum { T_ITEMS, T_OPERATION, T_FIELD, T_VALUE, T_COUNT };

static const char *const transform_words[] = {"map_field", "filter_field", "take", "skip",
                                              "reverse",   "unique",       "sort", NULL};

static const kl_param transform_inputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .doc = "the items"},
    {.name = "operation", .kind = KL_KIND_ENUM, .names = transform_words,
     .doc = "map_field: field of each (null where it is missing); filter_field: those whose field is "
            "value; take or skip: the first count; reverse; unique: the first of equal ones; sort: "
            "upwards by field, or by the items themselves, stable"},
};
static const kl_param transform_config[] = {
    {.name = "field", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "map_field, filter_field, sort: a key of the items"},
    {.name = "value", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "filter_field: what the field must be; numbers compare by value"},
    {.name = "count", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "take, skip: how many, an integer of at least 0"},
};
static const kl_param transform_outputs[] = {
    {.name = "items", .kind = KL_KIND_ARRAY, .doc = "what became of them"},
};

static kl_status need_field(const kl_node_call *call, kl_error *error)
{
    return kl_is_null(call->args[T_FIELD])
               ? kl_node_bad(error, "field", "expected field name in config, got none")
               : KL_OK;
}

static kl_value field_of(const kl_node_call *call, size_t index)
{
    return kl_map_get(kl_array_at(call->args[T_ITEMS], index), kl_as_text(call->args[T_FIELD]));
}

static kl_status need_count(size_t *out, const kl_node_call *call, kl_error *error)
{
    kl_value count = call->args[T_COUNT];
    if (kl_is_null(count))
        return kl_node_bad(error, "count", "expected count in config, got none");
    if (!kl_is(count, KL_KIND_INT) || kl_as_int(count) < 0)
        return kl_node_bad_value(error, "count", "non-negative integer", count);
    *out = (size_t)kl_as_int(count);
    return KL_OK;
}

typedef kl_status fill_fn(kl_value *list, kl_node_call *call, kl_error *error);

/* A new list that `fill` fills, as the output. */
static kl_status give_list(kl_value *out, fill_fn *fill, kl_node_call *call, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(call->args[T_ITEMS]), error));
    kl_status status = fill(&list, call, error);
    if (status == KL_OK)
        return kl_node_result(out, "items", list, error);
    kl_value_release(list);
    return status;
}

static kl_status fill_fields(kl_value *list, kl_node_call *call, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(call->args[T_ITEMS]); i++)
        KL_TRY(kl_array_push(list, kl_value_retain(field_of(call, i)), error));
    return KL_OK;
}

static kl_status map_field(kl_value *out, kl_node_call *call, kl_error *error)
{
    KL_TRY(need_field(call, error));
    return give_list(out, fill_fields, call, error);
}

static kl_status fill_matching(kl_value *list, kl_node_call *call, kl_error *error)
{
    kl_value items = call->args[T_ITEMS];
    kl_work work = kl_node_work(call);
    for (size_t i = 0; i < kl_array_len(items); i++) {
        bool same;
        if (!kl_map_has(kl_array_at(items, i), kl_as_text(call->args[T_FIELD])))
            continue;
        KL_TRY(kl_value_same(&same, field_of(call, i), call->args[T_VALUE], &work, error));
        if (same)
            KL_TRY(kl_array_push(list, kl_value_retain(kl_array_at(items, i)), error));
    }
    return KL_OK;
}

static kl_status filter_field(kl_value *out, kl_node_call *call, kl_error *error)
{
    KL_TRY(need_field(call, error));
    return give_list(out, fill_matching, call, error);
}

static kl_status slice(kl_value *out, kl_node_call *call, bool takes, kl_error *error)
{
    kl_value part;
    size_t count, len = kl_array_len(call->args[T_ITEMS]);
    KL_TRY(need_count(&count, call, error));
    count = KL_MIN(count, len);
    KL_TRY(kl_array_slice(&part, call->args[T_ITEMS], takes ? 0 : count, takes ? count : len, error));
    return kl_node_result(out, "items", part, error);
}

static kl_status take(kl_value *out, kl_node_call *call, kl_error *error)
{
    return slice(out, call, true, error);
}

static kl_status skip(kl_value *out, kl_node_call *call, kl_error *error)
{
    return slice(out, call, false, error);
}

static kl_status fill_reversed(kl_value *list, kl_node_call *call, kl_error *error)
{
    for (size_t i = kl_array_len(call->args[T_ITEMS]); i-- > 0;)
        KL_TRY(kl_array_push(list, kl_value_retain(kl_array_at(call->args[T_ITEMS], i)), error));
    return KL_OK;
}

static kl_status reverse(kl_value *out, kl_node_call *call, kl_error *error)
{
    return give_list(out, fill_reversed, call, error);
}

static kl_status fill_unique(kl_value *list, kl_node_call *call, kl_error *error)
{
    kl_value items = call->args[T_ITEMS];
    kl_value_set set = KL_VALUE_SET_INIT;
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(items) && status == KL_OK; i++) {
        bool added;
        status = kl_value_set_add(&added, &set, kl_array_at(items, i), error);
        if (status == KL_OK && added)
            status = kl_array_push(list, kl_value_retain(kl_array_at(items, i)), error);
    }
    kl_value_set_end(&set);
    return status;
}

static kl_status unique(kl_value *out, kl_node_call *call, kl_error *error)
{
    return give_list(out, fill_unique, call, error);
}

static kl_status fill_sorted(kl_value *list, kl_node_call *call, kl_error *error)
{
    kl_value items = call->args[T_ITEMS];
    size_t count = kl_array_len(items);
    kl_work work = kl_node_work(call);
    kl_sort_pair *pairs = kl_alloc((count + 1) * sizeof *pairs);
    if (!pairs)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        pairs[i].item = kl_array_at(items, i);
        pairs[i].key = kl_is_null(call->args[T_FIELD]) ? pairs[i].item : field_of(call, i);
    }
    kl_status status = kl_sort_pairs(pairs, count, false, &work, error);
    for (size_t i = 0; i < count && status == KL_OK; i++)
        status = kl_array_push(list, kl_value_retain(pairs[i].item), error);
    kl_free(pairs);
    return status;
}

static kl_status sort(kl_value *out, kl_node_call *call, kl_error *error)
{
    return give_list(out, fill_sorted, call, error);
}

static const kl_mode transform_rows[] = {
    {"map_field", "", map_field},
    {"filter_field", "", filter_field},
    {"take", "", take},
    {"skip", "", skip},
    {"reverse", "", reverse},
    {"unique", "", unique},
    {"sort", "", sort},
};

static kl_status transform_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    void *token = kl_node_long_begin(kl_array_len(call->args[T_ITEMS]));
    kl_status status =
        kl_mode_run(out, KL_TABLE(transform_rows), call->args[T_OPERATION], call, error);
    kl_node_long_end(token);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "StreamProducerNode",
        .category = "Streams",
        .doc = "Gives items one by one or in batches, as a list or into a channel.",
        .inputs = KL_TABLE(producer_inputs),
        .config = KL_TABLE(producer_config),
        .outputs = KL_TABLE(producer_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = producer_run,
    },
    {
        .name = "StreamConsumerNode",
        .category = "Streams",
        .doc = "Takes items from a list or a channel and brings them together.",
        .inputs = KL_TABLE(consumer_inputs),
        .config = KL_TABLE(consumer_config),
        .outputs = KL_TABLE(consumer_outputs),
        .flags = KL_NODE_BLOCKING,
        .run = consumer_run,
    },
    {
        .name = "StreamTransformNode",
        .category = "Streams",
        .doc = "Picks, filters, cuts, turns, sorts items.",
        .inputs = KL_TABLE(transform_inputs),
        .config = KL_TABLE(transform_config),
        .outputs = KL_TABLE(transform_outputs),
        .run = transform_run,
    },
};

static const kl_node_family streams = {.name = "streams", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(streams);
