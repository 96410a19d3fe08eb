/* src/crypto/ed25519.c - see ed25519.h. Bernstein, Duif, Lange, Schwabe, Yang: High-speed high-security
 * signatures (2011); Hisil, Wong, Carter, Dawson: Twisted Edwards curves revisited (2008). */
#include "ed25519.h"
#include "kailash/crypto.h"

__extension__ typedef unsigned __int128 wide;

/* ---- numbers modulo p = 2^255 - 19 ------------------------------------------------------------------ */

/* Five limbs of 51 bits. Products have limbs below 2^52; a sum or a difference of two such is below
 * 2^54, and so may be a factor, but no subtrahend. */
typedef struct number {
    uint64_t limb[5];
} number;

/* What is called a thousand times: a call would pass numbers through memory, which takes as long. */
#define INLINE __attribute__((always_inline)) static inline
#define MASK (((uint64_t)1 << 51) - 1)

static const number zero = {{0}}, one = {{1}};
static const number d = {{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}};
static const number twice_d = {{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}};
static const number root_of_minus_one = {
    {0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}};

INLINE number plus(number a, number b)
{
    return (number){{a.limb[0] + b.limb[0], a.limb[1] + b.limb[1], a.limb[2] + b.limb[2],
                     a.limb[3] + b.limb[3], a.limb[4] + b.limb[4]}};
}

/* 2p is added, so that no limb goes below zero. */
INLINE number minus(number a, number b)
{
    const uint64_t first = 0xfffffffffffda, other = 0xffffffffffffe;
    return (number){{a.limb[0] + first - b.limb[0], a.limb[1] + other - b.limb[1],
                     a.limb[2] + other - b.limb[2], a.limb[3] + other - b.limb[3],
                     a.limb[4] + other - b.limb[4]}};
}

INLINE number times(number x, number y)
{
    const uint64_t *a = x.limb, *b = y.limb;
    uint64_t b1 = 19 * b[1], b2 = 19 * b[2], b3 = 19 * b[3], b4 = 19 * b[4];
    wide t0 = (wide)a[0] * b[0] + (wide)a[1] * b4 + (wide)a[2] * b3 + (wide)a[3] * b2 + (wide)a[4] * b1;
    wide t1 = (wide)a[0] * b[1] + (wide)a[1] * b[0] + (wide)a[2] * b4 + (wide)a[3] * b3 + (wide)a[4] * b2;
    wide t2 = (wide)a[0] * b[2] + (wide)a[1] * b[1] + (wide)a[2] * b[0] + (wide)a[3] * b4 + (wide)a[4] * b3;
    wide t3 = (wide)a[0] * b[3] + (wide)a[1] * b[2] + (wide)a[2] * b[1] + (wide)a[3] * b[0] + (wide)a[4] * b4;
    wide t4 = (wide)a[0] * b[4] + (wide)a[1] * b[3] + (wide)a[2] * b[2] + (wide)a[3] * b[1] + (wide)a[4] * b[0];
    t1 += (uint64_t)(t0 >> 51);
    t2 += (uint64_t)(t1 >> 51);
    t3 += (uint64_t)(t2 >> 51);
    t4 += (uint64_t)(t3 >> 51);
    uint64_t low = ((uint64_t)t0 & MASK) + 19 * (uint64_t)(t4 >> 51);
    return (number){{low & MASK, ((uint64_t)t1 & MASK) + (low >> 51), (uint64_t)t2 & MASK,
                     (uint64_t)t3 & MASK, (uint64_t)t4 & MASK}};
}

static number squared(number x, int count)
{
    while (count-- > 0)
        x = times(x, x);
    return x;
}

/* x^(2^250 - 1), and x^11 on the way. */
static number power_of_ones(number *eleventh, number x)
{
    number x2 = squared(x, 1), x9 = times(squared(x2, 2), x), x11 = times(x9, x2);
    number ones5 = times(squared(x11, 1), x9);
    number ones10 = times(squared(ones5, 5), ones5), ones20 = times(squared(ones10, 10), ones10);
    number ones40 = times(squared(ones20, 20), ones20), ones50 = times(squared(ones40, 10), ones10);
    number ones100 = times(squared(ones50, 50), ones50), ones200 = times(squared(ones100, 100), ones100);
    *eleventh = x11;
    return times(squared(ones200, 50), ones50);
}

/* x^(p - 2) */
static number inverse(number x)
{
    number x11, power = power_of_ones(&x11, x);
    return times(squared(power, 5), x11);
}

