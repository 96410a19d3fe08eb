/* src/workflow/retry_policy.h - RetryPolicy and CircuitBreakerConfig for those that obey them. */
#ifndef KL_WORKFLOW_RETRY_POLICY_H
#define KL_WORKFLOW_RETRY_POLICY_H

#include "kailash/type.h"

typedef struct retry_policy {
    kl_object object;
    int64_t max_retries;
    kl_value backoff; /* "exponential" or "fixed" */
    int64_t base_delay_ms;
    int64_t max_delay_ms;
} retry_policy;

extern const kl_type kl_retry_policy_type;

/* Milliseconds to wait before retry `attempt`, which counts from 1; never overflows. */
int64_t kl_retry_delay_ms(const retry_policy *policy, int64_t attempt);

typedef struct circuit_breaker_config {
    kl_object object;
    int64_t failure_threshold;
    int64_t success_threshold;
    double open_duration_secs;
    int64_t half_open_max_calls;
} circuit_breaker_config;

extern const kl_type kl_circuit_breaker_config_type;

#endif
