/* src/drivers/html.h - what the library asks of an HTML5 parser: a document as a walk through it. */
#ifndef KL_DRIVERS_HTML_H
#define KL_DRIVERS_HTML_H

#include "work.h"

/* What is told, in the order of the document. Texts are borrowed for the call. A failure ends the
 * walk and is what parse() returns. */
typedef struct kl_html_sink {
    kl_status (*open)(void *data, kl_text name, kl_error *error);
    kl_status (*attribute)(void *data, kl_text name, kl_text value, kl_error *error);
    kl_status (*text)(void *data, kl_text text, kl_error *error);
    kl_status (*comment)(void *data, kl_text text, kl_error *error);
    kl_status (*close)(void *data, kl_error *error);
    void *data;
} kl_html_sink;

typedef struct kl_html {
    /* Parse valid UTF-8 as browsers do: no text is malformed. KL_LIMIT when it takes more than
     * `memory` bytes, KL_CANCELLED when `work` is stopped. */
    kl_status (*parse)(kl_text html, const kl_html_sink *sink, size_t memory, kl_work *work,
                       kl_error *error);
} kl_html;

#endif
