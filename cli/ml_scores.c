/* cli/ml_scores.c - how good answers are, and what they come from; see ml.h. */
#include "ml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LABEL_MAX = 512, CLASSES_MAX = 1000 };

/* ---- classes ----------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_label(ml_scores *s, const char *text)
{
    s->labels[s->classes] = strdup(text);
    return s->labels[s->classes] && ++s->classes;
}

static kl_status name_numbers(ml_scores *s, kl_value all, kl_error *error)
{
    char room[LABEL_MAX];
    size_t rows = ml_length(all);
    double *numbers = malloc((rows + 1) * sizeof *numbers);
    bool ok = numbers != NULL;
    for (size_t i = 0; ok && i < rows; i++)
        numbers[i] = ml_number(all, i);
    if (ok)
        qsort(numbers, rows, sizeof *numbers, by_number);
    for (size_t i = 0; ok && i < rows; i++) {
        if (i && numbers[i] == numbers[i - 1])
            continue;
        snprintf(room, sizeof room, "%.15g", numbers[i]);
        ok = add_label(s, room);
    }
    free(numbers);
    return ok ? KL_OK : kl_error_no_memory(error);
}

static kl_status name_texts(ml_scores *s, kl_value all, kl_error *error)
{
    kl_value sorted = kl_value_retain(all);
    char room[LABEL_MAX];
    kl_status status = kl_array_sort(&sorted, error);
    for (size_t i = 0; status == KL_OK && i < kl_array_len(sorted); i++) {
        ml_label(room, sizeof room, sorted, i);
        if (s->classes && strcmp(s->labels[s->classes - 1], room) == 0)
            continue;
        if (!add_label(s, room))
            status = kl_error_no_memory(error);
    }
    kl_value_release(sorted);
    return status;
}

/* Class of each item; KL_INVALID for one that is none of them. */
static kl_status encode(size_t *out, const ml_scores *s, kl_value column, bool numbers, kl_error *error)
{
    char room[LABEL_MAX];
    const char *key = room;
    for (size_t i = 0; i < s->rows; i++) {
        ml_label(room, sizeof room, column, i);
        char **found = NULL;
        if (!numbers)
            found = bsearch(&key, s->labels, s->classes, sizeof *s->labels, by_text);
        for (size_t c = 0; numbers && !found && c < s->classes; c++)
            if (strcmp(s->labels[c], room) == 0)
                found = &s->labels[c];
        if (!found)
            return kl_error_set(error, KL_INVALID, "the answer '%s' is no label of the table", room);
        out[i] = (size_t)(found - s->labels);
    }
    return KL_OK;
}

static void measure_class(ml_scores *s, size_t c)
{
    size_t said = 0, hit = s->confusion[c * s->classes + c];
    for (size_t k = 0; k < s->classes; k++) {
        said += s->confusion[k * s->classes + c];
        s->support[c] += s->confusion[c * s->classes + k];
    }
    s->precision[c] = said ? (double)hit / (double)said : 0;
    s->recall[c] = s->support[c] ? (double)hit / (double)s->support[c] : 0;
    double sum = s->precision[c] + s->recall[c];
    s->f1[c] = sum > 0 ? 2 * s->precision[c] * s->recall[c] / sum : 0;
}

/* Means are those of the classes that occur: an absent one has no recall. */
static void measure_classes(ml_scores *s)
{
    size_t hits = 0, present = 0;
    for (size_t i = 0; i < s->rows; i++) {
        s->confusion[s->truth[i] * s->classes + s->answer[i]]++;
        hits += s->truth[i] == s->answer[i];
    }
    for (size_t c = 0; c < s->classes; c++) {
        measure_class(s, c);
        present += s->support[c] > 0;
        s->balanced += s->support[c] ? s->recall[c] : 0;
        s->macro_f1 += s->support[c] ? s->f1[c] : 0;
    }
    s->accuracy = s->rows ? (double)hits / (double)s->rows : 0;
    s->balanced /= present ? (double)present : 1;
    s->macro_f1 /= present ? (double)present : 1;
}

/* ---- ROC --------------------------------------------------------------------------------------- */

typedef struct chance {
    double value;
    bool is_class;
} chance;

/* The likeliest first. */
static int by_chance(const void *a, const void *b)
{
    double x = ((const chance *)a)->value, y = ((const chance *)b)->value;
    return (x < y) - (x > y);
}

