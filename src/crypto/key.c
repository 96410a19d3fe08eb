/* src/crypto/key.c - see key.h. */
#include "key.h"
#include "key_handle.h"
#include "libcrypto.h"

const char *kl_key_kind_name(kl_key_kind kind)
{
    static const char *const names[] = {
        [KL_KEY_RSA] = "RSA",         [KL_KEY_P256] = "EC P-256",   [KL_KEY_P384] = "EC P-384",
        [KL_KEY_P521] = "EC P-521",   [KL_KEY_ED25519] = "Ed25519", [KL_KEY_OTHER] = "other",
    };
    return (unsigned)kind < KL_COUNT(names) ? names[kind] : "other";
}

kl_status kl_key_of_handle(kl_key **out, const kl_openssl_keys *driver, void *handle,
                           kl_error *error)
{
    kl_key *key = kl_alloc(sizeof *key);
    if (!key) {
        driver->end(handle);
        return kl_error_no_memory(error);
    }
    *key = (kl_key){.driver = driver, .handle = handle, .facts = driver->facts(handle)};
    *out = key;
    return KL_OK;
}

void kl_key_free(kl_key *key)
{
    if (!key)
        return;
    key->driver->end(key->handle);
    kl_free(key);
}

kl_key_facts kl_key_facts_of(const kl_key *key) { return key->facts; }

/* ---- making, reading, writing ---------------------------------------------------------------- */

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, RSA_BITS_READ_MAX = 16384 };

kl_status kl_key_generate(kl_key **out, kl_key_kind kind, int bits, kl_error *error)
{
    const kl_openssl *driver;
    void *handle;
    if (kind >= KL_KEY_OTHER)
        return kl_error_set(error, KL_INVALID, "there is no key kind %d", (int)kind);
    if (kind == KL_KEY_RSA && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX))
        return kl_error_set(error, KL_INVALID, "RSA: expected %d to %d bits, got %d", RSA_BITS_MIN,
                            RSA_BITS_MAX, bits);
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(driver->keys->generate(&handle, kind, bits, error));
    return kl_key_of_handle(out, driver->keys, handle, error);
}

kl_status kl_key_read(kl_key **out, kl_text text, kl_text password, kl_error *error)
{
    const kl_openssl *driver;
    void *handle;
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(driver->keys->read(&handle, text, password, error));
    return kl_key_of_handle(out, driver->keys, handle, error);
}

static kl_status need_private(const kl_key *key, kl_error *error)
{
    return key->facts.is_private ? KL_OK : kl_error_set(error, KL_INVALID, "the key is public; "
                                                                           "expected a private one");
}

kl_status kl_key_write(kl_value *out, const kl_key *key, bool is_private, kl_key_format format,
                       kl_text password, kl_error *error)
{
    if (is_private)
        KL_TRY(need_private(key, error));
    return key->driver->write(out, key->handle, is_private, format, password, error);
}

/* ---- numbers --------------------------------------------------------------------------------- */

kl_status kl_key_from_numbers(kl_key **out, kl_key_kind kind, const kl_text numbers[KL_KEY_NUMBERS],
                              kl_error *error)
{
    const kl_openssl *driver;
    void *handle;
    if (kind >= KL_KEY_OTHER)
        return kl_error_set(error, KL_INVALID, "there is no key kind %d", (int)kind);
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(driver->keys->from_numbers(&handle, kind, numbers, error));
    return kl_key_of_handle(out, driver->keys, handle, error);
}

kl_status kl_key_numbers(kl_value out[KL_KEY_NUMBERS], const kl_key *key, bool is_private,
                         kl_error *error)
{
    kl_value found[KL_KEY_NUMBERS];
    for (int i = 0; i < KL_KEY_NUMBERS; i++)
        found[i] = kl_null();
    if (key->facts.kind >= KL_KEY_OTHER)
        return kl_error_set(error, KL_INVALID, "the key is neither RSA nor of a known curve");
    if (is_private)
        KL_TRY(need_private(key, error));
    kl_status status = key->driver->numbers(found, key->handle, is_private, error);
    for (int i = 0; i < KL_KEY_NUMBERS; i++) {
        if (status == KL_OK)
            out[i] = found[i];
        else
            kl_value_release(found[i]);
    }
    return status;
}

