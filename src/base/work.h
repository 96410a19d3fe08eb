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

/* Count steps. KL_CANCELLED when stopped, KL_LIMIT when the work became too much. */
static inline kl_status kl_work_steps(kl_work *work, uint64_t count, kl_error *error)
{
    uint64_t before = work->steps;
    work->steps += count;
    if (before / KL_WORK_PACE == work->steps / KL_WORK_PACE)
        return KL_OK;
    if (work->limit && work->steps > work->limit)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: steps (limit: %llu steps)",
                            (unsigned long long)work->limit);
    if (work->is_stopped && work->is_stopped(work->data))
        return kl_error_set(error, KL_CANCELLED, "workflow execution was cancelled");
    return KL_OK;
}

static inline kl_status kl_work_step(kl_work *work, kl_error *error) { return kl_work_steps(work, 1, error); }

#endif
