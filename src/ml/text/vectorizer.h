/* src/ml/text/vectorizer.h - CountVectorizer and TfidfVectorizer share their vocabulary. */
#ifndef KL_ML_VECTORIZER_H
#define KL_ML_VECTORIZER_H

#include "counts.h"

typedef struct kl_vectorizer {
    kl_text_params text; /* first: its base is the estimator */
    kl_value max_features, max_df, min_df, vocabulary;
    bool sparse_output;
    kl_value vocabulary_; /* map: term -> column */
    kl_value terms;       /* array of strings: the term of each column */
} kl_vectorizer;

/* Learn the vocabulary of texts and count it: `counts` are of its columns. */
kl_status kl_vectorizer_learn(kl_counts *counts, kl_vectorizer *self, kl_value x, kl_task *task, kl_error *error);
/* Count the terms of the vocabulary. */
kl_status kl_vectorizer_count(kl_counts *counts, const kl_vectorizer *self, kl_value x, kl_task *task,
                              kl_error *error);

/* ---- weights of terms ---------------------------------------------------------------------------- */

typedef struct kl_tfidf {
    bool use_idf, smooth_idf, sublinear_tf;
    char norm; /* '1', '2', or 0 = none */
} kl_tfidf;

/* ln((1 + n) / (1 + df)) + 1, or ln(n / df) + 1, from the texts each term occurs in. */
void kl_tfidf_learn(double *idf, const double *documents, size_t terms, size_t n, bool smooth);
/* Numbers of one row, in place: `columns` NULL = 0, 1, 2 ... */
void kl_tfidf_row(double *numbers, const int64_t *columns, size_t count, const double *idf, const kl_tfidf *how);
kl_status kl_tfidf_norm(char *out, kl_value norm, kl_error *error);

#endif
