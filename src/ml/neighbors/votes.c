/* src/ml/neighbors/votes.c - see votes.h. */
#include "votes.h"

#include "ml/kernels.h"

#include <math.h>

static void count(double *out, const kl_votes *votes, size_t row)
{
    for (size_t k = votes->starts[row]; k < votes->starts[row + 1]; k++)
        out[votes->codes[votes->items[k]]] += votes->weights ? votes->weights[k] : 1;
}

kl_status kl_votes_winner(int64_t *out, const kl_votes *votes, kl_task *task, kl_error *error)
{
    double *sums;
    KL_TAKE(sums, task, votes->classes, error);
    for (size_t i = 0; i < votes->rows; i++) {
        memset(sums, 0, votes->classes * sizeof *sums);
        count(sums, votes, i);
        out[i] = (int64_t)kl_kernels()->argmax(sums, votes->classes);
    }
    return KL_OK;
}

void kl_votes_shares(double *out, const kl_votes *votes)
{
    for (size_t i = 0; i < votes->rows; i++) {
        double *row = out + i * votes->classes;
        count(row, votes, i);
        double all = kl_kernels()->sum(row, votes->classes);
        for (size_t c = 0; c < votes->classes && all != 0; c++)
            row[c] /= all;
    }
}

void kl_mean_targets(double *out, const kl_neighbors_model *model, size_t rows, const size_t *starts,
                     const int64_t *items, const double *weights)
{
    size_t outputs = (size_t)model->base.outputs;
    const double *y = kl_doubles(model->targets);
    for (size_t i = 0; i < rows; i++) {
        double *to = out + i * outputs, all = 0;
        memset(to, 0, outputs * sizeof *to);
        for (size_t k = starts[i]; k < starts[i + 1]; k++) {
            double weight = weights ? weights[k] : 1;
            all += weight;
            for (size_t j = 0; j < outputs; j++)
                to[j] += weight * y[(size_t)items[k] * outputs + j];
        }
        for (size_t j = 0; j < outputs; j++)
            to[j] = starts[i + 1] > starts[i] ? to[j] / all : NAN;
    }
}
