/* src/ml/decomposition/dictionary.c - see dictionary.h. */
#include "dictionary.h"

#include "../kernels.h"
#include "../linalg.h"

#include <math.h>

/* Squares of an atom's codes below which it counts as unused; noise of what takes its place, over its deviation. */
#define USED 1e-6
#define NOISE 0.01

enum { TOLD_EVERY = 5, TURNS_FIRST = 64, STREAM = 0xd1c7 };

typedef struct learning {
    kl_dictionary *l;
    kl_code_maker maker;
    kl_random random;
    double *products; /* codes'codes: k x k */
    double *shares;   /* codes'x: k x d */
    double *left;     /* x - codes atoms: n x d */
    size_t room;      /* of costs */
} learning;

/* ---- the beginning ---------------------------------------------------------------------------------------------- */

void kl_dictionary_flip(double *codes, double *atoms, size_t n, size_t k, size_t d)
{
    for (size_t c = 0; c < k; c++) {
        double largest = 0;
        for (size_t i = 0; i < n; i++)
            if (fabs(codes[i * k + c]) > fabs(largest))
                largest = codes[i * k + c];
        if (largest >= 0)
            continue;
        kl_scale(atoms + c * d, -1, d);
        for (size_t i = 0; i < n; i++)
            codes[i * k + c] = -codes[i * k + c];
    }
}

/* Codes (n x r, but every `step` numbers `across`) and atoms (r x d) where there are as many. */
static void fill(kl_dictionary *l, const double *codes, size_t down, size_t across, const double *atoms, size_t atom_down,
                 size_t atom_across, size_t r)
{
    size_t common = KL_MIN(r, l->k);
    memset(l->codes, 0, l->n * l->k * sizeof *l->codes);
    memset(l->atoms, 0, l->k * l->d * sizeof *l->atoms);
    for (size_t i = 0; i < l->n; i++)
        for (size_t c = 0; c < common; c++)
            l->codes[i * l->k + c] = codes[i * down + c * across];
    for (size_t c = 0; c < common; c++)
        for (size_t j = 0; j < l->d; j++)
            l->atoms[c * l->d + j] = atoms[c * atom_down + j * atom_across];
}

kl_status kl_dictionary_begin(kl_dictionary *l, kl_task *task, kl_error *error)
{
    size_t r = KL_MIN(l->n, l->d);
    double *u, *s, *vt, *x;
    KL_TAKE_RAW(x, task, l->n * l->d, error);
    KL_TAKE_RAW(u, task, l->n * r, error);
    KL_TAKE_RAW(s, task, r, error);
    KL_TAKE_RAW(vt, task, r * l->d, error);
    memcpy(x, l->x, l->n * l->d * sizeof *x);
    KL_TRY(kl_svd(u, s, vt, x, l->n, l->d, task, error));
    kl_dictionary_flip(u, vt, l->n, r, l->d);
    for (size_t c = 0; c < r; c++)
        kl_scale(vt + c * l->d, s[c], l->d);
    fill(l, u, r, 1, vt, l->d, 1, r);
    kl_task_free(task, x);
    kl_task_free(task, u);
    kl_task_free(task, s);
    kl_task_free(task, vt);
    return KL_OK;
}

kl_status kl_dictionary_begin_from(bool *given, kl_dictionary *l, kl_value codes, const char *codes_name, kl_value atoms,
                                   const char *atoms_name, bool turned, kl_task *task, kl_error *error)
{
    kl_matrix u, v;
    *given = !kl_is_null(codes) && !kl_is_null(atoms);
    if (kl_is_null(codes) != kl_is_null(atoms))
        return kl_bad_input(error, "%s was given without %s: a beginning needs both", kl_is_null(codes) ? atoms_name : codes_name,
                            kl_is_null(codes) ? codes_name : atoms_name);
    if (!*given)
        return KL_OK;
    KL_TRY(kl_matrix_read(&u, codes, codes_name, 0, task, error));
    KL_TRY(kl_matrix_read(&v, atoms, atoms_name, 0, task, error));
    size_t r = turned ? u.rows : u.cols, n = turned ? u.cols : u.rows, d = turned ? v.rows : v.cols;
    if (n != l->n || d != l->d || (turned ? v.cols : v.rows) != r)
        return kl_bad_input(error, "%s is %zu x %zu and %s is %zu x %zu: expected %s", codes_name, u.rows, u.cols, atoms_name,
                            v.rows, v.cols, turned ? "components x columns and rows x components"
                                                   : "rows x components and components x columns");
    fill(l, u.data, turned ? 1 : u.cols, turned ? u.cols : 1, v.data, turned ? 1 : v.cols, turned ? v.cols : 1, r);
    return KL_OK;
}

