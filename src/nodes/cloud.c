/* src/nodes/cloud.c - CloudNode: instances behind a REST API. */
#include "rest.h"

static kl_status new_instance(kl_value *out, const kl_node_call *node, kl_error *error)
{
    static const char *const keys[] = {"config", "instance_type", "region"};
    kl_value map;
    KL_TRY(kl_map_new(&map, KL_COUNT(keys), error));
    for (size_t i = 0; i < KL_COUNT(keys); i++) {
        kl_status status = kl_http_put(&map, keys[i], kl_value_retain(kl_rest_arg(node, keys[i])), error);
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
                                    "create_instance", "delete_instance", NULL};

enum { OPERATION, INSTANCE_ID, CONFIG, INSTANCE_TYPE, BASE_URL, PROVIDER, REGION, AUTH, TIMEOUT_MS, SETTINGS };

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "what to do"},
    {.name = "instance_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "which instance; required by all but list_instances and create_instance"},
    {.name = "config", .kind = KL_KIND_MAP, .fallback = "{}", .doc = "of the instance to create"},
    {.name = "instance_type", .kind = KL_KIND_STRING, .fallback = "\"standard\"",
     .doc = "size of the instance to create"},
};
static const kl_param config[] = {
    {.name = "base_url", .kind = KL_KIND_STRING, .fallback = "\"http://localhost:8080\"",
     .doc = "http or https URL of the API"},
    {.name = "provider", .kind = KL_KIND_STRING, .fallback = "\"generic\"",
     .doc = "name of the provider, which is told in the outputs"},
    {.name = "region", .kind = KL_KIND_STRING, .fallback = "\"us-east-1\"", .doc = "where the instances are"},
    {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "as that of HTTPRequestNode"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for a request, in milliseconds"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "what the API answered: JSON, else text, or null"},
    {.name = "status", .kind = KL_KIND_STRING, .doc = "HTTP status, such as \"200\""},
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

static kl_status ask(kl_value *out, kl_http_call *call, kl_http_response *response,
                     const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    const kl_rest_operation *operation = operation_of(kl_as_text(args[OPERATION]));
    kl_value result;
    kl_http_call_settings(call, &args[SETTINGS]);
    call->request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(kl_http_call_auth(call, "auth", args[AUTH], error));
    KL_TRY(kl_rest_send(response, call, operation, kl_as_text(args[BASE_URL]), node, error));
    KL_TRY(kl_rest_result(&result, response, error));
    KL_TRY(kl_rest_outputs(out, operation, response, result, node, error));
    kl_status status = kl_http_put(out, "provider", kl_value_retain(args[PROVIDER]), error);
    if (status != KL_OK)
        kl_value_replace(out, kl_null());
    return status;
}

static kl_status cloud_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_status status = ask(out, &call, &response, node, error);
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    return status;
}

static const kl_node_type types[] = {
    {.name = "CloudNode", .category = "Cloud", .doc = "Lists, starts, stops, makes and ends instances.",
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .flags = KL_NODE_BLOCKING, .run = cloud_run},
};

static const kl_node_family cloud = {.name = "cloud", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(cloud);
