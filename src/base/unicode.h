/* src/base/unicode.h - texts by characters: cases, blanks, order, words.
 *
 * All texts are valid UTF-8. ASCII needs no library; for anything else the utf8proc driver is
 * loaded (KL_UNAVAILABLE when it cannot be). Results longer than `limit` bytes are KL_LIMIT.
 */
#ifndef KL_BASE_UNICODE_H
#define KL_BASE_UNICODE_H

#include "ascii.h"
#include "buffer.h"

/* Full mappings of the Unicode standard, independent of any locale: ß -> SS, İ -> i̇, and Σ at the
 * end of a word -> ς. Given. */
KL_API kl_status kl_text_upper(kl_value *out, kl_text text, size_t limit, kl_error *error);
KL_API kl_status kl_text_lower(kl_value *out, kl_text text, size_t limit, kl_error *error);
/* The first letter of each word large, the others small; a word is letters, marks, digits and
 * apostrophes between them. */
KL_API kl_status kl_text_title(kl_value *out, kl_text text, size_t limit, kl_error *error);
/* The first character large, the others small. */
KL_API kl_status kl_text_capitalize(kl_value *out, kl_text text, size_t limit, kl_error *error);

/* Without White_Space at the start, the end or both; borrowed from `text`. */
KL_API kl_text kl_text_trim(kl_text text, bool start, bool end);

/* Code points, or grapheme clusters (what a reader calls a character), in reverse order. */
KL_API kl_status kl_text_reverse(kl_value *out, kl_text text, bool graphemes, kl_error *error);
KL_API kl_status kl_text_grapheme_count(size_t *out, kl_text text, kl_error *error);

/* Byte offset of code point `index`; text.len when there are fewer. */
KL_API size_t kl_text_offset(kl_text text, size_t index);
/* Bytes of the code point at `at`, which lies before the end. */
KL_API size_t kl_text_step(kl_text text, size_t at);

/* How the words of a name are written. */
typedef enum kl_name_style {
    KL_NAME_CAMEL, /* httpServerName */
    KL_NAME_SNAKE, /* http_server_name */
    KL_NAME_KEBAB, /* http-server-name */
} kl_name_style;

/* Words end at blanks and punctuation, before an upper-case letter behind a lower-case one or a
 * digit, and before the last upper-case letter of a run that a lower-case one follows. */
KL_API kl_status kl_text_rename(kl_value *out, kl_text text, kl_name_style style, size_t limit,
                                kl_error *error);
/* Decomposed (NFKD) and without accents; with `ascii` only what ASCII has of that. Given. */
KL_API kl_status kl_text_without_accents(kl_value *out, kl_text text, bool ascii, size_t limit, kl_error *error);
/* For addresses: lower-case letters and digits, accents taken off, all else one '-'. */
KL_API kl_status kl_text_slug(kl_value *out, kl_text text, size_t limit, kl_error *error);

#endif
