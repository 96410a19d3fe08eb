/* Raft in a simulated world: messages are lost, late, doubled and out of order, members crash and come
 * back, the network is cut and mended. All chance comes from a seed, so every run can be repeated. */
#include "folder.h"
#include "nodes/raft_log.h"
#include "nodes/raft_wire.h"
#include "sweep.h"

enum { MEMBERS_MAX = 5, FLYING_MAX = 4096, TERMS_MAX = 4096, ENTRIES_MAX = 4096 };

typedef struct disk {
    uint64_t term;
    uint32_t voted_for;
    kl_raft_entry entries[ENTRIES_MAX];
    size_t count;
} disk;

typedef struct flying {
    kl_raft_message message;
    uint64_t due;
} flying;

typedef struct world {
    uint32_t count;
    kl_raft *members[MEMBERS_MAX];
    disk disks[MEMBERS_MAX];
    int side[MEMBERS_MAX]; /* messages pass between members of one side only */
    flying network[FLYING_MAX];
    size_t in_flight;
    uint64_t now, chance, seed;
    unsigned loss, doubling; /* in a hundred */
    uint32_t leaders[TERMS_MAX]; /* who led a term, plus 1 */
    uint64_t committed_terms[ENTRIES_MAX]; /* by index: what was seen committed there first */
    uint64_t seen_in[ENTRIES_MAX];         /* and in which term */
    int64_t committed[ENTRIES_MAX];
    uint64_t most_committed;
    int64_t proposed;
} world;

static uint64_t draw(world *w, uint64_t below)
{
    w->chance = w->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (w->chance >> 33) % below;
}

static kl_status save(void *data, const kl_raft_saved *saved, size_t from, kl_error *error)
{
    disk *d = data;
    (void)error;
    d->term = saved->term;
    d->voted_for = saved->voted_for;
    for (size_t i = from - 1; i < saved->entry_count; i++) {
        if (i < d->count)
            kl_value_release(d->entries[i].command);
        d->entries[i] = (kl_raft_entry){saved->entries[i].term,
                                        kl_value_retain(saved->entries[i].command)};
    }
    for (size_t i = saved->entry_count; i < d->count; i++)
        kl_value_release(d->entries[i].command);
    d->count = saved->entry_count;
    assert_true(d->count < ENTRIES_MAX);
    return KL_OK;
}

static void start(world *w, uint32_t who)
{
    disk *d = &w->disks[who];
    kl_raft_saved saved = {d->term, d->voted_for, d->entries, d->count};
    kl_raft_options options = {.self = who, .member_count = w->count, .election_ticks = 10,
                               .heartbeat_ticks = 3, .seed = w->seed + w->now, .restored = &saved,
                               .save = save, .data = d};
    assert_int_equal(kl_raft_new(&w->members[who], &options, NULL), KL_OK);
}

static void crash(world *w, uint32_t who)
{
    kl_raft_free(w->members[who]);
    w->members[who] = NULL;
}

static void make_world(world *w, uint32_t count, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->count = count;
    w->seed = w->chance = seed * 7919 + 1;
    for (uint32_t i = 0; i < count; i++) {
        w->disks[i].voted_for = KL_RAFT_NOBODY;
        start(w, i);
    }
}

static void end_world(world *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        crash(w, i);
        for (size_t e = 0; e < w->disks[i].count; e++)
            kl_value_release(w->disks[i].entries[e].command);
    }
    for (size_t i = 0; i < w->in_flight; i++)
        kl_raft_message_clear(&w->network[i].message);
}

/* ---- what must always hold ----------------------------------------------------------------------- */

static void check_leader(world *w, uint32_t who)
{
    uint64_t term = kl_raft_term(w->members[who]);
    if (kl_raft_role_of(w->members[who]) != KL_RAFT_LEADER)
        return;
    assert_true(term < TERMS_MAX);
    if (w->leaders[term] && w->leaders[term] != who + 1)
        print_error("seed %llu: two leaders in term %llu\n", (unsigned long long)w->seed,
                    (unsigned long long)term);
    assert_true(!w->leaders[term] || w->leaders[term] == who + 1);
    w->leaders[term] = who + 1;
    /* a leader has all that was committed in earlier terms */
    for (uint64_t i = 1; i <= w->most_committed; i++)
        if (w->seen_in[i] < term)
            assert_int_equal(kl_raft_entry_at(w->members[who], i)->term, w->committed_terms[i]);
}

