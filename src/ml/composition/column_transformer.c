/* src/ml/composition/column_transformer.c - ColumnTransformer: a transformer for some columns, another for others. */
#include "branches.h"
#include "chosen.h"

#include "base/buffer.h"
#include "ml/estimator_parts.h"

typedef struct column_transformer {
    kl_estimator base;
    kl_value transformers; /* array of [name, transformer or word, columns] */
    kl_value remainder;    /* "drop", "passthrough" or a transformer */
    double sparse_threshold;
    kl_value n_jobs;
    kl_value transformer_weights;
    bool verbose, verbose_feature_names_out;
    kl_value fitted;       /* array, the remainder last: an estimator, or null for one that does nothing */
    kl_value columns;      /* array of int64 arrays; an empty one is left out */
    kl_value singles;      /* bools: whether it is a row of values */
    bool sparse_output_;
} column_transformer;

static const char *const words[] = {"drop", "passthrough", NULL};
static const kl_list_rule rule = {.name = "transformers", .items = 3, .words = words, .empty_ok = true};
static const kl_text remainder_name = {"remainder", 9};

static size_t count_of(const column_transformer *self) { return kl_array_len(self->transformers); }

/* Transformer `i` as given; the remainder is behind the last. */
static kl_value given_at(const column_transformer *self, size_t i)
{
    return i < count_of(self) ? kl_held_at(self->transformers, i) : self->remainder;
}

static kl_text name_at(const column_transformer *self, size_t i)
{
    return i < count_of(self) ? kl_held_name(self->transformers, i) : remainder_name;
}

static bool is_dropped(kl_value given) { return kl_is_null(given) || kl_word_is(given, "drop"); }

static kl_status check(kl_object *object, kl_error *error)
{
    column_transformer *self = (column_transformer *)object;
    kl_value model;
    KL_TRY(kl_held_check(&self->transformers, &rule, error));
    if (is_dropped(self->remainder) || kl_word_is(self->remainder, "passthrough"))
        return KL_OK;
    if (kl_is(self->remainder, KL_KIND_STRING) && !kl_type_find(kl_as_text(self->remainder), "kailash.ml"))
        return kl_error_set(error, KL_INVALID,
                            "remainder: expected 'drop', 'passthrough' or a transformer, got '%.*s'",
                            KL_TEXT_ARG(kl_as_text(self->remainder)));
    KL_TRY(kl_model_resolve(&model, self->remainder, "remainder", error));
    kl_value_replace(&self->remainder, model);
    return KL_OK;
}

/* ---- fit --------------------------------------------------------------------------------------------------- */

static kl_status keep_columns(column_transformer *self, const kl_chosen *chosen, kl_error *error)
{
    kl_value columns;
    KL_TRY(kl_indices_from(&columns, chosen->column, chosen->count, error));
    KL_TRY(kl_array_push(&self->columns, columns, error));
    return kl_array_push(&self->singles, kl_bool(chosen->is_single), error);
}

/* Columns that none was given, in order. */
static kl_status keep_rest(column_transformer *self, const bool *used, size_t width, kl_task *task, kl_error *error)
{
    kl_chosen rest = {0};
    KL_TAKE(rest.column, task, width + 1, error);
    for (size_t c = 0; c < width; c++)
        if (!used[c])
            rest.column[rest.count++] = (int64_t)c;
    return keep_columns(self, &rest, error);
}

static kl_status choose_columns(column_transformer *self, kl_value x, kl_task *task, kl_error *error)
{
    size_t width, count = count_of(self);
    kl_value names, lists, singles;
    bool *used;
    KL_TRY(kl_chosen_width(&width, &names, x, error));
    KL_TAKE(used, task, width + 1, error);
    KL_TRY(kl_array_new(&lists, count + 1, error));
    kl_value_replace(&self->columns, lists);
    KL_TRY(kl_array_new(&singles, count + 1, error));
    kl_value_replace(&self->singles, singles);
    for (size_t i = 0; i < count; i++) {
        kl_chosen chosen;
        kl_value spec = kl_array_at(kl_array_at(self->transformers, i), 2);
        KL_TRY(kl_chosen_from(&chosen, spec, x, task, error));
        for (size_t c = 0; c < chosen.count; c++)
            used[chosen.column[c]] = true;
        KL_TRY(keep_columns(self, &chosen, error));
    }
    return keep_rest(self, used, width, task, error);
}

