#include "governance_test.h"
#include "pact/judge.h"
#include "sweep.h"

/* What was used, the same whatever is asked. */
typedef struct usage_of {
    uint64_t spent, count;
    kl_time spent_since, count_since;
    char operation[64];
} usage_of;

static uint64_t spent(void *data, kl_time since)
{
    usage_of *u = data;
    u->spent_since = since;
    return u->spent;
}

static uint64_t count(void *data, kl_text operation, kl_time since)
{
    usage_of *u = data;
    u->count_since = since;
    snprintf(u->operation, sizeof u->operation, "%.*s", KL_TEXT_ARG(operation));
    return u->count;
}

typedef struct judged {
    kl_judgement judgement;
    kl_value details, reason;
} judged;

static judged judge(const char *dimensions, const kl_judge_input *input)
{
    kl_governance *envelope = envelope_of(dimensions);
    judged j;
    assert_int_equal(kl_judge(&j.judgement, envelope, input, NULL), KL_OK);
    assert_int_equal(kl_judgement_details(&j.details, &j.judgement, input, NULL), KL_OK);
    assert_int_equal(kl_judgement_reason(&j.reason, &j.judgement, input, NULL), KL_OK);
    kl_governance_release(envelope);
    return j;
}

static void end(judged *j)
{
    kl_judgement_end(&j->judgement);
    kl_value_release(j->details);
    kl_value_release(j->reason);
}

/* One row: an envelope, what is done, and what is found on a subject (NULL: nothing is told). */
typedef struct row {
    const char *dimensions, *action, *context;
    kl_zone zone;
    const char *subject, *text;
} row;

static void check_row(const row *r, const usage_of *used)
{
    kl_value context = r->context ? json(r->context) : kl_null();
    usage_of u = used ? *used : (usage_of){0};
    kl_usage usage = {&u, spent, count};
    kl_judge_input input = {.action = kl_text_from(r->action), .context = context, .usage = &usage};
    judged j = judge(r->dimensions, &input);
    kl_value told = kl_map_get(j.details, kl_text_from(r->subject));
    if (j.judgement.zone != r->zone ||
        (r->text ? !kl_text_is(kl_as_text(told), r->text) : !kl_is_null(told)))
        fail_msg("%s %s: got %s: %s, expected %s: %s", r->action, r->context ? r->context : "",
                 kl_rung_name(KL_LADDER_ZONE, (int)j.judgement.zone, KL_SNAKE), kl_as_text(told).data,
                 kl_rung_name(KL_LADDER_ZONE, (int)r->zone, KL_SNAKE), r->text ? r->text : "nothing");
    end(&j);
    kl_value_release(context);
}

#define FREE KL_ZONE_AUTO_APPROVED
#define FLAG KL_ZONE_FLAGGED
#define HOLD KL_ZONE_HELD
#define STOP KL_ZONE_BLOCKED

#define OPS OPERATIONAL("[\"read\",\"Send\",\"drop\"]", "[\"drop\"]", "{\"llm_calls\":10,\"none\":0}", "[\"send\"]")

