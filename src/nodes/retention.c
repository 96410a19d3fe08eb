/* src/nodes/retention.c - DataRetentionPolicyNode: which records have been kept long enough. */
#include "build_map.h"
#include "kailash/node.h"
#include "operation.h"

#include <math.h>
#include <stdio.h>

static const char *const operations[] = {"evaluate", "enforce", "report", NULL};

enum { OPERATION, RECORDS, POLICY, NOW };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = operations,
     .doc = "evaluate: tell expired and retained ids; enforce: tell the ids to delete; report: count "
            "by category"},
    {.name = "records", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "list of {id, created_at (seconds since 1970), category?, legal_hold?}; a legal hold "
            "keeps a record whatever its age"},
    {.name = "policy", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "{retention_days (365), categories: {NAME: days}, legal_hold: [ids]}; a record older than "
            "its days is expired"},
};
static const kl_param config[] = {
    {.name = "now", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL, .range = KL_RANGE(-1e12, 1e12),
     .doc = "time to judge by, in seconds since 1970; the clock's without it"},
};
static const kl_param outputs[] = {
    {.name = "expired_count", .kind = KL_KIND_INT, .doc = "records older than allowed"},
    {.name = "retained_count", .kind = KL_KIND_INT, .doc = "records to keep, legal holds included"},
    {.name = "result", .kind = KL_KIND_MAP,
     .doc = "evaluate: {expired_ids, retained_ids, undated, held}; enforce: {action, ids_to_delete, "
            "timestamp, undated, held}; report: {action}. undated: ids of records without a "
            "created_at, which are neither; held: those that a legal hold keeps"},
    {.name = "report", .kind = KL_KIND_MAP,
     .doc = "of report: {categories: {NAME: {expired, retained}}, total_records, total_expired, "
            "total_retained, total_undated, compliance_rate}; else empty"},
};

typedef struct evaluation {
    const kl_node_call *call;
    kl_value policy; /* borrowed */
    double now;
    kl_value expired, retained, undated, held; /* arrays of ids */
    kl_value categories;                       /* map name -> {expired, retained} */
    kl_error *error;
} evaluation;

static bool is_operation(const evaluation *e, const char *name)
{
    return kl_text_is(kl_as_text(e->call->args[OPERATION]), name);
}

/* ---- one record ---------------------------------------------------------------------------------- */

static kl_status bad_record(kl_error *error, size_t index, const char *key, const char *expected,
                            kl_value got)
{
    char name[64];
    snprintf(name, sizeof name, "records[%zu].%s", index, key);
    return kl_is_null(got) ? kl_node_missing(error, name)
                           : kl_node_bad_value(error, name, expected, got);
}

static kl_status check_days(double *out, const char *name, kl_value days, double fallback,
                            kl_error *error)
{
    double number = kl_as_double(days);
    if (kl_is_null(days)) {
        *out = fallback;
        return KL_OK;
    }
    if (!kl_is_number(days) || !(number >= 0) || !isfinite(number))
        return kl_node_bad_value(error, name, "number of days, not negative", days);
    *out = number;
    return KL_OK;
}

static kl_status days_of(double *out, const evaluation *e, kl_value category)
{
    char name[160];
    kl_value by_category = kl_map_get(e->policy, KL_TEXT("categories"));
    double general;
    KL_TRY(check_days(&general, "policy.retention_days",
                      kl_map_get(e->policy, KL_TEXT("retention_days")), 365, e->error));
    snprintf(name, sizeof name, "policy.categories.%.*s", KL_TEXT_ARG(kl_as_text(category)));
    return check_days(out, name, kl_map_get(by_category, kl_as_text(category)), general, e->error);
}

static kl_status is_held(bool *out, const evaluation *e, kl_value record, kl_value id)
{
    kl_value holds = kl_map_get(e->policy, KL_TEXT("legal_hold"));
    *out = kl_value_truthy(kl_map_get(record, KL_TEXT("legal_hold")));
    for (size_t i = 0; i < kl_array_len(holds) && !*out; i++)
        KL_TRY(kl_value_equal(out, kl_array_at(holds, i), id, e->error));
    return KL_OK;
}

static kl_status count_in(evaluation *e, kl_value category, bool expired)
{
    static const char *const keys[] = {"retained", "expired"};
    kl_text name = kl_is_null(category) ? KL_TEXT("uncategorized") : kl_as_text(category);
    kl_value counts = kl_value_retain(kl_map_get(e->categories, name));
    kl_build build = kl_build_begin(2, e->error);
    for (int i = 1; i >= 0; i--)
        kl_build_put(&build, keys[i],
                     kl_int(kl_as_int(kl_map_get(counts, kl_text_from(keys[i]))) + (i == expired)));
    kl_value_release(counts);
    KL_TRY(kl_build_end(&counts, &build));
    return kl_map_set(&e->categories, name, counts, e->error);
}

