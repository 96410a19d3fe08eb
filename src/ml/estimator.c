/* src/ml/estimator.c - the object: its parameters, its model, how it prints. */
#include "estimator_parts.h"
#include "model.h"
#include "parallel.h"

#include "base/buffer.h"
#include "base/fork.h"
#include "reflect/fields.h"

#include <stdio.h>

/* ---- the model ----------------------------------------------------------------------------------- */

/* Held for the moment in which a pointer is read or put: one lock does for all. */
static pthread_mutex_t models_lock = PTHREAD_MUTEX_INITIALIZER;
KL_LOCK_FOR_FORK(models_lock, KL_FORK_INNER)

kl_estimator *kl_estimator_hold(const kl_estimator *self)
{
    if (self->is_model)
        return (kl_estimator *)(uintptr_t)kl_object_retain((kl_object *)(uintptr_t)self);
    pthread_mutex_lock(&models_lock);
    kl_estimator *model = self->model;
    kl_object_retain((kl_object *)model);
    pthread_mutex_unlock(&models_lock);
    return model;
}

kl_status kl_estimator_need(kl_estimator **out, const kl_estimator *self, kl_error *error)
{
    *out = kl_estimator_hold(self);
    return *out ? KL_OK : kl_not_fitted(error, self->object.type->name);
}

void kl_estimator_set_model(kl_estimator *self, kl_estimator *model)
{
    pthread_mutex_lock(&models_lock);
    kl_estimator *old = self->model;
    self->model = model;
    pthread_mutex_unlock(&models_lock);
    kl_object_release((kl_object *)old);
}

static kl_status holder(kl_object **out, const kl_object *self, kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = &model->object;
    return KL_OK;
}

kl_estimator *kl_as_estimator(kl_value value) { return kl_as_object(value, &kl_estimator_type); }

/* ---- limits -------------------------------------------------------------------------------------- */

static bool is_within(const kl_limit *limit, double number)
{
    return (limit->open_low ? number > limit->low : number >= limit->low) &&
           (limit->open_high ? number < limit->high : number <= limit->high);
}

/* "a number in (0, 1]", "a number >= 0" */
static void say_interval(char *to, size_t size, const kl_limit *limit)
{
    if (limit->high == __builtin_inf())
        snprintf(to, size, "a number %s %.15g", limit->open_low ? ">" : ">=", limit->low);
    else
        snprintf(to, size, "a number in %c%.15g, %.15g%c", limit->open_low ? '(' : '[', limit->low,
                 limit->high, limit->open_high ? ')' : ']');
}

static kl_status check_limit(const kl_estimator *self, const kl_limit *limit, kl_error *error)
{
    const kl_field *field = kl_type_field(self->object.type, kl_text_from(limit->name));
    kl_value value;
    char words[96];
    if (!field)
        return kl_error_set(error, KL_FAILED, "%s: the table limits %s, which is no field",
                            self->object.type->name, limit->name);
    kl_field_get_own(&value, &self->object, field);
    kl_status status = KL_OK;
    if (kl_is_number(value) && !is_within(limit, kl_as_double(value))) {
        say_interval(words, sizeof words, limit);
        status = kl_bad_parameter(error, limit->name, words, value);
    }
    kl_value_release(value);
    return status;
}

kl_status kl_estimator_check_limits(const kl_estimator *self, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(self);
    for (size_t i = 0; i < table->limit_count; i++)
        KL_TRY(check_limit(self, &table->limits[i], error));
    return KL_OK;
}

/* ---- fresh ones ---------------------------------------------------------------------------------- */

static void copy_fields(kl_estimator *to, const kl_estimator *from, bool learned)
{
    const kl_type *type = from->object.type;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        kl_value value;
        if (((field->flags & KL_LEARNED) != 0) != learned)
            continue;
        kl_field_get_own(&value, &from->object, field);
        kl_field_store(&to->object, field, value);
        kl_value_release(value);
    }
}

void kl_estimator_copy_learned(kl_estimator *to, const kl_estimator *from)
{
    copy_fields(to, from, true);
    to->features = from->features;
    to->outputs = from->outputs;
    to->is_column = from->is_column;
    kl_value_replace(&to->names, kl_value_retain(from->names));
    kl_value_replace(&to->classes, kl_value_retain(from->classes));
}

static kl_status copy_params(kl_estimator **out, const kl_estimator *from, kl_error *error)
{
    kl_object *made;
    KL_TRY(kl_object_alloc(&made, from->object.type, error));
    copy_fields((kl_estimator *)made, from, false);
    *out = (kl_estimator *)made;
    return KL_OK;
}

