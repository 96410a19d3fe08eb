/* src/trust_plane/report.h - what verifying and repairing a project tell. */
#ifndef KL_TRUST_PLANE_REPORT_H
#define KL_TRUST_PLANE_REPORT_H

#include "kailash/type.h"

extern KL_API const kl_type kl_verification_report_type, kl_verification_issue_type;
extern KL_API const kl_type kl_repair_report_type;

typedef enum kl_severity {
    KL_SEVERITY_LOW, KL_SEVERITY_MEDIUM, KL_SEVERITY_HIGH, KL_SEVERITY_CRITICAL
} kl_severity;

/* An issue; `file` is a path or null, both borrowed. Given. */
kl_status kl_verification_issue_new(kl_value *out, kl_severity severity, const char *type,
                                    kl_value file, kl_value description, kl_error *error);
kl_severity kl_verification_issue_severity(kl_value issue);

typedef struct kl_verification_counts {
    int64_t decisions, milestones, anchors;
} kl_verification_counts;
/* `issues` (array, borrowed); valid unless one of them is high or critical. Given. */
kl_status kl_verification_report_new(kl_value *out, kl_value issues,
                                     const kl_verification_counts *counts, kl_error *error);
/* `details` is an array of texts, borrowed; given. */
kl_status kl_repair_report_new(kl_value *out, kl_value details, int64_t fixed, kl_error *error);

#endif
