/* src/nodes/grouping.c - see grouping.h.
 *
 * Every part of the list (parts.h) finds its groups and counts them. Put together in the order of the parts, these are
 * the groups of the list, and it is known where in each list the items of each part go.
 */
#include "grouping.h"
#include "array.h"
#include "lookup.h"
#include "parts.h"
#include "payload.h"
#include "short_text.h"
#include "value_text.h"
#include "kailash/node.h"

/* ---- keys -------------------------------------------------------------------------------------- */

typedef struct key_slot {
    uint32_t hash;
    uint32_t key; /* + 1; 0 = free */
} key_slot;

/* Keys in the order of their coming. The index is open addressing, at most half full. */
typedef struct key_set {
    kl_value keys;
    size_t *counts; /* of each key */
    key_slot *index;
    size_t size;
} key_set;

static void end_keys(key_set *set)
{
    kl_value_release(set->keys);
    kl_free(set->counts);
    kl_free(set->index);
}

/* Where a key stands in the index, or would. */
static key_slot *find_key(const key_set *set, kl_text key, uint64_t hash)
{
    const kl_value *keys = kl_array_items(set->keys);
    size_t at = hash & (set->size - 1);
    for (;; at = (at + 1) & (set->size - 1)) {
        key_slot *slot = &set->index[at];
        if (!slot->key || (slot->hash == (uint32_t)hash &&
                           kl_short_equal(kl_string_text(keys[slot->key - 1].as.string), key)))
            return slot;
    }
}

static kl_status grow_keys(key_set *set, kl_error *error)
{
    size_t size = set->size ? 4 * set->size : 64, count = kl_array_len(set->keys);
    size_t *counts = kl_realloc(set->counts, size / 2 * sizeof *counts);
    if (!counts)
        return kl_error_no_memory(error);
    set->counts = counts;
    key_slot *index = kl_alloc_zero(size, sizeof *index);
    if (!index)
        return kl_error_no_memory(error);
    kl_free(set->index);
    set->index = index;
    set->size = size;
    for (size_t i = 0; i < count; i++) {
        kl_value key = kl_array_at(set->keys, i);
        uint64_t hash = kl_string_hash(key.as.string);
        *find_key(set, kl_as_text(key), hash) = (key_slot){(uint32_t)hash, (uint32_t)i + 1};
    }
    return KL_OK;
}

/* As kl_string_hash(), but it is not kept: most keys are looked at once, and writing takes longer than hashing. */
static uint64_t hash_of(const kl_string *string, kl_text text)
{
    uint64_t known = __atomic_load_n(&string->hash, __ATOMIC_RELAXED);
    return known ? known : kl_text_hash(text);
}

/* The number of a key, a string, which is new if it was not there. */
static kl_status add_key(uint32_t *out, key_set *set, kl_value key, kl_error *error)
{
    kl_text text = kl_string_text(key.as.string);
    uint64_t hash = hash_of(key.as.string, text);
    size_t count = kl_array_len(set->keys);
    if (2 * (count + 1) > set->size)
        KL_TRY(grow_keys(set, error));
    key_slot *slot = find_key(set, text, hash);
    if (!slot->key) {
        KL_TRY(kl_array_push(&set->keys, kl_value_retain(key), error));
        set->counts[count] = 0;
        *slot = (key_slot){(uint32_t)hash, (uint32_t)count + 1};
    }
    *out = slot->key - 1;
    return KL_OK;
}

/* ---- finding the groups of a part ---------------------------------------------------------------- */

typedef struct group_part {
    key_set set;     /* its groups */
    uint32_t *group; /* which of all groups each is */
    kl_value **to;   /* where the next item of each goes */
    size_t owned;    /* items that have one more owner: us */
} group_part;

typedef struct grouping {
    const kl_value *items;
    size_t count;
    kl_text field;
    kl_cut cut;
    uint32_t *of;      /* of every item: which group of its part */
    group_part *parts;
    key_set all;
    kl_value lists;    /* of all groups */
} grouping;

/* The key of a group that is no text, as text; given. */
static kl_status key_text(kl_value *out, kl_value found, kl_error *error)
{
    kl_buffer text = {.limit = KL_NODE_TEXT_MAX};
    kl_status status = kl_value_write(&text, found, error);
    if (status == KL_OK)
        return kl_buffer_finish(out, &text, error);
    kl_buffer_free(&text);
    return status;
}

static kl_status add_value(uint32_t *out, key_set *set, kl_value found, kl_error *error)
{
    kl_value key;
    if (kl_is(found, KL_KIND_STRING))
        return add_key(out, set, found, error);
    KL_TRY(key_text(&key, found, error));
    kl_status status = add_key(out, set, key, error);
    kl_value_release(key);
    return status;
}

