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
static pthread_key_t own_limits;    /* of a thread: the same, and where matches begin at the latest */

static void free_own(void *context) { pcre2_match_context_free(context); }

static void make_limits(void)
{
    if (pthread_key_create(&own_limits, free_own) != 0)
        return;
    limits = pcre2_match_context_create(NULL);
    if (!limits)
        return;
    pcre2_set_match_limit(limits, STEPS_MAX);
    pcre2_set_depth_limit(limits, DEPTH_MAX);
    pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
}

/* NULL without memory. */
static pcre2_match_context *limits_before(size_t before)
{
    if (before == SIZE_MAX || !limits)
        return limits;
    pcre2_match_context *own = pthread_getspecific(own_limits);
    if (!own) {
        own = pcre2_match_context_copy(limits);
        if (own && pthread_setspecific(own_limits, own) != 0) {
            pcre2_match_context_free(own);
            return NULL;
        }
    }
    if (own)
        pcre2_set_offset_limit(own, before - 1);
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
static size_t copy_spans(size_t *spans, size_t max_groups, pcre2_match_data *found)
{
    const PCRE2_SIZE *from = pcre2_get_ovector_pointer(found);
    size_t count = KL_MIN((size_t)pcre2_get_ovector_count(found), max_groups);
    for (size_t i = 0; i < 2 * count; i++)
        spans[i] = from[i];
    return count;
}

static kl_status match(size_t *groups, size_t *spans, size_t max_groups, const void *code,
                       kl_text text, size_t from, size_t before, bool not_empty, kl_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint32_t options = PCRE2_NO_UTF_CHECK | (not_empty ? PCRE2_NOTEMPTY_ATSTART : 0);
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.data ? text.data : "");
    pthread_once(&once, make_limits);
    pcre2_match_context *within = limits_before(before);
    pcre2_match_data *found = within ? pcre2_match_data_create_from_pattern(code, NULL) : NULL;
    if (!found)
        return kl_error_no_memory(error);
    int result = pcre2_match(code, subject, text.len, from, options, found, within);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) /* the interpreter keeps its state on the heap */
        result = pcre2_match(code, subject, text.len, from, options | PCRE2_NO_JIT, found, within);
    kl_status status = KL_OK;
    if (result >= 0 && pcre2_get_ovector_pointer(found)[0] >= before)
        *groups = 0; /* machine code heeds the limit before it has stepped over a whole character */
    else if (result >= 0)
        *groups = copy_spans(spans, max_groups, found);
    else if (result == PCRE2_ERROR_NOMATCH)
        *groups = 0;
    else
        status = fail(result, error);
    pcre2_match_data_free(found);
    return status;
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
