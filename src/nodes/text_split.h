/* src/nodes/text_split.h - long texts cut into chunks where it hurts least. A chunk is always a piece
 * of the text as it stands there, without the blanks around it. */
#ifndef KL_NODES_TEXT_SPLIT_H
#define KL_NODES_TEXT_SPLIT_H

#include "kailash/base.h"
#include "work.h"

typedef enum kl_split_strategy {
    KL_SPLIT_FIXED_SIZE, /* windows of characters */
    KL_SPLIT_SENTENCE,   /* whole sentences, as many as fit */
    KL_SPLIT_PARAGRAPH,  /* whole paragraphs, as many as fit */
    KL_SPLIT_RECURSIVE,  /* at paragraphs, else lines, sentences, words, characters */
    KL_SPLIT_TOKEN,      /* windows of words and punctuation marks */
    KL_SPLIT_MARKDOWN,   /* at headings, else as recursive; code blocks stay whole if they can */
    KL_SPLIT_CODE,       /* at definitions that begin a line, else blank lines, lines ... */
} kl_split_strategy;

typedef struct kl_span {
    size_t start, end; /* bytes */
} kl_span;

typedef struct kl_spans {
    kl_span *items;
    size_t count, capacity;
} kl_spans;

/*
 * The chunks of `text` (valid UTF-8); given, end with kl_free(out->items), also after a failure.
 * size     of a chunk at most, in characters (tokens for KL_SPLIT_TOKEN); a sentence or paragraph that
 *          is longer stays whole
 * overlap  how much of a chunk's end the next one repeats at most; less than size. Sentences and
 *          paragraphs are not repeated
 */
kl_status kl_text_split(kl_spans *out, kl_text text, kl_split_strategy strategy, size_t size,
                        size_t overlap, kl_work *work, kl_error *error);

/* Whether a sentence ends before byte `at`. */
bool kl_sentence_ends(kl_text text, size_t at);

#endif
