/* src/ml/decomposition/dictionary_learning.c - DictionaryLearning: rows as sums of few learned atoms. */
#include "dictionary.h"
#include "parts.h"

#include "../linalg.h"

#include <math.h>

typedef struct dictionary_learning {
    kl_estimator base;
    kl_value n_components, random_state, fit_algorithm, transform_algorithm, transform_n_nonzero_coefs, transform_alpha;
    kl_value n_jobs, code_init, dict_init, callback;
    double alpha, tol;
    int64_t max_iter, transform_max_iter, verbose;
    bool split_sign, positive_code, positive_dict;
    kl_value components_, error_;
    int64_t n_iter_;
} dictionary_learning;

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    kl_coder coder;
} coders[] = {{"lasso_lars", KL_CODER_LASSO_LARS}, {"lasso_cd", KL_CODER_LASSO_CD}, {"lars", KL_CODER_LARS},
              {"omp", KL_CODER_OMP},               {"threshold", KL_CODER_THRESHOLD}};

static kl_coder coder_of(kl_value word)
{
    size_t i = 0;
    while (i + 1 < KL_COUNT(coders) && !kl_word_is(word, coders[i].word))
        i++;
    return coders[i].coder;
}

/* A tenth of the columns, where nothing else is asked for. */
static kl_status count_of(size_t *out, const dictionary_learning *self, size_t d, size_t k, kl_error *error)
{
    kl_value wanted = self->transform_n_nonzero_coefs;
    *out = kl_is_null(wanted) ? KL_MIN(KL_MAX(d / 10, 1), k) : (size_t)kl_as_int(wanted);
    if (*out > k && kl_word_is(self->transform_algorithm, "omp"))
        return kl_bad_parameter(error, "transform_n_nonzero_coefs", "at most as many as components for 'omp'", wanted);
    return KL_OK;
}

static kl_status transform_coding(kl_coding *out, const dictionary_learning *self, size_t d, size_t k, kl_error *error)
{
    *out = (kl_coding){.by = coder_of(self->transform_algorithm), .positive = self->positive_code,
                       .steps_max = (size_t)self->transform_max_iter,
                       .alpha = kl_is_null(self->transform_alpha) ? self->alpha : kl_as_double(self->transform_alpha)};
    if (self->positive_code && (out->by == KL_CODER_OMP || out->by == KL_CODER_LARS))
        return kl_bad_parameter(error, "transform_algorithm",
                                "'lasso_lars', 'lasso_cd' or 'threshold' with positive_code", self->transform_algorithm);
    return count_of(&out->count, self, d, k, error);
}

