/* Special functions against values that SciPy 1.17 gives. */
#include "ml/numeric.h"
#include "numbers.h"

#include <float.h>

/* Relative, however small the number. */
static void equals_in(double got, double expected, double tolerance, int line)
{
    bool fine = isnan(expected)   ? isnan(got)
                : isinf(expected) ? got == expected
                                  : fabs(got - expected) <= tolerance * fabs(expected);
    if (!fine)
        fail_msg("line %d: got %.17g, expected %.17g", line, got, expected);
}
#define equals(got, expected, tolerance) equals_in((got), (expected), (tolerance), __LINE__)

KL_TEST(digamma_and_trigamma)
{
    KL_UNUSED_STATE;
    static const double rows[][3] = {
        {0.001, -1000.5755719318103, 1000001.6425331959}, {0.1, -10.423754940411076, 101.43329915079275},
        {0.5, -1.9635100260214235, 4.93480220054468}, {1.0, -0.5772156649015329, 1.6449340668482266},
        {1.5, 0.03648997397857652, 0.9348022005446793}, {2.0, 0.42278433509846713, 0.6449340668482266},
        {3.75, 1.1825373886117962, 0.3053398526902532}, {9.9, 2.2411803166063815, 0.1062830416287406},
        {10.0, 2.251752589066721, 0.10516633568168576}, {25.3, 3.210911380182536, 0.04031712034125651},
        {1000.0, 6.907255195648812, 0.001000500166666633}, {100000000.0, 18.420680738952367, 1.000000005e-08},
    };
    static const double negative[][2] = {
        {-0.5, 0.03648997397857651}, {-1.25, 3.7141391202135283}, {-7.9, -7.540007224419483},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_near(kl_digamma(rows[i][0]), rows[i][1], 1e-14);
        equals(kl_trigamma(rows[i][0]), rows[i][2], 1e-14);
    }
    for (size_t i = 0; i < KL_COUNT(negative); i++)
        assert_near(kl_digamma(negative[i][0]), negative[i][1], 1e-13);
    equals(kl_trigamma(-0.5), 4 + 4.93480220054468, 1e-13); /* one step up from 1/2 */
    equals(kl_digamma(0), -INFINITY, 0);
    equals(kl_digamma(-3), NAN, 0);
    equals(kl_digamma(INFINITY), INFINITY, 0);
    equals(kl_digamma(NAN), NAN, 0);
    equals(kl_trigamma(-3), INFINITY, 0);
    equals(kl_trigamma(NAN), NAN, 0);
}

KL_TEST(logarithms_of_beta)
{
    KL_UNUSED_STATE;
    static const double rows[][3] = {
        {0.001, 2.0, 6.906755778649054}, {0.5, 0.5, 1.1447298858494}, {1.0, 1.0, 0.0},
        {2.5, 3.5, -3.3018352699620523}, {12.0, 15.0, -18.568172732389435}, {300.0, 0.25, -0.13761050726907457},
        {1000.0, 2000.0, -1911.8746142144482}, {100000.0, 1000000.0, -335104.4969524313},
        {15.0, 0.5, -0.7733283654522322},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++) {
        assert_near(kl_log_beta(rows[i][0], rows[i][1]), rows[i][2], 1e-13);
        assert_near(kl_log_beta(rows[i][1], rows[i][0]), rows[i][2], 1e-13);
    }
    equals(kl_log_beta(0, 1), INFINITY, 0);
    equals(kl_log_beta(1, INFINITY), -INFINITY, 0);
    equals(kl_log_beta(-1, 2), NAN, 0);
    equals(kl_log_beta(1e-308, 2), -log(1e-308), 1e-15);
}

