/* src/nodes/hashing.c - HashingNode: digests, keyed digests and hashes of passwords. */
#include "crypto/blake3.h"
#include "crypto/password.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/node.h"

static const char *const algorithms[] = {"argon2id", "blake3",  "sha256",  "sha512", "sha3_256",
                                         "sha3_512", "sha384",  "blake2b", "blake2s", "hmac",
                                         "bcrypt",   "scrypt",  "pbkdf2",  NULL};

enum { DATA, ALGORITHM, VERIFY, KEY };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "text (as UTF-8) or bytes to hash"},
    {.name = "algorithm", .kind = KL_KIND_ENUM, .names = algorithms,
     .doc = "argon2id for passwords; bcrypt, scrypt and pbkdf2 only verify; blake2b has 64 bytes, "
            "blake2s 32; hmac is HMAC-SHA-256"},
    {.name = "verify", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "hash to compare with: hexadecimal text, or a password hash; `matches` tells"},
    {.name = "key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "text or bytes: makes an HMAC of the digest (not of blake3); required for hmac"},
};
static const kl_param outputs[] = {
    {.name = "hash", .kind = KL_KIND_STRING,
     .doc = "lower-case hexadecimal text; of argon2id a PHC string; when a password hash is "
            "verified, that hash"},
    {.name = "algorithm_used", .kind = KL_KIND_STRING, .doc = "the algorithm"},
    {.name = "matches", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "whether `verify` is the hash of the data; null when there is nothing to verify"},
};

static bool is_bytes(kl_value value)
{
    return kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_BYTES);
}

/* By its kind only: a number may be a secret too. */
static kl_status refuse_kind(const char *name, kl_value got, kl_error *error)
{
    return kl_node_bad(error, name, "expected string or bytes, got %s", kl_value_kind_name(got));
}

static kl_status result(kl_value *out, kl_value hash, kl_value algorithm, kl_value matches,
                        kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("hash"), kl_value_retain(hash), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("algorithm_used"), kl_value_retain(algorithm), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("matches"), kl_value_retain(matches), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* ---- digests ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    kl_hash_kind kind;
} digests[] = {
    {"sha256", KL_HASH_SHA256},     {"sha512", KL_HASH_SHA512}, {"sha3_256", KL_HASH_SHA3_256},
    {"sha3_512", KL_HASH_SHA3_512}, {"sha384", KL_HASH_SHA384}, {"blake2b", KL_HASH_BLAKE2B},
    {"blake2s", KL_HASH_BLAKE2S},   {"hmac", KL_HASH_SHA256},
};

static kl_status to_hex(kl_value *out, kl_text bytes, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_hex_encode(&text, bytes);
    return kl_buffer_finish(out, &text, error);
}

static kl_status blake3_hex(kl_value *out, kl_text data, kl_error *error)
{
    unsigned char hash[KL_BLAKE3_LEN];
    kl_blake3(hash, data);
    return to_hex(out, (kl_text){(const char *)hash, sizeof hash}, error);
}

static kl_status hmac_hex(kl_value *out, kl_hash_kind kind, kl_text key, kl_text data,
                          kl_error *error)
{
    kl_value bytes;
    KL_TRY(kl_hmac(&bytes, kind, key, data, error));
    kl_status status = to_hex(out, kl_as_text(bytes), error);
    kl_value_release(bytes);
    return status;
}

static kl_status digest(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_text name = kl_as_text(args[ALGORITHM]), data = kl_as_text(args[DATA]);
    if (kl_text_is(name, "blake3"))
        return blake3_hex(out, data, error);
    size_t row = 0;
    while (!kl_text_is(name, digests[row].name))
        row++;
    if (kl_is_null(args[KEY]))
        return kl_hash_hex(out, digests[row].kind, data, error);
    return hmac_hex(out, digests[row].kind, kl_as_text(args[KEY]), data, error);
}

