/* src/base/page.c - see page.h. */
#include "page.h"
#include "driver.h"
#include "drivers/html.h"
#include "html_text.h"
#include "html_token.h"
#include "kailash/time.h"

/* The parser's own tree takes many times the text: so much more is the most that is allowed. */
enum { MEMORY_FACTOR = 200, MEMORY_LEAST = 16 << 20 };
/* Documents made to be slow (nested deeply, misnested) are given up. */
#define PATIENCE (10 * KL_SECOND)

struct kl_page {
    kl_page_node *nodes;
    uint32_t count, cap;
    kl_page_attribute *attributes;
    uint32_t attribute_count, attribute_cap;
    kl_buffer text; /* all texts; while it grows, kl_text.data holds offsets */
};

/* ---- building ------------------------------------------------------------------------------------ */

typedef struct builder {
    kl_page *document;
    uint32_t open;  /* the element that is open, or KL_PAGE_NONE */
    uint32_t last[KL_PAGE_DEPTH_MAX + 1]; /* per level: the last element that was closed there */
    uint32_t depth;
} builder;

static kl_status no_room(kl_error *error, uint32_t count)
{
    if (count >= UINT32_MAX / 2)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: html_nodes");
    return kl_error_no_memory(error);
}

static kl_status reserve(void **items, uint32_t count, uint32_t *cap, size_t size, kl_error *error)
{
    if (count < *cap)
        return KL_OK;
    uint32_t wanted = *cap ? 2 * *cap : 64;
    void *grown = count < UINT32_MAX / 2 ? kl_realloc(*items, wanted * size) : NULL;
    if (!grown)
        return no_room(error, count);
    *items = grown;
    *cap = wanted;
    return KL_OK;
}

/* The offset stands where the address will. */
static kl_status keep(kl_text *out, kl_page *d, kl_text text, kl_error *error)
{
    *out = (kl_text){(const char *)(uintptr_t)d->text.len, text.len};
    kl_buffer_add(&d->text, text);
    kl_buffer_byte(&d->text, '\0');
    return d->text.status == KL_OK ? KL_OK : no_room(error, 0);
}

static kl_status add_node(kl_page_node **out, builder *b, kl_page_kind kind, kl_text text,
                          kl_error *error)
{
    kl_page *d = b->document;
    void *nodes = d->nodes;
    KL_TRY(reserve(&nodes, d->count, &d->cap, sizeof *d->nodes, error));
    d->nodes = nodes;
    kl_page_node *node = &d->nodes[d->count];
    *node = (kl_page_node){.kind = kind, .parent = b->open, .end = d->count + 1,
                           .previous = KL_PAGE_NONE, .next = KL_PAGE_NONE,
                           .attribute = d->attribute_count};
    KL_TRY(keep(&node->text, d, text, error));
    d->count++;
    *out = node;
    return KL_OK;
}

static kl_status open_element(void *data, kl_text name, kl_error *error)
{
    builder *b = data;
    kl_page_node *node;
    if (b->depth == KL_PAGE_DEPTH_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: html_depth (limit: %d levels)",
                            KL_PAGE_DEPTH_MAX);
    KL_TRY(add_node(&node, b, KL_PAGE_ELEMENT, name, error));
    uint32_t index = b->document->count - 1, previous = b->last[b->depth];
    node->previous = previous;
    if (previous != KL_PAGE_NONE)
        b->document->nodes[previous].next = index;
    node->position = 1;
    if (node->parent != KL_PAGE_NONE)
        node->position = ++b->document->nodes[node->parent].elements;
    b->open = index;
    b->last[++b->depth] = KL_PAGE_NONE;
    return KL_OK;
}

static kl_status close_element(void *data, kl_error *error)
{
    builder *b = data;
    kl_page_node *node = &b->document->nodes[b->open];
    (void)error;
    node->end = b->document->count;
    b->last[--b->depth] = b->open;
    b->open = node->parent;
    return KL_OK;
}

