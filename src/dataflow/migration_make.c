/* src/dataflow/migration_make.c - migrations made of what differs: their names and statements. */
#include "migration_log.h"
#include "migration_sql.h"

#include <stdio.h>

/* Longest tail of a version: what it does. */
enum { SLUG_MAX = 60 };

/* ---- what changes are called --------------------------------------------------------------------- */

/* By kl_change_kind. */
static const struct {
    const char *slug, *words;
} names[] = {
    [KL_CHANGE_CREATE_TABLE] = {"create", "new table"},
    [KL_CHANGE_ADD_COLUMN] = {"add", "new column"},
    [KL_CHANGE_ALTER_COLUMN] = {"alter", "modified column"},
    [KL_CHANGE_DROP_COLUMN] = {"drop", "dropped column"},
    [KL_CHANGE_ADD_INDEX] = {"index", "new index"},
    [KL_CHANGE_DROP_INDEX] = {"unindex", "dropped index"},
    [KL_CHANGE_ADD_UNIQUE] = {"unique", "new unique index"},
    [KL_CHANGE_ADD_REFERENCE] = {"reference", "new foreign key"},
    [KL_CHANGE_DROP_REFERENCE] = {"unreference", "dropped foreign key"},
};

static kl_value part(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

static kl_text table_of(const kl_change *change)
{
    return kl_as_text(change->table->model->table);
}

/* The column it is about: of an index or a foreign key, its first; empty for a table. */
static kl_text column_of(const kl_change *change)
{
    if (change->column)
        return kl_as_text(change->column->name);
    if (change->kind == KL_CHANGE_DROP_COLUMN)
        return kl_as_text(part(change->live, "name"));
    return kl_as_text(kl_array_at(part(change->live, "columns"), 0));
}

/* ---- versions ------------------------------------------------------------------------------------ */

static void put_slug_of(kl_buffer *out, const kl_change *change)
{
    kl_text column = column_of(change);
    size_t before = out->len;
    kl_buffer_format(out, "%s%s_", out->len ? "_and_" : "", names[change->kind].slug);
    if (column.len)
        kl_buffer_format(out, "%.*s_", KL_TEXT_ARG(column));
    kl_buffer_add(out, table_of(change));
    if (out->len > SLUG_MAX && out->status == KL_OK)
        out->len = before ? before : SLUG_MAX;
}

/* New tables first; what is too much for the name is left out. */
static void put_slug(kl_buffer *out, const kl_changes *changes)
{
    for (int creates = 1; creates >= 0; creates--) {
        for (size_t i = 0; i < changes->count; i++) {
            const kl_change *change = &changes->items[i];
            size_t before = out->len;
            if (change->is_part || (change->kind == KL_CHANGE_CREATE_TABLE) != creates)
                continue;
            put_slug_of(out, change);
            if (out->len == before || out->len == SLUG_MAX)
                return;
        }
    }
}

/* Seconds since 1970 of a version that begins with a time, else 0. */
static int64_t second_of(kl_text version)
{
    kl_date date = {0};
    kl_time time;
    char text[32];
    snprintf(text, sizeof text, "%.*s", (int)KL_MIN(version.len, (size_t)15), version.data);
    if (strlen(text) != 15 || text[8] != '_' || strspn(text, "0123456789_") != 15 ||
        sscanf(text, "%4d%2d%2d_%2d%2d%2d", &date.year, &date.month, &date.day, &date.hour,
               &date.minute, &date.second) != 6 ||
        kl_time_join(&time, &date, NULL) != KL_OK)
        return 0;
    return time / KL_SECOND;
}

/* Now, but later than `least` and than any that was given before. */
static int64_t take_second(int64_t least)
{
    static int64_t last; /* atomic */
    int64_t before = __atomic_load_n(&last, __ATOMIC_RELAXED), second;
    do
        second = KL_MAX(kl_time_now() / KL_SECOND, KL_MAX(before, least) + 1);
    while (!__atomic_compare_exchange_n(&last, &before, second, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED));
    return second;
}

static kl_status make_version(kl_value *out, const kl_changes *changes, int64_t least,
                              kl_error *error)
{
    kl_buffer slug = KL_BUFFER_INIT;
    kl_date date = kl_time_split(take_second(least) * KL_SECOND);
    put_slug(&slug, changes);
    kl_status status = slug.status != KL_OK
                           ? kl_error_no_memory(error)
                           : kl_string_format(out, error, "%04d%02d%02d_%02d%02d%02d_%.*s",
                                              date.year, date.month, date.day, date.hour,
                                              date.minute, date.second,
                                              KL_TEXT_ARG(kl_buffer_text(&slug)));
    kl_buffer_free(&slug);
    return status;
}

/* "1 new table(s), 2 new column(s)" */
static kl_status describe(kl_value *out, const kl_changes *changes, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t kind = 0; kind < KL_COUNT(names); kind++) {
        size_t count = 0;
        for (size_t i = 0; i < changes->count; i++)
            count += !changes->items[i].is_part && changes->items[i].kind == kind;
        if (count)
            kl_buffer_format(&text, "%s%zu %s(s)", text.len ? ", " : "", count, names[kind].words);
    }
    return kl_buffer_finish(out, &text, error);
}

