/* src/eatp/instant.h - points in time of the years 1 to 9999: grants may end "never", that is in 9999,
 * which a kl_time does not reach. */
#ifndef KL_EATP_INSTANT_H
#define KL_EATP_INSTANT_H

#include "kailash/time.h"
#include "kailash/value.h"

typedef struct kl_instant {
    int64_t seconds; /* since 1970-01-01T00:00:00Z */
    int32_t nanosecond;
} kl_instant;

/* Of RFC 3339 text with an offset. KL_SYNTAX for malformed text, KL_INVALID outside the years. */
KL_API kl_status kl_instant_parse(kl_instant *out, kl_text text, kl_error *error);
KL_API kl_instant kl_instant_of(kl_time time);
/* So many seconds later. KL_INVALID beyond the year 9999. */
KL_API kl_status kl_instant_add(kl_instant *out, kl_instant from, uint64_t seconds,
                                kl_error *error);
/* Negative, zero or positive. */
KL_API int kl_instant_compare(kl_instant a, kl_instant b);
/* RFC 3339 text with the shortest exact fraction; given. */
KL_API kl_status kl_instant_text(kl_value *out, kl_instant instant, kl_time_zone zone,
                                 kl_error *error);

#endif
