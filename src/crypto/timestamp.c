/* src/crypto/timestamp.c - see timestamp.h. */
#include "timestamp.h"
#include "certificate_handle.h"
#include "libcrypto.h"

/* SEQUENCE { version 1, SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING ... */
static const unsigned char before_hash[] = {
    0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};
static const unsigned char wants_certificate[] = {0x01, 0x01, 0xff};

/* An INTEGER: as few bytes as tell it, the first below 0x80. Returns their number. */
static size_t put_integer(unsigned char *to, uint64_t number)
{
    unsigned char bytes[9] = {0};
    size_t first = 0;
    for (int i = 0; i < 8; i++)
        bytes[8 - i] = (unsigned char)(number >> (8 * i));
    while (first < 8 && bytes[first] == 0 && bytes[first + 1] < 0x80)
        first++;
    to[0] = 0x02;
    to[1] = (unsigned char)(9 - first);
    memcpy(to + 2, bytes + first, 9 - first);
    return 11 - first;
}

kl_status kl_timestamp_request(kl_value *out, const unsigned char hash[KL_TIMESTAMP_HASH],
                               uint64_t nonce, kl_error *error)
{
    unsigned char der[128], *at = der + 2;
    memcpy(at, before_hash, sizeof before_hash);
    at += sizeof before_hash;
    memcpy(at, hash, KL_TIMESTAMP_HASH);
    at += KL_TIMESTAMP_HASH;
    at += put_integer(at, nonce);
    memcpy(at, wants_certificate, sizeof wants_certificate);
    at += sizeof wants_certificate;
    der[0] = 0x30;
    der[1] = (unsigned char)(at - der - 2); /* below 128: one byte */
    return kl_bytes_new(out, (kl_text){(const char *)der, (size_t)(at - der)}, error);
}

kl_status kl_timestamp_verify(bool *valid, kl_value *reason, kl_text token,
                              const kl_timestamp_rules *rules, kl_error *error)
{
    const kl_openssl *driver;
    KL_TRY(kl_libcrypto(&driver, error));
    return driver->timestamp_verify(valid, reason, token, rules,
                                    rules->pinned ? rules->pinned->handle : NULL, error);
}
