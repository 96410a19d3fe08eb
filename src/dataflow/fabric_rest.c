/* src/dataflow/fabric_rest.c - register_rest_source(): data that a URL gives. */
#include "charset.h"
#include "fabric_source.h"
#include "formats.h"
#include "payload.h"
#include "kailash/crypto.h"
#include "kailash/json.h"
#include "net/http.h"
#include "net/sigv4.h"
#include "net/url.h"

#include <ctype.h>
#include <strings.h>

enum { NAME, URL, AUTH, TIMEOUT, ALLOW_PRIVATE };

typedef struct rest {
    kl_value url;           /* string */
    kl_guard guard;
    kl_duration timeout;    /* 0 = that of all requests */
    kl_http_auth_kind auth;
    kl_value user, header;  /* strings, or null */
    char *secret;           /* token, key or password; a copy of our own, wiped at the end */
    size_t secret_len;
} rest;

static void end(void *state)
{
    rest *r = state;
    kl_value_release(r->url);
    kl_value_release(r->user);
    kl_value_release(r->header);
    if (r->secret)
        kl_wipe(r->secret, r->secret_len);
    kl_free(r->secret);
    kl_free(r);
}

/* ---- authentication ---------------------------------------------------------------------------- */

/* What each kind is told by: the names of the keys beside "type". */
static const struct auth_kind {
    const char *name, *plain, *secret;
    kl_http_auth_kind kind;
} auth_kinds[] = {
    {"none", NULL, NULL, KL_HTTP_NO_AUTH},
    {"bearer", NULL, "token", KL_HTTP_BEARER},
    {"api_key", "header", "key", KL_HTTP_NO_AUTH},
    {"basic", "username", "password", KL_HTTP_BASIC},
};

static kl_status find_auth(const struct auth_kind **out, kl_value given, kl_error *error)
{
    const kl_value *type = kl_map_find(given, KL_TEXT("type"));
    *out = &auth_kinds[0];
    if (!type)
        return KL_OK;
    if (!kl_is(*type, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "REST source auth: type: expected string, got %s",
                            kl_value_kind_name(*type));
    for (size_t i = 0; i < KL_COUNT(auth_kinds); i++)
        if (kl_text_is(kl_as_text(*type), auth_kinds[i].name)) {
            *out = &auth_kinds[i];
            return KL_OK;
        }
    kl_text word = kl_as_text(*type);
    return kl_error_set(error, KL_INVALID,
                        "unknown REST source auth type \"%.*s\": expected none/bearer/api_key/basic",
                        (int)KL_MIN(word.len, (size_t)40), word.data);
}

static kl_status need(kl_value *out, kl_value given, const struct auth_kind *kind, const char *key,
                      kl_error *error)
{
    *out = kl_map_get(given, kl_text_from(key));
    if (kl_is_null(*out))
        return kl_error_set(error, KL_INVALID, "REST source auth type '%s' requires '%s'",
                            kind->name, key);
    if (!kl_is(*out, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID, "REST source auth: %s: expected string, got %s", key,
                            kl_value_kind_name(*out));
    for (size_t i = 0; i < kl_value_len(*out); i++)
        if (iscntrl((unsigned char)kl_as_text(*out).data[i]))
            return kl_error_set(error, KL_INVALID, "REST source auth: %s: control characters", key);
    return KL_OK;
}

/* Those of a token (RFC 9110), but none that says how the request itself is sent. */
static kl_status check_header(kl_value header, kl_error *error)
{
    static const char *const own[] = {"host", "content-length", "transfer-encoding", "connection",
                                      "upgrade", "te", "trailer"};
    kl_text name = kl_as_text(header);
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len; i++)
        good = good && (isalnum((unsigned char)name.data[i]) ||
                        strchr("!#$%&'*+-.^_`|~", name.data[i]));
    for (size_t i = 0; i < KL_COUNT(own); i++)
        good = good && !(name.len == strlen(own[i]) && strncasecmp(name.data, own[i], name.len) == 0);
    if (good)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "REST source auth: header: '%.*s' is no header for a key",
                        (int)KL_MIN(name.len, (size_t)60), name.data);
}

static kl_status check_keys(kl_value given, const struct auth_kind *kind, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(given); i++) {
        kl_text key = kl_map_key_at(given, i);
        if (kl_text_is(key, "type") || (kind->plain && kl_text_is(key, kind->plain)) ||
            (kind->secret && kl_text_is(key, kind->secret)))
            continue;
        return kl_error_set(error, KL_INVALID, "REST source auth type '%s' has no '%.*s'",
                            kind->name, (int)KL_MIN(key.len, (size_t)40), key.data);
    }
    return KL_OK;
}

