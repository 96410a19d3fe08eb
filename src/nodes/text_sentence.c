/* src/nodes/text_sentence.c - where sentences end. */
#include "text_split.h"
#include "unicode.h"

/* Words that a full stop belongs to, in small letters. */
static const char *const abbreviations[] = {
    "mr", "mrs", "ms", "dr", "prof", "sr", "jr", "st", "vs", "etc", "e.g", "i.e", "cf", "al", "fig",
    "figs", "no", "nos", "vol", "pp", "ed", "eds", "inc", "ltd", "co", "corp", "dept", "univ", "approx",
    "est", "gen", "col", "sgt", "capt", "lt", "rev", "hon", "jan", "feb", "mar", "apr", "jun", "jul",
    "aug", "sep", "sept", "oct", "nov", "dec", "a.m", "p.m", "u.s", "u.k", "ca", "resp", "sec", "eq",
    "art", "z.b", "d.h", "u.a", "bzw", "usw", "nr", "str",
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

static bool is_letter(char c) { return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80); }

/* Bytes of the end mark that stands before `at`: . ! ? or one of CJK; 0 when there is none. */
static size_t mark_before(kl_text text, size_t at)
{
    static const char *const wide[] = {"\u3002", "\uFF01", "\uFF1F"};
    if (at > 0 && strchr(".!?", text.data[at - 1]) && text.data[at - 1])
        return 1;
    for (size_t i = 0; at >= 3 && i < KL_COUNT(wide); i++)
        if (memcmp(text.data + at - 3, wide[i], 3) == 0)
            return 3;
    return 0;
}

static bool closes(kl_text text, size_t at)
{
    return strchr("\"')]}", text.data[at]) && text.data[at];
}

/* Whether the word in front of the full stop at `stop` keeps it: an abbreviation or an initial. */
static bool is_abbreviation(kl_text text, size_t stop)
{
    char word[12];
    size_t start = stop;
    while (start > 0 && (is_letter(text.data[start - 1]) || text.data[start - 1] == '.'))
        start--;
    size_t len = stop - start;
    if (len == 1) /* "J. Smith"; but "I." ends */
        return text.data[start] >= 'A' && text.data[start] <= 'Z' && text.data[start] != 'I';
    if (len == 0 || len >= sizeof word)
        return false;
    for (size_t i = 0; i < len; i++)
        word[i] = (char)(text.data[start + i] >= 'A' && text.data[start + i] <= 'Z'
                             ? text.data[start + i] | 0x20
                             : text.data[start + i]);
    for (size_t i = 0; i < KL_COUNT(abbreviations); i++)
        if (kl_text_is((kl_text){word, len}, abbreviations[i]))
            return true;
    return false;
}

bool kl_sentence_ends(kl_text text, size_t at)
{
    size_t behind = at, next = at;
    while (behind > 0 && closes(text, behind - 1))
        behind--;
    size_t mark = mark_before(text, behind);
    if (mark == 0)
        return false;
    if (at == text.len || mark == 3)
        return at == text.len || !closes(text, at);
    if (!is_blank(text.data[at]))
        return false;
    while (next < text.len && is_blank(text.data[next]))
        next++;
    bool small = next < text.len && text.data[next] >= 'a' && text.data[next] <= 'z';
    if (text.data[behind - 1] == '.' && behind == at)
        return !small && !is_abbreviation(text, behind - 1);
    return !small || behind == at;
}
