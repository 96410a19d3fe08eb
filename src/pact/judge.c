/* src/pact/judge.c - is it allowed, near a boundary, for a human to decide, or forbidden. */
#include "judge.h"
#include "kailash/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- what is found ---------------------------------------------------------------------------------- */

/* One judging. Of several findings on a subject the worst is told, the first of equals. */
typedef struct bench {
    kl_judgement found;
    const kl_governance *envelope;
    const kl_judge_input *input;
    kl_text action; /* in lower case */
    kl_error *error;
} bench;

/* Whether a finding is worse than what is known of its subject; then it takes its place. What a human has
 * approved is no worse than nothing, but told. */
static bool finds(bench *b, kl_subject subject, kl_zone zone)
{
    bool was_approved = zone == KL_ZONE_HELD && b->input->approved;
    kl_zone known = b->found.zones[subject];
    if (was_approved) {
        b->found.held_was_approved = true;
        zone = KL_ZONE_AUTO_APPROVED;
    }
    if (b->found.said[subject] && (zone < known || (zone == known && !was_approved)))
        return false;
    b->found.said[subject] = true;
    b->found.zones[subject] = zone;
    kl_value_release(kl_value_take(&b->found.text[subject]));
    b->found.plain[subject] = NULL;
    return true;
}

/* That all is well, in a static text. */
static void pass(bench *b, kl_subject subject, const char *text)
{
    if (finds(b, subject, KL_ZONE_AUTO_APPROVED))
        b->found.plain[subject] = text;
}

/* "blocked (WHY)", where the format gives the WHY. */
KL_PRINTF(4, 5)
static kl_status note(bench *b, kl_subject subject, kl_zone zone, const char *format, ...)
{
    char why[KL_JUDGE_PLACE_MAX + 1024];
    va_list list;
    if (!finds(b, subject, zone))
        return KL_OK;
    va_start(list, format);
    int len = vsnprintf(why, sizeof why, format, list);
    va_end(list);
    if (len >= (int)sizeof why) /* cut between characters */
        for (len = (int)sizeof why - 1; len && ((unsigned char)why[len] & 0xC0) == 0x80;)
            len--;
    bool was_approved = zone == KL_ZONE_HELD && b->input->approved;
    return kl_string_format(&b->found.text[subject], b->error, "%s (%.*s)",
                            was_approved ? "approved"
                                         : kl_rung_name(KL_LADDER_ZONE, (int)zone, KL_SNAKE),
                            KL_MAX(len, 0), why);
}

/* ---- numbers ---------------------------------------------------------------------------------------- */

/* A number as people write it: 80, 82.5. */
typedef struct shown {
    char text[32];
} shown;

static shown show(double number)
{
    shown s;
    if (fabs(number) < 1e21 && number == floor(number))
        snprintf(s.text, sizeof s.text, "%.0f", number);
    else
        kl_double_print(s.text, number);
    return s;
}

static double dollars(uint64_t cents) { return (double)cents / 100.0; }

/* The first of the names that the context has; false when it has none of them. */
static bool number_of(double *out, kl_value context, const char *const *names)
{
    for (; *names && !kl_is_null(context); names++) {
        const kl_value *value = kl_map_find(context, kl_text_from(*names));
        if (value) {
            *out = kl_as_double(*value);
            return true;
        }
    }
    return false;
}

static bool number(double *out, kl_value context, const char *name)
{
    const char *const names[] = {name, NULL};
    return number_of(out, context, names);
}

/* What being near a limit means, which is not 0. A part of it is taken of whole numbers (`scale` of them
 * being one of the amount), so that four fifths of a dollar are 0.8 to the last bit. */
static kl_zone nearness(const bench *b, double amount, uint64_t limit, double scale)
{
    const kl_gradient *g = &b->envelope->gradient;
    return amount >= g->hold * (double)limit / scale   ? KL_ZONE_HELD
           : amount >= g->flag * (double)limit / scale ? KL_ZONE_FLAGGED
                                                       : KL_ZONE_AUTO_APPROVED;
}

