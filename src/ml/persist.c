/* src/ml/persist.c - estimators as bytes and as files.
 *
 * A file:   "KMLF", u32 1, text of the algorithm, u32 artifact version, u64 samples, u64 features, f64 seconds of the
 *           fit, three bytes 0 (no feature names, iterations, importances), the model's bytes behind their u64 length.
 * The model's bytes: "KMOD", u16 major, u16 minor, then two sections: u32 CRC-32 of what follows, u64 length, bytes.
 *           "tree" is MessagePack (freeze.h), "arrays" for each array: u8 format, u8 dimensions, u64 each, items.
 * All numbers little-endian; a text is a u64 length and its bytes.
 */
#include "persist.h"

#include "base/buffer.h"
#include "base/format.h"
#include "freeze.h"
#include "kailash/data.h"
#include "store/file.h"

#include <math.h>

enum { FORMAT = 1, MAJOR = 1, MINOR = 0 };

/* ---- numbers ------------------------------------------------------------------------------------- */

static void put_number(kl_buffer *to, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        kl_buffer_byte(to, (char)(number >> (8 * i)));
}

static void put_text(kl_buffer *to, kl_text text)
{
    put_number(to, text.len, 8);
    kl_buffer_add(to, text);
}

typedef struct reader {
    const char *at, *end;
} reader;

static bool get_number(uint64_t *out, reader *r, size_t bytes)
{
    if ((size_t)(r->end - r->at) < bytes)
        return false;
    *out = 0;
    for (size_t i = 0; i < bytes; i++)
        *out |= (uint64_t)(unsigned char)*r->at++ << (8 * i);
    return true;
}

static bool get_text(kl_text *out, reader *r)
{
    uint64_t len;
    if (!get_number(&len, r, 8) || len > (uint64_t)(r->end - r->at))
        return false;
    *out = (kl_text){r->at, (size_t)len};
    r->at += len;
    return true;
}

static bool get_magic(reader *r, const char *magic)
{
    bool is = r->end - r->at >= 4 && memcmp(r->at, magic, 4) == 0;
    r->at += is ? 4 : 0;
    return is;
}

/* IEEE 802.3, as in zlib. */
static uint32_t crc32_of(kl_text text)
{
    static const uint32_t rows[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t crc = ~0u;
    for (size_t i = 0; i < text.len; i++) {
        crc ^= (unsigned char)text.data[i];
        crc = (crc >> 4) ^ rows[crc & 15];
        crc = (crc >> 4) ^ rows[crc & 15];
    }
    return ~crc;
}

static kl_status damaged(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_SYNTAX, "no saved estimator, or a damaged one: %s", what);
}

/* ---- arrays -------------------------------------------------------------------------------------- */

static void put_items(kl_buffer *to, const kl_array_view *view)
{
    size_t count = kl_array_view_count(view);
    if (kl_array_view_is_contiguous(view)) {
        kl_buffer_add(to, (kl_text){view->layout.data, count * view->item_size});
        return;
    }
    int64_t index[KL_ARRAY_DIMENSIONS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        kl_buffer_add(to, (kl_text){kl_array_view_at(view, index), view->item_size});
        for (size_t k = view->layout.ndim; k-- > 0 && ++index[k] == view->shape[k];)
            index[k] = 0;
    }
}

static void put_array(kl_buffer *to, const kl_array_view *view)
{
    kl_buffer_byte(to, view->layout.format);
    kl_buffer_byte(to, (char)view->layout.ndim);
    for (size_t i = 0; i < view->layout.ndim; i++)
        put_number(to, (uint64_t)view->shape[i], 8);
    put_items(to, view);
}

