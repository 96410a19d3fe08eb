/* src/base/short_text.h - texts that mostly are short: copied and compared without a call, by loads that overlap. */
#ifndef KL_BASE_SHORT_TEXT_H
#define KL_BASE_SHORT_TEXT_H

#include "kailash/base.h"

static inline uint64_t kl_load_8(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static inline uint32_t kl_load_4(const char *at)
{
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

/* As memcpy(). */
static inline void kl_short_copy(char *to, kl_text text)
{
    if (text.len > 16) {
        memcpy(to, text.data, text.len);
    } else if (text.len >= 8) {
        uint64_t first = kl_load_8(text.data), last = kl_load_8(text.data + text.len - 8);
        memcpy(to, &first, 8);
        memcpy(to + text.len - 8, &last, 8);
    } else if (text.len >= 4) {
        uint32_t first = kl_load_4(text.data), last = kl_load_4(text.data + text.len - 4);
        memcpy(to, &first, 4);
        memcpy(to + text.len - 4, &last, 4);
    } else {
        for (size_t i = 0; i < text.len; i++)
            to[i] = text.data[i];
    }
}

/* As kl_text_equal(). */
static inline bool kl_short_equal(kl_text a, kl_text b)
{
    if (a.len != b.len)
        return false;
    if (a.len > 16 || a.len < 4)
        return kl_text_equal(a, b);
    if (a.len >= 8)
        return kl_load_8(a.data) == kl_load_8(b.data) &&
               kl_load_8(a.data + a.len - 8) == kl_load_8(b.data + b.len - 8);
    return kl_load_4(a.data) == kl_load_4(b.data) &&
           kl_load_4(a.data + a.len - 4) == kl_load_4(b.data + b.len - 4);
}

/* Less than eight bytes as a number, different for different bytes of one length. */
static inline uint64_t kl_short_block(kl_text text)
{
    if (text.len >= 4)
        return kl_load_4(text.data) | (uint64_t)kl_load_4(text.data + text.len - 4) << 32;
    const unsigned char *bytes = (const unsigned char *)text.data;
    return text.len ? bytes[0] | (uint64_t)bytes[text.len / 2] << 8 | (uint64_t)bytes[text.len - 1] << 16 : 0;
}

#endif
