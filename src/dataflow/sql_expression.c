/* src/dataflow/sql_expression.c - expressions: operands and operators in turn. Which operator binds
 * stronger does not matter here. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

/* ---- operators ----------------------------------------------------------------------------------- */

static bool accept_pair(sql_parser *p, sql_word first, sql_word second)
{
    bool here = sql_at(p, first) && sql_then(p, second);
    p->now += here ? 2 : 0;
    return here;
}

/* SQLite has IN table, which is refused unless WITH gave the name: no place for a predicate. */
static kl_status parse_in(sql_parser *p)
{
    for (size_t i = p->cte_count; i > 0; i--) {
        if (sql_is_name(p->now) && sql_same_name(p->ctes[i - 1], p->now)) {
            sql_advance(p);
            return KL_OK;
        }
    }
    KL_TRY(sql_expect_symbol(p, '('));
    if (!sql_at_symbol(p, ')'))
        KL_TRY(sql_parse_inside(p));
    return sql_expect_symbol(p, ')');
}

/* IS [NOT] [DISTINCT FROM], of what follows; NULL and the like are operands. */
static bool accept_is(sql_parser *p)
{
    if (!sql_accept(p, SQL_IS))
        return false;
    sql_accept(p, SQL_NOT);
    accept_pair(p, SQL_DISTINCT, SQL_FROM);
    return true;
}

static bool accept_comparison(sql_parser *p)
{
    static const sql_word words[] = {SQL_LIKE, SQL_ILIKE, SQL_GLOB, SQL_REGEXP, SQL_RLIKE, SQL_MATCH};
    if (accept_pair(p, SQL_SIMILAR, SQL_TO))
        return true;
    if (sql_accept(p, SQL_BETWEEN)) {
        if (!sql_accept(p, SQL_SYMMETRIC))
            sql_accept(p, SQL_ASYMMETRIC);
        return true;
    }
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (sql_accept(p, words[i]))
            return true;
    return false;
}

static bool accept_word_operator(sql_parser *p)
{
    static const sql_word words[] = {SQL_AND, SQL_OR, SQL_XOR, SQL_DIV, SQL_MOD, SQL_ESCAPE, SQL_OVERLAPS};
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (sql_accept(p, words[i]))
            return true;
    if (sql_at(p, SQL_AT) && sql_then(p, SQL_TIME) && p->now[2].word == SQL_ZONE) {
        p->now += 3;
        return true;
    }
    return accept_pair(p, SQL_SOUNDS, SQL_LIKE) || accept_pair(p, SQL_MEMBER, SQL_OF);
}

static kl_status refuse_question(const sql_parser *p)
{
    return sql_refuse(p, p->now, "a ? where an operator is expected; for that operator of PostgreSQL write "
                                 "jsonb_exists()");
}

/* An operator between two operands; `*more` tells whether an operand must follow. */
static kl_status parse_operator(sql_parser *p, bool *more)
{
    for (;;) {
        *more = true;
        if (p->now->kind == SQL_TOKEN_PLACEHOLDER)
            return refuse_question(p);
        if (p->now->kind == SQL_TOKEN_OPERATOR) {
            sql_advance(p);
            return KL_OK;
        }
        if (accept_word_operator(p) || accept_is(p))
            return KL_OK;
        bool negated = sql_accept(p, SQL_NOT);
        if (accept_comparison(p))
            return KL_OK;
        *more = false;
        if (!sql_at(p, SQL_IN) || p->ends_at_in)
            return negated ? sql_unexpected(p, "LIKE, BETWEEN or IN") : KL_OK;
        sql_advance(p);
        KL_TRY(parse_in(p));
    }
}

/* ---- behind an operand --------------------------------------------------------------------------- */

/* [1], [1:2], [:] */
static kl_status parse_subscript(sql_parser *p)
{
    KL_TRY(sql_enter(p));
    if (!sql_at_symbol(p, ':'))
        KL_TRY(sql_parse_expression(p));
    if (sql_accept_symbol(p, ':') && !sql_at_symbol(p, ']'))
        KL_TRY(sql_parse_expression(p));
    sql_leave(p);
    return sql_expect_symbol(p, ']');
}

