/* Ciphers, derived keys, key pairs and one-time passwords, against published vectors: NIST's (by way
 * of McGrew and Viega's paper on GCM), RFC 4226, 5869, 6070, 6238, 7914, 8032, 8439. */
#include "crypto/cipher.h"
#include "crypto/derive.h"
#include "crypto/key.h"
#include "crypto/otp.h"
#include "crypto_test.h"

/* ---- ciphers --------------------------------------------------------------------------------- */

static const struct {
    kl_cipher_kind kind;
    const char *key, *nonce, *aad, *plain, *sealed;
} ciphers[] = {
    {KL_CIPHER_AES_256_GCM, "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {KL_CIPHER_AES_256_GCM, "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {KL_CIPHER_AES_256_GCM, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b5"
     "25b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10568288"
     "38c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    {KL_CIPHER_CHACHA20_POLY1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
     "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920"
     "636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c207375"
     "6e73637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
     "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"},
};

KL_TEST(ciphers_agree_with_their_vectors)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(ciphers); i++) {
        kl_cipher cipher = {ciphers[i].kind, unhex(ciphers[i].key), unhex(ciphers[i].nonce),
                            unhex(ciphers[i].aad)};
        kl_value sealed = kl_null(), plain = kl_null();
        assert_ok(kl_cipher_seal(&sealed, &cipher, unhex(ciphers[i].plain), error));
        assert_bytes(kl_as_text(sealed), ciphers[i].sealed);
        assert_ok(kl_cipher_open(&plain, &cipher, kl_as_text(sealed), error));
        assert_bytes(kl_as_text(plain), ciphers[i].plain);
        kl_value_release(sealed);
        kl_value_release(plain);
    }
}

/* Every bit of what was sealed, of the nonce, the key and the associated data counts. */
KL_TEST(what_was_changed_does_not_open)
{
    KL_UNUSED_STATE;
    for (size_t i = 2; i < KL_COUNT(ciphers); i++) {
        kl_text parts[] = {unhex(ciphers[i].sealed), unhex(ciphers[i].nonce), unhex(ciphers[i].aad),
                           unhex(ciphers[i].key)};
        for (size_t part = 0; part < KL_COUNT(parts); part++) {
            for (size_t bit = 0; bit < parts[part].len * 8; bit++) {
                kl_value plain = kl_null();
                char *byte = (char *)(uintptr_t)parts[part].data + bit / 8;
                kl_cipher cipher = {ciphers[i].kind, parts[3], parts[1], parts[2]};
                *byte = (char)(*byte ^ (1 << bit % 8));
                assert_int_equal(kl_cipher_open(&plain, &cipher, parts[0], NULL), KL_DENIED);
                *byte = (char)(*byte ^ (1 << bit % 8));
            }
        }
        for (size_t len = 0; len < parts[0].len; len++) {
            kl_value plain = kl_null();
            kl_cipher cipher = {ciphers[i].kind, parts[3], parts[1], parts[2]};
            assert_int_equal(kl_cipher_open(&plain, &cipher, (kl_text){parts[0].data, len}, NULL),
                             KL_DENIED);
        }
    }
}

KL_TEST(keys_and_nonces_have_their_length)
{
    KL_UNUSED_STATE;
    char bytes[40] = {0};
    kl_value out;
    kl_error error = KL_ERROR_INIT;
    for (size_t len = 0; len < sizeof bytes; len++) {
        kl_cipher key = {KL_CIPHER_AES_256_GCM, {bytes, len}, {bytes, 12}, {0}};
        kl_cipher nonce = {KL_CIPHER_AES_256_GCM, {bytes, 32}, {bytes, len}, {0}};
        if (len != 32)
            assert_int_equal(kl_cipher_seal(&out, &key, KL_TEXT("x"), &error), KL_INVALID);
        if (len != 12)
            assert_int_equal(kl_cipher_open(&out, &nonce, KL_TEXT("x"), &error), KL_INVALID);
    }
    assert_string_equal(kl_error_message(&error), "nonce: expected 12 bytes, got 39");
    kl_error_clear(&error);
}

/* ---- derived keys ---------------------------------------------------------------------------- */

