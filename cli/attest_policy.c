/* cli/attest_policy.c - kailash attest template, shadow, diagnose. */
#include "attest.h"

#include <unistd.h>

static const option read_options[] = {ATTEST_READS};

/* ---- templates --------------------------------------------------------------------------------- */

static kl_status registry_of(kl_value *out, kl_error *error)
{
    return kl_object_from_map(out, kl_type_find(KL_TEXT("TemplateRegistry"), NULL), kl_null(), error);
}

/* A built-in template as a map; given. */
static kl_status template_of(kl_value *out, const char *name, kl_error *error)
{
    kl_value registry = kl_null(), args[2] = {kl_null(), kl_null()}, text = kl_null();
    kl_status status;
    KL_TRY_OUT(registry_of(&registry, error));
    KL_TRY_OUT(attest_string(&args[0], name, error));
    KL_TRY_OUT(attest_string(&args[1], "Terrene Foundation", error));
    KL_TRY_OUT(attest_call(&text, registry, "get_template", args, 2, error));
    if (kl_is_null(text))
        KL_TRY_OUT(kl_error_set(error, KL_NOT_FOUND,
                                "no template '%s'; kailash attest template list shows them", name));
    KL_TRY_OUT(kl_json_parse(out, kl_as_text(text), error));
out:
    kl_value_release(text);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    kl_value_release(registry);
    return status;
}

kl_status attest_template_envelope(kl_value *out, const char *name, kl_error *error)
{
    kl_value map;
    KL_TRY(template_of(&map, name, error));
    kl_status status = kl_json_print(out, kl_map_get(map, KL_TEXT("envelope")), &kl_json_pretty, error);
    kl_value_release(map);
    return status;
}

static int template_list_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value registry = kl_null(), list = kl_null();
    kl_status status = registry_of(&registry, &error);
    if (status == KL_OK)
        status = attest_call(&list, registry, "list_templates", NULL, 0, &error);
    for (size_t i = 0; i < kl_array_len(list) && !attest_json(in); i++) {
        attest_put(stdout, kl_as_text(kl_array_at(list, i)));
        fputc('\n', stdout);
    }
    kl_value_release(registry);
    return attest_finish(in, status, list, &error);
}

static kl_status print_pretty(kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_pretty, error));
    printf("%s\n", kl_as_text(text).data);
    kl_value_release(text);
    return KL_OK;
}

static int template_show_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value map = kl_null();
    kl_status status = template_of(&map, in->argument, &error);
    if (status == KL_OK && !attest_json(in)) {
        status = print_pretty(map, &error);
        kl_value_release(kl_value_take(&map));
    }
    return attest_finish(in, status, map, &error);
}

static const char *const template_words[] = {"software", "research", "governance", NULL};
#define TEMPLATE_ARGUMENT                                                                          \
    {.name = "NAME", .required = true, .completion = COMPLETE_WORDS, .words = template_words,      \
     .doc = "name of a template: software, research, governance"}

static const option template_list_options[] = {ATTEST_FORMAT_OPTION};
static const example template_list_examples[] = {
    {"kailash attest template list", "Names and authors:"},
};
const command cli_attest_template_list = {
    .name = "attest template list",
    .summary = "List the constraint envelopes to begin with.",
    .doc = "A line for each, with its author.",
    .options = KL_TABLE(template_list_options), .examples = KL_TABLE(template_list_examples),
    .run = template_list_run};

static const example template_show_examples[] = {
    {"kailash attest template show software", "What it allows and blocks:"},
};
const command cli_attest_template_show = {
    .name = "attest template show",
    .summary = "Show a template.",
    .doc = "Prints it as JSON: name, author, description, envelope, tags.",
    .argument = TEMPLATE_ARGUMENT, .options = KL_TABLE(template_list_options),
    .examples = KL_TABLE(template_show_examples), .run = template_show_run};

/* ---- the envelope of a project ----------------------------------------------------------------- */

