/* src/nodes/audit_records.c - an audit log in a database, or in memory; see audit_log.h. */
#include "audit_log.h"
#include "node_database.h"

static const char *const schema[] = {
    "CREATE TABLE IF NOT EXISTS kailash_audit_log (sequence BIGINT PRIMARY KEY, entry TEXT NOT NULL, "
    "signature VARCHAR(64) NOT NULL)",
};
KL_DATABASE(audit_records, schema);

enum { PAGE = 500 };

static kl_status last(void *sql, int64_t *number, char signature[KL_AUDIT_SIGNATURE_LEN + 1],
                      kl_error *error)
{
    kl_value rows;
    KL_TRY(kl_database_run(&rows, NULL, sql,
                          "SELECT sequence, signature FROM kailash_audit_log ORDER BY sequence DESC "
                          "LIMIT 1", NULL, 0, error));
    kl_text found = kl_as_text(kl_rows_first(rows, "signature"));
    size_t len = KL_MIN(found.len, (size_t)KL_AUDIT_SIGNATURE_LEN);
    *number = kl_as_int(kl_rows_first(rows, "sequence"));
    memcpy(signature, found.data, len);
    signature[len] = '\0';
    kl_value_release(rows);
    return KL_OK;
}

static kl_status append(void *sql, int64_t number, kl_value text, kl_value signature, kl_error *error)
{
    return KL_CHANGE(NULL, sql, error,
                     "INSERT INTO kailash_audit_log (sequence, entry, signature) VALUES (?, ?, ?)",
                     kl_int(number), text, signature);
}

static kl_status visit_rows(kl_value rows, int64_t *from, kl_audit_visit *visit, void *data,
                            kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(rows); i++) {
        kl_value row = kl_array_at(rows, i);
        *from = kl_as_int(kl_map_get(row, KL_TEXT("sequence")));
        KL_TRY(visit(data, kl_as_text(kl_map_get(row, KL_TEXT("entry"))),
                     kl_as_text(kl_map_get(row, KL_TEXT("signature"))), error));
    }
    return KL_OK;
}

static kl_status read(void *sql, kl_audit_visit *visit, void *data, kl_error *error)
{
    int64_t from = INT64_MIN;
    for (size_t len = PAGE; len == PAGE;) {
        kl_value rows;
        KL_TRY(KL_ROWS(&rows, sql, error,
                       "SELECT sequence, entry, signature FROM kailash_audit_log WHERE sequence > ? "
                       "ORDER BY sequence LIMIT ?",
                       kl_int(from), kl_int(PAGE)));
        len = kl_array_len(rows);
        kl_status status = visit_rows(rows, &from, visit, data, error);
        kl_value_release(rows);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status end(void *sql, kl_status status, kl_error *error)
{
    return kl_database_end(sql, status, error);
}

static const kl_audit_sink sink_of_records = {last, append, read, end};

kl_status kl_audit_open_records(const kl_audit_sink **sink, void **self, const kl_node_call *call,
                                kl_value database, kl_value scope, kl_error *error)
{
    kl_sql *sql;
    KL_TRY(kl_database_begin(&sql, &audit_records, database, scope, call, error));
    *sink = &sink_of_records;
    *self = sql;
    return KL_OK;
}
