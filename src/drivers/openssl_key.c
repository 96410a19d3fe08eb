/* src/drivers/openssl_key.c - key pairs of libcrypto: RSA, the curves of NIST, Ed25519. */
#include "openssl_parts.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

static const struct {
    const char *group; /* of a curve */
    size_t len;        /* of its coordinates, in bytes */
} curves[] = {[KL_KEY_P256] = {"prime256v1", 32}, [KL_KEY_P384] = {"secp384r1", 48},
              [KL_KEY_P521] = {"secp521r1", 66}};

/* ---- what it is ---------------------------------------------------------------------------------- */

static kl_key_kind kind_of(const EVP_PKEY *key)
{
    char group[64];
    size_t len;
    if (EVP_PKEY_is_a(key, "RSA"))
        return KL_KEY_RSA;
    if (EVP_PKEY_is_a(key, "ED25519"))
        return KL_KEY_ED25519;
    if (!EVP_PKEY_is_a(key, "EC") || !EVP_PKEY_get_group_name(key, group, sizeof group, &len))
        return KL_KEY_OTHER;
    for (kl_key_kind kind = KL_KEY_P256; kind <= KL_KEY_P521; kind++)
        if (strcmp(group, curves[kind].group) == 0)
            return kind;
    return KL_KEY_OTHER;
}

static bool has_number(const EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    bool found = EVP_PKEY_get_bn_param(key, name, &number) == 1;
    BN_clear_free(number);
    return found;
}

static kl_key_facts facts(void *handle)
{
    const EVP_PKEY *key = handle;
    kl_key_facts found = {.kind = kind_of(key), .bits = EVP_PKEY_get_bits(key)};
    size_t len = 0;
    if (found.kind == KL_KEY_ED25519)
        found.is_private = EVP_PKEY_get_raw_private_key(key, NULL, &len) == 1;
    else
        found.is_private = has_number(
            key, found.kind == KL_KEY_RSA ? OSSL_PKEY_PARAM_RSA_D : OSSL_PKEY_PARAM_PRIV_KEY);
    ERR_clear_error();
    return found;
}

/* ---- making, reading, writing --------------------------------------------------------------------- */

static kl_status generate(void **out, kl_key_kind kind, int bits, kl_error *error)
{
    EVP_PKEY *key = NULL;
    if (kind == KL_KEY_RSA)
        key = EVP_RSA_gen((unsigned)bits);
    else if (kind == KL_KEY_ED25519)
        key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    else
        key = EVP_EC_gen(curves[kind].group);
    if (!key)
        return kl_openssl_fail("key generation", error);
    *out = key;
    return KL_OK;
}

static EVP_PKEY *key_of_certificate(kl_text text)
{
    BIO *bio = kl_openssl_bio(text);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;
    X509_free(certificate);
    BIO_free(bio);
    return key;
}

