/* src/nodes/raft_member.c - see raft_member.h. */
#include "build_map.h"
#include "deadline.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/log.h"
#include "net/url.h"
#include "raft_parts.h"

#include <stdio.h>
#include <unistd.h>

#define LOGGER "kailash.nodes.raft"

/* ---- what became possible ------------------------------------------------------------------------ */

static void post_messages(kl_raft_member *member)
{
    kl_raft_letter letter = {.note = KL_RAFT_ALGORITHM};
    while (kl_raft_next_message(&letter.message, member->raft)) {
        letter.from = letter.message.from;
        letter.to = letter.message.to;
        kl_raft_post_letter(member, &letter);
        kl_raft_message_clear(&letter.message);
    }
}

/* Half of them go when there are twice as many as are kept: at the same entry at every member, so that all
 * know the same commands. */
static kl_status trim_results(kl_raft_member *member, kl_error *error)
{
    size_t count = kl_map_len(member->results);
    kl_value kept;
    if (count < 2 * KL_RAFT_RESULTS_KEPT)
        return KL_OK;
    KL_TRY(kl_map_new(&kept, KL_RAFT_RESULTS_KEPT, error));
    for (size_t i = count - KL_RAFT_RESULTS_KEPT; i < count; i++) {
        kl_status status = kl_map_set_key(&kept, kl_map_key_value_at(member->results, i),
                                          kl_value_retain(kl_map_value_at(member->results, i)), error);
        if (status != KL_OK) {
            kl_value_release(kept);
            return status;
        }
    }
    kl_value_replace(&member->results, kept);
    return KL_OK;
}

/* A command that stands twice in the log is obeyed once. */
static kl_status obey(kl_raft_member *member, kl_value command, kl_error *error)
{
    kl_value id = kl_map_get(command, KL_TEXT("id")), result = kl_null();
    if (!kl_is(id, KL_KIND_STRING) || kl_map_has(member->results, kl_as_text(id)))
        return KL_OK;
    KL_TRY(trim_results(member, error));
    kl_value state = kl_value_retain(member->state);
    kl_status status = member->apply(&state, &result, command, error);
    if (status == KL_OK)
        status = kl_map_set_key(&member->results, id, result, error);
    if (status == KL_OK)
        kl_value_replace(&member->state, state);
    else
        kl_value_release(state);
    return status;
}

/* What finds no memory is tried again with the next event. */
static void obey_committed(kl_raft_member *member)
{
    while (member->applied < kl_raft_commit(member->raft) &&
           obey(member, kl_raft_entry_at(member->raft, member->applied + 1)->command, NULL) == KL_OK)
        member->applied++;
}

static void reply_reader(kl_raft_member *member, const raft_reader *reader)
{
    kl_raft_letter letter = {.note = KL_RAFT_READ_REPLY, .from = member->self, .to = reader->from};
    kl_build m = kl_build_of(kl_value_retain(reader->body), NULL);
    kl_build_int(&m, "index", (int64_t)kl_raft_commit(member->raft));
    if (kl_build_end(&letter.body, &m) != KL_OK)
        return; /* it asks again */
    kl_raft_post_letter(member, &letter);
    kl_value_release(letter.body);
}

static void reply_readers(kl_raft_member *member)
{
    bool leads = kl_raft_role_of(member->raft) == KL_RAFT_LEADER;
    size_t kept = 0;
    for (size_t i = 0; i < member->reader_count; i++) {
        raft_reader *reader = &member->readers[i];
        bool confirmed = leads && kl_raft_is_confirmed(member->raft, reader->round);
        if (confirmed)
            reply_reader(member, reader);
        if (confirmed || !leads)
            kl_value_release(reader->body);
        else
            member->readers[kept++] = *reader;
    }
    member->reader_count = kept;
}

static void give_up(kl_raft_member *member, const kl_error *why)
{
    member->is_broken = true;
    member->reason = kl_strdup(kl_text_from(kl_error_message(why)));
    KL_LOG(KL_LOG_ERROR, LOGGER, "a member gave up: %s", kl_error_message(why));
}

void kl_raft_settle(kl_raft_member *member, kl_status status, kl_error *why)
{
    if (status != KL_OK && status != KL_STATE && !member->is_broken)
        give_up(member, why);
    if (!member->is_broken) {
        post_messages(member);
        obey_committed(member);
        reply_readers(member);
    }
    pthread_cond_broadcast(&member->changed);
}

