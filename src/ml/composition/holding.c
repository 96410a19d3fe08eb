/* src/ml/composition/holding.c - lists of (name, estimator), their checks and parameters. */
#include "holding.h"

#include "kailash/data.h"
#include "ml/estimator_parts.h"

/* ---- checks ------------------------------------------------------------------------------------------------ */

static const char *kind_of(kl_value value)
{
    return kl_is(value, KL_KIND_OBJECT) ? value.as.object->type->name : kl_value_kind_name(value);
}

static bool is_word(kl_value value, const char *const *words)
{
    if (kl_is_null(value))
        return true;
    for (; *words; words++)
        if (kl_word_is(value, *words))
            return true;
    return false;
}

static bool has_double_underscore(kl_text name)
{
    for (size_t i = 0; i + 1 < name.len; i++)
        if (name.data[i] == '_' && name.data[i + 1] == '_')
            return true;
    return false;
}

static kl_status check_name(kl_value list, size_t i, const kl_list_rule *rule, kl_error *error)
{
    kl_text name = kl_held_name(list, i);
    if (name.len == 0)
        return kl_error_set(error, KL_INVALID, "%s[%zu]: the name is empty", rule->name, i);
    if (has_double_underscore(name))
        return kl_error_set(error, KL_INVALID,
                            "%s[%zu]: the name '%.*s' has '__' in it, which stands between names of parameters",
                            rule->name, i, KL_TEXT_ARG(name));
    if (kl_held_find(list, name) != (ptrdiff_t)i)
        return kl_error_set(error, KL_INVALID, "%s: the name '%.*s' stands twice", rule->name,
                            KL_TEXT_ARG(name));
    return KL_OK;
}

static kl_status check_entry(kl_value *list, size_t i, const kl_list_rule *rule, kl_error *error)
{
    kl_value entry = kl_array_at(*list, i), model, changed;
    if (kl_array_len(entry) != rule->items || !kl_is(kl_array_at(entry, 0), KL_KIND_STRING))
        return kl_error_set(error, KL_TYPE, "%s[%zu]: expected %s, got %s", rule->name, i,
                            rule->items == 2 ? "(name, estimator)" : "(name, estimator, columns)",
                            kind_of(entry));
    KL_TRY(check_name(*list, i, rule, error));
    if (is_word(kl_array_at(entry, 1), rule->words))
        return KL_OK;
    KL_TRY(kl_model_resolve(&model, kl_array_at(entry, 1), rule->name, error));
    if (!kl_is(kl_array_at(entry, 1), KL_KIND_STRING)) {
        kl_value_release(model);
        return KL_OK;
    }
    changed = kl_value_retain(entry);
    kl_status status = kl_array_set(&changed, 1, model, error);
    return status == KL_OK ? kl_array_set(list, i, changed, error) : (kl_value_release(changed), status);
}

kl_status kl_held_check(kl_value *list, const kl_list_rule *rule, kl_error *error)
{
    if (!kl_is(*list, KL_KIND_ARRAY))
        return kl_error_set(error, KL_TYPE, "%s: expected a list, got %s", rule->name, kind_of(*list));
    if (kl_array_len(*list) == 0 && !rule->empty_ok)
        return kl_error_set(error, KL_INVALID, "%s: expected at least one entry", rule->name);
    for (size_t i = 0; i < kl_array_len(*list); i++)
        KL_TRY(check_entry(list, i, rule, error));
    return KL_OK;
}

ptrdiff_t kl_held_find(kl_value list, kl_text name)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_held_name(list, i), name))
            return (ptrdiff_t)i;
    return -1;
}

/* ---- parameters -------------------------------------------------------------------------------------------- */

