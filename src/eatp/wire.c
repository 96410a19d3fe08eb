/* src/eatp/wire.c - see wire.h. */
#include "wire.h"

#include "keys.h"
#include "reflect/fields.h"
#include "kailash/id.h"
#include "kailash/json.h"
#include "kailash/time.h"
#include "kailash/wide.h"

#include <math.h>
#include <stdio.h>

/* ---- checking ---------------------------------------------------------------------------------------- */

/* Where a value lies, for messages: "genesis record: constraints.allow_network". */
typedef struct place {
    const struct place *above;
    const char *name;
    size_t index; /* of an item, when `name` is NULL */
} place;

static void write_place(kl_buffer *to, const place *at)
{
    if (at->above)
        write_place(to, at->above); /* as deep as shapes nest */
    if (!at->name)
        kl_buffer_format(to, "[%zu]", at->index);
    else
        kl_buffer_format(to, "%s%s", !at->above ? "" : at->above->above ? "." : ": ", at->name);
}

static kl_status refuse(kl_error *error, const place *at, const char *why)
{
    kl_buffer text = KL_BUFFER_INIT;
    write_place(&text, at);
    kl_status status = kl_error_set(error, KL_INVALID, "%.*s: %s", KL_TEXT_ARG(kl_buffer_text(&text)),
                                    why);
    kl_buffer_free(&text);
    return status;
}

/* Times beyond those of kl_time are times still. */
static bool is_time(kl_text text)
{
    kl_time time;
    kl_status status = kl_time_parse(&time, text, NULL);
    return status == KL_OK || (status == KL_INVALID && text.len > 4 &&
                               (memcmp(text.data, "2262", 4) >= 0 || memcmp(text.data, "1678", 4) < 0));
}

static bool is_hex(kl_text text, size_t len)
{
    bool is = text.len == len;
    for (size_t i = 0; is && i < len; i++) {
        unsigned char c = (unsigned char)text.data[i], letter = (unsigned char)((c | 0x20) - 'a');
        is = (unsigned char)(c - '0') < 10 || letter < 6;
    }
    return is;
}

static const char *fault_of_text(const kl_member *member, kl_text text)
{
    unsigned flags = member->flags;
    if (flags & (KL_MEMBER_TIME | KL_MEMBER_TIME_OFFSET | KL_MEMBER_TIME_KEPT) && !is_time(text))
        return "expected an RFC 3339 time with an offset";
    if (flags & KL_MEMBER_UUID && !kl_uuid_is_valid(text))
        return "expected a UUID";
    if (flags & KL_MEMBER_HEX_32 && !is_hex(text, 64))
        return "expected 64 hexadecimal characters";
    if (flags & KL_MEMBER_HEX_64 && !is_hex(text, 128))
        return "expected 128 hexadecimal characters";
    if (flags & KL_MEMBER_FILLED && text.len == 0)
        return "must not be empty";
    if (flags & KL_MEMBER_WORDS && kl_rung_find(member->ladder, text, member->spelling) < 0)
        return "unknown name";
    return NULL;
}

static bool kind_fits(kl_kind kind, unsigned flags, kl_value value)
{
    switch (kind) {
    case KL_KIND_NULL:
    case KL_KIND_ANY:
        return true;
    case KL_KIND_NUMBER:
    case KL_KIND_DOUBLE:
        return kl_is_number(value);
    case KL_KIND_COUNT:
        return flags & KL_MEMBER_WIDE ? kl_is_unsigned(value)
                                      : kl_is(value, KL_KIND_INT) && value.as.integer >= 0;
    case KL_KIND_INT:
        return kl_is(value, KL_KIND_INT) || (flags & KL_MEMBER_WIDE && kl_is_unsigned(value));
    default:
        return kl_is(value, kind);
    }
}

static kl_status check_shape(const kl_shape *shape, kl_value map, const place *at, kl_error *error);

