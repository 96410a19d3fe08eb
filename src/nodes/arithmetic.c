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
    bool smaller = fabs(sum->total) < fabs(real); /* chosen without a jump, which could go wrong */
    double large = smaller ? real : sum->total, small = smaller ? sum->total : real;
    sum->lost += (large - total) + small;
    sum->total = total;
}

kl_value kl_numbers_sum(kl_value numbers)
{
    wide whole = 0;
    exact_sum sum = {0, 0};
    bool any_real = false;
    const kl_value *items = kl_array_items(numbers);
    for (size_t i = 0, count = kl_array_len(numbers); i < count; i++) {
        kl_value number = items[i];
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

/* Whether `number` takes the place of `best`; NaN gives way to everything else. */
static bool is_beyond(kl_value number, kl_value best, int sign)
{
    bool real = kl_is(number, KL_KIND_DOUBLE), best_real = kl_is(best, KL_KIND_DOUBLE);
    if (real && best_real)
        return (sign > 0 ? number.as.real > best.as.real : number.as.real < best.as.real) ||
               (isnan(best.as.real) && !isnan(number.as.real));
    bool nan = real && isnan(number.as.real), best_nan = best_real && isnan(best.as.real);
    if (nan || best_nan)
        return best_nan && !nan;
    return kl_number_compare(number, best) * sign > 0;
}

kl_value kl_numbers_extreme(kl_value numbers, int sign)
{
    const kl_value *items = kl_array_items(numbers);
    size_t count = kl_array_len(numbers);
    kl_value best = count ? items[0] : kl_null();
    for (size_t i = 1; i < count; i++)
        if (is_beyond(items[i], best, sign))
            best = items[i];
    return kl_is(best, KL_KIND_DOUBLE) ? kl_number_of(best.as.real) : best;
}
