/* src/base/map.c - maps: values beside a table of ordered keys (a shape) that many maps may share. */
#include "payload.h"

/* ---- shapes ---------------------------------------------------------------------------------- */

static void index_put(kl_keys *keys, uint32_t position)
{
    uint32_t slot = (uint32_t)kl_string_hash(keys->keys[position]) & keys->index_mask;
    while (keys->index[slot])
        slot = (slot + 1) & keys->index_mask;
    keys->index[slot] = position + 1;
}

/* An index for up to `capacity` keys, at most half full. */
static kl_status build_index(kl_keys *keys, size_t capacity, kl_error *error)
{
    uint32_t size = 32;
    while (size < 2 * capacity)
        size *= 2;
    uint32_t *index = kl_alloc_zero(size, sizeof *index);
    if (!index)
        return kl_error_no_memory(error);
    kl_free(keys->index);
    keys->index = index;
    keys->index_mask = size - 1;
    for (uint32_t i = 0; i < keys->len; i++)
        index_put(keys, i);
    return KL_OK;
}

static kl_status keys_alloc(kl_keys **out, size_t capacity, kl_error *error)
{
    if (capacity > UINT32_MAX / 4)
        return kl_error_set(error, KL_LIMIT, "a map holds at most 2^30 keys");
    kl_keys *keys = kl_alloc(sizeof(kl_keys) + capacity * sizeof(kl_string *));
    if (!keys)
        return kl_error_no_memory(error);
    *keys = (kl_keys){.refs = 1, .cap = (uint32_t)capacity};
    *out = keys;
    return KL_OK;
}

void kl_keys_free(kl_keys *keys)
{
    if (keys->twin)
        keys->twin->release(keys->twin);
    for (uint32_t i = 0; i < keys->len; i++)
        kl_value_release(kl_value_of_string(keys->keys[i]));
    kl_free(keys->index);
    kl_free(keys);
}

kl_keys *kl_keys_retain(kl_keys *keys)
{
    if (keys)
        __atomic_fetch_add(&keys->refs, 1, __ATOMIC_RELAXED);
    return keys;
}

void kl_keys_release(kl_keys *keys)
{
    if (!keys)
        return;
    if (__atomic_load_n(&keys->refs, __ATOMIC_ACQUIRE) == 1 ||
        __atomic_fetch_sub(&keys->refs, 1, __ATOMIC_ACQ_REL) == 1)
        kl_keys_free(keys);
}

size_t kl_keys_len(const kl_keys *keys) { return keys->len; }

kl_value kl_keys_at(const kl_keys *keys, size_t index)
{
    return index < keys->len ? kl_value_of_string(keys->keys[index]) : kl_null();
}

static bool key_is(const kl_string *key, kl_text text)
{
    if (key->len != text.len)
        return false;
    const char *data = kl_string_text(key).data;
    return data == text.data || memcmp(data, text.data, text.len) == 0;
}

static ptrdiff_t find_linear(const kl_keys *keys, kl_text key)
{
    for (uint32_t i = 0; i < keys->len; i++)
        if (key_is(keys->keys[i], key))
            return i;
    return -1;
}

static ptrdiff_t find_hashed(const kl_keys *keys, kl_text key, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & keys->index_mask;
    for (; keys->index[slot]; slot = (slot + 1) & keys->index_mask)
        if (key_is(keys->keys[keys->index[slot] - 1], key))
            return keys->index[slot] - 1;
    return -1;
}

ptrdiff_t kl_keys_find(const kl_keys *keys, kl_text key)
{
    return keys->index ? find_hashed(keys, key, kl_text_hash(key)) : find_linear(keys, key);
}

ptrdiff_t kl_keys_find_string(const kl_keys *keys, kl_value key)
{
    return keys->index ? find_hashed(keys, kl_as_text(key), kl_string_hash(key.as.string))
                       : find_linear(keys, kl_as_text(key));
}

