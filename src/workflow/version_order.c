/* src/workflow/version_order.c - see version_order.h. */
#include "version_order.h"

typedef struct parts {
    kl_text release, pre, build; /* data is NULL when absent */
} parts;

/* What stands behind the first `mark` is cut off `*text` and returned. */
static kl_text cut(kl_text *text, char mark)
{
    const char *at = text->len ? memchr(text->data, mark, text->len) : NULL;
    if (!at)
        return (kl_text){NULL, 0};
    size_t head = (size_t)(at - text->data);
    kl_text tail = {at + 1, text->len - head - 1};
    text->len = head;
    return tail;
}

static parts split(kl_text text)
{
    parts p;
    p.build = cut(&text, '+');
    p.pre = cut(&text, '-');
    p.release = text;
    return p;
}

static bool is_number(kl_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

/* Numbers of any length: without leading zeros the longer one is the larger. */
static int compare_numbers(kl_text a, kl_text b)
{
    for (; a.len > 1 && *a.data == '0'; a.len--)
        a.data++;
    for (; b.len > 1 && *b.data == '0'; b.len--)
        b.data++;
    return a.len != b.len ? (a.len > b.len) - (a.len < b.len) : kl_text_compare(a, b);
}

static int compare_segments(kl_text a, kl_text b, bool numbers_first)
{
    bool a_number = is_number(a), b_number = is_number(b);
    if (a_number != b_number)
        return a_number == numbers_first ? -1 : 1;
    return a_number ? compare_numbers(a, b) : kl_text_compare(a, b);
}

static int compare_lists(kl_text a, kl_text b, bool numbers_first)
{
    for (;;) {
        kl_text more_a = cut(&a, '.'), more_b = cut(&b, '.');
        int order = compare_segments(a, b, numbers_first);
        if (order)
            return order;
        if (!more_a.data || !more_b.data)
            return (more_a.data != NULL) - (more_b.data != NULL);
        a = more_a;
        b = more_b;
    }
}

int kl_version_compare(kl_text a, kl_text b)
{
    parts x = split(a), y = split(b);
    int order = compare_lists(x.release, y.release, false);
    if (order == 0 && x.pre.data && y.pre.data) /* semver 2.0.0 §11.4: numbers below text here */
        order = compare_lists(x.pre, y.pre, true);
    else if (order == 0)
        order = (y.pre.data != NULL) - (x.pre.data != NULL);
    if (order == 0 && x.build.data && y.build.data)
        order = compare_lists(x.build, y.build, true);
    else if (order == 0)
        order = (x.build.data != NULL) - (y.build.data != NULL);
    return order ? order : kl_text_compare(a, b);
}