static number read_number(const unsigned char bytes[32])
{
    uint64_t word[4];
    for (int i = 0; i < 4; i++) {
        word[i] = 0;
        for (int k = 7; k >= 0; k--)
            word[i] = word[i] << 8 | bytes[8 * i + k];
    }
    return (number){{word[0] & MASK, (word[0] >> 51 | word[1] << 13) & MASK,
                     (word[1] >> 38 | word[2] << 26) & MASK, (word[2] >> 25 | word[3] << 39) & MASK,
                     word[3] >> 12 & MASK}};
}

static void carry(uint64_t limb[5])
{
    for (int i = 0; i < 4; i++) {
        limb[i + 1] += limb[i] >> 51;
        limb[i] &= MASK;
    }
    limb[0] += 19 * (limb[4] >> 51);
    limb[4] &= MASK;
}

/* The one representation below p. */
static void write_number(unsigned char bytes[32], number x)
{
    uint64_t *limb = x.limb;
    for (int round = 0; round < 3; round++)
        carry(limb);
    uint64_t over = (limb[0] + 19) >> 51; /* 1 when x >= p */
    for (int i = 1; i < 5; i++)
        over = (limb[i] + over) >> 51;
    limb[0] += 19 * over;
    for (int i = 0; i < 4; i++) {
        limb[i + 1] += limb[i] >> 51;
        limb[i] &= MASK;
    }
    limb[4] &= MASK;
    const uint64_t word[4] = {limb[0] | limb[1] << 51, limb[1] >> 13 | limb[2] << 38,
                              limb[2] >> 26 | limb[3] << 25, limb[3] >> 39 | limb[4] << 12};
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)(word[i / 8] >> 8 * (i % 8));
}

static bool is_equal(number a, number b)
{
    unsigned char x[32], y[32];
    write_number(x, a);
    write_number(y, b);
    return memcmp(x, y, sizeof x) == 0;
}

/* ---- points ------------------------------------------------------------------------------------------ */

/* x = X/Z, y = Y/Z, T = XY/Z. */
typedef struct point {
    number x, y, z, t;
} point;

/* A point with Z = 1 as a summand wants it. */
typedef struct summand {
    number y_plus_x, y_minus_x, t2d; /* t2d = 2 d x y */
} summand;

INLINE point products(number e, number f, number g, number h)
{
    return (point){times(e, f), times(g, h), times(f, g), times(e, h)};
}

/* Holds for all points, equal ones too. */
static point add_points(point p, point q)
{
    number a = times(minus(p.y, p.x), minus(q.y, q.x)), b = times(plus(p.y, p.x), plus(q.y, q.x));
    number c = times(times(p.t, twice_d), q.t), zz = times(p.z, q.z), dd = plus(zz, zz);
    return products(minus(b, a), minus(dd, c), plus(dd, c), plus(b, a));
}

INLINE point add(point p, const summand *q, bool negative)
{
    const number *left = negative ? &q->y_plus_x : &q->y_minus_x;
    const number *right = negative ? &q->y_minus_x : &q->y_plus_x;
    number a = times(minus(p.y, p.x), *left), b = times(plus(p.y, p.x), *right);
    number c = times(p.t, q->t2d), dd = plus(p.z, p.z);
    number f = negative ? plus(dd, c) : minus(dd, c), g = negative ? minus(dd, c) : plus(dd, c);
    return products(minus(b, a), f, g, plus(b, a));
}

static void write_point(unsigned char bytes[32], point p)
{
    unsigned char x[32];
    number by = inverse(p.z);
    write_number(x, times(p.x, by));
    write_number(bytes, times(p.y, by));
    bytes[31] |= (unsigned char)((x[0] & 1) << 7);
}

/* x of a point from y and the sign: the root of (y^2 - 1) / (d y^2 + 1). False when there is none. */
static bool read_point(point *out, const unsigned char bytes[32])
{
    unsigned char text[32];
    number y = read_number(bytes), yy = squared(y, 1), ignored;
    number u = minus(yy, one), v = plus(times(yy, d), one);
    number v3 = times(squared(v, 1), v), uv7 = times(times(squared(v3, 1), v), u);
    number x = times(times(times(squared(power_of_ones(&ignored, uv7), 2), uv7), v3), u);
    number vxx = times(squared(x, 1), v);
    if (!is_equal(vxx, u)) {
        if (!is_equal(plus(vxx, u), zero))
            return false;
        x = times(x, root_of_minus_one);
    }
    write_number(text, x);
    if ((text[0] & 1) != bytes[31] >> 7)
        x = minus(zero, x);
    *out = (point){x, y, one, times(x, y)};
    return true;
}