static void check_committed(world *w, uint32_t who)
{
    for (uint64_t i = 1; i <= kl_raft_commit(w->members[who]); i++) {
        const kl_raft_entry *entry = kl_raft_entry_at(w->members[who], i);
        assert_non_null(entry);
        int64_t command = kl_as_int(entry->command);
        if (i > w->most_committed) {
            w->most_committed = i;
            w->committed_terms[i] = entry->term;
            w->seen_in[i] = kl_raft_term(w->members[who]);
            w->committed[i] = command;
        }
        assert_int_equal(w->committed_terms[i], entry->term);
        assert_int_equal(w->committed[i], command);
    }
}

static void check(world *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        if (!w->members[i])
            continue;
        check_leader(w, i);
        check_committed(w, i);
    }
}

/* ---- time ---------------------------------------------------------------------------------------- */

static void fly(world *w, const kl_raft_message *message)
{
    kl_raft_message copy;
    if (w->in_flight == FLYING_MAX || draw(w, 100) < w->loss)
        return;
    assert_int_equal(kl_raft_message_copy(&copy, message, NULL), KL_OK);
    w->network[w->in_flight++] = (flying){copy, w->now + 1 + draw(w, 4)};
}

static void collect(world *w, uint32_t who)
{
    kl_raft_message message;
    while (kl_raft_next_message(&message, w->members[who])) {
        assert_true(message.term <= w->disks[who].term); /* saved before it is told */
        fly(w, &message);
        if (draw(w, 100) < w->doubling)
            fly(w, &message);
        kl_raft_message_clear(&message);
    }
}

static void deliver(world *w)
{
    for (size_t i = 0; i < w->in_flight;) {
        if (w->network[i].due > w->now) {
            i++;
            continue;
        }
        kl_raft_message message = w->network[i].message;
        w->network[i] = w->network[--w->in_flight];
        kl_raft *to = w->members[message.to];
        if (to && w->side[message.from] == w->side[message.to]) {
            assert_int_equal(kl_raft_receive(to, &message, NULL), KL_OK);
            collect(w, message.to);
        }
        kl_raft_message_clear(&message);
    }
}

static void step(world *w)
{
    w->now++;
    deliver(w);
    for (uint32_t i = 0; i < w->count; i++) {
        if (!w->members[i])
            continue;
        assert_int_equal(kl_raft_tick(w->members[i], NULL), KL_OK);
        collect(w, i);
    }
    check(w);
}

static void propose(world *w)
{
    uint64_t index;
    for (uint32_t i = 0; i < w->count; i++) {
        if (!w->members[i] || kl_raft_role_of(w->members[i]) != KL_RAFT_LEADER)
            continue;
        assert_int_equal(kl_raft_propose(&index, w->members[i], kl_int(++w->proposed), NULL), KL_OK);
        collect(w, i);
    }
}

static int64_t leader_of(const world *w)
{
    int64_t leader = -1;
    uint64_t term = 0;
    for (uint32_t i = 0; i < w->count; i++)
        if (w->members[i] && kl_raft_role_of(w->members[i]) == KL_RAFT_LEADER &&
            kl_raft_term(w->members[i]) >= term) {
            leader = i;
            term = kl_raft_term(w->members[i]);
        }
    return leader;
}

static world shared; /* too large for a stack */

/* ---- tests --------------------------------------------------------------------------------------- */

KL_TEST(a_member_alone_leads_and_commits)
{
    KL_UNUSED_STATE;
    world *w = &shared;
    make_world(w, 1, 1);
    for (int i = 0; i < 30; i++)
        step(w);
    assert_int_equal(leader_of(w), 0);
    propose(w);
    step(w);
    assert_int_equal(w->most_committed, 2); /* the leader's own first entry, and the command */
    end_world(w);
}

