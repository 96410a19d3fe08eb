/* src/dataflow/migration_sql.c - see migration_sql.h. Columns of another type: migration_alter.c; tables
 * that SQLite must make anew: migration_sqlite.c. */
#include "migration_sql.h"
#include "schema.h"

/* ---- parts of statements ----------------------------------------------------------------------- */

static kl_value part(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

kl_status kl_script_up(kl_script *script, kl_buffer *statement)
{
    kl_value text;
    KL_TRY(kl_buffer_finish(&text, statement, script->error));
    return kl_array_push(&script->up, text, script->error);
}

kl_status kl_script_down(kl_script *script, kl_buffer *statement)
{
    kl_value text;
    KL_TRY(kl_buffer_finish(&text, statement, script->error));
    return kl_array_push(&script->down, text, script->error);
}

void kl_put_alter_table(kl_buffer *out, const kl_table *table)
{
    kl_buffer_format(out, "ALTER TABLE %s ", kl_as_text(table->quoted_table).data);
}

static void put_name(kl_buffer *out, const kl_table *table, kl_text name)
{
    kl_put_identifier(out, name, table->dialect);
}

/* ("a", "b"); `names` is an array of strings. */
static void put_columns(kl_buffer *out, const kl_table *table, kl_value names)
{
    kl_buffer_byte(out, '(');
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_buffer_string(out, i ? ", " : "");
        put_name(out, table, kl_as_text(kl_array_at(names, i)));
    }
    kl_buffer_byte(out, ')');
}

/* idx_<table>_<column> with another word in front; given. */
static kl_status name_with(kl_value *out, const char *word, const kl_change *change,
                           kl_error *error)
{
    kl_value name;
    KL_TRY(kl_index_name(&name, kl_as_text(change->table->model->table),
                         kl_as_text(change->column->name), error));
    kl_status status = kl_string_format(out, error, "%s%s", word, kl_as_text(name).data + 3);
    kl_value_release(name);
    return status;
}

static void put_reference(kl_buffer *out, const kl_change *change)
{
    kl_value references = change->column->references;
    kl_buffer_string(out, " REFERENCES ");
    put_name(out, change->table, kl_as_text(part(references, "table")));
    kl_buffer_byte(out, '(');
    put_name(out, change->table, kl_as_text(part(references, "column")));
    kl_buffer_byte(out, ')');
}

/* ---- new tables and columns -------------------------------------------------------------------- */

static kl_status create_table(kl_script *s, const kl_change *change)
{
    kl_value statements;
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    KL_TRY(kl_table_ddl(&statements, change->table, s->error));
    for (size_t i = 0; i < kl_array_len(statements) && status == KL_OK; i++)
        status = kl_array_push(&s->up, kl_value_retain(kl_array_at(statements, i)), s->error);
    kl_value_release(statements);
    KL_TRY(status);
    kl_buffer_format(&text, "DROP TABLE IF EXISTS %s",
                     kl_as_text(change->table->quoted_table).data);
    return kl_script_down(s, &text);
}

/* MySQL takes a default of an unbounded type, and one that is worked out, in parentheses only. */
static kl_status put_default(kl_buffer *out, const kl_change *change, kl_error *error)
{
    const char *type = kl_column_sql_type(change->table, change->column);
    kl_buffer literal = KL_BUFFER_INIT;
    kl_status status = kl_put_default(&literal, change->table, change->column, error);
    kl_text text = kl_buffer_text(&literal);
    bool as_expression = change->table->dialect == KL_SQL_MYSQL && text.len &&
                         (strcmp(type, "TEXT") == 0 || strcmp(type, "JSON") == 0 ||
                          text.data[0] == 'C');
    kl_buffer_format(out, as_expression ? " DEFAULT (%.*s)" : " DEFAULT %.*s", KL_TEXT_ARG(text));
    if (status == KL_OK && literal.status != KL_OK)
        status = kl_error_no_memory(error);
    kl_buffer_free(&literal);
    return status;
}

