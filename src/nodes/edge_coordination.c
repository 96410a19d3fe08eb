/* src/nodes/edge_coordination.c - EdgeCoordinationNode: who belongs to a cluster, and who leads it.
 *
 * This is the book of a cluster that one place keeps: the smallest member leads. A book that peers keep
 * together is that of edge_group.c.
 */
#include "build_map.h"
#include "edge_cluster.h"
#include "effect.h"
#include "kept.h"
#include "mode.h"
#include "workflow/shared.h"

static const char *const words[] = {"create_cluster", "join",        "leave",        "elect_leader",
                                    "get_leader",     "get_members", "check_quorum", NULL};

/* A cluster is a map {members, leader}. */

static kl_status clusters_of(kl_records **out, const kl_node_call *call, kl_error *error)
{
    return kl_records_of(out, "cluster", call, call->args[KL_EDGE_SCOPE], call->args[KL_EDGE_DATABASE], error);
}

static kl_status unknown(const kl_node_call *call, kl_error *error)
{
    return kl_node_failed(error, "cluster '%.*s' not found",
                          KL_TEXT_ARG(kl_as_text(call->args[KL_EDGE_CLUSTER])));
}

static kl_status find_cluster(kl_value *out, const kl_node_call *call, kl_error *error)
{
    kl_records *records;
    int64_t version;
    KL_TRY(clusters_of(&records, call, error));
    KL_TRY(kl_record_read(out, &version, records, kl_as_text(call->args[KL_EDGE_CLUSTER]), error));
    return version ? KL_OK : unknown(call, error);
}

/* What a change is told, and the cluster as it then is. */
typedef struct cluster_change {
    const kl_node_call *call;
    kl_value cluster; /* owned */
} cluster_change;

static kl_status keep(kl_value *successor, cluster_change *change, kl_build *m)
{
    KL_TRY(kl_build_end(successor, m));
    kl_value_replace(&change->cluster, kl_value_retain(*successor));
    return KL_OK;
}

static kl_status change_cluster(kl_value *out, kl_record_change *function, kl_node_call *call,
                                kl_error *error)
{
    kl_records *records;
    cluster_change change = {call, kl_null()};
    KL_TRY(clusters_of(&records, call, error));
    kl_status status =
        kl_record_update(records, kl_as_text(call->args[KL_EDGE_CLUSTER]), function, &change, error);
    if (status == KL_OK)
        *out = change.cluster;
    else
        kl_value_release(change.cluster);
    return status;
}

/* ---- members ------------------------------------------------------------------------------------- */

static kl_status make_cluster(kl_value *successor, bool *finished, kl_value record, void *data,
                              kl_error *error)
{
    cluster_change *change = data;
    kl_value members = kl_null();
    (void)finished, (void)record;
    KL_TRY(kl_members_distinct(&members, change->call->args[KL_EDGE_MEMBERS], error));
    kl_build m = kl_build_begin(0, error);
    kl_build_put(&m, "members", members);
    kl_build_null(&m, "leader");
    return keep(successor, change, &m);
}

static kl_status add_member(kl_value *successor, bool *finished, kl_value record, void *data,
                            kl_error *error)
{
    cluster_change *change = data;
    kl_value member = change->call->args[KL_EDGE_MEMBER];
    (void)finished;
    if (kl_is_null(record))
        return unknown(change->call, error);
    kl_value members;
    KL_TRY(kl_members_with(&members, kl_map_get(record, KL_TEXT("members")), member, error));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_put(&m, "members", members);
    return keep(successor, change, &m);
}

/* A leader that leaves leaves the cluster without one. */
static kl_status remove_member(kl_value *successor, bool *finished, kl_value record, void *data,
                               kl_error *error)
{
    cluster_change *change = data;
    kl_value members = kl_null(), member = change->call->args[KL_EDGE_MEMBER];
    (void)finished;
    if (kl_is_null(record))
        return unknown(change->call, error);
    KL_TRY(kl_members_without(&members, kl_map_get(record, KL_TEXT("members")), member, error));
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_put(&m, "members", members);
    if (kl_text_equal(kl_as_text(kl_map_get(record, KL_TEXT("leader"))), kl_as_text(member)))
        kl_build_null(&m, "leader");
    return keep(successor, change, &m);
}

