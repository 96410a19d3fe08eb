/* An engine that judges: want of memory never allows, threads mix decisions and changes, files are whole. */
#include "folder.h"
#include "pact/actions.h"
#include "pact_test.h"
#include "sweep.h"

#include <pthread.h>
#include <stdatomic.h>

/* D1-R1 may do all but drop, deploy waits for a human, read ten times an hour. */
static const char *const envelope =
    "{\"role_address\":\"%s\",\"set_by\":\"D1-R1\",\"version\":1,\"created_at\":\"2026-01-01T00:00:00Z\","
    "\"modified_at\":\"2026-01-01T00:00:00Z\",\"envelope\":{\"envelope_id\":"
    "\"00000000-0000-4000-8000-000000000001\",\"version\":\"1\",\"issued_at\":\"2026-01-01T00:00:00Z\","
    "\"expires_at\":null,\"issuer\":\"t\",\"subject\":{\"subject_type\":\"Agent\",\"id\":\"a\",\"name\":\"a\"},"
    "\"dimensions\":{\"financial\":{\"max_transaction_cents\":10000,\"max_cumulative_cents\":1000000,"
    "\"cumulative_period\":\"daily\",\"approval_threshold_cents\":5000,\"allowed_currencies\":[\"USD\"],"
    "\"spending_allowed\":true},\"operational\":{\"allowed_operations\":[],\"denied_operations\":[\"drop\"],"
    "\"resource_limits\":{},\"require_approval_for\":[\"deploy\"]},\"temporal\":{\"rate_limits\":"
    "[{\"operation\":\"count\",\"max_count\":10,\"window_seconds\":3600}],\"blackout_periods\":[]},"
    "\"data_access\":null,\"communication\":null},\"chain_ref\":null,\"context\":null}}";

static void set_envelope(kl_pact_engine *engine, const char *address)
{
    char text[2048];
    kl_value arg = kl_null(), none = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(text, sizeof text, envelope, address);
    assert_int_equal(kl_string_new(&arg, kl_text_from(text), NULL), KL_OK);
    if (kl_object_call(&none, &engine->object, KL_TEXT("set_role_envelope"), &arg, 1, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    kl_value_release(arg);
}

static kl_pact_engine *engine_with_envelope(void)
{
    kl_pact_engine *engine = pact_engine(pact_example);
    set_envelope(engine, "D1-R1");
    return engine;
}

static kl_zone zone_of(kl_value verdict) { return ((const kl_pact_verdict *)verdict.as.object)->zone; }
static bool allows(kl_value verdict) { return ((const kl_pact_verdict *)verdict.as.object)->allowed; }

/* ---- want of memory -------------------------------------------------------------------------------------- */

/* Questions and what may be said of them: nothing milder than this, ever. */
static const struct {
    const char *args;
    kl_zone zone;
} questions[] = {
    {"[\"D1-R1\",\"read\"]", KL_ZONE_AUTO_APPROVED},
    {"[\"D1-R1-T1-R1-R2\",\"drop\",{\"cost\":1.5}]", KL_ZONE_BLOCKED},
    {"[\"D1-R1\",\"deploy\",{\"cost\":5},\"crm\"]", KL_ZONE_HELD},
    {"[\"D1-R1\",\"pay\",{\"cost\":60}]", KL_ZONE_HELD},
    {"[\"D1-R1\",\"pay\",{\"cost\":101}]", KL_ZONE_BLOCKED},
    {"[\"D1-R1\",\"envelope_modify\"]", KL_ZONE_HELD},
    {"[\"D1-R1-R2\",\"read\"]", KL_ZONE_BLOCKED},
    {"[\"D9-R1\",\"read\"]", KL_ZONE_BLOCKED},
    {"[\"D2-R1\",\"read\"]", KL_ZONE_BLOCKED},
};

typedef struct asking {
    kl_pact_engine *engine;
    kl_value args;
    kl_zone least;
} asking;

static kl_status ask(void *data)
{
    const asking *a = data;
    kl_value verdict = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_object_call(&verdict, &a->engine->object, KL_TEXT("verify_action"),
                                      kl_array_items(a->args), kl_array_len(a->args), &error);
    if (status == KL_OK) {
        assert_true(zone_of(verdict) >= a->least);
        assert_int_equal(allows(verdict), zone_of(verdict) <= KL_ZONE_FLAGGED);
    } else {
        assert_true(kl_is_null(verdict));
    }
    kl_value_release(verdict);
    kl_error_clear(&error);
    return status;
}

KL_TEST(want_of_memory_never_allows)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = engine_with_envelope();
    size_t met = 0;
    for (size_t i = 0; i < KL_COUNT(questions); i++) {
        asking a = {engine, json(questions[i].args), questions[i].zone};
        assert_int_equal(ask(&a), KL_OK); /* what is made once is made */
        met += sweep(ask, &a);
        kl_value_release(a.args);
    }
    assert_true(met > 50);
    kl_value result = pact_call(engine, "verify_audit_chain", "[]"), holds = kl_null();
    assert_int_equal(kl_object_call(&holds, result.as.object, KL_TEXT("__bool__"), NULL, 0, NULL), KL_OK);
    assert_true(kl_as_bool(holds));
    kl_value_release(result);
    kl_object_release(&engine->object);
}

/* A retry that fails for want of memory has released nothing, or else the one release. */
static kl_status hold_approve_retry(void *data)
{
    kl_pact_engine *engine = data;
    kl_value verdict = kl_null(), action = kl_null(), role = kl_null(), again = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_string_new(&action, KL_TEXT("deploy"), NULL));
    KL_TRY_OUT(kl_string_new(&role, KL_TEXT("D1-R1"), NULL));
    const kl_pact_question question = {.role_address = role, .action = action};
    KL_TRY_OUT(kl_pact_verify(&verdict, engine, &question, NULL));
    assert_int_equal(zone_of(verdict), KL_ZONE_HELD);
    kl_text text = kl_as_text(kl_map_get(((kl_pact_verdict *)verdict.as.object)->details,
                                         KL_TEXT("held_action_id")));
    int64_t id = strtoll(text.data, NULL, 10);
    KL_TRY_OUT(kl_pact_approve(engine, id, KL_TEXT("Ann"), KL_HOUR, NULL));
    KL_TRY_OUT(kl_pact_retry(&again, engine, id, NULL));
    assert_true(allows(again));
    kl_value_release(again);
    again = kl_null();
    assert_int_equal(kl_pact_retry(&again, engine, id, NULL), KL_STATE);
out:
    kl_value_release(again);
    kl_value_release(verdict);
    kl_value_release(action);
    kl_value_release(role);
    return status;
}