static kl_status add_column(kl_script *s, const kl_change *change)
{
    const kl_column *column = change->column;
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    kl_status status;
    kl_put_alter_table(&up, change->table);
    kl_buffer_string(&up, "ADD COLUMN ");
    put_name(&up, change->table, kl_as_text(column->name));
    kl_buffer_format(&up, " %s", kl_column_sql_type(change->table, column));
    if (!column->is_nullable) {
        kl_buffer_string(&up, " NOT NULL");
        KL_TRY_OUT(put_default(&up, change, s->error));
    }
    if (change->table->dialect == KL_SQL_SQLITE && !kl_is_null(column->references))
        put_reference(&up, change);
    kl_put_alter_table(&down, change->table);
    kl_buffer_string(&down, "DROP COLUMN ");
    put_name(&down, change->table, kl_as_text(column->name));
    KL_TRY_OUT(kl_script_up(s, &up));
    return kl_script_down(s, &down);
out:
    kl_buffer_free(&up);
    kl_buffer_free(&down);
    return status;
}

static kl_status drop_column(kl_script *s, const kl_change *change)
{
    kl_text name = kl_as_text(part(change->live, "name"));
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    kl_put_alter_table(&up, change->table);
    kl_buffer_string(&up, "DROP COLUMN ");
    put_name(&up, change->table, name);
    kl_put_alter_table(&down, change->table);
    kl_buffer_string(&down, "ADD COLUMN ");
    put_name(&down, change->table, name);
    kl_buffer_format(&down, " %s", kl_as_text(part(change->live, "type")).data);
    if (!kl_as_bool(part(change->live, "is_nullable"))) {
        kl_buffer_string(&down, " NOT NULL DEFAULT (");
        kl_put_live_default(&down, change->live, change->table->dialect);
        kl_buffer_byte(&down, ')');
    }
    kl_status status = kl_script_up(s, &up);
    if (status == KL_OK)
        return kl_script_down(s, &down);
    kl_buffer_free(&down);
    return status;
}

/* ---- indexes ----------------------------------------------------------------------------------- */

static void put_drop_index(kl_buffer *out, const kl_table *table, kl_text name, bool constraint)
{
    if (table->dialect == KL_SQL_MYSQL) {
        kl_put_alter_table(out, table);
        kl_buffer_string(out, "DROP INDEX ");
    } else if (table->dialect == KL_SQL_POSTGRES && constraint) {
        kl_put_alter_table(out, table);
        kl_buffer_string(out, "DROP CONSTRAINT ");
    } else {
        kl_buffer_string(out, "DROP INDEX ");
    }
    put_name(out, table, name);
}

static void put_make_index(kl_buffer *out, const kl_table *table, kl_text name, kl_value columns,
                           bool unique, bool constraint)
{
    bool alters = table->dialect == KL_SQL_MYSQL ||
                  (table->dialect == KL_SQL_POSTGRES && constraint);
    if (alters)
        kl_put_alter_table(out, table);
    if (table->dialect == KL_SQL_POSTGRES && constraint)
        kl_buffer_string(out, "ADD CONSTRAINT ");
    else
        kl_buffer_format(out, "%s%sINDEX ", alters ? "ADD " : "CREATE ", unique ? "UNIQUE " : "");
    put_name(out, table, name);
    if (table->dialect == KL_SQL_POSTGRES && constraint)
        kl_buffer_string(out, " UNIQUE ");
    else if (alters)
        kl_buffer_byte(out, ' ');
    else
        kl_buffer_format(out, " ON %s ", kl_as_text(table->quoted_table).data);
    put_columns(out, table, columns);
}

static kl_status drop_index(kl_script *s, const kl_change *change)
{
    kl_text name = kl_as_text(part(change->live, "name"));
    bool unique = kl_as_bool(part(change->live, "is_unique"));
    bool constraint = kl_as_bool(part(change->live, "is_constraint"));
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    put_drop_index(&up, change->table, name, constraint);
    put_make_index(&down, change->table, name, part(change->live, "columns"), unique, constraint);
    kl_status status = kl_script_up(s, &up);
    if (status == KL_OK)
        return kl_script_down(s, &down);
    kl_buffer_free(&down);
    return status;
}

