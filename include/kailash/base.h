/* kailash/base.h - what every other header stands on: visibility, text, status, errors, memory. */
#ifndef KAILASH_BASE_H
#define KAILASH_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define KL_BEGIN_DECLS extern "C" {
#define KL_END_DECLS }
#else
#define KL_BEGIN_DECLS
#define KL_END_DECLS
#endif

/** Marks what the library exports. */
#define KL_API __attribute__((visibility("default")))
/** The compiler checks a printf format: position of the format, and of its first argument. */
#define KL_PRINTF(text_at, first_at) __attribute__((__format__(printf, text_at, first_at)))
/** The compiler warns when the result is not used. */
#define KL_NODISCARD __attribute__((warn_unused_result))

KL_BEGIN_DECLS

/** Version of the library, such as "0.1.0". */
KL_API const char *kl_version(void);

/* ---- text ---------------------------------------------------------------------------------- */

/** Borrowed bytes with a length; need not end in NUL. UTF-8 unless a function says otherwise. */
typedef struct kl_text {
    const char *data;
    size_t len;
} kl_text;

/** A kl_text of a string literal; usable in static initialisers. */
#ifdef __cplusplus
#define KL_TEXT(literal) (kl_text{("" literal), sizeof(literal) - 1})
#else
#define KL_TEXT(literal) ((kl_text){("" literal), sizeof(literal) - 1})
#endif
/** For printf("%.*s"): at most 2^31-1 bytes. */
#define KL_TEXT_ARG(text) (int)((text).len > INT32_MAX ? INT32_MAX : (text).len), (text).data

/** A string that ends in NUL as a kl_text; borrowed from it. NULL gives "". */
static inline kl_text kl_text_from(const char *string)
{
    kl_text text = {string ? string : "", string ? strlen(string) : 0};
    return text;
}

