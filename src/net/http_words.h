/* src/net/http_words.h - the small words of HTTP's grammar (RFC 9110), for those who read heads. */
#ifndef KL_NET_HTTP_WORDS_H
#define KL_NET_HTTP_WORDS_H

#include "kailash/base.h"

#include <strings.h>

/* Whether it is a token: a name of a header, a method, a subprotocol. */
static inline bool kl_http_is_token(kl_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 127 || strchr("()<>@,;:\\\"/[]?={}", c))
            return false;
    }
    return text.len > 0;
}

/* Whether it is this word, in any case. */
static inline bool kl_http_same_word(kl_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* Without blanks and tabs at its ends. */
static inline kl_text kl_http_trim(kl_text text)
{
    while (text.len && (text.data[0] == ' ' || text.data[0] == '\t'))
        text.data++, text.len--;
    while (text.len && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

#endif
