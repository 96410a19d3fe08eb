/* src/store/document_filter.h - which documents are meant, told as a document (as MongoDB does):
 *
 *   {"age": {"$gte": 18}, "$or": [{"city": "Bern"}, {"tags": {"$in": ["a", "b"]}}]}
 *
 * A field is a dotted path. On its way it looks into the maps of a list, or at one item of it when a
 * part is a number. A list matches what one of its items matches, and what it equals as a whole;
 * with $all, $size and $elemMatch it is looked at itself. A missing field equals null. Order holds
 * among numbers, among strings, among booleans, never across; numbers compare by their value.
 */
#ifndef KL_STORE_DOCUMENT_FILTER_H
#define KL_STORE_DOCUMENT_FILTER_H

#include "kailash/value.h"
#include "work.h"

/* A compiled filter. Immutable: threads share it. */
typedef struct kl_filter kl_filter;

enum { KL_FILTER_DEPTH_MAX = 64, KL_FILTER_PATH_MAX = 64 };

/* What may stand in a place of a filter, as messages say it. */
#define KL_FILTER_VALUE_OPERATORS                                                                  \
    "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $regex, $options, $not, $size, $all, "   \
    "$elemMatch, $type, $mod"
#define KL_FILTER_LOGIC_OPERATORS "$and, $or, $nor"

/*
 * Compile; given. Null is the filter that all match. KL_INVALID is a whole message that names the
 * part by its place below `name`: "invalid input 'NAME.age.$gtt': expected one of: $eq, ...".
 */
KL_API kl_status kl_filter_compile(kl_filter **out, kl_value filter, const char *name,
                                   kl_error *error);
/* The condition of one value, such as {"$gt": 5} or 7, as $pull has it. */
KL_API kl_status kl_filter_compile_value(kl_filter **out, kl_value condition, const char *name,
                                         kl_error *error);
KL_API void kl_filter_free(kl_filter *filter); /* NULL is fine */

/* Whether all documents match, for there is no condition. */
KL_API bool kl_filter_is_empty(const kl_filter *filter);

/* Whether `document` (for kl_filter_compile_value(): the value) matches. `work` may be NULL. */
KL_API kl_status kl_filter_test(bool *out, const kl_filter *filter, kl_value document,
                                kl_work *work, kl_error *error);

/* What a filter demands of one field in any case: one of `equals`, or a range. Borrowed. */
typedef struct kl_filter_bounds {
    const kl_value *equals; /* NULL = no such demand */
    size_t equal_count;
    const kl_value *low, *high; /* NULL = open */
} kl_filter_bounds;

/* True when there is a demand on the field `path`. */
KL_API bool kl_filter_bounds_of(kl_filter_bounds *out, const kl_filter *filter, kl_text path);

/* Every value at a path, as described above. `value` is NULL once when the way ended at a missing field. */
typedef kl_status kl_document_visit(const kl_value *value, void *data, kl_error *error);
KL_API kl_status kl_document_walk(const kl_value *document, kl_text path, kl_document_visit *visit,
                                  void *data, kl_error *error);

/* Order of two values where filters order them; false when they are not comparable. */
KL_API kl_status kl_document_order(bool *comparable, int *order, kl_value a, kl_value b,
                                   kl_error *error);

#endif
