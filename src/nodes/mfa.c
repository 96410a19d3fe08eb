/* src/nodes/mfa.c - MFANode: one-time passwords by time and by counter, and backup codes. */
#include "mfa.h"
#include "crypto/blake3.h"
#include "encode.h"
#include "kailash/id.h"
#include "kailash/time.h"
#include "mode.h"

#include <stdio.h>

enum {
    MODE, SECRET, CODE, COUNTER, BACKUP_HASHES, DIGITS, PERIOD, WINDOW, ALGORITHM, TIMESTAMP,
    LOOK_AHEAD, COUNT, ISSUER, ACCOUNT
};

/* ---- secrets ------------------------------------------------------------------------------------- */

static void forget(kl_buffer *secret)
{
    if (secret->data)
        kl_wipe(secret->data, secret->cap);
    kl_buffer_free(secret);
}

/* The whole character at a byte: some have more than one. */
static kl_text character_at(kl_text text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && (text.data[end] & 0xC0) == 0x80)
        end++;
    return (kl_text){text.data + at, end - at};
}

kl_status kl_otp_secret(kl_buffer *out, kl_text text, kl_error *error)
{
    kl_buffer secret = KL_BUFFER_INIT;
    kl_error why = KL_ERROR_INIT;
    if (!kl_buffer_room(&secret, text.len + 1)) /* all at once: growing would leave copies */
        return kl_error_no_memory(error);
    kl_status status = kl_base32_decode(&secret, text, &why);
    if (status == KL_SYNTAX)
        status = kl_node_bad(error, "secret",
                             "expected valid base32 characters, got invalid character '%.*s'",
                             KL_TEXT_ARG(character_at(text, why.position)));
    else if (status == KL_OK && secret.len == 0)
        status = kl_node_bad(error, "secret", "expected non-empty base32 text, got no digits");
    kl_error_clear(&why);
    if (status == KL_OK)
        *out = secret;
    else
        forget(&secret);
    return status;
}

/* ---- codes --------------------------------------------------------------------------------------- */

kl_status kl_otp_matches(bool *valid, uint64_t *matched, const kl_otp *otp, uint64_t first,
                         uint64_t last, kl_text code, kl_error *error)
{
    char right[KL_OTP_DIGITS_MAX + 1];
    *valid = false;
    /* All are compared, so that time does not tell which one it was. */
    for (uint64_t counter = first; counter <= last; counter++) {
        KL_TRY(kl_hotp(right, otp->hash, otp->secret, counter, otp->digits, error));
        if (kl_equal_secret(kl_text_from(right), code)) {
            *valid = true;
            *matched = counter;
        }
        if (counter == UINT64_MAX)
            break;
    }
    kl_wipe(right, sizeof right);
    return KL_OK;
}

static kl_hash_kind hash_of(kl_value algorithm)
{
    kl_text name = kl_as_text(algorithm);
    return kl_text_is(name, "SHA256")   ? KL_HASH_SHA256
           : kl_text_is(name, "SHA512") ? KL_HASH_SHA512
                                        : KL_HASH_SHA1;
}

static kl_otp otp_of(const kl_node_call *call, const kl_buffer *secret)
{
    return (kl_otp){.hash = hash_of(call->args[ALGORITHM]),
                    .secret = kl_buffer_text(secret),
                    .digits = (int)kl_as_int(call->args[DIGITS])};
}

static int64_t now_of(const kl_node_call *call)
{
    return kl_is_null(call->args[TIMESTAMP]) ? kl_time_now() / KL_SECOND
                                             : kl_as_int(call->args[TIMESTAMP]);
}

/* At least 1, as the row of the node says. */
static int64_t period_of(const kl_node_call *call)
{
    int64_t period = kl_as_int(call->args[PERIOD]);
    return KL_MAX(period, 1);
}

/* ---- by time ------------------------------------------------------------------------------------- */

