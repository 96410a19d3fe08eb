/* src/base/html_elements.h - the elements that may stay, and how they lie within each other. */
#ifndef KL_BASE_HTML_ELEMENTS_H
#define KL_BASE_HTML_ELEMENTS_H

#include "html_token.h"

typedef enum kl_html_flags {
    KL_HTML_VOID = 1,   /* has no content and no end tag */
    KL_HTML_BLOCK = 2,  /* ends a paragraph that is open */
    KL_HTML_PART = 4,   /* of a table: stands within one only */
    KL_HTML_WALL = 8,   /* an end tag within does not close what is outside */
    KL_HTML_LINK = 16,  /* tells nobody where its reader came from */
} kl_html_flags;

typedef struct kl_html_element {
    const char *name;
    unsigned flags;
    const char *attributes; /* names with a blank around each; "lang" and "title" besides */
    const char *closes;     /* open elements that it ends when it begins, likewise; or NULL */
    const char *within;     /* ... looking no further out than to one of these */
    const char *parents;    /* of a part: what it may be put in, likewise */
    const char *implied;    /* ... with this element between, where that may be put there */
} kl_html_element;

/* NULL for one that may not stay. */
const kl_html_element *kl_html_element_find(kl_text name);
/* Whether `word` stands in a list of words with a blank around each; NULL is an empty list. */
bool kl_html_word_in(const char *words, kl_text word);

#endif
