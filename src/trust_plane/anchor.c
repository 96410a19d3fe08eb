/* src/trust_plane/anchor.c - see anchor.h; kl_trust_chain_order() is told in project.h. */
#include "anchor.h"
#include "eatp/fault.h"
#include "records.h"

static kl_value text_of(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}

/* ---- making -------------------------------------------------------------------------------------------- */

static kl_status set_time(kl_value *map, kl_time time, kl_error *error)
{
    kl_value text = kl_null();
    KL_TRY(kl_trust_time_text(&text, time, error));
    return kl_map_set(map, KL_TEXT("created_at"), text, error);
}

static kl_status set_signature(kl_value *map, const char *name, const kl_key_pair *key,
                               kl_text bytes, kl_error *error)
{
    kl_value signature = kl_null();
    KL_TRY(kl_sign_hex(&signature, key, bytes, error));
    return kl_map_set(map, kl_text_from(name), signature, error);
}

kl_status kl_trust_anchor_chain(kl_value *anchor, const kl_key_pair *key, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_shape_pre_image(&bytes, &kl_trust_anchor_shape, *anchor, error);
    if (status == KL_OK)
        status = set_signature(anchor, "chain_signature", key, kl_buffer_text(&bytes), error);
    kl_buffer_free(&bytes);
    return status;
}

static kl_status fill(kl_value *map, const kl_anchor_draft *draft, const kl_key_pair *key,
                      kl_error *error)
{
    const kl_trust_entry *entry = draft->entry;
    KL_TRY(kl_map_set(map, KL_TEXT("anchor_id"), kl_value_retain(draft->id), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("anchor_type"), kl_text_from(entry->type), error));
    KL_TRY(kl_map_set(map, KL_TEXT("parent_anchor_id"), kl_value_retain(draft->parent), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("record_id"), entry->record_id, error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("record_hash"), entry->record_hash, error));
    KL_TRY(set_signature(map, "signature", key, entry->record_hash, error));
    KL_TRY(set_time(map, draft->time, error));
    if (kl_is(entry->more, KL_KIND_MAP))
        KL_TRY(kl_map_merge(map, entry->more, error));
    return kl_trust_anchor_chain(map, key, error);
}

