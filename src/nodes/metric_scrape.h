/* src/nodes/metric_scrape.h - an address at which Prometheus and its like fetch metrics. */
#ifndef KL_NODES_METRIC_SCRAPE_H
#define KL_NODES_METRIC_SCRAPE_H

#include "kailash/value.h"

typedef struct kl_scrape kl_scrape;

/* Borrowed for the length of the call. */
typedef struct kl_scrape_settings {
    kl_value address; /* string "HOST:PORT", port 0 = any */
    kl_value path;    /* string, begins with "/" */
    kl_value token;   /* string: what a scraper must show as a bearer token; null = nothing */
} kl_scrape_settings;

/* Print the metrics as they are now; given. On the thread of the server. */
typedef kl_status kl_scrape_print(kl_value *out, void *data, bool openmetrics, kl_error *error);

/* Begin to serve; given. `host` and `port` are those of the address. */
kl_status kl_scrape_start(kl_scrape **out, const kl_scrape_settings *settings, const char *host,
                          uint16_t port, kl_scrape_print *print, void *data, kl_error *error);
/* Whether it serves as the settings say, in this process. */
bool kl_scrape_is(const kl_scrape *scrape, const kl_scrape_settings *settings);
bool kl_scrape_is_here(const kl_scrape *scrape);
/* Where; a string, given. */
kl_status kl_scrape_url(kl_value *out, const kl_scrape *scrape, kl_error *error);
void kl_scrape_stop(kl_scrape *scrape); /* NULL is fine */

#endif
