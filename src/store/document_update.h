/* src/store/document_update.h - how documents are changed, told as a document:
 * {"$set": {"a.b": 1}, "$inc": {"n": 2}}, or without operators {"a": 1}, which sets top-level keys. */
#ifndef KL_STORE_DOCUMENT_UPDATE_H
#define KL_STORE_DOCUMENT_UPDATE_H

#include "kailash/value.h"

#define KL_UPDATE_OPERATORS                                                                        \
    "$set, $unset, $inc, $mul, $min, $max, $rename, $push, $pull, $addToSet, $pop, $setOnInsert"

/* KL_INVALID is a whole message: "invalid input 'update.$foo': expected one of: $set, ..." */
KL_API kl_status kl_update_check(kl_value update, kl_error *error);

/* Part of it: operators or fields, not both. */
KL_API kl_status kl_update_check_mixture(kl_value update, kl_error *error);

/* Change `*document` as a checked update says; KL_INVALID likewise when its values do not fit.
 * fresh  it is being made by this update, so $setOnInsert counts */
KL_API kl_status kl_update_apply(kl_value *document, kl_value update, bool fresh, kl_error *error);

#endif
