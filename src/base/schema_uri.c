/* src/base/schema_uri.c - references resolved against a base (RFC 3986, section 5.2). */
#include "buffer.h"
#include "payload.h"
#include "schema_node.h"

typedef struct uri_parts {
    kl_text scheme, authority, path, query;
    bool has_scheme, has_authority, has_query;
    kl_text fragment;
} uri_parts;

static kl_text cut(kl_text *rest, size_t len, size_t skip)
{
    kl_text head = {rest->data, len};
    rest->data += len + skip;
    rest->len -= len + skip;
    return head;
}

static size_t until(kl_text text, const char *stops)
{
    size_t len = 0;
    while (len < text.len && !(text.data[len] && strchr(stops, text.data[len])))
        len++;
    return len;
}

static uri_parts take_apart(kl_text text)
{
    uri_parts parts = {.fragment = KL_TEXT("")};
    size_t hash = until(text, "#");
    if (hash < text.len) {
        parts.fragment = (kl_text){text.data + hash + 1, text.len - hash - 1};
        text.len = hash;
    }
    size_t colon = until(text, ":/?");
    if (colon > 0 && colon < text.len && text.data[colon] == ':') {
        parts.scheme = cut(&text, colon, 1);
        parts.has_scheme = true;
    }
    if (text.len >= 2 && text.data[0] == '/' && text.data[1] == '/') {
        cut(&text, 0, 2);
        parts.authority = cut(&text, until(text, "/?"), 0);
        parts.has_authority = true;
    }
    parts.path = cut(&text, until(text, "?"), 0);
    if (text.len) {
        parts.query = (kl_text){text.data + 1, text.len - 1};
        parts.has_query = true;
    }
    return parts;
}

static bool starts(kl_text text, const char *with)
{
    size_t len = strlen(with);
    return text.len >= len && memcmp(text.data, with, len) == 0;
}

/* Drop the last segment that was written behind `from`. */
static void drop_segment(kl_buffer *to, size_t from)
{
    while (to->len > from && to->data[to->len - 1] != '/')
        to->len--;
    if (to->len > from)
        to->len--;
}

/* Append `path` without "." and ".." segments (5.2.4). */
static void add_path(kl_buffer *to, kl_text path)
{
    size_t from = to->len;
    while (path.len) {
        if (starts(path, "../"))
            cut(&path, 3, 0);
        else if (starts(path, "./"))
            cut(&path, 2, 0);
        else if (starts(path, "/./"))
            cut(&path, 2, 0);
        else if (kl_text_is(path, "/."))
            path = KL_TEXT("/");
        else if (starts(path, "/../") || kl_text_is(path, "/..")) {
            bool last = path.len == 3;
            drop_segment(to, from);
            cut(&path, 3, 0);
            if (last)
                path = KL_TEXT("/");
        } else if (kl_text_is(path, ".") || kl_text_is(path, ".."))
            path.len = 0;
        else {
            kl_text rest = {path.data + 1, path.len - 1};
            kl_buffer_add(to, cut(&path, 1 + until(rest, "/"), 0));
        }
    }
}

/* The reference's path on the base's (5.2.3). */
static void add_merged_path(kl_buffer *to, const uri_parts *base, kl_text path)
{
    kl_buffer merged = KL_BUFFER_INIT;
    size_t keep = base->path.len;
    while (keep > 0 && base->path.data[keep - 1] != '/')
        keep--;
    if (base->has_authority && base->path.len == 0)
        kl_buffer_byte(&merged, '/');
    kl_buffer_add(&merged, (kl_text){base->path.data, keep});
    kl_buffer_add(&merged, path);
    add_path(to, kl_buffer_text(&merged));
    if (merged.status != KL_OK)
        to->status = merged.status;
    kl_buffer_free(&merged);
}

static void add_query(kl_buffer *to, const uri_parts *from)
{
    if (!from->has_query)
        return;
    kl_buffer_byte(to, '?');
    kl_buffer_add(to, from->query);
}

kl_status kl_uri_resolve(kl_value *out, kl_text *fragment, kl_text base_text, kl_text reference,
                         kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    uri_parts base = take_apart(base_text), parts = take_apart(reference);
    const uri_parts *scheme = parts.has_scheme ? &parts : &base;
    bool own_authority = parts.has_scheme || parts.has_authority;
    const uri_parts *authority = own_authority ? &parts : &base;
    if (fragment)
        *fragment = parts.fragment;
    if (scheme->has_scheme) {
        kl_buffer_add(&to, scheme->scheme);
        kl_buffer_byte(&to, ':');
    }
    if (authority->has_authority) {
        kl_buffer_string(&to, "//");
        kl_buffer_add(&to, authority->authority);
    }
    if (!own_authority && parts.path.len == 0) {
        kl_buffer_add(&to, base.path);
        add_query(&to, parts.has_query ? &parts : &base);
    } else {
        if (own_authority || parts.path.data[0] == '/')
            add_path(&to, parts.path);
        else
            add_merged_path(&to, &base, parts.path);
        add_query(&to, &parts);
    }
    return kl_buffer_finish(out, &to, error);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

kl_status kl_uri_decode(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.data[i] == '%' && i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
        int low = high < 0 ? -1 : hex_digit(text.data[i + 2]);
        kl_buffer_byte(&to, low < 0 ? text.data[i] : (char)(high << 4 | low));
        i += low < 0 ? 0 : 2;
    }
    if (kl_utf8_valid_length(kl_buffer_text(&to)) < to.len) {
        kl_buffer_free(&to);
        return kl_error_set(error, KL_SYNTAX, "not valid UTF-8 behind its escapes");
    }
    return kl_buffer_finish(out, &to, error);
}
