/* DataMaskingNode. */
#include "node_sweep.h"

#define NODE "DataMaskingNode"

static void masks_in(const char *text, const char *expected, const char *names, int count,
                     const char *file, int line)
{
    char inputs[1024], wanted[1024];
    snprintf(inputs, sizeof inputs, "{\"data\":\"%s\"}", text);
    snprintf(wanted, sizeof wanted, "{\"masked_data\":\"%s\",\"fields_masked\":[%s],\"mask_count\":%d}",
             expected, names, count);
    gives_in(NODE, NULL, inputs, wanted, file, line);
}
#define masks(text, expected, names, count) masks_in(text, expected, names, count, __FILE__, __LINE__)
#define leaves(text) masks_in(text, text, "", 0, __FILE__, __LINE__)

KL_TEST(texts_as_the_original_masked_them)
{
    KL_UNUSED_STATE;
    masks("card 4111 1111 1111 1111 and 4111-1111-1111-1111, ssn 123-45-6789 mail joe@example.com "
          "phone (555) 123-4567 or 555-123-4567 ip 192.168.1.10",
          "card 4111*************** and 4111***************, ssn 123-******* mail joe@*********** "
          "phone (555********** or 555-******** ip 192.********",
          "\"credit_card\",\"ssn\",\"email\",\"phone\",\"ip_address\"", 7);
    masks("123-45-6789 a@b.com c@d.com", "123-******* a@b.*** c@d.***", "\"ssn\",\"email\"", 3);
    masks("+1 555 123 4567 a@b.co 1.2.3.4", "+1 5*********** a@b.** 1.2.***",
          "\"email\",\"phone\",\"ip_address\"", 3);
    leaves("none");
    leaves("");
}

KL_TEST(only_whole_words_and_real_numbers)
{
    KL_UNUSED_STATE;
    leaves("1234567890123456");
    leaves("4111-1111-1111-1111x");
    leaves("12345678901234567890123");
    leaves("a@b 123 45 6789 999.999.999.999 12:30:45 x1.2.3.4 1.2.3.4.5");
    leaves("id-123-45-6789-0 123456789");
    masks("378282246310005", "3782***********", "\"credit_card\"", 1);
    masks("6011 0009 9013 9424.", "6011***************.", "\"credit_card\"", 1);
    masks("5551234567 555.123.4567 +44 20 7946 0958", "5551****** 555.******** +44 ************",
          "\"phone\"", 3);
    masks("a.b+c@d-e.co.uk", "a.b+***********", "\"email\"", 1);
    masks("::1 fe80::1 2001:db8::8a2e", "*** fe80*** 2001**********", "\"ip_address\"", 3);
    masks("\xC3\xA9 a@b.com \xE2\x82\xAC", "\xC3\xA9 a@b.*** \xE2\x82\xAC", "\"email\"", 1);
}

/* What stands beside it must not hide it. */
KL_TEST(neighbours_hide_nothing)
{
    KL_UNUSED_STATE;
    masks("4111111111111111 1234567890", "4111************ 1234******", "\"credit_card\",\"phone\"", 2);
    masks("12 4111 1111 1111 1111 12", "12 4111*************** 12", "\"credit_card\"", 1);
    masks("card-4111111111111111,4111-1111-1111-1111.", "card-4111************,4111***************.",
          "\"credit_card\"", 2);
    masks("3782 822463 10005", "3782*************", "\"credit_card\"", 1);
    masks("6304 0000 0000 0000 000", "6304*******************", "\"credit_card\"", 1);
    masks("card_4111111111111111_x 4111111111111111-12/26 2024-4111111111111111",
          "card_4111************_x 4111************-12/26 2024-4111************", "\"credit_card\"", 3);
    masks("joe@x.com_a joe@x.com1", "joe@*****_a joe@*****1", "\"email\"", 2);
    masks("SSN-123-45-6789 ssn:123-45-6789", "SSN-123-******* ssn:123-*******", "\"ssn\"", 2);
    masks("ip:10.0.0.1:8080 (10.0.0.2) a=fe80::1 addr:fe80::2 [::1]:80",
          "ip:10.0****:8080 (10.0****) a=fe80*** addr:fe80*** [***]:80", "\"ip_address\"", 5);
    masks("to:joe@x.com;<ann@x.com>", "to:joe@*****;<ann@*****>", "\"email\"", 2);
    masks("tel:+15551234567/555-123-4567", "tel:+155********/555-********", "\"phone\"", 2);
}

