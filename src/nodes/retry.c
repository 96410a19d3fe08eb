/* src/nodes/retry.c - RetryNode: computes whether and when a failed step is tried again. */
#include "kailash/id.h"
#include "kailash/node.h"

#include <inttypes.h>
#include <math.h>

enum { DATA, ATTEMPT, ERROR, MAX_RETRIES, INITIAL_DELAY, MULTIPLIER, MAX_DELAY, JITTER };

static const kl_param inputs[] = {
    {.name = "data", .kind = KL_KIND_ANY, .doc = "handed on as the result"},
    {.name = "attempt", .kind = KL_KIND_COUNT, .fallback = "0",
     .doc = "tries made before this one: 0 for the first"},
    {.name = "error", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL,
     .doc = "what the last try failed with; null when it did not"},
};
static const kl_param config[] = {
    {.name = "max_retries", .kind = KL_KIND_COUNT, .fallback = "3",
     .doc = "attempts that may fail before the node itself fails"},
    {.name = "initial_delay_ms", .kind = KL_KIND_COUNT, .fallback = "100",
     .doc = "wait before the first retry, in milliseconds"},
    {.name = "backoff_multiplier", .kind = KL_KIND_NUMBER, .fallback = "2.0",
     .range = KL_RANGE(1, INFINITY), .doc = "each wait is the last one times this"},
    {.name = "max_delay_ms", .kind = KL_KIND_COUNT, .flags = KL_OPTIONAL,
     .doc = "longest wait, in milliseconds; none by default"},
    {.name = "jitter", .kind = KL_KIND_NUMBER, .fallback = "0", .range = KL_RANGE(0, 1),
     .doc = "share of the wait that is left to chance, so that many retries do not meet"},
};
static const kl_param outputs[] = {
    {.name = "attempts", .kind = KL_KIND_INT, .doc = "tries made, this one counted"},
    {.name = "delay_ms", .kind = KL_KIND_INT, .doc = "wait before this try, in milliseconds"},
    {.name = "retry", .kind = KL_KIND_BOOL, .doc = "whether this try is a retry"},
    {.name = "result", .kind = KL_KIND_ANY, .doc = "the data"},
};

/* Between 0 and 1. */
static kl_status draw(double *out, kl_error *error)
{
    uint64_t bits;
    KL_TRY(kl_random(&bits, sizeof bits, error));
    *out = (double)(bits >> 11) * 0x1p-53;
    return KL_OK;
}

/* min(initial * multiplier^(attempt - 1), max) less its jitter. A double holds what overflows. */
static kl_status delay_of(int64_t *out, const kl_value *args, kl_error *error)
{
    double exponent = (double)(kl_as_int(args[ATTEMPT]) - 1), chance = 0;
    double delay = (double)kl_as_int(args[INITIAL_DELAY]);
    if (delay > 0) /* else 0 times an infinite power would be no number */
        delay *= pow(kl_as_double(args[MULTIPLIER]), exponent);
    if (!kl_is_null(args[MAX_DELAY]))
        delay = fmin(delay, (double)kl_as_int(args[MAX_DELAY]));
    if (kl_as_double(args[JITTER]) > 0)
        KL_TRY(draw(&chance, error));
    if (isfinite(delay))
        delay -= delay * kl_as_double(args[JITTER]) * chance;
    *out = delay >= 0x1p63 ? INT64_MAX : (int64_t)delay;
    return KL_OK;
}

static kl_status result(kl_value *out, int64_t delay, bool retry, const kl_value *args,
                        kl_error *error)
{
    int64_t attempt = kl_as_int(args[ATTEMPT]);
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, 4, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("attempts"),
                          kl_int(attempt < INT64_MAX ? attempt + 1 : attempt), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("delay_ms"), kl_int(delay), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("retry"), kl_bool(retry), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("result"), kl_value_retain(args[DATA]), error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    int64_t attempt = kl_as_int(args[ATTEMPT]), most = kl_as_int(args[MAX_RETRIES]), delay = 0;
    bool failed = !kl_is_null(args[ERROR]);
    if (failed && attempt >= most)
        return kl_node_failed(error, "max retries exceeded (%" PRId64 " attempts)", most);
    if (failed && attempt > 0)
        KL_TRY(delay_of(&delay, args, error));
    return result(out, delay, attempt > 0, args, error);
}

static const kl_node_type types[] = {
    {
        .name = "RetryNode",
        .category = "Control",
        .doc = "Computes the wait before a step is tried again, growing from try to try.",
        .inputs = KL_TABLE(inputs),
        .config = KL_TABLE(config),
        .outputs = KL_TABLE(outputs),
        .run = run,
    },
};

static const kl_node_family retry = {.name = "retry", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(retry);