KL_TEST(operations)
{
    KL_UNUSED_STATE;
    static const row rows[] = {
        {"", "read", NULL, FREE, "operational", "unconstrained (null dimension)"},
        {OPS, "read", NULL, FREE, "operational", "within_limits"},
        {OPS, "READ", NULL, FREE, "operational", "within_limits"},
        {OPS, "drop", NULL, STOP, "operational", "blocked (action 'drop' in denied_operations)"},
        {OPS, "DROP", NULL, STOP, "operational", "blocked (action 'DROP' in denied_operations)"},
        {OPS, "send", NULL, HOLD, "operational", "held (action 'send' requires approval)"},
        {OPS, "zip", NULL, HOLD, "operational",
         "held (action 'zip' not in allowed_operations — unknown action)"},
        {OPS, "rea", NULL, HOLD, "operational",
         "held (action 'rea' not in allowed_operations — unknown action)"},
        {OPERATIONAL("[]", "[]", "{}", "[]"), "zip", NULL, FREE, "operational", "within_limits"},
        {OPERATIONAL("[\"é\"]", "[]", "{}", "[]"), "É", NULL, FREE, "operational", "within_limits"},
        {OPS, "read", "{\"concurrent_operations\":3}", FREE, "operational", "within_limits"},
        {OPS, "read", "{\"concurrent_operations\":4}", FLAG, "operational",
         "flagged (concurrent_operations 4 is 80% of limit 5)"},
        {OPS, "read", "{\"concurrent_operations\":6}", STOP, "operational",
         "blocked (concurrent_operations 6 exceeds limit 5)"},
        {OPS, "read", "{\"concurrent_operations\":-1}", STOP, "operational",
         "blocked (concurrent_operations -1 is no possible number)"},
        {OPS, "read", "{\"llm_calls\":10}", FLAG, "operational",
         "flagged (llm_calls 10 is 100% of limit 10)"},
        {OPS, "read", "{\"llm_calls\":10.5}", STOP, "operational",
         "blocked (llm_calls 10.5 exceeds limit 10)"},
        {OPS, "read", "{\"none\":0}", FREE, "operational", "within_limits"},
        {OPS, "read", "{\"none\":1}", STOP, "operational", "blocked (none 1 exceeds limit 0)"},
        {OPS, "send", "{\"llm_calls\":9}", HOLD, "operational", "held (action 'send' requires approval)"},
        {OPS, "send", "{\"llm_calls\":99}", STOP, "operational", "blocked (llm_calls 99 exceeds limit 10)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        check_row(&rows[i], NULL);
}

#define MONEY FINANCIAL(10000, 50000, "daily", 9000)

KL_TEST(money)
{
    KL_UNUSED_STATE;
    static const row rows[] = {
        {"", "buy", "{\"cost\":5}", FREE, "financial", "unconstrained (null dimension)"},
        {MONEY, "buy", NULL, FREE, "financial", NULL},
        {MONEY, "buy", "{\"llm_calls\":5}", FREE, "financial", NULL},
        {MONEY, "buy", "{\"cost\":79.99}", FREE, "financial", "within_limits"},
        {MONEY, "buy", "{\"cost\":80}", FLAG, "financial", "flagged (transaction 80 is 80% of limit 100)"},
        {MONEY, "buy", "{\"cost\":82.5}", FLAG, "financial", "flagged (transaction 82.5 is 82% of limit 100)"},
        {MONEY, "buy", "{\"cost\":90}", FLAG, "financial", "flagged (transaction 90 is 90% of limit 100)"},
        {MONEY, "buy", "{\"cost\":90.01}", HOLD, "financial",
         "held (transaction 90.01 exceeds approval threshold 90)"},
        {MONEY, "buy", "{\"cost\":100}", HOLD, "financial",
         "held (transaction 100 exceeds approval threshold 90)"},
        {MONEY, "buy", "{\"cost\":100.01}", STOP, "financial",
         "blocked (transaction 100.01 exceeds limit 100)"},
        {MONEY, "buy", "{\"cost\":1e20}", STOP, "financial",
         "blocked (transaction 100000000000000000000 exceeds limit 100)"},
        {MONEY, "buy", "{\"cost\":-0.01}", STOP, "financial", "blocked (negative cost)"},
        {MONEY, "buy", "{\"cost\":0}", FREE, "financial", "within_limits"},
        {MONEY, "buy", "{\"cost\":true}", FREE, "financial", "within_limits"},
        {MONEY, "buy", "{\"transaction_amount\":1,\"cost\":1000}", FREE, "financial", "within_limits"},
        {MONEY, "buy", "{\"cost_usd\":1000}", STOP, "financial",
         "blocked (transaction 1000 exceeds limit 100)"},
        {MONEY, "buy", "{\"amount\":1000}", STOP, "financial",
         "blocked (transaction 1000 exceeds limit 100)"},
        {MONEY, "buy", "{\"daily_total\":100}", FREE, "financial_daily", NULL},
        {MONEY, "buy", "{\"daily_total\":400}", FLAG, "financial_daily",
         "flagged (daily 400 is 80% of limit 500)"},
        {MONEY, "buy", "{\"daily_total\":500.5}", STOP, "financial_daily",
         "blocked (daily 500.5 exceeds limit 500)"},
        {MONEY, "buy", "{\"daily_total\":-1}", STOP, "financial_daily", "blocked (negative daily total)"},
        {FINANCIAL(0, 0, "daily", 0), "buy", "{\"cost\":0}", FREE, "financial", "within_limits"},
        {FINANCIAL(0, 0, "daily", 0), "buy", "{\"cost\":1}", STOP, "financial", "blocked (zero limit)"},
        {FINANCIAL(0, 0, "daily", 0), "buy", "{\"daily_total\":5}", STOP, "financial_daily",
         "blocked (zero limit)"},
        {FINANCIAL(10, 10, "daily", 10), "buy", "{\"cost\":0.08}", FLAG, "financial",
         "flagged (transaction 0.08 is 80% of limit 0.1)"},
        {FINANCIAL(30, 30, "daily", 30), "buy", "{\"cost\":0.3}", FLAG, "financial",
         "flagged (transaction 0.3 is 100% of limit 0.3)"},
        {FINANCIAL(18446744073709551615, 18446744073709551615, "daily", 18446744073709551615), "buy",
         "{\"cost\":1e15}", FREE, "financial", "within_limits"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        check_row(&rows[i], NULL);
}

KL_TEST(an_envelope_may_say_what_is_near)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *gradient, *context;
        kl_zone zone;
    } rows[] = {
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":0.6}", "{\"cost\":49.99}", FREE},
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":0.6}", "{\"cost\":50}", FLAG},
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":0.6}", "{\"cost\":60}", HOLD},
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":0.6}", "{\"daily_total\":250}", FLAG},
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":0.6}", "{\"cost\":100.01}", STOP},
        {"{\"auto_approve\":0.95,\"flag\":0.97,\"hold\":1}", "{\"cost\":85}", FREE},
        {"{\"auto_approve\":0.95,\"flag\":0.97,\"hold\":1}", "{\"cost\":98}", FLAG},
        {"{\"auto_approve\":0,\"flag\":0,\"hold\":1}", "{\"cost\":0}", FLAG},
        {"{\"auto_approve\":0.3,\"flag\":0.5,\"hold\":1}", "{\"llm_calls\":5}", FLAG},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_governance *envelope;
        kl_judgement found;
        char more[128];
        kl_value context = json(rows[i].context);
        kl_judge_input input = {.action = KL_TEXT("read"), .context = context};
        snprintf(more, sizeof more, ",\"gradient_thresholds\":%s", rows[i].gradient);
        assert_int_equal(read_envelope(&envelope, FINANCIAL(10000, 50000, "daily", 10000) "," OPS, more, NULL),
                         KL_OK);
        assert_int_equal(kl_judge(&found, envelope, &input, NULL), KL_OK);
        assert_int_equal(found.zone, rows[i].zone);
        kl_judgement_end(&found);
        kl_governance_release(envelope);
        kl_value_release(context);
    }
}

