/* src/ml/preprocessing/categories.h - columns of any data, and the distinct values in them.
 *
 * The categories of a column are its distinct values in order: numbers (an array of float64, NaN last), or texts (an
 * array of strings, null last). A code is a place among them.
 */
#ifndef KL_ML_CATEGORIES_H
#define KL_ML_CATEGORIES_H

#include "../estimator.h"

/* Data of two dimensions by column: `*columns` is an array, each item an array of float64 or an array of texts and
 * nulls; `*names` (may be null) an array of strings. Both given. */
kl_status kl_columns_of(kl_value *columns, kl_value *names, size_t *rows, kl_value x, kl_error *error);

/* Values of one dimension as such a column; given. */
kl_status kl_column_of(kl_value *out, kl_value values, kl_error *error);

/* The categories of one column; given. */
kl_status kl_categories_learn(kl_value *out, kl_value column, kl_task *task, kl_error *error);
/* Categories that the user gave for a column, checked: sorted, if they are numbers. Given. */
kl_status kl_categories_given(kl_value *out, kl_value given, kl_error *error);
size_t kl_categories_count(kl_value categories);
/* The code of each value of a column, -1 for what is no category; codes[i * stride]. KL_TYPE when texts meet numbers. */
kl_status kl_categories_encode(int64_t *codes, size_t stride, kl_value categories, kl_value column,
                               kl_error *error);
/* A value of a column in words, for messages. */
void kl_category_words(char *to, size_t size, kl_value column, size_t row);
/* A category by code: a number, a text or null; given. */
kl_value kl_category_at(kl_value categories, size_t code);
/* Category `code` as it stands in the name of a column. */
kl_status kl_category_text(kl_value *out, kl_value categories, size_t code, kl_error *error);

/* The categories of all columns: of `columns`, or those in `given` (an array with one item for each). Given. */
kl_status kl_all_categories(kl_value *out, kl_value columns, kl_value given, kl_task *task,
                            kl_error *error);

/* What a table of columns, each of float64 or of values, looks like to the user: an array of float64 when all are
 * numbers, else an array of rows. Columns are taken. Given. */
kl_status kl_rows_of_columns(kl_value *out, kl_value columns, size_t rows, kl_error *error);

#endif
