/* URLs: taken apart, joined, shown without secrets. */
#include "net/url.h"
#include "sweep.h"

KL_TEST(urls_are_taken_apart)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *text, *host, *target, *user, *password;
        int port;
    } rows[] = {
        {"http://example.com", "http://example.com/", "example.com", "/", NULL, NULL, 80},
        {"HTTPS://Example.COM:443/a?b#c", "https://example.com/a?b", "example.com", "/a?b", NULL,
         NULL, 443},
        {"  http://h:8080?q=1  ", "http://h:8080/?q=1", "h", "/?q=1", NULL, NULL, 8080},
        {"http://u:p%40ss@h/", "http://h/", "h", "/", "u", "p@ss", 80},
        {"http://u@v@h/", "http://h/", "h", "/", "u@v", "", 80},
        {"http://@h/", "http://h/", "h", "/", "", "", 80},
        {"http://[::1]:81/x", "http://[::1]:81/x", "::1", "/x", NULL, NULL, 81},
        {"http://[FE80::A]/", "http://[fe80::a]/", "fe80::a", "/", NULL, NULL, 80},
        {"http://h/a b\"<>\\^`{|}", "http://h/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D", "h",
         "/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D", NULL, NULL, 80},
        {"http://h/\xC3\xA4%20%zz", "http://h/%C3%A4%20%zz", "h", "/%C3%A4%20%zz", NULL, NULL, 80},
        {"http://h:/", "http://h/", "h", "/", NULL, NULL, 80},
        {"http://a_b.c-d:65535/", "http://a_b.c-d:65535/", "a_b.c-d", "/", NULL, NULL, 65535},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_url url;
        kl_error error = KL_ERROR_INIT;
        if (kl_url_parse(&url, kl_text_from(rows[i].url), &error) != KL_OK)
            fail_msg("%s: %s", rows[i].url, kl_error_message(&error));
        assert_string_equal(kl_as_text(url.text).data, rows[i].text);
        assert_true(kl_text_is(url.host, rows[i].host));
        assert_true(kl_text_is(url.target, rows[i].target));
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(kl_is_null(url.user), rows[i].user == NULL);
        assert_true(kl_text_is(kl_as_text(url.user), rows[i].user));
        assert_true(kl_text_is(kl_as_text(url.password), rows[i].password));
        kl_url_clear(&url);
    }
}

KL_TEST(what_is_no_url_is_told)
{
    KL_UNUSED_STATE;
#define MALFORMED(why) "expected an http or https URL, got a malformed URL (" why ")"
    static const struct {
        const char *url, *message;
    } rows[] = {
        {"ftp://x/", "expected an http or https URL, got scheme 'ftp'"},
        {"javascript:alert(1)", "expected an http or https URL, got scheme 'javascript'"},
        {"httpx://h/", "expected an http or https URL, got scheme 'httpx'"},
        {"", MALFORMED("relative URL without a base")},
        {"nothing", MALFORMED("relative URL without a base")},
        {"//h/", MALFORMED("relative URL without a base")},
        {"http:/h", MALFORMED("empty host")},
        {"http://", MALFORMED("empty host")},
        {"http:///x", MALFORMED("empty host")},
        {"http://:80/", MALFORMED("empty host")},
        {"http://u@/", MALFORMED("empty host")},
        {"http://h:x/", MALFORMED("invalid port")},
        {"http://h:65536/", MALFORMED("invalid port")},
        {"http://h:0/", MALFORMED("invalid port")},
        {"http://h:99999999999/", MALFORMED("invalid port")},
        {"http://[::1/", MALFORMED("invalid IPv6 address")},
        {"http://[1.2.3.4]/", MALFORMED("invalid IPv6 address")},
        {"http://[::1]x/", MALFORMED("invalid port")},
        {"http://[::g]/", MALFORMED("invalid IPv6 address")},
        {"http://1.2.3.4.5/", MALFORMED("invalid IPv4 address")},
        {"http://256.256.256.256/", MALFORMED("invalid IPv4 address")},
        {"http://h\\@evil/", MALFORMED("invalid character in the host")},
        {"http://h%41/", MALFORMED("invalid character in the host")},
        {"http://h h/", MALFORMED("invalid character in the host")},
        {"http://h/\r\nX: y", MALFORMED("a control character")},
        {"http://h/\tx", MALFORMED("a control character")},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_url url;
        kl_error error = KL_ERROR_INIT;
        if (kl_url_parse(&url, kl_text_from(rows[i].url), &error) != KL_INVALID)
            fail_msg("%s was read", rows[i].url);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
    }
    kl_url url;
    assert_int_equal(kl_url_parse(&url, (kl_text){"http://h\0.x/", 12}, NULL), KL_INVALID);
    char long_host[400] = "http://";
    memset(long_host + 7, 'a', 300);
    assert_int_equal(kl_url_parse(&url, kl_text_from(long_host), NULL), KL_INVALID);
}

