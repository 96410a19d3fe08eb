/* kailash/json.h - JSON text in and out, in every form the product speaks. */
#ifndef KAILASH_JSON_H
#define KAILASH_JSON_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** Levels of nesting accepted in JSON text, and printed into it. */
#define KL_JSON_DEPTH_IN 127
#define KL_JSON_DEPTH_OUT 256

/** What reading refuses beyond RFC 8259, and what it keeps. */
typedef enum kl_json_read_flags {
    KL_JSON_UNIQUE_KEYS = 1, /* a key that stands twice in an object is an error (signed material) */
    KL_JSON_UNIQUE_TOP = 2,  /* the same for the outermost object only */
    KL_JSON_WIDE = 4,        /* not refused but kept: integers from 2^63 to 2^64 - 1 are no doubles,
                                but objects of kl_wide_type */
} kl_json_read_flags;

/**
 * Parse one JSON text; given. An integer outside int64 becomes a double, a number beyond the
 * range of a double is an error, the last of duplicate keys wins. KL_SYNTAX comes with position,
 * line and column.
 */
KL_API kl_status kl_json_parse(kl_value *out, kl_text text, kl_error *error);
/** The same with kl_json_read_flags; KL_SYNTAX for what they refuse. */
KL_API kl_status kl_json_parse_with(kl_value *out, kl_text text, unsigned flags, kl_error *error);

/** Order of keys: as they were set, by code point, or by UTF-16 unit (RFC 8785). */
typedef enum kl_json_order { KL_JSON_INSERTION, KL_JSON_CODE_POINTS, KL_JSON_UTF16 } kl_json_order;
/** What becomes of NaN and infinities: null, or KL_INVALID. */
typedef enum kl_json_nan { KL_JSON_NAN_NULL, KL_JSON_NAN_ERROR } kl_json_nan;

/** How a value is written. */
typedef struct kl_json_style {
    kl_json_order order;   /* of keys */
    kl_json_nan nan;       /* NaN and infinities: null, or an error */
    bool ascii;            /* characters from U+0080 on as \uXXXX */
    bool spaced;           /* ", " and ": " between tokens */
    bool es_numbers;       /* doubles as ECMAScript prints them (RFC 8785): 1.0 is "1" */
    bool exact_integers;   /* integers of any size as their digits: with es_numbers those beyond 2^53,
                              and objects of kl_decimal_type without a fraction, else an error */
    bool bytes_error;      /* bytes are an error instead of base64 text */
    int indent;            /* blanks per level; 0 = one line */
} kl_json_style;

/* The forms of the product, by name. Members stand in the order they were set ("insertion"), so a
 * text with members in declared order is the plain or the record form of a map made in that order. */
extern KL_API const kl_json_style kl_json_plain;       /* compact, insertion order */
extern KL_API const kl_json_style kl_json_canonical_a; /* sorted, compact, raw UTF-8, NaN an error */
extern KL_API const kl_json_style kl_json_canonical_b; /* as A, in ASCII */
extern KL_API const kl_json_style kl_json_jcs;         /* RFC 8785 */
extern KL_API const kl_json_style kl_json_spaced;      /* insertion order, ", " and ": ", raw UTF-8 */
extern KL_API const kl_json_style kl_json_spaced_b;    /* sorted, ", " and ": ", in ASCII */
extern KL_API const kl_json_style kl_json_record;      /* insertion order, ", " and ": ", in ASCII */
extern KL_API const kl_json_style kl_json_pretty;      /* two blanks, insertion order */

/** Print a value as a string value; given. KL_DEPTH beyond KL_JSON_DEPTH_OUT levels. */
KL_API kl_status kl_json_print(kl_value *out, kl_value value, const kl_json_style *style,
                               kl_error *error);

/** The shortest text that reads back as `real`: "1.0", "0.00001", "1e-6", "1e+16"; NaN and
 *  infinities as "nan", "inf", "-inf". Writes at most 32 bytes with a NUL; returns the length. */
KL_API size_t kl_double_print(char buffer[32], double real);
/** The same as ECMAScript's Number::toString. */
KL_API size_t kl_double_print_es(char buffer[32], double real);

KL_END_DECLS
#endif