static void keep_time(void *data)
{
    kl_raft_member *member = data;
    kl_time next = kl_clock_after(member->tick);
    pthread_mutex_lock(&member->lock);
    while (!kl_raft_has_stopped(member)) {
        if (kl_clock_now() < next) {
            kl_wait_until(&member->changed, &member->lock, next);
            continue;
        }
        next = kl_clock_after(member->tick); /* a process that was halted makes up for nothing */
        kl_error why = KL_ERROR_INIT;
        if (!member->is_broken)
            kl_raft_settle(member, kl_raft_tick(member->raft, &why), &why);
        kl_error_clear(&why);
    }
    pthread_mutex_unlock(&member->lock);
}

/* ---- asking the group ---------------------------------------------------------------------------- */

static kl_status check_alive(const kl_raft_member *member, kl_error *error)
{
    if (member->process != getpid())
        return kl_error_set(error, KL_STATE, "the member runs in the process that this one was forked from");
    if (member->is_broken)
        return kl_error_set(error, KL_STATE, "the member gave up: %s",
                            member->reason ? member->reason : "out of memory");
    return KL_OK;
}

static bool is_answered(kl_raft_member *member, raft_waiter *it)
{
    if (it->note == KL_RAFT_COMMAND)
        return kl_map_has(member->results, kl_as_text(kl_map_get(it->body, KL_TEXT("id"))));
    if (!it->answered && it->round && kl_raft_is_confirmed(member->raft, it->round)) {
        it->answered = true;
        it->index = kl_raft_commit(member->raft);
    }
    return it->answered && member->applied >= it->index;
}

static kl_status ask_self(kl_raft_member *member, raft_waiter *it, kl_error *error)
{
    uint64_t index;
    if (it->asked == member->self && it->term == kl_raft_term(member->raft))
        return KL_OK; /* it is under way */
    kl_error why = KL_ERROR_INIT;
    kl_status status = it->note == KL_RAFT_COMMAND ? kl_raft_propose(&index, member->raft, it->body, &why)
                                                   : kl_raft_confirm(&it->round, member->raft, &why);
    kl_raft_settle(member, status, &why);
    kl_error_move(error, &why);
    return status;
}

/* Ask who leads now: again when that is another one, or nothing came for a while. */
static kl_status ask(kl_raft_member *member, raft_waiter *it, kl_error *error)
{
    uint32_t leader = kl_raft_leader(member->raft);
    uint64_t term = kl_raft_term(member->raft);
    bool anew = leader != it->asked || term != it->term ||
                kl_clock_now() - it->asked_at > 2 * member->election_timeout;
    if (leader == KL_RAFT_NOBODY || !anew)
        return KL_OK;
    if (leader == member->self)
        KL_TRY(ask_self(member, it, error));
    else
        kl_raft_post_letter(member, &(kl_raft_letter){.note = it->note, .from = member->self, .to = leader,
                                                      .body = it->body});
    it->asked = leader;
    it->term = term;
    it->asked_at = kl_clock_now();
    return KL_OK;
}

static kl_status too_late(const kl_raft_member *member, kl_error *error)
{
    uint32_t leader = kl_raft_leader(member->raft);
    if (leader == KL_RAFT_NOBODY)
        return kl_error_set(error, KL_TIMEOUT, "no leader: fewer than %u of %u peers reach each other",
                            member->member_count / 2 + 1, member->member_count);
    return kl_error_set(error, KL_TIMEOUT, "the leader '%s' did not answer in time",
                        kl_as_text(kl_array_at(member->names, leader)).data);
}

/* Let go the lock for a while. */
static kl_status pause_for(kl_raft_member *member, const kl_raft_wait *wait, kl_error *error)
{
    if (kl_clock_now() >= wait->deadline)
        return too_late(member, error);
    pthread_mutex_unlock(&member->lock);
    kl_status status = wait->check ? wait->check(wait->data, error) : KL_OK;
    pthread_mutex_lock(&member->lock);
    KL_TRY(status);
    kl_wait_until(&member->changed, &member->lock,
                  KL_MIN(wait->deadline, kl_clock_after(20 * KL_MILLISECOND)));
    return KL_OK;
}