/* Without a passphrase of ours OpenSSL refuses encrypted keys instead of asking at the terminal. */
static EVP_PKEY *decode(kl_text text, kl_text password)
{
    EVP_PKEY *key = NULL;
    BIO *bio = kl_openssl_bio(text);
    OSSL_DECODER_CTX *decoder =
        bio ? OSSL_DECODER_CTX_new_for_pkey(&key, NULL, NULL, NULL, 0, NULL, NULL) : NULL;
    if (decoder && password.len)
        OSSL_DECODER_CTX_set_passphrase(decoder, (const unsigned char *)password.data, password.len);
    if (decoder && !OSSL_DECODER_from_bio(decoder, bio)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    OSSL_DECODER_CTX_free(decoder);
    BIO_free(bio);
    return key;
}

kl_status kl_openssl_key_read(void **out, kl_text text, kl_text password, kl_error *error)
{
    static const char mark[] = "-----BEGIN CERTIFICATE-----";
    bool is_certificate = text.len && memmem(text.data, text.len, mark, sizeof mark - 1);
    EVP_PKEY *key = is_certificate ? key_of_certificate(text) : decode(text, password);
    if (!key)
        return kl_openssl_refuse(KL_INVALID, "not a readable key in PEM or DER", error);
    ERR_clear_error();
    *out = key;
    return KL_OK;
}

/* Iterations of PBKDF2 over the password of a private key. */
enum { PASSWORD_ITERATIONS = 600000 };

static bool write_encrypted(BIO *bio, EVP_PKEY *key, kl_key_format format, kl_text password)
{
    PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(key);
    X509_SIG *sealed = plain && password.len <= INT_MAX
                           ? PKCS8_encrypt(-1, EVP_aes_256_cbc(), password.data, (int)password.len,
                                           NULL, 16, PASSWORD_ITERATIONS, plain)
                           : NULL;
    bool done = sealed && (format == KL_KEY_PEM ? PEM_write_bio_PKCS8(bio, sealed)
                                                : i2d_PKCS8_bio(bio, sealed));
    X509_SIG_free(sealed);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return done;
}

static bool write_to(BIO *bio, EVP_PKEY *key, bool is_private, kl_key_format format,
                     kl_text password)
{
    if (is_private && password.len)
        return write_encrypted(bio, key, format, password);
    if (is_private)
        return format == KL_KEY_PEM
                   ? PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
                   : i2d_PKCS8PrivateKey_bio(bio, key, NULL, NULL, 0, NULL, NULL);
    return format == KL_KEY_PEM ? PEM_write_bio_PUBKEY(bio, key) : i2d_PUBKEY_bio(bio, key);
}

static kl_status write_key(kl_value *out, void *key, bool is_private, kl_key_format format,
                           kl_text password, kl_error *error)
{
    BIO *bio = BIO_new(BIO_s_mem());
    bool done = bio && write_to(bio, key, is_private, format, password);
    kl_status status = done ? kl_openssl_bio_value(out, bio, format, error)
                            : kl_openssl_fail("writing a key", error);
    BIO_free(bio); /* wipes what it held */
    return status;
}

static void end(void *key) { EVP_PKEY_free(key); }

/* ---- from numbers --------------------------------------------------------------------------------- */

static const char *const rsa_names[] = {
    [KL_KEY_N] = OSSL_PKEY_PARAM_RSA_N,          [KL_KEY_E] = OSSL_PKEY_PARAM_RSA_E,
    [KL_KEY_D] = OSSL_PKEY_PARAM_RSA_D,          [KL_KEY_P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
    [KL_KEY_Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,    [KL_KEY_DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
    [KL_KEY_DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2, [KL_KEY_QI] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/* Numbers that a list of parameters borrows until it is made. */
typedef struct parts {
    OSSL_PARAM_BLD *list;
    BIGNUM *kept[KL_KEY_NUMBERS];
    size_t count;
    bool failed;
} parts;

static void add_number(parts *to, const char *name, kl_text bytes)
{
    BIGNUM *number = bytes.len <= INT_MAX
                         ? BN_bin2bn((const unsigned char *)bytes.data, (int)bytes.len, NULL)
                         : NULL;
    if (!number || !OSSL_PARAM_BLD_push_BN(to->list, name, number))
        to->failed = true;
    to->kept[to->count++] = number;
}

static EVP_PKEY *key_of_parts(parts *from, const char *type, bool is_private)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = from->failed ? NULL : OSSL_PARAM_BLD_to_param(from->list);
    EVP_PKEY_CTX *context = params ? EVP_PKEY_CTX_new_from_name(NULL, type, NULL) : NULL;
    if (!context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                          params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return key;
}

static void end_parts(parts *used)
{
    OSSL_PARAM_BLD_free(used->list);
    for (size_t i = 0; i < used->count; i++)
        BN_clear_free(used->kept[i]);
}

static EVP_PKEY *rsa_of(const kl_text *numbers)
{
    parts made = {.list = OSSL_PARAM_BLD_new()};
    EVP_PKEY *key = NULL;
    if (made.list) {
        for (int i = 0; i <= KL_KEY_QI; i++)
            if (numbers[i].len)
                add_number(&made, rsa_names[i], numbers[i]);
        key = key_of_parts(&made, "RSA", numbers[KL_KEY_D].len > 0);
    }
    end_parts(&made);
    return key;
}

/* That the point lies on the curve, and belongs to the private number if that is there. */
static bool is_sound(EVP_PKEY *key, bool is_private)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool sound = context && EVP_PKEY_public_check(context) == 1 &&
                 (!is_private || EVP_PKEY_pairwise_check(context) == 1);
    EVP_PKEY_CTX_free(context);
    return sound;
}

static EVP_PKEY *curve_key_of(kl_key_kind kind, const kl_text *numbers)
{
    unsigned char point[1 + 2 * 66] = {4}; /* uncompressed */
    size_t len = curves[kind].len;
    bool is_private = numbers[KL_KEY_D].len > 0;
    parts made = {.list = OSSL_PARAM_BLD_new()};
    EVP_PKEY *key = NULL;
    if (!made.list || numbers[KL_KEY_X].len != len || numbers[KL_KEY_Y].len != len ||
        (is_private && numbers[KL_KEY_D].len != len))
        goto out;
    memcpy(point + 1, numbers[KL_KEY_X].data, len);
    memcpy(point + 1 + len, numbers[KL_KEY_Y].data, len);
    made.failed = !OSSL_PARAM_BLD_push_utf8_string(made.list, OSSL_PKEY_PARAM_GROUP_NAME,
                                                   curves[kind].group, 0) ||
                  !OSSL_PARAM_BLD_push_octet_string(made.list, OSSL_PKEY_PARAM_PUB_KEY, point,
                                                    1 + 2 * len);
    if (is_private)
        add_number(&made, OSSL_PKEY_PARAM_PRIV_KEY, numbers[KL_KEY_D]);
    key = key_of_parts(&made, "EC", is_private);
    if (key && !is_sound(key, is_private)) {
        EVP_PKEY_free(key);
        key = NULL;
    }
out:
    end_parts(&made);
    return key;
}

/* Whether 32 bytes are a point of edwards25519 (RFC 8032, 5.1.3): OpenSSL finds out only when it
 * verifies, and then says that the signature is wrong. x^2 = (y^2 - 1) / (d y^2 + 1) must have a
 * root, which Euler's criterion tells without taking it. */
static bool is_point(const unsigned char bytes[32])
{
    static const char prime[] = "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFED",
                      d_text[] = "52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3";
    unsigned char y_bytes[32];
    BN_CTX *work = BN_CTX_new();
    BIGNUM *p = NULL, *d = NULL, *y = BN_new(), *u = BN_new(), *v = BN_new();
    bool good = false;
    memcpy(y_bytes, bytes, 32);
    y_bytes[31] &= 0x7f;
    if (!work || !y || !u || !v || !BN_hex2bn(&p, prime) || !BN_hex2bn(&d, d_text) ||
        !BN_lebin2bn(y_bytes, 32, y) || BN_cmp(y, p) >= 0 || !BN_mod_sqr(u, y, p, work) ||
        !BN_mod_mul(v, d, u, p, work) || !BN_add_word(v, 1) || !BN_sub_word(u, 1))
        goto out;
    if (BN_is_zero(u)) { /* x = 0, which has no sign */
        good = !(bytes[31] & 0x80);
        goto out;
    }
    /* u / v is a square when u * v is; kronecker() gives 1 for squares */
    good = BN_mod_mul(u, u, v, p, work) && BN_kronecker(u, p, work) == 1;
out:
    BN_free(v), BN_free(u), BN_free(y), BN_free(d), BN_free(p);
    BN_CTX_free(work);
    return good;
}

static EVP_PKEY *ed25519_of(const kl_text *numbers)
{
    kl_text seed = numbers[KL_KEY_D], point = numbers[KL_KEY_X];
    unsigned char own[32];
    size_t len = sizeof own;
    if (!seed.len)
        return point.len == 32 && is_point((const unsigned char *)point.data)
                   ? EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
                                                    (const unsigned char *)point.data, 32)
                   : NULL;
    EVP_PKEY *key = seed.len == 32 ? EVP_PKEY_new_raw_private_key_ex(
                                         NULL, "ED25519", NULL, (const unsigned char *)seed.data, 32)
                                   : NULL;
    bool fits = key && EVP_PKEY_get_raw_public_key(key, own, &len) == 1 &&
                (!point.len || (point.len == 32 && memcmp(point.data, own, 32) == 0));
    if (fits)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static kl_status from_numbers(void **out, kl_key_kind kind, const kl_text *numbers, kl_error *error)
{
    EVP_PKEY *key = kind == KL_KEY_RSA       ? rsa_of(numbers)
                    : kind == KL_KEY_ED25519 ? ed25519_of(numbers)
                                             : curve_key_of(kind, numbers);
    if (!key)
        return kl_openssl_refuse(KL_INVALID, "its numbers make no valid key", error);
    ERR_clear_error();
    *out = key;
    return KL_OK;
}

/* ---- to numbers ----------------------------------------------------------------------------------- */

/* `len` 0: as many bytes as it takes. */
static kl_status number_of(kl_value *out, const EVP_PKEY *key, const char *name, size_t len,
                           kl_error *error)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        ERR_clear_error(); /* an RSA key may come without its factors */
        return KL_OK;
    }
    kl_status status = KL_OK;
    unsigned char bytes[2048];
    int size = len ? (int)len : BN_num_bytes(number);
    if (size > (int)sizeof bytes || BN_bn2binpad(number, bytes, size) < 0)
        status = kl_error_set(error, KL_INVALID, "the key has more than 16384 bits");
    else
        status = kl_bytes_new(out, (kl_text){(const char *)bytes, (size_t)size}, error);
    OPENSSL_cleanse(bytes, sizeof bytes);
    BN_clear_free(number);
    return status;
}

static kl_status rsa_numbers(kl_value *out, const EVP_PKEY *key, bool is_private, kl_error *error)
{
    for (int i = 0; i <= (is_private ? KL_KEY_QI : KL_KEY_E); i++)
        KL_TRY(number_of(&out[i], key, rsa_names[i], 0, error));
    return KL_OK;
}

static kl_status curve_numbers(kl_value *out, const EVP_PKEY *key, size_t len, bool is_private,
                               kl_error *error)
{
    KL_TRY(number_of(&out[KL_KEY_X], key, OSSL_PKEY_PARAM_EC_PUB_X, len, error));
    KL_TRY(number_of(&out[KL_KEY_Y], key, OSSL_PKEY_PARAM_EC_PUB_Y, len, error));
    return is_private ? number_of(&out[KL_KEY_D], key, OSSL_PKEY_PARAM_PRIV_KEY, len, error) : KL_OK;
}

static kl_status ed25519_numbers(kl_value *out, const EVP_PKEY *key, bool is_private,
                                 kl_error *error)
{
    unsigned char bytes[32];
    size_t len = sizeof bytes;
    kl_text text = {(const char *)bytes, sizeof bytes};
    if (EVP_PKEY_get_raw_public_key(key, bytes, &len) != 1)
        return kl_openssl_fail("key", error);
    KL_TRY(kl_bytes_new(&out[KL_KEY_X], text, error));
    if (!is_private || EVP_PKEY_get_raw_private_key(key, bytes, &len) != 1)
        return KL_OK;
    kl_status status = kl_bytes_new(&out[KL_KEY_D], text, error);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return status;
}

static kl_status numbers_of(kl_value out[KL_KEY_NUMBERS], void *key, bool is_private,
                            kl_error *error)
{
    kl_key_kind kind = kind_of(key);
    if (kind == KL_KEY_RSA)
        return rsa_numbers(out, key, is_private, error);
    if (kind == KL_KEY_ED25519)
        return ed25519_numbers(out, key, is_private, error);
    return curve_numbers(out, key, curves[kind].len, is_private, error);
}

/* ---- signatures ----------------------------------------------------------------------------------- */

static bool prepare(EVP_PKEY_CTX *context, const kl_signature_kind *kind, bool verifies)
{
    if (kind->scheme != KL_SIGN_RSA_PSS)
        return true;
    int salt = verifies && kind->any_salt ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) == 1;
}

static const char *hash_of(const kl_signature_kind *kind)
{
    return kind->scheme == KL_SIGN_ED25519 ? NULL : kl_openssl_hash_name(kind->hash);
}

/* r and s side by side, instead of the DER that OpenSSL makes. */
static kl_status plain_signature(kl_value *out, const unsigned char *der, size_t der_len,
                                 size_t len, kl_error *error)
{
    unsigned char plain[2 * 66];
    ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
    bool done = parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), plain, (int)len) >= 0 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(parsed), plain + len, (int)len) >= 0;
    ECDSA_SIG_free(parsed);
    if (!done)
        return kl_openssl_fail("signature", error);
    return kl_bytes_new(out, (kl_text){(const char *)plain, 2 * len}, error);
}

