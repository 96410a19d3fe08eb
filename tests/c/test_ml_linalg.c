/* Linear algebra against its definitions, on matrices large and small, tall and wide, singular and not. */
#include "ml/linalg.h"
#include "base/parallel.h"
#include "numbers.h"
#include "sweep.h"

static kl_task task = KL_TASK_INIT;

/* m x n normal numbers, which the task holds. */
static double *some(size_t m, size_t n, uint64_t seed)
{
    kl_random random;
    double *a = kl_task_alloc(&task, m * n + 1, sizeof *a);
    assert_non_null(a);
    kl_random_open(&random, seed, 0, 0);
    kl_random_normals(&random, a, m * n);
    return a;
}

static double *zeros(size_t m, size_t n)
{
    double *a = kl_task_alloc(&task, m * n + 1, sizeof *a);
    assert_non_null(a);
    return a;
}

static double *copy(const double *a, size_t n)
{
    double *b = zeros(n, 1);
    memcpy(b, a, n * sizeof *a);
    return b;
}

/* As it is defined. */
static double *product(bool ta, bool tb, size_t m, size_t n, size_t k, const double *a, const double *b)
{
    double *c = zeros(m, n);
    for (size_t i = 0; i < m; i++)
        for (size_t l = 0; l < k; l++)
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += (ta ? a[l * m + i] : a[i * k + l]) * (tb ? b[j * k + l] : b[l * n + j]);
    return c;
}

static double *turned(const double *a, size_t m, size_t n)
{
    double *t = zeros(n, m);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            t[j * m + i] = a[i * n + j];
    return t;
}

/* Positive definite, of this order. */
static double *definite(size_t n, uint64_t seed)
{
    double *x = some(n, n, seed), *a = product(true, false, n, n, n, x, x);
    for (size_t i = 0; i < n; i++)
        a[i * n + i] += (double)n;
    return a;
}

static void same_in(const double *got, const double *expected, size_t count, double tolerance, int line)
{
    double size = 1;
    for (size_t i = 0; i < count; i++)
        size = fmax(size, fabs(expected[i]));
    for (size_t i = 0; i < count; i++)
        if (!(fabs(got[i] - expected[i]) <= tolerance * size))
            fail_msg("line %d: number %zu is %.17g, expected %.17g", line, i, got[i], expected[i]);
}
#define same(got, expected, count, tolerance) same_in((got), (expected), (count), (tolerance), __LINE__)

static void is_identity_in(const double *a, size_t n, double tolerance, int line)
{
    double *unit = zeros(n, n);
    for (size_t i = 0; i < n; i++)
        unit[i * n + i] = 1;
    same_in(a, unit, n * n, tolerance, line);
}
#define is_identity(a, n, tolerance) is_identity_in((a), (n), (tolerance), __LINE__)

/* ---- products ----------------------------------------------------------------------------------------------- */

KL_TEST(products_are_sums_of_products)
{
    KL_UNUSED_STATE;
    static const struct {
        size_t m, n, k;
    } rows[] = {{1, 1, 1}, {3, 4, 5}, {7, 1, 9}, {1, 8, 3}, {5, 5, 0}, {130, 70, 300}, {200, 150, 120},
                {3, 5, 100000}, {20000, 9, 8}, {9, 20000, 8}, {0, 4, 4}};
    for (size_t r = 0; r < KL_COUNT(rows); r++)
        for (int flags = 0; flags < 4; flags++) {
            size_t m = rows[r].m, n = rows[r].n, k = rows[r].k;
            bool ta = flags & 1, tb = flags & 2;
            double *a = some(m, k, 1), *b = some(k, n, 2), *c = some(m, n, 3);
            double *expected = product(ta, tb, m, n, k, a, b);
            for (size_t i = 0; i < m * n; i++)
                expected[i] = 0.5 * expected[i] - 2 * c[i];
            kl_gemm(ta, tb, m, n, k, 0.5, a, ta ? m : k, b, tb ? k : n, -2, c, n);
            same(c, expected, m * n, 1e-12);
            kl_task_end(&task);
        }
}

