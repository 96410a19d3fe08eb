/* cli/validate.c - kailash validate: all faults of a definition. */
#include "load.h"
#include "terminal.h"
#include "kailash/json.h"

/* "FILE:LINE:COLUMN: path: message; hint" */
static void print_fault(const char *file, kl_value fault, kl_value definition)
{
    char hint[160];
    kl_text path = kl_as_text(kl_map_get(fault, KL_TEXT("path")));
    const char *shown = fault_hint(hint, sizeof hint, fault, definition);
    fprintf(stderr, "%s%s:%d:%d:%s ", painted(stderr, PAINT_BOLD), file,
            (int)kl_as_int(kl_map_get(fault, KL_TEXT("line"))),
            (int)kl_as_int(kl_map_get(fault, KL_TEXT("column"))), painted(stderr, PAINT_PLAIN));
    print_fitting(stderr, path, SIZE_MAX / 2);
    fputs(path.len ? ": " : "", stderr);
    print_fitting(stderr, kl_as_text(kl_map_get(fault, KL_TEXT("message"))), SIZE_MAX / 2);
    if (shown)
        fprintf(stderr, "%s; %s%s", painted(stderr, PAINT_DIM), shown, painted(stderr, PAINT_PLAIN));
    fputc('\n', stderr);
}

static void print_faults(const char *file, kl_value faults, kl_text text)
{
    kl_value definition = kl_null();
    if (kl_json_parse(&definition, text, NULL) != KL_OK)
        definition = kl_null(); /* then there is one fault, which needs no hint */
    for (size_t i = 0; i < kl_array_len(faults); i++)
        print_fault(file, kl_array_at(faults, i), definition);
    kl_value_release(definition);
}

static kl_status print_verdict(const char *file, kl_value faults, kl_text text, bool json,
                               kl_error *error)
{
    kl_value map;
    kl_status status;
    if (!json && kl_array_len(faults))
        print_faults(file, faults, text);
    else if (!json)
        printf("%s%s: valid%s\n", painted(stdout, PAINT_GREEN), file, painted(stdout, PAINT_PLAIN));
    if (!json)
        return KL_OK;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("file"), kl_text_from(file), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(!kl_array_len(faults)), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("faults"), kl_value_retain(faults), error));
    status = print_json(stdout, map, error);
out:
    kl_value_release(map);
    return status;
}

static int validate_run(const invocation *in)
{
    kl_value text = kl_null(), faults = kl_null();
    kl_registry *registry = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_status status;
    int code = EXIT_FAILED;
    KL_TRY_OUT(read_file(&text, in->argument, &error));
    KL_TRY_OUT(kl_registry_new(&registry, &error));
    KL_TRY_OUT(kl_definition_faults(&faults, kl_as_text(text), registry, &error));
    KL_TRY_OUT(print_verdict(in->argument, faults, kl_as_text(text),
                             given_flag(in, "json"), &error));
    code = kl_array_len(faults) ? EXIT_FAILED : EXIT_OK;
out:
    if (status != KL_OK)
        code = report_error_as(&error, NULL, given_flag(in, "json"));
    kl_value_release(faults);
    kl_object_release((kl_object *)registry);
    kl_value_release(text);
    return code;
}

static const example validate_examples[] = {
    {"kailash validate etl.json", "Before committing a definition:"},
    {"kailash validate etl.json --json | jq -r '.faults[].message'", "For an editor or a hook:"},
};

const command cli_validate = {
    .name = "validate",
    .summary = "Check a workflow definition and list all its faults.",
    .doc = "Checks everything that building the workflow checks: the form of the definition, ids, "
           "node types, their config, the ends of connections, and then cycles. Every fault is a "
           "line FILE:LINE:COLUMN: PATH: MESSAGE on standard error, as compilers print them; the "
           "exit code is then 1. Nothing is run.",
    .argument = {.name = "FILE", .required = true, .completion = COMPLETE_FILES,
                 .doc = "a workflow definition in JSON; - reads standard input"},
    .examples = KL_TABLE(validate_examples),
    .run = validate_run,
};
