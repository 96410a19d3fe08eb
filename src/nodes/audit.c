/* src/nodes/audit.c - EnterpriseAuditLoggerNode, AuditLogNode: who did what, signed and in a chain. */
#include "audit_log.h"
#include "build_map.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "node_database.h"

static const char *const operations[] = {"log", "query", "verify", NULL};

enum { OPERATION, EVENT, ACTOR, ACTION, RESOURCE, DETAILS, SINCE, UNTIL, LIMIT, HEAD, KEY, FILE_PATH,
       DATABASE, SCOPE };

#define INPUTS                                                                                     \
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations, .fallback = "\"log\"",         \
     .doc = "log: add an entry; query: tell entries; verify: look whether any was changed, removed, " \
            "moved or added"},                                                                     \
    {.name = "event_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                           \
     .doc = "kind of event; required to log"},                                                     \
    {.name = "actor_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                             \
     .doc = "who did it; required to log"},                                                        \
    {.name = "action", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                               \
     .doc = "what was done; required to log"},                                                     \
    {.name = "resource", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "to what"},          \
    {.name = "details", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "more, kept as JSON"},   \
    {.name = "since", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                                \
     .doc = "of query: only entries from then on, as RFC 3339 text"},                              \
    {.name = "until", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                                \
     .doc = "of query: only entries before then, as RFC 3339 text"},                               \
    {.name = "limit", .kind = KL_KIND_COUNT, .fallback = "100", .range = KL_RANGE(1, 100000),      \
     .doc = "of query: entries told at most, the earliest ones"},                                  \
    {.name = "head", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                                 \
     .doc = "of verify: the signature that the last entry must have; shows that none was cut off " \
            "at the end"}

