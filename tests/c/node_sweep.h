/* tests/c/node_sweep.h - a node run with the first, second, ... allocation failing. */
#ifndef KL_TESTS_NODE_SWEEP_H
#define KL_TESTS_NODE_SWEEP_H

#include "node_test.h"

/* Each failed allocation makes the run fail with KL_NO_MEMORY; without any it succeeds. The first
 * run, in peace, loads drivers and defaults, which stay for the life of the process. */
static inline void survives_failed_allocations(const char *type, const char *config,
                                               const char *inputs)
{
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value settings = config ? json(config) : kl_null(), given = json(inputs);
    size_t failed = 1;
    for (size_t n = 0; failed > 0 || n < 2; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, given, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != (failed ? KL_NO_MEMORY : KL_OK))
            print_error("%s %s: allocation %zu: %s\n", type, inputs, n, kl_error_message(&error));
        kl_error_clear(&error);
        kl_value_release(out);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
    }
    kl_value_release(settings);
    kl_value_release(given);
}

#endif
