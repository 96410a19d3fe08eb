/* src/pact/clearance.c - PactRoleClearance. */
#include "knowledge.h"
#include "people.h"
#include "kailash/json.h"

static kl_status fill(kl_pact_clearance *own, const kl_pact_clearance_parts *parts, kl_error *error)
{
    KL_TRY(kl_pact_level_new(&own->max_clearance, parts->level, error));
    KL_TRY(kl_pact_vetting_new(&own->vetting_status, parts->vetting, error));
    KL_TRY(kl_is_null(parts->compartments)
               ? kl_array_new(&own->compartments, 0, error)
               : kl_pact_texts_sorted(&own->compartments, parts->compartments, error));
    own->role_id = kl_value_retain(parts->role_id);
    own->role_address = kl_value_retain(parts->role_address);
    own->granted_by = kl_value_retain(parts->granted_by);
    own->review_at = kl_value_retain(parts->review_at);
    own->nda_signed = parts->nda_signed;
    own->level = parts->level;
    own->vetting = parts->vetting;
    return KL_OK;
}

kl_status kl_pact_clearance_new(kl_value *out, const kl_pact_clearance_parts *parts, kl_error *error)
{
    kl_object *object;
    KL_TRY(kl_object_alloc(&object, &kl_pact_clearance_type, error));
    kl_status status = fill((kl_pact_clearance *)object, parts, error);
    if (status != KL_OK) {
        kl_object_release(object);
        return status;
    }
    *out = kl_value_of(object);
    return KL_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* `who` is the key of who granted it: the row and the canonical form call that differently. */
static kl_status put_all(kl_value *map, const kl_pact_clearance *own, const char *who, kl_error *error)
{
    kl_text vetting = kl_text_from(kl_pact_vetting_name((kl_pact_vetting)own->vetting));
    KL_TRY(kl_map_set(map, KL_TEXT("role_address"), kl_value_retain(own->role_address), error));
    KL_TRY(kl_pact_put(map, "max_clearance", own->max_clearance, error));
    KL_TRY(kl_map_set(map, KL_TEXT("compartments"), kl_value_retain(own->compartments), error));
    KL_TRY(kl_map_set_text(map, KL_TEXT("vetting_status"), vetting, error));
    KL_TRY(kl_map_set(map, kl_text_from(who), kl_value_retain(own->granted_by), error));
    KL_TRY(kl_map_set(map, KL_TEXT("review_at"), kl_value_retain(own->review_at), error));
    return kl_map_set(map, KL_TEXT("nda_signed"), kl_bool(own->nda_signed), error);
}

static kl_status write(kl_value *out, const kl_pact_clearance *own, const char *who, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, 8, error));
    kl_status status = put_all(&map, own, who, error);
    if (status != KL_OK) {
        kl_value_release(map);
        return status;
    }
    *out = map;
    return KL_OK;
}

kl_status kl_pact_clearance_write(kl_value *out, const kl_pact_clearance *clearance, kl_error *error)
{
    return write(out, clearance, "granted_by", error);
}

static kl_status read_parts(kl_pact_clearance_parts *parts, const kl_pact_reader *reader, kl_value *level,
                            kl_value *vetting)
{
    int64_t rung = 0;
    KL_TRY(kl_pact_member_check(reader));
    KL_TRY(kl_pact_member_level(level, &rung, reader, "max_clearance", true));
    parts->level = (kl_confidentiality)rung;
    KL_TRY(kl_pact_member_texts(&parts->compartments, reader, "compartments"));
    KL_TRY(kl_pact_member_text(vetting, reader, "vetting_status", false));
    parts->vetting = KL_PACT_ACTIVE;
    if (!kl_is_null(*vetting))
        KL_TRY(kl_pact_vetting_read(&parts->vetting, kl_as_text(*vetting), reader->error));
    parts->nda_signed = true;
    KL_TRY(kl_pact_member_bool(&parts->nda_signed, reader, "nda_signed", false));
    KL_TRY(kl_pact_member_text(&parts->granted_by, reader, "granted_by", false));
    return kl_pact_member_text(&parts->review_at, reader, "review_at", false);
}

