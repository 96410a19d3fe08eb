/* tests/c/node_sweep.h - a node survives every failed allocation, and says so. */
#ifndef KL_TESTS_NODE_SWEEP_H
#define KL_TESTS_NODE_SWEEP_H

#include "node_test.h"

/* Runs the node with the 1st, 2nd ... allocation failing, until none did. Run once before, so that
 * what is made once in a process (defaults, drivers) is there. */
static inline void survives_failed_allocations(const char *type, const char *config, const char *inputs)
{
    size_t failed = 1;
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value settings = json(config), given = json(inputs), warm = kl_null();
    assert_int_equal(kl_node_run_alone(&warm, row, settings, given, NULL), KL_OK);
    kl_value_release(warm);
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, given, NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        if (status != (failed ? KL_NO_MEMORY : KL_OK))
            fail_msg("%s: status %d at allocation %zu", type, (int)status, n);
        kl_value_release(out);
    }
    kl_value_release(settings);
    kl_value_release(given);
}

#endif
