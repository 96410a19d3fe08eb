/* src/nodes/audit_log.h - a log whose entries hang on each other, so that no change goes unseen.
 *
 * An entry is a map; its signature is the HMAC-SHA-256, under the key, of its canonical JSON (sorted,
 * compact, ASCII), or the SHA-256 without a key. The entry holds the signature of the one before it
 * (64 zeros for the first) and a number that counts from 1.
 */
#ifndef KL_NODES_AUDIT_LOG_H
#define KL_NODES_AUDIT_LOG_H

#include "kailash/node.h"

enum { KL_AUDIT_SIGNATURE_LEN = 64 };

/* The canonical text of an entry, and its signature; given. `key` is null for none. */
kl_status kl_audit_sign(kl_value *text, kl_value *signature, kl_value entry, kl_value key,
                        kl_error *error);

/* Reads what was written, one entry after the other. `signature` is borrowed. */
typedef kl_status kl_audit_visit(void *data, kl_text entry, kl_text signature, kl_error *error);

/* Where entries are kept. Between begin and end nobody else appends. */
typedef struct kl_audit_sink {
    /* The number and the signature of the last entry; 0 and "" when there is none. */
    kl_status (*last)(void *self, int64_t *number, char signature[KL_AUDIT_SIGNATURE_LEN + 1],
                      kl_error *error);
    kl_status (*append)(void *self, int64_t number, kl_value entry_text, kl_value signature,
                        kl_error *error);
    kl_status (*read)(void *self, kl_audit_visit *visit, void *data, kl_error *error);
    /* Keep what was appended if `status` is KL_OK; frees `self`. */
    kl_status (*end)(void *self, kl_status status, kl_error *error);
} kl_audit_sink;

/* Tables of a database, or memory; `*self` is given. */
kl_status kl_audit_open_records(const kl_audit_sink **sink, void **self, const kl_node_call *call,
                                kl_value database, kl_value scope, kl_error *error);
/* A file of lines {"entry":...,"signature":...}, locked while it is used. */
kl_status kl_audit_open_file(const kl_audit_sink **sink, void **self, kl_text path, bool write,
                             kl_error *error);

/* ---- verification -------------------------------------------------------------------------------- */

typedef struct kl_audit_check {
    kl_value key; /* borrowed; null = none */
    int64_t number; /* of the last entry seen */
    char previous[KL_AUDIT_SIGNATURE_LEN + 1];
    kl_value faults; /* array of {sequence, audit_id, reason} */
} kl_audit_check;

/* Begin with no entry seen; end it with kl_value_release(check->faults). */
kl_status kl_audit_check_begin(kl_audit_check *check, kl_value key, kl_error *error);
/* Look at the next entry; a kl_audit_visit on a kl_audit_check. */
kl_audit_visit kl_audit_check_next;
/* Note a fault of the log as a whole. */
kl_status kl_audit_fault(kl_audit_check *check, kl_value entry, const char *reason, kl_error *error);

#endif
