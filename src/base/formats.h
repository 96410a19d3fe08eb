/* src/base/formats.h - the rows behind format.h, one per format_NAME.c. */
#ifndef KL_BASE_FORMATS_H
#define KL_BASE_FORMATS_H

#include "buffer.h"
#include "format.h"

extern const kl_format kl_format_cbor;
extern const kl_format kl_format_csv;
extern const kl_format kl_format_ini;
extern const kl_format kl_format_json;
extern const kl_format kl_format_jsonl;
extern const kl_format kl_format_msgpack;
extern const kl_format kl_format_query;
extern const kl_format kl_format_toml;
extern const kl_format kl_format_xml;
extern const kl_format kl_format_yaml;

/* Append a scalar as plain text: strings as they are, numbers, true, false, nothing for null,
 * bytes in base64. KL_INVALID for lists and maps: "WHERE: a list has no INI form". */
kl_status kl_format_scalar(kl_buffer *to, kl_value value, kl_text where, const char *title,
                           kl_error *error);

/* A time, counted from 1970, as RFC 3339 text with nine digits or none of a second. KL_SYNTAX beyond
 * the years 1 to 9999, as that text has four digits. */
kl_status kl_format_time(kl_value *out, int64_t seconds, uint32_t nanoseconds, kl_error *error);

#endif
