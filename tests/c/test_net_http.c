/* Requests over HTTP against a server on a thread of this process. */
#include "sweep.h"
#include "http_server.h"
#include "buffer.h"
#include "cancel.h"
#include "net/http.h"

static const kl_guard local = {.policy = KL_GUARD_ALLOW_LOOPBACK};
static http_answer answer;
HTTP_SERVER_OF_GROUP(answer)

static kl_text url_of(const char *path)
{
    static char text[4][512];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(text[turn], sizeof text[turn], "http://127.0.0.1:%d%s", server.port, path);
    return kl_text_from(text[turn]);
}

static bool starts(const char *request, const char *line) { return !strncmp(request, line, strlen(line)); }

static bool answer(http_server *s, int socket, const char *request)
{
    static int flaky;
    char headers[512];
    const char *body = strstr(request, "\r\n\r\n") + 4;
    if (strstr(request, " /echo "))
        return http_say_body(socket, "200 OK", "X-Two: a\r\nx-two: b\r\nX-Empty:\r\n", body);
    if (strstr(request, " /missing "))
        return http_say_body(socket, "404 Not Found", "", "no");
    if (strstr(request, " /short "))
        return http_say(socket, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), false;
    if (strstr(request, " /reset "))
        return false;
    if (strstr(request, " /junk "))
        return http_say(socket, "this is no HTTP\r\n\r\n"), false;
    if (strstr(request, " /large "))
        return http_say_body(socket, "200 OK", "", "0123456789");
    if (strstr(request, " /hang ")) {
        while (!__atomic_load_n(&s->stopping, __ATOMIC_ACQUIRE)) {
            struct pollfd wait = {socket, POLLIN, 0};
            char byte;
            if (poll(&wait, 1, 20) > 0 && recv(socket, &byte, 1, 0) <= 0)
                return false;
        }
        return false;
    }
    if (strstr(request, " /flaky "))
        return __atomic_add_fetch(&flaky, 1, __ATOMIC_RELAXED) % 3 ? http_say_body(socket, "503 Busy", "", "busy")
                           : http_say_body(socket, "200 OK", "", "fine");
    if (strstr(request, " /later "))
        return http_say_body(socket, "429 Slow", "retry-after: 7200\r\n", "later");
    if (strstr(request, " /loop "))
        return http_say_body(socket, "302 Found", "location: /loop\r\n", "");
    if (strstr(request, " /home "))
        return http_say_body(socket, "303 See Other", "location: echo\r\n", "");
    if (strstr(request, " /kept "))
        return http_say_body(socket, "307 Temporary", "location: /echo\r\n", "");
    if (strstr(request, " /away ")) {
        snprintf(headers, sizeof headers, "location: http://127.0.0.1:%d/echo\r\n", s->port + 1);
        return http_say_body(socket, "302 Found", headers, "");
    }
    if (strstr(request, " /nowhere "))
        return http_say_body(socket, "302 Found", "location: ftp://x/\r\n", "");
    if (strstr(request, " /cookie "))
        return http_say_body(socket, "200 OK", "set-cookie: a=1\r\nset-cookie: b=2\r\n", "");
    return http_say_body(socket, "200 OK", "content-type: Text/Plain; charset=utf-8\r\n", "hello");
}

/* Send; `expected` is the body, or the failure's text when it begins with '!'. */
static void sends(kl_http_request request, int status_code, const char *expected)
{
    kl_http_response response;
    kl_error error = KL_ERROR_INIT;
    request.guard = request.guard ? request.guard : &local;
    kl_status status = kl_http_send(&response, &request, NULL, &error);
    if (*expected == '!') {
        assert_int_not_equal(status, KL_OK);
        assert_int_not_equal(response.failure, KL_HTTP_FINE);
        assert_string_equal(kl_error_message(&error), expected + 1);
    } else {
        assert_string_equal(kl_error_message(&error), "");
        assert_int_equal(status, KL_OK);
        assert_int_equal(response.failure, KL_HTTP_FINE);
        assert_string_equal(kl_as_text(response.body).data, expected);
    }
    assert_int_equal(response.status_code, status_code);
    kl_error_clear(&error);
    kl_http_response_clear(&response);
}

