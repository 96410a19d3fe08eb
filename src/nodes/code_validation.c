/* src/nodes/code_validation.c - CodeValidationNode: whether a text is what its language allows. */
#include "code.h"
#include "driver.h"
#include "drivers/quickjs.h"
#include "format.h"
#include "kailash/json.h"
#include "python_filter.h"
#include "python_pool.h"
#include "rust_scan.h"

enum { CODE, LANGUAGE, TIMEOUT, EXECUTABLE };
enum { FAULTS_MAX = 1000, PYTHON_ANSWER_MAX = 16 << 20 };

/* One text being checked. */
typedef struct check {
    const kl_value *args;
    kl_code_watch watch;
    kl_value faults, warnings; /* lists of maps line, column, message */
} check;

/* ---- faults -------------------------------------------------------------------------------------- */

static kl_status add_note(kl_value *list, size_t line, size_t column, kl_text message, kl_error *error)
{
    kl_value note, text = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&note, 3, error));
    KL_TRY_OUT(kl_string_repair(&text, message, error));
    KL_TRY_OUT(kl_map_set(&note, KL_TEXT("line"), kl_int((int64_t)line), error));
    KL_TRY_OUT(kl_map_set(&note, KL_TEXT("column"), kl_int((int64_t)column), error));
    KL_TRY_OUT(kl_map_set(&note, KL_TEXT("message"), kl_value_take(&text), error));
    return kl_array_push(list, note, error);
out:
    kl_value_release(text);
    kl_value_release(note);
    return status;
}

/* What a reader refused, as a fault; all else is the node's failure. `why` is ended. */
static kl_status take_refusal(check *c, kl_status status, kl_error *why, kl_error *error)
{
    bool is_fault = status == KL_SYNTAX || status == KL_DEPTH || status == KL_INVALID;
    if (is_fault)
        status = add_note(&c->faults, KL_MAX(why->line, 1), KL_MAX(why->column, 1),
                          kl_text_from(kl_error_message(why)), error);
    else if (status != KL_OK)
        kl_error_move(error, why);
    kl_error_clear(why);
    return status;
}

/* ---- languages ----------------------------------------------------------------------------------- */

static kl_status check_data(check *c, kl_error *error)
{
    kl_value value = kl_null();
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_format_read(&value, kl_as_text(c->args[LANGUAGE]), kl_as_text(c->args[CODE]),
                                      &why);
    kl_value_release(value);
    return take_refusal(c, status, &why, error);
}

static kl_status check_javascript(check *c, kl_error *error)
{
    const void *found;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_driver_load(&found, "quickjs", error));
    const kl_quickjs_functions *driver = found;
    kl_status status = driver->check(kl_as_text(c->args[CODE]), &why);
    return take_refusal(c, status, &why, error);
}

static kl_status rust_fault(void *data, size_t line, size_t column, const char *message,
                            kl_error *error)
{
    check *c = data;
    if (kl_array_len(c->faults) == FAULTS_MAX)
        return KL_OK; /* nobody reads more */
    return add_note(&c->faults, line, column, kl_text_from(message), error);
}

static kl_status check_rust(check *c, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_rust_scan(kl_as_text(c->args[CODE]), rust_fault, c, &why);
    return take_refusal(c, status, &why, error);
}

