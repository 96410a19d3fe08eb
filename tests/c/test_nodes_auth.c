/* Nodes of authentication: tokens, one-time passwords, keys, sessions, passwords, flows. */
#include "crypto_test.h"
#include "kailash/time.h"
#include "node_sweep.h"
#include "workflow/shared.h"

#include <pthread.h>
#include <unistd.h>

#define SECRET "0123456789abcdef0123456789abcdef"

static kl_value member(const kl_value *map, const char *key)
{
    return kl_map_get(*map, kl_text_from(key));
}

static kl_value run_ok(const char *type, const char *config, const char *inputs)
{
    kl_value out = kl_null();
    assert_ok(run_node(&out, type, config, inputs, error));
    return out;
}

/* ---- JWTAuthNode --------------------------------------------------------------------------------- */

/* The very text that the wheel makes for these claims. */
KL_TEST(a_token_is_signed_as_ever)
{
    KL_UNUSED_STATE;
    gives("JWTAuthNode", NULL,
          "{\"mode\":\"sign\",\"secret\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"payload\":{\"z\":1,"
          "\"sub\":\"a\",\"b\":[1],\"iat\":1795777104,\"exp\":1795777204}}",
          "{\"token\":\"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJiIjpbMV0sImV4cCI6MTc5NTc3NzIwNCwiaWF0IjoxNzk"
          "1Nzc3MTA0LCJzdWIiOiJhIiwieiI6MX0.Ufr2V2tC7h4xCBrIrKpOgol2aUQLqbrevc5dvU0thlI\",\"expires_at\":"
          "1795777204,\"valid\":true}");
}

/* Signs `payload`, then validates with `more` inputs. */
static void judges(const char *payload, const char *more, const char *reason)
{
    char inputs[2048], expected[64];
    snprintf(inputs, sizeof inputs, "{\"mode\":\"sign\",\"secret\":\"" SECRET "\",\"payload\":%s}", payload);
    kl_value made = run_ok("JWTAuthNode", NULL, inputs);
    snprintf(inputs, sizeof inputs, "{\"secret\":\"" SECRET "\",\"token\":\"%s\"%s}",
             kl_as_text(member(&made, "token")).data, more);
    kl_value read = run_ok("JWTAuthNode", NULL, inputs);
    if (reason) {
        snprintf(expected, sizeof expected, "{\"valid\":false,\"claims\":{},\"reason\":\"%s\"}", reason);
        assert_json(kl_value_retain(read), expected);
    } else
        assert_true(kl_as_bool(member(&read, "valid")));
    kl_value_release(read);
    kl_value_release(made);
}

KL_TEST(tokens_are_validated_by_the_rules)
{
    KL_UNUSED_STATE;
    judges("{}", "", NULL);
    judges("{\"exp\":1000}", "", "expired");
    judges("{\"nbf\":99999999999}", "", "not_yet_valid");
    judges("{\"aud\":\"a\"}", "", "audience");
    judges("{\"aud\":\"a\"}", ",\"audience\":\"a\"", NULL);
    judges("{\"aud\":\"a\"}", ",\"audience\":[\"b\",\"a\"]", NULL);
    judges("{\"iss\":\"i\"}", ",\"issuer\":\"j\"", "issuer");
    judges("{\"iss\":\"i\"}", ",\"issuer\":[\"i\"]", NULL);
    judges("{}", ",\"required_claims\":[\"sub\"]", "missing_claim");
    judges("{}", ",\"algorithm\":\"hs512\"", "algorithm");
    judges("{}", ",\"algorithm\":\"hs256\"", NULL);
    judges("{\"exp\":1}", ",\"leeway_seconds\":0", "expired");
    gives("JWTAuthNode", NULL, "{\"secret\":\"" SECRET "\",\"token\":\"x.y\"}",
          "{\"valid\":false,\"claims\":{},\"reason\":\"malformed\"}");
}

KL_TEST(a_good_token_tells_its_claims)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("JWTAuthNode", NULL,
                           "{\"mode\":\"sign\",\"secret\":\"" SECRET
                           "\",\"payload\":{\"sub\":\"a\",\"iat\":5,\"exp\":99999999999.5},\"kid\":\"k\"}");
    assert_json(member(&made, "expires_at"), "99999999999");
    char inputs[1024];
    snprintf(inputs, sizeof inputs,
             "{\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k\",\"alg\":\"HS256\",\"k\":"
             "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"}]},\"token\":\"%s\"}",
             kl_as_text(member(&made, "token")).data);
    gives("JWTAuthNode", NULL, inputs,
          "{\"valid\":true,\"claims\":{\"exp\":99999999999.5,\"iat\":5,\"sub\":\"a\"},"
          "\"expires_at\":99999999999,\"subject\":\"a\"}");
    kl_value_release(made);
}

