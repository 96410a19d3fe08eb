/* src/store/document_path.c - see document_path.h. Recursion is as deep as paths have parts. */
#include "document_path.h"
#include "document_filter.h"

#include <stdlib.h>

typedef struct editing {
    kl_document_edit *edit;
    void *data;
    bool make;
} editing;

/* The first part of a path; `*rest` has no data behind the last. */
static kl_text first_part(kl_text path, kl_text *rest)
{
    const char *dot = memchr(path.data, '.', path.len);
    if (!dot) {
        *rest = (kl_text){NULL, 0};
        return path;
    }
    kl_text part = {path.data, (size_t)(dot - path.data)};
    *rest = (kl_text){dot + 1, path.len - part.len - 1};
    return part;
}

static kl_status edit_in(kl_value *container, kl_text path, const editing *how, kl_error *error);

/* The value of a part, which is taken out, changed and told to be there or not. */
static kl_status edit_part(kl_value *value, bool *present, kl_text rest, const editing *how,
                           kl_error *error)
{
    if (!rest.data)
        return how->edit(value, present, how->data, error);
    if (!*present && !how->make)
        return KL_OK;
    if (!*present) {
        *value = kl_map_empty();
        *present = true;
    }
    return edit_in(value, rest, how, error);
}

static kl_status edit_in_map(kl_value *map, kl_text part, kl_text rest, const editing *how,
                             kl_error *error)
{
    const kl_value *found = kl_map_find(*map, part);
    kl_value value = found ? kl_value_retain(*found) : kl_null();
    bool present = found != NULL, before = present;
    kl_status status = edit_part(&value, &present, rest, how, error);
    if (status == KL_OK && present)
        return kl_map_set(map, part, value, error);
    kl_value_release(value);
    return status == KL_OK && before ? kl_map_remove(map, part, error) : status;
}

/* -1 for what is no index. */
static int64_t index_of(kl_text part)
{
    int64_t index = 0;
    for (size_t i = 0; i < part.len && index < INT32_MAX; i++) {
        if (part.data[i] < '0' || part.data[i] > '9')
            return -1;
        index = index * 10 + (part.data[i] - '0');
    }
    return part.len ? index : -1;
}

static kl_status edit_in_list(kl_value *list, kl_text part, kl_text rest, const editing *how,
                              kl_error *error)
{
    int64_t index = index_of(part), len = (int64_t)kl_array_len(*list);
    bool present = index < len;
    if (index < 0)
        return kl_error_set(error, KL_INVALID, "cannot make field '%.*s' in an array",
                            KL_TEXT_ARG(part));
    if (!present && !how->make)
        return KL_OK;
    if (index - len > KL_DOCUMENT_PAD_MAX)
        return kl_error_set(error, KL_INVALID, "cannot make item %lld of an array of %lld",
                            (long long)index, (long long)len);
    kl_value value = kl_value_retain(kl_array_at(*list, (size_t)index));
    kl_status status = edit_part(&value, &present, rest, how, error);
    if (status != KL_OK) {
        kl_value_release(value);
        return status;
    }
    if (!present) /* removed: the others keep their places */
        kl_value_replace(&value, kl_null());
    for (; len < index; len++) {
        status = kl_array_push(list, kl_null(), error);
        if (status != KL_OK) {
            kl_value_release(value);
            return status;
        }
    }
    return index < (int64_t)kl_array_len(*list)
               ? kl_array_set(list, (size_t)index, value, error)
               : kl_array_push(list, value, error);
}

static kl_status edit_in(kl_value *container, kl_text path, const editing *how, kl_error *error)
{
    kl_text rest, part = first_part(path, &rest);
    if (part.len == 0)
        return kl_error_set(error, KL_INVALID, "expected a path without empty parts");
    if (kl_is(*container, KL_KIND_MAP))
        return edit_in_map(container, part, rest, how, error);
    if (kl_is(*container, KL_KIND_ARRAY))
        return edit_in_list(container, part, rest, how, error);
    if (!how->make)
        return KL_OK;
    return kl_error_set(error, KL_INVALID, "cannot make field '%.*s' in a value of kind %s",
                        KL_TEXT_ARG(part), kl_value_kind_name(*container));
}

