/* src/crypto/age.c - see age.h. A file is a header of text lines and chunks of 64 KiB behind it:
 *
 *   age-encryption.org/v1
 *   -> scrypt SALT WORK_FACTOR
 *   FILE KEY, sealed under the passphrase
 *   --- HMAC of all before it
 *   NONCE, then the chunks, each sealed under a key of file key and nonce
 */
#include "age.h"
#include "cipher.h"
#include "derive.h"
#include "encode.h"
#include "kailash/crypto.h"
#include "kailash/id.h"

enum {
    SALT = 16, FILE_KEY = 16, NONCE = 16, MAC = 32, BLOCK = 64 * 1024,
    SEALED_KEY = FILE_KEY + KL_CIPHER_TAG, SCRYPT_R = 8, SCRYPT_P = 1,
};
static const char intro[] = "age-encryption.org/v1\n-> scrypt ";
static const char label[] = "age-encryption.org/v1/scrypt";

static kl_text text_of(const void *bytes, size_t len) { return (kl_text){bytes, len}; }

/* ---- keys ------------------------------------------------------------------------------------- */

/* What seals the file key. */
static kl_status wrap_key(unsigned char out[KL_CIPHER_KEY], kl_text passphrase,
                          const unsigned char salt[SALT], uint32_t work_factor, kl_error *error)
{
    char labelled[sizeof label - 1 + SALT];
    memcpy(labelled, label, sizeof label - 1);
    memcpy(labelled + sizeof label - 1, salt, SALT);
    return kl_scrypt(out, KL_CIPHER_KEY, passphrase, text_of(labelled, sizeof labelled),
                     work_factor, SCRYPT_R, SCRYPT_P, error);
}

static const unsigned char zeros[KL_CIPHER_NONCE];

static kl_cipher cipher_of(const unsigned char key[KL_CIPHER_KEY],
                           const unsigned char nonce[KL_CIPHER_NONCE])
{
    return (kl_cipher){.kind = KL_CIPHER_CHACHA20_POLY1305, .key = text_of(key, KL_CIPHER_KEY),
                       .nonce = text_of(nonce, KL_CIPHER_NONCE), .aad = KL_TEXT("")};
}

/* HMAC of the header up to and with "---"; given. */
static kl_status header_mac(kl_value *out, const unsigned char file_key[FILE_KEY], kl_text header,
                            kl_error *error)
{
    unsigned char key[KL_CIPHER_KEY];
    KL_TRY(kl_hkdf(key, sizeof key, KL_HASH_SHA256, text_of(file_key, FILE_KEY), KL_TEXT(""),
                   KL_TEXT("header"), error));
    kl_status status = kl_hmac(out, KL_HASH_SHA256, text_of(key, sizeof key), header, error);
    kl_wipe(key, sizeof key);
    return status;
}

static kl_status payload_key(unsigned char out[KL_CIPHER_KEY],
                             const unsigned char file_key[FILE_KEY], kl_text nonce, kl_error *error)
{
    return kl_hkdf(out, KL_CIPHER_KEY, KL_HASH_SHA256, text_of(file_key, FILE_KEY), nonce,
                   KL_TEXT("payload"), error);
}

/* ---- chunks ----------------------------------------------------------------------------------- */

/* Chunks are counted by the first eleven bytes of their nonce; the twelfth tells the last. */
static void chunk_nonce(unsigned char out[KL_CIPHER_NONCE], uint64_t number, bool is_last)
{
    memset(out, 0, KL_CIPHER_NONCE);
    for (int i = 0; i < 8; i++)
        out[10 - i] = (unsigned char)(number >> (8 * i));
    out[11] = is_last;
}

