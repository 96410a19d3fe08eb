/* Genesis, attestation and delegation: the worked vectors of the specification, and what is refused. */
#include "eatp_test.h"

#include "eatp/attestation.h"
#include "eatp/delegation_record.h"
#include "eatp/genesis.h"
#include "sweep.h"

/* ---- instants ----------------------------------------------------------------------------------- */

KL_TEST(times_of_all_years_are_read_compared_and_printed)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *printed; /* NULL = refused */
    } rows[] = {
        {"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456789+00:00"},
        {"2030-01-01T00:00:00+02:00", "2029-12-31T22:00:00+00:00"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59+00:00"},
        {"9999-12-31T23:59:59-00:01", NULL},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"},
        {"0001-01-01T00:00:00+00:01", NULL},
        {"0000-12-31T23:59:59Z", NULL},
        {"1861-12-31T23:59:59.5Z", "1861-12-31T23:59:59.500+00:00"},
        {"1862-01-01T00:00:00Z", "1862-01-01T00:00:00+00:00"},
        {"2261-12-31T23:59:59Z", "2261-12-31T23:59:59+00:00"},
        {"2262-01-01T00:00:00Z", "2262-01-01T00:00:00+00:00"},
        {"2400-02-29T12:00:00Z", "2400-02-29T12:00:00+00:00"},
        {"2300-02-29T12:00:00Z", NULL},
        {"2030-01-01T00:00:00", NULL},
        {"20", NULL},
        {"", NULL},
        {"2030-01-01T00:00:00Z and more, much more than any time that there ever was or will be, with "
         "room to spare", NULL},
    };
    kl_instant before = {INT64_MIN, 0};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_instant instant;
        kl_value text = kl_null();
        kl_status status = kl_instant_parse(&instant, kl_text_from(rows[i].text), NULL);
        assert_int_equal(status == KL_OK, rows[i].printed != NULL);
        if (status != KL_OK)
            continue;
        assert_int_equal(kl_instant_text(&text, instant, KL_TIME_OFFSET, NULL), KL_OK);
        assert_string_equal(kl_as_text(text).data, rows[i].printed);
        kl_value_release(text);
        assert_int_equal(kl_instant_compare(instant, instant), 0);
        assert_int_equal(kl_instant_compare(before, instant), -1);
    }
}

