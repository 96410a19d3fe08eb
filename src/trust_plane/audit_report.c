/* src/trust_plane/audit_report.c - see audit_report.h; generate_audit_report(). */
#include "audit_report.h"
#include "delegates.h"
#include "envelope.h"
#include "markdown.h"
#include "mirror.h"

#include <stdio.h>

/* ---- times --------------------------------------------------------------------------------------- */

/* "2026-01-02 03:04:05 UTC", or the day alone. */
static void add_time(kl_buffer *to, kl_time time, bool day_only)
{
    kl_date d = kl_time_split(time);
    kl_buffer_format(to, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (!day_only)
        kl_buffer_format(to, " %02d:%02d:%02d UTC", d.hour, d.minute, d.second);
}

static void add_time_text(kl_buffer *to, kl_text text, bool day_only)
{
    kl_time time;
    if (kl_time_parse(&time, text, NULL) == KL_OK)
        add_time(to, time, day_only);
    else
        kl_markdown_add(to, text);
}

/* ---- summary ------------------------------------------------------------------------------------- */

static void row(kl_buffer *to, const char *label, kl_text value)
{
    kl_buffer_format(to, "| %s | ", label);
    kl_markdown_add(to, value);
    kl_buffer_string(to, " |\n");
}

static void count_row(kl_buffer *to, const char *label, size_t count)
{
    kl_buffer_format(to, "| %s | %zu |\n", label, count);
}

static void add_summary(kl_buffer *to, kl_value manifest, size_t decisions, size_t milestones,
                        size_t anchors)
{
    kl_value posture = kl_stored_member(manifest, "trust_posture");
    kl_buffer_string(to, "# Trust Audit Report\n\nGenerated: ");
    add_time(to, kl_time_now(), false);
    kl_buffer_string(to, "\n\n## Project Summary\n\n| Field | Value |\n|-------|-------|\n");
    row(to, "Project", kl_stored_text(manifest, "project_name"));
    row(to, "Author", kl_stored_text(manifest, "author"));
    kl_buffer_string(to, "| Created | ");
    add_time_text(to, kl_stored_text(manifest, "created_at"), false);
    kl_buffer_string(to, " |\n");
    count_row(to, "Decisions", decisions);
    count_row(to, "Milestones", milestones);
    count_row(to, "Anchors", anchors);
    row(to, "Posture", kl_is_null(posture) ? KL_TEXT("Supervised (not changed yet)") : kl_as_text(posture));
}

/* ---- envelope ------------------------------------------------------------------------------------ */

/* A cell of several parts with "; " between them. */
typedef struct cell {
    kl_buffer *to;
    bool any;
} cell;

static void begin_cell(cell *c, const char *label)
{
    kl_buffer_format(c->to, "| %s | ", label);
    c->any = false;
}

static void begin_part(cell *c, const char *name)
{
    kl_buffer_format(c->to, "%s%s", c->any ? "; " : "", name);
    c->any = true;
}

static void end_cell(cell *c) { kl_buffer_string(c->to, c->any ? " |\n" : "No restrictions |\n"); }

/* An allow-list that is empty allows nothing; a block-list that is empty says nothing. */
static void list_part(cell *c, const char *name, kl_value list, bool is_allow_list)
{
    if (kl_is_null(list) || (!kl_array_len(list) && !is_allow_list))
        return;
    begin_part(c, name);
    kl_buffer_string(c->to, ": ");
    if (kl_array_len(list))
        kl_markdown_add_list(c->to, list);
    else
        kl_buffer_string(c->to, "nothing");
}

static void number_part(cell *c, const char *name, kl_value number, const char *unit)
{
    char text[32];
    if (kl_is_null(number))
        return;
    if (kl_is(number, KL_KIND_INT))
        snprintf(text, sizeof text, "%lld", (long long)kl_as_int(number));
    else
        kl_double_print(text, kl_as_double(number));
    begin_part(c, name);
    kl_buffer_format(c->to, ": %s%s", text, unit);
}

static void flag_part(cell *c, const char *name, kl_value flag)
{
    if (kl_as_bool(flag))
        begin_part(c, name);
}

static void hours_part(cell *c, kl_value hours)
{
    if (kl_is_null(hours))
        return;
    begin_part(c, "Hours (UTC): ");
    for (size_t i = 0; i < kl_array_len(hours); i++) {
        kl_value range = kl_array_at(hours, i);
        kl_buffer_format(c->to, "%s%lld-%lld", i ? ", " : "", (long long)kl_as_int(kl_array_at(range, 0)),
                         (long long)kl_as_int(kl_array_at(range, 1)));
    }
    if (!kl_array_len(hours))
        kl_buffer_string(c->to, "none");
}

static void add_dimensions(kl_buffer *to, const kl_session_envelope *e)
{
    cell c = {to, false};
    begin_cell(&c, "Operational");
    list_part(&c, "Allowed", e->allowed_actions, true);
    list_part(&c, "Blocked", e->blocked_actions, false);
    end_cell(&c);
    begin_cell(&c, "Data Access");
    list_part(&c, "Read", e->read_paths, true);
    list_part(&c, "Write", e->write_paths, true);
    list_part(&c, "Blocked paths", e->blocked_paths, false);
    list_part(&c, "Blocked patterns", e->blocked_patterns, false);
    end_cell(&c);
    begin_cell(&c, "Financial");
    number_part(&c, "Max/session", e->max_cost_per_session, "");
    number_part(&c, "Max/action", e->max_cost_per_action, "");
    flag_part(&c, "Budget tracking", e->budget_tracking);
    end_cell(&c);
    begin_cell(&c, "Temporal");
    number_part(&c, "Max session", e->max_session_hours, " h");
    hours_part(&c, e->allowed_hours);
    number_part(&c, "Cooldown", e->cooldown_minutes, " min");
    end_cell(&c);
    begin_cell(&c, "Communication");
    list_part(&c, "Allowed", e->allowed_channels, true);
    list_part(&c, "Blocked", e->blocked_channels, false);
    flag_part(&c, "Review required", e->requires_review);
    end_cell(&c);
}

static void add_envelope(kl_buffer *to, kl_trust_project *project)
{
    kl_value envelope = kl_trust_project_envelope(project);
    kl_buffer_string(to, "\n## Constraint Envelope\n\n");
    if (kl_is_null(envelope)) {
        kl_buffer_string(to, "The project has no constraint envelope.\n");
        return;
    }
    kl_session_envelope *e = kl_constraint_envelope_of(envelope.as.object);
    kl_buffer_string(to, "| Dimension | Configuration |\n|-----------|---------------|\n");
    add_dimensions(to, e);
    kl_session_envelope_release(e);
    kl_value_release(envelope);
}

/* ---- records ------------------------------------------------------------------------------------- */

static void add_decision(kl_buffer *to, kl_value decision)
{
    kl_value confidence = kl_stored_member(decision, "confidence");
    kl_buffer_string(to, "- **");
    kl_markdown_add(to, kl_stored_text(decision, "id"));
    kl_buffer_string(to, "** [");
    add_time_text(to, kl_stored_text(decision, "created_at"), true);
    kl_buffer_string(to, "]: ");
    kl_markdown_add(to, kl_stored_text(decision, "decision"));
    if (kl_is_null(confidence))
        kl_buffer_string(to, " (confidence: N/A)\n");
    else
        kl_buffer_format(to, " (confidence: %.1f%%)\n", 100 * kl_as_double(confidence));
}

static void add_milestone(kl_buffer *to, kl_value milestone)
{
    kl_buffer_string(to, "- **");
    kl_markdown_add(to, kl_stored_text(milestone, "id"));
    kl_buffer_string(to, "** (");
    kl_markdown_add(to, kl_stored_text(milestone, "version"));
    kl_buffer_string(to, "): ");
    kl_markdown_add(to, kl_stored_text(milestone, "description"));
    kl_buffer_byte(to, '\n');
}

static void add_records(kl_buffer *to, const char *title, kl_value records,
                        void (*add)(kl_buffer *to, kl_value record))
{
    kl_buffer_format(to, "\n## %s\n\n", title);
    for (size_t i = 0; i < kl_array_len(records); i++)
        add(to, kl_array_at(records, i));
    if (!kl_array_len(records))
        kl_buffer_string(to, "None.\n");
}

/* ---- people -------------------------------------------------------------------------------------- */

static kl_status add_delegates(kl_buffer *to, const kl_trust_folder *folder, kl_error *error)
{
    kl_delegate_tree tree;
    KL_TRY(kl_delegate_tree_read(&tree, folder, error));
    kl_buffer_string(to, "\n## Delegates\n\n| ID | Name | Dimensions | Depth |\n"
                         "|----|------|------------|------:|\n");
    for (size_t i = 0; i < kl_map_len(tree.records); i++) {
        kl_value record = kl_map_value_at(tree.records, i);
        if (kl_delegate_standing(&tree, kl_map_key_at(tree.records, i)) != KL_DELEGATE_ACTIVE)
            continue;
        kl_buffer_string(to, "| ");
        kl_markdown_add(to, kl_map_key_at(tree.records, i));
        kl_buffer_string(to, " | ");
        kl_markdown_add(to, kl_stored_text(record, "name"));
        kl_buffer_string(to, " | ");
        kl_markdown_add_list(to, kl_stored_member(record, "dimensions"));
        kl_buffer_format(to, " | %lld |\n", (long long)kl_as_int(kl_stored_member(record, "depth")));
    }
    kl_delegate_tree_end(&tree);
    return KL_OK;
}

static kl_status add_competencies(kl_buffer *to, const kl_trust_folder *folder, kl_error *error)
{
    kl_competency_counts counts;
    KL_TRY(kl_competency_count(&counts, folder, error));
    kl_buffer_string(to, "\n## Competency Analysis\n\n");
    kl_competency_markdown(to, &counts);
    return KL_OK;
}

/* ---- verification -------------------------------------------------------------------------------- */

static kl_status property(kl_value *out, kl_object *object, const char *name, kl_error *error)
{
    const kl_field *field = kl_type_field(object->type, kl_text_from(name));
    return field ? kl_field_get(out, object, field, error)
                 : kl_object_call(out, object, kl_text_from(name), NULL, 0, error);
}

static kl_status add_checked(kl_buffer *to, kl_object *report, const char *label, const char *name,
                             kl_error *error)
{
    kl_value count;
    KL_TRY(property(&count, report, name, error));
    kl_buffer_format(to, "- %s checked: %lld\n", label, (long long)kl_as_int(count));
    return KL_OK;
}

static kl_status add_issue(kl_buffer *to, kl_object *issue, kl_error *error)
{
    static const char *const parts[] = {"severity", "issue_type", "file", "description"};
    static const char *const before[] = {"- **", "** ", " (", "): "};
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        kl_value text;
        KL_TRY(property(&text, issue, parts[i], error));
        kl_buffer_string(to, before[i]);
        kl_markdown_add(to, kl_as_text(text));
        kl_value_release(text);
    }
    kl_buffer_byte(to, '\n');
    return KL_OK;
}

