/* src/ml/model_selection/split_data.c - train_test_split: rows to learn from, rows to test on. */
#include "ml/metrics/score.h"
#include "ml/model.h"

#include <math.h>

/* How many rows a part has: a number of rows, or a share of all. */
static kl_status size_of(size_t *out, kl_value size, size_t n, const char *name, bool up, kl_error *error)
{
    double rows = kl_as_double(size);
    if (kl_is(size, KL_KIND_DOUBLE)) {
        if (!(rows > 0 && rows < 1))
            return kl_bad_parameter(error, name, "a share between 0 and 1, or a number of rows", size);
        rows = up ? ceil(rows * (double)n) : floor(rows * (double)n);
    } else if (!kl_is(size, KL_KIND_INT)) {
        return kl_error_set(error, KL_TYPE, "%s: expected a share between 0 and 1 or a number of rows, got %s", name,
                            kl_value_kind_name(size));
    }
    if (!(rows >= 1 && rows < (double)n))
        return kl_bad_parameter(error, name, "at least one row for each part", size);
    *out = (size_t)rows;
    return KL_OK;
}

static kl_status sizes_of(size_t *train, size_t *test, size_t n, kl_value train_size, kl_value test_size,
                          kl_error *error)
{
    if (n < 2)
        return kl_bad_input(error, "x has %zu rows; at least 2 are needed, one for each part", n);
    if (kl_is_null(test_size) && kl_is_null(train_size))
        test_size = kl_double(0.2);
    if (!kl_is_null(test_size))
        KL_TRY(size_of(test, test_size, n, "test_size", true, error));
    if (!kl_is_null(train_size))
        KL_TRY(size_of(train, train_size, n, "train_size", false, error));
    if (kl_is_null(test_size))
        *test = n - *train;
    if (kl_is_null(train_size))
        *train = n - *test;
    if (*train + *test > n)
        return kl_bad_input(error, "train_size and test_size ask for %zu rows of %zu", *train + *test, n);
    return KL_OK;
}

/* ---- stratified -------------------------------------------------------------------------------------------- */

/* `draws` rows shared out to classes in proportion to their counts: rounded down, the largest remainders first, equal ones
 * in random order. */
static kl_status share_out(size_t *out, const size_t *counts, size_t classes, size_t draws, kl_random *random,
                           kl_task *task, kl_error *error)
{
    int64_t *order;
    double *rest, total = 0;
    size_t given = 0;
    KL_TAKE(order, task, classes, error);
    KL_TAKE(rest, task, classes, error);
    for (size_t c = 0; c < classes; c++)
        total += (double)counts[c];
    for (size_t c = 0; c < classes; c++) {
        double part = (double)counts[c] / total * (double)draws;
        out[c] = (size_t)floor(part);
        rest[c] = part - floor(part);
        given += out[c];
        order[c] = (int64_t)c;
    }
    kl_random_shuffle(random, order, classes);
    for (; given < draws; given++) {
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            if (rest[order[c]] > rest[order[best]])
                best = c;
        out[order[best]]++;
        rest[order[best]] = -1;
    }
    return KL_OK;
}

static kl_status check_classes(const size_t *counts, size_t classes, size_t train, size_t test, kl_error *error)
{
    for (size_t c = 0; c < classes; c++)
        if (counts[c] < 2)
            return kl_bad_input(error, "stratify: a class has one row only; each part needs one of every class");
    if (KL_MIN(train, test) < classes)
        return kl_bad_input(error, "stratify: a part of %zu rows cannot hold %zu classes", KL_MIN(train, test),
                            classes);
    return KL_OK;
}

/* Rows in random order, those of the test first, then those to learn from, each with the classes in proportion. */
static kl_status stratified(int64_t *order, size_t n, size_t train, size_t test, kl_value labels,
                            kl_random *random, kl_task *task, kl_error *error)
{
    int64_t *codes;
    size_t count, *counts, *to_train, *to_test, at_test = 0, at_train = test;
    kl_value classes;
    KL_TRY(kl_labels_encode(&codes, &classes, &count, labels, kl_null(), "stratify", task, error));
    size_t k = kl_labels_count(classes);
    kl_value_release(classes);
    if (count != n)
        return kl_bad_dimension(error, "labels in stratify", n, count);
    KL_TAKE(counts, task, k, error);
    KL_TAKE(to_train, task, k, error);
    KL_TAKE(to_test, task, k, error);
    for (size_t i = 0; i < n; i++)
        counts[codes[i]]++;
    KL_TRY(check_classes(counts, k, train, test, error));
    KL_TRY(share_out(to_train, counts, k, train, random, task, error));
    for (size_t c = 0; c < k; c++)
        counts[c] -= to_train[c];
    KL_TRY(share_out(to_test, counts, k, test, random, task, error));
    int64_t *mixed;
    KL_TAKE_RAW(mixed, task, n, error);
    memcpy(mixed, order, n * sizeof *mixed);
    for (size_t i = 0; i < n; i++) {
        size_t c = (size_t)codes[mixed[i]];
        if (to_test[c] > 0) {
            to_test[c]--;
            order[at_test++] = mixed[i];
        } else if (to_train[c] > 0) {
            to_train[c]--;
            order[at_train++] = mixed[i];
        }
    }
    return KL_OK;
}

