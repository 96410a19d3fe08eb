/* src/ml/text/hashing_vectorizer.c - HashingVectorizer: a term's column is its hash. */
#include "../estimator_parts.h"
#include "vectorizer.h"

#include <math.h>

typedef struct hashing_vectorizer {
    kl_text_params text;
    int64_t n_features;
    bool alternate_sign;
    kl_value norm, sparse_output;
} hashing_vectorizer;

enum { DENSE_MAX = 65536 };

/* Columns and signs in place of terms: numbers whose terms share a column are added up. */
static kl_status fold(kl_counts *c, const hashing_vectorizer *self, kl_error *error)
{
    int64_t *column = kl_alloc_zero(c->terms + 1, sizeof *column);
    size_t begin = 0, to = 0;
    if (!column)
        return kl_error_no_memory(error);
    for (size_t t = 0; t < c->terms; t++) {
        int32_t h = (int32_t)kl_murmur3(kl_counts_term(c, t), 0);
        int64_t place = h == INT32_MIN ? ((int64_t)INT32_MAX - (self->n_features - 1)) % self->n_features
                                       : (h < 0 ? -(int64_t)h : h) % self->n_features;
        column[t] = h >= 0 || !self->alternate_sign ? place : -place - 1; /* below 0: turned round */
    }
    for (size_t k = 0; k < c->numbers; k++) {
        int64_t place = column[c->columns[k]];
        c->columns[k] = place < 0 ? -place - 1 : place;
        c->data[k] = place < 0 ? -c->data[k] : c->data[k];
    }
    kl_free(column);
    kl_counts_sort(c);
    for (size_t i = 0; i < c->rows; i++) {
        size_t end = (size_t)c->starts[i + 1], first = to;
        for (size_t k = begin; k < end; k++) {
            if (to > first && c->columns[to - 1] == c->columns[k]) {
                c->data[to - 1] += c->data[k];
                continue;
            }
            c->columns[to] = c->columns[k];
            c->data[to++] = c->data[k];
        }
        begin = end;
        c->starts[i + 1] = (int64_t)to;
    }
    c->numbers = to;
    return KL_OK;
}

static kl_status give(kl_value *out, const hashing_vectorizer *self, kl_counts *c, kl_error *error)
{
    kl_tfidf how = {false, false, false, 0};
    KL_TRY(kl_tfidf_norm(&how.norm, self->norm, error));
    KL_TRY(fold(c, self, error));
    for (size_t k = 0; self->text.binary && k < c->numbers; k++)
        c->data[k] = 1;
    for (size_t i = 0; i < c->rows; i++)
        kl_tfidf_row(c->data + c->starts[i], NULL, (size_t)(c->starts[i + 1] - c->starts[i]), NULL, &how);
    bool sparse = kl_is(self->sparse_output, KL_KIND_BOOL) ? kl_as_bool(self->sparse_output)
                                                           : self->n_features > DENSE_MAX;
    return kl_counts_give(out, c, (size_t)self->n_features, sparse, self->text.dtype, error);
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const hashing_vectorizer *self = (const hashing_vectorizer *)base;
    kl_counts c = {0};
    kl_value texts;
    KL_TRY(kl_texts_read(&texts, x->value, error));
    kl_status status = kl_counts_learn(&c, &self->text, texts, task, error);
    if (status == KL_OK)
        status = give(out, self, &c, error);
    kl_counts_free(&c);
    return status;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value texts;
    kl_analyzer *analyzer;
    (void)task;
    KL_TRY(kl_texts_read(&texts, in->raw_x, error));
    KL_TRY(kl_analyzer_new(&analyzer, (const kl_text_params *)base, error));
    kl_analyzer_free(analyzer);
    return KL_OK;
}

#define FIELD(member_path, field_name, ctype)                                                      \
    .name = field_name,                                                                            \
    .offset = _Generic(((hashing_vectorizer *)0)->member_path, ctype: offsetof(hashing_vectorizer, member_path))
#define TEXT_VALUE(field, ...) {FIELD(text.field, #field, kl_value), __VA_ARGS__}

