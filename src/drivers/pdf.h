/* src/drivers/pdf.h - text of PDF documents, through pdfium. */
#ifndef KL_DRIVERS_PDF_H
#define KL_DRIVERS_PDF_H

#include "buffer.h"

typedef struct kl_pdf kl_pdf;

/* All may be called from any thread; pdfium itself works on one document at a time. */
typedef struct kl_pdf_functions {
    /* `data` is borrowed while the document lives; `password` may be "". KL_SYNTAX when it is no
     * PDF, KL_DENIED when it needs another password. */
    kl_status (*open)(kl_pdf **out, kl_text data, const char *password, kl_error *error);
    size_t (*page_count)(const kl_pdf *pdf);
    /* Append the text of page `index`, from 0, as UTF-8; lines end in LF. */
    kl_status (*page_text)(kl_buffer *to, kl_pdf *pdf, size_t index, kl_error *error);
    /* Append an entry of the document's information such as "Title"; nothing when it has none. */
    kl_status (*information)(kl_buffer *to, kl_pdf *pdf, const char *name, kl_error *error);
    void (*close)(kl_pdf *pdf);
} kl_pdf_functions;

#endif
