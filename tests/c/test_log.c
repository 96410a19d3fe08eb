/* Log records: levels, hooks, lines, secrets. */
#include "test.h"
#include "kailash/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a hook saw last. */
typedef struct seen {
    int count;
    kl_log_level level;
    char logger[50], message[700];
    kl_value fields; /* owned */
} seen;

static void remember(void *context, kl_log_level level, const char *logger, kl_text message,
                     kl_value fields)
{
    seen *s = context;
    s->count++;
    s->level = level;
    snprintf(s->logger, sizeof s->logger, "%s", logger);
    snprintf(s->message, sizeof s->message, "%.*s", KL_TEXT_ARG(message));
    kl_value_replace(&s->fields, kl_value_retain(fields));
}

static int back_to_silence(void **state)
{
    (void)state;
    kl_log_set_hook(NULL, NULL);
    kl_log_set_level(KL_LOG_OFF);
    return 0;
}

static int evaluations;
static const char *evaluated(void)
{
    evaluations++;
    return "x";
}

KL_TEST(nothing_is_logged_or_evaluated_unless_asked_for)
{
    KL_UNUSED_STATE;
    seen s = {0};
    assert_int_equal(kl_log_level_now(), KL_LOG_OFF);
    kl_log_set_hook(remember, &s);
    KL_LOG(KL_LOG_ERROR, "test", "%s", evaluated());
    assert_int_equal(s.count + evaluations, 0);
    kl_log_set_level(KL_LOG_WARN);
    KL_LOG(KL_LOG_INFO, "test", "%s", evaluated());
    assert_int_equal(s.count + evaluations, 0);
    KL_LOG(KL_LOG_WARN, "test", "%s", evaluated());
    assert_int_equal(s.count, 1);
    assert_int_equal(evaluations, 1);
    kl_log_write(KL_LOG_OFF, "test", kl_null(), "never"); /* no level of a record */
    assert_int_equal(s.count, 1);
}

KL_TEST(a_hook_gets_the_whole_record)
{
    KL_UNUSED_STATE;
    seen s = {0};
    kl_value fields = json("{\"run\":\"r1\",\"nodes\":3}");
    kl_log_set_hook(remember, &s);
    kl_log_set_level(KL_LOG_TRACE);
    KL_LOG_FIELDS(KL_LOG_INFO, "kailash.workflow", fields, "run %s: %d nodes", "r1", 3);
    assert_int_equal(s.level, KL_LOG_INFO);
    assert_string_equal(s.logger, "kailash.workflow");
    assert_string_equal(s.message, "run r1: 3 nodes");
    assert_true(s.fields.as.map == fields.as.map); /* shared, not copied */
    char long_text[601];
    memset(long_text, 'x', 600);
    long_text[600] = '\0';
    KL_LOG(KL_LOG_ERROR, "test", "%s", long_text);
    assert_string_equal(s.message, long_text);
    assert_true(kl_is_null(s.fields));
    KL_LOG(KL_LOG_ERROR, "test", "bad \xFF byte");
    assert_string_equal(s.message, "bad \xEF\xBF\xBD byte");
    kl_value_release(s.fields);
    kl_value_release(fields);
}

KL_TEST(secrets_are_masked_and_counts_are_not)
{
    KL_UNUSED_STATE;
    seen s = {.fields = kl_null()};
    kl_value fields = json("{\"user\":\"ann\",\"Password\":\"p\",\"max_tokens\":9,\"apiKey\":\"k\","
                           "\"auth_token\":{\"a\":1},\"client_secret\":null}");
    kl_log_set_hook(remember, &s);
    kl_log_set_level(KL_LOG_TRACE);
    KL_LOG_FIELDS(KL_LOG_INFO, "test", fields, "login");
    assert_json(s.fields, "{\"user\":\"ann\",\"Password\":\"***\",\"max_tokens\":9,\"apiKey\":\"***\","
                          "\"auth_token\":\"***\",\"client_secret\":null}");
    assert_json(fields, "{\"user\":\"ann\",\"Password\":\"p\",\"max_tokens\":9,\"apiKey\":\"k\","
                        "\"auth_token\":{\"a\":1},\"client_secret\":null}");
}

static void log_again(void *context, kl_log_level level, const char *logger, kl_text message,
                      kl_value fields)
{
    (void)level, (void)logger, (void)message, (void)fields;
    ++*(int *)context;
    KL_LOG(KL_LOG_INFO, "test", "again");
}

KL_TEST(a_hook_may_log_without_end)
{
    KL_UNUSED_STATE;
    int calls = 0;
    kl_log_set_hook(log_again, &calls);
    kl_log_set_level(KL_LOG_INFO);
    KL_LOG(KL_LOG_INFO, "test", "once");
    assert_int_equal(calls, 4);
    KL_LOG(KL_LOG_INFO, "test", "once");
    assert_int_equal(calls, 8);
}

KL_TEST(errno_survives_logging)
{
    KL_UNUSED_STATE;
    seen s = {0};
    kl_log_set_hook(remember, &s);
    kl_log_set_level(KL_LOG_INFO);
    errno = ENOENT;
    KL_LOG(KL_LOG_INFO, "test", "%s", strerror(ENOSPC));
    assert_int_equal(errno, ENOENT);
}

