/* src/base/html_clean.c - see html_clean.h. */
#include "html_clean.h"
#include "html_elements.h"
#include "html_text.h"

enum { REMOVED_MAX = 100 };

typedef struct cleaner {
    kl_html_reader reader;
    kl_buffer *to;
    kl_value *removed; /* or NULL */
    kl_status status;  /* of `removed` */
    kl_error *error;
    const kl_html_element *open[KL_HTML_DEPTH_MAX];
    size_t depth;
} cleaner;

static bool is(const kl_html_element *element, const char *name)
{
    return strcmp(element->name, name) == 0;
}

static bool word_in(const char *words, const kl_html_element *element)
{
    return kl_html_word_in(words, kl_text_from(element->name));
}

static void add_lower(kl_buffer *to, kl_text name)
{
    for (size_t i = 0; i < name.len; i++)
        kl_buffer_byte(to, (char)(name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] | 0x20
                                                                             : name.data[i]));
}

/* ---- what was left out ----------------------------------------------------------------------- */

static bool is_listed(kl_value list, kl_text line)
{
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_text_equal(kl_as_text(kl_array_at(list, i)), line))
            return true;
    return false;
}

/* "removed dangerous pattern: " and `before` NAME `after`, once. */
static void report(cleaner *c, const char *before, kl_text name, const char *after)
{
    kl_buffer line = KL_BUFFER_INIT;
    kl_value text;
    if (!c->removed || c->status != KL_OK || kl_array_len(*c->removed) >= REMOVED_MAX)
        return;
    kl_buffer_string(&line, "removed dangerous pattern: ");
    kl_buffer_string(&line, before);
    add_lower(&line, (kl_text){name.data, KL_MIN(name.len, (size_t)40)});
    kl_buffer_string(&line, after);
    if (is_listed(*c->removed, kl_buffer_text(&line))) {
        kl_buffer_free(&line);
        return;
    }
    c->status = line.status == KL_OK ? kl_string_repair(&text, kl_buffer_text(&line), c->error)
                                     : kl_error_no_memory(c->error);
    kl_buffer_free(&line);
    if (c->status == KL_OK)
        c->status = kl_array_push(c->removed, text, c->error);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static const char link_schemes[] =
    " http https mailto tel sms ftp ftps sftp ssh irc ircs xmpp news nntp geo magnet webcal sip ";
static const char content_schemes[] = " http https ";

/* As browsers read an address: without blanks and controls around it, or lines and tabs within. */
static void strip_address(kl_buffer *address)
{
    size_t start = 0, end = address->len, len = 0;
    while (start < end && (unsigned char)address->data[start] <= ' ')
        start++;
    while (end > start && (unsigned char)address->data[end - 1] <= ' ')
        end--;
    for (size_t i = start; i < end; i++)
        if (!strchr("\t\n\r", address->data[i]) || !address->data[i])
            address->data[len++] = address->data[i];
    address->len = len;
}

/* What stands before the first ':', unless '/', '?' or '#' came first: "" = a relative address. */
static kl_text scheme_of(kl_text address)
{
    for (size_t i = 0; i < address.len && !strchr("/?#\\", address.data[i] ? address.data[i] : 'x');
         i++)
        if (address.data[i] == ':')
            return (kl_text){address.data, i + 1};
    return KL_TEXT("");
}

/* Whether it may be followed: a ':' must belong to a scheme of the list. */
static bool is_harmless(cleaner *c, kl_text address, const char *schemes)
{
    kl_text scheme = scheme_of(address);
    if (!scheme.len || kl_html_word_in(schemes, (kl_text){scheme.data, scheme.len - 1}))
        return true;
    report(c, "", scheme, "");
    return false;
}

/* ---- tags ------------------------------------------------------------------------------------ */

static void add_attribute(cleaner *c, kl_text name, kl_text value)
{
    kl_buffer_byte(c->to, ' ');
    add_lower(c->to, name);
    kl_buffer_string(c->to, "=\"");
    kl_html_escape(c->to, value, KL_HTML_ATTRIBUTE);
    kl_buffer_byte(c->to, '"');
}

static void clean_attribute(cleaner *c, const kl_html_element *element,
                            const kl_html_attribute *attribute)
{
    kl_text name = attribute->name;
    if (name.len > 2 && (name.data[0] | 0x20) == 'o' && (name.data[1] | 0x20) == 'n')
        report(c, "", name, "=");
    if (!kl_html_word_in(element->attributes, name) && !kl_html_word_in(" lang title ", name))
        return;
    kl_buffer value = KL_BUFFER_INIT;
    kl_html_decode(&value, attribute->value, KL_HTML_ATTRIBUTE);
    bool link = kl_html_word_in(" href ", name), keep = true;
    if (value.data && (link || kl_html_word_in(" src cite ", name))) {
        strip_address(&value);
        keep = is_harmless(c, kl_buffer_text(&value), link ? link_schemes : content_schemes);
    }
    if (value.status != KL_OK)
        c->to->status = value.status;
    else if (keep)
        add_attribute(c, name, kl_buffer_text(&value));
    kl_buffer_free(&value);
}

/* `token` is NULL for an element that its content implies. */
static void write_start(cleaner *c, const kl_html_element *element, const kl_html_token *token)
{
    kl_buffer_byte(c->to, '<');
    kl_buffer_string(c->to, element->name);
    for (size_t i = 0; token && i < token->attribute_count; i++)
        clean_attribute(c, element, &token->attributes[i]);
    if (element->flags & KL_HTML_LINK)
        kl_buffer_string(c->to, " rel=\"noopener noreferrer\"");
    kl_buffer_byte(c->to, '>');
    if (!(element->flags & KL_HTML_VOID))
        c->open[c->depth++] = element;
}

static void close_to(cleaner *c, size_t depth)
{
    while (c->depth > depth)
        kl_buffer_format(c->to, "</%s>", c->open[--c->depth]->name);
}

/* ---- how elements lie within each other ------------------------------------------------------ */

/* Close the outermost open element of `names`, looking out to one of `within` or a wall. */
static void close_any(cleaner *c, const char *names, const char *within)
{
    size_t found = c->depth;
    for (size_t i = c->depth; i-- > 0;) {
        if (word_in(names, c->open[i]))
            found = i;
        if (word_in(within, c->open[i]) || (c->open[i]->flags & KL_HTML_WALL))
            break;
    }
    close_to(c, found);
}

static const kl_html_element *current(const cleaner *c) { return c->open[c->depth - 1]; }

static bool is_in_table(const cleaner *c)
{
    for (size_t i = c->depth; i-- > 0;)
        if (is(c->open[i], "table"))
            return true;
    return false;
}

/* Close what a part of a table cannot stand in; what must stand between, outermost first. */
static size_t find_place(const kl_html_element **implied, cleaner *c, const kl_html_element *element)
{
    size_t count = 0;
    while (!word_in(element->parents, current(c)))
        close_to(c, c->depth - 1);
    while (element->implied) {
        const kl_html_element *between = kl_html_element_find(kl_text_from(element->implied));
        if (!word_in(between->parents, current(c)))
            break;
        implied[count++] = element = between;
    }
    return count;
}

static void open_element(cleaner *c, const kl_html_element *element, const kl_html_token *token)
{
    const kl_html_element *implied[2];
    size_t between = 0;
    if (element->flags & KL_HTML_PART) {
        if (!is_in_table(c))
            return;
        between = find_place(implied, c, element);
    }
    if (element->flags & KL_HTML_BLOCK)
        close_any(c, " p ", NULL);
    if (element->closes)
        close_any(c, element->closes, element->within);
    if (c->depth + between + 1 > KL_HTML_DEPTH_MAX)
        return;
    while (between)
        write_start(c, implied[--between], NULL);
    write_start(c, element, token);
}

static void close_element(cleaner *c, const kl_html_element *element)
{
    bool table = (element->flags & KL_HTML_PART) || is(element, "table");
    for (size_t i = c->depth; i-- > 0;) {
        if (c->open[i] == element) {
            close_to(c, i);
            return;
        }
        if (table ? is(c->open[i], "table") : (c->open[i]->flags & KL_HTML_WALL) != 0)
            return;
    }
}

/* ---- elements that may not stay -------------------------------------------------------------- */

/* Their content is no markup to browsers, and of no use as text. */
static const char raw_elements[] = " script style iframe noembed noframes xmp ";
/* Reported, for what they do. */
static const char active_elements[] =
    " script iframe object embed applet frame frameset base meta link ";

/* Drawings are markup of another kind. */
static void skip_drawing(cleaner *c)
{
    kl_html_token token;
    size_t levels = 1;
    while (levels > 0) {
        kl_html_next(&token, &c->reader);
        if (token.kind == KL_HTML_ALL_READ)
            return;
        if (!kl_html_same_name(token.text, KL_TEXT("svg")))
            continue;
        if (token.kind == KL_HTML_FINISH)
            levels--;
        else if (token.kind == KL_HTML_START && !token.self_closing)
            levels++;
    }
}

static void refuse_element(cleaner *c, const kl_html_token *token)
{
    if (kl_html_word_in(active_elements, token->text))
        report(c, "<", token->text, "");
    for (size_t i = 0; i < token->attribute_count; i++)
        if (token->attributes[i].name.len > 2 &&
            kl_html_same_name((kl_text){token->attributes[i].name.data, 2}, KL_TEXT("on")))
            report(c, "", token->attributes[i].name, "=");
    if (kl_html_word_in(raw_elements, token->text))
        kl_html_skip_raw(&c->reader, token->text);
    else if (kl_html_same_name(token->text, KL_TEXT("svg")) && !token->self_closing)
        skip_drawing(c);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void clean_text(cleaner *c, kl_text text)
{
    kl_buffer decoded = KL_BUFFER_INIT;
    kl_html_decode(&decoded, text, KL_HTML_CONTENT);
    if (decoded.status != KL_OK)
        c->to->status = decoded.status;
    else
        kl_html_escape(c->to, kl_buffer_text(&decoded), KL_HTML_CONTENT);
    kl_buffer_free(&decoded);
}

static void clean_token(cleaner *c, const kl_html_token *token)
{
    const kl_html_element *element =
        token->kind == KL_HTML_TEXT ? NULL : kl_html_element_find(token->text);
    if (token->kind == KL_HTML_TEXT)
        clean_text(c, token->text);
    else if (token->kind == KL_HTML_START && element)
        open_element(c, element, token);
    else if (token->kind == KL_HTML_START)
        refuse_element(c, token);
    else if (token->kind == KL_HTML_FINISH && element)
        close_element(c, element);
}

kl_status kl_html_clean(kl_buffer *to, kl_value *removed, kl_text html, kl_error *error)
{
    cleaner c = {.reader = {.text = html}, .to = to, .removed = removed, .error = error};
    kl_html_token token;
    for (kl_html_next(&token, &c.reader); token.kind != KL_HTML_ALL_READ && to->status == KL_OK;
         kl_html_next(&token, &c.reader))
        clean_token(&c, &token);
    close_to(&c, 0);
    if (to->status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return c.status;
}
