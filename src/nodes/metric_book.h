/* src/nodes/metric_book.h - counters, gauges and histograms, and their text for Prometheus (format
 * 0.0.4) and OpenMetrics (1.0.0). For one thread at a time. */
#ifndef KL_NODES_METRIC_BOOK_H
#define KL_NODES_METRIC_BOOK_H

#include "kailash/value.h"

typedef struct kl_metric_book kl_metric_book;

typedef enum kl_metric_kind { KL_METRIC_COUNTER, KL_METRIC_GAUGE, KL_METRIC_HISTOGRAM } kl_metric_kind;

/* One measurement; all is borrowed. */
typedef struct kl_metric {
    kl_value name;    /* string */
    kl_metric_kind kind;
    double value;     /* added to a counter, the new value of a gauge, observed by a histogram */
    kl_value labels;  /* map label -> string, number or bool; or null */
    kl_value help;    /* string or null */
    kl_value unit;    /* string or null: the name must end in it */
    kl_value buckets; /* array of rising upper bounds, or null: for durations in seconds */
} kl_metric;

enum { KL_METRIC_SERIES_MAX = 100000, KL_METRIC_BUCKETS_MAX = 1000 };

kl_status kl_metric_book_new(kl_metric_book **out, kl_error *error);
void kl_metric_book_free(kl_metric_book *book); /* NULL is fine */
void kl_metric_book_clear(kl_metric_book *book);

/* KL_INVALID, with a message that begins with the member at fault, when the book cannot take it. */
kl_status kl_metric_check(const kl_metric *metric, kl_error *error);
/* Record it; checked before. KL_INVALID when the name stands for another kind of metric or clashes
 * with another's samples, KL_LIMIT beyond KL_METRIC_SERIES_MAX. */
kl_status kl_metric_record(kl_metric_book *book, const kl_metric *metric, kl_error *error);

/* The text that a scraper reads, in the order of the first measurements; given. */
kl_status kl_metric_book_prometheus(kl_value *out, const kl_metric_book *book, kl_error *error);
kl_status kl_metric_book_openmetrics(kl_value *out, const kl_metric_book *book, kl_error *error);

/* Values of all counters or gauges by their series, such as `c` or `c{a="1"}`; given. */
kl_status kl_metric_book_values(kl_value *out, const kl_metric_book *book, kl_metric_kind kind,
                                kl_error *error);
/* The series of a metric, as above; given. */
kl_status kl_metric_series(kl_value *out, const kl_metric *metric, kl_error *error);

#endif
