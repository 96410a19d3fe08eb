/* src/base/schema_compile.c - keywords of all schemas checked and made ready. */
#include "schema_node.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* ---- shapes ------------------------------------------------------------------------------------ */

static const char *const type_names[] = {"null",   "boolean", "integer", "number", "string",
                                         "array",  "object",  "float",   NULL};

static bool is_type_name(kl_value value)
{
    if (!kl_is(value, KL_KIND_STRING))
        return false;
    for (const char *const *name = type_names; *name; name++)
        if (kl_text_is(kl_as_text(value), *name))
            return true;
    return false;
}

static bool all_items(kl_value array, bool (*fits)(kl_value item))
{
    for (size_t i = 0, len = kl_array_len(array); i < len; i++)
        if (!fits(kl_array_at(array, i)))
            return false;
    return kl_is(array, KL_KIND_ARRAY);
}

static bool is_string(kl_value value) { return kl_is(value, KL_KIND_STRING); }

static bool is_names(kl_value value) { return all_items(value, is_string); }

static bool all_values(kl_value map, bool (*fits)(kl_value item))
{
    for (size_t i = 0, len = kl_map_len(map); i < len; i++)
        if (!fits(kl_map_value_at(map, i)))
            return false;
    return kl_is(map, KL_KIND_MAP);
}

static bool is_positive(kl_value value)
{
    return kl_is_number(value) && kl_as_double(value) > 0 && isfinite(kl_as_double(value));
}

static bool is_count(kl_value value)
{
    return kl_schema_is_integer(value) && kl_as_double(value) >= 0;
}

/* Whether `value` has the shape; `*expected` says what that is. Schemas were looked at already. */
static bool has_shape(kl_value value, keyword_shape shape, const char **expected)
{
    switch (shape) {
    case SHAPE_SCHEMA:
    case SHAPE_ITEMS:
    case SHAPE_ANY:
        return true;
    case SHAPE_SCHEMAS:
        *expected = "a non-empty list of schemas";
        return kl_array_len(value) > 0;
    case SHAPE_SCHEMA_MAP:
    case SHAPE_PATTERN_MAP:
    case SHAPE_DEPENDENCIES:
        *expected = "object";
        return kl_is(value, KL_KIND_MAP);
    case SHAPE_NUMBER:
        *expected = "number";
        return kl_is_number(value) && !isnan(kl_as_double(value));
    case SHAPE_POSITIVE:
        *expected = "a number above 0";
        return is_positive(value);
    case SHAPE_COUNT:
        *expected = "non-negative integer";
        return is_count(value);
    case SHAPE_BOOL:
        *expected = "boolean";
        return kl_is(value, KL_KIND_BOOL);
    case SHAPE_NAMES:
        *expected = "a list of strings";
        return is_names(value);
    case SHAPE_NAME_LISTS:
        *expected = "an object of lists of strings";
        return all_values(value, is_names);
    case SHAPE_TYPES:
        *expected = "one of: null, boolean, integer, number, string, array, object (or a list of "
                    "them)";
        return is_type_name(value) || (kl_array_len(value) && all_items(value, is_type_name));
    case SHAPE_LIST:
        *expected = "array";
        return kl_is(value, KL_KIND_ARRAY);
    default:
        *expected = "string";
        return is_string(value);
    }
}

static kl_status check_shape(const schema_node *node, const keyword_row *row, kl_value value,
                             kl_error *error)
{
    const char *expected = "";
    if (has_shape(value, row->shape, &expected))
        return KL_OK;
    kl_text text = kl_as_text(value);
    bool shown = is_string(value) && text.len <= 60;
    return kl_schema_refuse(error, kl_as_text(node->pointer), row->name, "expected %s, got %s%.*s%s",
                            expected, shown ? "'" : "",
                            shown ? (int)text.len : (int)strlen(kl_value_kind_name(value)),
                            shown ? text.data : kl_value_kind_name(value), shown ? "'" : "");
}

/* ---- what a keyword needs ------------------------------------------------------------------------ */

static kl_status room_for_schemas(schema_keyword *keyword, size_t count, kl_error *error)
{
    keyword->schemas = kl_alloc_zero(count, sizeof(schema_node *));
    if (!keyword->schemas)
        return kl_error_no_memory(error);
    keyword->schema_count = count;
    return KL_OK;
}

static kl_status find_child(schema_node **out, const kl_schema *s, const schema_node *node,
                            const char *keyword, kl_text name, kl_error *error)
{
    *out = kl_schema_child(s, node, kl_text_from(keyword), name);
    return *out ? KL_OK : kl_error_no_memory(error); /* it was indexed: only memory can lack */
}

