/* src/net/redis_url.c - the URLs of Redis servers. */
#include "kailash/crypto.h"
#include "redis.h"

#include <stdlib.h>

static kl_status refuse(kl_error *error, const char *why)
{
    return kl_error_set(error, KL_INVALID,
                        "expected redis://, rediss:// or unix:// with "
                        "[user[:password]@]host[:port][/db], got %s", why);
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Percent-decoded, with a NUL behind it; a NUL within is refused. */
static kl_status decode(char **out, kl_text text, kl_error *error)
{
    char *made = kl_alloc(text.len + 1);
    size_t len = 0;
    if (!made)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.data[i];
        if (byte == '%') {
            int high = i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_digit(text.data[i + 2]) : -1;
            byte = high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
            i += 2;
        }
        if (byte == '\0') {
            kl_free(made);
            return refuse(error, "a bad percent-encoding");
        }
        made[len++] = byte;
    }
    made[len] = '\0';
    *out = made;
    return KL_OK;
}

/* Cut `*text` at the first (or last) `mark`: what stands before it. False when there is none. */
static bool cut(kl_text *before, kl_text *text, char mark, bool last)
{
    const char *at = text->len == 0 ? NULL
                     : last         ? memrchr(text->data, mark, text->len)
                                    : memchr(text->data, mark, text->len);
    if (!at)
        return false;
    *before = (kl_text){text->data, (size_t)(at - text->data)};
    *text = (kl_text){at + 1, text->len - before->len - 1};
    return true;
}

static bool read_number(int64_t *out, kl_text text, int64_t most)
{
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > most)
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *out = number;
    return text.len > 0 && number <= most;
}

static kl_status read_database(kl_redis_address *address, kl_text text, kl_error *error)
{
    if (!read_number(&address->database, text, INT32_MAX))
        return refuse(error, "a database that is no number");
    return KL_OK;
}

static kl_status read_parameter(kl_redis_address *address, kl_text name, kl_text value,
                                kl_error *error)
{
    if (kl_text_is(name, "db"))
        return read_database(address, value, error);
    if (kl_text_is(name, "client_name") && !address->client_name)
        return decode(&address->client_name, value, error);
    if (!kl_text_is(name, "protocol"))
        return refuse(error, "a parameter that is none of db, protocol, client_name");
    if (!kl_text_is(value, "2") && !kl_text_is(value, "3"))
        return refuse(error, "a protocol that is neither 2 nor 3");
    address->resp2 = value.data[0] == '2';
    return KL_OK;
}

static kl_status read_parameters(kl_redis_address *address, kl_text query, kl_error *error)
{
    while (query.len) {
        kl_text pair, name;
        if (!cut(&pair, &query, '&', false)) {
            pair = query;
            query.len = 0;
        }
        if (!cut(&name, &pair, '=', false))
            return refuse(error, "a parameter without a value");
        KL_TRY(read_parameter(address, name, pair, error));
    }
    return KL_OK;
}

static kl_status read_user(kl_redis_address *address, kl_text user, kl_error *error)
{
    kl_text name;
    if (!cut(&name, &user, ':', false)) {
        name = user;
        user = KL_TEXT("");
    }
    if (name.len)
        KL_TRY(decode(&address->user, name, error));
    return user.len ? decode(&address->password, user, error) : KL_OK;
}

static kl_status read_host(kl_redis_address *address, kl_text host, kl_error *error)
{
    kl_text name = host, port = {NULL, 0};
    int64_t number = 6379;
    if (host.len && host.data[0] == '[') {
        kl_text rest = {host.data + 1, host.len - 1};
        if (!cut(&name, &rest, ']', false) || (rest.len && rest.data[0] != ':'))
            return refuse(error, "a bad IPv6 address");
        if (rest.len)
            port = (kl_text){rest.data + 1, rest.len - 1};
    } else if (cut(&name, &host, ':', true)) {
        port = host;
    }
    if (port.data && (!read_number(&number, port, 65535) || number == 0))
        return refuse(error, "a bad port");
    address->port = (uint16_t)number;
    return decode(&address->host, name.len ? name : KL_TEXT("localhost"), error);
}

static kl_status read_network(kl_redis_address *address, kl_text rest, kl_error *error)
{
    kl_text host;
    if (!cut(&host, &rest, '/', false)) {
        host = rest;
        rest = KL_TEXT("");
    }
    if (rest.len)
        KL_TRY(read_database(address, rest, error));
    return read_host(address, host, error);
}

static kl_status read_scheme(bool *is_unix, kl_redis_address *address, kl_text scheme,
                             kl_error *error)
{
    address->tls = kl_text_is(scheme, "rediss");
    *is_unix = kl_text_is(scheme, "unix") || kl_text_is(scheme, "redis+unix");
    if (!address->tls && !*is_unix && !kl_text_is(scheme, "redis"))
        return refuse(error, "another scheme");
    return KL_OK;
}

static kl_status read_url(kl_redis_address *address, kl_text url, kl_error *error)
{
    kl_text scheme, query = {NULL, 0}, user, before;
    bool is_unix;
    if (!cut(&scheme, &url, ':', false) || url.len < 2 || memcmp(url.data, "//", 2) != 0)
        return refuse(error, "no URL");
    KL_TRY(read_scheme(&is_unix, address, scheme, error));
    url = (kl_text){url.data + 2, url.len - 2};
    if (cut(&before, &url, '?', false)) {
        query = url;
        url = before;
    }
    if (cut(&user, &url, '@', true))
        KL_TRY(read_user(address, user, error));
    KL_TRY(is_unix ? decode(&address->path, url, error) : read_network(address, url, error));
    if (is_unix && address->path[0] != '/')
        return refuse(error, "a path of a socket that is not absolute");
    return read_parameters(address, query, error);
}

kl_status kl_redis_address_read(kl_redis_address *out, kl_text url, kl_error *error)
{
    kl_redis_address address = {0};
    kl_status status = read_url(&address, url, error);
    if (status == KL_OK)
        *out = address;
    else
        kl_redis_address_clear(&address);
    return status;
}

void kl_redis_address_clear(kl_redis_address *address)
{
    if (address->password)
        kl_wipe(address->password, strlen(address->password));
    kl_free(address->host);
    kl_free(address->path);
    kl_free(address->user);
    kl_free(address->password);
    kl_free(address->client_name);
    *address = (kl_redis_address){0};
}