KL_TEST(jwt_refuses_what_is_wrong)
{
    KL_UNUSED_STATE;
    fails("JWTAuthNode", NULL, "{\"mode\":\"validate\"}", "missing required input: secret");
    fails("JWTAuthNode", NULL, "{\"secret\":\"abc\"}",
          "invalid input 'secret': expected at least 32 characters for HMAC algorithms, got 3 "
          "characters");
    fails("JWTAuthNode", NULL, "{\"secret\":\"" SECRET "\"}", "missing required input: token");
    fails("JWTAuthNode", NULL, "{\"secret\":5,\"token\":\"a\"}",
          "invalid input 'secret': expected string or bytes, got integer");
    fails("JWTAuthNode", NULL, "{\"secret\":\"" SECRET "\",\"token\":5}",
          "invalid input 'token': expected string, got integer");
    fails("JWTAuthNode", NULL, "{\"mode\":\"bla\"}",
          "invalid input 'mode': expected one of: validate, sign, got \"bla\"");
    fails("JWTAuthNode", NULL, "{\"mode\":\"sign\",\"secret\":\"" SECRET "\"}",
          "missing required input: payload");
    fails("JWTAuthNode", NULL, "{\"mode\":\"sign\",\"secret\":\"" SECRET "\",\"payload\":[]}",
          "invalid input 'payload': expected object, got array");
    fails("JWTAuthNode", NULL,
          "{\"mode\":\"sign\",\"secret\":\"" SECRET "\",\"payload\":{\"exp\":\"x\"}}",
          "invalid input 'payload.exp': expected number of seconds, got \"x\"");
    fails("JWTAuthNode", NULL,
          "{\"mode\":\"sign\",\"secret\":\"" SECRET "\",\"payload\":{},\"algorithm\":\"none\"}",
          "invalid input 'algorithm': expected one of: HS256, HS384, HS512, RS256, RS384, RS512, "
          "ES256, ES384, ES512, PS256, PS384, PS512, EdDSA, got NONE");
    fails("JWTAuthNode", NULL,
          "{\"mode\":\"sign\",\"secret\":\"pem\",\"payload\":{},\"algorithm\":\"RS256\"}",
          "invalid input 'algorithm': expected an HMAC algorithm (HS256/HS384/HS512); asymmetric "
          "signing requires node config `allow_asymmetric_signing` = true with "
          "`max_asymmetric_signs_per_minute` set, got RS256 with asymmetric signing not enabled");
    fails("JWTAuthNode", "{\"allow_asymmetric_signing\":true}", "{}",
          "allow_asymmetric_signing: needs max_asymmetric_signs_per_minute");
    fails("JWTAuthNode", "{\"max_asymmetric_signs_per_minute\":3}", "{}",
          "max_asymmetric_signs_per_minute: needs allow_asymmetric_signing = true");
    fails("JWTAuthNode", "{\"allow_asymmetric_signing\":true,\"max_asymmetric_signs_per_minute\":0}", "{}",
          "max_asymmetric_signs_per_minute: expected non-negative integer from 1 to 10000, got 0");
    fails("JWTAuthNode", "{\"foo\":1}", "{}", "unknown key 'foo'");
    fails("JWTAuthNode", NULL, "{\"secret\":\"pem\",\"token\":\"a.b.c\",\"algorithm\":\"RS256\"}",
          "node execution failed: invalid key for RS256: not a readable key in PEM or DER");
    fails("JWTAuthNode", NULL, "{\"secret\":\"" SECRET "\",\"token\":\"a\",\"audience\":5}",
          "invalid input 'audience': expected string or array of strings, got 5");
    fails("JWTAuthNode", NULL, "{\"jwks\":{\"keys\":[]},\"token\":\"a\"}",
          "invalid input 'jwks': JWK set: no key of a known kind");
}

static kl_value ec_key(void)
{
    return run_ok("CertificateNode", NULL,
                  "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"x\"}}");
}

static void put_text(kl_value *map, const char *key, kl_value text)
{
    assert_int_equal(kl_map_set(map, kl_text_from(key), kl_value_retain(text), NULL), KL_OK);
}

/* The private key signs as often as it may; the certificate validates. */
KL_TEST(asymmetric_signing_is_limited)
{
    KL_UNUSED_STATE;
    const kl_node_type *type = kl_node_type_find(KL_TEXT("JWTAuthNode"));
    kl_value made = ec_key(), token = kl_null(), answer = kl_null();
    kl_value config =
        json("{\"allow_asymmetric_signing\":true,\"max_asymmetric_signs_per_minute\":2}");
    kl_value inputs = json("{\"mode\":\"sign\",\"algorithm\":\"ES256\",\"payload\":{\"sub\":\"a\"},"
                           "\"allow_asymmetric_signing\":true,\"max_asymmetric_signs_per_minute\":2}");
    void *state = NULL;
    put_text(&inputs, "secret", member(&made, "private_key"));
    assert_ok(type->prepare(&state, config, error));
    for (int i = 0; i < 3; i++) {
        kl_value args[64] = {json("\"sign\""), member(&made, "private_key"), json("\"ES256\"")};
        for (size_t k = 3; k < type->input_count + type->config_count; k++)
            args[k] = kl_null();
        args[4] = member(&inputs, "payload"), args[5] = kl_int(60);
        args[13] = kl_bool(true), args[14] = kl_int(2);
        kl_node_call call = {.type = type, .args = args, .inputs = inputs, .state = state};
        kl_error error = KL_ERROR_INIT;
        kl_status status = type->run(&answer, &call, &error);
        assert_int_equal(status, i < 2 ? KL_OK : KL_FAILED);
        if (i == 2)
            assert_string_equal(kl_error_message(&error),
                                "node execution failed: rate limit exceeded: at most 2 asymmetric "
                                "signatures per minute");
        else {
            kl_value_release(token);
            token = kl_value_retain(member(&answer, "token"));
            kl_value_release(answer);
        }
        kl_error_clear(&error);
        kl_value_release(args[0]);
        kl_value_release(args[2]);
    }
    type->dispose(state);
    kl_value check = json("{\"algorithm\":\"ES256\"}");
    put_text(&check, "secret", member(&made, "certificate"));
    put_text(&check, "token", token);
    assert_ok(kl_node_run_alone(&answer, type, kl_null(), check, error));
    assert_true(kl_as_bool(member(&answer, "valid")));
    kl_value_release(answer);
    kl_value_release(check);
    kl_value_release(token);
    kl_value_release(inputs);
    kl_value_release(config);
    kl_value_release(made);
}

