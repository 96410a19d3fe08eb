/* The audit chain of PACT: linked, bounded, checked. */
#include "pact/audit_chain.h"
#include "sweep.h"
#include "test.h"

#include <pthread.h>

static const kl_pact_anchor_facts facts = {
    .agent_id = {"D1-R1", 5}, .action = {"verify_action", 13}, .level = {"AUTO_APPROVED", 13},
    .envelope_id = {"D1-R1", 5}, .result = {"success", 7},
    .metadata = {"{\"pact_action\":\"verify_action\"}", 31}};

static void append(kl_pact_chain *chain, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_int_equal(kl_pact_chain_append(NULL, chain, &facts, NULL, NULL, NULL), KL_OK);
}

/* The vector of the specification. */
KL_TEST(an_anchor_hashes_as_specified)
{
    KL_UNUSED_STATE;
    static const char expected[] = "edfdf52b3e0069081e585262193d3bcb69fadd9061703ec03da4184986fcf363";
    const kl_pact_anchor_facts vector = {
        .anchor_id = KL_TEXT("anc-n4-001"), .agent_id = KL_TEXT("agent-conformance-001"),
        .action = KL_TEXT("envelope_created"), .level = KL_TEXT("AUTO_APPROVED"),
        .envelope_id = KL_TEXT("env-001"), .result = KL_TEXT("success"),
        .timestamp = KL_TEXT("2026-01-15T10:30:00.000000+00:00"),
        .metadata = KL_TEXT("{\"pact_action\":\"envelope_created\",\"role_address\":\"D1-R1\"}")};
    kl_pact_chain chain;
    char hash[65];
    kl_pact_chain_begin(&chain, 10);
    assert_int_equal(kl_pact_chain_append(hash, &chain, &vector, NULL, NULL, NULL), KL_OK);
    assert_string_equal(hash, expected);
    kl_value last = kl_null();
    assert_int_equal(kl_pact_chain_last(&last, &chain, NULL), KL_OK);
    assert_string_equal(kl_as_text(last).data, expected);
    kl_value_release(last);
    kl_pact_chain_end(&chain);
}

static kl_status to_objects(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    kl_value object, *list = data;
    bool valid = false;
    KL_TRY(kl_pact_anchor_object(&object, anchor, error));
    assert_int_equal(kl_audit_anchor_check(&valid, object.as.object, error), KL_OK);
    assert_true(valid);
    assert_string_equal(kl_audit_anchor_hash(object.as.object).data, anchor->hash);
    return kl_array_push(list, object, error);
}

KL_TEST(anchors_are_numbered_linked_and_become_objects)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_value list = json("[]");
    kl_pact_walk walk;
    kl_pact_chain_begin(&chain, 1000);
    append(&chain, 100);
    assert_int_equal(kl_pact_chain_visit(&chain, to_objects, &list, NULL), KL_OK);
    assert_int_equal(kl_array_len(list), 100);
    kl_text before = KL_TEXT(KL_ANCHOR_GENESIS);
    for (size_t i = 0; i < 100; i++) {
        const kl_object *anchor = kl_array_at(list, i).as.object;
        assert_int_equal(kl_audit_anchor_input(anchor).sequence, i);
        assert_true(kl_text_equal(kl_audit_anchor_input(anchor).previous_hash, before));
        before = kl_audit_anchor_hash(anchor);
    }
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_false(walk.failed);
    assert_int_equal(walk.verified, 100);
    kl_value_release(list);
    kl_pact_chain_end(&chain);
}

KL_TEST(an_empty_chain_proves_nothing)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    kl_value result = kl_null(), value = kl_null(), text = kl_null();
    kl_pact_chain_begin(&chain, 10);
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_int_equal(kl_pact_chain_result_new(&result, &walk, NULL), KL_OK);
    assert_int_equal(kl_object_call(&value, result.as.object, KL_TEXT("__bool__"), NULL, 0, NULL), KL_OK);
    assert_false(kl_as_bool(value));
    assert_int_equal(kl_object_call(&value, result.as.object, KL_TEXT("is_not_determined"), NULL, 0, NULL),
                     KL_OK);
    assert_true(kl_as_bool(value));
    assert_int_equal(kl_object_repr(&text, result.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, "PactChainVerificationResult(status=not_determined)");
    kl_value_release(text);
    kl_value_release(result);
    assert_int_equal(kl_pact_chain_last(&value, &chain, NULL), KL_OK);
    assert_true(kl_is_null(value));
    kl_pact_chain_end(&chain);
}

