/* src/trust_plane/project_table.c - the class TrustProject: what its methods are called and take. */
#include "project_parts.h"
#include "report.h"
#include "shadow.h"

static kl_status create(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_trust_project_create(out, kl_as_text(args[0]), kl_as_text(args[1]),
                                   kl_as_text(args[2]), args[3], error);
}

static kl_status load(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_trust_project_load(out, kl_as_text(args[0]), error);
}

static kl_status author(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_trust_project *)self)->author);
    return KL_OK;
}

static kl_status project_name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((const kl_trust_project *)self)->name);
    return KL_OK;
}

static kl_status trust_dir(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(kl_trust_folder_path(((const kl_trust_project *)self)->folder));
    return KL_OK;
}

/* ---- typed records --------------------------------------------------------------------------------------- */

static kl_status typed(kl_value *out, const kl_type *type, kl_status read, kl_value maps,
                       kl_error *error)
{
    kl_value records = kl_null(), record = kl_null();
    kl_status status = read;
    if (status == KL_OK)
        status = kl_array_new(&records, kl_array_len(maps), error);
    for (size_t i = 0; i < kl_array_len(maps) && status == KL_OK; i++) {
        status = kl_trust_record_new(&record, type, kl_array_at(maps, i), error);
        if (status == KL_OK)
            status = kl_array_push(&records, record, error);
    }
    kl_value_release(maps);
    if (status != KL_OK) {
        kl_value_release(records);
        return status;
    }
    *out = records;
    return KL_OK;
}

static kl_status manifest(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value map = kl_null();
    KL_TRY(kl_trust_project_manifest(&map, (kl_trust_project *)self, error));
    kl_status status = kl_trust_record_new(out, &kl_project_manifest_type, map, error);
    kl_value_release(map);
    return status;
}

static kl_status anchors(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value maps = kl_null();
    kl_status status = kl_trust_project_anchors(&maps, (kl_trust_project *)self, error);
    return typed(out, &kl_anchor_record_type, status, maps, error);
}

static kl_status decisions(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value maps = kl_null();
    kl_status status = kl_trust_project_decisions(&maps, (kl_trust_project *)self, error);
    return typed(out, &kl_decision_record_type, status, maps, error);
}

static kl_status milestones(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    kl_value maps = kl_null();
    kl_status status = kl_trust_project_milestones(&maps, (kl_trust_project *)self, error);
    return typed(out, &kl_milestone_record_type, status, maps, error);
}

/* ---- parameters ------------------------------------------------------------------------------------------ */

static const kl_param create_params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING,
     .doc = "directory to make, with the parents it lacks; it must not exist"},
    {.name = "name", .kind = KL_KIND_STRING, .doc = "name of the project; not empty"},
    {.name = "author", .kind = KL_KIND_STRING, .doc = "who makes it; not empty"},
    {.name = "envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .flags = KL_OPTIONAL,
     .doc = "what check() judges by, signed by the authority; signed_by and signed_at, which the "
            "signature does not cover, are not kept. None = everything is approved"},
};
static const kl_param load_params[] = {
    {.name = "trust_dir", .kind = KL_KIND_STRING, .doc = "directory of the project"},
};

static const char *const reviews[] = {"quick", "standard", "full", NULL};
#define TEXTS(param, text)                                                                         \
    {.name = (param), .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,                               \
     .flags = KL_OPTIONAL | KL_TUPLE, .doc = text}
