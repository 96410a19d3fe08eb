/* src/ml/composition/multiclass.h - what OneVsRestClassifier and OneVsOneClassifier are, and how they learn on. */
#ifndef KL_ML_COMPOSITION_MULTICLASS_H
#define KL_ML_COMPOSITION_MULTICLASS_H

#include "holding.h"

typedef struct kl_multiclass {
    kl_estimator base;
    kl_value estimator, n_jobs;
    int64_t verbose;
    kl_value estimators_;
    kl_value constants;   /* OneVsRest: float64, for each class NaN, or what every row has (0 or 1) */
    bool multilabel_;
    int64_t n_classes_;
} kl_multiclass;

/* For kl_estimator_table.partial_fit: each class against the rest; each pair of classes. */
kl_status kl_multiclass_rest_more(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error);
kl_status kl_multiclass_pairs_more(kl_estimator *model, const kl_fit *in, kl_task *task, kl_error *error);

#endif
