/* tests/c/numbers.h - numbers that are nearly the same. */
#ifndef KL_TESTS_NUMBERS_H
#define KL_TESTS_NUMBERS_H

#include "test.h"

#include <math.h>

/* |got - expected| <= tolerance * max(1, |expected|); infinities and NaN only match their like. */
static inline bool is_near(double got, double expected, double tolerance)
{
    if (isnan(expected) || isnan(got))
        return isnan(expected) && isnan(got);
    if (isinf(expected) || isinf(got))
        return got == expected;
    return fabs(got - expected) <= tolerance * fmax(1, fabs(expected));
}

static inline void assert_near_in(double got, double expected, double tolerance, const char *file,
                                  int line)
{
    if (!is_near(got, expected, tolerance)) {
        print_error("%s:%d: got %.17g, expected %.17g\n", file, line, got, expected);
        fail();
    }
}
#define assert_near(got, expected, tolerance)                                                      \
    assert_near_in((got), (expected), (tolerance), __FILE__, __LINE__)

#endif
