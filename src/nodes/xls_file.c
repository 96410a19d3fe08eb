/* src/nodes/xls_file.c - see xls_file.h. Every offset of the file is checked against its size, and
 * every chain of sectors against the number of sectors, so a loop ends. */
#include "xls_file.h"

enum { HEADER = 512, ENTRY = 128, HEADER_TABLES = 109 };
/* Numbers from here on mark ends and gaps. */
#define LAST_SECTOR 0xFFFFFFFAu

typedef struct compound {
    kl_text file;
    uint32_t sector_size, mini_size, mini_cutoff;
    uint32_t sector_count;
    kl_buffer table;      /* next sector of each sector, 4 bytes each */
    kl_buffer mini_table; /* the same of the mini sectors */
    kl_buffer folder;     /* directory entries */
    kl_buffer mini;       /* the stream that holds the mini sectors */
} compound;

static kl_status damaged(kl_error *error, const char *what)
{
    return kl_error_set(error, KL_SYNTAX, "not a valid .xls file: %s", what);
}

static kl_status add(kl_buffer *to, kl_text bytes, kl_error *error)
{
    kl_buffer_add(to, bytes);
    return to->status == KL_OK ? KL_OK : kl_error_no_memory(error);
}

/* The bytes of a sector; the last one of a file may be short. */
static kl_status sector(kl_text *out, const compound *from, uint32_t number, kl_error *error)
{
    uint64_t start = ((uint64_t)number + 1) * from->sector_size;
    if (number >= from->sector_count || start >= from->file.len)
        return damaged(error, "a sector lies outside the file");
    *out = (kl_text){from->file.data + start,
                     (size_t)KL_MIN((uint64_t)from->sector_size, from->file.len - start)};
    return KL_OK;
}

/* Append a chain of sectors, at most `size` bytes. */
static kl_status read_chain(kl_buffer *to, const compound *from, uint32_t number, uint64_t size,
                            kl_error *error)
{
    kl_text bytes;
    for (uint32_t steps = 0; number < LAST_SECTOR && size > 0; steps++) {
        if (steps > from->sector_count)
            return damaged(error, "a chain of sectors is a loop");
        KL_TRY(sector(&bytes, from, number, error));
        bytes.len = (size_t)KL_MIN((uint64_t)bytes.len, size);
        KL_TRY(add(to, bytes, error));
        size -= bytes.len;
        if ((uint64_t)number * 4 + 4 > from->table.len)
            return damaged(error, "the table of sectors is too short");
        number = xls_u32(from->table.data + (size_t)number * 4);
    }
    return KL_OK;
}

/* The same for the small sectors that short streams lie in. */
static kl_status read_mini_chain(kl_buffer *to, const compound *from, uint32_t number,
                                 uint64_t size, kl_error *error)
{
    for (uint64_t steps = 0; number < LAST_SECTOR && size > 0; steps++) {
        uint64_t start = (uint64_t)number * from->mini_size;
        if (start >= from->mini.len || (uint64_t)number * 4 + 4 > from->mini_table.len)
            return damaged(error, "a small sector lies outside its stream");
        if (steps > from->mini_table.len / 4)
            return damaged(error, "a chain of small sectors is a loop");
        kl_text bytes = {from->mini.data + start,
                         (size_t)KL_MIN(KL_MIN((uint64_t)from->mini_size, size),
                                        from->mini.len - start)};
        KL_TRY(add(to, bytes, error));
        size -= bytes.len;
        number = xls_u32(from->mini_table.data + (size_t)number * 4);
    }
    return KL_OK;
}

/* ---- opening ----------------------------------------------------------------------------------- */

static kl_status add_table_sectors(compound *to, const char *numbers, uint32_t count,
                                   kl_error *error)
{
    kl_text bytes;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = xls_u32(numbers + (size_t)i * 4);
        if (number >= LAST_SECTOR)
            continue;
        if (to->table.len / 4 > (uint64_t)to->sector_count + to->sector_size)
            return damaged(error, "the table of sectors is longer than the file");
        KL_TRY(sector(&bytes, to, number, error));
        KL_TRY(add(&to->table, bytes, error));
    }
    return KL_OK;
}

