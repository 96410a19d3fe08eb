/* cli/db_migrate.c - kailash db migrate: from models or from files, forth and back. */
#include "db.h"
#include "params.h"
#include "terminal.h"
#include "kailash/type.h"

#include <stdlib.h>

/* ---- what is asked for ------------------------------------------------------------------------- */

typedef struct request {
    const invocation *in;
    kl_dataflow *dataflow;
    const char *write, *from, *rollback;
    bool status, drop, dry_run, json;
    kl_value done; /* array: the migrations that were applied, or would be */
    char *written; /* path of the file */
} request;

static int usage(const char *hint, const char *message)
{
    print_error(hint, "%s", message);
    return EXIT_USAGE;
}

/* One thing at a time, and models where they are needed. */
static int check(const request *r)
{
    int count = (r->write != NULL) + (r->from != NULL) + (r->rollback != NULL);
    bool models = r->in->argument != NULL;
    if (count > 1 || (r->status && (r->write || r->rollback)))
        return usage("give one of them", "db migrate: --write, --from, --rollback and --status are "
                                         "different things");
    if (r->write && r->dry_run)
        return usage("leave out one of them", "db migrate: --write applies nothing anyway");
    if (r->from && models)
        return usage("leave out MODELS", "db migrate: --from takes what stands in the files");
    if (!models && !r->from && !r->rollback && !r->status)
        return usage("see: kailash help db migrate",
                     "db migrate: give MODELS, or --from DIR, --rollback VERSION, --status");
    return EXIT_OK;
}

/* ---- telling ----------------------------------------------------------------------------------- */

static void print_statements(kl_value migration)
{
    kl_value statements = migration_field(migration, "up_sql");
    for (size_t i = 0; i < kl_array_len(statements); i++) {
        print_fitting(stdout, kl_as_text(kl_array_at(statements, i)), SIZE_MAX / 2);
        fputs(";\n", stdout);
    }
    kl_value_release(statements);
}

static void tell_one(const request *r, kl_value migration)
{
    kl_value version = migration_field(migration, "version");
    kl_value description = migration_field(migration, "description");
    printf("%s%s %s%s%s: ", painted(stdout, PAINT_DIM), r->dry_run ? "would apply" : "applied",
           painted(stdout, PAINT_CYAN), kl_as_text(version).data, painted(stdout, PAINT_PLAIN));
    print_fitting(stdout, kl_as_text(description), SIZE_MAX / 2);
    fputc('\n', stdout);
    if (r->dry_run)
        print_statements(migration);
    kl_value_release(version);
    kl_value_release(description);
}

static kl_status tell_json(const request *r, kl_error *error)
{
    kl_value map, list = kl_null(), one, path = kl_null();
    kl_status status;
    KL_TRY(kl_map_new(&map, 3, error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(r->done), error));
    for (size_t i = 0; i < kl_array_len(r->done); i++) {
        KL_TRY_OUT(kl_object_to_map(&one, kl_array_at(r->done, i).as.object, error));
        KL_TRY_OUT(kl_array_push(&list, one, error));
    }
    KL_TRY_OUT(kl_map_set(&map, r->written ? KL_TEXT("written") : KL_TEXT("applied"),
                          kl_value_take(&list), error));
    if (r->written) {
        KL_TRY_OUT(kl_string_repair(&path, kl_text_from(r->written), error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("path"), path, error));
    }
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("dry_run"), kl_bool(r->dry_run), error));
    status = print_json(stdout, map, error);
out:
    kl_value_release(list);
    kl_value_release(map);
    return status;
}

static kl_status tell(const request *r, kl_error *error)
{
    if (r->json)
        return tell_json(r, error);
    if (r->written)
        printf("%s\n", r->written);
    for (size_t i = 0; i < kl_array_len(r->done) && !r->written; i++)
        tell_one(r, kl_array_at(r->done, i));
    if (!kl_array_len(r->done))
        puts("Nothing to migrate.");
    return KL_OK;
}

