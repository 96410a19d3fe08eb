/* src/nodes/grouping.h - the items of a list, put together by a field. */
#ifndef KL_NODES_GROUPING_H
#define KL_NODES_GROUPING_H

#include "kailash/value.h"
#include "work.h"

/* A map from the text of a field (a dotted path) to the items that have it, both in the order of the first ones;
 * given. */
kl_status kl_group_by(kl_value *out, kl_value array, kl_text field, kl_work *work, kl_error *error);

#endif
