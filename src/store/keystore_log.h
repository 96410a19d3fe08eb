/* src/store/keystore_log.h - streams of the key store: entries by id, groups that read them. */
#ifndef KL_STORE_KEYSTORE_LOG_H
#define KL_STORE_KEYSTORE_LOG_H

#include "keystore_parts.h"

typedef struct kl_log_id {
    uint64_t ms, seq;
} kl_log_id;

typedef struct kl_log_entry {
    kl_log_id id;
    kl_value fields; /* array: field, value, field ... */
} kl_log_entry;

/* An entry that a consumer was given and has not acknowledged. */
typedef struct kl_log_pending {
    kl_log_id id;
    kl_value consumer; /* its name */
    int64_t delivered; /* milliseconds of the wall clock */
    int64_t count;
} kl_log_pending;

typedef struct kl_log_group {
    kl_log_id last; /* given to somebody so far */
    kl_log_pending *pending; /* by id */
    size_t count, cap;
    kl_dict consumers; /* nothing but names */
} kl_log_group;

struct kl_stream_log {
    kl_log_entry *entries; /* by id */
    size_t count, cap;
    kl_log_id last;  /* ever added */
    kl_dict groups;  /* pointers to kl_log_group */
};

#define KL_LOG_ID_MAX ((kl_log_id){UINT64_MAX, UINT64_MAX})

static inline int kl_log_id_compare(kl_log_id a, kl_log_id b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

/* The id that follows; that behind the last is the last. */
static inline kl_log_id kl_log_id_next(kl_log_id id)
{
    if (id.seq < UINT64_MAX)
        return (kl_log_id){id.ms, id.seq + 1};
    return id.ms < UINT64_MAX ? (kl_log_id){id.ms + 1, 0} : id;
}

/* Index of the first entry whose id is not below `id`. */
size_t kl_log_place(const kl_stream_log *log, kl_log_id id);
/* "5-1", or "5" with `seq`. */
kl_status kl_log_read_id(kl_log_id *out, const kl_command_call *call, kl_text text, uint64_t seq);
kl_status kl_log_id_text(kl_value *out, kl_log_id id, kl_error *error);
/* Append [id, fields] to a list; [id, null] for an entry that is NULL. */
kl_status kl_log_push_entry(kl_value *list, kl_log_id id, const kl_log_entry *entry,
                            kl_error *error);

/* What XREAD and XREADGROUP have in common. */
typedef struct kl_log_read {
    int64_t count; /* 0 = all */
    bool blocks, no_ack;
    int64_t patience;
    size_t keys, ids, streams; /* words: first key, first id; how many of each */
} kl_log_read;
kl_status kl_log_read_options(kl_log_read *read, const kl_command_call *call, size_t from);
/* Set `key` to `entries` (taken) in the map of the answer, made when it is null. */
kl_status kl_log_answer_add(kl_value *answer, kl_value key, kl_value entries, kl_error *error);
/* Nothing was found: null, or waiting. */
kl_status kl_log_nothing(kl_command_call *call, const kl_log_read *read);

#endif