/* ---- MFANode ------------------------------------------------------------------------------------- */

#define RFC_SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

KL_TEST(codes_by_time)
{
    KL_UNUSED_STATE;
    gives("MFANode", NULL,
          "{\"mode\":\"totp_generate\",\"secret\":\"" RFC_SECRET "\",\"digits\":8,\"timestamp\":59}",
          "{\"code\":\"94287082\",\"time_remaining\":1}");
    gives("MFANode", NULL,
          "{\"mode\":\"totp_generate\",\"secret\":\"gezd gnbv-gy3tqojqgezdgnbvgy3tqojq==\",\"digits\":8,"
          "\"timestamp\":60}",
          "{\"code\":\"37359152\",\"time_remaining\":30}");
    static const struct {
        int time, window;
        bool valid;
    } rows[] = {{59, 1, true},  {30, 1, true},  {0, 1, true},  {29, 0, false}, {89, 1, true},
                {90, 1, false}, {30, 0, true},  {90, 2, true}, {360, 10, false}, {359, 10, true}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[256], expected[64];
        snprintf(inputs, sizeof inputs,
                 "{\"secret\":\"" RFC_SECRET "\",\"code\":\"287082\",\"timestamp\":%d,\"window\":%d}",
                 rows[i].time, rows[i].window);
        snprintf(expected, sizeof expected, "{\"valid\":%s,\"time_remaining\":%d}",
                 rows[i].valid ? "true" : "false", 30 - rows[i].time % 30);
        gives("MFANode", NULL, inputs, expected);
    }
    gives("MFANode", NULL,
          "{\"mode\":\"totp_generate\",\"secret\":\"" RFC_SECRET "\",\"timestamp\":0,\"account\":"
          "\"a b@c\",\"issuer\":\"Ac:me\"}",
          "{\"code\":\"755224\",\"time_remaining\":30,\"uri\":\"otpauth://totp/Ac%3Ame:a%20b%40c?secret="
          RFC_SECRET "&issuer=Ac%3Ame&algorithm=SHA1&digits=6&period=30\"}");
}

KL_TEST(codes_by_counter)
{
    KL_UNUSED_STATE;
#define HOTP(rest) "{\"mode\":\"hotp_validate\",\"secret\":\"" RFC_SECRET "\"," rest "}"
    gives("MFANode", NULL, HOTP("\"code\":\"755224\",\"counter\":0"),
          "{\"valid\":true,\"next_counter\":1}");
    gives("MFANode", NULL, HOTP("\"code\":\"287082\",\"counter\":0"),
          "{\"valid\":false,\"next_counter\":1}");
    gives("MFANode", NULL, HOTP("\"code\":\"338314\",\"counter\":0,\"look_ahead\":4"),
          "{\"valid\":true,\"next_counter\":5}");
    gives("MFANode", NULL, HOTP("\"code\":\"338314\",\"counter\":0,\"look_ahead\":3"),
          "{\"valid\":false,\"next_counter\":1}");
    gives("MFANode", NULL, HOTP("\"code\":\"\",\"counter\":5"), "{\"valid\":false,\"next_counter\":6}");
    gives("MFANode", NULL, HOTP("\"code\":\"000000\",\"counter\":9223372036854775806,\"look_ahead\":9"),
          "{\"valid\":false,\"next_counter\":9223372036854775807}");
    fails("MFANode", NULL, HOTP("\"code\":\"755224\",\"counter\":-1"),
          "invalid input 'counter': expected non-negative integer, got -1");
    fails("MFANode", NULL, HOTP("\"code\":\"755224\",\"counter\":9223372036854775807"),
          "invalid input 'counter': expected counter with a next one, got 9223372036854775807");
}

