/* src/dataflow/sql_call.c - calls of functions, windows, ORDER BY. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

/* Functions that run SQL given as text, or read what no FROM names. */
static const char *const refused[] = {
    "query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema", "table_to_xml", "table_to_xmlschema",
    "table_to_xml_and_xmlschema", "schema_to_xml", "schema_to_xmlschema", "schema_to_xml_and_xmlschema",
    "database_to_xml", "database_to_xmlschema", "database_to_xml_and_xmlschema", "cursor_to_xml",
    "cursor_to_xmlschema", "ts_stat", "ts_rewrite", "dblink", "dblink_exec", "dblink_open", "dblink_fetch",
    "dblink_send_query", "dblink_get_result", "crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstabn",
    "connectby", "xpath_table", "pg_read_file", "pg_read_binary_file", "pg_stat_file", "lo_get", "lo_import",
    "lo_export", "lo_put", "lo_open", "loread", "lowrite", "load_file", "load_extension", "readfile",
    "writefile", "edit", "fts3_tokenizer", "eval"};

static kl_status check_function(const sql_parser *p, const sql_token *name)
{
    kl_text text = name->text;
    if (name->kind == SQL_TOKEN_NAME)
        text = (kl_text){text.data + 1, text.len - 2};
    for (size_t i = 0; i < KL_COUNT(refused); i++)
        if (strlen(refused[i]) == text.len && strncasecmp(refused[i], text.data, text.len) == 0)
            return kl_error_set_at(p->error, KL_FAILED, p->tokens->sql.data, name->text.data,
                                   "the function %s() reads what cannot be seen in the statement", refused[i]);
    return KL_OK;
}

/* ---- arguments ----------------------------------------------------------------------------------- */

/* Words that stand between arguments instead of a comma. */
static bool accept_separator(sql_parser *p)
{
    static const sql_word words[] = {SQL_FROM, SQL_FOR, SQL_USING, SQL_PLACING, SQL_SEPARATOR, SQL_LIMIT, SQL_IN};
    if (sql_accept_symbol(p, ','))
        return true;
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (sql_accept(p, words[i]))
            return true;
    return false;
}

/* position(a IN b): to SQLite b would be a table. */
static kl_status check_separator(const sql_parser *p)
{
    bool table = p->now[-1].word == SQL_IN && p->tokens->readers & SQL_BY_SQLITE && sql_is_name(p->now);
    return table ? sql_refuse(p, p->now, "IN with a name, which SQLite takes for a table") : KL_OK;
}

/* name => value, name := value */
static void skip_argument_name(sql_parser *p)
{
    sql_accept(p, SQL_VARIADIC);
    if (sql_is_name(p->now) && (p->now[1].kind == SQL_TOKEN_ASSIGN ||
                                (p->now[1].kind == SQL_TOKEN_OPERATOR && kl_text_is(p->now[1].text, "=>"))))
        p->now += 2;
}

static kl_status parse_argument(sql_parser *p)
{
    skip_argument_name(p);
    if (sql_at_operator(p, "*")) { /* count(*) */
        sql_advance(p);
        return KL_OK;
    }
    KL_TRY(sql_parse_expression(p));
    return sql_accept(p, SQL_AS) ? sql_parse_type(p) : KL_OK;
}

static kl_status parse_arguments(sql_parser *p)
{
    if (!sql_accept(p, SQL_DISTINCT))
        sql_accept(p, SQL_ALL);
    if (!sql_accept(p, SQL_BOTH) && !sql_accept(p, SQL_LEADING))
        sql_accept(p, SQL_TRAILING);
    sql_accept(p, SQL_FROM); /* trim(both from x) */
    if (sql_at_symbol(p, ')'))
        return KL_OK;
    for (;;) {
        KL_TRY(parse_argument(p));
        KL_TRY(sql_parse_order(p));
        if (!accept_separator(p))
            return KL_OK;
        KL_TRY(check_separator(p));
    }
}

/* ( arguments ), or a query: EXISTS (SELECT ...), ANY (SELECT ...). */
static kl_status parse_argument_list(sql_parser *p, const sql_token *name)
{
    bool ends_at_in = p->ends_at_in, query = sql_begins_query(p);
    static const char position[] = "position";
    kl_status status;
    p->ends_at_in = name->text.len == sizeof position - 1 &&
                    strncasecmp(name->text.data, position, name->text.len) == 0;
    KL_TRY_OUT(query ? sql_parse_inside(p) : parse_arguments(p));
    if (sql_at(p, SQL_UNION) || sql_at(p, SQL_EXCEPT) || sql_at(p, SQL_INTERSECT))
        KL_TRY_OUT(sql_refuse(p, p->now, "a query whose first part stands in parentheses"));
    status = sql_expect_symbol(p, ')');
out:
    p->ends_at_in = ends_at_in;
    return status;
}

/* ---- behind the arguments ------------------------------------------------------------------------ */

