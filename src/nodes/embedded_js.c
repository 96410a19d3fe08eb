/* src/nodes/embedded_js.c - EmbeddedJSNode: JavaScript in an engine of its own, within limits. */
#include "code.h"
#include "driver.h"
#include "drivers/quickjs.h"

enum { CODE, OUTPUT_VARS, INPUTS, TIMEOUT, MEMORY };

static kl_status tell_thrown(kl_status status, kl_error *error)
{
    if (error && error->line)
        kl_error_prefix(error, "line %u, column %u: ", (unsigned)error->line, (unsigned)error->column);
    kl_error_prefix(error, "JavaScript execution failed: ");
    kl_node_form(error);
    return status;
}

/* What cannot cross the border is the script's fault, not that of an argument. */
static kl_status tell_value(kl_status status, kl_error *error)
{
    if (status == KL_NO_MEMORY)
        return status;
    kl_node_form(error);
    if (error)
        error->code = KL_FAILED;
    return KL_FAILED;
}

static kl_status tell(kl_js_fault fault, kl_status status, kl_code_watch *watch,
                      const kl_js_script *script, kl_error *error)
{
    switch (fault) {
    case KL_JS_STOPPED: return kl_code_stopped(watch, error);
    case KL_JS_MEMORY: return kl_node_limit(error, "memory", script->memory_max, "bytes");
    case KL_JS_ITEMS: return kl_node_limit(error, "output values", script->items_max, "values");
    case KL_JS_TEXT: return kl_node_limit(error, "output text", script->text_max, "bytes");
    case KL_JS_THROWN: return tell_thrown(status, error);
    case KL_JS_VALUE: return tell_value(status, error);
    case KL_JS_NONE: break;
    }
    return status;
}

static kl_status make_result(kl_value *out, kl_value *outputs, kl_value *console,
                             const kl_code_watch *watch, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("outputs"), kl_value_take(outputs), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("console_output"), kl_value_take(console), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("execution_time_ms"), kl_code_elapsed_ms(watch), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    const void *found;
    kl_code_watch watch;
    kl_js_fault fault = KL_JS_NONE;
    kl_value outputs = kl_null(), console = kl_null();
    KL_TRY(kl_driver_load(&found, "quickjs", error));
    const kl_quickjs_functions *driver = found;
    kl_code_watch_begin(&watch, call->run, kl_as_double(args[TIMEOUT]));
    kl_js_script script = {
        .code = kl_as_text(args[CODE]), .inputs = args[INPUTS], .outputs = args[OUTPUT_VARS],
        .memory_max = (size_t)kl_as_int(args[MEMORY]), .items_max = KL_NODE_LIST_MAX,
        .text_max = KL_NODE_TEXT_MAX, .stop = kl_code_must_stop, .data = &watch};
    kl_status status = driver->run(&outputs, &console, &fault, &script, error);
    status = status == KL_OK ? make_result(out, &outputs, &console, &watch, error)
                             : tell(fault, status, &watch, &script, error);
    kl_value_release(outputs);
    kl_value_release(console);
    kl_code_watch_end(&watch);
    return status;
}

static const kl_param inputs[] = {
    {.name = "code", .kind = KL_KIND_STRING,
     .doc = "JavaScript (ECMAScript 2024); it may await at its top level, and has console, but "
            "neither files, network, processes, modules nor timers"},
    {.name = "output_vars", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .range = KL_RANGE(1, 10000),
     .doc = "names of the global variables to give back: var, let, const, class or undeclared"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "global variables to set before the code runs, by name; bytes become a Uint8Array, and "
            "integers beyond 2^53 the nearest number"},
};

static const kl_param config[] = {
    KL_CODE_TIMEOUT("5", "seconds after which the code is stopped and the node fails"),
    {.name = "memory_limit_bytes", .kind = KL_KIND_COUNT, .fallback = "67108864",
     .range = KL_RANGE(1048576, 17179869184),
     .doc = "memory that the code may take, in bytes; more ends it"},
};

static const kl_param outputs[] = {
    {.name = "outputs", .kind = KL_KIND_MAP,
     .doc = "the variables by name: null for what is undefined, NaN or never set; functions are "
            "left out; a promise stands for its result; dates are ISO 8601 text, a Map is a map, a "
            "Set a list, a Uint8Array bytes; a BigInt or a cycle fails"},
    {.name = "console_output", .kind = KL_KIND_STRING,
     .doc = "a line for each call of console.log and its like, with [ERROR] and such before it"},
    {.name = "execution_time_ms", .kind = KL_KIND_INT, .doc = "how long it took, in milliseconds"},
};

static const kl_node_type types[] = {
    {
        .name = "EmbeddedJSNode",
        .category = "Code",
        .doc = "Runs JavaScript in an engine of its own within this process: nothing of one call is "
               "left for the next.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_HEAVY,
        .run = run,
    },
};

static const kl_node_family embedded_js = {.name = "embedded_js", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(embedded_js);
