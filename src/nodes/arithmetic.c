/* src/nodes/arithmetic.c - see arithmetic.h. */
#include "arithmetic.h"
#include "array.h"

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

/* The same for many at once, each lane for itself; what rounding loses is found without asking which
 * one is larger (Knuth's sum of two). */
typedef double lanes __attribute__((vector_size(16)));
enum { LANES = 2, SUMS = 4, BLOCK = LANES * SUMS };

static exact_sum sum_reals(const kl_value *items, size_t count)
{
    lanes totals[SUMS] = {{0}}, lost[SUMS] = {{0}};
    exact_sum sum = {0, 0};
    size_t at = 0;
    for (; at + BLOCK <= count; at += BLOCK)
        for (size_t i = 0; i < SUMS; i++) {
            const kl_value *two = items + at + LANES * i;
            lanes real = {two[0].as.real, two[1].as.real};
            lanes total = totals[i] + real, part = total - totals[i];
            lost[i] += (totals[i] - (total - part)) + (real - part);
            totals[i] = total;
        }
    for (size_t i = 0; i < BLOCK; i++) {
        add_real(&sum, totals[i / LANES][i % LANES]);
        sum.lost += lost[i / LANES][i % LANES];
    }
    for (; at < count; at++)
        add_real(&sum, items[at].as.real);
    return sum;
}

/* Once a part is infinite or NaN, what was lost means nothing. */
static kl_value give_sum(exact_sum sum)
{
    return kl_number_of(isfinite(sum.total) ? sum.total + sum.lost : sum.total);
}

kl_value kl_numbers_sum(kl_value numbers)
{
    if (kl_array_known(numbers) == KL_PAYLOAD_REALS)
        return give_sum(sum_reals(kl_array_items(numbers), kl_array_len(numbers)));
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
    return give_sum(sum);
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

/* The largest of doubles times `sign`, NaN left out; NaN when all are. */
static double largest(const kl_value *items, size_t count, double sign)
{
    double best[4], last = NAN;
    size_t at = 0;
    while (at < count && isnan(items[at].as.real))
        at++;
    if (at == count)
        return NAN;
    for (size_t i = 0; i < 4; i++)
        best[i] = sign * items[at].as.real;
    for (; at + 4 <= count; at += 4)
        for (size_t i = 0; i < 4; i++) {
            double real = sign * items[at + i].as.real;
            best[i] = real > best[i] ? real : best[i];
        }
    last = best[0];
    for (size_t i = 1; i < 4; i++)
        last = best[i] > last ? best[i] : last;
    for (; at < count; at++)
        last = sign * items[at].as.real > last ? sign * items[at].as.real : last;
    return last;
}

kl_value kl_numbers_extreme(kl_value numbers, int sign)
{
    const kl_value *items = kl_array_items(numbers);
    size_t count = kl_array_len(numbers);
    if (kl_array_known(numbers) == KL_PAYLOAD_REALS)
        return kl_number_of(sign * largest(items, count, sign));
    kl_value best = count ? items[0] : kl_null();
    for (size_t i = 1; i < count; i++)
        if (is_beyond(items[i], best, sign))
            best = items[i];
    return kl_is(best, KL_KIND_DOUBLE) ? kl_number_of(best.as.real) : best;
}
