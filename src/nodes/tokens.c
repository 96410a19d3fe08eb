/* src/nodes/tokens.c - APIKeyAuthNode and TokenGenerationNode: random tokens and keys. */
#include "tokens.h"
#include "crypto/blake3.h"
#include "crypto/password.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "mode.h"

kl_status kl_token_hash(kl_value *out, kl_text token, kl_error *error)
{
    unsigned char hash[KL_BLAKE3_LEN];
    kl_buffer hex = KL_BUFFER_INIT;
    kl_blake3(hash, token);
    kl_hex_encode(&hex, (kl_text){(const char *)hash, sizeof hash});
    return kl_buffer_finish(out, &hex, error);
}

kl_status kl_token_new(kl_value *out, size_t len, kl_error *error)
{
    unsigned char bytes[64];
    kl_buffer text = KL_BUFFER_INIT;
    len = KL_MIN(len, sizeof bytes);
    KL_TRY(kl_random(bytes, len, error));
    kl_base64_encode(&text, (kl_text){(const char *)bytes, len}, KL_BASE64_URL);
    kl_wipe(bytes, sizeof bytes);
    return kl_buffer_finish(out, &text, error);
}

/* ---- APIKeyAuthNode ------------------------------------------------------------------------------ */

enum { API_KEY, EXPECTED_KEY, EXPECTED_HASH, KEY_ID, PERMISSIONS };

kl_status kl_token_matches(bool *valid, kl_text token, kl_text hash, const char *name,
                           kl_error *error)
{
    kl_value own;
    kl_error why = KL_ERROR_INIT;
    if (kl_password_kind_of(hash) == KL_PASSWORD_UNKNOWN) {
        KL_TRY(kl_token_hash(&own, token, error));
        *valid = kl_equal_secret(kl_as_text(own), hash);
        kl_value_release(own);
        return KL_OK;
    }
    kl_status status = kl_password_verify(valid, hash, token, &why);
    if (status == KL_INVALID || status == KL_LIMIT)
        status = kl_node_bad(error, name, "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status api_key_matches(bool *valid, const kl_value *args, kl_error *error)
{
    kl_text key = kl_as_text(args[API_KEY]);
    *valid = false;
    if (!kl_is_null(args[EXPECTED_HASH])) {
        KL_TRY(kl_token_matches(valid, key, kl_as_text(args[EXPECTED_HASH]), "expected_hash", error));
    } else if (!kl_is_null(args[EXPECTED_KEY]))
        *valid = kl_equal_secret(key, kl_as_text(args[EXPECTED_KEY]));
    else
        return kl_node_missing(error, "expected_hash or expected_key");
    *valid = *valid && key.len > 0; /* who forgot to set a key has not let everybody in */
    return KL_OK;
}

static kl_status api_key_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    bool valid;
    kl_value map;
    kl_status status;
    KL_TRY(api_key_matches(&valid, call->args, error));
    KL_TRY(kl_node_result(&map, "valid", kl_bool(valid), error));
    if (!kl_is_null(call->args[KEY_ID]))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("key_id"), kl_value_retain(call->args[KEY_ID]), error));
    if (valid && !kl_is_null(call->args[PERMISSIONS]))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("permissions"),
                              kl_value_retain(call->args[PERMISSIONS]), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static const kl_param api_key_inputs[] = {
    {.name = "api_key", .kind = KL_KIND_STRING, .flags = KL_SECRET,
     .doc = "the key that was sent; an empty one is never valid"},
    {.name = "expected_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "the right key; `expected_hash` comes before it"},
    {.name = "expected_hash", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "hash of the right key: BLAKE3 in lower-case hexadecimal, or a password hash such as "
            "$argon2id$..."},
    {.name = "key_id", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "name of the key; passed on"},
    {.name = "permissions", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what the key allows; passed on when it is valid"},
};
static const kl_param api_key_outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "whether the key is right"},
    {.name = "key_id", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL, .doc = "as given"},
    {.name = "permissions", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "as given; only when the key is valid"},
};

/* ---- TokenGenerationNode ------------------------------------------------------------------------- */

enum { LENGTH, FORMAT, PREFIX };
enum { BYTES_MAX = 1024 };

