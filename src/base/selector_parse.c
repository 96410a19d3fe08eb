/* src/base/selector_parse.c - compiles selectors (CSS Syntax 3, Selectors 3 and 4). */
#include "html_token.h"
#include "payload.h"
#include "selector_tree.h"

#include <stdlib.h>

typedef struct parser {
    kl_text text;
    size_t at;
    kl_selector *selector;
    unsigned depth;     /* of functions */
    bool in_has;
    kl_error *error;
} parser;

static kl_status parse_list(uint32_t *out, parser *p, bool relative, char end);

/* ---- small steps --------------------------------------------------------------------------------- */

static kl_status expected(parser *p, const char *what)
{
    size_t left = p->text.len - p->at;
    const char *here = p->text.data + p->at;
    if (left == 0)
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, here,
                               "the selector ends at byte %zu; expected %s", p->at, what);
    kl_text shown = {here, KL_MIN(left, 20)};
    while (shown.len < left && (shown.data[shown.len] & 0xC0) == 0x80)
        shown.len++;
    return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, here,
                           "unexpected '%.*s' at byte %zu; expected %s", KL_TEXT_ARG(shown), p->at,
                           what);
}

/* The byte at an offset, NUL behind the end (which stands in no selector itself). */
static char look(const parser *p, size_t offset)
{
    return p->at + offset < p->text.len ? p->text.data[p->at + offset] : '\0';
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool skip_blanks(parser *p)
{
    size_t from = p->at;
    while (is_blank(look(p, 0)))
        p->at++;
    return p->at > from;
}

static bool skip(parser *p, char c)
{
    if (look(p, 0) != c || p->at >= p->text.len)
        return false;
    p->at++;
    return true;
}

static kl_status add(uint32_t *out, parser *p, selector_kind kind)
{
    kl_selector *s = p->selector;
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? 2 * s->cap : 16;
        selector_node *grown = kl_realloc(s->nodes, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(p->error);
        s->nodes = grown;
        s->cap = cap;
    }
    s->nodes[s->count] = (selector_node){.kind = kind, .next = SELECTOR_NONE, .child = SELECTOR_NONE};
    *out = s->count++;
    return KL_OK;
}

static selector_node *node_at(parser *p, uint32_t index) { return &p->selector->nodes[index]; }

/* ---- names and texts ----------------------------------------------------------------------------- */

static bool is_name_start(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_name_char(char c) { return is_name_start(c) || is_digit(c) || c == '-'; }

static bool is_escape(const parser *p, size_t offset)
{
    return look(p, offset) == '\\' && p->at + offset + 1 < p->text.len &&
           look(p, offset + 1) != '\n' && look(p, offset + 1) != '\r' && look(p, offset + 1) != '\f';
}

static bool starts_name(const parser *p)
{
    size_t offset = look(p, 0) == '-';
    return is_name_start(look(p, offset)) || is_escape(p, offset) ||
           (offset && look(p, 1) == '-');
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A backslash and up to six hexadecimal digits with a blank, or any other character. */
static void read_escape(parser *p)
{
    char utf8[4];
    uint32_t code = 0;
    size_t digits = 0;
    p->at++;
    for (int digit; digits < 6 && (digit = hex_digit(look(p, 0))) >= 0; digits++, p->at++)
        code = code * 16 + (uint32_t)digit;
    if (digits == 0) {
        kl_buffer_byte(&p->selector->texts, look(p, 0));
        p->at++;
        return;
    }
    if (is_blank(look(p, 0)))
        p->at++;
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = 0xFFFD;
    kl_buffer_add(&p->selector->texts, (kl_text){utf8, kl_utf8_encode(utf8, code)});
}

/* Characters of a name, which may be none. */
static kl_status read_name_rest(uint32_t *at, uint32_t *len, parser *p)
{
    kl_buffer *texts = &p->selector->texts;
    *at = (uint32_t)texts->len;
    for (;;) {
        if (is_escape(p, 0))
            read_escape(p);
        else if (is_name_char(look(p, 0)) && p->at < p->text.len)
            kl_buffer_byte(texts, p->text.data[p->at++]);
        else
            break;
    }
    *len = (uint32_t)texts->len - *at;
    return texts->status == KL_OK ? KL_OK : kl_error_no_memory(p->error);
}

static kl_status read_name(uint32_t *at, uint32_t *len, parser *p, const char *what)
{
    return starts_name(p) ? read_name_rest(at, len, p) : expected(p, what);
}

static kl_status read_string(uint32_t *at, uint32_t *len, parser *p)
{
    kl_buffer *texts = &p->selector->texts;
    char quote = p->text.data[p->at++];
    *at = (uint32_t)texts->len;
    while (look(p, 0) != quote) {
        char c = look(p, 0);
        if (p->at >= p->text.len || c == '\n' || c == '\r' || c == '\f')
            return expected(p, "the end of the string");
        if (is_escape(p, 0))
            read_escape(p);
        else if (c == '\\')
            p->at += look(p, 1) == '\r' && look(p, 2) == '\n' ? 3 : 2; /* the line goes on */
        else
            kl_buffer_byte(texts, p->text.data[p->at++]);
        if (p->at > p->text.len)
            p->at = p->text.len;
    }
    p->at++;
    *len = (uint32_t)texts->len - *at;
    return texts->status == KL_OK ? KL_OK : kl_error_no_memory(p->error);
}

/* ---- attributes ---------------------------------------------------------------------------------- */

/* Attributes of HTML whose values are the same in any case (HTML, 4.16.2). */
static bool has_free_case(kl_text name)
{
    static const char *const names[] = {
        "accept", "accept-charset", "align", "alink", "axis", "bgcolor", "charset", "checked",
        "clear", "codetype", "color", "compact", "declare", "defer", "dir", "direction", "disabled",
        "enctype", "face", "frame", "hreflang", "http-equiv", "lang", "language", "link", "media",
        "method", "multiple", "nohref", "noresize", "noshade", "nowrap", "readonly", "rel", "rev",
        "rules", "scope", "scrolling", "selected", "shape", "target", "text", "type", "valign",
        "valuetype", "vlink"};
    for (size_t i = 0; i < KL_COUNT(names); i++)
        if (kl_html_same_name(name, kl_text_from(names[i])))
            return true;
    return false;
}

static selector_kind attribute_operator(parser *p)
{
    static const struct {
        char sign;
        selector_kind kind;
    } signs[] = {{'~', SELECTOR_INCLUDES}, {'|', SELECTOR_DASH}, {'^', SELECTOR_BEGINS},
                 {'$', SELECTOR_ENDS},     {'*', SELECTOR_CONTAINS}};
    if (skip(p, '='))
        return SELECTOR_EQUALS;
    for (size_t i = 0; i < KL_COUNT(signs); i++) {
        if (look(p, 0) == signs[i].sign && look(p, 1) == '=') {
            p->at += 2;
            return signs[i].kind;
        }
    }
    return SELECTOR_HAS_ATTRIBUTE;
}

static kl_status read_value(parser *p, uint32_t node)
{
    uint32_t at, len;
    skip_blanks(p);
    char c = look(p, 0);
    if (c == '"' || c == '\'')
        KL_TRY(read_string(&at, &len, p));
    else
        KL_TRY(read_name(&at, &len, p, "a name or a string in quotes"));
    selector_node *made = node_at(p, node);
    made->text_at = at;
    made->text_len = len;
    made->any_case = has_free_case(selector_name(p->selector, made));
    skip_blanks(p);
    char flag = (char)(look(p, 0) | 0x20);
    if ((flag == 'i' || flag == 's') && p->at < p->text.len) {
        made->any_case = flag == 'i';
        p->at++;
    }
    return KL_OK;
}

/* "*|name" stands for the name in any namespace, which is all that HTML has. */
static void skip_any_namespace(parser *p)
{
    if (look(p, 0) == '*' && look(p, 1) == '|' && look(p, 2) != '=')
        p->at += 2;
    else if (look(p, 0) == '|' && look(p, 1) != '=' && look(p, 1) != '|')
        p->at++;
}

static kl_status parse_attribute(uint32_t *out, parser *p)
{
    uint32_t at, len;
    p->at++;
    skip_blanks(p);
    skip_any_namespace(p);
    KL_TRY(add(out, p, SELECTOR_HAS_ATTRIBUTE));
    KL_TRY(read_name(&at, &len, p, "the name of an attribute"));
    node_at(p, *out)->name_at = at;
    node_at(p, *out)->name_len = len;
    skip_blanks(p);
    selector_kind kind = attribute_operator(p);
    node_at(p, *out)->kind = kind;
    if (kind != SELECTOR_HAS_ATTRIBUTE)
        KL_TRY(read_value(p, *out));
    skip_blanks(p);
    return skip(p, ']') ? KL_OK : expected(p, "']'");
}

/* ---- an + b -------------------------------------------------------------------------------------- */

/* Larger numbers select nothing that smaller ones would not leave out as well. */
enum { NTH_MAX = 100000000 };

static bool read_number(int32_t *out, parser *p)
{
    int32_t number = 0;
    size_t from = p->at;
    for (; is_digit(look(p, 0)); p->at++)
        number = KL_MIN(number * 10 + (look(p, 0) - '0'), NTH_MAX);
    *out = number;
    return p->at > from;
}

static bool skip_word(parser *p, const char *word)
{
    size_t len = strlen(word);
    kl_text here = {p->text.data + p->at, KL_MIN(len, p->text.len - p->at)};
    if (!kl_html_same_name(here, (kl_text){word, len}) || is_name_char(look(p, len)))
        return false;
    p->at += len;
    return true;
}

static int read_sign(parser *p)
{
    if (skip(p, '+'))
        return 1;
    return skip(p, '-') ? -1 : 0;
}

/* What follows "n": nothing, or a sign and a number, with blanks around the sign. */
static kl_status read_offset(int32_t *b, parser *p)
{
    size_t back = p->at;
    skip_blanks(p);
    int sign = read_sign(p);
    if (!sign) {
        p->at = back;
        return KL_OK;
    }
    skip_blanks(p);
    if (!read_number(b, p))
        return expected(p, "a number");
    *b *= sign;
    return KL_OK;
}

static kl_status parse_nth(parser *p, int32_t *a, int32_t *b)
{
    *a = *b = 0;
    if (skip_word(p, "even") || skip_word(p, "odd")) {
        *a = 2;
        *b = (p->text.data[p->at - 1] | 0x20) == 'd';
        return KL_OK;
    }
    int sign = read_sign(p);
    int32_t number;
    bool has_number = read_number(&number, p);
    if ((look(p, 0) | 0x20) == 'n' && p->at < p->text.len) {
        p->at++;
        *a = (sign ? sign : 1) * (has_number ? number : 1);
        return read_offset(b, p);
    }
    *b = (sign ? sign : 1) * number;
    return has_number ? KL_OK : expected(p, "a place such as 2, odd or 2n+1");
}

/* ---- pseudo-classes ------------------------------------------------------------------------------ */

typedef enum argument { NO_ARGUMENT, PLACE, LIST, RELATIVE, WORD } argument;

static const struct pseudo {
    const char *name;
    selector_kind kind;
    argument argument;
    bool from_end, of_type;
    int32_t b; /* of a NTH without argument */
} pseudos[] = {
    {"root", SELECTOR_ROOT, NO_ARGUMENT, false, false, 0},
    {"scope", SELECTOR_SCOPE, NO_ARGUMENT, false, false, 0},
    {"empty", SELECTOR_EMPTY, NO_ARGUMENT, false, false, 0},
    {"first-child", SELECTOR_NTH, NO_ARGUMENT, false, false, 1},
    {"last-child", SELECTOR_NTH, NO_ARGUMENT, true, false, 1},
    {"only-child", SELECTOR_ONLY, NO_ARGUMENT, false, false, 0},
    {"first-of-type", SELECTOR_NTH, NO_ARGUMENT, false, true, 1},
    {"last-of-type", SELECTOR_NTH, NO_ARGUMENT, true, true, 1},
    {"only-of-type", SELECTOR_ONLY, NO_ARGUMENT, false, true, 0},
    {"nth-child", SELECTOR_NTH, PLACE, false, false, 0},
    {"nth-last-child", SELECTOR_NTH, PLACE, true, false, 0},
    {"nth-of-type", SELECTOR_NTH, PLACE, false, true, 0},
    {"nth-last-of-type", SELECTOR_NTH, PLACE, true, true, 0},
    {"link", SELECTOR_LINK, NO_ARGUMENT, false, false, 0},
    {"any-link", SELECTOR_LINK, NO_ARGUMENT, false, false, 0},
    {"enabled", SELECTOR_ENABLED, NO_ARGUMENT, false, false, 0},
    {"disabled", SELECTOR_DISABLED, NO_ARGUMENT, false, false, 0},
    {"checked", SELECTOR_CHECKED, NO_ARGUMENT, false, false, 0},
    {"lang", SELECTOR_LANG, WORD, false, false, 0},
    {"visited", SELECTOR_NEVER, NO_ARGUMENT, false, false, 0},
    {"hover", SELECTOR_NEVER, NO_ARGUMENT, false, false, 0},
    {"active", SELECTOR_NEVER, NO_ARGUMENT, false, false, 0},
    {"focus", SELECTOR_NEVER, NO_ARGUMENT, false, false, 0},
    {"target", SELECTOR_NEVER, NO_ARGUMENT, false, false, 0},
    {"is", SELECTOR_IS, LIST, false, false, 0},
    {"where", SELECTOR_IS, LIST, false, false, 0},
    {"not", SELECTOR_NOT, LIST, false, false, 0},
    {"has", SELECTOR_HAS, RELATIVE, false, false, 0},
};

static const struct pseudo *find_pseudo(parser *p, size_t from, kl_text name)
{
    for (size_t i = 0; i < KL_COUNT(pseudos); i++)
        if (kl_html_same_name(name, kl_text_from(pseudos[i].name)))
            return &pseudos[i];
    kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->text.data + from,
                    "unknown pseudo-class ':%.*s' at byte %zu", (int)KL_MIN(name.len, 40), name.data,
                    from);
    return NULL;
}

static kl_status parse_place(parser *p, uint32_t node)
{
    int32_t a, b;
    uint32_t list;
    KL_TRY(parse_nth(p, &a, &b));
    node_at(p, node)->a = a;
    node_at(p, node)->b = b;
    size_t back = p->at;
    bool blank = skip_blanks(p);
    if (!blank || node_at(p, node)->of_type || !skip_word(p, "of")) {
        p->at = back;
        return KL_OK;
    }
    skip_blanks(p);
    KL_TRY(parse_list(&list, p, false, ')'));
    node_at(p, node)->child = list;
    return KL_OK;
}

static kl_status parse_word(parser *p, uint32_t node)
{
    uint32_t at, len;
    if (look(p, 0) == '"' || look(p, 0) == '\'')
        KL_TRY(read_string(&at, &len, p));
    else
        KL_TRY(read_name(&at, &len, p, "a language"));
    node_at(p, node)->text_at = at;
    node_at(p, node)->text_len = len;
    return KL_OK;
}

static kl_status parse_selectors(parser *p, uint32_t node, bool relative)
{
    uint32_t list;
    if (relative && p->in_has)
        return expected(p, "no :has() within :has()");
    bool outer = p->in_has;
    p->in_has |= relative;
    kl_status status = parse_list(&list, p, relative, ')');
    p->in_has = outer;
    if (status == KL_OK)
        node_at(p, node)->child = list;
    return status;
}

static kl_status parse_argument(parser *p, uint32_t node, argument kind)
{
    if (++p->depth > KL_SELECTOR_DEPTH_MAX)
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->text.data + p->at,
                               "the selector nests deeper than %d levels", KL_SELECTOR_DEPTH_MAX);
    if (!skip(p, '('))
        return expected(p, "'('");
    skip_blanks(p);
    if (kind == PLACE)
        KL_TRY(parse_place(p, node));
    else if (kind == WORD)
        KL_TRY(parse_word(p, node));
    else
        KL_TRY(parse_selectors(p, node, kind == RELATIVE));
    skip_blanks(p);
    p->depth--;
    return skip(p, ')') ? KL_OK : expected(p, "')'");
}

static kl_status parse_pseudo(uint32_t *out, parser *p)
{
    uint32_t at, len;
    size_t from = p->at++;
    if (look(p, 0) == ':')
        return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->text.data + from,
                               "a pseudo-element at byte %zu: it is no element that could be selected",
                               from);
    KL_TRY(add(out, p, SELECTOR_NEVER));
    KL_TRY(read_name(&at, &len, p, "the name of a pseudo-class"));
    kl_text name = {p->selector->texts.data + at, len};
    const struct pseudo *found = find_pseudo(p, from, name);
    if (!found)
        return KL_SYNTAX;
    selector_node *made = node_at(p, *out);
    made->kind = found->kind;
    made->from_end = found->from_end;
    made->of_type = found->of_type;
    made->b = found->b;
    if (found->argument != NO_ARGUMENT)
        return parse_argument(p, *out, found->argument);
    return look(p, 0) == '(' ? expected(p, "no argument") : KL_OK;
}

