/* Anchors of audit chains, trace events, ledgers, multi-signatures, hold queues: vectors shared with other
 * implementations, tampering, want of memory. */
#include "crypto_test.h"
#include "eatp/audit_anchor.h"
#include "eatp/hold_queue.h"
#include "eatp/trace_event.h"
#include "kailash/wide.h"

#include <pthread.h>

/* ---- AuditAnchor ------------------------------------------------------------------------------ */

static kl_anchor_input anchor_input(void)
{
    return (kl_anchor_input){
        .anchor_id = KL_TEXT("anc-u3-001"),
        .previous_hash = KL_TEXT(KL_ANCHOR_GENESIS),
        .agent_id = KL_TEXT("agent-u3"),
        .action = KL_TEXT("access_granted"),
        .verification_level = KL_TEXT("AUTO_APPROVED"),
        .envelope_id = KL_TEXT("env-u3"),
        .result = KL_TEXT("success"),
        .timestamp = KL_TEXT("2026-01-15T13:00:00.123456+00:00"),
    };
}

static void assert_hash(kl_anchor_input input, const char *metadata, const char *expected)
{
    char hash[65];
    input.metadata = metadata ? json(metadata) : kl_null();
    assert_ok(kl_anchor_hash(hash, &input, error));
    assert_string_equal(hash, expected);
    kl_value_release(input.metadata);
}

KL_TEST(anchors_hash_as_elsewhere)
{
    KL_UNUSED_STATE;
    kl_anchor_input u3 = anchor_input(), u1 = u3, u5 = u3;
    assert_hash(u3, "{\"role\":\"operator\"}",
                "0d0f0fa443a47a30f4571c1c90bd91103451d6ed386d517adb8dc401c73388ab");
    u1.anchor_id = KL_TEXT("anc-u1-001");
    u1.agent_id = KL_TEXT("agent-u1");
    u1.action = KL_TEXT("envelope_created");
    u1.envelope_id = KL_TEXT("env-u1");
    u1.timestamp = KL_TEXT("2026-01-15T11:00:00.000000+00:00");
    assert_hash(u1, "{\"\\u4e2d\\u6587\":\"value\",\"role\":\"caf\\u00e9\"}",
                "f1c755c8c5ae77c7cd4d99c8e3e19a10de925f1336f7dd1826573bc675e9ff71");
    u5.anchor_id = KL_TEXT("anc-u5-001");
    u5.agent_id = KL_TEXT("agent-u5");
    u5.action = KL_TEXT("budget_check");
    u5.envelope_id = KL_TEXT("env-u5");
    u5.timestamp = KL_TEXT("2026-01-15T15:00:00.500000+00:00");
    assert_hash(u5,
                "{\"amount\":\"1.50\",\"id\":\"12345678-1234-5678-1234-567812345678\","
                "\"tags\":[\"alpha\",\"beta\",\"gamma\"],"
                "\"when\":\"2026-03-04T05:06:07.000123+00:00\"}",
                "da88d1a54be64a5da51097e493986b6131af0ec4fca490505ce558e3e9339263");
}

KL_TEST(subjects_hash_as_rfc_8785_wants)
{
    KL_UNUSED_STATE;
    kl_value subject = json("{\"peach\":\"This sorting order\","
                            "\"p\\u00e9ch\\u00e9\":\"is wrong according to French\","
                            "\"p\\u00eache\":\"but canonicalization MUST\",\"sin\":\"ignore locale\"}");
    kl_value hash = kl_null();
    assert_ok(kl_anchor_subject_hash(&hash, subject, error));
    assert_string_equal(kl_as_text(hash).data,
                        "sha256:d99d0ebdcb0033cb858cfa830ae46bc0fb3309413b271f1da828c89901a27ed5");
    kl_anchor_input with = anchor_input();
    char a[65], b[65];
    assert_ok(kl_anchor_hash(a, &with, error));
    with.subject_hash = kl_as_text(hash);
    assert_ok(kl_anchor_hash(b, &with, error));
    assert_string_not_equal(a, b);
    kl_value_release(hash);
    kl_value_release(subject);
}

