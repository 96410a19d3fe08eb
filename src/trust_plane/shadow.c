/* src/trust_plane/shadow.c - ShadowConfig, ShadowRecord, ShadowReport, and the log they belong to. */
#include "shadow.h"
#include "guard.h"
#include "shown.h"

#include <math.h>

/* ---- ShadowConfig ---------------------------------------------------------------------------- */

static kl_status config_check(kl_object *self, kl_error *error)
{
    const kl_shadow_config *config = (const kl_shadow_config *)self;
    double promote = config->promote_threshold, revert = config->revert_threshold;
    if (!(0 <= promote && promote <= revert && revert <= 1))
        return kl_error_set(error, KL_INVALID,
                            "promote_threshold (%g) and revert_threshold (%g): expected 0 <= "
                            "promote_threshold <= revert_threshold <= 1",
                            promote, revert);
    return KL_OK;
}

static kl_status config_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_shadow_config *config = (const kl_shadow_config *)self;
    return kl_string_format(out, error,
                            "ShadowConfig(max_records=%lld, persist_records=%s, "
                            "min_samples_for_recommend=%lld, promote_threshold=%g, "
                            "revert_threshold=%g)",
                            (long long)config->max_records,
                            config->persist_records ? "true" : "false",
                            (long long)config->min_samples_for_recommend,
                            config->promote_threshold, config->revert_threshold);
}

static const kl_field config_fields[] = {
    KL_COUNT_FIELD(kl_shadow_config, max_records, 10000, .range = KL_RANGE(1, UINT32_MAX),
                   .doc = "how many records are kept; the oldest goes first"),
    KL_BOOL(kl_shadow_config, persist_records, true,
            .doc = "whether a project writes its records to shadow/records"),
    KL_COUNT_FIELD(kl_shadow_config, min_samples_for_recommend, 100,
                   .doc = "records below which nothing but keep is recommended"),
    KL_DOUBLE(kl_shadow_config, promote_threshold, 0.05, .range = KL_RANGE(0, 1),
              .doc = "rate of divergence below which promote is recommended"),
    KL_DOUBLE(kl_shadow_config, revert_threshold, 0.2, .range = KL_RANGE(0, 1),
              .doc = "rate of divergence above which revert is recommended"),
};

const kl_type kl_shadow_config_type = {
    .name = "ShadowConfig",
    .module = "kailash.trust_plane",
    .doc = "How many evaluations of a candidate are kept, and what is recommended when.",
    .size = sizeof(kl_shadow_config),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(config_fields),
    .check = config_check,
    .repr = config_repr,
};
KL_PUBLISH(kl_shadow_config_type);

/* ---- ShadowRecord ---------------------------------------------------------------------------- */

static kl_status record_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_shadow_record *record = (const kl_shadow_record *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "ShadowRecord(action=");
    kl_shown_quoted(&text, kl_as_text(record->action));
    kl_buffer_format(&text, ", production='%s', candidate='%s', divergent=%s)",
                     kl_as_text(record->production_verdict).data,
                     kl_as_text(record->candidate_verdict).data,
                     record->divergent ? "true" : "false");
    return kl_buffer_finish(out, &text, error);
}

static const kl_field record_fields[] = {
    KL_VALUE(kl_shadow_record, action, .kind = KL_KIND_STRING, .doc = "what was to be done"),
    KL_VALUE(kl_shadow_record, production_verdict, .kind = KL_KIND_STRING,
             .doc = "verdict of the envelope in force"),
    KL_VALUE(kl_shadow_record, candidate_verdict, .kind = KL_KIND_STRING,
             .doc = "verdict of the candidate"),
    KL_BOOL(kl_shadow_record, divergent, false, .doc = "whether they differ"),
    KL_VALUE(kl_shadow_record, timestamp, .kind = KL_KIND_STRING, .doc = "when: RFC 3339, UTC"),
};

