/* src/trust_plane/verify.h - what the parts of a verification share. */
#ifndef KL_TRUST_PLANE_VERIFY_H
#define KL_TRUST_PLANE_VERIFY_H

#include "anchor.h"
#include "project_parts.h"
#include "report.h"
#include "stored_kinds.h"
#include "scan.h"

/* One verification, under the lock. */
typedef struct kl_audit {
    kl_trust_project *project;
    bool full;
    kl_time begun;
    kl_value pair;     /* operational key, or null */
    kl_value issues;   /* array of VerificationIssue */
    kl_scan anchors, records[KL_TRUST_KINDS], stored[KL_TRUST_STORED];
    kl_value found;    /* array: anchors that could be read, in the order of their files */
    kl_value ordered;  /* array: the chain; null when there is none */
    kl_value by_record; /* map from a record_id to its anchor */
} kl_audit;

/* Add an issue about a file; `sub` NULL = about none. */
kl_status kl_audit_say(kl_audit *audit, kl_severity severity, const char *type, const char *sub,
                       kl_text name, kl_error *error, const char *format, ...) KL_PRINTF(7, 8);
/* The same for an item, which is flagged. */
#define KL_AUDIT_ITEM(audit, scan, item, severity, type, error, ...)                               \
    ((item)->flagged = true,                                                                       \
     kl_audit_say(audit, severity, type, (scan)->sub, (item)->name, error, __VA_ARGS__))
/* A file's text is not what its content is written as. */
kl_status kl_audit_reformatted(kl_audit *audit, const char *sub, kl_text name, kl_error *error);
/* What may be said of every JSON file: members that nothing covers, other text than we write. */
kl_status kl_audit_form(kl_audit *audit, const char *sub, kl_text name, const kl_shape *shape,
                        kl_value map, bool plain, bool *flagged, kl_error *error);

/* verify_project.c: what the authority signed, keys, the manifest, shadow mode. */
kl_status kl_audit_authority(kl_audit *audit, kl_error *error);
kl_status kl_audit_manifest(kl_audit *audit, kl_error *error);
/* Whether a record of these facts was verified before; its hash is filled in. For kl_scan. */
bool kl_audit_is_known(const kl_scan *scan, kl_scan_item *item);
/* verify_stored.c: what is sealed, and the anchor of a hold against its file. */
kl_status kl_audit_stored(kl_audit *audit, kl_error *error);
kl_status kl_audit_hold(kl_audit *audit, kl_value anchor, kl_text file, kl_error *error);
/* verify_shadow.c */
kl_status kl_audit_shadow(kl_audit *audit, kl_error *error);

#endif
