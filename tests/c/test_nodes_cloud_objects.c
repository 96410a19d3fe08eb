/* CloudNode and objects where memory ends, and the requests it sends. Who checks its signatures:
 * tests/python/test_nodes_cloud_objects.py. */
#include "http_server.h"
#include "net/http.h"
#include "node_sweep.h"

static http_answer answer;
HTTP_SERVER_OF_GROUP(answer)

#define PAGE(more)                                                                                 \
    "<ListBucketResult><EncodingType>url</EncodingType>" more                                      \
    "<Contents><Key>a+b</Key><Size>1</Size><ETag>e</ETag></Contents>"                              \
    "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>"

static bool answer(http_server *self, int socket, const char *request)
{
    (void)self;
    if (strstr(request, "continuation-token=t"))
        return http_say_body(socket, "200 OK", "", PAGE(""));
    if (strstr(request, "list-type=2"))
        return http_say_body(socket, "200 OK", "",
                             PAGE("<IsTruncated>true</IsTruncated>"
                                  "<NextContinuationToken>t</NextContinuationToken>"));
    if (strstr(request, "/none "))
        return http_say_body(socket, "404 Not Found", "",
                             "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>");
    if (strncmp(request, "HEAD ", 5) == 0) {
        http_say(socket, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\netag: \"e\"\r\nx-amz-meta-a: b\r\n"
                         "x-amz-version-id: v\r\n\r\n");
        return true;
    }
    return http_say_body(socket, "200 OK",
                         "etag: \"e\"\r\nx-amz-meta-a: b\r\nx-amz-version-id: v\r\n", "content");
}

/* Config and where the server is. */
static const char *config(void)
{
    static char text[512];
    snprintf(text, sizeof text,
             "{\"base_url\":\"http://127.0.0.1:%d\",\"access_key_id\":\"id\","
             "\"secret_access_key\":\"secret\",\"session_token\":\"token\"}", server.port);
    return text;
}

#define NOTHING                                                                                    \
    "\"content_type\":null,\"content_encoding\":null,\"content_range\":null,\"etag\":\"e\","       \
    "\"last_modified\":null,\"storage_class\":null,\"version_id\":\"v\",\"metadata\":{\"a\":\"b\"}"

KL_TEST(objects_are_told_in_full)
{
    KL_UNUSED_STATE;
    gives("CloudNode", config(), "{\"operation\":\"head_object\",\"bucket\":\"b\",\"key\":\"a b\"}",
          "{\"result\":{\"content_length\":7," NOTHING "},\"status\":\"200\","
          "\"message\":\"inspected object a b of b\",\"provider\":\"generic\"}");
    assert_non_null(strstr(http_last(&server), "HEAD /b/a%20b HTTP/1.1\r\n"));
    assert_non_null(strstr(http_last(&server), "x-amz-security-token: token\r\n"));
    assert_null(strstr(http_last(&server), "secret\r\n"));
    gives("CloudNode", config(), "{\"operation\":\"list_objects\",\"bucket\":\"b\"}",
          "{\"result\":{\"objects\":["
          "{\"key\":\"a b\",\"size\":1,\"etag\":\"e\",\"last_modified\":null,\"storage_class\":null},"
          "{\"key\":\"a b\",\"size\":1,\"etag\":\"e\",\"last_modified\":null,\"storage_class\":null}],"
          "\"prefixes\":[\"p/\",\"p/\"],\"count\":4,\"is_truncated\":false,\"continuation_token\":null},"
          "\"status\":\"200\",\"message\":\"listed objects of b\",\"provider\":\"generic\"}");
    fails("CloudNode", config(), "{\"operation\":\"get_object\",\"bucket\":\"b\",\"key\":\"none\"}",
          "node execution failed: get_object failed: HTTP 404: NoSuchKey: m");
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    static const char *const calls[] = {
        "{\"operation\":\"list_objects\",\"bucket\":\"b\",\"prefix\":\"p\",\"delimiter\":\"/\"}",
        "{\"operation\":\"get_object\",\"bucket\":\"b\",\"key\":\"k\",\"response_format\":\"text\"}",
        "{\"operation\":\"put_object\",\"bucket\":\"b\",\"key\":\"k\",\"content\":\"c\",\"metadata\":{\"A\":\"b\"}}",
        "{\"operation\":\"head_object\",\"bucket\":\"b\",\"key\":\"k\"}",
        "{\"operation\":\"delete_object\",\"bucket\":\"b\",\"key\":\"k\"}",
        "{\"operation\":\"presign_url\",\"bucket\":\"b\",\"key\":\"k\"}",
    };
    for (size_t i = 0; i < KL_COUNT(calls); i++)
        survives_failed_allocations("CloudNode", config(), calls[i]);
}

/* A refusal never becomes a success, whichever allocation fails. */
KL_TEST(refusals_where_memory_ends)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        const char *given = "{\"operation\":\"get_object\",\"bucket\":\"b\",\"key\":\"none\"}";
        const kl_node_type *row = kl_node_type_find(KL_TEXT("CloudNode"));
        kl_value settings = json(config()), inputs = json(given);
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, row, settings, inputs, &error);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_true(status == KL_FAILED || (failed && status == KL_NO_MEMORY));
        kl_error_clear(&error);
        kl_value_release(settings);
        kl_value_release(inputs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_told_in_full),
        cmocka_unit_test(failed_allocations_are_survived),
        cmocka_unit_test(refusals_where_memory_ends),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
