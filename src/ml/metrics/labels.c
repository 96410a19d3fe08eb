/* src/ml/metrics/labels.c - two rows of labels, brought to codes of one set of labels. */
#include "score.h"

#include "kailash/data.h"

size_t kl_score_columns(kl_value value)
{
    const kl_array_view *view = kl_as_array_view(value);
    if (view)
        return view->layout.ndim < 2 ? 1 : (size_t)view->layout.shape[1];
    const kl_data_frame *frame = kl_as_object(value, &kl_data_frame_type);
    if (frame)
        return kl_array_len(frame->columns);
    const kl_sparse_matrix *sparse = kl_as_object(value, &kl_sparse_matrix_type);
    if (sparse)
        return (size_t)sparse->cols;
    kl_value first = kl_array_at(value, 0);
    return kl_is(first, KL_KIND_ARRAY) ? kl_array_len(first) : 1;
}

int64_t kl_label_find(kl_value classes, kl_value label)
{
    const double *numbers = kl_doubles(classes);
    size_t count = kl_labels_count(classes);
    if (numbers && !kl_is_number(label) && !kl_is(label, KL_KIND_BOOL))
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (numbers ? numbers[i] == kl_as_double(label)
                    : kl_is(label, KL_KIND_STRING) &&
                          kl_text_equal(kl_as_text(kl_array_at(classes, i)), kl_as_text(label)))
            return (int64_t)i;
    }
    return -1;
}

/* Order of label i of `a` and label j of `b`, which are both numbers or both texts. */
static int order(kl_value a, size_t i, kl_value b, size_t j)
{
    const double *x = kl_doubles(a), *y = kl_doubles(b);
    if (x)
        return (x[i] > y[j]) - (x[i] < y[j]);
    return kl_text_compare(kl_as_text(kl_array_at(a, i)), kl_as_text(kl_array_at(b, j)));
}

/* Item i of classes, appended to the union; `numbers` is the union's memory, or NULL for texts. */
static kl_status append(kl_value *classes, double *numbers, size_t at, kl_value from, size_t i,
                        kl_error *error)
{
    if (numbers) {
        numbers[at] = kl_doubles(from)[i];
        return KL_OK;
    }
    return kl_array_push(classes, kl_value_retain(kl_array_at(from, i)), error);
}

static kl_status merge(kl_value *merged, double *numbers, size_t *count, kl_value a, kl_value b,
                       int64_t *into_a, int64_t *into_b, kl_error *error)
{
    size_t m = kl_labels_count(a), n = kl_labels_count(b), at = 0;
    for (size_t i = 0, j = 0; i < m || j < n; at++) {
        int compared = i == m ? 1 : j == n ? -1 : order(a, i, b, j);
        KL_TRY(append(merged, numbers, at, compared <= 0 ? a : b, compared <= 0 ? i : j, error));
        if (compared <= 0)
            into_a[i++] = (int64_t)at;
        if (compared >= 0)
            into_b[j++] = (int64_t)at;
    }
    *count = at;
    return KL_OK;
}

kl_status kl_classes_union(kl_value *out, kl_value a, kl_value b, int64_t **into_a,
                           int64_t **into_b, kl_task *task, kl_error *error)
{
    bool numeric = kl_doubles(a) != NULL;
    size_t m = kl_labels_count(a), n = kl_labels_count(b), count = 0;
    if (m > 0 && n > 0 && numeric != (kl_doubles(b) != NULL))
        return kl_bad_input(error, "the labels are numbers on one side and texts on the other; "
                                   "expected the same kind");
    if (m == 0)
        numeric = kl_doubles(b) != NULL;
    KL_TAKE(*into_a, task, m + 1, error);
    KL_TAKE(*into_b, task, n + 1, error);
    double *numbers = NULL;
    kl_value merged = kl_null();
    if (numeric)
        KL_TAKE(numbers, task, m + n + 1, error);
    else
        KL_TRY(kl_array_new(&merged, m + n, error));
    kl_status status = merge(&merged, numbers, &count, a, b, *into_a, *into_b, error);
    if (status == KL_OK && numeric)
        status = kl_vector_from(&merged, numbers, count, error);
    if (status == KL_OK)
        *out = merged;
    else
        kl_value_release(merged);
    return status;
}

/* ---- a pair ------------------------------------------------------------------------------------------------ */

static kl_status check_lengths(size_t truth, size_t answer, kl_error *error)
{
    if (truth != answer)
        return kl_bad_dimension(error, "elements of y_pred", truth, answer);
    if (truth == 0)
        return kl_bad_input(error, "y_true is empty");
    return KL_OK;
}

static kl_status check_bits(const double *bits, size_t count, const char *name, kl_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (bits[i] != 0 && bits[i] != 1)
            return kl_bad_input(error,
                                "%s has several columns, so each number must be 0 or 1 (has the "
                                "row the label?), got %g",
                                name, bits[i]);
    return KL_OK;
}

static kl_status read_multilabel(kl_label_pair *out, kl_value truth, kl_value answer, kl_task *task,
                                 kl_error *error)
{
    size_t n, k;
    out->is_multilabel = true;
    KL_TRY(kl_targets_read(&out->truth_bits, &out->n, &out->k, truth, "y_true", task, error));
    KL_TRY(kl_targets_read(&out->answer_bits, &n, &k, answer, "y_pred", task, error));
    KL_TRY(check_lengths(out->n, n, error));
    if (k != out->k)
        return kl_bad_dimension(error, "columns of y_pred", out->k, k);
    KL_TRY(check_bits(out->truth_bits, n * k, "y_true", error));
    return check_bits(out->answer_bits, n * k, "y_pred", error);
}