static kl_status check_kind(kl_kind kind, unsigned flags, kl_value value, const place *at,
                            kl_error *error)
{
    char why[96];
    if (kind_fits(kind, flags, value))
        return KL_OK;
    const char *expected = kind == KL_KIND_COUNT    ? "non-negative integer"
                           : kind == KL_KIND_NUMBER ? "number"
                           : kind == KL_KIND_MAP    ? "object"
                                                    : kl_kind_name(kind);
    snprintf(why, sizeof why, "expected %s, got %s", expected, kl_value_kind_name(value));
    return refuse(error, at, why);
}

/* One item of a member, or the member itself when it is no container. */
static kl_status check_one(const kl_member *member, kl_kind kind, kl_value value, const place *at,
                           kl_error *error)
{
    KL_TRY(check_kind(kind, member->flags, value, at, error));
    if (kl_is(value, KL_KIND_STRING)) {
        const char *fault = fault_of_text(member, kl_as_text(value));
        if (fault)
            return refuse(error, at, fault);
    }
    if (member->flags & KL_MEMBER_FINITE && kl_is_number(value) &&
        !(isfinite(kl_as_double(value)) && kl_as_double(value) >= 0))
        return refuse(error, at, "expected a finite number that is not negative");
    return KL_OK;
}

static kl_status check_item(const kl_member *member, kl_value item, const place *at,
                            kl_error *error)
{
    if (member->shape)
        return check_shape(member->shape, item, at, error);
    return member->item ? check_one(member, member->item, item, at, error) : KL_OK;
}

static kl_status check_array(const kl_member *member, kl_value array, const place *at,
                             kl_error *error)
{
    if (member->flags & KL_MEMBER_FILLED && kl_array_len(array) == 0)
        return refuse(error, at, "must not be empty");
    for (size_t i = 0; i < kl_array_len(array); i++)
        KL_TRY(check_item(member, kl_array_at(array, i), &(place){at, NULL, i}, error));
    return KL_OK;
}

static kl_status check_map(const kl_member *member, kl_value map, const place *at, kl_error *error)
{
    if (member->shape)
        return check_shape(member->shape, map, at, error);
    for (size_t i = 0; i < kl_map_len(map); i++)
        KL_TRY(check_item(member, kl_map_value_at(map, i),
                          &(place){at, kl_map_key_at(map, i).data, 0}, error));
    return KL_OK;
}

static kl_status check_member(const kl_member *member, kl_value value, const place *at,
                              kl_error *error)
{
    if (kl_is_null(value) && member->flags & KL_MEMBER_NULL)
        return KL_OK;
    if (member->kind != KL_KIND_ARRAY && member->kind != KL_KIND_MAP)
        return check_one(member, member->kind, value, at, error);
    KL_TRY(check_kind(member->kind, member->flags, value, at, error));
    return member->kind == KL_KIND_ARRAY ? check_array(member, value, at, error)
                                         : check_map(member, value, at, error);
}

static bool is_known(const kl_shape *shape, kl_text name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (kl_text_is(name, shape->members[i].name))
            return true;
    return false;
}

static kl_status check_closed(const kl_shape *shape, kl_value map, const place *at, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++)
        if (!is_known(shape, kl_map_key_at(map, i)))
            return refuse(error, &(place){at, kl_map_key_at(map, i).data, 0}, "unknown member");
    return KL_OK;
}

const kl_value *kl_shape_find(kl_value map, const kl_shape *shape, size_t position)
{
    kl_text name = kl_text_from(shape->members[position].name);
    if (position < kl_map_len(map) && kl_text_equal(kl_map_key_at(map, position), name))
        return &kl_map_values(map)[position];
    return kl_map_find(map, name);
}

static kl_status check_shape(const kl_shape *shape, kl_value map, const place *at, kl_error *error)
{
    KL_TRY(check_kind(KL_KIND_MAP, 0, map, at, error));
    for (size_t i = 0; i < shape->count; i++) {
        const kl_member *member = &shape->members[i];
        place here = {at, member->name, 0};
        const kl_value *value = kl_shape_find(map, shape, i);
        if (value)
            KL_TRY(check_member(member, *value, &here, error));
        else if (!(member->flags & KL_MEMBER_OPTIONAL))
            return refuse(error, &here, "missing");
    }
    return shape->closed ? check_closed(shape, map, at, error) : KL_OK;
}