/* Hexadecimal text in either case, compared in constant time. */
static kl_status same_hex(bool *same, kl_value hash, kl_text given, kl_error *error)
{
    kl_buffer lower = KL_BUFFER_INIT;
    for (size_t i = 0; i < given.len; i++)
        kl_buffer_byte(&lower, (char)(given.data[i] >= 'A' && given.data[i] <= 'F'
                                          ? given.data[i] | 0x20
                                          : given.data[i]));
    kl_status status = lower.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    *same = kl_equal_secret(kl_buffer_text(&lower), kl_as_text(hash));
    kl_buffer_free(&lower);
    return status;
}

static kl_status run_digest(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_value hash, matches = kl_null();
    kl_status status = KL_OK;
    KL_TRY(digest(&hash, args, error));
    if (!kl_is_null(args[VERIFY])) {
        bool same = false;
        status = same_hex(&same, hash, kl_as_text(args[VERIFY]), error);
        matches = kl_bool(same);
    }
    if (status == KL_OK)
        status = result(out, hash, args[ALGORITHM], matches, error);
    kl_value_release(hash);
    return status;
}

/* ---- passwords ----------------------------------------------------------------------------------- */

static kl_password_kind password_kind(kl_text algorithm)
{
    if (kl_text_is(algorithm, "argon2id"))
        return KL_PASSWORD_ARGON2;
    if (kl_text_is(algorithm, "bcrypt"))
        return KL_PASSWORD_BCRYPT;
    if (kl_text_is(algorithm, "pbkdf2"))
        return KL_PASSWORD_PBKDF2;
    return kl_text_is(algorithm, "scrypt") ? KL_PASSWORD_SCRYPT : KL_PASSWORD_UNKNOWN;
}

static kl_status verify_password(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_text hash = kl_as_text(args[VERIFY]), algorithm = kl_as_text(args[ALGORITHM]);
    bool matches = false;
    kl_error why = KL_ERROR_INIT;
    if (kl_password_kind_of(hash) != password_kind(algorithm))
        return kl_node_bad(error, "verify", "expected hash of %.*s", KL_TEXT_ARG(algorithm));
    kl_status status = kl_password_verify(&matches, hash, kl_as_text(args[DATA]), &why);
    if (status == KL_OK)
        return result(out, args[VERIFY], args[ALGORITHM], kl_bool(matches), error);
    if (status == KL_INVALID || status == KL_LIMIT)
        status = kl_node_bad(error, "verify", "%s", kl_error_message(&why));
    else
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status run_password(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_text algorithm = kl_as_text(args[ALGORITHM]);
    kl_value hash;
    if (!kl_is_null(args[VERIFY]))
        return verify_password(out, args, error);
    if (password_kind(algorithm) != KL_PASSWORD_ARGON2)
        return kl_node_failed(error, "%.*s only verifies hashes made elsewhere: give verify, or "
                                     "make new hashes with argon2id",
                              KL_TEXT_ARG(algorithm));
    KL_TRY(kl_password_hash(&hash, kl_as_text(args[DATA]), error));
    kl_status status = result(out, hash, args[ALGORITHM], kl_null(), error);
    kl_value_release(hash);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static kl_status check_key(const kl_value *args, bool is_password, kl_error *error)
{
    kl_text algorithm = kl_as_text(args[ALGORITHM]);
    if (kl_is_null(args[KEY]))
        return kl_text_is(algorithm, "hmac") ? kl_node_missing(error, "key") : KL_OK;
    if (is_password || kl_text_is(algorithm, "blake3"))
        return kl_node_bad(error, "key", "%.*s takes no key", KL_TEXT_ARG(algorithm));
    return is_bytes(args[KEY]) ? KL_OK : refuse_kind("key", args[KEY], error);
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    bool is_password = password_kind(kl_as_text(args[ALGORITHM])) != KL_PASSWORD_UNKNOWN;
    if (!is_bytes(args[DATA]))
        return refuse_kind("data", args[DATA], error);
    KL_TRY(check_key(args, is_password, error));
    return is_password ? run_password(out, args, error) : run_digest(out, args, error);
}

static const kl_node_type types[] = {
    {
        .name = "HashingNode",
        .category = "Security",
        .doc = "Hashes text or bytes, with a key or as a password, and verifies hashes.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family hashing = {.name = "hashing", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(hashing);
