/* src/ml/estimator_learn.c - the way of fit(): a fresh model, checked data, the table's function. */
#include "estimator_parts.h"
#include "linalg.h"
#include "parallel.h"

#include "base/host.h"
#include "reflect/fields.h"

/* ---- what a task knows of its estimator ---------------------------------------------------------- */

static kl_value own_field(const kl_estimator *self, const char *name)
{
    const kl_field *field = kl_type_field(self->object.type, kl_text_from(name));
    kl_value value = kl_null();
    if (field)
        kl_field_get_own(&value, &self->object, field);
    return value;
}

static void begin_task(kl_task *task, const kl_estimator *self, kl_value progress)
{
    kl_value verbose = own_field(self, "verbose");
    *task = (kl_task)KL_TASK_INIT;
    task->name = self->object.type->name;
    task->progress = progress;
    task->verbose = kl_value_truthy(verbose);
    kl_value_release(verbose);
}

/* ---- what is learned from ------------------------------------------------------------------------ */

static kl_status check_rows(size_t rows, size_t targets, kl_error *error)
{
    return rows == targets ? KL_OK : kl_bad_dimension(error, "samples", rows, targets);
}

static kl_status read_labels(kl_fit *in, kl_estimator *model, const kl_lesson *lesson, kl_value known,
                             kl_task *task, kl_error *error)
{
    kl_value classes;
    int64_t *codes;
    size_t n;
    KL_TRY(kl_labels_encode(&codes, &classes, &n, lesson->y, known, "y", task, error));
    kl_value_replace(&model->classes, classes);
    in->codes = codes;
    in->classes = kl_labels_count(classes);
    KL_TRY(check_rows(in->n, n, error));
    bool one_is_enough = kl_table_of(model)->flags & KL_EST_ONE_CLASS_OK || !kl_is_null(known);
    if (in->classes < 2 && kl_table_of(model)->kind == KL_EST_CLASSIFIER && !one_is_enough)
        return kl_bad_input(error, "y has one class only; a classifier needs at least 2");
    return KL_OK;
}

/* y where there must be one, or may be. */
static kl_status read_targets(kl_fit *in, kl_estimator *model, const kl_lesson *lesson, kl_value known,
                              kl_task *task, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    bool is_classifier = table->kind == KL_EST_CLASSIFIER || table->flags & KL_EST_LABELS_Y;
    bool is_regressor = table->kind == KL_EST_REGRESSOR;
    size_t n;
    in->outputs = 1;
    if (kl_is_null(lesson->y)) {
        if ((is_classifier || is_regressor) && !(table->flags & KL_EST_Y_OPTIONAL))
            return kl_bad_input(error, "%s needs y", model->object.type->name);
        return KL_OK;
    }
    if (is_classifier)
        return read_labels(in, model, lesson, known, task, error);
    if (!is_regressor)
        return KL_OK;
    KL_TRY(kl_targets_read(&in->y, &n, &in->outputs, lesson->y, "y", task, error));
    if (in->outputs > 1 && !(table->flags & KL_EST_MULTI_OUTPUT))
        return kl_error_set(error, KL_TYPE, "y: expected one number for each row, got %zu columns",
                            in->outputs);
    return check_rows(in->n, n, error);
}

static kl_status read_matrix(kl_fit *in, kl_matrix *x, kl_estimator *model, kl_value value,
                             kl_task *task, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(model);
    if (table->flags & KL_EST_ANY_X)
        return kl_data_rows(&in->n, value, "x", error);
    KL_TRY(kl_matrix_read(x, value, "x", table->flags, task, error));
    in->x = x;
    in->n = x->rows;
    in->d = x->cols;
    model->features = (int64_t)x->cols;
    kl_value_replace(&model->names, kl_value_retain(x->names));
    return KL_OK;
}

static kl_status read_lesson(kl_fit *in, kl_matrix *x, kl_estimator *model, const kl_lesson *lesson,
                             kl_value known, kl_task *task, kl_error *error)
{
    in->raw_x = lesson->x;
    in->raw_y = lesson->y;
    in->raw_weights = lesson->weights;
    in->extra = lesson->extra;
    if (kl_table_of(model)->flags & KL_EST_RAW)
        return KL_OK;
    KL_TRY(read_matrix(in, x, model, lesson->x, task, error));
    KL_TRY(read_targets(in, model, lesson, known, task, error));
    model->outputs = (int64_t)in->outputs;
    return kl_weights_read(&in->weights, lesson->weights, in->n, task, error);
}

/* ---- learning ------------------------------------------------------------------------------------ */

