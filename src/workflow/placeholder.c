/* src/workflow/placeholder.c - see placeholder.h. */
#include "placeholder.h"
#include "buffer.h"

/* ---- finding one in a text ------------------------------------------------------------------- */

typedef struct placeholder {
    size_t start, end; /* of {{...}} in the text */
    kl_text name;
} placeholder;

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at;
}

/* ASCII only, whatever the locale says. */
static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool goes_on_name(char c)
{
    return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static const char *skip_name(const char *at, const char *end)
{
    if (at == end || !starts_name(*at))
        return at;
    while (at < end && goes_on_name(*at))
        at++;
    return at;
}

/* Whether a placeholder begins at `at`. */
static bool read_placeholder(placeholder *out, kl_text text, const char *at)
{
    const char *end = text.data + text.len;
    if (end - at < 5 || at[0] != '{' || at[1] != '{')
        return false;
    const char *name = skip_blanks(at + 2, end), *name_end = skip_name(name, end);
    const char *close = skip_blanks(name_end, end);
    if (name == name_end || end - close < 2 || close[0] != '}' || close[1] != '}')
        return false;
    *out = (placeholder){(size_t)(at - text.data),
                         (size_t)(close + 2 - text.data),
                         {name, (size_t)(name_end - name)}};
    return true;
}

/* The first placeholder from byte `from` on. */
static bool next_placeholder(placeholder *out, kl_text text, size_t from)
{
    while (from < text.len) {
        const char *at = memchr(text.data + from, '{', text.len - from);
        if (!at)
            return false;
        if (read_placeholder(out, text, at))
            return true;
        from = (size_t)(at - text.data) + 1;
    }
    return false;
}

/* ---- collecting names ------------------------------------------------------------------------ */

static kl_status collect_text(kl_value *names, kl_text text, kl_error *error)
{
    placeholder found = {0};
    while (next_placeholder(&found, text, found.end))
        KL_TRY(kl_map_set(names, found.name, kl_null(), error));
    return KL_OK;
}

/* Depth is that of the JSON text the definition was read from. */
static kl_status collect(kl_value *names, kl_value value, kl_error *error)
{
    if (kl_is(value, KL_KIND_STRING))
        return collect_text(names, kl_as_text(value), error);
    bool is_map = kl_is(value, KL_KIND_MAP);
    if (!is_map && !kl_is(value, KL_KIND_ARRAY))
        return KL_OK;
    for (size_t i = 0, len = kl_value_len(value); i < len; i++)
        KL_TRY(collect(names, is_map ? kl_map_value_at(value, i) : kl_array_at(value, i), error));
    return KL_OK;
}

kl_status kl_placeholders_find(kl_value *out, kl_value definition, kl_error *error)
{
    kl_value nodes = kl_map_get(definition, KL_TEXT("nodes"));
    kl_value names = kl_null(), list = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&names, 4, error));
    for (size_t i = 0; i < kl_array_len(nodes); i++)
        KL_TRY_OUT(collect(&names, kl_map_get(kl_array_at(nodes, i), KL_TEXT("config")), error));
    KL_TRY_OUT(kl_array_new(&list, kl_map_len(names), error));
    for (size_t i = 0; i < kl_map_len(names); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_key_value_at(names, i)), error));
    KL_TRY_OUT(kl_array_sort(&list, error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(names);
    return status;
}

/* ---- filling in ------------------------------------------------------------------------------ */

static kl_status value_of(kl_value *out, kl_text name, kl_value values, kl_error *error)
{
    const kl_value *found = kl_map_find(values, name);
    if (!found)
        return kl_error_set(error, KL_INVALID, "missing template parameter: %.*s",
                            KL_TEXT_ARG(name));
    *out = *found;
    return KL_OK;
}

static kl_status add_within(kl_buffer *to, kl_text name, kl_value values, kl_error *error)
{
    kl_value value;
    KL_TRY(value_of(&value, name, values, error));
    if (!kl_is(value, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID,
                            "parameter type mismatch: '%.*s' stands within a text and must be a "
                            "string, got %s",
                            KL_TEXT_ARG(name), kl_value_kind_name(value));
    kl_buffer_add(to, kl_as_text(value));
    return KL_OK;
}

static kl_status fill_text(kl_value *out, kl_value string, kl_value values, kl_error *error)
{
    kl_text text = kl_as_text(string);
    kl_buffer made = KL_BUFFER_INIT;
    placeholder found;
    size_t at = 0;
    kl_status status = KL_OK;
    if (!next_placeholder(&found, text, 0)) {
        *out = kl_value_retain(string);
        return KL_OK;
    }
    if (found.start == 0 && found.end == text.len) {
        kl_value whole;
        KL_TRY(value_of(&whole, found.name, values, error));
        *out = kl_value_retain(whole);
        return KL_OK;
    }
    do {
        kl_buffer_add(&made, (kl_text){text.data + at, found.start - at});
        KL_TRY_OUT(add_within(&made, found.name, values, error));
        at = found.end;
    } while (next_placeholder(&found, text, at));
    kl_buffer_add(&made, (kl_text){text.data + at, text.len - at});
    return kl_buffer_finish(out, &made, error);
out:
    kl_buffer_free(&made);
    return status;
}

/* A copy in which items stand in the place of items; keys stay. Depth as in collect(). */
static kl_status fill(kl_value *out, kl_value value, kl_value values, kl_error *error)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    kl_value made = kl_value_retain(value), item;
    kl_status status;
    if (kl_is(value, KL_KIND_STRING)) {
        kl_value_release(made);
        return fill_text(out, value, values, error);
    }
    for (size_t i = 0, len = is_map || kl_is(value, KL_KIND_ARRAY) ? kl_value_len(value) : 0;
         i < len; i++) {
        KL_TRY_OUT(
            fill(&item, is_map ? kl_map_value_at(value, i) : kl_array_at(value, i), values, error));
        KL_TRY_OUT(is_map ? kl_map_set_key(&made, kl_map_key_value_at(value, i), item, error)
                          : kl_array_set(&made, i, item, error));
    }
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

static kl_status fill_node(kl_value *out, kl_value node, kl_value values, kl_error *error)
{
    kl_value config, made = kl_value_retain(node);
    kl_status status = fill(&config, kl_map_get(node, KL_TEXT("config")), values, error);
    if (status == KL_OK)
        status = kl_map_set(&made, KL_TEXT("config"), config, error);
    if (status == KL_OK)
        *out = made;
    else
        kl_value_release(made);
    return status;
}

kl_status kl_placeholders_fill(kl_value *out, kl_value definition, kl_value values, kl_error *error)
{
    kl_value nodes = kl_map_get(definition, KL_TEXT("nodes"));
    kl_value filled = kl_value_retain(nodes), made = kl_value_retain(definition), node;
    kl_status status = KL_OK;
    for (size_t i = 0; i < kl_array_len(nodes); i++) {
        KL_TRY_OUT(fill_node(&node, kl_array_at(nodes, i), values, error));
        KL_TRY_OUT(kl_array_set(&filled, i, node, error));
    }
    status = kl_map_set(&made, KL_TEXT("nodes"), kl_value_take(&filled), error);
    if (status == KL_OK)
        *out = kl_value_take(&made);
out:
    kl_value_release(filled);
    kl_value_release(made);
    return status;
}
