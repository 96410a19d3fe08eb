/* src/dataflow/sql_parse.c - tokens, one after the other. See sql_parse.h. */
#include "sql_parse.h"

#include <strings.h>

kl_status sql_refuse(const sql_parser *p, const sql_token *at, const char *what)
{
    const char *start = p->tokens->sql.data;
    return kl_error_set_at(p->error, KL_FAILED, start, at->text.data, "%s (at byte %zu)", what,
                           (size_t)(at->text.data - start));
}

/* Literals are not shown: they may be secret. */
kl_status sql_unexpected(const sql_parser *p, const char *wanted)
{
    const char *start = p->tokens->sql.data;
    size_t at = (size_t)(p->now->text.data - start);
    kl_text shown = {p->now->text.data, KL_MIN(p->now->text.len, 40)};
    if (p->now->kind == SQL_TOKEN_END)
        return kl_error_set_at(p->error, KL_FAILED, start, start + at,
                               "the statement ends at byte %zu; expected %s", at, wanted);
    if (p->now->kind == SQL_TOKEN_STRING || p->now->kind == SQL_TOKEN_NUMBER)
        shown = p->now->kind == SQL_TOKEN_STRING ? KL_TEXT("a string") : KL_TEXT("a number");
    return kl_error_set_at(p->error, KL_FAILED, start, start + at, "unexpected '%.*s' at byte %zu; expected %s",
                           KL_TEXT_ARG(shown), at, wanted);
}

bool sql_is_symbol(const sql_token *token, char symbol)
{
    return token->kind == SQL_TOKEN_SYMBOL && *token->text.data == symbol;
}

bool sql_at_operator(const sql_parser *p, const char *operator)
{
    return p->now->kind == SQL_TOKEN_OPERATOR && kl_text_is(p->now->text, operator);
}

bool sql_accept(sql_parser *p, sql_word word)
{
    bool here = sql_at(p, word);
    p->now += here;
    return here;
}

bool sql_accept_symbol(sql_parser *p, char symbol)
{
    bool here = sql_at_symbol(p, symbol);
    p->now += here;
    return here;
}

bool sql_at_text(const sql_parser *p, const char *text)
{
    return p->now->kind == SQL_TOKEN_WORD && strlen(text) == p->now->text.len &&
           strncasecmp(p->now->text.data, text, p->now->text.len) == 0;
}

bool sql_accept_text(sql_parser *p, const char *text)
{
    bool here = sql_at_text(p, text);
    p->now += here;
    return here;
}

kl_status sql_expect(sql_parser *p, sql_word word)
{
    static const char *const names[] = {
        "",
#define X(name, flags) #name,
        SQL_WORDS(X)
#undef X
    };
    return sql_accept(p, word) ? KL_OK : sql_unexpected(p, names[word]);
}

kl_status sql_expect_symbol(sql_parser *p, char symbol)
{
    char wanted[2] = {symbol, '\0'};
    return sql_accept_symbol(p, symbol) ? KL_OK : sql_unexpected(p, wanted);
}

kl_status sql_enter(sql_parser *p)
{
    if (++p->depth <= SQL_DEPTH_MAX)
        return KL_OK;
    return sql_refuse(p, p->now, "the statement nests too deep");
}
