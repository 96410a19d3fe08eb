/* src/ml/boost/options.c - parameters that tell of features, read for one fit. */
#include "hist_boost.h"

#include <math.h>

/* The number of a column by its name; SIZE_MAX when there is none. */
static size_t column_named(const kl_fit *in, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(in->x->names); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(in->x->names, i)), name))
            return i;
    return SIZE_MAX;
}

/* ---- categories ------------------------------------------------------------------------------------------ */

static const char categories_expected[] =
    "numbers of columns, names of columns, True or False for each column, or None";

static kl_status bad_categories(const kl_hist_boost *self, kl_error *error)
{
    return kl_bad_parameter(error, "categorical_features", categories_expected, self->categorical_features);
}

static kl_status named_categories(bool *to, const kl_hist_boost *self, const kl_fit *in, kl_error *error)
{
    kl_value names = self->categorical_features;
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_value name = kl_array_at(names, i);
        size_t column = kl_is(name, KL_KIND_STRING) ? column_named(in, kl_as_text(name)) : SIZE_MAX;
        if (column == SIZE_MAX)
            return bad_categories(self, error);
        to[column] = true;
    }
    return KL_OK;
}

static kl_status numbered_categories(bool *to, const kl_hist_boost *self, const kl_fit *in, kl_task *task,
                                     kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(self->categorical_features);
    const double *numbers;
    size_t n;
    KL_TRY(kl_numbers_read(&numbers, &n, self->categorical_features, "categorical_features", task, error));
    if (view && view->layout.format == '?') {
        if (n != in->d)
            return kl_bad_dimension(error, "numbers in categorical_features", in->d, n);
        for (size_t i = 0; i < n; i++)
            to[i] = numbers[i] != 0;
        return KL_OK;
    }
    for (size_t i = 0; i < n; i++) {
        double at = numbers[i] < 0 ? numbers[i] + (double)in->d : numbers[i];
        if (!(at >= 0 && at < (double)in->d) || at != floor(at))
            return bad_categories(self, error);
        to[(size_t)at] = true;
    }
    return KL_OK;
}

kl_status kl_hist_categories(const bool **out, const kl_hist_boost *self, const kl_fit *in, kl_task *task,
                             kl_error *error)
{
    kl_value given = self->categorical_features;
    bool *flags;
    *out = NULL;
    if (kl_is_null(given))
        return KL_OK;
    KL_TAKE(flags, task, in->d, error);
    if (kl_is(given, KL_KIND_ARRAY))
        KL_TRY(named_categories(flags, self, in, error));
    else if (kl_as_array_view(given))
        KL_TRY(numbered_categories(flags, self, in, task, error));
    else
        return bad_categories(self, error);
    if (memchr(flags, true, in->d))
        *out = flags;
    return KL_OK;
}

/* ---- directions ------------------------------------------------------------------------------------------ */

static kl_status set_direction(int8_t *to, double direction, bool category, kl_error *error)
{
    if (direction != -1 && direction != 0 && direction != 1)
        return kl_bad_parameter(error, "monotonic_cst", "-1, 0 or 1 for each feature", kl_double(direction));
    if (direction != 0 && category)
        return kl_bad_input(error, "invalid parameter `monotonic_cst`: a feature of categories has no direction");
    *to = (int8_t)direction;
    return KL_OK;
}

static kl_status named_directions(int8_t *to, const kl_hist_boost *self, const kl_fit *in, const bool *category,
                                  kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(self->monotonic_cst); i++) {
        size_t column = column_named(in, kl_map_key_at(self->monotonic_cst, i));
        if (column == SIZE_MAX)
            return kl_bad_parameter(error, "monotonic_cst", "names of columns of x as keys", self->monotonic_cst);
        KL_TRY(set_direction(to + column, kl_as_double(kl_map_value_at(self->monotonic_cst, i)),
                             category && category[column], error));
    }
    return KL_OK;
}

