/* Doubles as text: the product's form, ECMAScript's, and reading back what was printed. */
#include "test.h"

#include <float.h>
#include <math.h>

static double from_bits(uint64_t bits)
{
    double real;
    memcpy(&real, &bits, sizeof real);
    return real;
}

KL_TEST(the_products_form_is_kept)
{
    KL_UNUSED_STATE;
    static const struct {
        double real;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {100.0, "100.0"},
        {123456789012345.6, "123456789012345.6"},
        {1e15, "1000000000000000.0"},
        {9007199254740993.0, "9007199254740992.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {-1e16, "-1e+16"},
        {1.5e16, "1.5e+16"},
        {1.2345678901234568e17, "1.2345678901234568e+17"},
        {1e100, "1e+100"},
        {0.001, "0.001"},
        {0.0001, "0.0001"},
        {0.00001, "0.00001"},
        {0.000012345, "0.000012345"},
        {0.0000099, "9.9e-6"},
        {1e-6, "1e-6"},
        {1.5e-7, "1.5e-7"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {4.9406564584124654e-324, "5e-324"},
        {2.2250738585072011e-308, "2.225073858507201e-308"},
        {9.5367431640625e-7, "9.5367431640625e-7"},
        {5e-324 * 3, "1.5e-323"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {2.0 / 3, "0.6666666666666666"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[32];
        assert_int_equal(kl_double_print(text, rows[i].real), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
    char text[32];
    assert_int_equal(kl_double_print(text, (double)NAN), 3);
    assert_string_equal(text, "nan");
    kl_double_print(text, (double)INFINITY);
    assert_string_equal(text, "inf");
    kl_double_print(text, (double)-INFINITY);
    assert_string_equal(text, "-inf");
}

/* RFC 8785, appendix B, and the thresholds of ECMA-262, Number::toString. */
KL_TEST(ecmascripts_form_is_kept)
{
    KL_UNUSED_STATE;
    static const struct {
        uint64_t bits;
        const char *text;
    } rows[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        char text[32];
        size_t len = kl_double_print_es(text, from_bits(rows[i].bits));
        assert_string_equal(text, rows[i].text);
        assert_int_equal(len, strlen(text));
    }
    char text[32];
    kl_double_print_es(text, (double)NAN);
    assert_string_equal(text, "NaN");
    kl_double_print_es(text, (double)-INFINITY);
    assert_string_equal(text, "-Infinity");
}

/* Digits of the shortest text that reads back the same, found by trying. */
static int shortest_digits(double real)
{
    char text[40];
    for (int digits = 1; digits < 17; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, real);
        if (strtod(text, NULL) == real)
            return digits;
    }
    return 17;
}

static int significant_digits(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        count++;
    }
    return count - zeros;
}

static uint64_t random_bits(void)
{
    static uint64_t state = 88172645463325252ull; /* xorshift64 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void assert_round_trip(double real)
{
    char text[32], es[32];
    kl_value read = kl_null();
    size_t len = kl_double_print(text, real);
    kl_double_print_es(es, real);
    if (len >= sizeof text || strtod(text, NULL) != real || strtod(es, NULL) != real)
        fail_msg("%.17g was printed as %s and %s", real, text, es);
    assert_int_equal(kl_json_parse(&read, (kl_text){text, len}, NULL), KL_OK);
    if (!kl_is(read, KL_KIND_DOUBLE) || read.as.real != real)
        fail_msg("%s was read as %.17g", text, kl_as_double(read));
}

KL_TEST(a_million_random_doubles_read_back_equal)
{
    KL_UNUSED_STATE;
    for (int i = 0; i < 1000000; i++) {
        double real = from_bits(random_bits());
        if (!isfinite(real))
            continue;
        assert_round_trip(real);
        if (i % 20 == 0) {
            char text[32];
            kl_double_print(text, real);
            if (significant_digits(text) > shortest_digits(real))
                fail_msg("%s is not the shortest of %.17g", text, real);
        }
    }
}

/* Around powers of ten and two the layouts change and the gaps between doubles do. */
KL_TEST(doubles_at_every_boundary_read_back_equal)
{
    KL_UNUSED_STATE;
    for (int power = -323; power <= 308; power++) {
        char text[32];
        snprintf(text, sizeof text, "1e%d", power);
        double real = strtod(text, NULL);
        assert_round_trip(real);
        assert_round_trip(nextafter(real, 0));
        assert_round_trip(nextafter(real, DBL_MAX));
        assert_round_trip(-real);
    }
    for (int power = -1074; power < 1024; power++) {
        double real = ldexp(1, power);
        assert_round_trip(real);
        assert_round_trip(nextafter(real, 0));
        assert_round_trip(nextafter(real, DBL_MAX));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_products_form_is_kept),
        cmocka_unit_test(ecmascripts_form_is_kept),
        cmocka_unit_test(a_million_random_doubles_read_back_equal),
        cmocka_unit_test(doubles_at_every_boundary_read_back_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
