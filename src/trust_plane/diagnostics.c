/* src/trust_plane/diagnostics.c - how well an envelope fits what was done under it: CheckRecord,
 * EnforcementContext, ConstraintDiagnostics and analyze_constraints(). */
#include "envelope_member.h"
#include "shown.h"
#include "kailash/time.h"

#include <math.h>

/* ---- EnforcementContext ---------------------------------------------------------------------- */

typedef struct enforcement_context {
    kl_object object;
    kl_value channel, resource_path, estimated_cost;
} enforcement_context;

static kl_status context_check(kl_object *self, kl_error *error)
{
    double cost = kl_as_double(((const enforcement_context *)self)->estimated_cost);
    if (isfinite(cost) && cost >= 0)
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "estimated_cost: %g is no cost; expected a finite number, not negative", cost);
}

static kl_status context_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const enforcement_context *context = (const enforcement_context *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "EnforcementContext(");
    kl_shown_optional(&text, "channel", context->channel);
    kl_shown_optional(&text, ", resource_path", context->resource_path);
    kl_shown_optional(&text, ", estimated_cost", context->estimated_cost);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field context_fields[] = {
    KL_VALUE(enforcement_context, channel, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "the channel of communication that an action uses; None = none"),
    KL_VALUE(enforcement_context, resource_path, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "the path it concerns; None = none"),
    KL_VALUE(enforcement_context, estimated_cost, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
             .doc = "what it will cost, in USD: finite, not negative; None = nothing is known"),
};

static const kl_type enforcement_context_type = {
    .name = "EnforcementContext",
    .module = "kailash",
    .doc = "What is known of an action beside its name.",
    .size = sizeof(enforcement_context),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(context_fields),
    .check = context_check,
    .repr = context_repr,
};
KL_PUBLISH(enforcement_context_type);

/* ---- CheckRecord ----------------------------------------------------------------------------- */

typedef struct check_record {
    kl_object object;
    kl_value action, verdict, dimension_triggered, timestamp;
} check_record;

static kl_status record_check(kl_object *self, kl_error *error)
{
    check_record *record = (check_record *)self;
    char text[KL_TIME_TEXT];
    int zone;
    KL_TRY(kl_rung_read(&zone, KL_LADDER_ZONE, kl_as_text(record->verdict), KL_SNAKE, "verdict",
                        error));
    if (!kl_is_null(record->timestamp)) /* of a copy */
        return KL_OK;
    size_t len = kl_time_print(text, kl_time_now(), KL_TIME_SHORTEST, KL_TIME_OFFSET);
    return kl_string_new(&record->timestamp, (kl_text){text, len}, error);
}

static kl_status record_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const check_record *record = (const check_record *)self;
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "CheckRecord(action=");
    kl_shown_quoted(&text, kl_as_text(record->action));
    kl_buffer_format(&text, ", verdict='%s', ", kl_as_text(record->verdict).data);
    kl_shown_optional(&text, "dim", record->dimension_triggered);
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}

static const kl_field record_fields[] = {
    KL_VALUE(check_record, action, .kind = KL_KIND_STRING, .doc = "what was judged"),
    KL_VALUE(check_record, verdict, .kind = KL_KIND_STRING,
             .doc = "auto_approved, flagged, held or blocked"),
    KL_VALUE(check_record, dimension_triggered, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
             .doc = "the dimension whose rule decided, such as operational; None = no rule did"),
    KL_VALUE(check_record, timestamp, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "when the record was made: RFC 3339, UTC"),
};

