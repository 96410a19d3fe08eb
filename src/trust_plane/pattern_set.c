/* src/trust_plane/pattern_set.c - see pattern_set.h. */
#include "pattern_set.h"

/* ---- what a match must have ------------------------------------------------------------------ */

/* Behind a class; a ']' that comes first is one of the class. */
static size_t skip_class(kl_text pattern, size_t at)
{
    at++;
    at += at < pattern.len && (pattern.data[at] == '!' || pattern.data[at] == '^');
    for (size_t first = at; at < pattern.len; at++) {
        if (pattern.data[at] == '\\')
            at++;
        else if (pattern.data[at] == ']' && at > first)
            return at + 1;
    }
    return pattern.len;
}

/* Behind a group that stands at `at`; braces nest, a backslash takes the next byte as it is. */
static size_t skip_group(kl_text pattern, size_t at)
{
    int depth = 0;
    while (at < pattern.len) {
        char now = pattern.data[at];
        if (now == '[') {
            at = skip_class(pattern, at);
            continue;
        }
        depth += (now == '{') - (now == '}');
        at += now == '\\' ? 2 : 1;
        if (depth == 0)
            break;
    }
    return KL_MIN(at, pattern.len);
}

/* Behind stars, and behind a '/' with them: it may stand for nothing. */
static size_t skip_stars(kl_text pattern, size_t at)
{
    while (at < pattern.len && pattern.data[at] == '*')
        at++;
    return at + (at < pattern.len && pattern.data[at] == '/');
}

/* A run of letters from `*at`, without backslashes, into `*to`, which moves on; `*at` = its end. */
static kl_text take_letters(char **to, kl_text pattern, size_t *at)
{
    kl_text run = {*to, 0};
    for (; *at < pattern.len && !memchr("*?[{", pattern.data[*at], 4); ++*at) {
        *at += pattern.data[*at] == '\\';
        run.len++;
        *(*to)++ = pattern.data[*at];
    }
    return run;
}

static size_t skip_special(kl_text pattern, size_t at)
{
    switch (pattern.data[at]) {
    case '*':
        return skip_stars(pattern, at);
    case '[':
        return skip_class(pattern, at);
    case '{':
        return skip_group(pattern, at);
    default:
        return at + 1;
    }
}

/* `pattern` is a glob, so it is well formed. */
static void find_letters(kl_pattern *found, kl_text pattern)
{
    char *to = found->letters;
    for (size_t at = 0; at < pattern.len;) {
        bool is_start = at == 0;
        kl_text run = take_letters(&to, pattern, &at);
        for (size_t i = 0; i < run.len; i++)
            found->bytes |= 1ull << (run.data[i] & 63);
        if (is_start)
            found->start = run;
        else if (at == pattern.len)
            found->end = run;
        else if (run.len > found->middle.len)
            found->middle = run;
        if (at < pattern.len)
            at = skip_special(pattern, at);
    }
}

static bool may_match(const kl_pattern *pattern, kl_text text, uint64_t bytes)
{
    if (pattern->bytes & ~bytes || text.len < pattern->start.len || text.len < pattern->end.len)
        return false;
    if (pattern->start.len && memcmp(text.data, pattern->start.data, pattern->start.len) != 0)
        return false;
    const char *end = text.data + text.len - pattern->end.len;
    if (pattern->end.len && memcmp(end, pattern->end.data, pattern->end.len) != 0)
        return false;
    return !pattern->middle.len ||
           memmem(text.data, text.len, pattern->middle.data, pattern->middle.len);
}

/* ---- the set --------------------------------------------------------------------------------- */

static kl_status compile(kl_pattern *pattern, kl_text text, kl_error *error)
{
    KL_TRY(kl_glob_new(&pattern->glob, text, KL_GLOB_FLAT, error));
    pattern->letters = kl_alloc(text.len + 1);
    if (!pattern->letters)
        return kl_error_no_memory(error);
    find_letters(pattern, text);
    return KL_OK;
}

kl_status kl_pattern_set_of(kl_pattern_set *set, size_t *bad, kl_value patterns, kl_error *error)
{
    size_t count = kl_array_len(patterns);
    set->patterns = kl_alloc_zero(count, sizeof *set->patterns);
    if (!set->patterns)
        return kl_error_no_memory(error);
    set->count = count;
    for (size_t i = 0; i < count; i++) {
        kl_status status = compile(&set->patterns[i], kl_as_text(kl_array_at(patterns, i)), error);
        if (status != KL_OK) {
            *bad = i;
            return status;
        }
    }
    return KL_OK;
}

void kl_pattern_set_end(kl_pattern_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        kl_glob_free(set->patterns[i].glob);
        kl_free(set->patterns[i].letters);
    }
    kl_free(set->patterns);
    *set = (kl_pattern_set){NULL, 0};
}

bool kl_pattern_set_match(const kl_pattern_set *set, kl_text text)
{
    uint64_t bytes = 0;
    if (!set->count)
        return false;
    for (size_t i = 0; i < text.len; i++)
        bytes |= 1ull << (text.data[i] & 63);
    for (size_t i = 0; i < set->count; i++)
        if (may_match(&set->patterns[i], text, bytes) &&
            kl_glob_match(set->patterns[i].glob, text))
            return true;
    return false;
}
