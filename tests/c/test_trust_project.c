/* A trust project under threads, processes, full disks, and clocks that go backwards. */
#include "sweep.h"
#include "trust_test.h"
#include "eatp/keys.h"
#include "trust_plane/anchor.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- many writers -------------------------------------------------------------------------------------- */

enum { PROCESSES = 8, THREADS = 4, RECORDS = 5 };

typedef struct writer {
    kl_value project;
    int failures;
} writer;

static void *write_some(void *data)
{
    writer *w = data;
    for (int i = 0; i < RECORDS; i++)
        w->failures += decide(w->project, "shared", NULL) != KL_OK;
    return NULL;
}

static int write_with_threads(kl_value project)
{
    pthread_t threads[THREADS];
    writer writers[THREADS];
    int failures = 0;
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){project, 0};
        if (pthread_create(&threads[i], NULL, write_some, &writers[i]) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failures += writers[i].failures;
    }
    return failures;
}

KL_TEST(threads_and_processes_write_one_chain)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/many", NULL);
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0)
            _exit(write_with_threads(project) ? 1 : 0);
    }
    assert_int_equal(write_with_threads(project), 0);
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_int_equal(chain_length(project), (PROCESSES + 1) * THREADS * RECORDS);
    assert_string_equal(issues_of(project, true), "");
    kl_value_release(project);
}

/* A fork amid a record: the child must find the lock free and a view that is whole. */
static void *write_on(void *data)
{
    writer *w = data;
    while (!__atomic_load_n(&w->failures, __ATOMIC_ACQUIRE)) {
        (void)decide(w->project, "busy", NULL);
        usleep(100);
    }
    return NULL;
}

KL_TEST(a_fork_amid_a_record_harms_nobody)
{
    KL_UNUSED_STATE;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip(); /* one ends a forked child that starts a thread, the other leaves its memory locked in one */
#endif
    writer w = {make_project("{DIR}/forks", NULL), 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(20);
            _exit(decide(w.project, "child", NULL) == KL_OK ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&w.failures, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_string_equal(issues_of(w.project, true), "");
    kl_value_release(w.project);
}

/* ---- what is recorded costs the same, however long the chain ------------------------------------------------ */

KL_TEST(a_record_reads_no_older_anchor)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/long", NULL), anchors = kl_null();
    for (int i = 0; i < 20; i++)
        must_decide(project, "one of many");
    assert_int_equal(kl_trust_project_anchors(&anchors, as_project(project), NULL), KL_OK);
    const char *first =
        kl_as_text(kl_map_get(kl_array_at(anchors, 0), KL_TEXT("anchor_id"))).data;
    char path[256];
    snprintf(path, sizeof path, "{DIR}/long/anchors/%s.json", first);
    put_file(path, KL_TEXT("{}")); /* in place: the folder stays as it was */
    must_decide(project, "one more");
    assert_int_equal(chain_length(project), 21);
    assert_non_null(strstr(issues_of(project, false), "high parse_error;"));
    kl_value_release(anchors);
    kl_value_release(project);
}

/* ---- the disk ---------------------------------------------------------------------------------------------- */

static void check_goes_on(kl_value project, size_t before)
{
    assert_int_equal(chain_length(project), before);
    assert_string_equal(issues_of(project, true), "");
    must_decide(project, "there is room again");
    assert_int_equal(chain_length(project), before + 1);
    assert_string_equal(issues_of(project, true), "");
}

/* No file may grow beyond some bytes: writing fails, and nothing has happened. */
KL_TEST(a_limit_of_file_sizes_leaves_all_as_it_was)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/limit", NULL);
    must_decide(project, "first");
    struct rlimit old, small = {100, 100};
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < 700; limit += 50) {
        small.rlim_cur = limit;
        setrlimit(RLIMIT_FSIZE, &small);
        kl_error error = KL_ERROR_INIT;
        kl_status status = decide(project, "no room", &error);
        setrlimit(RLIMIT_FSIZE, &old);
        if (status != KL_OK)
            assert_non_null(strstr(kl_error_message(&error), "I/O error: cannot write"));
        kl_error_clear(&error);
        if (limit < 300)
            assert_int_equal(status, KL_IO);
    }
    check_goes_on(project, chain_length(project));
    kl_value_release(project);
}

