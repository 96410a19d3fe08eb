/* HTML documents and CSS selectors. */
#include "selector.h"
#include "sweep.h"

static kl_page *page_of(const char *html)
{
    kl_page *page = NULL;
    kl_error error = KL_ERROR_INIT;
    if (kl_page_parse(&page, kl_text_from(html), NULL, &error) != KL_OK)
        fail_msg("%s", kl_error_message(&error));
    return page;
}

/* ---- documents ----------------------------------------------------------------------------------- */

KL_TEST(documents_are_parsed_and_written_as_browsers_do)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *html, *markup;
    } rows[] = {
        {"", "<html><head></head><body></body></html>"},
        {"x", "<html><head></head><body>x</body></html>"},
        {"<p>a<p>b", "<html><head></head><body><p>a</p><p>b</p></body></html>"},
        {"<P CLASS=A>x</P>", "<html><head></head><body><p class=\"A\">x</p></body></html>"},
        {"a&amp;b&lt;&nbsp;&eacute;",
         "<html><head></head><body>a&amp;b&lt;&nbsp;\xC3\xA9</body></html>"},
        {"<a href='?a&b\"<'>", "<html><head></head><body><a href=\"?a&amp;b&quot;&lt;\"></a></body></html>"},
        {"<br><img src=x>", "<html><head></head><body><br><img src=\"x\"></body></html>"},
        {"<b>1<i>2</b>3</i>", "<html><head></head><body><b>1<i>2</i></b><i>3</i></body></html>"},
        {"<table><tr><td>x", "<html><head></head><body><table><tbody><tr><td>x</td></tr></tbody></table>"
                             "</body></html>"},
        {"<!DOCTYPE html><!-- before --><p><!-- within -->",
         "<html><head></head><body><p><!-- within --></p></body></html>"},
        {"<script>a<b && c</script>", "<html><head><script>a<b && c</script></head><body></body></html>"},
        {"<my-part x>y</my-part>", "<html><head></head><body><my-part x=\"\">y</my-part></body></html>"},
        {"<svg><foreignObject/></svg>",
         "<html><head></head><body><svg><foreignObject></foreignObject></svg></body></html>"},
        {"<template><p>t</template>", "<html><head><template><p>t</p></template></head><body></body></html>"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_page *page = page_of(rows[i].html);
        kl_buffer markup = KL_BUFFER_INIT;
        kl_page_add_markup(&markup, page, 0, false);
        kl_buffer_byte(&markup, '\0');
        assert_string_equal(kl_buffer_text(&markup).data, rows[i].markup);
        kl_buffer_free(&markup);
        kl_page_free(page);
    }
}

static kl_text repeat(const char *part, size_t count)
{
    size_t len = strlen(part);
    char *text = malloc(len * count + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, part, len);
    text[len * count] = '\0';
    return (kl_text){text, len * count};
}

KL_TEST(documents_are_bounded)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *part;
        size_t count;
        const char *message;
    } rows[] = {
        {"<div>", 2000, "resource limit exceeded: html_depth (limit: 1024 levels)"},
        {"<div>", 300000, "resource limit exceeded: html_"},
        {"0123456789abcdef", (2 << 20) + 1, "resource limit exceeded: html_size (limit: 33554432 bytes)"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text html = repeat(rows[i].part, rows[i].count);
        kl_page *page = NULL;
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_page_parse(&page, html, NULL, &error), KL_LIMIT);
        assert_int_equal(strncmp(kl_error_message(&error), rows[i].message, strlen(rows[i].message)), 0);
        assert_null(page);
        kl_error_clear(&error);
        free((char *)html.data);
    }
}

static bool at_once(void *data)
{
    (void)data;
    return true;
}

KL_TEST(parsing_can_be_stopped)
{
    KL_UNUSED_STATE;
    kl_text html = repeat("<p>x", 20000);
    kl_page *page = NULL;
    kl_work work = {.is_stopped = at_once};
    assert_int_equal(kl_page_parse(&page, html, &work, NULL), KL_CANCELLED);
    free((char *)html.data);
}

/* ---- selectors ----------------------------------------------------------------------------------- */

static const char sample[] =
    "<html lang=de-AT><head><title>T</title></head><body id=top class='a b'>"
    "<div id=d1 class=box><p id=p1>one</p><p id=p2 class='x y'>two <b id=b1>bold</b></p>"
    "<span id=s1></span></div>"
    "<div id=d2 class='box last'><p id=p3 title='hello world' data-n=5>three</p>"
    "<ul id=u><li id=l1>1</li><li id=l2 class=x>2</li><li id=l3>3</li><li id=l4>4</li><li id=l5>5</li>"
    "</ul><!-- c --></div>"
    "<form id=f><fieldset id=fs disabled><input id=i1></fieldset><input id=i2 type=checkbox checked>"
    "<select id=se><option id=o1><option id=o2 selected></select></form>"
    "<a id=a1 href=/x lang=fr>l</a><a id=a2 name=n>m</a><i id=e1> </i><i id=e2><!-- c --></i>"
    "<p id='a.b:c'>odd</p><p id=1x>digit</p></body></html>";

