/* src/ml/composition/committee.h - what voting and stacking share: a list of estimators, or of trees by their sizes. */
#ifndef KL_ML_COMPOSITION_COMMITTEE_H
#define KL_ML_COMPOSITION_COMMITTEE_H

#include "holding.h"

/* Flags that the default members have. */
#define KL_TREES_OK (KL_EST_SPARSE | KL_EST_NAN_OK)

/* named_estimators and fit_transform(), of voting and stacking alike: the file defines named_estimators(). */
#define KL_COMMITTEE_METHODS                                                                       \
    KL_EST_TRANSFORM,                                                                              \
    KL_EST_ROW("fit_transform", kl_est_fit_transform, kl_est_fit_xy, KL_KIND_BUFFER,               \
               "fit(x, y), and what the estimators say of x."),                                    \
    KL_EST_NAMES_OUT,                                                                              \
    {.name = "named_estimators", .call = named_estimators, .flags = KL_PROPERTY, .returns = KL_KIND_MAP, \
     .doc = "The estimators that were given, by name."}

/* The members of a parameter `estimators`. */
typedef struct kl_committee {
    kl_value list;    /* of [name, estimator or word] */
    kl_value *models; /* borrowed from it: those that are not dropped */
    kl_text *names;
    size_t *place;    /* where each stands in the list */
    size_t count;
} kl_committee;

/* Check the parameter and turn pairs (max_depth, min_samples_split) into decision trees. Null stays null. */
kl_status kl_committee_check(kl_value *estimators, bool classify, kl_error *error);
/* The members, with `trees` default ones when `estimators` is null. End it also after a failure. */
kl_status kl_committee_read(kl_committee *out, kl_value estimators, size_t trees, bool classify, kl_task *task,
                            kl_error *error);
void kl_committee_end(kl_committee *of);
/* A decision tree of a pair (max_depth or null, min_samples_split); given. */
kl_status kl_committee_tree(kl_value *out, kl_value depth, kl_value split, bool classify, kl_error *error);
/* A map of the names to `fitted`; given. */
kl_status kl_committee_named(kl_value *out, const kl_committee *of, const kl_value *fitted, kl_error *error);

#endif
