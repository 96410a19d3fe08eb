/* src/dataflow/schema_diff.c - see schema_diff.h. */
#include "schema_diff.h"
#include "schema.h"

/* ---- the list ---------------------------------------------------------------------------------- */

/* What is looked at: one table, live and as it should be. */
typedef struct comparison {
    kl_changes *changes;
    const kl_table *table;
    kl_value live;
    bool allow_drops;
    kl_error *error;
} comparison;

static kl_value part(kl_value map, const char *name) { return kl_map_get(map, kl_text_from(name)); }
static kl_text name_of(kl_value map) { return kl_as_text(part(map, "name")); }

static kl_status add(comparison *c, kl_change change)
{
    kl_changes *list = c->changes;
    if (list->count == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 16;
        kl_change *items = kl_realloc(list->items, cap * sizeof *items);
        if (!items)
            return kl_error_no_memory(c->error);
        list->items = items;
        list->cap = cap;
    }
    change.table = c->table;
    change.live_table = c->live;
    list->items[list->count++] = change;
    return KL_OK;
}

static kl_status keep(comparison *c, const char *what, kl_text name)
{
    kl_value text;
    KL_TRY(kl_string_format(&text, c->error, "%s %.*s.%.*s", what,
                            KL_TEXT_ARG(kl_as_text(c->table->model->table)), KL_TEXT_ARG(name)));
    return kl_array_push(&c->changes->kept, text, c->error);
}

void kl_changes_clear(kl_changes *changes)
{
    kl_free(changes->items);
    kl_value_release(changes->tables);
    kl_value_release(changes->live);
    kl_value_release(changes->kept);
    *changes = (kl_changes){0};
}

size_t kl_changes_count(const kl_changes *changes)
{
    size_t count = 0;
    for (size_t i = 0; i < changes->count; i++)
        count += !changes->items[i].is_part;
    return count;
}

/* ---- what covers a column ---------------------------------------------------------------------- */

/* Whether an index or a foreign key is of this column alone. */
static bool is_of(kl_value live, kl_text column)
{
    kl_value columns = part(live, "columns");
    return kl_array_len(columns) == 1 && kl_text_equal(kl_as_text(kl_array_at(columns, 0)), column);
}

static bool has_part(kl_value live, kl_text column)
{
    kl_value columns = part(live, "columns");
    for (size_t i = 0; i < kl_array_len(columns); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(columns, i)), column))
            return true;
    return false;
}

/* An index that a model can declare: of one column, and of all rows. */
static bool is_plain_index(kl_value index, kl_text column, bool unique)
{
    return is_of(index, column) && kl_as_bool(part(index, "is_unique")) == unique &&
           !kl_as_bool(part(index, "is_partial"));
}

static const kl_value *find_index(kl_value table, kl_text column, bool unique)
{
    kl_value indexes = part(table, "indexes");
    for (size_t i = 0; i < kl_array_len(indexes); i++)
        if (is_plain_index(kl_array_at(indexes, i), column, unique))
            return &kl_array_items(indexes)[i];
    return NULL;
}

static const kl_value *find_reference(kl_value table, kl_text column)
{
    kl_value keys = part(table, "foreign_keys");
    for (size_t i = 0; i < kl_array_len(keys); i++)
        if (is_of(kl_array_at(keys, i), column))
            return &kl_array_items(keys)[i];
    return NULL;
}

/* The index that MySQL has made for a foreign key goes silently when another can do for it; so it never
 * stands for one that a model declares. It has the name of the key, if that was given one, else of the
 * column; a unique one of that name was declared. */
static bool is_implicit(const comparison *c, kl_value index)
{
    kl_text column = kl_as_text(kl_array_at(part(index, "columns"), 0));
    if (c->table->dialect != KL_SQL_MYSQL || kl_as_bool(part(index, "is_unique")) ||
        !find_reference(c->live, column))
        return false;
    return kl_text_equal(name_of(index), column) ||
           kl_schema_find(part(c->live, "foreign_keys"), name_of(index)) != NULL;
}

