/* src/net/url.c - see url.h. */
#include "url.h"
#include "address.h"
#include "buffer.h"

#include <strings.h>

static kl_text after(kl_text text, size_t count)
{
    return (kl_text){text.data + count, text.len - count};
}

static kl_text before(kl_text text, const char *end)
{
    return (kl_text){text.data, (size_t)(end - text.data)};
}

static bool is_alpha(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static kl_status malformed(kl_error *error, const char *why)
{
    return kl_error_set(error, KL_INVALID, "expected an http or https URL, got a malformed URL (%s)",
                        why);
}

/* The first byte of `text` that is one of `set`, or its end. */
static const char *find_any(kl_text text, const char *set)
{
    const char *at = text.data, *end = at + text.len;
    while (at < end && !(*at && strchr(set, *at)))
        at++;
    return at;
}

/* ---- the parts ----------------------------------------------------------------------------------- */

/* Length of a scheme and its colon, or 0. */
static size_t scheme_length(kl_text text)
{
    if (!text.len || !is_alpha(text.data[0]))
        return 0;
    for (size_t i = 1; i < text.len; i++) {
        char c = text.data[i];
        if (c == ':')
            return i + 1;
        if (!is_alpha(c) && !is_digit(c) && !strchr("+-.", c))
            return 0;
    }
    return 0;
}

typedef struct parts {
    bool https;
    kl_text userinfo, host, port, target; /* userinfo.data == NULL: none */
} parts;

static kl_status check_characters(kl_text text, kl_error *error)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return malformed(error, "a control character");
    return KL_OK;
}

static kl_text trim(kl_text text)
{
    while (text.len && text.data[0] == ' ')
        text = after(text, 1);
    while (text.len && text.data[text.len - 1] == ' ')
        text.len--;
    return text;
}

static kl_status split_authority(parts *to, kl_text authority, kl_error *error)
{
    const char *at = authority.len ? memrchr(authority.data, '@', authority.len) : NULL;
    if (memchr(authority.data, '\\', authority.len)) /* a slash to browsers */
        return malformed(error, "invalid character in the host");
    if (at) {
        to->userinfo = before(authority, at);
        authority = after(authority, to->userinfo.len + 1);
    }
    const char *end = authority.data + authority.len, *host_end;
    if (authority.len && authority.data[0] == '[') {
        host_end = memchr(authority.data, ']', authority.len);
        if (!host_end)
            return malformed(error, "invalid IPv6 address");
        to->host = before(after(authority, 1), host_end);
        if (!memchr(to->host.data, ':', to->host.len))
            return malformed(error, "invalid IPv6 address");
        host_end++;
    } else {
        host_end = find_any(authority, ":");
        to->host = before(authority, host_end);
    }
    if (host_end < end && *host_end != ':')
        return malformed(error, "invalid port");
    to->port = host_end < end ? (kl_text){host_end + 1, (size_t)(end - host_end - 1)} : (kl_text){"", 0};
    return KL_OK;
}

static kl_status split(parts *to, kl_text text, kl_error *error)
{
    size_t head = scheme_length(text);
    if (!head)
        return malformed(error, "relative URL without a base");
    kl_text scheme = {text.data, head - 1};
    to->https = scheme.len == 5 && strncasecmp(scheme.data, "https", 5) == 0;
    if (!to->https && !(scheme.len == 4 && strncasecmp(scheme.data, "http", 4) == 0))
        return kl_error_set(error, KL_INVALID, "expected an http or https URL, got scheme '%.*s'",
                            (int)KL_MIN(scheme.len, 40), scheme.data);
    text = after(text, head);
    if (text.len < 2 || memcmp(text.data, "//", 2) != 0)
        return malformed(error, "empty host");
    text = after(text, 2);
    const char *end = find_any(text, "/?#");
    kl_text rest = after(text, (size_t)(end - text.data));
    KL_TRY(split_authority(to, before(text, end), error));
    to->target = before(rest, find_any(rest, "#"));
    return KL_OK;
}

static kl_status check_host(kl_text host, kl_error *error)
{
    bool is_address, v6 = memchr(host.data, ':', host.len) != NULL;
    kl_address address;
    if (host.len == 0)
        return malformed(error, "empty host");
    if (host.len > 255)
        return malformed(error, "the host is too long");
    for (size_t i = 0; i < host.len && !v6; i++) {
        unsigned char c = (unsigned char)host.data[i];
        if (c < 0x80 && !is_alpha((char)c) && !is_digit((char)c) && !strchr("-._", (char)c))
            return malformed(error, "invalid character in the host");
    }
    if (kl_address_of_host(&is_address, &address, host, NULL) != KL_OK)
        return malformed(error, v6 ? "invalid IPv6 address" : "invalid IPv4 address");
    return KL_OK;
}

