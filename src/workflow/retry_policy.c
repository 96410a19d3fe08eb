/* src/workflow/retry_policy.c - RetryPolicy: how often, and after which wait, a step is retried. */
#include "retry_policy.h"

static const char *const backoffs[] = {"exponential", "fixed", NULL};

/* min(base * 2^(attempt - 1), max): base is doubled only while it stays below max. */
int64_t kl_retry_delay_ms(const retry_policy *policy, int64_t attempt)
{
    int64_t delay = policy->base_delay_ms;
    if (kl_text_is(kl_as_text(policy->backoff), "exponential") && delay > 0)
        for (int64_t k = 1; k < attempt && delay < policy->max_delay_ms; k++)
            delay = delay > INT64_MAX / 2 ? INT64_MAX : 2 * delay;
    return KL_MIN(delay, policy->max_delay_ms);
}

static kl_status delay_ms(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)error;
    *out = kl_int(kl_retry_delay_ms((const retry_policy *)self, kl_as_int(args[0])));
    return KL_OK;
}

static const kl_field fields[] = {
    KL_COUNT_FIELD(retry_policy, max_retries, 3, .range = KL_RANGE(0, UINT32_MAX),
                   .doc = "tries after the first; 0 = none"),
    KL_ENUM(retry_policy, backoff, "exponential", .names = backoffs,
            .doc = "whether the delay doubles with every retry or stays the same"),
    KL_COUNT_FIELD(retry_policy, base_delay_ms, 100, .doc = "delay before the first retry"),
    KL_COUNT_FIELD(retry_policy, max_delay_ms, 5000, .doc = "upper bound of every delay"),
};

static const kl_param attempt_param[] = {
    {.name = "attempt", .kind = KL_KIND_COUNT, .range = KL_RANGE(1, UINT32_MAX),
     .doc = "1 for the first retry"},
};

static const kl_method methods[] = {
    {.name = "delay_ms", .call = delay_ms, .params = KL_TABLE(attempt_param),
     .returns = KL_KIND_INT, .raises = "ValueError",
     .doc = "Milliseconds to wait before a retry: min(base_delay_ms * 2^(attempt - 1), "
            "max_delay_ms), or min(base_delay_ms, max_delay_ms) with fixed backoff."},
};

const kl_type kl_retry_policy_type = {
    .name = "RetryPolicy",
    .module = "kailash",
    .doc = "When a failed step is tried again.",
    .size = sizeof(retry_policy),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(fields),
    .methods = KL_TABLE(methods),
};
KL_PUBLISH(kl_retry_policy_type);
