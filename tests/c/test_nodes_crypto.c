/* Nodes of encryption, signatures and certificates. */
#include "crypto_test.h"
#include "node_sweep.h"

static kl_value member(const kl_value *map, const char *key)
{
    return kl_map_get(*map, kl_text_from(key));
}

static kl_status run_map(kl_value *out, const char *type, kl_value inputs, kl_error *error)
{
    return kl_node_run_alone(out, kl_node_type_find(kl_text_from(type)), kl_null(), inputs, error);
}

static kl_value run_ok(const char *type, const char *inputs)
{
    kl_value out = kl_null(), map = json(inputs);
    assert_ok(run_map(&out, type, map, error));
    kl_value_release(map);
    return out;
}

static void put(kl_value *map, const char *key, kl_value value)
{
    assert_int_equal(kl_map_set(map, kl_text_from(key), kl_value_retain(value), NULL), KL_OK);
}

static void put_bytes(kl_value *map, const char *key, kl_text bytes)
{
    kl_value value = kl_null();
    assert_int_equal(kl_bytes_new(&value, bytes, NULL), KL_OK);
    assert_int_equal(kl_map_set(map, kl_text_from(key), value, NULL), KL_OK);
}

static void fails_map(const char *type, kl_value inputs, const char *message)
{
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_not_equal(run_map(&out, type, inputs, &error), KL_OK);
    assert_string_equal(kl_error_message(&error), message);
    kl_error_clear(&error);
}

/* ---- EncryptionNode ------------------------------------------------------------------------------ */

#define KEY "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

/* The bytes that the wheel makes of this key and nonce. */
KL_TEST(encryption_is_as_ever)
{
    KL_UNUSED_STATE;
    kl_value out = run_ok("EncryptionNode", "{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"" KEY
                                            "\",\"nonce\":\"nnnnnnnnnnnn\"}");
    assert_true(kl_is(member(&out, "result"), KL_KIND_BYTES));
    assert_bytes(kl_as_text(member(&out, "result")), "e076057c50bca7c9ec52f2b4f733191f3e");
    assert_bytes(kl_as_text(member(&out, "nonce")), "6e6e6e6e6e6e6e6e6e6e6e6e");
    assert_int_equal(kl_map_len(out), 2);
    kl_value_release(out);
}

/* Encrypts with `members`, then decrypts with the same and what came out. */
static void comes_back(const char *members)
{
    char text[512];
    snprintf(text, sizeof text, "{\"operation\":\"encrypt\",\"data\":\"h\xc3\xa4llo\",%s}", members);
    kl_value sealed = run_ok("EncryptionNode", text), plain = kl_null();
    snprintf(text, sizeof text, "{\"operation\":\"decrypt\",%s}", members);
    kl_value inputs = json(text), output = json("\"text\"");
    put(&inputs, "data", member(&sealed, "result"));
    put(&inputs, "nonce", member(&sealed, "nonce"));
    if (!kl_is_null(member(&sealed, "salt")))
        put(&inputs, "salt", member(&sealed, "salt"));
    put(&inputs, "output", output);
    assert_ok(run_map(&plain, "EncryptionNode", inputs, error));
    assert_json(kl_value_retain(member(&plain, "result")), "\"h\xc3\xa4llo\"");
    kl_value_release(plain);
    kl_value_release(output);
    kl_value_release(inputs);
    kl_value_release(sealed);
}

KL_TEST(what_was_encrypted_comes_back)
{
    KL_UNUSED_STATE;
    comes_back("\"key\":\"" KEY "\"");
    comes_back("\"key\":\"" KEY "\",\"algorithm\":\"chacha20-poly1305\",\"aad\":\"a\"");
    comes_back("\"key\":\"" KEY "\",\"output\":\"base64\",\"data_encoding\":\"base64\"");
    comes_back("\"key\":\"6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b\","
               "\"key_encoding\":\"hex\"");
    comes_back("\"key\":\"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\",\"key_encoding\":\"base64\"");
    comes_back("\"key\":\"a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s\",\"key_encoding\":\"base64\"");
    comes_back("\"password\":\"secret\"");
    comes_back("\"password\":\"secret\",\"output\":\"base64\",\"data_encoding\":\"base64\"");
}

