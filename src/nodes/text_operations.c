/* src/nodes/text_operations.c - see text_operations.h. */
#include "text_operations.h"
#include "buffer.h"
#include "payload.h"
#include "unicode.h"
#include "value_text.h"
#include "kailash/match.h"

/* ---- regular expressions --------------------------------------------------------------------- */

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
