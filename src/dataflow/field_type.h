/* src/dataflow/field_type.h - between FieldType objects and the kinds they stand for. */
#ifndef KL_DATAFLOW_FIELD_TYPE_H
#define KL_DATAFLOW_FIELD_TYPE_H

#include "model.h"

/* The FieldType of a kind; given. */
KL_API kl_status kl_field_type_of(kl_value *out, kl_column_kind kind, kl_error *error);
/* The kind of a FieldType. */
KL_API kl_column_kind kl_field_type_kind(kl_value type);
/* "Integer", "Text" ... as a FieldDef shows its kind. */
KL_API const char *kl_column_kind_word(kl_column_kind kind);

#endif