/* ---- the function ------------------------------------------------------------------------------------------ */

/* args: x, y, test_size, random_state, shuffle, train_size, stratify. `order`: rows of the test, then to learn from. */
static kl_status order_rows(int64_t *order, size_t n, size_t train, size_t test, const kl_value *args,
                            kl_task *task, kl_error *error)
{
    uint64_t seed;
    kl_random random;
    bool shuffle = kl_as_bool(args[4]);
    if (!shuffle && !kl_is_null(args[6]))
        return kl_bad_input(error, "stratify needs shuffle=True");
    for (size_t i = 0; i < n; i++)
        order[i] = (int64_t)i;
    if (!shuffle) { /* the test is the tail */
        for (size_t i = 0; i < test + train; i++)
            order[i] = (int64_t)(i < test ? train + i : i - test);
        return KL_OK;
    }
    KL_TRY(kl_random_seed(&seed, args[3], error));
    kl_random_open(&random, seed, 0, 0);
    kl_random_shuffle(&random, order, n);
    return kl_is_null(args[6]) ? KL_OK
                               : stratified(order, n, train, test, args[6], &random, task, error);
}

static kl_status take_parts(kl_value *list, kl_value data, const int64_t *order, size_t train, size_t test,
                            kl_error *error)
{
    kl_value part;
    KL_TRY(kl_data_take(&part, data, order + test, train, error));
    KL_TRY(kl_array_push(list, part, error));
    KL_TRY(kl_data_take(&part, data, order, test, error));
    return kl_array_push(list, part, error);
}

static kl_status split(kl_value *out, const kl_value *args, kl_task *task, kl_error *error)
{
    kl_value list = kl_null();
    int64_t *order;
    size_t n, m, train = 0, test = 0;
    KL_TRY(kl_data_rows(&n, args[0], "x", error));
    if (!kl_is_null(args[1])) {
        KL_TRY(kl_data_rows(&m, args[1], "y", error));
        if (m != n)
            return kl_bad_dimension(error, "samples", n, m);
    }
    KL_TRY(sizes_of(&train, &test, n, args[5], args[2], error));
    KL_TAKE_RAW(order, task, n, error);
    KL_TRY(order_rows(order, n, train, test, args, task, error));
    KL_TRY(kl_array_new(&list, 4, error));
    kl_status status = take_parts(&list, args[0], order, train, test, error);
    if (status == KL_OK && !kl_is_null(args[1]))
        status = take_parts(&list, args[1], order, train, test, error);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}
KL_MEASURE(split)

static const kl_param params[] = {
    {.name = "x", .alias = "X", .kind = KL_KIND_ANY, .flags = KL_DATA, .doc = "rows: an array, a table, a list"},
    {.name = "y", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL, .doc = "a label or a number for each row"},
    {.name = "test_size", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
     .doc = "rows of the test: their number, or a share between 0 and 1, rounded up; None = those that are not to learn "
            "from, or 0.2"},
    {.name = "random_state", .kind = KL_KIND_INT, .flags = KL_OPTIONAL,
     .doc = "seed of the order, >= 0; None = a fresh one"},
    {.name = "shuffle", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "take the rows in random order; false: the last ones are the test"},
    {.name = "train_size", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "rows to learn from: their number, or a share between 0 and 1, rounded down; None = all others"},
    {.name = "stratify", .kind = KL_KIND_ANY, .flags = KL_DATA | KL_OPTIONAL | KL_KEYWORD_ONLY,
     .doc = "labels whose shares both parts keep; None = none"},
};
static const kl_function split_function = {
    .module = "kailash.ml",
    .method = {.name = "train_test_split", .call = split_call, .params = KL_TABLE(params), .returns = KL_KIND_TUPLE,
               .flags = KL_ARRAYS, .raises = KL_MEASURE_RAISES,
               .doc = "Cut rows in two: (x_train, x_test, y_train, y_test), or (x_train, x_test) without y. Each part is of "
                      "the kind that was given."}};
KL_PUBLISH_FUNCTION(split_function);
