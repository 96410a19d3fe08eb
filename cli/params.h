/* cli/params.h - parameters, inputs and settings as people read them. */
#ifndef KL_CLI_PARAMS_H
#define KL_CLI_PARAMS_H

#include "kailash/type.h"

/* A bold title with an empty line above. */
void print_title(const char *title);
/* Under a title: name, what it takes, default, and the doc below; nothing when there is none. */
void print_params(const char *title, const kl_param *params, size_t count);
/* The same for what is given back: without defaults. */
void print_outputs(const char *title, const kl_param *params, size_t count);
/* name(a: integer, b: string = "x") -> string */
void print_signature(const char *name, const kl_param *params, size_t count, const char *returns);
/* Paragraph of text, wrapped. */
void print_paragraph(const char *text, size_t indent);
/* The first sentence of a doc. */
kl_text first_sentence(const char *doc);

#endif
