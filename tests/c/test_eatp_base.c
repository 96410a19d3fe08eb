/* Ladders, keys and signatures, canonical JSON, records by table, wide integers. */
#include "test.h"

#include "eatp/fault.h"
#include "eatp/keys.h"
#include "eatp/ladder.h"
#include "eatp/wire.h"
#include "encode.h"
#include "kailash/wide.h"

/* The keys of the examples of the specification: seed 00 01 ... 1f. */
#define PUBLIC "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"

static kl_value example_pair(void)
{
    unsigned char seed[32];
    kl_value pair;
    for (unsigned i = 0; i < 32; i++)
        seed[i] = (unsigned char)i;
    assert_int_equal(kl_key_pair_from_seed(&pair, (kl_text){(char *)seed, 32}, NULL), KL_OK);
    return pair;
}

static const kl_key_pair *keys(kl_value pair)
{
    return kl_as_object(pair, &kl_key_pair_type);
}

/* ---- ladders ------------------------------------------------------------------------------------------ */

KL_TEST(rungs_are_read_in_the_spellings_that_are_allowed)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_ladder ladder;
        const char *name;
        unsigned spellings;
        int rung;
    } table[] = {
        {KL_LADDER_TRUST, "full", KL_SNAKE, KL_TRUST_FULL},
        {KL_LADDER_TRUST, "Full", KL_SNAKE, -1},
        {KL_LADDER_TRUST, "Full", KL_PASCAL, KL_TRUST_FULL},
        {KL_LADDER_POSTURE, "supervised", KL_SNAKE, KL_POSTURE_SUPERVISED},
        {KL_LADDER_TRUST, "supervised", KL_SNAKE, KL_TRUST_SUPERVISED},
        {KL_LADDER_CONFIDENTIALITY, "TOP_SECRET", KL_SNAKE | KL_UPPER, KL_TOP_SECRET},
        {KL_LADDER_CONFIDENTIALITY, "topsecret", KL_PASCAL | KL_ANY_CASE, KL_TOP_SECRET},
        {KL_LADDER_ZONE, "auto_approved ", KL_SNAKE, -1},
        {KL_LADDER_ZONE, "", KL_SNAKE | KL_PASCAL | KL_UPPER | KL_ANY_CASE, -1},
        {KL_LADDER_CAPABILITY, "LlmCall", KL_SNAKE, -1},
        {KL_LADDER_CAPABILITY, "LlmCall", KL_PASCAL, KL_CAN_LLM_CALL},
    };
    for (size_t i = 0; i < KL_COUNT(table); i++)
        assert_int_equal(kl_rung_find(table[i].ladder, kl_text_from(table[i].name),
                                      table[i].spellings),
                         table[i].rung);
}

KL_TEST(every_rung_reads_back)
{
    KL_UNUSED_STATE;
    for (int ladder = 0; ladder < KL_LADDERS; ladder++)
        for (int rung = 0; rung < kl_ladder_size((kl_ladder)ladder); rung++)
            for (unsigned spelling = KL_SNAKE; spelling <= KL_UPPER; spelling <<= 1) {
                const char *name =
                    kl_rung_name((kl_ladder)ladder, rung, (kl_spelling)spelling);
                assert_int_equal(kl_rung_find((kl_ladder)ladder, kl_text_from(name), spelling),
                                 rung);
            }
    assert_null(kl_rung_name(KL_LADDER_ZONE, 4, KL_SNAKE));
    assert_null(kl_rung_name(KL_LADDER_ZONE, -1, KL_SNAKE));
}

KL_TEST(unknown_rungs_are_named)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    int rung;
    assert_int_equal(kl_rung_read(&rung, KL_LADDER_ZONE, KL_TEXT("red"), KL_SNAKE, "zone", &error),
                     KL_INVALID);
    assert_string_equal(kl_error_message(&error),
                        "unknown zone: 'red'; legal: auto_approved, flagged, held, blocked");
    kl_error_clear(&error);
}

