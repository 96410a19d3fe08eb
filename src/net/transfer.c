/* src/net/transfer.c - see transfer.h. */
#include "transfer.h"
#include "payload.h"

#include <stdio.h>

/* Headers of one response; libcurl bounds the length of a line. */
enum { HEADERS_MAX = 1000 };

/* ---- what comes ---------------------------------------------------------------------------------- */

static bool refuse(kl_transfer *t, kl_http_failure failure)
{
    t->refused_as = failure;
    return false;
}

static bool admits(void *data, const void *sockaddr)
{
    kl_transfer *t = data;
    kl_address address;
    if (t->request->proxy.len || t->request->socket_path.len)
        return true;
    if (!kl_address_of_socket(&address, sockaddr)) {
        kl_error_set(&t->why, KL_DENIED, "SSRF blocked: no internet address");
        return refuse(t, KL_HTTP_BLOCKED);
    }
    kl_error_clear(&t->why);
    return kl_guard_check_address(&t->guard, &address, &t->why) == KL_OK ||
           refuse(t, KL_HTTP_BLOCKED);
}

static kl_text trim(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (at < end && strchr(" \t\r\n", end[-1]))
        end--;
    return (kl_text){at, (size_t)(end - at)};
}

static kl_status push_name(kl_value *headers, kl_text name, kl_error *error)
{
    kl_value item;
    char lower[256];
    if (name.len > sizeof lower)
        return kl_error_set(error, KL_IO, "connection error: a header's name is too long");
    for (size_t i = 0; i < name.len; i++)
        lower[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20)
                                                              : name.data[i];
    KL_TRY(kl_string_repair(&item, (kl_text){lower, name.len}, error));
    return kl_array_push(headers, item, error);
}

static kl_status push_value(kl_value *headers, kl_text value, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_string_repair(&item, value, error));
    return kl_array_push(headers, item, error);
}

/* A status line begins a response: an interim one, one that asks for authentication, or the last. */
static kl_status begin_head(kl_http_response *response, kl_text line, kl_error *error)
{
    const char *blank = memchr(line.data, ' ', line.len);
    int code = 0;
    for (const char *at = blank ? blank + 1 : NULL; at && at < line.data + line.len; at++) {
        if (*at < '0' || *at > '9' || code > 999)
            break;
        code = code * 10 + (*at - '0');
    }
    response->status_code = code;
    kl_value_replace(&response->headers, kl_null());
    return kl_array_new(&response->headers, 24, error);
}

/* A line of its own, or one that goes on with the last (which was allowed once). */
static kl_status add_header(kl_http_response *response, kl_text line, kl_error *error)
{
    const char *end = line.data + line.len, *colon = memchr(line.data, ':', line.len);
    size_t count = kl_array_len(response->headers);
    if (line.data[0] == ' ' || line.data[0] == '\t') {
        kl_value longer;
        kl_text rest = trim(line.data, end);
        if (count == 0)
            return KL_OK;
        kl_text value = kl_as_text(kl_array_at(response->headers, count - 1));
        KL_TRY(kl_string_format(&longer, error, "%.*s %.*s", KL_TEXT_ARG(value),
                                (int)kl_utf8_valid_length(rest), rest.data));
        return kl_array_set(&response->headers, count - 1, longer, error);
    }
    if (!colon)
        return KL_OK; /* libcurl refused what is no header; this is the empty line */
    if (count >= 2 * HEADERS_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: response_headers (limit: %d)",
                            HEADERS_MAX);
    KL_TRY(push_name(&response->headers, trim(line.data, colon), error));
    return push_value(&response->headers, trim(colon + 1, end), error);
}

static kl_http_failure failure_of(kl_status status)
{
    return status == KL_LIMIT ? KL_HTTP_TOO_LARGE
           : status == KL_IO  ? KL_HTTP_BROKEN
                              : KL_HTTP_NO_RESULT;
}

static bool on_head(void *data, kl_text line)
{
    kl_transfer *t = data;
    kl_http_response *response = &t->result->response;
    bool begins = line.len > 5 && memcmp(line.data, "HTTP/", 5) == 0;
    kl_error_clear(&t->why);
    kl_status status = begins ? begin_head(response, line, &t->why)
                              : add_header(response, line, &t->why);
    return status == KL_OK || refuse(t, failure_of(status));
}

