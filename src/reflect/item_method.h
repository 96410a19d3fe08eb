/* src/reflect/item_method.h - static methods that give the items of an enum: DataClassification.pii(). */
#ifndef KL_REFLECT_ITEM_METHOD_H
#define KL_REFLECT_ITEM_METHOD_H

#include "kailash/type.h"

/* A static method that gives one item of an enum. */
#define ITEM_METHOD(method, type, position)                                                        \
    static kl_status method(kl_value *out, kl_object *self, const kl_value *args, kl_error *error) \
    {                                                                                              \
        (void)self, (void)args;                                                                    \
        return kl_item_at(out, &(type), (position), error);                                        \
    }
#define ITEM_ROW(method_name, function, type, text)                                                \
    {.name = (method_name), .call = (function), .flags = KL_STATIC, .returns = KL_KIND_OBJECT,     \
     .returns_type = &(type), .doc = (text)}

#endif
