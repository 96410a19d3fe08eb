/* src/nodes/embedded_python.c - EmbeddedPythonNode: Python in a process of its own, locked in. */
#include "driver.h"
#include "host.h"
#include "kailash/log.h"
#include "python_filter.h"
#include "python_pool.h"

#include <math.h>

enum { CODE, OUTPUT_VARS, INPUTS, TIMEOUT, ALLOWED_MODULES, ALLOW_FILES, MEMORY, MAX_OUTPUT, ISOLATED,
       IN_PROCESS, EXECUTABLE };

/* The answer of a worker: a text may be KL_NODE_TEXT_MAX long, and there may be several. */
#define ANSWER_MAX (8 * KL_NODE_TEXT_MAX)

/* ---- the request --------------------------------------------------------------------------------- */

/* Those of the modules whose name the code says: the warm interpreter loads them for later calls. */
static kl_status mentioned(kl_value *out, kl_value modules, kl_text code, kl_error *error)
{
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, 8, error));
    for (size_t i = 0; i < kl_array_len(modules); i++) {
        kl_text name = kl_as_text(kl_array_at(modules, i));
        if (name.len && memmem(code.data, code.len, name.data, name.len))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_array_at(modules, i)), error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status put_filter(kl_value *map, bool files, kl_error *error)
{
    kl_buffer steps = KL_BUFFER_INIT;
    kl_value filter;
    kl_python_filter(&steps, files);
    KL_TRY(kl_buffer_finish_bytes(&filter, &steps, error));
    return kl_map_set(map, KL_TEXT("filter"), filter, error);
}

static kl_status put_limits(kl_value *map, const kl_value *args, kl_error *error)
{
    bool is_isolated = kl_as_bool(args[ISOLATED]);
    /* One that lives on has used time before: there the watch alone counts. */
    int64_t cpu = is_isolated ? (int64_t)kl_as_double(args[TIMEOUT]) + 2 : 0;
    KL_TRY(put_filter(map, kl_as_bool(args[ALLOW_FILES]), error));
    KL_TRY(kl_map_set(map, KL_TEXT("files"), args[ALLOW_FILES], error));
    KL_TRY(kl_map_set(map, KL_TEXT("memory"), args[MEMORY], error));
    KL_TRY(kl_map_set(map, KL_TEXT("cpu"), kl_int(cpu), error));
    KL_TRY(kl_map_set(map, KL_TEXT("modules"), kl_value_retain(args[ALLOWED_MODULES]), error));
    return kl_map_set(map, KL_TEXT("output_max"), args[MAX_OUTPUT], error);
}

