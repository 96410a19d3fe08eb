/* cli/describe.c - kailash describe: the types and functions of the library. */
#include "command.h"
#include "params.h"
#include "terminal.h"

#include <stdlib.h>

/* ---- looking up -------------------------------------------------------------------------------- */

/* Names of all types, then of all functions. */
static const char *name_at(const void *list, size_t index)
{
    (void)list;
    size_t types = kl_type_count();
    if (index < types)
        return kl_type_at(index)->name;
    index -= types;
    return index < kl_function_count() ? kl_function_at(index)->method.name : NULL;
}

/* NAME or MODULE.NAME: the name, and the module or "". */
static const char *split_name(char module[128], const char *text)
{
    const char *dot = strrchr(text, '.');
    snprintf(module, 128, "%.*s", dot ? (int)(dot - text) : 0, text);
    return dot ? dot + 1 : text;
}

static const kl_function *find_function(const char *name, const char *module)
{
    for (size_t i = 0; i < kl_function_count(); i++) {
        const kl_function *function = kl_function_at(i);
        if (strcmp(function->method.name, name) == 0 &&
            (!*module || strcmp(function->module, module) == 0))
            return function;
    }
    return NULL;
}

/* ---- lists ------------------------------------------------------------------------------------- */

static const table_column list_columns[] = {
    {.title = "NAME", .paint = PAINT_CYAN},
    {.title = "MODULE", .shrinks = true},
    {.title = "WHAT IT IS", .shrinks = true},
};

static bool print_list(void)
{
    table table = TABLE_INIT(list_columns);
    for (size_t i = 0; i < kl_type_count(); i++) {
        const kl_type *type = kl_type_at(i);
        table_cell(&table, kl_text_from(type->name));
        table_cell(&table, kl_text_from(type->module));
        table_cell(&table, first_sentence(type->doc));
    }
    for (size_t i = 0; i < kl_function_count(); i++) {
        const kl_function *function = kl_function_at(i);
        table_format(&table, "%s()", function->method.name);
        table_cell(&table, kl_text_from(function->module));
        table_cell(&table, first_sentence(function->method.doc));
    }
    bool ok = table_print(&table, stdout, 0);
    printf("\n%s%zu types, %zu functions; kailash describe NAME explains one%s\n",
           painted(stdout, PAINT_DIM), kl_type_count(), kl_function_count(),
           painted(stdout, PAINT_PLAIN));
    return ok;
}

/* {"types": [...], "functions": [...]}, an entry at a time: the catalog is large. */
static kl_status print_catalog(kl_error *error)
{
    kl_value map;
    fputs("{\"types\":[", stdout);
    for (size_t i = 0; i < kl_type_count(); i++) {
        fputs(i ? ",\n" : "\n", stdout);
        KL_TRY(kl_type_describe(&map, kl_type_at(i), error));
        kl_status status = print_json(stdout, map, error);
        kl_value_release(map);
        KL_TRY(status);
    }
    fputs("],\"functions\":[", stdout);
    for (size_t i = 0; i < kl_function_count(); i++) {
        fputs(i ? ",\n" : "\n", stdout);
        KL_TRY(kl_function_describe(&map, kl_function_at(i), error));
        kl_status status = print_json(stdout, map, error);
        kl_value_release(map);
        KL_TRY(status);
    }
    fputs("]}\n", stdout);
    return KL_OK;
}

/* ---- one of them ------------------------------------------------------------------------------- */

static const char *returns_of(const kl_method *method)
{
    if (method->returns == KL_KIND_NONE)
        return NULL;
    return method->returns_type ? method->returns_type->name : kl_kind_name(method->returns);
}

static void print_method(const kl_method *method, size_t indent)
{
    printf("%*s", (int)indent, "");
    if (method->flags & KL_PROPERTY)
        printf("%s%s%s: %s%s", painted(stdout, PAINT_CYAN), method->name,
               painted(stdout, PAINT_PLAIN), returns_of(method) ? returns_of(method) : "nothing",
               method->set ? ", settable" : "");
    else
        print_signature(method->name, method->params, method->param_count, returns_of(method));
    printf("%s%s%s%s%s\n", painted(stdout, PAINT_DIM), method->flags & KL_STATIC ? "  static" : "",
           method->flags & KL_BLOCKING ? "  may wait" : "",
           method->flags & KL_AWAITABLE ? "  awaitable" : "", painted(stdout, PAINT_PLAIN));
    if (method->doc)
        print_paragraph(method->doc, indent + 4);
    if (method->raises)
        printf("%*sRaises: %s\n", (int)indent + 4, "", method->raises);
}

