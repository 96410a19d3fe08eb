/* src/ml/model_selection/splitter.h - rows cut into folds: which to learn from, which to test on. */
#ifndef KL_ML_MODEL_SELECTION_SPLITTER_H
#define KL_ML_MODEL_SELECTION_SPLITTER_H

#include "ml/input.h"

/* Row numbers, ascending unless a splitter of the face gave others. */
typedef struct kl_fold {
    const int64_t *train, *test;
    size_t train_count, test_count;
} kl_fold;

/* Folds; all lies in the task they were made with. */
typedef struct kl_folds {
    kl_fold *fold;
    size_t count;
} kl_folds;

/* What is cut. `y` and `groups` may be null where the splitter needs none. */
typedef struct kl_split_data {
    size_t n;
    kl_value x, y, groups;
} kl_split_data;

/*
 * The folds of a parameter `cv`: null (5 folds) or a number of folds, unshuffled and with `by_class` stratified by the
 * labels y; a splitter of the library, or of the face (an object with split(x, y, groups)); or an array of pairs
 * (train, test) of row numbers. KL_INVALID when the rows do not suffice.
 */
KL_API kl_status kl_folds_of(kl_folds *out, kl_value cv, bool by_class, const kl_split_data *data,
                             kl_task *task, kl_error *error);

/* ---- the algorithms ------------------------------------------------------------------------------ */

/* How a splitter is set. */
typedef struct kl_split_how {
    size_t splits;
    bool shuffle;
    uint64_t seed;
} kl_split_how;

/* Fold by fold of rows as they stand (or shuffled); the first n mod splits folds have one row more. */
KL_API kl_status kl_split_plain(kl_folds *out, size_t n, const kl_split_how *how, kl_task *task, kl_error *error);
/* Each class spread evenly over the folds. codes: of the label of each row; a warning for a class with fewer rows than
 * folds, KL_INVALID when all are such. */
KL_API kl_status kl_split_stratified(kl_folds *out, const int64_t *codes, size_t n, size_t classes,
                              const kl_split_how *how, kl_task *task, kl_error *error);
/* Every group in one fold: the largest group into the lightest fold; with `shuffle` groups in random order. */
KL_API kl_status kl_split_groups(kl_folds *out, const int64_t *codes, size_t n, size_t groups,
                          const kl_split_how *how, kl_task *task, kl_error *error);
/* Tests that follow what is learned from. 0 = no train_max; test_size 0 = n / (splits + 1). */
KL_API kl_status kl_split_time(kl_folds *out, size_t n, size_t splits, size_t train_max, size_t test_size,
                        size_t gap, kl_task *task, kl_error *error);

#endif