static const kl_value *find_implicit(const comparison *c, kl_text column)
{
    kl_value indexes = part(c->live, "indexes");
    for (size_t i = 0; i < kl_array_len(indexes); i++)
        if (is_plain_index(kl_array_at(indexes, i), column, false) &&
            is_implicit(c, kl_array_at(indexes, i)))
            return &kl_array_items(indexes)[i];
    return NULL;
}

static bool lacks_unique(const comparison *c, const kl_column *column)
{
    return column->is_unique && !column->is_primary_key &&
           !find_index(c->live, kl_as_text(column->name), true);
}

static bool lacks_index(const comparison *c, const kl_column *column)
{
    kl_text name = kl_as_text(column->name);
    const kl_value *found = find_index(c->live, name, false);
    return column->is_indexed && (!found || is_implicit(c, *found));
}

static bool leads_where(const kl_column *column, kl_value key)
{
    kl_text table = kl_as_text(part(column->references, "table"));
    kl_text target = kl_as_text(part(column->references, "column"));
    return kl_text_equal(kl_as_text(part(key, "table")), table) &&
           kl_text_equal(kl_as_text(kl_array_at(part(key, "references"), 0)), target);
}

/* ---- types ------------------------------------------------------------------------------------- */

static kl_text lower(char out[64], kl_text text)
{
    size_t len = KL_MIN(text.len, (size_t)64);
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32
                                                                   : text.data[i]);
    return (kl_text){out, len};
}

/* Other names of a type, in lower case; in SQLite what occurs in them, for its types are by affinity. */
static const struct {
    kl_sql_dialect dialect;
    const char *wanted, *names; /* parted by '|' */
} synonyms[] = {
    {KL_SQL_SQLITE, "INTEGER", "int|bool"},
    {KL_SQL_SQLITE, "REAL", "real|floa|doub"},
    {KL_SQL_SQLITE, "TEXT", "char|clob|text|date|time|json|uuid"},
    {KL_SQL_POSTGRES, "BIGINT", "bigint"},
    {KL_SQL_POSTGRES, "BIGSERIAL", "bigint|integer|smallint"},
    {KL_SQL_POSTGRES, "DOUBLE PRECISION", "double precision"},
    {KL_SQL_POSTGRES, "TEXT", "text|character varying"},
    {KL_SQL_POSTGRES, "BOOLEAN", "boolean"},
    {KL_SQL_POSTGRES, "TIMESTAMPTZ", "timestamp with time zone"},
    {KL_SQL_POSTGRES, "JSONB", "jsonb"},
    {KL_SQL_POSTGRES, "UUID", "uuid"},
    {KL_SQL_MYSQL, "BIGINT", "bigint|bigint(20)"},
    {KL_SQL_MYSQL, "DOUBLE", "double"},
    {KL_SQL_MYSQL, "TEXT", "text|mediumtext|longtext"},
    {KL_SQL_MYSQL, "VARCHAR(255)", "varchar(255)"},
    {KL_SQL_MYSQL, "TINYINT(1)", "tinyint(1)"},
    {KL_SQL_MYSQL, "DATETIME(6)", "datetime(6)"},
    {KL_SQL_MYSQL, "JSON", "json"},
    {KL_SQL_MYSQL, "CHAR(36)", "char(36)"},
};

static bool is_among(kl_text word, const char *list, bool within)
{
    while (*list) {
        size_t len = strcspn(list, "|");
        if (within ? word.len && memmem(word.data, word.len, list, len) != NULL
                   : kl_text_equal(word, (kl_text){list, len}))
            return true;
        list += len + (list[len] == '|');
    }
    return false;
}

bool kl_schema_type_is(kl_text live, const char *wanted, kl_sql_dialect dialect)
{
    char room[64];
    kl_text name = lower(room, live);
    for (size_t i = 0; i < KL_COUNT(synonyms); i++)
        if (synonyms[i].dialect == dialect && strcmp(synonyms[i].wanted, wanted) == 0)
            return is_among(name, synonyms[i].names, dialect == KL_SQL_SQLITE);
    return false;
}

