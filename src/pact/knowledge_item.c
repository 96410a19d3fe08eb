/* src/pact/knowledge_item.c - PactKnowledgeItem. */
#include "knowledge.h"
#include "words.h"

static kl_status item_init(kl_object *self, const kl_value *args, kl_error *error)
{
    kl_pact_item *item = (kl_pact_item *)self;
    kl_confidentiality level;
    KL_TRY(kl_pact_address_text(&item->owner_address, kl_as_text(args[1]), error));
    KL_TRY(kl_pact_level_read(&level, kl_as_text(args[2]), error));
    KL_TRY(kl_pact_level_new(&item->classification, level, error));
    KL_TRY(kl_is_null(args[3]) ? kl_array_new(&item->compartments, 0, error)
                               : kl_pact_texts_sorted(&item->compartments, args[3], error));
    item->level = level;
    item->id = kl_value_retain(args[0]);
    item->org_id = kl_value_retain(args[4]);
    item->name = kl_value_retain(args[5]);
    item->path = kl_value_retain(args[6]);
    item->knowledge_type = kl_value_retain(args[7]);
    return KL_OK;
}

static kl_status item_repr(kl_value *out, kl_object *self, kl_error *error)
{
    const kl_pact_item *item = (const kl_pact_item *)self;
    return kl_string_format(out, error, "PactKnowledgeItem(id='%.*s', classification=%d)",
                            KL_TEXT_ARG(kl_as_text(item->id)), (int)item->level);
}

static const kl_param params[] = {
    {.name = "id", .kind = KL_KIND_STRING, .doc = "name of the item"},
    {.name = "owner_address", .kind = KL_KIND_STRING, .doc = "address of the role that owns it"},
    {.name = "classification", .kind = KL_KIND_STRING,
     .doc = "how secret it is: public, restricted, confidential, secret, top_secret"},
    {.name = "compartments", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "compartments a reader must all be cleared for; None = none"},
    {.name = "org_id", .kind = KL_KIND_STRING, .fallback = "\"default\"",
     .doc = "id of the organisation it belongs to"},
    {.name = "name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "what people call it"},
    {.name = "path", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "where it lies, for policies and bridges that share some paths only"},
    {.name = "knowledge_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "what kind of knowledge it is, for policies that share some kinds only"},
};

static const kl_field fields[] = {
    KL_VALUE(kl_pact_item, id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY, .doc = "name of the item"),
    KL_VALUE(kl_pact_item, owner_address, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "address of the role that owns it"),
    KL_VALUE(kl_pact_item, classification, .kind = KL_KIND_OBJECT, .type = &kl_pact_level_type,
             .flags = KL_READ_ONLY, .doc = "how secret it is"),
    KL_VALUE(kl_pact_item, compartments, .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
             .flags = KL_READ_ONLY, .doc = "compartments a reader must be cleared for, sorted"),
    KL_VALUE(kl_pact_item, org_id, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY,
             .doc = "id of its organisation"),
    KL_VALUE(kl_pact_item, name, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "what people call it"),
    KL_VALUE(kl_pact_item, path, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "where it lies"),
    KL_VALUE(kl_pact_item, knowledge_type, .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
             .doc = "what kind of knowledge it is"),
    {.name = "level", .kind = KL_KIND_INT, .flags = KL_READ_ONLY | KL_HIDDEN,
     .offset = offsetof(kl_pact_item, level), .doc = "number of the classification"},
};

const kl_type kl_pact_item_type = {
    .name = "PactKnowledgeItem",
    .module = "kailash.pact",
    .doc = "Something that can be read: who owns it, and how secret it is.",
    .size = sizeof(kl_pact_item),
    .flags = KL_TYPE_RECORD | KL_TYPE_AT_ROOT,
    .fields = KL_TABLE(fields),
    .params = KL_TABLE(params),
    .init = item_init,
    .repr = item_repr,
};
KL_PUBLISH(kl_pact_item_type);
