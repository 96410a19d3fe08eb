/* src/base/payload.h - how values lie in memory. For src/base, the engine and the bridge only. */
#ifndef KL_BASE_PAYLOAD_H
#define KL_BASE_PAYLOAD_H

#include "kailash/value.h"

/* Checkers of memory shall see every payload for itself, and its end. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define KL_MEMORY_IS_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define KL_MEMORY_IS_CHECKED 1
#endif
#endif
#ifndef KL_MEMORY_IS_CHECKED
#define KL_MEMORY_IS_CHECKED 0
#endif

enum {
    KL_PAYLOAD_WRAPPED = 1u,    /* a string whose bytes another owner keeps */
    KL_PAYLOAD_INTS = 2u,       /* an array of ints alone, or of doubles; what changes it takes that off */
    KL_PAYLOAD_REALS = 4u,
    KL_PAYLOAD_TUPLE = 8u,      /* an array that a face has as a tuple; likewise */
    KL_PAYLOAD_PAIRS = 16u,     /* an array of pairs that a face has as a mapping; likewise */
    KL_PAYLOAD_KIND_SHIFT = 4,  /* 4 bits: of one that waits to be freed, its kind */
    KL_PAYLOAD_SLAB_SHIFT = 8   /* 24 bits: 16-byte steps from the start of its slab; 0 = it has none */
};

struct kl_string {
    kl_payload payload;
    size_t len;
    uint64_t hash; /* 0 = not computed yet; atomic */
    char data[];   /* len bytes and a NUL; of a wrapped one: a kl_wrapped_text */
};

typedef struct kl_wrapped_text {
    const char *data;
    kl_foreign *owner;
} kl_wrapped_text;

struct kl_array {
    kl_payload payload;
    size_t len;
    size_t cap;
    kl_value items[];
};

/* Ordered, distinct keys. Immutable while shared. The index is built when there are many. */
struct kl_keys {
    uint32_t refs; /* atomic */
    uint32_t len;
    uint32_t cap;
    uint32_t index_mask;  /* size of the index - 1; the index is NULL up to KL_KEYS_LINEAR keys */
    uint32_t *index;      /* open addressing: position + 1, 0 = free */
    kl_foreign *twin;     /* atomic, set once */
    kl_string *keys[];
};
enum { KL_KEYS_LINEAR = 8 };

struct kl_map {
    kl_payload payload;
    kl_keys *keys; /* len of the map = len of the keys */
    size_t cap;
    kl_value values[];
};

static inline kl_text kl_string_text(const kl_string *string)
{
    if (__builtin_expect(string->payload.flags & KL_PAYLOAD_WRAPPED, 0)) {
        kl_wrapped_text wrapped;
        memcpy(&wrapped, string->data, sizeof wrapped);
        return (kl_text){wrapped.data, string->len};
    }
    return (kl_text){string->data, string->len};
}

/*
 * As kl_map_find(), for a key that is looked up in many maps of one shape: `*place` (atomic, shared
 * by threads) is where it stood before.
 */
static inline const kl_value *kl_map_find_near(kl_value map, kl_text key, uint32_t *place)
{
    const kl_keys *keys = map.as.map->keys;
    uint32_t at = __atomic_load_n(place, __ATOMIC_RELAXED);
    if (at < keys->len && kl_text_equal(kl_string_text(keys->keys[at]), key))
        return &map.as.map->values[at];
    ptrdiff_t found = kl_keys_find(keys, key);
    if (found < 0)
        return NULL;
    __atomic_store_n(place, (uint32_t)found, __ATOMIC_RELAXED);
    return &map.as.map->values[found];
}

static inline kl_value kl_value_of_string(kl_string *string)
{
    kl_value value = {KL_KIND_STRING, 0, {.string = string}};
    return value;
}

static inline bool kl_payload_is_sole(const kl_payload *payload)
{
    return __atomic_load_n(&payload->refs, __ATOMIC_ACQUIRE) == 1;
}

/* More or fewer owners at once: to count each by itself would wait for memory each time. */
static inline void kl_payload_add_owners(kl_payload *payload, uint32_t count)
{
    __atomic_fetch_add(&payload->refs, count, __ATOMIC_RELAXED);
}

static inline void kl_value_drop_owners(kl_value value, uint32_t count)
{
    if (count && __atomic_fetch_sub(&value.as.payload->refs, count, __ATOMIC_ACQ_REL) == count)
        kl_value_free_payload(value);
}

/* Never 0; the same for the same bytes within one process. */
KL_API uint64_t kl_text_hash(kl_text text);
KL_API uint64_t kl_string_hash(kl_string *string);

/* Number of bytes before the first invalid one; text.len when all is valid UTF-8. */
KL_API size_t kl_utf8_valid_length(kl_text text);
/* Bytes of the broken sequence that a text begins with, as Unicode 15 counts them for one U+FFFD (chapter 3.9). */
KL_API size_t kl_utf8_broken_length(kl_text text);
/* Number of code points of valid UTF-8. */
KL_API size_t kl_utf8_count(kl_text text);
/* Append `code` to `buffer` (4 bytes of room); returns the bytes written. */
KL_API size_t kl_utf8_encode(char *buffer, uint32_t code);
/* Read one code point of valid UTF-8 and step over it. */
KL_API uint32_t kl_utf8_next(const char **at);

/* Large memory is asked for in large pages where the system has them: to get it page by page takes
 * longer than to fill it. Advice only, for memory not yet used; returns `memory`. */
KL_API void *kl_in_large_pages(void *memory, size_t size);

/* Pages of their own, beginning at a multiple of `size`, a power of two; NULL without memory. Only what
 * is written to takes memory. */
void *kl_pages_take(size_t size);
void kl_pages_give_back(void *pages, size_t size);

/* Free the memory of a payload, in a slab or not (slab.h). */
KL_API void kl_payload_free(kl_payload *payload);
/* As kl_realloc() for a payload that holds `size` bytes now. */
void *kl_payload_resize(kl_payload *payload, size_t size, size_t wanted);

void kl_keys_free(kl_keys *keys);

/* Payloads that die while another is being freed wait here instead of recursing. */
void kl_map_dispose_keys(kl_map *map);

#endif
