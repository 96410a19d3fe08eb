/* kailash/id.h - random numbers and the ids made of them. */
#ifndef KAILASH_ID_H
#define KAILASH_ID_H

#include "kailash/base.h"

KL_BEGIN_DECLS

/** Fill with bytes of the kernel's random generator. KL_UNAVAILABLE when it gives none. */
KL_API kl_status kl_random(void *to, size_t size, kl_error *error);

/** A random UUID (RFC 9562 version 4): 36 lower-case characters and a NUL. */
KL_API kl_status kl_uuid_new(char out[37], kl_error *error);

/** Whether `text` is a UUID: 8-4-4-4-12 hexadecimal digits, in either case. */
KL_API bool kl_uuid_is_valid(kl_text text);

KL_END_DECLS
#endif