/* ---- what was applied -------------------------------------------------------------------------- */

static kl_value find_applied(kl_value applied, kl_value migration)
{
    kl_value version = migration_field(migration, "version"), found = kl_null();
    for (size_t i = 0; i < kl_array_len(applied); i++) {
        kl_value other = migration_field(kl_array_at(applied, i), "version");
        if (kl_text_equal(kl_as_text(other), kl_as_text(version)))
            found = kl_array_at(applied, i);
        kl_value_release(other);
    }
    kl_value_release(version);
    return found;
}

static kl_status refuse_changed(const char *path, kl_error *error)
{
    return kl_error_set(error, KL_FAILED, "%s was changed after it was applied; make another "
                                          "migration of what it is to do beside", path);
}

static kl_status refuse_late(const char *path, kl_text last, kl_error *error)
{
    return kl_error_set(error, KL_FAILED,
                        "%s comes before %.*s, which was applied already; give it a later version if "
                        "it may follow",
                        path, KL_TEXT_ARG(last));
}

/* Files that were applied must be what was applied, the others must follow. */
static kl_status check_file(const migration_file *file, kl_value applied, kl_value last,
                            bool *pending, kl_error *error)
{
    kl_value done = find_applied(applied, file->migration);
    kl_value version = migration_field(file->migration, "version");
    kl_status status = KL_OK;
    *pending = kl_is_null(done);
    if (!*pending) {
        kl_value a = migration_field(done, "checksum");
        kl_value b = migration_field(file->migration, "checksum");
        if (!kl_text_equal(kl_as_text(a), kl_as_text(b)))
            status = refuse_changed(file->path, error);
        kl_value_release(a);
        kl_value_release(b);
    } else if (!kl_is_null(last) && kl_text_compare(kl_as_text(version), kl_as_text(last)) < 0) {
        status = refuse_late(file->path, kl_as_text(last), error);
    }
    kl_value_release(version);
    return status;
}

static kl_value last_version(kl_value applied)
{
    size_t count = kl_array_len(applied);
    return count ? migration_field(kl_array_at(applied, count - 1), "version") : kl_null();
}

/* The files that are still to be applied, in order: an array of migrations; given. */
static kl_status pending_of(kl_value *out, const migration_files *files, kl_value applied,
                            kl_error *error)
{
    kl_value pending, last = last_version(applied);
    kl_status status = kl_array_new(&pending, files->count, error);
    bool made = status == KL_OK;
    for (size_t i = 0; i < files->count && status == KL_OK; i++) {
        bool is_pending;
        status = check_file(&files->items[i], applied, last, &is_pending, error);
        if (status == KL_OK && is_pending)
            status = kl_array_push(&pending, kl_value_retain(files->items[i].migration), error);
    }
    kl_value_release(last);
    if (status == KL_OK)
        *out = pending;
    else if (made)
        kl_value_release(pending);
    return status;
}

/* Likewise of a folder. */
static kl_status read_pending(kl_value *out, const request *r, const char *folder, kl_error *error)
{
    migration_files files;
    kl_value applied;
    KL_TRY(read_migration_files(&files, folder, error));
    kl_status status = kl_migration_applied(&applied, r->dataflow, error);
    if (status == KL_OK) {
        status = pending_of(out, &files, applied, error);
        kl_value_release(applied);
    }
    free_migration_files(&files);
    return status;
}

/* ---- doing it ---------------------------------------------------------------------------------- */

static kl_status apply(request *r, kl_value migration, kl_error *error)
{
    KL_TRY(kl_migration_apply(r->dataflow, (const kl_migration *)migration.as.object, r->dry_run,
                              error));
    return kl_array_push(&r->done, kl_value_retain(migration), error);
}

