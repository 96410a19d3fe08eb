/* src/nodes/credential.c - CredentialValidatorNode: how good a password is. */
#include "common_passwords.h"
#include "driver.h"
#include "drivers/utf8proc.h"
#include "mode.h"
#include "unicode.h"

#include <math.h>

enum {
    PASSWORD, USERNAME, FORBIDDEN, MIN_LENGTH, MAX_LENGTH, NEEDS_UPPER, NEEDS_LOWER, NEEDS_DIGIT,
    NEEDS_SPECIAL
};
/* Shorter names and words are found in passwords by chance. */
enum { PART_MIN = 3 };

/* ---- what it is made of -------------------------------------------------------------------------- */

typedef struct password_facts {
    size_t length; /* in characters */
    bool upper, lower, digit, special;
    bool letter; /* of a script without cases: for the count of classes as special ones */
} password_facts;

static void count_ascii(password_facts *facts, unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        facts->upper = true;
    else if (c >= 'a' && c <= 'z')
        facts->lower = true;
    else if (c >= '0' && c <= '9')
        facts->digit = true;
    else
        facts->special = true;
}

/* The code point of valid UTF-8 of more than one byte. */
static uint32_t decode(const unsigned char *at, size_t len)
{
    uint32_t code = at[0] & (0xff >> (len + 1));
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3f);
    return code;
}

static void count_other(password_facts *facts, const kl_utf8proc *driver, uint32_t code)
{
    switch (driver->class_of(code)) {
    case KL_CHARACTER_UPPER:
        facts->upper = true;
        break;
    case KL_CHARACTER_LOWER:
        facts->lower = true;
        break;
    case KL_CHARACTER_DIGIT:
        facts->digit = true;
        break;
    case KL_CHARACTER_LETTER:
    case KL_CHARACTER_MARK:
        facts->letter = true;
        break;
    default:
        facts->special = true;
    }
}

static kl_status facts_of(password_facts *out, kl_text password, kl_error *error)
{
    password_facts facts = {0};
    const void *driver = NULL;
    if (!kl_text_is_ascii(password))
        KL_TRY(kl_driver_load(&driver, "utf8proc", error));
    for (size_t at = 0, step; at < password.len; at += step, facts.length++) {
        const unsigned char *bytes = (const unsigned char *)password.data + at;
        step = kl_text_step(password, at);
        if (step == 1)
            count_ascii(&facts, *bytes);
        else
            count_other(&facts, driver, decode(bytes, step));
    }
    *out = facts;
    return KL_OK;
}

/* ---- what is wrong with it ----------------------------------------------------------------------- */

static kl_status add_issue(kl_value *issues, bool wrong, const char *words, kl_error *error)
{
    return wrong ? kl_array_push_text(issues, kl_text_from(words), error) : KL_OK;
}

static kl_status check_length(kl_value *issues, size_t length, const kl_value *args,
                              kl_error *error)
{
    kl_value text;
    int64_t min = kl_as_int(args[MIN_LENGTH]), max = kl_as_int(args[MAX_LENGTH]);
    if (length < (size_t)min) {
        KL_TRY(kl_string_format(&text, error, "password must be at least %lld characters (got %zu)",
                                (long long)min, length));
        KL_TRY(kl_array_push(issues, text, error));
    }
    if (!kl_is_null(args[MAX_LENGTH]) && length > (size_t)max) {
        KL_TRY(kl_string_format(&text, error, "password must be at most %lld characters (got %zu)",
                                (long long)max, length));
        KL_TRY(kl_array_push(issues, text, error));
    }
    return KL_OK;
}

static kl_status check_classes(kl_value *issues, const password_facts *facts, const kl_value *args,
                               kl_error *error)
{
    KL_TRY(add_issue(issues, kl_as_bool(args[NEEDS_UPPER]) && !facts->upper,
                     "password must contain at least one uppercase letter", error));
    KL_TRY(add_issue(issues, kl_as_bool(args[NEEDS_LOWER]) && !facts->lower,
                     "password must contain at least one lowercase letter", error));
    KL_TRY(add_issue(issues, kl_as_bool(args[NEEDS_DIGIT]) && !facts->digit,
                     "password must contain at least one digit", error));
    return add_issue(issues, kl_as_bool(args[NEEDS_SPECIAL]) && !facts->special,
                     "password must contain at least one special character", error);
}

/* In lower case. */
static bool is_common(kl_text password)
{
    for (size_t i = 0; i < KL_COUNT(common_passwords); i++) {
        size_t low = 0, high = common_passwords[i].count, len = common_passwords[i].len;
        if (len != password.len)
            continue;
        while (low < high) {
            size_t middle = (low + high) / 2;
            int order = memcmp(password.data, common_passwords[i].words + middle * len, len);
            if (order == 0)
                return true;
            if (order < 0)
                high = middle;
            else
                low = middle + 1;
        }
    }
    return false;
}