static bool is_discarded(const kl_transfer *t)
{
    const kl_http_response *response = &t->result->response;
    return kl_redirect_wanted(t, response->status_code) ||
           kl_retry_wanted(t, response->status_code,
                           kl_retry_after_of(kl_http_header_of(response, "retry-after")));
}

static uint64_t body_max(const kl_transfer *t)
{
    return t->request->response_max ? t->request->response_max : KL_HTTP_RESPONSE_MAX;
}

static bool tell_body(kl_transfer *t, kl_text part)
{
    kl_http_response *response = &t->result->response;
    t->told = true;
    kl_error_clear(&t->why);
    kl_status status = t->request->on_body(t->request->data, response, part, &t->why);
    return status == KL_OK || refuse(t, KL_HTTP_STOPPED);
}

static bool on_body(void *data, kl_text part)
{
    kl_transfer *t = data;
    t->body_len += part.len;
    if (t->body_len > body_max(t)) {
        kl_error_set(&t->why, KL_LIMIT, "resource limit exceeded: response_size (limit: %llu bytes)",
                     (unsigned long long)body_max(t));
        return refuse(t, KL_HTTP_TOO_LARGE);
    }
    if (is_discarded(t))
        return true;
    if (t->request->on_body)
        return tell_body(t, part);
    kl_buffer_add(&t->body, part);
    if (t->body.status == KL_OK)
        return true;
    kl_error_no_memory(&t->why);
    return refuse(t, KL_HTTP_NO_RESULT);
}

static bool read_body(void *data, size_t *got, char *to, size_t room)
{
    kl_transfer *t = data;
    kl_error_clear(&t->why);
    return t->request->source->read(t->request->source, got, to, room, &t->why) == KL_OK ||
           refuse(t, KL_HTTP_STOPPED);
}

static bool rewind_body(void *data)
{
    kl_transfer *t = data;
    return t->request->rewind && t->request->rewind(t->request->source);
}

/* ---- ending -------------------------------------------------------------------------------------- */

static void clear(kl_transfer *t)
{
    kl_request_forget(t);
    kl_buffer_free(&t->form);
    kl_buffer_free(&t->body);
    kl_value_replace(&t->cookies, kl_null());
    kl_value_replace(&t->exchange.cookies, kl_null());
    kl_url_clear(&t->first);
    kl_url_clear(&t->url);
    kl_error_clear(&t->why);
}

static void end(kl_transfer *t, kl_status status, kl_http_failure failure, kl_error *error)
{
    kl_http_response *response = &t->result->response;
    t->result->status = status;
    kl_error_move(&t->result->error, error);
    response->failure = failure;
    response->elapsed = kl_clock_now() - t->begin;
    kl_value_replace(&response->url, kl_value_take(&t->url.text));
    t->state = KL_TRANSFER_ENDED;
    clear(t);
}

static void fail(kl_transfer *t, kl_http_failure failure, kl_status status, kl_error *error)
{
    if (status == KL_NO_MEMORY)
        failure = KL_HTTP_NO_RESULT;
    end(t, status, failure, error);
}

static kl_http_failure redirect_failure(kl_status status)
{
    return status == KL_DENIED ? KL_HTTP_BLOCKED : KL_HTTP_LOST;
}

static void succeed(kl_transfer *t)
{
    kl_error error = KL_ERROR_INIT;
    kl_http_response *response = &t->result->response;
    kl_status status = kl_buffer_finish_bytes(&response->body, &t->body, &error);
    if (status == KL_OK && t->request->jar)
        kl_value_replace(t->request->jar, kl_value_take(&t->cookies));
    end(t, status, status == KL_OK ? KL_HTTP_FINE : KL_HTTP_NO_RESULT, &error);
}

/* ---- faults -------------------------------------------------------------------------------------- */