/* Of several that depend on each other a dry run could try the first alone: it only shows the rest. */
static kl_status apply_files(request *r, kl_error *error)
{
    kl_value pending;
    KL_TRY(read_pending(&pending, r, r->from, error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(pending) && status == KL_OK; i++) {
        kl_value migration = kl_array_at(pending, i);
        status = r->dry_run && i > 0
                     ? kl_array_push(&r->done, kl_value_retain(migration), error)
                     : apply(r, migration, error);
    }
    kl_value_release(pending);
    return status;
}

/* Whether the models ask for anything. */
static kl_status differs(bool *out, const request *r, kl_error *error)
{
    kl_value told;
    KL_TRY(kl_migration_diff(&told, r->dataflow, r->drop, error));
    *out = kl_array_len(kl_map_get(told, KL_TEXT("changes"))) > 0;
    kl_value_release(told);
    return KL_OK;
}

static kl_status generate(kl_value *out, const request *r, kl_error *error)
{
    kl_migration *migration;
    bool any;
    *out = kl_null();
    KL_TRY(differs(&any, r, error));
    if (!any)
        return KL_OK;
    KL_TRY(kl_migration_generate(&migration, r->dataflow, r->drop, (kl_text){"", 0}, error));
    *out = kl_value_of((kl_object *)migration);
    return KL_OK;
}

static kl_status apply_models(request *r, kl_error *error)
{
    kl_value migration;
    KL_TRY(generate(&migration, r, error));
    if (kl_is_null(migration))
        return KL_OK;
    kl_status status = apply(r, migration, error);
    kl_value_release(migration);
    return status;
}

/* What waits in the folder would stand in the new file too. */
static kl_status check_folder(const request *r, kl_error *error)
{
    kl_value pending;
    FILE *there = fopen(r->write, "r");
    if (!there)
        return KL_OK;
    fclose(there);
    KL_TRY(read_pending(&pending, r, r->write, error));
    size_t count = kl_array_len(pending);
    kl_value_release(pending);
    if (!count)
        return KL_OK;
    return kl_error_set(error, KL_FAILED, "%s holds %zu that were not applied; apply them first, or "
                                          "remove them", r->write, count);
}

static kl_status write_models(request *r, kl_error *error)
{
    kl_value migration;
    KL_TRY(check_folder(r, error));
    KL_TRY(generate(&migration, r, error));
    if (kl_is_null(migration))
        return KL_OK;
    kl_status status = write_migration_file(&r->written, r->write, migration, error);
    if (status == KL_OK)
        return kl_array_push(&r->done, migration, error);
    kl_value_release(migration);
    return status;
}

/* ---- back -------------------------------------------------------------------------------------- */

/* "last": the one that ended halfway, else the last that was applied; given. */
static kl_status find_last(kl_value *out, const request *r, kl_error *error)
{
    kl_value applied;
    KL_TRY(kl_migration_interrupted(out, r->dataflow, error));
    if (!kl_is_null(*out))
        return KL_OK;
    KL_TRY(kl_migration_applied(&applied, r->dataflow, error));
    *out = last_version(applied);
    kl_value_release(applied);
    return kl_is_null(*out) ? kl_error_set(error, KL_FAILED, "no migration was applied") : KL_OK;
}

static kl_status tell_rolled_back(const request *r, kl_value version, kl_error *error)
{
    kl_value map;
    if (!r->json) {
        printf("%s%s %s%s%s\n", painted(stdout, PAINT_DIM),
               r->dry_run ? "would roll back" : "rolled back", painted(stdout, PAINT_CYAN),
               kl_as_text(version).data, painted(stdout, PAINT_PLAIN));
        return KL_OK;
    }
    KL_TRY(kl_map_new(&map, 2, error));
    kl_status status = kl_map_set(&map, KL_TEXT("rolled_back"), kl_value_retain(version), error);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("dry_run"), kl_bool(r->dry_run), error);
    if (status == KL_OK)
        status = print_json(stdout, map, error);
    kl_value_release(map);
    return status;
}

