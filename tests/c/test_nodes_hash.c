/* HashingNode, BLAKE3 and password hashes, against vectors.
 * The lengths and the input of the BLAKE3 vectors are those of its official test vectors (CC0). */
#include "node_test.h"
#include "crypto/blake3.h"
#include "crypto/password.h"
#include "encode.h"

/* ---- BLAKE3 -------------------------------------------------------------------------------------- */

KL_TEST(blake3_agrees_with_its_vectors)
{
    KL_UNUSED_STATE;
    static const struct {
        size_t len; /* bytes 0, 1, ... 250, 0, 1, ... */
        const char *hash;
    } rows[] = {
        {0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
        {1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
        {63, "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b"},
        {64, "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98"},
        {65, "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee"},
        {127, "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d"},
        {128, "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef"},
        {1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
        {1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
        {1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
        {2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
        {2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"},
        {3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"},
        {3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"},
        {4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"},
        {5120, "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833"},
        {31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
        {102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
    };
    static unsigned char input[102400];
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (unsigned char)(i % 251);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        unsigned char hash[KL_BLAKE3_LEN];
        kl_buffer text = KL_BUFFER_INIT;
        kl_blake3(hash, (kl_text){(const char *)input, rows[i].len});
        kl_hex_encode(&text, (kl_text){(const char *)hash, sizeof hash});
        kl_buffer_byte(&text, '\0');
        assert_string_equal(text.data, rows[i].hash);
        kl_buffer_free(&text);
    }
}

/* ---- digests ------------------------------------------------------------------------------------- */

KL_TEST(digests_are_hexadecimal)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *algorithm, *hash; /* of "hello" */
    } rows[] = {
        {"blake3", "ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f"},
        {"sha256", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
        {"sha512", "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca7"
         "2323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"},
        {"sha3_256", "3338be694f50c5f338814986cdf0686453a888b84f424d792af4b9202398f392"},
        {"sha3_512", "75d527c368f2efe848ecf6b073a36767800805e9eef2b1857d5f984f036eb6df"
         "891d75f72d9b154518c1cd58835286d1da9a38deba3de98b5a53e5ed78a84976"},
        {"sha384", "59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90"
                   "125a3c79f90397bdf5f6a13de828684f"},
        {"blake2b", "e4cfa39a3d37be31c59609e807970799caa68a19bfaa15135f165085e01d41a6"
                    "5ba1e1b146aeb6bd0092b49eac214c103ccfa3a365954bbbe52f74a2b3620c94"},
        {"blake2s", "19213bacc58dee6dbde3ceb9a47cbb330b3d86f8cca8997eb00be456f140ca25"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[128], expected[256];
        snprintf(inputs, sizeof inputs, "{\"data\":\"hello\",\"algorithm\":\"%s\"}",
                 rows[i].algorithm);
        snprintf(expected, sizeof expected,
                 "{\"hash\":\"%s\",\"algorithm_used\":\"%s\",\"matches\":null}", rows[i].hash,
                 rows[i].algorithm);
        gives("HashingNode", NULL, inputs, expected);
    }
}

KL_TEST(a_key_makes_an_hmac)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *algorithm, *hash; /* of "hello" under "key" */
    } rows[] = {
        {"hmac", "9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b"},
        {"sha256", "9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b"},
        {"sha512", "ff06ab36757777815c008d32c8e14a705b4e7bf310351a06a23b612dc4c7433e"
                   "7757d20525a5593b71020ea2ee162d2311b247e9855862b270122419652c0c92"},
        {"sha3_256", "a59b86b015726e63cb275f18729321e3b59068796945c7c99ddb7438b7539854"},
        {"sha384", "eacbad575c301fa68afb26dae48b25bf5cd42fd08ed28c08c274ce62df7928f0"
                   "1249976cd8aaf1ab0681d3accedc9543"},
        {"blake2s", "51a76461a2cc3ebfecaef4ddc7f14bd29d5e49f4806a2452e05551b7d769812a"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char inputs[128], expected[256];
        snprintf(inputs, sizeof inputs,
                 "{\"data\":\"hello\",\"algorithm\":\"%s\",\"key\":\"key\"}", rows[i].algorithm);
        snprintf(expected, sizeof expected,
                 "{\"hash\":\"%s\",\"algorithm_used\":\"%s\",\"matches\":null}", rows[i].hash,
                 rows[i].algorithm);
        gives("HashingNode", NULL, inputs, expected);
    }
}

KL_TEST(bytes_are_hashed_as_they_are)
{
    KL_UNUSED_STATE;
    const kl_node_type *type = kl_node_type_find(KL_TEXT("HashingNode"));
    kl_value inputs = json("{\"algorithm\":\"sha256\"}"), bytes, out = kl_null();
    assert_int_equal(kl_bytes_new(&bytes, KL_TEXT("hello"), NULL), KL_OK);
    assert_int_equal(kl_map_set(&inputs, KL_TEXT("data"), bytes, NULL), KL_OK);
    assert_int_equal(kl_node_run_alone(&out, type, kl_null(), inputs, NULL), KL_OK);
    assert_json(out, "{\"hash\":"
                     "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\","
                     "\"algorithm_used\":\"sha256\",\"matches\":null}");
    kl_value_release(inputs);
}

static bool matches(const char *algorithm, const char *data, const char *verify)
{
    char inputs[512];
    kl_value out = kl_null();
    kl_error error = KL_ERROR_INIT;
    snprintf(inputs, sizeof inputs,
             "{\"algorithm\":\"%s\",\"data\":\"%s\",\"verify\":\"%s\"}", algorithm, data, verify);
    kl_status status = run_node(&out, "HashingNode", NULL, inputs, &error);
    if (status != KL_OK)
        print_error("%s\n", kl_error_message(&error));
    kl_error_clear(&error);
    assert_int_equal(status, KL_OK);
    kl_value answer = kl_map_get(out, KL_TEXT("matches"));
    assert_true(kl_is(answer, KL_KIND_BOOL));
    kl_value_release(out);
    return kl_as_bool(answer);
}

KL_TEST(digests_are_verified)
{
    KL_UNUSED_STATE;
    assert_true(matches("sha256", "hello",
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
    assert_true(matches("sha256", "hello",
                        "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824"));
    assert_false(matches("sha256", "hullo",
                         "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
    assert_false(matches("sha256", "hello", "2cf24dba"));
    assert_false(matches("blake3", "hello", ""));
}

/* ---- passwords ----------------------------------------------------------------------------------- */

KL_TEST(a_new_password_hash_verifies)
{
    KL_UNUSED_STATE;
    kl_value first = kl_null(), second = kl_null();
    assert_int_equal(run_node(&first, "HashingNode", NULL,
                              "{\"data\":\"p\u00e4ss\",\"algorithm\":\"argon2id\"}", NULL),
                     KL_OK);
    assert_int_equal(run_node(&second, "HashingNode", NULL,
                              "{\"data\":\"p\u00e4ss\",\"algorithm\":\"argon2id\"}", NULL),
                     KL_OK);
    kl_text hash = kl_as_text(kl_map_get(first, KL_TEXT("hash")));
    static const char head[] = "$argon2id$v=19$m=19456,t=2,p=1$";
    assert_memory_equal(hash.data, head, sizeof head - 1);
    assert_int_equal(hash.len, sizeof head - 1 + 22 + 1 + 43); /* salt of 16, hash of 32 bytes */
    assert_false(kl_text_equal(hash, kl_as_text(kl_map_get(second, KL_TEXT("hash")))));
    assert_true(matches("argon2id", "p\u00e4ss", hash.data));
    assert_false(matches("argon2id", "pass", hash.data));
    kl_value_release(first);
    kl_value_release(second);
}

#define SALT "c29tZXNhbHRzb21lc2FsdA"

KL_TEST(hashes_of_others_verify)
{
    KL_UNUSED_STATE;
    static const char *const rows[][2] = {
        /* made with the reference implementations: password "password" */
        {"argon2id", "$argon2id$v=19$m=256,t=2,p=1$" SALT
                     "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf4Z+cJbPLqew"},
        {"argon2id", "$argon2i$v=19$m=256,t=2,p=1$" SALT
                     "$v1DTJpl9EsRIKW3SFzgsjRS88aGpPJC+3z7P2gMxfv8"},
        {"argon2id", "$argon2d$v=19$m=256,t=2,p=1$" SALT
                     "$Bk4EobhGlmY3JFipRIMW+qVnwj7RdfeqfAtTKO/ZsHo"},
        {"bcrypt", "$2b$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm"},
        {"bcrypt", "$2y$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm"},
        {"scrypt", "$scrypt$ln=4,r=8,p=1$" SALT "$rjCGpPW8r+9XVz9RqXtAszWzNTGPgzIyDDbKAQjn6LU"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_true(matches(rows[i][0], "password", rows[i][1]));
        assert_false(matches(rows[i][0], "passwore", rows[i][1]));
        /* A NUL counts, save in scrypt, where HMAC fills its key up with zeros. */
        bool nul_counts = strcmp(rows[i][0], "scrypt") != 0;
        assert_int_equal(matches(rows[i][0], "password\\u0000", rows[i][1]), !nul_counts);
        assert_false(matches(rows[i][0], "", rows[i][1]));
    }
}

KL_TEST(malformed_and_costly_hashes_are_refused)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *hash;
        kl_status status;
    } rows[] = {
        {"", KL_INVALID},
        {"plain", KL_INVALID},
        {"$argon2id$", KL_INVALID},
        {"$argon2id$v=16$m=256,t=2,p=1$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=256,t=2$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=256,t=2,p=1,x=2$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=,t=2,p=1$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=0,t=0,p=0$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=256,t=2,p=1$" SALT "$short", KL_INVALID},
        {"$argon2id$v=19$m=256,t=2,p=1$!!$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_INVALID},
        {"$argon2id$v=19$m=99999999999,t=2,p=1$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf",
         KL_INVALID},
        {"$argon2id$v=19$m=4194304,t=2,p=1$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_LIMIT},
        {"$argon2id$v=19$m=256,t=1000000,p=1$" SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf", KL_LIMIT},
        {"$2b$04$short", KL_INVALID},
        {"$2b$04$!!!!!!!!!!!!!!!!!!!!!!ghE8Ev8uGFaUgY2cNEySvxngrb/Jzdm", KL_INVALID},
        {"$2b$31$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm", KL_LIMIT},
        {"$scrypt$ln=0,r=8,p=1$" SALT "$rjCGpPW8r+9XVz9RqXtAszWzNTGPgzIy", KL_INVALID},
        {"$scrypt$ln=30,r=8,p=1$" SALT "$rjCGpPW8r+9XVz9RqXtAszWzNTGPgzIy", KL_LIMIT},
        {"$scrypt$ln=4,r=8,p=1$" SALT, KL_INVALID},
        {"$pbkdf2-sha256$0$c2FsdHNhbHQ$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA", KL_INVALID},
        {"$pbkdf2-sha256$x$c2FsdHNhbHQ$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA", KL_INVALID},
        {"$pbkdf2-sha256$1000$c2FsdHNhbHQ$8nX7", KL_INVALID},
        {"$pbkdf2-sha256$1000$c2FsdHNhbHQ$!!!!", KL_INVALID},
        {"$pbkdf2-sha256$1000", KL_INVALID},
        {"pbkdf2_sha256$99999999$salt$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA=", KL_LIMIT},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        bool same;
        kl_error error = KL_ERROR_INIT;
        kl_status status = kl_password_verify(&same, kl_text_from(rows[i].hash),
                                              KL_TEXT("password"), &error);
        if (status != rows[i].status)
            print_error("%s: %s %s\n", rows[i].hash, kl_status_name(status),
                        kl_error_message(&error));
        assert_int_equal(status, rows[i].status);
        kl_error_clear(&error);
    }
}

KL_TEST(bad_inputs_are_refused)
{
    KL_UNUSED_STATE;
    fails("HashingNode", NULL, "{\"algorithm\":\"sha256\"}", "missing required input: data");
    fails("HashingNode", NULL, "{\"data\":\"x\"}", "missing required input: algorithm");
    fails("HashingNode", NULL, "{\"data\":5,\"algorithm\":\"sha256\"}",
          "invalid input 'data': expected string or bytes, got integer");
    fails("HashingNode", NULL, "{\"data\":\"x\",\"algorithm\":\"md5\"}",
          "invalid input 'algorithm': expected one of: argon2id, blake3, sha256, sha512, sha3_256, "
          "sha3_512, sha384, blake2b, blake2s, hmac, bcrypt, scrypt, pbkdf2, got \"md5\"");
    fails("HashingNode", NULL, "{\"data\":\"x\",\"algorithm\":\"hmac\"}",
          "missing required input: key");
    fails("HashingNode", NULL, "{\"data\":\"x\",\"algorithm\":\"blake3\",\"key\":\"k\"}",
          "invalid input 'key': blake3 takes no key");
    fails("HashingNode", NULL, "{\"data\":\"x\",\"algorithm\":\"sha256\",\"key\":7}",
          "invalid input 'key': expected string or bytes, got integer");
    fails("HashingNode", NULL, "{\"data\":\"x\",\"algorithm\":\"bcrypt\"}",
          "node execution failed: bcrypt only verifies hashes made elsewhere: give verify, or make "
          "new hashes with argon2id");
    fails("HashingNode", NULL,
          "{\"data\":\"x\",\"algorithm\":\"argon2id\",\"verify\":\"$2b$04$x\"}",
          "invalid input 'verify': expected hash of argon2id");
    fails("HashingNode", NULL,
          "{\"data\":\"x\",\"algorithm\":\"argon2id\",\"verify\":\"$argon2id$x\"}",
          "invalid input 'verify': malformed argon2 hash");
}

/* ---- without memory ------------------------------------------------------------------------------ */

static void survives(const char *inputs)
{
    const kl_node_type *type = kl_node_type_find(KL_TEXT("HashingNode"));
    kl_value given = json(inputs);
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_value out = kl_null();
        kl_error error = KL_ERROR_INIT;
        kl_test_fail_allocation(n);
        kl_status status = kl_node_run_alone(&out, type, kl_null(), given, &error);
        failed = kl_test_failed_allocations();
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        if (status == KL_OK)
            kl_value_release(out);
        kl_error_clear(&error);
    }
    kl_test_fail_allocation(0);
    kl_value_release(given);
}

KL_TEST(hashing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    survives("{\"data\":\"x\",\"algorithm\":\"blake3\",\"verify\":\"00\"}");
    survives("{\"data\":\"x\",\"algorithm\":\"sha256\"}");
    survives("{\"data\":\"x\",\"algorithm\":\"hmac\",\"key\":\"k\"}");
    survives("{\"data\":\"x\",\"algorithm\":\"argon2id\",\"verify\":\"$argon2id$v=19$m=256,t=2,p=1$"
             SALT "$yrdGtGIZk/3JHsUHh5gLQUqQppLwvGjf4Z+cJbPLqew\"}");
    survives("{\"data\":\"x\",\"algorithm\":\"scrypt\",\"verify\":\"$scrypt$ln=4,r=8,p=1$" SALT
             "$rjCGpPW8r+9XVz9RqXtAszWzNTGPgzIyDDbKAQjn6LU\"}");
    survives("{\"data\":\"x\",\"algorithm\":\"bcrypt\",\"verify\":"
             "\"$2b$04$abcdefghijklmnopqrstuughE8Ev8uGFaUgY2cNEySvxngrb/Jzdm\"}");
}

/* Made by hashlib, in the forms of passlib, of PHC and of Django. */
KL_TEST(hashes_of_pbkdf2_verify)
{
    KL_UNUSED_STATE;
    static const char *const rows[] = {
        "$pbkdf2-sha256$1000$c2FsdHNhbHRzYWx0c2FsdA$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA",
        "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$"
        "8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA",
        "pbkdf2_sha256$1000$saltsaltsaltsalt$8nX7hwFEzIB8aPajJTYK8weHQc5Ngz0pFVAKvSu4jQA=",
        "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA$715rqIr5dXOVPpBhqqsugl037zT5bWJTWYmZtIcK8hBnisKp"
        "wfY7kokvwjDrNHqHhF50Pb7MD6HvkJwiDQw4ww",
        "$pbkdf2$1000$c2FsdHNhbHRzYWx0c2FsdA$2FWw/oC7TQkskizC.81lWlmFAMM",
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_true(matches("pbkdf2", "password", rows[i]));
        assert_false(matches("pbkdf2", "Password", rows[i]));
        assert_false(matches("pbkdf2", "", rows[i]));
    }
    survives("{\"data\":\"x\",\"algorithm\":\"pbkdf2\",\"verify\":"
             "\"$pbkdf2$10$c2FsdHNhbHRzYWx0c2FsdA$2FWw/oC7TQkskizC.81lWlmFAMM\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blake3_agrees_with_its_vectors),
        cmocka_unit_test(digests_are_hexadecimal),
        cmocka_unit_test(a_key_makes_an_hmac),
        cmocka_unit_test(bytes_are_hashed_as_they_are),
        cmocka_unit_test(digests_are_verified),
        cmocka_unit_test(a_new_password_hash_verifies),
        cmocka_unit_test(hashes_of_others_verify),
        cmocka_unit_test(malformed_and_costly_hashes_are_refused),
        cmocka_unit_test(bad_inputs_are_refused),
        cmocka_unit_test(hashes_of_pbkdf2_verify),
        cmocka_unit_test(hashing_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
