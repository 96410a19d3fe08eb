/* src/nodes/html_plain.h - what a reader sees of an HTML page. */
#ifndef KL_NODES_HTML_PLAIN_H
#define KL_NODES_HTML_PLAIN_H

#include "buffer.h"

/*
 * Append the text of `html` (valid UTF-8): tags are left out, blocks stand on lines of their own,
 * blanks are one, character references are what they stand for; nothing of script, style, template
 * and the like. `title` (may be NULL) gets the text of the page's title.
 */
void kl_html_text(kl_buffer *to, kl_buffer *title, kl_text html);

#endif