static kl_status sign(kl_value *out, void *key, const kl_signature_kind *kind, kl_text bytes,
                      kl_error *error)
{
    unsigned char signature[2048];
    size_t len = sizeof signature;
    EVP_PKEY_CTX *context = NULL;
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    const unsigned char *data = (const unsigned char *)(bytes.len ? bytes.data : "");
    bool done = state && (size_t)EVP_PKEY_get_size(key) <= sizeof signature &&
                EVP_DigestSignInit_ex(state, &context, hash_of(kind), NULL, NULL, key, NULL) == 1 &&
                prepare(context, kind, false) &&
                EVP_DigestSign(state, signature, &len, data, bytes.len) == 1;
    EVP_MD_CTX_free(state);
    if (!done)
        return kl_openssl_fail("signing", error);
    if (kind->scheme == KL_SIGN_ECDSA && kind->is_plain)
        return plain_signature(out, signature, len, curves[kind_of(key)].len, error);
    return kl_bytes_new(out, (kl_text){(const char *)signature, len}, error);
}

/* DER of r and s side by side; its length, or 0. */
static size_t der_of_plain(unsigned char *out, size_t room, kl_text plain)
{
    int half = (int)(plain.len / 2), len;
    const unsigned char *bytes = (const unsigned char *)plain.data;
    BIGNUM *r = BN_bin2bn(bytes, half, NULL), *s = BN_bin2bn(bytes + half, half, NULL);
    ECDSA_SIG *made = ECDSA_SIG_new();
    size_t written = 0;
    if (r && s && made && ECDSA_SIG_set0(made, r, s) == 1) {
        r = s = NULL; /* the signature's now */
        len = i2d_ECDSA_SIG(made, NULL);
        if (len > 0 && (size_t)len <= room)
            written = (size_t)i2d_ECDSA_SIG(made, &out);
    }
    BN_free(r), BN_free(s);
    ECDSA_SIG_free(made);
    return written;
}

