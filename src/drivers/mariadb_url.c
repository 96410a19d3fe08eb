/* src/drivers/mariadb_url.c - the parts of a mysql: or mariadb: URL. */
#include "drivers/mariadb.h"

#include <stdlib.h>

/* Wiped: the password is among them. */
static void end_text(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    kl_free(text);
}

void my_address_clear(my_address *address)
{
    char *texts[] = {address->user,   address->password, address->host,    address->database,
                     address->socket, address->ssl_ca,   address->ssl_cert, address->ssl_key,
                     address->server_version};
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        end_text(texts[i]);
    *address = (my_address){0};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoded, replacing what stands in `*slot`; an empty part stays NULL. */
static kl_status keep(char **slot, kl_text part, kl_error *error)
{
    char *text = kl_alloc(part.len + 1);
    size_t len = 0;
    if (!text)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < part.len; i++) {
        bool coded = part.data[i] == '%' && i + 2 < part.len &&
                     hex_digit(part.data[i + 1]) >= 0 && hex_digit(part.data[i + 2]) >= 0;
        text[len++] = coded ? (char)(hex_digit(part.data[i + 1]) * 16 + hex_digit(part.data[i + 2]))
                            : part.data[i];
        i += coded ? 2 : 0;
    }
    text[len] = '\0';
    end_text(*slot);
    *slot = text;
    if (memchr(text, '\0', len))
        return kl_error_set(error, KL_INVALID, "the database URL holds a NUL byte");
    if (!len) {
        kl_free(text);
        *slot = NULL;
    }
    return KL_OK;
}

static kl_text cut(kl_text *rest, char separator, bool last)
{
    const char *at = !rest->len ? NULL
                     : last     ? memrchr(rest->data, separator, rest->len)
                                : memchr(rest->data, separator, rest->len);
    kl_text head = {rest->data, at ? (size_t)(at - rest->data) : rest->len};
    *rest = at ? (kl_text){at + 1, rest->len - head.len - 1} : (kl_text){rest->data + rest->len, 0};
    return head;
}

static kl_status read_number(unsigned int *out, kl_text text, unsigned int most, const char *what,
                             kl_error *error)
{
    unsigned long number = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        number = c >= '0' && c <= '9' && number <= most ? number * 10 + (unsigned long)(c - '0')
                                                        : (unsigned long)most + 1;
    }
    if (!number || number > most)
        return kl_error_set(error, KL_INVALID, "%s in the database URL: expected 1 to %u", what,
                            most);
    *out = (unsigned int)number;
    return KL_OK;
}

/* HOST, HOST:PORT or [V6]:PORT */
static kl_status read_host(my_address *to, kl_text text, kl_error *error)
{
    kl_text host = text, port = {NULL, 0};
    if (text.len && text.data[0] == '[') {
        kl_text rest = {text.data + 1, text.len - 1};
        host = cut(&rest, ']', false);
        port = rest.len && rest.data[0] == ':' ? (kl_text){rest.data + 1, rest.len - 1} : port;
    } else if (memchr(text.data, ':', text.len)) {
        port = text;
        host = cut(&port, ':', true);
    }
    KL_TRY(keep(&to->host, host, error));
    return port.len ? read_number(&to->port, port, 65535, "port", error) : KL_OK;
}

static kl_status read_tls(my_address *to, kl_text word, kl_error *error)
{
    static const struct {
        const char *word;
        my_tls tls;
    } rows[] = {{"preferred", TLS_PREFERRED},     {"prefer", TLS_PREFERRED},
                {"disabled", TLS_DISABLED},       {"disable", TLS_DISABLED},
                {"required", TLS_REQUIRED},       {"require", TLS_REQUIRED},
                {"verify_ca", TLS_VERIFIED},      {"verify-ca", TLS_VERIFIED},
                {"verify_identity", TLS_VERIFIED}, {"verify-full", TLS_VERIFIED},
                {"verify-identity", TLS_VERIFIED}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        if (word.len == strlen(rows[i].word) && strncasecmp(word.data, rows[i].word, word.len) == 0) {
            to->tls = rows[i].tls;
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID,
                        "ssl-mode '%.*s' in the database URL: expected one of: disabled, preferred, "
                        "required, verify-ca, verify-identity",
                        KL_TEXT_ARG(word));
}

static kl_status read_parameter(my_address *to, kl_text name, kl_text value, kl_error *error)
{
    const struct {
        const char *name;
        char **slot;
    } texts[] = {{"socket", &to->socket},   {"user", &to->user},         {"password", &to->password},
                 {"host", &to->host},       {"database", &to->database}, {"ssl-ca", &to->ssl_ca},
                 {"ssl-cert", &to->ssl_cert}, {"ssl-key", &to->ssl_key},
                 {"server-version", &to->server_version}};
    for (size_t i = 0; i < KL_COUNT(texts); i++)
        if (kl_text_is(name, texts[i].name))
            return keep(texts[i].slot, value, error);
    if (kl_text_is(name, "ssl-mode"))
        return read_tls(to, value, error);
    if (kl_text_is(name, "port"))
        return read_number(&to->port, value, 65535, "port", error);
    if (kl_text_is(name, "connect_timeout"))
        return read_number(&to->connect_timeout, value, 86400, "connect_timeout", error);
    return kl_error_set(error, KL_INVALID,
                        "parameter '%.*s' in the database URL is unknown; MariaDB and MySQL URLs "
                        "take socket, ssl-mode, ssl-ca, ssl-cert, ssl-key, connect_timeout, "
                        "server-version, host, port, user, password, database",
                        KL_TEXT_ARG(name));
}

static kl_status read_parts(my_address *to, kl_text url, kl_error *error)
{
    kl_text parameters = url;
    kl_text rest = cut(&parameters, '?', false);
    cut(&rest, ':', false);
    if (rest.len >= 2 && memcmp(rest.data, "//", 2) == 0)
        rest = (kl_text){rest.data + 2, rest.len - 2};
    kl_text path = rest;
    kl_text host = cut(&path, '/', false);
    if (host.len && memchr(host.data, '@', host.len)) {
        kl_text password = cut(&host, '@', true);
        /* cut() gives what stands before; what is left is the host */
        kl_text user = cut(&password, ':', false);
        KL_TRY(keep(&to->user, user, error));
        KL_TRY(keep(&to->password, password, error));
    }
    KL_TRY(read_host(to, host, error));
    KL_TRY(keep(&to->database, path, error));
    while (parameters.len) {
        kl_text value = cut(&parameters, '&', false);
        kl_text name = cut(&value, '=', false);
        if (name.len)
            KL_TRY(read_parameter(to, name, value, error));
    }
    return KL_OK;
}

kl_status my_address_read(my_address *out, kl_text url, kl_error *error)
{
    my_address address = {.connect_timeout = 10};
    kl_status status = read_parts(&address, url, error);
    if (status != KL_OK) {
        my_address_clear(&address);
        return status;
    }
    *out = address;
    return KL_OK;
}
