/* src/base/work.h - what bounds a long computation: who may stop it, and how much it may do. */
#ifndef KL_BASE_WORK_H
#define KL_BASE_WORK_H

#include "kailash/base.h"

typedef struct kl_work {
    bool (*is_stopped)(void *data); /* asked every KL_WORK_PACE steps; NULL = nobody stops it */
    void *data;
    uint64_t steps; /* done so far */
    uint64_t limit; /* steps allowed; 0 = any number */
} kl_work;

enum { KL_WORK_PACE = 4096 };

/* Count one step. KL_CANCELLED when stopped, KL_LIMIT when the work became too much. */
static inline kl_status kl_work_step(kl_work *work, kl_error *error)
{
    if (++work->steps % KL_WORK_PACE != 0)
        return KL_OK;
    if (work->limit && work->steps > work->limit)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: steps (limit: %llu steps)",
                            (unsigned long long)work->limit);
    if (work->is_stopped && work->is_stopped(work->data))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return KL_OK;
}

#endif
