/* src/nodes/families.c - see families.h. */
#include "families.h"

const kl_node_family *const kl_node_families[] = {
    &kl_system_nodes,
};
const size_t kl_node_family_count = KL_COUNT(kl_node_families);
