/* src/nodes/mapper.c - DataMapperNode: dicts with other keys. */
#include "operation.h"

#include <stdio.h>

enum { DATA, MAPPING, NESTED_TARGETS, DEFAULTS, INCLUDE_UNMAPPED };
enum { LEVELS_MAX = 64 };

/* What the inputs ask for, the same for every row. */
typedef struct plan {
    kl_value mapping, defaults;
    bool nested, unmapped;
    kl_keys *shape; /* of the results, when every one that lacks nothing has the same keys */
    kl_value heads; /* map whose keys are the first segments of the sources */
} plan;

/* ---- the plan -------------------------------------------------------------------------------- */

static kl_status check_target(kl_text source, kl_value target, bool nested, kl_error *error)
{
    char place[160];
    snprintf(place, sizeof place, "mapping.%.*s", (int)KL_MIN(source.len, 100), source.data);
    if (!kl_is(target, KL_KIND_STRING))
        return kl_node_bad(error, place, "expected string value for target path, got %s",
                           kl_value_kind_name(target));
    size_t levels = 1;
    kl_text text = kl_as_text(target);
    for (size_t i = 0; i < text.len; i++)
        levels += text.data[i] == '.';
    if (nested && levels > LEVELS_MAX)
        return kl_node_bad(error, place, "expected a target path of at most %d levels, got %zu",
                           LEVELS_MAX, levels);
    return KL_OK;
}

static kl_status check_mapping(const plan *p, kl_error *error)
{
    for (size_t i = 0, count = kl_map_len(p->mapping); i < count; i++)
        KL_TRY(check_target(kl_map_key_at(p->mapping, i), kl_map_value_at(p->mapping, i), p->nested,
                            error));
    for (size_t i = 0, count = p->nested ? kl_map_len(p->defaults) : 0; i < count; i++)
        KL_TRY(check_target(KL_TEXT("defaults"), kl_map_key_value_at(p->defaults, i), true, error));
    return KL_OK;
}

/* The targets as a shape, unless two sources go onto one of them. */
static kl_status make_shape(plan *p, kl_error *error)
{
    kl_value targets;
    kl_status status = KL_OK;
    size_t count = kl_map_len(p->mapping);
    KL_TRY(kl_map_new(&targets, count, error));
    for (size_t i = 0; i < count; i++)
        KL_TRY_OUT(kl_map_set_key(&targets, kl_map_value_at(p->mapping, i), kl_null(), error));
    if (kl_map_len(targets) == count)
        p->shape = kl_keys_retain(kl_map_keys(targets));
out:
    kl_value_release(targets);
    return status;
}

static kl_status make_heads(plan *p, kl_error *error)
{
    KL_TRY(kl_map_new(&p->heads, kl_map_len(p->mapping), error));
    for (size_t i = 0, count = kl_map_len(p->mapping); i < count; i++) {
        kl_text source = kl_map_key_at(p->mapping, i);
        const char *dot = memchr(source.data, '.', source.len);
        source.len = dot ? (size_t)(dot - source.data) : source.len;
        KL_TRY(kl_map_set(&p->heads, source, kl_null(), error));
    }
    return KL_OK;
}

static kl_status make_plan(plan *p, kl_error *error)
{
    KL_TRY(check_mapping(p, error));
    if (p->unmapped)
        return make_heads(p, error);
    return p->nested ? KL_OK : make_shape(p, error);
}

static void end_plan(plan *p)
{
    kl_keys_release(p->shape);
    kl_value_release(p->heads);
}

/* ---- one row --------------------------------------------------------------------------------- */

/* Put `item` (taken) at a dotted path, building the dicts between; at most LEVELS_MAX deep. */
static kl_status set_path(kl_value *map, kl_text path, kl_value item, kl_error *error)
{
    const char *dot = memchr(path.data, '.', path.len);
    if (!dot)
        return kl_map_set(map, path, item, error);
    kl_text head = {path.data, (size_t)(dot - path.data)};
    kl_text rest = {dot + 1, path.len - head.len - 1};
    kl_value inner = kl_value_retain(kl_map_get(*map, head));
    kl_status status = KL_OK;
    if (!kl_is(inner, KL_KIND_MAP)) {
        kl_value_release(kl_value_take(&inner));
        status = kl_map_new(&inner, 2, error);
    }
    if (status == KL_OK) /* the map lets go, so that the inner one changes in place */
        status = kl_map_set(map, head, kl_null(), error);
    if (status != KL_OK) {
        kl_value_release(item);
        kl_value_release(inner);
        return status;
    }
    status = set_path(&inner, rest, item, error);
    if (status == KL_OK)
        return kl_map_set(map, head, inner, error);
    kl_value_release(inner);
    return status;
}

static kl_status set_target(kl_value *map, const plan *p, kl_value target, kl_value item,
                            kl_error *error)
{
    kl_value shared = kl_value_retain(item);
    return p->nested ? set_path(map, kl_as_text(target), shared, error)
                     : kl_map_set_key(map, target, shared, error);
}

static bool has_target(kl_value map, const plan *p, kl_value target)
{
    kl_text text = kl_as_text(target);
    return p->nested ? kl_value_path(&map, text) != NULL : kl_map_has(map, text);
}

/* Every source is there: a map of the common shape. NULL-like (`*done` false) when one is not. */
static kl_status map_by_shape(kl_value *out, bool *done, const plan *p, kl_value row,
                              kl_error *error)
{
    kl_value map, *values;
    *done = false;
    KL_TRY(kl_map_of_shape(&map, &values, p->shape, error));
    for (size_t i = 0, count = kl_map_len(p->mapping); i < count; i++) {
        const kl_value *found = kl_value_path(&row, kl_map_key_at(p->mapping, i));
        if (!found) {
            kl_value_release(map);
            return KL_OK;
        }
        values[i] = kl_value_retain(*found);
    }
    for (size_t i = 0, count = kl_map_len(p->defaults); i < count; i++) {
        if (!kl_map_has(map, kl_map_key_at(p->defaults, i))) {
            kl_value_release(map);
            return KL_OK;
        }
    }
    *out = map;
    *done = true;
    return KL_OK;
}

