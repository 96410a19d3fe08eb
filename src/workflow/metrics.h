/* src/workflow/metrics.h - the counters of a runtime. */
#ifndef KL_WORKFLOW_METRICS_H
#define KL_WORKFLOW_METRICS_H

#include "kailash/type.h"

/* All counters are atomic. */
typedef struct kl_runtime_metrics {
    kl_object object;
    uint64_t workflows_started, workflows_completed, workflows_failed, workflows_abandoned;
    uint64_t nodes_executed, nodes_failed;
    uint64_t total_execution_us;
} kl_runtime_metrics;

extern const kl_type kl_runtime_metrics_type;

static inline void kl_count(uint64_t *counter, uint64_t more)
{
    __atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
}

#endif
