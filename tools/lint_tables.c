/* tools/lint_tables.c - part of the build, which fails when a table is at fault: two types of one
 * name, a missing doc, a default that its own checks refuse. */
#include "kailash/node.h"
#include "kailash/type.h"

#include <stdio.h>

static int report(kl_status status, kl_value faults)
{
    size_t count = status == KL_OK ? kl_array_len(faults) : 1;
    for (size_t i = 0; i < kl_array_len(faults); i++)
        fprintf(stderr, "%s\n", kl_as_text(kl_array_at(faults, i)).data);
    kl_value_release(faults);
    return count > 0;
}

int main(void)
{
    kl_value types = kl_null(), nodes = kl_null();
    kl_status status = kl_types_lint(&types, NULL);
    int bad = report(status, types);
    status = kl_nodes_lint(&nodes, NULL);
    return report(status, nodes) | bad;
}
