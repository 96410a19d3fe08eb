/* src/eatp/envelope_period.c - limits that count over a day, a week, a month. */
#include "envelope_parts.h"

typedef struct period {
    const char *name;
    uint64_t days; /* of the longest one */
} period;

static const period periods[] = {
    [KL_PERIOD_DAILY] = {"daily", 1},          [KL_PERIOD_WEEKLY] = {"weekly", 7},
    [KL_PERIOD_MONTHLY] = {"monthly", 31},     [KL_PERIOD_QUARTERLY] = {"quarterly", 92},
    [KL_PERIOD_ANNUAL] = {"annual", 366},
};

const char *kl_period_name(kl_period period) { return periods[period].name; }

bool kl_period_find(kl_period *out, kl_text name)
{
    if (kl_text_is(name, "yearly") || kl_text_is(name, "annually"))
        name = KL_TEXT("annual");
    for (kl_period period = 0; period < KL_PERIODS; period++)
        if (kl_text_is(name, periods[period].name)) {
            *out = period;
            return true;
        }
    return false;
}

kl_time kl_period_start(kl_period period, kl_time time)
{
    kl_date date = kl_time_split(time);
    kl_time midnight = time - (((kl_time)date.hour * 60 + date.minute) * 60 + date.second) * KL_SECOND -
                       date.nanosecond;
    int back = 0; /* days */
    if (period == KL_PERIOD_WEEKLY)
        back = (date.weekday + 6) % 7; /* it begins on Monday */
    else if (period == KL_PERIOD_MONTHLY)
        back = date.day - 1;
    else if (period == KL_PERIOD_ANNUAL)
        back = date.day_of_year - 1;
    else if (period == KL_PERIOD_QUARTERLY)
        for (back = date.day - 1; (date.month - 1) % 3; date.month--)
            back += kl_days_in_month(date.year, date.month - 1);
    return midnight - back * KL_DAY;
}

/*
 * A limit of 600 a week and one of 100 a day: 600 in one day would keep the first and break the other. What
 * keeps both whatever the calendar says is the smaller of the amounts a day, each rounded down.
 */
void kl_cumulative_meet(uint64_t *limit, kl_period *out, const kl_governance *a,
                        const kl_governance *b)
{
    uint64_t of_a = a->limits[KL_MAX_CUMULATIVE], of_b = b->limits[KL_MAX_CUMULATIVE];
    if (a->period == b->period) {
        *limit = KL_MIN(of_a, of_b);
        *out = a->period;
        return;
    }
    of_a /= periods[a->period].days;
    of_b /= periods[b->period].days;
    *limit = KL_MIN(of_a, of_b);
    *out = KL_PERIOD_DAILY;
}

/* How many periods of one kind one of another can touch. */
static uint64_t touched(kl_period within, kl_period one)
{
    static const uint8_t table[KL_PERIODS][KL_PERIODS] = {
        [KL_PERIOD_DAILY] = {1, 1, 1, 1, 1},      [KL_PERIOD_WEEKLY] = {7, 1, 2, 2, 2},
        [KL_PERIOD_MONTHLY] = {31, 6, 1, 1, 1},   [KL_PERIOD_QUARTERLY] = {92, 15, 3, 1, 1},
        [KL_PERIOD_ANNUAL] = {255, 54, 12, 4, 1},
    };
    bool is_most = within == KL_PERIOD_ANNUAL && one == KL_PERIOD_DAILY;
    return is_most ? 366 : table[within][one];
}

bool kl_cumulative_within(const kl_governance *child, const kl_governance *parent)
{
    uint64_t of_child = child->limits[KL_MAX_CUMULATIVE], most;
    if (__builtin_mul_overflow(of_child, touched(parent->period, child->period), &most))
        most = UINT64_MAX;
    return most <= parent->limits[KL_MAX_CUMULATIVE];
}
