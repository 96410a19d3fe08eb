/* tests/fuzz/fuzz_html.c - any bytes as HTML to be cleaned. */
#include "fuzz.h"

#include "html_clean.h"
#include "html_token.h"

static bool starts_with(kl_text text, const char *word)
{
    return text.len >= strlen(word) &&
           kl_html_same_name((kl_text){text.data, strlen(word)}, kl_text_from(word));
}

/* A reader of its own finds nothing in the output that could act. */
static void look_for_active(kl_text html)
{
    static const char *const forbidden[] = {"script", "style", "iframe", "svg", "math", "object",
                                            "embed", "base", "meta", "link", "form", "input"};
    kl_html_reader reader = {.text = html};
    kl_html_token token;
    for (kl_html_next(&token, &reader); token.kind != KL_HTML_ALL_READ;
         kl_html_next(&token, &reader)) {
        KL_REQUIRE(token.kind != KL_HTML_COMMENT);
        if (token.kind == KL_HTML_TEXT)
            continue;
        for (size_t i = 0; i < KL_COUNT(forbidden); i++)
            KL_REQUIRE(!kl_html_same_name(token.text, kl_text_from(forbidden[i])));
        for (size_t i = 0; i < token.attribute_count; i++) {
            KL_REQUIRE(!starts_with(token.attributes[i].name, "on"));
            KL_REQUIRE(!kl_html_same_name(token.attributes[i].name, KL_TEXT("style")));
            KL_REQUIRE(!starts_with(token.attributes[i].value, "javascript:") ||
                       !starts_with(token.attributes[i].name, "href"));
        }
    }
}

/* What is cleaned is clean: cleaning it once more changes nothing and finds nothing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_buffer once = KL_BUFFER_INIT, twice = KL_BUFFER_INIT;
    kl_value removed;
    KL_REQUIRE(kl_array_new(&removed, 0, NULL) == KL_OK);
    KL_REQUIRE(kl_html_clean(&once, NULL, (kl_text){(const char *)data, size}, NULL) == KL_OK);
    KL_REQUIRE(kl_html_clean(&twice, &removed, kl_buffer_text(&once), NULL) == KL_OK);
    KL_REQUIRE(kl_text_equal(kl_buffer_text(&once), kl_buffer_text(&twice)));
    KL_REQUIRE(kl_array_len(removed) == 0);
    look_for_active(kl_buffer_text(&once));
    kl_value_release(removed);
    kl_buffer_free(&once);
    kl_buffer_free(&twice);
    return 0;
}
