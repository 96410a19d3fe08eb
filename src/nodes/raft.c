/* src/nodes/raft.c - see raft.h. */
#include "raft.h"

/* What a leader knows of another member. */
typedef struct peer {
    uint64_t next;  /* index of the entry to send it next */
    uint64_t match; /* up to where its log is known to equal ours */
    uint64_t round; /* the last one it answered */
    uint32_t silent; /* ticks since it answered anything */
} peer;

struct kl_raft {
    kl_raft_options options;
    kl_raft_role role;
    uint64_t term;
    uint32_t voted_for, leader;
    kl_raft_entry *entries;
    size_t count, size;
    uint64_t commit;
    uint64_t round;    /* see kl_raft_confirm() */
    uint32_t waited;   /* ticks since something was heard, or since the last heartbeat */
    uint32_t patience; /* ticks until an election */
    uint64_t chance;
    bool votes[KL_RAFT_MEMBERS_MAX];
    peer peers[KL_RAFT_MEMBERS_MAX];
    kl_raft_message *outbox; /* from `sent` on */
    size_t outbox_count, outbox_size, sent;
};

/* ---- messages ------------------------------------------------------------------------------------ */

void kl_raft_message_clear(kl_raft_message *message)
{
    for (size_t i = 0; i < message->entry_count; i++)
        kl_value_release(message->entries[i].command);
    kl_free(message->entries);
    message->entries = NULL;
    message->entry_count = 0;
}

static kl_status copy_entries(kl_raft_message *to, const kl_raft_entry *entries, size_t count,
                              kl_error *error)
{
    to->entries = NULL;
    to->entry_count = 0;
    if (!count)
        return KL_OK;
    to->entries = kl_alloc(count * sizeof *entries);
    if (!to->entries)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        to->entries[i] = (kl_raft_entry){entries[i].term, kl_value_retain(entries[i].command)};
    to->entry_count = count;
    return KL_OK;
}

kl_status kl_raft_message_copy(kl_raft_message *out, const kl_raft_message *message,
                               kl_error *error)
{
    kl_raft_message copy = *message;
    KL_TRY(copy_entries(&copy, message->entries, message->entry_count, error));
    *out = copy;
    return KL_OK;
}

/* Room for one more item of `*items`. */
static kl_status make_room(void **items, size_t *size, size_t count, size_t item, kl_error *error)
{
    if (count < *size)
        return KL_OK;
    void *larger = kl_realloc(*items, 2 * (count + 8) * item);
    if (!larger)
        return kl_error_no_memory(error);
    *items = larger;
    *size = 2 * (count + 8);
    return KL_OK;
}

/* `message` is taken, also on failure. */
static kl_status post(kl_raft *r, kl_raft_message message, kl_error *error)
{
    message.from = r->options.self;
    message.term = r->term;
    kl_status status = make_room((void **)&r->outbox, &r->outbox_size, r->outbox_count,
                                 sizeof message, error);
    if (status == KL_OK)
        r->outbox[r->outbox_count++] = message;
    else
        kl_raft_message_clear(&message);
    return status;
}

bool kl_raft_next_message(kl_raft_message *out, kl_raft *r)
{
    if (r->sent == r->outbox_count) {
        r->sent = r->outbox_count = 0;
        return false;
    }
    *out = r->outbox[r->sent++];
    return true;
}

/* ---- the log ------------------------------------------------------------------------------------- */

static uint64_t last_index(const kl_raft *r) { return r->count; }

static uint64_t term_at(const kl_raft *r, uint64_t index)
{
    return index && index <= r->count ? r->entries[index - 1].term : 0;
}

static kl_status append(kl_raft *r, uint64_t term, kl_value command, kl_error *error)
{
    KL_TRY(make_room((void **)&r->entries, &r->size, r->count, sizeof *r->entries, error));
    r->entries[r->count++] = (kl_raft_entry){term, kl_value_retain(command)};
    return KL_OK;
}

static void truncate_log(kl_raft *r, uint64_t count)
{
    while (r->count > count)
        kl_value_release(r->entries[--r->count].command);
}

static kl_status save(kl_raft *r, uint64_t from, kl_error *error)
{
    kl_raft_saved saved = {r->term, r->voted_for, r->entries, r->count};
    return r->options.save ? r->options.save(r->options.data, &saved, from, error) : KL_OK;
}

