/* src/nodes/kubernetes.c - KubernetesNode: pods and deployments by the API of a cluster. */
#include "kubernetes.h"
#include "rest.h"

enum {
    OPERATION, NAME, MANIFEST, REPLICAS, NAMESPACE, CONTAINER, TAIL_LINES,
    BASE_URL, KUBECONFIG, CONTEXT, IN_CLUSTER, TOKEN, TIMEOUT_MS, SETTINGS,
};

static kl_status manifest_body(kl_value *out, const kl_node_call *node, kl_error *error)
{
    if (kl_is_null(node->args[MANIFEST]))
        return kl_node_missing(error, "manifest");
    *out = kl_value_retain(node->args[MANIFEST]);
    return KL_OK;
}

/* A Scale of autoscaling/v1. */
static kl_status scale_body(kl_value *out, const kl_node_call *node, kl_error *error)
{
    kl_value scale = kl_null(), metadata = kl_null(), spec = kl_null();
    kl_status status;
    if (kl_is_null(node->args[REPLICAS]))
        return kl_node_missing(error, "replicas");
    KL_TRY_OUT(kl_map_new(&scale, 4, error));
    KL_TRY_OUT(kl_map_new(&metadata, 2, error));
    KL_TRY_OUT(kl_map_new(&spec, 1, error));
    KL_TRY_OUT(kl_map_set_text(&scale, KL_TEXT("apiVersion"), KL_TEXT("autoscaling/v1"), error));
    KL_TRY_OUT(kl_map_set_text(&scale, KL_TEXT("kind"), KL_TEXT("Scale"), error));
    KL_TRY_OUT(kl_map_set(&metadata, KL_TEXT("name"), kl_value_retain(node->args[NAME]), error));
    KL_TRY_OUT(kl_map_set(&metadata, KL_TEXT("namespace"), kl_value_retain(node->args[NAMESPACE]), error));
    KL_TRY_OUT(kl_map_set(&scale, KL_TEXT("metadata"), kl_value_take(&metadata), error));
    KL_TRY_OUT(kl_map_set(&spec, KL_TEXT("replicas"), node->args[REPLICAS], error));
    KL_TRY_OUT(kl_map_set(&scale, KL_TEXT("spec"), kl_value_take(&spec), error));
    *out = kl_value_take(&scale);
out:
    kl_value_release(spec);
    kl_value_release(metadata);
    kl_value_release(scale);
    return status;
}

#define PODS        "/api/v1/namespaces/{namespace}/pods"
#define DEPLOYMENTS "/apis/apps/v1/namespaces/{namespace}/deployments"

static const kl_rest_operation operations[] = {
    {"list_pods", "GET", PODS, "listed pods in namespace {namespace}", NULL},
    {"get_pod", "GET", PODS "/{name}", "retrieved pod {name}", NULL},
    {"deploy", "POST", DEPLOYMENTS, "deployed to namespace {namespace}", manifest_body},
    {"scale", "PUT", DEPLOYMENTS "/{name}/scale", "scaled {name} to {replicas} replicas", scale_body},
    {"delete", "DELETE", PODS "/{name}", "deleted pod {name}", NULL},
    {"get_logs", "GET", PODS "/{name}/log?tailLines={tail_lines}", "retrieved logs of pod {name}", NULL},
};
static const kl_rest_operation container_logs = {
    "get_logs", "GET", PODS "/{name}/log?tailLines={tail_lines}&container={container}",
    "retrieved logs of pod {name}", NULL};

static const char *const names[] = {"list_pods", "get_pod", "deploy", "scale", "delete", "get_logs", NULL};

static const kl_rest_operation *operation_of(const kl_value *args)
{
    size_t i = 0;
    while (!kl_text_is(kl_as_text(args[OPERATION]), operations[i].name))
        i++;
    bool of_container = kl_text_is(kl_as_text(args[OPERATION]), "get_logs") && !kl_is_null(args[CONTAINER]);
    return of_container ? &container_logs : &operations[i];
}

/* ---- the cluster --------------------------------------------------------------------------------- */

