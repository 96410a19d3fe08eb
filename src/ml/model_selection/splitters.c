/* src/ml/model_selection/splitters.c - KFold, StratifiedKFold, GroupKFold, TimeSeriesSplit, and what else may stand
 * for folds. */
#include "splitter.h"

#include "kailash/data.h"
#include "ml/estimator.h"

/* Those that have the parameter shuffle. */
typedef struct kfold {
    kl_object object;
    int64_t n_splits;
    bool shuffle;
    kl_value random_state;
} kfold;

typedef struct time_split {
    kl_object object;
    int64_t n_splits;
    kl_value max_train_size, test_size;
    int64_t gap;
} time_split;

extern const kl_type kl_kfold_type, kl_stratified_type, kl_group_kfold_type, kl_time_split_type;

/* ---- by each kind ------------------------------------------------------------------------------------------ */

static kl_status how_of(kl_split_how *out, const kfold *self, kl_error *error)
{
    *out = (kl_split_how){.splits = (size_t)self->n_splits, .shuffle = self->shuffle};
    return self->shuffle ? kl_random_seed(&out->seed, self->random_state, error) : KL_OK;
}

/* Labels or groups, one for each row. */
static kl_status codes_of(int64_t **codes, size_t *kinds, kl_value labels, const char *name, size_t n,
                          kl_task *task, kl_error *error)
{
    kl_value classes;
    size_t count;
    if (kl_is_null(labels))
        return kl_error_set(error, KL_INVALID, "%s: expected one for each row, got None", name);
    KL_TRY(kl_labels_encode(codes, &classes, &count, labels, kl_null(), name, task, error));
    *kinds = kl_labels_count(classes);
    kl_value_release(classes);
    return count == n ? KL_OK
                      : kl_error_set(error, KL_INVALID, "%s: expected %zu of them, one for each row, got %zu",
                                     name, n, count);
}

static kl_status plain_folds(kl_folds *out, const kfold *self, const kl_split_data *data, kl_task *task,
                             kl_error *error)
{
    kl_split_how how;
    int64_t *codes;
    size_t kinds;
    KL_TRY(how_of(&how, self, error));
    if (self->object.type == &kl_kfold_type)
        return kl_split_plain(out, data->n, &how, task, error);
    bool by_group = self->object.type == &kl_group_kfold_type;
    KL_TRY(codes_of(&codes, &kinds, by_group ? data->groups : data->y, by_group ? "groups" : "y", data->n,
                    task, error));
    return by_group ? kl_split_groups(out, codes, data->n, kinds, &how, task, error)
                    : kl_split_stratified(out, codes, data->n, kinds, &how, task, error);
}

static kl_status time_folds(kl_folds *out, const time_split *self, const kl_split_data *data, kl_task *task,
                            kl_error *error)
{
    return kl_split_time(out, data->n, (size_t)self->n_splits, (size_t)kl_as_int(self->max_train_size),
                         (size_t)kl_as_int(self->test_size), (size_t)self->gap, task, error);
}

/* ---- from the face ----------------------------------------------------------------------------------------- */

/* The numbers of a list or an array. */
static kl_status numbers_of(const double **out, size_t *count, kl_value value, kl_task *task, kl_error *error)
{
    double *numbers;
    if (!kl_is(value, KL_KIND_ARRAY))
        return kl_numbers_read(out, count, value, "cv", task, error);
    *count = kl_array_len(value);
    KL_TAKE_RAW(numbers, task, *count + 1, error);
    for (size_t i = 0; i < *count; i++) {
        kl_value item = kl_array_at(value, i);
        if (!kl_is_number(item))
            return kl_error_set(error, KL_TYPE, "cv: expected numbers of rows, got %s", kl_value_kind_name(item));
        numbers[i] = kl_as_double(item);
    }
    *out = numbers;
    return KL_OK;
}