/* ---- roles --------------------------------------------------------------------------------------- */

/* xorshift64: chance needs no secrecy, and the same seed must give the same run. */
static uint64_t draw(kl_raft *r)
{
    r->chance ^= r->chance << 13;
    r->chance ^= r->chance >> 7;
    r->chance ^= r->chance << 17;
    return r->chance;
}

static void rest(kl_raft *r)
{
    r->waited = 0;
    r->patience = r->options.election_ticks + (uint32_t)(draw(r) % r->options.election_ticks);
}

/* A term that is higher than ours ends whatever we were. */
static kl_status enter_term(kl_raft *r, uint64_t term, kl_error *error)
{
    if (term <= r->term)
        return KL_OK;
    r->term = term;
    r->voted_for = r->leader = KL_RAFT_NOBODY;
    r->role = KL_RAFT_FOLLOWER;
    return save(r, r->count + 1, error);
}

static size_t majority(const kl_raft *r) { return r->options.member_count / 2 + 1; }

static kl_status send_entries(kl_raft *r, uint32_t to, kl_error *error)
{
    uint64_t next = r->peers[to].next;
    size_t count = (size_t)KL_MIN(last_index(r) + 1 - next, KL_RAFT_ENTRIES_MAX);
    kl_raft_message m = {.kind = KL_RAFT_APPEND_REQUEST, .to = to, .index = next - 1,
                         .index_term = term_at(r, next - 1), .commit = r->commit,
                         .round = r->round};
    KL_TRY(copy_entries(&m, count ? &r->entries[next - 1] : NULL, count, error));
    return post(r, m, error);
}

static kl_status send_to_all(kl_raft *r, kl_error *error)
{
    r->waited = 0;
    for (uint32_t i = 0; i < r->options.member_count; i++)
        if (i != r->options.self)
            KL_TRY(send_entries(r, i, error));
    return KL_OK;
}

/* An entry counts as committed when most have it and it is of this term: one of an earlier term might
 * still be overwritten, but not once a later one behind it is committed. */
static void advance_commit(kl_raft *r)
{
    for (uint64_t index = last_index(r); index > r->commit; index--) {
        size_t holders = 1;
        for (uint32_t i = 0; i < r->options.member_count; i++)
            holders += i != r->options.self && r->peers[i].match >= index;
        if (term_at(r, index) == r->term && holders >= majority(r)) {
            r->commit = index;
            return;
        }
    }
}

static kl_status lead(kl_raft *r, kl_error *error)
{
    r->role = KL_RAFT_LEADER;
    r->leader = r->options.self;
    for (uint32_t i = 0; i < r->options.member_count; i++)
        r->peers[i] = (peer){.next = last_index(r) + 1};
    KL_TRY(append(r, r->term, kl_null(), error));
    KL_TRY(save(r, r->count, error));
    advance_commit(r); /* a member alone is the majority */
    return send_to_all(r, error);
}

static kl_status count_votes(kl_raft *r, kl_error *error)
{
    size_t votes = 0;
    for (uint32_t i = 0; i < r->options.member_count; i++)
        votes += r->votes[i];
    return votes >= majority(r) ? lead(r, error) : KL_OK;
}

static kl_status stand_for_election(kl_raft *r, kl_error *error)
{
    r->term++;
    r->role = KL_RAFT_CANDIDATE;
    r->voted_for = r->options.self;
    r->leader = KL_RAFT_NOBODY;
    memset(r->votes, 0, sizeof r->votes);
    r->votes[r->options.self] = true;
    rest(r);
    KL_TRY(save(r, r->count + 1, error));
    for (uint32_t i = 0; i < r->options.member_count; i++) {
        kl_raft_message m = {.kind = KL_RAFT_VOTE_REQUEST, .to = i, .index = last_index(r),
                             .index_term = term_at(r, last_index(r))};
        if (i != r->options.self)
            KL_TRY(post(r, m, error));
    }
    return count_votes(r, error);
}

