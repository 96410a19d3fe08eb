/* src/ml/kernels.c - chooses among the tables of kernels/. */
#include "kernels.h"
#include "kailash/log.h"

#include <stdlib.h>

extern const kl_kernel_table kl_kernel_table_baseline;
#if defined(__x86_64__)
extern const kl_kernel_table kl_kernel_table_avx2, kl_kernel_table_avx512;

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

const kl_kernel_table *const *kl_kernels_all(void)
{
    static const kl_kernel_table *tables[4]; /* atomic: all threads write the same */
    size_t count = 0;
    const kl_kernel_table *found[KL_COUNT(tables)] = {NULL};
    found[count++] = &kl_kernel_table_baseline;
#if defined(__x86_64__)
    if (has_avx2())
        found[count++] = &kl_kernel_table_avx2;
    if (has_avx512())
        found[count++] = &kl_kernel_table_avx512;
#endif
    for (size_t i = 0; i < count; i++)
        __atomic_store_n(&tables[i], found[i], __ATOMIC_RELAXED);
    return tables;
}

/* The best, or the one that KAILASH_SIMD names. */
static const kl_kernel_table *choose(void)
{
    const kl_kernel_table *const *all = kl_kernels_all();
    const char *wanted = secure_getenv("KAILASH_SIMD");
    size_t best = 0;
    while (all[best + 1])
        best++;
    if (!wanted || !*wanted)
        return all[best];
    for (size_t i = 0; i <= best; i++)
        if (strcmp(all[i]->name, wanted) == 0)
            return all[i];
    KL_LOG(KL_LOG_WARN, "kailash.ml",
           "KAILASH_SIMD is '%s', which this processor does not have; expected baseline or, where it "
           "has them, avx2 or avx512", wanted);
    return all[best];
}

const kl_kernel_table *kl_kernels(void)
{
    static const kl_kernel_table *chosen; /* atomic, set once */
    const kl_kernel_table *table = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
    if (table)
        return table;
    table = choose();
    __atomic_store_n(&chosen, table, __ATOMIC_RELAXED);
    return table;
}
