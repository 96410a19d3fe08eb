/* src/nodes/ldap_filter.c - see ldap_filter.h. */
#include "ldap_filter.h"
#include "outside.h"

#include <strings.h>

typedef struct parser {
    kl_text text;
    size_t at;
    kl_value attributes;
    int depth;
    kl_error *error;
} parser;

static kl_status unexpected(parser *p, const char *wanted)
{
    return kl_error_set_at(p->error, KL_SYNTAX, p->text.data, p->text.data + p->at,
                           "malformed LDAP filter at byte %zu: expected %s", p->at, wanted);
}

static bool take(parser *p, char mark)
{
    if (p->at == p->text.len || p->text.data[p->at] != mark)
        return false;
    p->at++;
    return true;
}

/* ---- values -------------------------------------------------------------------------------------- */

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Up to `)` or a star, escapes resolved. */
static kl_status read_piece(kl_buffer *to, parser *p)
{
    while (p->at < p->text.len && p->text.data[p->at] != ')' && p->text.data[p->at] != '*') {
        char byte = p->text.data[p->at++];
        if (byte == '(')
            return p->at--, unexpected(p, "a value, in which ( is written \\28");
        if (byte == '\\') {
            int high = p->at + 1 < p->text.len ? hex_digit(p->text.data[p->at]) : -1;
            int low = high < 0 ? -1 : hex_digit(p->text.data[p->at + 1]);
            if (low < 0)
                return unexpected(p, "two hexadecimal digits behind a backslash");
            byte = (char)(high * 16 + low);
            p->at += 2;
        }
        kl_buffer_byte(to, byte);
    }
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(p->error);
}

static bool same(kl_text a, kl_text b) { return a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0; }

/* Where `piece` begins in `text` from `from` on, or SIZE_MAX. */
static size_t find(kl_text text, size_t from, kl_text piece)
{
    for (; from + piece.len <= text.len; from++)
        if (same((kl_text){text.data + from, piece.len}, piece))
            return from;
    return SIZE_MAX;
}

/* ---- one test ------------------------------------------------------------------------------------ */

/* The pieces of a value between stars. */
enum { PIECES_MAX = 32 };
typedef struct pattern {
    kl_buffer pieces[PIECES_MAX];
    size_t count; /* 1 = no star */
} pattern;

static bool matches_pattern(const pattern *wanted, kl_text text)
{
    kl_text first = kl_buffer_text(&wanted->pieces[0]);
    size_t at = first.len, last = wanted->count - 1;
    if (text.len < first.len || !same((kl_text){text.data, first.len}, first))
        return false;
    if (last == 0)
        return text.len == first.len;
    for (size_t i = 1; i < last; i++) {
        kl_text piece = kl_buffer_text(&wanted->pieces[i]);
        size_t found = find(text, at, piece);
        if (found == SIZE_MAX)
            return false;
        at = found + piece.len;
    }
    kl_text end = kl_buffer_text(&wanted->pieces[last]);
    return text.len - at >= end.len &&
           same((kl_text){text.data + text.len - end.len, end.len}, end);
}

static bool matches_one(const pattern *wanted, char compare, kl_value value)
{
    kl_text text = kl_as_text(value), bound = kl_buffer_text(&wanted->pieces[0]);
    if (compare != '<' && compare != '>')
        return matches_pattern(wanted, text);
    int order = strncasecmp(text.data, bound.data, KL_MIN(text.len, bound.len));
    if (order == 0)
        order = text.len < bound.len ? -1 : text.len > bound.len;
    return compare == '<' ? order <= 0 : order >= 0;
}

/* The value of an attribute, in any case; null when there is none. */
static kl_value attribute(kl_value attributes, kl_text name)
{
    for (size_t i = 0; i < kl_map_len(attributes); i++)
        if (same(kl_map_key_at(attributes, i), name))
            return kl_map_value_at(attributes, i);
    return kl_null();
}

static bool matches_any(const pattern *wanted, char compare, kl_value values)
{
    if (kl_is_null(values))
        return false;
    bool present = wanted->count == 2 && !wanted->pieces[0].len && !wanted->pieces[1].len;
    if (!kl_is(values, KL_KIND_ARRAY))
        return present || matches_one(wanted, compare, values);
    for (size_t i = 0; i < kl_array_len(values); i++)
        if (present || matches_one(wanted, compare, kl_array_at(values, i)))
            return true;
    return false;
}

