/* src/nodes/value_text.h - values as the text of a sentence. */
#ifndef KL_NODES_VALUE_TEXT_H
#define KL_NODES_VALUE_TEXT_H

#include "buffer.h"

/* A string as it is; numbers, true, false and null as words (floats the shortest way); lists and
 * dicts as JSON with ", " and ": ". */
kl_status kl_value_write(kl_buffer *to, kl_value value, kl_error *error);

#endif
