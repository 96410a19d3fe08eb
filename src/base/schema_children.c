/* src/base/schema_children.c - keywords that apply schemas to the items of an array or the
 * properties of an object. */
#include "schema_check.h"

#include <inttypes.h>

#define FAULT(...)                                                                                 \
    kl_schema_fault(valid, check, frame->place, keyword->row->name, error, __VA_ARGS__)

/* ---- arrays ------------------------------------------------------------------------------------ */

static kl_status apply_item(bool *valid, schema_check *check, schema_frame *frame,
                            const schema_node *node, size_t index, kl_error *error)
{
    const schema_place place = {.parent = frame->place, .index = index};
    KL_TRY(kl_schema_mark(check, frame, index, error));
    return kl_schema_apply(valid, check, frame, node, kl_array_at(frame->instance, index), &place,
                           NULL, error);
}

/* The items from `from` on against one schema. */
static kl_status apply_rest(bool *valid, schema_check *check, schema_frame *frame,
                            const schema_keyword *keyword, size_t from, kl_error *error)
{
    size_t len = kl_array_len(frame->instance);
    if (from >= len)
        return KL_OK;
    if (kl_is(keyword->schemas[0]->value, KL_KIND_BOOL) &&
        !kl_as_bool(keyword->schemas[0]->value))
        return FAULT("expected at most %zu items, got %zu", from, len);
    for (size_t i = from; i < len; i++) {
        KL_TRY(apply_item(valid, check, frame, keyword->schemas[0], i, error));
        if (!*valid && !check->faults)
            return KL_OK;
    }
    return KL_OK;
}

static kl_status apply_list(bool *valid, schema_check *check, schema_frame *frame,
                            const schema_keyword *keyword, kl_error *error)
{
    size_t len = KL_MIN(kl_array_len(frame->instance), keyword->schema_count);
    for (size_t i = 0; i < len; i++)
        KL_TRY(apply_item(valid, check, frame, keyword->schemas[i], i, error));
    return KL_OK;
}

kl_status kl_schema_check_prefix_items(bool *valid, schema_check *check, schema_frame *frame,
                                       const schema_keyword *keyword, kl_error *error)
{
    return apply_list(valid, check, frame, keyword, error);
}

/* 2020-12: the items behind prefixItems. draft-07: all items, or a list as prefixItems. */
kl_status kl_schema_check_items(bool *valid, schema_check *check, schema_frame *frame,
                                const schema_keyword *keyword, kl_error *error)
{
    if (kl_is(keyword->value, KL_KIND_ARRAY))
        return apply_list(valid, check, frame, keyword, error);
    const schema_keyword *prefix = kl_schema_sibling(frame->node, "prefixItems");
    return apply_rest(valid, check, frame, keyword, prefix ? prefix->schema_count : 0, error);
}

kl_status kl_schema_check_additional_items(bool *valid, schema_check *check, schema_frame *frame,
                                           const schema_keyword *keyword, kl_error *error)
{
    const schema_keyword *items = kl_schema_sibling(frame->node, "items");
    if (!items || !kl_is(items->value, KL_KIND_ARRAY))
        return KL_OK;
    return apply_rest(valid, check, frame, keyword, items->schema_count, error);
}

static kl_status count_matches(size_t *out, schema_check *check, schema_frame *frame,
                               const schema_keyword *keyword, kl_error *error)
{
    *out = 0;
    for (size_t i = 0, len = kl_array_len(frame->instance); i < len; i++) {
        const schema_place place = {.parent = frame->place, .index = i};
        bool fits;
        KL_TRY(kl_schema_try(&fits, check, frame, keyword->schemas[0],
                             kl_array_at(frame->instance, i), &place, NULL, error));
        if (!fits)
            continue;
        ++*out;
        KL_TRY(kl_schema_mark(check, frame, i, error));
    }
    return KL_OK;
}

kl_status kl_schema_check_contains(bool *valid, schema_check *check, schema_frame *frame,
                                   const schema_keyword *keyword, kl_error *error)
{
    size_t count;
    if (!kl_is(frame->instance, KL_KIND_ARRAY))
        return KL_OK;
    KL_TRY(count_matches(&count, check, frame, keyword, error));
    const schema_keyword *min = kl_schema_sibling(frame->node, "minContains");
    const schema_keyword *max = kl_schema_sibling(frame->node, "maxContains");
    uint64_t least = min ? (uint64_t)min->count : 1;
    if (count < least)
        KL_TRY(FAULT("expected at least %" PRIu64 " items that match 'contains', got %zu", least,
                     count));
    if (max && count > (uint64_t)max->count)
        KL_TRY(FAULT("expected at most %" PRId64 " items that match 'contains', got %zu",
                     max->count, count));
    return KL_OK;
}

