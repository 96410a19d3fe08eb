/* One runtime, many threads: runs, cancels, pauses, limits, observers, drains, forks at once; and
 * the single cases that are easy to get wrong. */
#include "engine_test.h"
#include "kailash/executor.h"
#include "kailash/time.h"

#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The thread sanitizer ends a forked child that makes threads; the allocator of the address sanitizer
 * may be locked in a child for ever. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { MAY_FORK = 0 };
#else
enum { MAY_FORK = 1 };
#endif

enum { THREADS = 32, ROUNDS = 60 };

/* ---- callbacks
 * ----------------------------------------------------------------------------------- */

static int begun, ended; /* atomic: calls of the callbacks below */

static kl_status nap(kl_value *out, unsigned microseconds, kl_error *error)
{
    __atomic_add_fetch(&begun, 1, __ATOMIC_SEQ_CST);
    usleep(microseconds);
    __atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
    return kl_map_new(out, 0, error);
}

static kl_status nap_shortly(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                             kl_error *error)
{
    (void)self, (void)args, (void)count;
    static unsigned turn;
    return nap(out, __atomic_add_fetch(&turn, 1, __ATOMIC_RELAXED) % 7 * 50, error);
}

static kl_status nap_20_ms(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                           kl_error *error)
{
    (void)self, (void)args, (void)count;
    return nap(out, 20000, error);
}

static kl_status nap_500_ms(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_error *error)
{
    (void)self, (void)args, (void)count;
    return nap(out, 500000, error);
}

static kl_status fail_soon(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                           kl_error *error)
{
    (void)out, (void)self, (void)args, (void)count;
    usleep(10000);
    return kl_error_set(error, KL_FAILED, "no luck");
}

/* ---- all at once
 * --------------------------------------------------------------------------------- */

typedef struct player {
    pthread_t thread;
    unsigned seed;
    fixture *shared;
    unsigned started; /* runs that were let in */
} player;

static bool is_expected(kl_status status)
{
    return status == KL_OK || status == KL_CANCELLED || status == KL_TIMEOUT || status == KL_STATE;
}

static void execute(player *p, double limit)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_run_options options = {.time_limit = limit, .has_hard = limit >= 0};
    kl_status status = kl_runtime_execute(&out, p->shared->runtime, p->shared->workflow, kl_null(),
                                          &options, &error);
    if (!is_expected(status) || (limit < 0 && status == KL_TIMEOUT))
        fail_msg("%s: %s", kl_status_name(status), kl_error_message(&error));
    if (status == KL_OK)
        assert_int_equal(kl_map_len(kl_map_get(out, KL_TEXT("results"))), 6);
    p->started += status != KL_STATE;
    kl_error_clear(&error);
    kl_value_release(out);
}

/* Start one and do `how` to it; wait for it unless told to leave it. */
static void start(player *p, void (*how)(kl_run_handle *), bool leave)
{
    kl_run_handle *handle;
    kl_value out = kl_null();
    if (kl_runtime_start(&handle, p->shared->runtime, p->shared->workflow, kl_null(), NULL, NULL) !=
        KL_OK)
        return;
    p->started++;
    how(handle);
    if (!leave)
        assert_true(is_expected(kl_run_handle_result(&out, handle, 60, NULL)));
    assert_true(leave || kl_run_handle_is_done(handle));
    kl_value_release(out);
    kl_object_release((kl_object *)handle);
}

static void let_be(kl_run_handle *handle) { (void)handle; }

static void pause_shortly(kl_run_handle *handle)
{
    kl_run_handle_pause(handle, true);
    usleep(200);
    kl_run_handle_pause(handle, false);
}

static void cancel_while_paused(kl_run_handle *handle)
{
    kl_run_handle_pause(handle, true);
    kl_run_handle_cancel(handle);
}

static kl_status note(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                      kl_error *error)
{
    (void)out, (void)self, (void)error;
    assert_int_equal(count, 1);
    assert_true(kl_map_has(args[0], KL_TEXT("run_id")));
    return KL_OK;
}

static void observe_shortly(player *p)
{
    kl_value observer, end = kl_null(), nothing = kl_null();
    kl_object *runtime = (kl_object *)p->shared->runtime;
    assert_int_equal(kl_callable_new(&observer, note, NULL, NULL, NULL), KL_OK);
    assert_int_equal(kl_object_call(&end, runtime, KL_TEXT("on_node_complete"), &observer, 1, NULL),
                     KL_OK);
    kl_value_release(observer);
    execute(p, -1);
    assert_int_equal(kl_call_value(&nothing, end, NULL, 0, NULL), KL_OK);
    kl_value_release(nothing);
    kl_value_release(end);
}

