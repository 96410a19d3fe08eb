/* src/base/source.h - where a streaming reader gets its bytes: text in memory, a file, a decoder. */
#ifndef KL_BASE_SOURCE_H
#define KL_BASE_SOURCE_H

#include "kailash/base.h"

/* Embedded as first member of what reads. Not for several threads at once. */
typedef struct kl_source kl_source;
struct kl_source {
    /* Write 1 to `room` bytes to `to`; `*got` = 0 says that the end was reached. */
    kl_status (*read)(kl_source *self, size_t *got, char *to, size_t room, kl_error *error);
};

/* Bytes in memory, borrowed. */
typedef struct kl_text_source {
    kl_source source;
    kl_text rest; /* not read yet */
} kl_text_source;

static inline kl_status kl_text_source_read(kl_source *self, size_t *got, char *to, size_t room,
                                            kl_error *error)
{
    (void)error;
    kl_text *rest = &((kl_text_source *)self)->rest;
    *got = KL_MIN(room, rest->len);
    if (*got)
        memcpy(to, rest->data, *got);
    rest->data += *got;
    rest->len -= *got;
    return KL_OK;
}

#define KL_TEXT_SOURCE(text) {{kl_text_source_read}, (text)}

#endif