static kl_status find_children(schema_keyword *keyword, const kl_schema *s,
                               const schema_node *node, kl_error *error)
{
    kl_value value = keyword->value;
    bool is_map = kl_is(value, KL_KIND_MAP);
    KL_TRY(room_for_schemas(keyword, kl_value_len(value), error));
    for (size_t i = 0; i < keyword->schema_count; i++) {
        char digits[24];
        kl_text name = {digits, 0};
        if (is_map)
            name = kl_map_key_at(value, i);
        else
            name.len = (size_t)snprintf(digits, sizeof digits, "%zu", i);
        if (is_map && keyword->row->shape == SHAPE_DEPENDENCIES &&
            kl_is(kl_map_value_at(value, i), KL_KIND_ARRAY)) {
            if (!is_names(kl_map_value_at(value, i)))
                return kl_schema_refuse(error, kl_as_text(node->pointer), keyword->row->name,
                                        "expected a schema or a list of strings");
            continue;
        }
        KL_TRY(find_child(&keyword->schemas[i], s, node, keyword->row->name, name, error));
    }
    return KL_OK;
}

static kl_status compile_pattern(kl_regex **out, const schema_node *node, const char *keyword,
                                 kl_text pattern, kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    kl_status status = kl_schema_pattern_new(out, pattern, &why);
    if (status == KL_SYNTAX || status == KL_INVALID)
        status = kl_schema_refuse(error, kl_as_text(node->pointer), keyword,
                                  "'%.*s' is no regular expression: %s",
                                  (int)KL_MIN(pattern.len, 200), pattern.data,
                                  kl_error_message(&why));
    else if (status != KL_OK)
        kl_error_move(error, &why);
    kl_error_clear(&why);
    return status;
}

static kl_status compile_patterns(schema_keyword *keyword, const schema_node *node, kl_error *error)
{
    bool is_map = kl_is(keyword->value, KL_KIND_MAP);
    size_t count = is_map ? kl_map_len(keyword->value) : 1;
    keyword->patterns = kl_alloc_zero(count, sizeof(kl_regex *));
    if (!keyword->patterns)
        return kl_error_no_memory(error);
    keyword->pattern_count = count;
    for (size_t i = 0; i < count; i++)
        KL_TRY(compile_pattern(&keyword->patterns[i], node, keyword->row->name,
                               is_map ? kl_map_key_at(keyword->value, i)
                                      : kl_as_text(keyword->value),
                               error));
    return KL_OK;
}

/* "$dynamicRef" looks further only when what it names is a "$dynamicAnchor" of that name. */
static kl_status note_anchor(schema_keyword *keyword, const kl_schema *s, kl_error *error)
{
    kl_text text = kl_as_text(keyword->value);
    const char *hash = memchr(text.data, '#', text.len);
    if (strcmp(keyword->row->name, "$dynamicRef") != 0 || !hash)
        return KL_OK;
    kl_text name = {hash + 1, (size_t)(text.data + text.len - hash - 1)};
    const schema_node *target = keyword->schemas[0];
    const kl_value *index = kl_map_find(s->resources[target->resource].dynamic, name);
    if (!index || s->nodes[index->as.integer] != target)
        return KL_OK;
    return kl_string_from_valid(&keyword->anchor, name, error);
}

static kl_status compile_reference(schema_keyword *keyword, kl_schema *s, const schema_node *node,
                                   kl_error *error)
{
    kl_error why = KL_ERROR_INIT;
    KL_TRY(room_for_schemas(keyword, 1, error));
    kl_status status = kl_schema_resolve(&keyword->schemas[0], s, node->resource,
                                         kl_as_text(keyword->value), &why);
    if (status == KL_NO_MEMORY)
        kl_error_move(error, &why);
    else if (status != KL_OK)
        status = kl_schema_refuse(error, kl_as_text(node->pointer), keyword->row->name, "'%.*s': %s",
                                  (int)KL_MIN(kl_value_len(keyword->value), 200),
                                  kl_as_text(keyword->value).data, kl_error_message(&why));
    kl_error_clear(&why);
    return status == KL_OK ? note_anchor(keyword, s, error) : status;
}

static int64_t count_of(kl_value value)
{
    if (kl_is(value, KL_KIND_INT))
        return kl_as_int(value);
    return kl_as_double(value) < 9.2e18 ? (int64_t)kl_as_double(value) : INT64_MAX;
}