static void *play(void *data)
{
    player *p = data;
    for (int round = 0; round < ROUNDS; round++) {
        switch (rand_r(&p->seed) % 8) {
        case 0:
            execute(p, -1);
            break;
        case 1:
            execute(p, 0.0005);
            break;
        case 2:
            execute(p, 0);
            break;
        case 3:
            start(p, pause_shortly, false);
            break;
        case 4:
            start(p, kl_run_handle_cancel, false);
            break;
        case 5:
            start(p, cancel_while_paused, true);
            break;
        case 6:
            start(p, let_be, true);
            break;
        default:
            observe_shortly(p);
            break;
        }
    }
    return NULL;
}

/* Two threads that sleep, two nodes behind both, one that ends all. */
static void build_diamond(fixture *f, const char *config)
{
    begin(f);
    add_callback(f, "Nap", nap_shortly);
    for (char id[2] = "a"; id[0] < 'g'; id[0]++)
        add_node(f, id[0] == 'c' ? "NoOpNode" : "Nap", id, "{}");
    for (char from[2] = "a"; from[0] < 'c'; from[0]++)
        for (char to[2] = "c"; to[0] < 'f'; to[0]++)
            connect_ports(f, from, "x", to, "x");
    for (char from[2] = "c"; from[0] < 'f'; from[0]++)
        connect_ports(f, from, "x", "f", "x");
    build(f, config);
}

static int64_t counter(fixture *f, const char *name)
{
    kl_value metrics = kl_null(), value = kl_null();
    assert_int_equal(
        kl_object_call(&metrics, (kl_object *)f->runtime, KL_TEXT("metrics"), NULL, 0, NULL),
        KL_OK);
    assert_int_equal(kl_object_call(&value, metrics.as.object, kl_text_from(name), NULL, 0, NULL),
                     KL_OK);
    kl_value_release(metrics);
    return kl_as_int(value);
}

static void play_all(const char *config, bool drain_early)
{
    fixture f;
    player players[THREADS];
    uint32_t drained, cancelled;
    unsigned started = 0;
    build_diamond(&f, config);
    for (unsigned i = 0; i < THREADS; i++) {
        players[i] = (player){.seed = i + 1, .shared = &f};
        assert_int_equal(pthread_create(&players[i].thread, NULL, play, &players[i]), 0);
    }
    if (drain_early) {
        usleep(20000);
        assert_int_equal(kl_runtime_drain(&drained, &cancelled, f.runtime, 0.001, NULL), KL_OK);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(players[i].thread, NULL);
        started += players[i].started;
    }
    assert_int_equal(kl_runtime_drain(&drained, &cancelled, f.runtime, 60, NULL), KL_OK);
    assert_int_equal(cancelled, 0);
    assert_int_equal(counter(&f, "workflows_started"), started);
    assert_int_equal(counter(&f, "workflows_completed") + counter(&f, "workflows_failed"), started);
    free_fixture(&f);
}

KL_TEST(threads_may_do_anything_at_once)
{
    KL_UNUSED_STATE;
    play_all("{\"max_concurrent_nodes\":4}", false);
}

KL_TEST(threads_may_do_anything_at_once_under_limits)
{
    KL_UNUSED_STATE;
    play_all("{\"max_concurrent_nodes\":3,\"node_timeout\":30,\"max_concurrent_workflows\":8}",
             false);
}

KL_TEST(a_drain_may_come_at_any_time)
{
    KL_UNUSED_STATE;
    play_all("{\"max_concurrent_nodes\":4}", true);
}

/* ---- pauses and limits
 * --------------------------------------------------------------------------- */

static double busy_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void pause_sleepers(const char *config)
{
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    begin(&f);
    add_callback(&f, "Nap", nap_20_ms);
    for (char id[2] = "a"; id[0] < 'k'; id[0]++)
        add_node(&f, "Nap", id, "{}");
    build(&f, config);
    begun = ended = 0;
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL),
                     KL_OK);
    while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) == 0)
        usleep(100);
    kl_run_handle_pause(handle, true);
    while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < 1)
        usleep(100);
    usleep(30000); /* those that run may end */
    int before = __atomic_load_n(&begun, __ATOMIC_SEQ_CST);
    double busy = busy_seconds();
    assert_true(before <= 4); /* the two that ran, and what each took just before the pause */
    usleep(150000);
    assert_int_equal(__atomic_load_n(&begun, __ATOMIC_SEQ_CST), before);
    assert_true(busy_seconds() - busy < 0.05);
    kl_run_handle_pause(handle, false);
    assert_int_equal(kl_run_handle_result(&out, handle, 30, NULL), KL_OK);
    assert_int_equal(begun, 10);
    kl_value_release(out);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
}