static bool is_valid(const char *text)
{
    kl_value map = json(text), anchor = kl_null();
    bool valid = false;
    assert_ok(kl_audit_anchor_read(&anchor, map, error));
    assert_ok(kl_audit_anchor_check(&valid, anchor.as.object, error));
    kl_value_release(anchor);
    kl_value_release(map);
    return valid;
}

#define ANCHOR(sequence, metadata, hash)                                                           \
    "{\"input\":{\"anchor_id\":\"a\",\"sequence\":" sequence ",\"previous_hash\":\"" KL_ANCHOR_GENESIS \
    "\",\"agent_id\":\"g\",\"action\":\"x\",\"verification_level\":\"HELD\",\"envelope_id\":\"\","  \
    "\"result\":\"r\",\"timestamp\":\"t\",\"metadata\":" metadata "},\"hash\":\"" hash "\"}"

/* SHA-256 of "a:0:000...:g:x:HELD::r:t" with and without ":{}". */
KL_TEST(empty_metadata_counts_or_not)
{
    KL_UNUSED_STATE;
    char with[65], without[65], text[1024];
    kl_anchor_input input = {
        .anchor_id = KL_TEXT("a"), .previous_hash = KL_TEXT(KL_ANCHOR_GENESIS),
        .agent_id = KL_TEXT("g"), .action = KL_TEXT("x"), .verification_level = KL_TEXT("HELD"),
        .envelope_id = KL_TEXT(""), .result = KL_TEXT("r"), .timestamp = KL_TEXT("t"),
        .metadata = kl_null()};
    assert_ok(kl_anchor_hash(without, &input, error));
    input.metadata = kl_map_empty();
    assert_ok(kl_anchor_hash(with, &input, error));
    kl_value_release(input.metadata);
    assert_string_not_equal(with, without);
    snprintf(text, sizeof text, ANCHOR("0", "{}", "%s"), with);
    assert_true(is_valid(text));
    snprintf(text, sizeof text, ANCHOR("0", "{}", "%s"), without);
    assert_true(is_valid(text));
    snprintf(text, sizeof text, ANCHOR("0", "null", "%s"), with);
    assert_false(is_valid(text));
    snprintf(text, sizeof text, ANCHOR("0", "null", "%s"), without);
    assert_true(is_valid(text));
    snprintf(text, sizeof text, ANCHOR("1", "null", "%s"), without);
    assert_false(is_valid(text));
}

KL_TEST(malformed_anchors_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *part;
    } rows[] = {
        {"[]", "AuditAnchor"},
        {"{}", "input"},
        {ANCHOR("-1", "null", "00"), "sequence"},
        {ANCHOR("1.5", "null", "00"), "sequence"},
        {ANCHOR("18446744073709551616", "null", "00"), "sequence"},
        {ANCHOR("0", "[1]", "00"), "metadata"},
        {ANCHOR("0", "null", ""), "hash"},
        {"{\"input\":{},\"hash\":\"00\",\"more\":1}", "input"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i].text), anchor = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_audit_anchor_read(&anchor, map, &error), KL_INVALID);
        assert_non_null(strstr(kl_error_message(&error), rows[i].part));
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

KL_TEST(an_anchor_that_is_made_holds)
{
    KL_UNUSED_STATE;
    kl_anchor_input input = anchor_input();
    kl_value anchor = kl_null(), text = kl_null(), again = kl_null();
    bool valid = false;
    input.sequence = UINT64_MAX;
    input.metadata = kl_map_empty();
    assert_ok(kl_audit_anchor_new(&anchor, &input, error));
    kl_value_release(input.metadata);
    assert_ok(kl_audit_anchor_check(&valid, anchor.as.object, error));
    assert_true(valid);
    assert_true(kl_is_null(kl_audit_anchor_input(anchor.as.object).metadata));
    assert_ok(kl_object_call(&text, anchor.as.object, KL_TEXT("to_json"), NULL, 0, error));
    assert_non_null(strstr(kl_as_text(text).data, "\"sequence\":18446744073709551615,"));
    assert_non_null(strstr(kl_as_text(text).data, "\"metadata\":null}"));
    assert_ok(kl_type_call(&again, &kl_audit_anchor_type, KL_TEXT("from_json"), &text, 1, error));
    assert_ok(kl_value_equal(&valid, anchor, again, error));
    assert_true(valid);
    kl_value_release(again);
    kl_value_release(text);
    kl_value_release(anchor);
}