static kl_status clone_all(column_transformer *self, kl_error *error)
{
    kl_value fitted;
    size_t count = count_of(self) + 1;
    KL_TRY(kl_array_new(&fitted, count, error));
    kl_value_replace(&self->fitted, fitted);
    for (size_t i = 0; i < count; i++) {
        kl_value model = kl_null();
        if (kl_is_model(given_at(self, i)) && kl_array_axis(kl_array_at(self->columns, i), 0) > 0)
            KL_TRY(kl_held_fresh(&model, given_at(self, i), error));
        kl_array_push(&self->fitted, model, NULL); /* has room */
    }
    return KL_OK;
}

static kl_chosen chosen_at(const column_transformer *self, size_t i)
{
    kl_value columns = kl_array_at(self->columns, i);
    return (kl_chosen){kl_indices(columns), kl_array_axis(columns, 0), kl_as_bool(kl_array_at(self->singles, i))};
}

static bool is_used(const column_transformer *self, size_t i)
{
    return !is_dropped(given_at(self, i)) && chosen_at(self, i).count > 0;
}

/* A branch for every transformer that has something to do. */
static kl_status prepare(kl_branches *out, const column_transformer *self, kl_value x, kl_task *task,
                         kl_error *error)
{
    size_t count = count_of(self);
    kl_branches all = {.count = count};
    KL_TAKE(all.branch, task, count + 1, error);
    KL_TRY(kl_branch_weights(&all, self->transformer_weights, self->transformers, error));
    KL_TAKE(out->branch, task, count + 1, error);
    for (size_t i = 0; i <= count; i++) {
        kl_chosen chosen = chosen_at(self, i);
        kl_branch *one = &out->branch[out->count];
        if (!is_used(self, i))
            continue;
        *one = (kl_branch){.model = kl_array_at(self->fitted, i), .weight = i < count ? all.branch[i].weight : 1};
        KL_TRY(kl_chosen_take(&one->x, x, &chosen, self->base.names, error));
        out->count++;
    }
    return KL_OK;
}

static kl_status fit_all(kl_value *answer, column_transformer *self, const kl_fit *in, kl_task *task,
                         kl_error *error)
{
    kl_branches all = {.y = in->raw_y, .learn = true, .transform = true};
    kl_value made = kl_null();
    size_t rows;
    kl_status status;
    KL_TRY_OUT(kl_held_rows(&rows, in->raw_x, in->raw_y, error));
    KL_TRY_OUT(kl_held_note(&self->base, in->raw_x, error));
    KL_TRY_OUT(choose_columns(self, in->raw_x, task, error));
    KL_TRY_OUT(clone_all(self, error));
    KL_TRY_OUT(prepare(&all, self, in->raw_x, task, error));
    KL_TRY_OUT(kl_branches_run(&all, task, error));
    KL_TRY_OUT(kl_branches_stack(&made, &all, rows, self->sparse_threshold, task, error));
    self->sparse_output_ = !kl_as_array_view(made);
    for (size_t i = 0; i < kl_array_len(self->fitted); i++)
        kl_held_adopt(given_at(self, i), kl_array_at(self->fitted, i));
    if (answer)
        *answer = kl_value_take(&made);
out:
    kl_value_release(made);
    kl_branches_end(&all);
    return status;
}

static kl_status fit(kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return fit_all(NULL, (column_transformer *)self, in, task, error);
}

static kl_status fit_transform(kl_value *out, kl_estimator *self, const kl_fit *in, kl_task *task, kl_error *error)
{
    return fit_all(out, (column_transformer *)self, in, task, error);
}

/* ---- transform --------------------------------------------------------------------------------------------- */

static kl_status check_width(const column_transformer *self, kl_value x, kl_error *error)
{
    size_t width;
    kl_value names;
    KL_TRY(kl_chosen_width(&width, &names, x, error));
    bool by_name = !kl_is_null(names) && !kl_is_null(self->base.names);
    return by_name || width == (size_t)self->base.features
               ? KL_OK
               : kl_bad_dimension(error, "features", (size_t)self->base.features, width);
}

