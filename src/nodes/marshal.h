/* src/nodes/marshal.h - values in the form of Python's marshal, version 2, which all of its versions
 * read and write: it holds NaN and bytes, and needs no parser written in Python. */
#ifndef KL_NODES_MARSHAL_H
#define KL_NODES_MARSHAL_H

#include "buffer.h"

enum { KL_MARSHAL_DEPTH_MAX = 512 };

/* Append. KL_DEPTH, or KL_INVALID for objects; a full buffer tells by its status. */
KL_API kl_status kl_marshal_write(kl_buffer *to, kl_value value, kl_error *error);
/* Read one value; given. Text that is no UTF-8 is repaired, integers beyond int64 become doubles,
 * tuples lists. KL_SYNTAX, KL_DEPTH. */
KL_API kl_status kl_marshal_read(kl_value *out, kl_text data, kl_error *error);

#endif
