/* src/dataflow/migration_sqlite.c - what SQLite cannot alter: the table is made anew and its rows move.
 *
 * The new table gets another name, takes the rows, and is renamed when the old one is gone. Whoever
 * runs it has foreign keys switched off meanwhile and looks at them at the end (migration_run.c).
 * Back leads the text of the old table as it was, so nothing of it is lost.
 */
#include "migration_sql.h"
#include "schema.h"

static kl_value part(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }

/* ---- whether --------------------------------------------------------------------------------- */

static bool is_in_constraint(const kl_change *change)
{
    kl_value indexes = part(change->live_table, "indexes");
    kl_value keys = part(change->live_table, "foreign_keys");
    kl_value name = part(change->live, "name"), columns;
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        columns = part(kl_array_at(indexes, i), "columns");
        if (kl_as_bool(part(kl_array_at(indexes, i), "is_constraint")) &&
            kl_text_equal(kl_as_text(kl_array_at(columns, 0)), kl_as_text(name)))
            return true;
    }
    for (size_t i = 0; i < kl_array_len(keys); i++) {
        columns = part(kl_array_at(keys, i), "columns");
        if (kl_text_equal(kl_as_text(kl_array_at(columns, 0)), kl_as_text(name)))
            return true;
    }
    return false;
}

static bool is_new_column(const kl_change *change)
{
    return !kl_schema_find(part(change->live_table, "columns"), kl_as_text(change->column->name));
}

bool kl_sqlite_needs_rebuild(const kl_changes *changes, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        const kl_change *change = &changes->items[i];
        bool needs = change->kind == KL_CHANGE_ALTER_COLUMN ||
                     change->kind == KL_CHANGE_DROP_REFERENCE ||
                     (change->kind == KL_CHANGE_ADD_REFERENCE && !is_new_column(change)) ||
                     (change->kind == KL_CHANGE_DROP_INDEX &&
                      kl_as_bool(part(change->live, "is_constraint"))) ||
                     (change->kind == KL_CHANGE_DROP_COLUMN && is_in_constraint(change));
        if (needs)
            return true;
    }
    return false;
}

/* ---- the old table ------------------------------------------------------------------------------- */

