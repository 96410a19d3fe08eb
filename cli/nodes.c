/* cli/nodes.c - kailash nodes: what a workflow can be made of. */
#include "command.h"
#include "load.h"
#include "params.h"
#include "terminal.h"

#include <stdlib.h>
#include <strings.h>

/* ---- all of them ------------------------------------------------------------------------------- */

/* The row that says what a type is: of an alias, that of the type it stands for. */
static const kl_node_type *row_of(const kl_node_type *type)
{
    return type->alias_of ? kl_node_type_find(kl_text_from(type->alias_of)) : type;
}

static const char *category_of(const kl_node_type *type)
{
    const char *category = row_of(type)->category;
    return category ? category : "Other";
}

static int compare_types(const void *a, const void *b)
{
    const kl_node_type *x = *(const kl_node_type *const *)a, *y = *(const kl_node_type *const *)b;
    int order = strcmp(category_of(x), category_of(y));
    return order ? order : strcmp(x->name, y->name);
}

/* All types by category and name, or those of one category; to be freed. NULL without memory. */
static const kl_node_type **sorted_types(size_t *count, const char *category)
{
    size_t all = kl_node_type_count();
    const kl_node_type **types = malloc((all + 1) * sizeof *types);
    *count = 0;
    for (size_t i = 0; types && i < all; i++)
        if (!category || strcasecmp(category, category_of(kl_node_type_at(i))) == 0)
            types[(*count)++] = kl_node_type_at(i);
    if (types)
        qsort(types, *count, sizeof *types, compare_types);
    return types;
}

static const table_column list_columns[] = {
    {.title = "NAME", .paint = PAINT_CYAN},
    {.title = "WHAT IT DOES", .shrinks = true},
};

static bool print_category(const kl_node_type **types, size_t count)
{
    table table = TABLE_INIT(list_columns);
    print_title(category_of(types[0]));
    for (size_t i = 0; i < count; i++) {
        table_cell(&table, kl_text_from(types[i]->name));
        if (types[i]->alias_of)
            table_format(&table, "another name of %s", types[i]->alias_of);
        else
            table_cell(&table, first_sentence(types[i]->doc));
    }
    return table_print(&table, stdout, 2);
}

static bool print_list(const kl_node_type **types, size_t count)
{
    size_t start = 0, categories = 0;
    bool ok = true;
    for (size_t i = 1; i <= count && ok; i++) {
        if (i < count && strcmp(category_of(types[i]), category_of(types[start])) == 0)
            continue;
        ok = print_category(types + start, i - start);
        start = i;
        categories++;
    }
    if (ok)
        printf("\n%s%zu node types in %zu %s; kailash nodes NAME explains one%s\n",
               painted(stdout, PAINT_DIM), count, categories,
               categories == 1 ? "category" : "categories", painted(stdout, PAINT_PLAIN));
    return ok;
}

/* Other names of a type stand in its description. */
static kl_status print_list_json(const kl_node_type **types, size_t count, kl_error *error)
{
    kl_value list, map;
    kl_status status;
    KL_TRY(kl_array_new(&list, count, error));
    for (size_t i = 0; i < count; i++) {
        if (types[i]->alias_of)
            continue;
        KL_TRY_OUT(kl_node_describe(&map, types[i], error));
        KL_TRY_OUT(kl_array_push(&list, map, error));
    }
    status = print_json(stdout, list, error);
out:
    kl_value_release(list);
    return status;
}

static const char *category_name(const void *list, size_t index)
{
    (void)list;
    const kl_node_type *type = kl_node_type_at(index);
    return type ? category_of(type) : NULL;
}

static int refuse_category(const char *category)
{
    char hint[100];
    print_error(did_you_mean(hint, sizeof hint, most_like(category, category_name, NULL),
                             "kailash nodes lists them"),
                "no category '%s'", category);
    return EXIT_FAILED;
}