KL_TEST(derived_keys_agree_with_their_vectors)
{
    KL_UNUSED_STATE;
    unsigned char out[64];
    kl_text secret = unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
    assert_ok(kl_hkdf(out, 42, KL_HASH_SHA256, secret, unhex("000102030405060708090a0b0c"),
                      unhex("f0f1f2f3f4f5f6f7f8f9"), error));
    assert_bytes(((kl_text){(char *)out, 42}),
                 "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    assert_ok(kl_hkdf(out, 42, KL_HASH_SHA256, secret, KL_TEXT(""), KL_TEXT(""), error));
    assert_bytes(((kl_text){(char *)out, 42}),
                 "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    assert_ok(kl_pbkdf2(out, 20, KL_HASH_SHA1, KL_TEXT("password"), KL_TEXT("salt"), 4096, error));
    assert_bytes(((kl_text){(char *)out, 20}), "4b007901b765489abead49d926f721d065a429c1");
    assert_ok(kl_scrypt(out, 64, KL_TEXT(""), KL_TEXT(""), 4, 1, 1, error));
    assert_bytes(((kl_text){(char *)out, 64}),
                 "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                 "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    assert_int_equal(kl_hkdf(out, 0, KL_HASH_SHA256, secret, secret, secret, NULL), KL_INVALID);
    assert_int_equal(kl_hkdf(out, 8161, KL_HASH_SHA256, secret, secret, secret, NULL), KL_INVALID);
    assert_int_equal(kl_pbkdf2(out, 8, KL_HASH_SHA256, secret, secret, 0, NULL), KL_INVALID);
    assert_int_equal(kl_scrypt(out, 8, secret, secret, 0, 1, 1, NULL), KL_INVALID);
}

/* ---- Ed25519 --------------------------------------------------------------------------------- */

static const kl_signature_kind ed25519 = {.scheme = KL_SIGN_ED25519};

KL_TEST(ed25519_agrees_with_its_vectors)
{
    KL_UNUSED_STATE;
    static const char *const rows[][4] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
         "b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
         "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_key *pair = NULL, *public = NULL;
        unsigned char bytes[KL_ED25519_KEY];
        kl_value signature = kl_null();
        bool valid = false;
        assert_ok(kl_key_from_ed25519(&pair, unhex(rows[i][0]), true, error));
        assert_ok(kl_key_ed25519(bytes, pair, false, error));
        assert_bytes(((kl_text){(char *)bytes, 32}), rows[i][1]);
        assert_ok(kl_key_ed25519(bytes, pair, true, error));
        assert_bytes(((kl_text){(char *)bytes, 32}), rows[i][0]);
        assert_ok(kl_key_sign(&signature, pair, &ed25519, unhex(rows[i][2]), error));
        assert_bytes(kl_as_text(signature), rows[i][3]);
        assert_ok(kl_key_from_ed25519(&public, unhex(rows[i][1]), false, error));
        assert_ok(kl_key_verify(&valid, public, &ed25519, unhex(rows[i][2]),
                                kl_as_text(signature), error));
        assert_true(valid);
        assert_ok(kl_key_verify(&valid, public, &ed25519, KL_TEXT("other"), kl_as_text(signature),
                                error));
        assert_false(valid);
        kl_value_release(signature);
        kl_key_free(public);
        kl_key_free(pair);
    }
}

/* s + L signs the same under lax rules; r of small order, wrong lengths, and an empty signature. */
KL_TEST(ed25519_refuses_signatures_that_were_bent)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "",
        "e5",
        /* the first vector with s + L */
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901554c8c7872aa064e049dbb3013fbf2"
        "9380d25bf5f0595bbe24655141438e7a101b",
        "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "000000000000000000000000000000000000",
    };
    kl_key *public = NULL;
    bool valid = true;
    assert_ok(kl_key_from_ed25519(
        &public, unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), false,
        error));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_ok(kl_key_verify(&valid, public, &ed25519, KL_TEXT(""), unhex(rows[i]), error));
        assert_false(valid);
    }
    kl_key_free(public);
}

