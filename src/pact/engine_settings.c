/* src/pact/engine_settings.c - the mode of an engine, and the actions that no envelope delegates. */
#include "engine_parts.h"

kl_status kl_pact_put_mode(kl_pact_engine *engine, kl_pact_mode mode, kl_error *error)
{
    kl_value row, word;
    KL_TRY(kl_string_new(&word, kl_text_from(kl_pact_mode_name(mode)), error));
    KL_TRY(kl_map_of_one(&row, KL_TEXT("enforcement_mode"), word, error));
    const kl_pact_change change = {.action = "enforcement_mode_changed", .details = row,
                                   .table = KL_PACT_TABLE_SETTINGS, .key = KL_TEXT("enforcement_mode"),
                                   .row = row};
    kl_status status = kl_pact_apply(engine, &change, error);
    kl_value_release(row);
    if (status == KL_OK)
        engine->mode = mode;
    return status;
}

/* ---- actions that are never delegated -------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static kl_text trim(kl_text text)
{
    while (text.len && is_blank(text.data[text.len - 1]))
        text.len--;
    while (text.len && is_blank(*text.data)) {
        text.data++;
        text.len--;
    }
    return text;
}

/* `word` is in lower case. */
static bool is_action(kl_text text, kl_text word)
{
    if (text.len != word.len)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (lower(text.data[i]) != word.data[i])
            return false;
    return true;
}

static bool is_among(kl_value actions, kl_text action)
{
    for (size_t i = 0; i < kl_array_len(actions); i++)
        if (is_action(action, kl_as_text(kl_array_at(actions, i))))
            return true;
    return false;
}

bool kl_pact_is_listed(kl_value actions, kl_text action) { return is_among(actions, trim(action)); }

bool kl_pact_is_never_delegated(const kl_pact_engine *engine, kl_text action)
{
    return is_among(engine->never_delegated, trim(action));
}

static kl_status add_action(kl_value *list, kl_value action, kl_error *error)
{
    kl_text text = trim(kl_as_text(action));
    kl_buffer word = KL_BUFFER_INIT;
    kl_value made;
    if (text.len == 0)
        return kl_error_set(error, KL_INVALID, "actions: an action is empty");
    if (is_among(*list, text))
        return KL_OK;
    for (size_t i = 0; i < text.len; i++)
        kl_buffer_byte(&word, lower(text.data[i]));
    KL_TRY(kl_buffer_finish(&made, &word, error));
    return kl_array_push(list, made, error);
}

/* They are added to: an engine forgets none. */
kl_status kl_pact_put_never_delegated(kl_pact_engine *engine, kl_value actions, kl_error *error)
{
    kl_value list = kl_value_retain(engine->never_delegated), row = kl_null();
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(actions); i++)
        KL_TRY_OUT(add_action(&list, kl_array_at(actions, i), error));
    if (kl_array_len(list) == kl_array_len(engine->never_delegated))
        goto out;
    KL_TRY_OUT(kl_array_sort(&list, error));
    KL_TRY_OUT(kl_map_of_one(&row, KL_TEXT("actions"), kl_value_retain(list), error));
    const kl_pact_change change = {.action = "never_delegated_extended", .details = row,
                                   .table = KL_PACT_TABLE_SETTINGS, .key = KL_TEXT("never_delegated"),
                                   .row = row};
    KL_TRY_OUT(kl_pact_apply(engine, &change, error));
    kl_value before = engine->never_delegated;
    engine->never_delegated = list;
    list = before;
out:
    kl_value_release(row);
    kl_value_release(list);
    return status;
}
