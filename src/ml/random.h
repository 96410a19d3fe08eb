/* src/ml/random.h - random numbers by counting: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random
 * numbers: as easy as 1, 2, 3; SC 2011).
 *
 * A stream is named by three numbers (seed, stream, index), such as the seed of a forest, "trees", and
 * the number of the tree. Streams are independent and cost nothing to open, so that every block of a parallel
 * loop has its own, and results depend neither on threads nor on the order of work.
 */
#ifndef KL_ML_RANDOM_H
#define KL_ML_RANDOM_H

#include "kailash/value.h"

typedef struct kl_random {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t out[4];   /* numbers made, not yet given */
    uint32_t left;     /* how many of them */
    double spare;      /* a normal number made, not yet given */
    bool has_spare;
} kl_random;

/* A seed from a random_state: null = fresh from the system; an int >= 0. KL_TYPE, KL_INVALID name it. */
KL_API kl_status kl_random_seed(uint64_t *out, kl_value random_state, kl_error *error);

KL_API void kl_random_open(kl_random *random, uint64_t seed, uint32_t stream, uint64_t index);

KL_API uint32_t kl_random_u32(kl_random *random);
KL_API uint64_t kl_random_u64(kl_random *random);
/* Uniform in [0, 1), 53 bits. */
KL_API double kl_random_double(kl_random *random);
/* Uniform in [low, high). */
KL_API double kl_random_between(kl_random *random, double low, double high);
/* Uniform in [0, bound), without bias (Lemire); bound >= 1. */
KL_API uint64_t kl_random_below(kl_random *random, uint64_t bound);
/* Standard normal. */
KL_API double kl_random_normal(kl_random *random);
/* Standard exponential; gamma of a shape > 0, scale 1 (Marsaglia and Tsang 2000). */
KL_API double kl_random_exponential(kl_random *random);
KL_API double kl_random_gamma(kl_random *random, double shape);
/* Many at once. */
KL_API void kl_random_doubles(kl_random *random, double *out, size_t n);
KL_API void kl_random_normals(kl_random *random, double *out, size_t n);
/* Put `n` items in random order (Fisher and Yates). */
KL_API void kl_random_shuffle(kl_random *random, int64_t *items, size_t n);
/* `k` distinct numbers of [0, n) in random order; k <= n. */
KL_API kl_status kl_random_sample(kl_random *random, int64_t *out, size_t k, size_t n, kl_error *error);
/* An index with probability weights[i] / total, given their running sums. */
KL_API size_t kl_random_choice(kl_random *random, const double *running_sum, size_t n);

#endif
