/* src/nodes/records.h - maps kept by kind and id, in memory or in a database: what sagas,
 * transactions and state machines are between two calls, and after a crash.
 *
 * A record has a version, which every write names and raises. So whoever read a record and writes it
 * back learns whether somebody else did so in between, in this process or in another.
 */
#ifndef KL_NODES_RECORDS_H
#define KL_NODES_RECORDS_H

#include "kailash/node.h"

typedef struct kl_records kl_records;

/* Longest id, in bytes. */
#define KL_RECORD_ID_MAX 191
/* Records that are done with and yet kept in memory; beyond it the oldest of them are forgotten. A
 * database keeps them all. */
#define KL_RECORDS_KEPT 10000

/* The row of the place in a node's config. */
#define KL_RECORDS_PARAM(key)                                                                      \
    {.name = key, .kind = KL_KIND_STRING, .flags = KL_OPTIONAL | KL_SECRET,                        \
     .doc = "where it is kept: a database URL, or the path of an SQLite file; absent: in memory, "  \
            "until the process ends"}

/*
 * The records of `kind` (static) for a call with such a `scope` (see workflow/shared.h) and place (a
 * string or null); borrowed. A table is made where it is missing.
 */
kl_status kl_records_of(kl_records **out, const char *kind, const kl_node_call *call,
                        kl_value scope, kl_value place, kl_error *error);

/* A record and its version; given. Null and 0 when there is none. */
kl_status kl_record_read(kl_value *record, int64_t *version, kl_records *records, kl_text id,
                         kl_error *error);
/*
 * Write `record` (borrowed) as the successor of `version`, 0 for a new one. It is on the disk when
 * this returns. KL_STATE when `version` is not the newest. `finished`: nobody needs it to go on.
 */
kl_status kl_record_write(kl_records *records, kl_text id, int64_t version, kl_value record,
                          bool finished, kl_error *error);
kl_status kl_record_remove(bool *removed, kl_records *records, kl_text id, kl_error *error);
/* All records as a map from id, the oldest first; given. `unfinished_only` leaves out the others. */
kl_status kl_record_list(kl_value *out, kl_records *records, bool unfinished_only, kl_error *error);

/*
 * Change a record: `change` gets it (null: there is none), gives its successor (null: it stays as it
 * is) and may say whether that is finished. Done again when somebody else wrote in between.
 */
typedef kl_status kl_record_change(kl_value *successor, bool *finished, kl_value record, void *data,
                                   kl_error *error);
kl_status kl_record_update(kl_records *records, kl_text id, kl_record_change *change, void *data,
                           kl_error *error);

#endif