/* The table of sectors: 109 of its parts are named in the header, more in a chain of their own. */
static kl_status read_table(compound *to, kl_error *error)
{
    uint32_t next = xls_u32(to->file.data + 0x44), per_sector = to->sector_size / 4 - 1;
    kl_text bytes;
    KL_TRY(add_table_sectors(to, to->file.data + 0x4C, HEADER_TABLES, error));
    for (uint32_t steps = 0; next < LAST_SECTOR; steps++) {
        if (steps > to->sector_count)
            return damaged(error, "a chain of sectors is a loop");
        KL_TRY(sector(&bytes, to, next, error));
        if (bytes.len < to->sector_size)
            return damaged(error, "the file ends early");
        KL_TRY(add_table_sectors(to, bytes.data, per_sector, error));
        next = xls_u32(bytes.data + (size_t)per_sector * 4);
    }
    return KL_OK;
}

static kl_status open_compound(compound *out, kl_text file, kl_error *error)
{
    *out = (compound){.file = file};
    if (file.len < HEADER || memcmp(file.data, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) != 0)
        return damaged(error, "it is no compound file");
    unsigned shift = xls_u16(file.data + 0x1E), mini_shift = xls_u16(file.data + 0x20);
    if ((shift != 9 && shift != 12) || mini_shift < 4 || mini_shift >= shift)
        return damaged(error, "its sectors have an unknown size");
    out->sector_size = 1u << shift;
    out->mini_size = 1u << mini_shift;
    out->mini_cutoff = xls_u32(file.data + 0x38);
    out->sector_count = (uint32_t)KL_MIN(file.len / out->sector_size + 1, (size_t)UINT32_MAX / 8);
    KL_TRY(read_table(out, error));
    KL_TRY(read_chain(&out->folder, out, xls_u32(file.data + 0x30), UINT64_MAX, error));
    KL_TRY(read_chain(&out->mini_table, out, xls_u32(file.data + 0x3C), UINT64_MAX, error));
    if (out->folder.len < ENTRY)
        return damaged(error, "it has no directory");
    return read_chain(&out->mini, out, xls_u32(out->folder.data + 0x74),
                      xls_u32(out->folder.data + 0x78), error);
}

/* ---- finding a stream -------------------------------------------------------------------------- */

/* Names are UTF-16 with a zero at the end, their length in bytes beside them. */
static bool entry_is(const char *entry, const char *name)
{
    size_t len = strlen(name);
    if (entry[0x42] != 2 || xls_u16(entry + 0x40) != 2 * (len + 1))
        return false;
    for (size_t i = 0; i < len; i++)
        if (((xls_u16(entry + 2 * i)) | 32) != ((unsigned char)name[i] | 32))
            return false;
    return true;
}

static kl_status read_stream(kl_buffer *out, const compound *from, const char *name,
                             kl_error *error)
{
    for (size_t at = 0; at + ENTRY <= from->folder.len; at += ENTRY) {
        const char *entry = from->folder.data + at;
        if (!entry_is(entry, name))
            continue;
        uint32_t start = xls_u32(entry + 0x74), size = xls_u32(entry + 0x78);
        return size < from->mini_cutoff ? read_mini_chain(out, from, start, size, error)
                                        : read_chain(out, from, start, size, error);
    }
    return kl_error_set(error, KL_NOT_FOUND, "not a valid .xls file: no stream %s", name);
}

kl_status xls_stream(kl_buffer *out, kl_text file, const char *name, kl_error *error)
{
    compound from;
    kl_status status = open_compound(&from, file, error);
    if (status == KL_OK)
        status = read_stream(out, &from, name, error);
    kl_buffer_free(&from.table);
    kl_buffer_free(&from.mini_table);
    kl_buffer_free(&from.folder);
    kl_buffer_free(&from.mini);
    return status;
}