KL_TEST(backup_codes_are_used_by_their_hashes)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("MFANode", NULL, "{\"mode\":\"backup_generate\",\"count\":3}");
    kl_value inputs = json("{\"mode\":\"backup_validate\"}"), answer = kl_null();
    const kl_node_type *type = kl_node_type_find(KL_TEXT("MFANode"));
    assert_int_equal(kl_array_len(member(&made, "backup_codes")), 3);
    put_text(&inputs, "backup_hashes", member(&made, "backup_hashes"));
    for (size_t i = 0; i < 3; i++) {
        kl_value code = kl_array_at(member(&made, "backup_codes"), i);
        assert_int_equal(kl_value_len(code), 8);
        put_text(&inputs, "code", code);
        assert_ok(kl_node_run_alone(&answer, type, kl_null(), inputs, error));
        assert_json(answer, "{\"valid\":true}");
    }
    kl_value_release(inputs);
    kl_value_release(made);
    gives("MFANode", NULL, "{\"mode\":\"backup_validate\",\"code\":\"1\",\"backup_hashes\":[\"x\",\"\"]}",
          "{\"valid\":false}");
}

KL_TEST(mfa_refuses_what_is_wrong)
{
    KL_UNUSED_STATE;
    fails("MFANode", NULL, "{}", "missing required input: secret");
    fails("MFANode", NULL, "{\"secret\":\"" RFC_SECRET "\"}", "missing required input: code");
    fails("MFANode", NULL, "{\"secret\":\"" RFC_SECRET "\",\"code\":123456}",
          "invalid input 'code': expected string, got integer");
    fails("MFANode", NULL, "{\"mode\":\"totp_generate\",\"secret\":\"!\"}",
          "invalid input 'secret': expected valid base32 characters, got invalid character '!'");
    fails("MFANode", NULL, "{\"mode\":\"totp_generate\",\"secret\":\"AB\xc3\xa4\"}",
          "invalid input 'secret': expected valid base32 characters, got invalid character "
          "'\xc3\xa4'");
    fails("MFANode", NULL, "{\"mode\":\"totp_generate\",\"secret\":\"\"}",
          "invalid input 'secret': expected non-empty base32 text, got no digits");
    fails("MFANode", NULL, "{\"digits\":5}", "invalid input 'digits': expected integer from 6 to 10, got 5");
    fails("MFANode", NULL, "{\"period\":0}",
          "invalid input 'period': expected integer from 1 to 3600, got 0");
    fails("MFANode", NULL, "{\"window\":-3}",
          "invalid input 'window': expected integer from 0 to 10, got -3");
    fails("MFANode", NULL, "{\"mode\":\"backup_validate\",\"code\":\"1\"}",
          "missing required input: backup_hashes");
    fails("MFANode", NULL, "{\"mode\":\"x\"}",
          "invalid input 'mode': expected one of: totp_validate, totp_generate, hotp_validate, "
          "backup_generate, backup_validate, got \"x\"");
}

/* ---- keys and tokens ----------------------------------------------------------------------------- */

KL_TEST(api_keys_are_compared)
{
    KL_UNUSED_STATE;
    gives("APIKeyAuthNode", NULL, "{\"api_key\":\"a\",\"expected_key\":\"a\"}", "{\"valid\":true}");
    gives("APIKeyAuthNode", NULL, "{\"api_key\":\"a\",\"expected_key\":\"b\"}", "{\"valid\":false}");
    gives("APIKeyAuthNode", NULL, "{\"api_key\":\"\",\"expected_key\":\"\"}", "{\"valid\":false}");
    gives("APIKeyAuthNode", NULL,
          "{\"api_key\":\"a\",\"expected_key\":\"a\",\"key_id\":\"k\",\"permissions\":[\"x\"]}",
          "{\"valid\":true,\"key_id\":\"k\",\"permissions\":[\"x\"]}");
    gives("APIKeyAuthNode", NULL,
          "{\"api_key\":\"a\",\"expected_key\":\"b\",\"key_id\":\"k\",\"permissions\":[\"x\"]}",
          "{\"valid\":false,\"key_id\":\"k\"}");
    gives("APIKeyAuthNode", NULL,
          "{\"api_key\":\"hello\",\"expected_hash\":"
          "\"ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f\",\"expected_key\":\"no\"}",
          "{\"valid\":true}");
    gives("APIKeyAuthNode", NULL,
          "{\"api_key\":\"hullo\",\"expected_hash\":"
          "\"ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f\"}",
          "{\"valid\":false}");
    gives("APIKeyAuthNode", NULL, "{\"api_key\":\"a\",\"expected_hash\":\"\"}", "{\"valid\":false}");
    fails("APIKeyAuthNode", NULL, "{\"api_key\":\"a\",\"expected_hash\":\"$argon2id$v=19$x\"}",
          "invalid input 'expected_hash': malformed argon2 hash");
    fails("APIKeyAuthNode", NULL, "{}", "missing required input: api_key");
    fails("APIKeyAuthNode", NULL, "{\"api_key\":\"a\"}",
          "missing required input: expected_hash or expected_key");
    fails("APIKeyAuthNode", NULL, "{\"api_key\":123456789}",
          "invalid input 'api_key': expected string, got integer");
    kl_value hash = run_ok("HashingNode", NULL, "{\"data\":\"key\",\"algorithm\":\"argon2id\"}");
    char inputs[256];
    snprintf(inputs, sizeof inputs, "{\"api_key\":\"key\",\"expected_hash\":\"%s\"}",
             kl_as_text(member(&hash, "hash")).data);
    gives("APIKeyAuthNode", NULL, inputs, "{\"valid\":true}");
    kl_value_release(hash);
}

