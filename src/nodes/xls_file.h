/* src/nodes/xls_file.h - compound files (OLE2): a small file system in a file, as MS-CFB has it. */
#ifndef KL_NODES_XLS_FILE_H
#define KL_NODES_XLS_FILE_H

#include "buffer.h"

/* Append the stream called `name` (ASCII) at the top level to `out`. KL_NOT_FOUND when there is
 * none, KL_SYNTAX when the file is damaged. */
kl_status xls_stream(kl_buffer *out, kl_text file, const char *name, kl_error *error);

static inline uint16_t xls_u16(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;
    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t xls_u32(const char *at)
{
    return xls_u16(at) | (uint32_t)xls_u16(at + 2) << 16;
}

#endif
