/* src/ml/dtype.h - the parameter dtype of transformers: what kind of numbers they give. */
#ifndef KL_ML_DTYPE_H
#define KL_ML_DTYPE_H

#include "input.h"

/* A format of array_view.h for each kind of number that is possible somewhere. */
enum { KL_DTYPE_DOUBLE = 'd', KL_DTYPE_FLOAT = 'f', KL_DTYPE_INT = 'q' };

/* For kl_type.check: the parameter is the name of a kind ("float32"), or a class or dtype of numpy, whose name takes its
 * place. MlError names those of `allowed` (formats, such as "dfq") when it is none of them. */
kl_status kl_dtype_check(kl_value *dtype, const char *allowed, kl_error *error);
/* The format that such a name means. */
char kl_dtype_format(kl_value name);
/* Turn an array of float64 into one of that kind; whole numbers are cut towards 0. MlError for NaN, infinities and what is
 * too large as an integer, and for a sparse matrix of anything but float64. */
kl_status kl_dtype_apply(kl_value *array, char format, kl_error *error);

#endif