static kl_status add_attribute(void *data, kl_text name, kl_text value, kl_error *error)
{
    builder *b = data;
    kl_page *d = b->document;
    void *attributes = d->attributes;
    KL_TRY(reserve(&attributes, d->attribute_count, &d->attribute_cap, sizeof *d->attributes, error));
    d->attributes = attributes;
    kl_page_attribute *made = &d->attributes[d->attribute_count];
    KL_TRY(keep(&made->name, d, name, error));
    KL_TRY(keep(&made->value, d, value, error));
    d->attribute_count++;
    d->nodes[b->open].attribute_count++;
    return KL_OK;
}

/* What stands outside of the root (comments of the document) is no part of the tree. */
static kl_status add_text(void *data, kl_text text, kl_error *error)
{
    builder *b = data;
    kl_page_node *node;
    return b->open == KL_PAGE_NONE ? KL_OK : add_node(&node, b, KL_PAGE_TEXT, text, error);
}

static kl_status add_comment(void *data, kl_text text, kl_error *error)
{
    builder *b = data;
    kl_page_node *node;
    return b->open == KL_PAGE_NONE ? KL_OK : add_node(&node, b, KL_PAGE_COMMENT, text, error);
}

static void resolve(kl_text *text, const char *base)
{
    text->data = base + (uintptr_t)text->data;
}

static void resolve_texts(kl_page *d)
{
    const char *base = kl_buffer_text(&d->text).data;
    for (uint32_t i = 0; i < d->count; i++)
        resolve(&d->nodes[i].text, base);
    for (uint32_t i = 0; i < d->attribute_count; i++) {
        resolve(&d->attributes[i].name, base);
        resolve(&d->attributes[i].value, base);
    }
}

/* ---- parsing ------------------------------------------------------------------------------------- */

typedef struct patience {
    const kl_work *outer;
    kl_time end;
    bool ended;
} patience;

static bool is_stopped(void *data)
{
    patience *p = data;
    p->ended = kl_clock_now() >= p->end;
    return p->ended || (p->outer && p->outer->is_stopped && p->outer->is_stopped(p->outer->data));
}

kl_status kl_page_parse(kl_page **out, kl_text html, kl_work *work, kl_error *error)
{
    const void *driver;
    if (html.len > KL_PAGE_SIZE_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: html_size (limit: %zu bytes)",
                            KL_PAGE_SIZE_MAX);
    KL_TRY(kl_driver_load(&driver, "html", error));
    kl_page *document = kl_alloc_zero(1, sizeof *document);
    if (!document)
        return kl_error_no_memory(error);
    builder b = {.document = document, .open = KL_PAGE_NONE, .last = {KL_PAGE_NONE}};
    patience p = {.outer = work, .end = kl_clock_after(PATIENCE)};
    kl_work own = {.is_stopped = is_stopped, .data = &p};
    kl_html_sink sink = {open_element, add_attribute, add_text, add_comment, close_element, &b};
    size_t memory = KL_MAX(html.len * MEMORY_FACTOR, (size_t)MEMORY_LEAST);
    kl_status status = ((const kl_html *)driver)->parse(html, &sink, memory, &own, error);
    if (status == KL_CANCELLED && p.ended)
        status = kl_error_set(error, KL_LIMIT, "resource limit exceeded: html_time (limit: 10 seconds)");
    if (status != KL_OK) {
        kl_page_free(document);
        return status;
    }
    resolve_texts(document);
    *out = document;
    return KL_OK;
}

void kl_page_free(kl_page *document)
{
    if (!document)
        return;
    kl_free(document->nodes);
    kl_free(document->attributes);
    kl_buffer_free(&document->text);
    kl_free(document);
}

/* ---- reading ------------------------------------------------------------------------------------- */

uint32_t kl_page_count(const kl_page *document) { return document->count; }

const kl_page_node *kl_page_node_at(const kl_page *document, uint32_t index)
{
    return &document->nodes[index];
}

