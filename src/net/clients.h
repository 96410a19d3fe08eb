/* src/net/clients.h - libcurl clients that nobody uses at the moment, with their connections. */
#ifndef KL_NET_CLIENTS_H
#define KL_NET_CLIENTS_H

#include "drivers/curl.h"

/* The driver, loaded on first use. */
kl_status kl_curl_load(const kl_curl **out, kl_error *error);
/* The client used last, or a new one; for this thread alone until it is put back. */
kl_status kl_client_take(kl_curl_client **out, const kl_curl *curl, kl_error *error);
void kl_client_put_back(kl_curl_client *client, const kl_curl *curl);

#endif
