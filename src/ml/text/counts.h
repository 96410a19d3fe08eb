/* src/ml/text/counts.h - how often each term occurs in each text. */
#ifndef KL_ML_COUNTS_H
#define KL_ML_COUNTS_H

#include "analyzer.h"

/* Rows of counts, and the terms they are of. Freed by kl_counts_free(). */
typedef struct kl_counts {
    size_t rows, numbers, number_room;
    int64_t *starts;   /* rows + 1 */
    int64_t *columns;  /* term of each number */
    double *data;
    /* terms, in the order they came */
    size_t terms, term_room;
    size_t *term_at;   /* where each begins in the letters; one more for the end */
    char *letters;
    size_t letter_len, letter_room;
    uint32_t *slots;   /* open addressing: number of the term + 1 */
    size_t slot_count;
    /* the row at hand */
    int64_t *seen_at;  /* of each term: its place in the row */
    int64_t *seen_row; /* the last row it occurred in, + 1 */
} kl_counts;

/* Count the terms of all texts; every term is taken. */
kl_status kl_counts_learn(kl_counts *out, const kl_text_params *params, kl_value texts, kl_task *task,
                          kl_error *error);
/* Count those terms alone that a map (text -> column) has. */
kl_status kl_counts_known(kl_counts *out, const kl_text_params *params, kl_value texts, kl_value columns,
                          kl_task *task, kl_error *error);
/* Let the columns of each row ascend. */
void kl_counts_sort(kl_counts *counts);
void kl_counts_free(kl_counts *counts);
static inline kl_text kl_counts_term(const kl_counts *c, size_t term)
{
    return (kl_text){c->letters + c->term_at[term], c->term_at[term + 1] - c->term_at[term]};
}

/* MurmurHash3_x86_32 (Appleby 2011). */
uint32_t kl_murmur3(kl_text text, uint32_t seed);

/* As a dense matrix, or a sparse one. Columns of each row ascend. */
kl_status kl_counts_dense(kl_value *out, const kl_counts *c, size_t cols, kl_error *error);
kl_status kl_counts_sparse(kl_value *out, const kl_counts *c, size_t cols, kl_error *error);
/* One or the other, in the kind of numbers that `dtype` names. */
kl_status kl_counts_give(kl_value *out, const kl_counts *c, size_t cols, bool sparse, kl_value dtype, kl_error *error);

#endif
