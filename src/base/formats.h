/* src/base/formats.h - the rows behind format.h, one per format_NAME.c. */
#ifndef KL_BASE_FORMATS_H
#define KL_BASE_FORMATS_H

#include "buffer.h"
#include "format.h"

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

#endif
