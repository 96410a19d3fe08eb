/* src/drivers/pcre2.c - regular expressions of PCRE2, bounded in time and memory. */
#include "pcre2.h"
#include "driver.h"

#include <pthread.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Enough for every honest pattern; a hostile one ends within a fraction of a second. */
enum { STEPS_MAX = 1000000, DEPTH_MAX = 100000, HEAP_MAX_KIB = 65536, PATTERN_MAX = 1 << 20 };

static void *allocate(size_t size, void *ctx)
{
    (void)ctx;
    return kl_alloc(size);
}

static void release(void *memory, void *ctx)
{
    (void)ctx;
    kl_free(memory);
}

/* ---- compiling ------------------------------------------------------------------------------- */

static kl_status explain(int code, size_t at, kl_text pattern, kl_error *error)
{
    PCRE2_UCHAR words[256];
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return kl_error_no_memory(error);
    if (pcre2_get_error_message(code, words, sizeof words) < 0)
        return kl_error_set(error, KL_SYNTAX, "regex: error %d", code);
    return kl_error_set_at(error, KL_SYNTAX, pattern.data, pattern.data + KL_MIN(at, pattern.len),
                           "regex: %s", (const char *)words);
}

static kl_status compile(void **out, kl_text pattern, kl_error *error)
{
    static const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY |
                                    PCRE2_NEVER_BACKSLASH_C | /* \C would split characters */
                                    PCRE2_USE_OFFSET_LIMIT;
    int why = 0;
    size_t at = 0;
    pcre2_general_context *memory = pcre2_general_context_create(allocate, release, NULL);
    pcre2_compile_context *settings = memory ? pcre2_compile_context_create(memory) : NULL;
    pcre2_code *code = NULL;
    if (settings) {
        pcre2_set_newline(settings, PCRE2_NEWLINE_LF);
        pcre2_set_max_pattern_length(settings, PATTERN_MAX);
        code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len, options, &why, &at, settings);
    }
    pcre2_compile_context_free(settings);
    pcre2_general_context_free(memory);
    if (!settings)
        return kl_error_no_memory(error);
    if (!code)
        return explain(why, at, pattern, error);
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it the interpreter does the work */
    *out = code;
    return KL_OK;
}

static void code_free(void *code) { pcre2_code_free(code); }

static size_t group_count(const void *code)
{
    uint32_t count = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
}

static kl_text group_name(const void *code, size_t group)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR entry = NULL; /* two bytes of number, then the name */
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &entry);
    for (; count > 0; count--, entry += size)
        if (((size_t)entry[0] << 8 | entry[1]) == group)
            return kl_text_from((const char *)entry + 2);
    return KL_TEXT("");
}

/* ---- matching -------------------------------------------------------------------------------- */

static pcre2_match_context *limits; /* shared by all: nobody changes it */
static pthread_key_t own_key;       /* of a thread: a searcher */

enum { OWN_GROUPS = 32 };

/* What a thread uses for all its searches. */
typedef struct searcher {
    pcre2_match_context *within; /* the limits, and where matches begin at the latest */
    pcre2_match_data *found;     /* room for OWN_GROUPS */
} searcher;

static void free_searcher(void *data)
{
    searcher *own = data;
    pcre2_match_context_free(own->within);
    pcre2_match_data_free(own->found);
    kl_free(own);
}

static void make_limits(void)
{
    if (pthread_key_create(&own_key, free_searcher) != 0)
        return;
    limits = pcre2_match_context_create(NULL);
    if (!limits)
        return;
    pcre2_set_match_limit(limits, STEPS_MAX);
    pcre2_set_depth_limit(limits, DEPTH_MAX);
    pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
}

static searcher *make_searcher(void)
{
    searcher *own = kl_alloc_zero(1, sizeof *own);
    if (!own)
        return NULL;
    own->within = pcre2_match_context_copy(limits);
    own->found = pcre2_match_data_create(OWN_GROUPS, NULL);
    if (own->within && own->found && pthread_setspecific(own_key, own) == 0)
        return own;
    free_searcher(own);
    return NULL;
}

/* That of this thread, set to find what begins before `before`; NULL without memory. */
static searcher *searcher_before(size_t before)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_limits);
    searcher *own = limits ? pthread_getspecific(own_key) : NULL;
    if (limits && !own)
        own = make_searcher();
    if (own)
        pcre2_set_offset_limit(own->within, before == SIZE_MAX ? PCRE2_UNSET : before - 1);
    return own;
}

static kl_status fail(int code, kl_error *error)
{
    switch (code) {
    case PCRE2_ERROR_NOMEMORY:
        return kl_error_no_memory(error);
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_RECURSELOOP:
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: regex_steps (limit: %d)",
                            STEPS_MAX);
    case PCRE2_ERROR_HEAPLIMIT:
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: regex_memory (limit: %d KiB)",
                            HEAP_MAX_KIB);
    default:
        return kl_error_set(error, KL_FAILED, "regex: PCRE2 error %d", code);
    }
}

/* Groups behind the last that took part are PCRE2_UNSET, which is SIZE_MAX, by themselves. */
static size_t copy_spans(size_t *spans, size_t max_groups, pcre2_match_data *found, size_t groups)
{
    const PCRE2_SIZE *from = pcre2_get_ovector_pointer(found);
    size_t count = KL_MIN(groups, max_groups);
    for (size_t i = 0; i < 2 * count; i++)
        spans[i] = from[i];
    return count;
}

typedef struct search {
    const void *code;
    kl_text text;
    size_t from, before;
} search;

/* What it found is in `found`; a result of pcre2_match(). */
static int search_into(const search *s, uint32_t options, pcre2_match_data *found, pcre2_match_context *within)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(s->text.data ? s->text.data : "");
    int result = found ? pcre2_match(s->code, subject, s->text.len, s->from, options, found, within)
                       : PCRE2_ERROR_NOMEMORY;
    /* Machine code heeds the limit before it has stepped over a whole character. */
    return result >= 0 && pcre2_get_ovector_pointer(found)[0] >= s->before ? PCRE2_ERROR_NOMATCH : result;
}

static kl_status match(size_t *groups, size_t *spans, size_t max_groups, const void *code,
                       kl_text text, size_t from, size_t before, bool not_empty, kl_error *error)
{
    const uint32_t options = PCRE2_NO_UTF_CHECK | (not_empty ? PCRE2_NOTEMPTY_ATSTART : 0);
    const search s = {code, text, from, before};
    const size_t count = group_count(code) + 1;
    searcher *own = searcher_before(before);
    if (!own)
        return kl_error_no_memory(error);
    pcre2_match_data *found = count > OWN_GROUPS ? pcre2_match_data_create_from_pattern(code, NULL) : own->found;
    int result = search_into(&s, options, found, own->within);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        /* The interpreter keeps its state on the heap, and that with what it found: not for ever. */
        if (found == own->found)
            found = pcre2_match_data_create_from_pattern(code, NULL);
        result = search_into(&s, options | PCRE2_NO_JIT, found, own->within);
    }
    *groups = result >= 0 ? copy_spans(spans, max_groups, found, count) : 0;
    if (found != own->found)
        pcre2_match_data_free(found);
    return result >= 0 || result == PCRE2_ERROR_NOMATCH ? KL_OK : fail(result, error);
}

static const kl_pcre2 functions = {
    .compile = compile,
    .free = code_free,
    .group_count = group_count,
    .group_name = group_name,
    .match = match,
};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "pcre2", .functions = &functions};