kl_status kl_held_map(kl_value *out, kl_value list, const kl_value *models, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_map_new(&map, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value model = models && !kl_is_null(models[i]) ? models[i] : kl_held_at(list, i);
        kl_status status = kl_map_set_key(&map, kl_array_at(kl_array_at(list, i), 0),
                                          kl_value_retain(model), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

kl_status kl_held_parts(kl_value *out, kl_value list, kl_error *error)
{
    return kl_held_map(out, list, NULL, error);
}

kl_status kl_held_replace(kl_value *list, kl_text name, kl_value part, kl_error *error)
{
    ptrdiff_t i = kl_held_find(*list, name);
    if (i < 0)
        return kl_error_set(error, KL_INVALID, "there is no entry '%.*s'", KL_TEXT_ARG(name));
    kl_value changed = kl_value_retain(kl_array_at(*list, (size_t)i));
    kl_status status = kl_array_set(&changed, 1, kl_value_retain(part), error);
    return status == KL_OK ? kl_array_set(list, (size_t)i, changed, error)
                           : (kl_value_release(changed), status);
}

/* ---- fitting ----------------------------------------------------------------------------------------------- */

kl_status kl_held_fresh(kl_value *out, kl_value model, kl_error *error)
{
    if (kl_as_estimator(model))
        return kl_model_clone(out, model, error);
    *out = kl_value_retain(model);
    return KL_OK;
}

void kl_held_adopt(kl_value model, kl_value fitted)
{
    kl_estimator *to = kl_as_estimator(model);
    const kl_estimator *from = kl_as_estimator(fitted);
    if (to && from && to != from)
        kl_estimator_set_model(to, kl_estimator_hold(from));
}

kl_status kl_held_each(const kl_value *models, size_t count, kl_parallel_body *body, void *data,
                       kl_error *error)
{
    if (kl_models_are_own(models, count))
        return kl_parallel_for(count, 1, body, data, error);
    for (size_t i = 0; i < count; i++)
        KL_TRY(body(data, i, i, i + 1, error));
    return KL_OK;
}

kl_estimator *kl_held_model(const kl_estimator *self) { return kl_estimator_hold(self); }

static bool are_texts(kl_value names)
{
    for (size_t i = 0; i < kl_array_len(names); i++)
        if (!kl_is(kl_array_at(names, i), KL_KIND_STRING))
            return false;
    return kl_array_len(names) > 0;
}

kl_status kl_held_note(kl_estimator *model, kl_value x, kl_error *error)
{
    const kl_array_view *view = kl_as_array_view(x);
    const kl_data_frame *frame = kl_as_object(x, &kl_data_frame_type);
    const kl_sparse_matrix *sparse = kl_as_object(x, &kl_sparse_matrix_type);
    (void)error;
    model->features = view && view->layout.ndim > 1 ? view->shape[1]
                      : frame                       ? (int64_t)kl_array_len(frame->columns)
                      : sparse                      ? sparse->cols
                                                    : (int64_t)kl_array_len(kl_array_at(x, 0));
    kl_value_replace(&model->names, frame && are_texts(frame->names) ? kl_value_retain(frame->names)
                                                                     : kl_null());
    return KL_OK;
}

kl_status kl_held_same_names(const kl_estimator *model, kl_value x, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(x, &kl_data_frame_type);
    if (!frame || kl_is_null(model->names) || !are_texts(frame->names))
        return KL_OK;
    for (size_t i = 0; i < kl_array_len(model->names) && i < kl_array_len(frame->names); i++) {
        kl_text before = kl_as_text(kl_array_at(model->names, i)), now = kl_as_text(kl_array_at(frame->names, i));
        if (!kl_text_equal(before, now))
            return kl_bad_input(error, "column %zu of x is named '%.*s'; in fit() it was '%.*s'", i, KL_TEXT_ARG(now),
                                KL_TEXT_ARG(before));
    }
    return KL_OK;
}

kl_status kl_held_rows(size_t *n, kl_value x, kl_value y, kl_error *error)
{
    size_t targets;
    const kl_array_view *view = kl_as_array_view(x);
    if (view && view->layout.ndim != 2 && view->layout.ndim != 1)
        return kl_error_set(error, KL_TYPE, "x: expected a matrix (two dimensions), got an array of %zu dimensions",
                            view->layout.ndim);
    KL_TRY(kl_data_rows(n, x, "x", error));
    if (view && view->layout.ndim == 2 && view->shape[1] == 0)
        return kl_bad_input(error, "x has 0 columns; at least 1 is needed");
    if (*n == 0)
        return kl_bad_input(error, "x has 0 rows; at least 1 is needed");
    if (kl_is_null(y))
        return KL_OK;
    KL_TRY(kl_data_rows(&targets, y, "y", error));
    return targets == *n ? KL_OK : kl_bad_dimension(error, "samples", *n, targets);
}

kl_status kl_held_weights(kl_value *out, kl_value weights, size_t n, kl_task *task, kl_error *error)
{
    const double *numbers;
    KL_TRY(kl_weights_read(&numbers, weights, n, task, error));
    *out = kl_null();
    return numbers ? kl_vector_from(out, numbers, n, error) : KL_OK;
}

kl_status kl_held_labels(int64_t **codes, kl_estimator *model, kl_value x, kl_value y, uint32_t flags,
                         kl_task *task, kl_error *error)
{
    size_t n, count;
    kl_value classes;
    if (kl_is_null(y))
        return kl_bad_input(error, "%s needs y", model->object.type->name);
    KL_TRY(kl_held_rows(&n, x, y, error));
    KL_TRY(kl_labels_encode(codes, &classes, &count, y, kl_null(), "y", task, error));
    kl_value_replace(&model->classes, classes);
    if (kl_labels_count(classes) < 2 && !(flags & KL_EST_ONE_CLASS_OK))
        return kl_bad_input(error, "y has one class only; a classifier needs at least 2");
    return KL_OK;
}