KL_TEST(a_full_disk_leaves_all_as_it_was)
{
    KL_UNUSED_STATE;
    char path[128];
    snprintf(path, sizeof path, "%s", fill("{DIR}/disk"));
    mkdir(path, 0700);
    if (mount("none", path, "tmpfs", 0, "size=256k") != 0)
        skip(); /* not for everybody */
    kl_value project = make_project("{DIR}/disk/p", NULL);
    size_t written = 0;
    kl_error error = KL_ERROR_INIT;
    while (written < 1000 && decide(project, "until it is full", &error) == KL_OK)
        written++;
    assert_in_range(written, 1, 999);
    assert_non_null(strstr(kl_error_message(&error), "No space left"));
    kl_error_clear(&error);
    assert_int_equal(chain_length(project), written);
    assert_string_equal(issues_of(project, true), "");
    assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT, "size=2m"), 0);
    check_goes_on(project, written);
    kl_value_release(project);
    assert_int_equal(umount(path), 0);
}

KL_TEST(a_read_only_directory_can_be_read)
{
    KL_UNUSED_STATE;
    char path[128];
    snprintf(path, sizeof path, "%s", fill("{DIR}/ro"));
    mkdir(path, 0700);
    if (mount("none", path, "tmpfs", 0, "size=1m") != 0)
        skip();
    kl_value project = make_project("{DIR}/ro/p", NULL);
    must_decide(project, "first");
    assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m"), 0);
    kl_value loaded = load_project("{DIR}/ro/p");
    assert_string_equal(issues_of(loaded, true), "");
    assert_int_equal(chain_length(loaded), 1);
    assert_int_equal(decide(project, "second", NULL), KL_IO);
    assert_int_equal(chain_length(project), 1);
    kl_value_release(loaded);
    kl_value_release(project);
    assert_int_equal(umount(path), 0);
}

/* What a writer left that was killed right after the commit, for one who may not finish it. */
KL_TEST(a_reader_sees_through_an_unfinished_record)
{
    KL_UNUSED_STATE;
    char path[128], line[512];
    snprintf(path, sizeof path, "%s", fill("{DIR}/half"));
    mkdir(path, 0700);
    if (mount("none", path, "tmpfs", 0, "size=1m") != 0)
        skip();
    kl_value project = make_project("{DIR}/half/p", NULL);
    must_decide(project, "first");
    snprintf(line, sizeof line, "cp %s/p/manifest.json %s/old", path, path);
    assert_int_equal(system(line), 0);
    must_decide(project, "second");
    snprintf(line, sizeof line,
             "cd %s/p && mv manifest.json .manifest.json.tmp && mv ../old manifest.json && "
             "f=$(grep -l second decisions/*) && mv $f decisions/.$(basename $f).tmp", path);
    assert_int_equal(system(line), 0);
    assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=1m"), 0);
    kl_value loaded = load_project("{DIR}/half/p");
    assert_int_equal(chain_length(loaded), 2);
    assert_null(strstr(issues_of(loaded, true), "high"));
    assert_null(strstr(issues_of(loaded, true), "critical"));
    kl_value_release(loaded);
    assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT, "size=1m"), 0);
    check_goes_on(project, 2);
    kl_value_release(project);
    assert_int_equal(umount(path), 0);
}

/* ---- links ------------------------------------------------------------------------------------------------- */

