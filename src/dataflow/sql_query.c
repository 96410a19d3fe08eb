/* src/dataflow/sql_query.c - SELECT, VALUES, set operations, WITH. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

bool sql_begins_query(const sql_parser *p)
{
    return sql_at(p, SQL_SELECT) || sql_at(p, SQL_WITH) || (sql_at(p, SQL_VALUES) && !p->values_called) ||
           sql_at(p, SQL_TABLE);
}

/* ---- the tenant of rows to insert ---------------------------------------------------------------- */

static const char *end_of(const sql_token *token) { return token->text.data + token->text.len; }

/* In place of the expression from `first` up to the token before p->now. */
static kl_status replace_expression(sql_parser *p, const sql_token *first)
{
    const char *at = first->text.data, *end = end_of(p->now - 1);
    bool blank = at > p->tokens->sql.data && sql_is_word_byte(at[-1]);
    return sql_edit_add(&p->edits, at, (size_t)(end - at), blank ? " " SQL_TENANT : SQL_TENANT, p->error);
}

/* Item number `index` of a row begins at `first` and has just been passed. */
static kl_status edit_item(sql_parser *p, const sql_insert *insert, size_t index, const sql_token *first)
{
    if (!insert)
        return KL_OK;
    if (insert->place == SQL_PLACE_FIRST && index == 0)
        return sql_edit_add(&p->edits, first->text.data, 0, SQL_TENANT ", ", p->error);
    if (insert->place == SQL_PLACE_AT && index == insert->at)
        return replace_expression(p, first);
    return KL_OK;
}

/* A row of `count` items has just been passed. */
static kl_status end_row(sql_parser *p, const sql_insert *insert, size_t count)
{
    if (!insert)
        return KL_OK;
    if (count != insert->columns)
        return kl_error_set_at(p->error, KL_FAILED, p->tokens->sql.data, p->now->text.data,
                               "a row of %zu values for %zu columns", count, insert->columns);
    if (insert->place != SQL_PLACE_LAST)
        return KL_OK;
    return sql_edit_add(&p->edits, end_of(p->now - 1), 0, ", " SQL_TENANT, p->error);
}

/* ---- SELECT -------------------------------------------------------------------------------------- */

/* Whether a string has the name of the tenant column in it. */
static bool mentions_column(const sql_parser *p, const sql_token *string)
{
    kl_text text = string->text, column = p->column;
    for (size_t i = 0; i + column.len <= text.len; i++)
        if (strncasecmp(text.data + i, column.data, column.len) == 0)
            return true;
    return false;
}

/* [AS] alias, which some databases let be a string; `*renames` when it is the name of the tenant column:
 * then a bare column might mean it. */
static kl_status parse_item_alias(sql_parser *p, bool *renames)
{
    bool named = sql_accept(p, SQL_AS);
    bool string = p->now->kind == SQL_TOKEN_STRING;
    bool word = p->now->kind == SQL_TOKEN_WORD && named; /* AS makes any word a name */
    if (!string && !word && !sql_is_name(p->now))
        return named ? sql_unexpected(p, "an alias") : KL_OK;
    *renames |= !string && sql_resembles_tenant_column(p, p->now);
    sql_advance(p);
    return KL_OK;
}

/* `*` as an item of its own: how many columns it gives is not known here. */
static kl_status parse_star(sql_parser *p, const sql_insert *insert, bool *star)
{
    *star = true;
    if (insert && insert->place == SQL_PLACE_AT)
        return sql_refuse(p, p->now, "a * where the place of the tenant column must be known");
    sql_advance(p);
    return KL_OK;
}

