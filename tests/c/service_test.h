/* tests/c/service_test.h - tests that talk to a real server, started by tests/services/run. */
#ifndef KL_TESTS_SERVICE_TEST_H
#define KL_TESTS_SERVICE_TEST_H

#include "test.h"

/* The address of a server, from the environment variable that has it; skips the test without one. */
static inline const char *service_url(const char *variable)
{
    const char *url = getenv(variable);
    if (!url || !*url) {
        print_message("skipped: %s is not set; run it under tests/services/run\n", variable);
        skip();
    }
    return url;
}

#endif
