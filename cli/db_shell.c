/* cli/db_shell.c - kailash db shell: statements, their rows drawn as tables. */
#include "db.h"
#include "terminal.h"
#include "kailash/json.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    CELL_MAX = 400,   /* characters of a value that are looked at */
    COLUMNS_MAX = 8,  /* of a table; with more each row stands by itself */
    COLUMN_MIN = 14,  /* narrower ones are hard to read */
    ROWS_DEFAULT = 1000,
};

typedef struct shell {
    kl_dataflow *dataflow;
    kl_dataflow_connection *connection;
    size_t rows_max;
    bool json, prompts, failed, ended;
    char *text; /* what was typed of a statement that has not ended */
    size_t len, cap;
} shell;

/* ---- rows -------------------------------------------------------------------------------------- */

/* A value as it stands in a table: strings as they are, the rest as JSON. */
static void put_cell(table *table, kl_value value)
{
    kl_value text;
    if (kl_is_null(value)) {
        table_cell(table, KL_TEXT("NULL"));
    } else if (kl_is(value, KL_KIND_STRING)) {
        kl_text whole = kl_as_text(value);
        table_cell(table, (kl_text){whole.data, KL_MIN(whole.len, (size_t)CELL_MAX * 4)});
    } else if (kl_is(value, KL_KIND_BYTES)) {
        table_format(table, "<%zu bytes>", kl_value_len(value));
    } else if (kl_json_print(&text, value, &kl_json_plain, NULL) == KL_OK) {
        table_cell(table, kl_as_text(text));
        kl_value_release(text);
    } else {
        table->failed = true;
    }
}

static bool is_numeric(const kl_dataflow_result *result, kl_text column)
{
    bool any = false;
    for (size_t i = 0; i < kl_array_len(result->rows); i++) {
        kl_value value = kl_map_get(kl_array_at(result->rows, i), column);
        if (!kl_is_null(value) && !kl_is_number(value))
            return false;
        any |= kl_is_number(value);
    }
    return any;
}

static bool print_table(const kl_dataflow_result *result)
{
    table_column columns[COLUMNS_MAX];
    size_t count = kl_array_len(result->columns);
    for (size_t c = 0; c < count; c++) {
        kl_text name = kl_as_text(kl_array_at(result->columns, c));
        columns[c] = (table_column){.title = name.data, .shrinks = true,
                                    .right = is_numeric(result, name)};
    }
    table table = {columns, count, NULL, 0, 0, false};
    for (size_t i = 0; i < kl_array_len(result->rows); i++)
        for (size_t c = 0; c < count; c++)
            put_cell(&table, kl_map_get(kl_array_at(result->rows, i),
                                        kl_as_text(kl_array_at(result->columns, c))));
    return table_print(&table, stdout, 0);
}

static const table_column record_columns[] = {
    {.title = "COLUMN", .paint = PAINT_CYAN},
    {.title = "VALUE", .shrinks = true},
};

/* More columns than fit beside each other: a line for each. */
static bool print_records(const kl_dataflow_result *result)
{
    bool ok = true;
    for (size_t i = 0; i < kl_array_len(result->rows) && ok; i++) {
        table table = TABLE_INIT(record_columns);
        printf("%s%srow %zu%s\n", i ? "\n" : "", painted(stdout, PAINT_DIM), i + 1,
               painted(stdout, PAINT_PLAIN));
        for (size_t c = 0; c < kl_array_len(result->columns); c++) {
            kl_text name = kl_as_text(kl_array_at(result->columns, c));
            table_cell(&table, name);
            put_cell(&table, kl_map_get(kl_array_at(result->rows, i), name));
        }
        ok = table_print(&table, stdout, 0);
    }
    return ok;
}

static void print_count(const kl_dataflow_result *result)
{
    size_t count = kl_array_len(result->rows);
    printf("%s%zu row%s%s%s\n", painted(stdout, PAINT_DIM), count, count == 1 ? "" : "s",
           result->truncated ? ", and more: --rows N shows them" : "", painted(stdout, PAINT_PLAIN));
}

static bool print_result(const kl_dataflow_result *result)
{
    size_t columns = kl_array_len(result->columns);
    if (!columns) {
        printf("%sok, %lld row%s changed%s\n", painted(stdout, PAINT_DIM),
               (long long)result->affected, result->affected == 1 ? "" : "s",
               painted(stdout, PAINT_PLAIN));
        return true;
    }
    bool fits = columns <= COLUMNS_MAX && columns * COLUMN_MIN <= KL_MAX(terminal_width(), COLUMN_MIN * 3);
    bool ok = fits ? print_table(result) : print_records(result);
    print_count(result);
    return ok;
}