KL_TEST(seconds_are_added_up_to_the_year_9999)
{
    KL_UNUSED_STATE;
    kl_instant from, to;
    kl_value text;
    assert_int_equal(kl_instant_parse(&from, KL_TEXT("2026-11-27T19:01:16.5Z"), NULL), KL_OK);
    assert_int_equal(kl_instant_add(&to, from, 2912000ULL * 86400, NULL), KL_OK);
    assert_int_equal(kl_instant_text(&text, to, KL_TIME_Z, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data, "9999-09-10T19:01:16.500Z");
    kl_value_release(text);
    assert_int_equal(kl_instant_add(&to, from, 2913000ULL * 86400, NULL), KL_INVALID);
    assert_int_equal(kl_instant_add(&to, from, UINT64_MAX, NULL), KL_INVALID);
    kl_instant past = kl_instant_of(-1);
    assert_int_equal(past.seconds, -1);
    assert_int_equal(past.nanosecond, 999999999);
}

/* ---- the worked vectors ------------------------------------------------------------------------- */

#define LEVEL_2                                                                                    \
    "{\"allow_code_execution\":false,\"allow_delegation\":false,\"allow_filesystem\":false,"       \
    "\"allow_network\":true,\"allow_state_mutation\":true,\"allowed_tools\":null,"                 \
    "\"max_context_tokens\":16384,\"reasoning_required\":false}"
#define LIMITS_2                                                                                   \
    "{\"max_execution_secs\":300,\"max_llm_calls\":50,\"max_tool_calls\":20,"                      \
    "\"max_total_tokens\":100000}"

static const char genesis_image[] =
    "{\"alg_id\":\"eatp-v1\",\"capabilities\":[\"LlmCall\",\"ToolCall\"],\"constraints\":" LEVEL_2
    ",\"created_at\":\"2026-01-02T03:04:05.123456789+00:00\",\"metadata\":{},"
    "\"org_id\":\"acm\\u00e9\",\"public_key_hex\":\"" EXAMPLE_KEY "\",\"signer_public_key\":\"" EXAMPLE_KEY
    "\"}";
static const char genesis_hash[] = "561d96324c1c5baf9290ec6651bb636a8de3a36677b73aa4c7ee22c932cd4cca";
static const char genesis_signature[] =
    "bdfd61d992e972137d98d5b8fef245ff897b9b75b6baec965e21f00fa37f9650"
    "d874a9c5451ef2c7b17673b20590ba957d476c4a4f7cdd13817c74572a401403";

static const char attestation_image[] =
    "{\"agent_id\":\"agent-1\",\"alg_id\":\"eatp-v1\",\"capabilities\":[\"llm_call\"],"
    "\"constraints\":{\"max_llm_calls\":5},\"issuer\":\"acme\",\"signer_public_key\":\"" EXAMPLE_KEY
    "\",\"valid_from\":\"2026-01-02T03:04:05.123456789+00:00\","
    "\"valid_until\":\"2026-04-02T03:04:05+00:00\"}";
static const char attestation_hash[] =
    "f3e60389a77891c35a644304445a3e094444e43be589bf499e384a2aee597f2a";
static const char attestation_signature[] =
    "3645f03eb2ab099dee9befb5c328d3a1942ae74e47bad5d41e460e1facd7eac0"
    "f744479602c1907146397f21f9e1d617b3e289105373ab0e6352c9aed1bad508";

#define DELEGATION(created, delegate, expires, multi, version)                                     \
    "{\"capabilities\":[\"LlmCall\"],\"constraints\":" LEVEL_2 ",\"created_at\":\"" created        \
    "\",\"delegate\":\"" delegate "\",\"delegation_id\":\"00000000-0000-4000-8000-000000000001\","  \
    "\"delegator\":\"alice\",\"expires_at\":" expires multi ",\"parent_delegation_id\":null,"       \
    "\"reasoning_trace_hash\":null,\"resource_limits\":" LIMITS_2                                   \
    ",\"scope\":{\"domain\":\"engineering\",\"max_financial_cents\":null,"                          \
    "\"operations\":[\"read\"]},\"signing_payload_version\":\"" version "\"}"

static const char delegation_image[] =
    DELEGATION("2026-01-02T03:04:05+00:00", "bob", "null", "", "v2-complete");
static const char delegation_hash[] =
    "cf50ffd983750bae6fca2b0f6aa56e62be65663dcef8b5160e02e0f5ef4bc317";
static const char delegation_signature[] =
    "1bfddf63777dd8d1666a705b915d4134b427cb3b70eec3558143b0944bb2fcc4"
    "a85a38d99d35d252667638e82fc70dc877caf7f4a35830b96ca9a6a960feec01";

static const char accented_image[] =
    DELEGATION("2026-01-02T03:04:05.123456789+00:00", "b\\u00f3b",
               "\"2027-01-01T00:00:00+00:00\"", "", "v2-complete");
static const char accented_hash[] =
    "f8b8563ae741b7384a1504103999022cc617281c189f1747375a5d43db82ec35";
static const char accented_signature[] =
    "5aa1221939d70f4aae71a0354d0c32ea9a33b76c1a4ef7373c9fcc32042cc91d"
    "b6dd7437a72d6bd00220fa3cc920c2c9f84441a53bce34b73ebf8d50f08c2e01";

static void assert_hash(const char *image, const char *hash)
{
    char found[65];
    assert_int_equal(kl_sha256_hex(found, kl_text_from(image), NULL), KL_OK);
    assert_string_equal(found, hash);
}

/* Ed25519 is deterministic: the example keys make the very signature. */
static void assert_signs(const char *image, const char *signature)
{
    kl_value pair = example_pair(), made;
    assert_int_equal(kl_sign_hex(&made, keys_of(pair), kl_text_from(image), NULL), KL_OK);
    assert_string_equal(kl_as_text(made).data, signature);
    kl_value_release(made);
    kl_value_release(pair);
}

/* A wire map of what is signed, its times ending in Z. */
static kl_value wire_of(const char *image, const char *signature)
{
    static const char *const times[] = {"created_at", "expires_at", "valid_from", "valid_until"};
    kl_value map = signed_json(image);
    for (size_t i = 0; i < KL_COUNT(times); i++) {
        char text[64];
        if (!kl_is(kl_map_get(map, kl_text_from(times[i])), KL_KIND_STRING))
            continue;
        snprintf(text, sizeof text, "%s", text_of(map, times[i]));
        strcpy(strstr(text, "+00:00"), "Z");
        put_text(&map, times[i], text);
    }
    put_text(&map, "signature", signature);
    return map;
}

static kl_value delegation_wire(const char *image, const char *signature)
{
    kl_value map = wire_of(image, signature);
    unsigned char key[32];
    kl_value bytes;
    put_text(&map, "alg_id", "eatp-v1");
    assert_int_equal(kl_map_set(&map, KL_TEXT("revoked"), kl_bool(false), NULL), KL_OK);
    assert_int_equal(kl_map_remove(&map, KL_TEXT("reasoning_trace_hash"), NULL), KL_OK);
    assert_int_equal(kl_hex_read(key, 32, KL_TEXT(EXAMPLE_KEY), "key", NULL), KL_OK);
    assert_int_equal(kl_array_new(&bytes, 32, NULL), KL_OK);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(kl_array_push(&bytes, kl_int(key[i]), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("delegator_public_key"), bytes, NULL), KL_OK);
    return map;
}

/* Reads a map as one of the three kinds of records; the record is given. */
typedef kl_status reader(kl_value *out, kl_value map, kl_error *error);

static kl_status read_delegation(kl_value *out, kl_value map, kl_error *error)
{
    kl_value wire;
    KL_TRY(kl_delegation_verify(&wire, map, false, error));
    kl_status status = kl_delegation_record_new(out, wire, error);
    kl_value_release(wire);
    return status;
}

/* It reads, and gives back the very map. */
static void assert_round_trip(reader *read, kl_value map)
{
    kl_value record, dict;
    kl_error error = KL_ERROR_INIT;
    bool same = false;
    if (read(&record, map, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    assert_int_equal(kl_object_call(&dict, record.as.object, KL_TEXT("to_dict"), NULL, 0, NULL), KL_OK);
    assert_int_equal(kl_value_equal(&same, dict, map, NULL), KL_OK);
    assert_true(same);
    kl_value_release(dict);
    kl_value_release(record);
}

KL_TEST(the_worked_genesis_verifies)
{
    KL_UNUSED_STATE;
    kl_value map = wire_of(genesis_image, genesis_signature);
    kl_buffer image = KL_BUFFER_INIT;
    assert_hash(genesis_image, genesis_hash);
    assert_signs(genesis_image, genesis_signature);
    assert_int_equal(kl_shape_pre_image(&image, &kl_genesis_shape, map, NULL), KL_OK);
    assert_int_equal(image.len, sizeof genesis_image - 1);
    assert_memory_equal(image.data, genesis_image, image.len);
    assert_round_trip(kl_genesis_read, map);
    kl_buffer_free(&image);
    kl_value_release(map);
}

KL_TEST(the_worked_attestation_verifies)
{
    KL_UNUSED_STATE;
    kl_value map = wire_of(attestation_image, attestation_signature);
    assert_hash(attestation_image, attestation_hash);
    assert_signs(attestation_image, attestation_signature);
    assert_round_trip(kl_attestation_read, map);
    kl_value_release(map);
}

static void assert_delegation(const char *image, const char *hash, const char *signature)
{
    kl_value map = delegation_wire(image, signature);
    kl_buffer payload = KL_BUFFER_INIT;
    assert_hash(image, hash);
    assert_signs(image, signature);
    assert_int_equal(kl_delegation_payload(&payload, map, NULL), KL_OK);
    assert_int_equal(payload.len, strlen(image));
    assert_memory_equal(payload.data, image, payload.len);
    assert_round_trip(read_delegation, map);
    kl_buffer_free(&payload);
    kl_value_release(map);
}

KL_TEST(the_worked_delegations_verify)
{
    KL_UNUSED_STATE;
    assert_delegation(delegation_image, delegation_hash, delegation_signature);
    assert_delegation(accented_image, accented_hash, accented_signature);
}

/* ---- several signers ---------------------------------------------------------------------------- */

#define KEY(digit) digit digit digit digit digit digit digit digit
#define KEY_01 KEY("01010101")
#define KEY_02 KEY("02020202")
#define KEY_03 KEY("03030303")
#define POLICY(threshold, signers) "{\"threshold\":" threshold ",\"authorized_signers\":[" signers "]}"

static const char multi_image[] = DELEGATION(
    "2026-01-02T03:04:05+00:00", "bob", "null",
    ",\"multi_sig\":true,\"multi_sig_authorized_signers\":[\"" KEY_01 "\",\"" KEY_02 "\",\"" KEY_03
    "\"],\"multi_sig_threshold\":2", "v3-complete");

static kl_value multi_wire(const char *policy)
{
    kl_value map = delegation_wire(delegation_image, delegation_signature);
    kl_value pair = example_pair(), signature;
    put_text(&map, "signing_payload_version", "v3-complete");
    assert_int_equal(kl_map_set(&map, KL_TEXT("multi_sig_policy"), signed_json(policy), NULL), KL_OK);
    assert_int_equal(kl_sign_hex(&signature, keys_of(pair), kl_text_from(multi_image), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("signature"), signature, NULL), KL_OK);
    kl_value_release(pair);
    return map;
}

KL_TEST(the_order_of_signers_does_not_matter)
{
    KL_UNUSED_STATE;
    static const char *const policies[] = {
        POLICY("2", "\"" KEY_01 "\",\"" KEY_02 "\",\"" KEY_03 "\""),
        POLICY("2", "\"" KEY_03 "\",\"" KEY_01 "\",\"" KEY_02 "\""),
    };
    for (size_t i = 0; i < KL_COUNT(policies); i++) {
        kl_value map = multi_wire(policies[i]);
        kl_buffer payload = KL_BUFFER_INIT;
        assert_int_equal(kl_delegation_payload(&payload, map, NULL), KL_OK);
        assert_int_equal(payload.len, sizeof multi_image - 1);
        assert_memory_equal(payload.data, multi_image, payload.len);
        assert_round_trip(read_delegation, map);
        kl_buffer_free(&payload);
        kl_value_release(map);
    }
}

KL_TEST(a_policy_must_make_sense_and_be_signed)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *policy, *part;
    } rows[] = {
        {POLICY("0", "\"" KEY_01 "\""), "threshold must be at least 1"},
        {POLICY("2", "\"" KEY_01 "\""), "threshold exceeds the number of signers"},
        {POLICY("1", ""), "threshold exceeds the number of signers"},
        {POLICY("1", "\"" KEY_01 "\",\"" KEY_01 "\""), "duplicate signer in policy"},
        {POLICY("1", "\"zz\""), "multi_sig_policy.authorized_signers[0]: expected 64 hexadecimal"},
        {"{\"threshold\":1}", "multi_sig_policy.authorized_signers: missing"},
        {POLICY("1", "\"" KEY_01 "\",\"" KEY_02 "\",\"" KEY_03 "\""), "does not fit its content"},
        {"null", "needs a multi_sig_policy"},
    };
    kl_error error = KL_ERROR_INIT;
    kl_value record;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = multi_wire(rows[i].policy);
        assert_fails(read_delegation(&record, map, &error), &error, KL_INVALID, NULL, rows[i].part);
        kl_value_release(map);
    }
    kl_value map = delegation_wire(delegation_image, delegation_signature);
    kl_value policy = signed_json(POLICY("1", "\"" KEY_01 "\""));
    assert_int_equal(kl_map_set(&map, KL_TEXT("multi_sig_policy"), policy, NULL), KL_OK);
    assert_fails(read_delegation(&record, map, &error), &error, KL_INVALID, NULL,
                 "does not sign its multi_sig_policy");
    kl_value_release(map);
}

