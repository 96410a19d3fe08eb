/* src/base/condition.h - conditions on rows, as data:
 *
 *   {"field": PATH, "op": OP, "value": VALUE} | {"and": [C, ...]} | {"or": [C, ...]} | {"not": C}
 *   OP: equals not_equals contains gt gte lt lte regex in_list
 *
 * PATH is dotted, as in kl_value_path(). A row that is no map, or that lacks the field, matches no
 * leaf, not_equals included. Numbers compare by value (2 equals 2.0), all else strictly; gt, gte,
 * lt and lte hold between two numbers or two strings only. `contains` finds a part of a string or
 * an item of a list; `in_list` never matches when VALUE is no list. An empty `and` always holds,
 * an empty `or` never.
 */
#ifndef KL_BASE_CONDITION_H
#define KL_BASE_CONDITION_H

#include "kailash/value.h"
#include "work.h"

/* A compiled condition. Immutable: threads share it. */
typedef struct kl_condition kl_condition;

enum { KL_CONDITION_DEPTH_MAX = 64 };

/*
 * Compile; given. KL_INVALID names the part that is wrong by its place below `name`:
 * "missing required input: NAME.value", "invalid input 'NAME.and[1].op': expected one of: ...".
 */
KL_API kl_status kl_condition_compile(kl_condition **out, kl_value expression, const char *name,
                                      kl_error *error);
KL_API void kl_condition_free(kl_condition *condition); /* NULL is fine */

/* Append the rows that match to `list` (an array), from row `at` on; they are shared. */
KL_API kl_status kl_condition_select(kl_value *list, const kl_condition *condition, kl_value rows,
                                     size_t at, kl_work *work, kl_error *error);

/* Whether the outcome may depend on the key `key` of a row. */
KL_API bool kl_condition_uses(const kl_condition *condition, kl_text key);

/* Whether `row` matches. `work` (may be NULL) tells who may stop it. */
KL_API kl_status kl_condition_test(bool *out, const kl_condition *condition, kl_value row,
                                   kl_work *work, kl_error *error);

#endif
