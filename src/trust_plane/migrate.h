/* src/trust_plane/migrate.h - projects of other formats become projects of this one, in a new directory.
 *
 * Two formats are read: that of the open Python SDK (its manifest has a genesis_id), and older trees of
 * ours that keep the private key in keys/private.key. Neither is changed.
 */
#ifndef KL_TRUST_PLANE_MIGRATE_H
#define KL_TRUST_PLANE_MIGRATE_H

#include "project.h"

/* What is carried over, read from a foreign tree. */
typedef struct kl_migration {
    kl_value name, author;  /* strings */
    kl_value envelope;      /* ConstraintEnvelope or null */
    kl_value records;       /* array of [anchor_type, record without id], in the order of their times */
    kl_value originals;     /* array of "FILE sha256:HEX": where they come from */
    kl_value errors;        /* array of strings: what could not be read */
    kl_value left;          /* array of strings: folders whose files are not carried over */
} kl_migration;

typedef enum kl_tree_format { KL_TREE_OURS, KL_TREE_OLD, KL_TREE_OPEN_SDK } kl_tree_format;

/* Which format a directory has. KL_FAILED when it has no manifest that can be read. */
KL_API kl_status kl_tree_format_of(kl_tree_format *out, const kl_trust_folder *folder, kl_error *error);
/* Read a foreign tree; end it with kl_migration_end(). A file that cannot be read becomes one of `errors`. */
KL_API kl_status kl_migration_read(kl_migration *out, const kl_trust_folder *folder, kl_tree_format format,
                            kl_error *error);
KL_API void kl_migration_end(kl_migration *migration);

#endif
