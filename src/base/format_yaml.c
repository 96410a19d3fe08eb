/* src/base/format_yaml.c - YAML 1.2, core schema, safe: no tag makes anything but plain values.
 *
 * Keys that are not text become the text they are written as. Merge keys ("<<") belong to YAML 1.1
 * and are keys like others. Aliases share what their anchor holds; how much they may spread, and
 * how deep, is limited.
 */
#include "driver.h"
#include "encode.h"
#include "formats.h"
#include "stack.h"
#include "drivers/yaml.h"
#include "kailash/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Values that one document may hold, those that aliases repeat counted each time. */
enum { EXPANDED_MAX = 10000000 };

typedef struct anchor {
    kl_value value; /* null while it is open */
    size_t count;   /* values within it, with itself */
    unsigned depth; /* levels within it */
    bool open;
} anchor;

typedef struct frame {
    kl_value value;    /* the list or map being filled; owned */
    kl_value key;      /* of a map: waiting for its value */
    bool has_key;
    size_t anchor;     /* index + 1; 0 = none */
    size_t count;      /* values within it so far, with itself */
    unsigned depth;    /* deepest level within it so far */
} frame;

typedef struct composer {
    kl_stack stack;
    kl_value root;
    kl_value names; /* map: name of an anchor -> its index */
    anchor *anchors;
    size_t anchor_len, anchor_cap;
    const kl_yaml_event *event; /* being read */
} composer;

/* KL_SYNTAX at the event being read: "BEFORE 'detail' BEHIND", or BEFORE alone. */
static kl_status fault(const composer *c, kl_error *error, const char *before, kl_text detail,
                       const char *behind)
{
    if (detail.len)
        kl_error_set(error, KL_SYNTAX, "%s '%.*s'%s", before, (int)KL_MIN(detail.len, 100),
                     detail.data, behind);
    else
        kl_error_set(error, KL_SYNTAX, "%s", before);
    if (error) {
        error->position = c->event->position;
        error->line = c->event->line;
        error->column = c->event->column;
    }
    return KL_SYNTAX;
}

/* ---- what a plain scalar means (YAML 1.2.2, section 10.3.2) ------------------------------------- */

static bool is_one_of(kl_text text, const char *const *words)
{
    for (; *words; words++)
        if (kl_text_is(text, *words))
            return true;
    return false;
}

static size_t span(kl_text text, size_t from, const char *set)
{
    while (from < text.len && text.data[from] && strchr(set, text.data[from]))
        from++;
    return from;
}

#define DIGITS "0123456789"

/* [-+]? [0-9]+, or 0o and 0x with theirs. Base 0 = none. */
static int integer_base(kl_text text)
{
    bool has_prefix = text.len > 2 && text.data[0] == '0';
    if (has_prefix && text.data[1] == 'x')
        return span(text, 2, DIGITS "abcdefABCDEF") == text.len ? 16 : 0;
    if (has_prefix && text.data[1] == 'o')
        return span(text, 2, "01234567") == text.len ? 8 : 0;
    size_t from = text.len && strchr("+-", text.data[0]) && text.data[0] ? 1 : 0;
    return from < text.len && span(text, from, DIGITS) == text.len ? 10 : 0;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(kl_text text)
{
    size_t at = text.len && strchr("+-", text.data[0]) && text.data[0] ? 1 : 0;
    size_t whole = span(text, at, DIGITS), digits = whole - at;
    at = whole;
    if (at < text.len && text.data[at] == '.') {
        size_t end = span(text, at + 1, DIGITS);
        digits += end - at - 1;
        at = end;
    }
    if (digits == 0)
        return false;
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        at += at < text.len && (text.data[at] == '+' || text.data[at] == '-');
        size_t end = span(text, at, DIGITS);
        return end > at && end == text.len;
    }
    return at == text.len;
}

static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
static const char *const trues[] = {"true", "True", "TRUE", NULL};
static const char *const falses[] = {"false", "False", "FALSE", NULL};
static const char *const infinities[] = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", NULL};
static const char *const minus_infinities[] = {"-.inf", "-.Inf", "-.INF", NULL};
static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};

