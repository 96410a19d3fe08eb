/* src/nodes/users.h - users, roles and what they may do: the one store of UserManagementNode,
 * RoleManagementNode and PermissionCheckNode. */
#ifndef KL_NODES_USERS_H
#define KL_NODES_USERS_H

#include "node_database.h"

extern const kl_shared_kind kl_user_records;

/* Whether there is such a user; "node execution failed: no user '...'" when there is none. */
kl_status kl_user_must_exist(kl_sql *sql, kl_value user_id, kl_error *error);
/* The same for the name of a role. */
kl_status kl_role_must_exist(kl_sql *sql, kl_value role, kl_error *error);

/* Whether a permission such as "docs:read" is one, or a pattern ("docs:*", "*:read", "*"): words of
 * letters, digits, '_', '-' and '.', parted by ':'. */
KL_API bool kl_permission_is_valid(kl_text permission, bool pattern);
/* "*" in place of a word stands for any one, at the end for any number of them. */
KL_API bool kl_permission_matches(kl_text pattern, kl_text permission);

#endif