kl_status kl_key_from_ed25519(kl_key **out, kl_text bytes, bool is_private, kl_error *error)
{
    kl_text numbers[KL_KEY_NUMBERS] = {{0}};
    if (bytes.len != KL_ED25519_KEY)
        return kl_error_set(error, KL_INVALID, "Ed25519: expected %d bytes, got %zu",
                            KL_ED25519_KEY, bytes.len);
    numbers[is_private ? KL_KEY_D : KL_KEY_X] = bytes;
    return kl_key_from_numbers(out, KL_KEY_ED25519, numbers, error);
}

kl_status kl_key_ed25519(unsigned char out[KL_ED25519_KEY], const kl_key *key, bool is_private,
                         kl_error *error)
{
    kl_value numbers[KL_KEY_NUMBERS];
    if (key->facts.kind != KL_KEY_ED25519)
        return kl_error_set(error, KL_INVALID, "expected an Ed25519 key");
    KL_TRY(kl_key_numbers(numbers, key, is_private, error));
    memcpy(out, kl_as_text(numbers[is_private ? KL_KEY_D : KL_KEY_X]).data, KL_ED25519_KEY);
    for (int i = 0; i < KL_KEY_NUMBERS; i++)
        kl_value_release(numbers[i]);
    return KL_OK;
}

/* ---- signatures and encryption --------------------------------------------------------------- */

static kl_status check_kind(const kl_key *key, kl_signature_scheme scheme, kl_error *error)
{
    kl_key_kind kind = key->facts.kind;
    bool is_curve = kind >= KL_KEY_P256 && kind <= KL_KEY_P521;
    bool fits = scheme == KL_SIGN_ED25519 ? kind == KL_KEY_ED25519
                : scheme == KL_SIGN_ECDSA ? is_curve
                                          : kind == KL_KEY_RSA;
    const char *wanted = scheme == KL_SIGN_ED25519 ? "an Ed25519"
                         : scheme == KL_SIGN_ECDSA ? "an EC (P-256, P-384 or P-521)"
                                                   : "an RSA";
    if (!fits)
        return kl_error_set(error, KL_INVALID, "expected %s key", wanted);
    if (kind == KL_KEY_RSA &&
        (key->facts.bits < RSA_BITS_MIN || key->facts.bits > RSA_BITS_READ_MAX))
        return kl_error_set(error, KL_INVALID, "expected an RSA key of at least %d bits, got %d",
                            RSA_BITS_MIN, key->facts.bits);
    return KL_OK;
}

kl_status kl_key_sign(kl_value *out, const kl_key *key, const kl_signature_kind *kind,
                      kl_text bytes, kl_error *error)
{
    KL_TRY(check_kind(key, kind->scheme, error));
    KL_TRY(need_private(key, error));
    return key->driver->sign(out, key->handle, kind, bytes, error);
}

kl_status kl_key_verify(bool *valid, const kl_key *key, const kl_signature_kind *kind,
                        kl_text bytes, kl_text signature, kl_error *error)
{
    KL_TRY(check_kind(key, kind->scheme, error));
    return key->driver->verify(valid, key->handle, kind, bytes, signature, error);
}

kl_status kl_key_encrypt(kl_value *out, const kl_key *key, kl_hash_kind hash, kl_text label,
                         kl_text bytes, kl_error *error)
{
    KL_TRY(check_kind(key, KL_SIGN_RSA_PSS, error));
    long room = key->facts.bits / 8 - 2 * (long)kl_hash_len(hash) - 2;
    if (room < 0 || bytes.len > (size_t)room)
        return kl_error_set(error, KL_INVALID,
                            "RSA-OAEP: expected at most %ld bytes for this key, got %zu",
                            KL_MAX(room, 0), bytes.len);
    return key->driver->encrypt(out, key->handle, hash, label, bytes, error);
}

kl_status kl_key_decrypt(kl_value *out, const kl_key *key, kl_hash_kind hash, kl_text label,
                         kl_text bytes, kl_error *error)
{
    KL_TRY(check_kind(key, KL_SIGN_RSA_PSS, error));
    KL_TRY(need_private(key, error));
    return key->driver->decrypt(out, key->handle, hash, label, bytes, error);
}