/** Whether two texts have the same bytes. */
static inline bool kl_text_equal(kl_text a, kl_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/** The same for a string that ends in NUL. */
static inline bool kl_text_is(kl_text text, const char *string)
{
    return kl_text_equal(text, kl_text_from(string));
}

/** Order of bytes, which for UTF-8 is the order of code points. */
KL_API int kl_text_compare(kl_text a, kl_text b);

/* ---- status and errors --------------------------------------------------------------------- */

/**
 * What a function that can fail returns. Each code maps to one Python exception class, named at
 * the right; kl_error.type may name a subclass of it.
 */
typedef enum kl_status {
    KL_OK = 0,
    KL_NO_MEMORY,   /* MemoryError */
    KL_TYPE,        /* TypeError: wrong kind of argument */
    KL_INVALID,     /* ValueError: outside its set or range */
    KL_SYNTAX,      /* ValueError: malformed text; position, line, column are set */
    KL_OVERFLOW,    /* OverflowError: integer out of range */
    KL_DEPTH,       /* ValueError: nests too deep */
    KL_KEY,         /* KeyError */
    KL_NOT_FOUND,   /* RuntimeError: no such thing */
    KL_STATE,       /* RuntimeError: not possible in this state */
    KL_FAILED,      /* RuntimeError: the work itself failed */
    KL_UNAVAILABLE, /* RuntimeError: a service or a library is missing */
    KL_IO,          /* RuntimeError: file or network */
    KL_LIMIT,       /* RuntimeError: a resource limit was exceeded */
    KL_TIMEOUT,     /* RuntimeError: a time limit elapsed */
    KL_CANCELLED,   /* RuntimeError: stopped from outside */
    KL_DENIED,      /* PermissionError */
    KL_ATTRIBUTE,   /* AttributeError: read-only or unknown attribute */
    KL_INTERRUPTED, /* KeyboardInterrupt, SystemExit: passes unchanged */
    KL_STOP,        /* StopIteration: no more items */
    KL_STATUS_COUNT
} kl_status;

/** The name of a status, such as "invalid". */
KL_API const char *kl_status_name(kl_status status);

typedef struct kl_foreign kl_foreign;

/** Something of a face (a Python exception, say) that an error carries along. */
struct kl_foreign {
    void (*release)(kl_foreign *self);
};

/** Details of a failure. All pointers are owned; end it with kl_error_clear(). */
typedef struct kl_error {
    kl_status code;
    const char *type;   /* static; a named exception class, or NULL for that of the code */
    char *message;      /* owned, or a static text when memory has ended; see kl_error_message() */
    size_t position;    /* byte offset, for KL_SYNTAX; line and column count from 1, 0 = unknown */
    uint32_t line;
    uint32_t column;
    void *details;      /* owned kl_value*, a map of more facts, or NULL */
    kl_foreign *cause;  /* owned, or NULL */
    bool formed;        /* the message has a form that begins it, such as that of a node's failures: who
                           passes it on puts no other before it */
} kl_error;

/** An error that holds nothing: `kl_error error = KL_ERROR_INIT;` */
#define KL_ERROR_INIT {KL_OK, NULL, NULL, 0, 0, 0, NULL, NULL, false}

/** Set code and message, replacing what was there; returns `code`. `error` may be NULL. */
KL_API kl_status kl_error_set(kl_error *error, kl_status code, const char *format, ...)
    KL_PRINTF(3, 4);

/** As kl_error_set(), for a message that is `formed` (see kl_error). */
KL_API kl_status kl_error_form(kl_error *error, kl_status code, const char *format, ...)
    KL_PRINTF(3, 4);

/** As kl_error_set(), for malformed text: `at` lies in the text that starts at `start`. */
KL_API kl_status kl_error_set_at(kl_error *error, kl_status code, const char *start,
                                 const char *at, const char *format, ...) KL_PRINTF(5, 6);

/** Out of memory; allocates nothing. */
KL_API kl_status kl_error_no_memory(kl_error *error);

/** Put text before the message, keeping all else but `formed`, which ends; returns the code. */
KL_API kl_status kl_error_prefix(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);

/** Put a form before the message, which is `formed` then; nothing happens when it is already. */
KL_API void kl_error_form_before(kl_error *error, const char *format, ...) KL_PRINTF(2, 3);

/** The message, never NULL. Borrowed from `error`. */
KL_API const char *kl_error_message(const kl_error *error);

/** Move `from` into `to` (which may be NULL: then it is cleared). */
KL_API void kl_error_move(kl_error *to, kl_error *from);

/** Free what it holds and make it KL_ERROR_INIT again. */
KL_API void kl_error_clear(kl_error *error);

/* The only macros that change the flow. KL_TRY while nothing is held, KL_TRY_OUT otherwise. */
#define KL_TRY(expression)                                                                         \
    do {                                                                                           \
        kl_status kl_try_status_ = (expression);                                                   \
        if (__builtin_expect(kl_try_status_ != KL_OK, 0))                                          \
            return kl_try_status_;                                                                 \
    } while (0)

#define KL_TRY_OUT(expression)                                                                     \
    do {                                                                                           \
        if (__builtin_expect((status = (expression)) != KL_OK, 0))                                 \
            goto out;                                                                              \
    } while (0)

/** Number of items of an array (not of a pointer). */
#define KL_COUNT(array) (sizeof(array) / sizeof(*(array)))
/** The smaller and the larger of two; each argument may be evaluated twice. */
#define KL_MIN(a, b) ((a) < (b) ? (a) : (b))
#define KL_MAX(a, b) ((a) > (b) ? (a) : (b))

/* ---- memory -------------------------------------------------------------------------------- */

/** Uninitialised memory, or NULL. Size 0 gives a unique pointer. */
KL_API void *kl_alloc(size_t size);
/** Zeroed memory for `count` items, or NULL, also when the product overflows. */
KL_API void *kl_alloc_zero(size_t count, size_t size);
/** As realloc(): on failure NULL, and `memory` is as before. NULL makes a new block. */
KL_API void *kl_realloc(void *memory, size_t size);
/** Free what kl_alloc() and its like gave; NULL is fine. */
KL_API void kl_free(void *memory);

/** A copy of `text` with a NUL behind it, or NULL. */
KL_API char *kl_strdup(kl_text text);

/**
 * Make the n-th allocation from now on fail (1 = the next), and only that one. 0 = none.
 * For tests: run with n = 1, 2, ... until kl_test_failed_allocations() says 0.
 */
KL_API void kl_test_fail_allocation(size_t n);
/** How many allocations have failed since the last kl_test_fail_allocation(). */
KL_API size_t kl_test_failed_allocations(void);

KL_END_DECLS
#endif
