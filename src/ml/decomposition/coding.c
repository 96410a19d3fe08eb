/* src/ml/decomposition/coding.c - see coding.h. */
#include "coding.h"

#include "../input.h"
#include "../kernels.h"
#include "../linalg.h"
#include "../linear/coordinate_descent.h"
#include "../linear/least_angle.h"
#include "../linear/matching_pursuit.h"
#include "parallel.h"

#include <math.h>

/* How near to the minimum coordinate descent goes: the duality gap, over the squares of the row. */
#define GAP 1e-8

enum {
    /* beside those of kl_least_angle_trouble */
    UNCONVERGED = 4,
    ENDED_EARLY = 8,
    BLOCK_WORK = 1 << 16
};

typedef struct rows_of {
    kl_code_maker *maker;
    double *codes;
} rows_of;

/* ---- one row ---------------------------------------------------------------------------------------------------- */

static kl_least_angle path_rules(const kl_code_maker *m)
{
    bool lasso = m->how.by == KL_CODER_LASSO_LARS;
    return (kl_least_angle){.gram = m->gram, .k = m->k, .samples = (double)m->d, .lasso = lasso,
                            .penalty = lasso ? m->how.alpha : 0, .positive = m->how.positive,
                            .steps_max = lasso ? m->how.steps_max : m->how.count};
}

static void descend(double *code, const kl_code_maker *m, size_t i, double *room, unsigned *trouble)
{
    kl_descent how = {.l1 = m->how.alpha, .tol = GAP, .iterations_max = m->how.steps_max,
                      .positive = m->how.positive, .room = room};
    kl_error none = KL_ERROR_INIT; /* with a room nothing can fail */
    kl_descend_gram(code, &how, m->gram, m->k, m->products + i * m->k, m->squares[i], m->k, NULL, &none);
    *trouble |= how.converged ? 0 : UNCONVERGED;
}

static void shrink(double *code, const kl_code_maker *m)
{
    for (size_t c = 0; c < m->k; c++) {
        double size = KL_MAX(fabs(code[c]) - m->how.alpha, 0.0);
        code[c] = code[c] > 0 ? size : m->how.positive ? 0 : -size;
    }
}

static kl_status code_block(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const rows_of *rows = data;
    kl_code_maker *m = rows->maker;
    kl_least_angle rules = path_rules(m);
    double *room = m->rooms + kl_parallel_me() * m->room;
    unsigned trouble = 0;
    (void)block, (void)error;
    for (size_t i = begin; i < end; i++) {
        double *code = rows->codes + i * m->k;
        if (m->how.by == KL_CODER_THRESHOLD)
            shrink(code, m);
        else if (m->how.by == KL_CODER_LASSO_CD)
            descend(code, m, i, room, &trouble);
        else if (m->how.by != KL_CODER_OMP)
            kl_least_angle_follow(code, &rules, code, room, &trouble);
        else if (!kl_pursue(code, m->gram, m->k, m->how.count, code, room))
            trouble |= ENDED_EARLY;
    }
    __atomic_fetch_or(&m->trouble, trouble, __ATOMIC_RELAXED);
    return KL_OK;
}

/* ---- all rows --------------------------------------------------------------------------------------------------- */

static size_t room_of(const kl_code_maker *m)
{
    kl_least_angle rules = path_rules(m);
    switch (m->how.by) {
    case KL_CODER_THRESHOLD:
        return 0;
    case KL_CODER_LASSO_CD:
        return 4 * m->k;
    case KL_CODER_OMP:
        return kl_pursuit_room(m->k, m->how.count);
    default:
        return kl_least_angle_room(&rules);
    }
}

kl_status kl_code_begin(kl_code_maker *out, const kl_coding *how, const double *x, size_t n, size_t d, size_t k,
                        kl_task *task, kl_error *error)
{
    kl_code_maker m = {.how = *how, .x = x, .n = n, .d = d, .k = k};
    m.room = room_of(&m) + 8; /* no two threads write to one line of memory */
    KL_TAKE_RAW(m.gram, task, k * k, error);
    KL_TAKE_RAW(m.rooms, task, m.room * kl_parallel_threads(), error);
    if (how->by == KL_CODER_LASSO_CD) {
        KL_TAKE_RAW(m.squares, task, n, error);
        KL_TAKE_RAW(m.products, task, n * k, error);
        kl_kernels()->row_square_sums(m.squares, x, n, d);
    }
    *out = m;
    return KL_OK;
}

kl_status kl_code_rows(double *codes, kl_code_maker *maker, const double *atoms, kl_error *error)
{
    size_t n = maker->n, d = maker->d, k = maker->k;
    rows_of rows = {maker, codes};
    if (maker->how.by != KL_CODER_THRESHOLD)
        kl_gram_rows(maker->gram, atoms, k, d);
    kl_gemm(false, true, n, k, d, 1, maker->x, d, atoms, d, 0, maker->products ? maker->products : codes, k);
    size_t grain = maker->how.by == KL_CODER_THRESHOLD ? BLOCK_WORK / k + 1 : BLOCK_WORK / (k * k + 32) + 1;
    return kl_parallel_for(n, grain, code_block, &rows, error);
}

kl_status kl_code_warn(const kl_code_maker *maker, kl_error *error)
{
    if (maker->trouble & KL_PATH_DEGENERATE)
        KL_TRY(kl_warn_convergence(error, "an atom that depends on others was left out of the codes of some rows; take "
                                          "fewer components or a larger alpha"));
    if (maker->trouble & KL_PATH_UNSTEADY)
        KL_TRY(kl_warn_convergence(error, "the codes of some rows ended early, where rounding errors outgrew what is "
                                          "left; take a larger alpha or coordinate descent"));
    if (maker->trouble & UNCONVERGED)
        KL_TRY(kl_warn_convergence(error, "the codes of some rows did not converge in %zu rounds",
                                   maker->how.steps_max));
    if (maker->trouble & ENDED_EARLY)
        KL_TRY(kl_warn(error, "orthogonal matching pursuit ended early for some rows: the atoms that are left depend on "
                              "those chosen, or add nothing"));
    return KL_OK;
}
