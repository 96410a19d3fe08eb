/* src/nodes/docker.c - DockerNode: containers by the Engine API, over a Unix socket or TCP. */
#include "rest.h"
#include "workflow/invoke.h"

enum {
    OPERATION, CONTAINER_ID, IMAGE, NAME, COMMAND, ENV, OPTIONS, ALL, FORCE, TAIL,
    HOST, TIMEOUT_MS, SETTINGS,
};

/* ---- bodies and answers -------------------------------------------------------------------------- */

static kl_status put_env(kl_value *map, kl_value env, kl_error *error)
{
    kl_value list;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&list, kl_map_len(env), error));
    for (size_t i = 0; status == KL_OK && i < kl_map_len(env); i++) {
        kl_buffer pair = KL_BUFFER_INIT;
        kl_value text;
        kl_buffer_add(&pair, kl_map_key_at(env, i));
        kl_buffer_byte(&pair, '=');
        kl_buffer_add(&pair, kl_as_text(kl_map_value_at(env, i)));
        status = kl_buffer_finish(&text, &pair, error);
        if (status == KL_OK)
            status = kl_array_push(&list, text, error);
    }
    if (status == KL_OK)
        return kl_map_set(map, KL_TEXT("Env"), list, error);
    kl_value_release(list);
    return status;
}