/* In one statement, for at no time may the foreign key be without: ", ADD INDEX old (c)" behind what
 * drops the new one, ", DROP INDEX old" behind what adds it. */
static void put_replaced(kl_buffer *up, kl_buffer *down, const kl_change *change)
{
    kl_text name = kl_as_text(part(change->live, "name"));
    if (kl_is_null(change->live))
        return;
    kl_buffer_string(up, ", DROP INDEX ");
    put_name(up, change->table, name);
    kl_buffer_string(down, ", ADD INDEX ");
    put_name(down, change->table, name);
    kl_buffer_byte(down, ' ');
    put_columns(down, change->table, part(change->live, "columns"));
}

static kl_status add_unique(kl_script *s, const kl_change *change)
{
    kl_value name = kl_null(), columns = kl_null();
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY_OUT(name_with(&name, "unq", change, s->error));
    KL_TRY_OUT(kl_array_new(&columns, 1, s->error));
    KL_TRY_OUT(kl_array_push(&columns, kl_value_retain(change->column->name), s->error));
    put_make_index(&up, change->table, kl_as_text(name), columns, true, true);
    put_drop_index(&down, change->table, kl_as_text(name), true);
    put_replaced(&up, &down, change);
    KL_TRY_OUT(kl_script_up(s, &up));
    status = kl_script_down(s, &down);
out:
    kl_buffer_free(&down);
    kl_value_release(columns);
    kl_value_release(name);
    return status;
}

static kl_status put_index_up(kl_buffer *out, const kl_change *change, kl_text name,
                              kl_error *error)
{
    kl_value statement, columns;
    if (kl_is_null(change->live)) {
        KL_TRY(kl_index_ddl(&statement, change->table, change->column, error));
        kl_buffer_add(out, kl_as_text(statement));
        kl_value_release(statement);
        return KL_OK;
    }
    KL_TRY(kl_array_new(&columns, 1, error));
    kl_status status = kl_array_push(&columns, kl_value_retain(change->column->name), error);
    if (status == KL_OK)
        put_make_index(out, change->table, name, columns, false, false);
    kl_value_release(columns);
    return status;
}

static kl_status add_index(kl_script *s, const kl_change *change)
{
    kl_value name;
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    kl_status status;
    KL_TRY(kl_index_name(&name, kl_as_text(change->table->model->table),
                         kl_as_text(change->column->name), s->error));
    KL_TRY_OUT(put_index_up(&up, change, kl_as_text(name), s->error));
    put_drop_index(&down, change->table, kl_as_text(name), false);
    put_replaced(&up, &down, change);
    KL_TRY_OUT(kl_script_up(s, &up));
    status = kl_script_down(s, &down);
out:
    kl_buffer_free(&up);
    kl_buffer_free(&down);
    kl_value_release(name);
    return status;
}

/* ---- foreign keys ------------------------------------------------------------------------------ */

static void put_drop_reference(kl_buffer *out, const kl_table *table, kl_text name)
{
    kl_put_alter_table(out, table);
    kl_buffer_string(out, table->dialect == KL_SQL_MYSQL ? "DROP FOREIGN KEY "
                                                         : "DROP CONSTRAINT ");
    put_name(out, table, name);
}

/* Whether some index begins with the column, so that MySQL makes none for a foreign key. */
static bool has_index(const kl_change *change)
{
    kl_value indexes = part(change->live_table, "indexes");
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        kl_value first = kl_array_at(part(kl_array_at(indexes, i), "columns"), 0);
        if (kl_text_equal(kl_as_text(first), kl_as_text(change->column->name)))
            return true;
    }
    return change->column->is_unique || change->column->is_indexed ||
           change->column->is_primary_key;
}

