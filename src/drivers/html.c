/* src/drivers/html.c - the html driver: gumbo's parser behind html.h.
 *
 * gumbo frees its tree by recursion, so that deep documents would overflow the stack, and cannot
 * cope with the end of memory. So it gets all memory from an arena that is freed at once, and is left
 * by longjmp() from its allocator, which it calls for every element, when memory or patience ends.
 */
#include "html.h"
#include "driver.h"

#include <gumbo.h>
#include <setjmp.h>

enum { BLOCK_SIZE = 64 << 10 };

typedef struct block {
    struct block *next;
    size_t size, used;
    _Alignas(16) unsigned char bytes[];
} block;

typedef struct arena {
    block *blocks;
    size_t taken, limit;
    kl_work *work;
    kl_status status; /* why it was left */
    kl_error *error;
    jmp_buf leave;
} arena;

/* ---- memory -------------------------------------------------------------------------------------- */

static block *add_block(arena *a, size_t wanted)
{
    size_t size = KL_MAX(wanted, (size_t)BLOCK_SIZE);
    block *made = kl_alloc(sizeof *made + size);
    if (!made)
        return NULL;
    *made = (block){.next = a->blocks, .size = size};
    a->blocks = made;
    return made;
}

__attribute__((noreturn)) static void leave(arena *a, kl_status status)
{
    a->status = status;
    longjmp(a->leave, 1);
}

static void *take(void *data, size_t size)
{
    arena *a = data;
    block *from = a->blocks;
    kl_status status = kl_work_step(a->work, a->error);
    if (status != KL_OK)
        leave(a, status);
    size = (size + 15) & ~(size_t)15;
    a->taken += size;
    if (a->taken > a->limit)
        leave(a, kl_error_set(a->error, KL_LIMIT, "resource limit exceeded: html_memory (limit: %zu "
                              "bytes)", a->limit));
    if (!from || from->size - from->used < size)
        from = add_block(a, size);
    if (!from)
        leave(a, kl_error_no_memory(a->error));
    void *memory = from->bytes + from->used;
    from->used += size;
    return memory;
}

static void give_back(void *data, void *memory)
{
    (void)data;
    (void)memory;
}

static void arena_free(arena *a)
{
    while (a->blocks) {
        block *next = a->blocks->next;
        kl_free(a->blocks);
        a->blocks = next;
    }
}

/* ---- the walk ------------------------------------------------------------------------------------ */

/* Names of known elements come normalised, others as they stand in the text. */
static kl_status open_element(const GumboElement *element, const kl_html_sink *sink, kl_error *error)
{
    kl_text name = kl_text_from(gumbo_normalized_tagname(element->tag));
    GumboStringPiece original = element->original_tag;
    if (element->tag == GUMBO_TAG_UNKNOWN) {
        gumbo_tag_from_original_text(&original);
        name = (kl_text){original.data, original.length};
    } else if (element->tag_namespace == GUMBO_NAMESPACE_SVG && original.data) {
        gumbo_tag_from_original_text(&original);
        const char *svg = gumbo_normalize_svg_tagname(&original);
        name = svg ? kl_text_from(svg) : name;
    }
    KL_TRY(sink->open(sink->data, name, error));
    for (unsigned i = 0; i < element->attributes.length; i++) {
        const GumboAttribute *attribute = element->attributes.data[i];
        KL_TRY(sink->attribute(sink->data, kl_text_from(attribute->name),
                               kl_text_from(attribute->value), error));
    }
    return KL_OK;
}

static kl_status tell(const GumboNode *node, const kl_html_sink *sink, kl_error *error)
{
    switch (node->type) {
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
        return open_element(&node->v.element, sink, error);
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
        return sink->text(sink->data, kl_text_from(node->v.text.text), error);
    case GUMBO_NODE_COMMENT:
        return sink->comment(sink->data, kl_text_from(node->v.text.text), error);
    case GUMBO_NODE_DOCUMENT:
        break;
    }
    return KL_OK;
}

static const GumboVector *children_of(const GumboNode *node)
{
    static const GumboVector none;
    if (node->type == GUMBO_NODE_DOCUMENT)
        return &node->v.document.children;
    bool element = node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
    return element ? &node->v.element.children : &none;
}

static kl_status step_back(const GumboNode *node, const kl_html_sink *sink, kl_error *error)
{
    bool element = node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE;
    return element ? sink->close(sink->data, error) : KL_OK;
}

/* Down, along and up, by the places that nodes know. */
static kl_status walk(const GumboNode *root, const kl_html_sink *sink, kl_work *work,
                      kl_error *error)
{
    const GumboNode *node = root;
    for (;;) {
        KL_TRY(kl_work_step(work, error));
        KL_TRY(tell(node, sink, error));
        const GumboVector *children = children_of(node);
        if (children->length) {
            node = children->data[0];
            continue;
        }
        for (;;) {
            KL_TRY(step_back(node, sink, error));
            if (node == root)
                return KL_OK;
            const GumboVector *siblings = children_of(node->parent);
            size_t next = node->index_within_parent + 1;
            if (next < siblings->length) {
                node = siblings->data[next];
                break;
            }
            node = node->parent;
        }
    }
}

static kl_status parse_within(arena *a, kl_text html, const kl_html_sink *sink)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take;
    options.deallocator = give_back;
    options.userdata = a;
    options.max_errors = 0;
    if (setjmp(a->leave))
        return a->status;
    GumboOutput *output = gumbo_parse_with_options(&options, html.data, html.len);
    return walk(output->document, sink, a->work, a->error);
}

static kl_status parse(kl_text html, const kl_html_sink *sink, size_t memory, kl_work *work,
                       kl_error *error)
{
    arena a = {.limit = memory, .work = work, .error = error};
    kl_status status = parse_within(&a, html, sink);
    arena_free(&a);
    return status;
}

static const kl_html functions = {parse};

KL_API const kl_driver kl_driver_entry = {KL_DRIVER_ABI, "html", &functions};
