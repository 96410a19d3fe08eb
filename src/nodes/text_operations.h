/* src/nodes/text_operations.h - operations on texts that several nodes offer.
 *
 * Each is a kl_operation_fn; the comment names its arguments. Characters are code points.
 */
#ifndef KL_NODES_TEXT_OPERATIONS_H
#define KL_NODES_TEXT_OPERATIONS_H

#include "operation.h"

/* text, delimiter: the pieces between; with an empty delimiter, the characters */
kl_operation_fn kl_text_split_op;
/* array, delimiter: items as by kl_value_write() */
kl_operation_fn kl_text_join_op;
/* text, pattern, replacement: every occurrence; an empty pattern stands around each character */
kl_operation_fn kl_text_replace_op;
/* text, pattern, replacement: $1, ${name} are groups */
kl_operation_fn kl_text_regex_replace_op;
/* text, pattern, group */
kl_operation_fn kl_text_find_all_op;
/* text, count */
kl_operation_fn kl_text_repeat_op;
/* text, unit: characters, graphemes or bytes */
kl_operation_fn kl_text_length_op;
/* text */
kl_operation_fn kl_text_trim_op, kl_text_title_op;

enum { KL_REGEX_GROUPS_MAX = 100 }; /* groups that a node can give */

/* The compiled pattern; given, end it with kl_regex_free(). Refused as input `pattern`. */
typedef struct kl_regex kl_regex;
kl_status kl_node_regex(kl_regex **out, kl_value pattern, kl_error *error);

/* Parameters that rows of several nodes take. */
#define KL_TEXT_PARAM(key)                                                                         \
    {                                                                                              \
        .name = key, .kind = KL_KIND_STRING                                                        \
    }
#define KL_UNIT_PARAM(words)                                                                       \
    {                                                                                              \
        .name = "unit", .kind = KL_KIND_ENUM, .names = words, .fallback = "\"characters\""         \
    }

#endif
