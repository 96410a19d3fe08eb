/* src/trust_plane/bundle.c - see bundle.h; the class VerificationBundle. */
#include "bundle.h"
#include "eatp/fault.h"
#include "kailash/crypto.h"
#include "records.h"
#include "stored.h"

/* ---- the document -------------------------------------------------------------------------------- */

static const kl_member members[] = {
    {.name = "manifest", .kind = KL_KIND_MAP, .shape = &kl_trust_manifest_shape},
    {.name = "genesis", .kind = KL_KIND_MAP, .shape = &kl_trust_genesis_shape},
    {.name = "anchors", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .shape = &kl_trust_anchor_shape},
    {.name = "decisions", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .shape = &kl_trust_decision_shape},
    {.name = "milestones", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .shape = &kl_trust_milestone_shape},
    {.name = "public_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "bundle_hash", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_32},
    {.name = "created_at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME},
    {.name = "confidentiality_level", .kind = KL_KIND_STRING},
    {.name = "redacted", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP, .flags = KL_MEMBER_OPTIONAL},
    {.name = "authority_key", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_HEX_32},
    {.name = "genesis_signature", .kind = KL_KIND_STRING,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_HEX_64},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_HEX_64},
    {.name = "seal", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_HEX_64},
};
static const kl_shape shape = {.name = "bundle", KL_SHAPE_MEMBERS(members)};

kl_status kl_bundle_parse(kl_value *out, kl_text text, kl_error *error)
{
    kl_value map = kl_null();
    if (text.len > KL_BUNDLE_TEXT_MAX)
        return kl_fault(error, KL_FAILED, NULL, "serialization_error",
                        "serialization error: a bundle has at most %d bytes, this text %zu",
                        KL_BUNDLE_TEXT_MAX, text.len);
    kl_status status = kl_signed_json_parse(&map, text, error);
    if (status == KL_OK)
        status = kl_shape_check(&shape, map, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return kl_stored_damage(error, status, "JSON text");
}

static kl_status push_all(kl_value *list, kl_value items, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(items); i++)
        KL_TRY(kl_array_push(list, kl_value_retain(kl_array_at(items, i)), error));
    return KL_OK;
}

kl_status kl_bundle_hash(kl_value *out, kl_value bundle, kl_error *error)
{
    kl_value list, text = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&list, 16, error));
    KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_stored_member(bundle, "genesis")), error));
    KL_TRY_OUT(push_all(&list, kl_stored_member(bundle, "anchors"), error));
    KL_TRY_OUT(push_all(&list, kl_stored_member(bundle, "decisions"), error));
    KL_TRY_OUT(push_all(&list, kl_stored_member(bundle, "milestones"), error));
    KL_TRY_OUT(kl_json_print(&text, list, &kl_json_canonical_a, error));
    KL_TRY_OUT(kl_hash_hex(out, KL_HASH_SHA256, kl_as_text(text), error));
out:
    kl_value_release(text);
    kl_value_release(list);
    return status;
}

/* ---- making -------------------------------------------------------------------------------------- */

/* What was read of a project. */
typedef struct content {
    kl_value manifest, anchors, decisions, milestones;
} content;

static void end_content(content *c)
{
    kl_value_release(c->manifest);
    kl_value_release(c->anchors);
    kl_value_release(c->decisions);
    kl_value_release(c->milestones);
    *c = (content){kl_null(), kl_null(), kl_null(), kl_null()};
}

static kl_status read_once(content *c, kl_trust_project *project, kl_error *error)
{
    KL_TRY(kl_trust_project_anchors(&c->anchors, project, error));
    KL_TRY(kl_trust_project_decisions(&c->decisions, project, error));
    KL_TRY(kl_trust_project_milestones(&c->milestones, project, error));
    return kl_trust_project_manifest(&c->manifest, project, error);
}

