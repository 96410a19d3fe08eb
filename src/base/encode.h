/* src/base/encode.h - base64, base32 and hexadecimal text (RFC 4648). */
#ifndef KL_BASE_ENCODE_H
#define KL_BASE_ENCODE_H

#include "buffer.h"

typedef enum kl_base64_kind { KL_BASE64_STANDARD, KL_BASE64_URL /* no padding */ } kl_base64_kind;

KL_API void kl_base64_encode(kl_buffer *to, kl_text bytes, kl_base64_kind kind);
/* Strict: no blanks, no wrong padding, no stray bits. KL_SYNTAX names the byte. */
KL_API kl_status kl_base64_decode(kl_buffer *to, kl_text text, kl_base64_kind kind, kl_error *error);
KL_API void kl_base32_encode(kl_buffer *to, kl_text bytes); /* upper case, no padding */
/* In either case, with or without padding; blanks and hyphens, which people read better, are
 * stepped over. KL_SYNTAX names the byte. */
KL_API kl_status kl_base32_decode(kl_buffer *to, kl_text text, kl_error *error);
KL_API void kl_hex_encode(kl_buffer *to, kl_text bytes);
KL_API kl_status kl_hex_decode(kl_buffer *to, kl_text text, kl_error *error);

#endif
