/* cli/ml.h - what the commands on machine learning share. No estimator is known here: types, their parameters and
 * methods are those of the catalog, found by name. */
#ifndef KL_CLI_ML_H
#define KL_CLI_ML_H

#include "command.h"
#include "kailash/data.h"

/* ---- estimators -------------------------------------------------------------------------------- */

/* Whether a type is an estimator that a user may make. */
bool ml_is_estimator(const kl_type *type);
/* The estimator called `name`; reports that there is none, and what may be meant, and returns NULL. */
const kl_type *ml_find(const char *name, bool json);
/* What an estimator with default parameters accepts (the map of _tags()); a kind alone, "meta", for one that cannot
 * be made without parameters. Given. */
kl_status ml_tags(kl_value *out, const kl_type *type, kl_error *error);
/* Call a method or read a property; up to eight arguments, borrowed. Given. */
kl_status ml_call(kl_value *out, kl_value estimator, const char *method, const kl_value *args,
                  size_t count, kl_error *error);
bool ml_has(kl_value estimator, const char *method);
/* A learned attribute, or null when there is none; given. */
kl_value ml_attribute(kl_value estimator, const char *name);
/* Ctrl-C ends a fit; warnings go to standard error. */
void ml_listen(void);

/* ---- tables ------------------------------------------------------------------------------------ */

/* Different texts of a column that are told apart by columns of their own, at most. */
enum { ML_TEXTS_MAX = 50 };

/* A table of comma-separated values (a kl_data_frame); the file goes before a message. Given. */
kl_status ml_read(kl_value *out, const char *path, kl_error *error);
size_t ml_rows(kl_value frame);
/* Number of the column of that name; SIZE_MAX when there is none. */
size_t ml_column(kl_value frame, kl_text name);
/* Refuse a column that is not there, saying which are or may be meant. */
kl_status ml_refuse_column(kl_value frame, const char *name, const char *why, kl_error *error);
/* All columns but `target` (NULL = none) and those of --drop, as numbers: a column of texts becomes a column
 * NAME=TEXT of 1 and 0 for each of them. Given. */
kl_status ml_features(kl_value *out, kl_value frame, const char *target, const invocation *in,
                      kl_error *error);
/* The columns that a model has learned from, by name (`names`, as ml_features() made them). Given. */
kl_status ml_match(kl_value *out, kl_value frame, kl_value names, kl_error *error);
/* Rows of a table, or items of a column, by number. Given. */
kl_status ml_take(kl_value *out, kl_value frame, const size_t *rows, size_t count, kl_error *error);
kl_status ml_take_items(kl_value *out, kl_value column, const size_t *rows, size_t count,
                        kl_error *error);
/* Item of a column as a number; NaN when it is none. */
double ml_number(kl_value column, size_t row);
/* Item of a column as text in `room` (size bytes, cut): what a label is called. */
const char *ml_label(char *room, size_t size, kl_value column, size_t row);
size_t ml_length(kl_value column);

/* ---- scores ------------------------------------------------------------------------------------ */

/* Truth and answers beside each other. */
typedef struct ml_scores {
    size_t rows;
    bool is_classifier;
    /* of classifiers: C classes in the order of their labels */
    size_t classes;
    char **labels;       /* owned */
    size_t *truth, *answer; /* class of each row */
    size_t *confusion;   /* C x C: rows are the truth */
    double *precision, *recall, *f1, *auc; /* of each class; auc NaN where it is unknown */
    size_t *support;
    double accuracy, balanced, macro_f1, macro_auc; /* the last NaN without probabilities */
    double *chances;     /* rows x C, or NULL */
    /* of regressors */
    double *y, *guess;
    double r2, mae, rmse;
} ml_scores;

/* Ask a fitted estimator about x, and compare with y; `all` is y of all rows, which names the classes. End it with
 * ml_scores_end(), also after a failure. */
kl_status ml_score(ml_scores *scores, kl_value estimator, bool is_classifier, kl_value x, kl_value y,
                   kl_value all, kl_error *error);
void ml_scores_end(ml_scores *scores);
/* Points of the curve of one class against the rest: shares of false and of true positives, `*count` of them, from
 * (0, 0) to (1, 1); both to be freed with free(). NULL without memory. */
double *ml_roc(size_t *count, const ml_scores *scores, size_t class);

/* How much each feature counts, largest first. */
typedef struct ml_importance {
    size_t count;
    const char *what;   /* the attribute it comes from; NULL = the model tells none */
    size_t *feature;    /* owned */
    double *value;      /* of feature[i]; owned */
} ml_importance;
kl_status ml_weigh(ml_importance *out, kl_value estimator, size_t features, kl_error *error);
void ml_importance_end(ml_importance *importance);

/* ---- the report -------------------------------------------------------------------------------- */

typedef struct ml_report {
    const char *name, *data, *target; /* of the estimator, the file and the column */
    size_t train, test;               /* rows */
    double fit_seconds, ask_seconds;
    kl_value names;                   /* of the features */
    kl_value params;                  /* that were given: a map */
    bool is_scored;                   /* else what follows says nothing */
    ml_scores scores;
    ml_importance importance;
    kl_value labels;                  /* of clusterers and outlier detectors; or null */
} ml_report;
void ml_print_report(const ml_report *report);
kl_status ml_report_map(kl_value *out, const ml_report *report, kl_error *error);
/* One picture, light or dark as the viewer prefers. */
kl_status ml_draw(const char *path, const ml_report *report, kl_error *error);

#endif
