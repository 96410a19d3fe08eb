/* src/pact/org.h - a compiled organisation: its roles with their addresses. Never changes.
 *
 * Nodes stand in the order of a walk from the top (head, its extra roles, teams, departments within),
 * so all that is below a node follows it at once: node i and its `below` successors are the addresses
 * that begin with that of i.
 */
#ifndef KL_PACT_ORG_H
#define KL_PACT_ORG_H

#include "address.h"

#define KL_PACT_DEPTH_MAX 50       /* segments of an address of the organisation */
#define KL_PACT_CHILDREN_MAX 500   /* of one node */
#define KL_PACT_NODES_MAX 100000
#define KL_PACT_NO_NODE UINT32_MAX /* no index */

typedef struct kl_pact_node {
    kl_value address, id, name; /* strings */
    kl_value department;        /* name of the top-level department */
    kl_pact_path path;
    uint32_t parent;            /* index of the nearest ancestor, or KL_PACT_NO_NODE */
    uint32_t below;             /* how many nodes follow that stand below it */
    uint16_t unit, department_end, team; /* lengths of those prefixes of the path */
    bool is_vacant, is_external, suspends; /* as configured */
} kl_pact_node;

/* The class PactCompiledOrg. */
typedef struct kl_pact_org {
    kl_object object;
    kl_value id, name;     /* strings */
    kl_value source;       /* the map it was compiled from */
    kl_value warnings;     /* array of strings: what was accepted and is probably a mistake */
    kl_pact_node *nodes;
    uint32_t count;
    uint32_t *sorted;      /* indexes, by address as text */
    kl_pact_segment *segments; /* of all paths */
    kl_value by_address, by_id; /* maps of text -> index */
} kl_pact_org;

extern KL_API const kl_type kl_pact_org_type;

/*
 * Compile the map of pact 4.1; given. KL_INVALID for what is missing, wrong, twice, too deep or too
 * much.
 */
KL_API kl_status kl_pact_org_compile(kl_value *out, kl_value map, kl_error *error);

/* The index of a node by its address, by its id (as text, exactly), or KL_PACT_NO_NODE. */
KL_API uint32_t kl_pact_org_at(const kl_pact_org *org, kl_pact_path path);
KL_API uint32_t kl_pact_org_by_id(const kl_pact_org *org, kl_text id);
/* By the text of an address. KL_INVALID for text that is none; an unknown address is KL_OK with
 * KL_PACT_NO_NODE. */
KL_API kl_status kl_pact_org_find(uint32_t *out, const kl_pact_org *org, kl_text address,
                                  kl_error *error);
/* By address or else by id; KL_PACT_NO_NODE when it is neither. */
KL_API uint32_t kl_pact_org_resolve(const kl_pact_org *org, kl_text role);
/* Whether node `above` is `node` or stands above it. */
static inline bool kl_pact_org_covers(const kl_pact_org *org, uint32_t above, uint32_t node)
{
    return node - above <= org->nodes[above].below;
}
/* "[R] Dev ([R] Lead > [R] CTO) (D1-R1-T1-R1-R2)"; given. */
KL_API kl_status kl_pact_org_describe(kl_value *out, const kl_pact_org *org, kl_text address,
                                      kl_error *error);

/* Classes PactOrgNode and PactRoleSummary: one node as an object; given. */
KL_API kl_status kl_pact_org_node_new(kl_value *out, const kl_pact_org *org, uint32_t node,
                                      kl_error *error);
KL_API kl_status kl_pact_role_summary_new(kl_value *out, const kl_pact_org *org, uint32_t node,
                                          kl_error *error);

#endif