/* ---- compounds and lists ------------------------------------------------------------------------- */

static kl_status parse_named(uint32_t *out, parser *p, selector_kind kind, const char *what)
{
    uint32_t at, len;
    KL_TRY(add(out, p, kind));
    if (kind == SELECTOR_ID && is_name_char(look(p, 0)))
        KL_TRY(read_name_rest(&at, &len, p)); /* hash tokens may begin with a digit */
    else
        KL_TRY(read_name(&at, &len, p, what));
    node_at(p, *out)->text_at = at;
    node_at(p, *out)->text_len = len;
    return KL_OK;
}

/* One simple selector; `*out` is SELECTOR_NONE when none begins here. */
static kl_status parse_simple(uint32_t *out, parser *p, bool first)
{
    *out = SELECTOR_NONE;
    if (first)
        skip_any_namespace(p);
    switch (look(p, 0)) {
    case '#':
        p->at++;
        return parse_named(out, p, SELECTOR_ID, "an id");
    case '.':
        p->at++;
        return parse_named(out, p, SELECTOR_CLASS, "the name of a class");
    case '[': return parse_attribute(out, p);
    case ':': return parse_pseudo(out, p);
    case '*':
        if (!first)
            return KL_OK;
        p->at++;
        return add(out, p, SELECTOR_ANY);
    default:
        return first && starts_name(p) ? parse_named(out, p, SELECTOR_NAME, "") : KL_OK;
    }
}