static kl_status read_port(uint16_t *out, const parts *from, kl_error *error)
{
    uint32_t port = 0;
    for (size_t i = 0; i < from->port.len; i++) {
        port = port * 10 + (uint32_t)(from->port.data[i] - '0');
        if (!is_digit(from->port.data[i]) || port > UINT16_MAX)
            return malformed(error, "invalid port");
    }
    if (from->port.len && port == 0)
        return malformed(error, "invalid port");
    *out = from->port.len ? (uint16_t)port : from->https ? 443 : 80;
    return KL_OK;
}

/* ---- putting together ---------------------------------------------------------------------------- */

/* Percent-encode what may not stand in a path or a query; what is encoded stays. */
static void add_target(kl_buffer *to, kl_text target)
{
    if (target.len == 0 || target.data[0] != '/')
        kl_buffer_byte(to, '/');
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", (char)c))
            kl_buffer_format(to, "%%%02X", c);
        else
            kl_buffer_byte(to, (char)c);
    }
}

static void add_host(kl_buffer *to, kl_text host)
{
    bool v6 = memchr(host.data, ':', host.len) != NULL;
    if (v6)
        kl_buffer_byte(to, '[');
    for (size_t i = 0; i < host.len; i++)
        kl_buffer_byte(to, lower(host.data[i]));
    if (v6)
        kl_buffer_byte(to, ']');
}

/* "http://" host [":" port] target, and where its parts lie. */
static kl_status compose(kl_url *to, const parts *from, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    bool usual = to->port == (from->https ? 443 : 80);
    bool v6 = memchr(from->host.data, ':', from->host.len) != NULL;
    kl_buffer_string(&text, from->https ? "https://" : "http://");
    size_t host_at = text.len + v6;
    add_host(&text, from->host);
    if (!usual)
        kl_buffer_format(&text, ":%u", to->port);
    size_t target_at = text.len;
    add_target(&text, from->target);
    KL_TRY(kl_buffer_finish(&to->text, &text, error));
    kl_text whole = kl_as_text(to->text);
    to->scheme = (kl_text){whole.data, from->https ? 5 : 4};
    to->host = (kl_text){whole.data + host_at, from->host.len};
    to->target = after(whole, target_at);
    return KL_OK;
}

static kl_status decode(kl_value *out, kl_text text, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%' && i + 2 < text.len && hex_digit(text.data[i + 1]) >= 0 &&
            hex_digit(text.data[i + 2]) >= 0) {
            c = (char)(hex_digit(text.data[i + 1]) * 16 + hex_digit(text.data[i + 2]));
            i += 2;
        }
        kl_buffer_byte(&bytes, c);
    }
    return kl_buffer_finish_bytes(out, &bytes, error);
}

static kl_status read_userinfo(kl_url *to, kl_text userinfo, kl_error *error)
{
    if (!userinfo.data)
        return KL_OK;
    const char *colon = find_any(userinfo, ":");
    kl_text user = before(userinfo, colon), rest = after(userinfo, user.len);
    KL_TRY(decode(&to->user, user, error));
    return decode(&to->password, rest.len ? after(rest, 1) : rest, error);
}

kl_status kl_url_parse(kl_url *out, kl_text text, kl_error *error)
{
    kl_url url = {0};
    parts found = {0};
    kl_status status;
    text = trim(text);
    KL_TRY_OUT(check_characters(text, error));
    KL_TRY_OUT(split(&found, text, error));
    KL_TRY_OUT(check_host(found.host, error));
    KL_TRY_OUT(read_port(&url.port, &found, error));
    KL_TRY_OUT(read_userinfo(&url, found.userinfo, error));
    KL_TRY_OUT(compose(&url, &found, error));
    *out = url;
    return KL_OK;
out:
    kl_url_clear(&url);
    return status;
}

void kl_url_clear(kl_url *url)
{
    kl_value_release(url->text);
    kl_value_release(url->user);
    kl_value_release(url->password);
    *url = (kl_url){0};
}

bool kl_url_same_origin(const kl_url *a, const kl_url *b)
{
    return kl_text_equal(a->scheme, b->scheme) && kl_text_equal(a->host, b->host) &&
           a->port == b->port;
}

/* ---- references ---------------------------------------------------------------------------------- */

