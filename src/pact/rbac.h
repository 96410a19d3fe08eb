/* src/pact/rbac.h - RbacCell and RbacMatrix: who may do what, as a table (pact 3.11). */
#ifndef KL_PACT_RBAC_H
#define KL_PACT_RBAC_H

#include "../eatp/ladder.h"
#include "kailash/type.h"

typedef struct kl_rbac_cell {
    kl_object object;
    bool allowed;
    kl_value zone;        /* string: a zone in snake case */
    kl_value constraints; /* map of strings */
} kl_rbac_cell;

typedef struct kl_rbac_matrix {
    kl_object object;
    kl_value roles;       /* addresses: the rows */
    kl_value actions;     /* the columns */
    kl_value cells;       /* array of arrays of RbacCell: cells[role][action] */
    kl_value org_id;
    kl_value exported_at; /* string: UTC, RFC 3339 */
} kl_rbac_matrix;

extern KL_API const kl_type kl_rbac_cell_type, kl_rbac_matrix_type;

/* A cell; given. `constraints` is a map, borrowed. */
KL_API kl_status kl_rbac_cell_new(kl_value *out, bool allowed, kl_zone zone, kl_value constraints,
                                  kl_error *error);
/* A matrix that is exported now; given. All is borrowed; the cells must fit roles and actions. */
KL_API kl_status kl_rbac_matrix_new(kl_value *out, kl_value roles, kl_value actions, kl_value cells,
                                    kl_value org_id, kl_error *error);

#endif
