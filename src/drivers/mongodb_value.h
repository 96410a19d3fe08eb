/* src/drivers/mongodb_value.h - values as BSON and back. */
#ifndef KL_DRIVERS_MONGODB_VALUE_H
#define KL_DRIVERS_MONGODB_VALUE_H

#include "kailash/value.h"

#include <bson/bson.h>

/* Append the pairs of a map, or the items of an array, to a document. KL_INVALID for what BSON cannot hold. */
kl_status kl_bson_add(bson_t *to, kl_value value, kl_error *error);

/* A document as a map, a list as an array; given. */
kl_status kl_bson_value(kl_value *out, const bson_t *bson, bool is_list, kl_error *error);

/* The value that an iterator stands at; given. */
kl_status kl_bson_iter_value(kl_value *out, const bson_iter_t *at, kl_error *error);

#endif
