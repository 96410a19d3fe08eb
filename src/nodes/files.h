/* src/nodes/files.h - what the nodes that read and write files share. */
#ifndef KL_NODES_FILES_H
#define KL_NODES_FILES_H

#include "kailash/node.h"

/* Largest file that is read whole unless configured, in bytes. */
#define KL_FILE_SIZE_DEFAULT "104857600"

/*
 * A failure below the node as the node's own: "node execution failed: ...". Limits, the end of
 * memory and a run that was stopped stay as they are. Returns the status of the result.
 */
kl_status kl_file_node_failure(kl_status status, kl_error *error);

/* "invalid input 'NAME': ..." out of what was refused below. */
kl_status kl_file_node_bad(kl_status status, const char *name, kl_error *error);

/* The last part of a path behind its last dot; empty when there is none (".profile" has none). */
kl_text kl_path_extension(kl_text path);

#endif
