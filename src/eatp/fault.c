/* src/eatp/fault.c - see fault.h. */
#include "fault.h"

#include "kailash/type.h"

#include <stdarg.h>
#include <stdio.h>

/* {"code": code, "details": {}}, which the faces turn into attributes. */
static kl_status attributes(kl_value *out, const char *code)
{
    kl_value word, map;
    KL_TRY(kl_map_new(&map, 2, NULL));
    kl_status status = kl_string_from_valid(&word, kl_text_from(code), NULL);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("code"), word, NULL);
    if (status == KL_OK)
        status = kl_map_set(&map, KL_TEXT("details"), kl_map_empty(), NULL);
    if (status == KL_OK)
        *out = map;
    else
        kl_value_release(map);
    return status;
}

kl_status kl_fault(kl_error *error, kl_status status, const char *type, const char *code,
                   const char *format, ...)
{
    char message[1024];
    va_list list;
    if (!error)
        return status;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    kl_error_set(error, status, "%s", message);
    error->type = type;
    kl_value *details = kl_alloc(sizeof *details);
    if (details && attributes(details, code) == KL_OK)
        error->details = details;
    else
        kl_free(details);
    return status;
}

kl_status kl_fault_detail(kl_error *error, const char *name, kl_value value)
{
    kl_value *map = error ? error->details : NULL;
    if (!error)
        return KL_FAILED;
    if (map && kl_is(*map, KL_KIND_MAP)) {
        kl_value details = kl_value_retain(kl_map_get(*map, KL_TEXT("details")));
        if (kl_map_set(&details, kl_text_from(name), kl_value_retain(value), NULL) == KL_OK)
            kl_map_set(map, KL_TEXT("details"), details, NULL);
        else
            kl_value_release(details);
    }
    return error->code;
}

/* ---- the classes ---------------------------------------------------------------------------------- */

static const kl_field attribute_fields[] = {
    {.name = "code", .kind = KL_KIND_STRING, .flags = KL_READ_ONLY | KL_OPTIONAL,
     .doc = "a word for what is wrong, such as \"unrooted_chain\""},
    {.name = "details", .kind = KL_KIND_MAP, .flags = KL_READ_ONLY | KL_OPTIONAL,
     .doc = "facts about it by name; never a secret"},
};

#define EXCEPTION(variable, word, base, text)                                                      \
    static const kl_type variable = {                                                              \
        .name = (word),                                                                            \
        .module = "kailash",                                                                       \
        .doc = (text),                                                                             \
        .flags = KL_TYPE_EXCEPTION,                                                                \
        .base_name = (base),                                                                       \
        .fields = KL_TABLE(attribute_fields),                                                      \
    };                                                                                             \
    KL_PUBLISH(variable)

EXCEPTION(kl_eatp_error_type, KL_EATP_ERROR, "Exception",
          "Something of the trust protocol failed; the classes below it say what.");
EXCEPTION(kl_eatp_validation_error_type, KL_EATP_VALIDATION, KL_EATP_ERROR,
          "A value is none that the protocol knows.");
EXCEPTION(kl_eatp_authority_error_type, KL_EATP_AUTHORITY, KL_EATP_ERROR,
          "A chain, a key or a store has no authority: it is unrooted, damaged or not to be opened.");
EXCEPTION(kl_eatp_envelope_error_type, KL_EATP_ENVELOPE, KL_EATP_ERROR,
          "A constraint envelope is malformed or contradicts itself.");
EXCEPTION(kl_eatp_constraint_error_type, KL_EATP_CONSTRAINT, KL_EATP_ERROR,
          "A constraint would be widened, or is exceeded.");
EXCEPTION(kl_eatp_delegation_error_type, KL_EATP_DELEGATION, KL_EATP_ERROR,
          "A delegation is not allowed, or a chain of them does not hold.");
