/* src/base/schema_assert.c - keywords that look at a value itself. */
#include "payload.h"
#include "schema_check.h"
#include "kailash/json.h"

#include <inttypes.h>
#include <stdio.h>

#define FAULT(...)                                                                                 \
    kl_schema_fault(valid, check, frame->place, keyword->row->name, error, __VA_ARGS__)

/* A text within a message: "%.*s" with its length. */
#define SHOWN(text) (int)kl_schema_shown(text).len, (text).data

/* ---- type -------------------------------------------------------------------------------------- */

/* The word of the standard; messages use those of all nodes, in which 1.5 is a float. */
static const char *type_of(kl_value value)
{
    switch (kl_value_kind(value)) {
    case KL_KIND_BOOL:
        return "boolean";
    case KL_KIND_INT:
        return "integer";
    case KL_KIND_DOUBLE:
        return "number";
    case KL_KIND_MAP:
        return "object";
    default:
        return kl_value_kind_name(value);
    }
}

static bool is_of_type(kl_value value, kl_text type)
{
    if (kl_text_is(type, "integer"))
        return kl_schema_is_integer(value);
    if (kl_text_is(type, "number"))
        return kl_is_number(value);
    if (kl_text_is(type, "float"))
        return kl_is(value, KL_KIND_DOUBLE);
    return !kl_is(value, KL_KIND_OBJECT) && kl_text_is(type, type_of(value));
}

kl_status kl_schema_check_type(bool *valid, schema_check *check, schema_frame *frame,
                               const schema_keyword *keyword, kl_error *error)
{
    kl_value types = keyword->value;
    if (kl_is(types, KL_KIND_STRING)) {
        if (is_of_type(frame->instance, kl_as_text(types)))
            return KL_OK;
        return FAULT("expected type '%.*s', got '%s'", KL_TEXT_ARG(kl_as_text(types)),
                     kl_value_kind_name(frame->instance));
    }
    char words[256] = "";
    size_t at = 0;
    for (size_t i = 0, len = kl_array_len(types); i < len; i++) {
        kl_text type = kl_as_text(kl_array_at(types, i));
        if (is_of_type(frame->instance, type))
            return KL_OK;
        if (at < sizeof words - 16)
            at += (size_t)snprintf(words + at, sizeof words - at, "%s'%.*s'", i ? " or " : "",
                                   KL_TEXT_ARG(type));
    }
    return FAULT("expected type %s, got '%s'", words, kl_value_kind_name(frame->instance));
}

/* ---- enum and const ---------------------------------------------------------------------------- */

kl_status kl_schema_check_enum(bool *valid, schema_check *check, schema_frame *frame,
                               const schema_keyword *keyword, kl_error *error)
{
    for (size_t i = 0, len = kl_array_len(keyword->value); i < len; i++) {
        bool same;
        KL_TRY(kl_schema_equal(&same, frame->instance, kl_array_at(keyword->value, i), error));
        if (same)
            return KL_OK;
    }
    kl_value words;
    KL_TRY(kl_json_print(&words, keyword->value, &kl_json_spaced, error));
    kl_text text = kl_as_text(words);
    kl_status status = FAULT("expected one of %.*s", SHOWN(text));
    kl_value_release(words);
    return status;
}

kl_status kl_schema_check_const(bool *valid, schema_check *check, schema_frame *frame,
                                const schema_keyword *keyword, kl_error *error)
{
    bool same;
    KL_TRY(kl_schema_equal(&same, frame->instance, keyword->value, error));
    if (same)
        return KL_OK;
    kl_value words;
    KL_TRY(kl_json_print(&words, keyword->value, &kl_json_spaced, error));
    kl_text text = kl_as_text(words);
    kl_status status = FAULT("expected %.*s", SHOWN(text));
    kl_value_release(words);
    return status;
}

/* ---- numbers ----------------------------------------------------------------------------------- */

static void number_text(char buffer[32], kl_value number)
{
    if (kl_is(number, KL_KIND_INT))
        snprintf(buffer, 32, "%" PRId64, number.as.integer);
    else
        kl_double_print(buffer, number.as.real);
}

/* maximum, exclusiveMaximum, minimum, exclusiveMinimum. */
kl_status kl_schema_check_bound(bool *valid, schema_check *check, schema_frame *frame,
                                const schema_keyword *keyword, kl_error *error)
{
    static const struct {
        const char *name;
        int wrong, wrong_too; /* orders of value and bound that do not fit */
        const char *words;
    } rows[] = {
        {"maximum", 1, 1, "is greater than the maximum of"},
        {"exclusiveMaximum", 1, 0, "is not less than"},
        {"minimum", -1, -1, "is less than the minimum of"},
        {"exclusiveMinimum", -1, 0, "is not greater than"},
    };
    char value[32], bound[32];
    size_t row = 0;
    if (!kl_is_number(frame->instance))
        return KL_OK;
    while (strcmp(rows[row].name, keyword->row->name) != 0)
        row++;
    int order = kl_number_compare(frame->instance, keyword->value);
    if (order != rows[row].wrong && order != rows[row].wrong_too)
        return KL_OK;
    number_text(value, frame->instance);
    number_text(bound, keyword->value);
    return FAULT("%s %s %s", value, rows[row].words, bound);
}