typedef kl_status learn_function(kl_estimator *self, const kl_fit *in, kl_task *task,
                                 kl_error *error);

static kl_status train(kl_estimator *model, const kl_lesson *lesson, const kl_estimator *before,
                       learn_function *learn, kl_value *answer, kl_error *error)
{
    kl_task task;
    kl_matrix x;
    kl_fit in = {.before = before};
    kl_value known = kl_value_retain(model->classes);
    begin_task(&task, model, lesson->progress);
    kl_status status = kl_linalg_begin(error);
    if (status == KL_OK)
        status = read_lesson(&in, &x, model, lesson, known, &task, error);
    if (status == KL_OK)
        status = answer ? kl_table_of(model)->fit_transform(answer, model, &in, &task, error)
                        : learn(model, &in, &task, error);
    kl_value_release(known);
    kl_task_end(&task);
    return status;
}

/* The classes of a first partial_fit(), where they are told. */
static kl_status tell_classes(kl_estimator *model, kl_value classes, kl_error *error)
{
    kl_task task = KL_TASK_INIT;
    kl_value sorted;
    int64_t *codes;
    size_t n;
    if (kl_is_null(classes))
        return KL_OK;
    kl_status status = kl_labels_encode(&codes, &sorted, &n, classes, kl_null(), "classes", &task,
                                        error);
    kl_task_end(&task);
    if (status != KL_OK)
        return status;
    bool is_same = true;
    if (!kl_is_null(model->classes) && kl_labels_count(model->classes) != kl_labels_count(sorted))
        is_same = false;
    kl_value_replace(&model->classes, sorted);
    return is_same ? KL_OK
                   : kl_bad_input(error, "classes differ from those of the first partial_fit()");
}

static kl_status check_width(const kl_estimator *model, const kl_estimator *before, kl_error *error)
{
    if (model->features == before->features)
        return KL_OK;
    return kl_bad_dimension(error, "features", (size_t)before->features, (size_t)model->features);
}

static kl_status learn_more(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    if (in->before)
        KL_TRY(check_width(model, in->before, error));
    return kl_table_of(model)->partial_fit(model, in, task, error);
}

static kl_status learn(kl_estimator *self, const kl_lesson *lesson, bool more, kl_value *answer,
                       kl_error *error)
{
    kl_estimator *model, *before = kl_estimator_hold(self);
    kl_status status = kl_estimator_begin(&model, self, error);
    if (status == KL_OK && more && before)
        kl_estimator_copy_learned(model, before);
    if (status == KL_OK && more)
        status = tell_classes(model, lesson->classes, error);
    if (status == KL_OK) {
        void *token = kl_blocking_begin();
        size_t threads = kl_parallel_limit(kl_estimator_threads(self));
        status = train(model, lesson, before, more ? learn_more : kl_table_of(self)->fit, answer,
                       error);
        kl_parallel_limit(threads);
        kl_blocking_end(token);
        if (status == KL_OK)
            kl_estimator_set_model(self, model);
        else
            kl_object_release(&model->object);
    }
    kl_object_release((kl_object *)before);
    return status;
}

kl_status kl_estimator_learn(kl_estimator *self, const kl_lesson *lesson, bool more,
                             kl_error *error)
{
    return learn(self, lesson, more, NULL, error);
}

static kl_status labels_of(kl_value *out, const kl_estimator *self, kl_error *error)
{
    const kl_field *labels = kl_type_field(self->object.type, KL_TEXT("labels_"));
    if (labels)
        return kl_field_get(out, &self->object, labels, error);
    *out = kl_null();
    return KL_OK;
}

kl_status kl_estimator_learn_answer(kl_value *out, kl_estimator *self, const kl_lesson *lesson,
                                    kl_operation operation, kl_error *error)
{
    if (kl_table_of(self)->fit_transform)
        return learn(self, lesson, false, out, error);
    KL_TRY(learn(self, lesson, false, NULL, error));
    if (operation == KL_OP_PREDICT) {
        KL_TRY(labels_of(out, self, error));
        if (!kl_is_null(*out))
            return KL_OK;
    }
    return kl_estimator_answer(out, self, operation, lesson->x, error);
}

kl_status kl_estimator_train(kl_estimator *model, const kl_fit *in, kl_value classes, kl_task *task,
                             kl_error *error)
{
    model->features = (int64_t)in->d;
    model->outputs = (int64_t)in->outputs;
    kl_value_replace(&model->classes, kl_value_retain(classes));
    return kl_table_of(model)->fit(model, in, task, error);
}