kl_status kl_shape_check(const kl_shape *shape, kl_value map, kl_error *error)
{
    return check_shape(shape, map, &(place){NULL, shape->name, 0}, error);
}

/* ---- what is signed ------------------------------------------------------------------------------------ */

/* A text of a time with +00:00 for its Z; given. */
static kl_status with_offset(kl_value *out, kl_value time, kl_error *error)
{
    kl_text text = kl_as_text(time);
    char letter = text.len ? text.data[text.len - 1] : 0;
    if (letter != 'Z' && letter != 'z') {
        *out = kl_value_retain(time);
        return KL_OK;
    }
    return kl_string_format(out, error, "%.*s+00:00", (int)text.len - 1, text.data);
}

static kl_status signed_value(kl_value *out, const kl_member *member, kl_value value,
                              kl_error *error);

static kl_status signed_items(kl_value *out, const kl_shape *shape, kl_value array, kl_error *error)
{
    kl_value items, item;
    kl_status status;
    KL_TRY(kl_array_new(&items, kl_array_len(array), error));
    for (size_t i = 0; i < kl_array_len(array); i++) {
        KL_TRY_OUT(kl_shape_signed(&item, shape, kl_array_at(array, i), error));
        KL_TRY_OUT(kl_array_push(&items, item, error));
    }
    *out = kl_value_take(&items);
    status = KL_OK;
out:
    kl_value_release(items);
    return status;
}

static kl_status signed_value(kl_value *out, const kl_member *member, kl_value value,
                              kl_error *error)
{
    if (member->flags & KL_MEMBER_TIME_OFFSET && kl_is(value, KL_KIND_STRING))
        return with_offset(out, value, error);
    if (member->shape && kl_is(value, KL_KIND_MAP))
        return kl_shape_signed(out, member->shape, value, error);
    if (member->shape && kl_is(value, KL_KIND_ARRAY))
        return signed_items(out, member->shape, value, error);
    *out = member->kind == KL_KIND_NUMBER && kl_is(value, KL_KIND_INT)
               ? kl_double((double)value.as.integer)
               : kl_value_retain(value);
    return KL_OK;
}

static bool is_signed(const kl_member *member, kl_value map)
{
    kl_text name = kl_text_from(member->name);
    if (member->flags & KL_MEMBER_UNSIGNED)
        return false;
    if (member->flags & KL_MEMBER_OMIT_NULL)
        return !kl_is_null(kl_map_get(map, name));
    return member->flags & KL_MEMBER_SIGNED_NULL || kl_map_has(map, name);
}

kl_status kl_shape_signed(kl_value *out, const kl_shape *shape, kl_value map, kl_error *error)
{
    kl_value made, value;
    kl_status status;
    KL_TRY(kl_map_new(&made, shape->count, error));
    for (size_t i = 0; i < shape->count; i++) {
        const kl_member *member = &shape->members[i];
        kl_text name = kl_text_from(member->name);
        if (!is_signed(member, map))
            continue;
        KL_TRY_OUT(signed_value(&value, member, kl_map_get(map, name), error));
        KL_TRY_OUT(kl_map_set(&made, name, value, error));
    }
    *out = kl_value_take(&made);
    status = KL_OK;
out:
    kl_value_release(made);
    return status;
}

kl_status kl_shape_pre_image(kl_buffer *to, const kl_shape *shape, kl_value map, kl_error *error)
{
    kl_value members;
    KL_TRY(kl_shape_signed(&members, shape, map, error));
    kl_status status = kl_canonical_add(to, members, error);
    kl_value_release(members);
    return status;
}

/* ---- record objects ---------------------------------------------------------------------------------------- */

static const kl_member *member_of(const kl_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (strcmp(shape->members[i].name, name) == 0)
            return &shape->members[i];
    return NULL;
}

