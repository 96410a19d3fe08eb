/* src/eatp/envelope_rates.c - rate limits: so often within so many seconds. */
#include "envelope_parts.h"

static bool is_same(const kl_rate_limit *a, const kl_rate_limit *b)
{
    return a->window_seconds == b->window_seconds && kl_text_equal(a->operation, b->operation);
}

/* The first rate of an envelope for the operation and window of `rate`; its count when there is none. */
static size_t find(const kl_governance *envelope, const kl_rate_limit *rate)
{
    for (size_t i = 0; i < envelope->rate_count; i++)
        if (is_same(&envelope->rates[i], rate))
            return i;
    return envelope->rate_count;
}

/* The smallest count of all rates of that operation and window, in the wire map that tells it. */
static kl_value strictest(const kl_governance *a, const kl_governance *b, const kl_rate_limit *rate)
{
    const kl_governance *both[] = {a, b};
    uint64_t least = UINT64_MAX;
    kl_value row = kl_null();
    for (size_t k = 0; k < 2; k++) {
        kl_value rows = kl_map_get(kl_governance_dimension(both[k], KL_TEMPORAL),
                                   KL_TEXT("rate_limits"));
        for (size_t i = 0; i < both[k]->rate_count; i++)
            if (is_same(&both[k]->rates[i], rate) &&
                (kl_is_null(row) || both[k]->rates[i].max_count < least)) {
                least = both[k]->rates[i].max_count;
                row = kl_array_at(rows, i);
            }
    }
    return row;
}

kl_status kl_rates_union(kl_value *out, const kl_governance *a, const kl_governance *b,
                         kl_error *error)
{
    const kl_governance *both[] = {a, b};
    kl_value array;
    kl_status status;
    KL_TRY(kl_array_new(&array, a->rate_count + b->rate_count, error));
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < both[k]->rate_count; i++) {
            const kl_rate_limit *rate = &both[k]->rates[i];
            if (find(both[k], rate) < i || (k == 1 && find(a, rate) < a->rate_count))
                continue;
            KL_TRY_OUT(kl_array_push(&array, kl_value_retain(strictest(a, b, rate)), error));
        }
    *out = array;
    return KL_OK;
out:
    kl_value_release(array);
    return status;
}

/* Whether whoever keeps `rate` keeps `other`: a window is covered by so many of a shorter one. */
static bool implies(const kl_rate_limit *rate, const kl_rate_limit *other)
{
    uint64_t most, windows = other->window_seconds / rate->window_seconds +
                             (other->window_seconds % rate->window_seconds != 0);
    if (!kl_text_equal(rate->operation, other->operation))
        return false;
    return !__builtin_mul_overflow(rate->max_count, windows, &most) && most <= other->max_count;
}

const kl_rate_limit *kl_rates_relaxed(const kl_governance *child, const kl_governance *parent)
{
    for (size_t i = 0; i < parent->rate_count; i++) {
        bool is_kept = false;
        for (size_t k = 0; !is_kept && k < child->rate_count; k++)
            is_kept = implies(&child->rates[k], &parent->rates[i]);
        if (!is_kept)
            return &parent->rates[i];
    }
    return NULL;
}
