/* src/nodes/edge_group.c - EdgeCoordinationNode with `peers`: a book of clusters that processes keep
 * together, each by a member of raft_member.h. */
#include "build_map.h"
#include "edge_cluster.h"
#include "fork.h"
#include "kept.h"
#include "mode.h"
#include "net/url.h"
#include "outside.h"
#include "raft_member.h"
#include "raft_wire.h"
#include "workflow/shared.h"

#include <stdio.h>

/* ---- the book ------------------------------------------------------------------------------------ */

/* It is a map: id of a cluster -> {members}. A command is {operation, cluster_id, members | member_id};
 * its result {members}, or null when there is no such cluster. Commands are signed, but not trusted to be
 * well made: one that is not does nothing. */

static kl_status changed_members(kl_value *out, kl_value cluster, kl_value command, kl_error *error)
{
    kl_text operation = kl_as_text(kl_map_get(command, KL_TEXT("operation")));
    kl_value members = kl_map_get(cluster, KL_TEXT("members"));
    kl_value member = kl_map_get(command, KL_TEXT("member_id"));
    *out = kl_null();
    if (kl_text_is(operation, "create_cluster"))
        return kl_members_distinct(out, kl_map_get(command, KL_TEXT("members")), error);
    if (kl_is_null(cluster) || !kl_is(member, KL_KIND_STRING))
        return KL_OK;
    if (kl_text_is(operation, "join"))
        return kl_members_with(out, members, member, error);
    if (kl_text_is(operation, "leave"))
        return kl_members_without(out, members, member, error);
    return KL_OK;
}

static kl_status apply(kl_value *state, kl_value *result, kl_value command, kl_error *error)
{
    kl_value id = kl_map_get(command, KL_TEXT("cluster_id")), cluster = kl_null(), members;
    *result = kl_null();
    if (!kl_is(id, KL_KIND_STRING))
        return KL_OK;
    KL_TRY(changed_members(&members, kl_map_get(*state, kl_as_text(id)), command, error));
    if (kl_is_null(members))
        return KL_OK;
    kl_build m = kl_build_begin(1, error);
    kl_build_put(&m, "members", members);
    KL_TRY(kl_build_end(&cluster, &m));
    if (kl_is_null(*state))
        *state = kl_map_empty();
    kl_status status = kl_map_set_key(state, id, kl_value_retain(cluster), error);
    if (status == KL_OK)
        *result = cluster;
    else
        kl_value_release(cluster);
    return status;
}

/* ---- the member of this process ------------------------------------------------------------------ */

/* Kept by its name. Whoever starts it, or stops one that gave up, does so without the lock. */
typedef struct place {
    pthread_mutex_t lock; /* guards what follows */
    kl_fork_watch watch;
    kl_raft_member *member;
    size_t users;
    bool busy;
} place;

static void forked(void *data)
{
    place *it = data;
    it->users = 0;
    it->busy = false;
}

static kl_status make_place(void **out, kl_text name, kl_error *error)
{
    (void)name;
    place *it = kl_alloc_zero(1, sizeof *it);
    if (!it)
        return kl_error_no_memory(error);
    pthread_mutex_init(&it->lock, NULL);
    it->watch = (kl_fork_watch){.lock = &it->lock, .forked = forked, .data = it};
    kl_fork_watch_begin(&it->watch);
    *out = it;
    return KL_OK;
}

static void dispose_place(void *state)
{
    place *it = state;
    kl_fork_watch_end(&it->watch);
    kl_raft_member_stop(it->member);
    pthread_mutex_destroy(&it->lock);
    kl_free(it);
}

static const kl_shared_kind places = {make_place, dispose_place};

/* Replace what is there by a new member. */
static kl_status start(place *it, const kl_raft_settings *settings, kl_error *error)
{
    kl_raft_member *made = NULL;
    kl_raft_member_stop(it->member);
    it->member = NULL;
    kl_status status = kl_raft_member_start(&made, settings, apply, error);
    pthread_mutex_lock(&it->lock);
    it->member = made;
    it->users = made ? 1 : 0;
    it->busy = false;
    pthread_mutex_unlock(&it->lock);
    return status;
}

