/* src/base/utf8.c - UTF-8 checked, counted, encoded (Unicode 15, table 3-7). */
#include "payload.h"

static size_t ascii_prefix(const unsigned char *at, size_t len)
{
    size_t done = 0;
    while (len - done >= 8) {
        uint64_t block;
        memcpy(&block, at + done, 8);
        if (block & 0x8080808080808080ull)
            break;
        done += 8;
    }
    while (done < len && at[done] < 0x80)
        done++;
    return done;
}

/* Bytes that a sequence with this lead needs; 0 when none begins with it. */
static size_t needed(unsigned char lead)
{
    return lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

/* Whether a second byte fits the first. */
static bool may_follow(unsigned char lead, unsigned char second)
{
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

/* Length of the sequence at `at`, or 0 when it is not well-formed. */
static size_t sequence_length(const unsigned char *at, size_t len)
{
    size_t need = needed(at[0]);
    if (need == 0 || need > len || !may_follow(at[0], at[1]))
        return 0;
    for (size_t i = 2; i < need; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return need;
}

size_t kl_utf8_broken_length(kl_text text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t need = text.len ? needed(at[0]) : 0, len = 1;
    if (need == 0 || text.len < 2 || !may_follow(at[0], at[1]))
        return 1;
    while (++len < need && len < text.len && (at[len] & 0xC0) == 0x80)
        ;
    return len;
}

size_t kl_utf8_valid_length(kl_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t done = 0;
    while (done < text.len) {
        done += ascii_prefix(bytes + done, text.len - done);
        if (done == text.len)
            break;
        size_t step = sequence_length(bytes + done, text.len - done);
        if (step == 0)
            return done;
        done += step;
    }
    return done;
}

size_t kl_utf8_count(kl_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

size_t kl_utf8_encode(char *buffer, uint32_t code)
{
    if (code < 0x80) {
        buffer[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        buffer[0] = (char)(0xC0 | code >> 6);
        buffer[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        buffer[0] = (char)(0xE0 | code >> 12);
        buffer[1] = (char)(0x80 | (code >> 6 & 0x3F));
        buffer[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    buffer[0] = (char)(0xF0 | code >> 18);
    buffer[1] = (char)(0x80 | (code >> 12 & 0x3F));
    buffer[2] = (char)(0x80 | (code >> 6 & 0x3F));
    buffer[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

uint32_t kl_utf8_next(const char **at)
{
    const unsigned char *bytes = (const unsigned char *)*at;
    if (bytes[0] < 0x80) {
        *at += 1;
        return bytes[0];
    }
    if (bytes[0] < 0xE0) {
        *at += 2;
        return (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    }
    if (bytes[0] < 0xF0) {
        *at += 3;
        return (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    }
    *at += 4;
    return (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3Fu) << 12 | (bytes[2] & 0x3Fu) << 6 |
           (bytes[3] & 0x3Fu);
}

kl_status kl_string_repair(kl_value *out, kl_text text, kl_error *error)
{
    size_t bad = 0;
    for (kl_text rest = text; rest.len;) {
        size_t good = kl_utf8_valid_length(rest);
        if (good == rest.len)
            break;
        bad++;
        rest.data += good + 1;
        rest.len -= good + 1;
    }
    if (bad == 0)
        return kl_string_from_valid(out, text, error);
    char *fixed = bad > (SIZE_MAX - text.len) / 3 ? NULL : kl_alloc(text.len + 3 * bad);
    if (!fixed)
        return kl_error_no_memory(error);
    size_t len = 0;
    while (text.len) {
        size_t good = kl_utf8_valid_length(text);
        memcpy(fixed + len, text.data, good);
        len += good;
        if (good < text.len) {
            len += kl_utf8_encode(fixed + len, 0xFFFD);
            good++;
        }
        text.data += good;
        text.len -= good;
    }
    kl_status status = kl_string_from_valid(out, (kl_text){fixed, len}, error);
    kl_free(fixed);
    return status;
}
