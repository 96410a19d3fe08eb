/* src/ml/composition/pipeline.c - Pipeline: estimators one behind the other. */
#include "step_cache.h"
#include "ml/memory.h"

#include "base/buffer.h"
#include "kailash/data.h"
#include "ml/estimator_parts.h"

typedef struct pipeline {
    kl_estimator base;
    kl_value steps;   /* array of [name, estimator, "passthrough" or null] */
    kl_value memory;  /* path of a folder, an object with cache(), or null */
    kl_value transform_input;
    bool verbose;
    kl_value made;    /* of what step_cache.h keeps */
    kl_value fitted;  /* array: what each step was fitted to be; null for one that does nothing */
} pipeline;

static const char *const words[] = {"passthrough", NULL};
static const kl_list_rule rule = {.name = "steps", .items = 2, .words = words};

static size_t count_of(const pipeline *self) { return kl_array_len(self->steps); }

/* What stands at a step: fitted, or as it was given before fit(). Null or a word when it does nothing. */
static kl_value step_of(const pipeline *self, size_t i)
{
    kl_value fitted = kl_array_at(self->fitted, i);
    return kl_is_null(fitted) ? kl_held_at(self->steps, i) : fitted;
}

static kl_value last_of(const pipeline *self) { return step_of(self, count_of(self) - 1); }