/* Beyond int64 integers become floats, as in JSON. */
static double big_integer(kl_text text, int base)
{
    double number = 0;
    if (base == 10)
        return strtod(text.data, NULL);
    for (size_t i = 2; i < text.len; i++) {
        char c = text.data[i];
        number = number * base + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return number;
}

static bool is_infinity(kl_text text)
{
    return is_one_of(text, infinities) || is_one_of(text, minus_infinities);
}

/* The value of a scalar that is no text; false when it is text. Reads a NUL behind `text`. */
static bool resolve(kl_value *out, kl_text text)
{
    int base = integer_base(text);
    if (is_one_of(text, nulls))
        *out = kl_null();
    else if (is_one_of(text, trues) || is_one_of(text, falses))
        *out = kl_bool(is_one_of(text, trues));
    else if (is_infinity(text))
        *out = kl_double(text.data[0] == '-' ? -INFINITY : INFINITY);
    else if (is_one_of(text, nans))
        *out = kl_double(NAN);
    else if (base) {
        errno = 0;
        long long number = strtoll(base == 10 ? text.data : text.data + 2, NULL, base);
        *out = errno ? kl_double(big_integer(text, base)) : kl_int(number);
    } else if (is_float(text))
        *out = kl_double(strtod(text.data, NULL));
    else
        return false;
    return true;
}

/* ---- tags ------------------------------------------------------------------------------------ */

#define TAG "tag:yaml.org,2002:"

static kl_status read_binary(kl_value *out, const composer *c, kl_error *error)
{
    kl_buffer packed = KL_BUFFER_INIT, bytes = KL_BUFFER_INIT;
    kl_text text = c->event->text;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\r\n", text.data[i]) || !text.data[i])
            kl_buffer_byte(&packed, text.data[i]);
    kl_status status = packed.status != KL_OK ? kl_error_no_memory(error)
                                              : kl_base64_decode(&bytes, kl_buffer_text(&packed),
                                                                 KL_BASE64_STANDARD, error);
    kl_buffer_free(&packed);
    if (status == KL_OK)
        return kl_buffer_finish_bytes(out, &bytes, error);
    kl_buffer_free(&bytes);
    return status == KL_NO_MEMORY ? status : fault(c, error, "invalid base64 text", KL_TEXT(""), "");
}

/* A scalar that says with a tag what it is. */
static kl_status read_tagged(kl_value *out, const composer *c, kl_error *error)
{
    static const struct {
        const char *tag;
        kl_kind kind;
    } known[] = {
        {TAG "null", KL_KIND_NULL},   {TAG "bool", KL_KIND_BOOL},   {TAG "int", KL_KIND_INT},
        {TAG "float", KL_KIND_DOUBLE}, {TAG "str", KL_KIND_STRING}, {"!", KL_KIND_STRING},
        {TAG "binary", KL_KIND_BYTES},
    };
    const kl_yaml_event *event = c->event;
    size_t row = 0;
    while (row < KL_COUNT(known) && !kl_text_is(event->tag, known[row].tag))
        row++;
    if (row == KL_COUNT(known))
        return fault(c, error, "unknown tag", event->tag, "");
    if (known[row].kind == KL_KIND_STRING)
        return kl_string_from_valid(out, event->text, error);
    if (known[row].kind == KL_KIND_BYTES)
        return read_binary(out, c, error);
    if (!resolve(out, event->text))
        return fault(c, error, "the value", event->text, " is not what its tag says");
    if (known[row].kind == KL_KIND_DOUBLE && kl_is(*out, KL_KIND_INT))
        *out = kl_double(kl_as_double(*out));
    if (!kl_is(*out, known[row].kind))
        return fault(c, error, "the value", event->text, " is not what its tag says");
    return KL_OK;
}

static kl_status read_scalar(kl_value *out, const composer *c, kl_error *error)
{
    const kl_yaml_event *event = c->event;
    if (event->tag.len)
        return read_tagged(out, c, error);
    if (event->style != KL_YAML_PLAIN || !resolve(out, event->text))
        return kl_string_from_valid(out, event->text, error);
    bool has_digits = span(event->text, 0, "+-." DIGITS) > 0 && !is_infinity(event->text);
    if (kl_is(*out, KL_KIND_DOUBLE) && isinf(kl_as_double(*out)) && has_digits)
        return fault(c, error, "number", event->text, " is out of range");
    return KL_OK;
}

/* ---- anchors ----------------------------------------------------------------------------------- */

/* Make room for the anchor of the event, open for now; `*index` 0 when it has none. */
static kl_status open_anchor(size_t *index, composer *c, kl_error *error)
{
    *index = 0;
    if (c->event->anchor.len == 0)
        return KL_OK;
    if (c->anchor_len == c->anchor_cap) {
        size_t cap = 2 * c->anchor_cap + 8;
        anchor *grown = kl_realloc(c->anchors, cap * sizeof *grown);
        if (!grown)
            return kl_error_no_memory(error);
        c->anchors = grown;
        c->anchor_cap = cap;
    }
    KL_TRY(kl_map_set(&c->names, c->event->anchor, kl_int((int64_t)c->anchor_len), error));
    c->anchors[c->anchor_len++] = (anchor){kl_null(), 0, 0, true};
    *index = c->anchor_len;
    return KL_OK;
}

static void close_anchor(composer *c, size_t index, kl_value value, size_t count, unsigned depth)
{
    if (index)
        c->anchors[index - 1] = (anchor){kl_value_retain(value), count, depth, false};
}

/* ---- composing ----------------------------------------------------------------------------------- */

static kl_status take_key(composer *c, frame *top, kl_value key, kl_error *error)
{
    if (kl_is(key, KL_KIND_ARRAY) || kl_is(key, KL_KIND_MAP)) {
        kl_value_release(key);
        return fault(c, error, "expected a scalar as the key of a mapping", KL_TEXT(""), "");
    }
    if (!kl_is(key, KL_KIND_STRING)) {
        kl_text text = kl_is_null(key) ? KL_TEXT("null") : c->event->text;
        kl_value_release(key);
        KL_TRY(kl_string_from_valid(&key, text, error));
    }
    if (kl_map_has(top->value, kl_as_text(key))) {
        kl_status status = fault(c, error, "key", kl_as_text(key), " stands twice");
        kl_value_release(key);
        return status;
    }
    top->key = key;
    top->has_key = true;
    return KL_OK;
}

/* Put a finished value (taken) where it belongs; `count` values and `depth` levels are in it. */
static kl_status add(composer *c, kl_value value, size_t count, unsigned depth, kl_error *error)
{
    frame *top = kl_stack_top(&c->stack);
    if (!top) {
        c->root = value;
        return KL_OK;
    }
    top->count += count;
    top->depth = KL_MAX(top->depth, depth);
    if (top->count > EXPANDED_MAX || c->stack.len + depth > KL_JSON_DEPTH_IN) {
        kl_value_release(value);
        return top->count > EXPANDED_MAX
                   ? kl_error_set(error, KL_LIMIT, "aliases expand to over %d values", EXPANDED_MAX)
                   : fault(c, error, "nests deeper than 127 levels", KL_TEXT(""), "");
    }
    if (kl_is(top->value, KL_KIND_ARRAY))
        return kl_array_push(&top->value, value, error);
    if (!top->has_key)
        return take_key(c, top, value, error);
    kl_value key = kl_value_take(&top->key);
    top->has_key = false;
    kl_status status = kl_map_set_key(&top->value, key, value, error);
    kl_value_release(key);
    return status;
}

static kl_status on_scalar(composer *c, kl_error *error)
{
    size_t index;
    kl_value value;
    KL_TRY(read_scalar(&value, c, error));
    kl_status status = open_anchor(&index, c, error);
    if (status != KL_OK) {
        kl_value_release(value);
        return status;
    }
    close_anchor(c, index, value, 1, 0);
    return add(c, value, 1, 0, error);
}

static kl_status on_alias(composer *c, kl_error *error)
{
    const kl_value *index = kl_map_find(c->names, c->event->text);
    if (!index)
        return fault(c, error, "there is no anchor", c->event->text, " before this alias");
    const anchor *to = &c->anchors[index->as.integer];
    if (to->open)
        return fault(c, error, "alias", c->event->text, " stands within its own anchor");
    return add(c, kl_value_retain(to->value), to->count, to->depth, error);
}

static kl_status on_begin(composer *c, kl_error *error)
{
    bool is_map = c->event->kind == KL_YAML_MAP;
    kl_text tag = c->event->tag;
    frame new = {.count = 1};
    if (tag.len && !kl_text_is(tag, "!") && !kl_text_is(tag, is_map ? TAG "map" : TAG "seq"))
        return fault(c, error, "unknown tag", tag, "");
    if (c->stack.len >= KL_JSON_DEPTH_IN)
        return fault(c, error, "nests deeper than 127 levels", KL_TEXT(""), "");
    KL_TRY(open_anchor(&new.anchor, c, error));
    KL_TRY(is_map ? kl_map_new(&new.value, 4, error) : kl_array_new(&new.value, 4, error));
    frame *top = kl_stack_push(&c->stack);
    if (!top) {
        kl_value_release(new.value);
        return kl_error_no_memory(error);
    }
    *top = new;
    return KL_OK;
}

static kl_status on_end(composer *c, kl_error *error)
{
    frame *top = kl_stack_top(&c->stack), done = *top;
    kl_stack_pop(&c->stack);
    close_anchor(c, done.anchor, done.value, done.count, done.depth + 1);
    return add(c, done.value, done.count, done.depth + 1, error);
}

static kl_status on_event(void *data, const kl_yaml_event *event, kl_error *error)
{
    composer *c = data;
    c->event = event;
    switch (event->kind) {
    case KL_YAML_SCALAR:
        return on_scalar(c, error);
    case KL_YAML_ALIAS:
        return on_alias(c, error);
    case KL_YAML_LIST:
    case KL_YAML_MAP:
        return on_begin(c, error);
    default:
        return on_end(c, error);
    }
}

static void end_composer(composer *c)
{
    for (; c->stack.len; kl_stack_pop(&c->stack)) {
        frame *top = kl_stack_top(&c->stack);
        kl_value_release(top->value);
        kl_value_release(top->key);
    }
    kl_stack_end(&c->stack);
    for (size_t i = 0; i < c->anchor_len; i++)
        kl_value_release(c->anchors[i].value);
    kl_free(c->anchors);
    kl_value_release(c->names);
    kl_value_release(c->root);
}

static kl_status load(const kl_yaml_functions **out, kl_error *error)
{
    const void *functions;
    KL_TRY(kl_driver_load(&functions, "yaml", error));
    *out = functions;
    return KL_OK;
}

static kl_status yaml_read(kl_value *out, kl_text data, kl_error *error)
{
    const kl_yaml_functions *yaml;
    composer c = {.root = kl_null()};
    KL_TRY(load(&yaml, error));
    KL_TRY(kl_map_new(&c.names, 0, error));
    kl_stack_init(&c.stack, sizeof(frame));
    kl_status status = yaml->read(data, on_event, &c, error);
    if (status == KL_OK)
        *out = kl_value_take(&c.root);
    end_composer(&c);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------- */

typedef struct yaml_writer {
    const kl_yaml_functions *yaml;
    kl_yaml_writer *to;
    kl_error *error;
} yaml_writer;

static bool equal_fold(kl_text text, const char *word)
{
    size_t len = strlen(word);
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((text.data[i] | 0x20) != word[i])
            return false;
    return true;
}

/* Whether a plain scalar of this text would be read as something else, by us or by a reader of
 * YAML 1.1, where "yes" is a boolean and "12:30" a number. */
static bool is_ambiguous(kl_text text)
{
    static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
    kl_value other;
    if (resolve(&other, text) || kl_text_is(text, "<<") || kl_text_is(text, "="))
        return true;
    for (size_t i = 0; i < KL_COUNT(words); i++)
        if (equal_fold(text, words[i]))
            return true;
    char first = text.data[0], next = text.len > 1 ? text.data[1] : '\0';
    return (first >= '0' && first <= '9') ||
           (strchr("+-.", first) && next && strchr(DIGITS ".", next));
}

/* Whether "|" gives this text back: no line with blanks at its ends, none of them odd. */
static bool fits_block(kl_text text)
{
    if (text.len < 2 || text.data[0] == ' ' || text.data[0] == '\n' || text.data[0] == '\t')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool last = i + 1 == text.len || text.data[i + 1] == '\n';
        if ((c < 0x20 && c != '\n') || c >= 0x7F || (c == ' ' && last))
            return false;
    }
    return text.data[text.len - 1] != '\n' || text.data[text.len - 2] != '\n';
}

static kl_status put_scalar(yaml_writer *w, kl_text text, kl_yaml_style style, kl_text tag)
{
    kl_yaml_event event = {.kind = KL_YAML_SCALAR, .text = text, .style = style, .tag = tag};
    return w->yaml->put(w->to, &event, w->error);
}

static kl_status put_string(yaml_writer *w, kl_text text, bool is_key)
{
    bool lines = memchr(text.data, '\n', text.len) != NULL;
    kl_yaml_style style = lines && !is_key && fits_block(text) ? KL_YAML_BLOCK
                          : lines || is_ambiguous(text)        ? KL_YAML_QUOTED
                                                               : KL_YAML_PLAIN;
    return put_scalar(w, text, style, KL_TEXT(""));
}

static kl_status put_double(yaml_writer *w, double real)
{
    char digits[32];
    if (isnan(real))
        return put_scalar(w, KL_TEXT(".nan"), KL_YAML_PLAIN, KL_TEXT(""));
    if (isinf(real))
        return put_scalar(w, real > 0 ? KL_TEXT(".inf") : KL_TEXT("-.inf"), KL_YAML_PLAIN,
                          KL_TEXT(""));
    return put_scalar(w, (kl_text){digits, kl_double_print(digits, real)}, KL_YAML_PLAIN,
                      KL_TEXT(""));
}

static kl_status put_other(yaml_writer *w, kl_value value)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    bool is_bytes = kl_is(value, KL_KIND_BYTES);
    kl_status status;
    if (kl_is_null(value))
        return put_scalar(w, KL_TEXT("null"), KL_YAML_PLAIN, KL_TEXT(""));
    KL_TRY(kl_format_scalar(&buffer, value, KL_TEXT("value"), "YAML", w->error));
    if (buffer.status != KL_OK)
        status = kl_error_no_memory(w->error);
    else
        status = put_scalar(w, kl_buffer_text(&buffer), KL_YAML_PLAIN,
                            is_bytes ? KL_TEXT(TAG "binary") : KL_TEXT(""));
    kl_buffer_free(&buffer);
    return status;
}