/* The description of a container: `options` as they are, then what has a key of its own. */
static kl_status new_container(kl_value *out, const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    kl_value map = kl_value_retain(args[OPTIONS]);
    kl_status status;
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("Image"), kl_value_retain(args[IMAGE]), error));
    if (!kl_is_null(args[COMMAND]))
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("Cmd"), kl_value_retain(args[COMMAND]), error));
    if (!kl_is_null(args[ENV]))
        KL_TRY_OUT(put_env(&map, args[ENV], error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* The bytes of a frame: a header of stream, three zeros and the length, big-endian. */
static bool read_frame(kl_text *frame, int *stream, kl_text *rest)
{
    const unsigned char *head = (const unsigned char *)rest->data;
    if (rest->len < 8 || head[0] > 2 || head[1] || head[2] || head[3])
        return false;
    size_t len = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
    if (len > rest->len - 8)
        return false;
    *stream = head[0];
    *frame = (kl_text){rest->data + 8, len};
    *rest = (kl_text){rest->data + 8 + len, rest->len - 8 - len};
    return true;
}

static bool is_multiplexed(kl_text body)
{
    kl_text frame;
    int stream;
    while (body.len)
        if (!read_frame(&frame, &stream, &body))
            return false;
    return true;
}

static kl_status put_output(kl_value *map, const char *key, kl_buffer *bytes, kl_error *error)
{
    kl_value text;
    kl_status status = bytes->status == KL_OK ? kl_string_repair(&text, kl_buffer_text(bytes), error)
                                              : kl_error_no_memory(error);
    kl_buffer_free(bytes);
    return status == KL_OK ? kl_map_set(map, kl_text_from(key), text, error) : status;
}

/* What a container wrote: {stdout, stderr}, where all is stdout when it has a terminal. */
static kl_status logs_of(kl_value *out, kl_text body, kl_error *error)
{
    kl_buffer streams[2] = {KL_BUFFER_INIT, KL_BUFFER_INIT};
    kl_text frame;
    int stream;
    kl_status status;
    KL_TRY(kl_map_new(out, 2, error));
    if (!is_multiplexed(body))
        kl_buffer_add(&streams[0], body);
    else
        while (read_frame(&frame, &stream, &body))
            kl_buffer_add(&streams[stream == 2], frame);
    status = put_output(out, "stdout", &streams[0], error);
    if (status == KL_OK)
        status = put_output(out, "stderr", &streams[1], error);
    if (status != KL_OK) {
        kl_buffer_free(&streams[1]);
        kl_value_replace(out, kl_null());
    }
    return status;
}

/* ---- operations ---------------------------------------------------------------------------------- */

static const kl_rest_operation list = {"list_containers", "GET", "/containers/json?all={all}",
                                       "listed containers", NULL};
static const kl_rest_operation create = {"create container", "POST", "/containers/create",
                                         "started a container of {image}", new_container};
static const kl_rest_operation create_named = {
    "create container", "POST", "/containers/create?name={name}",
    "started container {name} of {image}", new_container};
static const kl_rest_operation start = {"start container", "POST", "/containers/{container_id}/start",
                                        "started container {container_id}", NULL};
static const kl_rest_operation stop = {"stop", "POST", "/containers/{container_id}/stop",
                                       "stopped container {container_id}", NULL};
static const kl_rest_operation removal = {"remove", "DELETE", "/containers/{container_id}?force={force}",
                                          "removed container {container_id}", NULL};
static const kl_rest_operation inspect = {"inspect", "GET", "/containers/{container_id}/json",
                                          "inspected container {container_id}", NULL};
static const kl_rest_operation logs = {
    "logs", "GET", "/containers/{container_id}/logs?stdout=true&stderr=true&tail={tail}",
    "read the logs of container {container_id}", NULL};

static const char *const names[] = {"list_containers", "run", "stop", "remove", "inspect", "logs", NULL};

static const kl_rest_operation *operation_of(const kl_value *args)
{
    const kl_rest_operation *all[] = {&list, kl_is_null(args[NAME]) ? &create : &create_named,
                                      &stop, &removal, &inspect, &logs};
    size_t i = 0;
    while (!kl_text_is(kl_as_text(args[OPERATION]), names[i]))
        i++;
    return all[i];
}

/* Where the engine is: the base URL, and the socket when it has one. */
static kl_status find_engine(kl_http_call *call, kl_text *base, kl_text host, kl_error *error)
{
    static const char unix_scheme[] = "unix://", tcp_scheme[] = "tcp://";
    *base = host;
    if (host.len > strlen(unix_scheme) && memcmp(host.data, unix_scheme, strlen(unix_scheme)) == 0) {
        size_t skip = strlen(unix_scheme);
        call->request.socket_path = (kl_text){host.data + skip, host.len - skip};
        *base = KL_TEXT("http://docker");
    } else if (host.len > strlen(tcp_scheme) && memcmp(host.data, tcp_scheme, strlen(tcp_scheme)) == 0) {
        kl_buffer url = KL_BUFFER_INIT;
        kl_value text;
        kl_buffer_string(&url, "http://");
        kl_buffer_add(&url, (kl_text){host.data + strlen(tcp_scheme), host.len - strlen(tcp_scheme)});
        KL_TRY(kl_buffer_finish(&text, &url, error));
        *base = kl_as_text(text);
        return kl_http_call_keep(call, text, error);
    }
    return KL_OK;
}

/* One request; `*response` is to be cleared. */
static kl_status ask(kl_http_response *response, const kl_rest_operation *operation,
                     const kl_node_call *node, kl_error *error)
{
    const kl_value *args = node->args;
    kl_http_call call = {0};
    kl_text base;
    kl_http_call_settings(&call, &args[SETTINGS]);
    call.request.timeout = kl_as_int(args[TIMEOUT_MS]) * KL_MILLISECOND;
    kl_status status = find_engine(&call, &base, kl_as_text(args[HOST]), error);
    if (status == KL_OK)
        status = kl_rest_send(response, &call, operation, base, node, error);
    kl_http_call_end(&call);
    return status;
}

/* Start what was created; what cannot be started is removed again. */
static kl_status start_created(const kl_node_call *node, kl_value created, kl_error *error)
{
    kl_value id = kl_map_get(created, KL_TEXT("Id"));
    kl_value args[KL_NODE_ARGS_MAX];
    kl_node_call call = *node;
    kl_http_response response = {0}, ignored = {0};
    kl_error why = KL_ERROR_INIT;
    if (!kl_is(id, KL_KIND_STRING))
        return kl_node_failed(error, "create container: the engine gave no Id");
    memcpy(args, node->args, (node->type->input_count + node->type->config_count) * sizeof *args);
    args[CONTAINER_ID] = id;
    args[FORCE] = kl_bool(true);
    call.args = args;
    kl_status status = ask(&response, &start, &call, error);
    if (status != KL_OK && ask(&ignored, &removal, &call, &why) != KL_OK)
        kl_error_clear(&why);
    kl_http_response_clear(&response);
    kl_http_response_clear(&ignored);
    return status;
}

static kl_status result_of(kl_value *out, const kl_rest_operation *operation,
                           const kl_http_response *response, const kl_node_call *node,
                           kl_error *error)
{
    if (operation == &logs)
        return logs_of(out, kl_as_text(response->body), error);
    KL_TRY(kl_rest_result(out, response, error));
    if (operation != &create && operation != &create_named)
        return KL_OK;
    kl_status status = start_created(node, *out, error);
    if (status != KL_OK)
        kl_value_replace(out, kl_null());
    return status;
}

static kl_status docker_run(kl_value *out, kl_node_call *node, kl_error *error)
{
    const kl_rest_operation *operation = operation_of(node->args);
    kl_http_response response = {0};
    kl_value result;
    if ((operation == &create || operation == &create_named) && kl_is_null(node->args[IMAGE]))
        return kl_node_missing(error, "image");
    kl_status status = ask(&response, operation, node, error);
    if (status == KL_OK)
        status = result_of(&result, operation, &response, node, error);
    if (status == KL_OK)
        status = kl_rest_outputs(out, operation, &response, result, node, error);
    kl_http_response_clear(&response);
    return status;
}

/* ---- the row ------------------------------------------------------------------------------------- */

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "what to do"},
    {.name = "container_id", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "id or name of a container; required by stop, remove, inspect and logs"},
    {.name = "image", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "image to run; required by run"},
    {.name = "name", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL, .doc = "run: name of the container"},
    {.name = "command", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "run: program and arguments instead of the image's own"},
    {.name = "env", .kind = KL_KIND_MAP, .item = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,
     .doc = "run: environment variables"},
    {.name = "options", .kind = KL_KIND_MAP, .fallback = "{}",
     .doc = "run: more of the description of the container, as the Engine API names it, such as "
            "HostConfig"},
    {.name = "all", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "list_containers: those that are stopped too"},
    {.name = "force", .kind = KL_KIND_BOOL, .fallback = "false", .doc = "remove: also while it runs"},
    {.name = "tail", .kind = KL_KIND_COUNT, .fallback = "1000", .range = KL_RANGE(1, 1000000),
     .doc = "logs: lines from the end"},
};
static const kl_param config[] = {
    {.name = "host", .kind = KL_KIND_STRING, .fallback = "\"unix:///var/run/docker.sock\"",
     .doc = "where the engine is: unix:///path, tcp://host:port, or an http or https URL"},
    {.name = "timeout_ms", .kind = KL_KIND_COUNT, .fallback = "60000",
     .range = KL_RANGE(1, 86400000), .doc = "time for a request, in milliseconds"},
    KL_HTTP_SETTINGS,
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY,
     .doc = "what the engine answered, or null; of logs: {stdout, stderr}"},
    {.name = "status", .kind = KL_KIND_STRING, .doc = "HTTP status, such as \"200\""},
    {.name = "message", .kind = KL_KIND_STRING, .doc = "what was done"},
};
static const kl_node_type types[] = {
    {.name = "DockerNode", .category = "Cloud", .doc = "Runs, stops and inspects containers of a Docker Engine.",
     .inputs = KL_TABLE(inputs), .config = KL_TABLE(config), .outputs = KL_TABLE(outputs),
     .flags = KL_NODE_BLOCKING, .run = docker_run},
};

static const kl_node_family docker = {.name = "docker", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(docker);
