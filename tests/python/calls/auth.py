"""Nodes of authentication and cryptography."""

SECRET = "0123456789abcdef0123456789abcdef"
BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HASH = "ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f"  # BLAKE3 of "hello"
SEED = bytes(range(32))
NONCE = bytes(12)
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfjCCASOgAwIBAgIUOPWazD9ic1cPF4s/62UbIzARIFQwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAgFw0yNjExMjcxMTQ5MDBaGA8yMTI2MTEwMzExNDkwMFow
DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLVHMduP8BAn
8lIVvJHHO/HasWc2Da4TL+e7L1Cl0X6cIKsMu/4aNUpv2NkaRJwJxxa1Sj7Kfnes
QBDBWvHU1d+jYTBfMB0GA1UdDgQWBBTvo+Tbb3kHHkpGcPpe93ntfR0b3jAfBgNV
HSMEGDAWgBTvo+Tbb3kHHkpGcPpe93ntfR0b3jAPBgNVHRMBAf8EBTADAQH/MAwG
A1UdEQQFMAOCAXgwCgYIKoZIzj0EAwIDSQAwRgIhAPGHOgQgWbx89UrpkjjCBD/D
zwtGJIsmL/3CMXNXp/mBAiEA0Bqw00Z+6G7Un+baY1iRl1y13NmpKfGsadJMZ8Jb
Z7k=
-----END CERTIFICATE-----
"""

CALLS = {
    "APIKeyAuthNode": [
        {"api_key": "hello", "expected_hash": HASH, "expected_key": "hello", "key_id": "k", "permissions": ["x"]},
        {"api_key": "hello", "expected_key": "hello"},
    ],
    "AuthFlowNode": [
        {"steps": [{"name": "a", "type": "credential_check"}, {"name": "b", "type": "ip_check"},
                   {"name": "c", "type": "mfa_check", "required": False},
                   {"name": "d", "type": "jwt_check", "required": False}, {"name": "e", "type": "api_key_check"}],
         "username": "u", "password": "hello", "users": {"u": HASH}, "code": "000000", "secret": BASE32,
         "ip_address": "10.1.2.3", "allowed": ["10.0.0.0/8"], "token": "x", "jwt_secret": SECRET,
         "algorithm": "HS256", "leeway_seconds": 60, "api_key": "k", "expected_key": "k"},
        {"steps": [{"name": "d", "type": "jwt_check"}], "token": "x", "jwt_secret": SECRET, "issuer": "i",
         "audience": "a", "required_claims": ["sub"]},
        {"steps": [{"name": "d", "type": "jwt_check"}], "token": "x",
         "jwks": {"keys": [{"kty": "oct", "k": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}]}},
        {"steps": [{"type": "api_key_check"}], "api_key": "hello", "expected_hash": HASH},
        {"steps": [{"type": "ip_check"}], "ip": "::1", "allowed": ["::1"]},
    ],
    "CertificateNode": [
        {"operation": "self_signed", "subject": {"CN": "x"}, "names": ["DNS:x"], "days": 2, "is_ca": False,
         "key_usage": ["digital_signature"], "extended_key_usage": ["server"], "key_type": "ec-p256",
         "at": 1_700_000_000},
        {"operation": "request", "subject": {"CN": "x"}, "is_ca": True, "path_length": 1, "key_password": "p",
         "key_type": "ec-p256"},
        {"operation": "parse", "certificate": CERTIFICATE, "at": 1_700_000_000},
        {"operation": "validate", "certificate": CERTIFICATE, "chain": CERTIFICATE, "ca": CERTIFICATE,
         "hostname": "x", "purpose": "server"},
        {"operation": "check_expiry", "certificate": CERTIFICATE, "password": "p"},
    ],
    "CredentialValidatorNode": [
        {"password": "Abcdef1!", "username": "u", "forbidden": ["zzz"], "min_length": 8, "max_length": 20,
         "require_uppercase": True, "require_lowercase": True, "require_digit": True, "require_special": True},
    ],
    "EncryptionNode": [
        {"operation": "encrypt", "data": "x", "key": SECRET, "nonce": NONCE, "aad": "a",
         "algorithm": "aes-256-gcm", "key_encoding": "raw", "output": "bytes"},
        {"operation": "encrypt", "data": "x", "password": "p", "salt": "saltsalt", "data_encoding": "raw"},
        {"operation": "decrypt", "data": "4HYFfFC8p8nsUvK09zMZHz4=", "data_encoding": "base64", "key": "k" * 32,
         "nonce": "bm5ubm5ubm5ubm5u", "output": "text"},
    ],
    "JWTAuthNode": [
        {"mode": "sign", "secret": SECRET, "payload": {"sub": "a"}, "algorithm": "HS256", "expiry_seconds": 60,
         "kid": "k"},
        {"mode": "validate", "secret": SECRET, "token": "x", "issuer": "i", "audience": ["a"],
         "leeway_seconds": 5, "required_claims": ["sub"]},
        {"mode": "validate", "token": "x", "jwks": [{"kty": "oct", "k": "MDEyMzQ1Njc4OWFiY2RlZg"}]},
        {"mode": "sign", "secret": SECRET, "payload": {}, "allow_asymmetric_signing": True,
         "max_asymmetric_signs_per_minute": 5},
    ],
    "MFANode": [
        {"mode": "totp_generate", "secret": BASE32, "digits": 6, "period": 30, "algorithm": "SHA256",
         "timestamp": 59, "account": "a", "issuer": "i"},
        {"mode": "totp_validate", "secret": BASE32, "code": "287082", "window": 1},
        {"mode": "hotp_validate", "secret": BASE32, "code": "755224", "counter": 0, "look_ahead": 1},
        {"mode": "backup_generate", "count": 2},
        {"mode": "backup_validate", "code": "1", "backup_hashes": [HASH]},
    ],
    "OAuth2Node": [
        {"mode": "authorize", "client_id": "c", "redirect_uri": "https://r.example/", "auth_url": "https://i.example/",
         "scopes": ["a", "b"], "state": "s", "params": {"prompt": "login"}, "client_auth": "post",
         "allow_private": False, "timeout_seconds": 1, "poll_seconds": 1, "interval": 1},
    ],
    "SSONode": [
        {"provider": "azure_ad", "mode": "authorize", "client_id": "c", "redirect_uri": "https://r.example/",
         "scopes": "openid", "tenant": "contoso.example", "state": "s", "nonce": "n", "params": {"prompt": "login"},
         "client_auth": "basic", "algorithm": "RS256", "leeway_seconds": 5, "allow_private": False,
         "timeout_seconds": 1},
        {"provider": "saml", "client_id": "c", "redirect_uri": "https://r.example/", "sso_url": "https://i.example/"},
        {"provider": "saml", "mode": "validate", "client_id": "c", "redirect_uri": "r", "idp_entity_id": "i",
         "idp_certificates": [CERTIFICATE], "saml_response": "PHg+", "request_id": "_1",
         "decryption_key": ["no key"], "decryption_key_password": "p", "allow_cbc": True},
    ],
    "SessionManagerNode": [
        {"mode": "create", "user_id": "u", "metadata": {"a": 1}, "ttl_seconds": 60, "scope": "registry"},
        {"mode": "validate", "session_id": "x", "token": "t"},
        {"mode": "refresh", "session_id": "x", "token": "t"},
        {"mode": "revoke", "session_id": "x"},
    ],
    "SignatureVerificationNode": [
        {"operation": "sign", "data": "x", "key": SEED, "algorithm": "ed25519", "encoding": "raw"},
        {"operation": "verify", "data": "x", "key": "k", "signature": "s", "algorithm": "hmac-sha256",
         "passphrase": "p"},
    ],
    "TokenGenerationNode": [{"length": 8, "format": "base64", "prefix": "sk_"}],
}
