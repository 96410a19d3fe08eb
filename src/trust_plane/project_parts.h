/* src/trust_plane/project_parts.h - what the files of project.h share. */
#ifndef KL_TRUST_PLANE_PROJECT_PARTS_H
#define KL_TRUST_PLANE_PROJECT_PARTS_H

#include "chain.h"
#include "enforcer.h"
#include "fork.h"
#include "project.h"
#include "records.h"

#define MANIFEST KL_TEXT("manifest.json")
#define GENESIS KL_TEXT("genesis.json")
#define GENESIS_SIGNATURE KL_TEXT("genesis-authority.sig")
#define ENVELOPE KL_TEXT("constraint-envelope.json")
#define ENVELOPE_SIGNATURE KL_TEXT("constraint-envelope.sig")
#define FORMAT_VERSION "0.1.0"

/* What genesis.json has in its metadata, and so the authority signed, beside the format of others. */
#define CHAIN_MARK "chain_signatures"       /* "1": every anchor has one */
#define ENVELOPE_MARK "constraint_envelope" /* "1": the project has an envelope */
#define SEAL_MARK "record_seals"           /* "1": files that no anchor covers are sealed */
#define AUTHOR_MARK "author"                /* that of the manifest */

/* Enforcers that are in force, or were: a check may still use one that was replaced. */
typedef struct kl_project_enforcer {
    kl_session_enforcer *enforcer;
    struct kl_project_enforcer *before;
} kl_project_enforcer;

/* Files as they were when the view of the project was taken. */
typedef struct kl_project_view {
    bool fresh; /* the rest says something */
    kl_trust_facts manifest, anchors, tip, envelope; /* all zero: there is none */
} kl_project_view;

struct kl_trust_project {
    kl_object object;
    /* never changes once it is made */
    kl_trust_folder *folder;
    kl_value genesis, genesis_signature;       /* map, hex */
    kl_value name, author;                     /* strings */
    kl_value public_key, authority_key;        /* hex */
    kl_verifier *key, *authority;
    kl_value authority_pair;                   /* EatpKeyPair of the one who made it, else null */
    bool is_pinned;                            /* the authority key is not only what lies beside */
    bool is_maker;                             /* this object made the project */
    bool needs_seals;                          /* files without an anchor must have a seal */
    bool needs_chain;                          /* anchors must have a chain_signature */

    pthread_mutex_t lock; /* guards what follows, for moments only */
    kl_fork_watch watch;
    kl_value pair;        /* EatpKeyPair that signs records, or null */
    kl_value envelope;    /* ConstraintEnvelope in force, or null */
    kl_project_enforcer *enforcer; /* atomic; of the envelope, or of one without limits */

    /* between begin and end */
    kl_chain chain;
    kl_value manifest;    /* map */
    kl_project_view view;
    kl_value checked;     /* map from "decisions/NAME" to bytes: files that were verified */

    struct kl_project_shadow *shadow; /* see project_shadow.c; guarded by `lock` */
};

/* ---- project.c ----------------------------------------------------------------------------------------- */

/* A project without content around an open folder (taken); given. */
kl_status kl_project_new(kl_trust_project **out, kl_trust_folder *folder, kl_error *error);
/* The end of the object, and its one line of text. */
void kl_project_dispose(kl_object *self);
kl_status kl_project_repr(kl_value *out, kl_object *self, kl_error *error);
/* Fill what follows from the genesis: keys, name, marks. */
kl_status kl_project_take_genesis(kl_trust_project *project, kl_value genesis, kl_error *error);
/* Make an envelope (NULL = none) the one in force. */
kl_status kl_project_set_envelope(kl_trust_project *project, const kl_session_envelope *envelope,
                                  kl_error *error);
/* A string member of a map of strings; empty when it is not there. */
kl_text kl_project_mark(kl_value genesis, const char *mark);

/* ---- project_keys.c -------------------------------------------------------------------------------------- */

/* The operational key pair; given, null when none is bound. */
kl_value kl_project_pair(kl_trust_project *project);
/* The same, but KL_STATE "key not found: cannot WHAT: ..." instead of null. */
kl_status kl_project_need_pair(kl_value *out, kl_trust_project *project, const char *what,
                               kl_error *error);
/* Bind the key of a hexadecimal seed, which `source` names in messages. */
kl_status kl_project_bind(kl_trust_project *project, kl_text hex, const char *source,
                          kl_error *error);