/* Again while somebody adds to the project between two readings. */
static kl_status read_content(content *c, kl_trust_project *project, kl_error *error)
{
    enum { TRIES = 20 };
    for (int try = 0; try < TRIES; try++) {
        end_content(c);
        KL_TRY(read_once(c, project, error));
        kl_value again;
        KL_TRY(kl_trust_project_anchors(&again, project, error));
        bool still = kl_array_len(again) == kl_array_len(c->anchors);
        kl_value_release(again);
        if (still)
            return KL_OK;
    }
    return kl_fault(error, KL_STATE, NULL, "busy",
                    "the project is being written to all the time; a bundle was tried %d times", TRIES);
}

static kl_status sorted_by(kl_value *out, kl_value maps, const char *member, kl_error *error)
{
    kl_value pairs, pair = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY(kl_array_new(&pairs, kl_array_len(maps), error));
    for (size_t i = 0; i < kl_array_len(maps); i++) {
        kl_value map = kl_array_at(maps, i);
        KL_TRY_OUT(kl_array_new(&pair, 2, error));
        KL_TRY_OUT(kl_array_push(&pair, kl_value_retain(kl_stored_member(map, member)), error));
        KL_TRY_OUT(kl_array_push(&pair, kl_value_retain(map), error));
        KL_TRY_OUT(kl_array_push(&pairs, kl_value_take(&pair), error));
    }
    KL_TRY_OUT(kl_array_sort(&pairs, error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(pairs), error));
    for (size_t i = 0; i < kl_array_len(pairs); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(kl_array_at(pairs, i), 1)), error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(pair);
    kl_value_release(pairs);
    return status;
}

static kl_status add_redacted(kl_value *redacted, kl_value decision, kl_error *error)
{
    kl_value map, hash = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_trust_record_hash(&hash, "decision", decision, error));
    KL_TRY_OUT(kl_stored_set(&map, "id", kl_stored_member(decision, "id"), error));
    KL_TRY_OUT(kl_stored_set(&map, "record_hash", hash, error));
    KL_TRY_OUT(kl_array_push(redacted, kl_value_take(&map), error));
out:
    kl_value_release(hash);
    kl_value_release(map);
    return status;
}

/* A level that nobody knows is above all. */
static kl_status part_decisions(kl_value *shown, kl_value *redacted, kl_value decisions,
                                kl_confidentiality level, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(decisions); i++) {
        kl_value decision = kl_array_at(decisions, i);
        int rung = kl_rung_find(KL_LADDER_CONFIDENTIALITY, kl_stored_text(decision, "confidentiality"),
                                KL_PASCAL | KL_SNAKE | KL_ANY_CASE);
        if (rung >= 0 && rung <= (int)level)
            KL_TRY(kl_array_push(shown, kl_value_retain(decision), error));
        else
            KL_TRY(add_redacted(redacted, decision, error));
    }
    return KL_OK;
}

static kl_status add_records(kl_value *bundle, kl_trust_project *project, const content *c,
                             kl_confidentiality level, kl_value *redacted, kl_error *error)
{
    kl_value anchors = kl_null(), shown = kl_null();
    kl_status status;
    KL_TRY_OUT(sorted_by(&anchors, c->anchors, "anchor_id", error));
    KL_TRY_OUT(kl_array_new(&shown, kl_array_len(c->decisions), error));
    KL_TRY_OUT(part_decisions(&shown, redacted, c->decisions, level, error));
    KL_TRY_OUT(kl_stored_set(bundle, "manifest", c->manifest, error));
    KL_TRY_OUT(kl_stored_set(bundle, "genesis", kl_trust_project_genesis(project), error));
    KL_TRY_OUT(kl_stored_set(bundle, "anchors", anchors, error));
    KL_TRY_OUT(kl_stored_set(bundle, "decisions", shown, error));
    KL_TRY_OUT(kl_stored_set(bundle, "milestones", c->milestones, error));
out:
    kl_value_release(shown);
    kl_value_release(anchors);
    return status;
}