KL_TEST(a_pause_holds_for_queued_jobs_and_costs_nothing)
{
    KL_UNUSED_STATE;
    pause_sleepers("{\"max_concurrent_nodes\":2}");
    pause_sleepers("{\"max_concurrent_nodes\":2,\"node_timeout\":60}");
}

/* Pauses so short that the run's own thread does not see them: the tasks are done all the same. */
static void blink(const char *config)
{
    fixture f;
    begin(&f);
    add_callback(&f, "Nap", nap_shortly);
    for (char id[2] = "a"; id[0] < 'z'; id[0]++)
        add_node(&f, "Nap", id, "{}");
    build(&f, config);
    for (int round = 0; round < 30; round++) {
        kl_run_handle *handle;
        kl_value out = kl_null();
        assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL),
                         KL_OK);
        while (!kl_run_handle_is_done(handle)) {
            kl_run_handle_pause(handle, true);
            usleep(round * 10);
            kl_run_handle_pause(handle, false);
            usleep(100);
        }
        assert_int_equal(kl_run_handle_result(&out, handle, 20, NULL), KL_OK);
        kl_value_release(out);
        kl_object_release((kl_object *)handle);
    }
    free_fixture(&f);
}

KL_TEST(a_pause_that_nobody_saw_loses_no_task)
{
    KL_UNUSED_STATE;
    blink("{\"max_concurrent_nodes\":2}");
    blink("{\"max_concurrent_nodes\":2,\"node_timeout\":60}");
    blink("{\"max_concurrent_nodes\":1,\"node_timeout\":60}");
}

/* A pool that takes tasks and starts with them when it is told to. */
static kl_task *held[8];
static int held_count; /* atomic */

static kl_status hold(kl_executor *self, kl_task *task, kl_error *error)
{
    (void)self, (void)error;
    int place = __atomic_fetch_add(&held_count, 1, __ATOMIC_ACQ_REL);
    __atomic_store_n(&held[place], task, __ATOMIC_RELEASE);
    return KL_OK;
}

KL_TEST(what_was_handed_over_is_not_begun_once_the_run_is_over)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    static kl_executor holding = {.name = "holding", .submit = hold};
    begin(&f);
    add_callback(&f, "Nap", nap_shortly);
    add_node(&f, "Nap", "a", "{}");
    add_node(&f, "Nap", "b", "{}");
    build(&f, "{\"max_concurrent_nodes\":4,\"node_timeout\":60}");
    assert_int_equal(kl_runtime_set_executor(f.runtime, &holding, NULL), KL_OK);
    held_count = begun = 0;
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    while (__atomic_load_n(&held_count, __ATOMIC_ACQUIRE) < 2)
        usleep(100);
    kl_run_handle_cancel(handle);
    assert_int_equal(kl_run_handle_result(&out, handle, 20, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: workflow execution was cancelled");
    kl_error_clear(&error);
    for (int i = 0; i < 2; i++) {
        kl_task_run(held[i]);
        assert_null(kl_task_done(held[i]));
    }
    assert_int_equal(begun, 0);
    assert_int_equal(counter(&f, "nodes_failed"), 0);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
}

static kl_status wait_until_stopped(kl_value *out, kl_callable *self, const kl_value *args,
                                    size_t count, kl_error *error)
{
    (void)out, (void)self, (void)args, (void)count;
    __atomic_add_fetch(&begun, 1, __ATOMIC_SEQ_CST);
    return kl_run_wait(kl_run_current(), 30, error);
}

/* Whether the node or the run sees it first: the message is the same. */
KL_TEST(a_cancelled_run_says_so_though_a_node_saw_it_first)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    begin(&f);
    add_callback(&f, "Wait", wait_until_stopped);
    add_node(&f, "Wait", "a", "{}");
    build(&f, "{}");
    begun = 0;
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    while (__atomic_load_n(&begun, __ATOMIC_SEQ_CST) == 0)
        usleep(100);
    kl_run_handle_cancel(handle);
    assert_int_equal(kl_run_handle_result(&out, handle, 20, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: workflow execution was cancelled");
    kl_error_clear(&error);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
}

static double seconds_now(void) { return (double)kl_clock_now() / 1e9; }

/* The failure stays the cause, though the other node is left behind. */
KL_TEST(a_limit_holds_after_a_failure_too)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    begin(&f);
    add_callback(&f, "Fail", fail_soon);
    add_callback(&f, "Nap", nap_500_ms);
    add_node(&f, "Fail", "a", "{}");
    add_node(&f, "Nap", "b", "{}");
    build(&f, "{\"max_concurrent_nodes\":4,\"node_timeout\":0.05}");
    double busy = busy_seconds(), from = seconds_now();
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, kl_null(), NULL, &error),
                     KL_FAILED);
    assert_string_equal(kl_error_message(&error),
                        "workflow execution failed: node 'a' failed -> no luck");
    assert_true(seconds_now() - from < 0.4);
    assert_true(busy_seconds() - busy < 0.05);
    kl_error_clear(&error);
    free_fixture(&f);
}

