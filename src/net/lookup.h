/* src/net/lookup.h - the addresses of a host. */
#ifndef KL_NET_LOOKUP_H
#define KL_NET_LOOKUP_H

#include "stream.h"

#include <netdb.h>

/* Given; end it with freeaddrinfo(). Waits no longer than `watch` allows, although the system's
 * resolver cannot be stopped: it is left behind on its thread. */
kl_status kl_lookup(struct addrinfo **out, const char *host, uint16_t port,
                    const kl_stream_watch *watch, kl_error *error);

#endif