/* The hash leaves out what is around the records (times, counts, what is redacted): the seal is over all. */
static kl_status add_seal(kl_value *bundle, kl_trust_project *project, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value seal = kl_null();
    kl_status status = kl_bundle_sealed_bytes(&bytes, *bundle, error);
    if (status == KL_OK)
        status = kl_trust_project_sign(&seal, project, kl_buffer_text(&bytes), "seal a bundle", error);
    kl_buffer_free(&bytes);
    if (status == KL_OK)
        status = kl_stored_set(bundle, "seal", seal, error);
    kl_value_release(seal);
    return status;
}

/* What vouches for the records: keys, hash, and what the wheel does not know. */
static kl_status add_proof(kl_value *bundle, kl_trust_project *project, kl_confidentiality level,
                           kl_value redacted, kl_error *error)
{
    kl_value hash = kl_null(), now = kl_null(), signature = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_bundle_hash(&hash, *bundle, error));
    KL_TRY_OUT(kl_stored_now(&now, error));
    KL_TRY_OUT(kl_stored_set(bundle, "public_key", kl_trust_project_public_key(project), error));
    KL_TRY_OUT(kl_stored_set(bundle, "bundle_hash", hash, error));
    KL_TRY_OUT(kl_stored_set(bundle, "created_at", now, error));
    KL_TRY_OUT(kl_stored_set_text(bundle, "confidentiality_level",
                                  kl_rung_name(KL_LADDER_CONFIDENTIALITY, (int)level, KL_PASCAL), error));
    KL_TRY_OUT(kl_stored_set(bundle, "redacted", redacted, error));
    KL_TRY_OUT(kl_stored_set(bundle, "authority_key", kl_trust_project_authority_key(project), error));
    KL_TRY_OUT(kl_stored_set(bundle, "genesis_signature", kl_trust_project_genesis_signature(project),
                             error));
    if (kl_trust_project_has_key(project)) {
        KL_TRY_OUT(kl_trust_project_sign(&signature, project, kl_as_text(hash), "sign a bundle", error));
        KL_TRY_OUT(kl_stored_set(bundle, "signature", signature, error));
        KL_TRY_OUT(add_seal(bundle, project, error));
    }
out:
    kl_value_release(signature);
    kl_value_release(now);
    kl_value_release(hash);
    return status;
}

kl_status kl_bundle_make(kl_value *out, kl_trust_project *project, kl_confidentiality level,
                         kl_error *error)
{
    content c = {kl_null(), kl_null(), kl_null(), kl_null()};
    kl_value bundle = kl_null(), redacted = kl_null();
    kl_status status;
    KL_TRY_OUT(read_content(&c, project, error));
    KL_TRY_OUT(kl_map_new(&bundle, KL_COUNT(members), error));
    KL_TRY_OUT(kl_array_new(&redacted, 4, error));
    KL_TRY_OUT(add_records(&bundle, project, &c, level, &redacted, error));
    KL_TRY_OUT(add_proof(&bundle, project, level, redacted, error));
    *out = kl_value_take(&bundle);
out:
    kl_value_release(redacted);
    kl_value_release(bundle);
    end_content(&c);
    return status;
}

/* ---- VerificationBundle -------------------------------------------------------------------------- */

typedef struct bundle {
    kl_object object;
    kl_value map;
} bundle;

static kl_status bundle_new(kl_value *out, kl_value map, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, &kl_bundle_type, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    ((bundle *)object)->map = map;
    *out = kl_value_of(object);
    return KL_OK;
}

static void dispose(kl_object *self) { kl_value_release(((bundle *)self)->map); }

static kl_status create(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    int level;
    (void)self;
    KL_TRY(kl_rung_read(&level, KL_LADDER_CONFIDENTIALITY, kl_as_text(args[1]),
                        KL_SNAKE | KL_PASCAL | KL_ANY_CASE, "confidentiality", error));
    KL_TRY(kl_bundle_make(&map, (kl_trust_project *)args[0].as.object, (kl_confidentiality)level, error));
    return bundle_new(out, map, error);
}

