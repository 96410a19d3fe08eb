/* src/store/sql_text.h - the text of SQL: finds its placeholders and writes them as a database
 * wants them. Strings, quoted names and comments are passed over; nothing is ever filled in. */
#ifndef KL_STORE_SQL_TEXT_H
#define KL_STORE_SQL_TEXT_H

#include "sql_driver.h"

/* Values one text may take. */
enum { KL_SQL_VALUES_MAX = 32766 };
/* Of a statement for many rows that the library makes. libpq up to 15.18 at least takes the description of more than
 * 7,498 parameters for a broken message, and ends the connection. */
static inline size_t kl_sql_values_most(kl_sql_dialect dialect)
{
    return dialect == KL_SQL_POSTGRES ? 7000 : KL_SQL_VALUES_MAX;
}

typedef struct kl_sql_text {
    kl_value text;   /* string: placeholders as ?1 (SQLite), $1 (PostgreSQL) or ? (MySQL) */
    kl_value names;  /* of named placeholders: map name -> its number, in order; else null */
    size_t count;    /* values it takes */
    uint32_t *order; /* of MySQL: which value (from 0) each ? stands for; else NULL */
    size_t order_count;
} kl_sql_text;

/*
 * Read `sql`. Placeholders are ? (one after the other), ?N and $N (by number), or :name, @name
 * and $name (the latter two in SQLite only); one kind per text. In PostgreSQL a ? is an operator
 * when `has_values` is false. Given; end it with kl_sql_text_clear().
 */
KL_API kl_status kl_sql_text_read(kl_sql_text *out, kl_text sql, kl_sql_dialect dialect,
                                  bool has_values, kl_error *error);
KL_API void kl_sql_text_clear(kl_sql_text *text);

/* Bytes of the first statement of `sql`, the semicolon that ends it counted. */
KL_API size_t kl_sql_text_first(kl_text sql, kl_sql_dialect dialect);

/* Whether there are only blanks, comments and semicolons. */
KL_API bool kl_sql_text_is_blank(kl_text sql, kl_sql_dialect dialect);

/* Whether a statement reads only, as far as its words tell: it begins with SELECT, WITH, VALUES and
 * the like and holds none that writes or locks. What a function does, the text does not tell. */
KL_API bool kl_sql_text_only_reads(kl_text sql, kl_sql_dialect dialect);

/*
 * The values in the order of their numbers: `*values` (to be freed with kl_free(), the values in it
 * borrowed from `params`). `params` is an array, a map or null. KL_INVALID when they do not match.
 */
KL_API kl_status kl_sql_text_values(kl_value **values, size_t *count, const kl_sql_text *text,
                                    kl_value params, kl_error *error);

#endif
