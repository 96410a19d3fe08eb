/* tests/fuzz/fuzz_selector.c - any selector over any page: the first line is the selector. */
#include "fuzz.h"
#include "selector.h"

/* Enough for any honest small input; hostile ones end there. */
enum { STEPS = 1000000 };

/* The walk finds just those that match one by one, and "*" finds them all. */
static void compare(const kl_selector *selector, const kl_page *page)
{
    kl_work work = {.limit = STEPS};
    uint32_t found = KL_PAGE_NONE;
    if (kl_selector_next(&found, selector, page, KL_PAGE_NONE, found, &work, NULL) != KL_OK)
        return;
    for (uint32_t i = 0; i < kl_page_count(page); i++) {
        bool matches = false;
        if (kl_selector_matches(&matches, selector, page, i, &work, NULL) != KL_OK)
            return;
        KL_REQUIRE(matches == (found == i));
        if (matches)
            KL_REQUIRE(kl_page_node_at(page, i)->kind == KL_PAGE_ELEMENT);
        if (matches &&
            kl_selector_next(&found, selector, page, KL_PAGE_NONE, i, &work, NULL) != KL_OK)
            return;
    }
    KL_REQUIRE(found == KL_PAGE_NONE);
}

/* Ends lie behind beginnings, and within those of the parent; siblings know each other. */
static void check_tree(const kl_page *page)
{
    for (uint32_t i = 0; i < kl_page_count(page); i++) {
        const kl_page_node *node = kl_page_node_at(page, i);
        KL_REQUIRE(node->end > i && node->end <= kl_page_count(page));
        if (node->parent == KL_PAGE_NONE)
            continue;
        KL_REQUIRE(node->parent < i && node->end <= kl_page_node_at(page, node->parent)->end);
        if (node->next != KL_PAGE_NONE)
            KL_REQUIRE(kl_page_node_at(page, node->next)->previous == i);
        if (node->previous != KL_PAGE_NONE)
            KL_REQUIRE(kl_page_node_at(page, node->previous)->position + 1 == node->position);
    }
    kl_buffer markup = KL_BUFFER_INIT;
    kl_page_add_markup(&markup, page, 0, false);
    KL_REQUIRE(markup.status == KL_OK && markup.len >= strlen("<html></html>"));
    kl_buffer_free(&markup);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_text input = {(const char *)data, size};
    const char *line = size ? memchr(input.data, '\n', size) : NULL;
    size_t head = line ? (size_t)(line - input.data) : size;
    kl_selector *selector = NULL;
    kl_page *page = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_value html;
    kl_status status = kl_selector_new(&selector, (kl_text){input.data, head}, &error);
    KL_REQUIRE(status == KL_OK || status == KL_SYNTAX || status == KL_LIMIT);
    KL_REQUIRE(status != KL_SYNTAX || error.position <= head);
    kl_error_clear(&error);
    size_t rest = line ? size - head - 1 : 0;
    KL_REQUIRE(kl_string_repair(&html, (kl_text){input.data + size - rest, rest}, NULL) == KL_OK);
    status = kl_page_parse(&page, kl_as_text(html), NULL, NULL);
    KL_REQUIRE(status == KL_OK || status == KL_LIMIT);
    kl_value_release(html);
    if (page)
        check_tree(page);
    if (page && selector)
        compare(selector, page);
    kl_page_free(page);
    kl_selector_free(selector);
    return 0;
}
