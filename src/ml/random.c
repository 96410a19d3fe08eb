/* src/ml/random.c - see random.h. */
#include "random.h"

#include <errno.h>
#include <math.h>
#include <sys/random.h>

/* ---- Philox4x32-10 -------------------------------------------------------------------------------------- */

enum { ROUNDS = 10 };

static void philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t a = (uint64_t)c0 * 0xD2511F53u, b = (uint64_t)c2 * 0xCD9E8D57u;
        c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)b;
        c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)a;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

/*
 * The key is the seed. The counter counts blocks of a stream in word 0, the stream's index lies in words 1
 * and 2, its name in word 3. A stream of more than 2^32 blocks goes on into a range of keys of its own.
 */
void kl_random_open(kl_random *random, uint64_t seed, uint32_t stream, uint64_t index)
{
    *random = (kl_random){
        .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
        .counter = {0, (uint32_t)index, (uint32_t)(index >> 32), stream},
    };
}

static void refill(kl_random *random)
{
    philox(random->out, random->counter, random->key);
    random->left = 4;
    if (++random->counter[0] == 0)
        random->key[1] += 0x9E3779B9u;
}

uint32_t kl_random_u32(kl_random *random)
{
    if (random->left == 0)
        refill(random);
    return random->out[4 - random->left--];
}

uint64_t kl_random_u64(kl_random *random)
{
    uint64_t low = kl_random_u32(random);
    return low | (uint64_t)kl_random_u32(random) << 32;
}

/* ---- seeds ------------------------------------------------------------------------------------------------ */

static kl_status seed_of_system(uint64_t *out, kl_error *error)
{
    ssize_t got;
    do
        got = getrandom(out, sizeof *out, 0);
    while (got < 0 && errno == EINTR);
    if (got != sizeof *out)
        return kl_error_set(error, KL_UNAVAILABLE, "random_state: the system gives no random seed");
    return KL_OK;
}

kl_status kl_random_seed(uint64_t *out, kl_value random_state, kl_error *error)
{
    if (kl_is(random_state, KL_KIND_NULL))
        return seed_of_system(out, error);
    if (!kl_is(random_state, KL_KIND_INT))
        return kl_error_set(error, KL_TYPE, "random_state: expected an int or None, got %s",
                            kl_value_kind_name(random_state));
    if (kl_as_int(random_state) < 0)
        return kl_error_set(error, KL_INVALID, "random_state: %lld is negative; expected 0 or more",
                            (long long)kl_as_int(random_state));
    *out = (uint64_t)kl_as_int(random_state);
    return KL_OK;
}

/* ---- uniform ---------------------------------------------------------------------------------------------- */

double kl_random_double(kl_random *random) { return (double)(kl_random_u64(random) >> 11) * 0x1p-53; }

double kl_random_between(kl_random *random, double low, double high)
{
    double x = low + (high - low) * kl_random_double(random);
    return x < high || !(low < high) ? x : nextafter(high, low); /* it was rounded up */
}

uint64_t kl_random_below(kl_random *random, uint64_t bound)
{
    if (bound <= UINT32_MAX) {
        uint32_t small = (uint32_t)bound;
        uint64_t product = (uint64_t)kl_random_u32(random) * small;
        if ((uint32_t)product < small)
            for (uint32_t least = -small % small; (uint32_t)product < least;)
                product = (uint64_t)kl_random_u32(random) * small;
        return product >> 32;
    }
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)kl_random_u64(random) * bound;
    if ((uint64_t)product < bound)
        for (uint64_t least = -bound % bound; (uint64_t)product < least;)
            product = (wide)kl_random_u64(random) * bound;
    return (uint64_t)(product >> 64);
}

/* ---- other distributions ----------------------------------------------------------------------------------- */

/* Two at a time (Marsaglia's polar method): no tables, and no trigonometry. */
double kl_random_normal(kl_random *random)
{
    if (random->has_spare) {
        random->has_spare = false;
        return random->spare;
    }
    double u, v, square;
    do {
        u = 2 * kl_random_double(random) - 1;
        v = 2 * kl_random_double(random) - 1;
        square = u * u + v * v;
    } while (square >= 1 || square == 0);
    double factor = sqrt(-2 * log(square) / square);
    random->spare = v * factor;
    random->has_spare = true;
    return u * factor;
}

double kl_random_exponential(kl_random *random) { return -log1p(-kl_random_double(random)); }

/* Of shape >= 1. */
static double gamma_of(kl_random *random, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = kl_random_normal(random), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        double u = 1 - kl_random_double(random); /* never 0 */
        if (u < 1 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return d * v;
    }
}

double kl_random_gamma(kl_random *random, double shape)
{
    if (shape >= 1)
        return gamma_of(random, shape);
    double u = 1 - kl_random_double(random);
    return gamma_of(random, shape + 1) * pow(u, 1 / shape);
}

void kl_random_doubles(kl_random *random, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = kl_random_double(random);
}

void kl_random_normals(kl_random *random, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = kl_random_normal(random);
}

/* ---- choosing ------------------------------------------------------------------------------------------------ */

void kl_random_shuffle(kl_random *random, int64_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t other = kl_random_below(random, i);
        int64_t moved = items[i - 1];
        items[i - 1] = items[other];
        items[other] = moved;
    }
}

/* Fisher and Yates on all of [0, n), of which the first k places are wanted. */
static kl_status sample_of_all(kl_random *random, int64_t *out, size_t k, size_t n, kl_error *error)
{
    int64_t *all = kl_alloc(n * sizeof *all);
    if (!all)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < n; i++)
        all[i] = (int64_t)i;
    for (size_t i = 0; i < k; i++) {
        size_t other = i + kl_random_below(random, n - i);
        out[i] = all[other];
        all[other] = all[i];
    }
    kl_free(all);
    return KL_OK;
}

/* True: it is new, and in now. The table has a power of two of places, most of them empty (-1). */
static bool add_new(int64_t *table, size_t mask, int64_t number)
{
    size_t at = ((uint64_t)number * 0x9E3779B97F4A7C15u >> 20) & mask;
    while (table[at] != -1 && table[at] != number)
        at = (at + 1) & mask;
    bool is_new = table[at] == -1;
    table[at] = number;
    return is_new;
}

/* Few of many: draw until k are distinct. */
static kl_status sample_of_many(kl_random *random, int64_t *out, size_t k, size_t n, kl_error *error)
{
    size_t places = 8;
    while (places < 2 * k)
        places *= 2;
    int64_t *table = kl_alloc(places * sizeof *table);
    if (!table)
        return kl_error_no_memory(error);
    memset(table, -1, places * sizeof *table);
    for (size_t i = 0; i < k; i++)
        do
            out[i] = (int64_t)kl_random_below(random, n);
        while (!add_new(table, places - 1, out[i]));
    kl_free(table);
    return KL_OK;
}

kl_status kl_random_sample(kl_random *random, int64_t *out, size_t k, size_t n, kl_error *error)
{
    if (k > n)
        return kl_error_set(error, KL_INVALID, "cannot choose %zu distinct items of %zu", k, n);
    if (k == 0)
        return KL_OK;
    return k > n / 8 ? sample_of_all(random, out, k, n, error)
                     : sample_of_many(random, out, k, n, error);
}

size_t kl_random_choice(kl_random *random, const double *running_sum, size_t n)
{
    double at = kl_random_double(random) * running_sum[n - 1];
    size_t low = 0, high = n - 1;
    while (low < high) { /* the first whose sum is above */
        size_t middle = low + (high - low) / 2;
        if (running_sum[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
