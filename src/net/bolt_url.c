/* src/net/bolt_url.c - the URLs of servers that speak Bolt. */
#include "bolt.h"

static kl_status refuse(kl_error *error, const char *why)
{
    return kl_error_set(error, KL_INVALID,
                        "expected bolt://, bolt+s://, bolt+ssc://, neo4j://, neo4j+s:// or "
                        "neo4j+ssc:// with host[:port], got %s", why);
}

static const struct {
    const char *scheme;
    bool tls, insecure;
} schemes[] = {
    {"bolt://", false, false},   {"bolt+s://", true, false},  {"bolt+ssc://", true, true},
    {"neo4j://", false, false},  {"neo4j+s://", true, false}, {"neo4j+ssc://", true, true},
};

static bool cut_scheme(kl_bolt_address *address, kl_text *url)
{
    for (size_t i = 0; i < KL_COUNT(schemes); i++) {
        size_t length = strlen(schemes[i].scheme);
        if (url->len < length || memcmp(url->data, schemes[i].scheme, length) != 0)
            continue;
        address->tls = schemes[i].tls;
        address->insecure = schemes[i].insecure;
        *url = (kl_text){url->data + length, url->len - length};
        return true;
    }
    return false;
}

static bool read_port(uint16_t *out, kl_text text)
{
    uint32_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > UINT16_MAX)
            return false;
        number = number * 10 + (uint32_t)(text.data[i] - '0');
    }
    *out = (uint16_t)number;
    return number > 0 && number <= UINT16_MAX;
}

/* The host, without the brackets of an IPv6 address; what follows it stays in `*text`. */
static bool cut_host(kl_text *host, kl_text *text)
{
    bool brackets = text->len && text->data[0] == '[';
    const char *end = text->len ? memchr(text->data, brackets ? ']' : ':', text->len) : NULL;
    if (brackets && !end)
        return false;
    size_t length = end ? (size_t)(end - text->data) : text->len;
    *host = (kl_text){text->data + brackets, length - brackets};
    length += brackets;
    *text = (kl_text){text->data + length, text->len - length};
    return host->len > 0;
}

static bool has_any(kl_text text, const char *marks)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || strchr(marks, text.data[i]))
            return true;
    return false;
}

kl_status kl_bolt_address_read(kl_bolt_address *out, kl_text url, kl_error *error)
{
    kl_bolt_address address = {.port = 7687};
    kl_text host;
    if (!cut_scheme(&address, &url))
        return refuse(error, "another scheme");
    if (url.len && url.data[url.len - 1] == '/')
        url.len--;
    if (has_any(url, "@"))
        return refuse(error, "a user or a blank; give user and password beside it");
    if (has_any(url, "/?#%\\"))
        return refuse(error, "a path or parameters; give the database beside it");
    if (!cut_host(&host, &url))
        return refuse(error, "no host");
    if (url.len && (url.data[0] != ':' ||
                    !read_port(&address.port, (kl_text){url.data + 1, url.len - 1})))
        return refuse(error, "a bad port");
    address.host = kl_strdup(host);
    if (!address.host)
        return kl_error_no_memory(error);
    *out = address;
    return KL_OK;
}

void kl_bolt_address_clear(kl_bolt_address *address)
{
    kl_free(address->host);
    *address = (kl_bolt_address){0};
}
