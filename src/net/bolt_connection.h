/* src/net/bolt_connection.h - one connection: messages in chunks, the greeting, answers. */
#ifndef KL_NET_BOLT_CONNECTION_H
#define KL_NET_BOLT_CONNECTION_H

#include "bolt.h"
#include "stream_pool.h"

/* Tags of messages. */
enum {
    KL_BOLT_HELLO = 0x01,
    KL_BOLT_GOODBYE = 0x02,
    KL_BOLT_RESET = 0x0F,
    KL_BOLT_RUN = 0x10,
    KL_BOLT_BEGIN = 0x11,
    KL_BOLT_COMMIT = 0x12,
    KL_BOLT_ROLLBACK = 0x13,
    KL_BOLT_PULL = 0x3F,
    KL_BOLT_LOGON = 0x6A,
    KL_BOLT_SUCCESS = 0x70,
    KL_BOLT_RECORD = 0x71,
    KL_BOLT_IGNORED = 0x7E,
    KL_BOLT_FAILURE = 0x7F,
};

struct kl_bolt {
    kl_pooled link;
    kl_bolt_pool *pool;
    unsigned version;
    kl_buffer out;      /* messages to send, in chunks */
    kl_buffer message;  /* the last one received */
    char input[16384];  /* received and not yet read: from `start` to `end` */
    size_t start, end;
    size_t unanswered;  /* requests whose last answer was not read yet */
    bool in_transaction;
};

/* An answer. */
typedef struct kl_bolt_answer {
    uint8_t tag;
    kl_value content; /* map of SUCCESS and FAILURE, array of RECORD; owned */
    size_t bytes;
} kl_bolt_answer;

/* Agree on a version. */
kl_status kl_bolt_shake(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error);

/* Append a request of values (borrowed) to what is to be sent. */
kl_status kl_bolt_ask(kl_bolt *bolt, uint8_t tag, const kl_value *fields, size_t count,
                      kl_error *error);
kl_status kl_bolt_flush(kl_bolt *bolt, const kl_stream_watch *watch, kl_error *error);
/* The next answer; given. */
kl_status kl_bolt_answer_read(kl_bolt_answer *out, kl_bolt *bolt, const kl_stream_watch *watch,
                              kl_error *error);
/* The last answer of a request, a SUCCESS; `*out` (may be NULL) is its map, given. A FAILURE is told
 * and the connection reset. */
kl_status kl_bolt_expect(kl_value *out, kl_bolt *bolt, const kl_stream_watch *watch,
                         kl_error *error);
/* The same for an answer that was read (taken). */
kl_status kl_bolt_settle(kl_value *out, kl_bolt *bolt, kl_bolt_answer answer,
                         const kl_stream_watch *watch, kl_error *error);

#endif
