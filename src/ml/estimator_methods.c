/* src/ml/estimator_methods.c - the methods of estimators as faces call them. */
#include "estimator_parts.h"
#include "model.h"
#include "persist.h"

#include "base/buffer.h"

#include <math.h>

/* ---- parameters ---------------------------------------------------------------------------------- */

#define X_PARAM                                                                                    \
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows x columns of numbers: a numpy "\
     "array, a DataFrame, nested lists, a sparse matrix where that is possible"}
#define Y_PARAM                                                                                    \
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "a label or a number for each row"}
#define Y_OPTIONAL_PARAM                                                                           \
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,                             \
     .doc = "a label or a number for each row, for those who use it"}
#define WEIGHTS_PARAM                                                                              \
    {.name = "sample_weight", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,                 \
     .doc = "a weight >= 0 for each row; None = all 1"}
#define PROGRESS_PARAM                                                                             \
    {.name = "progress", .kind = KL_KIND_CALLABLE, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,         \
     .doc = "called with (done, total, name of the estimator) between the steps of a long fit; total None = "\
            "unknown. What it raises ends the fit"}

const kl_param kl_est_fit_xy[4] = {X_PARAM, Y_PARAM, WEIGHTS_PARAM, PROGRESS_PARAM};
const kl_param kl_est_fit_plain_xy[3] = {X_PARAM, Y_PARAM, PROGRESS_PARAM};
const kl_param kl_est_fit_x[4] = {X_PARAM, Y_OPTIONAL_PARAM, WEIGHTS_PARAM, PROGRESS_PARAM};
const kl_param kl_est_fit_plain_x[3] = {X_PARAM, Y_OPTIONAL_PARAM, PROGRESS_PARAM};
const kl_param kl_est_more[4] = {
    X_PARAM, Y_PARAM,
    {.name = "classes", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "all labels there will be; needed in the first call of a classifier only"},
    WEIGHTS_PARAM,
};
const kl_param kl_est_more_plain[2] = {X_PARAM, Y_OPTIONAL_PARAM};
const kl_param kl_est_more_x[3] = {X_PARAM, Y_OPTIONAL_PARAM, WEIGHTS_PARAM};
const kl_param kl_est_x[1] = {X_PARAM};
const kl_param kl_est_score_xy[3] = {X_PARAM, Y_PARAM, WEIGHTS_PARAM};
const kl_param kl_est_fit_score_x[3] = {X_PARAM, Y_OPTIONAL_PARAM, WEIGHTS_PARAM};
const kl_param kl_est_score_x[2] = {X_PARAM, Y_OPTIONAL_PARAM};
const kl_param kl_est_names[1] = {
    {.name = "input_features", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .flags = KL_OPTIONAL | KL_TUPLE, .doc = "names of the columns of x; None = those seen in fit(), else x0, x1 ..."},
};

/* ---- fit ----------------------------------------------------------------------------------------- */

#define METHOD(name)                                                                               \
    kl_status name(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)

