/* src/base/schema_apply.c - keywords that apply other schemas to the same value. */
#include "schema_check.h"

#define FAULT(...)                                                                                 \
    kl_schema_fault(valid, check, frame->place, keyword->row->name, error, __VA_ARGS__)

/* Apply `node` to the instance of the frame, faults and evaluated parts included. */
static kl_status apply_here(bool *valid, schema_check *check, schema_frame *frame,
                            const schema_node *node, kl_error *error)
{
    return kl_schema_apply(valid, check, frame, node, frame->instance, frame->place, &frame->seen,
                           error);
}

static kl_status try_here(bool *valid, schema_check *check, schema_frame *frame,
                          const schema_node *node, schema_evaluated *seen, kl_error *error)
{
    return kl_schema_try(valid, check, frame, node, frame->instance, frame->place, seen, error);
}

kl_status kl_schema_check_reference(bool *valid, schema_check *check, schema_frame *frame,
                                    const schema_keyword *keyword, kl_error *error)
{
    return apply_here(valid, check, frame, keyword->schemas[0], error);
}

/* The outermost schema that was entered and has the anchor decides. */
kl_status kl_schema_check_dynamic_reference(bool *valid, schema_check *check, schema_frame *frame,
                                            const schema_keyword *keyword, kl_error *error)
{
    const kl_schema *schema = check->schema;
    const schema_node *node = keyword->schemas[0];
    if (!kl_is_null(keyword->anchor))
        for (const schema_frame *up = frame; up; up = up->parent) {
            const schema_resource *resource = &schema->resources[up->node->resource];
            const kl_value *index = kl_map_find(resource->dynamic, kl_as_text(keyword->anchor));
            if (index)
                node = schema->nodes[index->as.integer];
        }
    return apply_here(valid, check, frame, node, error);
}

kl_status kl_schema_check_all_of(bool *valid, schema_check *check, schema_frame *frame,
                                 const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0; i < keyword->schema_count; i++)
        KL_TRY(apply_here(valid, check, frame, keyword->schemas[i], error));
    return KL_OK;
}

kl_status kl_schema_check_any_of(bool *valid, schema_check *check, schema_frame *frame,
                                 const schema_keyword *keyword, kl_error *error)
{
    bool any = false;
    for (size_t i = 0; i < keyword->schema_count; i++) {
        bool fits;
        KL_TRY(try_here(&fits, check, frame, keyword->schemas[i], &frame->seen, error));
        any |= fits;
        if (any && !check->schema->tracks_evaluated)
            return KL_OK;
    }
    return any ? KL_OK : FAULT("matches none of the %zu schemas of anyOf", keyword->schema_count);
}

kl_status kl_schema_check_one_of(bool *valid, schema_check *check, schema_frame *frame,
                                 const schema_keyword *keyword, kl_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < keyword->schema_count; i++) {
        bool fits;
        KL_TRY(try_here(&fits, check, frame, keyword->schemas[i], &frame->seen, error));
        count += fits;
    }
    return count == 1 ? KL_OK
                      : FAULT("matches %zu of the %zu schemas of oneOf, expected exactly one",
                              count, keyword->schema_count);
}

kl_status kl_schema_check_not(bool *valid, schema_check *check, schema_frame *frame,
                              const schema_keyword *keyword, kl_error *error)
{
    bool fits;
    KL_TRY(try_here(&fits, check, frame, keyword->schemas[0], NULL, error));
    return fits ? FAULT("matches the schema of 'not'") : KL_OK;
}

kl_status kl_schema_check_if(bool *valid, schema_check *check, schema_frame *frame,
                             const schema_keyword *keyword, kl_error *error)
{
    bool fits;
    KL_TRY(try_here(&fits, check, frame, keyword->schemas[0], &frame->seen, error));
    const schema_keyword *branch = kl_schema_sibling(frame->node, fits ? "then" : "else");
    return branch ? apply_here(valid, check, frame, branch->schemas[0], error) : KL_OK;
}

/* dependentSchemas, and dependencies, whose lists of names require those names. */
kl_status kl_schema_check_dependent_schemas(bool *valid, schema_check *check, schema_frame *frame,
                                            const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0; i < keyword->schema_count; i++) {
        kl_text name = kl_map_key_at(keyword->value, i);
        kl_value wanted = kl_map_value_at(keyword->value, i);
        if (!kl_map_has(frame->instance, name))
            continue;
        if (keyword->schemas[i])
            KL_TRY(apply_here(valid, check, frame, keyword->schemas[i], error));
        for (size_t j = 0; !keyword->schemas[i] && j < kl_array_len(wanted); j++) {
            kl_text other = kl_as_text(kl_array_at(wanted, j));
            if (!kl_map_has(frame->instance, other))
                KL_TRY(FAULT("field '%.*s' requires field '%.*s'",
                             (int)kl_schema_shown(name).len, name.data,
                             (int)kl_schema_shown(other).len, other.data));
        }
    }
    return KL_OK;
}
