/* src/ml/text/analyzer.h - a text as the terms in it: words or characters, alone or in a row. */
#ifndef KL_ML_ANALYZER_H
#define KL_ML_ANALYZER_H

#include "../estimator.h"

/* What vectorizers have in common; their structs begin with it. */
typedef struct kl_text_params {
    kl_estimator base;
    int64_t ngram_range_min, ngram_range_max;
    kl_value ngram_range, stop_words, token_pattern, analyzer, tokenizer, preprocessor;
    bool lowercase, binary;
} kl_text_params;

extern const char *const kl_analyzer_names[];

typedef struct kl_analyzer kl_analyzer;

/* From the parameters of a model, which is borrowed; given. MlError says what cannot be meant. */
kl_status kl_analyzer_new(kl_analyzer **out, const kl_text_params *params, kl_error *error);
void kl_analyzer_free(kl_analyzer *analyzer);

/* Call `emit` for every term of a text (a string), as often as it occurs. The term is borrowed for the call. */
typedef kl_status kl_emit(void *data, kl_text term, kl_error *error);
kl_status kl_analyzer_run(kl_analyzer *analyzer, kl_value text, kl_emit *emit, void *data, kl_error *error);

/* The texts of x: an array of strings, or a table of one column of them. Borrowed. */
kl_status kl_texts_read(kl_value *out, kl_value x, kl_error *error);

#endif