const kl_type kl_shadow_record_type = {
    .name = "ShadowRecord",
    .module = "kailash.trust_plane",
    .doc = "One action, judged by the envelope in force and by a candidate.",
    .size = sizeof(kl_shadow_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(record_fields),
    .repr = record_repr,
};
KL_PUBLISH(kl_shadow_record_type);

static kl_status record_of(kl_value *out, kl_text action, kl_text time, kl_zone production,
                           kl_zone candidate, kl_error *error)
{
    kl_object *made;
    kl_status status;
    KL_TRY(kl_object_alloc(&made, &kl_shadow_record_type, error));
    kl_shadow_record *record = (kl_shadow_record *)made;
    kl_text a = kl_text_from(kl_rung_name(KL_LADDER_ZONE, production, KL_SNAKE));
    kl_text b = kl_text_from(kl_rung_name(KL_LADDER_ZONE, candidate, KL_SNAKE));
    KL_TRY_OUT(kl_string_new(&record->action, action, error));
    KL_TRY_OUT(kl_string_new(&record->production_verdict, a, error));
    KL_TRY_OUT(kl_string_new(&record->candidate_verdict, b, error));
    KL_TRY_OUT(kl_string_new(&record->timestamp, time, error));
    record->divergent = production != candidate;
    *out = kl_value_of(made);
    return KL_OK;
out:
    kl_object_release(made);
    return status;
}

kl_status kl_shadow_record_new(kl_value *out, kl_text action, kl_zone production,
                               kl_zone candidate, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return record_of(out, action, (kl_text){text, len}, production, candidate, error);
}

static kl_status string_in(kl_text *out, kl_value map, const char *name, kl_error *error)
{
    kl_value value = kl_map_get(map, kl_text_from(name));
    if (!kl_is(value, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "shadow record: %s: expected a string, not %s", name,
                            kl_value_kind_name(value));
    *out = kl_as_text(value);
    return KL_OK;
}

static kl_status zone_in(kl_zone *out, kl_value map, const char *name, kl_error *error)
{
    kl_text word;
    int rung;
    KL_TRY(string_in(&word, map, name, error));
    KL_TRY(kl_rung_read(&rung, KL_LADDER_ZONE, word, KL_SNAKE, "verdict of a shadow record", error));
    *out = (kl_zone)rung;
    return KL_OK;
}

kl_status kl_shadow_record_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_text action, text;
    kl_zone production, candidate;
    kl_time time;
    KL_TRY(string_in(&action, map, "action", error));
    KL_TRY(string_in(&text, map, "timestamp", error));
    kl_status status = kl_time_parse(&time, text, error);
    if (status != KL_OK) {
        kl_error_prefix(error, "shadow record: timestamp: ");
        return status;
    }
    KL_TRY(zone_in(&production, map, "production_verdict", error));
    KL_TRY(zone_in(&candidate, map, "candidate_verdict", error));
    return record_of(out, action, text, production, candidate, error);
}

/* ---- ShadowReport ---------------------------------------------------------------------------- */

typedef struct shadow_report {
    kl_object object;
    int64_t total_evaluated, divergent_count;
    double divergence_rate, false_negative_decrease, false_positive_increase;
    int64_t lifetime_evaluations, lifetime_divergences;
    double lifetime_divergence_rate;
    kl_value recommendation, recommendation_note; /* string; string or null */
} shadow_report;

static kl_status report_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const shadow_report *report = (const shadow_report *)self;
    return kl_string_format(
        out, error,
        "ShadowReport(total=%lld, divergent=%lld, rate=%.4f, lifetime_evals=%lld, recommendation='%s')",
        (long long)report->total_evaluated, (long long)report->divergent_count,
        report->divergence_rate, (long long)report->lifetime_evaluations,
        kl_as_text(report->recommendation).data);
}