/* RFC 3986, 5.2.4: "." and ".." taken out of a path that begins with '/'. */
static void add_without_dots(kl_buffer *to, kl_text path)
{
    size_t root = to->len;
    for (const char *at = path.data, *end = at + path.len; at < end;) {
        const char *stop = memchr(at + 1, '/', (size_t)(end - at - 1));
        kl_text segment = {at, (size_t)((stop ? stop : end) - at)};
        bool up = kl_text_is(segment, "/.."), here = kl_text_is(segment, "/.");
        while (up && to->len > root && to->data[--to->len] != '/')
            ;
        if (!up && !here)
            kl_buffer_add(to, segment);
        else if (!stop)
            kl_buffer_byte(to, '/');
        at = segment.data + segment.len;
    }
}

static void add_joined(kl_buffer *to, const kl_url *base, kl_text reference)
{
    kl_text whole = kl_as_text(base->text), path = before(base->target, find_any(base->target, "?"));
    kl_buffer_add(to, before(whole, base->target.data));
    const char *end = find_any(reference, "?#");
    kl_text new_path = before(reference, end), rest = after(reference, new_path.len);
    if (new_path.len == 0) {
        kl_buffer_add(to, rest.len && rest.data[0] == '?' ? path : base->target);
    } else if (new_path.data[0] == '/') {
        add_without_dots(to, new_path);
    } else {
        kl_buffer merged = KL_BUFFER_INIT;
        const char *slash = memrchr(path.data, '/', path.len);
        kl_buffer_add(&merged, slash ? before(path, slash + 1) : KL_TEXT("/"));
        kl_buffer_add(&merged, new_path);
        if (merged.status != KL_OK)
            to->status = merged.status;
        add_without_dots(to, kl_buffer_text(&merged));
        kl_buffer_free(&merged);
    }
    kl_buffer_add(to, rest);
}

kl_status kl_url_join(kl_url *out, const kl_url *base, kl_text reference, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    reference = trim(reference);
    if (scheme_length(reference))
        return kl_url_parse(out, reference, error);
    if (reference.len >= 2 && memcmp(reference.data, "//", 2) == 0) {
        kl_buffer_add(&text, base->scheme);
        kl_buffer_byte(&text, ':');
        kl_buffer_add(&text, reference);
    } else {
        add_joined(&text, base, reference);
    }
    kl_status status = text.status == KL_OK ? kl_url_parse(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

/* ---- without secrets ----------------------------------------------------------------------------- */

static bool is_secret_name(kl_text name)
{
    static const char *const words[] = {"key",  "token", "secret",     "password", "passwd", "pwd",
                                        "auth", "sig",   "credential", "code",     "session"};
    char copy[64];
    size_t len = KL_MIN(name.len, sizeof copy - 1);
    memcpy(copy, name.data, len);
    copy[len] = '\0';
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (strcasestr(copy, words[i]))
            return true;
    return name.len >= sizeof copy; /* a name that long is none */
}

static void add_query(kl_buffer *to, kl_text query)
{
    while (query.len) {
        kl_text pair = before(query, find_any(query, "&#"));
        kl_text name = before(pair, find_any(pair, "="));
        bool secret = name.len < pair.len && is_secret_name(name);
        kl_buffer_add(to, secret ? name : pair);
        if (secret)
            kl_buffer_string(to, "=***");
        query = after(query, pair.len);
        if (query.len && query.data[0] == '#')
            return;
        if (query.len)
            kl_buffer_byte(to, '&');
        query = query.len ? after(query, 1) : query;
    }
}

/* The '@' behind a user and a password, also where these hold a slash that should be encoded. */
static const char *end_of_userinfo(kl_text rest)
{
    kl_text authority = before(rest, find_any(rest, "/?#"));
    const char *at = authority.len ? memrchr(authority.data, '@', authority.len) : NULL;
    const char *colon = authority.len ? memchr(authority.data, ':', authority.len) : NULL;
    if (at || !colon || authority.data[0] == '[')
        return at;
    for (const char *c = colon + 1; c < authority.data + authority.len; c++)
        if (!is_digit(*c))
            return memrchr(rest.data, '@', rest.len);
    return NULL;
}

kl_status kl_url_redact(kl_value *out, kl_text url, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    const char *separator = url.len ? memmem(url.data, url.len, "://", 3) : NULL;
    size_t head = separator ? (size_t)(separator - url.data) + 3 : 0;
    kl_text rest = after(url, head);
    const char *at = separator ? end_of_userinfo(rest) : NULL;
    kl_buffer_add(&text, before(url, rest.data));
    if (at) {
        kl_buffer_string(&text, "***@");
        rest = after(rest, (size_t)(at - rest.data) + 1);
    }
    kl_text path = before(rest, find_any(rest, "?#"));
    kl_buffer_add(&text, path);
    rest = after(rest, path.len);
    if (rest.len && rest.data[0] == '?') {
        kl_buffer_byte(&text, '?');
        add_query(&text, after(rest, 1));
    }
    kl_status status = text.status == KL_OK ? kl_string_repair(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}