static const kl_param decision_params[] = {
    {.name = "decision", .kind = KL_KIND_STRING,
     .doc = "what was decided; not empty, at most 64 KiB, like all texts"},
    {.name = "rationale", .kind = KL_KIND_STRING, .doc = "why"},
    {.name = "decision_type", .kind = KL_KIND_STRING,
     .doc = "free text such as architecture, scope, design, policy, technical, trade_off"},
    {.name = "confidence", .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL,
     .doc = "0.0 to 1.0; None = not said"},
    TEXTS("alternatives", "what else was considered"),
    TEXTS("risks", "what may go wrong"),
    TEXTS("related_decisions", "ids of other decisions"),
    TEXTS("evidence", "what it rests on"),
    {.name = "review_requirement", .kind = KL_KIND_ENUM, .names = reviews,
     .fallback = "\"standard\"", .doc = "how thoroughly it must be reviewed"},
    {.name = "confidentiality", .kind = KL_KIND_STRING, .fallback = "\"public\"",
     .doc = "public, restricted, confidential, secret or top_secret, in any case, or TopSecret"},
};
static const kl_param milestone_params[] = {
    {.name = "version", .kind = KL_KIND_STRING, .doc = "such as \"v1.0\""},
    {.name = "description", .kind = KL_KIND_STRING, .doc = "what was reached"},
    {.name = "file_path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "an artifact, whose SHA-256 is recorded; None = none"},
};
static const kl_param verify_params[] = {
    {.name = "full", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "read and check every file again, also those that this object has verified and whose "
            "inode, size and times are the same"},
};
static const kl_param repair_params[] = {
    {.name = "dry_run", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "tell, but change nothing"},
};
static const kl_param transition_params[] = {
    {.name = "target", .kind = KL_KIND_STRING,
     .doc = "untrusted, restricted, supervised, autonomous or full, in any case"},
    {.name = "reason", .kind = KL_KIND_STRING, .doc = "why; recorded with the transition"},
};
static const kl_param shadow_params[] = {
    {.name = "candidate_envelope", .kind = KL_KIND_OBJECT, .type = &kl_constraint_envelope_type,
     .doc = "an envelope nowhere wider than the one in force"},
};
static const kl_param key_params[] = {
    {.name = "hex_key", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "the operational key: 64 hexadecimal characters"},
};

/* ---- the table ------------------------------------------------------------------------------------------- */

#define TEXT_METHOD(method, function, text)                                                        \
    {.name = (method), .call = (function), .returns = KL_KIND_STRING, .doc = text}
#define RECORDS(method, function, record, text)                                                    \
    {.name = (method), .call = (function), .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT,       \
     .returns_type = &(record), .flags = KL_BLOCKING, .raises = "RuntimeError", .doc = text}

static const kl_method methods[] = {
    {.name = "create", .call = create, .params = KL_TABLE(create_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_trust_project_type,
     .flags = KL_STATIC | KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Make a project: a directory with a genesis that a new authority key signs, and a new "
            "operational key, which signs records. Neither private key is written anywhere; this "
            "object alone holds them, see export_operational_key_hex()."},
    {.name = "load", .call = load, .params = KL_TABLE(load_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_trust_project_type, .flags = KL_STATIC | KL_BLOCKING,
     .raises = "RuntimeError",
     .doc = "Open a project, checking the signature of its genesis and envelope and the form of its "
            "chain. TRUST_PLANE_AUTHORITY_PUBKEY pins the authority's key (a project with an envelope "
            "is not opened without), TRUST_PLANE_TRUST_DIR names the directories that may be opened, "
            "separated by ':'. To record, bind a key."},
    TEXT_METHOD("author", author, "Who made the project."),
    TEXT_METHOD("project_name", project_name, "Name of the project."),
    TEXT_METHOD("trust_dir", trust_dir, "Its directory, as it was given."),
    {.name = "posture", .call = kl_project_posture, .returns = KL_KIND_STRING,
     .returns_optional = true, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Untrusted, Restricted, Supervised, Autonomous or Full after the last transition; None "
            "while there was none, which counts as Supervised."},
    {.name = "check", .call = kl_project_check, .params = KL_TABLE(kl_session_params),
     .returns = KL_KIND_STRING, .raises = "ValueError",
     .doc = "Judge an action by the envelope in force: auto_approved, flagged, held or blocked. What "
            "is approved or flagged counts for the session."},
    {.name = "shadow_check", .call = kl_project_shadow_check, .params = KL_TABLE(kl_session_params),
     .returns = KL_KIND_STRING, .flags = KL_BLOCKING, .raises = "ValueError, RuntimeError",
     .doc = "As check(); in shadow mode the candidate judges, too, and both verdicts are recorded. The "
            "verdict is that of the envelope in force."},
    {.name = "record_decision", .call = kl_project_record_decision,
     .params = KL_TABLE(decision_params), .returns = KL_KIND_STRING, .flags = KL_BLOCKING,
     .raises = "ValueError, RuntimeError",
     .doc = "Record a decision and anchor it in the chain; the anchor's id. What it returns for is on "
            "the disk, whole, whatever kills the process."},
    {.name = "record_milestone", .call = kl_project_record_milestone,
     .params = KL_TABLE(milestone_params), .returns = KL_KIND_STRING, .flags = KL_BLOCKING,
     .raises = "ValueError, RuntimeError",
     .doc = "Record a milestone and anchor it in the chain; the anchor's id."},
    {.name = "transition_posture", .call = kl_project_transition,
     .params = KL_TABLE(transition_params), .returns = KL_KIND_NONE, .flags = KL_BLOCKING,
     .raises = "ValueError, RuntimeError",
     .doc = "Change the posture: up by one step, down by any number. The same one changes nothing."},
    {.name = "verify", .call = kl_project_verify, .params = KL_TABLE(verify_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_verification_report_type, .flags = KL_BLOCKING,
     .raises = "RuntimeError",
     .doc = "Check all signatures and hashes, the chain, and that records, anchors, keys and manifest "
            "fit together, on all processors."},
    {.name = "repair", .call = kl_project_repair, .params = KL_TABLE(repair_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_repair_report_type, .flags = KL_BLOCKING,
     .raises = "RuntimeError",
     .doc = "Correct what the manifest says by what there is: counts, end of the chain, posture. "
            "Anchors whose record is gone are only told of. Anchors without a chain_signature, which "
            "other implementations write, get one if the operational key is bound: read them first. So "
            "do delegates, holds and mirror records without a seal; one that does not fit is told of."},
    {.name = "manifest", .call = manifest, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_project_manifest_type, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "The manifest as it stands now."},
    RECORDS("anchors", anchors, kl_anchor_record_type, "The chain, from its beginning."),
    RECORDS("decisions", decisions, kl_decision_record_type, "All decisions, oldest first."),
    RECORDS("milestones", milestones, kl_milestone_record_type, "All milestones, oldest first."),
    {.name = "enable_shadow", .call = kl_project_enable_shadow, .params = KL_TABLE(shadow_params),
     .returns = KL_KIND_NONE, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Try a stricter envelope beside the one in force; replaces a trial that is under way. Only "
            "the object that created the project can sign a candidate."},
    {.name = "disable_shadow", .call = kl_project_disable_shadow, .returns = KL_KIND_NONE,
     .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "End the trial with all its records; nothing happens when there is none."},
    {.name = "is_shadow_active", .call = kl_project_is_shadow_active, .returns = KL_KIND_BOOL,
     .flags = KL_BLOCKING, .raises = "RuntimeError", .doc = "Whether a trial is under way."},
    {.name = "shadow_report", .call = kl_project_shadow_report, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_shadow_report_type, .returns_optional = true, .flags = KL_BLOCKING,
     .raises = "RuntimeError", .doc = "What the trial shows so far; None without one."},
    RECORDS("shadow_records", kl_project_shadow_records, kl_shadow_record_type,
            "Records of the trial, oldest first; none without one."),
    {.name = "shadow_promote", .call = kl_project_shadow_promote, .returns = KL_KIND_NONE,
     .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Make the candidate the envelope in force and end the trial. The session goes on: what was "
            "spent stays spent."},
    {.name = "export_operational_key_hex", .call = kl_project_export_key,
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "The operational key as 64 hexadecimal characters, from the object that created the "
            "project; None from others. Keep it outside of the directory."},
    {.name = "legacy_operational_key_path", .call = kl_project_legacy_key,
     .returns = KL_KIND_STRING, .returns_optional = true,
     .doc = "Path of keys/private.key, where old projects kept the key; None when there is none."},
    {.name = "resolve_operational_key_from_env", .call = kl_project_resolve_key,
     .returns = KL_KIND_BOOL, .flags = KL_BLOCKING, .raises = "RuntimeError",
     .doc = "Bind the operational key that TRUST_PLANE_OPERATIONAL_KEY_FILE (a file that nobody else "
            "may read) or TRUST_PLANE_OPERATIONAL_KEY holds, if TRUST_PLANE_TRUST_DIR names this "
            "project; False when neither is set."},
    {.name = "set_operational_key_hex", .call = kl_project_set_key, .params = KL_TABLE(key_params),
     .returns = KL_KIND_NONE, .raises = "RuntimeError",
     .doc = "Bind the operational key, if TRUST_PLANE_TRUST_DIR names this project."},
};

const kl_type kl_trust_project_type = {
    .name = "TrustProject",
    .module = "kailash.trust_plane",
    .doc = "Decisions, milestones and posture of a team of humans and agents: a directory of records, "
           "each signed and linked to the one before. Made by create() or load().",
    .size = sizeof(kl_trust_project),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = kl_project_dispose,
    .repr = kl_project_repr,
};
KL_PUBLISH(kl_trust_project_type);