static kl_status parse_compound(uint32_t *out, parser *p)
{
    uint32_t simple, last = SELECTOR_NONE;
    KL_TRY(add(out, p, SELECTOR_COMPOUND));
    for (bool first = true;; first = false) {
        KL_TRY(parse_simple(&simple, p, first));
        if (simple == SELECTOR_NONE)
            break;
        if (last == SELECTOR_NONE)
            node_at(p, *out)->child = simple;
        else
            node_at(p, last)->next = simple;
        last = simple;
    }
    return last == SELECTOR_NONE ? expected(p, "a selector") : KL_OK;
}

/* The sign between two compounds; NUL when nothing follows. */
static char read_combinator(parser *p, char end)
{
    bool blank = skip_blanks(p);
    char c = look(p, 0);
    if (c == '>' || c == '+' || c == '~') {
        p->at++;
        skip_blanks(p);
        return c;
    }
    bool over = p->at >= p->text.len || c == ',' || (end && c == end);
    return blank && !over ? ' ' : '\0';
}

static kl_status begin_relative(uint32_t *left, char *combinator, parser *p)
{
    uint32_t scope;
    char sign = look(p, 0);
    *combinator = ' ';
    if (sign == '>' || sign == '+' || sign == '~') {
        *combinator = sign;
        p->at++;
        skip_blanks(p);
    }
    KL_TRY(add(left, p, SELECTOR_COMPOUND));
    KL_TRY(add(&scope, p, SELECTOR_SCOPE));
    node_at(p, *left)->child = scope;
    return KL_OK;
}

