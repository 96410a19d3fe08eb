/* src/trust_plane/stored.h - JSON files of a trust project that stand one by one: delegates, holds, mirror
 * records. Each is called after the id that it holds, has the time at which it came to be, and is sealed
 * (seal.h): who reads checks the seal and takes it away, who writes sets it.
 */
#ifndef KL_TRUST_PLANE_STORED_H
#define KL_TRUST_PLANE_STORED_H

#include "eatp/wire.h"
#include "folder.h"

/* Files of one kind, at most. */
enum { KL_STORED_MAX = 100000 };

/* A kind of file. */
typedef struct kl_stored_kind {
    const char *sub;       /* folder: "delegates" */
    const char *id_member; /* "delegate_id" */
    const char *prefix;    /* of ids: "del-" */
    const kl_shape *shape; /* has the id and created_at */
} kl_stored_kind;

/*
 * One of them as a map; given. Null when there is none, or `id` can be none of this kind. KL_FAILED
 * "serialization error: ..." for a file that is damaged, or is called otherwise than its id.
 */
KL_API kl_status kl_stored_get(kl_value *out, const kl_trust_folder *folder, const kl_stored_kind *kind,
                        kl_text id, kl_error *error);
/* All of them, the oldest first; given. */
KL_API kl_status kl_stored_list(kl_value *out, const kl_trust_folder *folder, const kl_stored_kind *kind,
                         kl_error *error);
/* Write one, under the lock; its folder is made when it is not there. */
KL_API kl_status kl_stored_put(kl_trust_folder *folder, const kl_stored_kind *kind, kl_value record,
                        kl_error *error);
/* Seal a record as kl_stored_put() does. */
KL_API kl_status kl_stored_seal(kl_value *record, const kl_trust_folder *folder,
                                const kl_stored_kind *kind, kl_error *error);
/* Its name: the id and ".json"; given. */
KL_API kl_status kl_stored_name(kl_value *out, kl_text id, kl_error *error);

/* What was read is not what it should be: KL_SYNTAX, KL_INVALID and their like become KL_FAILED
 * "serialization error: WHERE: ..." with the code "serialization_error"; others stay. */
KL_API kl_status kl_stored_damage(kl_error *error, kl_status status, const char *where);
/* Name what a refusal (kl_fault) is about in the details of its exception; gives back `status`. */
KL_API kl_status kl_stored_blame(kl_error *error, kl_status status, const char *name, kl_text what);
/* The time now as a string of the files; given. */
KL_API kl_status kl_stored_now(kl_value *out, kl_error *error);
/* Add a copy of a value under a name; `value` is borrowed. */
KL_API kl_status kl_stored_set(kl_value *map, const char *name, kl_value value, kl_error *error);
KL_API kl_status kl_stored_set_text(kl_value *map, const char *name, const char *text, kl_error *error);
/* A member; borrowed. */
static inline kl_value kl_stored_member(kl_value map, const char *name)
{
    return kl_map_get(map, kl_text_from(name));
}
static inline kl_text kl_stored_text(kl_value map, const char *name)
{
    return kl_as_text(kl_map_get(map, kl_text_from(name)));
}

#endif
