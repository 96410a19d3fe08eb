/* src/ml/text/document.h - a document as the text in it: as it is, of bytes, of a file. */
#ifndef KL_ML_DOCUMENT_H
#define KL_ML_DOCUMENT_H

#include "analyzer.h"

/* A file that documents are read from has at most so many bytes. */
enum { KL_DOCUMENT_MAX = 64 << 20 };

/* Refuse an encoding that nobody knows, and errors that cannot be passed over in it. */
kl_status kl_document_check(const kl_text_params *params, kl_error *error);
/* The text of document number `number`; given. */
kl_status kl_document_text(kl_value *out, const kl_text_params *params, kl_value document, size_t number, kl_error *error);

#endif
