/* src/base/schema.h - JSON Schema: draft 2020-12, and draft-07 where "$schema" says so.
 *
 * A schema is compiled once and validates any number of values, from any number of threads.
 * Nothing is ever fetched: a reference must lead into the schema itself, into a document given
 * with the options, or to a metaschema of the two drafts, which are built in.
 *
 * As the standard has it, 1.0 is an integer. "float" is accepted as one more name of a type.
 */
#ifndef KL_BASE_SCHEMA_H
#define KL_BASE_SCHEMA_H

#include "kailash/value.h"

typedef struct kl_schema kl_schema;

typedef struct kl_schema_options {
    bool assert_formats; /* "format" is checked; else it is an annotation, as the standard has it */
    kl_value documents;  /* map: URI -> schema that references may lead to; null = none */
    uint32_t max_steps;  /* schemas that one evaluation may apply; 0 = 50 million */
} kl_schema_options;

/*
 * Compile; given, end it with kl_schema_free(). KL_INVALID names the place in the schema and what
 * is wrong there: a keyword's value of the wrong kind, an unknown "$schema", a reference to
 * nothing, an invalid pattern.
 * schema   a map or a boolean; kept
 * options  NULL = none
 */
KL_API kl_status kl_schema_new(kl_schema **out, kl_value schema, const kl_schema_options *options,
                               kl_error *error);
KL_API void kl_schema_free(kl_schema *schema);

/*
 * Check `instance`; `*faults` is given: an array of maps {text, pointer, keyword, message}, empty
 * when it is valid. `pointer` is the JSON pointer into the instance; `text` is the message with
 * its place before it.
 * KL_INVALID: a reference leads back to itself without end. KL_DEPTH: nests too deep.
 * KL_LIMIT: more schemas than max_steps would be applied.
 */
KL_API kl_status kl_schema_validate(kl_value *faults, const kl_schema *schema, kl_value instance,
                                    kl_error *error);

/* Whether `instance` is valid, stopping at the first fault. */
KL_API kl_status kl_schema_is_valid(bool *out, const kl_schema *schema, kl_value instance,
                                    kl_error *error);

/* Whether `text` is of `format`, such as "date-time"; true for formats that are not known. */
KL_API kl_status kl_schema_format_fits(bool *out, kl_text format, kl_text text, kl_error *error);
KL_API bool kl_schema_format_known(kl_text format);

#endif
