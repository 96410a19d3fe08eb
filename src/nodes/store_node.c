/* src/nodes/store_node.c - see store_node.h. */
#include "store_node.h"
#include "build_map.h"

kl_status kl_store_outputs(kl_value *out, kl_value result, size_t count, kl_value extra,
                           kl_error *error)
{
    kl_build outputs = kl_build_begin(4, error);
    kl_build_bool(&outputs, "success", true);
    kl_build_share(&outputs, "result", result);
    kl_build_int(&outputs, "count", (int64_t)count);
    kl_build_merge(&outputs, extra);
    return kl_build_end(out, &outputs);
}

kl_status kl_store_error(kl_error *error, kl_error *why)
{
    kl_status code = why->code;
    if (code != KL_NO_MEMORY && code != KL_CANCELLED && code != KL_INTERRUPTED && code != KL_LIMIT) {
        kl_node_form(why);
        why->code = code = KL_FAILED;
    }
    kl_error_move(error, why);
    return code;
}