KL_TEST(patterns_are_chosen)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL, "{\"data\":\"joe@example.com 10.0.0.1\",\"patterns\":[\"email\"]}",
          "{\"masked_data\":\"joe@*********** 10.0.0.1\",\"fields_masked\":[\"email\"],"
          "\"mask_count\":1}");
    gives(NODE, NULL, "{\"data\":\"joe@example.com\",\"patterns\":[]}",
          "{\"masked_data\":\"joe@example.com\",\"fields_masked\":[],\"mask_count\":0}");
    gives(NODE, "{\"custom_patterns\":{\"order\":\"ORD-\\\\d+\",\"empty\":\"x*\"},\"keep_first\":0}",
          "{\"data\":\"see ORD-123, ORD-9\"}",
          "{\"masked_data\":\"see *******, *****\",\"fields_masked\":[\"order\"],\"mask_count\":2}");
    fails(NODE, NULL, "{\"data\":\"x\",\"patterns\":[\"zz\"]}",
          "invalid input 'patterns': expected one of: credit_card, ssn, email, phone, ip_address, "
          "got \"zz\"");
}

KL_TEST(how_much_stays_readable)
{
    KL_UNUSED_STATE;
    gives(NODE, "{\"keep_first\":0,\"keep_last\":4,\"mask_char\":\"\xE2\x80\xA2\"}",
          "{\"data\":\"123-45-6789\"}",
          "{\"masked_data\":\"\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2"
          "\xE2\x80\xA2\xE2\x80\xA2" "6789\",\"fields_masked\":[\"ssn\"],\"mask_count\":1}");
    gives(NODE, "{\"keep_first\":6,\"keep_last\":6}", "{\"data\":\"123-45-6789\"}",
          "{\"masked_data\":\"***********\",\"fields_masked\":[\"ssn\"],\"mask_count\":1}");
    gives(NODE, "{\"keep_first\":9223372036854775807}", "{\"data\":\"123-45-6789\"}",
          "{\"masked_data\":\"***********\",\"fields_masked\":[\"ssn\"],\"mask_count\":1}");
}

KL_TEST(nested_values_and_fields)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL, "{\"data\":{\"a\":[\"x a@b.com\",5,null,true],\"b\":{\"c\":\"1.2.3.4\"}}}",
          "{\"masked_data\":{\"a\":[\"x a@b.***\",5,null,true],\"b\":{\"c\":\"1.2.***\"}},"
          "\"fields_masked\":[\"email\",\"ip_address\"],\"mask_count\":2}");
    gives(NODE, "{\"fields\":[\"password\",\"pin\",\"secrets\"]}",
          "{\"data\":[{\"Password\":\"hunter22\",\"pin\":1234,\"n\":null},"
          "{\"secrets\":{\"k\":[\"abcdef\",true,null]}}]}",
          "{\"masked_data\":[{\"Password\":\"hunt****\",\"pin\":\"****\",\"n\":null},"
          "{\"secrets\":{\"k\":[\"abcd**\",\"****\",null]}}],"
          "\"fields_masked\":[\"password\",\"pin\",\"secrets\"],\"mask_count\":4}");
    gives(NODE, NULL, "{\"data\":5}", "{\"masked_data\":5,\"fields_masked\":[],\"mask_count\":0}");
}

