/* src/ml/text/tfidf_transformer.c - TfidfTransformer: counts weighted by how rare their terms are. */
#include "vectorizer.h"

#include "kailash/data.h"

typedef struct tfidf_transformer {
    kl_estimator base;
    bool use_idf, smooth_idf, sublinear_tf;
    kl_value norm, idf_;
} tfidf_transformer;

static kl_status fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    tfidf_transformer *self = (tfidf_transformer *)base;
    double *documents, *idf;
    char norm;
    kl_value value;
    KL_TRY(kl_tfidf_norm(&norm, self->norm, error));
    if (!self->use_idf)
        return KL_OK;
    KL_TAKE(documents, task, in->d, error);
    if (kl_is_sparse(in->x))
        for (int64_t k = 0; k < in->x->indptr[in->n]; k++)
            documents[in->x->indices[k]] += in->x->values[k] != 0;
    for (size_t i = 0; !kl_is_sparse(in->x) && i < in->n; i++)
        for (size_t j = 0; j < in->d; j++)
            documents[j] += kl_row(in->x, i)[j] != 0;
    KL_TRY(kl_vector_new(&value, &idf, in->d, error));
    kl_learn(&self->idf_, value);
    kl_tfidf_learn(idf, documents, in->d, in->n, self->smooth_idf);
    return KL_OK;
}

static kl_status transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task, kl_error *error)
{
    const tfidf_transformer *self = (const tfidf_transformer *)base;
    kl_tfidf how = {self->use_idf, self->smooth_idf, self->sublinear_tf, 0};
    const double *idf = kl_doubles(self->idf_);
    kl_value data;
    (void)task;
    KL_TRY(kl_tfidf_norm(&how.norm, self->norm, error));
    if (!kl_is_sparse(x)) {
        KL_TRY(kl_table_from(out, x->data, x->rows, x->cols, error));
        for (size_t i = 0; i < x->rows; i++)
            kl_tfidf_row(kl_doubles(*out) + i * x->cols, NULL, x->cols, idf, &how);
        return KL_OK;
    }
    const kl_sparse_matrix *from = kl_as_object(x->value, &kl_sparse_matrix_type);
    KL_TRY(kl_vector_from(&data, x->values, (size_t)x->indptr[x->rows], error));
    for (size_t i = 0; i < x->rows; i++)
        kl_tfidf_row(kl_doubles(data) + x->indptr[i], x->indices + x->indptr[i],
                     (size_t)(x->indptr[i + 1] - x->indptr[i]), idf, &how);
    return kl_sparse_matrix_new(out, from->rows, from->cols, data, kl_value_retain(from->indices),
                                kl_value_retain(from->indptr), error);
}

static const kl_field fields[] = {
    KL_BOOL(tfidf_transformer, use_idf, true, .doc = "whether terms count less the more texts have them"),
    KL_BOOL(tfidf_transformer, smooth_idf, true, .doc = "whether each term is as if it occurred in one text more"),
    KL_BOOL(tfidf_transformer, sublinear_tf, false, .doc = "whether a count c becomes 1 + ln c"),
    KL_VALUE(tfidf_transformer, norm, .kind = KL_KIND_ANY, .fallback = "\"l2\"", .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "what becomes 1 in each row: \"l2\" the length, \"l1\" the sum, None = nothing"),
    KL_LEARNED_ARRAY(tfidf_transformer, idf_, .doc = "weight of each term; there with use_idf"),
};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE | KL_EST_SPARSE_OUT,
    .fit = fit,
    .transform = transform,
    .names_kept = true,
    .shapes = "idf_ = features | none unless use_idf",
};

const kl_type kl_tfidf_transformer_type = {
    .name = "TfidfTransformer",
    KL_ESTIMATOR(tfidf_transformer),
    .doc = "Counts weighted by how rare their terms are (Spaerck Jones 1972): count * (ln((1 + n) / (1 + texts)) + 1), then "
           "rows of length 1.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
};
KL_PUBLISH(kl_tfidf_transformer_type);