static kl_status make_request(kl_value *out, const kl_value *args, kl_error *error)
{
    kl_value map, inputs = args[INPUTS];
    kl_status status;
    KL_TRY(kl_map_new(&map, 12, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("check"), kl_bool(false), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("code"), kl_value_retain(args[CODE]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("outputs"), kl_value_retain(args[OUTPUT_VARS]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("inputs"),
                           kl_is_null(inputs) ? kl_map_empty() : kl_value_retain(inputs), error));
    KL_TRY_OUT(put_limits(&map, args, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* What a worker cannot change any more, its modules among it: their files are closed to it. Empty
 * for those that serve one call. */
static void add_settings(kl_buffer *to, const kl_value *args, kl_value modules)
{
    if (kl_as_bool(args[ISOLATED]))
        return;
    kl_buffer_format(to, "%d %lld", (int)kl_as_bool(args[ALLOW_FILES]),
                     (long long)kl_as_int(args[MEMORY]));
    for (size_t i = 0; i < kl_array_len(modules); i++) {
        kl_buffer_byte(to, ' ');
        kl_buffer_add(to, kl_as_text(kl_array_at(modules, i)));
    }
}

/* ---- the result ---------------------------------------------------------------------------------- */

/* What print() puts at the end is not part of what was said. */
static kl_status put_stream(kl_value *map, const char *name, kl_value text, kl_error *error)
{
    kl_value shown;
    kl_text all = kl_as_text(text);
    if (all.len && all.data[all.len - 1] == '\n')
        all.len--;
    KL_TRY(kl_string_from_valid(&shown, all, error));
    return kl_map_set(map, kl_text_from(name), shown, error);
}

static kl_status make_result(kl_value *out, kl_value answer, const kl_code_watch *watch, kl_error *error)
{
    kl_value map, outputs = kl_map_get(answer, KL_TEXT("outputs"));
    kl_status status;
    KL_TRY(kl_map_new(&map, 5, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("outputs"), kl_value_retain(outputs), error));
    KL_TRY_OUT(put_stream(&map, "stdout", kl_map_get(answer, KL_TEXT("stdout")), error));
    KL_TRY_OUT(put_stream(&map, "stderr", kl_map_get(answer, KL_TEXT("stderr")), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("execution_time_ms"), kl_code_elapsed_ms(watch), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("truncated"),
                           kl_bool(kl_as_bool(kl_map_get(answer, KL_TEXT("is_cut")))), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static void warn_once(kl_value answer)
{
    static bool is_told;
    bool is_filtered = kl_as_bool(kl_map_get(answer, KL_TEXT("is_filtered")));
    if (!is_filtered && !__atomic_exchange_n(&is_told, true, __ATOMIC_RELAXED))
        KL_LOG(KL_LOG_WARN, "kailash.nodes",
               "EmbeddedPythonNode: this system has no filter for system calls; only limits keep the "
               "code in");
}

static kl_status take_answer(kl_value *out, kl_value answer, const kl_code_watch *watch,
                             kl_error *error)
{
    kl_value why = kl_map_get(answer, KL_TEXT("error"));
    kl_text text = kl_as_text(why);
    warn_once(answer);
    if (kl_is_null(why))
        return make_result(out, answer, watch, error);
    while (text.len && text.data[text.len - 1] == '\n')
        text.len--;
    return kl_node_failed(error, "Python execution failed: %.*s", KL_TEXT_ARG(text));
}

static kl_status explain(kl_status status, kl_error *error)
{
    if (status == KL_DEPTH || status == KL_INVALID) {
        kl_node_form_bad(error, "inputs");
        if (error)
            error->code = KL_FAILED;
        return KL_FAILED;
    }
    if (status == KL_FAILED)
        kl_error_prefix(error, "Python execution failed: ");
    if (status == KL_FAILED || status == KL_UNAVAILABLE)
        kl_node_form(error);
    return status;
}

static kl_status ask(kl_value *answer, const kl_value *args, kl_code_watch *watch, kl_error *error)
{
    kl_value request = kl_null(), modules = kl_null();
    kl_buffer settings = KL_BUFFER_INIT;
    kl_status status = mentioned(&modules, args[ALLOWED_MODULES], kl_as_text(args[CODE]), error);
    if (status == KL_OK)
        status = make_request(&request, args, error);
    add_settings(&settings, args, modules);
    if (status == KL_OK && settings.status != KL_OK)
        status = kl_error_no_memory(error);
    kl_python_call call = {.executable = kl_as_text(args[EXECUTABLE]), .request = request,
                           .modules = modules, .settings = kl_buffer_text(&settings),
                           .answer_max = ANSWER_MAX, .watch = watch};
    if (status == KL_OK)
        status = explain(kl_python_ask(answer, &call, error), error);
    kl_buffer_free(&settings);
    kl_value_release(modules);
    kl_value_release(request);
    return status;
}

/* Without a worker: in the interpreter of the program. */
static kl_status ask_here(kl_value *answer, const kl_value *args, kl_code_watch *watch,
                          kl_error *error)
{
    char script[4096];
    kl_value request;
    kl_driver_path(script, sizeof script, "python_worker");
    KL_TRY(make_request(&request, args, error));
    kl_status status = kl_host_run_python(answer, script, request, kl_code_must_stop, watch, error);
    kl_value_release(request);
    if (status == KL_UNAVAILABLE)
        return kl_node_bad(error, "in_process",
                           "this program has no Python interpreter that takes code; leave it out to "
                           "run the code in a worker");
    if (status == KL_OK && kl_is_null(*answer)) {
        kl_code_must_stop(watch);
        return kl_code_stopped(watch, error);
    }
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    kl_code_watch watch;
    kl_value answer = kl_null();
    kl_code_watch_begin(&watch, call->run, kl_as_double(call->args[TIMEOUT]));
    kl_status status = kl_as_bool(call->args[IN_PROCESS])
                           ? ask_here(&answer, call->args, &watch, error)
                           : ask(&answer, call->args, &watch, error);
    if (status == KL_OK)
        status = take_answer(out, answer, &watch, error);
    kl_value_release(answer);
    kl_code_watch_end(&watch);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

#define MODULES                                                                                    \
    "[\"base64\",\"collections\",\"copy\",\"dataclasses\",\"datetime\",\"decimal\",\"enum\","          \
    "\"fractions\",\"functools\",\"hashlib\",\"itertools\",\"json\",\"math\",\"operator\",\"re\","     \
    "\"statistics\",\"string\",\"textwrap\",\"time\",\"typing\",\"unicodedata\"]"

static const kl_param inputs[] = {
    {.name = "code", .kind = KL_KIND_STRING, .doc = "Python code; may import allowed_modules"},
    {.name = "output_vars", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING,
     .range = KL_RANGE(1, 10000), .doc = "names of the variables to give back"},
    {.name = "inputs", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL,
     .doc = "variables to set before the code runs, by name"},
};

static const kl_param config[] = {
    KL_CODE_TIMEOUT("30", "seconds after which the code is killed and the node fails"),
    {.name = "allowed_modules", .kind = KL_KIND_ARRAY, .item = KL_KIND_STRING, .fallback = MODULES,
     .doc = "modules that the code may import, with all modules within them; in the place of those "
            "that it may import by default. The list keeps honest code honest; what keeps any code "
            "in is the system: a filter of system calls and limits"},
    {.name = "allow_files", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the code may open files, as this process may; else it can open none"},
    {.name = "memory_limit_bytes", .kind = KL_KIND_COUNT, .fallback = "536870912",
     .range = KL_RANGE(67108864, INFINITY),
     .doc = "address space of the worker, in bytes, the interpreter included (RLIMIT_AS)"},
    {.name = "max_output_bytes", .kind = KL_KIND_COUNT, .fallback = "10485760",
     .range = KL_RANGE(0, 67108864),
     .doc = "characters kept of stdout and of stderr, each; the rest is dropped, and truncated "
            "tells"},
    {.name = "isolated", .kind = KL_KIND_BOOL, .fallback = "true",
     .doc = "whether every call gets a process of its own; false: workers of equal limits serve "
            "one call after the other, which is quicker, but what code changes in modules stays "
            "for later calls"},
    {.name = "in_process", .kind = KL_KIND_BOOL, .fallback = "false",
     .doc = "whether the code runs in the interpreter of this program, with its modules, files and "
            "rights: no limit of memory holds then, only what print() writes is captured, and what "
            "waits in a function written in C is stopped only when that returns"},
    {.name = "python_executable", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "interpreter for the workers (Python 3.9 or later), a name or a path; absent: the one "
            "this program runs in, else python3"},
};

static const kl_param outputs[] = {
    {.name = "outputs", .kind = KL_KIND_MAP,
     .doc = "the variables by name: null for what was never set; tuples are lists, integers beyond "
            "64 bits are floats, and what is no value is its text"},
    {.name = "stdout", .kind = KL_KIND_STRING, .doc = "what it printed, without the last line's end"},
    {.name = "stderr", .kind = KL_KIND_STRING, .doc = "what it wrote to sys.stderr, likewise"},
    {.name = "execution_time_ms", .kind = KL_KIND_INT, .doc = "how long it took, in milliseconds"},
    {.name = "truncated", .kind = KL_KIND_BOOL, .doc = "whether output was dropped"},
};

static const kl_node_type types[] = {
    {
        .name = "EmbeddedPythonNode",
        .category = "Code",
        .doc = "Runs Python code in a worker that a warm interpreter forks. The worker has no "
               "privileges, no network, no programs, no files (but see allow_files) and bounded "
               "memory and time; the system sees to that, where it can filter system calls.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family embedded_python = {.name = "embedded_python", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(embedded_python);