KL_TEST(no_spending_blocks_any_amount)
{
    KL_UNUSED_STATE;
    static const char no[] = "\"financial\":{\"max_transaction_cents\":1,\"max_cumulative_cents\":1,"
                             "\"approval_threshold_cents\":1,\"allowed_currencies\":[],"
                             "\"spending_allowed\":false}";
    static const row rows[] = {
        {no, "buy", NULL, FREE, "financial", NULL},
        {no, "buy", "{\"cost\":0}", STOP, "financial", "blocked (spending not allowed)"},
        {no, "buy", "{\"daily_total\":0}", STOP, "financial", "blocked (spending not allowed)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        check_row(&rows[i], NULL);
}

KL_TEST(what_is_no_number_blocks)
{
    KL_UNUSED_STATE;
    static const char *const keys[] = {"cost", "daily_total", "llm_calls", "duration_seconds"};
    for (size_t i = 0; i < KL_COUNT(keys); i++) {
        kl_value context;
        assert_int_equal(kl_map_of_one(&context, kl_text_from(keys[i]), kl_double(0.0 / 0.0), NULL), KL_OK);
        kl_judge_input input = {.action = KL_TEXT("read"), .context = context};
        judged j = judge(MONEY "," OPS "," TEMPORAL("null", 60, "[]", "[]"), &input);
        assert_int_equal(j.judgement.zone, KL_ZONE_BLOCKED);
        end(&j);
        kl_value_release(context);
    }
}

KL_TEST(recorded_spending_counts_in_its_period)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions;
        uint64_t spent;
        const char *since;
        kl_zone zone;
        const char *text;
    } rows[] = {
        {FINANCIAL(10000, 50000, "daily", 10000), 1000, "2026-08-19T00:00:00Z", FREE, NULL},
        {FINANCIAL(10000, 50000, "weekly", 10000), 39000, "2026-08-17T00:00:00Z", FLAG,
         "flagged (weekly 400 is 80% of limit 500)"},
        {FINANCIAL(10000, 50000, "monthly", 10000), 49001, "2026-08-01T00:00:00Z", STOP,
         "blocked (monthly 500.01 exceeds limit 500)"},
        {FINANCIAL(10000, 50000, "quarterly", 10000), 49000, "2026-07-01T00:00:00Z", FLAG,
         "flagged (quarterly 500 is 100% of limit 500)"},
        {FINANCIAL(10000, 50000, "annual", 10000), UINT64_MAX, "2026-01-01T00:00:00Z", STOP,
         "blocked (annual 184467440737095520 exceeds limit 500)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        usage_of u = {.spent = rows[i].spent};
        kl_usage usage = {&u, spent, count};
        kl_value context = json("{\"cost\":10}");
        kl_judge_input input = {.action = KL_TEXT("buy"), .context = context, .usage = &usage};
        kl_time since;
        assert_int_equal(kl_time_parse(&input.now, KL_TEXT("2026-08-19T15:30:45.5Z"), NULL), KL_OK);
        assert_int_equal(kl_time_parse(&since, kl_text_from(rows[i].since), NULL), KL_OK);
        judged j = judge(rows[i].dimensions, &input);
        assert_int_equal(j.judgement.zone, rows[i].zone);
        assert_true(u.spent_since == since);
        kl_value told = kl_map_get(j.details, KL_TEXT("financial_period"));
        if (rows[i].text)
            assert_string_equal(kl_as_text(told).data, rows[i].text);
        else
            assert_true(kl_is_null(told));
        end(&j);
        kl_value_release(context);
    }
}

/* ---- times ------------------------------------------------------------------------------------------ */

#define HOURS(zone, day, start, end)                                                               \
    TEMPORAL("{\"timezone\":\"" zone "\",\"windows\":[{\"day_of_week\":" day ",\"start_time\":\"" start \
             "\",\"end_time\":\"" end "\"}]}",                                                      \
             60, "[]", "[]")
#define BLACKOUT(day, start, end)                                                                  \
    TEMPORAL("null", 60, "[]",                                                                      \
             "[{\"day_of_week\":" day ",\"start_time\":\"" start "\",\"end_time\":\"" end "\"}]")

KL_TEST(times_of_the_week)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions, *now;
        kl_zone zone;
    } rows[] = {
        {HOURS("UTC", "null", "09:00", "17:00"), "2026-08-19T09:00:00Z", FREE},
        {HOURS("UTC", "null", "09:00", "17:00"), "2026-08-19T08:59:59.999Z", STOP},
        {HOURS("UTC", "null", "09:00", "17:00"), "2026-08-19T16:59:59.999Z", FREE},
        {HOURS("UTC", "null", "09:00", "17:00"), "2026-08-19T17:00:00Z", STOP},
        {HOURS("UTC", "[\"wednesday\"]", "09:00", "17:00"), "2026-08-19T12:00:00Z", FREE},
        {HOURS("UTC", "[\"Monday\",\"TUESDAY\"]", "09:00", "17:00"), "2026-08-19T12:00:00Z", STOP},
        {HOURS("UTC", "[]", "09:00", "17:00"), "2026-08-19T12:00:00Z", STOP},
        {HOURS("UTC", "[\"tuesday\"]", "22:00", "06:00"), "2026-08-19T05:59:00Z", FREE},
        {HOURS("UTC", "[\"wednesday\"]", "22:00", "06:00"), "2026-08-19T05:59:00Z", STOP},
        {HOURS("UTC", "[\"sunday\"]", "22:00", "06:00"), "2026-08-17T05:59:00Z", FREE},
        {HOURS("UTC", "null", "00:00", "23:59"), "2026-08-19T23:59:59.9Z", FREE},
        {HOURS("UTC", "null", "00:00", "24:00"), "2026-08-19T23:59:59.9Z", FREE},
        {HOURS("UTC", "null", "09:00", "09:00"), "2026-08-19T09:00:00Z", STOP},
        /* summer time, winter time, and the hour in which it changes */
        {HOURS("Europe/Berlin", "null", "09:00", "17:00"), "2026-07-01T07:00:00Z", FREE},
        {HOURS("Europe/Berlin", "null", "09:00", "17:00"), "2026-07-01T06:59:59Z", STOP},
        {HOURS("Europe/Berlin", "null", "09:00", "17:00"), "2026-01-01T07:59:59Z", STOP},
        {HOURS("Europe/Berlin", "null", "09:00", "17:00"), "2026-01-01T08:00:00Z", FREE},
        {HOURS("Europe/Berlin", "null", "02:30", "04:00"), "2026-03-29T00:59:59Z", STOP},
        {HOURS("Europe/Berlin", "null", "02:30", "04:00"), "2026-03-29T01:00:00Z", FREE},
        {HOURS("America/New_York", "[\"tuesday\"]", "20:00", "23:00"), "2026-08-19T00:30:00Z", FREE},
        {HOURS("Asia/Kolkata", "null", "09:30", "10:00"), "2050-08-19T04:00:00Z", FREE},
        {HOURS("Australia/Sydney", "null", "09:00", "10:00"), "2050-01-10T22:00:00Z", FREE},
        {HOURS("Australia/Sydney", "null", "09:00", "10:00"), "2050-07-10T22:00:00Z", STOP},
        {HOURS("UTC", "[\"wednesday\"]", "23:00", "23:59"), "1969-12-31T23:30:00Z", FREE},
        {BLACKOUT("null", "09:00", "17:00"), "2026-08-19T12:00:00Z", STOP},
        {BLACKOUT("null", "09:00", "17:00"), "2026-08-19T17:00:00Z", FREE},
        {BLACKOUT("[\"wednesday\"]", "00:00", "23:59"), "2026-08-19T23:59:59Z", STOP},
        {BLACKOUT("[\"monday\"]", "00:00", "23:59"), "2026-08-19T23:59:59Z", FREE},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_judge_input input = {.action = KL_TEXT("read")};
        assert_int_equal(kl_time_parse(&input.now, kl_text_from(rows[i].now), NULL), KL_OK);
        judged j = judge(rows[i].dimensions, &input);
        if (j.judgement.zone != rows[i].zone)
            fail_msg("%s at %s: got %d", rows[i].dimensions, rows[i].now, (int)j.judgement.zone);
        end(&j);
    }
}