/* A count of the context against its limit: over blocks, near it is flagged or held. */
static kl_status judge_count(bench *b, kl_subject subject, kl_text name, uint64_t limit)
{
    const kl_value *value = limit == KL_UNLIMITED ? NULL : kl_map_find(b->input->context, name);
    if (!value)
        return KL_OK;
    double used = kl_as_double(*value);
    if (!(used >= 0))
        return note(b, subject, KL_ZONE_BLOCKED, "%.*s %s is no possible number", KL_TEXT_ARG(name),
                    show(used).text);
    if (used > (double)limit)
        return note(b, subject, KL_ZONE_BLOCKED, "%.*s %s exceeds limit %llu", KL_TEXT_ARG(name),
                    show(used).text, (unsigned long long)limit);
    kl_zone near = limit ? nearness(b, used, limit, 1) : KL_ZONE_AUTO_APPROVED;
    if (near != KL_ZONE_AUTO_APPROVED)
        return note(b, subject, near, "%.*s %s is %.0f%% of limit %llu",
                    KL_TEXT_ARG(name), show(used).text, 100 * used / (double)limit,
                    (unsigned long long)limit);
    return KL_OK;
}

/* ---- financial -------------------------------------------------------------------------------------- */

static const char *const amounts[] = {"transaction_amount", "cost", "cost_usd", "amount", NULL};

/* What is measured, and what its negative is called. */
typedef struct measure {
    kl_subject subject;
    const char *name, *whole_name;
} measure;

static const measure transaction = {KL_ON_FINANCIAL, "transaction", "cost"};
static const measure daily = {KL_ON_FINANCIAL_DAILY, "daily", "daily total"};

/* An amount against a limit in cents. Cents divided by a hundred are the very double that the decimal text
 * is, so that an amount of exactly the limit is one. */
static kl_status judge_amount(bench *b, const measure *m, double amount, uint64_t cents)
{
    double limit = dollars(cents);
    if (isnan(amount))
        return note(b, m->subject, KL_ZONE_BLOCKED, "%s is not a number", m->whole_name);
    if (amount < 0)
        return note(b, m->subject, KL_ZONE_BLOCKED, "negative %s", m->whole_name);
    if (cents == 0 && amount > 0)
        return note(b, m->subject, KL_ZONE_BLOCKED, "zero limit");
    if (amount > limit)
        return note(b, m->subject, KL_ZONE_BLOCKED, "%s %s exceeds limit %s", m->name,
                    show(amount).text, show(limit).text);
    kl_zone near = cents ? nearness(b, amount, cents, 100) : KL_ZONE_AUTO_APPROVED;
    if (near != KL_ZONE_AUTO_APPROVED)
        return note(b, m->subject, near, "%s %s is %.0f%% of limit %s", m->name,
                    show(amount).text, 100 * amount / limit, show(limit).text);
    return KL_OK;
}

/* What was recorded since the period began, and this amount on top. */
static kl_status judge_period(bench *b, double amount)
{
    const kl_governance *e = b->envelope;
    const kl_usage *usage = b->input->usage;
    uint64_t limit = e->limits[KL_MAX_CUMULATIVE];
    if (!usage || !usage->spent || limit == KL_UNLIMITED)
        return KL_OK;
    uint64_t spent = usage->spent(usage->data, kl_period_start(e->period, b->input->now));
    const measure total = {KL_ON_FINANCIAL_PERIOD, kl_period_name(e->period), "total"};
    return judge_amount(b, &total, ((double)spent + round(amount * 100)) / 100.0, limit);
}

static kl_status judge_transaction(bench *b, double amount)
{
    const kl_governance *e = b->envelope;
    uint64_t threshold = e->limits[KL_APPROVAL_THRESHOLD];
    pass(b, KL_ON_FINANCIAL, KL_JUDGE_WITHIN);
    KL_TRY(judge_amount(b, &transaction, amount, e->limits[KL_MAX_TRANSACTION]));
    if (amount > dollars(threshold))
        KL_TRY(note(b, KL_ON_FINANCIAL, KL_ZONE_HELD, "transaction %s exceeds approval threshold %s",
                    show(amount).text, show(dollars(threshold)).text));
    return amount >= 0 ? judge_period(b, amount) : KL_OK;
}

