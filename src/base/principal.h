/* src/base/principal.h - names of who is responsible: what they may not be made of.
 *
 * A name that shows as nothing, or as another than it is, makes nobody responsible. All texts are
 * valid UTF-8.
 */
#ifndef KL_BASE_PRINCIPAL_H
#define KL_BASE_PRINCIPAL_H

#include "kailash/base.h"

/* What a reader of a text does not see, or sees wrongly. */
typedef enum kl_unseen {
    KL_UNSEEN_NONE,
    KL_UNSEEN_CONTROL,  /* control characters, line and paragraph separators */
    KL_UNSEEN_INVISIBLE /* zero width, bidirectional, fillers, tags, variation selectors */
} kl_unseen;

/* The first such character of a text. */
KL_API kl_unseen kl_text_unseen(kl_text text);

/*
 * Whether `text` names a principal: at least one letter or digit of any script, nothing unseen.
 * `*name` is the text without blanks around it, borrowed; it may be NULL. KL_INVALID says of `what`
 * ("approver") what is wrong; KL_UNAVAILABLE when it is in no ASCII and the table of characters is not
 * installed.
 */
KL_API kl_status kl_principal_check(kl_text *name, kl_text text, const char *what, kl_error *error);

#endif
