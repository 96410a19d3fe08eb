/* Care chains, delegation chains and lineages: many threads, want of memory, and revocation against a
 * model. */
#include "eatp_test.h"

#include "eatp/care_chain.h"
#include "eatp/delegation_chain.h"
#include "eatp/delegation_scope.h"
#include "eatp/lineage.h"
#include "sweep.h"

#include <pthread.h>

/* A call by name with up to eight arguments, which are borrowed; the result is given. */
static kl_status call(kl_value *out, kl_value object, const char *name, const kl_value *args,
                      size_t count, kl_error *error)
{
    return kl_object_call(out, object.as.object, kl_text_from(name), args, count, error);
}

/* The same for a result that does not matter. */
static kl_status run(kl_value object, const char *name, const kl_value *args, size_t count)
{
    kl_value result = kl_null();
    KL_TRY(call(&result, object, name, args, count, NULL));
    kl_value_release(result);
    return KL_OK;
}

static kl_value string(const char *text)
{
    kl_value value = kl_null();
    if (kl_string_new(&value, kl_text_from(text), NULL) != KL_OK)
        return kl_null();
    return value;
}

/* ---- care chains -------------------------------------------------------------------------------- */

static kl_status make_care_chain(kl_value *out, kl_value pair)
{
    kl_value chain, org;
    KL_TRY(kl_object_make(&chain, &kl_care_chain_type, &pair, NULL));
    org = string("acme");
    kl_status status = kl_is_null(org) ? KL_NO_MEMORY : run(chain, "set_genesis", &org, 1);
    if (status == KL_OK)
        status = run(chain, "sign_genesis", NULL, 0);
    kl_value_release(org);
    if (status == KL_OK)
        *out = chain;
    else
        kl_value_release(chain);
    return status;
}

static kl_status issue(kl_value chain, const char *agent, int level)
{
    kl_value args[] = {string(agent), kl_int(level)};
    kl_status status = kl_is_null(args[0]) ? KL_NO_MEMORY : run(chain, "issue_trust", args, 2);
    kl_value_release(args[0]);
    return status;
}

static int level_of(kl_value chain, const char *agent)
{
    kl_value name = text_value(agent);
    int level = -2;
    assert_int_equal(kl_care_chain_level(&level, (kl_care_chain *)chain.as.object, name, NULL), KL_OK);
    kl_value_release(name);
    return level;
}

KL_TEST(the_newest_grant_counts)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *agent, *expires_at;
        int level, then;
    } steps[] = {
        {"a", NULL, 2, 2},
        {"b", "2099-01-01T00:00:00Z", 4, 4},
        {"a", "9999-12-31T23:59:59Z", 3, 3},
        {"a", NULL, 0, 0},
        {"a", "2020-01-01T00:00:00Z", 4, -1},
        {"b", "0001-01-01T00:00:00Z", 1, -1},
        {"a", NULL, 1, 1},
    };
    kl_value pair = example_pair(), chain;
    assert_int_equal(make_care_chain(&chain, pair), KL_OK);
    for (size_t i = 0; i < KL_COUNT(steps); i++) {
        kl_value args[] = {text_value(steps[i].agent), kl_int(steps[i].level),
                           steps[i].expires_at ? text_value(steps[i].expires_at) : kl_null()};
        assert_int_equal(run(chain, "issue_trust_with_expiry", args, 3), KL_OK);
        assert_int_equal(level_of(chain, steps[i].agent), steps[i].then);
        kl_value_release(args[0]);
        kl_value_release(args[2]);
    }
    assert_int_equal(level_of(chain, "nobody"), -1);
    assert_int_equal(run(chain, "verify", NULL, 0), KL_OK);
    kl_value_release(chain);
    kl_value_release(pair);
}