static kl_status envelope_from(kl_value *out, kl_value text, kl_error *error)
{
    kl_value string;
    KL_TRY(kl_string_new(&string, kl_as_text(text), error));
    kl_status status = attest_make(out, "ConstraintEnvelope", "from_json", &string, 1, error);
    kl_value_release(string);
    return status;
}

kl_status attest_envelope(kl_value *out, const char *path, kl_error *error)
{
    kl_value bytes;
    KL_TRY(read_file(&bytes, path, error));
    kl_status status = envelope_from(out, bytes, error);
    kl_value_release(bytes);
    return status == KL_OK ? KL_OK : kl_error_prefix(error, "%s: ", path);
}

/* That of the project in --dir, whose signature loading it has checked; null when it has none. */
static kl_status envelope_of_project(kl_value *out, const invocation *in, kl_error *error)
{
    char path[4096];
    kl_value project;
    KL_TRY(attest_project(&project, in, false, error));
    kl_value_release(project);
    *out = kl_null();
    snprintf(path, sizeof path, "%s/constraint-envelope.json", attest_dir(in));
    return access(path, F_OK) == 0 ? attest_envelope(out, path, error) : KL_OK;
}

static bool has_project(const invocation *in)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/manifest.json", attest_dir(in));
    return given_value(in, "dir") || access(path, F_OK) == 0;
}

/* ---- template apply ---------------------------------------------------------------------------- */

static kl_status apply(kl_value *out, const invocation *in, kl_error *error)
{
    kl_value text = kl_null(), mine = kl_null(), theirs = kl_null(), both = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_template_envelope(&text, in->argument, error));
    KL_TRY_OUT(envelope_from(&theirs, text, error));
    if (has_project(in))
        KL_TRY_OUT(envelope_of_project(&mine, in, error));
    if (kl_is_null(mine))
        both = kl_value_retain(theirs);
    else
        KL_TRY_OUT(attest_call(&both, mine, "intersect", &theirs, 1, error));
    KL_TRY_OUT(attest_call(out, both, "to_json", NULL, 0, error));
out:
    kl_value_release(both);
    kl_value_release(theirs);
    kl_value_release(mine);
    kl_value_release(text);
    return status;
}

static int template_apply_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    const char *path = given_value(in, "out");
    kl_value text = kl_null();
    out_file file;
    kl_status status;
    KL_TRY_OUT(apply(&text, in, &error));
    KL_TRY_OUT(out_open(&file, path ? path : "-", &error));
    fprintf(file.stream, "%s\n", kl_as_text(text).data);
    KL_TRY_OUT(out_close(&file, true, &error));
out:
    kl_value_release(text);
    return attest_finish(in, status, kl_null(), &error);
}

static const option template_apply_options[] = {
    ATTEST_DIR_OPTION, ATTEST_PIN_OPTION,
    {.name = "out", .letter = 'o', .kind = OPTION_FILE, .value = "FILE",
     .doc = "Write to this file, which appears complete or not at all; - or none is standard output."},
};
static const example template_apply_examples[] = {
    {"kailash attest template apply software --out envelope.json", "For a project that is to be made:"},
    {"kailash attest template apply governance --dir trust --out bob.json", "For a delegate of one that is there:"},
};
const command cli_attest_template_apply = {
    .name = "attest template apply",
    .summary = "Make an envelope of a template and that of a project.",
    .doc = "Writes the envelope of the template, and of the project in --dir if there is one: nowhere wider "
           "than either. Give it to attest init --envelope, attest delegate add --envelope or attest shadow "
           "enable. The project is not changed: its envelope is signed by its authority.",
    .argument = TEMPLATE_ARGUMENT, .options = KL_TABLE(template_apply_options),
    .examples = KL_TABLE(template_apply_examples), .run = template_apply_run, .no_json = true};

/* ---- shadow ------------------------------------------------------------------------------------ */

