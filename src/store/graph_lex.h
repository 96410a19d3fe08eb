/* src/store/graph_lex.h - the tokens of Cypher. */
#ifndef KL_STORE_GRAPH_LEX_H
#define KL_STORE_GRAPH_LEX_H

#include "kailash/value.h"

typedef enum cypher_token_kind {
    TOKEN_END,
    TOKEN_NAME,   /* also keywords; `quoted` ones are names only */
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_STRING,
    TOKEN_PARAMETER, /* $name */
    TOKEN_SYMBOL,    /* as its text says */
} cypher_token_kind;

typedef struct cypher_token {
    cypher_token_kind kind;
    kl_text text; /* in the query; a name or parameter without its quotes and $ */
    const char *start, *end;
    bool quoted;
} cypher_token;

/* The token at `*at` (blanks and comments passed over), which moves behind it. KL_SYNTAX. */
kl_status cypher_next_token(cypher_token *out, kl_text query, size_t *at, kl_error *error);
/* What a string token says, its escapes read; given. */
kl_status cypher_string_value(kl_value *out, const cypher_token *token, kl_text query,
                              kl_error *error);

#endif