static kl_status add_reference(kl_script *s, const kl_change *change)
{
    kl_value name;
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    KL_TRY(name_with(&name, "fk", change, s->error));
    kl_put_alter_table(&up, change->table);
    kl_buffer_string(&up, "ADD CONSTRAINT ");
    put_name(&up, change->table, kl_as_text(name));
    kl_buffer_string(&up, " FOREIGN KEY (");
    put_name(&up, change->table, kl_as_text(change->column->name));
    kl_buffer_byte(&up, ')');
    put_reference(&up, change);
    put_drop_reference(&down, change->table, kl_as_text(name));
    if (change->table->dialect == KL_SQL_MYSQL && !has_index(change)) {
        kl_buffer_string(&down, ", DROP INDEX ");
        put_name(&down, change->table, kl_as_text(name));
    }
    kl_value_release(name);
    kl_status status = kl_script_up(s, &up);
    if (status == KL_OK)
        return kl_script_down(s, &down);
    kl_buffer_free(&down);
    return status;
}

static void put_rule(kl_buffer *out, const char *on, kl_value rule)
{
    kl_text word = kl_as_text(rule);
    if (word.len && !kl_text_is(word, "NO ACTION") && !kl_text_is(word, "RESTRICT"))
        kl_buffer_format(out, " ON %s %.*s", on, KL_TEXT_ARG(word));
}

static kl_status drop_reference(kl_script *s, const kl_change *change)
{
    kl_text name = kl_as_text(part(change->live, "name"));
    kl_buffer up = KL_BUFFER_INIT, down = KL_BUFFER_INIT;
    put_drop_reference(&up, change->table, name);
    kl_put_alter_table(&down, change->table);
    kl_buffer_string(&down, "ADD CONSTRAINT ");
    put_name(&down, change->table, name);
    kl_buffer_string(&down, " FOREIGN KEY ");
    put_columns(&down, change->table, part(change->live, "columns"));
    kl_buffer_string(&down, " REFERENCES ");
    put_name(&down, change->table, kl_as_text(part(change->live, "table")));
    kl_buffer_byte(&down, ' ');
    put_columns(&down, change->table, part(change->live, "references"));
    put_rule(&down, "DELETE", part(change->live, "on_delete"));
    put_rule(&down, "UPDATE", part(change->live, "on_update"));
    kl_status status = kl_script_up(s, &up);
    if (status == KL_OK)
        return kl_script_down(s, &down);
    kl_buffer_free(&down);
    return status;
}

/* ---- all of them ------------------------------------------------------------------------------- */

/* What a new column has in SQLite from the start. */
static bool is_inline(const kl_change *change)
{
    return change->kind == KL_CHANGE_ADD_REFERENCE && change->table->dialect == KL_SQL_SQLITE;
}

static kl_status put_change(kl_script *s, const kl_change *change)
{
    switch (change->kind) {
    case KL_CHANGE_CREATE_TABLE:
        return create_table(s, change);
    case KL_CHANGE_ADD_COLUMN:
        return add_column(s, change);
    case KL_CHANGE_ALTER_COLUMN:
        return kl_script_alter_column(s, change);
    case KL_CHANGE_DROP_COLUMN:
        return drop_column(s, change);
    case KL_CHANGE_ADD_INDEX:
        return add_index(s, change);
    case KL_CHANGE_DROP_INDEX:
        return drop_index(s, change);
    case KL_CHANGE_ADD_UNIQUE:
        return add_unique(s, change);
    case KL_CHANGE_ADD_REFERENCE:
        return is_inline(change) ? KL_OK : add_reference(s, change);
    case KL_CHANGE_DROP_REFERENCE:
        return drop_reference(s, change);
    }
    return KL_OK;
}

/* Behind the changes of the table that begins at `first`. */
static size_t end_of(const kl_changes *changes, size_t first)
{
    size_t end = first + 1;
    while (end < changes->count && changes->items[end].table == changes->items[first].table)
        end++;
    return end;
}

static kl_status put_of_kind(kl_script *s, const kl_changes *changes, kl_change_kind kind)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->items[i].kind == kind)
            KL_TRY(put_change(s, &changes->items[i]));
    return KL_OK;
}

