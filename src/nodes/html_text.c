/* src/nodes/html_text.c - see html_text.h. A walk over the tags, which need not be well formed. */
#include "html_text.h"

#include <stdlib.h>
#include <strings.h>

typedef struct page {
    kl_text html;
    size_t at;
    kl_buffer *to, *title;
    bool in_title;
    int lines;  /* line ends to write before the next text: 2 = an empty line between */
    bool blank; /* a blank to write before it */
} page;

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool is_one_of(kl_text name, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strlen(words[i]) == name.len && strncasecmp(words[i], name.data, name.len) == 0)
            return true;
    return false;
}

/* Their content is no text; it ends at their end tag. */
static const char *const hidden[] = {"script", "style", "template", "noscript", "svg", "iframe",
                                     "object", "textarea", NULL};
static const char *const paragraphs[] = {
    "p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "h1", "h2", "h3",
    "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "form", "figure", "hr",
    "address", "details", "fieldset", NULL};
static const char *const lines[] = {"br", "li", "tr", "dt", "dd", "caption", "option", "legend",
                                    "summary", "figcaption", "thead", "tbody", NULL};
static const char *const cells[] = {"td", "th", NULL};

/* ---- text --------------------------------------------------------------------------------------- */

static void put(page *p, const char *bytes, size_t len)
{
    kl_buffer *to = p->in_title ? p->title : p->to;
    if (!to)
        return;
    if (to->len && p->lines && !p->in_title)
        kl_buffer_string(to, p->lines > 1 ? "\n\n" : "\n");
    else if (to->len && p->blank)
        kl_buffer_byte(to, ' ');
    p->lines = 0;
    p->blank = false;
    kl_buffer_add(to, (kl_text){bytes, len});
}

static void put_character(page *p, uint32_t code)
{
    char bytes[4];
    if (code == 0xA0)
        code = ' ';
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        code = 0xFFFD;
    if (code < 0x80) {
        bytes[0] = (char)code;
        put(p, bytes, 1);
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        put(p, bytes, 2);
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        put(p, bytes, 3);
    } else {
        bytes[0] = (char)(0xF0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (code & 0x3F));
        put(p, bytes, 4);
    }
}

