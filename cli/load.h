/* cli/load.h - from a file to a workflow. */
#ifndef KL_CLI_LOAD_H
#define KL_CLI_LOAD_H

#include "command.h"
#include "kailash/workflow.h"

typedef struct loaded {
    kl_value text; /* bytes of the file */
    kl_registry *registry;
    kl_workflow *workflow;
} loaded;

/* Read and build the definition `in->argument` names, with what --set changes. Reports a failure
 * and returns its exit code. End it with unload(), also then. */
int load_workflow(loaded *out, const invocation *in);
void unload(loaded *loaded);

/* A value on the command line: JSON if it is JSON, else text; given. */
kl_status parse_value(kl_value *out, const char *text, kl_error *error);

/* For most_like(): the names of all node types. */
const char *node_type_name(const void *list, size_t index);
/* What may be meant instead of what a fault is about, as a hint in `hint`; NULL when nothing is. */
const char *fault_hint(char *hint, size_t size, kl_value fault, kl_value definition);

#endif
