/* src/store/vector_kernel.h - arithmetic on vectors of floats, in the widest form the processor has. */
#ifndef KL_STORE_VECTOR_KERNEL_H
#define KL_STORE_VECTOR_KERNEL_H

#include "kailash/base.h"

typedef float kl_vector_fn(const float *a, const float *b, size_t count);

/* One set of kernels. Sums differ in their last bits from set to set. */
typedef struct kl_vector_kernel {
    const char *name;          /* "scalar", "avx2", "avx512", "neon" */
    kl_vector_fn *dot;
    kl_vector_fn *distance_squared;
} kl_vector_kernel;

/* The best one for this processor. */
KL_API const kl_vector_kernel *kl_vector_kernel_best(void);
/* All that this processor can run, for tests: number `index`, NULL behind the last. */
KL_API const kl_vector_kernel *kl_vector_kernel_at(size_t index);

/* The same in doubles, alike on every machine: for the scores that are told. */
KL_API double kl_vector_dot_exact(const float *a, const float *b, size_t count);
KL_API double kl_vector_distance_squared_exact(const float *a, const float *b, size_t count);

#endif
