/* tests/c/test_ml_svm.c - what the solver of support vector machines is made of, for every instruction set; machines, naive
 * Bayes, discriminants and processes when memory ends. */
#include "ml/array.h"
#include "ml/estimator.h"
#include "ml/kernels.h"
#include "sweep.h"
#include "test.h"

#include <math.h>

enum { ROWS = 48, COLUMNS = 3 };

typedef struct lesson {
    const char *type, *parameters;
    const char *const *answers; /* methods of x, ended by NULL */
    kl_value x, y;
} lesson;

static void make_data(lesson *l)
{
    double x[ROWS * COLUMNS], y[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = (double)(i % 3);
        for (size_t j = 0; j < COLUMNS; j++)
            x[i * COLUMNS + j] = y[i] * (double)(j + 1) + (double)(i * 7 % 11 * (j + 2) % 13) / 5;
    }
    assert_int_equal(kl_table_from(&l->x, x, ROWS, COLUMNS, NULL), KL_OK);
    assert_int_equal(kl_vector_from(&l->y, y, ROWS, NULL), KL_OK);
}

static kl_status call(kl_object *object, const char *method, const kl_value *args, size_t count)
{
    kl_value answer = kl_null();
    kl_status status = kl_object_call(&answer, object, kl_text_from(method), args, count, NULL);
    kl_value_release(answer);
    return status;
}

static kl_status learn_and_answer(void *data)
{
    const lesson *l = data;
    const kl_value args[] = {l->x, l->y};
    kl_value parameters = kl_null(), model = kl_null();
    kl_status status = kl_json_parse(&parameters, kl_text_from(l->parameters), NULL);
    if (status == KL_OK)
        status = kl_object_from_map(&model, kl_type_find(kl_text_from(l->type), "kailash.ml"),
                                    parameters, NULL);
    if (status == KL_OK)
        status = call(model.as.object, "fit", args, 2);
    for (size_t i = 0; status == KL_OK && l->answers[i]; i++)
        status = call(model.as.object, l->answers[i], args, 1);
    kl_value_release(model);
    kl_value_release(parameters);
    return status;
}

KL_TEST(memory_may_end_at_any_time)
{
    KL_UNUSED_STATE;
    static const char *const classes[] = {"predict", "decision_function", NULL};
    static const char *const shares[] = {"predict", "predict_log_proba", NULL};
    static const char *const numbers[] = {"predict", NULL};
    static const char *const features[] = {"transform", NULL};
    lesson lessons[] = {
        {.type = "SVC", .parameters = "{\"probability\":true,\"random_state\":1}", .answers = shares},
        {.type = "SVC", .parameters = "{\"kernel\":\"linear\",\"cache_size\":0.0001}", .answers = classes},
        {.type = "NuSVC", .parameters = "{\"nu\":0.2}", .answers = classes},
        {.type = "SVR", .parameters = "{\"C\":10.0}", .answers = numbers},
        {.type = "NuSVR", .parameters = "{}", .answers = numbers},
        {.type = "OneClassSVM", .parameters = "{}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"loss\":\"hinge\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"penalty\":\"l1\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVC", .parameters = "{\"multi_class\":\"crammer_singer\",\"random_state\":0}", .answers = classes},
        {.type = "LinearSVR", .parameters = "{\"random_state\":0}", .answers = numbers},
        {.type = "RBFSampler", .parameters = "{\"random_state\":0}", .answers = features},
        {.type = "Nystroem", .parameters = "{\"n_components\":9,\"random_state\":0}", .answers = features},
        {.type = "GaussianProcessRegressor",
         .parameters = "{\"alpha\":0.5,\"n_restarts_optimizer\":1,\"random_state\":0}", .answers = numbers},
        {.type = "GaussianNB", .parameters = "{}", .answers = shares},
        {.type = "MultinomialNB", .parameters = "{}", .answers = shares},
        {.type = "BernoulliNB", .parameters = "{}", .answers = shares},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{}", .answers = classes},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{\"shrinkage\":\"auto\"}", .answers = classes},
        {.type = "LinearDiscriminantAnalysis", .parameters = "{\"solver\":\"eigen\"}", .answers = shares},
        {.type = "QuadraticDiscriminantAnalysis", .parameters = "{}", .answers = shares},
    };
    for (size_t i = 0; i < KL_COUNT(lessons); i++) {
        make_data(&lessons[i]);
        assert_int_equal(learn_and_answer(&lessons[i]), KL_OK); /* what is made once is there */
        assert_true(sweep(learn_and_answer, &lessons[i]) > 3);
        kl_value_release(lessons[i].x);
        kl_value_release(lessons[i].y);
    }
}