KL_TEST(a_request_and_its_response)
{
    KL_UNUSED_STATE;
    const kl_http_header headers[] = {{.name = KL_TEXT("X-One"), .value = KL_TEXT("1")},
                                             {.name = KL_TEXT("x-one"), .value = KL_TEXT("2")},
                                             {.name = KL_TEXT("X-None"), .value = KL_TEXT("")}};
    kl_http_request request = {.method = KL_TEXT("POST"), .url = url_of("/echo"), .headers = headers,
                               .header_count = 3, .body = KL_TEXT("some text"), .guard = &local};
    kl_http_response response;
    assert_int_equal(kl_http_send(&response, &request, NULL, NULL), KL_OK);
    assert_int_equal(response.status_code, 200);
    assert_int_equal(response.version, 11);
    assert_int_equal(response.tries, 1);
    assert_true(response.elapsed > 0);
    assert_true(kl_text_equal(kl_as_text(response.url), request.url));
    assert_string_equal(kl_as_text(response.body).data, "some text");
    assert_true(kl_text_is(kl_http_header_of(&response, "x-two"), "b"));
    assert_json(kl_value_retain(response.headers),
                "[\"content-length\",\"9\",\"x-two\",\"a\",\"x-two\",\"b\",\"x-empty\",\"\"]");
    kl_value map;
    assert_int_equal(kl_http_headers_map(&map, &response, NULL), KL_OK);
    assert_json(map, "{\"content-length\":\"9\",\"x-two\":\"b\",\"x-empty\":\"\"}");
    assert_true(starts(http_last(&server), "POST /echo HTTP/1.1\r\n"));
    assert_non_null(strstr(http_last(&server), "\r\nx-one: 1\r\nx-one: 2\r\nx-none:\r\n"));
    assert_non_null(strstr(http_last(&server), "\r\nuser-agent: kailash/"));
    assert_null(strcasestr(http_last(&server), "content-type"));
    assert_null(strcasestr(http_last(&server), "expect"));
    kl_http_response_clear(&response);
}

KL_TEST(methods_and_bodies)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *method, *body, *line, *length;
    } rows[] = {
        {"", NULL, "GET /echo ", NULL}, {"GET", "x", "GET /echo ", "1"},
        {"DELETE", NULL, "DELETE /echo ", NULL}, {"POST", NULL, "POST /echo ", "0"},
        {"PUT", "xy", "PUT /echo ", "2"}, {"PATCH", "", "PATCH /echo ", "0"},
        {"OPTIONS", NULL, "OPTIONS /echo ", NULL}, {"PROPFIND", "abc", "PROPFIND /echo ", "3"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char length[64];
        kl_http_request request = {.method = kl_text_from(rows[i].method), .url = url_of("/echo")};
        if (rows[i].body)
            request.body = kl_text_from(rows[i].body);
        sends(request, 200, rows[i].body ? rows[i].body : "");
        assert_true(starts(http_last(&server), rows[i].line));
        snprintf(length, sizeof length, "content-length: %s\r\n", rows[i].length ? rows[i].length : "");
        assert_int_equal(strcasestr(http_last(&server), "content-length") != NULL, rows[i].length != NULL);
        if (rows[i].length)
            assert_non_null(strcasestr(http_last(&server), length));
    }
}

KL_TEST(statuses_are_no_failures)
{
    KL_UNUSED_STATE;
    sends((kl_http_request){.url = url_of("/missing")}, 404, "no");
    char type[128];
    kl_http_response response;
    kl_http_request request = {.url = url_of("/"), .guard = &local};
    assert_int_equal(kl_http_send(&response, &request, NULL, NULL), KL_OK);
    assert_true(kl_text_is(kl_http_media_type(type, &response), "text/plain"));
    kl_http_response_clear(&response);
}

KL_TEST(failures_are_told)
{
    KL_UNUSED_STATE;
    const kl_http_header split[] = {{.name = KL_TEXT("x"), .value = KL_TEXT("a\r\nb: c")}};
    const kl_http_header unnamed[] = {{.name = KL_TEXT("x y"), .value = KL_TEXT("")}};
    sends((kl_http_request){.url = KL_TEXT("nothing")}, 0, "!invalid URL: expected an http or https "
          "URL, got a malformed URL (relative URL without a base)");
    sends((kl_http_request){.url = url_of("/"), .headers = split, .header_count = 1}, 0,
          "!invalid request: header 'x': the value holds a control character");
    sends((kl_http_request){.url = url_of("/"), .headers = unnamed, .header_count = 1}, 0,
          "!invalid request: 'x y' is no name of a header");
    sends((kl_http_request){.url = url_of("/"), .method = KL_TEXT("GET / HTTP/1.1\r\nx: y")}, 0,
          "!invalid request: 'GET / HTTP/1.1\r\nx: y' is no method");
    sends((kl_http_request){.url = url_of("/"), .cookie = KL_TEXT("a=b\n")}, 0,
          "!invalid request: cookie holds a control character");
    sends((kl_http_request){.url = url_of("/"), .ca_file = {"a\0b", 3}}, 0,
          "!invalid request: ca_file holds a control character");
    sends((kl_http_request){.url = url_of("/large"), .response_max = 9}, 200,
          "!resource limit exceeded: response_size (limit: 9 bytes)");
    sends((kl_http_request){.url = url_of("/large"), .response_max = 10}, 200, "0123456789");
    sends((kl_http_request){.url = url_of("/short")}, 200,
          "!connection error: transfer closed with 7 bytes remaining to read");
    sends((kl_http_request){.url = url_of("/reset")}, 0, "!connection error: Empty reply from server");
    sends((kl_http_request){.url = url_of("/junk")}, 0,
          "!connection error: Received HTTP/0.9 when not allowed");
    sends((kl_http_request){.url = url_of("/hang"), .timeout = 50 * KL_MILLISECOND}, 0,
          "!timed out after 50ms");
}

