/* src/trust_plane/delegates.h - who may decide what in a trust project: delegates, in a tree, each with
 * dimensions that its parent has too.
 *
 * A delegate counts as active only while all above it do: revoking or expiring one ends all below at
 * once, whatever their files say. Revoking writes delegates/.wal.json first, with everybody it will
 * reach; who finds that file takes the revocation for done, and whoever may write finishes it.
 */
#ifndef KL_TRUST_PLANE_DELEGATES_H
#define KL_TRUST_PLANE_DELEGATES_H

#include "stored.h"

/* Levels below a delegate without parent. */
enum { KL_DELEGATE_DEPTH_MAX = 10 };

extern KL_API const kl_stored_kind kl_delegates_kind;

typedef enum kl_delegate_status {
    KL_DELEGATE_ACTIVE, KL_DELEGATE_REVOKED, KL_DELEGATE_EXPIRED
} kl_delegate_status;
/* "active" or, as files have it, "Active". */
KL_API const char *kl_delegate_status_name(kl_delegate_status status, bool pascal);

/* All delegates as they stand at one time. */
typedef struct kl_delegate_tree {
    kl_value records; /* map from id to what is stored, the oldest first */
    kl_value revoking; /* ids of a revocation that is under way, or null */
    kl_time now;
} kl_delegate_tree;

/* Read them; end it with kl_delegate_tree_end(). Works without the lock. */
KL_API kl_status kl_delegate_tree_read(kl_delegate_tree *out, const kl_trust_folder *folder,
                                kl_error *error);
/* Likewise, but only some of them and all above these: what is asked of others gives nothing. Its time
 * does not depend on how many there are. */
KL_API kl_status kl_delegate_branches_read(kl_delegate_tree *out, const kl_trust_folder *folder,
                                           const kl_text *ids, size_t count, kl_error *error);
KL_API void kl_delegate_tree_end(kl_delegate_tree *tree);
/* One as stored; borrowed, null when there is none. */
KL_API kl_value kl_delegate_find(const kl_delegate_tree *tree, kl_text id);
/* How it stands, all above it counted; of one that is there. */
KL_API kl_delegate_status kl_delegate_standing(const kl_delegate_tree *tree, kl_text id);

/* Whether one is active and has a dimension; false when there is none. */
KL_API bool kl_delegate_may(const kl_delegate_tree *tree, kl_text id, kl_text dimension);

/* What makes a new delegate; borrowed. */
typedef struct kl_delegate_request {
    kl_text parent_id; /* no data = none: a delegate of the project's owner */
    kl_text delegate_id, name;
    kl_value dimensions;   /* array of strings */
    kl_value expiry_hours; /* number or null: as long as the parent */
    kl_value envelope;     /* ConstraintEnvelope's JSON text, or null */
} kl_delegate_request;

/* Add one, taking the lock. */
KL_API kl_status kl_delegate_add(kl_trust_folder *folder, const kl_delegate_request *request,
                          kl_error *error);
/* Revoke one and all below it, taking the lock: ids that were not revoked before, parents first; given. */
KL_API kl_status kl_delegate_revoke(kl_value *out, kl_trust_folder *folder, kl_text id, kl_text reason,
                             kl_error *error);
/* Finish a revocation that was begun; takes the lock if there is one. */
KL_API kl_status kl_delegates_recover(kl_trust_folder *folder, kl_error *error);

/* The file of a revocation that is under way, in delegates/; it holds a hash of itself. */
#define KL_DELEGATES_WAL KL_TEXT(".wal.json")
/* KL_FAILED "tamper detected: ..." when what was read from it is not what was written. */
KL_API kl_status kl_delegates_wal_check(kl_value wal, kl_error *error);

/* "operational" ... : whether it is one of the five dimensions. */
KL_API bool kl_is_dimension(kl_text name);
#define KL_DIMENSIONS_TEXT "operational, data_access, financial, temporal, communication"

/* The class DelegationManager: the folder of one, borrowed. */
extern KL_API const kl_type kl_delegation_manager_type;
KL_API kl_trust_folder *kl_delegation_manager_folder(kl_object *manager);

#endif
