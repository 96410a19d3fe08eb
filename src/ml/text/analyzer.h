/* src/ml/text/analyzer.h - a document as the terms in it: words or characters, alone or in a row. */
#ifndef KL_ML_ANALYZER_H
#define KL_ML_ANALYZER_H

#include "../dtype.h"
#include "../estimator.h"

/* What vectorizers have in common; their structs begin with it. */
typedef struct kl_text_params {
    kl_estimator base;
    int64_t ngram_range_min, ngram_range_max;
    kl_value ngram_range, stop_words, token_pattern, analyzer, tokenizer, preprocessor;
    kl_value input, encoding, decode_error, strip_accents, dtype;
    bool lowercase, binary;
} kl_text_params;

extern const char *const kl_input_names[], *const kl_decode_errors[];

/* Parameters that all vectorizers describe alike. */
#define KL_DOCUMENT_KEYWORDS                                                                       \
    KL_VALUE(kl_text_params, input, .kind = KL_KIND_ENUM, .names = kl_input_names, .fallback = "\"content\"", \
             .flags = KL_KEYWORD_ONLY,                                                             \
             .doc = "what x lists: content: texts or bytes; filename: paths of regular files of at most 64 MiB; " \
                    "file: objects with read()"),                                                  \
    KL_VALUE(kl_text_params, encoding, .kind = KL_KIND_STRING, .fallback = "\"utf-8\"", .flags = KL_KEYWORD_ONLY, \
             .doc = "what bytes and files are written in: utf-8, latin-1, or any name that iconv knows"), \
    KL_VALUE(kl_text_params, decode_error, .kind = KL_KIND_ENUM, .names = kl_decode_errors,        \
             .fallback = "\"strict\"", .flags = KL_KEYWORD_ONLY,                                   \
             .doc = "bytes that are no text: strict: MlError; ignore: left out; replace: U+FFFD (the latter two with " \
                    "utf-8, ascii and latin-1)"),                                                  \
    KL_VALUE(kl_text_params, strip_accents, .kind = KL_KIND_ANY,                                   \
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,                                  \
             .doc = "\"ascii\": letters without accents, what else is not ASCII left out; \"unicode\": accents left " \
                    "out; or a function from text to text; None = as they are"),                   \
    KL_VALUE(kl_text_params, stop_words, .kind = KL_KIND_ANY,                                      \
             .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,                                  \
             .doc = "words that are no terms: a list, or \"english\" for the 318 of the Glasgow list; None = none"), \
    KL_VALUE(kl_text_params, analyzer, .kind = KL_KIND_ANY, .fallback = "\"word\"",                \
             .flags = KL_FOREIGN | KL_KEYWORD_ONLY,                                                \
             .doc = "what terms are made of: \"word\", \"char\", or \"char_wb\" for characters within words; or a " \
                    "function from a text to its terms"),                                          \
    KL_VALUE(kl_text_params, dtype, .kind = KL_KIND_ANY, .fallback = "\"float64\"",                \
             .flags = KL_FOREIGN | KL_KEYWORD_ONLY,                                                \
             .doc = "kind of the numbers of dense output: float64, float32, and for counts int64, by name or as " \
                    "numpy's class")

typedef struct kl_analyzer kl_analyzer;

/* From the parameters of a model, which is borrowed; given. MlError says what cannot be meant. */
kl_status kl_analyzer_new(kl_analyzer **out, const kl_text_params *params, kl_error *error);
void kl_analyzer_free(kl_analyzer *analyzer);

/* Call `emit` for every term of a document, as often as it occurs. The term is borrowed for the call. */
typedef kl_status kl_emit(void *data, kl_text term, kl_error *error);
kl_status kl_analyzer_run(kl_analyzer *analyzer, kl_value document, kl_emit *emit, void *data, kl_error *error);
/* A text in the form that tokens are sought in: small letters, no accents. Given. */
kl_status kl_analyzer_prepare(kl_value *out, kl_analyzer *analyzer, kl_value text, kl_error *error);
/* The tokens of a text that was prepared, stop words among them: an array of strings; given. */
kl_status kl_analyzer_tokens(kl_value *out, kl_analyzer *analyzer, kl_value text, kl_error *error);

/* The documents of x: an array, or a table of one column of them. Borrowed. */
kl_status kl_texts_read(kl_value *out, kl_value x, kl_error *error);
/* The words that "english" stands for: an array of strings; given. */
kl_status kl_stop_words_english(kl_value *out, kl_error *error);
/* For kl_type.check: what stop_words, analyzer, strip_accents and dtype can be; `dtypes` as kl_dtype_check() has it. */
kl_status kl_text_check(kl_text_params *params, const char *dtypes, kl_error *error);

/* ---- methods of all vectorizers (builders.c) ------------------------------------------------------- */

extern const kl_param kl_text_xy[3];  /* x, y=None, *, progress=None */
extern const kl_param kl_text_x[1];   /* x */
extern const kl_param kl_text_doc[1]; /* doc */
KL_API kl_call kl_text_build_analyzer, kl_text_build_preprocessor, kl_text_build_tokenizer, kl_text_decode,
    kl_text_stop_words;

#define KL_TEXT_BUILDER(method, function, text)                                                    \
    {.name = method, .call = function, .returns = KL_KIND_CALLABLE, .raises = "MlError", .doc = text}
#define KL_TEXT_METHODS                                                                            \
    KL_EST_ROW("transform", kl_est_transform, kl_text_x, KL_KIND_BUFFER, "x in its new form."),    \
    KL_EST_ROW("fit_transform", kl_est_fit_transform_plain, kl_text_xy, KL_KIND_BUFFER,            \
               "fit(x, y), and x in its new form."),                                               \
    KL_TEXT_BUILDER("build_analyzer", kl_text_build_analyzer, "A function from a document to the list of its terms."), \
    KL_TEXT_BUILDER("build_preprocessor", kl_text_build_preprocessor,                              \
                    "A function from a text to the form that tokens are sought in."),              \
    KL_TEXT_BUILDER("build_tokenizer", kl_text_build_tokenizer, "A function from a text to the list of its tokens."), \
    {.name = "decode", .call = kl_text_decode, .params = KL_TABLE(kl_text_doc), .returns = KL_KIND_STRING, \
     .raises = "MlError, TypeError, RuntimeError", .doc = "The text of a document, by input and encoding."},    \
    {.name = "get_stop_words", .call = kl_text_stop_words, .returns = KL_KIND_ANY,                 \
     .doc = "The words that are no terms: a list, or None."}

#endif
