/* src/nodes/arithmetic.c - see arithmetic.h. */
#include "arithmetic.h"

#include <math.h>

kl_value kl_number_of(double real)
{
    bool whole =
        real >= -9223372036854775808.0 && real < 9223372036854775808.0 && real == trunc(real);
    return whole ? kl_int((int64_t)real) : kl_double(real);
}

__extension__ typedef __int128 wide; /* 10 million int64 never leave it */

/* Neumaier's sum: what rounding loses is kept beside the total. */
typedef struct exact_sum {
    double total, lost;
} exact_sum;

static void add_real(exact_sum *sum, double real)
{
    double total = sum->total + real;
    sum->lost +=
        fabs(sum->total) >= fabs(real) ? (sum->total - total) + real : (real - total) + sum->total;
    sum->total = total;
}

kl_value kl_numbers_sum(kl_value numbers)
{
    wide whole = 0;
    exact_sum sum = {0, 0};
    bool any_real = false;
    for (size_t i = 0, count = kl_array_len(numbers); i < count; i++) {
        kl_value number = kl_array_at(numbers, i);
        if (kl_is(number, KL_KIND_INT)) {
            whole += number.as.integer;
        } else {
            add_real(&sum, number.as.real);
            any_real = true;
        }
    }
    if (!any_real && whole >= INT64_MIN && whole <= INT64_MAX)
        return kl_int((int64_t)whole);
    add_real(&sum, (double)whole);
    /* once a part is infinite or NaN, what was lost means nothing */
    return kl_number_of(isfinite(sum.total) ? sum.total + sum.lost : sum.total);
}

kl_value kl_numbers_extreme(kl_value numbers, int sign)
{
    kl_value best = kl_null();
    for (size_t i = 0, count = kl_array_len(numbers); i < count; i++) {
        kl_value number = kl_array_at(numbers, i);
        bool nan = kl_is(number, KL_KIND_DOUBLE) && isnan(number.as.real);
        bool best_nan = kl_is(best, KL_KIND_DOUBLE) && isnan(best.as.real);
        if (kl_is_null(best) || (best_nan && !nan) ||
            (!nan && !best_nan && kl_number_compare(number, best) * sign > 0))
            best = number;
    }
    return kl_is(best, KL_KIND_DOUBLE) ? kl_number_of(best.as.real) : best;
}
