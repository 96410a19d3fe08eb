/* src/nodes/raft_post.c - what a member of Raft sends and receives; see raft_parts.h. */
#include "raft_parts.h"
#include "deadline.h"
#include "kailash/log.h"
#include "net/http.h"

#include <poll.h>

#define LOGGER "kailash.nodes.raft"

static kl_raft_seal seal_of(const kl_raft_member *member)
{
    return (kl_raft_seal){kl_as_text(member->secret), kl_as_text(member->members)};
}

static const char *name_of(const kl_raft_member *member, uint32_t who)
{
    return kl_as_text(kl_array_at(member->names, who)).data;
}

/* ---- sending ------------------------------------------------------------------------------------- */

void kl_raft_post_letter(kl_raft_member *member, const kl_raft_letter *letter)
{
    kl_value bytes;
    raft_peer *peer = &member->peers[letter->to];
    kl_raft_seal seal = seal_of(member);
    if (letter->to == member->self || kl_raft_letter_write(&bytes, letter, &seal, NULL) != KL_OK)
        return;
    if (peer->count == KL_RAFT_QUEUE_MAX) {
        kl_value_release(peer->queue[peer->first]);
        peer->first = (peer->first + 1) % KL_RAFT_QUEUE_MAX;
        peer->count--;
    }
    size_t at = (peer->first + peer->count++) % KL_RAFT_QUEUE_MAX;
    peer->queue[at] = bytes;
    peer->since[at] = kl_clock_now();
    pthread_cond_signal(&peer->filled);
}

/* The next letter that is not too old; null when the member stops. */
static kl_value next_letter(raft_peer *peer)
{
    kl_raft_member *member = peer->owner;
    kl_value bytes = kl_null();
    pthread_mutex_lock(&member->lock);
    while (kl_is_null(bytes) && !kl_raft_has_stopped(member)) {
        if (peer->count == 0) {
            kl_wait_until(&peer->filled, &member->lock, kl_clock_after(KL_SECOND));
            continue;
        }
        kl_value next = peer->queue[peer->first];
        bool old = kl_clock_now() - peer->since[peer->first] > 2 * member->election_timeout;
        peer->first = (peer->first + 1) % KL_RAFT_QUEUE_MAX;
        peer->count--;
        if (old)
            kl_value_release(next);
        else
            bytes = next;
    }
    pthread_mutex_unlock(&member->lock);
    return bytes;
}

static kl_status keep_on(void *data, kl_error *error)
{
    return kl_raft_has_stopped(data) ? kl_error_set(error, KL_CANCELLED, "the member stops") : KL_OK;
}

/* Told once when it begins and once when it ends: a peer that is down is asked several times a second. */
static void tell(raft_peer *peer, bool reached, const kl_http_response *response, const kl_error *why)
{
    uint32_t who = (uint32_t)(peer - peer->owner->peers);
    if (reached == !peer->told)
        return;
    peer->told = !reached;
    if (reached)
        KL_LOG(KL_LOG_INFO, LOGGER, "member %s reaches %s again", name_of(peer->owner, peer->owner->self),
               name_of(peer->owner, who));
    else if (response->status_code == 401)
        KL_LOG(KL_LOG_WARN, LOGGER, "member %s is refused by %s: its secret or list of peers is another",
               name_of(peer->owner, peer->owner->self), name_of(peer->owner, who));
    else
        KL_LOG(KL_LOG_WARN, LOGGER, "member %s does not reach %s: %s",
               name_of(peer->owner, peer->owner->self), name_of(peer->owner, who),
               response->status_code ? "it answers with a failure" : kl_error_message(why));
}

static void send_letter(raft_peer *peer, kl_value bytes)
{
    static const kl_guard anywhere = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    const kl_http_header type = {KL_TEXT("content-type"), KL_TEXT("application/octet-stream"), false};
    kl_raft_member *member = peer->owner;
    kl_http_request request = {
        .method = KL_TEXT("POST"), .url = kl_as_text(peer->url), .body = kl_as_text(bytes),
        .headers = &type, .header_count = 1, .guard = &anywhere, .redirects = KL_HTTP_REDIRECTS_NEVER,
        .ca_file = kl_as_text(member->ca_file), .timeout = 2 * member->election_timeout,
        .connect_timeout = member->election_timeout, .response_max = 4096};
    kl_http_watch watch = {.check = keep_on, .data = member};
    kl_http_response response;
    kl_error why = KL_ERROR_INIT;
    bool sent = kl_http_send(&response, &request, &watch, &why) == KL_OK;
    if (!kl_raft_has_stopped(member)) {
        tell(peer, sent && response.status_code == 204, &response, &why);
        if (!sent) /* one that is down refuses at once: it is not to be asked without a pause */
            poll(NULL, 0, (int)(member->tick / KL_MILLISECOND));
    }
    kl_http_response_clear(&response);
    kl_error_clear(&why);
}