static kl_status roll_back(const request *r, kl_error *error)
{
    kl_value version;
    if (strcmp(r->rollback, "last") == 0)
        KL_TRY(find_last(&version, r, error));
    else
        KL_TRY(kl_string_repair(&version, kl_text_from(r->rollback), error));
    kl_status status = kl_migration_rollback(r->dataflow, kl_as_text(version), r->dry_run, error);
    if (status == KL_OK)
        status = tell_rolled_back(r, version, error);
    kl_value_release(version);
    return status;
}

/* ---- status ------------------------------------------------------------------------------------ */

static const table_column status_columns[] = {
    {.title = "VERSION", .shrinks = true, .paint = PAINT_CYAN},
    {.title = "APPLIED"},
    {.title = "WHAT", .shrinks = true},
};

static void put_row(table *table, kl_value migration, const char *state)
{
    kl_value version = migration_field(migration, "version");
    kl_value when = migration_field(migration, "applied_at");
    kl_value what = migration_field(migration, "description");
    table_cell(table, kl_as_text(version));
    if (state)
        table_format(table, "%s", state);
    else
        table_format(table, "%.19s", kl_as_text(when).data);
    table_cell(table, kl_as_text(what));
    kl_value_release(version);
    kl_value_release(when);
    kl_value_release(what);
}

static kl_status print_status(const request *r, kl_value applied, kl_value pending, kl_value half,
                              kl_error *error)
{
    table table = TABLE_INIT(status_columns);
    for (size_t i = 0; i < kl_array_len(applied); i++)
        put_row(&table, kl_array_at(applied, i), NULL);
    for (size_t i = 0; i < kl_array_len(pending); i++)
        put_row(&table, kl_array_at(pending, i), "no");
    if (!table_print(&table, stdout, 0))
        return kl_error_no_memory(error);
    if (!kl_is_null(half))
        printf("\n%s ended halfway: apply it again to go on, or roll it back\n",
               kl_as_text(half).data);
    if (r->in->argument) {
        bool any;
        KL_TRY(differs(&any, r, error));
        puts(any ? "\nThe models ask for more: kailash db diff tells what."
                 : "\nThe database is what the models say.");
    }
    return KL_OK;
}

static kl_status as_maps(kl_value *out, kl_value migrations, kl_error *error)
{
    kl_value list, one;
    KL_TRY(kl_array_new(&list, kl_array_len(migrations), error));
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(migrations) && status == KL_OK; i++) {
        status = kl_object_to_map(&one, kl_array_at(migrations, i).as.object, error);
        if (status == KL_OK)
            status = kl_array_push(&list, one, error);
    }
    if (status == KL_OK)
        *out = list;
    else
        kl_value_release(list);
    return status;
}

static kl_status print_status_json(const request *r, kl_value applied, kl_value pending,
                                   kl_value half, kl_error *error)
{
    kl_value map, list;
    kl_status status;
    bool any;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(as_maps(&list, applied, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("applied"), list, error));
    KL_TRY_OUT(as_maps(&list, pending, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("pending"), list, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("interrupted"), kl_value_retain(half), error));
    if (r->in->argument) {
        KL_TRY_OUT(differs(&any, r, error));
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("differs"), kl_bool(any), error));
    }
    status = print_json(stdout, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status show_status(const request *r, kl_error *error)
{
    kl_value applied = kl_null(), pending = kl_null(), half = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_migration_applied(&applied, r->dataflow, error));
    KL_TRY_OUT(kl_migration_interrupted(&half, r->dataflow, error));
    if (r->from)
        KL_TRY_OUT(read_pending(&pending, r, r->from, error));
    status = (r->json ? print_status_json : print_status)(r, applied, pending, half, error);
out:
    kl_value_release(applied);
    kl_value_release(pending);
    kl_value_release(half);
    return status;
}

/* ---- the command ------------------------------------------------------------------------------- */

