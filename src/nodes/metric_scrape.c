/* src/nodes/metric_scrape.c - see metric_scrape.h. */
#include "metric_scrape.h"
#include "kailash/crypto.h"
#include "net/http_serve.h"

#include <strings.h>

struct kl_scrape {
    kl_value address, path, token;
    kl_scrape_print *print;
    void *data;
    kl_value text; /* of the last answer */
    kl_http_server *server;
};

/* ---- answering ----------------------------------------------------------------------------------- */

static bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }

/* The next item of a list with commas or semicolons, without blanks around it; empty at the end. */
static kl_text next_item(kl_text *rest, char separator)
{
    const char *end = memchr(rest->data, separator, rest->len);
    kl_text item = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    size_t used = item.len + (end ? 1 : 0);
    *rest = (kl_text){rest->data + used, rest->len - used};
    while (item.len && is_blank(item.data[0]))
        item = (kl_text){item.data + 1, item.len - 1};
    while (item.len && is_blank(item.data[item.len - 1]))
        item.len--;
    return item;
}

static bool is_word(kl_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* Whether a parameter of a media range says "q=0", in one of its spellings. */
static bool is_unwanted(kl_text parameters)
{
    while (parameters.len) {
        kl_text one = next_item(&parameters, ';');
        if (one.len < 3 || strncasecmp(one.data, "q=", 2) != 0)
            continue;
        for (size_t i = 2; i < one.len; i++)
            if (one.data[i] != '0' && one.data[i] != '.')
                return false;
        return true;
    }
    return false;
}

/* Scrapers that read OpenMetrics name it; those who do not get what all of them read. */
static bool wants_openmetrics(kl_value accept)
{
    kl_text rest = kl_as_text(accept);
    while (rest.len) {
        kl_text range = next_item(&rest, ',');
        if (is_word(next_item(&range, ';'), "application/openmetrics-text"))
            return !is_unwanted(range);
    }
    return false;
}

/* The scheme is a word in any case, the token not; the time tells nothing of it. */
static bool is_admitted(const kl_scrape *scrape, const kl_http_read *request)
{
    kl_text shown = kl_as_text(kl_map_get(request->headers, KL_TEXT("authorization")));
    if (kl_is_null(scrape->token))
        return true;
    return shown.len > 7 && strncasecmp(shown.data, "bearer ", 7) == 0 &&
           kl_equal_secret((kl_text){shown.data + 7, shown.len - 7}, kl_as_text(scrape->token));
}

static kl_status refuse(kl_http_answer *answer, int status, const char *headers)
{
    answer->status = status;
    answer->headers = kl_text_from(headers);
    return KL_OK;
}

static kl_status answer(void *data, kl_http_answer *answer, const kl_http_read *request, bool whole,
                        kl_error *error)
{
    kl_scrape *scrape = data;
    kl_text method = kl_as_text(request->method);
    kl_value text;
    if (!kl_text_equal(kl_as_text(request->path), kl_as_text(scrape->path)))
        return refuse(answer, 404, "");
    if (!kl_text_is(method, "GET") && !kl_text_is(method, "HEAD"))
        return refuse(answer, 405, "Allow: GET, HEAD\r\n");
    if (!is_admitted(scrape, request))
        return refuse(answer, 401, "WWW-Authenticate: Bearer\r\n");
    if (!whole)
        return KL_OK;
    bool open = wants_openmetrics(kl_map_get(request->headers, KL_TEXT("accept")));
    KL_TRY(scrape->print(&text, scrape->data, open, error));
    kl_value_replace(&scrape->text, text);
    *answer = (kl_http_answer){
        .status = 200, .headers = KL_TEXT("Vary: Accept\r\nCache-Control: no-store\r\n"),
        .content_type = open ? KL_TEXT("application/openmetrics-text; version=1.0.0; charset=utf-8")
                             : KL_TEXT("text/plain; version=0.0.4; charset=utf-8"),
        .body = kl_as_text(text)};
    return KL_OK;
}

/* ---- its life ------------------------------------------------------------------------------------ */

void kl_scrape_stop(kl_scrape *scrape)
{
    if (!scrape)
        return;
    kl_http_server_close(scrape->server);
    kl_value_release(scrape->address);
    kl_value_release(scrape->path);
    kl_value_release(scrape->token);
    kl_value_release(scrape->text);
    kl_free(scrape);
}

kl_status kl_scrape_start(kl_scrape **out, const kl_scrape_settings *settings, const char *host,
                          uint16_t port, kl_scrape_print *print, void *data, kl_error *error)
{
    kl_scrape *scrape = kl_alloc_zero(1, sizeof *scrape);
    if (!scrape)
        return kl_error_no_memory(error);
    *scrape = (kl_scrape){.address = kl_value_retain(settings->address),
                          .path = kl_value_retain(settings->path),
                          .token = kl_value_retain(settings->token), .print = print, .data = data};
    kl_http_service service = {answer, scrape, 0, 10 * KL_SECOND, "kailash.nodes.metrics"};
    kl_status status = kl_http_serve(&scrape->server, host, port, &service, NULL, error);
    if (status == KL_OK)
        *out = scrape;
    else
        kl_scrape_stop(scrape);
    return status;
}

bool kl_scrape_is(const kl_scrape *scrape, const kl_scrape_settings *settings)
{
    return kl_text_equal(kl_as_text(scrape->address), kl_as_text(settings->address)) &&
           kl_text_equal(kl_as_text(scrape->path), kl_as_text(settings->path)) &&
           kl_is_null(scrape->token) == kl_is_null(settings->token) &&
           kl_equal_secret(kl_as_text(scrape->token), kl_as_text(settings->token));
}

bool kl_scrape_is_here(const kl_scrape *scrape) { return kl_http_server_is_here(scrape->server); }

kl_status kl_scrape_url(kl_value *out, const kl_scrape *scrape, kl_error *error)
{
    kl_http_listening at = kl_http_server_at(scrape->server);
    return kl_string_format(out, error, at.is_v6 ? "http://[%s]:%u%.*s" : "http://%s:%u%.*s", at.address,
                            at.port, KL_TEXT_ARG(kl_as_text(scrape->path)));
}
