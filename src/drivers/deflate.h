/* src/drivers/deflate.h - what the library asks of zlib: messages compressed one after another. */
#ifndef KL_DRIVERS_DEFLATE_H
#define KL_DRIVERS_DEFLATE_H

#include "buffer.h"

/* Raw DEFLATE as permessage-deflate (RFC 7692) has it. A state remembers the messages before, and is
 * for one thread at a time. */
typedef struct kl_deflate {
    kl_status (*open)(void **out, bool compresses, kl_error *error);
    /* Append the compressed message, without the 00 00 FF FF behind it. `forgets`: the next one does
     * not refer to it. */
    kl_status (*compress)(kl_buffer *to, void *state, kl_text message, bool forgets,
                          kl_error *error);
    /* Append what the compressed message holds. KL_LIMIT when it is more than to->limit, KL_SYNTAX
     * when it is malformed. */
    kl_status (*expand)(kl_buffer *to, void *state, kl_text message, kl_error *error);
    void (*close)(void *state); /* NULL is fine */
} kl_deflate;

#endif
