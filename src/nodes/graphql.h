/* src/nodes/graphql.h - what the two ways of GraphQLNode share: over HTTP (graphql.c), and over a
 * WebSocket for subscriptions (graphql_subscription.c). */
#ifndef KL_NODES_GRAPHQL_H
#define KL_NODES_GRAPHQL_H

#include "http_call.h"

/* Inputs and config of the node. */
enum {
    KL_GRAPHQL_QUERY,
    KL_GRAPHQL_VARIABLES,
    KL_GRAPHQL_OPERATION_NAME,
    KL_GRAPHQL_HEADERS,
    KL_GRAPHQL_FILES,
    KL_GRAPHQL_AUTH,
    KL_GRAPHQL_ENDPOINT,
    KL_GRAPHQL_TIMEOUT_MS,
    KL_GRAPHQL_RAISE_ON_ERRORS,
    KL_GRAPHQL_PERSISTED_QUERIES,
    KL_GRAPHQL_SUBSCRIPTION_URL,
    KL_GRAPHQL_CONNECTION_PARAMS,
    KL_GRAPHQL_MAX_EVENTS,
    KL_GRAPHQL_LISTEN_MS,
    KL_GRAPHQL_SETTINGS,
};

/* Whether the operation of a document that is to run is a subscription. What is no GraphQL is none: the
 * server shall say what is wrong. */
bool kl_graphql_is_subscription(kl_text document, kl_text operation_name);
kl_status kl_graphql_subscribe(kl_value *out, kl_node_call *node, kl_error *error);

/* {query, variables, operationName?}; given. */
kl_status kl_graphql_operation(kl_value *out, const kl_value *args, kl_value variables, kl_error *error);
/* A failure of the request in the words of the node, with `url` redacted. `why` is taken. */
kl_status kl_graphql_failed(kl_value url, kl_error *why, kl_error *error);
/* Fail when an answer {data, errors} has errors that are not to be passed over. */
kl_status kl_graphql_judge(kl_value answer, kl_value raise_on_errors, kl_error *error);
/* Its errors, or null when there are none; borrowed. */
kl_value kl_graphql_errors(kl_value answer);

#endif
