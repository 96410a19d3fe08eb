/* Addresses, networks and the guard against requests into networks of our own. */
#include "net/guard.h"
#include "test.h"

static kl_address address_of(const char *text)
{
    bool is_address = false;
    kl_address address;
    assert_int_equal(kl_address_of_host(&is_address, &address, kl_text_from(text), NULL), KL_OK);
    if (!is_address)
        fail_msg("%s is no address", text);
    return address;
}

KL_TEST(every_special_range_has_its_class_at_both_ends)
{
    KL_UNUSED_STATE;
    enum { P = KL_ADDRESS_PUBLIC, L = KL_ADDRESS_LOOPBACK, I = KL_ADDRESS_INTERNAL,
           F = KL_ADDRESS_FORBIDDEN };
    static const struct {
        const char *first, *last;
        int class;
        const char *before, *after; /* public neighbours, or NULL */
    } rows[] = {
        {"0.0.0.0", "0.255.255.255", F, NULL, "1.0.0.0"},
        {"10.0.0.0", "10.255.255.255", I, "9.255.255.255", "11.0.0.0"},
        {"100.64.0.0", "100.127.255.255", F, "100.63.255.255", "100.128.0.0"},
        {"127.0.0.0", "127.255.255.255", L, "126.255.255.255", "128.0.0.0"},
        {"168.63.129.16", "168.63.129.16", F, "168.63.129.15", "168.63.129.17"},
        {"169.254.0.0", "169.254.255.255", F, "169.253.255.255", "169.255.0.0"},
        {"172.16.0.0", "172.31.255.255", I, "172.15.255.255", "172.32.0.0"},
        {"192.0.0.0", "192.0.0.255", F, "191.255.255.255", "192.0.1.0"},
        {"192.0.2.0", "192.0.2.255", F, "192.0.1.255", "192.0.3.0"},
        {"192.88.99.0", "192.88.99.255", F, "192.88.98.255", "192.88.100.0"},
        {"192.168.0.0", "192.168.255.255", I, "192.167.255.255", "192.169.0.0"},
        {"198.18.0.0", "198.19.255.255", F, "198.17.255.255", "198.20.0.0"},
        {"198.51.100.0", "198.51.100.255", F, "198.51.99.255", "198.51.101.0"},
        {"203.0.113.0", "203.0.113.255", F, "203.0.112.255", "203.0.114.0"},
        {"224.0.0.0", "255.255.255.255", F, "223.255.255.255", NULL},
        {"::", "::", F, NULL, NULL},
        {"::1", "::1", L, NULL, NULL},
        {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", F, NULL, "64:ff9b:2::"},
        {"100::", "100::ffff:ffff:ffff:ffff", F, NULL, "100:0:0:1::"},
        {"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", F, NULL, "2001:200::"},
        {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", F, "2001:db7::1", "2001:db9::"},
        {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", F, "3ffe::", "3fff:1000::"},
        {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", F, "5eff::", "5f01::"},
        {"fc00::", "fcff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", I, "fbff::", NULL},
        {"fd00::", "fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff", I, NULL, NULL},
        {"fd00:ec2::", "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff", F, NULL, NULL},
        {"fd20:ce::254", "fd20:ce::254", F, NULL, NULL},
        {"fd00:ec3::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", I, NULL, "fe00::"},
        {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", F, "fe7f::", NULL},
        {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", F, NULL, NULL},
        {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", F, NULL, NULL},
        {"8.8.8.8", "8.8.8.8", P, NULL, NULL},
        {"2606:4700::1111", "2606:4700::1111", P, NULL, NULL},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const char *texts[] = {rows[i].first, rows[i].last, rows[i].before, rows[i].after};
        for (size_t k = 0; k < 4; k++) {
            if (!texts[k])
                continue;
            kl_address address = address_of(texts[k]);
            kl_address_class class = kl_address_classify(&address, NULL);
            if ((int)class != (k < 2 ? rows[i].class : P))
                fail_msg("%s has class %d", texts[k], class);
        }
    }
}

KL_TEST(an_address_within_another_is_judged_by_what_it_is)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text;
        kl_address_class class;
        const char *name;
    } rows[] = {
        {"::ffff:127.0.0.1", KL_ADDRESS_LOOPBACK, "a loopback address"},
        {"::ffff:10.0.0.1", KL_ADDRESS_INTERNAL, "a private address"},
        {"::ffff:169.254.169.254", KL_ADDRESS_FORBIDDEN, "a metadata address"},
        {"::ffff:8.8.8.8", KL_ADDRESS_PUBLIC, "a public address"},
        {"::127.0.0.1", KL_ADDRESS_FORBIDDEN, "a loopback address"},
        {"::8.8.8.8", KL_ADDRESS_PUBLIC, "a public address"},
        {"::ffff:0:10.1.2.3", KL_ADDRESS_FORBIDDEN, "a private address"},
        {"64:ff9b::127.0.0.1", KL_ADDRESS_FORBIDDEN, "a loopback address"},
        {"64:ff9b::a9fe:a9fe", KL_ADDRESS_FORBIDDEN, "a metadata address"},
        {"64:ff9b::8.8.8.8", KL_ADDRESS_PUBLIC, "a public address"},
        {"2002:7f00:1::", KL_ADDRESS_FORBIDDEN, "a loopback address"},
        {"2002:c0a8:1::1", KL_ADDRESS_FORBIDDEN, "a private address"},
        {"2002:808:808::", KL_ADDRESS_PUBLIC, "a public address"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        const char *name = NULL;
        kl_address address = address_of(rows[i].text);
        assert_int_equal(kl_address_classify(&address, &name), rows[i].class);
        assert_string_equal(name, rows[i].name);
    }
}

KL_TEST(hosts_in_all_notations)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *host, *address; /* NULL = a name; "" = refused */
    } rows[] = {
        {"127.0.0.1", "127.0.0.1"}, {"127.0.0.1.", "127.0.0.1"},
        {"2130706433", "127.0.0.1"}, {"0x7f000001", "127.0.0.1"},
        {"0X7F.1", "127.0.0.1"}, {"0177.0.0.1", "127.0.0.1"}, {"017700000001", "127.0.0.1"},
        {"127.1", "127.0.0.1"}, {"127.0.1", "127.0.0.1"}, {"0", "0.0.0.0"}, {"0x", "0.0.0.0"},
        {"0xa9fea9fe", "169.254.169.254"}, {"0251.0376.0251.0376", "169.254.169.254"},
        {"4294967295", "255.255.255.255"}, {"1.16777215", "1.255.255.255"},
        {"::1", "::1"}, {"FE80::1", "fe80::1"}, {"::ffff:1.2.3.4", "1.2.3.4"},
        {"example.com", NULL}, {"localhost", NULL}, {"1.2.3.4.example", NULL}, {"a0x7f", NULL},
        {"x1", NULL}, {"", NULL}, {"1e5", NULL}, {"-1", NULL},
        {"256.0.0.1", ""}, {"1.2.3.256", ""}, {"1.2.3.4.5", ""}, {"4294967296", ""},
        {"1..2", ""}, {".1", ""}, {"08", ""}, {"1.16777216", ""}, {"a.1", ""}, {"0xg.1", ""},
        {"99999999999999999999999999", ""}, {"::1%eth0", ""}, {":::", ""}, {"::1.2.3.256", ""},
        {"1:2:3:4:5:6:7:8:9", ""},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        bool is_address = false;
        kl_address address;
        char text[KL_ADDRESS_TEXT];
        kl_error error = KL_ERROR_INIT;
        kl_status status =
            kl_address_of_host(&is_address, &address, kl_text_from(rows[i].host), &error);
        bool refused = rows[i].address && !*rows[i].address;
        if (status != (refused ? KL_INVALID : KL_OK) || (!refused && is_address != !!rows[i].address))
            fail_msg("%s: status %d, address %d", rows[i].host, status, is_address);
        if (status == KL_OK && is_address) {
            kl_address_print(text, &address);
            assert_string_equal(text, rows[i].address);
        }
        kl_error_clear(&error);
    }
}

KL_TEST(networks)
{
    KL_UNUSED_STATE;
    static const struct {
        const char *text, *in, *out;
        kl_address_class class;
    } rows[] = {
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0", KL_ADDRESS_INTERNAL},
        {"10.1.2.3", "10.1.2.3", "10.1.2.4", KL_ADDRESS_INTERNAL},
        {"10.1.2.128/25", "10.1.2.200", "10.1.2.1", KL_ADDRESS_INTERNAL},
        {"10.0.0.0/7", "11.0.0.1", "12.0.0.0", KL_ADDRESS_FORBIDDEN},
        {"0.0.0.0/0", "9.9.9.9", "2606::1", KL_ADDRESS_FORBIDDEN},
        {"8.8.8.0/24", "8.8.8.8", "8.8.9.0", KL_ADDRESS_PUBLIC},
        {"8.0.0.0/7", "9.9.9.9", "10.0.0.0", KL_ADDRESS_PUBLIC},
        {"127.0.0.0/8", "127.1.2.3", "128.0.0.0", KL_ADDRESS_LOOPBACK},
        {"169.254.0.0/16", "169.254.1.1", "169.255.0.0", KL_ADDRESS_FORBIDDEN},
        {"::1/128", "::1", "::2", KL_ADDRESS_LOOPBACK},
        {"fd00::/8", "fd12::1", "fc00::1", KL_ADDRESS_INTERNAL},
        {"fc00::/7", "fd12::1", "fe00::1", KL_ADDRESS_INTERNAL},
        {"::/0", "1.2.3.4", NULL, KL_ADDRESS_FORBIDDEN},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        kl_network network;
        assert_int_equal(kl_network_read(&network, kl_text_from(rows[i].text), NULL), KL_OK);
        kl_address in = address_of(rows[i].in);
        assert_true(kl_network_has(&network, &in));
        if (rows[i].out) {
            kl_address out = address_of(rows[i].out);
            assert_false(kl_network_has(&network, &out));
        }
        if (kl_network_classify(&network) != rows[i].class)
            fail_msg("%s has class %d", rows[i].text, kl_network_classify(&network));
    }
    static const char *const wrong[] = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                        "10.0.0/8", "010.0.0.0/8", "::/129", "fd00::/8x", "host/8",
                                        "10.0.0.0/8/8", "1.2.3.4.5"};
    for (size_t i = 0; i < KL_COUNT(wrong); i++) {
        kl_network network;
        if (kl_network_read(&network, kl_text_from(wrong[i]), NULL) != KL_INVALID)
            fail_msg("%s was read", wrong[i]);
    }
}

/* What a guard says of a host; "" = admitted. */
static void says(const char *policy, const char *networks, const char *hosts, const char *host,
                 const char *message)
{
    kl_guard guard;
    kl_error error = KL_ERROR_INIT;
    kl_value cidrs = json(networks), names = json(hosts);
    assert_int_equal(kl_guard_init(&guard, kl_text_from(policy), cidrs, names, &error), KL_OK);
    kl_status status = kl_guard_check_host(&guard, kl_text_from(host), &error);
    const char *got = status == KL_OK ? "" : kl_error_message(&error);
    if (strcmp(got, message) != 0)
        print_error("%s, %s: got \"%s\"\n", policy, host, got);
    assert_string_equal(got, message);
    assert_int_equal(status, *message ? KL_DENIED : KL_OK);
    kl_error_clear(&error);
    kl_guard_clear(&guard);
    kl_value_release(cidrs);
    kl_value_release(names);
}

#define LOOPBACK "127.0.0.1"
KL_TEST(policies)
{
    KL_UNUSED_STATE;
    const char *none = "refuse_private", *loopback = "allow_loopback",
               *internal = "allow_internal_unicast", *both = "allow_internal_unicast_and_loopback";
    says(none, "null", "null", "8.8.8.8", "");
    says(none, "null", "null", "example.com", "");
    says(none, "null", "null", LOOPBACK, "SSRF blocked: 127.0.0.1 is a loopback address");
    says(none, "null", "null", "2130706433", "SSRF blocked: 127.0.0.1 is a loopback address");
    says(none, "null", "null", "::1", "SSRF blocked: ::1 is a loopback address");
    says(none, "null", "null", "192.168.1.1", "SSRF blocked: 192.168.1.1 is a private address");
    says(none, "null", "null", "localhost", "SSRF blocked: 'localhost' is this machine");
    says(none, "null", "null", "LocalHost.", "SSRF blocked: 'LocalHost' is this machine");
    says(none, "null", "null", "a.localhost", "SSRF blocked: 'a.localhost' is this machine");
    says(none, "null", "null", "notlocalhost", "");
    says(loopback, "null", "null", LOOPBACK, "");
    says(loopback, "null", "null", "localhost", "");
    says(loopback, "null", "null", "10.0.0.1", "SSRF blocked: 10.0.0.1 is a private address");
    says(internal, "null", "null", "10.0.0.1", "");
    says(internal, "null", "null", LOOPBACK, "SSRF blocked: 127.0.0.1 is a loopback address");
    says(both, "null", "null", "fd12::1", "");
    says(both, "null", "null", LOOPBACK, "");
    says(both, "null", "null", "169.254.169.254",
         "SSRF blocked: 169.254.169.254 is a metadata address");
    says(both, "null", "null", "0.0.0.0", "SSRF blocked: 0.0.0.0 is an unspecified address");
    says(both, "null", "null", "255.255.255.255", "SSRF blocked: 255.255.255.255 is the broadcast "
                                                  "address");
}

KL_TEST(networks_only_narrow)
{
    KL_UNUSED_STATE;
    const char *internal = "allow_internal_unicast";
    says(internal, "[\"10.1.0.0/16\"]", "null", "10.1.2.3", "");
    says(internal, "[\"10.1.0.0/16\"]", "null", "8.8.8.8", "");
    says(internal, "[\"10.1.0.0/16\"]", "null", "10.2.0.1",
         "SSRF blocked: 10.2.0.1 is a private address outside of the networks that are allowed");
    says(internal, "[]", "null", "10.2.0.1",
         "SSRF blocked: 10.2.0.1 is a private address outside of the networks that are allowed");
    static const struct {
        const char *policy, *networks, *hosts, *message;
    } wrong[] = {
        {"zzz", "null", "null", "unrecognized first_hop_policy \"zzz\"; expected one of: "
         "refuse_private, allow_loopback, allow_internal_unicast, "
         "allow_internal_unicast_and_loopback"},
        {"allow_loopback", "[\"8.8.8.0/24\"]", "null", "invalid first_hop_cidrs: CIDR "
         "\"8.8.8.0/24\" is public: public destinations are never refused, so it narrows nothing"},
        {"refuse_private", "[\"10.0.0.0/8\"]", "null", "invalid first_hop_cidrs: CIDR "
         "\"10.0.0.0/8\" is not admitted by first-hop policy refuse_private; the set can only narrow "
         "what the policy admits"},
        {"allow_internal_unicast", "[\"10.0.0.0/7\"]", "null", "invalid first_hop_cidrs: CIDR "
         "\"10.0.0.0/7\" is not admitted by first-hop policy allow_internal_unicast; the set can "
         "only narrow what the policy admits"},
        {"allow_loopback", "[\"x\"]", "null", "invalid first_hop_cidrs: 'x' is no network; expected "
         "one such as 10.0.0.0/8 or fd00::/8"},
        {"allow_loopback", "null", "[5]", "allowed_hosts: expected names of hosts"},
        {"allow_loopback", "null", "[\"\"]", "allowed_hosts: expected names of hosts"},
    };
    for (size_t i = 0; i < KL_COUNT(wrong); i++) {
        kl_guard guard;
        kl_error error = KL_ERROR_INIT;
        kl_value cidrs = json(wrong[i].networks), names = json(wrong[i].hosts);
        assert_int_equal(kl_guard_init(&guard, kl_text_from(wrong[i].policy), cidrs, names, &error),
                         KL_INVALID);
        assert_string_equal(kl_error_message(&error), wrong[i].message);
        kl_error_clear(&error);
        kl_value_release(cidrs);
        kl_value_release(names);
    }
}

KL_TEST(a_list_of_hosts_is_exact_and_admits_nothing_private)
{
    KL_UNUSED_STATE;
    const char *hosts = "[\"Example.com\",\"127.0.0.1\"]", *none = "refuse_private";
    says(none, "null", hosts, "example.com", "");
    says(none, "null", hosts, "EXAMPLE.COM.", "");
    says(none, "null", hosts, "a.example.com",
         "SSRF blocked: host 'a.example.com' is not on the list of allowed hosts");
    says(none, "null", hosts, "example.com.evil.org",
         "SSRF blocked: host 'example.com.evil.org' is not on the list of allowed hosts");
    says(none, "null", hosts, LOOPBACK, "SSRF blocked: 127.0.0.1 is a loopback address");
    says(none, "null", "[]", "example.com",
         "SSRF blocked: host 'example.com' is not on the list of allowed hosts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_special_range_has_its_class_at_both_ends),
        cmocka_unit_test(an_address_within_another_is_judged_by_what_it_is),
        cmocka_unit_test(hosts_in_all_notations),
        cmocka_unit_test(networks),
        cmocka_unit_test(policies),
        cmocka_unit_test(networks_only_narrow),
        cmocka_unit_test(a_list_of_hosts_is_exact_and_admits_nothing_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
