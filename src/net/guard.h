/* src/net/guard.h - where requests may go, so that nobody sends them into networks of our own
 * (server-side request forgery). Pure: looks at hosts and addresses, asks no network. */
#ifndef KL_NET_GUARD_H
#define KL_NET_GUARD_H

#include "address.h"
#include "kailash/value.h"

/* What is admitted beside public addresses. Forbidden ones (see address.h) never are. */
typedef enum kl_guard_policy {
    KL_GUARD_REFUSE_PRIVATE,
    KL_GUARD_ALLOW_LOOPBACK,
    KL_GUARD_ALLOW_INTERNAL,
    KL_GUARD_ALLOW_INTERNAL_AND_LOOPBACK,
} kl_guard_policy;

/* Immutable once made; threads may share it. All zero: any public address, and no other. May be
 * written down statically: `{.policy = KL_GUARD_ALLOW_LOOPBACK}`. */
typedef struct kl_guard {
    kl_guard_policy policy;
    const kl_network *networks; /* what the policy admits is admitted in these only; NULL = anywhere */
    size_t network_count;
    kl_value hosts; /* array of lower-case names: the only ones admitted; null = any */
} kl_guard;

/*
 * Make a guard; end it with kl_guard_clear(). KL_INVALID says what is wrong.
 * policy    refuse_private, allow_loopback, allow_internal_unicast,
 *           allow_internal_unicast_and_loopback
 * networks  array of texts such as "10.0.0.0/8", or null; each must lie in what the policy admits
 * hosts     array of exact names, or null for any
 */
KL_API kl_status kl_guard_init(kl_guard *out, kl_text policy, kl_value networks, kl_value hosts,
                               kl_error *error);
KL_API void kl_guard_clear(kl_guard *guard);

/* May a request name this host (of a URL, brackets aside)? KL_DENIED "SSRF blocked: ..." for names
 * that are not on the list, and for addresses that are not admitted. Names must still be resolved,
 * and the address connected to be checked with the function below. */
KL_API kl_status kl_guard_check_host(const kl_guard *guard, kl_text host, kl_error *error);

/* May a connection go to this address? KL_DENIED "SSRF blocked: ..." */
KL_API kl_status kl_guard_check_address(const kl_guard *guard, const kl_address *address,
                                        kl_error *error);

#endif