/* ---- comparing ----------------------------------------------------------------------------------- */

static kl_status compare(kl_changes *out, kl_data_session *session, bool allow_drops,
                         kl_error *error)
{
    kl_value tables;
    KL_TRY(kl_dataflow_tables(&tables, session->dataflow, error));
    kl_status status = kl_schema_diff(out, session->sql, tables, allow_drops, error);
    kl_value_release(tables);
    return status;
}

/* Refusals of ours are no errors of the database. */
static kl_status explain(const kl_data_session *session, kl_status status, kl_error *error)
{
    if (status == KL_OK)
        return KL_OK;
    if (status == KL_STATE)
        return kl_error_prefix(error, "%s failed: ", session->method), status;
    return kl_data_session_error(session, status, error);
}

/* What a change is about, in words: "text, not null"; given. */
static kl_status detail_of(kl_value *out, const kl_change *change, kl_error *error)
{
    const kl_column *column = change->column;
    if (change->kind == KL_CHANGE_ADD_COLUMN)
        return kl_string_format(out, error, "%s%s", kl_column_sql_type(change->table, column),
                                column->is_nullable ? "" : " NOT NULL");
    if (change->kind == KL_CHANGE_ALTER_COLUMN)
        return kl_string_format(out, error, "%s%s -> %s%s",
                                kl_as_text(part(change->live, "type")).data,
                                kl_as_bool(part(change->live, "is_nullable")) ? "" : " NOT NULL",
                                kl_column_sql_type(change->table, column),
                                column->is_nullable ? "" : " NOT NULL");
    if (change->kind == KL_CHANGE_ADD_REFERENCE)
        return kl_string_format(out, error, "%s(%s)",
                                kl_as_text(part(column->references, "table")).data,
                                kl_as_text(part(column->references, "column")).data);
    kl_value name = part(change->live, "name");
    if (kl_is(name, KL_KIND_STRING) &&
        (change->kind == KL_CHANGE_DROP_INDEX || change->kind == KL_CHANGE_DROP_REFERENCE))
        *out = kl_value_retain(name);
    else
        *out = kl_null();
    return KL_OK;
}

static kl_status push_change(kl_value *list, const kl_change *change, kl_error *error)
{
    kl_value map, detail;
    kl_text column = column_of(change);
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("change"), kl_text_from(names[change->kind].words),
                               error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("table"), table_of(change), error));
    if (column.len)
        KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("column"), column, error));
    else
        KL_TRY_OUT(kl_map_set(&map, KL_TEXT("column"), kl_null(), error));
    KL_TRY_OUT(detail_of(&detail, change, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("detail"), detail, error));
    return kl_array_push(list, map, error);
out:
    kl_value_release(map);
    return status;
}

static kl_status tell(kl_value *out, const kl_changes *changes, kl_error *error)
{
    kl_value map = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_array_new(&list, changes->count, error));
    for (size_t i = 0; i < changes->count; i++)
        if (!changes->items[i].is_part)
            KL_TRY_OUT(push_change(&list, &changes->items[i], error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("changes"), kl_value_take(&list), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("kept"), kl_value_retain(changes->kept), error));
    *out = kl_value_take(&map);
out:
    kl_value_release(list);
    kl_value_release(map);
    return status;
}

