/* src/nodes/string_ops.c - StringOperationsNode: questions about texts, and parts of them. */
#include "text_operations.h"
#include "payload.h"
#include "unicode.h"
#include "value_text.h"
#include "kailash/match.h"

#include <stdio.h>

/* ---- questions ------------------------------------------------------------------------------- */

static kl_status contains(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    kl_text text = kl_as_text(args[0]), part = kl_as_text(args[1]);
    *out = kl_bool(memmem(text.data, text.len, part.data, part.len) != NULL);
    return KL_OK;
}

static kl_status starts_with(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call, (void)error;
    kl_text text = kl_as_text(args[0]), part = kl_as_text(args[1]);
    text.len = KL_MIN(text.len, part.len);
    *out = kl_bool(kl_text_equal(text, part));
    return KL_OK;
}

static kl_status ends_with(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call, (void)error;
    kl_text text = kl_as_text(args[0]), part = kl_as_text(args[1]);
    *out = kl_bool(part.len <= text.len &&
                   memcmp(text.data + text.len - part.len, part.data, part.len) == 0);
    return KL_OK;
}

static kl_status regex_match(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call;
    kl_regex *regex;
    bool found;
    KL_TRY(kl_node_regex(&regex, args[1], error));
    kl_status status = kl_regex_search(&found, regex, kl_as_text(args[0]), error);
    if (status == KL_OK)
        *out = kl_bool(found);
    kl_regex_free(regex);
    return status;
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* A bound of a substring in bytes: absent, negative or no int = the end. */
static size_t end_offset(kl_text text, kl_value end)
{
    bool given = kl_is(end, KL_KIND_INT) && end.as.integer >= 0;
    return given ? kl_text_offset(text, (size_t)end.as.integer) : text.len;
}

static kl_status substring(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]);
    int64_t first = kl_as_int(args[1]);
    size_t start = first < 0 ? text.len : kl_text_offset(text, (size_t)first);
    size_t end = end_offset(text, args[2]);
    if (start >= end)
        return kl_string_from_valid(out, KL_TEXT(""), error);
    return kl_string_from_valid(out, (kl_text){text.data + start, end - start}, error);
}

static kl_status char_at(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]);
    int64_t index = kl_as_int(args[1]);
    size_t at = index < 0 ? text.len : kl_text_offset(text, (size_t)index);
    size_t len = at < text.len ? kl_text_step(text, at) : 0;
    return kl_string_from_valid(out, (kl_text){text.data + at, len}, error);
}