#define SINKS                                                                                      \
    {.name = "file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,                                 \
     .doc = "path of a file of JSON lines to keep the log in, instead of a database or memory"},   \
    KL_DATABASE_PARAMS("process")

static const kl_param inputs[] = {INPUTS};
static const kl_param signed_config[] = {
    {.name = "signing_key", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "key of the signatures, at least 16 characters"},
    SINKS,
};
static const kl_param plain_config[] = {
    {.name = "signing_key", .kind = KL_KIND_STRING, .flags = KL_SECRET | KL_OPTIONAL,
     .doc = "key of the signatures, at least 16 characters; without one they are SHA-256 hashes, which "
            "whoever can write the log can make too"},
    SINKS,
};
static const kl_param outputs[] = {
    {.name = "audit_id", .kind = KL_KIND_STRING, .doc = "of log: a UUID"},
    {.name = "signature", .kind = KL_KIND_STRING,
     .doc = "of log: HMAC-SHA-256 of the entry in hexadecimal, the next head of the log"},
    {.name = "stored", .kind = KL_KIND_BOOL, .doc = "of log: true"},
    {.name = "timestamp", .kind = KL_KIND_STRING, .doc = "of log: RFC 3339 text"},
    {.name = "entries", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of query: {audit_id, event_type, actor_id, action, resource, details, timestamp, sequence, "
            "previous_hash, signature}"},
    {.name = "count", .kind = KL_KIND_INT, .doc = "of query: entries told; of verify: entries checked"},
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "of verify: whether the status is verified"},
    {.name = "status", .kind = KL_KIND_STRING,
     .doc = "of verify: verified, failed, or not_determined for an empty log"},
    {.name = "faults", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "of verify: {sequence, audit_id, reason}, at most 1000"},
};

enum { KEY_MIN = 16 };

typedef struct audit {
    const kl_value *args;
    const kl_audit_sink *sink;
    void *self;
    kl_value id, signature, list; /* strings; array */
    char time[KL_TIME_TEXT];
    kl_audit_check check;
    kl_error *error;
} audit;

/* ---- log ----------------------------------------------------------------------------------------- */

static kl_status entry_of(kl_value *out, audit *a, int64_t number, const char *previous)
{
    kl_build build = kl_build_begin(9, a->error);
    kl_build_share(&build, "audit_id", a->id);
    kl_build_share(&build, "event_type", a->args[EVENT]);
    kl_build_share(&build, "actor_id", a->args[ACTOR]);
    kl_build_share(&build, "action", a->args[ACTION]);
    kl_build_share(&build, "resource", a->args[RESOURCE]);
    kl_build_share(&build, "details", a->args[DETAILS]);
    kl_build_text(&build, "timestamp", kl_text_from(a->time));
    kl_build_put(&build, "sequence", kl_int(number));
    kl_build_text(&build, "previous_hash", kl_text_from(previous));
    return kl_build_end(out, &build);
}

/* What has no JSON form is the caller's fault. */
static kl_status sign(kl_value *text, audit *a, kl_value entry)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_audit_sign(text, &a->signature, entry, a->args[KEY], &why);
    if (status == KL_INVALID || status == KL_DEPTH)
        status = kl_node_bad(a->error, "details", "%s", kl_error_message(&why));
    else
        kl_error_move(a->error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status append(audit *a)
{
    static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
    char previous[KL_AUDIT_SIGNATURE_LEN + 1], uuid[37];
    int64_t number;
    kl_value entry, text;
    KL_TRY(kl_uuid_new(uuid, a->error));
    KL_TRY(kl_string_from_valid(&a->id, kl_text_from(uuid), a->error));
    KL_TRY(a->sink->last(a->self, &number, previous, a->error));
    kl_time_print(a->time, kl_time_now(), 9, KL_TIME_OFFSET);
    KL_TRY(entry_of(&entry, a, number + 1, number ? previous : zeros));
    kl_status status = sign(&text, a, entry);
    if (status == KL_OK) {
        status = a->sink->append(a->self, number + 1, text, a->signature, a->error);
        kl_value_release(text);
    }
    kl_value_release(entry);
    return status;
}

static kl_status tell_append(kl_value *out, audit *a)
{
    kl_build build = kl_build_begin(4, a->error);
    kl_build_share(&build, "audit_id", a->id);
    kl_build_share(&build, "signature", a->signature);
    kl_build_put(&build, "stored", kl_bool(true));
    kl_build_text(&build, "timestamp", kl_text_from(a->time));
    return kl_build_end(out, &build);
}

/* ---- query --------------------------------------------------------------------------------------- */

static bool is_wanted(const audit *a, kl_value entry)
{
    static const struct {
        int arg;
        const char *key;
    } filters[] = {{EVENT, "event_type"}, {ACTOR, "actor_id"}, {ACTION, "action"}, {RESOURCE, "resource"}};
    for (size_t i = 0; i < KL_COUNT(filters); i++) {
        kl_value want = a->args[filters[i].arg];
        kl_text have = kl_as_text(kl_map_get(entry, kl_text_from(filters[i].key)));
        if (!kl_is_null(want) && !kl_text_equal(kl_as_text(want), have))
            return false;
    }
    kl_time at, bound;
    if (kl_time_parse(&at, kl_as_text(kl_map_get(entry, KL_TEXT("timestamp"))), NULL) != KL_OK)
        return kl_is_null(a->args[SINCE]) && kl_is_null(a->args[UNTIL]);
    if (!kl_is_null(a->args[SINCE]) && kl_time_parse(&bound, kl_as_text(a->args[SINCE]), NULL) == KL_OK &&
        at < bound)
        return false;
    return kl_is_null(a->args[UNTIL]) ||
           kl_time_parse(&bound, kl_as_text(a->args[UNTIL]), NULL) != KL_OK || at < bound;
}

static kl_status visit_entry(void *data, kl_text text, kl_text signature, kl_error *error)
{
    audit *a = data;
    kl_value entry;
    if ((int64_t)kl_array_len(a->list) >= kl_as_int(a->args[LIMIT]))
        return KL_OK;
    if (kl_json_parse(&entry, text, error) != KL_OK)
        return error && error->code == KL_NO_MEMORY
                   ? KL_NO_MEMORY
                   : kl_node_failed(error, "the log holds what is no entry; verify tells where");
    if (!is_wanted(a, entry)) {
        kl_value_release(entry);
        return KL_OK;
    }
    kl_status status = kl_map_set_text(&entry, KL_TEXT("signature"), signature, error);
    if (status == KL_OK)
        return kl_array_push(&a->list, entry, error);
    kl_value_release(entry);
    return status;
}

static kl_status query(audit *a)
{
    KL_TRY(kl_array_new(&a->list, 0, a->error));
    return a->sink->read(a->self, visit_entry, a, a->error);
}

static kl_status tell_query(kl_value *out, audit *a)
{
    kl_build build = kl_build_begin(2, a->error);
    kl_build_share(&build, "entries", a->list);
    kl_build_put(&build, "count", kl_int((int64_t)kl_array_len(a->list)));
    return kl_build_end(out, &build);
}

/* ---- verify -------------------------------------------------------------------------------------- */

typedef struct counted {
    audit *a;
    int64_t count;
} counted;

static kl_status visit_check(void *data, kl_text text, kl_text signature, kl_error *error)
{
    counted *c = data;
    c->count++;
    return kl_audit_check_next(&c->a->check, text, signature, error);
}

static kl_status verify(audit *a, int64_t *count)
{
    counted c = {a, 0};
    KL_TRY(kl_audit_check_begin(&a->check, a->args[KEY], a->error));
    KL_TRY(a->sink->read(a->self, visit_check, &c, a->error));
    *count = c.count;
    kl_text head = kl_as_text(a->args[HEAD]);
    if (!kl_is_null(a->args[HEAD]) && (!c.count || !kl_text_is(head, a->check.previous)))
        return kl_audit_fault(&a->check, kl_null(), "the last entry is not the expected head: entries "
                                                    "are missing at the end", a->error);
    return KL_OK;
}

static kl_status tell_verify(kl_value *out, audit *a, int64_t count)
{
    bool failed = kl_array_len(a->check.faults) > 0;
    kl_build build = kl_build_begin(4, a->error);
    kl_build_put(&build, "valid", kl_bool(!failed && count > 0));
    kl_build_text(&build, "status", failed    ? KL_TEXT("failed")
                                    : count > 0 ? KL_TEXT("verified")
                                                : KL_TEXT("not_determined"));
    kl_build_put(&build, "count", kl_int(count));
    kl_build_share(&build, "faults", a->check.faults);
    return kl_build_end(out, &build);
}

/* ---- the nodes ----------------------------------------------------------------------------------- */

static kl_status check_key(kl_value key, kl_error *error)
{
    if (kl_is(key, KL_KIND_STRING) && kl_as_text(key).len < KEY_MIN)
        return kl_node_bad(error, "signing_key", "expected at least %d characters, got %zu", KEY_MIN,
                           kl_as_text(key).len);
    return KL_OK;
}

static kl_status check_time(const kl_value *args, int arg, kl_error *error)
{
    kl_time time;
    if (kl_is_null(args[arg]) || kl_time_parse(&time, kl_as_text(args[arg]), NULL) == KL_OK)
        return KL_OK;
    return kl_node_bad_value(error, inputs[arg].name, "RFC 3339 text", args[arg]);
}

static kl_status check(const kl_value *args, bool log, kl_error *error)
{
    KL_TRY(check_key(args[KEY], error));
    KL_TRY(check_time(args, SINCE, error));
    KL_TRY(check_time(args, UNTIL, error));
    if (!kl_is_null(args[FILE_PATH]) && !kl_is_null(args[DATABASE]))
        return kl_node_bad(error, "file", "expected either file or database, got both");
    for (int needed = EVENT; log && needed <= ACTION; needed++)
        if (kl_is_null(args[needed]))
            return kl_node_missing(error, inputs[needed].name);
    return KL_OK;
}

static kl_status open_sink(audit *a, const kl_node_call *call, bool log)
{
    if (!kl_is_null(a->args[FILE_PATH]))
        return kl_audit_open_file(&a->sink, &a->self, kl_as_text(a->args[FILE_PATH]), log, a->error);
    return kl_audit_open_records(&a->sink, &a->self, call, a->args[DATABASE], a->args[SCOPE], a->error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    audit a = {.args = call->args, .error = error};
    bool log = kl_text_is(kl_as_text(call->args[OPERATION]), "log");
    bool asked = kl_text_is(kl_as_text(call->args[OPERATION]), "query");
    int64_t count = 0;
    KL_TRY(check(call->args, log, error));
    KL_TRY(open_sink(&a, call, log));
    kl_status status = log ? append(&a) : asked ? query(&a) : verify(&a, &count);
    status = a.sink->end(a.self, status, error);
    if (status == KL_OK)
        status = log ? tell_append(out, &a) : asked ? tell_query(out, &a) : tell_verify(out, &a, count);
    kl_value_release(a.id);
    kl_value_release(a.signature);
    kl_value_release(a.list);
    kl_value_release(a.check.faults);
    return status;
}

static kl_status prepare(void **state, kl_value config, kl_error *error)
{
    (void)state;
    return check_key(kl_map_get(config, KL_TEXT("signing_key")), error);
}

static const kl_node_type types[] = {
    {
        .name = "EnterpriseAuditLoggerNode",
        .category = "Admin",
        .doc = "Keeps a log of who did what in which every entry is signed and holds the signature of "
               "the one before it.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(signed_config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
        .prepare = prepare,
    },
    {
        .name = "AuditLogNode",
        .category = "Admin",
        .doc = "As EnterpriseAuditLoggerNode, on the same log, with a key that may be left out.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(plain_config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING | KL_NODE_STRICT,
        .run = run,
        .prepare = prepare,
    },
};

static const kl_node_family audit_nodes = {.name = "audit", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(audit_nodes);
