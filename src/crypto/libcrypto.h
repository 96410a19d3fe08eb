/* src/crypto/libcrypto.h - the openssl driver, for the files of this room. */
#ifndef KL_CRYPTO_LIBCRYPTO_H
#define KL_CRYPTO_LIBCRYPTO_H

#include "driver.h"
#include "drivers/openssl.h"

static inline kl_status kl_libcrypto(const kl_openssl **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "openssl", error));
    *out = functions;
    return KL_OK;
}

#endif