KL_TEST(beta_zero_overwrites_even_nan)
{
    KL_UNUSED_STATE;
    double *a = some(4, 50000, 1), c[16], y[4] = {NAN, NAN, NAN, NAN};
    for (size_t i = 0; i < 16; i++)
        c[i] = NAN;
    kl_gemm(false, true, 4, 4, 50000, 1, a, 50000, a, 50000, 0, c, 4);
    same(c, product(false, true, 4, 4, 50000, a, a), 16, 1e-12);
    kl_gemv(true, 50000, 4, 1, a, 4, a, 0, y);
    same(y, product(true, false, 4, 1, 50000, a, a), 4, 1e-12);
    kl_task_end(&task);
}

KL_TEST(products_of_parts_of_matrices)
{
    KL_UNUSED_STATE;
    double *a = some(10, 20, 1), *b = some(10, 20, 2), *c = some(10, 20, 3), *before = copy(c, 200);
    kl_gemm(false, true, 4, 3, 5, 1, a + 21, 20, b + 2, 20, 0, c + 42, 20);
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < 20; j++) {
            double sum = 0;
            bool inside = i >= 2 && i < 6 && j >= 2 && j < 5;
            for (size_t l = 0; inside && l < 5; l++)
                sum += a[21 + (i - 2) * 20 + l] * b[2 + (j - 2) * 20 + l];
            assert_near(c[i * 20 + j], inside ? sum : before[i * 20 + j], 1e-13);
        }
    kl_task_end(&task);
}

KL_TEST(products_in_float32)
{
    KL_UNUSED_STATE;
    enum { M = 150, N = 130, K = 200 };
    double *a = some(M, K, 1), *b = some(K, N, 2), *expected = product(false, false, M, N, K, a, b);
    static float af[M * K], bf[K * N], c[M * N];
    for (size_t i = 0; i < M * K; i++)
        af[i] = (float)a[i];
    for (size_t i = 0; i < K * N; i++)
        bf[i] = (float)b[i];
    kl_gemm_f32(false, false, M, N, K, 1, af, K, bf, N, 0, c, N);
    for (size_t i = 0; i < M * N; i++)
        assert_true(fabs((double)c[i] - expected[i]) < 1e-3);
    kl_task_end(&task);
}

KL_TEST(products_with_vectors)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{1, 1}, {5, 3}, {400, 900}, {90000, 4}, {3, 100000}, {0, 3}, {3, 0}};
    for (size_t r = 0; r < KL_COUNT(shapes); r++)
        for (int ta = 0; ta < 2; ta++) {
            size_t m = shapes[r][0], n = shapes[r][1], in = ta ? m : n, out = ta ? n : m;
            double *a = some(m, n, 1), *x = some(in, 1, 2), *y = some(out, 1, 3);
            double *expected = product(ta, false, out, 1, in, a, x);
            for (size_t i = 0; i < out; i++)
                expected[i] = 3 * expected[i] + y[i];
            kl_gemv(ta, m, n, 3, a, n, x, 1, y);
            same(y, expected, out, 1e-12);
            kl_task_end(&task);
        }
    double *a = some(300, 500, 1), *before = copy(a, 300 * 500), *x = some(300, 1, 2), *y = some(500, 1, 3);
    kl_ger(300, 500, -2, x, y, a, 500);
    for (size_t i = 0; i < 300 * 500; i++)
        before[i] -= 2 * x[i / 500] * y[i % 500];
    same(a, before, 300 * 500, 1e-14);
    kl_task_end(&task);
}

