/* src/nodes/redis_stream.c - RedisStreamNode: streams of entries, read alone or in groups. */
#include "mode.h"
#include "outside.h"
#include "redis_access.h"

enum {
    STREAM, FIELDS, IDS, ID, OPERATION, GROUP, CONSUMER, START, END, COUNT, REVERSE, BLOCK, MIN_IDLE,
    MAXLEN, MIN_ID, NO_ACK, STREAM_REDIS
};

static const char *const operations[] = {"add", "read", "range", "group_create", "read_group",
                                         "ack", "claim", "len", "trim", NULL};

static const kl_param inputs[] = {
    {.name = "stream", .kind = KL_KIND_STRING, .doc = "key of the stream"},
    {.name = "fields", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "add: what the entry holds; lists and dicts become JSON text"},
    {.name = "ids", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "ack, claim: ids of entries; claim without them takes over whatever lies idle"},
    {.name = "id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "add: id of the entry, \"*\" (the default) for one made of the time; read: entries "
            "behind this one, \"0\" by default, \"$\" for those to come; read_group: \">\" (the "
            "default) for new ones, or those behind an id that were not acknowledged; "
            "group_create: where it begins, \"$\" by default"},
};
static const kl_param config[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations, .fallback = "\"read\"",
     .doc = "add: append an entry; read: entries behind an id; range: entries between two ids; "
            "group_create: make a group; read_group: entries for a consumer of a group; ack: "
            "acknowledge them; claim: take over those of others; len: count; trim: forget old ones"},
    {.name = "group", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "name of a group"},
    {.name = "consumer", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of a consumer in it"},
    {.name = "start", .kind = KL_KIND_STRING, .fallback = "\"-\"",
     .doc = "range: least id, \"-\" for the first; claim without ids: where to begin"},
    {.name = "end", .kind = KL_KIND_STRING, .fallback = "\"+\"",
     .doc = "range: greatest id, \"+\" for the last"},
    {.name = "count", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 10000000),
     .doc = "read, range, read_group, claim: entries at most"},
    {.name = "reverse", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "range: the last one first"},
    {.name = "block_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 86400000),
     .doc = "read, read_group: milliseconds to wait when there is nothing yet"},
    {.name = "min_idle_ms", .kind = KL_KIND_COUNT, .fallback = "0",
     .range = KL_RANGE(0, 9007199254740992),
     .doc = "claim: only entries that were given to somebody so long ago"},
    {.name = "maxlen", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, 9007199254740992), .doc = "add, trim: entries to keep"},
    {.name = "min_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "add, trim: least id to keep, instead of maxlen"},
    {.name = "no_ack", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "read_group: entries count as acknowledged at once"},
    KL_REDIS_CONFIG("registry"),
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY,
     .doc = "add: the id; read, range, read_group, claim: a list of dicts {id, fields} (fields is "
            "null for an entry that is gone); group_create: whether it was made; ack, len, trim: a "
            "number"},
};

/* ---- the words of a command ---------------------------------------------------------------------- */

/* Words in the making: the first failure sticks. */
typedef struct words {
    kl_value list;
    kl_status status;
    kl_error *error;
} words;

static words begin(const char *command, kl_error *error)
{
    words made = {kl_null(), KL_OK, error};
    made.status = kl_array_new(&made.list, 12, error);
    if (made.status == KL_OK)
        made.status = kl_array_push_text(&made.list, kl_text_from(command), error);
    return made;
}

static void add_value(words *to, kl_value word)
{
    if (to->status == KL_OK)
        to->status = kl_array_push(&to->list, kl_value_retain(word), to->error);
}

static void add(words *to, const char *word)
{
    if (to->status == KL_OK)
        to->status = kl_array_push_text(&to->list, kl_text_from(word), to->error);
}

/* A value, or the word that stands for it. */
static void add_or(words *to, kl_value word, const char *otherwise)
{
    if (kl_is_null(word))
        add(to, otherwise);
    else
        add_value(to, word);
}

static void add_option(words *to, const char *name, kl_value value)
{
    if (kl_is_null(value))
        return;
    add(to, name);
    add_value(to, value);
}

/* Send them; ends them. */
static kl_status run_words(kl_value *out, words *sent, kl_node_call *call, int64_t more_ms)
{
    kl_redis_access access;
    if (sent->status == KL_OK)
        sent->status = kl_redis_access_begin(&access, call, call->args + STREAM_REDIS, sent->error);
    if (sent->status == KL_OK)
        sent->status = kl_redis_access_run(out, &access, kl_array_items(sent->list),
                                           kl_array_len(sent->list), more_ms, sent->error);
    kl_value_release(sent->list);
    return sent->status;
}