KL_TEST(a_bad_link_is_recorded_and_found)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    kl_value result = kl_null(), text = kl_null();
    kl_pact_anchor_facts foreign = facts;
    foreign.sequence = KL_TEXT("7");
    foreign.previous = KL_TEXT("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    kl_pact_chain_begin(&chain, 10);
    append(&chain, 2);
    assert_int_equal(kl_pact_chain_append(NULL, &chain, &foreign, NULL, NULL, NULL), KL_OK);
    append(&chain, 1);
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_true(walk.failed);
    assert_int_equal(walk.broken_at, 2);
    assert_int_equal(walk.verified, 2);
    assert_int_equal(kl_pact_chain_result_new(&result, &walk, NULL), KL_OK);
    assert_int_equal(kl_object_repr(&text, result.as.object, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data,
                        "PactChainVerificationResult(status=failed, verified_count=2)");
    kl_value_release(text);
    kl_value_release(result);
    kl_pact_chain_end(&chain);
}

KL_TEST(a_foreign_anchor_that_follows_keeps_the_chain)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    kl_pact_anchor_facts foreign = facts;
    char hash[65];
    kl_pact_chain_begin(&chain, 10);
    assert_int_equal(kl_pact_chain_append(hash, &chain, &facts, NULL, NULL, NULL), KL_OK);
    foreign.sequence = KL_TEXT("41");
    foreign.previous = (kl_text){hash, 64};
    foreign.metadata = (kl_text){NULL, 0};
    assert_int_equal(kl_pact_chain_append(NULL, &chain, &foreign, NULL, NULL, NULL), KL_OK);
    append(&chain, 3);
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_false(walk.failed);
    assert_int_equal(walk.verified, 5);
    kl_pact_chain_end(&chain);
}

KL_TEST(the_oldest_tenth_goes_and_the_rest_still_verifies)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    kl_pact_chain_begin(&chain, 100);
    append(&chain, 1000);
    assert_int_equal(kl_pact_chain_total(&chain), 1000);
    assert_true(chain.count <= 100 && chain.count >= 89);
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_false(walk.failed);
    assert_int_equal(walk.first, 1000 - chain.count);
    assert_int_equal(walk.verified, chain.count);
    assert_int_equal(walk.next, 1000);
    kl_pact_chain_end(&chain);
}

static kl_status refuse(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    (void)anchor;
    ++*(int *)data;
    return kl_error_set(error, KL_IO, "no room");
}

KL_TEST(what_is_not_kept_did_not_happen)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    int calls = 0;
    kl_pact_chain_begin(&chain, 10);
    append(&chain, 1);
    assert_int_equal(kl_pact_chain_append(NULL, &chain, &facts, refuse, &calls, NULL), KL_IO);
    assert_int_equal(calls, 1);
    append(&chain, 1);
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_false(walk.failed);
    assert_int_equal(walk.verified, 2);
    kl_pact_chain_end(&chain);
}

static kl_pact_anchor sample(const char *hash_of)
{
    kl_pact_anchor anchor = {.part = {
        KL_TEXT("a"), KL_TEXT("0"), KL_TEXT(KL_ANCHOR_GENESIS), KL_TEXT("D1-R1"), KL_TEXT("x"),
        KL_TEXT("HELD"), KL_TEXT("e"), KL_TEXT("pending"), KL_TEXT("t"), KL_TEXT("{}")}};
    kl_pact_anchor hashed = anchor;
    if (strcmp(hash_of, "without") == 0)
        hashed.part[KL_ANCHOR_METADATA] = (kl_text){NULL, 0};
    assert_int_equal(kl_pact_anchor_rehash(anchor.hash, &hashed, NULL), KL_OK);
    return anchor;
}

