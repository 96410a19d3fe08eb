/* cli/db_inspect.c - kailash db inspect and kailash db diff. */
#include "db.h"
#include "params.h"
#include "terminal.h"
#include "kailash/json.h"

static kl_value get(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* ---- all tables -------------------------------------------------------------------------------- */

static const table_column table_columns[] = {
    {.title = "TABLE", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "COLUMNS", .right = true},
    {.title = "INDEXES", .right = true},
    {.title = "ROWS", .right = true},
};

static kl_status describe_all(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_value names, list, table;
    KL_TRY(kl_dataflow_table_names(&names, dataflow, error));
    kl_status status = kl_array_new(&list, kl_array_len(names), error);
    if (status != KL_OK) {
        kl_value_release(names);
        return status;
    }
    for (size_t i = 0; i < kl_array_len(names) && status == KL_OK; i++) {
        status = kl_dataflow_describe_table(&table, dataflow, kl_as_text(kl_array_at(names, i)),
                                            error);
        if (status == KL_OK)
            status = kl_array_push(&list, table, error);
    }
    kl_value_release(names);
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static bool print_tables(kl_value list)
{
    table table = TABLE_INIT(table_columns);
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value one = kl_array_at(list, i);
        table_cell(&table, kl_as_text(get(one, "name")));
        table_format(&table, "%zu", kl_array_len(get(one, "columns")));
        table_format(&table, "%zu", kl_array_len(get(one, "indexes")));
        table_format(&table, "%lld", (long long)kl_as_int(get(one, "row_count")));
    }
    return table_print(&table, stdout, 0);
}

/* ---- one of them ------------------------------------------------------------------------------- */

static const table_column column_columns[] = {
    {.title = "COLUMN", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "TYPE", .shrinks = true},
    {.title = "", .shrinks = true},
    {.title = "DEFAULT", .shrinks = true},
};

static bool print_columns(kl_value columns)
{
    table table = TABLE_INIT(column_columns);
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_value column = kl_array_at(columns, i);
        table_cell(&table, kl_as_text(get(column, "name")));
        table_cell(&table, kl_as_text(get(column, "data_type")));
        table_cell(&table, kl_as_bool(get(column, "is_primary_key"))  ? KL_TEXT("primary key")
                           : kl_as_bool(get(column, "is_nullable"))   ? KL_TEXT("may be null")
                                                                      : KL_TEXT(""));
        table_cell(&table, kl_as_text(get(column, "default_value")));
    }
    return table_print(&table, stdout, 2);
}

static void print_names(kl_value names)
{
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_value name = kl_array_at(names, i);
        fputs(i ? ", " : "", stdout);
        print_fitting(stdout, kl_is_null(name) ? KL_TEXT("(expression)") : kl_as_text(name),
                      SIZE_MAX / 2);
    }
}

static void print_covers(kl_value table)
{
    kl_value indexes = get(table, "indexes"), keys = get(table, "foreign_keys");
    if (kl_array_len(indexes))
        print_title("Indexes");
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        kl_value index = kl_array_at(indexes, i);
        printf("  %s%s%s", painted(stdout, PAINT_CYAN), kl_as_text(get(index, "name")).data,
               painted(stdout, PAINT_PLAIN));
        fputs(kl_as_bool(get(index, "is_unique")) ? " unique (" : " (", stdout);
        print_names(get(index, "columns"));
        fputs(")\n", stdout);
    }
    if (kl_array_len(keys))
        print_title("Foreign keys");
    for (size_t i = 0; i < kl_array_len(keys); i++) {
        kl_value key = kl_array_at(keys, i);
        fputs("  ", stdout);
        print_names(get(key, "columns"));
        printf(" %s %s (", if_utf8("\xE2\x86\x92", "->"), kl_as_text(get(key, "table")).data);
        print_names(get(key, "references"));
        fputs(")\n", stdout);
    }
}

static bool print_one(kl_value table)
{
    printf("%s%s%s  %lld rows\n\n", painted(stdout, PAINT_BOLD), kl_as_text(get(table, "name")).data,
           painted(stdout, PAINT_PLAIN), (long long)kl_as_int(get(table, "row_count")));
    bool ok = print_columns(get(table, "columns"));
    print_covers(table);
    return ok;
}

/* ---- inspect ----------------------------------------------------------------------------------- */

static int inspect_run(const invocation *in)
{
    kl_dataflow *dataflow;
    kl_value told = kl_null();
    kl_error error = KL_ERROR_INIT;
    int code = db_open(&dataflow, in);
    if (code != EXIT_OK)
        return code;
    kl_status status =
        in->argument ? kl_dataflow_describe_table(&told, dataflow, kl_text_from(in->argument), &error)
                     : describe_all(&told, dataflow, &error);
    bool json = given_flag(in, "json");
    if (status == KL_OK && json)
        status = print_json(stdout, told, &error);
    else if (status == KL_OK && !(in->argument ? print_one(told) : print_tables(told)))
        status = kl_error_no_memory(&error);
    kl_value_release(told);
    kl_dataflow_release(dataflow);
    return status == KL_OK ? EXIT_OK
                           : report_error_as(&error, in->argument ? "kailash db inspect lists the tables"
                                                                  : NULL, json);
}