/* Without an amount there is nothing to say. */
static kl_status judge_financial(bench *b)
{
    const kl_governance *e = b->envelope;
    double amount, total;
    bool has_amount = number_of(&amount, b->input->context, amounts);
    bool has_total = number(&total, b->input->context, "daily_total");
    if (!has_amount && !has_total)
        return KL_OK;
    if (!e->spending_allowed)
        return note(b, KL_ON_FINANCIAL, KL_ZONE_BLOCKED, "spending not allowed");
    if (has_amount)
        KL_TRY(judge_transaction(b, amount));
    return has_total ? judge_amount(b, &daily, total, e->limits[KL_MAX_CUMULATIVE]) : KL_OK;
}

/* ---- operational ------------------------------------------------------------------------------------ */

static kl_status judge_operation(bench *b)
{
    const kl_governance *e = b->envelope;
    const kl_words *allowed = &e->lists[KL_LIST_OPERATIONS];
    kl_text action = b->input->action;
    if (kl_words_match(&e->lists[KL_LIST_DENIED_OPERATIONS], b->action))
        return note(b, KL_ON_OPERATIONAL, KL_ZONE_BLOCKED, "action '%.*s' in denied_operations",
                    KL_TEXT_ARG(action));
    if (kl_words_match(&e->lists[KL_LIST_APPROVALS], b->action))
        return note(b, KL_ON_OPERATIONAL, KL_ZONE_HELD, "action '%.*s' requires approval",
                    KL_TEXT_ARG(action));
    if (allowed->count && !kl_words_match(allowed, b->action))
        return note(b, KL_ON_OPERATIONAL, KL_ZONE_HELD,
                    "action '%.*s' not in allowed_operations — unknown action",
                    KL_TEXT_ARG(action));
    return KL_OK;
}

static kl_status judge_operational(bench *b)
{
    const kl_governance *e = b->envelope;
    pass(b, KL_ON_OPERATIONAL, KL_JUDGE_WITHIN);
    KL_TRY(judge_operation(b));
    if (kl_is_null(b->input->context))
        return KL_OK;
    KL_TRY(judge_count(b, KL_ON_OPERATIONAL, KL_TEXT("concurrent_operations"),
                       e->limits[KL_MAX_CONCURRENT]));
    for (size_t i = 0; i < e->resource_count; i++)
        KL_TRY(judge_count(b, KL_ON_OPERATIONAL, e->resources[i].name, e->resources[i].max));
    return KL_OK;
}

/* ---- temporal --------------------------------------------------------------------------------------- */

/* Seconds since 1970, rounded down. */
static int64_t seconds_of(kl_time time) { return time / KL_SECOND - (time % KL_SECOND < 0); }

static kl_status judge_clock(bench *b)
{
    const kl_governance *e = b->envelope;
    int64_t now = seconds_of(b->input->now);
    if (e->zone && !kl_week_has(&e->hours, kl_week_second(now, kl_tz_offset(e->zone, now))))
        return note(b, KL_ON_TEMPORAL, KL_ZONE_BLOCKED, "outside operating_hours");
    if (e->blackouts.count && kl_week_has(&e->blackouts, kl_week_second(now, 0)))
        return note(b, KL_ON_TEMPORAL, KL_ZONE_BLOCKED, "within a blackout period");
    return KL_OK;
}

/* Where a window of so many seconds begins; the beginning of time when it is longer than that. */
static kl_time window_start(kl_time now, uint64_t seconds)
{
    kl_time start;
    bool is_far = seconds > (uint64_t)(INT64_MAX / KL_SECOND) ||
                  __builtin_sub_overflow(now, (kl_time)seconds * KL_SECOND, &start);
    return is_far ? INT64_MIN : start;
}