/* ---- kernels ------------------------------------------------------------------------------------------- */

enum { MOST = 77 };

/* Samples of a solver: some at their bounds, some free, some at 0, where a width makes two slopes. */
typedef struct samples {
    double b[MOST], low[MOST], high[MOST], g[MOST], diagonal[MOST];
    float row[MOST];
    double width;
} samples;

static void draw(samples *s, kl_random *random, size_t n, double width)
{
    s->width = width;
    for (size_t i = 0; i < n; i++) {
        s->low[i] = kl_random_below(random, 2) ? -1 : 0;
        s->high[i] = kl_random_below(random, 2) ? 1 : 0;
        double share[] = {s->low[i], s->high[i], kl_random_between(random, s->low[i], s->high[i]), 0};
        s->b[i] = share[kl_random_below(random, 4)];
        s->g[i] = kl_random_normal(random);
        s->diagonal[i] = 1 + kl_random_double(random);
        s->row[i] = (float)kl_random_normal(random);
    }
}

static double slope_up(const samples *s, size_t i) { return s->g[i] + (s->b[i] >= 0 ? s->width : -s->width); }
static double slope_down(const samples *s, size_t i) { return s->g[i] - (s->b[i] <= 0 ? s->width : -s->width); }

static void check_look(const kl_kernel_table *k, const samples *s, size_t n)
{
    double least = INFINITY, most = -INFINITY, up, down;
    size_t wanted = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        if (s->b[i] < s->high[i] && slope_up(s, i) < least)
            least = slope_up(s, i), wanted = i;
        if (s->b[i] > s->low[i] && slope_down(s, i) > most)
            most = slope_down(s, i);
    }
    size_t found = k->smo_look(&up, &down, s->b, s->low, s->high, s->g, s->width, n);
    assert_true(found == wanted && up == least && down == most);
}

static void check_partner(const kl_kernel_table *k, const samples *s, size_t n, double at_least)
{
    double best = at_least, gain = at_least, up = -1, diagonal = 1.5;
    size_t wanted = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        double off = slope_down(s, i) - up, curvature = diagonal + s->diagonal[i] - 2 * (double)s->row[i];
        double each = off * off / (curvature > 0 ? curvature : 1e-12);
        if (s->b[i] > s->low[i] && off > 0 && each > best)
            best = each, wanted = i;
    }
    size_t found = k->smo_partner(&gain, s->b, s->low, s->g, s->diagonal, s->row, s->width, up,
                                  diagonal, n);
    assert_true(found == wanted);
    assert_true(fabs(gain - best) <= 1e-12 * best);
}

static void check_numbers(const kl_kernel_table *k, const samples *s, size_t n, double scale)
{
    double x[MOST], out[MOST], squares[MOST], sums[MOST];
    for (size_t i = 0; i < n; i++) {
        x[i] = scale * s->g[i];
        squares[i] = s->diagonal[i];
        sums[i] = out[i] = s->g[i];
    }
    k->squared_distances(out, 2, squares, -0.5, n);
    k->add_squares(sums, 0.25, s->g, 3, n);
    for (size_t i = 0; i < n; i++) {
        double square = 2 + squares[i] - 2 * s->g[i], away = 0.25 - s->g[i];
        assert_true(fabs(out[i] + 0.5 * KL_MAX(square, 0)) < 1e-14);
        assert_true(fabs(sums[i] - (s->g[i] + 3 * away * away)) < 1e-13);
    }
    k->cos(out, x, n);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs(out[i] - cos(x[i])) <= 2e-15 + 3e-16 * fabs(x[i]));
}

KL_TEST(all_instruction_sets_agree)
{
    KL_UNUSED_STATE;
    kl_random random;
    samples s;
    kl_random_open(&random, 1, 0, 0);
    for (size_t n = 0; n < MOST; n++)
        for (int round = 0; round < 4; round++) {
            draw(&s, &random, n, round % 2 ? 0.3 : 0);
            for (const kl_kernel_table *const *k = kl_kernels_all(); *k; k++) {
                check_look(*k, &s, n);
                check_partner(*k, &s, n, round < 2 ? 0 : 5);
                check_numbers(*k, &s, n, round == 3 ? 1e8 : 10.0 * round);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_instruction_sets_agree),
                                       cmocka_unit_test(memory_may_end_at_any_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
