/* src/base/string.c - strings and bytes: one payload, two kinds. */
#include "buffer.h"
#include "payload.h"
#include "short_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

/* ---- hashing: 64-bit folded multiplication, seeded so that keys cannot be made to collide ---- */

static uint64_t hash_seed;

__attribute__((constructor)) static void seed_hash(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
        seed = (uint64_t)time(NULL) * 0x9E3779B97F4A7C15ull ^ (uint64_t)(uintptr_t)&seed;
    hash_seed = seed | 1;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t kl_text_hash(kl_text text)
{
    uint64_t state = hash_seed ^ text.len * 0xA0761D6478BD642Full;
    const char *at = text.data;
    size_t left = text.len;
    uint64_t block;
    for (; left >= 8; at += 8, left -= 8) {
        memcpy(&block, at, 8);
        state = fold(state ^ block, 0xE7037ED1A0B428DBull);
    }
    state = fold(state ^ kl_short_block((kl_text){at, left}), 0x8EBC6AF09C88C6E3ull ^ hash_seed);
    return state ? state : 1;
}

uint64_t kl_string_hash(kl_string *string)
{
    uint64_t hash = __atomic_load_n(&string->hash, __ATOMIC_RELAXED);
    if (hash == 0) {
        hash = kl_text_hash(kl_string_text(string));
        __atomic_store_n(&string->hash, hash, __ATOMIC_RELAXED);
    }
    return hash;
}

/* ---- making ---------------------------------------------------------------------------------- */

static kl_status new_payload(kl_value *out, kl_kind kind, kl_text text, kl_error *error)
{
    kl_string *string =
        text.len > PTRDIFF_MAX - 64 ? NULL : kl_alloc(sizeof(kl_string) + text.len + 1);
    if (!string)
        return kl_error_no_memory(error);
    string->payload = (kl_payload){1, 0};
    string->len = text.len;
    string->hash = 0;
    if (text.len && text.data)
        memcpy(string->data, text.data, text.len);
    string->data[text.len] = '\0';
    *out = (kl_value){(uint32_t)kind, 0, {.string = string}};
    return KL_OK;
}

kl_status kl_bytes_room(kl_value *out, char **room, size_t len, kl_error *error)
{
    KL_TRY(new_payload(out, KL_KIND_BYTES, (kl_text){NULL, len}, error));
    *room = out->as.string->data;
    return KL_OK;
}

kl_status kl_string_from_valid(kl_value *out, kl_text text, kl_error *error)
{
    return new_payload(out, KL_KIND_STRING, text, error);
}

kl_status kl_string_new(kl_value *out, kl_text text, kl_error *error)
{
    size_t good = kl_utf8_valid_length(text);
    if (good < text.len)
        return kl_error_set_at(error, KL_SYNTAX, text.data, text.data + good,
                               "invalid UTF-8 at byte %zu", good);
    return new_payload(out, KL_KIND_STRING, text, error);
}

kl_status kl_bytes_new(kl_value *out, kl_text bytes, kl_error *error)
{
    return new_payload(out, KL_KIND_BYTES, bytes, error);
}

kl_status kl_string_format(kl_value *out, kl_error *error, const char *format, ...)
{
    char small[256];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (len < 0)
        return kl_error_set(error, KL_INVALID, "format: not a printf format");
    if ((size_t)len < sizeof small)
        return kl_string_repair(out, (kl_text){small, (size_t)len}, error);
    char *large = kl_alloc((size_t)len + 1);
    if (!large)
        return kl_error_no_memory(error);
    va_start(arguments, format);
    vsnprintf(large, (size_t)len + 1, format, arguments);
    va_end(arguments);
    kl_status status = kl_string_repair(out, (kl_text){large, (size_t)len}, error);
    kl_free(large);
    return status;
}

kl_status kl_string_wrap(kl_value *out, kl_kind kind, kl_text text, kl_foreign *owner,
                         kl_error *error)
{
    kl_wrapped_text wrapped = {text.data, owner};
    kl_string *string = kl_alloc(sizeof(kl_string) + sizeof wrapped);
    if (!string)
        return kl_error_no_memory(error);
    string->payload = (kl_payload){1, KL_PAYLOAD_WRAPPED};
    string->len = text.len;
    string->hash = 0;
    memcpy(string->data, &wrapped, sizeof wrapped);
    *out = (kl_value){(uint32_t)kind, 0, {.string = string}};
    return KL_OK;
}

kl_foreign *kl_string_owner(kl_value value)
{
    if ((value.kind != KL_KIND_STRING && value.kind != KL_KIND_BYTES) ||
        !(value.as.string->payload.flags & KL_PAYLOAD_WRAPPED))
        return NULL;
    kl_wrapped_text wrapped;
    memcpy(&wrapped, value.as.string->data, sizeof wrapped);
    return wrapped.owner;
}

kl_text kl_as_text(kl_value value)
{
    if (value.kind != KL_KIND_STRING && value.kind != KL_KIND_BYTES)
        return KL_TEXT("");
    return kl_string_text(value.as.string);
}