KL_TEST(a_walk_finds_what_was_changed)
{
    KL_UNUSED_STATE;
    kl_pact_walk walk;
    kl_pact_anchor anchor = sample("with");
    kl_pact_walk_begin(&walk, 0, KL_ANCHOR_GENESIS);
    assert_int_equal(kl_pact_walk_step(&walk, &anchor, NULL), KL_OK);
    assert_false(walk.failed);
    anchor = sample("without"); /* {} may be hashed without its suffix */
    kl_pact_walk_begin(&walk, 0, KL_ANCHOR_GENESIS);
    assert_int_equal(kl_pact_walk_step(&walk, &anchor, NULL), KL_OK);
    assert_false(walk.failed);
    for (int i = 0; i < KL_ANCHOR_PARTS; i++) { /* any part */
        anchor = sample("with");
        anchor.part[i] = KL_TEXT("9");
        kl_pact_walk_begin(&walk, 0, KL_ANCHOR_GENESIS);
        assert_int_equal(kl_pact_walk_step(&walk, &anchor, NULL), KL_OK);
        assert_true(walk.failed);
        assert_string_equal(walk.reason, "hash mismatch");
    }
    anchor = sample("with");
    anchor.position = 1; /* the first one is gone */
    kl_pact_walk_begin(&walk, 0, KL_ANCHOR_GENESIS);
    assert_int_equal(kl_pact_walk_step(&walk, &anchor, NULL), KL_OK);
    assert_true(walk.failed);
    assert_string_equal(walk.reason, "missing");
    assert_int_equal(walk.broken_at, 0);
}

/* ---- memory, threads ------------------------------------------------------------------------------------- */

static kl_status to_plain_objects(void *data, const kl_pact_anchor *anchor, kl_error *error)
{
    kl_value object;
    KL_TRY(kl_pact_anchor_object(&object, anchor, error));
    return kl_array_push(data, object, error);
}

static kl_status some_anchors(void *data)
{
    (void)data;
    kl_pact_chain chain;
    kl_pact_walk walk;
    kl_value list = kl_null(), result = kl_null();
    kl_status status;
    kl_pact_chain_begin(&chain, 8);
    for (int i = 0; i < 20; i++)
        KL_TRY_OUT(kl_pact_chain_append(NULL, &chain, &facts, NULL, NULL, NULL));
    KL_TRY_OUT(kl_array_new(&list, 0, NULL));
    KL_TRY_OUT(kl_pact_chain_visit(&chain, to_plain_objects, &list, NULL));
    KL_TRY_OUT(kl_pact_chain_walk(&walk, &chain, NULL));
    KL_TRY_OUT(kl_pact_chain_result_new(&result, &walk, NULL));
out:
    kl_value_release(result);
    kl_value_release(list);
    kl_pact_chain_end(&chain);
    return status;
}

KL_TEST(want_of_memory_is_told)
{
    KL_UNUSED_STATE;
    assert_int_equal(some_anchors(NULL), KL_OK); /* what is made once is made */
    assert_true(sweep(some_anchors, NULL) > 20);
}

static void *appends(void *data)
{
    for (int i = 0; i < 2000; i++)
        if (kl_pact_chain_append(NULL, data, &facts, NULL, NULL, NULL) != KL_OK)
            return data;
    return NULL;
}

KL_TEST(threads_append_to_one_chain)
{
    KL_UNUSED_STATE;
    kl_pact_chain chain;
    kl_pact_walk walk;
    pthread_t threads[8];
    kl_pact_chain_begin(&chain, 5000);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, appends, &chain), 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
        assert_false(walk.failed);
    }
    for (size_t i = 0; i < KL_COUNT(threads); i++) {
        void *failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(kl_pact_chain_walk(&walk, &chain, NULL), KL_OK);
    assert_false(walk.failed);
    assert_int_equal(walk.next, 16000);
    kl_pact_chain_end(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_anchor_hashes_as_specified),
        cmocka_unit_test(anchors_are_numbered_linked_and_become_objects),
        cmocka_unit_test(an_empty_chain_proves_nothing),
        cmocka_unit_test(a_bad_link_is_recorded_and_found),
        cmocka_unit_test(a_foreign_anchor_that_follows_keeps_the_chain),
        cmocka_unit_test(the_oldest_tenth_goes_and_the_rest_still_verifies),
        cmocka_unit_test(what_is_not_kept_did_not_happen),
        cmocka_unit_test(a_walk_finds_what_was_changed),
        cmocka_unit_test(want_of_memory_is_told),
        cmocka_unit_test(threads_append_to_one_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
