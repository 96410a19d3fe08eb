/* src/ml/decomposition/lda.c - LatentDirichletAllocation: documents as mixtures of topics, topics as mixtures of words.
 *
 * Variational Bayes in batches or online (Hoffman, Blei, Bach: Online learning for latent Dirichlet allocation, 2010).
 * Topics lie word by word (d x k), so that one word's topics are one row.
 */
#include "parts.h"

#include "../kernels.h"
#include "../linalg.h"
#include "../numeric.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

typedef struct lda {
    kl_estimator base;
    int64_t n_components, max_iter, batch_size, evaluate_every, max_doc_update_iter;
    double learning_decay, learning_offset, total_samples, perp_tol, mean_change_tol;
    kl_value random_state, doc_topic_prior, topic_word_prior, learning_method, n_jobs;
    bool verbose;
    kl_value components_, exp_dirichlet_component_;
    int64_t n_iter_, n_batch_iter_, seed;
    double bound_, doc_topic_prior_, topic_word_prior_;
} lda;

/* ---- documents -------------------------------------------------------------------------------------------------- */

typedef struct document {
    const int64_t *words; /* NULL = all of them in turn, counts of 0 among them */
    const double *counts;
    size_t length;
} document;

static document document_of(const kl_matrix *x, size_t i)
{
    if (!kl_is_sparse(x))
        return (document){NULL, kl_row(x, i), x->cols};
    return (document){x->indices + x->indptr[i], x->values + x->indptr[i], (size_t)(x->indptr[i + 1] - x->indptr[i])};
}

static size_t word_of(const document *doc, size_t at) { return doc->words ? (size_t)doc->words[at] : at; }

/* e^E ln of a Dirichlet distribution. */
static void expectation(double *out, const double *gamma, size_t k)
{
    double all = kl_digamma(kl_kernels()->sum(gamma, k));
    for (size_t c = 0; c < k; c++)
        out[c] = kl_digamma(gamma[c]) - all;
}

typedef struct e_step {
    const lda *self;
    const kl_matrix *x;
    size_t first;           /* row of the batch */
    const double *topics;   /* d x k: e^E ln of the words of a topic */
    double *gamma;          /* rows x k: topics of the documents */
    bool random;
    double *statistics;     /* a table d x k for each block, or NULL */
    double *scratch;        /* 3 k for each thread */
} e_step;

static void improve(const e_step *e, const document *doc, double *gamma, double *scratch)
{
    size_t k = (size_t)e->self->n_components;
    double *weights = scratch, *next = scratch + k;
    expectation(weights, gamma, k);
    kl_kernels()->exp(weights, weights, k);
    for (int64_t round = 0; round < e->self->max_doc_update_iter; round++) {
        double change = 0;
        memset(next, 0, k * sizeof *next);
        for (size_t at = 0; at < doc->length; at++) {
            const double *topic = e->topics + word_of(doc, at) * k;
            double norm = DBL_EPSILON;
            if (doc->counts[at] == 0)
                continue;
            for (size_t c = 0; c < k; c++)
                norm += weights[c] * topic[c];
            norm = doc->counts[at] / norm;
            for (size_t c = 0; c < k; c++)
                next[c] += norm * topic[c];
        }
        for (size_t c = 0; c < k; c++) {
            double now = weights[c] * next[c] + e->self->doc_topic_prior_;
            change += fabs(now - gamma[c]);
            gamma[c] = now;
        }
        expectation(weights, gamma, k);
        kl_kernels()->exp(weights, weights, k);
        if (change / (double)k < e->self->mean_change_tol)
            return;
    }
}

static void gather(const e_step *e, const document *doc, double *table, const double *weights)
{
    size_t k = (size_t)e->self->n_components;
    for (size_t at = 0; at < doc->length; at++) {
        size_t word = word_of(doc, at);
        const double *topic = e->topics + word * k;
        double norm = DBL_EPSILON;
        if (doc->counts[at] == 0)
            continue;
        for (size_t c = 0; c < k; c++)
            norm += weights[c] * topic[c];
        norm = doc->counts[at] / norm;
        for (size_t c = 0; c < k; c++)
            table[word * k + c] += norm * weights[c];
    }
}

