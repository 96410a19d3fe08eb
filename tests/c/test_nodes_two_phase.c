/* TwoPhaseCommitCoordinatorNode: votes, decisions, participants that are asked and told, and what a log
 * keeps when the process is killed. */
#include "node_sweep.h"

#include "kailash/time.h"
#include "crash_test.h"

#include <signal.h>
#include <sys/wait.h>

#define NODE "TwoPhaseCommitCoordinatorNode"

static void prepare(char id[64], const char *participants)
{
    char inputs[512];
    kl_value out = kl_null();
    snprintf(inputs, sizeof inputs, "{\"operation\":\"prepare\",\"participants\":%s}", participants);
    assert_int_equal(run_node(&out, NODE, NULL, inputs, NULL), KL_OK);
    text_of(id, out, "transaction_id");
    kl_value_release(out);
}

static void commit_gives_in(const char *id, const char *members, const char *outcome,
                            const char *status, const char *votes, int line)
{
    char inputs[512], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted,
             "{\"commit_outcome\":%s,\"status\":\"%s\",\"transaction_id\":\"%s\",\"votes\":%s}", outcome,
             status, id, votes);
    gives_in(NODE, NULL, inputs, wanted, __FILE__, line);
}
#define commit_gives(id, members, outcome, status, votes)                                          \
    commit_gives_in(id, members, outcome, status, votes, __LINE__)

static void commit_fails_in(const char *id, const char *members, const char *message, int line)
{
    char inputs[512], wanted[512];
    snprintf(inputs, sizeof inputs, "{\"transaction_id\":\"%s\",%s}", id, members);
    snprintf(wanted, sizeof wanted, message, id);
    fails_in(NODE, NULL, inputs, wanted, __FILE__, line);
}
#define commit_fails(id, members, message) commit_fails_in(id, members, message, __LINE__)
#define VOTE(who, what) "\"operation\":\"vote\",\"participant_id\":\"" who "\",\"vote\":\"" what "\""

KL_TEST(all_yes_commits)
{
    KL_UNUSED_STATE;
    char id[64];
    prepare(id, "[{\"id\":\"a\"},{\"id\":\"b\"}]");
    commit_gives(id, "\"operation\":\"get_status\"", "null", "preparing", "{\"a\":null,\"b\":null}");
    commit_gives(id, VOTE("a", "yes"), "null", "preparing", "{\"a\":\"yes\",\"b\":null}");
    commit_gives(id, "\"operation\":\"register_participant\",\"participant_id\":\"c\"", "null",
                 "preparing", "{\"a\":\"yes\",\"b\":null,\"c\":null}");
    commit_gives(id, VOTE("b", "yes"), "null", "preparing",
                 "{\"a\":\"yes\",\"b\":\"yes\",\"c\":null}");
    commit_gives(id, VOTE("c", "yes"), "null", "prepared",
                 "{\"a\":\"yes\",\"b\":\"yes\",\"c\":\"yes\"}");
    commit_gives(id, "\"operation\":\"decide\"", "\"commit\"", "committed",
                 "{\"a\":\"yes\",\"b\":\"yes\",\"c\":\"yes\"}");
    commit_gives(id, "\"operation\":\"decide\"", "\"commit\"", "committed",
                 "{\"a\":\"yes\",\"b\":\"yes\",\"c\":\"yes\"}");
    commit_fails(id, VOTE("b", "yes"),
                 "node execution failed: cannot vote on 2PC '%s': status is 'committed'");
    commit_fails(id, "\"operation\":\"register_participant\",\"participant_id\":\"d\"",
                 "node execution failed: cannot register participant for 2PC '%s': status is "
                 "'committed'");
}

KL_TEST(a_no_or_a_missing_vote_aborts)
{
    KL_UNUSED_STATE;
    char id[64];
    prepare(id, "[{\"id\":\"a\"},{\"id\":\"b\"}]");
    commit_gives(id, VOTE("a", "no"), "null", "preparing", "{\"a\":\"no\",\"b\":null}");
    commit_fails(id, VOTE("a", "yes"),
                 "node execution failed: participant 'a' has already voted no");
    commit_fails(id, VOTE("zz", "yes"),
                 "node execution failed: 2PC '%s' has no participant 'zz'");
    commit_fails(id, "\"operation\":\"register_participant\",\"participant_id\":\"a\"",
                 "node execution failed: participant 'a' is already registered for 2PC '%s'");
    commit_gives(id, "\"operation\":\"decide\"", "\"abort\"", "aborted",
                 "{\"a\":\"no\",\"b\":\"timeout\"}");
    commit_gives(id, "\"operation\":\"get_status\"", "\"abort\"", "aborted",
                 "{\"a\":\"no\",\"b\":\"timeout\"}");
    commit_fails(id, "\"operation\":\"vote\",\"participant_id\":\"a\",\"vote\":\"maybe\"",
                 "invalid input 'vote': expected one of: yes, no, got \"maybe\"");
}

