/* src/pact/address.h - where a role stands: segments of departments (D), teams (T) and roles (R).
 *
 * Each D and T is followed by an R. So every part of an address that means something (its parent,
 * ancestors, units, what it has in common with another) is a prefix of it that ends in R, and
 * functions here answer with the length of that prefix in segments; 0 = there is none.
 */
#ifndef KL_PACT_ADDRESS_H
#define KL_PACT_ADDRESS_H

#include "kailash/type.h"

#define KL_PACT_SEGMENTS_MAX 100
#define KL_PACT_ADDRESS_MAX 1024 /* characters of text */

/* A letter (D, R, T: they sort like that) in the upper half, a number from 1 in the lower. */
typedef uint64_t kl_pact_segment;

static inline kl_pact_segment kl_pact_segment_of(char letter, uint32_t number)
{
    return (uint64_t)(unsigned char)letter << 32 | number;
}
static inline char kl_pact_segment_letter(kl_pact_segment segment) { return (char)(segment >> 32); }
static inline uint32_t kl_pact_segment_number(kl_pact_segment segment) { return (uint32_t)segment; }

/* Segments, borrowed. No segments is no address. */
typedef struct kl_pact_path {
    const kl_pact_segment *at;
    size_t count;
} kl_pact_path;

/* An address that owns its segments; plain data. */
typedef struct kl_pact_address {
    size_t count;
    kl_pact_segment at[KL_PACT_SEGMENTS_MAX];
} kl_pact_address;

static inline kl_pact_path kl_pact_path_of(const kl_pact_address *address)
{
    return (kl_pact_path){address->at, address->count};
}
/* The first `count` segments. */
static inline kl_pact_path kl_pact_path_cut(kl_pact_path path, size_t count)
{
    return (kl_pact_path){path.at, count};
}

/* Read text in either case; KL_INVALID says what is wrong with it. */
KL_API kl_status kl_pact_address_parse(kl_pact_address *out, kl_text text, kl_error *error);
/* Of a string, or of {"segments": [{"node_type": "Department", "sequence": 1}, ...]}. */
KL_API kl_status kl_pact_address_read(kl_pact_address *out, kl_value value, kl_error *error);
/* The text, upper case, numbers without leading zeros; given. */
KL_API kl_status kl_pact_path_text(kl_value *out, kl_pact_path path, kl_error *error);
/* The structured form; given. */
KL_API kl_status kl_pact_path_map(kl_value *out, kl_pact_path path, kl_error *error);

KL_API bool kl_pact_path_equal(kl_pact_path a, kl_pact_path b);
/* By segments, from the left. */
KL_API int kl_pact_path_compare(kl_pact_path a, kl_pact_path b);
/* Whether `path` is `of` or an ancestor of it. */
KL_API bool kl_pact_path_is_prefix(kl_pact_path path, kl_pact_path of);

/* All without the last segment, if that is an address. */
KL_API size_t kl_pact_path_parent(kl_pact_path path);
/* The nearest ancestor: the longest proper prefix that is an address. */
KL_API size_t kl_pact_path_supervisor(kl_pact_path path);
/* To the R behind the last D or T; behind the last D; behind the last T. */
KL_API size_t kl_pact_path_unit(kl_pact_path path);
KL_API size_t kl_pact_path_department(kl_pact_path path);
KL_API size_t kl_pact_path_team(kl_pact_path path);
/* What both begin with and is an address. */
KL_API size_t kl_pact_path_lca(kl_pact_path a, kl_pact_path b);

/* The class PactAddress; an object of it never changes. */
extern KL_API const kl_type kl_pact_address_type;
KL_API kl_status kl_pact_address_new(kl_value *out, kl_pact_path path, kl_error *error);
/* Its segments. */
KL_API void kl_pact_address_get(kl_pact_address *out, const kl_object *address);

#endif
