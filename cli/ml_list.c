/* cli/ml_list.c - kailash ml list, ml describe: the estimators there are. */
#include "ml.h"
#include "params.h"
#include "terminal.h"

#include <stdlib.h>

static const char *const kinds[] = {"classifier", "regressor", "cluster", "outlier", "transformer",
                                    "density",    "meta",      NULL};

static kl_text kind_of(kl_value tags) { return kl_as_text(kl_map_get(tags, KL_TEXT("kind"))); }

/* ---- list -------------------------------------------------------------------------------------- */

static const table_column list_columns[] = {
    {.title = "NAME", .paint = PAINT_CYAN},
    {.title = "KIND"},
    {.title = "WHAT IT DOES", .shrinks = true},
};

static kl_status list_entry(kl_value *list, const kl_type *type, kl_value tags, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("name"), kl_text_from(type->name), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("kind"), kind_of(tags), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("doc"), first_sentence(type->doc), error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status gather(kl_value *list, const char *kind, kl_error *error)
{
    kl_value tags;
    KL_TRY(kl_array_new(list, 64, error));
    for (size_t i = 0; i < kl_type_count(); i++) {
        const kl_type *type = kl_type_at(i);
        if (!ml_is_estimator(type))
            continue;
        KL_TRY(ml_tags(&tags, type, error));
        kl_status status = !kind || kl_text_is(kind_of(tags), kind)
                               ? list_entry(list, type, tags, error)
                               : KL_OK;
        kl_value_release(tags);
        KL_TRY(status);
    }
    return KL_OK;
}

static bool print_list(kl_value list)
{
    table table = TABLE_INIT(list_columns);
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value entry = kl_array_at(list, i);
        table_cell(&table, kl_as_text(kl_map_get(entry, KL_TEXT("name"))));
        table_cell(&table, kind_of(entry));
        table_cell(&table, kl_as_text(kl_map_get(entry, KL_TEXT("doc"))));
    }
    bool ok = table_print(&table, stdout, 0);
    printf("\n%s%zu estimators; kailash ml describe NAME explains one%s\n", painted(stdout, PAINT_DIM),
           kl_array_len(list), painted(stdout, PAINT_PLAIN));
    return ok;
}

static int list_run(const invocation *in)
{
    kl_value list = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool json = given_flag(in, "json");
    kl_status status = gather(&list, given_value(in, "kind"), &error);
    if (status == KL_OK && json)
        status = print_json(stdout, list, &error);
    else if (status == KL_OK && !print_list(list))
        status = kl_error_no_memory(&error);
    kl_value_release(list);
    return status == KL_OK ? EXIT_OK : report_error_as(&error, NULL, json);
}

static const option list_options[] = {
    {.name = "kind", .letter = 'k', .kind = OPTION_WORD, .value = "KIND", .words = kinds,
     .doc = "Only those of a kind: classifier, regressor, cluster, outlier, transformer, density, or meta "
            "(made of other estimators)."},
};

static const example list_examples[] = {
    {"kailash ml list --kind classifier", "What can tell classes apart:"},
    {"kailash ml list --json | jq '.[].name'", "The names, for a program:"},
};

const command cli_ml_list = {
    .name = "ml list",
    .summary = "List the estimators: what can be learned.",
    .doc = "Every estimator of kailash.ml with its kind and what it does.",
    .options = KL_TABLE(list_options),
    .examples = KL_TABLE(list_examples),
    .run = list_run,
};

/* ---- describe ---------------------------------------------------------------------------------- */

static const struct { const char *tag, *yes, *no; } accepts[] = {
    {"allow_nan", "missing values are understood", "missing values are refused"},
    {"sparse", "sparse matrices are read as they are", NULL},
    {"any_x", "texts and other values, not only numbers", NULL},
    {"multi_output", "several targets at once", NULL},
    {"positive_only", "no negative numbers", NULL},
    {"requires_y", "needs a target", "learns without a target"},
    {"transforms", "transforms tables", NULL},
    {"non_deterministic", "its results depend on random numbers", NULL},
};

