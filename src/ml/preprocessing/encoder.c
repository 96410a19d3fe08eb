/* src/ml/preprocessing/encoder.c - see encoder.h. */
#include "encoder.h"

#include "../shapes.h"

static kl_status learn_groups(kl_encoder *self, kl_value columns, kl_task *task, kl_error *error)
{
    size_t cols = kl_array_len(columns);
    kl_value list, counts, rare, one;
    int64_t *count, *is_rare;
    KL_TRY(kl_array_new(&list, cols, error));
    kl_learn(&self->groups, list);
    KL_TRY(kl_indices_new(&counts, &count, cols, error));
    kl_learn(&self->group_count, counts);
    KL_TRY(kl_indices_new(&rare, &is_rare, cols, error));
    kl_learn(&self->rare, rare);
    for (size_t j = 0; j < cols; j++) {
        size_t groups;
        bool has_rare;
        KL_TRY(kl_category_groups(&one, &groups, &has_rare, kl_array_at(self->categories_, j),
                                  kl_array_at(columns, j), self->min_frequency, self->max_categories,
                                  task, error));
        count[j] = (int64_t)groups;
        is_rare[j] = has_rare;
        KL_TRY(kl_array_push(&self->groups, one, error));
    }
    return KL_OK;
}

/* Values of given categories that are none of them. */
static kl_status check_known(const kl_encoder *self, kl_value columns, kl_task *task, kl_error *error)
{
    for (size_t j = 0; j < kl_array_len(columns); j++) {
        kl_value column = kl_array_at(columns, j);
        size_t rows = kl_categories_count(column);
        int64_t *codes;
        char words[80];
        KL_TAKE_RAW(codes, task, rows ? rows : 1, error);
        KL_TRY(kl_categories_encode(codes, 1, kl_array_at(self->categories_, j), column, error));
        for (size_t i = 0; i < rows; i++)
            if (codes[i] < 0) {
                kl_category_words(words, sizeof words, column, i);
                return kl_bad_input(error, "x, row %zu, column %zu is %s, which is none of the given categories",
                                    i, j, words);
            }
    }
    return KL_OK;
}

static kl_status learn_columns(kl_encoder *self, kl_value columns, size_t rows, kl_task *task,
                               kl_error *error)
{
    kl_value categories, infrequent;
    bool are_given = !kl_is_null(self->categories) && !kl_word_is(self->categories, "auto");
    if (rows == 0 || kl_array_len(columns) == 0)
        return kl_bad_input(error, "x has 0 %s; at least 1 is needed", rows ? "columns" : "rows");
    KL_TRY(kl_all_categories(&categories, columns, self->categories, task, error));
    kl_learn(&self->categories_, categories);
    if (are_given && kl_word_is(self->handle_unknown, "error"))
        KL_TRY(check_known(self, columns, task, error));
    KL_TRY(learn_groups(self, columns, task, error));
    if (kl_is_null(self->min_frequency) && kl_is_null(self->max_categories))
        return KL_OK;
    KL_TRY(kl_rare_categories(&infrequent, self->categories_, self->groups, self->rare, error));
    kl_learn(&self->infrequent_categories_, infrequent);
    return KL_OK;
}

kl_status kl_encoder_learn(kl_encoder *self, kl_value x, kl_task *task, kl_error *error)
{
    kl_value columns, names;
    size_t rows;
    KL_TRY(kl_check_group_parameters(self->min_frequency, self->max_categories, error));
    KL_TRY(kl_columns_of(&columns, &names, &rows, x, error));
    kl_learn(&self->base.names, names);
    self->base.features = (int64_t)kl_array_len(columns);
    kl_status status = learn_columns(self, columns, rows, task, error);
    kl_value_release(columns);
    return status;
}

static kl_status encode_columns(int64_t *codes, const kl_encoder *self, kl_value columns, size_t rows,
                                bool unknown_ok, kl_error *error)
{
    size_t cols = kl_array_len(columns);
    char words[80];
    for (size_t j = 0; j < cols; j++) {
        kl_value column = kl_array_at(columns, j);
        KL_TRY(kl_categories_encode(codes + j, cols, kl_array_at(self->categories_, j), column, error));
        for (size_t i = 0; i < rows && !unknown_ok; i++)
            if (codes[i * cols + j] < 0) {
                kl_category_words(words, sizeof words, column, i);
                return kl_bad_input(error, "unknown category: x, row %zu, column %zu is %s, which fit() has not seen",
                                    i, j, words);
            }
    }
    return KL_OK;
}

kl_status kl_encoder_codes(int64_t **codes, size_t *rows, const kl_encoder *self, kl_value x,
                           bool unknown_ok, kl_task *task, kl_error *error)
{
    kl_value columns, names;
    kl_status status;
    KL_TRY(kl_columns_of(&columns, &names, rows, x, error));
    status = kl_estimator_same_names(&self->base, names, error);
    kl_value_release(names);
    if (status != KL_OK) {
        kl_value_release(columns);
        return status;
    }
    size_t cols = kl_array_len(columns), expected = kl_encoder_columns(self);
    if (cols != expected && (*rows || cols)) {
        kl_value_release(columns);
        return kl_bad_dimension(error, "features", expected, cols);
    }
    *codes = kl_task_alloc_raw(task, *rows * expected + 1, sizeof **codes);
    status = *codes ? encode_columns(*codes, self, columns, *rows, unknown_ok, error)
                    : kl_error_no_memory(error);
    kl_value_release(columns);
    return status;
}

/* ---- from a file ------------------------------------------------------------------------------------ */

/* Each category has a group that there is. */
static bool groups_are_sound(const kl_encoder *self, size_t j)
{
    kl_value groups = kl_array_at(self->groups, j), categories = kl_array_at(self->categories_, j);
    size_t count = kl_categories_count(categories);
    bool is_sound = (kl_is(categories, KL_KIND_ARRAY) || kl_is_vector(categories, 'd', count)) &&
                    kl_is_vector(groups, 'q', count);
    int64_t wanted = kl_indices(self->group_count)[j], next = 0;
    bool has_last = false;
    for (size_t k = 0; k < count && is_sound; k++) { /* in order, but for the last one, of what is rare */
        int64_t group = kl_indices(groups)[k];
        is_sound = group >= 0 && group < wanted && (group <= next || group == wanted - 1);
        has_last |= group == wanted - 1;
        next += group == next;
    }
    return is_sound && (count == 0 ? wanted == 0 : has_last && next >= wanted - 1);
}

kl_status kl_encoder_restored(kl_estimator *base, kl_error *error)
{
    const kl_encoder *self = (const kl_encoder *)base;
    bool is_sound = true;
    for (size_t j = 0; j < kl_encoder_columns(self) && is_sound; j++)
        is_sound = groups_are_sound(self, j);
    return kl_shapes_are(is_sound, base, "categories", error);
}
