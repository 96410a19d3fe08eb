/* src/crypto/jws.c - see jws.h. */
#include "jws.h"
#include "encode.h"
#include "kailash/json.h"

#define HMAC(name, hash) {name, true, KL_KEY_OTHER, {0, hash, false, false}}
#define PUBLIC(name, key, scheme, hash) {name, false, key, {scheme, hash, true, false}}

static const kl_jws_algorithm algorithms[] = {
    HMAC("HS256", KL_HASH_SHA256),
    HMAC("HS384", KL_HASH_SHA384),
    HMAC("HS512", KL_HASH_SHA512),
    PUBLIC("RS256", KL_KEY_RSA, KL_SIGN_RSA_PKCS1, KL_HASH_SHA256),
    PUBLIC("RS384", KL_KEY_RSA, KL_SIGN_RSA_PKCS1, KL_HASH_SHA384),
    PUBLIC("RS512", KL_KEY_RSA, KL_SIGN_RSA_PKCS1, KL_HASH_SHA512),
    PUBLIC("PS256", KL_KEY_RSA, KL_SIGN_RSA_PSS, KL_HASH_SHA256),
    PUBLIC("PS384", KL_KEY_RSA, KL_SIGN_RSA_PSS, KL_HASH_SHA384),
    PUBLIC("PS512", KL_KEY_RSA, KL_SIGN_RSA_PSS, KL_HASH_SHA512),
    PUBLIC("ES256", KL_KEY_P256, KL_SIGN_ECDSA, KL_HASH_SHA256),
    PUBLIC("ES384", KL_KEY_P384, KL_SIGN_ECDSA, KL_HASH_SHA384),
    PUBLIC("ES512", KL_KEY_P521, KL_SIGN_ECDSA, KL_HASH_SHA512),
    PUBLIC("EdDSA", KL_KEY_ED25519, KL_SIGN_ED25519, KL_HASH_SHA512),
};

enum { SECRET_MIN = 32 };

const kl_jws_algorithm *kl_jws_algorithm_find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(algorithms); i++)
        if (kl_text_is(name, algorithms[i].name))
            return &algorithms[i];
    return NULL;
}

kl_status kl_jws_key_check(const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error)
{
    if (algorithm->is_hmac) {
        if (key.key)
            return kl_error_set(error, KL_INVALID, "%s: expected a secret, not a key pair",
                                algorithm->name);
        return key.secret.len >= SECRET_MIN
                   ? KL_OK
                   : kl_error_set(error, KL_INVALID, "%s: expected a secret of at least %d bytes",
                                  algorithm->name, SECRET_MIN);
    }
    kl_key_kind kind = key.key ? kl_key_facts_of(key.key).kind : KL_KEY_OTHER;
    if (kind != algorithm->key)
        return kl_error_set(error, KL_INVALID, "%s: expected a key of kind %s", algorithm->name,
                            kl_key_kind_name(algorithm->key));
    return KL_OK;
}

/* ---- signing --------------------------------------------------------------------------------- */

static kl_status signature_of(kl_value *out, const kl_jws_algorithm *algorithm, kl_jws_key key,
                              kl_text text, kl_error *error)
{
    if (algorithm->is_hmac)
        return kl_hmac(out, algorithm->kind.hash, key.secret, text, error);
    return kl_key_sign(out, key.key, &algorithm->kind, text, error);
}

kl_status kl_jws_sign(kl_value *out, kl_value header, kl_text payload,
                      const kl_jws_algorithm *algorithm, kl_jws_key key, kl_error *error)
{
    kl_value printed = kl_null(), signature = kl_null();
    kl_buffer token = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY(kl_jws_key_check(algorithm, key, error));
    KL_TRY_OUT(kl_json_print(&printed, header, &kl_json_plain, error));
    kl_base64_encode(&token, kl_as_text(printed), KL_BASE64_URL);
    kl_buffer_byte(&token, '.');
    kl_base64_encode(&token, payload, KL_BASE64_URL);
    if (token.status == KL_OK)
        KL_TRY_OUT(signature_of(&signature, algorithm, key, kl_buffer_text(&token), error));
    kl_buffer_byte(&token, '.');
    kl_base64_encode(&token, kl_as_text(signature), KL_BASE64_URL);
    status = kl_buffer_finish(out, &token, error);
out:
    kl_buffer_free(&token);
    kl_value_release(signature);
    kl_value_release(printed);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

static kl_status malformed(kl_error *error)
{
    return kl_error_set(error, KL_SYNTAX, "not a token of three parts in base64url");
}

static kl_status decode(kl_buffer *to, kl_text part, kl_error *error)
{
    kl_status status = kl_base64_decode(to, part, KL_BASE64_URL, error);
    return to->status != KL_OK ? kl_error_no_memory(error) : status;
}

static kl_status read_header(kl_value *out, kl_text part, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value header = kl_null();
    kl_status status = decode(&text, part, error);
    if (status == KL_OK)
        status = kl_json_parse_with(&header, kl_buffer_text(&text), KL_JSON_UNIQUE_KEYS, error);
    kl_buffer_free(&text);
    KL_TRY(status);
    bool fits = kl_is(header, KL_KIND_MAP) && !kl_map_has(header, KL_TEXT("crit"));
    if (!fits) { /* extensions that must be understood: none is */
        kl_value_release(header);
        return kl_error_set(error, KL_SYNTAX, "the header of the token is no object, or asks for "
                                              "an extension");
    }
    *out = header;
    return KL_OK;
}

kl_status kl_jws_read(kl_jws *out, kl_text token, kl_error *error)
{
    kl_jws read = {{0}, kl_null(), KL_BUFFER_INIT, KL_BUFFER_INIT};
    const char *end = token.data + token.len;
    const char *first = token.len ? memchr(token.data, '.', token.len) : NULL;
    const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
    kl_status status;
    if (!second || memchr(second + 1, '.', (size_t)(end - second - 1)))
        return malformed(error);
    read.signed_text = (kl_text){token.data, (size_t)(second - token.data)};
    KL_TRY_OUT(read_header(&read.header, (kl_text){token.data, (size_t)(first - token.data)}, error));
    KL_TRY_OUT(decode(&read.payload, (kl_text){first + 1, (size_t)(second - first - 1)}, error));
    KL_TRY_OUT(decode(&read.signature, (kl_text){second + 1, (size_t)(end - second - 1)}, error));
    *out = read;
    return KL_OK;
out:
    kl_jws_end(&read);
    return status;
}

void kl_jws_end(kl_jws *token)
{
    kl_value_release(kl_value_take(&token->header));
    kl_buffer_free(&token->payload);
    kl_buffer_free(&token->signature);
}

kl_status kl_jws_verify(bool *valid, const kl_jws *token, const kl_jws_algorithm *algorithm,
                        kl_jws_key key, kl_error *error)
{
    kl_value right;
    kl_text given = kl_buffer_text(&token->signature);
    KL_TRY(kl_jws_key_check(algorithm, key, error));
    if (!algorithm->is_hmac)
        return kl_key_verify(valid, key.key, &algorithm->kind, token->signed_text, given, error);
    KL_TRY(kl_hmac(&right, algorithm->kind.hash, key.secret, token->signed_text, error));
    *valid = kl_equal_secret(kl_as_text(right), given);
    kl_value_release(right);
    return KL_OK;
}
