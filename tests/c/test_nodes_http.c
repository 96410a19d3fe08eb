/* The nodes that send requests, against a server on a thread of this process. */
#include "http_server.h"
#include "net/http.h"
#include "node_sweep.h"

static http_answer answer;
HTTP_SERVER_OF_GROUP(answer)

/* `text` with every @ replaced by the address of the server. */
static const char *at(const char *text)
{
    static char buffers[4][4096];
    static int turn;
    char *to = buffers[turn = (turn + 1) % 4];
    char address[64];
    size_t len = 0;
    snprintf(address, sizeof address, "http://127.0.0.1:%d", server.port);
    for (; *text; text++) {
        if (*text == '@')
            len += (size_t)snprintf(to + len, 4096 - len, "%s", address);
        else
            to[len++] = *text;
    }
    to[len] = '\0';
    return to;
}

static const char *header_of(const char *request, const char *name)
{
    static char value[512];
    char line[64];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *found = strcasestr(request, line);
    if (!found)
        return "";
    found += strlen(line);
    size_t len = strcspn(found, "\r");
    memcpy(value, found, len);
    value[len] = '\0';
    return value;
}

static bool answer(http_server *s, int socket, const char *request)
{
    const char *body = strstr(request, "\r\n\r\n") + 4;
    (void)s;
    if (strstr(request, " /json "))
        return http_say_body(socket, "200 OK", "content-type: application/json; charset=utf-8\r\n",
                             "{\"a\":[1,2.5]}");
    if (strstr(request, " /problem "))
        return http_say_body(socket, "400 Bad Request", "content-type: application/problem+json\r\n",
                             "{\"title\":\"no\"}");
    if (strstr(request, " /bad-json "))
        return http_say_body(socket, "200 OK", "content-type: application/json\r\n", "{\"a\":");
    if (strstr(request, " /latin1 "))
        return http_say_body(socket, "200 OK", "content-type: text/plain; charset=iso-8859-1\r\n",
                             "caf\xE9");
    if (strstr(request, " /broken "))
        return http_say_body(socket, "200 OK", "content-type: text/plain\r\n", "caf\xE9");
    if (strstr(request, " /image "))
        return http_say_body(socket, "200 OK", "content-type: image/png\r\n", "\x89PNG");
    if (strstr(request, " /untyped "))
        return http_say_body(socket, "200 OK", "", "plain");
    if (strstr(request, " /nothing"))
        return http_say(socket, "HTTP/1.1 204 No Content\r\n\r\n"), true;
    if (strstr(request, " /graphql "))
        return http_say_body(socket, "200 OK", "", "{\"data\":{\"a\":1}}");
    if (strstr(request, " /slow "))
        usleep(200000);
    return http_say_body(socket, "200 OK", "content-type: text/plain\r\n", body);
}

/* Body, status and the like of HTTPRequestNode as JSON, without what differs from run to run. */
static void responds(const char *inputs, const char *expected)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, "HTTPRequestNode", "{\"max_retries\":0}", at(inputs), &error);
    assert_string_equal(kl_error_message(&error), "");
    assert_int_equal(status, KL_OK);
    assert_true(kl_is(kl_map_get(out, KL_TEXT("elapsed_ms")), KL_KIND_INT));
    kl_map_remove(&out, KL_TEXT("elapsed_ms"), NULL);
    kl_map_remove(&out, KL_TEXT("headers"), NULL);
    kl_map_remove(&out, KL_TEXT("url"), NULL);
    assert_json(out, expected);
}