static const option inspect_options[] = {DB_OPTION};

static const example inspect_examples[] = {
    {"kailash db inspect --database sqlite:shop.db", "What tables there are:"},
    {"kailash db inspect users -d sqlite:shop.db", "Columns, indexes and foreign keys of one:"},
    {"kailash db inspect --json | jq -r '.[].name'", "Names alone, of the database in DATABASE_URL:"},
};

const command cli_db_inspect = {
    .name = "db inspect",
    .summary = "Show what a database holds: tables, columns, indexes.",
    .doc = "Without TABLE lists all tables with the number of their rows; with it shows the columns of "
           "one, as the database tells them, its indexes and where its foreign keys lead. Nothing is "
           "changed, and no row is shown: kailash db shell does that.",
    .argument = {.name = "TABLE", .doc = "name of a table"},
    .options = KL_TABLE(inspect_options),
    .examples = KL_TABLE(inspect_examples),
    .run = inspect_run,
};

/* ---- diff -------------------------------------------------------------------------------------- */

static const table_column change_columns[] = {
    {.title = "TABLE", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "COLUMN", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "CHANGE"},
    {.title = "", .shrinks = true},
};

static bool print_changes(kl_value changes)
{
    table table = TABLE_INIT(change_columns);
    for (size_t i = 0; i < kl_array_len(changes); i++) {
        kl_value change = kl_array_at(changes, i);
        table_cell(&table, kl_as_text(get(change, "table")));
        table_cell(&table, kl_as_text(get(change, "column")));
        table_cell(&table, kl_as_text(get(change, "change")));
        table_cell(&table, kl_as_text(get(change, "detail")));
    }
    return table_print(&table, stdout, 0);
}

static void print_kept(kl_value kept)
{
    if (!kl_array_len(kept))
        return;
    printf("%sNo model declares, and --drop would remove: ", painted(stdout, PAINT_DIM));
    print_names(kept);
    printf("%s\n", painted(stdout, PAINT_PLAIN));
}

static bool print_diff(kl_value told)
{
    bool ok = true;
    if (kl_array_len(get(told, "changes")))
        ok = print_changes(get(told, "changes"));
    else
        puts("The database is what the models say.");
    print_kept(get(told, "kept"));
    return ok;
}

static int diff_run(const invocation *in)
{
    kl_dataflow *dataflow;
    kl_value told = kl_null();
    kl_error error = KL_ERROR_INIT;
    bool json = given_flag(in, "json");
    int code = db_open_with_models(&dataflow, in);
    if (code != EXIT_OK)
        return code;
    kl_status status = kl_migration_diff(&told, dataflow, given_flag(in, "drop"), &error);
    if (status == KL_OK && json)
        status = print_json(stdout, told, &error);
    else if (status == KL_OK && !print_diff(told))
        status = kl_error_no_memory(&error);
    code = kl_array_len(get(told, "changes")) ? EXIT_FAILED : EXIT_OK;
    kl_value_release(told);
    kl_dataflow_release(dataflow);
    return status == KL_OK ? code : report_error_as(&error, NULL, json);
}

static const option diff_options[] = {DB_OPTION, DROP_OPTION};

static const example diff_examples[] = {
    {"kailash db diff models.json --database sqlite:shop.db", "Before a migration:"},
    {"kailash db diff models.json -d \"$URL\" || echo \"the database is behind\"", "In a pipeline:"},
    {"python3 print_models.py | kailash db diff -", "Models that are declared in Python:"},
};

const command cli_db_diff = {
    .name = "db diff",
    .summary = "Tell in what a database differs from models.",
    .doc = "Compares the live schema with the models of a file and lists what kailash db migrate would "
           "change: new tables, new and modified columns, indexes and foreign keys. Nothing is "
           "changed. The exit code is 1 when something differs, so that scripts can ask.\n\n"
           "MODELS is JSON: {\"models\": [{\"name\": \"User\", \"table\": \"users\", \"fields\": [{\"name\": "
           "\"id\", \"type\": \"integer\", \"primary_key\": true}, {\"name\": \"email\", \"type\": \"text\", "
           "\"unique\": true}]}]}. Types are integer, float, text, boolean, timestamp, json, uuid and "
           "vector; a field may also be nullable, required, index, have a default_value and "
           "references {\"table\", \"column\"}. ModelDefinition.to_dict() of Python writes this form.",
    .argument = {.name = "MODELS", .required = true, .completion = COMPLETE_FILES,
                 .doc = "a JSON file of models; - is standard input"},
    .options = KL_TABLE(diff_options),
    .examples = KL_TABLE(diff_examples),
    .run = diff_run,
};