/* ---- trace events ----------------------------------------------------------------------------- */

KL_TEST(trace_events_have_the_fingerprints_of_elsewhere)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *event, *fingerprint;
    } rows[] = {
        {"{\"event_id\":\"evt-V1\",\"run_id\":\"run-V1\",\"agent_id\":\"agent-V1\","
         "\"cost_microdollars\":0,\"event_type\":\"agent.run.start\","
         "\"timestamp\":\"2026-04-20T12:00:00.000000+00:00\"}",
         "792c13984825844cac0f9446730a0e63183632369827311009ae52ee1ce3023c"},
        {"{\"event_id\":\"evt-V1\",\"run_id\":\"run-V1\",\"agent_id\":\"agent-V1\","
         "\"cost_microdollars\":0,\"event_type\":\"agent.run.start\",\"status\":null,"
         "\"timestamp\":\"2026-04-20T14:00:00+02:00\"}",
         "792c13984825844cac0f9446730a0e63183632369827311009ae52ee1ce3023c"},
        {"{\"event_id\":\"evt-V2\",\"run_id\":\"run-V2\",\"agent_id\":\"agent-V2\","
         "\"cost_microdollars\":150,\"event_type\":\"tool.call.start\",\"tool_name\":\"search\","
         "\"duration_ms\":42.5,\"timestamp\":\"2026-04-20T12:00:00.123456Z\"}",
         "049db1a3d005c455df3f457a11603d9de5dee446601af0034fb1a82dc6ef3577"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char hash[65];
        kl_value event = json(rows[i].event);
        assert_ok(kl_trace_event_fingerprint(hash, event, error));
        assert_string_equal(hash, rows[i].fingerprint);
        kl_value_release(event);
    }
    char hash[65];
    kl_value other = json("{\"evt\":1}"), late = json("{\"timestamp\":\"soon\"}");
    assert_int_equal(kl_trace_event_fingerprint(hash, other, NULL), KL_INVALID);
    assert_int_not_equal(kl_trace_event_fingerprint(hash, late, NULL), KL_OK);
    assert_int_equal(kl_trace_event_fingerprint(hash, kl_int(1), NULL), KL_INVALID);
    kl_value_release(late);
    kl_value_release(other);
}

/* ---- objects by name -------------------------------------------------------------------------- */

static kl_value made(const char *type, const char *arguments)
{
    kl_value object = kl_null(), map = json(arguments);
    assert_ok(kl_object_from_map(&object, kl_type_find(kl_text_from(type), NULL), map, error));
    kl_value_release(map);
    return object;
}

static kl_value called(kl_value object, const char *method, const kl_value *args, size_t count)
{
    kl_value out = kl_null();
    assert_ok(kl_object_call(&out, object.as.object, kl_text_from(method), args, count, error));
    return out;
}

static kl_value field(kl_value object, const char *name)
{
    kl_value out = kl_null();
    const kl_field *found = kl_type_field(object.as.object->type, kl_text_from(name));
    assert_non_null(found);
    assert_ok(kl_field_get(&out, object.as.object, found, error));
    return out;
}

static const char *refusal(kl_value object, const char *method, const kl_value *args, size_t count)
{
    static char message[1024];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        kl_object_call(&out, object.as.object, kl_text_from(method), args, count, &error);
    assert_int_not_equal(status, KL_OK);
    snprintf(message, sizeof message, "%s: %s", error.type ? error.type : kl_status_name(status),
             kl_error_message(&error));
    kl_error_clear(&error);
    return message;
}