/* The others may have another leader by now. */
static void mind_silence(kl_raft *r)
{
    size_t heard = 1;
    for (uint32_t i = 0; i < r->options.member_count; i++)
        heard += i != r->options.self && ++r->peers[i].silent <= 2 * r->options.election_ticks;
    if (heard >= majority(r))
        return;
    r->role = KL_RAFT_FOLLOWER;
    r->leader = KL_RAFT_NOBODY;
    rest(r);
}

kl_status kl_raft_tick(kl_raft *r, kl_error *error)
{
    r->waited++;
    if (r->role == KL_RAFT_LEADER)
        mind_silence(r);
    if (r->role == KL_RAFT_LEADER)
        return r->waited >= r->options.heartbeat_ticks ? send_to_all(r, error) : KL_OK;
    return r->waited >= r->patience ? stand_for_election(r, error) : KL_OK;
}

/* ---- receiving ----------------------------------------------------------------------------------- */

/* A candidate whose log lacks something of ours might not have what is committed. */
static bool is_as_complete(const kl_raft *r, const kl_raft_message *m)
{
    uint64_t own = term_at(r, last_index(r));
    return m->index_term > own || (m->index_term == own && m->index >= last_index(r));
}

static kl_status receive_vote_request(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    bool free = r->voted_for == KL_RAFT_NOBODY || r->voted_for == m->from;
    bool granted = m->term == r->term && free && is_as_complete(r, m);
    if (granted && r->voted_for == KL_RAFT_NOBODY) {
        r->voted_for = m->from;
        KL_TRY(save(r, r->count + 1, error));
    }
    if (granted)
        rest(r);
    return post(r, (kl_raft_message){.kind = KL_RAFT_VOTE_REPLY, .to = m->from, .granted = granted},
                error);
}

static kl_status receive_vote_reply(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    if (r->role != KL_RAFT_CANDIDATE || m->term != r->term || !m->granted)
        return KL_OK;
    r->votes[m->from] = true;
    return count_votes(r, error);
}

/* Take in the entries; what contradicts them, and all behind it, goes. */
static kl_status merge_entries(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    uint64_t index = m->index;
    size_t at = 0;
    while (at < m->entry_count && index + at + 1 <= r->count &&
           term_at(r, index + at + 1) == m->entries[at].term)
        at++;
    if (at == m->entry_count)
        return KL_OK;
    uint64_t from = index + at + 1;
    truncate_log(r, from - 1);
    for (; at < m->entry_count; at++)
        KL_TRY(append(r, m->entries[at].term, m->entries[at].command, error));
    return save(r, from, error);
}

static kl_status reply_append(kl_raft *r, const kl_raft_message *m, bool granted, uint64_t index,
                              kl_error *error)
{
    return post(r, (kl_raft_message){.kind = KL_RAFT_APPEND_REPLY, .to = m->from, .granted = granted,
                                     .index = index, .round = m->round}, error);
}

static kl_status receive_append_request(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    if (m->term < r->term)
        return reply_append(r, m, false, last_index(r), error);
    r->role = KL_RAFT_FOLLOWER;
    r->leader = m->from;
    rest(r);
    if (m->index > last_index(r) || term_at(r, m->index) != m->index_term) {
        uint64_t hint = KL_MIN(last_index(r), m->index ? m->index - 1 : 0);
        return reply_append(r, m, false, hint, error);
    }
    KL_TRY(merge_entries(r, m, error));
    uint64_t known = m->index + m->entry_count;
    r->commit = KL_MAX(r->commit, KL_MIN(m->commit, known));
    return reply_append(r, m, true, known, error);
}

static kl_status receive_append_reply(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    peer *p = &r->peers[m->from];
    if (r->role != KL_RAFT_LEADER || m->term != r->term || m->index > last_index(r))
        return KL_OK;
    p->silent = 0;
    p->round = KL_MAX(p->round, m->round);
    if (!m->granted) { /* go back to where the logs may be equal; never behind what is known */
        p->next = KL_MAX(p->match, KL_MIN(m->index, p->next - 1)) + 1;
        return send_entries(r, m->from, error);
    }
    if (m->index <= p->match)
        return KL_OK; /* an old reply, or one to a heartbeat */
    p->match = m->index;
    p->next = KL_MAX(p->next, p->match + 1);
    advance_commit(r);
    return p->next <= last_index(r) ? send_entries(r, m->from, error) : KL_OK;
}

