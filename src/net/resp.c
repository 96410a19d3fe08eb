/* src/net/resp.c - see resp.h. */
#include "resp.h"
#include "kailash/json.h"
#include "payload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- bytes --------------------------------------------------------------------------------------- */

char *kl_resp_room(kl_resp *resp, size_t size)
{
    if (resp->cap - resp->end >= size)
        return resp->data + resp->end;
    size_t used = resp->end - resp->start;
    if (resp->start && resp->cap - used >= size && resp->start >= used) {
        memcpy(resp->data, resp->data + resp->start, used);
    } else {
        size_t cap = KL_MAX(2 * (used + size), (size_t)16384);
        char *data = kl_alloc(cap);
        if (!data)
            return NULL;
        if (used)
            memcpy(data, resp->data + resp->start, used);
        kl_free(resp->data);
        resp->data = data;
        resp->cap = cap;
    }
    resp->start = 0;
    resp->end = used;
    return resp->data + used;
}

static void eat(kl_resp *resp, size_t size)
{
    resp->start += size;
    resp->position += size;
    resp->looked = 0;
    if (resp->start == resp->end)
        resp->start = resp->end = 0;
}

/* The next line without its end; false when it is not there yet. */
static bool find_line(kl_text *line, kl_resp *resp)
{
    if (resp->start == resp->end) /* there may be no memory yet */
        return false;
    const char *from = resp->data + resp->start, *end = resp->data + resp->end;
    const char *at = from + resp->looked;
    while (at < end && (at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
        if (at + 1 == end)
            break;
        if (at[1] == '\n') {
            *line = (kl_text){from, (size_t)(at - from)};
            return true;
        }
        at++;
    }
    resp->looked = (size_t)((at ? at : end) - from);
    return false;
}

void kl_resp_end(kl_resp *resp)
{
    while (resp->depth)
        kl_value_release(resp->open[--resp->depth].items);
    kl_free(resp->data);
    *resp = (kl_resp){0};
}

/* ---- what a line says ---------------------------------------------------------------------------- */

static kl_status malformed(const kl_resp *resp, const char *what, kl_error *error)
{
    kl_error_set(error, KL_SYNTAX, "the reply of the Redis server is malformed at byte %zu: %s",
                 resp->position, what);
    if (error)
        error->position = resp->position;
    return KL_SYNTAX;
}

static bool read_int(int64_t *out, kl_text text)
{
    char digits[24], *end;
    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    bool starts_well = digits[0] == '-' || digits[0] == '+' || (digits[0] >= '0' && digits[0] <= '9');
    if (!starts_well || (text.len > 1 && digits[1] == '-'))
        return false;
    char *rest = digits[0] == '+' ? digits + 1 : digits;
    __extension__ __int128 number = 0;
    bool negative = *rest == '-';
    for (end = rest + negative; *end >= '0' && *end <= '9'; end++)
        number = number * 10 + (*end - '0');
    number = negative ? -number : number;
    if (*end || end == rest + negative || number > INT64_MAX || number < INT64_MIN)
        return false;
    *out = (int64_t)number;
    return true;
}

static bool read_double(double *out, kl_text text)
{
    char copy[64], *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    *out = strtod(copy, &end);
    return *end == '\0';
}

static kl_status text_value(kl_value *out, kl_text text, kl_error *error)
{
    if (kl_utf8_valid_length(text) == text.len)
        return kl_string_from_valid(out, text, error);
    return kl_bytes_new(out, text, error);
}

static kl_status error_value(kl_value *out, kl_resp_kind *kind, kl_text text, kl_resp *resp,
                             kl_error *error)
{
    kl_value message, map;
    KL_TRY(kl_string_repair(&message, text, error));
    if (resp->depth == 0) {
        *kind = KL_RESP_ERROR;
        *out = message;
        return KL_OK;
    }
    resp->errors++;
    kl_status status = kl_map_new(&map, 1, error);
    if (status != KL_OK) {
        kl_value_release(message);
        return status;
    }
    status = kl_map_set(&map, KL_TEXT("error"), message, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

/* ---- aggregates ---------------------------------------------------------------------------------- */

static kl_status open_aggregate(kl_resp *resp, char type, size_t count, kl_error *error)
{
    if (resp->depth == KL_RESP_DEPTH)
        return kl_error_set(error, KL_DEPTH,
                            "the reply of the Redis server nests deeper than %d levels",
                            KL_RESP_DEPTH);
    if (count > KL_RESP_ITEMS_MAX - resp->items)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: reply (limit: %zu items)",
                            KL_RESP_ITEMS_MAX);
    resp->items += count;
    kl_resp_open *made = &resp->open[resp->depth];
    *made = (kl_resp_open){.type = type, .left = count};
    KL_TRY(kl_array_new(&made->items, KL_MIN(count, (size_t)1024), error));
    resp->depth++;
    return KL_OK;
}

/* A key of a map as text; false for what has no text. The shortest buffer holds any number. */
static bool key_text(kl_text *out, char number[32], kl_value key)
{
    *out = kl_as_text(key);
    if (kl_is(key, KL_KIND_INT)) {
        int length = snprintf(number, 32, "%lld", (long long)kl_as_int(key));
        *out = (kl_text){number, (size_t)length};
        return true;
    }
    return kl_is(key, KL_KIND_STRING);
}

static bool has_text_keys(kl_value pairs)
{
    kl_text key;
    char number[32];
    for (size_t i = 0; i < kl_array_len(pairs); i += 2)
        if (!key_text(&key, number, kl_array_at(pairs, i)))
            return false;
    return true;
}

static kl_status to_map(kl_value *out, kl_value pairs, kl_error *error)
{
    kl_value map;
    kl_status status;
    kl_text key;
    char number[32];
    KL_TRY(kl_map_new(&map, kl_array_len(pairs) / 2, error));
    for (size_t i = 0; i + 1 < kl_array_len(pairs); i += 2) {
        key_text(&key, number, kl_array_at(pairs, i));
        KL_TRY_OUT(kl_map_set(&map, key, kl_value_retain(kl_array_at(pairs, i + 1)), error));
    }
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

/* Keys that are bytes cannot be those of a map: then it is a list of pairs. */
static kl_status to_pairs(kl_value *out, kl_value items, kl_error *error)
{
    kl_value list, pair;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(items) / 2, error));
    for (size_t i = 0; i + 1 < kl_array_len(items); i += 2) {
        KL_TRY_OUT(kl_array_slice(&pair, items, i, i + 2, error));
        KL_TRY_OUT(kl_array_push(&list, pair, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* All items of the innermost aggregate are there; what it becomes is given. */
static kl_status close_aggregate(kl_value *out, kl_resp *resp, kl_error *error)
{
    kl_resp_open *made = &resp->open[--resp->depth];
    if (made->type != '%') {
        *out = made->items;
        return KL_OK;
    }
    kl_status status = has_text_keys(made->items) ? to_map(out, made->items, error)
                                                  : to_pairs(out, made->items, error);
    kl_value_release(made->items);
    return status;
}

/* Put a value (taken) where it belongs; `*complete` when that ends a reply. */
static kl_status place(bool *complete, kl_resp_reply *out, kl_resp *resp, kl_value value,
                       kl_resp_kind kind, kl_error *error)
{
    for (;;) {
        if (resp->depth == 0) {
            *out = (kl_resp_reply){kind, resp->errors, value};
            *complete = true;
            resp->items = resp->errors = 0;
            return KL_OK;
        }
        kl_resp_open *around = &resp->open[resp->depth - 1];
        KL_TRY(kl_array_push(&around->items, value, error));
        if (--around->left > 0)
            return KL_OK;
        char type = around->type;
        KL_TRY(close_aggregate(&value, resp, error));
        if (type == '|') { /* attributes tell about what follows; nobody asked for them */
            kl_value_release(value);
            return KL_OK;
        }
        kind = type == '>' ? KL_RESP_PUSH : KL_RESP_VALUE;
    }
}

static kl_status begin_aggregate(bool *complete, kl_resp_reply *out, kl_resp *resp, char type,
                                 int64_t count, kl_error *error)
{
    if (count == -1 && type == '*')
        return place(complete, out, resp, kl_null(), KL_RESP_VALUE, error);
    if (count < 0 || (type == '>' && resp->depth))
        return malformed(resp, "a bad length or place of an aggregate", error);
    if ((uint64_t)count > KL_RESP_ITEMS_MAX)
        count = (int64_t)KL_RESP_ITEMS_MAX + 1; /* twice that must not overflow */
    bool pairs = type == '%' || type == '|';
    KL_TRY(open_aggregate(resp, type, (size_t)count * (pairs ? 2 : 1), error));
    if (count > 0)
        return KL_OK;
    kl_value value;
    KL_TRY(close_aggregate(&value, resp, error));
    if (type == '|') {
        kl_value_release(value);
        return KL_OK;
    }
    return place(complete, out, resp, value, type == '>' ? KL_RESP_PUSH : KL_RESP_VALUE, error);
}

/* ---- reading ------------------------------------------------------------------------------------- */

static kl_status begin_text(bool *complete, kl_resp_reply *out, kl_resp *resp, char type,
                            int64_t length, kl_error *error)
{
    if (length == -1 && type == '$')
        return place(complete, out, resp, kl_null(), KL_RESP_VALUE, error);
    if (length < 0)
        return malformed(resp, "a negative length of a text", error);
    if ((uint64_t)length > KL_RESP_TEXT_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: text (limit: %zu bytes)",
                            KL_RESP_TEXT_MAX);
    resp->in_text = true;
    resp->text_type = type;
    resp->text_len = (size_t)length;
    return KL_OK;
}

/* The bytes of a text whose head was read; `*progress` is false when they are not there. */
static kl_status finish_text(bool *progress, bool *complete, kl_resp_reply *out, kl_resp *resp,
                             kl_error *error)
{
    kl_value value = kl_null();
    kl_resp_kind kind = KL_RESP_VALUE;
    const char *from = resp->data + resp->start;
    kl_text text = {from, resp->text_len};
    *progress = resp->end - resp->start >= resp->text_len + 2;
    if (!*progress)
        return KL_OK;
    if (memcmp(from + text.len, "\r\n", 2) != 0)
        return malformed(resp, "a text is longer than was said", error);
    if (resp->text_type == '=') { /* three letters of its format and a colon come first */
        size_t head = KL_MIN(text.len, (size_t)4);
        text = (kl_text){text.data + head, text.len - head};
    }
    KL_TRY(resp->text_type == '!' ? error_value(&value, &kind, text, resp, error)
                                  : text_value(&value, text, error));
    eat(resp, resp->text_len + 2);
    resp->in_text = false;
    return place(complete, out, resp, value, kind, error);
}

/* A value that stands in one line. */
static kl_status line_value(kl_value *out, kl_resp_kind *kind, kl_resp *resp, char type,
                            kl_text rest, kl_error *error)
{
    int64_t integer;
    double real;
    switch (type) {
    case '+': return text_value(out, rest, error);
    case '-': return error_value(out, kind, rest, resp, error);
    case '_': *out = kl_null(); return KL_OK;
    case '#':
        if (!kl_text_is(rest, "t") && !kl_text_is(rest, "f"))
            return malformed(resp, "a bool is t or f", error);
        *out = kl_bool(rest.data[0] == 't');
        return KL_OK;
    case ',':
        if (!read_double(&real, rest))
            return malformed(resp, "a bad number", error);
        *out = kl_double(real);
        return KL_OK;
    case ':':
    case '(':
        if (read_int(&integer, rest)) {
            *out = kl_int(integer);
            return KL_OK;
        }
        if (type == '(')
            return text_value(out, rest, error);
        return malformed(resp, "a bad integer", error);
    default: return malformed(resp, "an unknown type of value", error);
    }
}

static kl_status read_line(bool *progress, bool *complete, kl_resp_reply *out, kl_resp *resp,
                           kl_error *error)
{
    kl_text line;
    kl_value value = kl_null();
    kl_resp_kind kind = KL_RESP_VALUE;
    int64_t count;
    *progress = find_line(&line, resp);
    if (!*progress && resp->looked > KL_RESP_TEXT_MAX)
        return kl_error_set(error, KL_LIMIT, "resource limit exceeded: text (limit: %zu bytes)",
                            KL_RESP_TEXT_MAX);
    if (!*progress)
        return KL_OK;
    if (line.len == 0)
        return malformed(resp, "an empty line", error);
    char type = line.data[0];
    kl_text rest = {line.data + 1, line.len - 1};
    bool counted = memchr("$!=*%~>|", type, 8) != NULL;
    if (counted && !read_int(&count, rest))
        return malformed(resp, "a bad length", error);
    if (!counted)
        KL_TRY(line_value(&value, &kind, resp, type, rest, error));
    eat(resp, line.len + 2);
    if (!counted)
        return place(complete, out, resp, value, kind, error);
    if (memchr("$!=", type, 3))
        return begin_text(complete, out, resp, type, count, error);
    return begin_aggregate(complete, out, resp, type, count, error);
}

kl_status kl_resp_next(bool *complete, kl_resp_reply *out, kl_resp *resp, kl_error *error)
{
    bool progress = true;
    *complete = false;
    while (progress && !*complete)
        KL_TRY(resp->in_text ? finish_text(&progress, complete, out, resp, error)
                             : read_line(&progress, complete, out, resp, error));
    return KL_OK;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void write_word(kl_buffer *to, kl_text word)
{
    kl_buffer_format(to, "$%zu\r\n", word.len);
    kl_buffer_add(to, word);
    kl_buffer_string(to, "\r\n");
}

static void write_scalar(kl_buffer *to, kl_value word)
{
    char number[32];
    if (kl_is(word, KL_KIND_BOOL)) {
        write_word(to, kl_text_from(kl_as_bool(word) ? "true" : "false"));
    } else if (kl_is(word, KL_KIND_INT)) {
        snprintf(number, sizeof number, "%lld", (long long)kl_as_int(word));
        write_word(to, kl_text_from(number));
    } else if (kl_is(word, KL_KIND_DOUBLE)) {
        double real = kl_as_double(word);
        if (isfinite(real))
            kl_double_print(number, real);
        else
            snprintf(number, sizeof number, "%s", isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
        write_word(to, kl_text_from(number));
    } else {
        write_word(to, kl_as_text(word));
    }
}

bool kl_resp_write(size_t *bad, kl_buffer *to, const kl_value *words, size_t count)
{
    for (*bad = 0; *bad < count; ++*bad) {
        kl_kind kind = kl_value_kind(words[*bad]);
        if (kind == KL_KIND_NULL || kind >= KL_KIND_ARRAY)
            return false;
    }
    kl_buffer_format(to, "*%zu\r\n", count);
    for (size_t i = 0; i < count; i++)
        write_scalar(to, words[i]);
    return true;
}
