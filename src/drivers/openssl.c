/* src/drivers/openssl.c - hashes of libcrypto (OpenSSL 3). */
#include "openssl.h"
#include "driver.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const char *const names[KL_HASH_KIND_COUNT] = {
    [KL_HASH_MD5] = "MD5",           [KL_HASH_SHA1] = "SHA1",
    [KL_HASH_SHA224] = "SHA2-224",   [KL_HASH_SHA256] = "SHA2-256",
    [KL_HASH_SHA384] = "SHA2-384",   [KL_HASH_SHA512] = "SHA2-512",
    [KL_HASH_SHA3_256] = "SHA3-256", [KL_HASH_SHA3_512] = "SHA3-512",
    [KL_HASH_BLAKE2B] = "BLAKE2B-512", [KL_HASH_BLAKE2S] = "BLAKE2S-256",
};

/* What OpenSSL says of its last failure; clears its list. */
static kl_status fail(const char *what, kl_error *error)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    bool out_of_memory = ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    ERR_clear_error();
    if (out_of_memory)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_FAILED, "%s: %s", what, reason ? reason : "OpenSSL failed");
}

/* Fetching an algorithm costs more than hashing a short text with it, so each is kept. */
static kl_status find(const EVP_MD **out, kl_hash_kind kind, kl_error *error)
{
    static EVP_MD *kept[KL_HASH_KIND_COUNT]; /* atomic, set once */
    EVP_MD *found = __atomic_load_n(&kept[kind], __ATOMIC_ACQUIRE);
    if (!found) {
        EVP_MD *fetched = EVP_MD_fetch(NULL, names[kind], NULL);
        if (!fetched)
            return fail(kl_hash_name(kind), error);
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
    KL_TRY(find(&algorithm, kind, error));
    if (!EVP_Digest(bytes.data, bytes.len, out, NULL, algorithm, NULL))
        return fail(kl_hash_name(kind), error);
    return KL_OK;
}

static kl_status hmac_once(unsigned char *out, kl_hash_kind kind, kl_text key, kl_text bytes,
                           kl_error *error)
{
    const EVP_MD *algorithm;
    if (key.len > INT_MAX)
        return kl_error_set(error, KL_INVALID, "key: %zu bytes are too long; give less than 2 GiB",
                            key.len);
    KL_TRY(find(&algorithm, kind, error));
    if (!HMAC(algorithm, key.len ? key.data : "", (int)key.len, (const unsigned char *)bytes.data,
              bytes.len, out, NULL))
        return fail("hmac", error);
    return KL_OK;
}

static kl_status hash_begin(void **out, kl_hash_kind kind, kl_error *error)
{
    const EVP_MD *algorithm;
    KL_TRY(find(&algorithm, kind, error));
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (!hash || !EVP_DigestInit_ex(hash, algorithm, NULL)) {
        EVP_MD_CTX_free(hash);
        return fail(kl_hash_name(kind), error);
    }
    *out = hash;
    return KL_OK;
}

static kl_status hash_update(void *hash, kl_text bytes, kl_error *error)
{
    return EVP_DigestUpdate(hash, bytes.data, bytes.len) ? KL_OK : fail("hash", error);
}

static kl_status hash_finish(unsigned char *out, void *hash, kl_error *error)
{
    return EVP_DigestFinal_ex(hash, out, NULL) ? KL_OK : fail("hash", error);
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
    return fail("scrypt", error);
}

static const kl_openssl functions = {
    .hash_once = hash_once,
    .hmac_once = hmac_once,
    .hash_begin = hash_begin,
    .hash_update = hash_update,
    .hash_finish = hash_finish,
    .hash_end = hash_end,
    .scrypt = scrypt,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "openssl", .functions = &functions};