static void print_tags(kl_value tags)
{
    print_title("Accepts");
    for (size_t i = 0; i < KL_COUNT(accepts); i++) {
        kl_value tag = kl_map_get(tags, kl_text_from(accepts[i].tag));
        const char *line = kl_is_null(tag) ? NULL : kl_as_bool(tag) ? accepts[i].yes : accepts[i].no;
        if (line)
            printf("  %s\n", line);
    }
    if (kl_map_len(tags) == 1)
        fputs("  what the estimators within it accept\n", stdout);
}

/* The fields that fit() fills, or the others. */
static kl_status print_fields(const char *title, const kl_type *type, uint32_t learned, kl_error *error)
{
    kl_field *some = calloc(type->field_count + 1, sizeof *some);
    size_t count = 0;
    if (!some)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < type->field_count; i++)
        if ((type->fields[i].flags & KL_LEARNED) == learned && !(type->fields[i].flags & KL_HIDDEN))
            memcpy(&some[count++], &type->fields[i], sizeof *some);
    (learned ? print_outputs : print_params)(title, some, count);
    free(some);
    return KL_OK;
}

static kl_status print_estimator(const kl_type *type, kl_value tags, kl_error *error)
{
    printf("%s%s%s  %s%.*s%s\n\n", painted(stdout, PAINT_BOLD), type->name, painted(stdout, PAINT_PLAIN),
           painted(stdout, PAINT_DIM), KL_TEXT_ARG(kind_of(tags)), painted(stdout, PAINT_PLAIN));
    print_paragraph(type->doc, 2);
    print_tags(tags);
    KL_TRY(print_fields("Parameters", type, 0, error));
    KL_TRY(print_fields("Learned", type, KL_LEARNED, error));
    print_title("Methods");
    for (size_t i = 0; i < type->method_count; i++) {
        const kl_method *method = &type->methods[i];
        printf("  %s%s%s", painted(stdout, PAINT_CYAN), method->name, painted(stdout, PAINT_PLAIN));
        printf("%s\n", method->flags & KL_PROPERTY ? "" : "()");
        print_paragraph(method->doc, 6);
    }
    return KL_OK;
}

static kl_status print_as_json(const kl_type *type, kl_value tags, kl_error *error)
{
    kl_value map;
    KL_TRY(kl_type_describe(&map, type, error));
    kl_status status = kl_map_set(&map, KL_TEXT("accepts"), kl_value_retain(tags), error);
    if (status == KL_OK)
        status = print_json(stdout, map, error);
    kl_value_release(map);
    return status;
}

static int describe_run(const invocation *in)
{
    kl_error error = KL_ERROR_INIT;
    kl_value tags;
    bool json = given_flag(in, "json");
    const kl_type *type = ml_find(in->argument, json);
    if (!type)
        return EXIT_FAILED;
    kl_status status = ml_tags(&tags, type, &error);
    if (status == KL_OK) {
        status = json ? print_as_json(type, tags, &error) : print_estimator(type, tags, &error);
        kl_value_release(tags);
    }
    return status == KL_OK ? EXIT_OK : report_error_as(&error, NULL, json);
}

static const example describe_examples[] = {
    {"kailash ml describe Ridge", "What it computes, its parameters, what it learns:"},
    {"kailash ml describe Ridge --json | jq '.accepts'", "For a program:"},
};

const command cli_ml_describe = {
    .name = "ml describe",
    .summary = "Explain an estimator: parameters, limits, what it learns.",
    .doc = "Prints what an estimator computes, what data it accepts, its parameters with their defaults and "
           "limits, what fit() learns and the methods it has.",
    .argument = {.name = "NAME", .required = true, .completion = COMPLETE_ESTIMATORS,
                 .doc = "name of an estimator, such as Ridge"},
    .examples = KL_TABLE(describe_examples),
    .run = describe_run,
};