/* ---- ledger ----------------------------------------------------------------------------------- */

KL_TEST(a_ledger_hashes_what_stands_before)
{
    KL_UNUSED_STATE;
    kl_value ledger = made("EatpInMemoryLedger", "{}"), record = json("{\"b\":1,\"a\":\"\\u00e9\"}");
    char expected[65];
    kl_value none = called(ledger, "verify_integrity", NULL, 0);
    kl_value first = called(ledger, "append", &record, 1);
    assert_ok(kl_sha256_hex(expected, KL_TEXT(KL_ANCHOR_GENESIS "{\"a\":\"\\u00e9\",\"b\":1}"), error));
    assert_string_equal(kl_as_text(first).data, expected);
    kl_value second = called(ledger, "append", &record, 1);
    char both[256];
    snprintf(both, sizeof both, "%s{\"a\":\"\\u00e9\",\"b\":1}", expected);
    assert_ok(kl_sha256_hex(expected, kl_text_from(both), error));
    assert_string_equal(kl_as_text(second).data, expected);
    kl_value all = called(ledger, "verify_integrity", NULL, 0);
    assert_json(field(none, "status"), "\"not_determined\"");
    assert_json(field(all, "entries_checked"), "2");
    assert_json(called(ledger, "__len__", NULL, 0), "2");
    kl_value_release(all);
    kl_value_release(second);
    kl_value_release(first);
    kl_value_release(none);
    kl_value_release(record);
    kl_value_release(ledger);
}

static kl_value reread(const char *text)
{
    kl_value bytes = kl_null(), ledger = kl_null();
    assert_ok(kl_bytes_new(&bytes, kl_text_from(text), error));
    assert_ok(kl_type_call(&ledger, kl_type_find(KL_TEXT("EatpInMemoryLedger"), NULL),
                           KL_TEXT("load"), &bytes, 1, error));
    kl_value_release(bytes);
    return ledger;
}

static void replace(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

KL_TEST(a_ledger_that_was_tampered_with_is_found_out)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *from, *to, *message;
    } rows[] = {
        {"\"n\":2", "\"n\":7", "entry 1 has another hash than its record"},
        {"\"sequence\":1", "\"sequence\":2", "entry 1 has another sequence number"},
        {"\"previous_hash\":\"0000", "\"previous_hash\":\"0001", "entry 0 has another previous_hash"},
    };
    kl_value ledger = made("EatpInMemoryLedger", "{}");
    for (int i = 1; i <= 3; i++) {
        char text[32];
        snprintf(text, sizeof text, "{\"n\":%d}", i);
        kl_value record = json(text);
        kl_value_release(called(ledger, "append", &record, 1));
        kl_value_release(record);
    }
    kl_value bytes = called(ledger, "export", NULL, 0);
    kl_value same = reread(kl_as_text(bytes).data);
    kl_value_release(called(same, "verify_integrity", NULL, 0));
    kl_value_release(same);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[2048];
        snprintf(text, sizeof text, "%s", kl_as_text(bytes).data);
        replace(text, rows[i].from, rows[i].to);
        kl_value changed = reread(text);
        const char *message = refusal(changed, "verify_integrity", NULL, 0);
        assert_non_null(strstr(message, "EatpAuthorityError"));
        assert_non_null(strstr(message, rows[i].message));
        kl_value_release(changed);
    }
    kl_value_release(bytes);
    kl_value_release(ledger);
}

/* ---- multi-signature -------------------------------------------------------------------------- */

#define SEED_A "0101010101010101010101010101010101010101010101010101010101010101"
#define SEED_B "0202020202020202020202020202020202020202020202020202020202020202"
#define SEED_C "0303030303030303030303030303030303030303030303030303030303030303"

static void public_of(char out[65], const char *seed)
{
    kl_value pair = kl_null();
    assert_ok(kl_key_pair_from_seed(&pair, unhex(seed), error));
    kl_text hex = kl_as_text(kl_key_pair_public_hex((kl_key_pair *)pair.as.object));
    memcpy(out, hex.data, 65);
    kl_value_release(pair);
}