static kl_value smallest(kl_value members)
{
    kl_value least = kl_array_at(members, 0);
    for (size_t i = 1; i < kl_array_len(members); i++)
        if (kl_text_compare(kl_as_text(kl_array_at(members, i)), kl_as_text(least)) < 0)
            least = kl_array_at(members, i);
    return least;
}

static kl_status set_leader(kl_value *successor, bool *finished, kl_value record, void *data,
                            kl_error *error)
{
    cluster_change *change = data;
    (void)finished;
    if (kl_is_null(record))
        return unknown(change->call, error);
    kl_build m = kl_build_of(kl_value_retain(record), error);
    kl_build_share(&m, "leader", smallest(kl_map_get(record, KL_TEXT("members"))));
    return keep(successor, change, &m);
}

/* ---- operations ---------------------------------------------------------------------------------- */

static kl_value members_of(kl_value cluster) { return kl_map_get(cluster, KL_TEXT("members")); }

static kl_status create(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value cluster;
    KL_TRY(change_cluster(&cluster, make_cluster, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", call->args[KL_EDGE_CLUSTER]);
    kl_build_share(&m, "members", members_of(cluster));
    kl_build_string(&m, "message", "Cluster created successfully");
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

static kl_status change_members(kl_value *out, kl_record_change *change, const char *message,
                                kl_node_call *call, kl_error *error)
{
    kl_value cluster;
    KL_TRY(change_cluster(&cluster, change, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", call->args[KL_EDGE_CLUSTER]);
    kl_build_int(&m, "member_count", (int64_t)kl_array_len(members_of(cluster)));
    kl_build_share(&m, "member_id", call->args[KL_EDGE_MEMBER]);
    kl_build_string(&m, "message", message);
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

static kl_status join(kl_value *out, kl_node_call *call, kl_error *error)
{
    return change_members(out, add_member, "Member joined cluster", call, error);
}

static kl_status leave(kl_value *out, kl_node_call *call, kl_error *error)
{
    return change_members(out, remove_member, "Member left cluster", call, error);
}

static kl_status elect(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value cluster;
    KL_TRY(change_cluster(&cluster, set_leader, call, error));
    kl_value leader = kl_map_get(cluster, KL_TEXT("leader"));
    bool elected = !kl_is_null(leader);
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", call->args[KL_EDGE_CLUSTER]);
    if (elected)
        kl_build_share(&m, "leader", leader);
    kl_build_string(&m, "message", elected ? "Leader elected successfully"
                                           : "Cannot elect leader: no members in cluster");
    kl_build_bool(&m, "success", elected);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

/* A member of the cluster as it is. */
static kl_status look(kl_value *out, const char *name, const char *message, kl_node_call *call,
                      kl_error *error)
{
    kl_value cluster;
    KL_TRY(find_cluster(&cluster, call, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", call->args[KL_EDGE_CLUSTER]);
    kl_build_share(&m, name, kl_map_get(cluster, kl_text_from(name)));
    kl_build_string(&m, "message", message);
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

static kl_status get_leader(kl_value *out, kl_node_call *call, kl_error *error)
{
    return look(out, "leader", "Leader retrieved", call, error);
}

static kl_status get_members(kl_value *out, kl_node_call *call, kl_error *error)
{
    return look(out, "members", "Members retrieved", call, error);
}

static kl_status check_quorum(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value cluster;
    KL_TRY(find_cluster(&cluster, call, error));
    size_t total = kl_array_len(members_of(cluster));
    size_t active = kl_members_active(members_of(cluster), call->args[KL_EDGE_ACTIVE]);
    kl_value_release(cluster);
    return kl_quorum_map(out, call->args[KL_EDGE_CLUSTER], total, total && active >= total / 2 + 1, error);
}

static const kl_mode rows[] = {
    {"create_cluster", "cluster_id", create},
    {"join", "cluster_id member_id", join},
    {"leave", "cluster_id member_id", leave},
    {"elect_leader", "cluster_id", elect},
    {"get_leader", "cluster_id", get_leader},
    {"get_members", "cluster_id", get_members},
    {"check_quorum", "cluster_id", check_quorum},
};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_error own = KL_ERROR_INIT;
    if (!kl_is_null(call->args[KL_EDGE_PEERS]))
        return kl_edge_group_run(out, call, error);
    kl_status status = kl_mode_run(out, KL_TABLE(rows), call->args[KL_EDGE_OPERATION], call, &own);
    status = kl_engine_failed(status, &own);
    kl_error_move(error, &own);
    return status;
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = words,
     .doc = "create_cluster (anew), join and leave it, elect_leader (the smallest member, by code "
            "point; with peers whom they elected), get_leader, get_members, check_quorum (with peers: "
            "whether more than half of them answer)"},
    {.name = "cluster_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "name of the cluster"},
    {.name = "members", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_cluster: who belongs to it from the start; absent with peers: all of them"},
    {.name = "member_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "join, leave: who"},
    {.name = "active_members", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "check_quorum: who of the members is known to be there; absent: all members"},
};
static const kl_param config[] = {
    KL_RECORDS_PARAM("database"),
    KL_SCOPE_PARAM("process"),
    {.name = "peers", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "who keeps the clusters together, by the consensus algorithm Raft: a dict of names and URLs, "
            "http or https, at which each of them is reached, this one too, with the same names at all of them. The "
            "first call makes this process one of them, until it ends. A change is done when more than "
            "half of them have it; the leader is theirs"},
    {.name = "self", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with peers: the name of this one"},
    {.name = "secret", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "with peers: what all of them sign their messages with, at least 16 bytes"},
    {.name = "state_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with peers: the file in which this one keeps its vote and its log; made when it is missing. A "
            "peer that lost its file must get a new name"},
    {.name = "listen", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with peers: HOST:PORT to listen on; default: those of its own URL"},
    {.name = "election_timeout_ms", .kind = KL_KIND_COUNT, .fallback = "1000",
     .range = KL_RANGE(20, 600000),
     .doc = "with peers: milliseconds without word of a leader after which another is elected; at "
            "least four times heartbeat_ms"},
    {.name = "heartbeat_ms", .kind = KL_KIND_COUNT, .fallback = "200", .range = KL_RANGE(2, 100000),
     .doc = "with peers: milliseconds between two messages of a leader"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "10000", .range = KL_RANGE(1, 86400000),
     .doc = "with peers: milliseconds to wait for more than half of them; a change that fails so may "
            "still be done"},
    {.name = "ca_file", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "with peers at https: PEM file of the authorities to trust instead of the system's"},
};
static const kl_param outputs[] = {
    {.name = "success", .kind = KL_KIND_BOOL, .doc = "false when there is nobody to elect"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what happened, in words"},
    {.name = "cluster_id", .kind = KL_KIND_STRING, .doc = "as given"},
    {.name = "members", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "create_cluster, get_members: in the order they came"},
    {.name = "member_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "join, leave: as given"},
    {.name = "member_count", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "join, leave: how many there are now"},
    {.name = "leader", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "elect_leader, get_leader: who leads; null = nobody"},
    {.name = "term", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "elect_leader, get_leader with peers: number of the election, which only rises"},
    {.name = "has_quorum", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "check_quorum: whether enough are there"},
    {.name = "quorum_needed", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "check_quorum: more than half; 0 of nobody"},
    {.name = "total_members", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "check_quorum: how many there are"},
};

static const kl_node_type types[] = {
    {
        .name = "EdgeCoordinationNode",
        .category = "Edge",
        .doc = "Keeps the members of clusters, and who leads them.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family coordination = {.name = "edge_coordination", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(coordination);