KL_TEST(want_of_memory_on_the_way_of_a_held_action)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = engine_with_envelope();
    assert_int_equal(hold_approve_retry(engine), KL_OK);
    for (size_t n = 1, failed = 1; failed; n++) {
        kl_test_fail_allocation(n);
        kl_status status = hold_approve_retry(engine);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        /* KL_STATE: the approval was taken before the retry failed. */
        assert_true(status == KL_OK || (failed && (status == KL_NO_MEMORY || status == KL_STATE)));
    }
    kl_object_release(&engine->object);
}

static kl_status export(void *data)
{
    kl_value matrix;
    kl_status status = kl_pact_rbac(&matrix, data, NULL);
    if (status == KL_OK)
        kl_value_release(matrix);
    return status;
}

KL_TEST(want_of_memory_of_a_matrix)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = engine_with_envelope();
    assert_int_equal(export(engine), KL_OK);
    assert_true(sweep(export, engine) > 20);
    kl_object_release(&engine->object);
}

/* ---- files ------------------------------------------------------------------------------------------------- */

static kl_status open_and_close(void *data)
{
    kl_value engine = kl_null();
    const kl_pact_opening how = {.path = kl_text_from(data), .verify = true};
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_pact_engine_open(&engine, &how, &error);
    kl_value_release(engine);
    kl_error_clear(&error);
    return status;
}