static kl_status totp_result(kl_value *out, const kl_node_call *call, const char *key,
                             kl_value value, kl_error *error)
{
    kl_value map;
    int64_t period = period_of(call);
    KL_TRY(kl_node_result(&map, key, value, error));
    kl_status status = kl_map_set(&map, KL_TEXT("time_remaining"),
                                  kl_int(period - now_of(call) % period), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static void add_escaped(kl_buffer *to, kl_text text)
{
    static const char plain[] = "-._~";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool stays = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                     memchr(plain, c, sizeof plain - 1);
        if (stays)
            kl_buffer_byte(to, (char)c);
        else
            kl_buffer_format(to, "%%%02X", c);
    }
}

/* otpauth://totp/Issuer:account?secret=...: what apps read as a picture. */
static kl_status provisioning_uri(kl_value *out, const kl_node_call *call, kl_text secret,
                                  kl_error *error)
{
    const kl_value *args = call->args;
    kl_text issuer = kl_as_text(args[ISSUER]);
    kl_buffer uri = KL_BUFFER_INIT;
    kl_buffer_string(&uri, "otpauth://totp/");
    if (issuer.len) {
        add_escaped(&uri, issuer);
        kl_buffer_byte(&uri, ':');
    }
    add_escaped(&uri, kl_as_text(args[ACCOUNT]));
    kl_buffer_string(&uri, "?secret=");
    kl_base32_encode(&uri, secret);
    if (issuer.len) {
        kl_buffer_string(&uri, "&issuer=");
        add_escaped(&uri, issuer);
    }
    kl_buffer_format(&uri, "&algorithm=%.*s&digits=%d&period=%d",
                     KL_TEXT_ARG(kl_as_text(args[ALGORITHM])), (int)kl_as_int(args[DIGITS]),
                     (int)kl_as_int(args[PERIOD]));
    return kl_buffer_finish(out, &uri, error);
}

static kl_status totp_generate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_buffer secret;
    char code[KL_OTP_DIGITS_MAX + 1];
    kl_value text = kl_null(), uri = kl_null(), map = kl_null();
    kl_status status;
    uint64_t step = (uint64_t)(now_of(call) / period_of(call));
    KL_TRY(kl_otp_secret(&secret, kl_as_text(call->args[SECRET]), error));
    kl_otp otp = otp_of(call, &secret);
    KL_TRY_OUT(kl_hotp(code, otp.hash, otp.secret, step, otp.digits, error));
    KL_TRY_OUT(kl_string_from_valid(&text, kl_text_from(code), error));
    KL_TRY_OUT(totp_result(&map, call, "code", kl_value_take(&text), error));
    if (!kl_is_null(call->args[ACCOUNT])) {
        KL_TRY_OUT(provisioning_uri(&uri, call, otp.secret, error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("uri"), kl_value_take(&uri), error));
    }
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(text);
    forget(&secret);
    return status;
}

static kl_status totp_validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_buffer secret;
    bool valid = false;
    uint64_t matched, window = (uint64_t)kl_as_int(call->args[WINDOW]);
    uint64_t step = (uint64_t)(now_of(call) / period_of(call));
    KL_TRY(kl_otp_secret(&secret, kl_as_text(call->args[SECRET]), error));
    kl_otp otp = otp_of(call, &secret);
    kl_status status = kl_otp_matches(&valid, &matched, &otp, step - KL_MIN(window, step),
                                      step + window, kl_as_text(call->args[CODE]), error);
    forget(&secret);
    return status == KL_OK ? totp_result(out, call, "valid", kl_bool(valid), error) : status;
}

/* ---- by counter ---------------------------------------------------------------------------------- */