static kl_status fit(kl_value *out, kl_object *self, const kl_lesson *lesson, bool more,
                     kl_error *error)
{
    KL_TRY(kl_estimator_learn((kl_estimator *)self, lesson, more, error));
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

METHOD(kl_est_fit)
{
    kl_lesson lesson = {.x = args[0], .y = args[1], .weights = args[2], .progress = args[3]};
    return fit(out, self, &lesson, false, error);
}

METHOD(kl_est_fit_plain)
{
    kl_lesson lesson = {.x = args[0], .y = args[1], .progress = args[2]};
    return fit(out, self, &lesson, false, error);
}

METHOD(kl_est_partial_fit)
{
    kl_lesson lesson = {.x = args[0], .y = args[1], .classes = args[2], .weights = args[3]};
    return fit(out, self, &lesson, true, error);
}

METHOD(kl_est_partial_fit_plain)
{
    kl_lesson lesson = {.x = args[0], .y = args[1]};
    return fit(out, self, &lesson, true, error);
}

METHOD(kl_est_partial_fit_x)
{
    kl_lesson lesson = {.x = args[0], .y = args[1], .weights = args[2]};
    return fit(out, self, &lesson, true, error);
}

static kl_status fit_and_ask(kl_value *out, kl_object *self, const kl_value *args, bool weighted,
                             kl_operation operation, kl_error *error)
{
    kl_lesson lesson = {.x = args[0], .y = args[1], .progress = args[weighted ? 3 : 2]};
    if (weighted)
        lesson.weights = args[2];
    return kl_estimator_learn_answer(out, (kl_estimator *)self, &lesson, operation, error);
}

METHOD(kl_est_fit_predict)
{
    return fit_and_ask(out, self, args, true, KL_OP_PREDICT, error);
}

METHOD(kl_est_fit_predict_plain)
{
    return fit_and_ask(out, self, args, false, KL_OP_PREDICT, error);
}

METHOD(kl_est_fit_transform)
{
    return fit_and_ask(out, self, args, true, KL_OP_TRANSFORM, error);
}

METHOD(kl_est_fit_transform_plain)
{
    return fit_and_ask(out, self, args, false, KL_OP_TRANSFORM, error);
}

/* ---- answers ------------------------------------------------------------------------------------- */

#define ANSWER(name, operation)                                                                    \
    METHOD(name)                                                                                   \
    {                                                                                              \
        return kl_estimator_answer(out, (const kl_estimator *)self, operation, args[0], error);    \
    }
ANSWER(kl_est_predict, KL_OP_PREDICT)
ANSWER(kl_est_proba, KL_OP_PROBA)
ANSWER(kl_est_log_proba, KL_OP_LOG_PROBA)
ANSWER(kl_est_decision, KL_OP_DECISION)
ANSWER(kl_est_transform, KL_OP_TRANSFORM)
ANSWER(kl_est_inverse, KL_OP_INVERSE)
ANSWER(kl_est_score_samples, KL_OP_SCORE_SAMPLES)

static kl_status score(kl_value *out, kl_object *self, kl_value x, kl_value y, kl_value weights,
                       kl_error *error)
{
    double result;
    KL_TRY(kl_estimator_score(&result, (const kl_estimator *)self, x, y, weights, error));
    *out = kl_double(result);
    return KL_OK;
}

METHOD(kl_est_score) { return score(out, self, args[0], args[1], args[2], error); }
METHOD(kl_est_score_plain) { return score(out, self, args[0], args[1], kl_null(), error); }

/* ---- what was learned ---------------------------------------------------------------------------- */

METHOD(kl_est_classes)
{
    kl_estimator *model;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = kl_value_retain(model->classes);
    kl_object_release(&model->object);
    return kl_is_null(*out) ? kl_error_set(error, KL_ATTRIBUTE, "'%s' object has no attribute 'classes_'",
                                           self->type->name)
                            : KL_OK;
}

METHOD(kl_est_labels_int)
{
    const kl_field *field = kl_type_field(self->type, KL_TEXT("labels_"));
    kl_value labels;
    int64_t *integers;
    (void)args;
    KL_TRY(kl_field_get(&labels, self, field, error));
    size_t n = kl_array_axis(labels, 0);
    kl_status status = kl_indices_new(out, &integers, n, error);
    for (size_t i = 0; i < n && status == KL_OK; i++)
        integers[i] = fabs(kl_doubles(labels)[i]) < 0x1p62 ? (int64_t)kl_doubles(labels)[i] : -1; /* of a file */
    kl_value_release(labels);
    return status;
}

/* name0, name1 ... */
static kl_status numbered(kl_value *out, const char *name, size_t count, bool lower, kl_error *error)
{
    kl_value list, text;
    char word[64];
    size_t len = 0;
    for (; name[len] && len < sizeof word - 1; len++)
        word[len] = lower && name[len] >= 'A' && name[len] <= 'Z' ? (char)(name[len] | 32) : name[len];
    word[len] = '\0';
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_status status = kl_string_format(&text, error, "%s%zu", word, i);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, text, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

static kl_status names_in(kl_value *out, const kl_estimator *model, kl_value given, kl_error *error)
{
    size_t count = (size_t)model->features;
    if (kl_is_null(given) && kl_is_null(model->names))
        return numbered(out, "x", count, false, error);
    if (!kl_is_null(given) && kl_array_len(given) != count && count)
        return kl_error_set(error, KL_INVALID, "input_features: expected %zu names, got %zu", count,
                            kl_array_len(given));
    bool same = true;
    if (!kl_is_null(given) && !kl_is_null(model->names))
        KL_TRY(kl_value_equal(&same, given, model->names, error));
    if (!same)
        return kl_error_set(error, KL_INVALID, "input_features differ from the names seen in fit()");
    *out = kl_value_retain(kl_is_null(given) ? model->names : given);
    return KL_OK;
}

METHOD(kl_est_names_out)
{
    const kl_estimator_table *table = kl_table_of((const kl_estimator *)self);
    kl_estimator *model;
    kl_value names;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    kl_status status = names_in(&names, model, args[0], error);
    if (status == KL_OK) {
        if (table->names_out)
            status = table->names_out(out, model, names, error);
        else if (table->names_kept)
            *out = kl_value_retain(names);
        else
            status = numbered(out, self->type->name, table->width ? table->width(model) : 0, true,
                              error);
        kl_value_release(names);
    }
    kl_object_release(&model->object);
    return status;
}

static METHOD(features_in)
{
    kl_estimator *model;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = kl_int(model->features);
    kl_object_release(&model->object);
    return KL_OK;
}

static METHOD(names_seen)
{
    kl_estimator *model;
    (void)args;
    KL_TRY(kl_estimator_need(&model, (const kl_estimator *)self, error));
    *out = kl_value_retain(model->names);
    kl_object_release(&model->object);
    return kl_is_null(*out) ? kl_error_set(error, KL_ATTRIBUTE,
                                           "'%s' object has no attribute 'feature_names_in_': it was "
                                           "fitted to columns without names",
                                           self->type->name)
                            : KL_OK;
}

/* ---- parameters by name -------------------------------------------------------------------------- */

static const kl_param deep_param[] = {
    {.name = "deep", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "also those of estimators within, as name__parameter"},
};
static const kl_param rest_param[] = {
    {.name = "params", .kind = KL_KIND_MAP, .flags = KL_REST,
     .doc = "new values by name; name__parameter reaches into an estimator within"},
};
static const kl_param path_param[] = {
    {.name = "path", .kind = KL_KIND_STRING, .doc = "the file"},
};
static const kl_param dump_params[] = {
    {.name = "state", .kind = KL_KIND_BYTES, .doc = "what _dump() gave"},
    {.name = "objects", .kind = KL_KIND_ARRAY, .flags = KL_FOREIGN, .doc = "the objects beside it"},
};

static METHOD(get_params)
{
    return kl_estimator_get_params(out, (const kl_estimator *)self, kl_as_bool(args[0]), error);
}

static METHOD(set_params)
{
    KL_TRY(kl_estimator_set_params((kl_estimator *)self, args[0], error));
    *out = kl_value_of(kl_object_retain(self));
    return KL_OK;
}

static METHOD(clone)
{
    (void)args;
    return kl_estimator_clone(out, (const kl_estimator *)self, error);
}

static METHOD(is_fitted)
{
    kl_estimator *model = kl_estimator_hold((const kl_estimator *)self);
    (void)args;
    (void)error;
    bool stateless = kl_table_of((const kl_estimator *)self)->flags & KL_EST_STATELESS;
    *out = kl_bool(model || stateless);
    kl_object_release((kl_object *)model);
    return KL_OK;
}

/* ---- tags ---------------------------------------------------------------------------------------- */

static const char *const kind_names[] = {
    "classifier", "regressor", "cluster", "outlier", "transformer", "density", "meta",
};

static kl_status add_tag(kl_value *map, const char *name, bool is, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_bool(is), error);
}

enum { LEVELS_MAX = 64, OF_PARTS = KL_EST_SPARSE | KL_EST_NAN_OK };

static kl_status flags_now(uint32_t *out, const kl_estimator *self, int level, kl_error *error);

/* Those of these flags that all parts have, words ("passthrough") having all; those of the table without parts. */
static kl_status flags_of_parts(uint32_t *out, const kl_estimator *self, int level, kl_error *error)
{
    kl_value parts;
    kl_status status = KL_OK;
    KL_TRY(kl_estimator_parts(&parts, self, error));
    *out = kl_map_len(parts) ? OF_PARTS : kl_table_of(self)->flags & OF_PARTS;
    for (size_t i = 0; i < kl_map_len(parts) && status == KL_OK; i++) {
        kl_value part = kl_map_value_at(parts, i);
        uint32_t flags = kl_is_model(part) ? 0 : OF_PARTS; /* who knows of one of the face */
        if (kl_as_estimator(part))
            status = flags_now(&flags, kl_as_estimator(part), level - 1, error);
        *out &= flags;
    }
    kl_value_release(parts);
    return status;
}

static kl_status flags_now(uint32_t *out, const kl_estimator *self, int level, kl_error *error)
{
    const kl_estimator_table *table = kl_table_of(self);
    uint32_t of_parts;
    *out = table->flags_now ? table->flags_now(self) : table->flags;
    if (level == 0)
        return kl_error_set(error, KL_DEPTH, "estimators nest deeper than %d levels", LEVELS_MAX);
    if (!(table->flags & KL_EST_RAW) || table->flags_now)
        return KL_OK;
    KL_TRY(flags_of_parts(&of_parts, self, level, error));
    *out = (*out & ~(uint32_t)OF_PARTS) | of_parts;
    return KL_OK;
}

kl_status kl_estimator_flags_now(uint32_t *out, const kl_estimator *self, kl_error *error)
{
    return flags_now(out, self, LEVELS_MAX, error);
}

static kl_status add_tags(kl_value *map, const kl_estimator *self, kl_error *error)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } rows[] = {
        {"allow_nan", KL_EST_NAN_OK},          {"sparse", KL_EST_SPARSE},
        {"any_x", KL_EST_ANY_X},               {"no_table", KL_EST_NO_TABLE},
        {"multi_output", KL_EST_MULTI_OUTPUT}, {"positive_only", KL_EST_POSITIVE},
        {"positive_y", KL_EST_POSITIVE_Y},     {"poor_score", KL_EST_POOR_SCORE},
        {"non_deterministic", KL_EST_NOT_DETERMINISTIC},
    };
    uint32_t flags;
    kl_estimator_kind kind; /* of a search or pipeline, that of what it holds */
    KL_TRY(kl_estimator_flags_now(&flags, self, error));
    KL_TRY(kl_model_kind(&kind, kl_value_of((kl_object *)(uintptr_t)self), error));
    bool supervised = kind == KL_EST_CLASSIFIER || kind == KL_EST_REGRESSOR;
    KL_TRY(kl_map_set_text(map, KL_TEXT("kind"), kl_text_from(kind_names[kind]), error));
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        KL_TRY(add_tag(map, rows[i].name, flags & rows[i].flag, error));
    KL_TRY(add_tag(map, "holds_others", flags & KL_EST_RAW, error));
    KL_TRY(add_tag(map, "requires_fit", !(flags & KL_EST_STATELESS), error));
    KL_TRY(add_tag(map, "transforms", kl_estimator_has(self, KL_OP_TRANSFORM), error));
    return add_tag(map, "requires_y", supervised && !(flags & KL_EST_Y_OPTIONAL), error);
}

