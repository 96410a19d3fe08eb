/* tests/c/sweep.h - runs a function with every allocation failing in turn. */
#ifndef KL_TESTS_SWEEP_H
#define KL_TESTS_SWEEP_H

#include "test.h"

/* `work` gives KL_NO_MEMORY when an allocation failed (or copes without it) and KL_OK otherwise.
 * Whatever it made, it ends itself; leaks are found by the sanitizer. Returns the failures met. */
static inline size_t sweep(kl_status (*work)(void *data), void *data)
{
    size_t failed = 1, met = 0;
    for (size_t n = 1; failed > 0; n++) {
        kl_test_fail_allocation(n);
        kl_status status = work(data);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (!failed)
            assert_int_equal(status, KL_OK);
        else if (status != KL_OK)
            assert_int_equal(status, KL_NO_MEMORY);
        met += failed;
    }
    return met;
}

#endif
