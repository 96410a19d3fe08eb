/* src/base/format.h - data formats by name: text (or bytes) to values and back. */
#ifndef KL_BASE_FORMAT_H
#define KL_BASE_FORMAT_H

#include "kailash/value.h"

/* How a value is written. NULL in place of a pointer to it means all zero. */
typedef struct kl_format_options {
    bool sort_keys; /* keys of all maps in code-point order; else as inserted */
    int indent;     /* blanks per level where the format has an indented form (json, yaml, toml,
                       xml); 0 = its compact form. 0 to KL_FORMAT_INDENT_MAX */
    kl_text root;   /* xml: an element around the whole; empty = none */
} kl_format_options;

enum { KL_FORMAT_INDENT_MAX = 16 };

/* One format: a row of the table in format.c, its functions in format_NAME.c. */
typedef struct kl_format {
    const char *name;
    const char *title; /* as messages say it: "JSON" */
    bool binary;       /* its data are bytes, not text */
    /* `data` is valid UTF-8 unless `binary`. KL_SYNTAX comes with position, line and column. */
    kl_status (*read)(kl_value *out, kl_text data, kl_error *error);
    /* `value` nests at most KL_JSON_DEPTH_OUT levels and is sorted already, so writers may
     * recurse and need not sort. KL_INVALID for what the format cannot say. */
    kl_status (*write)(kl_value *out, kl_value value, const kl_format_options *options,
                       kl_error *error);
} kl_format;

/* Names of all formats, ended by NULL. */
KL_API extern const char *const kl_format_names[];

/* By name; NULL when there is none. */
KL_API const kl_format *kl_format_find(kl_text name);

/*
 * Parse `data`; given. KL_INVALID for an unknown format (the message lists the known ones),
 * KL_SYNTAX with position, line and column for malformed data. A byte order mark is skipped.
 */
KL_API kl_status kl_format_read(kl_value *out, kl_text format, kl_text data, kl_error *error);

/* Print `value` as a string, or as bytes when the format is binary; given. */
KL_API kl_status kl_format_write(kl_value *out, kl_text format, kl_value value,
                                 const kl_format_options *options, kl_error *error);

#endif