static kl_status seal_chunks(kl_buffer *to, const unsigned char key[KL_CIPHER_KEY], kl_text bytes,
                             kl_error *error)
{
    unsigned char nonce[KL_CIPHER_NONCE];
    size_t at = 0;
    for (uint64_t number = 0;; number++) {
        size_t len = KL_MIN(bytes.len - at, (size_t)BLOCK);
        bool is_last = at + len == bytes.len;
        kl_value sealed;
        chunk_nonce(nonce, number, is_last);
        kl_cipher cipher = cipher_of(key, nonce);
        KL_TRY(kl_cipher_seal(&sealed, &cipher, text_of(bytes.data + at, len), error));
        kl_buffer_add(to, kl_as_text(sealed));
        kl_value_release(sealed);
        at += len;
        if (is_last)
            return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
    }
}

static void wipe_value(kl_value secret)
{
    kl_text text = kl_as_text(secret);
    if (text.len)
        kl_wipe((void *)(uintptr_t)text.data, text.len);
    kl_value_release(secret);
}

/* Into `out`, which has room for all. */
static kl_status open_chunks(char *out, const unsigned char key[KL_CIPHER_KEY], kl_text sealed,
                             kl_error *error)
{
    unsigned char nonce[KL_CIPHER_NONCE];
    size_t at = 0;
    for (uint64_t number = 0;; number++) {
        size_t len = KL_MIN(sealed.len - at, (size_t)BLOCK + KL_CIPHER_TAG);
        bool is_last = at + len == sealed.len;
        kl_value opened;
        chunk_nonce(nonce, number, is_last);
        kl_cipher cipher = cipher_of(key, nonce);
        KL_TRY(kl_cipher_open(&opened, &cipher, text_of(sealed.data + at, len), error));
        size_t got = kl_as_text(opened).len;
        if (got)
            memcpy(out, kl_as_text(opened).data, got);
        out += got;
        wipe_value(opened);
        at += len;
        if (is_last)
            return KL_OK;
    }
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void add_base64(kl_buffer *to, const void *bytes, size_t len)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_base64_encode(&text, text_of(bytes, len), KL_BASE64_STANDARD);
    while (text.len && text.data[text.len - 1] == '=') /* age writes no padding */
        text.len--;
    if (text.status == KL_OK)
        kl_buffer_add(to, kl_buffer_text(&text));
    else
        to->status = text.status;
    kl_buffer_free(&text);
}

static kl_status write_stanza(kl_buffer *to, kl_text passphrase, uint32_t work_factor,
                              const unsigned char file_key[FILE_KEY], kl_error *error)
{
    unsigned char salt[SALT], key[KL_CIPHER_KEY];
    kl_value sealed;
    KL_TRY(kl_random(salt, sizeof salt, error));
    KL_TRY(wrap_key(key, passphrase, salt, work_factor, error));
    kl_cipher cipher = cipher_of(key, zeros);
    kl_status status = kl_cipher_seal(&sealed, &cipher, text_of(file_key, FILE_KEY), error);
    kl_wipe(key, sizeof key);
    KL_TRY(status);
    kl_buffer_string(to, intro);
    add_base64(to, salt, sizeof salt);
    kl_buffer_format(to, " %u\n", work_factor);
    add_base64(to, kl_as_text(sealed).data, kl_as_text(sealed).len);
    kl_buffer_string(to, "\n---");
    kl_value_release(sealed);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

static kl_status write_file(kl_buffer *to, kl_text passphrase, uint32_t work_factor, kl_text bytes,
                            const unsigned char file_key[FILE_KEY], kl_error *error)
{
    unsigned char nonce[NONCE], key[KL_CIPHER_KEY];
    kl_value mac;
    KL_TRY(write_stanza(to, passphrase, work_factor, file_key, error));
    KL_TRY(header_mac(&mac, file_key, kl_buffer_text(to), error));
    kl_buffer_byte(to, ' ');
    add_base64(to, kl_as_text(mac).data, kl_as_text(mac).len);
    kl_buffer_byte(to, '\n');
    kl_value_release(mac);
    KL_TRY(kl_random(nonce, sizeof nonce, error));
    kl_buffer_add(to, text_of(nonce, sizeof nonce));
    KL_TRY(payload_key(key, file_key, text_of(nonce, sizeof nonce), error));
    kl_status status = seal_chunks(to, key, bytes, error);
    kl_wipe(key, sizeof key);
    return status;
}

kl_status kl_age_seal(kl_value *out, kl_text passphrase, uint32_t work_factor, kl_text bytes,
                      kl_error *error)
{
    unsigned char file_key[FILE_KEY];
    kl_buffer file = KL_BUFFER_INIT;
    if (!passphrase.len)
        return kl_error_set(error, KL_INVALID, "passphrase: must not be empty");
    if (work_factor < 1 || work_factor > KL_AGE_WORK_FACTOR_MAX)
        return kl_error_set(error, KL_INVALID, "work_factor: expected 1 to %d, got %u",
                            KL_AGE_WORK_FACTOR_MAX, work_factor);
    KL_TRY(kl_random(file_key, sizeof file_key, error));
    kl_status status = write_file(&file, passphrase, work_factor, bytes, file_key, error);
    kl_wipe(file_key, sizeof file_key);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &file, error);
    kl_buffer_free(&file);
    return status;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* A file in its parts. */
typedef struct age_file {
    unsigned char salt[SALT], sealed_key[SEALED_KEY], mac[MAC];
    uint32_t work_factor;
    kl_text header; /* up to and with "---"; borrowed */
    kl_text nonce, payload;
    bool no_memory; /* what looked malformed may not be */
} age_file;

static kl_status malformed(kl_error *error, kl_text file, const char *at, const char *wanted)
{
    return kl_error_set_at(error, KL_SYNTAX, file.data, at,
                           "age file: expected %s at byte %zu", wanted, (size_t)(at - file.data));
}

static bool take(kl_text *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || memcmp(rest->data, word, len) != 0)
        return false;
    *rest = text_of(rest->data + len, rest->len - len);
    return true;
}