/* A member as its property shows it; given. */
static kl_status property_of(kl_value *out, const kl_member *member, kl_value value,
                             kl_error *error)
{
    if (member->flags & (KL_MEMBER_TIME | KL_MEMBER_TIME_OFFSET) && kl_is(value, KL_KIND_STRING))
        return with_offset(out, value, error);
    if (member->flags & KL_MEMBER_WORDS && member->property && kl_is(value, KL_KIND_ARRAY))
        return kl_capabilities_respell(out, value, member->spelling, member->property, error);
    if (member->flags & KL_MEMBER_WORDS && member->property && kl_is(value, KL_KIND_STRING)) {
        int rung = kl_rung_find(member->ladder, kl_as_text(value), member->spelling);
        const char *name = kl_rung_name(member->ladder, rung, member->property);
        return kl_string_from_valid(out, kl_text_from(name), error);
    }
    *out = kl_value_retain(value);
    return KL_OK;
}

static kl_status fill(kl_wire_record *record, const kl_shape *shape, kl_error *error)
{
    const kl_type *type = record->object.type;
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        const kl_member *member = member_of(shape, field->name);
        kl_value value;
        if (!member || field->kind == KL_KIND_OBJECT || field->offset == offsetof(kl_wire_record, wire))
            continue;
        KL_TRY(property_of(&value, member, kl_map_get(record->wire, kl_text_from(field->name)),
                           error));
        kl_field_store(&record->object, field, value);
        kl_value_release(value);
    }
    return KL_OK;
}

kl_status kl_wire_record_new(kl_value *out, const kl_type *type, const kl_shape *shape,
                             kl_value wire, kl_error *error)
{
    kl_object *object;
    kl_status status = kl_object_alloc(&object, type, error);
    if (status != KL_OK) {
        kl_value_release(wire);
        return status;
    }
    ((kl_wire_record *)object)->wire = wire;
    status = fill((kl_wire_record *)object, shape, error);
    if (status == KL_OK)
        *out = kl_value_of(object);
    else
        kl_object_release(object);
    return status;
}

const kl_param kl_wire_data_param[1] = {
    {.name = "data", .kind = KL_KIND_MAP, .flags = KL_WIDE,
     .doc = "the wire form, as to_dict() gives it"},
};

kl_status kl_wire_to_dict(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args, (void)error;
    *out = kl_value_retain(((kl_wire_record *)self)->wire);
    return KL_OK;
}

kl_status kl_wire_to_json(kl_value *out, kl_object *self, const kl_value *args, kl_error *error)
{
    (void)args;
    return kl_json_print(out, ((kl_wire_record *)self)->wire, &kl_json_record, error);
}

/* ---- alg_id -------------------------------------------------------------------------------------------------- */

static bool is_reserved(kl_text token)
{
    static const char *const reserved[] = {"eatp-v1.1", "eatp-v2", "eatp-v2.ml-dsa",
                                           "eatp-v2.slh-dsa"};
    for (size_t i = 0; i < KL_COUNT(reserved); i++)
        if (kl_text_is(token, reserved[i]))
            return true;
    return false;
}

kl_status kl_alg_id_token_check(kl_text token, kl_error *error)
{
    if (kl_text_is(token, KL_ALG_ID))
        return KL_OK;
    return kl_error_set(error, KL_INVALID,
                        "unsupported-algorithm: \"%.*s\" is %s; active tokens are [\"" KL_ALG_ID
                        "\"]",
                        KL_TEXT_ARG(token), is_reserved(token) ? "reserved" : "unregistered");
}

kl_status kl_alg_id_check(kl_value map, kl_error *error)
{
    kl_value token = kl_map_get(map, KL_TEXT("alg_id"));
    if (!kl_map_has(map, KL_TEXT("alg_id")))
        return kl_error_set(error, KL_INVALID,
                            "unsupported-algorithm: missing alg_id; expected \"" KL_ALG_ID "\"");
    if (!kl_is(token, KL_KIND_STRING))
        return kl_error_set(error, KL_INVALID,
                            "unsupported-algorithm: alg_id must be a string, got %s",
                            kl_value_kind_name(token));
    return kl_alg_id_token_check(kl_as_text(token), error);
}