KL_TEST(tokens_have_their_form)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *inputs;
        size_t len;
        const char *alphabet;
    } rows[] = {
        {"{}", 64, "0123456789abcdef"},
        {"{\"length\":8}", 16, "0123456789abcdef"},
        {"{\"format\":\"base64\",\"length\":8}", 12,
         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="},
        {"{\"format\":\"base64url\",\"length\":8}", 11,
         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"},
        {"{\"format\":\"alphanumeric\",\"length\":1024}", 1024,
         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"},
        {"{\"format\":\"uuid\"}", 36, "0123456789abcdef-"},
        {"{\"length\":1024}", 2048, "0123456789abcdef"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value first = run_ok("TokenGenerationNode", NULL, rows[i].inputs);
        kl_value second = run_ok("TokenGenerationNode", NULL, rows[i].inputs);
        kl_text token = kl_as_text(member(&first, "token"));
        assert_int_equal(token.len, rows[i].len);
        assert_int_equal(strspn(token.data, rows[i].alphabet), token.len);
        assert_false(kl_text_equal(token, kl_as_text(member(&second, "token"))));
        char inputs[4096];
        snprintf(inputs, sizeof inputs, "{\"api_key\":\"%s\",\"expected_hash\":\"%s\"}", token.data,
                 kl_as_text(member(&first, "hash")).data);
        gives("APIKeyAuthNode", NULL, inputs, "{\"valid\":true}");
        kl_value_release(first);
        kl_value_release(second);
    }
    kl_value made = run_ok("TokenGenerationNode", NULL, "{\"prefix\":\"sk_\",\"length\":4}");
    assert_memory_equal(kl_as_text(member(&made, "token")).data, "sk_", 3);
    assert_int_equal(kl_value_len(member(&made, "token")), 11);
    kl_value_release(made);
    fails("TokenGenerationNode", NULL, "{\"length\":0}",
          "invalid input 'length': expected integer from 1 to 1024, got 0");
    fails("TokenGenerationNode", NULL, "{\"length\":1025}",
          "invalid input 'length': expected integer from 1 to 1024, got 1025");
    fails("TokenGenerationNode", NULL, "{\"format\":\"zz\"}",
          "invalid input 'format': expected one of: hex, base64, base64url, alphanumeric, uuid, got "
          "\"zz\"");
}

/* ---- SessionManagerNode -------------------------------------------------------------------------- */

static kl_value session_call(const char *mode, const kl_value *made, const char *token)
{
    char inputs[512];
    snprintf(inputs, sizeof inputs, "{\"mode\":\"%s\",\"session_id\":\"%s\",\"token\":\"%s\"}", mode,
             kl_as_text(member(made, "session_id")).data,
             token ? token : kl_as_text(member(made, "token")).data);
    return run_ok("SessionManagerNode", NULL, inputs);
}

KL_TEST(a_session_lives_until_it_is_revoked)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("SessionManagerNode", NULL,
                           "{\"mode\":\"create\",\"user_id\":\"u\",\"metadata\":{\"a\":1}}");
    int64_t now = kl_time_now() / KL_SECOND;
    assert_int_equal(kl_value_len(member(&made, "token")), 43);
    assert_true(kl_as_int(member(&made, "expires_at")) - now - 3600 <= 1);
    kl_value read = session_call("validate", &made, NULL);
    assert_true(kl_as_bool(member(&read, "valid")));
    assert_json(kl_value_retain(member(&read, "metadata")), "{\"a\":1}");
    assert_json(kl_value_retain(member(&read, "user_id")), "\"u\"");
    kl_value_release(read);
    assert_json(session_call("validate", &made, "x"), "{\"valid\":false}");
    assert_json(session_call("validate", &made, ""), "{\"valid\":false}");
    assert_json(session_call("refresh", &made, "x"), "{\"valid\":false}");
    read = session_call("refresh", &made, NULL);
    assert_true(kl_as_bool(member(&read, "valid")));
    assert_true(kl_as_int(member(&read, "expires_at")) >= kl_as_int(member(&made, "expires_at")));
    kl_value_release(read);
    assert_json(session_call("revoke", &made, NULL), "{\"revoked\":true}");
    assert_json(session_call("revoke", &made, NULL), "{\"revoked\":false}");
    assert_json(session_call("validate", &made, NULL), "{\"valid\":false}");
    assert_json(session_call("refresh", &made, NULL), "{\"valid\":false}");
    kl_value_release(made);
}

KL_TEST(a_session_ends_with_its_time)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("SessionManagerNode", NULL,
                           "{\"mode\":\"create\",\"user_id\":\"u\",\"ttl_seconds\":1}");
    while (kl_time_now() / KL_SECOND < kl_as_int(member(&made, "expires_at")))
        usleep(20000);
    assert_json(session_call("validate", &made, NULL), "{\"valid\":false}");
    assert_json(session_call("refresh", &made, NULL), "{\"valid\":false}");
    assert_json(session_call("revoke", &made, NULL), "{\"revoked\":false}");
    kl_value_release(made);
}

static void *many_sessions(void *data)
{
    (void)data;
    for (int i = 0; i < 300; i++) {
        kl_value made = run_ok("SessionManagerNode", NULL, "{\"mode\":\"create\",\"user_id\":\"u\"}");
        kl_value read = session_call("validate", &made, NULL);
        assert_true(kl_as_bool(member(&read, "valid")));
        kl_value_release(read);
        if (i % 2)
            assert_json(session_call("revoke", &made, NULL), "{\"revoked\":true}");
        kl_value_release(made);
    }
    return NULL;
}

KL_TEST(threads_share_sessions)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, many_sessions, NULL), 0);
    for (size_t i = 0; i < KL_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
}

