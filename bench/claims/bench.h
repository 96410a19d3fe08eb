/* bench/claims/bench.h - benchmarks: each opens with a claim, runs at several sizes, and is timed here.
 *
 *   static void name(kl_bench *bench)
 *   {
 *       ... prepare for bench->size ...
 *       while (kl_bench_next(bench))
 *           kl_bench_keep(bench, ... );
 *   }
 */
#ifndef KL_BENCH_CLAIMS_BENCH_H
#define KL_BENCH_CLAIMS_BENCH_H

#include "kailash/time.h"
#include "kailash/workflow.h"

enum { BENCH_TURNS_MAX = 100000 };

typedef struct kl_bench {
    size_t size;
    size_t turns;        /* begun so far; the first warms up and is not counted */
    kl_time begun;       /* of this turn */
    kl_duration spent;   /* in all turns counted */
    kl_duration *times;  /* of BENCH_TURNS_MAX turns */
    uint64_t kept;       /* so that no result can be skipped */
} kl_bench;

/* Times the turn before, and tells whether there is to be one more. */
bool kl_bench_next(kl_bench *bench);
/* Reads a result and releases it. */
void kl_bench_keep(kl_bench *bench, kl_value result);

/* ---- what benchmarks run; a failure ends the program ------------------------------------------ */

/* `count` rows of five fields: {"id", "name", "score", "active", "note"}; given. */
kl_value bench_rows(size_t count);
/* Records of an audit trail, of 300 bytes as JSON; given. */
kl_value bench_records(size_t count);
/* A registry, and a workflow of `length` NoOpNodes in a row that hand on `rows`. */
typedef struct bench_chain {
    kl_registry *registry;
    kl_workflow *workflow;
    kl_runtime *runtime;
} bench_chain;
bench_chain bench_chain_of(size_t length);
void bench_chain_free(bench_chain *chain);
/* Ends the program when `status` is a failure. */
void bench_check(kl_status status, const kl_error *error);

typedef struct bench_case {
    const char *name;
    void (*run)(kl_bench *bench);
    size_t sizes[4]; /* ended by 0 */
    const char *unit; /* of the size */
} bench_case;

extern const bench_case bench_cases[];
extern const size_t bench_case_count;

#endif
