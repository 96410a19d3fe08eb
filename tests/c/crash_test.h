/* tests/c/crash_test.h - a node that keeps a log is killed at any moment, again and again, and takes up
 * what it left. For processes that have no threads yet: they are forked. */
#ifndef KL_TESTS_CRASH_TEST_H
#define KL_TESTS_CRASH_TEST_H

#include "kailash/time.h"
#include "transaction_test.h"

#include <signal.h>
#include <sys/wait.h>

enum { CRASH_ROUNDS = 40 };

typedef struct crashing {
    const char *type;
    char log[128], trace[128];
} crashing;

/* In a process of its own: run the node with the log, then leave. */
static inline void be_a_child(const crashing *it, const char *inputs)
{
    fixture f;
    char config[256];
    open_trace(it->trace);
    trace_pause = 2000;
    snprintf(config, sizeof config, "{\"log\":\"%s\"}", it->log);
    begin_traced(&f);
    kl_value out = run_traced(&f, it->type, config, inputs, NULL);
    bool done = !kl_is_null(out);
    kl_value_release(out);
    free_fixture(&f);
    _exit(done ? 0 : 1);
}

/* Kill it after a while (0 = never); whether it had ended by itself. */
static inline bool run_and_kill(const crashing *it, const char *inputs, unsigned microseconds)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        be_a_child(it, inputs);
    if (microseconds) {
        usleep(microseconds);
        kill(child, SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFEXITED(status);
}

/*
 * Start it with `inputs`, kill it somewhere within its time and half of it again, kill what recovers it,
 * let it recover; then `check` looks at the file of the trace. Returns how often it was killed.
 */
static inline int crash_often(const char *type, const char *inputs,
                              void (*check)(const char *trace, void *data), void *data)
{
    static const char recover[] = "{\"operation\":\"recover\"}";
    crashing it = {.type = type};
    unsigned whole = 0; /* microseconds of one that nobody kills: the second, for files are cold at first */
    int killed = 0;
    srand(20240501);
    for (int round = 0; round < CRASH_ROUNDS + 2; round++) {
        snprintf(it.log, sizeof it.log, "%s/log%d.db", test_folder, round);
        snprintf(it.trace, sizeof it.trace, "%s/trace%d", test_folder, round);
        kl_time begin = kl_clock_now();
        bool ended = run_and_kill(&it, inputs, whole ? 1 + (unsigned)rand() % (whole + whole / 2) : 0);
        if (round <= 1)
            whole = round ? (unsigned)((kl_clock_now() - begin) / KL_MICROSECOND) : 0;
        killed += !ended;
        for (int again = 0; !ended && again < 3; again++)
            run_and_kill(&it, recover, 1 + (unsigned)rand() % whole);
        assert_true(run_and_kill(&it, recover, 0));
        check(it.trace, data);
    }
    return killed;
}

#endif