static kl_status parse_filter(sql_parser *p)
{
    if (!sql_at(p, SQL_FILTER) || !sql_is_symbol(p->now + 1, '('))
        return KL_OK;
    p->now += 2;
    KL_TRY(sql_expect(p, SQL_WHERE));
    KL_TRY(sql_parse_expression(p));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_within_group(sql_parser *p)
{
    if (!sql_at(p, SQL_WITHIN) || !sql_then(p, SQL_GROUP))
        return KL_OK;
    p->now += 2;
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(sql_parse_order(p));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_over(sql_parser *p)
{
    if ((sql_at(p, SQL_RESPECT) || sql_at(p, SQL_IGNORE)) && sql_then(p, SQL_NULLS))
        p->now += 2;
    if (!sql_accept(p, SQL_OVER))
        return KL_OK;
    return sql_at_symbol(p, '(') ? sql_parse_window(p) : sql_parse_name(p, "a window");
}

/* AGAINST ('words' IN BOOLEAN MODE) */
static kl_status parse_against(sql_parser *p)
{
    bool ends_at_in = p->ends_at_in;
    if (!sql_accept(p, SQL_AGAINST))
        return KL_OK;
    KL_TRY(sql_expect_symbol(p, '('));
    p->ends_at_in = true;
    KL_TRY(sql_parse_expression(p));
    p->ends_at_in = ends_at_in;
    if (sql_accept(p, SQL_IN)) {
        if (!sql_accept(p, SQL_BOOLEAN)) {
            KL_TRY(sql_expect(p, SQL_NATURAL));
            KL_TRY(sql_expect(p, SQL_LANGUAGE));
        }
        KL_TRY(sql_expect(p, SQL_MODE));
    }
    if (sql_accept(p, SQL_WITH)) {
        KL_TRY(sql_expect(p, SQL_QUERY));
        KL_TRY(sql_expect(p, SQL_EXPANSION));
    }
    return sql_expect_symbol(p, ')');
}

kl_status sql_parse_call(sql_parser *p, const sql_token *name)
{
    KL_TRY(check_function(p, name));
    KL_TRY(sql_enter(p));
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(parse_argument_list(p, name));
    KL_TRY(parse_within_group(p));
    KL_TRY(parse_filter(p));
    KL_TRY(parse_over(p));
    KL_TRY(name->word == SQL_MATCH ? parse_against(p) : KL_OK);
    sql_leave(p);
    return KL_OK;
}

/* ---- order and windows --------------------------------------------------------------------------- */

static kl_status parse_order_term(sql_parser *p)
{
    KL_TRY(sql_parse_expression(p));
    if (!sql_accept(p, SQL_ASC) && !sql_accept(p, SQL_DESC) && sql_accept(p, SQL_USING)) {
        if (p->now->kind != SQL_TOKEN_OPERATOR)
            return sql_unexpected(p, "an operator");
        sql_advance(p);
    }
    if (sql_accept(p, SQL_NULLS) && !sql_accept(p, SQL_FIRST))
        return sql_expect(p, SQL_LAST);
    return KL_OK;
}

kl_status sql_parse_order(sql_parser *p)
{
    if (!sql_accept(p, SQL_ORDER))
        return KL_OK;
    KL_TRY(sql_expect(p, SQL_BY));
    do
        KL_TRY(parse_order_term(p));
    while (sql_accept_symbol(p, ','));
    return KL_OK;
}

/* UNBOUNDED PRECEDING, CURRENT ROW, 3 FOLLOWING, interval '1 day' PRECEDING */
static kl_status parse_bound(sql_parser *p)
{
    if (sql_accept(p, SQL_CURRENT))
        return sql_expect(p, SQL_ROW);
    if (!sql_accept_text(p, "unbounded"))
        KL_TRY(sql_parse_operand(p));
    return sql_accept_text(p, "preceding") || sql_accept_text(p, "following")
               ? KL_OK : sql_unexpected(p, "PRECEDING or FOLLOWING");
}

/* ROWS BETWEEN a AND b EXCLUDE c */
static kl_status parse_frame(sql_parser *p)
{
    if (!sql_accept(p, SQL_ROWS) && !sql_accept_text(p, "range") && !sql_accept_text(p, "groups"))
        return KL_OK;
    bool between = sql_accept(p, SQL_BETWEEN);
    KL_TRY(parse_bound(p));
    if (between) {
        KL_TRY(sql_expect(p, SQL_AND));
        KL_TRY(parse_bound(p));
    }
    if (!sql_accept_text(p, "exclude"))
        return KL_OK;
    if (sql_accept(p, SQL_CURRENT))
        return sql_expect(p, SQL_ROW);
    if (sql_accept(p, SQL_NO))
        return sql_accept_text(p, "others") ? KL_OK : sql_unexpected(p, "OTHERS");
    return sql_accept(p, SQL_GROUP) || sql_accept(p, SQL_TIES) ? KL_OK : sql_unexpected(p, "GROUP or TIES");
}

kl_status sql_parse_window(sql_parser *p)
{
    KL_TRY(sql_enter(p));
    KL_TRY(sql_expect_symbol(p, '('));
    bool framed = sql_at(p, SQL_ROWS) || sql_at_text(p, "range") || sql_at_text(p, "groups");
    if (!framed && sql_is_name(p->now)) /* a window it goes on from */
        sql_advance(p);
    if (sql_accept(p, SQL_PARTITION)) {
        KL_TRY(sql_expect(p, SQL_BY));
        KL_TRY(sql_parse_expressions(p));
    }
    KL_TRY(sql_parse_order(p));
    KL_TRY(parse_frame(p));
    sql_leave(p);
    return sql_expect_symbol(p, ')');
}