static kl_status act(request *r, kl_error *error)
{
    if (r->status)
        return show_status(r, error);
    if (r->rollback)
        return roll_back(r, error);
    KL_TRY(kl_array_new(&r->done, 4, error));
    kl_status status = (r->from ? apply_files : r->write ? write_models : apply_models)(r, error);
    if (status == KL_OK)
        return tell(r, error);
    for (size_t i = 0; i < kl_array_len(r->done) && !r->json; i++)
        tell_one(r, kl_array_at(r->done, i)); /* what was done before the failure is done */
    return status;
}

static int migrate_run(const invocation *in)
{
    request r = {.in = in, .write = given_value(in, "write"), .from = given_value(in, "from"),
                 .rollback = given_value(in, "rollback"), .status = given_flag(in, "status"),
                 .drop = given_flag(in, "drop"), .dry_run = given_flag(in, "dry-run"),
                 .json = given_flag(in, "json"), .done = kl_null()};
    kl_error error = KL_ERROR_INIT;
    int code = check(&r);
    if (code == EXIT_OK)
        code = db_open_with_models(&r.dataflow, in);
    if (code != EXIT_OK)
        return code;
    kl_status status = act(&r, &error);
    kl_value_release(r.done);
    free(r.written);
    kl_dataflow_release(r.dataflow);
    return status == KL_OK ? EXIT_OK : report_error_as(&error, NULL, r.json);
}

static const option migrate_options[] = {
    DB_OPTION,
    {.name = "write", .letter = 'w', .kind = OPTION_FILE, .value = "DIR",
     .doc = "Write the migration to DIR/VERSION.json instead of applying it, for review and for other "
            "databases. It may be edited before it is applied."},
    {.name = "from", .letter = 'f', .kind = OPTION_FILE, .value = "DIR",
     .doc = "Apply the migrations in DIR that were not, in the order of their versions. One that was "
            "changed after it was applied is refused."},
    {.name = "rollback", .letter = 'r', .kind = OPTION_TEXT, .value = "VERSION",
     .doc = "Undo a migration that was applied; last = the last one."},
    {.name = "status", .letter = 's', .kind = OPTION_FLAG,
     .doc = "List what was applied; with --from what waits too, with MODELS whether they ask for more."},
    DROP_OPTION,
    {.name = "dry-run", .letter = 'n', .kind = OPTION_FLAG,
     .doc = "Show the statements and undo them at the end: whether they would work. MySQL cannot undo "
            "them: there they are shown and not run, as all but the first of --from are everywhere."},
};

static const example migrate_examples[] = {
    {"kailash db migrate models.json --database sqlite:shop.db --dry-run", "What would happen:"},
    {"kailash db migrate models.json --database sqlite:shop.db", "Make the database what the models say:"},
    {"kailash db migrate models.json --write migrations", "Write it down for others, against the database "
                                                          "in DATABASE_URL:"},
    {"kailash db migrate --from migrations", "Apply what is written down:"},
    {"kailash db migrate --rollback last", "Undo the last one:"},
};

const command cli_db_migrate = {
    .name = "db migrate",
    .summary = "Change a database to what models say, or undo that.",
    .doc = "Compares the live schema with the models of a file, makes the statements that lead from the "
           "one to the other, runs them and records that in the table _kailash_migrations. All of a "
           "migration happens or nothing, one process at a time. On MySQL, which keeps every statement "
           "at once, a migration that ended halfway goes on when it is applied again.\n\n"
           "With --write the statements go to a file, and --from applies such files in order: so every "
           "database gets the same. kailash help db diff tells what MODELS looks like.",
    .argument = {.name = "MODELS", .completion = COMPLETE_FILES,
                 .doc = "a JSON file of models; - is standard input"},
    .options = KL_TABLE(migrate_options),
    .examples = KL_TABLE(migrate_examples),
    .run = migrate_run,
};
