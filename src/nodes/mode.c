/* src/nodes/mode.c - see mode.h. */
#include "mode.h"

kl_status kl_node_needs(const kl_node_call *call, const char *needs, kl_error *error)
{
    char name[64];
    while (*needs) {
        size_t len = strcspn(needs, " ");
        if (kl_is_null(kl_map_get(call->inputs, (kl_text){needs, len}))) {
            len = KL_MIN(len, sizeof name - 1);
            memcpy(name, needs, len);
            name[len] = '\0';
            return kl_node_missing(error, name);
        }
        needs += len + (needs[len] == ' ');
    }
    return KL_OK;
}

kl_status kl_mode_run(kl_value *out, const kl_mode *modes, size_t count, kl_value word,
                      kl_node_call *call, kl_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!kl_text_is(kl_as_text(word), modes[i].name))
            continue;
        KL_TRY(kl_node_needs(call, modes[i].needs, error));
        return modes[i].run(out, call, error);
    }
    return kl_node_bad_value(error, "mode", "mode of this node", word);
}

kl_status kl_node_octets(const char *name, kl_value value, kl_error *error)
{
    return kl_is_octets(value) ? KL_OK
                               : kl_node_bad(error, name, "expected string or bytes, got %s",
                                             kl_value_kind_name(value));
}

kl_status kl_node_words(const char *name, kl_value value, kl_error *error)
{
    bool fits = kl_is_null(value) || kl_is(value, KL_KIND_STRING) || kl_is(value, KL_KIND_ARRAY);
    for (size_t i = 0; i < kl_array_len(value); i++)
        fits = fits && kl_is(kl_array_at(value, i), KL_KIND_STRING);
    return fits ? KL_OK : kl_node_bad_value(error, name, "string or array of strings", value);
}
