/* cli/ml_report.c - what a fit has come to, for people and as JSON; see ml.h. */
#include "ml.h"
#include "params.h"
#include "terminal.h"

#include <math.h>
#include <stdlib.h>

enum { SHOWN_FEATURES = 15, BAR = 30 };

/* ---- for people -------------------------------------------------------------------------------- */

static void print_head(const ml_report *r)
{
    printf("%s%s%s learned from %zu rows of %s", painted(stdout, PAINT_BOLD), r->name,
           painted(stdout, PAINT_PLAIN), r->train, r->data);
    if (r->target)
        printf(", column ");
    print_fitting(stdout, kl_text_from(r->target), SIZE_MAX / 2);
    printf(": %zu features, %.3g s\n", kl_array_len(r->names), r->fit_seconds);
}

static void print_score(const char *name, double value, const char *means)
{
    if (!isnan(value))
        printf("  %-18s %s%10.4g%s  %s%s%s\n", name, painted(stdout, PAINT_CYAN), value,
               painted(stdout, PAINT_PLAIN), painted(stdout, PAINT_DIM), means,
               painted(stdout, PAINT_PLAIN));
}

static void print_scores(const ml_report *r)
{
    const ml_scores *s = &r->scores;
    if (r->test)
        printf("\n%sScores on %zu rows held back%s\n", painted(stdout, PAINT_BOLD), r->test,
               painted(stdout, PAINT_PLAIN));
    else
        printf("\n%sScores on the rows it has learned from%s; --test holds some back\n",
               painted(stdout, PAINT_BOLD), painted(stdout, PAINT_PLAIN));
    if (s->is_classifier) {
        print_score("accuracy", s->accuracy, "share of right answers");
        print_score("balanced accuracy", s->balanced, "mean recall of the classes");
        print_score("F1", s->macro_f1, "mean of the classes");
        print_score("ROC AUC", s->macro_auc, "mean of the classes; 0.5 is guessing");
    } else {
        print_score("R2", s->r2, "1 is perfect, 0 is the mean alone");
        print_score("MAE", s->mae, "mean absolute error");
        print_score("RMSE", s->rmse, "root of the mean squared error");
    }
}

static const table_column class_columns[] = {
    {.title = "CLASS", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "PRECISION", .right = true},
    {.title = "RECALL", .right = true},
    {.title = "F1", .right = true},
    {.title = "ROC AUC", .right = true},
    {.title = "ROWS", .right = true},
    {.title = "TAKEN FOR ANOTHER", .shrinks = true},
};

/* The class for which the rows of `c` were most often taken, wrongly. */
static size_t confused_with(const ml_scores *s, size_t c)
{
    size_t worst = c, most = 0;
    for (size_t k = 0; k < s->classes; k++) {
        if (k != c && s->confusion[c * s->classes + k] > most) {
            most = s->confusion[c * s->classes + k];
            worst = k;
        }
    }
    return worst;
}

static void print_classes(const ml_scores *s)
{
    table table = TABLE_INIT(class_columns);
    fputc('\n', stdout);
    for (size_t c = 0; c < s->classes; c++) {
        size_t worst = confused_with(s, c);
        table_cell(&table, kl_text_from(s->labels[c]));
        table_format(&table, "%.3f", s->precision[c]);
        table_format(&table, "%.3f", s->recall[c]);
        table_format(&table, "%.3f", s->f1[c]);
        if (s->chances && !isnan(s->auc[c]))
            table_format(&table, "%.3f", s->auc[c]);
        else
            table_cell(&table, KL_TEXT("-"));
        table_format(&table, "%zu", s->support[c]);
        if (worst == c)
            table_cell(&table, KL_TEXT("-"));
        else
            table_format(&table, "%zu for %s", s->confusion[c * s->classes + worst],
                         s->labels[worst]);
    }
    table_print(&table, stdout, 2);
}

static void print_bar(double value, double most)
{
    size_t length = most > 0 ? (size_t)lround(fabs(value) / most * BAR) : 0;
    fputs(painted(stdout, value < 0 ? PAINT_RED : PAINT_GREEN), stdout);
    for (size_t i = 0; i < length; i++)
        fputs(if_utf8("\xE2\x96\x88", "#"), stdout);
    fputs(painted(stdout, PAINT_PLAIN), stdout);
}

static void print_importance(const ml_report *r)
{
    const ml_importance *m = &r->importance;
    size_t shown = KL_MIN(m->count, SHOWN_FEATURES), width = 8;
    if (!m->count)
        return;
    print_title(strcmp(m->what, "coef_") == 0 ? "Weights of the features"
                                              : "Importance of the features");
    for (size_t i = 0; i < shown; i++)
        width = KL_MAX(width, text_width(kl_as_text(kl_array_at(r->names, m->feature[i]))));
    width = KL_MIN(width, 32);
    for (size_t i = 0; i < shown; i++) {
        fputs("  ", stdout);
        size_t used = print_fitting(stdout, kl_as_text(kl_array_at(r->names, m->feature[i])), width);
        printf("%*s %10.4g  ", (int)(width - used), "", m->value[i]);
        print_bar(m->value[i], fabs(m->value[0]));
        fputc('\n', stdout);
    }
    if (shown < m->count)
        printf("  and %zu more: --json tells all\n", m->count - shown);
}