static kl_status parse_item(sql_parser *p, const sql_insert *insert, size_t index, bool *star, bool *renames)
{
    const sql_token *first = p->now;
    bool bare = sql_at_operator(p, "*");
    KL_TRY(bare ? parse_star(p, insert, star) : sql_parse_expression(p));
    bool qualified = !bare && kl_text_is(p->now[-1].text, "*") && p->now[-1].kind == SQL_TOKEN_OPERATOR;
    if (qualified) {
        p->now--;
        KL_TRY(parse_star(p, insert, star));
    }
    KL_TRY(edit_item(p, insert, index, first));
    if (!bare && !qualified)
        KL_TRY(parse_item_alias(p, renames));
    /* What looks like the second half of a string is an alias to SQLite. */
    for (const sql_token *token = first; token < p->now; token++)
        *renames |= token->kind == SQL_TOKEN_STRING && mentions_column(p, token);
    return KL_OK;
}

kl_status sql_parse_select_items(sql_parser *p, const sql_insert *insert, bool *renames)
{
    size_t count = 0;
    bool star = false;
    do
        KL_TRY(parse_item(p, insert, count++, &star, renames));
    while (sql_accept_symbol(p, ','));
    sql_insert unknown = insert ? *insert : (sql_insert){0};
    unknown.columns = star ? count : unknown.columns;
    return end_row(p, insert ? &unknown : NULL, count);
}

/* ALL, DISTINCT [ON (...)], and words of MySQL. */
static kl_status parse_modifiers(sql_parser *p)
{
    static const char *const words[] = {"high_priority", "sql_small_result", "sql_big_result",
                                        "sql_buffer_result", "sql_no_cache", "sql_cache", "sql_calc_found_rows"};
    if (!sql_accept(p, SQL_ALL) && !sql_accept(p, SQL_DISTINCTROW) && sql_accept(p, SQL_DISTINCT) &&
        sql_accept(p, SQL_ON)) {
        KL_TRY(sql_expect_symbol(p, '('));
        KL_TRY(sql_parse_expressions(p));
        return sql_expect_symbol(p, ')');
    }
    for (size_t i = 0; i < KL_COUNT(words); i++)
        while (sql_accept_text(p, words[i]))
            i = 0;
    sql_accept(p, SQL_STRAIGHT_JOIN);
    return KL_OK;
}

/* GROUP BY a, ROLLUP (b), GROUPING SETS ((a), ()) [WITH ROLLUP] */
static kl_status parse_group_by(sql_parser *p)
{
    if (!sql_accept(p, SQL_GROUP))
        return KL_OK;
    KL_TRY(sql_expect(p, SQL_BY));
    if (!sql_accept(p, SQL_ALL))
        sql_accept(p, SQL_DISTINCT);
    do {
        if (sql_at(p, SQL_GROUPING) && sql_then(p, SQL_SETS))
            sql_advance(p); /* SETS (...) reads as a call */
        KL_TRY(sql_parse_expression(p));
        if (!sql_accept(p, SQL_ASC))
            sql_accept(p, SQL_DESC);
    } while (sql_accept_symbol(p, ','));
    if (sql_accept(p, SQL_WITH))
        KL_TRY(sql_expect(p, SQL_ROLLUP));
    return KL_OK;
}

static kl_status parse_windows(sql_parser *p)
{
    if (!sql_accept(p, SQL_WINDOW))
        return KL_OK;
    do {
        KL_TRY(sql_parse_name(p, "a window"));
        KL_TRY(sql_expect(p, SQL_AS));
        KL_TRY(sql_parse_window(p));
    } while (sql_accept_symbol(p, ','));
    return KL_OK;
}

static kl_status parse_select(sql_parser *p, const sql_insert *insert)
{
    size_t mark = p->source_count, outer;
    bool renames = false;
    KL_TRY(sql_frame_begin(p, &outer));
    sql_advance(p);
    KL_TRY(parse_modifiers(p));
    KL_TRY(sql_parse_select_items(p, insert, &renames));
    if (sql_at(p, SQL_INTO))
        return sql_refuse(p, p->now, "SELECT INTO, which writes");
    if (sql_accept(p, SQL_FROM))
        KL_TRY(sql_parse_from(p, false));
    KL_TRY(sql_parse_where(p, mark, !renames));
    p->source_count = mark;
    KL_TRY(parse_group_by(p));
    if (sql_accept(p, SQL_HAVING))
        KL_TRY(sql_parse_expression(p));
    KL_TRY(parse_windows(p));
    p->frames.now = outer;
    return KL_OK;
}

