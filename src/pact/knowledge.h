/* src/pact/knowledge.h - what is read, and by which agreements others may read it: items, share policies,
 * bridges. Records that never change; a change is another record in their place. */
#ifndef KL_PACT_KNOWLEDGE_H
#define KL_PACT_KNOWLEDGE_H

#include "../eatp/ladder.h"
#include "address.h"
#include "kailash/time.h"

/* ---- PactKnowledgeItem ----------------------------------------------------------------------- */

typedef struct kl_pact_item {
    kl_object object;
    kl_value id, org_id;       /* strings */
    kl_value owner_address;    /* string, as addresses are printed */
    kl_value classification;   /* PactClassificationLevel */
    kl_value compartments;     /* array of strings, sorted, none twice */
    kl_value name, path, knowledge_type; /* strings or null */
    int64_t level;             /* kl_confidentiality */
} kl_pact_item;
extern KL_API const kl_type kl_pact_item_type;

/* ---- PactKnowledgeSharePolicy ---------------------------------------------------------------- */

typedef struct kl_pact_share {
    kl_object object;
    kl_value id;                                       /* string */
    kl_value source_unit_address, target_unit_address; /* strings */
    kl_value max_classification;                       /* PactClassificationLevel */
    bool is_active;
    kl_value expires_at, created_by;                   /* strings or null */
    kl_value shared_types, shared_paths, shared_classifications; /* arrays of strings, or null: any */
    kl_value min_clearance;       /* PactClassificationLevel or null */
    kl_value min_authority_level; /* string: a posture, or null */
    kl_value compartments;        /* array of strings, or null: any */
    kl_value time_window;         /* array of two strings or nulls, or null */
    bool has_conditions;          /* the document has `conditions`, if only empty ones */
    int64_t level;                /* of max_classification */
    int64_t levels;               /* shared_classifications as bits; 0 = any */
    int64_t clearance, posture;   /* the least; 0 = any */
    int64_t expires, not_before, not_after; /* kl_time; KL_TIME_NONE = never, INT64_MIN = always */
} kl_pact_share;
extern KL_API const kl_type kl_pact_share_type;

/* Of its wire map (pact 4.4); given. KL_INVALID names the member. */
KL_API kl_status kl_pact_share_read(kl_value *out, kl_value map, kl_error *error);
/* The wire map; given. */
KL_API kl_status kl_pact_share_write(kl_value *out, const kl_pact_share *share, kl_error *error);
/* NULL when its scope includes the item for somebody with this clearance and posture; else the name of the
 * filter that does not: "ksp_path_scope". Levels, times and units are not looked at. */
KL_API const char *kl_pact_share_refuses(const kl_pact_share *share, const kl_pact_item *item,
                                         kl_confidentiality clearance, kl_posture posture);

/* ---- PactBridge ------------------------------------------------------------------------------ */

typedef enum kl_pact_approval {
    KL_PACT_BRIDGE_PENDING, KL_PACT_BRIDGE_APPROVED, KL_PACT_BRIDGE_REJECTED
} kl_pact_approval;

typedef struct kl_pact_bridge {
    kl_object object;
    kl_value id;                             /* string */
    kl_value role_a_address, role_b_address; /* strings */
    kl_value bridge_type;                    /* string: standing, scoped, ad_hoc */
    kl_value max_classification;             /* PactClassificationLevel */
    bool bilateral, active;
    kl_value expires_at, created_by;         /* strings or null */
    kl_value approval_status;                /* PactBridgeApprovalStatus */
    kl_value approved_by, approved_at;       /* strings or null */
    kl_value lca_address;                    /* string or null */
    kl_value read_paths, write_paths;        /* arrays of strings, or null: any */
    kl_value review_interval_days;           /* int or null */
    kl_value next_review_at, last_reviewed_at, used_at; /* strings or null */
    bool suspend_on_overdue, one_time_use;
    bool by_admin;                           /* asked for across departments: a role at the top decides */
    int64_t level;                           /* of max_classification */
    int64_t approval;                        /* kl_pact_approval */
    int64_t expires, review;                 /* kl_time; KL_TIME_NONE = never */
} kl_pact_bridge;
extern KL_API const kl_type kl_pact_bridge_type, kl_pact_bridge_status_type;