static kl_status check(kl_object *self, kl_error *error)
{
    pipeline *pipe = (pipeline *)self;
    kl_value folder;
    if (!kl_is_null(pipe->transform_input))
        return kl_error_set(error, KL_TYPE, "transform_input: expected None, since steps get no other data than x, y and "
                                            "weights");
    KL_TRY(kl_memory_folder(&folder, pipe->memory, error));
    kl_value_release(folder);
    return kl_held_check(&pipe->steps, &rule, error);
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

/* Weights for a step: `weights` are those of the last one, or a map of them by the names of steps. */
static kl_value weights_of(const pipeline *self, size_t i, kl_value weights)
{
    if (kl_is(weights, KL_KIND_MAP))
        return kl_map_get(weights, kl_held_name(self->steps, i));
    return i + 1 == count_of(self) ? weights : kl_null();
}

static kl_status need_transform(const pipeline *self, size_t i, kl_error *error)
{
    kl_value step = kl_held_at(self->steps, i);
    if (kl_model_has(step, KL_OP_TRANSFORM) || (kl_as_foreign(step) && kl_foreign_has(step, "fit_transform")))
        return KL_OK;
    kl_text name = kl_held_name(self->steps, i);
    return kl_error_set(error, KL_TYPE,
                        "steps: all but the last must have transform(); '%.*s' has none", KL_TEXT_ARG(name));
}

/* Fit a step that others follow, and turn x into what it makes of it. */
static kl_status fit_step(const pipeline *self, size_t i, kl_value model, kl_value *x, const kl_fit *in,
                          kl_value folder, kl_error *error)
{
    kl_value weights = weights_of(self, i, in->raw_weights), next;
    KL_TRY(need_transform(self, i, error));
    KL_TRY(kl_step_cache_fit(&next, folder, model, *x, in->raw_y, weights, error));
    kl_value_replace(x, next);
    return KL_OK;
}

/* Fit all steps but the last, and make the last one ready: `*x` (given) is what it gets, `*last` (in self->fitted) itself
 * or null. */
static kl_status fit_before(pipeline *self, kl_value *x, kl_value *last, const kl_fit *in, kl_value folder,
                            kl_task *task, kl_error *error)
{
    size_t count = count_of(self);
    kl_value fitted, model;
    KL_TRY(kl_array_new(&fitted, count, error));
    kl_value_replace(&self->fitted, fitted);
    for (size_t i = 0; i < count; i++) {
        model = kl_null();
        if (kl_is_model(kl_held_at(self->steps, i)))
            KL_TRY(kl_held_fresh(&model, kl_held_at(self->steps, i), error));
        kl_array_push(&self->fitted, model, NULL); /* has room */
        KL_TRY(kl_task_step(task, i, count, error));
        if (i + 1 == count)
            *last = model;
        else if (!kl_is_null(model))
            KL_TRY(fit_step(self, i, model, x, in, folder, error));
    }
    return KL_OK;
}

/* What was learned reaches the user's steps; what the last one knows of classes is the pipeline's. */
static void finish(pipeline *self)
{
    kl_error ignored = KL_ERROR_INIT;
    kl_value classes, last = last_of(self);
    for (size_t i = 0; i < count_of(self); i++)
        kl_held_adopt(kl_held_at(self->steps, i), kl_array_at(self->fitted, i));
    if (kl_is_model(last) && kl_model_attribute(&classes, last, "classes_", &ignored) == KL_OK)
        kl_value_replace(&self->base.classes, classes);
    kl_error_clear(&ignored);
}

static kl_status check_weights(const pipeline *self, const kl_fit *in, kl_error *error)
{
    if (!kl_is(in->raw_weights, KL_KIND_MAP))
        return KL_OK;
    for (size_t i = 0; i < kl_map_len(in->raw_weights); i++) {
        kl_text name = kl_map_key_at(in->raw_weights, i);
        if (kl_held_find(self->steps, name) < 0)
            return kl_error_set(error, KL_INVALID, "there is no step '%.*s'", KL_TEXT_ARG(name));
    }
    return KL_OK;
}

/* `made` (or NULL): what it makes of x; x itself when it cannot transform. */
static kl_status fit_last(kl_value *made, kl_value last, kl_value x, kl_value y, kl_value weights, kl_error *error)
{
    kl_value answer; /* not what a failure may have left there */
    bool transforms = kl_model_has(last, KL_OP_TRANSFORM) || (kl_as_foreign(last) && kl_foreign_has(last, "fit_transform"));
    if (!made || !transforms) {
        KL_TRY(kl_model_fit(last, x, y, weights, error));
        if (made)
            *made = kl_value_retain(x);
        return KL_OK;
    }
    if (kl_is_null(weights)) {
        KL_TRY(kl_model_fit_transform(&answer, last, x, y, error));
    } else {
        KL_TRY(kl_model_fit(last, x, y, weights, error));
        KL_TRY(kl_model_apply(&answer, last, KL_OP_TRANSFORM, x, error));
    }
    *made = answer;
    return KL_OK;
}

/* `answer` (or NULL) becomes what the last step makes of x: fit_transform(). */
static kl_status fit_all(pipeline *self, kl_value *answer, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_value x = kl_value_retain(in->raw_x), last = kl_null(), made = kl_null(), folder = kl_null();
    kl_status status;
    KL_TRY_OUT(check_weights(self, in, error));
    KL_TRY_OUT(kl_held_note(&self->base, in->raw_x, error));
    KL_TRY_OUT(kl_memory_folder(&folder, self->memory, error));
    KL_TRY_OUT(fit_before(self, &x, &last, in, folder, task, error));
    kl_value weights = weights_of(self, count_of(self) - 1, in->raw_weights);
    if (!kl_is_null(last))
        KL_TRY_OUT(fit_last(answer ? &made : NULL, last, x, in->raw_y, weights, error));
    finish(self);
    if (answer)
        *answer = kl_is_null(last) ? kl_value_retain(x) : kl_value_take(&made);
out:
    kl_value_release(folder);
    kl_value_release(made);
    kl_value_release(x);
    return status;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return fit_all((pipeline *)self, NULL, in, task, error);
}

static kl_status fit_transform(kl_value *out, kl_estimator *self, const kl_fit *in, kl_task *task,
                               kl_error *error)
{
    return fit_all((pipeline *)self, out, in, task, error);
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

/* x as the last step gets it; given. */
static kl_status run_before(kl_value *out, const pipeline *self, kl_value x, kl_error *error)
{
    kl_value now = kl_value_retain(x), next;
    for (size_t i = 0; i + 1 < count_of(self); i++) {
        if (!kl_is_model(step_of(self, i)))
            continue;
        kl_status status = kl_model_apply(&next, step_of(self, i), KL_OP_TRANSFORM, now, error);
        if (status != KL_OK) {
            kl_value_release(now);
            return status;
        }
        kl_value_replace(&now, next);
    }
    *out = now;
    return KL_OK;
}

static kl_status run_back(kl_value *out, const pipeline *self, kl_value x, kl_error *error)
{
    kl_value now = kl_value_retain(x), next;
    for (size_t i = count_of(self); i-- > 0;) {
        if (!kl_is_model(step_of(self, i)))
            continue;
        kl_status status = kl_model_apply(&next, step_of(self, i), KL_OP_INVERSE, now, error);
        if (status != KL_OK) {
            kl_value_release(now);
            return status;
        }
        kl_value_replace(&now, next);
    }
    *out = now;
    return KL_OK;
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x,
                         kl_task *task, kl_error *error)
{
    const pipeline *self = (const pipeline *)model;
    kl_value last = last_of(self), now;
    (void)task;
    if (operation == KL_OP_INVERSE)
        return run_back(out, self, x, error);
    KL_TRY(run_before(&now, self, x, error));
    if (operation == KL_OP_TRANSFORM && !(kl_is_model(last) && kl_model_has(last, operation))) {
        *out = now;
        return KL_OK;
    }
    kl_status status = kl_is_model(last)
                           ? kl_model_apply(out, last, operation, now, error)
                           : kl_bad_input(error, "the pipeline ends in a step that does nothing; nothing answers");
    kl_value_release(now);
    return status;
}

/* Any pipeline transforms, a last step that cannot being left out; for the way back all must know it. */
static bool has(const kl_estimator *any, kl_operation operation)
{
    kl_estimator *model = kl_held_model(any);
    const pipeline *self = model ? (const pipeline *)model : (const pipeline *)any;
    kl_value last = last_of(self);
    bool can = operation == KL_OP_TRANSFORM || operation == KL_OP_PREDICT;
    if (operation == KL_OP_INVERSE) {
        can = true;
        for (size_t i = 0; i < count_of(self); i++)
            can = can && (!kl_is_model(step_of(self, i)) || kl_model_has(step_of(self, i), operation));
    } else if (kl_is_model(last) && operation != KL_OP_TRANSFORM) {
        can = kl_model_has(last, operation);
    }
    kl_object_release((kl_object *)model);
    return can;
}

static kl_status score(double *out, const kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error)
{
    const pipeline *self = (const pipeline *)model;
    kl_value x;
    (void)task;
    if (!kl_is_model(last_of(self)))
        return kl_bad_input(error, "the pipeline ends in a step that does nothing; nothing has a score");
    KL_TRY(run_before(&x, self, in->raw_x, error));
    kl_status status = kl_model_score(out, last_of(self), x, in->raw_y, in->raw_weights, error);
    kl_value_release(x);
    return status;
}

/* ---- within ------------------------------------------------------------------------------------------------ */

static kl_value inner(const kl_estimator *self) { return last_of((const pipeline *)self); }

static kl_status parts(kl_value *out, const kl_estimator *self, kl_error *error)
{
    return kl_held_parts(out, ((const pipeline *)self)->steps, error);
}

static kl_status replace(kl_estimator *self, kl_text name, kl_value part, kl_error *error)
{
    kl_value *steps = &((pipeline *)self)->steps;
    KL_TRY(kl_held_replace(steps, name, part, error));
    return kl_held_check(steps, &rule, error);
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const pipeline *self = (const pipeline *)model;
    kl_value now = kl_value_retain(names), next;
    kl_status status = KL_OK;
    for (size_t i = 0; i < count_of(self) && status == KL_OK; i++) {
        if (!kl_is_model(step_of(self, i)))
            continue;
        status = kl_array_new(&next, 8, error);
        if (status != KL_OK)
            break;
        status = kl_held_names(&next, step_of(self, i), now, KL_TEXT(""), error);
        kl_value_replace(&now, next);
    }
    if (status == KL_OK)
        *out = now;
    else
        kl_value_release(now);
    return status;
}

/* ---- methods ----------------------------------------------------------------------------------------------- */

/* step__sample_weight by the name of the step; others are refused. */
static kl_status weights_by_step(kl_value *out, kl_value plain, kl_value params, kl_value steps,
                                 kl_error *error)
{
    static const char suffix[] = "__sample_weight";
    size_t len = sizeof suffix - 1;
    if (kl_map_len(params) == 0) {
        *out = kl_value_retain(plain);
        return KL_OK;
    }
    kl_value map;
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = KL_OK;
    if (!kl_is_null(plain))
        status = kl_map_set(&map, kl_held_name(steps, kl_array_len(steps) - 1), kl_value_retain(plain), error);
    for (size_t i = 0; i < kl_map_len(params) && status == KL_OK; i++) {
        kl_text key = kl_map_key_at(params, i);
        bool fits = key.len > len && memcmp(key.data + key.len - len, suffix, len) == 0;
        status = fits ? kl_map_set(&map, (kl_text){key.data, key.len - len},
                                   kl_value_retain(kl_map_value_at(params, i)), error)
                      : kl_error_set(error, KL_TYPE,
                                     "fit() got an unexpected keyword argument '%.*s'; expected "
                                     "STEP__sample_weight", KL_TEXT_ARG(key));
    }
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* args: x, y, sample_weight, progress, params. `answer` (or NULL): what fit_transform() gives. */
static kl_status learn(kl_value *answer, kl_object *object, const kl_value *args, kl_error *error)
{
    kl_estimator *self = (kl_estimator *)object;
    kl_value weights;
    KL_TRY(weights_by_step(&weights, args[2], args[4], ((pipeline *)object)->steps, error));
    kl_lesson lesson = {.x = args[0], .y = args[1], .weights = weights, .progress = args[3]};
    kl_status status = answer ? kl_estimator_learn_answer(answer, self, &lesson, KL_OP_TRANSFORM, error)
                              : kl_estimator_learn(self, &lesson, false, error);
    kl_value_release(weights);
    return status;
}

static kl_status fit_call(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    KL_TRY(learn(NULL, self, args, error));
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

static kl_status fit_transform_call(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    return learn(out, self, args, error);
}

/* labels_ of the last step where it has them, as clusterers do; else predict(x). */
static kl_status fit_predict_call(kl_value *out, kl_object *object, const kl_value *args, kl_error *error)
{
    kl_error ignored = KL_ERROR_INIT;
    KL_TRY(learn(NULL, object, args, error));
    kl_estimator *model = kl_held_model((kl_estimator *)object);
    kl_value last = model ? last_of((const pipeline *)model) : kl_null();
    kl_status status = kl_is_model(last) ? kl_model_attribute(out, last, "labels_", &ignored) : KL_ATTRIBUTE;
    kl_error_clear(&ignored);
    kl_object_release((kl_object *)model);
    return status == KL_OK ? KL_OK
                           : kl_estimator_answer(out, (kl_estimator *)object, KL_OP_PREDICT, args[0], error);
}

static kl_status names_of_steps(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_value names, steps = ((pipeline *)self)->steps;
    (void)args;
    KL_TRY(kl_array_new(&names, kl_array_len(steps), error));
    for (size_t i = 0; i < kl_array_len(steps); i++)
        kl_array_push(&names, kl_value_retain(kl_array_at(kl_array_at(steps, i), 0)), NULL); /* has room */
    *out = names;
    return KL_OK;
}

static kl_status named_steps(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_held_map(out, ((pipeline *)self)->steps, NULL, error);
}

static kl_status length(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int((int64_t)count_of((pipeline *)self));
    return KL_OK;
}

/* A bound of a slice of the face, cut to [0, count]. */
static kl_status bound_of(int64_t *out, kl_value slice, const char *name, int64_t fallback, int64_t count,
                          kl_error *error)
{
    kl_value value;
    KL_TRY(kl_foreign_get(&value, slice, name, error));
    *out = kl_is_null(value) ? fallback : kl_as_int(value);
    kl_value_release(value);
    if (*out < 0)
        *out += count;
    *out = KL_MAX(0, KL_MIN(*out, count));
    return KL_OK;
}

/* Steps from one place to another as a pipeline of their own, which shares them. */
static kl_status part_of(kl_value *out, const pipeline *self, kl_value slice, kl_error *error)
{
    int64_t count = (int64_t)count_of(self), start, stop;
    kl_value step, steps, map;
    KL_TRY(kl_foreign_get(&step, slice, "step", error));
    bool plain = kl_is_null(step) || (kl_is(step, KL_KIND_INT) && kl_as_int(step) == 1);
    kl_value_release(step);
    if (!plain)
        return kl_error_set(error, KL_INVALID, "a pipeline can be cut with steps of 1 only");
    KL_TRY(bound_of(&start, slice, "start", 0, count, error));
    KL_TRY(bound_of(&stop, slice, "stop", count, count, error));
    KL_TRY(kl_array_slice(&steps, self->steps, (size_t)start, (size_t)KL_MAX(start, stop), error));
    KL_TRY(kl_map_of_one(&map, KL_TEXT("steps"), steps, error));
    kl_status status = kl_map_set(&map, KL_TEXT("memory"), kl_value_retain(self->memory), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("verbose"), kl_bool(self->verbose), error);
    if (status == KL_OK)
        status = kl_object_from_map(out, self->base.object.type, map, error);
    kl_value_release(map);
    return status;
}

static kl_status get_item(kl_value *out, kl_object *object, const kl_value *args, kl_error *error)
{
    const pipeline *self = (const pipeline *)object;
    ptrdiff_t count = (ptrdiff_t)count_of(self), i;
    if (kl_as_foreign(args[0]))
        return part_of(out, self, args[0], error);
    if (kl_is(args[0], KL_KIND_STRING)) {
        kl_text name = kl_as_text(args[0]);
        i = kl_held_find(self->steps, name);
        if (i < 0)
            return kl_error_set(error, KL_KEY, "'%.*s'", KL_TEXT_ARG(name));
    } else {
        i = (ptrdiff_t)kl_as_int(args[0]);
        i += i < 0 ? count : 0;
        if (!kl_is(args[0], KL_KIND_INT) || i < 0 || i >= count)
            return kl_error_set(error, KL_KEY, "expected the name of a step, or a number from %zd to %zd", -count,
                                count - 1);
    }
    *out = kl_value_retain(kl_held_at(self->steps, (size_t)i));
    return KL_OK;
}

/* Of the steps the names alone. */
static kl_status repr(kl_value *out, kl_object *object, kl_error *error)
{
    const pipeline *self = (const pipeline *)object;
    kl_buffer text = KL_BUFFER_INIT;
    kl_estimator *model = kl_held_model(&self->base);
    kl_buffer_format(&text, "%s(steps=[", object->type->name);
    for (size_t i = 0; i < count_of(self); i++)
        kl_buffer_format(&text, "%s\"%.*s\"", i ? ", " : "", KL_TEXT_ARG(kl_held_name(self->steps, i)));
    kl_buffer_format(&text, "], %s)", model ? "fitted" : "unfitted");
    kl_object_release((kl_object *)model);
    return kl_buffer_finish(out, &text, error);
}

static const kl_param fit_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "data for the first step: rows"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "a label or a number for each row, given to every step"},
    {.name = "sample_weight", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "a weight >= 0 for each row, for the last step"},
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "called with (done, total) before each step"},
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_REST, .doc = "STEP__sample_weight: weights for other steps"},
};
static const kl_param item_params[] = {
    {.name = "index", .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .doc = "name, number or slice"}};
