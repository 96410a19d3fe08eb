/* src/ml/composition/feature_union.c - FeatureUnion: several transformers of the same x, side by side. */
#include "branches.h"

#include "base/buffer.h"
#include "ml/estimator_parts.h"

typedef struct feature_union {
    kl_estimator base;
    kl_value transformers;        /* array of [name, transformer or word] */
    kl_value n_jobs;
    kl_value transformer_weights; /* map, or null */
    bool verbose, verbose_feature_names_out;
    kl_value fitted;              /* array; null for one that passes x on or is dropped */
} feature_union;

static const char *const words[] = {"drop", "passthrough", NULL};
static const kl_list_rule rule = {.name = "transformers", .items = 2, .words = words, .empty_ok = true};

static bool is_dropped(kl_value entry) { return kl_is_null(entry) || kl_word_is(entry, "drop"); }

static kl_status check(kl_object *object, kl_error *error)
{
    return kl_held_check(&((feature_union *)object)->transformers, &rule, error);
}

/* ---- work -------------------------------------------------------------------------------------------------- */

/* A branch for every transformer that is not dropped. */
static kl_status prepare(kl_branches *out, const feature_union *self, kl_value x, kl_task *task, kl_error *error)
{
    size_t count = kl_array_len(self->transformers);
    kl_branches all = {.count = count};
    KL_TAKE(all.branch, task, count + 1, error);
    KL_TRY(kl_branch_weights(&all, self->transformer_weights, self->transformers, error));
    out->branch = all.branch;
    out->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_dropped(kl_held_at(self->transformers, i)))
            continue;
        kl_branch *one = &out->branch[out->count++];
        *one = (kl_branch){.model = kl_array_at(self->fitted, i), .x = kl_value_retain(x),
                           .weight = all.branch[i].weight};
    }
    return KL_OK;
}

static kl_status clone_all(feature_union *self, kl_error *error)
{
    kl_value fitted;
    size_t count = kl_array_len(self->transformers);
    KL_TRY(kl_array_new(&fitted, count, error));
    kl_value_replace(&self->fitted, fitted);
    for (size_t i = 0; i < count; i++) {
        kl_value given = kl_held_at(self->transformers, i), model = kl_null();
        if (kl_is_model(given))
            KL_TRY(kl_held_fresh(&model, given, error));
        kl_array_push(&self->fitted, model, NULL); /* has room */
    }
    return KL_OK;
}

static kl_status fit_all(kl_value *answer, feature_union *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    kl_branches all = {.y = in->raw_y, .learn = true, .transform = answer != NULL};
    size_t rows;
    kl_status status;
    KL_TRY_OUT(kl_data_rows(&rows, in->raw_x, "x", error));
    KL_TRY_OUT(kl_held_note(&self->base, in->raw_x, error));
    KL_TRY_OUT(clone_all(self, error));
    KL_TRY_OUT(prepare(&all, self, in->raw_x, task, error));
    KL_TRY_OUT(kl_branches_run(&all, task, error));
    if (answer)
        KL_TRY_OUT(kl_branches_stack(answer, &all, rows, 1, task, error));
    for (size_t i = 0; i < kl_array_len(self->fitted); i++)
        kl_held_adopt(kl_held_at(self->transformers, i), kl_array_at(self->fitted, i));
out:
    kl_branches_end(&all);
    return status;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return fit_all(NULL, (feature_union *)self, in, task, error);
}

static kl_status fit_transform(kl_value *out, kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return fit_all(out, (feature_union *)self, in, task, error);
}

static kl_status forward(kl_value *out, const kl_estimator *self, kl_operation operation, kl_value x,
                         kl_task *task, kl_error *error)
{
    kl_branches all = {.transform = true};
    size_t rows;
    kl_status status;
    (void)operation;
    KL_TRY_OUT(kl_data_rows(&rows, x, "x", error));
    KL_TRY_OUT(prepare(&all, (const feature_union *)self, x, task, error));
    KL_TRY_OUT(kl_branches_run(&all, task, error));
    KL_TRY_OUT(kl_branches_stack(out, &all, rows, 1, task, error));
out:
    kl_branches_end(&all);
    return status;
}

