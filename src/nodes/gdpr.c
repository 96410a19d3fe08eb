/* src/nodes/gdpr.c - GDPRComplianceNode: consents, requests of data subjects, and a log of both. */
#include "build_map.h"
#include "kailash/id.h"
#include "kailash/node.h"
#include "node_database.h"


static const char *const operations[] = {
    "consent_check",     "grant_consent",    "withdraw_consent",  "data_subject_request",
    "complete_request",  "pending_requests", "right_to_erasure",  "data_portability",
    "audit_trail",       NULL};

enum { OPERATION, USER, CONSENT, REQUEST, REQUEST_ID, DEADLINE, DATABASE, SCOPE };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "consent_check, grant_consent, withdraw_consent (consent_type); data_subject_request "
            "(request_type), complete_request (request_id), pending_requests; right_to_erasure: "
            "remove the user's consents; data_portability: all that is kept of the user; audit_trail"},
    {.name = "user_id", .kind = KL_KIND_STRING, .doc = "the data subject"},
    {.name = "consent_type", .kind = KL_KIND_STRING, .fallback = "\"general\"",
     .doc = "what the consent is for"},
    {.name = "request_type", .kind = KL_KIND_STRING, .fallback = "\"access\"",
     .doc = "such as access, rectification, erasure, restriction, portability, objection"},
    {.name = "request_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of complete_request: the request that was dealt with"},
};
static const kl_param config[] = {
    {.name = "deadline_days", .kind = KL_KIND_COUNT, .fallback = "30", .range = KL_RANGE(0, 36500),
     .doc = "time to deal with a request, in days"},
    KL_DATABASE_PARAMS("process"),
};
static const kl_param outputs[] = {
    {.name = "compliant", .kind = KL_KIND_BOOL,
     .doc = "consent_check: whether there is consent; pending_requests: whether none is overdue; "
            "else true"},
    {.name = "result", .kind = KL_KIND_MAP, .doc = "what the operation found or made"},
    {.name = "actions_taken", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "what was done, as words"},
};

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_gdpr_consents (user_id VARCHAR(191) NOT NULL, "
    "consent_type VARCHAR(191) NOT NULL, granted BIGINT NOT NULL, changed_at BIGINT NOT NULL, "
    "PRIMARY KEY (user_id, consent_type))",
    "CREATE TABLE IF NOT EXISTS kailash_gdpr_requests (request_id VARCHAR(36) PRIMARY KEY, "
    "user_id VARCHAR(191) NOT NULL, request_type TEXT NOT NULL, status VARCHAR(16) NOT NULL, "
    "created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, completed_at BIGINT, place BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS kailash_gdpr_log (entry_id VARCHAR(36) PRIMARY KEY, "
    "user_id VARCHAR(191) NOT NULL, operation TEXT NOT NULL, details TEXT NOT NULL, "
    "recorded_at BIGINT NOT NULL, place BIGINT NOT NULL)",
};
KL_DATABASE(gdpr_records, schema);

typedef struct subject {
    const kl_value *args;
    kl_sql *sql;
    int64_t now;
    bool compliant;
    kl_build result;
    kl_value actions; /* array */
    kl_error *error;
} subject;

static kl_status did(subject *s, const char *word)
{
    return kl_array_push_text(&s->actions, kl_text_from(word), s->error);
}

static kl_status new_id(kl_value *out, kl_error *error)
{
    char uuid[37];
    KL_TRY(kl_uuid_new(uuid, error));
    return kl_string_from_valid(out, kl_text_from(uuid), error);
}

/* A line of the log. */
static kl_status note(subject *s, kl_value details)
{
    kl_value id;
    int64_t place;
    KL_TRY(kl_database_next(&place, s->sql, "SELECT MAX(place) AS n FROM kailash_gdpr_log", s->error));
    KL_TRY(new_id(&id, s->error));
    kl_status status = KL_CHANGE(NULL, s->sql, s->error,
                                 "INSERT INTO kailash_gdpr_log (entry_id, user_id, operation, details, "
                                 "recorded_at, place) VALUES (?, ?, ?, ?, ?, ?)",
                                 id, s->args[USER], s->args[OPERATION], details, kl_int(s->now),
                                 kl_int(place));
    kl_value_release(id);
    return status;
}

