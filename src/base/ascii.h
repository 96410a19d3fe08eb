/* src/base/ascii.h - ASCII text, many bytes at a time. */
#ifndef KL_BASE_ASCII_H
#define KL_BASE_ASCII_H

#include "kailash/base.h"

/* Whether all bytes are below 0x80. */
KL_API bool kl_text_is_ascii(kl_text text);

/* `to` has room for text.len bytes and does not overlap. */
KL_API void kl_ascii_upper(char *to, kl_text text);
KL_API void kl_ascii_lower(char *to, kl_text text);
KL_API void kl_ascii_reverse(char *to, kl_text text);
/* Each run of letters, digits and apostrophes between them: the first large, the others small. */
KL_API void kl_ascii_title(char *to, kl_text text);

#endif
