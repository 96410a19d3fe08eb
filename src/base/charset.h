/* src/base/charset.h - text in other encodings than UTF-8, by the names that iconv knows. */
#ifndef KL_BASE_CHARSET_H
#define KL_BASE_CHARSET_H

#include "buffer.h"
#include "source.h"

/* A conversion under way; keeps what a block ended within, and the state of a stateful encoding. */
typedef struct kl_charset kl_charset;

/* Convert from one encoding to another, either being "UTF-8"; given. KL_INVALID when iconv does
 * not know it. */
KL_API kl_status kl_charset_new(kl_charset **out, kl_text from, kl_text to, kl_error *error);
KL_API void kl_charset_free(kl_charset *charset);
/* Append the next block. KL_SYNTAX names the byte that `from` does not have, or the text that
 * cannot be said in `to`. `last` tells that nothing follows. */
KL_API kl_status kl_charset_add(kl_buffer *to, kl_charset *charset, kl_text block, bool last,
                                kl_error *error);
/* All at once. */
KL_API kl_status kl_charset_convert(kl_buffer *out, kl_text text, kl_text from, kl_text to,
                                    kl_error *error);

/* A source that gives another's bytes as UTF-8. */
typedef struct kl_decoder {
    kl_source source;
    kl_source *from; /* borrowed */
    kl_charset *charset;
    kl_buffer ready; /* converted, not given yet */
    size_t given;    /* bytes of `ready` */
    bool ended;
} kl_decoder;

KL_API kl_status kl_decoder_begin(kl_decoder *decoder, kl_source *from, kl_text encoding,
                                  kl_error *error);
KL_API void kl_decoder_end(kl_decoder *decoder);

#endif
