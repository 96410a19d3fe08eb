/* src/base/regex.c - regular expressions: sharing, walking, replacing; the pcre2 driver matches. */
#include "buffer.h"
#include "driver.h"
#include "fork.h"
#include "payload.h"
#include "drivers/pcre2.h"
#include "kailash/match.h"

#include <pthread.h>

struct kl_regex {
    uint32_t refs; /* atomic */
    const kl_pcre2 *driver;
    void *code;
    char *pattern;
    size_t pattern_len;
};

/* ---- making ---------------------------------------------------------------------------------- */

static kl_status compile(kl_regex *regex, kl_text pattern, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "pcre2", error));
    regex->driver = functions;
    regex->pattern = kl_strdup(pattern);
    regex->pattern_len = pattern.len;
    if (!regex->pattern)
        return kl_error_no_memory(error);
    return regex->driver->compile(&regex->code, (kl_text){regex->pattern, pattern.len}, error);
}

kl_status kl_regex_new(kl_regex **out, kl_text pattern, kl_error *error)
{
    kl_regex *regex = kl_alloc_zero(1, sizeof *regex);
    if (!regex)
        return kl_error_no_memory(error);
    regex->refs = 1;
    kl_status status = compile(regex, pattern, error);
    if (status != KL_OK) {
        kl_free(regex->pattern);
        kl_free(regex);
        return status;
    }
    *out = regex;
    return KL_OK;
}

