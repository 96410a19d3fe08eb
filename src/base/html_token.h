/* src/base/html_token.h - HTML cut into tokens, as browsers cut it (WHATWG, 13.2.5). */
#ifndef KL_BASE_HTML_TOKEN_H
#define KL_BASE_HTML_TOKEN_H

#include "kailash/base.h"

/* Attributes beyond these are passed over. */
enum { KL_HTML_ATTRIBUTES_MAX = 64 };

typedef enum kl_html_kind {
    KL_HTML_TEXT,    /* characters, references undecoded */
    KL_HTML_START,   /* <a href=x> */
    KL_HTML_FINISH,  /* </a> */
    KL_HTML_COMMENT, /* also <!DOCTYPE>, <![CDATA[ ]]>, <?xml?>, </ >: what browsers pass over */
    KL_HTML_ALL_READ
} kl_html_kind;

typedef struct kl_html_attribute {
    kl_text name, value; /* as written */
} kl_html_attribute;

typedef struct kl_html_token {
    kl_html_kind kind;
    kl_text text; /* of a text; the name of a tag, as written */
    bool self_closing;
    kl_html_attribute attributes[KL_HTML_ATTRIBUTES_MAX]; /* each name once: the first counts */
    size_t attribute_count;
} kl_html_token;

typedef struct kl_html_reader {
    kl_text text; /* borrowed; so is what tokens point to */
    size_t at;
} kl_html_reader;

/* A tag that never ends takes the rest of the text with it. */
KL_API void kl_html_next(kl_html_token *token, kl_html_reader *reader);
/* Pass over the content of an element whose text is no markup, up to and with its end tag. */
KL_API void kl_html_skip_raw(kl_html_reader *reader, kl_text name);
/* Whether two names are the same; letters of ASCII in either case. */
KL_API bool kl_html_same_name(kl_text a, kl_text b);

#endif