double *ml_roc(size_t *count, const ml_scores *s, size_t class)
{
    chance *sorted = malloc((s->rows + 1) * sizeof *sorted);
    double *points = malloc(2 * (s->rows + 1) * sizeof *points);
    double positives = (double)s->support[class], negatives = (double)s->rows - positives;
    double hits = 0, faults = 0;
    *count = 0;
    if (!sorted || !points) {
        free(sorted);
        free(points);
        return NULL;
    }
    for (size_t i = 0; i < s->rows; i++)
        sorted[i] = (chance){s->chances[i * s->classes + class], s->truth[i] == class};
    qsort(sorted, s->rows, sizeof *sorted, by_chance);
    for (size_t i = 0; i <= s->rows; i++) {
        if (i == 0 || i == s->rows || sorted[i].value != sorted[i - 1].value) {
            points[2 * *count] = negatives > 0 ? faults / negatives : 0;
            points[2 * (*count)++ + 1] = positives > 0 ? hits / positives : 0;
        }
        if (i < s->rows) {
            hits += sorted[i].is_class;
            faults += !sorted[i].is_class;
        }
    }
    free(sorted);
    return points;
}

/* The area under each curve; NaN for a class that is all or nothing of the rows. */
static kl_status measure_roc(ml_scores *s, kl_error *error)
{
    double sum = 0;
    size_t known = 0;
    for (size_t c = 0; c < s->classes; c++) {
        size_t count;
        double *at = ml_roc(&count, s, c), area = 0;
        if (!at)
            return kl_error_no_memory(error);
        for (size_t i = 1; i < count; i++)
            area += (at[2 * i] - at[2 * i - 2]) * (at[2 * i + 1] + at[2 * i - 1]) / 2;
        free(at);
        s->auc[c] = s->support[c] && s->support[c] < s->rows ? area : NAN;
        sum += isnan(s->auc[c]) ? 0 : area;
        known += !isnan(s->auc[c]);
    }
    s->macro_auc = known ? sum / (double)known : NAN;
    return KL_OK;
}

/* Probabilities, when the model gives some for these very classes. */
static kl_status ask_chances(ml_scores *s, kl_value estimator, kl_value x, kl_error *error)
{
    kl_value answer;
    kl_error refused = KL_ERROR_INIT;
    if (!ml_has(estimator, "predict_proba"))
        return KL_OK;
    kl_status status = ml_call(&answer, estimator, "predict_proba", &x, 1, &refused);
    kl_error_clear(&refused); /* it may need a parameter that was not given: no curve then */
    if (status == KL_NO_MEMORY || status == KL_INTERRUPTED)
        return kl_error_set(error, status, "predict_proba failed");
    if (status != KL_OK)
        return KL_OK;
    const kl_array_view *view = kl_as_array_view(answer);
    bool fits = view && view->layout.format == 'd' && view->layout.ndim == 2 &&
                view->shape[0] == (int64_t)s->rows && view->shape[1] == (int64_t)s->classes;
    if (fits)
        s->chances = malloc((s->rows * s->classes + 1) * sizeof *s->chances);
    for (int64_t i = 0; s->chances && i < view->shape[0]; i++)
        for (int64_t c = 0; c < view->shape[1]; c++)
            s->chances[(size_t)i * s->classes + (size_t)c] =
                *(double *)kl_array_view_at(view, (int64_t[]){i, c});
    kl_value_release(answer);
    if (!fits)
        return KL_OK;
    return s->chances ? measure_roc(s, error) : kl_error_no_memory(error);
}

static kl_status make_room(ml_scores *s, kl_error *error)
{
    size_t n = s->rows + 1, c = s->classes + 1;
    if (s->classes > CLASSES_MAX)
        return kl_error_set(error, KL_LIMIT, "the target has %zu different labels; no more than %d can be "
                            "told apart in a report", s->classes, CLASSES_MAX);
    s->truth = calloc(n, sizeof *s->truth);
    s->answer = calloc(n, sizeof *s->answer);
    s->confusion = calloc(c * c, sizeof *s->confusion);
    s->precision = calloc(c, sizeof *s->precision);
    s->recall = calloc(c, sizeof *s->recall);
    s->f1 = calloc(c, sizeof *s->f1);
    s->auc = calloc(c, sizeof *s->auc);
    s->support = calloc(c, sizeof *s->support);
    bool ok = s->truth && s->answer && s->confusion && s->precision && s->recall && s->f1 && s->auc &&
              s->support;
    return ok ? KL_OK : kl_error_no_memory(error);
}

static kl_status score_classes(ml_scores *s, kl_value estimator, kl_value x, kl_value y,
                               kl_value answer, kl_value all, kl_error *error)
{
    bool numbers = kl_as_array_view(all) != NULL;
    s->labels = calloc(ml_length(all) + 1, sizeof *s->labels);
    if (!s->labels)
        return kl_error_no_memory(error);
    KL_TRY(numbers ? name_numbers(s, all, error) : name_texts(s, all, error));
    KL_TRY(make_room(s, error));
    KL_TRY(encode(s->truth, s, y, numbers, error));
    KL_TRY(encode(s->answer, s, answer, numbers, error));
    measure_classes(s);
    return ask_chances(s, estimator, x, error);
}

