/* src/nodes/session_store.h - sessions in memory, shared by all nodes of a scope. */
#ifndef KL_NODES_SESSION_STORE_H
#define KL_NODES_SESSION_STORE_H

#include "workflow/shared.h"

/* More are refused: who makes sessions without end must not fill the machine. */
enum { KL_SESSIONS_MAX = 1000000 };

typedef struct kl_session_store kl_session_store;
extern const kl_shared_kind kl_session_store_kind;

/* What is told of a session; the values are given. */
typedef struct kl_session {
    kl_value user_id, metadata;
    int64_t expires_at; /* epoch seconds */
} kl_session;

/* A new session: its id, and its token of 43 characters, of which only a hash is kept; given. */
kl_status kl_session_create(kl_value *id, kl_value *token, int64_t *expires_at,
                            kl_session_store *store, kl_value user_id, kl_value metadata,
                            int64_t ttl, kl_error *error);
/* `*found` is false for unknown and expired sessions and for another token. */
kl_status kl_session_find(bool *found, kl_session *out, kl_session_store *store, kl_text id,
                          kl_text token, kl_error *error);
/* The same, then counts its time from now on; `ttl` 0 = that of its creation. */
kl_status kl_session_refresh(bool *found, int64_t *expires_at, kl_session_store *store, kl_text id,
                             kl_text token, int64_t ttl, kl_error *error);
/* Whether there was one. */
bool kl_session_revoke(kl_session_store *store, kl_text id);

#endif
