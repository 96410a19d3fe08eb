/* JSON Web Signature, Key and Token, against the examples of RFC 7515, 7638 and 8037. */
#include "crypto/jwt.h"
#include "crypto_test.h"

static kl_jwk jwk_of(const char *text)
{
    kl_jwk key;
    kl_value map = json(text);
    assert_ok(kl_jwk_read(&key, map, error));
    kl_value_release(map);
    return key;
}

static const struct {
    const char *algorithm, *jwk, *token;
} examples[] = {
    {"HS256", /* RFC 7515, A.1 */
     "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTw"
     "jAzZr1Z9CAow\"}",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6"
     "Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    {"ES256", /* A.3 */
     "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"
     "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
     "\"}",
     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p"
     "c19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-K"
     "g6NU1Q"},
    {"EdDSA", /* RFC 8037, A.4 */
     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"x\":"
     "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIb"
     "QR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
};

KL_TEST(signatures_of_the_examples_verify)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(examples); i++) {
        kl_jwk key = jwk_of(examples[i].jwk);
        kl_jws token;
        bool valid = false;
        const kl_jws_algorithm *algorithm =
            kl_jws_algorithm_find(kl_text_from(examples[i].algorithm));
        assert_ok(kl_jws_read(&token, kl_text_from(examples[i].token), error));
        assert_ok(kl_jws_verify(&valid, &token, algorithm, kl_jwk_key(&key), error));
        assert_true(valid);
        token.signature.data[7] ^= 1;
        assert_ok(kl_jws_verify(&valid, &token, algorithm, kl_jwk_key(&key), error));
        assert_false(valid);
        token.signature.len--;
        assert_ok(kl_jws_verify(&valid, &token, algorithm, kl_jwk_key(&key), error));
        assert_false(valid);
        kl_jws_end(&token);
        kl_jwk_end(&key);
    }
}

/* EdDSA is deterministic: the example comes out to the byte. */
KL_TEST(the_example_of_ed25519_is_signed_again)
{
    KL_UNUSED_STATE;
    kl_jwk key = jwk_of(examples[2].jwk);
    kl_value header = json("{\"alg\":\"EdDSA\"}"), token = kl_null();
    assert_ok(kl_jws_sign(&token, header, KL_TEXT("Example of Ed25519 signing"),
                          kl_jws_algorithm_find(KL_TEXT("EdDSA")), kl_jwk_key(&key), error));
    assert_string_equal(kl_as_text(token).data, examples[2].token);
    kl_value_release(token);
    kl_value_release(header);
    kl_jwk_end(&key);
}

KL_TEST(thumbprints_are_those_of_the_examples)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPF"
         "FxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YG"
         "jQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQ"
         "Fh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg"
         "\":\"RS256\",\"kid\":\"2011-04-29\"}",
         "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
         "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i][0]), print = kl_null();
        kl_jwk key;
        assert_ok(kl_jwk_thumbprint(&print, map, error));
        assert_string_equal(kl_as_text(print).data, rows[i][1]);
        assert_ok(kl_jwk_read(&key, map, error));
        kl_jwk_end(&key);
        kl_value_release(print);
        kl_value_release(map);
    }
}