static kl_status read_directions(const int8_t **out, const kl_hist_boost *self, const kl_fit *in,
                                 const bool *category, kl_task *task, kl_error *error)
{
    const double *numbers;
    int8_t *directions;
    size_t n;
    *out = NULL;
    if (kl_is_null(self->monotonic_cst))
        return KL_OK;
    if (in->classes > 2)
        return kl_bad_input(error, "invalid parameter `monotonic_cst`: it is for at most two classes");
    KL_TAKE(directions, task, in->d, error);
    *out = directions;
    if (kl_is(self->monotonic_cst, KL_KIND_MAP))
        return named_directions(directions, self, in, category, error);
    KL_TRY(kl_numbers_read(&numbers, &n, self->monotonic_cst, "monotonic_cst", task, error));
    if (n != in->d)
        return kl_bad_dimension(error, "numbers in monotonic_cst", in->d, n);
    for (size_t i = 0; i < n; i++)
        KL_TRY(set_direction(directions + i, numbers[i], category && category[i], error));
    return KL_OK;
}

/* ---- interactions ---------------------------------------------------------------------------------------- */

static const char groups_expected[] =
    "'pairwise', 'no_interactions', or a list of groups of column numbers";

/* Groups of one or two features each. */
static kl_status small_groups(kl_hist_rules *rules, size_t d, bool pairs, kl_task *task, kl_error *error)
{
    size_t count = pairs && d > 1 ? d * (d - 1) / 2 : d, at = 0;
    bool *groups;
    KL_TAKE(groups, task, count * d, error);
    for (size_t a = 0; a < d; a++) {
        if (!pairs || d == 1)
            groups[a * d + a] = true;
        for (size_t b = a + 1; pairs && b < d; b++, at++)
            groups[at * d + a] = groups[at * d + b] = true;
    }
    rules->groups = groups;
    rules->group_count = count;
    return KL_OK;
}

static kl_status read_group(bool *to, kl_value group, size_t d, kl_value all, kl_error *error)
{
    if (!kl_is(group, KL_KIND_ARRAY))
        return kl_bad_parameter(error, "interaction_cst", groups_expected, all);
    for (size_t i = 0; i < kl_array_len(group); i++) {
        kl_value number = kl_array_at(group, i);
        if (!kl_is(number, KL_KIND_INT) || kl_as_int(number) < 0 || kl_as_int(number) >= (int64_t)d)
            return kl_bad_parameter(error, "interaction_cst", "numbers of columns in each group", all);
        to[kl_as_int(number)] = true;
    }
    return KL_OK;
}

/* Groups as given; features of none of them are one more. */
static kl_status given_groups(kl_hist_rules *rules, kl_value given, size_t d, kl_task *task, kl_error *error)
{
    size_t count = kl_array_len(given);
    bool *groups;
    KL_TAKE(groups, task, (count + 1) * d, error);
    bool *rest = groups + count * d;
    memset(rest, 1, d);
    for (size_t i = 0; i < count; i++) {
        KL_TRY(read_group(groups + i * d, kl_array_at(given, i), d, given, error));
        for (size_t f = 0; f < d; f++)
            rest[f] &= !groups[i * d + f];
    }
    rules->groups = groups;
    rules->group_count = count + (memchr(rest, true, d) != NULL);
    return KL_OK;
}

static kl_status read_groups(kl_hist_rules *rules, kl_value given, size_t d, kl_task *task, kl_error *error)
{
    if (kl_is_null(given))
        return KL_OK;
    if (kl_word_is(given, "pairwise") || kl_word_is(given, "no_interactions"))
        return small_groups(rules, d, kl_word_is(given, "pairwise"), task, error);
    if (!kl_is(given, KL_KIND_ARRAY))
        return kl_bad_parameter(error, "interaction_cst", groups_expected, given);
    return given_groups(rules, given, d, task, error);
}

kl_status kl_hist_rules_make(kl_hist_rules *out, const kl_hist_boost *self, const kl_fit *in, const bool *category,
                             kl_task *task, kl_error *error)
{
    *out = (kl_hist_rules){.max_depth = kl_is_null(self->max_depth) ? SIZE_MAX : (size_t)kl_as_int(self->max_depth),
                           .max_leaves = kl_is_null(self->max_leaf_nodes) ? SIZE_MAX
                                                                          : (size_t)kl_as_int(self->max_leaf_nodes),
                           .min_leaf = (size_t)self->min_samples_leaf, .l2 = self->l2_regularization,
                           .rate = self->learning_rate, .share = self->max_features};
    KL_TRY(read_directions(&out->monotonic, self, in, category, task, error));
    return read_groups(out, self->interaction_cst, in->d, task, error);
}
