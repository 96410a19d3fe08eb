/* src/base/sort.c - see sort.h.
 *
 * Most keys are numbers or strings, whose order is that of 64 bits: of the number, or of the first
 * bytes. Those are sorted digit by digit, without a comparison; strings that begin alike, and all
 * other keys, by merging, because a comparison may fail.
 */
#include "sort.h"

/* ---- merging ----------------------------------------------------------------------------------- */

static kl_status order_of(int *out, kl_value a, kl_value b, kl_error *error)
{
    if (kl_is_number(a) && kl_is_number(b)) {
        *out = kl_number_compare(a, b);
        return KL_OK;
    }
    return kl_value_compare(out, a, b, error);
}

static kl_status merge(kl_sort_pair *to, const kl_sort_pair *from, size_t start, size_t middle,
                       size_t end, bool descending, kl_error *error)
{
    size_t left = start, right = middle;
    for (size_t at = start; at < end; at++) {
        int order = 0;
        if (left < middle && right < end)
            KL_TRY(order_of(&order, from[left].key, from[right].key, error));
        bool take_left = left < middle && (right >= end || (descending ? order >= 0 : order <= 0));
        to[at] = take_left ? from[left++] : from[right++];
    }
    return KL_OK;
}

static kl_status merge_sort(kl_sort_pair *pairs, size_t count, bool descending, kl_work *work,
                            kl_error *error)
{
    kl_sort_pair *spare =
        count > PTRDIFF_MAX / sizeof *spare ? NULL : kl_alloc(count * sizeof *spare);
    if (!spare)
        return kl_error_no_memory(error);
    kl_sort_pair *from = pairs, *to = spare;
    kl_status status = KL_OK;
    for (size_t width = 1; width < count && status == KL_OK; width *= 2) {
        for (size_t start = 0; start < count && status == KL_OK; start += 2 * width) {
            status = merge(to, from, start, KL_MIN(start + width, count),
                           KL_MIN(start + 2 * width, count), descending, error);
            if (status == KL_OK)
                status = kl_work_step(work, error);
        }
        if (status != KL_OK)
            break; /* `from` still holds every pair */
        kl_sort_pair *swap = from;
        from = to;
        to = swap;
    }
    if (from != pairs)
        memcpy(pairs, from, count * sizeof *pairs);
    kl_free(spare);
    return status;
}

/* ---- keys of 64 bits --------------------------------------------------------------------------- */

enum { NUMBERS_EXACT = 53 }; /* ints of so many bits are doubles, too */

typedef enum key_kind { KEYS_OTHER, KEYS_INTS, KEYS_REALS, KEYS_STRINGS } key_kind;

static key_kind kind_of(const kl_sort_pair *pairs, size_t count)
{
    bool ints = true, reals = true, strings = true;
    for (size_t i = 0; i < count && (ints || reals || strings); i++) {
        kl_value key = pairs[i].key;
        bool is_int = kl_is(key, KL_KIND_INT);
        ints = ints && is_int;
        strings = strings && kl_is(key, KL_KIND_STRING);
        reals = reals && (kl_is(key, KL_KIND_DOUBLE) ||
                          (is_int && key.as.integer >= -((int64_t)1 << NUMBERS_EXACT) &&
                           key.as.integer <= (int64_t)1 << NUMBERS_EXACT));
    }
    return ints ? KEYS_INTS : reals ? KEYS_REALS : strings ? KEYS_STRINGS : KEYS_OTHER;
}

uint64_t kl_sort_bits_of_real(double real)
{
    uint64_t bits;
    if (real != real)
        return UINT64_MAX; /* all NaN are one, behind infinity */
    real += 0.0;           /* -0.0 is 0.0 */
    memcpy(&bits, &real, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* The first eight bytes, the first one highest. */
static uint64_t bits_of_text(kl_text text)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++)
        bits = bits << 8 | (i < text.len ? (unsigned char)text.data[i] : 0);
    return bits;
}

static uint64_t bits_of(kl_value key, key_kind kind)
{
    switch (kind) {
    case KEYS_INTS:
        return (uint64_t)key.as.integer ^ (uint64_t)1 << 63;
    case KEYS_REALS:
        return kl_sort_bits_of_real(kl_as_double(key));
    default:
        return bits_of_text(kl_as_text(key));
    }
}

