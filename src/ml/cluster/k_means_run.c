/* src/ml/cluster/k_means_run.c - see k_means.h: moving the centres. */
#include "k_means.h"

#include "../kernels.h"
#include "../linalg.h"
#include "parallel.h"

#include <float.h>
#include <math.h>

/* Rows of a block. */
enum { ROWS = 2048 };

typedef struct state {
    kl_k_means *it;
    size_t blocks;
    double *upper, *lower;  /* of each row: at least as far as its centre; at most as near as any other */
    double *half;           /* of each centre: half the distance to the nearest other one */
    double *moved;          /* how far each centre moved */
    double *sums, *weight;  /* blocks x k x d, blocks x k */
    double *inertia;        /* of each block */
    double *fresh;          /* k x d */
    int64_t *changed;       /* rows of each block whose label changed */
    bool first;
} state;

static double weight_of(const kl_k_means *it, size_t i) { return it->weights ? it->weights[i] : 1.0; }

/* ---- labels -------------------------------------------------------------------------------------- */

/* The nearest centre of a row, how far it is and how far the second is. */
static int32_t nearest(const kl_k_means *it, const double *row, double *best, double *second)
{
    const kl_kernel_table *k = kl_kernels();
    double least = INFINITY, next = INFINITY;
    int32_t label = 0;
    for (size_t c = 0; c < it->k; c++) {
        double distance = k->squared_distance(row, it->centers + c * it->d, it->d);
        if (distance < least) {
            next = least;
            least = distance;
            label = (int32_t)c;
        } else if (distance < next) {
            next = distance;
        }
    }
    *best = sqrt(least);
    *second = sqrt(next);
    return label;
}

/* Whether the bounds tell that the label stays; tightens the upper one if need be. */
static bool stays(state *s, size_t i)
{
    const kl_k_means *it = s->it;
    int32_t label = it->labels[i];
    double bound = fmax(s->half[label], s->lower[i]);
    if (s->first)
        return false;
    if (s->upper[i] < bound)
        return true;
    s->upper[i] = sqrt(kl_kernels()->squared_distance(it->x + i * it->d,
                                                      it->centers + (size_t)label * it->d, it->d));
    return s->upper[i] < bound;
}

static kl_status label_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    state *s = data;
    kl_k_means *it = s->it;
    (void)error;
    s->changed[block] = 0;
    for (size_t i = begin; i < end; i++) {
        if (stays(s, i))
            continue;
        int32_t label = nearest(it, it->x + i * it->d, &s->upper[i], &s->lower[i]);
        s->changed[block] += label != it->labels[i];
        it->labels[i] = label;
    }
    return KL_OK;
}

static kl_status sum_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    state *s = data;
    const kl_k_means *it = s->it;
    double *sums = s->sums + block * it->k * it->d, *weight = s->weight + block * it->k;
    (void)error;
    memset(sums, 0, it->k * it->d * sizeof *sums);
    memset(weight, 0, it->k * sizeof *weight);
    for (size_t i = begin; i < end; i++) {
        size_t label = (size_t)it->labels[i];
        double w = weight_of(it, i);
        kl_kernels()->axpy(w, it->x + i * it->d, sums + label * it->d, it->d);
        weight[label] += w;
    }
    return KL_OK;
}

/* ---- centres ------------------------------------------------------------------------------------- */

/* Give the clusters without rows those rows that are farthest from their centres. */
static void fill_empty(state *s)
{
    kl_k_means *it = s->it;
    for (size_t c = 0; c < it->k; c++) {
        size_t farthest = 0;
        double most = -1;
        if (s->weight[c] > 0)
            continue;
        for (size_t i = 0; i < it->n; i++) {
            size_t of = (size_t)it->labels[i];
            double distance = kl_kernels()->squared_distance(it->x + i * it->d, it->centers + of * it->d, it->d);
            if (distance > most && weight_of(it, i) > 0 && s->weight[of] > weight_of(it, i)) {
                most = distance;
                farthest = i;
            }
        }
        if (most < 0)
            continue; /* fewer rows than clusters have weight */
        size_t from = (size_t)it->labels[farthest];
        double w = weight_of(it, farthest);
        const double *row = it->x + farthest * it->d;
        kl_kernels()->axpy(-w, row, s->sums + from * it->d, it->d);
        s->weight[from] -= w;
        for (size_t j = 0; j < it->d; j++)
            s->sums[c * it->d + j] = w * row[j];
        s->weight[c] = w;
        it->labels[farthest] = (int32_t)c;
        s->first = true; /* the bounds no longer hold */
    }
}

