/* Certificates: issued, described, and verified as chains that are right or wrong in one thing. */
#include "crypto/certificate.h"
#include "crypto_test.h"

enum { NOW = 1700000000, DAY = 86400 };

typedef struct holder {
    kl_key *key;
    kl_certificates *list;
    kl_value pem;
} holder;

static kl_certificate_request request_of(const char *subject, bool is_ca)
{
    return (kl_certificate_request){.subject = json(subject), .is_ca = is_ca, .path_len = -1,
                                    .not_before = NOW - DAY, .not_after = NOW + 30 * DAY};
}

static void end_request(kl_certificate_request *request)
{
    kl_value_release(request->subject);
    kl_value_release(request->names);
    kl_value_release(request->key_usage);
    kl_value_release(request->extended_key_usage);
}

/* Taken: the request. */
static holder issued(kl_certificate_request request, const holder *issuer)
{
    holder made = {NULL, NULL, kl_null()};
    if (request.is_ca && kl_is_null(request.key_usage))
        request.key_usage = json("[\"cert_sign\",\"crl_sign\"]");
    assert_ok(kl_key_generate(&made.key, KL_KEY_P256, 0, error));
    assert_ok(kl_certificate_issue(&made.pem, &request, made.key, issuer ? issuer->list : NULL,
                                   issuer ? issuer->key : made.key, error));
    assert_ok(kl_certificates_read(&made.list, NULL, kl_as_text(made.pem), KL_TEXT(""), error));
    end_request(&request);
    return made;
}

static void end_holder(holder *used)
{
    kl_value_release(used->pem);
    kl_certificates_free(used->list);
    kl_key_free(used->key);
}

static void judge(const holder *leaf, const kl_certificate_rules *rules, const char *reason)
{
    bool valid = false;
    kl_value said = kl_null();
    assert_ok(kl_certificate_verify(&valid, &said, leaf->list, rules, error));
    assert_int_equal(valid, reason == NULL);
    if (reason && strncmp(kl_as_text(said).data, reason, strlen(reason)) != 0) {
        print_error("got \"%s\", expected \"%s\"\n", kl_as_text(said).data, reason);
        fail();
    }
    assert_int_equal(kl_is_null(said), reason == NULL);
    kl_value_release(said);
}

KL_TEST(a_certificate_is_described)
{
    KL_UNUSED_STATE;
    kl_certificate_request request = request_of(
        "{\"C\":\"SG\",\"O\":\"Acme, \\\"Ltd\\\"\",\"OU\":[\"a\",\"b\"],\"CN\":\"m\\u00fcller\"}", false);
    request.names = json("[\"DNS:x.example\",\"IP:1.2.3.4\",\"email:a@b\",\"URI:http://x\"]");
    request.key_usage = json("[\"digital_signature\",\"key_agreement\",\"decipher_only\"]");
    request.extended_key_usage = json("[\"server\",\"ocsp\"]");
    holder made = issued(request, NULL);
    kl_value map = kl_null();
    assert_ok(kl_certificate_describe(&map, made.list, 0, error));
    assert_string_equal(kl_as_text(kl_map_get(map, KL_TEXT("subject"))).data,
                        "C=SG, O=Acme\\, \\\"Ltd\\\", OU=a, OU=b, CN=m\xc3\xbcller");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("san_entries"))),
                "[\"DNSName(x.example)\",\"IPAddress(01:02:03:04)\",\"RFC822Name(a@b)\","
                "\"URI(http://x)\"]");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("key_usage"))),
                "[\"digital_signature\",\"key_agreement\",\"decipher_only\"]");
    assert_json(kl_value_retain(kl_map_get(map, KL_TEXT("extended_key_usage"))),
                "[\"server\",\"ocsp\"]");
    assert_json(kl_map_get(map, KL_TEXT("valid_from")), "1699913600");
    assert_json(kl_map_get(map, KL_TEXT("valid_until")), "1702592000");
    assert_true(kl_as_bool(kl_map_get(map, KL_TEXT("self_signed"))));
    assert_false(kl_as_bool(kl_map_get(map, KL_TEXT("is_ca"))));
    assert_int_equal(kl_value_len(kl_map_get(map, KL_TEXT("fingerprint"))), 64);
    assert_int_equal(kl_value_len(kl_map_get(map, KL_TEXT("serial"))), 32);
    assert_true(kl_text_is(kl_as_text(kl_map_get(map, KL_TEXT("key_type"))), "EC P-256"));
    kl_value_release(map);
    end_holder(&made);
}

