/* src/trust_plane/audit_report.h - the audit report of a project. */
#ifndef KL_TRUST_PLANE_AUDIT_REPORT_H
#define KL_TRUST_PLANE_AUDIT_REPORT_H

#include "project.h"

/* Markdown: summary, envelope, decisions, milestones, delegates, competencies, verification; given. */
KL_API kl_status kl_audit_report(kl_value *out, kl_trust_project *project, kl_error *error);

#endif