/* The ids of what a selector finds, with blanks between. */
static void finds(const char *text, const char *ids)
{
    static kl_page *page;
    kl_selector *selector = NULL;
    kl_error error = KL_ERROR_INIT;
    kl_work work = {0};
    char found[512] = "";
    uint32_t at = KL_PAGE_NONE;
    if (!text) {
        kl_page_free(page);
        page = NULL;
        return;
    }
    page = page ? page : page_of(sample);
    if (kl_selector_new(&selector, kl_text_from(text), &error) != KL_OK)
        fail_msg("%s: %s", text, kl_error_message(&error));
    for (;;) {
        assert_int_equal(kl_selector_next(&at, selector, page, KL_PAGE_NONE, at, &work, NULL), KL_OK);
        if (at == KL_PAGE_NONE)
            break;
        const kl_text *id = kl_page_attribute_of(page, at, KL_TEXT("id"));
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", *found ? " " : "",
                 KL_TEXT_ARG(id ? *id : kl_page_node_at(page, at)->text));
    }
    kl_selector_free(selector);
    if (strcmp(found, ids) != 0)
        fail_msg("%s: found \"%s\", expected \"%s\"", text, found, ids);
}

KL_TEST(selectors_find)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *selector, *ids;
    } rows[] = {
        {"p", "p1 p2 p3 a.b:c 1x"}, {"P", "p1 p2 p3 a.b:c 1x"}, {"*|b", "b1"}, {"|b", "b1"},
        {"#p1", "p1"}, {".x", "p2 l2"}, {".x.y", "p2"}, {"p.x", "p2"}, {".X", ""}, {"*.box.last", "d2"},
        {"#a\\.b\\:c", "a.b:c"}, {"#\\31 x", "1x"}, {"#\\000031x", "1x"}, {"#1x", "1x"},
        {"div p", "p1 p2 p3"}, {"body > p", "a.b:c 1x"}, {"div>p+p", "p2"}, {"p ~ span", "s1"},
        {"#d1 ~ a", "a1 a2"}, {"div > p > b", "b1"}, {"body b", "b1"}, {"html p b", "b1"}, {"p p", ""},
        {"b, #p1,li:first-child", "p1 b1 l1"},
        {"[title]", "p3"}, {"[TITLE]", "p3"}, {"[title='hello world']", "p3"}, {"[title~=world]", "p3"},
        {"[title~='hello world']", ""}, {"[title^=hel]", "p3"}, {"[title$=\"ld\"]", "p3"},
        {"[title*='lo w']", "p3"}, {"[title^='']", ""}, {"[data-n='5']", "p3"}, {"[data-n=\"\\35 \"]", "p3"},
        {"[lang|=de]", "html"}, {"[title=HELLO]", ""}, {"[title='HELLO WORLD' i]", "p3"},
        {"[type=CHECKBOX]", "i2"}, {"[type=CHECKBOX s]", ""}, {"[ id = p1 ]", "p1"}, {"[*|title]", "p3"},
        {":root", "html"}, {"span:empty", "s1"}, {"i:empty", "e2"},
        {"li:first-child", "l1"}, {"li:last-child", "l5"}, {"p:first-of-type", "p1 p3 a.b:c"},
        {"p:last-of-type", "p2 p3 1x"}, {"b:only-child", "b1"}, {"span:only-of-type", "s1"},
        {"li:nth-child(2)", "l2"}, {"li:nth-child(odd)", "l1 l3 l5"}, {"li:nth-child(EVEN)", "l2 l4"},
        {"li:nth-child(2n+1)", "l1 l3 l5"}, {"li:nth-child( 2n + 1 )", "l1 l3 l5"},
        {"li:nth-child(-n+2)", "l1 l2"}, {"li:nth-child(n+4)", "l4 l5"}, {"li:nth-child(-2n+5)", "l1 l3 l5"},
        {"li:nth-child(+3)", "l3"}, {"li:nth-child(0)", ""}, {"li:nth-child(-1)", ""}, {"li:nth-child(n)",
         "l1 l2 l3 l4 l5"}, {"li:nth-child(0n+2)", "l2"}, {"li:nth-child(999999999999)", ""},
        {"li:nth-last-child(2)", "l4"}, {"li:nth-last-child(-n+2)", "l4 l5"},
        {"p:nth-of-type(2)", "p2 1x"}, {"p:nth-last-of-type(2)", "p1 a.b:c"},
        {":nth-child(1 of .x)", "p2 l2"}, {"li:nth-child(2 of :not(.x))", "l3"},
        {"li:nth-last-child(1 of .x)", "l2"},
        {"li:not(.x)", "l1 l3 l4 l5"}, {"li:not(.x, #l1)", "l3 l4 l5"}, {"li:not(:not(.x))", "l2"},
        {":is(b, .x)", "p2 b1 l2"}, {"div :is(p, li):where(.x)", "p2 l2"}, {":IS(b)", "b1"},
        {"div:has(b)", "d1"}, {"div:has(> b)", ""}, {"p:has(> b)", "p2"}, {"p:has(+ p)", "p1 a.b:c"},
        {"p:has(~ span)", "p1 p2"}, {"div:has(+ div)", "d1"}, {"div:has(+ div li)", "d1"},
        {"div:has(ul, span)", "d1 d2"}, {"div:not(:has(b))", "d2"}, {"li:has(+ .x)", "l1"},
        {":has(> #b1):is(p)", "p2"},
        {":link", "a1"}, {"a:any-link", "a1"}, {"input:disabled", "i1"}, {"input:enabled", "i2"},
        {":checked", "i2 o2"}, {"a:lang(fr)", "a1"}, {"a:lang(de)", "a2"}, {"a:lang('de-AT')", "a2"},
        {"a:hover", ""}, {"a:visited", ""}, {":scope", "html"}, {":scope > body", "top"},
        {" \t p \n > \f b ", "b1"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        finds(rows[i].selector, rows[i].ids);
    finds(NULL, NULL);
}

KL_TEST(bad_selectors_are_told)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *selector, *message;
        size_t position;
    } rows[] = {
        {"", "the selector ends at byte 0; expected a selector", 0},
        {"p[", "the selector ends at byte 2; expected the name of an attribute", 2},
        {"p[a", "the selector ends at byte 3; expected ']'", 3},
        {"p[a=", "the selector ends at byte 4; expected a name or a string in quotes", 4},
        {"p[a='b", "the selector ends at byte 6; expected the end of the string", 6},
        {"[a=5]", "unexpected '5]' at byte 3; expected a name or a string in quotes", 3},
        {"p >", "the selector ends at byte 3; expected a selector", 3},
        {"> p", "unexpected '> p' at byte 0; expected a selector", 0},
        {"p,", "the selector ends at byte 2; expected a selector", 2},
        {",p", "unexpected ',p' at byte 0; expected a selector", 0},
        {"p p >> b", "unexpected '> b' at byte 5; expected a selector", 5},
        {".", "the selector ends at byte 1; expected the name of a class", 1},
        {"#", "the selector ends at byte 1; expected an id", 1},
        {".5", "unexpected '5' at byte 1; expected the name of a class", 1},
        {"a*", "unexpected '*' at byte 1; expected ',' or the end", 1},
        {"5", "unexpected '5' at byte 0; expected a selector", 0},
        {"ns|p", "unexpected '|p' at byte 2; expected ',' or the end", 2},
        {":zz", "unknown pseudo-class ':zz' at byte 0", 0},
        {"p::before", "a pseudo-element at byte 1: it is no element that could be selected", 1},
        {":not", "the selector ends at byte 4; expected '('", 4},
        {":not()", "unexpected ')' at byte 5; expected a selector", 5},
        {":not(p", "the selector ends at byte 6; expected ')'", 6},
        {":root(p)", "unexpected '(p)' at byte 5; expected no argument", 5},
        {":nth-child()", "unexpected ')' at byte 11; expected a place such as 2, odd or 2n+1", 11},
        {":nth-child(2n+)", "unexpected ')' at byte 14; expected a number", 14},
        {":nth-child(x)", "unexpected 'x)' at byte 11; expected a place such as 2, odd or 2n+1", 11},
        {":nth-of-type(1 of p)", "unexpected 'of p)' at byte 15; expected ')'", 15},
        {":has(p:has(b))", "unexpected 'b))' at byte 11; expected no :has() within :has()", 11},
        {"p)", "unexpected ')' at byte 1; expected ',' or the end", 1},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_selector *selector = NULL;
        kl_error error = KL_ERROR_INIT;
        if (kl_selector_new(&selector, kl_text_from(rows[i].selector), &error) != KL_SYNTAX)
            fail_msg("%s was taken", rows[i].selector);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        assert_int_equal(error.position, rows[i].position);
        kl_error_clear(&error);
    }
}