static int list_all(const invocation *in)
{
    const char *category = given_value(in, "category");
    kl_error error = KL_ERROR_INIT;
    size_t count;
    const kl_node_type **types = sorted_types(&count, category);
    kl_status status = types ? KL_OK : kl_error_no_memory(&error);
    int code = EXIT_OK;
    if (status == KL_OK && count == 0 && category)
        code = refuse_category(category);
    else if (status == KL_OK && given_flag(in, "json"))
        status = print_list_json(types, count, &error);
    else if (status == KL_OK && !print_list(types, count))
        status = kl_error_no_memory(&error);
    free(types);
    return status == KL_OK ? code : report_error(&error, NULL);
}

/* ---- one of them ------------------------------------------------------------------------------- */

static void print_notes(const kl_node_type *type)
{
    if (type->flags & KL_NODE_BLOCKING)
        print_paragraph("Waits for something outside, so it runs beside other nodes.", 2);
    if (type->flags & KL_NODE_HEAVY)
        print_paragraph("May compute long, so it runs beside other nodes.", 2);
    if (type->flags & KL_NODE_OPEN)
        print_paragraph("Takes any input besides those listed.", 2);
    if (type->flags & KL_NODE_STRICT)
        print_paragraph("Refuses config keys that are not listed.", 2);
}

static void print_node(const char *name, const kl_node_type *type)
{
    printf("%s%s%s  %s%s%s\n\n", painted(stdout, PAINT_BOLD), name, painted(stdout, PAINT_PLAIN),
           painted(stdout, PAINT_DIM), category_of(type), painted(stdout, PAINT_PLAIN));
    if (strcmp(name, type->name) != 0)
        printf("  Another name of %s.\n", type->name);
    print_paragraph(type->doc ? type->doc : "", 2);
    print_notes(type);
    print_params("Inputs", type->inputs, type->input_count);
    print_params("Config", type->config, type->config_count);
    print_outputs("Outputs", type->outputs, type->output_count);
}

static int describe_one(const invocation *in, const kl_node_type *type)
{
    kl_value map;
    kl_error error = KL_ERROR_INIT;
    if (!given_flag(in, "json")) {
        print_node(in->argument, type);
        return EXIT_OK;
    }
    kl_status status = kl_node_describe(&map, type, &error);
    if (status == KL_OK) {
        status = print_json(stdout, map, &error);
        kl_value_release(map);
    }
    return status == KL_OK ? EXIT_OK : report_error(&error, NULL);
}

static int nodes_run(const invocation *in)
{
    char hint[100];
    if (!in->argument)
        return list_all(in);
    const kl_node_type *type = kl_node_type_find(kl_text_from(in->argument));
    if (type)
        return describe_one(in, type);
    print_error(did_you_mean(hint, sizeof hint, most_like(in->argument, node_type_name, NULL),
                             "kailash nodes lists them"),
                "no node type '%s'", in->argument);
    return EXIT_FAILED;
}

static const option nodes_options[] = {
    {.name = "category", .letter = 'c', .kind = OPTION_TEXT, .value = "NAME",
     .doc = "List only the node types of one category."},
};

static const example nodes_examples[] = {
    {"kailash nodes", "What there is:"},
    {"kailash nodes NoOpNode", "Inputs, config and outputs of one type:"},
    {"kailash nodes --json | jq -r '.[].name'", "All names:"},
};

const command cli_nodes = {
    .name = "nodes",
    .summary = "List the node types, or explain one.",
    .doc = "Without NAME lists all node types by category. With NAME tells what the node does and "
           "lists its inputs (values that come by connection, as workflow input, or stand in the "
           "config), its config and its outputs, each with what it takes, its default and its "
           "meaning.",
    .argument = {.name = "NAME", .completion = COMPLETE_NODES, .doc = "name of a node type"},
    .options = KL_TABLE(nodes_options),
    .examples = KL_TABLE(nodes_examples),
    .run = nodes_run,
};