/* ---- by digits --------------------------------------------------------------------------------- */

enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_VALUES = 1 << DIGIT_BITS };

static size_t digit_of(uint64_t bits, size_t digit)
{
    return (size_t)(bits >> digit * DIGIT_BITS) % DIGIT_VALUES;
}

/* From how often each value of a digit occurs to where its items begin; false when all have one. */
static bool starts_of(size_t starts[DIGIT_VALUES], size_t count)
{
    for (size_t value = 0, sum = 0; value < DIGIT_VALUES; value++) {
        size_t times = starts[value];
        if (times == count)
            return false;
        starts[value] = sum;
        sum += times;
    }
    return true;
}

kl_status kl_sort_bits(kl_sort_bits_item **items, kl_sort_bits_item **spare, size_t count,
                       kl_error *error)
{
    size_t(*starts)[DIGIT_VALUES] = kl_alloc_zero(DIGITS, sizeof *starts);
    kl_sort_bits_item *from = *items, *to = *spare;
    if (!starts)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        for (size_t digit = 0; digit < DIGITS; digit++)
            starts[digit][digit_of(from[i].bits, digit)]++;
    for (size_t digit = 0; digit < DIGITS; digit++) {
        if (!starts_of(starts[digit], count))
            continue;
        for (size_t i = 0; i < count; i++)
            to[starts[digit][digit_of(from[i].bits, digit)]++] = from[i];
        kl_sort_bits_item *swap = from;
        from = to;
        to = swap;
    }
    kl_free(starts);
    *items = from;
    *spare = to;
    return KL_OK;
}

/* Put the pairs in the order of `items`. */
static kl_status arrange(kl_sort_pair *pairs, const kl_sort_bits_item *items, size_t count,
                         kl_error *error)
{
    kl_sort_pair *ordered = kl_alloc(count * sizeof *ordered);
    if (!ordered)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        ordered[i] = pairs[items[i].index];
    memcpy(pairs, ordered, count * sizeof *pairs);
    kl_free(ordered);
    return KL_OK;
}

/* Strings that begin alike stand together now; each such run is merged. */
static kl_status sort_runs(kl_sort_pair *pairs, const kl_sort_bits_item *items, size_t count,
                           bool descending, kl_work *work, kl_error *error)
{
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && items[end].bits == items[start].bits; end++)
            ;
        if (end - start > 1)
            KL_TRY(merge_sort(pairs + start, end - start, descending, work, error));
    }
    return KL_OK;
}

static kl_status digit_sort(kl_sort_pair *pairs, size_t count, key_kind kind, bool descending,
                            kl_work *work, kl_error *error)
{
    kl_sort_bits_item *memory = kl_alloc(2 * count * sizeof *memory);
    if (!memory)
        return kl_error_no_memory(error);
    kl_sort_bits_item *items = memory, *spare = memory + count;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = bits_of(pairs[i].key, kind);
        items[i] = (kl_sort_bits_item){descending ? ~bits : bits, (uint32_t)i};
    }
    kl_status status = kl_sort_bits(&items, &spare, count, error);
    if (status == KL_OK)
        status = arrange(pairs, items, count, error);
    if (status == KL_OK)
        status = kind == KEYS_STRINGS ? sort_runs(pairs, items, count, descending, work, error)
                                      : kl_work_step(work, error);
    kl_free(memory);
    return status;
}

/* Counting digits takes longer than to compare few keys; an index has 32 bits. */
enum { BY_DIGITS_FROM = 512 };

kl_status kl_sort_pairs(kl_sort_pair *pairs, size_t count, bool descending, kl_work *work,
                        kl_error *error)
{
    if (count < 2)
        return KL_OK;
    key_kind kind =
        count < BY_DIGITS_FROM || count > UINT32_MAX ? KEYS_OTHER : kind_of(pairs, count);
    return kind == KEYS_OTHER ? merge_sort(pairs, count, descending, work, error)
                              : digit_sort(pairs, count, kind, descending, work, error);
}