static METHOD(tags)
{
    kl_value map;
    (void)args;
    KL_TRY(kl_map_new(&map, 16, error));
    kl_status status = add_tags(&map, (const kl_estimator *)self, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- saving -------------------------------------------------------------------------------------- */

static METHOD(save)
{
    (void)out;
    return kl_estimator_save((const kl_estimator *)self, kl_as_text(args[0]), error);
}

static METHOD(load)
{
    (void)self;
    return kl_estimator_load(out, kl_as_text(args[0]), error);
}

static METHOD(dump)
{
    kl_value state, objects, pair;
    (void)args;
    KL_TRY(kl_array_new(&objects, 0, error));
    kl_status status = kl_estimator_dump(&state, &objects, (const kl_estimator *)self, error);
    if (status == KL_OK && (status = kl_array_new(&pair, 2, error)) != KL_OK)
        kl_value_release(state);
    if (status != KL_OK) {
        kl_value_release(objects);
        return status;
    }
    kl_array_push(&pair, state, NULL); /* has room for both */
    kl_array_push(&pair, objects, NULL);
    *out = pair;
    return KL_OK;
}

static METHOD(restore)
{
    (void)self;
    return kl_estimator_restore(out, kl_as_text(args[0]), args[1], error);
}

const kl_method kl_estimator_methods[] = {
    {.name = "get_params", .call = get_params, .params = KL_TABLE(deep_param),
     .returns = KL_KIND_MAP, .doc = "All parameters by name, with their aliases."},
    {.name = "set_params", .call = set_params, .params = KL_TABLE(rest_param),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_estimator_type, .raises = "ValueError, TypeError",
     .doc = "Change parameters by name; they count from the next fit() on. Returns self."},
    {.name = "clone", .call = clone, .returns = KL_KIND_OBJECT, .returns_type = &kl_estimator_type,
     .doc = "A fresh one with the same parameters, not fitted."},
    {.name = "__sklearn_clone__", .call = clone, .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .doc = "The same, by the name that scikit-learn calls."},
    {.name = "__sklearn_is_fitted__", .call = is_fitted, .returns = KL_KIND_BOOL,
     .doc = "Whether fit() was called, or need not be."},
    {.name = "n_features_in_", .call = features_in, .returns = KL_KIND_INT, .flags = KL_PROPERTY,
     .raises = "NotFittedError", .doc = "Columns of x in fit()."},
    {.name = "feature_names_in_", .call = names_seen, .returns = KL_KIND_BUFFER, .flags = KL_PROPERTY, .raises = "NotFittedError, AttributeError",
     .doc = "Names of the columns of x in fit(), when they had any."},
    {.name = "_tags", .call = tags, .returns = KL_KIND_MAP,
     .doc = "What it is and what it accepts: kind, allow_nan, sparse ..."},
    {.name = "save", .call = save, .params = KL_TABLE(path_param), .returns = KL_KIND_NONE,
     .flags = KL_BLOCKING, .raises = "RuntimeError, TypeError",
     .doc = "Write it, with all it learned, to a file (KMLF), which appears whole or not at all."},
    {.name = "load", .call = load, .params = KL_TABLE(path_param), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .flags = KL_STATIC | KL_BLOCKING,
     .raises = "RuntimeError, ValueError",
     .doc = "The estimator in a file of save(). What is damaged is refused. Load only files you trust: one made to "
            "harm can hold arrays that do not fit each other."},
    {.name = "_dump", .call = dump, .returns = KL_KIND_TUPLE, .raises = "TypeError",
     .doc = "Itself as bytes, and the objects of Python in it: for pickle."},
    {.name = "_restore", .call = restore, .params = KL_TABLE(dump_params), .returns = KL_KIND_OBJECT,
     .returns_type = &kl_estimator_type, .flags = KL_STATIC, .raises = "ValueError",
     .doc = "What _dump() was of."},
};
const size_t kl_estimator_method_count = KL_COUNT(kl_estimator_methods);
_Static_assert(KL_COUNT(kl_estimator_methods) == 12, "estimator.c says how many there are");
