#include "node_test.h"
#include "service_test.h"
#include "sweep.h"

#define NODE "DirectoryIntegrationNode"
#define PEOPLE                                                                                     \
    "{\"entries\":[{\"dn\":\"dc=example,dc=org\",\"attributes\":{\"objectClass\":\"dcObject\"}},"      \
    "{\"dn\":\"uid=ann,ou=people,dc=example,dc=org\",\"password\":\"s3cret\",\"attributes\":{"         \
    "\"objectClass\":[\"inetOrgPerson\",\"person\"],\"uid\":\"ann\",\"cn\":\"Ann (A*) Lee\",\"mail\":[\"a@x\",\"b@x\"]}}," \
    "{\"dn\":\"cn=admins,ou=groups,dc=example,dc=org\",\"attributes\":{\"objectClass\":\"groupOfNames\"," \
    "\"cn\":\"admins\",\"member\":\"uid=ann,ou=people,dc=example,dc=org\"}}]"

KL_TEST(what_is_missing_or_wrong_is_told)
{
    KL_UNUSED_STATE;
    fails(NODE, NULL, "{}", "missing required input: operation");
    fails(NODE, NULL, "{\"operation\":\"zz\"}",
          "invalid input 'operation': expected authenticate, search_users, get_groups, or sync_user, got zz");
    fails(NODE, NULL, "{\"operation\":\"authenticate\"}", "missing required input: dn");
    fails(NODE, NULL, "{\"operation\":\"authenticate\",\"dn\":\"cn=a\"}", "missing required input: password");
    fails(NODE, NULL, "{\"operation\":\"search_users\"}", "missing required input: base_dn");
    fails(NODE, NULL, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\"}",
          "invalid input 'filter': expected an explicit LDAP filter string, e.g. \"(cn=Alice)\"; pass "
          "\"(objectClass=*)\" to search the whole subtree, got no filter input");
    fails(NODE, NULL, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\",\"filter\":\"\"}",
          "invalid input 'filter': expected a non-empty LDAP filter, e.g. \"(objectClass=*)\" (RFC 4515), "
          "got empty filter string");
    fails(NODE, NULL, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\",\"filter\":5}",
          "invalid input 'filter': expected string, got integer");
    fails(NODE, NULL, "{\"operation\":\"get_groups\"}", "missing required input: user_dn");
    fails(NODE, NULL, "{\"operation\":\"sync_user\"}", "missing required input: user_dn");
    fails(NODE, "{\"backend\":\"ldap\"}", "{\"operation\":\"sync_user\",\"user_dn\":\"a\"}",
          "missing required input: url");
    fails(NODE, "{\"url\":\"http://h\"}", "{\"operation\":\"sync_user\",\"user_dn\":\"a\"}",
          "invalid input 'url': expected ldap://, ldaps:// or ldapi:// with a host, got a URL that libldap "
          "refuses");
    fails(NODE, NULL, "{\"operation\":\"sync_user\",\"user_dn\":\"a\\u0000b\"}",
          "invalid input 'user_dn': expected text without NUL");
}

KL_TEST(an_empty_directory_knows_nobody)
{
    KL_UNUSED_STATE;
    gives(NODE, NULL, "{\"operation\":\"authenticate\",\"dn\":\"cn=a\",\"password\":\"x\"}",
          "{\"success\":true,\"authenticated\":false}");
    gives(NODE, NULL, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\",\"filter\":\"(uid=*)\"}",
          "{\"success\":true,\"users\":[]}");
    gives(NODE, NULL, "{\"operation\":\"get_groups\",\"user_dn\":\"cn=a\"}", "{\"success\":true,\"groups\":[]}");
    gives(NODE, NULL, "{\"operation\":\"sync_user\",\"user_dn\":\"cn=a\"}", "{\"success\":false,\"user\":null}");
}

