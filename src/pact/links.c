/* src/pact/links.c - see links.h. */
#include "links.h"

kl_status kl_pact_links_new(kl_pact_links *out, kl_error *error)
{
    kl_pact_links links;
    KL_TRY(kl_map_new(&links.by_id, 0, error));
    kl_status status = kl_map_new(&links.by_ends, 0, error);
    if (status != KL_OK) {
        kl_value_release(links.by_id);
        return status;
    }
    *out = links;
    return KL_OK;
}

kl_pact_links kl_pact_links_copy(const kl_pact_links *links)
{
    return (kl_pact_links){kl_value_retain(links->by_id), kl_value_retain(links->by_ends)};
}

void kl_pact_links_free(kl_pact_links *links)
{
    kl_value_release(links->by_id);
    kl_value_release(links->by_ends);
    *links = (kl_pact_links){kl_null(), kl_null()};
}

/* ---- changing -------------------------------------------------------------------------------- */

/* `list` with one object more, or less; given. */
static kl_status changed_list(kl_value *out, kl_value list, kl_value object, bool add, kl_error *error)
{
    kl_value made;
    kl_status status;
    KL_TRY(kl_array_new(&made, kl_array_len(list) + 1, error));
    for (size_t i = 0; i < kl_array_len(list); i++)
        if (kl_array_at(list, i).as.object != object.as.object)
            KL_TRY_OUT(kl_array_push(&made, kl_value_retain(kl_array_at(list, i)), error));
    if (add)
        KL_TRY_OUT(kl_array_push(&made, kl_value_retain(object), error));
    *out = made;
    return KL_OK;
out:
    kl_value_release(made);
    return status;
}

/* Set a key to a container, or remove it when that is empty. `item` is taken. */
static kl_status set_or_remove(kl_value *map, kl_value key, kl_value item, kl_error *error)
{
    if (kl_value_len(item))
        return kl_map_set_key(map, key, item, error);
    kl_value_release(item);
    return kl_map_remove(map, kl_as_text(key), error);
}

static kl_status change_ends(kl_pact_links *links, kl_value from, kl_value to, kl_value object, bool add,
                             kl_error *error)
{
    kl_value inner = kl_map_get(links->by_ends, kl_as_text(from)), list;
    KL_TRY(changed_list(&list, kl_map_get(inner, kl_as_text(to)), object, add, error));
    inner = kl_is_null(inner) ? kl_map_empty() : kl_value_retain(inner);
    kl_status status = set_or_remove(&inner, to, list, error);
    if (status != KL_OK) {
        kl_value_release(inner);
        return status;
    }
    return set_or_remove(&links->by_ends, from, inner, error);
}

static kl_status change_link(kl_pact_links *links, const kl_pact_link *link, bool add, kl_error *error)
{
    KL_TRY(change_ends(links, link->from, link->to, link->object, add, error));
    return link->both_ways ? change_ends(links, link->to, link->from, link->object, add, error) : KL_OK;
}

kl_status kl_pact_links_change(kl_pact_links *links, const kl_pact_link *removed, const kl_pact_link *added,
                               kl_error *error)
{
    if (removed) {
        KL_TRY(change_link(links, removed, false, error));
        if (!added || !kl_text_equal(removed->id, added->id))
            KL_TRY(kl_map_remove(&links->by_id, removed->id, error));
    }
    if (!added)
        return KL_OK;
    KL_TRY(change_link(links, added, true, error));
    return kl_map_set(&links->by_id, added->id, kl_value_retain(added->object), error);
}

/* ---- asking ---------------------------------------------------------------------------------- */

kl_value kl_pact_links_between(const kl_pact_links *links, kl_text from, kl_text to)
{
    return kl_map_get(kl_map_get(links->by_ends, from), to);
}

kl_status kl_pact_links_list(kl_value *out, const kl_pact_links *links, kl_error *error)
{
    kl_value sorted, list;
    kl_status status;
    KL_TRY(kl_map_sorted(&sorted, links->by_id, error));
    status = kl_array_new(&list, kl_map_len(sorted), error);
    if (status != KL_OK) {
        kl_value_release(sorted);
        return status;
    }
    for (size_t i = 0; i < kl_map_len(sorted); i++)
        KL_TRY_OUT(kl_array_push(&list, kl_value_retain(kl_map_value_at(sorted, i)), error));
    *out = kl_value_take(&list);
out:
    kl_value_release(list);
    kl_value_release(sorted);
    return status;
}
