/* bench/claims/main.c - runs the benchmarks whose names hold the first argument, or all of them. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

/* A case takes about this long at each size. */
#define BENCH_TIME (KL_SECOND / 2)

bool kl_bench_next(kl_bench *bench)
{
    kl_time now = kl_clock_now();
    if (bench->turns > 1) { /* the first turn only warms up */
        bench->times[bench->turns - 2] = now - bench->begun;
        bench->spent += now - bench->begun;
    }
    bool more = bench->turns < 6 ||
                (bench->spent < BENCH_TIME && bench->turns < BENCH_TURNS_MAX);
    bench->turns++;
    bench->begun = kl_clock_now();
    return more;
}

void kl_bench_keep(kl_bench *bench, kl_value result)
{
    bench->kept += kl_value_len(result) + result.kind;
    kl_value_release(result);
}

static int compare(const void *a, const void *b)
{
    kl_duration x = *(const kl_duration *)a, y = *(const kl_duration *)b;
    return (x > y) - (x < y);
}

static void measure(const bench_case *wanted, size_t size)
{
    kl_bench bench = {.size = size, .times = kl_alloc_zero(BENCH_TURNS_MAX, sizeof(kl_duration))};
    if (!bench.times)
        bench_check(KL_NO_MEMORY, NULL);
    wanted->run(&bench);
    size_t count = bench.turns - 2;
    qsort(bench.times, count, sizeof *bench.times, compare);
    const size_t at[] = {count / 2, count / 10, count * 9 / 10};
    printf("%-26s %8zu %-6s", wanted->name, size, wanted->unit);
    for (size_t i = 0; i < KL_COUNT(at); i++)
        printf(" %12.2f", (double)bench.times[at[i]] / 1e3);
    printf(" %8zu\n", count);
    kl_free(bench.times);
}

int main(int argc, char **argv)
{
    printf("%-26s %15s %12s %12s %12s %8s\n", "claim", "size", "median us", "10 % us", "90 % us",
           "turns");
    for (size_t i = 0; i < bench_case_count; i++) {
        const bench_case *wanted = &bench_cases[i];
        if (argc > 1 && !strstr(wanted->name, argv[1]))
            continue;
        for (size_t s = 0; s < KL_COUNT(wanted->sizes) && wanted->sizes[s]; s++)
            measure(wanted, wanted->sizes[s]);
    }
    return 0;
}