KL_TEST(a_public_key_must_be_a_point)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *bytes;
        bool is_point;
    } rows[] = {
        {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", true},
        {"0100000000000000000000000000000000000000000000000000000000000000", true},  /* x = 0 */
        {"0100000000000000000000000000000000000000000000000000000000000080", false}, /* x = -0 */
        {"0200000000000000000000000000000000000000000000000000000000000000", false},
        {"0000000000000000000000000000000000000000000000000000000000000000", true},  /* y = 0 */
        {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false}, /* y = p */
        {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
        {"7373737373737373737373737373737373737373737373737373737373737373", false},
        {"d75a98", false},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_key *key = NULL;
        kl_status status = kl_key_from_ed25519(&key, unhex(rows[i].bytes), false, NULL);
        assert_int_equal(status, rows[i].is_point ? KL_OK : KL_INVALID);
        kl_key_free(key);
    }
}

/* ---- other keys ------------------------------------------------------------------------------ */

static const struct {
    kl_key_kind kind;
    kl_signature_kind signature;
} schemes[] = {
    {KL_KEY_RSA, {KL_SIGN_RSA_PKCS1, KL_HASH_SHA256, false, false}},
    {KL_KEY_RSA, {KL_SIGN_RSA_PSS, KL_HASH_SHA512, false, false}},
    {KL_KEY_P256, {KL_SIGN_ECDSA, KL_HASH_SHA256, false, false}},
    {KL_KEY_P256, {KL_SIGN_ECDSA, KL_HASH_SHA256, true, false}},
    {KL_KEY_P384, {KL_SIGN_ECDSA, KL_HASH_SHA384, true, false}},
    {KL_KEY_P521, {KL_SIGN_ECDSA, KL_HASH_SHA512, true, false}},
    {KL_KEY_ED25519, {KL_SIGN_ED25519, KL_HASH_SHA512, false, false}},
};

/* The key written and read again, also as its numbers, verifies what the pair signed. */
static void signs_and_verifies(const kl_key *pair, const kl_signature_kind *kind)
{
    static const kl_key_format formats[] = {KL_KEY_PEM, KL_KEY_DER};
    kl_value signature = kl_null();
    bool valid = false;
    assert_ok(kl_key_sign(&signature, pair, kind, KL_TEXT("hello"), error));
    for (size_t i = 0; i < KL_COUNT(formats); i++) {
        kl_value text = kl_null();
        kl_key *public = NULL;
        assert_ok(kl_key_write(&text, pair, false, formats[i], KL_TEXT(""), error));
        assert_ok(kl_key_read(&public, kl_as_text(text), KL_TEXT(""), error));
        assert_false(kl_key_facts_of(public).is_private);
        assert_ok(kl_key_verify(&valid, public, kind, KL_TEXT("hello"), kl_as_text(signature), error));
        assert_true(valid);
        assert_ok(kl_key_verify(&valid, public, kind, KL_TEXT("hullo"), kl_as_text(signature), error));
        assert_false(valid);
        assert_ok(kl_key_verify(&valid, public, kind, KL_TEXT("hello"), KL_TEXT(""), error));
        assert_false(valid);
        kl_value none = kl_null();
        assert_int_equal(kl_key_sign(&none, public, kind, KL_TEXT("x"), NULL), KL_INVALID);
        kl_key_free(public);
        kl_value_release(text);
    }
    kl_value_release(signature);
}

KL_TEST(keys_sign_and_verify)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(schemes); i++) {
        kl_key *pair = NULL;
        assert_ok(kl_key_generate(&pair, schemes[i].kind, 2048, error));
        assert_true(kl_key_facts_of(pair).is_private);
        assert_int_equal(kl_key_facts_of(pair).kind, schemes[i].kind);
        signs_and_verifies(pair, &schemes[i].signature);
        kl_key_free(pair);
    }
}

KL_TEST(private_keys_are_written_and_read)
{
    KL_UNUSED_STATE;
    kl_key *pair = NULL, *read = NULL;
    kl_value text = kl_null();
    assert_ok(kl_key_generate(&pair, KL_KEY_P256, 0, error));
    assert_ok(kl_key_write(&text, pair, true, KL_KEY_PEM, KL_TEXT("secret"), error));
    assert_non_null(strstr(kl_as_text(text).data, "BEGIN ENCRYPTED PRIVATE KEY"));
    assert_int_equal(kl_key_read(&read, kl_as_text(text), KL_TEXT(""), NULL), KL_INVALID);
    assert_int_equal(kl_key_read(&read, kl_as_text(text), KL_TEXT("wrong"), NULL), KL_INVALID);
    assert_ok(kl_key_read(&read, kl_as_text(text), KL_TEXT("secret"), error));
    assert_true(kl_key_facts_of(read).is_private);
    kl_key_free(read);
    kl_value_release(text);
    assert_ok(kl_key_write(&text, pair, true, KL_KEY_DER, KL_TEXT(""), error));
    assert_ok(kl_key_read(&read, kl_as_text(text), KL_TEXT(""), error));
    kl_key_free(read);
    kl_value_release(text);
    kl_key_free(pair);
    assert_int_equal(kl_key_read(&read, KL_TEXT("no key"), KL_TEXT(""), NULL), KL_INVALID);
    assert_int_equal(kl_key_read(&read, KL_TEXT(""), KL_TEXT(""), NULL), KL_INVALID);
    assert_int_equal(kl_key_generate(&pair, KL_KEY_RSA, 1024, NULL), KL_INVALID);
}

