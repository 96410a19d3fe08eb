/* src/workflow/locate.h - where a member stands in JSON text that is known to be well-formed. */
#ifndef KL_WORKFLOW_LOCATE_H
#define KL_WORKFLOW_LOCATE_H

#include "kailash/base.h"

/*
 * Byte offset of text.list[index].key. `list` NULL = the top object itself, `key` NULL = the item.
 * What is absent: the offset of what would hold it.
 */
size_t kl_json_locate(kl_text text, const char *list, size_t index, const char *key);
/* Byte offset of member `key` of the object that stands at `from`; `from` when it is absent. */
size_t kl_json_locate_member(kl_text text, size_t from, const char *key);

#endif
