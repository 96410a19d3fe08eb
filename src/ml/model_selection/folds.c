/* src/ml/model_selection/folds.c - how rows are cut into folds. */
#include "splitter.h"

#include "base/host.h"
#include "ml/random.h"

#include <stdio.h>

static kl_status fold_memory(kl_folds *out, size_t count, kl_task *task, kl_error *error)
{
    KL_TAKE(out->fold, task, count, error);
    out->count = count;
    return KL_OK;
}

/* The folds of a row's number of fold. */
static kl_status folds_of_numbers(kl_folds *out, const int64_t *fold_of, size_t n, size_t splits,
                                  kl_task *task, kl_error *error)
{
    KL_TRY(fold_memory(out, splits, task, error));
    for (size_t i = 0; i < n; i++)
        out->fold[fold_of[i]].test_count++;
    for (size_t f = 0; f < splits; f++) {
        kl_fold *fold = &out->fold[f];
        int64_t *rows;
        size_t train = 0, test = n - fold->test_count;
        fold->train_count = test;
        KL_TAKE_RAW(rows, task, n, error);
        fold->train = rows;
        fold->test = rows + test;
        for (size_t i = 0; i < n; i++)
            rows[(size_t)fold_of[i] == f ? test++ : train++] = (int64_t)i;
    }
    return KL_OK;
}

/* ---- plain ------------------------------------------------------------------------------------------------- */

kl_status kl_split_plain(kl_folds *out, size_t n, const kl_split_how *how, kl_task *task, kl_error *error)
{
    int64_t *fold_of, *order;
    if (how->splits > n)
        return kl_error_set(error, KL_INVALID, "n_splits: %zu folds of %zu rows are not possible", how->splits, n);
    KL_TAKE_RAW(fold_of, task, n, error);
    KL_TAKE_RAW(order, task, n, error);
    for (size_t i = 0; i < n; i++)
        order[i] = (int64_t)i;
    if (how->shuffle) {
        kl_random random;
        kl_random_open(&random, how->seed, 0, 0);
        kl_random_shuffle(&random, order, n);
    }
    for (size_t f = 0, at = 0; f < how->splits; f++) {
        size_t size = n / how->splits + (f < n % how->splits);
        for (size_t i = 0; i < size; i++)
            fold_of[order[at++]] = (int64_t)f;
    }
    return folds_of_numbers(out, fold_of, n, how->splits, task, error);
}

/* ---- stratified -------------------------------------------------------------------------------------------- */

/* Classes numbered anew, as they first occur. */
static kl_status by_appearance(int64_t **out, const int64_t *codes, size_t n, size_t classes,
                               kl_task *task, kl_error *error)
{
    int64_t *number, next = 0;
    KL_TAKE_RAW(*out, task, n, error);
    KL_TAKE_RAW(number, task, classes, error);
    for (size_t c = 0; c < classes; c++)
        number[c] = -1;
    for (size_t i = 0; i < n; i++) {
        if (number[codes[i]] < 0)
            number[codes[i]] = next++;
        (*out)[i] = number[codes[i]];
    }
    return KL_OK;
}

static kl_status check_classes(const size_t *counts, size_t classes, size_t splits, kl_error *error)
{
    size_t least = SIZE_MAX, most = 0;
    for (size_t c = 0; c < classes; c++) {
        least = KL_MIN(least, counts[c] ? counts[c] : SIZE_MAX);
        most = KL_MAX(most, counts[c]);
    }
    if (most < splits)
        return kl_error_set(error, KL_INVALID,
                            "n_splits: %zu folds are more than any class has rows (at most %zu)", splits, most);
    if (least >= splits)
        return KL_OK;
    char text[160];
    snprintf(text, sizeof text,
             "the smallest class has %zu %s, fewer than the %zu folds: some folds lack it", least,
             least == 1 ? "row" : "rows", splits);
    return kl_host_warn(text, error);
}

/* The folds of the rows of one class, as many as `begin`, the place of its first row among all sorted by class, allots
 * to each: sorted rows go to the folds in turn. */
static size_t allot(int64_t *out, size_t begin, size_t count, size_t splits)
{
    size_t at = 0;
    for (size_t f = 0; f < splits; f++) {
        size_t first = (f + splits - begin % splits) % splits;
        for (size_t i = first; i < count; i += splits)
            out[at++] = (int64_t)f;
    }
    return at;
}

