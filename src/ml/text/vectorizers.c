/* src/ml/text/vectorizers.c - CountVectorizer, TfidfVectorizer: texts as rows of numbers, a column for each term. */
#include "../estimator_parts.h"
#include "vectorizer.h"

typedef struct vectorizer {
    kl_text_params text; /* so far a kl_vectorizer */
    kl_value max_features, max_df, min_df, vocabulary;
    bool sparse_output;
    kl_value vocabulary_, terms;
    bool fixed_vocabulary_;
    /* of TfidfVectorizer */
    bool use_idf, smooth_idf, sublinear_tf;
    kl_value norm, idf_;
} vectorizer;
_Static_assert(offsetof(vectorizer, terms) == offsetof(kl_vectorizer, terms), "begins as a kl_vectorizer");

/* Weighs terms, beside counting them. */
static bool weighs(const kl_estimator *self) { return strcmp(self->object.type->name, "TfidfVectorizer") == 0; }

/* ---- learning and answering ---------------------------------------------------------------------- */

static kl_status learn_idf(vectorizer *self, const kl_counts *c, kl_task *task, kl_error *error)
{
    size_t terms = kl_array_len(self->terms);
    double *documents, *idf;
    kl_value value;
    if (!self->use_idf)
        return KL_OK;
    KL_TAKE(documents, task, terms, error);
    for (size_t k = 0; k < c->numbers; k++)
        documents[c->columns[k]]++;
    KL_TRY(kl_vector_new(&value, &idf, terms, error));
    kl_learn(&self->idf_, value);
    kl_tfidf_learn(idf, documents, terms, c->rows, self->smooth_idf);
    return KL_OK;
}

static kl_status weigh(const vectorizer *self, kl_counts *c, kl_error *error)
{
    kl_tfidf how = {self->use_idf, self->smooth_idf, self->sublinear_tf, 0};
    KL_TRY(kl_tfidf_norm(&how.norm, self->norm, error));
    for (size_t i = 0; i < c->rows; i++)
        kl_tfidf_row(c->data + c->starts[i], c->columns + c->starts[i], (size_t)(c->starts[i + 1] - c->starts[i]),
                     kl_doubles(self->idf_), &how);
    return KL_OK;
}

static kl_status give(kl_value *out, const vectorizer *self, kl_counts *c, kl_error *error)
{
    size_t cols = kl_array_len(self->terms);
    if (weighs(&self->text.base))
        KL_TRY(weigh(self, c, error));
    return kl_counts_give(out, c, cols, self->sparse_output, self->text.dtype, error);
}

static kl_status learn(kl_counts *c, vectorizer *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    char norm;
    if (weighs(&self->text.base))
        KL_TRY(kl_tfidf_norm(&norm, self->norm, error));
    KL_TRY(kl_vectorizer_learn(c, (kl_vectorizer *)self, in->raw_x, task, error));
    self->text.base.features = 1;
    self->fixed_vocabulary_ = !kl_is_null(self->vocabulary);
    return weighs(&self->text.base) ? learn_idf(self, c, task, error) : KL_OK;
}

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_counts c = {0};
    kl_status status = learn(&c, (vectorizer *)base, in, task, error);
    kl_counts_free(&c);
    return status;
}

/* Counts once for both. */
static kl_status fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_counts c = {0};
    kl_status status = learn(&c, (vectorizer *)base, in, task, error);
    if (status == KL_OK)
        status = give(out, (const vectorizer *)base, &c, error);
    kl_counts_free(&c);
    return status;
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const vectorizer *self = (const vectorizer *)base;
    kl_counts c = {0};
    kl_status status = kl_vectorizer_count(&c, (const kl_vectorizer *)self, x->value, task, error);
    if (status == KL_OK)
        status = give(out, self, &c, error);
    kl_counts_free(&c);
    return status;
}

