/* src/eatp/words.c - lists of words: folded once, then searched by halves. */
#include "words.h"
#include "../base/unicode.h"

#include <stdlib.h>

/* ---- patterns ------------------------------------------------------------------------------------ */

/* The folder of a pattern, its slash counted; empty when it is none. */
static kl_text folder_of(kl_text word, bool *deep)
{
    bool is_deep = word.len > 3 && memcmp(word.data + word.len - 3, "/**", 3) == 0;
    bool is_flat = word.len > 2 && memcmp(word.data + word.len - 2, "/*", 2) == 0;
    *deep = is_deep;
    return (kl_text){word.data, is_deep ? word.len - 2 : is_flat ? word.len - 1 : 0};
}

static bool lies_in(kl_text word, kl_text folder, bool deep)
{
    if (word.len <= folder.len || memcmp(word.data, folder.data, folder.len) != 0)
        return false;
    return deep || !memchr(word.data + folder.len, '/', word.len - folder.len);
}

/* Whether a pattern stands for all that `word`, which may be one too, stands for. */
static bool pattern_covers(kl_text pattern, kl_text word)
{
    bool deep, word_deep;
    kl_text folder = folder_of(pattern, &deep), inner = folder_of(word, &word_deep);
    if (inner.len == 0)
        return lies_in(word, folder, deep);
    bool below = inner.len >= folder.len && memcmp(inner.data, folder.data, folder.len) == 0;
    return below && (deep || (inner.len == folder.len && !word_deep));
}

/* ---- lists --------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    kl_text a = *(const kl_text *)left, b = *(const kl_text *)right;
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return memcmp(a.data, b.data, a.len);
}

/* The word itself when it is in lower case already; given. */
static kl_status fold_value(kl_value *out, kl_value word, kl_error *error)
{
    kl_text text = kl_as_text(word);
    bool is_lower = kl_text_is_ascii(text);
    for (size_t i = 0; is_lower && i < text.len; i++)
        is_lower = text.data[i] < 'A' || text.data[i] > 'Z';
    if (!is_lower)
        return kl_text_lower(out, text, 4 * text.len + 16, error);
    *out = kl_value_retain(word);
    return KL_OK;
}

/* Three rows in one block: all, the exact ones, the patterns. */
static kl_status arrange(kl_words *words, bool with_patterns, kl_error *error)
{
    size_t count = kl_array_len(words->kept), exact = 0, patterns = 0;
    kl_text *rows = kl_alloc_zero(3 * count, sizeof *rows);
    if (!rows)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        bool deep;
        rows[i] = kl_as_text(kl_array_at(words->kept, i));
        if (with_patterns && folder_of(rows[i], &deep).len)
            rows[2 * count + patterns++] = rows[i];
        else
            rows[count + exact++] = rows[i];
    }
    qsort(rows + count, exact, sizeof *rows, compare);
    words->all = rows;
    words->count = count;
    words->exact = rows + count;
    words->exact_count = exact;
    words->patterns = rows + 2 * count;
    words->pattern_count = patterns;
    return KL_OK;
}

kl_status kl_words_read(kl_words *out, kl_value array, bool with_patterns, kl_error *error)
{
    size_t count = kl_array_len(array);
    kl_words words = {.kept = kl_null()};
    kl_status status = KL_OK;
    if (count == 0) {
        *out = words;
        return KL_OK;
    }
    KL_TRY(kl_array_new(&words.kept, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_value folded;
        KL_TRY_OUT(fold_value(&folded, kl_array_at(array, i), error));
        KL_TRY_OUT(kl_array_push(&words.kept, folded, error));
    }
    KL_TRY_OUT(arrange(&words, with_patterns, error));
    *out = words;
    return KL_OK;
out:
    kl_words_end(&words);
    return status;
}

void kl_words_end(kl_words *words)
{
    kl_free((void *)words->all);
    kl_value_release(words->kept);
}

static bool has_exact(const kl_words *words, kl_text folded)
{
    size_t low = 0, high = words->exact_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&words->exact[middle], &folded);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool kl_words_match(const kl_words *words, kl_text folded)
{
    if (has_exact(words, folded))
        return true;
    for (size_t i = 0; i < words->pattern_count; i++) {
        bool deep;
        kl_text folder = folder_of(words->patterns[i], &deep);
        if (lies_in(folded, folder, deep))
            return true;
    }
    return false;
}

bool kl_words_cover(const kl_words *words, kl_text folded)
{
    if (has_exact(words, folded))
        return true;
    for (size_t i = 0; i < words->pattern_count; i++)
        if (pattern_covers(words->patterns[i], folded))
            return true;
    return false;
}

bool kl_words_has(const kl_words *words, kl_text folded)
{
    for (size_t i = 0; i < words->pattern_count; i++)
        if (kl_text_equal(words->patterns[i], folded))
            return true;
    return has_exact(words, folded);
}

kl_status kl_fold(kl_folded *out, kl_text word, kl_error *error)
{
    out->kept = kl_null();
    if (word.len <= sizeof out->room && kl_text_is_ascii(word)) {
        kl_ascii_lower(out->room, word);
        out->text = (kl_text){out->room, word.len};
        return KL_OK;
    }
    KL_TRY(kl_text_lower(&out->kept, word, 4 * word.len + 16, error));
    out->text = kl_as_text(out->kept);
    return KL_OK;
}
