/* src/ml/model.c - estimators of the library and of the face behind one set of functions. */
#include "model.h"

#include "estimator_parts.h"
#include "kailash/data.h"
#include "reflect/fields.h"

static const char *const method_names[] = {
    "predict",   "predict_proba",     "predict_log_proba", "decision_function",
    "transform", "inverse_transform", "score_samples",
};

/* ---- what it is ---------------------------------------------------------------------------------- */

bool kl_is_model(kl_value value)
{
    return kl_as_estimator(value) || (kl_as_foreign(value) && kl_foreign_has(value, "fit"));
}

static kl_status resolve_name(kl_value *out, kl_text word, const char *name, kl_error *error)
{
    const kl_type *type = kl_type_find(word, "kailash.ml");
    if (!type || !kl_type_is(type, &kl_estimator_type) || type->flags & KL_TYPE_NO_INIT)
        return kl_error_set(error, KL_INVALID,
                            "%s: '%.*s' is no estimator; list_estimators() names them", name,
                            KL_TEXT_ARG(word));
    return kl_object_from_map(out, type, kl_null(), error);
}

kl_status kl_model_resolve(kl_value *out, kl_value value, const char *name, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING))
        return resolve_name(out, kl_as_text(value), name, error);
    if (!kl_is_model(value))
        return kl_error_set(error, KL_TYPE,
                            "%s: expected an estimator (an object with fit()), got %s", name,
                            kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name
                                                         : kl_value_kind_name(value));
    *out = kl_value_retain(value);
    return KL_OK;
}

/* What scikit-learn and others say of themselves in one word. */
static kl_status foreign_kind(kl_estimator_kind *out, kl_value model, kl_error *error)
{
    static const struct {
        const char *word;
        kl_estimator_kind kind;
    } rows[] = {{"classifier", KL_EST_CLASSIFIER}, {"regressor", KL_EST_REGRESSOR},
                {"clusterer", KL_EST_CLUSTER}, {"outlier_detector", KL_EST_OUTLIER},
                {"DensityEstimator", KL_EST_DENSITY}, {"density_estimator", KL_EST_DENSITY}};
    kl_value word = kl_null(), tags;
    kl_error ignored = KL_ERROR_INIT;
    (void)error;
    *out = kl_foreign_has(model, "transform")       ? KL_EST_TRANSFORMER
           : kl_foreign_has(model, "predict_proba") ? KL_EST_CLASSIFIER
                                                    : KL_EST_REGRESSOR;
    if (kl_foreign_get(&word, model, "_estimator_type", &ignored) != KL_OK) {
        kl_error_clear(&ignored);
        word = kl_null();
        if (kl_foreign_call(&tags, model, "__sklearn_tags__", NULL, 0, kl_null(), &ignored) == KL_OK) {
            if (kl_foreign_get(&word, tags, "estimator_type", &ignored) != KL_OK)
                word = kl_null();
            kl_value_release(tags);
        }
        kl_error_clear(&ignored);
    }
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        if (kl_word_is(word, rows[i].word))
            *out = rows[i].kind;
    kl_value_release(word);
    return KL_OK;
}

enum { INNER_MAX = 64 };

kl_status kl_model_kind(kl_estimator_kind *out, kl_value model, kl_error *error)
{
    for (int level = 0; level < INNER_MAX; level++) {
        const kl_estimator *own = kl_as_estimator(model);
        if (!own)
            return foreign_kind(out, model, error);
        *out = kl_table_of(own)->kind;
        if (*out != KL_EST_META || !kl_table_of(own)->inner)
            return KL_OK;
        kl_value inner = kl_table_of(own)->inner(own);
        if (!kl_is_model(inner))
            return KL_OK;
        model = inner;
    }
    return kl_error_set(error, KL_DEPTH, "estimators nest deeper than %d levels", INNER_MAX);
}

