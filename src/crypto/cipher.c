/* src/crypto/cipher.c - see cipher.h. */
#include "cipher.h"
#include "buffer.h"
#include "text_room.h"
#include "kailash/crypto.h"
#include "libcrypto.h"

static kl_status check(const kl_cipher *cipher, kl_error *error)
{
    if (cipher->key.len != KL_CIPHER_KEY)
        return kl_error_set(error, KL_INVALID, "key: expected %d bytes, got %zu", KL_CIPHER_KEY,
                            cipher->key.len);
    if (cipher->nonce.len != KL_CIPHER_NONCE)
        return kl_error_set(error, KL_INVALID, "nonce: expected %d bytes, got %zu",
                            KL_CIPHER_NONCE, cipher->nonce.len);
    return KL_OK;
}

kl_status kl_cipher_seal(kl_value *out, const kl_cipher *cipher, kl_text bytes, kl_error *error)
{
    const kl_openssl *driver;
    kl_value sealed;
    char *room;
    KL_TRY(check(cipher, error));
    KL_TRY(kl_libcrypto(&driver, error));
    KL_TRY(kl_face_bytes_room(&sealed, &room, bytes.len + KL_CIPHER_TAG, error));
    kl_status status = driver->seal((unsigned char *)room, cipher, bytes, error);
    if (status == KL_OK)
        *out = sealed;
    else
        kl_value_release(sealed);
    return status;
}

kl_status kl_cipher_open(kl_value *out, const kl_cipher *cipher, kl_text sealed, kl_error *error)
{
    const kl_openssl *driver;
    kl_value plain;
    char *room;
    KL_TRY(check(cipher, error));
    KL_TRY(kl_libcrypto(&driver, error));
    if (sealed.len < KL_CIPHER_TAG)
        return kl_error_set(error, KL_DENIED, "authentication failed or wrong key");
    size_t len = sealed.len - KL_CIPHER_TAG;
    KL_TRY(kl_face_bytes_room(&plain, &room, len, error));
    kl_status status = driver->open((unsigned char *)room, cipher, sealed, error);
    if (status == KL_OK)
        *out = plain;
    else {
        kl_wipe(room, len); /* what did not authenticate is for nobody's eyes */
        kl_value_release(plain);
    }
    return status;
}
