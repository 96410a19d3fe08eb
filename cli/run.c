/* cli/run.c - kailash run: executes a workflow. */
#include "load.h"
#include "progress.h"
#include "terminal.h"
#include "kailash/host.h"
#include "kailash/json.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- interrupts -------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted_by; /* the signal, or 0 */

/* The first asks the run to end; the second finds the signal's own way. */
static void on_signal(int number)
{
    interrupted_by = number;
    signal(number, SIG_DFL);
}

static kl_status poll_interrupt(kl_error *error)
{
    return interrupted_by ? kl_error_set(error, KL_INTERRUPTED, "interrupted") : KL_OK;
}

static const kl_host host = {.poll = poll_interrupt};

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    kl_host_set(&host);
}

/* ---- inputs ------------------------------------------------------------------------------------ */

static kl_status read_inputs(kl_value *out, const char *path, kl_error *error)
{
    kl_value text, map = kl_null();
    KL_TRY(read_file(&text, path, error));
    kl_status status = kl_json_parse(&map, kl_as_text(text), error);
    if (status != KL_OK && error)
        kl_error_prefix(error, "%s:%u:%u: ", path, error->line, error->column);
    else if (!kl_is(map, KL_KIND_MAP))
        status = kl_error_set(error, KL_INVALID, "%s: inputs are a JSON object, not %s", path,
                              kl_value_kind_name(map));
    kl_value_release(text);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* --inputs FILE first, then each --input. */
static kl_status gather_inputs(kl_value *out, const invocation *in, kl_error *error)
{
    const char *file = given_value(in, "inputs"), *pair;
    kl_value inputs = kl_null(), value;
    kl_status status = file ? read_inputs(&inputs, file, error) : kl_map_new(&inputs, 4, error);
    for (size_t i = 0; status == KL_OK && (pair = given_at(in, "input", i)); i++) {
        const char *equals = strchr(pair, '=');
        status = parse_value(&value, equals + 1, error);
        if (status == KL_OK)
            status = kl_map_set(&inputs, (kl_text){pair, (size_t)(equals - pair)}, value, error);
    }
    if (status == KL_OK)
        *out = inputs;
    else
        kl_value_release(inputs);
    return status;
}

/* ---- running ----------------------------------------------------------------------------------- */

static kl_status make_runtime(kl_runtime **out, kl_registry *registry, const invocation *in,
                              kl_error *error)
{
    kl_value map = kl_null(), config = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("enable_cycles"), kl_bool(true), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("max_concurrent_nodes"),
                          kl_int((int64_t)given_number(in, "max-concurrent", 0)), error));
    KL_TRY_OUT(kl_object_from_map(&config, &kl_runtime_config_type, map, error));
    status = kl_runtime_new(out, registry, config, error);
out:
    kl_value_release(map);
    kl_value_release(config);
    return status;
}

static kl_status execute(kl_value *out, const loaded *loaded, const invocation *in,
                         kl_value inputs, kl_error *error)
{
    kl_runtime *runtime;
    progress progress;
    KL_TRY(make_runtime(&runtime, loaded->registry, in, error));
    progress_begin(&progress, kl_workflow_node_count(loaded->workflow));
    kl_run_options options = {.has_hard = given_value(in, "time-limit") != NULL,
                              .time_limit = given_number(in, "time-limit", 0),
                              .progress = progress.shown ? progress_node : NULL,
                              .progress_data = &progress};
    kl_status status =
        kl_runtime_execute(out, runtime, loaded->workflow, inputs, &options, error);
    progress_end(&progress);
    kl_object_release((kl_object *)runtime);
    return status;
}

/* ---- printing ---------------------------------------------------------------------------------- */

static const table_column run_columns[] = {
    {.title = "NODE", .shrinks = true, .paint = PAINT_BOLD},
    {.title = "LEVEL", .right = true},
    {.title = "TIME", .right = true},
    {.title = "OUTPUTS", .shrinks = true},
};

static void time_cell(table *table, double milliseconds)
{
    if (milliseconds < 1)
        table_format(table, "%.0f %s", milliseconds * 1000, if_utf8("\xC2\xB5s", "us"));
    else if (milliseconds < 1000)
        table_format(table, "%.1f ms", milliseconds);
    else
        table_format(table, "%.2f s", milliseconds / 1000);
}

