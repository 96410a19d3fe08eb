/* src/ml/naive_bayes/bayes.c - answers from joint log-likelihoods. */
#include "bayes.h"

#include "../kernels.h"
#include "parallel.h"

typedef struct answers {
    const kl_bayes *bayes;
    const kl_matrix *x;
    size_t classes;
    double *scratch; /* for each thread KL_BAYES_ROWS x (cols + classes) */
    int64_t *labels; /* one of the two */
    double *numbers;
    kl_bayes_answer which; /* of them */
} answers;

static void finish(const answers *a, size_t begin, size_t rows, double *joint)
{
    const kl_kernel_table *k = kl_kernels();
    double norm[KL_BAYES_ROWS];
    if (a->labels) {
        k->argmax_rows(a->labels + begin, joint, rows, a->classes);
        return;
    }
    double *out = a->numbers + begin * a->classes;
    memcpy(out, joint, rows * a->classes * sizeof *out);
    if (a->which == KL_BAYES_PROBA)
        k->softmax_rows(out, rows, a->classes, NULL);
    if (a->which != KL_BAYES_LOG_PROBA)
        return;
    k->softmax_rows(joint, rows, a->classes, norm);
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < a->classes; c++)
            out[i * a->classes + c] -= norm[i];
}

static kl_status answer_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const answers *a = data;
    (void)block, (void)error;
    double *scratch = a->scratch + kl_parallel_me() * KL_BAYES_ROWS * (a->x->cols + a->classes);
    double *joint = scratch + KL_BAYES_ROWS * a->x->cols;
    for (size_t at = begin; at < end; at += KL_BAYES_ROWS) {
        size_t rows = KL_MIN(end - at, KL_BAYES_ROWS);
        a->bayes->joint(joint, a->bayes, a->x, at, at + rows, scratch);
        finish(a, at, rows, joint);
    }
    return KL_OK;
}

/* Rows of a block: enough work to be worth a thread. */
static size_t grain_of(const answers *a)
{
    size_t each = (a->x->cols + 8) * a->classes;
    size_t rows = KL_MAX((size_t)1 << 18, each) / each;
    return (rows / KL_BAYES_ROWS + 1) * KL_BAYES_ROWS;
}

static kl_status answer_all(answers *a, kl_task *task, kl_error *error)
{
    KL_TAKE_RAW(a->scratch, task,
                kl_parallel_threads() * KL_BAYES_ROWS * (a->x->cols + a->classes), error);
    return kl_parallel_for(a->x->rows, grain_of(a), answer_block, a, error);
}

kl_status kl_bayes_classify(int64_t *out, const kl_bayes *bayes, const kl_matrix *x, kl_task *task,
                            kl_error *error)
{
    answers a = {.bayes = bayes, .x = x, .classes = bayes->classes, .labels = out};
    return answer_all(&a, task, error);
}

kl_status kl_bayes_numbers(kl_value *out, const kl_bayes *bayes, const kl_matrix *x, kl_bayes_answer which,
                           kl_task *task, kl_error *error)
{
    answers a = {.bayes = bayes, .x = x, .classes = bayes->classes, .which = which};
    kl_value made;
    KL_TRY(kl_table_new(&made, &a.numbers, x->rows, a.classes, error));
    kl_status status = answer_all(&a, task, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}