/* Centres where the sums say; how far they moved, squared and added up. */
static double move_centers(state *s)
{
    kl_k_means *it = s->it;
    size_t kd = it->k * it->d;
    double shift = 0;
    for (size_t b = 1; b < s->blocks; b++) {
        for (size_t i = 0; i < kd; i++)
            s->sums[i] += s->sums[b * kd + i];
        for (size_t c = 0; c < it->k; c++)
            s->weight[c] += s->weight[b * it->k + c];
    }
    s->first = false;
    fill_empty(s);
    for (size_t c = 0; c < it->k; c++) {
        double *center = it->centers + c * it->d, *fresh = s->fresh + c * it->d;
        for (size_t j = 0; j < it->d; j++)
            fresh[j] = s->weight[c] > 0 ? s->sums[c * it->d + j] / s->weight[c] : center[j];
        double squared = kl_kernels()->squared_distance(center, fresh, it->d);
        s->moved[c] = sqrt(squared);
        shift += squared;
        memcpy(center, fresh, it->d * sizeof *center);
    }
    return shift;
}

static void bound_centers(state *s)
{
    const kl_k_means *it = s->it;
    for (size_t a = 0; a < it->k; a++) {
        double least = INFINITY;
        for (size_t b = 0; b < it->k; b++)
            if (a != b)
                least = fmin(least, kl_kernels()->squared_distance(it->centers + a * it->d,
                                                                   it->centers + b * it->d, it->d));
        s->half[a] = sqrt(least) / 2;
    }
}