KL_TEST(hashes_and_tokens)
{
    KL_UNUSED_STATE;
    gives(NODE, "{\"mode\":\"hash\",\"key\":\"0123456789abcdef\",\"patterns\":[\"email\"]}",
          "{\"data\":\"a@b.com\"}",
          "{\"masked_data\":\"3f370834ed42c35329e5e0c50b717a728e1d62e8158c9a9b99465dad3933f01b\","
          "\"fields_masked\":[\"email\"],\"mask_count\":1}");
    gives(NODE, "{\"mode\":\"tokenize\",\"key\":\"0123456789abcdef\",\"fields\":[\"id\"]}",
          "{\"data\":[{\"id\":\"a@b.com\"},\"a@b.com\"]}",
          "{\"masked_data\":[{\"id\":\"id_3f370834ed42c353\"},\"email_3f370834ed42c353\"],"
          "\"fields_masked\":[\"id\",\"email\"],\"mask_count\":2}");
    fails(NODE, "{\"mode\":\"hash\"}", "{\"data\":\"x\"}", "missing required input: key");
}

KL_TEST(wrong_settings)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{}", "missing required input: data");
    fails(NODE, "{\"mode\":\"zz\"}", "{\"data\":\"x\"}",
          "mode: expected one of: mask, hash, tokenize, got \"zz\"");
    fails(NODE, "{\"mask_char\":\"\"}", "{\"data\":\"x\"}",
          "invalid input 'mask_char': expected one character, got \"\"");
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE, "{\"custom_patterns\":{\"a\":\"(\"}}", "{\"data\":\"x\"}",
                              &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error),
                           "invalid input 'custom_patterns.a': expected valid regex pattern"));
    kl_error_clear(&error);
}

/* A text made to be slow for patterns that try again from every byte. */
KL_TEST(long_texts_take_no_longer_than_they_are)
{
    KL_UNUSED_STATE;
    static char inputs[400100];
    static const char *const pieces[] = {"a.", "1", "1 ", "(555", "a@", ":", "+1-"};
    for (size_t i = 0; i < KL_COUNT(pieces); i++) {
        char *end = stpcpy(inputs, "{\"data\":\"");
        while (end < inputs + 100000)
            end = stpcpy(end, pieces[i]);
        strcpy(end, "\"}");
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        if (run_node(&out, NODE, NULL, inputs, &error) != KL_OK)
            print_error("%s: %s\n", pieces[i], kl_error_message(&error));
        assert_int_equal(error.code, KL_OK);
        kl_error_clear(&error);
        kl_value_release(out);
    }
}

KL_TEST(depth_is_bounded)
{
    KL_UNUSED_STATE;
    kl_value data = json("\"a@b.com\""), inputs = kl_null(), out = kl_null();
    kl_error error = KL_ERROR_INIT;
    for (int i = 0; i < 200; i++) {
        kl_value outer;
        assert_int_equal(kl_array_new(&outer, 1, NULL), KL_OK);
        assert_int_equal(kl_array_push(&outer, data, NULL), KL_OK);
        data = outer;
    }
    assert_int_equal(kl_map_new(&inputs, 1, NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("data"), data, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), kl_null(), inputs,
                                       &error), KL_LIMIT);
    assert_string_equal(kl_error_message(&error),
                        "resource limit exceeded: nesting (limit: 128 levels)");
    kl_error_clear(&error);
    kl_value_release(inputs);
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    survives_failed_allocations(NODE, "{\"custom_patterns\":{\"o\":\"ORD-\\\\d+\"},\"fields\":[\"pin\"]}",
                                "{\"data\":{\"a\":[\"x a@b.com ORD-1\"],\"pin\":12345}}");
    survives_failed_allocations(NODE, "{\"mode\":\"hash\",\"key\":\"0123456789abcdef\"}",
                                "{\"data\":[\"x a@b.com\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_as_the_original_masked_them),
        cmocka_unit_test(only_whole_words_and_real_numbers),
        cmocka_unit_test(neighbours_hide_nothing),
        cmocka_unit_test(patterns_are_chosen),
        cmocka_unit_test(how_much_stays_readable),
        cmocka_unit_test(nested_values_and_fields),
        cmocka_unit_test(hashes_and_tokens),
        cmocka_unit_test(wrong_settings),
        cmocka_unit_test(long_texts_take_no_longer_than_they_are),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(memory_may_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