static void print_attributes(const kl_type *type)
{
    if (type->item_count)
        print_title("Items");
    for (size_t i = 0; i < type->item_count; i++) {
        printf("  %s%s%s \"%s\"\n", painted(stdout, PAINT_CYAN), type->items[i].name,
               painted(stdout, PAINT_PLAIN), type->items[i].word);
        print_paragraph(type->items[i].doc, 6);
    }
    if (type->constant_count)
        print_title("Constants");
    for (size_t i = 0; i < type->constant_count; i++) {
        printf("  %s%s%s = %s\n", painted(stdout, PAINT_CYAN), type->constants[i].name,
               painted(stdout, PAINT_PLAIN), type->constants[i].value);
        print_paragraph(type->constants[i].doc, 6);
    }
}

static void print_type(const kl_type *type)
{
    size_t count;
    const kl_param *params = kl_type_params(&count, type);
    bool is_record = params == type->fields;
    printf("%s%s%s  %s%s%s\n\n", painted(stdout, PAINT_BOLD), type->name,
           painted(stdout, PAINT_PLAIN), painted(stdout, PAINT_DIM), type->module,
           painted(stdout, PAINT_PLAIN));
    if (type->doc)
        print_paragraph(type->doc, 2);
    if (type->flags & KL_TYPE_EXCEPTION)
        printf("  An exception; derives from %s.\n",
               type->base_name ? type->base_name : "Exception");
    else if (type->flags & KL_TYPE_NO_INIT)
        fputs("  Cannot be constructed: the library makes it.\n", stdout);
    else if (!is_record && !type->item_count)
        print_params("Constructor", params, count);
    print_attributes(type);
    print_params("Fields", type->fields, type->field_count);
    kl_method made;
    if (type->method_count || (type->item_count && kl_item_method(&made, type, 0)))
        print_title("Methods");
    for (size_t i = 0; i < type->item_count; i++)
        if (kl_item_method(&made, type, i))
            print_method(&made, 2);
    for (size_t i = 0; i < type->method_count; i++)
        print_method(&type->methods[i], 2);
}

static void print_function(const kl_function *function)
{
    printf("%s%s%s  %s%s%s\n\n", painted(stdout, PAINT_BOLD), function->method.name,
           painted(stdout, PAINT_PLAIN), painted(stdout, PAINT_DIM), function->module,
           painted(stdout, PAINT_PLAIN));
    print_method(&function->method, 2);
    print_params("Parameters", function->method.params, function->method.param_count);
}

static kl_status describe_json(const kl_type *type, const kl_function *function, kl_error *error)
{
    kl_value map;
    KL_TRY(type ? kl_type_describe(&map, type, error) : kl_function_describe(&map, function, error));
    kl_status status = print_json(stdout, map, error);
    kl_value_release(map);
    return status;
}

static int describe_one(const invocation *in)
{
    char module[128], hint[120];
    kl_error error = KL_ERROR_INIT;
    const char *name = split_name(module, in->argument);
    const kl_type *type = kl_type_find(kl_text_from(name), *module ? module : NULL);
    const kl_function *function = type ? NULL : find_function(name, module);
    if (!type && !function) {
        print_error(did_you_mean(hint, sizeof hint, most_like(name, name_at, NULL),
                                 "kailash describe lists them"),
                    "no type or function '%s'", in->argument);
        return EXIT_FAILED;
    }
    if (given_flag(in, "json"))
        return describe_json(type, function, &error) == KL_OK ? EXIT_OK
                                                              : report_error(&error, NULL);
    if (type)
        print_type(type);
    else
        print_function(function);
    return EXIT_OK;
}

static int describe_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    if (in->argument)
        return describe_one(in);
    if (given_flag(in, "json"))
        return print_catalog(&error) == KL_OK ? EXIT_OK : report_error(&error, NULL);
    if (print_list())
        return EXIT_OK;
    kl_error_no_memory(&error);
    return report_error(&error, NULL);
}

static const example describe_examples[] = {
    {"kailash describe", "Everything there is:"},
    {"kailash describe Runtime", "Constructor, fields and methods of a type:"},
    {"kailash describe kailash.RuntimeConfig", "By module, where a name stands twice:"},
    {"kailash describe --json > catalog.json", "The whole catalog for a program:"},
};

const command cli_describe = {
    .name = "describe",
    .summary = "Explain the types and functions of the library.",
    .doc = "Without TYPE lists all public types and functions. With TYPE, the name of a type or a "
           "function with or without its module, prints constructor, fields and methods with what "
           "they take and give. The same tables make the Python classes and the reference.",
    .argument = {.name = "TYPE", .completion = COMPLETE_TYPES,
                 .doc = "name of a type or function, such as Runtime or kailash.Runtime"},
    .examples = KL_TABLE(describe_examples),
    .run = describe_run,
};