/* What a table made of a model cannot have: it would be lost. */
static const char *const unknown_words[] = {"check",  "collate", "generated", "as",
                                            "strict", "without", "on",        "deferrable",
                                            "autoincrement"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Behind a comment or something in quotes that begins here; otherwise where it began. */
static const char *pass_over(const char *at)
{
    char end = *at == '[' ? ']' : *at;
    if (at[0] == '-' && at[1] == '-') {
        at += strcspn(at, "\n");
    } else if (at[0] == '/' && at[1] == '*') {
        const char *close = strstr(at + 2, "*/");
        return close ? close + 2 : at + strlen(at);
    } else if (*at == '\'' || *at == '"' || *at == '`' || *at == '[') {
        for (at++; *at && *at != end; at++)
            continue; /* a doubled quote ends one text and begins the next */
        at += *at != '\0';
    }
    return at;
}

/* The first unknown word in the text of a table, or NULL. */
static const char *find_unknown(const char *at)
{
    while (*at) {
        const char *next = pass_over(at);
        size_t len = 0;
        if (next != at) {
            at = next;
            continue;
        }
        while (is_letter(at[len]))
            len++;
        for (size_t i = 0; i < KL_COUNT(unknown_words); i++)
            if (len == strlen(unknown_words[i]) && strncasecmp(at, unknown_words[i], len) == 0)
                return unknown_words[i];
        at += len ? len : 1;
    }
    return NULL;
}

/* Behind "CREATE TABLE name"; NULL when the text is no such. */
static const char *definition_of(const char *text)
{
    static const char begin[] = "CREATE TABLE ";
    if (strncasecmp(text, begin, sizeof begin - 1) != 0)
        return NULL;
    text += sizeof begin - 1;
    const char *behind = pass_over(text);
    while (behind != text && *behind == *text) /* a quote within the name */
        behind = pass_over(behind);
    while (behind == text || is_letter(*behind)) {
        if (!is_letter(*behind))
            return NULL;
        behind++;
    }
    return behind;
}

/* Rows {type, name, sql} of a table and what hangs on it; given. */
static kl_status read_texts(kl_value *out, kl_script *s, kl_text table)
{
    kl_sql_result result;
    kl_sql_request request = KL_SQL_REQUEST_INIT;
    request.text = KL_TEXT("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND "
                           "sql IS NOT NULL ORDER BY type = 'trigger', name");
    KL_TRY(kl_array_new(&request.params, 1, s->error));
    kl_status status = kl_array_push_text(&request.params, table, s->error);
    if (status == KL_OK)
        status = kl_sql_query(&result, s->sql, &request, s->error);
    kl_value_release(request.params);
    KL_TRY(status);
    *out = kl_value_take(&result.rows);
    kl_sql_result_clear(&result);
    return KL_OK;
}

/* ---- rebuilding ------------------------------------------------------------------------------------ */

typedef struct rebuild {
    kl_script *script;
    const kl_changes *changes;
    size_t first, end;
    const kl_table *table;
    kl_value live;  /* map of the table as it is */
    kl_value texts; /* rows of read_texts() */
    const char *definition; /* of the old table, within them */
} rebuild;

static kl_status refuse(const rebuild *r, const char *word)
{
    return kl_error_set(r->script->error, KL_STATE,
                        "migration failed: table \"%.*s\" must be made anew, but it has %s%s%s, which "
                        "models cannot say; write the migration by hand",
                        KL_TEXT_ARG(kl_as_text(r->table->model->table)), word ? "\"" : "another form",
                        word ? word : "", word ? "\"" : "");
}

static const kl_change *find_change(const rebuild *r, kl_change_kind kind, kl_text name)
{
    for (size_t i = r->first; i < r->end; i++) {
        const kl_change *change = &r->changes->items[i];
        if (change->kind == kind &&
            kl_text_equal(name, change->column ? kl_as_text(change->column->name)
                                               : kl_as_text(part(change->live, "name"))))
            return change;
    }
    return NULL;
}

static bool is_dropped(const rebuild *r, kl_text column)
{
    return find_change(r, KL_CHANGE_DROP_COLUMN, column) != NULL;
}

static const kl_column *column_of(const rebuild *r, kl_value list)
{
    if (kl_array_len(list) != 1)
        return NULL;
    return kl_model_column(r->table->model, kl_as_text(kl_array_at(list, 0)));
}

static bool loses_column(const rebuild *r, kl_value columns)
{
    for (size_t i = 0; i < kl_array_len(columns); i++)
        if (is_dropped(r, kl_as_text(kl_array_at(columns, i))))
            return true;
    return false;
}

static void put_new_name(kl_buffer *out, const rebuild *r)
{
    kl_buffer_format(out, "\"_kailash_new_%s\"", kl_as_text(r->table->model->table).data);
}

static void put_name(kl_buffer *out, kl_text name) { kl_put_identifier(out, name, KL_SQL_SQLITE); }

static void put_list(kl_buffer *out, kl_value names)
{
    kl_buffer_byte(out, '(');
    for (size_t i = 0; i < kl_array_len(names); i++) {
        kl_buffer_string(out, i ? ", " : "");
        put_name(out, kl_as_text(kl_array_at(names, i)));
    }
    kl_buffer_byte(out, ')');
}

/* Columns that no model knows stay as they are. */
static void put_kept_columns(kl_buffer *out, const rebuild *r)
{
    kl_value columns = part(r->live, "columns");
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_value column = kl_array_at(columns, i);
        kl_text name = kl_as_text(part(column, "name"));
        kl_text initial = kl_as_text(part(column, "default_value"));
        if (kl_model_column(r->table->model, name) || is_dropped(r, name))
            continue;
        kl_buffer_string(out, ", ");
        put_name(out, name);
        kl_buffer_format(out, " %s", kl_as_text(part(column, "type")).data);
        kl_buffer_string(out, kl_as_bool(part(column, "is_nullable")) ? "" : " NOT NULL");
        if (initial.len)
            kl_buffer_format(out, " DEFAULT %.*s", KL_TEXT_ARG(initial));
    }
}

