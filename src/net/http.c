/* src/net/http.c - sends requests: a place for each that is under way, and one thread for all. */
#include "cancel.h"
#include "clients.h"
#include "host.h"
#include "transfer.h"

typedef struct batch {
    const kl_http_request *requests;
    kl_http_result *results;
    size_t count, next; /* the first that has not begun */
    kl_transfer *places;
    size_t place_count;
    size_t busy; /* places whose transfer has not ended */
    const kl_curl *curl;
    kl_curl_client *client;
    const kl_http_watch *watch;
    kl_time next_check;
    kl_status (*on_result)(void *data, size_t index, kl_error *error);
    void *data;
} batch;

static void wake(void *data)
{
    batch *b = data;
    b->curl->wake(b->client);
}

/* ---- one round ----------------------------------------------------------------------------------- */

static kl_status check(batch *b, kl_error *error)
{
    const kl_http_watch *watch = b->watch;
    kl_time now = kl_clock_now();
    if (!watch)
        return KL_OK;
    if (kl_cancel_is_set(watch->cancel))
        return kl_cancel_check(watch->cancel, error);
    if (!watch->check || now < b->next_check)
        return KL_OK;
    b->next_check = now + KL_HTTP_PACE;
    return watch->check(watch->data, error);
}

static bool is_free(const kl_transfer *t) { return t->state == KL_TRANSFER_ENDED; }

static kl_status tell(batch *b, const kl_transfer *t, kl_error *error)
{
    if (!b->on_result)
        return KL_OK;
    return b->on_result(b->data, (size_t)(t->result - b->results), error);
}

/* Go on with a place, and with the requests that end at once in it. */
static kl_status step(batch *b, kl_transfer *t, kl_error *error)
{
    for (;;) {
        if (is_free(t)) {
            if (b->next == b->count)
                return KL_OK;
            kl_transfer_begin(t, &b->requests[b->next], &b->results[b->next]);
            b->next++;
            b->busy++;
        }
        if (!is_free(t))
            kl_transfer_step(t, b->curl, b->client);
        if (!is_free(t))
            return KL_OK;
        b->busy--;
        KL_TRY(tell(b, t, error));
    }
}

/* Until the next try is due, or the next check. */
static int pause_ms(const batch *b)
{
    kl_time until = kl_clock_now() + KL_MINUTE;
    if (b->watch && b->watch->check)
        until = KL_MIN(until, b->next_check);
    for (size_t i = 0; i < b->place_count; i++)
        if (b->places[i].state == KL_TRANSFER_WAITING)
            until = KL_MIN(until, b->places[i].due);
    kl_duration left = until - kl_clock_now();
    return left <= 0 ? 0 : (int)((left + KL_MILLISECOND - 1) / KL_MILLISECOND);
}

static kl_status go(batch *b, kl_error *error)
{
    for (;;) {
        KL_TRY(check(b, error));
        for (size_t i = 0; i < b->place_count; i++)
            KL_TRY(step(b, &b->places[i], error));
        if (b->busy == 0)
            return KL_OK;
        KL_TRY(b->curl->run(b->client, pause_ms(b), error));
    }
}

/* What is under way and what was to come ends as the whole does. */
static void stop(batch *b, kl_status status, const char *message)
{
    for (size_t i = 0; i < b->place_count; i++)
        kl_transfer_stop(&b->places[i], b->curl, b->client, status, message);
    for (; b->next < b->count; b->next++) {
        kl_http_result *result = &b->results[b->next];
        *result = (kl_http_result){.status = status, .response.failure = KL_HTTP_STOPPED};
        kl_error_set(&result->error, status, "%s", message);
    }
}

/* ---- all ----------------------------------------------------------------------------------------- */

static kl_status run(batch *b, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_cancel *cancel = b->watch ? b->watch->cancel : NULL;
    kl_cancel_watch watch = {.call = wake, .data = b};
    kl_cancel_watch_begin(cancel, &watch);
    void *token = kl_blocking_begin();
    kl_status status = go(b, &why);
    if (status != KL_OK)
        stop(b, status, kl_error_message(&why));
    kl_blocking_end(token);
    kl_cancel_watch_end(cancel, &watch);
    kl_error_move(error, &why);
    return status;
}

