/* src/base/principal.c - see principal.h. */
#include "principal.h"

#include "driver.h"
#include "payload.h"
#include "unicode.h"
#include "drivers/utf8proc.h"

/* Unicode: Default_Ignorable_Code_Point, and what else is of the category Cf; in order. */
static const struct range {
    uint32_t first, last;
} invisible[] = {
    {0xAD, 0xAD},       {0x34F, 0x34F},     {0x600, 0x605},     {0x61C, 0x61C},
    {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},
    {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

static bool is_invisible(uint32_t code)
{
    size_t low = 0, high = KL_COUNT(invisible);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (invisible[middle].last < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < KL_COUNT(invisible) && invisible[low].first <= code;
}

static kl_unseen unseen(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029)
        return KL_UNSEEN_CONTROL;
    return code >= 0xA0 && is_invisible(code) ? KL_UNSEEN_INVISIBLE : KL_UNSEEN_NONE;
}

kl_unseen kl_text_unseen(kl_text text)
{
    kl_unseen found = KL_UNSEEN_NONE;
    for (const char *at = text.data, *end = at + text.len; at < end && !found;)
        found = unseen(kl_utf8_next(&at));
    return found;
}

/* ---- letters and digits ---------------------------------------------------------------------------- */

static bool is_ascii_word(uint32_t code)
{
    uint32_t letter = code | 0x20;
    return (code >= '0' && code <= '9') || (letter >= 'a' && letter <= 'z' && code < 0x80);
}

static bool is_word(kl_character_class class)
{
    return class != KL_CHARACTER_OTHER && class != KL_CHARACTER_MARK;
}

/* Only a text without letters and digits of ASCII needs the table of all others. */
static kl_status has_word(bool *out, kl_text text, kl_error *error)
{
    const void *functions;
    const char *end = text.data + text.len;
    *out = false;
    for (const char *at = text.data; at < end && !*out;)
        *out = is_ascii_word(kl_utf8_next(&at));
    if (*out || kl_text_is_ascii(text))
        return KL_OK;
    KL_TRY(kl_driver_load(&functions, "utf8proc", error));
    const kl_utf8proc *driver = functions;
    for (const char *at = text.data; at < end && !*out;)
        *out = is_word(driver->class_of(kl_utf8_next(&at)));
    return KL_OK;
}

kl_status kl_principal_check(kl_text *name, kl_text text, const char *what, kl_error *error)
{
    kl_text trimmed = kl_text_trim(text, true, true);
    bool named;
    if (kl_text_unseen(trimmed))
        return kl_error_set(error, KL_INVALID,
                            "%s contains a control or invisible formatting character, so it would show "
                            "as another name than it is", what);
    KL_TRY(has_word(&named, trimmed, error));
    if (!named)
        return kl_error_set(error, KL_INVALID,
                            "%s must contain at least one letter or digit, to name somebody", what);
    if (name)
        *name = trimmed;
    return KL_OK;
}
