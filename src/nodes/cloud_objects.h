/* src/nodes/cloud_objects.h - the operations of CloudNode on buckets and objects, by the S3 protocol. */
#ifndef KL_NODES_CLOUD_OBJECTS_H
#define KL_NODES_CLOUD_OBJECTS_H

#include "rest.h"

/* The words of `operation`. */
#define KL_CLOUD_OBJECT_NAMES                                                                      \
    "list_objects", "get_object", "put_object", "head_object", "delete_object", "presign_url"

bool kl_cloud_is_of_objects(kl_text operation);

/* Run one of them; `settings` are the values of KL_HTTP_SETTINGS. */
kl_status kl_cloud_objects_run(kl_value *out, kl_node_call *node, const kl_value *settings,
                               kl_error *error);

/* ---- requests, for cloud_objects.c and cloud_list.c ---------------------------------------------- */

/* A request in the making; all zero at first. End it with kl_cloud_request_end(). */
typedef struct kl_cloud_request {
    const kl_node_call *node;
    const kl_value *settings;
    const kl_rest_operation *operation;
    kl_value query;   /* map: not encoded */
    kl_value headers; /* map: names in lower case, without those that signing adds */
    kl_text body;
} kl_cloud_request;

kl_status kl_cloud_request_begin(kl_cloud_request *request, const kl_rest_operation *operation,
                                 const kl_node_call *node, const kl_value *settings,
                                 kl_error *error);
void kl_cloud_request_end(kl_cloud_request *request);

/* Sign and send. Any status but a 2xx fails with what the server says. `*response` is to be cleared in
 * any case. */
kl_status kl_cloud_request_send(kl_http_response *response, kl_cloud_request *request,
                                kl_error *error);

/* The request as a URL that is good for `seconds` without further signing; given. */
kl_status kl_cloud_request_presign(kl_value *out, kl_cloud_request *request, int64_t seconds,
                                   kl_error *error);

/* {objects, prefixes, count, is_truncated, continuation_token} of as many pages as it takes; given.
 * `*response` is that of the last, and to be cleared in any case. */
kl_status kl_cloud_list(kl_value *out, kl_http_response *response, kl_cloud_request *request,
                        kl_error *error);

/* An ETag without its quotation marks. */
kl_text kl_cloud_bare_etag(kl_text etag);

#endif
