/* Executors: whoever does the work, the results are the same. */
#include "test.h"
#include "format.h"
#include "kailash/executor.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a workflow -------------------------------------------------------------------------------- */

static kl_status twice(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                       kl_error *error)
{
    (void)self, (void)count;
    int64_t given = kl_as_int(kl_map_get(args[0], KL_TEXT("n")));
    if (given < 0)
        return kl_error_set(error, KL_FAILED, "n: %d is negative", (int)given);
    KL_TRY(kl_map_new(out, 1, error));
    return kl_map_set(out, KL_TEXT("n"), kl_int(2 * given), error);
}

static kl_registry *new_registry(void)
{
    kl_registry *registry;
    kl_value callable, ports = json("[\"n\"]");
    assert_int_equal(kl_registry_new(&registry, NULL), KL_OK);
    assert_int_equal(kl_callable_new(&callable, twice, NULL, NULL, NULL), KL_OK);
    assert_int_equal(kl_registry_add_callback(registry, KL_TEXT("Twice"), callable, ports, ports,
                                              NULL),
                     KL_OK);
    kl_value_release(callable);
    kl_value_release(ports);
    return registry;
}

/* Four chains of three, side by side. */
static kl_workflow *new_workflow(kl_registry *registry)
{
    kl_builder *builder;
    kl_workflow *workflow;
    kl_error error = KL_ERROR_INIT;
    char id[32], before[32];
    assert_int_equal(kl_builder_new(&builder, NULL), KL_OK);
    for (int chain = 0; chain < 4; chain++)
        for (int step = 0; step < 3; step++) {
            snprintf(id, sizeof id, "n%d%d", chain, step);
            snprintf(before, sizeof before, "n%d%d", chain, step - 1);
            assert_int_equal(kl_builder_add_node(builder, KL_TEXT("Twice"), kl_text_from(id),
                                                 kl_null(), NULL),
                             KL_OK);
            if (step)
                assert_int_equal(kl_builder_connect(builder, kl_text_from(before), KL_TEXT("n"),
                                                    kl_text_from(id), KL_TEXT("n"), NULL),
                                 KL_OK);
        }
    if (kl_builder_build(&workflow, builder, registry, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_object_release((kl_object *)builder);
    return workflow;
}

static void run_with(kl_executor *executor, int64_t n, kl_status expected, const char *message)
{
    kl_registry *registry = new_registry();
    kl_workflow *workflow = new_workflow(registry);
    kl_runtime *runtime;
    kl_value inputs, out = kl_null(), settings = json("{\"max_concurrent_nodes\":3}"), config;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_from_map(&config, &kl_runtime_config_type, settings, NULL), KL_OK);
    assert_int_equal(kl_runtime_new(&runtime, registry, config, NULL), KL_OK);
    assert_int_equal(kl_runtime_set_executor(runtime, executor, NULL), KL_OK);
    assert_int_equal(kl_map_new(&inputs, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("n"), kl_int(n), NULL), KL_OK);
    for (int i = 0; i < 20; i++) {
        kl_status status = kl_runtime_execute(&out, runtime, workflow, inputs, NULL, &error);
        if (status != expected)
            fail_msg("%s: %s", executor->name, kl_error_message(&error));
        if (status == KL_OK)
            assert_int_equal(kl_as_int(*kl_value_path(&out, KL_TEXT("results.n32.n"))), 8 * n);
        else
            assert_non_null(strstr(kl_error_message(&error), message));
        kl_error_clear(&error);
        kl_value_release(kl_value_take(&out));
    }
    kl_value_release(inputs);
    kl_value_release(settings);
    kl_value_release(config);
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)registry);
}

KL_TEST(threads_and_none_give_the_same)
{
    KL_UNUSED_STATE;
    run_with(kl_executor_threads(), 5, KL_OK, NULL);
    run_with(kl_executor_inline(), 5, KL_OK, NULL);
    run_with(kl_executor_threads(), -1, KL_FAILED, "0' failed -> n: -1 is negative");
    run_with(kl_executor_inline(), -1, KL_FAILED, "0' failed -> n: -1 is negative");
}

