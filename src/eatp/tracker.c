/* src/eatp/tracker.c - EatpTracker: what one agent did and used, as signed records, each of which tells the
 * hash of the one before it. */
#include "audit_anchor.h"
#include "fault.h"
#include "fork.h"
#include "keys.h"
#include "kinds.h"
#include "signed_record.h"
#include "wire.h"

#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/time.h"
#include "kailash/wide.h"

#include <inttypes.h>
#include <pthread.h>

/* What was used, as far as limits speak of it; sums stop at UINT64_MAX. */
typedef struct usage {
    uint64_t llm_calls, tool_calls, total_tokens, execution_secs;
} usage;

typedef struct tracker {
    kl_object object;
    kl_value agent_id; /* string, not empty */
    kl_value pair;     /* EatpKeyPair */
    kl_fork_watch fork_watch;
    pthread_mutex_t lock; /* guards what follows */
    kl_value records;     /* array of wire maps */
    char last_hash[65];   /* of the last one, signature and all */
    usage used;
} tracker;

/* ---- the wire form ---------------------------------------------------------------------------- */

static const kl_member resource_members[] = {
    {.name = "tokens_used", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "api_calls_made", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "duration_ms", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
    {.name = "estimated_cost_microdollars", .kind = KL_KIND_COUNT,
     .flags = KL_MEMBER_WIDE | KL_MEMBER_NULL},
};
static const kl_shape resource_shape = {
    .name = "resources", KL_SHAPE_MEMBERS(resource_members), .closed = true};

static const kl_member record_members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "record_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "sequence", .kind = KL_KIND_COUNT},
    {.name = "previous_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "agent_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "action_type", .kind = KL_KIND_STRING},
    {.name = "details", .kind = KL_KIND_MAP},
    {.name = "outcome", .kind = KL_KIND_STRING},
    {.name = "resources", .kind = KL_KIND_MAP, .shape = &resource_shape},
    {.name = "timestamp", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape record_shape = {
    .name = "evidence record", KL_SHAPE_MEMBERS(record_members), .closed = true};

static kl_status resources_map(kl_value *out, const kl_resource_consumption *used, kl_error *error)
{
    const kl_value values[] = {used->tokens_used, used->api_calls_made, used->duration_ms,
                               used->estimated_cost_microdollars};
    kl_value map;
    kl_status status;
    _Static_assert(KL_COUNT(values) == KL_COUNT(resource_members), "a value per member");
    KL_TRY(kl_map_new(&map, KL_COUNT(values), error));
    for (size_t i = 0; i < KL_COUNT(values); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(resource_members[i].name),
                              kl_value_retain(values[i]), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- recording -------------------------------------------------------------------------------- */

/* An action, as record_action() gets it; borrowed. */
typedef struct action {
    kl_value type, details;
    const kl_action_outcome *outcome;
    const kl_resource_consumption *resources;
} action;

static kl_status set_given(kl_value *map, const char *name, kl_status made, kl_value value,
                           kl_error *error)
{
    return made == KL_OK ? kl_map_set(map, kl_text_from(name), value, error) : made;
}

static kl_status describe(kl_value *map, const action *what, kl_error *error)
{
    kl_value value = kl_null();
    KL_TRY(kl_map_set_text(map, KL_TEXT("action_type"),
                           kl_text_from(kl_item_in(what->type)->word), error));
    KL_TRY(kl_map_set(map, KL_TEXT("details"), kl_value_retain(what->details), error));
    kl_status made = kl_action_outcome_text(&value, what->outcome, error);
    KL_TRY(set_given(map, "outcome", made, value, error));
    made = resources_map(&value, what->resources, error);
    return set_given(map, "resources", made, value, error);
}

/* The signed record that comes next; given. */
static kl_status record_of(kl_value *out, const tracker *t, const action *what, kl_error *error)
{
    const kl_key_pair *pair = (const kl_key_pair *)t->pair.as.object;
    char now[KL_TIME_TEXT], id[37];
    kl_value map;
    kl_status status;
    size_t len = kl_time_print(now, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_Z);
    KL_TRY(kl_uuid_new(id, error));
    KL_TRY(kl_map_new(&map, KL_COUNT(record_members), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("record_id"), (kl_text){id, 36}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sequence"), kl_int((int64_t)kl_array_len(t->records)),
                          error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("previous_hash"), kl_text_from(t->last_hash), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("agent_id"), kl_value_retain(t->agent_id), error));
    KL_TRY_OUT(describe(&map, what, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("timestamp"), (kl_text){now, len}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(kl_record_sign(&map, &record_shape, pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* SHA-256 of a record as canonical JSON, its signature counted. */
static kl_status hash_of(char out[65], kl_value record, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = kl_canonical_add(&text, record, error);
    if (status == KL_OK)
        status = kl_sha256_hex(out, kl_buffer_text(&text), error);
    kl_buffer_free(&text);
    return status;
}

static uint64_t plus(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static void count(usage *used, const action *what)
{
    const char *word = kl_item_in(what->type)->word;
    uint64_t milliseconds = kl_as_unsigned(what->resources->duration_ms);
    used->llm_calls = plus(used->llm_calls, strcmp(word, "llm_call") == 0);
    used->tool_calls = plus(used->tool_calls, strcmp(word, "tool_call") == 0);
    used->total_tokens = plus(used->total_tokens, kl_as_unsigned(what->resources->tokens_used));
    used->execution_secs =
        plus(used->execution_secs, milliseconds / 1000 + (milliseconds % 1000 > 0));
}

static kl_status record_locked(kl_value *out, tracker *t, const action *what, kl_error *error)
{
    char hash[65];
    kl_value record;
    KL_TRY(record_of(&record, t, what, error));
    kl_status status = hash_of(hash, record, error);
    if (status == KL_OK)
        status = kl_array_push(&t->records, kl_value_retain(record), error);
    if (status != KL_OK) {
        kl_value_release(record);
        return status;
    }
    memcpy(t->last_hash, hash, sizeof hash);
    count(&t->used, what);
    *out = record;
    return KL_OK;
}

/* What record_action() tells of a record; given. */
static kl_status summary_of(kl_value *out, kl_value record, kl_error *error)
{
    static const char *const kept[] = {"record_id", "agent_id", "action_type", "outcome"};
    kl_text time = kl_as_text(kl_map_get(record, KL_TEXT("timestamp")));
    kl_value map, text, resources = kl_map_get(record, KL_TEXT("resources"));
    kl_status status;
    KL_TRY(kl_map_new(&map, 6, error));
    for (size_t i = 0; i < KL_COUNT(kept); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(kept[i]),
                              kl_value_retain(kl_map_get(record, kl_text_from(kept[i]))), error));
    KL_TRY_OUT(kl_string_format(&text, error, "%.*s+00:00", (int)time.len - 1, time.data));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("timestamp"), text, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tokens_used"),
                          kl_value_retain(kl_map_get(resources, KL_TEXT("tokens_used"))), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status record_action(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    tracker *t = (tracker *)self;
    action what = {
        .type = args[0], .details = args[1],
        .outcome = (const kl_action_outcome *)args[2].as.object,
        .resources = (const kl_resource_consumption *)args[3].as.object,
    };
    kl_value record;
    pthread_mutex_lock(&t->lock);
    kl_status status = record_locked(&record, t, &what, error);
    pthread_mutex_unlock(&t->lock);
    KL_TRY(status);
    status = summary_of(out, record, error);
    kl_value_release(record);
    return status;
}

/* ---- limits ----------------------------------------------------------------------------------- */

static kl_status check_limit(const char *name, kl_value limit, uint64_t used, kl_error *error)
{
    uint64_t most = kl_as_unsigned(limit);
    if (used <= most)
        return KL_OK;
    kl_fault(error, KL_INVALID, NULL, "resource_limit_exceeded",
             "resource limit exceeded: %s (limit: %" PRIu64 ", used: %" PRIu64 ")", name, most,
             used);
    kl_fault_detail(error, "limit", limit);
    return KL_INVALID;
}

static kl_status check_resource_limits(kl_value *out, kl_object *self, const kl_value *args,
                                       kl_error *error)
{
    (void)out;
    tracker *t = (tracker *)self;
    const kl_resource_limits *limits = (const kl_resource_limits *)args[0].as.object;
    pthread_mutex_lock(&t->lock);
    usage used = t->used;
    pthread_mutex_unlock(&t->lock);
    KL_TRY(check_limit("llm_calls", limits->max_llm_calls, used.llm_calls, error));
    KL_TRY(check_limit("tool_calls", limits->max_tool_calls, used.tool_calls, error));
    KL_TRY(check_limit("total_tokens", limits->max_total_tokens, used.total_tokens, error));
    return check_limit("execution_secs", limits->max_execution_secs, used.execution_secs, error);
}

/* ---- looking ---------------------------------------------------------------------------------- */

static kl_value snapshot(tracker *t)
{
    pthread_mutex_lock(&t->lock);
    kl_value records = kl_value_retain(t->records); /* whoever adds copies it first */
    pthread_mutex_unlock(&t->lock);
    return records;
}

static kl_status record_count(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    (void)args, (void)error;
    tracker *t = (tracker *)self;
    pthread_mutex_lock(&t->lock);
    *out = kl_int((int64_t)kl_array_len(t->records));
    pthread_mutex_unlock(&t->lock);
    return KL_OK;
}

static kl_status records(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = snapshot((tracker *)self);
    return KL_OK;
}

static kl_status export_jsonl(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value all = snapshot((tracker *)self);
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(all) && status == KL_OK; i++) {
        status = kl_canonical_add(&text, kl_array_at(all, i), error);
        kl_buffer_byte(&text, '\n');
    }
    kl_value_release(all);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- verifying -------------------------------------------------------------------------------- */

/* How far a walk over records has come. */
typedef struct walk {
    kl_text signer;   /* whose records they must be */
    kl_value agent_id; /* of the first record; owned */
    int64_t sequence;
    char hash[65];
} walk;

static kl_status tampered(int64_t at, const char *what, kl_error *error)
{
    kl_fault(error, KL_FAILED, KL_EATP_AUTHORITY, "tamper_detected",
             "the evidence was tampered with: record %lld: %s", (long long)at, what);
    kl_fault_detail(error, "record", kl_int(at));
    return KL_FAILED;
}

static bool same_text(kl_value a, kl_text b) { return kl_text_equal(kl_as_text(a), b); }

static kl_status walk_record(walk *w, kl_value record, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_record_check(record, &record_shape, &why);
    if (status == KL_OK)
        status = kl_record_verify(record, &record_shape, w->signer, &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = tampered(w->sequence, kl_error_message(&why), error);
    kl_error_clear(&why);
    KL_TRY(status);
    if (kl_is_null(w->agent_id))
        w->agent_id = kl_value_retain(kl_map_get(record, KL_TEXT("agent_id")));
    if (kl_as_int(kl_map_get(record, KL_TEXT("sequence"))) != w->sequence)
        return tampered(w->sequence, "another sequence number", error);
    if (!same_text(kl_map_get(record, KL_TEXT("previous_hash")), kl_text_from(w->hash)))
        return tampered(w->sequence, "it does not follow the one before it", error);
    if (!same_text(kl_map_get(record, KL_TEXT("agent_id")), kl_as_text(w->agent_id)))
        return tampered(w->sequence, "it is one of another agent", error);
    if (!same_text(kl_map_get(record, KL_TEXT("signer_public_key")), w->signer))
        return tampered(w->sequence, "it names another signer", error);
    w->sequence++;
    return hash_of(w->hash, record, error);
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    tracker *t = (tracker *)self;
    kl_value all = snapshot(t);
    walk w = {.signer = kl_as_text(kl_key_pair_public_hex((kl_key_pair *)t->pair.as.object)),
              .hash = KL_ANCHOR_GENESIS};
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(all) && status == KL_OK; i++)
        status = walk_record(&w, kl_array_at(all, i), error);
    kl_value_release(w.agent_id);
    kl_value_release(all);
    if (status == KL_OK)
        *out = kl_int(w.sequence);
    return status;
}

/* The text up to the next line feed, which `*rest` is behind then. */
static kl_text next_line(kl_text *rest)
{
    const char *end = memchr(rest->data, '\n', rest->len);
    kl_text line = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    size_t used = line.len + (end != NULL);
    *rest = (kl_text){rest->data + used, rest->len - used};
    return line;
}

static kl_status walk_line(walk *w, kl_text line, kl_error *error)
{
    kl_value record;
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_signed_json_parse(&record, line, &why);
    if (status == KL_OK) {
        status = walk_record(w, record, error);
        kl_value_release(record);
    } else if (status == KL_NO_MEMORY) {
        kl_error_move(error, &why);
    } else {
        status = tampered(w->sequence, kl_error_message(&why), error);
    }
    kl_error_clear(&why);
    return status;
}

static kl_status verify_jsonl(kl_value *out, kl_object *self, const kl_value *args,
                              kl_error *error)
{
    (void)self;
    kl_text rest = kl_as_text(args[0]);
    kl_verifier *verifier;
    char signer[64];
    KL_TRY(kl_verifier_new(&verifier, kl_as_text(args[1]), error)); /* a key at all? */
    kl_verifier_free(verifier);
    for (size_t i = 0; i < sizeof signer; i++) {
        char c = kl_as_text(args[1]).data[i];
        signer[i] = c >= 'A' && c <= 'F' ? (char)(c | 0x20) : c;
    }
    walk w = {.signer = {signer, sizeof signer}, .hash = KL_ANCHOR_GENESIS};
    kl_status status = KL_OK;
    while (rest.len && status == KL_OK)
        status = walk_line(&w, next_line(&rest), error);
    kl_value_release(w.agent_id);
    if (status == KL_OK)
        *out = kl_int(w.sequence);
    return status;
}

/* ---- the type --------------------------------------------------------------------------------- */

static kl_status tracker_init(kl_object *self, const kl_value *args, kl_error *error)
{
    tracker *t = (tracker *)self;
    pthread_mutex_init(&t->lock, NULL);
    t->fork_watch.lock = &t->lock;
    kl_fork_watch_begin(&t->fork_watch);
    strcpy(t->last_hash, KL_ANCHOR_GENESIS);
    if (!kl_as_text(args[0]).len)
        return kl_fault(error, KL_INVALID, NULL, "empty_id", "agent ID must not be empty");
    t->agent_id = kl_value_retain(args[0]);
    t->pair = kl_value_retain(args[1]);
    return kl_array_new(&t->records, 0, error);
}

static void tracker_dispose(kl_object *self)
{
    tracker *t = (tracker *)self;
    kl_fork_watch_end(&t->fork_watch);
    kl_value_release(t->agent_id);
    kl_value_release(t->pair);
    kl_value_release(t->records);
    pthread_mutex_destroy(&t->lock);
}

static kl_status tracker_repr(kl_value *out, kl_object *self, kl_error *error)
{
    return kl_string_format(out, error, "EatpTracker(agent='%.*s')",
                            KL_TEXT_ARG(kl_as_text(((tracker *)self)->agent_id)));
}

static const kl_param init_params[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING, .doc = "whose actions are recorded; not empty"},
    {.name = "keypair", .kind = KL_KIND_OBJECT, .type = &kl_key_pair_type,
     .doc = "what the records are signed with"},
};
static const kl_param record_params[] = {
    {.name = "action_type", .kind = KL_KIND_OBJECT, .type = &kl_action_type_type,
     .doc = "what kind of action it was"},
    {.name = "details", .kind = KL_KIND_MAP, .flags = KL_WIDE, .doc = "more about it, as JSON"},
    {.name = "outcome", .kind = KL_KIND_OBJECT, .type = &kl_action_outcome_type,
     .doc = "how it went"},
    {.name = "resources", .kind = KL_KIND_OBJECT, .type = &kl_resource_consumption_type,
     .doc = "what it used"},
};
static const kl_param limits_param[] = {
    {.name = "limits", .kind = KL_KIND_OBJECT, .type = &kl_resource_limits_type,
     .doc = "how much may be used"},
};
static const kl_param jsonl_params[] = {
    {.name = "jsonl", .kind = KL_KIND_STRING, .doc = "what export_jsonl() gave"},
    {.name = "public_key_hex", .kind = KL_KIND_STRING,
     .doc = "public key of the signer: 64 hexadecimal digits"},
};

static const kl_method methods[] = {
    {.name = "record_action", .call = record_action, .params = KL_TABLE(record_params),
     .returns = KL_KIND_MAP, .raises = "ValueError",
     .doc = "Record an action: a dict of record_id, agent_id, action_type, outcome, timestamp and "
            "tokens_used. ValueError for NaN in the details."},
    {.name = "check_resource_limits", .call = check_resource_limits,
     .params = KL_TABLE(limits_param), .returns = KL_KIND_NONE, .raises = "ValueError",
     .doc = "ValueError when more was used than the limits allow: calls of models, calls of tools, "
            "tokens, then seconds, each action's begun one counting."},
    {.name = "record_count", .call = record_count, .returns = KL_KIND_INT,
     .doc = "Number of actions that were recorded."},
    {.name = "records", .call = records, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "The signed records as dicts, the oldest first."},
    {.name = "export_jsonl", .call = export_jsonl, .returns = KL_KIND_STRING,
     .doc = "The same as canonical JSON, one to a line."},
    {.name = "verify", .call = verify, .returns = KL_KIND_INT, .raises = "EatpAuthorityError",
     .doc = "Check the signature of every record and its link to the one before it; their number."},
    {.name = "verify_jsonl", .call = verify_jsonl, .params = KL_TABLE(jsonl_params),
     .flags = KL_STATIC, .returns = KL_KIND_INT, .raises = "EatpAuthorityError, ValueError",
     .doc = "The same for an export, without the tracker. EatpAuthorityError names the first record "
            "that is no good; whether the last ones are missing cannot be seen."},
};

static const kl_type kl_tracker_type = {
    .name = "EatpTracker",
    .module = "kailash",
    .doc = "Records what one agent does and uses. Threads may share one.",
    .size = sizeof(tracker),
    .params = KL_TABLE(init_params),
    .init = tracker_init,
    .dispose = tracker_dispose,
    .methods = KL_TABLE(methods),
    .repr = tracker_repr,
};
KL_PUBLISH(kl_tracker_type);