KL_TEST(the_guard_stands_before_names_and_addresses)
{
    KL_UNUSED_STATE;
    static const kl_guard careful = {.policy = KL_GUARD_REFUSE_PRIVATE};
    static const kl_guard inside = {.policy = KL_GUARD_ALLOW_INTERNAL};
    int before = http_connections(&server);
    char text[64];
    sends((kl_http_request){.url = url_of("/"), .guard = &careful}, 0,
          "!SSRF blocked: 127.0.0.1 is a loopback address");
    snprintf(text, sizeof text, "http://0x7f.1:%d/", server.port);
    sends((kl_http_request){.url = kl_text_from(text), .guard = &inside}, 0,
          "!SSRF blocked: 127.0.0.1 is a loopback address");
    assert_int_equal(http_connections(&server), before);
}

/* A connection that one guard let pass is not there for another. */
KL_TEST(a_kept_connection_is_checked_again)
{
    KL_UNUSED_STATE;
    char text[64];
    kl_guard narrow;
    kl_value networks = json("[\"127.0.0.2/32\"]");
    assert_int_equal(kl_guard_init(&narrow, KL_TEXT("allow_loopback"), networks, kl_null(), NULL),
                     KL_OK);
    snprintf(text, sizeof text, "http://localhost:%d/echo", server.port);
    sends((kl_http_request){.url = kl_text_from(text)}, 200, "");
    int before = http_connections(&server);
    sends((kl_http_request){.url = kl_text_from(text)}, 200, "");
    assert_int_equal(http_connections(&server), before); /* it was kept */
    sends((kl_http_request){.url = kl_text_from(text), .guard = &narrow}, 0,
          "!SSRF blocked: 127.0.0.1 is a loopback address outside of the networks that are allowed");
    assert_int_equal(http_connections(&server), before);
    kl_guard_clear(&narrow);
    kl_value_release(networks);
}

KL_TEST(redirects)
{
    KL_UNUSED_STATE;
    static const kl_guard both = {.policy = KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK};
    kl_http_request post = {.method = KL_TEXT("POST"), .url = url_of("/home"), .body = KL_TEXT("x")};
    sends(post, 200, "");
    assert_true(starts(http_last(&server), "GET /echo "));
    post.url = url_of("/kept");
    sends(post, 200, "x");
    assert_true(starts(http_last(&server), "POST /echo "));
    post.redirects = KL_HTTP_REDIRECTS_NEVER;
    sends(post, 307, "");
    sends((kl_http_request){.url = url_of("/loop")}, 302, "!redirect refused: more than 10 redirects");
    sends((kl_http_request){.url = url_of("/loop"), .redirects_max = 2}, 302,
          "!redirect refused: more than 2 redirects");
    sends((kl_http_request){.url = url_of("/away"), .guard = &both}, 302,
          "!redirect refused: SSRF blocked: 127.0.0.1 is a loopback address");
    sends((kl_http_request){.url = url_of("/away"), .redirects = KL_HTTP_REDIRECTS_STRICT}, 302,
          "!redirect refused: SSRF blocked: only the same host and port may be redirected to");
    sends((kl_http_request){.url = url_of("/nowhere")}, 302,
          "!redirect refused: expected an http or https URL, got scheme 'ftp'");
}

