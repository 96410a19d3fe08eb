/* Signature Version 4 against the examples of the Amazon S3 API Reference ("Signature Calculations for
 * the Authorization Header: Transferring Payload in a Single Chunk", "Authenticating Requests: Using
 * Query Parameters"). */
#include "net/sigv4.h"
#include "sweep.h"

#define HOST "\"host\": \"examplebucket.s3.amazonaws.com\""
static const kl_time may_24 = (kl_time)1369353600 * KL_SECOND;

static kl_sigv4_signer example_signer(void)
{
    return (kl_sigv4_signer){.access_key_id = KL_TEXT("AKIAIOSFODNN7EXAMPLE"),
                             .secret_access_key = KL_TEXT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                             .region = KL_TEXT("us-east-1"), .service = KL_TEXT("s3"),
                             .time = may_24};
}

static const struct {
    const char *method, *path, *query, *headers, *body, *names, *signature;
} rows[] = {
    {"GET", "/test.txt", "{}", "{\"range\": \"bytes=0-9\", " HOST "}", "",
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT", "/test$file.text", "{}",
     "{" HOST ", \"x-amz-storage-class\": \"REDUCED_REDUNDANCY\", "
     "\"date\": \"Fri, 24 May 2013 00:00:00 GMT\"}", "Welcome to Amazon S3.",
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET", "/", "{\"lifecycle\": \"\"}", "{" HOST "}", "", "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"GET", "/", "{\"prefix\": \"J\", \"max-keys\": \"2\"}", "{" HOST "}", "",
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {"GET", "/", "{\"prefix\": \"J\", \"max-keys\": \"2\"}",
     "{\"host\": \"  examplebucket.s3.amazonaws.com\\t \"}", "",
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static kl_status encode(kl_value *out, const char *text, bool keeps_slash, kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    kl_sigv4_encode(&buffer, kl_text_from(text), keeps_slash);
    return kl_buffer_finish(out, &buffer, error);
}

KL_TEST(signatures_are_those_of_the_examples)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value query = json(rows[i].query), headers = json(rows[i].headers), path;
        kl_sigv4_signer signer = example_signer();
        char expected[512];
        assert_int_equal(encode(&path, rows[i].path, true, NULL), KL_OK);
        kl_sigv4_request request = {kl_text_from(rows[i].method), kl_as_text(path), &query, &headers};
        assert_int_equal(kl_sigv4_sign(&request, kl_text_from(rows[i].body), &signer, NULL), KL_OK);
        snprintf(expected, sizeof expected,
                 "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                 "SignedHeaders=%s,Signature=%s", rows[i].names, rows[i].signature);
        assert_string_equal(kl_as_text(kl_map_get(headers, KL_TEXT("authorization"))).data, expected);
        assert_string_equal(kl_as_text(kl_map_get(headers, KL_TEXT("x-amz-date"))).data,
                            "20130524T000000Z");
        assert_false(kl_map_has(headers, KL_TEXT("x-amz-security-token")));
        kl_value_release(path);
        kl_value_release(query);
        kl_value_release(headers);
    }
}

static kl_status presign(kl_value *out, kl_text token, kl_error *error)
{
    kl_value query = kl_map_empty(), headers = kl_null();
    kl_sigv4_signer signer = example_signer();
    kl_sigv4_request request = {KL_TEXT("GET"), KL_TEXT("/test.txt"), &query, &headers};
    kl_status status;
    signer.session_token = token;
    KL_TRY_OUT(kl_map_new(&headers, 1, error));
    KL_TRY_OUT(kl_map_set_text(&headers, KL_TEXT("host"), KL_TEXT("examplebucket.s3.amazonaws.com"),
                               error));
    KL_TRY_OUT(kl_sigv4_presign(&request, 86400, &signer, error));
    status = kl_sigv4_query(out, query, error);
out:
    kl_value_release(query);
    kl_value_release(headers);
    return status;
}

KL_TEST(urls_are_signed_as_in_the_example)
{
    KL_UNUSED_STATE;
    kl_value query;
    assert_int_equal(presign(&query, KL_TEXT(""), NULL), KL_OK);
    assert_string_equal(kl_as_text(query).data,
                        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
                        "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
                        "&X-Amz-Expires=86400&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4"
                        "c265957d157751f604d404&X-Amz-SignedHeaders=host");
    kl_value_release(query);
    assert_int_equal(presign(&query, KL_TEXT("a/b="), NULL), KL_OK);
    assert_non_null(strstr(kl_as_text(query).data, "&X-Amz-Security-Token=a%2Fb%3D&"));
    kl_value_release(query);
}

KL_TEST(session_tokens_are_signed)
{
    KL_UNUSED_STATE;
    kl_value query = kl_map_empty(), headers = json("{" HOST "}");
    kl_sigv4_signer signer = example_signer();
    kl_sigv4_request request = {KL_TEXT("GET"), KL_TEXT("/"), &query, &headers};
    signer.session_token = KL_TEXT("token");
    assert_int_equal(kl_sigv4_sign(&request, KL_TEXT(""), &signer, NULL), KL_OK);
    assert_string_equal(kl_as_text(kl_map_get(headers, KL_TEXT("x-amz-security-token"))).data, "token");
    assert_non_null(strstr(kl_as_text(kl_map_get(headers, KL_TEXT("authorization"))).data,
                           "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"));
    kl_value_release(query);
    kl_value_release(headers);
}

KL_TEST(texts_are_encoded_once)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *name, *path;
    } words[] = {
        {"", "", ""},
        {"AZaz09-._~", "AZaz09-._~", "AZaz09-._~"},
        {"a/b c", "a%2Fb%20c", "a/b%20c"},
        {"%2F+*", "%252F%2B%2A", "%252F%2B%2A"},
        {"\xC3\xA4\x01", "%C3%A4%01", "%C3%A4%01"},
    };
    for (size_t i = 0; i < KL_COUNT(words); i++) {
        kl_value name, path;
        assert_int_equal(encode(&name, words[i].text, false, NULL), KL_OK);
        assert_int_equal(encode(&path, words[i].text, true, NULL), KL_OK);
        assert_string_equal(kl_as_text(name).data, words[i].name);
        assert_string_equal(kl_as_text(path).data, words[i].path);
        kl_value_release(name);
        kl_value_release(path);
    }
}

KL_TEST(queries_are_sorted_by_their_encoded_names)
{
    KL_UNUSED_STATE;
    kl_value query = json("{\"a=b\": \"c&d\", \"b\": \"\", \"a\": \"2\", \"a-b\": \"1\", \"B\": \"x\", "
                          "\"a~\": \"3\", \"a\\u00e4\": \"4\"}"), text;
    assert_int_equal(kl_sigv4_query(&text, query, NULL), KL_OK);
    assert_string_equal(kl_as_text(text).data,
                        "B=x&a=2&a%3Db=c%26d&a%C3%A4=4&a-b=1&a~=3&b=");
    kl_value_release(text);
    kl_value_release(query);
}

static kl_status presign_and_sign(void *data)
{
    (void)data;
    kl_value text = kl_null(), query = kl_map_empty(), headers = kl_map_empty();
    kl_sigv4_signer signer = example_signer();
    kl_sigv4_request request = {KL_TEXT("GET"), KL_TEXT("/"), &query, &headers};
    kl_error error = KL_ERROR_INIT;
    signer.session_token = KL_TEXT("token");
    kl_status status = presign(&text, KL_TEXT("token"), &error);
    if (status == KL_OK)
        status = kl_sigv4_sign(&request, KL_TEXT("body"), &signer, &error);
    kl_error_clear(&error);
    kl_value_release(text);
    kl_value_release(query);
    kl_value_release(headers);
    return status;
}

KL_TEST(failed_allocations_are_survived)
{
    KL_UNUSED_STATE;
    assert_int_equal(presign_and_sign(NULL), KL_OK); /* loads the driver */
    assert_true(sweep(presign_and_sign, NULL) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_those_of_the_examples),
        cmocka_unit_test(urls_are_signed_as_in_the_example),
        cmocka_unit_test(session_tokens_are_signed),
        cmocka_unit_test(texts_are_encoded_once),
        cmocka_unit_test(queries_are_sorted_by_their_encoded_names),
        cmocka_unit_test(failed_allocations_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
