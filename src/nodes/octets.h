/* src/nodes/octets.h - bytes that come and go as text: raw, in hexadecimal or in base64. */
#ifndef KL_NODES_OCTETS_H
#define KL_NODES_OCTETS_H

#include "buffer.h"

/* The words of an encoding key, ended by NULL: raw, hex, base64. */
extern const char *const kl_octets_encodings[];

/* The bytes of an input: bytes as they are, text by its encoding (one of the words). To be freed by
 * kl_octets_forget(). Refuses other kinds, and malformed text, in the name of the input `name`. */
kl_status kl_octets_read(kl_buffer *out, const char *name, kl_value value, kl_text encoding,
                         kl_error *error);

/* `bytes` as bytes (raw), or as text; given. */
kl_status kl_octets_write(kl_value *out, kl_text bytes, kl_text encoding, kl_error *error);

/* Wipe and free. */
void kl_octets_forget(kl_buffer *buffer);

#endif
