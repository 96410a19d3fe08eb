/* src/store/vector_kernel.c - see vector_kernel.h. */
#include "vector_kernel.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* ---- plain C ----------------------------------------------------------------------------------- */

/* Four sums, so that the additions need not wait for each other. */
static float dot_scalar(const float *a, const float *b, size_t count)
{
    float sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += a[i + k] * b[i + k];
    for (; i < count; i++)
        sums[0] += a[i] * b[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static float distance_scalar(const float *a, const float *b, size_t count)
{
    float sums[4] = {0};
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (size_t k = 0; k < 4; k++)
            sums[k] += (a[i + k] - b[i + k]) * (a[i + k] - b[i + k]);
    for (; i < count; i++)
        sums[0] += (a[i] - b[i]) * (a[i] - b[i]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

double kl_vector_dot_exact(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

double kl_vector_distance_squared_exact(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)a[i] - (double)b[i];
        sum += difference * difference;
    }
    return sum;
}

static const kl_vector_kernel scalar = {"scalar", dot_scalar, distance_scalar};

/* ---- x86 --------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#define AVX2   __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f")))

AVX2 static float sum_avx2(__m256 four_pairs)
{
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(four_pairs), _mm256_extractf128_ps(four_pairs, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    sum = _mm_add_ss(sum, _mm_shuffle_ps(sum, sum, 1));
    return _mm_cvtss_f32(sum);
}

AVX2 static float dot_avx2(const float *a, const float *b, size_t count)
{
    __m256 left = _mm256_setzero_ps(), right = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        left = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), left);
        right = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), right);
    }
    float sum = sum_avx2(_mm256_add_ps(left, right));
    return i < count ? sum + dot_scalar(a + i, b + i, count - i) : sum;
}

AVX2 static float distance_avx2(const float *a, const float *b, size_t count)
{
    __m256 left = _mm256_setzero_ps(), right = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        __m256 one = _mm256_sub_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i));
        __m256 two = _mm256_sub_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8));
        left = _mm256_fmadd_ps(one, one, left);
        right = _mm256_fmadd_ps(two, two, right);
    }
    float sum = sum_avx2(_mm256_add_ps(left, right));
    return i < count ? sum + distance_scalar(a + i, b + i, count - i) : sum;
}

AVX512 static float dot_avx512(const float *a, const float *b, size_t count)
{
    __m512 left = _mm512_setzero_ps(), right = _mm512_setzero_ps();
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        left = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), left);
        right = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), right);
    }
    for (; i < count; i += 16) { /* the last part under a mask */
        __mmask16 mask = (__mmask16)(count - i >= 16 ? 0xFFFF : (1u << (count - i)) - 1);
        left = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i),
                               _mm512_maskz_loadu_ps(mask, b + i), left);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(left, right));
}

AVX512 static float distance_avx512(const float *a, const float *b, size_t count)
{
    __m512 sum = _mm512_setzero_ps();
    for (size_t i = 0; i < count; i += 16) {
        __mmask16 mask = (__mmask16)(count - i >= 16 ? 0xFFFF : (1u << (count - i)) - 1);
        __m512 difference = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, a + i),
                                          _mm512_maskz_loadu_ps(mask, b + i));
        sum = _mm512_fmadd_ps(difference, difference, sum);
    }
    return _mm512_reduce_add_ps(sum);
}

static const kl_vector_kernel avx2 = {"avx2", dot_avx2, distance_avx2};
static const kl_vector_kernel avx512 = {"avx512", dot_avx512, distance_avx512};

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static bool has_avx512(void) { return __builtin_cpu_supports("avx512f"); }
#endif

/* ---- ARM --------------------------------------------------------------------------------------- */

#if defined(__aarch64__)
static float dot_neon(const float *a, const float *b, size_t count)
{
    float32x4_t left = vdupq_n_f32(0), right = vdupq_n_f32(0);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        left = vfmaq_f32(left, vld1q_f32(a + i), vld1q_f32(b + i));
        right = vfmaq_f32(right, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
    }
    return vaddvq_f32(vaddq_f32(left, right)) + dot_scalar(a + i, b + i, count - i);
}

static float distance_neon(const float *a, const float *b, size_t count)
{
    float32x4_t sum = vdupq_n_f32(0);
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float32x4_t difference = vsubq_f32(vld1q_f32(a + i), vld1q_f32(b + i));
        sum = vfmaq_f32(sum, difference, difference);
    }
    return vaddvq_f32(sum) + distance_scalar(a + i, b + i, count - i);
}

static const kl_vector_kernel neon = {"neon", dot_neon, distance_neon};
#endif

/* ---- choosing ---------------------------------------------------------------------------------- */

const kl_vector_kernel *kl_vector_kernel_at(size_t index)
{
    const kl_vector_kernel *able[3];
    size_t count = 0;
#if defined(__x86_64__)
    if (has_avx512())
        able[count++] = &avx512;
    if (has_avx2())
        able[count++] = &avx2;
#elif defined(__aarch64__)
    able[count++] = &neon;
#endif
    able[count++] = &scalar;
    return index < count ? able[index] : NULL;
}

const kl_vector_kernel *kl_vector_kernel_best(void)
{
    static const kl_vector_kernel *_Atomic best; /* asking the processor takes longer than a sum */
    const kl_vector_kernel *found = atomic_load_explicit(&best, memory_order_relaxed);
    if (!found) {
        found = kl_vector_kernel_at(0);
        atomic_store_explicit(&best, found, memory_order_relaxed);
    }
    return found;
}