static kl_status forward(kl_value *out, const kl_estimator *model, kl_operation operation, kl_value x,
                         kl_task *task, kl_error *error)
{
    const column_transformer *self = (const column_transformer *)model;
    kl_branches all = {.transform = true};
    size_t rows;
    kl_status status;
    (void)operation;
    KL_TRY_OUT(check_width(self, x, error));
    KL_TRY_OUT(kl_data_rows(&rows, x, "x", error));
    KL_TRY_OUT(prepare(&all, self, x, task, error));
    KL_TRY_OUT(kl_branches_run(&all, task, error));
    KL_TRY_OUT(kl_branches_stack(out, &all, rows, self->sparse_output_ ? 1 : 0, task, error));
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

static kl_status parts(kl_value *out, const kl_estimator *model, kl_error *error)
{
    const column_transformer *self = (const column_transformer *)model;
    KL_TRY(kl_held_parts(out, self->transformers, error));
    if (!kl_is_model(self->remainder))
        return KL_OK;
    kl_status status = kl_map_set(out, remainder_name, kl_value_retain(self->remainder), error);
    if (status != KL_OK)
        kl_value_release(*out);
    return status;
}

static kl_status replace(kl_estimator *self, kl_text name, kl_value part, kl_error *error)
{
    kl_value *list = &((column_transformer *)self)->transformers;
    KL_TRY(kl_held_replace(list, name, part, error));
    return kl_held_check(list, &rule, error);
}

/* The names of the columns of a branch. */
static kl_status names_of(kl_value *out, const column_transformer *self, size_t i, kl_value names, kl_error *error)
{
    kl_chosen chosen = chosen_at(self, i);
    KL_TRY(kl_array_new(out, chosen.count, error));
    for (size_t c = 0; c < chosen.count; c++)
        kl_array_push(out, kl_value_retain(kl_array_at(names, (size_t)chosen.column[c])), NULL); /* has room */
    return KL_OK;
}

static kl_status names_out(kl_value *out, const kl_estimator *model, kl_value names, kl_error *error)
{
    const column_transformer *self = (const column_transformer *)model;
    kl_value made, of_branch;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&made, 8, error));
    for (size_t i = 0; i <= count_of(self) && status == KL_OK; i++) {
        if (!is_used(self, i))
            continue;
        status = names_of(&of_branch, self, i, names, error);
        if (status != KL_OK)
            break;
        status = kl_held_names(&made, kl_array_at(self->fitted, i), of_branch,
                               self->verbose_feature_names_out ? name_at(self, i) : KL_TEXT(""), error);
        kl_value_release(of_branch);
    }
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

/* ---- what was learned -------------------------------------------------------------------------------------- */

/* What stands for transformer `i` after fit(): the estimator, or the word. Borrowed. */
static kl_value shown_at(const column_transformer *self, size_t i)
{
    kl_value fitted = kl_array_at(self->fitted, i);
    return kl_is_null(fitted) ? given_at(self, i) : fitted;
}

static kl_status add_triple(kl_value *list, const column_transformer *self, size_t i, kl_error *error)
{
    kl_value triple;
    KL_TRY(kl_array_new(&triple, 3, error));
    kl_status status = kl_array_push_text(&triple, name_at(self, i), error);
    if (status != KL_OK) {
        kl_value_release(triple);
        return status;
    }
    kl_array_push(&triple, kl_value_retain(shown_at(self, i)), NULL); /* has room for both */
    kl_array_push(&triple, kl_value_retain(kl_array_at(self->columns, i)), NULL);
    return kl_array_push(list, triple, error);
}

static kl_status triples(kl_value *out, const column_transformer *self, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, count_of(self) + 1, error));
    for (size_t i = 0; i <= count_of(self) && status == KL_OK; i++)
        if (i < count_of(self) || chosen_at(self, i).count > 0)
            status = add_triple(&list, self, i, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status by_name(kl_value *out, const column_transformer *self, kl_error *error)
{
    kl_value map;
    kl_status status = KL_OK;
    KL_TRY(kl_map_new(&map, count_of(self) + 1, error));
    for (size_t i = 0; i <= count_of(self) && status == KL_OK; i++)
        if (i < count_of(self) || chosen_at(self, i).count > 0)
            status = kl_map_set(&map, name_at(self, i), kl_value_retain(shown_at(self, i)), error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

static kl_status learned(kl_value *out, kl_object *object,
                         kl_status (*of)(kl_value *out, const column_transformer *self, kl_error *error),
                         kl_error *error)
{
    kl_estimator *model;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)object, error));
    kl_status status = of(out, (const column_transformer *)model, error);
    kl_object_release(&model->object);
    return status;
}

static kl_status transformers_(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return learned(out, self, triples, error);
}

static kl_status named_transformers_(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return learned(out, self, by_name, error);
}

