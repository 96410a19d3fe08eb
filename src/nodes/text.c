/* src/nodes/text.c - TextTransformNode: a text into another one. */
#include "text_operations.h"
#include "unicode.h"
#include "kailash/match.h"

static kl_status uppercase(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_text_upper(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}

static kl_status lowercase(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_text_lower(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}

static kl_status capitalize(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    return kl_text_capitalize(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}

static kl_status trim_start(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    return kl_string_from_valid(out, kl_text_trim(kl_as_text(args[0]), true, false), error);
}

static kl_status trim_end(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_string_from_valid(out, kl_text_trim(kl_as_text(args[0]), false, true), error);
}

static kl_status reverse(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    bool graphemes = kl_text_is(kl_as_text(args[1]), "graphemes");
    return kl_text_reverse(out, kl_as_text(args[0]), graphemes, error);
}

enum { GROUPS_MAX = 100 };

/* The group of the first match; null when there is no match or the group took no part in it. */
static kl_status regex_extract(kl_value *out, const kl_value *args, kl_node_call *call,
                               kl_error *error)
{
    (void)call;
    size_t spans[2 * GROUPS_MAX], groups, group = (size_t)kl_as_int(args[2]);
    kl_text text = kl_as_text(args[0]);
    kl_regex *regex;
    KL_TRY(kl_node_regex(&regex, args[1], error));
    if (group > kl_regex_group_count(regex)) {
        size_t count = kl_regex_group_count(regex);
        kl_regex_free(regex);
        return kl_node_bad(error, "group", "expected a group of the pattern (0 to %zu), got %zu",
                           count, group);
    }
    kl_status status = kl_regex_match(&groups, spans, GROUPS_MAX, regex, text, 0, error);
    kl_regex_free(regex);
    if (status != KL_OK)
        return status;
    *out = kl_null();
    if (group >= groups || spans[2 * group] == SIZE_MAX)
        return KL_OK;
    size_t start = spans[2 * group], end = spans[2 * group + 1];
    return kl_string_from_valid(out, (kl_text){text.data + start, end - start}, error);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const char *const reverse_units[] = {"characters", "graphemes", NULL};
static const char *const length_units[] = {"characters", "graphemes", "bytes", NULL};

static const kl_param plain[] = {KL_TEXT_PARAM("text")};
static const kl_param reversing[] = {KL_TEXT_PARAM("text"), KL_UNIT_PARAM(reverse_units)};
static const kl_param measuring[] = {KL_TEXT_PARAM("text"), KL_UNIT_PARAM(length_units)};
static const kl_param repeating[] = {KL_TEXT_PARAM("text"),
                                     {.name = "count", .kind = KL_KIND_COUNT}};
static const kl_param replacing[] = {KL_TEXT_PARAM("text"), KL_TEXT_PARAM("pattern"),
                                     KL_TEXT_PARAM("replacement")};
static const kl_param splitting[] = {KL_TEXT_PARAM("text"), KL_TEXT_PARAM("delimiter")};
static const kl_param joining[] = {{.name = "array", .kind = KL_KIND_ARRAY},
                                   KL_TEXT_PARAM("delimiter")};
static const kl_param extracting[] = {
    KL_TEXT_PARAM("text"),
    KL_TEXT_PARAM("pattern"),
    {.name = "group", .kind = KL_KIND_INT, .fallback = "0", .range = KL_RANGE(0, GROUPS_MAX - 1)},
};

#define OPERATIONS(ROW)                                                                            \
    ROW("uppercase", plain, uppercase)                                                             \
    ROW("lowercase", plain, lowercase)                                                             \
    ROW("trim", plain, kl_text_trim_op)                                                            \
    ROW("trim_start", plain, trim_start)                                                           \
    ROW("trim_end", plain, trim_end)                                                               \
    ROW("reverse", reversing, reverse)                                                             \
    ROW("length", measuring, kl_text_length_op)                                                    \
    ROW("repeat", repeating, kl_text_repeat_op)                                                    \
    ROW("replace", replacing, kl_text_replace_op)                                                  \
    ROW("split", splitting, kl_text_split_op)                                                      \
    ROW("join", joining, kl_text_join_op)                                                          \
    ROW("regex_replace", replacing, kl_text_regex_replace_op)                                      \
    ROW("regex_extract", extracting, regex_extract)                                                \
    ROW("title", plain, kl_text_title_op)                                                          \
    ROW("capitalize", plain, capitalize)

static const char *const names[] = {OPERATIONS(KL_OPERATION_NAME) NULL};
static const kl_operation operations[] = {OPERATIONS(KL_OPERATION_ROW)};

static kl_status text_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    return kl_operation_run(out, KL_TABLE(operations), call, error);
}

static const kl_param inputs[] = {
    {.name = "operation", .kind = KL_KIND_ENUM, .names = names, .doc = "What to do."},
    KL_OPERATION_KEY("text", "The text; every operation but join needs it."),
    KL_OPERATION_KEY("count", "repeat: how often."),
    KL_OPERATION_KEY("pattern", "replace: what to look for, literally. regex_replace, "
                                "regex_extract: a regular expression (PCRE2)."),
    KL_OPERATION_KEY("replacement", "replace, regex_replace: what to put in its place; in "
                                    "regex_replace $1 and ${name} are groups."),
    KL_OPERATION_KEY("group", "regex_extract: the group to give; 0 (default) is the whole match."),
    KL_OPERATION_KEY("delimiter", "split, join: what stands between the pieces."),
    KL_OPERATION_KEY("array", "join: the pieces; what is no string is written as text."),
    KL_OPERATION_KEY("unit", "reverse: characters (default) or graphemes. length: also bytes."),
};
static const kl_param outputs[] = {
    {.name = "result",
     .kind = KL_KIND_ANY,
     .doc = "A text; an int of length, a list of split, null of regex_extract without a match."},
};

static const kl_node_type types[] = {
    {
        .name = "TextTransformNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = text_run,
        .doc = "Changes a text: cases by the full mappings of Unicode, blanks, order, replacing, "
               "splitting. Texts longer than 64 MiB are refused.",
    },
};

static const kl_node_family text_nodes = {.name = "text", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(text_nodes);
