/* src/nodes/kept.h - a record (records.h) that one thread works on: a map that is read, changed
 * member by member, and written back as the successor of what was read. */
#ifndef KL_NODES_KEPT_H
#define KL_NODES_KEPT_H

#include "records.h"

typedef struct kl_kept {
    kl_records *records;
    kl_value id;     /* string */
    kl_value state;  /* the map */
    int64_t version; /* of what is written; 0 = nothing yet */
    bool changed;    /* since then */
    kl_error *error; /* where failures are told */
} kl_kept;

/* Read it; "node execution failed: WHAT 'ID' not found" when there is none. */
kl_status kl_kept_load(kl_kept *kept, kl_text id, const char *what);
/* Write it, if it was changed. KL_STATE when somebody else did so meanwhile. */
kl_status kl_kept_save(kl_kept *kept, bool finished);
void kl_kept_end(kl_kept *kept);

/* Borrowed; null when it is missing. */
kl_value kl_kept_get(const kl_kept *kept, const char *name);
bool kl_kept_is(const kl_kept *kept, const char *name, const char *word);
/* `item` is taken. */
kl_status kl_kept_set(kl_kept *kept, const char *name, kl_value item);
kl_status kl_kept_set_word(kl_kept *kept, const char *name, const char *word);
/* Append to the list `name`; set `key` (a string) in the map `name`. `item` is taken. */
kl_status kl_kept_push(kl_kept *kept, const char *name, kl_value item);
kl_status kl_kept_put(kl_kept *kept, const char *name, kl_value key, kl_value item);

/* Where the records of an engine are, and for which call it works. */
typedef struct kl_kept_host {
    const kl_node_call *call; /* as part of whose run effects are done */
    kl_records *records;
} kl_kept_host;

/* Bring a record on its way as far as can be now; `*state` is given. */
typedef kl_status kl_kept_resume(kl_value *state, const kl_kept_host *host, kl_text id,
                                 kl_error *error);
/* Do so with all that have not ended; `*out` is given: a list of maps with the id as `key`, and the
 * status or the error of each. */
kl_status kl_kept_recover(kl_value *out, const kl_kept_host *host, const char *key,
                          kl_kept_resume *resume, kl_error *error);

/* Whether a list of strings holds `text`. */
bool kl_list_holds(kl_value list, kl_text text);

#endif
