/* src/drivers/mongodb_value.c - see mongodb_value.h. libbson ends the process where memory ends. */
#include "mongodb_value.h"
#include "kailash/json.h"

#include <stdio.h>

enum { DEPTH_MAX = 100 }; /* MongoDB's own limit */

static kl_status write_value(bson_t *to, kl_text key, kl_value value, unsigned depth,
                             kl_error *error);
static kl_status read_document(kl_value *out, bson_iter_t *at, bool is_list, unsigned depth,
                               kl_error *error);

/* ---- types that values lack: as Extended JSON, by libbson's own reader and writer ------------------ */

static bool is_extended(kl_value map)
{
    static const char *const words[] = {"$oid", "$date", "$numberDecimal", "$numberLong",
                                        "$numberInt", "$numberDouble", "$binary", "$uuid",
                                        "$timestamp", "$regularExpression", "$minKey", "$maxKey",
                                        "$code", "$symbol", "$undefined"};
    for (size_t i = 0; i < KL_COUNT(words) && kl_map_len(map); i++)
        if (kl_text_is(kl_map_key_at(map, 0), words[i]))
            return true;
    return false;
}

static kl_status write_extended(bson_t *to, kl_text key, kl_value map, kl_error *error)
{
    kl_value outer, text;
    bson_error_t why;
    bson_t parsed;
    bson_iter_t at;
    KL_TRY(kl_map_new(&outer, 1, error));
    kl_status status = kl_map_set(&outer, KL_TEXT("v"), kl_value_retain(map), error);
    if (status == KL_OK)
        status = kl_json_print(&text, outer, &kl_json_plain, error);
    kl_value_release(outer);
    KL_TRY(status);
    bool good = bson_init_from_json(&parsed, kl_as_text(text).data, (ssize_t)kl_value_len(text), &why);
    kl_value_release(text);
    if (!good)
        return kl_error_set(error, KL_INVALID, "'%.*s': %s", KL_TEXT_ARG(key), why.message);
    if (bson_iter_init_find(&at, &parsed, "v"))
        good = bson_append_iter(to, key.data, (int)key.len, &at);
    bson_destroy(&parsed);
    return good ? KL_OK : kl_error_set(error, KL_LIMIT, "the document is too large for BSON");
}

static kl_status read_extended(kl_value *out, const bson_iter_t *at, kl_error *error)
{
    bson_t one = BSON_INITIALIZER;
    size_t len = 0;
    kl_value outer;
    bson_append_iter(&one, "v", 1, at);
    char *text = bson_as_relaxed_extended_json(&one, &len);
    bson_destroy(&one);
    if (!text)
        return kl_error_set(error, KL_FAILED, "MongoDB: a value of an unknown type");
    kl_status status = kl_json_parse(&outer, (kl_text){text, len}, error);
    bson_free(text);
    KL_TRY(status);
    *out = kl_value_retain(kl_map_get(outer, KL_TEXT("v")));
    kl_value_release(outer);
    return KL_OK;
}

/* ---- writing --------------------------------------------------------------------------------------- */

static kl_status write_items(bson_t *to, kl_value list, unsigned depth, kl_error *error)
{
    char buffer[16];
    const char *key;
    for (size_t i = 0; i < kl_array_len(list); i++) {
        size_t len = bson_uint32_to_string((uint32_t)i, &key, buffer, sizeof buffer);
        KL_TRY(write_value(to, (kl_text){key, len}, kl_array_at(list, i), depth, error));
    }
    return KL_OK;
}

static kl_status write_pairs(bson_t *to, kl_value map, unsigned depth, kl_error *error)
{
    for (size_t i = 0; i < kl_map_len(map); i++) {
        kl_text key = kl_map_key_at(map, i);
        if (memchr(key.data, '\0', key.len))
            return kl_error_set(error, KL_INVALID, "a key of a document has a NUL, which BSON cannot "
                                                   "hold");
        KL_TRY(write_value(to, key, kl_map_value_at(map, i), depth, error));
    }
    return KL_OK;
}

static kl_status write_container(bson_t *to, kl_text key, kl_value value, unsigned depth,
                                 kl_error *error)
{
    bson_t inner;
    bool is_map = kl_is(value, KL_KIND_MAP);
    if (depth >= DEPTH_MAX)
        return kl_error_set(error, KL_DEPTH, "a document nests deeper than %d levels", DEPTH_MAX);
    bool good = is_map ? bson_append_document_begin(to, key.data, (int)key.len, &inner)
                       : bson_append_array_begin(to, key.data, (int)key.len, &inner);
    if (!good)
        return kl_error_set(error, KL_LIMIT, "the document is too large for BSON");
    kl_status status = is_map ? write_pairs(&inner, value, depth + 1, error)
                              : write_items(&inner, value, depth + 1, error);
    if (is_map)
        bson_append_document_end(to, &inner);
    else
        bson_append_array_end(to, &inner);
    return status;
}

static bool write_scalar(bson_t *to, const char *key, int len, kl_value value)
{
    kl_text text = kl_as_text(value);
    int64_t whole = kl_as_int(value);
    switch (kl_value_kind(value)) {
    case KL_KIND_NULL:
        return bson_append_null(to, key, len);
    case KL_KIND_BOOL:
        return bson_append_bool(to, key, len, kl_as_bool(value));
    case KL_KIND_INT:
        return whole >= INT32_MIN && whole <= INT32_MAX
                   ? bson_append_int32(to, key, len, (int32_t)whole)
                   : bson_append_int64(to, key, len, whole);
    case KL_KIND_DOUBLE:
        return bson_append_double(to, key, len, kl_as_double(value));
    case KL_KIND_STRING:
        return text.len <= INT32_MAX && bson_append_utf8(to, key, len, text.data, (int)text.len);
    default:
        return text.len <= INT32_MAX && bson_append_binary(to, key, len, BSON_SUBTYPE_BINARY,
                                                           (const uint8_t *)text.data,
                                                           (uint32_t)text.len);
    }
}

