"""OAuth2Node, SSONode and JWTAuthNode against an identity provider that checks what it is sent."""

import base64
import hashlib
import threading
import time
import urllib.parse

import pytest

import kailash
from node_calls import call, failure
from oidc_provider import Key, Provider

REDIRECT = "https://app.example/back?x=1"


@pytest.fixture
def provider(tmp_path):
    made = Provider(tmp_path)
    yield made
    made.close()


def client(provider, secret=True):
    login = {"client_id": provider.CLIENT, "redirect_uri": REDIRECT, "token_url": provider.issuer + "/token"}
    return {**login, "client_secret": provider.SECRET} if secret else login


def query_of(url):
    return urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, strict_parsing=True)


# -- URLs ----------------------------------------------------------------------------------------------


def test_the_authorization_url_is_as_ever():
    got = call("OAuth2Node", {}, {
        "client_id": "c d", "redirect_uri": "https://a/b?x=1&y", "auth_url": "https://idp/x?p=1",
        "scopes": ["a b", "c"], "state": "s s"})
    assert set(got) == {"auth_url", "state", "code_verifier"}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(got["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert got["auth_url"] == (
        "https://idp/x?p=1&response_type=code&client_id=c+d&redirect_uri=https%3A%2F%2Fa%2Fb%3Fx%3D1%26y&state=s+s"
        f"&code_challenge={challenge}&code_challenge_method=S256&scope=a+b+c")
    assert len(got["code_verifier"]) == 43
    other = call("OAuth2Node", {}, {"client_id": "c", "redirect_uri": "r", "auth_url": "https://idp/x"})
    assert len(other["state"]) == 22 and other["code_verifier"] != got["code_verifier"]
    assert [name for name, _ in query_of(other["auth_url"])] == [
        "response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method"]


@pytest.mark.parametrize(("inputs", "message"), [
    ({}, "missing required input: client_id"),
    ({"client_id": "c"}, "missing required input: redirect_uri"),
    ({"client_id": "c", "redirect_uri": "r"}, "missing required input: auth_url"),
    ({"client_id": "c", "redirect_uri": "r", "auth_url": "zz"},
     "invalid input 'auth_url': expected valid URL, got relative URL without a base"),
    ({"client_id": "c", "redirect_uri": "r", "auth_url": "javascript://x"}, "auth_url"),
    ({"client_id": "c", "redirect_uri": "r", "auth_url": "https://i/", "scopes": 5},
     "invalid input 'scopes': expected string or array of strings, got 5"),
    ({"client_id": "c", "redirect_uri": "r", "auth_url": "https://i/", "params": {"a": 1}},
     "invalid input 'params.a': expected string, got 1"),
    ({"mode": "exchange", "client_id": "c", "redirect_uri": "r"}, "missing required input: token_url"),
    ({"mode": "refresh", "client_id": "c", "token_url": "https://i/"}, "missing required input: refresh_token"),
    ({"mode": "client_credentials", "client_id": "c"}, "missing required input: client_secret"),
])
def test_oauth_refuses_what_is_wrong(inputs, message):
    assert message in failure("OAuth2Node", {}, inputs)


@pytest.mark.parametrize(("provider_name", "auth", "token", "userinfo", "scope"), [
    ("github", "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token",
     "https://api.github.com/user", "read:user user:email"),
    ("google", "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
     "https://www.googleapis.com/oauth2/v3/userinfo", "openid profile email"),
    ("azure_ad", "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
     "https://login.microsoftonline.com/common/oauth2/v2.0/token", "https://graph.microsoft.com/v1.0/me",
     "openid profile email"),
])
def test_known_providers(provider_name, auth, token, userinfo, scope):
    got = call("SSONode", {}, {"provider": provider_name, "client_id": "c", "redirect_uri": "https://r"})
    assert set(got) == {"provider", "auth_url", "token_url", "userinfo_url", "state", "code_verifier"}
    assert got["auth_url"].split("?")[0] == auth
    assert (got["token_url"], got["userinfo_url"]) == (token, userinfo)
    query = query_of(got["auth_url"])
    assert [name for name, _ in query] == ["response_type", "client_id", "redirect_uri", "state", "scope",
                                           "code_challenge", "code_challenge_method"]
    assert dict(query)["scope"] == scope


@pytest.mark.parametrize("tenant", ["", "a/b", "a b", "..", "x?y", "evil.example/#"])
def test_a_tenant_leads_nowhere_else(tenant):
    text = failure("SSONode", {}, {"provider": "azure_ad", "client_id": "c", "redirect_uri": "r", "tenant": tenant})
    assert text.startswith("invalid input 'tenant': expected tenant id or domain")


# -- tokens --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [{}, {"client_auth": "basic"}])
def test_code_refresh_and_the_end_of_a_token(provider, config):
    asked = call("OAuth2Node", {}, {**client(provider), "auth_url": provider.issuer + "/authorize", "scopes": "a b"})
    code, query = provider.approve(asked["auth_url"])
    assert query["state"] == asked["state"]
    exchange = {**client(provider), "mode": "exchange", "code": code, "code_verifier": asked["code_verifier"]}
    tokens = call("OAuth2Node", config, exchange)
    assert tokens == {"access_token": "at-0", "token_type": "Bearer", "expires_in": 600, "refresh_token": "rt-0",
                      "scope": "a b"}
    assert "the code is not good (status 400)" in failure("OAuth2Node", config, exchange)

    refreshed = call("OAuth2Node", config, {**client(provider), "mode": "refresh", "refresh_token": "rt-0"})
    assert refreshed["access_token"] == "at-1"
    assert failure("OAuth2Node", config, {**client(provider), "mode": "refresh", "refresh_token": "rt-0"}) == (
        "node execution failed: token refresh failed: invalid_grant (status 400)")

    look = {**client(provider), "mode": "introspect", "introspect_url": provider.issuer + "/introspect", "token": "at-1"}
    assert call("OAuth2Node", config, look) == {"active": True, "claims": {"active": True, "scope": "a b"}}
    gone = {**client(provider), "mode": "revoke", "revoke_url": provider.issuer + "/revoke", "token": "at-1"}
    assert call("OAuth2Node", config, gone) == {"revoked": True}
    assert call("OAuth2Node", config, look) == {"active": False, "claims": {"active": False}}


def test_another_verifier_gets_no_token(provider):
    asked = call("OAuth2Node", {}, {**client(provider), "auth_url": provider.issuer + "/authorize"})
    code, _ = provider.approve(asked["auth_url"])
    text = failure("OAuth2Node", {}, {**client(provider), "mode": "exchange", "code": code, "code_verifier": "x" * 43})
    assert text == "node execution failed: token exchange failed: invalid_grant: the code is not good (status 400)"


def test_the_client_for_itself(provider):
    assert call("OAuth2Node", {}, {**client(provider), "mode": "client_credentials"}) == {
        "access_token": "cc", "token_type": "bearer", "expires_in": 60}
    assert provider.seen[-1][1]["client_secret"] == provider.SECRET
    wrong = {**client(provider), "mode": "client_credentials", "client_secret": "wrong"}
    text = failure("OAuth2Node", {"client_auth": "basic"}, wrong)
    assert text == "node execution failed: client credentials failed: invalid_client (status 401)"
    assert "wrong" not in text


def test_a_device_waits_for_its_user(provider):
    given = call("OAuth2Node", {}, {"mode": "device", "client_id": provider.CLIENT,
                                    "device_url": provider.issuer + "/device", "scopes": ["a"]})
    assert given == {"device_code": "dc", "user_code": "WDJB", "verification_uri": provider.issuer + "/go",
                     "expires_in": 60, "interval": 1}
    poll = {"mode": "device_token", "client_id": provider.CLIENT, "token_url": provider.issuer + "/token",
            "device_code": "dc", "interval": 0.05}
    assert call("OAuth2Node", {}, poll)["access_token"] == "at-0"
    assert provider.devices["dc"]["asked"] == 3
    assert failure("OAuth2Node", {}, {**poll, "device_code": "no"}) == (
        "node execution failed: device token failed: expired_token (status 400)")
    provider.devices["dc"]["asked"] = -1000
    assert failure("OAuth2Node", {"poll_seconds": 0.2}, poll) == (
        "node execution failed: device token failed: the user did not answer in time")


def test_polling_stops_with_the_run(provider):
    provider.devices["dc"] = {"asked": -10**9}
    builder = kailash.WorkflowBuilder()
    builder.add_node("OAuth2Node", "n", {
        "mode": "device_token", "client_id": provider.CLIENT, "token_url": provider.issuer + "/token",
        "device_code": "dc", "interval": 0.05})
    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry, kailash.RuntimeConfig(node_timeout=0.5))
    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="timed out"):
        runtime.execute(builder.build(registry))
    assert time.monotonic() - begin < 3
    asked = provider.devices["dc"]["asked"]
    time.sleep(0.3)
    assert provider.devices["dc"]["asked"] <= asked + 1


