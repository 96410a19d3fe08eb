/* src/base/tz.h - time zones by their IANA names, from the system's zoneinfo files (RFC 9636).
 *
 * Neither the zone of the process nor its environment is read or changed. A zone never changes and
 * lives as long as the process: threads may share it. "UTC" needs no file.
 */
#ifndef KL_BASE_TZ_H
#define KL_BASE_TZ_H

#include "kailash/base.h"

typedef struct kl_tz kl_tz;

/* The zone of a name such as "Europe/Berlin"; borrowed. KL_INVALID when there is none. */
KL_API kl_status kl_tz_find(const kl_tz **out, kl_text name, kl_error *error);
/* Of the content of a zoneinfo file; given. KL_INVALID says what is wrong with it. */
KL_API kl_status kl_tz_read(kl_tz **out, kl_text bytes, kl_error *error);
KL_API void kl_tz_free(kl_tz *tz);

/* Seconds east of UTC at a time, told in seconds since 1970-01-01T00:00:00Z. */
KL_API int32_t kl_tz_offset(const kl_tz *tz, int64_t time);
/* The first time after `time` at which the offset may change; INT64_MAX = never. */
KL_API int64_t kl_tz_next(const kl_tz *tz, int64_t time);

#endif
