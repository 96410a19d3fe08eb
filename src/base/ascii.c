/* src/base/ascii.c - see ascii.h. Loops of one kind of step, which the compiler makes wide. */
#include "ascii.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* at -O2 it does so only where the number of steps is known */
#endif

enum { BLOCK = 256 };

bool kl_text_is_ascii(kl_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t at = 0;
    unsigned char high = 0;
    for (; at + BLOCK <= text.len && high < 0x80; at += BLOCK)
        for (size_t i = 0; i < BLOCK; i++)
            high |= bytes[at + i];
    for (; at < text.len; at++)
        high |= bytes[at];
    return high < 0x80;
}

void kl_ascii_upper(char *restrict to, kl_text text)
{
    const unsigned char *restrict bytes = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char from_a = (unsigned char)(bytes[i] - 'a');
        to[i] = (char)(bytes[i] - (from_a < 26 ? 'a' - 'A' : 0));
    }
}

void kl_ascii_lower(char *restrict to, kl_text text)
{
    const unsigned char *restrict bytes = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char from_a = (unsigned char)(bytes[i] - 'A');
        to[i] = (char)(bytes[i] + (from_a < 26 ? 'a' - 'A' : 0));
    }
}

void kl_ascii_reverse(char *restrict to, kl_text text)
{
    const char *end = text.data + text.len;
    size_t done = 0;
    for (; done + 8 <= text.len; done += 8) {
        uint64_t bytes;
        memcpy(&bytes, end - done - 8, 8);
        bytes = __builtin_bswap64(bytes);
        memcpy(to + done, &bytes, 8);
    }
    for (; done < text.len; done++)
        to[done] = end[-1 - (ptrdiff_t)done];
}

/* What a byte is to a word. */
enum { OUTSIDE, APOSTROPHE, INSIDE };

static int place_of(unsigned char byte)
{
    bool letter = (unsigned char)((byte | 0x20) - 'a') < 26;
    return letter || (unsigned char)(byte - '0') < 10 ? INSIDE : byte == '\'' ? APOSTROPHE : OUTSIDE;
}

void kl_ascii_title(char *restrict to, kl_text text)
{
    unsigned char places[256];
    const unsigned char *bytes = (const unsigned char *)text.data;
    unsigned in_word = 0;
    for (int byte = 0; byte < 256; byte++)
        places[byte] = (unsigned char)place_of((unsigned char)byte);
    kl_ascii_lower(to, text);
    for (size_t i = 0; i < text.len; i++) {
        unsigned place = places[bytes[i]], now = (place + in_word) >> 1; /* inside, or both */
        bool small = (unsigned char)(to[i] - 'a') < 26;
        to[i] = (char)(to[i] - ((now & ~in_word & small) ? 'a' - 'A' : 0));
        in_word = now;
    }
}