/* With the lock, as `it` is among the waiters. */
static kl_status await(kl_raft_member *member, raft_waiter *it, const kl_raft_wait *wait, kl_error *error)
{
    KL_TRY(check_alive(member, error));
    while (!is_answered(member, it)) {
        KL_TRY(ask(member, it, error));
        if (!is_answered(member, it))
            KL_TRY(pause_for(member, wait, error));
        KL_TRY(check_alive(member, error));
    }
    return KL_OK;
}

static void leave(kl_raft_member *member, raft_waiter *it)
{
    raft_waiter **place = &member->waiters;
    while (*place != it)
        place = &(*place)->next;
    *place = it->next;
}

/* Of a command its result, of a reading the state. */
static kl_status await_answer(kl_value *out, kl_raft_member *member, raft_waiter *it,
                              const kl_raft_wait *wait, kl_error *error)
{
    pthread_mutex_lock(&member->lock);
    it->asked = KL_RAFT_NOBODY;
    it->next = member->waiters;
    member->waiters = it;
    kl_status status = await(member, it, wait, error);
    if (status == KL_OK)
        *out = kl_value_retain(it->note == KL_RAFT_READ
                                   ? member->state
                                   : kl_map_get(member->results,
                                                kl_as_text(kl_map_get(it->body, KL_TEXT("id")))));
    leave(member, it);
    pthread_mutex_unlock(&member->lock);
    return status;
}

/* A map with an id of its own. */
static kl_status with_id(kl_value *out, kl_value command, kl_error *error)
{
    char id[37];
    KL_TRY(kl_uuid_new(id, error));
    kl_build m = kl_build_of(kl_is_null(command) ? kl_map_empty() : kl_value_retain(command), error);
    kl_build_string(&m, "id", id);
    kl_build_int(&m, "at", kl_epoch_seconds());
    return kl_build_end(out, &m);
}

static kl_status check_size(kl_value command, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, command, &kl_json_plain, error));
    size_t size = kl_value_len(text);
    kl_value_release(text);
    return size <= KL_RAFT_COMMAND_MAX ? KL_OK
                                       : kl_error_set(error, KL_LIMIT, "a command has more than %d bytes",
                                                      KL_RAFT_COMMAND_MAX);
}

static kl_status ask_group(kl_value *out, kl_raft_member *member, kl_raft_note note, kl_value command,
                           const kl_raft_wait *wait, kl_error *error)
{
    raft_waiter it = {.note = note};
    KL_TRY(with_id(&it.body, command, error));
    kl_status status = check_size(it.body, error);
    if (status == KL_OK)
        status = await_answer(out, member, &it, wait, error);
    kl_value_release(it.body);
    return status;
}

kl_status kl_raft_member_change(kl_value *result, kl_raft_member *member, kl_value command,
                                const kl_raft_wait *wait, kl_error *error)
{
    return ask_group(result, member, KL_RAFT_COMMAND, command, wait, error);
}

kl_status kl_raft_member_read(kl_value *state, kl_raft_member *member, const kl_raft_wait *wait,
                              kl_error *error)
{
    return ask_group(state, member, KL_RAFT_READ, kl_null(), wait, error);
}

kl_status kl_raft_member_leader(kl_value *name, uint64_t *term, kl_raft_member *member,
                                const kl_raft_wait *wait, kl_error *error)
{
    pthread_mutex_lock(&member->lock);
    kl_status status = check_alive(member, error);
    while (status == KL_OK && kl_raft_leader(member->raft) == KL_RAFT_NOBODY) {
        status = pause_for(member, wait, error);
        if (status == KL_OK)
            status = check_alive(member, error);
    }
    if (status == KL_OK) {
        *name = kl_value_retain(kl_array_at(member->names, kl_raft_leader(member->raft)));
        *term = kl_raft_term(member->raft);
    }
    pthread_mutex_unlock(&member->lock);
    return status;
}

bool kl_raft_member_is_broken(kl_raft_member *member)
{
    pthread_mutex_lock(&member->lock);
    bool broken = member->is_broken;
    pthread_mutex_unlock(&member->lock);
    return broken;
}

/* ---- settings ------------------------------------------------------------------------------------ */