/* A worker that compiles serves one text after the other: nothing of them runs. */
static kl_status python_request(kl_value *out, const check *c, kl_error *error)
{
    kl_value map = kl_null(), filter;
    kl_buffer steps = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY(kl_json_parse(&map, KL_TEXT("{\"check\":true,\"files\":false,\"cpu\":0,"
                                       "\"memory\":536870912}"), error));
    kl_python_filter(&steps, false);
    KL_TRY_OUT(kl_buffer_finish_bytes(&filter, &steps, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("filter"), filter, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("code"), kl_value_retain(c->args[CODE]), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status take_answer(check *c, kl_value answer, kl_error *error)
{
    kl_value failure = kl_map_get(answer, KL_TEXT("error"));
    if (!kl_is_null(failure))
        return kl_node_failed(error, "Python cannot compile it: %.*s", KL_TEXT_ARG(kl_as_text(failure)));
    kl_value_replace(&c->faults, kl_value_retain(kl_map_get(answer, KL_TEXT("faults"))));
    kl_value_replace(&c->warnings, kl_value_retain(kl_map_get(answer, KL_TEXT("warnings"))));
    return KL_OK;
}

/* Text nested too deep ends the compiler of some versions, and with it the worker. */
static kl_status take_failure(check *c, kl_status status, kl_error *why, kl_error *error)
{
    if (status == KL_FAILED)
        status = add_note(&c->faults, 1, 1, KL_TEXT("the Python compiler gives up: the code nests too "
                                                    "deep"), error);
    else {
        kl_error_move(error, why);
        if (status == KL_UNAVAILABLE)
            kl_node_form(error);
    }
    kl_error_clear(why);
    return status;
}

static kl_status check_python(check *c, kl_error *error)
{
    kl_value request, answer = kl_null(), modules;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(python_request(&request, c, error));
    kl_status status = kl_array_new(&modules, 0, error);
    if (status != KL_OK) {
        kl_value_release(request);
        return status;
    }
    kl_python_call call = {.executable = kl_as_text(c->args[EXECUTABLE]), .request = request,
                           .modules = modules, .settings = KL_TEXT("check"),
                           .answer_max = PYTHON_ANSWER_MAX, .watch = &c->watch};
    status = kl_python_ask(&answer, &call, &why);
    status = status == KL_OK ? take_answer(c, answer, error) : take_failure(c, status, &why, error);
    kl_value_release(answer);
    kl_value_release(modules);
    kl_value_release(request);
    return status;
}

/* ---- the node ------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    kl_status (*check)(check *c, kl_error *error);
} languages[] = {
    {"rust", check_rust}, {"python", check_python}, {"javascript", check_javascript},
    {"json", check_data}, {"yaml", check_data},     {"toml", check_data},
};

static kl_status check_language(check *c, kl_error *error)
{
    size_t row = 0;
    while (!kl_text_is(kl_as_text(c->args[LANGUAGE]), languages[row].name))
        row++;
    KL_TRY(kl_array_new(&c->faults, 4, error));
    KL_TRY(kl_array_new(&c->warnings, 0, error));
    return languages[row].check(c, error);
}

static kl_status make_result(kl_value *out, check *c, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("valid"), kl_bool(kl_array_len(c->faults) == 0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("language"), kl_value_retain(c->args[LANGUAGE]), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("errors"), kl_value_take(&c->faults), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("warnings"), kl_value_take(&c->warnings), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    check c = {.args = call->args};
    kl_code_watch_begin(&c.watch, call->run, kl_as_double(call->args[TIMEOUT]));
    kl_status status = check_language(&c, error);
    if (status == KL_OK)
        status = make_result(out, &c, error);
    kl_value_release(c.faults);
    kl_value_release(c.warnings);
    kl_code_watch_end(&c.watch);
    return status;
}

static const char *const language_words[] = {"rust", "python", "javascript", "json", "yaml", "toml", NULL};

static const kl_param inputs[] = {
    {.name = "code", .kind = KL_KIND_STRING, .doc = "text to check; none of it runs"},
    {.name = "language", .kind = KL_KIND_ENUM, .names = language_words,
     .doc = "python as the interpreter compiles it; javascript as a script that may await; json, "
            "yaml and toml as they are read; of rust only brackets, texts, characters and comments"},
};

static const kl_param config[] = {
    KL_CODE_TIMEOUT("30", "seconds that checking Python code may take"),
    {.name = "python_executable", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL,
     .doc = "interpreter whose Python counts, a name or a path; absent: the one this program runs "
            "in, else python3"},
};

static const kl_param outputs[] = {
    {.name = "valid", .kind = KL_KIND_BOOL, .doc = "whether there are no errors"},
    {.name = "language", .kind = KL_KIND_STRING, .doc = "the language"},
    {.name = "errors", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "maps of line and column, from 1, and message; all but rust tell the first error only"},
    {.name = "warnings", .kind = KL_KIND_ARRAY, .item = KL_KIND_MAP,
     .doc = "the same for what is allowed but doubtful; python only"},
};

static const kl_node_type types[] = {
    {
        .name = "CodeValidationNode",
        .category = "Code",
        .doc = "Tells whether a text is valid in its language, and where it is not.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .flags = KL_NODE_BLOCKING,
        .run = run,
    },
};

static const kl_node_family code_validation = {.name = "code_validation", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(code_validation);