@pytest.mark.parametrize(("path", "message"), [
    ("/html", "request failed: the answer (status 500) is no JSON object"),
    ("/redirect", "failed: the server answered with status 307"),
    ("/nowhere", "failed: not_found (status 404)"),
])
def test_bad_answers_are_told_without_secrets(provider, path, message):
    text = failure("OAuth2Node", {}, {**client(provider), "mode": "client_credentials",
                                      "token_url": provider.issuer + path})
    assert text == f"node execution failed: client credentials {message}"
    assert provider.count("/token") == 0  # no redirect was followed with the secret


def test_nobody_answers():
    text = failure("OAuth2Node", {}, {"mode": "client_credentials", "client_id": "c", "client_secret": "hush",
                                      "token_url": "http://127.0.0.1:1/token"})
    assert text.startswith("node execution failed: client credentials request failed: ")
    assert "hush" not in text


def test_private_addresses_can_be_refused(provider):
    text = failure("OAuth2Node", {"allow_private": False}, {**client(provider), "mode": "client_credentials"})
    assert "SSRF blocked" in text
    assert provider.seen == []


# -- OpenID Connect ------------------------------------------------------------------------------------


def sso(provider, **more):
    return {"provider": "oidc", "discovery_url": provider.issuer, "client_id": provider.CLIENT,
            "redirect_uri": REDIRECT, **more}


