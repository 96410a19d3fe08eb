/* src/base/html_elements.c - see html_elements.h. */
#include "html_elements.h"

#define CELL " align char charoff colspan headers rowspan scope "
#define COLUMN " align char charoff span "
#define ROWS " align char charoff "
#define GROUPS " tbody thead tfoot table "

static const kl_html_element elements[] = {
    {.name = "a", .flags = KL_HTML_LINK, .attributes = " href hreflang ", .closes = " a "},
    {.name = "abbr"}, {.name = "acronym"},
    {.name = "area", .flags = KL_HTML_VOID, .attributes = " alt "},
    {.name = "article", .flags = KL_HTML_BLOCK}, {.name = "aside", .flags = KL_HTML_BLOCK},
    {.name = "b"}, {.name = "bdi"}, {.name = "bdo", .attributes = " dir "},
    {.name = "blockquote", .flags = KL_HTML_BLOCK, .attributes = " cite "},
    {.name = "br", .flags = KL_HTML_VOID},
    {.name = "caption", .flags = KL_HTML_PART | KL_HTML_WALL, .parents = " table "},
    {.name = "center", .flags = KL_HTML_BLOCK}, {.name = "cite"}, {.name = "code"},
    {.name = "col", .flags = KL_HTML_VOID | KL_HTML_PART, .attributes = COLUMN,
     .parents = " colgroup table ", .implied = "colgroup"},
    {.name = "colgroup", .flags = KL_HTML_PART, .attributes = COLUMN, .parents = " table "},
    {.name = "data", .attributes = " value "},
    {.name = "dd", .flags = KL_HTML_BLOCK, .closes = " dd dt ", .within = " dl "},
    {.name = "del", .attributes = " cite datetime "}, {.name = "details", .flags = KL_HTML_BLOCK},
    {.name = "dfn"}, {.name = "div", .flags = KL_HTML_BLOCK},
    {.name = "dl", .flags = KL_HTML_BLOCK},
    {.name = "dt", .flags = KL_HTML_BLOCK, .closes = " dd dt ", .within = " dl "},
    {.name = "em"}, {.name = "figcaption", .flags = KL_HTML_BLOCK},
    {.name = "figure", .flags = KL_HTML_BLOCK}, {.name = "footer", .flags = KL_HTML_BLOCK},
    {.name = "h1", .flags = KL_HTML_BLOCK}, {.name = "h2", .flags = KL_HTML_BLOCK},
    {.name = "h3", .flags = KL_HTML_BLOCK}, {.name = "h4", .flags = KL_HTML_BLOCK},
    {.name = "h5", .flags = KL_HTML_BLOCK}, {.name = "h6", .flags = KL_HTML_BLOCK},
    {.name = "header", .flags = KL_HTML_BLOCK}, {.name = "hgroup", .flags = KL_HTML_BLOCK},
    {.name = "hr", .flags = KL_HTML_VOID | KL_HTML_BLOCK, .attributes = " align size width "},
    {.name = "i"},
    {.name = "img", .flags = KL_HTML_VOID, .attributes = " align alt height src width "},
    {.name = "ins", .attributes = " cite datetime "}, {.name = "kbd"},
    {.name = "li", .flags = KL_HTML_BLOCK, .closes = " li ", .within = " ul ol "},
    {.name = "map"}, {.name = "mark"}, {.name = "nav", .flags = KL_HTML_BLOCK},
    {.name = "ol", .flags = KL_HTML_BLOCK, .attributes = " start "},
    {.name = "p", .flags = KL_HTML_BLOCK}, {.name = "pre", .flags = KL_HTML_BLOCK},
    {.name = "q", .attributes = " cite "},
    {.name = "rp", .closes = " rp rt rtc ", .within = " ruby "},
    {.name = "rt", .closes = " rp rt rtc ", .within = " ruby "},
    {.name = "rtc", .closes = " rp rt rtc ", .within = " ruby "},
    {.name = "ruby"}, {.name = "s"}, {.name = "samp"}, {.name = "small"}, {.name = "span"},
    {.name = "strike"}, {.name = "strong"}, {.name = "sub"},
    {.name = "summary", .flags = KL_HTML_BLOCK}, {.name = "sup"},
    {.name = "table", .flags = KL_HTML_BLOCK | KL_HTML_WALL,
     .attributes = " align char charoff summary "},
    {.name = "tbody", .flags = KL_HTML_PART, .attributes = ROWS, .parents = " table "},
    {.name = "td", .flags = KL_HTML_PART | KL_HTML_WALL, .attributes = CELL,
     .parents = " tr" GROUPS, .implied = "tr"},
    {.name = "tfoot", .flags = KL_HTML_PART, .attributes = ROWS, .parents = " table "},
    {.name = "th", .flags = KL_HTML_PART | KL_HTML_WALL, .attributes = CELL,
     .parents = " tr" GROUPS, .implied = "tr"},
    {.name = "thead", .flags = KL_HTML_PART, .attributes = ROWS, .parents = " table "},
    {.name = "time", .attributes = " datetime "},
    {.name = "tr", .flags = KL_HTML_PART, .attributes = ROWS, .parents = GROUPS,
     .implied = "tbody"},
    {.name = "tt"}, {.name = "u"}, {.name = "ul", .flags = KL_HTML_BLOCK}, {.name = "var"},
    {.name = "wbr", .flags = KL_HTML_VOID},
};

const kl_html_element *kl_html_element_find(kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(elements); i++)
        if (kl_html_same_name(name, kl_text_from(elements[i].name)))
            return &elements[i];
    return NULL;
}

bool kl_html_word_in(const char *words, kl_text word)
{
    if (!words || !word.len)
        return false;
    for (const char *at = words + 1; *at;) {
        size_t len = strcspn(at, " ");
        if (kl_html_same_name((kl_text){at, len}, word))
            return true;
        at += len + 1;
    }
    return false;
}