KL_TEST(an_unrooted_chain_proves_nothing_and_stays_usable)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), chain, result, agent = text_value("a"), org = text_value("acme");
    kl_value two[] = {agent, kl_int(1)};
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_make(&chain, &kl_care_chain_type, &pair, NULL), KL_OK);
    assert_fails(call(&result, chain, "sign_genesis", NULL, 0, &error), &error, KL_INVALID, NULL,
                 "no genesis block set");
    assert_fails(call(&result, chain, "issue_trust", two, 2, &error), &error, KL_INVALID, NULL,
                 "no genesis block");
    for (int round = 0; round < 2; round++) {
        assert_fails(call(&result, chain, "verify", NULL, 0, &error), &error, KL_INVALID,
                     "EatpAuthorityError", "chain is empty");
        assert_fails(call(&result, chain, "get_agent_trust_level", &agent, 1, &error), &error,
                     KL_INVALID, "EatpAuthorityError", "chain is empty");
        assert_fails(call(&result, chain, "genesis_record", NULL, 0, &error), &error, KL_INVALID,
                     NULL, round ? "call sign_genesis() first" : "call set_genesis()");
        assert_int_equal(run(chain, "set_genesis", &org, 1), KL_OK);
    }
    assert_int_equal(run(chain, "sign_genesis", NULL, 0), KL_OK);
    assert_int_equal(run(chain, "sign_genesis", NULL, 0), KL_OK);
    assert_fails(call(&result, chain, "set_genesis", &org, 1, &error), &error, KL_INVALID, NULL,
                 "signed and cannot be changed");
    assert_int_equal(run(chain, "issue_trust", two, 2), KL_OK);
    kl_value_release(org);
    kl_value_release(agent);
    kl_value_release(chain);
    kl_value_release(pair);
}

/* ---- delegation chains -------------------------------------------------------------------------- */

static kl_status make_scope(kl_value *out)
{
    kl_value args[] = {string("engineering"), kl_null(), kl_null()};
    kl_status status = kl_is_null(args[0])
                           ? KL_NO_MEMORY
                           : kl_object_make(out, &kl_delegation_scope_type, args, NULL);
    kl_value_release(args[0]);
    return status;
}

static kl_status llm_call(kl_value *out)
{
    KL_TRY(kl_array_new(out, 1, NULL));
    return kl_array_push_text(out, KL_TEXT("llm_call"), NULL);
}

/* A grant, from `parent` unless it is null; its id is given. */
static kl_status grant(kl_value *id, kl_value chain, const char *from, const char *to,
                       kl_value parent, kl_error *error)
{
    kl_value names[] = {string(from), string(to)}, scope = kl_null(), tokens = kl_null(), wire;
    kl_status status = kl_is_null(names[0]) || kl_is_null(names[1]) ? KL_NO_MEMORY : KL_OK;
    if (status == KL_OK)
        status = make_scope(&scope);
    if (status == KL_OK)
        status = llm_call(&tokens);
    const kl_delegation_request request = {.delegator = names[0], .delegate = names[1],
                                           .capabilities = tokens, .level = kl_int(1),
                                           .scope = scope, .parent_id = parent};
    if (status == KL_OK)
        status = kl_delegation_chain_add(&wire, (kl_delegation_chain *)chain.as.object, &request,
                                         error);
    if (status == KL_OK) {
        *id = kl_value_retain(kl_map_get(wire, KL_TEXT("delegation_id")));
        kl_value_release(wire);
    }
    kl_value_release(tokens);
    kl_value_release(scope);
    kl_value_release(names[0]);
    kl_value_release(names[1]);
    return status;
}

