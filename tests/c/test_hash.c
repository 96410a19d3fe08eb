/* Hashes against the examples of FIPS 180-4, FIPS 202, RFC 1321 and RFC 7693, HMAC against RFC 2202
 * and RFC 4231. */
#include "test.h"
#include "kailash/crypto.h"

#include <pthread.h>

static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

static const struct {
    kl_hash_kind kind;
    const char *text;
    const char *hex;
} vectors[] = {
    {KL_HASH_MD5, "",
     "d41d8cd98f00b204e9800998ecf8427e"},
    {KL_HASH_MD5, "abc",
     "900150983cd24fb0d6963f7d28e17f72"},
    {KL_HASH_MD5, two_blocks,
     "8215ef0796a20bcaaae116d3876c664a"},
    {KL_HASH_SHA1, "",
     "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {KL_HASH_SHA1, "abc",
     "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {KL_HASH_SHA1, two_blocks,
     "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    {KL_HASH_SHA224, "",
     "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"},
    {KL_HASH_SHA224, "abc",
     "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {KL_HASH_SHA224, two_blocks,
     "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525"},
    {KL_HASH_SHA256, "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {KL_HASH_SHA256, "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {KL_HASH_SHA256, two_blocks,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {KL_HASH_SHA384, "",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
     "274edebfe76f65fbd51ad2f14898b95b"},
    {KL_HASH_SHA384, "abc",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7"},
    {KL_HASH_SHA384, two_blocks,
     "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6"
     "b0455a8520bc4e6f5fe95b1fe3c8452b"},
    {KL_HASH_SHA512, "",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
    {KL_HASH_SHA512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {KL_HASH_SHA512, two_blocks,
     "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335"
     "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445"},
    {KL_HASH_SHA3_256, "",
     "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
    {KL_HASH_SHA3_256, "abc",
     "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {KL_HASH_SHA3_256, two_blocks,
     "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376"},
    {KL_HASH_SHA3_512, "",
     "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
     "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"},
    {KL_HASH_SHA3_512, "abc",
     "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
     "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
    {KL_HASH_SHA3_512, two_blocks,
     "04a371e84ecfb5b8b77cb48610fca8182dd457ce6f326a0fd3d7ec2f1e91636d"
     "ee691fbe0c985302ba1b0d8dc78c086346b533b49c030d99a27daf1139d6e75e"},
    {KL_HASH_BLAKE2B, "",
     "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
     "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce"},
    {KL_HASH_BLAKE2B, "abc",
     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
     "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"},
    {KL_HASH_BLAKE2B, two_blocks,
     "7285ff3e8bd768d69be62b3bf18765a325917fa9744ac2f582a20850bc2b1141"
     "ed1b3e4528595acc90772bdf2d37dc8a47130b44f33a02e8730e5ad8e166e888"},
    {KL_HASH_BLAKE2S, "",
     "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9"},
    {KL_HASH_BLAKE2S, "abc",
     "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"},
    {KL_HASH_BLAKE2S, two_blocks,
     "6f4df5116a6f332edab1d9e10ee87df6557beab6259d7663f3bcd5722c13f189"},
};

static void assert_hex(kl_value bytes, const char *hex)
{
    char text[2 * KL_HASH_MAX + 1] = "";
    kl_text content = kl_as_text(bytes);
    assert_true(content.len <= KL_HASH_MAX);
    for (size_t i = 0; i < content.len; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)content.data[i]);
    kl_value_release(bytes);
    assert_string_equal(text, hex);
}

KL_TEST(published_examples_come_out)
{
    KL_UNUSED_STATE;
    for (size_t i = 0; i < KL_COUNT(vectors); i++) {
        kl_value bytes = kl_null(), hex = kl_null();
        kl_text text = kl_text_from(vectors[i].text);
        assert_int_equal(kl_hash_bytes(&bytes, vectors[i].kind, text, NULL), KL_OK);
        assert_int_equal(kl_value_kind(bytes), KL_KIND_BYTES);
        assert_int_equal(kl_value_len(bytes), kl_hash_len(vectors[i].kind));
        assert_hex(bytes, vectors[i].hex);
        assert_int_equal(kl_hash_hex(&hex, vectors[i].kind, text, NULL), KL_OK);
        assert_string_equal(kl_as_text(hex).data, vectors[i].hex);
        kl_value_release(hex);
    }
}

/* A million "a" in pieces of a prime length. */
KL_TEST(pieces_give_the_hash_of_the_whole)
{
    KL_UNUSED_STATE;
    static const struct {
        kl_hash_kind kind;
        const char *hex;
    } rows[] = {
        {KL_HASH_MD5,
         "7707d6ae4e027c70eea2a935c2296f21"},
        {KL_HASH_SHA1,
         "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
        {KL_HASH_SHA224,
         "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67"},
        {KL_HASH_SHA256,
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
        {KL_HASH_SHA384,
         "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b"
         "07b8b3dc38ecc4ebae97ddd87f3d8985"},
        {KL_HASH_SHA512,
         "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb"
         "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
        {KL_HASH_SHA3_256,
         "5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1"},
        {KL_HASH_SHA3_512,
         "3c3a876da14034ab60627c077bb98f7e120a2a5370212dffb3385a18d4f38859"
         "ed311d0a9d5141ce9cc5c66ee689b266a8aa18ace8282a0e0db596c90b0a7b87"},
        {KL_HASH_BLAKE2B,
         "98fb3efb7206fd19ebf69b6f312cf7b64e3b94dbe1a17107913975a793f177e1"
         "d077609d7fba363cbba00d05f7aa4e4fa8715d6428104c0a75643b0ff3fd3eaf"},
        {KL_HASH_BLAKE2S,
         "bec0c0e6cde5b67acb73b81f79a67a4079ae1c60dac9d2661af18e9f8b50dfa5"},
    };
    char piece[997];
    memset(piece, 'a', sizeof piece);
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_hash *hash = NULL;
        kl_value bytes = kl_null();
        assert_int_equal(kl_hash_new(&hash, rows[i].kind, NULL), KL_OK);
        for (size_t left = 1000000; left > 0;) {
            size_t len = KL_MIN(left, sizeof piece);
            assert_int_equal(kl_hash_update(hash, (kl_text){piece, len}, NULL), KL_OK);
            left -= len;
        }
        assert_int_equal(kl_hash_finish(&bytes, hash, NULL), KL_OK);
        assert_hex(bytes, rows[i].hex);
        kl_hash_free(hash);
    }
}

KL_TEST(a_finished_hash_takes_nothing_more)
{
    KL_UNUSED_STATE;
    kl_hash *hash = NULL;
    kl_value bytes = kl_null();
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_hash_new(&hash, KL_HASH_SHA256, NULL), KL_OK);
    assert_int_equal(kl_hash_finish(&bytes, hash, NULL), KL_OK);
    assert_hex(bytes, vectors[9].hex);
    assert_int_equal(kl_hash_update(hash, KL_TEXT("a"), &error), KL_STATE);
    assert_string_equal(error.message, "the hash is finished");
    assert_int_equal(kl_hash_finish(&bytes, hash, &error), KL_STATE);
    kl_error_clear(&error);
    kl_hash_free(hash);
    kl_hash_free(NULL);
}

KL_TEST(names_are_found_in_any_spelling)
{
    KL_UNUSED_STATE;
    kl_hash_kind kind;
    for (int i = 0; i < KL_HASH_KIND_COUNT; i++) {
        kl_text name = kl_text_from(kl_hash_name((kl_hash_kind)i));
        assert_int_equal(kl_hash_kind_of(&kind, name, NULL), KL_OK);
        assert_int_equal(kind, i);
    }
    assert_int_equal(kl_hash_kind_of(&kind, KL_TEXT("SHA3_512"), NULL), KL_OK);
    assert_int_equal(kind, KL_HASH_SHA3_512);
    kl_error error = KL_ERROR_INIT;
    assert_int_equal(kl_hash_kind_of(&kind, KL_TEXT("sha2"), &error), KL_INVALID);
    assert_string_equal(error.message,
                        "unknown hash 'sha2'; expected one of md5, sha1, sha224, sha256, sha384, "
                        "sha512, sha3-256, sha3-512, blake2b, blake2s");
    assert_int_equal(kl_hash_once((unsigned char[KL_HASH_MAX]){0}, KL_HASH_KIND_COUNT,
                                  KL_TEXT(""), &error), KL_INVALID);
    kl_error_clear(&error);
    assert_int_equal(kl_hash_len(KL_HASH_KIND_COUNT), 0);
    assert_string_equal(kl_hash_name(KL_HASH_KIND_COUNT), "unknown");
}

KL_TEST(hmac_gives_the_published_examples)
{
    KL_UNUSED_STATE;
    char repeated[131];
    memset(repeated, 0xAA, sizeof repeated); /* RFC 4231, test case 6 */
    const kl_text empty = KL_TEXT(""), jefe = KL_TEXT("Jefe"), long_key = {repeated, 131};
    const kl_text for_nothing = KL_TEXT("what do ya want for nothing?");
    const kl_text larger = KL_TEXT("Test Using Larger Than Block-Size Key - Hash Key First");
    const struct {
        kl_hash_kind kind;
        kl_text key, text;
        const char *hex;
    } rows[] = {
        {KL_HASH_MD5, jefe, for_nothing,
         "750c783e6ab0b503eaa86e310a5db738"},
        {KL_HASH_MD5, long_key, larger,
         "bfecaf4efff90a3a668f3922fec3762d"},
        {KL_HASH_SHA1, jefe, for_nothing,
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {KL_HASH_SHA1, long_key, larger,
         "90d0dace1c1bdc957339307803160335bde6df2b"},
        {KL_HASH_SHA224, jefe, for_nothing,
         "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"},
        {KL_HASH_SHA224, long_key, larger,
         "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e"},
        {KL_HASH_SHA256, jefe, for_nothing,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {KL_HASH_SHA256, long_key, larger,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {KL_HASH_SHA384, jefe, for_nothing,
         "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
         "8e2240ca5e69e2c78b3239ecfab21649"},
        {KL_HASH_SHA384, long_key, larger,
         "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
         "0c2ef6ab4030fe8296248df163f44952"},
        {KL_HASH_SHA512, jefe, for_nothing,
         "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
         "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
        {KL_HASH_SHA512, long_key, larger,
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
        {KL_HASH_SHA3_256, jefe, for_nothing,
         "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5"},
        {KL_HASH_SHA3_256, long_key, larger,
         "ed73a374b96c005235f948032f09674a58c0ce555cfc1f223b02356560312c3b"},
        {KL_HASH_SHA3_512, jefe, for_nothing,
         "5a4bfeab6166427c7a3647b747292b8384537cdb89afb3bf5665e4c5e709350b"
         "287baec921fd7ca0ee7a0c31d022a95e1fc92ba9d77df883960275beb4e62024"},
        {KL_HASH_SHA3_512, long_key, larger,
         "00f751a9e50695b090ed6911a4b65524951cdc15a73a5d58bb55215ea2cd839a"
         "c79d2b44a39bafab27e83fde9e11f6340b11d991b1b91bf2eee7fc872426c3a4"},
        {KL_HASH_BLAKE2B, jefe, for_nothing,
         "6ff884f8ddc2a6586b3c98a4cd6ebdf14ec10204b6710073eb5865ade37a2643"
         "b8807c1335d107ecdb9ffeaeb6828c4625ba172c66379efcd222c2de11727ab4"},
        {KL_HASH_BLAKE2B, long_key, larger,
         "a54b2943b2a20227d41ca46c0945af09bc1faefb2f49894c23aebc557fb79c48"
         "89dca74408dc865086667aedee4a3185c53a49c80b814c4c5813ea0c8b38a8f8"},
        {KL_HASH_BLAKE2S, jefe, for_nothing,
         "90b6281e2f3038c9056af0b4a7e763cae6fe5d9eb4386a0ec95237890c104ff0"},
        {KL_HASH_BLAKE2S, long_key, larger,
         "d23d79394f53d536a096e6514447eeaabb05ded01be32c1937da6a8f7103bc4e"},
        {KL_HASH_SHA256, empty, empty,
         "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_value bytes = kl_null();
        assert_int_equal(kl_hmac(&bytes, rows[i].kind, rows[i].key, rows[i].text, NULL), KL_OK);
        assert_hex(bytes, rows[i].hex);
    }
}

KL_TEST(secrets_compare_and_vanish)
{
    KL_UNUSED_STATE;
    char secret[32];
    memset(secret, 's', sizeof secret);
    kl_text own = {secret, sizeof secret};
    assert_true(kl_equal_secret(own, own));
    assert_true(kl_equal_secret(KL_TEXT(""), (kl_text){NULL, 0}));
    assert_false(kl_equal_secret(own, (kl_text){secret, 31}));
    for (size_t i = 0; i < sizeof secret; i++) {
        char other[32];
        memcpy(other, secret, sizeof other);
        other[i] ^= 1 << (i % 8);
        assert_false(kl_equal_secret(own, (kl_text){other, sizeof other}));
    }
    kl_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
    kl_wipe(NULL, 0);
}

static void *hash_often(void *ok)
{
    for (int i = 0; i < 200; i++) {
        kl_value bytes = kl_null();
        kl_hash_kind kind = (kl_hash_kind)(i % KL_HASH_KIND_COUNT);
        if (kl_hash_bytes(&bytes, kind, KL_TEXT("abc"), NULL) != KL_OK)
            *(bool *)ok = false;
        kl_value_release(bytes);
    }
    return NULL;
}

KL_TEST(threads_may_hash_at_once)
{
    KL_UNUSED_STATE;
    pthread_t threads[4];
    bool ok[4] = {true, true, true, true};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &ok[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(ok[i]);
    }
}

KL_TEST(hashing_survives_every_failed_allocation)
{
    KL_UNUSED_STATE;
    size_t failed = 1;
    for (size_t n = 1; failed > 0; n++) {
        kl_hash *hash = NULL;
        kl_value pieces = kl_null(), hex = kl_null(), keyed = kl_null();
        kl_test_fail_allocation(n);
        kl_status status = kl_hash_new(&hash, KL_HASH_SHA256, NULL);
        if (status == KL_OK)
            status = kl_hash_finish(&pieces, hash, NULL);
        if (status == KL_OK)
            status = kl_hash_hex(&hex, KL_HASH_SHA512, KL_TEXT("abc"), NULL);
        if (status == KL_OK)
            status = kl_hmac(&keyed, KL_HASH_SHA256, KL_TEXT("key"), KL_TEXT("abc"), NULL);
        failed = kl_test_failed_allocations();
        kl_test_fail_allocation(0);
        assert_int_equal(status, failed ? KL_NO_MEMORY : KL_OK);
        kl_hash_free(hash);
        kl_value_release(pieces);
        kl_value_release(hex);
        kl_value_release(keyed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples_come_out),
        cmocka_unit_test(pieces_give_the_hash_of_the_whole),
        cmocka_unit_test(a_finished_hash_takes_nothing_more),
        cmocka_unit_test(names_are_found_in_any_spelling),
        cmocka_unit_test(hmac_gives_the_published_examples),
        cmocka_unit_test(secrets_compare_and_vanish),
        cmocka_unit_test(threads_may_hash_at_once),
        cmocka_unit_test(hashing_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