KL_TEST(members_elect_one_leader_and_follow_it)
{
    KL_UNUSED_STATE;
    world *w = &shared;
    make_world(w, 5, 2);
    for (int i = 0; i < 100; i++)
        step(w);
    int64_t leader = leader_of(w);
    assert_true(leader >= 0);
    for (int i = 0; i < 20; i++) {
        propose(w);
        step(w);
    }
    for (int i = 0; i < 30; i++)
        step(w);
    assert_int_equal(leader_of(w), leader); /* heartbeats keep it in office */
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(kl_raft_leader(w->members[i]), leader);
        assert_int_equal(kl_raft_commit(w->members[i]), 21);
    }
    end_world(w);
}

KL_TEST(a_minority_commits_nothing)
{
    KL_UNUSED_STATE;
    world *w = &shared;
    make_world(w, 5, 3);
    for (int i = 0; i < 100; i++)
        step(w);
    uint32_t old = (uint32_t)leader_of(w);
    uint64_t before = kl_raft_commit(w->members[old]);
    for (uint32_t i = 0; i < 5; i++)
        w->side[i] = i == old || i == (old + 1) % 5;
    for (int i = 0; i < 200; i++) {
        propose(w);
        step(w);
    }
    assert_int_equal(kl_raft_commit(w->members[old]), before);
    assert_true(w->most_committed > before); /* the other side went on */
    memset(w->side, 0, sizeof w->side);
    for (int i = 0; i < 200; i++)
        step(w);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(kl_raft_commit(w->members[i]), w->most_committed);
    end_world(w);
}

KL_TEST(a_leader_proves_that_it_leads_only_while_most_hear_it)
{
    KL_UNUSED_STATE;
    world *w = &shared;
    uint64_t round = 0;
    make_world(w, 3, 4);
    for (int i = 0; i < 100; i++)
        step(w);
    kl_raft *old = w->members[leader_of(w)];
    assert_int_equal(kl_raft_confirm(&round, old, NULL), KL_OK);
    assert_false(kl_raft_is_confirmed(old, round)); /* nobody has answered yet */
    collect(w, (uint32_t)leader_of(w));
    for (int i = 0; i < 20; i++)
        step(w);
    assert_true(kl_raft_is_confirmed(old, round));
    assert_false(kl_raft_is_confirmed(old, round + 1));
    for (uint32_t i = 0; i < 3; i++)
        w->side[i] = w->members[i] == old;
    assert_int_equal(kl_raft_confirm(&round, old, NULL), KL_OK);
    for (int i = 0; i < 15; i++)
        step(w);
    assert_int_equal(kl_raft_role_of(old), KL_RAFT_LEADER); /* it may have been a hiccup */
    assert_false(kl_raft_is_confirmed(old, round));
    for (int i = 0; i < 10; i++)
        step(w);
    assert_int_not_equal(kl_raft_role_of(old), KL_RAFT_LEADER);
    assert_int_equal(kl_raft_leader(old), KL_RAFT_NOBODY);
    assert_int_equal(kl_raft_confirm(&round, old, NULL), KL_STATE);
    end_world(w);
}

/* Cut, mend, crash and revive at random for a while; then let all heal and see them agree. */
static void live_through(uint64_t seed)
{
    world *w = &shared;
    make_world(w, seed % 2 ? 5 : 3, seed);
    w->loss = (unsigned)draw(w, 30);
    w->doubling = (unsigned)draw(w, 20);
    for (int i = 0; i < 1500; i++) {
        uint32_t who = (uint32_t)draw(w, w->count);
        uint64_t event = draw(w, 100);
        if (event == 0 && w->members[who])
            crash(w, who);
        else if (event < 4 && !w->members[who])
            start(w, who);
        else if (event == 4)
            w->side[who] = (int)draw(w, 2);
        else if (event == 5)
            memset(w->side, 0, sizeof w->side);
        else if (event < 20)
            propose(w);
        step(w);
    }
    w->loss = 0;
    memset(w->side, 0, sizeof w->side);
    for (uint32_t i = 0; i < w->count; i++)
        if (!w->members[i])
            start(w, i);
    for (int i = 0; i < 300; i++)
        step(w);
    propose(w);
    for (int i = 0; i < 100; i++)
        step(w);
    assert_true(leader_of(w) >= 0);
    assert_true(w->most_committed > 0);
    for (uint32_t i = 0; i < w->count; i++)
        assert_int_equal(kl_raft_commit(w->members[i]), w->most_committed);
    end_world(w);
}

