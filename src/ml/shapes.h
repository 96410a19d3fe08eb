/* src/ml/shapes.h - whether what an estimator has learned fits together.
 *
 * kl_estimator_table.shapes tells it of each field that answers are read from, so that a model of a file can be trusted:
 *
 *     .shapes = "cluster_centers_ = k features; counts = k | none; codes = int rows < classes"
 *
 * A row is a field and what it may be, the forms parted by "|": "none", "number", "text", "any", "equal" with a size (an
 * int), "list" with a count and behind "of" the form of each item, "map" with a count and "< size" (of ints), or an array: "int" or "flag" unless its items are float64, then the size of each
 * axis. "< size" behind it: its items are at least 0 and below that; "<- size": -1 may be among them, too; "^ size": its
 * items rise from 0 to that; "+ size": none is below 0, and their sum is that.
 * Behind a form may stand "if" or "unless" with a field, which is true or there, or that "is" a word.
 *
 * "?" before a field: not all types of the table have it.
 *
 * A size is a number, "*" for any, one of the words features, outputs, classes, decisions (classes, but 1 of two), pairs
 * (of classes), or the name of a field that holds an int; any other word is a size that is the same wherever it stands. "+1" and
 * "-1" may stand behind a word.
 */
#ifndef KL_ML_SHAPES_H
#define KL_ML_SHAPES_H

#include "estimator.h"

/* KL_SYNTAX names the first field that is none of its forms. */
kl_status kl_shapes_check(const kl_estimator *model, kl_error *error);
/* For restored(): KL_OK when `is_sound`, else that `what` is damaged. */
kl_status kl_shapes_are(bool is_sound, const kl_estimator *model, const char *what, kl_error *error);

#endif