static kl_status verify(bool *valid, void *key, const kl_signature_kind *kind, kl_text bytes,
                        kl_text signature, kl_error *error)
{
    unsigned char der[160];
    EVP_PKEY_CTX *context = NULL;
    *valid = false;
    if (kind->scheme == KL_SIGN_ECDSA && kind->is_plain) {
        if (signature.len != 2 * curves[kind_of(key)].len)
            return KL_OK;
        signature = (kl_text){(const char *)der, der_of_plain(der, sizeof der, signature)};
        if (!signature.len)
            return kl_openssl_fail("signature", error);
    }
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    if (!state ||
        EVP_DigestVerifyInit_ex(state, &context, hash_of(kind), NULL, NULL, key, NULL) != 1 ||
        !prepare(context, kind, true)) {
        EVP_MD_CTX_free(state);
        return kl_openssl_fail("verifying", error);
    }
    *valid = EVP_DigestVerify(state, (const unsigned char *)signature.data, signature.len,
                              (const unsigned char *)(bytes.len ? bytes.data : ""),
                              bytes.len) == 1;
    EVP_MD_CTX_free(state);
    ERR_clear_error();
    return KL_OK;
}

/* ---- RSA-OAEP ------------------------------------------------------------------------------------- */

static EVP_PKEY_CTX *oaep(EVP_PKEY *key, kl_hash_kind hash, kl_text label, bool encrypts)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    const char *name = kl_openssl_hash_name(hash);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE,
                                         (char *)(uintptr_t)OSSL_PKEY_RSA_PAD_MODE_OAEP, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST,
                                         (char *)(uintptr_t)name, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST,
                                         (char *)(uintptr_t)name, 0),
        OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL,
                                          (void *)(uintptr_t)(label.len ? label.data : ""),
                                          label.len),
        OSSL_PARAM_construct_end(),
    };
    if (!label.len)
        params[3] = OSSL_PARAM_construct_end();
    if (context && (encrypts ? EVP_PKEY_encrypt_init_ex(context, params)
                             : EVP_PKEY_decrypt_init_ex(context, params)) == 1)
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