KL_TEST(what_is_committed_is_never_lost)
{
    KL_UNUSED_STATE;
    for (uint64_t seed = 1; seed <= 300; seed++)
        live_through(seed);
}

KL_TEST(bad_options_and_strange_messages_are_refused)
{
    KL_UNUSED_STATE;
    kl_raft *raft = NULL;
    kl_raft_options options = {.self = 3, .member_count = 3, .election_ticks = 10, .heartbeat_ticks = 1};
    assert_int_equal(kl_raft_new(&raft, &options, NULL), KL_INVALID);
    options.self = 0;
    options.election_ticks = 0;
    assert_int_equal(kl_raft_new(&raft, &options, NULL), KL_INVALID);
    options.election_ticks = 10;
    assert_int_equal(kl_raft_new(&raft, &options, NULL), KL_OK);
    uint64_t index;
    assert_int_equal(kl_raft_propose(&index, raft, kl_int(1), NULL), KL_STATE);
    kl_raft_message strange = {.kind = KL_RAFT_APPEND_REQUEST, .from = 99, .to = 0, .term = 9};
    assert_int_equal(kl_raft_receive(raft, &strange, NULL), KL_OK);
    assert_int_equal(kl_raft_term(raft), 0);
    kl_raft_free(raft);
}

static kl_status elect_and_append(void *data)
{
    (void)data;
    kl_raft *raft;
    kl_raft_options options = {.self = 0, .member_count = 2, .election_ticks = 2, .heartbeat_ticks = 1};
    KL_TRY(kl_raft_new(&raft, &options, NULL));
    kl_status status = KL_OK;
    for (int i = 0; i < 5 && status == KL_OK; i++)
        status = kl_raft_tick(raft, NULL);
    kl_raft_message yes = {.kind = KL_RAFT_VOTE_REPLY, .from = 1, .to = 0, .term = kl_raft_term(raft),
                           .granted = true};
    uint64_t index;
    if (status == KL_OK)
        status = kl_raft_receive(raft, &yes, NULL);
    if (status == KL_OK)
        status = kl_raft_propose(&index, raft, kl_int(1), NULL);
    kl_raft_free(raft);
    return status;
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    assert_true(sweep(elect_and_append, NULL) > 3);
}

/* ---- letters and the file ------------------------------------------------------------------------ */

static const kl_raft_seal seal = {{"0123456789abcdef", 16}, {"[\"a\",\"b\"]", 9}};

static kl_status send_a_letter(void *data)
{
    kl_value bytes;
    kl_raft_letter back;
    kl_raft_entry entries[2] = {{3, kl_null()}, {4, kl_value_retain(*(kl_value *)data)}};
    kl_raft_letter letter = {.from = 1, .to = 0,
                             .message = {.kind = KL_RAFT_APPEND_REQUEST, .from = 1, .term = 4, .index = 7,
                                         .index_term = 3, .commit = 6, .round = 9, .entries = entries,
                                         .entry_count = 2}};
    kl_status status = kl_raft_letter_write(&bytes, &letter, &seal, NULL);
    kl_value_release(entries[1].command);
    KL_TRY(status);
    status = kl_raft_letter_read(&back, kl_as_text(bytes), &seal, NULL);
    kl_value_release(bytes);
    KL_TRY(status);
    assert_int_equal(back.note, KL_RAFT_ALGORITHM);
    assert_int_equal(back.message.kind, KL_RAFT_APPEND_REQUEST);
    assert_int_equal(back.message.index, 7);
    assert_int_equal(back.message.round, 9);
    assert_int_equal(back.message.entry_count, 2);
    assert_int_equal(back.message.entries[1].term, 4);
    assert_true(kl_text_is(kl_as_text(kl_map_get(back.message.entries[1].command, KL_TEXT("x"))), "y"));
    kl_raft_letter_clear(&back);
    return KL_OK;
}

