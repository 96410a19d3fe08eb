/* src/reflect/fields.h - how the parts of this room reach the fields of an object. */
#ifndef KL_REFLECT_FIELDS_H
#define KL_REFLECT_FIELDS_H

#include "kailash/type.h"

/* Put a checked value (borrowed) into its field. */
void kl_field_store(kl_object *object, const kl_field *field, kl_value value);
/* The value of a field that lies in this very object, though it be KL_LEARNED; given. */
KL_API void kl_field_get_own(kl_value *out, const kl_object *object, const kl_field *field);

static inline bool kl_type_is_record(const kl_type *type)
{
    return type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE);
}

/* Whether its objects are made from its fields. */
static inline bool kl_type_has_fields(const kl_type *type)
{
    return type->flags & (KL_TYPE_RECORD | KL_TYPE_MUTABLE | KL_TYPE_FIELDS);
}

/* Fields that no caller gives to the constructor. */
static inline bool kl_field_is_given(const kl_field *field)
{
    return !(field->flags & (KL_HIDDEN | KL_READ_ONLY | KL_LEARNED));
}

static inline bool kl_field_is_settable(const kl_type *type, const kl_field *field)
{
    return field->flags & KL_SETTABLE || (type->flags & KL_TYPE_FIELDS && kl_field_is_given(field));
}

#endif