static kl_status parse_suffixes(sql_parser *p)
{
    for (;;) {
        if (p->now->kind == SQL_TOKEN_CAST) {
            sql_advance(p);
            KL_TRY(sql_parse_type(p));
        } else if (sql_accept_symbol(p, '[')) {
            KL_TRY(parse_subscript(p));
        } else if (sql_accept(p, SQL_COLLATE)) {
            KL_TRY(sql_parse_name(p, "a collation"));
            if (sql_accept_symbol(p, '.'))
                KL_TRY(sql_parse_name(p, "a collation"));
        } else if (!sql_accept(p, SQL_ISNULL) && !sql_accept(p, SQL_NOTNULL) &&
                   !accept_pair(p, SQL_NOT, SQL_NULL)) {
            return KL_OK;
        }
    }
}

/* ---- operands ------------------------------------------------------------------------------------ */

/* CASE [x] WHEN a THEN b ... [ELSE c] END */
static kl_status parse_case(sql_parser *p)
{
    KL_TRY(sql_enter(p));
    sql_advance(p);
    if (!sql_at(p, SQL_WHEN))
        KL_TRY(sql_parse_expression(p));
    do {
        KL_TRY(sql_expect(p, SQL_WHEN));
        KL_TRY(sql_parse_expression(p));
        KL_TRY(sql_expect(p, SQL_THEN));
        KL_TRY(sql_parse_expression(p));
    } while (sql_at(p, SQL_WHEN));
    if (sql_accept(p, SQL_ELSE))
        KL_TRY(sql_parse_expression(p));
    sql_leave(p);
    return sql_expect(p, SQL_END);
}

static bool accept_unit(sql_parser *p)
{
    static const char *const units[] = {
        "year", "quarter", "month", "week", "day", "hour", "minute", "second", "microsecond", "year_month",
        "day_hour", "day_minute", "day_second", "day_microsecond", "hour_minute", "hour_second",
        "hour_microsecond", "minute_second", "minute_microsecond", "second_microsecond"};
    for (size_t i = 0; i < KL_COUNT(units); i++)
        if (sql_accept_text(p, units[i]))
            return true;
    return false;
}

/* INTERVAL '1 day', INTERVAL ? DAY, INTERVAL '1' DAY TO SECOND */
static kl_status parse_interval(sql_parser *p)
{
    sql_advance(p);
    KL_TRY(sql_enter(p));
    KL_TRY(sql_parse_operand(p));
    sql_leave(p);
    if (accept_unit(p) && sql_at(p, SQL_TO)) {
        sql_advance(p);
        return accept_unit(p) ? KL_OK : sql_unexpected(p, "a unit of time");
    }
    return KL_OK;
}

static kl_status parse_array(sql_parser *p)
{
    sql_advance(p);
    KL_TRY(sql_enter(p));
    bool query = sql_at_symbol(p, '(');
    sql_advance(p);
    if (query)
        KL_TRY(sql_parse_inside(p));
    else if (!sql_at_symbol(p, ']'))
        KL_TRY(sql_parse_expressions(p));
    sql_leave(p);
    return sql_expect_symbol(p, query ? ')' : ']');
}

static kl_status parse_parentheses(sql_parser *p)
{
    KL_TRY(sql_enter(p));
    sql_advance(p);
    bool ends_at_in = p->ends_at_in;
    p->ends_at_in = false;
    if (!sql_at_symbol(p, ')'))
        KL_TRY(sql_parse_inside(p));
    p->ends_at_in = ends_at_in;
    sql_leave(p);
    KL_TRY(sql_expect_symbol(p, ')'));
    while (sql_accept_symbol(p, '.')) /* a field of a row */
        if (!sql_at_operator(p, "*"))
            KL_TRY(sql_parse_name(p, "the name of a field"));
        else
            sql_advance(p);
    return KL_OK;
}

/* column, table.column, table.*, function(...) */
static kl_status parse_path(sql_parser *p)
{
    const sql_token *last = p->now;
    sql_advance(p);
    while (sql_accept_symbol(p, '.')) {
        last = p->now;
        if (sql_at_operator(p, "*")) {
            sql_advance(p);
            return KL_OK;
        }
        if (last->kind != SQL_TOKEN_WORD && last->kind != SQL_TOKEN_NAME)
            return sql_unexpected(p, "a name");
        sql_advance(p);
    }
    return sql_at_symbol(p, '(') ? sql_parse_call(p, last) : KL_OK;
}

