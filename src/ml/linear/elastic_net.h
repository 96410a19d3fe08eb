/* src/ml/linear/elastic_net.h - what the files of Lasso and ElasticNet share. */
#ifndef KL_ML_LINEAR_ELASTIC_NET_H
#define KL_ML_LINEAR_ELASTIC_NET_H

#include "center.h"
#include "coordinate_descent.h"

#include "kailash/type.h"

/* The columns of a sparse x as descent reads them, in the task. */
kl_status kl_elastic_columns(kl_sparse_columns *out, const kl_centered *c, kl_task *task, kl_error *error);

/* The static method path(): weights along a row of penalties. */
kl_call kl_elastic_path;
extern const kl_param kl_elastic_path_params[19];

#endif
