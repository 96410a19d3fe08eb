/* tests/c/test_pact_threads.c - eight threads decide and change at once. Runs under ThreadSanitizer. */
#include "pact_test.h"
#include "pact/effective.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 400 };

#define ENVELOPE(cents)                                                                            \
    "{\"role_address\":\"D1-R1\",\"set_by\":\"D1-R1\",\"version\":1,"                              \
    "\"created_at\":\"2026-01-01T00:00:00Z\",\"modified_at\":\"2026-01-01T00:00:00Z\","             \
    "\"envelope\":{\"envelope_id\":\"5f9b6f64-0ee7-4c0c-ad86-9ed62da7e867\",\"version\":\"1\","    \
    "\"issued_at\":\"2026-01-01T00:00:00Z\",\"expires_at\":null,\"issuer\":\"i\","                  \
    "\"subject\":{\"subject_type\":\"Agent\",\"id\":\"a\",\"name\":\"A\"},\"dimensions\":{"          \
    "\"financial\":{\"max_transaction_cents\":" cents ",\"max_cumulative_cents\":100000,"            \
    "\"approval_threshold_cents\":0,\"allowed_currencies\":[],\"spending_allowed\":true},"           \
    "\"operational\":null,\"temporal\":null,\"data_access\":null,\"communication\":null}}}"

typedef struct work {
    kl_pact_engine *engine;
    unsigned number;
    kl_value item;
    unsigned contradictions; /* what no order of the others' changes can explain */
} work;

static kl_value text_of(const char *text)
{
    kl_value value = kl_null();
    kl_string_new(&value, kl_text_from(text), NULL);
    return value;
}

static kl_value call(work *w, const char *method, kl_value *args, size_t count)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_object_call(&out, &w->engine->object, kl_text_from(method), args, count, &error) != KL_OK)
        w->contradictions++;
    kl_error_clear(&error);
    for (size_t i = 0; i < count; i++)
        kl_value_release(args[i]);
    return out;
}

/* The role below reads its own unit whenever it is cleared for it, whatever else changes. */
static void decide(work *w)
{
    kl_value args[] = {text_of("m"), kl_value_retain(w->item), text_of("delegated")};
    kl_value decision = call(w, "check_access", args, 3);
    kl_value allowed = kl_null();
    const kl_field *field = kl_type_field(decision.as.object->type, KL_TEXT("allowed"));
    kl_field_get(&allowed, decision.as.object, field, NULL);
    w->contradictions += !kl_as_bool(allowed);
    kl_value_release(decision);
    kl_value_release(call(w, "explain_access", (kl_value[]){text_of("eh"), kl_value_retain(w->item), text_of("delegated")}, 3));
}

/* Both members of what was set come back together, with the limit of one of the two envelopes. */
static void look(work *w)
{
    kl_pact_effective *effective = NULL;
    kl_pact_read_begin(w->engine);
    kl_status status = kl_pact_effective_get(&effective, w->engine, 3, KL_TEXT(""), kl_time_now(), NULL);
    kl_pact_lock_end(w->engine);
    if (status != KL_OK) {
        w->contradictions++;
        return;
    }
    kl_value limit = kl_null();
    const kl_value *found = NULL;
    kl_value map = kl_governance_map(effective->envelope);
    found = kl_value_path(&map, KL_TEXT("dimensions.financial.max_transaction_cents"));
    limit = found ? *found : kl_null();
    w->contradictions += kl_as_int(limit) != 100 && kl_as_int(limit) != 200;
    kl_pact_effective_release(effective);
}