/* Row numbers from 0 to n - 1; negative ones count from the end. A mask of bools tells them, too. */
static kl_status rows_of(const int64_t **out, size_t *count, kl_value value, size_t n, kl_task *task,
                         kl_error *error)
{
    const double *numbers;
    const kl_array_view *view = kl_as_array_view(value);
    bool is_mask = view && view->layout.format == '?';
    int64_t *rows;
    size_t given, at = 0;
    KL_TRY(numbers_of(&numbers, &given, value, task, error));
    KL_TAKE_RAW(rows, task, given ? given : 1, error);
    if (is_mask && given != n)
        return kl_error_set(error, KL_INVALID, "cv: a mask has %zu items, there are %zu rows", given, n);
    for (size_t i = 0; i < given; i++) {
        double row = is_mask ? (double)i : numbers[i] < 0 ? numbers[i] + (double)n : numbers[i];
        if (!(row >= 0 && row < (double)n) || row != (double)(int64_t)row)
            return kl_error_set(error, KL_INVALID, "cv: row %g is none of the %zu rows", numbers[i], n);
        if (!is_mask || numbers[i] != 0)
            rows[at++] = (int64_t)row;
    }
    *out = rows;
    *count = at;
    return KL_OK;
}

static kl_status listed_folds(kl_folds *out, kl_value pairs, size_t n, kl_task *task, kl_error *error)
{
    size_t count = kl_array_len(pairs);
    if (count == 0)
        return kl_error_set(error, KL_INVALID, "cv: expected at least one pair of train and test rows");
    KL_TAKE(out->fold, task, count, error);
    out->count = count;
    for (size_t i = 0; i < count; i++) {
        kl_value pair = kl_array_at(pairs, i);
        kl_fold *fold = &out->fold[i];
        if (kl_array_len(pair) != 2)
            return kl_error_set(error, KL_TYPE, "cv: expected pairs of train and test rows");
        KL_TRY(rows_of(&fold->train, &fold->train_count, kl_array_at(pair, 0), n, task, error));
        KL_TRY(rows_of(&fold->test, &fold->test_count, kl_array_at(pair, 1), n, task, error));
        if (fold->train_count == 0 || fold->test_count == 0)
            return kl_error_set(error, KL_INVALID, "cv: fold %zu has no rows to %s", i,
                                fold->train_count ? "test on" : "learn from");
    }
    return KL_OK;
}

static kl_status foreign_folds(kl_folds *out, kl_value splitter, const kl_split_data *data, kl_task *task,
                               kl_error *error)
{
    kl_value args[] = {data->x, data->y, data->groups}, pairs;
    KL_TRY(kl_foreign_call(&pairs, splitter, "split", args, 3, kl_null(), error));
    kl_status status = listed_folds(out, pairs, data->n, task, error);
    kl_value_release(pairs);
    return status;
}

/* A number of folds. */
static kl_status numbered_folds(kl_folds *out, int64_t splits, bool by_class, const kl_split_data *data,
                                kl_task *task, kl_error *error)
{
    kl_split_how how = {.splits = (size_t)splits};
    int64_t *codes;
    size_t kinds;
    if (splits < 2)
        return kl_error_set(error, KL_INVALID, "cv: expected at least 2 folds, got %lld", (long long)splits);
    if (!by_class)
        return kl_split_plain(out, data->n, &how, task, error);
    KL_TRY(codes_of(&codes, &kinds, data->y, "y", data->n, task, error));
    return kl_split_stratified(out, codes, data->n, kinds, &how, task, error);
}

kl_status kl_folds_of(kl_folds *out, kl_value cv, bool by_class, const kl_split_data *data,
                      kl_task *task, kl_error *error)
{
    const kl_type *type = kl_is(cv, KL_KIND_OBJECT) ? cv.as.object->type : NULL;
    if (kl_is_null(cv) || kl_is(cv, KL_KIND_INT))
        return numbered_folds(out, kl_is_null(cv) ? 5 : kl_as_int(cv), by_class, data, task, error);
    if (type == &kl_time_split_type)
        return time_folds(out, (const time_split *)(const void *)cv.as.object, data, task, error);
    if (type == &kl_kfold_type || type == &kl_stratified_type || type == &kl_group_kfold_type)
        return plain_folds(out, (const kfold *)(const void *)cv.as.object, data, task, error);
    if (kl_as_foreign(cv) && kl_foreign_has(cv, "split"))
        return foreign_folds(out, cv, data, task, error);
    if (kl_is(cv, KL_KIND_ARRAY))
        return listed_folds(out, cv, data->n, task, error);
    return kl_error_set(error, KL_TYPE,
                        "cv: expected a number of folds, a splitter or pairs of train and test rows, got %s",
                        type ? type->name : kl_value_kind_name(cv));
}

