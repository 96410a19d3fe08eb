/* src/eatp/envelope_hours.c - operating hours of two envelopes, each in a time zone of its own.
 *
 * Windows of one zone meet on the clock of that zone. Those of two zones meet in UTC, where the windows
 * of a zone with summer time move twice a year: what is open under every offset that the zone will
 * have is open always, so that is what stays.
 */
#include "envelope_parts.h"

enum { HORIZON = 5 * 366 * 86400 }; /* seconds ahead in which a zone shows all its offsets */

static kl_status narrow(kl_week *week, const kl_week *by, kl_error *error)
{
    kl_week narrowed;
    KL_TRY(kl_week_intersect(&narrowed, week, by, error));
    kl_week_end(week);
    *week = narrowed;
    return KL_OK;
}

/* The times of UTC that are within the hours whatever offset is in force. */
static kl_status in_utc(kl_week *out, const kl_governance *envelope, kl_error *error)
{
    int64_t now = kl_time_now() / KL_SECOND, time = now;
    kl_week week, moved;
    KL_TRY(kl_week_shift(&week, &envelope->hours, -kl_tz_offset(envelope->zone, now), error));
    kl_status status = KL_OK;
    while (status == KL_OK && (time = kl_tz_next(envelope->zone, time)) < now + HORIZON) {
        int32_t offset = kl_tz_offset(envelope->zone, time);
        status = kl_week_shift(&moved, &envelope->hours, -offset, error);
        if (status == KL_OK) {
            status = narrow(&week, &moved, error);
            kl_week_end(&moved);
        }
    }
    if (status != KL_OK) {
        kl_week_end(&week);
        return status;
    }
    *out = week;
    return KL_OK;
}

static kl_value wire_hours(const kl_governance *envelope)
{
    return kl_map_get(kl_governance_dimension(envelope, KL_TEMPORAL), KL_TEXT("operating_hours"));
}

static kl_status write_hours(kl_value *out, kl_text zone, const kl_week *week, kl_error *error)
{
    kl_value map, windows;
    kl_status status;
    KL_TRY(kl_map_new(&map, 2, error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("timezone"), zone, error));
    KL_TRY_OUT(kl_week_write(&windows, week, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("windows"), windows, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status meet_on_one_clock(kl_value *out, bool *empty, const kl_governance *a,
                                   const kl_governance *b, kl_error *error)
{
    kl_week common;
    kl_status status = KL_OK;
    KL_TRY(kl_week_intersect(&common, &a->hours, &b->hours, error));
    *empty = common.count == 0;
    if (kl_week_equal(&common, &a->hours))
        *out = kl_value_retain(wire_hours(a));
    else if (kl_week_equal(&common, &b->hours))
        *out = kl_value_retain(wire_hours(b));
    else
        status = write_hours(out, kl_as_text(kl_map_get(wire_hours(a), KL_TEXT("timezone"))), &common,
                             error);
    kl_week_end(&common);
    return status;
}

static kl_status meet_in_utc(kl_value *out, bool *empty, const kl_governance *a,
                             const kl_governance *b, kl_error *error)
{
    kl_week of_a = {0}, of_b = {0};
    kl_status status;
    KL_TRY_OUT(in_utc(&of_a, a, error));
    KL_TRY_OUT(in_utc(&of_b, b, error));
    KL_TRY_OUT(narrow(&of_a, &of_b, error));
    *empty = of_a.count == 0;
    KL_TRY_OUT(write_hours(out, KL_TEXT("UTC"), &of_a, error));
out:
    kl_week_end(&of_a);
    kl_week_end(&of_b);
    return status;
}

kl_status kl_hours_intersect(kl_value *out, bool *empty, const kl_governance *a,
                             const kl_governance *b, kl_error *error)
{
    *empty = false;
    if (!a->zone || !b->zone) {
        *out = kl_value_retain(wire_hours(a->zone ? a : b));
        return KL_OK;
    }
    return a->zone == b->zone ? meet_on_one_clock(out, empty, a, b, error)
                              : meet_in_utc(out, empty, a, b, error);
}

/* The child's windows on the parent's clock, at one time. */
static kl_status within_at(bool *within, const kl_governance *child, const kl_governance *parent,
                           int64_t time, kl_error *error)
{
    kl_week moved;
    int32_t ahead = kl_tz_offset(parent->zone, time) - kl_tz_offset(child->zone, time);
    KL_TRY(kl_week_shift(&moved, &child->hours, ahead, error));
    *within = kl_week_within(&moved, &parent->hours);
    kl_week_end(&moved);
    return KL_OK;
}

kl_status kl_hours_within(bool *within, const kl_governance *child, const kl_governance *parent,
                          kl_error *error)
{
    int64_t now = kl_time_now() / KL_SECOND, time = now;
    *within = true;
    if (!child->zone || !parent->zone) /* null inherits */
        return KL_OK;
    KL_TRY(within_at(within, child, parent, now, error));
    while (*within) {
        int64_t of_child = kl_tz_next(child->zone, time), of_parent = kl_tz_next(parent->zone, time);
        time = KL_MIN(of_child, of_parent);
        if (time >= now + HORIZON)
            break;
        KL_TRY(within_at(within, child, parent, time, error));
    }
    return KL_OK;
}
