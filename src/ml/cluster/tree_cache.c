/* src/ml/cluster/tree_cache.c - see tree_cache.h.
 *
 * A file: the BLAKE3 hash of what follows, then children and distances as they lie in memory. Its name is the hash of what the
 * tree was made of, so a file is never changed, and one of another machine is another file.
 */
#include "tree_cache.h"

#include "base/buffer.h"
#include "crypto/blake3.h"
#include "store/file.h"

#include <stdio.h>

static kl_text bytes_of(const void *data, size_t size) { return (kl_text){data, size}; }

kl_status kl_tree_cache_path(kl_value *out, kl_text folder, const kl_text *parts, size_t count, kl_error *error)
{
    kl_buffer text = KL_BUFFER_INIT;
    unsigned char hash[KL_BLAKE3_LEN];
    char digits[3];
    uint64_t order = 1; /* of the bytes of a number */
    kl_buffer_add(&text, bytes_of(&order, sizeof order));
    for (size_t i = 0; i < count; i++) {
        kl_blake3(hash, parts[i]);
        kl_buffer_add(&text, bytes_of(hash, sizeof hash));
    }
    if (text.status == KL_OK)
        kl_blake3(hash, bytes_of(text.data, text.len));
    text.len = 0;
    kl_buffer_add(&text, folder);
    kl_buffer_add(&text, KL_TEXT("/tree-"));
    for (size_t i = 0; i < KL_BLAKE3_LEN; i++) {
        snprintf(digits, sizeof digits, "%02x", hash[i]);
        kl_buffer_add(&text, kl_text_from(digits));
    }
    kl_status status = text.status == KL_OK ? kl_string_new(out, bytes_of(text.data, text.len), error)
                                            : kl_error_no_memory(error);
    kl_buffer_free(&text);
    return status;
}

static void take(kl_kept_tree *tree, const char *from)
{
    size_t nodes = 2 * tree->merges * sizeof *tree->children;
    memcpy(tree->children, from, nodes);
    memcpy(tree->distances, from + nodes, tree->merges * sizeof *tree->distances);
}

kl_status kl_tree_cache_read(bool *found, kl_kept_tree *tree, kl_text path, kl_error *error)
{
    kl_buffer file = KL_BUFFER_INIT;
    unsigned char hash[KL_BLAKE3_LEN];
    size_t size = tree->merges * (2 * sizeof *tree->children + sizeof *tree->distances);
    *found = false;
    kl_status status = kl_file_read(&file, path, NULL, NULL); /* what cannot be read is made anew */
    if (status == KL_OK && file.len == sizeof hash + size) {
        kl_blake3(hash, bytes_of(file.data + sizeof hash, size));
        *found = memcmp(hash, file.data, sizeof hash) == 0;
    }
    if (*found)
        take(tree, file.data + sizeof hash);
    kl_buffer_free(&file);
    return status == KL_NO_MEMORY ? kl_error_no_memory(error) : KL_OK;
}

kl_status kl_tree_cache_write(const kl_kept_tree *tree, kl_text path, kl_error *error)
{
    kl_buffer file = KL_BUFFER_INIT;
    unsigned char hash[KL_BLAKE3_LEN] = {0};
    kl_buffer_add(&file, bytes_of(hash, sizeof hash));
    kl_buffer_add(&file, bytes_of(tree->children, 2 * tree->merges * sizeof *tree->children));
    kl_buffer_add(&file, bytes_of(tree->distances, tree->merges * sizeof *tree->distances));
    kl_status status = file.status == KL_OK ? KL_OK : kl_error_no_memory(error);
    if (status == KL_OK) {
        kl_blake3(hash, bytes_of(file.data + sizeof hash, file.len - sizeof hash));
        memcpy(file.data, hash, sizeof hash);
        status = kl_file_write(path, bytes_of(file.data, file.len), NULL, error);
    }
    kl_buffer_free(&file);
    return status;
}