static kl_value bundle_of(const char *payload)
{
    kl_value bundle = kl_null(), bytes = kl_null();
    assert_ok(kl_bytes_new(&bytes, kl_text_from(payload), error));
    assert_ok(kl_object_make(&bundle, kl_type_find(KL_TEXT("MultiSigBundle"), NULL), &bytes, error));
    kl_value_release(bytes);
    return bundle;
}

static const char *sign_with(kl_value bundle, const char *seed, const char *payload)
{
    kl_value args[2] = {kl_null(), kl_null()}, out = kl_null();
    kl_error error = KL_ERROR_INIT;
    static char message[512];
    assert_int_equal(kl_string_new(&args[0], kl_text_from(seed), NULL), KL_OK);
    assert_int_equal(kl_bytes_new(&args[1], kl_text_from(payload), NULL), KL_OK);
    kl_status status = kl_object_call(&out, bundle.as.object, KL_TEXT("add_signature"), args, 2,
                                      &error);
    snprintf(message, sizeof message, "%s", status == KL_OK ? "" : kl_error_message(&error));
    kl_error_clear(&error);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return message;
}

/* "valid/met/missing" of a bundle under 2 of A, B, C. */
static const char *judged(kl_value bundle, const char *payload)
{
    static char text[64];
    char a[65], b[65], c[65], policy_text[512];
    public_of(a, SEED_A);
    public_of(b, SEED_B);
    public_of(c, SEED_C);
    snprintf(policy_text, sizeof policy_text,
             "{\"threshold\":2,\"authorized_signers\":[\"%s\",\"%s\",\"%s\"]}", a, b, c);
    kl_value policy = made("MultiSigPolicy", policy_text), args[2] = {bundle, kl_null()};
    assert_ok(kl_bytes_new(&args[1], kl_text_from(payload), error));
    kl_value result = called(policy, "validate", args, 2);
    snprintf(text, sizeof text, "%lld/%d/%lld",
             (long long)kl_as_int(field(result, "valid_signatures")),
             kl_as_bool(field(result, "threshold_met")),
             (long long)kl_as_int(field(result, "missing_count")));
    kl_value_release(result);
    kl_value_release(args[1]);
    kl_value_release(policy);
    return text;
}

KL_TEST(enough_of_the_right_signatures_are_enough)
{
    KL_UNUSED_STATE;
    kl_value bundle = bundle_of("hello");
    assert_string_equal(judged(bundle, "hello"), "0/0/3");
    assert_string_equal(sign_with(bundle, SEED_A, "hello"), "");
    assert_string_equal(judged(bundle, "hello"), "1/0/2");
    assert_string_equal(sign_with(bundle, SEED_A, "hello"),
                        "multi-sig error: duplicate signature from same signer");
    assert_string_equal(sign_with(bundle, SEED_B, "other"),
                        "multi-sig error: payload hash does not match expected value");
    /* Whoever is not authorized may sign, but does not count. */
    assert_string_equal(sign_with(bundle, "0909090909090909090909090909090909090909090909090909090909090909", "hello"), "");
    assert_string_equal(judged(bundle, "hello"), "1/0/2");
    assert_string_equal(sign_with(bundle, SEED_C, "hello"), "");
    assert_string_equal(judged(bundle, "hello"), "2/1/1");
    assert_non_null(strstr(sign_with(bundle, "zz", "hello"), "private key"));
    assert_null(strstr(sign_with(bundle, "zz", "hello"), "zz"));
    kl_value_release(bundle);
}