KL_TEST(levels_grow)
{
    KL_UNUSED_STATE;
    for (int level = 0; level < KL_TRUST_LEVELS; level++)
        for (int capability = 0; capability < KL_CAPABILITIES; capability++)
            assert_int_equal(kl_level_allows((kl_trust_level)level, (kl_capability)capability),
                             level >= (int)kl_capability_level((kl_capability)capability));
    assert_int_equal(kl_capability_level(KL_CAN_FILE_READ), KL_TRUST_AUTONOMOUS);
    assert_int_equal(kl_capability_level(KL_CAN_TRUST_MANAGEMENT), KL_TRUST_FULL);
    kl_value names;
    assert_int_equal(kl_level_capabilities(&names, KL_TRUST_SUPERVISED, KL_PASCAL, NULL), KL_OK);
    assert_json(names, "[\"LlmCall\",\"ToolCall\",\"ExternalApiCall\",\"DatabaseRead\","
                       "\"DatabaseWrite\"]");
}

/* ---- signatures ----------------------------------------------------------------------------------------- */

KL_TEST(signatures_verify_and_nothing_else_does)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), hex;
    kl_text message = KL_TEXT("hello");
    unsigned char signature[KL_ED25519_SIGNATURE], changed[KL_ED25519_SIGNATURE];
    kl_verifier *verifier;
    bool valid;
    assert_string_equal(kl_as_text(kl_key_pair_public_hex(keys(pair))).data, PUBLIC);
    assert_int_equal(kl_sign(signature, keys(pair), message, NULL), KL_OK);
    assert_int_equal(kl_verifier_new(&verifier, KL_TEXT(PUBLIC), NULL), KL_OK);
    assert_int_equal(kl_verify(&valid, verifier, message, signature, NULL), KL_OK);
    assert_true(valid);
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        memcpy(changed, signature, sizeof changed);
        changed[bit / 8] = (unsigned char)(changed[bit / 8] ^ 1u << bit % 8);
        assert_int_equal(kl_verify(&valid, verifier, message, changed, NULL), KL_OK);
        assert_false(valid);
    }
    assert_int_equal(kl_verify(&valid, verifier, KL_TEXT("hallo"), signature, NULL), KL_OK);
    assert_false(valid);
    assert_int_equal(kl_sign_hex(&hex, keys(pair), message, NULL), KL_OK);
    assert_int_equal(kl_verify_hex(&valid, KL_TEXT(PUBLIC), message, kl_as_text(hex), NULL), KL_OK);
    assert_true(valid);
    kl_value_release(hex);
    kl_verifier_free(verifier);
    kl_value_release(pair);
}

/* What was verified once is remembered: that must not make anything right that is not. */
KL_TEST(remembered_signatures_are_those_of_their_bytes)
{
    KL_UNUSED_STATE;
    kl_value pair = example_pair(), other;
    char message[64], changed[64];
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_verifier *verifier, *stranger;
    bool valid;
    assert_int_equal(kl_key_pair_generate(&other, NULL), KL_OK);
    assert_int_equal(kl_verifier_new(&verifier, KL_TEXT(PUBLIC), NULL), KL_OK);
    assert_int_equal(kl_verifier_from_bytes(&stranger, kl_key_pair_public(keys(other)), NULL), KL_OK);
    for (unsigned i = 0; i < 3000; i++) { /* more than the first memory holds */
        int len = snprintf(message, sizeof message, "message %u", i);
        kl_text text = {message, (size_t)len};
        assert_int_equal(kl_sign(signature, keys(pair), text, NULL), KL_OK);
        if (i % 50)
            continue;
        for (int turn = 0; turn < 2; turn++) {
            assert_int_equal(kl_verify(&valid, verifier, text, signature, NULL), KL_OK);
            assert_true(valid);
            assert_int_equal(kl_verify(&valid, stranger, text, signature, NULL), KL_OK);
            assert_false(valid);
            memcpy(changed, message, sizeof changed);
            changed[i % (unsigned)len] ^= 1;
            assert_int_equal(kl_verify(&valid, verifier, (kl_text){changed, (size_t)len}, signature, NULL),
                             KL_OK);
            assert_false(valid);
        }
        signature[i % 64] ^= 1;
        assert_int_equal(kl_verify(&valid, verifier, text, signature, NULL), KL_OK);
        assert_false(valid);
    }
    kl_verifier_free(verifier);
    kl_verifier_free(stranger);
    kl_value_release(pair);
    kl_value_release(other);
}

