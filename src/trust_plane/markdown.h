/* src/trust_plane/markdown.h - texts of others within Markdown. */
#ifndef KL_TRUST_PLANE_MARKDOWN_H
#define KL_TRUST_PLANE_MARKDOWN_H

#include "../base/buffer.h"

/* Append `text` so that it stands in a line or in a cell of a table as it is: what has a meaning in
 * Markdown or HTML is escaped, line ends become blanks, other control characters are left out. */
KL_API void kl_markdown_add(kl_buffer *to, kl_text text);
/* The same with ", " between the strings of an array. */
KL_API void kl_markdown_add_list(kl_buffer *to, kl_value list);

#endif