KL_TEST(a_bundle_travels_as_json)
{
    KL_UNUSED_STATE;
    kl_value bundle = bundle_of("hello");
    assert_string_equal(sign_with(bundle, SEED_A, "hello"), "");
    assert_string_equal(sign_with(bundle, SEED_B, "hello"), "");
    kl_value text = called(bundle, "to_json", NULL, 0), copy = kl_null();
    const kl_type *type = kl_type_find(KL_TEXT("MultiSigBundle"), NULL);
    assert_ok(kl_type_call(&copy, type, KL_TEXT("from_json"), &text, 1, error));
    assert_string_equal(judged(copy, "hello"), "2/1/1");
    kl_value_release(copy);
    /* A signature that is none is kept and does not count. */
    char changed[2048];
    kl_value forged = kl_null();
    snprintf(changed, sizeof changed, "%s", kl_as_text(text).data);
    char *signature = strrchr(changed, ':') + 2;
    signature[0] = signature[0] == 'a' ? 'b' : 'a';
    assert_ok(kl_string_new(&forged, kl_text_from(changed), error));
    assert_ok(kl_type_call(&copy, type, KL_TEXT("from_json"), &forged, 1, error));
    assert_string_equal(judged(copy, "hello"), "1/0/2");
    kl_value_release(copy);
    kl_value_release(forged);
    kl_value_release(text);
    kl_value_release(bundle);
}

/* ---- hold queue ------------------------------------------------------------------------------- */

static const kl_hold a_hold = {
    .agent_id = {"a", 1}, .action = {"x", 1}, .reason = {"why", 3}, .context = {KL_KIND_NULL, 0, {0}}};

KL_TEST(a_hold_queue_is_bounded)
{
    KL_UNUSED_STATE;
    kl_value queue = made("EatpHoldQueue", "{}"), id = kl_null();
    kl_error error = KL_ERROR_INIT;
    for (int i = 0; i < KL_HOLDS_MAX; i++) {
        kl_value_release(id);
        assert_int_equal(kl_hold_queue_add(&id, queue.as.object, &a_hold, NULL), KL_OK);
    }
    kl_value none = kl_null();
    assert_int_equal(kl_hold_queue_add(&none, queue.as.object, &a_hold, &error), KL_LIMIT);
    assert_non_null(strstr(kl_error_message(&error), "the hold queue is full: 10000 actions wait"));
    kl_error_clear(&error);
    kl_value ann = json("\"ann\""), args[3] = {id, ann, kl_null()};
    kl_value_release(called(queue, "approve", args, 3));
    assert_non_null(strstr(refusal(queue, "approve", args, 3), "is approved already"));
    assert_non_null(strstr(refusal(queue, "reject", args, 3), "is approved already"));
    assert_int_equal(kl_hold_queue_add(&none, queue.as.object, &a_hold, NULL), KL_OK);
    kl_value_release(none);
    kl_value_release(ann);
    kl_value_release(id);
    kl_value_release(queue);
}

/* Decided holds are forgotten, the oldest first; those that wait never are. */
KL_TEST(a_hold_queue_forgets_what_is_decided)
{
    KL_UNUSED_STATE;
    kl_value queue = made("EatpHoldQueue", "{}"), ann = json("\"ann\""), first = kl_null();
    kl_value second = kl_null();
    assert_int_equal(kl_hold_queue_add(&first, queue.as.object, &a_hold, NULL), KL_OK);
    assert_int_equal(kl_hold_queue_add(&second, queue.as.object, &a_hold, NULL), KL_OK);
    kl_value args[3] = {second, ann, kl_null()};
    kl_value_release(called(queue, "approve", args, 3));
    for (int i = 0; i < 3 * KL_HOLDS_MAX; i++) {
        assert_int_equal(kl_hold_queue_add(&args[0], queue.as.object, &a_hold, NULL), KL_OK);
        kl_value_release(called(queue, "reject", args, 3));
        kl_value_release(args[0]);
    }
    kl_value kept = called(queue, "get", &first, 1), gone = called(queue, "get", &second, 1);
    assert_true(kl_is(kept, KL_KIND_MAP));
    assert_true(kl_is_null(gone));
    assert_json(called(queue, "pending_count", NULL, 0), "1");
    kl_value_release(kept);
    kl_value_release(second);
    kl_value_release(first);
    kl_value_release(ann);
    kl_value_release(queue);
}