/* An own one may hold one of the face. */
static bool is_own(kl_value model, int level)
{
    const kl_estimator *own = kl_as_estimator(model);
    if (!own || level == 0)
        return false;
    if (kl_table_of(own)->flags & KL_EST_RAW || kl_table_of(own)->parts) {
        kl_value parts = kl_null();
        kl_error error = KL_ERROR_INIT;
        bool all = true;
        if (kl_table_of(own)->parts && kl_table_of(own)->parts(&parts, own, &error) != KL_OK) {
            kl_error_clear(&error);
            return false;
        }
        for (size_t i = 0; i < kl_map_len(parts) && all; i++) {
            kl_value part = kl_map_value_at(parts, i);
            all = !kl_is(part, KL_KIND_OBJECT) || is_own(part, level - 1);
        }
        kl_value_release(parts);
        if (!all)
            return false;
    }
    const kl_type *type = own->object.type;
    for (size_t i = 0; i < type->field_count; i++) {
        kl_value value;
        if (!kl_field_is_given(&type->fields[i]))
            continue;
        kl_field_get_own(&value, &own->object, &type->fields[i]);
        bool fine = !kl_as_foreign(value) && !kl_as_object(value, &kl_callable_type) &&
                    (!kl_as_estimator(value) || is_own(value, level - 1));
        kl_value_release(value);
        if (!fine)
            return false;
    }
    return true;
}

bool kl_models_are_own(const kl_value *models, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_own(models[i], INNER_MAX))
            return false;
    return true;
}

bool kl_model_has(kl_value model, kl_operation operation)
{
    const kl_estimator *own = kl_as_estimator(model);
    return own ? kl_estimator_has(own, operation)
               : kl_foreign_has(model, method_names[operation]);
}

/* ---- parameters ---------------------------------------------------------------------------------- */

kl_status kl_model_get_params(kl_value *out, kl_value model, bool deep, kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(model);
    kl_value named;
    if (own)
        return kl_estimator_get_params(out, own, deep, error);
    if (!kl_foreign_has(model, "get_params"))
        return kl_map_new(out, 0, error);
    KL_TRY(kl_map_of_one(&named, KL_TEXT("deep"), kl_bool(deep), error));
    kl_status status = kl_foreign_call(out, model, "get_params", NULL, 0, named, error);
    kl_value_release(named);
    return status;
}

kl_status kl_model_set_params(kl_value model, kl_value params, kl_error *error)
{
    kl_estimator *own = kl_as_estimator(model);
    kl_value ignored;
    if (own)
        return kl_estimator_set_params(own, params, error);
    if (!kl_foreign_has(model, "set_params"))
        return kl_error_set(error, KL_INVALID, "the estimator has no set_params()");
    KL_TRY(kl_foreign_call(&ignored, model, "set_params", NULL, 0, params, error));
    kl_value_release(ignored);
    return KL_OK;
}

kl_status kl_model_clone(kl_value *out, kl_value model, kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(model);
    if (own)
        return kl_estimator_clone(out, own, error);
    return kl_foreign_call(out, model, KL_FOREIGN_CLONE, NULL, 0, kl_null(), error);
}

kl_status kl_model_seed(kl_value model, uint64_t seed, kl_error *error)
{
    kl_value params, named;
    KL_TRY(kl_model_get_params(&params, model, false, error));
    const kl_value *now = kl_map_find(params, KL_TEXT("random_state"));
    bool is_free = now && kl_is_null(*now);
    kl_value_release(params);
    if (!is_free)
        return KL_OK;
    KL_TRY(kl_map_of_one(&named, KL_TEXT("random_state"), kl_int((int64_t)(seed & INT32_MAX)), error));
    kl_status status = kl_model_set_params(model, named, error);
    kl_value_release(named);
    return status;
}

/* ---- work ---------------------------------------------------------------------------------------- */

/* fit() or partial_fit() */
static kl_status fit_foreign(kl_value model, const char *method, kl_value x, kl_value y, kl_value classes,
                             kl_value weights, kl_error *error)
{
    kl_value args[2] = {x, y}, named, ignored;
    KL_TRY(kl_map_new(&named, 2, error));
    kl_status status = KL_OK;
    if (!kl_is_null(classes))
        status = kl_map_set(&named, KL_TEXT("classes"), kl_value_retain(classes), error);
    if (status == KL_OK && !kl_is_null(weights))
        status = kl_map_set(&named, KL_TEXT("sample_weight"), kl_value_retain(weights), error);
    if (status == KL_OK)
        status = kl_foreign_call(&ignored, model, method, args, kl_is_null(y) ? 1 : 2, named, error);
    if (status == KL_OK)
        kl_value_release(ignored);
    kl_value_release(named);
    return status;
}

kl_status kl_model_fit(kl_value model, kl_value x, kl_value y, kl_value weights, kl_error *error)
{
    kl_estimator *own = kl_as_estimator(model);
    kl_lesson lesson = {.x = x, .y = y, .weights = weights};
    return own ? kl_estimator_learn(own, &lesson, false, error)
               : fit_foreign(model, "fit", x, y, kl_null(), weights, error);
}