kl_status kl_split_stratified(kl_folds *out, const int64_t *codes, size_t n, size_t classes,
                              const kl_split_how *how, kl_task *task, kl_error *error)
{
    int64_t *fold_of, *class_of, *allotted;
    size_t *counts, *starts;
    kl_random random;
    KL_TAKE(counts, task, classes + 1, error);
    KL_TAKE(starts, task, classes + 1, error);
    KL_TAKE_RAW(fold_of, task, n, error);
    KL_TAKE_RAW(allotted, task, n, error);
    KL_TRY(by_appearance(&class_of, codes, n, classes, task, error));
    for (size_t i = 0; i < n; i++)
        counts[class_of[i]]++;
    KL_TRY(check_classes(counts, classes, how->splits, error));
    for (size_t c = 0, at = 0; c < classes; c++) {
        starts[c] = at;
        allot(allotted + at, at, counts[c], how->splits);
        if (how->shuffle) {
            kl_random_open(&random, how->seed, 0, c);
            kl_random_shuffle(&random, allotted + at, counts[c]);
        }
        at += counts[c];
    }
    for (size_t i = 0; i < n; i++)
        fold_of[i] = allotted[starts[class_of[i]]++];
    return folds_of_numbers(out, fold_of, n, how->splits, task, error);
}

/* ---- groups ------------------------------------------------------------------------------------------------ */

/* Groups by size, the largest first; of equal ones the later first. */
static void order_groups(int64_t *order, const size_t *sizes, size_t groups, size_t n, size_t *heads)
{
    for (size_t s = 0; s <= n; s++)
        heads[s] = 0;
    for (size_t g = 0; g < groups; g++)
        heads[sizes[g]]++;
    for (size_t s = n, at = 0; s + 1 > 0; s--) {
        size_t count = heads[s];
        heads[s] = at;
        at += count;
    }
    for (size_t g = groups; g-- > 0;)
        order[heads[sizes[g]]++] = (int64_t)g;
}

static void fill_lightest(int64_t *fold_of_group, const int64_t *order, const size_t *sizes,
                          size_t groups, size_t *weights, size_t splits)
{
    for (size_t g = 0; g < groups; g++) {
        size_t lightest = 0;
        for (size_t f = 1; f < splits; f++)
            if (weights[f] < weights[lightest])
                lightest = f;
        weights[lightest] += sizes[order[g]];
        fold_of_group[order[g]] = (int64_t)lightest;
    }
}

/* As many groups a fold, in random order. */
static void fill_shuffled(int64_t *fold_of_group, int64_t *order, size_t groups, const kl_split_how *how)
{
    kl_random random;
    kl_random_open(&random, how->seed, 0, 0);
    for (size_t g = 0; g < groups; g++)
        order[g] = (int64_t)g;
    kl_random_shuffle(&random, order, groups);
    for (size_t f = 0, at = 0; f < how->splits; f++)
        for (size_t i = groups / how->splits + (f < groups % how->splits); i > 0; i--)
            fold_of_group[order[at++]] = (int64_t)f;
}

kl_status kl_split_groups(kl_folds *out, const int64_t *codes, size_t n, size_t groups,
                          const kl_split_how *how, kl_task *task, kl_error *error)
{
    int64_t *fold_of, *order, *fold_of_group;
    size_t *sizes, *heads, *weights;
    if (how->splits > groups)
        return kl_error_set(error, KL_INVALID, "n_splits: %zu folds of %zu groups are not possible",
                            how->splits, groups);
    KL_TAKE_RAW(fold_of, task, n, error);
    KL_TAKE(order, task, groups, error);
    KL_TAKE(fold_of_group, task, groups, error);
    KL_TAKE(sizes, task, groups, error);
    KL_TAKE(heads, task, n + 1, error);
    KL_TAKE(weights, task, how->splits, error);
    for (size_t i = 0; i < n; i++)
        sizes[codes[i]]++;
    if (how->shuffle) {
        fill_shuffled(fold_of_group, order, groups, how);
    } else {
        order_groups(order, sizes, groups, n, heads);
        fill_lightest(fold_of_group, order, sizes, groups, weights, how->splits);
    }
    for (size_t i = 0; i < n; i++)
        fold_of[i] = fold_of_group[codes[i]];
    return folds_of_numbers(out, fold_of, n, how->splits, task, error);
}

/* ---- time -------------------------------------------------------------------------------------------------- */

kl_status kl_split_time(kl_folds *out, size_t n, size_t splits, size_t train_max, size_t test_size,
                        size_t gap, kl_task *task, kl_error *error)
{
    int64_t *rows;
    if (splits >= n)
        return kl_error_set(error, KL_INVALID, "n_splits: %zu splits need more than %zu rows, got %zu", splits,
                            splits, n);
    if (test_size == 0)
        test_size = n / (splits + 1);
    if (test_size > n / splits || gap >= n || n - test_size * splits <= gap)
        return kl_error_set(error, KL_INVALID,
                            "%zu rows do not suffice for %zu splits with test_size=%zu and gap=%zu", n, splits,
                            test_size, gap);
    KL_TRY(fold_memory(out, splits, task, error));
    KL_TAKE_RAW(rows, task, n, error);
    for (size_t i = 0; i < n; i++)
        rows[i] = (int64_t)i;
    for (size_t f = 0; f < splits; f++) {
        size_t test = n - (splits - f) * test_size, end = test - gap;
        size_t begin = train_max > 0 && train_max < end ? end - train_max : 0;
        out->fold[f] = (kl_fold){rows + begin, rows + test, end - begin, test_size};
    }
    return KL_OK;
}