/* One call of the project with its key; `*out` given. */
static kl_status change(kl_value *out, const invocation *in, const char *method, const kl_value *args,
                        size_t count, kl_error *error)
{
    kl_value project;
    KL_TRY(attest_project(&project, in, true, error));
    kl_status status = attest_call(out, project, method, args, count, error);
    kl_value_release(project);
    return status;
}

static int say(const invocation *in, kl_status status, const char *what, kl_error *error)
{
    kl_value map = kl_null(), word;
    if (status == KL_OK && attest_json(in)) {
        status = attest_string(&word, what, error);
        if (status == KL_OK)
            status = kl_map_of_one(&map, KL_TEXT("shadow"), word, error);
    } else if (status == KL_OK) {
        puts(what);
    }
    return attest_finish(in, status, map, error);
}

static int shadow_enable_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value envelope = kl_null(), nothing = kl_null();
    kl_status status = attest_envelope(&envelope, in->argument, &error);
    if (status == KL_OK)
        status = change(&nothing, in, "enable_shadow", &envelope, 1, &error);
    kl_value_release(nothing);
    kl_value_release(envelope);
    return say(in, status, "enabled", &error);
}

static int shadow_change(const invocation *in, const char *method, const char *what)
{
    kl_error error = KL_ERROR_INIT;
    kl_value nothing = kl_null();
    kl_status status = change(&nothing, in, method, NULL, 0, &error);
    kl_value_release(nothing);
    return say(in, status, what, &error);
}

static int shadow_promote_run(const invocation *in) { return shadow_change(in, "shadow_promote", "promoted"); }
static int shadow_disable_run(const invocation *in) { return shadow_change(in, "disable_shadow", "disabled"); }

static void print_shadow_report(kl_value map)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value value = kl_map_value_at(map, i);
        printf("%s%-26s%s  ", painted(stdout, PAINT_DIM), kl_map_key_at(map, i).data,
               painted(stdout, PAINT_PLAIN));
        if (kl_is(value, KL_KIND_DOUBLE))
            printf("%.4f\n", kl_as_double(value));
        else if (kl_is(value, KL_KIND_INT))
            printf("%lld\n", (long long)kl_as_int(value));
        else {
            attest_put(stdout, kl_as_text(value));
            fputc('\n', stdout);
        }
    }
}

static int shadow_report_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), report = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY_OUT(attest_project(&project, in, false, &error));
    KL_TRY_OUT(attest_call(&report, project, "shadow_report", NULL, 0, &error));
    if (kl_is_null(report))
        KL_TRY_OUT(kl_error_set(&error, KL_STATE, "shadow mode is off"));
    KL_TRY_OUT(kl_object_to_map(&map, report.as.object, &error));
    if (!attest_json(in)) {
        print_shadow_report(map);
        kl_value_release(kl_value_take(&map));
    }
out:
    kl_value_release(report);
    kl_value_release(project);
    return attest_finish(in, status, map, &error);
}

static const table_column record_columns[] = {
    {.title = "TIME"},
    {.title = "ACTION", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "IN FORCE"},
    {.title = "CANDIDATE"},
    {.title = ""},
};

static bool print_records(kl_value records)
{
    static const char *const names[] = {"timestamp", "action", "production_verdict", "candidate_verdict"};
    table table = TABLE_INIT(record_columns);
    for (size_t i = 0; i < kl_array_len(records); i++) {
        kl_value record = kl_array_at(records, i);
        for (size_t n = 0; n < KL_COUNT(names); n++) {
            kl_value value = attest_get(record, names[n]);
            kl_text text = kl_as_text(value);
            attest_cell(&table, (kl_text){text.data, n ? text.len : KL_MIN(text.len, (size_t)19)});
            kl_value_release(value);
        }
        kl_value divergent = attest_get(record, "divergent");
        attest_cell(&table, kl_as_bool(divergent) ? KL_TEXT("differs") : KL_TEXT(""));
    }
    return table_print(&table, stdout, 0);
}

