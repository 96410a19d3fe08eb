/* src/store/vector_set.c - see vector_set.h. */
#include "vector_set.h"

#include <math.h>

static kl_status resize(void *rows, size_t count, size_t size, kl_error *error)
{
    void **at = rows;
    void *moved = size && count > PTRDIFF_MAX / size ? NULL : kl_realloc(*at, count * size);
    if (!moved)
        return kl_error_no_memory(error);
    *at = moved;
    return KL_OK;
}

kl_status kl_vector_set_reserve(kl_vector_set *set, size_t more, kl_error *error)
{
    if (more > UINT32_MAX - set->count)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: vectors (limit: %u vectors)",
                            UINT32_MAX);
    if (set->count + more <= set->capacity)
        return KL_OK;
    size_t capacity = KL_MAX(set->count + more, 2 * set->capacity);
    KL_TRY(resize(&set->data, capacity, set->dimension * sizeof(float), error));
    KL_TRY(resize(&set->inverse_norms, capacity, sizeof(float), error));
    KL_TRY(resize(&set->alive, capacity, sizeof(bool), error));
    set->capacity = capacity;
    return KL_OK;
}

float kl_vector_inverse_norm(const float *vector, size_t dimension)
{
    double length = sqrt(kl_vector_dot_exact(vector, vector, dimension));
    return length > 0 ? (float)(1.0 / length) : 0.0f;
}

void kl_vector_set_append(kl_vector_set *set, const float *vector)
{
    if (set->dimension)
        memcpy(set->data + set->count * set->dimension, vector, set->dimension * sizeof *vector);
    set->inverse_norms[set->count] = kl_vector_inverse_norm(vector, set->dimension);
    set->alive[set->count++] = true;
}

void kl_vector_set_clear(kl_vector_set *set)
{
    kl_free(set->data);
    kl_free(set->inverse_norms);
    kl_free(set->alive);
    *set = (kl_vector_set){0};
}

kl_vector_probe kl_vector_probe_of(const float *vector, size_t dimension, kl_vector_metric metric)
{
    return (kl_vector_probe){kl_vector_kernel_best(), metric, vector,
                             kl_vector_inverse_norm(vector, dimension)};
}

static double cosine(const float *a, const float *b, size_t dimension)
{
    /* One root of the product: a vector is then like itself by exactly 1. */
    double lengths = sqrt(kl_vector_dot_exact(a, a, dimension) *
                          kl_vector_dot_exact(b, b, dimension));
    if (lengths == 0)
        return 0;
    double cosine = kl_vector_dot_exact(a, b, dimension) / lengths;
    return KL_MAX(-1.0, KL_MIN(1.0, cosine));
}

double kl_vector_score(const float *a, const float *b, size_t dimension, kl_vector_metric metric)
{
    switch (metric) {
    case KL_VECTOR_EUCLIDEAN:
        return 1.0 / (1.0 + sqrt(kl_vector_distance_squared_exact(a, b, dimension)));
    case KL_VECTOR_DOT:
        return kl_vector_dot_exact(a, b, dimension);
    default:
        return cosine(a, b, dimension);
    }
}