static kl_status lower_case(kl_value *out, kl_value header, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    for (size_t i = 0; i < kl_value_len(header); i++)
        kl_buffer_byte(&text, (char)tolower((unsigned char)kl_as_text(header).data[i]));
    return kl_buffer_finish(out, &text, error);
}

static kl_status read_auth(rest *r, kl_value given, kl_error *error)
{
    const struct auth_kind *kind;
    kl_value plain = kl_null(), secret = kl_null();
    if (kl_is_null(given))
        return KL_OK;
    KL_TRY(find_auth(&kind, given, error));
    KL_TRY(check_keys(given, kind, error));
    if (kind->plain)
        KL_TRY(need(&plain, given, kind, kind->plain, error));
    if (kind->secret)
        KL_TRY(need(&secret, given, kind, kind->secret, error));
    r->auth = kind->kind;
    if (kind->kind == KL_HTTP_BASIC)
        r->user = kl_value_retain(plain);
    else if (kind->plain)
        KL_TRY(check_header(plain, error) == KL_OK ? lower_case(&r->header, plain, error) : KL_INVALID);
    if (kl_is_null(secret))
        return KL_OK;
    r->secret_len = kl_value_len(secret);
    r->secret = kl_alloc(r->secret_len + 1);
    if (!r->secret)
        return kl_error_no_memory(error);
    memcpy(r->secret, kl_as_text(secret).data, r->secret_len);
    return KL_OK;
}

/* ---- making ------------------------------------------------------------------------------------ */

static kl_status check_url(const rest *r, kl_error *error)
{
    kl_url url;
    kl_status status = kl_url_parse(&url, kl_as_text(r->url), error);
    if (status == KL_OK) {
        status = kl_guard_check_host(&r->guard, url.host, error);
        kl_url_clear(&url);
    }
    return kl_fabric_failure(status, "register_rest_source", error);
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error);
static const kl_fabric_kind rest_kind = {"rest", fetch, end};

kl_status kl_fabric_rest_new(kl_value *out, const kl_value *args, kl_duration reset_after,
                             kl_error *error)
{
    rest *r = kl_alloc_zero(1, sizeof *r);
    if (!r)
        return kl_error_no_memory(error);
    r->url = kl_value_retain(args[URL]);
    r->guard.policy = kl_as_bool(args[ALLOW_PRIVATE]) ? KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK
                                                      : KL_GUARD_REFUSE_PRIVATE;
    if (!kl_is_null(args[TIMEOUT]))
        r->timeout = KL_MAX((kl_duration)(kl_as_double(args[TIMEOUT]) * 1e9), 1);
    kl_status status = read_auth(r, args[AUTH], error);
    if (status == KL_OK)
        status = check_url(r, error);
    if (status == KL_OK)
        return kl_fabric_source_new(out, args[NAME], &rest_kind, r, reset_after, error);
    end(r);
    return status;
}

/* ---- the URL of a call ------------------------------------------------------------------------- */

/* ".." would lead out of the source, in whatever way it is written. */
static bool is_dots(kl_text segment)
{
    size_t dots = 0;
    for (size_t i = 0; i < segment.len; i++) {
        bool coded = segment.len - i >= 3 && strncasecmp(segment.data + i, "%2e", 3) == 0;
        if (segment.data[i] != '.' && !coded)
            return false;
        dots++;
        i += coded ? 2 : 0;
    }
    return dots == 1 || dots == 2;
}

static bool leads_away(kl_text path)
{
    for (size_t at = 0; at <= path.len;) {
        size_t len = 0;
        while (at + len < path.len && path.data[at + len] != '/')
            len++;
        if (is_dots((kl_text){path.data + at, len}))
            return true;
        at += len + 1;
    }
    return false;
}

static kl_status refuse_query(kl_error *error, const char *why)
{
    return kl_error_set(error, KL_INVALID, "query: %s", why);
}

/* Where the query of a URL begins, or its length. */
static size_t path_end(kl_text url)
{
    size_t at = 0;
    while (at < url.len && url.data[at] != '?' && url.data[at] != '#')
        at++;
    return at;
}

