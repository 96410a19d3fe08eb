/* src/nodes/raft_log.h - the file in which a member of raft.h keeps what must outlive a crash: its term,
 * its vote and its log, as lines that are only ever appended, each with a check sum. What it says is on
 * the disk before the member goes on. One process at a time has it. */
#ifndef KL_NODES_RAFT_LOG_H
#define KL_NODES_RAFT_LOG_H

#include "raft.h"

typedef struct kl_raft_log kl_raft_log;

/*
 * Open the file, or make it, for a member that `owner` (a JSON text) describes; given. A last line that a
 * crash cut short is cut away. KL_STATE when another process has it, when it belongs to another owner, or
 * is damaged.
 */
KL_API kl_status kl_raft_log_open(kl_raft_log **out, kl_text path, kl_text owner, kl_error *error);
/* What was saved last; borrowed until the first save. */
KL_API kl_raft_saved kl_raft_log_restored(const kl_raft_log *log);
/* The `save` of kl_raft_options, with a kl_raft_log* as data. */
KL_API kl_status kl_raft_log_save(void *log, const kl_raft_saved *saved, size_t from, kl_error *error);
KL_API void kl_raft_log_close(kl_raft_log *log); /* NULL is fine */

#endif