/* ---- split() ----------------------------------------------------------------------------------------------- */

static kl_status row_list(kl_value *out, const int64_t *rows, size_t count, bool as_array, kl_error *error)
{
    kl_value list;
    if (as_array)
        return kl_indices_from(out, rows, count, error);
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++)
        kl_array_push(&list, kl_int(rows[i]), NULL); /* has room */
    *out = list;
    return KL_OK;
}

static kl_status fold_pair(kl_value *out, const kl_fold *fold, bool as_array, kl_error *error)
{
    kl_value pair = kl_null(), train = kl_null(), test = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&pair, 2, error));
    KL_TRY_OUT(row_list(&train, fold->train, fold->train_count, as_array, error));
    KL_TRY_OUT(row_list(&test, fold->test, fold->test_count, as_array, error));
    kl_array_push(&pair, train, NULL); /* has room for both */
    kl_array_push(&pair, test, NULL);
    *out = pair;
    return KL_OK;
out:
    kl_value_release(train);
    kl_value_release(pair);
    return status;
}

static kl_status fold_list(kl_value *out, const kl_folds *folds, bool as_arrays, kl_error *error)
{
    kl_value list, pair;
    KL_TRY(kl_array_new(&list, folds->count, error));
    for (size_t i = 0; i < folds->count; i++) {
        kl_status status = fold_pair(&pair, &folds->fold[i], as_arrays, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
        kl_array_push(&list, pair, NULL); /* has room */
    }
    *out = list;
    return KL_OK;
}

/* Rows of x, which may be their number itself. */
static kl_status count_rows(size_t *n, kl_value x, kl_error *error)
{
    if (!kl_is(x, KL_KIND_INT))
        return kl_data_rows(n, x, "x", error);
    if (kl_as_int(x) < 0)
        return kl_error_set(error, KL_OVERFLOW, "n_samples: expected a number >= 0, got %lld",
                            (long long)kl_as_int(x));
    *n = (size_t)kl_as_int(x);
    return KL_OK;
}

/* args: x or the number of rows, y, groups, as_arrays. With one argument a stratified splitter takes it for y, with
 * two a splitter of groups the second for groups. */
static kl_status split(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    kl_split_data data = {.x = args[0], .y = args[1], .groups = args[2]};
    kl_task task = KL_TASK_INIT;
    kl_folds folds;
    if (self->type == &kl_stratified_type && kl_is_null(data.y))
        data.y = data.x;
    if (self->type == &kl_stratified_type && kl_is_null(data.x))
        data.x = data.y;
    if (self->type == &kl_group_kfold_type && kl_is_null(data.groups))
        data.groups = data.y;
    KL_TRY(count_rows(&data.n, data.x, error));
    kl_status status = kl_folds_of(&folds, kl_value_of(self), false, &data, &task, error);
    if (status == KL_OK)
        status = fold_list(out, &folds, kl_as_bool(args[3]), error);
    kl_task_end(&task);
    return status;
}

static kl_status get_n_splits(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_int(self->type == &kl_time_split_type ? ((const time_split *)(const void *)self)->n_splits
                                                    : ((const kfold *)(const void *)self)->n_splits);
    return KL_OK;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

#define OTHERS                                                                                     \
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "a label for each row"}, \
    {.name = "groups", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "a group for each row"}, \
    {.name = "as_arrays", .kind = KL_KIND_BOOL, .fallback = "false", .flags = KL_KEYWORD_ONLY,     \
     .doc = "arrays of int64 instead of lists"}
static const kl_param split_params[] = {
    {.name = "n_samples", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA,
     .doc = "how many rows there are, or the rows"},
    OTHERS};
static const kl_param stratified_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL,
     .doc = "the rows, or how many there are; alone, the labels"},
    OTHERS};
static const kl_param splits_params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "has no effect"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "has no effect"},
    {.name = "groups", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "has no effect"},
};

#define SPLIT(table, text)                                                                         \
    {.name = "split", .call = split, .params = KL_TABLE(table), .returns = KL_KIND_ARRAY,          \
     .item = KL_KIND_TUPLE, .flags = KL_ARRAYS, .raises = "ValueError, TypeError", .doc = text},   \
    {.name = "get_n_splits", .call = get_n_splits, .params = KL_TABLE(splits_params),              \
     .returns = KL_KIND_INT, .doc = "The number of folds."}