KL_TEST(durations_and_rates)
{
    KL_UNUSED_STATE;
#define RATED TEMPORAL("null", 100, "[{\"operation\":\"Read\",\"max_count\":10,\"window_seconds\":60}]", "[]")
    static const struct {
        row row;
        uint64_t count;
    } rows[] = {
        {{RATED, "read", NULL, FREE, "temporal", "within_limits"}, 7},
        {{RATED, "READ", NULL, FLAG, "temporal", "flagged (rate limit of 'READ': 8 of 10 within 60 s)"}, 8},
        {{RATED, "read", NULL, STOP, "temporal", "blocked (rate limit of 'read': 10 of 10 within 60 s)"}, 10},
        {{RATED, "write", NULL, FREE, "temporal", "within_limits"}, 10},
        {{RATED, "read", "{\"duration_seconds\":79}", FREE, "temporal", "within_limits"}, 0},
        {{RATED, "read", "{\"duration_seconds\":80}", FLAG, "temporal",
          "flagged (duration_seconds 80 is 80% of limit 100)"}, 0},
        {{RATED, "read", "{\"duration_seconds\":100.5}", STOP, "temporal",
          "blocked (duration_seconds 100.5 exceeds limit 100)"}, 9},
        {{TEMPORAL("null", null, "[{\"operation\":\"read\",\"max_count\":0,\"window_seconds\":1}]", "[]"),
          "read", NULL, STOP, "temporal", "blocked (rate limit of 'read': 0 of 0 within 1 s)"}, 0},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        check_row(&rows[i].row, &(usage_of){.count = rows[i].count});
}

KL_TEST(a_rate_asks_for_its_window)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *window;
        kl_time since;
    } rows[] = {{"60", 940 * KL_SECOND}, {"18446744073709551615", INT64_MIN}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char rate[128], dimensions[512];
        usage_of u = {0};
        kl_usage usage = {&u, spent, count};
        kl_judge_input input = {.action = KL_TEXT("READ"), .now = 1000 * KL_SECOND, .usage = &usage};
        snprintf(rate, sizeof rate, "[{\"operation\":\"Read\",\"max_count\":10,\"window_seconds\":%s}]",
                 rows[i].window);
        snprintf(dimensions, sizeof dimensions,
                 "\"temporal\":{\"operating_hours\":null,\"rate_limits\":%s,\"blackout_periods\":[]}", rate);
        judged j = judge(dimensions, &input);
        assert_true(u.count_since == rows[i].since);
        assert_string_equal(u.operation, "read");
        end(&j);
    }
}