KL_TEST(what_is_wrong_is_refused)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{}", "missing required input: operation");
    fails(NODE, NULL, "{\"operation\":\"prepare\"}", "missing required input: participants");
    fails(NODE, NULL, "{\"operation\":\"prepare\",\"participants\":[]}",
          "invalid input 'participants': expected non-empty array of participant configurations, got "
          "empty array");
    fails(NODE, NULL, "{\"operation\":\"prepare\",\"participants\":[\"a\"]}",
          "invalid input 'participants[0].id': expected string, got null");
    fails(NODE, NULL, "{\"operation\":\"prepare\",\"participants\":[{\"id\":\"a\",\"timeout_ms\":-1}]}",
          "invalid input 'participants[0].timeout_ms': expected integer from 0 to 86400000, got -1");
    fails(NODE, NULL,
          "{\"operation\":\"prepare\",\"participants\":[{\"id\":\"a\",\"prepare\":\"NoOpNode\"}]}",
          "invalid input 'participants[0]': expected commit beside prepare");
    fails(NODE, NULL, "{\"operation\":\"get_status\",\"transaction_id\":\"zz\"}",
          "node execution failed: 2PC transaction 'zz' not found");
    fails(NODE, NULL, "{\"operation\":\"decide\"}", "missing required input: transaction_id");
}

/* ---- asked and told ------------------------------------------------------------------------------ */

static kl_status call_refuse(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                             kl_error *error)
{
    (void)self, (void)count;
    trace("refuse", args[0]);
    kl_value no;
    KL_TRY(kl_string_new(&no, KL_TEXT("no"), error));
    return kl_node_result(out, "vote", no, error);
}

#define MEMBER(id, asked)                                                                          \
    "{\"id\":\"" id "\",\"prepare\":\"" asked "\",\"commit\":\"do\",\"abort\":\"undo\"}"

/* Outputs without the id. */
static void executes_in(fixture *f, const char *config, const char *participants,
                        const char *expected, int line)
{
    char inputs[1024];
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"operation\":\"execute\",\"participants\":[%s]}", participants);
    kl_value out = run_traced(f, NODE, config, inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(kl_map_remove(&out, KL_TEXT("transaction_id"), NULL), KL_OK);
    assert_json_in(out, expected, __FILE__, line);
}
#define executes(f, config, participants, expected)                                                \
    executes_in(f, config, participants, expected, __LINE__)

KL_TEST(participants_are_asked_and_told)
{
    KL_UNUSED_STATE;
    fixture f;
    begin_traced(&f);
    add_callback(&f, "refuse", call_refuse);
    executes(&f, "{}", MEMBER("a", "ready") "," MEMBER("b", "ready"),
             "{\"commit_outcome\":\"commit\",\"status\":\"committed\",\"votes\":{\"a\":\"yes\",\"b\":"
             "\"yes\"},\"undelivered\":[]}");
    traced("try a ID:a:prepare\ntry b ID:b:prepare\ndo a ID:a:commit\ndo b ID:b:commit\n");
    executes(&f, "{}", MEMBER("a", "ready") "," MEMBER("b", "refuse") "," MEMBER("c", "fail"),
             "{\"commit_outcome\":\"abort\",\"status\":\"aborted\",\"votes\":{\"a\":\"yes\",\"b\":\"no\","
             "\"c\":\"no\"},\"undelivered\":[]}");
    traced("try a ID:a:prepare\nrefuse b ID:b:prepare\nfail c ID:c:prepare\nundo a ID:a:abort\n");
    executes(&f, "{\"timeout_ms\":30}", MEMBER("a", "slow"),
             "{\"commit_outcome\":\"abort\",\"status\":\"aborted\",\"votes\":{\"a\":\"timeout\"},"
             "\"undelivered\":[]}");
    traced("slow a ID:a:prepare\nundo a ID:a:abort\n");
    usleep(350000); /* what was left behind ends */
    free_fixture(&f);
}

