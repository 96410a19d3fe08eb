/* src/dataflow/sql_from.c - FROM, joins, and where the predicates go. See sql_parse.h.
 *
 * The predicate of a table stands in WHERE. Where an outer join may give a row without the table's
 * columns, WHERE would lose it: there the predicate stands in ON, or the table becomes a query.
 */
#include "sql_parse.h"

#include <strings.h>

/* ---- predicates ---------------------------------------------------------------------------------- */

static void write_name(sql_parser *p, const sql_token *first, const sql_token *last)
{
    for (const sql_token *token = first; token <= last; token++)
        kl_buffer_add(&p->edits.texts, token->text);
}

void sql_write_predicate(sql_parser *p, const sql_source *source)
{
    if (source) {
        write_name(p, source->aliased ? source->name : source->first, source->aliased ? source->name : source->last);
        kl_buffer_byte(&p->edits.texts, '.');
    }
    kl_buffer_string(&p->edits.texts, p->written);
    kl_buffer_string(&p->edits.texts, " = " SQL_TENANT);
}

/* The predicates of the sources from `from` up to `to`, joined by AND; they are pending no more. */
static void write_predicates(sql_parser *p, size_t from, size_t to, bool plain)
{
    bool first = true;
    for (size_t i = from; i < to; i++) {
        if (!p->sources[i].scoped)
            continue;
        kl_buffer_string(&p->edits.texts, first ? "" : " AND ");
        sql_write_predicate(p, plain ? NULL : &p->sources[i]);
        p->sources[i].scoped = false;
        first = false;
    }
}

static bool is_pending(const sql_parser *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (p->sources[i].scoped)
            return true;
    return false;
}

static const char *end_of(const sql_token *token) { return token->text.data + token->text.len; }

/* Pass an expression and put it into parentheses, with the predicates behind. */
static kl_status parse_condition(sql_parser *p, size_t from, size_t to, bool plain)
{
    bool pending = is_pending(p, from, to);
    if (pending)
        KL_TRY(sql_edit_add(&p->edits, p->now->text.data, 0, "(", p->error));
    KL_TRY(sql_parse_expression(p));
    if (!pending)
        return KL_OK;
    KL_TRY(sql_edit_begin(&p->edits, end_of(p->now - 1), 0, p->error));
    kl_buffer_string(&p->edits.texts, ") AND ");
    write_predicates(p, from, to, plain);
    sql_edit_end(&p->edits);
    return KL_OK;
}

kl_status sql_parse_where(sql_parser *p, size_t mark, bool plain)
{
    size_t count = p->source_count;
    plain = plain && count - mark == 1 && !p->nested;
    if (sql_accept(p, SQL_WHERE)) {
        if (sql_at(p, SQL_CURRENT) && sql_then(p, SQL_OF))
            return sql_refuse(p, p->now, "CURRENT OF, which names a row by a cursor");
        KL_TRY(parse_condition(p, mark, count, plain));
    } else if (is_pending(p, mark, count)) {
        KL_TRY(sql_edit_begin(&p->edits, end_of(p->now - 1), 0, p->error));
        kl_buffer_string(&p->edits.texts, " WHERE ");
        write_predicates(p, mark, count, plain);
        sql_edit_end(&p->edits);
    }
    return KL_OK;
}

/* (SELECT * FROM o WHERE o.tenant_id = ?) AS o, for every table that has no predicate yet. */
static kl_status derive(sql_parser *p, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        sql_source *source = &p->sources[i];
        if (!source->scoped)
            continue;
        KL_TRY(sql_use_add(p, source->last, source, true));
        KL_TRY(sql_edit_add(&p->edits, source->first->text.data, 0, "(SELECT * FROM ", p->error));
        KL_TRY(sql_edit_begin(&p->edits, end_of(source->last), 0, p->error));
        kl_buffer_string(&p->edits.texts, " WHERE ");
        sql_source inner = {.name = source->last, .first = source->first, .last = source->last};
        sql_write_predicate(p, &inner);
        kl_buffer_string(&p->edits.texts, source->aliased ? ")" : ") AS ");
        if (!source->aliased)
            write_name(p, source->last, source->last);
        sql_edit_end(&p->edits);
        source->scoped = false;
    }
    return KL_OK;
}

/* ---- one table ----------------------------------------------------------------------------------- */

