/* src/ml/ensemble/bootstrap.c - rows drawn for the members of a committee. */
#include "bootstrap.h"

/* Streams of a member: what is drawn, what its training needs. */
enum { DRAW_STREAM = 1 };

kl_status kl_draws_count(size_t *out, kl_value value, size_t rows, double weight, bool replace,
                         kl_error *error)
{
    const char *expected = replace ? "None, an int >= 1 or a number > 0"
                                   : "None, an int in [1, rows of x] or a number in (0, 1]";
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

kl_status kl_draws_sums(const double **out, const double *weights, size_t n, kl_task *task,
                        kl_error *error)
{
    double *sums, sum = 0;
    *out = NULL;
    if (!weights)
        return KL_OK;
    KL_TAKE_RAW(sums, task, n, error);
    for (size_t i = 0; i < n; i++)
        sums[i] = sum += weights[i];
    *out = sums;
    return KL_OK;
}

/* The first `count` of the rows in random order. */
static void draw_distinct(int64_t *order, const kl_draws *how, kl_random *random)
{
    for (size_t i = 0; i < how->rows; i++)
        order[i] = (int64_t)i;
    for (size_t i = 0; i < how->count; i++) {
        size_t other = i + (size_t)kl_random_below(random, how->rows - i);
        int64_t row = order[other];
        order[other] = order[i];
        order[i] = row;
    }
}

static size_t draw_one(const kl_draws *how, kl_random *random)
{
    return how->running_sum ? kl_random_choice(random, how->running_sum, how->rows)
                            : (size_t)kl_random_below(random, how->rows);
}

void kl_draw_counts(double *counts, const kl_draws *how, uint64_t seed, size_t member,
                    int64_t *scratch)
{
    kl_random random;
    kl_random_open(&random, seed, DRAW_STREAM, member);
    memset(counts, 0, how->rows * sizeof *counts);
    if (!how->replace)
        draw_distinct(scratch, how, &random);
    for (size_t i = 0; i < how->count; i++)
        counts[how->replace ? draw_one(how, &random) : (size_t)scratch[i]]++;
}

void kl_draw_rows(int64_t *out, const kl_draws *how, uint64_t seed, size_t member)
{
    kl_random random;
    kl_random_open(&random, seed, DRAW_STREAM, member);
    if (!how->replace)
        draw_distinct(out, how, &random);
    for (size_t i = 0; how->replace && i < how->count; i++)
        out[i] = (int64_t)draw_one(how, &random);
}
