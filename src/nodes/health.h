/* src/nodes/health.h - one check of HealthCheckNode: what is checked, and how it went. */
#ifndef KL_NODES_HEALTH_H
#define KL_NODES_HEALTH_H

#include "http_call.h"
#include "net/stream.h"

typedef enum kl_health_status { KL_HEALTHY, KL_DEGRADED, KL_UNHEALTHY } kl_health_status;

typedef struct kl_health_check {
    /* Borrowed. */
    kl_value target;          /* the map of the target, its keys checked */
    kl_value expect;          /* its map `expect`, or null */
    const kl_value *settings; /* of KL_HTTP_SETTINGS */
    kl_http_watch watch;
    kl_duration timeout;
    /* What came of it. */
    kl_health_status status;
    kl_duration latency;
    kl_value message;         /* string */
    kl_value details;         /* map of more facts, or null */
} kl_health_check;

typedef struct kl_health_kind {
    const char *name;
    const char *const *keys;    /* that the target takes beside type, timeout_ms and expect; ended by
                                   NULL; the first must be there */
    const char *const *expects; /* keys of `expect` beside max_latency_ms; ended by NULL */
    /* Fails only when the run is over or memory has ended: all else is told in the check. */
    kl_status (*run)(kl_health_check *check, kl_error *error);
} kl_health_kind;

/* All kinds. */
extern const kl_health_kind kl_health_kinds[];
extern const size_t kl_health_kind_count;

/* How it went, in words; returns KL_OK or KL_NO_MEMORY. */
kl_status kl_health_say(kl_health_check *check, kl_health_status status, kl_error *error,
                        const char *format, ...) KL_PRINTF(4, 5);
/* A failure as what was found: unhealthy, unless it ends the run. `why` is taken. */
kl_status kl_health_failed(kl_health_check *check, kl_error *why, kl_error *error);
/* One more fact; `item` is taken. */
kl_status kl_health_detail(kl_health_check *check, const char *key, kl_value item, kl_error *error);

/* A stream to a service, where the node's settings admit it, within the time of the check; given. */
kl_status kl_health_connect(kl_stream **out, const kl_health_check *check, kl_text host,
                            uint16_t port, bool tls, kl_error *error);
/* How long a check may go on from now. */
kl_stream_watch kl_health_watch(const kl_health_check *check);

/* health_redis.c: does the server at redis:// or rediss:// answer a PING? */
kl_status kl_health_redis(kl_health_check *check, kl_error *error);

/* What a check of this target is shown as: its URL without secrets, or "tcp://host:port"; given. */
kl_status kl_health_shown(kl_value *out, const kl_health_kind *kind, kl_value target,
                          kl_error *error);

#endif