/* Whether the caller is to start one; else `*out` is there, or somebody is about it. */
static bool look(kl_raft_member **out, place *it)
{
    *out = NULL;
    pthread_mutex_lock(&it->lock);
    bool broken = it->member && !it->busy && it->users == 0 && kl_raft_member_is_broken(it->member);
    bool starts = !it->busy && (!it->member || broken);
    if (starts)
        it->busy = true;
    else if (!it->busy) {
        it->users++;
        *out = it->member;
    }
    pthread_mutex_unlock(&it->lock);
    return starts;
}

static void let_go(place *it)
{
    pthread_mutex_lock(&it->lock);
    it->users--;
    pthread_mutex_unlock(&it->lock);
}

static kl_status take(kl_raft_member **out, place *it, const kl_raft_settings *settings,
                      const kl_node_call *call, kl_error *error)
{
    for (;;) {
        if (look(out, it)) {
            KL_TRY(start(it, settings, error));
            *out = it->member;
            return KL_OK;
        }
        if (*out)
            break;
        KL_TRY(kl_run_wait(call->run, 0.005, error));
    }
    kl_status status = kl_raft_member_check(*out, settings, error);
    if (status != KL_OK)
        let_go(it);
    return status;
}

/* ---- settings ------------------------------------------------------------------------------------ */

