/* src/eatp/trace_event.h - the fingerprint of a trace event: the same in all implementations. */
#ifndef KL_EATP_TRACE_EVENT_H
#define KL_EATP_TRACE_EVENT_H

#include "kailash/value.h"

/*
 * SHA-256 of an event, as 64 hexadecimal characters: of family B of its 19 members (eatp 4.8), those that
 * are not there being null. Its timestamp is signed with six digits of the second's fraction.
 * KL_INVALID for a member that is none of them, and for a time that is none.
 */
KL_API kl_status kl_trace_event_fingerprint(char out[65], kl_value event, kl_error *error);

#endif
