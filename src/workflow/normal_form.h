/* src/workflow/normal_form.h - definitions in the one form that is stored, compared and hashed. */
#ifndef KL_WORKFLOW_NORMAL_FORM_H
#define KL_WORKFLOW_NORMAL_FORM_H

#include "kailash/workflow.h"

/* The map of a definition in its normal form: fixed order of keys, sorted configs, nothing unknown;
 * given. KL_SYNTAX says what is wrong; `text` is for positions, or empty. */
kl_status kl_definition_normalize(kl_value *out, kl_value map, kl_text text, kl_error *error);
/* The same from JSON text. */
kl_status kl_definition_parse(kl_value *out, kl_text json, kl_error *error);

#endif