KL_TEST(an_expired_envelope_blocks)
{
    KL_UNUSED_STATE;
    kl_governance *envelope;
    kl_judgement found;
    kl_judge_input input = {.action = KL_TEXT("read"), .now = KL_SECOND};
    assert_int_equal(read_envelope(&envelope, "", ",\"expires_at\":\"1970-01-01T00:00:01Z\"", NULL), KL_OK);
    assert_int_equal(kl_judge(&found, envelope, &input, NULL), KL_OK);
    assert_int_equal(found.zone, KL_ZONE_BLOCKED);
    assert_true(kl_text_is(kl_judgement_text(&found, KL_ON_TEMPORAL), "blocked (envelope expired)"));
    kl_judgement_end(&found);
    input.now = KL_SECOND - 1;
    assert_int_equal(kl_judge(&found, envelope, &input, NULL), KL_OK);
    assert_int_equal(found.zone, KL_ZONE_AUTO_APPROVED);
    kl_judgement_end(&found);
    kl_governance_release(envelope);
}

/* ---- places ----------------------------------------------------------------------------------------- */

#define PLACES DATA("[\"db1\",\"docs/**\",\"pub/*\",\"db2\"]", "[\"db2\",\"docs/Secret/**\"]")

KL_TEST(data_sources)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *dimensions, *resource; /* NULL: none is declared */
        kl_zone zone;
        const char *text, *key, *value;
    } rows[] = {
        {PLACES, "db1", FREE, "within_limits (data source 'db1')", "data_access_resource", "db1"},
        {PLACES, "DB1", FREE, "within_limits (data source 'DB1')", "data_access_resource", "DB1"},
        {PLACES, "db2", STOP, "blocked (data source 'db2' in denied_data_sources)", "data_access_resource", "db2"},
        {PLACES, "db3", STOP, "blocked (data source 'db3' not in allowed_data_sources)", "data_access_resource",
         "db3"},
        {PLACES, "docs/a/b", FREE, "within_limits (data source 'docs/a/b')", "data_access_resource", "docs/a/b"},
        {PLACES, "docs/secret/x", STOP, "blocked (data source 'docs/secret/x' in denied_data_sources)",
         "data_access_resource", "docs/secret/x"},
        {PLACES, "docs", STOP, "blocked (data source 'docs' not in allowed_data_sources)",
         "data_access_resource", "docs"},
        {PLACES, "pub/a", FREE, "within_limits (data source 'pub/a')", "data_access_resource", "pub/a"},
        {PLACES, "pub/a/b", STOP, "blocked (data source 'pub/a/b' not in allowed_data_sources)",
         "data_access_resource", "pub/a/b"},
        {PLACES, NULL, STOP,
         "blocked (no data source declared; allowed_data_sources restricts to 4 source(s) — fail-closed)",
         "data_access_resource_absent", "true"},
        {PLACES, "", STOP, "blocked (declared data source rejected: empty — fail-closed)",
         "data_access_resource_rejected", "empty"},
        {PLACES, "docs/../db1", STOP,
         "blocked (declared data source rejected: contains a '..' path segment — fail-closed)",
         "data_access_resource_rejected", "contains a '..' path segment"},
        {PLACES, "..\\db1", STOP,
         "blocked (declared data source rejected: contains a '..' path segment — fail-closed)",
         "data_access_resource_rejected", "contains a '..' path segment"},
        {PLACES, "docs/..x", FREE, "within_limits (data source 'docs/..x')", "data_access_resource", "docs/..x"},
        {PLACES, "docs/\n", STOP,
         "blocked (declared data source rejected: contains a non-printable or non-ASCII character — fail-closed)",
         "data_access_resource_rejected", "contains a non-printable or non-ASCII character"},
        {PLACES, "docs/\xE2\x80\x8B", STOP,
         "blocked (declared data source rejected: contains a non-printable or non-ASCII character — fail-closed)",
         "data_access_resource_rejected", "contains a non-printable or non-ASCII character"},
        {DATA("[]", "[\"db2\"]"), NULL, FREE, "within_limits", "data_access_resource_absent", NULL},
        {DATA("[]", "[\"db2\"]"), "q", FREE, "within_limits (data source 'q')", "data_access_resource", "q"},
        {"", "q", FREE, "unconstrained (null dimension)", "data_access_resource", "q"},
        {"", "../q", FREE, "unconstrained (null dimension)", "data_access_resource_rejected",
         "contains a '..' path segment"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_judge_input input = {.action = KL_TEXT("read")};
        if (rows[i].resource)
            input.resource = kl_text_from(rows[i].resource);
        judged j = judge(rows[i].dimensions, &input);
        assert_int_equal(j.judgement.zone, rows[i].zone);
        assert_string_equal(kl_as_text(kl_map_get(j.details, KL_TEXT("data_access"))).data, rows[i].text);
        kl_value told = kl_map_get(j.details, kl_text_from(rows[i].key));
        assert_string_equal(kl_as_text(told).data, rows[i].value ? rows[i].value : "");
        end(&j);
    }
}

