/* src/eatp/store_parts.h - what a store is for the files that make one. */
#ifndef KL_EATP_STORE_PARTS_H
#define KL_EATP_STORE_PARTS_H

#include "store.h"

/* What goes in, checked; all is borrowed. */
typedef struct kl_stored {
    kl_value id;         /* string */
    kl_value agent_id;   /* of a block; string */
    kl_value delegator, delegate; /* of a delegation; strings */
    kl_value payload;    /* map; of a delegation with its member `revoked` */
    kl_value json;       /* the same as text */
    kl_value created_at; /* string: UTC with nine digits and Z, so that its order is that of time */
    bool revoked;
} kl_stored;

/* What every store can do; see store.h. `id` and `agent` are strings or null for all. */
typedef struct kl_store_functions {
    kl_status (*append_block)(int64_t *seq, kl_trust_store *store, const kl_stored *block,
                              kl_error *error);
    kl_status (*blocks)(kl_value *out, kl_trust_store *store, kl_value agent_id, kl_error *error);
    kl_status (*block_count)(int64_t *out, kl_trust_store *store, kl_error *error);
    kl_status (*put_delegation)(kl_trust_store *store, const kl_stored *record, kl_error *error);
    kl_status (*delegation)(kl_value *out, kl_trust_store *store, kl_value id, kl_error *error);
    kl_status (*delegations)(kl_value *out, kl_trust_store *store, kl_value delegate,
                             int64_t limit, kl_error *error);
    /* Both are told: whether it is there, and whether it was not revoked yet. */
    kl_status (*set_revoked)(bool *found, bool *newly, kl_trust_store *store, kl_value id,
                             kl_error *error);
} kl_store_functions;

struct kl_trust_store {
    kl_object object;
    const kl_store_functions *functions; /* NULL until it is made */
};

/* The largest JSON text of a block or a record. */
#define KL_STORE_TEXT_MAX ((size_t)4 << 20)

/* EatpAuthorityError for an id that stands for something else. */
kl_status kl_store_conflict(kl_error *error, const char *what, kl_value id);
/* Whether two records are alike, `revoked` aside. */
kl_status kl_store_same_delegation(bool *same, kl_value a, kl_value b, kl_error *error);
/* The same record with `revoked` set; given. */
kl_status kl_store_with_revoked(kl_value *out, kl_value record, bool revoked, kl_error *error);
/* The time of a map as kl_stored has it; given. `names` are tried in turn; none = now. */
kl_status kl_store_created_at(kl_value *out, kl_value map, const char *const names[2],
                              kl_error *error);
/* Add [created_at, id, record] to a list of such, to be sorted by kl_store_sorted(). */
kl_status kl_store_rank(kl_value *list, kl_value created_at, kl_value record, kl_error *error);
/* The first `limit` records of such a list (taken) in their order; given. */
kl_status kl_store_sorted(kl_value *out, kl_value list, int64_t limit, kl_error *error);

/* ---- methods, for the tables of the types ----------------------------------------------------------- */

kl_call kl_store_call_append_block, kl_store_call_get_blocks, kl_store_call_block_count,
    kl_store_call_put_delegation, kl_store_call_get_delegation, kl_store_call_list_delegations,
    kl_store_call_set_revoked;
extern const kl_param kl_store_block_param[1], kl_store_agent_param[1], kl_store_record_param[1],
    kl_store_id_param[1], kl_store_list_params[2];

#define KL_STORE_ERRORS "ValueError, EatpAuthorityError, RuntimeError"
#define KL_STORE_METHODS                                                                           \
    {.name = "append_block", .call = kl_store_call_append_block,                                   \
     .params = KL_TABLE(kl_store_block_param),                                                     \
     .flags = KL_BLOCKING, .returns = KL_KIND_INT, .raises = KL_STORE_ERRORS,                      \
     .doc = "Keep a block of a chain; its place, from 0. One that is there already stays where it "\
            "is. EatpAuthorityError when its id stands for another block."},                       \
    {.name = "get_blocks", .call = kl_store_call_get_blocks,                                       \
     .params = KL_TABLE(kl_store_agent_param),                                                     \
     .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,                          \
     .raises = KL_STORE_ERRORS,                                                                    \
     .doc = "The blocks as they were put in, in their order."},                                    \
    {.name = "block_count", .call = kl_store_call_block_count, .flags = KL_BLOCKING,               \
     .returns = KL_KIND_INT,                                                                       \
     .raises = KL_STORE_ERRORS, .doc = "Number of blocks."},                                       \
    {.name = "put_delegation", .call = kl_store_call_put_delegation,                               \
     .params = KL_TABLE(kl_store_record_param),                                                    \
     .flags = KL_BLOCKING, .returns = KL_KIND_NONE, .raises = KL_STORE_ERRORS,                     \
     .doc = "Keep a delegation. One that is there already stays, and is revoked if this one is: "  \
            "revoking is for ever. EatpAuthorityError when its id stands for another record."},    \
    {.name = "get_delegation", .call = kl_store_call_get_delegation,                               \
     .params = KL_TABLE(kl_store_id_param),                                                        \
     .flags = KL_BLOCKING, .returns = KL_KIND_MAP, .returns_optional = true,                       \
     .raises = KL_STORE_ERRORS,                                                                    \
     .doc = "A record as a dict, its revoked telling how it stands now; None when there is none."},\
    {.name = "list_delegations", .call = kl_store_call_list_delegations,                           \
     .params = KL_TABLE(kl_store_list_params),                                                     \
     .flags = KL_BLOCKING, .returns = KL_KIND_ARRAY, .item = KL_KIND_MAP,                          \
     .raises = KL_STORE_ERRORS,                                                                    \
     .doc = "Records as dicts, by created_at, then by id."},                                       \
    {.name = "set_revoked", .call = kl_store_call_set_revoked,                                     \
     .params = KL_TABLE(kl_store_id_param),                                                        \
     .flags = KL_BLOCKING, .returns = KL_KIND_BOOL, .raises = KL_STORE_ERRORS,                     \
     .doc = "Revoke a delegation for ever; whether it was not yet. EatpAuthorityError when there " \
            "is none of that id."}

#endif