KL_TEST(bodies_are_what_their_type_says)
{
    KL_UNUSED_STATE;
    responds("{\"url\":\"@/json\"}", "{\"status_code\":200,\"body\":{\"a\":[1,2.5]},\"ok\":true}");
    responds("{\"url\":\"@/problem\"}",
             "{\"status_code\":400,\"body\":{\"title\":\"no\"},\"ok\":false}");
    responds("{\"url\":\"@/bad-json\"}", "{\"status_code\":200,\"body\":\"{\\\"a\\\":\",\"ok\":true}");
    responds("{\"url\":\"@/latin1\"}", "{\"status_code\":200,\"body\":\"caf\xC3\xA9\",\"ok\":true}");
    responds("{\"url\":\"@/broken\"}",
             "{\"status_code\":200,\"body\":\"caf\xEF\xBF\xBD\",\"ok\":true}");
    responds("{\"url\":\"@/image\"}", "{\"status_code\":200,\"body\":\"iVBORw==\",\"ok\":true}");
    responds("{\"url\":\"@/image\",\"response_format\":\"text\"}",
             "{\"status_code\":200,\"body\":\"\xEF\xBF\xBDPNG\",\"ok\":true}");
    responds("{\"url\":\"@/untyped\"}", "{\"status_code\":200,\"body\":\"plain\",\"ok\":true}");
    responds("{\"url\":\"@/untyped\",\"response_format\":\"bytes\"}",
             "{\"status_code\":200,\"body\":\"cGxhaW4=\",\"ok\":true}");
    responds("{\"url\":\"@/nothing\"}", "{\"status_code\":204,\"body\":\"\",\"ok\":true}");
    fails("HTTPRequestNode", NULL, at("{\"url\":\"@/untyped\",\"response_format\":\"json\"}"),
          at("node execution failed: HTTP GET @/untyped failed: the response is no JSON: "
             "unexpected character"));
}

KL_TEST(bodies_are_sent_as_they_are_given)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *inputs, *body, *type;
    } rows[] = {
        {"\"body\":{\"b\":1,\"a\":null}", "{\\\"b\\\":1,\\\"a\\\":null}", "application/json"},
        {"\"body\":[1]", "[1]", "application/json"},
        {"\"body\":5", "5", "application/json"},
        {"\"body\":\"text\"", "text", ""},
        {"\"body\":null", "", ""},
        {"\"json\":\"text\"", "\\\"text\\\"", "application/json"},
        {"\"json\":1,\"headers\":{\"Content-Type\":\"application/x\"}", "1", "application/x"},
        {"\"form\":{\"a\":\"b c\",\"d\":[1,2],\"n\":null}", "a=b+c&d=1&d=2",
         "application/x-www-form-urlencoded"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[512], expected[512];
        snprintf(inputs, sizeof inputs, "{\"url\":\"@/\",\"method\":\"post\",%s}", rows[i].inputs);
        snprintf(expected, sizeof expected, "{\"status_code\":200,\"body\":\"%s\",\"ok\":true}",
                 rows[i].body);
        responds(inputs, expected);
        assert_string_equal(header_of(http_last(&server), "content-type"), rows[i].type);
    }
    responds("{\"url\":\"@/nothing\",\"method\":\"PUT\",\"form\":{\"n\":5},\"files\":{\"f\":{"
             "\"content\":\"x\",\"filename\":\"a.txt\",\"content_type\":\"text/x\"},\"g\":[\"1\","
             "\"2\"]}}", "{\"status_code\":204,\"body\":\"\",\"ok\":true}");
    const char *last = http_last(&server);
    assert_non_null(strstr(last, "name=\"n\"\r\n\r\n5\r\n"));
    assert_non_null(strstr(last, "name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/x\r\n\r\nx\r\n"));
    assert_non_null(strstr(last, "name=\"g\"; filename=\"g\"\r\nContent-Type: "
                                 "application/octet-stream\r\n\r\n2\r\n"));
}

KL_TEST(what_stands_around_the_body)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *inputs, *line, *header, *value;
    } rows[] = {
        {"\"query_params\":{\"x\":\"a b&c\",\"y\":1,\"z\":[1,2],\"n\":null,\"t\":true}",
         "GET /nothing?x=a+b%26c&y=1&z=1&z=2&t=true ", "x", ""},
        {"\"params\":{\"x\":1}", "GET /nothing?x=1 ", "x", ""},
        {"\"method\":\"delete\"", "DELETE /nothing ", "x", ""},
        {"\"method\":\"HEAD\"", "HEAD /nothing ", "x", ""},
        {"\"headers\":{\"X-Num\":5,\"X-List\":[\"a\",\"b\"]}", "GET ", "x-num", "5"},
        {"\"headers\":{\"X-List\":[\"a\",\"b\"]}", "GET ", "x-list", "a"},
        {"\"auth\":{\"type\":\"basic\",\"username\":\"u\",\"password\":\"p\"}", "GET ",
         "authorization", "Basic dTpw"},
        {"\"auth\":{\"type\":\"bearer\",\"token\":\"t\"}", "GET ", "authorization", "Bearer t"},
        {"\"auth\":{\"type\":\"api_key\",\"key\":\"k\"}", "GET ", "x-api-key", "k"},
        {"\"auth\":{\"type\":\"api_key\",\"key\":\"k\",\"name\":\"X-K\",\"in\":\"header\"}", "GET ",
         "x-k", "k"},
        {"\"auth\":{\"type\":\"api_key\",\"key\":\"k v\",\"name\":\"q\",\"in\":\"query\"}",
         "GET /nothing?q=k+v ", "x", ""},
        {"\"cookies\":{\"a\":\"1\"}", "GET ", "cookie", "a=1"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[512];
        snprintf(inputs, sizeof inputs, "{\"url\":\"@/nothing\",%s}", rows[i].inputs);
        responds(inputs, "{\"status_code\":204,\"body\":\"\",\"ok\":true}");
        const char *last = http_last(&server);
        if (strncmp(last, rows[i].line, strlen(rows[i].line)) != 0)
            fail_msg("%s: %s", rows[i].inputs, last);
        assert_string_equal(header_of(last, rows[i].header), rows[i].value);
    }
    responds("{\"url\":\"@/nothing?q=1#top\",\"params\":{\"x\":1}}",
             "{\"status_code\":204,\"body\":\"\",\"ok\":true}");
    assert_non_null(strstr(http_last(&server), "GET /nothing?q=1&x=1 "));
}