static kl_status add_issues(kl_buffer *to, kl_object *report, kl_error *error)
{
    kl_value issues;
    KL_TRY(property(&issues, report, "issues", error));
    kl_status status = KL_OK;
    if (kl_array_len(issues))
        kl_buffer_string(to, "\n### Issues\n\n");
    for (size_t i = 0; i < kl_array_len(issues) && status == KL_OK; i++)
        status = add_issue(to, kl_array_at(issues, i).as.object, error);
    kl_value_release(issues);
    return status;
}

static kl_status add_verification(kl_buffer *to, kl_trust_project *project, kl_error *error)
{
    kl_value report;
    kl_status status;
    KL_TRY(kl_trust_project_verify(&report, project, false, error));
    kl_object *object = report.as.object;
    kl_buffer_format(to, "\n## Verification\n\n**Status**: %s\n\n",
                     kl_trust_report_is_valid(object) ? "PASSED" : "FAILED");
    KL_TRY_OUT(add_checked(to, object, "Decisions", "decisions_checked", error));
    KL_TRY_OUT(add_checked(to, object, "Milestones", "milestones_checked", error));
    KL_TRY_OUT(add_checked(to, object, "Anchors", "anchors_checked", error));
    KL_TRY_OUT(add_issues(to, object, error));
out:
    kl_value_release(report);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static kl_status add_project(kl_buffer *to, kl_trust_project *project, kl_error *error)
{
    kl_value manifest = kl_null(), anchors = kl_null(), decisions = kl_null(), milestones = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_trust_project_manifest(&manifest, project, error));
    KL_TRY_OUT(kl_trust_project_anchors(&anchors, project, error));
    KL_TRY_OUT(kl_trust_project_decisions(&decisions, project, error));
    KL_TRY_OUT(kl_trust_project_milestones(&milestones, project, error));
    add_summary(to, manifest, kl_array_len(decisions), kl_array_len(milestones), kl_array_len(anchors));
    add_envelope(to, project);
    add_records(to, "Decision Timeline", decisions, add_decision);
    add_records(to, "Milestones", milestones, add_milestone);
out:
    kl_value_release(milestones);
    kl_value_release(decisions);
    kl_value_release(anchors);
    kl_value_release(manifest);
    return status;
}

kl_status kl_audit_report(kl_value *out, kl_trust_project *project, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    const kl_trust_folder *folder = kl_trust_project_folder(project);
    kl_status status = add_project(&text, project, error);
    if (status == KL_OK)
        status = add_delegates(&text, folder, error);
    if (status == KL_OK)
        status = add_competencies(&text, folder, error);
    if (status == KL_OK)
        status = add_verification(&text, project, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

static kl_status generate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_audit_report(out, (kl_trust_project *)args[0].as.object, error);
}

static const kl_param params[] = {
    {.name = "project", .kind = KL_KIND_OBJECT, .type = &kl_trust_project_type, .doc = "the project"},
};
static const kl_function generate_audit_report_function = {
    .module = "kailash",
    .method = {.name = "generate_audit_report", .call = generate, .flags = KL_BLOCKING,
               .params = KL_TABLE(params), .returns = KL_KIND_STRING, .raises = "RuntimeError",
               .doc = "A report on a project in Markdown: summary, envelope, decisions, milestones, "
                      "delegates, competencies, and what verifying it says. Texts of the project are "
                      "escaped."}};
KL_PUBLISH_FUNCTION(generate_audit_report_function);