static void change(work *w, unsigned round)
{
    char id[32], json_text[256];
    snprintf(id, sizeof id, "k%u", w->number);
    snprintf(json_text, sizeof json_text,
             "{\"id\":\"%s\",\"source_unit_address\":\"D1-R1\",\"target_unit_address\":\"D2-R1\","
             "\"max_classification\":\"secret\",\"is_active\":true}", id);
    switch (round % 6) {
    case 0:
        kl_value_release(call(w, "create_ksp", (kl_value[]){text_of(json_text)}, 1));
        break;
    case 1:
        kl_value_release(call(w, "remove_ksp", (kl_value[]){text_of(id)}, 1));
        break;
    case 2:
        kl_value_release(call(w, "set_role_envelope",
                              (kl_value[]){text_of(w->number % 2 ? ENVELOPE("100") : ENVELOPE("200"))}, 1));
        break;
    case 3:
        kl_value_release(call(w, "grant_clearance", (kl_value[]){text_of("eh"), text_of("secret")}, 2));
        break;
    case 4:
        kl_value_release(call(w, "set_vacancy_designation",
                              (kl_value[]){text_of("D1-R1-D1-R1"), text_of("h"), text_of("board")}, 3));
        break;
    default:
        kl_value_release(call(w, "remove_vacancy_designation", (kl_value[]){text_of("D1-R1-D1-R1")}, 1));
        break;
    }
}

static void *run(void *data)
{
    work *w = data;
    for (unsigned round = 0; round < ROUNDS; round++) {
        decide(w);
        look(w);
        if (round % 4 == w->number % 4)
            change(w, round / 4 + w->number);
    }
    return NULL;
}

KL_TEST(decisions_and_changes_do_not_disturb_each_other)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = pact_engine(pact_example);
    pthread_t threads[THREADS];
    work works[THREADS];
    kl_value item = pact_item("D1-R1-T1-R1", "secret", "");
    work first = {.engine = engine};
    pact_do(engine, "grant_clearance", "[\"m\",\"secret\"]");
    kl_value_release(call(&first, "set_role_envelope", (kl_value[]){text_of(ENVELOPE("100"))}, 1));
    assert_int_equal(first.contradictions, 0);
    for (unsigned i = 0; i < THREADS; i++) {
        works[i] = (work){engine, i, item, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, run, &works[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(works[i].contradictions, 0);
    }
    assert_true(engine->revision > 1);
    assert_true(kl_pact_cache_count(engine->cache) <= engine->org->count);
    kl_value_release(item);
    kl_object_release(&engine->object);
}

/* A bridge for one use lets exactly one of many through. */
typedef struct race {
    kl_pact_engine *engine;
    kl_value item;
    unsigned allowed;
} race;

static void *rush(void *data)
{
    race *r = data;
    kl_value args[] = {text_of("eh"), r->item, text_of("delegated")}, decision = kl_null(), allowed = kl_null();
    for (int i = 0; i < 50; i++) {
        if (kl_object_call(&decision, &r->engine->object, KL_TEXT("check_access"), args, 3, NULL) != KL_OK)
            continue;
        const kl_field *field = kl_type_field(decision.as.object->type, KL_TEXT("allowed"));
        kl_field_get(&allowed, decision.as.object, field, NULL);
        r->allowed += kl_as_bool(allowed);
        kl_value_release(decision);
    }
    kl_value_release(args[0]);
    kl_value_release(args[2]);
    return NULL;
}

KL_TEST(a_bridge_for_one_use_is_used_once)
{
    KL_UNUSED_STATE;
    kl_pact_engine *engine = pact_engine(pact_example);
    pthread_t threads[THREADS];
    race races[THREADS];
    kl_value item = pact_item("D1-R1", "secret", "");
    unsigned allowed = 0;
    pact_do(engine, "grant_clearance", "[\"eh\",\"secret\"]");
    pact_do(engine, "create_bridge",
            "[\"{\\\"id\\\":\\\"b\\\",\\\"role_a_address\\\":\\\"D1-R1\\\",\\\"role_b_address\\\":\\\"D2-R1\\\","
            "\\\"bridge_type\\\":\\\"AdHoc\\\",\\\"max_classification\\\":\\\"secret\\\",\\\"bilateral\\\":true,"
            "\\\"active\\\":true,\\\"one_time_use\\\":true}\"]");
    for (unsigned i = 0; i < THREADS; i++) {
        races[i] = (race){engine, item, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, rush, &races[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        allowed += races[i].allowed;
    }
    assert_int_equal(allowed, 1);
    kl_value_release(item);
    kl_object_release(&engine->object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_and_changes_do_not_disturb_each_other),
        cmocka_unit_test(a_bridge_for_one_use_is_used_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