kl_status kl_migration_diff(kl_value *out, kl_dataflow *dataflow, bool allow_drops,
                            kl_error *error)
{
    kl_data_session session;
    kl_changes changes = {0};
    KL_TRY(kl_data_session_begin(&session, dataflow, "diff", error));
    kl_status status = explain(&session, compare(&changes, &session, allow_drops, error), error);
    kl_data_session_end(&session);
    if (status == KL_OK)
        status = tell(out, &changes, error);
    kl_changes_clear(&changes);
    return status;
}

/* ---- generating ---------------------------------------------------------------------------------- */

static kl_status make(kl_migration **out, const kl_changes *changes, kl_sql *sql, int64_t least,
                      kl_error *error)
{
    kl_object *object;
    kl_status status;
    KL_TRY(kl_object_alloc(&object, &kl_migration_type, error));
    kl_migration *made = (kl_migration *)object;
    KL_TRY_OUT(kl_migration_sql(&made->up_sql, &made->down_sql, changes, sql, error));
    KL_TRY_OUT(make_version(&made->version, changes, least, error));
    KL_TRY_OUT(describe(&made->description, changes, error));
    KL_TRY_OUT(kl_migration_checksum(&made->checksum, made->up_sql, error));
    *out = made;
    return KL_OK;
out:
    kl_object_release(object);
    return status;
}

/* The latest second that a version of this database has. */
static kl_status last_second(int64_t *out, kl_data_session *session, kl_text after,
                             kl_error *error)
{
    kl_value applied;
    KL_TRY(kl_migration_log_read(&applied, session, error));
    int64_t latest = second_of(after);
    for (size_t i = 0; i < kl_array_len(applied); i++) {
        const kl_migration *one = (const kl_migration *)kl_array_at(applied, i).as.object;
        latest = KL_MAX(latest, second_of(kl_as_text(one->version)));
    }
    kl_value_release(applied);
    *out = latest;
    return KL_OK;
}

static kl_status generate(kl_migration **out, kl_data_session *session, const kl_changes *changes,
                          kl_text after, kl_error *error)
{
    int64_t least;
    if (!changes->count)
        return kl_error_set(error, KL_FAILED,
                            "%s failed: migration failed: no schema differences found — nothing to "
                            "migrate",
                            session->method);
    KL_TRY(last_second(&least, session, after, error));
    return explain(session, make(out, changes, session->sql, least, error), error);
}

kl_status kl_migration_generate(kl_migration **out, kl_dataflow *dataflow, bool allow_drops,
                                kl_text after, kl_error *error)
{
    kl_data_session session;
    kl_changes changes = {0};
    KL_TRY(kl_data_session_begin(&session, dataflow, "generate_migration", error));
    kl_status status = explain(&session, compare(&changes, &session, allow_drops, error), error);
    if (status == KL_OK)
        status = generate(out, &session, &changes, after, error);
    kl_data_session_end(&session);
    kl_changes_clear(&changes);
    return status;
}

/* ---- status -------------------------------------------------------------------------------------- */

static kl_status put_status(kl_value *out, kl_value applied, size_t pending, kl_error *error)
{
    kl_value map, last = kl_null();
    size_t count = kl_array_len(applied);
    kl_status status;
    if (count)
        last = ((const kl_migration *)kl_array_at(applied, count - 1).as.object)->version;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("applied_count"), kl_int((int64_t)count), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("last_applied_version"), kl_value_retain(last), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("has_pending"), kl_bool(pending > 0), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("pending_count"), kl_int((int64_t)pending), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

kl_status kl_migration_status(kl_value *out, kl_dataflow *dataflow, kl_error *error)
{
    kl_data_session session;
    kl_changes changes = {0};
    kl_value applied = kl_null();
    KL_TRY(kl_data_session_begin(&session, dataflow, "migration status", error));
    kl_status status = kl_migration_log_read(&applied, &session, error);
    if (status == KL_OK)
        status = explain(&session, compare(&changes, &session, false, error), error);
    if (status == KL_OK)
        status = put_status(out, applied, kl_changes_count(&changes), error);
    kl_data_session_end(&session);
    kl_changes_clear(&changes);
    kl_value_release(applied);
    return status;
}
