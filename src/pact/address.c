/* src/pact/address.c - addresses: text and structured form in and out, prefixes, order. */
#include "address.h"
#include "../base/buffer.h"

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_in_alphabet(char c) { return is_letter(c) || is_digit(c) || (c && strchr("_:./-", c)); }

/* What does not depend on segments: emptiness, NUL, length, alphabet. */
static kl_status check_text(kl_text text, kl_error *error)
{
    if (text.len == 0)
        return kl_error_set(error, KL_INVALID, "address: D/T/R address must not be empty");
    if (memchr(text.data, '\0', text.len))
        return kl_error_set(error, KL_INVALID, "address: input contains NUL byte (rejected)");
    size_t characters = 0;
    for (size_t i = 0; i < text.len; i++)
        characters += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    if (characters > KL_PACT_ADDRESS_MAX)
        return kl_error_set(error, KL_INVALID,
                            "address: D/T/R address has %zu characters, maximum is %d", characters,
                            KL_PACT_ADDRESS_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (!is_in_alphabet(text.data[i]))
            return kl_error_set(error, KL_INVALID,
                                "address: D/T/R address contains characters outside the grammar "
                                "allowlist [A-Za-z0-9_:./-]");
    return KL_OK;
}

/* 1 to 2^32 - 1 in decimal digits; 0 for anything else. */
static uint32_t number_of(kl_text digits)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.data[i]))
            return 0;
        number = 10 * number + (uint64_t)(digits.data[i] - '0');
        if (number > UINT32_MAX)
            return 0;
    }
    return (uint32_t)number;
}

static kl_status read_segment(kl_pact_segment *out, kl_text text, kl_error *error)
{
    if (text.len < 2)
        return kl_error_set(error, KL_INVALID,
                            "segment must be a type character (D/T/R) followed by a positive "
                            "integer, got: '%.*s'", KL_TEXT_ARG(text));
    char letter = (char)(is_letter(text.data[0]) ? text.data[0] & ~0x20 : 0);
    if (letter != 'D' && letter != 'T' && letter != 'R')
        return kl_error_set(error, KL_INVALID, "unrecognized node type character: '%c'",
                            text.data[0]);
    kl_text digits = {text.data + 1, text.len - 1};
    uint32_t number = number_of(digits);
    if (number == 0)
        return kl_error_set(error, KL_INVALID,
                            "invalid sequence number '%.*s': must be an integer >= 1 and <= 4294967295",
                            KL_TEXT_ARG(digits));
    *out = kl_pact_segment_of(letter, number);
    return KL_OK;
}

static kl_status too_many(size_t count, kl_error *error)
{
    return kl_error_set(error, KL_INVALID,
                        "invalid segment format: address has %zu segments, maximum is %d", count,
                        KL_PACT_SEGMENTS_MAX);
}

/* Each D and T is followed by an R. */
static kl_status check_order(const kl_pact_address *address, kl_error *error)
{
    for (size_t i = 0; i < address->count; i++) {
        char letter = kl_pact_segment_letter(address->at[i]);
        bool has_role = i + 1 < address->count && kl_pact_segment_letter(address->at[i + 1]) == 'R';
        if (letter != 'R' && !has_role)
            return kl_error_set(error, KL_INVALID,
                                "%s segment must be immediately followed by a Role (R) segment",
                                letter == 'D' ? "Department (D)" : "Team (T)");
    }
    return KL_OK;
}

kl_status kl_pact_address_parse(kl_pact_address *out, kl_text text, kl_error *error)
{
    size_t count = 0, start = 0;
    KL_TRY(check_text(text, error));
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '-';
    if (++count > KL_PACT_SEGMENTS_MAX)
        return too_many(count, error);
    out->count = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.data[i] != '-')
            continue;
        KL_TRY(read_segment(&out->at[out->count], (kl_text){text.data + start, i - start}, error));
        out->count++;
        start = i + 1;
    }
    return check_order(out, error);
}

static const struct {
    const char *name;
    char letter;
} node_types[] = {{"Department", 'D'}, {"Team", 'T'}, {"Role", 'R'}};

static kl_status read_structured(kl_pact_segment *out, kl_value segment, size_t index,
                                 kl_error *error)
{
    kl_value type = kl_map_get(segment, KL_TEXT("node_type"));
    kl_value number = kl_map_get(segment, KL_TEXT("sequence"));
    if (!kl_is(number, KL_KIND_INT) || number.as.integer < 1 || number.as.integer > UINT32_MAX)
        return kl_error_set(error, KL_INVALID,
                            "segments[%zu]: sequence must be an integer from 1 to 4294967295", index);
    for (size_t i = 0; i < KL_COUNT(node_types); i++)
        if (kl_is(type, KL_KIND_STRING) && kl_text_is(kl_as_text(type), node_types[i].name)) {
            *out = kl_pact_segment_of(node_types[i].letter, (uint32_t)number.as.integer);
            return KL_OK;
        }
    return kl_error_set(error, KL_INVALID,
                        "segments[%zu]: node_type must be Department, Team or Role", index);
}

