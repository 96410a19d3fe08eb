/* src/dataflow/sql_write.c - INSERT, UPDATE, DELETE. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

static const char *end_of(const sql_token *token) { return token->text.data + token->text.len; }

static void skip_texts(sql_parser *p, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (sql_accept_text(p, words[i]))
            i = (size_t)-1;
}

/* OR IGNORE and the like, of SQLite. REPLACE deletes whatever row is in the way. */
static kl_status parse_resolution(sql_parser *p)
{
    static const char *const words[] = {"rollback", "abort", "fail", "ignore"};
    if (!sql_accept(p, SQL_OR))
        return KL_OK;
    if (sql_at(p, SQL_REPLACE))
        return sql_refuse(p, p->now, "REPLACE, which could delete a row of another tenant; use ON CONFLICT DO UPDATE");
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (sql_accept_text(p, words[i]))
            return KL_OK;
    return sql_unexpected(p, "ROLLBACK, ABORT, FAIL or IGNORE");
}

static kl_status parse_returning(sql_parser *p)
{
    bool renames = false;
    return sql_accept(p, SQL_RETURNING) ? sql_parse_select_items(p, NULL, &renames) : KL_OK;
}

/* ---- assignments --------------------------------------------------------------------------------- */

/* column, table.column, column[1], column.field: whatever is named like the tenant column is refused. */
static kl_status parse_target(sql_parser *p)
{
    for (;;) {
        if (sql_is_name(p->now) && sql_resembles_tenant_column(p, p->now))
            return sql_refuse(p, p->now, "the tenant column must not be assigned");
        KL_TRY(sql_parse_name(p, "a column"));
        while (sql_accept_symbol(p, '[')) {
            KL_TRY(sql_parse_expression(p));
            KL_TRY(sql_expect_symbol(p, ']'));
        }
        if (!sql_accept_symbol(p, '.'))
            return KL_OK;
    }
}

static kl_status parse_targets(sql_parser *p)
{
    if (!sql_accept_symbol(p, '('))
        return parse_target(p);
    do
        KL_TRY(parse_target(p));
    while (sql_accept_symbol(p, ','));
    return sql_expect_symbol(p, ')');
}

static kl_status expect_equals(sql_parser *p)
{
    if (!sql_at_operator(p, "="))
        return sql_unexpected(p, "=");
    sql_advance(p);
    return KL_OK;
}

static kl_status parse_assignments(sql_parser *p)
{
    do {
        KL_TRY(parse_targets(p));
        KL_TRY(expect_equals(p));
        KL_TRY(sql_parse_expression(p));
    } while (sql_accept_symbol(p, ','));
    return KL_OK;
}

/* ---- INSERT: what to do with rows that are there ------------------------------------------------- */

/* SET ... [WHERE ...] of the row in the way, which must be the tenant's. */
static kl_status parse_conflict_update(sql_parser *p, const sql_source *target)
{
    size_t mark = p->source_count;
    KL_TRY(sql_expect(p, SQL_SET));
    KL_TRY(parse_assignments(p));
    if (p->source_count == SQL_SOURCES_MAX)
        return sql_refuse(p, p->now, "more tables than can be looked after");
    p->sources[p->source_count++] = *target;
    KL_TRY(sql_parse_where(p, mark, false));
    p->source_count = mark;
    return KL_OK;
}

/* ON CONFLICT [(columns) [WHERE ...] | ON CONSTRAINT name] DO NOTHING | DO UPDATE ... */
static kl_status parse_conflict(sql_parser *p, const sql_source *target)
{
    if (sql_accept_symbol(p, '(')) {
        do {
            KL_TRY(sql_parse_expression(p));
            if (sql_is_name(p->now)) /* class of operators */
                sql_advance(p);
            if (!sql_accept(p, SQL_ASC))
                sql_accept(p, SQL_DESC);
        } while (sql_accept_symbol(p, ','));
        KL_TRY(sql_expect_symbol(p, ')'));
        if (sql_accept(p, SQL_WHERE))
            KL_TRY(sql_parse_expression(p));
    } else if (sql_accept(p, SQL_ON)) {
        KL_TRY(sql_expect(p, SQL_CONSTRAINT));
        KL_TRY(sql_parse_name(p, "a constraint"));
    }
    KL_TRY(sql_expect(p, SQL_DO));
    if (sql_accept(p, SQL_NOTHING))
        return KL_OK;
    KL_TRY(sql_expect(p, SQL_UPDATE));
    return parse_conflict_update(p, target);
}

static void write_text(sql_parser *p, const char *text) { kl_buffer_string(&p->edits.texts, text); }

static void write_column(sql_parser *p, const sql_source *target, const sql_token *column)
{
    for (const sql_token *token = target->first; token <= target->last; token++)
        kl_buffer_add(&p->edits.texts, token->text);
    kl_buffer_byte(&p->edits.texts, '.');
    kl_buffer_add(&p->edits.texts, column->text);
}