KL_TEST(a_directory_in_memory_is_looked_at)
{
    KL_UNUSED_STATE;
    const char *authenticate[][2] = {{"s3cret", "true"}, {"S3cret", "false"}, {"", "false"}};
    for (size_t i = 0; i < KL_COUNT(authenticate); i++) {
        char inputs[200], expected[100];
        snprintf(inputs, sizeof inputs, "{\"operation\":\"authenticate\",\"dn\":\"UID=ann,ou=people,dc=example,"
                                        "dc=org\",\"password\":\"%s\"}", authenticate[i][0]);
        snprintf(expected, sizeof expected, "{\"success\":true,\"authenticated\":%s}", authenticate[i][1]);
        gives(NODE, PEOPLE "}", inputs, expected);
    }
    gives(NODE, PEOPLE ",\"attributes\":[\"UID\"],\"attribute_map\":{\"login\":\"uid\",\"none\":\"x\"}}",
          "{\"operation\":\"search_users\",\"base_dn\":\"ou=people,dc=example,dc=org\",\"filter\":\"(uid=a*)\"}",
          "{\"success\":true,\"users\":[{\"dn\":\"uid=ann,ou=people,dc=example,dc=org\",\"attributes\":"
          "{\"uid\":[\"ann\"]},\"login\":\"ann\",\"none\":null}]}");
    gives(NODE, PEOPLE ",\"attributes\":[\"mail\"],\"attribute_map\":{\"email\":\"mail\"}}",
          "{\"operation\":\"sync_user\",\"user_dn\":\"uid=ann,ou=people,dc=example,dc=org\"}",
          "{\"success\":true,\"user\":{\"dn\":\"uid=ann,ou=people,dc=example,dc=org\",\"attributes\":{\"mail\":"
          "[\"a@x\",\"b@x\"]},\"email\":[\"a@x\",\"b@x\"]}}");
    gives(NODE, PEOPLE "}", "{\"operation\":\"get_groups\",\"user_dn\":\"uid=ann,ou=people,dc=example,dc=org\"}",
          "{\"success\":true,\"groups\":[{\"dn\":\"cn=admins,ou=groups,dc=example,dc=org\",\"name\":\"admins\"}]}");
    fails(NODE, PEOPLE ",\"max_entries\":1}",
          "{\"operation\":\"search_users\",\"base_dn\":\"dc=example,dc=org\",\"filter\":\"(objectClass=*)\"}",
          "node execution failed: resource limit exceeded: entries (limit: 1 entries)");
}

/* How many of the three entries match. */
static void finds(const char *filter, const char *values, size_t count)
{
    char inputs[700];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs, "{\"operation\":\"search_users\",\"base_dn\":\"dc=example,dc=org\","
                                    "\"filter\":\"%s\"%s%s}", filter, *values ? ",\"filter_values\":" : "", values);
    kl_status status = run_node(&out, NODE, PEOPLE "}", inputs, &error);
    if (status != KL_OK)
        print_error("%s: %s\n", filter, kl_error_message(&error));
    assert_int_equal(status, KL_OK);
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("users"))), count);
    kl_value_release(out);
}

KL_TEST(filters_choose)
{
    KL_UNUSED_STATE;
    finds("(objectClass=*)", "", 3);
    finds("(UID=ANN)", "", 1);
    finds("(cn=*n*)", "", 2);
    finds("(cn=A*L*e)", "", 1);
    finds("(cn=A*n*n*n)", "", 0);
    finds("(cn=*\\\\28A\\\\2a\\\\29*)", "", 1);
    finds("(&(uid=ann)(mail=b@x))", "", 1);
    finds("(|(uid=ann)(cn=admins))", "", 2);
    finds("(!(uid=ann))", "", 2);
    finds("(&)", "", 3);
    finds("(|)", "", 0);
    finds("(uid>=am)", "", 1);
    finds("(uid<=am)", "", 0);
    finds("(uid~=Ann)", "", 1);
    finds("(cn={name})", "{\"name\":\"Ann (A*) Lee\"}", 1);
    finds("(cn={name})", "{\"name\":\"*\"}", 0);
    finds("(uid={name})", "{\"name\":\"x)(uid=*\"}", 0);
}

static void refuses(const char *filter, const char *why)
{
    char inputs[700], message[300];
    snprintf(inputs, sizeof inputs, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\",\"filter\":\"%s\"}", filter);
    snprintf(message, sizeof message, "invalid input 'filter': %s", why);
    fails(NODE, NULL, inputs, message);
}

