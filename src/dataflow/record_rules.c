/* src/dataflow/record_rules.c - see record_rules.h. */
#include "record_rules.h"
#include "data_error.h"
#include "dataflow.h"
#include "validation.h"

/* Violations told in a message; the exception has them all. */
enum { VIOLATIONS_SHOWN = 5, MESSAGE_MAX = 600 };

/* "item 3: age: value 11 is outside range [0, 10]; ..." */
static void put_violations(kl_buffer *to, kl_value violations, ptrdiff_t item)
{
    size_t count = kl_array_len(violations);
    if (item >= 0)
        kl_buffer_format(to, "item %td: ", item);
    for (size_t i = 0; i < count && i < VIOLATIONS_SHOWN && to->len < MESSAGE_MAX; i++) {
        kl_value violation = kl_array_at(violations, i);
        kl_buffer_string(to, i ? "; " : "");
        kl_buffer_add(to, kl_as_text(kl_map_get(violation, KL_TEXT("field"))));
        kl_buffer_string(to, ": ");
        kl_buffer_add(to, kl_as_text(kl_map_get(violation, KL_TEXT("message"))));
    }
    if (count > VIOLATIONS_SHOWN)
        kl_buffer_format(to, "; and %zu more", count - VIOLATIONS_SHOWN);
}

static kl_status refuse(const kl_data_session *session, const kl_table *table, kl_value violations,
                        ptrdiff_t item, kl_error *error)
{
    kl_buffer words = KL_BUFFER_INIT;
    kl_value text;
    put_violations(&words, violations, item);
    KL_TRY(kl_buffer_finish(&text, &words, error));
    const kl_error_attribute attributes[] = {
        {"model", table->model->name},
        {"item", item < 0 ? kl_null() : kl_int(item)},
        {"violations", violations},
    };
    kl_error_raise(error, "DataFlowValidationError", attributes, KL_COUNT(attributes),
                   "%s failed: validation failed: %s", session->method, kl_as_text(text).data);
    kl_value_release(text);
    return KL_FAILED;
}

static kl_status check(const kl_data_session *session, const kl_table *table, kl_value record,
                       ptrdiff_t item, kl_error *error)
{
    kl_value violations;
    kl_object *layer = session->dataflow->watch.validation.as.object;
    KL_TRY(kl_validation_check(&violations, layer, kl_as_text(table->model->name), record, error));
    kl_status status = KL_OK;
    if (kl_array_len(violations))
        status = refuse(session, table, violations, item, error);
    kl_value_release(violations);
    return status;
}

kl_status kl_check_record(const kl_data_session *session, const kl_table *table, kl_access access,
                          kl_value record, kl_error *error)
{
    if (kl_is_null(session->dataflow->watch.validation))
        return KL_OK;
    KL_TRY(kl_access_check(session, table, access, error));
    return check(session, table, record, -1, error);
}

kl_status kl_check_records(const kl_data_session *session, const kl_table *table, kl_access access,
                           kl_value records, kl_error *error)
{
    if (kl_is_null(session->dataflow->watch.validation))
        return KL_OK;
    KL_TRY(kl_access_check(session, table, access, error));
    for (size_t i = 0; i < kl_array_len(records); i++)
        if (kl_is(kl_array_at(records, i), KL_KIND_MAP)) /* others are refused behind this */
            KL_TRY(check(session, table, kl_array_at(records, i), (ptrdiff_t)i, error));
    return KL_OK;
}