static kl_status add_source(sql_parser *p, sql_source source)
{
    if (p->source_count == SQL_SOURCES_MAX)
        return sql_refuse(p, p->now, "more tables than can be looked after");
    p->sources[p->source_count++] = source;
    return source.name ? sql_use_add(p, source.name, &source, false) : KL_OK;
}

static bool is_cte(const sql_parser *p, const sql_token *name)
{
    for (size_t i = p->cte_count; i > 0; i--)
        if (sql_same_name(p->ctes[i - 1], name))
            return true;
    return false;
}

/* A name that some databases take for that of a CTE and others for a table is not guessed at. */
static kl_status check_case(const sql_parser *p, const sql_token *name)
{
    for (size_t i = p->cte_count; i > 0; i--)
        if (sql_similar_name(p->ctes[i - 1], name))
            return sql_refuse(p, name, "a table whose name differs from one of WITH in case or quotes only");
    return KL_OK;
}

/* [AS] alias; `*columns` tells whether names of columns follow, which are passed. */
static kl_status parse_alias(sql_parser *p, sql_source *source, bool *columns)
{
    bool named = sql_accept(p, SQL_AS);
    *columns = false;
    if (!named && !sql_is_name(p->now))
        return KL_OK;
    source->name = p->now;
    source->aliased = true;
    KL_TRY(sql_parse_name(p, "an alias"));
    if (sql_at_symbol(p, '(')) {
        *columns = true;
        return sql_parse_names(p);
    }
    return KL_OK;
}