/* A text that an index covers cannot become unbounded while the index stays. */
static bool stays_bounded(const comparison *c, const kl_column *column, kl_text live)
{
    kl_text name = kl_as_text(column->name);
    kl_value indexes = part(c->live, "indexes");
    if (c->table->dialect != KL_SQL_MYSQL || live.len < 7 || memcmp(live.data, "varchar", 7) != 0)
        return false;
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        kl_value index = kl_array_at(indexes, i);
        bool goes = c->allow_drops && is_of(index, name) && !kl_as_bool(part(index, "is_partial"));
        if (has_part(index, name) && !goes)
            return true;
    }
    return find_reference(c->live, name) && !c->allow_drops;
}

static bool is_type_right(const comparison *c, const kl_column *column, kl_value live)
{
    kl_text type = kl_as_text(part(live, "type"));
    const char *wanted = kl_column_sql_type(c->table, column);
    return kl_schema_type_is(type, wanted, c->table->dialect) ||
           (strcmp(wanted, "TEXT") == 0 && stays_bounded(c, column, type));
}

/* ---- primary keys ------------------------------------------------------------------------------ */

static kl_status refuse_key(comparison *c, const char *why)
{
    return kl_error_set(c->error, KL_STATE,
                        "migration failed: table \"%.*s\": %s; no statements are made for that, "
                        "write the migration by hand",
                        KL_TEXT_ARG(kl_as_text(c->table->model->table)), why);
}

/* Integers of any width may be keys of integer models, texts of any kind those of others. */
static bool is_key_type_right(const kl_column *key, kl_text live)
{
    char room[64];
    kl_text type = lower(room, live);
    bool is_integer = type.len && memmem(type.data, type.len, "int", 3) != NULL;
    return is_integer == (key->kind == KL_COLUMN_INTEGER);
}

static kl_status check_key(comparison *c)
{
    const kl_column *key = c->table->columns[c->table->key];
    kl_value columns = part(c->live, "columns");
    const kl_value *live = kl_schema_find(columns, kl_as_text(key->name));
    size_t keys = 0;
    for (size_t i = 0; i < kl_array_len(columns); i++)
        keys += kl_as_bool(part(kl_array_at(columns, i), "is_primary_key"));
    if (!live || !kl_as_bool(part(*live, "is_primary_key")) || keys != 1)
        return refuse_key(c, "the primary key is another column than in the model");
    if (!is_key_type_right(key, kl_as_text(part(*live, "type"))))
        return refuse_key(c, "the primary key has another type than in the model");
    return KL_OK;
}

/* ---- what goes --------------------------------------------------------------------------------- */

static kl_status compare_extra_reference(comparison *c, kl_value key)
{
    kl_value columns = part(key, "columns");
    const kl_column *column = kl_model_column(c->table->model, kl_as_text(kl_array_at(columns, 0)));
    if (kl_array_len(columns) != 1 || !column)
        return KL_OK; /* of a column that is dropped, or none that a model could declare */
    const kl_value *live = kl_schema_find(part(c->live, "columns"), kl_as_text(column->name));
    bool wanted = !kl_is_null(column->references);
    bool moves = wanted && !leads_where(column, key);
    bool retyped = live && !column->is_primary_key && !is_type_right(c, column, *live);
    if (!moves && !retyped && (wanted || !c->allow_drops))
        return wanted ? KL_OK : keep(c, "foreign key of", kl_as_text(column->name));
    return add(c, (kl_change){.kind = KL_CHANGE_DROP_REFERENCE, .column = column, .live = key,
                              .is_part = retyped && !moves && wanted});
}

/* MySQL needs an index for every foreign key, and makes it if there is none. */
static bool is_needed(const comparison *c, const kl_column *column, kl_value index)
{
    bool unique = kl_as_bool(part(index, "is_unique"));
    bool references = !kl_is_null(column->references) ||
                      (!c->allow_drops && find_reference(c->live, kl_as_text(column->name)));
    return (unique ? column->is_unique || column->is_primary_key : column->is_indexed) ||
           (!unique && references && !column->is_unique && c->table->dialect == KL_SQL_MYSQL);
}