/* "port: value, port: value", not longer than a line may need. */
static void outputs_cell(table *table, kl_value outputs)
{
    char *text = NULL;
    size_t len = 0, most = terminal_width() + 8;
    FILE *to = open_memstream(&text, &len);
    if (!to) {
        table->failed = true;
        return;
    }
    for (size_t i = 0; i < kl_map_len(outputs) && (size_t)ftell(to) < most; i++) {
        fprintf(to, "%s%.*s: ", i ? ", " : "", KL_TEXT_ARG(kl_map_key_at(outputs, i)));
        print_preview(to, kl_map_value_at(outputs, i), most);
    }
    fclose(to);
    table_cell(table, (kl_text){text, len});
    free(text);
}

static void skipped_cell(table *table, kl_value skipped, kl_text id)
{
    kl_value note = kl_map_get(skipped, id);
    kl_text via = kl_as_text(kl_map_get(note, KL_TEXT("via")));
    if (via.len)
        table_format(table, "not run: behind the closed gate %.*s", KL_TEXT_ARG(via));
    else if (kl_is_null(note))
        table_cell(table, KL_TEXT("not run: an input did not arrive"));
    else
        table_cell(table, KL_TEXT("not run: the gate is closed"));
}

static void node_row(table *table, const loaded *loaded, kl_value result, kl_value node,
                     size_t index)
{
    kl_text id = kl_as_text(kl_map_get(node, KL_TEXT("node_id")));
    kl_value times = *kl_value_path(&result, KL_TEXT("metadata.node_durations_ms"));
    const kl_value *outputs = kl_map_find(kl_map_get(result, KL_TEXT("results")), id);
    table_cell(table, id);
    table_format(table, "%zu", kl_workflow_level(loaded->workflow, index));
    if (kl_map_has(times, id))
        time_cell(table, kl_as_double(kl_map_get(times, id)));
    else
        table_cell(table, KL_TEXT("-"));
    if (outputs)
        outputs_cell(table, *outputs);
    else
        skipped_cell(table, kl_map_get(result, KL_TEXT("skipped")), id);
}

static kl_status print_result(const loaded *loaded, kl_value result, kl_error *error)
{
    table table = TABLE_INIT(run_columns);
    kl_value definition;
    KL_TRY(kl_workflow_definition(&definition, loaded->workflow, error));
    kl_value nodes = kl_map_get(definition, KL_TEXT("nodes"));
    for (size_t i = 0; i < kl_array_len(nodes); i++)
        node_row(&table, loaded, result, kl_array_at(nodes, i), i);
    kl_value_release(definition);
    if (!table_print(&table, stdout, 0))
        return kl_error_no_memory(error);
    kl_value metadata = kl_map_get(result, KL_TEXT("metadata"));
    printf("%s%d of %zu nodes in %.1f ms, run %s%s\n", painted(stdout, PAINT_DIM),
           (int)kl_as_int(kl_map_get(metadata, KL_TEXT("nodes_executed"))),
           kl_workflow_node_count(loaded->workflow),
           kl_as_double(kl_map_get(metadata, KL_TEXT("total_duration_ms"))),
           kl_as_text(kl_map_get(result, KL_TEXT("run_id"))).data, painted(stdout, PAINT_PLAIN));
    return KL_OK;
}

static kl_status write_result(kl_value result, const char *path, kl_error *error)
{
    out_file file;
    KL_TRY(out_open(&file, path, error));
    kl_status status = print_json(file.stream, result, error);
    kl_status closed = out_close(&file, status == KL_OK, status == KL_OK ? error : NULL);
    return status == KL_OK ? closed : status;
}

static kl_status show(const loaded *loaded, const invocation *in, kl_value result, kl_error *error)
{
    const char *out = given_value(in, "out");
    if (out)
        KL_TRY(write_result(result, out, error));
    if (!given_flag(in, "json"))
        return out && strcmp(out, "-") == 0 ? KL_OK : print_result(loaded, result, error);
    return out ? KL_OK : print_json(stdout, result, error);
}