KL_API kl_status kl_pact_bridge_read(kl_value *out, kl_value map, kl_error *error);
/* The same into a new object; on failure it is still to be released. */
kl_status kl_pact_bridge_fill(kl_pact_bridge *bridge, kl_value map, kl_error *error);
KL_API kl_status kl_pact_bridge_write(kl_value *out, const kl_pact_bridge *bridge, kl_error *error);
KL_API bool kl_pact_bridge_is_usable(const kl_pact_bridge *bridge, kl_time now);
KL_API bool kl_pact_bridge_is_overdue(const kl_pact_bridge *bridge, kl_time now);
/* Whether a path is within the scope of one direction (an array of globs, or null). */
KL_API bool kl_pact_path_allowed(kl_value scope, kl_text path);
/* A status; `reason` is borrowed, null unless rejected. Given. */
KL_API kl_status kl_pact_bridge_status_new(kl_value *out, kl_pact_approval approval, kl_value reason,
                                           kl_error *error);
/* "pending", "approved", "rejected: why"; given. */
KL_API kl_status kl_pact_bridge_status_text(kl_value *out, const kl_object *status, kl_error *error);

/* ---- reading wire maps ----------------------------------------------------------------------- */

/* Members of a wire map, for the readers of pact. Each sets `*slot` (null or a string ... before), or says
 * KL_INVALID "WHAT: missing field `name`", "WHAT.name: expected a string, got int". */
typedef struct kl_pact_reader {
    const char *what; /* "KSP" */
    kl_value map;
    kl_error *error;
} kl_pact_reader;

KL_API kl_status kl_pact_member_check(const kl_pact_reader *reader);
KL_API kl_status kl_pact_member_text(kl_value *slot, const kl_pact_reader *reader, const char *name,
                                     bool required);
KL_API kl_status kl_pact_member_bool(bool *slot, const kl_pact_reader *reader, const char *name,
                                     bool required);
KL_API kl_status kl_pact_member_address(kl_value *slot, const kl_pact_reader *reader, const char *name,
                                        bool required);
KL_API kl_status kl_pact_member_level(kl_value *slot, int64_t *level, const kl_pact_reader *reader,
                                      const char *name, bool required);
/* An RFC 3339 text, kept as UTC in its shortest form, and its time. */
KL_API kl_status kl_pact_member_time(kl_value *slot, int64_t *time, const kl_pact_reader *reader,
                                     const char *name, kl_time_zone zone);
/* An array of strings; null stays null. */
KL_API kl_status kl_pact_member_texts(kl_value *slot, const kl_pact_reader *reader, const char *name);
/* Another message about a member: "WHAT.name: ...". */
KL_API kl_status kl_pact_member_wrong(const kl_pact_reader *reader, const char *name, const char *text);

/* Append members of a wire map: an address in segments, a level or a record's text; null is left out. */
KL_API kl_status kl_pact_put_address(kl_value *map, const char *name, kl_value text, kl_error *error);
KL_API kl_status kl_pact_put(kl_value *map, const char *name, kl_value value, kl_error *error);

/* Texts in order, none twice; given. */
KL_API kl_status kl_pact_texts_sorted(kl_value *out, kl_value texts, kl_error *error);
/* Whether all texts of `some` are among `all` (null = none). */
KL_API bool kl_pact_texts_within(kl_value some, kl_value all);
/* Now, as PACT writes times: UTC, +00:00; given. */
KL_API kl_status kl_pact_time_string(kl_value *out, kl_time time, kl_time_zone zone, kl_error *error);
/* The canonical text of an address; given. KL_INVALID. */
KL_API kl_status kl_pact_address_text(kl_value *out, kl_text text, kl_error *error);

#endif
