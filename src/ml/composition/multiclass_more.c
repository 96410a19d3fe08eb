/* src/ml/composition/multiclass_more.c - partial_fit() of many classes by classifiers of two, which learn on themselves. */
#include "multiclass.h"

#include "kailash/data.h"

#include <math.h>

/* ---- classes ----------------------------------------------------------------------------------------------- */

/* Codes of y among the classes of the first call: told, or those of its y. */
static kl_status read_codes(int64_t **codes, size_t *n, kl_multiclass *self, const kl_fit *in, kl_task *task,
                            kl_error *error)
{
    kl_value classes;
    size_t count;
    if (kl_is_null(in->raw_y))
        return kl_bad_input(error, "%s needs y", self->base.object.type->name);
    KL_TRY(kl_held_rows(n, in->raw_x, in->raw_y, error));
    KL_TRY(kl_labels_encode(codes, &classes, &count, in->raw_y, self->base.classes, "y", task, error));
    kl_value_replace(&self->base.classes, classes);
    return kl_labels_count(classes) < 2
               ? kl_bad_input(error, "y has one class only; tell all of them by classes in the first call")
               : KL_OK;
}

static kl_status check_width(kl_multiclass *self, const kl_fit *in, kl_error *error)
{
    KL_TRY(kl_held_note(&self->base, in->raw_x, error));
    if (!in->before || in->before->features == self->base.features)
        return KL_OK;
    return kl_bad_dimension(error, "features", (size_t)in->before->features, (size_t)self->base.features);
}

/* ---- learning on ------------------------------------------------------------------------------------------- */

/* The classifier that learns on: one of the library is a copy, since others may be asking the one before. Given. */
static kl_status next_of(kl_value *out, const kl_multiclass *self, kl_value before, kl_error *error)
{
    if (kl_is_null(before))
        return kl_model_clone(out, self->estimator, error);
    KL_TRY(kl_held_fresh(out, before, error));
    kl_held_adopt(*out, before);
    return KL_OK;
}

/* One problem of two classes: rows, or NULL for all, and 0 or 1 for each. */
typedef struct step {
    const int64_t *rows;
    double *targets;
    size_t count;
} step;

static kl_status learn_step(kl_value model, const step *one, kl_value all_x, kl_value all_weights, kl_error *error)
{
    kl_value x = kl_null(), y = kl_null(), weights = kl_null(), classes = kl_null();
    static const double both[] = {0, 1};
    kl_status status;
    KL_TRY_OUT(kl_vector_from(&y, one->targets, one->count, error));
    KL_TRY_OUT(kl_vector_from(&classes, both, 2, error));
    if (one->rows) {
        KL_TRY_OUT(kl_data_take(&x, all_x, one->rows, one->count, error));
        KL_TRY_OUT(kl_data_take(&weights, all_weights, one->rows, one->count, error));
    } else {
        x = kl_value_retain(all_x);
        weights = kl_value_retain(all_weights);
    }
    KL_TRY_OUT(kl_model_partial_fit(model, x, y, classes, weights, error));
out:
    kl_value_release(x);
    kl_value_release(y);
    kl_value_release(weights);
    kl_value_release(classes);
    return status;
}

/* Let each of `count` classifiers learn its step; those without rows stay as they are. */
static kl_status learn_all(kl_multiclass *self, const step *steps, size_t count, const kl_fit *in, size_t n,
                           kl_task *task, kl_error *error)
{
    kl_value *models, list, weights = kl_null();
    size_t made = 0;
    kl_status status = KL_OK;
    KL_TAKE(models, task, count + 1, error);
    KL_TRY(kl_held_weights(&weights, in->raw_weights, n, task, error));
    for (; made < count; made++) {
        KL_TRY_OUT(kl_task_step(task, made, count, error));
        KL_TRY_OUT(next_of(&models[made], self, kl_array_at(self->estimators_, made), error));
        if (steps[made].count == 0)
            continue;
        status = learn_step(models[made], &steps[made], in->raw_x, weights, error);
        if (status != KL_OK) {
            made++;
            goto out;
        }
    }
    KL_TRY_OUT(kl_held_list(&list, models, count, error));
    kl_learn(&self->estimators_, list);
out:
    kl_value_release(weights);
    kl_held_release(models, made);
    return status;
}

/* ---- one against the rest ---------------------------------------------------------------------------------- */

/* No class is decided beforehand: later rows may be of any. */
static kl_status no_constants(kl_multiclass *self, size_t count, kl_error *error)
{
    kl_value constants;
    double *numbers;
    KL_TRY(kl_vector_new(&constants, &numbers, count, error));
    kl_learn(&self->constants, constants);
    for (size_t c = 0; c < count; c++)
        numbers[c] = (double)NAN;
    return KL_OK;
}

kl_status kl_multiclass_rest_more(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_multiclass *self = (kl_multiclass *)model;
    int64_t *codes;
    step *steps;
    size_t n;
    KL_TRY(check_width(self, in, error));
    if (self->multilabel_)
        return kl_bad_input(error, "partial_fit() goes on from fit() to one label for each row only");
    KL_TRY(read_codes(&codes, &n, self, in, task, error));
    size_t classes = kl_labels_count(model->classes), count = classes == 2 ? 1 : classes;
    KL_TAKE(steps, task, count, error);
    for (size_t c = 0; c < count; c++) {
        steps[c].count = n;
        KL_TAKE(steps[c].targets, task, n, error);
        for (size_t i = 0; i < n; i++)
            steps[c].targets[i] = (size_t)codes[i] == (classes == 2 ? 1 : c);
    }
    self->n_classes_ = (int64_t)classes;
    KL_TRY(no_constants(self, count, error));
    return learn_all(self, steps, count, in, n, task, error);
}

/* ---- one against one --------------------------------------------------------------------------------------- */

static kl_status pair_step(step *out, const int64_t *codes, size_t n, int64_t a, int64_t b, kl_task *task,
                           kl_error *error)
{
    int64_t *rows;
    KL_TAKE(rows, task, n, error);
    KL_TAKE(out->targets, task, n, error);
    for (size_t i = 0; i < n; i++) {
        if (codes[i] != a && codes[i] != b)
            continue;
        rows[out->count] = (int64_t)i;
        out->targets[out->count++] = codes[i] == b;
    }
    out->rows = rows;
    return KL_OK;
}

kl_status kl_multiclass_pairs_more(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_multiclass *self = (kl_multiclass *)model;
    int64_t *codes;
    step *steps;
    size_t n, at = 0;
    KL_TRY(check_width(self, in, error));
    KL_TRY(read_codes(&codes, &n, self, in, task, error));
    size_t classes = kl_labels_count(model->classes), count = classes * (classes - 1) / 2;
    KL_TAKE(steps, task, count, error);
    for (size_t a = 0; a < classes; a++)
        for (size_t b = a + 1; b < classes; b++)
            KL_TRY(pair_step(&steps[at++], codes, n, (int64_t)a, (int64_t)b, task, error));
    self->n_classes_ = (int64_t)classes;
    return learn_all(self, steps, count, in, n, task, error);
}
