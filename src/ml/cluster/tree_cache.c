/* src/ml/cluster/tree_cache.c - see tree_cache.h.
 *
 * A file: the BLAKE3 hash of what follows, then children and distances as they lie in memory.
 */
#include "tree_cache.h"

#include "base/buffer.h"
#include "crypto/blake3.h"
#include "store/file.h"

static kl_text bytes_of(const void *data, size_t size) { return (kl_text){data, size}; }

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