KL_TEST(retries)
{
    KL_UNUSED_STATE;
    kl_http_request request = {.url = url_of("/flaky"),
                               .retry = {.max = 3, .on = KL_HTTP_RETRY_GATEWAY,
                                         .delay = KL_MILLISECOND}};
    kl_http_response response;
    request.guard = &local;
    assert_int_equal(kl_http_send(&response, &request, NULL, NULL), KL_OK);
    assert_int_equal(response.status_code, 200);
    assert_int_equal(response.tries, 3);
    assert_string_equal(kl_as_text(response.body).data, "fine");
    kl_http_response_clear(&response);
    request.method = KL_TEXT("POST"); /* may have done its work already */
    sends(request, 503, "busy");
    request.retry.any_method = true;
    sends(request, 200, "fine");
    request.url = url_of("/later"); /* asks for more patience than delay_max */
    request.retry.on = KL_HTTP_RETRY_RATE;
    sends(request, 429, "later");
}

KL_TEST(credentials)
{
    KL_UNUSED_STATE;
    char text[128];
    sends((kl_http_request){.url = url_of("/echo"), .auth = KL_HTTP_BASIC, .user = KL_TEXT("u"),
                            .password = KL_TEXT("p")}, 200, "");
    assert_non_null(strstr(http_last(&server), "Authorization: Basic dTpw\r\n"));
    sends((kl_http_request){.url = url_of("/echo"), .auth = KL_HTTP_BEARER,
                            .password = KL_TEXT("tok")}, 200, "");
    assert_non_null(strstr(http_last(&server), "authorization: Bearer tok\r\n"));
    snprintf(text, sizeof text, "http://u:p@127.0.0.1:%d/echo", server.port);
    sends((kl_http_request){.url = kl_text_from(text)}, 200, "");
    assert_non_null(strstr(http_last(&server), "Authorization: Basic dTpw\r\n"));
    sends((kl_http_request){.url = url_of("/echo"), .cookie = KL_TEXT("a=1; b=2")}, 200, "");
    assert_non_null(strcasestr(http_last(&server), "cookie: a=1; b=2\r\n"));
}

KL_TEST(a_jar_keeps_cookies)
{
    KL_UNUSED_STATE;
    kl_value jar = kl_null();
    sends((kl_http_request){.url = url_of("/cookie"), .jar = &jar}, 200, "");
    assert_int_equal(kl_array_len(jar), 2);
    sends((kl_http_request){.url = url_of("/echo"), .jar = &jar}, 200, "");
    const char *cookie = strstr(http_last(&server), "Cookie: ");
    assert_non_null(cookie); /* in any order */
    assert_true(starts(cookie, "Cookie: a=1; b=2\r\n") || starts(cookie, "Cookie: b=2; a=1\r\n"));
    sends((kl_http_request){.url = url_of("/echo")}, 200, "");
    assert_null(strcasestr(http_last(&server), "cookie"));
    kl_value_release(jar);
}

KL_TEST(forms)
{
    KL_UNUSED_STATE;
    const kl_http_part parts[] = {
        {.name = KL_TEXT("a\"b"), .data = KL_TEXT("1")},
        {.name = KL_TEXT("f"), .data = KL_TEXT("x\r\ny"), .filename = KL_TEXT("n.txt"),
         .content_type = KL_TEXT("text/plain")},
    };
    kl_http_request request = {.method = KL_TEXT("POST"), .url = url_of("/echo"), .parts = parts,
                               .part_count = 2, .guard = &local};
    kl_http_response response;
    assert_int_equal(kl_http_send(&response, &request, NULL, NULL), KL_OK);
    const char *head = strstr(http_last(&server), "content-type: multipart/form-data; boundary=");
    char boundary[33] = "", expected[512];
    assert_non_null(head);
    memcpy(boundary, head + 44, 32);
    snprintf(expected, sizeof expected,
             "--%s\r\nContent-Disposition: form-data; name=\"a%%22b\"\r\n\r\n1\r\n--%s\r\n"
             "Content-Disposition: form-data; name=\"f\"; filename=\"n.txt\"\r\n"
             "Content-Type: text/plain\r\n\r\nx\r\ny\r\n--%s--\r\n", boundary, boundary, boundary);
    assert_string_equal(kl_as_text(response.body).data, expected);
    kl_http_response_clear(&response);
}

static kl_status gather(void *data, const kl_http_response *response, kl_text part, kl_error *error)
{
    (void)error;
    assert_int_equal(response->status_code, 200);
    kl_buffer_add(data, part);
    return KL_OK;
}

static kl_status give_up(void *data, const kl_http_response *response, kl_text part, kl_error *error)
{
    (void)data, (void)response, (void)part;
    return kl_error_set(error, KL_STATE, "enough");
}