KL_TEST(a_gram_matrix_is_the_product_with_the_transpose)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{0, 3}, {1, 1}, {3, 7}, {1000, 1}, {5000, 2}, {3001, 13}, {30000, 10},
                                       {777, 64}, {900, 65}, {500, 120}, {100, 300}, {700, 260}};
    for (size_t r = 0; r < KL_COUNT(shapes); r++)
        for (int kind = 0; kind < 3; kind++) { /* no weights, positive ones, some negative */
            size_t n = shapes[r][0], d = shapes[r][1];
            double *x = some(n, d, 1), *w = some(n, 1, 2), *scaled = copy(x, n * d), *c = zeros(d, d);
            for (size_t i = 0; i < n; i++) {
                w[i] = kind == 1 ? fabs(w[i]) : w[i];
                for (size_t j = 0; j < d; j++)
                    scaled[i * d + j] *= kind ? w[i] : 1;
            }
            kl_gram(c, x, n, d, kind ? w : NULL);
            same(c, product(true, false, d, d, n, x, scaled), d * d, 1e-13 * (double)(n + 10));
            kl_task_end(&task);
        }
    double *x = some(300, 40, 1), *c = zeros(300, 300);
    kl_gram_rows(c, x, 300, 40);
    same(c, product(false, true, 300, 300, 40, x, x), 300 * 300, 1e-13);
    kl_gram_rows(c, x, 3, 0);
    same(c, zeros(3, 3), 9, 0);
    kl_task_end(&task);
}

KL_TEST(vectors)
{
    KL_UNUSED_STATE;
    double *x = some(1000, 1, 1), *y = some(1000, 1, 2);
    same((double[]){kl_dot(x, y, 1000)}, product(true, false, 1, 1, 1000, x, y), 1, 1e-13);
    static const struct {
        double x[3], norm;
    } rows[] = {{{3, 4, 0}, 5}, {{3e300, 4e300, 0}, 5e300}, {{3e-300, -4e-300, 0}, 5e-300}, {{0, 0, 0}, 0},
                {{INFINITY, 1, 2}, INFINITY}, {{1, NAN, 2}, NAN}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        double norm = kl_norm(rows[i].x, 3);
        assert_near(norm > 0 && isfinite(norm) ? norm / rows[i].norm : norm,
                    norm > 0 && isfinite(norm) ? 1 : rows[i].norm, 1e-15);
    }
    assert_true(kl_norm(x, 0) == 0);
    double *a = some(130, 700, 3), *t = zeros(700, 130);
    kl_transpose(t, a, 130, 700);
    same(t, turned(a, 130, 700), 130 * 700, 0);
    kl_task_end(&task);
}

/* ---- factors --------------------------------------------------------------------------------------------------- */

KL_TEST(cholesky_factors_and_solves)
{
    KL_UNUSED_STATE;
    static const size_t orders[] = {0, 1, 2, 5, 100, 450};
    for (size_t r = 0; r < KL_COUNT(orders); r++) {
        size_t n = orders[r], k = r % 2 ? 1 : 70;
        double *a = definite(n, r), *l = copy(a, n * n), *x = some(n, k, 7), *inverse = zeros(n, n);
        assert_int_equal(kl_cholesky(l, n, NULL), KL_OK);
        same(product(false, true, n, n, n, l, l), a, n * n, 1e-12);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                assert_true(l[i * n + j] == 0);
        double *b = product(false, false, n, k, n, a, x);
        kl_cholesky_solve(l, n, b, k);
        same(b, x, n * k, 1e-10);
        b = product(false, false, n, k, n, l, x);
        kl_lower_solve(false, l, n, b, k);
        same(b, x, n * k, 1e-10);
        b = product(true, false, n, k, n, l, x);
        kl_lower_solve(true, l, n, b, k);
        same(b, x, n * k, 1e-10);
        assert_int_equal(kl_cholesky_inverse(inverse, l, n, NULL), KL_OK);
        is_identity(product(false, false, n, n, n, a, inverse), n, 1e-11);
        kl_task_end(&task);
    }
}

KL_TEST(cholesky_refuses_what_is_not_positive_definite)
{
    KL_UNUSED_STATE;
    for (size_t n = 2; n < 600; n += 498)
        for (int kind = 0; kind < 3; kind++) {
            double *a = definite(n, 1);
            a[(n - 1) * n + n - 1] = (double[]){-1, NAN, INFINITY}[kind];
            kl_error error = KL_ERROR_INIT;
            assert_int_equal(kl_cholesky(a, n, &error), KL_INVALID);
            assert_non_null(strstr(kl_error_message(&error), "positive definite"));
            kl_error_clear(&error);
        }
    double nothing[4] = {0}, singular[4] = {1, 0, 2, 0}, inverse[4];
    assert_int_equal(kl_cholesky(nothing, 2, NULL), KL_INVALID);
    assert_int_equal(kl_cholesky_inverse(inverse, singular, 2, NULL), KL_INVALID);
    kl_task_end(&task);
}