enum { THREADS = 4, EACH = 200 };

static void *add_and_approve(void *data)
{
    kl_value queue = *(kl_value *)data, ann = json("\"ann\"");
    for (int i = 0; i < EACH; i++) {
        kl_value args[3] = {kl_null(), ann, kl_null()};
        assert_int_equal(kl_hold_queue_add(&args[0], queue.as.object, &a_hold, NULL), KL_OK);
        if (i % 2)
            kl_value_release(called(queue, "approve", args, 3));
        kl_value_release(called(queue, "pending_holds", NULL, 0));
        kl_value_release(args[0]);
    }
    kl_value_release(ann);
    return NULL;
}

KL_TEST(threads_share_a_hold_queue)
{
    KL_UNUSED_STATE;
    kl_value queue = made("EatpHoldQueue", "{}");
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_and_approve, &queue), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_json(called(queue, "pending_count", NULL, 0), "400");
    kl_value_release(queue);
}

/* ---- memory ----------------------------------------------------------------------------------- */

static kl_status use_them(void *data)
{
    (void)data;
    kl_value ledger = kl_null(), queue = kl_null(), bundle = kl_null(), out = kl_null();
    kl_value record = kl_null(), bytes = kl_null(), id = kl_null();
    kl_anchor_input input = anchor_input();
    kl_status status;
    KL_TRY_OUT(kl_audit_anchor_new(&out, &input, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_map_of_one(&record, KL_TEXT("a"), kl_int(1), NULL));
    KL_TRY_OUT(kl_object_make(&ledger, kl_type_find(KL_TEXT("EatpInMemoryLedger"), NULL), NULL, NULL));
    KL_TRY_OUT(kl_object_call(&out, ledger.as.object, KL_TEXT("append"), &record, 1, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_call(&out, ledger.as.object, KL_TEXT("verify_integrity"), NULL, 0, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_object_make(&queue, kl_type_find(KL_TEXT("EatpHoldQueue"), NULL), NULL, NULL));
    KL_TRY_OUT(kl_hold_queue_add(&id, queue.as.object, &a_hold, NULL));
    KL_TRY_OUT(kl_object_call(&out, queue.as.object, KL_TEXT("pending_holds"), NULL, 0, NULL));
    kl_value_release(kl_value_take(&out));
    KL_TRY_OUT(kl_bytes_new(&bytes, KL_TEXT("payload"), NULL));
    KL_TRY_OUT(kl_object_make(&bundle, kl_type_find(KL_TEXT("MultiSigBundle"), NULL), &bytes, NULL));
    KL_TRY_OUT(kl_object_call(&out, bundle.as.object, KL_TEXT("to_json"), NULL, 0, NULL));
out:
    kl_value_release(out);
    kl_value_release(id);
    kl_value_release(bytes);
    kl_value_release(record);
    kl_value_release(bundle);
    kl_value_release(queue);
    kl_value_release(ledger);
    return status;
}

KL_TEST(memory_may_end_anywhere)
{
    KL_UNUSED_STATE;
    assert_true(sweep(use_them, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_hash_as_elsewhere),
        cmocka_unit_test(subjects_hash_as_rfc_8785_wants),
        cmocka_unit_test(empty_metadata_counts_or_not),
        cmocka_unit_test(malformed_anchors_are_refused),
        cmocka_unit_test(an_anchor_that_is_made_holds),
        cmocka_unit_test(trace_events_have_the_fingerprints_of_elsewhere),
        cmocka_unit_test(a_ledger_hashes_what_stands_before),
        cmocka_unit_test(a_ledger_that_was_tampered_with_is_found_out),
        cmocka_unit_test(enough_of_the_right_signatures_are_enough),
        cmocka_unit_test(a_bundle_travels_as_json),
        cmocka_unit_test(a_hold_queue_is_bounded),
        cmocka_unit_test(a_hold_queue_forgets_what_is_decided),
        cmocka_unit_test(threads_share_a_hold_queue),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