static kl_status write_value(bson_t *to, kl_text key, kl_value value, unsigned depth,
                             kl_error *error)
{
    if (kl_is(value, KL_KIND_MAP) && is_extended(value))
        return write_extended(to, key, value, error);
    if (kl_is(value, KL_KIND_MAP) || kl_is(value, KL_KIND_ARRAY))
        return write_container(to, key, value, depth, error);
    if (kl_is(value, KL_KIND_OBJECT))
        return kl_error_set(error, KL_TYPE, "'%.*s': an object has no BSON form", KL_TEXT_ARG(key));
    if (write_scalar(to, key.data, (int)key.len, value))
        return KL_OK;
    return kl_error_set(error, KL_LIMIT, "the document is too large for BSON");
}

kl_status kl_bson_add(bson_t *to, kl_value value, kl_error *error)
{
    return kl_is(value, KL_KIND_ARRAY) ? write_items(to, value, 1, error)
                                       : write_pairs(to, value, 1, error);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static kl_status read_text(kl_value *out, const char *data, uint32_t len, kl_error *error)
{
    kl_status status = kl_string_new(out, (kl_text){data, len}, error);
    if (status == KL_SYNTAX)
        return kl_error_set(error, KL_FAILED, "MongoDB: a text is not valid UTF-8");
    return status;
}

/* Plain bytes are bytes; UUIDs and what else has a subtype are not. */
static kl_status read_binary(kl_value *out, const bson_iter_t *at, kl_error *error)
{
    bson_subtype_t subtype;
    uint32_t len;
    const uint8_t *data;
    bson_iter_binary(at, &subtype, &len, &data);
    if (subtype != BSON_SUBTYPE_BINARY)
        return read_extended(out, at, error);
    return kl_bytes_new(out, (kl_text){(const char *)data, len}, error);
}

static kl_status read_container(kl_value *out, const bson_iter_t *at, unsigned depth,
                                kl_error *error)
{
    bson_iter_t inner;
    if (depth >= KL_JSON_DEPTH_OUT)
        return kl_error_set(error, KL_DEPTH, "MongoDB: a document nests deeper than %d levels",
                            KL_JSON_DEPTH_OUT);
    if (!bson_iter_recurse(at, &inner))
        return kl_error_set(error, KL_FAILED, "MongoDB: a malformed document");
    return read_document(out, &inner, bson_iter_type(at) == BSON_TYPE_ARRAY, depth + 1, error);
}

static kl_status read_value(kl_value *out, const bson_iter_t *at, unsigned depth, kl_error *error)
{
    uint32_t len;
    const char *text;
    switch (bson_iter_type(at)) {
    case BSON_TYPE_NULL:
    case BSON_TYPE_UNDEFINED:
        *out = kl_null();
        return KL_OK;
    case BSON_TYPE_BOOL:
        *out = kl_bool(bson_iter_bool(at));
        return KL_OK;
    case BSON_TYPE_INT32:
        *out = kl_int(bson_iter_int32(at));
        return KL_OK;
    case BSON_TYPE_INT64:
        *out = kl_int(bson_iter_int64(at));
        return KL_OK;
    case BSON_TYPE_DOUBLE:
        *out = kl_double(bson_iter_double(at));
        return KL_OK;
    case BSON_TYPE_UTF8:
        text = bson_iter_utf8(at, &len);
        return read_text(out, text, len, error);
    case BSON_TYPE_BINARY:
        return read_binary(out, at, error);
    case BSON_TYPE_DOCUMENT:
    case BSON_TYPE_ARRAY:
        return read_container(out, at, depth, error);
    default:
        return read_extended(out, at, error);
    }
}

static kl_status add_item(kl_value *to, const bson_iter_t *at, bool is_list, unsigned depth,
                          kl_error *error)
{
    kl_value item, key;
    KL_TRY(read_value(&item, at, depth, error));
    if (is_list)
        return kl_array_push(to, item, error);
    kl_status status = read_text(&key, bson_iter_key(at), bson_iter_key_len(at), error);
    if (status != KL_OK) {
        kl_value_release(item);
        return status;
    }
    status = kl_map_set_key(to, key, item, error);
    kl_value_release(key);
    return status;
}

static kl_status read_document(kl_value *out, bson_iter_t *at, bool is_list, unsigned depth,
                               kl_error *error)
{
    kl_value made;
    KL_TRY(is_list ? kl_array_new(&made, 0, error) : kl_map_new(&made, 4, error));
    while (bson_iter_next(at)) {
        kl_status status = add_item(&made, at, is_list, depth, error);
        if (status != KL_OK) {
            kl_value_release(made);
            return status;
        }
    }
    *out = made;
    return KL_OK;
}

kl_status kl_bson_value(kl_value *out, const bson_t *bson, bool is_list, kl_error *error)
{
    bson_iter_t at;
    if (!bson_iter_init(&at, bson))
        return kl_error_set(error, KL_FAILED, "MongoDB: a malformed document");
    return read_document(out, &at, is_list, 1, error);
}

kl_status kl_bson_iter_value(kl_value *out, const bson_iter_t *at, kl_error *error)
{
    return read_value(out, at, 1, error);
}
