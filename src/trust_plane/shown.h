/* src/trust_plane/shown.h - texts of others in reasons and reprs: one line, of bounded length. */
#ifndef KL_TRUST_PLANE_SHOWN_H
#define KL_TRUST_PLANE_SHOWN_H

#include "../base/buffer.h"

/* Append at most `max` bytes of a text, never half of a character, "..." for what is left out;
 * control characters as \xNN. */
void kl_shown_add(kl_buffer *to, kl_text text, size_t max);
/* The same between single quotes, at most 80 bytes. */
void kl_shown_quoted(kl_buffer *to, kl_text text);
/* NAME=None or NAME=Some("..."), Some(1.5), Some(3). */
void kl_shown_optional(kl_buffer *to, const char *name, kl_value value);

#endif
