/* src/nodes/outside.h - what nodes share that talk to servers: how long they wait, and how they tell
 * what went wrong. */
#ifndef KL_NODES_OUTSIDE_H
#define KL_NODES_OUTSIDE_H

#include "kailash/node.h"
#include "kailash/time.h"

/* For a watch: fails when the run of `call` (a kl_node_call*) was stopped or the user interrupts. */
kl_status kl_outside_check(void *call, kl_error *error);

/* A deadline that lies `timeout_ms` ahead. */
kl_time kl_outside_deadline(int64_t timeout_ms);

/* What a client said, in the words of a node: "node execution failed: ..."; a KL_INVALID is that of
 * the key `input`. `why` is taken. */
kl_status kl_outside_error(kl_error *error, kl_error *why, const char *input);

/* Read where to listen, "HOST:PORT" with an IPv6 address in brackets, of the key `name`. `host` of `size`
 * bytes is written to. */
kl_status kl_outside_listen(char *host, size_t size, uint16_t *port, const char *name, kl_value listen,
                            kl_error *error);

/* The text of a value that is sent to others: of a list or dict its JSON. Given. */
kl_status kl_outside_text(kl_value *out, kl_value value, kl_error *error);

#endif
