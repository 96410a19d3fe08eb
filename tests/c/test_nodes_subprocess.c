#include "buffer.h"
#include "engine_test.h"
#include "node_test.h"
#include "sweep.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SH(script) "\"command\":\"sh\",\"allowed_commands\":[\"sh\"],\"args\":[\"-c\",\"" script "\"]"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The outputs without the time it took. */
static kl_value outputs_of(const char *config, const char *inputs)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (run_node(&out, "SubprocessNode", config, inputs, &error) != KL_OK)
        fail_msg("%s: %s", inputs, kl_error_message(&error));
    assert_true(kl_is(kl_map_get(out, KL_TEXT("execution_time_ms")), KL_KIND_INT));
    assert_int_equal(kl_map_remove(&out, KL_TEXT("execution_time_ms"), NULL), KL_OK);
    return out;
}
#define process_gives(config, inputs, expected) assert_json(outputs_of(config, inputs), expected)
#define ENDED(out, err, code)                                                                      \
    "{\"stdout\":\"" out "\",\"stderr\":\"" err "\",\"exit_code\":" code                            \
    ",\"timed_out\":false,\"truncated\":false,\"signal\":null}"
#define process_fails(inputs, message) fails("SubprocessNode", NULL, inputs, message)

static size_t count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static bool has_children(void)
{
    siginfo_t about;
    return waitid(P_ALL, 0, &about, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Neither gone nor waiting to be reaped by whoever adopted it. */
static bool is_running(pid_t process)
{
    char path[64], line[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool known = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    const char *state = strrchr(line, ')');
    return known && state && state[2] != 'Z' && state[2] != 'X';
}

KL_TEST(a_program_runs_and_tells)
{
    KL_UNUSED_STATE;
    process_gives(NULL, "{\"command\":\"echo\",\"args\":[\"hi\",\"$HOME *\"],\"allowed_commands\":[\"echo\"]}",
                  ENDED("hi $HOME *\\n", "", "0"));
    process_gives(NULL, "{" SH("echo x >&2; exit 3") "}", ENDED("", "x\\n", "3"));
    process_gives(NULL, "{" SH("cat; cat") ",\"stdin\":\"in\\u0000put\"}", ENDED("in\\u0000put", "", "0"));
    process_gives(NULL, "{" SH("cat") "}", ENDED("", "", "0"));
    process_gives(NULL, "{" SH("exit 1") ",\"stdin\":\"nobody reads\"}", ENDED("", "", "1"));
    process_gives(NULL, "{" SH("pwd") ",\"working_dir\":\"/usr\"}", ENDED("/usr\\n", "", "0"));
    process_gives(NULL, "{" SH("printf '\\\\377a'") "}", ENDED("\xEF\xBF\xBD" "a", "", "0"));
    process_gives(NULL, "{\"command\":\"/bin/echo\",\"args\":[\"a\"],\"allowed_commands\":[\"echo\",\"/bin/echo\"]}",
                  ENDED("a\\n", "", "0"));
    process_gives(NULL, "{" SH("kill -9 $$") "}",
                  "{\"stdout\":\"\",\"stderr\":\"\",\"exit_code\":-1,\"timed_out\":false,"
                  "\"truncated\":false,\"signal\":9}");
}

KL_TEST(the_environment_is_as_told)
{
    KL_UNUSED_STATE;
    setenv("KL_TEST_ONE", "1", 1);
    process_gives(NULL, "{" SH("echo $KL_TEST_ONE-$KL_TEST_TWO") ",\"env\":{\"KL_TEST_TWO\":\"2\"}}",
                  ENDED("1-2\\n", "", "0"));
    process_gives(NULL, "{" SH("echo $KL_TEST_ONE") ",\"env\":{\"KL_TEST_ONE\":\"b=c\"}}",
                  ENDED("b=c\\n", "", "0"));
    process_gives("{\"clear_env\":true}",
                  "{\"command\":\"env\",\"args\":[],\"allowed_commands\":[\"env\"],\"env\":{\"A\":\"\"}}",
                  ENDED("A=\\n", "", "0"));
    process_gives("{\"clear_env\":true}",
                  "{\"command\":\"env\",\"args\":[],\"allowed_commands\":[\"env\"]}", ENDED("", "", "0"));
    process_fails("{" SH("") ",\"env\":{\"A=B\":\"\"}}",
                  "invalid input 'env': expected names without '=', got 'A=B'");
    process_fails("{" SH("") ",\"env\":{\"\":\"\"}}",
                  "invalid input 'env': expected names without '=', got ''");
}

KL_TEST(only_what_is_allowed_starts)
{
    KL_UNUSED_STATE;
    process_fails("{\"command\":\"echo\",\"args\":[],\"allowed_commands\":[\"ls\",\"*\"]}",
                  "node execution failed: command 'echo' is not in the allowed commands list: [ls, *]");
    process_fails("{\"command\":\"/bin/echo\",\"args\":[],\"allowed_commands\":[\"echo\"]}",
                  "node execution failed: command '/bin/echo' is not in the allowed commands list: [echo]");
    process_fails("{\"command\":\"nosuch\",\"args\":[],\"allowed_commands\":[\"nosuch\"]}",
                  "node execution failed: failed to spawn command 'nosuch': No such file or directory");
    process_fails("{\"command\":\"/etc/passwd\",\"args\":[],\"allowed_commands\":[\"/etc/passwd\"]}",
                  "node execution failed: failed to spawn command '/etc/passwd': Permission denied");
    process_fails("{\"command\":\"\",\"args\":[],\"allowed_commands\":[\"\"]}",
                  "node execution failed: failed to spawn command '': No such file or directory");
    process_fails("{\"command\":\"echo\",\"args\":[\"a\\u0000b\"],\"allowed_commands\":[\"echo\"]}",
                  "node execution failed: failed to spawn command 'echo': nul byte found in provided data");
    process_fails("{" SH("") ",\"working_dir\":\"/nonexistent\"}",
                  "node execution failed: failed to spawn command 'sh': No such file or directory");
    process_fails("{" SH("") ",\"working_dir\":\"/\\u0000\"}",
                  "node execution failed: failed to spawn command 'sh': nul byte found in provided data");
    process_fails("{\"command\":\"echo\",\"allowed_commands\":[\"echo\"]}", "missing required input: args");
    process_fails("{" SH("") ",\"stdin\":5}", "invalid input 'stdin': expected string or bytes, got 5");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_not_equal(run_node(&out, "SubprocessNode", NULL,
                                  "{\"command\":\"echo\",\"args\":[1],\"allowed_commands\":[\"echo\"]}",
                                  &error), KL_OK);
    assert_non_null(strstr(kl_error_message(&error), "invalid input 'args'"));
    kl_error_clear(&error);
    fails("SubprocessNode", "{\"shell\":true}", "{}", "unknown key 'shell'");
}

KL_TEST(limits_hold)
{
    KL_UNUSED_STATE;
    process_gives("{\"timeout_seconds\":0.2}", "{" SH("echo begun; sleep 100 & sleep 100") "}",
                  "{\"stdout\":\"begun\\n\",\"stderr\":\"\",\"exit_code\":-1,\"timed_out\":true,"
                  "\"truncated\":false,\"signal\":null}");
    process_gives("{\"max_output_bytes\":5}", "{" SH("echo 123456789; echo 12 >&2") "}",
                  "{\"stdout\":\"12345\",\"stderr\":\"12\\n\",\"exit_code\":0,\"timed_out\":false,"
                  "\"truncated\":true,\"signal\":null}");
    process_gives("{\"max_open_files\":37}", "{" SH("ulimit -n") "}", ENDED("37\\n", "", "0"));
    process_gives("{\"max_memory_bytes\":1073741824,\"max_cpu_seconds\":7}", "{" SH("ulimit -v; ulimit -t") "}",
                  ENDED("1048576\\n7\\n", "", "0"));
    kl_value out = outputs_of("{\"max_cpu_seconds\":1}", "{" SH("while :; do :; done") "}");
    assert_int_equal(kl_as_int(kl_map_get(out, KL_TEXT("exit_code"))), -1);
    assert_false(kl_as_bool(kl_map_get(out, KL_TEXT("timed_out"))));
    kl_value_release(out);
    double begin = now();
    process_gives("{\"max_output_bytes\":0,\"timeout_seconds\":0.3}", "{" SH("yes") "}",
                  "{\"stdout\":\"\",\"stderr\":\"\",\"exit_code\":-1,\"timed_out\":true,"
                  "\"truncated\":true,\"signal\":null}");
    assert_true(now() - begin < 2);
}

KL_TEST(nothing_stays_behind)
{
    KL_UNUSED_STATE;
    process_gives(NULL, "{" SH("") "}", ENDED("", "", "0"));
    size_t files = count_files();
    double begin_at = now();
    for (int round = 0; round < 20; round++) {
        kl_value out = outputs_of(NULL, "{" SH("sleep 100 & echo $!") "}");
        pid_t stray = atoi(kl_as_text(kl_map_get(out, KL_TEXT("stdout"))).data);
        assert_true(stray > 1);
        for (int i = 0; is_running(stray) && i < 400; i++)
            usleep(5000);
        assert_false(is_running(stray));
        kl_value_release(out);
        process_fails("{\"command\":\"nosuch\",\"args\":[],\"allowed_commands\":[\"nosuch\"]}",
                      "node execution failed: failed to spawn command 'nosuch': No such file or "
                      "directory");
        process_fails("{" SH("") ",\"working_dir\":\"/nonexistent\"}",
                      "node execution failed: failed to spawn command 'sh': No such file or directory");
    }
    assert_true(now() - begin_at < 50);
    assert_int_equal(count_files(), files);
    assert_false(has_children());
}

KL_TEST(who_leaves_the_group_holds_nobody_up)
{
    KL_UNUSED_STATE;
    double begin_at = now();
    process_gives(NULL, "{" SH("setsid sleep 3 & sleep 0.1; echo a") "}", ENDED("a\\n", "", "0"));
    assert_true(now() - begin_at < 2);
}

KL_TEST(nothing_is_inherited)
{
    KL_UNUSED_STATE;
    int file = dup(0); /* without FD_CLOEXEC */
    signal(SIGPIPE, SIG_IGN);
    process_gives(NULL, "{" SH("cd /proc/self/fd; echo *") "}", ENDED("0 1 2 3\\n", "", "0"));
    /* 32 and 33 are the C library's own: nobody can set them, and some shells leave them ignored. */
    kl_value out = outputs_of(NULL, "{" SH("for s in Blk Ign; do m=$(sed -n s/^Sig$s:.//p /proc/self/status); "
                                           "echo $((0x$m & 0x7fffffff)); done") "}");
    assert_string_equal(kl_as_text(kl_map_get(out, KL_TEXT("stdout"))).data, "0\n0\n");
    kl_value_release(out);
    signal(SIGPIPE, SIG_DFL);
    close(file);
}

KL_TEST(much_goes_in_and_out)
{
    KL_UNUSED_STATE;
    kl_buffer text = KL_BUFFER_INIT;
    for (int i = 0; i < 300000; i++)
        kl_buffer_string(&text, "0123456789");
    kl_value input, inputs = json("{\"command\":\"cat\",\"args\":[],\"allowed_commands\":[\"cat\"]}"), out;
    assert_int_equal(kl_buffer_finish(&input, &text, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("stdin"), kl_value_retain(input), NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("SubprocessNode")), kl_null(),
                                       inputs, NULL), KL_OK);
    assert_true(kl_text_equal(kl_as_text(kl_map_get(out, KL_TEXT("stdout"))), kl_as_text(input)));
    kl_value_release(out);
    kl_value_release(inputs);
    kl_value_release(input);
}

static void *many_programs(void *data)
{
    for (int i = 0; i < 25; i++) {
        kl_value out = kl_null();
        kl_status status = run_node(&out, "SubprocessNode", NULL, "{" SH("cat; echo b >&2") ",\"stdin\":\"a\"}",
                                    NULL);
        if (status != KL_OK || !kl_text_is(kl_as_text(kl_map_get(out, KL_TEXT("stdout"))), "a") ||
            !kl_text_is(kl_as_text(kl_map_get(out, KL_TEXT("stderr"))), "b\n"))
            *(bool *)data = false;
        kl_value_release(out);
    }
    return NULL;
}

static bool in_threads(void)
{
    pthread_t threads[8];
    bool good = true;
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_create(&threads[i], NULL, many_programs, &good);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    return good && !has_children();
}

KL_TEST(threads_and_forks_run_programs)
{
    KL_UNUSED_STATE;
#ifdef __SANITIZE_THREAD__
    print_message("ThreadSanitizer does not know vfork(): children of many threads stay unwatched\n");
    skip();
#endif
    size_t files = count_files();
    assert_true(in_threads());
    pid_t child = fork();
    if (child == 0)
        _exit(in_threads() ? 0 : 1);
    int state;
    assert_int_equal(waitpid(child, &state, 0), child);
    assert_int_equal(state, 0);
    assert_int_equal(count_files(), files);
}

KL_TEST(a_cancelled_run_kills_its_program)
{
    KL_UNUSED_STATE;
    fixture f;
    kl_run_handle *handle;
    kl_value out = kl_null();
    begin(&f);
    add_node(&f, "SubprocessNode", "a", "{" SH("sleep 100") "}");
    build(&f, "{}");
    double begin_at = now();
    assert_int_equal(kl_runtime_start(&handle, f.runtime, f.workflow, kl_null(), NULL, NULL), KL_OK);
    usleep(100000);
    kl_run_handle_cancel(handle);
    assert_int_equal(kl_run_handle_result(&out, handle, -1, NULL), KL_CANCELLED);
    kl_object_release((kl_object *)handle);
    free_fixture(&f);
    for (int i = 0; has_children() && i < 400; i++)
        usleep(5000);
    assert_false(has_children());
    assert_true(now() - begin_at < 5);
}

static kl_status one_program(void *data)
{
    (void)data;
    kl_value out = kl_null(), given = kl_null();
    kl_status status = kl_json_parse(&given, KL_TEXT("{" SH("cat") ",\"stdin\":\"a\",\"env\":{\"B\":\"c\"}}"),
                                     NULL);
    if (status == KL_OK)
        status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT("SubprocessNode")), kl_null(), given,
                                   NULL);
    kl_value_release(given);
    kl_value_release(out);
    return status;
}

KL_TEST(any_allocation_may_fail)
{
    KL_UNUSED_STATE;
    size_t files = count_files();
    assert_true(sweep(one_program, NULL) > 10);
    assert_int_equal(count_files(), files);
    assert_false(has_children());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_runs_and_tells),
        cmocka_unit_test(the_environment_is_as_told),
        cmocka_unit_test(only_what_is_allowed_starts),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(nothing_stays_behind),
        cmocka_unit_test(who_leaves_the_group_holds_nobody_up),
        cmocka_unit_test(nothing_is_inherited),
        cmocka_unit_test(much_goes_in_and_out),
        cmocka_unit_test(threads_and_forks_run_programs),
        cmocka_unit_test(a_cancelled_run_kills_its_program),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
