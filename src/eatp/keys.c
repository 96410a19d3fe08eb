/* src/eatp/keys.c - Ed25519 (RFC 8032): EatpKeyPair, signing, strict verification. */
#include "keys.h"
#include "signature.h"
#include "verified.h"

#include "fork.h"
#include "kailash/json.h"

#include <pthread.h>
#include <stdio.h>

struct kl_key_pair {
    kl_object object;
    kl_key *key;
    unsigned char public[KL_ED25519_KEY];
    kl_value public_hex;
};

static const kl_signature_kind ed25519 = {.scheme = KL_SIGN_ED25519};

/* ---- hexadecimal text of a known length -------------------------------------------------------- */

void kl_hex_write(char *out, const unsigned char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

static int digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter = (char)(letter | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

kl_status kl_hex_read(unsigned char *out, size_t count, kl_text hex, const char *what,
                      kl_error *error)
{
    if (hex.len != 2 * count)
        return kl_error_set(error, KL_INVALID, "%s hex must be %zu chars, got %zu", what, 2 * count,
                            hex.len);
    for (size_t i = 0; i < count; i++) {
        int high = digit_of(hex.data[2 * i]), low = digit_of(hex.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return kl_error_set(error, KL_INVALID, "%s: invalid hex: character %zu is no digit",
                                what, 2 * i + (high >= 0));
        out[i] = (unsigned char)(high << 4 | low);
    }
    return KL_OK;
}

/* ---- key pairs ------------------------------------------------------------------------------------ */

/* Around `key`, which is taken. */
static kl_status pair_of(kl_value *out, kl_key *key, kl_error *error)
{
    kl_object *object;
    char hex[2 * KL_ED25519_KEY];
    kl_status status = kl_object_alloc(&object, &kl_key_pair_type, error);
    if (status != KL_OK) {
        kl_key_free(key);
        return status;
    }
    kl_key_pair *pair = (kl_key_pair *)object;
    pair->key = key;
    status = kl_key_ed25519(pair->public, key, false, error);
    kl_hex_write(hex, pair->public, sizeof pair->public);
    if (status == KL_OK)
        status = kl_string_from_valid(&pair->public_hex, (kl_text){hex, sizeof hex}, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

kl_status kl_key_pair_generate(kl_value *out, kl_error *error)
{
    kl_key *key;
    KL_TRY(kl_key_generate(&key, KL_KEY_ED25519, 0, error));
    return pair_of(out, key, error);
}

kl_status kl_key_pair_from_seed(kl_value *out, kl_text seed, kl_error *error)
{
    kl_key *key;
    if (seed.len != KL_ED25519_KEY)
        return kl_error_set(error, KL_INVALID, "seed: expected %d bytes, got %zu", KL_ED25519_KEY,
                            seed.len);
    KL_TRY(kl_key_from_ed25519(&key, seed, true, error));
    return pair_of(out, key, error);
}

const unsigned char *kl_key_pair_public(const kl_key_pair *pair)
{
    return pair->public;
}

kl_value kl_key_pair_public_hex(const kl_key_pair *pair)
{
    return pair->public_hex;
}

const kl_key *kl_key_pair_key(const kl_key_pair *pair)
{
    return pair->key;
}

kl_status kl_key_pair_seed(unsigned char out[KL_ED25519_KEY], const kl_key_pair *pair,
                           kl_error *error)
{
    return kl_key_ed25519(out, pair->key, true, error);
}

static void pair_dispose(kl_object *self)
{
    kl_key_free(((kl_key_pair *)self)->key);
    kl_value_release(((kl_key_pair *)self)->public_hex);
}

/* ---- signing ---------------------------------------------------------------------------------------- */

kl_status kl_sign(unsigned char out[KL_ED25519_SIGNATURE], const kl_key_pair *pair, kl_text bytes,
                  kl_error *error)
{
    kl_value signature;
    KL_TRY(kl_key_sign(&signature, pair->key, &ed25519, bytes, error));
    memcpy(out, kl_as_text(signature).data, KL_ED25519_SIGNATURE);
    kl_value_release(signature);
    kl_verified_add(&(kl_signed){pair->public, out, bytes});
    return KL_OK;
}

kl_status kl_sign_hex(kl_value *out, const kl_key_pair *pair, kl_text bytes, kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    char hex[2 * KL_ED25519_SIGNATURE];
    KL_TRY(kl_sign(signature, pair, bytes, error));
    kl_hex_write(hex, signature, sizeof signature);
    return kl_string_from_valid(out, (kl_text){hex, sizeof hex}, error);
}

kl_status kl_generic_message(kl_buffer *to, kl_text message, kl_error *error)
{
    kl_buffer_add(to, (kl_text){"EATP-GENERIC-SIG-v1", sizeof "EATP-GENERIC-SIG-v1"}); /* and its NUL */
    kl_buffer_add(to, message);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* ---- verifying ---------------------------------------------------------------------------------------- */

struct kl_verifier {
    uint32_t refs; /* atomic */
    unsigned char bytes[KL_ED25519_KEY];
    kl_key *key;
};

/* Points of small order (8 and its divisors): with them, one signature fits many messages. The first
 * four are y = 1, -1, 0 and 0 with the sign of x; the others are the points of order 8. */
static const unsigned char small_order[][KL_ED25519_KEY] = {
    {1},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* Apart from the sign of x, which stands in the last bit. */
bool kl_key_is_weak(const unsigned char point[KL_ED25519_KEY])
{
    unsigned char y[KL_ED25519_KEY];
    memcpy(y, point, sizeof y);
    y[31] &= 0x7f;
    for (size_t i = 0; i < KL_COUNT(small_order); i++)
        if (memcmp(y, small_order[i], sizeof y) == 0)
            return true;
    return false;
}

/* S below the order of the group, L = 2^252 + 27742317777372353535851937790883648493: else a
 * signature could be changed without the key. */
static bool is_canonical(const unsigned char s[32])
{
    static const unsigned char order[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
    for (int i = 31; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

/* Keys met lately: that 32 bytes are a point takes as long to find out as a verification. */
enum { VERIFIERS = 64 };
static kl_verifier *met[VERIFIERS]; /* guarded by the lock */
static pthread_mutex_t met_lock = PTHREAD_MUTEX_INITIALIZER;
KL_LOCK_FOR_FORK(met_lock, KL_FORK_INNER)

static kl_verifier *retain(kl_verifier *verifier)
{
    __atomic_fetch_add(&verifier->refs, 1, __ATOMIC_RELAXED);
    return verifier;
}

void kl_verifier_free(kl_verifier *verifier)
{
    if (!verifier || __atomic_sub_fetch(&verifier->refs, 1, __ATOMIC_ACQ_REL))
        return;
    kl_key_free(verifier->key);
    kl_free(verifier);
}

__attribute__((destructor)) static void forget(void)
{
    for (int i = 0; i < VERIFIERS; i++)
        kl_verifier_free(met[i]);
    memset(met, 0, sizeof met);
}

const kl_key *kl_verifier_key(const kl_verifier *verifier)
{
    return verifier->key;
}

static kl_verifier *find_met(const unsigned char bytes[KL_ED25519_KEY])
{
    pthread_mutex_lock(&met_lock);
    kl_verifier *found = met[bytes[0] % VERIFIERS];
    found = found && memcmp(found->bytes, bytes, KL_ED25519_KEY) == 0 ? retain(found) : NULL;
    pthread_mutex_unlock(&met_lock);
    return found;
}

static void remember(kl_verifier *verifier)
{
    pthread_mutex_lock(&met_lock);
    kl_verifier **slot = &met[verifier->bytes[0] % VERIFIERS], *old = *slot;
    *slot = retain(verifier);
    pthread_mutex_unlock(&met_lock);
    kl_verifier_free(old);
}

kl_status kl_verifier_from_bytes(kl_verifier **out, const unsigned char bytes[KL_ED25519_KEY],
                                 kl_error *error)
{
    if ((*out = find_met(bytes)))
        return KL_OK;
    if (kl_key_is_weak(bytes))
        return kl_error_set(error, KL_INVALID, "public key: a point of small order is no key");
    kl_verifier *verifier = kl_alloc_zero(1, sizeof *verifier);
    if (!verifier)
        return kl_error_no_memory(error);
    verifier->refs = 1;
    memcpy(verifier->bytes, bytes, KL_ED25519_KEY);
    kl_status status = kl_key_from_ed25519(
        &verifier->key, (kl_text){(const char *)bytes, KL_ED25519_KEY}, false, error);
    if (status != KL_OK) {
        kl_verifier_free(verifier);
        return status == KL_INVALID
                   ? kl_error_set(error, KL_INVALID, "public key: not a point of Ed25519")
                   : status;
    }
    remember(verifier);
    *out = verifier;
    return KL_OK;
}

kl_status kl_verifier_new(kl_verifier **out, kl_text hex, kl_error *error)
{
    unsigned char bytes[KL_ED25519_KEY];
    KL_TRY(kl_hex_read(bytes, sizeof bytes, hex, "public key", error));
    return kl_verifier_from_bytes(out, bytes, error);
}

kl_status kl_verify(bool *valid, const kl_verifier *verifier, kl_text bytes,
                    const unsigned char signature[KL_ED25519_SIGNATURE], kl_error *error)
{
    *valid = false;
    kl_signed what = {verifier->bytes, signature, bytes};
    if (!is_canonical(signature + 32) || kl_key_is_weak(signature))
        return KL_OK;
    if ((*valid = kl_verified_find(&what)))
        return KL_OK;
    kl_status status = kl_key_verify(valid, verifier->key, &ed25519, bytes,
                                     (kl_text){(const char *)signature, KL_ED25519_SIGNATURE}, error);
    if (status == KL_OK && *valid)
        kl_verified_add(&what);
    return status;
}

kl_status kl_verify_hex(bool *valid, kl_text public_key_hex, kl_text bytes, kl_text signature_hex,
                        kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_verifier *verifier;
    *valid = false;
    KL_TRY(kl_verifier_new(&verifier, public_key_hex, error));
    kl_status status = kl_hex_read(signature, sizeof signature, signature_hex, "signature", error);
    if (status == KL_OK)
        status = kl_verify(valid, verifier, bytes, signature, error);
    kl_verifier_free(verifier);
    return status;
}

/* ---- EatpKeyPair --------------------------------------------------------------------------------------- */

static kl_status generate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self, (void)args;
    return kl_key_pair_generate(out, error);
}

static kl_status from_seed(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_key_pair_from_seed(out, kl_as_text(args[0]), error);
}

static kl_status public_key_hex(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_key_pair *)self)->public_hex);
    return KL_OK;
}

static kl_status public_key_bytes(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)args;
    kl_text bytes = {(const char *)((kl_key_pair *)self)->public, KL_ED25519_KEY};
    return kl_bytes_new(out, bytes, error);
}

static kl_status sign_generic(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_buffer message = KL_BUFFER_INIT;
    kl_status status = kl_generic_message(&message, kl_as_text(args[0]), error);
    if (status == KL_OK)
        status = kl_sign(signature, (kl_key_pair *)self, kl_buffer_text(&message), error);
    kl_buffer_free(&message);
    return status == KL_OK ? kl_signature_new(out, signature, error) : status;
}

/* 32 bytes look like a hash that somebody wants signed without showing of what. */
static kl_status sign_protocol(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    unsigned char signature[KL_ED25519_SIGNATURE];
    kl_text message = kl_as_text(args[0]);
    if (message.len == 32)
        return kl_error_set(error, KL_INVALID,
                            "message: 32 bytes are refused, they may be the hash of anything; sign "
                            "the protocol message itself");
    KL_TRY(kl_sign(signature, (kl_key_pair *)self, message, error));
    return kl_signature_new(out, signature, error);
}

static kl_status pair_repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_new(out, KL_TEXT("EatpKeyPair(public_key=<redacted>)"), error);
}

static const kl_param seed_param[] = {
    {.name = "seed", .kind = KL_KIND_BYTES, .flags = KL_SECRET | KL_OCTETS,
     .doc = "the 32 bytes of the secret key"},
};
static const kl_param message_param[] = {
    {.name = "message", .kind = KL_KIND_BYTES, .flags = KL_OCTETS, .doc = "the bytes to sign"},
};

static const kl_method pair_methods[] = {
    {.name = "generate", .call = generate, .flags = KL_STATIC, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_key_pair_type, .doc = "A new pair, of the system's random numbers."},
    {.name = "from_seed", .call = from_seed, .params = KL_TABLE(seed_param), .flags = KL_STATIC,
     .returns = KL_KIND_OBJECT, .returns_type = &kl_key_pair_type, .raises = "ValueError",
     .doc = "The pair of a seed (RFC 8032, the secret key)."},
    {.name = "public_key_hex", .call = public_key_hex, .returns = KL_KIND_STRING,
     .doc = "The public key as 64 lower-case hexadecimal characters."},
    {.name = "public_key_bytes", .call = public_key_bytes, .returns = KL_KIND_BYTES,
     .doc = "The public key as 32 bytes."},
    {.name = "sign", .call = sign_generic, .params = KL_TABLE(message_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signature_type,
     .doc = "The signature of any message, in the generic domain: of EATP-GENERIC-SIG-v1, a NUL and "
            "the message. No such signature is one of a record. Check it with "
            "EatpSignature.verify()."},
    {.name = "sign_protocol", .call = sign_protocol, .params = KL_TABLE(message_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_signature_type, .raises = "ValueError",
     .doc = "The plain Ed25519 signature of a protocol message, such as the canonical JSON of a "
            "record. For messages that the caller made itself: whoever may choose them gets records "
            "signed. Check it with EatpSignature.verify_protocol_message()."},
};

const kl_type kl_key_pair_type = {
    .name = "EatpKeyPair",
    .module = "kailash",
    .doc = "An Ed25519 key pair (RFC 8032). The secret is wiped when the pair ends and never shown; "
           "pairs cannot be copied or pickled.",
    .size = sizeof(kl_key_pair),
    .flags = KL_TYPE_NO_INIT,
    .methods = KL_TABLE(pair_methods),
    .dispose = pair_dispose,
    .repr = pair_repr,
};
KL_PUBLISH(kl_key_pair_type);

/* ---- canonical JSON --------------------------------------------------------------------------------------- */

kl_status kl_sha256_hex(char out[65], kl_text bytes, kl_error *error)
{
    unsigned char hash[KL_HASH_MAX];
    KL_TRY(kl_hash_once(hash, KL_HASH_SHA256, bytes, error));
    kl_hex_write(out, hash, 32);
    out[64] = '\0';
    return KL_OK;
}

kl_status kl_canonical_add(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_canonical_b, error));
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

kl_status kl_canonical_hash(kl_value *out, kl_value value, kl_error *error)
{
    kl_value text;
    char hex[65];
    KL_TRY(kl_json_print(&text, value, &kl_json_canonical_b, error));
    kl_status status = kl_sha256_hex(hex, kl_as_text(text), error);
    kl_value_release(text);
    return status == KL_OK ? kl_string_from_valid(out, (kl_text){hex, 64}, error) : status;
}

kl_status kl_signed_json_parse(kl_value *out, kl_text text, kl_error *error)
{
    return kl_json_parse_with(out, text, KL_JSON_UNIQUE_KEYS | KL_JSON_WIDE, error);
}