KL_TEST(encryption_refuses_what_is_wrong)
{
    KL_UNUSED_STATE;
#define DECRYPTION_FAILED                                                                          \
    "node execution failed: decryption failed (authentication failed or wrong key)"
    static const char *const rows[][2] = {
        {"{}", "missing required input: operation"},
        {"{\"operation\":\"encrypt\"}", "missing required input: data"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\"}", "missing required input: key"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"short\"}",
         "invalid input 'key': expected 32 bytes (AES-256), got 5 bytes"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"short\",\"algorithm\":\"chacha20-poly1305\"}",
         "invalid input 'key': expected 32 bytes (ChaCha20), got 5 bytes"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"" KEY "\",\"nonce\":\"nnnnnnnnnnn\"}",
         "invalid input 'nonce': expected 12 bytes, got 11 bytes"},
        {"{\"operation\":\"encrypt\",\"data\":5,\"key\":\"" KEY "\"}",
         "invalid input 'data': expected string or bytes, got integer"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":5}",
         "invalid input 'key': expected string or bytes, got integer"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"zz\",\"key_encoding\":\"hex\"}",
         "invalid input 'key': expected hex text, got something else"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"" KEY "\",\"password\":\"p\"}",
         "invalid input 'password': expected either key or password, got both"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"password\":\"\"}",
         "invalid input 'password': expected non-empty password, got none"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"password\":\"p\",\"salt\":\"short\"}",
         "invalid input 'salt': expected at least 8 bytes, got 5 bytes"},
        {"{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"" KEY "\",\"output\":\"text\"}",
         "invalid input 'output': expected bytes or base64 to encrypt, got text"},
        {"{\"operation\":\"decrypt\",\"data\":\"x\",\"key\":\"" KEY "\"}",
         "missing required input: nonce"},
        {"{\"operation\":\"decrypt\",\"data\":\"x\",\"password\":\"p\",\"nonce\":\"nnnnnnnnnnnn\"}",
         "missing required input: salt"},
        {"{\"operation\":\"decrypt\",\"data\":\"x\",\"key\":\"" KEY "\",\"nonce\":\"nnnnnnnnnnnn\"}",
         DECRYPTION_FAILED},
        {"{\"operation\":\"decrypt\",\"data\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"key\":\"" KEY
         "\",\"nonce\":\"nnnnnnnnnnnn\"}",
         DECRYPTION_FAILED},
        /* the right bytes with other associated data */
        {"{\"operation\":\"decrypt\",\"data\":\"4HYFfFC8p8nsUvK09zMZHz4=\",\"data_encoding\":\"base64\","
         "\"key\":\"" KEY "\",\"nonce\":\"bm5ubm5ubm5ubm5u\",\"aad\":\"a\"}",
         DECRYPTION_FAILED},
        {"{\"operation\":\"zz\",\"data\":\"x\"}",
         "invalid input 'operation': expected one of: encrypt, decrypt, got \"zz\""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("EncryptionNode", NULL, rows[i][0], rows[i][1]);
    gives("EncryptionNode", NULL,
          "{\"operation\":\"decrypt\",\"data\":\"4HYFfFC8p8nsUvK09zMZHz4=\",\"data_encoding\":\"base64\","
          "\"key\":\"" KEY "\",\"nonce\":\"bm5ubm5ubm5ubm5u\",\"output\":\"base64\"}",
          "{\"result\":\"eA==\",\"nonce\":\"bm5ubm5ubm5ubm5u\"}");
}

KL_TEST(what_is_no_text_is_told)
{
    KL_UNUSED_STATE;
    kl_value inputs = json("{\"operation\":\"encrypt\",\"key\":\"" KEY "\"}"), sealed = kl_null();
    put_bytes(&inputs, "data", KL_TEXT("\xff\x00"));
    assert_ok(run_map(&sealed, "EncryptionNode", inputs, error));
    kl_value back = json("{\"operation\":\"decrypt\",\"key\":\"" KEY "\",\"output\":\"text\"}");
    put(&back, "data", member(&sealed, "result"));
    put(&back, "nonce", member(&sealed, "nonce"));
    fails_map("EncryptionNode", back,
              "invalid input 'output': expected UTF-8 in what was encrypted for text, got other bytes");
    kl_value_release(back);
    kl_value_release(sealed);
    kl_value_release(inputs);
}

/* ---- SignatureVerificationNode ------------------------------------------------------------------- */

KL_TEST(signatures_of_ed25519_are_as_ever)
{
    KL_UNUSED_STATE;
    kl_value out = run_ok("SignatureVerificationNode",
                          "{\"operation\":\"sign\",\"data\":\"x\",\"key\":\"ssssssssssssssssssssssssssssssss\"}");
    assert_bytes(kl_as_text(member(&out, "signature")),
                 "534c27e049b97c413697aa1d2a07d86958340767fb78a96970217fc1d29e466d"
                 "a2abb116d4a7473d7d914c4100857b63c399f0837c06150e6b67b1f423282d09");
    assert_json(kl_value_retain(member(&out, "algorithm_used")), "\"ed25519\"");
    assert_true(kl_as_bool(member(&out, "valid")));
    kl_value_release(out);
    /* the pair of RFC 8032's first example, in hexadecimal */
    gives("SignatureVerificationNode", NULL,
          "{\"operation\":\"verify\",\"data\":\"\",\"encoding\":\"hex\",\"key\":"
          "\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\",\"signature\":"
          "\"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46"
          "bd25bf5f0595bbe24655141438e7a100b\"}",
          "{\"algorithm_used\":\"ed25519\",\"valid\":true}");
    gives("SignatureVerificationNode", NULL,
          "{\"operation\":\"verify\",\"data\":\"y\",\"encoding\":\"hex\",\"key\":"
          "\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\",\"signature\":"
          "\"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46"
          "bd25bf5f0595bbe24655141438e7a100b\"}",
          "{\"algorithm_used\":\"ed25519\",\"valid\":false}");
}

KL_TEST(signatures_of_hmac)
{
    KL_UNUSED_STATE;
    gives("SignatureVerificationNode", NULL,
          "{\"operation\":\"sign\",\"data\":\"hello\",\"algorithm\":\"hmac-sha256\",\"encoding\":\"hex\","
          "\"key\":\"6b6579\"}",
          "{\"signature\":\"9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b\","
          "\"algorithm_used\":\"hmac-sha256\",\"valid\":true}");
    gives("SignatureVerificationNode", NULL,
          "{\"operation\":\"verify\",\"data\":\"hello\",\"algorithm\":\"hmac-sha256\",\"encoding\":\"hex\","
          "\"key\":\"6b6579\",\"signature\":"
          "\"9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b\"}",
          "{\"algorithm_used\":\"hmac-sha256\",\"valid\":true}");
    gives("SignatureVerificationNode", NULL,
          "{\"operation\":\"verify\",\"data\":\"hello\",\"algorithm\":\"hmac-sha256\",\"encoding\":\"hex\","
          "\"key\":\"6b6579\",\"signature\":\"\"}",
          "{\"algorithm_used\":\"hmac-sha256\",\"valid\":false}");
}

/* A new pair and a certificate of it. */
static kl_value pair_of(const char *key_type)
{
    char text[128];
    snprintf(text, sizeof text,
             "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"x\"},\"key_type\":\"%s\"}", key_type);
    return run_ok("CertificateNode", text);
}

KL_TEST(signatures_of_key_pairs)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {{"rsa-2048", "rsa-pss"}, {"ec-p256", "ecdsa"},
                                          {"ec-p384", "ecdsa"},    {"ec-p521", "ecdsa"},
                                          {"ed25519", "ed25519"}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[128];
        kl_value pair = pair_of(rows[i][0]), signed_ = kl_null(), answer = kl_null();
        snprintf(text, sizeof text, "{\"operation\":\"sign\",\"data\":\"m\",\"algorithm\":\"%s\"}",
                 rows[i][1]);
        kl_value sign = json(text);
        put(&sign, "key", member(&pair, "private_key"));
        assert_ok(run_map(&signed_, "SignatureVerificationNode", sign, error));
        snprintf(text, sizeof text, "{\"operation\":\"verify\",\"data\":\"m\",\"algorithm\":\"%s\"}",
                 rows[i][1]);
        kl_value verify = json(text), other = json("\"n\"");
        put(&verify, "key", member(&pair, "certificate"));
        put(&verify, "signature", member(&signed_, "signature"));
        assert_ok(run_map(&answer, "SignatureVerificationNode", verify, error));
        assert_true(kl_as_bool(member(&answer, "valid")));
        kl_value_release(answer);
        put(&verify, "data", other);
        assert_ok(run_map(&answer, "SignatureVerificationNode", verify, error));
        assert_false(kl_as_bool(member(&answer, "valid")));
        kl_value_release(answer);
        put(&sign, "key", member(&pair, "certificate"));
        fails_map("SignatureVerificationNode", sign,
                  "invalid input 'key': the key is public; expected a private one");
        kl_value_release(other);
        kl_value_release(verify);
        kl_value_release(signed_);
        kl_value_release(sign);
        kl_value_release(pair);
    }
}

KL_TEST(signatures_refuse_what_is_wrong)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{}", "missing required input: operation"},
        {"{\"operation\":\"sign\",\"data\":\"x\"}", "missing required input: key"},
        {"{\"operation\":\"sign\",\"data\":\"x\",\"key\":\"sssssssssssssssssssssssssssssss\"}",
         "invalid input 'key': expected 32-byte Ed25519 secret key, got 31 bytes"},
        {"{\"operation\":\"verify\",\"data\":\"x\",\"key\":\"k\"}", "missing required input: signature"},
        {"{\"operation\":\"verify\",\"data\":\"x\",\"key\":\"k\",\"signature\":\"abc\"}",
         "invalid input 'signature': expected 64-byte Ed25519 signature, got 3 bytes"},
        {"{\"operation\":\"verify\",\"data\":\"x\",\"key\":\"ssssssssssssssssssssssssssssssss\","
         "\"signature\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
         "node execution failed: invalid Ed25519 public key: no point of the curve"},
        {"{\"operation\":\"sign\",\"data\":\"x\",\"key\":\"k\",\"algorithm\":\"rsa\"}",
         "invalid input 'algorithm': expected one of: ed25519, hmac-sha256, rsa-pss, ecdsa, got "
         "\"rsa\""},
        {"{\"operation\":\"sign\",\"data\":\"x\",\"key\":\"k\",\"algorithm\":\"rsa-pss\"}",
         "invalid input 'key': expected key in PEM or DER (or the right passphrase), got something "
         "unreadable"},
        {"{\"operation\":\"sign\",\"data\":\"x\",\"key\":\"\",\"algorithm\":\"hmac-sha256\"}",
         "invalid input 'key': expected non-empty key, got none"},
        {"{\"operation\":\"sign\",\"data\":5,\"key\":\"k\",\"algorithm\":\"hmac-sha256\"}",
         "invalid input 'data': expected string or bytes, got integer"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("SignatureVerificationNode", NULL, rows[i][0], rows[i][1]);
    kl_value pair = pair_of("ec-p256");
    kl_value sign = json("{\"operation\":\"sign\",\"data\":\"m\",\"algorithm\":\"rsa-pss\"}");
    put(&sign, "key", member(&pair, "private_key"));
    fails_map("SignatureVerificationNode", sign, "invalid input 'key': expected an RSA key");
    kl_value_release(sign);
    kl_value_release(pair);
}

/* ---- CertificateNode ----------------------------------------------------------------------------- */

/* A root, and a certificate that it issued for a request. */
typedef struct authority {
    kl_value root, request, leaf;
} authority;

static authority authority_of(void)
{
    authority made = {kl_null(), kl_null(), kl_null()};
    made.root = run_ok("CertificateNode", "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"root\"},"
                                          "\"is_ca\":true,\"key_type\":\"rsa-2048\",\"days\":10}");
    made.request = run_ok("CertificateNode",
                          "{\"operation\":\"request\",\"subject\":{\"C\":\"SG\",\"CN\":\"leaf\"},"
                          "\"names\":[\"DNS:x.example\"],\"key_type\":\"ed25519\"}");
    kl_value issue = json("{\"operation\":\"issue\",\"days\":100}");
    put(&issue, "request", member(&made.request, "request"));
    put(&issue, "issuer", member(&made.root, "certificate"));
    put(&issue, "issuer_key", member(&made.root, "private_key"));
    assert_ok(run_map(&made.leaf, "CertificateNode", issue, error));
    kl_value_release(issue);
    return made;
}

static void end_authority(authority *used)
{
    kl_value_release(used->root);
    kl_value_release(used->request);
    kl_value_release(used->leaf);
}

static void validates(const authority *of, const char *more, const char *reason)
{
    char text[256];
    kl_value out = kl_null();
    snprintf(text, sizeof text, "{\"operation\":\"validate\"%s}", more);
    kl_value inputs = json(text);
    put(&inputs, "certificate", member(&of->leaf, "certificate"));
    put(&inputs, "ca", member(&of->root, "certificate"));
    assert_ok(run_map(&out, "CertificateNode", inputs, error));
    assert_int_equal(kl_as_bool(member(&out, "valid")), reason == NULL);
    if (reason)
        assert_string_equal(kl_as_text(member(&out, "reason")).data, reason);
    else
        assert_true(kl_map_has(out, KL_TEXT("reason")) && kl_is_null(member(&out, "reason")));
    kl_value_release(out);
    kl_value_release(inputs);
}

KL_TEST(certificates_are_issued_and_validated)
{
    KL_UNUSED_STATE;
    authority made = authority_of();
    validates(&made, "", NULL);
    validates(&made, ",\"hostname\":\"x.example\",\"purpose\":\"server\"", NULL);
    validates(&made, ",\"hostname\":\"y.example\"", "hostname mismatch: C=SG, CN=leaf");
    validates(&made, ",\"purpose\":\"email\"", "unsuitable certificate purpose: C=SG, CN=leaf");
    validates(&made, ",\"at\":99999999999", "certificate has expired: CN=root");
    validates(&made, ",\"at\":1000", "certificate is not yet valid: CN=root");
    kl_value inputs = json("{\"operation\":\"check_expiry\"}"), out = kl_null();
    put(&inputs, "certificate", member(&made.leaf, "certificate"));
    assert_ok(run_map(&out, "CertificateNode", inputs, error));
    assert_json(kl_value_retain(member(&out, "subject")), "\"C=SG, CN=leaf\"");
    assert_json(kl_value_retain(member(&out, "issuer")), "\"CN=root\"");
    assert_json(kl_value_retain(member(&out, "san_entries")), "[\"DNSName(x.example)\"]");
    assert_json(kl_value_retain(member(&out, "key_type")), "\"Ed25519\"");
    assert_json(kl_value_retain(member(&out, "extended_key_usage")), "[\"server\",\"client\"]");
    assert_json(member(&out, "is_expired"), "false");
    assert_in_range(kl_as_int(member(&out, "days_left")), 9, 10); /* with its issuer */
    kl_value_release(out);
    kl_value_release(inputs);
    end_authority(&made);
}

KL_TEST(days_are_counted_down)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("CertificateNode", "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"x\"},"
                                              "\"days\":2,\"at\":1700000000}");
    static const struct {
        int64_t at, left;
        bool expired;
    } rows[] = {{1700000000, 2, false},          {1700000001, 1, false}, {1700172800, 0, false},
                {1700172801, -1, true},          {1700259200, -1, true}, {1700259201, -2, true}};
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[64];
        kl_value out = kl_null();
        snprintf(text, sizeof text, "{\"operation\":\"parse\",\"at\":%lld}", (long long)rows[i].at);
        kl_value inputs = json(text);
        put(&inputs, "certificate", member(&made, "certificate"));
        assert_ok(run_map(&out, "CertificateNode", inputs, error));
        assert_int_equal(kl_as_int(member(&out, "days_left")), rows[i].left);
        assert_int_equal(kl_as_bool(member(&out, "is_expired")), rows[i].expired);
        kl_value_release(out);
        kl_value_release(inputs);
    }
    kl_value_release(made);
}

