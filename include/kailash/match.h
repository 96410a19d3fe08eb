/* kailash/match.h - globs and regular expressions. */
#ifndef KAILASH_MATCH_H
#define KAILASH_MATCH_H

#include "kailash/value.h"

KL_BEGIN_DECLS

/* ---- regular expressions ------------------------------------------------------------------- */

/**
 * A compiled regular expression: PCRE2 syntax on UTF-8, with Unicode classes; `$` is the very end,
 * lines end in LF. Immutable: threads may share it.
 */
typedef struct kl_regex kl_regex;

/** Compile; given. KL_SYNTAX with the position in the pattern. Matching is bounded: a pattern
 *  that backtracks too much is an error (KL_LIMIT), never a hang. */
KL_API kl_status kl_regex_new(kl_regex **out, kl_text pattern, kl_error *error);
/** As kl_regex_new(), remembering the patterns compiled last; given. */
KL_API kl_status kl_regex_cached(kl_regex **out, kl_text pattern, kl_error *error);
/** End a regular expression; NULL is fine. */
KL_API void kl_regex_free(kl_regex *regex);

/** Number of groups, the whole match not counted. */
KL_API size_t kl_regex_group_count(const kl_regex *regex);
/** Name of group `index` (from 1); borrowed, "" when it has none. */
KL_API kl_text kl_regex_group_name(const kl_regex *regex, size_t index);

/** Whether the matches behind a place are the same wherever behind the match before them a search begins. False
 *  when it is not sure. */
KL_API bool kl_regex_is_local(const kl_regex *regex);

/** Whether the pattern occurs in `text` (valid UTF-8, else KL_SYNTAX, as for all that follows). */
KL_API kl_status kl_regex_search(bool *found, const kl_regex *regex, kl_text text, kl_error *error);
/**
 * The first match from byte `from`: spans[2*g], spans[2*g+1] are start and end of group g (0 = the
 * whole), SIZE_MAX for a group that took no part. `*groups` = groups written, 0 = no match.
 */
KL_API kl_status kl_regex_match(size_t *groups, size_t *spans, size_t max_groups,
                                const kl_regex *regex, kl_text text, size_t from, kl_error *error);

/** A walk over all matches of a text, empty ones included. Owns nothing. */
typedef struct kl_regex_scan {
    const kl_regex *regex;
    kl_text text;
    size_t from;
    size_t before;    /* matches begin before this byte; SIZE_MAX = anywhere */
    bool after_empty; /* the last match was empty: the next one must not be, or not be here */
} kl_regex_scan;

/** Begin a walk; `regex` and `text` are borrowed until its end. */
KL_API kl_status kl_regex_scan_begin(kl_regex_scan *scan, const kl_regex *regex, kl_text text,
                                     kl_error *error);
/** The next match, told as by kl_regex_match(); `*groups` = 0 behind the last. max_groups >= 1. */
KL_API kl_status kl_regex_scan_next(size_t *groups, size_t *spans, size_t max_groups,
                                    kl_regex_scan *scan, kl_error *error);

/**
 * Replace all matches; given. In `replacement` $1, ${1} and ${name} are groups (empty when they
 * took no part; KL_INVALID when there is none such), $$ is a dollar. KL_LIMIT beyond `limit` bytes
 * (0 = none).
 */
KL_API kl_status kl_regex_replace(kl_value *out, const kl_regex *regex, kl_text text,
                                  kl_text replacement, size_t limit, kl_error *error);

/* ---- globs --------------------------------------------------------------------------------- */

/**
 * Both kinds match the whole text, case-sensitively: `?` one character, `[a-z]` and `[!a-z]` a
 * class, `{a,b}` alternatives (which nest), a backslash takes the next character as it is. A
 * `**` that fills a segment and is followed by `/` also stands for no segment: `a/` `**` `/b`
 * matches a/b.
 */
typedef enum kl_glob_kind {
    KL_GLOB_FLAT, /* `*` and `**` match anything, also `/` */
    KL_GLOB_PATH, /* `*`, `?` and classes stay within a segment, `**` crosses them */
} kl_glob_kind;

/** Longest glob, in bytes. */
#define KL_GLOB_MAX 4096

/** A compiled glob. Immutable: threads may share it. Matching takes at most a time proportional
 *  to length of pattern times length of text, and no memory. */
typedef struct kl_glob kl_glob;

/** Compile; given. KL_SYNTAX with the position in the pattern. */
KL_API kl_status kl_glob_new(kl_glob **out, kl_text pattern, kl_glob_kind kind, kl_error *error);
/** Whether the whole of `text` matches. */
KL_API bool kl_glob_match(const kl_glob *glob, kl_text text);
/** End a glob; NULL is fine. */
KL_API void kl_glob_free(kl_glob *glob);

/** KL_SYNTAX with the position when `pattern` is no glob. */
KL_API kl_status kl_glob_check(kl_text pattern, kl_error *error);
/** Compile and match at once; false when `pattern` is no glob. */
KL_API bool kl_glob_flat(kl_text pattern, kl_text text);
/** The same for a KL_GLOB_PATH. */
KL_API bool kl_glob_path(kl_text pattern, kl_text text);

KL_END_DECLS
#endif