static kl_status repr(kl_value *out, kl_object *object, kl_error *error)
{
    const column_transformer *self = (const column_transformer *)object;
    kl_buffer text = KL_BUFFER_INIT;
    kl_estimator *model = kl_held_model(&self->base);
    kl_buffer_format(&text, "%s(steps=[", object->type->name);
    for (size_t i = 0; i < count_of(self); i++)
        kl_buffer_format(&text, "%s\"%.*s\"", i ? ", " : "", KL_TEXT_ARG(name_at(self, i)));
    kl_buffer_format(&text, "], %s)", model ? "fitted" : "unfitted");
    kl_object_release((kl_object *)model);
    return kl_buffer_finish(out, &text, error);
}

/* ---- the type ---------------------------------------------------------------------------------------------- */

static const kl_method methods[] = {
    KL_EST_TRANSFORMS, KL_EST_NAMES_OUT,
    {.name = "transformers_", .call = transformers_, .flags = KL_PROPERTY, .returns = KL_KIND_ARRAY,
     .item = KL_KIND_TUPLE, .raises = "NotFittedError",
     .doc = "(name, fitted transformer or word, numbers of its columns) of each, the remainder last."},
    {.name = "named_transformers_", .call = named_transformers_, .flags = KL_PROPERTY, .returns = KL_KIND_MAP,
     .raises = "NotFittedError", .doc = "The fitted transformers by name."}};

static const kl_field fields[] = {
    KL_VALUE(column_transformer, transformers, .kind = KL_KIND_ANY, .flags = KL_FOREIGN,
             .doc = "list of (name, transformer, columns). A transformer is any object with fit() and transform(), the "
                    "name of one, \"passthrough\" or \"drop\". Columns are a list of numbers (negative ones count from the "
                    "end) or names, a mask of bools, a slice, a function of x that gives one of these, or a single number "
                    "or name: then the transformer gets a row of values instead of a matrix"),
    KL_VALUE(column_transformer, remainder, .kind = KL_KIND_ANY, .fallback = "\"drop\"", .flags = KL_FOREIGN,
             .doc = "what becomes of columns that no transformer was given: \"drop\", \"passthrough\" (they come last, in "
                    "order) or a transformer of them all"),
    KL_DOUBLE(column_transformer, sparse_threshold, 0.3, .flags = KL_KEYWORD_ONLY,
              .doc = "when one of the results is sparse, the whole is as long as the share of its numbers that are not 0 is "
                     "below this; in [0, 1]"),
    KL_VALUE(column_transformer, n_jobs, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "threads at most; None = all. Transformers of Python run one after the other"),
    KL_VALUE(column_transformer, transformer_weights, .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
             .doc = "number by name that what a transformer gives is multiplied with; None = 1 for all"),
    KL_BOOL(column_transformer, verbose, false, .flags = KL_KEYWORD_ONLY, .doc = "tell of progress on standard error"),
    KL_BOOL(column_transformer, verbose_feature_names_out, true, .flags = KL_KEYWORD_ONLY,
            .doc = "names of columns begin with that of their transformer and \"__\""),
    KL_KEPT_VALUE(column_transformer, fitted, .doc = "the transformers as they were fitted"),
    KL_KEPT_VALUE(column_transformer, columns, .doc = "the columns of each"),
    KL_KEPT_VALUE(column_transformer, singles, .doc = "which get a row of values"),
    KL_LEARNED_BOOL(column_transformer, sparse_output_, .doc = "whether transform() gives a sparse matrix"),
};
static const kl_limit limits[] = {{"sparse_threshold", KL_BETWEEN(0, 1)}};

static const kl_estimator_table table = {
    .kind = KL_EST_TRANSFORMER, .flags = KL_EST_RAW | KL_EST_ANY_X | KL_EST_Y_OPTIONAL | KL_EST_SPARSE_OUT,
    .limits = KL_TABLE(limits), .fit = fit, .fit_transform = fit_transform, .forward = forward, .has = has,
    .parts = parts, .replace = replace, .names_out = names_out,
    .shapes = "fitted = list parts; columns = list parts of int * < features; singles = list parts",
};

const kl_type kl_column_transformer_type = {
    .name = "ColumnTransformer", .module = "kailash.ml", .size = sizeof(column_transformer),
    .base = &kl_estimator_type, .flags = KL_TYPE_FIELDS | KL_TYPE_ARRAYS | KL_TYPE_BASE, .repr = repr,
    .check = check, .fields = KL_TABLE(fields), .methods = KL_TABLE(methods), .extension = &table,
    .doc = "A transformer for some columns of x, another for others; the results stand side by side in the order of the "
           "list. The same column may go to several. Tables are taken apart by the names of their columns."};
KL_PUBLISH(kl_column_transformer_type);