static const struct {
    const char *name;
    uint32_t code;
} entities[] = {
    {"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},      {"apos", '\''},
    {"nbsp", 0xA0},    {"copy", 0xA9},     {"reg", 0xAE},     {"trade", 0x2122},  {"hellip", 0x2026},
    {"ndash", 0x2013}, {"mdash", 0x2014},  {"lsquo", 0x2018}, {"rsquo", 0x2019},  {"ldquo", 0x201C},
    {"rdquo", 0x201D}, {"laquo", 0xAB},    {"raquo", 0xBB},   {"bull", 0x2022},   {"middot", 0xB7},
    {"deg", 0xB0},     {"plusmn", 0xB1},   {"times", 0xD7},   {"divide", 0xF7},   {"euro", 0x20AC},
    {"pound", 0xA3},   {"yen", 0xA5},      {"cent", 0xA2},    {"sect", 0xA7},     {"para", 0xB6},
    {"auml", 0xE4},    {"ouml", 0xF6},     {"uuml", 0xFC},    {"Auml", 0xC4},     {"Ouml", 0xD6},
    {"Uuml", 0xDC},    {"szlig", 0xDF},    {"eacute", 0xE9},  {"egrave", 0xE8},   {"agrave", 0xE0},
    {"ccedil", 0xE7},  {"ntilde", 0xF1},   {"aring", 0xE5},   {"oslash", 0xF8},   {"aelig", 0xE6},
    {"rarr", 0x2192},  {"larr", 0x2190},   {"le", 0x2264},    {"ge", 0x2265},     {"ne", 0x2260},
    {"minus", 0x2212}, {"frac12", 0xBD},   {"micro", 0xB5},   {"shy", 0xAD},      {"thinsp", 0x2009},
    {"ensp", 0x2002},  {"emsp", 0x2003},   {"iexcl", 0xA1},   {"iquest", 0xBF},   {"oacute", 0xF3},
    {"aacute", 0xE1},  {"iacute", 0xED},   {"uacute", 0xFA},  {"ecirc", 0xEA},    {"ocirc", 0xF4},
};

/* The character reference at `&`; false when it is none that is known. */
static bool put_reference(page *p)
{
    const char *start = p->html.data + p->at + 1, *end = p->html.data + p->html.len;
    const char *stop = start;
    while (stop < end && stop - start < 12 && *stop != ';' && !is_blank(*stop) && *stop != '<')
        stop++;
    kl_text name = {start, (size_t)(stop - start)};
    bool closed = stop < end && *stop == ';';
    if (!closed || name.len == 0)
        return false;
    p->at += name.len + 2;
    if (name.data[0] == '#' && name.len > 1) {
        bool hex = name.data[1] == 'x' || name.data[1] == 'X';
        put_character(p, (uint32_t)strtoul(name.data + (hex ? 2 : 1), NULL, hex ? 16 : 10));
        return true;
    }
    for (size_t i = 0; i < KL_COUNT(entities); i++) {
        if (kl_text_is(name, entities[i].name)) {
            put_character(p, entities[i].code);
            return true;
        }
    }
    p->at -= name.len + 2;
    return false;
}

/* ---- tags --------------------------------------------------------------------------------------- */

static bool starts_with(const page *p, const char *word)
{
    size_t len = strlen(word);
    return p->html.len - p->at >= len && strncasecmp(p->html.data + p->at, word, len) == 0;
}

/* Behind the next `word`, or the end. */
static void skip_behind(page *p, const char *word)
{
    while (p->at < p->html.len && !starts_with(p, word))
        p->at++;
    p->at = KL_MIN(p->at + strlen(word), p->html.len);
}

static void skip_hidden(page *p, kl_text name)
{
    char end[16] = "</";
    memcpy(end + 2, name.data, name.len);
    end[2 + name.len] = '\0';
    skip_behind(p, end);
    skip_behind(p, ">");
}

/* Behind the `>` of a tag; one within quotes does not end it. */
static void skip_tag(page *p)
{
    char quote = 0;
    for (; p->at < p->html.len; p->at++) {
        char c = p->html.data[p->at];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        else if (!quote && c == '>')
            break;
    }
    p->at += p->at < p->html.len;
}

static void read_tag(page *p)
{
    bool closing = p->at + 1 < p->html.len && p->html.data[p->at + 1] == '/';
    size_t start = p->at + 1 + closing, end = start;
    while (end < p->html.len && !is_blank(p->html.data[end]) && !strchr("/>", p->html.data[end]))
        end++;
    kl_text name = {p->html.data + start, end - start};
    p->at = end;
    skip_tag(p);
    if (is_one_of(name, (const char *const[]){"title", NULL}))
        p->in_title = !closing;
    else if (is_one_of(name, paragraphs))
        p->lines = 2;
    else if (is_one_of(name, lines))
        p->lines = KL_MAX(p->lines, 1);
    else if (is_one_of(name, cells))
        p->blank = true;
    else if (!closing && is_one_of(name, hidden))
        skip_hidden(p, name);
}

/* `<` begins a tag only before a letter, / ! or ?. */
static bool at_tag(const page *p)
{
    char next = p->at + 1 < p->html.len ? p->html.data[p->at + 1] : ' ';
    return ((next | 0x20) >= 'a' && (next | 0x20) <= 'z') || next == '/' || next == '!' || next == '?';
}

void kl_html_text(kl_buffer *to, kl_buffer *title, kl_text html)
{
    page p = {.html = html, .to = to, .title = title};
    while (p.at < html.len) {
        char c = html.data[p.at];
        if (c == '<' && starts_with(&p, "<!--"))
            skip_behind(&p, "-->");
        else if (c == '<' && at_tag(&p))
            read_tag(&p);
        else if (is_blank(c)) {
            p.blank = true;
            p.at++;
        } else if (c != '&' || !put_reference(&p)) {
            put(&p, html.data + p.at, 1);
            p.at++;
        }
    }
}