static kl_status learn_documents(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const e_step *e = data;
    size_t k = (size_t)e->self->n_components;
    double *scratch = e->scratch + kl_parallel_me() * 3 * k;
    (void)error;
    for (size_t i = begin; i < end; i++) {
        document doc = document_of(e->x, e->first + i);
        double *gamma = e->gamma + i * k;
        kl_random random;
        kl_random_open(&random, (uint64_t)e->self->seed, (uint32_t)(0x10000 + e->self->n_batch_iter_), e->first + i);
        for (size_t c = 0; c < k; c++)
            gamma[c] = e->random ? kl_random_gamma(&random, 100) * 0.01 : 1;
        improve(e, &doc, gamma, scratch);
        if (e->statistics)
            gather(e, &doc, e->statistics + block * e->x->cols * k, scratch);
    }
    return KL_OK;
}

/* At most 16 blocks, so that their tables stay few. */
static size_t grain_of(size_t rows) { return KL_MAX((size_t)32, (rows + 15) / 16); }

/* Topics of `rows` documents; with `statistics` (d x k) what topics learn of them, too. */
static kl_status infer(e_step *e, size_t rows, double *statistics, kl_task *task, kl_error *error)
{
    size_t k = (size_t)e->self->n_components, size = e->x->cols * k, grain = grain_of(rows);
    size_t blocks = kl_parallel_blocks(rows, grain);
    KL_TAKE_RAW(e->scratch, task, kl_parallel_threads() * 3 * k, error);
    if (statistics)
        KL_TAKE(e->statistics, task, blocks * size, error);
    KL_TRY(kl_parallel_for(rows, grain, learn_documents, e, error));
    for (size_t b = 0; b < blocks && statistics; b++)
        kl_axpy(1, e->statistics + b * size, statistics, size);
    kl_task_free(task, e->scratch);
    kl_task_free(task, e->statistics);
    e->statistics = NULL;
    return KL_OK;
}

/* ---- topics ----------------------------------------------------------------------------------------------------- */

/* Keep topics (taken), and e^E ln of their words; `columns` (d x k) = the same word by word. */
static kl_status set_topics(lda *self, kl_value topics, double *columns, kl_error *error)
{
    size_t k = (size_t)self->n_components, d = (size_t)self->base.features;
    double *words;
    kl_learn(&self->components_, topics);
    KL_TRY(kl_learn_table(&self->exp_dirichlet_component_, &words, k, d, error));
    for (size_t c = 0; c < k; c++)
        expectation(words + c * d, kl_doubles(self->components_) + c * d, d);
    kl_kernels()->exp(words, words, k * d);
    kl_transpose(columns, words, k, d);
    return KL_OK;
}

static kl_status begin(lda *self, double *columns, kl_error *error)
{
    size_t count = (size_t)self->n_components * (size_t)self->base.features;
    kl_random random;
    kl_value topics;
    uint64_t seed;
    double *numbers, even = 1 / (double)self->n_components;
    KL_TRY(kl_estimator_seed(&seed, &self->base, error));
    self->seed = (int64_t)(seed & INT64_MAX);
    self->n_batch_iter_ = 1;
    self->n_iter_ = 0;
    self->doc_topic_prior_ = kl_is_null(self->doc_topic_prior) ? even : kl_as_double(self->doc_topic_prior);
    self->topic_word_prior_ = kl_is_null(self->topic_word_prior) ? even : kl_as_double(self->topic_word_prior);
    KL_TRY(kl_table_new(&topics, &numbers, (size_t)self->n_components, (size_t)self->base.features, error));
    kl_random_open(&random, (uint64_t)self->seed, 0x1da, 0);
    for (size_t i = 0; i < count; i++)
        numbers[i] = kl_random_gamma(&random, 100) * 0.01;
    return set_topics(self, topics, columns, error);
}

/* One step on rows [first, first + rows): in a batch of all, or online as a share of `total` documents. */
static kl_status em_step(lda *self, const kl_matrix *x, size_t first, size_t rows, double total, bool batch,
                         double *columns, kl_task *task, kl_error *error)
{
    size_t k = (size_t)self->n_components, d = x->cols;
    e_step e = {.self = self, .x = x, .first = first, .topics = columns, .random = true};
    double *statistics, *numbers;
    kl_value topics;
    KL_TAKE(statistics, task, d * k, error);
    KL_TAKE_RAW(e.gamma, task, rows * k, error);
    KL_TRY(infer(&e, rows, statistics, task, error));
    double share = batch ? 1 : pow(self->learning_offset + (double)self->n_batch_iter_, -self->learning_decay);
    double ratio = batch ? 1 : total / (double)rows;
    KL_TRY(kl_table_new(&topics, &numbers, k, d, error));
    const double *former = kl_doubles(self->components_);
    for (size_t c = 0; c < k; c++)
        for (size_t j = 0; j < d; j++) {
            double found = self->topic_word_prior_ + ratio * statistics[j * k + c] * columns[j * k + c];
            numbers[c * d + j] = batch ? found : (1 - share) * former[c * d + j] + share * found;
        }
    self->n_batch_iter_++;
    kl_task_free(task, statistics);
    kl_task_free(task, e.gamma);
    return set_topics(self, topics, columns, error);
}