KL_TEST(keys_of_certificates_may_be_encrypted)
{
    KL_UNUSED_STATE;
    kl_value made = run_ok("CertificateNode", "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"x\"},"
                                              "\"key_password\":\"p\"}");
    assert_non_null(strstr(kl_as_text(member(&made, "private_key")).data, "ENCRYPTED"));
    kl_value again = json("{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"y\"},\"key_password\":\"p\"}");
    kl_value out = kl_null(), wrong = json("\"q\"");
    put(&again, "key", member(&made, "private_key"));
    assert_ok(run_map(&out, "CertificateNode", again, error));
    assert_false(kl_map_has(out, KL_TEXT("private_key")));
    put(&again, "key_password", wrong);
    fails_map("CertificateNode", again,
              "invalid input 'key': expected private key in PEM or DER (or the right password), got "
              "something else");
    kl_value_release(wrong);
    kl_value_release(out);
    kl_value_release(again);
    kl_value_release(made);
}

KL_TEST(certificates_refuse_what_is_wrong)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        {"{}", "missing required input: operation"},
        {"{\"operation\":\"parse\"}", "missing required input: certificate"},
        {"{\"operation\":\"parse\",\"certificate\":\"zz\"}",
         "node execution failed: failed to parse certificate: no certificate in PEM, DER or PKCS#12"},
        {"{\"operation\":\"parse\",\"certificate\":5}",
         "invalid input 'certificate': expected string or bytes, got integer"},
        {"{\"operation\":\"zz\"}",
         "invalid input 'operation': expected one of: parse, validate, check_expiry, self_signed, "
         "request, issue, got \"zz\""},
        {"{\"operation\":\"self_signed\"}", "missing required input: subject"},
        {"{\"operation\":\"self_signed\",\"subject\":{\"zz\":\"x\"}}",
         "node execution failed: subject: unknown attribute: 'zz'"},
        {"{\"operation\":\"self_signed\",\"subject\":{},\"names\":[\"x\"]}",
         "node execution failed: expected DNS:name, IP:address, email:address or URI:address: 'x'"},
        {"{\"operation\":\"issue\",\"request\":\"x\"}", "missing required input: issuer"},
        {"{\"operation\":\"issue\",\"request\":\"x\",\"issuer\":\"x\",\"issuer_key\":\"x\"}",
         "node execution failed: not a readable certificate request"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        fails("CertificateNode", NULL, rows[i][0], rows[i][1]);
    authority made = authority_of();
    kl_value issue = json("{\"operation\":\"issue\",\"at\":99999999999}");
    put(&issue, "request", member(&made.request, "request"));
    put(&issue, "issuer", member(&made.root, "certificate"));
    put(&issue, "issuer_key", member(&made.root, "private_key"));
    fails_map("CertificateNode", issue,
              "node execution failed: the certificate of the issuer has expired");
    kl_value_release(issue);
    issue = json("{\"operation\":\"issue\"}");
    put(&issue, "request", member(&made.request, "request"));
    put(&issue, "issuer", member(&made.leaf, "certificate"));
    put(&issue, "issuer_key", member(&made.request, "private_key"));
    fails_map("CertificateNode", issue,
              "node execution failed: issuer: it may not sign certificates");
    kl_value_release(issue);
    end_authority(&made);
}

