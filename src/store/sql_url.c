/* src/store/sql_url.c - see sql_url.h. */
#include "sql_url.h"
#include "buffer.h"

static const struct {
    const char *scheme;
    const char *driver;
    kl_sql_dialect dialect;
} schemes[] = {
    {"sqlite", "sqlite", KL_SQL_SQLITE},         {"postgres", "postgres", KL_SQL_POSTGRES},
    {"postgresql", "postgres", KL_SQL_POSTGRES}, {"mysql", "mariadb", KL_SQL_MYSQL},
    {"mariadb", "mariadb", KL_SQL_MYSQL},
};

static kl_text after(kl_text text, size_t count)
{
    return (kl_text){text.data + count, text.len - count};
}

static bool starts_with(kl_text text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

/* Row of schemes[] that `url` begins with ("sqlite:"), or -1. */
static int find_scheme(kl_text url)
{
    for (size_t i = 0; i < KL_COUNT(schemes); i++) {
        size_t len = strlen(schemes[i].scheme);
        if (starts_with(url, schemes[i].scheme) && url.len > len && url.data[len] == ':')
            return (int)i;
    }
    return -1;
}

bool kl_sql_is_url(kl_text text)
{
    return find_scheme(text) >= 0 || kl_text_is(text, ":memory:");
}

/* ---- SQLite -------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decode a path. */
static kl_status decode_path(kl_value *out, kl_text path, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < path.len; i++) {
        bool coded = path.data[i] == '%' && i + 2 < path.len &&
                     hex_digit(path.data[i + 1]) >= 0 && hex_digit(path.data[i + 2]) >= 0;
        if (!coded) {
            kl_buffer_byte(&text, path.data[i]);
            continue;
        }
        kl_buffer_byte(&text, (char)(hex_digit(path.data[i + 1]) * 16 + hex_digit(path.data[i + 2])));
        i += 2;
    }
    kl_status status = text.status;
    kl_text decoded = kl_buffer_text(&text);
    if (status != KL_OK)
        status = kl_error_no_memory(error);
    else if (decoded.len == 0)
        status = kl_error_set(error, KL_INVALID,
                              "the database URL names no file; give sqlite:PATH or sqlite::memory:");
    else if (memchr(decoded.data, '\0', decoded.len))
        status = kl_error_set(error, KL_INVALID, "the path in the database URL holds a NUL byte");
    else
        status = kl_string_repair(out, decoded, error);
    kl_buffer_free(&text);
    return status;
}

static kl_status read_mode(kl_sql_address *to, kl_text mode, kl_error *error)
{
    if (kl_text_is(mode, "ro"))
        to->mode = KL_SQL_READ_ONLY;
    else if (kl_text_is(mode, "rw"))
        to->mode = KL_SQL_READ_WRITE;
    else if (kl_text_is(mode, "rwc"))
        to->mode = KL_SQL_CREATE;
    else if (kl_text_is(mode, "memory"))
        to->memory = true;
    else
        return kl_error_set(error, KL_INVALID,
                            "mode '%.*s' in the database URL: expected one of: ro, rw, rwc, memory",
                            KL_TEXT_ARG(mode));
    return KL_OK;
}

/* By its name only: its value may be a secret. */
static kl_status unknown_parameter(kl_text pair, kl_error *error)
{
    const char *equals = memchr(pair.data, '=', pair.len);
    kl_text name = {pair.data, equals ? (size_t)(equals - pair.data) : pair.len};
    return kl_error_set(error, KL_INVALID,
                        "parameter '%.*s' in the database URL is unknown; SQLite URLs take "
                        "mode=ro|rw|rwc|memory",
                        KL_TEXT_ARG(name));
}

/* "mode=ro&mode=rwc": the last one counts. */
static kl_status read_query(kl_sql_address *to, kl_text query, kl_error *error)
{
    while (query.len) {
        const char *end = memchr(query.data, '&', query.len);
        size_t len = end ? (size_t)(end - query.data) : query.len;
        kl_text pair = {query.data, len};
        if (len && !starts_with(pair, "mode="))
            return unknown_parameter(pair, error);
        if (len)
            KL_TRY(read_mode(to, after(pair, sizeof "mode=" - 1), error));
        query = after(query, len + (end != NULL));
    }
    return KL_OK;
}

static kl_status read_sqlite(kl_sql_address *to, kl_text rest, kl_error *error)
{
    const char *mark = memchr(rest.data, '?', rest.len);
    if (mark) {
        KL_TRY(read_query(to, after(rest, (size_t)(mark - rest.data) + 1), error));
        rest.len = (size_t)(mark - rest.data);
    }
    if (starts_with(rest, "//"))
        rest = after(rest, 2);
    kl_text name = starts_with(rest, "/:memory:") ? after(rest, 1) : rest;
    to->memory |= kl_text_is(name, ":memory:");
    return to->memory ? KL_OK : decode_path(&to->path, rest, error);
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status unknown_scheme(kl_text url, kl_error *error)
{
    const char *colon = memchr(url.data, ':', url.len);
    kl_text scheme = {url.data, colon ? KL_MIN((size_t)(colon - url.data), (size_t)40) : 0};
    return kl_error_set(error, KL_INVALID,
                        "database URL with the scheme '%.*s': expected one of: sqlite, postgres, "
                        "postgresql, mysql, mariadb",
                        KL_TEXT_ARG(scheme));
}

kl_status kl_sql_address_read(kl_sql_address *out, kl_text url, kl_error *error)
{
    bool bare = kl_text_is(url, ":memory:");
    int row = bare ? 0 : find_scheme(url);
    if (row < 0)
        return unknown_scheme(url, error);
    kl_sql_address address = {.dialect = schemes[row].dialect, .driver = schemes[row].driver,
                              .scheme = schemes[row].scheme};
    kl_status status = kl_string_new(&address.url, url, error);
    if (status == KL_OK && address.dialect == KL_SQL_SQLITE)
        status = read_sqlite(&address, bare ? url : after(url, strlen(address.scheme) + 1), error);
    if (status != KL_OK) {
        kl_sql_address_clear(&address);
        return status;
    }
    *out = address;
    return KL_OK;
}

void kl_sql_address_clear(kl_sql_address *address)
{
    kl_value_release(address->url);
    kl_value_release(address->path);
    kl_value_release(address->memory_name);
    *address = (kl_sql_address){0};
}

kl_status kl_sql_url_redact(kl_value *out, kl_text url, kl_error *error)
{
    static const char separator[] = "://";
    const char *found = url.len ? memmem(url.data, url.len, separator, 3) : NULL;
    if (!found || found == url.data)
        return kl_string_repair(out, url, error);
    kl_buffer text = KL_BUFFER_INIT;
    size_t head = (size_t)(found - url.data) + 3;
    kl_text rest = after(url, head);
    size_t end = 0, at = SIZE_MAX;
    for (; end < rest.len && !strchr("/?#", rest.data[end]); end++)
        if (rest.data[end] == '@')
            at = end;
    kl_buffer_add(&text, (kl_text){url.data, head});
    if (at != SIZE_MAX) {
        kl_buffer_string(&text, "***@");
        rest = after(rest, at + 1);
    }
    const char *query = starts_with(url, "sqlite:") ? NULL : memchr(rest.data, '?', rest.len);
    kl_buffer_add(&text, query ? (kl_text){rest.data, (size_t)(query - rest.data)} : rest);
    kl_status status = text.status == KL_OK ? kl_string_repair(out, kl_buffer_text(&text), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}
