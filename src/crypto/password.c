/* src/crypto/password.c - see password.h. The PHC string format: $name$v=V$key=N,key=N$salt$hash
 * with base64 of the standard alphabet without padding. */
#include "password.h"
#include "derive.h"
#include "driver.h"
#include "encode.h"
#include "drivers/openssl.h"
#include "drivers/passwords.h"
#include "kailash/id.h"

enum { SALT_LEN = 16, HASH_LEN = 32, HASH_MAX = 64 };

static const kl_argon2_cost standard_cost = KL_PASSWORD_COST;

/* Costs of a hash to verify may come from anybody. */
enum {
    MEMORY_MAX_KIB = 1 << 20,
    PASSES_MAX = 64,
    LANES_MAX = 64,
    BCRYPT_COST_MAX = 17,
    ITERATIONS_MAX = 5000000
};

static kl_status malformed(const char *what, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "malformed %s hash", what);
}

static kl_status too_costly(const char *what, kl_error *error)
{
    return kl_error_set(error, KL_LIMIT, "the cost of the %s hash is too high to verify it", what);
}

/* ---- which ---------------------------------------------------------------------------------------- */

static const struct {
    const char *prefix;
    kl_password_kind kind;
    kl_argon2_kind argon2;
} prefixes[] = {
    {"$argon2id$", KL_PASSWORD_ARGON2, KL_ARGON2_ID}, {"$argon2i$", KL_PASSWORD_ARGON2, KL_ARGON2_I},
    {"$argon2d$", KL_PASSWORD_ARGON2, KL_ARGON2_D},   {"$2a$", KL_PASSWORD_BCRYPT, 0},
    {"$2b$", KL_PASSWORD_BCRYPT, 0},                  {"$2y$", KL_PASSWORD_BCRYPT, 0},
    {"$scrypt$", KL_PASSWORD_SCRYPT, 0},
    {"$pbkdf2$", KL_PASSWORD_PBKDF2, 0},              {"$pbkdf2-sha1$", KL_PASSWORD_PBKDF2, 0},
    {"$pbkdf2-sha256$", KL_PASSWORD_PBKDF2, 0},       {"$pbkdf2-sha512$", KL_PASSWORD_PBKDF2, 0},
    {"pbkdf2_sha1$", KL_PASSWORD_PBKDF2, 0},          {"pbkdf2_sha256$", KL_PASSWORD_PBKDF2, 0},
};

/* Row of prefixes[], or its length. */
static size_t find_prefix(kl_text hash)
{
    size_t row = 0;
    for (; row < KL_COUNT(prefixes); row++) {
        size_t len = strlen(prefixes[row].prefix);
        if (hash.len > len && memcmp(hash.data, prefixes[row].prefix, len) == 0)
            break;
    }
    return row;
}

kl_password_kind kl_password_kind_of(kl_text hash)
{
    size_t row = find_prefix(hash);
    return row < KL_COUNT(prefixes) ? prefixes[row].kind : KL_PASSWORD_UNKNOWN;
}

/* ---- PHC strings ---------------------------------------------------------------------------------- */

typedef struct phc {
    uint32_t costs[3]; /* in the order of their names */
    kl_buffer salt, hash;
} phc;

/* The part up to the next `end` (or the end of the text), which is stepped over. */
static kl_text next_part(kl_text *rest, char end)
{
    const char *found = rest->len ? memchr(rest->data, end, rest->len) : NULL;
    kl_text part = {rest->data, found ? (size_t)(found - rest->data) : rest->len};
    size_t used = part.len + (found != NULL);
    *rest = (kl_text){rest->data + used, rest->len - used};
    return part;
}

static bool read_number(uint32_t *out, kl_text digits)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(digits.data[i] - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)number;
    return digits.len > 0;
}

/* "m=19456": the number behind `name`; false when this is something else. */
static bool read_cost(uint32_t *out, kl_text part, const char *name)
{
    size_t len = strlen(name);
    if (part.len < len + 2 || memcmp(part.data, name, len) != 0 || part.data[len] != '=')
        return false;
    return read_number(out, (kl_text){part.data + len + 1, part.len - len - 1});
}

/* Base64 without its padding; with '.' for '+', as passlib writes it, too. */
static kl_status decode_part(kl_buffer *to, kl_text part, kl_error *error)
{
    kl_buffer padded = KL_BUFFER_INIT;
    for (size_t i = 0; i < part.len; i++)
        kl_buffer_byte(&padded, (char)(part.data[i] == '.' ? '+' : part.data[i]));
    while (padded.len % 4 && padded.status == KL_OK)
        kl_buffer_byte(&padded, '=');
    kl_status status = padded.status == KL_OK
                           ? kl_base64_decode(to, kl_buffer_text(&padded), KL_BASE64_STANDARD, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&padded);
    return to->status == KL_NO_MEMORY ? kl_error_no_memory(error) : status;
}