KL_TEST(a_chain_is_verified)
{
    KL_UNUSED_STATE;
    kl_certificate_request request = request_of("{\"CN\":\"leaf\"}", false);
    request.names = json("[\"DNS:*.example.com\",\"IP:::1\"]");
    request.extended_key_usage = json("[\"server\"]");
    holder root = issued(request_of("{\"CN\":\"root\"}", true), NULL);
    holder other = issued(request_of("{\"CN\":\"root\"}", true), NULL);
    holder middle = issued(request_of("{\"CN\":\"middle\"}", true), &root);
    holder leaf = issued(request, &middle);
    const struct {
        const kl_certificates *chain, *roots;
        const char *host, *purpose;
        int64_t time;
        const char *reason;
    } rows[] = {
        {middle.list, root.list, "", "", NOW, NULL},
        {middle.list, root.list, "a.example.com", "server", NOW, NULL},
        {middle.list, root.list, "A.EXAMPLE.com", "server", NOW, NULL},
        {middle.list, root.list, "::1", "", NOW, NULL},
        {middle.list, middle.list, "", "", NOW, NULL}, /* trusted as it stands */
        {NULL, root.list, "", "", NOW, "unable to get local issuer certificate: CN=leaf"},
        {middle.list, other.list, "", "", NOW, "unable to get local issuer certificate: CN=middle"},
        {middle.list, root.list, "example.com", "", NOW, "hostname mismatch"},
        {middle.list, root.list, "a.b.example.com", "", NOW, "hostname mismatch"},
        {middle.list, root.list, "leaf", "", NOW, "hostname mismatch"}, /* the CN is no name */
        {middle.list, root.list, "127.0.0.1", "", NOW, "IP address mismatch"},
        {middle.list, root.list, "", "client", NOW, "unsuitable certificate purpose"},
        {middle.list, root.list, "", "email", NOW, "unsuitable certificate purpose"},
        {middle.list, root.list, "", "code_signing", NOW, "unsuitable certificate purpose"},
        {middle.list, root.list, "", "ocsp", NOW, "unsuitable certificate purpose"},
        {middle.list, root.list, "", "", NOW + 31 * DAY, "certificate has expired"},
        {middle.list, root.list, "", "", NOW - 2 * DAY, "certificate is not yet valid"},
        {middle.list, root.list, "", "", KL_TIME_NONE, "certificate has expired"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_certificate_rules rules = {rows[i].chain, rows[i].roots, kl_text_from(rows[i].host),
                                      kl_text_from(rows[i].purpose), rows[i].time};
        judge(&leaf, &rules, rows[i].reason);
    }
    end_holder(&leaf);
    end_holder(&middle);
    end_holder(&other);
    end_holder(&root);
}

/* A CA that may have no CA below it, and one that never was a CA. */
KL_TEST(only_authorities_issue)
{
    KL_UNUSED_STATE;
    kl_certificate_request narrow = request_of("{\"CN\":\"root\"}", true);
    narrow.path_len = 0;
    holder root = issued(narrow, NULL), middle = issued(request_of("{\"CN\":\"middle\"}", true), &root);
    holder leaf = issued(request_of("{\"CN\":\"leaf\"}", false), &middle);
    kl_certificate_rules rules = {middle.list, root.list, KL_TEXT(""), KL_TEXT(""), NOW};
    judge(&leaf, &rules, "path length constraint exceeded");

    kl_certificate_request request = request_of("{\"CN\":\"x\"}", false);
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_certificate_issue(&out, &request, leaf.key, leaf.list, leaf.key, &error),
                     KL_INVALID);
    assert_string_equal(kl_error_message(&error), "issuer: it may not sign certificates");
    assert_int_equal(kl_certificate_issue(&out, &request, leaf.key, root.list, leaf.key, &error),
                     KL_INVALID);
    assert_string_equal(kl_error_message(&error), "issuer_key: not the key of the issuer");
    assert_int_equal(kl_certificate_issue(&out, &request, leaf.key, NULL, root.key, &error),
                     KL_INVALID);
    request.not_after = request.not_before;
    assert_int_equal(kl_certificate_issue(&out, &request, leaf.key, NULL, leaf.key, &error),
                     KL_INVALID);
    kl_error_clear(&error);
    end_request(&request);
    end_holder(&leaf);
    end_holder(&middle);
    end_holder(&root);
}

