/* src/drivers/deflate.c - the deflate driver: zlib behind deflate.h. */
#include "deflate.h"
#include "driver.h"

#include <zlib.h>

typedef struct stream {
    z_stream z;
    bool compresses;
} stream;

enum { PIECE = 16384, LEVEL = 6, WINDOW = -15 /* no header */, MEMORY = 8, TAIL = 4 };

static void *allocate(void *data, unsigned count, unsigned size)
{
    (void)data;
    return kl_alloc_zero(count, size);
}

static void release(void *data, void *memory)
{
    (void)data;
    kl_free(memory);
}

static kl_status open_stream(void **out, bool compresses, kl_error *error)
{
    stream *it = kl_alloc_zero(1, sizeof *it);
    if (!it)
        return kl_error_no_memory(error);
    it->compresses = compresses;
    it->z.zalloc = allocate;
    it->z.zfree = release;
    int result = compresses ? deflateInit2(&it->z, LEVEL, Z_DEFLATED, WINDOW, MEMORY,
                                           Z_DEFAULT_STRATEGY)
                            : inflateInit2(&it->z, WINDOW);
    if (result != Z_OK) {
        kl_free(it);
        return result == Z_MEM_ERROR
                   ? kl_error_no_memory(error)
                   : kl_error_set(error, KL_UNAVAILABLE, "zlib refuses to start (%d)", result);
    }
    *out = it;
    return KL_OK;
}

static void close_stream(void *state)
{
    stream *it = state;
    if (!it)
        return;
    if (it->compresses)
        deflateEnd(&it->z);
    else
        inflateEnd(&it->z);
    kl_free(it);
}

static kl_status buffer_error(const kl_buffer *buffer, kl_error *error)
{
    if (buffer->status == KL_NO_MEMORY)
        return kl_error_no_memory(error);
    return kl_error_set(error, KL_LIMIT, "the message is larger than its limit");
}

/* Pass all of `from` through; zlib takes at most 4 GiB at once. */
static kl_status pump(kl_buffer *to, stream *it, kl_text from, int flush, kl_error *error)
{
    int result = Z_OK;
    it->z.next_in = (z_const Bytef *)from.data;
    it->z.avail_in = (unsigned)from.len;
    do {
        char *room = kl_buffer_room(to, PIECE);
        /* With less room than a piece it is tried with what there is: the limit may lie there. */
        size_t size = room ? PIECE : 0;
        if (!room)
            return buffer_error(to, error);
        it->z.next_out = (Bytef *)room;
        it->z.avail_out = (unsigned)size;
        result = it->compresses ? deflate(&it->z, flush) : inflate(&it->z, flush);
        to->len += size - it->z.avail_out;
        if (result == Z_STREAM_END) /* a block said that it is the last: another stream follows */
            result = inflateReset(&it->z);
        if (result == Z_MEM_ERROR)
            return kl_error_no_memory(error);
        if (result != Z_OK && result != Z_BUF_ERROR)
            return kl_error_set(error, KL_SYNTAX, "malformed compressed data");
    } while (it->z.avail_out == 0 || (it->z.avail_in > 0 && result == Z_OK));
    return KL_OK;
}

static kl_status compress_message(kl_buffer *to, void *state, kl_text message, bool forgets,
                                  kl_error *error)
{
    stream *it = state;
    size_t start = to->len;
    KL_TRY(pump(to, it, message, Z_SYNC_FLUSH, error));
    if (to->len - start >= TAIL)
        to->len -= TAIL;
    if (message.len == 0 && to->len == start) /* zlib flushes nothing twice */
        kl_buffer_byte(to, 0);
    if (forgets)
        deflateReset(&it->z);
    return to->status == KL_OK ? KL_OK : buffer_error(to, error);
}

static kl_status expand_message(kl_buffer *to, void *state, kl_text message, kl_error *error)
{
    size_t limit = to->limit, start = to->len;
    to->limit = limit ? limit + PIECE : 0; /* zlib is given whole pieces */
    kl_status status = pump(to, state, message, Z_SYNC_FLUSH, error);
    if (status == KL_OK)
        status = pump(to, state, KL_TEXT("\0\0\xFF\xFF"), Z_SYNC_FLUSH, error);
    to->limit = limit;
    if (status == KL_OK && limit && to->len - start > limit)
        return kl_error_set(error, KL_LIMIT, "the message is larger than its limit");
    return status;
}

static const kl_deflate functions = {open_stream, compress_message, expand_message, close_stream};

KL_API const kl_driver kl_driver_entry = {
    .abi = KL_DRIVER_ABI, .name = "deflate", .functions = &functions};