static bool learns_on(kl_value model, int level)
{
    const kl_estimator *own = kl_as_estimator(model);
    kl_error ignored = KL_ERROR_INIT;
    kl_value parts;
    if (!own)
        return kl_foreign_has(model, "partial_fit");
    if (!kl_table_of(own)->partial_fit || level == 0)
        return false;
    if (!(kl_table_of(own)->flags & KL_EST_RAW))
        return true;
    bool all = kl_estimator_parts(&parts, own, &ignored) == KL_OK;
    kl_error_clear(&ignored);
    if (!all)
        return false;
    for (size_t i = 0; i < kl_map_len(parts) && all; i++)
        all = !kl_is_model(kl_map_value_at(parts, i)) || learns_on(kl_map_value_at(parts, i), level - 1);
    kl_value_release(parts);
    return all;
}

bool kl_model_learns_on(kl_value model) { return learns_on(model, INNER_MAX); }

kl_status kl_model_partial_fit(kl_value model, kl_value x, kl_value y, kl_value classes, kl_value weights,
                               kl_error *error)
{
    kl_estimator *own = kl_as_estimator(model);
    kl_lesson lesson = {.x = x, .y = y, .weights = weights, .classes = classes};
    kl_value name = kl_null();
    if (own && kl_table_of(own)->partial_fit)
        return kl_estimator_learn(own, &lesson, true, error);
    if (!own && kl_foreign_has(model, "partial_fit"))
        return fit_foreign(model, "partial_fit", x, y, classes, weights, error);
    if (!own)
        KL_TRY(kl_foreign_class(&name, model, error));
    kl_error_set(error, KL_ATTRIBUTE, "%s has no partial_fit()",
                 own ? own->object.type->name : kl_as_text(name).data);
    kl_value_release(name);
    return KL_ATTRIBUTE;
}

kl_status kl_model_apply(kl_value *out, kl_value model, kl_operation operation, kl_value x,
                         kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(model);
    return own ? kl_estimator_answer(out, own, operation, x, error)
               : kl_foreign_call(out, model, method_names[operation], &x, 1, kl_null(), error);
}

kl_status kl_model_fit_transform(kl_value *out, kl_value model, kl_value x, kl_value y,
                                 kl_error *error)
{
    kl_estimator *own = kl_as_estimator(model);
    kl_lesson lesson = {.x = x, .y = y};
    kl_value args[2] = {x, y};
    if (own)
        return kl_estimator_learn_answer(out, own, &lesson, KL_OP_TRANSFORM, error);
    if (kl_foreign_has(model, "fit_transform"))
        return kl_foreign_call(out, model, "fit_transform", args, kl_is_null(y) ? 1 : 2, kl_null(),
                               error);
    KL_TRY(kl_model_fit(model, x, y, kl_null(), error));
    return kl_model_apply(out, model, KL_OP_TRANSFORM, x, error);
}

kl_status kl_model_score(double *out, kl_value model, kl_value x, kl_value y, kl_value weights,
                         kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(model);
    kl_value args[2] = {x, y}, named = kl_null(), result;
    if (own)
        return kl_estimator_score(out, own, x, y, weights, error);
    if (!kl_is_null(weights))
        KL_TRY(kl_map_of_one(&named, KL_TEXT("sample_weight"), kl_value_retain(weights), error));
    kl_status status =
        kl_foreign_call(&result, model, "score", args, kl_is_null(y) ? 1 : 2, named, error);
    kl_value_release(named);
    if (status != KL_OK)
        return status;
    *out = kl_as_double(result);
    if (!kl_is_number(result))
        status = kl_error_set(error, KL_TYPE, "score() of the estimator gave %s, expected a number",
                              kl_value_kind_name(result));
    kl_value_release(result);
    return status;
}

kl_status kl_model_attribute(kl_value *out, kl_value model, const char *name, kl_error *error)
{
    const kl_estimator *own = kl_as_estimator(model);
    if (!own)
        return kl_foreign_get(out, model, name, error);
    const kl_field *field = kl_type_field(own->object.type, kl_text_from(name));
    const kl_method *method = kl_type_method(own->object.type, kl_text_from(name));
    if (field)
        return kl_field_get(out, &own->object, field, error);
    if (method && method->flags & KL_PROPERTY)
        return method->call(out, (kl_object *)(uintptr_t)&own->object, NULL, error);
    return kl_error_set(error, KL_ATTRIBUTE, "'%s' object has no attribute '%s'",
                        own->object.type->name, name);
}