/* ---- reasons, dimensions ------------------------------------------------------------------------ */

static const char trace[] =
    "{\"confidence_bps\":5000,\"confidentiality\":\"Restricted\",\"decision\":\"Approve\","
    "\"rationale\":\"Because\",\"timestamp\":\"2026-01-15T10:30:00Z\"}";
static const char trace_hash[] = "9fb676b09c16bb057de72341d4f0f953357c39938b1b39112f03009d926a857a";
static const char trace_signature[] =
    "9a8d59f62e4e9f472c11367d5a0b3bcb91c4fd16a2a21606e7fa43fd6d81df0e"
    "a0f9794f5f6b1a5cc9a67909e1f73a28b10ccc2eb890547e0157049468c54200";

static void sign_again(kl_value *map)
{
    kl_value pair = example_pair(), signature;
    kl_buffer payload = KL_BUFFER_INIT;
    assert_int_equal(kl_delegation_payload(&payload, *map, NULL), KL_OK);
    assert_int_equal(kl_sign_hex(&signature, keys_of(pair), kl_buffer_text(&payload), NULL), KL_OK);
    assert_int_equal(kl_map_set(map, KL_TEXT("signature"), signature, NULL), KL_OK);
    kl_buffer_free(&payload);
    kl_value_release(pair);
}

