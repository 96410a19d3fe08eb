/* Ed25519 by table gives the verdicts of OpenSSL, whatever the key, the message and the signature. */
#include "crypto/ed25519.h"
#include "crypto/key.h"
#include "kailash/crypto.h"
#include "kailash/id.h"
#include "sweep.h"

static const kl_signature_kind ed25519 = {.scheme = KL_SIGN_ED25519};

/* The same bytes at every run. */
static uint64_t state = 20261127;
static unsigned char next_byte(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned char)(state >> 56);
}

static void fill_bytes(unsigned char *to, size_t len)
{
    for (size_t i = 0; i < len; i++)
        to[i] = next_byte();
}

typedef struct pair {
    kl_key *key;
    unsigned char public[32];
    kl_ed25519_table *table;
} pair;

static pair new_pair(void)
{
    pair p = {.key = NULL};
    unsigned char seed[32];
    fill_bytes(seed, sizeof seed);
    assert_int_equal(kl_key_from_ed25519(&p.key, (kl_text){(const char *)seed, 32}, true, NULL), KL_OK);
    assert_int_equal(kl_key_ed25519(p.public, p.key, false, NULL), KL_OK);
    assert_int_equal(kl_ed25519_table_new(&p.table, p.public, NULL), KL_OK);
    return p;
}

static void end_pair(pair *p)
{
    kl_key_free(p->key);
    kl_ed25519_table_free(p->table);
}

/* Both verdicts, which must be one. */
static bool verdict(const pair *p, kl_text message, const unsigned char signature[64])
{
    bool by_table = false, by_openssl = false;
    assert_int_equal(kl_ed25519_verify(&by_table, p->table, message, signature, NULL), KL_OK);
    assert_int_equal(kl_key_verify(&by_openssl, p->key, &ed25519, message,
                                   (kl_text){(const char *)signature, 64}, NULL), KL_OK);
    assert_int_equal(by_table, by_openssl);
    return by_table;
}

static void sign(unsigned char out[64], const pair *p, kl_text message)
{
    kl_value signature = kl_null();
    assert_int_equal(kl_key_sign(&signature, p->key, &ed25519, message, NULL), KL_OK);
    memcpy(out, kl_as_text(signature).data, 64);
    kl_value_release(signature);
}

KL_TEST(right_signatures_verify_and_changed_ones_do_not)
{
    KL_UNUSED_STATE;
    unsigned char bytes[3000], signature[64];
    for (int k = 0; k < 20; k++) {
        pair p = new_pair();
        for (size_t i = 0; i < 30; i++) {
            size_t len = i == 29 ? sizeof bytes : i * 7 % 200;
            kl_text message = {(const char *)bytes, len};
            fill_bytes(bytes, len);
            sign(signature, &p, message);
            assert_true(verdict(&p, message, signature));
            size_t bit = next_byte() * 2u + (next_byte() & 1);
            signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_false(verdict(&p, message, signature));
            signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (len) {
                bytes[len - 1] ^= 1;
                assert_false(verdict(&p, message, signature));
            }
        }
        end_pair(&p);
    }
}

/* S + L is the same number to who does not look; S at and around L, all zero, all one. */
KL_TEST(numbers_at_their_limits_give_the_same_verdict)
{
    KL_UNUSED_STATE;
    static const unsigned char order[32] = {
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};
    const kl_text message = KL_TEXT("message");
    unsigned char signature[64], changed[64];
    pair p = new_pair();
    sign(signature, &p, message);
    memcpy(changed, signature, 64);
    for (int i = 0, over = 0; i < 32; i++) {
        over += signature[32 + i] + order[i];
        changed[32 + i] = (unsigned char)over;
        over >>= 8;
    }
    assert_false(verdict(&p, message, changed));
    for (int delta = -1; delta <= 1; delta++) {
        memcpy(changed + 32, order, 32);
        changed[32] = (unsigned char)(changed[32] + delta);
        assert_false(verdict(&p, message, changed));
    }
    for (int fill = 0; fill < 256; fill += 255) {
        memset(changed, fill, 64);
        assert_false(verdict(&p, message, changed));
        memset(changed + 32, 0, 32);
        assert_false(verdict(&p, message, changed));
    }
    end_pair(&p);
}

static unsigned char hex_digit(char c) { return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10); }

static size_t unhex(unsigned char *to, const char *hex)
{
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++)
        to[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    return len;
}

/* RFC 8032, 7.1. */
KL_TEST(examples_of_the_standard_verify)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *key, *message, *signature;
    } rows[] = {
        {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"},
        {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"},
        {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        unsigned char key[32], message[8], signature[64];
        kl_ed25519_table *table = NULL;
        bool valid = false;
        unhex(key, rows[i].key);
        unhex(signature, rows[i].signature);
        size_t len = unhex(message, rows[i].message);
        assert_int_equal(kl_ed25519_table_new(&table, key, NULL), KL_OK);
        assert_int_equal(kl_ed25519_verify(&valid, table, (kl_text){(const char *)message, len}, signature, NULL), KL_OK);
        assert_true(valid);
        kl_ed25519_table_free(table);
    }
}

/* About every second y has no x. */
KL_TEST(what_is_no_point_is_no_key)
{
    KL_UNUSED_STATE;
    int points = 0;
    for (int i = 0; i < 200; i++) {
        unsigned char bytes[32];
        kl_key *key = NULL;
        kl_ed25519_table *table = NULL;
        kl_error error = KL_ERROR_INIT;
        fill_bytes(bytes, sizeof bytes);
        kl_status known = kl_key_from_ed25519(&key, (kl_text){(const char *)bytes, 32}, false, NULL);
        kl_status status = kl_ed25519_table_new(&table, bytes, &error);
        if (status == KL_OK)
            points++;
        else
            assert_string_equal(kl_error_message(&error), "public key: not a point of Ed25519");
        assert_int_equal(status == KL_OK, known == KL_OK);
        kl_error_clear(&error);
        kl_key_free(key);
        kl_ed25519_table_free(table);
    }
    assert_in_range(points, 60, 140);
}

static kl_status make_and_verify(void *data)
{
    unsigned char signature[64] = {0};
    static char message[2000];
    kl_ed25519_table *table = NULL;
    bool valid;
    kl_status status = kl_ed25519_table_new(&table, data, NULL);
    if (status == KL_OK)
        status = kl_ed25519_verify(&valid, table, (kl_text){message, sizeof message}, signature, NULL);
    kl_ed25519_table_free(table);
    return status;
}

KL_TEST(allocations_may_fail)
{
    KL_UNUSED_STATE;
    pair p = new_pair();
    assert_true(sweep(make_and_verify, p.public) >= 3);
    end_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_signatures_verify_and_changed_ones_do_not),
        cmocka_unit_test(numbers_at_their_limits_give_the_same_verdict),
        cmocka_unit_test(examples_of_the_standard_verify),
        cmocka_unit_test(what_is_no_point_is_no_key),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