/* Of what learned without a target: how many rows have which label. */
static void print_labels(kl_value labels)
{
    size_t rows = ml_length(labels);
    int64_t most = -1;
    for (size_t i = 0; i < rows; i++)
        most = KL_MAX(most, (int64_t)ml_number(labels, i));
    print_title("Rows of each label");
    for (int64_t label = -1; label <= most; label++) {
        size_t count = 0;
        for (size_t i = 0; i < rows; i++)
            count += (int64_t)ml_number(labels, i) == label;
        if (count)
            printf("  %4lld%s %8zu  ", (long long)label, label < 0 ? " (outliers)" : "           ", count);
        if (count)
            print_bar((double)count, (double)rows);
        if (count)
            fputc('\n', stdout);
    }
}

void ml_print_report(const ml_report *report)
{
    print_head(report);
    if (report->is_scored) {
        print_scores(report);
        if (report->scores.is_classifier)
            print_classes(&report->scores);
    }
    if (!kl_is_null(report->labels))
        print_labels(report->labels);
    print_importance(report);
}

/* ---- as JSON ----------------------------------------------------------------------------------- */

/* NaN, which JSON has not, is null. */
static kl_status put(kl_value *map, const char *name, double value, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), isnan(value) ? kl_null() : kl_double(value), error);
}

static kl_status put_count(kl_value *map, const char *name, size_t count, kl_error *error)
{
    return kl_map_set(map, kl_text_from(name), kl_int((int64_t)count), error);
}

static kl_status put_class(kl_value *list, const ml_scores *s, size_t c, kl_error *error)
{
    kl_value map, row = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 7, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("label"), kl_text_from(s->labels[c]), error));
    KL_TRY_OUT(put(&map, "precision", s->precision[c], error));
    KL_TRY_OUT(put(&map, "recall", s->recall[c], error));
    KL_TRY_OUT(put(&map, "f1", s->f1[c], error));
    KL_TRY_OUT(put(&map, "roc_auc", s->chances ? s->auc[c] : NAN, error));
    KL_TRY_OUT(put_count(&map, "rows", s->support[c], error));
    KL_TRY_OUT(kl_array_new(&row, s->classes, error));
    for (size_t k = 0; k < s->classes; k++)
        KL_TRY_OUT(kl_array_push(&row, kl_int((int64_t)s->confusion[c * s->classes + k]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("answers"), kl_value_take(&row), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(row);
    kl_value_release(map);
    return status;
}

static kl_status put_scores(kl_value *map, const ml_scores *s, kl_error *error)
{
    kl_value scores, classes = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&scores, 4, error));
    if (s->is_classifier) {
        KL_TRY_OUT(put(&scores, "accuracy", s->accuracy, error));
        KL_TRY_OUT(put(&scores, "balanced_accuracy", s->balanced, error));
        KL_TRY_OUT(put(&scores, "f1", s->macro_f1, error));
        KL_TRY_OUT(put(&scores, "roc_auc", s->macro_auc, error));
        KL_TRY_OUT(kl_array_new(&classes, s->classes, error));
        for (size_t c = 0; c < s->classes; c++)
            KL_TRY_OUT(put_class(&classes, s, c, error));
        KL_TRY_OUT(kl_map_set(map, KL_TEXT("classes"), kl_value_take(&classes), error));
    } else {
        KL_TRY_OUT(put(&scores, "r2", s->r2, error));
        KL_TRY_OUT(put(&scores, "mae", s->mae, error));
        KL_TRY_OUT(put(&scores, "rmse", s->rmse, error));
    }
    return kl_map_set(map, KL_TEXT("scores"), scores, error);
out:
    kl_value_release(classes);
    kl_value_release(scores);
    return status;
}

static kl_status put_importance(kl_value *map, const ml_report *r, kl_error *error)
{
    kl_value weights;
    const ml_importance *m = &r->importance;
    if (!m->what)
        return KL_OK;
    KL_TRY(kl_map_new(&weights, m->count, error));
    for (size_t i = 0; i < m->count; i++) {
        kl_status status = kl_map_set_key(&weights, kl_array_at(r->names, m->feature[i]),
                                          kl_double(m->value[i]), error);
        if (status != KL_OK) {
            kl_value_release(weights);
            return status;
        }
    }
    return kl_map_set(map, kl_text_from(m->what), weights, error);
}

static kl_status put_labels(kl_value *map, kl_value labels, kl_error *error)
{
    kl_value list;
    if (kl_is_null(labels))
        return KL_OK;
    KL_TRY(kl_array_new(&list, ml_length(labels), error));
    for (size_t i = 0; i < ml_length(labels); i++)
        kl_array_push(&list, kl_int((int64_t)ml_number(labels, i)), NULL); /* has room */
    return kl_map_set(map, KL_TEXT("labels"), list, error);
}

kl_status ml_report_map(kl_value *out, const ml_report *r, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 12, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("estimator"), kl_text_from(r->name), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("parameters"), kl_value_retain(r->params), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("features"), kl_value_retain(r->names), error));
    if (r->target)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("target"), kl_text_from(r->target), error));
    KL_TRY_OUT(put_count(&map, "train_rows", r->train, error));
    KL_TRY_OUT(put_count(&map, "test_rows", r->test, error));
    KL_TRY_OUT(put(&map, "fit_seconds", r->fit_seconds, error));
    if (r->is_scored)
        KL_TRY_OUT(put(&map, "predict_seconds", r->ask_seconds, error));
    if (r->is_scored)
        KL_TRY_OUT(put_scores(&map, &r->scores, error));
    KL_TRY_OUT(put_labels(&map, r->labels, error));
    KL_TRY_OUT(put_importance(&map, r, error));
    *out = kl_value_take(&map);
out:
    kl_value_release(map);
    return status;
}
