/* src/base/toml.h - TOML 1.0: scalars and strings for toml_scalar.c, tables in format_toml.c. */
#ifndef KL_BASE_TOML_H
#define KL_BASE_TOML_H

#include "buffer.h"
#include "format.h"

typedef struct kl_toml_text {
    const char *start, *at, *end;
} kl_toml_text;

/* KL_SYNTAX at the place reached. */
kl_status kl_toml_fault(const kl_toml_text *t, kl_error *error, const char *format, ...)
    KL_PRINTF(3, 4);
/* The byte `ahead` of the place, '\0' beyond the end. */
static inline char kl_toml_peek(const kl_toml_text *t, size_t ahead)
{
    return ahead < (size_t)(t->end - t->at) ? t->at[ahead] : '\0';
}
static inline bool kl_toml_starts(const kl_toml_text *t, const char *with)
{
    size_t len = strlen(with);
    return len <= (size_t)(t->end - t->at) && memcmp(t->at, with, len) == 0;
}
/* The place stands on a quote: read the string. `lines`: triple quotes are allowed. */
kl_status kl_toml_string(kl_value *out, kl_toml_text *t, bool lines, kl_error *error);
/* A number, boolean, date or time. */
kl_status kl_toml_scalar(kl_value *out, kl_toml_text *t, kl_error *error);
/* Print a map as a document. */
kl_status kl_toml_write(kl_value *out, kl_value value, const kl_format_options *options,
                        kl_error *error);

#endif