KL_TEST(letters_arrive_as_they_were_sent)
{
    KL_UNUSED_STATE;
    kl_value command = json("{\"x\":\"y\"}");
    assert_int_equal(send_a_letter(&command), KL_OK);
    assert_true(sweep(send_a_letter, &command) > 5);
    kl_value_release(command);
}

KL_TEST(every_change_of_a_letter_breaks_its_seal)
{
    KL_UNUSED_STATE;
    kl_value bytes;
    kl_raft_letter letter = {.note = KL_RAFT_READ, .body = json("{\"id\":\"1\"}")}, back;
    assert_int_equal(kl_raft_letter_write(&bytes, &letter, &seal, NULL), KL_OK);
    kl_text text = kl_as_text(bytes);
    for (size_t i = 0; i < text.len; i++) {
        char copy[512];
        memcpy(copy, text.data, text.len);
        copy[i] ^= 1;
        assert_int_equal(kl_raft_letter_read(&back, (kl_text){copy, text.len}, &seal, NULL), KL_DENIED);
        assert_int_equal(kl_raft_letter_read(&back, (kl_text){text.data, i}, &seal, NULL), KL_DENIED);
    }
    kl_value_release(bytes);
    kl_raft_letter_clear(&letter);
}

/* Save three states, the last of which takes back entries of the second; then restore. */
static kl_status keep_a_log(void *path)
{
    kl_raft_log *log;
    kl_status status = KL_OK;
    kl_raft_entry entries[] = {{1, kl_null()}, {1, kl_int(2)}, {1, kl_int(3)}}, others[] = {{1, kl_null()},
                                                                                           {2, kl_int(7)}};
    const kl_raft_saved saved[] = {{1, 0, entries, 1}, {1, 0, entries, 3}, {2, KL_RAFT_NOBODY, others, 2}};
    static const size_t from[] = {1, 2, 2};
    unlink(path);
    KL_TRY(kl_raft_log_open(&log, kl_text_from(path), KL_TEXT("{\"raft\":1}"), NULL));
    for (size_t i = 0; i < 3 && status == KL_OK; i++)
        status = kl_raft_log_save(log, &saved[i], from[i], NULL);
    kl_raft_log_close(log);
    KL_TRY(status);
    KL_TRY(kl_raft_log_open(&log, kl_text_from(path), KL_TEXT("{\"raft\":1}"), NULL));
    kl_raft_saved back = kl_raft_log_restored(log);
    assert_int_equal(back.term, 2);
    assert_int_equal(back.voted_for, KL_RAFT_NOBODY);
    assert_int_equal(back.entry_count, 2);
    assert_int_equal(back.entries[1].term, 2);
    assert_int_equal(kl_as_int(back.entries[1].command), 7);
    kl_raft_log_close(log);
    return KL_OK;
}

KL_TEST(a_log_comes_back_from_its_file)
{
    KL_UNUSED_STATE;
    char path[512];
    snprintf(path, sizeof path, "%s", fill("{DIR}/log"));
    assert_int_equal(keep_a_log(path), KL_OK);
    assert_true(sweep(keep_a_log, path) > 5);
    kl_raft_log *log;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_raft_log_open(&log, kl_text_from(path), KL_TEXT("{\"raft\":2}"), &error), KL_STATE);
    assert_non_null(strstr(kl_error_message(&error), "belongs to another member: {\"raft\":1}"));
    kl_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_alone_leads_and_commits),
        cmocka_unit_test(members_elect_one_leader_and_follow_it),
        cmocka_unit_test(a_minority_commits_nothing),
        cmocka_unit_test(a_leader_proves_that_it_leads_only_while_most_hear_it),
        cmocka_unit_test(what_is_committed_is_never_lost),
        cmocka_unit_test(bad_options_and_strange_messages_are_refused),
        cmocka_unit_test(failed_allocations_are_survived),
        cmocka_unit_test(letters_arrive_as_they_were_sent),
        cmocka_unit_test(every_change_of_a_letter_breaks_its_seal),
        cmocka_unit_test(a_log_comes_back_from_its_file),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
