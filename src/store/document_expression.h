/* src/store/document_expression.h - values computed of a document: "$path", {"$add": ["$a", 1]}. */
#ifndef KL_STORE_DOCUMENT_EXPRESSION_H
#define KL_STORE_DOCUMENT_EXPRESSION_H

#include "kailash/value.h"
#include "work.h"

enum { KL_EXPRESSION_DEPTH_MAX = 64 };

/*
 * Check that an expression knows its operators and their numbers of arguments. KL_INVALID is a whole
 * message that begins "invalid input 'WHERE': ", WHERE being the place of the expression.
 */
kl_status kl_expression_check(kl_value expression, const char *where, kl_error *error);

/*
 * Compute a checked expression; given. `*present` is false for a field that is missing (the value is
 * null then). KL_INVALID for operands of the wrong kind: "$add: expected numbers, got string".
 */
kl_status kl_expression_value(kl_value *out, bool *present, kl_value expression, kl_value document,
                              kl_work *work, kl_error *error);

/* The value at a path as expressions see it: through lists it is the list of what is there. */
kl_status kl_expression_path(kl_value *out, bool *present, kl_value value, kl_text path,
                             kl_error *error);

#endif
