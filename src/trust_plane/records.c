/* src/trust_plane/records.c - see records.h. */
#include "records.h"
#include "canonical.h"
#include "project.h"

/* ---- members ------------------------------------------------------------------------------------------- */

/* A name, and what else is to be said. */
#define TEXT(...) {.kind = KL_KIND_STRING, .name = __VA_ARGS__}
#define TEXTS(member) {.name = (member), .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING}

/* What the hash covers is all but the id, which is made of it. */
static const kl_member decision_members[] = {
    TEXT("id", .flags = KL_MEMBER_UNSIGNED),
    TEXT("decision"),
    TEXT("rationale"),
    TEXT("decision_type"),
    {.name = "confidence", .kind = KL_KIND_NUMBER, .flags = KL_MEMBER_NULL | KL_MEMBER_FINITE},
    TEXTS("alternatives"),
    TEXTS("risks"),
    TEXTS("related_decisions"),
    TEXTS("evidence"),
    TEXT("created_at", .flags = KL_MEMBER_TIME_KEPT),
    TEXT("review_requirement"),
    TEXT("confidentiality", .flags = KL_MEMBER_WORDS, .ladder = KL_LADDER_CONFIDENTIALITY,
         .spelling = KL_PASCAL),
};
const kl_shape kl_trust_decision_shape = {.name = "decision", KL_SHAPE_MEMBERS(decision_members)};

static const kl_member milestone_members[] = {
    TEXT("id", .flags = KL_MEMBER_UNSIGNED),
    TEXT("version"),
    TEXT("description"),
    TEXT("file_path", .flags = KL_MEMBER_NULL),
    TEXT("file_hash", .flags = KL_MEMBER_NULL | KL_MEMBER_HEX_32),
    TEXT("created_at", .flags = KL_MEMBER_TIME_KEPT),
};
const kl_shape kl_trust_milestone_shape = {.name = "milestone", KL_SHAPE_MEMBERS(milestone_members)};

/* What chain_signature covers. `signature` is that of the record's hash alone; the reason of a
 * posture is covered by that hash. */
static const kl_member anchor_members[] = {
    TEXT("anchor_id"),
    TEXT("anchor_type"),
    TEXT("parent_anchor_id", .flags = KL_MEMBER_NULL | KL_MEMBER_SIGNED_NULL),
    TEXT("record_id"),
    TEXT("record_hash", .flags = KL_MEMBER_HEX_32),
    TEXT("signature", .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED),
    TEXT("created_at", .flags = KL_MEMBER_TIME_KEPT),
    TEXT("reason", .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_UNSIGNED),
    TEXT("chain_signature", .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED),
};
const kl_shape kl_trust_anchor_shape = {.name = "anchor", KL_SHAPE_MEMBERS(anchor_members)};

#define COUNTER(member) {.name = (member), .kind = KL_KIND_COUNT}
static const kl_member manifest_members[] = {
    TEXT("project_name", .flags = KL_MEMBER_FILLED),
    TEXT("author"),
    TEXT("created_at", .flags = KL_MEMBER_TIME_KEPT),
    TEXT("updated_at", .flags = KL_MEMBER_TIME_KEPT),
    TEXT("version"),
    COUNTER("decision_count"),
    COUNTER("milestone_count"),
    COUNTER("anchor_count"),
    TEXT("last_anchor_id", .flags = KL_MEMBER_NULL),
    TEXT("trust_posture", .flags = KL_MEMBER_NULL | KL_MEMBER_WORDS, .ladder = KL_LADDER_TRUST,
         .spelling = KL_PASCAL),
    {.name = "metadata", .kind = KL_KIND_MAP},
};
const kl_shape kl_trust_manifest_shape = {.name = "manifest", KL_SHAPE_MEMBERS(manifest_members)};

static const kl_member genesis_members[] = {
    TEXT("org_id", .flags = KL_MEMBER_FILLED),
    TEXT("public_key_hex", .flags = KL_MEMBER_HEX_32),
    TEXT("created_at", .flags = KL_MEMBER_TIME_KEPT),
    {.name = "capabilities", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING},
    {.name = "constraints", .kind = KL_KIND_MAP},
    {.name = "metadata", .kind = KL_KIND_MAP},
};
const kl_shape kl_trust_genesis_shape = {.name = "genesis", KL_SHAPE_MEMBERS(genesis_members)};

const kl_trust_kind_facts kl_trust_kinds[KL_TRUST_KINDS] = {
    {"decision", "decisions", "dec-", "decision_count", &kl_trust_decision_shape,
     &kl_decision_record_type},
    {"milestone", "milestones", "ms-", "milestone_count", &kl_trust_milestone_shape,
     &kl_milestone_record_type},
};

const kl_trust_kind_facts *kl_trust_kind_of(kl_text anchor_type)
{
    for (size_t i = 0; i < KL_COUNT(kl_trust_kinds); i++)
        if (kl_text_is(anchor_type, kl_trust_kinds[i].name))
            return &kl_trust_kinds[i];
    return NULL;
}

