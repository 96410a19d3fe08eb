/* src/ml/shapes.h - whether what an estimator has learned fits together.
 *
 * kl_estimator_table.shapes tells it of each field that answers are read from, so that a model of a file can be trusted:
 *
 *     .shapes = "cluster_centers_ = k features; counts = k | none; codes = int rows < classes"
 *
 * A row is a field and what it may be, the forms parted by "|":
 *
 *     none, number, text, any
 *     equal SIZE               an int
 *     list COUNT of FORM       each item has the form
 *     map COUNT < SIZE         of texts to ints
 *     SIZE ...                 an array, the size of each axis; "int" or "flag" before them unless its items are float64
 *
 * Behind the sizes of an array of ints: "< SIZE", its items are at least 0 and below that; "<- SIZE", -1 may be among
 * them, too; "^ SIZE", they rise from 0 to that; "+ SIZE", none is below 0, and their sum is that.
 * Behind a form may stand "if" or "unless" with a field, which is true or there, or that "is" a word.
 * "?" before a field: not all types of the table have it.
 *
 * A size is a number, "*" for any, one of the words features, outputs, classes, decisions (classes, but 1 of two), pairs
 * (of classes), or the name of a field that holds an int; any other word is a size that is the same wherever it stands.
 * "+1" and "-1" may stand behind a word.
 */
#ifndef KL_ML_SHAPES_H
#define KL_ML_SHAPES_H

#include "estimator.h"

/* KL_SYNTAX names the first field that is none of its forms. */
kl_status kl_shapes_check(const kl_estimator *model, kl_error *error);
/* For restored(): KL_OK when `is_sound`, else that `what` is damaged. */
kl_status kl_shapes_are(bool is_sound, const kl_estimator *model, const char *what, kl_error *error);

#endif
