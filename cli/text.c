/* cli/text.c - how wide text is on a terminal, and text cut, wrapped and compared. */
#include "terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <wchar.h>

static bool shows_utf8; /* the user's encoding */

void text_init(void)
{
    setlocale(LC_CTYPE, "");
    shows_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (unicode)
        uselocale(unicode);
}

const char *if_utf8(const char *text, const char *otherwise)
{
    return shows_utf8 ? text : otherwise;
}

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xC0) == 0x80; }

/* The next code point; U+FFFD for a stray byte, which is stepped over. */
static uint32_t next_code(const char **at, const char *end)
{
    unsigned char lead = (unsigned char)*(*at)++;
    if (lead < 0x80)
        return lead;
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    uint32_t code = lead & (0x3Fu >> more);
    for (; more > 0 && *at < end && is_continuation(**at); more--)
        code = code << 6 | ((unsigned char)*(*at)++ & 0x3F);
    return more || lead < 0xC2 ? 0xFFFD : code;
}

enum { JOINER = 0x200D, AS_TEXT = 0xFE0E, AS_EMOJI = 0xFE0F };

static bool is_flag_letter(uint32_t code) { return code >= 0x1F1E6 && code <= 0x1F1FF; }
static bool is_skin_tone(uint32_t code) { return code >= 0x1F3FB && code <= 0x1F3FF; }
static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/* One cluster of characters that a terminal draws as one: its columns; `*at` moves behind it. */
static size_t next_cluster(const char **at, const char *end, bool *control)
{
    uint32_t code = next_code(at, end);
    *control = is_control(code);
    int columns = *control ? 1 : wcwidth((wchar_t)code);
    size_t width = columns < 0 ? 1 : (size_t)columns;
    bool flag = is_flag_letter(code), joined = false;
    if (flag)
        width = 1; /* two of them make a flag of two columns */
    while (*at < end && !*control) {
        const char *next = *at;
        uint32_t more = next_code(&next, end);
        if (more == AS_EMOJI)
            width = KL_MAX(width, 2);
        else if (flag && is_flag_letter(more))
            width = 2, flag = false;
        else if (more != JOINER && more != AS_TEXT && !is_skin_tone(more) && !joined &&
                 (is_control(more) || wcwidth((wchar_t)more) != 0))
            break;
        joined = more == JOINER;
        *at = next;
    }
    return width;
}

size_t text_width(kl_text text)
{
    const char *at = text.data, *end = text.data + text.len;
    size_t width = 0;
    bool control;
    while (at < end)
        width += next_cluster(&at, end, &control);
    return width;
}

static const char *ellipsis(size_t *width)
{
    *width = shows_utf8 ? 1 : 3;
    return if_utf8("\xE2\x80\xA6", "...");
}

/* Line breaks and tabs become blanks, other control characters U+FFFD. */
static void put_cluster(FILE *to, const char *from, const char *end, bool control)
{
    if (!control)
        fwrite(from, 1, (size_t)(end - from), to);
    else
        fputs(*from == '\n' || *from == '\t' || *from == '\r' ? " " : "\xEF\xBF\xBD", to);
}

size_t print_fitting(FILE *to, kl_text text, size_t width)
{
    const char *at = text.data, *end = text.data + text.len;
    size_t dots, used = 0;
    const char *mark = ellipsis(&dots);
    bool control, fits = text.len <= width || text_width(text) <= width;
    size_t room = fits ? width : width > dots ? width - dots : 0;
    while (at < end) {
        const char *from = at;
        size_t columns = next_cluster(&at, end, &control);
        if (used + columns > room)
            break;
        put_cluster(to, from, at, control);
        used += columns;
    }
    if (fits || dots > width)
        return used;
    fputs(mark, to);
    return used + dots;
}

void print_wrapped(FILE *to, const char *text, size_t column, size_t indent, size_t width)
{
    bool first = true;
    while (*text) {
        size_t len = strcspn(text, " \n");
        size_t columns = text_width((kl_text){text, len});
        if (!first && column + 1 + columns > width) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, len, to);
        column += columns;
        first = false;
        text += len;
        if (text[0] == '\n' && text[1] == '\n') {
            fprintf(to, "\n\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        text += strspn(text, " \n");
    }
}

/* ---- likeness ---------------------------------------------------------------------------------- */

enum { COMPARED_MAX = 63 };

static unsigned char lower(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

/* Edits from a to b: insert, delete, replace, swap neighbours (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][COMPARED_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replace = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            size_t best = KL_MIN(replace, KL_MIN(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                best = KL_MIN(best, before[j - 2] + 1);
            now[j] = best;
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_len];
}

/* Fewer is more alike; a name that begins with the word counts as one edit away. */
static size_t unlikeness(const char *word, const char *name)
{
    size_t word_len = strlen(word), name_len = strlen(name), same = 0;
    if (word_len > COMPARED_MAX || name_len > COMPARED_MAX)
        return SIZE_MAX;
    while (same < word_len && same < name_len && lower(word[same]) == lower(name[same]))
        same++;
    if (same == word_len && word_len >= 3)
        return 1;
    return edit_distance(word, word_len, name, name_len);
}

const char *most_like(const char *word, name_list *name_at, const void *list)
{
    const char *best = NULL, *name;
    size_t len = strlen(word), fewest = len < 3 ? 1 : len / 3 + 1;
    for (size_t i = 0; (name = name_at(list, i)); i++) {
        size_t edits = unlikeness(word, name);
        if (edits < fewest || (edits == fewest && !best)) {
            fewest = edits;
            best = name;
        }
    }
    return best;
}

const char *word_at(const void *words, size_t index)
{
    return ((const char *const *)words)[index];
}

const char *did_you_mean(char *hint, size_t size, const char *like, const char *otherwise)
{
    if (!like)
        return otherwise;
    snprintf(hint, size, "did you mean %s?", like);
    return hint;
}
