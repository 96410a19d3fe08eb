/* Writers of a trust project are killed at any moment: it opens, verifies, and goes on. */
#include "trust_test.h"
#include "trust_plane/delegates.h"
#include "trust_plane/holds.h"
#include "trust_plane/mirror.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PROJECTS = 100, KILLS = 5 /* of each: 500 */ };

/* Records that the writer was told are there; shared with it. */
static volatile size_t *told;

#define LOOSE TRUST_ENVELOPE("\"rm\"")
static const char *const stricter[] = {TRUST_ENVELOPE("\"rm\""), TRUST_ENVELOPE("\"rm\",\"ls\"")};

static kl_status try_envelope(kl_value project, size_t step)
{
    kl_session_envelope *parsed = NULL;
    kl_value candidate = kl_null(), none = kl_null();
    const char *text = stricter[step / 8 % 2];
    kl_status status = kl_session_envelope_parse(&parsed, kl_text_from(text), NULL);
    if (status == KL_OK)
        status = kl_constraint_envelope_new(&candidate, parsed, NULL);
    kl_session_envelope_release(parsed);
    if (status == KL_OK)
        status = kl_object_call(&none, project.as.object, KL_TEXT("enable_shadow"), &candidate, 1, NULL);
    kl_value_release(candidate);
    return status;
}

static void add_delegate(kl_trust_folder *folder, const char *parent, const char *id)
{
    kl_value dimensions = json("[\"financial\"]");
    const kl_delegate_request request = {
        .parent_id = parent ? kl_text_from(parent) : (kl_text){NULL, 0},
        .delegate_id = kl_text_from(id), .name = KL_TEXT("n"), .dimensions = dimensions,
        .expiry_hours = kl_null(), .envelope = kl_null()};
    (void)kl_delegate_add(folder, &request, NULL); /* it may be there already, its parent be revoked */
    kl_value_release(dimensions);
}

/* What is sealed, not anchored; and a hold that is resolved with an anchor. `told` counts the last. */
static kl_status write_stored(kl_value project, size_t step)
{
    kl_trust_folder *folder = kl_trust_project_folder(as_project(project));
    kl_value out = kl_null(), hold = kl_null();
    kl_value texts[] = {json("\"a\""), json("\"b\""), json("\"ethical_judgment\""),
                        json("\"ethical_judgment\"")};
    char root[32], child[32];
    snprintf(root, sizeof root, "del-%zu", step % 64);
    snprintf(child, sizeof child, "del-%zu-b", step % 64);
    add_delegate(folder, NULL, root);
    add_delegate(folder, root, child);
    (void)kl_mirror_add(&out, folder, (kl_mirror_kind)(step % KL_MIRROR_KINDS), texts, NULL);
    kl_value_release(out);
    (void)kl_hold_create(&hold, folder, KL_TEXT("pay"), KL_TEXT("financial"), KL_TEXT("why"), kl_null(), NULL);
    const kl_hold_decision decision = {.hold_id = kl_as_text(hold), .delegate_id = kl_text_from(root),
                                       .approved = true, .reason = kl_null()};
    kl_status status = kl_hold_resolve(folder, as_project(project), &decision, NULL);
    kl_value_release(hold);
    if (status == KL_OK)
        ++*told;
    out = kl_null();
    (void)kl_delegate_revoke(&out, folder, kl_text_from(root), KL_TEXT("over"), NULL);
    kl_value_release(out);
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        kl_value_release(texts[i]);
    return KL_FAILED; /* for the caller: nothing more was anchored */
}

static kl_status write_step(kl_value project, size_t step)
{
    kl_value out = kl_null();
    kl_status status;
    switch (step % 9) {
    case 8:
        return write_stored(project, step / 9);
    case 1:
        status = CALL(&out, project, "record_milestone", NULL, "v1", "reached");
        break;
    case 3:
        status = CALL(&out, project, "transition_posture", NULL, "autonomous", "up");
        break;
    case 4:
        status = CALL(&out, project, "transition_posture", NULL, "restricted", "down");
        break;
    case 5:
        return CALL(&out, project, "transition_posture", NULL, "supervised", "up");
    case 6:
        status = try_envelope(project, step);
        break;
    case 7: /* the second candidate is in force after the first round: it cannot be loosened */
        status = kl_object_call(&out, project.as.object, KL_TEXT("shadow_promote"), NULL, 0, NULL);
        break;
    default:
        status = decide(project, "go on", NULL);
    }
    kl_value_release(out);
    return status;
}

static void write_until_killed(kl_value project, size_t step)
{
    for (;; step++) {
        if (write_step(project, step) == KL_OK)
            ++*told;
    }
}

static void kill_one(kl_value project, size_t step, unsigned microseconds)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_until_killed(project, step);
    usleep(microseconds);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
}

/* It opens, as another process would open it, verifies, and goes on. Who has the key verifies faster. */
static void check(const char *path, kl_value project, const char *when)
{
    kl_value fresh = load_project(path);
    const char *issues = issues_of(project, true);
    if (*issues)
        fail_msg("%s: %s", when, issues);
    must_decide(project, "continued");
    kl_value_release(fresh);
}

static size_t count_temporary(const char *path)
{
    char command[200];
    int count = -1;
    snprintf(command, sizeof command, "find %s -name '.*.tmp' -o -name '.shadow*' | wc -l", fill(path));
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return (size_t)count;
}

KL_TEST(a_project_survives_500_killed_writers)
{
    KL_UNUSED_STATE;
    char path[64], when[64], hex[65];
    srand(20261127);
    for (int p = 0; p < PROJECTS; p++) {
        snprintf(path, sizeof path, "{DIR}/killed%d", p);
        kl_value project = make_project(path, p % 2 ? LOOSE : NULL);
        kl_text key = kl_as_text(kl_trust_project_authority_key(as_project(project)));
        memcpy(hex, key.data, 64);
        hex[64] = '\0';
        setenv("TRUST_PLANE_AUTHORITY_PUBKEY", hex, 1);
        for (int i = 0; i < KILLS; i++) {
            size_t before = chain_length(project);
            *told = 0;
            kill_one(project, (size_t)(p + 3 * i), 200 + (unsigned)rand() % 1300);
            snprintf(when, sizeof when, "project %d, kill %d", p, i);
            check(path, project, when);
            size_t written = chain_length(project) - before - 1;
            assert_true(written <= *told + 1); /* a posture that is there already is not written */
        }
        assert_string_equal(issues_of(project, true), "");
        kl_value_release(load_project(path)); /* tidies up */
        assert_int_equal(count_temporary(path), 0);
        kl_value_release(project);
    }
    unsetenv("TRUST_PLANE_AUTHORITY_PUBKEY");
}

/* Decisions alone, so that every one that was told must be there. */
KL_TEST(what_was_told_is_never_lost)
{
    KL_UNUSED_STATE;
    kl_value project = make_project("{DIR}/told", NULL);
    for (int i = 0; i < 40; i++) {
        size_t before = chain_length(project);
        *told = 0;
        pid_t child = fork();
        if (child == 0)
            for (;;)
                if (decide(project, "told", NULL) == KL_OK)
                    ++*told;
        usleep(500 + (unsigned)rand() % 3000);
        kill(child, SIGKILL);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        size_t written = chain_length(project) - before;
        assert_in_range(written, *told, *told + 1);
    }
    assert_string_equal(issues_of(project, true), "");
    kl_value_release(project);
}

int main(void)
{
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_project_survives_500_killed_writers),
        cmocka_unit_test(what_was_told_is_never_lost),
    };
    return cmocka_run_group_tests(tests, make_trust_folder, remove_test_folder);
}
