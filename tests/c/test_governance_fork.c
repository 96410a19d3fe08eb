/* Threads use all kinds of governance objects while the process forks: every child can use them all. */
#include "pact_test.h"
#include "trust_test.h"

#include <pthread.h>
#include <sys/wait.h>

enum { THREADS = 4, FORKS = 60, PATIENCE = 20 /* seconds until a child that hangs is ended */ };

/* What all use; made before the threads. */
static kl_pact_engine *engine;
static kl_value item, dispatcher, postures, restricted, supervised, dx, envelope, strict, shadow, holds,
    templates, session, project, delegates, hold_key;

static kl_value object_of(const char *type, kl_value map)
{
    kl_value object = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_from_map(&object, kl_type_find(kl_text_from(type), NULL), map, &error) != KL_OK)
        fail_with(type, &error);
    kl_value_release(map);
    return object;
}

static kl_value static_of(const char *type, const char *method, const char *args)
{
    kl_value list = json(args), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_type_call(&out, kl_type_find(kl_text_from(type), NULL), kl_text_from(method), kl_array_items(list),
                     kl_array_len(list), &error) != KL_OK)
        fail_with(type, &error);
    kl_value_release(list);
    return out;
}

static kl_value map_with(const char *name, kl_value value)
{
    kl_value map = kl_null();
    assert_int_equal(kl_map_of_one(&map, kl_text_from(name), kl_value_retain(value), NULL), KL_OK);
    return map;
}

static void make_all(void)
{
    char path[128], args[160];
    engine = pact_engine(pact_example);
    item = pact_item("D1-R1-T1-R1", "secret", "");
    pact_do(engine, "grant_clearance", "[\"m\",\"secret\"]");
    dispatcher = static_of("PactTieredAuditDispatcher", "in_memory", "[]");
    restricted = static_of("TrustLevel", "restricted", "[]");
    supervised = static_of("TrustLevel", "supervised", "[]");
    postures = object_of("PostureSystem", map_with("initial_level", supervised));
    dx = object_of("DxTrustManager", json("{}"));
    envelope = object_of("ConstraintEnvelope", json("{}"));
    strict = object_of("StrictEnforcer", map_with("envelope", envelope));
    kl_value both = map_with("production_envelope", envelope);
    assert_int_equal(kl_map_set(&both, KL_TEXT("candidate_envelope"), kl_value_retain(envelope), NULL), KL_OK);
    shadow = object_of("ShadowEnforcer", both);
    templates = object_of("TemplateRegistry", json("{}"));
    project = make_project("{DIR}/fork", NULL);
    snprintf(path, sizeof path, "%s", fill("{DIR}/fork"));
    setenv("TRUST_PLANE_TRUST_DIR", path, 1);
    assert_int_equal(kl_object_call(&hold_key, project.as.object, KL_TEXT("export_operational_key_hex"), NULL, 0,
                                    NULL), KL_OK);
    setenv("TRUST_PLANE_OPERATIONAL_KEY", kl_as_text(hold_key).data, 1);
    snprintf(args, sizeof args, "[\"%s\"]", path);
    holds = static_of("HoldManager", "load", args);
    delegates = static_of("DelegationManager", "load", args);
    session = static_of("AuditSession", "start", args);
}

/* A call whose arguments are JSON, `more` behind them. What is refused was judged: only what is wrong with
 * the object itself counts. */
static void call(kl_value object, const char *method, const char *args, kl_value more)
{
    kl_value list = json(args), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (!kl_is_null(more) && kl_array_push(&list, kl_value_retain(more), NULL) != KL_OK)
        abort();
    kl_status status = kl_object_call(&out, object.as.object, kl_text_from(method), kl_array_items(list),
                                      kl_array_len(list), &error);
    if (status != KL_OK) {
        fprintf(stderr, "%s%s: %s\n", method, args, kl_error_message(&error));
        abort();
    }
    kl_error_clear(&error);
    kl_value_release(out);
    kl_value_release(list);
}