KL_TEST(what_is_wrong_is_named)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *inputs, *message;
    } rows[] = {
        {"{}", "missing required input: url"},
        {"{\"url\":5}", "invalid input 'url': expected string, got 5"},
        {"{\"url\":\"ftp://h/\"}",
         "invalid input 'url': expected an http or https URL, got scheme 'ftp'"},
        {"{\"url\":\"\"}", "invalid input 'url': expected an http or https URL, got a malformed URL "
         "(relative URL without a base)"},
        {"{\"url\":\"@\",\"method\":\"TRACE\"}", "invalid input 'method': expected one of: GET, POST, "
         "PUT, PATCH, DELETE, HEAD, OPTIONS, got TRACE"},
        {"{\"url\":\"@\",\"headers\":{\"x y\":\"1\"}}",
         "invalid input 'headers': expected valid HTTP header name, got 'x y'"},
        {"{\"url\":\"@\",\"headers\":{\"x\":\"a\\nb\"}}", "invalid input 'headers': expected valid HTTP "
         "header value for 'x', got a control character"},
        {"{\"url\":\"@\",\"headers\":{\"x\":{}}}",
         "invalid input 'headers': expected string for header 'x', got object"},
        {"{\"url\":\"@\",\"headers\":[]}", "invalid input 'headers': expected object, got array"},
        {"{\"url\":\"@\",\"params\":{\"x\":{}}}", "invalid input 'params': 'x': a dict has no query "
         "form"},
        {"{\"url\":\"@\",\"params\":{},\"query_params\":{}}", "invalid input 'params': 'query_params' "
         "is given too, of which it is another name"},
        {"{\"url\":\"@\",\"body\":1,\"json\":2}",
         "invalid input 'json': 'body' is given too; a request has one body"},
        {"{\"url\":\"@\",\"body\":1,\"files\":{}}",
         "invalid input 'files': 'body' is given too; a request has one body"},
        {"{\"url\":\"@\",\"files\":{\"f\":{\"filename\":\"x\"}}}", "invalid input 'files': 'f': "
         "expected string, bytes or object {content, filename?, content_type?}, got another object"},
        {"{\"url\":\"@\",\"files\":{\"f\":5}}", "invalid input 'files': 'f': "
         "expected string, bytes or object {content, filename?, content_type?}, got integer"},
        {"{\"url\":\"@\",\"auth\":{}}", "missing required input: auth.type"},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"x\"}}", "invalid input 'auth.type': expected one of: "
         "basic, digest, bearer, api_key, got \"x\""},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"basic\",\"username\":\"u\"}}",
         "missing required input: auth.password"},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"bearer\",\"token\":5}}",
         "invalid input 'auth.token': expected string, got integer"},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"bearer\",\"token\":\"a\\r\\nb\"}}",
         "invalid input 'auth.token': expected text without control characters"},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"bearer\",\"token\":\"a\",\"user\":\"b\"}}",
         "invalid input 'auth': bearer authentication takes no 'user'"},
        {"{\"url\":\"@\",\"auth\":{\"type\":\"api_key\",\"key\":\"a\",\"in\":\"body\"}}",
         "invalid input 'auth.in': expected one of: header, query, got \"body\""},
        {"{\"url\":\"@\",\"cookies\":{\"a\":\"1; b=2\"}}", "invalid input 'cookies': expected valid "
         "name and value of a cookie, got cookie 'a'"},
        {"{\"url\":\"@\",\"cookies\":{\"a\":[]}}",
         "invalid input 'cookies': expected string for cookie 'a', got array"},
        {"{\"url\":\"@\",\"response_format\":\"xml\"}", "invalid input 'response_format': expected one "
         "of: auto, json, text, bytes, got \"xml\""},
        {"{\"url\":\"@\",\"timeout_ms\":0}", "invalid input 'timeout_ms': expected non-negative integer "
         "from 1 to 86400000, got 0"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("HTTPRequestNode", NULL, at(rows[i].inputs), rows[i].message);
    fails("HTTPRequestNode", "{\"max_retries\":\"x\"}", "{}",
          "max_retries: expected non-negative integer from 0 to 1000, got \"x\"");
    fails("HTTPRequestNode", "{\"zz\":1}", "{}", "unknown key 'zz'");
}