kl_status kl_raft_receive(kl_raft *r, const kl_raft_message *m, kl_error *error)
{
    if (m->from >= r->options.member_count || m->from == r->options.self ||
        m->to != r->options.self)
        return KL_OK;
    KL_TRY(enter_term(r, m->term, error));
    switch (m->kind) {
    case KL_RAFT_VOTE_REQUEST:
        return receive_vote_request(r, m, error);
    case KL_RAFT_VOTE_REPLY:
        return receive_vote_reply(r, m, error);
    case KL_RAFT_APPEND_REQUEST:
        return receive_append_request(r, m, error);
    case KL_RAFT_APPEND_REPLY:
        return receive_append_reply(r, m, error);
    }
    return KL_OK;
}

kl_status kl_raft_propose(uint64_t *index, kl_raft *r, kl_value command, kl_error *error)
{
    if (r->role != KL_RAFT_LEADER)
        return kl_error_set(error, KL_STATE, "this member does not lead");
    KL_TRY(append(r, r->term, command, error));
    KL_TRY(save(r, r->count, error));
    *index = r->count;
    advance_commit(r);
    return send_to_all(r, error);
}

kl_status kl_raft_confirm(uint64_t *round, kl_raft *r, kl_error *error)
{
    if (r->role != KL_RAFT_LEADER)
        return kl_error_set(error, KL_STATE, "this member does not lead");
    *round = ++r->round;
    return send_to_all(r, error);
}

/* A new leader learns what is committed only with an entry of its own term. */
bool kl_raft_is_confirmed(const kl_raft *r, uint64_t round)
{
    size_t answered = 1;
    for (uint32_t i = 0; i < r->options.member_count; i++)
        answered += i != r->options.self && r->peers[i].round >= round;
    return r->role == KL_RAFT_LEADER && round <= r->round && answered >= majority(r) &&
           term_at(r, r->commit) == r->term;
}

/* ---- making and looking -------------------------------------------------------------------------- */

static kl_status restore(kl_raft *r, const kl_raft_saved *saved, kl_error *error)
{
    r->term = saved->term;
    r->voted_for = saved->voted_for;
    for (size_t i = 0; i < saved->entry_count; i++)
        KL_TRY(append(r, saved->entries[i].term, saved->entries[i].command, error));
    return KL_OK;
}

kl_status kl_raft_new(kl_raft **out, const kl_raft_options *options, kl_error *error)
{
    if (!options->member_count || options->member_count > KL_RAFT_MEMBERS_MAX ||
        options->self >= options->member_count || !options->election_ticks ||
        !options->heartbeat_ticks)
        return kl_error_set(error, KL_INVALID, "a member of 1 to %d needs ticks of at least 1",
                            KL_RAFT_MEMBERS_MAX);
    kl_raft *r = kl_alloc_zero(1, sizeof *r);
    if (!r)
        return kl_error_no_memory(error);
    r->options = *options;
    r->options.restored = NULL;
    r->voted_for = r->leader = KL_RAFT_NOBODY;
    r->chance = (options->seed + options->self + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    rest(r);
    kl_status status = options->restored ? restore(r, options->restored, error) : KL_OK;
    if (status == KL_OK)
        *out = r;
    else
        kl_raft_free(r);
    return status;
}

void kl_raft_free(kl_raft *r)
{
    if (!r)
        return;
    truncate_log(r, 0);
    for (size_t i = r->sent; i < r->outbox_count; i++)
        kl_raft_message_clear(&r->outbox[i]);
    kl_free(r->entries);
    kl_free(r->outbox);
    kl_free(r);
}

kl_raft_role kl_raft_role_of(const kl_raft *r) { return r->role; }
uint64_t kl_raft_term(const kl_raft *r) { return r->term; }
uint32_t kl_raft_leader(const kl_raft *r) { return r->leader; }
uint64_t kl_raft_commit(const kl_raft *r) { return r->commit; }
uint64_t kl_raft_last(const kl_raft *r) { return last_index(r); }

const kl_raft_entry *kl_raft_entry_at(const kl_raft *r, uint64_t index)
{
    return index && index <= r->count ? &r->entries[index - 1] : NULL;
}