static kl_status compile_keyword(schema_keyword *keyword, kl_schema *s, const schema_node *node,
                                 kl_error *error)
{
    bool is_list = kl_is(keyword->value, KL_KIND_ARRAY);
    KL_TRY(check_shape(node, keyword->row, keyword->value, error));
    switch (keyword->row->shape) {
    case SHAPE_ITEMS:
    case SHAPE_SCHEMA:
        if (is_list)
            return find_children(keyword, s, node, error);
        KL_TRY(room_for_schemas(keyword, 1, error));
        return find_child(&keyword->schemas[0], s, node, keyword->row->name, (kl_text){NULL, 0},
                          error);
    case SHAPE_PATTERN_MAP:
        KL_TRY(compile_patterns(keyword, node, error));
        return find_children(keyword, s, node, error);
    case SHAPE_SCHEMAS:
    case SHAPE_SCHEMA_MAP:
    case SHAPE_DEPENDENCIES:
        return find_children(keyword, s, node, error);
    case SHAPE_PATTERN:
        return compile_patterns(keyword, node, error);
    case SHAPE_REFERENCE:
        return compile_reference(keyword, s, node, error);
    case SHAPE_COUNT:
        keyword->count = count_of(keyword->value);
        return KL_OK;
    default:
        return KL_OK;
    }
}

/* ---- one schema ------------------------------------------------------------------------------------ */

static bool applies(const keyword_row *row, const schema_resource *resource, kl_value value)
{
    if (!(row->drafts & resource->draft) || !(row->vocabulary & resource->vocabularies))
        return false;
    /* draft-07: "$ref" stands alone. */
    return resource->draft != SCHEMA_DRAFT_7 || row->shape == SHAPE_REFERENCE ||
           !kl_map_has(value, KL_TEXT("$ref"));
}

kl_status kl_schema_compile_node(kl_schema *s, schema_node *node, kl_error *error)
{
    size_t len = kl_map_len(node->value);
    if (len == 0)
        return KL_OK;
    node->keywords = kl_alloc_zero(KL_MIN(len, kl_schema_keyword_count), sizeof *node->keywords);
    if (!node->keywords)
        return kl_error_no_memory(error);
    for (size_t i = 0; i < kl_schema_keyword_count; i++) {
        const keyword_row *row = &kl_schema_keywords[i];
        const kl_value *found = kl_map_find(node->value, kl_text_from(row->name));
        if (!found || !applies(row, &s->resources[node->resource], node->value))
            continue;
        schema_keyword *keyword = &node->keywords[node->keyword_count++];
        *keyword = (schema_keyword){.row = row, .value = *found};
        s->tracks_evaluated |= row->vocabulary == VOCABULARY_UNEVALUATED;
        KL_TRY(compile_keyword(keyword, s, node, error));
    }
    return KL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static void free_keyword(schema_keyword *keyword)
{
    for (size_t i = 0; i < keyword->pattern_count; i++)
        kl_regex_free(keyword->patterns[i]);
    kl_free(keyword->patterns);
    kl_free(keyword->schemas);
    kl_value_release(keyword->anchor);
}

static void free_node(schema_node *node)
{
    for (size_t i = 0; i < node->keyword_count; i++)
        free_keyword(&node->keywords[i]);
    kl_free(node->keywords);
    kl_value_release(node->pointer);
    kl_value_release(node->value);
    kl_free(node);
}

void kl_schema_free(kl_schema *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->node_count; i++)
        free_node(s->nodes[i]);
    for (size_t i = 0; i < s->resource_count; i++) {
        kl_value_release(s->resources[i].uri);
        kl_value_release(s->resources[i].pointer);
        kl_value_release(s->resources[i].anchors);
        kl_value_release(s->resources[i].dynamic);
    }
    for (size_t i = 0; i < s->document_count; i++) {
        kl_value_release(s->documents[i].value);
        kl_value_release(s->documents[i].nodes);
    }
    kl_free(s->nodes);
    kl_free(s->resources);
    kl_free(s->documents);
    kl_value_release(s->by_uri);
    kl_value_release(s->given);
    kl_free(s);
}

kl_status kl_schema_new(kl_schema **out, kl_value value, const kl_schema_options *options,
                        kl_error *error)
{
    schema_node *root;
    kl_schema *s = kl_alloc_zero(1, sizeof *s);
    kl_status status;
    if (!s)
        return kl_error_no_memory(error);
    s->max_steps = options && options->max_steps ? options->max_steps : KL_SCHEMA_STEPS_MAX;
    if (options) {
        s->assert_formats = options->assert_formats;
        s->given = kl_value_retain(options->documents);
    }
    KL_TRY_OUT(kl_map_new(&s->by_uri, 8, error));
    KL_TRY_OUT(kl_schema_add_document(&root, s, value, KL_TEXT(""), error));
    s->root = root;
    /* References may add documents, and with them nodes at the end of the list. */
    for (size_t i = 0; i < s->node_count; i++)
        KL_TRY_OUT(kl_schema_compile_node(s, s->nodes[i], error));
    *out = s;
    return KL_OK;
out:
    kl_schema_free(s);
    return status;
}