static kl_status put_value(yaml_writer *w, kl_value value)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    if (kl_is(value, KL_KIND_STRING))
        return put_string(w, kl_as_text(value), false);
    if (kl_is(value, KL_KIND_DOUBLE))
        return put_double(w, kl_as_double(value));
    if (!is_map && !kl_is(value, KL_KIND_ARRAY))
        return put_other(w, value);
    kl_yaml_event begin = {.kind = is_map ? KL_YAML_MAP : KL_YAML_LIST};
    kl_yaml_event end = {.kind = is_map ? KL_YAML_MAP_END : KL_YAML_LIST_END};
    KL_TRY(w->yaml->put(w->to, &begin, w->error));
    for (size_t i = 0, len = kl_value_len(value); i < len; i++) {
        if (is_map)
            KL_TRY(put_string(w, kl_map_key_at(value, i), true));
        KL_TRY(put_value(w, is_map ? kl_map_value_at(value, i) : kl_array_at(value, i)));
    }
    return w->yaml->put(w->to, &end, w->error);
}

static kl_status yaml_write(kl_value *out, kl_value value, const kl_format_options *options,
                            kl_error *error)
{
    kl_buffer buffer = KL_BUFFER_INIT;
    yaml_writer w = {.error = error};
    int indent = options->indent ? options->indent : 2;
    if (indent < 2 || indent > 9)
        return kl_error_set(error, KL_INVALID, "indent: YAML takes 2 to 9, got %d", indent);
    KL_TRY(load(&w.yaml, error));
    KL_TRY(w.yaml->begin(&w.to, &buffer, indent, error));
    kl_status status = put_value(&w, value);
    kl_status ended = w.yaml->end(w.to, status == KL_OK, status == KL_OK ? error : NULL);
    status = status == KL_OK ? ended : status;
    if (status == KL_OK)
        return kl_buffer_finish(out, &buffer, error);
    kl_buffer_free(&buffer);
    return status;
}

const kl_format kl_format_yaml = {
    .name = "yaml", .title = "YAML", .read = yaml_read, .write = yaml_write,
};
