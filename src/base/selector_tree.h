/* src/base/selector_tree.h - what a selector is compiled to.
 *
 * A list of complex selectors ("a > b, c"), each a chain of compounds from the right to the left,
 * each a chain of simple selectors. All lie in one array and point to each other by index.
 */
#ifndef KL_BASE_SELECTOR_TREE_H
#define KL_BASE_SELECTOR_TREE_H

#include "selector.h"

#define SELECTOR_NONE UINT32_MAX

typedef enum selector_kind {
    SELECTOR_COMPLEX,  /* child: its rightmost compound; next: the next of the list */
    SELECTOR_COMPOUND, /* child: its first simple selector; next: the compound to its left */
    /* Simple ones; next: the next of the compound. */
    SELECTOR_ANY,
    SELECTOR_NAME,
    SELECTOR_ID,
    SELECTOR_CLASS,
    SELECTOR_HAS_ATTRIBUTE,
    SELECTOR_EQUALS,    /* [a=v] */
    SELECTOR_INCLUDES,  /* [a~=v] */
    SELECTOR_DASH,      /* [a|=v] */
    SELECTOR_BEGINS,    /* [a^=v] */
    SELECTOR_ENDS,      /* [a$=v] */
    SELECTOR_CONTAINS,  /* [a*=v] */
    SELECTOR_ROOT,
    SELECTOR_SCOPE,     /* what :has() stands at; else the root */
    SELECTOR_EMPTY,
    SELECTOR_NTH,       /* child: the list behind "of", or none */
    SELECTOR_ONLY,
    SELECTOR_LINK,
    SELECTOR_ENABLED,
    SELECTOR_DISABLED,
    SELECTOR_CHECKED,
    SELECTOR_LANG,
    SELECTOR_NEVER,     /* what depends on a user: :hover ... */
    SELECTOR_IS,        /* child: the list */
    SELECTOR_NOT,       /* child: the list */
    SELECTOR_HAS,       /* child: the list, each ending at :scope on its left */
} selector_kind;

typedef struct selector_node {
    selector_kind kind;
    uint32_t next, child;
    char combinator;    /* of a compound, to the one on its left: ' ', '>', '+', '~' */
    bool any_case;      /* of a value: ASCII letters in any case */
    bool from_end;      /* of NTH and ONLY: counted from the last */
    bool of_type;       /* among the siblings of its name */
    int32_t a, b;       /* of NTH: a * n + b */
    uint32_t text_at, text_len;   /* name, class, attribute's value ... */
    uint32_t name_at, name_len;   /* attribute's name */
} selector_node;

struct kl_selector {
    selector_node *nodes;
    uint32_t count, cap;
    uint32_t first;     /* the list */
    kl_buffer texts;
};

static inline kl_text selector_text(const kl_selector *selector, const selector_node *node)
{
    return (kl_text){selector->texts.data + node->text_at, node->text_len};
}

static inline kl_text selector_name(const kl_selector *selector, const selector_node *node)
{
    return (kl_text){selector->texts.data + node->name_at, node->name_len};
}

#endif