kl_status kl_trust_anchor_new(kl_value *out, const kl_anchor_draft *draft, const kl_key_pair *key,
                              kl_error *error)
{
    kl_value map = kl_null();
    KL_TRY(kl_map_new(&map, 9, error));
    kl_status status = fill(&map, draft, key, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

/* ---- judging ------------------------------------------------------------------------------------------- */

/* Signatures stand in lower case: another spelling is a change, too. */
static bool is_lower_hex(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    return text.len == 2 * KL_ED25519_SIGNATURE;
}

kl_status kl_trust_signature_judge(bool *valid, const kl_anchor_key *key, kl_text bytes,
                                   kl_value signature, kl_error *error)
{
    unsigned char raw[KL_ED25519_SIGNATURE], own[KL_ED25519_SIGNATURE];
    *valid = false;
    if (!is_lower_hex(kl_as_text(signature)) ||
        kl_hex_read(raw, sizeof raw, kl_as_text(signature), "signature", NULL) != KL_OK)
        return KL_OK;
    if (key->pair && kl_sign(own, key->pair, bytes, NULL) == KL_OK) {
        *valid = kl_equal_secret((kl_text){(const char *)raw, sizeof raw},
                                 (kl_text){(const char *)own, sizeof own});
        kl_wipe(own, sizeof own); /* of bytes that anybody may have put there: nobody gets it */
        if (*valid)
            return KL_OK;
    }
    return kl_verify(valid, key->verifier, bytes, raw, error);
}

static kl_status verifies_chain(bool *valid, const kl_anchor_key *key, kl_value anchor,
                                kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_status status = kl_shape_pre_image(&bytes, &kl_trust_anchor_shape, anchor, error);
    if (status == KL_OK)
        status = kl_trust_signature_judge(valid, key, kl_buffer_text(&bytes),
                                          text_of(anchor, "chain_signature"), error);
    kl_buffer_free(&bytes);
    return status;
}

kl_status kl_trust_anchor_judge(unsigned *faults, kl_value anchor, const kl_anchor_key *key,
                                kl_error *error)
{
    bool valid;
    KL_TRY(kl_trust_signature_judge(&valid, key, kl_as_text(text_of(anchor, "record_hash")),
                                    text_of(anchor, "signature"), error));
    *faults = valid ? 0 : KL_ANCHOR_UNSIGNED;
    if (!kl_map_has(anchor, KL_TEXT("chain_signature"))) {
        *faults |= KL_ANCHOR_NO_CHAIN;
        return KL_OK;
    }
    KL_TRY(verifies_chain(&valid, key, anchor, error));
    *faults |= valid ? 0 : KL_ANCHOR_UNCHAINED;
    return KL_OK;
}

kl_status kl_trust_anchor_check(bool *valid, kl_value anchor, const kl_verifier *key,
                                kl_error *error)
{
    unsigned faults;
    KL_TRY(kl_shape_check(&kl_trust_anchor_shape, anchor, error));
    KL_TRY(kl_trust_anchor_judge(&faults, anchor, &(kl_anchor_key){key, NULL}, error));
    *valid = !(faults & (KL_ANCHOR_UNSIGNED | KL_ANCHOR_UNCHAINED));
    return KL_OK;
}

/* ---- order --------------------------------------------------------------------------------------------- */

/* The children of anchors: who names whom as parent, positions in `anchors`. */
typedef struct chain {
    kl_value anchors;
    const char *where;
    kl_value positions, children; /* maps from an id to a position */
    kl_value root;                /* position, or null */
} chain;

static kl_status broken(const chain *c, const char *why, kl_value id, kl_value parent,
                        kl_error *error)
{
    kl_status status = kl_fault(error, KL_FAILED, NULL, "tamper_detected",
                                "tamper detected: the anchors in %s do not form one chain: %s%s%s%s",
                                c->where, why, kl_is_null(id) ? "" : kl_as_text(id).data,
                                kl_is_null(parent) ? "" : " after ",
                                kl_is_null(parent) ? "" : kl_as_text(parent).data);
    kl_fault_detail(error, "anchor_id", id);
    return status;
}

static kl_status enter(chain *c, size_t position, kl_error *error)
{
    kl_value anchor = kl_array_at(c->anchors, position);
    kl_value id = text_of(anchor, "anchor_id"), parent = text_of(anchor, "parent_anchor_id");
    kl_value at = kl_int((int64_t)position);
    if (kl_map_has(c->positions, kl_as_text(id)))
        return broken(c, "one id stands twice: ", id, kl_null(), error);
    KL_TRY(kl_map_set_key(&c->positions, id, at, error));
    if (kl_is_null(parent)) {
        if (!kl_is_null(c->root))
            return broken(c, "a second anchor has no parent: ", id, kl_null(), error);
        c->root = at;
        return KL_OK;
    }
    if (kl_map_has(c->children, kl_as_text(parent)))
        return broken(c, "the chain forks: ", id, parent, error);
    return kl_map_set_key(&c->children, parent, at, error);
}

static kl_status check_parents(const chain *c, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(c->anchors); i++) {
        kl_value anchor = kl_array_at(c->anchors, i);
        kl_value parent = text_of(anchor, "parent_anchor_id");
        if (!kl_is_null(parent) && !kl_map_has(c->positions, kl_as_text(parent)))
            return broken(c, "a parent is missing: ", text_of(anchor, "anchor_id"), parent, error);
    }
    return KL_OK;
}

static kl_status walk(kl_value *ordered, const chain *c, kl_error *error)
{
    kl_value at = c->root;
    while (!kl_is_null(at)) {
        kl_value anchor = kl_array_at(c->anchors, (size_t)kl_as_int(at));
        KL_TRY(kl_array_push(ordered, kl_value_retain(anchor), error));
        at = kl_map_get(c->children, kl_as_text(text_of(anchor, "anchor_id")));
    }
    if (kl_array_len(*ordered) == kl_array_len(c->anchors))
        return KL_OK;
    return broken(c, "some lead in a circle", kl_null(), kl_null(), error);
}

static kl_status order(kl_value *ordered, chain *c, kl_error *error)
{
    size_t count = kl_array_len(c->anchors);
    KL_TRY(kl_map_new(&c->positions, count, error));
    KL_TRY(kl_map_new(&c->children, count, error));
    KL_TRY(kl_array_new(ordered, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY(enter(c, i, error));
    KL_TRY(check_parents(c, error));
    return walk(ordered, c, error);
}

kl_status kl_trust_chain_order(kl_value *out, kl_value anchors, const char *where, kl_error *error)
{
    kl_value ordered = kl_null();
    chain c = {.anchors = anchors, .where = where};
    kl_status status = order(&ordered, &c, error);
    kl_value_release(c.positions);
    kl_value_release(c.children);
    if (status != KL_OK) {
        kl_value_release(ordered);
        return status;
    }
    *out = ordered;
    return KL_OK;
}
