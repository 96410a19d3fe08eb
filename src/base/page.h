/* src/base/page.h - HTML documents as trees, in one array in the order of the document.
 *
 * Parsed as browsers do (HTML5): no text is malformed, and what is missing is added, so that every
 * document has html, head and body. A tree is immutable; threads may share it.
 */
#ifndef KL_BASE_PAGE_H
#define KL_BASE_PAGE_H

#include "buffer.h"
#include "work.h"

typedef struct kl_page kl_page;

typedef enum kl_page_kind { KL_PAGE_ELEMENT, KL_PAGE_TEXT, KL_PAGE_COMMENT } kl_page_kind;

/* No node. */
#define KL_PAGE_NONE UINT32_MAX

enum { KL_PAGE_DEPTH_MAX = 1024 };
#define KL_PAGE_SIZE_MAX ((size_t)32 << 20)

typedef struct kl_page_node {
    kl_page_kind kind;
    kl_text text;       /* name of an element, content of a text or comment */
    uint32_t parent;    /* or KL_PAGE_NONE */
    uint32_t end;       /* its descendants are the nodes behind it and before this one */
    uint32_t previous;  /* the element before it among its siblings, or KL_PAGE_NONE */
    uint32_t next;      /* the element behind it, likewise */
    uint32_t position;  /* of an element among its siblings that are elements, from 1 */
    uint32_t elements;  /* children that are elements */
    uint32_t attribute, attribute_count; /* in the document's list */
} kl_page_node;

typedef struct kl_page_attribute {
    kl_text name, value;
} kl_page_attribute;

/*
 * Parse valid UTF-8; given. KL_LIMIT beyond KL_PAGE_SIZE_MAX bytes or KL_PAGE_DEPTH_MAX levels, or
 * when it takes too much time; KL_CANCELLED when `work` is stopped; KL_UNAVAILABLE without parser.
 */
KL_API kl_status kl_page_parse(kl_page **out, kl_text html, kl_work *work,
                               kl_error *error);
KL_API void kl_page_free(kl_page *document);

/* Number of nodes. The first is the root: html. */
KL_API uint32_t kl_page_count(const kl_page *document);
KL_API const kl_page_node *kl_page_node_at(const kl_page *document, uint32_t index);
/* Attribute `index` of a node, below its attribute_count. */
KL_API const kl_page_attribute *kl_page_attribute_at(const kl_page *document,
                                                     const kl_page_node *node, uint32_t index);
/* The value of an attribute (name in lower case); NULL when it has none. */
KL_API const kl_text *kl_page_attribute_of(const kl_page *document, uint32_t index,
                                           kl_text name);

/* Append the text of all descendants, as it stands there. */
KL_API void kl_page_add_text(kl_buffer *to, const kl_page *document, uint32_t index);
/* Append the markup of a node with its descendants, or (inner) of these alone. */
KL_API void kl_page_add_markup(kl_buffer *to, const kl_page *document, uint32_t index,
                               bool inner);

#endif
