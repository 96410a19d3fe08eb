/* src/ml/preprocessing/category_groups.c - see category_groups.h. */
#include "category_groups.h"

#include "../numeric.h"

kl_status kl_check_group_parameters(kl_value min_frequency, kl_value max_categories, kl_error *error)
{
    bool share = kl_is(min_frequency, KL_KIND_DOUBLE);
    double least = kl_as_double(min_frequency);
    if (share && !(least > 0 && least < 1))
        return kl_bad_parameter(error, "min_frequency", "a share in (0, 1) or a count >= 1", min_frequency);
    if (kl_is(min_frequency, KL_KIND_INT) && least < 1)
        return kl_bad_parameter(error, "min_frequency", "a share in (0, 1) or a count >= 1", min_frequency);
    if (kl_is(max_categories, KL_KIND_INT) && kl_as_int(max_categories) < 1)
        return kl_bad_parameter(error, "max_categories", "a count >= 1", max_categories);
    return KL_OK;
}

/* How often each category occurs. */
static kl_status count_categories(double *counts, kl_value categories, kl_value column, kl_task *task,
                                  kl_error *error)
{
    size_t rows = kl_categories_count(column);
    int64_t *codes;
    KL_TAKE_RAW(codes, task, rows ? rows : 1, error);
    KL_TRY(kl_categories_encode(codes, 1, categories, column, error));
    for (size_t i = 0; i < rows; i++)
        if (codes[i] >= 0)
            counts[codes[i]]++;
    kl_task_free(task, codes);
    return KL_OK;
}

/* Mark the categories that are rare; returns how many. */
static kl_status mark_rare(bool *rare, size_t *marked, const double *counts, size_t count, double least,
                           int64_t most, kl_task *task, kl_error *error)
{
    int64_t *order;
    *marked = 0;
    for (size_t k = 0; k < count; k++)
        *marked += rare[k] = counts[k] < least;
    size_t now = count - *marked + (*marked ? 1 : 0);
    if (most == 0 || (size_t)most >= now)
        return KL_OK;
    KL_TAKE_RAW(order, task, count, error);
    KL_TRY(kl_argsort(order, counts, count, task, error));
    for (size_t k = 0; k < count - (size_t)(most - 1); k++)
        rare[order[k]] = true;
    *marked = 0;
    for (size_t k = 0; k < count; k++)
        *marked += rare[k];
    return KL_OK;
}

kl_status kl_category_groups(kl_value *groups, size_t *count, bool *has_rare, kl_value categories,
                             kl_value column, kl_value min_frequency, kl_value max_categories,
                             kl_task *task, kl_error *error)
{
    size_t n = kl_categories_count(categories), marked = 0, rows = kl_categories_count(column);
    bool *rare;
    double *counts, least = 0;
    int64_t *group;
    KL_TAKE(rare, task, n ? n : 1, error);
    KL_TAKE(counts, task, n ? n : 1, error);
    if (!kl_is_null(min_frequency))
        least = kl_as_double(min_frequency) * (kl_is(min_frequency, KL_KIND_DOUBLE) ? (double)rows : 1);
    if (!kl_is_null(min_frequency) || !kl_is_null(max_categories)) {
        KL_TRY(count_categories(counts, categories, column, task, error));
        KL_TRY(mark_rare(rare, &marked, counts, n, least, kl_as_int(max_categories), task, error));
    }
    KL_TRY(kl_indices_new(groups, &group, n, error));
    int64_t next = 0;
    for (size_t k = 0; k < n; k++)
        if (!rare[k])
            group[k] = next++;
    for (size_t k = 0; k < n; k++)
        if (rare[k])
            group[k] = next;
    *has_rare = marked > 0;
    *count = (size_t)next + *has_rare;
    return KL_OK;
}

static kl_status rare_of(kl_value *out, kl_value categories, kl_value groups, kl_error *error)
{
    const int64_t *group = kl_indices(groups);
    size_t n = kl_categories_count(categories), at = 0;
    const double *numbers = kl_doubles(categories);
    int64_t last = 0;
    for (size_t k = 0; k < n; k++)
        last = group[k] > last ? group[k] : last;
    if (numbers) {
        double *rare;
        for (size_t k = 0; k < n; k++)
            at += group[k] == last;
        KL_TRY(kl_vector_new(out, &rare, at, error));
        at = 0;
        for (size_t k = 0; k < n; k++)
            if (group[k] == last)
                rare[at++] = numbers[k];
        return KL_OK;
    }
    KL_TRY(kl_array_new(out, n, error));
    for (size_t k = 0; k < n; k++)
        if (group[k] == last)
            kl_array_push(out, kl_category_at(categories, k), NULL); /* has room */
    return KL_OK;
}

kl_status kl_rare_categories(kl_value *out, kl_value categories, kl_value groups, kl_value rare,
                             kl_error *error)
{
    size_t cols = kl_array_len(categories);
    kl_value list, one;
    KL_TRY(kl_array_new(&list, cols, error));
    for (size_t j = 0; j < cols; j++) {
        one = kl_null();
        kl_status status = KL_OK;
        if (kl_indices(rare)[j])
            status = rare_of(&one, kl_array_at(categories, j), kl_array_at(groups, j), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, one, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}