KL_TEST(a_place_is_not_longer_than_4096_bytes)
{
    KL_UNUSED_STATE;
    static char place[KL_JUDGE_PLACE_MAX + 1];
    memset(place, 'a', sizeof place);
    assert_null(kl_judge_place_fault((kl_text){place, KL_JUDGE_PLACE_MAX}));
    assert_string_equal(kl_judge_place_fault((kl_text){place, sizeof place}), "longer than 4096 bytes");
    kl_judge_input input = {.action = KL_TEXT("read"), .resource = {place, KL_JUDGE_PLACE_MAX}};
    judged j = judge(PLACES, &input);
    assert_int_equal(j.judgement.zone, KL_ZONE_BLOCKED);
    end(&j);
}

KL_TEST(channels_and_recipients)
{
    KL_UNUSED_STATE;
#define TELL COMMUNICATION("[\"Email\",\"sms\"]", "[\"sms\"]", "true", 100)
    static const struct {
        const char *channel, *context;
        kl_zone zone;
        const char *text;
    } rows[] = {
        {NULL, NULL, FREE, "within_limits"},
        {"email", NULL, FREE, "within_limits"},
        {"SMS", NULL, STOP, "blocked (channel 'SMS' in denied_channels)"},
        {"fax", NULL, STOP, "blocked (channel 'fax' not in allowed_channels)"},
        {"", NULL, STOP, "blocked (channel '' not in allowed_channels)"},
        {"email", "{\"external\":1}", HOLD, "held (external communication requires approval)"},
        {"email", "{\"external\":0}", FREE, "within_limits"},
        {"email", "{\"message_length\":80}", FLAG, "flagged (message_length 80 is 80% of limit 100)"},
        {"email", "{\"message_length\":101}", STOP, "blocked (message_length 101 exceeds limit 100)"},
        {"fax", "{\"external\":1}", STOP, "blocked (channel 'fax' not in allowed_channels)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value context = rows[i].context ? json(rows[i].context) : kl_null();
        kl_judge_input input = {.action = KL_TEXT("tell"), .context = context};
        if (rows[i].channel)
            input.channel = kl_text_from(rows[i].channel);
        judged j = judge(TELL, &input);
        assert_int_equal(j.judgement.zone, rows[i].zone);
        assert_string_equal(kl_as_text(kl_map_get(j.details, KL_TEXT("communication"))).data, rows[i].text);
        end(&j);
        kl_value_release(context);
    }
    static const char to[] = "\"communication\":{\"allowed_channels\":[],\"denied_channels\":[],"
                             "\"allowed_recipients\":[],\"denied_recipients\":[\"Eve\"],"
                             "\"require_approval_for_external\":false,\"content_filters\":[]}";
    kl_judge_input input = {.action = KL_TEXT("tell"), .recipient = KL_TEXT("eve")};
    judged j = judge(to, &input);
    assert_string_equal(kl_as_text(kl_map_get(j.details, KL_TEXT("communication"))).data,
                        "blocked (recipient 'eve' in denied_recipients)");
    end(&j);
}

/* ---- all together ----------------------------------------------------------------------------------- */

KL_TEST(the_reason_tells_the_worst)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *action, *context, *resource, *reason;
    } rows[] = {
        {"read", NULL, NULL,
         "action 'read' blocked: data_access: blocked (no data source declared; allowed_data_sources "
         "restricts to 4 source(s) — fail-closed)"},
        {"read", NULL, "db1", "action 'read' is within all limits (data source 'db1')"},
        {"read", "{\"cost\":85}", "db1",
         "action 'read' is near a boundary: financial: flagged (transaction 85 is 85% of limit 100) "
         "(data source 'db1')"},
        {"send", "{\"cost\":85}", "db1",
         "action 'send' requires human review: operational: held (action 'send' requires approval) "
         "(data source 'db1')"},
        {"drop", "{\"cost\":1000}", "db2",
         "action 'drop' blocked: financial: blocked (transaction 1000 exceeds limit 100); operational: "
         "blocked (action 'drop' in denied_operations); data_access: blocked (data source 'db2' in "
         "denied_data_sources)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value context = rows[i].context ? json(rows[i].context) : kl_null();
        kl_judge_input input = {.action = kl_text_from(rows[i].action), .context = context};
        if (rows[i].resource)
            input.resource = kl_text_from(rows[i].resource);
        judged j = judge(MONEY "," OPS "," PLACES, &input);
        assert_string_equal(kl_as_text(j.reason).data, rows[i].reason);
        end(&j);
        kl_value_release(context);
    }
    kl_judge_input input = {.action = KL_TEXT("read"), .resource = KL_TEXT("../x")};
    judged j = judge("", &input);
    assert_string_equal(kl_as_text(j.reason).data, "action 'read' is within all limits");
    end(&j);
}

