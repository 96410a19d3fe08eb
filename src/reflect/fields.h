/* src/reflect/fields.h - how the parts of this room reach the fields of an object. */
#ifndef KL_REFLECT_FIELDS_H
#define KL_REFLECT_FIELDS_H

#include "kailash/type.h"

/* Put a checked value (borrowed) into its field. */
void kl_field_store(kl_object *object, const kl_field *field, kl_value value);

static inline bool kl_type_is_record(const kl_type *type)
{
    return type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE);
}

/* Fields that no caller gives to the constructor. */
static inline bool kl_field_is_given(const kl_field *field)
{
    return !(field->flags & (KL_HIDDEN | KL_READ_ONLY));
}

#endif