/* What goes is in the list of changes; what the model says itself stands with its columns. */
static bool is_kept_unique(const rebuild *r, kl_value index)
{
    kl_value columns = part(index, "columns");
    const kl_column *column = column_of(r, columns);
    bool goes = column && find_change(r, KL_CHANGE_DROP_INDEX, kl_as_text(column->name));
    return kl_as_bool(part(index, "is_constraint")) && !goes && !(column && column->is_unique) &&
           !loses_column(r, columns);
}

static bool is_kept_reference(const rebuild *r, kl_value key)
{
    kl_value columns = part(key, "columns");
    const kl_column *column = column_of(r, columns);
    bool goes = column && find_change(r, KL_CHANGE_DROP_REFERENCE, kl_as_text(column->name));
    return !goes && !(column && !kl_is_null(column->references)) && !loses_column(r, columns);
}

static void put_kept_constraints(kl_buffer *out, const rebuild *r)
{
    kl_value indexes = part(r->live, "indexes"), keys = part(r->live, "foreign_keys");
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        if (!is_kept_unique(r, kl_array_at(indexes, i)))
            continue;
        kl_buffer_string(out, ", UNIQUE ");
        put_list(out, part(kl_array_at(indexes, i), "columns"));
    }
    for (size_t i = 0; i < kl_array_len(keys); i++) {
        kl_value key = kl_array_at(keys, i);
        if (!is_kept_reference(r, key))
            continue;
        kl_buffer_string(out, ", FOREIGN KEY ");
        put_list(out, part(key, "columns"));
        kl_buffer_string(out, " REFERENCES ");
        put_name(out, kl_as_text(part(key, "table")));
        put_list(out, part(key, "references"));
    }
}

static kl_status up_create(const rebuild *r)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_buffer_string(&text, "CREATE TABLE ");
    put_new_name(&text, r);
    kl_buffer_string(&text, " (");
    for (size_t i = 0; i < r->table->count; i++) {
        kl_buffer_string(&text, i ? ", " : "");
        kl_put_column(&text, r->table, r->table->columns[i]);
    }
    put_kept_columns(&text, r);
    put_kept_constraints(&text, r);
    kl_buffer_byte(&text, ')');
    return kl_script_up(r->script, &text);
}

/* The value of a column of the model in a row that moves; false when it is left out. */
static kl_status put_moved(bool *given, kl_buffer *out, const rebuild *r, const kl_column *column)
{
    kl_text name = kl_as_text(column->name);
    const kl_change *change = find_change(r, KL_CHANGE_ALTER_COLUMN, name);
    bool is_new = !kl_schema_find(part(r->live, "columns"), name);
    bool fills = change && change->null_differs && !column->is_nullable && column->has_initial;
    *given = !is_new || !column->is_nullable;
    if (is_new)
        return *given ? kl_put_default(out, r->table, column, r->script->error) : KL_OK;
    kl_buffer_string(out, fills ? "coalesce(" : "");
    put_name(out, name);
    if (!fills)
        return KL_OK;
    kl_buffer_string(out, ", ");
    KL_TRY(kl_put_default(out, r->table, column, r->script->error));
    kl_buffer_byte(out, ')');
    return KL_OK;
}

static void put_separator(kl_buffer *out) { kl_buffer_string(out, out->len ? ", " : ""); }