KL_TEST(a_key_of_another_kind_is_refused)
{
    KL_UNUSED_STATE;
    kl_key *curve = NULL;
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_ok(kl_key_generate(&curve, KL_KEY_P256, 0, error));
    assert_int_equal(kl_key_sign(&out, curve, &ed25519, KL_TEXT("x"), &error), KL_INVALID);
    assert_string_equal(kl_error_message(&error), "expected an Ed25519 key");
    kl_signature_kind pss = {KL_SIGN_RSA_PSS, KL_HASH_SHA256, false, false};
    bool valid;
    assert_int_equal(kl_key_verify(&valid, curve, &pss, KL_TEXT("x"), KL_TEXT("y"), &error),
                     KL_INVALID);
    assert_string_equal(kl_error_message(&error), "expected an RSA key");
    kl_error_clear(&error);
    kl_key_free(curve);
}

/* ECDSA side by side: r or s of 0, above the order, or of half the length. */
KL_TEST(ecdsa_refuses_numbers_out_of_range)
{
    KL_UNUSED_STATE;
    static const kl_signature_kind plain = {KL_SIGN_ECDSA, KL_HASH_SHA256, true, false};
    static const char *const rows[] = {
        "",
        "00",
        "0000000000000000000000000000000000000000000000000000000000000000"
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    kl_key *pair = NULL;
    bool valid = true;
    assert_ok(kl_key_generate(&pair, KL_KEY_P256, 0, error));
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_ok(kl_key_verify(&valid, pair, &plain, KL_TEXT("x"), unhex(rows[i]), error));
        assert_false(valid);
    }
    kl_key_free(pair);
}

KL_TEST(oaep_opens_for_its_holder_alone)
{
    KL_UNUSED_STATE;
    kl_key *pair = NULL, *other = NULL;
    kl_value sealed = kl_null(), plain = kl_null();
    char long_text[256] = {0};
    assert_ok(kl_key_generate(&pair, KL_KEY_RSA, 2048, error));
    assert_ok(kl_key_generate(&other, KL_KEY_RSA, 2048, error));
    assert_ok(kl_key_encrypt(&sealed, pair, KL_HASH_SHA256, KL_TEXT("l"), KL_TEXT("hello"), error));
    assert_ok(kl_key_decrypt(&plain, pair, KL_HASH_SHA256, KL_TEXT("l"), kl_as_text(sealed), error));
    assert_true(kl_text_is(kl_as_text(plain), "hello"));
    kl_value_release(plain);
    assert_int_equal(
        kl_key_decrypt(&plain, pair, KL_HASH_SHA256, KL_TEXT(""), kl_as_text(sealed), NULL), KL_DENIED);
    assert_int_equal(
        kl_key_decrypt(&plain, pair, KL_HASH_SHA1, KL_TEXT("l"), kl_as_text(sealed), NULL), KL_DENIED);
    assert_int_equal(
        kl_key_decrypt(&plain, other, KL_HASH_SHA256, KL_TEXT("l"), kl_as_text(sealed), NULL),
        KL_DENIED);
    assert_int_equal(kl_key_decrypt(&plain, pair, KL_HASH_SHA256, KL_TEXT("l"), KL_TEXT("x"), NULL),
                     KL_DENIED);
    kl_value_release(sealed);
    assert_ok(kl_key_encrypt(&sealed, pair, KL_HASH_SHA256, KL_TEXT(""), (kl_text){long_text, 190},
                             error));
    kl_value_release(sealed);
    assert_int_equal(kl_key_encrypt(&sealed, pair, KL_HASH_SHA256, KL_TEXT(""),
                                    (kl_text){long_text, 191}, NULL),
                     KL_INVALID);
    kl_key_free(other);
    kl_key_free(pair);
}

/* ---- one-time passwords ---------------------------------------------------------------------- */