/* ---- the bound -------------------------------------------------------------------------------------------------- */

/* What a Dirichlet distribution adds to the bound. */
static double dirichlet_part(double prior, const double *gamma, double *logs, size_t size)
{
    double sum = lgamma(prior * (double)size) - lgamma(kl_kernels()->sum(gamma, size));
    expectation(logs, gamma, size);
    for (size_t c = 0; c < size; c++)
        sum += (prior - gamma[c]) * logs[c] + lgamma(gamma[c]) - lgamma(prior);
    return sum;
}

static double document_part(const document *doc, const double *logs, const double *words, size_t k)
{
    double sum = 0;
    for (size_t at = 0; at < doc->length; at++) {
        const double *topic = words + word_of(doc, at) * k;
        double most = -INFINITY, all = 0;
        if (doc->counts[at] == 0)
            continue;
        for (size_t c = 0; c < k; c++)
            most = KL_MAX(most, logs[c] + topic[c]);
        for (size_t c = 0; c < k; c++)
            all += exp(logs[c] + topic[c] - most);
        sum += doc->counts[at] * (most + log(all));
    }
    return sum;
}

/* The variational bound of the log-likelihood of documents; `ratio`: how many each of them stands for. */
static kl_status bound(double *out, const lda *self, const kl_matrix *x, double ratio, kl_task *task, kl_error *error)
{
    size_t k = (size_t)self->n_components, d = x->cols;
    double *columns, *words, *logs, sum = 0;
    e_step e = {.self = self, .x = x};
    KL_TAKE_RAW(columns, task, d * k, error);
    KL_TAKE_RAW(words, task, d * k, error);
    KL_TAKE_RAW(logs, task, KL_MAX(d, k), error);
    KL_TAKE_RAW(e.gamma, task, x->rows * k + 1, error);
    kl_transpose(columns, kl_doubles(self->exp_dirichlet_component_), k, d);
    e.topics = columns;
    KL_TRY(infer(&e, x->rows, NULL, task, error));
    for (size_t c = 0; c < k; c++) {
        expectation(logs, kl_doubles(self->components_) + c * d, d);
        for (size_t j = 0; j < d; j++)
            words[j * k + c] = logs[j];
    }
    for (size_t i = 0; i < x->rows; i++) {
        document doc = document_of(x, i);
        sum += dirichlet_part(self->doc_topic_prior_, e.gamma + i * k, logs, k);
        sum += document_part(&doc, logs, words, k);
    }
    sum *= ratio;
    for (size_t c = 0; c < k; c++)
        sum += dirichlet_part(self->topic_word_prior_, kl_doubles(self->components_) + c * d, logs, d);
    kl_task_free(task, columns);
    kl_task_free(task, words);
    kl_task_free(task, logs);
    kl_task_free(task, e.gamma);
    *out = sum;
    return KL_OK;
}

static double words_of(const kl_matrix *x)
{
    return kl_is_sparse(x) ? kl_kernels()->sum(x->values, (size_t)x->indptr[x->rows])
                           : kl_kernels()->sum(x->data, x->rows * x->cols);
}

static kl_status perplexity(double *out, const lda *self, const kl_matrix *x, double ratio, kl_task *task,
                            kl_error *error)
{
    double sum;
    KL_TRY(bound(&sum, self, x, ratio, task, error));
    *out = exp(-sum / (words_of(x) * ratio));
    return KL_OK;
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

static kl_status pass(lda *self, const kl_matrix *x, double total, double *columns, kl_task *task, kl_error *error)
{
    size_t size = (size_t)self->batch_size;
    for (size_t at = 0; at < x->rows; at += size)
        KL_TRY(em_step(self, x, at, KL_MIN(size, x->rows - at), total, false, columns, task, error));
    return KL_OK;
}

static kl_status lda_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    lda *self = (lda *)base;
    double *columns, former = NAN, now;
    KL_TRY(kl_refuse_negative(in->x, "LatentDirichletAllocation", error));
    KL_TAKE_RAW(columns, task, in->d * (size_t)self->n_components, error);
    KL_TRY(begin(self, columns, error));
    for (int64_t i = 0; i < self->max_iter; i++) {
        if (kl_word_is(self->learning_method, "online"))
            KL_TRY(pass(self, in->x, (double)in->n, columns, task, error));
        else
            KL_TRY(em_step(self, in->x, 0, in->n, (double)in->n, true, columns, task, error));
        if (self->evaluate_every > 0 && (i + 1) % self->evaluate_every == 0) {
            KL_TRY(perplexity(&now, self, in->x, 1, task, error));
            if (fabs(former - now) < self->perp_tol)
                break;
            former = now;
        }
        self->n_iter_++;
        KL_TRY(kl_task_step(task, (size_t)i + 1, (size_t)self->max_iter, error));
    }
    return perplexity(&self->bound_, self, in->x, 1, task, error);
}

