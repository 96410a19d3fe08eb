/* src/drivers/utf8proc.c - properties of characters, through utf8proc. */
#include "utf8proc.h"
#include "driver.h"

#include <utf8proc.h>

static uint32_t to_upper(uint32_t code) { return (uint32_t)utf8proc_toupper((int32_t)code); }
static uint32_t to_lower(uint32_t code) { return (uint32_t)utf8proc_tolower((int32_t)code); }
static uint32_t to_title(uint32_t code) { return (uint32_t)utf8proc_totitle((int32_t)code); }

static kl_character_class class_of(uint32_t code)
{
    switch (utf8proc_category((int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
        return KL_CHARACTER_UPPER;
    case UTF8PROC_CATEGORY_LL:
        return KL_CHARACTER_LOWER;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return KL_CHARACTER_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return KL_CHARACTER_MARK;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return KL_CHARACTER_DIGIT;
    default:
        return KL_CHARACTER_OTHER;
    }
}

static bool is_cased(uint32_t code)
{
    return utf8proc_category((int32_t)code) == UTF8PROC_CATEGORY_LT ||
           utf8proc_islower((int32_t)code) || utf8proc_isupper((int32_t)code);
}

/* Word_Break is MidLetter, MidNumLet or Single_Quote: punctuation that stands inside words. */
static bool is_mid_word(uint32_t code)
{
    static const uint32_t codes[] = {0x27,   0x2E,   0x3A,   0xB7,   0x387,  0x55F,
                                     0x5F4,  0x2018, 0x2019, 0x2024, 0x2027, 0xFE13,
                                     0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};
    for (size_t i = 0; i < KL_COUNT(codes); i++)
        if (code == codes[i])
            return true;
    return false;
}

static bool is_case_ignorable(uint32_t code)
{
    switch (utf8proc_category((int32_t)code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
        return true;
    default:
        return is_mid_word(code);
    }
}

static bool breaks(uint32_t before, uint32_t after, int32_t *state)
{
    return utf8proc_grapheme_break_stateful((int32_t)before, (int32_t)after, state);
}

static size_t decompose_with(uint32_t *to, size_t size, uint32_t code, utf8proc_option_t options)
{
    int last = UTF8PROC_BOUNDCLASS_START;
    utf8proc_ssize_t count = utf8proc_decompose_char((int32_t)code, (utf8proc_int32_t *)to,
                                                     (utf8proc_ssize_t)size, options, &last);
    return count < 0 ? 0 : (size_t)count > size ? size : (size_t)count;
}

static size_t fold(uint32_t *to, size_t size, uint32_t code)
{
    return decompose_with(to, size, code, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                              UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
}

static size_t decompose(uint32_t *to, size_t size, uint32_t code)
{
    return decompose_with(to, size, code, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
}

static bool is_combining(uint32_t code)
{
    return utf8proc_get_property((int32_t)code)->combining_class != 0;
}

static const kl_utf8proc functions = {to_upper, to_lower, to_title, class_of, is_cased, is_case_ignorable,
                                      breaks, fold, decompose, is_combining};

__attribute__((visibility("default"))) extern const kl_driver kl_driver_entry;
const kl_driver kl_driver_entry = {KL_DRIVER_ABI, "utf8proc", &functions};
