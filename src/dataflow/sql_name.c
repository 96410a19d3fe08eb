/* src/dataflow/sql_name.c - names: what they are, and when two are one. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

bool sql_is_name(const sql_token *token)
{
    return token->kind == SQL_TOKEN_NAME ||
           (token->kind == SQL_TOKEN_WORD && !(sql_word_flags(token->word) & SQL_RESERVED));
}

static kl_text inside(const sql_token *name)
{
    if (name->kind != SQL_TOKEN_NAME)
        return name->text;
    return (kl_text){name->text.data + 1, name->text.len - 2};
}

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

/* A letter beyond ASCII may be any letter to a database that folds them: it matches one. */
static bool similar(kl_text a, kl_text b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        bool wide = (a.data[i] & 0x80) || (b.data[k] & 0x80);
        if (!wide && lower(a.data[i]) != lower(b.data[k]))
            return false;
        do
            i++;
        while (i < a.len && (a.data[i] & 0xC0) == 0x80);
        do
            k++;
        while (k < b.len && (b.data[k] & 0xC0) == 0x80);
    }
    return i == a.len && k == b.len;
}

static bool has_upper(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (lower(text.data[i]) != text.data[i] || text.data[i] & 0x80)
            return true;
    return false;
}

/* PostgreSQL folds names that are not quoted, MySQL may tell the cases of names of tables apart. */
bool sql_same_name(const sql_token *a, const sql_token *b)
{
    return kl_text_equal(inside(a), inside(b)) && (a->kind == b->kind || !has_upper(inside(a)));
}

bool sql_similar_name(const sql_token *a, const sql_token *b)
{
    kl_text left = inside(a), right = inside(b);
    return left.len == right.len && strncasecmp(left.data, right.data, left.len) == 0;
}

/* As the column is written into the text, quoted or not, so that both are one for the database. */
bool sql_is_tenant_column(const sql_parser *p, const sql_token *name)
{
    bool written_quoted = *p->written == '"' || *p->written == '`' || *p->written == '[';
    if (name->kind == SQL_TOKEN_WORD && !written_quoted)
        return name->text.len == p->column.len &&
               strncasecmp(name->text.data, p->column.data, p->column.len) == 0;
    return kl_text_equal(inside(name), p->column) && (written_quoted || !has_upper(p->column));
}

bool sql_resembles_tenant_column(const sql_parser *p, const sql_token *name)
{
    return similar(inside(name), p->column);
}

kl_status sql_parse_name(sql_parser *p, const char *wanted)
{
    if (!sql_is_name(p->now))
        return sql_unexpected(p, wanted);
    sql_advance(p);
    return KL_OK;
}

kl_status sql_parse_names(sql_parser *p)
{
    KL_TRY(sql_expect_symbol(p, '('));
    do
        KL_TRY(sql_parse_name(p, "a name"));
    while (sql_accept_symbol(p, ','));
    return sql_expect_symbol(p, ')');
}

/* ---- types --------------------------------------------------------------------------------------- */

/* (10), (10, 2), ('a', 'b') */
static kl_status parse_type_arguments(sql_parser *p)
{
    if (!sql_accept_symbol(p, '('))
        return KL_OK;
    do {
        if (p->now->kind != SQL_TOKEN_NUMBER && p->now->kind != SQL_TOKEN_STRING)
            return sql_unexpected(p, "a number");
        sql_advance(p);
    } while (sql_accept_symbol(p, ','));
    return sql_expect_symbol(p, ')');
}

static kl_status parse_type_dimensions(sql_parser *p)
{
    while (sql_accept_symbol(p, '[')) {
        if (p->now->kind == SQL_TOKEN_NUMBER)
            sql_advance(p);
        KL_TRY(sql_expect_symbol(p, ']'));
    }
    return KL_OK;
}

/* Words that go on with a type: DOUBLE PRECISION, TIMESTAMP WITH TIME ZONE, SIGNED INTEGER. */
static bool accept_type_word(sql_parser *p)
{
    static const char *const words[] = {"precision", "varying", "unsigned", "signed", "integer", "int", "zerofill"};
    if ((sql_at(p, SQL_WITH) || sql_at_text(p, "without")) && sql_then(p, SQL_TIME)) {
        p->now += 2;
        return sql_accept(p, SQL_ZONE);
    }
    if (sql_at_text(p, "character") && p->now[1].kind == SQL_TOKEN_WORD && p->now[1].word == SQL_SET) {
        p->now += 2;
        return sql_is_name(p->now) ? (sql_advance(p), true) : false;
    }
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (sql_accept_text(p, words[i]))
            return true;
    return false;
}

kl_status sql_parse_type(sql_parser *p)
{
    if (!sql_is_name(p->now) && !sql_at(p, SQL_INTERVAL))
        return sql_unexpected(p, "a type");
    sql_advance(p);
    while (sql_accept_symbol(p, '.'))
        KL_TRY(sql_parse_name(p, "a type"));
    do
        KL_TRY(parse_type_arguments(p));
    while (accept_type_word(p));
    return parse_type_dimensions(p);
}
