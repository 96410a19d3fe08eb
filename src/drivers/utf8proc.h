/* src/drivers/utf8proc.h - what the library needs of utf8proc: properties of characters. */
#ifndef KL_DRIVERS_UTF8PROC_H
#define KL_DRIVERS_UTF8PROC_H

#include "kailash/base.h"

/* What a character is, as far as words and cases are concerned. */
typedef enum kl_character_class {
    KL_CHARACTER_OTHER,
    KL_CHARACTER_UPPER, /* also title case letters */
    KL_CHARACTER_LOWER,
    KL_CHARACTER_LETTER, /* of a script without cases */
    KL_CHARACTER_MARK,   /* belongs to the character before it */
    KL_CHARACTER_DIGIT,
} kl_character_class;

typedef struct kl_utf8proc {
    /* Simple mappings, one code point to one. */
    uint32_t (*to_upper)(uint32_t code);
    uint32_t (*to_lower)(uint32_t code);
    uint32_t (*to_title)(uint32_t code);
    kl_character_class (*class_of)(uint32_t code);
    /* Cased and Case_Ignorable of the Unicode Standard (3.13), for the rule of the final sigma. */
    bool (*is_cased)(uint32_t code);
    bool (*is_case_ignorable)(uint32_t code);
    /* Whether a grapheme cluster ends between two neighbours; `*state` is 0 at first. */
    bool (*breaks)(uint32_t before, uint32_t after, int32_t *state);
    /* Compatibility decomposition of one code point, marks left out, cases folded; the number of
     * code points written, at most `size`. */
    size_t (*fold)(uint32_t *to, size_t size, uint32_t code);
    /* Compatibility decomposition of one code point (NFKD but for the order of marks), the number written, at most
     * `size`; and whether a code point has a canonical combining class, as accents have. */
    size_t (*decompose)(uint32_t *to, size_t size, uint32_t code);
    bool (*is_combining)(uint32_t code);
} kl_utf8proc;

#endif