/* ---- tables ------------------------------------------------------------------------------------------ */

/* j * 16^i * P for the places i of a number in base 16 with digits -8 to 8, at [i][j - 1]. */
enum { PLACES = 64, DIGITS = 8, ENTRIES = PLACES * DIGITS };

struct kl_ed25519_table {
    summand of[PLACES][DIGITS];
    unsigned char key[32];
};

static void fill_points(point points[ENTRIES], point base)
{
    for (int i = 0; i < PLACES; i++) {
        point *row = points + (size_t)i * DIGITS;
        row[0] = base;
        for (int j = 1; j < DIGITS; j++)
            row[j] = add_points(row[j - 1], base);
        base = add_points(row[DIGITS - 1], row[DIGITS - 1]);
    }
}

/* Divided by their Z, which takes one inversion for all of them: products of all Z before each come
 * first, and are taken apart from the end. */
static void fill_summands(summand *to, const point points[ENTRIES], number before[ENTRIES])
{
    number product = one;
    for (int i = 0; i < ENTRIES; i++) {
        before[i] = product;
        product = times(product, points[i].z);
    }
    number rest = inverse(product);
    for (int i = ENTRIES - 1; i >= 0; i--) {
        number by = times(rest, before[i]);
        rest = times(rest, points[i].z);
        number x = times(points[i].x, by), y = times(points[i].y, by);
        number sum = plus(y, x), difference = minus(y, x);
        to[i] = (summand){times(sum, one), times(difference, one), times(times(x, y), twice_d)};
    }
}

static kl_status table_of(kl_ed25519_table **out, point base, const unsigned char key[32], kl_error *error)
{
    struct room {
        point points[ENTRIES];
        number before[ENTRIES];
    } *room = kl_alloc(sizeof *room);
    kl_ed25519_table *table = kl_alloc(sizeof *table);
    if (!room || !table) {
        kl_free(room);
        kl_free(table);
        return kl_error_no_memory(error);
    }
    memcpy(table->key, key, sizeof table->key);
    fill_points(room->points, base);
    fill_summands(table->of[0], room->points, room->before);
    kl_free(room);
    *out = table;
    return KL_OK;
}

/* The table of the base point, made when it is first needed. */
static kl_ed25519_table *base_table; /* atomic */

__attribute__((destructor)) static void forget(void) { kl_ed25519_table_free(base_table); }