kl_status kl_document_edit_at(kl_value *document, kl_text path, bool make, kl_document_edit *edit,
                              void *data, kl_error *error)
{
    editing how = {edit, data, make};
    size_t parts = 1;
    for (size_t i = 0; i < path.len; i++)
        parts += path.data[i] == '.';
    if (parts > KL_FILTER_PATH_MAX)
        return kl_error_set(error, KL_INVALID, "expected a path of at most %d parts",
                            KL_FILTER_PATH_MAX);
    return edit_in(document, path, &how, error);
}

static kl_status put(kl_value *value, bool *present, void *data, kl_error *error)
{
    (void)error;
    kl_value_replace(value, kl_value_retain(*(kl_value *)data));
    *present = true;
    return KL_OK;
}

kl_status kl_document_set(kl_value *document, kl_text path, kl_value value, kl_error *error)
{
    kl_status status = kl_document_edit_at(document, path, true, put, &value, error);
    kl_value_release(value);
    return status;
}

/* ---- parts of documents ------------------------------------------------------------------------- */

static kl_status mark(kl_value *value, bool *present, void *data, kl_error *error)
{
    (void)data;
    if (*present)
        return kl_error_set(error, KL_INVALID, "stands within another path, or twice");
    *value = kl_bool(true);
    *present = true;
    return KL_OK;
}

kl_status kl_document_tree_add(kl_value *tree, kl_text path, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_document_edit_at(tree, path, true, mark, NULL, &why);
    if (status == KL_INVALID && strncmp(kl_error_message(&why), "cannot", 6) == 0)
        kl_error_set(&why, KL_INVALID, "stands within another path, or twice");
    kl_error_move(error, &why);
    return status;
}

static kl_status part_of_map(kl_value *out, kl_value map, kl_value tree, bool except,
                             kl_error *error)
{
    kl_value made;
    KL_TRY(kl_map_new(&made, kl_map_len(map), error));
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_value item = kl_map_value_at(map, i), kept;
        const kl_value *branch = kl_map_find(tree, kl_map_key_at(map, i));
        bool inner = branch && kl_is(*branch, KL_KIND_MAP);
        kl_status status = KL_OK;
        if (!inner && (branch != NULL) == except)
            continue;
        if (inner && !except && !kl_is(item, KL_KIND_MAP) && !kl_is(item, KL_KIND_ARRAY))
            continue;
        if (inner)
            status = kl_document_part(&kept, item, *branch, except, error);
        else
            kept = kl_value_retain(item);
        if (status == KL_OK)
            status = kl_map_set_key(&made, kl_map_key_value_at(map, i), kept, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

static kl_status part_of_list(kl_value *out, kl_value list, kl_value tree, bool except,
                              kl_error *error)
{
    kl_value made;
    KL_TRY(kl_array_new(&made, kl_array_len(list), error));
    for (size_t i = 0; i < kl_array_len(list); i++) {
        kl_value item = kl_array_at(list, i), kept;
        if (!except && !kl_is(item, KL_KIND_MAP))
            continue;
        kl_status status = kl_is(item, KL_KIND_MAP)
                               ? part_of_map(&kept, item, tree, except, error)
                               : (kept = kl_value_retain(item), KL_OK);
        if (status == KL_OK)
            status = kl_array_push(&made, kept, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

kl_status kl_document_part(kl_value *out, kl_value value, kl_value tree, bool except,
                           kl_error *error)
{
    if (kl_is(value, KL_KIND_MAP))
        return part_of_map(out, value, tree, except, error);
    if (kl_is(value, KL_KIND_ARRAY))
        return part_of_list(out, value, tree, except, error);
    *out = kl_value_retain(value);
    return KL_OK;
}
