/* src/ml/composition/step_cache.c - see step_cache.h. */
#include "step_cache.h"

#include "kailash/data.h"
#include "ml/estimator_parts.h"
#include "ml/memory.h"
#include "ml/persist.h"
#include "reflect/fields.h"

#include <unistd.h>

/* A file holds a pipeline that learned one step: as it was, as it is fitted, and what it made. */
extern const kl_type kl_pipeline_type;

/* ---- one file ---------------------------------------------------------------------------------------------- */

/* A field of pipelines, also one that users do not see. */
static const kl_field *field_of(const char *name)
{
    const kl_field *field = kl_pipeline_type.fields;
    while (strcmp(field->name, name) != 0)
        field++;
    return field;
}

static void put(kl_object *shell, const char *name, kl_value value) { kl_field_store(shell, field_of(name), value); }

/* A pipeline of the step `model`, with `fitted` and `made` (arrays, or null). Given. */
static kl_status shell_of(kl_estimator **out, kl_value model, kl_value fitted, kl_value made, kl_error *error)
{
    kl_value name = kl_null(), entry = kl_null(), steps = kl_null();
    kl_object *shell, *outer;
    kl_status status;
    KL_TRY_OUT(kl_string_new(&name, KL_TEXT("step"), error));
    KL_TRY_OUT(kl_held_list(&entry, (kl_value[]){name, model}, 2, error));
    KL_TRY_OUT(kl_held_list(&steps, &entry, 1, error));
    KL_TRY_OUT(kl_object_alloc(&shell, &kl_pipeline_type, error));
    put(shell, "steps", steps);
    put(shell, "fitted", fitted);
    put(shell, "made", made);
    ((kl_estimator *)shell)->is_model = true;
    status = kl_object_alloc(&outer, &kl_pipeline_type, error);
    if (status == KL_OK) {
        kl_estimator_set_model((kl_estimator *)outer, (kl_estimator *)shell);
        *out = (kl_estimator *)outer;
    } else {
        kl_object_release(shell);
    }
out:
    kl_value_release(name);
    kl_value_release(entry);
    kl_value_release(steps);
    return status;
}

/* A table as its names and columns, which have a form in files; given. */
static kl_status plain(kl_value *out, kl_value data, kl_error *error)
{
    const kl_data_frame *frame = kl_as_object(data, &kl_data_frame_type);
    if (frame)
        return kl_held_list(out, (kl_value[]){frame->names, frame->columns}, 2, error);
    *out = kl_value_retain(data);
    return KL_OK;
}

/* All that decides what is learned, as bytes; given. */
static kl_status contents(kl_value *out, kl_value *objects, kl_value model, kl_value x, kl_value y, kl_value weights,
                          kl_error *error)
{
    kl_value parts[3] = {kl_null(), kl_null(), kl_null()}, data = kl_null();
    const kl_value given[3] = {x, y, weights};
    kl_estimator *shell = NULL;
    kl_status status;
    for (size_t i = 0; i < KL_COUNT(parts); i++)
        KL_TRY_OUT(plain(&parts[i], given[i], error));
    KL_TRY_OUT(kl_held_list(&data, parts, KL_COUNT(parts), error));
    KL_TRY_OUT(shell_of(&shell, model, kl_null(), data, error));
    KL_TRY_OUT(kl_estimator_dump(out, objects, shell, error));
out:
    kl_object_release((kl_object *)shell);
    kl_value_release(data);
    kl_held_release(parts, KL_COUNT(parts));
    return status;
}

