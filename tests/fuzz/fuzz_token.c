/* tests/fuzz/fuzz_token.c - any text as a token, as a key in JSON and as certificates. */
#include "crypto/certificate.h"
#include "crypto/jwt.h"
#include "fuzz.h"

/* Nobody can sign without the secret: whatever the text, it is no valid token. */
static void check_token(kl_text text)
{
    static const kl_jws_key secret = {{"a secret that nobody knows, of 40 bytes.", 40}, NULL};
    kl_jwt_rules rules = {.algorithm = kl_jws_algorithm_find(KL_TEXT("HS256")), .exp_optional = true};
    kl_value claims;
    kl_jwt_fault fault;
    KL_REQUIRE(kl_jwt_verify(&claims, &fault, text, &rules, secret, NULL) == KL_OK);
    KL_REQUIRE(fault != KL_JWT_VALID && kl_is_null(claims));
}

/* A key that could be read is written and read again. */
static void check_key(kl_text text)
{
    kl_value map, again;
    kl_jwk_set set;
    if (kl_json_parse(&map, text, NULL) != KL_OK)
        return;
    if (kl_jwk_set_read(&set, map, NULL) == KL_OK) {
        for (size_t i = 0; i < set.count; i++)
            if (set.keys[i].key && kl_jwk_write(&again, set.keys[i].key, false, NULL) == KL_OK)
                kl_value_release(again);
        kl_jwk_set_end(&set);
    }
    kl_value_release(map);
}

/* Certificates that could be read can be described, or are refused with a reason. */
static void check_certificates(kl_text text)
{
    kl_certificates *list;
    kl_value facts;
    if (kl_certificates_read(&list, NULL, text, KL_TEXT(""), NULL) != KL_OK)
        return;
    KL_REQUIRE(kl_certificates_len(list) > 0);
    for (size_t i = 0; i < kl_certificates_len(list); i++)
        if (kl_certificate_describe(&facts, list, i, NULL) == KL_OK)
            kl_value_release(facts);
    kl_certificates_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_text text = {(const char *)data, size};
    check_token(text);
    check_key(text);
    check_certificates(text);
    return 0;
}