KL_TEST(selectors_are_bounded)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *part;
        size_t count;
        kl_status status;
    } rows[] = {
        {":not(", 17, KL_SYNTAX}, {"a ", 257, KL_SYNTAX}, {"a", KL_SELECTOR_MAX + 1, KL_LIMIT},
        {"a ", 256, KL_OK}, {"a,", 5000, KL_SYNTAX},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_text text = repeat(rows[i].part, rows[i].count);
        kl_selector *selector = NULL;
        assert_int_equal(kl_selector_new(&selector, text, NULL), rows[i].status);
        kl_selector_free(selector);
        free((char *)text.data);
    }
    assert_int_equal(kl_selector_new(&(kl_selector *){NULL}, (kl_text){"a\0b", 3}, NULL), KL_SYNTAX);
}

KL_TEST(matching_is_bounded)
{
    KL_UNUSED_STATE;
    kl_text html = repeat("<i>", 900);
    kl_page *page = page_of(html.data);
    kl_selector *selector;
    kl_error error = KL_ERROR_INIT;
    uint32_t found;
    kl_work work = {.limit = 100000};
    assert_int_equal(kl_selector_new(&selector, KL_TEXT("b i i i i i i i i"), NULL), KL_OK);
    assert_int_equal(kl_selector_next(&found, selector, page, KL_PAGE_NONE, KL_PAGE_NONE, &work, &error),
                     KL_LIMIT);
    assert_string_equal(kl_error_message(&error), "resource limit exceeded: steps (limit: 100000 steps)");
    kl_error_clear(&error);
    kl_selector_free(selector);
    kl_page_free(page);
    free((char *)html.data);
}

