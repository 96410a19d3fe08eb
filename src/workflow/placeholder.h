/* src/workflow/placeholder.h - {{name}} within the configs of a definition. */
#ifndef KL_WORKFLOW_PLACEHOLDER_H
#define KL_WORKFLOW_PLACEHOLDER_H

#include "kailash/value.h"

/*
 * A placeholder is {{name}} or {{ name }}, the name being letters, digits, "_", "-" and "." with a
 * letter or "_" first. Anything else in braces is plain text. Placeholders stand in string values
 * of node configs, at any depth; keys, ids and types have none.
 */

/* Names of all placeholders of a normalized definition, sorted, each once; given. */
kl_status kl_placeholders_find(kl_value *out, kl_value definition, kl_error *error);

/*
 * The definition with every placeholder replaced by its value in the map `values`; given. A string
 * that is nothing but a placeholder becomes the value itself, of whatever kind; within other text
 * the value must be a string. What was inserted is not looked at again. KL_INVALID names a
 * placeholder without value, or with one of a wrong kind.
 */
kl_status kl_placeholders_fill(kl_value *out, kl_value definition, kl_value values,
                               kl_error *error);

#endif