static kl_value reasoned_wire(void)
{
    kl_value map = delegation_wire(delegation_image, delegation_signature), bytes;
    unsigned char hash[32];
    assert_int_equal(kl_hex_read(hash, 32, kl_text_from(trace_hash), "hash", NULL), KL_OK);
    assert_int_equal(kl_array_new(&bytes, 32, NULL), KL_OK);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(kl_array_push(&bytes, kl_int(hash[i]), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("reasoning_trace"), signed_json(trace), NULL), KL_OK);
    assert_int_equal(kl_map_set(&map, KL_TEXT("reasoning_trace_hash"), bytes, NULL), KL_OK);
    put_text(&map, "reasoning_signature", trace_signature);
    sign_again(&map);
    return map;
}

KL_TEST(reasons_are_bound_to_the_grant)
{
    KL_UNUSED_STATE;
    static const char *const parts[] = {"reasoning_trace", "reasoning_trace_hash",
                                        "reasoning_signature"};
    kl_error error = KL_ERROR_INIT;
    kl_value record, map = reasoned_wire();
    kl_buffer payload = KL_BUFFER_INIT;
    assert_int_equal(kl_delegation_payload(&payload, map, NULL), KL_OK);
    kl_buffer_byte(&payload, '\0');
    assert_non_null(strstr(payload.data, "\"reasoning_trace_hash\":\"sha256:9fb676b0"));
    kl_buffer_free(&payload);
    assert_round_trip(read_delegation, map);
    for (size_t i = 0; i < KL_COUNT(parts); i++) {
        kl_value less = kl_value_retain(map);
        assert_int_equal(kl_map_remove(&less, kl_text_from(parts[i]), NULL), KL_OK);
        sign_again(&less);
        assert_fails(read_delegation(&record, less, &error), &error, KL_INVALID, NULL,
                     "incomplete reasoning binding");
        kl_value_release(less);
    }
    kl_value changed = kl_value_retain(map), reasons = signed_json(trace);
    put_text(&reasons, "decision", "Refuse");
    assert_int_equal(kl_map_set(&changed, KL_TEXT("reasoning_trace"), reasons, NULL), KL_OK);
    assert_fails(read_delegation(&record, changed, &error), &error, KL_INVALID, NULL,
                 "does not match its signed hash");
    kl_value_release(changed);
    changed = kl_value_retain(map);
    put_text(&changed, "reasoning_signature", delegation_signature);
    assert_fails(read_delegation(&record, changed, &error), &error, KL_INVALID, NULL,
                 "reasoning signature invalid");
    kl_value_release(changed);
    kl_value_release(map);
}

