/* src/nodes/math.c - arithmetic on numbers and lists of numbers. */
#include "arithmetic.h"
#include "operation.h"
#include "sort.h"

#include <math.h>
#include <stdlib.h>

/* ---- two numbers ----------------------------------------------------------------------------- */

static bool both_int(const kl_value *args)
{
    return kl_is(args[0], KL_KIND_INT) && kl_is(args[1], KL_KIND_INT);
}

static kl_status add(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t exact;
    if (both_int(args) && !__builtin_add_overflow(args[0].as.integer, args[1].as.integer, &exact))
        *out = kl_int(exact);
    else
        *out = kl_number_of(kl_as_double(args[0]) + kl_as_double(args[1]));
    return KL_OK;
}

static kl_status subtract(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t exact;
    if (both_int(args) && !__builtin_sub_overflow(args[0].as.integer, args[1].as.integer, &exact))
        *out = kl_int(exact);
    else
        *out = kl_number_of(kl_as_double(args[0]) - kl_as_double(args[1]));
    return KL_OK;
}

static kl_status multiply(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t exact;
    if (both_int(args) && !__builtin_mul_overflow(args[0].as.integer, args[1].as.integer, &exact))
        *out = kl_int(exact);
    else
        *out = kl_number_of(kl_as_double(args[0]) * kl_as_double(args[1]));
    return KL_OK;
}

/* INT64_MIN / -1 does not fit, and would trap. */
static bool divides_exactly(int64_t a, int64_t b)
{
    return !(a == INT64_MIN && b == -1) && a % b == 0;
}

static kl_status divide(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    if (kl_as_double(args[1]) == 0)
        return kl_node_failed(error, "division by zero");
    if (both_int(args) && divides_exactly(args[0].as.integer, args[1].as.integer))
        *out = kl_int(args[0].as.integer / args[1].as.integer);
    else
        *out = kl_number_of(kl_as_double(args[0]) / kl_as_double(args[1]));
    return KL_OK;
}

/* The sign of the dividend. */
static kl_status modulo(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    if (kl_as_double(args[1]) == 0)
        return kl_node_failed(error, "division by zero");
    if (both_int(args))
        *out = kl_int(args[1].as.integer == -1 ? 0 : args[0].as.integer % args[1].as.integer);
    else
        *out = kl_number_of(fmod(kl_as_double(args[0]), kl_as_double(args[1])));
    return KL_OK;
}

/* False when the power leaves int64. */
static bool int_power(int64_t *out, int64_t base, int64_t exponent)
{
    int64_t result = 1;
    while (exponent > 0) {
        if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
            return false;
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
            return false;
    }
    *out = result;
    return true;
}

static kl_status power(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t exact;
    if (both_int(args) && args[1].as.integer >= 0 &&
        int_power(&exact, args[0].as.integer, args[1].as.integer))
        *out = kl_int(exact);
    else
        *out = kl_number_of(pow(kl_as_double(args[0]), kl_as_double(args[1])));
    return KL_OK;
}

/* ---- one number ------------------------------------------------------------------------------ */

static kl_status absolute(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    bool exact = kl_is(args[0], KL_KIND_INT) && args[0].as.integer != INT64_MIN;
    *out = exact ? kl_int(llabs(args[0].as.integer)) : kl_number_of(fabs(kl_as_double(args[0])));
    return KL_OK;
}

static kl_status negate(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    bool exact = kl_is(args[0], KL_KIND_INT) && args[0].as.integer != INT64_MIN;
    *out = exact ? kl_int(-args[0].as.integer) : kl_number_of(-kl_as_double(args[0]));
    return KL_OK;
}

/* A function of one double; ints that need none pass unchanged. */
#define WHOLE(name, function)                                                                      \
    static kl_status name(kl_value *out, const kl_value *args, kl_node_call *call,                 \
                          kl_error *error)                                                         \
    {                                                                                              \
        (void)call, (void)error;                                                                   \
        *out = kl_is(args[0], KL_KIND_INT) ? args[0] : kl_number_of(function(args[0].as.real));    \
        return KL_OK;                                                                              \
    }
WHOLE(ceiling, ceil)
WHOLE(round_down, floor)

/* `real` rounded half away from zero at 10^-digits, by its exact binary value: the product's error
 * is known from fma(), so that 1.005 (which lies below 1.005) is not taken for a tie. */