KL_TEST(what_is_no_filter_is_refused)
{
    KL_UNUSED_STATE;
    refuses("*", "malformed LDAP filter at byte 0: expected (");
    refuses("(uid=a", "malformed LDAP filter at byte 6: expected )");
    refuses("(uid=a))", "malformed LDAP filter at byte 7: expected the end");
    refuses("(uid)", "malformed LDAP filter at byte 5: expected one of = >= <= ~=");
    refuses("(=a)", "malformed LDAP filter at byte 1: expected an attribute, a comparison and a value");
    refuses("(a=b(c)", "malformed LDAP filter at byte 4: expected a value, in which ( is written \\28");
    refuses("(a=\\\\zz)", "malformed LDAP filter at byte 4: expected two hexadecimal digits behind a backslash");
    refuses("(&(a=b)", "malformed LDAP filter at byte 7: expected (");
    char deep[200] = "";
    for (int i = 0; i < 50; i++)
        strcat(deep, "(!");
    refuses(deep, "the LDAP filter nests deeper than 32 levels");
    fails(NODE, NULL, "{\"operation\":\"search_users\",\"base_dn\":\"dc=a\",\"filter\":\"(a={x})\",\"filter_values\":{}}",
          "invalid input 'filter_values': there is no value for {x}");
}

static kl_status search_memory(void *data)
{
    kl_value *both = data, out = kl_null();
    kl_status status = kl_node_run_alone(&out, kl_node_type_find(KL_TEXT(NODE)), both[0], both[1], NULL);
    kl_value_release(out);
    return status;
}

KL_TEST(memory_may_end)
{
    KL_UNUSED_STATE;
    kl_value both[] = {json(PEOPLE ",\"attribute_map\":{\"u\":\"uid\"}}"),
                       json("{\"operation\":\"search_users\",\"base_dn\":\"dc=example,dc=org\",\"filter\":"
                            "\"(cn=*{x}*)\",\"filter_values\":{\"x\":\"n\"}}")};
    assert_true(sweep(search_memory, both) > 10);
    kl_value_release(both[0]);
    kl_value_release(both[1]);
}

/* ---- with a server ------------------------------------------------------------------------------- */

#define ANN "uid=ann,ou=people,dc=example,dc=org"

static const char *at(char config[700], const char *variable, const char *more)
{
    snprintf(config, 700, "{\"url\":\"%s\"%s}", service_url(variable), more);
    return config;
}

KL_TEST(a_server_authenticates)
{
    KL_UNUSED_STATE;
    char config[700];
    at(config, "KAILASH_TEST_LDAP_URL", "");
    gives(NODE, config, "{\"operation\":\"authenticate\",\"dn\":\"" ANN "\",\"password\":\"s3cret\"}",
          "{\"success\":true,\"authenticated\":true}");
    gives(NODE, config, "{\"operation\":\"authenticate\",\"dn\":\"" ANN "\",\"password\":\"wrong\"}",
          "{\"success\":true,\"authenticated\":false}");
    /* A server takes this for an anonymous bind, which succeeds. */
    gives(NODE, config, "{\"operation\":\"authenticate\",\"dn\":\"" ANN "\",\"password\":\"\"}",
          "{\"success\":true,\"authenticated\":false}");
    gives(NODE, config, "{\"operation\":\"authenticate\",\"dn\":\"\",\"password\":\"x\"}",
          "{\"success\":true,\"authenticated\":false}");
    fails(NODE, config, "{\"operation\":\"authenticate\",\"dn\":\"no name\",\"password\":\"x\"}",
          "node execution failed: LDAP: bind: Invalid DN syntax: invalid DN");
}