/* ---- from within
 * --------------------------------------------------------------------------------- */

static fixture *inner; /* what the callbacks below use */

static kl_status execute_inner(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                               kl_error *error)
{
    (void)self, (void)count;
    int64_t left = kl_as_int(kl_map_get(args[0], KL_TEXT("left")));
    if (left == 0)
        return kl_map_new(out, 0, error);
    kl_value inputs = kl_null(), result = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&inputs, 1, error));
    KL_TRY_OUT(kl_map_set(&inputs, KL_TEXT("left"), kl_int(left - 1), error));
    KL_TRY_OUT(kl_runtime_execute(&result, inner->runtime, inner->workflow, inputs, NULL, error));
    *out = kl_value_retain(kl_map_get(result, KL_TEXT("results")));
out:
    kl_value_release(inputs);
    kl_value_release(result);
    return status;
}

KL_TEST(a_node_may_execute_on_its_own_runtime_though_one_run_at_once_is_allowed)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value out = kl_null(), inputs = json("{\"left\":3}");
    begin(&f);
    add_callback(&f, "Inner", execute_inner);
    add_node(&f, "Inner", "a", "{}");
    build(&f, "{\"max_concurrent_workflows\":1,\"workflow_timeout\":20}");
    inner = &f;
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, inputs, NULL, NULL), KL_OK);
    assert_json(kl_value_retain(kl_map_get(out, KL_TEXT("results"))),
                "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}");
    kl_value_release(out);
    kl_value_release(inputs);
    free_fixture(&f);
}

static kl_status drain_own(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                           kl_error *error)
{
    uint32_t drained, cancelled;
    (void)self, (void)args, (void)count;
    KL_TRY(kl_runtime_drain(&drained, &cancelled, inner->runtime, 20, error));
    assert_int_equal(drained, 0);
    assert_int_equal(cancelled, 1);
    return kl_map_new(out, 0, error);
}

KL_TEST(a_node_that_drains_its_runtime_does_not_wait_for_itself)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value out = kl_null();
    begin(&f);
    add_callback(&f, "Drain", drain_own);
    add_node(&f, "Drain", "a", "{}");
    add_node(&f, "NoOpNode", "b", "{}");
    connect_ports(&f, "a", "x", "b", "x");
    build(&f, "{}");
    inner = &f;
    double from = seconds_now();
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, kl_null(), NULL, NULL),
                     KL_CANCELLED);
    assert_true(seconds_now() - from < 2);
    free_fixture(&f);
}

/* An observer that ends itself when it is called, and asks the runtime something when it is freed.
 */
static kl_value own_end;

static kl_status end_myself(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                            kl_error *error)
{
    (void)self, (void)args, (void)count;
    kl_value end = kl_value_take(&own_end);
    kl_status status = kl_is_null(end) ? KL_OK : kl_call_value(out, end, NULL, 0, error);
    kl_value_release(end);
    return status;
}

static void observe_when_freed(kl_callable *self)
{
    kl_value observer, end = kl_null();
    fixture *f = self->data;
    assert_int_equal(kl_callable_new(&observer, note, NULL, NULL, NULL), KL_OK);
    assert_int_equal(kl_object_call(&end, (kl_object *)f->runtime, KL_TEXT("on_node_complete"),
                                    &observer, 1, NULL),
                     KL_OK);
    kl_value_release(observer);
    kl_value_release(end);
}

