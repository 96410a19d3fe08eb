/* cli/pact_matrix.c - kailash pact matrix: who may do what. */
#include "pact.h"
#include "terminal.h"

static const char *const formats[] = {"markdown", "csv", "json", NULL};

static kl_status write_matrix(FILE *to, kl_value engine, const char *format, kl_error *error)
{
    const char *method = strcmp(format, "csv") == 0    ? "to_csv"
                         : strcmp(format, "json") == 0 ? "to_dict"
                                                       : "to_markdown";
    kl_value matrix = kl_null(), text = kl_null();
    kl_status status;
    KL_TRY_OUT(pact_call(&matrix, engine, "export_rbac_matrix", NULL, 0, error));
    KL_TRY_OUT(pact_call(&text, matrix, method, NULL, 0, error));
    if (kl_is(text, KL_KIND_STRING))
        fwrite(kl_as_text(text).data, 1, kl_as_text(text).len, to);
    else
        status = print_json(to, text, error);
out:
    kl_value_release(text);
    kl_value_release(matrix);
    return status;
}

static kl_status write_file(kl_value engine, const invocation *in, const char *format, kl_error *error)
{
    const char *path = given_value(in, "out");
    out_file file;
    KL_TRY(out_open(&file, path ? path : "-", error));
    kl_status status = write_matrix(file.stream, engine, format, error);
    kl_status closed = out_close(&file, status == KL_OK, status == KL_OK ? error : NULL);
    return status == KL_OK ? closed : status;
}

static int matrix_run(const invocation *in)
{
    kl_value engine = kl_null();
    kl_error error = KL_ERROR_INIT;
    const char *format = given_value(in, "format");
    if (given_flag(in, "json") && format) {
        print_error("leave one of them out", "pact matrix: --json and --format exclude each other");
        return EXIT_USAGE;
    }
    if (!format)
        format = given_flag(in, "json") ? "json" : "markdown";
    int code = pact_load(&engine, in);
    if (code != EXIT_OK)
        return code;
    if (write_file(engine, in, format, &error) != KL_OK)
        code = report_error_as(&error, NULL, given_flag(in, "json"));
    kl_value_release(engine);
    return code;
}

static const option matrix_options[] = {
    {.name = "format", .letter = 'f', .kind = OPTION_WORD, .value = "FORMAT", .words = formats,
     .doc = "markdown (the default), csv or json."},
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write to FILE, complete or not at all; - is standard output."},
};

static const example matrix_examples[] = {
    {"kailash pact matrix acme.yaml", "A table for a document:"},
    {"kailash pact matrix acme.db --format csv -o access.csv", "For the auditors' spreadsheet:"},
    {"kailash pact matrix acme.yaml --json | jq '.roles | length'", "For a program:"},
};

const command cli_pact_matrix = {
    .name = "pact matrix",
    .summary = "Print who may do what: all roles against all actions.",
    .doc = "A row for each role, a column for each action that any envelope allows, denies or wants "
           "approved. A cell is allowed with its zone (auto_approved, flagged) or denied; it is judged "
           "without a context, so what depends on costs or a resource is not in it.",
    .argument = PACT_FILE_ARGUMENT,
    .options = KL_TABLE(matrix_options),
    .examples = KL_TABLE(matrix_examples),
    .run = matrix_run,
};
