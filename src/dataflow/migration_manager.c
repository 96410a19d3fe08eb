/* src/dataflow/migration_manager.c - MigrationManager: the methods over migration.h. */
#include "migration.h"

static kl_dataflow *dataflow_of(kl_value value) { return (kl_dataflow *)value.as.object; }

static kl_status get_table_name(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error)
{
    (void)self;
    (void)args;
    return kl_string_from_valid(out, KL_TEXT(KL_MIGRATION_TABLE), error);
}

static kl_status call_diff(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_migration_diff(out, dataflow_of(args[0]), kl_as_bool(args[1]), error);
}

static kl_status call_generate(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    kl_migration *migration;
    (void)self;
    KL_TRY(kl_migration_generate(&migration, dataflow_of(args[0]), kl_as_bool(args[1]),
                                 (kl_text){"", 0}, error));
    *out = kl_value_of(&migration->object);
    return KL_OK;
}

static kl_status call_apply(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out;
    (void)self;
    return kl_migration_apply(dataflow_of(args[1]), (const kl_migration *)args[0].as.object,
                              kl_as_bool(args[2]), error);
}

static kl_status call_rollback(kl_value *out, kl_object *self, const kl_value *args,
                               kl_error *error)
{
    (void)out;
    (void)self;
    return kl_migration_rollback(dataflow_of(args[1]), kl_as_text(args[0]), kl_as_bool(args[2]),
                                 error);
}

static kl_status call_list_applied(kl_value *out, kl_object *self, const kl_value *args,
                                   kl_error *error)
{
    (void)self;
    return kl_migration_applied(out, dataflow_of(args[0]), error);
}

static kl_status call_status(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)self;
    return kl_migration_status(out, dataflow_of(args[0]), error);
}

static kl_status call_interrupted(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error)
{
    (void)self;
    return kl_migration_interrupted(out, dataflow_of(args[0]), error);
}

static kl_status repr(kl_value *out, kl_object *self, kl_error *error)
{
    (void)self;
    return kl_string_from_valid(out, KL_TEXT("MigrationManager(table=\"" KL_MIGRATION_TABLE "\")"),
                                error);
}

#define DATAFLOW                                                                                   \
    {.name = "dataflow", .kind = KL_KIND_OBJECT, .type = &kl_dataflow_type,                        \
     .doc = "the database, with its registered models"}
#define ALLOW_DROPS                                                                                \
    {.name = "allow_drops", .kind = KL_KIND_BOOL, .fallback = "false",                             \
     .doc = "whether columns, indexes and keys that no model declares go too, in tables that one "  \
            "declares; otherwise they stay as they are"}
#define DRY_RUN                                                                                    \
    {.name = "dry_run", .kind = KL_KIND_BOOL, .fallback = "false",                                 \
     .doc = "undo all at the end: whether it would work. On MySQL, which cannot undo it, only what " \
            "can be known without running it is looked at"}

static const kl_param dataflow_param[] = {DATAFLOW};
static const kl_param generate_params[] = {DATAFLOW, ALLOW_DROPS};
static const kl_param apply_params[] = {
    {.name = "migration", .kind = KL_KIND_OBJECT, .type = &kl_migration_type,
     .doc = "what generate_migration() or Migration.from_json() gave"},
    DATAFLOW,
    DRY_RUN,
};
static const kl_param rollback_params[] = {
    {.name = "version", .kind = KL_KIND_STRING, .doc = "of a migration that was applied"},
    DATAFLOW,
    DRY_RUN,
};

#define WAITS .flags = KL_BLOCKING, .raises = "RuntimeError, DataFlowDatabaseError"

static const kl_method methods[] = {
    {.name = "table_name", .call = get_table_name, .returns = KL_KIND_STRING, .flags = KL_PROPERTY,
     .doc = "the table that says which migrations were applied"},
    {.name = "diff", .call = call_diff, .params = KL_TABLE(generate_params),
     .returns = KL_KIND_MAP, WAITS,
     .doc = "In what the live database differs from the models: {\"changes\": [{\"change\", "
            "\"table\", \"column\", \"detail\"}], \"kept\": [what no model declares]}."},
    {.name = "generate_migration", .call = call_generate, .params = KL_TABLE(generate_params),
     .returns = KL_KIND_OBJECT, .returns_type = &kl_migration_type, WAITS,
     .doc = "The migration that makes the live database what the models say. A new column that must "
            "not be null gets the model's default, else 0, false, an empty text or the like. "
            "RuntimeError when nothing differs, and for what no statements are made for: another "
            "primary key."},
    {.name = "apply", .call = call_apply, .params = KL_TABLE(apply_params),
     .returns = KL_KIND_NONE, WAITS,
     .doc = "Runs the statements and records the migration: all or nothing, one process at a time. "
            "On MySQL, where every statement is kept at once, a migration that ended halfway is "
            "continued by applying it again. RuntimeError when it was applied already."},
    {.name = "rollback", .call = call_rollback, .params = KL_TABLE(rollback_params),
     .returns = KL_KIND_NONE, WAITS,
     .doc = "Runs the statements that undo a migration and forgets it. RuntimeError for a version that "
            "was not applied, and for one whose statements were changed since."},
    {.name = "list_applied", .call = call_list_applied, .params = KL_TABLE(dataflow_param),
     .returns = KL_KIND_ARRAY, .item = KL_KIND_OBJECT, .returns_type = &kl_migration_type, WAITS,
     .doc = "What was applied, by version. RuntimeError when one was changed since."},
    {.name = "status", .call = call_status, .params = KL_TABLE(dataflow_param),
     .returns = KL_KIND_MAP, WAITS,
     .doc = "{\"applied_count\", \"last_applied_version\", \"has_pending\", \"pending_count\"}; pending "
            "is what generate_migration() would change."},
    {.name = "interrupted", .call = call_interrupted, .params = KL_TABLE(dataflow_param),
     .returns = KL_KIND_STRING, .returns_optional = true, WAITS,
     .doc = "The version of a migration that ended halfway and waits to be applied again or rolled "
            "back, or None. Only MySQL can have one."},
};

const kl_type kl_migration_manager_type = {
    .name = "MigrationManager",
    .module = "kailash",
    .doc = "Makes migrations of registered models, applies them and rolls them back.",
    .size = sizeof(kl_object),
    .methods = KL_TABLE(methods),
    .repr = repr,
};
KL_PUBLISH(kl_migration_manager_type);
