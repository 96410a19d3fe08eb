/* src/base/schema_validate.c - applies schemas to values: the table of keywords, faults, and what
 * was evaluated. The keywords themselves: schema_assert.c, schema_apply.c, schema_children.c. */
#include "buffer.h"
#include "schema_check.h"

#include <stdarg.h>
#include <stdio.h>

#define BOTH (SCHEMA_DRAFT_7 | SCHEMA_DRAFT_2020)
#define ROW(name, drafts, vocabulary, shape, check)                                                \
    {name, drafts, VOCABULARY_##vocabulary, SHAPE_##shape, check}

/* In the order they are checked: the cheap first, what depends on others behind them. */
const keyword_row kl_schema_keywords[] = {
    ROW("type", BOTH, VALIDATION, TYPES, kl_schema_check_type),
    ROW("enum", BOTH, VALIDATION, LIST, kl_schema_check_enum),
    ROW("const", BOTH, VALIDATION, ANY, kl_schema_check_const),
    ROW("required", BOTH, VALIDATION, NAMES, kl_schema_check_required),
    ROW("multipleOf", BOTH, VALIDATION, POSITIVE, kl_schema_check_multiple),
    ROW("maximum", BOTH, VALIDATION, NUMBER, kl_schema_check_bound),
    ROW("exclusiveMaximum", BOTH, VALIDATION, NUMBER, kl_schema_check_bound),
    ROW("minimum", BOTH, VALIDATION, NUMBER, kl_schema_check_bound),
    ROW("exclusiveMinimum", BOTH, VALIDATION, NUMBER, kl_schema_check_bound),
    ROW("maxLength", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("minLength", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("pattern", BOTH, VALIDATION, PATTERN, kl_schema_check_pattern),
    ROW("format", BOTH, FORMAT, STRING, kl_schema_check_format),
    ROW("maxItems", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("minItems", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("uniqueItems", BOTH, VALIDATION, BOOL, kl_schema_check_unique),
    ROW("maxProperties", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("minProperties", BOTH, VALIDATION, COUNT, kl_schema_check_size),
    ROW("dependentRequired", SCHEMA_DRAFT_2020, VALIDATION, NAME_LISTS,
        kl_schema_check_dependent_required),
    ROW("$defs", SCHEMA_DRAFT_2020, CORE, SCHEMA_MAP, NULL),
    ROW("definitions", BOTH, CORE, SCHEMA_MAP, NULL),
    ROW("$ref", BOTH, CORE, REFERENCE, kl_schema_check_reference),
    ROW("$dynamicRef", SCHEMA_DRAFT_2020, CORE, REFERENCE, kl_schema_check_dynamic_reference),
    ROW("allOf", BOTH, APPLICATOR, SCHEMAS, kl_schema_check_all_of),
    ROW("anyOf", BOTH, APPLICATOR, SCHEMAS, kl_schema_check_any_of),
    ROW("oneOf", BOTH, APPLICATOR, SCHEMAS, kl_schema_check_one_of),
    ROW("not", BOTH, APPLICATOR, SCHEMA, kl_schema_check_not),
    ROW("if", BOTH, APPLICATOR, SCHEMA, kl_schema_check_if),
    ROW("then", BOTH, APPLICATOR, SCHEMA, NULL),
    ROW("else", BOTH, APPLICATOR, SCHEMA, NULL),
    ROW("dependentSchemas", SCHEMA_DRAFT_2020, APPLICATOR, SCHEMA_MAP,
        kl_schema_check_dependent_schemas),
    ROW("dependencies", SCHEMA_DRAFT_7, APPLICATOR, DEPENDENCIES,
        kl_schema_check_dependent_schemas),
    ROW("prefixItems", SCHEMA_DRAFT_2020, APPLICATOR, SCHEMAS, kl_schema_check_prefix_items),
    ROW("items", SCHEMA_DRAFT_2020, APPLICATOR, SCHEMA, kl_schema_check_items),
    ROW("items", SCHEMA_DRAFT_7, APPLICATOR, ITEMS, kl_schema_check_items),
    ROW("additionalItems", SCHEMA_DRAFT_7, APPLICATOR, SCHEMA, kl_schema_check_additional_items),
    ROW("minContains", SCHEMA_DRAFT_2020, VALIDATION, COUNT, NULL),
    ROW("maxContains", SCHEMA_DRAFT_2020, VALIDATION, COUNT, NULL),
    ROW("contains", BOTH, APPLICATOR, SCHEMA, kl_schema_check_contains),
    ROW("properties", BOTH, APPLICATOR, SCHEMA_MAP, kl_schema_check_properties),
    ROW("patternProperties", BOTH, APPLICATOR, PATTERN_MAP, kl_schema_check_pattern_properties),
    ROW("additionalProperties", BOTH, APPLICATOR, SCHEMA, kl_schema_check_additional_properties),
    ROW("propertyNames", BOTH, APPLICATOR, SCHEMA, kl_schema_check_property_names),
    ROW("unevaluatedItems", SCHEMA_DRAFT_2020, UNEVALUATED, SCHEMA,
        kl_schema_check_unevaluated_items),
    ROW("unevaluatedProperties", SCHEMA_DRAFT_2020, UNEVALUATED, SCHEMA,
        kl_schema_check_unevaluated_properties),
};
const size_t kl_schema_keyword_count = KL_COUNT(kl_schema_keywords);

const schema_keyword *kl_schema_sibling(const schema_node *node, const char *name)
{
    for (size_t i = 0; i < node->keyword_count; i++)
        if (strcmp(node->keywords[i].row->name, name) == 0)
            return &node->keywords[i];
    return NULL;
}

/* ---- faults ------------------------------------------------------------------------------------ */

kl_text kl_schema_shown(kl_text text)
{
    enum { SHOWN = 100 };
    if (text.len <= SHOWN)
        return text;
    size_t len = SHOWN;
    while (len && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    return (kl_text){text.data, len};
}

/* The JSON pointer of a place; given. */
static kl_status place_pointer(kl_value *out, const schema_place *place, kl_error *error)
{
    kl_value pointer;
    KL_TRY(place ? place_pointer(&pointer, place->parent, error)
                 : kl_string_from_valid(&pointer, KL_TEXT(""), error));
    if (!place) {
        *out = pointer;
        return KL_OK;
    }
    char digits[24];
    kl_text token = place->key;
    if (!token.data)
        token = (kl_text){digits, (size_t)snprintf(digits, sizeof digits, "%zu", place->index)};
    kl_status status = kl_schema_pointer_step(out, kl_as_text(pointer), token, error);
    kl_value_release(pointer);
    return status;
}

/* The message with its place before it: nothing at the top, the name of a field for a wrong type
 * just below, a JSON pointer elsewhere. */
static kl_status fault_text(kl_value *out, const schema_place *place, const char *keyword,
                            kl_value pointer, kl_value message, kl_error *error)
{
    kl_buffer to = KL_BUFFER_INIT;
    bool is_field = place && !place->parent && place->key.data && strcmp(keyword, "type") == 0;
    if (is_field) {
        kl_buffer_string(&to, "field '");
        kl_buffer_add(&to, place->key);
        kl_buffer_string(&to, "': ");
    } else if (place) {
        kl_buffer_add(&to, kl_as_text(pointer));
        kl_buffer_string(&to, ": ");
    }
    kl_buffer_add(&to, kl_as_text(message));
    return kl_buffer_finish(out, &to, error);
}

/* `message` is taken. */
static kl_status add_fault(kl_value *faults, const schema_place *place, const char *keyword,
                           kl_value message, kl_error *error)
{
    kl_value map = kl_null(), pointer = kl_null(), text;
    kl_status status;
    KL_TRY_OUT(kl_map_new(&map, 4, error));
    KL_TRY_OUT(place_pointer(&pointer, place, error));
    KL_TRY_OUT(fault_text(&text, place, keyword, pointer, message, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("text"), text, error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("pointer"), kl_value_take(&pointer), error));
    KL_TRY_OUT(kl_map_set_text(&map, KL_TEXT("keyword"), kl_text_from(keyword), error));
    KL_TRY_OUT(kl_map_set(&map, KL_TEXT("message"), kl_value_take(&message), error));
    status = kl_array_push(faults, kl_value_take(&map), error);
out:
    kl_value_release(message);
    kl_value_release(pointer);
    kl_value_release(map);
    return status;
}

kl_status kl_schema_fault(bool *valid, schema_check *check, const schema_place *place,
                          const char *keyword, kl_error *error, const char *format, ...)
{
    *valid = false;
    if (!check->faults)
        return KL_OK;
    char words[1024];
    kl_value message;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    KL_TRY(kl_string_repair(&message, kl_text_from(words), error));
    return add_fault(check->faults, place, keyword, message, error);
}

/* ---- what was evaluated ------------------------------------------------------------------------ */

static kl_status room_for_marks(schema_evaluated *seen, size_t len, kl_error *error)
{
    if (seen->marks)
        return KL_OK;
    seen->marks = kl_alloc_zero(len, 1);
    if (!seen->marks)
        return kl_error_no_memory(error);
    seen->len = len;
    return KL_OK;
}

kl_status kl_schema_mark(const schema_check *check, schema_frame *frame, size_t index,
                         kl_error *error)
{
    if (!check->schema->tracks_evaluated || frame->seen.all)
        return KL_OK;
    KL_TRY(room_for_marks(&frame->seen, kl_value_len(frame->instance), error));
    frame->seen.marks[index] = 1;
    return KL_OK;
}

void kl_schema_mark_all(schema_frame *frame) { frame->seen.all = true; }

bool kl_schema_is_marked(const schema_evaluated *seen, size_t index)
{
    return seen->all || (seen->marks && seen->marks[index]);
}

static kl_status merge(schema_evaluated *to, const schema_evaluated *from, kl_error *error)
{
    to->all |= from->all;
    if (to->all || !from->marks)
        return KL_OK;
    KL_TRY(room_for_marks(to, from->len, error));
    for (size_t i = 0; i < from->len; i++)
        to->marks[i] |= from->marks[i];
    return KL_OK;
}

/* ---- applying ---------------------------------------------------------------------------------- */

/* The same schema at the same place further up: it would go on for ever. */
static kl_status check_loop(const schema_frame *frame, kl_error *error)
{
    if (frame->depth > KL_SCHEMA_EVALUATION_MAX)
        return kl_error_set(error, KL_DEPTH, "schema and value nest deeper than %d levels",
                            KL_SCHEMA_EVALUATION_MAX);
    for (const schema_frame *up = frame->parent; up && up->place == frame->place; up = up->parent)
        if (up->node == frame->node)
            return kl_schema_refuse(error, kl_as_text(frame->node->pointer), NULL,
                                    "references lead back to it without end");
    return KL_OK;
}

static kl_status run_keywords(bool *valid, schema_check *check, schema_frame *frame,
                              kl_error *error)
{
    const schema_node *node = frame->node;
    for (size_t i = 0; i < node->keyword_count; i++) {
        const schema_keyword *keyword = &node->keywords[i];
        bool is_last_word = keyword->row->vocabulary == VOCABULARY_UNEVALUATED;
        if (!keyword->row->check || (is_last_word && !*valid))
            continue; /* of an invalid value nobody knows what was evaluated */
        KL_TRY(keyword->row->check(valid, check, frame, keyword, error));
        if (!*valid && !check->faults)
            return KL_OK;
    }
    return KL_OK;
}

kl_status kl_schema_apply(bool *valid, schema_check *check, const schema_frame *parent,
                          const schema_node *node, kl_value instance, const schema_place *place,
                          schema_evaluated *outer, kl_error *error)
{
    bool fits = true;
    if (check->steps++ >= check->schema->max_steps)
        return kl_error_set(error, KL_LIMIT,
                            "resource limit exceeded: schema_evaluation (limit: %u steps)",
                            check->schema->max_steps);
    if (kl_is(node->value, KL_KIND_BOOL)) {
        if (kl_as_bool(node->value))
            return KL_OK;
        return kl_schema_fault(valid, check, place, "false", error, "no value is allowed here");
    }
    schema_frame frame = {.parent = parent, .node = node, .instance = instance, .place = place,
                          .depth = parent ? parent->depth + 1 : 0};
    KL_TRY(check_loop(&frame, error));
    kl_status status = run_keywords(&fits, check, &frame, error);
    if (status == KL_OK && fits && outer)
        status = merge(outer, &frame.seen, error);
    kl_free(frame.seen.marks);
    *valid &= fits;
    return status;
}

kl_status kl_schema_try(bool *valid, schema_check *check, const schema_frame *parent,
                        const schema_node *node, kl_value instance, const schema_place *place,
                        schema_evaluated *outer, kl_error *error)
{
    kl_value *faults = check->faults;
    check->faults = NULL;
    *valid = true;
    kl_status status = kl_schema_apply(valid, check, parent, node, instance, place, outer, error);
    check->faults = faults;
    return status;
}

kl_status kl_schema_validate(kl_value *faults, const kl_schema *schema, kl_value instance,
                             kl_error *error)
{
    kl_value found;
    bool valid = true;
    KL_TRY(kl_array_new(&found, 0, error));
    schema_check check = {schema, &found, 0};
    kl_status status =
        kl_schema_apply(&valid, &check, NULL, schema->root, instance, NULL, NULL, error);
    if (status == KL_OK)
        *faults = found;
    else
        kl_value_release(found);
    return status;
}

kl_status kl_schema_is_valid(bool *out, const kl_schema *schema, kl_value instance,
                             kl_error *error)
{
    schema_check check = {schema, NULL, 0};
    bool valid = true;
    KL_TRY(kl_schema_apply(&valid, &check, NULL, schema->root, instance, NULL, NULL, error));
    *out = valid;
    return KL_OK;
}
