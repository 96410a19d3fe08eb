/* src/reflect/repr.c - one line of text for an object: Name(field=value, ...). */
#include "buffer.h"
#include "payload.h"
#include "kailash/json.h"
#include "kailash/type.h"

enum {
    SHOWN = 80,     /* characters of one value */
    DEPTH_MAX = 16, /* levels of records and containers; deeper ones are "..." */
};

static _Thread_local unsigned depth;

/* Text without line breaks, cut by characters, never inside one. */
static void show_text(kl_buffer *to, kl_text text)
{
    const char *at = text.data, *end = text.data + text.len;
    for (int i = 0; i < SHOWN && at < end; i++) {
        const char *from = at;
        uint32_t code = kl_utf8_next(&at);
        if (code < 32 || code == 127)
            kl_buffer_format(to, "\\x%02x", (unsigned)code);
        else
            kl_buffer_add(to, (kl_text){from, (size_t)(at - from)});
    }
    if (at < end)
        kl_buffer_string(to, "...");
}

static kl_status show_value(kl_buffer *to, kl_value value, kl_error *error);

/* A string, quoted: what stands in containers. */
static kl_status show_quoted(kl_buffer *to, kl_value value)
{
    kl_buffer_byte(to, '"');
    show_text(to, kl_as_text(value));
    kl_buffer_byte(to, '"');
    return KL_OK;
}

/* [1, "a"] or {"a": 1}; what lies beyond SHOWN characters is not even looked at. */
static kl_status show_items(kl_buffer *to, kl_value value, kl_error *error)
{
    bool is_map = kl_is(value, KL_KIND_MAP);
    size_t start = to->len;
    kl_buffer_byte(to, is_map ? '{' : '[');
    for (size_t i = 0, len = kl_value_len(value); i < len; i++) {
        kl_buffer_string(to, i ? ", " : "");
        if (to->len - start > SHOWN) {
            kl_buffer_string(to, "...");
            break;
        }
        if (is_map) {
            show_quoted(to, kl_map_key_value_at(value, i));
            kl_buffer_string(to, ": ");
        }
        kl_value item = is_map ? kl_map_value_at(value, i) : kl_array_at(value, i);
        KL_TRY(kl_is(item, KL_KIND_STRING) ? show_quoted(to, item) : show_value(to, item, error));
    }
    kl_buffer_byte(to, is_map ? '}' : ']');
    return KL_OK;
}

static kl_status show_nested(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    if (!kl_is(value, KL_KIND_OBJECT))
        return show_items(to, value, error);
    KL_TRY(kl_object_repr(&text, value.as.object, error));
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

static kl_status show_scalar(kl_buffer *to, kl_value value, kl_error *error)
{
    kl_value text;
    KL_TRY(kl_json_print(&text, value, &kl_json_plain, error));
    kl_buffer_add(to, kl_as_text(text));
    kl_value_release(text);
    return KL_OK;
}

static kl_status show_value(kl_buffer *to, kl_value value, kl_error *error)
{
    char number[32];
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        kl_buffer_string(to, "None");
        return KL_OK;
    case KL_KIND_STRING:
        show_text(to, kl_as_text(value));
        return KL_OK;
    case KL_KIND_BYTES:
        kl_buffer_format(to, "<%zu bytes>", kl_value_len(value));
        return KL_OK;
    case KL_KIND_DOUBLE:
        kl_buffer_add(to, (kl_text){number, kl_double_print(number, value.as.real)});
        return KL_OK;
    case KL_KIND_BOOL:
    case KL_KIND_INT:
        return show_scalar(to, value, error);
    default:
        break;
    }
    if (depth >= DEPTH_MAX) {
        kl_buffer_string(to, "...");
        return KL_OK;
    }
    depth++;
    kl_status status = show_nested(to, value, error);
    depth--;
    return status;
}

/* Whether `name` stands in a blank-separated list; in no list: yes. */
static bool is_listed(const char *names, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = names; at && *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == len && memcmp(at, name, len) == 0)
            return true;
        at += word;
    }
    return names == NULL;
}

static kl_status show_field(kl_buffer *to, kl_object *object, const kl_field *field,
                            kl_error *error)
{
    kl_value value;
    kl_status status = KL_OK;
    KL_TRY(kl_field_get(&value, object, field, error));
    kl_buffer_format(to, "%s=", field->name);
    if ((field->flags & KL_SECRET) && !kl_is_null(value))
        kl_buffer_string(to, "<redacted>");
    else
        status = show_value(to, value, error);
    kl_value_release(value);
    return status;
}

kl_status kl_object_repr(kl_value *out, kl_object *object, kl_error *error)
{
    const kl_type *type = object->type;
    kl_buffer text = KL_BUFFER_INIT;
    const char *comma = "";
    for (const kl_type *level = type; level; level = level->base)
        if (level->repr)
            return level->repr(out, object, error);
    if (type->flags & KL_TYPE_ENUM)
        return kl_string_format(out, error, "%s.%s", type->name,
                                kl_item_in(kl_value_of(object))->name);
    kl_buffer_format(&text, "%s(", type->name);
    for (size_t i = 0; i < type->field_count; i++) {
        const kl_field *field = &type->fields[i];
        if ((field->flags & (KL_HIDDEN | KL_DEPRECATED | KL_LEARNED)) ||
            !is_listed(type->repr_fields, field->name))
            continue;
        kl_buffer_string(&text, comma);
        comma = ", ";
        kl_status status = show_field(&text, object, field, error);
        if (status != KL_OK) {
            kl_buffer_free(&text);
            return status;
        }
    }
    kl_buffer_byte(&text, ')');
    return kl_buffer_finish(out, &text, error);
}