static kl_status give_result(kl_value *out, words *sent, kl_node_call *call)
{
    kl_value answer;
    KL_TRY(run_words(&answer, sent, call, 0));
    return kl_node_result(out, "result", answer, sent->error);
}

/* ---- entries ------------------------------------------------------------------------------------- */

/* [field, value ...] as a map, fields that are not UTF-8 repaired; given. */
static kl_status fields_of(kl_value *out, kl_value flat, kl_error *error)
{
    kl_value map, name;
    kl_status status;
    if (!kl_is(flat, KL_KIND_ARRAY)) {
        *out = kl_null();
        return KL_OK;
    }
    KL_TRY(kl_map_new(&map, kl_array_len(flat) / 2, error));
    for (size_t i = 0; i + 1 < kl_array_len(flat); i += 2) {
        KL_TRY_OUT(kl_string_repair(&name, kl_as_text(kl_array_at(flat, i)), error));
        status = kl_map_set_key(&map, name, kl_value_retain(kl_array_at(flat, i + 1)), error);
        kl_value_release(name);
        KL_TRY_OUT(status);
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status push_entry(kl_value *list, kl_value entry, kl_error *error)
{
    kl_value map, fields;
    KL_TRY(fields_of(&fields, kl_array_at(entry, 1), error));
    kl_status status = kl_map_new(&map, 2, error);
    if (status != KL_OK) {
        kl_value_release(fields);
        return status;
    }
    status = kl_map_set(&map, KL_TEXT("id"), kl_value_retain(kl_array_at(entry, 0)), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("fields"), fields, error);
    else
        kl_value_release(fields);
    if (status == KL_OK)
        return kl_array_push(list, map, error);
    kl_value_release(map);
    return status;
}

/* The result: entries (borrowed), each [id, [field, value ...]], as dicts. */
static kl_status give_entries(kl_value *out, kl_value entries, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(entries), error));
    for (size_t i = 0; i < kl_array_len(entries); i++) {
        kl_value entry = kl_array_at(entries, i);
        kl_status status = kl_is(entry, KL_KIND_ARRAY) ? push_entry(&list, entry, error) : KL_OK;
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    return kl_node_result(out, "result", list, error);
}

/* Of the answer to XREAD for one stream: a map in RESP3, [[key, entries]] in RESP2. */
static kl_value entries_of(kl_value answer)
{
    return kl_is(answer, KL_KIND_MAP) ? kl_map_value_at(answer, 0)
                                      : kl_array_at(kl_array_at(answer, 0), 1);
}

static kl_status give_read(kl_value *out, words *sent, kl_node_call *call)
{
    kl_value answer;
    KL_TRY(run_words(&answer, sent, call, kl_as_int(call->args[BLOCK])));
    kl_status status = give_entries(out, entries_of(answer), sent->error);
    kl_value_release(answer);
    return status;
}

/* ---- operations ---------------------------------------------------------------------------------- */

static void add_trim(words *to, kl_node_call *call)
{
    add_option(to, "MAXLEN", call->args[MAXLEN]);
    if (kl_is_null(call->args[MAXLEN]))
        add_option(to, "MINID", call->args[MIN_ID]);
}

static kl_status add_entry(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value fields = call->args[FIELDS], text;
    if (kl_map_len(fields) == 0)
        return kl_node_bad(error, "fields", "expected at least one field, got an empty dict");
    words sent = begin("XADD", error);
    add_value(&sent, call->args[STREAM]);
    add_trim(&sent, call);
    add_or(&sent, call->args[ID], "*");
    for (size_t i = 0; i < kl_map_len(fields) && sent.status == KL_OK; i++) {
        add_value(&sent, kl_map_key_value_at(fields, i));
        if (sent.status == KL_OK)
            sent.status = kl_outside_text(&text, kl_map_value_at(fields, i), error);
        if (sent.status == KL_OK) {
            add_value(&sent, text);
            kl_value_release(text);
        }
    }
    return give_result(out, &sent, call);
}

static kl_status read_entries(kl_value *out, kl_node_call *call, kl_error *error)
{
    words sent = begin("XREAD", error);
    add_option(&sent, "COUNT", call->args[COUNT]);
    add_option(&sent, "BLOCK", call->args[BLOCK]);
    add(&sent, "STREAMS");
    add_value(&sent, call->args[STREAM]);
    add_or(&sent, call->args[ID], "0");
    return give_read(out, &sent, call);
}

static kl_status range_entries(kl_value *out, kl_node_call *call, kl_error *error)
{
    bool reverse = kl_as_bool(call->args[REVERSE]);
    kl_value answer;
    words sent = begin(reverse ? "XREVRANGE" : "XRANGE", error);
    add_value(&sent, call->args[STREAM]);
    add_value(&sent, call->args[reverse ? END : START]);
    add_value(&sent, call->args[reverse ? START : END]);
    add_option(&sent, "COUNT", call->args[COUNT]);
    KL_TRY(run_words(&answer, &sent, call, 0));
    kl_status status = give_entries(out, answer, error);
    kl_value_release(answer);
    return status;
}

static kl_status create_group(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_value answer;
    words sent = begin("XGROUP", &why);
    add(&sent, "CREATE");
    add_value(&sent, call->args[STREAM]);
    add_value(&sent, call->args[GROUP]);
    add_or(&sent, call->args[ID], "$");
    add(&sent, "MKSTREAM");
    kl_status status = run_words(&answer, &sent, call, 0);
    bool made = status == KL_OK;
    if (made)
        kl_value_release(answer);
    else if (!strstr(kl_error_message(&why), "BUSYGROUP")) { /* it is there already: false */
        kl_error_move(error, &why);
        return status;
    }
    kl_error_clear(&why);
    return kl_node_result(out, "result", kl_bool(made), error);
}

static kl_status read_group(kl_value *out, kl_node_call *call, kl_error *error)
{
    words sent = begin("XREADGROUP", error);
    add(&sent, "GROUP");
    add_value(&sent, call->args[GROUP]);
    add_value(&sent, call->args[CONSUMER]);
    add_option(&sent, "COUNT", call->args[COUNT]);
    add_option(&sent, "BLOCK", call->args[BLOCK]);
    if (kl_as_bool(call->args[NO_ACK]))
        add(&sent, "NOACK");
    add(&sent, "STREAMS");
    add_value(&sent, call->args[STREAM]);
    add_or(&sent, call->args[ID], ">");
    return give_read(out, &sent, call);
}

static void add_ids(words *to, kl_value ids)
{
    for (size_t i = 0; i < kl_array_len(ids); i++)
        add_value(to, kl_array_at(ids, i));
}

static kl_status ack(kl_value *out, kl_node_call *call, kl_error *error)
{
    if (kl_array_len(call->args[IDS]) == 0)
        return kl_node_result(out, "result", kl_int(0), error);
    words sent = begin("XACK", error);
    add_value(&sent, call->args[STREAM]);
    add_value(&sent, call->args[GROUP]);
    add_ids(&sent, call->args[IDS]);
    return give_result(out, &sent, call);
}

static kl_status claim(kl_value *out, kl_node_call *call, kl_error *error)
{
    bool any = kl_array_len(call->args[IDS]) == 0;
    kl_value answer;
    words sent = begin(any ? "XAUTOCLAIM" : "XCLAIM", error);
    add_value(&sent, call->args[STREAM]);
    add_value(&sent, call->args[GROUP]);
    add_value(&sent, call->args[CONSUMER]);
    add_value(&sent, call->args[MIN_IDLE]);
    if (any) {
        add_value(&sent, call->args[START]);
        add_option(&sent, "COUNT", call->args[COUNT]);
    } else {
        add_ids(&sent, call->args[IDS]);
    }
    KL_TRY(run_words(&answer, &sent, call, 0));
    kl_status status = give_entries(out, any ? kl_array_at(answer, 1) : answer, error);
    kl_value_release(answer);
    return status;
}

static kl_status length(kl_value *out, kl_node_call *call, kl_error *error)
{
    words sent = begin("XLEN", error);
    add_value(&sent, call->args[STREAM]);
    return give_result(out, &sent, call);
}

static kl_status trim(kl_value *out, kl_node_call *call, kl_error *error)
{
    if (kl_is_null(call->args[MAXLEN]) && kl_is_null(call->args[MIN_ID]))
        return kl_node_missing(error, "maxlen or min_id");
    words sent = begin("XTRIM", error);
    add_value(&sent, call->args[STREAM]);
    add_trim(&sent, call);
    return give_result(out, &sent, call);
}

static const kl_mode rows[] = {
    {"add", "fields", add_entry},
    {"read", "", read_entries},
    {"range", "", range_entries},
    {"group_create", "group", create_group},
    {"read_group", "group consumer", read_group},
    {"ack", "ids group", ack},
    {"claim", "group consumer", claim},
    {"len", "", length},
    {"trim", "", trim},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, rows, KL_COUNT(rows), call->args[OPERATION], call, error);
}

static const kl_node_type types[] = {
    {
        .name = "RedisStreamNode",
        .category = "Brokers",
        .doc = "Adds to Redis streams and reads them, alone or in groups.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family redis_streams = {.name = "redis_stream", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(redis_streams);