static const kl_type check_record_type = {
    .name = "CheckRecord",
    .module = "kailash",
    .doc = "One check that was made, for analyze_constraints().",
    .size = sizeof(check_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(record_fields),
    .check = record_check,
    .repr = record_repr,
};
KL_PUBLISH(check_record_type);

/* ---- analysing ------------------------------------------------------------------------------- */

/* Dimensions in alphabetical order, as they are told. */
static const kl_session_dimension sorted[] = {KL_SESSION_COMMUNICATION, KL_SESSION_DATA_ACCESS,
                                              KL_SESSION_FINANCIAL, KL_SESSION_OPERATIONAL,
                                              KL_SESSION_TEMPORAL};

enum { WELL_TUNED, NEEDS_ATTENTION, MAJOR_ISSUES };
static const struct {
    const char *word, *title;
    int least; /* score */
} qualities[] = {
    [WELL_TUNED] = {"well_tuned", "WellTuned", 80},
    [NEEDS_ATTENTION] = {"needs_attention", "NeedsAttention", 50},
    [MAJOR_ISSUES] = {"major_issues", "MajorIssues", INT32_MIN},
};

static int quality_of(int64_t score)
{
    int quality = WELL_TUNED;
    while (score < qualities[quality].least)
        quality++;
    return quality;
}

typedef struct constraint_diagnostics {
    kl_object object;
    int64_t quality_score;
    kl_value quality_level; /* string */
    kl_value boundary_pressure, uncovered_dimensions, suggestions; /* arrays of strings */
    kl_value utilization; /* map */
} constraint_diagnostics;

/* Whether a dimension says anything. */
static bool is_configured(const kl_session_envelope *envelope, kl_session_dimension dimension)
{
    for (size_t i = 0; i < KL_SESSION_MEMBERS; i++) {
        const kl_session_member *member = &kl_session_members[i];
        kl_value value = kl_session_member_of(envelope, member);
        bool is_default = member->kind == KL_MEMBER_BLOCK  ? kl_array_len(value) == 0
                          : member->kind == KL_MEMBER_FLAG ? !kl_as_bool(value)
                                                           : kl_is_null(value);
        if (member->dimension == dimension && !is_default)
            return true;
    }
    return false;
}

static size_t times_triggered(kl_value history, const char *dimension)
{
    size_t times = 0;
    for (size_t i = 0; i < kl_array_len(history); i++) {
        const check_record *record = (const check_record *)kl_array_at(history, i).as.object;
        times += kl_text_is(kl_as_text(record->dimension_triggered), dimension);
    }
    return times;
}

static kl_status suggest(kl_value *list, const char *format_before, const char *name,
                         const char *format_after, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_string_format(&text, error, "%s%s%s", format_before, name, format_after));
    return kl_array_push(list, text, error);
}

static kl_status suggest_all(constraint_diagnostics *d, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(d->boundary_pressure); i++)
        KL_TRY(suggest(&d->suggestions, "Consider expanding ",
                       kl_as_text(kl_array_at(d->boundary_pressure, i)).data,
                       " constraints: utilization is above 80%, which may indicate overly "
                       "aggressive limits.", error));
    for (size_t i = 0; i < kl_array_len(d->uncovered_dimensions); i++)
        KL_TRY(suggest(&d->suggestions, "The ",
                       kl_as_text(kl_array_at(d->uncovered_dimensions, i)).data,
                       " dimension is configured but has never been triggered. Verify the "
                       "constraints are reachable or remove unused constraints.", error));
    return KL_OK;
}

static kl_status analyze_dimension(constraint_diagnostics *d, const kl_session_envelope *envelope,
                                   kl_value history, kl_session_dimension dimension,
                                   kl_error *error)
{
    kl_text name = kl_text_from(kl_session_dimension_name(dimension));
    size_t times = times_triggered(history, name.data), all = kl_array_len(history);
    double used = all ? (double)times / (double)all : 0;
    KL_TRY(kl_map_set(&d->utilization, name, kl_double(used), error));
    if (used > 0.8) {
        d->quality_score -= 15;
        KL_TRY(kl_array_push_text(&d->boundary_pressure, name, error));
    }
    if (times == 0 && is_configured(envelope, dimension)) {
        d->quality_score -= 10;
        KL_TRY(kl_array_push_text(&d->uncovered_dimensions, name, error));
    }
    return KL_OK;
}

static kl_status analyze(constraint_diagnostics *d, const kl_session_envelope *envelope,
                         kl_value history, kl_error *error)
{
    d->quality_score = 100;
    KL_TRY(kl_map_new(&d->utilization, KL_SESSION_DIMENSIONS, error));
    KL_TRY(kl_array_new(&d->boundary_pressure, 0, error));
    KL_TRY(kl_array_new(&d->uncovered_dimensions, 0, error));
    KL_TRY(kl_array_new(&d->suggestions, 0, error));
    for (size_t i = 0; i < KL_COUNT(sorted); i++)
        KL_TRY(analyze_dimension(d, envelope, history, sorted[i], error));
    KL_TRY(suggest_all(d, error));
    const char *word = qualities[quality_of(d->quality_score)].word;
    return kl_string_new(&d->quality_level, kl_text_from(word), error);
}

extern const kl_type kl_constraint_diagnostics_type;

static kl_status analyze_constraints(kl_value *out, kl_object *self, const kl_value *args,
                                     kl_error *error)
{
    kl_object *made;
    (void)self;
    KL_TRY(kl_object_alloc(&made, &kl_constraint_diagnostics_type, error));
    kl_session_envelope *envelope = kl_constraint_envelope_of(args[0].as.object);
    kl_status status = analyze((constraint_diagnostics *)made, envelope, args[1], error);
    kl_session_envelope_release(envelope);
    if (status == KL_OK)
        *out = kl_value_of(made);
    else
        kl_object_release(made);
    return status;
}

/* ---- ConstraintDiagnostics ------------------------------------------------------------------- */

static kl_status utilization(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const constraint_diagnostics *)self)->utilization);
    return KL_OK;
}