/* The same of "HEAD TEXT TAIL". */
static kl_status note_text(subject *s, const char *head, kl_value text, const char *tail)
{
    kl_value line;
    KL_TRY(kl_string_format(&line, s->error, "%s%.*s%s", head, KL_TEXT_ARG(kl_as_text(text)), tail));
    kl_status status = note(s, line);
    kl_value_release(line);
    return status;
}

/* ---- consents ------------------------------------------------------------------------------------ */

static kl_status look_up_consent(bool *exists, bool *granted, subject *s)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, s->sql, s->error,
                   "SELECT granted FROM kailash_gdpr_consents WHERE user_id = ? AND consent_type = ?",
                   s->args[USER], s->args[CONSENT]));
    *exists = kl_array_len(rows) > 0;
    *granted = kl_as_int(kl_rows_first(rows, "granted")) != 0;
    kl_value_release(rows);
    return KL_OK;
}

static kl_status set_consent(subject *s, bool granted)
{
    bool exists, before;
    KL_TRY(look_up_consent(&exists, &before, s));
    return KL_CHANGE(NULL, s->sql, s->error,
                     exists ? "UPDATE kailash_gdpr_consents SET granted = ?, changed_at = ? "
                              "WHERE user_id = ? AND consent_type = ?"
                            : "INSERT INTO kailash_gdpr_consents (granted, changed_at, user_id, "
                              "consent_type) VALUES (?, ?, ?, ?)",
                     kl_int(granted), kl_int(s->now), s->args[USER], s->args[CONSENT]);
}

static void tell_consent(subject *s, const char *fact, bool value, bool with_time)
{
    kl_build_share(&s->result, "user_id", s->args[USER]);
    kl_build_share(&s->result, "consent_type", s->args[CONSENT]);
    kl_build_put(&s->result, fact, kl_bool(value));
    if (with_time)
        kl_build_put(&s->result, "timestamp", kl_int(s->now));
}

static kl_status consent_check(subject *s)
{
    bool exists;
    KL_TRY(look_up_consent(&exists, &s->compliant, s));
    KL_TRY(note_text(s, "Checked consent for ", s->args[CONSENT], s->compliant ? ": true" : ": false"));
    tell_consent(s, "has_consent", s->compliant, false);
    return did(s, "consent_verified");
}

static kl_status grant_consent(subject *s)
{
    KL_TRY(set_consent(s, true));
    KL_TRY(note_text(s, "Consent granted for ", s->args[CONSENT], ""));
    tell_consent(s, "granted", true, true);
    return did(s, "consent_recorded");
}

static kl_status withdraw_consent(subject *s)
{
    bool exists, granted;
    KL_TRY(look_up_consent(&exists, &granted, s));
    if (granted)
        KL_TRY(set_consent(s, false));
    KL_TRY(note_text(s, granted ? "Consent withdrawn for " : "No consent to withdraw for ",
                     s->args[CONSENT], ""));
    tell_consent(s, "withdrawn", granted, true);
    if (granted)
        KL_TRY(did(s, "consent_withdrawn"));
    return did(s, "audit_logged");
}

/* ---- requests ------------------------------------------------------------------------------------ */

static kl_status insert_request(subject *s, kl_value id, kl_value status_word, int64_t due)
{
    int64_t place;
    KL_TRY(kl_database_next(&place, s->sql, "SELECT MAX(place) AS n FROM kailash_gdpr_requests",
                           s->error));
    return KL_CHANGE(NULL, s->sql, s->error,
                     "INSERT INTO kailash_gdpr_requests (request_id, user_id, request_type, status, "
                     "created_at, due_at, place) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     id, s->args[USER], s->args[REQUEST], status_word, kl_int(s->now), kl_int(due),
                     kl_int(place));
}