static kl_status contains(bool *found, kl_text lower, kl_value part, kl_error *error)
{
    kl_value folded;
    *found = false;
    if (!kl_is(part, KL_KIND_STRING) || kl_value_len(part) < PART_MIN)
        return KL_OK;
    KL_TRY(kl_text_lower(&folded, kl_as_text(part), KL_NODE_TEXT_MAX, error));
    kl_text wanted = kl_as_text(folded);
    *found = lower.len && memmem(lower.data, lower.len, wanted.data, wanted.len);
    kl_value_release(folded);
    return KL_OK;
}

static kl_status check_words(kl_value *issues, kl_text lower, const kl_value *args, kl_error *error)
{
    bool found = false;
    KL_TRY(add_issue(issues, is_common(lower), "password is too common", error));
    KL_TRY(contains(&found, lower, args[USERNAME], error));
    KL_TRY(add_issue(issues, found, "password must not contain the username", error));
    found = false;
    for (size_t i = 0; i < kl_array_len(args[FORBIDDEN]) && !found; i++)
        KL_TRY(contains(&found, lower, kl_array_at(args[FORBIDDEN], i), error));
    return add_issue(issues, found, "password must not contain a forbidden word", error);
}

static kl_status issues_of(kl_value *out, const password_facts *facts, const kl_value *args,
                           kl_error *error)
{
    kl_value issues = kl_null(), lower = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&issues, 4, error));
    KL_TRY_OUT(kl_text_lower(&lower, kl_as_text(args[PASSWORD]), KL_NODE_TEXT_MAX, error));
    KL_TRY_OUT(check_length(&issues, facts->length, args, error));
    KL_TRY_OUT(check_classes(&issues, facts, args, error));
    KL_TRY_OUT(check_words(&issues, kl_as_text(lower), args, error));
    *out = kl_value_take(&issues);
out:
    kl_value_release(lower);
    kl_value_release(issues);
    return status;
}

/* ---- the score ----------------------------------------------------------------------------------- */

/* Up to 30 points for length, 40 for the bits of a random password of these classes, 7.5 for each
 * class; 15 less for each issue. */
static int64_t score_of(const password_facts *facts, size_t issues)
{
    bool other = facts->special || facts->letter;
    int classes = facts->upper + facts->lower + facts->digit + other;
    double pool = 26 * facts->lower + 26 * facts->upper + 10 * facts->digit + 32 * other;
    double length = (double)facts->length, bits = pool > 0 ? length * log2(pool) : 0;
    double score = fmin(length, 20) / 20 * 30 + fmin(bits / 80, 1) * 40 + 7.5 * classes -
                   15.0 * (double)issues;
    return score > 0 ? (int64_t)score : 0;
}

static const char *strength_of(int64_t score)
{
    return score <= 25 ? "weak" : score <= 50 ? "fair" : score <= 75 ? "strong" : "very_strong";
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    password_facts facts;
    kl_value map = kl_null(), issues = kl_null();
    kl_status status;
    KL_TRY_OUT(facts_of(&facts, kl_as_text(call->args[PASSWORD]), error));
    KL_TRY_OUT(issues_of(&issues, &facts, call->args, error));
    size_t count = kl_array_len(issues);
    int64_t score = score_of(&facts, count);
    KL_TRY_OUT(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(count == 0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("score"), kl_int(score), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("strength"), kl_text_from(strength_of(score)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("issues"), kl_value_take(&issues), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(issues);
    kl_value_release(map);
    return status;
}

static const kl_param inputs[] = {
    {.name = "password", .kind = KL_KIND_STRING, .flags = KL_SECRET, .doc = "the password"},
    {.name = "username", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "a name that must not stand in it, in any case; ones below 3 bytes are let pass"},
    {.name = "forbidden", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "words that must not stand in it, likewise"},
};
static const kl_param config[] = {
    {.name = "min_length", .kind = KL_KIND_COUNT, .fallback = "8", .range = KL_RANGE(0, 4096),
     .doc = "characters it must have"},
    {.name = "max_length", .kind = KL_KIND_COUNT, .fallback = "128", .flags = KL_OPTIONAL,
     .range = KL_RANGE(0, 1000000), .doc = "characters it may have; null = any number"},
    {.name = "require_uppercase", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether an upper-case letter must be there, of any script"},
    {.name = "require_lowercase", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether a lower-case letter must be there"},
    {.name = "require_digit", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether a digit must be there"},
    {.name = "require_special", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether a character must be there that is neither letter nor digit"},
};
static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "whether there are no issues"},
    {.name = "score", .kind = KL_KIND_INT, .doc = "0 to 100"},
    {.name = "strength", .kind = KL_KIND_STRING,
     .doc = "weak (to 25), fair (to 50), strong (to 75), very_strong"},
    {.name = "issues", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .doc = "what is wrong; one of the 10,000 most common passwords is too common"},
};

static const kl_node_type types[] = {
    {
        .name = "CredentialValidatorNode",
        .category = "Auth",
        .doc = "Tells how good a password is and what is wrong with it.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family credential = {.name = "credential", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(credential);