kl_status kl_pact_clearance_read(kl_value *out, const kl_pact_node *node, kl_value row, kl_error *error)
{
    const kl_pact_reader reader = {"clearance", row, error};
    kl_pact_clearance_parts parts = {.role_id = node->id, .role_address = node->address,
                                     .compartments = kl_null(), .granted_by = kl_null(),
                                     .review_at = kl_null()};
    kl_value level = kl_null(), vetting = kl_null();
    kl_status status = read_parts(&parts, &reader, &level, &vetting);
    if (status == KL_OK)
        status = kl_pact_clearance_new(out, &parts, error);
    kl_value_release(level);
    kl_value_release(vetting);
    kl_value_release(parts.compartments);
    kl_value_release(parts.granted_by);
    kl_value_release(parts.review_at);
    return status;
}

/* ---- the class ------------------------------------------------------------------------------- */

static kl_status canonical(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value map;
    (void)args;
    KL_TRY(write(&map, (const kl_pact_clearance *)self, "granted_by_role_address", error));
    kl_status status = kl_json_print(out, map, &kl_json_spaced_b, error);
    kl_value_release(map);
    return status;
}

static kl_status clearance_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_clearance *own = (const kl_pact_clearance *)self;
    return kl_string_format(out, error, "PactRoleClearance(role_id='%.*s', max_clearance=%s, vetting=%s)",
                            KL_TEXT_ARG(kl_as_text(own->role_id)),
                            kl_pact_level_name((kl_confidentiality)own->level),
                            kl_pact_vetting_name((kl_pact_vetting)own->vetting));
}

#define HIDDEN_INT(member)                                                                         \
    {.name = #member, .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,                      \
     .offset = offsetof(kl_pact_clearance, member), .doc = "for decisions"}

static const kl_field fields[] = {
    KL_VALUE(kl_pact_clearance, role_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of the role"),
    KL_VALUE(kl_pact_clearance, role_address, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "its address"),
    KL_VALUE(kl_pact_clearance, max_clearance, .kind = KL_KIND_OBJECT, .type = &kl_pact_level_type,
             .flags = KL_READ_ONLY, .doc = "the highest level it may read"),
    KL_VALUE(kl_pact_clearance, compartments, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "compartments it is cleared for, sorted"),
    KL_VALUE(kl_pact_clearance, vetting_status, .kind = KL_KIND_OBJECT, .type = &kl_pact_vetting_type,
             .flags = KL_READ_ONLY, .doc = "how far its holder is vetted: only active counts"),
    KL_VALUE(kl_pact_clearance, granted_by, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "address of the role that granted it, or None"),
    KL_VALUE(kl_pact_clearance, review_at, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "when it is to be reviewed, or None"),
    {.name = "nda_signed", .kind = KL_KIND_BOOL, .flags = KL_READ_ONLY,
     .offset = offsetof(kl_pact_clearance, nda_signed),
     .doc = "whether its holder has signed not to tell"},
    HIDDEN_INT(level), HIDDEN_INT(vetting),
};

static const kl_method methods[] = {
    {.name = "to_canonical_json", .call = canonical, .returns = KL_KIND_STRING,
     .doc = "The form in which implementations of PACT compare clearances: keys sorted, in ASCII."},
};

const kl_type kl_pact_clearance_type = {
    .name = "PactRoleClearance",
    .module = "kailash.pact",
    .doc = "What the holder of a role is cleared for.",
    .size = sizeof(kl_pact_clearance),
    .flags = KL_TYPE_RECORD | KL_TYPE_NO_INIT | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr = clearance_repr,
};
KL_PUBLISH(kl_pact_clearance_type);
