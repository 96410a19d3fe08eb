/* src/drivers/openssl.c - hashes, derived keys and ciphers of libcrypto (OpenSSL 3). Key pairs stand
 * in openssl_key.c, certificates in openssl_certificate.c and openssl_issue.c, timestamps in
 * openssl_timestamp.c. */
#include "openssl_parts.h"
#include "driver.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

static const char *const names[KL_HASH_KIND_COUNT] = {
    [KL_HASH_MD5] = "MD5",           [KL_HASH_SHA1] = "SHA1",
    [KL_HASH_SHA224] = "SHA2-224",   [KL_HASH_SHA256] = "SHA2-256",
    [KL_HASH_SHA384] = "SHA2-384",   [KL_HASH_SHA512] = "SHA2-512",
    [KL_HASH_SHA3_256] = "SHA3-256", [KL_HASH_SHA3_512] = "SHA3-512",
    [KL_HASH_BLAKE2B] = "BLAKE2B-512", [KL_HASH_BLAKE2S] = "BLAKE2S-256",
};

const char *kl_openssl_hash_name(kl_hash_kind kind) { return names[kind]; }

static bool out_of_memory(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

kl_status kl_openssl_fail(const char *what, kl_error *error)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    bool no_memory = out_of_memory();
    ERR_clear_error();
    if (no_memory)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_FAILED, "%s: %s", what, reason ? reason : "OpenSSL failed");
}

kl_status kl_openssl_refuse(kl_status code, const char *message, kl_error *error)
{
    bool no_memory = out_of_memory();
    ERR_clear_error();
    return no_memory ? kl_error_no_memory(error) : kl_error_set(error, code, "%s", message);
}

BIO *kl_openssl_bio(kl_text text)
{
    return text.len > INT_MAX ? NULL : BIO_new_mem_buf(text.len ? text.data : "", (int)text.len);
}

kl_status kl_openssl_bio_value(kl_value *out, BIO *bio, kl_key_format format, kl_error *error)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    kl_text text = {len > 0 ? data : "", len > 0 ? (size_t)len : 0};
    return format == KL_KEY_PEM ? kl_string_new(out, text, error) : kl_bytes_new(out, text, error);
}

/* Fetching an algorithm costs more than hashing a short text with it, so each is kept. */
kl_status kl_openssl_hash(const EVP_MD **out, kl_hash_kind kind, kl_error *error)
{
    static EVP_MD *kept[KL_HASH_KIND_COUNT]; /* atomic, set once */
    EVP_MD *found = __atomic_load_n(&kept[kind], __ATOMIC_ACQUIRE);
    if (!found) {
        EVP_MD *fetched = EVP_MD_fetch(NULL, names[kind], NULL);
        if (!fetched)
            return kl_openssl_fail(kl_hash_name(kind), error);
        if (__atomic_compare_exchange_n(&kept[kind], &found, fetched, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            found = fetched;
        else
            EVP_MD_free(fetched); /* another thread was first; `found` is its one */
    }
    *out = found;
    return KL_OK;
}

static kl_status hash_once(unsigned char *out, kl_hash_kind kind, kl_text bytes, kl_error *error)
{
    const EVP_MD *algorithm;
    KL_TRY(kl_openssl_hash(&algorithm, kind, error));
    if (!EVP_Digest(bytes.data, bytes.len, out, NULL, algorithm, NULL))
        return kl_openssl_fail(kl_hash_name(kind), error);
    return KL_OK;
}

static kl_status hmac_once(unsigned char *out, kl_hash_kind kind, kl_text key, kl_text bytes,
                           kl_error *error)
{
    const EVP_MD *algorithm;
    if (key.len > INT_MAX)
        return kl_error_set(error, KL_INVALID, "key: %zu bytes are too long; give less than 2 GiB",
                            key.len);
    KL_TRY(kl_openssl_hash(&algorithm, kind, error));
    if (!HMAC(algorithm, key.len ? key.data : "", (int)key.len, (const unsigned char *)bytes.data,
              bytes.len, out, NULL))
        return kl_openssl_fail("hmac", error);
    return KL_OK;
}

static kl_status hash_begin(void **out, kl_hash_kind kind, kl_error *error)
{
    const EVP_MD *algorithm;
    KL_TRY(kl_openssl_hash(&algorithm, kind, error));
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (!hash || !EVP_DigestInit_ex(hash, algorithm, NULL)) {
        EVP_MD_CTX_free(hash);
        return kl_openssl_fail(kl_hash_name(kind), error);
    }
    *out = hash;
    return KL_OK;
}

static kl_status hash_update(void *hash, kl_text bytes, kl_error *error)
{
    return EVP_DigestUpdate(hash, bytes.data, bytes.len) ? KL_OK : kl_openssl_fail("hash", error);
}

static kl_status hash_finish(unsigned char *out, void *hash, kl_error *error)
{
    return EVP_DigestFinal_ex(hash, out, NULL) ? KL_OK : kl_openssl_fail("hash", error);
}

static void hash_end(void *hash) { EVP_MD_CTX_free(hash); }

static kl_status scrypt(unsigned char *out, size_t len, kl_text password, kl_text salt,
                        uint32_t log_n, uint32_t r, uint32_t p, kl_error *error)
{
    uint64_t n = (uint64_t)1 << log_n, memory = 128 * (n + p + 2) * (uint64_t)r;
    if (EVP_PBE_scrypt(password.len ? password.data : "", password.len,
                       (const unsigned char *)salt.data, salt.len, n, r, p, memory, out,
                       len) == 1)
        return KL_OK;
    return kl_openssl_fail("scrypt", error);
}

static kl_status pbkdf2(unsigned char *out, size_t len, kl_hash_kind kind, kl_text password,
                        kl_text salt, uint32_t iterations, kl_error *error)
{
    const EVP_MD *algorithm;
    KL_TRY(kl_openssl_hash(&algorithm, kind, error));
    if (password.len > INT_MAX || salt.len > INT_MAX || len > INT_MAX || iterations > INT_MAX)
        return kl_error_set(error, KL_INVALID, "pbkdf2: too long");
    if (PKCS5_PBKDF2_HMAC(password.len ? password.data : "", (int)password.len,
                          (const unsigned char *)salt.data, (int)salt.len, (int)iterations,
                          algorithm, (int)len, out) == 1)
        return KL_OK;
    return kl_openssl_fail("pbkdf2", error);
}

static OSSL_PARAM octets(const char *name, kl_text bytes)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)(bytes.len ? bytes.data : ""),
                                             bytes.len);
}