static const kl_field fields[] = {
    KL_INT(hashing_vectorizer, n_features, 1048576, .doc = "columns; from 1 to 2^31 - 1"),
    {FIELD(text.lowercase, "lowercase", bool), .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether all letters are made small"},
    KL_BOOL(hashing_vectorizer, alternate_sign, true,
            .doc = "whether half of the terms count negative, so that those of one column tend to cancel out"),
    {FIELD(text.binary, "binary", bool), .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,
     .doc = "whether a term counts once in a text, however often it occurs"},
    {FIELD(text.ngram_range_min, "ngram_range_min", int64_t), .kind = KL_KIND_INT, .fallback = "1",
     .flags = KL_KEYWORD_ONLY, .doc = "fewest words (or characters) in a row that make a term; >= 1"},
    {FIELD(text.ngram_range_max, "ngram_range_max", int64_t), .kind = KL_KIND_INT, .fallback = "1",
     .flags = KL_KEYWORD_ONLY, .doc = "most words (or characters) in a row that make a term"},
    KL_VALUE(hashing_vectorizer, norm, .kind = KL_KIND_ANY, .fallback = "\"l2\"",
             .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "what becomes 1 in each row: \"l2\" the length, \"l1\" the sum, None = nothing"),
    KL_VALUE(hashing_vectorizer, sparse_output, .kind = KL_KIND_BOOL, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "whether a sparse matrix is given; None = above 65536 columns"),
    TEXT_VALUE(ngram_range, .kind = KL_KIND_ARRAY, .item = KL_KIND_INT,
               .flags = KL_OPTIONAL | KL_TUPLE | KL_KEYWORD_ONLY,
               .doc = "(fewest, most) in place of ngram_range_min and ngram_range_max"),
    TEXT_VALUE(token_pattern, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
               .doc = "regular expression of a word; None = two word characters and more"),
    TEXT_VALUE(tokenizer, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
               .doc = "a function from a text to its words; None = by token_pattern"),
    TEXT_VALUE(preprocessor, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KL_KEYWORD_ONLY,
               .doc = "a function from a text to the text that is looked at; None = none"),
    KL_DOCUMENT_KEYWORDS,
};

static const kl_limit limits[] = {{"n_features", KL_BETWEEN(1, INT32_MAX)}};

static kl_status check(kl_object *self, kl_error *error) { return kl_text_check((kl_text_params *)self, "df", error); }

/* Nothing is learned: a list of documents need not come into the library. */
#define UNREAD_PARAM                                                                               \
    {.name = "x", .alias = "raw_documents", .kind = KL_KIND_ANY,                                   \
     .flags = KL_DATA | KL_FOREIGN | KL_UNREAD, .doc = "a list of documents, which is not looked at"}
#define Y_PARAM                                                                                    \
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "not used"}
static const kl_param unread_xy[] = {
    UNREAD_PARAM, Y_PARAM,
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "never called: there is nothing to wait for"},
};
static const kl_param more_params[] = {UNREAD_PARAM, Y_PARAM};
static const kl_method methods[] = {
    KL_EST_FIT_ROW(kl_est_fit_plain, unread_xy),
    KL_TEXT_METHODS,
    {.name = "partial_fit", .call = kl_est_partial_fit_plain, .params = KL_TABLE(more_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",
     .doc = "Checks the parameters as fit() does; nothing is learned. Returns self."},
};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NO_TABLE | KL_EST_STATELESS | KL_EST_SPARSE_OUT,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .partial_fit = fit,
    .transform = transform,
};

const kl_type kl_hashing_vectorizer_type = {
    .name = "HashingVectorizer",
    KL_ESTIMATOR(hashing_vectorizer),
    .check = check,
    .doc = "Texts as rows of counts without a vocabulary: the column of a term is its hash (MurmurHash3, Weinberger et al. "
           "2009). Needs no fit() and no memory of terms.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .repr_fields = "n_features",
    .extension = &table,
};
KL_PUBLISH(kl_hashing_vectorizer_type);