/* column = value becomes column = IF(o.tenant_id = ?, value, o.column): MySQL has no WHERE here. */
static kl_status parse_guarded(sql_parser *p, const sql_source *target)
{
    KL_TRY(parse_target(p));
    const sql_token *column = p->now - 1;
    if (!sql_is_name(column))
        return sql_unexpected(p, "a column before =");
    KL_TRY(expect_equals(p));
    if (sql_at(p, SQL_DEFAULT) && !sql_is_symbol(p->now + 1, '('))
        return sql_refuse(p, p->now, "DEFAULT in ON DUPLICATE KEY UPDATE; write DEFAULT(column)");
    KL_TRY(sql_edit_begin(&p->edits, p->now->text.data, 0, p->error));
    write_text(p, "IF(");
    sql_write_predicate(p, target);
    write_text(p, ", ");
    sql_edit_end(&p->edits);
    KL_TRY(sql_parse_expression(p));
    KL_TRY(sql_edit_begin(&p->edits, end_of(p->now - 1), 0, p->error));
    write_text(p, ", ");
    write_column(p, target, column);
    write_text(p, ")");
    sql_edit_end(&p->edits);
    return KL_OK;
}

static kl_status parse_duplicate(sql_parser *p, const sql_source *target)
{
    KL_TRY(sql_expect(p, SQL_KEY));
    KL_TRY(sql_expect(p, SQL_UPDATE));
    p->values_called = true;
    do
        KL_TRY(parse_guarded(p, target));
    while (sql_accept_symbol(p, ','));
    p->values_called = false;
    return KL_OK;
}

static bool is_excluded(const sql_token *name)
{
    size_t quotes = name->kind == SQL_TOKEN_NAME;
    return name->text.len == 8 + 2 * quotes && strncasecmp(name->text.data + quotes, "excluded", 8) == 0;
}

/* The predicate must mean the row that is there: not the new one, and, in MySQL, not one of the query whose rows
 * are inserted, the tables of which have been used since `uses`. */
static kl_status parse_conflicts(sql_parser *p, const sql_source *target, size_t uses)
{
    while (sql_accept(p, SQL_ON)) {
        if (is_excluded(target->name))
            return sql_refuse(p, target->name, "a table named excluded, like the row that is not inserted");
        if (sql_accept(p, SQL_DUPLICATE)) {
            KL_TRY(sql_check_unused(p, uses, target->last));
            KL_TRY(parse_duplicate(p, target));
        } else {
            KL_TRY(sql_expect(p, SQL_CONFLICT));
            KL_TRY(parse_conflict(p, target));
        }
    }
    return KL_OK;
}

/* ---- INSERT: columns and rows -------------------------------------------------------------------- */

/* One column of the list; `*insert` learns when it is that of the tenant. */
static kl_status parse_column(sql_parser *p, sql_insert *insert)
{
    const sql_token *column = p->now;
    KL_TRY(sql_parse_name(p, "a column"));
    while (sql_accept_symbol(p, '.')) {
        if (sql_resembles_tenant_column(p, column))
            return sql_refuse(p, column, "a part of the tenant column");
        column = p->now;
        KL_TRY(sql_parse_name(p, "a column"));
    }
    if (sql_is_tenant_column(p, column)) {
        if (insert->place == SQL_PLACE_AT)
            return sql_refuse(p, column, "the tenant column stands twice");
        insert->place = SQL_PLACE_AT;
        insert->at = insert->columns;
    } else if (sql_resembles_tenant_column(p, column)) {
        return sql_refuse(p, column, "a column that differs from the tenant column in case or quotes only");
    }
    insert->columns++;
    return KL_OK;
}

/* (a, b); the tenant column is added where it is missing, in front of VALUES and behind the items of a
 * SELECT, whose ORDER BY may count them. */
static kl_status parse_columns(sql_parser *p, sql_insert *insert)
{
    const sql_token *open = p->now;
    KL_TRY(sql_expect_symbol(p, '('));
    do
        KL_TRY(parse_column(p, insert));
    while (sql_accept_symbol(p, ','));
    const char *close = end_of(p->now - 1);
    KL_TRY(sql_expect_symbol(p, ')'));
    if (sql_accept_text(p, "overriding")) {
        if (!sql_accept_text(p, "system") && !sql_accept(p, SQL_USER))
            return sql_unexpected(p, "SYSTEM or USER");
        if (!sql_accept_text(p, "value"))
            return sql_unexpected(p, "VALUE");
    }
    if (insert->place == SQL_PLACE_AT)
        return KL_OK;
    insert->place = sql_at(p, SQL_VALUES) ? SQL_PLACE_FIRST : SQL_PLACE_LAST;
    bool first = insert->place == SQL_PLACE_FIRST;
    KL_TRY(sql_edit_begin(&p->edits, first ? end_of(open) : close, 0, p->error));
    write_text(p, first ? "" : ", ");
    write_text(p, p->written);
    write_text(p, first ? ", " : "");
    sql_edit_end(&p->edits);
    return KL_OK;
}

