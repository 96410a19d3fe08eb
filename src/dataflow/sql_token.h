/* src/dataflow/sql_token.h - the tokens of an SQL text that SQLite, PostgreSQL or MySQL may read.
 *
 * The three do not agree where a string, a comment or a quoted name ends. A text is read for a set of
 * them, and what they would read differently is refused, or noted as a fix: written back with its
 * fixes, the text has the same tokens for all of the set.
 */
#ifndef KL_DATAFLOW_SQL_TOKEN_H
#define KL_DATAFLOW_SQL_TOKEN_H

#include "sql_word.h"

/* Who reads the text. MariaDB reads as MySQL does. */
enum { SQL_BY_SQLITE = 1, SQL_BY_POSTGRES = 2, SQL_BY_MYSQL = 4, SQL_BY_ALL = 7 };

typedef enum sql_token_kind {
    SQL_TOKEN_END,
    SQL_TOKEN_WORD,        /* unquoted: a name, or a word that SQL knows */
    SQL_TOKEN_NAME,        /* quoted */
    SQL_TOKEN_STRING,      /* with its prefix, as E'...' */
    SQL_TOKEN_NUMBER,
    SQL_TOKEN_PLACEHOLDER, /* ? ?1 $1 :name @name $name */
    SQL_TOKEN_VARIABLE,    /* @name of MySQL */
    SQL_TOKEN_SYMBOL,      /* one of ( ) [ ] , ; . : */
    SQL_TOKEN_CAST,        /* :: */
    SQL_TOKEN_ASSIGN,      /* := */
    SQL_TOKEN_OPERATOR,    /* a run of the characters that operators are made of */
} sql_token_kind;

typedef struct sql_token {
    sql_token_kind kind;
    sql_word word;   /* of a SQL_TOKEN_WORD */
    kl_text text;    /* within the SQL, quotes and all */
    uint32_t number; /* of a placeholder that has one */
} sql_token;

typedef enum sql_placeholders {
    SQL_PLACEHOLDERS_NONE,
    SQL_PLACEHOLDERS_PLAIN,  /* ? */
    SQL_PLACEHOLDERS_NUMBER, /* ?1 or $1, as `prefix` says */
    SQL_PLACEHOLDERS_NAME,   /* :name and the like */
} sql_placeholders;

typedef enum sql_fix_kind {
    SQL_FIX_DROP_COMMENT, /* a comment that PostgreSQL ends elsewhere: a blank instead */
    SQL_FIX_ADD_BLANK,    /* MySQL wants a blank behind -- */
    SQL_FIX_QUOTE,        /* $tag$text$tag$ as 'text' */
} sql_fix_kind;

typedef struct sql_fix {
    sql_fix_kind kind;
    kl_text text; /* what it replaces, or stands before; of SQL_FIX_QUOTE the whole string */
} sql_fix;

typedef struct sql_tokens {
    kl_text sql;
    unsigned readers; /* SQL_BY_... */
    sql_token *items; /* the last is a SQL_TOKEN_END */
    size_t count, cap;
    sql_fix *fixes;
    size_t fix_count, fix_cap;
    sql_placeholders placeholders;
    char prefix; /* of placeholders with a number or a name: the first one's */
} sql_tokens;

/* Longest text. */
enum { SQL_TEXT_MAX = 16 << 20 };

/* Read `sql` (borrowed, and kept) for the databases of `readers`. Given; end it with
 * sql_tokens_clear(). KL_FAILED, with the position, names what was not understood. */
KL_API kl_status sql_tokens_read(sql_tokens *out, kl_text sql, unsigned readers, kl_error *error);
KL_API void sql_tokens_clear(sql_tokens *tokens);

/* Whether a byte may stand within an unquoted word. */
bool sql_is_word_byte(char c);

/* The inside of a $tag$ string. */
kl_text sql_dollar_inside(kl_text string);

#endif