static kl_status get_array(kl_value *out, reader *r, kl_error *error)
{
    uint64_t format, ndim, axis;
    int64_t shape[KL_ARRAY_DIMENSIONS_MAX];
    size_t room, bytes;
    if (!get_number(&format, r, 1) || !get_number(&ndim, r, 1) || ndim > KL_ARRAY_DIMENSIONS_MAX)
        return damaged(error, "an array has no shape");
    bytes = kl_format_size((char)format);
    room = (size_t)(r->end - r->at);
    for (size_t i = 0; i < ndim; i++) {
        if (!get_number(&axis, r, 8) || axis > INT64_MAX ||
            __builtin_mul_overflow(bytes, (size_t)axis, &bytes))
            return damaged(error, "an array has an impossible shape");
        shape[i] = (int64_t)axis;
    }
    room = (size_t)(r->end - r->at);
    if (bytes > room || kl_format_size((char)format) == 0)
        return damaged(error, "an array is longer than the file");
    KL_TRY(kl_array_view_new(out, (char)format, (size_t)ndim, shape, error));
    if (bytes)
        memcpy(kl_as_array_view(*out)->layout.data, r->at, bytes);
    r->at += bytes;
    return KL_OK;
}

static kl_status get_arrays(kl_value *out, kl_text section, kl_error *error)
{
    reader r = {section.data, section.data + section.len};
    kl_value list, array;
    KL_TRY(kl_array_new(&list, 0, error));
    while (r.at < r.end) {
        kl_status status = get_array(&array, &r, error);
        if (status == KL_OK)
            status = kl_array_push(&list, array, error);
        if (status != KL_OK) {
            kl_value_release(list);
            return status;
        }
    }
    *out = list;
    return KL_OK;
}

/* ---- the model's bytes --------------------------------------------------------------------------- */

static void put_section(kl_buffer *to, kl_text section)
{
    put_number(to, crc32_of(section), 4);
    put_text(to, section);
}

static kl_status write_sections(kl_value *out, kl_value tree, kl_value arrays, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT, items = KL_BUFFER_INIT;
    kl_value packed;
    KL_TRY(kl_format_write(&packed, KL_TEXT("msgpack"), tree, NULL, error));
    for (size_t i = 0; i < kl_array_len(arrays); i++)
        put_array(&items, kl_as_array_view(kl_array_at(arrays, i)));
    kl_buffer_string(&bytes, "KMOD");
    put_number(&bytes, MAJOR, 2);
    put_number(&bytes, MINOR, 2);
    put_section(&bytes, kl_as_text(packed));
    kl_value_release(packed);
    if (items.status == KL_OK)
        put_section(&bytes, (kl_text){items.data ? items.data : "", items.len});
    else
        bytes.status = items.status;
    kl_buffer_free(&items);
    return kl_buffer_finish_bytes(out, &bytes, error);
}

kl_status kl_estimator_dump(kl_value *out, kl_value *objects, const kl_estimator *self,
                            kl_error *error)
{
    kl_frozen frozen = {.objects = *objects};
    kl_value tree;
    KL_TRY(kl_array_new(&frozen.arrays, 0, error));
    kl_object_retain((kl_object *)(uintptr_t)self);
    kl_value value = kl_value_of((kl_object *)(uintptr_t)self);
    kl_status status = kl_freeze(&tree, &frozen, value, error);
    kl_value_release(value);
    *objects = frozen.objects;
    if (status == KL_OK) {
        status = write_sections(out, tree, frozen.arrays, error);
        kl_value_release(tree);
    }
    kl_value_release(frozen.arrays);
    return status;
}

static kl_status get_section(kl_text *out, reader *r, kl_error *error)
{
    uint64_t crc;
    if (!get_number(&crc, r, 4) || !get_text(out, r))
        return damaged(error, "it ends too early");
    return crc32_of(*out) == crc ? KL_OK : damaged(error, "a checksum is wrong");
}

static kl_status thaw_sections(kl_value *out, kl_text tree, kl_text arrays, kl_value objects,
                               kl_error *error)
{
    kl_frozen frozen = {.objects = objects};
    kl_value plain;
    KL_TRY(kl_format_read(&plain, KL_TEXT("msgpack"), tree, error));
    kl_status status = get_arrays(&frozen.arrays, arrays, error);
    if (status == KL_OK) {
        status = kl_thaw(out, &frozen, plain, error);
        kl_value_release(frozen.arrays);
    }
    kl_value_release(plain);
    return status;
}