static kl_status encode_part(kl_buffer *to, kl_text bytes)
{
    kl_base64_encode(to, bytes, KL_BASE64_STANDARD);
    while (to->status == KL_OK && to->len && to->data[to->len - 1] == '=')
        to->len--;
    return to->status;
}

/* `rest` stands behind the name (and version); `names` are those of the costs. */
static kl_status read_phc(phc *out, kl_text rest, const char *const names[3], const char *what,
                          kl_error *error)
{
    kl_text costs = next_part(&rest, '$'), salt = next_part(&rest, '$');
    for (int i = 0; i < 3; i++)
        if (!read_cost(&out->costs[i], next_part(&costs, ','), names[i]))
            return malformed(what, error);
    if (costs.len || !salt.len || !rest.len)
        return malformed(what, error);
    kl_status status = decode_part(&out->salt, salt, error);
    if (status == KL_OK)
        status = decode_part(&out->hash, rest, error);
    if (status == KL_NO_MEMORY)
        return status;
    bool fits = out->salt.len >= 8 && out->hash.len >= 16 && out->hash.len <= HASH_MAX;
    return status == KL_OK && fits ? KL_OK : malformed(what, error);
}

static void free_phc(phc *parts)
{
    kl_buffer_free(&parts->salt);
    kl_buffer_free(&parts->hash);
}

static bool equals(const phc *parts, const unsigned char *derived)
{
    return kl_equal_secret(kl_buffer_text(&parts->hash),
                           (kl_text){(const char *)derived, parts->hash.len});
}

/* ---- Argon2 --------------------------------------------------------------------------------------- */

static kl_status load(const kl_passwords **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "passwords", error));
    *out = functions;
    return KL_OK;
}

kl_status kl_password_hash(kl_value *out, kl_text password, kl_error *error)
{
    const kl_passwords *driver;
    unsigned char salt[SALT_LEN], hash[HASH_LEN];
    kl_text salt_text = {(const char *)salt, SALT_LEN}, hash_text = {(const char *)hash, HASH_LEN};
    kl_buffer text = KL_BUFFER_INIT;
    KL_TRY(load(&driver, error));
    KL_TRY(kl_random(salt, sizeof salt, error));
    KL_TRY(driver->argon2(hash, HASH_LEN, KL_ARGON2_ID, &standard_cost, password, salt_text, error));
    kl_buffer_format(&text, "$argon2id$v=19$m=%u,t=%u,p=%u$", standard_cost.memory_kib,
                     standard_cost.passes, standard_cost.lanes);
    encode_part(&text, salt_text);
    kl_buffer_byte(&text, '$');
    encode_part(&text, hash_text);
    kl_wipe(hash, sizeof hash);
    return kl_buffer_finish(out, &text, error);
}

static kl_status verify_argon2(bool *matches, kl_text rest, kl_argon2_kind kind, kl_text password,
                               kl_error *error)
{
    static const char *const names[] = {"m", "t", "p"};
    const kl_passwords *driver;
    unsigned char derived[HASH_MAX];
    phc parts = {{0}, KL_BUFFER_INIT, KL_BUFFER_INIT};
    kl_status status;
    if (!kl_text_is(next_part(&rest, '$'), "v=19"))
        return malformed("argon2", error);
    KL_TRY(load(&driver, error));
    KL_TRY_OUT(read_phc(&parts, rest, names, "argon2", error));
    const kl_argon2_cost cost = {parts.costs[0], parts.costs[1], parts.costs[2]};
    if (cost.memory_kib > MEMORY_MAX_KIB || cost.passes > PASSES_MAX || cost.lanes > LANES_MAX) {
        status = too_costly("argon2", error);
        goto out;
    }
    KL_TRY_OUT(driver->argon2(derived, parts.hash.len, kind, &cost, password,
                              kl_buffer_text(&parts.salt), error));
    *matches = equals(&parts, derived);
out:
    free_phc(&parts);
    return status;
}

/* ---- scrypt --------------------------------------------------------------------------------------- */

static kl_status verify_scrypt(bool *matches, kl_text rest, kl_text password, kl_error *error)
{
    static const char *const names[] = {"ln", "r", "p"};
    const void *functions;
    unsigned char derived[HASH_MAX];
    phc parts = {{0}, KL_BUFFER_INIT, KL_BUFFER_INIT};
    kl_status status;
    KL_TRY(kl_driver_load(&functions, "openssl", error));
    const kl_openssl *driver = functions;
    KL_TRY_OUT(read_phc(&parts, rest, names, "scrypt", error));
    uint32_t log_n = parts.costs[0], r = parts.costs[1], p = parts.costs[2];
    if (log_n < 1 || r < 1 || p < 1) {
        status = malformed("scrypt", error);
        goto out;
    }
    /* 128 * 2^log_n * r bytes, passed over p times */
    if (log_n > 20 || r > 32 || p > LANES_MAX || ((uint64_t)r << log_n) / 8 > MEMORY_MAX_KIB) {
        status = too_costly("scrypt", error);
        goto out;
    }
    KL_TRY_OUT(driver->scrypt(derived, parts.hash.len, password, kl_buffer_text(&parts.salt), log_n,
                              r, p, error));
    *matches = equals(&parts, derived);
out:
    free_phc(&parts);
    return status;
}