static kl_status make_base_table(kl_error *error)
{
    static const unsigned char base[32] = {
        0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
        0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
    kl_ed25519_table *made, *none = NULL;
    point p;
    if (__atomic_load_n(&base_table, __ATOMIC_ACQUIRE) || !read_point(&p, base))
        return KL_OK;
    KL_TRY(table_of(&made, p, base, error));
    if (!__atomic_compare_exchange_n(&base_table, &none, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        kl_ed25519_table_free(made);
    return KL_OK;
}

kl_status kl_ed25519_table_new(kl_ed25519_table **out, const unsigned char key[32], kl_error *error)
{
    point p;
    if (!read_point(&p, key))
        return kl_error_set(error, KL_INVALID, "public key: not a point of Ed25519");
    KL_TRY(make_base_table(error));
    return table_of(out, p, key, error);
}

void kl_ed25519_table_free(kl_ed25519_table *table) { kl_free(table); }

/* ---- numbers modulo L = 2^252 + c ------------------------------------------------------------------- */

#define LOW_60 (((uint64_t)1 << 60) - 1)
static const uint64_t c[2] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6};
static const uint64_t order[5] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000, 0};

/* to[0 .. count + 1] = a[0 .. count - 1] * c */
static void times_c(uint64_t *to, const uint64_t *a, int count)
{
    memset(to, 0, (size_t)(count + 2) * sizeof *to);
    for (int i = 0; i < count; i++) {
        wide sum = 0;
        for (int k = 0; k < 2; k++) {
            sum += (wide)a[i] * c[k] + to[i + k];
            to[i + k] = (uint64_t)sum;
            sum >>= 64;
        }
        to[i + 2] = (uint64_t)sum;
    }
}

/* high[] = from[] / 2^252, and low[] the rest. */
static void split(uint64_t *high, int count, uint64_t low[4], const uint64_t *from)
{
    for (int i = 0; i < 4; i++)
        low[i] = i < 3 ? from[i] : from[i] & LOW_60;
    for (int i = 0; i < count; i++)
        high[i] = from[i + 3] >> 60 | from[i + 4] << 4;
}

/* to += sign * from, where the whole does not go below zero. */
static void accumulate(uint64_t to[5], const uint64_t *from, int count, bool subtract)
{
    uint64_t rest = 0;
    for (int i = 0; i < 5; i++) {
        uint64_t term = i < count ? from[i] : 0;
        wide sum = subtract ? (wide)to[i] - term - rest : (wide)to[i] + term + rest;
        to[i] = (uint64_t)sum;
        rest = (uint64_t)(sum >> 64) & 1;
    }
}

static bool is_below_order(const uint64_t x[5])
{
    for (int i = 4; i >= 0; i--)
        if (x[i] != order[i])
            return x[i] < order[i];
    return false;
}

/* 2^252 = -c, applied three times: x = x0 - y0 + z0 - z1 c, where x1 c = y, y1 c = z. 2 L is added, so
 * that the sum stays above zero. */
static void reduce(unsigned char out[32], const unsigned char hash[64])
{
    uint64_t x[9] = {0}, x0[4], x1[5] = {0}, y[8] = {0}, y0[4], y1[3] = {0}, z[6] = {0}, z0[4], z1[1], last[3];
    for (int i = 0; i < 64; i++)
        x[i / 8] |= (uint64_t)hash[i] << 8 * (i % 8);
    split(x1, 5, x0, x);
    times_c(y, x1, 5);
    split(y1, 3, y0, y);
    times_c(z, y1, 3);
    split(z1, 1, z0, z);
    times_c(last, z1, 1);
    uint64_t sum[5] = {0};
    accumulate(sum, order, 5, false);
    accumulate(sum, order, 5, false);
    accumulate(sum, x0, 4, false);
    accumulate(sum, z0, 4, false);
    accumulate(sum, y0, 4, true);
    accumulate(sum, last, 3, true);
    while (!is_below_order(sum))
        accumulate(sum, order, 5, true);
    for (int i = 0; i < 32; i++)
        out[i] = (unsigned char)(sum[i / 8] >> 8 * (i % 8));
}

/* ---- verifying --------------------------------------------------------------------------------------- */

/* p + the multiple of the table's point by a number below 2^253, or p minus it. */
static point add_multiple(point p, const kl_ed25519_table *table, const unsigned char bytes[32], bool negative)
{
    int over = 0;
    for (int i = 0; i < PLACES; i++) {
        int digit = (bytes[i / 2] >> 4 * (i % 2) & 15) + over;
        over = digit >= DIGITS;
        digit -= 16 * over;
        if (digit)
            p = add(p, &table->of[i][(digit < 0 ? -digit : digit) - 1], (digit < 0) != negative);
    }
    return p;
}

/* S must be below L, or there would be two signatures for one. */
static bool is_reduced(const unsigned char s[32])
{
    uint64_t x[5] = {0};
    for (int i = 0; i < 32; i++)
        x[i / 8] |= (uint64_t)s[i] << 8 * (i % 8);
    return is_below_order(x);
}

static kl_status hash(unsigned char out[KL_HASH_MAX], const kl_ed25519_table *table, kl_text message,
                      const unsigned char r[32], kl_error *error)
{
    unsigned char some[1024], *bytes = message.len <= sizeof some - 64 ? some : kl_alloc(64 + message.len);
    if (!bytes)
        return kl_error_no_memory(error);
    memcpy(bytes, r, 32);
    memcpy(bytes + 32, table->key, 32);
    if (message.len)
        memcpy(bytes + 64, message.data, message.len);
    kl_status status = kl_hash_once(out, KL_HASH_SHA512, (kl_text){(const char *)bytes, 64 + message.len}, error);
    if (bytes != some)
        kl_free(bytes);
    return status;
}

kl_status kl_ed25519_verify(bool *valid, const kl_ed25519_table *table, kl_text message,
                            const unsigned char signature[64], kl_error *error)
{
    unsigned char digest[KL_HASH_MAX], k[32], r[32];
    *valid = false;
    if (!is_reduced(signature + 32))
        return KL_OK;
    KL_TRY(hash(digest, table, message, signature, error));
    reduce(k, digest);
    point sum = add_multiple((point){zero, one, one, zero},
                             __atomic_load_n(&base_table, __ATOMIC_ACQUIRE), signature + 32, false);
    write_point(r, add_multiple(sum, table, k, true));
    *valid = memcmp(r, signature, sizeof r) == 0;
    return KL_OK;
}
