/* src/crypto/certificate_handle.h - what a list of certificates is made of, for the files of this room. */
#ifndef KL_CRYPTO_CERTIFICATE_HANDLE_H
#define KL_CRYPTO_CERTIFICATE_HANDLE_H

#include "drivers/openssl.h"

struct kl_certificates {
    const kl_openssl *driver;
    void *handle; /* owned; the driver's list */
};

#endif
