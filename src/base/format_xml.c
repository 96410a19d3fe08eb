/* src/base/format_xml.c - XML: read through the xml driver, written here. */
#include "xml.h"
#include "buffer.h"
#include "driver.h"
#include "formats.h"
#include "payload.h"
#include "kailash/json.h"

kl_status kl_xml_load(const kl_xml_functions **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "xml", error));
    *out = functions;
    return KL_OK;
}

static kl_status xml_read(kl_value *out, kl_text data, kl_error *error)
{
    const kl_xml_functions *xml;
    KL_TRY(kl_xml_load(&xml, error));
    return xml->read(out, data, error);
}

/* ---- names (XML 1.0, productions 4 and 4a) ------------------------------------------------------ */

typedef struct range {
    uint32_t first, last;
} range;

static bool in_ranges(uint32_t code, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static bool may_begin(uint32_t code)
{
    static const range ranges[] = {
        {':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
        {0x37F, 0x1FFF},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
        {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
    };
    return in_ranges(code, ranges, KL_COUNT(ranges));
}

static bool may_follow(uint32_t code)
{
    static const range ranges[] = {
        {'-', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040},
    };
    return may_begin(code) || in_ranges(code, ranges, KL_COUNT(ranges));
}

bool kl_xml_is_name(kl_text name)
{
    const char *at = name.data, *end = at + name.len;
    if (at == end || !may_begin(kl_utf8_next(&at)))
        return false;
    while (at < end)
        if (!may_follow(kl_utf8_next(&at)))
            return false;
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct xml_writer {
    kl_buffer to;
    int indent;
    kl_error *error;
} xml_writer;

static kl_status write_element(xml_writer *w, kl_text name, kl_value value, unsigned level);

/* Text, or the value of an attribute, where line ends must not become blanks. */
static kl_status write_text(xml_writer *w, kl_text text, bool is_attribute)
{
    const char *at = text.data, *end = at + text.len;
    while (at < end) {
        const char *from = at;
        uint32_t code = kl_utf8_next(&at);
        bool blank = code == '\t' || code == '\n' || code == '\r';
        if ((code < 0x20 && !blank) || code == 0xFFFE || code == 0xFFFF)
            return kl_error_set(w->error, KL_INVALID, "character U+%04X has no XML form", code);
        if (code == '\r' || (blank && is_attribute))
            kl_buffer_format(&w->to, "&#%u;", code);
        else if (code == '<' || code == '>' || code == '&' || code == '"')
            kl_buffer_string(&w->to, code == '<'   ? "&lt;"
                                     : code == '>' ? "&gt;"
                                     : code == '&' ? "&amp;"
                                                   : "&quot;");
        else
            kl_buffer_add(&w->to, (kl_text){from, (size_t)(at - from)});
    }
    return KL_OK;
}

static kl_status write_scalar(xml_writer *w, kl_text name, kl_value value, bool is_attribute)
{
    kl_buffer plain = KL_BUFFER_INIT;
    kl_status status = kl_format_scalar(&plain, value, name, "XML", w->error);
    if (status == KL_OK)
        status = plain.status == KL_OK ? write_text(w, kl_buffer_text(&plain), is_attribute)
                                       : kl_error_no_memory(w->error);
    kl_buffer_free(&plain);
    return status;
}

static bool is_attribute_key(kl_text key) { return key.len > 1 && key.data[0] == '@'; }
static bool is_text_key(kl_text key) { return kl_text_is(key, "#text"); }

static kl_status check_name(xml_writer *w, kl_text name)
{
    return kl_xml_is_name(name) ? KL_OK
                                : kl_error_set(w->error, KL_INVALID, "'%.*s' is no XML name",
                                               KL_TEXT_ARG(name));
}

static kl_status write_attributes(xml_writer *w, kl_value map)
{
    for (size_t i = 0, len = kl_map_len(map); i < len; i++) {
        kl_text key = kl_map_key_at(map, i);
        if (!is_attribute_key(key))
            continue;
        kl_text name = {key.data + 1, key.len - 1};
        KL_TRY(check_name(w, name));
        kl_buffer_byte(&w->to, ' ');
        kl_buffer_add(&w->to, name);
        kl_buffer_string(&w->to, "=\"");
        KL_TRY(write_scalar(w, key, kl_map_value_at(map, i), true));
        kl_buffer_byte(&w->to, '"');
    }
    return KL_OK;
}

/* Before an element, and at the end; nothing where lines are not broken. */
static void new_line(xml_writer *w, unsigned level)
{
    if (!w->indent)
        return;
    kl_buffer_byte(&w->to, '\n');
    for (size_t i = 0; i < (size_t)w->indent * level; i++)
        kl_buffer_byte(&w->to, ' ');
}

/* Elements of one name: one, or one per item of a list. */
static kl_status write_elements(xml_writer *w, kl_text name, kl_value value, unsigned level)
{
    if (!kl_is(value, KL_KIND_ARRAY)) {
        new_line(w, level);
        return write_element(w, name, value, level);
    }
    for (size_t i = 0, len = kl_array_len(value); i < len; i++) {
        new_line(w, level);
        KL_TRY(write_element(w, name, kl_array_at(value, i), level));
    }
    return KL_OK;
}

/* What stands between the tags. With text in it, lines are not broken: that would add to it. */
static kl_status write_content(xml_writer *w, kl_text name, kl_value value, unsigned level)
{
    if (!kl_is(value, KL_KIND_MAP))
        return write_scalar(w, name, value, false);
    int indent = w->indent;
    bool has_children = false;
    const kl_value *text = kl_map_find(value, KL_TEXT("#text"));
    if (text) {
        w->indent = 0;
        KL_TRY(write_scalar(w, KL_TEXT("#text"), *text, false));
    }
    for (size_t i = 0, len = kl_map_len(value); i < len; i++) {
        kl_text key = kl_map_key_at(value, i);
        if (is_attribute_key(key) || is_text_key(key))
            continue;
        KL_TRY(write_elements(w, key, kl_map_value_at(value, i), level + 1));
        has_children = true;
    }
    if (has_children)
        new_line(w, level);
    w->indent = indent;
    return KL_OK;
}

static bool is_empty_element(kl_value value)
{
    if (!kl_is(value, KL_KIND_MAP))
        return kl_is_null(value);
    for (size_t i = 0, len = kl_map_len(value); i < len; i++) {
        kl_value item = kl_map_value_at(value, i);
        if (is_attribute_key(kl_map_key_at(value, i)))
            continue;
        if (is_text_key(kl_map_key_at(value, i)) ? !is_empty_element(item)
                                                 : !kl_is(item, KL_KIND_ARRAY) || kl_value_len(item))
            return false;
    }
    return true;
}

static kl_status write_element(xml_writer *w, kl_text name, kl_value value, unsigned level)
{
    KL_TRY(check_name(w, name));
    kl_buffer_byte(&w->to, '<');
    kl_buffer_add(&w->to, name);
    KL_TRY(write_attributes(w, value));
    if (is_empty_element(value)) {
        kl_buffer_string(&w->to, "/>");
        return KL_OK;
    }
    kl_buffer_byte(&w->to, '>');
    KL_TRY(write_content(w, name, value, level));
    kl_buffer_string(&w->to, "</");
    kl_buffer_add(&w->to, name);
    kl_buffer_byte(&w->to, '>');
    return KL_OK;
}

static kl_status check_roots(kl_value value, const kl_xml_style *style, kl_error *error)
{
    if (!kl_is(value, KL_KIND_MAP))
        return kl_error_set(error, KL_INVALID, "XML holds a dict, got %s",
                            kl_value_kind_name(value));
    size_t roots = 0;
    for (size_t i = 0, len = kl_map_len(value); i < len; i++) {
        kl_value item = kl_map_value_at(value, i);
        roots += kl_is(item, KL_KIND_ARRAY) ? kl_array_len(item) : 1;
    }
    if (roots == 1 || style->several_roots)
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "an XML document has one top element, got %zu; name a root element", roots);
}

/* One element around all; of a list, its items become elements called "item". */
static kl_status write_rooted(xml_writer *w, kl_value value, kl_text root)
{
    if (!kl_is(value, KL_KIND_ARRAY))
        return write_elements(w, root, value, 0);
    kl_value map;
    KL_TRY(kl_map_new(&map, 1, w->error));
    kl_status status = kl_map_set(&map, KL_TEXT("item"), kl_value_retain(value), w->error);
    if (status == KL_OK)
        status = write_elements(w, root, map, 0);
    kl_value_release(map);
    return status;
}

kl_status kl_xml_write(kl_value *out, kl_value value, const kl_xml_style *style, kl_error *error)
{
    xml_writer w = {KL_BUFFER_INIT, style->indent, error};
    kl_status status = KL_OK;
    size_t depth;
    KL_TRY(kl_value_depth(&depth, value, KL_JSON_DEPTH_OUT + 1, error));
    if (depth > KL_JSON_DEPTH_OUT)
        return kl_error_set(error, KL_DEPTH, "value nests deeper than %d levels",
                            KL_JSON_DEPTH_OUT);
    if (!style->root.len)
        KL_TRY(check_roots(value, style, error));
    kl_buffer_string(&w.to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    if (style->root.len)
        KL_TRY_OUT(write_rooted(&w, value, style->root));
    for (size_t i = 0, len = style->root.len ? 0 : kl_map_len(value); i < len; i++)
        KL_TRY_OUT(write_elements(&w, kl_map_key_at(value, i), kl_map_value_at(value, i), 0));
    new_line(&w, 0);
    return kl_buffer_finish(out, &w.to, error);
out:
    kl_buffer_free(&w.to);
    return status;
}

static kl_status xml_write(kl_value *out, kl_value value, const kl_format_options *options,
                           kl_error *error)
{
    const kl_xml_style style = {.indent = options->indent, .root = options->root};
    return kl_xml_write(out, value, &style, error);
}

const kl_format kl_format_xml = {
    .name = "xml", .title = "XML", .read = xml_read, .write = xml_write,
};
