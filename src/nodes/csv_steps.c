/* src/nodes/csv_steps.c - choosing columns, sorting and dropping doubles; see csv_steps.h. */
#include "csv_steps.h"
#include "csv.h"
#include "kailash/json.h"
#include "sort.h"

/* ---- choosing and renaming columns ------------------------------------------------------------ */

bool csv_projection_is_needed(const csv_projection *projection)
{
    return !kl_is_null(projection->select) || !kl_is_null(projection->rename) ||
           !kl_is_null(projection->columns);
}

static kl_value renamed(const csv_projection *projection, kl_value name)
{
    kl_value other = kl_map_get(projection->rename, kl_as_text(name));
    return kl_is_null(other) ? name : other;
}

/* A map from output name to input name, in output order, for rows with the keys `names`; given. */
static kl_status plan(kl_value *out, const csv_projection *projection, kl_value names,
                      kl_error *error)
{
    kl_value chosen = kl_is_null(projection->select) ? names : projection->select;
    kl_value pairs = kl_null(), ordered = kl_null();
    kl_status status;
    KL_TRY_OUT(kl_map_new(&pairs, kl_array_len(chosen), error));
    for (size_t i = 0; i < kl_array_len(chosen); i++) {
        kl_value name = kl_array_at(chosen, i);
        KL_TRY_OUT(kl_map_set_key(&pairs, renamed(projection, name), kl_value_retain(name), error));
    }
    if (kl_is_null(projection->columns)) {
        *out = kl_value_take(&pairs);
        goto out;
    }
    KL_TRY_OUT(kl_map_new(&ordered, kl_array_len(projection->columns), error));
    for (size_t i = 0; i < kl_array_len(projection->columns); i++) {
        kl_value name = kl_array_at(projection->columns, i);
        KL_TRY_OUT(kl_map_set_key(&ordered, name,
                                  kl_value_retain(kl_map_get(pairs, kl_as_text(name))), error));
    }
    *out = kl_value_take(&ordered);
out:
    kl_value_release(pairs);
    kl_value_release(ordered);
    return status;
}

static kl_status key_list(kl_value *out, const kl_keys *keys, kl_error *error)
{
    kl_value list;
    KL_TRY(kl_array_new(&list, kl_keys_len(keys), error));
    for (size_t i = 0; i < kl_keys_len(keys); i++) {
        kl_status status = kl_array_push(&list, kl_value_retain(kl_keys_at(keys, i)), error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

kl_status csv_projection_names(kl_value *out, const csv_projection *projection, kl_value names,
                               kl_error *error)
{
    kl_value pairs;
    KL_TRY(plan(&pairs, projection, names, error));
    kl_status status = key_list(out, kl_map_keys(pairs), error);
    kl_value_release(pairs);
    return status;
}

/* Make the plan for rows of the shape `from`. */
static kl_status prepare(csv_projection *projection, kl_keys *from, kl_error *error)
{
    kl_value names = kl_null(), pairs = kl_null();
    ptrdiff_t *sources = NULL;
    kl_status status;
    KL_TRY_OUT(key_list(&names, from, error));
    KL_TRY_OUT(plan(&pairs, projection, names, error));
    size_t count = kl_map_len(pairs);
    sources = kl_alloc_zero(KL_MAX(count, 1), sizeof *sources);
    if (!sources)
        KL_TRY_OUT(kl_error_no_memory(error));
    for (size_t i = 0; i < count; i++) {
        kl_value name = kl_map_value_at(pairs, i);
        sources[i] = kl_is_null(name) ? -1 : kl_keys_find(from, kl_as_text(name));
    }
    csv_projection_end(projection);
    projection->from = kl_keys_retain(from);
    projection->to = kl_keys_retain(kl_map_keys(pairs));
    projection->sources = sources;
    sources = NULL;
out:
    kl_free(sources);
    kl_value_release(pairs);
    kl_value_release(names);
    return status;
}

kl_status csv_project(kl_value *row, csv_projection *projection, kl_error *error)
{
    kl_value map, *cells;
    if (kl_map_keys(*row) != projection->from)
        KL_TRY(prepare(projection, kl_map_keys(*row), error));
    KL_TRY(kl_map_of_shape(&map, &cells, projection->to, error));
    const kl_value *values = kl_map_values(*row);
    for (size_t i = 0; i < kl_keys_len(projection->to); i++)
        if (projection->sources[i] >= 0)
            cells[i] = kl_value_retain(values[projection->sources[i]]);
    kl_value_replace(row, map);
    return KL_OK;
}

void csv_projection_end(csv_projection *projection)
{
    kl_keys_release(projection->from);
    kl_keys_release(projection->to);
    kl_free(projection->sources);
    projection->from = projection->to = NULL;
    projection->sources = NULL;
}

/* ---- sorting ----------------------------------------------------------------------------------- */

/* The cells to compare, as an array; given. */
static kl_status sort_key(kl_value *out, kl_value row, kl_value sort_by, kl_error *error)
{
    kl_value key;
    size_t count = kl_array_len(sort_by);
    KL_TRY(kl_array_new(&key, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_value cell = kl_map_get(row, kl_as_text(kl_array_at(sort_by, i))), number;
        kl_status status = kl_is(cell, KL_KIND_STRING)
                               ? kl_csv_infer(&number, kl_as_text(cell), error)
                               : KL_OK;
        if (status == KL_OK)
            status = kl_array_push(&key, kl_is(cell, KL_KIND_STRING) ? number
                                                                     : kl_value_retain(cell), error);
        if (status != KL_OK) {
            kl_value_release(key);
            return status;
        }
    }
    *out = key;
    return KL_OK;
}

kl_status csv_sort(kl_value *rows, kl_value sort_by, bool descending, kl_error *error)
{
    size_t count = kl_array_len(*rows), made = 0;
    kl_work work = {0};
    kl_status status = KL_OK;
    if (count < 2)
        return KL_OK;
    kl_sort_pair *pairs = kl_alloc_zero(count, sizeof *pairs);
    kl_value *items = pairs ? kl_array_edit(rows, error) : NULL;
    if (!items) {
        kl_free(pairs);
        return kl_error_no_memory(error);
    }
    for (; made < count; made++) {
        pairs[made].item = items[made];
        KL_TRY_OUT(sort_key(&pairs[made].key, items[made], sort_by, error));
    }
    KL_TRY_OUT(kl_sort_pairs(pairs, count, descending, &work, error));
    for (size_t i = 0; i < count; i++)
        items[i] = pairs[i].item;
out:
    for (size_t i = 0; i < made; i++)
        kl_value_release(pairs[i].key);
    kl_free(pairs);
    return status;
}

/* ---- doubles ----------------------------------------------------------------------------------- */

kl_status csv_seen(bool *out, kl_value *seen, kl_value row, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, row, &kl_json_plain, error));
    *out = kl_map_has(*seen, kl_as_text(text));
    kl_status status = *out ? KL_OK : kl_map_set_key(seen, text, kl_null(), error);
    kl_value_release(text);
    return status;
}
