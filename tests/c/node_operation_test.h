/* tests/c/node_operation_test.h - a test of a node with operations is a line: operation, members,
 * result. The file that includes it defines NODE first. */
#ifndef KL_TESTS_NODE_OPERATION_TEST_H
#define KL_TESTS_NODE_OPERATION_TEST_H

#include "node_sweep.h"

static inline void makes_in(const char *operation, const char *members, const char *expected,
                            const char *file, int line)
{
    char inputs[2048], wanted[1024];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",%s}", operation, members);
    snprintf(wanted, sizeof wanted, "{\"result\":%s}", expected);
    gives_in(NODE, NULL, inputs, wanted, file, line);
}
#define makes(operation, members, expected)                                                        \
    makes_in(operation, members, expected, __FILE__, __LINE__)

static inline void refuses_in(const char *operation, const char *members, const char *message,
                              const char *file, int line)
{
    char inputs[2048];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"%s\",%s}", operation, members);
    fails_in(NODE, NULL, inputs, message, file, line);
}
#define refuses(operation, members, message)                                                       \
    refuses_in(operation, members, message, __FILE__, __LINE__)

#endif
