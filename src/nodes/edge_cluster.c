/* src/nodes/edge_cluster.c - see edge_cluster.h. */
#include "edge_cluster.h"
#include "build_map.h"
#include "kept.h"

kl_status kl_members_distinct(kl_value *out, kl_value members, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, kl_array_len(members), error));
    for (size_t i = 0; i < kl_array_len(members) && status == KL_OK; i++)
        if (!kl_list_holds(list, kl_as_text(kl_array_at(members, i))))
            status = kl_array_push(&list, kl_value_retain(kl_array_at(members, i)), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_members_with(kl_value *out, kl_value members, kl_value member, kl_error *error)
{
    kl_value list = kl_value_retain(members);
    kl_status status = KL_OK;
    if (!kl_list_holds(list, kl_as_text(member)))
        status = kl_array_push(&list, kl_value_retain(member), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

kl_status kl_members_without(kl_value *out, kl_value members, kl_value member, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, kl_array_len(members), error));
    for (size_t i = 0; i < kl_array_len(members) && status == KL_OK; i++)
        if (!kl_text_equal(kl_as_text(kl_array_at(members, i)), kl_as_text(member)))
            status = kl_array_push(&list, kl_value_retain(kl_array_at(members, i)), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

size_t kl_members_active(kl_value members, kl_value active)
{
    size_t count = 0;
    for (size_t i = 0; i < kl_array_len(members); i++)
        count += kl_is_null(active) || kl_list_holds(active, kl_as_text(kl_array_at(members, i)));
    return count;
}

kl_status kl_quorum_map(kl_value *out, kl_value cluster_id, size_t total, bool has_quorum, kl_error *error)
{
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", cluster_id);
    kl_build_bool(&m, "has_quorum", has_quorum);
    kl_build_string(&m, "message", has_quorum ? "Cluster has quorum" : "Cluster does NOT have quorum");
    kl_build_int(&m, "quorum_needed", total ? (int64_t)(total / 2 + 1) : 0);
    kl_build_bool(&m, "success", true);
    kl_build_int(&m, "total_members", (int64_t)total);
    return kl_build_end(out, &m);
}