KL_TEST(what_a_human_approved_passes_but_what_is_blocked_does_not)
{
    KL_UNUSED_STATE;
    kl_value context = json("{\"cost\":95,\"llm_calls\":9}");
    kl_judge_input input = {.action = KL_TEXT("send"), .context = context, .approved = true};
    judged j = judge(MONEY "," OPS, &input);
    assert_int_equal(j.judgement.zone, KL_ZONE_FLAGGED);
    assert_true(j.judgement.held_was_approved);
    end(&j);
    input.context = kl_null();
    j = judge(MONEY "," OPS, &input);
    assert_int_equal(j.judgement.zone, KL_ZONE_AUTO_APPROVED);
    assert_string_equal(kl_as_text(kl_map_get(j.details, KL_TEXT("operational"))).data,
                        "approved (action 'send' requires approval)");
    end(&j);
    input.action = KL_TEXT("drop");
    j = judge(MONEY "," OPS, &input);
    assert_int_equal(j.judgement.zone, KL_ZONE_BLOCKED);
    assert_false(j.judgement.held_was_approved);
    end(&j);
    kl_value_release(context);
}

/* ---- want of memory --------------------------------------------------------------------------------- */

typedef struct work {
    kl_governance *envelope;
    kl_value context;
} work;

static kl_status judge_all(void *data)
{
    const work *w = data;
    kl_judge_input input = {.action = KL_TEXT("dröp"), .context = w->context, .resource = KL_TEXT("db2"),
                            .channel = KL_TEXT("fax")};
    kl_judgement found;
    kl_value details = kl_null(), reason = kl_null();
    KL_TRY(kl_judge(&found, w->envelope, &input, NULL));
    kl_status status = kl_judgement_details(&details, &found, &input, NULL);
    if (status == KL_OK)
        status = kl_judgement_reason(&reason, &found, &input, NULL);
    kl_judgement_end(&found);
    kl_value_release(details);
    kl_value_release(reason);
    return status;
}

