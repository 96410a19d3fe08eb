/* src/ml/memory.c - see memory.h. */
#include "memory.h"
#include "input.h"

#include "base/buffer.h"
#include "base/encode.h"
#include "crypto/blake3.h"
#include "kailash/data.h"

/* ---- the folder -------------------------------------------------------------------------------------------- */

static kl_status refuse(kl_value memory, kl_error *error)
{
    return kl_error_set(error, KL_TYPE,
                        "memory: expected the path of a folder, an object with cache() and location, or None, got %s",
                        kl_is(memory, KL_KIND_OBJECT)   ? memory.as.object->type->name
                        : kl_is(memory, KL_KIND_STRING) ? "an empty one"
                                                        : kl_value_kind_name(memory));
}

/* What __fspath__() of a path says, or the text itself. Takes `path`. */
static kl_status as_text(kl_value *out, kl_value path, kl_value memory, kl_error *error)
{
    kl_value text = path;
    if (kl_as_foreign(path) && kl_foreign_has(path, "__fspath__")) {
        kl_status status = kl_foreign_call(&text, path, "__fspath__", NULL, 0, kl_null(), error);
        kl_value_release(path);
        if (status != KL_OK)
            return status;
    }
    if (kl_is_null(text) || (kl_is(text, KL_KIND_STRING) && kl_as_text(text).len)) {
        *out = text;
        return KL_OK;
    }
    kl_value_release(text);
    return refuse(memory, error);
}

kl_status kl_memory_folder(kl_value *out, kl_value memory, kl_error *error)
{
    kl_value location;
    bool keeps = kl_as_foreign(memory) && kl_foreign_has(memory, "cache");
    if (!keeps)
        return as_text(out, kl_value_retain(memory), memory, error);
    kl_error ignored = KL_ERROR_INIT;
    kl_status status = kl_foreign_get(&location, memory, "location", &ignored);
    kl_error_clear(&ignored);
    return status == KL_OK ? as_text(out, location, memory, error) : refuse(memory, error);
}

/* ---- its files --------------------------------------------------------------------------------------------- */

static void add_hash(kl_buffer *to, kl_text part)
{
    unsigned char hash[KL_BLAKE3_LEN];
    kl_blake3(hash, part);
    kl_buffer_add(to, (kl_text){(const char *)hash, sizeof hash});
}

kl_status kl_memory_path(kl_value *out, kl_text folder, const char *kind, const kl_text *parts, size_t count,
                         kl_error *error)
{
    kl_buffer hashes = KL_BUFFER_INIT, path = KL_BUFFER_INIT;
    const uint64_t order = 1;
    unsigned char hash[KL_BLAKE3_LEN];
    add_hash(&hashes, kl_text_from(kl_version()));
    add_hash(&hashes, (kl_text){(const char *)&order, sizeof order});
    for (size_t i = 0; i < count; i++)
        add_hash(&hashes, parts[i]);
    kl_status status = hashes.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK) {
        kl_blake3(hash, (kl_text){hashes.data, hashes.len});
        kl_buffer_format(&path, "%.*s/kailash-%s-", KL_TEXT_ARG(folder), kind);
        kl_hex_encode(&path, (kl_text){(const char *)hash, sizeof hash});
        status = kl_buffer_finish(out, &path, error);
    }
    kl_buffer_free(&hashes);
    return status;
}

kl_status kl_memory_kept(kl_status status, const char *name, kl_error *cause, kl_error *error)
{
    kl_status told = KL_OK;
    if (status == KL_NO_MEMORY)
        told = kl_error_no_memory(error);
    else if (status != KL_OK)
        told = kl_warn(error, "memory: what %s learned could not be kept: %s", name, kl_error_message(cause));
    kl_error_clear(cause);
    return told;
}
