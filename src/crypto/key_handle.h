/* src/crypto/key_handle.h - what a key is made of, for the files of this room. */
#ifndef KL_CRYPTO_KEY_HANDLE_H
#define KL_CRYPTO_KEY_HANDLE_H

#include "drivers/openssl.h"

struct kl_key {
    const kl_openssl_keys *driver;
    void *handle; /* owned; the driver's */
    kl_key_facts facts;
};

/* A key of the driver's handle, which is taken; given. */
kl_status kl_key_of_handle(kl_key **out, const kl_openssl_keys *driver, void *handle,
                           kl_error *error);

#endif
