/* src/nodes/edge_cluster.h - what the two books of clusters share: the one that one place keeps
 * (edge_coordination.c) and the one that peers keep together (edge_group.c). */
#ifndef KL_NODES_EDGE_CLUSTER_H
#define KL_NODES_EDGE_CLUSTER_H

#include "kailash/node.h"

/* Inputs and config of EdgeCoordinationNode. */
enum {
    KL_EDGE_OPERATION,
    KL_EDGE_CLUSTER,
    KL_EDGE_MEMBERS,
    KL_EDGE_MEMBER,
    KL_EDGE_ACTIVE,
    KL_EDGE_DATABASE,
    KL_EDGE_SCOPE,
    KL_EDGE_PEERS,
    KL_EDGE_SELF,
    KL_EDGE_SECRET,
    KL_EDGE_STATE_FILE,
    KL_EDGE_LISTEN,
    KL_EDGE_ELECTION_TIMEOUT_MS,
    KL_EDGE_HEARTBEAT_MS,
    KL_EDGE_TIMEOUT_MS,
    KL_EDGE_CA_FILE,
};

/* Lists of members; given. Each once, in their order; with one more; without one. */
kl_status kl_members_distinct(kl_value *out, kl_value members, kl_error *error);
kl_status kl_members_with(kl_value *out, kl_value members, kl_value member, kl_error *error);
kl_status kl_members_without(kl_value *out, kl_value members, kl_value member, kl_error *error);
/* How many of them are active: all, unless the caller knows better (null: he does not). */
size_t kl_members_active(kl_value members, kl_value active);

/* Outputs of check_quorum. */
kl_status kl_quorum_map(kl_value *out, kl_value cluster_id, size_t total, bool has_quorum, kl_error *error);

/* What the node does when it has `peers`. */
kl_status kl_edge_group_run(kl_value *out, kl_node_call *call, kl_error *error);

#endif
