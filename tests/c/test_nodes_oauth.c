/* OAuth2Node and SSONode without a network: URLs, and what is refused before anybody is asked. What
 * they ask of a provider is tested in tests/python/test_nodes_oauth.py. */
#include "node_sweep.h"

KL_TEST(modes_say_what_they_need)
{
    KL_UNUSED_STATE;
    fails("OAuth2Node", NULL, "{\"mode\":\"zz\"}",
          "invalid input 'mode': expected one of: authorize, exchange, refresh, client_credentials, "
          "device, device_token, revoke, introspect, got \"zz\"");
    fails("OAuth2Node", NULL, "{\"mode\":\"exchange\",\"client_id\":\"c\",\"redirect_uri\":\"r\","
                              "\"token_url\":\"https://i/\",\"code\":\"c\"}",
          "missing required input: code_verifier");
    fails("OAuth2Node", NULL, "{\"mode\":\"revoke\",\"client_id\":\"c\"}",
          "missing required input: revoke_url");
    fails("OAuth2Node", NULL,
          "{\"mode\":\"client_credentials\",\"client_id\":\"c\",\"client_secret\":\"s\",\"token_url\":"
          "\"https://i/\",\"params\":{\"grant_type\":\"x\"}}",
          "invalid input 'params.grant_type': expected parameter that the node does not set itself, got "
          "that one");
    fails("SSONode", NULL, "{}", "missing required input: provider");
    fails("SSONode", NULL, "{\"provider\":\"zz\"}",
          "invalid input 'provider': expected one of: github, google, azure_ad, oidc, saml, got \"zz\"");
    fails("SSONode", NULL, "{\"provider\":\"saml\",\"mode\":\"userinfo\"}",
          "invalid input 'mode': expected authorize or validate for saml, got userinfo");
    fails("SSONode", NULL, "{\"provider\":\"saml\",\"client_id\":\"c\",\"redirect_uri\":\"r\"}",
          "missing required input: sso_url");
    fails("SSONode", NULL, "{\"provider\":\"oidc\",\"client_id\":\"c\",\"redirect_uri\":\"r\"}",
          "missing required input: discovery_url");
    fails("SSONode", NULL,
          "{\"provider\":\"oidc\",\"client_id\":\"c\",\"redirect_uri\":\"r\",\"discovery_url\":\"zz\"}",
          "invalid input 'discovery_url': expected valid URL, got relative URL without a base");
    fails("SSONode", NULL,
          "{\"provider\":\"github\",\"mode\":\"validate\",\"client_id\":\"c\",\"id_token\":\"t\"}",
          "node execution failed: the provider gives no id_token");
}

KL_TEST(oauth_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("OAuth2Node", NULL,
                                "{\"client_id\":\"c\",\"redirect_uri\":\"r\",\"auth_url\":\"https://i/\","
                                "\"scopes\":[\"a\",\"b\"],\"params\":{\"prompt\":\"x\"}}");
    survives_failed_allocations("SSONode", NULL,
                                "{\"provider\":\"azure_ad\",\"client_id\":\"c\",\"redirect_uri\":\"r\","
                                "\"nonce\":\"n\"}");
    survives_failed_allocations("SSONode", NULL,
                                "{\"provider\":\"saml\",\"client_id\":\"c\",\"redirect_uri\":\"r\","
                                "\"sso_url\":\"https://i/\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_say_what_they_need),
        cmocka_unit_test(oauth_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
