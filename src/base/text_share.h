/* src/base/text_share.h - equal short texts that are met one after the other become one string.
 *
 * Columns of tables and words of languages repeat a few texts over and over. While many strings are made, those seen
 * lately are kept at hand, and one that comes again is shared instead of made: no memory, and what reads them all later
 * finds them in the cache of the processor. A text is kept when it comes for the second time, so texts that are all
 * different cost a look; where few come again, most are let pass unseen.
 */
#ifndef KL_BASE_TEXT_SHARE_H
#define KL_BASE_TEXT_SHARE_H

#include "payload.h"
#include "short_text.h"
#include "slab.h"

enum { KL_SHARED_TEXT_MAX = 32 }; /* bytes of a text that is looked for */

/* Texts seen lately. Begin with KL_TEXT_SHARE_INIT; end with kl_text_share_end(). For one thread. */
typedef struct kl_text_share {
    struct kl_seen_texts *seen; /* NULL until many texts came */
    uint32_t passing;   /* texts that are let pass before the next is looked for */
    uint32_t met, again; /* in this round: texts looked for, and those that had come before */
} kl_text_share;

enum { KL_TEXT_SHARE_WARM_UP = 1024 };
#define KL_TEXT_SHARE_INIT ((kl_text_share){.passing = KL_TEXT_SHARE_WARM_UP})

/* Where a text that was not found may be kept, once it is made. */
typedef struct kl_seen_text kl_seen_text;

KL_API bool kl_text_share_look(kl_value *out, kl_seen_text **place, kl_text_share *share, kl_text text);
KL_API void kl_text_share_end(kl_text_share *share);

/* A string of these bytes that was met before, with one more owner; false when there is none: then the caller makes
 * one, and tells kl_text_share_keep() of it. */
static inline bool kl_text_share_find(kl_value *out, kl_seen_text **place, kl_text_share *share, kl_text text)
{
    *place = NULL;
    if (text.len > KL_SHARED_TEXT_MAX)
        return false;
    if (share->passing) {
        share->passing--;
        return false;
    }
    return kl_text_share_look(out, place, share, text);
}

/* `place` may be NULL; `made` is borrowed. */
KL_API void kl_text_share_keep(kl_seen_text *place, kl_value made);

/* What many strings are made with. Begin with KL_STRINGS_INIT; end with kl_strings_end(). For one thread. */
typedef struct kl_strings {
    kl_slabs slabs;
    kl_text_share share;
} kl_strings;
#define KL_STRINGS_INIT ((kl_strings){.share = KL_TEXT_SHARE_INIT})

/* As kl_slabs_string(), or a string that was met before. */
KL_API kl_status kl_strings_make(kl_value *out, kl_strings *with, kl_text text, kl_error *error);
KL_API void kl_strings_end(kl_strings *strings);

/* The same for every thread of a loop (parallel.h). */
typedef struct kl_loop_strings {
    size_t count;
    struct kl_strings_apart *each; /* by kl_parallel_me() */
} kl_loop_strings;

KL_API kl_status kl_loop_strings_begin(kl_loop_strings *strings, kl_error *error);
/* Of the thread that asks. */
KL_API kl_strings *kl_loop_strings_mine(const kl_loop_strings *strings);
KL_API void kl_loop_strings_end(kl_loop_strings *strings);

#endif
