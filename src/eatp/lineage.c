/* src/eatp/lineage.c - EatpTrustLineageChain: making one from a chain, and the class. Reading is in
 * lineage_read.c, the fold of constraints in lineage_fold.c. */
#include "lineage_parts.h"
#include "action_anchor.h"
#include "attestation.h"
#include "delegation_record.h"
#include "envelope.h"
#include "fault.h"
#include "genesis.h"

/* ---- the records of a request ------------------------------------------------------------------- */

static kl_value wire_of(kl_value record) { return ((kl_wire_record *)record.as.object)->wire; }

static kl_value agent_of_delegation(kl_value wire) { return kl_map_get(wire, KL_TEXT("delegate")); }
static kl_value agent_of_anchor(kl_value wire)
{
    return kl_map_get(kl_map_get(wire, KL_TEXT("event")), KL_TEXT("actor"));
}

/* A kind of records that may be given to a lineage. */
typedef struct given_kind {
    const kl_type *type;
    kl_value (*agent)(kl_value wire);
    const char *param, *what;
} given_kind;

static kl_status check_given(bool *is_own, const given_kind *kind, kl_value record,
                             const kl_lineage_request *request, kl_error *error)
{
    if (!kl_as_object(record, kind->type))
        return kl_error_set(error, KL_TYPE, "%s: expected a list of %s", kind->param,
                            kind->type->name);
    kl_text agent = kl_as_text(kind->agent(wire_of(record)));
    *is_own = kl_text_equal(agent, kl_as_text(request->agent_id));
    if (*is_own || request->filters_foreign)
        return KL_OK;
    return kl_lineage_foreign(error, kind->what, agent, kl_as_text(request->agent_id));
}

/* Those of the agent; given. */
static kl_status own_records(kl_value *out, const given_kind *kind, kl_value records,
                             const kl_lineage_request *request, kl_error *error)
{
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(records), error));
    for (size_t i = 0; i < kl_array_len(records); i++) {
        kl_value record = kl_array_at(records, i);
        bool is_own;
        KL_TRY_OUT(check_given(&is_own, kind, record, request, error));
        if (is_own)
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(record), error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

kl_status kl_lineage_foreign(kl_error *error, const char *what, kl_text agent, kl_text expected)
{
    return kl_fault(error, KL_INVALID, NULL, "foreign_record",
                    "signature verification failed: cross-agent isolation violation: %s '%.*s' does "
                    "not belong to lineage agent '%.*s'", what, KL_TEXT_ARG(agent),
                    KL_TEXT_ARG(expected));
}

/* ---- making ------------------------------------------------------------------------------------- */

/* A map turned into a record by `make`, which borrows it; taken also on failure. */
static kl_status record_of(kl_value *out, kl_value map,
                           kl_status (*make)(kl_value *out, kl_value map, kl_error *error),
                           kl_error *error)
{
    kl_status status = make(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status envelope_of(kl_value *out, const kl_lineage_request *request, kl_trust_level level,
                             kl_error *error)
{
    kl_value map, organisation = kl_care_chain_organisation(request->chain);
    kl_status status = kl_governance_of_level(&map, level, kl_as_text(organisation),
                                              kl_as_text(request->agent_id), error);
    kl_value_release(organisation);
    if (status != KL_OK)
        return status;
    status = kl_governance_sign(&map, kl_care_chain_pair(request->chain), error);
    if (status == KL_OK)
        return kl_eatp_envelope_new(out, map, error);
    kl_value_release(map);
    return status;
}

static kl_status fill(kl_lineage *lineage, const kl_lineage_request *request, kl_error *error)
{
    static const given_kind delegations = {&kl_delegation_record_type, agent_of_delegation,
                                           "delegations", "delegation delegate"};
    static const given_kind anchors = {&kl_action_anchor_type, agent_of_anchor, "audit_anchors",
                                       "audit anchor actor"};
    kl_trust_level level;
    kl_value map, record;
    KL_TRY(kl_array_new(&lineage->attestations, 1, error));
    KL_TRY(kl_care_chain_attest(&map, &level, request->chain, request->agent_id,
                                request->valid_days, error));
    KL_TRY(record_of(&record, map, kl_attestation_new, error));
    KL_TRY(kl_array_push(&lineage->attestations, record, error));
    KL_TRY(kl_care_chain_genesis(&map, request->chain, error));
    KL_TRY(record_of(&lineage->genesis, map, kl_genesis_record_new, error));
    KL_TRY(envelope_of(&lineage->envelope, request, level, error));
    KL_TRY(own_records(&lineage->delegations, &delegations, request->delegations, request, error));
    KL_TRY(own_records(&lineage->audit_anchors, &anchors, request->audit_anchors, request, error));
    lineage->agent_id = kl_value_retain(request->agent_id);
    if (request->with_manifest)
        KL_TRY(kl_lineage_manifest(&lineage->manifest, lineage, kl_care_chain_pair(request->chain),
                                   error));
    return kl_lineage_complete(lineage, error);
}

kl_status kl_lineage_make(kl_value *out, const kl_lineage_request *request, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_lineage_type, error));
    kl_status status = fill((kl_lineage *)object, request, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

/* ---- the wire form ------------------------------------------------------------------------------ */

static kl_status set_wires(kl_value *map, const char *name, kl_value records,
                           kl_status (*convert)(kl_value *out, kl_value wire, kl_error *error),
                           kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, kl_array_len(records), error));
    for (size_t i = 0; i < kl_array_len(records) && status == KL_OK; i++) {
        kl_value wire;
        status = convert(&wire, wire_of(kl_array_at(records, i)), error);
        if (status == KL_OK)
            status = kl_array_push(&list, wire, error);
    }
    if (status == KL_OK)
        return kl_map_set(map, kl_text_from(name), list, error);
    kl_value_release(list);
    return status;
}

static kl_status as_it_is(kl_value *out, kl_value wire, kl_error *error)
{
    (void)error;
    *out = kl_value_retain(wire);
    return KL_OK;
}

/* Other implementations know no signature within the envelope of a lineage, and refuse what they do not
 * know there: so it stands beside it. */
static kl_status split_envelope(kl_value *envelope, kl_value *signature, kl_value wire,
                                kl_error *error)
{
    static const char *const order[] = {
        "envelope_id", "version", "issued_at", "expires_at", "issuer", "subject", "dimensions",
        "chain_ref", "context", "reasoning_trace", "signed_by", "signed_at", "signature",
        "gradient_thresholds", "posture_ceiling"};
    kl_value map = kl_null(), proof = kl_null();
    kl_value key = kl_map_get(wire, KL_TEXT("signer_public_key"));
    bool is_signed = !kl_is_null(key);
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, KL_COUNT(order), error));
    for (size_t i = 0; i < KL_COUNT(order); i++) {
        const kl_value *value = kl_map_find(wire, kl_text_from(order[i]));
        if (value && !(is_signed && strcmp(order[i], "signature") == 0))
            KL_TRY_OUT(kl_map_set(&map, kl_text_from(order[i]), kl_value_retain(*value), error));
    }
    if (is_signed) {
        KL_TRY_OUT(kl_map_new(&proof, 2, error));
        KL_TRY_OUT(kl_map_set(&proof, KL_TEXT("signer_public_key"), kl_value_retain(key), error));
        KL_TRY_OUT(kl_map_set(&proof, KL_TEXT("signature"),
                              kl_value_retain(kl_map_get(wire, KL_TEXT("signature"))), error));
    }
    *envelope = kl_value_take(&map);
    *signature = kl_value_take(&proof);
    status = KL_OK;