/* Break after LF, CR LF or CR; the last line needs no break behind it. */
static kl_status lines(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(args[0]);
    kl_work work = kl_node_work(call);
    kl_value list;
    kl_status status;
    KL_TRY(kl_array_new(&list, 8, error));
    for (size_t at = 0, end; at < text.len; at = end) {
        end = at;
        while (end < text.len && text.data[end] != '\n' && text.data[end] != '\r')
            end++;
        kl_value line;
        KL_TRY_OUT(kl_work_step(&work, error));
        KL_TRY_OUT(kl_string_from_valid(&line, (kl_text){text.data + at, end - at}, error));
        KL_TRY_OUT(kl_node_list_push(&list, line, error));
        bool pair = end + 1 < text.len && text.data[end] == '\r' && text.data[end + 1] == '\n';
        end += pair ? 2 : 1;
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

/* ---- padding --------------------------------------------------------------------------------- */

#define PAD_MAX ((int64_t)16 << 20) /* characters */

static kl_status pad(kl_value *out, const kl_value *args, bool left, kl_error *error)
{
    kl_text text = kl_as_text(args[0]), filler = kl_as_text(args[2]);
    int64_t width = kl_as_int(args[1]), missing = width - (int64_t)kl_utf8_count(text);
    if (width > PAD_MAX)
        return kl_node_limit(error, "pad_width", PAD_MAX, "characters");
    filler = filler.len ? (kl_text){filler.data, kl_text_step(filler, 0)} : KL_TEXT(" ");
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    if (!left)
        kl_buffer_add(&to, text);
    for (; missing > 0; missing--)
        kl_buffer_add(&to, filler);
    if (left)
        kl_buffer_add(&to, text);
    return kl_buffer_finish(out, &to, error);
}

static kl_status pad_left(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return pad(out, args, true, error);
}

static kl_status pad_right(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return pad(out, args, false, error);
}

/* ---- names ----------------------------------------------------------------------------------- */

static kl_status camel_case(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    return kl_text_rename(out, kl_as_text(args[0]), KL_NAME_CAMEL, KL_NODE_TEXT_MAX, error);
}

static kl_status snake_case(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    return kl_text_rename(out, kl_as_text(args[0]), KL_NAME_SNAKE, KL_NODE_TEXT_MAX, error);
}

static kl_status kebab_case(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    return kl_text_rename(out, kl_as_text(args[0]), KL_NAME_KEBAB, KL_NODE_TEXT_MAX, error);
}

static kl_status slugify(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_text_slug(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}

/* ---- templates ------------------------------------------------------------------------------- */

static kl_status refuse_template(kl_error *error, size_t at, const char *what)
{
    return kl_node_bad(error, "text",
                       "expected a template such as \"Dear {name}\", got %s at byte %zu", what, at);
}

/* "{path}" at `*at`: what stands there is appended, and stepped over. */
static kl_status fill_in(kl_buffer *to, kl_text text, size_t *at, kl_value values, kl_error *error)
{
    const char *close = memchr(text.data + *at, '}', text.len - *at);
    if (!close)
        return refuse_template(error, *at, "a '{' without '}'");
    kl_text path = {text.data + *at + 1, (size_t)(close - text.data) - *at - 1};
    const kl_value *found = path.len ? kl_value_path(&values, path) : NULL;
    if (!path.len)
        return refuse_template(error, *at, "an empty '{}'");
    if (!found) {
        char name[128];
        snprintf(name, sizeof name, "values.%.*s", (int)KL_MIN(path.len, 100), path.data);
        return kl_node_missing(error, name);
    }
    *at = (size_t)(close - text.data) + 1;
    return kl_value_write(to, *found, error);
}

static kl_status fill_template(kl_buffer *to, kl_text text, kl_value values, kl_error *error)
{
    for (size_t at = 0; at < text.len && to->status == KL_OK;) {
        char c = text.data[at];
        bool doubled = at + 1 < text.len && text.data[at + 1] == c;
        if (c == '{' && !doubled) {
            KL_TRY(fill_in(to, text, &at, values, error));
            continue;
        }
        if (c == '}' && !doubled)
            return refuse_template(error, at, "a '}' without '{'");
        kl_buffer_byte(to, c);
        at += c == '{' || c == '}' ? 2 : 1;
    }
    return KL_OK;
}

static kl_status format(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    kl_status status = fill_template(&to, kl_as_text(args[0]), args[1], error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &to, error);
    kl_buffer_free(&to);
    return status;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *const units[] = {"characters", "graphemes", "bytes", NULL};

static const kl_param plain[] = {KL_TEXT_PARAM("text")};
static const kl_param splitting[] = {KL_TEXT_PARAM("text"), KL_TEXT_PARAM("delimiter")};
static const kl_param joining[] = {{.name = "array", .kind = KL_KIND_ARRAY},
                                   KL_TEXT_PARAM("delimiter")};
static const kl_param searching[] = {KL_TEXT_PARAM("text"), KL_TEXT_PARAM("pattern")};
static const kl_param cutting[] = {
    KL_TEXT_PARAM("text"),
    {.name = "start", .kind = KL_KIND_INT},
    {.name = "end", .kind = KL_KIND_ANY, .flags = KL_OPTIONAL},
};
static const kl_param measuring[] = {KL_TEXT_PARAM("text"), KL_UNIT_PARAM(units)};
static const kl_param picking[] = {KL_TEXT_PARAM("text"), {.name = "index", .kind = KL_KIND_INT}};
static const kl_param padding[] = {
    KL_TEXT_PARAM("text"),
    {.name = "width", .kind = KL_KIND_COUNT},
    {.name = "pad_char", .kind = KL_KIND_STRING, .flags = KL_OPTIONAL},
};
static const kl_param replacing[] = {KL_TEXT_PARAM("text"), KL_TEXT_PARAM("pattern"),
                                     KL_TEXT_PARAM("replacement")};
static const kl_param finding[] = {
    KL_TEXT_PARAM("text"),
    KL_TEXT_PARAM("pattern"),
    {.name = "group", .kind = KL_KIND_INT, .fallback = "0", .range = KL_RANGE(0, KL_REGEX_GROUPS_MAX - 1)},
};
static const kl_param repeating[] = {KL_TEXT_PARAM("text"),
                                     {.name = "count", .kind = KL_KIND_COUNT}};
static const kl_param formatting[] = {KL_TEXT_PARAM("text"),
                                      {.name = "values", .kind = KL_KIND_MAP}};

#define OPERATIONS(ROW)                                                                            \
    ROW("split", splitting, kl_text_split_op)                                                      \
    ROW("join", joining, kl_text_join_op)                                                          \
    ROW("contains", searching, contains)                                                           \
    ROW("starts_with", searching, starts_with)                                                     \
    ROW("ends_with", searching, ends_with)                                                         \
    ROW("substring", cutting, substring)                                                           \
    ROW("length", measuring, kl_text_length_op)                                                    \
    ROW("char_at", picking, char_at)                                                               \
    ROW("pad_left", padding, pad_left)                                                             \
    ROW("pad_right", padding, pad_right)                                                           \
    ROW("replace", replacing, kl_text_replace_op)                                                  \
    ROW("regex_match", searching, regex_match)                                                     \
    ROW("regex_replace", replacing, kl_text_regex_replace_op)                                      \
    ROW("regex_find_all", finding, kl_text_find_all_op)                                            \
    ROW("trim", plain, kl_text_trim_op)                                                            \
    ROW("title", plain, kl_text_title_op)                                                          \
    ROW("camel_case", plain, camel_case)                                                           \
    ROW("snake_case", plain, snake_case)                                                           \
    ROW("kebab_case", plain, kebab_case)                                                           \
    ROW("repeat", repeating, kl_text_repeat_op)                                                    \
    ROW("slugify", plain, slugify)                                                                 \
    ROW("format", formatting, format)                                                              \
    ROW("lines", plain, lines)

static const char *const names[] = {OPERATIONS(KL_OPERATION_NAME) NULL};
static const kl_operation operations[] = {OPERATIONS(KL_OPERATION_ROW)};

static kl_status string_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_operation_run(out, KL_TABLE(operations), call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "What to do."},
    KL_OPERATION_KEY("text", "The text; every operation but join needs it."),
    KL_OPERATION_KEY("delimiter", "split, join: what stands between the pieces; split without it "
                                  "(\"\") gives the characters."),
    KL_OPERATION_KEY("array", "join: the pieces; what is no string is written as text."),
    KL_OPERATION_KEY("pattern", "contains, starts_with, ends_with, replace: a literal text. "
                                "regex_...: a regular expression (PCRE2)."),
    KL_OPERATION_KEY("replacement", "replace, regex_replace: what to put in its place; in "
                                    "regex_replace $1 and ${name} are groups."),
    KL_OPERATION_KEY("start", "substring: index of the first character, from 0; a negative one "
                              "gives \"\"."),
    KL_OPERATION_KEY("end", "substring: index behind the last one; left out or negative = to the "
                            "end."),
    KL_OPERATION_KEY("index", "char_at: index of the character; \"\" when there is none."),
    KL_OPERATION_KEY("width", "pad_left, pad_right: characters wanted, at most 16777216."),
    KL_OPERATION_KEY("pad_char", "pad_left, pad_right: its first character fills; default blank."),
    KL_OPERATION_KEY("unit", "length: characters (default), graphemes or bytes."),
    KL_OPERATION_KEY("group", "regex_find_all: the group to give; 0 (default) is the whole match."),
    KL_OPERATION_KEY("count", "repeat: how often."),
    KL_OPERATION_KEY("values", "format: what replaces {name} and {path.to.value} in the text; {{ "
                               "and }} stand for braces."),
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "A text, a bool, an int or a list of texts."},
};

static const kl_node_type types[] = {
    {
        .name = "StringOperationsNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = string_run,
        .doc = "Searches, cuts, pads and builds texts. Characters are code points; texts longer "
               "than 64 MiB are refused.",
    },
};

static const kl_node_family string_nodes = {.name = "strings", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(string_nodes);