/* "?a=1" joins the parameters of the URL, anything else its path. */
static kl_status put_words(kl_buffer *to, kl_text url, kl_text query, kl_error *error)
{
    size_t path = path_end(url), more = path_end(query);
    for (size_t i = 0; i < query.len; i++)
        if (query.data[i] == '#' || query.data[i] == '\\' || query.data[i] == ' ' ||
            iscntrl((unsigned char)query.data[i]))
            return refuse_query(error, "a path or a query, percent-encoded where it must be");
    if (leads_away((kl_text){query.data, more}))
        return refuse_query(error, "a path may not hold . or .. as a segment");
    kl_buffer_add(to, (kl_text){url.data, path});
    if (more) {
        bool slash = to->len && kl_buffer_text(to).data[to->len - 1] == '/';
        size_t skip = query.data[0] == '/' && slash;
        kl_buffer_string(to, slash || query.data[0] == '/' ? "" : "/");
        kl_buffer_add(to, (kl_text){query.data + skip, more - skip});
    }
    kl_text own = {url.data + path, url.len - path}, added = {query.data + more, query.len - more};
    kl_buffer_add(to, own);
    if (added.len && own.len) {
        kl_buffer_byte(to, '&');
        added = (kl_text){added.data + 1, added.len - 1};
    }
    kl_buffer_add(to, added);
    return KL_OK;
}

static kl_status put_parameters(kl_buffer *to, kl_text url, kl_value query, kl_error *error)
{
    char mark = path_end(url) < url.len ? '&' : '?';
    kl_buffer_add(to, url);
    for (size_t i = 0; i < kl_map_len(query); i++, mark = '&') {
        kl_buffer value = KL_BUFFER_INIT;
        kl_buffer_byte(to, mark);
        kl_sigv4_encode(to, kl_map_key_at(query, i), false);
        kl_buffer_byte(to, '=');
        kl_status status = kl_format_scalar(&value, kl_map_value_at(query, i), KL_TEXT("query"),
                                            "query", error);
        if (status == KL_OK)
            kl_sigv4_encode(to, kl_buffer_text(&value), false);
        kl_buffer_free(&value);
        KL_TRY(status);
    }
    return KL_OK;
}

/* The same server, whatever the query says. */
static kl_status check_origin(kl_text base, kl_text wanted, kl_error *error)
{
    kl_url from, to;
    KL_TRY(kl_url_parse(&from, base, error));
    kl_status status = kl_url_parse(&to, wanted, error);
    if (status == KL_OK) {
        if (!kl_url_same_origin(&from, &to))
            status = refuse_query(error, "it leads to another server");
        kl_url_clear(&to);
    }
    kl_url_clear(&from);
    return status;
}

