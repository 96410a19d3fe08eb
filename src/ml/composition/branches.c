/* src/ml/composition/branches.c - transformers side by side. */
#include "branches.h"

static kl_status run_one(kl_branches *all, kl_branch *of, kl_error *error)
{
    if (kl_is_null(of->model)) {
        if (all->transform)
            of->out = kl_value_retain(of->x);
        return KL_OK;
    }
    if (!all->transform)
        return kl_model_fit(of->model, of->x, all->y, kl_null(), error);
    kl_value made; /* not what a failure may have left there */
    KL_TRY(all->learn ? kl_model_fit_transform(&made, of->model, of->x, all->y, error)
                      : kl_model_apply(&made, of->model, KL_OP_TRANSFORM, of->x, error));
    of->out = made;
    return KL_OK;
}

static kl_status block(void *data, size_t number, size_t begin, size_t end, kl_error *error)
{
    kl_branches *all = data;
    (void)number;
    for (size_t i = begin; i < end; i++)
        KL_TRY(run_one(all, &all->branch[i], error));
    return KL_OK;
}

kl_status kl_branches_run(kl_branches *of, kl_task *task, kl_error *error)
{
    kl_value *models;
    size_t count = 0;
    KL_TAKE(models, task, of->count + 1, error);
    for (size_t i = 0; i < of->count; i++)
        if (!kl_is_null(of->branch[i].model))
            models[count++] = of->branch[i].model;
    if (kl_models_are_own(models, count))
        return kl_parallel_for(of->count, 1, block, of, error);
    for (size_t i = 0; i < of->count; i++) {
        KL_TRY(kl_task_step(task, i, of->count, error));
        KL_TRY(block(of, i, i, i + 1, error));
    }
    return KL_OK;
}

kl_status kl_branches_stack(kl_value *out, const kl_branches *of, size_t rows, double threshold, kl_task *task,
                            kl_error *error)
{
    kl_value *parts;
    KL_TAKE(parts, task, of->count + 1, error);
    for (size_t i = 0; i < of->count; i++) {
        kl_branch *one = &of->branch[i];
        if (one->weight != 1) {
            kl_value scaled;
            KL_TRY(kl_held_scale(&scaled, one->out, one->weight, error));
            kl_value_replace(&one->out, scaled);
        }
        parts[i] = one->out;
    }
    return kl_held_stack(out, parts, of->count, rows, threshold, error);
}

void kl_branches_end(kl_branches *of)
{
    for (size_t i = 0; of->branch && i < of->count; i++) {
        kl_value_release(of->branch[i].x);
        kl_value_release(of->branch[i].out);
    }
}

kl_status kl_branch_weights(kl_branches *of, kl_value weights, kl_value list, kl_error *error)
{
    for (size_t i = 0; i < of->count; i++)
        of->branch[i].weight = 1;
    for (size_t i = 0; i < kl_map_len(weights); i++) {
        kl_text name = kl_map_key_at(weights, i);
        ptrdiff_t at = kl_held_find(list, name);
        if (at < 0)
            return kl_error_set(error, KL_INVALID, "transformer_weights: there is no transformer '%.*s'",
                                KL_TEXT_ARG(name));
        if (!kl_is_number(kl_map_value_at(weights, i)))
            return kl_error_set(error, KL_TYPE, "transformer_weights['%.*s']: expected a number, got %s",
                                KL_TEXT_ARG(name), kl_value_kind_name(kl_map_value_at(weights, i)));
        of->branch[at].weight = kl_as_double(kl_map_value_at(weights, i));
    }
    return KL_OK;
}