/* `len` bytes as base64 without padding. */
static bool take_base64(unsigned char *out, size_t len, kl_text *rest, age_file *file)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    size_t digits = (len * 8 + 5) / 6, padding = (4 - digits % 4) % 4;
    char text[64];
    if (rest->len < digits || digits + padding > sizeof text || memchr(rest->data, '=', digits))
        return false;
    memcpy(text, rest->data, digits);
    memset(text + digits, '=', padding);
    kl_status status =
        kl_base64_decode(&bytes, text_of(text, digits + padding), KL_BASE64_STANDARD, NULL);
    bool good = status == KL_OK && bytes.status == KL_OK && bytes.len == len;
    file->no_memory |= status == KL_NO_MEMORY || bytes.status == KL_NO_MEMORY;
    if (good)
        memcpy(out, bytes.data, len);
    kl_buffer_free(&bytes);
    *rest = text_of(rest->data + digits, rest->len - digits);
    return good;
}

/* One or two digits, not beginning with 0. */
static bool take_number(uint32_t *out, kl_text *rest)
{
    uint32_t number = 0;
    size_t len = 0;
    for (; len < rest->len && len < 3 && rest->data[len] >= '0' && rest->data[len] <= '9'; len++)
        number = 10 * number + (uint32_t)(rest->data[len] - '0');
    bool good = len > 0 && len < 3 && rest->data[0] != '0';
    *rest = text_of(rest->data + len, rest->len - len);
    *out = number;
    return good;
}