/* Where what `model` learns is kept: null when it cannot be, since it or the data hold objects of the face. Given. */
static kl_status place_of(kl_value *out, kl_value folder, kl_value model, kl_value x, kl_value y, kl_value weights,
                          kl_error *error)
{
    kl_error cause = KL_ERROR_INIT;
    kl_value bytes = kl_null(), objects;
    *out = kl_null();
    if (!kl_as_estimator(model))
        return KL_OK;
    KL_TRY(kl_array_new(&objects, 0, error));
    kl_status status = contents(&bytes, &objects, model, x, y, weights, &cause);
    if (status == KL_OK && kl_array_len(objects) == 0)
        status = kl_memory_path(out, kl_as_text(folder), "step", (const kl_text[]){kl_as_text(bytes)}, 1, error);
    else if (status != KL_NO_MEMORY)
        status = KL_OK; /* it has no form in files */
    else
        kl_error_no_memory(error);
    kl_error_clear(&cause);
    kl_value_release(bytes);
    kl_value_release(objects);
    return status;
}

/* What is kept there; false when nothing is, or what is damaged. */
static bool load(kl_value *made, kl_value model, kl_value path)
{
    kl_error ignored = KL_ERROR_INIT;
    kl_value kept;
    if (access(kl_as_text(path).data, R_OK) != 0)
        return false;
    kl_status status = kl_estimator_load(&kept, kl_as_text(path), &ignored);
    kl_error_clear(&ignored);
    if (status != KL_OK)
        return false;
    kl_value fitted = kl_null(), outcome = kl_null();
    const kl_estimator *shell = kl_as_estimator(kept)->model;
    if (shell && shell->object.type == &kl_pipeline_type) {
        kl_field_get_own(&fitted, &shell->object, field_of("fitted"));
        kl_field_get_own(&outcome, &shell->object, field_of("made"));
    }
    const kl_estimator *one = kl_as_estimator(kl_array_at(fitted, 0));
    bool fits = one && one->object.type == kl_as_estimator(model)->object.type && kl_array_len(outcome) == 1;
    if (fits) {
        kl_held_adopt(model, kl_array_at(fitted, 0));
        *made = kl_value_retain(kl_array_at(outcome, 0));
    }
    kl_value_release(fitted);
    kl_value_release(outcome);
    kl_value_release(kept);
    return fits;
}

static kl_status store(kl_value model, kl_value made, kl_value path, kl_error *error)
{
    kl_value fitted = kl_null(), outcome = kl_null();
    kl_estimator *shell = NULL;
    kl_status status;
    KL_TRY_OUT(kl_held_list(&fitted, &model, 1, error));
    KL_TRY_OUT(kl_held_list(&outcome, &made, 1, error));
    KL_TRY_OUT(shell_of(&shell, model, fitted, outcome, error));
    KL_TRY_OUT(kl_estimator_save(shell, kl_as_text(path), error));
out:
    kl_object_release((kl_object *)shell);
    kl_value_release(fitted);
    kl_value_release(outcome);
    return status;
}

/* ---- fitting ----------------------------------------------------------------------------------------------- */

static kl_status fit(kl_value *made, kl_value model, kl_value x, kl_value y, kl_value weights, kl_error *error)
{
    if (kl_is_null(weights))
        return kl_model_fit_transform(made, model, x, y, error);
    KL_TRY(kl_model_fit(model, x, y, weights, error));
    return kl_model_apply(made, model, KL_OP_TRANSFORM, x, error);
}

static kl_status keep(kl_value model, kl_value made, kl_value path, kl_error *error)
{
    kl_error cause = KL_ERROR_INIT;
    kl_status status = store(model, made, path, &cause);
    return kl_memory_kept(status, model.as.object->type->name, &cause, error);
}

kl_status kl_step_cache_fit(kl_value *made, kl_value folder, kl_value model, kl_value x, kl_value y, kl_value weights,
                            kl_error *error)
{
    kl_value path = kl_null(), answer;
    kl_status status = KL_OK;
    if (!kl_is_null(folder))
        KL_TRY(place_of(&path, folder, model, x, y, weights, error));
    if (kl_is_null(path) || !load(&answer, model, path)) {
        status = fit(&answer, model, x, y, weights, error);
        if (status == KL_OK && !kl_is_null(path) && (status = keep(model, answer, path, error)) != KL_OK)
            kl_value_release(answer);
    }
    kl_value_release(path);
    if (status == KL_OK)
        *made = answer;
    return status;
}