static kl_status timed_out(const kl_transfer *t, kl_error *error)
{
    char text[32];
    kl_duration timeout = t->request->timeout ? t->request->timeout : KL_HTTP_TIMEOUT;
    kl_duration connect = t->request->connect_timeout ? t->request->connect_timeout
                                                      : KL_HTTP_CONNECT_TIMEOUT;
    bool connecting = !t->exchange.connected && connect < timeout;
    kl_duration_print(text, connecting ? connect : timeout);
    return kl_error_set(error, KL_TIMEOUT, "timed out after %s%s", text,
                        connecting ? " while connecting" : "");
}

static kl_http_failure explain(kl_transfer *t, kl_status *status, kl_error *error)
{
    static const kl_http_failure failures[] = {
        [KL_CURL_NAME] = KL_HTTP_UNREACHABLE, [KL_CURL_CONNECT] = KL_HTTP_UNREACHABLE,
        [KL_CURL_TLS] = KL_HTTP_UNTRUSTED,    [KL_CURL_TIMEOUT] = KL_HTTP_TIMED_OUT,
        [KL_CURL_BROKEN] = KL_HTTP_BROKEN,    [KL_CURL_OTHER] = KL_HTTP_BAD_REQUEST,
    };
    const kl_curl_exchange *exchange = &t->exchange;
    if (exchange->fault == KL_CURL_REFUSED) {
        if (t->refused_as == KL_HTTP_BLOCKED && t->result->response.redirects)
            kl_error_prefix(&t->why, "redirect refused: ");
        *status = t->why.code;
        kl_error_move(error, &t->why);
        return t->refused_as;
    }
    if (exchange->fault == KL_CURL_MEMORY)
        *status = kl_error_no_memory(error);
    else if (exchange->fault == KL_CURL_TIMEOUT)
        *status = timed_out(t, error);
    else if (exchange->fault == KL_CURL_OTHER)
        *status = kl_error_set(error, KL_INVALID, "invalid request: %s", exchange->message);
    else
        *status = kl_error_set(error, KL_IO, "connection error: %s", exchange->message);
    return failures[exchange->fault];
}

static void fail_exchange(kl_transfer *t)
{
    kl_error error = KL_ERROR_INIT;
    kl_status status = KL_FAILED;
    kl_http_failure failure = explain(t, &status, &error);
    fail(t, failure, status, &error);
}

/* ---- going on ------------------------------------------------------------------------------------ */

static void try_again(kl_transfer *t, kl_duration retry_after)
{
    t->due = kl_clock_after(kl_retry_delay(t, retry_after));
    t->state = KL_TRANSFER_WAITING;
    if (t->request->source && !rewind_body(t)) {
        kl_error error = KL_ERROR_INIT;
        kl_error_set(&error, KL_FAILED, "the body cannot be sent again");
        fail(t, KL_HTTP_LOST, KL_FAILED, &error);
    }
}

static void begin_exchange(kl_transfer *t, const kl_curl *curl, kl_curl_client *client)
{
    kl_error error = KL_ERROR_INIT;
    kl_http_response *response = &t->result->response;
    kl_request_forget(t);
    kl_value_release(t->exchange.cookies);
    t->exchange = (kl_curl_exchange){.data = t, .admits = admits, .on_head = on_head,
                                     .on_body = on_body, .read_body = read_body,
                                     .rewind_body = rewind_body};
    t->body.len = 0;
    t->body_len = 0;
    response->status_code = 0;
    response->retry_after = 0;
    kl_value_replace(&response->headers, kl_null());
    kl_status status = kl_request_prepare(t, &error);
    if (status == KL_OK)
        status = curl->begin(client, &t->exchange, &error);
    t->state = KL_TRANSFER_RUNNING;
    if (status != KL_OK)
        fail(t, status == KL_TIMEOUT ? KL_HTTP_TIMED_OUT : KL_HTTP_BAD_REQUEST, status, &error);
}