KL_TEST(a_file_is_opened_whole_or_not)
{
    KL_UNUSED_STATE;
    char path[512];
    kl_value made = kl_null();
    snprintf(path, sizeof path, "%s/pact.db", test_folder);
    const kl_pact_opening how = {.path = kl_text_from(path), .document = kl_text_from(pact_example), .verify = true};
    assert_int_equal(kl_pact_engine_open(&made, &how, NULL), KL_OK);
    set_envelope((kl_pact_engine *)made.as.object, "D1-R1");
    pact_do((kl_pact_engine *)made.as.object, "verify_action", "[\"D1-R1\",\"deploy\"]");
    pact_do((kl_pact_engine *)made.as.object, "record_spend", "[\"D1-R1\",5]");
    kl_value_release(made);
    assert_int_equal(open_and_close(path), KL_OK);
    size_t met = 0, failed = 1;
    for (size_t n = 1; failed; n += 7) { /* every seventh: each opening reads all */
        kl_test_fail_allocation(n);
        kl_status status = open_and_close(path);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(failed || status == KL_OK);
        met += failed;
    }
    assert_true(met > 20);
    assert_int_equal(open_and_close(path), KL_OK);
}

/* ---- threads ----------------------------------------------------------------------------------------------- */

#ifndef ROUNDS
#define ROUNDS 1500
#endif

typedef struct shared {
    kl_pact_engine *engine;
    atomic_int allowed_drops, failures, counted;
} shared;

static void decide(shared *s, const char *args, kl_zone least)
{
    kl_value verdict;
    if (pact_try(&verdict, s->engine, "verify_action", args, NULL) != KL_OK)
        s->failures++;
    else if (zone_of(verdict) < least)
        s->allowed_drops++;
    kl_value_release(verdict);
}

static void change(shared *s, int i)
{
    char args[128];
    kl_value out;
    switch (i % 4) {
    case 0:
        set_envelope(s->engine, "D1-R1");
        return;
    case 1:
        pact_do(s->engine, "grant_clearance", "[\"y\",\"secret\",[\"c\"]]");
        return;
    case 2:
        snprintf(args, sizeof args, "[%d,\"Ann\"]", i / 4 + 1);
        if (pact_try(&out, s->engine, "approve_held_action", args, NULL) == KL_OK) {
            snprintf(args, sizeof args, "[%d]", i / 4 + 1);
            if (pact_try(&out, s->engine, "retry_held_action", args, NULL) == KL_OK)
                kl_value_release(out);
        }
        return;
    default:
        pact_do(s->engine, "record_spend", "[\"y\",1]");
    }
}

static void *mixed(void *data)
{
    shared *s = data;
    for (int i = 0; i < ROUNDS; i++) {
        kl_value verdict;
        decide(s, "[\"D1-R1-T1-R1-R2\",\"drop\"]", KL_ZONE_BLOCKED);
        decide(s, "[\"D1-R1-R3\",\"read\",{\"cost\":1}]", KL_ZONE_AUTO_APPROVED);
        decide(s, "[\"D1-R1\",\"deploy\"]", KL_ZONE_HELD);
        if (pact_try(&verdict, s->engine, "verify_action", "[\"D1-R1-R3\",\"count\"]", NULL) == KL_OK) {
            s->counted += allows(verdict);
            kl_value_release(verdict);
        }
        if (i % 10 == 0)
            change(s, i / 10);
        if (i % 100 == 0) {
            kl_value_release(pact_call(s->engine, "export_rbac_matrix", "[]"));
            kl_value_release(pact_call(s->engine, "verify_audit_chain", "[]"));
            kl_value_release(pact_call(s->engine, "list_held_actions", "[\"pending\"]"));
        }
    }
    return NULL;
}

KL_TEST(threads_mix_decisions_and_changes)
{
    KL_UNUSED_STATE;
    enum { THREADS = 8 };
    shared s = {.engine = engine_with_envelope()};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, mixed, &s), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(s.allowed_drops, 0);
    assert_int_equal(s.failures, 0);
    assert_int_equal(s.counted, 10); /* the rate limit, exactly, over all threads */
    kl_value result = pact_call(s.engine, "verify_audit_chain", "[]"), holds = kl_null();
    assert_int_equal(kl_object_call(&holds, result.as.object, KL_TEXT("__bool__"), NULL, 0, NULL), KL_OK);
    assert_true(kl_as_bool(holds));
    kl_value_release(result);
    kl_object_release(&s.engine->object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(want_of_memory_never_allows),
        cmocka_unit_test(want_of_memory_on_the_way_of_a_held_action),
        cmocka_unit_test(want_of_memory_of_a_matrix),
        cmocka_unit_test(a_file_is_opened_whole_or_not),
        cmocka_unit_test(threads_mix_decisions_and_changes),
    };
    return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