kl_status kl_estimator_begin(kl_estimator **out, const kl_estimator *self, kl_error *error)
{
    kl_estimator *made;
    KL_TRY(copy_params(&made, self, error));
    made->is_model = true;
    kl_status status = kl_estimator_check_limits(made, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_object_release(&made->object);
    return status;
}

kl_status kl_estimator_new(kl_estimator **out, const kl_type *type, kl_error *error)
{
    kl_value made;
    KL_TRY(kl_object_from_map(&made, type, kl_null(), error));
    *out = (kl_estimator *)made.as.object;
    (*out)->is_model = true;
    return KL_OK;
}

kl_status kl_estimator_seed(uint64_t *out, const kl_estimator *self, kl_error *error)
{
    const kl_field *field = kl_type_field(self->object.type, KL_TEXT("random_state"));
    kl_value value = kl_null();
    if (field)
        kl_field_get_own(&value, &self->object, field);
    kl_status status = kl_random_seed(out, value, error);
    kl_value_release(value);
    return status;
}

size_t kl_estimator_threads(const kl_estimator *self)
{
    const kl_field *field = kl_type_field(self->object.type, KL_TEXT("n_jobs"));
    kl_value value = kl_null();
    if (field)
        kl_field_get_own(&value, &self->object, field);
    int64_t jobs = kl_as_int(value), all = (int64_t)kl_parallel_threads();
    if (kl_is_null(value)) { /* what holds it decides */
        size_t now = kl_parallel_limit(0);
        kl_parallel_limit(now);
        return now;
    }
    kl_value_release(value);
    if (jobs >= 0)
        return (size_t)jobs;
    return jobs == -1 ? 0 : (size_t)KL_MAX(all + 1 + jobs, 1);
}

kl_status kl_learn_own(kl_value *member, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(*member);
    kl_value copy;
    if (!view)
        return KL_OK;
    KL_TRY(kl_array_view_new(&copy, view->layout.format, view->layout.ndim, view->shape, error));
    size_t bytes = kl_array_view_count(view) * view->item_size;
    if (bytes)
        memcpy(kl_as_array_view(copy)->layout.data, view->layout.data, bytes);
    kl_learn(member, copy);
    return KL_OK;
}

/* ---- printing ------------------------------------------------------------------------------------ */

/* Numbers without needless decimals, words in quotes. */
static kl_status print_value(kl_buffer *to, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_DOUBLE))
        kl_buffer_format(to, "%.15g", kl_as_double(value));
    else if (kl_is(value, KL_KIND_INT))
        kl_buffer_int(to, kl_as_int(value));
    else if (kl_is(value, KL_KIND_BOOL))
        kl_buffer_string(to, kl_as_bool(value) ? "true" : "false");
    else if (kl_is_null(value))
        kl_buffer_string(to, "None");
    else if (kl_is(value, KL_KIND_STRING))
        kl_buffer_format(to, "'%.*s'", KL_TEXT_ARG(kl_as_text(value)));
    else if (kl_is(value, KL_KIND_OBJECT)) {
        kl_value text;
        KL_TRY(kl_object_repr(&text, value.as.object, error));
        kl_buffer_add(to, kl_as_text(text));
        kl_value_release(text);
    } else
        kl_buffer_string(to, "...");
    return KL_OK;
}

static kl_status print_field(kl_buffer *to, const kl_object *self, kl_text name, kl_error *error)
{
    const kl_field *field = kl_type_field(self->type, name);
    kl_value value;
    if (!field)
        return KL_OK;
    kl_field_get_own(&value, self, field);
    kl_buffer_format(to, "%s=", field->name);
    kl_status status = print_value(to, value, error);
    kl_buffer_string(to, ", ");
    kl_value_release(value);
    return status;
}

kl_status kl_estimator_repr(kl_value *out, kl_object *self, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    const char *at = self->type->repr_fields ? self->type->repr_fields : "";
    kl_buffer_format(&text, "%s(", self->type->name);
    while (*at && status == KL_OK) {
        size_t len = strcspn(at, " ");
        status = print_field(&text, self, (kl_text){at, len}, error);
        at += len;
        at += strspn(at, " ");
    }
    kl_estimator *model = kl_estimator_hold((const kl_estimator *)self);
    kl_buffer_string(&text, model ? "fitted)" : "unfitted)");
    kl_object_release((kl_object *)model);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- the type ------------------------------------------------------------------------------------ */

static void dispose(kl_object *object)
{
    kl_estimator *self = (kl_estimator *)object;
    kl_object_release((kl_object *)self->model);
    kl_value_release(self->names);
    kl_value_release(self->classes);
}

static void traverse(kl_object *object, kl_visit *visit, void *data)
{
    const kl_estimator *self = (const kl_estimator *)object;
    if (self->model)
        visit(kl_value_of(&self->model->object), data);
}

static void clear(kl_object *object)
{
    kl_estimator_set_model((kl_estimator *)object, NULL);
}

/* The face has no method for what an estimator cannot do: probabilities of a pipeline that ends in a regressor. */
static bool lacks(const kl_object *self, const kl_method *method)
{
    static const struct {
        kl_call *call;
        kl_operation operation;
    } rows[] = {{kl_est_predict, KL_OP_PREDICT},     {kl_est_proba, KL_OP_PROBA},
                {kl_est_log_proba, KL_OP_LOG_PROBA}, {kl_est_decision, KL_OP_DECISION},
                {kl_est_transform, KL_OP_TRANSFORM}, {kl_est_inverse, KL_OP_INVERSE},
                {kl_est_score_samples, KL_OP_SCORE_SAMPLES}};
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (method->call == rows[i].call)
            return !kl_estimator_has((const kl_estimator *)self, rows[i].operation);
    return method->call == kl_est_partial_fit && !kl_model_learns_on(kl_value_of((kl_object *)(uintptr_t)self));
}

/* Its length stands elsewhere: methods are many files' work. */
const kl_type kl_estimator_type = {
    .name = "Estimator",
    .module = "kailash.ml",
    .doc = "What all estimators have in common: parameters by name, what they were fitted to, saving and "
           "loading. A parameter may be set at any time and counts from the next fit() on.",
    .size = sizeof(kl_estimator),
    .flags = KL_TYPE_NO_INIT | KL_TYPE_BASE | KL_TYPE_ARRAYS,
    .methods = kl_estimator_methods,
    .method_count = 12,
    .dispose = dispose,
    .traverse = traverse,
    .clear = clear,
    .holder = holder,
    .lacks = lacks,
};
KL_PUBLISH(kl_estimator_type);