KL_TEST(dimensions_are_signed_sorted)
{
    KL_UNUSED_STATE;
    kl_value map = delegation_wire(delegation_image, delegation_signature), record;
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_map_set(&map, KL_TEXT("dimension_scope"),
                                json("[\"financial\",\"operational\"]"), NULL), KL_OK);
    assert_fails(read_delegation(&record, map, &error), &error, KL_INVALID, NULL,
                 "does not fit its content");
    sign_again(&map);
    assert_round_trip(read_delegation, map);
    assert_int_equal(kl_map_set(&map, KL_TEXT("dimension_scope"),
                                json("[\"operational\",\"financial\",\"operational\"]"), NULL), KL_OK);
    assert_int_equal(read_delegation(&record, map, NULL), KL_OK);
    kl_value_release(record);
    assert_int_equal(kl_map_set(&map, KL_TEXT("dimension_scope"), json("[\"Financial\"]"), NULL), KL_OK);
    assert_fails(read_delegation(&record, map, &error), &error, KL_INVALID, NULL,
                 "dimension_scope: unknown dimension");
    kl_value_release(map);
}

/* ---- what is refused ---------------------------------------------------------------------------- */

/* A map with one member changed (JSON; NULL = left out) fails. */
static void assert_refused(reader *read, kl_value map, const char *name, const char *text,
                           const char *part)
{
    kl_value changed = kl_value_retain(map), record;
    kl_error error = KL_ERROR_INIT;
    if (text)
        assert_int_equal(kl_map_set(&changed, kl_text_from(name), signed_json(text), NULL), KL_OK);
    else
        assert_int_equal(kl_map_remove(&changed, kl_text_from(name), NULL), KL_OK);
    assert_fails(read(&record, changed, &error), &error, KL_INVALID, NULL, part);
    kl_value_release(changed);
}

