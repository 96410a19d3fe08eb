/* src/trust_plane/report.c - VerificationReport, VerificationIssue, RepairReport. */
#include "report.h"
#include "project.h"

static const char *const severities[] = {"low", "medium", "high", "critical", NULL};

/* ---- VerificationIssue ------------------------------------------------------------------------------------ */

typedef struct verification_issue {
    kl_object object;
    kl_value severity, issue_type, file, description;
} verification_issue;

static kl_status issue_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verification_issue *issue = (const verification_issue *)self;
    return kl_string_format(out, error, "VerificationIssue(severity='%s', type='%s', desc='%s')",
                            kl_as_text(issue->severity).data, kl_as_text(issue->issue_type).data,
                            kl_as_text(issue->description).data);
}

static const kl_field issue_fields[] = {
    KL_ENUM(verification_issue, severity, "low", .names = severities, .flags = KL_READ_ONLY,
            .doc = "low, medium, high or critical; from high on the project is not valid"),
    KL_VALUE(verification_issue, issue_type, .kind = KL_KIND_STRING,
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "such as \"content_hash_mismatch\""),
    KL_VALUE(verification_issue, file, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "path of the file; None = it concerns no single one"),
    KL_VALUE(verification_issue, description, .kind = KL_KIND_STRING,
             .flags = KL_READ_ONLY | KL_OPTIONAL, .doc = "what is wrong"),
};

const kl_type kl_verification_issue_type = {
    .name = "VerificationIssue",
    .module = "kailash.trust_plane",
    .doc = "Something that TrustProject.verify() found.",
    .size = sizeof(verification_issue),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(issue_fields),
    .repr = issue_repr,
};
KL_PUBLISH(kl_verification_issue_type);

kl_status kl_verification_issue_new(kl_value *out, kl_severity severity, const char *type,
                                    kl_value file, kl_value description, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_verification_issue_type, error));
    verification_issue *issue = (verification_issue *)object;
    issue->file = kl_value_retain(file);
    issue->description = kl_value_retain(description);
    kl_status status =
        kl_string_from_valid(&issue->severity, kl_text_from(severities[severity]), error);
    if (status == KL_OK)
        status = kl_string_from_valid(&issue->issue_type, kl_text_from(type), error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

kl_severity kl_verification_issue_severity(kl_value issue)
{
    const verification_issue *object = kl_as_object(issue, &kl_verification_issue_type);
    int severity = KL_SEVERITY_CRITICAL;
    while (severity > KL_SEVERITY_LOW &&
           !kl_text_is(kl_as_text(object->severity), severities[severity]))
        severity--;
    return (kl_severity)severity;
}

/* ---- VerificationReport ----------------------------------------------------------------------------------- */

typedef struct verification_report {
    kl_object object;
    bool is_valid;
    kl_value issues;
    int64_t decisions_checked, milestones_checked, anchors_checked;
} verification_report;

static kl_status report_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const verification_report *report = (const verification_report *)self;
    return kl_string_format(
        out, error,
        "VerificationReport(valid=%s, issues=%zu, decisions=%lld, milestones=%lld, anchors=%lld)",
        report->is_valid ? "true" : "false", kl_array_len(report->issues),
        (long long)report->decisions_checked, (long long)report->milestones_checked,
        (long long)report->anchors_checked);
}

#define READ_COUNT(owner, member, text)                                                            \
    KL_COUNT_FIELD(owner, member, 0, .flags = KL_READ_ONLY, .doc = text)
static const kl_field report_fields[] = {
    KL_BOOL(verification_report, is_valid, false, .flags = KL_READ_ONLY,
            .doc = "whether no issue is high or critical"),
    KL_VALUE(verification_report, issues, .kind = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,
             .type = &kl_verification_issue_type, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "what was found"),
    READ_COUNT(verification_report, decisions_checked, "files of decisions that were read"),
    READ_COUNT(verification_report, milestones_checked, "files of milestones that were read"),
    READ_COUNT(verification_report, anchors_checked, "anchors that were read"),
};

const kl_type kl_verification_report_type = {
    .name = "VerificationReport",
    .module = "kailash.trust_plane",
    .doc = "What TrustProject.verify() found.",
    .size = sizeof(verification_report),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(report_fields),
    .repr = report_repr,
};
KL_PUBLISH(kl_verification_report_type);

kl_status kl_verification_report_new(kl_value *out, kl_value issues,
                                     const kl_verification_counts *counts, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_verification_report_type, error));
    verification_report *report = (verification_report *)object;
    report->issues = kl_value_retain(issues);
    report->is_valid = true;
    for (size_t i = 0; i < kl_array_len(issues); i++)
        if (kl_verification_issue_severity(kl_array_at(issues, i)) >= KL_SEVERITY_HIGH)
            report->is_valid = false;
    report->decisions_checked = counts->decisions;
    report->milestones_checked = counts->milestones;
    report->anchors_checked = counts->anchors;
    *out = kl_value_of(object);
    return KL_OK;
}

bool kl_trust_report_is_valid(const kl_object *report)
{
    return ((const verification_report *)report)->is_valid;
}

/* ---- RepairReport ----------------------------------------------------------------------------------------- */

typedef struct repair_report {
    kl_object object;
    int64_t issues_found, issues_fixed;
    kl_value details;
} repair_report;

static kl_status repair_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const repair_report *report = (const repair_report *)self;
    return kl_string_format(out, error, "RepairReport(found=%lld, fixed=%lld)",
                            (long long)report->issues_found, (long long)report->issues_fixed);
}

static const kl_field repair_fields[] = {
    READ_COUNT(repair_report, issues_found, "what was found"),
    READ_COUNT(repair_report, issues_fixed, "what of it was mended"),
    KL_VALUE(repair_report, details, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "one text for each; those that were mended end in \" -- fixed\""),
};

const kl_type kl_repair_report_type = {
    .name = "RepairReport",
    .module = "kailash.trust_plane",
    .doc = "What TrustProject.repair() found and mended.",
    .size = sizeof(repair_report),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(repair_fields),
    .repr = repair_repr,
};
KL_PUBLISH(kl_repair_report_type);

kl_status kl_repair_report_new(kl_value *out, kl_value details, int64_t fixed, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_repair_report_type, error));
    repair_report *report = (repair_report *)object;
    report->details = kl_value_retain(details);
    report->issues_found = (int64_t)kl_array_len(details);
    report->issues_fixed = fixed;
    *out = kl_value_of(object);
    return KL_OK;
}
