/* src/dataflow/sql_word.c - see sql_word.h. */
#include "sql_word.h"

#include <strings.h>

static const struct {
    const char *name;
    unsigned flags;
} words[] = {
#define X(name, flags) {#name, (flags)},
    SQL_WORDS(X)
#undef X
};

static int compare(kl_text text, const char *name)
{
    int order = strncasecmp(text.data, name, text.len);
    return order ? order : name[text.len] ? -1 : 0;
}

sql_word sql_word_of(kl_text text)
{
    size_t low = 0, high = KL_COUNT(words);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(text, words[middle].name);
        if (order == 0)
            return (sql_word)(middle + 1);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return SQL_NO_WORD;
}

unsigned sql_word_flags(sql_word word)
{
    return word == SQL_NO_WORD ? 0 : words[word - 1].flags;
}
