/* src/base/encode.c - see encode.h. */
#include "encode.h"

static const char alphabets[2][65] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
};

void kl_base64_encode(kl_buffer *to, kl_text bytes, kl_base64_kind kind)
{
    const char *alphabet = alphabets[kind];
    const unsigned char *from = (const unsigned char *)bytes.data;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = KL_MIN(bytes.len - i, (size_t)3);
        uint32_t block = (uint32_t)from[i] << 16;
        if (have > 1)
            block |= (uint32_t)from[i + 1] << 8;
        if (have > 2)
            block |= from[i + 2];
        char four[4] = {alphabet[block >> 18], alphabet[block >> 12 & 63],
                        have > 1 ? alphabet[block >> 6 & 63] : '=',
                        have > 2 ? alphabet[block & 63] : '='};
        kl_buffer_add(to, (kl_text){four, kind == KL_BASE64_URL ? have + 1 : 4});
    }
}

static int digit_of(char letter, kl_base64_kind kind)
{
    const char *found = letter ? memchr(alphabets[kind], letter, 64) : NULL;
    return found ? (int)(found - alphabets[kind]) : -1;
}

kl_status kl_base64_decode(kl_buffer *to, kl_text text, kl_base64_kind kind, kl_error *error)
{
    size_t len = text.len;
    if (kind == KL_BASE64_STANDARD) {
        if (len % 4)
            return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + len,
                                   "base64: the length %zu is no multiple of 4", len);
        for (int i = 0; i < 2 && len && text.data[len - 1] == '='; i++)
            len--;
    }
    if (len % 4 == 1)
        return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + len,
                               "base64: the text ends too early");
    uint32_t block = 0;
    for (size_t i = 0; i < len; i++) {
        int digit = digit_of(text.data[i], kind);
        if (digit < 0)
            return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + i,
                                   "base64: unexpected character");
        block = block << 6 | (uint32_t)digit;
        if (i % 4 > 0)
            kl_buffer_byte(to, (char)(block >> (6 - 2 * (i % 4))));
    }
    uint32_t stray = len % 4 == 2 ? block & 15 : len % 4 == 3 ? block & 3 : 0;
    if (stray)
        return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + len - 1,
                               "base64: the last character has stray bits");
    return KL_OK;
}

void kl_base32_encode(kl_buffer *to, kl_text bytes)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t block = 0;
    int bits = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        block = (block << 8 | (unsigned char)bytes.data[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            kl_buffer_byte(to, alphabet[block >> (bits - 5) & 31]);
    }
    if (bits)
        kl_buffer_byte(to, alphabet[block << (5 - bits) & 31]);
}

static int base32_digit(char letter)
{
    if (letter >= '2' && letter <= '7')
        return letter - '2' + 26;
    letter = (char)(letter | 0x20);
    return letter >= 'a' && letter <= 'z' ? letter - 'a' : -1;
}

kl_status kl_base32_decode(kl_buffer *to, kl_text text, kl_error *error)
{
    uint32_t block = 0;
    int bits = 0;
    while (text.len && text.data[text.len - 1] == '=')
        text.len--;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == ' ' || text.data[i] == '-')
            continue;
        int digit = base32_digit(text.data[i]);
        if (digit < 0)
            return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + i,
                                   "base32: unexpected character");
        block = (block << 5 | (uint32_t)digit) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            kl_buffer_byte(to, (char)(block >> bits));
        }
    }
    return KL_OK;
}

void kl_hex_encode(kl_buffer *to, kl_text bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        kl_buffer_byte(to, digits[byte >> 4]);
        kl_buffer_byte(to, digits[byte & 15]);
    }
}

static int hex_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 32;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

kl_status kl_hex_decode(kl_buffer *to, kl_text text, kl_error *error)
{
    if (text.len % 2)
        return kl_error_set(error, KL_SYNTAX, "hex: the length %zu is odd", text.len);
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_of(text.data[i]), low = hex_of(text.data[i + 1]);
        if (high < 0 || low < 0)
            return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + i + (high >= 0),
                                   "hex: unexpected character");
        kl_buffer_byte(to, (char)(high << 4 | low));
    }
    return KL_OK;
}