/* ---- bcrypt --------------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static kl_status verify_bcrypt(bool *matches, kl_text hash, kl_text password, kl_error *error)
{
    const kl_passwords *driver;
    char derived[61], setting[61];
    if (hash.len != 60 || !is_digit(hash.data[4]) || !is_digit(hash.data[5]) || hash.data[6] != '$')
        return malformed("bcrypt", error);
    if ((hash.data[4] - '0') * 10 + hash.data[5] - '0' > BCRYPT_COST_MAX)
        return too_costly("bcrypt", error);
    KL_TRY(load(&driver, error));
    *matches = false;
    if (password.len && memchr(password.data, '\0', password.len))
        return KL_OK; /* bcrypt ends at a NUL: no such password has a hash */
    char *copy = kl_strdup(password);
    if (!copy)
        return kl_error_no_memory(error);
    memcpy(setting, hash.data, 60);
    setting[60] = '\0';
    kl_status status = driver->bcrypt(derived, copy, setting, error);
    if (status == KL_OK)
        *matches = kl_equal_secret((kl_text){derived, 60}, hash);
    kl_wipe(copy, password.len);
    kl_free(copy);
    return status;
}

/* ---- PBKDF2 --------------------------------------------------------------------------------------- */

static kl_hash_kind hash_of_name(kl_text hash)
{
    kl_text name = {hash.data, KL_MIN(hash.len, (size_t)16)};
    bool is_512 = name.len && memmem(name.data, name.len, "512", 3);
    bool is_256 = name.len && memmem(name.data, name.len, "256", 3);
    return is_512 ? KL_HASH_SHA512 : is_256 ? KL_HASH_SHA256 : KL_HASH_SHA1;
}

/* "29000", or "i=600000,l=32" */
static bool read_iterations(uint32_t *out, kl_text part)
{
    kl_text first = next_part(&part, ',');
    return read_number(out, first) || read_cost(out, first, "i");
}

/* The salt of Django is text, that of all others base64. */
static kl_status verify_pbkdf2(bool *matches, kl_text hash, kl_text rest, kl_text password,
                               kl_error *error)
{
    unsigned char derived[HASH_MAX];
    uint32_t iterations = 0;
    kl_text cost = next_part(&rest, '$'), salt = next_part(&rest, '$');
    phc parts = {{0}, KL_BUFFER_INIT, KL_BUFFER_INIT};
    kl_status status = KL_OK;
    if (!read_iterations(&iterations, cost) || !iterations || !salt.len)
        return malformed("pbkdf2", error);
    if (iterations > ITERATIONS_MAX)
        return too_costly("pbkdf2", error);
    if (rest.len && rest.data[rest.len - 1] == '=')
        rest.len -= rest.len > 1 && rest.data[rest.len - 2] == '=' ? 2 : 1;
    status = decode_part(&parts.hash, rest, error);
    if (status == KL_OK && hash.data[0] == '$')
        status = decode_part(&parts.salt, salt, error);
    if (status == KL_OK && (parts.hash.len < 16 || parts.hash.len > HASH_MAX))
        status = KL_SYNTAX;
    if (status == KL_OK)
        status = kl_pbkdf2(derived, parts.hash.len, hash_of_name(hash), password,
                           hash.data[0] == '$' ? kl_buffer_text(&parts.salt) : salt, iterations,
                           error);
    else if (status == KL_SYNTAX)
        status = malformed("pbkdf2", error);
    if (status == KL_OK)
        *matches = equals(&parts, derived);
    free_phc(&parts);
    return status;
}

/* ---- all ------------------------------------------------------------------------------------------ */

kl_status kl_password_verify(bool *matches, kl_text hash, kl_text password, kl_error *error)
{
    size_t row = find_prefix(hash);
    if (row == KL_COUNT(prefixes))
        return kl_error_set(error, KL_INVALID,
                            "unknown password hash; expected one that begins with $argon2id$, "
                            "$2b$, $scrypt$ or $pbkdf2-sha256$");
    size_t len = strlen(prefixes[row].prefix);
    kl_text rest = {hash.data + len, hash.len - len};
    switch (prefixes[row].kind) {
    case KL_PASSWORD_BCRYPT:
        return verify_bcrypt(matches, hash, password, error);
    case KL_PASSWORD_SCRYPT:
        return verify_scrypt(matches, rest, password, error);
    case KL_PASSWORD_PBKDF2:
        return verify_pbkdf2(matches, hash, rest, password, error);
    default:
        return verify_argon2(matches, rest, prefixes[row].argon2, password, error);
    }
}
