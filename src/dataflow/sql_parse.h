/* src/dataflow/sql_parse.h - the parser of the interceptor: finds what a statement is made of and collects
 * the changes that keep it to one tenant.
 *
 * It builds no tree. Each function passes one construct, and knows when it has passed it which tables
 * are read there and where their predicates belong. What it does not know is refused.
 */
#ifndef KL_DATAFLOW_SQL_PARSE_H
#define KL_DATAFLOW_SQL_PARSE_H

#include "sql_edit.h"

/* Levels of parentheses, of CASE and of sub-queries. */
enum { SQL_DEPTH_MAX = 100 };
/* Tables of the FROMs, and names of the WITHs, around one place; tables of a whole statement. */
enum { SQL_SOURCES_MAX = 256, SQL_CTES_MAX = 256, SQL_USES_MAX = 10000 };

/* Something that a FROM, an UPDATE or a DELETE names. */
typedef struct sql_source {
    const sql_token *name;      /* alias, or last part of the table's name; NULL when it has none */
    const sql_token *first, *last; /* the table's name, without its alias */
    bool scoped;                /* a table whose rows have a tenant, for which no predicate stands yet */
    bool aliased;
} sql_source;

/* Queries within queries, and the tables of each: what an inner one can name of an outer one. */
#define SQL_NONE ((size_t)-1)

typedef struct sql_frame {
    size_t outer; /* frame around it, or SQL_NONE */
    size_t uses;  /* its last one, or SQL_NONE */
} sql_frame;

typedef struct sql_use {
    const sql_token *name, *first, *last;
    bool real;    /* a table, not a query or what WITH names */
    bool nested;  /* columns of outer queries are visible beside it */
    bool hidden;  /* the name is not visible outside of the query that stands for the table */
    size_t frame, next; /* the one before it in its frame */
} sql_use;

typedef struct sql_frames {
    sql_frame *items;
    size_t count, cap, now;
    sql_use *uses;
    size_t use_count, use_cap;
} sql_frames;

typedef struct sql_parser {
    const sql_tokens *tokens;
    const sql_token *now;
    kl_text column;      /* of the tenant */
    const char *written; /* the same as it is written into the text */
    sql_edits edits;
    sql_source sources[SQL_SOURCES_MAX]; /* of all FROMs around this place, the innermost last */
    size_t source_count;
    size_t list;         /* source that the FROM list here begins with */
    sql_frames frames;
    const sql_token *ctes[SQL_CTES_MAX]; /* names that WITH gives, visible here */
    size_t cte_count;
    size_t depth;
    bool nested;         /* columns of an outer query are visible */
    bool ends_at_in;     /* an expression that IN ends */
    bool values_called;  /* VALUES(column) of ON DUPLICATE KEY UPDATE */
    bool writes;         /* the statement changes rows */
    kl_error *error;
} sql_parser;

/* ---- sql_parse.c: tokens ---- */

kl_status sql_unexpected(const sql_parser *p, const char *wanted);
kl_status sql_refuse(const sql_parser *p, const sql_token *at, const char *what);
static inline void sql_advance(sql_parser *p) { p->now += p->now->kind != SQL_TOKEN_END; }
static inline bool sql_at(const sql_parser *p, sql_word word) { return p->now->word == word; }
static inline bool sql_then(const sql_parser *p, sql_word word)
{
    return p->now->kind != SQL_TOKEN_END && p->now[1].word == word;
}
bool sql_is_symbol(const sql_token *token, char symbol);
static inline bool sql_at_symbol(const sql_parser *p, char symbol) { return sql_is_symbol(p->now, symbol); }
bool sql_at_operator(const sql_parser *p, const char *operator);
bool sql_accept(sql_parser *p, sql_word word);
bool sql_accept_symbol(sql_parser *p, char symbol);
/* A word that is in no table. */
bool sql_at_text(const sql_parser *p, const char *text);
bool sql_accept_text(sql_parser *p, const char *text);
kl_status sql_expect(sql_parser *p, sql_word word);
kl_status sql_expect_symbol(sql_parser *p, char symbol);
kl_status sql_enter(sql_parser *p);
static inline void sql_leave(sql_parser *p) { p->depth--; }

/* ---- sql_name.c: names ---- */

