/* src/base/processors.h - how many processors this process may use. */
#ifndef KL_BASE_PROCESSORS_H
#define KL_BASE_PROCESSORS_H

#include "kailash/base.h"

enum { KL_PROCESSORS_MAX = 256 }; /* more are not used */

/*
 * KAILASH_NUM_THREADS in the environment; else the processors that the process may run on, and no more than
 * the time that its control group allows. Asked once, so that it does not change while loops run.
 */
KL_API size_t kl_processors(void);
/* What such a file says: "200000 100000" (microseconds of each period) are two; 0 = no limit. */
KL_API size_t kl_processors_of_quota(const char *text);

#endif
