/* cli/db.c - see db.h. */
#include "db.h"
#include "terminal.h"
#include "kailash/json.h"

#include <stdlib.h>

int db_open(kl_dataflow **out, const invocation *in)
{
    const char *url = given_value(in, "database"), *environment = getenv("DATABASE_URL");
    kl_error error = KL_ERROR_INIT;
    if (!url && environment && *environment)
        url = environment;
    if (!url) {
        print_error("give --database URL, or set DATABASE_URL", "no database is named");
        return EXIT_USAGE;
    }
    if (kl_dataflow_open(out, kl_text_from(url), &error) == KL_OK)
        return EXIT_OK;
    return report_error_as(&error, NULL, given_flag(in, "json"));
}

kl_status read_json_file(kl_value *out, const char *path, kl_error *error)
{
    kl_value text;
    KL_TRY(read_file(&text, path, error));
    kl_status status = kl_json_parse(out, kl_as_text(text), error);
    kl_value_release(text);
    if (status == KL_SYNTAX && error->line)
        return kl_error_prefix(error, "%s:%u:%u: ", path, error->line, error->column);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

static kl_status add_models(kl_dataflow *dataflow, const char *path, kl_error *error)
{
    kl_value models;
    KL_TRY(read_json_file(&models, path, error));
    kl_status status = kl_dataflow_add_models(dataflow, models, error);
    kl_value_release(models);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

int db_open_with_models(kl_dataflow **out, const invocation *in)
{
    kl_dataflow *dataflow;
    kl_error error = KL_ERROR_INIT;
    int code = db_open(&dataflow, in);
    if (code != EXIT_OK)
        return code;
    if (in->argument && add_models(dataflow, in->argument, &error) != KL_OK) {
        kl_dataflow_release(dataflow);
        return report_error_as(&error, NULL, given_flag(in, "json"));
    }
    *out = dataflow;
    return EXIT_OK;
}
