/* src/dataflow/provenance_anchor.c - which references to a source stay good when the source changes.
 *
 * A heading or a symbol can be searched for; the number of a line is wrong after the next edit.
 */
#include "provenance.h"

#include <ctype.h>
#include <strings.h>

static bool is_blank(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isspace((unsigned char)text.data[i]))
            return false;
    return true;
}

static bool holds(kl_text text, const char *part)
{
    return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

static bool is_letter(char c) { return isalpha((unsigned char)c) || (c & 0x80); }
static bool is_of_word(char c) { return is_letter(c) || isdigit((unsigned char)c) || c == '_'; }

/* "path::symbol", "path#fragment" or "symbol(". */
static bool names_symbol(kl_text text)
{
    if (holds(text, "::"))
        return true;
    for (size_t i = 0; i < text.len; i++) {
        bool fragment = text.data[i] == '#' && i + 1 < text.len && is_letter(text.data[i + 1]);
        if (fragment || (text.data[i] == '(' && i > 0 && is_of_word(text.data[i - 1])))
            return true;
    }
    return false;
}

/* Cut digits off the end; false when there are none. */
static bool cut_digits(kl_text *text)
{
    size_t before = text->len;
    while (text->len && isdigit((unsigned char)text->data[text->len - 1]))
        text->len--;
    return text->len < before;
}

static bool cut(kl_text *text, const char *end)
{
    size_t len = strlen(end);
    if (text->len < len || memcmp(text->data + text->len - len, end, len) != 0)
        return false;
    text->len -= len;
    return true;
}

/* "path:12", "path:12-20", "path#L12" or "path#L12-L20", unless the path itself names a symbol. */
static bool names_line(kl_text text)
{
    kl_text rest = text;
    if (!cut_digits(&rest))
        return false;
    kl_text one = rest;
    if (cut(&rest, "#L") || cut(&rest, "-L"))
        return rest.len < one.len && (one.data[one.len - 2] == '#' ||
                                      (cut_digits(&rest) && cut(&rest, "#L")));
    if (cut(&rest, "-") && !cut_digits(&rest))
        return false;
    if (!cut(&rest, ":"))
        return false;
    while (cut(&rest, ":"))
        ;
    return !names_symbol(rest);
}

static kl_status refuse(kl_text anchor, const char *why, kl_error *error)
{
    return kl_error_set(error, KL_INVALID, "derives_from anchor '%.*s' %s",
                        (int)KL_MIN(anchor.len, (size_t)120), anchor.data, why);
}

kl_status kl_provenance_anchor_check(kl_text anchor, kl_error *error)
{
    if (is_blank(anchor))
        return kl_error_set(error, KL_INVALID, "derives_from anchor is empty");
    if (anchor.len >= 5 && strncasecmp(anchor.data, "kp://", 5) == 0)
        return refuse(anchor, "is a kp:// handle, which says nothing to who reads it", error);
    if (holds(anchor, "\u00a7"))
        return KL_OK;
    if (names_line(anchor))
        return refuse(anchor,
                      "names a line, whose number changes with every edit; give a heading (\u00a7) or "
                      "a symbol (path::symbol, path#fragment)",
                      error);
    if (names_symbol(anchor))
        return KL_OK;
    return refuse(anchor,
                  "cannot be found again by searching; give a heading (\u00a7) or a symbol "
                  "(path::symbol, path#fragment)",
                  error);
}

static kl_status call_validate(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)out, (void)self;
    return kl_provenance_anchor_check(kl_as_text(args[0]), error);
}

static const kl_param anchor_param[] = {
    {.name = "anchor", .kind = KL_KIND_STRING, .doc = "what is to be found again"},
};

static const kl_function validate_function = {
    .module = KL_PROVENANCE_MODULE,
    .method = {.name = "validate_provenance_anchor", .call = call_validate,
               .params = KL_TABLE(anchor_param), .returns = KL_KIND_NONE, .raises = "ValueError",
               .doc = "Refuses an anchor that does not stay good: accepted are a heading (a text with "
                      "\u00a7) and a symbol (path::symbol, path#fragment, symbol()), not a bare path, "
                      "a word, the number of a line (path:12, path:12-20, path#L12) or kp://."}};
KL_PUBLISH_FUNCTION(validate_function);