KL_TEST(incomplete_beta)
{
    KL_UNUSED_STATE;
    static const double rows[][4] = {
        {0.5, 0.5, 0.25, 0.33333333333333337}, {1.0, 3.0, 0.4, 0.784}, {2.0, 2.0, 0.5, 0.5},
        {10.0, 0.1, 0.9, 0.023856050744374125}, {0.1, 10.0, 0.01, 0.8244896709066988},
        {50.0, 60.0, 0.4, 0.12470685834310022}, {1000.0, 1200.0, 0.5, 0.9999901281830742},
        {5.0, 5.0, 0.999, 0.9999999999998744}, {3.3, 7.7, 1e-05, 4.6782359832114346e-15},
        {300.0, 2.0, 0.97, 0.0010752768104907596},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        equals(kl_beta_inc(rows[i][0], rows[i][1], rows[i][2]), rows[i][3], 2e-13);
    equals(kl_beta_inc(2, 3, 0), 0, 0);
    equals(kl_beta_inc(2, 3, 1), 1, 0);
    equals(kl_beta_inc(2, 3, 1.5), NAN, 0);
    equals(kl_beta_inc(-2, 3, 0.5), NAN, 0);
    equals(kl_beta_inc(2, 3, NAN), NAN, 0);
}

KL_TEST(incomplete_gamma)
{
    KL_UNUSED_STATE;
    static const double rows[][3] = {
        {0.01, 0.2, 0.01221559054324581}, {0.5, 0.1, 0.6547208460185768}, {0.5, 3.0, 0.014305878435429641},
        {1.0, 1.0, 0.36787944117144245}, {2.5, 0.3, 0.9880032427940937}, {5.0, 20.0, 1.694474393006737e-05},
        {100.0, 90.0, 0.84177901081357}, {100.0, 140.0, 0.00016105717471255715},
        {10000.0, 10100.0, 0.15865124955282037}, {0.3, 0.9, 0.09774735197033049},
        {1.0, 700.0, 9.85967654375939e-305},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        equals(kl_gamma_q(rows[i][0], rows[i][1]), rows[i][2], 2e-13);
    equals(kl_gamma_q(2, 0), 1, 0);
    equals(kl_gamma_q(2, INFINITY), 0, 0);
    equals(kl_gamma_q(0, 1), NAN, 0);
    equals(kl_gamma_q(1, -1), NAN, 0);
}

KL_TEST(tails_of_distributions)
{
    KL_UNUSED_STATE;
    static const double f[][4] = {
        {0.5, 3.0, 10.0, 0.6906222455335577}, {1.0, 1.0, 1.0, 0.5000000000000001},
        {4.5, 2.0, 30.0, 0.01953663287118414}, {150.0, 4.0, 200.0, 4.729491611174468e-59},
        {1e-06, 5.0, 5.0, 0.9999999999999946}, {3.0, 1000.0, 1000.0, 8.534389710831712e-65},
        {1000000.0, 1.0, 3.0, 2.205307642576592e-09},
    };
    static const double chi2[][3] = {
        {0.1, 1.0, 0.7518296340458492}, {3.84, 1.0, 0.05004352124870519}, {30.0, 10.0, 0.000856641210775301},
        {500.0, 300.0, 3.3592224575792775e-12}, {1400.0, 3.0, 2.945619361016289e-303},
    };
    static const double t[][3] = {
        {0.0, 3.0, 1.0}, {1.0, 1.0, 0.5000000000000001}, {-2.0, 5.0, 0.10193947882985835},
        {12.0, 30.0, 5.580185415199261e-13}, {0.01, 1000.0, 0.9920232819321873},
        {100000.0, 2.0, 9.999999998500001e-11},
    };
    for (size_t i = 0; i < KL_COUNT(f); i++)
        equals(kl_f_tail(f[i][0], f[i][1], f[i][2]), f[i][3], 2e-13);
    for (size_t i = 0; i < KL_COUNT(chi2); i++)
        equals(kl_chi2_tail(chi2[i][0], chi2[i][1]), chi2[i][2], 3e-13);
    for (size_t i = 0; i < KL_COUNT(t); i++)
        equals(kl_t_tail2(t[i][0], t[i][1]), t[i][2], 2e-13);
    equals(kl_f_tail(INFINITY, 2, 3), 0, 0);
    equals(kl_f_tail(0, 2, 3), 1, 0);
    equals(kl_f_tail(NAN, 2, 3), NAN, 0);
    assert_true(kl_f_tail(1e308, 4, 6) >= 0 && kl_f_tail(1e308, 4, 6) < 1e-100);
    equals(kl_chi2_tail(-1, 3), 1, 0);
}

KL_TEST(quantiles_of_chi_squared)
{
    KL_UNUSED_STATE;
    static const double rows[][3] = {
        {0.95, 1.0, 3.841458820694124}, {0.5, 2.0, 1.386294361119891}, {0.975, 10.0, 20.483177350807388},
        {0.025, 10.0, 3.2469727802368413}, {1e-10, 3.0, 5.20939762143448e-07},
        {0.999, 500.0, 603.4460057951776}, {0.001, 0.1, 1.1689264114573264e-60},
        {0.3, 10000.0, 9925.358009834968},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        equals(kl_chi2_quantile(rows[i][0], rows[i][1]), rows[i][2], 1e-12);
    equals(kl_chi2_quantile(0, 3), 0, 0);
    equals(kl_chi2_quantile(1, 3), INFINITY, 0);
    equals(kl_chi2_quantile(1.1, 3), NAN, 0);
    equals(kl_chi2_quantile(0.5, 0), NAN, 0);
}

KL_TEST(the_normal_distribution)
{
    KL_UNUSED_STATE;
    static const double quantiles[][2] = {
        {0.5, 0.0}, {0.025, -1.9599639845400545}, {0.975, 1.959963984540054}, {0.1, -1.2815515655446004},
        {1e-05, -4.264890793922825}, {1e-20, -9.262340089798409}, {1e-300, -37.0470962993612},
        {0.0749, -1.4402382675279635}, {0.0751, -1.4388253927525403}, {0.9999999999, 6.361340889697422},
    };
    static const double below[][2] = {
        {0.0, 0.5}, {1.0, 0.8413447460685429}, {-1.0, 0.15865525393145707}, {-1.959963984540054, 0.025},
        {3.0, 0.9986501019683699}, {-10.0, 7.61985302416047e-24}, {-37.0, 5.7255712225239266e-300},
        {8.0, 0.9999999999999993},
    };
    for (size_t i = 0; i < KL_COUNT(quantiles); i++)
        assert_near(kl_normal_quantile(quantiles[i][0]), quantiles[i][1], 2e-15);
    for (size_t i = 0; i < KL_COUNT(below); i++)
        equals(kl_normal_cdf(below[i][0]), below[i][1], 2e-13);
    equals(kl_normal_quantile(0), -INFINITY, 0);
    equals(kl_normal_quantile(1), INFINITY, 0);
    equals(kl_normal_quantile(-0.1), NAN, 0);
    equals(kl_normal_quantile(NAN), NAN, 0);
}

KL_TEST(bessel_functions)
{
    KL_UNUSED_STATE;
    static const double rows[][3] = {
        {0.0, 0.1, 2.427069024702017}, {0.0, 5.0, 0.0036910983340425942}, {0.5, 1.0, 0.4610685044478946},
        {1.5, 0.3, 7.345697910803561}, {2.5, 7.0, 0.0006435411544813076}, {0.3, 2.0, 0.11603697434812504},
        {0.3, 2.0001, 0.11602263341811274}, {3.7, 0.001, 3411810326257.2886}, {10.2, 3.0, 3584.244615254212},
        {-1.3, 0.8, 1.138001985326}, {0.25, 600.0, 1.355899090158334e-262}, {1.0, 1e-08, 99999999.9999999},
        {30.0, 40.0, 3.6670011340654733e-14},
    };
    for (size_t i = 0; i < KL_COUNT(rows); i++)
        equals(kl_bessel_k(rows[i][0], rows[i][1]), rows[i][2], 1e-13);
    /* Of order 1/2 it is elementary. */
    for (double x = 0.01; x < 500; x *= 1.7)
        equals(kl_bessel_k(0.5, x), sqrt(3.14159265358979323846 / (2 * x)) * exp(-x), 2e-14);
    equals(kl_bessel_k(1, 0), INFINITY, 0);
    equals(kl_bessel_k(1, -1), NAN, 0);
    equals(kl_bessel_k(1, INFINITY), 0, 0);
    equals(kl_bessel_k(INFINITY, 1), INFINITY, 0);
    equals(kl_bessel_k(1e9, 1), INFINITY, 0);
    equals(kl_bessel_k(2.5, 1e5), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digamma_and_trigamma),
        cmocka_unit_test(logarithms_of_beta),
        cmocka_unit_test(incomplete_beta),
        cmocka_unit_test(incomplete_gamma),
        cmocka_unit_test(tails_of_distributions),
        cmocka_unit_test(quantiles_of_chi_squared),
        cmocka_unit_test(the_normal_distribution),
        cmocka_unit_test(bessel_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