/* The row is at hand when its key was read, and no more when the lists are filled: so it is retained here. */
static kl_status find_groups(void *data, const kl_part *part, kl_error *error)
{
    const grouping *g = data;
    group_part *own = &g->parts[part->index];
    kl_lookup lookup = kl_lookup_of(g->field);
    KL_TRY(kl_array_new(&own->set.keys, 8, error));
    for (size_t i = part->begin; i < part->end; i++) {
        kl_lookup_ahead(&lookup, g->items, i, g->count);
        KL_TRY(kl_work_step(part->work, error));
        const kl_value *found = kl_lookup_find(&lookup, &g->items[i]);
        KL_TRY(add_value(&g->of[i], &own->set, found ? *found : kl_null(), error));
        own->set.counts[g->of[i]]++;
        kl_value_retain(g->items[i]);
        own->owned++;
    }
    return KL_OK;
}

/* ---- putting them together ------------------------------------------------------------------------- */

/* How many items of each group come before those of the part is kept in its counts. */
static kl_status add_part(grouping *g, group_part *part, kl_error *error)
{
    size_t count = kl_array_len(part->set.keys);
    part->group = kl_alloc(count * sizeof *part->group);
    part->to = kl_alloc(count * sizeof *part->to);
    if (!part->group || !part->to)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        KL_TRY(add_key(&part->group[i], &g->all, kl_array_at(part->set.keys, i), error));
        size_t *all = &g->all.counts[part->group[i]], before = *all;
        *all += part->set.counts[i];
        part->set.counts[i] = before;
    }
    return KL_OK;
}

static kl_status make_lists(grouping *g, kl_error *error)
{
    size_t count = kl_array_len(g->all.keys);
    KL_TRY(kl_array_new(&g->lists, count, error));
    for (size_t i = 0; i < count; i++) {
        kl_value list;
        KL_TRY(kl_array_new(&list, g->all.counts[i], error));
        KL_TRY(kl_array_push(&g->lists, list, error));
    }
    return KL_OK;
}

static kl_status fill_lists(void *data, size_t block, size_t begin, size_t end, kl_error *error)
{
    const grouping *g = data;
    group_part *own = &g->parts[block];
    const kl_value *lists = kl_array_items(g->lists);
    (void)error;
    for (size_t i = 0, count = kl_array_len(own->set.keys); i < count; i++)
        own->to[i] = lists[own->group[i]].as.array->items + own->set.counts[i];
    for (size_t i = begin; i < end; i++)
        *own->to[g->of[i]]++ = g->items[i];
    own->owned = 0; /* they are the lists' now */
    return KL_OK;
}

/* A map of the groups, which takes their lists. */
static kl_status give_groups(kl_value *out, grouping *g, kl_error *error)
{
    size_t count = kl_array_len(g->all.keys);
    kl_value *slots, *lists = kl_array_edit(&g->lists, error); /* ours alone: cannot fail */
    kl_keys *keys;
    KL_TRY(kl_keys_new(&keys, kl_array_items(g->all.keys), count, error));
    kl_status status = kl_map_of_shape(out, &slots, keys, error);
    for (size_t i = 0; status == KL_OK && i < count; i++)
        slots[i] = kl_value_take(&lists[i]);
    kl_keys_release(keys);
    return status;
}

static void end_grouping(grouping *g)
{
    for (size_t i = 0; g->parts && i < kl_cut_parts(g->cut); i++) {
        group_part *part = &g->parts[i];
        for (size_t j = 0; j < part->owned; j++)
            kl_value_release(g->items[i * g->cut.grain + j]);
        end_keys(&part->set);
        kl_free(part->group);
        kl_free(part->to);
    }
    kl_free(g->parts);
    kl_free(g->of);
    end_keys(&g->all);
    kl_value_release(g->lists);
}

static kl_status group_items(kl_value *out, grouping *g, kl_work *work, kl_error *error)
{
    size_t parts = kl_cut_parts(g->cut);
    g->of = kl_alloc(g->count * sizeof *g->of);
    g->parts = kl_alloc_zero(parts, sizeof *g->parts); /* its values are null */
    if (!g->of || !g->parts)
        return kl_error_no_memory(error);
    KL_TRY(kl_array_new(&g->all.keys, 8, error));
    KL_TRY(kl_parts_run(g->cut, find_groups, g, work, error));
    for (size_t i = 0; i < parts; i++)
        KL_TRY(add_part(g, &g->parts[i], error));
    KL_TRY(make_lists(g, error));
    kl_parts_all(g->cut, fill_lists, g);
    for (size_t i = 0, count = kl_array_len(g->lists); i < count; i++)
        kl_array_added(kl_array_at(g->lists, i), g->all.counts[i]);
    return give_groups(out, g, error);
}

kl_status kl_group_by(kl_value *out, kl_value array, kl_text field, kl_work *work, kl_error *error)
{
    size_t count = kl_array_len(array);
    grouping g = {.items = kl_array_items(array), .count = count, .field = field, .cut = kl_cut_items(count),
                  .all.keys = kl_null(), .lists = kl_null()};
    kl_status status = group_items(out, &g, work, error);
    end_grouping(&g);
    return status;
}
