/* src/trust_plane/bundle_check.c - verifying a bundle; see bundle.h. */
#include "eatp/fault.h"
#include "bundle.h"
#include "canonical.h"
#include "records.h"
#include "stored.h"

#include <stdio.h>

#define REFUSE(error, ...)                                                                         \
    kl_fault((error), KL_FAILED, NULL, "bundle_integrity", "bundle integrity error: " __VA_ARGS__)

/* What is true of a bundle that is being checked. */
typedef struct check {
    kl_value bundle, genesis;
    kl_value anchors;  /* in the order of their chain */
    kl_value by_record; /* map from record_id to the last anchor that names it */
    kl_verifier *key;  /* operational */
} check;

/* A failure on the way becomes one of the bundle; want of memory and of OpenSSL stay. */
static kl_status refuse_with(kl_error *error, kl_status status, const char *what)
{
    char told[300] = "";
    if (status == KL_OK || status == KL_NO_MEMORY || status == KL_UNAVAILABLE)
        return status;
    if (error)
        snprintf(told, sizeof told, "%s", kl_error_message(error));
    return REFUSE(error, "%s: %s", what, told);
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static kl_status check_hash(const check *c, kl_error *error)
{
    kl_value hash;
    kl_text stated = kl_stored_text(c->bundle, "bundle_hash");
    KL_TRY(kl_bundle_hash(&hash, c->bundle, error));
    kl_status status = KL_OK;
    if (!kl_text_equal(kl_as_text(hash), stated))
        status = REFUSE(error, "bundle hash mismatch: expected %.*s, computed %s", KL_TEXT_ARG(stated),
                        kl_as_text(hash).data);
    kl_value_release(hash);
    return status;
}

static kl_status check_names(const check *c, kl_error *error)
{
    kl_text project = kl_stored_text(kl_stored_member(c->bundle, "manifest"), "project_name");
    kl_text org = kl_stored_text(c->genesis, "org_id");
    kl_text key = kl_stored_text(c->bundle, "public_key");
    kl_value author = kl_stored_member(kl_stored_member(c->genesis, "metadata"), "author");
    if (!kl_text_equal(project, org))
        return REFUSE(error, "the manifest is of project '%.*s', the genesis of '%.*s'",
                      KL_TEXT_ARG(project), KL_TEXT_ARG(org));
    if (!kl_is_null(author) &&
        !kl_text_equal(kl_as_text(author),
                       kl_stored_text(kl_stored_member(c->bundle, "manifest"), "author")))
        return REFUSE(error, "the manifest names another author than the genesis");
    if (!kl_text_equal(key, kl_stored_text(c->genesis, "public_key_hex")))
        return REFUSE(error, "public_key is not the operational key of the genesis");
    return KL_OK;
}

/* The authority's signature of the genesis. A bundle of the wheel has none: it can be had only from
 * the directory, and so cannot meet a pin. */
static kl_status check_genesis(const check *c, kl_text pin, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_text signature = kl_stored_text(c->bundle, "genesis_signature");
    kl_text stated = kl_stored_text(c->bundle, "authority_key");
    bool valid = false;
    if (!signature.len)
        return pin.len ? REFUSE(error, "it has no signature of its genesis by the authority") : KL_OK;
    if (!pin.len && !stated.len)
        return REFUSE(error, "it states no key for the signature of its genesis");
    kl_status status = kl_canonical_add(&bytes, c->genesis, error);
    if (status == KL_OK && bytes.status != KL_OK)
        status = kl_error_no_memory(error);
    if (status == KL_OK)
        status = refuse_with(error,
                             kl_verify_hex(&valid, pin.len ? pin : stated, kl_buffer_text(&bytes),
                                           signature, error),
                             "genesis");
    kl_buffer_free(&bytes);
    if (status == KL_OK && !valid)
        status = REFUSE(error, "genesis authority signature verification failed");
    return status;
}

kl_status kl_bundle_sealed_bytes(kl_buffer *to, kl_value bundle, kl_error *error)
{
    kl_value rest = kl_value_retain(bundle);
    kl_status status = KL_OK;
    if (kl_map_has(rest, KL_TEXT("seal")))
        status = kl_map_remove(&rest, KL_TEXT("seal"), error);
    if (status == KL_OK)
        status = kl_trust_canonical_add(to, rest, error);
    kl_value_release(rest);
    return status == KL_OK && to->status != KL_OK ? kl_error_no_memory(error) : status;
}

static kl_status check_seal(const check *c, kl_value seal, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    bool valid = false;
    kl_status status = kl_bundle_sealed_bytes(&bytes, c->bundle, error);
    if (status == KL_OK)
        status = refuse_with(error,
                             kl_verify_hex(&valid, kl_stored_text(c->bundle, "public_key"),
                                           kl_buffer_text(&bytes), kl_as_text(seal), error),
                             "seal");
    kl_buffer_free(&bytes);
    return status == KL_OK && !valid
               ? REFUSE(error, "the seal of the bundle is not that of its operational key")
               : status;
}

/* Signature of the hash, which others check too, and seal of all; a bundle has both or neither. */
static kl_status check_signature(const check *c, bool required, kl_error *error)
{
    kl_value signature = kl_stored_member(c->bundle, "signature");
    kl_value seal = kl_stored_member(c->bundle, "seal");
    bool valid = false;
    if (kl_is_null(signature) && kl_is_null(seal))
        return required ? REFUSE(error, "it is not signed as a whole") : KL_OK;
    if (kl_is_null(signature) || kl_is_null(seal))
        return REFUSE(error, "of signature and seal one is missing");
    KL_TRY(check_seal(c, seal, error));
    KL_TRY(refuse_with(error,
                       kl_verify_hex(&valid, kl_stored_text(c->bundle, "public_key"),
                                     kl_stored_text(c->bundle, "bundle_hash"), kl_as_text(signature),
                                     error),
                       "signature"));
    return valid ? KL_OK : REFUSE(error, "the signature of the bundle is not that of its operational key");
}

/* ---- anchors ------------------------------------------------------------------------------------- */

/* Where the genesis says so, and once an anchor of the chain signs its place in it, all that follow
 * must. */
static kl_status check_anchors(check *c, kl_error *error)
{
    kl_value metadata = kl_stored_member(c->genesis, "metadata");
    bool placed = kl_text_is(kl_stored_text(metadata, "chain_signatures"), "1");
    for (size_t i = 0; i < kl_array_len(c->anchors); i++) {
        kl_value anchor = kl_array_at(c->anchors, i);
        kl_text id = kl_stored_text(anchor, "anchor_id");
        bool valid = false;
        KL_TRY(refuse_with(error, kl_trust_anchor_check(&valid, anchor, c->key, error), "anchor"));
        if (!valid)
            return REFUSE(error, "the signature of anchor '%.*s' is not that of the operational key",
                          KL_TEXT_ARG(id));
        bool has = !kl_is_null(kl_stored_member(anchor, "chain_signature"));
        if (placed && !has)
            return REFUSE(error, "anchor '%.*s' does not sign its place in the chain",
                          KL_TEXT_ARG(id));
        placed |= has;
        KL_TRY(kl_map_set(&c->by_record, kl_stored_text(anchor, "record_id"), kl_value_retain(anchor),
                          error));
    }
    return KL_OK;
}

static kl_status check_tip(const check *c, kl_error *error)
{
    kl_value manifest = kl_stored_member(c->bundle, "manifest");
    size_t count = kl_array_len(c->anchors);
    kl_value tip =
        count ? kl_stored_member(kl_array_at(c->anchors, count - 1), "anchor_id") : kl_null();
    if (kl_as_int(kl_stored_member(manifest, "anchor_count")) != (int64_t)count)
        return REFUSE(error, "the manifest counts %lld anchors, the bundle holds %zu",
                      (long long)kl_as_int(kl_stored_member(manifest, "anchor_count")), count);
    if (!kl_text_equal(kl_stored_text(manifest, "last_anchor_id"), kl_as_text(tip)))
        return REFUSE(error, "the manifest ends the chain at '%.*s', the anchors end at '%.*s'",
                      KL_TEXT_ARG(kl_stored_text(manifest, "last_anchor_id")),
                      KL_TEXT_ARG(kl_as_text(tip)));
    return KL_OK;
}

/* ---- records ------------------------------------------------------------------------------------- */

/* That the record's anchor is there and of its kind, and has its hash. */
static kl_status check_against_anchor(const check *c, const kl_trust_kind_facts *kind, kl_text id,
                                      kl_text hash, kl_error *error)
{
    kl_value anchor = kl_map_get(c->by_record, id);
    if (!kl_trust_id_fits(id, kind->prefix, hash))
        return REFUSE(error, "%s '%.*s' does not have the hash that its id states", kind->name,
                      KL_TEXT_ARG(id));
    if (kl_is_null(anchor) || !kl_text_is(kl_stored_text(anchor, "anchor_type"), kind->name))
        return REFUSE(error, "%s '%.*s' has no anchor", kind->name, KL_TEXT_ARG(id));
    if (!kl_text_equal(kl_stored_text(anchor, "record_hash"), hash))
        return REFUSE(error, "%s '%.*s' is not what its anchor signs", kind->name, KL_TEXT_ARG(id));
    return KL_OK;
}

static kl_status mark_seen(kl_value *seen, kl_value id, kl_error *error)
{
    if (kl_map_has(*seen, kl_as_text(id)))
        return REFUSE(error, "record '%.*s' stands twice", KL_TEXT_ARG(kl_as_text(id)));
    return kl_map_set_key(seen, id, kl_null(), error);
}

static kl_status check_records(const check *c, kl_value *seen, const kl_trust_kind_facts *kind,
                               kl_error *error)
{
    kl_value records = kl_stored_member(c->bundle, kind->sub), hash;
    for (size_t i = 0; i < kl_array_len(records); i++) {
        kl_value record = kl_array_at(records, i), id = kl_stored_member(record, "id");
        KL_TRY(mark_seen(seen, id, error));
        KL_TRY(refuse_with(error, kl_trust_record_hash(&hash, kind->name, record, error), kind->name));
        kl_status status = check_against_anchor(c, kind, kl_as_text(id), kl_as_text(hash), error);
        kl_value_release(hash);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status check_redacted(const check *c, kl_value *seen, kl_error *error)
{
    kl_value redacted = kl_stored_member(c->bundle, "redacted");
    for (size_t i = 0; i < kl_array_len(redacted); i++) {
        kl_value one = kl_array_at(redacted, i), id = kl_stored_member(one, "id");
        if (!kl_is(id, KL_KIND_STRING) || !kl_is(kl_stored_member(one, "record_hash"), KL_KIND_STRING))
            return REFUSE(error, "redacted[%zu] has no id and record_hash", i);
        KL_TRY(mark_seen(seen, id, error));
        KL_TRY(check_against_anchor(c, &kl_trust_kinds[KL_TRUST_DECISION], kl_as_text(id),
                                    kl_stored_text(one, "record_hash"), error));
    }
    return KL_OK;
}

/* Every anchor of a record has it here. Bundles of the wheel leave decisions out without saying so. */
static kl_status check_complete(const check *c, kl_value seen, kl_error *error)
{
    bool tells = kl_map_has(c->bundle, KL_TEXT("redacted"));
    for (size_t i = 0; i < kl_array_len(c->anchors); i++) {
        kl_value anchor = kl_array_at(c->anchors, i);
        const kl_trust_kind_facts *kind = kl_trust_kind_of(kl_stored_text(anchor, "anchor_type"));
        kl_text id = kl_stored_text(anchor, "record_id");
        if (!kind || kl_map_has(seen, id) || (!tells && kind == &kl_trust_kinds[KL_TRUST_DECISION]))
            continue;
        return REFUSE(error, "%s '%.*s' is missing, its anchor is there", kind->name, KL_TEXT_ARG(id));
    }
    return KL_OK;
}

static kl_status check_all_records(const check *c, kl_error *error)
{
    kl_value seen;
    kl_status status;
    KL_TRY(kl_map_new(&seen, 16, error));
    for (size_t i = 0; i < KL_TRUST_KINDS; i++)
        KL_TRY_OUT(check_records(c, &seen, &kl_trust_kinds[i], error));
    KL_TRY_OUT(check_redacted(c, &seen, error));
    KL_TRY_OUT(check_complete(c, seen, error));
out:
    kl_value_release(seen);
    return status;
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static kl_status check_all(check *c, const kl_bundle_demands *demands, kl_error *error)
{
    kl_value anchors = kl_stored_member(c->bundle, "anchors");
    KL_TRY(check_hash(c, error));
    KL_TRY(check_names(c, error));
    KL_TRY(check_genesis(c, demands->authority, error));
    KL_TRY(check_signature(c, demands->signature, error));
    KL_TRY(refuse_with(error,
                       kl_verifier_new(&c->key, kl_stored_text(c->bundle, "public_key"), error),
                       "public_key"));
    KL_TRY(refuse_with(error, kl_trust_chain_order(&c->anchors, anchors, "the bundle", error), "anchors"));
    KL_TRY(kl_map_new(&c->by_record, kl_array_len(anchors), error));
    KL_TRY(check_anchors(c, error));
    KL_TRY(check_tip(c, error));
    return check_all_records(c, error);
}

kl_status kl_bundle_verify(kl_value bundle, const kl_bundle_demands *demands, kl_error *error)
{
    check c = {.bundle = bundle, .genesis = kl_stored_member(bundle, "genesis"), .anchors = kl_null(),
               .by_record = kl_null()};
    kl_status status = check_all(&c, demands, error);
    kl_verifier_free(c.key);
    kl_value_release(c.by_record);
    kl_value_release(c.anchors);
    return status;
}