/* The examples of RFC 3986, 5.4, that stay within http. */
KL_TEST(references_are_joined)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *reference, *joined;
    } rows[] = {
        {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"}, {"//g", "http://g/"}, {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q"}, {"g#s", "http://a/b/c/g"},
        {";x", "http://a/b/c/;x"}, {"", "http://a/b/c/d;p?q"}, {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"}, {"..", "http://a/b/"}, {"../", "http://a/b/"},
        {"../g", "http://a/b/g"}, {"../..", "http://a/"}, {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"}, {"/./g", "http://a/g"}, {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."}, {"..g", "http://a/b/c/..g"}, {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"}, {"g/./h", "http://a/b/c/g/h"}, {"g/../h", "http://a/b/c/h"},
        {"g?y/../x", "http://a/b/c/g?y/../x"}, {"https://z:1/y", "https://z:1/y"},
    };
    kl_url base;
    assert_int_equal(kl_url_parse(&base, KL_TEXT("http://a/b/c/d;p?q"), NULL), KL_OK);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_url url;
        assert_int_equal(kl_url_join(&url, &base, kl_text_from(rows[i].reference), NULL), KL_OK);
        if (!kl_text_is(kl_as_text(url.text), rows[i].joined))
            fail_msg("%s: %s", rows[i].reference, kl_as_text(url.text).data);
        kl_url_clear(&url);
    }
    kl_url url;
    assert_int_equal(kl_url_join(&url, &base, KL_TEXT("file:///etc/passwd"), NULL), KL_INVALID);
    kl_url_clear(&base);
}

KL_TEST(secrets_are_not_shown)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *url, *shown;
    } rows[] = {
        {"http://u:p@h/x", "http://***@h/x"},
        {"http://u:p@q@h:1/x", "http://***@h:1/x"},
        {"http://u:p/w@h/x", "http://***@h/x"},
        {"http://h/@scope/x", "http://h/@scope/x"},
        {"http://h:80/@scope/x", "http://h:80/@scope/x"},
        {"http://h/?q=1&api_key=abc&Token=d&x", "http://h/?q=1&api_key=***&Token=***&x"},
        {"http://h/?X-Amz-Signature=ab#f", "http://h/?X-Amz-Signature=***"},
        {"http://h/?a=b&", "http://h/?a=b&"},
        {"http://h/#token=1", "http://h/"},
        {"nonsense", "nonsense"},
        {"", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value shown;
        assert_int_equal(kl_url_redact(&shown, kl_text_from(rows[i].url), NULL), KL_OK);
        assert_string_equal(kl_as_text(shown).data, rows[i].shown);
        kl_value_release(shown);
    }
}

static kl_status all_of_it(void *data)
{
    (void)data;
    kl_url base = {0}, url = {0};
    kl_value shown = kl_null();
    kl_status status = kl_url_parse(&base, KL_TEXT("http://u:p@h:81/a/b?c=d"), NULL);
    if (status == KL_OK)
        status = kl_url_join(&url, &base, KL_TEXT("../x"), NULL);
    if (status == KL_OK)
        status = kl_url_redact(&shown, KL_TEXT("http://u:p@h/?key=1"), NULL);
    kl_url_clear(&base);
    kl_url_clear(&url);
    kl_value_release(shown);
    return status;
}

KL_TEST(failed_allocations_are_told)
{
    KL_UNUSED_STATE;
    assert_true(sweep(all_of_it, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_taken_apart),   cmocka_unit_test(what_is_no_url_is_told),
        cmocka_unit_test(references_are_joined),  cmocka_unit_test(secrets_are_not_shown),
        cmocka_unit_test(failed_allocations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
