/* src/ml/ensemble/bootstrap.c - rows and features drawn for the members of a committee. */
#include "bootstrap.h"

#include "ml/numeric.h"

#include <math.h>

/* Streams of a member. What its training needs has others. */
enum { ROWS_STREAM = 1, FEATURES_STREAM = 3 };

kl_status kl_draws_count(size_t *out, kl_value value, size_t rows, double weight, bool replace,
                         kl_error *error)
{
    const char *expected = replace ? "None, an int >= 1 or a number > 0"
                                   : "None, an int >= 1 or a share > 0 of the rows, at most all of them";
    double share = kl_as_double(value);
    bool is_sound = true;
    if (kl_is_null(value)) {
        *out = rows;
    } else if (kl_is(value, KL_KIND_INT)) {
        is_sound = kl_as_int(value) >= 1;
        *out = (size_t)kl_as_int(value);
    } else {
        is_sound = share > 0 && share * weight < INT32_MAX;
        *out = is_sound ? KL_MAX((size_t)(share * weight), 1) : 1;
    }
    if (!replace && *out > rows)
        is_sound = false;
    return is_sound ? KL_OK : kl_bad_parameter(error, "max_samples", expected, value);
}

kl_status kl_draws_make(kl_draws *out, size_t rows, size_t count, bool replace,
                        const double *weights, kl_task *task, kl_error *error)
{
    double *sums, sum = 0;
    size_t possible = 0;
    *out = (kl_draws){.rows = rows, .count = count, .replace = replace, .weights = weights};
    if (!weights)
        return KL_OK;
    KL_TAKE_RAW(sums, task, rows, error);
    for (size_t i = 0; i < rows; i++) {
        sums[i] = sum += weights[i];
        possible += weights[i] > 0;
    }
    if (!replace && possible < count)
        return kl_bad_input(error, "%zu rows are to be drawn without replacement, but only %zu have a weight",
                            count, possible);
    out->running_sum = sums;
    return KL_OK;
}

/* The first `count` of [0, n) in random order; the whole of `order` is written. */
static void draw_distinct(int64_t *order, size_t count, size_t n, kl_random *random)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (int64_t)i;
    for (size_t i = 0; i < count; i++) {
        size_t other = i + (size_t)kl_random_below(random, n - i);
        int64_t item = order[other];
        order[other] = order[i];
        order[i] = item;
    }
}

/* Distinct rows, one after another with probabilities as their weights: those with the smallest of exponential
 * numbers over the weights (Efraimidis and Spirakis 2006). */
static kl_status draw_weighted(int64_t *order, const kl_draws *how, kl_random *random,
                               kl_error *error)
{
    kl_task memory = KL_TASK_INIT;
    double *keys = kl_task_alloc_raw(&memory, how->rows, sizeof *keys);
    kl_status status = keys ? KL_OK : kl_error_no_memory(error);
    for (size_t i = 0; status == KL_OK && i < how->rows; i++) {
        double key = kl_random_exponential(random);
        keys[i] = how->weights[i] > 0 ? key / how->weights[i] : INFINITY;
    }
    if (status == KL_OK)
        status = kl_argsort(order, keys, how->rows, &memory, error);
    kl_task_end(&memory);
    return status;
}

static size_t draw_one(const kl_draws *how, kl_random *random)
{
    return how->running_sum ? kl_random_choice(random, how->running_sum, how->rows)
                            : (size_t)kl_random_below(random, how->rows);
}

kl_status kl_draw_rows(int64_t *out, const kl_draws *how, uint64_t seed, size_t member,
                       kl_error *error)
{
    kl_random random;
    kl_status status = KL_OK;
    kl_random_open(&random, seed, ROWS_STREAM, member);
    if (how->replace) {
        for (size_t i = 0; i < how->count; i++)
            out[i] = (int64_t)draw_one(how, &random);
        return KL_OK;
    }
    int64_t *order = kl_alloc(how->rows * sizeof *order);
    if (!order)
        return kl_error_no_memory(error);
    if (how->weights)
        status = draw_weighted(order, how, &random, error);
    else
        draw_distinct(order, how->count, how->rows, &random);
    if (status == KL_OK)
        memcpy(out, order, how->count * sizeof *out);
    kl_free(order);
    return status;
}

kl_status kl_draw_counts(double *counts, const kl_draws *how, uint64_t seed, size_t member,
                         kl_error *error)
{
    memset(counts, 0, how->rows * sizeof *counts);
    if (how->replace) { /* one by one, without a list of them */
        kl_random random;
        kl_random_open(&random, seed, ROWS_STREAM, member);
        for (size_t i = 0; i < how->count; i++)
            counts[draw_one(how, &random)]++;
        return KL_OK;
    }
    int64_t *rows = kl_alloc(how->count * sizeof *rows);
    if (!rows)
        return kl_error_no_memory(error);
    kl_status status = kl_draw_rows(rows, how, seed, member, error);
    for (size_t i = 0; status == KL_OK && i < how->count; i++)
        counts[rows[i]]++;
    kl_free(rows);
    return status;
}

kl_status kl_draw_features(int64_t *out, size_t count, size_t d, bool replace, uint64_t seed,
                           size_t member, kl_error *error)
{
    kl_random random;
    kl_random_open(&random, seed, FEATURES_STREAM, member);
    if (replace) {
        for (size_t i = 0; i < count; i++)
            out[i] = (int64_t)kl_random_below(&random, d);
        return KL_OK;
    }
    int64_t *order = kl_alloc(d * sizeof *order);
    if (!order)
        return kl_error_no_memory(error);
    draw_distinct(order, count, d, &random);
    memcpy(out, order, count * sizeof *out);
    kl_free(order);
    return KL_OK;
}
