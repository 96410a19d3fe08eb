/* cli/graph.c - kailash graph: draws a workflow. */
#include "load.h"
#include "terminal.h"

static const char *const formats[] = {"svg", "dot", NULL};

/* nodes with their level, and connections, as in the definition. */
static kl_status graph_map(kl_value *out, const kl_workflow *workflow, kl_error *error)
{
    kl_value map = kl_null(), nodes = kl_null(), definition = kl_null(), node = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_workflow_definition(&definition, workflow, error));
    KL_TRY_OUT(kl_array_new(&nodes, kl_workflow_node_count(workflow), error));
    for (size_t i = 0; i < kl_workflow_node_count(workflow); i++) {
        kl_value from = kl_array_at(kl_map_get(definition, KL_TEXT("nodes")), i);
        KL_TRY_OUT(kl_map_new(&node, 3, error));
        KL_TRY_OUT(kl_map_set(&node, KL_TEXT("id"),
                              kl_value_retain(kl_map_get(from, KL_TEXT("node_id"))), error));
        KL_TRY_OUT(kl_map_set(&node, KL_TEXT("type"),
                              kl_value_retain(kl_map_get(from, KL_TEXT("type_name"))), error));
        KL_TRY_OUT(kl_map_set(&node, KL_TEXT("level"),
                              kl_int((int64_t)kl_workflow_level(workflow, i)), error));
        KL_TRY_OUT(kl_array_push(&nodes, kl_value_take(&node), error));
    }
    KL_TRY_OUT(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("levels"),
                          kl_int((int64_t)kl_workflow_level_count(workflow)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("nodes"), kl_value_take(&nodes), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("connections"),
                          kl_value_retain(kl_map_get(definition, KL_TEXT("connections"))), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(node);
    kl_value_release(nodes);
    kl_value_release(definition);
    kl_value_release(map);
    return status;
}

static kl_status write_json(FILE *to, const kl_workflow *workflow, kl_error *error)
{
    kl_value map;
    KL_TRY(graph_map(&map, workflow, error));
    kl_status status = print_json(to, map, error);
    kl_value_release(map);
    return status;
}

static kl_status write_picture(FILE *to, const kl_workflow *workflow, bool dot, kl_error *error)
{
    kl_value text;
    KL_TRY(dot ? kl_workflow_dot(&text, workflow, error) : kl_workflow_svg(&text, workflow, error));
    fwrite(kl_as_text(text).data, 1, kl_as_text(text).len, to);
    kl_value_release(text);
    return KL_OK;
}

/* What the name of the file says, unless --format does. */
static bool wants_dot(const char *format, const char *path)
{
    size_t len = path ? strlen(path) : 0;
    if (format)
        return strcmp(format, "dot") == 0;
    return (len > 4 && strcmp(path + len - 4, ".dot") == 0) ||
           (len > 3 && strcmp(path + len - 3, ".gv") == 0);
}

static kl_status draw(const kl_workflow *workflow, const invocation *in, kl_error *error)
{
    const char *path = given_value(in, "out"), *format = given_value(in, "format");
    out_file file;
    KL_TRY(out_open(&file, path ? path : "-", error));
    kl_status status =
        given_flag(in, "json")
            ? write_json(file.stream, workflow, error)
            : write_picture(file.stream, workflow, wants_dot(format, path), error);
    kl_status closed = out_close(&file, status == KL_OK, status == KL_OK ? error : NULL);
    return status == KL_OK ? closed : status;
}

static int graph_run(const invocation *in)
{
    loaded loaded;
    kl_error error = KL_ERROR_INIT;
    int code = EXIT_USAGE;
    if (given_flag(in, "json") && given_value(in, "format")) {
        print_error("leave one of them out", "graph: --json and --format exclude each other");
        return code;
    }
    code = load_workflow(&loaded, in);
    if (code == EXIT_OK && draw(loaded.workflow, in, &error) != KL_OK)
        code = report_error_as(&error, NULL, given_flag(in, "json"));
    unload(&loaded);
    return code;
}

static const option graph_options[] = {
    {.name = "format", .letter = 'f', .kind = OPTION_WORD, .value = "FORMAT", .words = formats,
     .doc = "svg (the default) or dot; without it a name ending in .dot or .gv means dot."},
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write to FILE, complete or not at all; - is standard output."},
};

static const example graph_examples[] = {
    {"kailash graph etl.json -o etl.svg", "A picture for a browser or a document:"},
    {"kailash graph etl.json --format dot | dot -Tpdf > etl.pdf", "With Graphviz:"},
    {"kailash graph etl.json --json", "Levels and connections for a program:"},
};

const command cli_graph = {
    .name = "graph",
    .summary = "Draw a workflow.",
    .doc = "Draws the graph that FILE defines, its levels from left to right: cards with the ports "
           "that are connected, gates as diamonds with their condition, connections that close a "
           "cycle dashed. The SVG is light or dark as the viewer prefers and needs no other file.",
    .argument = {.name = "FILE", .required = true, .completion = COMPLETE_FILES,
                 .doc = "a workflow definition in JSON; - reads standard input"},
    .options = KL_TABLE(graph_options),
    .examples = KL_TABLE(graph_examples),
    .run = graph_run,
};