static kl_status read_labels(kl_label_pair *out, kl_value truth, kl_value answer, kl_task *task,
                             kl_error *error)
{
    int64_t *a, *b, *into_a, *into_b;
    kl_value of_a = kl_null(), of_b = kl_null();
    size_t n;
    kl_status status;
    KL_TRY_OUT(kl_labels_encode(&a, &of_a, &out->n, truth, kl_null(), "y_true", task, error));
    KL_TRY_OUT(kl_labels_encode(&b, &of_b, &n, answer, kl_null(), "y_pred", task, error));
    KL_TRY_OUT(check_lengths(out->n, n, error));
    KL_TRY_OUT(kl_classes_union(&out->classes, of_a, of_b, &into_a, &into_b, task, error));
    for (size_t i = 0; i < n; i++) {
        a[i] = into_a[a[i]];
        b[i] = into_b[b[i]];
    }
    out->k = kl_labels_count(out->classes);
    out->truth = a;
    out->answer = b;
out:
    kl_value_release(of_a);
    kl_value_release(of_b);
    return status;
}

kl_status kl_label_pair_read(kl_label_pair *out, kl_value truth, kl_value answer, kl_value weights,
                             kl_task *task, kl_error *error)
{
    *out = (kl_label_pair){.classes = kl_null()};
    bool several = kl_score_columns(truth) > 1 || kl_score_columns(answer) > 1;
    KL_TRY(several ? read_multilabel(out, truth, answer, task, error)
                   : read_labels(out, truth, answer, task, error));
    return kl_weights_read(&out->weights, weights, out->n, task, error);
}

void kl_label_pair_end(kl_label_pair *pair)
{
    kl_value_release(kl_value_take(&pair->classes));
}

/* ---- some of the labels ------------------------------------------------------------------------------------ */

/* Labels of `labels` in the order given: kl_labels_encode() sorts, its codes tell the order. */
static kl_status choose(int64_t *out, const kl_label_pair *pair, kl_value classes,
                        const int64_t *codes, size_t count, kl_error *error)
{
    const double *numbers = kl_doubles(classes);
    for (size_t i = 0; i < count; i++) {
        size_t code = (size_t)codes[i];
        if (!pair->is_multilabel) {
            out[i] = kl_label_find(pair->classes, numbers ? kl_double(numbers[code])
                                                          : kl_array_at(classes, code));
            continue;
        }
        double column = numbers ? numbers[code] : -1;
        if (!(column >= 0 && column < (double)pair->k) || column != (double)(int64_t)column)
            return kl_bad_input(error, "labels of tables are numbers of columns, from 0 to %zu",
                                pair->k - 1);
        out[i] = (int64_t)column;
    }
    return KL_OK;
}

kl_status kl_label_choice(int64_t **out, size_t *count, const kl_label_pair *pair, kl_value labels,
                          kl_task *task, kl_error *error)
{
    if (kl_is_null(labels)) {
        KL_TAKE(*out, task, pair->k + 1, error);
        for (size_t i = 0; i < pair->k; i++)
            (*out)[i] = (int64_t)i;
        *count = pair->k;
        return KL_OK;
    }
    int64_t *codes;
    kl_value classes = kl_null();
    KL_TRY(kl_labels_encode(&codes, &classes, count, labels, kl_null(), "labels", task, error));
    *out = kl_task_alloc(task, *count + 1, sizeof **out);
    kl_status status = !*out ? kl_error_no_memory(error)
                       : *count == 0
                           ? kl_bad_input(error, "labels is empty; expected at least one label")
                           : choose(*out, pair, classes, codes, *count, error);
    kl_value_release(classes);
    return status;
}

kl_status kl_confusion(double **out, const kl_label_pair *pair, kl_task *task, kl_error *error)
{
    if (pair->is_multilabel)
        return kl_bad_input(error, "y_true has several columns; expected one label for each row");
    size_t k = pair->k;
    KL_TAKE(*out, task, k * k, error);
    for (size_t i = 0; i < pair->n; i++)
        (*out)[(size_t)pair->truth[i] * k + (size_t)pair->answer[i]] +=
            kl_pair_weight(pair->weights, i);
    return KL_OK;
}

kl_status kl_margins_count(kl_margins *out, const kl_label_pair *pair, kl_task *task,
                           kl_error *error)
{
    if (pair->is_multilabel)
        return kl_bad_input(error, "y_true has several columns; expected one label for each row");
    KL_TAKE(out->hit, task, pair->k, error);
    KL_TAKE(out->truth, task, pair->k, error);
    KL_TAKE(out->answer, task, pair->k, error);
    out->total = 0;
    for (size_t i = 0; i < pair->n; i++) {
        double w = kl_pair_weight(pair->weights, i);
        out->truth[pair->truth[i]] += w;
        out->answer[pair->answer[i]] += w;
        if (pair->truth[i] == pair->answer[i])
            out->hit[pair->truth[i]] += w;
        out->total += w;
    }
    return KL_OK;
}

double kl_nan_average(const double *values, const double *weights, size_t n)
{
    double sum = 0, total = 0, plain = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (values[i] != values[i])
            continue;
        double w = kl_pair_weight(weights, i);
        sum += w * values[i];
        total += w;
        plain += values[i];
        count++;
    }
    if (count == 0)
        return __builtin_nan("");
    return total != 0 ? sum / total : plain / (double)count;
}