kl_text kl_trust_unknown_member(const kl_shape *shape, kl_value map)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text name = kl_map_key_at(map, i);
        bool known = false;
        for (size_t k = 0; k < shape->count && !known; k++)
            known = kl_text_is(name, shape->members[k].name);
        if (!known)
            return name;
    }
    return (kl_text){NULL, 0};
}

bool kl_trust_id_fits(kl_text id, const char *prefix, kl_text hash)
{
    enum { DIGITS = 12 };
    size_t head = strlen(prefix);
    return id.len == head + DIGITS && hash.len >= DIGITS && memcmp(id.data, prefix, head) == 0 &&
           memcmp(id.data + head, hash.data, DIGITS) == 0;
}

static kl_status hash_of(kl_value *out, const kl_shape *shape, kl_value record, kl_error *error)
{
    kl_value covered = kl_null();
    KL_TRY(kl_shape_signed(&covered, shape, record, error));
    kl_status status = kl_trust_canonical_hash(out, covered, error);
    kl_value_release(covered);
    return status;
}

kl_status kl_trust_record_hash(kl_value *out, const char *anchor_type, kl_value record,
                               kl_error *error)
{
    const kl_trust_kind_facts *kind = kl_trust_kind_of(kl_text_from(anchor_type));
    if (!kind)
        return kl_error_set(error, KL_INVALID, "unknown kind of record: '%s'; expected decision, milestone",
                            anchor_type);
    return hash_of(out, kind->shape, record, error);
}

/* ---- classes --------------------------------------------------------------------------------------------- */

/* A member, its kind, its doc, and what else is to be said. */
#define READ(member, field_kind, ...)                                                              \
    KL_VALUE(OWNER, member, .kind = (field_kind), .flags = KL_READ_ONLY | KL_OPTIONAL,             \
             .doc = __VA_ARGS__)
#define WIRE(owner)                                                                                \
    {.name = "wire", .kind = KL_KIND_MAP, .flags = KL_HIDDEN, .offset = offsetof(owner, wire),     \
     .doc = "the record as it is stored"}

static kl_status content_hash(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    const kl_shape *shape = self->type == &kl_decision_record_type ? &kl_trust_decision_shape
                                                                   : &kl_trust_milestone_shape;
    return hash_of(out, shape, ((const kl_wire_record *)self)->wire, error);
}

static const kl_method record_methods[] = {
    {.name = "content_hash", .call = content_hash, .returns = KL_KIND_STRING,
     .doc = "SHA-256, as hexadecimal text, of the record without its id in canonical JSON: what its "
            "anchor signs."},
    KL_WIRE_METHODS,
};
static const kl_method wire_methods[] = {KL_WIRE_METHODS};

typedef struct decision_record {
    kl_object object;
    kl_value wire;
    kl_value id, decision, rationale, decision_type, confidence, alternatives, risks;
    kl_value related_decisions, evidence, created_at, review_requirement, confidentiality;
} decision_record;

