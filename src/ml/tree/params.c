/* src/ml/tree/params.c - see params.h. */
#include "params.h"

#include "ml/class_weight.h"

#include <math.h>

const char *const kl_tree_class_criteria[] = {"gini", "entropy", "log_loss", NULL};
const char *const kl_tree_number_criteria[] = {"squared_error", "friedman_mse", "absolute_error",
                                               "poisson", NULL};

static kl_criterion criterion_of(const char *name)
{
    kl_text text = kl_text_from(name);
    if (kl_text_is(text, "gini"))
        return KL_CRITERION_GINI;
    if (kl_text_is(text, "entropy") || kl_text_is(text, "log_loss"))
        return KL_CRITERION_ENTROPY;
    if (kl_text_is(text, "absolute_error"))
        return KL_CRITERION_ABSOLUTE;
    /* Friedman's gain orders the splits of a node just as the decrease of the variance does. */
    return kl_text_is(text, "poisson") ? KL_CRITERION_POISSON : KL_CRITERION_SQUARED;
}

kl_status kl_tree_max_features(size_t *out, kl_value value, size_t d, kl_error *error)
{
    static const char expected[] =
        "an int >= 1, a number in (0, 1], 'sqrt', 'log2' or None";
    double number = kl_as_double(value), all = (double)d;
    if (kl_is_null(value)) {
        *out = d;
    } else if (kl_word_is(value, "sqrt")) {
        *out = (size_t)sqrt(all);
    } else if (kl_word_is(value, "log2")) {
        *out = (size_t)log2(all);
    } else if (kl_is(value, KL_KIND_INT)) {
        if (kl_as_int(value) < 1)
            return kl_bad_parameter(error, "max_features", expected, value);
        *out = KL_MIN((size_t)kl_as_int(value), d);
    } else {
        if (!kl_is(value, KL_KIND_DOUBLE) || !(number > 0 && number <= 1))
            return kl_bad_parameter(error, "max_features", expected, value);
        *out = (size_t)(number * all);
    }
    *out = KL_MAX(*out, 1);
    return KL_OK;
}

/* A number of rows that may be told as a share of all. */
static kl_status rows_of(size_t *out, kl_value value, const char *name, int64_t least, double most,
                         const char *expected, size_t n, kl_error *error)
{
    double share = kl_as_double(value);
    if (kl_is(value, KL_KIND_INT)) {
        if (kl_as_int(value) < least)
            return kl_bad_parameter(error, name, expected, value);
        *out = (size_t)kl_as_int(value);
        return KL_OK;
    }
    if (!(share > 0 && share <= most))
        return kl_bad_parameter(error, name, expected, value);
    *out = (size_t)KL_MAX(ceil(share * (double)n), (double)least);
    return KL_OK;
}

static kl_status read_monotonic(const int8_t **out, const kl_tree_settings *settings,
                                const kl_fit *in, kl_task *task, kl_error *error)
{
    const double *numbers;
    int8_t *directions;
    size_t n;
    *out = NULL;
    if (kl_is_null(settings->monotonic_cst))
        return KL_OK;
    if (in->outputs > 1 || (settings->is_classifier && in->classes > 2))
        return kl_bad_input(error, "monotonic_cst is for one output, and for at most two classes");
    KL_TRY(kl_numbers_read(&numbers, &n, settings->monotonic_cst, "monotonic_cst", task, error));
    if (n != in->d)
        return kl_bad_dimension(error, "numbers in monotonic_cst", in->d, n);
    KL_TAKE(directions, task, n, error);
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] != -1 && numbers[i] != 0 && numbers[i] != 1)
            return kl_bad_parameter(error, "monotonic_cst", "-1, 0 or 1 for each feature",
                                    kl_double(numbers[i]));
        /* The first number of a node is the share of the first class, which falls when the second rises. */
        directions[i] = (int8_t)(settings->is_classifier ? -numbers[i] : numbers[i]);
    }
    *out = directions;
    return KL_OK;
}

kl_status kl_tree_rules_make(kl_tree_rules *out, const kl_tree_settings *settings, const kl_fit *in,
                             double weight, kl_task *task, kl_error *error)
{
    kl_tree_rules rules = {.criterion = criterion_of(settings->criterion),
                           .random_splits = settings->random_splits,
                           .max_depth = SIZE_MAX,
                           .min_decrease = settings->min_impurity_decrease,
                           .min_weight_leaf = settings->min_weight_fraction_leaf * weight};
    KL_TRY(rows_of(&rules.min_split, settings->min_samples_split, "min_samples_split", 2, 1,
                   "an int >= 2 or a number in (0, 1]", in->n, error));
    KL_TRY(rows_of(&rules.min_leaf, settings->min_samples_leaf, "min_samples_leaf", 1,
                   nextafter(1, 0), "an int >= 1 or a number in (0, 1)", in->n, error));
    KL_TRY(kl_tree_max_features(&rules.max_features, settings->max_features, in->d, error));
    KL_TRY(read_monotonic(&rules.monotonic, settings, in, task, error));
    if (!kl_is_null(settings->max_depth))
        rules.max_depth = (size_t)kl_as_int(settings->max_depth);
    if (!kl_is_null(settings->max_leaf_nodes))
        rules.max_leaves = (size_t)kl_as_int(settings->max_leaf_nodes);
    *out = rules;
    return KL_OK;
}

kl_status kl_tree_target_make(kl_tree_target *out, const kl_fit *in, const double *weights,
                              kl_task *task, kl_error *error)
{
    *out = (kl_tree_target){.y = in->y, .width = in->codes ? in->classes : in->outputs,
                            .weights = weights};
    if (!in->codes)
        return KL_OK;
    uint32_t *codes;
    KL_TAKE_RAW(codes, task, in->n, error);
    for (size_t i = 0; i < in->n; i++)
        codes[i] = (uint32_t)in->codes[i];
    out->codes = codes;
    return KL_OK;
}

kl_status kl_tree_check_poisson(const kl_fit *in, kl_criterion criterion, kl_error *error)
{
    double sum = 0;
    if (criterion != KL_CRITERION_POISSON)
        return KL_OK;
    for (size_t i = 0; i < in->n * in->outputs; i++) {
        if (in->y[i] < 0)
            return kl_bad_input(error, "y, row %zu: %g is negative, which the Poisson criterion cannot use",
                                i / in->outputs, in->y[i]);
        sum += in->y[i];
    }
    return sum > 0 ? KL_OK : kl_bad_input(error, "y is 0 everywhere, which the Poisson criterion cannot use");
}

kl_status kl_tree_class_weights(const double **out, kl_value class_weight, kl_value classes,
                                const kl_fit *in, kl_task *task, kl_error *error)
{
    return kl_class_weighted(out, class_weight, classes, in->codes, in->n, in->weights, false, task,
                             error);
}