KL_TEST(nobody_gets_back_what_he_gave)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), chain, ab, bc, cd, none;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_object_make(&chain, &kl_delegation_chain_type, &pair, NULL), KL_OK);
    assert_int_equal(grant(&ab, chain, "a", "b", kl_null(), NULL), KL_OK);
    assert_int_equal(grant(&bc, chain, "b", "c", ab, NULL), KL_OK);
    assert_int_equal(grant(&cd, chain, "c", "d", bc, NULL), KL_OK);
    assert_fails(grant(&none, chain, "a", "a", kl_null(), &error), &error, KL_INVALID,
                 "EatpDelegationError", "cannot delegate to itself");
    assert_fails(grant(&none, chain, "d", "d", cd, &error), &error, KL_INVALID,
                 "EatpDelegationError", "cannot delegate to itself");
    static const char *const above[] = {"a", "b", "c"};
    for (size_t i = 0; i < KL_COUNT(above); i++) {
        assert_fails(grant(&none, chain, "d", above[i], cd, &error), &error, KL_INVALID,
                     "EatpDelegationError", "delegation cycle");
        assert_fails(grant(&none, chain, "d", above[i], kl_null(), &error), &error, KL_INVALID,
                     "EatpDelegationError", "delegation cycle");
    }
    /* A grant that another one hides stands behind it still. */
    assert_int_equal(grant(&none, chain, "x", "d", kl_null(), NULL), KL_OK);
    kl_value_release(none);
    assert_fails(grant(&none, chain, "d", "b", kl_null(), &error), &error, KL_INVALID,
                 "EatpDelegationError", "delegation cycle");
    /* What was revoked gives no authority, so there is no circle. */
    assert_int_equal(run(chain, "revoke", &ab, 1), KL_OK);
    assert_int_equal(grant(&none, chain, "d", "a", kl_null(), NULL), KL_OK);
    kl_value_release(none);
    kl_value_release(cd);
    kl_value_release(bc);
    kl_value_release(ab);
    kl_value_release(chain);
    kl_value_release(pair);
}

/* ---- revocation against a model ----------------------------------------------------------------- */

enum { GRANTS = 60 };

typedef struct model {
    int parent[GRANTS]; /* -1 = none */
    bool revoked[GRANTS];
    kl_value ids[GRANTS];
} model;

/* The pre-order of what is revoked newly, the plain way. */
static void model_revoke(model *m, int at, int *order, int *count)
{
    if (m->revoked[at])
        return;
    m->revoked[at] = true;
    order[(*count)++] = at;
    for (int i = at + 1; i < GRANTS; i++)
        if (m->parent[i] == at)
            model_revoke(m, i, order, count);
}

/* Random numbers that are the same each time. */
static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static void build_forest(model *m, kl_value chain, unsigned *random)
{
    for (int i = 0; i < GRANTS; i++) {
        char from[24], to[24];
        m->parent[i] = i && next_random(random) % 5 ? (int)(next_random(random) % (unsigned)i) : -1;
        m->revoked[i] = false;
        snprintf(to, sizeof to, "agent-%d", i);
        snprintf(from, sizeof from, m->parent[i] < 0 ? "human" : "agent-%d", m->parent[i]);
        kl_value parent = m->parent[i] < 0 ? kl_null() : m->ids[m->parent[i]];
        assert_int_equal(grant(&m->ids[i], chain, from, to, parent, NULL), KL_OK);
    }
}

static void assert_revoked(const model *m, kl_value ids, const int *order, int count)
{
    assert_int_equal(kl_array_len(ids), count);
    for (int i = 0; i < count; i++)
        assert_string_equal(kl_as_text(kl_array_at(ids, (size_t)i)).data,
                            kl_as_text(m->ids[order[i]]).data);
}

static void assert_ledger(const model *m, kl_value chain)
{
    kl_value ledger, told;
    assert_int_equal(call(&ledger, chain, "revocation_ledger", NULL, 0, NULL), KL_OK);
    for (int i = 0; i < GRANTS; i++) {
        assert_int_equal(call(&told, ledger, "is_revoked", &m->ids[i], 1, NULL), KL_OK);
        assert_int_equal(kl_as_bool(told), m->revoked[i]);
        kl_value wire = kl_delegation_chain_find((kl_delegation_chain *)chain.as.object,
                                                 kl_as_text(m->ids[i]));
        assert_int_equal(kl_as_bool(kl_map_get(wire, KL_TEXT("revoked"))), m->revoked[i]);
        kl_value_release(wire);
    }
    kl_value_release(ledger);
}