KL_TEST(crypto_nodes_survive_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives_failed_allocations("EncryptionNode", NULL,
                                "{\"operation\":\"encrypt\",\"data\":\"x\",\"key\":\"" KEY
                                "\",\"output\":\"base64\",\"aad\":\"a\"}");
    survives_failed_allocations("EncryptionNode", NULL,
                                "{\"operation\":\"decrypt\",\"data\":\"4HYFfFC8p8nsUvK09zMZHz4=\","
                                "\"data_encoding\":\"base64\",\"key\":\"" KEY
                                "\",\"nonce\":\"bm5ubm5ubm5ubm5u\",\"output\":\"text\"}");
    survives_failed_allocations("SignatureVerificationNode", NULL,
                                "{\"operation\":\"sign\",\"data\":\"x\",\"key\":"
                                "\"ssssssssssssssssssssssssssssssss\",\"encoding\":\"raw\"}");
    survives_failed_allocations("CertificateNode", NULL,
                                "{\"operation\":\"self_signed\",\"subject\":{\"CN\":\"x\"},\"names\":"
                                "[\"DNS:x\"]}");
    survives_failed_allocations("CertificateNode", NULL,
                                "{\"operation\":\"request\",\"subject\":{\"CN\":\"x\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encryption_is_as_ever),
        cmocka_unit_test(what_was_encrypted_comes_back),
        cmocka_unit_test(encryption_refuses_what_is_wrong),
        cmocka_unit_test(what_is_no_text_is_told),
        cmocka_unit_test(signatures_of_ed25519_are_as_ever),
        cmocka_unit_test(signatures_of_hmac),
        cmocka_unit_test(signatures_of_key_pairs),
        cmocka_unit_test(signatures_refuse_what_is_wrong),
        cmocka_unit_test(certificates_are_issued_and_validated),
        cmocka_unit_test(days_are_counted_down),
        cmocka_unit_test(keys_of_certificates_may_be_encrypted),
        cmocka_unit_test(certificates_refuse_what_is_wrong),
        cmocka_unit_test(crypto_nodes_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
