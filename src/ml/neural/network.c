/* src/ml/neural/network.c - see network.h. Rumelhart, Hinton and Williams (1986). */
#include "network.h"

#include "../kernels.h"
#include "../linalg.h"

#include <float.h>
#include <math.h>

void kl_network_lay_out(kl_network *net)
{
    size_t at = 0;
    for (size_t k = 0; k < net->layers; k++) {
        net->matrix[k] = at;
        at += net->width[k] * net->width[k + 1];
    }
    net->offsets = at;
    for (size_t k = 0; k < net->layers; k++) {
        net->offset[k] = at;
        at += net->width[k + 1];
    }
    net->size = at;
}

kl_status kl_network_room_new(kl_network_room *room, const kl_network *net, size_t rows, kl_task *task,
                              kl_error *error)
{
    size_t widest = 0;
    room->rows = rows;
    for (size_t k = 1; k <= net->layers; k++) {
        widest = KL_MAX(widest, net->width[k]);
        KL_TAKE_RAW(room->answer[k], task, rows * net->width[k], error);
    }
    KL_TAKE_RAW(room->error, task, rows * widest, error);
    KL_TAKE_RAW(room->error_next, task, rows * widest, error);
    return KL_OK;
}

/* ---- forward ------------------------------------------------------------------------------------- */

static void activate(kl_activation activation, double *x, size_t n)
{
    const kl_kernel_table *k = kl_kernels();
    if (activation == KL_RELU)
        k->relu(x, x, n);
    else if (activation == KL_TANH)
        k->tanh(x, x, n);
    else if (activation == KL_LOGISTIC)
        k->sigmoid(x, x, n);
}

void kl_network_forward(const kl_network *net, const double *weights, const double *x, size_t rows,
                        kl_network_room *room)
{
    const double *input = x;
    for (size_t k = 0; k < net->layers; k++) {
        size_t in = net->width[k], out = net->width[k + 1];
        double *answer = room->answer[k + 1];
        for (size_t i = 0; i < rows; i++)
            memcpy(answer + i * out, weights + net->offset[k], out * sizeof *answer);
        kl_gemm(false, false, rows, out, in, 1, input, in, weights + net->matrix[k], out, 1, answer, out);
        if (k + 1 < net->layers)
            activate(net->activation, answer, rows * out);
        input = answer;
    }
    double *last = room->answer[net->layers];
    size_t outputs = net->width[net->layers];
    if (net->output == KL_OUTPUT_BINARY)
        kl_kernels()->sigmoid(last, last, rows * outputs);
    else if (net->output == KL_OUTPUT_COUNTS)
        kl_kernels()->exp(last, last, rows * outputs);
    else if (net->output == KL_OUTPUT_CLASSES)
        kl_kernels()->softmax_rows(last, rows, outputs, NULL);
}

/* ---- loss ---------------------------------------------------------------------------------------- */

/* ln p, p not so small that it has none. */
static double safe_log(double p) { return log(p < DBL_EPSILON ? DBL_EPSILON : p); }

/* Half the Poisson deviance: y ln(y / p) - y + p, of all outputs together. */
static double count_loss(double *error, const double *answer, const double *y, size_t outputs)
{
    double loss = 0;
    for (size_t j = 0; j < outputs; j++) {
        error[j] = answer[j] - y[j];
        loss += (y[j] > 0 ? y[j] * log(y[j] / answer[j]) : 0) + error[j];
    }
    return loss;
}

/* What one row loses, and answer - truth into `error`. */
static double row_loss(double *error, const double *answer, const double *y, int64_t code, size_t outputs,
                       kl_network_output output)
{
    double loss = 0;
    if (output == KL_OUTPUT_NUMBERS) {
        for (size_t j = 0; j < outputs; j++) {
            error[j] = answer[j] - y[j];
            loss += error[j] * error[j] / 2;
        }
        return loss / (double)outputs;
    }
    if (output == KL_OUTPUT_COUNTS)
        return count_loss(error, answer, y, outputs);
    if (output == KL_OUTPUT_BINARY) {
        error[0] = answer[0] - (double)code;
        return -(code ? safe_log(answer[0]) : safe_log(1 - answer[0]));
    }
    memcpy(error, answer, outputs * sizeof *error);
    error[code] -= 1;
    return -safe_log(answer[code]);
}

static double output_error(const kl_network *net, const double *y, const int64_t *codes,
                           const double *row_weights, size_t rows, double *total,
                           kl_network_room *room)
{
    size_t outputs = net->width[net->layers];
    double loss = 0;
    *total = 0;
    for (size_t i = 0; i < rows; i++) {
        double *error = room->error + i * outputs, w = row_weights ? row_weights[i] : 1;
        loss += w * row_loss(error, room->answer[net->layers] + i * outputs, y ? y + i * outputs : NULL,
                             codes ? codes[i] : 0, outputs, net->output);
        *total += w;
        for (size_t j = 0; row_weights && j < outputs; j++)
            error[j] *= w;
    }
    return loss;
}

/* ---- backward ------------------------------------------------------------------------------------ */

/* error *= derivative of the activation, told by its answers. */
static void deactivate(kl_activation activation, double *error, const double *answer, size_t n)
{
    switch (activation) {
    case KL_RELU:
        for (size_t i = 0; i < n; i++)
            error[i] = answer[i] > 0 ? error[i] : 0;
        break;
    case KL_TANH:
        for (size_t i = 0; i < n; i++)
            error[i] *= 1 - answer[i] * answer[i];
        break;
    case KL_LOGISTIC:
        for (size_t i = 0; i < n; i++)
            error[i] *= answer[i] * (1 - answer[i]);
        break;
    case KL_IDENTITY:
        break;
    }
}

static void layer_gradient(double *gradient, const kl_network *net, size_t k, const double *weights,
                           const double *input, const double *error, size_t rows, double total)
{
    size_t in = net->width[k], out = net->width[k + 1];
    double *matrix = gradient + net->matrix[k], *offset = gradient + net->offset[k];
    const double *w = weights + net->matrix[k];
    for (size_t i = 0; i < in * out; i++)
        matrix[i] = net->alpha / total * w[i];
    kl_gemm(true, false, in, out, rows, 1 / total, input, in, error, out, 1, matrix, out);
    memset(offset, 0, out * sizeof *offset);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < out; j++)
            offset[j] += error[i * out + j] / total;
}

double kl_network_backward(double *gradient, const kl_network *net, const double *weights,
                           const double *x, const double *y, const int64_t *codes,
                           const double *row_weights, size_t rows, kl_network_room *room)
{
    double total, loss = output_error(net, y, codes, row_weights, rows, &total, room);
    if (total == 0)
        total = 1;
    for (size_t k = net->layers; k-- > 0;) {
        size_t in = net->width[k], out = net->width[k + 1];
        const double *input = k ? room->answer[k] : x;
        layer_gradient(gradient, net, k, weights, input, room->error, rows, total);
        if (k == 0)
            break;
        kl_gemm(false, true, rows, in, out, 1, room->error, out, weights + net->matrix[k], out, 0,
                room->error_next, in);
        deactivate(net->activation, room->error_next, room->answer[k], rows * in);
        double *swap = room->error;
        room->error = room->error_next;
        room->error_next = swap;
    }
    double squares = kl_kernels()->sum_squares(weights, net->offsets);
    return loss / total + net->alpha / 2 * squares / total;
}
