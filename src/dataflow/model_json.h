/* src/dataflow/model_json.h - models as JSON: what a file of models holds.
 *
 * A model is {name, table, fields: [field], tenant_column, row_classification_column, pg_type_mode};
 * a field {name, type, primary_key, nullable, required, unique, index, default_value, references:
 * {table, column}, classification, masking, soft_delete, auto_managed, allow_query_reference}. All but
 * name, table, fields and type may be left out. "auto_timestamps": true and "soft_delete": true of a
 * model add the fields of those names at the end.
 */
#ifndef KL_DATAFLOW_MODEL_JSON_H
#define KL_DATAFLOW_MODEL_JSON_H

#include "model.h"

/* A model as a map; given. */
KL_API kl_status kl_model_to_map(kl_value *out, const kl_model *model, kl_error *error);
/* The reverse; given. KL_INVALID says which field is wrong, an unknown key is too. */
KL_API kl_status kl_model_from_map(kl_model **out, kl_value map, kl_error *error);
/* Several: {"models": [model]}, a list of models or one model; an array of kl_model, given. */
KL_API kl_status kl_models_from_value(kl_value *out, kl_value value, kl_error *error);

/* The methods of ModelDefinition. */
kl_status kl_model_call_to_dict(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error);
kl_status kl_model_call_to_json(kl_value *out, kl_object *self, const kl_value *args,
                                kl_error *error);
kl_status kl_model_call_from_dict(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error);
kl_status kl_model_call_from_json(kl_value *out, kl_object *self, const kl_value *args,
                                  kl_error *error);

#endif