/* A name in the directory that is also a name of somebody's file: it is never written into. */
KL_TEST(writing_follows_no_link)
{
    KL_UNUSED_STATE;
    static const char *const commands[] = {
        "ln -s ../victim .manifest.json.tmp", /* where the next manifest is staged */
        "rm manifest.json.bak 2>/dev/null; ln ../victim .manifest.json.tmp",
        "rm .lock; ln ../victim .lock",
    };
    put_file("{DIR}/victim", KL_TEXT("precious"));
    for (size_t i = 0; i < KL_COUNT(commands); i++) {
        char line[512];
        kl_value project = make_project("{DIR}/links", NULL);
        must_decide(project, "first");
        snprintf(line, sizeof line, "cd %s && %s", fill("{DIR}/links"), commands[i]);
        assert_int_equal(system(line), 0);
        must_decide(project, "second");
        assert_file("{DIR}/victim", "precious");
        assert_string_equal(issues_of(project, true), "");
        kl_value_release(project);
        snprintf(line, sizeof line, "rm -rf %s", fill("{DIR}/links"));
        assert_int_equal(system(line), 0);
    }
}

KL_TEST(a_lock_that_is_a_link_or_a_pipe_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const commands[] = {"ln -s ../victim .lock", "mkfifo .lock"};
    for (size_t i = 0; i < KL_COUNT(commands); i++) {
        char line[512];
        kl_value project = make_project("{DIR}/locks", NULL);
        snprintf(line, sizeof line, "cd %s && rm -f .lock && %s", fill("{DIR}/locks"), commands[i]);
        assert_int_equal(system(line), 0);
        assert_int_equal(decide(project, "none", NULL), KL_IO);
        kl_value_release(project);
        snprintf(line, sizeof line, "rm -rf %s", fill("{DIR}/locks"));
        assert_int_equal(system(line), 0);
    }
}

/* ---- the lock ---------------------------------------------------------------------------------------------- */

KL_TEST(a_lock_that_stays_taken_is_given_up)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/taken", NULL);
    must_decide(project, "first");
    int other = open(fill("{DIR}/taken/.lock"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX), 0);
    kl_trust_test_patience(KL_SECOND / 20);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(decide(project, "second", &error), KL_TIMEOUT);
    assert_non_null(strstr(kl_error_message(&error), "lock timeout after"));
    kl_error_clear(&error);
    kl_trust_test_patience(KL_TRUST_LOCK_PATIENCE);
    close(other);
    must_decide(project, "second");
    kl_value_release(project);
}

/* ---- the clock --------------------------------------------------------------------------------------------- */

/* An anchor of the future, as a clock that went wrong makes it. */
KL_TEST(a_clock_that_goes_backwards_breaks_nothing)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/clock", NULL), id = kl_null(), out = kl_null();
    kl_value manifest = kl_null();
    kl_trust_project *p = as_project(project);
    must_decide(project, "now");
    assert_int_equal(CALL(&out, project, "export_operational_key_hex", NULL, NULL), KL_OK);
    unsigned char seed[KL_ED25519_KEY];
    assert_int_equal(kl_hex_read(seed, sizeof seed, kl_as_text(out), "key", NULL), KL_OK);
    kl_value pair = kl_null(), anchor = kl_null(), parent = kl_null();
    assert_int_equal(kl_key_pair_from_seed(&pair, (kl_text){(const char *)seed, sizeof seed}, NULL), KL_OK);
    assert_int_equal(kl_trust_project_manifest(&manifest, p, NULL), KL_OK);
    parent = kl_map_get(manifest, KL_TEXT("last_anchor_id"));
    assert_int_equal(kl_trust_id_new(&id, "anc-", NULL), KL_OK);
    const kl_trust_entry entry = {.type = "note", .record_id = KL_TEXT("note-1"),
                                  .record_hash = KL_TEXT("00000000000000000000000000000000"
                                                         "00000000000000000000000000000000")};
    const kl_anchor_draft draft = {&entry, id, parent, kl_time_now() + 1000 * KL_DAY};
    assert_int_equal(kl_trust_anchor_new(&anchor, &draft, (const kl_key_pair *)pair.as.object, NULL), KL_OK);
    char name[64];
    snprintf(name, sizeof name, "%s.json", kl_as_text(id).data);
    kl_trust_folder *folder = kl_trust_project_folder(p);
    assert_int_equal(kl_trust_lock(folder, NULL), KL_OK);
    assert_int_equal(kl_trust_write_json(folder, "anchors", kl_text_from(name), anchor, NULL), KL_OK);
    kl_trust_unlock(folder);
    must_decide(project, "after the future");
    must_decide(project, "and again");
    kl_value fresh = load_project("{DIR}/clock");
    assert_string_equal(issues_of(fresh, true), "");
    assert_int_equal(chain_length(fresh), 4);
    kl_value_release(fresh);
    kl_value_release(manifest);
    kl_value_release(anchor);
    kl_value_release(pair);
    kl_value_release(id);
    kl_value_release(out);
    kl_value_release(project);
}

