/* src/trust_plane/project.h - TrustProject: decisions, milestones and posture on disk, signed, in one chain.
 *
 * Every record has an anchor; anchors form one chain by parent_anchor_id. An anchor on the disk is
 * the commit of its record: the record waits beside it under its temporary name, so that whoever
 * takes the lock next can finish what a killed writer began, without a key.
 */
#ifndef KL_TRUST_PLANE_PROJECT_H
#define KL_TRUST_PLANE_PROJECT_H

#include "eatp/keys.h"
#include "folder.h"
#include "kailash/type.h"

/* Threads may share one. */
typedef struct kl_trust_project kl_trust_project;
extern KL_API const kl_type kl_trust_project_type;

/* A new project; given. `envelope` is a ConstraintEnvelope or null. */
KL_API kl_status kl_trust_project_create(kl_value *out, kl_text path, kl_text name, kl_text author,
                                         kl_value envelope, kl_error *error);
/* One that is there, given: checks genesis, envelope and the form of the chain. */
KL_API kl_status kl_trust_project_load(kl_value *out, kl_text path, kl_error *error);

/* ---- what it is; borrowed ---------------------------------------------------------------------------- */

KL_API kl_trust_folder *kl_trust_project_folder(const kl_trust_project *project);
KL_API kl_value kl_trust_project_genesis(const kl_trust_project *project); /* map, as stored */
/* 128 hexadecimal digits: the authority's signature of the genesis. */
KL_API kl_value kl_trust_project_genesis_signature(const kl_trust_project *project);
KL_API kl_value kl_trust_project_public_key(const kl_trust_project *project);    /* operational, hex */
KL_API kl_value kl_trust_project_authority_key(const kl_trust_project *project); /* pinned, or stored */
/* The ConstraintEnvelope in force, or null; given. */
KL_API kl_value kl_trust_project_envelope(kl_trust_project *project);

/* ---- the operational key ------------------------------------------------------------------------------- */

KL_API bool kl_trust_project_has_key(kl_trust_project *project);
/* Bind the key that the environment names; false when it names none (trust_plane 3.4). */
KL_API kl_status kl_trust_project_bind_environment(bool *bound, kl_trust_project *project,
                                                   kl_error *error);
/* Signature in the protocol domain as 128 hexadecimal digits; given. KL_STATE
 * "key not found: cannot WHAT: ..." with the code "key_not_available" when no key is bound. */
KL_API kl_status kl_trust_project_sign(kl_value *out, kl_trust_project *project, kl_text bytes,
                                       const char *what, kl_error *error);

/* ---- anchors --------------------------------------------------------------------------------------------- */

/* What is to be anchored; all borrowed. */
typedef struct kl_trust_entry {
    const char *type;    /* anchor_type: "decision", "hold_resolved" ... */
    kl_text record_id;
    kl_text record_hash; /* 64 hexadecimal digits; what the operational key signs */
    /* The folder of a file that comes to be, or is replaced, with the anchor: "decisions",
     * "milestones" or "holds"; its name is the record's id and ".json". NULL = none. */
    const char *sub;
    kl_value record;     /* its JSON, a map */
    kl_value more;       /* further members of the anchor, a map or null: "reason" */
    const char *posture; /* what becomes the manifest's trust_posture; NULL = it stays */
    const char *what;    /* for messages: "record a decision" */
} kl_trust_entry;

/*
 * Take the lock and bring the view of the project up to date: what a killed writer left is finished,
 * new anchors are verified. KL_FAILED "tamper detected: ..." (code "tamper_detected") when they are
 * no single chain or one is not signed by the project's key. End it with kl_trust_project_end().
 */
KL_API kl_status kl_trust_project_begin(kl_trust_project *project, kl_error *error);
KL_API void kl_trust_project_end(kl_trust_project *project);
/* Append one anchor, between begin and end; its id as a string, given. */
KL_API kl_status kl_trust_project_append(kl_value *out, kl_trust_project *project,
                                         const kl_trust_entry *entry, kl_error *error);
/* Begin, append, end. */
KL_API kl_status kl_trust_project_anchor(kl_value *out, kl_trust_project *project,
                                         const kl_trust_entry *entry, kl_error *error);

/* ---- what it holds: maps as stored, read now, under the lock; given ------------------------------------------ */

KL_API kl_status kl_trust_project_manifest(kl_value *out, kl_trust_project *project,
                                           kl_error *error);
/* Array in the order of the chain. */
KL_API kl_status kl_trust_project_anchors(kl_value *out, kl_trust_project *project,
                                          kl_error *error);
/* Arrays in the order of their anchors; those without one behind, by time and id. */
KL_API kl_status kl_trust_project_decisions(kl_value *out, kl_trust_project *project,
                                            kl_error *error);
KL_API kl_status kl_trust_project_milestones(kl_value *out, kl_trust_project *project,
                                             kl_error *error);

/* ---- checking -------------------------------------------------------------------------------------------------- */

/* SHA-256 hex of family B of a decision or milestone without its id, of its known members; given. */
KL_API kl_status kl_trust_record_hash(kl_value *out, const char *anchor_type, kl_value record,
                                      kl_error *error);
/* Whether the anchor's signature, and its chain_signature if it has one, are the key's. */
KL_API kl_status kl_trust_anchor_check(bool *valid, kl_value anchor, const kl_verifier *key,
                                       kl_error *error);
/*
 * Anchors in the order of their one chain; given. KL_FAILED "tamper detected: ..." for a fork, a
 * missing parent, two roots, an id that stands twice. `where` is what messages call the set.
 */
KL_API kl_status kl_trust_chain_order(kl_value *out, kl_value anchors, const char *where,
                                      kl_error *error);
/* A VerificationReport; given. `full`: nothing that was verified before is taken for granted. */
KL_API kl_status kl_trust_project_verify(kl_value *out, kl_trust_project *project, bool full,
                                         kl_error *error);
/* What a report says. */
KL_API bool kl_trust_report_is_valid(const kl_object *report);

#endif