/* Every algorithm, with a key that went through JWK. */
KL_TEST(all_algorithms_sign_and_verify)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *name;
        kl_key_kind kind;
    } rows[] = {{"RS256", KL_KEY_RSA},  {"RS384", KL_KEY_RSA},  {"RS512", KL_KEY_RSA},
                {"PS256", KL_KEY_RSA},  {"PS384", KL_KEY_RSA},  {"PS512", KL_KEY_RSA},
                {"ES256", KL_KEY_P256}, {"ES384", KL_KEY_P384}, {"ES512", KL_KEY_P521},
                {"EdDSA", KL_KEY_ED25519}};
    kl_value claims = json("{\"exp\":2000,\"sub\":\"a\"}");
    kl_jwt_rules rules = {.leeway = 60, .now = 1000};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_key *pair = NULL;
        kl_value map = kl_null(), token = kl_null(), read = kl_null();
        kl_jwt_fault fault;
        kl_jwk public, private;
        assert_ok(kl_key_generate(&pair, rows[i].kind, 2048, error));
        assert_ok(kl_jwk_write(&map, pair, true, error));
        assert_ok(kl_jwk_read(&private, map, error));
        kl_value_release(map);
        assert_ok(kl_jwk_write(&map, pair, false, error));
        assert_false(kl_map_has(map, KL_TEXT("d")));
        assert_ok(kl_jwk_read(&public, map, error));
        kl_value_release(map);
        rules.algorithm = kl_jws_algorithm_find(kl_text_from(rows[i].name));
        assert_ok(kl_jwt_sign(&token, claims, kl_null(), rules.algorithm, kl_jwk_key(&private),
                              error));
        assert_ok(kl_jwt_verify(&read, &fault, kl_as_text(token), &rules, kl_jwk_key(&public),
                                error));
        assert_int_equal(fault, KL_JWT_VALID);
        assert_json(read, "{\"exp\":2000,\"sub\":\"a\"}");
        kl_value_release(token);
        kl_jwk_end(&private);
        kl_jwk_end(&public);
        kl_key_free(pair);
    }
    kl_value_release(claims);
}

/* ---- rules ----------------------------------------------------------------------------------- */

static const kl_jws_key secret = {{"0123456789abcdef0123456789abcdef", 32}, NULL};

static kl_jwt_fault judge(const char *claims, const kl_jwt_rules *rules)
{
    kl_value map = json(claims), token = kl_null(), read = kl_null();
    kl_jwt_fault fault = KL_JWT_MALFORMED;
    assert_ok(kl_jwt_sign(&token, map, kl_null(), rules->algorithm, secret, error));
    assert_ok(kl_jwt_verify(&read, &fault, kl_as_text(token), rules, secret, error));
    assert_int_equal(kl_is_null(read), fault != KL_JWT_VALID);
    kl_value_release(read);
    kl_value_release(token);
    kl_value_release(map);
    return fault;
}

KL_TEST(claims_obey_the_rules)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *claims, *issuer, *audience, *required;
        kl_jwt_fault fault;
    } rows[] = {
        {"{\"exp\":1001}", NULL, NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":941}", NULL, NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":940}", NULL, NULL, NULL, KL_JWT_EXPIRED},
        {"{\"exp\":940.5}", NULL, NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":-1e300}", NULL, NULL, NULL, KL_JWT_EXPIRED},
        {"{\"exp\":\"2000\"}", NULL, NULL, NULL, KL_JWT_MALFORMED},
        {"{}", NULL, NULL, NULL, KL_JWT_MISSING_CLAIM},
        {"{\"exp\":null}", NULL, NULL, NULL, KL_JWT_MISSING_CLAIM},
        {"{\"exp\":2000,\"nbf\":1060}", NULL, NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":2000,\"nbf\":1061}", NULL, NULL, NULL, KL_JWT_NOT_YET_VALID},
        {"{\"exp\":2000,\"nbf\":true}", NULL, NULL, NULL, KL_JWT_MALFORMED},
        {"{\"exp\":2000,\"aud\":\"a\"}", NULL, NULL, NULL, KL_JWT_AUDIENCE},
        {"{\"exp\":2000,\"aud\":\"a\"}", NULL, "\"a\"", NULL, KL_JWT_VALID},
        {"{\"exp\":2000,\"aud\":[\"b\",\"a\"]}", NULL, "\"a\"", NULL, KL_JWT_VALID},
        {"{\"exp\":2000,\"aud\":[\"b\"]}", NULL, "[\"a\",\"b\"]", NULL, KL_JWT_VALID},
        {"{\"exp\":2000,\"aud\":[\"b\"]}", NULL, "\"a\"", NULL, KL_JWT_AUDIENCE},
        {"{\"exp\":2000,\"aud\":{\"a\":1}}", NULL, "\"a\"", NULL, KL_JWT_AUDIENCE},
        {"{\"exp\":2000}", NULL, "\"a\"", NULL, KL_JWT_AUDIENCE},
        {"{\"exp\":2000}", "\"i\"", NULL, NULL, KL_JWT_ISSUER},
        {"{\"exp\":2000,\"iss\":\"j\"}", "\"i\"", NULL, NULL, KL_JWT_ISSUER},
        {"{\"exp\":2000,\"iss\":[\"i\"]}", "\"i\"", NULL, NULL, KL_JWT_ISSUER},
        {"{\"exp\":2000,\"iss\":\"i\"}", "[\"h\",\"i\"]", NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":2000,\"iss\":\"i\"}", NULL, NULL, NULL, KL_JWT_VALID},
        {"{\"exp\":2000}", NULL, NULL, "[\"sub\"]", KL_JWT_MISSING_CLAIM},
        {"{\"exp\":2000,\"sub\":\"\"}", NULL, NULL, "[\"sub\"]", KL_JWT_VALID},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("HS256")),
                              .issuer = rows[i].issuer ? json(rows[i].issuer) : kl_null(),
                              .audience = rows[i].audience ? json(rows[i].audience) : kl_null(),
                              .required = rows[i].required ? json(rows[i].required) : kl_null(),
                              .leeway = 60,
                              .now = 1000};
        kl_jwt_fault fault = judge(rows[i].claims, &rules);
        if (fault != rows[i].fault)
            print_error("%s: got %d, expected %d\n", rows[i].claims, fault, rows[i].fault);
        assert_int_equal(fault, rows[i].fault);
        kl_value_release(rules.issuer);
        kl_value_release(rules.audience);
        kl_value_release(rules.required);
    }
}

