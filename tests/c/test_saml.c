/* The xmlsec driver with a response that was signed with openssl; what it refuses is tested in
 * tests/python/test_nodes_saml.py, what it leaks or cannot get memory for is found here. */
#include "base/driver.h"
#include "drivers/xmlsec.h"
#include "folder.h"
#include "sweep.h"

typedef struct given {
    const kl_xmlsec_functions *driver;
    kl_value xml;
    kl_xmlsec_saml options;
} given;

static kl_value read_file(const char *path)
{
    char buffer[16384];
    kl_value value = kl_null();
    FILE *file = fopen(fill(path), "rb");
    assert_non_null(file);
    size_t len = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    assert_int_equal(kl_string_new(&value, (kl_text){buffer, len}, NULL), KL_OK);
    return value;
}

static kl_value list_of(const char *path)
{
    kl_value list;
    assert_int_equal(kl_array_new(&list, 1, NULL), KL_OK);
    assert_int_equal(kl_array_push(&list, read_file(path), NULL), KL_OK);
    return list;
}

static given open_all(const char *path)
{
    const void *functions = NULL;
    given all = {.xml = read_file(path)};
    assert_int_equal(kl_driver_load(&functions, "xmlsec", NULL), KL_OK);
    all.options.certificates = list_of("{DATA}/saml/certificate.pem");
    all.options.keys = list_of("{DATA}/saml/key.pem");
    all.driver = functions;
    return all;
}

static void close_all(given *all)
{
    kl_value_release(all->xml);
    kl_value_release(all->options.certificates);
    kl_value_release(all->options.keys);
}

KL_TEST(a_signed_response_is_told)
{
    KL_UNUSED_STATE;
    given all = open_all("{DATA}/saml/response.xml");
    kl_value said = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status =
        all.driver->saml_response(&said, kl_as_text(all.xml), &all.options, &error);
    assert_string_equal(kl_error_message(&error), "");
    assert_int_equal(status, KL_OK);
    assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("name_id"))), "\"alice@example.org\"");
    assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("attributes"))), "{\"mail\":[\"a@b\",\"c@d\"]}");
    assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("signed"))), "\"assertion\"");
    kl_value_release(said);
    close_all(&all);
}

/* Whatever byte is another one: either it is refused, or it lies outside of what was signed, and what
 * lies within is told unchanged. */
KL_TEST(no_changed_byte_goes_unseen)
{
    KL_UNUSED_STATE;
    given all = open_all("{DATA}/saml/response.xml");
    kl_text text = kl_as_text(all.xml);
    size_t told = 0;
    for (size_t i = 0; i < text.len; i++) {
        kl_value said = kl_null();
        char *bent = kl_strdup(text);
        bent[i] = (char)(bent[i] == 'x' ? 'y' : 'x');
        if (all.driver->saml_response(&said, (kl_text){bent, text.len}, &all.options, NULL) ==
            KL_OK) {
            assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("name_id"))),
                        "\"alice@example.org\"");
            assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("audiences"))),
                        "[[\"https://sp.example/meta\"]]");
            assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("issuer"))),
                        "\"https://idp.example/meta\"");
            told++;
        }
        kl_value_release(said);
        kl_free(bent);
    }
    assert_in_range(told, 1, 400); /* of 2555: the unsigned response around the assertion */
    close_all(&all);
}

static kl_status tell(void *data)
{
    const given *all = data;
    kl_value said = kl_null();
    kl_status status =
        all->driver->saml_response(&said, kl_as_text(all->xml), &all->options, NULL);
    kl_value_release(said);
    return status;
}

KL_TEST(saml_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    given all = open_all("{DATA}/saml/response.xml");
    assert_int_equal(tell(&all), KL_OK);
    assert_true(sweep(tell, &all) > 20);
    close_all(&all);
}

KL_TEST(an_encrypted_assertion_is_told)
{
    KL_UNUSED_STATE;
    given all = open_all("{DATA}/saml/encrypted.xml");
    kl_value said = kl_null();
    kl_error error = KL_ERROR_INIT;
    kl_status status = all.driver->saml_response(&said, kl_as_text(all.xml), &all.options, &error);
    assert_string_equal(kl_error_message(&error), "");
    assert_int_equal(status, KL_OK);
    assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("name_id"))), "\"alice@example.org\"");
    assert_json(kl_value_retain(kl_map_get(said, KL_TEXT("encrypted"))), "true");
    kl_value_release(said);
    assert_true(sweep(tell, &all) > 20);
    kl_value_replace(&all.options.keys, kl_null());
    assert_int_equal(all.driver->saml_response(&said, kl_as_text(all.xml), &all.options, NULL), KL_STATE);
    close_all(&all);
}

/* Of what is encrypted every byte counts: the tag of AES-GCM sees to it. */
KL_TEST(no_changed_byte_of_what_is_encrypted_goes_unseen)
{
    KL_UNUSED_STATE;
    given all = open_all("{DATA}/saml/encrypted.xml");
    kl_text text = kl_as_text(all.xml);
    const char *start = strstr(text.data, "<xenc:CipherValue>");
    start = strstr(start + 1, "<xenc:CipherValue>") + strlen("<xenc:CipherValue>");
    const char *end = strstr(start, "</xenc:CipherValue>");
    assert_true(end - start > 500);
    for (const char *at = start; at < end; at += 5) {
        kl_value said = kl_null();
        char *bent = kl_strdup(text);
        size_t place = (size_t)(at - text.data);
        if (bent[place] != '\n' && bent[place] != '=') {
            bent[place] = (char)(bent[place] == 'x' ? 'y' : 'x');
            assert_int_equal(all.driver->saml_response(&said, (kl_text){bent, text.len}, &all.options, NULL),
                             KL_KEY);
        }
        kl_free(bent);
    }
    close_all(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_response_is_told),
        cmocka_unit_test(no_changed_byte_goes_unseen),
        cmocka_unit_test(saml_survives_every_failed_allocation),
        cmocka_unit_test(an_encrypted_assertion_is_told),
        cmocka_unit_test(no_changed_byte_of_what_is_encrypted_goes_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
