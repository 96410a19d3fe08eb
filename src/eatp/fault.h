/* src/eatp/fault.h - the exceptions of EATP, each with a code and details of its own. */
#ifndef KL_EATP_FAULT_H
#define KL_EATP_FAULT_H

#include "kailash/value.h"

/* Names of the exception classes; NULL stands for that of the status. */
#define KL_EATP_ERROR "EatpError"
#define KL_EATP_VALIDATION "EatpValidationError"
#define KL_EATP_AUTHORITY "EatpAuthorityError"
#define KL_EATP_ENVELOPE "EatpEnvelopeError"
#define KL_EATP_CONSTRAINT "EatpConstraintError"
#define KL_EATP_DELEGATION "EatpDelegationError"

/*
 * Set an error whose exception has the attributes `code` (a word such as "tamper_detected") and
 * `details` (a dict, empty here; kl_fault_detail() adds to it). `type` is one of the above or NULL:
 * then the exception is that of `status`. Returns `status`.
 */
KL_API kl_status kl_fault(kl_error *error, kl_status status, const char *type, const char *code,
                          const char *format, ...) KL_PRINTF(5, 6);
/* Add to the `details` of such an error; `value` is borrowed. Never a secret. Want of memory is
 * silent: the error stays. Returns the status of the error. */
KL_API kl_status kl_fault_detail(kl_error *error, const char *name, kl_value value);

#endif
