/* src/trust_plane/markdown.c - see markdown.h. */
#include "markdown.h"

#include <ctype.h>

/* An underscore within a word means nothing. */
static bool is_within_word(kl_text text, size_t at)
{
    return at > 0 && at + 1 < text.len && isalnum((unsigned char)text.data[at - 1]) &&
           isalnum((unsigned char)text.data[at + 1]);
}

void kl_markdown_add(kl_buffer *to, kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\n' || c == '\r' || c == '\t') {
            kl_buffer_byte(to, ' ');
            continue;
        }
        if ((unsigned char)c < 0x20 || c == 0x7F)
            continue;
        if (c == '&' || c == '<') { /* an entity cannot be undone by a backslash everywhere */
            kl_buffer_string(to, c == '&' ? "&amp;" : "&lt;");
            continue;
        }
        if (strchr("\\`*[]>|~#!", c) || (c == '_' && !is_within_word(text, i)))
            kl_buffer_byte(to, '\\');
        kl_buffer_byte(to, c);
    }
}

void kl_markdown_add_list(kl_buffer *to, kl_value list)
{
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_buffer_string(to, i ? ", " : "");
        kl_markdown_add(to, kl_as_text(kl_array_at(list, i)));
    }
}