/* S + L signs the same to those that do not look (RFC 8032, 5.1.7). */
KL_TEST(signatures_cannot_be_changed_without_the_key)
{
    KL_UNUSED_STATE;
    static const unsigned char order[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
    kl_value pair = example_pair();
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_verifier *verifier;
    bool valid;
    unsigned carry = 0;
    assert_int_equal(kl_sign(signature, keys(pair), KL_TEXT("x"), NULL), KL_OK);
    for (int i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_int_equal(kl_verifier_new(&verifier, KL_TEXT(PUBLIC), NULL), KL_OK);
    assert_int_equal(kl_verify(&valid, verifier, KL_TEXT("x"), signature, NULL), KL_OK);
    assert_false(valid);
    kl_verifier_free(verifier);
    kl_value_release(pair);
}

KL_TEST(keys_that_give_no_verdict_are_refused)
{
    KL_UNUSED_STATE;
#define ZEROS30 "000000000000000000000000000000000000000000000000000000000000"
#define ONES30 "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    static const char *const table[] = {
        "", "ab", PUBLIC "00", "zz" ZEROS30 "00",
        ZEROS30 "0000", ZEROS30 "0080",          /* y = 0: order 4 */
        "01" ZEROS30 "00", "01" ZEROS30 "80",    /* y = 1: the neutral element */
        "ec" ONES30 "7f", "ec" ONES30 "ff",      /* y = -1: order 2 */
        "ed" ONES30 "7f", "ee" ONES30 "7f",      /* y = p and p + 1: not canonical */
        "ed" ONES30 "ff", "ee" ONES30 "ff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", /* order 8 */
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "02" ZEROS30 "00",                       /* no point */
    };
    for (size_t i = 0; i < KL_COUNT(table); i++) {
        kl_verifier *verifier;
        assert_int_equal(kl_verifier_new(&verifier, kl_text_from(table[i]), NULL), KL_INVALID);
    }
}

/* ---- canonical JSON ------------------------------------------------------------------------------------------ */

KL_TEST(canonical_json_hashes_as_specified)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *json, *hash;
    } table[] = {
        {"{\"action\":\"approve\",\"agent\":\"a1\",\"cost\":42}",
         "3d8562fdd4e63efd07d9de2b3a96bc03f04a179b9b75efd4cd42280240760147"},
        {"{\"name\":\"\\u6f22\\u5b57\"}",
         "0741d59cd3e8fad3121a875d0494b9db41d7116c30db65a83ea6f10509316d18"},
        {"{\"flag\":\"\\ud83c\\udf89\"}",
         "4ae22bd28ca5ffea28a6e299edefd66aff5cd192a58b7b05a425ad37a963f118"},
        {"{\"name\":\"\\u00e9\"}",
         "adad3fb0d32adb4fd93b9b1db248f1abe779f418b732b84c974df0110e8b26ab"},
        {"{\"name\":\"e\\u0301\"}",
         "e0615140b156e9bbdab823a0c444986bc6f7a9baac7d3515ae90ea96274c0f11"},
        {"{\"\\ud834\\udd1e\":\"clef\"}",
         "1d775bdd399cd4d22312d79e8a65d1611a385d3f67e8064884e08a00b510d20b"},
        {"{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
        {"{\"alg_id\":\"eatp-v1\"}",
         "5a5b339254571f89dd1215e4111036b1699149fa663528cd63460302ca2d7569"},
    };
    for (size_t i = 0; i < KL_COUNT(table); i++) {
        kl_value value = json(table[i].json), hash;
        assert_int_equal(kl_canonical_hash(&hash, value, NULL), KL_OK);
        assert_string_equal(kl_as_text(hash).data, table[i].hash);
        kl_value_release(hash);
        kl_value_release(value);
    }
}