static kl_status lda_more(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    lda *self = (lda *)base;
    double *columns;
    size_t k = (size_t)self->n_components;
    KL_TRY(kl_refuse_negative(in->x, "LatentDirichletAllocation", error));
    KL_TAKE_RAW(columns, task, in->d * k, error);
    if (kl_is_null(self->components_))
        KL_TRY(begin(self, columns, error));
    else if (kl_array_axis(self->components_, 0) != k)
        return kl_bad_input(error, "n_components changed from %zu to %zu between calls of partial_fit()",
                            kl_array_axis(self->components_, 0), k);
    kl_transpose(columns, kl_doubles(self->exp_dirichlet_component_), k, in->d);
    return pass(self, in->x, self->total_samples, columns, task, error);
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static kl_status lda_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                               kl_error *error)
{
    const lda *self = (const lda *)base;
    size_t k = (size_t)self->n_components;
    e_step e = {.self = self, .x = x};
    double *columns, *shares;
    KL_TRY(kl_refuse_negative(x, "LatentDirichletAllocation", error));
    KL_TAKE_RAW(columns, task, x->cols * k, error);
    KL_TAKE_RAW(e.gamma, task, x->rows * k + 1, error);
    kl_transpose(columns, kl_doubles(self->exp_dirichlet_component_), k, x->cols);
    e.topics = columns;
    KL_TRY(infer(&e, x->rows, NULL, task, error));
    KL_TRY(kl_table_new(out, &shares, x->rows, k, error));
    for (size_t i = 0; i < x->rows; i++) {
        double sum = kl_kernels()->sum(e.gamma + i * k, k);
        for (size_t c = 0; c < k; c++)
            shares[i * k + c] = e.gamma[i * k + c] / sum;
    }
    return KL_OK;
}

static kl_status lda_score(double *out, const kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    KL_TRY(kl_refuse_negative(in->x, "LatentDirichletAllocation", error));
    return bound(out, (const lda *)base, in->x, 1, task, error);
}

static kl_status plain_perplexity(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                  kl_error *error)
{
    double number;
    KL_TRY(kl_refuse_negative(x, "LatentDirichletAllocation", error));
    KL_TRY(perplexity(&number, (const lda *)base, x, 1, task, error));
    *out = kl_double(number);
    return KL_OK;
}

static kl_status sampled_perplexity(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                    kl_error *error)
{
    const lda *self = (const lda *)base;
    double number;
    KL_TRY(kl_refuse_negative(x, "LatentDirichletAllocation", error));
    KL_TRY(perplexity(&number, self, x, self->total_samples / (double)x->rows, task, error));
    *out = kl_double(number);
    return KL_OK;
}

static kl_status perplexity_of(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return kl_estimator_ask(out, (const kl_estimator *)self, args[0],
                            kl_as_bool(args[1]) ? sampled_perplexity : plain_perplexity, error);
}

static size_t lda_width(const kl_estimator *self) { return kl_array_axis(((const lda *)self)->components_, 0); }

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const learning_methods[] = {"batch", "online", NULL};