static int shadow_details_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value project = kl_null(), records = kl_null(), maps = kl_null();
    kl_status status = attest_project(&project, in, false, &error);
    if (status == KL_OK)
        status = attest_call(&records, project, "shadow_records", NULL, 0, &error);
    if (status == KL_OK && attest_json(in))
        status = attest_maps(&maps, records, &error);
    else if (status == KL_OK && !print_records(records))
        status = kl_error_no_memory(&error);
    kl_value_release(records);
    kl_value_release(project);
    return attest_finish(in, status, maps, &error);
}

static const option sign_options[] = {ATTEST_SIGNS};
static const example shadow_enable_examples[] = {
    {"kailash attest shadow enable stricter.json --key-file ~/.demo.key", "Try what stricter.json says:"},
};
const command cli_attest_shadow_enable = {
    .name = "attest shadow enable",
    .summary = "Judge actions by a candidate envelope, too.",
    .doc = "From now on shadow_check() judges by the envelope in force and, without effect, by the one of "
           "ENVELOPE, which must be at least as tight; where they differ is recorded. The candidate is "
           "signed by the authority, whose private key only the process that made the project holds: "
           "elsewhere this is refused, and kailash attest init --candidate does it from the start.",
    .argument = {.name = "ENVELOPE", .required = true, .completion = COMPLETE_FILES,
                 .doc = "JSON of a constraint envelope; - is standard input"},
    .options = KL_TABLE(sign_options), .examples = KL_TABLE(shadow_enable_examples),
    .run = shadow_enable_run};

static const example shadow_report_examples[] = {
    {"kailash attest shadow report --json | jq -r .recommendation", "promote, keep or revert:"},
};
const command cli_attest_shadow_report = {
    .name = "attest shadow report",
    .summary = "Tell how often the candidate envelope would have differed.",
    .doc = "With how many actions were judged, which share differed and which way, and what is recommended.",
    .options = KL_TABLE(read_options), .examples = KL_TABLE(shadow_report_examples),
    .run = shadow_report_run};

static const example shadow_details_examples[] = {
    {"kailash attest shadow details --json | jq '.[] | select(.divergent)'", "Where they differed:"},
};
const command cli_attest_shadow_details = {
    .name = "attest shadow details",
    .summary = "List the actions that both envelopes judged.",
    .doc = "The oldest first, with both verdicts.",
    .options = KL_TABLE(read_options), .examples = KL_TABLE(shadow_details_examples),
    .run = shadow_details_run};

static const example shadow_promote_examples[] = {
    {"kailash attest shadow promote --key-file ~/.demo.key", "The candidate is in force from now on:"},
};
const command cli_attest_shadow_promote = {
    .name = "attest shadow promote",
    .summary = "Make the candidate envelope the one in force.",
    .doc = "Ends shadow mode. The change stands in the chain of anchors.",
    .options = KL_TABLE(sign_options), .examples = KL_TABLE(shadow_promote_examples),
    .run = shadow_promote_run};

static const example shadow_disable_examples[] = {
    {"kailash attest shadow disable --key-file ~/.demo.key", "The candidate is dropped:"},
};
const command cli_attest_shadow_disable = {
    .name = "attest shadow disable",
    .summary = "End shadow mode.",
    .doc = "Drops the candidate envelope and what was recorded of it. Without shadow mode nothing happens.",
    .options = KL_TABLE(sign_options), .examples = KL_TABLE(shadow_disable_examples),
    .run = shadow_disable_run};

/* ---- diagnose ---------------------------------------------------------------------------------- */

static kl_status add_check(kl_value *history, kl_value map, kl_error *error)
{
    kl_value record;
    KL_TRY(kl_object_from_map(&record, kl_type_find(KL_TEXT("CheckRecord"), NULL), map, error));
    return kl_array_push(history, record, error);
}

/* A line of JSON for each check, or all in one array. */
static kl_status add_lines(kl_value *history, kl_text text, kl_error *error)
{
    for (unsigned line = 1; text.len; line++) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        kl_value map = kl_null();
        kl_status status = KL_OK;
        if (len)
            status = kl_json_parse(&map, (kl_text){text.data, len}, error);
        if (status == KL_OK && len)
            status = add_check(history, map, error);
        kl_value_release(map);
        if (status != KL_OK)
            return kl_error_prefix(error, "line %u: ", line);
        text = (kl_text){text.data + len + (end != NULL), text.len - len - (end != NULL)};
    }
    return KL_OK;
}