typedef struct refusal {
    const char *name, *text, *part;
} refusal;

#define ALG_ID_ROWS                                                                                \
    {"alg_id", NULL, "missing alg_id"}, {"alg_id", "1", "alg_id must be a string"},                \
        {"alg_id", "{\"alg_id\":\"eatp-v1\"}", "alg_id must be a string"},                         \
        {"alg_id", "null", "alg_id must be a string"},                                             \
        {"alg_id", "\"eatp-v2\"", "unsupported-algorithm: \"eatp-v2\" is reserved"},               \
        {"alg_id", "\"ed25519+sha256\"", "unsupported-algorithm"},                                 \
        {"alg_id", "\"EATP-v1\"", "unsupported-algorithm"}, {"alg_id", "\"\"", "unsupported-algorithm"}

KL_TEST(a_genesis_with_a_fault_is_refused)
{
    KL_UNUSED_STATE;
    static const refusal rows[] = {
        ALG_ID_ROWS,
        {"org_id", NULL, "cannot deserialize genesis record: org_id: missing"},
        {"org_id", "5", "org_id: expected string, got integer"},
        {"org_id", "\"\"", "org_id: must not be empty"},
        {"org_id", "\"acme\"", "does not fit its content"},
        {"created_at", "\"2026-01-02T03:04:05\"", "created_at: expected an RFC 3339 time"},
        {"created_at", "\"2026-01-02T03:04:05.123456788Z\"", "does not fit its content"},
        {"capabilities", "[\"LlmCall\",\"Nope\"]", "capabilities[1]: unknown name"},
        {"capabilities", "[\"llm_call\",\"ToolCall\"]", "capabilities[0]: unknown name"},
        {"capabilities", "[\"ToolCall\",\"LlmCall\"]", "does not fit its content"},
        {"constraints", "{}", "constraints.allow_network: missing"},
        {"metadata", NULL, "metadata: missing"},
        {"metadata", "{\"a\":1}", "expected string, got integer"},
        {"metadata", "{\"a\":\"b\"}", "does not fit its content"},
        {"public_key_hex", "\"ab\"", "public_key_hex: expected 64 hexadecimal"},
        {"public_key_hex", "\"" KEY_01 "\"", "does not match the public key of the chain's owner"},
        {"signer_public_key", "\"" KEY_01 "\"", "does not match the public key of the chain's owner"},
        {"signature", "\"zz\"", "signature: expected 128 hexadecimal characters"},
        {"signature", NULL, "signature: missing"},
    };
    kl_value map = wire_of(genesis_image, genesis_signature);
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_refused(kl_genesis_read, map, rows[i].name, rows[i].text, rows[i].part);
    kl_value_release(map);
}