/* Append a key (taken) that is not there yet to an unshared shape. */
static kl_status keys_append(kl_keys **keys, kl_string *key, kl_error *error)
{
    kl_keys *now = *keys;
    kl_status status = KL_OK;
    if (now->len == now->cap) {
        size_t wanted = (size_t)now->cap + now->cap / 2 + 4;
        kl_keys *grown = wanted > UINT32_MAX / 4
                             ? NULL
                             : kl_realloc(now, sizeof(kl_keys) + wanted * sizeof(kl_string *));
        if (!grown) {
            status = kl_error_no_memory(error);
            goto out;
        }
        grown->cap = (uint32_t)wanted;
        *keys = now = grown;
    }
    bool indexed = now->index && 2 * (now->len + 1) <= now->index_mask;
    if (!indexed && now->len + 1 > KL_KEYS_LINEAR)
        KL_TRY_OUT(build_index(now, now->cap, error));
    if (now->twin) { /* it told of the keys as they were */
        now->twin->release(now->twin);
        now->twin = NULL;
    }
    now->keys[now->len++] = key;
    if (now->index)
        index_put(now, now->len - 1);
    return KL_OK;
out:
    kl_value_release(kl_value_of_string(key));
    return status;
}

static kl_status keys_copy(kl_keys **out, const kl_keys *from, size_t capacity, kl_error *error)
{
    kl_keys *copy;
    KL_TRY(keys_alloc(&copy, KL_MAX(capacity, from->len), error));
    for (uint32_t i = 0; i < from->len; i++)
        copy->keys[copy->len++] =
            kl_value_retain(kl_value_of_string(from->keys[i])).as.string;
    if (copy->len > KL_KEYS_LINEAR) {
        kl_status status = build_index(copy, copy->cap, error);
        if (status != KL_OK) {
            kl_keys_free(copy);
            return status;
        }
    }
    *out = copy;
    return KL_OK;
}

kl_status kl_keys_new(kl_keys **out, const kl_value *list, size_t count, kl_error *error)
{
    kl_keys *keys;
    kl_status status;
    KL_TRY(keys_alloc(&keys, count, error));
    for (size_t i = 0; i < count; i++) {
        if (!kl_is(list[i], KL_KIND_STRING)) {
            status = kl_error_set(error, KL_TYPE, "keys[%zu]: expected string, got %s", i,
                                  kl_value_kind_name(list[i]));
            goto out;
        }
        if (kl_keys_find_string(keys, list[i]) >= 0) {
            kl_text key = kl_as_text(list[i]);
            status = kl_error_set(error, KL_INVALID, "keys[%zu]: '%.*s' stands twice", i,
                                  KL_TEXT_ARG(key));
            goto out;
        }
        KL_TRY_OUT(keys_append(&keys, kl_value_retain(list[i]).as.string, error));
    }
    *out = keys;
    return KL_OK;
out:
    kl_keys_free(keys);
    return status;
}

kl_foreign *kl_keys_twin(kl_keys *keys) { return __atomic_load_n(&keys->twin, __ATOMIC_ACQUIRE); }