static kl_status finish_move(kl_buffer *text, const rebuild *r, const kl_buffer *names,
                             const kl_buffer *values)
{
    kl_text into = kl_buffer_text(names), from = kl_buffer_text(values);
    kl_buffer_string(text, "INSERT INTO ");
    put_new_name(text, r);
    kl_buffer_format(text, " (%.*s) SELECT %.*s FROM %s", KL_TEXT_ARG(into), KL_TEXT_ARG(from),
                     kl_as_text(r->table->quoted_table).data);
    return names->status != KL_OK ? names->status : values->status;
}

static kl_status up_move(const rebuild *r)
{
    kl_buffer names = KL_BUFFER_INIT, values = KL_BUFFER_INIT, text = KL_BUFFER_INIT;
    kl_value columns = part(r->live, "columns");
    kl_status status;
    for (size_t i = 0; i < r->table->count; i++) {
        kl_buffer value = KL_BUFFER_INIT;
        bool given;
        status = put_moved(&given, &value, r, r->table->columns[i]);
        if (status == KL_OK && given) {
            put_separator(&names);
            put_separator(&values);
            kl_buffer_add(&names, kl_as_text(r->table->quoted[i]));
            kl_buffer_add(&values, kl_buffer_text(&value));
        }
        kl_buffer_free(&value);
        if (status != KL_OK)
            goto out;
    }
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_text name = kl_as_text(part(kl_array_at(columns, i), "name"));
        if (kl_model_column(r->table->model, name) || is_dropped(r, name))
            continue;
        put_separator(&names);
        put_separator(&values);
        put_name(&names, name);
        put_name(&values, name);
    }
    KL_TRY_OUT(finish_move(&text, r, &names, &values));
    status = kl_script_up(r->script, &text);
out:
    kl_buffer_free(&names);
    kl_buffer_free(&values);
    kl_buffer_free(&text);
    return status;
}

/* The old table's columns from the new one; what was dropped gets its default, or nothing. */
static kl_status down_move(kl_value *list, const rebuild *r)
{
    kl_buffer names = KL_BUFFER_INIT, values = KL_BUFFER_INIT, text = KL_BUFFER_INIT;
    kl_value columns = part(r->live, "columns"), statement;
    kl_status status;
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_value column = kl_array_at(columns, i);
        kl_text name = kl_as_text(part(column, "name"));
        bool dropped = is_dropped(r, name);
        if (dropped && kl_as_bool(part(column, "is_nullable")))
            continue;
        put_separator(&names);
        put_separator(&values);
        put_name(&names, name);
        if (dropped)
            kl_put_live_default(&values, column, KL_SQL_SQLITE);
        else
            put_name(&values, name);
    }
    KL_TRY_OUT(finish_move(&text, r, &names, &values));
    KL_TRY_OUT(kl_buffer_finish(&statement, &text, r->script->error));
    status = kl_array_push(list, statement, r->script->error);
out:
    kl_buffer_free(&names);
    kl_buffer_free(&values);
    kl_buffer_free(&text);
    return status;
}

/* ---- what hangs on it ------------------------------------------------------------------------------ */

/* An index of the old table that the new one has too, with its own text. */
static bool is_kept_index(const rebuild *r, kl_value row)
{
    const kl_value *index = kl_schema_find(part(r->live, "indexes"), kl_as_text(part(row, "name")));
    if (!index)
        return true;
    kl_value columns = part(*index, "columns");
    const kl_column *column = column_of(r, columns);
    bool unique = kl_as_bool(part(*index, "is_unique"));
    bool goes = column && find_change(r, KL_CHANGE_DROP_INDEX, kl_as_text(column->name)) &&
                !kl_as_bool(part(*index, "is_partial")) &&
                !(unique ? column->is_unique : column->is_indexed);
    bool inlined = column && unique && column->is_unique && !kl_as_bool(part(*index, "is_partial"));
    return !goes && !inlined && !loses_column(r, columns);
}

static kl_status push_text(kl_value *list, kl_value row, kl_error *error)
{
    return kl_array_push(list, kl_value_retain(part(row, "sql")), error);
}