kl_status kl_pact_address_read(kl_pact_address *out, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING))
        return kl_pact_address_parse(out, kl_as_text(value), error);
    kl_value segments = kl_map_get(value, KL_TEXT("segments"));
    if (!kl_is(segments, KL_KIND_ARRAY))
        return kl_error_set(error, KL_INVALID,
                            "address: expected text such as D1-R1 or an object with `segments`, got %s",
                            kl_value_kind_name(value));
    size_t count = kl_array_len(segments);
    if (count == 0)
        return kl_error_set(error, KL_INVALID, "address must contain at least one segment");
    if (count > KL_PACT_SEGMENTS_MAX)
        return too_many(count, error);
    for (size_t i = 0; i < count; i++)
        KL_TRY(read_structured(&out->at[i], kl_array_at(segments, i), i, error));
    out->count = count;
    return check_order(out, error);
}

/* ---- writing --------------------------------------------------------------------------------- */

kl_status kl_pact_path_text(kl_value *out, kl_pact_path path, kl_error *error)
{
    char text[KL_PACT_SEGMENTS_MAX * 12];
    size_t len = 0;
    for (size_t i = 0; i < path.count; i++) {
        char digits[10];
        size_t count = 0;
        if (i)
            text[len++] = '-';
        text[len++] = kl_pact_segment_letter(path.at[i]);
        for (uint32_t rest = kl_pact_segment_number(path.at[i]); rest; rest /= 10)
            digits[count++] = (char)('0' + rest % 10);
        while (count)
            text[len++] = digits[--count];
    }
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

static kl_status segment_map(kl_value *out, kl_pact_segment segment, kl_error *error)
{
    kl_value map;
    kl_status status;
    const char *name = "Role";
    for (size_t i = 0; i < KL_COUNT(node_types); i++)
        if (node_types[i].letter == kl_pact_segment_letter(segment))
            name = node_types[i].name;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("node_type"), kl_text_from(name), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("sequence"), kl_int(kl_pact_segment_number(segment)), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_pact_path_map(kl_value *out, kl_pact_path path, kl_error *error)
{
    kl_value segments, segment;
    kl_status status;
    KL_TRY(kl_array_new(&segments, path.count, error));
    for (size_t i = 0; i < path.count; i++) {
        KL_TRY_OUT(segment_map(&segment, path.at[i], error));
        KL_TRY_OUT(kl_array_push(&segments, segment, error));
    }
    return kl_map_of_one(out, KL_TEXT("segments"), segments, error);
out:
    kl_value_release(segments);
    return status;
}

/* ---- comparing ------------------------------------------------------------------------------- */

bool kl_pact_path_equal(kl_pact_path a, kl_pact_path b)
{
    return a.count == b.count && kl_pact_path_is_prefix(a, b);
}

int kl_pact_path_compare(kl_pact_path a, kl_pact_path b)
{
    for (size_t i = 0; i < KL_MIN(a.count, b.count); i++)
        if (a.at[i] != b.at[i])
            return a.at[i] < b.at[i] ? -1 : 1;
    return (a.count > b.count) - (a.count < b.count);
}

bool kl_pact_path_is_prefix(kl_pact_path path, kl_pact_path of)
{
    return path.count <= of.count &&
           (path.count == 0 || memcmp(path.at, of.at, path.count * sizeof *path.at) == 0);
}

/* ---- prefixes -------------------------------------------------------------------------------- */

/* The longest prefix of at most `count` segments that ends in R. */
static size_t to_role(kl_pact_path path, size_t count)
{
    while (count && kl_pact_segment_letter(path.at[count - 1]) != 'R')
        count--;
    return count;
}

size_t kl_pact_path_parent(kl_pact_path path)
{
    size_t shorter = path.count ? path.count - 1 : 0;
    return to_role(path, shorter) == shorter ? shorter : 0;
}

size_t kl_pact_path_supervisor(kl_pact_path path)
{
    return path.count ? to_role(path, path.count - 1) : 0;
}

/* Behind the last segment of one of two letters. */
static size_t behind_last(kl_pact_path path, char letter, char other)
{
    for (size_t i = path.count; i-- > 0;) {
        char found = kl_pact_segment_letter(path.at[i]);
        if (found == letter || found == other)
            return i + 2;
    }
    return 0;
}

size_t kl_pact_path_unit(kl_pact_path path) { return behind_last(path, 'D', 'T'); }
size_t kl_pact_path_department(kl_pact_path path) { return behind_last(path, 'D', 'D'); }
size_t kl_pact_path_team(kl_pact_path path) { return behind_last(path, 'T', 'T'); }

size_t kl_pact_path_lca(kl_pact_path a, kl_pact_path b)
{
    size_t count = 0;
    while (count < a.count && count < b.count && a.at[count] == b.at[count])
        count++;
    return to_role(a, count);
}