static kl_status parse_complex(uint32_t *out, parser *p, bool relative, char end)
{
    uint32_t compound, left = SELECTOR_NONE, count = 0;
    char combinator = '\0';
    KL_TRY(add(out, p, SELECTOR_COMPLEX));
    if (relative)
        KL_TRY(begin_relative(&left, &combinator, p));
    do {
        if (++count > KL_SELECTOR_CHAIN_MAX)
            return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->text.data + p->at,
                                   "the selector has a chain of more than %d elements",
                                   KL_SELECTOR_CHAIN_MAX);
        KL_TRY(parse_compound(&compound, p));
        node_at(p, compound)->next = left;
        node_at(p, compound)->combinator = combinator;
        left = compound;
        combinator = read_combinator(p, end);
    } while (combinator);
    node_at(p, *out)->child = left;
    return KL_OK;
}

static kl_status parse_list(uint32_t *out, parser *p, bool relative, char end)
{
    uint32_t complex, last = SELECTOR_NONE;
    do {
        skip_blanks(p);
        KL_TRY(parse_complex(&complex, p, relative, end));
        if (last == SELECTOR_NONE)
            *out = complex;
        else
            node_at(p, last)->next = complex;
        last = complex;
        skip_blanks(p);
    } while (skip(p, ','));
    return KL_OK;
}

kl_status kl_selector_new(kl_selector **out, kl_text text, kl_error *error)
{
    if (text.len > KL_SELECTOR_MAX)
        return kl_error_set(error, KL_LIMIT, "the selector is longer than %d bytes", KL_SELECTOR_MAX);
    kl_selector *selector = kl_alloc_zero(1, sizeof *selector);
    if (!selector)
        return kl_error_no_memory(error);
    parser p = {.text = text, .selector = selector, .error = error};
    kl_status status = parse_list(&selector->first, &p, false, '\0');
    if (status == KL_OK && p.at < text.len)
        status = expected(&p, "',' or the end");
    if (status != KL_OK) {
        kl_selector_free(selector);
        return status;
    }
    kl_buffer_byte(&selector->texts, '\0'); /* so that there is a text to point into */
    if (selector->texts.status != KL_OK) {
        kl_selector_free(selector);
        return kl_error_no_memory(error);
    }
    *out = selector;
    return KL_OK;
}

void kl_selector_free(kl_selector *selector)
{
    if (!selector)
        return;
    kl_free(selector->nodes);
    kl_buffer_free(&selector->texts);
    kl_free(selector);
}