static kl_status hkdf(unsigned char *out, size_t len, kl_hash_kind kind, kl_text secret,
                      kl_text salt, kl_text info, kl_error *error)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM params[5], *next = params;
    *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                               (char *)(uintptr_t)names[kind], 0);
    *next++ = octets(OSSL_KDF_PARAM_KEY, secret);
    if (salt.len)
        *next++ = octets(OSSL_KDF_PARAM_SALT, salt);
    *next++ = octets(OSSL_KDF_PARAM_INFO, info);
    *next = OSSL_PARAM_construct_end();
    bool done = context && EVP_KDF_derive(context, out, len, params) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done ? KL_OK : kl_openssl_fail("hkdf", error);
}

/* ---- ciphers -------------------------------------------------------------------------------------- */

static kl_status find_cipher(const EVP_CIPHER **out, kl_cipher_kind kind, kl_error *error)
{
    static const char *const cipher_names[KL_CIPHER_KIND_COUNT] = {"AES-256-GCM",
                                                                   "ChaCha20-Poly1305"};
    static EVP_CIPHER *kept[KL_CIPHER_KIND_COUNT]; /* atomic, set once */
    EVP_CIPHER *found = __atomic_load_n(&kept[kind], __ATOMIC_ACQUIRE);
    if (!found) {
        EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, cipher_names[kind], NULL);
        if (!fetched)
            return kl_openssl_fail(cipher_names[kind], error);
        if (__atomic_compare_exchange_n(&kept[kind], &found, fetched, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            found = fetched;
        else
            EVP_CIPHER_free(fetched);
    }
    *out = found;
    return KL_OK;
}

/* A context keyed for one direction, that has seen the associated data; NULL on failure. */
static EVP_CIPHER_CTX *begin(const EVP_CIPHER *algorithm, const kl_cipher *cipher, bool seals)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int len;
    bool done = context && cipher->aad.len <= INT_MAX &&
                EVP_CipherInit_ex2(context, algorithm, (const unsigned char *)cipher->key.data,
                                   (const unsigned char *)cipher->nonce.data, seals, NULL);
    if (done && cipher->aad.len)
        done = EVP_CipherUpdate(context, NULL, &len, (const unsigned char *)cipher->aad.data,
                                (int)cipher->aad.len) == 1;
    if (done)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

/* Lengths are ints, so big texts go in pieces. */
static bool cipher_all(EVP_CIPHER_CTX *context, unsigned char *out, kl_text bytes)
{
    enum { PIECE = 1 << 30 };
    for (size_t at = 0; at < bytes.len; at += PIECE) {
        int len, piece = (int)KL_MIN(bytes.len - at, (size_t)PIECE);
        if (!EVP_CipherUpdate(context, out + at, &len, (const unsigned char *)bytes.data + at, piece))
            return false;
    }
    return true;
}

static kl_status seal(unsigned char *out, const kl_cipher *cipher, kl_text bytes, kl_error *error)
{
    const EVP_CIPHER *algorithm;
    int len;
    KL_TRY(find_cipher(&algorithm, cipher->kind, error));
    EVP_CIPHER_CTX *context = begin(algorithm, cipher, true);
    bool done = context && cipher_all(context, out, bytes) &&
                EVP_CipherFinal_ex(context, out + bytes.len, &len) &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, KL_CIPHER_TAG, out + bytes.len) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? KL_OK : kl_openssl_fail("encryption", error);
}

static kl_status open_sealed(unsigned char *out, const kl_cipher *cipher, kl_text sealed,
                             kl_error *error)
{
    const EVP_CIPHER *algorithm;
    int rest;
    KL_TRY(find_cipher(&algorithm, cipher->kind, error));
    kl_text bytes = {sealed.data, sealed.len - KL_CIPHER_TAG};
    EVP_CIPHER_CTX *context = begin(algorithm, cipher, false);
    if (!context)
        return kl_openssl_fail("decryption", error);
    bool right = cipher_all(context, out, bytes) &&
                 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, KL_CIPHER_TAG,
                                     (void *)(uintptr_t)(sealed.data + bytes.len)) &&
                 EVP_CipherFinal_ex(context, out + bytes.len, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    return right ? KL_OK
                 : kl_openssl_refuse(KL_DENIED, "authentication failed or wrong key", error);
}

static const kl_openssl functions = {
    .hash_once = hash_once,
    .hmac_once = hmac_once,
    .hash_begin = hash_begin,
    .hash_update = hash_update,
    .hash_finish = hash_finish,
    .hash_end = hash_end,
    .scrypt = scrypt,
    .hkdf = hkdf,
    .pbkdf2 = pbkdf2,
    .seal = seal,
    .open = open_sealed,
    .keys = &kl_openssl_key_functions,
    .certificates = &kl_openssl_certificate_functions,
    .timestamp_verify = kl_openssl_timestamp_verify,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "openssl", .functions = &functions};