KL_TEST(a_search_stays_within_its_scope)
{
    KL_UNUSED_STATE;
    kl_page *page = page_of("<div><p>1<div><p>2</div></div><p>3");
    kl_selector *div, *p, *child;
    kl_work work = {0};
    uint32_t scope, found;
    assert_int_equal(kl_selector_new(&div, KL_TEXT("div div"), NULL), KL_OK);
    assert_int_equal(kl_selector_new(&p, KL_TEXT("body p"), NULL), KL_OK);
    assert_int_equal(kl_selector_new(&child, KL_TEXT(":scope > p"), NULL), KL_OK);
    kl_selector_next(&scope, div, page, KL_PAGE_NONE, KL_PAGE_NONE, &work, NULL);
    const kl_selector *both[] = {p, child};
    for (size_t i = 0; i < 2; i++) {
        kl_buffer text = KL_BUFFER_INIT;
        kl_selector_next(&found, both[i], page, scope, KL_PAGE_NONE, &work, NULL);
        kl_page_add_text(&text, page, found);
        assert_true(kl_text_is(kl_buffer_text(&text), "2"));
        kl_buffer_free(&text);
        kl_selector_next(&found, both[i], page, scope, found, &work, NULL);
        assert_int_equal(found, KL_PAGE_NONE);
    }
    bool matches = false;
    assert_int_equal(kl_selector_matches(&matches, div, page, scope, &work, NULL), KL_OK);
    assert_true(matches);
    kl_selector_free(div);
    kl_selector_free(p);
    kl_selector_free(child);
    kl_page_free(page);
}

static kl_status parse_and_select(void *data)
{
    (void)data;
    kl_page *page = NULL;
    kl_selector *selector = NULL;
    kl_work work = {0};
    uint32_t found;
    kl_status status = kl_page_parse(&page, KL_TEXT("<p class=a>x<b title='y'>z"), NULL, NULL);
    if (status == KL_OK)
        status = kl_selector_new(&selector, KL_TEXT("p.a:has(> b[title^='y']):not(:nth-child(2))"), NULL);
    if (status == KL_OK)
        status = kl_selector_next(&found, selector, page, KL_PAGE_NONE, KL_PAGE_NONE, &work, NULL);
    kl_selector_free(selector);
    kl_page_free(page);
    return status;
}

KL_TEST(failed_allocations_are_told)
{
    KL_UNUSED_STATE;
    parse_and_select(NULL);
    assert_true(sweep(parse_and_select, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_parsed_and_written_as_browsers_do),
        cmocka_unit_test(documents_are_bounded),
        cmocka_unit_test(parsing_can_be_stopped),
        cmocka_unit_test(selectors_find),
        cmocka_unit_test(bad_selectors_are_told),
        cmocka_unit_test(selectors_are_bounded),
        cmocka_unit_test(matching_is_bounded),
        cmocka_unit_test(a_search_stays_within_its_scope),
        cmocka_unit_test(failed_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
