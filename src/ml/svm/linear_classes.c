/* src/ml/svm/linear_classes.c - all classes at once: the sequential dual method for the machine of Crammer and Singer.
 *
 * A row has a number for each class, whose sum is 0: at most its cost for its own class, at most 0 for the others.
 * Rows are visited in random order; the numbers of one row are brought to their optimum together.
 */
#include "linear.h"

#include <math.h>
#include <stdlib.h>

typedef struct machine {
    kl_linear_problem *p;
    size_t classes, width;
    double *a;       /* n x classes */
    double *squares; /* n */
    double *g, *b, *sorted, *fresh; /* classes each */
    int64_t *order;
} machine;

static kl_status start(machine *s, kl_linear_problem *p, size_t classes, kl_error *error)
{
    *s = (machine){.p = p, .classes = classes, .width = p->x->cols + 1};
    s->a = kl_alloc_zero(p->n * classes + p->n + 4 * classes + 1, sizeof *s->a);
    s->order = kl_alloc_zero(p->n + 1, sizeof *s->order);
    if (!s->a || !s->order)
        return kl_error_no_memory(error);
    s->squares = s->a + p->n * classes;
    s->g = s->squares + p->n;
    s->b = s->g + classes, s->sorted = s->b + classes, s->fresh = s->sorted + classes;
    for (size_t i = 0; i < p->n; i++) {
        s->squares[i] = kl_linear_square(p, i);
        s->order[i] = (int64_t)i;
    }
    return KL_OK;
}

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The optimum of one row: its numbers are (level - b) / square, cut at their bounds, and sum up to 0. */
static void optimum(machine *s, size_t own, double square, double cost)
{
    size_t count = 1;
    for (size_t m = 0; m < s->classes; m++)
        s->sorted[m] = s->b[m] + (m == own ? square * cost : 0);
    qsort(s->sorted, s->classes, sizeof *s->sorted, descending);
    double level = s->sorted[0] - square * cost;
    for (; count < s->classes && level < (double)count * s->sorted[count]; count++)
        level += s->sorted[count];
    level /= (double)count;
    for (size_t m = 0; m < s->classes; m++)
        s->fresh[m] = KL_MIN(m == own ? cost : 0, (level - s->b[m]) / square);
}

/* The violation of a row, before it is mended. */
static double visit(machine *s, size_t i)
{
    double *a = s->a + i * s->classes, square = s->squares[i], cost = s->p->cost[i];
    double most = -INFINITY, least = INFINITY;
    size_t own = (size_t)s->p->y[i];
    if (!(square > 0))
        return 0;
    for (size_t m = 0; m < s->classes; m++) {
        s->g[m] = kl_linear_dot(s->p, i, s->p->w + m * s->width) + (m == own ? 0 : 1);
        most = KL_MAX(most, s->g[m]);
        if (a[m] < (m == own ? cost : 0))
            least = KL_MIN(least, s->g[m]);
    }
    if (most - least <= 1e-12)
        return 0;
    for (size_t m = 0; m < s->classes; m++)
        s->b[m] = s->g[m] - square * a[m];
    optimum(s, own, square, cost);
    for (size_t m = 0; m < s->classes; m++) {
        double by = s->fresh[m] - a[m];
        a[m] = s->fresh[m];
        if (fabs(by) > 1e-12)
            kl_linear_add(s->p, i, by, s->p->w + m * s->width);
    }
    return most - least;
}

/* One round over the rows that are not set aside; those that count nothing and violate nothing are. The largest
 * violation. */
static double round_of(machine *s, size_t *active)
{
    double most = 0;
    kl_random random;
    kl_random_open(&random, s->p->seed, s->p->stream, s->p->rounds);
    kl_random_shuffle(&random, s->order, *active);
    for (size_t k = 0; k < *active;) {
        double violation = visit(s, (size_t)s->order[k]);
        most = KL_MAX(most, violation);
        size_t i = (size_t)s->order[k];
        if (violation > 0 || s->a[i * s->classes + (size_t)s->p->y[i]] != 0) {
            k++;
            continue;
        }
        int64_t settled = s->order[k];
        s->order[k] = s->order[--*active];
        s->order[*active] = settled;
    }
    return most;
}

/* All rows come back whenever the rest is good enough, which means more each time. */
static kl_status descend(machine *s, kl_task *task, kl_error *error)
{
    kl_linear_problem *p = s->p;
    double enough = KL_MAX(10 * p->tol, 1);
    size_t active = p->n;
    for (p->rounds = 0; p->rounds < p->rounds_max;) {
        KL_TRY(kl_linear_step(p, task, error));
        bool is_whole = active == p->n;
        double most = round_of(s, &active);
        p->rounds++;
        if (is_whole && most < p->tol)
            break;
        if (most >= enough)
            continue;
        active = p->n;
        enough = KL_MAX(enough / 2, p->tol);
    }
    return KL_OK;
}

kl_status kl_linear_all_classes(kl_linear_problem *p, size_t classes, kl_task *task,
                                kl_error *error)
{
    machine s;
    kl_status status = start(&s, p, classes, error);
    if (status == KL_OK)
        status = descend(&s, task, error);
    kl_free(s.a);
    kl_free(s.order);
    return status;
}