static kl_jwt_fault judge_token(const char *token)
{
    kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("HS256")), .now = 0};
    kl_value read = kl_null();
    kl_jwt_fault fault = KL_JWT_VALID;
    assert_ok(kl_jwt_verify(&read, &fault, kl_text_from(token), &rules, secret, error));
    assert_true(kl_is_null(read));
    return fault;
}

/* "eyJhbGciOiJIUzI1NiJ9" is {"alg":"HS256"}; the others say what stands behind them. */
KL_TEST(bent_tokens_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *token;
        kl_jwt_fault fault;
    } rows[] = {
        {"", KL_JWT_MALFORMED},
        {"a", KL_JWT_MALFORMED},
        {"a.b", KL_JWT_MALFORMED},
        {"...", KL_JWT_MALFORMED},
        {"..", KL_JWT_MALFORMED},
        {"eyJhbGciOiJIUzI1NiJ9.e30.AA.AA", KL_JWT_MALFORMED},
        {"eyJhbGciOiJIUzI1NiJ9.e30.A", KL_JWT_MALFORMED},
        {"eyJhbGciOiJIUzI1NiJ9.e30.A===", KL_JWT_MALFORMED},
        {"eyJhbGciOiJIUzI1NiJ9.e30.", KL_JWT_SIGNATURE},
        {"eyJhbGciOiJub25lIn0.e30.", KL_JWT_ALGORITHM},                     /* none */
        {"eyJhbGciOiJOb05lIn0.e30.", KL_JWT_ALGORITHM},                     /* NoNe */
        {"e30.e30.AA", KL_JWT_ALGORITHM},                                   /* {} */
        {"W10.e30.AA", KL_JWT_MALFORMED},                                   /* [] */
        {"eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ.e30.AA", KL_JWT_MALFORMED}, /* alg twice */
        {"eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdfQ.e30.AA", KL_JWT_MALFORMED}, /* crit */
        {"eyJhbGciOiJSUzI1NiJ9.e30.AA", KL_JWT_ALGORITHM},                  /* RS256 */
        {"eyJhbGciOjF9.e30.AA", KL_JWT_ALGORITHM},                          /* {"alg":1} */
        {" eyJhbGciOiJIUzI1NiJ9.e30.AA", KL_JWT_MALFORMED},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_jwt_fault fault = judge_token(rows[i].token);
        if (fault != rows[i].fault)
            print_error("%s: got %d\n", rows[i].token, fault);
        assert_int_equal(fault, rows[i].fault);
    }
}