static const kl_method methods[] = {
    {.name = "fit", .call = fit_call, .params = KL_TABLE(fit_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .raises = "TypeError, MlError",
     .doc = "Fit the steps one after the other, each to what those before it make of x; returns self. A failure leaves "
            "what was learned before."},
    KL_EST_PREDICT,
    KL_EST_PROBA,
    KL_EST_DECISION,
    KL_EST_TRANSFORM,
    KL_EST_INVERSE,
    KL_EST_SCORE_SAMPLES,
    {.name = "score", .call = kl_est_score, .params = KL_TABLE(kl_est_score_xy), .returns = KL_KIND_DOUBLE,
     .raises = KL_EST_RAISES, .doc = "score() of the last step, of what the others make of x."},
    {.name = "fit_transform", .call = fit_transform_call, .params = KL_TABLE(fit_params),
     .returns = KL_KIND_BUFFER, .raises = "TypeError, MlError", .doc = "fit(x, y), and x in its new form."},
    {.name = "fit_predict", .call = fit_predict_call, .params = KL_TABLE(fit_params),
     .returns = KL_KIND_BUFFER, .raises = "TypeError, MlError",
     .doc = "fit(x, y), and the clusters of the last step, or predict(x)."},
    {.name = "steps", .call = names_of_steps, .flags = KL_PROPERTY, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_STRING, .doc = "The names of the steps."},
    {.name = "named_steps", .call = named_steps, .flags = KL_PROPERTY, .returns = KL_KIND_MAP,
     .doc = "The steps by name."},
    {.name = "__len__", .call = length, .returns = KL_KIND_INT, .doc = "How many steps."},
    {.name = "__getitem__", .call = get_item, .params = KL_TABLE(item_params), .returns = KL_KIND_ANY,
     .raises = "KeyError, ValueError",
     .doc = "A step by name or number; a slice is a pipeline of those steps."},
    KL_EST_CLASSES,
    KL_EST_NAMES_OUT,
};

static const kl_field fields[] = {
    KL_VALUE(pipeline, steps, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,
             .doc = "list of (name, estimator). All but the last must transform. An estimator may be any object with "
                    "fit() and transform() or predict(), the name of one (\"StandardScaler\"), or \"passthrough\" or "
                    "None for a step that does nothing"),
    KL_VALUE(pipeline, memory, .kind = KL_KIND_ANY, .flags = KL_FOREIGN | KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "a folder in which what transformers learned is kept for the next fit to the same data with the same "
                    "parameters: its path, or an object with cache() and location, such as joblib's Memory. The last step, and "
                    "steps that hold objects of Python, are always fitted. As with load(), only folders you trust"),
    KL_VALUE(pipeline, transform_input, .kind = KL_KIND_ANY, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "None: steps get no other data than x, y and weights"),
    KL_BOOL(pipeline, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "tell of each step on standard error"),
    KL_KEPT_VALUE(pipeline, fitted, .doc = "the steps as they were fitted"),
    KL_KEPT_VALUE(pipeline, made, .doc = "of a step that is kept: what it made"),
};

static const kl_estimator_table table = {
    .kind = KL_EST_META, .flags = KL_EST_RAW | KL_EST_Y_OPTIONAL | KL_EST_ANY_X, .fit = fit,
    .fit_transform = fit_transform, .forward = forward, .has = has, .score = score, .inner = inner,
    .parts = parts, .replace = replace, .names_out = names_out,
    .shapes = "fitted = list *",
};

const kl_type kl_pipeline_type = {
    .name = "Pipeline", .module = "kailash.ml", .size = sizeof(pipeline), .base = &kl_estimator_type,
    .flags = KL_TYPE_FIELDS | KL_TYPE_ARRAYS | KL_TYPE_BASE, .repr = repr, .check = check,
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table,
    .doc = "Estimators one behind the other: each but the last turns x into what the next one gets. It can do what its "
           "last step can. Parameters of steps are set as STEP__PARAMETER. Estimators of the library are fitted "
           "as copies, whose results the steps have when all went well; others are fitted themselves."};
KL_PUBLISH(kl_pipeline_type);