KL_TEST(a_server_is_searched)
{
    KL_UNUSED_STATE;
    char config[700];
    kl_value out = kl_null();
    at(config, "KAILASH_TEST_LDAP_URL", ",\"attributes\":[\"mail\",\"jpegPhoto\"],\"attribute_map\":{\"email\":\"mail\"}");
    gives(NODE, config, "{\"operation\":\"search_users\",\"base_dn\":\"dc=example,dc=org\",\"filter\":\"(cn={n})\","
                        "\"filter_values\":{\"n\":\"Ann (A*) Lee\"}}",
          "{\"success\":true,\"users\":[{\"dn\":\"" ANN "\",\"attributes\":{\"mail\":[\"ann@example.org\","
          "\"lee@example.org\"],\"jpegPhoto\":[\"//79\"]},\"email\":[\"ann@example.org\",\"lee@example.org\"]}]}");
    gives(NODE, config, "{\"operation\":\"sync_user\",\"user_dn\":\"uid=nobody,dc=example,dc=org\"}",
          "{\"success\":false,\"user\":null}");
    gives(NODE, config, "{\"operation\":\"get_groups\",\"user_dn\":\"" ANN "\"}",
          "{\"success\":true,\"groups\":[{\"dn\":\"cn=admins,ou=groups,dc=example,dc=org\",\"name\":\"admins\"}]}");
    fails(NODE, config, "{\"operation\":\"search_users\",\"base_dn\":\"dc=none\",\"filter\":\"(a=*)\"}",
          "node execution failed: LDAP: search: No such object");
    at(config, "KAILASH_TEST_LDAP_URL", ",\"page_size\":10,\"search_scope\":\"one\"");
    const char *all = "{\"operation\":\"search_users\",\"base_dn\":\"ou=people,dc=example,dc=org\",\"filter\":\"(uid=*)\"}";
    assert_int_equal(run_node(&out, NODE, config, all, NULL), KL_OK);
    assert_int_equal(kl_array_len(kl_map_get(out, KL_TEXT("users"))), 26);
    kl_value_release(out);
    fails(NODE, at(config, "KAILASH_TEST_LDAP_URL", ",\"page_size\":10,\"max_entries\":15"), all,
          "node execution failed: resource limit exceeded: entries (limit: 15 entries)");
}

KL_TEST(a_server_knows_who_asks)
{
    KL_UNUSED_STATE;
    char config[700], more[300];
    const char *sync = "{\"operation\":\"sync_user\",\"user_dn\":\"dc=example,dc=org\"}";
    const char *synced = "{\"success\":true,\"user\":{\"dn\":\"dc=example,dc=org\",\"attributes\":{\"o\":[\"Example\"]}}}";
    gives(NODE, at(config, "KAILASH_TEST_LDAP_URL", ",\"attributes\":[\"o\"],\"bind_dn\":\"cn=admin,dc=example,dc=org\",\"bind_password\":\"adm1n\""), sync, synced);
    fails(NODE, at(config, "KAILASH_TEST_LDAP_URL", ",\"bind_dn\":\"cn=admin,dc=example,dc=org\",\"bind_password\":\"x\""), sync,
          "node execution failed: LDAP: bind: wrong bind_dn or bind_password");
    fails(NODE, at(config, "KAILASH_TEST_LDAP_URL", ",\"bind_dn\":\"cn=admin,dc=example,dc=org\""), sync,
          "node execution failed: LDAP: bind_dn needs a bind_password that is not empty");
    snprintf(more, sizeof more, ",\"attributes\":[\"o\"],\"ca_file\":\"%s\"", service_url("KAILASH_TEST_LDAP_CA_FILE"));
    gives(NODE, at(config, "KAILASH_TEST_LDAPS_URL", more), sync, synced);
    strcat(more, ",\"starttls\":true");
    gives(NODE, at(config, "KAILASH_TEST_LDAP_URL", more), sync, synced);
    gives(NODE, at(config, "KAILASH_TEST_LDAPS_URL", ",\"attributes\":[\"o\"],\"verify_tls\":false"), sync, synced);
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(run_node(&out, NODE, at(config, "KAILASH_TEST_LDAP_URL", ",\"starttls\":true"), sync, &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "node execution failed: LDAP: StartTLS: "));
    kl_error_clear(&error);
    assert_int_equal(run_node(&out, NODE, "{\"url\":\"ldap://127.0.0.1:1\"}", sync, &error), KL_FAILED);
    assert_non_null(strstr(kl_error_message(&error), "Can't contact LDAP server"));
    kl_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_or_wrong_is_told),
        cmocka_unit_test(an_empty_directory_knows_nobody),
        cmocka_unit_test(a_directory_in_memory_is_looked_at),
        cmocka_unit_test(filters_choose),
        cmocka_unit_test(what_is_no_filter_is_refused),
        cmocka_unit_test(memory_may_end),
        cmocka_unit_test(a_server_authenticates),
        cmocka_unit_test(a_server_is_searched),
        cmocka_unit_test(a_server_knows_who_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