/* ---- VALUES, set operations ---------------------------------------------------------------------- */

static kl_status parse_row(sql_parser *p, const sql_insert *insert)
{
    size_t count = 0;
    sql_accept(p, SQL_ROW);
    KL_TRY(sql_expect_symbol(p, '('));
    do {
        const sql_token *first = p->now;
        KL_TRY(sql_parse_expression(p));
        KL_TRY(edit_item(p, insert, count++, first));
    } while (sql_accept_symbol(p, ','));
    KL_TRY(end_row(p, insert, count));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_values(sql_parser *p, const sql_insert *insert)
{
    sql_advance(p);
    do
        KL_TRY(parse_row(p, insert));
    while (sql_accept_symbol(p, ','));
    return KL_OK;
}

static kl_status parse_term(sql_parser *p, const sql_insert *insert)
{
    if (sql_at(p, SQL_SELECT))
        return parse_select(p, insert);
    if (sql_at(p, SQL_VALUES))
        return parse_values(p, insert);
    if (sql_at(p, SQL_TABLE))
        return sql_refuse(p, p->now, "TABLE; write SELECT * FROM instead");
    KL_TRY(sql_enter(p));
    if (!sql_accept_symbol(p, '('))
        return sql_unexpected(p, "SELECT");
    KL_TRY(sql_parse_query(p, insert));
    sql_leave(p);
    return sql_expect_symbol(p, ')');
}

/* [OFFSET n ROWS] [FETCH FIRST n ROWS ONLY], LIMIT n [OFFSET m], LIMIT m, n */
static kl_status parse_fetch(sql_parser *p)
{
    if (!sql_accept(p, SQL_FIRST))
        KL_TRY(sql_expect(p, SQL_NEXT));
    if (!sql_at(p, SQL_ROW) && !sql_at(p, SQL_ROWS))
        KL_TRY(sql_parse_operand(p));
    if (!sql_accept(p, SQL_ROW))
        KL_TRY(sql_expect(p, SQL_ROWS));
    if (!sql_accept(p, SQL_WITH))
        return sql_expect(p, SQL_ONLY);
    return sql_expect(p, SQL_TIES);
}

kl_status sql_parse_limit(sql_parser *p)
{
    for (;;) {
        if (sql_accept(p, SQL_LIMIT)) {
            if (!sql_accept(p, SQL_ALL))
                KL_TRY(sql_parse_expression(p));
            if (sql_accept_symbol(p, ','))
                KL_TRY(sql_parse_expression(p));
        } else if (sql_accept(p, SQL_OFFSET)) {
            KL_TRY(sql_parse_expression(p));
            if (!sql_accept(p, SQL_ROW))
                sql_accept(p, SQL_ROWS);
        } else if (sql_accept(p, SQL_FETCH)) {
            KL_TRY(parse_fetch(p));
        } else {
            return KL_OK;
        }
    }
}

/* FOR [NO KEY] UPDATE | [KEY] SHARE [OF t, ...] [NOWAIT | SKIP LOCKED]; LOCK IN SHARE MODE */
static kl_status parse_lock(sql_parser *p)
{
    if (sql_accept(p, SQL_LOCK)) {
        KL_TRY(sql_expect(p, SQL_IN));
        KL_TRY(sql_expect(p, SQL_SHARE));
        return sql_expect(p, SQL_MODE);
    }
    sql_advance(p);
    sql_accept(p, SQL_NO);
    sql_accept(p, SQL_KEY);
    if (!sql_accept(p, SQL_UPDATE))
        KL_TRY(sql_expect(p, SQL_SHARE));
    if (sql_accept(p, SQL_OF)) {
        do
            KL_TRY(sql_parse_name(p, "a table"));
        while (sql_accept_symbol(p, ','));
    }
    if (sql_accept(p, SQL_NOWAIT) || !sql_accept(p, SQL_SKIP))
        return KL_OK;
    return sql_expect(p, SQL_LOCKED);
}

kl_status sql_parse_query_tail(sql_parser *p, const sql_insert *insert)
{
    while (sql_at(p, SQL_UNION) || sql_at(p, SQL_INTERSECT) || sql_at(p, SQL_EXCEPT)) {
        sql_advance(p);
        if (!sql_accept(p, SQL_ALL))
            sql_accept(p, SQL_DISTINCT);
        KL_TRY(parse_term(p, insert));
    }
    KL_TRY(sql_parse_order(p));
    KL_TRY(sql_parse_limit(p));
    while (sql_at(p, SQL_FOR) || sql_at(p, SQL_LOCK))
        KL_TRY(parse_lock(p));
    return sql_at(p, SQL_INTO) ? sql_refuse(p, p->now, "SELECT INTO, which writes") : KL_OK;
}

kl_status sql_parse_query(sql_parser *p, const sql_insert *insert)
{
    size_t ctes = p->cte_count;
    KL_TRY(sql_parse_with(p));
    KL_TRY(parse_term(p, insert));
    KL_TRY(sql_parse_query_tail(p, insert));
    p->cte_count = ctes;
    return KL_OK;
}

/* Its tables' columns are qualified: a bare one that its table lacks would mean the outer query's. */
kl_status sql_parse_nested_query(sql_parser *p)
{
    bool nested = p->nested, ends_at_in = p->ends_at_in, called = p->values_called;
    p->nested = true;
    p->ends_at_in = p->values_called = false;
    KL_TRY(sql_enter(p));
    KL_TRY(sql_parse_query(p, NULL));
    sql_leave(p);
    p->nested = nested;
    p->ends_at_in = ends_at_in;
    p->values_called = called;
    return KL_OK;
}

/* ---- WITH ---------------------------------------------------------------------------------------- */

static kl_status add_cte(sql_parser *p, const sql_token *name)
{
    if (p->cte_count == SQL_CTES_MAX)
        return sql_refuse(p, name, "more names in WITH than can be looked after");
    p->ctes[p->cte_count++] = name;
    return KL_OK;
}

/* name [(columns)] AS [[NOT] MATERIALIZED] ( statement ). Only with RECURSIVE a name is visible in its own
 * statement, and never before it: where databases disagree, a name is that of a table. */
static kl_status parse_cte(sql_parser *p, bool recursive)
{
    const sql_token *name = p->now;
    KL_TRY(sql_parse_name(p, "a name"));
    if (sql_at_symbol(p, '('))
        KL_TRY(sql_parse_names(p));
    KL_TRY(sql_expect(p, SQL_AS));
    if (sql_accept(p, SQL_NOT))
        KL_TRY(sql_expect(p, SQL_MATERIALIZED));
    else
        sql_accept(p, SQL_MATERIALIZED);
    if (recursive)
        KL_TRY(add_cte(p, name));
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(sql_enter(p));
    KL_TRY(sql_parse_statement(p));
    sql_leave(p);
    KL_TRY(sql_expect_symbol(p, ')'));
    return recursive ? KL_OK : add_cte(p, name);
}

kl_status sql_parse_with(sql_parser *p)
{
    if (!sql_accept(p, SQL_WITH))
        return KL_OK;
    bool recursive = sql_at(p, SQL_RECURSIVE) && sql_is_name(p->now + 1);
    sql_accept(p, SQL_RECURSIVE);
    do
        KL_TRY(parse_cte(p, recursive));
    while (sql_accept_symbol(p, ','));
    return KL_OK;
}