/* ---- memory ------------------------------------------------------------------------------------------------ */

static kl_status create_without_memory(void *data)
{
    unsigned *round = data;
    char path[128];
    kl_value project = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(path, sizeof path, "%s/sweep%u", test_folder, (*round)++);
    kl_status status = kl_trust_project_create(&project, kl_text_from(path), KL_TEXT("n"),
                                               KL_TEXT("a"), kl_null(), &error);
    kl_value_release(project);
    kl_error_clear(&error);
    return status;
}

static kl_status write_without_memory(void *data)
{
    kl_value project = *(kl_value *)data, none = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = decide(project, "d", &error);
    if (status == KL_OK)
        status = CALL(&none, project, "transition_posture", &error, "autonomous", "up");
    if (status == KL_OK)
        status = CALL(&none, project, "transition_posture", &error, "supervised", "down");
    kl_error_clear(&error);
    return status;
}

static kl_status read_without_memory(void *data)
{
    kl_value loaded = kl_null(), report = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_trust_project_load(&loaded, kl_text_from(data), &error);
    if (status == KL_OK)
        status = kl_trust_project_verify(&report, as_project(loaded), true, &error);
    kl_value_release(report);
    kl_value_release(loaded);
    kl_error_clear(&error);
    return status;
}

KL_TEST(memory_may_end_anywhere)
{
    KL_UNUSED_STATE;
    unsigned round = 0;
    char path[128];
    assert_int_equal(create_without_memory(&round), KL_OK);
    assert_true(sweep(create_without_memory, &round) > 100);
    snprintf(path, sizeof path, "%s", fill("{DIR}/sweep"));
    kl_value project = make_project(path, NULL);
    must_decide(project, "first");
    assert_true(sweep(read_without_memory, path) > 100);
    assert_true(sweep(write_without_memory, &project) > 100);
    assert_string_equal(issues_of(project, true), ""); /* whatever failed, nothing is half there */
    kl_value_release(project);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_processes_write_one_chain), /* first: it forks without threads */
        cmocka_unit_test(a_fork_amid_a_record_harms_nobody),
        cmocka_unit_test(a_record_reads_no_older_anchor),
        cmocka_unit_test(a_limit_of_file_sizes_leaves_all_as_it_was),
        cmocka_unit_test(a_full_disk_leaves_all_as_it_was),
        cmocka_unit_test(a_read_only_directory_can_be_read),
        cmocka_unit_test(a_reader_sees_through_an_unfinished_record),
        cmocka_unit_test(writing_follows_no_link),
        cmocka_unit_test(a_lock_that_is_a_link_or_a_pipe_is_refused),
        cmocka_unit_test(a_lock_that_stays_taken_is_given_up),
        cmocka_unit_test(a_clock_that_goes_backwards_breaks_nothing),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, make_trust_folder, remove_test_folder);
}