static bool has(const kl_estimator *self, kl_operation operation)
{
    (void)self;
    return operation == KL_OP_TRANSFORM;
}

/* ---- within ------------------------------------------------------------------------------------------------ */

static kl_status parts(kl_value *out, const kl_estimator *self, kl_error *error)
{
    return kl_held_parts(out, ((const feature_union *)self)->transformers, error);
}

static kl_status replace(kl_estimator *self, kl_text name, kl_value part, kl_error *error)
{
    kl_value *list = &((feature_union *)self)->transformers;
    KL_TRY(kl_held_replace(list, name, part, error));
    return kl_held_check(list, &rule, error);
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const feature_union *self = (const feature_union *)model;
    kl_value made;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&made, 8, error));
    for (size_t i = 0; i < kl_array_len(self->transformers) && status == KL_OK; i++)
        if (!is_dropped(kl_held_at(self->transformers, i)))
            status = kl_held_names(&made, kl_array_at(self->fitted, i), names,
                                   self->verbose_feature_names_out ? kl_held_name(self->transformers, i)
                                                                   : KL_TEXT(""),
                                   error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

static kl_status named(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_held_map(out, ((feature_union *)self)->transformers, NULL, error);
}

static kl_status repr(kl_value *out, kl_object *object, kl_error *error)
{
    const feature_union *self = (const feature_union *)object;
    kl_buffer text = KL_BUFFER_INIT;
    kl_estimator *model = kl_held_model(&self->base);
    kl_buffer_format(&text, "%s(transformers=[", object->type->name);
    for (size_t i = 0; i < kl_array_len(self->transformers); i++)
        kl_buffer_format(&text, "%s\"%.*s\"", i ? ", " : "", KL_TEXT_ARG(kl_held_name(self->transformers, i)));
    kl_buffer_format(&text, "], %s)", model ? "fitted" : "unfitted");
    kl_object_release((kl_object *)model);
    return kl_buffer_finish(out, &text, error);
}

/* ---- the type ---------------------------------------------------------------------------------------------- */

static const kl_method methods[] = {
    KL_EST_TRANSFORMS, KL_EST_NAMES_OUT,
    {.name = "named_transformers", .call = named, .flags = KL_PROPERTY, .returns = KL_KIND_MAP,
     .doc = "The transformers by name."}};

static const kl_field fields[] = {
    KL_VALUE(feature_union, transformers, .kind = KL_KIND_ANY, .flags = KL_FOREIGN, .alias = "transformer_list",
             .doc = "list of (name, transformer): any object with fit() and transform(), the name of one, \"passthrough\" "
                    "for x itself, \"drop\" or None for nothing. scikit-learn's name, transformer_list, is known too"),
    KL_VALUE(feature_union, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "threads at most; None = all. Transformers of Python run one after the other"),
    KL_VALUE(feature_union, transformer_weights, .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "number by name that what a transformer gives is multiplied with; None = 1 for all"),
    KL_BOOL(feature_union, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "tell of progress on standard error"),
    KL_BOOL(feature_union, verbose_feature_names_out, true, .flags = KL_KEYWORD_ONLY,
            .doc = "names of columns begin with that of their transformer and \"__\""),
    KL_KEPT_VALUE(feature_union, fitted, .doc = "the transformers as they were fitted"),
};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_Y_OPTIONAL | KL_EST_SPARSE_OUT,
    .fit = fit, .fit_transform = fit_transform, .forward = forward, .has = has, .parts = parts,
    .replace = replace, .names_out = names_out,
    .shapes = "fitted = list *",
};

const kl_type kl_feature_union_type = {
    .name = "FeatureUnion", .module = "kailash.ml", .size = sizeof(feature_union), .base = &kl_estimator_type,
    .flags = KL_TYPE_FIELDS | KL_TYPE_ARRAYS | KL_TYPE_BASE, .repr = repr, .check = check,
    .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table,
    .doc = "Several transformers of the same x, whose results stand side by side, in compressed rows when one of them "
           "does. Those of the library run at once."};
KL_PUBLISH(kl_feature_union_type);
