/* src/drivers/pcre2.h - what the library needs of PCRE2. */
#ifndef KL_DRIVERS_PCRE2_H
#define KL_DRIVERS_PCRE2_H

#include "kailash/base.h"

typedef struct kl_pcre2 {
    kl_status (*compile)(void **out, kl_text pattern, kl_error *error);
    void (*free)(void *code);
    size_t (*group_count)(const void *code); /* the whole match not counted */
    kl_text (*group_name)(const void *code, size_t group); /* borrowed, "" = none */
    /* As kl_regex_match(); `text` must be valid UTF-8 and `from` the start of a character.
     * before     the match begins before this byte; SIZE_MAX = anywhere
     * not_empty  an empty match at `from` does not count */
    kl_status (*match)(size_t *groups, size_t *spans, size_t max_groups, const void *code,
                       kl_text text, size_t from, size_t before, bool not_empty, kl_error *error);
} kl_pcre2;

#endif