OPEN = {"allow_private": True}


def sign_in(provider, config=OPEN):
    asked = call("SSONode", config, sso(provider))
    code, query = provider.approve(asked["auth_url"])
    return sso(provider, mode="exchange", code=code, code_verifier=asked["code_verifier"], nonce=asked["nonce"],
               client_secret=provider.SECRET)


def test_a_user_signs_in(provider):
    asked = call("SSONode", OPEN, sso(provider))
    assert asked["token_url"] == provider.issuer + "/token"
    assert asked["userinfo_url"] == provider.issuer + "/userinfo"
    assert dict(query_of(asked["auth_url"]))["nonce"] == asked["nonce"]
    got = call("SSONode", OPEN, sign_in(provider))
    assert got["claims"]["sub"] == "alice" and got["provider"] == "oidc"
    who = call("SSONode", OPEN, sso(provider, mode="userinfo", access_token=got["access_token"]))
    assert who == {"userinfo": {"sub": "alice", "email": "alice@example.org"}}
    checked = call("SSONode", OPEN, sso(provider, mode="validate", id_token=got["id_token"]))
    assert checked["valid"] and checked["subject"] == "alice"


@pytest.mark.parametrize(("claims", "reason"), [
    ({"nonce": "other"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"aud": "someone else"}, "audience"),
    ({"aud": ["client one", "someone else"]}, "audience"),
    ({"aud": ["client one", "someone else"], "azp": "someone else"}, "audience"),
    ({"iss": "http://127.0.0.1"}, "issuer"),
    ({"exp": 1000}, "expired"),
    ({"exp": None}, "missing_claim"),
    ({"nbf": 99999999999}, "not_yet_valid"),
])
def test_a_bad_id_token_signs_nobody_in(provider, claims, reason):
    provider.claims = claims
    text = failure("SSONode", OPEN, sign_in(provider))
    assert text == f"node execution failed: sign-in failed: the id_token is not valid: {reason}"


def test_an_id_token_for_several_is_for_us_by_azp(provider):
    provider.claims = {"aud": ["client one", "someone else"], "azp": "client one"}
    assert call("SSONode", OPEN, sign_in(provider))["claims"]["azp"] == "client one"


def test_keys_of_others_do_not_count(provider, tmp_path):
    stranger = Key(tmp_path, "k1-of-a-stranger")
    stranger.kid = "k1"
    now = int(time.time())
    forged = stranger.sign({"iss": provider.issuer, "aud": provider.CLIENT, "exp": now + 60, "sub": "eve"})
    answer = call("SSONode", OPEN, sso(provider, mode="validate", id_token=forged))
    assert answer == {"valid": False, "claims": {}, "reason": "signature"}
    unsigned = forged.rsplit(".", 1)[0] + "."
    assert call("SSONode", OPEN, sso(provider, mode="validate", id_token=unsigned))["reason"] == "signature"


def test_the_document_must_be_of_its_issuer(provider):
    provider.document = {"issuer": "https://other.example"}
    assert failure("SSONode", OPEN, sso(provider)) == (
        f"node execution failed: discovery failed: the document is of another issuer than '{provider.issuer}'")


def test_private_providers_need_a_word(provider):
    assert "SSRF blocked" in failure("SSONode", {}, sso(provider))
    assert provider.seen == []


# -- keys by URL ---------------------------------------------------------------------------------------


def test_new_keys_are_fetched_when_they_are_needed(provider, tmp_path):
    registry = kailash.NodeRegistry()
    runtime = kailash.Runtime(registry)
    builder = kailash.WorkflowBuilder()
    builder.add_node("JWTAuthNode", "n", {"algorithm": "RS256", "jwks_url": provider.issuer + "/jwks", **OPEN})
    workflow = builder.build(registry)

    def check(token):
        return runtime.execute(workflow, {"token": token})["results"]["n"]

    claims = {"sub": "a", "exp": int(time.time()) + 60}
    old = provider.keys[0].sign(claims)
    for _ in range(3):
        assert check(old)["valid"]
    assert provider.count("/jwks") == 1
    fresh = Key(tmp_path, "k2")
    assert check(fresh.sign(claims))["reason"] == "key"
    assert provider.count("/jwks") == 1  # fetched a moment ago
    assert check(fresh.sign(claims, {"alg": "none"}))["reason"] in ("key", "algorithm")


def test_many_ask_at_once(provider):
    registry = kailash.NodeRegistry()
    token = provider.keys[0].sign({"sub": "a", "exp": int(time.time()) + 60})
    builder = kailash.WorkflowBuilder()
    builder.add_node("JWTAuthNode", "n", {"algorithm": "RS256", "jwks_url": provider.issuer + "/jwks", **OPEN})
    workflow = builder.build(registry)
    answers = []

    def ask():
        answers.append(kailash.Runtime(registry).execute(workflow, {"token": token})["results"]["n"]["valid"])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8