static const kl_method kfold_methods[] = {
    SPLIT(split_params, "The folds: a list of (rows to learn from, rows to test on), both ascending.")};
static const kl_method stratified_methods[] = {
    SPLIT(stratified_params, "The folds of split(y) or split(x, y): a list of (rows to learn from, rows to test "
                             "on), both ascending.")};
static const kl_method group_methods[] = {
    SPLIT(split_params, "The folds of split(n_samples, groups) or split(x, y, groups): a list of (rows to learn "
                        "from, rows to test on), both ascending.")};

#define N_SPLITS(owner, text)                                                                      \
    KL_COUNT_FIELD(owner, n_splits, 5, .range = KL_RANGE(2, 1e9), .doc = text)
#define SHUFFLED(more, text)                                                                       \
    KL_BOOL(kfold, shuffle, false, .flags = more, .doc = text),                                    \
    KL_VALUE(kfold, random_state, .kind = KL_KIND_INT, .flags = KL_OPTIONAL | more,                \
             .doc = "seed of the shuffling, an int >= 0; None = a fresh one each time. Without shuffle "\
                    "nothing is random")
static const kl_field kfold_fields[] = {
    N_SPLITS(kfold, "how many folds; at least 2"),
    SHUFFLED(0, "cut the rows in random order instead of as they stand")};
static const kl_field group_fields[] = {
    N_SPLITS(kfold, "how many folds; at least 2 and at most the number of groups"),
    SHUFFLED(KL_KEYWORD_ONLY, "deal out the groups in random order, as many to each fold, instead of the largest to "
                              "the lightest fold")};
static const kl_field time_fields[] = {
    N_SPLITS(time_split, "how many splits; at least 2"),
    KL_VALUE(time_split, max_train_size, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 9e15),
             .doc = "most rows to learn from, the latest ones; None = all before the test"),
    KL_VALUE(time_split, test_size, .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(1, 9e15),
             .doc = "rows of each test; None = rows / (n_splits + 1)"),
    KL_COUNT_FIELD(time_split, gap, 0, .doc = "rows left out between those to learn from and the test"),
};

const kl_type kl_kfold_type = {
    .name = "KFold", .module = "kailash.ml", .size = sizeof(kfold), .fields = KL_TABLE(kfold_fields),
    .methods = KL_TABLE(kfold_methods), .flags = KL_TYPE_FIELDS | KL_TYPE_BASE,
    .repr_fields = "n_splits shuffle",
    .doc = "Rows cut into n_splits folds, each of which is the test once. The first folds have one row more when the "
           "rows cannot be divided evenly."};
KL_PUBLISH(kl_kfold_type);
const kl_type kl_stratified_type = {
    .name = "StratifiedKFold", .module = "kailash.ml", .size = sizeof(kfold),
    .fields = KL_TABLE(kfold_fields), .methods = KL_TABLE(stratified_methods),
    .flags = KL_TYPE_FIELDS | KL_TYPE_BASE, .repr_fields = "n_splits shuffle",
    .doc = "As KFold, with the classes in each fold as in all rows. A class with fewer rows than folds gives a "
           "warning; when all are so small, it is an error."};
KL_PUBLISH(kl_stratified_type);
const kl_type kl_group_kfold_type = {
    .name = "GroupKFold", .module = "kailash.ml", .size = sizeof(kfold), .fields = KL_TABLE(group_fields),
    .methods = KL_TABLE(group_methods), .flags = KL_TYPE_FIELDS | KL_TYPE_BASE, .repr_fields = "n_splits",
    .doc = "Folds that keep groups of rows together, of about the same number of rows: the largest group goes to the "
           "lightest fold, and so on."};
KL_PUBLISH(kl_group_kfold_type);
const kl_type kl_time_split_type = {
    .name = "TimeSeriesSplit", .module = "kailash.ml", .size = sizeof(time_split),
    .fields = KL_TABLE(time_fields), .methods = KL_TABLE(kfold_methods),
    .flags = KL_TYPE_FIELDS | KL_TYPE_BASE, .repr_fields = "n_splits",
    .doc = "Rows in the order of time: each test follows the rows to learn from, of which there are more and more."};
KL_PUBLISH(kl_time_split_type);