KL_TEST(systems_of_equations)
{
    KL_UNUSED_STATE;
    for (size_t n = 0; n < 60; n += 7)
        for (size_t k = 0; k < 4; k++) {
            double *a = some(n, n, n), *x = some(n, k, 5), *b = product(false, false, n, k, n, a, x);
            assert_int_equal(kl_solve(a, n, b, k, &task, NULL), KL_OK);
            same(b, x, n * k, 1e-9);
        }
    kl_error error = KL_ERROR_INIT;
    double singular[] = {1, 2, 2, 4}, b[] = {1, 1}, with_nan[] = {1, NAN, 2, 3};
    assert_int_equal(kl_solve(singular, 2, b, 1, &task, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "the matrix is singular");
    assert_int_equal(kl_solve(with_nan, 2, b, 1, &task, &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "the matrix contains NaN or infinity");
    kl_error_clear(&error);
    kl_task_end(&task);
}

/* vectors diag(values) vectors' = a */
static double *from_eigen(const double *values, const double *vectors, size_t count, size_t n)
{
    double *scaled = copy(vectors, count * n);
    for (size_t i = 0; i < count * n; i++)
        scaled[i] *= values[i / n];
    return product(true, false, n, n, count, vectors, scaled);
}

KL_TEST(eigenvalues_of_symmetric_matrices)
{
    KL_UNUSED_STATE;
    static const size_t orders[] = {0, 1, 2, 30, 150};
    for (size_t r = 0; r < KL_COUNT(orders); r++) {
        size_t n = orders[r], low = n / 3, high = n - n / 4;
        double *x = some(n, n, r), *a = zeros(n, n), *values = zeros(n, 1), *vectors = zeros(n, n);
        for (size_t i = 0; i < n * n; i++)
            a[i] = x[i] + x[i % n * n + i / n];
        assert_int_equal(kl_eigh(values, vectors, copy(a, n * n), n, &task, NULL), KL_OK);
        same(from_eigen(values, vectors, n, n), a, n * n, 1e-12);
        is_identity(product(false, true, n, n, n, vectors, vectors), n, 1e-12);
        double *again = zeros(n, 1), *some_vectors = zeros(n, n);
        assert_int_equal(kl_eigh(again, NULL, copy(a, n * n), n, &task, NULL), KL_OK);
        same(again, values, n, 1e-12);
        for (size_t i = 1; i < n; i++)
            assert_true(values[i - 1] <= values[i]);
        assert_int_equal(kl_eigh_range(again, some_vectors, copy(a, n * n), n, low, high, &task, NULL), KL_OK);
        same(again, values + low, high - low, 1e-12);
        for (size_t i = 0; i < high - low; i++)
            assert_near(fabs(kl_dot(some_vectors + i * n, vectors + (low + i) * n, n)), 1, 1e-8);
        assert_int_equal(kl_eigh_range(again, NULL, copy(a, n * n), n, low, high, &task, NULL), KL_OK);
        same(again, values + low, high - low, 1e-12);
        kl_task_end(&task);
    }
    double a[] = {1, NAN, NAN, 1}, values[2];
    assert_int_equal(kl_eigh(values, NULL, a, 2, &task, NULL), KL_INVALID);
    assert_int_equal(kl_eigh_range(values, NULL, a, 2, 0, 1, &task, NULL), KL_INVALID);
    assert_int_equal(kl_eigh_range(values, NULL, a, 2, 1, 3, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

KL_TEST(singular_values)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{1, 1}, {5, 3}, {3, 5}, {300, 20}, {20, 300}, {0, 4}, {40, 40}};
    for (size_t r = 0; r < KL_COUNT(shapes); r++) {
        size_t m = shapes[r][0], n = shapes[r][1], k = KL_MIN(m, n);
        double *a = some(m, n, r), *u = zeros(m, k), *s = zeros(k, 1), *vt = zeros(k, n), *alone = zeros(k, 1);
        assert_int_equal(kl_svd(u, s, vt, copy(a, m * n), m, n, &task, NULL), KL_OK);
        is_identity(product(true, false, k, k, m, u, u), k, 1e-13);
        is_identity(product(false, true, k, k, n, vt, vt), k, 1e-13);
        double *scaled = copy(u, m * k), *half = zeros(m, k);
        for (size_t i = 0; i < m * k; i++)
            scaled[i] *= s[i % k];
        same(product(false, false, m, n, k, scaled, vt), a, m * n, 1e-13);
        for (size_t i = 1; i < k; i++)
            assert_true(s[i - 1] >= s[i] && s[i] >= 0);
        assert_int_equal(kl_svd(NULL, alone, NULL, copy(a, m * n), m, n, &task, NULL), KL_OK);
        same(alone, s, k, 1e-13);
        assert_int_equal(kl_svd(half, alone, NULL, copy(a, m * n), m, n, &task, NULL), KL_OK);
        same(half, u, m * k, 1e-13);
        assert_int_equal(kl_svd(NULL, alone, zeros(k, n), copy(a, m * n), m, n, &task, NULL), KL_OK);
        same(alone, s, k, 1e-13);
        kl_task_end(&task);
    }
    double a[] = {1, INFINITY, 2, 1}, s[2];
    assert_int_equal(kl_svd(NULL, s, NULL, a, 2, 2, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

KL_TEST(qr)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{1, 1}, {5, 3}, {4, 4}, {500, 30}, {3, 0}};
    for (size_t i = 0; i < KL_COUNT(shapes); i++) {
        size_t m = shapes[i][0], n = shapes[i][1];
        double *a = some(m, n, i), *q = copy(a, m * n), *r = zeros(n, n);
        assert_int_equal(kl_qr(q, m, n, r, &task, NULL), KL_OK);
        is_identity(product(true, false, n, n, m, q, q), n, 1e-14);
        same(product(false, false, m, n, n, q, r), a, m * n, 1e-13);
        for (size_t j = 1; j < n; j++)
            assert_true(r[j * n] == 0);
    }
    double a[6] = {0};
    assert_int_equal(kl_qr(a, 2, 3, NULL, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

/* ---- what has no single answer ------------------------------------------------------------------------------------ */

KL_TEST(least_squares_of_any_shape_and_rank)
{
    KL_UNUSED_STATE;
    static const struct {
        size_t m, n, rank, k;
    } rows[] = {{30, 5, 5, 2}, {5, 30, 5, 1}, {20, 8, 3, 1}, {8, 20, 4, 3}, {4, 4, 0, 1}, {0, 3, 0, 2}};
    for (size_t r = 0; r < KL_COUNT(rows); r++) {
        size_t m = rows[r].m, n = rows[r].n, k = rows[r].k, rank = 99, low = KL_MIN(m, n);
        double *left = some(m, rows[r].rank, 1), *right = some(rows[r].rank, n, 2), *b = some(m, k, 3);
        double *a = product(false, false, m, n, rows[r].rank, left, right), *x = zeros(n, k), *s = zeros(low, 1);
        assert_int_equal(kl_least_squares(x, &rank, s, copy(a, m * n), m, n, copy(b, m * k), k, 1e-10, &task,
                                          NULL), KL_OK);
        assert_int_equal(rank, rows[r].rank);
        /* What is left over has nothing of the columns of a. */
        double *rest = product(false, false, m, k, n, a, x);
        for (size_t i = 0; i < m * k; i++)
            rest[i] -= b[i];
        same(product(true, false, n, k, m, a, rest), zeros(n, k), n * k, 1e-10);
        /* x has nothing outside of the rows of a: it is the least of its kind. */
        if (rows[r].rank) {
            double *gram = product(false, true, rows[r].rank, rows[r].rank, n, right, right);
            double *part = product(false, false, rows[r].rank, k, n, right, x);
            assert_int_equal(kl_solve(gram, rows[r].rank, part, k, &task, NULL), KL_OK);
            same(product(true, false, n, k, rows[r].rank, right, part), x, n * k, 1e-9);
        }
        kl_task_end(&task);
    }
}

KL_TEST(the_pseudo_inverse_of_a_symmetric_matrix)
{
    KL_UNUSED_STATE;
    size_t rank = 0;
    double determinant = 0, *x = some(6, 3, 1), *a = product(false, true, 6, 6, 3, x, x), *inverse = zeros(6, 6);
    assert_int_equal(kl_pinvh(inverse, &determinant, &rank, a, 6, &task, NULL), KL_OK);
    assert_int_equal(rank, 3);
    same(product(false, false, 6, 6, 6, product(false, false, 6, 6, 6, a, inverse), a), a, 36, 1e-12);
    double diagonal[] = {2, 0, 0, 8};
    assert_int_equal(kl_pinvh(inverse, &determinant, NULL, diagonal, 2, &task, NULL), KL_OK);
    same(inverse, ((double[]){0.5, 0, 0, 0.125}), 4, 1e-15);
    assert_near(determinant, log(16), 1e-14);
    kl_task_end(&task);
}

/* Hilbert's matrix of order 10 has condition 1.6e13. */
KL_TEST(ill_conditioned_systems_leave_small_residuals)
{
    KL_UNUSED_STATE;
    enum { N = 10 };
    double a[N * N], b[N], x[N], s[N];
    size_t rank = 0;
    for (size_t i = 0; i < N * N; i++)
        a[i] = 1.0 / (double)(i / N + i % N + 1);
    for (size_t i = 0; i < N; i++)
        b[i] = 1;
    double *solved = copy(b, N);
    assert_int_equal(kl_solve(copy(a, N * N), N, solved, 1, &task, NULL), KL_OK);
    assert_int_equal(kl_least_squares(x, &rank, s, copy(a, N * N), N, N, copy(b, N), 1, 1e-16, &task, NULL),
                     KL_OK);
    assert_int_equal(rank, N);
    assert_near(s[0] / s[N - 1] / 1.6025e13, 1, 0.01);
    double *rest = product(false, false, N, 1, N, a, solved);
    same(rest, b, N, 1e-5);
    assert_int_equal(kl_cholesky(a, N, NULL), KL_OK);
    kl_task_end(&task);
}

/* ---- a few components ---------------------------------------------------------------------------------------------- */

KL_TEST(a_randomised_svd_finds_the_largest_singular_values)
{
    KL_UNUSED_STATE;
    static const size_t shapes[][2] = {{200, 60}, {60, 200}, {30, 30}};
    for (size_t r = 0; r < KL_COUNT(shapes); r++) {
        size_t m = shapes[r][0], n = shapes[r][1], low = KL_MIN(m, n), k = 5;
        double *left = some(m, low, 1), *right = some(low, n, 2), *s = zeros(low, 1);
        for (size_t i = 0; i < m * low; i++)
            left[i] *= pow(0.5, (double)(i % low)); /* singular values fall quickly */
        double *a = product(false, false, m, n, low, left, right);
        double *u = zeros(m, k), *found = zeros(k, 1), *vt = zeros(k, n);
        kl_random random;
        kl_random_open(&random, 1, 0, 0);
        assert_int_equal(kl_svd(NULL, s, NULL, copy(a, m * n), m, n, &task, NULL), KL_OK);
        assert_int_equal(kl_randomized_svd(u, found, vt, a, m, n, k, 10, 4, &random, &task, NULL), KL_OK);
        same(found, s, k, 1e-10);
        is_identity(product(true, false, k, k, m, u, u), k, 1e-12);
        is_identity(product(false, true, k, k, n, vt, vt), k, 1e-12);
        double *image = product(false, true, m, k, n, a, vt);
        for (size_t i = 0; i < m * k; i++)
            image[i] -= u[i] * found[i % k];
        same(image, zeros(m, k), m * k, 1e-6 * s[0]);
        kl_task_end(&task);
    }
    kl_random random;
    double a[6] = {0}, u[9], s[3], vt[9];
    kl_random_open(&random, 1, 0, 0);
    assert_int_equal(kl_randomized_svd(u, s, vt, a, 2, 3, 3, 0, 1, &random, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

/* Second differences on a line of n points: eigenvalues 2 - 2 cos(pi i / (n + 1)). */
static kl_status differences(void *data, const double *x, double *y, kl_error *error)
{
    size_t n = *(size_t *)data;
    (void)error;
    for (size_t i = 0; i < n; i++)
        y[i] = 2 * x[i] - (i ? x[i - 1] : 0) - (i + 1 < n ? x[i + 1] : 0);
    return KL_OK;
}

KL_TEST(lanczos_finds_the_ends_of_a_spectrum)
{
    KL_UNUSED_STATE;
    static const size_t orders[] = {1, 10, 70, 400};
    for (size_t r = 0; r < KL_COUNT(orders); r++)
        for (int largest = 0; largest < 2; largest++) {
            size_t n = orders[r], k = KL_MIN(n, 6);
            double *values = zeros(k, 1), *vectors = zeros(k, n), *image = zeros(n, 1);
            kl_error error = KL_ERROR_INIT;
            kl_status status = kl_lanczos(values, vectors, n, k, largest, 1e-12, differences, &n, 3, &task, &error);
            if (status != KL_OK)
                fail_msg("%s", kl_error_message(&error));
            for (size_t i = 0; i < k; i++) {
                double place = (double)(largest ? n - i : i + 1);
                assert_near(values[i], 2 - 2 * cos(3.14159265358979323846 * place / (double)(n + 1)), 1e-11);
                differences(&n, vectors + i * n, image, NULL);
                kl_axpy(-values[i], vectors + i * n, image, n);
                assert_near(kl_norm(image, n), 0, 1e-6);
            }
            is_identity(product(false, true, k, k, n, vectors, vectors), k, 1e-12);
            kl_task_end(&task);
        }
}

/* Most of it is the same: 1 three times, 0.5 twice, and 0. */
static kl_status repeated(void *data, const double *x, double *y, kl_error *error)
{
    (void)error;
    for (size_t i = 0; i < *(size_t *)data; i++)
        y[i] = x[i] * (i < 3 ? 1 : i < 5 ? 0.5 : 0);
    return KL_OK;
}

KL_TEST(lanczos_finds_eigenvalues_that_are_there_several_times)
{
    KL_UNUSED_STATE;
    size_t n = 300;
    double values[6], *vectors = zeros(6, n);
    assert_int_equal(kl_lanczos(values, vectors, n, 6, true, 0, repeated, &n, 3, &task, NULL), KL_OK);
    same(values, ((double[]){1, 1, 1, 0.5, 0.5, 0}), 6, 1e-12);
    is_identity(product(false, true, 6, 6, n, vectors, vectors), 6, 1e-12);
    assert_int_equal(kl_lanczos(values, vectors, 3, 6, true, 0, repeated, &n, 3, &task, NULL), KL_INVALID);
    kl_task_end(&task);
}

/* ---- failures ---------------------------------------------------------------------------------------------------------- */

static kl_status all_factors(void *data)
{
    (void)data;
    enum { M = 90, N = 70 };
    kl_task own = KL_TASK_INIT;
    static double a[M * N], b[M * 2], u[M * N], s[N], vt[N * N], x[N * 2];
    kl_status status = KL_OK;
    kl_random random;
    size_t n = N;
    kl_random_open(&random, 1, 0, 0);
#define FILLED (kl_random_normals(&random, a, M * N), a)
    KL_TRY_OUT(kl_svd(u, s, vt, FILLED, M, N, &own, NULL));
    KL_TRY_OUT(kl_svd(u, s, NULL, FILLED, M, N, &own, NULL));
    KL_TRY_OUT(kl_qr(FILLED, M, N, vt, &own, NULL));
    KL_TRY_OUT(kl_solve(FILLED, N, b, 2, &own, NULL));
    KL_TRY_OUT(kl_eigh(s, vt, FILLED, N, &own, NULL));
    KL_TRY_OUT(kl_eigh_range(s, vt, FILLED, N, 2, 7, &own, NULL));
    KL_TRY_OUT(kl_pinvh(vt, NULL, NULL, FILLED, N, &own, NULL));
    kl_random_normals(&random, b, M * 2);
    KL_TRY_OUT(kl_least_squares(x, NULL, NULL, FILLED, M, N, b, 2, 1e-9, &own, NULL));
    KL_TRY_OUT(kl_randomized_svd(u, s, vt, FILLED, M, N, 4, 4, 1, &random, &own, NULL));
    KL_TRY_OUT(kl_lanczos(s, vt, N, 2, true, 1e-6, differences, &n, 1, &own, NULL));
out:
    kl_task_end(&own);
    return status;
}

KL_TEST(no_memory_is_told) { KL_UNUSED_STATE; assert_true(sweep(all_factors, NULL) > 25); }

/* Products cannot fail: without memory they are done in one piece. */
static kl_status products(void *data)
{
    double **it = data, c[16], y[4], *wide = it[3];
    kl_gram(c, it[0], 50000, 4, NULL);
    same(c, it[1], 16, 1e-10);
    kl_gemm(true, false, 4, 4, 50000, 1, it[0], 4, it[0], 4, 0, c, 4);
    same(c, it[1], 16, 1e-10);
    kl_gemv(true, 70000, 4, 1, it[0], 4, it[0], 0, y);
    same(y, it[2], 4, 1e-10);
    kl_gram(wide, it[0], 300, 70, it[0]);
    same(wide, it[4], 70 * 70, 1e-12);
    kl_gram(wide, it[0], 10, 260, it[0]);
    same(wide, it[5], 260 * 260, 1e-12);
    return KL_OK;
}

KL_TEST(products_do_without_memory)
{
    KL_UNUSED_STATE;
    double *a = some(70000, 4, 1), *weighted = copy(a, 300 * 70), *again = copy(a, 2600);
    for (size_t i = 0; i < 300 * 70; i++)
        weighted[i] *= a[i / 70];
    for (size_t i = 0; i < 2600; i++)
        again[i] *= a[i / 260];
    double *it[] = {a, product(true, false, 4, 4, 50000, a, a), product(true, false, 4, 1, 70000, a, a),
                    zeros(260, 260), product(true, false, 70, 70, 300, a, weighted),
                    product(true, false, 260, 260, 10, a, again)};
    assert_true(sweep(products, it) >= 5);
    kl_task_end(&task);
}

static int load(void **state)
{
    (void)state;
    kl_error error = KL_ERROR_INIT;
    if (kl_linalg_begin(&error) == KL_OK)
        return 0;
    print_error("%s\n", kl_error_message(&error));
    return 1;
}

int main(void)
{
    setenv("KAILASH_NUM_THREADS", "3", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums_of_products),
        cmocka_unit_test(beta_zero_overwrites_even_nan),
        cmocka_unit_test(products_of_parts_of_matrices),
        cmocka_unit_test(products_in_float32),
        cmocka_unit_test(products_with_vectors),
        cmocka_unit_test(a_gram_matrix_is_the_product_with_the_transpose),
        cmocka_unit_test(vectors),
        cmocka_unit_test(cholesky_factors_and_solves),
        cmocka_unit_test(cholesky_refuses_what_is_not_positive_definite),
        cmocka_unit_test(systems_of_equations),
        cmocka_unit_test(eigenvalues_of_symmetric_matrices),
        cmocka_unit_test(singular_values),
        cmocka_unit_test(qr),
        cmocka_unit_test(least_squares_of_any_shape_and_rank),
        cmocka_unit_test(the_pseudo_inverse_of_a_symmetric_matrix),
        cmocka_unit_test(ill_conditioned_systems_leave_small_residuals),
        cmocka_unit_test(a_randomised_svd_finds_the_largest_singular_values),
        cmocka_unit_test(lanczos_finds_the_ends_of_a_spectrum),
        cmocka_unit_test(lanczos_finds_eigenvalues_that_are_there_several_times),
        cmocka_unit_test(no_memory_is_told),
        cmocka_unit_test(products_do_without_memory),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