static kl_status up_indexes(const rebuild *r)
{
    kl_error *error = r->script->error;
    for (size_t i = 0; i < kl_array_len(r->texts); i++) {
        kl_value row = kl_array_at(r->texts, i);
        kl_text type = kl_as_text(part(row, "type"));
        if (kl_text_is(type, "trigger") || (kl_text_is(type, "index") && is_kept_index(r, row)))
            KL_TRY(push_text(&r->script->up, row, error));
    }
    for (size_t i = 0; i < r->table->count; i++) {
        const kl_column *column = r->table->columns[i];
        kl_value statement;
        if (!find_change(r, KL_CHANGE_ADD_INDEX, kl_as_text(column->name)))
            continue;
        KL_TRY(kl_index_ddl(&statement, r->table, column, error));
        KL_TRY(kl_array_push(&r->script->up, statement, error));
    }
    return KL_OK;
}

static kl_status push_swap(kl_value *list, const rebuild *r)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_value statement;
    const char *name = kl_as_text(r->table->quoted_table).data;
    kl_buffer_format(&text, "DROP TABLE %s", name);
    KL_TRY(kl_buffer_finish(&statement, &text, r->script->error));
    KL_TRY(kl_array_push(list, statement, r->script->error));
    kl_buffer_string(&text, "ALTER TABLE ");
    put_new_name(&text, r);
    kl_buffer_format(&text, " RENAME TO %s", name);
    KL_TRY(kl_buffer_finish(&statement, &text, r->script->error));
    return kl_array_push(list, statement, r->script->error);
}

static kl_status back(kl_value *list, const rebuild *r)
{
    kl_error *error = r->script->error;
    kl_buffer text = KL_BUFFER_INIT;
    kl_value statement;
    kl_buffer_string(&text, "CREATE TABLE ");
    put_new_name(&text, r);
    kl_buffer_string(&text, r->definition);
    KL_TRY(kl_buffer_finish(&statement, &text, error));
    KL_TRY(kl_array_push(list, statement, error));
    KL_TRY(down_move(list, r));
    KL_TRY(push_swap(list, r));
    for (size_t i = 0; i < kl_array_len(r->texts); i++)
        if (!kl_text_is(kl_as_text(part(kl_array_at(r->texts, i), "type")), "table"))
            KL_TRY(push_text(list, kl_array_at(r->texts, i), error));
    return KL_OK;
}

static kl_status put_down(const rebuild *r)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, 8, r->script->error));
    kl_status status = back(&list, r);
    for (size_t i = kl_array_len(list); i > 0 && status == KL_OK; i--)
        status = kl_array_push(&r->script->down, kl_value_retain(kl_array_at(list, i - 1)),
                               r->script->error);
    kl_value_release(list);
    return status;
}

static kl_status find_definition(rebuild *r)
{
    for (size_t i = 0; i < kl_array_len(r->texts); i++) {
        kl_value row = kl_array_at(r->texts, i);
        if (!kl_text_is(kl_as_text(part(row, "type")), "table"))
            continue;
        r->definition = definition_of(kl_as_text(part(row, "sql")).data);
        break;
    }
    if (!r->definition)
        return refuse(r, NULL);
    const char *word = find_unknown(r->definition);
    return word ? refuse(r, word) : KL_OK;
}

kl_status kl_sqlite_rebuild(kl_script *script, const kl_changes *changes, size_t first, size_t end)
{
    const kl_change *change = &changes->items[first];
    rebuild r = {script, changes, first, end, change->table, change->live_table, kl_null(), NULL};
    kl_status status;
    KL_TRY(read_texts(&r.texts, script, kl_as_text(change->table->model->table)));
    KL_TRY_OUT(find_definition(&r));
    KL_TRY_OUT(up_create(&r));
    KL_TRY_OUT(up_move(&r));
    KL_TRY_OUT(push_swap(&script->up, &r));
    KL_TRY_OUT(up_indexes(&r));
    status = put_down(&r);
out:
    kl_value_release(r.texts);
    return status;
}