kl_status kl_schema_check_multiple(bool *valid, schema_check *check, schema_frame *frame,
                                   const schema_keyword *keyword, kl_error *error)
{
    char value[32], step[32];
    if (!kl_is_number(frame->instance) || kl_schema_is_multiple(frame->instance, keyword->value))
        return KL_OK;
    number_text(value, frame->instance);
    number_text(step, keyword->value);
    return FAULT("%s is not a multiple of %s", value, step);
}

/* ---- sizes ------------------------------------------------------------------------------------- */

/* maxLength, minLength, maxItems, minItems, maxProperties, minProperties. */
kl_status kl_schema_check_size(bool *valid, schema_check *check, schema_frame *frame,
                               const schema_keyword *keyword, kl_error *error)
{
    const char *what = keyword->row->name + 3; /* behind "max" or "min" */
    bool is_max = keyword->row->name[1] == 'a';
    kl_kind kind = *what == 'L' ? KL_KIND_STRING : *what == 'I' ? KL_KIND_ARRAY : KL_KIND_MAP;
    if (!kl_is(frame->instance, kind))
        return KL_OK;
    size_t len = kind == KL_KIND_STRING ? kl_utf8_count(kl_as_text(frame->instance))
                                        : kl_value_len(frame->instance);
    uint64_t limit = (uint64_t)keyword->count;
    if (is_max ? len <= limit : len >= limit)
        return KL_OK;
    const char *unit = kind == KL_KIND_STRING ? "characters"
                       : kind == KL_KIND_ARRAY ? "items"
                                               : "properties";
    return FAULT("expected at %s %" PRIu64 " %s, got %zu", is_max ? "most" : "least", limit, unit,
                 len);
}

kl_status kl_schema_check_unique(bool *valid, schema_check *check, schema_frame *frame,
                                 const schema_keyword *keyword, kl_error *error)
{
    bool found;
    size_t first, second;
    if (!kl_as_bool(keyword->value) || kl_array_len(frame->instance) < 2)
        return KL_OK;
    KL_TRY(kl_schema_find_twins(&found, &first, &second, frame->instance, error));
    return found ? FAULT("items %zu and %zu are equal", first, second) : KL_OK;
}

/* ---- strings ----------------------------------------------------------------------------------- */

kl_status kl_schema_check_pattern(bool *valid, schema_check *check, schema_frame *frame,
                                  const schema_keyword *keyword, kl_error *error)
{
    bool found;
    if (!kl_is(frame->instance, KL_KIND_STRING))
        return KL_OK;
    KL_TRY(kl_regex_search(&found, keyword->patterns[0], kl_as_text(frame->instance), error));
    kl_text pattern = kl_as_text(keyword->value);
    return found ? KL_OK : FAULT("does not match the pattern '%.*s'", SHOWN(pattern));
}

kl_status kl_schema_check_format(bool *valid, schema_check *check, schema_frame *frame,
                                 const schema_keyword *keyword, kl_error *error)
{
    bool fits;
    unsigned vocabularies = check->schema->resources[frame->node->resource].vocabularies;
    bool asserts = check->schema->assert_formats || (vocabularies & VOCABULARY_FORMAT_ASSERTION);
    if (!asserts || !kl_is(frame->instance, KL_KIND_STRING))
        return KL_OK;
    kl_text format = kl_as_text(keyword->value);
    KL_TRY(kl_schema_format_fits(&fits, format, kl_as_text(frame->instance), error));
    return fits ? KL_OK : FAULT("is not a valid '%.*s'", SHOWN(format));
}

/* ---- required ---------------------------------------------------------------------------------- */

kl_status kl_schema_check_required(bool *valid, schema_check *check, schema_frame *frame,
                                   const schema_keyword *keyword, kl_error *error)
{
    if (!kl_is(frame->instance, KL_KIND_MAP))
        return KL_OK;
    for (size_t i = 0, len = kl_array_len(keyword->value); i < len; i++) {
        kl_text name = kl_as_text(kl_array_at(keyword->value, i));
        if (!kl_map_has(frame->instance, name))
            KL_TRY(FAULT("missing required field: '%.*s'", SHOWN(name)));
    }
    return KL_OK;
}

kl_status kl_schema_check_dependent_required(bool *valid, schema_check *check,
                                             schema_frame *frame, const schema_keyword *keyword,
                                             kl_error *error)
{
    for (size_t i = 0, len = kl_map_len(keyword->value); i < len; i++) {
        kl_text name = kl_map_key_at(keyword->value, i);
        kl_value wanted = kl_map_value_at(keyword->value, i);
        if (!kl_map_has(frame->instance, name))
            continue;
        for (size_t j = 0; j < kl_array_len(wanted); j++) {
            kl_text other = kl_as_text(kl_array_at(wanted, j));
            if (!kl_map_has(frame->instance, other))
                KL_TRY(FAULT("field '%.*s' requires field '%.*s'", SHOWN(name), SHOWN(other)));
        }
    }
    return KL_OK;
}