static kl_status url_of(kl_value *out, const rest *r, kl_value query, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_text url = kl_as_text(r->url);
    kl_status status = KL_OK;
    if (memchr(url.data, '#', url.len)) /* which is never sent */
        url.len = (size_t)((const char *)memchr(url.data, '#', url.len) - url.data);
    if (kl_is(query, KL_KIND_STRING))
        status = put_words(&text, url, kl_as_text(query), error);
    else if (kl_is(query, KL_KIND_MAP))
        status = put_parameters(&text, url, query, error);
    else if (kl_is_null(query))
        kl_buffer_add(&text, url);
    else
        status = kl_error_set(error, KL_TYPE, "query: expected a path, a query or a dict, got %s",
                              kl_value_kind_name(query));
    if (status == KL_OK && text.status == KL_OK)
        status = check_origin(url, kl_buffer_text(&text), error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- the answer -------------------------------------------------------------------------------- */

static bool ends_with(kl_text text, const char *end_text)
{
    size_t len = strlen(end_text);
    return text.len >= len && memcmp(text.data + text.len - len, end_text, len) == 0;
}

static kl_status read_json(kl_value *out, kl_text body, kl_error *error)
{
    kl_status status = kl_json_parse(out, body, error);
    if (status != KL_SYNTAX && status != KL_DEPTH)
        return status;
    kl_error_prefix(error, "the source said JSON and gave none: ");
    return kl_fabric_failure(status, "fetch_source", error);
}

/* The charset that a content type names; empty when it names none. */
static kl_text charset_of(const kl_http_response *response)
{
    kl_text type = kl_http_header_of(response, "content-type");
    const char *found = type.len ? strcasestr(type.data, "charset=") : NULL;
    if (!found)
        return (kl_text){"", 0};
    found += strlen("charset=");
    found += *found == '"';
    return (kl_text){found, strcspn(found, "\"; \t")};
}

static kl_status read_text(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_text body = kl_as_text(response->body), charset = charset_of(response);
    kl_buffer text = KL_BUFFER_INIT;
    bool converts = charset.len && kl_utf8_valid_length(body) < body.len;
    if (converts && kl_charset_convert(&text, body, charset, KL_TEXT("UTF-8"), NULL) == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return kl_string_repair(out, body, error);
}

static kl_status read_answer(kl_value *out, const kl_http_response *response, kl_error *error)
{
    char buffer[128];
    kl_text type = kl_http_media_type(buffer, response);
    bool is_json = kl_text_is(type, "application/json") || kl_text_is(type, "text/json") ||
                   ends_with(type, "+json");
    if (is_json && kl_value_len(response->body))
        return read_json(out, kl_as_text(response->body), error);
    return read_text(out, response, error);
}

/* A server that is broken or busy is out; one that refuses a question is not. */
static bool is_outage(const kl_http_response *response)
{
    return response->status_code >= 500 || response->status_code == 429;
}

/* For a kl_http_watch. */
static kl_status check(void *data, kl_error *error)
{
    return kl_sql_watch_check(data, error);
}

static kl_status send(kl_http_response *response, const rest *r, kl_text url, const kl_sql_watch *watch,
                      kl_fabric_outcome *outcome, kl_error *error)
{
    kl_sql_watch kept = *watch;
    const kl_http_watch asked_meanwhile = {.check = check, .data = &kept};
    const kl_text secret = {r->secret ? r->secret : "", r->secret_len};
    const kl_http_header header = {kl_as_text(r->header), secret, true};
    const kl_http_request request = {
        .url = url,
        .headers = &header,
        .header_count = !kl_is_null(r->header),
        .auth = r->auth,
        .user = kl_as_text(r->user),
        .password = r->auth == KL_HTTP_NO_AUTH ? (kl_text){"", 0} : secret,
        .guard = &r->guard,
        .timeout = r->timeout,
    };
    kl_status status = kl_http_send(response, &request, &asked_meanwhile, error);
    bool asked = response->failure == KL_HTTP_UNREACHABLE ||
                 response->failure == KL_HTTP_UNTRUSTED || response->failure == KL_HTTP_TIMED_OUT ||
                 response->failure == KL_HTTP_BROKEN;
    if (status != KL_OK)
        *outcome = asked ? KL_FABRIC_OUTAGE : KL_FABRIC_NOT_ASKED;
    else
        *outcome = is_outage(response) ? KL_FABRIC_OUTAGE : KL_FABRIC_ANSWERED;
    return kl_fabric_failure(status, "fetch_source", error);
}

static kl_status fetch(kl_value *out, void *state, kl_value query, const kl_sql_watch *watch,
                       kl_fabric_outcome *outcome, kl_error *error)
{
    const rest *r = state;
    kl_http_response response = {0};
    kl_value url;
    KL_TRY(url_of(&url, r, query, error));
    kl_status status = send(&response, r, kl_as_text(url), watch, outcome, error);
    kl_value_release(url);
    if (status == KL_OK && response.status_code >= 300)
        status = kl_error_set(error, KL_FAILED, "fetch_source failed: the source answered %d",
                              response.status_code);
    else if (status == KL_OK)
        status = read_answer(out, &response, error);
    kl_http_response_clear(&response);
    return status;
}

const kl_param kl_fabric_rest_params[5] = {
    [NAME] = {.name = "name", .kind = KL_KIND_STRING, .range = KL_RANGE(1, 255),
              .doc = "what the source is called here"},
    [URL] = {.name = "url", .kind = KL_KIND_STRING, .doc = "an http or https URL, which is asked by "
                                                          "GET"},
    [AUTH] = {.name = "auth", .kind = KL_KIND_MAP, .flags = KL_OPTIONAL | KL_SECRET,
              .doc = "{\"type\": \"bearer\", \"token\"}, {\"type\": \"api_key\", \"header\", "
                     "\"key\"}, {\"type\": \"basic\", \"username\", \"password\"} or {\"type\": "
                     "\"none\"}; None = none"},
    [TIMEOUT] = {.name = "timeout_secs", .kind = KL_KIND_NUMBER, .flags = KL_OPTIONAL,
                 .range = KL_RANGE(0, 86400), .doc = "seconds that a request may take; None = 30"},
    [ALLOW_PRIVATE] = {.name = "allow_private_networks", .kind = KL_KIND_BOOL, .fallback = "false",
                       .doc = "private and loopback addresses may be asked too; link-local ones "
                              "never are"},
};