/* What the moves leave of the bounds. */
static void loosen(state *s)
{
    const kl_k_means *it = s->it;
    double most = 0, next = 0;
    size_t farthest = 0;
    for (size_t c = 0; c < it->k; c++) {
        if (s->moved[c] > most) {
            next = most;
            most = s->moved[c];
            farthest = c;
        } else {
            next = fmax(next, s->moved[c]);
        }
    }
    for (size_t i = 0; i < it->n; i++) {
        size_t label = (size_t)it->labels[i];
        s->upper[i] = (s->upper[i] + s->moved[label]) * (1 + 1e-12); /* rounding never tightens them */
        s->lower[i] -= label == farthest ? next : most;
        s->lower[i] *= s->lower[i] > 0 ? 1 - 1e-12 : 1 + 1e-12;
    }
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static kl_status make_state(state *s, kl_task *task, kl_error *error)
{
    const kl_k_means *it = s->it;
    s->blocks = kl_parallel_blocks(it->n, ROWS);
    KL_TAKE_RAW(s->upper, task, it->n, error);
    KL_TAKE_RAW(s->lower, task, it->n, error);
    KL_TAKE_RAW(s->half, task, it->k, error);
    KL_TAKE_RAW(s->moved, task, it->k, error);
    KL_TAKE_RAW(s->sums, task, s->blocks * it->k * it->d, error);
    KL_TAKE_RAW(s->weight, task, s->blocks * it->k, error);
    KL_TAKE_RAW(s->fresh, task, it->k * it->d, error);
    KL_TAKE(s->changed, task, s->blocks, error);
    s->first = true;
    return KL_OK;
}

static kl_status move_all(state *s, bool *is_strict, kl_error *error)
{
    kl_k_means *it = s->it;
    *is_strict = false;
    for (it->iterations = 0; it->iterations < it->iterations_max;) {
        int64_t changed = 0;
        bool first = it->iterations == 0;
        bound_centers(s);
        KL_TRY(kl_parallel_for(it->n, ROWS, label_block, s, error));
        for (size_t b = 0; b < s->blocks; b++)
            changed += s->changed[b];
        it->iterations++;
        if (changed == 0 && !first) {
            *is_strict = true;
            break;
        }
        KL_TRY(kl_parallel_for(it->n, ROWS, sum_block, s, error));
        double shift = move_centers(s);
        if (shift <= it->tolerance)
            break;
        loosen(s);
    }
    return KL_OK;
}

kl_status kl_k_means_run(kl_k_means *it, kl_task *task, kl_error *error)
{
    state s = {.it = it};
    bool is_strict;
    for (size_t i = 0; i < it->n; i++)
        it->labels[i] = 0;
    KL_TRY(make_state(&s, task, error));
    KL_TRY(move_all(&s, &is_strict, error));
    (void)is_strict;
    return kl_k_means_assign(it->labels, &it->inertia, it->x, it->n, it->d, it->centers, it->k, it->weights,
                             task, error);
}

/* ---- assigning ----------------------------------------------------------------------------------- */

typedef struct assigning {
    kl_k_means it;
    double *inertia; /* of each block, or NULL */
    double *squares; /* |c|^2 of each centre */
    double largest;  /* of them */
} assigning;

/* Rows that need no products; rows, and centres, of which there are products at once. */
enum { FEW = 32, ROWS_AT_ONCE = 128, CENTERS_AT_ONCE = 256, ASSIGN_WORK = 1 << 22 };

/* Rows of a block: ROWS at most, so many fewer where there are many centres that each is still worth a thread. */
static size_t assign_grain(size_t k, size_t d)
{
    size_t rows = ASSIGN_WORK / KL_MAX(k * d, 1) / ROWS_AT_ONCE * ROWS_AT_ONCE;
    return KL_MIN(KL_MAX(rows, (size_t)ROWS_AT_ONCE), (size_t)ROWS);
}

/* |c|^2 - 2xc orders the centres as the distances do, but for rounding: where two are so near each other that it may
 * have changed their order, the distances decide. */
static void assign_products(const assigning *a, size_t begin, size_t count, double *products)
{
    const kl_k_means *it = &a->it;
    const kl_kernel_table *k = kl_kernels();
    const double *rows = it->x + begin * it->d;
    double sizes[ROWS_AT_ONCE], best, second;
    kl_two_least least[ROWS_AT_ONCE];
    for (size_t i = 0; i < count; i++)
        least[i] = (kl_two_least)KL_TWO_LEAST_INIT;
    for (size_t c = 0; c < it->k; c += CENTERS_AT_ONCE) {
        size_t some = KL_MIN((size_t)CENTERS_AT_ONCE, it->k - c);
        kl_gemm(false, true, count, some, it->d, -2, rows, it->d, it->centers + c * it->d, it->d, 0, products, some);
        k->two_least(least, products, a->squares + c, count, some, c);
    }
    k->row_square_sums(sizes, rows, count, it->d);
    for (size_t i = 0; i < count; i++) {
        double doubt = 4 * ((double)it->d + 4) * DBL_EPSILON * (sizes[i] + a->largest);
        it->labels[begin + i] = least[i].next - least[i].least > doubt ? (int32_t)least[i].at
                                                                      : nearest(it, rows + i * it->d, &best, &second);
    }
}

static double inertia_of(const kl_k_means *it, size_t begin, size_t end)
{
    double sum = 0;
    for (size_t i = begin; i < end; i++)
        sum += weight_of(it, i) * kl_kernels()->squared_distance(it->x + i * it->d,
                                                                 it->centers + (size_t)it->labels[i] * it->d, it->d);
    return sum;
}

static kl_status assign_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    assigning *a = data;
    double best, second;
    size_t room = (size_t)ROWS_AT_ONCE * KL_MIN(a->it.k, (size_t)CENTERS_AT_ONCE);
    double *products = end - begin > FEW ? kl_alloc(room * sizeof *products) : NULL;
    if (!products && end - begin > FEW)
        return kl_error_no_memory(error);
    for (size_t i = begin; products && i < end; i += ROWS_AT_ONCE)
        assign_products(a, i, KL_MIN((size_t)ROWS_AT_ONCE, end - i), products);
    for (size_t i = begin; !products && i < end; i++)
        a->it.labels[i] = nearest(&a->it, a->it.x + i * a->it.d, &best, &second);
    if (a->inertia)
        a->inertia[block] = inertia_of(&a->it, begin, end);
    kl_free(products);
    return KL_OK;
}

kl_status kl_k_means_assign(int32_t *labels, double *inertia, const double *x, size_t n, size_t d,
                            const double *centers, size_t k, const double *weights, kl_task *task,
                            kl_error *error)
{
    assigning a = {.it = {.x = x, .n = n, .d = d, .k = k, .weights = weights, .labels = labels,
                          .centers = (double *)(uintptr_t)centers}};
    size_t grain = assign_grain(k, d), blocks = kl_parallel_blocks(n, grain);
    KL_TAKE_RAW(a.squares, task, k, error);
    if (inertia)
        KL_TAKE(a.inertia, task, blocks + 1, error);
    for (size_t c = 0; c < k; c++) {
        a.squares[c] = kl_dot(centers + c * d, centers + c * d, d);
        a.largest = fmax(a.largest, a.squares[c]);
    }
    KL_TRY(kl_parallel_for(n, grain, assign_block, &a, error));
    if (inertia) {
        *inertia = 0;
        for (size_t b = 0; b < blocks; b++)
            *inertia += a.inertia[b];
        kl_task_free(task, a.inertia);
    }
    kl_task_free(task, a.squares);
    return KL_OK;
}