/* ---- the command ------------------------------------------------------------------------------- */

/* Nodes that nobody waited for may still work on other threads; freeing under them would not do. */
static _Noreturn void leave(int code)
{
    code = finish_output(code);
    fflush(NULL);
    _exit(code);
}

static int fail(const invocation *in, kl_error *error)
{
    kl_status status = error->code;
    const char *hint = status == KL_TIMEOUT ? "give more with --time-limit" : NULL;
    int code = report_error_as(error, hint, given_flag(in, "json"));
    if (status == KL_INTERRUPTED)
        leave(128 + interrupted_by);
    if (status == KL_TIMEOUT || status == KL_CANCELLED)
        leave(code);
    return code;
}

static bool reads_standard_input_twice(const invocation *in)
{
    const char *inputs = given_value(in, "inputs");
    return inputs && strcmp(inputs, "-") == 0 && strcmp(in->argument, "-") == 0;
}

static int run_run(const invocation *in)
{
    loaded loaded;
    kl_value inputs = kl_null(), result = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (reads_standard_input_twice(in)) {
        print_error("name a file for one of them", "run: FILE and --inputs are both -");
        return EXIT_USAGE;
    }
    int code = load_workflow(&loaded, in);
    if (code == EXIT_OK) {
        catch_signals();
        kl_status status = gather_inputs(&inputs, in, &error);
        if (status == KL_OK)
            status = execute(&result, &loaded, in, inputs, &error);
        if (status == KL_OK)
            status = show(&loaded, in, result, &error);
        if (status != KL_OK)
            code = fail(in, &error);
    }
    kl_value_release(result);
    kl_value_release(inputs);
    unload(&loaded);
    return code;
}

static const option run_options[] = {
    {.name = "input", .letter = 'i', .kind = OPTION_PAIR, .repeats = true, .value = "NAME=VALUE",
     .doc = "An input of the workflow: every node without incoming connection gets it. VALUE is "
            "read as JSON if it is JSON, else taken as text."},
    {.name = "inputs", .kind = OPTION_FILE, .value = "FILE",
     .doc = "A JSON object of inputs; - reads standard input. Each --input comes over it."},
    {.name = "set", .letter = 's', .kind = OPTION_PAIR, .repeats = true, .value = "NODE.KEY=VALUE",
     .doc = "Change the config of a node before the run; more dots step into objects."},
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write the result to FILE as JSON, complete or not at all; - is standard output."},
    {.name = "max-concurrent", .kind = OPTION_COUNT, .value = "N",
     .doc = "Most nodes that work at once; 0, the default, means one per processor."},
    {.name = "time-limit", .kind = OPTION_SECONDS, .value = "SECONDS",
     .doc = "End the run as failed after that time."},
};

static const example run_examples[] = {
    {"kailash run etl.json", "Run a workflow and look at what its nodes gave:"},
    {"kailash run etl.json -i limit=10 -i 'tags=[\"a\", \"b\"]' -i name=Ada",
     "With inputs, a number, a list and a text:"},
    {"kailash run etl.json --json | jq '.results.report.text'", "Take one output:"},
    {"kailash run etl.json --set fetch.url=http://localhost:8080/ --time-limit 30",
     "Against another server, for half a minute at most:"},
    {"generate-workflow | kailash run - --out result.json", "A definition from a pipe:"},
};

const command cli_run = {
    .name = "run",
    .summary = "Run a workflow.",
    .doc = "Builds the workflow that FILE defines, runs it, and prints a table of its nodes with "
           "level, time and outputs, long values shortened. With --json the whole result is printed "
           "as one line of JSON: results, run_id, metadata, and skipped when a gate closed.\n\n"
           "A failed node ends the run with exit code 1; with --json an object \"error\" then holds "
           "message, node_id, run_id and partial_results. Ctrl-C cancels the run; a second Ctrl-C "
           "ends the command at once. On a terminal a long run shows its progress.",
    .argument = {.name = "FILE", .required = true, .completion = COMPLETE_FILES,
                 .doc = "a workflow definition in JSON; - reads standard input"},
    .options = KL_TABLE(run_options),
    .examples = KL_TABLE(run_examples),
    .run = run_run,
};