KL_TEST(bodies_come_and_go_in_parts)
{
    KL_UNUSED_STATE;
    kl_buffer got = KL_BUFFER_INIT;
    kl_text_source source = KL_TEXT_SOURCE(KL_TEXT("from a source"));
    sends((kl_http_request){.method = KL_TEXT("PUT"), .url = url_of("/echo"), .source = &source.source,
                            .source_len = 13, .on_body = gather, .data = &got}, 200, "");
    assert_true(kl_text_is(kl_buffer_text(&got), "from a source"));
    kl_buffer_free(&got);
    sends((kl_http_request){.url = url_of("/large"), .on_body = give_up}, 200, "!enough");
}

KL_TEST(many_at_once)
{
    KL_UNUSED_STATE;
    enum { COUNT = 40 };
    kl_http_request requests[COUNT];
    kl_http_result results[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        requests[i] = (kl_http_request){.url = i % 4 ? url_of("/large") : KL_TEXT("x:"),
                                        .guard = &local};
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/large", server.port);
    for (size_t i = 0; i < COUNT; i++)
        if (i % 4)
            requests[i].url = kl_text_from(url);
    assert_int_equal(kl_http_send_many(results, requests, COUNT, 1, NULL, NULL, NULL, NULL), KL_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(results[i].status, i % 4 ? KL_OK : KL_INVALID);
        assert_string_equal(kl_as_text(results[i].response.body).data, i % 4 ? "0123456789" : "");
        kl_http_result_clear(&results[i]);
    }
}

static void *cancel_soon(void *token)
{
    usleep(30000);
    kl_cancel_set(token, KL_CANCELLED, kl_null());
    return NULL;
}

static kl_status refuse_at_once(void *data, kl_error *error)
{
    (void)data;
    return kl_error_set(error, KL_CANCELLED, "the run is over");
}

KL_TEST(whoever_waits_can_be_stopped)
{
    KL_UNUSED_STATE;
    kl_cancel *token;
    pthread_t thread;
    assert_int_equal(kl_cancel_new(&token, NULL, NULL), KL_OK);
    kl_http_watch watch = {.cancel = token};
    kl_http_request request = {.url = url_of("/hang"), .guard = &local};
    kl_http_response response;
    kl_time begin = kl_clock_now();
    pthread_create(&thread, NULL, cancel_soon, token);
    assert_int_equal(kl_http_send(&response, &request, &watch, NULL), KL_CANCELLED);
    assert_int_equal(response.failure, KL_HTTP_STOPPED);
    assert_true(kl_clock_now() - begin < 5 * KL_SECOND);
    kl_http_response_clear(&response);
    pthread_join(thread, NULL);
    kl_cancel_release(token);
    kl_error error = KL_ERROR_INIT;
    kl_http_watch checked = {.check = refuse_at_once};
    assert_int_equal(kl_http_send(&response, &request, &checked, &error), KL_CANCELLED);
    assert_string_equal(kl_error_message(&error), "the run is over");
    kl_error_clear(&error);
    kl_http_response_clear(&response);
}

static kl_status post_a_form(void *data)
{
    (void)data;
    const kl_http_part parts[] = {{.name = KL_TEXT("a"), .data = KL_TEXT("1")}};
    const kl_http_header headers[] = {{.name = KL_TEXT("x"), .value = KL_TEXT("y")}};
    kl_value jar = kl_null();
    kl_http_request request = {.method = KL_TEXT("POST"), .url = url_of("/home"), .parts = parts,
                               .part_count = 1, .headers = headers, .header_count = 1,
                               .guard = &local, .auth = KL_HTTP_BASIC, .user = KL_TEXT("u"),
                               .password = KL_TEXT("p"), .jar = &jar};
    kl_http_response response;
    kl_error error = KL_ERROR_INIT;
    kl_status status = kl_http_send(&response, &request, NULL, &error);
    if (status != KL_OK && status != KL_NO_MEMORY)
        print_error("%s\n", kl_error_message(&error));
    kl_error_clear(&error);
    kl_http_response_clear(&response);
    kl_value_release(jar);
    return status;
}

KL_TEST(failed_allocations_are_told)
{
    KL_UNUSED_STATE;
    post_a_form(NULL);
    assert_true(sweep(post_a_form, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_and_its_response),
        cmocka_unit_test(methods_and_bodies),
        cmocka_unit_test(statuses_are_no_failures),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(the_guard_stands_before_names_and_addresses),
        cmocka_unit_test(a_kept_connection_is_checked_again),
        cmocka_unit_test(redirects),
        cmocka_unit_test(retries),
        cmocka_unit_test(credentials),
        cmocka_unit_test(a_jar_keeps_cookies),
        cmocka_unit_test(forms),
        cmocka_unit_test(bodies_come_and_go_in_parts),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(whoever_waits_can_be_stopped),
        cmocka_unit_test(failed_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