static kl_status judge(evaluation *e, size_t index)
{
    kl_value record = kl_array_at(e->call->args[RECORDS], index);
    kl_value id = kl_map_get(record, KL_TEXT("id"));
    kl_value created = kl_map_get(record, KL_TEXT("created_at"));
    kl_value category = kl_map_get(record, KL_TEXT("category"));
    bool held;
    double days;
    if (!kl_is(id, KL_KIND_STRING) && !kl_is(id, KL_KIND_INT))
        return bad_record(e->error, index, "id", "string or integer", id);
    if (!kl_is_null(category) && !kl_is(category, KL_KIND_STRING))
        return bad_record(e->error, index, "category", "string", category);
    if (!kl_is_null(created) && !(kl_is_number(created) && isfinite(kl_as_double(created))))
        return bad_record(e->error, index, "created_at", "seconds since 1970", created);
    KL_TRY(is_held(&held, e, record, id));
    KL_TRY(days_of(&days, e, category));
    bool expired = !held && !kl_is_null(created) && e->now - kl_as_double(created) > days * 86400;
    if (held)
        KL_TRY(kl_array_push(&e->held, kl_value_retain(id), e->error));
    if (!held && kl_is_null(created))
        return kl_array_push(&e->undated, kl_value_retain(id), e->error);
    KL_TRY(count_in(e, category, expired));
    return kl_array_push(expired ? &e->expired : &e->retained, kl_value_retain(id), e->error);
}

/* ---- what is told -------------------------------------------------------------------------------- */

static kl_status result_of(kl_value *out, const evaluation *e)
{
    kl_build build = kl_build_begin(5, e->error);
    if (is_operation(e, "evaluate")) {
        kl_build_share(&build, "expired_ids", e->expired);
        kl_build_share(&build, "retained_ids", e->retained);
    } else {
        kl_build_share(&build, "action", e->call->args[OPERATION]);
    }
    if (is_operation(e, "enforce")) {
        kl_build_share(&build, "ids_to_delete", e->expired);
        kl_build_put(&build, "timestamp", kl_int((int64_t)e->now));
    }
    if (!is_operation(e, "report")) {
        kl_build_share(&build, "undated", e->undated);
        kl_build_share(&build, "held", e->held);
    }
    return kl_build_end(out, &build);
}

static kl_status report_of(kl_value *out, const evaluation *e)
{
    int64_t expired = (int64_t)kl_array_len(e->expired);
    int64_t retained = (int64_t)kl_array_len(e->retained);
    int64_t undated = (int64_t)kl_array_len(e->undated), total = expired + retained + undated;
    kl_build build = kl_build_begin(6, e->error);
    if (is_operation(e, "report")) {
        kl_build_share(&build, "categories", e->categories);
        kl_build_put(&build, "total_records", kl_int(total));
        kl_build_put(&build, "total_expired", kl_int(expired));
        kl_build_put(&build, "total_retained", kl_int(retained));
        kl_build_put(&build, "total_undated", kl_int(undated));
        kl_build_put(&build, "compliance_rate",
                     kl_double(total ? (double)retained / (double)total : 1.0));
    }
    return kl_build_end(out, &build);
}

static kl_status tell(kl_value *out, const evaluation *e)
{
    kl_value result, report;
    KL_TRY(result_of(&result, e));
    kl_status status = report_of(&report, e);
    if (status != KL_OK) {
        kl_value_release(result);
        return status;
    }
    kl_build build = kl_build_begin(4, e->error);
    kl_build_put(&build, "expired_count", kl_int((int64_t)kl_array_len(e->expired)));
    kl_build_put(&build, "retained_count", kl_int((int64_t)kl_array_len(e->retained)));
    kl_build_put(&build, "result", result);
    kl_build_put(&build, "report", report);
    return kl_build_end(out, &build);
}

static kl_status check_policy(kl_value policy, kl_error *error)
{
    kl_value categories = kl_map_get(policy, KL_TEXT("categories"));
    kl_value holds = kl_map_get(policy, KL_TEXT("legal_hold"));
    if (!kl_is_null(categories) && !kl_is(categories, KL_KIND_MAP))
        return kl_node_bad_value(error, "policy.categories", "object", categories);
    if (!kl_is_null(holds) && !kl_is(holds, KL_KIND_ARRAY))
        return kl_node_bad_value(error, "policy.legal_hold", "array", holds);
    return KL_OK;
}

static kl_status evaluate(evaluation *e)
{
    kl_value *const lists[] = {&e->expired, &e->retained, &e->undated, &e->held, NULL};
    kl_work work = kl_node_work(e->call);
    KL_TRY(check_policy(e->policy, e->error));
    for (size_t i = 0; lists[i]; i++)
        KL_TRY(kl_array_new(lists[i], 0, e->error));
    KL_TRY(kl_map_new(&e->categories, 4, e->error));
    for (size_t i = 0; i < kl_array_len(e->call->args[RECORDS]); i++) {
        KL_TRY(kl_work_step(&work, e->error));
        KL_TRY(judge(e, i));
    }
    return KL_OK;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    evaluation e = {.call = call, .policy = call->args[POLICY], .error = error};
    e.now = kl_is_null(call->args[NOW]) ? (double)kl_epoch_seconds() : kl_as_double(call->args[NOW]);
    kl_status status = evaluate(&e);
    if (status == KL_OK)
        status = tell(out, &e);
    kl_value_release(e.expired);
    kl_value_release(e.retained);
    kl_value_release(e.undated);
    kl_value_release(e.held);
    kl_value_release(e.categories);
    return status;
}

static const kl_node_type types[] = {
    {
        .name = "DataRetentionPolicyNode",
        .category = "Enterprise",
        .doc = "Judges records by their age: which may be kept, which must go.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family retention_nodes = {.name = "retention", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(retention_nodes);