static kl_status prepare(kl_dictionary *l, const dictionary_learning *self, const kl_fit *in, kl_error *error)
{
    bool lars = kl_word_is(self->fit_algorithm, "lars");
    if (lars && self->positive_code)
        return kl_bad_parameter(error, "fit_algorithm", "'cd' with positive_code", self->fit_algorithm);
    *l = (kl_dictionary){.x = in->x->data, .n = in->n, .d = in->d, .tol = self->tol,
                         .k = kl_is_null(self->n_components) ? in->d : (size_t)kl_as_int(self->n_components),
                         .turns_max = (size_t)self->max_iter, .positive_atoms = self->positive_dict,
                         .coding = {.by = lars ? KL_CODER_LASSO_LARS : KL_CODER_LASSO_CD, .alpha = self->alpha,
                                    .steps_max = (size_t)self->transform_max_iter, .positive = self->positive_code}};
    return kl_estimator_seed(&l->seed, &self->base, error);
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

/* A map of how far it is, for the callback of the user. */
static kl_status describe(kl_value *out, const kl_dictionary *l, kl_error *error)
{
    kl_value map, codes = kl_null(), atoms = kl_null(), costs = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 8, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("ii"), kl_int((int64_t)l->turns - 1), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("max_iter"), kl_int((int64_t)l->turns_max), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("alpha"), kl_double(l->coding.alpha), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("tol"), kl_double(l->tol), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("current_cost"), kl_double(l->costs[l->turns - 1]), error));
    KL_TRY_OUT(kl_vector_from(&costs, l->costs, l->turns, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("errors"), costs, error));
    KL_TRY_OUT(kl_table_from(&codes, l->codes, l->n, l->k, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("code"), codes, error));
    KL_TRY_OUT(kl_table_from(&atoms, l->atoms, l->k, l->d, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("dictionary"), atoms, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status tell(void *data, const kl_dictionary *l, kl_error *error)
{
    const dictionary_learning *self = data;
    kl_value so_far, answer = kl_null();
    KL_TRY(describe(&so_far, l, error));
    kl_status status = kl_call_value(&answer, self->callback, &so_far, 1, error);
    kl_value_release(so_far);
    kl_value_release(answer);
    return status;
}

static kl_status learn(dictionary_learning *self, kl_dictionary *l, const kl_fit *in, kl_task *task, kl_error *error)
{
    bool given;
    KL_TRY(prepare(l, self, in, error));
    l->told = kl_is_null(self->callback) ? NULL : tell;
    l->data = self;
    KL_TAKE_RAW(l->codes, task, l->n * l->k, error);
    KL_TRY(kl_learn_table(&self->components_, &l->atoms, l->k, l->d, error));
    KL_TRY(kl_dictionary_begin_from(&given, l, self->code_init, "code_init", self->dict_init, "dict_init", false, task,
                                    error));
    if (!given)
        KL_TRY(kl_dictionary_begin(l, task, error));
    KL_TRY(kl_dictionary_learn(l, task, error));
    kl_value costs;
    KL_TRY(kl_vector_from(&costs, l->costs, l->turns, error));
    kl_learn(&self->error_, costs);
    self->n_iter_ = (int64_t)l->turns;
    return KL_OK;
}

static kl_status dictionary_fit(kl_estimator *base, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_dictionary l;
    return learn((dictionary_learning *)base, &l, in, task, error);
}

static kl_status dictionary_fit_transform(kl_value *out, kl_estimator *base, const kl_fit *in, kl_task *task,
                                          kl_error *error)
{
    kl_dictionary l;
    KL_TRY(learn((dictionary_learning *)base, &l, in, task, error));
    return kl_table_from(out, l.codes, l.n, l.k, error);
}

/* ---- answering -------------------------------------------------------------------------------------------------- */

static size_t atoms_of(const dictionary_learning *self) { return kl_array_axis(self->components_, 0); }

static size_t dictionary_width(const kl_estimator *base)
{
    const dictionary_learning *self = (const dictionary_learning *)base;
    return atoms_of(self) * (self->split_sign ? 2 : 1);
}

/* Positive parts first, then negative ones. */
static void split(double *out, const double *codes, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++) {
            double code = codes[i * k + c];
            out[i * 2 * k + c] = KL_MAX(code, 0.0);
            out[i * 2 * k + k + c] = KL_MAX(-code, 0.0);
        }
}

static kl_status dictionary_transform(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                      kl_error *error)
{
    const dictionary_learning *self = (const dictionary_learning *)base;
    size_t k = atoms_of(self);
    double *answer, *codes;
    kl_coding how;
    kl_code_maker maker;
    kl_value made;
    KL_TRY(transform_coding(&how, self, x->cols, k, error));
    KL_TRY(kl_code_begin(&maker, &how, x->data, x->rows, x->cols, k, task, error));
    KL_TRY(kl_table_new(&made, &answer, x->rows, dictionary_width(base), error));
    codes = self->split_sign ? kl_task_alloc(task, x->rows * k + 1, sizeof *codes) : answer;
    kl_status status = !codes ? kl_error_no_memory(error) : KL_OK;
    if (status == KL_OK && x->rows)
        status = kl_code_rows(codes, &maker, kl_doubles(self->components_), error);
    if (status == KL_OK)
        status = kl_code_warn(&maker, error);
    if (status != KL_OK) {
        kl_value_release(made);
        return status;
    }
    if (self->split_sign)
        split(answer, codes, x->rows, k);
    *out = made;
    return KL_OK;
}

static kl_status dictionary_inverse(kl_value *out, const kl_estimator *base, const kl_matrix *x, kl_task *task,
                                    kl_error *error)
{
    const dictionary_learning *self = (const dictionary_learning *)base;
    size_t k = atoms_of(self), d = (size_t)base->features, width = dictionary_width(base);
    const double *atoms = kl_doubles(self->components_);
    double *rows;
    (void)task;
    if (x->cols != width)
        return kl_bad_dimension(error, "components", width, x->cols);
    KL_TRY(kl_table_new(out, &rows, x->rows, d, error));
    if (!x->rows)
        return KL_OK;
    kl_gemm(false, false, x->rows, d, k, 1, x->data, width, atoms, d, 0, rows, d);
    if (self->split_sign)
        kl_gemm(false, false, x->rows, d, k, -1, x->data + k, width, atoms, d, 1, rows, d);
    return KL_OK;
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static const char *const fit_words[] = {"lars", "cd", NULL};
static const char *const transform_words[] = {"lasso_lars", "lasso_cd", "lars", "omp", "threshold", NULL};

#define DICTIONARY_VALUE(member, type, flag, ...)                                                                       \
    KL_VALUE(dictionary_learning, member, .kind = type, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY | (flag), __VA_ARGS__)

static const kl_field fields[] = {
    KL_VALUE(dictionary_learning, n_components, .kind = KL_KIND_INT, .fallback = "2", .flags = KL_OPTIONAL,
             .doc = "how many atoms; >= 1; None = one for each column"),
    KL_DOUBLE(dictionary_learning, alpha, 1.0, .doc = "penalty of the absolute values of codes; >= 0"),
    KL_INT(dictionary_learning, max_iter, 1000, .doc = "most turns; >= 0"),
    KL_RANDOM_STATE(dictionary_learning, ),
    KL_DOUBLE(dictionary_learning, tol, 1e-8, .flags = KL_KEYWORD_ONLY,
              .doc = "stop when a turn lessens the objective by less than this share of it; >= 0"),
    KL_ENUM(dictionary_learning, fit_algorithm, "lars", .names = fit_words, .flags = KL_KEYWORD_ONLY,
            .doc = "how fit() finds codes. lars: least angles; cd: coordinate descent"),
    KL_ENUM(dictionary_learning, transform_algorithm, "omp", .names = transform_words, .flags = KL_KEYWORD_ONLY,
            .doc = "how transform() finds codes. omp: orthogonal matching pursuit; lars: least angle regression; lasso_lars, "
                   "lasso_cd: the least squares with a penalty of absolute values; threshold: products with the atoms, less "
                   "the penalty"),
    DICTIONARY_VALUE(transform_n_nonzero_coefs, KL_KIND_INT, 0,
                     .doc = "most codes of a row other than 0, for omp and lars; >= 1; None = a tenth of the columns"),
    DICTIONARY_VALUE(transform_alpha, KL_KIND_DOUBLE, 0,
                     .doc = "penalty of lasso_lars, lasso_cd and threshold; >= 0; None = alpha"),
    DICTIONARY_VALUE(n_jobs, KL_KIND_INT, 0, .doc = "most threads to use; -1 or None = all processors"),
    DICTIONARY_VALUE(code_init, KL_KIND_ANY, KL_DATA, .doc = "codes to begin with, with dict_init: rows x components"),
    DICTIONARY_VALUE(dict_init, KL_KIND_ANY, KL_DATA, .doc = "atoms to begin with, with code_init: components x d"),
    DICTIONARY_VALUE(callback, KL_KIND_CALLABLE, KL_FOREIGN,
                     .doc = "function of a dict, called after the first and every fifth turn: ii, max_iter, alpha, tol, "
                            "current_cost, errors, code, dictionary"),
    KL_INT(dictionary_learning, verbose, 0, .flags = KL_KEYWORD_ONLY, .doc = "1 = tell progress"),
    KL_BOOL(dictionary_learning, split_sign, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether transform() gives positive and negative parts of codes as columns of their own"),
    KL_BOOL(dictionary_learning, positive_code, false, .flags = KL_KEYWORD_ONLY, .doc = "whether no code may be below 0"),
    KL_BOOL(dictionary_learning, positive_dict, false, .flags = KL_KEYWORD_ONLY,
            .doc = "whether no number of an atom may be below 0"),
    KL_INT(dictionary_learning, transform_max_iter, 1000, .flags = KL_KEYWORD_ONLY,
           .doc = "most steps for the codes of a row by lasso_lars or lasso_cd, in fit() too; >= 0"),
    KL_LEARNED_ARRAY(dictionary_learning, components_, .doc = "the atoms: n_components x d"),
    KL_LEARNED_ARRAY(dictionary_learning, error_, .doc = "the objective after each turn"),
    KL_LEARNED_INT(dictionary_learning, n_iter_, .doc = "turns that were made"),
};

static const kl_limit limits[] = {{"n_components", KL_AT_LEAST(1)},    {"alpha", KL_AT_LEAST(0)},
                                  {"max_iter", KL_AT_LEAST(0)},        {"tol", KL_AT_LEAST(0)},
                                  {"transform_alpha", KL_AT_LEAST(0)}, {"transform_n_nonzero_coefs", KL_AT_LEAST(1)},
                                  {"transform_max_iter", KL_AT_LEAST(0)}};

static const kl_method methods[] = {KL_EST_TRANSFORMS, KL_EST_INVERSE, KL_EST_NAMES_OUT};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER,
    .limits = KL_TABLE(limits),
    .fit = dictionary_fit,
    .fit_transform = dictionary_fit_transform,
    .transform = dictionary_transform,
    .inverse = dictionary_inverse,
    .width = dictionary_width,
    .shapes = "components_ = k features; error_ = * | none",
};

const kl_type kl_dictionary_learning_type = {
    .name = "DictionaryLearning",
    KL_ESTIMATOR(dictionary_learning),
    .doc = "Atoms of which every row needs few: minimises |x - codes atoms|^2 / 2 + alpha |codes|_1 over both, atoms being of "
           "length 1 at most (Mairal, Bach, Ponce, Sapiro 2009). Codes by least angles (Efron, Hastie, Johnstone, Tibshirani "
           "2004) or coordinate descent; transform() by those or by orthogonal matching pursuit (Pati, Rezaiifar, "
           "Krishnaprasad 1993).",
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
    .extension = &table,
    .repr_fields = "n_components",
};
KL_PUBLISH(kl_dictionary_learning_type);
