/* src/nodes/cloud.c - CloudNode: instances behind a REST API, and objects of stores that speak S3. */
#include "cloud_objects.h"

static kl_status new_instance(kl_value *out, const kl_node_call *node, kl_error *error)
{
    static const char *const keys[] = {"config", "instance_type", "region"};
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(keys), error));
    for (size_t i = 0; i < KL_COUNT(keys); i++) {
        kl_status status = kl_map_set(&map, kl_text_from(keys[i]), kl_value_retain(kl_rest_arg(node, keys[i])), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

static const kl_rest_operation operations[] = {
    {"list_instances", "GET", "/instances?region={region}", "listed instances in region {region}", NULL},
    {"get_instance", "GET", "/instances/{instance_id}", "retrieved instance {instance_id}", NULL},
    {"start_instance", "POST", "/instances/{instance_id}/start", "started instance {instance_id}", NULL},
    {"stop_instance", "POST", "/instances/{instance_id}/stop", "stopped instance {instance_id}", NULL},
    {"create_instance", "POST", "/instances", "created instance in region {region}", new_instance},
    {"delete_instance", "DELETE", "/instances/{instance_id}", "deleted instance {instance_id}", NULL},
};

static const char *const names[] = {"list_instances", "get_instance", "start_instance", "stop_instance",
                                    "create_instance", "delete_instance", KL_CLOUD_OBJECT_NAMES, NULL};
static const char *const methods[] = {"GET", "PUT", "HEAD", "DELETE", NULL};

enum {
    OPERATION, INSTANCE_ID, CONFIG, INSTANCE_TYPE,
    BUCKET, KEY, CONTENT, CONTENT_TYPE, METADATA, BYTE_RANGE,
    PREFIX, DELIMITER, MAX_KEYS, CONTINUATION_TOKEN, METHOD, EXPIRES_SECONDS,
    BASE_URL, PROVIDER, REGION, AUTH,
    ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN, PATH_STYLE, RESPONSE_FORMAT,
    TIMEOUT_MS, SETTINGS,
};

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "what to do"},
    {.name = "instance_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "which instance; required by get_instance, start_instance, stop_instance and "
            "delete_instance"},
    {.name = "config", .kind = KL_KIND_MAP, .fallback = "{}", .doc = "of the instance to create"},
    {.name = "instance_type", .kind = KL_KIND_STRING, .fallback = "\"standard\"",
     .doc = "size of the instance to create"},
    {.name = "bucket", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of a bucket; required by list_objects, the operations on an object and presign_url"},
    {.name = "key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "name of an object within the bucket, at most 1024 bytes; required by the operations on "
            "an object and presign_url"},
    {.name = "content", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "put_object: text or bytes to store; required by it"},
    {.name = "content_type", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "put_object: media type; default text/plain; charset=utf-8 for text, "
            "application/octet-stream for bytes"},
    {.name = "metadata", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .fallback = "{}",
     .doc = "put_object: more facts to keep with the object, in ASCII"},
    {.name = "byte_range", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_object: part of the object: \"first-last\" (both counted from 0 and included), "
            "\"first-\", or \"-count\" for the end; default: all of it"},
    {.name = "prefix", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "list_objects: only keys that begin so"},
    {.name = "delimiter", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "list_objects: keys that have this behind the prefix are told as one prefix"},
    {.name = "max_keys", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1, 1000000),
     .doc = "list_objects: objects and prefixes at most; as many pages as that takes are asked for"},
    {.name = "continuation_token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "list_objects: go on behind an earlier list, which gave this"},
    {.name = "method", .kind = KL_KIND_ENUM, .names = methods, .fallback = "\"GET\"",
     .doc = "presign_url: what the URL is for"},
    {.name = "expires_seconds", .kind = KL_KIND_COUNT, .fallback = "3600",
     .range = KL_RANGE(1, 604800), .doc = "presign_url: how long the URL is good, in seconds"},
};
static const kl_param config[] = {
    {.name = "base_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "http or https URL of the API; default: http://localhost:8080, but "
            "https://s3.REGION.amazonaws.com for objects of provider s3"},
    {.name = "provider", .kind = KL_KIND_STRING, .fallback = "\"generic\"",
     .doc = "name of the provider, which is told in the outputs; s3: objects are at Amazon unless "
            "base_url says where"},
    {.name = "region", .kind = KL_KIND_STRING, .fallback = "\"us-east-1\"", .doc = "where the instances or buckets are"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "for operations on instances, as that of HTTPRequestNode"},
    {.name = "access_key_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "for objects: who signs; default: all credentials from the environment variables "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN"},
    {.name = "secret_access_key", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "for objects: the secret that belongs to it"},
    {.name = "session_token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "for objects: the token of temporary credentials"},
    {.name = "path_style", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "for objects: the bucket stands in the path of the URL; false: before its host"},
    {.name = "response_format", .kind = KL_KIND_ENUM, .names = kl_http_formats,
     .fallback = "\"bytes\"",
     .doc = "get_object: what the content becomes: a parsed value, text, bytes; auto goes by its type"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for a request, in milliseconds"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "what the API answered: JSON, else text, or null"},
    {.name = "status", .kind = KL_KIND_STRING, .doc = "HTTP status, such as \"200\"; \"0\" of presign_url, which sends nothing"},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what was done"},
    {.name = "provider", .kind = KL_KIND_STRING, .doc = "as configured"},
};

static const kl_rest_operation *operation_of(kl_text name)
{
    size_t i = 0;
    while (!kl_text_is(name, operations[i].name))
        i++;
    return &operations[i];
}

/* Add what was configured to the outputs. */
static kl_status put_provider(kl_value *out, const kl_node_call *node, kl_error *error)
{
    kl_status status = kl_map_set(out, KL_TEXT("provider"), kl_value_retain(node->args[PROVIDER]), error);
    if (status != KL_OK)
        kl_value_replace(out, kl_null());
    return status;
}

static kl_status ask(kl_value *out, kl_http_call *call, kl_http_response *response,
                     const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    const kl_rest_operation *operation = operation_of(kl_as_text(args[OPERATION]));
    kl_text base = kl_is_null(args[BASE_URL]) ? KL_TEXT("http://localhost:8080")
                                              : kl_as_text(args[BASE_URL]);
    kl_value result;
    kl_http_call_settings(call, &args[SETTINGS]);
    call->request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(kl_http_call_auth(call, "auth", args[AUTH], error));
    KL_TRY(kl_rest_send(response, call, operation, base, node, error));
    KL_TRY(kl_rest_result(&result, response, error));
    KL_TRY(kl_rest_outputs(out, operation, response, result, node, error));
    return put_provider(out, node, error);
}

static kl_status run_on_instances(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_status status = ask(out, &call, &response, node, error);
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

static kl_status run_on_objects(kl_value *out, kl_node_call *node, kl_error *error)
{
    KL_TRY(kl_cloud_objects_run(out, node, &node->args[SETTINGS], error));
    return put_provider(out, node, error);
}

static kl_status cloud_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    if (kl_cloud_is_of_objects(kl_as_text(node->args[OPERATION])))
        return run_on_objects(out, node, error);
    return run_on_instances(out, node, error);
}

static const kl_node_type types[] = {
    {.name = "CloudNode", .category = "Cloud",
     .doc = "Lists, starts, stops, makes and ends instances; lists, reads, writes and removes objects of "
            "stores that speak the protocol of Amazon S3 (requests are signed by Signature Version 4, "
            "and follow no redirects, as a signature is for one host and path).",
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .flags = KL_NODE_BLOCKING, .run = cloud_run},
};

static const kl_node_family cloud = {.name = "cloud", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(cloud);
