/* src/reflect/describe.h - making the maps that describe tables. */
#ifndef KL_REFLECT_DESCRIBE_H
#define KL_REFLECT_DESCRIBE_H

#include "kailash/type.h"

/* A map being filled; the first failure sticks, so callers check once, in kl_description_end(). */
typedef struct kl_description {
    kl_value map;
    kl_status status;
    kl_error *error;
} kl_description;

kl_description kl_description_start(size_t capacity, kl_error *error);
/* `value` is taken. */
void kl_describe_value(kl_description *to, const char *key, kl_value value);
/* NULL becomes null. */
void kl_describe_text(kl_description *to, const char *key, const char *text);
void kl_describe_bool(kl_description *to, const char *key, bool value);
/* An array of descriptions of parameters, without those that have a flag of `leave_out`. */
void kl_describe_params(kl_description *to, const char *key, const kl_param *params, size_t count,
                        uint32_t leave_out);
/* The fields of a type but for hidden ones. */
void kl_describe_fields(kl_description *to, const kl_type *type);
/* The words of a list that commas or blanks separate, as an array; NULL gives an empty one. */
void kl_describe_words(kl_description *to, const char *key, const char *words);
/* The map, given, or the failure. */
kl_status kl_description_end(kl_value *out, kl_description *from);
/* Ends a description and puts it behind an array that is being filled (taken on failure). */
kl_status kl_description_push(kl_value *list, kl_description *from);

/* The word for a kind in descriptions: unlike the words of messages, each stands for one kind. */
const char *kl_kind_word(kl_kind kind);

/* Words of a list: the next one from `*at`, which moves behind it; empty at the end. */
kl_text kl_next_word(const char **at);

#endif