static kl_status print_result_json(const kl_dataflow_result *result, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("columns"), kl_value_retain(result->columns), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("rows"), kl_value_retain(result->rows), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("affected"), kl_int(result->affected), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("truncated"), kl_bool(result->truncated), error));
    status = print_json(stdout, map, error);
out:
    kl_value_release(map);
    return status;
}

/* ---- one statement ----------------------------------------------------------------------------- */

static void run_statement(shell *s, kl_text statement)
{
    kl_dataflow_result result;
    kl_error error = KL_ERROR_INIT;
    if (kl_dataflow_is_blank(s->connection, statement))
        return;
    kl_status status = kl_dataflow_run(&result, s->connection, statement, s->rows_max, &error);
    if (status == KL_OK) {
        if (s->json)
            status = print_result_json(&result, &error);
        else if (!print_result(&result))
            status = kl_error_no_memory(&error);
        kl_dataflow_result_clear(&result);
    }
    if (status != KL_OK) {
        report_error_as(&error, NULL, s->json);
        s->failed = true;
    }
    fflush(stdout);
}

/* ---- commands of the shell --------------------------------------------------------------------- */

static void print_shell_help(void)
{
    puts("A statement ends with a semicolon and may have several lines.\n"
         "  \\tables           names of the tables\n"
         "  \\describe TABLE   columns of one\n"
         "  \\clear            forget what was typed of a statement\n"
         "  \\quit             end; so does Ctrl-D");
}

static void print_tables(shell *s)
{
    kl_value names;
    kl_error error = KL_ERROR_INIT;
    if (kl_dataflow_table_names(&names, s->dataflow, &error) != KL_OK) {
        report_error(&error, NULL);
        return;
    }
    for (size_t i = 0; i < kl_array_len(names); i++) {
        print_fitting(stdout, kl_as_text(kl_array_at(names, i)), SIZE_MAX / 2);
        fputc('\n', stdout);
    }
    kl_value_release(names);
}

static void describe_table(shell *s, const char *name)
{
    kl_value told;
    kl_error error = KL_ERROR_INIT;
    if (kl_dataflow_describe_table(&told, s->dataflow, kl_text_from(name), &error) != KL_OK) {
        report_error(&error, NULL);
        return;
    }
    kl_value columns = kl_map_get(told, KL_TEXT("columns"));
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_value column = kl_array_at(columns, i);
        printf("  %-24s %s\n", kl_as_text(kl_map_get(column, KL_TEXT("name"))).data,
               kl_as_text(kl_map_get(column, KL_TEXT("data_type"))).data);
    }
    kl_value_release(told);
}

/* A line that begins with a backslash. */
static void run_command(shell *s, char *line)
{
    char *name = strtok(line, " \t\r\n"), *argument = strtok(NULL, " \t\r\n");
    if (strcmp(name, "\\quit") == 0 || strcmp(name, "\\q") == 0)
        s->ended = true;
    else if (strcmp(name, "\\clear") == 0)
        s->len = 0;
    else if (strcmp(name, "\\tables") == 0)
        print_tables(s);
    else if (strcmp(name, "\\describe") == 0 && argument)
        describe_table(s, argument);
    else
        print_shell_help();
}

/* ---- lines ------------------------------------------------------------------------------------- */

static bool append(shell *s, const char *line, size_t len)
{
    if (s->len + len + 1 > s->cap) {
        size_t cap = 2 * (s->len + len) + 256;
        char *text = realloc(s->text, cap);
        if (!text)
            return false;
        s->text = text;
        s->cap = cap;
    }
    memcpy(s->text + s->len, line, len);
    s->len += len;
    s->text[s->len] = '\0';
    return true;
}

/* Run all statements that are whole by now. */
static kl_status run_whole(shell *s, kl_error *error)
{
    size_t used = 0;
    for (;;) {
        kl_text rest = {s->text + used, s->len - used};
        size_t len;
        KL_TRY(kl_dataflow_first_statement(&len, s->connection, rest, error));
        if (!len)
            break;
        run_statement(s, (kl_text){rest.data, len});
        used += len;
        if (s->failed && !s->prompts)
            return KL_OK; /* what follows may have counted on it */
    }
    memmove(s->text, s->text + used, s->len - used + 1);
    s->len -= used;
    if (kl_dataflow_is_blank(s->connection, (kl_text){s->text, s->len}))
        s->len = 0;
    return KL_OK;
}