KL_TEST(a_revocation_closes_the_subtree_and_nothing_else)
{
    KL_UNUSED_STATE;
    unsigned random = 7;
    for (int round = 0; round < 4; round++) {
        kl_value pair = example_pair(), chain, ids;
        model m;
        int order[GRANTS], count;
        assert_int_equal(kl_object_make(&chain, &kl_delegation_chain_type, &pair, NULL), KL_OK);
        build_forest(&m, chain, &random);
        for (int i = 0; i < 12; i++) {
            int at = (int)(next_random(&random) % GRANTS);
            count = 0;
            model_revoke(&m, at, order, &count);
            assert_int_equal(call(&ids, chain, "revoke_cascade", &m.ids[at], 1, NULL), KL_OK);
            assert_revoked(&m, ids, order, count);
            kl_value_release(ids);
        }
        assert_ledger(&m, chain);
        kl_value human = text_value("human");
        count = 0;
        for (int i = 0; i < GRANTS; i++)
            if (m.parent[i] < 0)
                model_revoke(&m, i, order, &count);
        assert_int_equal(kl_delegation_chain_revoke_by(&ids, (kl_delegation_chain *)chain.as.object,
                                                       human, NULL), KL_OK);
        assert_revoked(&m, ids, order, count);
        assert_ledger(&m, chain);
        kl_value_release(ids);
        kl_value_release(human);
        for (int i = 0; i < GRANTS; i++)
            kl_value_release(m.ids[i]);
        kl_value_release(chain);
        kl_value_release(pair);
    }
}

/* ---- threads ------------------------------------------------------------------------------------ */

enum { THREADS = 8, ROUNDS = 12 };

typedef struct shared {
    kl_value care, delegations;
    int number; /* of the thread */
} shared;

static void *work(void *data)
{
    const shared *s = data;
    char agent[32], other[32];
    for (int i = 0; i < ROUNDS; i++) {
        kl_value id, top, sub;
        snprintf(agent, sizeof agent, "agent-%d-%d", s->number, i);
        snprintf(other, sizeof other, "other-%d-%d", s->number, i);
        assert_int_equal(issue(s->care, agent, i % 5), KL_OK);
        assert_int_equal(level_of(s->care, agent), i % 5);
        assert_int_equal(issue(s->care, "shared", 1 + i % 4), KL_OK);
        assert_true(level_of(s->care, "shared") >= 1);
        assert_int_equal(grant(&top, s->delegations, "human", agent, kl_null(), NULL), KL_OK);
        assert_int_equal(grant(&sub, s->delegations, agent, other, top, NULL), KL_OK);
        assert_int_equal(call(&id, s->delegations, "revoke_cascade", &top, 1, NULL), KL_OK);
        assert_int_equal(kl_array_len(id), 2);
        kl_value_release(id);
        kl_value_release(sub);
        kl_value_release(top);
        if (i % 6 == s->number % 6) {
            assert_int_equal(run(s->care, "verify", NULL, 0), KL_OK);
            assert_int_equal(run(s->delegations, "verify", NULL, 0), KL_OK);
            assert_int_equal(run(s->delegations, "revocation_ledger", NULL, 0), KL_OK);
        }
    }
    return NULL;
}

