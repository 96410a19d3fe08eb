/* src/ml/ensemble/out_of_bag.c - answers of the members of a committee that did not see a row. */
#include "out_of_bag.h"

#include "base/host.h"
#include "kailash/data.h"

kl_status kl_oob_means(double *sums, const int64_t *answers, size_t n, size_t width, kl_error *error)
{
    size_t missing = 0;
    for (size_t i = 0; i < n; i++) {
        missing += answers[i] == 0;
        for (size_t k = 0; answers[i] && k < width; k++)
            sums[i * width + k] /= (double)answers[i];
    }
    if (!missing)
        return KL_OK;
    return kl_host_warn("some rows were drawn for every member, so there is no out-of-bag answer for "
                        "them: more members would be needed for a reliable score",
                        error);
}

static size_t largest(const double *shares, size_t count)
{
    size_t best = 0;
    for (size_t k = 1; k < count; k++)
        best = shares[k] > shares[best] ? k : best;
    return best;
}

static double accuracy(const double *shares, const kl_fit *in)
{
    size_t hits = 0;
    for (size_t i = 0; i < in->n; i++)
        hits += largest(shares + i * in->classes, in->classes) == (size_t)in->codes[i];
    return (double)hits / (double)in->n;
}

/* A constant output counts 1 when it was met, else 0. */
static double r2(const double *answers, const kl_fit *in)
{
    double sum = 0;
    for (size_t k = 0; k < in->outputs; k++) {
        double mean = 0, residual = 0, total = 0;
        for (size_t i = 0; i < in->n; i++)
            mean += in->y[i * in->outputs + k] / (double)in->n;
        for (size_t i = 0; i < in->n; i++) {
            double y = in->y[i * in->outputs + k], e = y - answers[i * in->outputs + k];
            residual += e * e;
            total += (y - mean) * (y - mean);
        }
        sum += total > 0 ? 1 - residual / total : residual > 0 ? 0 : 1;
    }
    return sum / (double)in->outputs;
}

static kl_status answers_value(kl_value *out, const double *answers, const kl_fit *in,
                               kl_value classes, kl_task *task, kl_error *error)
{
    int64_t *codes;
    if (!in->codes)
        return in->outputs > 1 ? kl_table_from(out, answers, in->n, in->outputs, error)
                               : kl_vector_from(out, answers, in->n, error);
    KL_TAKE_RAW(codes, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        codes[i] = (int64_t)largest(answers + i * in->classes, in->classes);
    return kl_labels_decode(out, classes, codes, in->n, error);
}

kl_status kl_oob_score(kl_value *out, kl_value score, const double *answers, const kl_fit *in,
                       kl_value classes, kl_task *task, kl_error *error)
{
    kl_value predicted;
    bool is_callable = kl_as_object(score, &kl_callable_type) != NULL;
    bool is_foreign = kl_as_foreign(score) != NULL;
    if (!is_callable && !is_foreign) {
        *out = kl_double(in->codes ? accuracy(answers, in) : r2(answers, in));
        return KL_OK;
    }
    KL_TRY(answers_value(&predicted, answers, in, classes, task, error));
    kl_value args[] = {in->raw_y, predicted};
    kl_status status = is_callable
                           ? kl_call_value(out, score, args, 2, error)
                           : kl_foreign_call(out, score, "__call__", args, 2, kl_null(), error);
    kl_value_release(predicted);
    if (status == KL_OK && !kl_is_number(*out)) {
        kl_value_release(*out);
        *out = kl_null();
        return kl_bad_input(error, "oob_score: the callable must give a number");
    }
    return status;
}