kl_status kl_schema_check_unevaluated_items(bool *valid, schema_check *check, schema_frame *frame,
                                            const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_array_len(frame->instance); i < len; i++)
        if (!kl_schema_is_marked(&frame->seen, i)) {
            const schema_place place = {.parent = frame->place, .index = i};
            KL_TRY(kl_schema_apply(valid, check, frame, keyword->schemas[0],
                                   kl_array_at(frame->instance, i), &place, NULL, error));
        }
    if (kl_is(frame->instance, KL_KIND_ARRAY))
        kl_schema_mark_all(frame);
    return KL_OK;
}

/* ---- objects ----------------------------------------------------------------------------------- */

static kl_status apply_property(bool *valid, schema_check *check, schema_frame *frame,
                                const schema_node *node, size_t index, kl_error *error)
{
    const schema_place place = {.parent = frame->place,
                                .key = kl_map_key_at(frame->instance, index)};
    KL_TRY(kl_schema_mark(check, frame, index, error));
    return kl_schema_apply(valid, check, frame, node, kl_map_value_at(frame->instance, index),
                           &place, NULL, error);
}

kl_status kl_schema_check_properties(bool *valid, schema_check *check, schema_frame *frame,
                                     const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0; i < keyword->schema_count; i++) {
        const kl_value *found = kl_map_find(frame->instance, kl_map_key_at(keyword->value, i));
        if (!found)
            continue;
        size_t index = (size_t)(found - kl_map_values(frame->instance));
        KL_TRY(apply_property(valid, check, frame, keyword->schemas[i], index, error));
        if (!*valid && !check->faults)
            return KL_OK;
    }
    return KL_OK;
}

kl_status kl_schema_check_pattern_properties(bool *valid, schema_check *check, schema_frame *frame,
                                             const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(frame->instance); i < len; i++)
        for (size_t j = 0; j < keyword->pattern_count; j++) {
            bool found;
            KL_TRY(kl_regex_search(&found, keyword->patterns[j], kl_map_key_at(frame->instance, i),
                                   error));
            if (found)
                KL_TRY(apply_property(valid, check, frame, keyword->schemas[j], i, error));
        }
    return KL_OK;
}

/* Whether properties or patternProperties of the same schema speak of `name`. */
static kl_status is_declared(bool *out, const schema_node *node, kl_text name, kl_error *error)
{
    const schema_keyword *properties = kl_schema_sibling(node, "properties");
    const schema_keyword *patterns = kl_schema_sibling(node, "patternProperties");
    *out = properties && kl_map_has(properties->value, name);
    for (size_t i = 0; patterns && !*out && i < patterns->pattern_count; i++)
        KL_TRY(kl_regex_search(out, patterns->patterns[i], name, error));
    return KL_OK;
}

/* A property that only `keyword` speaks of. */
static kl_status apply_further(bool *valid, schema_check *check, schema_frame *frame,
                               const schema_keyword *keyword, size_t index, kl_error *error)
{
    const schema_node *node = keyword->schemas[0];
    kl_text name = kl_map_key_at(frame->instance, index);
    if (!kl_is(node->value, KL_KIND_BOOL) || kl_as_bool(node->value))
        return apply_property(valid, check, frame, node, index, error);
    return FAULT("unexpected field: '%.*s'", (int)kl_schema_shown(name).len, name.data);
}

kl_status kl_schema_check_additional_properties(bool *valid, schema_check *check,
                                                schema_frame *frame,
                                                const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(frame->instance); i < len; i++) {
        bool declared;
        KL_TRY(is_declared(&declared, frame->node, kl_map_key_at(frame->instance, i), error));
        if (!declared)
            KL_TRY(apply_further(valid, check, frame, keyword, i, error));
        if (!*valid && !check->faults)
            return KL_OK;
    }
    return KL_OK;
}

kl_status kl_schema_check_property_names(bool *valid, schema_check *check, schema_frame *frame,
                                         const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(frame->instance); i < len; i++) {
        const schema_place place = {.parent = frame->place,
                                    .key = kl_map_key_at(frame->instance, i)};
        bool fits;
        KL_TRY(kl_schema_try(&fits, check, frame, keyword->schemas[0],
                             kl_map_key_value_at(frame->instance, i), &place, NULL, error));
        if (!fits)
            KL_TRY(FAULT("the name of field '%.*s' is not allowed",
                         (int)kl_schema_shown(place.key).len, place.key.data));
    }
    return KL_OK;
}

kl_status kl_schema_check_unevaluated_properties(bool *valid, schema_check *check,
                                                 schema_frame *frame,
                                                 const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(frame->instance); i < len; i++)
        if (!kl_schema_is_marked(&frame->seen, i))
            KL_TRY(apply_further(valid, check, frame, keyword, i, error));
    if (kl_is(frame->instance, KL_KIND_MAP))
        kl_schema_mark_all(frame);
    return KL_OK;
}