KL_TEST(sessions_refuse_what_is_wrong)
{
    KL_UNUSED_STATE;
    fails("SessionManagerNode", NULL, "{}", "missing required input: mode");
    fails("SessionManagerNode", NULL, "{\"mode\":\"create\"}", "missing required input: user_id");
    fails("SessionManagerNode", NULL, "{\"mode\":\"create\",\"user_id\":5}",
          "invalid input 'user_id': expected string, got 5");
    fails("SessionManagerNode", NULL, "{\"mode\":\"validate\"}", "missing required input: session_id");
    fails("SessionManagerNode", NULL, "{\"mode\":\"validate\",\"session_id\":\"x\"}",
          "missing required input: token");
    fails("SessionManagerNode", NULL, "{\"mode\":\"refresh\",\"session_id\":\"x\"}",
          "missing required input: token");
    fails("SessionManagerNode", NULL, "{\"mode\":\"create\",\"user_id\":\"u\",\"ttl_seconds\":0}",
          "invalid input 'ttl_seconds': expected integer from 1 to 315360000, got 0");
    gives("SessionManagerNode", NULL, "{\"mode\":\"validate\",\"session_id\":\"x\",\"token\":\"t\"}",
          "{\"valid\":false}");
}

/* ---- CredentialValidatorNode --------------------------------------------------------------------- */

#define UPPER "\"password must contain at least one uppercase letter\""
#define LOWER "\"password must contain at least one lowercase letter\""
#define DIGIT "\"password must contain at least one digit\""
#define SPECIAL "\"password must contain at least one special character\""
#define COMMON "\"password is too common\""

