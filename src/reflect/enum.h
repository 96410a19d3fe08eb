/* src/reflect/enum.h - items of an enum by their words. */
#ifndef KL_REFLECT_ENUM_H
#define KL_REFLECT_ENUM_H

#include "kailash/type.h"

/* Position of a word, or -1. */
ptrdiff_t kl_item_find(const kl_type *type, kl_text word);

#endif