/* ---- a turn ----------------------------------------------------------------------------------------------------- */

/* A row of x by chance, with a little noise, in the place of an atom that no row uses. */
static void replace_atom(learning *a, size_t c)
{
    kl_dictionary *l = a->l;
    double *atom = l->atoms + c * l->d, square = 0;
    const double *row = l->x + kl_random_below(&a->random, l->n) * l->d;
    double mean = kl_kernels()->sum(row, l->d) / (double)l->d;
    for (size_t j = 0; j < l->d; j++)
        square += (row[j] - mean) * (row[j] - mean);
    double noise = NOISE * (square > 0 ? sqrt(square / (double)l->d) : 1);
    for (size_t j = 0; j < l->d; j++)
        atom[j] = row[j] + noise * kl_random_normal(&a->random);
    for (size_t i = 0; i < l->n; i++)
        l->codes[i * l->k + c] = 0;
}

static void update_atoms(learning *a)
{
    kl_dictionary *l = a->l;
    size_t n = l->n, d = l->d, k = l->k;
    kl_gram(a->products, l->codes, n, k, NULL);
    kl_gemm(true, false, k, d, n, 1, l->codes, k, l->x, d, 0, a->shares, d);
    for (size_t c = 0; c < k; c++) {
        double *atom = l->atoms + c * d, *share = a->shares + c * d, used = a->products[c * k + c];
        if (used > USED) {
            kl_gemv(true, k, d, -1, l->atoms, d, a->products + c * k, 1, share);
            kl_axpy(1 / used, share, atom, d);
        } else {
            replace_atom(a, c);
        }
        for (size_t j = 0; j < d && l->positive_atoms; j++)
            atom[j] = KL_MAX(atom[j], 0.0);
        double length = kl_norm(atom, d);
        if (length > 1)
            kl_scale(atom, 1 / length, d);
    }
}

static double cost_of(learning *a)
{
    const kl_dictionary *l = a->l;
    memcpy(a->left, l->x, l->n * l->d * sizeof *a->left);
    kl_gemm(false, false, l->n, l->d, l->k, -1, l->codes, l->k, l->atoms, l->d, 1, a->left, l->d);
    return 0.5 * kl_kernels()->sum_squares(a->left, l->n * l->d) +
           l->coding.alpha * kl_kernels()->sum_abs(l->codes, l->n * l->k);
}

static kl_status keep_cost(learning *a, double cost, kl_task *task, kl_error *error)
{
    kl_dictionary *l = a->l;
    if (l->turns == a->room) {
        double *more;
        KL_TAKE_RAW(more, task, 2 * a->room, error);
        memcpy(more, l->costs, l->turns * sizeof *more);
        kl_task_free(task, l->costs);
        l->costs = more;
        a->room *= 2;
    }
    l->costs[l->turns++] = cost;
    return KL_OK;
}

static bool has_converged(const kl_dictionary *l)
{
    const double *last = l->costs + l->turns - 1;
    return l->turns > 1 && last[-1] - last[0] < l->tol * last[0];
}

static kl_status take_turns(learning *a, kl_task *task, kl_error *error)
{
    kl_dictionary *l = a->l;
    for (size_t turn = 0; turn < l->turns_max; turn++) {
        KL_TRY(kl_task_step(task, turn, l->turns_max, error));
        KL_TRY(kl_code_rows(l->codes, &a->maker, l->atoms, error));
        update_atoms(a);
        KL_TRY(keep_cost(a, cost_of(a), task, error));
        if (has_converged(l))
            break;
        if (turn % TOLD_EVERY == 0 && l->told)
            KL_TRY(l->told(l->data, l, error));
    }
    return kl_code_warn(&a->maker, error);
}

kl_status kl_dictionary_learn(kl_dictionary *l, kl_task *task, kl_error *error)
{
    learning a = {.l = l, .room = TURNS_FIRST};
    kl_random_open(&a.random, l->seed, STREAM, 0);
    KL_TRY(kl_code_begin(&a.maker, &l->coding, l->x, l->n, l->d, l->k, task, error));
    KL_TAKE_RAW(a.products, task, l->k * l->k, error);
    KL_TAKE_RAW(a.shares, task, l->k * l->d, error);
    KL_TAKE_RAW(a.left, task, l->n * l->d, error);
    KL_TAKE_RAW(l->costs, task, a.room, error);
    l->turns = 0;
    return take_turns(&a, task, error);
}