static void add_section(kl_buffer *to, const char *title, kl_value items, const char *after)
{
    if (kl_array_len(items) == 0)
        return;
    kl_buffer_format(to, "#### %s\n\n", title);
    const char *mark = after ? "**" : "";
    for (size_t i = 0; i < kl_array_len(items); i++)
        kl_buffer_format(to, "- %s%s%s%s\n", mark, kl_as_text(kl_array_at(items, i)).data, mark,
                         after ? after : "");
    kl_buffer_byte(to, '\n');
}

static kl_status to_markdown(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const constraint_diagnostics *d = (const constraint_diagnostics *)self;
    kl_buffer text = KL_BUFFER_INIT;
    (void)args;
    kl_buffer_format(&text, "### Constraint Diagnostics\n\n**Quality Score**: %lld/100 (%s)\n\n",
                     (long long)d->quality_score, qualities[quality_of(d->quality_score)].title);
    kl_buffer_string(&text, "#### Dimension Utilization\n\n"
                            "| Dimension | Utilization |\n|-----------|----------:|\n");
    for (size_t i = 0; i < kl_map_len(d->utilization); i++)
        kl_buffer_format(&text, "| %s | %.1f%% |\n", kl_map_key_at(d->utilization, i).data,
                         100 * kl_as_double(kl_map_value_at(d->utilization, i)));
    kl_buffer_byte(&text, '\n');
    add_section(&text, "Boundary Pressure", d->boundary_pressure, ": utilization >80%");
    add_section(&text, "Uncovered Dimensions", d->uncovered_dimensions,
                ": configured but never triggered");
    add_section(&text, "Suggestions", d->suggestions, NULL);
    return kl_buffer_finish(out, &text, error);
}

static kl_status diagnostics_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const constraint_diagnostics *d = (const constraint_diagnostics *)self;
    return kl_string_format(
        out, error,
        "ConstraintDiagnostics(quality_score=%lld, level='%s', pressure=%zu, uncovered=%zu)",
        (long long)d->quality_score, kl_as_text(d->quality_level).data,
        kl_array_len(d->boundary_pressure), kl_array_len(d->uncovered_dimensions));
}

static const kl_field diagnostics_fields[] = {
    {.name = "quality_score", .kind = KL_KIND_INT, .doc = "0 to 100: less 10 for every dimension that "
     "never decided, less 15 for one that decides most",
     .offset = offsetof(constraint_diagnostics, quality_score)},
    KL_VALUE(constraint_diagnostics, quality_level, .kind = KL_KIND_STRING,
             .doc = "well_tuned (from 80), needs_attention (from 50) or major_issues"),
    KL_VALUE(constraint_diagnostics, boundary_pressure, .kind = KL_KIND_ARRAY,
             .item = KL_KIND_STRING, .doc = "dimensions that decide more than 80 % of all checks"),
    KL_VALUE(constraint_diagnostics, uncovered_dimensions, .kind = KL_KIND_ARRAY,
             .item = KL_KIND_STRING, .doc = "dimensions that say something but never decided"),
    KL_VALUE(constraint_diagnostics, suggestions, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .doc = "what to do about either"),
    KL_VALUE(constraint_diagnostics, utilization, .kind = KL_KIND_MAP, .flags = KL_HIDDEN,
             .doc = "share of checks by dimension"),
};

static const kl_method diagnostics_methods[] = {
    {.name = "utilization", .call = utilization, .returns = KL_KIND_MAP, .item = KL_KIND_DOUBLE,
     .doc = "The share of all checks that each of the five dimensions decided, 0 to 1."},
    {.name = "to_markdown", .call = to_markdown, .returns = KL_KIND_STRING,
     .doc = "All of it as Markdown."},
};

const kl_type kl_constraint_diagnostics_type = {
    .name = "ConstraintDiagnostics",
    .module = "kailash",
    .doc = "How well an envelope fits the checks that were made under it.",
    .size = sizeof(constraint_diagnostics),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(diagnostics_fields),
    .methods = KL_TABLE(diagnostics_methods),
    .repr = diagnostics_repr,
};
KL_PUBLISH(kl_constraint_diagnostics_type);

static const kl_param params[] = {
    {.name = "envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "the envelope that was in force"},
    {.name = "check_history", .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
     .type = &check_record_type, .flags = KL_TUPLE, .doc = "the checks that were made"},
};

static const kl_function analyze_function = {
    .module = "kailash",
    .method = {.name = "analyze_constraints", .call = analyze_constraints,
               .params = KL_TABLE(params), .returns = KL_KIND_OBJECT,
               .returns_type = &kl_constraint_diagnostics_type,
               .doc = "What a history of checks tells of the envelope they were made under."}};
KL_PUBLISH_FUNCTION(analyze_function);