static void prompt(const shell *s)
{
    if (!s->prompts)
        return;
    bool open = kl_dataflow_in_transaction(s->connection);
    printf("%s%s%s ", painted(stdout, PAINT_BOLD), s->len ? "   ->" : open ? "kailash*>" : "kailash>",
           painted(stdout, PAINT_PLAIN));
    fflush(stdout);
}

static kl_status take_line(shell *s, char *line, size_t len, kl_error *error)
{
    if (s->len == 0 && line[0] == '\\') {
        run_command(s, line);
        return KL_OK;
    }
    if (!append(s, line, len))
        return kl_error_no_memory(error);
    return run_whole(s, error);
}

static kl_status read_lines(shell *s, kl_error *error)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    kl_status status = KL_OK;
    prompt(s);
    while (status == KL_OK && !s->ended && !(s->failed && !s->prompts) &&
           (len = getline(&line, &cap, stdin)) >= 0) {
        status = take_line(s, line, (size_t)len, error);
        if (status == KL_OK && !s->ended)
            prompt(s);
    }
    free(line);
    if (s->prompts && !s->ended)
        fputc('\n', stdout);
    /* the last statement of a script may do without its semicolon */
    if (status == KL_OK && s->len && !s->prompts && !s->failed)
        run_statement(s, (kl_text){s->text, s->len});
    return status;
}

static kl_status run_all(shell *s, const char *statements, kl_error *error)
{
    KL_TRY(kl_dataflow_connect(&s->connection, s->dataflow, error));
    kl_status status;
    if (!statements) {
        status = read_lines(s, error);
    } else {
        status = append(s, statements, strlen(statements)) ? run_whole(s, error)
                                                           : kl_error_no_memory(error);
        if (status == KL_OK && s->len && !s->failed)
            run_statement(s, (kl_text){s->text, s->len});
    }
    if (kl_dataflow_in_transaction(s->connection) && !s->prompts)
        print_error("end it with COMMIT", "the transaction was not committed, so it is rolled back");
    kl_dataflow_disconnect(s->connection);
    return status;
}

/* ---- the command ------------------------------------------------------------------------------- */

static int shell_run(const invocation *in)
{
    shell s = {.rows_max = (size_t)given_number(in, "rows", ROWS_DEFAULT),
               .json = given_flag(in, "json")};
    kl_error error = KL_ERROR_INIT;
    int code = db_open(&s.dataflow, in);
    if (code != EXIT_OK)
        return code;
    s.prompts = !in->argument && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (s.prompts)
        printf("%s%s; \\help tells more%s\n", painted(stdout, PAINT_DIM),
               kl_as_text(kl_dataflow_shown_url(s.dataflow)).data, painted(stdout, PAINT_PLAIN));
    kl_status status = run_all(&s, in->argument, &error);
    free(s.text);
    kl_dataflow_release(s.dataflow);
    if (status != KL_OK)
        return report_error_as(&error, NULL, s.json);
    return s.failed && !s.prompts ? EXIT_FAILED : EXIT_OK;
}

static const option shell_options[] = {
    DB_OPTION,
    {.name = "rows", .letter = 'n', .kind = OPTION_COUNT, .value = "N",
     .doc = "Show at most N rows of a result; 0 = all. 1000 without it."},
};

static const example shell_examples[] = {
    {"kailash db shell --database sqlite:shop.db", "Type statements:"},
    {"kailash db shell 'SELECT * FROM users' -d sqlite:shop.db", "One statement:"},
    {"kailash db shell --json < report.sql | jq '.rows'", "A script, for other programs:"},
};

const command cli_db_shell = {
    .name = "db shell",
    .summary = "Run SQL and see the rows.",
    .doc = "Runs the statements of SQL or, without it, those that are typed or come on standard input. A "
           "statement ends with a semicolon and may have several lines. Rows are drawn as a table, "
           "shortened to the width of the terminal; a result of many columns row by row. On a terminal "
           "\\help lists the shell's own commands.\n\n"
           "All statements run on one connection, so BEGIN and COMMIT work as usual. A script ends "
           "with the first statement that fails. With --json each result is one line {\"columns\", "
           "\"rows\", \"affected\", \"truncated\"}. Nothing is masked: who has the database's password "
           "sees what is stored.",
    .argument = {.name = "SQL", .doc = "statements, parted by semicolons"},
    .options = KL_TABLE(shell_options),
    .examples = KL_TABLE(shell_examples),
    .run = shell_run,
};