KL_TEST(failures_tell_method_and_url_without_secrets)
{
    KL_UNUSED_STATE;
    fails("HTTPRequestNode", "{\"max_retries\":0}", "{\"url\":\"http://u:p@169.254.169.254/x?token=1\"}",
          "node execution failed: HTTP GET http://***@169.254.169.254/x?token=*** failed: SSRF "
          "blocked: 169.254.169.254 is a metadata address");
    fails("HTTPRequestNode", "{\"allow_private\":false}", at("{\"url\":\"@/\",\"method\":\"POST\"}"),
          at("node execution failed: HTTP POST @/ failed: SSRF blocked: 127.0.0.1 is a loopback "
             "address"));
    fails("HTTPRequestNode", "{\"max_retries\":0,\"timeout_ms\":50}", at("{\"url\":\"@/slow\"}"),
          at("node execution failed: HTTP GET @/slow failed: timed out after 50ms"));
    fails("HTTPRequestNode", "{\"max_response_bytes\":3}", at("{\"url\":\"@/json\"}"),
          at("node execution failed: HTTP GET @/json failed: resource limit exceeded: response_size "
             "(limit: 3 bytes)"));
}

/* Results without the times. */
static void batch_gives(const char *config, const char *inputs, const char *expected)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = run_node(&out, "HTTPBatchNode", config, at(inputs), &error);
    assert_string_equal(kl_error_message(&error), "");
    assert_int_equal(status, KL_OK);
    kl_value results = kl_value_retain(kl_map_get(out, KL_TEXT("results")));
    kl_map_remove(&out, KL_TEXT("results"), NULL);
    kl_map_remove(&out, KL_TEXT("total_elapsed_ms"), NULL);
    kl_value *items = kl_array_edit(&results, NULL);
    for (size_t i = 0; i < kl_array_len(results); i++)
        kl_map_remove(&items[i], KL_TEXT("elapsed_ms"), NULL);
    kl_map_set(&out, KL_TEXT("results"), results, NULL);
    assert_json(out, expected);
}

