/* src/workflow/circuit_breaker_config.c - CircuitBreakerConfig: when a breaker opens and closes. */
#include "retry_policy.h"

/* None stands for the default, so the parameters may be absent where the fields are not. */
enum { FAILURES = 5, SUCCESSES = 2, CALLS = 1 };
#define OPEN_SECONDS 30.0

static int64_t count_or(kl_value value, int64_t otherwise)
{
    return kl_is_null(value) ? otherwise : kl_as_int(value);
}

static kl_status init(kl_object *self, const kl_value *args, kl_error *error)
{
    circuit_breaker_config *config = (circuit_breaker_config *)self;
    (void)error;
    config->failure_threshold = count_or(args[0], FAILURES);
    config->success_threshold = count_or(args[1], SUCCESSES);
    config->open_duration_secs = kl_is_null(args[2]) ? OPEN_SECONDS : kl_as_double(args[2]);
    config->half_open_max_calls = count_or(args[3], CALLS);
    return KL_OK;
}

#define COUNT_PARAM(parameter, text)                                                               \
    {.name = (parameter), .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,                             \
     .range = KL_RANGE(1, UINT32_MAX), .doc = (text)}

static const kl_param params[] = {
    COUNT_PARAM("failure_threshold", "failures in a row that open the breaker; default 5"),
    COUNT_PARAM("success_threshold", "successes that close a half-open breaker; default 2"),
    {.name = "open_duration_secs", .kind = KL_KIND_DURATION, .flags = KL_OPTIONAL,
     .doc = "seconds an open breaker refuses calls; default 30"},
    COUNT_PARAM("half_open_max_calls", "calls a half-open breaker lets through at once; default 1"),
};

#define FIELD(member, of_kind, ctype, text)                                                        \
    {.kind = (of_kind), KL_FIELD_AT(circuit_breaker_config, member, ctype), .doc = (text)}

static const kl_field fields[] = {
    FIELD(failure_threshold, KL_KIND_COUNT, int64_t, "failures in a row that open the breaker"),
    FIELD(success_threshold, KL_KIND_COUNT, int64_t, "successes that close a half-open breaker"),
    FIELD(open_duration_secs, KL_KIND_DOUBLE, double, "seconds an open breaker refuses calls"),
    FIELD(half_open_max_calls, KL_KIND_COUNT, int64_t,
          "calls a half-open breaker lets through at once"),
};

const kl_type kl_circuit_breaker_config_type = {
    .name = "CircuitBreakerConfig",
    .module = "kailash",
    .doc = "When a circuit breaker opens, and when it closes again.",
    .size = sizeof(circuit_breaker_config),
    .flags = KL_TYPE_RECORD | KL_TYPE_HAS_JSON,
    .fields = KL_TABLE(fields),
    .params = KL_TABLE(params),
    .init = init,
};
KL_PUBLISH(kl_circuit_breaker_config_type);