static kl_status from_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)self;
    KL_TRY(kl_bundle_parse(&map, kl_as_text(args[0]), error));
    return bundle_new(out, map, error);
}

static kl_status to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_json_print(out, ((bundle *)self)->map, &kl_json_pretty, error);
}

static kl_status verify(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    const kl_bundle_demands demands = {.authority = kl_as_text(args[0]), .signature = kl_as_bool(args[1])};
    kl_verifier *pin;
    if (!kl_is_null(args[0])) { /* what is no key is the caller's fault, not the bundle's */
        KL_TRY(kl_verifier_new(&pin, kl_as_text(args[0]), error));
        kl_verifier_free(pin);
    }
    KL_TRY(kl_bundle_verify(((bundle *)self)->map, &demands, error));
    *out = kl_bool(true);
    return KL_OK;
}

static kl_status create_html(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_bundle_html(out, ((bundle *)self)->map, error);
}

static kl_status bundle_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_value map = ((bundle *)self)->map;
    kl_text name = kl_stored_text(kl_stored_member(map, "manifest"), "project_name");
    return kl_string_format(out, error,
                            "VerificationBundle(project='%.*s', anchors=%zu, confidentiality='%s')",
                            KL_TEXT_ARG(name), kl_array_len(kl_stored_member(map, "anchors")),
                            kl_stored_text(map, "confidentiality_level").data);
}

static const kl_param create_params[] = {
    {.name = "project", .kind = KL_KIND_OBJECT, .type = &kl_trust_project_type,
     .doc = "the project; with its operational key the bundle is signed"},
    {.name = "confidentiality", .kind = KL_KIND_STRING, .fallback = "\"public\"",
     .doc = "decisions up to this level are shown: public, restricted, confidential, secret, "
            "top_secret; of others only id and hash"},
};
static const kl_param json_params[] = {
    {.name = "s", .kind = KL_KIND_STRING, .doc = "what to_json() gave, at most 64 MiB"},
};
static const kl_param verify_params[] = {
    {.name = "authority_pubkey", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "the authority's public key, 64 hexadecimal digits, got by another way than with the "
            "bundle: without it nothing tells whose project this is"},
    {.name = "require_signature", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "refuse a bundle that is not signed as a whole: from such a one its newest records could "
            "have been taken away"},
};

static const kl_method methods[] = {
    {.name = "create", .call = create, .flags = KL_STATIC | KL_BLOCKING, .params = KL_TABLE(create_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_bundle_type, .raises = "ValueError, RuntimeError",
     .doc = "The bundle of a project as it stands now."},
    {.name = "from_json", .call = from_json, .flags = KL_STATIC, .params = KL_TABLE(json_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_bundle_type, .raises = "RuntimeError",
     .doc = "A bundle from its text. Nothing in it is verified yet: call verify()."},
    {.name = "to_json", .call = to_json, .returns = KL_KIND_STRING,
     .doc = "The bundle as JSON, with an indent of two blanks."},
    {.name = "verify", .call = verify, .flags = KL_BLOCKING, .params = KL_TABLE(verify_params),
     .returns = KL_KIND_BOOL, .raises = "ValueError, RuntimeError",
     .doc = "True when everything in it is right: the hash, the authority's signature of the genesis, "
            "every anchor's signature, the one chain, every record against its anchor; else "
            "RuntimeError \"bundle integrity error: ...\" that names the first fault. A hash that was "
            "computed anew fools nobody."},
    {.name = "create_html", .call = create_html, .flags = KL_BLOCKING, .returns = KL_KIND_STRING,
     .doc = "A page for people with what the bundle holds, its JSON, and whether it verified. It needs "
            "nothing from elsewhere and runs no script."},
};

const kl_type kl_bundle_type = {
    .name = "VerificationBundle",
    .module = "kailash.trust_plane",
    .doc = "A trust project as one document that can be verified anywhere.",
    .size = sizeof(bundle),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .methods = KL_TABLE(methods),
    .dispose = dispose,
    .repr = bundle_repr,
};
KL_PUBLISH(kl_bundle_type);