/* All but the secret, as one text. */
static kl_status print_settings(kl_value *out, const kl_raft_settings *settings, kl_error *error)
{
    kl_value map;
    kl_build m = kl_build_begin(0, error);
    kl_build_share(&m, "self", settings->self);
    kl_build_share(&m, "peers", settings->peers);
    kl_build_share(&m, "state_file", settings->state_file);
    kl_build_share(&m, "ca_file", settings->ca_file);
    kl_build_string(&m, "host", settings->host);
    kl_build_int(&m, "port", settings->port);
    kl_build_int(&m, "election_timeout", settings->election_timeout);
    kl_build_int(&m, "heartbeat", settings->heartbeat);
    KL_TRY(kl_build_end(&map, &m));
    kl_status status = kl_json_print(out, map, &kl_json_canonical_a, error);
    kl_value_release(map);
    return status;
}

kl_status kl_raft_member_check(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    kl_value print;
    KL_TRY(print_settings(&print, settings, error));
    bool same = kl_text_equal(kl_as_text(print), kl_as_text(member->print)) &&
                kl_equal_secret(kl_as_text(settings->secret), kl_as_text(member->secret));
    kl_value_release(print);
    if (!same)
        return kl_error_set(error, KL_STATE, "member '%s' runs in this process with other settings",
                            kl_as_text(settings->self).data);
    pthread_mutex_lock(&member->lock);
    kl_status status = check_alive(member, error);
    pthread_mutex_unlock(&member->lock);
    return status;
}

/* Members are numbered in the order of their names, at each the same. */
static kl_status take_peers(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    kl_value sorted;
    KL_TRY(kl_map_sorted(&sorted, settings->peers, error));
    kl_status status = kl_array_new(&member->names, kl_map_len(sorted), error);
    member->member_count = (uint32_t)kl_map_len(sorted);
    member->peers = kl_alloc_zero(member->member_count, sizeof *member->peers);
    if (!member->peers)
        status = kl_error_no_memory(error);
    for (uint32_t i = 0; i < member->member_count && status == KL_OK; i++) {
        status = kl_array_push(&member->names, kl_value_retain(kl_map_key_value_at(sorted, i)), error);
        member->peers[i] = (raft_peer){.owner = member, .url = kl_value_retain(kl_map_value_at(sorted, i)),
                                       .filled = PTHREAD_COND_INITIALIZER};
        if (kl_text_equal(kl_map_key_at(sorted, i), kl_as_text(settings->self)))
            member->self = i;
    }
    kl_value_release(sorted);
    return status == KL_OK ? kl_json_print(&member->members, member->names, &kl_json_plain, error) : status;
}

static kl_status take_target(kl_raft_member *member, kl_error *error)
{
    kl_url url;
    KL_TRY(kl_url_parse(&url, kl_as_text(member->peers[member->self].url), error));
    const char *query = memchr(url.target.data, '?', url.target.len);
    kl_text path = {url.target.data, query ? (size_t)(query - url.target.data) : url.target.len};
    kl_status status = kl_string_new(&member->target, path, error);
    kl_url_clear(&url);
    return status;
}

static kl_status take_settings(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    member->secret = kl_value_retain(settings->secret);
    member->ca_file = kl_value_retain(settings->ca_file);
    member->election_timeout = settings->election_timeout;
    member->tick = KL_MAX(settings->heartbeat / 2, KL_MILLISECOND);
    KL_TRY(print_settings(&member->print, settings, error));
    KL_TRY(take_peers(member, settings, error));
    return take_target(member, error);
}

/* ---- its life ------------------------------------------------------------------------------------ */

static void stop(void *data)
{
    kl_raft_member *member = data;
    pthread_mutex_lock(&member->lock);
    __atomic_store_n(&member->stopped, true, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&member->changed);
    for (uint32_t i = 0; member->peers && i < member->member_count; i++)
        pthread_cond_broadcast(&member->peers[i].filled);
    pthread_mutex_unlock(&member->lock);
    kl_http_server_close(member->server);
    member->server = NULL;
    if (member->pool)
        kl_pool_free(member->pool);
    member->pool = NULL;
}

static void free_member(kl_raft_member *member)
{
    stop(member);
    kl_fork_watch_end(&member->watch);
    for (size_t i = 0; i < member->reader_count; i++)
        kl_value_release(member->readers[i].body);
    for (uint32_t i = 0; member->peers && i < member->member_count; i++) {
        raft_peer *peer = &member->peers[i];
        for (size_t k = 0; k < peer->count; k++)
            kl_value_release(peer->queue[(peer->first + k) % KL_RAFT_QUEUE_MAX]);
        kl_value_release(peer->url);
    }
    kl_raft_free(member->raft);
    kl_raft_log_close(member->log);
    kl_value_release(member->state);
    kl_value_release(member->results);
    kl_value_release(member->names);
    kl_value_release(member->members);
    kl_value_release(member->secret);
    kl_value_release(member->ca_file);
    kl_value_release(member->print);
    kl_value_release(member->target);
    kl_free(member->reason);
    kl_free(member->peers);
    pthread_mutex_destroy(&member->lock);
    kl_free(member);
}