const kl_page_attribute *kl_page_attribute_at(const kl_page *document,
                                              const kl_page_node *node, uint32_t index)
{
    return &document->attributes[node->attribute + index];
}

const kl_text *kl_page_attribute_of(const kl_page *document, uint32_t index, kl_text name)
{
    const kl_page_node *node = &document->nodes[index];
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const kl_page_attribute *attribute = kl_page_attribute_at(document, node, i);
        if (kl_html_same_name(attribute->name, name))
            return &attribute->value;
    }
    return NULL;
}

void kl_page_add_text(kl_buffer *to, const kl_page *document, uint32_t index)
{
    for (uint32_t i = index; i < document->nodes[index].end; i++)
        if (document->nodes[i].kind == KL_PAGE_TEXT)
            kl_buffer_add(to, document->nodes[i].text);
}

/* ---- markup (HTML, 13.3) ------------------------------------------------------------------------- */

static bool is_among(kl_text name, const char *const *names)
{
    for (; *names; names++)
        if (kl_text_is(name, *names))
            return true;
    return false;
}

static bool is_void(kl_text name)
{
    static const char *const names[] = {"area",  "base",    "basefont", "bgsound", "br",    "col",
                                        "embed", "frame",   "hr",       "img",     "input", "keygen",
                                        "link",  "meta",    "param",    "source",  "track", "wbr",
                                        NULL};
    return is_among(name, names);
}

/* Whose texts are no markup. */
static bool is_raw(kl_text name)
{
    static const char *const names[] = {"style",   "script",   "xmp",       "iframe",
                                        "noembed", "noframes", "plaintext", NULL};
    return is_among(name, names);
}

static void add_start(kl_buffer *to, const kl_page *document, const kl_page_node *node)
{
    kl_buffer_byte(to, '<');
    kl_buffer_add(to, node->text);
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const kl_page_attribute *attribute = kl_page_attribute_at(document, node, i);
        kl_buffer_byte(to, ' ');
        kl_buffer_add(to, attribute->name);
        kl_buffer_string(to, "=\"");
        kl_html_escape(to, attribute->value, KL_HTML_ATTRIBUTE);
        kl_buffer_byte(to, '"');
    }
    kl_buffer_byte(to, '>');
}

static void add_end(kl_buffer *to, const kl_page_node *node)
{
    if (node->kind != KL_PAGE_ELEMENT || is_void(node->text))
        return;
    kl_buffer_string(to, "</");
    kl_buffer_add(to, node->text);
    kl_buffer_byte(to, '>');
}

static void add_begin(kl_buffer *to, const kl_page *document, const kl_page_node *node)
{
    if (node->kind == KL_PAGE_ELEMENT) {
        add_start(to, document, node);
    } else if (node->kind == KL_PAGE_COMMENT) {
        kl_buffer_string(to, "<!--");
        kl_buffer_add(to, node->text);
        kl_buffer_string(to, "-->");
    } else if (node->parent != KL_PAGE_NONE && is_raw(document->nodes[node->parent].text)) {
        kl_buffer_add(to, node->text);
    } else {
        kl_html_escape(to, node->text, KL_HTML_CONTENT);
    }
}

void kl_page_add_markup(kl_buffer *to, const kl_page *document, uint32_t index, bool inner)
{
    const kl_page_node *nodes = document->nodes;
    uint32_t open[KL_PAGE_DEPTH_MAX + 1], depth = 0;
    for (uint32_t i = inner ? index + 1 : index; i < nodes[index].end; i++) {
        while (depth && nodes[open[depth - 1]].end <= i)
            add_end(to, &nodes[open[--depth]]);
        add_begin(to, document, &nodes[i]);
        if (nodes[i].kind == KL_PAGE_ELEMENT)
            open[depth++] = i;
    }
    while (depth)
        add_end(to, &nodes[open[--depth]]);
}