KL_TEST(passwords_are_scored)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *config, *inputs, *expected;
    } rows[] = {
        {NULL, "{\"password\":\"abc\"}",
         "{\"valid\":false,\"score\":0,\"strength\":\"weak\",\"issues\":[\"password must be at least 8 "
         "characters (got 3)\"," UPPER "," DIGIT "," SPECIAL "]}"},
        {NULL, "{\"password\":\"Abcdef1!\"}",
         "{\"valid\":true,\"score\":68,\"strength\":\"strong\",\"issues\":[]}"},
        {NULL, "{\"password\":\"password\"}",
         "{\"valid\":false,\"score\":0,\"strength\":\"weak\",\"issues\":[" UPPER "," DIGIT "," SPECIAL
         "," COMMON "]}"},
        {NULL, "{\"password\":\"aaaaaaaaaa\"}",
         "{\"valid\":false,\"score\":1,\"strength\":\"weak\",\"issues\":[" UPPER "," DIGIT "," SPECIAL
         "]}"},
        {"{\"max_length\":5}", "{\"password\":\"Abcdef1!\"}",
         "{\"valid\":false,\"score\":53,\"strength\":\"strong\",\"issues\":[\"password must be at most 5 "
         "characters (got 8)\"]}"},
        {"{\"min_length\":0,\"require_uppercase\":false,\"require_lowercase\":false,\"require_digit\":"
         "false,\"require_special\":false}",
         "{\"password\":\"\"}", "{\"valid\":true,\"score\":0,\"strength\":\"weak\",\"issues\":[]}"},
        {NULL, "{\"password\":\"\xc3\x84\xc3\xb6\xc3\xbc\xd9\xa3\xe2\x82\xac\xc3\xa4\xc3\xa4\xc3\xa4\"}",
         "{\"valid\":true,\"score\":68,\"strength\":\"strong\",\"issues\":[]}"},
        {NULL, "{\"password\":\"PassWord123!xx\",\"username\":\"WORD\"}",
         "{\"valid\":false,\"score\":76,\"strength\":\"very_strong\",\"issues\":[\"password must not "
         "contain the username\"]}"},
        {NULL, "{\"password\":\"Xacme123!xx\",\"forbidden\":[\"zz\",\"ac\",\"Acme\"]}",
         "{\"valid\":false,\"score\":67,\"strength\":\"strong\",\"issues\":[\"password must not contain a "
         "forbidden word\"]}"},
        {NULL, "{\"password\":\"Xacme123!xx\",\"username\":\"\",\"forbidden\":[\"\",\"ac\"]}",
         "{\"valid\":true,\"score\":82,\"strength\":\"very_strong\",\"issues\":[]}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        gives("CredentialValidatorNode", rows[i].config, rows[i].inputs, rows[i].expected);
    static const char *const common[] = {"password", "123456", "qwerty",   "letmein", "admin",
                                         "welcome",  "monkey", "dragon",   "master",  "shadow",
                                         "root",     "123123", "trustno1", "changeme", "admin123",
                                         "Password123", "QWERTY", "1234"};
    for (size_t i = 0; i < KL_COUNT(common); i++) {
        char inputs[64];
        snprintf(inputs, sizeof inputs, "{\"password\":\"%s\"}", common[i]);
        kl_value out = run_ok("CredentialValidatorNode", NULL, inputs), text = kl_null();
        assert_int_equal(kl_json_print(&text, out, &kl_json_plain, NULL), KL_OK);
        assert_non_null(strstr(kl_as_text(text).data, "password is too common"));
        kl_value_release(text);
        kl_value_release(out);
    }
    fails("CredentialValidatorNode", NULL, "{}", "missing required input: password");
    fails("CredentialValidatorNode", NULL, "{\"password\":12345678}",
          "invalid input 'password': expected string, got integer");
}

/* ---- AuthFlowNode -------------------------------------------------------------------------------- */

#define HASH "ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f" /* of "hello" */

KL_TEST(flows_stop_at_the_first_failure)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\"}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"username is required\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"mfa_check\"}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"MFA code is required\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"ip_check\"}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"IP address is required\"}}}"},
        {"{\"steps\":[{\"type\":\"zz\"}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"step_0\",\"results\":{"
         "\"step_0\":{\"error\":\"unknown auth step type: zz\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\",\"users\":{\"u\":\"" HASH
         "\"}},{\"name\":\"b\",\"type\":\"ip_check\",\"allowed\":[\"10.0.0.0/8\",\"::1\"]}],"
         "\"username\":\"u\",\"password\":\"hello\",\"ip_address\":\"10.1.2.3\"}",
         "{\"authenticated\":true,\"completed_steps\":[\"a\",\"b\"],\"failed_step\":null,\"results\":{"
         "\"a\":{\"success\":true,\"username\":\"u\"},\"b\":{\"success\":true,\"ip_address\":\"10.1.2.3\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\",\"users\":{\"u\":\"" HASH
         "\"}},{\"name\":\"b\",\"type\":\"ip_check\",\"allowed\":[]}],"
         "\"username\":\"u\",\"password\":\"hullo\",\"ip_address\":\"10.1.2.3\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid username or password\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\",\"users\":{\"u\":\"" HASH
         "\"}}],\"username\":\"v\",\"password\":\"hello\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid username or password\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\",\"users\":{}}],\"username\":\"v\","
         "\"password\":\"hello\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid username or password\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"ip_check\",\"ip\":\"11.0.0.1\",\"allowed\":[\"10.0.0.0/8\"]}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"IP address is not allowed\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"ip_check\",\"ip\":\"10.0.0.0/8\",\"allowed\":[\"10.0.0.0/8\"]}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"malformed IP address\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"ip_check\",\"ip\":\"x\",\"allowed\":[],\"required\":false},"
         "{\"name\":\"b\",\"type\":\"api_key_check\",\"api_key\":\"k\",\"expected_key\":\"k\"}]}",
         "{\"authenticated\":true,\"completed_steps\":[\"b\"],\"failed_step\":null,\"results\":{\"a\":{"
         "\"error\":\"malformed IP address\"},\"b\":{\"success\":true}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"ip_check\",\"ip\":\"x\",\"allowed\":[],\"required\":false}]}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":null,\"results\":{\"a\":{"
         "\"error\":\"malformed IP address\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"api_key_check\",\"expected_key\":\"k\"}],\"api_key\":\"l\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid API key\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"jwt_check\",\"secret\":\"" SECRET
         "\"}],\"token\":\"x.y.z\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid token: malformed\"}}}"},
        {"{\"steps\":[{\"name\":\"a\",\"type\":\"mfa_check\",\"secret\":\"" RFC_SECRET
         "\"}],\"code\":\"x\"}",
         "{\"authenticated\":false,\"completed_steps\":[],\"failed_step\":\"a\",\"results\":{\"a\":{"
         "\"error\":\"invalid MFA code\"}}}"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        gives("AuthFlowNode", NULL, rows[i][0], rows[i][1]);
}

KL_TEST(a_flow_takes_codes_and_tokens)
{
    KL_UNUSED_STATE;
    kl_value code = run_ok("MFANode", NULL,
                           "{\"mode\":\"totp_generate\",\"secret\":\"" RFC_SECRET "\"}");
    kl_value token = run_ok("JWTAuthNode", NULL,
                            "{\"mode\":\"sign\",\"secret\":\"" SECRET
                            "\",\"payload\":{\"iat\":1,\"exp\":99999999999}}");
    char inputs[1024];
    snprintf(inputs, sizeof inputs,
             "{\"steps\":[{\"name\":\"a\",\"type\":\"mfa_check\"},{\"name\":\"b\",\"type\":\"jwt_check\"}],"
             "\"secret\":\"" RFC_SECRET "\",\"code\":\"%s\",\"token\":\"%s\",\"jwt_secret\":\"" SECRET "\"}",
             kl_as_text(member(&code, "code")).data, kl_as_text(member(&token, "token")).data);
    gives("AuthFlowNode", NULL, inputs,
          "{\"authenticated\":true,\"completed_steps\":[\"a\",\"b\"],\"failed_step\":null,\"results\":{"
          "\"a\":{\"success\":true},\"b\":{\"success\":true,\"claims\":{\"exp\":99999999999,\"iat\":1}}}}");
    kl_value_release(token);
    kl_value_release(code);
}