static const kl_field fields[] = {
    KL_INT(lda, n_components, 10, .doc = "how many topics; >= 1"),
    KL_INT(lda, max_iter, 10, .doc = "passes over the documents; >= 0"),
    KL_RANDOM_STATE(lda, ),
    KL_VALUE(lda, doc_topic_prior, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "prior of the topics of a document, from 0 to 1; None = 1 / n_components"),
    KL_VALUE(lda, topic_word_prior, .kind = KL_KIND_DOUBLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "prior of the words of a topic, from 0 to 1; None = 1 / n_components"),
    KL_ENUM(lda, learning_method, "batch", .names = learning_methods, .flags = KL_KEYWORD_ONLY,
            .doc = "batch: topics learn once a pass; online: after every batch_size documents"),
    KL_DOUBLE(lda, learning_decay, 0.7, .flags = KL_KEYWORD_ONLY,
              .doc = "how soon later batches weigh less, from 0 to 1: the power of learning_offset + number of the batch"),
    KL_DOUBLE(lda, learning_offset, 10.0, .flags = KL_KEYWORD_ONLY, .doc = "makes the first batches weigh less; >= 1"),
    KL_INT(lda, batch_size, 128, .flags = KL_KEYWORD_ONLY, .doc = "documents of a batch; >= 1"),
    KL_INT(lda, evaluate_every, -1, .flags = KL_KEYWORD_ONLY,
           .doc = "passes between two looks at the perplexity; <= 0 = none"),
    KL_DOUBLE(lda, total_samples, 1e6, .flags = KL_KEYWORD_ONLY,
              .doc = "how many documents there are, for partial_fit(); > 0"),
    KL_DOUBLE(lda, perp_tol, 0.1, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when the perplexity changes by less between two looks; >= 0"),
    KL_DOUBLE(lda, mean_change_tol, 1e-3, .flags = KL_KEYWORD_ONLY,
              .doc = "a document has its topics when they change by less on average; >= 0"),
    KL_INT(lda, max_doc_update_iter, 100, .flags = KL_KEYWORD_ONLY, .doc = "most rounds for a document; >= 0"),
    KL_VALUE(lda, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "most threads to use; -1 or None = all processors"),
    KL_BOOL(lda, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "whether progress is printed"),
    KL_LEARNED_ARRAY(lda, components_, .doc = "about how often each topic was given each word: n_components x d"),
    KL_LEARNED_ARRAY(lda, exp_dirichlet_component_, .doc = "e^E ln of the words of each topic: n_components x d"),
    KL_LEARNED_INT(lda, n_iter_, .doc = "passes that were made"),
    KL_LEARNED_INT(lda, n_batch_iter_, .doc = "steps that were made, and one"),
    KL_KEPT_INT(lda, seed, .doc = "of its random numbers"),
    KL_LEARNED_DOUBLE(lda, bound_, .doc = "perplexity of the documents in the end"),
    KL_LEARNED_DOUBLE(lda, doc_topic_prior_, .doc = "prior of the topics of a document"),
    KL_LEARNED_DOUBLE(lda, topic_word_prior_, .doc = "prior of the words of a topic"),
};

static const kl_limit limits[] = {
    {"n_components", KL_AT_LEAST(1)},       {"max_iter", KL_AT_LEAST(0)},        {"doc_topic_prior", KL_BETWEEN(0, 1)},
    {"topic_word_prior", KL_BETWEEN(0, 1)}, {"learning_decay", KL_BETWEEN(0, 1)}, {"learning_offset", KL_AT_LEAST(1)},
    {"batch_size", KL_AT_LEAST(1)},         {"total_samples", KL_ABOVE(0)},      {"perp_tol", KL_AT_LEAST(0)},
    {"mean_change_tol", KL_AT_LEAST(0)},    {"max_doc_update_iter", KL_AT_LEAST(0)}};

static const kl_param perplexity_params[] = {
    {.name = "x", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "documents as counts of words: rows x columns"},
    {.name = "sub_sampling", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the documents stand for total_samples of them"},
};

static const kl_method methods[] = {
    KL_EST_TRANSFORMS, KL_EST_PARTIAL_FIT_X, KL_EST_SCORE_PLAIN, KL_EST_NAMES_OUT,
    {.name = "perplexity", .call = perplexity_of, .params = KL_TABLE(perplexity_params), .returns = KL_KIND_DOUBLE,
     .raises = KL_EST_RAISES, .doc = "e^(- bound of the log-likelihood of a word): lower is better."},
};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .flags = KL_EST_SPARSE | KL_EST_POSITIVE,
    .limits = KL_TABLE(limits),
    .fit = lda_fit,
    .partial_fit = lda_more,
    .transform = lda_transform,
    .score = lda_score,
    .width = lda_width,
    .shapes = "components_ = n_components features; exp_dirichlet_component_ = n_components features",
};

const kl_type kl_latent_dirichlet_allocation_type = {
    .name = "LatentDirichletAllocation",
    KL_ESTIMATOR(lda),
    .doc = "Documents (rows of counts of words) as mixtures of topics, which are mixtures of words (Blei, Ng, Jordan 2003), by "
           "variational Bayes in batches or online (Hoffman, Blei, Bach 2010). transform() gives the shares of the topics; "
           "score() the bound of the log-likelihood.",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_latent_dirichlet_allocation_type);
