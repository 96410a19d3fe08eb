"""An identity provider for tests: OAuth 2.0 and OpenID Connect over HTTP on loopback.

It checks what it is sent as strictly as the RFCs ask, and signs with the openssl command, so that its
signatures owe nothing to the library they test.
"""

import base64
import hashlib
import http.server
import json
import subprocess
import threading
import time
import urllib.parse


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An RSA key in a file."""

    def __init__(self, folder, kid):
        self.kid, self.path = kid, folder / f"{kid}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
                        self.path], check=True, capture_output=True)

    def jwk(self):
        out = subprocess.run(["openssl", "rsa", "-in", self.path, "-noout", "-modulus"], check=True,
                             capture_output=True, text=True).stdout
        modulus = bytes.fromhex(out.strip().removeprefix("Modulus="))
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "alg": "RS256", "n": b64(modulus), "e": "AQAB"}

    def sign(self, claims, header=None):
        head = {"typ": "JWT", "alg": "RS256", "kid": self.kid, **(header or {})}
        text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=text.encode(),
                                   check=True, capture_output=True).stdout
        return text + "." + b64(signature)


class Provider:
    CLIENT, SECRET = "client one", "s3cret/+&"

    def __init__(self, folder):
        self.folder = folder
        self.keys = [Key(folder, "k1")]
        self.codes, self.tokens, self.refresh, self.devices = {}, {}, {}, {}
        self.issued = 0
        self.seen = []      # (path, form)
        self.claims = {}    # more or other claims of the next id_token
        self.document = {}  # other members of the discovery document
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def count(self, path):
        return sum(1 for seen, _ in self.seen if seen == path)

    # -- what it answers -------------------------------------------------------------------------------

    def discovery(self):
        return {"issuer": self.issuer, "jwks_uri": self.issuer + "/jwks",
                "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token", "userinfo_endpoint": self.issuer + "/userinfo",
                **self.document}

    def approve(self, url, user="alice"):
        """The user says yes at the authorization URL; the code that goes back."""
        parts = urllib.parse.urlsplit(url)
        assert parts.path == "/authorize"
        query = dict(urllib.parse.parse_qsl(parts.query, strict_parsing=True))
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        assert query["client_id"] == self.CLIENT
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**query, "user": user}
        return code, query

    def id_token(self, nonce=None):
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "alice", "aud": self.CLIENT, "iat": now, "exp": now + 600}
        if nonce:
            claims["nonce"] = nonce
        return self.keys[-1].sign({k: v for k, v in {**claims, **self.claims}.items() if v is not None})

    def issue(self, scope, nonce=None, openid=False):
        token, refresh = f"at-{self.issued}", f"rt-{self.issued}"
        self.issued += 1
        self.tokens[token] = scope
        self.refresh[refresh] = scope
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 600, "refresh_token": refresh,
                  "scope": scope}
        return {**answer, "id_token": self.id_token(nonce)} if openid else answer

    def token(self, form):
        kind = form.get("grant_type")
        if kind == "authorization_code":
            given = self.codes.pop(form.get("code"), None)
            challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            if not given or given["code_challenge"] != challenge or given["redirect_uri"] != form["redirect_uri"]:
                return 400, {"error": "invalid_grant", "error_description": "the code is not good"}
            scope = given.get("scope", "")
            return 200, self.issue(scope, given.get("nonce"), "openid" in scope)
        if kind == "refresh_token":
            scope = self.refresh.pop(form.get("refresh_token"), None)
            return (200, self.issue(scope)) if scope is not None else (400, {"error": "invalid_grant"})
        if kind == "client_credentials":
            return 200, {"access_token": "cc", "token_type": "bearer", "expires_in": "60"}
        if kind == "urn:ietf:params:oauth:grant-type:device_code":
            device = self.devices.get(form.get("device_code"))
            if device is None:
                return 400, {"error": "expired_token"}
            device["asked"] += 1
            if device["asked"] < 3:
                return 400, {"error": "authorization_pending"}
            return 200, self.issue("device")
        return 400, {"error": "unsupported_grant_type"}

    def answer(self, path, form):
        if path == "/token":
            return self.token(form)
        if path == "/device":
            self.devices["dc"] = {"asked": 0}
            return 200, {"device_code": "dc", "user_code": "WDJB", "verification_uri": self.issuer + "/go",
                         "expires_in": 60, "interval": 1}
        if path == "/revoke":
            self.tokens.pop(form.get("token"), None)
            return 200, None
        if path == "/introspect":
            active = form.get("token") in self.tokens
            return 200, {"active": True, "scope": self.tokens[form["token"]]} if active else {"active": False}
        return 404, {"error": "not_found"}

    def handler(provider):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def reply(self, status, body, kind="application/json"):
                data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                provider.seen.append((self.path, None))
                if self.path == "/.well-known/openid-configuration":
                    self.reply(200, provider.discovery())
                elif self.path == "/jwks":
                    self.reply(200, {"keys": [key.jwk() for key in provider.keys]})
                elif self.path == "/html":
                    self.reply(200, b"<html>secret-of-the-page", "text/html")
                elif self.path == "/userinfo":
                    token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    if token in provider.tokens:
                        self.reply(200, {"sub": "alice", "email": "alice@example.org"})
                    else:
                        self.reply(401, {"error": "invalid_token"})
                else:
                    self.reply(404, {})

            def credentials(self, form):
                """(client, secret or None) as they were sent, by header or in the form."""
                kind, _, value = self.headers.get("Authorization", "").partition(" ")
                if kind == "Basic":
                    assert "client_secret" not in form and "client_id" not in form
                    user, _, password = base64.b64decode(value).decode().partition(":")
                    return urllib.parse.unquote_plus(user), urllib.parse.unquote_plus(password)
                return form.get("client_id"), form.get("client_secret")

            def do_POST(self):
                assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(urllib.parse.parse_qsl(text, strict_parsing=True, keep_blank_values=True))
                provider.seen.append((self.path, form))
                if self.path == "/slow":
                    time.sleep(5)
                if self.path == "/redirect":
                    self.send_response(307)
                    self.send_header("Location", provider.issuer + "/token")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if self.path == "/html":
                    self.reply(500, b"<html>secret-of-the-page", "text/html")
                    return
                client, secret = self.credentials(form)
                if client != provider.CLIENT or secret not in (None, provider.SECRET):
                    self.reply(401, {"error": "invalid_client"})
                else:
                    self.reply(*provider.answer(self.path, form))

        return Handler