/* SET a = 1, b = 2, of MySQL. */
static kl_status parse_insert_set(sql_parser *p)
{
    const char *start = p->now->text.data;
    bool named = false;
    do {
        const sql_token *column = p->now;
        bool tenant = sql_is_name(column) && sql_is_tenant_column(p, column);
        if (tenant && named)
            return sql_refuse(p, column, "the tenant column stands twice");
        named |= tenant;
        KL_TRY(tenant ? sql_parse_name(p, "a column") : parse_target(p));
        KL_TRY(expect_equals(p));
        const char *value = p->now->text.data;
        KL_TRY(sql_parse_expression(p));
        if (tenant)
            KL_TRY(sql_edit_add(&p->edits, value, (size_t)(end_of(p->now - 1) - value), SQL_TENANT, p->error));
    } while (sql_accept_symbol(p, ','));
    if (named)
        return KL_OK;
    KL_TRY(sql_edit_begin(&p->edits, start, 0, p->error));
    write_text(p, p->written);
    write_text(p, " = " SQL_TENANT ", ");
    sql_edit_end(&p->edits);
    return KL_OK;
}

/* Whether a list of columns stands here, and not a query in parentheses. */
static bool begins_columns(const sql_parser *p)
{
    return sql_at_symbol(p, '(') && p->now[1].word != SQL_SELECT && p->now[1].word != SQL_WITH &&
           p->now[1].word != SQL_VALUES && !sql_is_symbol(p->now + 1, '(') && !sql_is_symbol(p->now + 1, ')');
}

/* AS new (a, b): a name for the row that could not be inserted. */
static kl_status parse_row_alias(sql_parser *p)
{
    if (!sql_accept(p, SQL_AS))
        return KL_OK;
    KL_TRY(sql_parse_name(p, "an alias"));
    return sql_at_symbol(p, '(') ? sql_parse_names(p) : KL_OK;
}

static kl_status parse_insert_rows(sql_parser *p)
{
    sql_insert insert = {.place = SQL_PLACE_LAST};
    if (sql_accept(p, SQL_SET))
        return parse_insert_set(p);
    if (!begins_columns(p))
        return sql_refuse(p, p->now, "INSERT without a list of columns");
    KL_TRY(parse_columns(p, &insert));
    KL_TRY(sql_parse_query(p, &insert));
    return parse_row_alias(p);
}

/* schema.table [PARTITION (p)] [AS alias] */
static kl_status parse_insert_table(sql_parser *p, sql_source *target)
{
    *target = (sql_source){.first = p->now, .scoped = true};
    KL_TRY(sql_parse_name(p, "the name of a table"));
    if (sql_accept_symbol(p, '.'))
        KL_TRY(sql_parse_name(p, "the name of a table"));
    target->name = target->last = p->now - 1;
    if (sql_accept(p, SQL_PARTITION))
        KL_TRY(sql_parse_names(p));
    if (!sql_accept(p, SQL_AS))
        return KL_OK;
    target->name = p->now;
    target->aliased = true;
    return sql_parse_name(p, "an alias");
}

static kl_status parse_insert(sql_parser *p)
{
    static const char *const modifiers[] = {"low_priority", "delayed", "high_priority", "ignore"};
    sql_source target;
    sql_advance(p);
    KL_TRY(parse_resolution(p));
    skip_texts(p, modifiers, KL_COUNT(modifiers));
    sql_accept(p, SQL_INTO);
    KL_TRY(parse_insert_table(p, &target));
    KL_TRY(sql_use_add(p, target.name, &target, false));
    size_t uses = p->frames.use_count;
    KL_TRY(parse_insert_rows(p));
    KL_TRY(parse_conflicts(p, &target, uses));
    return parse_returning(p);
}

kl_status sql_parse_insert(sql_parser *p)
{
    size_t outer;
    if (sql_at(p, SQL_REPLACE))
        return sql_refuse(p, p->now, "REPLACE, which could delete a row of another tenant; use ON CONFLICT DO UPDATE "
                                     "or ON DUPLICATE KEY UPDATE");
    KL_TRY(sql_frame_begin(p, &outer));
    KL_TRY(parse_insert(p));
    p->frames.now = outer;
    return KL_OK;
}

/* ---- UPDATE, DELETE ------------------------------------------------------------------------------ */