KL_TEST(signed_json_is_strict_and_exact)
{
    KL_UNUSED_STATE;
    kl_value value, text;
    kl_buffer out = KL_BUFFER_INIT;
    assert_int_equal(kl_signed_json_parse(&value, KL_TEXT("{\"a\":1,\"b\":{\"x\":1,\"x\":2}}"), NULL),
                     KL_SYNTAX);
    assert_int_equal(
        kl_signed_json_parse(&value, KL_TEXT("[18446744073709551615,9223372036854775808,1]"), NULL),
        KL_OK);
    assert_true(kl_as_unsigned(kl_array_at(value, 0)) == UINT64_MAX);
    assert_true(kl_as_unsigned(kl_array_at(value, 1)) == (uint64_t)INT64_MAX + 1);
    assert_int_equal(kl_canonical_add(&out, value, NULL), KL_OK);
    assert_int_equal(kl_buffer_finish(&text, &out, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, "[18446744073709551615,9223372036854775808,1]");
    kl_value_release(text);
    kl_value_release(value);
}

KL_TEST(wide_integers_are_equal_and_ordered_by_number)
{
    KL_UNUSED_STATE;
    kl_value a, b, c;
    bool equal;
    int order;
    assert_int_equal(kl_unsigned_new(&a, UINT64_MAX, NULL), KL_OK);
    assert_int_equal(kl_unsigned_new(&b, UINT64_MAX, NULL), KL_OK);
    assert_int_equal(kl_unsigned_new(&c, UINT64_MAX - 1, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&equal, a, b, NULL), KL_OK);
    assert_true(equal);
    assert_int_equal(kl_value_equal(&equal, a, c, NULL), KL_OK);
    assert_false(equal);
    assert_int_equal(kl_value_compare(&order, c, a, NULL), KL_OK);
    assert_true(order < 0);
    assert_false(kl_is_unsigned(kl_int(-1)));
    assert_true(kl_is_unsigned(kl_int(0)));
    kl_value_release(a);
    kl_value_release(b);
    kl_value_release(c);
}

/* ---- records by table --------------------------------------------------------------------------------------------- */

static const kl_member inner_members[] = {
    {.name = "flag", .kind = KL_KIND_BOOL},
    {.name = "limit", .kind = KL_KIND_COUNT, .flags = KL_MEMBER_WIDE},
};
static const kl_shape inner = {.name = "inner", KL_SHAPE_MEMBERS(inner_members), .closed = true};
static const kl_member outer_members[] = {
    {.name = "id", .kind = KL_KIND_STRING, .flags = KL_MEMBER_UUID},
    {.name = "at", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME_OFFSET},
    {.name = "until", .kind = KL_KIND_STRING, .flags = KL_MEMBER_TIME | KL_MEMBER_NULL},
    {.name = "can", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_MEMBER_WORDS,
     .ladder = KL_LADDER_CAPABILITY, .spelling = KL_PASCAL},
    {.name = "inner", .kind = KL_KIND_MAP, .shape = &inner},
    {.name = "more", .kind = KL_KIND_ARRAY, .shape = &inner, .flags = KL_MEMBER_OPTIONAL},
    {.name = "cost", .kind = KL_KIND_NUMBER,
     .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_OMIT_NULL | KL_MEMBER_NULL | KL_MEMBER_FINITE},
    {.name = "note", .kind = KL_KIND_STRING, .flags = KL_MEMBER_OPTIONAL | KL_MEMBER_SIGNED_NULL},
    {.name = "signature", .kind = KL_KIND_STRING, .flags = KL_MEMBER_HEX_64 | KL_MEMBER_UNSIGNED},
};
static const kl_shape outer = {.name = "outer", KL_SHAPE_MEMBERS(outer_members)};

#define HEX128 PUBLIC PUBLIC
#define GOOD                                                                                       \
    "\"id\":\"00000000-0000-4000-8000-000000000001\",\"at\":\"2026-01-02T03:04:05Z\",\"until\":null,"      \
    "\"can\":[\"LlmCall\"],\"inner\":{\"flag\":true,\"limit\":18446744073709551615},\"signature\":\""      \
    HEX128 "\""

KL_TEST(what_is_signed_follows_the_shape)
{
    KL_UNUSED_STATE;
    kl_value map, text;
    kl_buffer out = KL_BUFFER_INIT;
    assert_int_equal(
        kl_signed_json_parse(&map, KL_TEXT("{" GOOD ",\"cost\":5,\"other\":1,\"more\":[]}"), NULL), KL_OK);
    assert_int_equal(kl_shape_check(&outer, map, NULL), KL_OK);
    assert_int_equal(kl_shape_pre_image(&out, &outer, map, NULL), KL_OK);
    assert_int_equal(kl_buffer_finish(&text, &out, NULL), KL_OK);
    assert_string_equal(
        kl_as_text(text).data,
        "{\"at\":\"2026-01-02T03:04:05+00:00\",\"can\":[\"LlmCall\"],\"cost\":5.0,"
        "\"id\":\"00000000-0000-4000-8000-000000000001\","
        "\"inner\":{\"flag\":true,\"limit\":18446744073709551615},\"more\":[],\"note\":null,\"until\":null}");
    kl_value_release(text);
    kl_value_release(map);
}

KL_TEST(what_has_not_the_shape_is_named)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *json, *message;
    } table[] = {
        {"[]", "outer: expected object, got array"},
        {"{}", "outer: id: missing"},
        {"{\"id\":1}", "outer: id: expected string, got integer"},
        {"{\"id\":\"x\"}", "outer: id: expected a UUID"},
        {"{\"id\":\"00000000-0000-4000-8000-000000000001\",\"at\":\"2026-01-02\"}",
         "outer: at: expected an RFC 3339 time with an offset"},
        {"{\"id\":\"00000000-0000-4000-8000-000000000001\",\"at\":\"2026-01-02T03:04:05Z\","
         "\"until\":null,\"can\":[\"LlmCall\",\"llm_call\"]}",
         "outer: can[1]: unknown name"},
        {"{" GOOD ",\"cost\":-1}", "outer: cost: expected a finite number that is not negative"},
        {"{" GOOD ",\"more\":[{\"flag\":false,\"limit\":0},{\"flag\":false,\"limit\":-1}]}",
         "outer: more[1].limit: expected non-negative integer, got integer"},
        {"{" GOOD ",\"more\":[{\"flag\":false,\"limit\":0,\"x\":0}]}", "outer: more[0].x: unknown member"},
    };
    for (size_t i = 0; i < KL_COUNT(table); i++) {
        kl_value map;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_signed_json_parse(&map, kl_text_from(table[i].json), NULL), KL_OK);
        assert_int_equal(kl_shape_check(&outer, map, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), table[i].message);
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