KL_TEST(requests_are_made_and_read)
{
    KL_UNUSED_STATE;
    kl_certificate_request request = request_of("{\"C\":\"SG\",\"CN\":\"x\"}", false);
    request.names = json("[\"DNS:x.example\",\"IP:10.0.0.1\",\"IP:2001:db8::1\"]");
    kl_key *pair = NULL, *read = NULL;
    kl_value pem = kl_null(), subject = kl_null(), names = kl_null();
    assert_ok(kl_key_generate(&pair, KL_KEY_ED25519, 0, error));
    assert_ok(kl_certificate_request_new(&pem, &request, pair, error));
    assert_ok(kl_certificate_request_read(&subject, &names, &read, kl_as_text(pem), error));
    assert_json(subject, "{\"C\":[\"SG\"],\"CN\":[\"x\"]}");
    assert_json(names, "[\"DNS:x.example\",\"IP:10.0.0.1\",\"IP:2001:db8:0:0:0:0:0:1\"]");
    assert_int_equal(kl_key_facts_of(read).kind, KL_KEY_ED25519);
    kl_key_free(read);
    char *bent = kl_strdup(kl_as_text(pem));
    bent[120] = bent[120] == 'A' ? 'B' : 'A';
    assert_int_not_equal(
        kl_certificate_request_read(&subject, &names, &read, kl_text_from(bent), NULL), KL_OK);
    kl_free(bent);
    kl_value_release(pem);
    kl_key_free(pair);
    end_request(&request);
}

KL_TEST(bad_requests_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *subject, *names, *usage, *purposes, *message;
    } rows[] = {
        {"{\"nonsense\":\"x\"}", NULL, NULL, NULL, "subject: unknown attribute: 'nonsense'"},
        {"{\"CN\":5}", NULL, NULL, NULL, "subject: expected a text for: 'CN'"},
        {"{\"CN\":\"\"}", NULL, NULL, NULL, "subject: expected a text for: 'CN'"},
        {"{\"C\":\"Singapore\"}", NULL, NULL, NULL, "subject: malformed value of attribute: 'C'"},
        {"{}", "[\"x\"]", NULL, NULL,
         "expected DNS:name, IP:address, email:address or URI:address: 'x'"},
        {"{}", "[\"IP:300.1.1.1\"]", NULL, NULL,
         "expected DNS:name, IP:address, email:address or URI:address: 'IP:300.1.1.1'"},
        {"{}", "[\"DNS:a b\"]", NULL, NULL,
         "expected DNS:name, IP:address, email:address or URI:address: 'DNS:a b'"},
        {"{}", "[5]", NULL, NULL, "names: expected texts"},
        {"{}", NULL, "[\"x\"]", NULL, "key_usage: unknown word: 'x'"},
        {"{}", NULL, NULL, "[\"x\"]", "extended_key_usage: unknown word: 'x'"},
    };
    kl_key *pair = NULL;
    assert_ok(kl_key_generate(&pair, KL_KEY_P256, 0, error));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_certificate_request request = request_of(rows[i].subject, false);
        request.names = rows[i].names ? json(rows[i].names) : kl_null();
        request.key_usage = rows[i].usage ? json(rows[i].usage) : kl_null();
        request.extended_key_usage = rows[i].purposes ? json(rows[i].purposes) : kl_null();
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        assert_int_equal(kl_certificate_issue(&out, &request, pair, NULL, pair, &error), KL_INVALID);
        assert_string_equal(kl_error_message(&error), rows[i].message);
        kl_error_clear(&error);
        end_request(&request);
    }
    kl_key_free(pair);
}

KL_TEST(what_is_no_certificate_is_refused)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "", "x", "0", "0\x82", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n"};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_certificates *list = NULL;
        assert_int_equal(
            kl_certificates_read(&list, NULL, kl_text_from(rows[i]), KL_TEXT(""), NULL), KL_SYNTAX);
    }
}

static kl_status read_and_describe(void *data)
{
    const holder *made = data;
    kl_certificates *list = NULL;
    kl_value map = kl_null(), reason = kl_null();
    bool valid;
    kl_status status;
    KL_TRY_OUT(kl_certificates_read(&list, NULL, kl_as_text(made->pem), KL_TEXT(""), NULL));
    KL_TRY_OUT(kl_certificate_describe(&map, list, 0, NULL));
    kl_certificate_rules rules = {NULL, list, KL_TEXT("x"), KL_TEXT(""), NOW};
    KL_TRY_OUT(kl_certificate_verify(&valid, &reason, list, &rules, NULL));
out:
    kl_value_release(reason);
    kl_value_release(map);
    kl_certificates_free(list);
    return status;
}

KL_TEST(certificates_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    kl_certificate_request request = request_of("{\"CN\":\"x\"}", false);
    request.names = json("[\"DNS:a\",\"IP:1.2.3.4\"]");
    request.key_usage = json("[\"digital_signature\"]");
    request.extended_key_usage = json("[\"server\"]");
    holder made = issued(request, NULL);
    assert_int_equal(read_and_describe(&made), KL_OK);
    assert_true(sweep(read_and_describe, &made) > 20);
    end_holder(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_described),
        cmocka_unit_test(a_chain_is_verified),
        cmocka_unit_test(only_authorities_issue),
        cmocka_unit_test(requests_are_made_and_read),
        cmocka_unit_test(bad_requests_are_refused),
        cmocka_unit_test(what_is_no_certificate_is_refused),
        cmocka_unit_test(certificates_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
