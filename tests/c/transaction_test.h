/* tests/c/transaction_test.h - a node of the transaction families run with callbacks that keep a trace. */
#ifndef KL_TESTS_TRANSACTION_TEST_H
#define KL_TESTS_TRANSACTION_TEST_H

#include "engine_test.h"
#include "folder.h"

#include <fcntl.h>
#include <unistd.h>

/* Where callbacks write what they did, one line each; O_APPEND keeps lines whole. */
static int trace_file = -1;
static unsigned trace_pause; /* microseconds a callback takes */

static inline void trace(const char *what, kl_value inputs)
{
    char line[512];
    kl_value saga = kl_map_get(inputs, KL_TEXT("saga"));
    kl_value who = kl_map_get(saga, KL_TEXT("step_id"));
    if (kl_is_null(who))
        who = kl_map_get(inputs, KL_TEXT("participant_id"));
    int len = snprintf(line, sizeof line, "%s %s %s\n", what, kl_as_text(who).data,
                       kl_as_text(kl_map_get(inputs, KL_TEXT("idempotency_key"))).data);
    if (write(trace_file, line, (size_t)len) != len)
        abort();
    if (trace_pause)
        usleep(trace_pause);
}

static inline kl_status call_do(kl_value *out, kl_callable *self, const kl_value *args, size_t count,
                                kl_error *error)
{
    (void)self, (void)count;
    trace("do", args[0]);
    return kl_node_result(out, "done", kl_bool(true), error);
}

static inline kl_status call_undo(kl_value *out, kl_callable *self, const kl_value *args,
                                  size_t count, kl_error *error)
{
    (void)self, (void)count;
    trace("undo", args[0]);
    return kl_node_result(out, "undone", kl_bool(true), error);
}

static inline kl_status call_fail(kl_value *out, kl_callable *self, const kl_value *args,
                                  size_t count, kl_error *error)
{
    (void)out, (void)self, (void)count;
    trace("fail", args[0]);
    return kl_error_set(error, KL_FAILED, "boom");
}

/* Fails as often as `failures_left` says. */
static int failures_left;

static inline kl_status call_flaky(kl_value *out, kl_callable *self, const kl_value *args,
                                   size_t count, kl_error *error)
{
    (void)self, (void)count;
    trace("try", args[0]);
    if (failures_left-- > 0)
        return kl_error_set(error, KL_FAILED, "not yet");
    return kl_node_result(out, "done", kl_bool(true), error);
}

static inline kl_status call_slow(kl_value *out, kl_callable *self, const kl_value *args,
                                  size_t count, kl_error *error)
{
    (void)self, (void)count;
    trace("slow", args[0]);
    usleep(300000);
    return kl_node_result(out, "done", kl_bool(true), error);
}

static inline void begin_traced(fixture *f)
{
    begin(f);
    add_callback(f, "do", call_do);
    add_callback(f, "undo", call_undo);
    add_callback(f, "fail", call_fail);
    add_callback(f, "flaky", call_flaky);
    add_callback(f, "slow", call_slow);
    add_callback(f, "ready", call_flaky);
}

/* A workflow of one node, run once with a registry of `f`; its outputs, given, or null with `error`. */
static inline kl_value run_traced(fixture *f, const char *type, const char *config,
                                  const char *inputs, kl_error *error)
{
    kl_builder *builder;
    kl_workflow *workflow;
    kl_runtime *runtime;
    kl_value settings = json(config), given = json(inputs), result = kl_null(), out = kl_null();
    assert_int_equal(kl_builder_new(&builder, NULL), KL_OK);
    assert_int_equal(kl_builder_add_node(builder, kl_text_from(type), KL_TEXT("n"), settings, NULL),
                     KL_OK);
    assert_int_equal(kl_builder_build(&workflow, builder, f->registry, error), KL_OK);
    assert_int_equal(kl_runtime_new(&runtime, f->registry, kl_null(), NULL), KL_OK);
    if (kl_runtime_execute(&result, runtime, workflow, given, NULL, error) == KL_OK)
        out = kl_value_retain(kl_map_get(kl_map_get(result, KL_TEXT("results")), KL_TEXT("n")));
    kl_value_release(result);
    kl_value_release(settings);
    kl_value_release(given);
    kl_object_release((kl_object *)runtime);
    kl_object_release((kl_object *)workflow);
    kl_object_release((kl_object *)builder);
    return out;
}

static inline void traced_gives_in(fixture *f, const char *type, const char *config,
                                   const char *inputs, const char *expected, int line)
{
    kl_error error = KL_ERROR_INIT;
    kl_value out = run_traced(f, type, config, inputs, &error);
    if (kl_is_null(out))
        print_error("line %d: %s\n", line, kl_error_message(&error));
    kl_error_clear(&error);
    assert_json_in(out, expected, __FILE__, line);
}
#define traced_gives(f, type, config, inputs, expected)                                            \
    traced_gives_in(f, type, config, inputs, expected, __LINE__)

/* The node fails with a message that ends in `message`. */
static inline void traced_fails_in(fixture *f, const char *type, const char *config,
                                   const char *inputs, const char *message, int line)
{
    kl_error error = KL_ERROR_INIT;
    kl_value out = run_traced(f, type, config, inputs, &error);
    const char *got = kl_error_message(&error);
    size_t len = strlen(got), wanted = strlen(message);
    bool same = kl_is_null(out) && len >= wanted && strcmp(got + len - wanted, message) == 0;
    if (!same)
        print_error("line %d: got \"%s\", expected \"%s\"\n", line, got, message);
    kl_error_clear(&error);
    kl_value_release(out);
    assert_true(same);
}
#define traced_fails(f, type, config, inputs, message)                                             \
    traced_fails_in(f, type, config, inputs, message, __LINE__)

/* What was traced so far, ids of sagas and transactions shown as `ID`; then the trace is empty. */
static inline void traced_in(const char *expected, int line)
{
    static char text[65536], shown[65536];
    ssize_t len = pread(trace_file, text, sizeof text - 1, 0);
    size_t at = 0;
    text[len < 0 ? 0 : len] = '\0';
    for (const char *c = text; *c;) {
        if (c > text && c[-1] == ' ' && strlen(c) > 36 && c[8] == '-' && c[13] == '-') {
            memcpy(shown + at, "ID", 2);
            at += 2;
            c += 36;
        } else {
            shown[at++] = *c++;
        }
    }
    shown[at] = '\0';
    if (strcmp(shown, expected) != 0)
        print_error("line %d: traced\n%sexpected\n%s", line, shown, expected);
    assert_string_equal(shown, expected);
    assert_int_equal(ftruncate(trace_file, 0), 0);
}
#define traced(expected) traced_in(expected, __LINE__)

static inline void open_trace(const char *path)
{
    trace_file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(trace_file >= 0);
}

/* What a group of such tests begins and ends with. */
static inline int make_trace(void **state)
{
    char path[128];
    if (make_test_folder(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/trace", test_folder);
    open_trace(path);
    return 0;
}

static inline int remove_trace(void **state)
{
    close(trace_file);
    return remove_test_folder(state);
}

/* Text of an output. */
static inline void text_of(char to[64], kl_value out, const char *name)
{
    kl_text text = kl_as_text(kl_map_get(out, kl_text_from(name)));
    snprintf(to, 64, "%.*s", KL_TEXT_ARG(text));
}

#endif
