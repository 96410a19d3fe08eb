/* src/nodes/rest.h - nodes whose operations are calls of a REST API: a row each. */
#ifndef KL_NODES_REST_H
#define KL_NODES_REST_H

#include "http_call.h"

/* One operation. "{key}" in `path` stands for an input of that name, percent-encoded as one segment or
 * value; an input that is null and stands in the path is missing. In `message` it stands as it is. */
typedef struct kl_rest_operation {
    const char *name;    /* the word of `operation` */
    const char *method;
    const char *path;    /* with its query */
    const char *message; /* what was done */
    /* Make the body; NULL = none. `*out` is given, null for none. */
    kl_status (*body)(kl_value *out, const kl_node_call *node, kl_error *error);
} kl_rest_operation;

/* An argument of the node by name; borrowed, null when there is none. */
kl_value kl_rest_arg(const kl_node_call *node, const char *name);

/* `template` with the inputs in place; given. */
kl_status kl_rest_fill(kl_value *out, const char *template, bool encode, const kl_node_call *node,
                       kl_error *error);

/*
 * Call `operation` below `base`, in a call that has its settings, headers and authentication by now.
 * A status of 400 or more fails with what the server says. `*response` is to be cleared in any case.
 */
kl_status kl_rest_send(kl_http_response *response, kl_http_call *call,
                       const kl_rest_operation *operation, kl_text base, const kl_node_call *node,
                       kl_error *error);

/* The map {result, status, message} of a response; `result` is taken, also on failure. */
kl_status kl_rest_outputs(kl_value *out, const kl_rest_operation *operation,
                          const kl_http_response *response, kl_value result,
                          const kl_node_call *node, kl_error *error);

/* The body as JSON, else as text, null when it is empty; given. */
kl_status kl_rest_result(kl_value *out, const kl_http_response *response, kl_error *error);

#endif