static kl_status encrypt(kl_value *out, void *key, kl_hash_kind hash, kl_text label, kl_text bytes,
                         kl_error *error)
{
    unsigned char sealed[2048];
    size_t len = sizeof sealed;
    EVP_PKEY_CTX *context = oaep(key, hash, label, true);
    bool done = context && (size_t)EVP_PKEY_get_size(key) <= sizeof sealed &&
                EVP_PKEY_encrypt(context, sealed, &len,
                                 (const unsigned char *)(bytes.len ? bytes.data : ""),
                                 bytes.len) == 1;
    EVP_PKEY_CTX_free(context);
    if (!done)
        return kl_openssl_fail("RSA-OAEP", error);
    return kl_bytes_new(out, (kl_text){(const char *)sealed, len}, error);
}

static kl_status decrypt(kl_value *out, void *key, kl_hash_kind hash, kl_text label, kl_text bytes,
                         kl_error *error)
{
    unsigned char plain[2048];
    size_t len = sizeof plain;
    EVP_PKEY_CTX *context = oaep(key, hash, label, false);
    if (!context || (size_t)EVP_PKEY_get_size(key) > sizeof plain) {
        EVP_PKEY_CTX_free(context);
        return kl_openssl_fail("RSA-OAEP", error);
    }
    bool right = EVP_PKEY_decrypt(context, plain, &len, (const unsigned char *)bytes.data,
                                  bytes.len) == 1;
    EVP_PKEY_CTX_free(context);
    kl_status status =
        right ? kl_bytes_new(out, (kl_text){(const char *)plain, len}, error)
              : kl_openssl_refuse(KL_DENIED, "authentication failed or wrong key", error);
    OPENSSL_cleanse(plain, sizeof plain);
    return status;
}

const kl_openssl_keys kl_openssl_key_functions = {
    .generate = generate,
    .read = kl_openssl_key_read,
    .write = write_key,
    .from_numbers = from_numbers,
    .numbers = numbers_of,
    .facts = facts,
    .sign = sign,
    .verify = verify,
    .encrypt = encrypt,
    .decrypt = decrypt,
    .end = end,
};
