/* src/base/html_clean.h - HTML from strangers made safe to show.
 *
 * What is written is built anew from what was understood: elements and attributes of a list, with
 * every text and value decoded and escaped again, every element closed, addresses of known schemes
 * only. Nothing of the input is copied as markup, so what a browser makes of the output cannot
 * depend on a reading of the input that differs from ours. Cleaning the output changes nothing.
 */
#ifndef KL_BASE_HTML_CLEAN_H
#define KL_BASE_HTML_CLEAN_H

#include "buffer.h"

/* Elements within elements; deeper ones lose their tags, their content stays. */
enum { KL_HTML_DEPTH_MAX = 256 };

/*
 * Append `html`, cleaned. Scripts, styles, frames and drawings go with their content, other unknown
 * elements leave their content behind. `removed` (an array, or NULL) gets a line for each kind of
 * dangerous thing that was left out, at most 100.
 */
KL_API kl_status kl_html_clean(kl_buffer *to, kl_value *removed, kl_text html, kl_error *error);

#endif