static kl_status judge_rate(bench *b, const kl_rate_limit *rate)
{
    const kl_usage *usage = b->input->usage;
    uint64_t count = 0;
    if (usage && usage->count)
        count = usage->count(usage->data, b->action,
                             window_start(b->input->now, rate->window_seconds));
    kl_zone zone = count >= rate->max_count ? KL_ZONE_BLOCKED
                                            : nearness(b, (double)count, rate->max_count, 1);
    if (zone == KL_ZONE_AUTO_APPROVED)
        return KL_OK;
    return note(b, KL_ON_TEMPORAL, zone,
                "rate limit of '%.*s': %llu of %llu within %llu s", KL_TEXT_ARG(b->input->action),
                (unsigned long long)count, (unsigned long long)rate->max_count,
                (unsigned long long)rate->window_seconds);
}

static kl_status judge_temporal(bench *b)
{
    const kl_governance *e = b->envelope;
    pass(b, KL_ON_TEMPORAL, KL_JUDGE_WITHIN);
    KL_TRY(judge_clock(b));
    KL_TRY(judge_count(b, KL_ON_TEMPORAL, KL_TEXT("duration_seconds"), e->limits[KL_MAX_DURATION]));
    for (size_t i = 0; i < e->rate_count; i++)
        if (kl_text_equal(e->rates[i].operation, b->action))
            KL_TRY(judge_rate(b, &e->rates[i]));
    return KL_OK;
}

/* ---- data access ------------------------------------------------------------------------------------ */

const char *kl_judge_place_fault(kl_text place)
{
    size_t start = 0;
    if (place.len == 0)
        return "empty";
    if (place.len > KL_JUDGE_PLACE_MAX)
        return "longer than 4096 bytes";
    for (size_t i = 0; i <= place.len; i++) {
        char c = i < place.len ? place.data[i] : '/';
        if (c < 0x20 || c > 0x7e)
            return "contains a non-printable or non-ASCII character";
        if (c != '/' && c != '\\')
            continue;
        if (i - start == 2 && memcmp(place.data + start, "..", 2) == 0)
            return "contains a '..' path segment";
        start = i + 1;
    }
    return NULL;
}

static kl_status judge_place(bench *b)
{
    const kl_governance *e = b->envelope;
    const kl_words *allowed = &e->lists[KL_LIST_SOURCES];
    kl_text place = b->input->resource;
    kl_folded folded;
    KL_TRY(kl_fold(&folded, place, b->error));
    bool is_denied = kl_words_match(&e->lists[KL_LIST_DENIED_SOURCES], folded.text);
    bool is_allowed = allowed->count == 0 || kl_words_match(allowed, folded.text);
    kl_fold_end(&folded);
    if (is_denied)
        return note(b, KL_ON_DATA_ACCESS, KL_ZONE_BLOCKED, "data source '%.*s' in denied_data_sources",
                    KL_TEXT_ARG(place));
    if (!is_allowed)
        return note(b, KL_ON_DATA_ACCESS, KL_ZONE_BLOCKED,
                    "data source '%.*s' not in allowed_data_sources", KL_TEXT_ARG(place));
    finds(b, KL_ON_DATA_ACCESS, KL_ZONE_AUTO_APPROVED);
    return kl_string_format(&b->found.text[KL_ON_DATA_ACCESS], b->error,
                            KL_JUDGE_WITHIN " (data source '%.*s')", KL_TEXT_ARG(place));
}

static kl_status judge_data_access(bench *b)
{
    const kl_words *allowed = &b->envelope->lists[KL_LIST_SOURCES];
    if (b->found.resource_fault)
        return note(b, KL_ON_DATA_ACCESS, KL_ZONE_BLOCKED,
                    "declared data source rejected: %s — fail-closed", b->found.resource_fault);
    if (b->input->resource.data)
        return judge_place(b);
    b->found.resource_absent = allowed->count > 0;
    if (b->found.resource_absent)
        return note(b, KL_ON_DATA_ACCESS, KL_ZONE_BLOCKED,
                    "no data source declared; allowed_data_sources restricts to %zu source(s) — "
                    "fail-closed",
                    allowed->count);
    pass(b, KL_ON_DATA_ACCESS, KL_JUDGE_WITHIN);
    return KL_OK;
}

/* ---- communication ---------------------------------------------------------------------------------- */