void kl_regex_free(kl_regex *regex)
{
    if (!regex || __atomic_fetch_sub(&regex->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    regex->driver->free(regex->code);
    kl_free(regex->pattern);
    kl_free(regex);
}

/* Each pattern has one place; a newcomer drives out who stood there. */
enum { CACHE_SIZE = 64 };
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER; /* guards cache[] */
KL_LOCK_FOR_FORK(cache_lock, KL_FORK_INNER)
static kl_regex *cache[CACHE_SIZE];

static kl_regex *cache_find(size_t place, kl_text pattern)
{
    pthread_mutex_lock(&cache_lock);
    kl_regex *found = cache[place];
    if (found && kl_text_equal((kl_text){found->pattern, found->pattern_len}, pattern))
        __atomic_fetch_add(&found->refs, 1, __ATOMIC_RELAXED);
    else
        found = NULL;
    pthread_mutex_unlock(&cache_lock);
    return found;
}

static void cache_put(size_t place, kl_regex *regex)
{
    __atomic_fetch_add(&regex->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&cache_lock);
    kl_regex *before = cache[place];
    cache[place] = regex;
    pthread_mutex_unlock(&cache_lock);
    kl_regex_free(before);
}

kl_status kl_regex_cached(kl_regex **out, kl_text pattern, kl_error *error)
{
    size_t place = kl_text_hash(pattern) % CACHE_SIZE;
    kl_regex *regex = cache_find(place, pattern);
    if (!regex) {
        KL_TRY(kl_regex_new(&regex, pattern, error));
        cache_put(place, regex);
    }
    *out = regex;
    return KL_OK;
}

size_t kl_regex_group_count(const kl_regex *regex)
{
    return regex->driver->group_count(regex->code);
}

kl_text kl_regex_group_name(const kl_regex *regex, size_t index)
{
    return regex->driver->group_name(regex->code, index);
}

/* \G asks where a search began, \K moves the beginning of a match, and verbs such as (*COMMIT) end a search. */
bool kl_regex_is_local(const kl_regex *regex)
{
    static const char *const words[] = {"\\G", "\\K", "(*"};
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (memmem(regex->pattern, regex->pattern_len, words[i], 2))
            return false;
    return true;
}

/* ---- matching -------------------------------------------------------------------------------- */

static kl_status check_text(kl_text text, kl_error *error)
{
    size_t good = kl_utf8_valid_length(text);
    return good == text.len ? KL_OK
                            : kl_error_set_at(error, KL_SYNTAX, text.data, text.data + good,
                                              "invalid UTF-8 at byte %zu", good);
}

kl_status kl_regex_search(bool *found, const kl_regex *regex, kl_text text, kl_error *error)
{
    size_t groups, spans[2];
    KL_TRY(kl_regex_match(&groups, spans, 1, regex, text, 0, error));
    *found = groups > 0;
    return KL_OK;
}

kl_status kl_regex_match(size_t *groups, size_t *spans, size_t max_groups, const kl_regex *regex,
                         kl_text text, size_t from, kl_error *error)
{
    KL_TRY(check_text(text, error));
    if (from > text.len) {
        *groups = 0;
        return KL_OK;
    }
    if (from < text.len && ((unsigned char)text.data[from] & 0xC0) == 0x80)
        return kl_error_set(error, KL_INVALID, "from: byte %zu lies within a character", from);
    size_t whole[2], *to = max_groups ? spans : whole; /* "no match" must be told from "no room" */
    return regex->driver->match(groups, to, KL_MAX(max_groups, (size_t)1), regex->code, text, from,
                                SIZE_MAX, false, error);
}

kl_status kl_regex_scan_begin(kl_regex_scan *scan, const kl_regex *regex, kl_text text,
                              kl_error *error)
{
    KL_TRY(check_text(text, error)); /* once, not again at every match */
    *scan = (kl_regex_scan){regex, text, 0, SIZE_MAX, false};
    return KL_OK;
}

kl_status kl_regex_scan_next(size_t *groups, size_t *spans, size_t max_groups, kl_regex_scan *scan,
                             kl_error *error)
{
    size_t found = 0;
    if (scan->from <= scan->text.len && scan->from < scan->before)
        KL_TRY(scan->regex->driver->match(&found, spans, max_groups, scan->regex->code, scan->text,
                                          scan->from, scan->before, scan->after_empty, error));
    scan->from = found ? spans[1] : SIZE_MAX;
    scan->after_empty = found && spans[0] == spans[1];
    *groups = found;
    return KL_OK;
}

/* ---- replacing ------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The number `text` spells, or SIZE_MAX. */
static size_t number_of(kl_text text)
{
    size_t number = 0;
    if (text.len == 0 || text.len > 9)
        return SIZE_MAX;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return SIZE_MAX;
        number = 10 * number + (size_t)(text.data[i] - '0');
    }
    return number;
}

/* The group that is called `name` (or has that number). */
static kl_status find_group(size_t *out, const kl_regex *regex, kl_text name, kl_error *error)
{
    size_t count = kl_regex_group_count(regex), number = number_of(name);
    if (number != SIZE_MAX && number <= count) {
        *out = number;
        return KL_OK;
    }
    for (size_t i = 1; i <= count && name.len; i++) {
        if (kl_text_equal(kl_regex_group_name(regex, i), name)) {
            *out = i;
            return KL_OK;
        }
    }
    return kl_error_set(error, KL_INVALID, "replacement: the pattern has no group '%.*s'",
                        KL_TEXT_ARG(name));
}

/* The reference that stands at `$`: its name and the text behind it. False when it is none. */
static bool read_reference(kl_text *name, kl_text *rest, kl_text from)
{
    const char *at = from.data + 1, *end = from.data + from.len, *stop = at;
    if (at < end && *at == '{') {
        stop = memchr(at, '}', (size_t)(end - at));
        if (!stop)
            return false;
        *name = (kl_text){at + 1, (size_t)(stop - at - 1)};
        *rest = (kl_text){stop + 1, (size_t)(end - stop - 1)};
        return true;
    }
    while (stop < end && is_digit(*stop))
        stop++;
    *name = (kl_text){at, (size_t)(stop - at)};
    *rest = (kl_text){stop, (size_t)(end - stop)};
    return stop > at;
}

typedef struct replacing {
    const kl_regex *regex;
    kl_text text, replacement;
    size_t *spans; /* of the match, SIZE_MAX where a group took no part */
    kl_buffer result;
    kl_error *error;
} replacing;

static kl_status add_replacement(replacing *r)
{
    for (kl_text left = r->replacement; left.len;) {
        const char *dollar = memchr(left.data, '$', left.len);
        size_t plain = dollar ? (size_t)(dollar - left.data) : left.len, group;
        kl_text name, rest;
        kl_buffer_add(&r->result, (kl_text){left.data, plain});
        left = (kl_text){left.data + plain, left.len - plain};
        if (left.len == 0)
            break;
        if (read_reference(&name, &rest, left)) {
            KL_TRY(find_group(&group, r->regex, name, r->error));
            size_t start = r->spans[2 * group], end = r->spans[2 * group + 1];
            if (start != SIZE_MAX)
                kl_buffer_add(&r->result, (kl_text){r->text.data + start, end - start});
            left = rest;
            continue;
        }
        size_t step = left.len > 1 && left.data[1] == '$' ? 2 : 1;
        kl_buffer_byte(&r->result, '$');
        left = (kl_text){left.data + step, left.len - step};
    }
    return KL_OK;
}

static kl_status replace_all(replacing *r)
{
    size_t room = kl_regex_group_count(r->regex) + 1, groups, done = 0;
    kl_regex_scan scan;
    memset(r->spans, 0xFF, 2 * room * sizeof *r->spans);
    KL_TRY(add_replacement(r)); /* names groups that do not exist, even when nothing matches */
    r->result.len = 0;
    KL_TRY(kl_regex_scan_begin(&scan, r->regex, r->text, r->error));
    while (r->result.status == KL_OK) {
        KL_TRY(kl_regex_scan_next(&groups, r->spans, room, &scan, r->error));
        if (groups == 0)
            break;
        kl_buffer_add(&r->result, (kl_text){r->text.data + done, r->spans[0] - done});
        KL_TRY(add_replacement(r));
        done = r->spans[1];
    }
    kl_buffer_add(&r->result, (kl_text){r->text.data + done, r->text.len - done});
    return KL_OK;
}

kl_status kl_regex_replace(kl_value *out, const kl_regex *regex, kl_text text,
                           kl_text replacement, size_t limit, kl_error *error)
{
    size_t room = kl_regex_group_count(regex) + 1;
    replacing r = {regex, text, replacement, NULL, KL_BUFFER_INIT, error};
    KL_TRY(check_text(replacement, error));
    r.spans = kl_alloc(2 * room * sizeof *r.spans);
    if (!r.spans)
        return kl_error_no_memory(error);
    r.result.limit = limit;
    kl_status status = replace_all(&r);
    kl_free(r.spans);
    if (status == KL_OK)
        return kl_buffer_finish(out, &r.result, error);
    kl_buffer_free(&r.result);
    return status;
}