/* A try begins where the request began. */
static void begin_try(kl_transfer *t, const kl_curl *curl, kl_curl_client *client)
{
    static const kl_guard careful = {.policy = KL_GUARD_REFUSE_PRIVATE};
    const kl_http_request *request = t->request;
    kl_duration timeout = request->timeout ? request->timeout : KL_HTTP_TIMEOUT;
    kl_error error = KL_ERROR_INIT;
    kl_url_clear(&t->url);
    t->is_get = t->strayed = false;
    t->guard = request->guard ? *request->guard : careful;
    t->deadline = timeout == KL_HTTP_NO_TIMEOUT ? KL_TIME_NONE : kl_clock_after(timeout);
    t->result->response.tries++;
    t->result->response.redirects = 0;
    kl_status status = kl_url_parse(&t->url, kl_as_text(t->first.text), &error);
    if (status != KL_OK) {
        fail(t, KL_HTTP_BAD_REQUEST, status, &error);
        return;
    }
    t->url.user = kl_value_retain(t->first.user);
    t->url.password = kl_value_retain(t->first.password);
    begin_exchange(t, curl, client);
}

static void follow(kl_transfer *t, const kl_curl *curl, kl_curl_client *client)
{
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_redirect_follow(t, &error);
    if (status == KL_OK)
        begin_exchange(t, curl, client);
    else
        fail(t, redirect_failure(status), status, &error);
}

static void finish_exchange(kl_transfer *t, const kl_curl *curl, kl_curl_client *client)
{
    kl_http_response *response = &t->result->response;
    kl_curl_exchange *exchange = &t->exchange;
    kl_value_replace(&t->cookies, kl_value_take(&exchange->cookies));
    response->version = exchange->version_used;
    if (exchange->fault != KL_CURL_FINE) {
        if (kl_retry_wanted(t, 0, 0))
            try_again(t, 0);
        else
            fail_exchange(t);
        return;
    }
    kl_error_clear(&t->why); /* another address of the host may have been refused */
    response->status_code = exchange->status_code;
    response->retry_after = kl_retry_after_of(kl_http_header_of(response, "retry-after"));
    if (kl_redirect_wanted(t, response->status_code))
        follow(t, curl, client);
    else if (kl_retry_wanted(t, response->status_code, response->retry_after))
        try_again(t, response->retry_after);
    else
        succeed(t);
}

void kl_transfer_step(kl_transfer *t, const kl_curl *curl, kl_curl_client *client)
{
    if (t->state == KL_TRANSFER_WAITING) {
        if (kl_clock_now() >= t->due)
            begin_try(t, curl, client);
        return;
    }
    if (t->state != KL_TRANSFER_RUNNING || !t->exchange.done)
        return;
    curl->end(client, &t->exchange);
    finish_exchange(t, curl, client);
}

static kl_status check(kl_transfer *t, kl_error *error)
{
    static const kl_guard careful = {.policy = KL_GUARD_REFUSE_PRIVATE};
    const kl_http_request *request = t->request;
    kl_status status = kl_url_parse(&t->first, request->url, error);
    if (status == KL_INVALID)
        kl_error_prefix(error, "invalid URL: ");
    KL_TRY(status);
    KL_TRY(kl_request_check(request, error));
    return kl_guard_check_host(request->guard ? request->guard : &careful, t->first.host, error);
}

void kl_transfer_begin(kl_transfer *t, const kl_http_request *request, kl_http_result *result)
{
    kl_error error = KL_ERROR_INIT;
    *t = (kl_transfer){.request = request, .result = result, .begin = kl_clock_now()};
    *result = (kl_http_result){0};
    uint64_t max = KL_MIN(body_max(t), SIZE_MAX / 4);
    t->body.limit = (size_t)max;
    t->cookies = request->jar ? kl_value_retain(*request->jar) : kl_null();
    t->state = KL_TRANSFER_WAITING;
    t->due = t->begin;
    kl_status status = check(t, &error);
    if (status != KL_OK)
        fail(t, status == KL_DENIED ? KL_HTTP_BLOCKED : KL_HTTP_BAD_REQUEST, status, &error);
}

void kl_transfer_stop(kl_transfer *t, const kl_curl *curl, kl_curl_client *client,
                      kl_status status, const char *message)
{
    kl_error error = KL_ERROR_INIT;
    if (t->state == KL_TRANSFER_ENDED)
        return;
    if (t->state == KL_TRANSFER_RUNNING)
        curl->end(client, &t->exchange);
    kl_error_set(&error, status, "%s", message);
    fail(t, KL_HTTP_STOPPED, status, &error);
}