static kl_status add_defaults(kl_value *map, const plan *p, kl_error *error)
{
    for (size_t i = 0, count = kl_map_len(p->defaults); i < count; i++) {
        kl_value target = kl_map_key_value_at(p->defaults, i);
        if (!has_target(*map, p, target))
            KL_TRY(set_target(map, p, target, kl_map_value_at(p->defaults, i), error));
    }
    return KL_OK;
}

static kl_status add_unmapped(kl_value *map, const plan *p, kl_value row, kl_error *error)
{
    for (size_t i = 0, count = kl_map_len(row); i < count; i++) {
        kl_value key = kl_map_key_value_at(row, i);
        if (kl_map_has(p->heads, kl_as_text(key)) || kl_map_has(*map, kl_as_text(key)))
            continue;
        KL_TRY(kl_map_set_key(map, key, kl_value_retain(kl_map_value_at(row, i)), error));
    }
    return KL_OK;
}

static kl_status map_by_key(kl_value *out, const plan *p, kl_value row, kl_error *error)
{
    kl_value map;
    kl_status status;
    KL_TRY(kl_map_new(&map, kl_map_len(p->mapping), error));
    for (size_t i = 0, count = kl_map_len(p->mapping); i < count; i++) {
        const kl_value *found = kl_value_path(&row, kl_map_key_at(p->mapping, i));
        if (found)
            KL_TRY_OUT(set_target(&map, p, kl_map_value_at(p->mapping, i), *found, error));
    }
    KL_TRY_OUT(add_defaults(&map, p, error));
    if (p->unmapped)
        KL_TRY_OUT(add_unmapped(&map, p, row, error));
    *out = map;
    return KL_OK;
out:
    kl_value_release(map);
    return status;
}

static kl_status map_row(kl_value *out, const plan *p, kl_value row, kl_error *error)
{
    bool done = false;
    if (!kl_is(row, KL_KIND_MAP))
        return kl_map_new(out, 0, error);
    if (p->shape)
        KL_TRY(map_by_shape(out, &done, p, row, error));
    return done ? KL_OK : map_by_key(out, p, row, error);
}

/* ---- the node -------------------------------------------------------------------------------- */

static kl_status map_rows(kl_value *out, const plan *p, kl_value rows, kl_work *work,
                          kl_error *error)
{
    kl_value list, mapped;
    kl_status status;
    KL_TRY(kl_array_new(&list, kl_array_len(rows), error));
    for (size_t i = 0, count = kl_array_len(rows); i < count; i++) {
        KL_TRY_OUT(kl_work_step(work, error));
        KL_TRY_OUT(map_row(&mapped, p, kl_array_at(rows, i), error));
        KL_TRY_OUT(kl_array_push(&list, mapped, error));
    }
    *out = list;
    return KL_OK;
out:
    kl_value_release(list);
    return status;
}

static kl_status mapper_run(kl_value *out, kl_node_call *call, kl_error *error)
{
    const kl_value *args = call->args;
    kl_work work = kl_node_work(call);
    kl_value result, data = args[DATA];
    plan p = {.mapping = args[MAPPING],
              .defaults = args[DEFAULTS],
              .nested = kl_as_bool(args[NESTED_TARGETS]),
              .unmapped = kl_as_bool(args[INCLUDE_UNMAPPED])};
    void *token = kl_node_long_begin(kl_array_len(data));
    kl_status status = make_plan(&p, error);
    if (status == KL_OK)
        status = kl_is(data, KL_KIND_ARRAY) ? map_rows(&result, &p, data, &work, error)
                                            : map_row(&result, &p, data, error);
    end_plan(&p);
    kl_node_long_end(token);
    return status == KL_OK ? kl_node_result(out, "result", result, error) : status;
}

static const kl_param inputs[] = {
    {.name = "data",
     .kind = KL_KIND_ANY,
     .doc = "A dict, or a list of dicts that are mapped one by one; what is no dict becomes {}."},
    {.name = "mapping",
     .kind = KL_KIND_MAP,
     .doc = "Dotted source path (lists by index) to target key. A source that is missing is left "
            "out; of two sources for one target the later wins."},
    {.name = "nested_targets",
     .kind = KL_KIND_BOOL,
     .fallback = "false",
     .doc = "A dot in a target builds a dict within a dict; otherwise it is part of the key."},
    {.name = "defaults",
     .kind = KL_KIND_MAP,
     .flags = KL_OPTIONAL,
     .doc = "Target key to the value it has when no source gave one."},
    {.name = "include_unmapped",
     .kind = KL_KIND_BOOL,
     .fallback = "false",
     .doc = "Also pass on the top keys that no source path begins with, below the mapped ones."},
};
static const kl_param outputs[] = {
    {.name = "result", .kind = KL_KIND_ANY, .doc = "A dict, or a list of dicts."},
};

static const kl_node_type types[] = {
    {
        .name = "DataMapperNode",
        .category = "Transform",
        .inputs = KL_TABLE(inputs),
        .outputs = KL_TABLE(outputs),
        .run = mapper_run,
        .doc = "Builds dicts with other keys from the values of given ones; shares the values.",
    },
};

static const kl_node_family mapper_nodes = {.name = "mapper", .types = KL_TABLE(types)};
KL_PUBLISH_NODES(mapper_nodes);
