/* src/store/text_index.h - which texts hold the words of a query, weighed by BM25 (Robertson and
 * others, 1994; k1 = 1.2, b = 0.75).
 *
 * A word is a run of letters, digits and all beyond ASCII; ASCII letters count alike in both cases.
 */
#ifndef KL_STORE_TEXT_INDEX_H
#define KL_STORE_TEXT_INDEX_H

#include "kailash/value.h"

typedef struct kl_text_index kl_text_index;

KL_API kl_status kl_text_index_new(kl_text_index **out, kl_error *error);
KL_API void kl_text_index_free(kl_text_index *index);
/* Texts taken in: slots 0 to count - 1. */
KL_API size_t kl_text_index_count(const kl_text_index *index);
/* Take in the text of the next slot. After a failure the slot is not in the index. */
KL_API kl_status kl_text_index_add(kl_text_index *index, kl_text text, kl_error *error);
/* Add the weight of every slot (whose `alive` is true) to `scores`, all zero before. */
KL_API kl_status kl_text_index_score(double *scores, const kl_text_index *index, kl_text query,
                                     const bool *alive, kl_error *error);

/* The next word from byte `*at` on, which moves behind it. */
typedef struct kl_word {
    kl_text text; /* as it stands in the text; empty = there is none */
} kl_word;
KL_API kl_word kl_word_next(kl_text text, size_t *at);
/* The words of a text as an array of strings in small letters, each once; given. */
KL_API kl_status kl_words_of(kl_value *out, kl_text text, kl_error *error);

#endif
