/* src/net/packstream.h - PackStream, the values of the Bolt protocol. Knows no connection.
 *
 * Graph and time structures are read as plain values, the same for all versions of the protocol:
 *   Node            {id, labels, properties}
 *   Relationship    {id, type, from_id, to_id, properties}
 *   Path            {nodes, relationships}, in the order of the path
 *   Date, Time, LocalTime, DateTime, LocalDateTime, Duration   text of ISO 8601; the name of a zone
 *                   stands behind in brackets, as 2024-05-01T10:00:00Z[Europe/Berlin]
 *   Point           {srid, x, y[, z]}
 * Ids are texts: the element id, or in version 4 the number.
 */
#ifndef KL_NET_PACKSTREAM_H
#define KL_NET_PACKSTREAM_H

#include "buffer.h"

/* Values nest at most so deep, and have so many items in all. */
enum { KL_PACKSTREAM_DEPTH = 64 };
#define KL_PACKSTREAM_ITEMS_MAX ((size_t)10000000)

/*
 * Append a value. KL_TYPE for an object, KL_DEPTH, KL_LIMIT (of the buffer): what stands in the
 * buffer then is of no use.
 */
KL_API kl_status kl_packstream_write(kl_buffer *to, kl_value value, kl_error *error);
/* Append the head of a structure; its fields follow. */
KL_API void kl_packstream_begin(kl_buffer *to, uint8_t tag, uint8_t fields);

/* The head of a structure: its tag and how many fields follow. `*rest` moves behind it. */
KL_API kl_status kl_packstream_head(uint8_t *tag, size_t *fields, kl_text *rest, kl_error *error);
/*
 * The next value; given. `*rest` moves behind it. KL_SYNTAX for malformed bytes (with the position
 * in them), KL_DEPTH, KL_LIMIT. Text that is not UTF-8 is malformed.
 */
KL_API kl_status kl_packstream_read(kl_value *out, kl_text *rest, kl_error *error);

/* ---- structures (packstream_structure.c) ----------------------------------------------------------- */

/* What the fields of a structure (an array, borrowed) mean; given. KL_SYNTAX for an unknown tag or
 * fields that do not fit it. */
kl_status kl_packstream_structure(kl_value *out, uint8_t tag, kl_value fields, kl_error *error);

#endif