KL_TEST(level_names_are_read_in_any_case)
{
    KL_UNUSED_STATE;
    kl_log_level level;
    for (int i = KL_LOG_TRACE; i <= KL_LOG_OFF; i++) {
        kl_text name = kl_text_from(kl_log_level_name((kl_log_level)i));
        assert_int_equal(kl_log_level_of(&level, name, NULL), KL_OK);
        assert_int_equal(level, i);
    }
    assert_int_equal(kl_log_level_of(&level, KL_TEXT("Warning"), NULL), KL_OK);
    assert_int_equal(level, KL_LOG_WARN);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_log_level_of(&level, KL_TEXT("loud"), &error), KL_INVALID);
    assert_string_equal(error.message, "unknown log level 'loud'; expected one of trace, debug, "
                                       "info, warn, error, off");
    kl_error_clear(&error);
    assert_string_equal(kl_log_level_name((kl_log_level)99), "unknown");
}

/* Run `work` with standard error going to `text`. */
static void capture(char *text, size_t size, void (*work)(void))
{
    int ends[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    work();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t len = read(ends[0], text, size - 1);
    close(ends[0]);
    text[len > 0 ? len : 0] = '\0';
}

static void write_a_line(void)
{
    kl_value fields = json("{\"s\":\"a b\\n\",\"i\":5,\"d\":0.5,\"n\":null,\"rows\":[1,2],"
                           "\"map\":{\"password\":\"p\"},\"key\":\"\"}");
    kl_log_set_level(KL_LOG_DEBUG);
    KL_LOG_FIELDS(KL_LOG_WARN, "kailash.test", fields, "two\nlines\x7F and \xC3\xA4");
    kl_value_release(fields);
}

KL_TEST(without_a_hook_a_record_is_one_line)
{
    KL_UNUSED_STATE;
    char text[1000];
    capture(text, sizeof text, write_a_line);
    assert_true(strlen(text) > 28);
    assert_int_equal(text[10], 'T');
    assert_int_equal(text[26], 'Z');
    assert_string_equal(text + 27,
                        " warn kailash.test: two\\x0alines\\x7f and \xC3\xA4 s=\"a b\\n\" i=5 d=0.5 "
                        "n=null rows=[2] map={1} key=\"\"\n");
}

static const char *own_path;

static void run_child_loud(void)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("KAILASH_LOG", "Info", 1);
        execl(own_path, own_path, "child", (char *)NULL);
        _exit(9);
    }
    waitpid(child, NULL, 0);
}

static void run_child_wrong(void)
{
    pid_t child = fork();
    if (child == 0) {
        setenv("KAILASH_LOG", "loud", 1);
        execl(own_path, own_path, "child", (char *)NULL);
        _exit(9);
    }
    waitpid(child, NULL, 0);
}

KL_TEST(the_environment_turns_it_on)
{
    KL_UNUSED_STATE;
    char text[1000];
    capture(text, sizeof text, run_child_loud);
    assert_non_null(strstr(text, "Z info child: told\n"));
    assert_null(strstr(text, "not told"));
    capture(text, sizeof text, run_child_wrong);
    assert_string_equal(text, "KAILASH_LOG: unknown log level 'loud'; expected one of trace, debug, "
                              "info, warn, error, off\n");
}

static int total; /* atomic */
static void count(void *context, kl_log_level level, const char *logger, kl_text message,
                  kl_value fields)
{
    (void)context, (void)level, (void)logger, (void)message, (void)fields;
    __atomic_fetch_add(&total, 1, __ATOMIC_RELAXED);
}

static void *log_often(void *unused)
{
    for (int i = 0; i < 1000; i++) {
        KL_LOG(KL_LOG_INFO, "test", "record %d", i);
        kl_log_set_hook(count, NULL);
    }
    return unused;
}

KL_TEST(threads_lose_no_record)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    total = 0;
    kl_log_set_hook(count, NULL);
    kl_log_set_level(KL_LOG_INFO);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_often, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(total, 4000);
}

KL_TEST(a_record_without_memory_is_lost_quietly)
{
    KL_UNUSED_STATE;
    kl_value fields = json("{\"password\":\"p\",\"x\":1}");
    size_t failed = 1;
    seen s = {0};
    kl_log_set_hook(remember, &s);
    kl_log_set_level(KL_LOG_INFO);
    for (size_t n = 1; failed > 0; n++) {
        int before = s.count;
        kl_test_fail_allocation(n);
        KL_LOG_FIELDS(KL_LOG_INFO, "test", fields, "%600d", 1);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(s.count, failed ? before : before + 1);
    }
    kl_value_release(s.fields);
    kl_value_release(fields);
}

int main(int count_of, char **arguments)
{
    if (count_of > 1) {
        KL_LOG(KL_LOG_DEBUG, "child", "not told");
        KL_LOG(KL_LOG_INFO, "child", "told");
        return 0;
    }
    own_path = arguments[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_is_logged_or_evaluated_unless_asked_for, back_to_silence),
        cmocka_unit_test_teardown(a_hook_gets_the_whole_record, back_to_silence),
        cmocka_unit_test_teardown(secrets_are_masked_and_counts_are_not, back_to_silence),
        cmocka_unit_test_teardown(a_hook_may_log_without_end, back_to_silence),
        cmocka_unit_test_teardown(errno_survives_logging, back_to_silence),
        cmocka_unit_test_teardown(level_names_are_read_in_any_case, back_to_silence),
        cmocka_unit_test_teardown(without_a_hook_a_record_is_one_line, back_to_silence),
        cmocka_unit_test_teardown(the_environment_turns_it_on, back_to_silence),
        cmocka_unit_test_teardown(threads_lose_no_record, back_to_silence),
        cmocka_unit_test_teardown(a_record_without_memory_is_lost_quietly, back_to_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