static void use_engine(void)
{
    const kl_value self = kl_value_of(&engine->object);
    kl_value args[] = {json("\"m\""), item, json("\"delegated\"")}, out = kl_null();
    if (kl_object_call(&out, &engine->object, KL_TEXT("check_access"), args, 3, NULL) != KL_OK)
        abort();
    kl_value_release(out);
    kl_value_release(args[0]);
    kl_value_release(args[2]);
    call(self, "verify_action", "[\"D1-R1\",\"read\"]", kl_null());
    call(self, "create_ksp",
         "[\"{\\\"id\\\":\\\"k\\\",\\\"source_unit_address\\\":\\\"D1-R1\\\",\\\"target_unit_address\\\":"
         "\\\"D2-R1\\\",\\\"max_classification\\\":\\\"secret\\\",\\\"is_active\\\":true}\"]", kl_null());
    call(self, "grant_clearance", "[\"eh\",\"secret\"]", kl_null());
    call(self, "set_enforcement_mode", "[\"enforce\"]", kl_null());
    call(self, "record_spend", "[\"D1-R1\",1]", kl_null());
    call(self, "audit_anchor_count", "[]", kl_null());
}

static void use_trust(void)
{
    call(dispatcher, "dispatch_verdict_zone",
         "[\"e\",\"2026-01-01T00:00:00Z\",\"D1-R1\",\"supervised\",\"act\",\"held\",\"r\",\"env\"]", kl_null());
    call(dispatcher, "verify_envelope_chain", "[\"env\"]", kl_null());
    call(postures, "granted_capabilities", "[]", kl_null());
    call(postures, "emergency_revoke", "[]", kl_null());
    call(dx, "grant_capability", "[\"a\",\"read\"]", kl_null());
    call(dx, "evaluate_trust", "[\"a\"]", kl_null());
    call(envelope, "set_blocked_actions", "[[\"rm\"]]", kl_null());
    call(envelope, "envelope_hash", "[]", kl_null());
    call(strict, "check", "[\"read\",\"/a\",\"c\",1.5]", kl_null());
    call(shadow, "evaluate", "[\"read\"]", kl_null());
    call(shadow, "report", "[]", kl_null());
    call(templates, "get_template", "[\"software\",\"Terrene Foundation\"]", kl_null());
    call(session, "compute_diff", "[]", kl_null());
}

/* Written to the disk, so it takes long. */
static void use_holds(void)
{
    kl_value list = json("[\"pay\",\"financial\",\"why\"]"), id = kl_null(), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_call(&id, holds.as.object, KL_TEXT("create"), kl_array_items(list), 3, &error) != KL_OK)
        abort();
    kl_value args[] = {id, json("\"del-nobody\""), kl_bool(true), kl_null(), delegates};
    (void)kl_object_call(&out, holds.as.object, KL_TEXT("resolve"), args, 5, NULL); /* refused: no such delegate */
    kl_value_release(args[1]);
    kl_value_release(id);
    kl_value_release(list);
}

static bool is_over; /* atomic */

static void *hammer(void *data)
{
    bool writes = *(const bool *)data;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        use_engine();
        use_trust();
        if (writes)
            use_holds();
    }
    return NULL;
}

static void check_child(int turn)
{
    int status = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(PATIENCE);
        use_engine();
        use_trust();
        use_holds();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("child %d: wait status %d", turn, status);
}

KL_TEST(children_find_everything_free_and_whole)
{
    KL_UNUSED_STATE;
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    skip(); /* one ends a forked child that starts a thread, the other leaves its memory locked in one */
#endif
    pthread_t threads[THREADS];
    bool writes[THREADS] = {true};
    make_all();
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, &writes[i]), 0);
    for (int turn = 0; turn < FORKS; turn++)
        check_child(turn);
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    const kl_value all[] = {kl_value_of(&engine->object), item, dispatcher, postures, restricted, supervised, dx,
                            envelope, strict, shadow, holds, templates, session, project, delegates, hold_key};
    for (size_t i = 0; i < KL_COUNT(all); i++)
        kl_value_release(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(children_find_everything_free_and_whole)};
    return cmocka_run_group_tests(tests, make_trust_folder, remove_test_folder);
}