KL_TEST(algorithms_are_pinned)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *json, *part;
    } table[] = {
        {"{}", "missing alg_id"},
        {"{\"alg_id\":null}", "alg_id must be a string"},
        {"{\"alg_id\":{\"a\":1}}", "alg_id must be a string"},
        {"{\"alg_id\":\"eatp-v2\"}", "unsupported-algorithm: \"eatp-v2\" is reserved"},
        {"{\"alg_id\":\"ed25519+sha256\"}",
         "unsupported-algorithm: \"ed25519+sha256\" is unregistered; active tokens are [\"eatp-v1\"]"},
        {"{\"alg_id\":\"EATP-V1\"}", "is unregistered"},
        {"{\"alg_id\":\"\"}", "is unregistered"},
    };
    for (size_t i = 0; i < KL_COUNT(table); i++) {
        kl_value map = json(table[i].json);
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_alg_id_check(map, &error), KL_INVALID);
        assert_non_null(strstr(kl_error_message(&error), table[i].part));
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

KL_TEST(faults_carry_code_and_details)
{
    KL_UNUSED_STATE;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_fault(&error, KL_FAILED, KL_EATP_AUTHORITY, "unrooted", "no %s", "root"),
                     KL_FAILED);
    assert_int_equal(kl_fault_detail(&error, "blocks", kl_int(3)), KL_FAILED);
    assert_string_equal(error.type, "EatpAuthorityError");
    assert_json(kl_value_retain(*(kl_value *)error.details),
                "{\"code\":\"unrooted\",\"details\":{\"blocks\":3}}");
    kl_error_clear(&error);
    assert_int_equal(kl_fault(NULL, KL_INVALID, NULL, "x", "y"), KL_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_are_read_in_the_spellings_that_are_allowed),
        cmocka_unit_test(every_rung_reads_back),
        cmocka_unit_test(unknown_rungs_are_named),
        cmocka_unit_test(levels_grow),
        cmocka_unit_test(signatures_verify_and_nothing_else_does),
        cmocka_unit_test(remembered_signatures_are_those_of_their_bytes),
        cmocka_unit_test(signatures_cannot_be_changed_without_the_key),
        cmocka_unit_test(keys_that_give_no_verdict_are_refused),
        cmocka_unit_test(canonical_json_hashes_as_specified),
        cmocka_unit_test(signed_json_is_strict_and_exact),
        cmocka_unit_test(wide_integers_are_equal_and_ordered_by_number),
        cmocka_unit_test(what_is_signed_follows_the_shape),
        cmocka_unit_test(what_has_not_the_shape_is_named),
        cmocka_unit_test(algorithms_are_pinned),
        cmocka_unit_test(faults_carry_code_and_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
