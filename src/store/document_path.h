/* src/store/document_path.h - changing documents at dotted paths, and keeping parts of them. */
#ifndef KL_STORE_DOCUMENT_PATH_H
#define KL_STORE_DOCUMENT_PATH_H

#include "kailash/value.h"

/* Change the value at the end of a path in place. `*present` tells whether there was one, and then
 * whether there is one. */
typedef kl_status kl_document_edit(kl_value *value, bool *present, void *data, kl_error *error);

/*
 * Lead `edit` to the end of `path` in `*document`. KL_INVALID ("cannot make field 'b' in a string")
 * when the way is barred.
 * make  fields that are missing on the way; else nothing happens then
 */
kl_status kl_document_edit_at(kl_value *document, kl_text path, bool make, kl_document_edit *edit,
                              void *data, kl_error *error);

/* Set the value at a path, making the way; `value` is taken. */
kl_status kl_document_set(kl_value *document, kl_text path, kl_value value, kl_error *error);

/* Items that a list may be lengthened by when a number behind its end is set. */
enum { KL_DOCUMENT_PAD_MAX = 100000 };

/*
 * Add a path to a tree of paths: {"a": {"b": true}} for "a.b". KL_INVALID when a path is within
 * another.
 */
kl_status kl_document_tree_add(kl_value *tree, kl_text path, kl_error *error);
/* What a tree names of a value, or (`except`) all but that; given. Lists are looked into. */
kl_status kl_document_part(kl_value *out, kl_value value, kl_value tree, bool except,
                           kl_error *error);

#endif
