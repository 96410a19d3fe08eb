/* src/trust_plane/seal.h - seals of the files that no anchor covers: delegates, holds, mirror records.
 *
 * A seal is a last member of the file itself, so that file and seal are on the disk together or not
 * at all: {"seal": {"sha256": HEX, "signature": HEX}}. The hash is that of family B of all other
 * members. The signature, there when a key was at hand, is the operational key's. Others ignore the
 * member, and leave it out when they write the file anew; a project of ours notes that.
 */
#ifndef KL_TRUST_PLANE_SEAL_H
#define KL_TRUST_PLANE_SEAL_H

#include "anchor.h"

#define KL_SEAL "seal"

/* What may be wrong with one; beside KL_ANCHOR_* in the faults of a file. */
enum {
    KL_SEAL_MISSING = 8, /* there is none */
    KL_SEAL_BROKEN = 16, /* it is not of these bytes, or no seal at all */
    KL_SEAL_FORGED = 32, /* its signature is not the key's */
};

/* Seal a record, anew if it has a seal. `sub` is the folder of its file; `pair` NULL = not signed. */
KL_API kl_status kl_seal_set(kl_value *record, const char *sub, const kl_key_pair *pair,
                             kl_error *error);
/* What is wrong with the seal of a record. Without a verifier signatures are not looked at. */
KL_API kl_status kl_seal_judge(unsigned *faults, kl_value record, const char *sub,
                               const kl_anchor_key *key, kl_error *error);
/* Check the hash of a record that was read and take the seal away; one without a seal passes. KL_FAILED
 * "tamper detected: ..." (code "tamper_detected"). */
KL_API kl_status kl_seal_open(kl_value *record, const char *sub, kl_text name, kl_error *error);

/* Whose key signs what is written through `folder`: that of `project`, a TrustProject of the same
 * directory. KL_FAILED when it is of another one. Before the folder is shared. */
KL_API kl_status kl_seal_by(kl_trust_folder *folder, kl_value project, kl_error *error);
/* The pair that signs now: that of the project above, else the one that the environment names, if it
 * is this project's and the directory may be signed into; given, null when there is none. */
KL_API kl_status kl_seal_pair(kl_value *out, const kl_trust_folder *folder, kl_error *error);

/* What the classes that write such files take, last. */
#define KL_SEAL_PARAM                                                                              \
    {.name = "project", .kind = KL_KIND_OBJECT, .type = &kl_trust_project_type,                    \
     .flags = KL_OPTIONAL,                                                                         \
     .doc = "the TrustProject of the directory: its operational key signs the seals of what is "    \
            "written; without one, or without its key, the key that the environment names does, if "\
            "it is the project's"}

#endif