KL_TEST(who_could_not_be_told_is_told_again)
{
    KL_UNUSED_STATE;
    fixture f;
    char id[64], inputs[256], expected[256];
    begin_traced(&f);
    failures_left = 1;
    kl_value out = run_traced(&f, NODE, "{}",
                              "{\"operation\":\"execute\",\"participants\":[{\"id\":\"a\",\"commit\":"
                              "\"flaky\",\"prepare\":\"do\"}]}", NULL);
    text_of(id, out, "transaction_id");
    kl_value_release(out);
    snprintf(inputs, sizeof inputs, "{\"operation\":\"resume\",\"transaction_id\":\"%s\"}", id);
    snprintf(expected, sizeof expected,
             "{\"commit_outcome\":\"commit\",\"status\":\"committed\",\"transaction_id\":\"%s\",\"votes\":"
             "{\"a\":\"yes\"},\"undelivered\":[]}", id);
    traced_gives(&f, NODE, "{}", inputs, expected);
    traced_gives(&f, NODE, "{}", inputs, expected);
    traced("do a ID:a:prepare\ntry a ID:a:commit\ntry a ID:a:commit\n");
    free_fixture(&f);
}

/* ---- killed -------------------------------------------------------------------------------------- */

enum { MEMBERS = 4 };

typedef struct verdicts {
    int committed, aborted;
} verdicts;

/* All were told the same, or nobody was asked. */
static void assert_agreement(const char *trace, void *data)
{
    bool told[256][MEMBERS] = {0}, asked[MEMBERS] = {0};
    char line[512], verdict = 0;
    FILE *file = fopen(trace, "r");
    while (file && fgets(line, sizeof line, file)) {
        int who = strchr(line, ' ')[2] - '0';
        if (line[0] == 't')
            asked[who] = true;
        else
            told[(unsigned char)line[0]][who] = true;
    }
    if (file)
        fclose(file);
    for (int i = 0; i < MEMBERS; i++) {
        char heard = told['d'][i] ? 'd' : told['u'][i] ? 'u' : 0;
        assert_false(told['d'][i] && told['u'][i]);
        if (heard && !verdict)
            verdict = heard;
    }
    for (int i = 0; i < MEMBERS; i++)
        if (asked[i]) /* nobody who has promised is left in doubt */
            assert_true(told[(unsigned char)verdict][i]);
    ((verdicts *)data)->committed += verdict == 'd';
    ((verdicts *)data)->aborted += verdict == 'u';
}

KL_TEST(killed_coordinators_leave_nobody_in_doubt)
{
    KL_UNUSED_STATE;
    char inputs[2048], *at = inputs;
    verdicts all = {0};
    at += sprintf(at, "{\"operation\":\"execute\",\"participants\":[");
    for (int i = 0; i < MEMBERS; i++)
        at += sprintf(at, "{\"id\":\"p%d\",\"prepare\":\"ready\",\"commit\":\"do\",\"abort\":\"undo\"},", i);
    sprintf(at - 1, "]}");
    int killed = crash_often(NODE, inputs, assert_agreement, &all);
    print_message("killed %d of %d, committed %d, aborted %d\n", killed, CRASH_ROUNDS, all.committed,
                  all.aborted);
    assert_true(killed > CRASH_ROUNDS / 8 && all.committed + all.aborted > CRASH_ROUNDS / 8);
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(NODE, NULL,
                                "{\"operation\":\"execute\",\"participants\":[{\"id\":\"a\"},{\"id\":"
                                "\"b\"}]}");
    char config[256];
    snprintf(config, sizeof config, "{\"log\":\"%s/sweep.db\"}", test_folder);
    survives_failed_allocations(NODE, config,
                                "{\"operation\":\"execute\",\"participants\":[{\"id\":\"a\",\"prepare\":"
                                "\"NoOpNode\",\"commit\":\"NoOpNode\",\"abort\":\"NoOpNode\"}]}");
    survives_failed_allocations(NODE, config, "{\"operation\":\"recover\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_coordinators_leave_nobody_in_doubt), /* forks before there are threads */
        cmocka_unit_test(all_yes_commits),
        cmocka_unit_test(a_no_or_a_missing_vote_aborts),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(participants_are_asked_and_told),
        cmocka_unit_test(who_could_not_be_told_is_told_again),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, make_trace, remove_trace);
}