static kl_status hotp_validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_buffer secret;
    kl_value map;
    bool valid = false;
    uint64_t first = (uint64_t)kl_as_int(call->args[COUNTER]), matched = first;
    uint64_t last = first + (uint64_t)kl_as_int(call->args[LOOK_AHEAD]);
    if (first == INT64_MAX)
        return kl_node_bad_value(error, "counter", "counter with a next one", call->args[COUNTER]);
    last = KL_MIN(last, (uint64_t)INT64_MAX - 1);
    KL_TRY(kl_otp_secret(&secret, kl_as_text(call->args[SECRET]), error));
    kl_otp otp = otp_of(call, &secret);
    kl_status status = kl_otp_matches(&valid, &matched, &otp, first, last,
                                      kl_as_text(call->args[CODE]), error);
    forget(&secret);
    KL_TRY(status);
    KL_TRY(kl_node_result(&map, "valid", kl_bool(valid), error));
    status = kl_map_set(&map, KL_TEXT("next_counter"), kl_int((int64_t)matched + 1), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- backup codes -------------------------------------------------------------------------------- */

static kl_status hash_hex(kl_value *out, kl_text code, kl_error *error)
{
    unsigned char hash[KL_BLAKE3_LEN];
    kl_buffer hex = KL_BUFFER_INIT;
    kl_blake3(hash, code);
    kl_hex_encode(&hex, (kl_text){(const char *)hash, sizeof hash});
    return kl_buffer_finish(out, &hex, error);
}

/* Eight digits, each code as likely as any other. */
static kl_status random_code(char out[9], kl_error *error)
{
    uint32_t number;
    do
        KL_TRY(kl_random(&number, sizeof number, error));
    while (number >= 4200000000u); /* 42 times all codes */
    snprintf(out, 9, "%08u", (unsigned)(number % 100000000u));
    return KL_OK;
}

static kl_status add_backup(kl_value *codes, kl_value *hashes, kl_error *error)
{
    char code[9];
    kl_value hash;
    KL_TRY(random_code(code, error));
    KL_TRY(kl_array_push_text(codes, kl_text_from(code), error));
    KL_TRY(hash_hex(&hash, kl_text_from(code), error));
    kl_wipe(code, sizeof code);
    return kl_array_push(hashes, hash, error);
}

static kl_status backup_generate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value codes = kl_null(), hashes = kl_null(), map = kl_null();
    size_t count = (size_t)kl_as_int(call->args[COUNT]);
    kl_status status;
    KL_TRY_OUT(kl_array_new(&codes, count, error));
    KL_TRY_OUT(kl_array_new(&hashes, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(add_backup(&codes, &hashes, error));
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("backup_codes"), kl_value_take(&codes), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("backup_hashes"), kl_value_take(&hashes), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    kl_value_release(hashes);
    kl_value_release(codes);
    return status;
}

static kl_status backup_validate(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_value hashes = call->args[BACKUP_HASHES], hash;
    bool valid = false;
    KL_TRY(hash_hex(&hash, kl_as_text(call->args[CODE]), error));
    for (size_t i = 0; i < kl_array_len(hashes); i++)
        valid |= kl_equal_secret(kl_as_text(kl_array_at(hashes, i)), kl_as_text(hash));
    kl_value_release(hash);
    return kl_node_result(out, "valid", kl_bool(valid), error);
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODES(ROW)                                                                                 \
    ROW("totp_validate", "secret code", totp_validate)                                             \
    ROW("totp_generate", "secret", totp_generate)                                                  \
    ROW("hotp_validate", "secret code counter", hotp_validate)                                     \
    ROW("backup_generate", "", backup_generate)                                                    \
    ROW("backup_validate", "code backup_hashes", backup_validate)

static const kl_mode modes[] = {MODES(KL_MODE_ROW)};
static const char *const mode_names[] = {MODES(KL_MODE_NAME) NULL};
static const char *const algorithms[] = {"SHA1", "SHA256", "SHA512", NULL};

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_mode_run(out, modes, KL_COUNT(modes), call->args[MODE], call, error);
}

static const kl_param inputs[] = {
    {.name = "mode", .kind = KL_KIND_ENUM, .names = mode_names, .fallback = "\"totp_validate\"",
     .doc = "totp_...: codes by time (RFC 6238); hotp_...: codes by counter (RFC 4226); backup_...: "
            "codes to use once"},
    {.name = "secret", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "totp and hotp: the shared secret in base32, in any case; blanks, hyphens and padding "
            "are fine"},
    {.name = "code", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "validate: what the user entered"},
    {.name = "counter", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "hotp_validate: the counter expected next"},
    {.name = "backup_hashes", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "backup_validate: hashes of the codes not used yet, as backup_generate gave them"},
    {.name = "digits", .kind = KL_KIND_INT, .fallback = "6",
     .range = KL_RANGE(KL_OTP_DIGITS_MIN, KL_OTP_DIGITS_MAX), .doc = "digits of a code, 6 to 10"},
    {.name = "period", .kind = KL_KIND_INT, .fallback = "30", .range = KL_RANGE(1, 3600),
     .doc = "totp: seconds for which a code stands"},
    {.name = "window", .kind = KL_KIND_INT, .fallback = "1", .range = KL_RANGE(0, 10),
     .doc = "totp_validate: periods before and after the present one that count too"},
    {.name = "algorithm", .kind = KL_KIND_ENUM, .names = algorithms, .fallback = "\"SHA1\"",
     .doc = "hash of the codes; most apps know SHA1 alone"},
    {.name = "timestamp", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "totp: epoch seconds to take for now; for tests"},
    {.name = "look_ahead", .kind = KL_KIND_INT, .fallback = "0", .range = KL_RANGE(0, 100),
     .doc = "hotp_validate: counters behind the expected one that count too, for codes made and not "
            "used"},
    {.name = "count", .kind = KL_KIND_INT, .fallback = "10", .range = KL_RANGE(1, 100),
     .doc = "backup_generate: how many codes"},
    {.name = "issuer", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "totp_generate: who the codes are for, in `uri`"},
    {.name = "account", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "totp_generate: the user's name; gives `uri`"},
};
static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL,
     .doc = "validate: whether the code is right"},
    {.name = "code", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "totp_generate: the code of now"},
    {.name = "time_remaining", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "totp: seconds until the next code"},
    {.name = "uri", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "totp_generate with an account: otpauth:// text for a QR code; holds the secret"},
    {.name = "next_counter", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "hotp_validate: one above the counter of the code, or above the expected one when the "
            "code is wrong"},
    {.name = "backup_codes", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "backup_generate: codes of 8 digits, to show once"},
    {.name = "backup_hashes", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "backup_generate: their BLAKE3 hashes, to keep"},
};

static const kl_node_type types[] = {
    {
        .name = "MFANode",
        .category = "Auth",
        .doc = "Makes and validates one-time passwords and backup codes.",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family mfa = {.name = "mfa", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(mfa);
