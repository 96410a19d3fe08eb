/* src/nodes/grok.h - grok patterns: regular expressions out of named pieces.
 *
 * %{NAME} stands for the piece NAME, %{NAME:field} also keeps what it matched as `field`, and
 * %{NAME:field:int} (or float) as a number. Pieces are made of pieces. Named groups of the regular
 * expression, (?<field>...), are fields too.
 */
#ifndef KL_NODES_GROK_H
#define KL_NODES_GROK_H

#include "kailash/match.h"

/* A compiled pattern; for one thread at a time. */
typedef struct kl_grok kl_grok;

/*
 * Compile a pattern; given. `pieces` is a map of pieces beside the built-in ones (name -> pattern),
 * or null. KL_SYNTAX tells what is wrong.
 */
KL_API kl_status kl_grok_new(kl_grok **out, kl_text pattern, kl_value pieces, kl_error *error);
/* A regular expression whose named groups are the fields; given. */
KL_API kl_status kl_grok_of_regex(kl_grok **out, kl_text pattern, kl_error *error);
KL_API void kl_grok_free(kl_grok *grok);

/* The fields of a line as a map, given; null when the line does not match. */
KL_API kl_status kl_grok_match(kl_value *out, const kl_grok *grok, kl_text line, kl_error *error);

#endif