KL_TEST(eight_threads_issue_verify_and_revoke)
{
    KL_UNUSED_STATE;
    pthread_t threads[THREADS];
    shared parts[THREADS];
    kl_value pair = example_pair(), care, delegations, ledger, map, epoch;
    assert_int_equal(make_care_chain(&care, pair), KL_OK);
    assert_int_equal(kl_object_make(&delegations, &kl_delegation_chain_type, &pair, NULL), KL_OK);
    for (int i = 0; i < THREADS; i++) {
        parts[i] = (shared){care, delegations, i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &parts[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(run(care, "verify", NULL, 0), KL_OK);
    assert_int_equal(run(delegations, "verify", NULL, 0), KL_OK);
    assert_int_equal(call(&ledger, delegations, "revocation_ledger", NULL, 0, NULL), KL_OK);
    assert_int_equal(call(&epoch, ledger, "__len__", NULL, 0, NULL), KL_OK);
    assert_int_equal(kl_as_int(epoch), 2 * THREADS * ROUNDS);
    assert_int_equal(call(&map, ledger, "to_dict", NULL, 0, NULL), KL_OK);
    kl_value args[] = {map, text_value(EXAMPLE_KEY)}, again;
    assert_int_equal(kl_type_call(&again, ledger.as.object->type, KL_TEXT("from_dict"), args, 2, NULL),
                     KL_OK);
    kl_value_release(again);
    kl_value_release(args[1]);
    kl_value_release(map);
    kl_value_release(ledger);
    kl_value_release(delegations);
    kl_value_release(care);
    kl_value_release(pair);
}

/* ---- want of memory ----------------------------------------------------------------------------- */

static kl_status care_life(void *data)
{
    const kl_value *pair = data;
    kl_value chain, agent = string("a"), result = kl_null();
    kl_status status = kl_is_null(agent) ? KL_NO_MEMORY : make_care_chain(&chain, *pair);
    if (status != KL_OK) {
        kl_value_release(agent);
        return status;
    }
    KL_TRY_OUT(issue(chain, "a", 1));
    KL_TRY_OUT(issue(chain, "a", 3));
    KL_TRY_OUT(run(chain, "get_agent_trust_level", &agent, 1));
    KL_TRY_OUT(run(chain, "agent_capabilities", &agent, 1));
    KL_TRY_OUT(run(chain, "verify", NULL, 0));
    KL_TRY_OUT(call(&result, chain, "capability_attestation", &agent, 1, NULL));
    status = kl_is(result, KL_KIND_OBJECT) ? KL_OK : KL_FAILED;
out:
    /* Whatever failed, what is there is sound. */
    kl_test_fail_allocation(0);
    assert_int_equal(run(chain, "verify", NULL, 0), KL_OK);
    kl_value_release(result);
    kl_value_release(agent);
    kl_value_release(chain);
    return status;
}

/* As sweep(), for work that turns the failing off itself. */
static size_t sweep_sound(kl_status (*work)(void *data), void *data)
{
    size_t met = 0;
    for (size_t n = 1;; n++) {
        kl_test_fail_allocation(n);
        kl_status status = work(data);
        kl_test_fail_allocation(0);
        if (status == KL_OK)
            return met;
        assert_int_equal(status, KL_NO_MEMORY);
        met++;
    }
}

KL_TEST(a_care_chain_stays_sound_without_memory)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair();
    assert_true(sweep_sound(care_life, &pair) > 50);
    kl_value_release(pair);
}

static kl_status delegation_life(void *data)
{
    const kl_value *pair = data;
    kl_value chain, ab = kl_null(), bc = kl_null(), cd = kl_null();
    KL_TRY(kl_object_make(&chain, &kl_delegation_chain_type, pair, NULL));
    kl_status status;
    KL_TRY_OUT(grant(&ab, chain, "a", "b", kl_null(), NULL));
    KL_TRY_OUT(grant(&bc, chain, "b", "c", ab, NULL));
    KL_TRY_OUT(grant(&cd, chain, "c", "d", bc, NULL));
    KL_TRY_OUT(run(chain, "revoke_cascade", &bc, 1));
    KL_TRY_OUT(run(chain, "verify", NULL, 0));
    KL_TRY_OUT(run(chain, "last_delegation_record", NULL, 0));
    status = run(chain, "revocation_ledger", NULL, 0);
out:
    kl_test_fail_allocation(0);
    assert_int_equal(run(chain, "verify", NULL, 0), KL_OK);
    kl_value_release(cd);
    kl_value_release(bc);
    kl_value_release(ab);
    kl_value_release(chain);
    return status;
}

KL_TEST(a_delegation_chain_stays_sound_without_memory)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair();
    assert_true(sweep_sound(delegation_life, &pair) > 100);
    kl_value_release(pair);
}

/* Half a revocation would be worse than none. */
static kl_status revoke_tree(void *data)
{
    const kl_value *pair = data;
    kl_value chain, ids[6] = {{0}}, count = kl_null();
    kl_test_fail_allocation(0);
    assert_int_equal(kl_object_make(&chain, &kl_delegation_chain_type, pair, NULL), KL_OK);
    for (int i = 0; i < 6; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "%d", i);
        snprintf(to, sizeof to, "%d", i + 1);
        assert_int_equal(grant(&ids[i], chain, from, to, i ? ids[i - 1] : kl_null(), NULL), KL_OK);
    }
    static size_t n = 0;
    kl_test_fail_allocation(++n);
    kl_status status = run(chain, "revoke", &ids[1], 1);
    kl_test_fail_allocation(0);
    assert_int_equal(call(&count, chain, "revoke", &ids[1], 1, NULL), KL_OK);
    assert_int_equal(kl_as_int(count), status == KL_OK ? 0 : 5);
    for (int i = 0; i < 6; i++)
        kl_value_release(ids[i]);
    kl_value_release(chain);
    return status;
}