static kl_status begin(batch *b, size_t concurrency, kl_error *error)
{
    b->place_count = KL_MAX(KL_MIN(concurrency, b->count), (size_t)1);
    KL_TRY(kl_curl_load(&b->curl, error));
    b->places = kl_alloc(b->place_count * sizeof *b->places);
    if (!b->places)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < b->place_count; i++)
        b->places[i] = (kl_transfer){.state = KL_TRANSFER_ENDED};
    return kl_client_take(&b->client, b->curl, error);
}

static kl_status send_all(batch *b, size_t concurrency, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = begin(b, concurrency, &why);
    if (status == KL_OK) {
        status = run(b, &why);
        kl_client_put_back(b->client, b->curl);
    } else {
        b->place_count = 0;
        stop(b, status, kl_error_message(&why));
        for (size_t i = 0; i < b->count; i++)
            b->results[i].response.failure = KL_HTTP_NO_RESULT;
    }
    kl_free(b->places);
    kl_error_move(error, &why);
    return status;
}

kl_status kl_http_send_many(kl_http_result *results, const kl_http_request *requests, size_t count,
                            size_t concurrency, const kl_http_watch *watch,
                            kl_status (*on_result)(void *data, size_t index, kl_error *error),
                            void *data, kl_error *error)
{
    batch b = {.requests = requests, .results = results, .count = count, .watch = watch,
               .on_result = on_result, .data = data};
    return count ? send_all(&b, concurrency, error) : KL_OK;
}

kl_status kl_http_send(kl_http_response *out, const kl_http_request *request,
                       const kl_http_watch *watch, kl_error *error)
{
    kl_http_result result = {0};
    kl_error whole = KL_ERROR_INIT;
    batch b = {.requests = request, .results = &result, .count = 1, .watch = watch};
    kl_status status = send_all(&b, 1, &whole);
    *out = result.response;
    if (status != KL_OK) { /* carries what the copies in the results do not, such as a cause */
        kl_error_clear(&result.error);
        kl_error_move(error, &whole);
        return status;
    }
    kl_error_move(error, &result.error);
    return result.status;
}

/* ---- responses ----------------------------------------------------------------------------------- */

void kl_http_response_clear(kl_http_response *response)
{
    kl_value_release(response->headers);
    kl_value_release(response->body);
    kl_value_release(response->url);
    *response = (kl_http_response){0};
}

void kl_http_result_clear(kl_http_result *result)
{
    kl_http_response_clear(&result->response);
    kl_error_clear(&result->error);
    result->status = KL_OK;
}

kl_text kl_http_header_of(const kl_http_response *response, const char *name)
{
    for (size_t i = kl_array_len(response->headers); i >= 2; i -= 2)
        if (kl_text_is(kl_as_text(kl_array_at(response->headers, i - 2)), name))
            return kl_as_text(kl_array_at(response->headers, i - 1));
    return (kl_text){"", 0};
}

kl_status kl_http_headers_map(kl_value *out, const kl_http_response *response, kl_error *error)
{
    kl_value map, headers = response->headers;
    KL_TRY(kl_map_new(&map, kl_array_len(headers) / 2, error));
    for (size_t i = 0; i + 1 < kl_array_len(headers); i += 2) {
        kl_status status = kl_map_set_key(&map, kl_array_at(headers, i),
                                          kl_value_retain(kl_array_at(headers, i + 1)), error);
        if (status != KL_OK) {
            kl_value_release(map);
            return status;
        }
    }
    *out = map;
    return KL_OK;
}

kl_text kl_http_media_type(char buffer[128], const kl_http_response *response)
{
    kl_text value = kl_http_header_of(response, "content-type");
    size_t len = 0;
    for (size_t i = 0; i < value.len && len < 127 && value.data[i] != ';'; i++) {
        char c = value.data[i];
        if (c != ' ' && c != '\t')
            buffer[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    buffer[len] = '\0';
    return (kl_text){buffer, len};
}