static kl_status check_peer(kl_value peers, size_t at, kl_error *error)
{
    kl_url url;
    kl_error why = KL_ERROR_INIT;
    char name[160];
    snprintf(name, sizeof name, "peers.%.*s", (int)KL_MIN(kl_map_key_at(peers, at).len, 100),
             kl_map_key_at(peers, at).data);
    kl_status status = kl_url_parse(&url, kl_as_text(kl_map_value_at(peers, at)), &why);
    if (status == KL_OK)
        kl_url_clear(&url);
    else if (status == KL_INVALID)
        status = kl_node_bad(error, name, "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status check_settings(const kl_value *args, kl_error *error)
{
    kl_value peers = args[KL_EDGE_PEERS];
    if (kl_map_len(peers) == 0 || kl_map_len(peers) > KL_RAFT_MEMBERS_MAX)
        return kl_node_bad(error, "peers", "expected 1 to %d names and URLs, got %zu", KL_RAFT_MEMBERS_MAX,
                           kl_map_len(peers));
    for (size_t i = 0; i < kl_map_len(peers); i++)
        KL_TRY(check_peer(peers, i, error));
    if (!kl_map_has(peers, kl_as_text(args[KL_EDGE_SELF])))
        return kl_node_bad_value(error, "self", "one of the names of peers", args[KL_EDGE_SELF]);
    if (kl_value_len(args[KL_EDGE_SECRET]) < 16)
        return kl_node_bad(error, "secret", "expected at least 16 bytes, got %zu",
                           kl_value_len(args[KL_EDGE_SECRET]));
    if (!kl_is_null(args[KL_EDGE_DATABASE]))
        return kl_node_bad(error, "database", "expected none: what peers agree on is in their state_file");
    if (kl_as_int(args[KL_EDGE_ELECTION_TIMEOUT_MS]) < 4 * kl_as_int(args[KL_EDGE_HEARTBEAT_MS]))
        return kl_node_bad_value(error, "election_timeout_ms", "at least four times heartbeat_ms",
                                 args[KL_EDGE_ELECTION_TIMEOUT_MS]);
    return KL_OK;
}

static kl_status own_address(char *host, size_t size, uint16_t *port, const kl_value *args, kl_error *error)
{
    kl_url url;
    if (!kl_is_null(args[KL_EDGE_LISTEN]))
        return kl_outside_listen(host, size, port, "listen", args[KL_EDGE_LISTEN], error);
    kl_value own = kl_map_get(args[KL_EDGE_PEERS], kl_as_text(args[KL_EDGE_SELF]));
    KL_TRY(kl_url_parse(&url, kl_as_text(own), error));
    snprintf(host, size, "%.*s", KL_TEXT_ARG(url.host));
    *port = url.port;
    kl_url_clear(&url);
    return KL_OK;
}

static kl_status take_member(place **out, kl_raft_member **member, const kl_node_call *call,
                             kl_error *error)
{
    const kl_value *args = call->args;
    char host[256];
    void *state;
    kl_raft_settings settings = {
        .self = args[KL_EDGE_SELF], .peers = args[KL_EDGE_PEERS], .secret = args[KL_EDGE_SECRET],
        .state_file = args[KL_EDGE_STATE_FILE], .ca_file = args[KL_EDGE_CA_FILE], .host = host,
        .election_timeout = kl_as_int(args[KL_EDGE_ELECTION_TIMEOUT_MS]) * KL_MILLISECOND,
        .heartbeat = kl_as_int(args[KL_EDGE_HEARTBEAT_MS]) * KL_MILLISECOND};
    KL_TRY(kl_node_needs(call, "self secret state_file", error));
    KL_TRY(check_settings(args, error));
    KL_TRY(own_address(host, sizeof host, &settings.port, args, error));
    KL_TRY(kl_node_shared(&state, &places, kl_as_text(args[KL_EDGE_SELF]), call, args[KL_EDGE_SCOPE],
                          error));
    kl_error why = KL_ERROR_INIT;
    if (take(member, state, &settings, call, &why) != KL_OK)
        return kl_outside_error(error, &why, "peers");
    *out = state;
    return KL_OK;
}

/* ---- operations ---------------------------------------------------------------------------------- */

typedef struct group_call {
    kl_node_call *call;
    kl_raft_member *member;
    kl_raft_wait wait;
} group_call;

static kl_value cluster_id(const group_call *group) { return group->call->args[KL_EDGE_CLUSTER]; }

static kl_status unknown(const group_call *group, kl_error *error)
{
    return kl_node_failed(error, "cluster '%.*s' not found", KL_TEXT_ARG(kl_as_text(cluster_id(group))));
}

static kl_status failed(kl_error *error, kl_error *why)
{
    if (why->code != KL_LIMIT)
        return kl_outside_error(error, why, "peers");
    kl_error_clear(why);
    return kl_node_limit(error, "command", KL_RAFT_COMMAND_MAX, "bytes");
}

/* `command` is taken; `*cluster` is given. */
static kl_status change(kl_value *cluster, const group_call *group, kl_value command, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_raft_member_change(cluster, group->member, command, &group->wait, &why);
    kl_value_release(command);
    if (status != KL_OK)
        return failed(error, &why);
    return kl_is_null(*cluster) ? unknown(group, error) : KL_OK;
}

static kl_status find(kl_value *cluster, const group_call *group, kl_error *error)
{
    kl_value state;
    kl_error why = KL_ERROR_INIT;
    if (kl_raft_member_read(&state, group->member, &group->wait, &why) != KL_OK)
        return failed(error, &why);
    *cluster = kl_value_retain(kl_map_get(state, kl_as_text(cluster_id(group))));
    kl_value_release(state);
    return kl_is_null(*cluster) ? unknown(group, error) : KL_OK;
}

/* All peers, when nobody is named. */
static kl_status first_members(kl_value *out, const group_call *group, kl_error *error)
{
    kl_value peers = group->call->args[KL_EDGE_PEERS], given = group->call->args[KL_EDGE_MEMBERS];
    kl_status status = KL_OK;
    if (!kl_is_null(given)) {
        *out = kl_value_retain(given);
        return KL_OK;
    }
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_map_len(peers), error));
    for (size_t i = 0; i < kl_map_len(peers) && status == KL_OK; i++)
        status = kl_array_push(&list, kl_value_retain(kl_map_key_value_at(peers, i)), error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status create(kl_value *out, const group_call *group, kl_error *error)
{
    kl_value members, cluster, command;
    KL_TRY(first_members(&members, group, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "operation", "create_cluster");
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_put(&m, "members", members);
    KL_TRY(kl_build_end(&command, &m));
    KL_TRY(change(&cluster, group, command, error));
    m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_share(&m, "members", kl_map_get(cluster, KL_TEXT("members")));
    kl_build_string(&m, "message", "Cluster created successfully");
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

static kl_status change_members(kl_value *out, const group_call *group, const char *operation,
                                const char *message, kl_error *error)
{
    kl_value cluster, command, member = group->call->args[KL_EDGE_MEMBER];
    kl_build m = kl_build_begin(0, error);
    kl_build_string(&m, "operation", operation);
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_share(&m, "member_id", member);
    KL_TRY(kl_build_end(&command, &m));
    KL_TRY(change(&cluster, group, command, error));
    m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_int(&m, "member_count", (int64_t)kl_array_len(kl_map_get(cluster, KL_TEXT("members"))));
    kl_build_share(&m, "member_id", member);
    kl_build_string(&m, "message", message);
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

static kl_status join(kl_value *out, const group_call *group, kl_error *error)
{
    return change_members(out, group, "join", "Member joined cluster", error);
}

static kl_status leave(kl_value *out, const group_call *group, kl_error *error)
{
    return change_members(out, group, "leave", "Member left cluster", error);
}

/* Reading the cluster proves that the leader leads. */
static kl_status tell_leader(kl_value *out, const group_call *group, const char *message, kl_error *error)
{
    kl_value cluster, leader;
    uint64_t term;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(find(&cluster, group, error));
    kl_value_release(cluster);
    if (kl_raft_member_leader(&leader, &term, group->member, &group->wait, &why) != KL_OK)
        return failed(error, &why);
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_put(&m, "leader", leader);
    kl_build_string(&m, "message", message);
    kl_build_bool(&m, "success", true);
    kl_build_int(&m, "term", (int64_t)term);
    return kl_build_end(out, &m);
}

static kl_status elect(kl_value *out, const group_call *group, kl_error *error)
{
    return tell_leader(out, group, "Leader elected successfully", error);
}

static kl_status get_leader(kl_value *out, const group_call *group, kl_error *error)
{
    return tell_leader(out, group, "Leader retrieved", error);
}

static kl_status get_members(kl_value *out, const group_call *group, kl_error *error)
{
    kl_value cluster;
    KL_TRY(find(&cluster, group, error));
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "cluster_id", cluster_id(group));
    kl_build_share(&m, "members", kl_map_get(cluster, KL_TEXT("members")));
    kl_build_string(&m, "message", "Members retrieved");
    kl_build_bool(&m, "success", true);
    kl_value_release(cluster);
    return kl_build_end(out, &m);
}

/* Whether more than half of the peers answer: a reading that comes back says so. */
static kl_status check_peers(kl_value *out, const group_call *group, kl_error *error)
{
    kl_value state = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_raft_member_read(&state, group->member, &group->wait, &why);
    if (status != KL_OK && status != KL_TIMEOUT)
        return failed(error, &why);
    kl_error_clear(&why);
    bool known = status != KL_OK || kl_map_has(state, kl_as_text(cluster_id(group)));
    kl_value_release(state);
    if (!known)
        return unknown(group, error);
    return kl_quorum_map(out, cluster_id(group), kl_map_len(group->call->args[KL_EDGE_PEERS]),
                         status == KL_OK, error);
}

static kl_status check_quorum(kl_value *out, const group_call *group, kl_error *error)
{
    kl_value cluster, active = group->call->args[KL_EDGE_ACTIVE];
    if (kl_is_null(active))
        return check_peers(out, group, error);
    KL_TRY(find(&cluster, group, error));
    kl_value members = kl_map_get(cluster, KL_TEXT("members"));
    size_t total = kl_array_len(members), there = kl_members_active(members, active);
    kl_value_release(cluster);
    return kl_quorum_map(out, cluster_id(group), total, total && there >= total / 2 + 1, error);
}

static const struct {
    const char *name, *needs;
    kl_status (*run)(kl_value *out, const group_call *group, kl_error *error);
} rows[] = {
    {"create_cluster", "cluster_id", create},
    {"join", "cluster_id member_id", join},
    {"leave", "cluster_id member_id", leave},
    {"elect_leader", "cluster_id", elect},
    {"get_leader", "cluster_id", get_leader},
    {"get_members", "cluster_id", get_members},
    {"check_quorum", "cluster_id", check_quorum},
};

kl_status kl_edge_group_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    size_t row = 0;
    place *held;
    group_call group = {call, NULL,
                        {kl_outside_deadline(kl_as_int(call->args[KL_EDGE_TIMEOUT_MS])), kl_outside_check,
                         call}};
    while (!kl_text_is(kl_as_text(call->args[KL_EDGE_OPERATION]), rows[row].name))
        row++; /* the row of the node admits these words only */
    KL_TRY(kl_node_needs(call, rows[row].needs, error));
    KL_TRY(take_member(&held, &group.member, call, error));
    kl_status status = rows[row].run(out, &group, error);
    let_go(held);
    return status;
}