/* Such an index cannot go before the unique one is there that a foreign key can use as well. */
static bool goes_late(const comparison *c, const kl_column *column)
{
    return c->table->dialect == KL_SQL_MYSQL && !kl_is_null(column->references) &&
           column->is_unique && !find_index(c->live, kl_as_text(column->name), true);
}

static kl_status compare_extra_index(comparison *c, kl_value index, bool late)
{
    kl_value columns = part(index, "columns");
    const kl_column *column = kl_model_column(c->table->model, kl_as_text(kl_array_at(columns, 0)));
    if (kl_array_len(columns) != 1 || !column || kl_as_bool(part(index, "is_partial")) ||
        is_needed(c, column, index) || goes_late(c, column) != late)
        return KL_OK;
    if (is_implicit(c, index) && (lacks_unique(c, column) || lacks_index(c, column)))
        return KL_OK; /* goes when the other comes */
    if (!c->allow_drops)
        return keep(c, kl_as_bool(part(index, "is_unique")) ? "unique index of" : "index of",
                    kl_as_text(column->name));
    return add(c, (kl_change){.kind = KL_CHANGE_DROP_INDEX, .column = column, .live = index});
}

static kl_status refuse_drop(comparison *c, kl_text column, kl_text what)
{
    return kl_error_set(c->error, KL_STATE,
                        "migration failed: column \"%.*s\" of table \"%.*s\" cannot be dropped: "
                        "\"%.*s\" covers it; drop that by hand first",
                        KL_TEXT_ARG(column), KL_TEXT_ARG(kl_as_text(c->table->model->table)),
                        KL_TEXT_ARG(what));
}

static bool is_plain_list(kl_value columns)
{
    for (size_t i = 0; i < kl_array_len(columns); i++)
        if (!kl_is(kl_array_at(columns, i), KL_KIND_STRING))
            return false;
    return true;
}

/* A column goes after all that covers it. */
static kl_status drop_column(comparison *c, kl_value column)
{
    kl_text name = name_of(column);
    kl_value keys = part(c->live, "foreign_keys"), indexes = part(c->live, "indexes");
    for (size_t i = 0; i < kl_array_len(keys); i++) {
        kl_value key = kl_array_at(keys, i);
        if (has_part(key, name) && !is_of(key, name))
            return refuse_drop(c, name, name_of(key));
        if (is_of(key, name))
            KL_TRY(add(c, (kl_change){.kind = KL_CHANGE_DROP_REFERENCE, .live = key,
                                      .is_part = true}));
    }
    for (size_t i = 0; i < kl_array_len(indexes); i++) {
        kl_value index = kl_array_at(indexes, i);
        bool covers = has_part(index, name);
        if (covers && (kl_as_bool(part(index, "is_partial")) || !is_of(index, name) ||
                       !is_plain_list(part(index, "columns"))))
            return refuse_drop(c, name, name_of(index));
        if (covers)
            KL_TRY(add(c, (kl_change){.kind = KL_CHANGE_DROP_INDEX, .live = index,
                                      .is_part = true}));
    }
    return add(c, (kl_change){.kind = KL_CHANGE_DROP_COLUMN, .live = column});
}

static kl_status compare_extra_references(comparison *c)
{
    kl_value keys = part(c->live, "foreign_keys");
    for (size_t i = 0; i < kl_array_len(keys); i++)
        KL_TRY(compare_extra_reference(c, kl_array_at(keys, i)));
    return KL_OK;
}

static kl_status compare_extra_indexes(comparison *c, bool late)
{
    kl_value indexes = part(c->live, "indexes");
    for (size_t i = 0; i < kl_array_len(indexes); i++)
        KL_TRY(compare_extra_index(c, kl_array_at(indexes, i), late));
    return KL_OK;
}

/* ---- what comes -------------------------------------------------------------------------------- */

