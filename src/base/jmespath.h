/* src/base/jmespath.h - JMESPath: a query language for JSON-like values (jmespath.org).
 *
 * The way of an expression: jmespath_lex.c cuts the text into tokens -> jmespath_parse.c builds a
 * flat tree -> jmespath_eval.c walks it over a value, jmespath_functions.c holds the functions,
 * jmespath_cache.c keeps compiled expressions.
 */
#ifndef KL_BASE_JMESPATH_H
#define KL_BASE_JMESPATH_H

#include "kailash/value.h"
#include "work.h"

/* A compiled expression. Immutable: threads share it. */
typedef struct kl_jmespath kl_jmespath;

enum {
    /* "a.0.b": a number may be a segment, as in kl_value_path(): the index of a list, the key of
     * a map. The standard forbids it. */
    KL_JMESPATH_SEGMENTS = 1,
};

/* Levels an expression may nest; a chain such as a.b.c... or a || b || ... may be any length. */
enum { KL_JMESPATH_DEPTH_MAX = 128 };
/* Largest list and text that a search produces; beyond: KL_LIMIT. */
#define KL_JMESPATH_LIST_MAX ((size_t)10000000)
#define KL_JMESPATH_TEXT_MAX ((size_t)64 << 20)

/*
 * Compile; given, end it with kl_jmespath_release(). KL_SYNTAX comes with the position, also for
 * an unknown function, a wrong number of arguments and a slice of step 0.
 */
KL_API kl_status kl_jmespath_compile(kl_jmespath **out, kl_text expression, unsigned flags,
                                     kl_error *error);
/* The same through a cache of the expressions used lately. */
KL_API kl_status kl_jmespath_get(kl_jmespath **out, kl_text expression, unsigned flags,
                                 kl_error *error);
KL_API kl_jmespath *kl_jmespath_retain(kl_jmespath *expression);
KL_API void kl_jmespath_release(kl_jmespath *expression); /* NULL is fine */

/*
 * Apply to `data`; given, null where nothing is found. KL_INVALID for an argument of a function
 * that is of the wrong type. Numbers keep being int or float.
 * work    who may stop it; NULL = nobody
 */
KL_API kl_status kl_jmespath_search(kl_value *out, const kl_jmespath *expression, kl_value data,
                                    kl_work *work, kl_error *error);

/* Whether JMESPath counts a value as true: all but null, false, "", [] and {}. */
KL_API bool kl_jmespath_truth(kl_value value);

#endif
