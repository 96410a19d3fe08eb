/* src/eatp/wire.h - records by table: the shape of their wire form, from which come the checks of
 * what is read, the bytes that are signed, and the properties.
 *
 * A record keeps its wire form, a map that never changes; to_dict() gives it as it is. Its type's
 * read-only fields are filled from it by name.
 */
#ifndef KL_EATP_WIRE_H
#define KL_EATP_WIRE_H

#include "buffer.h"
#include "ladder.h"
#include "kailash/type.h"

typedef enum kl_member_flags {
    KL_MEMBER_OPTIONAL = 1,    /* may be missing */
    KL_MEMBER_NULL = 2,        /* may be null */
    KL_MEMBER_UNSIGNED = 4,    /* not in the pre-image */
    KL_MEMBER_OMIT_NULL = 8,   /* not in the pre-image while null or missing */
    KL_MEMBER_TIME = 16,       /* string: RFC 3339 with an offset; signed as it stands, a property shows
                                  +00:00 for Z */
    KL_MEMBER_TIME_OFFSET = 32,/* likewise, and +00:00 instead of Z in the pre-image; a property shows +00:00 */
    KL_MEMBER_UUID = 64,       /* string: a UUID */
    KL_MEMBER_HEX_32 = 128,    /* string: 64 hexadecimal characters */
    KL_MEMBER_HEX_64 = 256,    /* string: 128 hexadecimal characters */
    KL_MEMBER_FILLED = 512,    /* string or array: not empty */
    KL_MEMBER_WIDE = 1024,     /* int: to 2^64 - 1, not negative */
    KL_MEMBER_WORDS = 2048,    /* string, or array of strings: rungs of .ladder in .spelling */
    KL_MEMBER_FINITE = 4096,   /* number: finite and not negative */
    KL_MEMBER_SIGNED_NULL = 8192, /* missing: null in the pre-image */
    KL_MEMBER_TIME_KEPT = 16384, /* as KL_MEMBER_TIME, and the property shows the text as it stands */
} kl_member_flags;

typedef struct kl_shape kl_shape;

typedef struct kl_member {
    const char *name;
    kl_kind kind;           /* KL_KIND_NUMBER takes ints, too, which are signed as floats */
    uint32_t flags;
    const kl_shape *shape;  /* of a map, or of the items of an array */
    kl_kind item;           /* of an array or a map without a shape; 0 = any */
    kl_ladder ladder;
    kl_spelling spelling;
    kl_spelling property;   /* spelling of the words in the property; 0 = as they are */
} kl_member;

struct kl_shape {
    const char *name; /* what messages call it: "genesis record" */
    const kl_member *members;
    size_t count;
    bool closed; /* other members are refused; else ignored, and not signed */
};
#define KL_SHAPE_MEMBERS(table) .members = (table), .count = sizeof(table) / sizeof(*(table))

/* Whether `map` has the shape, to all depths; KL_INVALID names the member by its path. */
KL_API kl_status kl_shape_check(const kl_shape *shape, kl_value map, kl_error *error);
/* The member at a position of the shape; borrowed, NULL when the map has none. Quick where the map has
 * them in the order of the shape. */
KL_API const kl_value *kl_shape_find(kl_value map, const kl_shape *shape, size_t position);
/* Append the pre-image of a checked map: family B of its signed members. */
KL_API kl_status kl_shape_pre_image(kl_buffer *to, const kl_shape *shape, kl_value map,
                                    kl_error *error);
/* The same members as a map, for pre-images with more to them; given. */
KL_API kl_status kl_shape_signed(kl_value *out, const kl_shape *shape, kl_value map,
                                 kl_error *error);

/* ---- record objects -------------------------------------------------------------------------------- */

/* What the struct of every such record begins with. */
typedef struct kl_wire_record {
    kl_object object;
    kl_value wire; /* map */
} kl_wire_record;

/*
 * A record of `type` around a checked map (taken); given. The read-only fields of the type whose
 * names are members of the shape are filled with copies; objects, and those that are no members,
 * stay null, for the caller to fill.
 */
KL_API kl_status kl_wire_record_new(kl_value *out, const kl_type *type, const kl_shape *shape,
                                    kl_value wire, kl_error *error);
/* to_dict() and to_json() of all records, for their tables of methods. */
KL_API kl_call kl_wire_to_dict, kl_wire_to_json;
#define KL_WIRE_METHODS                                                                            \
    {.name = "to_dict", .call = kl_wire_to_dict, .returns = KL_KIND_MAP,                           \
     .doc = "The record as a dict: its wire form, members in their order."},                       \
    {.name = "to_json", .call = kl_wire_to_json, .returns = KL_KIND_STRING,                        \
     .doc = "The same as JSON text with \", \" and \": \" between its parts, in ASCII."}
/* What from_dict() of all records takes. */
extern const kl_param kl_wire_data_param[1];
/* First field of every type of records. */
#define KL_WIRE_FIELD(owner)                                                                       \
    {.name = "wire", .kind = KL_KIND_MAP, .flags = KL_HIDDEN,                                      \
     .offset = offsetof(owner, wire), .doc = "the wire form"}

/* ---- alg_id ----------------------------------------------------------------------------------------- */

#define KL_ALG_ID "eatp-v1" /* Ed25519 and SHA-256, the only active token */
/* Check the member `alg_id` of a record (eatp 4.9): there, a string, active. */
KL_API kl_status kl_alg_id_check(kl_value map, kl_error *error);
/* Whether a token is active; KL_INVALID says what is wrong with it. */
KL_API kl_status kl_alg_id_token_check(kl_text token, kl_error *error);

#endif
