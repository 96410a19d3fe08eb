/* src/workflow/stamp.h - the time stamps of records. */
#ifndef KL_WORKFLOW_STAMP_H
#define KL_WORKFLOW_STAMP_H

#include "kailash/value.h"

/* The present, UTC: "2026-01-02T03:04:05.000123Z"; given. */
kl_status kl_stamp_now(kl_value *out, kl_error *error);

#endif