static double round_real(double real, int64_t digits)
{
    if (!isfinite(real))
        return real;
    double scale = pow(10, (double)llabs(digits));
    double scaled = digits >= 0 ? real * scale : real / scale;
    if (fabs(scaled) >= 4503599627370496.0) /* 2^52: no digits left to round */
        return real;
    double rest = digits >= 0 ? fma(real, scale, -scaled) : -fma(scaled, scale, -real) / scale;
    double whole = trunc(scaled), half = fabs(scaled - whole) - 0.5;
    if (half + copysign(1, real) * rest >= 0)
        whole += copysign(1, real);
    return digits >= 0 ? whole / scale : whole * scale;
}

/* An int rounded at tens, hundreds ...; false when the result leaves int64. */
static bool round_int(int64_t *out, int64_t integer, int64_t digits)
{
    int64_t scale = 1;
    for (int64_t i = digits; i < 0; i++)
        scale *= 10; /* at most 10^18 */
    int64_t rest = integer % scale, whole = integer - rest;
    bool away = llabs(rest) >= scale - llabs(rest) && rest != 0;
    return !__builtin_add_overflow(whole, away ? (rest < 0 ? -scale : scale) : 0, out);
}

static kl_status round_off(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t digits = kl_as_int(args[1]), exact;
    if (!kl_is(args[0], KL_KIND_INT))
        *out = kl_number_of(round_real(args[0].as.real, digits));
    else if (round_int(&exact, args[0].as.integer, digits))
        *out = kl_int(exact);
    else
        *out = kl_number_of(round_real(kl_as_double(args[0]), digits));
    return KL_OK;
}

static kl_status square_root(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call;
    double real = kl_as_double(args[0]);
    if (real < 0)
        return kl_node_bad(error, "a", "expected number of at least 0, got %g", real);
    *out = kl_number_of(sqrt(real));
    return KL_OK;
}

/* A logarithm, of positive numbers only. */
#define LOGARITHM(name, function)                                                                  \
    static kl_status name(kl_value *out, const kl_value *args, kl_node_call *call,                 \
                          kl_error *error)                                                         \
    {                                                                                              \
        (void)call;                                                                                \
        double real = kl_as_double(args[0]);                                                       \
        if (real <= 0)                                                                             \
            return kl_node_bad(error, "a", "expected number above 0, got %g", real);               \
        *out = kl_number_of(function(real));                                                       \
        return KL_OK;                                                                              \
    }
LOGARITHM(natural_log, log)
LOGARITHM(binary_log, log2)
LOGARITHM(decimal_log, log10)

static kl_status exponential(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call, (void)error;
    *out = kl_number_of(exp(kl_as_double(args[0])));
    return KL_OK;
}