KL_TEST(want_of_memory_is_no_verdict)
{
    KL_UNUSED_STATE;
    work w = {envelope_of(MONEY "," OPS "," PLACES "," TELL), json("{\"cost\":1000,\"llm_calls\":9}")};
    assert_int_equal(judge_all(&w), KL_OK); /* the driver of Unicode is loaded */
    assert_true(sweep(judge_all, &w) > 8);
    kl_governance_release(w.envelope);
    kl_value_release(w.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations),
        cmocka_unit_test(money),
        cmocka_unit_test(an_envelope_may_say_what_is_near),
        cmocka_unit_test(no_spending_blocks_any_amount),
        cmocka_unit_test(what_is_no_number_blocks),
        cmocka_unit_test(recorded_spending_counts_in_its_period),
        cmocka_unit_test(times_of_the_week),
        cmocka_unit_test(durations_and_rates),
        cmocka_unit_test(a_rate_asks_for_its_window),
        cmocka_unit_test(an_expired_envelope_blocks),
        cmocka_unit_test(data_sources),
        cmocka_unit_test(a_place_is_not_longer_than_4096_bytes),
        cmocka_unit_test(channels_and_recipients),
        cmocka_unit_test(the_reason_tells_the_worst),
        cmocka_unit_test(what_a_human_approved_passes_but_what_is_blocked_does_not),
        cmocka_unit_test(want_of_memory_is_no_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
