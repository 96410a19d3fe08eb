/* src/base/text_room.h - texts and bytes whose length is known before their content. */
#ifndef KL_BASE_TEXT_ROOM_H
#define KL_BASE_TEXT_ROOM_H

#include "kailash/value.h"

/* A text of `len` bytes, which the caller writes to `*room` before anybody else sees it; given. A long one of ASCII
 * alone lies where the face keeps its own, if this thread makes a call for it: then it need not be copied there. */
KL_API kl_status kl_text_room(kl_value *out, char **room, size_t len, bool is_ascii, kl_error *error);

/* As kl_bytes_room(), likewise: long ones lie where the face keeps its own. */
KL_API kl_status kl_face_bytes_room(kl_value *out, char **room, size_t len, kl_error *error);

/* As kl_text_is_ascii(), of long texts by all processors. */
KL_API bool kl_long_text_is_ascii(kl_text text);

typedef void kl_ascii_fn(char *to, kl_text text);
/* What `function` makes of a text, part by part, if all of it is ASCII; given. Else `*is_ascii` is false and nothing was
 * made. Whether the parts change places as well: turned round. */
KL_API kl_status kl_text_map_ascii(kl_value *out, bool *is_ascii, kl_text text, kl_ascii_fn *function, bool turned,
                                   kl_error *error);

#endif
