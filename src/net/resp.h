/* src/net/resp.h - the protocol of Redis, RESP2 and RESP3: replies read piece by piece, commands
 * written. Knows no connection. */
#ifndef KL_NET_RESP_H
#define KL_NET_RESP_H

#include "buffer.h"

typedef enum kl_resp_kind {
    KL_RESP_VALUE,
    KL_RESP_ERROR, /* the value is its text, such as "WRONGTYPE Operation against ..." */
    KL_RESP_PUSH,  /* not an answer: a message of a subscription, an array */
} kl_resp_kind;

typedef struct kl_resp_reply {
    kl_resp_kind kind;
    size_t errors;  /* within the value, each {"error": text} */
    kl_value value; /* text that is not UTF-8 is bytes; an error within an array is {"error": text} */
} kl_resp_reply;

/* Replies nest at most so deep; texts and all items of a reply are bounded as those of nodes are. */
enum { KL_RESP_DEPTH = 64 };
#define KL_RESP_TEXT_MAX  ((size_t)64 << 20)
#define KL_RESP_ITEMS_MAX ((size_t)10000000)

/* An array, map or set of which items are still to come. */
typedef struct kl_resp_open {
    char type;
    size_t left;
    kl_value items;
} kl_resp_open;

/* A reader; all zero is a new one. End it with kl_resp_end(). */
typedef struct kl_resp {
    char *data; /* bytes received and not yet read lie from `start` to `end` */
    size_t start, end, cap;
    size_t looked; /* bytes from `start` on that hold no end of a line */
    size_t position; /* bytes read since the beginning, for messages */
    size_t items;  /* of the reply that is being read */
    size_t errors; /* within it */
    bool in_text;  /* the head of a text was read, its `text_len` bytes are not there yet */
    char text_type;
    size_t text_len;
    kl_resp_open open[KL_RESP_DEPTH];
    size_t depth;
} kl_resp;

/* Room for `size` more bytes from the peer, or NULL; then tell how many came. */
KL_API char *kl_resp_room(kl_resp *resp, size_t size);
static inline void kl_resp_came(kl_resp *resp, size_t size) { resp->end += size; }

/*
 * The next reply; given. `*complete` is false when more bytes must come first. KL_SYNTAX (with the
 * position) or KL_LIMIT: the reader is of no use any more.
 */
KL_API kl_status kl_resp_next(bool *complete, kl_resp_reply *out, kl_resp *resp, kl_error *error);
KL_API void kl_resp_end(kl_resp *resp);

/* Whether bytes are there that belong to no reply read so far. */
static inline bool kl_resp_has_more(const kl_resp *resp)
{
    return resp->start < resp->end || resp->depth || resp->in_text;
}

/*
 * Append a command. Texts and bytes go as they are, numbers as their text, bools as true and false.
 * False for null, an array, a map or an object: `*bad` is its index and nothing was written.
 */
KL_API bool kl_resp_write(size_t *bad, kl_buffer *to, const kl_value *words, size_t count);

#endif
