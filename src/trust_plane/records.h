/* src/trust_plane/records.h - the files of a project as tables: members of decision, milestone, anchor,
 * manifest, genesis, and the classes through which they are read.
 */
#ifndef KL_TRUST_PLANE_RECORDS_H
#define KL_TRUST_PLANE_RECORDS_H

#include "eatp/wire.h"

extern const kl_shape kl_trust_decision_shape, kl_trust_milestone_shape, kl_trust_anchor_shape;
extern const kl_shape kl_trust_manifest_shape, kl_trust_genesis_shape;

/* Records that the project itself holds. */
typedef enum kl_trust_kind { KL_TRUST_DECISION, KL_TRUST_MILESTONE, KL_TRUST_KINDS } kl_trust_kind;

typedef struct kl_trust_kind_facts {
    const char *name;    /* also the anchor_type */
    const char *sub;     /* their folder */
    const char *prefix;  /* of ids */
    const char *counter; /* in the manifest */
    const kl_shape *shape;
    const kl_type *type;
} kl_trust_kind_facts;
extern const kl_trust_kind_facts kl_trust_kinds[KL_TRUST_KINDS];

/* The kind that is anchored as `anchor_type`; NULL when it is none of them. */
const kl_trust_kind_facts *kl_trust_kind_of(kl_text anchor_type);

/* The first member that is not in the shape; NULL data when there is none. */
kl_text kl_trust_unknown_member(const kl_shape *shape, kl_value map);
/* Whether the id is the prefix and the first 12 digits of the hash. */
bool kl_trust_id_fits(kl_text id, const char *prefix, kl_text hash);

extern KL_API const kl_type kl_decision_record_type, kl_milestone_record_type;
extern KL_API const kl_type kl_anchor_record_type, kl_project_manifest_type;
/* A record of one of these types around a map (borrowed) that has their shape; given. */
kl_status kl_trust_record_new(kl_value *out, const kl_type *type, kl_value map, kl_error *error);

#endif