static kl_status parse_parts(age_file *out, kl_text file, kl_error *error)
{
    kl_text rest = file;
    if (!take(&rest, intro))
        return malformed(error, file, file.data, "version 1 with one scrypt recipient");
    if (!take_base64(out->salt, SALT, &rest, out) || !take(&rest, " "))
        return malformed(error, file, rest.data, "a salt of 16 bytes");
    if (!take_number(&out->work_factor, &rest) || !take(&rest, "\n"))
        return malformed(error, file, rest.data, "a work factor");
    if (!take_base64(out->sealed_key, SEALED_KEY, &rest, out) || !take(&rest, "\n"))
        return malformed(error, file, rest.data, "a sealed key of 32 bytes");
    if (!take(&rest, "---"))
        return malformed(error, file, rest.data, "the end of the header");
    out->header = text_of(file.data, (size_t)(rest.data - file.data));
    if (!take(&rest, " ") || !take_base64(out->mac, MAC, &rest, out) || !take(&rest, "\n"))
        return malformed(error, file, rest.data, "the HMAC of the header");
    if (rest.len < NONCE + KL_CIPHER_TAG)
        return malformed(error, file, rest.data, "a nonce and at least one chunk");
    out->nonce = text_of(rest.data, NONCE);
    out->payload = text_of(rest.data + NONCE, rest.len - NONCE);
    /* Only the one chunk of an empty file is empty. */
    if (out->payload.len > BLOCK + KL_CIPHER_TAG &&
        out->payload.len % (BLOCK + KL_CIPHER_TAG) <= KL_CIPHER_TAG &&
        out->payload.len % (BLOCK + KL_CIPHER_TAG) != 0)
        return malformed(error, file, rest.data + rest.len, "a whole chunk");
    return KL_OK;
}

static kl_status parse(age_file *out, kl_text file, kl_error *error)
{
    *out = (age_file){.no_memory = false};
    kl_status status = parse_parts(out, file, error);
    return out->no_memory ? kl_error_no_memory(error) : status;
}

static kl_status denied(kl_error *error)
{
    return kl_error_set(error, KL_DENIED, "age file: another passphrase, or the file was changed");
}

static kl_status open_file_key(unsigned char out[FILE_KEY], const age_file *file,
                               kl_text passphrase, kl_error *error)
{
    unsigned char key[KL_CIPHER_KEY];
    kl_value opened, mac;
    KL_TRY(wrap_key(key, passphrase, file->salt, file->work_factor, error));
    kl_cipher cipher = cipher_of(key, zeros);
    kl_status status = kl_cipher_open(&opened, &cipher, text_of(file->sealed_key, SEALED_KEY),
                                      error);
    kl_wipe(key, sizeof key);
    if (status != KL_OK)
        return status == KL_DENIED ? denied(error) : status;
    memcpy(out, kl_as_text(opened).data, FILE_KEY);
    wipe_value(opened);
    KL_TRY(header_mac(&mac, out, file->header, error));
    bool same = kl_equal_secret(kl_as_text(mac), text_of(file->mac, MAC));
    kl_value_release(mac);
    return same ? KL_OK : denied(error);
}

static kl_status open_payload(kl_value *out, const age_file *file,
                              const unsigned char file_key[FILE_KEY], kl_error *error)
{
    unsigned char key[KL_CIPHER_KEY];
    size_t chunks = (file->payload.len + BLOCK + KL_CIPHER_TAG - 1) / (BLOCK + KL_CIPHER_TAG);
    kl_value bytes;
    char *room;
    KL_TRY(kl_bytes_room(&bytes, &room, file->payload.len - chunks * KL_CIPHER_TAG, error));
    kl_status status = payload_key(key, file_key, file->nonce, error);
    if (status == KL_OK)
        status = open_chunks(room, key, file->payload, error);
    kl_wipe(key, sizeof key);
    if (status == KL_OK)
        *out = bytes;
    else
        wipe_value(bytes);
    return status == KL_DENIED ? denied(error) : status;
}

kl_status kl_age_open(kl_value *out, kl_text passphrase, kl_text file, kl_error *error)
{
    age_file parts;
    unsigned char file_key[FILE_KEY];
    KL_TRY(parse(&parts, file, error));
    if (parts.work_factor > KL_AGE_WORK_FACTOR_MAX)
        return kl_error_set(error, KL_LIMIT, "age file: its work factor is %u; at most %d is borne",
                            parts.work_factor, KL_AGE_WORK_FACTOR_MAX);
    kl_status status = open_file_key(file_key, &parts, passphrase, error);
    if (status == KL_OK)
        status = open_payload(out, &parts, file_key, error);
    kl_wipe(file_key, sizeof file_key);
    return status;
}
