/* src/nodes/text_operations.c - see text_operations.h. */
#include "text_operations.h"
#include "payload.h"
#include "unicode.h"
#include "value_text.h"
#include "kailash/match.h"

/* ---- splitting and joining ------------------------------------------------------------------- */

static kl_status push_text(kl_value *list, kl_text text, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_string_from_valid(&item, text, error));
    return kl_node_list_push(list, item, error);
}

/* Bytes up to the next delimiter (or behind the next character, when that is empty). */
static size_t piece_length(kl_text text, kl_text delimiter)
{
    if (delimiter.len == 0)
        return kl_text_step(text, 0);
    const char *found = memmem(text.data, text.len, delimiter.data, delimiter.len);
    return found ? (size_t)(found - text.data) : text.len;
}

kl_status kl_text_split_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_text text = kl_as_text(args[0]), delimiter = kl_as_text(args[1]);
    kl_work work = kl_node_work(call);
    kl_value list;
    kl_status status;
    bool more = text.len > 0 || delimiter.len > 0; /* "" has one piece, but no character */
    KL_TRY(kl_array_new(&list, 8, error));
    if (text.len == 0 && delimiter.len == 0)
        KL_TRY_OUT(push_text(&list, text, error));
    while (more) {
        size_t len = piece_length(text, delimiter);
        KL_TRY_OUT(kl_work_step(&work, error));
        KL_TRY_OUT(push_text(&list, (kl_text){text.data, len}, error));
        more = len < text.len;
        size_t step = more ? len + delimiter.len : text.len;
        text.data += step;
        text.len -= step;
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

kl_status kl_text_join_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    kl_buffer text = {.limit = KL_NODE_TEXT_MAX};
    kl_work work = kl_node_work(call);
    kl_status status = KL_OK;
    for (size_t i = 0, count = kl_array_len(args[0]);
         i < count && status == KL_OK && text.status == KL_OK; i++) {
        if (i)
            kl_buffer_add(&text, kl_as_text(args[1]));
        status = kl_value_write(&text, kl_array_at(args[0], i), error);
        if (status == KL_OK)
            status = kl_work_step(&work, error);
    }
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

/* ---- replacing ------------------------------------------------------------------------------- */

static void replace_between(kl_buffer *to, kl_text text, kl_text with)
{
    kl_buffer_add(to, with);
    for (size_t at = 0, step; at < text.len && to->status == KL_OK; at += step) {
        step = kl_text_step(text, at);
        kl_buffer_add(to, (kl_text){text.data + at, step});
        kl_buffer_add(to, with);
    }
}

kl_status kl_text_replace_op(kl_value *out, const kl_value *args, kl_node_call *call,
                             kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]), what = kl_as_text(args[1]), with = kl_as_text(args[2]);
    kl_buffer to = {.limit = KL_NODE_TEXT_MAX};
    if (what.len == 0)
        replace_between(&to, text, with);
    while (what.len && to.status == KL_OK) {
        const char *found = memmem(text.data, text.len, what.data, what.len);
        size_t len = found ? (size_t)(found - text.data) : text.len;
        kl_buffer_add(&to, (kl_text){text.data, len});
        if (!found)
            break;
        kl_buffer_add(&to, with);
        text.data += len + what.len;
        text.len -= len + what.len;
    }
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_node_regex(kl_regex **out, kl_value pattern, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_regex_cached(out, kl_as_text(pattern), &why);
    if (status == KL_SYNTAX)
        status =
            kl_node_bad(error, "pattern", "expected valid regex pattern, got one with a fault: %s",
                        kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

kl_status kl_text_regex_replace_op(kl_value *out, const kl_value *args, kl_node_call *call,
                                   kl_error *error)
{
    (void)call;
    kl_regex *regex;
    kl_error why = KL_ERROR_INIT;
    KL_TRY(kl_node_regex(&regex, args[1], error));
    kl_status status = kl_regex_replace(out, regex, kl_as_text(args[0]), kl_as_text(args[2]),
                                        KL_NODE_TEXT_MAX, &why);
    if (status == KL_INVALID)
        status = kl_node_bad(error, "replacement", "%s", kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    kl_regex_free(regex);
    return status;
}

/* ---- small ones ------------------------------------------------------------------------------ */

kl_status kl_text_repeat_op(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]);
    uint64_t count = (uint64_t)kl_as_int(args[1]);
    kl_buffer to = KL_BUFFER_INIT;
    if (text.len && count > KL_NODE_TEXT_MAX / text.len)
        return kl_node_limit(error, "text_size", KL_NODE_TEXT_MAX, "bytes");
    for (uint64_t i = 0; i < count && text.len; i++)
        kl_buffer_add(&to, text);
    return kl_buffer_finish(out, &to, error);
}

kl_status kl_text_length_op(kl_value *out, const kl_value *args, kl_node_call *call,
                            kl_error *error)
{
    (void)call;
    kl_text text = kl_as_text(args[0]), unit = kl_as_text(args[1]);
    size_t length = text.len;
    if (kl_text_is(unit, "graphemes"))
        KL_TRY(kl_text_grapheme_count(&length, text, error));
    else if (kl_text_is(unit, "characters"))
        length = kl_utf8_count(text);
    *out = kl_int((int64_t)length);
    return KL_OK;
}

kl_status kl_text_trim_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    kl_text inner = kl_text_trim(kl_as_text(args[0]), true, true);
    if (inner.len < kl_value_len(args[0]))
        return kl_string_from_valid(out, inner, error);
    *out = kl_value_retain(args[0]);
    return KL_OK;
}

kl_status kl_text_title_op(kl_value *out, const kl_value *args, kl_node_call *call, kl_error *error)
{
    (void)call;
    return kl_text_title(out, kl_as_text(args[0]), KL_NODE_TEXT_MAX, error);
}