KL_TEST(one_time_passwords_agree_with_their_vectors)
{
    KL_UNUSED_STATE;
    static const char *const by_counter[] = {"755224", "287082", "359152", "969429", "338314",
                                             "254676", "287922", "162583", "399871", "520489"};
    static const struct {
        uint64_t time;
        kl_hash_kind hash;
        const char *code;
    } by_time[] = {
        {59, KL_HASH_SHA1, "94287082"},          {59, KL_HASH_SHA256, "46119246"},
        {59, KL_HASH_SHA512, "90693936"},        {1111111109, KL_HASH_SHA1, "07081804"},
        {1111111109, KL_HASH_SHA256, "68084774"}, {1111111109, KL_HASH_SHA512, "25091201"},
        {20000000000, KL_HASH_SHA1, "65353130"}, {20000000000, KL_HASH_SHA256, "77737706"},
        {20000000000, KL_HASH_SHA512, "47863826"},
    };
    static const char digits[] =
        "1234567890123456789012345678901234567890123456789012345678901234";
    char code[KL_OTP_DIGITS_MAX + 1];
    for (size_t i = 0; i < KL_COUNT(by_counter); i++) {
        assert_ok(kl_hotp(code, KL_HASH_SHA1, (kl_text){digits, 20}, i, 6, error));
        assert_string_equal(code, by_counter[i]);
    }
    for (size_t i = 0; i < KL_COUNT(by_time); i++) {
        kl_text secret = {digits, kl_hash_len(by_time[i].hash)};
        assert_ok(kl_hotp(code, by_time[i].hash, secret, by_time[i].time / 30, 8, error));
        assert_string_equal(code, by_time[i].code);
    }
    assert_int_equal(kl_hotp(code, KL_HASH_SHA1, KL_TEXT("x"), 0, 5, NULL), KL_INVALID);
    assert_int_equal(kl_hotp(code, KL_HASH_SHA1, KL_TEXT("x"), 0, 11, NULL), KL_INVALID);
    assert_ok(kl_hotp(code, KL_HASH_SHA1, (kl_text){digits, 20}, 0, 10, error));
    assert_string_equal(code, "1284755224");
}

/* ---- without memory -------------------------------------------------------------------------- */

static kl_status all_of_it(void *data)
{
    (void)data;
    char zero[32] = {0};
    kl_cipher cipher = {KL_CIPHER_AES_256_GCM, {zero, 32}, {zero, 12}, {0}};
    kl_value sealed = kl_null(), plain = kl_null(), signature = kl_null(), text = kl_null();
    kl_key *pair = NULL, *read = NULL;
    bool valid = false;
    kl_status status;
    KL_TRY_OUT(kl_cipher_seal(&sealed, &cipher, KL_TEXT("hello"), NULL));
    KL_TRY_OUT(kl_cipher_open(&plain, &cipher, kl_as_text(sealed), NULL));
    KL_TRY_OUT(kl_key_from_ed25519(&pair, (kl_text){zero, 32}, true, NULL));
    KL_TRY_OUT(kl_key_sign(&signature, pair, &ed25519, KL_TEXT("x"), NULL));
    KL_TRY_OUT(kl_key_write(&text, pair, true, KL_KEY_PEM, KL_TEXT(""), NULL));
    KL_TRY_OUT(kl_key_read(&read, kl_as_text(text), KL_TEXT(""), NULL));
    KL_TRY_OUT(kl_key_verify(&valid, read, &ed25519, KL_TEXT("x"), kl_as_text(signature), NULL));
    assert_true(valid);
out:
    kl_key_free(read);
    kl_key_free(pair);
    kl_value_release(text);
    kl_value_release(signature);
    kl_value_release(plain);
    kl_value_release(sealed);
    return status;
}

KL_TEST(crypto_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    assert_int_equal(all_of_it(NULL), KL_OK);
    assert_true(sweep(all_of_it, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ciphers_agree_with_their_vectors),
        cmocka_unit_test(what_was_changed_does_not_open),
        cmocka_unit_test(keys_and_nonces_have_their_length),
        cmocka_unit_test(derived_keys_agree_with_their_vectors),
        cmocka_unit_test(ed25519_agrees_with_its_vectors),
        cmocka_unit_test(ed25519_refuses_signatures_that_were_bent),
        cmocka_unit_test(a_public_key_must_be_a_point),
        cmocka_unit_test(keys_sign_and_verify),
        cmocka_unit_test(private_keys_are_written_and_read),
        cmocka_unit_test(a_key_of_another_kind_is_refused),
        cmocka_unit_test(ecdsa_refuses_numbers_out_of_range),
        cmocka_unit_test(oaep_opens_for_its_holder_alone),
        cmocka_unit_test(one_time_passwords_agree_with_their_vectors),
        cmocka_unit_test(crypto_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