/* ---- numbers ----------------------------------------------------------------------------------- */

static kl_status score_numbers(ml_scores *s, kl_value y, kl_value answer, kl_error *error)
{
    double mean = 0, spread = 0, squares = 0, absolute = 0, n = (double)s->rows;
    s->y = malloc((s->rows + 1) * sizeof *s->y);
    s->guess = malloc((s->rows + 1) * sizeof *s->guess);
    if (!s->y || !s->guess)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < s->rows; i++) {
        s->y[i] = ml_number(y, i);
        s->guess[i] = ml_number(answer, i);
        mean += s->y[i] / n;
    }
    for (size_t i = 0; i < s->rows; i++) {
        double off = s->y[i] - s->guess[i];
        squares += off * off;
        absolute += fabs(off);
        spread += (s->y[i] - mean) * (s->y[i] - mean);
    }
    /* Of a constant target: 1 when it is met, else 0. */
    s->r2 = spread > 0 ? 1 - squares / spread : squares == 0;
    s->mae = n > 0 ? absolute / n : 0;
    s->rmse = n > 0 ? sqrt(squares / n) : 0;
    return KL_OK;
}

kl_status ml_score(ml_scores *scores, kl_value estimator, bool is_classifier, kl_value x, kl_value y,
                   kl_value all, kl_error *error)
{
    kl_value answer;
    *scores = (ml_scores){.rows = ml_length(y), .is_classifier = is_classifier, .macro_auc = NAN};
    KL_TRY(ml_call(&answer, estimator, "predict", &x, 1, error));
    kl_status status = is_classifier ? score_classes(scores, estimator, x, y, answer, all, error)
                                     : score_numbers(scores, y, answer, error);
    kl_value_release(answer);
    return status;
}

void ml_scores_end(ml_scores *s)
{
    for (size_t i = 0; s->labels && i < s->classes; i++)
        free(s->labels[i]);
    void *owned[] = {s->labels, s->truth,  s->answer,  s->confusion, s->precision, s->recall,
                     s->f1,     s->auc,    s->support, s->chances,   s->y,         s->guess};
    for (size_t i = 0; i < KL_COUNT(owned); i++)
        free(owned[i]);
    *s = (ml_scores){0};
}

/* ---- importance -------------------------------------------------------------------------------- */

/* Of feature `j`: the number itself, or the mean size of the weights of several classes. */
static double weight_of(const kl_array_view *view, int64_t j)
{
    if (view->layout.ndim == 1)
        return *(double *)kl_array_view_at(view, &j);
    double sum = 0;
    for (int64_t i = 0; i < view->shape[0]; i++) {
        double weight = *(double *)kl_array_view_at(view, (int64_t[]){i, j});
        sum += view->shape[0] == 1 ? weight : fabs(weight) / (double)view->shape[0];
    }
    return sum;
}

static void sort_weights(ml_importance *m)
{
    for (size_t i = 1; i < m->count; i++) {
        double value = m->value[i];
        size_t feature = m->feature[i], j = i;
        for (; j > 0 && fabs(m->value[j - 1]) < fabs(value); j--) {
            m->value[j] = m->value[j - 1];
            m->feature[j] = m->feature[j - 1];
        }
        m->value[j] = value;
        m->feature[j] = feature;
    }
}

kl_status ml_weigh(ml_importance *out, kl_value estimator, size_t features, kl_error *error)
{
    static const char *const sources[] = {"feature_importances_", "coef_"};
    *out = (ml_importance){0};
    for (size_t k = 0; k < KL_COUNT(sources) && !out->what; k++) {
        kl_value weights = ml_attribute(estimator, sources[k]);
        const kl_array_view *view = kl_as_array_view(weights);
        size_t ndim = view ? view->layout.ndim : 0;
        bool fits = view && view->layout.format == 'd' && (ndim == 1 || ndim == 2) &&
                    view->shape[ndim - 1] == (int64_t)features;
        if (fits) {
            out->what = sources[k];
            out->feature = malloc((features + 1) * sizeof *out->feature);
            out->value = malloc((features + 1) * sizeof *out->value);
            out->count = out->feature && out->value ? features : 0;
        }
        for (size_t j = 0; fits && j < out->count; j++) {
            out->feature[j] = j;
            out->value[j] = weight_of(view, (int64_t)j);
        }
        kl_value_release(weights);
    }
    if (out->what && features && !out->count)
        return kl_error_no_memory(error);
    sort_weights(out);
    return KL_OK;
}

void ml_importance_end(ml_importance *importance)
{
    free(importance->feature);
    free(importance->value);
    *importance = (ml_importance){0};
}
