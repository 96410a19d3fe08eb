/* src/dataflow/validation.h - rules for the values of records. */
#ifndef KL_DATAFLOW_VALIDATION_H
#define KL_DATAFLOW_VALIDATION_H

#include "buffer.h"
#include "kailash/type.h"

/* FieldValidationError: what is wrong with a field; no exception. */
extern KL_API const kl_type kl_field_error_type;
/* One, given. `message` (a string) is taken, also on failure. */
kl_status kl_field_error_new(kl_value *out, kl_text field, kl_value message, const char *validator,
                             kl_error *error);

/* CrossFieldRule: how two fields of a record relate. */
typedef struct kl_cross_rule {
    kl_object object;
    kl_value field_a, field_b, comparison, message; /* strings */
} kl_cross_rule;
extern KL_API const kl_type kl_cross_rule_type;
/* What a record violates as a string, or null when it fits, or either field is absent or null; given. */
kl_status kl_cross_rule_check(kl_value *out, const kl_cross_rule *rule, kl_value record,
                              kl_error *error);

/* ValidationLayer: rules by model. Threads may share one. */
extern KL_API const kl_type kl_validation_layer_type;
/* What a record violates, in the order of the rules: maps of field, rule and message; given. Calls
 * back for custom rules. */
KL_API kl_status kl_validation_check(kl_value *out, kl_object *layer, kl_text model,
                                     kl_value record, kl_error *error);

/* A number in messages: 11, 10.5, inf. */
void kl_put_number(kl_buffer *to, kl_value number);
/* `before` and a text in quotes, as JSON writes it. */
kl_status kl_put_quoted(kl_buffer *to, const char *before, kl_value text, kl_error *error);

#endif
