/* src/pact/members.c - members of wire maps: read with a message that names them, and written. */
#include "knowledge.h"
#include "words.h"

kl_status kl_pact_member_wrong(const kl_pact_reader *reader, const char *name, const char *text)
{
    return kl_error_set(reader->error, KL_INVALID, "%s: %s: %s", reader->what, name, text);
}

kl_status kl_pact_member_check(const kl_pact_reader *reader)
{
    if (kl_is(reader->map, KL_KIND_MAP))
        return KL_OK;
    return kl_error_set(reader->error, KL_INVALID, "%s: expected an object, got %s", reader->what,
                        kl_value_kind_name(reader->map));
}

/* The member, or NULL when it is not there or null and need not be. */
static kl_status find(const kl_value **out, const kl_pact_reader *reader, const char *name, bool required)
{
    *out = kl_map_find(reader->map, kl_text_from(name));
    if (!*out && required)
        return kl_error_set(reader->error, KL_INVALID, "%s: missing field `%s`", reader->what, name);
    if (*out && kl_is_null(**out) && !required)
        *out = NULL;
    return KL_OK;
}

static kl_status wrong_kind(const kl_pact_reader *reader, const char *name, const char *wanted, kl_value got)
{
    return kl_error_set(reader->error, KL_INVALID, "%s: %s: expected %s, got %s", reader->what, name,
                        wanted, kl_value_kind_name(got));
}

kl_status kl_pact_member_text(kl_value *slot, const kl_pact_reader *reader, const char *name, bool required)
{
    const kl_value *found;
    KL_TRY(find(&found, reader, name, required));
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_STRING))
        return wrong_kind(reader, name, "a string", *found);
    kl_value_replace(slot, kl_value_retain(*found));
    return KL_OK;
}

kl_status kl_pact_member_bool(bool *slot, const kl_pact_reader *reader, const char *name, bool required)
{
    const kl_value *found;
    KL_TRY(find(&found, reader, name, required));
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_BOOL))
        return wrong_kind(reader, name, "a boolean", *found);
    *slot = kl_as_bool(*found);
    return KL_OK;
}

static kl_status in_member(const kl_pact_reader *reader, const char *name, kl_status status)
{
    if (status != KL_OK)
        kl_error_prefix(reader->error, "%s: %s: ", reader->what, name);
    return status;
}

kl_status kl_pact_member_address(kl_value *slot, const kl_pact_reader *reader, const char *name,
                                 bool required)
{
    const kl_value *found;
    kl_pact_address address;
    kl_value text;
    KL_TRY(find(&found, reader, name, required));
    if (!found)
        return KL_OK;
    KL_TRY(in_member(reader, name, kl_pact_address_read(&address, *found, reader->error)));
    KL_TRY(kl_pact_path_text(&text, kl_pact_path_of(&address), reader->error));
    kl_value_replace(slot, text);
    return KL_OK;
}

kl_status kl_pact_member_level(kl_value *slot, int64_t *level, const kl_pact_reader *reader,
                               const char *name, bool required)
{
    const kl_value *found;
    kl_confidentiality read;
    kl_value object;
    KL_TRY(find(&found, reader, name, required));
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_STRING))
        return wrong_kind(reader, name, "the name of a level", *found);
    KL_TRY(in_member(reader, name, kl_pact_level_read(&read, kl_as_text(*found), reader->error)));
    KL_TRY(kl_pact_level_new(&object, read, reader->error));
    kl_value_replace(slot, object);
    *level = read;
    return KL_OK;
}

kl_status kl_pact_member_time(kl_value *slot, int64_t *time, const kl_pact_reader *reader, const char *name,
                              kl_time_zone zone)
{
    const kl_value *found;
    kl_time read;
    kl_value text;
    KL_TRY(find(&found, reader, name, false));
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_STRING))
        return wrong_kind(reader, name, "an RFC 3339 time", *found);
    KL_TRY(in_member(reader, name, kl_time_parse(&read, kl_as_text(*found), reader->error)));
    KL_TRY(kl_pact_time_string(&text, read, zone, reader->error));
    kl_value_replace(slot, text);
    *time = read;
    return KL_OK;
}

kl_status kl_pact_member_texts(kl_value *slot, const kl_pact_reader *reader, const char *name)
{
    const kl_value *found;
    KL_TRY(find(&found, reader, name, false));
    if (!found)
        return KL_OK;
    if (!kl_is(*found, KL_KIND_ARRAY))
        return wrong_kind(reader, name, "an array of strings", *found);
    for (size_t i = 0; i < kl_array_len(*found); i++)
        if (!kl_is(kl_array_at(*found, i), KL_KIND_STRING))
            return wrong_kind(reader, name, "an array of strings, not one with", kl_array_at(*found, i));
    kl_value_replace(slot, kl_value_retain(*found));
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

kl_status kl_pact_put_address(kl_value *map, const char *name, kl_value text, kl_error *error)
{
    kl_pact_address address;
    kl_value segments;
    if (kl_is_null(text))
        return KL_OK;
    KL_TRY(kl_pact_address_parse(&address, kl_as_text(text), error));
    KL_TRY(kl_pact_path_map(&segments, kl_pact_path_of(&address), error));
    return kl_map_set(map, kl_text_from(name), segments, error);
}

kl_status kl_pact_put(kl_value *map, const char *name, kl_value value, kl_error *error)
{
    const kl_pact_word *word = kl_as_object(value, &kl_pact_level_type);
    return kl_is_null(value) ? KL_OK
                             : kl_map_set(map, kl_text_from(name),
                                          kl_value_retain(word ? word->name : value), error);
}

/* ---- texts ----------------------------------------------------------------------------------- */

kl_status kl_pact_texts_sorted(kl_value *out, kl_value texts, kl_error *error)
{
    kl_value sorted, list;
    kl_status status;
    KL_TRY(kl_array_slice(&sorted, texts, 0, kl_array_len(texts), error));
    list = kl_null();
    KL_TRY_OUT(kl_array_sort(&sorted, error));
    KL_TRY_OUT(kl_array_new(&list, kl_array_len(sorted), error));
    for (size_t i = 0; i < kl_array_len(sorted); i++) {
        kl_value item = kl_array_at(sorted, i);
        if (i == 0 || !kl_text_equal(kl_as_text(item), kl_as_text(kl_array_at(sorted, i - 1))))
            KL_TRY_OUT(kl_array_push(&list, kl_value_retain(item), error));
    }
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(sorted);
    return status;
}

bool kl_pact_texts_within(kl_value some, kl_value all)
{
    for (size_t i = 0; i < kl_array_len(some); i++) {
        bool found = false;
        for (size_t j = 0; j < kl_array_len(all) && !found; j++)
            found = kl_text_equal(kl_as_text(kl_array_at(some, i)), kl_as_text(kl_array_at(all, j)));
        if (!found)
            return false;
    }
    return true;
}

kl_status kl_pact_time_string(kl_value *out, kl_time time, kl_time_zone zone, kl_error *error)
{
    char text[KL_TIME_TEXT];
    size_t len = kl_time_print(text, time, KL_TIME_SHORTEST, zone);
    return kl_string_from_valid(out, (kl_text){text, len}, error);
}

kl_status kl_pact_address_text(kl_value *out, kl_text text, kl_error *error)
{
    kl_pact_address address;
    KL_TRY(kl_pact_address_parse(&address, text, error));
    return kl_pact_path_text(out, kl_pact_path_of(&address), error);
}