kl_status kl_estimator_restore(kl_value *out, kl_text bytes, kl_value objects, kl_error *error)
{
    reader r = {bytes.data, bytes.data + bytes.len};
    uint64_t major, minor;
    kl_text tree, arrays;
    if (!get_magic(&r, "KMOD") || !get_number(&major, &r, 2) || !get_number(&minor, &r, 2))
        return damaged(error, "it does not begin as one");
    if (major != MAJOR)
        return kl_error_set(error, KL_SYNTAX,
                            "the estimator was saved in version %llu of the format; this library reads version %d",
                            (unsigned long long)major, MAJOR);
    KL_TRY(get_section(&tree, &r, error));
    KL_TRY(get_section(&arrays, &r, error));
    KL_TRY(thaw_sections(out, tree, arrays, objects, error));
    if (kl_as_estimator(*out) && !kl_as_estimator(*out)->is_model)
        return KL_OK;
    kl_value_release(*out);
    return damaged(error, "it is no estimator");
}

/* ---- files --------------------------------------------------------------------------------------- */

static kl_status write_file(kl_text path, const kl_estimator *self, kl_text model, kl_error *error)
{
    kl_buffer bytes = KL_BUFFER_INIT;
    kl_value all;
    kl_buffer_string(&bytes, "KMLF");
    put_number(&bytes, FORMAT, 4);
    put_text(&bytes, kl_text_from(self->object.type->name));
    put_number(&bytes, 1, 4); /* artifact version */
    put_number(&bytes, 0, 8); /* samples: not kept */
    put_number(&bytes, self->model ? (uint64_t)self->model->features : 0, 8);
    put_number(&bytes, 0, 8); /* seconds of the fit: not kept */
    put_number(&bytes, 0, 3);
    put_text(&bytes, model);
    KL_TRY(kl_buffer_finish_bytes(&all, &bytes, error));
    kl_status status = kl_file_write(path, kl_as_text(all), NULL, error);
    kl_value_release(all);
    return status;
}

kl_status kl_estimator_save(const kl_estimator *self, kl_text path, kl_error *error)
{
    kl_value model, objects;
    KL_TRY(kl_array_new(&objects, 0, error));
    kl_status status = kl_estimator_dump(&model, &objects, self, error);
    if (status == KL_OK) {
        status = kl_array_len(objects) == 0
                     ? write_file(path, self, kl_as_text(model), error)
                     : kl_error_set(error, KL_TYPE,
                                    "%s holds objects of the program, which a file cannot; use pickle",
                                    self->object.type->name);
        kl_value_release(model);
    }
    kl_value_release(objects);
    return status;
}

static kl_status read_file(kl_text *model, kl_text file, kl_error *error)
{
    reader r = {file.data, file.data + file.len};
    uint64_t format, number;
    kl_text name;
    if (!get_magic(&r, "KMLF") || !get_number(&format, &r, 4))
        return damaged(error, "it does not begin as one");
    if (format != FORMAT)
        return kl_error_set(error, KL_SYNTAX, "the file has format %llu; this library reads format %d",
                            (unsigned long long)format, FORMAT);
    bool has_all = get_text(&name, &r) && get_number(&number, &r, 4) && get_number(&number, &r, 8) &&
                   get_number(&number, &r, 8) && get_number(&number, &r, 8) &&
                   get_number(&number, &r, 3) && number == 0 && get_text(model, &r);
    return has_all ? KL_OK : damaged(error, "it ends too early");
}

kl_status kl_estimator_load(kl_value *out, kl_text path, kl_error *error)
{
    kl_buffer file = KL_BUFFER_INIT;
    kl_text model;
    kl_status status = kl_file_read(&file, path, NULL, error);
    if (status == KL_OK)
        status = read_file(&model, (kl_text){file.data ? file.data : "", file.len}, error);
    if (status == KL_OK)
        status = kl_estimator_restore(out, model, kl_null(), error);
    kl_buffer_free(&file);
    return status;
}