/* ---- a worker in another process ---------------------------------------------------------------- */

static bool send_all(int to, const void *data, size_t size)
{
    for (const char *at = data; size > 0;) {
        ssize_t sent = write(to, at, size);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int from, void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t got = read(from, at, size);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static bool send_bytes(int to, kl_text bytes)
{
    return send_all(to, &bytes.len, sizeof bytes.len) && send_all(to, bytes.data, bytes.len);
}

/* Memory of the caller's; NULL at the end. */
static char *receive_bytes(int from, size_t *len)
{
    if (!receive_all(from, len, sizeof *len))
        return NULL;
    char *data = malloc(*len + 1);
    if (!receive_all(from, data, *len)) {
        free(data);
        return NULL;
    }
    return data;
}

/* Answers tasks until nobody asks any more. */
static void serve(int socket)
{
    kl_registry *registry = new_registry();
    char *packed;
    size_t len;
    while ((packed = receive_bytes(socket, &len))) {
        kl_value answer = kl_null();
        if (kl_task_work(&answer, (kl_text){packed, len}, registry, NULL) != KL_OK)
            _exit(1);
        send_bytes(socket, kl_as_text(answer));
        kl_value_release(answer);
        free(packed);
    }
    _exit(0);
}

typedef struct farm {
    kl_executor executor;
    int socket;
    pid_t worker;
    pthread_mutex_t lock; /* one question at a time */
} farm;

typedef struct errand {
    farm *farm;
    kl_task *task;
} errand;

static void ask(farm *f, kl_task *task)
{
    kl_value packed = kl_null();
    kl_error error = KL_ERROR_INIT;
    char *answer = NULL;
    size_t len;
    pthread_mutex_lock(&f->lock);
    if (kl_task_pack(&packed, task, &error) == KL_OK &&
        send_bytes(f->socket, kl_as_text(packed)))
        answer = receive_bytes(f->socket, &len);
    pthread_mutex_unlock(&f->lock);
    if (answer) {
        kl_task_unpack(task, (kl_text){answer, len});
        free(answer);
    } else {
        kl_error_set(&error, KL_UNAVAILABLE, "the worker is gone");
        kl_task_fail(task, &error);
    }
    kl_value_release(packed);
}

static void *go(void *data)
{
    errand e = *(errand *)data;
    free(data);
    for (kl_task *task = e.task; task; task = kl_task_done(task))
        ask(e.farm, task);
    return NULL;
}

static kl_status submit(kl_executor *self, kl_task *task, kl_error *error)
{
    pthread_t thread;
    errand *e = malloc(sizeof *e);
    *e = (errand){self->data, task};
    if (pthread_create(&thread, NULL, go, e) != 0) {
        free(e);
        return kl_error_set(error, KL_UNAVAILABLE, "no thread");
    }
    pthread_detach(thread);
    return KL_OK;
}

static void open_farm(farm *f)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *f = (farm){.executor = {.name = "farm", .submit = submit, .data = f}, .socket = ends[0]};
    pthread_mutex_init(&f->lock, NULL);
    f->worker = fork();
    if (f->worker == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
}

static void close_farm(farm *f)
{
    int status;
    close(f->socket);
    waitpid(f->worker, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    pthread_mutex_destroy(&f->lock);
}

KL_TEST(a_worker_in_another_process_gives_the_same)
{
    KL_UNUSED_STATE;
    farm f;
    open_farm(&f);
    run_with(&f.executor, 5, KL_OK, NULL);
    run_with(&f.executor, -1, KL_FAILED, "0' failed -> n: -1 is negative");
    close_farm(&f);
}

static kl_status refuse(kl_executor *self, kl_task *task, kl_error *error)
{
    (void)self, (void)task;
    return kl_error_set(error, KL_UNAVAILABLE, "no worker is free");
}

KL_TEST(what_no_executor_takes_the_engine_does)
{
    KL_UNUSED_STATE;
    kl_executor none = {.name = "none", .submit = refuse};
    run_with(&none, 5, KL_OK, NULL);
}

static kl_status lose(kl_executor *self, kl_task *task, kl_error *error)
{
    (void)self, (void)error;
    while (task) {
        kl_error lost = KL_ERROR_INIT;
        kl_error_set(&lost, KL_UNAVAILABLE, "the worker is gone");
        kl_task_fail(task, &lost);
        task = kl_task_done(task);
    }
    return KL_OK;
}

KL_TEST(a_lost_worker_fails_the_node)
{
    KL_UNUSED_STATE;
    kl_executor losing = {.name = "losing", .submit = lose};
    run_with(&losing, 5, KL_UNAVAILABLE, "failed -> the worker is gone");
}

/* Fails twice, then gives what it got. */
static kl_status flaky(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                       kl_error *error)
{
    static int calls;
    (void)self, (void)count;
    if (++calls % 3)
        return kl_error_set(error, KL_FAILED, "call %d fails", calls);
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

/* What a worker answers to a task of such a node, whose retries are at most `max_retries`. */
static kl_value answer_to_flaky(kl_registry *registry, const char *retry)
{
    char text[256];
    kl_value packed, answer, read;
    snprintf(text, sizeof text, "{\"type\":\"Flaky\",\"id\":\"f\",\"run_id\":\"r\",\"config\":{},"
             "\"inputs\":{\"n\":1},\"gathered\":null%s}", retry);
    kl_value task = json(text);
    assert_int_equal(kl_format_write(&packed, KL_TEXT("msgpack"), task, NULL, NULL), KL_OK);
    assert_int_equal(kl_task_work(&answer, kl_as_text(packed), registry, NULL), KL_OK);
    assert_int_equal(kl_format_read(&read, KL_TEXT("msgpack"), kl_as_text(answer), NULL), KL_OK);
    kl_value_release(task);
    kl_value_release(packed);
    kl_value_release(answer);
    return read;
}

KL_TEST(a_worker_obeys_the_policy_of_retries)
{
    KL_UNUSED_STATE;
    kl_registry *registry = new_registry();
    kl_value callable, ports = json("[\"n\"]");
    assert_int_equal(kl_callable_new(&callable, flaky, NULL, NULL, NULL), KL_OK);
    assert_int_equal(kl_registry_add_callback(registry, KL_TEXT("Flaky"), callable, ports, ports, NULL),
                     KL_OK);
    kl_value once = answer_to_flaky(registry, ",\"retry\":{\"max_retries\":1,\"base_delay_ms\":1}");
    assert_string_equal(kl_as_text(kl_map_get(once, KL_TEXT("message"))).data, "call 2 fails");
    assert_json(answer_to_flaky(registry, ",\"retry\":{\"max_retries\":3,\"base_delay_ms\":1}"),
                "{\"status\":0,\"outcome\":0,\"output\":{\"n\":1}}");
    kl_value none = answer_to_flaky(registry, "");
    assert_string_equal(kl_as_text(kl_map_get(none, KL_TEXT("message"))).data, "call 4 fails");
    kl_value_release(once);
    kl_value_release(none);
    kl_value_release(callable);
    kl_value_release(ports);
    kl_object_release((kl_object *)registry);
}

KL_TEST(malformed_packets_are_refused)
{
    KL_UNUSED_STATE;
    static const char *const packets[] = {"", "\xc1", "\x93", "\x01", "\x80"};
    kl_registry *registry = new_registry();
    for (size_t i = 0; i < KL_COUNT(packets); i++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_task_work(&out, kl_text_from(packets[i]), registry, &error);
        assert_true(status == KL_OK || error.message);
        kl_error_clear(&error);
        kl_value_release(out);
    }
    kl_object_release((kl_object *)registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_none_give_the_same),
        cmocka_unit_test(a_worker_in_another_process_gives_the_same),
        cmocka_unit_test(what_no_executor_takes_the_engine_does),
        cmocka_unit_test(a_lost_worker_fails_the_node),
        cmocka_unit_test(a_worker_obeys_the_policy_of_retries),
        cmocka_unit_test(malformed_packets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