KL_TEST(an_attestation_with_a_fault_is_refused)
{
    KL_UNUSED_STATE;
    static const refusal rows[] = {
        ALG_ID_ROWS,
        {"agent_id", "\"agent-2\"", "does not fit its content"},
        {"agent_id", "\"\"", "agent_id: must not be empty"},
        {"capabilities", "[\"llm_call\",\"file_read\"]", "does not fit its content"},
        {"constraints", "{\"max_llm_calls\":6}", "does not fit its content"},
        {"constraints", "[]", "constraints: expected object, got array"},
        {"issuer", "\"acmf\"", "does not fit its content"},
        {"valid_until", "\"2036-04-02T03:04:05Z\"", "does not fit its content"},
        {"valid_until", "\"soon\"", "valid_until: expected an RFC 3339 time"},
        {"signer_public_key", "\"" KEY("00000000") "\"", "a point of small order is no key"},
    };
    kl_value map = wire_of(attestation_image, attestation_signature);
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_refused(kl_attestation_read, map, rows[i].name, rows[i].text, rows[i].part);
    kl_value_release(map);
}

KL_TEST(a_delegation_with_a_fault_is_refused)
{
    KL_UNUSED_STATE;
    static const refusal rows[] = {
        ALG_ID_ROWS,
        {"revoked", NULL, "cannot deserialize delegation record: revoked: missing"},
        {"delegator_public_key", NULL, "carries no delegator_public_key"},
        {"delegator_public_key", "[1]", "delegator_public_key: expected 32 integers from 0 to 255"},
        {"delegator_public_key", "[-1]", "delegator_public_key[0]: expected non-negative integer"},
        {"signing_payload_version", NULL, "legacy signing-payload version refused"},
        {"signing_payload_version", "\"v1-legacy\"", "legacy signing-payload version refused"},
        {"signing_payload_version", "\"v9\"", "signing_payload_version: unknown"},
        {"delegation_id", "\"x\"", "delegation_id: expected a UUID"},
        {"delegation_id", "\"00000000-0000-4000-8000-000000000002\"", "does not fit its content"},
        {"delegator", "\"mallory\"", "does not fit its content"},
        {"delegate", "\"mallory\"", "does not fit its content"},
        {"capabilities", "[]", "does not fit its content"},
        {"capabilities", "[\"LlmCall\",\"CodeExecution\"]", "does not fit its content"},
        {"scope", "{\"domain\":\"x\"}", "scope.operations: missing"},
        {"scope", "{\"domain\":\"engineering\",\"operations\":[\"read\",\"write\"]}",
         "does not fit its content"},
        {"scope", "{\"domain\":\"engineering\",\"operations\":[\"read\"],\"max_financial_cents\":-1}",
         "max_financial_cents: expected non-negative integer"},
        {"resource_limits", "{\"max_llm_calls\":51,\"max_tool_calls\":20,\"max_total_tokens\":100000,"
                            "\"max_execution_secs\":300}", "does not fit its content"},
        {"expires_at", "\"2099-01-01T00:00:00Z\"", "does not fit its content"},
        {"parent_delegation_id", "\"00000000-0000-4000-8000-000000000002\"",
         "does not fit its content"},
        {"reasoning_trace_hash", "[1]", "incomplete reasoning binding"},
    };
    kl_value map = delegation_wire(delegation_image, delegation_signature);
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        assert_refused(read_delegation, map, rows[i].name, rows[i].text, rows[i].part);
    kl_value_release(map);
}