static kl_status owner_text(kl_value *out, const kl_raft_member *member, kl_error *error)
{
    return kl_string_format(out, error, "{\"raft\":1,\"self\":%u,\"members\":%s}", member->self,
                            kl_as_text(member->members).data);
}

static kl_status open_log(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    kl_value owner;
    KL_TRY(owner_text(&owner, member, error));
    kl_status status =
        kl_raft_log_open(&member->log, kl_as_text(settings->state_file), kl_as_text(owner), error);
    kl_value_release(owner);
    return status;
}

static kl_status make_raft(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    uint64_t seed;
    kl_raft_saved saved = kl_raft_log_restored(member->log);
    KL_TRY(kl_random(&seed, sizeof seed, error));
    kl_raft_options options = {
        .self = member->self, .member_count = member->member_count,
        .election_ticks = (uint32_t)(settings->election_timeout / member->tick), .heartbeat_ticks = 2,
        .seed = seed, .restored = &saved, .save = kl_raft_log_save, .data = member->log};
    return kl_raft_new(&member->raft, &options, error);
}

static kl_status start_threads(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    kl_http_service service = {kl_raft_answer, member, KL_RAFT_LETTER_MAX, 10 * KL_SECOND, LOGGER};
    KL_TRY(kl_http_serve(&member->server, settings->host, settings->port, &service, NULL, error));
    KL_TRY(kl_pool_new(&member->pool, member->member_count, KL_SECOND, error));
    KL_TRY(kl_pool_submit(member->pool, keep_time, member, error));
    for (uint32_t i = 0; i < member->member_count; i++)
        if (i != member->self)
            KL_TRY(kl_pool_submit(member->pool, kl_raft_send_queued, &member->peers[i], error));
    return KL_OK;
}

/* A letter that is never sent loads what the threads use, so that it is there longer than they are. */
static kl_status try_seal(const kl_raft_member *member, kl_error *error)
{
    kl_value bytes;
    kl_raft_seal seal = {kl_as_text(member->secret), kl_as_text(member->members)};
    KL_TRY(kl_raft_letter_write(&bytes, &(kl_raft_letter){.note = KL_RAFT_ALGORITHM}, &seal, error));
    kl_value_release(bytes);
    return KL_OK;
}

static kl_status start(kl_raft_member *member, const kl_raft_settings *settings, kl_error *error)
{
    KL_TRY(kl_map_new(&member->results, 0, error));
    KL_TRY(take_settings(member, settings, error));
    KL_TRY(try_seal(member, error));
    KL_TRY(open_log(member, settings, error));
    KL_TRY(make_raft(member, settings, error));
    KL_TRY(start_threads(member, settings, error));
    kl_http_listening at = kl_http_server_at(member->server);
    KL_LOG(KL_LOG_INFO, LOGGER, "member %s of %u listens on port %u", kl_as_text(settings->self).data,
           member->member_count, at.port);
    return KL_OK;
}

kl_status kl_raft_member_start(kl_raft_member **out, const kl_raft_settings *settings,
                               kl_raft_apply *apply, kl_error *error)
{
    kl_raft_member *member = kl_alloc_zero(1, sizeof *member);
    if (!member)
        return kl_error_no_memory(error);
    pthread_mutex_init(&member->lock, NULL);
    pthread_cond_init(&member->changed, NULL);
    member->watch = (kl_fork_watch){.lock = &member->lock};
    kl_fork_watch_begin(&member->watch);
    member->process = getpid();
    member->apply = apply;
    kl_status status = start(member, settings, error);
    if (status != KL_OK) {
        free_member(member);
        return status;
    }
    member->ending = (kl_ending){.end = stop, .data = member};
    kl_ending_begin(&member->ending);
    *out = member;
    return KL_OK;
}

void kl_raft_member_stop(kl_raft_member *member)
{
    if (!member)
        return;
    kl_ending_cancel(&member->ending);
    free_member(member);
}