KL_TEST(an_observer_may_remove_itself_and_add_others)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_value observer, out = kl_null();
    build_diamond(&f, "{}");
    assert_int_equal(kl_callable_new(&observer, end_myself, observe_when_freed, &f, NULL), KL_OK);
    assert_int_equal(kl_object_call(&own_end, (kl_object *)f.runtime, KL_TEXT("on_node_complete"),
                                    &observer, 1, NULL),
                     KL_OK);
    kl_value_release(observer);
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    kl_value_release(out);
    assert_int_equal(kl_runtime_execute(&out, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    kl_value_release(out);
    free_fixture(&f);
}

/* Everything is let go of while it runs: the pool's thread is the last owner. */
KL_TEST(a_run_outlives_all_who_could_ask_for_it)
{
    KL_UNUSED_STATE;
    begun = ended = 0;
    for (int round = 0; round < 20; round++) {
        fixture f;
        kl_run_handle *handle;
        build_diamond(&f, round % 2 ? "{\"node_timeout\":30}" : "{\"max_concurrent_nodes\":4}");
        assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL),
                         KL_OK);
        free_fixture(&f);
        kl_object_release((kl_object *)handle);
    }
    for (int i = 0; i < 10000 && __atomic_load_n(&ended, __ATOMIC_SEQ_CST) < 100; i++)
        usleep(1000);
    assert_int_equal(__atomic_load_n(&ended, __ATOMIC_SEQ_CST), 100);
    usleep(50000);
}

/* ---- forks
 * --------------------------------------------------------------------------------------- */

static bool stop_forking; /* atomic */

static void *keep_busy(void *data)
{
    player *p = data;
    while (!__atomic_load_n(&stop_forking, __ATOMIC_ACQUIRE)) {
        observe_shortly(p);
        start(p, let_be, false);
    }
    return NULL;
}

/* In the child: the inherited runtime, a new one, a run of the parent. The alarm ends what hangs.
 */
static int use_everything(fixture *f, kl_run_handle *parents)
{
    fixture mine;
    kl_value out = kl_null();
    uint32_t drained, cancelled;
    alarm(20);
    player p = {.shared = f};
    observe_shortly(&p);
    start(&p, pause_shortly, false);
    kl_run_handle_cancel(parents);
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_run_handle_result(&out, parents, 10, &error);
    if (status != KL_OK && status != KL_STATE)
        return 2;
    if (kl_runtime_drain(&drained, &cancelled, f->runtime, 10, NULL) != KL_OK || cancelled)
        return 3;
    build_diamond(&mine, "{\"max_concurrent_nodes\":4}");
    p.shared = &mine;
    execute(&p, -1);
    return p.started == 3 ? 0 : 4;
}

KL_TEST(a_forked_child_can_use_what_it_inherits)
{
    KL_UNUSED_STATE;
    if (!MAY_FORK)
        skip();
    fixture f;
    player players[4];
    build_diamond(&f, "{\"max_concurrent_nodes\":4}");
    __atomic_store_n(&stop_forking, false, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < KL_COUNT(players); i++) {
        players[i] = (player){.seed = i, .shared = &f};
        assert_int_equal(pthread_create(&players[i].thread, NULL, keep_busy, &players[i]), 0);
    }
    for (int round = 0; round < 40; round++) {
        kl_run_handle *handle;
        int status = 0;
        assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL),
                         KL_OK);
        pid_t child = fork();
        if (child == 0)
            _exit(use_everything(&f, handle));
        assert_true(child > 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        kl_object_release((kl_object *)handle);
    }
    __atomic_store_n(&stop_forking, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < KL_COUNT(players); i++)
        pthread_join(players[i].thread, NULL);
    free_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_may_do_anything_at_once),
        cmocka_unit_test(threads_may_do_anything_at_once_under_limits),
        cmocka_unit_test(a_drain_may_come_at_any_time),
        cmocka_unit_test(a_pause_holds_for_queued_jobs_and_costs_nothing),
        cmocka_unit_test(a_pause_that_nobody_saw_loses_no_task),
        cmocka_unit_test(what_was_handed_over_is_not_begun_once_the_run_is_over),
        cmocka_unit_test(a_cancelled_run_says_so_though_a_node_saw_it_first),
        cmocka_unit_test(a_limit_holds_after_a_failure_too),
        cmocka_unit_test(a_node_may_execute_on_its_own_runtime_though_one_run_at_once_is_allowed),
        cmocka_unit_test(a_node_that_drains_its_runtime_does_not_wait_for_itself),
        cmocka_unit_test(an_observer_may_remove_itself_and_add_others),
        cmocka_unit_test(a_run_outlives_all_who_could_ask_for_it),
        cmocka_unit_test(a_forked_child_can_use_what_it_inherits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