/* What the config says wins over what a file says. */
static kl_status apply(kl_http_call *call, kl_text *base, const kl_cluster *cluster,
                       const kl_value *args, kl_error *error)
{
    kl_http_request *request = &call->request;
    *base = kl_as_text(cluster->server);
    if (!request->ca_file.len)
        request->ca_file = kl_text_from(cluster->ca.path);
    if (!request->certificate.len && cluster->certificate.path[0]) {
        request->certificate = kl_text_from(cluster->certificate.path);
        request->key = kl_text_from(cluster->key.path);
    }
    request->trusts_all |= cluster->trusts_all;
    kl_value token = kl_is_null(args[TOKEN]) ? cluster->token : args[TOKEN];
    if (kl_is_null(token))
        return KL_OK;
    if (kl_as_text(token).len == 0)
        return kl_node_bad(error, "token", "expected a token, got an empty text");
    request->auth = KL_HTTP_BEARER;
    request->password = kl_as_text(token);
    return KL_OK;
}

static kl_status find_cluster(kl_cluster *cluster, const kl_value *args, kl_error *error)
{
    if (!kl_is_null(args[BASE_URL])) {
        cluster->server = kl_value_retain(args[BASE_URL]);
        return KL_OK;
    }
    if (!kl_is_null(args[KUBECONFIG]))
        return kl_cluster_from_file(cluster, kl_as_text(args[KUBECONFIG]),
                                    kl_is_null(args[CONTEXT]) ? KL_TEXT("") : kl_as_text(args[CONTEXT]),
                                    error);
    if (kl_as_bool(args[IN_CLUSTER]))
        return kl_cluster_from_within(cluster, error);
    return kl_string_new(&cluster->server, KL_TEXT("http://localhost:8001"), error);
}

static kl_status ask(kl_value *out, kl_http_call *call, kl_http_response *response,
                     kl_cluster *cluster, const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    const kl_rest_operation *operation = operation_of(args);
    kl_text base;
    kl_value result;
    kl_http_call_settings(call, &args[SETTINGS]);
    call->request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    KL_TRY(find_cluster(cluster, args, error));
    KL_TRY(apply(call, &base, cluster, args, error));
    KL_TRY(kl_rest_send(response, call, operation, base, node, error));
    bool is_log = kl_text_is(kl_text_from(operation->name), "get_logs");
    KL_TRY(is_log ? kl_http_decode_text(&result, response, error)
                  : kl_rest_result(&result, response, error));
    return kl_rest_outputs(out, operation, response, result, node, error);
}

static kl_status kubernetes_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    kl_http_call call = {0};
    kl_http_response response = {0};
    kl_cluster cluster = KL_CLUSTER_INIT;
    kl_status status = ask(out, &call, &response, &cluster, node, error);
    kl_http_response_clear(&response);
    kl_http_call_end(&call);
    kl_cluster_clear(&cluster);
    return status;
}

/* ---- the row ------------------------------------------------------------------------------------- */

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "what to do"},
    {.name = "name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "of the pod, or of the deployment to scale; required by all but list_pods and deploy"},
    {.name = "manifest", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "the Deployment to make; required by deploy"},
    {.name = "replicas", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL, .range = KL_RANGE(0, 100000),
     .doc = "pods that a deployment is to have; required by scale"},
    {.name = "namespace", .kind = KL_KIND_STRING, .fallback = "\"default\"", .doc = "where it is"},
    {.name = "container", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "get_logs: which container of the pod, when it has several"},
    {.name = "tail_lines", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1, 1000000),
     .doc = "get_logs: lines from the end"},
};
static const kl_param config[] = {
    {.name = "base_url", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "http or https URL of the API; default: what kubeconfig or in_cluster say, else "
            "http://localhost:8001, where `kubectl proxy` listens"},
    {.name = "kubeconfig", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "file that tells server, certificates and token, as kubectl uses it"},
    {.name = "context", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "which context of kubeconfig; default: its current one"},
    {.name = "in_cluster", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "this is a pod: use the service account of the pod"},
    {.name = "token", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "bearer token, instead of that of kubeconfig"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "30000",
     .range = KL_RANGE(1, 86400000), .doc = "time for a request, in milliseconds"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "what the API answered; of get_logs the text"},
    {.name = "status", .kind = KL_KIND_STRING, .doc = "HTTP status, such as \"200\""},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what was done"},
};
static const kl_node_type types[] = {
    {.name = "KubernetesNode", .category = "Cloud",
     .doc = "Lists, deploys, scales and deletes in a Kubernetes cluster.",
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .flags = KL_NODE_BLOCKING, .run = kubernetes_run},
};

static const kl_node_family kubernetes = {.name = "kubernetes", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(kubernetes);
