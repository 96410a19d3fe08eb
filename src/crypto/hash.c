/* src/crypto/hash.c - hashes and keyed hashes, computed by the openssl driver. */
#include "driver.h"
#include "encode.h"
#include "drivers/openssl.h"

static const struct {
    const char *name;
    size_t len;
} kinds[KL_HASH_KIND_COUNT] = {
    [KL_HASH_MD5] = {"md5", 16},           [KL_HASH_SHA1] = {"sha1", 20},
    [KL_HASH_SHA224] = {"sha224", 28},     [KL_HASH_SHA256] = {"sha256", 32},
    [KL_HASH_SHA384] = {"sha384", 48},     [KL_HASH_SHA512] = {"sha512", 64},
    [KL_HASH_SHA3_256] = {"sha3-256", 32}, [KL_HASH_SHA3_512] = {"sha3-512", 64},
    [KL_HASH_BLAKE2B] = {"blake2b", 64},   [KL_HASH_BLAKE2S] = {"blake2s", 32},
};

struct kl_hash {
    const kl_openssl *driver;
    kl_hash_kind kind;
    void *state; /* NULL once finished */
};

/* ---- kinds ----------------------------------------------------------------------------------- */

static char folded(char letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return (char)(letter | 32);
    return letter == '_' ? '-' : letter;
}

static bool is_name(kl_text text, const char *name)
{
    size_t len = strlen(name);
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (folded(text.data[i]) != name[i])
            return false;
    return true;
}

kl_status kl_hash_kind_of(kl_hash_kind *out, kl_text name, kl_error *error)
{
    for (int kind = 0; kind < KL_HASH_KIND_COUNT; kind++) {
        if (is_name(name, kinds[kind].name)) {
            *out = (kl_hash_kind)kind;
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID,
                        "unknown hash '%.*s'; expected one of md5, sha1, sha224, sha256, sha384, "
                        "sha512, sha3-256, sha3-512, blake2b, blake2s",
                        KL_TEXT_ARG(name));
}

const char *kl_hash_name(kl_hash_kind kind)
{
    return (unsigned)kind < KL_HASH_KIND_COUNT ? kinds[kind].name : "unknown";
}

size_t kl_hash_len(kl_hash_kind kind)
{
    return (unsigned)kind < KL_HASH_KIND_COUNT ? kinds[kind].len : 0;
}

static kl_status driver_for(const kl_openssl **out, kl_hash_kind kind, kl_error *error)
{
    const void *functions;
    if ((unsigned)kind >= KL_HASH_KIND_COUNT)
        return kl_error_set(error, KL_INVALID, "there is no hash kind %d", (int)kind);
    KL_TRY(kl_driver_load(&functions, "openssl", error));
    *out = functions;
    return KL_OK;
}

/* ---- in one call ----------------------------------------------------------------------------- */

kl_status kl_hash_once(unsigned char out[KL_HASH_MAX], kl_hash_kind kind, kl_text bytes,
                       kl_error *error)
{
    const kl_openssl *driver;
    KL_TRY(driver_for(&driver, kind, error));
    return driver->hash_once(out, kind, bytes, error);
}

static kl_status as_bytes(kl_value *out, const unsigned char *hash, kl_hash_kind kind,
                          kl_error *error)
{
    return kl_bytes_new(out, (kl_text){(const char *)hash, kl_hash_len(kind)}, error);
}

kl_status kl_hash_bytes(kl_value *out, kl_hash_kind kind, kl_text bytes, kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    KL_TRY(kl_hash_once(hash, kind, bytes, error));
    return as_bytes(out, hash, kind, error);
}

kl_status kl_hash_hex(kl_value *out, kl_hash_kind kind, kl_text bytes, kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(kl_hash_once(hash, kind, bytes, error));
    kl_hex_encode(&text, (kl_text){(const char *)hash, kl_hash_len(kind)});
    return kl_buffer_finish(out, &text, error);
}

kl_status kl_hmac(kl_value *out, kl_hash_kind kind, kl_text key, kl_text bytes, kl_error *error)
{
    const kl_openssl *driver;
    unsigned char hash[KL_HASH_MAX];
    KL_TRY(driver_for(&driver, kind, error));
    KL_TRY(driver->hmac_once(hash, kind, key, bytes, error));
    kl_status status = as_bytes(out, hash, kind, error);
    kl_wipe(hash, sizeof hash); /* often the right answer to a signature someone else must give */
    return status;
}

/* ---- piece by piece -------------------------------------------------------------------------- */

kl_status kl_hash_new(kl_hash **out, kl_hash_kind kind, kl_error *error)
{
    const kl_openssl *driver;
    KL_TRY(driver_for(&driver, kind, error));
    kl_hash *hash = kl_alloc(sizeof *hash);
    if (!hash)
        return kl_error_no_memory(error);
    *hash = (kl_hash){.driver = driver, .kind = kind};
    kl_status status = driver->hash_begin(&hash->state, kind, error);
    if (status != KL_OK) {
        kl_free(hash);
        return status;
    }
    *out = hash;
    return KL_OK;
}

static kl_status check_open(const kl_hash *hash, kl_error *error)
{
    return hash->state ? KL_OK : kl_error_set(error, KL_STATE, "the hash is finished");
}

kl_status kl_hash_update(kl_hash *hash, kl_text bytes, kl_error *error)
{
    KL_TRY(check_open(hash, error));
    return hash->driver->hash_update(hash->state, bytes, error);
}

kl_status kl_hash_finish(kl_value *out, kl_hash *hash, kl_error *error)
{
    unsigned char bytes[KL_HASH_MAX];
    KL_TRY(check_open(hash, error));
    kl_status status = hash->driver->hash_finish(bytes, hash->state, error);
    hash->driver->hash_end(hash->state);
    hash->state = NULL;
    return status == KL_OK ? as_bytes(out, bytes, hash->kind, error) : status;
}

void kl_hash_free(kl_hash *hash)
{
    if (!hash)
        return;
    if (hash->state)
        hash->driver->hash_end(hash->state);
    kl_free(hash);
}