/* Keys and indexes of a column; those of a new one are part of it. */
static kl_status compare_covers(comparison *c, const kl_column *column, bool is_new)
{
    kl_text name = kl_as_text(column->name);
    const kl_value *key = find_reference(c->live, name);
    const kl_value *live = kl_schema_find(part(c->live, "columns"), name);
    bool retyped = live && !column->is_primary_key && !is_type_right(c, column, *live);
    const kl_value *implicit = find_implicit(c, name);
    kl_value replaced = implicit ? *implicit : kl_null();
    if (lacks_unique(c, column)) {
        KL_TRY(add(c, (kl_change){.kind = KL_CHANGE_ADD_UNIQUE, .column = column, .live = replaced,
                                  .is_part = is_new}));
        replaced = kl_null();
    }
    if (lacks_index(c, column))
        KL_TRY(add(c, (kl_change){.kind = KL_CHANGE_ADD_INDEX, .column = column, .live = replaced,
                                  .is_part = is_new}));
    if (kl_is_null(column->references) || (key && leads_where(column, *key) && !retyped))
        return KL_OK;
    return add(c, (kl_change){.kind = KL_CHANGE_ADD_REFERENCE, .column = column,
                              .is_part = is_new || (key != NULL)});
}

static kl_status compare_column(comparison *c, const kl_column *column)
{
    const kl_value *live = kl_schema_find(part(c->live, "columns"), kl_as_text(column->name));
    if (!live)
        return add(c, (kl_change){.kind = KL_CHANGE_ADD_COLUMN, .column = column});
    if (column->is_primary_key)
        return KL_OK;
    bool null_differs = kl_as_bool(part(*live, "is_nullable")) != column->is_nullable;
    bool type_differs = !is_type_right(c, column, *live);
    if (!null_differs && !type_differs)
        return KL_OK;
    return add(c, (kl_change){.kind = KL_CHANGE_ALTER_COLUMN, .column = column, .live = *live,
                              .type_differs = type_differs, .null_differs = null_differs});
}

static kl_status compare_dropped_columns(comparison *c)
{
    kl_value columns = part(c->live, "columns");
    for (size_t i = 0; i < kl_array_len(columns); i++) {
        kl_value column = kl_array_at(columns, i);
        if (kl_model_column(c->table->model, name_of(column)))
            continue;
        KL_TRY(c->allow_drops ? drop_column(c, column) : keep(c, "column", name_of(column)));
    }
    return KL_OK;
}

static kl_status compare(comparison *c)
{
    if (kl_is_null(c->live))
        return add(c, (kl_change){.kind = KL_CHANGE_CREATE_TABLE});
    KL_TRY(check_key(c));
    KL_TRY(compare_extra_references(c));
    KL_TRY(compare_extra_indexes(c, false));
    for (size_t i = 0; i < c->table->count; i++)
        KL_TRY(compare_column(c, c->table->columns[i]));
    KL_TRY(compare_dropped_columns(c));
    for (size_t i = 0; i < c->table->count; i++) {
        const kl_column *column = c->table->columns[i];
        bool is_new = !kl_schema_find(part(c->live, "columns"), kl_as_text(column->name));
        KL_TRY(compare_covers(c, column, is_new));
    }
    return compare_extra_indexes(c, true);
}

/* ---- all of them ------------------------------------------------------------------------------- */

static kl_status compare_table(kl_changes *changes, kl_sql *sql, const kl_table *table,
                               bool allow_drops, kl_error *error)
{
    kl_value live;
    KL_TRY(kl_schema_table(&live, sql, kl_as_text(table->model->table), error));
    comparison c = {changes, table, live, allow_drops, error};
    KL_TRY(kl_array_push(&changes->live, live, error)); /* keeps it from now on */
    return compare(&c);
}

kl_status kl_schema_diff(kl_changes *out, kl_sql *sql, kl_value tables, bool allow_drops,
                         kl_error *error)
{
    kl_changes changes = {0};
    kl_status status;
    changes.tables = kl_value_retain(tables);
    KL_TRY_OUT(kl_array_new(&changes.live, kl_array_len(tables), error));
    KL_TRY_OUT(kl_array_new(&changes.kept, 0, error));
    for (size_t i = 0; i < kl_array_len(tables); i++)
        KL_TRY_OUT(compare_table(&changes, sql, (const kl_table *)kl_array_at(tables, i).as.object,
                                 allow_drops, error));
    *out = changes;
    return KL_OK;
out:
    kl_changes_clear(&changes);
    return status;
}