out:
    kl_value_release(proof);
    kl_value_release(map);
    return status;
}

static kl_status set_envelope(kl_value *map, kl_value *proof, kl_value record, kl_error *error)
{
    kl_value envelope;
    KL_TRY(split_envelope(&envelope, proof, wire_of(record), error));
    return kl_map_set(map, KL_TEXT("envelope"), envelope, error);
}

static kl_status set_members(kl_value *map, kl_value *proof, const kl_lineage *lineage,
                             kl_error *error)
{
    KL_TRY(kl_map_set_text(map, KL_TEXT("alg_id"), KL_TEXT(KL_ALG_ID), error));
    KL_TRY(kl_map_set(map, KL_TEXT("agent_id"), kl_value_retain(lineage->agent_id), error));
    KL_TRY(kl_map_set(map, KL_TEXT("genesis"), kl_value_retain(wire_of(lineage->genesis)), error));
    KL_TRY(set_wires(map, "delegations", lineage->delegations, kl_delegation_in_lineage, error));
    KL_TRY(set_envelope(map, proof, lineage->envelope, error));
    KL_TRY(set_wires(map, "attestations", lineage->attestations, as_it_is, error));
    KL_TRY(set_wires(map, "audit_anchors", lineage->audit_anchors, as_it_is, error));
    if (!kl_is_null(*proof))
        KL_TRY(kl_map_set(map, KL_TEXT("envelope_signature"), kl_value_retain(*proof), error));
    if (!kl_is_null(lineage->manifest))
        KL_TRY(kl_map_set(map, KL_TEXT("manifest"), kl_value_retain(lineage->manifest), error));
    return KL_OK;
}

kl_status kl_lineage_complete(kl_lineage *lineage, kl_error *error)
{
    kl_value map, proof = kl_null();
    size_t children = kl_lineage_children(lineage);
    KL_TRY(kl_map_new(&map, 9, error));
    kl_status status = set_members(&map, &proof, lineage, error);
    kl_value_release(proof);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    lineage->wire = map;
    KL_TRY(kl_string_from_valid(&lineage->alg_id, KL_TEXT(KL_ALG_ID), error));
    return kl_string_from_valid(&lineage->verification_status,
                                children ? KL_TEXT("verified") : KL_TEXT("not_determined"), error);
}