void kl_raft_send_queued(void *data)
{
    raft_peer *peer = data;
    kl_value bytes;
    while (!kl_is_null(bytes = next_letter(peer))) {
        send_letter(peer, bytes);
        kl_value_release(bytes);
    }
}

/* ---- receiving ----------------------------------------------------------------------------------- */

/* A command that another member passed on. One that is old was recorded and sent again. */
static kl_status receive_command(kl_raft_member *member, kl_value body, kl_error *error)
{
    int64_t age = kl_time_now() / KL_SECOND - kl_as_int(kl_map_get(body, KL_TEXT("at")));
    uint64_t index;
    if (kl_raft_role_of(member->raft) != KL_RAFT_LEADER || age > 300 || age < -300)
        return KL_OK;
    return kl_raft_propose(&index, member->raft, body, error);
}

static kl_status receive_read(kl_raft_member *member, const kl_raft_letter *letter, kl_error *error)
{
    uint64_t round;
    if (kl_raft_role_of(member->raft) != KL_RAFT_LEADER || member->reader_count == KL_RAFT_READERS_MAX)
        return KL_OK;
    KL_TRY(kl_raft_confirm(&round, member->raft, error));
    member->readers[member->reader_count++] =
        (raft_reader){round, letter->from, kl_value_retain(letter->body)};
    return KL_OK;
}

static void receive_read_reply(kl_raft_member *member, kl_value body)
{
    for (raft_waiter *it = member->waiters; it; it = it->next) {
        if (it->note == KL_RAFT_READ &&
            kl_text_equal(kl_as_text(kl_map_get(it->body, KL_TEXT("id"))),
                          kl_as_text(kl_map_get(body, KL_TEXT("id"))))) {
            it->answered = true;
            it->index = (uint64_t)kl_as_int(kl_map_get(body, KL_TEXT("index")));
        }
    }
}

static kl_status receive(kl_raft_member *member, const kl_raft_letter *letter, kl_error *error)
{
    switch (letter->note) {
    case KL_RAFT_COMMAND:
        return receive_command(member, letter->body, error);
    case KL_RAFT_READ:
        return receive_read(member, letter, error);
    case KL_RAFT_READ_REPLY:
        receive_read_reply(member, letter->body);
        return KL_OK;
    default:
        return kl_raft_receive(member->raft, &letter->message, error);
    }
}

/* 204, or 503 of a member that has given up. */
static int take_in(kl_raft_member *member, const kl_raft_letter *letter)
{
    kl_error why = KL_ERROR_INIT;
    int status = 204;
    pthread_mutex_lock(&member->lock);
    if (member->is_broken)
        status = 503;
    else if (letter->to == member->self && letter->from < member->member_count &&
             letter->from != member->self)
        kl_raft_settle(member, receive(member, letter, &why), &why);
    pthread_mutex_unlock(&member->lock);
    kl_error_clear(&why);
    return status;
}

kl_status kl_raft_answer(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                         kl_error *error)
{
    kl_raft_member *member = data;
    kl_raft_seal seal = seal_of(member);
    kl_raft_letter letter;
    (void)error;
    if (!kl_text_equal(kl_as_text(request->path), kl_as_text(member->target))) {
        answer->status = 404;
        return KL_OK;
    }
    if (!kl_text_is(kl_as_text(request->method), "POST")) {
        answer->status = 405;
        answer->headers = KL_TEXT("Allow: POST\r\n");
        return KL_OK;
    }
    if (!whole)
        return KL_OK;
    kl_status status = kl_raft_letter_read(&letter, kl_buffer_text(&request->body), &seal, NULL);
    if (status != KL_OK) {
        answer->status = status == KL_DENIED ? 401 : status == KL_NO_MEMORY ? 503 : 400;
        return KL_OK;
    }
    answer->status = take_in(member, &letter);
    kl_raft_letter_clear(&letter);
    return KL_OK;
}