KL_TEST(a_batch_tells_of_each_request)
{
    KL_UNUSED_STATE;
    batch_gives(NULL, "{\"requests\":[]}", "{\"success_count\":0,\"error_count\":0,\"results\":[]}");
    batch_gives(NULL,
                "{\"requests\":[{\"url\":\"@/json\"},5,{\"id\":\"x\"},{\"id\":7,\"url\":\"ftp://h/\"},"
                "{\"url\":\"@/\",\"method\":\"ZZ\"},{\"url\":5},{\"url\":\"@/\",\"retries\":5},"
                "{\"id\":\"p\",\"url\":\"@/\",\"method\":\"post\",\"body\":\"hi\"},"
                "{\"id\":\"q\",\"url\":\"@/problem\"},{\"url\":\"http://169.254.1.1/\"}]}",
                "{\"success_count\":3,\"error_count\":7,\"results\":["
                "{\"id\":\"\",\"status_code\":200,\"body\":{\"a\":[1,2.5]}},"
                "{\"id\":\"\",\"error\":\"expected object, got integer\"},"
                "{\"id\":\"x\",\"error\":\"missing url\"},"
                "{\"id\":7,\"error\":\"invalid input 'url': expected an http or https URL, got scheme "
                "'ftp'\"},"
                "{\"id\":\"\",\"error\":\"unsupported method: ZZ\"},"
                "{\"id\":\"\",\"error\":\"invalid input 'url': expected string, got integer\"},"
                "{\"id\":\"\",\"error\":\"unknown key 'retries'\"},"
                "{\"id\":\"p\",\"status_code\":200,\"body\":\"hi\"},"
                "{\"id\":\"q\",\"status_code\":400,\"body\":{\"title\":\"no\"}},"
                "{\"id\":\"\",\"error\":\"request failed: SSRF blocked: 169.254.1.1 is a link-local "
                "address\"}]}");
    batch_gives("{\"response_format\":\"json\"}", "{\"requests\":[{\"url\":\"@/latin1\"}]}",
                "{\"success_count\":1,\"error_count\":0,\"results\":[{\"id\":\"\",\"error\":\"the "
                "response is no JSON: unexpected character\"}]}");
    fails("HTTPBatchNode", NULL, "{}", "missing required input: requests");
    fails("HTTPBatchNode", NULL, "{\"requests\":5}", "invalid input 'requests': expected array, got 5");
    fails("HTTPBatchNode", "{\"concurrency\":0}", "{\"requests\":[]}",
          "concurrency: expected non-negative integer from 1 to 1000, got 0");
}

KL_TEST(failed_allocations_are_told)
{
    KL_UNUSED_STATE;
    char tcp[128];
    survives_failed_allocations("HTTPRequestNode", "{\"max_retries\":0}",
                                at("{\"url\":\"@/\",\"method\":\"post\",\"form\":{\"a\":1},\"headers\":{"
                                   "\"x\":1},\"params\":{\"q\":[1]},\"cookies\":{\"c\":\"d\"},\"auth\":{"
                                   "\"type\":\"api_key\",\"key\":\"k\",\"in\":\"query\"}}"));
    survives_failed_allocations("HTTPRequestNode", "{\"max_retries\":0}",
                                at("{\"url\":\"@/json\",\"method\":\"put\",\"files\":{\"a\":\"1\"}}"));
    survives_failed_allocations("GraphQLNode", at("{\"endpoint\":\"@/graphql\"}"),
                                "{\"query\":\"{a}\",\"operation_name\":\"b\"}");
    survives_failed_allocations("GraphQLNode", at("{\"endpoint\":\"@/graphql\",\"persisted_queries\":true}"),
                                "{\"query\":\"{a}\",\"variables\":{\"c\":1}}");
    survives_failed_allocations("GraphQLNode", at("{\"endpoint\":\"@/graphql\"}"),
                                "{\"query\":\"{a}\",\"files\":{\"variables.a.b\":\"x\"}}");
    survives_failed_allocations("RateLimitedAPINode", "{\"limiter_key\":\"sweep\"}",
                                at("{\"url\":\"@/\",\"body\":{}}"));
    survives_failed_allocations("HealthCheckNode", "{\"concurrency\":1}",
                                at("{\"targets\":[{\"url\":\"@/\",\"expect\":{\"body_contains\":\"\"}}]}"));
    survives_failed_allocations("HealthCheckNode", NULL,
                                "{\"targets\":[{\"type\":\"dns\",\"host\":\"127.0.0.1\"}]}");
    snprintf(tcp, sizeof tcp, "{\"targets\":[{\"type\":\"tcp\",\"host\":\"127.0.0.1\",\"port\":%d}]}",
             server.port);
    survives_failed_allocations("HealthCheckNode", NULL, tcp);
    survives_failed_allocations("WebScrapingNode", NULL,
                                at("{\"url\":\"@/json\",\"selector\":\"body\",\"extract\":[\"html\",\"id\"]}"));
    survives_failed_allocations("WebScrapingNode", NULL,
                                "{\"html\":\"<p>a\",\"selectors\":{\"a\":\"p\",\"b\":{\"selector\":\"b\"}}}");
    survives_failed_allocations("HTTPBatchNode", NULL,
                                at("{\"requests\":[{\"url\":\"@/json\"},{\"url\":\"@/\",\"json\":{}}]}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_are_what_their_type_says),
        cmocka_unit_test(bodies_are_sent_as_they_are_given),
        cmocka_unit_test(what_stands_around_the_body),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(failures_tell_method_and_url_without_secrets),
        cmocka_unit_test(a_batch_tells_of_each_request),
        cmocka_unit_test(failed_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