/* Whether a token may be a name, here. */
bool sql_is_name(const sql_token *token);
/* Whether it is certainly the same name for all databases, and whether it may be for one of them. */
bool sql_same_name(const sql_token *a, const sql_token *b);
bool sql_similar_name(const sql_token *a, const sql_token *b);
bool sql_is_tenant_column(const sql_parser *p, const sql_token *name);
bool sql_resembles_tenant_column(const sql_parser *p, const sql_token *name);
kl_status sql_parse_name(sql_parser *p, const char *wanted);
/* ( name, name ... ) */
kl_status sql_parse_names(sql_parser *p);
/* A type, as behind :: or AS in a cast. */
kl_status sql_parse_type(sql_parser *p);

/* ---- sql_expression.c, sql_call.c ---- */

kl_status sql_parse_expression(sql_parser *p);
kl_status sql_parse_operand(sql_parser *p);
kl_status sql_parse_expressions(sql_parser *p);
/* ORDER BY and its terms, when it stands here. */
kl_status sql_parse_order(sql_parser *p);
/* From the "(" behind a function's name to its OVER. */
kl_status sql_parse_call(sql_parser *p, const sql_token *name);
/* ( window ) */
kl_status sql_parse_window(sql_parser *p);
/* What stands between parentheses, up to the ")": a query or expressions. */
kl_status sql_parse_inside(sql_parser *p);

/* ---- sql_query.c ---- */

/* What becomes of the rows of a query that an INSERT takes. */
typedef enum sql_place { SQL_PLACE_FIRST, SQL_PLACE_LAST, SQL_PLACE_AT } sql_place;
typedef struct sql_insert {
    sql_place place; /* where each row gets its tenant */
    size_t at;       /* of SQL_PLACE_AT: in place of this item */
    size_t columns;  /* items a row must have */
} sql_insert;

bool sql_begins_query(const sql_parser *p);
/* `insert` may be NULL. */
kl_status sql_parse_query(sql_parser *p, const sql_insert *insert);
/* A query within an expression. */
kl_status sql_parse_nested_query(sql_parser *p);
/* UNION and the like, ORDER BY, LIMIT behind a first query in parentheses. */
kl_status sql_parse_query_tail(sql_parser *p, const sql_insert *insert);
kl_status sql_parse_select_items(sql_parser *p, const sql_insert *insert, bool *renames);
/* WITH, when it stands here. */
kl_status sql_parse_with(sql_parser *p);
kl_status sql_parse_limit(sql_parser *p);

/* ---- sql_scope.c ---- */

/* A query or statement begins; `*outer` is what p->frames.now has to be again behind it. */
kl_status sql_frame_begin(sql_parser *p, size_t *outer);
/* A name that this frame's queries can use. */
kl_status sql_use_add(sql_parser *p, const sql_token *name, const sql_source *source, bool hidden);
/* No predicate may mean a table of an outer query. */
kl_status sql_check_frames(const sql_parser *p);
/* No table of a query in this frame, used since number `mark`, has this name. */
kl_status sql_check_unused(const sql_parser *p, size_t mark, const sql_token *name);
void sql_frames_clear(sql_frames *frames);

/* ---- sql_from.c ---- */

/* A FROM list. `writes`: its first table is written to, so it is none that WITH names. */
kl_status sql_parse_from(sql_parser *p, bool writes);
kl_status sql_parse_table(sql_parser *p, bool writes);
/* Two sources of one name, from `mark` on: a predicate would not say which it means. */
kl_status sql_check_sources(const sql_parser *p, size_t mark);
/* WHERE, if any, with the predicates of all sources from `mark` on; they are forgotten. `plain`: a
 * single table's column needs no qualifier. */
kl_status sql_parse_where(sql_parser *p, size_t mark, bool plain);

/* ---- sql_write.c ---- */

kl_status sql_parse_insert(sql_parser *p);
kl_status sql_parse_update(sql_parser *p);
kl_status sql_parse_delete(sql_parser *p);
/* Any statement that may stand in WITH or alone. */
kl_status sql_parse_statement(sql_parser *p);

/* Append `name.column = ` and the tenant. */
void sql_write_predicate(sql_parser *p, const sql_source *source);

#endif