#define OWNER decision_record
static const kl_field decision_fields[] = {
    WIRE(decision_record),
    READ(id, KL_KIND_STRING, "\"dec-\" and the first 12 digits of the content's hash"),
    READ(decision, KL_KIND_STRING, "what was decided"),
    READ(rationale, KL_KIND_STRING, "why"),
    READ(decision_type, KL_KIND_STRING, "free text such as \"architecture\""),
    READ(confidence, KL_KIND_NUMBER, "0.0 to 1.0; None = not said"),
    READ(alternatives, KL_KIND_ARRAY, "what else was considered", .item = KL_KIND_STRING),
    READ(risks, KL_KIND_ARRAY, "what may go wrong", .item = KL_KIND_STRING),
    READ(related_decisions, KL_KIND_ARRAY, "ids of other decisions", .item = KL_KIND_STRING),
    READ(evidence, KL_KIND_ARRAY, "what it rests on", .item = KL_KIND_STRING),
    READ(created_at, KL_KIND_STRING, "when it was recorded: UTC, RFC 3339"),
    READ(review_requirement, KL_KIND_STRING, "quick, standard or full"),
    READ(confidentiality, KL_KIND_STRING, "Public, Restricted, Confidential, Secret or TopSecret"),
};
#undef OWNER
const kl_type kl_decision_record_type = {
    .name = "DecisionRecord",
    .module = "kailash.trust_plane",
    .doc = "A decision as a trust project stores it: TrustProject.decisions().",
    .size = sizeof(decision_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(decision_fields),
    .methods = KL_TABLE(record_methods),
    .repr_fields = "id decision_type decision",
};
KL_PUBLISH(kl_decision_record_type);

typedef struct milestone_record {
    kl_object object;
    kl_value wire;
    kl_value id, version, description, file_path, file_hash, created_at;
} milestone_record;

#define OWNER milestone_record
static const kl_field milestone_fields[] = {
    WIRE(milestone_record),
    READ(id, KL_KIND_STRING, "\"ms-\" and the first 12 digits of the content's hash"),
    READ(version, KL_KIND_STRING, "such as \"v1.0\""),
    READ(description, KL_KIND_STRING, "what was reached"),
    READ(file_path, KL_KIND_STRING, "the artifact, as it was named; None = none"),
    READ(file_hash, KL_KIND_STRING, "SHA-256 of the artifact when it was recorded; None = none"),
    READ(created_at, KL_KIND_STRING, "when it was recorded: UTC, RFC 3339"),
};
#undef OWNER
const kl_type kl_milestone_record_type = {
    .name = "MilestoneRecord",
    .module = "kailash.trust_plane",
    .doc = "A milestone as a trust project stores it: TrustProject.milestones().",
    .size = sizeof(milestone_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(milestone_fields),
    .methods = KL_TABLE(record_methods),
    .repr_fields = "id version description",
};
KL_PUBLISH(kl_milestone_record_type);

typedef struct anchor_record {
    kl_object object;
    kl_value wire;
    kl_value anchor_id, anchor_type, parent_anchor_id, record_id, record_hash, signature, created_at;
} anchor_record;

#define OWNER anchor_record
static const kl_field anchor_fields[] = {
    WIRE(anchor_record),
    READ(anchor_id, KL_KIND_STRING, "\"anc-\" and 12 random digits"),
    READ(anchor_type, KL_KIND_STRING,
         "decision, milestone, posture_transition, shadow_enabled, shadow_promoted, hold_resolved"),
    READ(parent_anchor_id, KL_KIND_STRING, "the anchor before it; None = it is the first"),
    READ(record_id, KL_KIND_STRING, "id of what is anchored"),
    READ(record_hash, KL_KIND_STRING, "SHA-256 of what is anchored, as hexadecimal text"),
    READ(signature, KL_KIND_STRING, "that of the hash by the operational key, as hexadecimal text"),
    READ(created_at, KL_KIND_STRING, "when it was signed: UTC, RFC 3339"),
};
#undef OWNER
const kl_type kl_anchor_record_type = {
    .name = "AnchorRecord",
    .module = "kailash.trust_plane",
    .doc = "A link of a trust project's chain: TrustProject.anchors().",
    .size = sizeof(anchor_record),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(anchor_fields),
    .methods = KL_TABLE(wire_methods),
    .repr_fields = "anchor_id anchor_type record_id",
};
KL_PUBLISH(kl_anchor_record_type);

typedef struct project_manifest {
    kl_object object;
    kl_value wire;
    kl_value project_name, author, created_at, updated_at, version, last_anchor_id, trust_posture;
    int64_t decision_count, milestone_count, anchor_count;
} project_manifest;

#define OWNER project_manifest
#define READ_COUNT(member, text)                                                                   \
    KL_COUNT_FIELD(project_manifest, member, 0, .flags = KL_READ_ONLY, .doc = text)
static const kl_field manifest_fields[] = {
    WIRE(project_manifest),
    READ(project_name, KL_KIND_STRING, "name of the project"),
    READ(author, KL_KIND_STRING, "who made it"),
    READ(created_at, KL_KIND_STRING, "when it was made: UTC, RFC 3339"),
    READ(updated_at, KL_KIND_STRING, "when something was last recorded: UTC, RFC 3339"),
    READ(version, KL_KIND_STRING, "version of the format"),
    READ_COUNT(decision_count, "decisions recorded"),
    READ_COUNT(milestone_count, "milestones recorded"),
    READ_COUNT(anchor_count, "links of the chain"),
    READ(last_anchor_id, KL_KIND_STRING, "end of the chain; None = it is empty"),
    READ(trust_posture, KL_KIND_STRING,
         "Untrusted, Restricted, Supervised, Autonomous or Full; None = never changed"),
};
#undef OWNER
const kl_type kl_project_manifest_type = {
    .name = "ProjectManifest",
    .module = "kailash.trust_plane",
    .doc = "What a trust project says of itself: TrustProject.manifest().",
    .size = sizeof(project_manifest),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(manifest_fields),
    .methods = KL_TABLE(wire_methods),
    .repr_fields = "project_name author decision_count milestone_count anchor_count",
};
KL_PUBLISH(kl_project_manifest_type);

kl_status kl_trust_record_new(kl_value *out, const kl_type *type, kl_value map, kl_error *error)
{
    const kl_shape *shape = type == &kl_decision_record_type    ? &kl_trust_decision_shape
                            : type == &kl_milestone_record_type ? &kl_trust_milestone_shape
                            : type == &kl_anchor_record_type    ? &kl_trust_anchor_shape
                                                                : &kl_trust_manifest_shape;
    return kl_wire_record_new(out, type, shape, kl_value_retain(map), error);
}