size_t kl_lineage_children(const kl_lineage *lineage)
{
    return kl_array_len(lineage->attestations) + kl_array_len(lineage->delegations) +
           kl_array_len(lineage->audit_anchors);
}

/* ---- the class ---------------------------------------------------------------------------------- */

static kl_status from_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_lineage_read(out, args[0], error);
}

static kl_status verify_all(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    size_t count;
    KL_TRY(kl_lineage_verify(&count, (kl_lineage *)self, kl_as_text(args[0]), error));
    *out = kl_int((int64_t)count);
    return KL_OK;
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_lineage *l = (const kl_lineage *)self;
    return kl_string_format(out, error,
                            "EatpTrustLineageChain(agent_id='%.*s', delegations=%zu, "
                            "attestations=%zu, audit_anchors=%zu, alg_id='%.*s')",
                            KL_TEXT_ARG(kl_as_text(l->agent_id)), kl_array_len(l->delegations),
                            kl_array_len(l->attestations), kl_array_len(l->audit_anchors),
                            KL_TEXT_ARG(kl_as_text(l->alg_id)));
}

#define FIELD(name, of_kind, ...)                                                                  \
    KL_VALUE(kl_lineage, name, .kind = (of_kind), .flags = KL_READ_ONLY, __VA_ARGS__)

static const kl_field fields[] = {
    KL_WIRE_FIELD(kl_lineage),
    FIELD(alg_id, KL_KIND_STRING, .doc = "algorithms of signatures and hashes: eatp-v1"),
    FIELD(agent_id, KL_KIND_STRING, .doc = "the agent that all is about"),
    FIELD(genesis, KL_KIND_OBJECT, .type = &kl_genesis_record_type,
          .doc = "the root: its key is the one to compare with what you know"),
    FIELD(delegations, KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_delegation_record_type,
          .doc = "grants to the agent"),
    FIELD(envelope, KL_KIND_OBJECT, .type = &kl_eatp_envelope_type,
          .doc = "what the agent's level allows"),
    FIELD(attestations, KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_attestation_type,
          .doc = "what its organisation says it may do"),
    FIELD(audit_anchors, KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .type = &kl_action_anchor_type,
          .doc = "what the agent did"),
    FIELD(verification_status, KL_KIND_STRING,
          .doc = "verified; or not_determined when there is no record about the agent"),
    {.name = "manifest", .kind = KL_KIND_MAP, .flags = KL_READ_ONLY | KL_OPTIONAL,
     .offset = offsetof(kl_lineage, manifest),
     .doc = "the signed statement of which records there are, or None"},
};

static const kl_param root_param[] = {
    {.name = "root_public_key_hex", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the organisation's key that you trust: genesis, attestations, envelope and manifest must "
            "be signed with it. None = any key will do"},
};

static const kl_method methods[] = {
    {.name = "from_dict", .call = from_dict, .flags = KL_STATIC | KL_BLOCKING,
     .params = KL_TABLE(kl_wire_data_param), .returns = KL_KIND_OBJECT, .returns_type = &kl_lineage_type,
     .raises = "ValueError",
     .doc = "The lineage of a wire form. Every signature in it is verified, and that every record is "
            "about its agent. Other implementations cannot sign the envelope: without a signature it must "
            "have their form, and allow what the level that is attested brings. By whom it was signed only "
            "verify_all() with a key tells."},
    {.name = "verify_all", .call = verify_all, .params = KL_TABLE(root_param),
     .flags = KL_BLOCKING, .returns = KL_KIND_INT, .raises = "ValueError",
     .doc = "Verifies all signatures anew, as from_dict() does; the number of records about the agent, at "
            "least 1: ValueError without any, for then nothing was shown."},
    {.name = "effective_constraints", .call = kl_lineage_fold, .flags = KL_BLOCKING,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_eatp_envelope_type, .raises = "ValueError",
     .doc = "What envelope and active grants allow together, after verify_all(). A list of what is "
            "allowed that is empty allows nothing. Grants that are revoked or have expired do not "
            "count: see dropped_delegations()."},
    {.name = "dropped_delegations", .call = kl_lineage_dropped, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_MAP,
     .doc = "The grants that effective_constraints() leaves out now: dicts of delegation_id and reason, "
            "which is revoked or expired."},
    KL_WIRE_METHODS,
};

const kl_type kl_lineage_type = {
    .name = "EatpTrustLineageChain",
    .module = "kailash",
    .doc = "All that speaks for one agent, in one document that others can verify: "
           "EatpCareChain.lineage() or from_dict().",
    .size = sizeof(kl_lineage),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_lineage_type);
