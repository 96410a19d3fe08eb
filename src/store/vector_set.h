/* src/store/vector_set.h - many vectors of one dimension side by side, and what is near to what. */
#ifndef KL_STORE_VECTOR_SET_H
#define KL_STORE_VECTOR_SET_H

#include "vector_kernel.h"

typedef enum kl_vector_metric {
    KL_VECTOR_COSINE,
    KL_VECTOR_EUCLIDEAN,
    KL_VECTOR_DOT,
    KL_VECTOR_METRICS,
} kl_vector_metric;

/* Vectors in slots 0 to count - 1; a slot that is dead is passed over by searches. */
typedef struct kl_vector_set {
    size_t dimension, count, capacity, dead;
    float *data;
    float *inverse_norms; /* 1 / length; 0 for the zero vector */
    bool *alive;
} kl_vector_set;

static inline const float *kl_vector_at(const kl_vector_set *set, size_t slot)
{
    return set->data + slot * set->dimension;
}

/* Room for `more` slots beyond count. */
KL_API kl_status kl_vector_set_reserve(kl_vector_set *set, size_t more, kl_error *error);
/* Put a vector into the next slot, for which there is room. */
KL_API void kl_vector_set_append(kl_vector_set *set, const float *vector);
KL_API void kl_vector_set_clear(kl_vector_set *set);

/* 1 / length of a vector, 0 for the zero vector. */
float kl_vector_inverse_norm(const float *vector, size_t dimension);

/* A vector to which distances are taken. */
typedef struct kl_vector_probe {
    const kl_vector_kernel *kernel;
    kl_vector_metric metric;
    const float *vector;
    float inverse_norm;
} kl_vector_probe;

kl_vector_probe kl_vector_probe_of(const float *vector, size_t dimension, kl_vector_metric metric);

/* Smaller is nearer: 1 - cosine, the squared distance, or minus the dot product. */
static inline float kl_vector_distance(const kl_vector_probe *probe, const kl_vector_set *set,
                                       size_t slot)
{
    const float *other = kl_vector_at(set, slot);
    if (probe->metric == KL_VECTOR_EUCLIDEAN)
        return probe->kernel->distance_squared(probe->vector, other, set->dimension);
    float dot = probe->kernel->dot(probe->vector, other, set->dimension);
    return probe->metric == KL_VECTOR_DOT
               ? -dot
               : 1.0f - dot * probe->inverse_norm * set->inverse_norms[slot];
}

/* Greater is better: the cosine, 1 / (1 + distance), or the dot product; in doubles. */
double kl_vector_score(const float *a, const float *b, size_t dimension, kl_vector_metric metric);

/* A slot and how far it is. */
typedef struct kl_vector_near {
    float distance;
    uint32_t slot;
} kl_vector_near;

#endif
