/* tests/c/dataflow_test.h - models and databases for the tests of DataFlow. */
#ifndef KL_TESTS_DATAFLOW_TEST_H
#define KL_TESTS_DATAFLOW_TEST_H

#include "sweep.h"
#include "dataflow/database.h"
#include "dataflow/field_type.h"

/* What may be said of a field. */
enum { KEY = 1, NULLABLE = 2, REQUIRED = 4, TOMBSTONE = 8, UNIQUE = 16, INDEXED = 32 };

/* A model without fields; given. */
static inline kl_status new_model(kl_model **out, const char *name, const char *table,
                                  kl_error *error)
{
    kl_value args[2], made;
    KL_TRY(kl_string_new(&args[0], kl_text_from(name), error));
    kl_status status = kl_string_new(&args[1], kl_text_from(table), error);
    if (status == KL_OK) {
        status = kl_object_make(&made, &kl_model_type, args, error);
        kl_value_release(args[1]);
    }
    kl_value_release(args[0]);
    if (status == KL_OK)
        *out = (kl_model *)made.as.object;
    return status;
}

/* Declare a field; `references` (taken) is an array of two texts, or null. */
static inline kl_status declare(kl_model *model, const char *name, kl_column_kind kind,
                                unsigned flags, kl_value references, kl_error *error)
{
    kl_value made = kl_null(), type = kl_null(), text = kl_null();
    kl_status status = kl_field_type_of(&type, kind, error);
    if (status == KL_OK)
        status = kl_string_new(&text, kl_text_from(name), error);
    if (status == KL_OK) {
        const kl_value args[] = {text, type, kl_bool(flags & KEY), kl_bool(flags & NULLABLE),
                                 kl_bool(flags & REQUIRED), kl_bool(flags & TOMBSTONE), kl_null(),
                                 kl_bool(flags & UNIQUE), kl_bool(flags & INDEXED), references};
        status = kl_object_call(&made, &model->object, KL_TEXT("field"), args, KL_COUNT(args), error);
    }
    kl_value_release(made);
    kl_value_release(type);
    kl_value_release(text);
    kl_value_release(references);
    return status;
}

/* Call a method without arguments, or with one text (NULL = none); its result does not matter. */
static inline kl_status tell_model(kl_model *model, const char *method, const char *argument,
                                   kl_error *error)
{
    kl_value made = kl_null(), text = kl_null();
    kl_status status = argument ? kl_string_new(&text, kl_text_from(argument), error) : KL_OK;
    if (status == KL_OK)
        status = kl_object_call(&made, &model->object, kl_text_from(method), &text, argument != NULL,
                                error);
    kl_value_release(made);
    kl_value_release(text);
    return status;
}

/* A DataFlow on a URL, with default settings; given. */
static inline kl_status open_dataflow(kl_dataflow **out, const char *url, kl_error *error)
{
    kl_dataflow_config *config;
    KL_TRY(kl_dataflow_config_new(&config, kl_text_from(url), error));
    kl_status status = kl_dataflow_new(out, config, error);
    kl_object_release(&config->object);
    return status;
}

static inline void end_dataflow(kl_dataflow *dataflow) { kl_object_release((kl_object *)dataflow); }

/* The call succeeds. */
static inline void works_in(kl_status status, kl_error *error, const char *file, int line)
{
    if (status != KL_OK)
        print_error("%s:%d: %s: %s\n", file, line, kl_status_name(status), kl_error_message(error));
    kl_error_clear(error);
    assert_int_equal(status, KL_OK);
}
#define works(call)                                                                                \
    do {                                                                                           \
        kl_error error_ = KL_ERROR_INIT;                                                           \
        kl_error *error = &error_;                                                                 \
        works_in((call), error, __FILE__, __LINE__);                                               \
    } while (0)

/* The call fails with this status and exactly this message. */
static inline void fails_in(kl_status status, kl_error *error, kl_status expected,
                            const char *message, const char *file, int line)
{
    if (status != expected || strcmp(kl_error_message(error), message) != 0)
        print_error("%s:%d: %s: %s\n", file, line, kl_status_name(status), kl_error_message(error));
    assert_int_equal(status, expected);
    assert_string_equal(kl_error_message(error), message);
    kl_error_clear(error);
}
#define fails(call, status, message)                                                               \
    do {                                                                                           \
        kl_error error_ = KL_ERROR_INIT;                                                           \
        kl_error *error = &error_;                                                                 \
        kl_status status_ = (call);                                                                \
        fails_in(status_, error, (status), (message), __FILE__, __LINE__);                         \
    } while (0)

#endif