/* The terms of a row whose number is not 0; given. */
static kl_status terms_of_row(kl_value *out, const vectorizer *self, const kl_matrix *x, size_t i, kl_error *error)
{
    bool is_sparse = kl_is_sparse(x);
    size_t begin = is_sparse ? (size_t)x->indptr[i] : 0, end = is_sparse ? (size_t)x->indptr[i + 1] : x->cols;
    kl_value list;
    KL_TRY(kl_array_new(&list, is_sparse ? end - begin : 8, error));
    for (size_t k = begin; k < end; k++) {
        double number = is_sparse ? x->values[k] : kl_row(x, i)[k];
        size_t column = is_sparse ? (size_t)x->indices[k] : k;
        if (number == 0)
            continue;
        kl_status status = kl_array_push(&list, kl_value_retain(kl_array_at(self->terms, column)), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

static kl_status inverse(kl_value *out, const kl_estimator *base, const kl_matrix *given, kl_task *task, kl_error *error)
{
    const vectorizer *self = (const vectorizer *)base;
    kl_matrix x;
    kl_value rows, row;
    KL_TRY(kl_matrix_read(&x, given->value, "x", KL_EST_SPARSE | KL_EST_EMPTY_OK, task, error));
    if (x.cols != kl_array_len(self->terms))
        return kl_bad_dimension(error, "features", kl_array_len(self->terms), x.cols);
    KL_TRY(kl_array_new(&rows, x.rows, error));
    for (size_t i = 0; i < x.rows; i++) {
        kl_status status = terms_of_row(&row, self, &x, i, error);
        if (status != KL_OK) {
            kl_value_release(rows);
            return status;
        }
        kl_array_push(&rows, row, NULL); /* has room */
    }
    *out = rows;
    return KL_OK;
}

static kl_status check_counts(kl_object *self, kl_error *error)
{
    return kl_text_check((kl_text_params *)self, "dfq", error);
}

static kl_status check_weights(kl_object *self, kl_error *error)
{
    return kl_text_check((kl_text_params *)self, "df", error);
}

static kl_status names_out(kl_value *out, const kl_estimator *base, kl_value names, kl_error *error)
{
    (void)names;
    (void)error;
    *out = kl_value_retain(((const vectorizer *)base)->terms);
    return KL_OK;
}

static kl_status get_vocabulary(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_estimator *model;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = kl_value_retain(((const vectorizer *)model)->vocabulary_);
    kl_object_release(&model->object);
    return KL_OK;
}

/* ---- the types ----------------------------------------------------------------------------------- */

#define FIELD(member_path, field_name, ctype)                                                      \
    .name = field_name, .offset = _Generic(((vectorizer *)0)->member_path, ctype: offsetof(vectorizer, member_path))
#define TEXT_VALUE(field, ...) {FIELD(text.field, #field, kl_value), __VA_ARGS__}

#define COUNT_PARAMETERS                                                                           \
    KL_VALUE(vectorizer, max_features, .kind = KL_KIND_INT, .flags = KL_OPTIONAL,                  \
             .doc = "only the terms that occur most often, of equals the first by letters; None = all"),\
    {FIELD(text.ngram_range_min, "ngram_range_min", int64_t), .kind = KL_KIND_INT, .fallback = "1",\
     .doc = "fewest words (or characters) in a row that make a term; >= 1"},                       \
    {FIELD(text.ngram_range_max, "ngram_range_max", int64_t), .kind = KL_KIND_INT, .fallback = "1",\
     .doc = "most words (or characters) in a row that make a term"},                               \
    {FIELD(text.lowercase, "lowercase", bool), .kind = KL_KIND_BOOL, .fallback = "true",           \
     .doc = "whether all letters are made small"},                                                 \
    {FIELD(text.binary, "binary", bool), .kind = KL_KIND_BOOL, .fallback = "false",                \
     .doc = "whether a term counts once in a text, however often it occurs"}

#define KEYWORDS KL_KEYWORD_ONLY
#define TEXT_KEYWORDS                                                                              \
    TEXT_VALUE(ngram_range, .kind = KL_KIND_ARRAY, .item = KL_KIND_INT, .flags = KL_OPTIONAL | KL_TUPLE | KEYWORDS,\
               .doc = "(fewest, most) in place of ngram_range_min and ngram_range_max"),           \
    TEXT_VALUE(token_pattern, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KEYWORDS,             \
               .doc = "regular expression of a word, its group (if it has one) being the word; None = two word "\
                      "characters and more"),                                                      \
    TEXT_VALUE(tokenizer, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KEYWORDS,  \
               .doc = "a function from a text to its words; None = by token_pattern"),             \
    TEXT_VALUE(preprocessor, .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_FOREIGN | KEYWORDS,\
               .doc = "a function from a text to the text that is looked at, in place of lowercase and strip_accents; "\
                      "None = none"),                                                              \
    KL_DOCUMENT_KEYWORDS

#define VOCABULARY_KEYWORDS                                                                        \
    KL_VALUE(vectorizer, max_df, .kind = KL_KIND_NUMBER, .fallback = "1.0", .flags = KL_OPTIONAL | KEYWORDS,\
             .doc = "most texts a term may occur in: a count (int) or a share (float)"),           \
    KL_VALUE(vectorizer, min_df, .kind = KL_KIND_NUMBER, .fallback = "1", .flags = KL_OPTIONAL | KEYWORDS,\
             .doc = "fewest texts a term must occur in: a count (int) or a share (float)"),        \
    KL_VALUE(vectorizer, vocabulary, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_FOREIGN | KEYWORDS,\
             .doc = "the terms: a list, or a dict from term to column; None = those of the texts"),\
    KL_BOOL(vectorizer, sparse_output, false, .flags = KEYWORDS,                                   \
            .doc = "whether a sparse matrix is given instead of a dense one")

#define VOCABULARY_LEARNED                                                                         \
    KL_LEARNED_VALUE(vectorizer, vocabulary_, .doc = "dict from term to column"),                  \
    KL_LEARNED_BOOL(vectorizer, fixed_vocabulary_, .doc = "whether the terms were given, not learned"), \
    KL_KEPT_VALUE(vectorizer, terms, .doc = "the term of each column")

static const kl_field count_fields[] = {COUNT_PARAMETERS, TEXT_KEYWORDS, VOCABULARY_KEYWORDS, VOCABULARY_LEARNED};

static const kl_field tfidf_fields[] = {
    COUNT_PARAMETERS,
    KL_BOOL(vectorizer, use_idf, true, .doc = "whether terms count less the more texts have them"),
    KL_BOOL(vectorizer, smooth_idf, true, .doc = "whether each term is as if it occurred in one text more"),
    KL_BOOL(vectorizer, sublinear_tf, false, .doc = "whether a count c becomes 1 + ln c"),
    KL_VALUE(vectorizer, norm, .kind = KL_KIND_ANY, .fallback = "\"l2\"", .flags = KL_OPTIONAL | KEYWORDS,
             .doc = "what becomes 1 in each row: \"l2\" the length, \"l1\" the sum, None = nothing"),
    TEXT_KEYWORDS, VOCABULARY_KEYWORDS, VOCABULARY_LEARNED,
    KL_LEARNED_ARRAY(vectorizer, idf_, .doc = "weight of each term; there with use_idf"),
};

static const kl_limit limits[] = {{"max_features", KL_AT_LEAST(1)}};

static const kl_method methods[] = {
    KL_EST_FIT_ROW(kl_est_fit_plain, kl_text_xy), KL_TEXT_METHODS, KL_EST_NAMES_OUT,
    KL_EST_ROW("inverse_transform", kl_est_inverse, kl_est_x, KL_KIND_ARRAY,
               "For each row of numbers the list of the terms whose number is not 0."),
    {.name = "get_vocabulary", .call = get_vocabulary, .returns = KL_KIND_MAP, .raises = "NotFittedError",
     .doc = "vocabulary_: dict from term to column."},
};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_ANY_X | KL_EST_NO_TABLE | KL_EST_SPARSE_OUT,
    .limits = KL_TABLE(limits),
    .fit = fit,
    .fit_transform = fit_transform,
    .transform = transform,
    .inverse = inverse,
    .names_out = names_out,
    .shapes = "terms = list k of text; vocabulary_ = map k < k; ?idf_ = k | none unless use_idf",
};

const kl_type kl_count_vectorizer_type = {
    .name = "CountVectorizer",
    KL_ESTIMATOR(vectorizer),
    .check = check_counts,
    .doc = "Texts as rows of counts, a column for each term, in the order of their code points. A term is a word of two "
           "characters and more, or several in a row.",
    .fields = KL_TABLE(count_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_count_vectorizer_type);

const kl_type kl_tfidf_vectorizer_type = {
    .name = "TfidfVectorizer",
    KL_ESTIMATOR(vectorizer),
    .check = check_weights,
    .doc = "Texts as rows of weighted counts: CountVectorizer, then TfidfTransformer.",
    .fields = KL_TABLE(tfidf_fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_tfidf_vectorizer_type);
