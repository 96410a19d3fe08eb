/* src/base/html_token.c - see html_token.h. */
#include "html_token.h"

static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

bool kl_html_same_name(kl_text a, kl_text b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

static bool has(const kl_html_reader *r, size_t ahead) { return r->at + ahead < r->text.len; }
static char peek(const kl_html_reader *r, size_t ahead)
{
    return (char)(has(r, ahead) ? r->text.data[r->at + ahead] : '\0');
}

static kl_text since(const kl_html_reader *r, size_t start)
{
    return (kl_text){r->text.data + start, r->at - start};
}

/* ---- comments -------------------------------------------------------------------------------- */

/* Up to and with the next '>'. */
static void skip_bogus(kl_html_reader *r)
{
    const char *end = memchr(r->text.data + r->at, '>', r->text.len - r->at);
    r->at = end ? (size_t)(end - r->text.data) + 1 : r->text.len;
}

/* Behind "<!--": ends at "-->" or "--!>"; "<!-->" and "<!--->" are whole. */
static void skip_comment(kl_html_reader *r)
{
    if (peek(r, 0) == '>' || (peek(r, 0) == '-' && peek(r, 1) == '>')) {
        r->at += peek(r, 0) == '>' ? 1 : 2;
        return;
    }
    for (; has(r, 0); r->at++) {
        if (peek(r, 0) != '-' || peek(r, 1) != '-')
            continue;
        size_t end = peek(r, 2) == '!' ? 3 : 2;
        if (peek(r, end) == '>') {
            r->at += end + 1;
            return;
        }
    }
}

static void read_declaration(kl_html_reader *r)
{
    if (peek(r, 2) == '-' && peek(r, 3) == '-') {
        r->at += 4;
        skip_comment(r);
    } else {
        skip_bogus(r);
    }
}

/* ---- tags ------------------------------------------------------------------------------------ */

static void skip_blanks(kl_html_reader *r, bool slashes)
{
    while (has(r, 0) && (is_blank(peek(r, 0)) || (slashes && peek(r, 0) == '/')))
        r->at++;
}

static kl_text read_value(kl_html_reader *r)
{
    char quote = peek(r, 0);
    size_t start = r->at;
    if (quote != '"' && quote != '\'') {
        while (has(r, 0) && !is_blank(peek(r, 0)) && peek(r, 0) != '>')
            r->at++;
        return since(r, start);
    }
    const char *from = r->text.data + start + 1;
    const char *end = memchr(from, quote, r->text.len - start - 1);
    r->at = end ? (size_t)(end - r->text.data) + 1 : r->text.len;
    return (kl_text){from, end ? (size_t)(end - from) : r->text.len - start - 1};
}

static kl_html_attribute read_attribute(kl_html_reader *r)
{
    kl_html_attribute attribute = {.value = KL_TEXT("")};
    size_t start = r->at++; /* the first character belongs to the name, even if it is '=' */
    while (has(r, 0) && !is_blank(peek(r, 0)) && !strchr("/>=", peek(r, 0) ? peek(r, 0) : 'x'))
        r->at++;
    attribute.name = since(r, start);
    skip_blanks(r, false);
    if (peek(r, 0) == '=') {
        r->at++;
        skip_blanks(r, false);
        if (peek(r, 0) != '>')
            attribute.value = read_value(r);
    }
    return attribute;
}

static void keep_attribute(kl_html_token *token, kl_html_attribute attribute)
{
    for (size_t i = 0; i < token->attribute_count; i++)
        if (kl_html_same_name(token->attributes[i].name, attribute.name))
            return;
    if (token->attribute_count < KL_HTML_ATTRIBUTES_MAX)
        token->attributes[token->attribute_count++] = attribute;
}

/* From the first letter of the name on. */
static void read_tag(kl_html_token *token, kl_html_reader *r)
{
    size_t start = r->at;
    while (has(r, 0) && !is_blank(peek(r, 0)) && peek(r, 0) != '/' && peek(r, 0) != '>')
        r->at++;
    token->text = since(r, start);
    for (;;) {
        size_t before = r->at;
        skip_blanks(r, true);
        if (!has(r, 0)) {
            token->kind = KL_HTML_ALL_READ;
            return;
        }
        if (peek(r, 0) == '>') {
            token->self_closing = r->at > before && r->text.data[r->at - 1] == '/';
            r->at++;
            return;
        }
        keep_attribute(token, read_attribute(r));
    }
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Whether markup begins here: a '<' alone is text. */
static bool is_markup(const kl_html_reader *r)
{
    char next = peek(r, 1);
    return peek(r, 0) == '<' &&
           (is_letter(next) || next == '!' || next == '?' || (next == '/' && has(r, 2)));
}

static void read_text(kl_html_token *token, kl_html_reader *r)
{
    size_t start = r->at;
    while (has(r, 0) && !is_markup(r)) {
        const char *next = memchr(r->text.data + r->at + 1, '<', r->text.len - r->at - 1);
        r->at = next ? (size_t)(next - r->text.data) : r->text.len;
    }
    token->kind = KL_HTML_TEXT;
    token->text = since(r, start);
}

void kl_html_next(kl_html_token *token, kl_html_reader *r)
{
    token->text = KL_TEXT("");
    token->self_closing = false;
    token->attribute_count = 0;
    token->kind = KL_HTML_COMMENT;
    bool finish = peek(r, 1) == '/';
    if (!has(r, 0)) {
        token->kind = KL_HTML_ALL_READ;
    } else if (!is_markup(r)) {
        read_text(token, r);
    } else if (is_letter(peek(r, 1)) || (finish && is_letter(peek(r, 2)))) {
        token->kind = finish ? KL_HTML_FINISH : KL_HTML_START;
        r->at += finish ? 2 : 1;
        read_tag(token, r);
    } else if (peek(r, 1) == '!') {
        read_declaration(r);
    } else {
        skip_bogus(r);
    }
}

void kl_html_skip_raw(kl_html_reader *r, kl_text name)
{
    kl_html_token token;
    for (; has(r, 0); r->at++) {
        kl_text written = {r->text.data + r->at + 2, name.len};
        char behind = peek(r, 2 + name.len);
        if (peek(r, 0) != '<' || peek(r, 1) != '/' || !has(r, 2 + name.len) ||
            !kl_html_same_name(written, name) ||
            !(is_blank(behind) || behind == '/' || behind == '>'))
            continue;
        kl_html_next(&token, r);
        return;
    }
}
