/* src/reflect/view_numbers.h - numbers of any format as those of another. */
#ifndef KL_REFLECT_VIEW_NUMBERS_H
#define KL_REFLECT_VIEW_NUMBERS_H

#include "kailash/array_view.h"

/* The numbers of an array view of one dimension as one of `format` ('d' or 'q') whose items lie side by side: the
 * view itself when it is such, else a copy. KL_TYPE for what is no array of numbers, and for floats
 * where integers are wanted. Given. */
KL_API kl_status kl_view_convert(kl_value *out, kl_value given, const char *name, char format,
                                 kl_error *error);

#endif