KL_TEST(revoked_is_not_signed_and_unknown_members_are_not_kept)
{
    KL_UNUSED_STATE;
    kl_value map = delegation_wire(delegation_image, delegation_signature), record, dict;
    assert_int_equal(kl_map_set(&map, KL_TEXT("revoked"), kl_bool(true), NULL), KL_OK);
    assert_round_trip(read_delegation, map);
    put_text(&map, "note", "not signed by anybody");
    assert_int_equal(read_delegation(&record, map, NULL), KL_OK);
    assert_int_equal(kl_object_call(&dict, record.as.object, KL_TEXT("to_dict"), NULL, 0, NULL), KL_OK);
    assert_false(kl_map_has(dict, KL_TEXT("note")));
    kl_value_release(dict);
    kl_value_release(record);
    kl_value_release(map);
}

/* ---- tampering: every bit counts ---------------------------------------------------------------- */

/* Any bit of the signature, flipped. */
static void assert_signature_counts(reader *read, kl_value map)
{
    kl_value record, changed;
    char hex[129];
    snprintf(hex, sizeof hex, "%s", text_of(map, "signature"));
    for (size_t i = 0; i < 128; i += 3) {
        char digit = hex[i];
        hex[i] = digit == '0' ? '1' : '0';
        changed = kl_value_retain(map);
        put_text(&changed, "signature", hex);
        assert_int_equal(read(&record, changed, NULL), KL_INVALID);
        kl_value_release(changed);
        hex[i] = digit;
    }
}

KL_TEST(every_digit_of_a_signature_counts)
{
    KL_UNUSED_STATE;
    kl_value map = wire_of(genesis_image, genesis_signature);
    assert_signature_counts(kl_genesis_read, map);
    kl_value_release(map);
    map = wire_of(attestation_image, attestation_signature);
    assert_signature_counts(kl_attestation_read, map);
    kl_value_release(map);
    map = delegation_wire(delegation_image, delegation_signature);
    assert_signature_counts(read_delegation, map);
    kl_value_release(map);
}

/* ---- want of memory ----------------------------------------------------------------------------- */

static kl_status read_all(void *data)
{
    const kl_value *maps = data;
    reader *const readers[] = {kl_genesis_read, kl_attestation_read, read_delegation, read_delegation,
                               read_delegation};
    for (size_t i = 0; i < KL_COUNT(readers); i++) {
        kl_value record;
        KL_TRY(readers[i](&record, maps[i], NULL));
        kl_value_release(record);
    }
    return KL_OK;
}

KL_TEST(reading_copes_without_memory)
{
    KL_UNUSED_STATE;
    kl_value maps[] = {
        wire_of(genesis_image, genesis_signature),
        wire_of(attestation_image, attestation_signature),
        delegation_wire(delegation_image, delegation_signature),
        reasoned_wire(),
        multi_wire(POLICY("2", "\"" KEY_03 "\",\"" KEY_01 "\",\"" KEY_02 "\"")),
    };
    assert_true(sweep(read_all, maps) > 100);
    for (size_t i = 0; i < KL_COUNT(maps); i++)
        kl_value_release(maps[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_all_years_are_read_compared_and_printed),
        cmocka_unit_test(seconds_are_added_up_to_the_year_9999),
        cmocka_unit_test(the_worked_genesis_verifies),
        cmocka_unit_test(the_worked_attestation_verifies),
        cmocka_unit_test(the_worked_delegations_verify),
        cmocka_unit_test(the_order_of_signers_does_not_matter),
        cmocka_unit_test(a_policy_must_make_sense_and_be_signed),
        cmocka_unit_test(reasons_are_bound_to_the_grant),
        cmocka_unit_test(dimensions_are_signed_sorted),
        cmocka_unit_test(a_genesis_with_a_fault_is_refused),
        cmocka_unit_test(an_attestation_with_a_fault_is_refused),
        cmocka_unit_test(a_delegation_with_a_fault_is_refused),
        cmocka_unit_test(revoked_is_not_signed_and_unknown_members_are_not_kept),
        cmocka_unit_test(every_digit_of_a_signature_counts),
        cmocka_unit_test(reading_copes_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