static kl_status clamp(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    if (kl_number_compare(args[1], args[2]) > 0)
        return kl_node_bad(error, "min", "expected number not above max");
    bool below = kl_number_compare(args[0], args[1]) < 0;
    bool nan = kl_as_double(args[0]) != kl_as_double(args[0]);
    bool above = !nan && kl_number_compare(args[0], args[2]) > 0;
    kl_value result = below ? args[1] : above ? args[2] : args[0];
    *out = kl_is(result, KL_KIND_DOUBLE) ? kl_number_of(result.as.real) : result;
    return KL_OK;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static kl_status need_some(kl_value array, const char *what, kl_error *error)
{
    return kl_array_len(array) ? KL_OK
                               : kl_node_failed(error, "cannot compute %s of empty array", what);
}

static kl_status sum(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    *out = kl_numbers_sum(args[0]);
    return KL_OK;
}

static kl_status average(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    KL_TRY(need_some(args[0], "average", error));
    *out = kl_number_of(kl_as_double(kl_numbers_sum(args[0])) / (double)kl_array_len(args[0]));
    return KL_OK;
}

static kl_status minimum(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    KL_TRY(need_some(args[0], "min", error));
    *out = kl_numbers_extreme(args[0], -1);
    return KL_OK;
}

static kl_status maximum(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    KL_TRY(need_some(args[0], "max", error));
    *out = kl_numbers_extreme(args[0], 1);
    return KL_OK;
}

static kl_status count(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    *out = kl_int((int64_t)kl_array_len(args[0]));
    return KL_OK;
}

static kl_status product(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    int64_t exact = 1;
    double real = 1;
    bool is_exact = true;
    for (size_t i = 0, len = kl_array_len(args[0]); i < len; i++) {
        kl_value number = kl_array_at(args[0], i);
        real *= kl_as_double(number);
        is_exact = is_exact && kl_is(number, KL_KIND_INT) &&
                   !__builtin_mul_overflow(exact, number.as.integer, &exact);
    }
    *out = is_exact ? kl_int(exact) : kl_number_of(real);
    return KL_OK;
}

/* ---- statistics ------------------------------------------------------------------------------ */

static int compare_reals(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* What stands at `rank` in ascending order. Only the numbers whose bits begin as those of the one
 * that is looked for are looked at again: `reals` is used up. */
static kl_status real_at(double *out, double *reals, size_t len, size_t rank, kl_error *error)
{
    enum { DIGIT_BITS = 11, DIGIT_VALUES = 1 << DIGIT_BITS, FEW = 64 };
    size_t *times = kl_alloc(DIGIT_VALUES * sizeof *times);
    if (!times)
        return kl_error_no_memory(error);
    for (int shift = 64 - DIGIT_BITS; len > FEW && shift > -DIGIT_BITS; shift -= DIGIT_BITS) {
        int by = shift > 0 ? shift : 0;
        size_t kept = 0, value = 0;
        memset(times, 0, DIGIT_VALUES * sizeof *times);
        for (size_t i = 0; i < len; i++)
            times[kl_sort_bits_of_real(reals[i]) >> by & (DIGIT_VALUES - 1)]++;
        for (; rank >= times[value]; value++)
            rank -= times[value];
        for (size_t i = 0; i < len; i++) {
            reals[kept] = reals[i];
            kept += (kl_sort_bits_of_real(reals[i]) >> by & (DIGIT_VALUES - 1)) == value;
        }
        len = kept;
    }
    if (len <= FEW)
        qsort(reals, len, sizeof *reals, compare_reals);
    *out = reals[rank]; /* more than a few are all the same */
    kl_free(times);
    return KL_OK;
}

/* The numbers, to be freed; `*nan` when one of them is NaN. */
static kl_status reals_of(double **out, bool *nan, kl_value array, kl_error *error)
{
    size_t len = kl_array_len(array);
    const kl_value *items = kl_array_items(array);
    double *reals = kl_alloc(len * sizeof *reals);
    if (!reals)
        return kl_error_no_memory(error);
    *nan = false;
    for (size_t i = 0; i < len; i++) {
        reals[i] = kl_as_double(items[i]);
        *nan = *nan || isnan(reals[i]);
    }
    *out = reals;
    return KL_OK;
}

/* The smallest number that stands behind `rank`, which holds `at`. */
static double next_real(kl_value array, size_t rank, double at)
{
    const kl_value *items = kl_array_items(array);
    size_t not_above = 0;
    double next = INFINITY;
    for (size_t i = 0, len = kl_array_len(array); i < len; i++) {
        double real = kl_as_double(items[i]);
        not_above += real <= at;
        next = real > at && real < next ? real : next;
    }
    return not_above > rank + 1 ? at : next;
}

/* Linear interpolation between the two nearest ranks (type 7 of Hyndman and Fan, 1996). */
static kl_status quantile(kl_value *out, kl_value array, double share, kl_error *error)
{
    double *reals, result = NAN, rank = share * (double)(kl_array_len(array) - 1);
    bool nan;
    kl_status status = KL_OK;
    KL_TRY(reals_of(&reals, &nan, array, error));
    size_t low = (size_t)rank;
    double between = rank - (double)low;
    if (!nan)
        status = real_at(&result, reals, kl_array_len(array), low, error);
    if (!nan && status == KL_OK && between != 0)
        result = result * (1 - between) + next_real(array, low, result) * between;
    kl_free(reals);
    if (status == KL_OK)
        *out = nan ? kl_double(NAN) : kl_number_of(result);
    return status;
}

static kl_status median(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    KL_TRY(need_some(args[0], "median", error));
    return quantile(out, args[0], 0.5, error);
}

static kl_status percentile(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    KL_TRY(need_some(args[0], "percentile", error));
    return quantile(out, args[0], kl_as_double(args[1]) / 100, error);
}

/* Mean squared distance from the mean, in two passes. */
static kl_status spread(double *out, const kl_value *args, const char *what, kl_error *error)
{
    size_t len = kl_array_len(args[0]);
    bool sample = kl_as_bool(args[1]);
    KL_TRY(need_some(args[0], what, error));
    if (sample && len == 1)
        return kl_node_failed(error, "cannot compute sample %s of one number", what);
    double mean = kl_as_double(kl_numbers_sum(args[0])) / (double)len, sum_of_squares = 0;
    const kl_value *items = kl_array_items(args[0]);
    for (size_t i = 0; i < len; i++) {
        double distance = kl_as_double(items[i]) - mean;
        sum_of_squares += distance * distance;
    }
    *out = sum_of_squares / (double)(len - sample);
    return KL_OK;
}

static kl_status variance(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    double result;
    KL_TRY(spread(&result, args, "variance", error));
    *out = kl_number_of(result);
    return KL_OK;
}

static kl_status stddev(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    double result;
    KL_TRY(spread(&result, args, "stddev", error));
    *out = kl_number_of(sqrt(result));
    return KL_OK;
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define NUMBER(key)                                                                                \
    {                                                                                              \
        .name = key, .kind = KL_KIND_NUMBER                                                        \
    }
#define NUMBERS                                                                                    \
    {                                                                                              \
        .name = "array", .kind = KL_KIND_ARRAY, .item = KL_KIND_NUMBER                             \
    }

static const kl_param unary[] = {NUMBER("a")};
static const kl_param binary[] = {NUMBER("a"), NUMBER("b")};
static const kl_param rounding[] = {
    NUMBER("a"),
    {.name = "precision", .kind = KL_KIND_INT, .fallback = "0", .range = KL_RANGE(-18, 22)},
};
static const kl_param clamping[] = {NUMBER("a"), NUMBER("min"), NUMBER("max")};
static const kl_param aggregate[] = {NUMBERS};
static const kl_param spreading[] = {NUMBERS,
                                     {.name = "sample", .kind = KL_KIND_BOOL, .fallback = "true"}};
static const kl_param ranking[] = {
    NUMBERS, {.name = "percent", .kind = KL_KIND_NUMBER, .range = KL_RANGE(0, 100)}};

#define OPERATIONS(ROW)                                                                            \
    ROW("add", binary, add)                                                                        \
    ROW("subtract", binary, subtract)                                                              \
    ROW("multiply", binary, multiply)                                                              \
    ROW("divide", binary, divide)                                                                  \
    ROW("modulo", binary, modulo)                                                                  \
    ROW("power", binary, power)                                                                    \
    ROW("abs", unary, absolute)                                                                    \
    ROW("ceil", unary, ceiling)                                                                    \
    ROW("floor", unary, round_down)                                                                \
    ROW("round", rounding, round_off)                                                              \
    ROW("negate", unary, negate)                                                                   \
    ROW("sum", aggregate, sum)                                                                     \
    ROW("average", aggregate, average)                                                             \
    ROW("min", aggregate, minimum)                                                                 \
    ROW("max", aggregate, maximum)                                                                 \
    ROW("count", aggregate, count)                                                                 \
    ROW("sqrt", unary, square_root)                                                                \
    ROW("log", unary, natural_log)                                                                 \
    ROW("log2", unary, binary_log)                                                                 \
    ROW("log10", unary, decimal_log)                                                               \
    ROW("exp", unary, exponential)                                                                 \
    ROW("median", aggregate, median)                                                               \
    ROW("stddev", spreading, stddev)                                                               \
    ROW("variance", spreading, variance)                                                           \
    ROW("percentile", ranking, percentile)                                                         \
    ROW("product", aggregate, product)                                                             \
    ROW("clamp", clamping, clamp)

static const char *const names[] = {OPERATIONS(KL_OPERATION_NAME) NULL};
static const kl_operation operations[] = {OPERATIONS(KL_OPERATION_ROW)};

static kl_status math_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_operation_run(out, KL_TABLE(operations), call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "What to compute."},
    KL_OPERATION_KEY("a", "First number, or the only one."),
    KL_OPERATION_KEY("b", "Second number: what is added, divided by, the exponent ..."),
    KL_OPERATION_KEY("array", "Numbers of sum, average, min, max, count, median, stddev, variance, "
                              "percentile and product."),
    KL_OPERATION_KEY("precision", "round: digits behind the point, -18 to 22; negative ones round "
                                  "to tens, hundreds ... Default 0."),
    KL_OPERATION_KEY("sample", "stddev, variance: divide by n - 1 (default true) or by n."),
    KL_OPERATION_KEY("percent", "percentile: 0 to 100, interpolated between neighbours."),
    KL_OPERATION_KEY("min", "clamp: smallest result."),
    KL_OPERATION_KEY("max", "clamp: largest result."),
};
static const kl_param outputs[] = {
    {.name = "result",
     .kind = KL_KIND_NUMBER,
     .doc = "An int when it is whole and fits 64 bits, else a float."},
};

static const kl_node_type types[] = {
    {
        .name = "MathOperationsNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = math_run,
        .doc = "Arithmetic and statistics. Ints stay exact and become floats where they would "
               "leave 64 bits; rounding is half away from zero.",
    },
};

static const kl_node_family math_nodes = {.name = "math", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(math_nodes);
