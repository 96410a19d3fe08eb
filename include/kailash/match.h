/* kailash/match.h - globs and regular expressions. */
#ifndef KAILASH_MATCH_H
#define KAILASH_MATCH_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/** A compiled regular expression (PCRE2 syntax, UTF-8). Immutable: threads may share it. */
typedef struct kl_regex kl_regex;

/** Compile; KL_SYNTAX with the position in the pattern. Matching is bounded: a pattern that
 *  backtracks too much is an error (KL_LIMIT), never a hang. */
KL_API kl_status kl_regex_new(kl_regex **out, kl_text pattern, kl_error *error);
KL_API void kl_regex_free(kl_regex *regex);
/** Whether `pattern` occurs in `text`. */
KL_API kl_status kl_regex_search(bool *found, const kl_regex *regex, kl_text text, kl_error *error);
/**
 * The first match from byte `from`: spans[2*g], spans[2*g+1] are start and end of group g (0 = the
 * whole), SIZE_MAX for a group that took no part. `*groups` = groups written, 0 = no match.
 */
KL_API kl_status kl_regex_match(size_t *groups, size_t *spans, size_t max_groups,
                                const kl_regex *regex, kl_text text, size_t from, kl_error *error);
/** Replace all matches; $1, ${name} in `replacement` are groups. Given, at most `limit` bytes. */
KL_API kl_status kl_regex_replace(kl_value *out, const kl_regex *regex, kl_text text,
                                  kl_text replacement, size_t limit, kl_error *error);

/** Glob whose `*` matches anything, also `/`; `?` one character, [a-z] a class. */
KL_API bool kl_glob_flat(kl_text pattern, kl_text text);
/** Glob of paths: `*` and `?` stay within a segment, `**` crosses them. */
KL_API bool kl_glob_path(kl_text pattern, kl_text text);

KL_END_DECLS
#endif