static const char *const formats[] = {"hex", "base64", "base64url", "alphanumeric", "uuid", NULL};

/* `count` letters and digits, each as likely as any other: bytes from 248 on are thrown away. */
static kl_status add_alphanumeric(kl_buffer *to, size_t count, kl_error *error)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned char bytes[64];
    while (count) {
        KL_TRY(kl_random(bytes, sizeof bytes, error));
        for (size_t i = 0; i < sizeof bytes && count; i++) {
            if (bytes[i] >= 248)
                continue;
            kl_buffer_byte(to, alphabet[bytes[i] % 62]);
            count--;
        }
    }
    kl_wipe(bytes, sizeof bytes);
    return KL_OK;
}

static kl_status add_uuid(kl_buffer *to, kl_error *error)
{
    char uuid[37];
    KL_TRY(kl_uuid_new(uuid, error));
    kl_buffer_string(to, uuid);
    return KL_OK;
}

static kl_status add_encoded(kl_buffer *to, kl_text format, size_t len, kl_error *error)
{
    unsigned char bytes[BYTES_MAX];
    kl_text text = {(const char *)bytes, len};
    KL_TRY(kl_random(bytes, len, error));
    if (kl_text_is(format, "hex"))
        kl_hex_encode(to, text);
    else
        kl_base64_encode(to, text,
                         kl_text_is(format, "base64") ? KL_BASE64_STANDARD : KL_BASE64_URL);
    kl_wipe(bytes, len);
    return KL_OK;
}

static kl_status add_token(kl_buffer *to, kl_text format, size_t len, kl_error *error)
{
    if (kl_text_is(format, "uuid"))
        return add_uuid(to, error);
    if (kl_text_is(format, "alphanumeric"))
        return add_alphanumeric(to, len, error);
    return add_encoded(to, format, len, error);
}

static kl_status generate_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value token = kl_null(), hash = kl_null(), map = kl_null();
    kl_status status;
    kl_buffer_add(&text, kl_as_text(args[PREFIX]));
    KL_TRY_OUT(add_token(&text, kl_as_text(args[FORMAT]), (size_t)kl_as_int(args[LENGTH]), error));
    KL_TRY_OUT(kl_buffer_finish(&token, &text, error));
    KL_TRY_OUT(kl_token_hash(&hash, kl_as_text(token), error));
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("token"), kl_value_take(&token), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("hash"), kl_value_take(&hash), error));
    *out = kl_value_take(&map);
out:
    kl_buffer_free(&text);
    kl_value_release(map);
    kl_value_release(hash);
    kl_value_release(token);
    return status;
}

static const kl_param generate_inputs[] = {
    {.name = "length", .kind = KL_KIND_INT, .fallback = "32", .range = KL_RANGE(1, BYTES_MAX),
     .doc = "random bytes; of alphanumeric: characters; a uuid has its own"},
    {.name = "format", .kind = KL_KIND_ENUM, .names = formats, .fallback = "\"hex\"",
     .doc = "how the bytes are written; base64url has no padding; uuid is of version 4"},
    {.name = "prefix", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "text before the token, such as \"sk_\""},
};
static const kl_param generate_outputs[] = {
    {.name = "token", .kind = KL_KIND_STRING, .doc = "the token with its prefix"},
    {.name = "hash", .kind = KL_KIND_STRING,
     .doc = "BLAKE3 of the whole token in hexadecimal, to keep instead of it"},
};

static const kl_node_type types[] = {
    {
        .name = "APIKeyAuthNode",
        .category = "Auth",
        .doc = "Checks an API key against the right one or its hash.",
        .inputs = KL_TABLE(api_key_inputs),
        .outputs = KL_TABLE(api_key_outputs),
        .flags = KL_NODE_HEAVY,
        .run = api_key_run,
    },
    {
        .name = "TokenGenerationNode",
        .category = "Auth",
        .doc = "Makes a random token and its hash.",
        .inputs = KL_TABLE(generate_inputs),
        .outputs = KL_TABLE(generate_outputs),
        .run = generate_run,
    },
};

static const kl_node_family tokens = {.name = "tokens", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(tokens);