/* Whether a new table's foreign keys lead to tables that are still to be made. */
static bool must_wait(const kl_changes *changes, const bool *done, size_t index)
{
    const kl_table *table = changes->items[index].table;
    for (size_t i = 0; i < table->count; i++) {
        kl_text target = kl_as_text(part(table->columns[i]->references, "table"));
        for (size_t k = 0; k < changes->count && target.len; k++)
            if (k != index && !done[k] && changes->items[k].kind == KL_CHANGE_CREATE_TABLE &&
                kl_text_equal(kl_as_text(changes->items[k].table->model->table), target))
                return true;
    }
    return false;
}

/* New tables, those that others lead to first. A circle of them is tried in the order given. */
static kl_status put_new_tables(kl_script *s, const kl_changes *changes)
{
    bool *done = kl_alloc_zero(changes->count + 1, sizeof *done);
    bool patient = true, progress = true;
    kl_status status = done ? KL_OK : kl_error_no_memory(s->error);
    while (status == KL_OK && (progress || patient)) {
        patient = progress;
        progress = false;
        for (size_t i = 0; i < changes->count && status == KL_OK; i++) {
            if (changes->items[i].kind != KL_CHANGE_CREATE_TABLE || done[i] ||
                (patient && must_wait(changes, done, i)))
                continue;
            status = put_change(s, &changes->items[i]);
            done[i] = progress = true;
        }
    }
    kl_free(done);
    return status;
}

static kl_status put_altered(kl_script *s, const kl_changes *changes, bool is_sqlite)
{
    for (size_t first = 0, end; first < changes->count; first = end) {
        end = end_of(changes, first);
        if (is_sqlite && kl_sqlite_needs_rebuild(changes, first, end)) {
            KL_TRY(kl_sqlite_rebuild(s, changes, first, end));
            continue;
        }
        for (size_t i = first; i < end; i++) {
            kl_change_kind kind = changes->items[i].kind;
            if (kind != KL_CHANGE_CREATE_TABLE && kind != KL_CHANGE_DROP_REFERENCE &&
                kind != KL_CHANGE_ADD_REFERENCE)
                KL_TRY(put_change(s, &changes->items[i]));
        }
    }
    return KL_OK;
}

/* Whether a new table may need a unique column that an old one is to have. */
static bool needs_old_first(const kl_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->items[i].kind == KL_CHANGE_ADD_UNIQUE)
            return true;
    return false;
}

static kl_status put_all(kl_script *s, const kl_changes *changes)
{
    bool is_sqlite = kl_sql_dialect_of(s->sql) == KL_SQL_SQLITE;
    bool old_first = needs_old_first(changes);
    if (!is_sqlite)
        KL_TRY(put_of_kind(s, changes, KL_CHANGE_DROP_REFERENCE));
    if (!old_first)
        KL_TRY(put_new_tables(s, changes));
    KL_TRY(put_altered(s, changes, is_sqlite));
    if (old_first)
        KL_TRY(put_new_tables(s, changes));
    return is_sqlite ? KL_OK : put_of_kind(s, changes, KL_CHANGE_ADD_REFERENCE);
}

static kl_status reverse(kl_value *out, kl_value list, kl_error *error)
{
    kl_value reversed;
    kl_status status = KL_OK;
    KL_TRY(kl_array_new(&reversed, kl_array_len(list), error));
    for (size_t i = kl_array_len(list); i > 0 && status == KL_OK; i--)
        status = kl_array_push(&reversed, kl_value_retain(kl_array_at(list, i - 1)), error);
    if (status == KL_OK)
        *out = reversed;
    else
        kl_value_release(reversed);
    return status;
}

kl_status kl_migration_sql(kl_value *up, kl_value *down, const kl_changes *changes, kl_sql *sql,
                           kl_error *error)
{
    kl_script script = {kl_null(), kl_null(), sql, error};
    kl_value reversed = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_array_new(&script.up, changes->count, error));
    KL_TRY_OUT(kl_array_new(&script.down, changes->count, error));
    KL_TRY_OUT(put_all(&script, changes));
    KL_TRY_OUT(reverse(&reversed, script.down, error));
    *up = kl_value_take(&script.up);
    *down = reversed;
out:
    kl_value_release(script.up);
    kl_value_release(script.down);
    return status;
}