/* An attacker who knows the public key must not be able to use it as a secret. */
KL_TEST(a_public_key_is_no_secret)
{
    KL_UNUSED_STATE;
    kl_key *pair = NULL;
    kl_value pem = kl_null(), claims = json("{\"exp\":5000}"), token = kl_null(), read = kl_null();
    kl_jwt_fault fault;
    assert_ok(kl_key_generate(&pair, KL_KEY_P256, 0, error));
    assert_ok(kl_key_write(&pem, pair, false, KL_KEY_PEM, KL_TEXT(""), error));
    const kl_jws_algorithm *hs256 = kl_jws_algorithm_find(KL_TEXT("HS256"));
    kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("ES256")), .now = 0};
    assert_ok(kl_jwt_sign(&token, claims, kl_null(), hs256, (kl_jws_key){kl_as_text(pem), NULL},
                          error));
    assert_ok(kl_jwt_verify(&read, &fault, kl_as_text(token), &rules, (kl_jws_key){{0}, pair}, error));
    assert_int_equal(fault, KL_JWT_ALGORITHM);
    rules.algorithm = hs256;
    assert_int_equal(kl_jwt_verify(&read, &fault, kl_as_text(token), &rules,
                                   (kl_jws_key){kl_as_text(pem), pair}, NULL),
                     KL_INVALID);
    assert_int_equal(kl_jwt_sign(&token, claims, kl_null(), hs256,
                                 (kl_jws_key){KL_TEXT("short"), NULL}, NULL),
                     KL_INVALID);
    kl_value_release(token);
    kl_value_release(claims);
    kl_value_release(pem);
    kl_key_free(pair);
}

/* ---- sets ------------------------------------------------------------------------------------ */

#define SECRET_JWK(kid, rest)                                                                      \
    "{\"kty\":\"oct\",\"kid\":\"" kid                                                              \
    "\",\"k\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\"" rest "}"
#define OTHER_JWK(kid)                                                                             \
    "{\"kty\":\"oct\",\"kid\":\"" kid "\",\"k\":\"MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA\"}"

KL_TEST(the_kid_chooses_the_key)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *set, *kid; /* kid NULL: the token has none */
        bool pinned;           /* HS256 is chosen; else by the key */
        kl_jwt_fault fault;
    } rows[] = {
        {"{\"keys\":[" OTHER_JWK("a") "," SECRET_JWK("b", "") "]}", "\"b\"", true, KL_JWT_VALID},
        {"{\"keys\":[" OTHER_JWK("a") "," SECRET_JWK("b", "") "]}", "\"a\"", true, KL_JWT_SIGNATURE},
        {"{\"keys\":[" OTHER_JWK("a") "," SECRET_JWK("b", "") "]}", "\"c\"", true, KL_JWT_KEY},
        {"{\"keys\":[" OTHER_JWK("a") "," SECRET_JWK("b", "") "]}", NULL, true, KL_JWT_VALID},
        {"[" SECRET_JWK("b", "") "]", "\"b\"", true, KL_JWT_VALID},
        {SECRET_JWK("b", ""), "\"b\"", true, KL_JWT_VALID},
        {SECRET_JWK("b", ""), "\"b\"", false, KL_JWT_ALGORITHM},
        {SECRET_JWK("b", ",\"alg\":\"HS256\""), "\"b\"", false, KL_JWT_VALID},
        {SECRET_JWK("b", ",\"alg\":\"HS512\""), "\"b\"", true, KL_JWT_ALGORITHM},
        {SECRET_JWK("b", ",\"use\":\"enc\""), "\"b\"", true, KL_JWT_KEY},
        {SECRET_JWK("b", ",\"key_ops\":[\"encrypt\"]"), "\"b\"", true, KL_JWT_KEY},
        {SECRET_JWK("b", ",\"use\":\"sig\",\"key_ops\":[\"verify\"]"), "\"b\"", true, KL_JWT_VALID},
        {"{\"keys\":[{\"kty\":\"XYZ\"}," SECRET_JWK("b", "") "]}", "\"b\"", true, KL_JWT_VALID},
    };
    kl_value claims = json("{\"exp\":5000}");
    const kl_jws_algorithm *hs256 = kl_jws_algorithm_find(KL_TEXT("HS256"));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i].set), token = kl_null(), read = kl_null();
        kl_value kid = rows[i].kid ? json(rows[i].kid) : kl_null();
        kl_jwk_set set;
        kl_jwt_fault fault;
        kl_jwt_rules rules = {.algorithm = rows[i].pinned ? hs256 : NULL, .now = 0};
        assert_ok(kl_jwt_sign(&token, claims, kid, hs256, secret, error));
        assert_ok(kl_jwk_set_read(&set, map, error));
        assert_ok(kl_jwt_verify_with(&read, &fault, kl_as_text(token), &rules, &set, error));
        if (fault != rows[i].fault)
            print_error("row %zu: got %d\n", i, fault);
        assert_int_equal(fault, rows[i].fault);
        kl_jwk_set_end(&set);
        kl_value_release(read);
        kl_value_release(token);
        kl_value_release(kid);
        kl_value_release(map);
    }
    kl_value_release(claims);
}