kl_foreign *kl_keys_set_twin(kl_keys *keys, kl_foreign *twin)
{
    kl_foreign *expected = NULL;
    if (__atomic_compare_exchange_n(&keys->twin, &expected, twin, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return twin;
    return expected;
}

/* ---- maps ------------------------------------------------------------------------------------ */

static kl_value value_of_map(kl_map *map)
{
    kl_value value = {KL_KIND_MAP, 0, {.map = map}};
    return value;
}

/* A map of shape `keys` (taken, also on failure) with room for `capacity` values, none set. */
static kl_status map_alloc(kl_map **out, kl_keys *keys, size_t capacity, kl_error *error)
{
    kl_map *map = kl_alloc(sizeof(kl_map) + capacity * sizeof(kl_value));
    if (!map) {
        kl_keys_release(keys);
        return kl_error_no_memory(error);
    }
    map->payload = (kl_payload){1, 0};
    map->keys = keys;
    map->cap = capacity;
    *out = map;
    return KL_OK;
}

kl_status kl_map_new(kl_value *out, size_t capacity, kl_error *error)
{
    kl_keys *keys;
    kl_map *map;
    KL_TRY(keys_alloc(&keys, capacity, error));
    KL_TRY(map_alloc(&map, keys, capacity, error));
    *out = value_of_map(map);
    return KL_OK;
}

/* Immutable: two owners that never let go. */
static kl_keys no_keys = {.refs = 2};
static kl_map no_pairs = {.payload = {.refs = 2}, .keys = &no_keys};

kl_value kl_map_empty(void)
{
    kl_value value = {KL_KIND_MAP, 0, {.map = &no_pairs}};
    return kl_value_retain(value);
}

kl_status kl_map_of_shape(kl_value *out, kl_value **values, kl_keys *keys, kl_error *error)
{
    kl_map *map;
    KL_TRY(map_alloc(&map, kl_keys_retain(keys), keys->len, error));
    memset(map->values, 0, keys->len * sizeof(kl_value)); /* all nulls: KL_KIND_NULL is 0 */
    *values = map->values;
    *out = value_of_map(map);
    return KL_OK;
}

kl_keys *kl_map_keys(kl_value map) { return kl_is(map, KL_KIND_MAP) ? map.as.map->keys : NULL; }
const kl_value *kl_map_values(kl_value map)
{
    return kl_is(map, KL_KIND_MAP) ? map.as.map->values : NULL;
}

size_t kl_map_len(kl_value map) { return kl_is(map, KL_KIND_MAP) ? map.as.map->keys->len : 0; }

const kl_value *kl_map_find(kl_value map, kl_text key)
{
    if (!kl_is(map, KL_KIND_MAP))
        return NULL;
    ptrdiff_t position = kl_keys_find(map.as.map->keys, key);
    return position < 0 ? NULL : &map.as.map->values[position];
}

kl_value kl_map_get(kl_value map, kl_text key)
{
    const kl_value *found = kl_map_find(map, key);
    return found ? *found : kl_null();
}

kl_value kl_map_key_value_at(kl_value map, size_t index)
{
    return index < kl_map_len(map) ? kl_value_of_string(map.as.map->keys->keys[index]) : kl_null();
}

kl_text kl_map_key_at(kl_value map, size_t index)
{
    return kl_as_text(kl_map_key_value_at(map, index));
}

kl_value kl_map_value_at(kl_value map, size_t index)
{
    return index < kl_map_len(map) ? map.as.map->values[index] : kl_null();
}

/* Make `*value` the caller's own map with room for `capacity` values; the shape may stay shared. */
static kl_status own_values(kl_value *value, size_t capacity, kl_error *error)
{
    if (!kl_is(*value, KL_KIND_MAP))
        return kl_error_set(error, KL_TYPE, "expected object, got %s", kl_value_kind_name(*value));
    kl_map *now = value->as.map;
    uint32_t len = now->keys->len;
    if (kl_payload_is_sole(&now->payload)) {
        if (capacity <= now->cap)
            return KL_OK;
        size_t wanted = KL_MAX(capacity, now->cap + now->cap / 2 + 4);
        kl_map *grown = kl_payload_resize(&now->payload, sizeof *now + len * sizeof *now->values,
                                          sizeof *now + wanted * sizeof *now->values);
        if (!grown)
            return kl_error_no_memory(error);
        grown->cap = wanted;
        value->as.map = grown;
        return KL_OK;
    }
    kl_map *copy;
    KL_TRY(map_alloc(&copy, kl_keys_retain(now->keys), KL_MAX(capacity, len), error));
    for (uint32_t i = 0; i < len; i++)
        copy->values[i] = kl_value_retain(now->values[i]);
    kl_value_replace(value, value_of_map(copy));
    return KL_OK;
}

/* Make the shape of an own map its own. */
static kl_status own_keys(kl_map *map, size_t capacity, kl_error *error)
{
    if (__atomic_load_n(&map->keys->refs, __ATOMIC_ACQUIRE) == 1)
        return KL_OK;
    kl_keys *copy;
    KL_TRY(keys_copy(&copy, map->keys, capacity, error));
    kl_keys_release(map->keys);
    map->keys = copy;
    return KL_OK;
}

/* Add a key (taken) that is absent. */
static kl_status append_pair(kl_value *value, kl_string *key, kl_value item, kl_error *error)
{
    size_t len = kl_map_len(*value);
    kl_status status = own_values(value, len + 1, error);
    if (status == KL_OK)
        status = own_keys(value->as.map, len + 4, error);
    if (status != KL_OK) {
        kl_value_release(kl_value_of_string(key));
        kl_value_release(item);
        return status;
    }
    status = keys_append(&value->as.map->keys, key, error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    value->as.map->values[len] = item;
    return KL_OK;
}

static kl_status set_at(kl_value *map, size_t position, kl_value item, kl_error *error)
{
    kl_status status = own_values(map, 0, error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    kl_value_replace(&map->as.map->values[position], item);
    return KL_OK;
}

static kl_status refuse(kl_value map, kl_value item, kl_error *error)
{
    kl_value_release(item);
    return kl_error_set(error, KL_TYPE, "expected object, got %s", kl_value_kind_name(map));
}

kl_status kl_map_set(kl_value *map, kl_text key, kl_value item, kl_error *error)
{
    if (!kl_is(*map, KL_KIND_MAP))
        return refuse(*map, item, error);
    ptrdiff_t position = kl_keys_find(map->as.map->keys, key);
    if (position >= 0)
        return set_at(map, (size_t)position, item, error);
    kl_value name;
    kl_status status = kl_string_from_valid(&name, key, error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    return append_pair(map, name.as.string, item, error);
}

kl_status kl_map_set_key(kl_value *map, kl_value key, kl_value item, kl_error *error)
{
    if (!kl_is(*map, KL_KIND_MAP))
        return refuse(*map, item, error);
    if (!kl_is(key, KL_KIND_STRING)) {
        kl_value_release(item);
        return kl_error_set(error, KL_TYPE, "key: expected string, got %s",
                            kl_value_kind_name(key));
    }
    ptrdiff_t position = kl_keys_find_string(map->as.map->keys, key);
    if (position >= 0)
        return set_at(map, (size_t)position, item, error);
    return append_pair(map, kl_value_retain(key).as.string, item, error);
}

kl_status kl_map_of_one(kl_value *out, kl_text key, kl_value item, kl_error *error)
{
    kl_value map;
    kl_status status = kl_map_new(&map, 1, error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    status = kl_map_set(&map, key, item, error);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_map_set_text(kl_value *map, kl_text key, kl_text text, kl_error *error)
{
    kl_value item;
    KL_TRY(kl_string_from_valid(&item, text, error));
    return kl_map_set(map, key, item, error);
}

kl_status kl_map_remove(kl_value *map, kl_text key, kl_error *error)
{
    if (!kl_map_find(*map, key))
        return kl_is(*map, KL_KIND_MAP) ? KL_OK : refuse(*map, kl_null(), error);
    kl_value rest;
    size_t len = kl_map_len(*map);
    KL_TRY(kl_map_new(&rest, len - 1, error));
    for (size_t i = 0; i < len; i++) {
        if (kl_text_equal(kl_map_key_at(*map, i), key))
            continue;
        kl_status status = kl_map_set_key(&rest, kl_map_key_value_at(*map, i),
                                          kl_value_retain(kl_map_value_at(*map, i)), error);
        if (status != KL_OK) {
            kl_value_release(rest);
            return status;
        }
    }
    kl_value_replace(map, rest);
    return KL_OK;
}

kl_status kl_map_merge(kl_value *map, kl_value from, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(from); i < len; i++)
        KL_TRY(kl_map_set_key(map, kl_map_key_value_at(from, i),
                              kl_value_retain(kl_map_value_at(from, i)), error));
    return KL_OK;
}

kl_status kl_map_sorted(kl_value *out, kl_value map, kl_error *error)
{
    kl_value names, sorted = kl_null();
    size_t len = kl_map_len(map);
    kl_status status;
    KL_TRY(kl_array_new(&names, len, error));
    for (size_t i = 0; i < len; i++)
        KL_TRY_OUT(kl_array_push(&names, kl_value_retain(kl_map_key_value_at(map, i)), error));
    KL_TRY_OUT(kl_array_sort(&names, error));
    KL_TRY_OUT(kl_map_new(&sorted, len, error));
    for (size_t i = 0; i < len; i++) {
        kl_value name = kl_array_at(names, i);
        KL_TRY_OUT(kl_map_set_key(&sorted, name,
                                  kl_value_retain(kl_map_get(map, kl_as_text(name))), error));
    }
    *out = kl_value_take(&sorted);
out:
    kl_value_release(sorted);
    kl_value_release(names);
    return status;
}
