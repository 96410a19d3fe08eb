/* src/nodes/encryption.c - EncryptionNode: authenticated encryption under a key or a password. */
#include "crypto/cipher.h"
#include "crypto/derive.h"
#include "kailash/id.h"
#include "mode.h"
#include "octets.h"

enum {
    OPERATION, DATA, KEY, PASSWORD, NONCE, SALT, AAD, ALGORITHM, KEY_ENCODING, DATA_ENCODING, OUTPUT
};
enum { SALT_LEN = 16 };

static const char *const algorithms[] = {"aes-256-gcm", "chacha20-poly1305", NULL};
static const char *const output_words[] = {"bytes", "base64", "text", NULL};

/* What one call works with; ended by end_work(). */
typedef struct cipher_work {
    kl_cipher_kind kind;
    kl_buffer key, nonce, salt, aad;
    kl_buffer decoded; /* data that came as text of bytes */
    kl_text data;      /* borrowed from there, or from the input: it may be large */
} cipher_work;

static void end_work(cipher_work *work)
{
    kl_octets_forget(&work->key);
    kl_octets_forget(&work->decoded);
    kl_buffer_free(&work->nonce);
    kl_buffer_free(&work->salt);
    kl_buffer_free(&work->aad);
}

static kl_status random_octets(kl_buffer *out, size_t len, kl_error *error)
{
    char *room = kl_buffer_room(out, len);
    if (!room)
        return kl_error_no_memory(error);
    KL_TRY(kl_random(room, len, error));
    out->len += len;
    return KL_OK;
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static kl_status key_of_password(cipher_work *work, const kl_value *args, bool encrypts,
                                 kl_error *error)
{
    kl_text password = kl_as_text(args[PASSWORD]);
    KL_TRY(kl_node_octets("password", args[PASSWORD], error));
    if (!password.len)
        return kl_node_bad(error, "password", "expected non-empty password, got none");
    if (!kl_is_null(args[SALT])) {
        KL_TRY(kl_octets_read(&work->salt, "salt", args[SALT], kl_as_text(args[DATA_ENCODING]),
                              error));
        if (work->salt.len < 8)
            return kl_node_bad(error, "salt", "expected at least 8 bytes, got %zu bytes",
                               work->salt.len);
    } else if (encrypts)
        KL_TRY(random_octets(&work->salt, SALT_LEN, error));
    else
        return kl_node_missing(error, "salt");
    char *room = kl_buffer_room(&work->key, KL_CIPHER_KEY);
    if (!room)
        return kl_error_no_memory(error);
    KL_TRY(kl_argon2id((unsigned char *)room, KL_CIPHER_KEY, password, kl_buffer_text(&work->salt),
                       error));
    work->key.len = KL_CIPHER_KEY;
    return KL_OK;
}

static kl_status key_of(cipher_work *work, const kl_value *args, bool encrypts, kl_error *error)
{
    if (!kl_is_null(args[KEY]) && !kl_is_null(args[PASSWORD]))
        return kl_node_bad(error, "password", "expected either key or password, got both");
    if (!kl_is_null(args[PASSWORD]))
        return key_of_password(work, args, encrypts, error);
    if (kl_is_null(args[KEY]))
        return kl_node_missing(error, "key");
    KL_TRY(kl_octets_read(&work->key, "key", args[KEY], kl_as_text(args[KEY_ENCODING]), error));
    if (work->key.len != KL_CIPHER_KEY)
        return kl_node_bad(error, "key", "expected %d bytes (%s), got %zu bytes", KL_CIPHER_KEY,
                           work->kind == KL_CIPHER_AES_256_GCM ? "AES-256" : "ChaCha20",
                           work->key.len);
    return KL_OK;
}

static kl_status nonce_of(cipher_work *work, const kl_value *args, bool encrypts, kl_error *error)
{
    if (kl_is_null(args[NONCE]))
        return encrypts ? random_octets(&work->nonce, KL_CIPHER_NONCE, error)
                        : kl_node_missing(error, "nonce");
    KL_TRY(kl_octets_read(&work->nonce, "nonce", args[NONCE], kl_as_text(args[DATA_ENCODING]),
                          error));
    if (work->nonce.len != KL_CIPHER_NONCE)
        return kl_node_bad(error, "nonce", "expected %d bytes, got %zu bytes", KL_CIPHER_NONCE,
                           work->nonce.len);
    return KL_OK;
}

static kl_status data_of(cipher_work *work, const kl_value *args, bool encrypts, kl_error *error)
{
    kl_text encoding = kl_as_text(args[DATA_ENCODING]);
    bool is_encoded = !encrypts && kl_is(args[DATA], KL_KIND_STRING) && !kl_text_is(encoding, "raw");
    KL_TRY(kl_node_octets("data", args[DATA], error));
    work->data = kl_as_text(args[DATA]);
    if (is_encoded) {
        KL_TRY(kl_octets_read(&work->decoded, "data", args[DATA], encoding, error));
        work->data = kl_buffer_text(&work->decoded);
    }
    return work->data.len <= KL_NODE_TEXT_MAX ? KL_OK
                                              : kl_node_limit(error, "data", KL_NODE_TEXT_MAX, "bytes");
}

static kl_status prepare(cipher_work *work, const kl_value *args, bool encrypts, kl_error *error)
{
    if (kl_text_is(kl_as_text(args[ALGORITHM]), "chacha20-poly1305"))
        work->kind = KL_CIPHER_CHACHA20_POLY1305;
    KL_TRY(data_of(work, args, encrypts, error));
    KL_TRY(key_of(work, args, encrypts, error));
    if (!kl_is_null(args[AAD]))
        KL_TRY(kl_octets_read(&work->aad, "aad", args[AAD], KL_TEXT("raw"), error));
    return nonce_of(work, args, encrypts, error);
}

/* ---- results ------------------------------------------------------------------------------------- */

/* Bytes or base64 for what is no text. */
static kl_text encoding_of(const kl_value *args)
{
    return kl_text_is(kl_as_text(args[OUTPUT]), "base64") ? KL_TEXT("base64") : KL_TEXT("raw");
}

static kl_status set_octets(kl_value *map, const char *key, const kl_buffer *bytes,
                            const kl_value *args, kl_error *error)
{
    kl_value value;
    KL_TRY(kl_octets_write(&value, kl_buffer_text(bytes), encoding_of(args), error));
    return kl_map_set(map, kl_text_from(key), value, error);
}

/* `result` is taken: bytes. */
static kl_status answer(kl_value *out, kl_value result, const cipher_work *work,
                        const kl_value *args, kl_error *error)
{
    kl_value map = kl_null(), shown = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    if (kl_text_is(kl_as_text(args[OUTPUT]), "text")) {
        status = kl_string_new(&shown, kl_as_text(result), NULL);
        if (status == KL_SYNTAX)
            status = kl_node_bad(error, "output", "expected UTF-8 in what was encrypted for text, "
                                                  "got other bytes");
        else if (status != KL_OK)
            status = kl_error_no_memory(error);
        KL_TRY_OUT(status);
    } else if (kl_text_is(encoding_of(args), "raw"))
        shown = kl_value_retain(result);
    else
        KL_TRY_OUT(kl_octets_write(&shown, kl_as_text(result), encoding_of(args), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("result"), kl_value_take(&shown), error));
    KL_TRY_OUT(set_octets(&map, "nonce", &work->nonce, args, error));
    if (work->salt.len)
        KL_TRY_OUT(set_octets(&map, "salt", &work->salt, args, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(shown);
    kl_value_release(map);
    kl_value_release(result);
    return status;
}

/* ---- the operations ------------------------------------------------------------------------------ */

static kl_cipher cipher_of(const cipher_work *work)
{
    return (kl_cipher){work->kind, kl_buffer_text(&work->key), kl_buffer_text(&work->nonce),
                       kl_buffer_text(&work->aad)};
}

static kl_status encrypt(kl_value *out, kl_node_call *call, kl_error *error)
{
    cipher_work work = {0};
    kl_value sealed;
    if (kl_text_is(kl_as_text(call->args[OUTPUT]), "text"))
        return kl_node_bad(error, "output", "expected bytes or base64 to encrypt, got text");
    kl_status status = prepare(&work, call->args, true, error);
    if (status == KL_OK) {
        kl_cipher cipher = cipher_of(&work);
        status = kl_cipher_seal(&sealed, &cipher, work.data, error);
    }
    if (status == KL_OK)
        status = answer(out, sealed, &work, call->args, error);
    end_work(&work);
    return status;
}

static kl_status decrypt(kl_value *out, kl_node_call *call, kl_error *error)
{
    cipher_work work = {0};
    kl_value plain;
    kl_error why = KL_ERROR_INIT;
    kl_status status = prepare(&work, call->args, false, &why);
    if (status == KL_OK) {
        kl_cipher cipher = cipher_of(&work);
        status = kl_cipher_open(&plain, &cipher, work.data, &why);
    }
    if (status == KL_OK)
        status = answer(out, plain, &work, call->args, &why);
    if (status == KL_DENIED)
        status = kl_node_failed(error, "decryption failed (authentication failed or wrong key)");
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    end_work(&work);
    return status;
}

#define MODES(ROW) ROW("encrypt", "data", encrypt) ROW("decrypt", "data", decrypt)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[OPERATION], call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = mode_names, .doc = "what to do"},
    {.name = "data", .kind = KL_KIND_ANY, .flags = KL_SECRET, .doc = "text (as UTF-8) or bytes"},
    {.name = "key", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "32 bytes, or text of them by `key_encoding`"},
    {.name = "password", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "instead of a key: one is derived of it with Argon2id and `salt`"},
    {.name = "nonce", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "12 bytes, never twice under one key; encrypt: random ones if absent"},
    {.name = "salt", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "at least 8 bytes, with a password; encrypt: 16 random ones if absent"},
    {.name = "aad", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "text or bytes that are authenticated but not encrypted; the same to decrypt"},
    {.name = "algorithm", .kind = KL_KIND_ENUM, .names = algorithms, .fallback = "\"aes-256-gcm\"",
     .doc = "the cipher; the result ends in its tag of 16 bytes"},
    {.name = "key_encoding", .kind = KL_KIND_ENUM, .names = kl_octets_encodings,
     .fallback = "\"raw\"", .doc = "of a key given as text"},
    {.name = "data_encoding", .kind = KL_KIND_ENUM, .names = kl_octets_encodings,
     .fallback = "\"raw\"", .doc = "of nonce, salt and (to decrypt) data given as text"},
    {.name = "output", .kind = KL_KIND_ENUM, .names = output_words, .fallback = "\"bytes\"",
     .doc = "of result, nonce and salt: bytes, or base64 text; text: the decrypted result as text"},
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "what was encrypted with its tag, or decrypted"},
    {.name = "nonce", .kind = KL_KIND_ANY, .doc = "the nonce that was used"},
    {.name = "salt", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "with a password: the salt that was used"},
};

static const kl_node_type types[] = {
    {
        .name = "EncryptionNode",
        .category = "Security",
        .doc = "Encrypts and decrypts with AES-256-GCM or ChaCha20-Poly1305.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family encryption = {.name = "encryption", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(encryption);
