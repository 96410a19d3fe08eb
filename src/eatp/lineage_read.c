/* src/eatp/lineage_read.c - reading a lineage, and verifying all that is in it. */
#include "action_anchor.h"
#include "attestation.h"
#include "delegation_record.h"
#include "envelope.h"
#include "fault.h"
#include "genesis.h"
#include "lineage_parts.h"

#define RECORDS(member)                                                                            \
    {.name = (member), .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP}

static const kl_member proof_members[] = {
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64},
};
static const kl_shape proof_shape = {.name = "envelope signature", KL_SHAPE_MEMBERS(proof_members),
                                     .closed = true};

static const kl_member manifest_members[] = {
    {.name = "agent_id", .kind = KL_KIND_STRING},
    {.name = "children_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "envelope_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "signed_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "signer_public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape manifest_shape = {.name = "lineage manifest",
                                        KL_SHAPE_MEMBERS(manifest_members), .closed = true};

static const kl_member members[] = {
    {.name = "alg_id", .kind = KL_KIND_STRING},
    {.name = "agent_id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_FILLED},
    {.name = "genesis", .kind = KL_KIND_MAP},
    RECORDS("delegations"),
    {.name = "envelope", .kind = KL_KIND_MAP},
    RECORDS("attestations"),
    RECORDS("audit_anchors"),
    {.name = "envelope_signature", .kind = KL_KIND_MAP, .shape = &proof_shape,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
    {.name = "manifest", .kind = KL_KIND_MAP, .shape = &manifest_shape,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_NULL},
};
static const kl_shape shape = {.name = "lineage chain", KL_SHAPE_MEMBERS(members)};

static kl_value wire_of(kl_value record) { return ((kl_wire_record *)record.as.object)->wire; }
static kl_value member(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_status refuse(kl_error *error, const char *code, const char *why)
{
    return kl_fault(error, KL_INVALID, NULL, code, "signature verification failed: %s", why);
}

/* ---- the manifest ------------------------------------------------------------------------------- */

static kl_status add_signatures(kl_value *list, kl_value records, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(records); i++)
        KL_TRY(kl_array_push(list,
                             kl_value_retain(member(wire_of(kl_array_at(records, i)), "signature")),
                             error));
    return KL_OK;
}

static kl_status children_hash(char out[65], const kl_lineage *lineage, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_lineage_children(lineage), error));
    KL_TRY_OUT(add_signatures(&list, lineage->attestations, error));
    KL_TRY_OUT(add_signatures(&list, lineage->delegations, error));
    KL_TRY_OUT(add_signatures(&list, lineage->audit_anchors, error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        kl_buffer_add(&text, kl_as_text(kl_array_at(list, i)));
    status = text.status == KL_OK ? kl_sha256_hex(out, kl_buffer_text(&text), error)
                                  : kl_error_no_memory(error);
out:
    kl_buffer_free(&text);
    kl_value_release(list);
    return status;
}

kl_status kl_lineage_manifest(kl_value *out, const kl_lineage *lineage, const kl_key_pair *pair,
                              kl_error *error)
{
    char hash[65];
    kl_value map, part;
    kl_status status;
    KL_TRY(children_hash(hash, lineage, error));
    KL_TRY(kl_map_new(&map, KL_COUNT(manifest_members), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("agent_id"), kl_value_retain(lineage->agent_id), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("children_hash"), (kl_text){hash, 64}, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("envelope_id"),
                          kl_value_retain(member(wire_of(lineage->envelope), "envelope_id")),
                          error));
    KL_TRY_OUT(kl_time_value(&part, kl_time_now(), KL_TIME_Z, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signed_at"), part, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("signer_public_key"),
                          kl_value_retain(kl_key_pair_public_hex(pair)), error));
    KL_TRY_OUT(kl_record_sign(&map, &manifest_shape, pair, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* It is signed with the key of the genesis, and says what is there. */
static kl_status check_manifest(const kl_lineage *lineage, kl_error *error)
{
    char hash[65];
    kl_value manifest = lineage->manifest;
    kl_text owner = kl_as_text(member(wire_of(lineage->genesis), "public_key_hex"));
    if (kl_is_null(manifest))
        return KL_OK;
    if (!kl_text_equal(kl_as_text(member(manifest, "signer_public_key")), owner))
        return refuse(error, "foreign_signer", "the manifest is not signed with the genesis key");
    KL_TRY(kl_record_verify(manifest, &manifest_shape, owner, error));
    KL_TRY(children_hash(hash, lineage, error));
    if (!kl_text_equal(kl_as_text(member(manifest, "agent_id")), kl_as_text(lineage->agent_id)) ||
        !kl_text_equal(kl_as_text(member(manifest, "envelope_id")),
                       kl_as_text(member(wire_of(lineage->envelope), "envelope_id"))) ||
        !kl_text_equal(kl_as_text(member(manifest, "children_hash")), (kl_text){hash, 64}))
        return refuse(error, "wrong_manifest",
                      "the manifest is about other records: one was taken away or added");
    return KL_OK;
}

/* ---- the envelope ------------------------------------------------------------------------------- */

/* With its signature within, as it stands alone; given. */
static kl_status join_envelope(kl_value *out, kl_value map, kl_error *error)
{
    kl_value envelope = kl_value_retain(member(map, "envelope"));
    kl_value proof = member(map, "envelope_signature");
    kl_status status = KL_OK;
    if (kl_map_has(envelope, KL_TEXT("alg_id")))
        KL_TRY_OUT(kl_alg_id_check(envelope, error));
    for (size_t i = 0; i < KL_COUNT(proof_members) && !kl_is_null(proof); i++) {
        kl_text name = kl_text_from(proof_members[i].name);
        KL_TRY_OUT(kl_map_set(&envelope, name, kl_value_retain(kl_map_get(proof, name)), error));
    }
    return kl_eatp_envelope_new(out, envelope, error);
out:
    kl_value_release(envelope);
    return status;
}

/* Whether the dimensions are those of a level. */
static kl_status is_of_level(bool *is, const kl_lineage *lineage, kl_trust_level level, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_governance_of_level(&map, level, KL_TEXT(""), KL_TEXT(""), error));
    kl_status status = kl_value_equal(is, member(wire_of(lineage->envelope), "dimensions"),
                                      member(map, "dimensions"), error);
    kl_value_release(map);
    return status;
}

/* The dimensions of an envelope follow from the level of the agent, which its attestations show, signed. */
static kl_status check_dimensions(const kl_lineage *lineage, kl_error *error)
{
    bool shown = false;
    for (size_t i = 0; i < kl_array_len(lineage->attestations); i++) {
        int level;
        bool fits;
        KL_TRY(kl_attestation_level(&level, wire_of(kl_array_at(lineage->attestations, i)), error));
        if (level < 0)
            continue;
        KL_TRY(is_of_level(&fits, lineage, (kl_trust_level)level, error));
        if (fits)
            return KL_OK;
        shown = true;
    }
    return shown ? refuse(error, "wrong_envelope", "the envelope has no signature, and does not say what the "
                                                   "attested level brings: it was changed")
                 : KL_OK;
}

/* Ours is signed, by whom is asked of verify_all(): one that has our form, or that a manifest names, lost
 * its signature. Others cannot sign theirs. */
static kl_status check_unsigned(const kl_lineage *lineage, kl_error *error)
{
    kl_value wire = wire_of(lineage->envelope);
    kl_text organisation = kl_as_text(member(wire_of(lineage->genesis), "org_id"));
    kl_text subject = kl_as_text(member(member(wire, "subject"), "id"));
    bool is_ours = kl_text_equal(kl_as_text(member(wire, "issuer")), organisation) &&
                   kl_text_equal(subject, kl_as_text(lineage->agent_id));
    if (is_ours || !kl_is_null(lineage->manifest))
        return refuse(error, "unsigned_envelope", "the envelope has no signature: it was taken away");
    return check_dimensions(lineage, error);
}

/* One that is signed is about this agent: else it might be that of another one with more rights. */
static kl_status check_envelope(const kl_lineage *lineage, kl_error *error)
{
    kl_value wire = wire_of(lineage->envelope);
    kl_text subject = kl_as_text(member(member(wire, "subject"), "id"));
    if (kl_is_null(member(wire, "signer_public_key")))
        return check_unsigned(lineage, error);
    if (kl_text_equal(subject, kl_as_text(lineage->agent_id)))
        return KL_OK;
    return kl_lineage_foreign(error, "envelope subject", subject, kl_as_text(lineage->agent_id));
}

/* ---- the records -------------------------------------------------------------------------------- */

static kl_status read_attestation(kl_value *out, kl_value *agent, kl_value map, kl_error *error)
{
    *agent = member(map, "agent_id");
    return kl_attestation_read(out, map, error);
}

static kl_status read_anchor(kl_value *out, kl_value *agent, kl_value map, kl_error *error)
{
    *agent = member(member(map, "event"), "actor");
    return kl_action_anchor_read(out, map, error);
}

static kl_status read_delegation(kl_value *out, kl_value *agent, kl_value map, kl_error *error)
{
    kl_value wire;
    *agent = member(map, "delegate");
    KL_TRY(kl_delegation_verify(&wire, map, true, error));
    kl_status status = kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

typedef struct child_kind {
    kl_status (*read)(kl_value *out, kl_value *agent, kl_value map, kl_error *error);
    const char *member, *what;
} child_kind;

static kl_status read_child(kl_value *list, const child_kind *kind, kl_value map, kl_text expected,
                            kl_error *error)
{
    kl_value record, agent;
    KL_TRY(kind->read(&record, &agent, map, error));
    if (kl_text_equal(kl_as_text(agent), expected))
        return kl_array_push(list, record, error);
    kl_value_release(record);
    return kl_lineage_foreign(error, kind->what, kl_as_text(agent), expected);
}

static kl_status read_children(kl_value *list, const child_kind *kind, kl_value map,
                               kl_error *error)
{
    kl_value records = member(map, kind->member);
    KL_TRY(kl_array_new(list, kl_array_len(records), error));
    for (size_t i = 0; i < kl_array_len(records); i++)
        KL_TRY(read_child(list, kind, kl_array_at(records, i),
                          kl_as_text(member(map, "agent_id")), error));
    return KL_OK;
}

static kl_status read_parts(kl_lineage *lineage, kl_value map, kl_error *error)
{
    static const child_kind delegations = {read_delegation, "delegations", "delegation delegate"};
    static const child_kind attestations = {read_attestation, "attestations",
                                            "capability attestation for agent"};
    static const child_kind anchors = {read_anchor, "audit_anchors", "audit anchor actor"};
    lineage->agent_id = kl_value_retain(member(map, "agent_id"));
    KL_TRY(kl_genesis_read(&lineage->genesis, member(map, "genesis"), error));
    KL_TRY(read_children(&lineage->delegations, &delegations, map, error));
    KL_TRY(read_children(&lineage->attestations, &attestations, map, error));
    KL_TRY(read_children(&lineage->audit_anchors, &anchors, map, error));
    KL_TRY(join_envelope(&lineage->envelope, map, error));
    if (!kl_is_null(member(map, "manifest")))
        KL_TRY(kl_shape_known(&lineage->manifest, &manifest_shape, member(map, "manifest"), error));
    KL_TRY(check_envelope(lineage, error));
    return check_manifest(lineage, error);
}

kl_status kl_lineage_read(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_record_check(map, &shape, error));
    KL_TRY(kl_object_alloc(&object, &kl_lineage_type, error));
    kl_status status = read_parts((kl_lineage *)object, map, error);
    if (status == KL_INVALID || status == KL_SYNTAX)
        kl_error_prefix(error, "aggregate child re-verification failed: ");
    if (status == KL_OK)
        status = kl_lineage_complete((kl_lineage *)object, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- verifying anew ----------------------------------------------------------------------------- */

static kl_status check_signer(kl_value wire, kl_text root, const char *what, kl_error *error)
{
    kl_text signer = kl_as_text(member(wire, "signer_public_key"));
    if (kl_text_equal(signer, root))
        return KL_OK;
    return kl_fault(error, KL_INVALID, NULL, "foreign_signer",
                    "signature verification failed: the %s is %s the expected root key", what,
                    signer.len ? "not signed with" : "not signed, so not by");
}

static kl_status check_root(const kl_lineage *lineage, kl_text root, kl_error *error)
{
    KL_TRY(check_signer(wire_of(lineage->genesis), root, "genesis", error));
    KL_TRY(check_signer(wire_of(lineage->envelope), root, "envelope", error));
    for (size_t i = 0; i < kl_array_len(lineage->attestations); i++)
        KL_TRY(check_signer(wire_of(kl_array_at(lineage->attestations, i)), root, "attestation",
                            error));
    return KL_OK;
}

kl_status kl_lineage_verify(size_t *count, kl_lineage *lineage, kl_text root, kl_error *error)
{
    kl_value again;
    if (kl_lineage_children(lineage) == 0)
        return kl_fault(error, KL_INVALID, NULL, "not_determined",
                        "signature verification failed: lineage verification is NOT DETERMINED: there "
                        "is no attestation, no delegation and no audit anchor, so nothing was shown "
                        "about the agent");
    KL_TRY(kl_lineage_read(&again, lineage->wire, error));
    kl_value_release(again);
    if (root.len)
        KL_TRY(check_root(lineage, root, error));
    *count = kl_lineage_children(lineage);
    return KL_OK;
}
