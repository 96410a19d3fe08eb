/* src/eatp/words.h - the lists of an envelope, made ready for asking: words without regard to case.
 *
 * A list of places may hold patterns: "docs/" + "*" stands for what lies directly within docs/, and
 * "docs/" + "**" for all below it. Everything else stands for itself alone.
 */
#ifndef KL_EATP_WORDS_H
#define KL_EATP_WORDS_H

#include "kailash/value.h"

/* Never changes; all zero is the empty list. */
typedef struct kl_words {
    kl_value kept;       /* array: the words in lower case, in the order of the document */
    const kl_text *all;  /* the same, borrowed from `kept`; owned */
    size_t count;
    const kl_text *exact; /* those that stand for themselves, by length and bytes; behind `all` */
    size_t exact_count;
    const kl_text *patterns; /* the others; behind `exact` */
    size_t pattern_count;
} kl_words;

/* Of an array of strings. */
KL_API kl_status kl_words_read(kl_words *out, kl_value array, bool with_patterns, kl_error *error);
KL_API void kl_words_end(kl_words *words);
/* Whether `folded`, a word in lower case that is no pattern, is in the list. */
KL_API bool kl_words_match(const kl_words *words, kl_text folded);
/* Whether all that `folded`, a word or pattern in lower case, stands for is in the list. */
KL_API bool kl_words_cover(const kl_words *words, kl_text folded);

/* Whether the list has this very entry, be it a word or a pattern. */
KL_API bool kl_words_has(const kl_words *words, kl_text folded);

/* A word in lower case. ASCII that fits lies in `room`. */
typedef struct kl_folded {
    char room[256];
    kl_value kept;
    kl_text text;
} kl_folded;
KL_API kl_status kl_fold(kl_folded *out, kl_text word, kl_error *error);
static inline void kl_fold_end(kl_folded *folded) { kl_value_release(folded->kept); }

#endif