static kl_status note_request(subject *s, kl_value id)
{
    kl_value line;
    KL_TRY(kl_string_format(&line, s->error, "DSAR created: type=%.*s, id=%.*s",
                            KL_TEXT_ARG(kl_as_text(s->args[REQUEST])), KL_TEXT_ARG(kl_as_text(id))));
    kl_status status = note(s, line);
    kl_value_release(line);
    return status;
}

static kl_status data_subject_request(subject *s)
{
    int64_t due = s->now + kl_as_int(s->args[DEADLINE]) * 86400;
    kl_value id = kl_null(), word = kl_null();
    kl_status status;
    KL_TRY_OUT(new_id(&id, s->error));
    KL_TRY_OUT(kl_string_from_valid(&word, KL_TEXT("pending"), s->error));
    KL_TRY_OUT(insert_request(s, id, word, due));
    KL_TRY_OUT(note_request(s, id));
    kl_build_share(&s->result, "request_id", id);
    kl_build_share(&s->result, "request_type", s->args[REQUEST]);
    kl_build_share(&s->result, "status", word);
    kl_build_put(&s->result, "created_at", kl_int(s->now));
    kl_build_put(&s->result, "due_at", kl_int(due));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    KL_TRY_OUT(did(s, "dsar_created"));
    status = did(s, "audit_logged");
out:
    kl_value_release(id);
    kl_value_release(word);
    return status;
}

static kl_status complete_request(subject *s)
{
    int64_t changed;
    if (kl_is_null(s->args[REQUEST_ID]))
        return kl_node_missing(s->error, "request_id");
    KL_TRY(KL_CHANGE(&changed, s->sql, s->error,
                     "UPDATE kailash_gdpr_requests SET status = 'completed', completed_at = ? "
                     "WHERE request_id = ? AND user_id = ? AND status = 'pending'",
                     kl_int(s->now), s->args[REQUEST_ID], s->args[USER]));
    if (changed == 0)
        return kl_node_failed(s->error, "no pending request '%.*s' of this user",
                              KL_TEXT_ARG(kl_as_text(s->args[REQUEST_ID])));
    KL_TRY(note_text(s, "DSAR completed: id=", s->args[REQUEST_ID], ""));
    kl_build_share(&s->result, "request_id", s->args[REQUEST_ID]);
    kl_build_text(&s->result, "status", KL_TEXT("completed"));
    kl_build_put(&s->result, "completed_at", kl_int(s->now));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    KL_TRY(did(s, "dsar_completed"));
    return did(s, "audit_logged");
}

static kl_status pending_requests(subject *s)
{
    kl_value rows;
    int64_t overdue = 0;
    KL_TRY(KL_ROWS(&rows, s->sql, s->error,
                   "SELECT request_id, request_type, status, created_at, due_at "
                   "FROM kailash_gdpr_requests WHERE user_id = ? AND status = 'pending' ORDER BY place",
                   s->args[USER]));
    for (size_t i = 0; i < kl_array_len(rows); i++)
        overdue += kl_as_int(kl_map_get(kl_array_at(rows, i), KL_TEXT("due_at"))) <= s->now;
    kl_build_put(&s->result, "requests", rows);
    kl_build_put(&s->result, "overdue_count", kl_int(overdue));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    s->compliant = overdue == 0;
    return did(s, "requests_retrieved");
}

/* ---- all data of a user -------------------------------------------------------------------------- */

static kl_status right_to_erasure(subject *s)
{
    int64_t removed;
    kl_value line;
    KL_TRY(KL_CHANGE(&removed, s->sql, s->error,
                     "DELETE FROM kailash_gdpr_consents WHERE user_id = ?", s->args[USER]));
    KL_TRY(kl_string_format(&line, s->error, "Erasure completed: removed %lld consent record(s)",
                            (long long)removed));
    kl_status status = note(s, line);
    kl_value_release(line);
    KL_TRY(status);
    kl_build_put(&s->result, "erasure_confirmed", kl_bool(true));
    kl_build_put(&s->result, "records_removed", kl_int(removed));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    KL_TRY(did(s, "consent_records_removed"));
    KL_TRY(did(s, "erasure_confirmed"));
    return did(s, "audit_logged");
}

