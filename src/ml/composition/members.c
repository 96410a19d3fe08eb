/* src/ml/composition/members.c - many estimators that learn, or are asked, the same. */
#include "holding.h"

#include "ml/metrics/score.h"

typedef struct members {
    const kl_value *models;
    kl_value x, y, weights;
    kl_value *out;
    kl_operation operation;
} members;

static kl_status fit_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    members *m = data;
    (void)block;
    for (size_t i = begin; i < end; i++)
        KL_TRY(kl_model_fit(m->models[i], m->x, m->y, m->weights, error));
    return KL_OK;
}

kl_status kl_held_fit(const kl_value *models, size_t count, kl_value x, kl_value y, kl_value weights,
                      kl_error *error)
{
    members m = {.models = models, .x = x, .y = y, .weights = weights};
    return kl_held_each(models, count, fit_block, &m, error);
}

static kl_status ask_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    members *m = data;
    (void)block;
    for (size_t i = begin; i < end; i++) {
        kl_value answer; /* not what a failure may have left there */
        KL_TRY(kl_model_apply(&answer, m->models[i], m->operation, m->x, error));
        m->out[i] = answer;
    }
    return KL_OK;
}

kl_status kl_held_ask(kl_value *out, const kl_value *models, size_t count, kl_operation operation, kl_value x,
                      kl_error *error)
{
    members m = {.models = models, .x = x, .out = out, .operation = operation};
    for (size_t i = 0; i < count; i++)
        out[i] = kl_null();
    kl_status status = kl_held_each(models, count, ask_block, &m, error);
    for (size_t i = 0; status != KL_OK && i < count; i++)
        kl_value_release(kl_value_take(&out[i]));
    return status;
}

kl_status kl_held_numbers(const double **out, size_t n, size_t *cols, kl_value answer, kl_task *task,
                          kl_error *error)
{
    size_t rows;
    KL_TRY(kl_targets_read(out, &rows, cols, answer, "what an estimator answered", task, error));
    return rows == n ? KL_OK : kl_bad_dimension(error, "answers of an estimator", n, rows);
}

kl_status kl_held_list(kl_value *out, const kl_value *items, size_t count, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&list, kl_value_retain(items[i]), NULL); /* has room */
    *out = list;
    return KL_OK;
}

kl_status kl_held_clones(kl_value *out, const kl_value *models, size_t count, bool same, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_model_clone(&out[i], models[same ? 0 : i], error);
        if (status != KL_OK) {
            kl_held_release(out, i);
            return status;
        }
    }
    return KL_OK;
}

kl_status kl_held_codes(kl_value *out, const int64_t *codes, size_t n, kl_error *error)
{
    double *numbers;
    KL_TRY(kl_vector_new(out, &numbers, n, error));
    for (size_t i = 0; i < n; i++)
        numbers[i] = (double)codes[i];
    return KL_OK;
}

kl_status kl_held_score(double *out, bool labels, kl_value y, kl_value answer, kl_value weights, kl_task *task,
                        kl_error *error)
{
    kl_score_call call = {.truth = y, .answer = answer, .weights = weights, .classes = kl_null()};
    if (kl_is_null(y))
        return kl_bad_input(error, "score() needs y");
    return labels ? kl_score_accuracy(out, &call, task, error) : kl_score_r2(out, &call, task, error);
}
