/* src/dataflow/sql_word.h - the words of SQL that mean something to the interceptor. */
#ifndef KL_DATAFLOW_SQL_WORD_H
#define KL_DATAFLOW_SQL_WORD_H

#include "kailash/base.h"

/* What may be said of a word. */
enum {
    SQL_RESERVED = 1, /* never the name of a table, a column or an alias unless it is quoted */
    SQL_CALLED = 2,   /* reserved, and yet the name of a function before "(" */
    SQL_VALUE = 4,    /* a bare value: as the name of a column it would mean something else */
};

/* In the order of the alphabet: they are searched. */
#define SQL_WORDS(X)                                                                               \
    X(AGAINST, 0) X(ALL, SQL_RESERVED | SQL_CALLED) X(ALTER, SQL_RESERVED) X(ANALYZE, 0)           \
    X(AND, SQL_RESERVED) X(ANY, SQL_RESERVED | SQL_CALLED) X(ARRAY, SQL_RESERVED | SQL_CALLED)     \
    X(AS, SQL_RESERVED) X(ASC, SQL_RESERVED) X(ASYMMETRIC, SQL_RESERVED) X(AT, 0)                  \
    X(BETWEEN, SQL_RESERVED) X(BINARY, 0) X(BOOLEAN, 0) X(BOTH, SQL_RESERVED)                      \
    X(BY, SQL_RESERVED) X(CASE, SQL_RESERVED) X(CAST, SQL_RESERVED | SQL_CALLED)                   \
    X(CHECK, SQL_RESERVED) X(COLLATE, SQL_RESERVED) X(CONFLICT, 0) X(CONSTRAINT, SQL_RESERVED)     \
    X(CREATE, SQL_RESERVED) X(CROSS, SQL_RESERVED) X(CURRENT, 0) X(CURRENT_CATALOG, SQL_VALUE)     \
    X(CURRENT_DATE, SQL_VALUE) X(CURRENT_ROLE, SQL_VALUE) X(CURRENT_SCHEMA, SQL_VALUE)             \
    X(CURRENT_TIME, SQL_VALUE) X(CURRENT_TIMESTAMP, SQL_VALUE) X(CURRENT_USER, SQL_VALUE)          \
    X(DEFAULT, SQL_RESERVED | SQL_CALLED) X(DELETE, SQL_RESERVED) X(DESC, SQL_RESERVED)            \
    X(DISTINCT, SQL_RESERVED) X(DISTINCTROW, SQL_RESERVED) X(DIV, SQL_RESERVED)                    \
    X(DO, SQL_RESERVED) X(DROP, SQL_RESERVED) X(DUPLICATE, 0) X(ELSE, SQL_RESERVED)                \
    X(END, SQL_RESERVED) X(ESCAPE, SQL_RESERVED) X(EXCEPT, SQL_RESERVED)                           \
    X(EXISTS, SQL_RESERVED | SQL_CALLED) X(EXPANSION, 0) X(EXPLAIN, 0) X(FALSE, SQL_VALUE)         \
    X(FETCH, SQL_RESERVED) X(FILTER, 0) X(FIRST, 0) X(FOR, SQL_RESERVED) X(FORCE, SQL_RESERVED)    \
    X(FOREIGN, SQL_RESERVED) X(FROM, SQL_RESERVED) X(FULL, SQL_RESERVED)                           \
    X(GLOB, SQL_RESERVED | SQL_CALLED) X(GROUP, SQL_RESERVED) X(GROUPING, 0)                       \
    X(HAVING, SQL_RESERVED) X(IF, 0) X(IGNORE, SQL_RESERVED)                                       \
    X(ILIKE, SQL_RESERVED) X(IN, SQL_RESERVED) X(INDEX, 0) X(INDEXED, SQL_RESERVED)     \
    X(INNER, SQL_RESERVED) X(INSERT, SQL_RESERVED | SQL_CALLED) X(INTERSECT, SQL_RESERVED)         \
    X(INTERVAL, SQL_RESERVED | SQL_CALLED) X(INTO, SQL_RESERVED) X(IS, SQL_RESERVED)               \
    X(ISNULL, SQL_RESERVED | SQL_CALLED) X(JOIN, SQL_RESERVED) X(KEY, 0) X(LANGUAGE, 0)            \
    X(LAST, 0) X(LATERAL, SQL_RESERVED) X(LEADING, SQL_RESERVED)                                   \
    X(LEFT, SQL_RESERVED | SQL_CALLED) X(LIKE, SQL_RESERVED | SQL_CALLED)                          \
    X(LIMIT, SQL_RESERVED) X(LOCALTIME, SQL_VALUE) X(LOCALTIMESTAMP, SQL_VALUE)                    \
    X(LOCK, SQL_RESERVED) X(LOCKED, 0) X(MATCH, SQL_RESERVED | SQL_CALLED) X(MATERIALIZED, 0)      \
    X(MEMBER, 0) X(MERGE, 0) X(MOD, SQL_RESERVED | SQL_CALLED) X(MODE, 0)                          \
    X(NATURAL, SQL_RESERVED) X(NEXT, 0) X(NO, 0) X(NOT, SQL_RESERVED) X(NOTHING, 0)                \
    X(NOTNULL, SQL_RESERVED) X(NOWAIT, 0) X(NULL, SQL_RESERVED) X(NULLS, 0) X(OF, 0)               \
    X(OFFSET, SQL_RESERVED) X(ON, SQL_RESERVED) X(ONLY, SQL_RESERVED)                              \
    X(OR, SQL_RESERVED) X(ORDER, SQL_RESERVED) X(ORDINALITY, 0)                     \
    X(OUTER, SQL_RESERVED) X(OVER, SQL_RESERVED) X(OVERLAPS, SQL_RESERVED) X(OVERRIDING, 0)        \
    X(PARTITION, SQL_RESERVED) X(PLACING, SQL_RESERVED) X(PRIMARY, SQL_RESERVED)                   \
    X(PROCEDURE, SQL_RESERVED) X(QUERY, 0) X(RECURSIVE, 0)                \
    X(REFERENCES, SQL_RESERVED) X(REGEXP, SQL_RESERVED | SQL_CALLED) X(REPEATABLE, 0)              \
    X(REPLACE, SQL_RESERVED | SQL_CALLED) X(RESPECT, 0) X(RETURNING, SQL_RESERVED)                 \
    X(RIGHT, SQL_RESERVED | SQL_CALLED) X(RLIKE, SQL_RESERVED) X(ROLLUP, 0) X(ROW, 0)              \
    X(ROWS, 0) X(SELECT, SQL_RESERVED) X(SEPARATOR, SQL_RESERVED) X(SESSION_USER, SQL_VALUE)       \
    X(SET, SQL_RESERVED) X(SETS, 0) X(SHARE, 0) X(SIMILAR, SQL_RESERVED) X(SKIP, 0)                \
    X(SOME, SQL_RESERVED | SQL_CALLED) X(SOUNDS, 0) X(STRAIGHT_JOIN, SQL_RESERVED)                 \
    X(SYMMETRIC, SQL_RESERVED) X(SYSTEM_USER, SQL_VALUE) X(TABLE, SQL_RESERVED)                    \
    X(TABLESAMPLE, SQL_RESERVED) X(THEN, SQL_RESERVED) X(TIES, 0) X(TIME, 0)                       \
    X(TO, SQL_RESERVED) X(TRAILING, SQL_RESERVED) X(TRUE, SQL_VALUE) X(UNION, SQL_RESERVED)        \
    X(UNIQUE, SQL_RESERVED) X(UPDATE, SQL_RESERVED) X(USE, SQL_RESERVED) X(USER, SQL_VALUE)        \
    X(USING, SQL_RESERVED) X(VALUES, SQL_RESERVED | SQL_CALLED) X(VARIADIC, SQL_RESERVED)          \
    X(WHEN, SQL_RESERVED) X(WHERE, SQL_RESERVED) X(WINDOW, SQL_RESERVED) X(WITH, SQL_RESERVED)     \
    X(WITHIN, 0) X(XOR, SQL_RESERVED) X(ZONE, 0)

typedef enum sql_word {
    SQL_NO_WORD,
#define X(name, flags) SQL_##name,
    SQL_WORDS(X)
#undef X
} sql_word;

/* The word that a text is, in whatever case. */
KL_API sql_word sql_word_of(kl_text text);
KL_API unsigned sql_word_flags(sql_word word);

#endif
