/* tests/c/node_sweep.h - a node run with the first, second, ... allocation failing. */
#ifndef KL_TESTS_NODE_SWEEP_H
#define KL_TESTS_NODE_SWEEP_H

#include "node_test.h"

/* Whether two maps of outputs have the same keys. */
static inline bool has_keys_of(kl_value a, kl_value b)
{
    bool same = kl_map_len(a) == kl_map_len(b);
    for (size_t i = 0; same && i < kl_map_len(a); i++)
        same = kl_map_find(b, kl_map_key_at(a, i)) != NULL;
    return same;
}

/* Each failed allocation makes the run fail with KL_NO_MEMORY, or was for something that can be done
 * without (a pattern's machine code, a place in a cache): then all outputs are there. The first run, in
 * peace, loads drivers and defaults, which stay for the life of the process. */
static inline void survives_failed_allocations(const char *type, const char *config,
                                               const char *inputs)
{
    const kl_node_type *row = kl_node_type_find(kl_text_from(type));
    kl_value settings = config ? json(config) : kl_null(), given = json(inputs), all = kl_null();
    size_t failed = 1;
    for (size_t n = 0; failed > 0 || n < 2; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, given, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        bool fits = status == (failed ? KL_NO_MEMORY : KL_OK) ||
                    (status == KL_OK && has_keys_of(out, all));
        if (!fits)
            print_error("%s %s: allocation %zu: %s\n", type, inputs, n, kl_error_message(&error));
        if (n == 0)
            all = kl_value_retain(out);
        kl_error_clear(&error);
        kl_value_release(out);
        assert_true(fits);
    }
    kl_value_release(all);
    kl_value_release(settings);
    kl_value_release(given);
}

#endif