/* SQL knows no booleans that all databases share. */
static kl_status with_booleans(kl_value *out, kl_value rows, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = kl_value_retain(kl_array_at(rows, i));
        bool granted = kl_as_int(kl_map_get(row, KL_TEXT("granted"))) != 0;
        kl_status status = kl_map_set(&row, KL_TEXT("granted"), kl_bool(granted), error);
        if (status == KL_OK)
            status = kl_array_push(&list, row, error);
        else
            kl_value_release(row);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status consents_of(kl_value *out, subject *s)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, s->sql, s->error,
                   "SELECT consent_type, granted, changed_at AS timestamp FROM kailash_gdpr_consents "
                   "WHERE user_id = ? ORDER BY consent_type",
                   s->args[USER]));
    kl_status status = with_booleans(out, rows, s->error);
    kl_value_release(rows);
    return status;
}

static kl_status data_portability(subject *s)
{
    kl_value consents, requests, data, line;
    KL_TRY(kl_string_from_valid(&line, KL_TEXT("User data exported"), s->error));
    kl_status status = note(s, line);
    kl_value_release(line);
    KL_TRY(status);
    kl_build build = kl_build_begin(2, s->error);
    if (build.status == KL_OK && (build.status = consents_of(&consents, s)) == KL_OK)
        kl_build_put(&build, "consents", consents);
    if (build.status == KL_OK)
        build.status = KL_ROWS(&requests, s->sql, s->error,
                               "SELECT request_id, request_type, status, created_at "
                               "FROM kailash_gdpr_requests WHERE user_id = ? ORDER BY place",
                               s->args[USER]);
    if (build.status == KL_OK)
        kl_build_put(&build, "data_subject_requests", requests);
    KL_TRY(kl_build_end(&data, &build));
    kl_build_put(&s->result, "data", data);
    kl_build_text(&s->result, "format", KL_TEXT("json"));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    KL_TRY(did(s, "data_exported"));
    return did(s, "audit_logged");
}

static kl_status audit_trail(subject *s)
{
    kl_value rows;
    KL_TRY(KL_ROWS(&rows, s->sql, s->error,
                   "SELECT entry_id, operation, details, recorded_at AS timestamp "
                   "FROM kailash_gdpr_log WHERE user_id = ? ORDER BY place",
                   s->args[USER]));
    kl_build_share(&s->result, "entries", rows);
    kl_build_put(&s->result, "entry_count", kl_int((int64_t)kl_array_len(rows)));
    kl_build_share(&s->result, "user_id", s->args[USER]);
    kl_value_release(rows);
    return did(s, "audit_trail_retrieved");
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status (*const actions[])(subject *s) = {
    consent_check,    grant_consent,    withdraw_consent, data_subject_request, complete_request,
    pending_requests, right_to_erasure, data_portability, audit_trail,
};

static kl_status tell(kl_value *out, subject *s)
{
    kl_value result;
    KL_TRY(kl_build_end(&result, &s->result));
    kl_build build = kl_build_begin(3, s->error);
    kl_build_put(&build, "compliant", kl_bool(s->compliant));
    kl_build_put(&build, "result", result);
    kl_build_put(&build, "actions_taken", kl_value_take(&s->actions));
    return kl_build_end(out, &build);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    subject s = {.args = call->args, .now = kl_epoch_seconds(), .compliant = true, .error = error};
    size_t at = 0;
    kl_status status;
    while (!kl_text_is(kl_as_text(call->args[OPERATION]), operations[at]))
        at++;
    s.result = kl_build_begin(6, error);
    KL_TRY_OUT(kl_array_new(&s.actions, 3, error));
    KL_TRY_OUT(kl_database_begin(&s.sql, &gdpr_records, call->args[DATABASE], call->args[SCOPE], call,
                                error));
    KL_TRY_OUT(kl_database_end(s.sql, actions[at](&s), error));
    status = tell(out, &s);
out:
    kl_value_release(s.result.map);
    kl_value_release(s.actions);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "GDPRComplianceNode",
        .category = "Enterprise",
        .doc = "Keeps consents and requests of data subjects, with deadlines and a log.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family gdpr_nodes = {.name = "gdpr", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(gdpr_nodes);
