/* src/nodes/health_redis.c - does a Redis server answer a PING? */
#include "health.h"
#include "net/url.h"

#include <stdio.h>

enum { REDIS_PORT = 6379 };

static kl_text after(kl_text text, size_t count)
{
    return (kl_text){text.data + count, text.len - count};
}

static bool starts_with(kl_text text, const char *begin)
{
    return text.len >= strlen(begin) && memcmp(text.data, begin, strlen(begin)) == 0;
}

/* redis://[user[:password]@]host[:port][/...] read as the http URL that it resembles. */
static kl_status read_address(kl_url *out, bool *tls, kl_text text, kl_error *error)
{
    kl_buffer url = KL_BUFFER_INIT;
    *tls = starts_with(text, "rediss://");
    if (!*tls && !starts_with(text, "redis://"))
        return kl_error_set(error, KL_INVALID, "expected a redis or rediss URL");
    text = after(text, *tls ? 9 : 8);
    kl_text authority = {text.data, 0};
    while (authority.len < text.len && !strchr("/?#", text.data[authority.len]))
        authority.len++;
    const char *at = authority.len ? memrchr(authority.data, '@', authority.len) : NULL;
    kl_text host = at ? after(authority, (size_t)(at + 1 - authority.data)) : authority;
    const char *bracket = memchr(host.data, ']', host.len);
    const char *rest = bracket ? bracket : host.data;
    bool has_port = memchr(rest, ':', (size_t)(host.data + host.len - rest)) != NULL;
    kl_buffer_string(&url, "http://");
    kl_buffer_add(&url, authority);
    if (!has_port)
        kl_buffer_format(&url, ":%d", REDIS_PORT);
    kl_status status = url.status == KL_OK ? kl_url_parse(out, kl_buffer_text(&url), error)
                                           : kl_error_no_memory(error);
    kl_buffer_free(&url);
    if (status == KL_INVALID)
        return kl_error_set(error, KL_INVALID, "expected a redis or rediss URL");
    return status;
}

static void add_word(kl_buffer *to, kl_text word)
{
    kl_buffer_format(to, "$%zu\r\n", word.len);
    kl_buffer_add(to, word);
    kl_buffer_string(to, "\r\n");
}

static void add_auth(kl_buffer *to, const kl_url *url)
{
    kl_text user = kl_as_text(url->user);
    kl_buffer_string(to, user.len ? "*3\r\n" : "*2\r\n");
    add_word(to, KL_TEXT("AUTH"));
    if (user.len)
        add_word(to, user);
    add_word(to, kl_as_text(url->password));
}

/* One line of an answer, such as "+PONG". */
static kl_status read_line(char line[256], kl_stream *stream, const kl_stream_watch *watch,
                           kl_error *error)
{
    size_t len = 0, got;
    while (len < 255) {
        KL_TRY(kl_stream_read(&got, stream, line + len, 1, watch, error));
        if (got == 0)
            return kl_error_set(error, KL_IO, "connection error: the server ended the connection");
        if (line[len] == '\n')
            break;
        len += line[len] != '\r';
    }
    line[len] = '\0';
    return KL_OK;
}

static kl_status converse(kl_stream *stream, const kl_url *url, const kl_stream_watch *watch,
                          kl_error *error)
{
    char line[256];
    kl_buffer ask = KL_BUFFER_INIT;
    size_t answers = 1;
    if (kl_value_len(url->password)) {
        add_auth(&ask, url);
        answers++;
    }
    kl_buffer_string(&ask, "*1\r\n$4\r\nPING\r\n");
    kl_status status = ask.status == KL_OK
                           ? kl_stream_write(stream, kl_buffer_text(&ask), watch, error)
                           : kl_error_no_memory(error);
    kl_buffer_free(&ask);
    for (size_t i = 0; i < answers && status == KL_OK; i++) {
        status = read_line(line, stream, watch, error);
        if (status == KL_OK && strcmp(line, i + 1 == answers ? "+PONG" : "+OK") != 0)
            status = kl_error_set(error, KL_FAILED, "the server answers: %.200s",
                                  line[0] == '-' ? line + 1 : line);
    }
    return status;
}

static kl_status ping(const kl_health_check *check, kl_error *error)
{
    kl_url url;
    kl_stream *stream;
    kl_value host = kl_null();
    bool tls;
    kl_status status;
    KL_TRY(read_address(&url, &tls, kl_as_text(kl_map_get(check->target, KL_TEXT("url"))), error));
    KL_TRY_OUT(kl_string_new(&host, url.host, error)); /* with a NUL behind it */
    KL_TRY_OUT(kl_health_connect(&stream, check, kl_as_text(host), url.port, tls, error));
    kl_stream_watch watch = kl_health_watch(check);
    status = converse(stream, &url, &watch, error);
    kl_stream_close(stream);
out:
    kl_value_release(host);
    kl_url_clear(&url);
    return status;
}

kl_status kl_health_redis(kl_health_check *check, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    if (ping(check, &why) == KL_OK)
        return kl_health_say(check, KL_HEALTHY, error, "the server answers");
    return kl_health_failed(check, &why, error);
}