/* What may stand behind a table: INDEXED BY i, NOT INDEXED, USE INDEX (i) FOR JOIN, TABLESAMPLE f (1) */
static kl_status parse_hint(sql_parser *p)
{
    sql_advance(p);
    if (!sql_accept(p, SQL_INDEX))
        KL_TRY(sql_expect(p, SQL_KEY));
    if (sql_accept(p, SQL_FOR) && !sql_accept(p, SQL_JOIN)) {
        if (!sql_accept(p, SQL_ORDER))
            KL_TRY(sql_expect(p, SQL_GROUP));
        KL_TRY(sql_expect(p, SQL_BY));
    }
    if (!sql_is_symbol(p->now + 1, ')'))
        return sql_parse_names(p);
    KL_TRY(sql_expect_symbol(p, '('));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_sample(sql_parser *p)
{
    KL_TRY(sql_parse_name(p, "a way to sample"));
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(sql_parse_expression(p));
    KL_TRY(sql_expect_symbol(p, ')'));
    if (!sql_accept(p, SQL_REPEATABLE))
        return KL_OK;
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(sql_parse_expression(p));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_hints(sql_parser *p)
{
    if (sql_accept(p, SQL_INDEXED)) {
        KL_TRY(sql_expect(p, SQL_BY));
        return sql_parse_name(p, "an index");
    }
    if (sql_at(p, SQL_NOT) && sql_then(p, SQL_INDEXED))
        p->now += 2;
    while (sql_at(p, SQL_USE) || sql_at(p, SQL_FORCE) || sql_at(p, SQL_IGNORE)) {
        KL_TRY(parse_hint(p));
        sql_accept_symbol(p, ',');
    }
    return sql_accept(p, SQL_TABLESAMPLE) ? parse_sample(p) : KL_OK;
}

/* Functions that give rows without reading a table. */
static bool is_row_function(const sql_token *name)
{
    static const char *const names[] = {
        "generate_series", "generate_subscripts", "unnest", "json_each", "json_tree", "jsonb_each", "jsonb_tree",
        "json_each_text", "jsonb_each_text", "json_array_elements", "jsonb_array_elements",
        "json_array_elements_text", "jsonb_array_elements_text", "json_object_keys", "jsonb_object_keys",
        "json_to_record", "jsonb_to_record", "json_to_recordset", "jsonb_to_recordset", "jsonb_path_query",
        "regexp_split_to_table", "regexp_matches", "string_to_table"};
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (strlen(names[i]) == name->text.len && strncasecmp(names[i], name->text.data, name->text.len) == 0)
            return true;
    return false;
}

/* (a int, b text) behind a function's alias. */
static kl_status parse_definitions(sql_parser *p)
{
    KL_TRY(sql_expect_symbol(p, '('));
    do {
        KL_TRY(sql_parse_name(p, "a name"));
        if (!sql_at_symbol(p, ',') && !sql_at_symbol(p, ')'))
            KL_TRY(sql_parse_type(p));
    } while (sql_accept_symbol(p, ','));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_row_function(sql_parser *p, const sql_token *name)
{
    sql_source source = {.name = name};
    if (!is_row_function(name))
        return sql_refuse(p, name, "a function in FROM that is not known to read no tables");
    KL_TRY(sql_parse_call(p, name));
    if (sql_accept(p, SQL_WITH))
        KL_TRY(sql_expect(p, SQL_ORDINALITY));
    bool named = sql_accept(p, SQL_AS);
    if (sql_is_name(p->now)) {
        source.name = p->now;
        sql_advance(p);
    } else if (named && !sql_at_symbol(p, '(')) {
        return sql_unexpected(p, "an alias");
    }
    if (sql_at_symbol(p, '('))
        KL_TRY(parse_definitions(p));
    return add_source(p, source);
}

/* table, schema.table */
static kl_status parse_table_name(sql_parser *p, sql_source *source)
{
    *source = (sql_source){.name = p->now, .first = p->now, .last = p->now, .scoped = true};
    KL_TRY(sql_parse_name(p, "the name of a table"));
    if (!sql_accept_symbol(p, '.'))
        return KL_OK;
    source->name = source->last = p->now;
    KL_TRY(sql_parse_name(p, "the name of a table"));
    return sql_at_symbol(p, '.') ? sql_refuse(p, p->now, "a name of more than two parts") : KL_OK;
}

/* The table without rows of MySQL. */
static bool is_dual(const sql_parser *p, const sql_token *name)
{
    return p->tokens->readers == SQL_BY_MYSQL && name->kind == SQL_TOKEN_WORD && name->text.len == 4 &&
           strncasecmp(name->text.data, "dual", 4) == 0;
}

kl_status sql_parse_table(sql_parser *p, bool writes)
{
    sql_source source;
    bool columns;
    sql_accept(p, SQL_ONLY);
    KL_TRY(parse_table_name(p, &source));
    if (sql_at_symbol(p, '('))
        return writes ? sql_unexpected(p, "a table") : parse_row_function(p, source.last);
    if (sql_at_operator(p, "*")) /* PostgreSQL: with its descendants */
        sql_advance(p);
    if (!writes && source.first == source.last) {
        source.scoped = !is_cte(p, source.first) && !is_dual(p, source.first);
        if (source.scoped)
            KL_TRY(check_case(p, source.first));
    }
    if (sql_accept(p, SQL_PARTITION))
        KL_TRY(sql_parse_names(p));
    KL_TRY(parse_alias(p, &source, &columns));
    KL_TRY(parse_hints(p));
    KL_TRY(add_source(p, source));
    return columns ? derive(p, p->source_count - 1, p->source_count) : KL_OK;
}

/* ---- joins --------------------------------------------------------------------------------------- */

static kl_status parse_list(sql_parser *p, bool writes);

/* Whether the parenthesis here holds a query: what follows the one within it tells. */
static bool holds_query(const sql_parser *p)
{
    const sql_token *inner = p->now;
    while (sql_is_symbol(inner, '('))
        inner++;
    if (inner->word != SQL_SELECT && inner->word != SQL_WITH && inner->word != SQL_VALUES)
        return false;
    if (inner == p->now + 1)
        return true;
    size_t open = 1;
    for (inner = p->now + 2; open && inner->kind != SQL_TOKEN_END; inner++)
        open += (size_t)sql_is_symbol(inner, '(') - (size_t)sql_is_symbol(inner, ')');
    return inner->word == SQL_UNION || inner->word == SQL_INTERSECT || inner->word == SQL_EXCEPT ||
           inner->word == SQL_ORDER || inner->word == SQL_LIMIT || sql_is_symbol(inner, ')');
}

/* A query that stands for a table. */
static kl_status parse_derived(sql_parser *p, bool lateral)
{
    sql_source source = {0};
    bool columns, nested = p->nested;
    KL_TRY(sql_enter(p));
    KL_TRY(sql_expect_symbol(p, '('));
    p->nested = nested || lateral;
    KL_TRY(sql_parse_query(p, NULL));
    p->nested = nested;
    KL_TRY(sql_expect_symbol(p, ')'));
    sql_leave(p);
    KL_TRY(parse_alias(p, &source, &columns));
    return add_source(p, source);
}

/* ( a JOIN b ON ... ): with an alias the tables within cannot be named from outside. */
static kl_status parse_group(sql_parser *p, bool writes)
{
    size_t mark = p->source_count;
    sql_source alias = {0};
    bool columns;
    KL_TRY(sql_enter(p));
    KL_TRY(sql_expect_symbol(p, '('));
    KL_TRY(parse_list(p, writes));
    KL_TRY(sql_expect_symbol(p, ')'));
    sql_leave(p);
    KL_TRY(parse_alias(p, &alias, &columns));
    if (!alias.name)
        return KL_OK;
    KL_TRY(derive(p, mark, p->source_count));
    p->source_count = mark;
    return add_source(p, alias);
}

static kl_status parse_primary(sql_parser *p, bool writes)
{
    bool lateral = sql_accept(p, SQL_LATERAL);
    if (sql_at_symbol(p, '('))
        return holds_query(p) ? parse_derived(p, lateral) : parse_group(p, writes);
    return sql_parse_table(p, writes);
}

typedef enum join_kind { JOIN_NONE, JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL } join_kind;

static kl_status accept_join(sql_parser *p, join_kind *kind, bool *natural)
{
    *natural = sql_accept(p, SQL_NATURAL);
    *kind = JOIN_INNER;
    if (sql_accept(p, SQL_STRAIGHT_JOIN))
        return KL_OK;
    if (sql_accept(p, SQL_LEFT))
        *kind = JOIN_LEFT;
    else if (sql_accept(p, SQL_RIGHT))
        *kind = JOIN_RIGHT;
    else if (sql_accept(p, SQL_FULL))
        *kind = JOIN_FULL;
    else if (!sql_accept(p, SQL_CROSS) && !sql_accept(p, SQL_INNER) && !sql_at(p, SQL_JOIN)) {
        *kind = JOIN_NONE;
        return *natural ? sql_unexpected(p, "JOIN") : KL_OK;
    }
    if (*kind >= JOIN_LEFT)
        sql_accept(p, SQL_OUTER);
    return sql_expect(p, SQL_JOIN);
}

/* The predicates of the sides whose rows may be missing; `middle` divides left from right. */
static kl_status parse_join_condition(sql_parser *p, join_kind kind, bool natural, size_t mark, size_t middle)
{
    size_t from = kind == JOIN_LEFT ? middle : mark;
    size_t to = kind == JOIN_RIGHT ? middle : kind == JOIN_INNER ? mark : p->source_count;
    if (kind >= JOIN_RIGHT && mark > p->list && p->tokens->readers & SQL_BY_SQLITE)
        return sql_refuse(p, p->now, "a comma before RIGHT or FULL JOIN, which SQLite takes for a join; write CROSS JOIN");
    if (kind == JOIN_FULL)
        KL_TRY(derive(p, from, to));
    if (!natural && sql_accept(p, SQL_ON))
        return parse_condition(p, from, to, false);
    KL_TRY(derive(p, from, to));
    if (!natural && sql_accept(p, SQL_USING))
        return sql_parse_names(p);
    return natural || kind == JOIN_INNER ? KL_OK : sql_unexpected(p, "ON or USING");
}

/* a JOIN b ON ... LEFT JOIN c ON ... */
static kl_status parse_joined(sql_parser *p, bool writes)
{
    size_t mark = p->source_count;
    join_kind kind;
    bool natural;
    KL_TRY(parse_primary(p, writes));
    for (;;) {
        KL_TRY(accept_join(p, &kind, &natural));
        if (kind == JOIN_NONE)
            return KL_OK;
        size_t middle = p->source_count;
        KL_TRY(parse_primary(p, false));
        KL_TRY(parse_join_condition(p, kind, natural, mark, middle));
    }
}

kl_status sql_check_sources(const sql_parser *p, size_t mark)
{
    for (size_t i = mark; i < p->source_count; i++)
        for (size_t k = mark; k < i; k++)
            if (p->sources[i].name && p->sources[k].name &&
                sql_similar_name(p->sources[i].name, p->sources[k].name))
                return sql_refuse(p, p->sources[i].name, "a second table of the same name; give it an alias");
    return KL_OK;
}

static kl_status parse_list(sql_parser *p, bool writes)
{
    size_t outer = p->list;
    p->list = p->source_count;
    do
        KL_TRY(parse_joined(p, writes && p->source_count == p->list));
    while (sql_accept_symbol(p, ','));
    p->list = outer;
    return KL_OK;
}

kl_status sql_parse_from(sql_parser *p, bool writes)
{
    size_t mark = p->source_count;
    KL_TRY(parse_list(p, writes));
    return sql_check_sources(p, mark);
}
