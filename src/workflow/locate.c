/* src/workflow/locate.c - see locate.h. Runs only when a definition is refused, or on its top
 * level, so it scans the text again rather than making every value remember its place. */
#include "locate.h"

typedef struct scan {
    const char *at, *end;
} scan;

static void skip_blanks(scan *s)
{
    while (s->at < s->end && strchr(" \t\r\n", *s->at))
        s->at++;
}

static void skip_string(scan *s)
{
    for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
        s->at += *s->at == '\\';
    s->at++;
}

static void skip_value(scan *s)
{
    int depth = 0;
    skip_blanks(s);
    do {
        if (s->at >= s->end)
            return;
        char byte = *s->at;
        if (byte == '"') {
            skip_string(s);
        } else if (byte == '{' || byte == '[') {
            depth++;
            s->at++;
        } else if (byte == '}' || byte == ']') {
            depth--;
            s->at++;
        } else if (depth > 0) {
            s->at++;
        } else {
            while (s->at < s->end && !strchr(",]} \t\r\n", *s->at))
                s->at++;
        }
    } while (depth > 0);
}

/* Step into a container: past its bracket. */
static bool enter(scan *s, char bracket)
{
    skip_blanks(s);
    if (s->at >= s->end || *s->at != bracket)
        return false;
    s->at++;
    return true;
}

/* To the next item of the container that was entered; false at its end. */
static bool next_item(scan *s)
{
    skip_blanks(s);
    if (s->at < s->end && *s->at == ',')
        s->at++;
    skip_blanks(s);
    return s->at < s->end && *s->at != ']' && *s->at != '}';
}

/* To the value of the last member `key` of the object at `s`; counts how many there are. */
static size_t find_member(scan *s, const char *key)
{
    scan walk = *s, found = *s;
    size_t count = 0, len = strlen(key);
    if (!enter(&walk, '{'))
        return 0;
    while (next_item(&walk)) {
        const char *name = walk.at + 1;
        skip_string(&walk);
        bool same = (size_t)(walk.at - 1 - name) == len && memcmp(name, key, len) == 0;
        skip_blanks(&walk);
        walk.at++; /* the colon */
        skip_blanks(&walk);
        if (same) {
            found = walk;
            count++;
        }
        skip_value(&walk);
    }
    *s = found;
    return count;
}

static bool find_item(scan *s, size_t index)
{
    scan walk = *s;
    if (!enter(&walk, '['))
        return false;
    while (next_item(&walk)) {
        if (index-- == 0) {
            *s = walk;
            return true;
        }
        skip_value(&walk);
    }
    return false;
}

size_t kl_json_locate(kl_text text, const char *list, size_t index, const char *key)
{
    scan s = {text.data, text.data + text.len};
    skip_blanks(&s);
    if (list && find_member(&s, list))
        find_item(&s, index);
    if (key)
        find_member(&s, key);
    size_t at = (size_t)(s.at - text.data);
    return at < text.len ? at : text.len;
}

size_t kl_json_locate_member(kl_text text, size_t from, const char *key)
{
    scan s = {text.data + from, text.data + text.len};
    find_member(&s, key);
    return (size_t)(s.at - text.data);
}