kl_status sql_parse_update(sql_parser *p)
{
    static const char *const modifiers[] = {"low_priority", "ignore"};
    size_t mark = p->source_count, outer;
    KL_TRY(sql_frame_begin(p, &outer));
    sql_advance(p);
    KL_TRY(parse_resolution(p));
    skip_texts(p, modifiers, KL_COUNT(modifiers));
    KL_TRY(sql_parse_from(p, true));
    size_t tables = p->source_count - mark;
    KL_TRY(sql_expect(p, SQL_SET));
    KL_TRY(parse_assignments(p));
    if (sql_accept(p, SQL_FROM))
        KL_TRY(sql_parse_from(p, false));
    KL_TRY(sql_check_sources(p, mark));
    bool plain = tables == 1 && p->source_count - mark == 1;
    KL_TRY(sql_parse_where(p, mark, plain));
    p->source_count = mark;
    KL_TRY(sql_parse_order(p));
    KL_TRY(sql_parse_limit(p));
    KL_TRY(parse_returning(p));
    p->frames.now = outer;
    return KL_OK;
}

/* o, p.* : of DELETE with several tables; the tables themselves are named behind FROM or USING. */
static kl_status parse_delete_names(sql_parser *p)
{
    do {
        KL_TRY(sql_parse_name(p, "a table"));
        while (sql_accept_symbol(p, '.')) {
            if (sql_at_operator(p, "*"))
                sql_advance(p);
            else
                KL_TRY(sql_parse_name(p, "a table"));
        }
    } while (sql_accept_symbol(p, ','));
    return KL_OK;
}

/* DELETE FROM o USING o JOIN p: of MySQL, where the first names one of the others. PostgreSQL refuses it. */
static kl_status drop_repeated(sql_parser *p, size_t mark)
{
    sql_source *target = &p->sources[mark];
    for (size_t i = mark + 1; i < p->source_count && !target->aliased; i++) {
        bool table = p->sources[i].first != NULL;
        if (table && sql_same_name(p->sources[i].name, target->name) && target->first == target->last) {
            target->scoped = false;
            target->name = NULL;
            break;
        }
    }
    return sql_check_sources(p, mark);
}

static kl_status parse_delete_tables(sql_parser *p)
{
    size_t mark = p->source_count;
    if (!sql_accept(p, SQL_FROM)) {
        KL_TRY(parse_delete_names(p));
        KL_TRY(sql_expect(p, SQL_FROM));
        return sql_parse_from(p, true);
    }
    const sql_token *start = p->now;
    KL_TRY(sql_parse_table(p, true));
    if (sql_at_symbol(p, ',') || sql_at_symbol(p, '.')) {
        p->source_count = mark;
        p->now = start;
        KL_TRY(parse_delete_names(p));
        KL_TRY(sql_expect(p, SQL_USING));
        return sql_parse_from(p, true);
    }
    if (!sql_accept(p, SQL_USING))
        return KL_OK;
    KL_TRY(sql_parse_from(p, false));
    return drop_repeated(p, mark);
}

kl_status sql_parse_delete(sql_parser *p)
{
    static const char *const modifiers[] = {"low_priority", "quick", "ignore"};
    size_t mark = p->source_count, outer;
    KL_TRY(sql_frame_begin(p, &outer));
    sql_advance(p);
    skip_texts(p, modifiers, KL_COUNT(modifiers));
    KL_TRY(parse_delete_tables(p));
    KL_TRY(sql_parse_where(p, mark, true));
    p->source_count = mark;
    KL_TRY(sql_parse_order(p));
    KL_TRY(sql_parse_limit(p));
    KL_TRY(parse_returning(p));
    p->frames.now = outer;
    return KL_OK;
}

/* ---- statements ---------------------------------------------------------------------------------- */

static kl_status parse_main(sql_parser *p)
{
    bool writes = sql_at(p, SQL_INSERT) || sql_at(p, SQL_REPLACE) || sql_at(p, SQL_UPDATE) || sql_at(p, SQL_DELETE);
    p->writes |= writes;
    if (sql_at(p, SQL_INSERT) || sql_at(p, SQL_REPLACE))
        return sql_parse_insert(p);
    if (sql_at(p, SQL_UPDATE))
        return sql_parse_update(p);
    if (sql_at(p, SQL_DELETE))
        return sql_parse_delete(p);
    if (sql_at(p, SQL_MERGE))
        return sql_refuse(p, p->now, "MERGE");
    if (sql_at(p, SQL_WITH) || (!sql_begins_query(p) && !sql_at_symbol(p, '(')))
        return sql_unexpected(p, "SELECT, INSERT, UPDATE or DELETE");
    return sql_parse_query(p, NULL);
}

kl_status sql_parse_statement(sql_parser *p)
{
    size_t ctes = p->cte_count;
    KL_TRY(sql_parse_with(p));
    KL_TRY(parse_main(p));
    p->cte_count = ctes;
    return KL_OK;
}