KL_TEST(a_revocation_is_all_or_nothing)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair();
    size_t met = 0;
    while (revoke_tree(&pair) != KL_OK)
        met++;
    assert_true(met > 20);
    kl_value_release(pair);
}

typedef struct lineage_parts {
    kl_value chain, agent, delegations;
} lineage_parts;

static kl_status lineage_life(void *data)
{
    const lineage_parts *parts = data;
    kl_value lineage, map = kl_null(), again = kl_null();
    kl_status status;
    const kl_lineage_request request = {.chain = (kl_care_chain *)parts->chain.as.object,
                                        .agent_id = parts->agent,
                                        .delegations = parts->delegations,
                                        .valid_days = kl_int(90),
                                        .with_manifest = true};
    KL_TRY(kl_lineage_make(&lineage, &request, NULL));
    KL_TRY_OUT(call(&map, lineage, "to_dict", NULL, 0, NULL));
    KL_TRY_OUT(kl_type_call(&again, &kl_lineage_type, KL_TEXT("from_dict"), &map, 1, NULL));
    KL_TRY_OUT(run(again, "verify_all", NULL, 0));
    KL_TRY_OUT(run(again, "effective_constraints", NULL, 0));
    status = run(again, "dropped_delegations", NULL, 0);
out:
    kl_value_release(again);
    kl_value_release(map);
    kl_value_release(lineage);
    return status;
}

KL_TEST(a_lineage_copes_without_memory)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), grants, id, record;
    lineage_parts parts = {.agent = text_value("a")};
    assert_int_equal(make_care_chain(&parts.chain, pair), KL_OK);
    assert_int_equal(issue(parts.chain, "a", 2), KL_OK);
    assert_int_equal(kl_object_make(&grants, &kl_delegation_chain_type, &pair, NULL), KL_OK);
    assert_int_equal(grant(&id, grants, "human", "a", kl_null(), NULL), KL_OK);
    assert_int_equal(call(&record, grants, "last_delegation_record", NULL, 0, NULL), KL_OK);
    assert_int_equal(kl_array_new(&parts.delegations, 1, NULL), KL_OK);
    assert_int_equal(kl_array_push(&parts.delegations, record, NULL), KL_OK);
    assert_true(sweep(lineage_life, &parts) > 200);
    kl_value_release(parts.delegations);
    kl_value_release(id);
    kl_value_release(grants);
    kl_value_release(parts.chain);
    kl_value_release(parts.agent);
    kl_value_release(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_grant_counts),
        cmocka_unit_test(an_unrooted_chain_proves_nothing_and_stays_usable),
        cmocka_unit_test(nobody_gets_back_what_he_gave),
        cmocka_unit_test(a_revocation_closes_the_subtree_and_nothing_else),
        cmocka_unit_test(eight_threads_issue_verify_and_revoke),
        cmocka_unit_test(a_care_chain_stays_sound_without_memory),
        cmocka_unit_test(a_delegation_chain_stays_sound_without_memory),
        cmocka_unit_test(a_revocation_is_all_or_nothing),
        cmocka_unit_test(a_lineage_copes_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
