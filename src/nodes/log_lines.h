/* src/nodes/log_lines.h - lines of logs as maps, by their format. */
#ifndef KL_NODES_LOG_LINES_H
#define KL_NODES_LOG_LINES_H

#include "kailash/value.h"

/* Read one line (valid UTF-8): a map, given; null when it does not have the format. */
typedef kl_status kl_log_line_fn(kl_value *out, kl_text line, kl_error *error);

/* The reader of a format: json, apache, nginx, combined, syslog, syslog3164, syslog5424, logfmt;
 * NULL for any other word. */
kl_log_line_fn *kl_log_line_reader(kl_text format);

#endif