KL_TEST(flows_refuse_what_is_wrong)
{
    KL_UNUSED_STATE;
    fails("AuthFlowNode", NULL, "{}", "missing required input: steps");
    fails("AuthFlowNode", NULL, "{\"steps\":[]}",
          "invalid input 'steps': expected non-empty array of step objects, got empty array (an "
          "authentication flow must declare at least one step)");
    fails("AuthFlowNode", NULL, "{\"steps\":[5]}",
          "invalid input 'steps[0]': expected object with 'name' and 'type' fields, got integer");
    fails("AuthFlowNode", NULL, "{\"steps\":[{\"name\":\"zz\"}]}",
          "invalid input 'steps[0].type': expected string step type, got missing");
    fails("AuthFlowNode", NULL,
          "{\"steps\":[{\"type\":\"credential_check\",\"username\":\"u\",\"password\":\"p\"}]}",
          "invalid input 'steps[0].users': expected object of names and hashes, got null");
    fails("AuthFlowNode", NULL, "{\"steps\":[{\"type\":\"ip_check\",\"ip\":\"1.2.3.4\",\"allowed\":[\"x\"]}]}",
          "invalid input 'steps[0].allowed[0]': expected address or network such as 10.0.0.0/8, got "
          "\"x\"");
    fails("AuthFlowNode", NULL, "{\"steps\":[{\"type\":\"mfa_check\",\"code\":\"1\"}]}",
          "invalid input 'steps[0].secret': expected base32 text, got null");
    fails("AuthFlowNode", NULL, "{\"steps\":[{\"type\":\"jwt_check\",\"token\":\"1\"}]}",
          "missing required input: secret");
}

KL_TEST(auth_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("JWTAuthNode", NULL,
                                "{\"mode\":\"sign\",\"secret\":\"" SECRET "\",\"payload\":{\"a\":1}}");
    survives_failed_allocations("JWTAuthNode", NULL, "{\"secret\":\"" SECRET
                                "\",\"token\":\"eyJhbGciOiJIUzI1NiJ9.e30.AA\"}");
    survives_failed_allocations("MFANode", NULL,
                                "{\"mode\":\"totp_generate\",\"secret\":\"" RFC_SECRET
                                "\",\"account\":\"a\",\"issuer\":\"b\"}");
    survives_failed_allocations("MFANode", NULL, "{\"secret\":\"" RFC_SECRET "\",\"code\":\"1\"}");
    survives_failed_allocations("MFANode", NULL, "{\"mode\":\"backup_generate\",\"count\":2}");
    survives_failed_allocations("APIKeyAuthNode", NULL,
                                "{\"api_key\":\"a\",\"expected_hash\":\"" HASH "\",\"key_id\":\"k\"}");
    survives_failed_allocations("TokenGenerationNode", NULL, "{\"prefix\":\"a\"}");
    survives_failed_allocations("SessionManagerNode", NULL, "{\"mode\":\"create\",\"user_id\":\"u\"}");
    survives_failed_allocations("SessionManagerNode", NULL,
                                "{\"mode\":\"validate\",\"session_id\":\"u\",\"token\":\"t\"}");
    survives_failed_allocations("CredentialValidatorNode", NULL,
                                "{\"password\":\"abc\",\"username\":\"abc\",\"forbidden\":[\"xyz\"]}");
    survives_failed_allocations(
        "AuthFlowNode", NULL,
        "{\"steps\":[{\"name\":\"a\",\"type\":\"credential_check\",\"users\":{\"u\":\"" HASH
        "\"}},{\"type\":\"api_key_check\",\"api_key\":\"k\",\"expected_key\":\"l\"}],\"username\":\"u\","
        "\"password\":\"hello\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_signed_as_ever),
        cmocka_unit_test(tokens_are_validated_by_the_rules),
        cmocka_unit_test(a_good_token_tells_its_claims),
        cmocka_unit_test(jwt_refuses_what_is_wrong),
        cmocka_unit_test(asymmetric_signing_is_limited),
        cmocka_unit_test(codes_by_time),
        cmocka_unit_test(codes_by_counter),
        cmocka_unit_test(backup_codes_are_used_by_their_hashes),
        cmocka_unit_test(mfa_refuses_what_is_wrong),
        cmocka_unit_test(api_keys_are_compared),
        cmocka_unit_test(tokens_have_their_form),
        cmocka_unit_test(a_session_lives_until_it_is_revoked),
        cmocka_unit_test(a_session_ends_with_its_time),
        cmocka_unit_test(threads_share_sessions),
        cmocka_unit_test(sessions_refuse_what_is_wrong),
        cmocka_unit_test(passwords_are_scored),
        cmocka_unit_test(flows_stop_at_the_first_failure),
        cmocka_unit_test(a_flow_takes_codes_and_tokens),
        cmocka_unit_test(flows_refuse_what_is_wrong),
        cmocka_unit_test(auth_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
