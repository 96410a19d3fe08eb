/* src/nodes/html_plain.c - see html_plain.h. A walk over the tags, which need not be well formed. */
#include "html_plain.h"
#include "html_text.h"

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

/* What the reference at `&` stands for; false when it is none that is known. */
static bool put_reference(page *p)
{
    char bytes[64];
    kl_buffer decoded = {bytes, 0, sizeof bytes - 1, sizeof bytes - 1, KL_OK};
    size_t used = kl_html_reference(&decoded, p->html, p->at, KL_HTML_CONTENT);
    if (used == 0)
        return false;
    p->at += used;
    if (decoded.len == 2 && memcmp(bytes, "\u00A0", 2) == 0)
        p->blank = true;
    else
        put(p, bytes, decoded.len);
    return true;
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