/* The pair that the environment names for the project in `folder`: null when it names none, names that
 * of another project, or the directory may not be signed into; given. */
kl_status kl_project_environment_pair(kl_value *out, const kl_trust_folder *folder,
                                      kl_error *error);
/* What TRUST_PLANE_AUTHORITY_PUBKEY pins: a string in lower case, null when it pins none; given. */
kl_status kl_project_pin(kl_value *out, kl_error *error);
/* KL_DENIED-like refusal unless TRUST_PLANE_TRUST_DIR names the folder; `required`: also when it is
 * not set. */
kl_status kl_project_check_root(const kl_trust_folder *folder, bool required, kl_error *error);

/* ---- project_files.c --------------------------------------------------------------------------------------- */

/* A hexadecimal file of a project without its line end, `digits` long, lower case; given. */
kl_status kl_project_read_hex(kl_value *out, const kl_trust_folder *folder, const char *sub,
                              kl_text name, size_t digits, kl_error *error);
/* genesis.json and its signature, checked under `authority`; given. */
kl_status kl_project_read_genesis(kl_value *genesis, kl_value *signature,
                                  const kl_trust_folder *folder, const kl_verifier *authority,
                                  kl_error *error);
/* The envelope of `name` in `sub` and its signature, checked; given. `plain`: the file's text is what
 * the envelope is written as. */
kl_status kl_project_read_envelope(kl_session_envelope **out, bool *plain,
                                   const kl_trust_project *project, const char *sub, kl_text name,
                                   kl_text signature_name, kl_error *error);
/* Write an envelope, unsigned members empty, and the authority's signature of it. */
kl_status kl_project_write_envelope(kl_trust_project *project, const char *sub, kl_text name,
                                    kl_text signature_name, const kl_session_envelope *envelope,
                                    kl_error *error);

/* ---- project_view.c ---------------------------------------------------------------------------------------- */

/* Under the lock, first: forget what a fork left half changed. */
void kl_project_mend_torn(kl_trust_project *project);
/* Under the lock: finish or undo what a killed writer left. What cannot be written stays as it is. */
kl_status kl_project_recover(kl_trust_project *project, kl_error *error);
/* Under the lock: read the manifest, the one that waits to be named included. */
kl_status kl_project_read_manifest(kl_trust_project *project, kl_error *error);
/* Under the lock: bring the chain up to date; `verify`: signatures, too. */
kl_status kl_project_refresh(kl_trust_project *project, bool verify, kl_error *error);
/* Under the lock: note how the files stand that tell whether somebody wrote. */
void kl_project_note_view(kl_trust_project *project);
/* Level after the last transition of the chain; -1 when there was none. */
int kl_project_level(const kl_trust_project *project);
/* The levels of a record_id "posture-Supervised-to-Full". */
bool kl_project_read_transition(int *from, int *to, kl_text record_id);

/* ---- project_record.c --------------------------------------------------------------------------------------- */

/* SHA-256 of a file anywhere, as hexadecimal text; given. */
kl_status kl_trust_file_hash(kl_value *out, kl_text path, kl_error *error);
/* What a transition of posture is anchored with; given. */
kl_status kl_project_transition_hash(kl_value *out, const char *from, const char *to,
                                     kl_value reason, kl_error *error);

/* ---- project_shadow.c -------------------------------------------------------------------------------------- */

/* Under the lock, with the chain up to date: finish or undo what a killed process left of beginning,
 * promoting, ending a trial. */
kl_status kl_project_settle_shadow(kl_trust_project *project, kl_error *error);
/* Under the lock: begin to judge by the candidate that lies in shadow/, if there is one. */
kl_status kl_project_load_shadow(kl_trust_project *project, kl_error *error);
/* With the project's end. */
void kl_project_end_shadow(kl_trust_project *project);

/* ---- methods ------------------------------------------------------------------------------------------------ */

extern kl_call kl_project_record_decision, kl_project_record_milestone;
extern kl_call kl_project_transition, kl_project_posture;
extern kl_call kl_project_verify, kl_project_repair;
extern kl_call kl_project_check, kl_project_shadow_check;
extern kl_call kl_project_enable_shadow, kl_project_disable_shadow, kl_project_is_shadow_active;
extern kl_call kl_project_shadow_report, kl_project_shadow_records, kl_project_shadow_promote;
extern kl_call kl_project_set_key, kl_project_resolve_key, kl_project_export_key,
    kl_project_legacy_key;

#endif