#define COUNTED(member, text)                                                                      \
    {.name = #member, .kind = KL_KIND_INT, .offset = offsetof(shadow_report, member), .doc = text}
#define SHARE(member, text)                                                                        \
    {.name = #member, .kind = KL_KIND_DOUBLE, .offset = offsetof(shadow_report, member), .doc = text}

static const kl_field report_fields[] = {
    COUNTED(total_evaluated, "records the report is about: those that are kept"),
    COUNTED(divergent_count, "those in which the verdicts differ"),
    SHARE(divergence_rate, "their share, 0 to 1; 0 when there is no record"),
    SHARE(false_negative_decrease, "share of the divergent in which the candidate is stricter"),
    SHARE(false_positive_increase, "share of the divergent in which the candidate is looser"),
    COUNTED(lifetime_evaluations, "all evaluations ever, also of records that are gone"),
    COUNTED(lifetime_divergences, "all divergences ever"),
    SHARE(lifetime_divergence_rate, "their share, 0 to 1"),
    KL_VALUE(shadow_report, recommendation, .kind = KL_KIND_STRING,
             .doc = "promote, keep or revert"),
    KL_VALUE(shadow_report, recommendation_note, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "why there is no other recommendation than keep yet; None when there is one"),
};

const kl_type kl_shadow_report_type = {
    .name = "ShadowReport",
    .module = "kailash.trust_plane",
    .doc = "How far a candidate's verdicts differ from those of the envelope in force, and what "
           "follows from it.",
    .size = sizeof(shadow_report),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(report_fields),
    .repr = report_repr,
};
KL_PUBLISH(kl_shadow_report_type);

/* ---- the log --------------------------------------------------------------------------------- */

struct kl_shadow_log {
    size_t max_records, min_samples;
    double promote, revert;
    kl_guard lock; /* guards what follows */
    kl_value *records;    /* ring of ShadowRecords: room for `capacity`, at most max_records */
    size_t capacity, first, count;
    uint64_t evaluations, divergences; /* ever */
};

kl_status kl_shadow_log_new(kl_shadow_log **out, const kl_shadow_config *config, kl_error *error)
{
    kl_shadow_log *log = kl_alloc_zero(1, sizeof *log);
    if (!log)
        return kl_error_no_memory(error);
    *log = (kl_shadow_log){.max_records = 10000, .min_samples = 100, .promote = 0.05, .revert = 0.2};
    if (config) {
        log->max_records = (size_t)config->max_records;
        log->min_samples = (size_t)config->min_samples_for_recommend;
        log->promote = config->promote_threshold;
        log->revert = config->revert_threshold;
    }
    kl_guard_begin(&log->lock, KL_FORK_MIDDLE);
    *out = log;
    return KL_OK;
}

static void forget(kl_shadow_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        kl_value_release(log->records[(log->first + i) % log->capacity]);
    log->first = log->count = 0;
}

void kl_shadow_log_free(kl_shadow_log *log)
{
    if (!log)
        return;
    forget(log);
    kl_free(log->records);
    kl_guard_end(&log->lock);
    kl_free(log);
}

void kl_shadow_log_clear(kl_shadow_log *log)
{
    kl_guard_lock(&log->lock);
    forget(log);
    kl_guard_unlock(&log->lock);
}

/* Room for one more, where max_records is not reached: the ring, unrolled, in a larger block. */
static kl_status grow(kl_shadow_log *log, kl_error *error)
{
    size_t capacity = KL_MIN(log->capacity ? 2 * log->capacity : 16, log->max_records);
    kl_value *grown = kl_alloc_zero(capacity, sizeof *grown);
    if (!grown)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < log->count; i++)
        grown[i] = log->records[(log->first + i) % log->capacity];
    kl_free(log->records);
    log->records = grown;
    log->capacity = capacity;
    log->first = 0;
    return KL_OK;
}

static kl_status push(kl_shadow_log *log, kl_value record, kl_error *error)
{
    if (log->count == log->capacity && log->capacity < log->max_records)
        KL_TRY(grow(log, error));
    if (log->count == log->capacity) {
        kl_value_release(log->records[log->first]);
        log->first = (log->first + 1) % log->capacity;
        log->count--;
    }
    log->records[(log->first + log->count++) % log->capacity] = kl_value_retain(record);
    log->evaluations++;
    log->divergences += ((const kl_shadow_record *)record.as.object)->divergent;
    return KL_OK;
}

kl_status kl_shadow_log_add(kl_shadow_log *log, kl_value record, kl_error *error)
{
    kl_guard_lock(&log->lock);
    kl_status status = push(log, record, error);
    kl_guard_unlock(&log->lock);
    return status;
}

kl_status kl_shadow_log_records(kl_value *out, kl_shadow_log *log, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    kl_guard_lock(&log->lock);
    kl_status made = kl_array_new(&list, log->count, error);
    for (size_t i = 0; made == KL_OK && status == KL_OK && i < log->count; i++)
        status = kl_array_push(
            &list, kl_value_retain(log->records[(log->first + i) % log->capacity]), error);
    kl_guard_unlock(&log->lock);
    KL_TRY(made);
    if (status != KL_OK)
        kl_value_release(list);
    else
        *out = list;
    return status;
}

/* ---- the report ------------------------------------------------------------------------------ */

typedef struct tally {
    uint64_t total, divergent, stricter, evaluations, divergences;
} tally;

static tally count(kl_shadow_log *log)
{
    kl_guard_lock(&log->lock);
    tally found = {.total = log->count, .evaluations = log->evaluations,
                   .divergences = log->divergences};
    for (size_t i = 0; i < log->count; i++) {
        kl_value value = log->records[(log->first + i) % log->capacity];
        const kl_shadow_record *record = (const kl_shadow_record *)value.as.object;
        if (!record->divergent)
            continue;
        int production = kl_rung_find(KL_LADDER_ZONE, kl_as_text(record->production_verdict), KL_SNAKE);
        int candidate = kl_rung_find(KL_LADDER_ZONE, kl_as_text(record->candidate_verdict), KL_SNAKE);
        found.divergent++;
        found.stricter += candidate > production;
    }
    kl_guard_unlock(&log->lock);
    return found;
}

void kl_shadow_log_counts(size_t *total, size_t *divergent, kl_shadow_log *log)
{
    tally found = count(log);
    *total = (size_t)found.total;
    *divergent = (size_t)found.divergent;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static const char *recommend(const kl_shadow_log *log, const tally *found)
{
    double rate = share(found->divergent, found->total);
    if (found->total < log->min_samples)
        return "keep";
    return rate < log->promote ? "promote" : rate <= log->revert ? "keep" : "revert";
}

/* Why a recommendation is held back; null when none is. Given. */
static kl_status note_of(kl_value *out, const kl_shadow_log *log, const tally *found,
                         kl_error *error)
{
    *out = kl_null();
    if (found->total >= log->min_samples)
        return KL_OK;
    return kl_string_format(out, error,
                            "%llu of at least %zu evaluations: too few to recommend anything else",
                            (unsigned long long)found->total, log->min_samples);
}

kl_status kl_shadow_log_report(kl_value *out, kl_shadow_log *log, kl_error *error)
{
    kl_object *made;
    kl_status status;
    tally found = count(log);
    KL_TRY(kl_object_alloc(&made, &kl_shadow_report_type, error));
    shadow_report *report = (shadow_report *)made;
    report->total_evaluated = (int64_t)found.total;
    report->divergent_count = (int64_t)found.divergent;
    report->divergence_rate = share(found.divergent, found.total);
    report->false_negative_decrease = share(found.stricter, found.divergent);
    report->false_positive_increase = share(found.divergent - found.stricter, found.divergent);
    report->lifetime_evaluations = (int64_t)found.evaluations;
    report->lifetime_divergences = (int64_t)found.divergences;
    report->lifetime_divergence_rate = share(found.divergences, found.evaluations);
    KL_TRY_OUT(kl_string_new(&report->recommendation, kl_text_from(recommend(log, &found)), error));
    KL_TRY_OUT(note_of(&report->recommendation_note, log, &found, error));
    *out = kl_value_of(made);
    return KL_OK;
out:
    kl_object_release(made);
    return status;
}
