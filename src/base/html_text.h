/* src/base/html_text.h - character references of HTML, decoded and written. */
#ifndef KL_BASE_HTML_TEXT_H
#define KL_BASE_HTML_TEXT_H

#include "buffer.h"

/* Where a text stands: within the value of an attribute, `&copy=` is no reference. */
typedef enum kl_html_place { KL_HTML_CONTENT, KL_HTML_ATTRIBUTE } kl_html_place;

/* Append what the reference at `at` (an '&') stands for; the bytes it takes, 0 = it is none. */
KL_API size_t kl_html_reference(kl_buffer *to, kl_text text, size_t at, kl_html_place place);
/* Append `text` with all references decoded. */
KL_API void kl_html_decode(kl_buffer *to, kl_text text, kl_html_place place);
/* Append `text` so that it reads back as itself: & < > and the no-break space escaped, in an
 * attribute also the quotation mark. NUL bytes are left out. */
KL_API void kl_html_escape(kl_buffer *to, kl_text text, kl_html_place place);

#endif