/* DATE '2024-01-01', _utf8'text' */
static bool begins_typed(const sql_parser *p)
{
    static const char *const types[] = {"date", "time", "timestamp", "timestamptz", "timetz", "json", "jsonb",
                                        "uuid", "inet", "point", "bytea"};
    if (p->now->kind != SQL_TOKEN_WORD || p->now[1].kind != SQL_TOKEN_STRING)
        return false;
    for (size_t i = 0; i < KL_COUNT(types); i++)
        if (sql_at_text(p, types[i]))
            return true;
    return *p->now->text.data == '_';
}

static kl_status parse_literal(sql_parser *p)
{
    sql_token_kind kind = p->now->kind;
    do
        sql_advance(p);
    while (kind == SQL_TOKEN_STRING && p->now->kind == SQL_TOKEN_STRING); /* pieces of one */
    return KL_OK;
}

static kl_status parse_word(sql_parser *p)
{
    bool called = p->now[1].kind == SQL_TOKEN_SYMBOL && *p->now[1].text.data == '(';
    unsigned flags = sql_word_flags(p->now->word);
    switch (p->now->word) {
    case SQL_CASE: return parse_case(p);
    case SQL_INTERVAL: return parse_interval(p);
    case SQL_ARRAY:
        return called || sql_is_symbol(p->now + 1, '[') ? parse_array(p) : sql_unexpected(p, "an expression");
    case SQL_NULL: return parse_literal(p);
    case SQL_DEFAULT:
        if (!called)
            return parse_literal(p);
        break;
    default: break;
    }
    if (begins_typed(p)) {
        sql_advance(p);
        return parse_literal(p);
    }
    if (flags & SQL_RESERVED && !(called && flags & SQL_CALLED))
        return sql_unexpected(p, "an expression");
    return parse_path(p);
}

static void skip_prefixes(sql_parser *p)
{
    for (;;) {
        bool sign = p->now->kind == SQL_TOKEN_OPERATOR && strchr("+-~!@|", *p->now->text.data);
        bool binary = sql_at(p, SQL_BINARY) && (sql_is_name(p->now + 1) || p->now[1].kind == SQL_TOKEN_STRING);
        if (!sign && !binary && !sql_at(p, SQL_NOT))
            return;
        sql_advance(p);
    }
}

kl_status sql_parse_operand(sql_parser *p)
{
    skip_prefixes(p);
    switch (p->now->kind) {
    case SQL_TOKEN_STRING:
    case SQL_TOKEN_NUMBER:
    case SQL_TOKEN_PLACEHOLDER:
    case SQL_TOKEN_VARIABLE: return parse_literal(p);
    case SQL_TOKEN_WORD: return parse_word(p);
    case SQL_TOKEN_NAME: return parse_path(p);
    default: break;
    }
    return sql_at_symbol(p, '(') ? parse_parentheses(p) : sql_unexpected(p, "an expression");
}

kl_status sql_parse_expression(sql_parser *p)
{
    for (bool more = true; more;) {
        KL_TRY(sql_parse_operand(p));
        KL_TRY(parse_suffixes(p));
        KL_TRY(parse_operator(p, &more));
    }
    return KL_OK;
}

kl_status sql_parse_expressions(sql_parser *p)
{
    do
        KL_TRY(sql_parse_expression(p));
    while (sql_accept_symbol(p, ','));
    return KL_OK;
}

/* Parentheses may hold a query whose first part stands in parentheses of its own: what follows them tells. */
kl_status sql_parse_inside(sql_parser *p)
{
    if (sql_begins_query(p))
        return sql_parse_nested_query(p);
    KL_TRY(sql_parse_expressions(p));
    if (!sql_at(p, SQL_UNION) && !sql_at(p, SQL_EXCEPT) && !sql_at(p, SQL_INTERSECT))
        return KL_OK;
    bool nested = p->nested;
    p->nested = true;
    kl_status status = sql_parse_query_tail(p, NULL);
    p->nested = nested;
    return status;
}