/* One of the two ends of what is told: a channel, a recipient. */
static kl_status judge_end(bench *b, const char *what, kl_text given, kl_envelope_list allowed_list,
                           kl_envelope_list denied_list)
{
    const kl_words *allowed = &b->envelope->lists[allowed_list];
    kl_folded folded;
    if (!given.data)
        return KL_OK;
    KL_TRY(kl_fold(&folded, given, b->error));
    bool is_denied = kl_words_match(&b->envelope->lists[denied_list], folded.text);
    bool is_allowed = allowed->count == 0 || kl_words_match(allowed, folded.text);
    kl_fold_end(&folded);
    if (is_denied)
        return note(b, KL_ON_COMMUNICATION, KL_ZONE_BLOCKED, "%s '%.*s' in denied_%ss", what,
                    KL_TEXT_ARG(given), what);
    if (!is_allowed)
        return note(b, KL_ON_COMMUNICATION, KL_ZONE_BLOCKED, "%s '%.*s' not in allowed_%ss", what,
                    KL_TEXT_ARG(given), what);
    return KL_OK;
}

static kl_status judge_communication(bench *b)
{
    const kl_governance *e = b->envelope;
    double external;
    pass(b, KL_ON_COMMUNICATION, KL_JUDGE_WITHIN);
    KL_TRY(judge_end(b, "channel", b->input->channel, KL_LIST_CHANNELS, KL_LIST_DENIED_CHANNELS));
    KL_TRY(judge_end(b, "recipient", b->input->recipient, KL_LIST_RECIPIENTS,
                     KL_LIST_DENIED_RECIPIENTS));
    bool is_external = number(&external, b->input->context, "external") && external != 0;
    if (is_external && e->external_needs_approval)
        KL_TRY(note(b, KL_ON_COMMUNICATION, KL_ZONE_HELD,
                    "external communication requires approval"));
    return judge_count(b, KL_ON_COMMUNICATION, KL_TEXT("message_length"), e->limits[KL_MAX_MESSAGE]);
}

/* ---- all -------------------------------------------------------------------------------------------- */

static kl_status judge_dimensions(bench *b)
{
    static const struct {
        kl_dimension dimension;
        kl_subject subject;
        kl_status (*judge)(bench *b);
    } all[] = {
        {KL_FINANCIAL, KL_ON_FINANCIAL, judge_financial},
        {KL_OPERATIONAL, KL_ON_OPERATIONAL, judge_operational},
        {KL_TEMPORAL, KL_ON_TEMPORAL, judge_temporal},
        {KL_DATA_ACCESS, KL_ON_DATA_ACCESS, judge_data_access},
        {KL_COMMUNICATION, KL_ON_COMMUNICATION, judge_communication},
    };
    if (b->input->resource.data)
        b->found.resource_fault = kl_judge_place_fault(b->input->resource);
    for (size_t i = 0; i < KL_COUNT(all); i++)
        if (b->envelope->stated[all[i].dimension])
            KL_TRY(all[i].judge(b));
        else
            pass(b, all[i].subject, KL_JUDGE_UNCONSTRAINED);
    if (b->envelope->expires_at <= b->input->now)
        KL_TRY(note(b, KL_ON_TEMPORAL, KL_ZONE_BLOCKED, "envelope expired"));
    return KL_OK;
}

static void find_worst(kl_judgement *found)
{
    found->worst = KL_ON_OPERATIONAL;
    for (kl_subject subject = 0; subject < KL_SUBJECTS; subject++)
        if (found->said[subject] && found->zones[subject] > found->zone) {
            found->zone = found->zones[subject];
            found->worst = subject;
        }
}

kl_status kl_judge(kl_judgement *out, const kl_governance *envelope, const kl_judge_input *input,
                   kl_error *error)
{
    kl_folded action;
    KL_TRY(kl_fold(&action, input->action, error));
    bench b = {.envelope = envelope, .input = input, .action = action.text, .error = error};
    kl_status status = judge_dimensions(&b);
    kl_fold_end(&action);
    if (status != KL_OK) {
        kl_judgement_end(&b.found);
        return status;
    }
    find_worst(&b.found);
    *out = b.found;
    return KL_OK;
}
