/* src/dataflow/leak_detector.h - what was taken and has not been given back for too long. */
#ifndef KL_DATAFLOW_LEAK_DETECTOR_H
#define KL_DATAFLOW_LEAK_DETECTOR_H

#include "kailash/type.h"

/* LeakDetector; threads may share one. */
extern KL_API const kl_type kl_leak_detector_type;

/* One with a threshold in seconds; given. */
KL_API kl_status kl_leak_detector_new(kl_object **out, double threshold_secs, kl_error *error);
/* Something is taken at `location`: its number, from 1. */
KL_API kl_status kl_leak_checkout(int64_t *out, kl_object *detector, kl_text location,
                                  kl_error *error);
/* It is back; unknown numbers are ignored. */
KL_API void kl_leak_checkin(kl_object *detector, int64_t id);

#endif