/* Stars separate the pieces. */
static kl_status read_pattern(pattern *wanted, parser *p)
{
    for (wanted->count = 0;;) {
        if (wanted->count == PIECES_MAX)
            return unexpected(p, "at most 31 stars");
        wanted->pieces[wanted->count] = (kl_buffer)KL_BUFFER_INIT;
        KL_TRY(read_piece(&wanted->pieces[wanted->count++], p));
        if (!take(p, '*'))
            return take(p, ')') ? KL_OK : unexpected(p, ")");
    }
}

/* attribute=value, >=, <=, ~= and a closing parenthesis. */
static kl_status test_item(bool *out, parser *p)
{
    size_t start = p->at;
    pattern wanted = {.count = 0};
    while (p->at < p->text.len && !strchr("=<>~()*\\", p->text.data[p->at]))
        p->at++;
    kl_text name = {p->text.data + start, p->at - start};
    if (name.len == 0 || p->at == p->text.len)
        return unexpected(p, "an attribute, a comparison and a value");
    char compare = p->text.data[p->at] == '=' ? '=' : p->text.data[p->at++];
    if (!strchr("=<>~", compare) || !take(p, '='))
        return unexpected(p, "one of = >= <= ~=");
    kl_status status = read_pattern(&wanted, p);
    if (status == KL_OK)
        *out = matches_any(&wanted, compare, attribute(p->attributes, name));
    for (size_t i = 0; i < wanted.count; i++)
        kl_buffer_free(&wanted.pieces[i]);
    return status;
}

/* ---- filters ------------------------------------------------------------------------------------- */

static kl_status test(bool *out, parser *p);

/* Filters up to a closing parenthesis, all of which must match, or any. */
static kl_status test_many(bool *out, parser *p, bool all)
{
    bool one;
    *out = all;
    while (!take(p, ')')) {
        KL_TRY(test(&one, p));
        *out = all ? *out && one : *out || one;
    }
    return KL_OK;
}

/* Recursion ends at KL_LDAP_FILTER_DEPTH. */
static kl_status test(bool *out, parser *p)
{
    if (p->depth == KL_LDAP_FILTER_DEPTH)
        return kl_error_set(p->error, KL_SYNTAX, "the LDAP filter nests deeper than %d levels",
                            KL_LDAP_FILTER_DEPTH);
    if (!take(p, '('))
        return unexpected(p, "(");
    p->depth++;
    kl_status status;
    if (take(p, '&')) {
        status = test_many(out, p, true);
    } else if (take(p, '|')) {
        status = test_many(out, p, false);
    } else if (take(p, '!')) {
        status = test(out, p);
        *out = !*out;
        if (status == KL_OK && !take(p, ')'))
            status = unexpected(p, ")");
    } else {
        status = test_item(out, p);
    }
    p->depth--;
    return status;
}

kl_status kl_ldap_filter_test(bool *out, kl_text filter, kl_value entry, kl_error *error)
{
    parser p = {.text = filter, .attributes = kl_map_get(entry, KL_TEXT("attributes")),
                .error = error};
    bool matches = false;
    KL_TRY(test(&matches, &p));
    if (p.at < filter.len)
        return unexpected(&p, "the end");
    *out = matches;
    return KL_OK;
}

void kl_ldap_filter_escape(kl_buffer *to, kl_text value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte < 0x20 || byte == 0x7f || strchr("*()\\", byte))
            kl_buffer_format(to, "\\%02x", byte);
        else
            kl_buffer_byte(to, (char)byte);
    }
}

static kl_status fill_one(kl_buffer *to, kl_value values, kl_text name, kl_error *error)
{
    const kl_value *value = kl_map_find(values, name);
    kl_value text;
    if (!value)
        return kl_error_set(error, KL_KEY, "there is no value for {%.*s}", KL_TEXT_ARG(name));
    KL_TRY(kl_outside_text(&text, *value, error));
    kl_ldap_filter_escape(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

kl_status kl_ldap_filter_fill(kl_value *out, kl_text pattern, kl_value values, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    kl_status status = KL_OK;
    for (size_t i = 0; i < pattern.len && status == KL_OK; i++) {
        const char *end = pattern.data[i] == '{'
                              ? memchr(pattern.data + i, '}', pattern.len - i)
                              : NULL;
        if (!end) {
            kl_buffer_byte(&text, pattern.data[i]);
            continue;
        }
        kl_text name = {pattern.data + i + 1, (size_t)(end - pattern.data) - i - 1};
        status = fill_one(&text, values, name, error);
        i += name.len + 1;
    }
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}