KL_TEST(bad_keys_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *jwk, *message;
    } rows[] = {
        {"5", "JWK: expected object, got integer"},
        {"{}", "JWK: unknown kty ''"},
        {"{\"kty\":\"oct\"}", "JWK: k is missing"},
        {"{\"kty\":\"oct\",\"k\":5}", "JWK: k: expected base64url text"},
        {"{\"kty\":\"oct\",\"k\":\"+/\"}", "JWK: k: expected base64url text"},
        {"{\"kty\":\"EC\",\"crv\":\"secp256k1\"}", "JWK: unknown kty 'EC'"},
        {"{\"kty\":\"RSA\"}", "JWK: its numbers make no valid key"},
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
         "JWK: its numbers make no valid key"},
        /* no point of the curve: y of the example with another last bit */
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"
         "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4\"}",
         "JWK: its numbers make no valid key"},
        /* a private number that is not of this point */
        {"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":"
         "\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\",\"d\":"
         "\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LM\"}",
         "JWK: its numbers make no valid key"},
        {"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\",\"x\":"
         "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
         "JWK: its numbers make no valid key"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value map = json(rows[i].jwk);
        kl_jwk key;
        kl_error error = KL_ERROR_INIT;
        assert_int_not_equal(kl_jwk_read(&key, map, &error), KL_OK);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
        kl_value_release(map);
    }
}

static kl_status sign_and_verify(void *data)
{
    kl_value claims = *(kl_value *)data, token = kl_null(), read = kl_null(), map = kl_null();
    kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("HS256")), .now = 0};
    kl_jwk_set set = {NULL, 0};
    kl_jwt_fault fault;
    kl_status status;
    KL_TRY_OUT(kl_jwt_sign(&token, claims, kl_null(), rules.algorithm, secret, NULL));
    KL_TRY_OUT(kl_jwt_verify(&read, &fault, kl_as_text(token), &rules, secret, NULL));
    kl_value_release(kl_value_take(&read));
    KL_TRY_OUT(kl_json_parse(&map, KL_TEXT(SECRET_JWK("b", "")), NULL));
    KL_TRY_OUT(kl_jwk_set_read(&set, map, NULL));
    KL_TRY_OUT(kl_jwt_verify_with(&read, &fault, kl_as_text(token), &rules, &set, NULL));
    assert_int_equal(fault, KL_JWT_VALID);
out:
    kl_jwk_set_end(&set);
    kl_value_release(map);
    kl_value_release(read);
    kl_value_release(token);
    return status;
}

KL_TEST(tokens_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_value claims = json("{\"exp\":5000}");
    assert_int_equal(sign_and_verify(&claims), KL_OK);
    assert_true(sweep(sign_and_verify, &claims) > 10);
    kl_value_release(claims);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_of_the_examples_verify),
        cmocka_unit_test(the_example_of_ed25519_is_signed_again),
        cmocka_unit_test(thumbprints_are_those_of_the_examples),
        cmocka_unit_test(all_algorithms_sign_and_verify),
        cmocka_unit_test(claims_obey_the_rules),
        cmocka_unit_test(bent_tokens_are_refused),
        cmocka_unit_test(a_public_key_is_no_secret),
        cmocka_unit_test(the_kid_chooses_the_key),
        cmocka_unit_test(bad_keys_are_refused),
        cmocka_unit_test(tokens_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