static kl_status add_array(kl_value *history, kl_value list, kl_error *error)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        KL_TRY(add_check(history, kl_array_at(list, i), error));
    return KL_OK;
}

static kl_status history_of(kl_value *out, const invocation *in, kl_error *error)
{
    const char *path = given_value(in, "history");
    kl_value bytes = kl_null(), list = kl_null(), history;
    kl_status status;
    KL_TRY(kl_array_new(&history, 16, error));
    if (path) {
        KL_TRY_OUT(read_file(&bytes, path, error));
        bool is_array = kl_json_parse(&list, kl_as_text(bytes), NULL) == KL_OK && kl_is(list, KL_KIND_ARRAY);
        status = is_array ? add_array(&history, list, error) : add_lines(&history, kl_as_text(bytes), error);
        if (status != KL_OK)
            KL_TRY_OUT(kl_error_prefix(error, "%s: ", path));
    }
    *out = kl_value_take(&history);
    status = KL_OK;
out:
    kl_value_release(history);
    kl_value_release(list);
    kl_value_release(bytes);
    return status;
}

static kl_status diagnosis_map(kl_value *out, kl_value diagnosis, kl_error *error)
{
    static const char *const names[] = {"quality_score", "quality_level", "boundary_pressure",
                                        "uncovered_dimensions", "suggestions"};
    kl_value map, utilization = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 6, error));
    for (size_t i = 0; i < KL_COUNT(names); i++)
        KL_TRY_OUT(kl_map_set(&map, kl_text_from(names[i]), attest_get(diagnosis, names[i]), error));
    KL_TRY_OUT(attest_call(&utilization, diagnosis, "utilization", NULL, 0, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("utilization"), kl_value_take(&utilization), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(utilization);
    kl_value_release(map);
    return status;
}

static int diagnose_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value args[2] = {kl_null(), kl_null()}, diagnosis = kl_null(), text = kl_null(), map = kl_null();
    kl_status status;
    KL_TRY_OUT(envelope_of_project(&args[0], in, &error));
    if (kl_is_null(args[0]))
        KL_TRY_OUT(kl_error_set(&error, KL_STATE, "the project has no constraint envelope to diagnose"));
    KL_TRY_OUT(history_of(&args[1], in, &error));
    KL_TRY_OUT(attest_function(&diagnosis, "analyze_constraints", args, 2, &error));
    if (attest_json(in)) {
        KL_TRY_OUT(diagnosis_map(&map, diagnosis, &error));
    } else {
        KL_TRY_OUT(attest_call(&text, diagnosis, "to_markdown", NULL, 0, &error));
        fputs(kl_as_text(text).data, stdout);
    }
out:
    kl_value_release(text);
    kl_value_release(diagnosis);
    kl_value_release(args[0]);
    kl_value_release(args[1]);
    return attest_finish(in, status, map, &error);
}

static const option diagnose_options[] = {
    ATTEST_READS,
    {.name = "history", .kind = OPTION_FILE, .value = "FILE",
     .doc = "What was checked, a line of JSON for each or an array: action, verdict, "
            "dimension_triggered. - is standard input."},
};
static const example diagnose_examples[] = {
    {"kailash attest diagnose --history checks.jsonl", "How the envelope fits what was done:"},
};
const command cli_attest_diagnose = {
    .name = "attest diagnose",
    .summary = "Tell how well a project's envelope fits its use.",
    .doc = "Compares the envelope with a history of checks: which dimensions never mattered, which are "
           "reached all the time. Without --history every configured dimension counts as never reached.",
    .options = KL_TABLE(diagnose_options), .examples = KL_TABLE(diagnose_examples), .run = diagnose_run};
