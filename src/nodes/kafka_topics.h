/* src/nodes/kafka_topics.h - topics within the process: one partition each, and where groups are. */
#ifndef KL_NODES_KAFKA_TOPICS_H
#define KL_NODES_KAFKA_TOPICS_H

#include "kailash/node.h"
#include "workflow/shared.h"

typedef struct kl_topics kl_topics;
extern const kl_shared_kind kl_topics_kind;

/* Append `message` (a map {key, value[, headers]}, taken) with its topic, partition, offset and
 * timestamp; `*offset` is where. */
kl_status kl_topics_append(int64_t *offset, kl_topics *topics, kl_value topic, kl_value message,
                           kl_error *error);
/* Messages that the group has not read, `most` at most; given. With `commit` it has now. A group that
 * was never here begins at the first message, or `at_end`. */
kl_status kl_topics_read(kl_value *out, kl_topics *topics, kl_text topic, kl_text group, size_t most,
                         bool commit, bool at_end, kl_error *error);
/* The group has read `count` more. */
void kl_topics_commit(kl_topics *topics, kl_text topic, kl_text group, size_t count);

#endif
