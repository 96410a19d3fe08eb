/* tests/c/eatp_test.h - the keys of the specification's examples, and records made of text. */
#ifndef KL_TESTS_EATP_TEST_H
#define KL_TESTS_EATP_TEST_H

#include "eatp/keys.h"
#include "kailash/wide.h"
#include "test.h"

/* The keys of the examples: seed 00 01 ... 1f. */
#define EXAMPLE_KEY "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"

static inline kl_value pair_of_bytes(unsigned char first, unsigned char step)
{
    unsigned char seed[32];
    kl_value pair = kl_null();
    for (unsigned i = 0; i < 32; i++)
        seed[i] = (unsigned char)(first + i * step);
    assert_int_equal(kl_key_pair_from_seed(&pair, (kl_text){(char *)seed, 32}, NULL), KL_OK);
    return pair;
}

static inline kl_value example_pair(void) { return pair_of_bytes(0, 1); }

static inline const kl_key_pair *keys_of(kl_value pair)
{
    return (const kl_key_pair *)kl_as_object(pair, &kl_key_pair_type);
}

/* JSON with integers to 2^64 - 1. */
static inline kl_value signed_json(const char *text)
{
    kl_value value = kl_null();
    kl_error error = KL_ERROR_INIT;
    if (kl_signed_json_parse(&value, kl_text_from(text), &error) != KL_OK)
        fail_msg("bad JSON in the test: %s: %s", kl_error_message(&error), text);
    return value;
}

static inline kl_value text_value(const char *text)
{
    kl_value value = kl_null();
    assert_int_equal(kl_string_new(&value, kl_text_from(text), NULL), KL_OK);
    return value;
}

static inline void put_text(kl_value *map, const char *name, const char *text)
{
    assert_int_equal(kl_map_set(map, kl_text_from(name), text_value(text), NULL), KL_OK);
}

/* The text of a member. */
static inline const char *text_of(kl_value map, const char *name)
{
    return kl_as_text(kl_map_get(map, kl_text_from(name))).data;
}

/* `call` failed with the status, with an exception of that name (NULL: of the status), and says `part`. */
static inline void assert_fails_in(kl_status got, kl_error *error, kl_status status,
                                   const char *type, const char *part, const char *file, int line)
{
    bool right = got == status && strstr(kl_error_message(error), part) &&
                 (type ? error->type && strcmp(error->type, type) == 0 : !error->type);
    if (!right)
        print_error("%s:%d: got %s %s: %s\n", file, line, kl_status_name(got),
                    error->type ? error->type : "-", kl_error_message(error));
    kl_error_clear(error);
    assert_true(right);
}
#define assert_fails(got, error, status, type, part)                                               \
    assert_fails_in((got), (error), (status), (type), (part), __FILE__, __LINE__)

#endif
